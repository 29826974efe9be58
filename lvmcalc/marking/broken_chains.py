"""Explain a wrong answer by one mistake in the chain, possibly times a wrong factor.

An answer is matched against the gradients of all broken chains at one random point, up to a factor
that mistakes explain. What matches is held against a second point with other sizes, and a formula
against the broken gradient as a formula.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from itertools import combinations_with_replacement, product
from math import prod
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from sympy import Expr, MatAdd, MatMul

from lvmcalc import notation
from lvmcalc.calculus.page_form import PageForm
from lvmcalc.chain import passes
from lvmcalc.marking.chain_values import NoValue, float_at, formulas, in_numbers, known_at
from lvmcalc.marking.exercise import Exercise
from lvmcalc.marking.mistakes import CLOSED, Mistake, behind_a_factor, monomial, single_mistakes

MOST_MISTAKES, _TOLERANCE = 3, 1e-8
_NUMBERS = [sign * sp.Rational(size) for sign in (1, -1)
            for size in ("1", "1/2", "2", "1/4", "4", "1/3", "3")]

Mistakes = tuple[Mistake, ...]
_Factor = tuple[Expr, Mapping[str, int]]  # a number, and the powers of scalars and sizes


class Candidate(NamedTuple):
    """A chain with one mistake or none, whose gradient times a factor may be the answer."""

    mistakes: Mistakes
    broken: Mistakes
    factor: _Factor


class BrokenChains:
    """The broken chains of an exercise; the gradients that have been computed are kept."""

    def __init__(self, exercise: Exercise):
        self.exercise, self.chain, self.wrt = exercise, exercise.chain, exercise.wrt
        self.every = [(), *((mistake,) for mistake in single_mistakes(self.chain, self.wrt))]
        self._gradients: dict[tuple[Mistakes, int], np.ndarray] = {}
        self._names: dict[Expr, list[str]] = {}  # of the symbols of a formula
        self._sound: dict[tuple[Expr, int], Any] = {}  # values of formulas of nothing broken
        self._whole = [in_numbers() for _ in exercise.points]  # what finds these

    def leading_to(self, values: list[Any]) -> list[Candidate]:
        """Return the candidates with the fewest mistakes that lead to the values of an answer."""
        matching = [*self._matching(values[0])]
        for count in range(1, MOST_MISTAKES + 1):
            few = [c for c in matching if len(c.mistakes) == count]
            if holding := [c for c in few if self._leads_to(c, values[1])]:
                return holding
        return []

    def _matching(self, answer: np.ndarray) -> Iterator[Candidate]:
        """Yield the broken chains whose gradient fits at the first point, up to a factor."""
        if not answer.any():  # which may have another shape
            return
        factors, numbers = self._factors
        gradients, answer = self._at_the_first_point, np.ravel(answer)
        with np.errstate(all="ignore"):
            ratios = gradients @ answer / np.sum(gradients**2, axis=1)
            off = np.abs(answer - ratios[:, None] * gradients).max(axis=1)
            rows = np.flatnonzero(off <= _TOLERANCE * np.abs(answer).max())
            near = [np.flatnonzero(np.abs(numbers / ratios[row] - 1) <= _TOLERANCE) for row in rows]
        for row, places in zip(rows, near, strict=True):
            for place in places:
                because = behind_a_factor(*factors[place], self._own, self.exercise.sizes,
                                          "the whole answer")
                yield from _together(self.every[row], because, factors[place])

    @cached_property
    def _at_the_first_point(self) -> np.ndarray:
        """The gradients of all broken chains at the first point, one a row."""
        return np.array([np.ravel(self._gradient(broken, 0)) for broken in self.every])

    def _leads_to(self, candidate: Candidate, answer: np.ndarray) -> bool:
        """Return whether a candidate leads to an answer at the second point too."""
        scale = float(_value(candidate.factor, self.exercise.points[1]))
        off = np.abs(answer - scale * self._gradient(candidate.broken, 1)).max()
        return bool(off <= _TOLERANCE * np.abs(answer).max())

    def _gradient(self, broken: Mistakes, number: int) -> np.ndarray:
        """Return the gradient of a broken chain at one of the points, nan if it has none."""
        if (broken, number) not in self._gradients:
            changes, known = _changes(broken), self.exercise.points[number]
            try:
                if changes.keys() & self.chain.nodes.keys():
                    known = self.exercise.leaves(number)
                if changes.keys() != {CLOSED}:
                    known = known_at(self.chain, known, changes, self.wrt,
                                     partial(self._evaluated, number, in_numbers()))
                gradient = float_at(changes.get(CLOSED, self.exercise.asked), known)
            except NoValue:
                truth = self.exercise.points[number][self.exercise.asked.name]
                gradient = np.full_like(truth, np.nan)
            self._gradients[broken, number] = gradient
        return self._gradients[broken, number]

    def _evaluated(self, number: int, broken: passes.Evaluate, place: passes.Place, formula: Expr,
                   known: Mapping[str, Any]) -> Any:
        """Return the value of a formula of a broken chain; one in which nothing is broken is kept.
        """
        if formula not in self._names:
            self._names[formula] = [it.name for it in sp.sympify(formula).free_symbols]
        sound = self.exercise.points[number]
        pairs = ((known[name], sound.get(name)) for name in self._names[formula])
        if any(one is not other and not np.array_equal(one, other) for one, other in pairs):
            return broken(place, formula, known)
        if (formula, number) not in self._sound:
            self._sound[formula, number] = self._whole[number](place, formula, known)
        return self._sound[formula, number]

    @cached_property
    def _own(self) -> dict[str, int]:
        """The powers of the symbols that are factors of the whole true gradient."""
        truth = self.chain.abbreviated(self.chain.adjoint(self.wrt))
        if truth.is_Matrix:
            # SymPy's factor_terms stops at a sum of matrices with numbers in front.
            truth = sp.Add(*(term.as_coeff_mmul()[0] * sp.Dummy()
                             for term in MatAdd.make_args(truth)))
        return monomial(sp.factor_terms(PageForm(self.chain.symmetric).scalar(truth)))[1]

    @cached_property
    def _factors(self) -> tuple[list[_Factor], np.ndarray]:
        """The factors that lost or doubled numbers and scalars leave, and their values."""
        scalars = [name for name, leaf in self.chain.leaves.items() if not leaf.shape]
        powers = [{}, *({name: power} for name in scalars for power in (-4, -2, -1, 1, 2, 4)),
                  *({name: -power} for name in self.exercise.sizes for power in (1, 2))]
        pairs = [one | other for one, other in combinations_with_replacement(powers, 2)]
        values = np.outer([float(number) for number in _NUMBERS],
                          [float(_value((1, it), self.exercise.points[0])) for it in pairs])
        return [*product(_NUMBERS, pairs)], values.ravel()

    def exactly(self, candidate: Candidate, answer: Expr | None) -> bool:
        """Return whether a candidate leads to a formula for every size.

        A function can only be tried in numbers.
        """
        if answer is None:
            return True
        gradient = self.exercise.asked
        if candidate.broken:
            changes = _changes(candidate.broken)
            known = formulas(self.chain, changes, self.wrt)
            gradient = passes.in_symbols(None, changes.get(CLOSED, gradient), known)
        times = MatMul if gradient.is_Matrix else sp.Mul  # * would simplify inside, for seconds
        scaled = times(_value(candidate.factor, self.chain.vocabulary), gradient)
        return self.exercise.equal(answer, scaled)


def _together(broken: Mistakes, because: Mistakes, factor: _Factor) -> Iterator[Candidate]:
    """Yield a mistake in the chain with what is wrong with the whole answer, if that is likely."""
    number, powers = factor
    lost = notation.plain(sp.Mul(*(sp.Symbol(name) ** power for name, power in powers.items())))
    if len(because) == 1 == number and [(it.kind, it.what, it.where[:9]) for it in broken] == [
            ("missing_scalar", lost, "the stage")]:  # lost there, it stands before everything
        what = f"{lost} multiplies the other terms"
        yield Candidate((Mistake("bracket", broken[0].where, what),), broken, factor)
    elif not because or not broken or not broken[0].what.endswith("belongs") or (
            broken[0].kind != "factor"):  # one scalar for another, and more: that is a guess
        yield Candidate(broken + because, broken, factor)


def _changes(broken: Mistakes) -> dict[passes.Place, Expr]:
    return {place: formula for mistake in broken for place, formula in mistake.changes}


def _value(factor: _Factor, point: Mapping[str, Any]) -> Expr:
    number, powers = factor
    return number * prod(point[name] ** power for name, power in powers.items())
