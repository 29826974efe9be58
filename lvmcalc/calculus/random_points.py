"""Whether two expressions agree: at random points in rational arithmetic, or else a counterexample
to do by hand."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice, permutations
from typing import Any

import numpy as np
import sympy as sp
from sympy import Determinant, Expr, Inverse, MatrixSymbol, Symbol, Trace, Transpose, log
from sympy.matrices.expressions import MatAdd, MatMul, MatPow

from lvmcalc.calculus.arithmetic import (
    POINTS,
    OutsideDomain,
    Reals,
    evaluate,
    random_point,
    sizes_in,
    value_at,
    vanishes,
    whole_size,
)
from lvmcalc.calculus.expressions import UnsupportedExpression, dimensions
from lvmcalc.calculus.verdict import Counterexample, Verdict
from lvmcalc.notation.printer import SUPERSCRIPT

RANGE = 10**9  # entries of random check points are whole numbers of this size, never 0 or ±1
# the smallest size at each point; they grow, for much is true of 2×2 matrices only
SMALLEST = (2, 3, 5)
LARGEST_SIZE = 16  # beyond this, exact arithmetic takes too long
# that are searched for a small counterexample
MOST_ORDERS, MOST_SHAPES, MOST_TRIES = 6_000, 24, 300


def compare(left: Expr, right: Expr, symmetric: tuple[str, ...], seed: int) -> Verdict:
    """Compare two expressions of one shape at random points of all-different sizes, in rational
    arithmetic."""
    rng, names, rows = np.random.default_rng(seed), sizes_in(left, right), dimensions(left, right)
    tried: list[dict[str, int]] = []

    def orders() -> Iterator[tuple[int, ...]]:
        for _ in range(20 * POINTS):
            if len(tried) < POINTS:
                yield rng.permutation(len(names)) + SMALLEST[len(tried)]
        yield from _small_orders(len(names), rng)

    for order in orders():
        sizes = dict(zip(names, map(int, order), strict=True))
        if not _fit(rows, sizes):
            continue
        point = random_point((left, right), sizes, rng, RANGE, symmetric)
        try:
            found = differ(left, right, point)
        except OutsideDomain:
            continue
        if found:
            example = smallest_counterexample(left, right, sizes, symmetric, rng)
            return Verdict("refuted", "the two sides differ",
                           counterexample=example or Counterexample(point, *found))
        tried.append(sizes)
    if len(tried) < POINTS:
        return Verdict("undecided", f"only {len(tried)} of {POINTS} random points, with at most "
                                    f"{LARGEST_SIZE} rows "
                                    "and columns, gave a value on both sides")
    chance = chance_of_false_agreement(left, right, tried[:POINTS])
    where = "no bound on the chance of a false agreement, because of logarithms" if chance is None else (
        f"a false agreement at these sizes has a chance below {_power_of_ten(chance)}")
    return Verdict("exact", f"equal in rational arithmetic at {POINTS} random points; {where}",
                   points=POINTS,
                   chance=chance)


def differ(left: Expr, right: Expr, point: Mapping[str, Any]) -> tuple[Expr, Expr] | None:
    """Return both values if they differ at the point, else None."""
    a, b = value_at(left, point), value_at(right, point)
    difference = a - b
    return None if all(map(vanishes,
                           difference if difference.is_Matrix else [difference])) else (a, b)


def _small_orders(count: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Return small sizes in every order (or in many), each of them once even and once odd, and once
    1.

    What is true if N > Q only, or for an even N, or for all N but 1, is not true for every size.
    """
    orders = [*permutations(range(count))] if count < 4 else [tuple(rng.permutation(count))
                                                              for _ in range(12)]
    return [tuple(place + smallest for place in order) for order in orders for smallest in (1, 2)]


def _fit(rows: set[Expr], sizes: Mapping[str, int]) -> bool:
    """Return whether there are matrices of these sizes, and none is too large."""
    try:
        return all(whole_size(size, sizes) <= LARGEST_SIZE for size in rows)
    except OutsideDomain:
        return False


