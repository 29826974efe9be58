"""The rule book: for each operation one record of all that is known of it.

Every walker over expressions (differential, page form, index form, arithmetic, shapes, degrees,
proofs of the rules) asks these records. A function of a number needs no more than its record. The
sign of a matrix operation is in `notation/printer.py`, and what a library calls it in
`chain/dialects.toml`.
"""

from collections.abc import Callable
from functools import reduce
from operator import mul
from typing import Any

import numpy as np
import sympy as sp
from sympy import Determinant, Expr, Identity, Inverse, MatrixSymbol, Symbol, Trace, Transpose
from sympy.matrices.expressions import HadamardPower, HadamardProduct, MatAdd, MatMul
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf

from lvmcalc.calculus import expression_tools, functions
from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.expression_tools import halves
from lvmcalc.calculus.functions import SPELLED, entry_by_entry, sigmoid, sign
from lvmcalc.calculus.rules import Operation, RuleBook, adjoint_symbol, increment_of
from lvmcalc.notation.entrywise import EntrySum, Entrywise

# The letters in which the rules are written; A2 is another matrix of the shape of A.
m, n, p = sp.symbols("m n p", integer=True, positive=True)
k = Symbol("k", real=True)
A, _A2, v = MatrixSymbol("A", m, n), MatrixSymbol("B", m, n), MatrixSymbol("v", n, 1)
B, C = MatrixSymbol("B", n, p), MatrixSymbol("C", n, n)
a, (s, b, c) = functions.a, sp.symbols("s b c")
dA, dA2, dB, dC, dv = map(increment_of, (A, _A2, B, C, v))
ds, da, db, dc = map(increment_of, (s, a, b, c))
G_mn, G_mp, G_nm, G_nn, G_mm, G_n = map(adjoint_symbol, (A, A * B, A.T, C, A * A.T, v))
g = adjoint_symbol(Trace(C))

ATOMS = (MatrixSymbol, Symbol, Identity, sp.ZeroMatrix, sp.OneMatrix)
_STEP = 1e-5  # the imaginary step that finds a slope, to test a given derivative
_LIMIT, _BY_ENTRIES = "definition of the derivative", "definition of the differential"


def _of_number(scalar: type[sp.Function], slope: Expr, of_array: Callable, source: str) -> Operation:
    """Return the operation f(a) for a number, whose derivative f′(a) is `slope`."""
    name = f"{scalar.__name__} of a number"
    return Operation(name, scalar(a), {a: g * slope}, slope * da, source,
                     kind=scalar, value=_value(scalar.__name__, of_array),
                     page=lambda form, part: form.function(part), proof="one variable",
                     entries=lambda form, part: form.function(part))


def _of_entries(scalar: type[sp.Function], slope: Expr, of_array: Callable,
                source: str) -> Operation:
    """Return the operation f(A) entry by entry, where the derivative f′(a) is `slope`."""
    name, called = f"{scalar.__name__} entry by entry", scalar.__name__
    slopes = entry_by_entry(slope, a, A)
    adjoint, change = ((HadamardProduct(other, slopes) for other in (G_mn, dA)) if slope else
                       (sp.ZeroMatrix(m, n), sp.ZeroMatrix(m, n)))
    return Operation(name, Entrywise(called, A), {A: adjoint}, change, source,
                     kind=called, value=_value(called, of_array), proof="entries",
                     page=lambda form, part: form.entrywise(part),
                     entries=lambda form, part, i, j: form.entrywise(part, i, j))


