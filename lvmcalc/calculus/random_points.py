"""Try two expressions at random points, and look for a small counterexample.

The arithmetic is that of rational numbers, in which equal means equal. Where a function has no
rational values, many digits take its place.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice, permutations
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from sympy import Expr, HadamardPower, MatrixSymbol, Symbol

from lvmcalc.calculus import arithmetic
from lvmcalc.calculus.arithmetic import POINTS, Point, random_point, sizes_in, value_at, vanishes
from lvmcalc.calculus.decimals import SAME_DIGITS, Decimals, decimal, in_tenths
from lvmcalc.calculus.errors import OutsideDomain, UnsupportedExpression
from lvmcalc.calculus.expression_checks import dimensions
from lvmcalc.calculus.expression_tools import whole_size, without_power
from lvmcalc.calculus.functions import kinks_in
from lvmcalc.calculus.operations import ATOMS, is_rational, record_of
from lvmcalc.calculus.verdict import Counterexample, Verdict, power_of_ten

RANGE = 10**9  # entries of random check points are whole numbers of this size, never 0 or ±1
_SMALLEST = (2, 3, 5)  # size at each point; they grow, for much is true of 2×2 matrices only
LARGEST_SIZE = 16  # beyond this, exact arithmetic takes too long
_MOST_ORDERS, _MOST_SHAPES, _MOST_TRIES = 6_000, 24, 300  # to find a small counterexample
_OF_BOTH_SIGNS = 12  # more points where √(t²) may be t or −t
_ON_BOTH_SIDES = 60  # more points where sign(…) may differ at a few of them only
AtMost = tuple[tuple[str, str], ...]  # pairs of sizes, the first at most as large as the second
Differ = Callable[[Expr, Expr, Point], tuple[Expr, Expr] | None]


def agreement(left: Expr, right: Expr, symmetric: tuple[str, ...], seed: int,
              exact: bool = True, at_most: AtMost = ()) -> Verdict:
    """Compare two expressions of one shape at random points of all-different sizes.

    A size that is a number in a formula, as in N X, is first any number, whatever the number of
    rows: (N − 1)(N − 2)(N − 3) is 0 for all sizes that are tried, and is not 0. Where the two sides
    agree only if it is the number of rows, more sizes are tried than its power has roots. Without
    `exact`, many digits take the place of fractions, which grow without bound in a large formula.
    """
    apart = _sizes_apart(left), _sizes_apart(right)
    verdict = _tried(*apart, symmetric, seed, exact, at_most)
    if apart == (left, right) or verdict.status in ("exact", "numeric"):
        return verdict
    verdict = _tried(left, right, symmetric, seed, exact, at_most, every_size=True)
    power = max(map(_power_of_a_size, (left, right)))
    most = LARGEST_SIZE + 1 - len(sizes_in(left, right))
    if verdict.status in ("exact", "numeric") and power >= most:
        return Verdict("undecided", f"equal for all sizes up to {LARGEST_SIZE} that were tried, "
                                    f"but a size occurs to the power {power}")
    return verdict


def _power_of_a_size(expression: Expr) -> int:
    """Return a bound for the degree of an expression in its sizes, where they are numbers."""
    sizes = dict.fromkeys(sizes_in(expression), LARGEST_SIZE)
    return sum(_degrees(expression, sizes, sizes.__contains__))


def _sizes_apart(expression: Expr) -> Expr:
    """Return an expression in which every size that is a number is a symbol of its own."""
    sizes = {symbol for size in dimensions(expression) for symbol in size.free_symbols}

    def of(part: Expr) -> Expr:
        if part in sizes:
            return Symbol(f"{part.name} as a number")
        if isinstance(part, ATOMS) or not part.args:
            return part
        if isinstance(part, sp.Pow | HadamardPower):
            return part.func(of(part.base), part.exp)
        return part.func(*(of(arg) if isinstance(arg, Expr) else arg for arg in part.args))

    return of(expression)


def _tried(left: Expr, right: Expr, symmetric: tuple[str, ...], seed: int, exact: bool,
           at_most: AtMost, every_size: bool = False) -> Verdict:
    rational = exact and is_rational(left) and is_rational(right)
    differs, largest = (differ, RANGE) if rational else (differ_in_decimals, 9)
    rng, names, rows = np.random.default_rng(seed), sizes_in(left, right), dimensions(left, right)
    tried: list[dict[str, int]] = []
    rooted = any(map(_has_root_of_square, (left, right)))

    def orders() -> Iterator[tuple[int, ...]]:
        for _ in range(20 * POINTS):
            if len(tried) < POINTS:
                yield rng.permutation(len(names)) + _SMALLEST[len(tried)]
        yield from _small_orders(len(names), rng)
        for _ in range(_ON_BOTH_SIDES * bool(kinks_in(left, right)) or _OF_BOTH_SIGNS * rooted):
            yield rng.permutation(len(names)) + 1
        if every_size:
            for smallest in range(1, LARGEST_SIZE - len(names) + 2):
                yield rng.permutation(len(names)) + smallest

    without_value = 0
    for order in orders():
        sizes = dict(zip(names, map(int, order), strict=True))
        if not (_fit(rows, sizes) and _allowed(sizes, at_most)):
            continue
        # where logarithms have no value, positive numbers may do
        point = random_point((left, right), sizes, rng, largest, symmetric,
                             positive=without_value % 2 == 1)
        point = point if rational else in_tenths(point)
        try:
            found = differs(left, right, point)
        except OutsideDomain:
            without_value += 1
            continue
        if found:
            first = Counterexample({it: sp.sympify(value) for it, value in point.items()}, *found)
            return Verdict("refuted", "the two sides differ", find_counterexample=partial(
                _smallest_counterexample, left, right, sizes, symmetric, rng, differs, at_most,
                first))
        tried.append(sizes)
    if len(tried) < POINTS:
        return Verdict("undecided",
                       f"only {len(tried)} of {POINTS} random points, with at most {LARGEST_SIZE} "
                       "rows and columns, gave a value on both sides")
    if not rational:
        scalars = sorted({part.name for side in (left, right) for part in side.atoms(Symbol)
                          if part.name not in names})
        signs = f" with {', '.join(scalars)} > 0" if rooted and scalars else ""
        return Verdict("numeric", f"equal to {SAME_DIGITS} digits at {POINTS} random points{signs}"
                                  ", which is no proof", points=POINTS)
    chance = chance_of_false_agreement(left, right, tried[:POINTS])
    return Verdict("exact", f"equal in rational arithmetic at {POINTS} random points; "
                            f"{said_of(chance)}", points=POINTS, chance=chance)


def _has_root_of_square(side: Expr) -> bool:
    return any(inner.exp.is_even for outer in side.atoms(sp.Pow) if outer.exp.is_integer is False
               for inner in outer.base.atoms(sp.Pow))


def differ(left: Expr, right: Expr, point: Point) -> tuple[Expr, Expr] | None:
    """Return both values if they differ at the point, else None."""
    a, b = value_at(left, point), value_at(right, point)
    difference = a - b
    entries = difference if difference.is_Matrix else [difference]
    return None if all(map(vanishes, entries)) else (a, b)


def differ_in_decimals(left: Expr, right: Expr, point: Point) -> tuple[Expr, Expr] | None:
    """Return both values if they certainly differ, and None if they agree to 40 digits.

    Raises
    ------
    OutsideDomain
        If there is no value, or too few digits to tell.
    """
    rough, *_ = _in_decimals(left, right, point, SAME_DIGITS)
    fine, *sides = _in_decimals(left, right, point, 3 * SAME_DIGITS)
    tiny = mpmath.mpf(10) ** -SAME_DIGITS
    if max(map(abs, fine.flat)) <= tiny * max(1, *(abs(it) for side in sides for it in side.flat)):
        return None
    if not any(entry and abs(other - entry) < abs(entry) / 10**10
               for other, entry in zip(rough.flat, fine.flat, strict=True)):
        raise OutsideDomain("a difference that cannot be told from 0")
    first, second = (sp.ImmutableMatrix(*side.shape, [*map(_shown, side.flat)]) for side in sides)
    return (first, second) if left.is_Matrix else (first[0], second[0])


def _shown(number: Any) -> Expr:
    """Return a number of mpmath as it is shown: whole, or with 6 digits; what is left of 0 as 0."""
    if abs(number) < mpmath.mpf(10) ** -SAME_DIGITS:
        return sp.Integer(0)
    whole = sp.Integer(int(mpmath.nint(number))) if abs(number) < RANGE else sp.nan
    return whole if number == whole else sp.Float(str(number), 6)


def _in_decimals(left: Expr, right: Expr, point: Point, digits: int) -> tuple[Any, Any, Any]:
    """Return left − right, left and right as matrices with so many digits."""
    with mpmath.workdps(digits):
        numbers = {name: decimal(value) for name, value in point.items()}
        one, other = (np.atleast_2d(arithmetic.evaluate(side, numbers, Decimals))
                      for side in (left, right))
        return one - other, one, other


def _small_orders(count: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Return small sizes in every order (or in many), each of them even, odd, and once 1.

    What is true if N > Q only, or for an even N, or for all N but 1, is not true for every size.
    """
    orders = [*permutations(range(count))]
    if count >= 4:
        orders = [tuple(rng.permutation(count)) for _ in range(12)]
    return [tuple(place + smallest for place in order) for order in orders for smallest in (1, 2)]


