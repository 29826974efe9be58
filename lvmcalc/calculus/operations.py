"""The rule book: for each operation one record of all that is known of it.

Every walker over expressions (differential, normal form, arithmetic, shapes, degrees, proofs of the
rules, names in answers) asks these records, so a new operation is written here and nowhere else.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import reduce
from itertools import permutations
from operator import add, mul
from typing import Any

import numpy as np
import sympy as sp
from sympy import Determinant, Expr, Identity, Inverse, MatrixSymbol, Symbol, Trace, Transpose
from sympy.core.symbol import Str
from sympy.matrices.exceptions import ShapeError
from sympy.matrices.expressions import HadamardPower, HadamardProduct, MatAdd, MatMul, MatPow
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.matexpr import MatrixExpr

from lvmcalc.calculus.errors import OutsideDomain, UnsupportedExpression
from lvmcalc.calculus.rules import Operation, RuleBook, increment_of, upstream

# The letters in which the rules are written; A2 is another matrix of the shape of A.
m, n, p, k = sp.symbols("m n p k", integer=True, positive=True)
A, A2 = MatrixSymbol("A", m, n), MatrixSymbol("B", m, n)
B, C = MatrixSymbol("B", n, p), MatrixSymbol("C", n, n)
s, a, b, c = sp.symbols("s a b c")
dA, dA2, dB, dC = map(increment_of, (A, A2, B, C))
ds, da, db, dc = map(increment_of, (s, a, b, c))
G_mn, G_mp, G_nm, G_nn, G_mm = map(upstream, (A, A * B, A.T, C, A * A.T))
g = upstream(Trace(C))

ATOMS = (MatrixSymbol, Symbol, Identity, sp.ZeroMatrix, sp.OneMatrix)
LARGEST_POWER = 24
LARGEST_NUMERIC_POWER = 1000  # beyond this, exact arithmetic takes too long
Pair = tuple[int, int]


class Entrywise(MatrixExpr):
    """A function of one number, such as exp, applied to every entry of a matrix."""

    def __new__(cls, function: str | Str, matrix: Expr) -> "Entrywise":
        """Return the expression function(matrix)."""
        return super().__new__(cls, Str(str(function)), matrix)

    name = property(lambda self: self.args[0].name, doc="The name of the function.")
    arg = property(lambda self: self.args[1], doc="The matrix that it is applied to.")
    shape = property(lambda self: self.args[1].shape, doc="The shape of the matrix.")

    def _latex(self, printer: Any) -> str:
        return rf"\{self.name}\left({printer.doprint(self.arg)}\right)"

    def _sympystr(self, printer: Any) -> str:
        return f"{self.name}({printer.doprint(self.arg)})"


def entry_by_entry(body: Expr, x: Symbol, matrix: Expr) -> Expr:
    """Return a scalar expression in x as a matrix expression, with every entry of a matrix for x.

    Products become elementwise products, and a number becomes a multiple of the matrix of ones.
    """
    def of(part: Expr) -> Expr:
        return entry_by_entry(part, x, matrix)

    match body:
        case _ if body == x:
            return matrix
        case _ if x not in body.free_symbols:
            return body * sp.OneMatrix(*matrix.shape)
        case sp.Add():
            return MatAdd(*map(of, body.args))
        case sp.Mul():
            numbers, moving = body.as_independent(x, as_Add=False)
            factors = [of(factor) for factor in sp.Mul.make_args(moving)]
            product = HadamardProduct(*factors) if len(factors) > 1 else factors[0]
            return product if numbers == 1 else numbers * product
        case sp.Pow() if body.exp.is_Integer and 1 < body.exp <= LARGEST_POWER:
            return HadamardProduct(*[of(body.base)] * int(body.exp))
        case sp.Function() if type(body).__name__ in SPELLED:
            return Entrywise(type(body).__name__, of(body.args[0]))
    raise UnsupportedExpression(f"{type(body).__name__} entry by entry")


def without_lambdas(expression: Expr) -> Expr:
    """Return an expression with SymPy's `applyfunc` written as known operations."""
    found = {part: entry_by_entry(part.function.expr, part.function.variables[0],
                                  without_lambdas(part.expr))
             for part in expression.atoms(ElementwiseApplyFunction)}
    return expression.xreplace(found) if found else expression


# How some operations are walked
def _argument(rule: str) -> Callable[[Expr], tuple[str, tuple]]:
    return lambda part: (rule, (part.args[0],))


