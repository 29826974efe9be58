"""Where a part stands in a formula, and the formula with another part there.

The sizes in the shapes of matrices are no parts.
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

import sympy as sp
from sympy import Expr, Identity, MatrixSymbol, OneMatrix, ZeroMatrix

MOST_PLACES = 4  # of one part that are tried one by one
WHOLE = (MatrixSymbol, Identity, OneMatrix, ZeroMatrix)

Place = tuple[int, ...]  # the number of the argument at every depth


def occurrences(formula: Expr) -> dict[Expr, list[Place]]:
    """Return the parts of a formula from outside to inside, each with its places."""
    found: dict[Expr, list[Place]] = {}
    waiting: list[tuple[Expr, Place]] = [(formula, ())]
    while waiting:
        part, place = waiting.pop(0)
        found.setdefault(part, []).append(place)
        if not isinstance(part, WHOLE):
            waiting += [(arg, (*place, number)) for number, arg in enumerate(part.args)
                        if isinstance(arg, Expr)]
    return found


def replaced(formula: Expr, part: Expr, places: list[Place], instead: Expr) -> Iterator[Expr]:
    """Yield a formula with a part replaced everywhere, and in each of several places alone."""
    for place in (None, *islice(places if len(places) > 1 else (), MOST_PLACES)):
        with suppress(sp.ShapeError, TypeError, ValueError):
            yield _put(formula, part, place, instead)


def _put(formula: Expr, part: Expr, place: Place | None, instead: Expr) -> Expr:
    if formula == part and not place:
        return instead
    if isinstance(formula, WHOLE) or not formula.args or place == ():
        return formula
    args = list(formula.args)
    for number in range(len(args)) if place is None else place[:1]:
        if isinstance(args[number], Expr):
            args[number] = _put(args[number], part, place and place[1:], instead)
    return formula if args == list(formula.args) else formula.func(*args)
