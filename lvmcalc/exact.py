"""Arithmetic for SymPy matrix expressions: in floating point, and in rationals, where equal means equal.

`evaluate` walks an expression; the arithmetic that it is given says what the numbers are. With rational functions
of t as numbers, the derivative along a direction is exact too, and no rule of the rule book has part in it.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice, permutations
from math import gcd
from typing import Any

import numpy as np
import sympy as sp
from sympy import Determinant, Expr, Identity, Inverse, MatrixSymbol, Symbol, Trace, Transpose, log
from sympy.matrices.expressions import MatAdd, MatMul, MatPow, ZeroMatrix
from sympy.polys.domains import QQ
from sympy.polys.matrices import DomainMatrix
from sympy.polys.matrices.exceptions import DMNonInvertibleMatrixError

from lvmcalc.verdict import Counterexample, Verdict
from lvmcalc.words import UnsupportedExpression

RANGE = 10**9  # entries of random check points are whole numbers of this size, never 0 or ±1
POINTS = 3
SMALLEST = (2, 3, 5)  # the smallest size at each point; they grow, for much is true of 2×2 matrices only
LARGEST_SIZE, LARGEST_POWER = 16, 1000  # beyond these, exact arithmetic takes too long
MOST_ORDERS, MOST_SHAPES, MOST_TRIES = 6_000, 24, 300  # that are searched for a small counterexample
t = Symbol("t")


class OutsideDomain(ArithmeticError):
    """The expression has no real value here: a singular inverse, a division by 0, a logarithm of no positive number."""


class Floats:
    """NumPy arrays and floats (complex ones for the complex step)."""

    identity, transpose, trace, det, scale = np.eye, np.transpose, np.trace, np.linalg.det, staticmethod(np.multiply)
    number, log = complex, np.log

    @staticmethod
    def zeros(rows: int, columns: int) -> np.ndarray:
        return np.zeros((rows, columns))

    @staticmethod
    def inv(matrix: np.ndarray) -> np.ndarray:
        try:
            return np.linalg.inv(matrix)
        except np.linalg.LinAlgError as error:
            raise OutsideDomain("a matrix to be inverted is singular") from error


class Reals(Floats):
    """NumPy arrays and floats."""

    number = float


class Rationals:
    """Matrices over the rationals, or over the rational functions of some symbols; scalars are SymPy numbers."""

    number = staticmethod(lambda value: value)

    @staticmethod
    def matrix(value: Any) -> DomainMatrix:
        return DomainMatrix.from_Matrix(sp.Matrix(value)).to_field().to_dense()

    identity = staticmethod(lambda size: DomainMatrix.eye(size, QQ).to_dense())
    zeros = staticmethod(lambda rows, columns: DomainMatrix.zeros((rows, columns), QQ).to_dense())
    transpose = staticmethod(lambda matrix: matrix.transpose())
    det = staticmethod(lambda matrix: matrix.domain.to_sympy(matrix.det()))

    @staticmethod
    def trace(matrix: DomainMatrix) -> Expr:
        return matrix.domain.to_sympy(sum(matrix[i, i].element for i in range(matrix.shape[0])))

    @staticmethod
    def inv(matrix: DomainMatrix) -> DomainMatrix:
        try:
            return matrix.inv()
        except DMNonInvertibleMatrixError as error:
            raise OutsideDomain("a matrix to be inverted is singular") from error

    @staticmethod
    def log(number: Expr) -> Expr:
        if number.is_number and not number.is_positive:
            raise OutsideDomain("a logarithm of a number that is not positive")
        return sp.expand_log(log(number)) if number.is_number else log(number)

    @classmethod
    def scale(cls, scalar: Expr, matrix: DomainMatrix) -> DomainMatrix:
        if scalar.is_Rational:
            return matrix.scalarmul(matrix.domain.from_sympy(scalar))
        return cls.matrix(scalar * matrix.to_Matrix())


def evaluate(expression: Expr, values: Mapping[str, Any], arithmetic: Any) -> Any:
    """Return the value of an expression whose symbols (sizes among them) have the given values.

    Parameters
    ----------
    expression : SymPy scalar or matrix expression
    values : by name; matrices as the arithmetic has them
    arithmetic : Reals, Floats or Rationals

    Raises
    ------
    OutsideDomain
        If there is no real value at this point.
    UnsupportedExpression
        If an operation is not known.
    """
    def matrices(parts: tuple, combine: Callable) -> Any:
        result = of(parts[0])
        for part in parts[1:]:
            result = combine(result, of(part))
        return result

    def times(left: Any, right: Any) -> Any:
        return left @ right if hasattr(left, "__matmul__") else left * right

    def power(base: Any, exponent: int) -> Any:
        if exponent < 0 and np.all(base == 0):
            raise OutsideDomain("a division by 0")
        if abs(exponent) > LARGEST_POWER:
            raise UnsupportedExpression(f"the power {exponent}, which is above {LARGEST_POWER:,}")
        return base**exponent

    def of(part: Expr) -> Any:
        match part:
            case MatrixSymbol() | Symbol():
                if part.name not in values:
                    raise KeyError(f"{part.name} has no value.")
                return values[part.name]
            case MatAdd():
                return matrices(part.args, lambda left, right: left + right)
            case MatMul():
                scalar, factors = part.as_coeff_matrices()
                product = matrices(factors, times)
                return product if scalar == 1 else arithmetic.scale(of(scalar), product)
            case Transpose():
                return arithmetic.transpose(of(part.arg))
            case Inverse():
                return arithmetic.inv(of(part.arg))
            case MatPow() if part.exp.is_Integer and part.exp != 0:
                base = arithmetic.inv(of(part.base)) if part.exp < 0 else of(part.base)
                result = base
                for _ in range(abs(int(part.exp)) - 1):
                    result = times(result, base)
                return result
            case Identity():
                return arithmetic.identity(whole_size(part.shape[0], values))
            case ZeroMatrix():
                return arithmetic.zeros(*(whole_size(size, values) for size in part.shape))
            case Trace():
                return arithmetic.trace(of(part.arg))
            case Determinant():
                return arithmetic.det(of(part.arg))
            case sp.Add() | sp.Mul():
                total = of(part.args[0])
                for term in part.args[1:]:
                    total = total + of(term) if isinstance(part, sp.Add) else total * of(term)
                return total
            case sp.Pow() if part.exp.is_integer:
                return power(of(part.base), int(of(part.exp)) if part.exp.free_symbols else int(part.exp))
            case log():
                return arithmetic.log(of(part.args[0]))
            case _ if part.is_number and part.is_real:
                return arithmetic.number(part)
        raise UnsupportedExpression(f"{type(part).__name__} in {part}")

    return of(expression)


def whole_size(dimension: Expr, sizes: Mapping[str, int]) -> int:
    """Return a number of rows or columns at these sizes."""
    size = dimension.xreplace({symbol: sp.Integer(sizes[symbol.name]) for symbol in dimension.free_symbols})
    if not (size.is_Integer and size > 0):
        raise OutsideDomain(f"there is no matrix with {dimension} = {size} rows or columns")
    return int(size)


def dimensions(*expressions: Expr) -> set[Expr]:
    """Return all numbers of rows and columns in the expressions."""
    parts = (part for e in expressions for part in sp.preorder_traversal(e))
    return {size for part in parts if isinstance(part, MatrixSymbol | Identity | ZeroMatrix) for size in part.shape}


def sizes_in(*expressions: Expr) -> list[str]:
    """Return the names of the sizes in the expressions (and of exponents), in alphabetical order."""
    exponents = {power.exp for e in expressions for power in e.atoms(sp.Pow)}
    return sorted({symbol.name for size in dimensions(*expressions) | exponents for symbol in size.free_symbols})


def random_point(expressions: tuple[Expr, ...], sizes: Mapping[str, int], rng: np.random.Generator, largest: int,
                 symmetric: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return random whole numbers for every symbol: matrices over the rationals; scalars positive."""
    def numbers(count: int) -> list[int]:
        low = 2 if largest > 3 else 0  # a check point avoids 0 and ±1; a counterexample to read by hand may have them
        signed = zip(rng.integers(low, largest + 1, count), rng.choice([-1, 1], count), strict=True)
        return [int(value) * int(sign) for value, sign in signed]

    values: dict[str, Any] = dict(sizes)
    symbols = {symbol.name: symbol for e in expressions for symbol in e.atoms(Symbol, MatrixSymbol)}
    for name, symbol in sorted(symbols.items()):
        if isinstance(symbol, MatrixSymbol):
            rows, columns = (whole_size(size, sizes) for size in symbol.shape)
            matrix = sp.Matrix(rows, columns, numbers(rows * columns))
            if name in symmetric:
                matrix = sp.Matrix(rows, rows, lambda i, j, M=matrix: M[min(i, j), max(i, j)])
            values[name] = matrix
        elif name not in values:
            values[name] = sp.Integer(abs(numbers(1)[0]) or 1)
    return values