def _halves(rule: str) -> Callable[[Expr], tuple[str, tuple]]:
    """Split a sum or product in the middle: first and rest would nest as deep as there are parts."""
    def split(part: Expr) -> tuple[str, tuple]:
        middle = len(part.args) // 2
        halves = part.args[:middle], part.args[middle:]
        return rule, tuple(part.func(*half) if len(half) > 1 else half[0] for half in halves)

    return split


def _split_product(part: MatMul) -> tuple[str, tuple]:
    scalar, factors = part.as_coeff_matrices()
    if scalar == 1:
        return _halves("product")(part)
    return "scale", (scalar, MatMul(*factors) if len(factors) > 1 else factors[0])


def _product_value(arithmetic: Any, part: MatMul, of: Callable) -> Any:
    scalar, factors = part.as_coeff_matrices()
    product = reduce(arithmetic.times, map(of, factors))
    return product if scalar == 1 else arithmetic.scale(of(scalar), product)


def without_power(part: Expr) -> Expr:
    """Return a whole power of a matrix as a product or an inverse, and else the same expression.

    Raises
    ------
    UnsupportedExpression
        If the power is no whole number, or too large.
    """
    if isinstance(part, HadamardPower) and part.exp.is_Integer and 1 < part.exp <= LARGEST_POWER:
        return HadamardProduct(*[part.base] * int(part.exp))
    if not isinstance(part, MatPow) or isinstance(part, Inverse):
        return part
    power = part.exp
    if not power.is_Integer or abs(power) > LARGEST_POWER:
        raise UnsupportedExpression(f"the matrix power {power} in {part}")
    if power == 0:
        return Identity(part.rows)
    factor = Inverse(part.base) if power < 0 else part.base
    return MatMul(*[factor] * abs(int(power))) if abs(power) > 1 else factor


def _power_value(arithmetic: Any, part: sp.Pow, of: Callable) -> Any:
    base, exponent = of(part.base), of(part.exp)
    if exponent != int(exponent):
        raise UnsupportedExpression(f"the power {part.exp} in {part}")
    if exponent < 0 and np.all(base == 0):
        raise OutsideDomain("a division by 0")
    if abs(exponent) > LARGEST_NUMERIC_POWER:
        raise UnsupportedExpression(
            f"the power {int(exponent)}, which is above {LARGEST_NUMERIC_POWER:,}")
    return base ** int(exponent)


def _sum_value(arithmetic: Any, part: Expr, of: Callable) -> Any:
    return reduce(add, map(of, part.args))


def _sum_degree(of: Callable, part: Expr, sizes: Mapping[str, int]) -> Pair:
    pairs = [of(term) for term in part.args]
    below = sum(q for _, q in pairs)
    return max(p + below - q for p, q in pairs), below


def _product_degree(of: Callable, part: Expr, sizes: Mapping[str, int]) -> Pair:
    return tuple(map(sum, zip(*map(of, part.args), strict=True)))


def _argument_degree(of: Callable, part: Expr, sizes: Mapping[str, int]) -> Pair:
    return of(part.args[0])


def _inverse_degree(of: Callable, part: Inverse, sizes: Mapping[str, int]) -> Pair:
    (p, q), size = of(part.arg), whole_size(part.rows, sizes)
    return q + (size - 1) * p, size * p


def _raised(base: Pair, exponent: int) -> Pair:
    p, q = base if exponent > 0 else base[::-1]
    return abs(exponent) * p, abs(exponent) * q


def _power_degree(of: Callable, part: sp.Pow, sizes: Mapping[str, int]) -> Pair:
    known = {symbol: sizes[symbol.name] for symbol in part.exp.free_symbols}
    return _raised(of(part.base), int(part.exp.xreplace(known)))


def _determinant_degree(of: Callable, part: Determinant, sizes: Mapping[str, int]) -> Pair:
    return _raised(of(part.arg), whole_size(part.arg.rows, sizes))


def whole_size(dimension: Expr, sizes: Mapping[str, int]) -> int:
    """Return a number of rows or columns at these sizes."""
    known = {symbol: sp.Integer(sizes[symbol.name]) for symbol in dimension.free_symbols}
    size = dimension.xreplace(known)
    if not (size.is_Integer and size > 0):
        raise OutsideDomain(f"there is no matrix with {dimension} = {size} rows or columns")
    return int(size)


