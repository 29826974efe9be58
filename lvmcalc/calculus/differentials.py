"""Differentials of matrix expressions, the gradients that follow from them, and the comparison of
two answers.

The differential of a scalar is brought to the form tr(Gᵀ dX); then G is the gradient, for every
size (Magnus and Neudecker, Matrix Differential Calculus, chapter 9).
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import sympy as sp
from sympy import Determinant, Expr, Inverse, MatrixSymbol, Symbol, Trace, Transpose, log
from sympy.matrices.expressions import MatAdd, MatMul, MatPow, ZeroMatrix

from lvmcalc import checks
from lvmcalc.calculus import arithmetic, operations, random_points
from lvmcalc.calculus.expressions import CannotBeFormed, UnsupportedExpression, by_name
from lvmcalc.calculus.normal_form import LARGEST_POWER, NormalForm, is_zero
from lvmcalc.calculus.output_form import Terms
from lvmcalc.calculus.verdict import Verdict

ALGEBRA = ("transpose of a product", "A A⁻¹ = I", "tr(AB) = tr(BA)")
RULE_OF = {MatAdd: "sum", Transpose: "transpose", Inverse: "inverse", Trace: "trace",
           Determinant: "determinant",
           sp.Add: "scalar sum", sp.Mul: "scalar product", log: "logarithm"}


def differential(expression: Expr, wrt: Expr, increment: Expr, used: set[str] | None = None,
                 book: dict[str, operations.Rule] = operations.RULES) -> Expr:
    """Return d(expression) when `wrt` changes by `increment`, one rule of the book at a time.

    Parameters
    ----------
    expression : SymPy scalar or matrix expression
    wrt, increment : the variable and its small change, of the same shape
    used : set of str, optional
        Receives the names of the rules that were used.
    book : the rule book

    Returns
    -------
    SymPy expression of the shape of `expression`, linear in the increment.

    Raises
    ------
    UnsupportedExpression
        If an operation is in no rule.
    """
    def by(name: str, *operands: Expr, letters: Mapping[Expr, Expr] = MappingProxyType({})) -> Expr:
        if used is not None:
            used.add(name)
        return book[name].d(operands, tuple(d(operand) for operand in operands), letters)

    # not first and rest: that nests as deep as there are parts
    def halves(parts: tuple, join: type) -> list[Expr]:
        middle = len(parts) // 2
        return [join(*half) if len(half) > 1 else half[0]
                for half in (parts[:middle], parts[middle:])]

    def d(part: Expr) -> Expr:
        part = sp.sympify(part)
        if part == wrt:
            return increment
        if wrt not in part.free_symbols:
            return ZeroMatrix(*part.shape) if part.is_Matrix else sp.S.Zero
        match part:
            case MatMul():
                scalar, factors = part.as_coeff_matrices()
                if scalar != 1:
                    return by("scale", scalar, MatMul(*factors) if len(factors) > 1 else factors[0])
                return by("product", *halves(factors, MatMul))
            case MatAdd() | sp.Add() | sp.Mul():
                return by(RULE_OF[part.func], *halves(part.args, part.func))
            case Transpose() | Inverse() | Trace() | Determinant() | log():
                return by(RULE_OF[part.func], part.args[0])
            case MatPow() if part.exp.is_Integer and 0 < abs(part.exp) <= LARGEST_POWER:
                half = abs(int(part.exp)) // 2
                power = MatMul(part.base ** half,
                               part.base ** (abs(part.exp) - half)) if half else part.base
                return d(Inverse(power) if part.exp < 0 else power)
            case sp.Pow() if part.exp.is_integer and wrt not in part.exp.free_symbols:
                return by("power", part.base, letters={operations.k: part.exp})
        raise UnsupportedExpression(f"{type(part).__name__} in {part}")

    return d(expression)


def gradient(expression: Expr, wrt: Expr, symmetric: tuple[str, ...] = ()) -> Expr:
    """Return the gradient of a scalar expression for every size; it has the shape of the variable.

    Parameters
    ----------
    expression : SymPy scalar expression
        Sums, products, scalar multiples, transposes, inverses, `Trace`, `Determinant`, `log` and
        integer powers.
    wrt : MatrixSymbol or Symbol
    symmetric : names (or MatrixSymbols) of matrices known to be symmetric
        With a symmetric variable, the gradient among the symmetric matrices, for the inner product
        tr(AᵀB).

    Returns
    -------
    SymPy expression of the shape of `wrt`.

    Raises
    ------
    UnsupportedExpression
        If an operation is not known, by name.
    TypeError, ValueError
        If the expression is no scalar, `wrt` no symbol, or `symmetric` names no square matrix.
    """
    return gradient_with_rules(expression, wrt, symmetric)[0]


def gradient_with_rules(expression: Expr, wrt: Expr, symmetric: tuple[str, ...] = (),
                        book: dict[str, operations.Rule] = operations.RULES) -> tuple[
                            Expr, tuple[str, ...]]:
    """Return the gradient, as `gradient` does, and the names of the rules that it rests on."""
    expression = _sympified(expression)
    if not isinstance(expression, Expr) or expression.is_Matrix:
        raise TypeError(f"Only a scalar has a gradient, but {_kind(expression)} came; "
                        "wrap it in a Trace or a Determinant.")
    if not isinstance(wrt, MatrixSymbol | Symbol):
        raise TypeError("A gradient is taken with respect to a symbol, "
                        f"but {' '.join(str(wrt).split())} is none.")
    plain, variable = by_name(expression, wrt)
    symmetric = names_of(symmetric, plain, variable)
    # refuses what is unknown even where the variable does not occur
    NormalForm(symmetric).scalar(plain)
    if wrt.name in arithmetic.sizes_in(plain):
        raise UnsupportedExpression(f"a derivative with respect to {wrt}, which is a size or an "
                                    "exponent,")
    step = operations.increment_of(variable)
    while step.name in {symbol.name for symbol in plain.atoms(Symbol, MatrixSymbol)}:
        step = operations.increment_of(step)
    algebra, used = NormalForm(symmetric), set()
    change = algebra.scalar(differential(plain, variable, step, used, book))
    if not variable.is_Matrix:
        result = algebra.written_out(sp.together(change.diff(step)))
    else:  # the change is linear in the traces that hold the step
        parts = [algebra.times(change.diff(symbol), _from_trace(algebra, trace.arg, step))
                 for symbol, trace in algebra.scalars.items() if isinstance(trace, Trace)
                 and trace.has(step)]
        total = algebra.add(*parts)
        if variable.name in symmetric:
            total = algebra.times(sp.S.Half, algebra.add(total, algebra.transposed(total)))
        result = algebra.expression(total, variable.shape)
    originals = {symbol.name: symbol for symbol in (*expression.atoms(Symbol), *wrt.atoms(Symbol))}
    back = {symbol: originals[symbol.name] for symbol in result.atoms(Symbol)
            if symbol.name in originals}
    return result.xreplace(back), tuple(sorted(used))


def _from_trace(algebra: NormalForm, inside: Expr, step: MatrixSymbol) -> Terms:
    """Return G for tr(u dX v) = tr(Gᵀ dX): Gᵀ = v u."""
    word = tuple(inside.args) if isinstance(inside, MatMul) else (inside,)
    word = algebra.transposed_word(word) if Transpose(step) in word else word
    place = word.index(step)
    return algebra.transposed({word[place + 1:] + word[:place]: sp.S.One})


def inner(left: Expr, right: Expr) -> Expr:
    """Return the inner product of two matrices, tr(AᵀB), or of two scalars."""
    return Trace(left.T * right) if left.is_Matrix else left * right


def compare(left: Expr, right: Expr, symmetric: tuple[str, ...] = (), seed: int = 0) -> Verdict:
    """Say whether two expressions are equal for every size, and how sure that is.

    Parameters
    ----------
    left, right : SymPy scalar or matrix expressions
        Symbols are told apart by their names.
    symmetric : names (or MatrixSymbols) of matrices known to be symmetric
    seed : int
        Seeds the random points of the exact arithmetic.

    Returns
    -------
    Verdict
        "proved": the same normal form. "exact": equal in rational arithmetic at random points, with
        the chance of a false agreement. "refuted": a counterexample, or shapes that do not fit.
        "undecided": none of these.

    Raises
    ------
    TypeError, ValueError
        If a side is no SymPy expression, `symmetric` names no square matrix, or the seed is none.
    """
    left, right = _sympified(left), _sympified(right)
    for side in (left, right):
        if not isinstance(side, Expr):
            raise TypeError(f"Only SymPy expressions can be compared, but {_kind(side)} came.")
    left, right, seed = _zero_like(left, right), _zero_like(right,
                                                            left), checks.whole(
                                                                seed, "seed", least=0)
    try:
        left, right = by_name(left, right)
        if _shape(left) != _shape(right):
            return Verdict("refuted", f"the shapes differ: {_shape(left)} against {_shape(right)}")
        symmetric = names_of(symmetric, left, right)
        if _same_normal_form(left, right, symmetric):
            partial = any(side.has(log)
                          or any(power.exp.is_negative for power in side.atoms(MatPow))
                          # the normal form of X Xᵀ(X Xᵀ)⁻¹ is I for a wide X too
                          for side in (left, right))
            return Verdict("proved", "the same normal form, so equal for every size"
                           + ", wherever both sides have a value" * partial, rules=ALGEBRA)
        return random_points.compare(left, right, symmetric, seed)
    except CannotBeFormed as error:
        return Verdict("refuted", str(error))
    except UnsupportedExpression as error:
        return Verdict("undecided", str(error))


def _same_normal_form(left: Expr, right: Expr, symmetric: tuple[str, ...]) -> bool:
    algebra = NormalForm(symmetric, reduce_inverses=True)
    if left.is_Matrix:
        return not algebra.add(algebra.matrix(left),
                               algebra.times(-sp.S.One, algebra.matrix(right)))
    return is_zero(algebra.scalar(left) - algebra.scalar(right))


def names_of(symmetric: object, *expressions: Expr) -> tuple[str, ...]:
    """Return the names of the matrices in the expressions that are known to be symmetric."""
    one = isinstance(symmetric, str | Expr) or not isinstance(symmetric, Iterable)
    symmetric = (symmetric,) if one else tuple(symmetric)
    for item in symmetric:
        if not isinstance(item, str | MatrixSymbol):
            raise TypeError(f"`symmetric` holds names of matrices, but {_kind(item)} came.")
    names = tuple(item if isinstance(item, str) else item.name for item in symmetric)
    for matrix in {matrix for expression in expressions
                   for matrix in expression.atoms(MatrixSymbol)}:
        if matrix.name in names and matrix.rows != matrix.cols:
            raise ValueError(
                f"{matrix} is said to be symmetric, but its shape is {_shape(matrix)}.")
    return names


def _sympified(value: object) -> object:
    if isinstance(value, str):  # SymPy would run it as code, with symbols of its own making
        raise TypeError(f"A SymPy expression is expected, but the text {value!r} came.")
    try:
        return sp.sympify(value)
    except sp.SympifyError as error:
        raise TypeError(f"A SymPy expression is expected, but {_kind(value)} came.") from error


def _zero_like(side: Expr, other: Expr) -> Expr:
    return ZeroMatrix(
        *other.shape) if side == 0 and not side.is_Matrix and other.is_Matrix else side


def _kind(value: object) -> str:
    is_matrix = getattr(value, "is_Matrix", False)
    return f"a matrix of shape {_shape(value)}" if is_matrix else f"{value} ({type(value).__name__})"


def _shape(value: Expr) -> str:
    return "×".join(map(str, value.shape)) if value.is_Matrix else "a scalar"
