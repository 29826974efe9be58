"""Judge conditions, which are no identities: 0 = Aᵀ(A w − y), w = (AᵀA)⁻¹Aᵀy, λ = 1.

Behind a gradient set to zero, a line follows if it is a multiple of a gradient or condition before
it, by invertible factors, or their solution. If it is neither, it is tried at points where the
gradient is zero.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from sympy import Expr, ShapeError

from lvmcalc import notation
from lvmcalc.auditing.positions import Position
from lvmcalc.calculus import UnsupportedExpression, Verdict
from lvmcalc.chain import Chain
from lvmcalc.marking.chain_values import NoValue, float_at
from lvmcalc.marking.exercise import RIGHT, exercise_of

UNKNOWN = "This can hold only where the gradient is zero; whether it does there is not checked."
VALUE_GIVEN = "This gives {} a value, which is a condition: it is not checked."
ASSUMED = "Whether this holds under the condition of {} is not known."
_MOST_UNKNOWN = 200  # entries of the matrix that is solved for
_NEAR, _FAR = 1e-8, 1e-5  # relative errors
NoNumbers = (*NoValue, UnsupportedExpression, ShapeError, ValueError, TypeError, IndexError,
             np.linalg.LinAlgError)


class Condition(NamedTuple):
    """A stated condition `zero = 0`, or a gradient that may be set to zero.

    Attributes
    ----------
    zero : the expression, in leaves
    name : the leaf or stage by which L is differentiated, "" if it is no gradient
    number : the line that states it
    wrong : whether that line has a slip
    of : the adjoint that the line is about
    said : the expression as it was written
    """

    zero: Expr
    name: str = ""
    number: Position | None = None
    wrong: bool = False
    of: Expr | None = None
    said: Expr = sp.S.Zero


class Conditions:
    """The gradients that a derivation has found, and the conditions that it states.

    Parameters
    ----------
    chain : Chain

    Attributes
    ----------
    moving : names of the leaves that change in the derivation
    begun : whether a gradient has been set to zero
    given : the values that leaves were given, as in λ = 1
    point : the value of a leaf at the point that the next equations are about, as in "at Σ = S"
    assumed : the line of the first condition that is not understood, None if there is none
    unchecked : whether there is a condition of which it is not known whether it holds
    """

    def __init__(self, chain: Chain):
        self.chain, self.begun = chain, False
        self.assumed: Position | None = None
        self.unchecked = False
        self.moving: tuple[str, ...] = ()
        self.found: list[Condition] = []
        self.given: dict[Expr, Expr] = {}
        self.point: dict[Expr, Expr] = {}
        self.lines: list[int] = []  # about the point; the first names it
        self.exercise = exercise_of(chain, next(iter(chain.leaves)))

    def add(self, condition: Condition) -> None:
        """Add a gradient that was found, or a condition."""
        self.found.append(condition._replace(zero=self.chain.in_leaves(condition.zero)))

    def solve(self, letter: Expr, value: Expr, source: Condition,
              in_leaves: Callable[[Expr], Expr]) -> None:
        """Substitute the value of a letter into the conditions."""
        for condition in [it for it in self.found if letter in it.said.free_symbols - (
                value.free_symbols)]:
            said = condition.said.xreplace({letter: value})
            wrong = source if source.wrong else condition
            self.add(Condition(in_leaves(said), "", wrong.number, wrong.wrong, said=said))

    def solved_for(self, letter: Expr, value: Expr, in_leaves: Callable[[Expr], Expr],
                   ) -> tuple[Condition, Verdict] | None:
        """Return the condition that the value of a letter solves, None if there is none."""
        for condition in self.known():
            if letter in condition.said.free_symbols:
                left = condition.said.xreplace({letter: value})
                with suppress(*NoNumbers):
                    if verdict := self.vanishes(in_leaves(left)):
                        return condition, verdict
        found = self.holds(*map(in_leaves, (letter, value)))
        return (found[0], Verdict("numeric", "")) if found and found[1] else None

    def vanishes(self, side: Expr) -> Verdict | None:
        """Return the verdict that a side is zero, None if it is not."""
        verdict = self.exercise.compare(side, zero_like(side))
        return verdict if verdict.status in RIGHT else None

    def begin_point(self, left: Expr, right: Expr, line: int) -> None:
        """Start a point, the value of a leaf at which the next equations hold."""
        self.point, self.lines = {left: right}, [line]

    def follow(self, line: int, goes_on: bool) -> None:
        """Forget the point at the second line behind the one that names it."""
        if self.point and line not in self.lines:
            if len(self.lines) > 1 and not goes_on:
                self.point = {}
            self.lines.append(line)

    def known(self) -> list[Condition]:
        """Return all known conditions, correct ones first.

        The gradients of the leaves that vary are among them even if the derivation has found none.
        """
        right = {condition.name for condition in self.found if not condition.wrong}
        stages = {*self.chain.abbreviations.values()}
        last = next((it.name for it in reversed(self.found) if it.name), "")
        # A gradient by K is a step on the way where one by a leaf follows.
        found = [it for it in self.found if it.name not in stages or it.name == last]
        gradients = [Condition(self.chain.in_leaves(self.chain.adjoint(name)), name)
                     for name in self.moving if name not in right]
        return sorted([*found, *gradients], key=lambda condition: condition.wrong)

    def leaf(self, left: Expr, right: Expr) -> str:
        """Return the leaf to which an equation gives a value, "" if it is of another kind."""
        name = getattr(left, "name", "")
        known = name in self.chain.leaves and left == self.chain[name].symbol
        return name if known and left not in right.free_symbols else ""

    def source(self, left: Expr, right: Expr) -> tuple[Condition, Verdict] | None:
        """Return the condition from which an equation follows, and the verdict; None if none."""
        left, right = map(self.chain.in_leaves, (left, right))
        leaf = self.leaf(left, right)
        for condition in self.known():
            if leaf and left in condition.zero.free_symbols:
                with suppress(*NoNumbers):
                    if verdict := self.vanishes(condition.zero.xreplace({left: right})):
                        return condition, verdict
            with suppress(*NoNumbers):
                if self._is_multiple(difference(left, right), condition.zero):
                    return condition, Verdict("numeric", "it follows from a condition")
        return None

    def solves(self, leaf: Expr, value: Expr) -> bool:
        """Return whether the leaf's value is a stationary point."""
        zero = next((condition.zero for condition in self.known()
                     if leaf in condition.zero.free_symbols and not condition.wrong), None)
        found = []
        for point in self.exercise.points if zero is not None else ():
            with suppress(*NoNumbers):  # a matrix may be singular there
                sizes = [np.abs(np.ravel(float_at(side, point))).max()
                         for side in (zero.xreplace({leaf: value}), zero)]
                found.append(sizes[0] < _FAR * sizes[1])
        return bool(found) and all(found)

    def _is_multiple(self, one: Expr, other: Expr) -> bool:
        """Return whether an expression is another one times invertible factors."""
        wanted, found = self.exercise.values(one), self.exercise.values(other)
        if any(np.ndim(value) and not np.any(value) for value in found):
            return False
        for turned in (False, True):
            values = [np.transpose(value) for value in found] if turned else found
            for left, right in product([None, *self.factors(wanted, 0)],
                                       [None, *self.factors(wanted, 1)]):
                with suppress(ValueError):
                    tried = [value if left is None else left[n] @ value
                             for n, value in enumerate(values)]
                    tried = [value if right is None else value @ right[n]
                             for n, value in enumerate(tried)]
                    if _parallel(wanted, tried):
                        return True
        return False

    def factors(self, values: list[Any], axis: int) -> Iterator[list[Any]]:
        """Yield the values of the invertible matrices that fit one side, and of their inverses."""
        for node in self.chain:
            matrices = [point[node.name] for point in self.exercise.points]
            if all(np.ndim(value) == 2 and np.shape(matrix) == 2 * (np.shape(value)[axis],)
                   and np.linalg.cond(matrix) < 1 / _NEAR
                   for matrix, value in zip(matrices, values, strict=True)):
                yield matrices
                yield [np.linalg.inv(matrix) for matrix in matrices]

    def holds(self, left: Expr, right: Expr) -> tuple[Condition, bool] | None:
        """Return a condition and whether an equation holds under it, None if that is not decided.

        It is tried at points where the condition holds, which has to be linear in some leaf. A
        failure counts only if the equation has the shape of the condition.
        """
        left, right = map(self.chain.in_leaves, (left, right))
        shape, told = getattr(difference(left, right), "shape", ()), None
        for condition in reversed(self.known()):
            alike = shape == getattr(condition.zero, "shape", ())
            found = [self.agrees(left, right, point) for point in self.solutions(condition)]
            if found and all(found):
                return condition, True
            if alike and not found:
                return None
            told = told or ((condition, False) if alike else None)
        return told

    def solutions(self, condition: Condition) -> Iterator[dict[str, Any]]:
        """Yield points at which a condition holds, two for each of the exercise's points."""
        used = condition.zero.free_symbols
        names = [name for name, leaf in self.chain.leaves.items() if leaf.shape
                 and name not in self.chain.symmetric and leaf.symbol in used]
        for name in sorted(names, key=lambda name: name != condition.name):
            found = []
            with suppress(*NoNumbers):
                for number in range(len(self.exercise.points)):
                    found += self.solved(condition.zero, name, dict(self.exercise.leaves(number)))
            if found:
                yield from found
                return

    def solved(self, zero: Expr, name: str, point: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield two solutions of an equation that is linear in a leaf, none if it is not linear."""
        shape = np.shape(point[name])
        if np.prod(shape) > _MOST_UNKNOWN:
            return

        at = function_of(zero, name, point)
        start = at(np.zeros(shape))
        slopes = np.stack([at(unit) - start for unit in np.eye(int(np.prod(shape)))], 1)
        rng = np.random.default_rng(0)
        tried = rng.normal(size=slopes.shape[1])
        if not np.allclose(at(tried), slopes @ tried + start, rtol=_NEAR):
            return
        for begin in (np.zeros(len(tried)), tried):
            step, *_ = np.linalg.lstsq(slopes, -start - slopes @ begin, rcond=None)
            entries = begin + step
            if np.allclose(slopes @ entries, -start, rtol=_NEAR, atol=_NEAR * np.abs(start).max()):
                yield point | {name: entries.reshape(shape)}

    def agrees(self, left: Expr, right: Expr, point: dict[str, Any]) -> bool:
        """Return whether an equation holds at a point."""
        sides = [np.asarray(float_at(side, point), dtype=float) for side in (left, right)]
        scale = max(float(np.abs(side).max()) for side in sides)
        return bool(np.abs(sides[0] - sides[1]).max() <= _FAR * scale)

    def is_constant(self, value: Expr) -> bool:
        """Return whether a value contains no leaf."""
        return not {symbol.name for symbol in value.free_symbols} & {*self.chain.leaves}

    def restricted(self, left: Expr, right: Expr) -> bool:
        """Return whether an equation sets an expression in leaves alone equal to a constant."""
        sides = [{symbol.name for symbol in side.free_symbols}
                 - {*self.chain.vocabulary.lengths} for side in (left, right)]
        return set() in sides and set().union(*sides) <= {*self.chain.leaves}

    def claims_zero(self, left: Expr, right: Expr) -> str:
        """Return the gradient that a value of its leaf is said to make zero, "" if none."""
        leaf = self.leaf(*map(self.chain.in_leaves, (left, right)))
        others = not self.is_constant(right)
        asked = {condition.name for condition in self.found} - {""} or {*self.moving}
        return notation.plain(self.chain.adjoint_symbol(leaf)) if (
            leaf and others and leaf in asked) else ""

    def where(self, condition: Condition) -> str:
        """Say under which condition an equation holds."""
        short = {node: name for name, node in self.chain.abbreviations.items()}
        name = condition.name and notation.plain(notation.matching(notation.adjoint_name(
            self.chain.output, short.get(condition.name, condition.name)), condition.zero))
        return f"It holds where {name} is zero." if name else (
            f"It follows from your {condition.number}.")

    def with_values(self, side: Expr, values: dict[Expr, Expr] | None = None) -> Expr:
        """Return a side in leaves, with the values that were given to some of them."""
        return self.chain.in_leaves(side).xreplace(self.given if values is None else values)


def function_of(zero: Expr, name: str, point: dict[str, Any],
                ) -> Callable[[np.ndarray], np.ndarray]:
    """Return the entries of an expression as a function of the entries of a leaf."""
    shape = np.shape(point[name])
    return lambda entries: np.ravel(float_at(zero, point | {name: entries.reshape(shape)})).astype(
        float)


def difference(left: Expr, right: Expr) -> Expr:
    """Return left − right, or one of them where the other is zero."""
    return left if is_written_zero(right) else right if is_written_zero(left) else left - right


def is_written_zero(side: Expr) -> bool:
    """Return whether a side was written as 0."""
    return side == 0 or isinstance(side, sp.ZeroMatrix)


def zero_like(side: Expr) -> Expr:
    """Return zero of the shape of a side."""
    return sp.ZeroMatrix(*side.shape) if side.is_Matrix else sp.S.Zero


def _parallel(values: list[Any], others: list[Any]) -> bool:
    """Return whether arrays are multiples of others.

    If there are few entries, the factor has to be the same for all arrays.
    """
    ratios = []
    for value, other in zip(values, others, strict=True):
        if np.shape(value) != np.shape(other):
            return False
        one, two = np.ravel(value).astype(float), np.ravel(other).astype(float)
        if not one.any() or not two.any():
            return False
        ratio = one @ two / (two @ two)
        if np.abs(one - ratio * two).max() > _NEAR * np.abs(one).max():
            return False
        ratios.append((ratio, len(one)))
    return all(length > 2 for _, length in ratios) or bool(
        np.allclose([ratio for ratio, _ in ratios], ratios[0][0], rtol=_NEAR))


def alike(left: Expr, right: Expr) -> tuple[Expr, Expr]:
    """Return two sides, with a zero matrix for the number 0 opposite a matrix."""
    if right == 0:
        return left, zero_like(left)
    return (zero_like(right), right) if left == 0 else (left, right)