def function(scalar: type[sp.Function], derivative: Callable[[Expr], Expr], of_array: Callable,
             source: str) -> tuple[Operation, Operation]:
    """Return the operations f(a), of a number, and f(A), entry by entry.

    Parameters
    ----------
    scalar : SymPy's f
    derivative : function that returns f′(a), made of numbers, sums, products and functions known here
    of_array : NumPy's f
    source : where the derivative is from
    """
    name = scalar.__name__
    SPELLED[name] = lambda arg: Entrywise(name, arg) if arg.is_Matrix else scalar(arg)
    slope = derivative(a)
    slopes = entry_by_entry(slope, a, A)

    def value(arithmetic: Any, part: Expr, of: Callable) -> Any:
        return arithmetic.apply(name, of_array, of(part.args[-1]))

    of_number, of_entries = f"{name} of a number", f"{name} entry by entry"
    return (
        Operation(of_number, scalar(a), {a: g * slope}, slope * da, source,
                  kind=scalar, split=_argument(of_number), value=value,
                  normal=lambda form, part: form.function(part), proof="one variable"),
        Operation(of_entries, Entrywise(name, A), {A: HadamardProduct(G_mn, slopes)},
                  HadamardProduct(slopes, dA), source,
                  kind=name, split=lambda part: (of_entries, (part.arg,)), value=value,
                  normal=lambda form, part: form.entrywise(part), proof="entries"),
    )


SPELLED: dict[str, Callable[[Expr], Expr]] = {}  # functions by their names in answers and formulas
LIMIT = "definition of the derivative"

# fmt: off
#              operation              Z                      adjoint of each argument                  differential dZ                     source
RULES = RuleBook(
    Operation("use",                  A,                     {A: G_mn},                                dA,                                 "definition of the differential"),
    Operation("product",              A * B,                 {A: G_mp * B.T, B: A.T * G_mp},           dA * B + A * dB,                    "Matrix Cookbook eq. 37",
              kind=MatMul, fits="chained", split=_split_product, value=_product_value, degree=_product_degree,
              normal=lambda form, part: form.product(part)),
    Operation("Gram matrix",          A * A.T,               {A: (G_mm + G_mm.T) * A},                 dA * A.T + A * dA.T,                "Matrix Cookbook eqs. 37, 44"),
    Operation("transpose",            A.T,                   {A: G_nm.T},                              dA.T,                               "Matrix Cookbook eq. 44",
              kind=Transpose, split=_argument("transpose"), degree=_argument_degree,
              value=lambda arithmetic, part, of: arithmetic.transpose(of(part.arg)),
              normal=lambda form, part: form.transposed(form.matrix(part.arg))),
    Operation("scale",                s * A,                 {s: Trace(G_mn.T * A), A: s * G_mn},      ds * A + s * dA,                    "Matrix Cookbook eq. 34"),
    Operation("sum",                  A + A2,                {A: G_mn, A2: G_mn},                      dA + dA2,                           "Matrix Cookbook eq. 35",
              kind=MatAdd, fits="same", split=_halves("sum"), value=_sum_value, degree=_sum_degree,
              normal=lambda form, part: form.add(*map(form.matrix, part.args))),
    Operation("difference",           A - A2,                {A: G_mn, A2: -G_mn},                     dA - dA2,                           "Matrix Cookbook eq. 35"),
    Operation("inverse",              C.I,                   {C: -C.I.T * G_nn * C.I.T},               -C.I * dC * C.I,                    "Matrix Cookbook eq. 40",
              kind=Inverse, fits="square", split=_argument("inverse"), degree=_inverse_degree, proof="A A⁻¹ = I",
              value=lambda arithmetic, part, of: arithmetic.inv(of(part.arg)),
              normal=lambda form, part: form.inverse(form.matrix(part.arg), part)),
    Operation("determinant",          Determinant(C),        {C: g * Determinant(C) * C.I.T},          Determinant(C) * Trace(C.I * dC),   "Matrix Cookbook eqs. 42, 49",
              kind=Determinant, fits="square", split=_argument("determinant"), degree=_determinant_degree, proof="cofactors",
              value=lambda arithmetic, part, of: arithmetic.det(of(part.arg)),
              normal=lambda form, part: form.determinant(form.matrix(part.arg), part.arg.shape)),
    Operation("trace",                Trace(C),              {C: g * Identity(n)},                     Trace(dC),                          "Matrix Cookbook eq. 36",
              kind=Trace, fits="square", split=_argument("trace"), degree=_argument_degree,
              value=lambda arithmetic, part, of: arithmetic.trace(of(part.arg)),
              normal=lambda form, part: form.trace(form.matrix(part.arg), part.arg.rows)),
    Operation("half squared norm",    Trace(A.T * A) / 2,    {A: g * A},                               Trace(A.T * dA),                    "Matrix Cookbook eq. 115"),
    Operation("logarithm",            sp.log(a),             {a: g / a},                               da / a,                             LIMIT,
              kind=sp.log, split=_argument("logarithm"), proof="one variable",
              value=lambda arithmetic, part, of: arithmetic.log(of(part.args[0])),
              normal=lambda form, part: form.function(part)),
    Operation("log determinant",      sp.log(Determinant(C)), {C: g * C.I.T},                          Trace(C.I * dC),                    "Matrix Cookbook eqs. 43, 57",
              proof="log cofactors"),
    Operation("power",                a**k,                  {a: g * k * a ** (k - 1)},                k * a ** (k - 1) * da,              LIMIT,
              kind=sp.Pow, split=lambda part: ("power", (part.base,)), value=_power_value, degree=_power_degree, proof="one variable",
              normal=lambda form, part: form.power(part)),
    Operation("scalar product",       a * b,                 {a: g * b, b: g * a},                     da * b + a * db,                    LIMIT,
              kind=sp.Mul, split=_halves("scalar product"), degree=_product_degree, proof="one variable",
              value=lambda arithmetic, part, of: reduce(mul, map(of, part.args)),
              normal=lambda form, part: sp.Mul(*map(form.scalar, part.args))),
    Operation("scalar sum",           a + b,                 {a: g, b: g},                             da + db,                            LIMIT,
              kind=sp.Add, split=_halves("scalar sum"), value=_sum_value, degree=_sum_degree, proof="one variable",
              normal=lambda form, part: sp.Add(*map(form.scalar, part.args))),
    Operation("sum with a constant",  a + b + c,             {a: g, b: g, c: g},                       da + db + dc,                       LIMIT,
              proof="one variable"),
    Operation("elementwise product",  HadamardProduct(A, A2), {A: HadamardProduct(G_mn, A2), A2: HadamardProduct(G_mn, A)}, HadamardProduct(dA, A2) + HadamardProduct(A, dA2), "Matrix Cookbook eq. 38",
              kind=HadamardProduct, fits="same", split=_halves("elementwise product"), degree=_product_degree,
              value=lambda arithmetic, part, of: reduce(arithmetic.elementwise, map(of, part.args)),
              normal=lambda form, part: form.elementwise(part)),
    *function(sp.exp, sp.exp, np.exp, LIMIT),
)
# fmt: on
OPERATIONS = {operation.kind: operation for operation in RULES.values() if operation.kind}