def value_at(expression: Expr, point: Mapping[str, Any]) -> Expr:
    """Return the exact value at a point of SymPy matrices and numbers, as a SymPy matrix or number."""
    ready = {name: Rationals.matrix(number) if getattr(number, "is_Matrix", False) else sp.sympify(number)
             for name, number in point.items()}
    value = evaluate(expression, ready, Rationals)
    return value.to_Matrix().as_immutable() if isinstance(value, DomainMatrix) else value


def differ(left: Expr, right: Expr, point: Mapping[str, Any]) -> tuple[Expr, Expr] | None:
    """Return both values if they differ at the point, else None."""
    a, b = value_at(left, point), value_at(right, point)
    difference = a - b
    entries = [*difference] if difference.is_Matrix else [difference]
    return None if all(vanishes(entry) for entry in entries) else (a, b)


def vanishes(number: Expr) -> bool:
    """Return whether an exact number is zero: logarithms of whole numbers without a common factor are independent.

    Raises
    ------
    OutsideDomain
        If that cannot be told.
    """
    number = sp.expand(number)
    if number.is_Rational:
        return number == 0
    logarithms = {atom: atom.args[0] for atom in number.atoms(log) if atom.args[0].is_Rational and atom.args[0] > 0}
    base = coprime_base([int(whole) for value in logarithms.values() for whole in (value.p, value.q)])
    symbols = [sp.Dummy() for _ in base]
    number = number.xreplace({atom: sp.Add(*(symbol * (sp.multiplicity(b, value.p) - sp.multiplicity(b, value.q))
                                             for symbol, b in zip(symbols, base, strict=True)))
                              for atom, value in logarithms.items()})
    if sp.cancel(sp.together(number)) == 0:
        return True
    if abs(number.xreplace({symbol: log(b) for symbol, b in zip(symbols, base, strict=True)}).evalf(80)) < 1e-40:
        raise OutsideDomain("a number that cannot be told from 0")
    return False


