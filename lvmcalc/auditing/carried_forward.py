"""Carry errors forward: find the earlier slip from which a wrong line follows.

A line follows from a slip if it is right once the slip is taken for true, in the line and in the
chain. It follows, too, if its error combines errors before it, as a sum has those of its terms.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import sympy as sp
from sympy import Expr, Symbol, Transpose

from lvmcalc import notation
from lvmcalc.auditing.contributions import summands_of
from lvmcalc.auditing.gradient_names import asked_for
from lvmcalc.auditing.jacobians import moved_by
from lvmcalc.auditing.own_letters import OwnLetters, flattened, with_letter
from lvmcalc.auditing.positions import Position
from lvmcalc.auditing.quoted_rules import broken_rule
from lvmcalc.calculus import UnsupportedExpression, differential, inner
from lvmcalc.calculus.comparison import decide
from lvmcalc.calculus.expression_tools import sum_of
from lvmcalc.calculus.operations import increment_of
from lvmcalc.chain import Chain, passes
from lvmcalc.marking.chain_letters import is_symmetric
from lvmcalc.marking.differential_answers import (
    KINDS,
    broken_by,
    broken_in,
    differentials_in,
    gradient_of,
    has_differentials,
    in_increments,
    in_nodes,
    increments,
    node_of,
    symmetric_in,
)
from lvmcalc.marking.exercise import RIGHT, NoValue, exercise_of, formulas
from lvmcalc.notation import forming
from lvmcalc.notation.forming import as_number, change_of, is_number, product, transposed
from lvmcalc.notation.vocabulary import matching

_HESSIAN = re.compile(r"∂².+/∂(.+)² ")


class Error(NamedTuple):
    """The values of a left side, and of the error of the right side."""

    of: np.ndarray
    amount: np.ndarray


class Slips:
    """The slips of a derivation, by the position of their line.

    Parameters
    ----------
    chain : Chain
    in_leaves : puts in place of letters what they were defined as, and writes differentials in
        those of leaves; with `whole`, dL is the sum of all tr((∂L/∂X)ᵀ dX)
    letters : what the letters mean
    same : tells whether two expressions are equal
    """

    def __init__(self, chain: Chain, in_leaves: Callable[..., list[Expr]], letters: OwnLetters,
                 same: Callable[[Expr, Expr], bool]):
        self.chain, self.in_leaves, self.letters, self.same = chain, in_leaves, letters, same
        self.said: dict[Position, dict[Expr, Expr]] = {}
        self.formulas: dict[Position, dict[passes.Place, Expr]] = {}  # of a chain where it is right
        self.relations: list[tuple[Expr, Expr]] = []  # what right lines say of their left sides
        self.values: dict[Position, Expr] = {}  # that it takes for the scalar
        self.wrong: dict[Position, list[tuple[Expr, Expr]]] = {}  # the equations of which it is one
        self.errors: dict[tuple[Expr, Expr], list[Error]] = {}  # of those that were looked at
        self.inside: dict[Position, tuple[Expr, Expr]] = {}  # a part of L, an error in its change

    def add(self, number: Position | None, left: Expr, side: Expr) -> None:
        """Remember what a line states."""
        meant, formula = (self.letters.meaning(left), self.letters.meaning(side)), as_number(side)
        part = summands_of(self.chain).places.get(left)
        if getattr(left, "name", "").startswith("∂") or has_differentials(self.chain, meant[0]):
            self.said.setdefault(number, {})[left] = side
        self.wrong.setdefault(number, []).append(meant)
        if number in self.formulas or number in self.values:
            return
        broken: dict[passes.Place, Expr] = {}
        if left in self.letters.derived:  # ∂K/∂α = S means dK = S dα
            value, wrt = self.letters.derived[left]
            if rule := broken_rule(self.chain, value, wrt, side) if isinstance(
                    wrt, Symbol) and wrt not in {node.symbol for node in self.chain} else None:
                made, of, error = rule
                part = flattened(self.chain.in_leaves(self.chain[made].symbol))
                self.inside[number] = part, error
                self.formulas[number] = broken_in(
                    self.chain, inner(self.chain.adjoint_symbol(made), error), (of,))
                return
            step = increment_of(wrt)
            meant = change_of(value), moved_by(value, side, step)
        elif left in self.letters.own:
            broken = self._broken_at(self.letters.meanings[self.letters.own[left]], *meant)
        left, side = meant if part else _solved(*meant)
        if part:  # assume that the other summands are right
            side = passes.added([side, *(other.adjoint(part[1]) for other in summands_of(
                self.chain).chains.values() if other is not part[0])])
            left = self.chain.adjoint_symbol(part[1])
        inside = self._broken_inside(number, left, side)
        if formulas_ := self.broken(left, side) or broken or inside:
            self.formulas[number] = formulas_
        elif is_number(left) and self.same(self.chain[self.chain.output].symbol, as_number(left)):
            self.values[number] = as_number(self.chain.in_leaves(side))
            self.said.setdefault(number, {}).update({
                adjoint: gradient_of(self.chain, formula, letter) for adjoint, letter
                in self.letters.own.items() if letter in formula.free_symbols})

    def errors_in(self, left: Expr, side: Expr) -> list[Error]:
        """Return the error of a side; for a differential, the errors of its gradients."""
        found = self.errors.setdefault((left, side), [])
        with suppress(*NoValue, UnsupportedExpression, ValueError, TypeError):
            if found:
                return found
            left, side = self.in_leaves(left, side)
            if notation.shape(left) != notation.shape(side):
                return found
            pairs = [(left, sum_of([side, product(sp.S.NegativeOne, left)]))]
            if steps := differentials_in(self.chain, left, side):
                pairs = [tuple(gradient_of(self.chain, one, increment_of(self.chain[name].symbol))
                               for one in pairs[0]) for name in steps]
            points = exercise_of(self.chain, next(iter(self.chain.leaves)))
            found += [Error(*(np.concatenate([*map(np.ravel, points.values(one))]) for one in pair))
                      for pair in pairs]
        return found

    def _broken_at(self, letter: Expr, right: Expr, said: Expr) -> dict[passes.Place, Expr]:
        """Return the formulas of a chain in which a stated adjoint of a letter is true."""
        with suppress(UnsupportedExpression, ValueError, TypeError):
            error, = self.in_leaves(as_number(inner(said - right, change_of(letter))))
            return broken_in(self.chain, error, differentials_in(self.chain, error))
        return {}

    def _broken_inside(self, number: Position | None, changed: Expr,
                      said: Expr) -> dict[passes.Place, Expr]:
        """Return the formulas of a chain in which a stated differential of a part of L is true.

        Such a part is WᵀW in d(WᵀW).
        """
        names, chain = differentials_in(self.chain, said), self.chain
        if not isinstance(changed, KINDS) or not {*names} <= {*chain.nodes, *chain.leaves}:
            return {}
        with suppress(UnsupportedExpression, ValueError, TypeError):
            error = in_increments(self.chain, said, names) - in_increments(
                self.chain, changed, names)
            part = flattened(chain.in_leaves(changed.arg))
            for whole in (self.letters.meaning(self.letters.whole), self.chain.expression()):
                letter = matching("part", part)
                inside = with_letter(flattened(chain.in_leaves(whole)), part, letter)
                self.inside[number] = part, error
                if letter in inside.free_symbols:
                    adjoint = gradient_of(self.chain, inside, letter).xreplace({letter: part})
                    return broken_in(self.chain, as_number(inner(adjoint, error)), names)
        return {}

    def drop(self, number: Position) -> None:
        """Forget a line."""
        for known in (self.said, self.formulas, self.values, self.wrong, self.inside):
            known.pop(number, None)

    def behind(self, *sides: Expr, head: Expr) -> Position | None:
        """Return the line with the slip from which an equation follows, None if there is none.

        `head` is the left side with which the equation began.
        """
        numbers = dict.fromkeys((*self.said, *self.formulas, *self.values))
        each = [[number] for number in reversed(numbers)]
        name, ways = asked_for(self.chain, sides[0]), [sides]
        if name and is_symmetric(self.chain, name):  # as tr(G dK) = tr(Gᵀ dK)
            turned = [*map(transposed, sides[1:])]
            ways += [(sides[0], *turned), (sides[0], *(product(sp.S.Half, passes.added(
                [*pair])) for pair in zip(sides[1:], turned, strict=True)))]
        if sides[0] in self.letters.derived:  # ∂K/∂α = S means dK = S dα
            value, wrt = self.letters.derived[sides[0]]
            step = increment_of(wrt)
            ways.append((change_of(value), *(moved_by(value, side, step) for side in sides[1:])))
        for some in [*each, [*numbers]] if len(each) > 1 else each:
            for way in ways:
                with suppress(*NoValue, ValueError, TypeError):
                    if all(decide(*pair, symmetric_in(self.chain)).status in RIGHT
                           for pair in pairwise(self.taken_for_true(some, way))):
                        return some[0]
        return (self._substituted(head, sides[-1]) or self._read_off(name, *sides)
                or self._corrected(head, *sides) or self._combined(*sides))

    def _read_off(self, name: str, *sides: Expr) -> Position | None:
        """Find the earlier slip from which a gradient or a Hessian was read off."""
        hessian = _HESSIAN.fullmatch(getattr(sides[0], "name", ""))
        reads, by = (self._is_hessian_of, hessian[1]) if hessian else (self._is_gradient_of, name)
        for number, said in self.said.items() if by else ():
            for left, change in said.items():
                with suppress(*NoValue, UnsupportedExpression, ValueError, TypeError):
                    if reads(left, change, by, sides):
                        return number
        return None

    def _is_gradient_of(self, left: Expr, change: Expr, by: str, sides: tuple[Expr, ...]) -> bool:
        """Return whether the last side is the gradient in a stated dL."""
        return node_of(self.chain, left) == self.chain.output and self.same(gradient_of(
            self.chain, as_number(in_increments(self.chain, self.letters.meaning(change), (by,))),
            increment_of(self.chain[by].symbol)), sides[-1])

    def _is_hessian_of(self, left: Expr, change: Expr, by: str, sides: tuple[Expr, ...]) -> bool:
        """Return whether the last side is the Hessian in a stated ∂L/∂w, d∇L or d²L."""
        step = increment_of(self.chain[by].symbol)
        right, said = (product(side, step) for side in (sides[0], sides[-1]))
        if left == self.chain.adjoint_symbol(by):
            left, change = right, in_increments(self.chain, change_of(
                self.chain.in_leaves(self.letters.meaning(change))), (by,))
        second = [as_number(product(transposed(step), side)) for side in (right, said)]
        return (self.same(left, right) and self.same(change, said)) or (
            self.same(as_number(left), second[0]) and self.same(as_number(change), second[1])
        ) or any(self.same(said, wrong)
                 for wrong in self._changed_gradients(left, change, by, right))

    def _changed_gradients(self, changed: Expr, said: Expr, by: str, right: Expr) -> Iterator[Expr]:
        """Yield d(gradient) under a stated dp, for p in a right line about the gradient."""
        called = getattr(changed, "name", "")
        letter = next((it for it in self.letters.formulas if f"d{it.name}" == called), None)
        for left, side in self.relations if letter is not None else ():
            if left == self.chain.adjoint_symbol(by) and letter in side.free_symbols:
                error = in_increments(self.chain, self.letters.meaning(said), (by,)) - (
                    in_increments(self.chain, change_of(self.letters.meaning(letter)), (by,)))
                yield right + differential(side, letter, error)

    def _corrected(self, head: Expr, *sides: Expr) -> Position | None:
        """Find the slip that an equation repeats and then corrects."""
        first = self.letters.meaning(head), self.letters.meaning(sides[0])
        return next((number for number, pairs in self.wrong.items()
                     if first in pairs and self.same(head, sides[-1])), None)

    def _substituted(self, head: Expr, side: Expr) -> Position | None:
        """Find the slip that was substituted into a right line about the same quantity."""
        for left, formula in self.relations:
            for number in self.said if left == head else ():
                expected = formula.xreplace(self._said_in(number))
                if expected != formula and self.same(expected, side):
                    return number
        return None

    def _said_in(self, number: Position) -> dict[Expr, Expr]:
        """Return what a line states of adjoints and differentials, and of letters for them."""
        said = self.said.get(number, {})
        return said | {letter: said[formula] for letter, formula in self.letters.formulas.items()
                       if formula in said}

    def _combined(self, *sides: Expr) -> Position | None:
        """Return the first line with a slip if the error of an equation combines such errors.

        Of lines about the same quantity, only one with exactly the same error counts.
        """
        found: list[Position] = []
        for of, amount in self.errors_in(*sides):
            every = [(number, *error, np.allclose(error.of, of)) for number, pairs in
                     self.wrong.items() for pair in pairs for error in self.errors_in(*pair)
                     if error.amount.shape == amount.shape and error.amount.any()]
            if again := [it[0] for it in every if it[-1] and np.allclose(it[2], amount)]:
                found.append(again[0])
                continue
            known = [(number, error) for number, _, error, same in every if not same]
            if not known or len(known) >= len(amount):
                return None
            numbers, amounts = zip(*known, strict=True)
            factors, *_ = np.linalg.lstsq(np.stack(amounts, 1), amount, rcond=None)
            if not np.allclose(np.stack(amounts, 1) @ factors, amount, rtol=1e-8):
                return None
            found += [number for number, factor in zip(numbers, factors, strict=True)
                      if abs(factor) > 1e-8]
        return min(found, default=None)

    def taken_for_true(self, numbers: list[Position], sides: tuple[Expr, ...]) -> list[Expr]:
        """Return sides in leaves as they are if some slips were true."""
        changes: dict[passes.Place, Expr] = {}
        for number in numbers:
            sides = tuple(side.xreplace(self._said_in(number)) for side in sides)
            if number in self.inside:
                sides = tuple(self._changed_inside(side, *self.inside[number]) for side in sides)
            changes |= self.formulas.get(number, {})
        known = formulas(self.chain, changes)
        for value in (self.values[number] for number in numbers if number in self.values):
            known |= {self.chain.adjoint_symbol(name).name:
                      gradient_of(self.chain, value, leaf.symbol)
                      for name, leaf in self.chain.leaves.items() if not leaf.symbol.is_integer}
        return [passes.in_symbols(None, side, known) for side in self.in_leaves(*sides, whole=True)]

    def _changed_inside(self, side: Expr, part: Expr, error: Expr) -> Expr:
        """Return a side as it is if the differential of a part has an error."""
        letter, known, side = matching("part", part), {}, self.letters.meaning(side)
        for change in [*side.atoms(*KINDS), *increments(self.chain, side)]:
            node = node_of(self.chain, change)
            whole = change.arg if isinstance(change, KINDS) else (
                self.chain[node].symbol if node else change)
            inside = with_letter(flattened(self.chain.in_leaves(whole)), part, letter)
            if letter in inside.free_symbols and node != self.chain.output:
                known[change] = passes.added([change, differential(inside, letter, error).xreplace(
                    {letter: part})])
        return side.xreplace(known)

    def broken(self, left: Expr, side: Expr) -> dict[passes.Place, Expr]:
        """Return the formulas of a chain in which a wrong line is right, {} if there is none."""
        if name := asked_for(self.chain, left):
            first, *others = self.chain.children(name)
            return {(first, name): in_nodes(self.chain, side)} | {
                (other, name): 0 * self.chain.adjoint_symbol(name) for other in others}
        name = self.chain.abbreviations.get(getattr(left, "name", ""), getattr(left, "name", ""))
        if name in {*self.chain.nodes} - {self.chain.output}:  # the formula of a stage is wrong
            left = change_of(self.chain[name].symbol)
            side = in_increments(self.chain, change_of(side))
        with suppress(UnsupportedExpression, ValueError, TypeError):
            if not differentials_in(self.chain, side):  # the letters are the derivation's own
                inside = {it.name for change in side.atoms(*KINDS) for it in
                          change.arg.free_symbols} - {*self.chain.vocabulary.lengths}
                side, = [in_increments(self.chain, side, tuple(inside))] if inside and (
                    inside <= {*self.chain.nodes}) else self.in_leaves(side)
            return broken_by(self.chain, self.of_node(left), side)
        return {}

    def of_node(self, changed: Expr) -> Expr:
        """Return d(c) for an expression that equals it, such as -½ tr(K⁻¹ dK)."""
        if node_of(self.chain, changed) or not has_differentials(self.chain, changed):
            return changed
        if not isinstance(changed, KINDS):
            return next((change for node in [*self.chain][::-1] if not (
                changed.is_Matrix or node.symbol.is_Matrix or node.name in self.chain.leaves)
                and self.same(change := change_of(node.symbol), changed)), changed)
        inside = as_number(changed.arg)
        return next((change_of(node.symbol) for node in self.chain
                     if node.symbol.is_Matrix == inside.is_Matrix
                     and self.same(node.symbol, inside)), changed)


def _solved(left: Expr, side: Expr) -> tuple[Expr, Expr]:
    """Solve an equation for the adjoint that its left side scales or transposes."""
    number, letter = forming.as_coeff(left) if left.is_Matrix else left.as_coeff_Mul()
    turned = isinstance(letter, Transpose)
    adjoint = letter.arg if turned else letter
    if not getattr(adjoint, "name", "").startswith("∂") or not number.is_Rational:
        return left, side
    side = product(1 / number, side)
    return adjoint, transposed(side) if turned else side