# A counterexample to do by hand
def smallest_counterexample(left: Expr, right: Expr, refuting: Mapping[str, int],
                            symmetric: tuple[str, ...],
                            rng: np.random.Generator) -> Counterexample | None:
    """Return the smallest matrices of all-different sizes and whole numbers that were found to tell
    both sides apart.

    The sizes `refuting` are known to do it with large numbers; they come last.
    """
    def tells(point: dict[str, Any]) -> bool:
        try:
            return differ(left, right, point) is not None
        except (OutsideDomain, UnsupportedExpression):
            return False

    for sizes in (*_smallest(left, right, [*refuting]), refuting):
        for largest in (1, 2, 3) * 4 if _fit(dimensions(left, right), sizes) else ():
            point = random_point((left, right), sizes, rng, largest, symmetric)
            if tells(point):
                point = _shrunk(point, symmetric, tells)
                values = sorted(((name, sp.sympify(value)) for name, value in point.items()),
                                key=lambda item: (item[1].is_Matrix, item[0]))
                return Counterexample(dict(values), *differ(left, right, point))
    return None


def _smallest(left: Expr, right: Expr, names: list[str]) -> list[dict[str, int]]:
    """Return all-different sizes, those first with which the matrices have the fewest entries."""
    symbols = [Symbol(name, integer=True, positive=True) for name in names]
    matrices = left.atoms(MatrixSymbol) | right.atoms(MatrixSymbol)
    entries = sp.lambdify(symbols, sp.Add(*(sp.Mul(*matrix.shape) for matrix in matrices)))
    orders = islice(permutations(range(1, len(names) + 2), len(names)), MOST_ORDERS)
    fewest = sorted(orders, key=lambda order: entries(*order))[:MOST_SHAPES]
    return [dict(zip(names, order, strict=True)) for order in fewest]


def _shrunk(point: dict[str, Any], symmetric: tuple[str, ...],
            tells: Callable[[dict], bool]) -> dict[str, Any]:
    """Replace numbers by 0 or 1 where the two sides go on differing."""
    tries = iter(range(MOST_TRIES))

    def replaced(name: str, value: Expr) -> bool:
        succeeds = next(tries, None) is not None and tells(point | {name: value})
        if succeeds:
            point[name] = value
        return succeeds

    for name, value in point.items():
        if isinstance(value, int):  # a size
            continue
        if not value.is_Matrix:
            replaced(name, sp.S.One)
            continue
        for i, j in np.ndindex(value.shape):
            for entry in (0, 1):
                changed = point[name].as_mutable()
                changed[i, j] = entry
                if name in symmetric:
                    changed[j, i] = entry
                if changed == point[name] or replaced(name, changed.as_immutable()):
                    break
    return point


# How likely it is that two sides agree by chance
def chance_of_false_agreement(left: Expr, right: Expr, tried: list[dict[str, int]]) -> float | None:
    """Return the Schwartz–Zippel bound: (degree / number of values for an entry) for every point,
    multiplied.

    None with a logarithm, which has no degree.
    """
    if left.has(log) or right.has(log):
        return None
    chance = 1.0
    for sizes in tried:
        (p, q), (r, s) = degree(left, sizes), degree(right, sizes)
        chance *= max(p + s, r + q) / (RANGE - 1)
    return chance


def degree(expression: Expr, sizes: Mapping[str, int]) -> tuple[int, int]:
    """Return bounds for the degrees of the entries' numerators and of their common denominator."""
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
                (p, q), size = of(part.arg), whole_size(part.rows, sizes)
                return q + (size - 1) * p, size * p
            case MatPow():
                return power(of(Inverse(part.base) if part.exp < 0 else part.base),
                             abs(int(part.exp)))
            case MatMul() | sp.Mul():
                return tuple(map(sum, zip(*map(of, part.args), strict=True)))
            case Determinant():
                return power(of(part.arg), whole_size(part.arg.rows, sizes))
            case sp.Pow():
                return power(of(part.base), int(evaluate(part.exp, sizes, Reals)))
            case Transpose() | Trace():
                return of(part.arg)
        return 0, 0

    return of(expression)


def _power_of_ten(chance: float) -> str:
    """Return the next power of ten above a chance."""
    exponent = int(np.floor(np.log10(chance))) + 1 if chance > 0 else -300
    return "10" + str(exponent).translate(SUPERSCRIPT)
