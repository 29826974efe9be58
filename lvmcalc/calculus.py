"""Differentials of matrix expressions, the gradients that follow from them, and the comparison of two answers.

The differential of a scalar is brought to the form tr(Gᵀ dX); then G is the gradient, for every size
(Magnus and Neudecker, Matrix Differential Calculus, chapter 9).
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import sympy as sp
from sympy import Determinant, Expr, Inverse, MatrixSymbol, Symbol, Trace, Transpose, log
from sympy.matrices.expressions import MatAdd, MatMul, MatPow, ZeroMatrix

from lvmcalc import exact, rules
from lvmcalc.verdict import Verdict
from lvmcalc.words import LARGEST_POWER, CannotBeFormed, UnsupportedExpression, WordAlgebra, by_name, is_zero

ALGEBRA = ("transpose of a product", "A A⁻¹ = I", "tr(AB) = tr(BA)")


def differential(expression: Expr, wrt: Expr, increment: Expr, used: set[str] | None = None,
                 book: dict[str, rules.Rule] = rules.RULES) -> Expr:
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

    def halves(parts: tuple, join: type) -> list[Expr]:  # not first and rest: that nests as deep as there are parts
        middle = len(parts) // 2
        return [join(*half) if len(half) > 1 else half[0] for half in (parts[:middle], parts[middle:])]

    def d(part: Expr) -> Expr:
        part = sp.sympify(part)
        if part == wrt:
            return increment
        if wrt not in part.free_symbols:
            return ZeroMatrix(*part.shape) if part.is_Matrix else sp.S.Zero
        match part:
            case MatAdd():
                return by("sum", *halves(part.args, MatAdd))
            case MatMul():
                scalar, factors = part.as_coeff_matrices()
                if scalar != 1:
                    return by("scale", scalar, MatMul(*factors) if len(factors) > 1 else factors[0])
                return by("product", *halves(factors, MatMul))
            case Transpose():
                return by("transpose", part.arg)
            case Inverse():
                return by("inverse", part.arg)
            case MatPow() if part.exp.is_Integer and 0 < abs(part.exp) <= LARGEST_POWER:
                half = abs(int(part.exp)) // 2
                power = MatMul(part.base ** half, part.base ** (abs(part.exp) - half)) if half else part.base
                return d(Inverse(power) if part.exp < 0 else power)
            case Trace():
                return by("trace", part.arg)
            case Determinant():
                return by("determinant", part.arg)
            case sp.Add():
                return by("scalar sum", *halves(part.args, sp.Add))
            case sp.Mul():
                return by("scalar product", *halves(part.args, sp.Mul))
            case sp.Pow() if part.exp.is_integer and wrt not in part.exp.free_symbols:
                return by("power", part.base, letters={rules.k: part.exp})
            case log():
                return by("logarithm", part.args[0])
        raise UnsupportedExpression(f"{type(part).__name__} in {part}")

    return d(expression)


def gradient(expression: Expr, wrt: Expr, symmetric: tuple[str, ...] = ()) -> Expr:
    """Return the gradient of a scalar expression for every size; it has the shape of the variable.

    Parameters
    ----------
    expression : SymPy scalar expression
        Sums, products, scalar multiples, transposes, inverses, `Trace`, `Determinant`, `log` and integer powers.
    wrt : MatrixSymbol or Symbol
    symmetric : names (or MatrixSymbols) of matrices known to be symmetric
        With a symmetric variable, the gradient among the symmetric matrices, for the inner product tr(AᵀB).

    Returns
    -------
    SymPy expression of the shape of `wrt`.

    Raises
    ------
    UnsupportedExpression
        If an operation is not known, by name.
    TypeError
        If the expression is no scalar, or `wrt` no symbol.
    """
    return gradient_with_rules(expression, wrt, symmetric)[0]


def gradient_with_rules(expression: Expr, wrt: Expr, symmetric: tuple[str, ...] = (),
                        book: dict[str, rules.Rule] = rules.RULES) -> tuple[Expr, tuple[str, ...]]:
    """Return the gradient, as `gradient` does, and the names of the rules that it rests on."""
    expression = _sympified(expression)
    if not isinstance(expression, Expr) or expression.is_Matrix:
        raise TypeError(f"Only a scalar has a gradient, but {_kind(expression)} came; "
                        "wrap it in a Trace or a Determinant.")
    if not isinstance(wrt, MatrixSymbol | Symbol):
        raise TypeError(f"A gradient is taken with respect to a symbol, but {wrt} is none.")
    plain, plain_wrt = by_name(expression, wrt)
    names = {symbol.name for symbol in expression.atoms(Symbol, MatrixSymbol)}
    originals = {symbol.name: symbol for symbol in (*expression.atoms(Symbol), *wrt.atoms(Symbol))}
    step = rules.increment_of(plain_wrt)
    while step.name in names:
        step = rules.increment_of(step)
    symmetric = names_of(symmetric, plain, plain_wrt)
    algebra, used = WordAlgebra(symmetric), set()
    WordAlgebra(symmetric).scalar(plain)  # refuses what is unknown even where the variable does not occur
    if wrt.name in exact.sizes_in(plain):
        raise UnsupportedExpression(f"a derivative with respect to {wrt}, which is a size or an exponent,")
    change = algebra.scalar(differential(plain, plain_wrt, step, used, book))
    if isinstance(wrt, Symbol):
        result = algebra.written_out(sp.together(_coefficients(change, {step}).get(step, sp.S.Zero)))
    else:
        traces = {symbol for symbol, trace in algebra.scalars.items()
                  if isinstance(trace, Trace) and step in trace.free_symbols}
        total = algebra.add(*(algebra.times(coefficient, _from_trace(algebra, algebra.scalars[symbol], step))
                              for symbol, coefficient in _coefficients(change, traces).items()))
        if wrt.name in symmetric:
            total = algebra.times(sp.S.Half, algebra.add(total, algebra.transposed(total)))
        result = algebra.expression(total, plain_wrt.shape)
    back = {symbol: originals[symbol.name] for symbol in result.atoms(Symbol) if symbol.name in originals}
    return result.xreplace(back), tuple(sorted(used))


def _coefficients(change: Expr, steps: set[Symbol]) -> dict[Symbol, Expr]:
    """Return the coefficient of every step in a change that is linear in them."""
    if change in steps:
        return {change: sp.S.One}
    found: dict[Symbol, Expr] = {}
    if change.is_Add:
        for term in change.args:
            for step, coefficient in _coefficients(term, steps).items():
                found[step] = found.get(step, 0) + coefficient
    elif change.is_Mul:
        moving = [factor for factor in change.args if factor.free_symbols & steps]
        rest = sp.Mul(*(factor for factor in change.args if factor not in moving))
        for factor in moving:  # one, or none
            found = {step: rest * coefficient for step, coefficient in _coefficients(factor, steps).items()}
    return found


def _from_trace(algebra: WordAlgebra, trace: Trace, step: MatrixSymbol) -> dict:
    """Return G for tr(u dX v) = tr(Gᵀ dX): Gᵀ = v u."""
    word = tuple(trace.arg.args) if isinstance(trace.arg, MatMul) else (trace.arg,)
    if Transpose(step) in word:
        word = tuple(algebra.transposed_letter(letter) for letter in reversed(word))
    place = word.index(step)
    return algebra.transposed({word[place + 1:] + word[:place]: sp.S.One})


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
        "proved": the same normal form. "exact": equal in rational arithmetic at random points, with the chance of a
        false agreement. "refuted": a counterexample, or shapes that do not fit. "undecided": none of these.
    """
    left, right = _sympified(left), _sympified(right)
    for side in (left, right):
        if not isinstance(side, Expr):
            raise TypeError(f"Only SymPy expressions can be compared, but {_kind(side)} came.")
    left, right = _zero_like(left, right), _zero_like(right, left)
    try:
        left, right = by_name(left, right)
        if _shape(left) != _shape(right):
            return Verdict("refuted", f"the shapes differ: {_shape(left)} against {_shape(right)}")
        symmetric = names_of(symmetric, left, right)
        if _same_normal_form(left, right, symmetric):
            return Verdict("proved", "the same normal form, so equal for every size", rules=ALGEBRA)
        return exact.compare(left, right, symmetric, seed)
    except CannotBeFormed as error:
        return Verdict("refuted", str(error))
    except UnsupportedExpression as error:
        return Verdict("undecided", str(error))