def function(scalar: type[sp.Function], derivative: Callable[[Expr], Expr], of_array: Callable,
             source: str, means: Expr | None = None, also: str = "",
             kinked: bool = False) -> tuple[Operation, Operation]:
    """Return the operations f(a), of a number, and f(A), entry by entry.

    Parameters
    ----------
    scalar : SymPy's f; `sp.Function("f")` if SymPy has none
    derivative : function that returns f′(a), made of numbers, sums, products and functions known here
    of_array : NumPy's f, for complex numbers too
    source : where the derivative is from
    means : what f(a) is, made as the derivative; only if SymPy or mpmath does not have f
    also : what formulas call it beside its names in SymPy and NumPy
    kinked : whether there is no derivative at 0
    """
    name = scalar.__name__
    slope = _as_called_here(derivative(a))
    numpys = [of_array.__name__] if isinstance(of_array, np.ufunc) else []
    for spelled in (name, *numpys, *also.split()):
        SPELLED.setdefault(spelled, lambda arg: (
            Entrywise(name, arg) if arg.is_Matrix else scalar(arg)))
        SPELLED.setdefault(f"{spelled}'", lambda arg: (
            entry_by_entry(slope, a, arg) if arg.is_Matrix else slope.xreplace({a: arg})))
    functions.NUMPY[name] = of_array
    if means is not None:
        functions.DEFINED[name] = means = _as_called_here(means)
        functions.DECIMAL[name] = sp.lambdify(a, means, [functions.DECIMAL, "mpmath"])
    if kinked:
        functions.KINKED.add(name)
        source = f"{source}, except at 0"
    known = scalar, slope, of_array, source
    return _of_number(*known), _of_entries(*known)


def _as_called_here(formula: Expr) -> Expr:
    return sp.sympify(formula).replace(sp.Abs, functions.absolute).replace(sp.sign, sign)


def _value(name: str, of_array: Callable) -> Callable[[Any, Expr, Callable], Any]:
    return lambda arithmetic, part, of: arithmetic.apply(name, of_array, of(part.args[-1]))


def _norm(part: Expr) -> Expr:
    return sp.sqrt(Trace(part.T * part)) if part.is_Matrix else functions.absolute(part)


def inner(left: Expr, right: Expr) -> Expr:
    """Return the inner product of two matrices, tr(AᵀB), or of two scalars."""
    return Trace(left.T * right) if left.is_Matrix else left * right


# What a formula may call beside the functions of one number: name → constructor
SPELLED |= {
    "sqrt": lambda part: HadamardPower(part, sp.S.Half) if part.is_Matrix else sp.sqrt(part),
    **dict.fromkeys(("log", "ln"), lambda part: (
        Entrywise("log", part) if part.is_Matrix else sp.log(part))),
    "sum": EntrySum, "diag": functions.diagonal, "norm": _norm, "inner": inner,
    "ones": lambda rows, columns=sp.S.One: sp.OneMatrix(rows, columns),
    "rowsum": lambda part: part * sp.OneMatrix(part.cols, 1),
    "colsum": lambda part: sp.OneMatrix(1, part.rows) * part,
}

