"""Broken chains: which single mistake, times a wrong factor, leads to an answer.

An answer is matched against the gradients of all broken chains at one random point, up to a factor
that a mistake explains. What matches is held against a second point with other sizes and, for a
formula, in rational arithmetic.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import combinations_with_replacement, groupby, product
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol
from sympy.matrices.expressions import HadamardProduct, MatAdd

from lvmcalc.calculus import arithmetic, random_points
from lvmcalc.calculus.arithmetic import OutsideDomain, Rationals, Reals
from lvmcalc.marking.exercise import Exercise, known_at
from lvmcalc.marking.mistakes import CLOSED, Mistake, single_mistakes
from lvmcalc.marking.wrong_factors import behind_a_factor, monomial

MOST_MISTAKES, LARGEST_NUMBER, TOLERANCE = 3, 1000, 1e-8
NUMBERS = tuple(sign * sp.Rational(size) for sign in (1, -1)
                for size in ("1", "1/2", "2", "1/4", "4", "1/3", "3"))

World = tuple[Mistake, ...]  # one mistake, or none


def worlds(mistakes: tuple[Mistake, ...]) -> list[World]:
    """Return the sets of mistakes that are tried: none, and every single one."""
    return [(), *((mistake,) for mistake in mistakes)]


class Factor(NamedTuple):
    """A number times powers of scalars and sizes."""

    number: Expr
    powers: Mapping[str, int]

    def at(self, point: Mapping[str, Any]) -> Expr:
        """Return the value at a point."""
        return self.number * sp.Mul(*(sp.sympify(point[name]) ** power
                                      for name, power in self.powers.items()))


class Candidate(NamedTuple):
    """A broken chain whose gradient, times a factor, may be the answer."""

    world: World
    factor: Factor
    mistakes: tuple[Mistake, ...]


class BrokenChains:
    """The broken chains of an exercise; what has been computed of them is kept."""

    def __init__(self, exercise: Exercise):
        self.exercise, self.chain, self.wrt = exercise, exercise.chain, exercise.wrt
        self.worlds = worlds(single_mistakes(self.chain, self.wrt))
        self._gradients: dict[tuple[World, int], np.ndarray] = {}

    def leading_to(self, values: list[Any]) -> list[Candidate]:
        """Return the candidates with the fewest mistakes that lead to the values of an answer."""
        def count(candidate: Candidate) -> int:
            return len(candidate.mistakes)

        first, second = (np.ravel(value) for value in values)
        matching = [c for c in self._matching(first) if 0 < count(c) <= MOST_MISTAKES]
        for _, few in groupby(sorted(matching, key=count), key=count):
            holding = [candidate for candidate in few if self._holds(candidate, second)]
            if holding:
                return holding
        return []

    def _matching(self, answer: np.ndarray) -> Iterator[Candidate]:
        """Yield the broken chains whose gradient fits at the first point, up to a factor."""
        factors, numbers = self._factors
        for world in self.worlds if answer.any() else ():
            gradient = self._gradient(world, 0)
            with np.errstate(all="ignore"):
                ratio = np.vdot(gradient, answer) / np.vdot(gradient, gradient)
            if _close(answer, ratio * gradient):
                near = np.abs(ratio) * TOLERANCE
                low, high = np.searchsorted(numbers, (ratio - near, ratio + near))
                for factor in factors[low:high]:
                    because = behind_a_factor(self.chain, *factor, self._own, "the whole answer")
                    yield Candidate(world, factor, world + because)

    def _holds(self, candidate: Candidate, answer: np.ndarray) -> bool:
        """Return whether a candidate leads to the answer at the second point too."""
        factor = float(candidate.factor.at(self.exercise.points[1]))
        return _close(answer, factor * self._gradient(candidate.world, 1))

    def _gradient(self, world: World, number: int) -> np.ndarray:
        if (world, number) not in self._gradients:
            try:
                gradient = self._broken(world, self.exercise.leaves(number), Reals)
            except (OutsideDomain, KeyError):  # a needed value of the broken chain does not exist
                gradient = np.full_like(self.exercise.points[number][self.exercise.asked.name],
                                        np.nan)
            self._gradients[world, number] = np.ravel(gradient)
        return self._gradients[world, number]

    def _broken(self, world: World, leaves: Mapping[str, Any], numbers: Any) -> Any:
        """Return the gradient of a broken chain."""
        changes = {place: formula for mistake in world for place, formula in mistake.changes}
        known = known_at(self.chain, leaves, numbers, changes, self.wrt)
        return arithmetic.evaluate(changes.get(CLOSED, self.exercise.asked), known, numbers)

    @cached_property
    def _own(self) -> dict[str, int]:
        """The powers of the symbols that are factors of the whole true gradient."""
        truth = self.chain.abbreviated(self.chain.adjoint(self.wrt))
        if truth.is_Matrix:
            # SymPy's factor_terms stops at a sum of matrices with numbers in front.
            truth = sp.Add(*(term.as_coeff_mmul()[0] * sp.Dummy()
                             for term in MatAdd.make_args(truth)))
        return monomial(sp.factor_terms(truth))[1]

    @cached_property
    def _factors(self) -> tuple[list[Factor], np.ndarray]:
        """The factors that lost or doubled numbers and scalars leave, in ascending order."""
        scalars = [name for name, leaf in self.chain.leaves.items() if not leaf.shape]
        powers = [{}, *({name: power} for name in scalars for power in (-4, -2, -1, 1, 2, 4)),
                  *({name: -power} for name in self.exercise.sizes for power in (1, 2))]
        pairs = [one | other for one, other in combinations_with_replacement(powers, 2)]
        point = self.exercise.points[0]
        numbers = np.outer([float(number) for number in NUMBERS],
                           [float(Factor(sp.S.One, powers).at(point)) for powers in pairs])
        factors = [Factor(number, powers) for number, powers in product(NUMBERS, pairs)]
        order = np.argsort(numbers, axis=None)
        return [factors[place] for place in order], numbers.ravel()[order]

    def exactly(self, candidate: Candidate, answer: Expr | None) -> bool:
        """Return whether a candidate leads to a formula in rational arithmetic too.

        A function, or an elementwise product, can only be tried in numbers.
        """
        if answer is None or answer.has(HadamardProduct):
            return True
        leaves = self.exercise.exact_leaves(self.exercise.points[1], LARGEST_NUMBER)
        ready = {name: Rationals.matrix(value) if getattr(value, "is_Matrix", False) else value
                 for name, value in leaves.items()}
        try:
            gradient = self._broken(candidate.world, ready, Rationals)
        except (OutsideDomain, KeyError):  # a value of the broken chain does not exist here
            return False
        asked = self.exercise.asked
        shape = asked.shape if asked.is_Matrix else ()
        claimed = MatrixSymbol("claimed", *shape) if shape else Symbol("claimed")
        value = candidate.factor.at(leaves) * (gradient.to_Matrix() if shape else gradient)
        answer = self.chain.in_leaves(answer)
        return random_points.differ(answer, claimed, leaves | {"claimed": value}) is None


def _close(answer: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.abs(answer - other).max() <= TOLERANCE * np.abs(answer).max())
