"""Infer, once a formula is parsed, the size of every I, and refuse numbers that are too large."""

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise, product, starmap
from operator import eq
from typing import NamedTuple

import sympy as sp
from sympy import Dummy, Expr, HadamardProduct, Identity, MatAdd, MatMul, MatPow, OneMatrix

from lvmcalc.checks import CannotBeFormed
from lvmcalc.notation.forming import spread_numbers
from lvmcalc.notation.kronecker import Vec, refuse_left
from lvmcalc.notation.ones import DOUBLE, ONES
from lvmcalc.notation.tokens import LARGEST_POWER, Unreadable, quoted

_MOST_DIGITS = 50
_MOST_DOUBLE = 3  # signs 𝟙 of which each is read in two ways


class Reading(NamedTuple):
    """What a text says; `note` tells how it was read, where there is another way."""

    formula: Expr
    note: str = ""
    kept: bool = False  # whether it is a column or a row of an array that has the other axis too


def finished(expression: Expr, shape: tuple[Expr, ...], text: str) -> Expr:
    """Return an expression with a size for every I; `shape` is what is expected of it.

    Raises
    ------
    Unreadable
        If a size cannot be told, or the expression is a giant or has no value.
    """
    if isinstance(refuse_left(expression), Vec):
        return Vec(finished(expression.arg, shape, text))
    expression = _with_sizes(spread_numbers(expression), shape)
    refuse_giants(expression, text)
    if expression.has(sp.zoo, sp.nan, sp.I):
        raise Unreadable(f"`{quoted(text)}` has no value, for it divides by 0 or takes the "
                         "logarithm of a number that is not positive.")
    return expression


def _meeting(expression: Expr) -> list[tuple[Expr, Expr]]:
    """Return the pairs of sizes that are equal where the shapes in sums and products fit."""
    equal = []
    for part in sp.postorder_traversal(expression):
        if isinstance(part, MatMul):
            factors = [factor for factor in part.args if factor.is_Matrix]
            equal += [(left.cols, right.rows) for left, right in pairwise(factors)]
        elif isinstance(part, MatAdd | HadamardProduct):
            equal += [sizes for term in part.args
                      for sizes in zip(term.shape, part.shape, strict=True)]
    return [pair for pair in equal if None not in pair]


def _with_sizes(expression: Expr, shape: tuple[Expr, ...]) -> Expr:
    """Return the expression with a size for every I, from its neighbours or as expected."""
    equal = _meeting(expression)
    if expression.is_Matrix and shape:
        equal += [pair for pair in zip(expression.shape, shape, strict=True) if None not in pair]
    found: dict[Expr, Expr] = {}
    for pair in equal:
        one, other = sorted((size.xreplace(found) for size in pair), key=_is_known)
        if one != other and not _is_known(one):
            found = {size: value.xreplace({one: other}) for size, value in found.items()}
            found[one] = other
    expression = expression.xreplace(found)
    if not all(_is_known(identity.rows) for identity in expression.atoms(Identity)):
        raise Unreadable("The size of `I` cannot be told from what stands beside it: write I_N or "
                         "eye(N), with a size.")
    if not all(_is_known(size) for ones in expression.atoms(OneMatrix) for size in ones.shape):
        raise Unreadable("How many ones there are cannot be told from what stands beside them: "
                         "write ones(N), with a size.")
    return expression


def either_one(text: str, shape: tuple[Expr, ...],
               read: Callable[[str], list[Reading]]) -> list[Reading]:
    """Return what a text means with ones or I for each sign 𝟙, as far as the shapes allow it."""
    first, *rest = text.split(DOUBLE)
    signs = product((ONES, "I"), repeat=len(rest)) if len(rest) <= _MOST_DOUBLE else (
        [ONES] * len(rest), ["I"] * len(rest))
    found: list[Reading] = []
    for ones in signs:
        typed = first + "".join(map("".join, zip(ones, rest, strict=True)))
        with suppress(CannotBeFormed, Unreadable):
            found += [Reading(way.formula, way.note or (
                f"{DOUBLE} is read as {' or '.join(dict.fromkeys(ones))}."))
                for way in read(typed) if all(starmap(eq, _meeting(way.formula)))]
    if not found:
        raise Unreadable(f"Neither ones nor the identity fits where {DOUBLE} stands: write "
                         "ones(N) or I_N, with a size.", text.index(DOUBLE))
    return [way for way in found if getattr(way.formula, "shape", ()) == shape] or found


def _is_known(size: Expr) -> bool:
    return not isinstance(size, Dummy)


def refuse_giants(expression: Expr, text: str) -> None:
    """Refuse an expression with numbers or powers that would keep everyone waiting."""
    beyond = 10**_MOST_DIGITS  # the denominator of a decimal with so many digits
    if any(abs(number.p) >= beyond or number.q > beyond
           for number in expression.atoms(sp.Rational)):
        raise Unreadable(f"`{quoted(text)}` has a number of more than {_MOST_DIGITS} digits, which "
                         "is not read.")
    if _degree(expression) > LARGEST_POWER:
        raise Unreadable(f"`{quoted(text)}` has powers beyond {LARGEST_POWER}, which are not read.")


def _degree(expression: Expr) -> int:
    own = 1
    if isinstance(expression, sp.Pow | MatPow) and expression.exp.is_Integer:
        own = abs(expression.exp)
    return own * max(map(_degree, expression.args), default=1)
