"""Assume an equation between leaves, as W Wᵀ = I, and find points at which it holds."""

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice, permutations
from typing import Any

import numpy as np
from sympy import Expr, OneMatrix

from lvmcalc import notation
from lvmcalc.auditing.conditions import (
    Conditions,
    NoNumbers,
    difference,
    function_of,
    zero_like,
)
from lvmcalc.auditing.positions import Position
from lvmcalc.calculus.arithmetic import whole_size
from lvmcalc.chain import Chain
from lvmcalc.marking.chain_values import float_at
from lvmcalc.notation.vocabulary import typed

_SIZES = (2, 3, 5, 7)
_CLOSE, _NEAR, _SMALL = 1e-11, 1e-7, 1e-5
_ROWS = re.compile(r"\bone-?\s?hot\b|\bsums?\s+(?:up\s+)?to\s+(?:one\b|1\b)")
_DENIED = re.compile(r"\b(?:not|no|columns?|if)\b|n['’]t\b")
_LABELS = ("Y", "T")  # usual names of labels, where a text names none
_MOST_STEPS = 40  # of Newton's method
_ENOUGH = 2  # points of different sizes


class Assumption:
    """An equation between leaves that a derivation assumes from some line on.

    Parameters
    ----------
    conditions : Conditions
    left, right : its sides in leaves
    at : the line

    Attributes
    ----------
    points : at which it holds, none if they are not found
    """

    def __init__(self, conditions: Conditions, left: Expr, right: Expr, at: Position):
        self.conditions, self.chain, self.at = conditions, conditions.chain, at
        self.points: list[dict[str, Any]] = []
        for point in _points_of(self.chain):
            with suppress(*NoNumbers):
                self.points.append(self.near(left, right, point))
            if len(self.points) == _ENOUGH:
                break

    def near(self, left: Expr, right: Expr, point: dict[str, Any]) -> dict[str, Any]:
        """Return a point at which the equation holds, found by Newton's method for one leaf.

        Raises
        ------
        ValueError
            If none is found.
        """
        if leaf := self.conditions.leaf(left, right):
            return point | {leaf: float_at(right, point)}
        zero = difference(left, right)
        name = next((name for name, leaf in self.chain.leaves.items() if leaf.shape
                     and leaf.symbol in zero.free_symbols and name not in self.chain.symmetric), "")
        if not name:
            raise ValueError("no leaf is to be changed")
        at, entries = function_of(zero, name, point), np.ravel(point[name])
        for _ in range(_MOST_STEPS):
            if np.abs(at(entries)).max() < _CLOSE:
                return point | {name: entries.reshape(point[name].shape)}
            slopes = np.stack([(at(entries + step) - at(entries - step)) / (2 * _SMALL)
                               for step in _SMALL * np.eye(len(entries))], 1)
            entries = entries - np.linalg.lstsq(slopes, at(entries), rcond=None)[0]
        raise ValueError("no point is found")

    def holds(self, left: Expr, right: Expr) -> bool | None:
        """Return whether an equation holds under the assumption, None if that is not known."""
        return self.agree(left, right, self.points)

    def vanishing_adjoint(self, left: Expr, right: Expr) -> str:
        """Return the adjoint that must also be zero for an equation to hold, "" if none."""
        for condition in self.conditions.known():
            if condition.name not in self.chain.leaves or condition.wrong:
                continue
            zero, points = condition.zero, self.points
            with suppress(*NoNumbers):
                if self.conditions.leaf(left, right) == condition.name:
                    right, left = zero_like(zero), zero.xreplace({left: right})
                else:
                    points = [solution for point in points for solution in islice(
                        self.conditions.solved(zero, condition.name, point), 1)]
                if self.agree(left, right, points):
                    return notation.plain(self.chain.adjoint_symbol(condition.name))
        return ""

    def agree(self, left: Expr, right: Expr, points: list[dict[str, Any]]) -> bool | None:
        """Return whether two sides are equal at some points, None if that is not known."""
        known = {self.chain.adjoint_symbol(node.name): self.chain.adjoint(node.name)
                 for node in self.chain}
        error = self.chain.in_leaves(difference(left, right).xreplace(known))
        scales = [self.chain.in_leaves(side.xreplace(known)) for side in (left, right)]
        with suppress(*NoNumbers):
            found = [np.abs(float_at(error, point)).max() <= _NEAR * max(1, *(
                np.abs(float_at(side, point)).max() for side in scales)) for point in points]
            return all(found) if len(found) == _ENOUGH else None
        return None


class OneHot(Assumption):
    """The assumption that each row of a leaf, or a leaf that is a column, is one-hot."""

    def near(self, left: Expr, right: Expr, point: dict[str, Any]) -> dict[str, Any]:
        """Return a point at which the rows are one-hot."""
        value = point[left.name]
        rows = value.reshape(1, -1) if value.shape[1] == 1 else value
        hot = np.eye(rows.shape[1])[rows.argmax(1)]
        return point | {left.name: hot.reshape(value.shape)}


def said_of_rows(conditions: Conditions, text: str) -> Assumption | None:
    """Find the assumption that the rows of a leaf are one-hot or sum to one."""
    for number, line in enumerate(text.split("\n"), 1):
        if _DENIED.search(line) or not _ROWS.search(line):
            continue
        for name, leaf in conditions.chain.leaves.items():
            letter = rf"\$?{typed(name)}(?![\w^ᵀ])\$?"
            hot = re.search(rf"{letter}\s+(?:is|are|being)\s+(?:an?\s+)?one|\bhot\s+(?:[a-z]+\s+)"
                            rf"{{0,3}}{letter}", line)
            hot = hot or (name in _LABELS and re.search(r"hot labels|labels.*hot", line))
            if leaf.shape and hot:
                return OneHot(conditions, leaf.symbol, leaf.symbol, Position(number))
            if leaf.shape and re.search(rf"\brows?\s+of\s+{letter}\s+sums?\s", line):
                ones = [OneMatrix(size, 1) for size in leaf.shape]
                return Assumption(conditions, leaf.symbol * ones[1], ones[0], Position(number))
    return None


def _points_of(chain: Chain) -> Iterator[dict[str, Any]]:
    """Yield random values of the leaves, with new sizes each time."""
    rng = np.random.default_rng(0)
    names = sorted(chain.vocabulary.lengths)
    for chosen in permutations(_SIZES, len(names)):
        point: dict[str, Any] = dict(zip(names, chosen, strict=True))
        if any(point.get(small.name, 0) > point.get(large.name, max(_SIZES))
               for small, large in chain.at_most):
            continue
        for name, leaf in chain.leaves.items():
            shape = [whole_size(length, point) for length in leaf.shape]
            value = rng.normal(size=shape) if shape else rng.uniform(0.6, 1.8)
            if name in chain.symmetric:
                value = value @ value.T + np.eye(len(value))
            point[name] = value
        yield point
