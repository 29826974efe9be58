"""The true gradient of a model's scalar at random points, to compare answers with.

An oracle that shares nothing with the package differentiates the formula by dual numbers, entry by
entry.
"""

import random
import sys
from functools import cache
from pathlib import Path
from typing import Any

from sympy import Expr

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import mpmath
import oracle
from derived_models import MODELS, derived
from schoolbook import Dual, many_digits

from lvmcalc.chain import Chain
from lvmcalc.models import chain_named

LENGTHS, POINTS, TRIES = (2, 3, 4, 5, 1), 2, 20
CLOSE = mpmath.mpf(10) ** -25


def chain_of(name: str) -> Chain:
    """Return the chain of a model."""
    return derived(name) if name in MODELS else chain_named(name)


@cache
def points(name: str) -> list[dict[str, Any]]:
    """Return points of different sizes at which the scalar has a value, each with all nodes."""
    chain, found = chain_of(name), []
    for seed in range(TRIES):
        values = point(chain, seed)
        try:
            for node in chain.nodes.values():
                values[node.name] = oracle.evaluate(node.expression, values)
        except ZeroDivisionError:
            continue
        numbers = [entry.value for node in chain.nodes
                   for entry in oracle.entries(values[node])]
        if not any(isinstance(number, mpmath.mpc) for number in numbers):
            found.append(values | {short: values[node]
                                   for short, node in chain.abbreviations.items()})
        if len(found) == POINTS:
            return found
    raise ValueError(f"{name} has no value at random points.")


def point(chain: Chain, seed: int) -> dict[str, Any]:
    """Return numbers for the leaves, of both signs unless the seed is large."""
    rng = random.Random(seed)
    names = sorted({size.name for leaf in chain.leaves.values() for length in leaf.shape
                    for size in length.free_symbols} - chain.leaves.keys())
    lengths = list(LENGTHS[:max(len(names), 3)])
    rng.shuffle(lengths)
    values: dict[str, Any] = dict(zip(names, lengths, strict=False))

    def number(positive: bool) -> Dual:
        sign = 1 if positive or seed > TRIES / 2 else rng.choice((1, -1))
        return Dual(sign * mpmath.mpf(rng.randint(200, 900)) / 1000, mpmath.mpf(0))

    for leaf in chain.leaves.values():
        if not leaf.shape:
            values[leaf.name] = number(positive=True)
            continue
        rows, columns = (int(length.subs({size: values[size.name]
                                          for size in length.free_symbols}))
                         for length in leaf.shape)
        matrix = [[number(positive=False) for _ in range(columns)] for _ in range(rows)]
        if leaf.name in chain.symmetric:
            square = oracle.product(matrix, [list(column) for column in zip(*matrix, strict=True)])
            unit = oracle.unit(rows)
            matrix = [[a + b for a, b in zip(*pair, strict=True)]
                      for pair in zip(square, unit, strict=True)]
        values[leaf.name] = matrix
    return values


@cache
def truth(name: str, wrt: str) -> list[list[Any]]:
    """Return the entries of the true gradient at each of the points, from dual numbers."""
    chain = chain_of(name)
    return [[slope(chain, values, wrt, place) for place in places(values[wrt])]
            for values in points(name)]


def places(value: Any) -> list[tuple[int, int]]:
    return [(0, 0)] if isinstance(value, Dual) else [
        (i, j) for i, row in enumerate(value) for j in range(len(row))]


def slope(chain: Chain, values: dict[str, Any], wrt: str, place: tuple[int, int]) -> Any:
    """Return the derivative by one entry; those of a symmetric matrix move in pairs."""
    one, half = mpmath.mpf(1), mpmath.mpf(1) / 2
    (i, j), value = place, values[wrt]
    if isinstance(value, Dual):
        moved: Any = Dual(value.value, one)
    else:
        moved = [[Dual(entry.value, mpmath.mpf(0)) for entry in row] for row in value]
        pairs = {(i, j), (j, i)} if wrt in chain.symmetric else {(i, j)}
        for k, m in pairs:
            moved[k][m] = Dual(moved[k][m].value, half if len(pairs) == 2 else one)
    known = values | {wrt: moved}
    for node in chain.leading_to(wrt)[1:]:
        known[node] = oracle.evaluate(chain[node].expression, known)
    return many_digits(known[chain.output].slope)


def is_right(name: str, wrt: str, answer: Expr) -> bool:
    """Say whether a formula has the entries of the true gradient at all points.

    Raises
    ------
    ZeroDivisionError
        If it has no value there.
    """
    if not oracle.is_finite(answer):
        raise ZeroDivisionError("a number that is not finite")
    answer = chain_of(name).in_leaves(answer)
    for values, expected in zip(points(name), truth(name, wrt), strict=True):
        found = [many_digits(entry.value)
                 for entry in oracle.entries(oracle.evaluate(answer, values))]
        scale = max(map(abs, expected)) + mpmath.mpf(10) ** -10
        if len(found) != len(expected) or any(
                abs(a - b) > CLOSE * scale for a, b in zip(found, expected, strict=True)):
            return False
    return True