def known(part: Expr) -> Operation | None:
    """Return the record by which an expression without powers is walked.

    None is for symbols, numbers and constant matrices, which have no parts.

    Raises
    ------
    UnsupportedExpression
        If the operation is in no record.
    """
    operation = OPERATIONS.get(part.name if isinstance(part, Entrywise) else part.func)
    if operation:
        return operation
    if isinstance(part, ATOMS) or part.is_number:
        return None
    raise UnsupportedExpression(f"{type(part).__name__} in {part}")


def is_rational(expression: Expr) -> bool:
    """Return whether an expression has rational values, or logarithms of them, at rational points.

    Exact arithmetic is possible then.
    """
    irrational = tuple(kind for kind, operation in OPERATIONS.items()
                       if isinstance(kind, type) and operation.degree is None and kind is not sp.log)
    return not expression.has(Entrywise, *irrational)


def operation_of(expression: Expr) -> tuple[str, tuple[Expr, ...]]:
    """Return the rule for an expression as a stage of a chain, and its operands.

    Raises
    ------
    UnsupportedExpression
        If the expression is no operation of the book.
    """
    expression = without_power(without_lambdas(expression))
    for name in ("Gram matrix", "half squared norm", "difference"):
        letters = RULES[name].arguments
        leaves = [part for part in sp.preorder_traversal(expression)
                  if part.is_Matrix and not isinstance(part, MatMul | MatAdd)]
        for operands in permutations(dict.fromkeys(leaves), len(letters)):
            with suppress(ShapeError):
                if RULES[name].apply(*operands) == expression:
                    return name, operands
    if isinstance(expression, sp.Pow) and expression.exp == 2:
        return "scalar product", (expression.base, expression.base)
    operation = known(expression)
    return operation.split(expression) if operation else ("use", (expression,))
