"""Where a part stands in a formula, and the formula with another part there.

The sizes in the shapes of matrices are no parts.
"""

from collections.abc import Iterator
from contextlib import suppress

import sympy as sp
from sympy import Expr, Identity, MatrixSymbol, OneMatrix, ZeroMatrix

from lvmcalc.calculus.functions import diagonal

_MOST_PLACES = 4  # of one part that are tried one by one
_WHOLE = (MatrixSymbol, Identity, OneMatrix, ZeroMatrix)

_Path = tuple[int, ...]  # the number of the argument at every depth


def occurrences(formula: Expr) -> dict[Expr, list[_Path]]:
    """Return the parts of a formula from outside to inside, each with its places."""
    found: dict[Expr, list[_Path]] = {}
    waiting: list[tuple[Expr, _Path]] = [(formula, ())]
    while waiting:
        part, place = waiting.pop(0)
        found.setdefault(part, []).append(place)
        if not isinstance(part, _WHOLE):
            waiting += [(arg, (*place, number)) for number, arg in enumerate(part.args)
                        if isinstance(arg, Expr)]
    return found


def replaced(formula: Expr, part: Expr, places: list[_Path], instead: Expr) -> Iterator[Expr]:
    """Yield a formula with a part replaced everywhere, and in each of several places alone."""
    for place in [None] * (len(places) > 1) + places[:_MOST_PLACES]:
        with suppress(sp.ShapeError, TypeError, ValueError):
            yield _put(formula, part, place, instead)


def _put(formula: Expr, part: Expr, place: _Path | None, instead: Expr) -> Expr:
    if formula == part and not place:
        return instead
    if isinstance(formula, _WHOLE) or not formula.args or place == ():
        return formula
    args = list(formula.args)
    for number in range(len(args)) if place is None else place[:1]:
        if isinstance(args[number], Expr):
            args[number] = _put(args[number], part, place and place[1:], instead)
    if args == list(formula.args):
        return formula
    is_diagonal = place and isinstance(formula, sp.DiagMatrix | sp.DiagonalOf)
    return (diagonal if is_diagonal else formula.func)(*args)
