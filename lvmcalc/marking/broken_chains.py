"""Explain a wrong answer by one mistake in the chain, possibly times a wrong factor.

An answer is matched against the gradients of all broken chains at one random point, up to a factor
that mistakes explain. What matches is held against a second point with other sizes, and a formula
against the broken gradient as a formula.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import combinations_with_replacement, groupby, product
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from sympy import Expr, MatAdd, MatMul

from lvmcalc import notation
from lvmcalc.calculus.normal_form import NormalForm
from lvmcalc.chain import passes
from lvmcalc.marking.exercise import RIGHT, Exercise, NoValue, formulas, known_at, value_at
from lvmcalc.marking.mistakes import CLOSED, Mistake, behind_a_factor, monomial, single_mistakes

MOST_MISTAKES, TOLERANCE = 3, 1e-8
NUMBERS = [sign * sp.Rational(size) for sign in (1, -1)
           for size in ("1", "1/2", "2", "1/4", "4", "1/3", "3")]

Mistakes = tuple[Mistake, ...]
Factor = tuple[Expr, Mapping[str, int]]  # a number, and the powers of scalars and sizes


class Candidate(NamedTuple):
    """A chain with one mistake or none, whose gradient times a factor may be the answer."""

    mistakes: Mistakes
    broken: Mistakes
    factor: Factor


class BrokenChains:
    """The broken chains of an exercise; the gradients that have been computed are kept."""

    def __init__(self, exercise: Exercise):
        self.exercise, self.chain, self.wrt = exercise, exercise.chain, exercise.wrt
        self.every = [(), *((mistake,) for mistake in single_mistakes(self.chain, self.wrt))]
        self._gradients: dict[tuple[Mistakes, int], np.ndarray] = {}

    def leading_to(self, values: list[Any]) -> list[Candidate]:
        """Return the candidates with the fewest mistakes that lead to the values of an answer."""
        def count(candidate: Candidate) -> int:
            return len(candidate.mistakes)

        matching = [c for c in self._matching(values[0]) if 0 < count(c) <= MOST_MISTAKES]
        for _, few in groupby(sorted(matching, key=count), key=count):
            holding = [c for c in few if _close(values[1], self._scaled(c.broken, c.factor, 1))]
            if holding:
                return holding
        return []

    def _matching(self, answer: np.ndarray) -> Iterator[Candidate]:
        """Yield the broken chains whose gradient fits at the first point, up to a factor."""
        factors, numbers = self._factors
        for broken in self.every if answer.any() else ():
            gradient = self._gradient(broken, 0)
            with np.errstate(all="ignore"):
                ratio = np.vdot(gradient, answer) / np.vdot(gradient, gradient)
                fits = _close(answer, ratio * gradient)
                near = np.abs(numbers / ratio - 1) <= TOLERANCE
            for place in np.flatnonzero(near) if fits else ():
                because = behind_a_factor(*factors[place], self._own, self.exercise.sizes,
                                          "the whole answer")
                yield from _together(broken, because, factors[place])

    def _scaled(self, broken: Mistakes, factor: Factor, number: int) -> np.ndarray:
        return float(_value(factor, self.exercise.points[number])) * self._gradient(broken, number)

    def _gradient(self, broken: Mistakes, number: int) -> np.ndarray:
        """Return the gradient of a broken chain at one of the points, nan if it has none."""
        if (broken, number) not in self._gradients:
            changes, known = _changes(broken), self.exercise.points[number]
            try:
                if changes.keys() & self.chain.nodes.keys():
                    known = self.exercise.leaves(number)
                if changes.keys() != {CLOSED}:
                    known = known_at(self.chain, known, changes, self.wrt)
                gradient = value_at(changes.get(CLOSED, self.exercise.asked), known)
            except NoValue:
                truth = self.exercise.points[number][self.exercise.asked.name]
                gradient = np.full_like(truth, np.nan)
            self._gradients[broken, number] = gradient
        return self._gradients[broken, number]

    @cached_property
    def _own(self) -> dict[str, int]:
        """The powers of the symbols that are factors of the whole true gradient."""
        truth = self.chain.abbreviated(self.chain.adjoint(self.wrt))
        if truth.is_Matrix:
            # SymPy's factor_terms stops at a sum of matrices with numbers in front.
            truth = sp.Add(*(term.as_coeff_mmul()[0] * sp.Dummy()
                             for term in MatAdd.make_args(truth)))
        return monomial(sp.factor_terms(NormalForm(self.chain.symmetric).scalar(truth)))[1]

    @cached_property
    def _factors(self) -> tuple[list[Factor], np.ndarray]:
        """The factors that lost or doubled numbers and scalars leave, and their values."""
        scalars = [name for name, leaf in self.chain.leaves.items() if not leaf.shape]
        powers = [{}, *({name: power} for name in scalars for power in (-4, -2, -1, 1, 2, 4)),
                  *({name: -power} for name in self.exercise.sizes for power in (1, 2))]
        pairs = [one | other for one, other in combinations_with_replacement(powers, 2)]
        values = np.outer([float(number) for number in NUMBERS],
                          [float(_value((1, powers), self.exercise.points[0])) for powers in pairs])
        return [*product(NUMBERS, pairs)], values.ravel()

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
        return self.exercise.compare(answer, scaled).status in RIGHT


def _together(broken: Mistakes, because: Mistakes, factor: Factor) -> Iterator[Candidate]:
    """Yield a mistake in the chain with what is wrong with the whole answer, if that is likely."""
    number, powers = factor
    lost = notation.plain(sp.Mul(*(sp.Symbol(name) ** power for name, power in powers.items())))
    if len(because) == 1 == number and [(it.kind, it.what, it.where[:9]) for it in broken] == [
            ("missing_scalar", lost, "the stage")]:  # lost there, it stands before everything
        where, what = broken[0].where, f"{lost} multiplies the other terms"
        yield Candidate((Mistake("bracket", where, what),), broken, factor)
    elif not because or not broken or not broken[0].what.endswith("belongs") or (
            broken[0].kind != "factor"):  # one scalar for another, and more: that is a guess
        yield Candidate(broken + because, broken, factor)


def _changes(broken: Mistakes) -> dict[passes.Place, Expr]:
    return {place: formula for mistake in broken for place, formula in mistake.changes}


def _value(factor: Factor, point: Mapping[str, Any]) -> Expr:
    number, powers = factor
    return number * sp.Mul(*(sp.sympify(point[name]) ** power for name, power in powers.items()))


def _close(answer: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.abs(answer - other).max() <= TOLERANCE * np.abs(answer).max())