def _fit(rows: set[Expr], sizes: Mapping[str, int]) -> bool:
    """Return whether there are matrices of these sizes, and none is too large."""
    try:
        return all(whole_size(size, sizes) <= LARGEST_SIZE for size in rows)
    except OutsideDomain:
        return False


def _allowed(sizes: Point, at_most: AtMost) -> bool:
    """Return whether no size is larger than the one that it may not exceed."""
    return all(sizes.get(small, 0) <= sizes.get(large, LARGEST_SIZE) for small, large in at_most)


# A counterexample to do by hand
def _smallest_counterexample(left: Expr, right: Expr, refuting: Mapping[str, int],
                             symmetric: tuple[str, ...], rng: np.random.Generator,
                             differs: Differ, at_most: AtMost,
                             known: Counterexample) -> Counterexample:
    """Return the smallest whole numbers found at which the two sides differ, of different sizes.

    The sizes `refuting` are known to do it with large numbers; they come last. Where nothing
    smaller is found, it is the `known` one.
    """
    def tells(point: dict[str, Any]) -> bool:
        try:  # a size may stand in a formula as a number
            return _allowed(point, at_most) and differs(left, right, point) is not None
        except (OutsideDomain, UnsupportedExpression):
            return False

    for sizes in (*_smallest(left, right, [*refuting]), refuting):
        fits = _allowed(sizes, at_most) and _fit(dimensions(left, right), sizes)
        for largest in (1, 2, 3) * 4 if fits else ():
            point = random_point((left, right), sizes, rng, largest, symmetric)
            if tells(point):
                point = _shrunk(point, symmetric, tells)
                values = sorted(((name, sp.sympify(value)) for name, value in point.items()),
                                key=lambda item: (item[1].is_Matrix, item[0]))
                return Counterexample(dict(values), *differs(left, right, point))
    return known


