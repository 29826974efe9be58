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


def replaced(formula: Expr, places: list[Place], instead: Expr) -> Iterator[Expr]:
    """Yield a formula with a part replaced in each of several places alone, and in all of them."""
    with suppress(sp.ShapeError, TypeError, ValueError):
        changed = formula
        for place in places:
            changed = _put(changed, place, instead)
        yield changed
    for place in islice(places if len(places) > 1 else (), MOST_PLACES):
        with suppress(sp.ShapeError, TypeError, ValueError):
            yield _put(formula, place, instead)


def _put(formula: Expr, place: Place, instead: Expr) -> Expr:
    if not place:
        return instead
    number, *deeper = place
    args = list(formula.args)
    args[number] = _put(args[number], tuple(deeper), instead)
    return formula.func(*args)