def coprime_base(numbers: list[int]) -> list[int]:
    """Return whole numbers, no two with a common factor, of whose powers all the given ones are products."""
    base: list[int] = []
    numbers = [number for number in numbers if number > 1]
    while numbers:
        number = numbers.pop()
        shared = next((b for b in base if gcd(b, number) > 1), None)
        if shared is None:
            base.append(number)
        else:
            base.remove(shared)
            common = gcd(shared, number)
            numbers += [part for part in (common, shared // common, number // common) if part > 1]
    return base


def compare(left: Expr, right: Expr, symmetric: tuple[str, ...], seed: int) -> Verdict:
    """Compare two expressions of one shape at random points of all-different sizes, in rational arithmetic."""
    rng, names, rows = np.random.default_rng(seed), sizes_in(left, right), dimensions(left, right)
    tried: list[dict[str, int]] = []

    def refuted(numbers: Iterable[int]) -> Verdict | None:
        sizes = dict(zip(names, map(int, numbers), strict=True))
        if not all(_fits(size, sizes) for size in rows):
            return None
        point = random_point((left, right), sizes, rng, RANGE, symmetric)
        try:
            found = differ(left, right, point)
        except OutsideDomain:
            return None
        if found:
            example = smallest_counterexample(left, right, sizes, symmetric, rng)
            return Verdict("refuted", "the two sides differ", counterexample=example or Counterexample(point, *found))
        tried.append(sizes)
        return None

    for _ in range(20 * POINTS):
        if len(tried) < POINTS and (verdict := refuted(rng.permutation(len(names)) + SMALLEST[len(tried)])):
            return verdict
    for numbers in _orders(len(names), rng):
        if verdict := refuted(numbers):
            return verdict
    if len(tried) < POINTS:
        return Verdict("undecided", f"only {len(tried)} of {POINTS} random points, with at most {LARGEST_SIZE} rows "
                                    "and columns, gave a value on both sides")
    chance = chance_of_false_agreement(left, right, tried[:POINTS])
    where = "no bound on the chance of a false agreement, because of logarithms" if chance is None else (
        f"a false agreement at these sizes has a chance below {_power_of_ten(chance)}")
    return Verdict("exact", f"equal in rational arithmetic at {POINTS} random points; {where}", points=POINTS,
                   chance=chance)


def _orders(count: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Return small sizes in every order (or in many), each of them once even and once odd, and once 1.

    What is true if N > Q only, or for an even N, or for all N but 1, is not true for every size.
    """
    orders = [*permutations(range(count))] if count < 4 else [tuple(rng.permutation(count)) for _ in range(12)]
    return [tuple(place + smallest for place in order) for order in orders for smallest in (1, 2)]


def smallest_counterexample(left: Expr, right: Expr, refuting: Mapping[str, int], symmetric: tuple[str, ...],
                            rng: np.random.Generator) -> Counterexample | None:
    """Return the smallest matrices of all-different sizes and whole numbers that were found to tell both sides apart.

    The sizes `refuting` are known to do it with large numbers; they come last.
    """
    names, rows = [*refuting], dimensions(left, right)
    symbols = left.atoms(MatrixSymbol) | right.atoms(MatrixSymbol)
    entries = sp.lambdify([Symbol(name, integer=True, positive=True) for name in names],
                          sp.Add(*(sp.Mul(*symbol.shape) for symbol in symbols)))
    tries = iter(range(MOST_TRIES))

    def still(point: dict[str, Any]) -> bool:
        try:
            return next(tries, None) is not None and differ(left, right, point) is not None
        except (OutsideDomain, UnsupportedExpression):
            return False

    orders = islice(permutations(range(1, len(names) + 2), len(names)), MOST_ORDERS)
    smallest = islice(sorted(orders, key=lambda order: entries(*order)), MOST_SHAPES)
    for sizes in (*(dict(zip(names, order, strict=True)) for order in smallest), refuting):
        if not all(_fits(size, sizes) for size in rows):
            continue
        for largest in (1, 2, 3) * 4:
            point = random_point((left, right), sizes, rng, largest, symmetric)
            if not still(point):
                continue
            tries = iter(range(MOST_TRIES))
            for name in [name for name, value in point.items() if name not in sizes]:
                point = _shrunk(point, name, name in symmetric, still)
            values = {name: v.as_immutable() if getattr(v, "is_Matrix", False) else sp.sympify(v)
                      for name, v in point.items()}
            sizes_first = sorted(values.items(), key=lambda item: (item[1].is_Matrix, item[0]))
            return Counterexample(dict(sizes_first), *differ(left, right, point))
    return None


def _fits(dimension: Expr, sizes: Mapping[str, int]) -> bool:
    try:
        return whole_size(dimension, sizes) <= LARGEST_SIZE
    except OutsideDomain:
        return False


def _shrunk(point: dict[str, Any], name: str, symmetric: bool, still: Callable) -> dict[str, Any]:
    """Replace entries by 0 or 1 where the two sides go on differing."""
    value = point[name]
    if not getattr(value, "is_Matrix", False):
        smaller = point | {name: sp.S.One}
        return smaller if still(smaller) else point
    for i, j in np.ndindex(*value.shape):
        for entry in (0, 1):
            if abs(point[name][i, j]) < entry or point[name][i, j] == entry:
                break
            changed = point[name].copy()
            changed[i, j] = entry
            if symmetric:
                changed[j, i] = entry
            if still(point | {name: changed}):
                point = point | {name: changed}
                break
    return point


def directional_derivative(expression: Expr, point: Mapping[str, Any], wrt: str, direction: Any) -> Expr:
    """Return d/dτ of a scalar expression at τ = 0 when `wrt` moves by τ times `direction`, exactly.

    No rule for matrices is used: the expression is evaluated over the rational functions of τ, and a function of
    one variable is differentiated.
    """
    value = value_at(expression, dict(point) | {wrt: point[wrt] + t * direction})
    return sp.sympify(sp.diff(value, t)).subs(t, 0)


def chance_of_false_agreement(left: Expr, right: Expr, tried: list[dict[str, int]]) -> float | None:
    """Return the Schwartz–Zippel bound: (degree / number of values for an entry) for every point, multiplied."""
    chance = 1.0
    for sizes in tried:
        degrees = [degree(side, sizes) for side in (left, right)]
        if None in degrees:
            return None
        (p, q), (r, s) = degrees
        chance *= max(p + s, r + q) / (RANGE - 1)
    return chance


def degree(expression: Expr, sizes: Mapping[str, int]) -> tuple[int, int] | None:
    """Return bounds for the degrees of the entries' numerators and of their common denominator.

    None with a logarithm, which has no degree.
    """
    def power(base: tuple[int, int], exponent: int) -> tuple[int, int]:
        p, q = base if exponent > 0 else base[::-1]
        return abs(exponent) * p, abs(exponent) * q

    def of(part: Expr) -> tuple[int, int]:
        match part:
            case MatrixSymbol() | Symbol():
                return (0, 0) if part.name in sizes else (1, 0)
            case MatAdd() | sp.Add():
                pairs = [of(term) for term in part.args]
                q = sum(pair[1] for pair in pairs)
                return max(p + q - own for p, own in pairs), q
            case Inverse():
                (p, q), size = of(part.arg), whole_size(part.shape[0], sizes)
                return q + (size - 1) * p, size * p
            case MatPow():
                p, q = of(Inverse(part.base)) if part.exp < 0 else of(part.base)
                return abs(int(part.exp)) * p, abs(int(part.exp)) * q
            case MatMul() | sp.Mul():
                return tuple(map(sum, zip(*(of(factor) for factor in part.args), strict=True)))
            case Determinant():
                return power(of(part.arg), whole_size(part.arg.shape[0], sizes))
            case sp.Pow():
                exponent = part.exp.xreplace({s: sp.Integer(sizes[s.name]) for s in part.exp.free_symbols})
                return power(of(part.base), int(exponent))
            case Transpose() | Trace():
                return of(part.arg)
            case log():
                raise LookupError
        return 0, 0

    try:
        return of(expression)
    except LookupError:
        return None


def _power_of_ten(chance: float) -> str:
    """Return the next power of ten above a chance."""
    exponent = int(np.floor(np.log10(chance))) + 1 if chance > 0 else -300
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