def _smallest(left: Expr, right: Expr, names: list[str]) -> list[dict[str, int]]:
    """Return all-different sizes, those first with which the matrices have the fewest entries."""
    symbols = [Symbol(name, integer=True, positive=True) for name in names]
    matrices = left.atoms(MatrixSymbol) | right.atoms(MatrixSymbol)
    entries = sp.lambdify(symbols, sp.Add(*(sp.Mul(*matrix.shape) for matrix in matrices)))
    orders = islice(permutations(range(1, len(names) + 2), len(names)), _MOST_ORDERS)
    fewest = sorted(orders, key=lambda order: entries(*order))[:_MOST_SHAPES]
    return [dict(zip(names, order, strict=True)) for order in fewest]


def _shrunk(point: dict[str, Any], symmetric: tuple[str, ...],
            tells: Callable[[dict], bool]) -> dict[str, Any]:
    """Replace numbers by 0 or 1 where the two sides go on differing."""
    tries = iter(range(_MOST_TRIES))

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
    """Return the Schwartz–Zippel bound: degree over number of values, multiplied over the points.

    It holds where the sides differ at each of the sizes tried. It is None where there is a
    logarithm, which has no degree.
    """
    if left.has(sp.log) or right.has(sp.log):
        return None
    chance = 1.0
    for sizes in tried:
        (p, q), (r, s) = degree(left, sizes), degree(right, sizes)
        chance *= max(p + s, r + q) / (RANGE - 1)
    return chance


def degree(expression: Expr, sizes: Mapping[str, int]) -> tuple[int, int]:
    """Return bounds for the degrees of the entries' numerators and of their common denominator."""
    return _degrees(expression, sizes, lambda name: name not in sizes)


def _degrees(expression: Expr, sizes: Mapping[str, int],
             counts: Callable[[str], bool]) -> tuple[int, int]:
    """Return the degrees of numerator and denominator in the symbols that count, by their names."""
    def of(part: Expr) -> tuple[int, int]:
        part = without_power(part)
        if isinstance(part, MatrixSymbol | Symbol):
            return int(counts(part.name)), 0
        operation = record_of(part)
        if not operation or not any(counts(it.name) for it in part.free_symbols):
            return 0, 0
        if isinstance(part, sp.log) or not operation.degree:
            return of(part.args[-1])
        return operation.degree(of, part, sizes)

    return of(expression)


def said_of(chance: float | None) -> str:
    """Return in words how likely a false agreement is."""
    if chance is None:
        return "no bound on the chance of a false agreement, because of logarithms"
    return f"a false agreement at these sizes has a chance below {power_of_ten(chance)}"