def _same_normal_form(left: Expr, right: Expr, symmetric: tuple[str, ...]) -> bool:
    algebra = WordAlgebra(symmetric, reduce_inverses=True)
    if left.is_Matrix:
        return not algebra.add(algebra.matrix(left), algebra.times(-sp.S.One, algebra.matrix(right)))
    return is_zero(algebra.scalar(left) - algebra.scalar(right))


def linear_part(moved: Expr, tau: Symbol, claimed: Expr) -> Verdict:
    """Say whether `claimed` is the part of a scalar or matrix expression that is linear in the scalar `tau`."""
    algebra = WordAlgebra()
    try:
        moved, claimed, tau = by_name(moved, claimed, tau)
    except CannotBeFormed as error:
        return Verdict("refuted", str(error))
    if not moved.is_Matrix:
        holds = is_zero(sp.expand(algebra.scalar(moved)).coeff(tau, 1) - algebra.scalar(claimed))
    else:
        linear = {word: sp.expand(c).coeff(tau, 1) for word, c in algebra.matrix(moved).items()}
        holds = not algebra.add(linear, algebra.times(-sp.S.One, algebra.matrix(claimed)))
    words = "the part that is linear in the increments, for every size"
    return Verdict("proved", words, rules=ALGEBRA) if holds else Verdict("refuted", f"not {words}")


def names_of(symmetric: object, *expressions: Expr) -> tuple[str, ...]:
    """Return the names of the matrices in the expressions that are known to be symmetric."""
    one = isinstance(symmetric, str | Expr) or not isinstance(symmetric, Iterable)
    symmetric = (symmetric,) if one else tuple(symmetric)
    for item in symmetric:
        if not isinstance(item, str | MatrixSymbol):
            raise TypeError(f"`symmetric` holds names of matrices, but {_kind(item)} came.")
    names = tuple(item if isinstance(item, str) else item.name for item in symmetric)
    for matrix in {matrix for expression in expressions for matrix in expression.atoms(MatrixSymbol)}:
        if matrix.name in names and matrix.rows != matrix.cols:
            raise ValueError(f"{matrix} is said to be symmetric, but its shape is {_shape(matrix)}.")
    return names


def _sympified(value: object) -> object:
    if isinstance(value, str):  # SymPy would run it as code, with symbols of its own making
        raise TypeError(f"A SymPy expression is expected, but the text {value!r} came.")
    return sp.sympify(value)


def _zero_like(side: Expr, other: Expr) -> Expr:
    return ZeroMatrix(*other.shape) if side == 0 and not side.is_Matrix and other.is_Matrix else side


def _kind(value: object) -> str:
    is_matrix = getattr(value, "is_Matrix", False)
    return f"a matrix of shape {_shape(value)}" if is_matrix else f"{value} ({type(value).__name__})"


def _shape(value: Expr) -> str:
    return "×".join(map(str, value.shape)) if value.is_Matrix else "a scalar"