# fmt: off
#              operation              Z                      adjoint of each argument                  differential dZ                     source
RULES = RuleBook().add(
    Operation("use",                  A,                     {A: G_mn},                                dA,                                 _BY_ENTRIES),
    Operation("product",              A * B,                 {A: G_mp * B.T, B: A.T * G_mp},           dA * B + A * dB,                    "Matrix Cookbook eq. 37",
              kind=MatMul, fits="chained", split=expression_tools.split_product, value=expression_tools.product_value, degree=expression_tools.product_degree,
              page=lambda form, part: form.product(part), entries=lambda form, part, i, j: form.product(part, i, j)),
    Operation("Gram matrix",          A * A.T,               {A: (G_mm + G_mm.T) * A},                 dA * A.T + A * dA.T,                "Matrix Cookbook eqs. 37, 44"),
    Operation("transpose",            A.T,                   {A: G_nm.T},                              dA.T,                               "Matrix Cookbook eq. 44",
              kind=Transpose, degree=expression_tools.argument_degree,
              value=lambda arithmetic, part, of: arithmetic.transpose(of(part.arg)),
              page=lambda form, part: form.transposed(form.matrix(part.arg)), entries=lambda form, part, i, j: form.matrix(part.arg, j, i)),
    Operation("scale",                s * A,                 {s: Trace(G_mn.T * A), A: s * G_mn},      ds * A + s * dA,                    "Matrix Cookbook eq. 37, with (s I) A"),
    Operation("sum",                  A + _A2,                {A: G_mn, _A2: G_mn},                      dA + dA2,                           "Matrix Cookbook eq. 35",
              kind=MatAdd, fits="same", split=halves("sum"), value=expression_tools.sum_value, degree=expression_tools.sum_degree,
              page=lambda form, part: form.add(*map(form.matrix, part.args)), entries=lambda form, part, i, j: form.add(*(form.matrix(term, i, j) for term in part.args))),
    Operation("difference",           A - _A2,                {A: G_mn, _A2: -G_mn},                     dA - dA2,                           "Matrix Cookbook eqs. 34, 35"),
    Operation("inverse",              C.I,                   {C: -C.I.T * G_nn * C.I.T},               -C.I * dC * C.I,                    "Matrix Cookbook eq. 40",
              kind=Inverse, fits="square", degree=expression_tools.inverse_degree, proof="A A⁻¹ = I",
              value=lambda arithmetic, part, of: arithmetic.inv(of(part.arg)),
              page=lambda form, part: form.inverse(form.matrix(part.arg), part), entries=lambda form, part, i, j: form.inverse(part.arg, i, j)),
    Operation("determinant",          Determinant(C),        {C: g * Determinant(C) * C.I.T},          Determinant(C) * Trace(C.I * dC),   "Matrix Cookbook eqs. 42, 49",
              kind=Determinant, fits="square", degree=expression_tools.determinant_degree, proof="cofactors",
              value=lambda arithmetic, part, of: arithmetic.det(of(part.arg)),
              page=lambda form, part: form.determinant(form.matrix(part.arg), part.arg.shape), entries=lambda form, part: form.determinant(part.arg)),
    Operation("log determinant",      sp.log(Determinant(C)), {C: g * C.I.T},                          Trace(C.I * dC),                    "Matrix Cookbook eqs. 43, 57", proof="determinant"),
    Operation("trace",                Trace(C),              {C: g * Identity(n)},                     Trace(dC),                          "Matrix Cookbook eq. 36",
              kind=Trace, fits="square", degree=expression_tools.argument_degree,
              value=lambda arithmetic, part, of: arithmetic.trace(of(part.arg)),
              page=lambda form, part: form.trace(form.matrix(part.arg), part.arg.rows), entries=lambda form, part: form.total(part.arg, diagonal=True)),
    Operation("inner product",        Trace(A.T * _A2),       {A: g * _A2, _A2: g * A},                   Trace(dA.T * _A2) + Trace(A.T * dA2), "Matrix Cookbook eq. 103"),
    Operation("half squared norm",    Trace(A.T * A) / 2,    {A: g * A},                               Trace(A.T * dA),                    "Matrix Cookbook eq. 115"),
    Operation("squared norm",         Trace(A.T * A),        {A: 2 * g * A},                           2 * Trace(A.T * dA),                "Matrix Cookbook eq. 115"),
    Operation("norm",                 sp.sqrt(Trace(A.T * A)), {A: g / sp.sqrt(Trace(A.T * A)) * A},   Trace(A.T * dA) / sp.sqrt(Trace(A.T * A)), "Matrix Cookbook eq. 129, for a vector", proof="square"),
    Operation("sum of entries",       EntrySum(A),           {A: g * sp.OneMatrix(m, n)},              EntrySum(dA),                       _BY_ENTRIES,
              kind=EntrySum, degree=expression_tools.argument_degree,
              value=lambda arithmetic, part, of: arithmetic.total(of(part.arg)),
              page=lambda form, part: form.total(part), entries=lambda form, part: form.total(part.arg)),
    Operation("diagonal matrix",      DiagMatrix(v),         {v: DiagonalOf(G_nn)},                    DiagMatrix(dv),                     _BY_ENTRIES,
              kind=DiagMatrix, degree=expression_tools.argument_degree,
              value=lambda arithmetic, part, of: arithmetic.diagonal_matrix(of(part.args[0])),
              page=lambda form, part: form.opaque(part), entries=lambda form, part, i, j: form.times(form.delta(i, j, part.rows), form.matrix(part.args[0], i, None))),
    Operation("diagonal",             DiagonalOf(C),         {C: DiagMatrix(G_n)},                     DiagonalOf(dC),                     _BY_ENTRIES,
              kind=DiagonalOf, fits="square", degree=expression_tools.argument_degree,
              value=lambda arithmetic, part, of: arithmetic.diagonal(of(part.args[0])),
              page=lambda form, part: form.opaque(part), entries=lambda form, part, i, j: form.matrix(part.args[0], i, i)),
    Operation("logarithm",            sp.log(a),             {a: g / a},                               da / a,                             _LIMIT,
              kind=sp.log, proof="one variable", value=expression_tools.log_value,
              page=lambda form, part: form.function(part), entries=lambda form, part: form.function(part)),
    Operation("power",                a**k,                  {a: g * k * a ** (k - 1)},                k * a ** (k - 1) * da,              _LIMIT,
              kind=sp.Pow, parameters=(k,), value=expression_tools.power_value, degree=expression_tools.power_degree, proof="one variable",
              page=lambda form, part: form.power(part), entries=lambda form, part: form.power(part)),
    Operation("scalar product",       a * b,                 {a: g * b, b: g * a},                     da * b + a * db,                    _LIMIT,
              kind=sp.Mul, split=halves("scalar product"), degree=expression_tools.product_degree, proof="one variable",
              value=lambda arithmetic, part, of: reduce(mul, map(of, part.args)),
              page=lambda form, part: sp.Mul(*map(form.scalar, part.args)), entries=lambda form, part: sp.Mul(*map(form.scalar, part.args))),
    Operation("quotient",             a / b,                 {a: g / b, b: -g * a / b**2},             da / b - a / b**2 * db,             _LIMIT, proof="one variable"),
    Operation("scalar sum",           a + b,                 {a: g, b: g},                             da + db,                            _LIMIT,
              kind=sp.Add, split=halves("scalar sum"), value=expression_tools.sum_value, degree=expression_tools.sum_degree, proof="one variable",
              page=lambda form, part: sp.Add(*map(form.scalar, part.args)), entries=lambda form, part: sp.Add(*map(form.scalar, part.args))),
    Operation("sum with a constant",  a + b + c,             {a: g, b: g, c: g},                       da + db + dc,                       _LIMIT,
              proof="one variable"),
    Operation("elementwise product",  HadamardProduct(A, _A2), {A: HadamardProduct(G_mn, _A2), _A2: HadamardProduct(G_mn, A)}, HadamardProduct(dA, _A2) + HadamardProduct(A, dA2), "Matrix Cookbook eq. 38",
              kind=HadamardProduct, fits="same", split=halves("elementwise product"), degree=expression_tools.product_degree, proof="entries",
              value=lambda arithmetic, part, of: reduce(arithmetic.elementwise, expression_tools.each_once(of, part.args)),
              page=lambda form, part: form.elementwise(part), entries=lambda form, part, i, j: form.elementwise(part, i, j)),
    Operation("elementwise quotient", HadamardProduct(A, HadamardPower(_A2, -1)),
              {A: HadamardProduct(G_mn, HadamardPower(_A2, -1)), _A2: -HadamardProduct(G_mn, A, HadamardPower(_A2, -2))},
              HadamardProduct(dA, HadamardPower(_A2, -1)) - HadamardProduct(A, dA2, HadamardPower(_A2, -2)), _LIMIT, proof="entries"),
    Operation("elementwise power",    HadamardPower(A, k),   {A: k * HadamardProduct(G_mn, HadamardPower(A, k - 1))}, k * HadamardProduct(dA, HadamardPower(A, k - 1)), _LIMIT,
              kind=HadamardPower, parameters=(k,), proof="entries",
              value=expression_tools.power_value, degree=expression_tools.power_degree,
              page=lambda form, part: form.opaque(part), entries=lambda form, part, i, j: form.elementwise_power(part, i, j)),
    _of_entries(sp.log, 1 / a, functions.log_of, _LIMIT),
    *function(sp.exp, sp.exp, np.exp, _LIMIT),
    *function(sp.tanh, lambda x: 1 - sp.tanh(x)**2, np.tanh, _LIMIT),
    *function(sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x)), functions.sigmoid_of, _LIMIT, means=1 / (1 + sp.exp(-a)), also="sigma expit"),
    *function(functions.softplus, sigmoid, functions.softplus_of, _LIMIT, means=sp.log(1 + sp.exp(a))),
    *function(sp.sin, sp.cos, np.sin, _LIMIT),
    *function(sp.cos, lambda x: -sp.sin(x), np.cos, _LIMIT),
    *function(functions.relu, lambda x: (1 + sign(x)) / 2, lambda x: x * (np.real(x) > 0), _LIMIT, means=a * (1 + sign(a)) / 2, also="ReLU", kinked=True),
    *function(functions.absolute, sign, lambda x: x * functions.sign_of(x), _LIMIT, means=a * sign(a), kinked=True),
    *function(sign, lambda x: sp.S.Zero, functions.sign_of, _LIMIT, kinked=True),
)
# fmt: on
OPERATIONS = {operation.kind: operation for operation in RULES.values() if operation.kind}


def define(name: str, derivative: Callable[[Expr], Expr], of_array: Callable) -> None:
    """Add a function of one number to the rule book, for numbers and entry by entry.

    Formulas with it are proved or undecided: its values with many digits are not known.

    Parameters
    ----------
    name : str
        How formulas call it, such as swish.
    derivative : function of a SymPy symbol
        Returns f′, made of numbers, sums, products, powers and functions that are known.
    of_array : function of an array
        NumPy's f, entry by entry, for complex numbers too; not a number where f has no value. It
        needs one at −1.3, −0.4, 0.7 or 2.1, to be compared with the derivative there.

    Raises
    ------
    ValueError
        If the name is taken or no word, or if the derivative is not the slope of the function,
        which a small imaginary step finds.
    UnsupportedExpression
        If the derivative has an operation that is not known.
    """
    if not (isinstance(name, str) and name.isidentifier()) or name in SPELLED:
        raise ValueError(f"The name of a function is a word that is not taken, unlike {name!r}.")
    scalar = sp.Function(name)
    slope = _as_called_here(derivative(a))
    for part in slope.atoms(sp.Function):
        if type(part) is not scalar and type(part) not in OPERATIONS:
            raise UnsupportedExpression(f"{type(part).__name__} in the derivative of {name}")
    claimed = sp.lambdify(a, slope, [functions.NUMPY | {name: of_array}, "numpy"])
    with np.errstate(all="ignore"):
        points = [at for at in (-1.3, -0.4, 0.7, 2.1) if np.isfinite(of_array(np.array(at)))]
    if not points:
        raise ValueError(f"{name} has no value at −1.3, −0.4, 0.7 and 2.1.")
    for at in points:
        try:
            found = float(np.imag(of_array(np.array(at + _STEP * 1j)))) / _STEP
        except TypeError as error:
            raise ValueError(f"{name} must take complex numbers too, as slopes are found by a "
                             "small imaginary step.") from error
        given = float(claimed(np.array(at)))
        if not abs(found - given) <= 1e-6 * max(1, abs(found)):
            raise ValueError(f"The derivative of {name} is not its slope: at {at} it is "
                             f"{given:.6g}, and a small imaginary step finds {found:.6g}.")
    added = function(scalar, derivative, of_array, "given with the function")
    RULES.add(*added)
    OPERATIONS.update({operation.kind: operation for operation in added})
    functions.DECIMAL[name] = None


def record_of(part: Expr) -> Operation | None:
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


def record(part: Expr) -> Operation:
    """Return the record of an expression that is an operation on others; refuse any other."""
    if operation := record_of(part):
        return operation
    raise UnsupportedExpression(f"{type(part).__name__} in {part}")


def is_rational(expression: Expr) -> bool:
    """Return whether an expression has rational values, or logarithms of them, at rational points.

    Exact arithmetic is possible then.
    """
    parts = expression_tools.parts_of(expression)
    multiples = (part.as_coeff_mmul()[0] for part in parts if isinstance(part, MatMul))
    if any(part.exp.is_integer is False for part in parts
           if isinstance(part, sp.Pow | HadamardPower)) or any(
            number.has(sp.NumberSymbol, sp.log) for number in multiples):  # π X, log(a) X
        return False
    irrational = tuple(kind for kind, operation in OPERATIONS.items()
                       if isinstance(kind, type) and operation.degree is None and kind is not sp.log)
    return not expression.has(Entrywise, *irrational)
