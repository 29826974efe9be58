"""What is wrong with a wrong answer: which mistakes, alone or in pairs, lead to it.

An answer is matched against the gradients of all broken chains at one random point, up to a factor
that a lost scalar explains. What matches is held against a second point with other sizes and, for a
formula, in rational arithmetic.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import combinations_with_replacement, product
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from sympy import Expr, MatrixSymbol
from sympy.matrices.expressions import HadamardProduct, MatAdd

from lvmcalc import notation
from lvmcalc.calculus import arithmetic, random_points
from lvmcalc.marking.exercise import TOLERANCE, Exercise
from lvmcalc.marking.findings import SENTENCES, Explanation, findings, one
from lvmcalc.marking.mistakes import (
    Mistake,
    gradients,
    leading_to,
    mistakes,
    monomial,
    of_ratio,
    worlds,
)
from lvmcalc.marking.term_matching import fitted

MOST_MISTAKES, LARGEST_NUMBER = 3, 1000
LIKELIHOOD = tuple(SENTENCES)


class Ratio(NamedTuple):
    """A number times powers of scalars and sizes, and the mistakes that leave such a factor."""

    number: Expr
    powers: dict[str, int]
    because: tuple[Mistake, ...]

    def value(self, point: dict[str, Any]) -> Any:
        """Return the factor at a point."""
        return self.number * sp.Mul(*(sp.sympify(point[name]) ** power for name,
                                      power in self.powers.items()))


class Candidate(NamedTuple):
    """A broken chain whose gradient, times a factor, may be the answer."""

    world: tuple[Mistake, ...]
    ratio: Ratio

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """All mistakes that it takes."""
        return self.world + self.ratio.because


class Diagnosis:
    """Explains wrong answers to a question."""

    def __init__(self, question: Exercise):
        self.question, self.chain, self.wrt = question, question.chain, question.wrt

    def explain(self, values: Sequence[Any], answer: Expr | None) -> tuple[Explanation, ...]:
        """Return what can be wrong with a wrong answer, the likelier first.

        Parameters
        ----------
        values : the answer at the points of the question
        answer : SymPy expression, or None for a function
        """
        values = [np.asarray(value, dtype=float) for value in values]
        candidates = {c.mistakes: c for c in self._holding(values[1], self._matching(values[0]))
                      if c.mistakes}
        terms = fitted(self.chain, self.wrt, answer) if answer is not None else None
        found = [*candidates, *self._extra_terms(values, answer),
                 *([terms[0]] if terms and terms[0] else [])]
        fewest = min(map(_count, found), default=np.inf)
        merged = _merged([e for e in found
                          if _count(e) == fewest]) if fewest <= MOST_MISTAKES else []
        sure = [e for e in merged if e not in candidates or self._exactly(answer, candidates[e])]
        explanations = [findings(_with_other_paths(e, found)) for e in sure]
        if stopped := self.later_adjoint(values, answer):
            literal = answer in map(self.chain.adjoint_symbol, self.chain.nodes)
            others = explanations if fewest == 1 else []
            told = any(finding.kind in ("missing_path", "stopped_early") for e in others
                       for finding in e)
            explanations = [stopped, *others] if literal else [*others, *[stopped] * (not told)]
        if explanations:
            return tuple(explanations)
        right = f" What is right in it: {', '.join(terms[1])}" if terms and terms[1] else ""
        return (one("unknown", f"What is wrong is not recognised.{right}"),)

    def later_adjoint(self, values: Sequence[Any], answer: Expr | None) -> Explanation:
        """Return the finding that the answer is the adjoint of a later node, () if it is none."""
        later = leading_to(self.chain, self.wrt)[1:-1]
        # as it was written
        for node in sorted(later, key=lambda node: self.chain.adjoint_symbol(node) != answer):
            name = self.chain.adjoint_symbol(node).name
            if self.question.agree(values, self.question.points, name) and (
                    answer is None or self.question.is_right(answer, name)):
                here, asked = notation.plain(node), notation.plain(self.wrt)
                return one("stopped_early", f"This is {notation.plain(name)}: the way from {here} "
                                            f"to {asked} is still "
                                            "missing", f"between {here} and {asked}")
        return ()

    def _extra_terms(self, values: Sequence[Any], answer: Expr | None) -> list[tuple[Mistake, ...]]:
        """Return the terms of an answer without any one of which it is right."""
        terms = answer.args if isinstance(answer, sp.Add | MatAdd) else ()
        found = []
        for term in terms:
            rest = [value - self.question.value(term, point)
                    for value, point in zip(values, self.question.points, strict=True)]
            if self.question.agree(rest,
                                   self.question.points) and self.question.is_right(answer - term):
                found.append((Mistake("extra_term", "the answer", notation.plain(term)),))
        return found

    @cached_property
    def _broken(self) -> tuple[list[tuple[Mistake, ...]], np.ndarray]:
        found = worlds(mistakes(self.chain, self.wrt))
        return found, self._stack(found, 0)

    def _stack(self, found: Sequence[tuple[Mistake, ...]], number: int) -> np.ndarray:
        """Return the gradients of broken chains at one of the points, each as a row."""
        leaves = self.question.leaves(self.question.points[number])
        stack, _ = gradients(self.chain, self.wrt, leaves, [_changes(world) for world in found])
        return np.broadcast_to(stack, (len(found), *np.shape(stack)[-2:])).reshape(len(found), -1)

    @cached_property
    def _ratios(self) -> tuple[list[Ratio], np.ndarray]:
        """The factors that a lost or doubled number or scalar leaves, and their values, in
        ascending order."""
        truth = self.chain.abbreviated(self.chain.adjoint(self.wrt))
        # SymPy's factor_terms stops at a sum of matrices with numbers in front, such as 2 A + B
        if truth.is_Matrix:
            truth = sp.Add(*(term.as_coeff_mmul()[0] * sp.Dummy()
                             for term in MatAdd.make_args(truth)))
        _, own = monomial(sp.factor_terms(truth))
        scalars = [name for name, leaf in self.chain.leaves.items() if not leaf.shape]
        powers = [{}, *({name: power} for name in scalars for power in (-4, -2, -1, 1, 2, 4)),
                  *({name: -power} for name in self.question.sizes for power in (1, 2))]
        pairs = [one | other for one, other in combinations_with_replacement(powers, 2)]
        numbers = [sign * sp.Rational(r) for sign in (1, -1)
                   for r in ("1", "1/2", "2", "1/4", "4", "1/3", "3")]
        scaled, moved = ([(n, p, of_ratio(self.chain, n, p, own, "the whole answer")) for n,
                          p in choices]
                         for choices in (product(numbers, [{}]), product([sp.S.One], pairs)))
        ratios = [Ratio(n, p, first + second) for n, _, first in scaled for _, p, second in moved]
        numbers = self._numbers(ratios, 0)
        order = np.argsort(numbers)
        return [ratios[place] for place in order], numbers[order]

    def _numbers(self, ratios: Sequence[Ratio], number: int) -> np.ndarray:
        point = self.question.points[number]
        return np.array([float(ratio.number)
                         * np.prod([float(point[name]) ** k for name, k in ratio.powers.items()])
                         for ratio in ratios])

    def _matching(self, answer: np.ndarray) -> list[Candidate]:
        """Return the broken chains whose gradient is the answer up to an explained factor, at the
        first point."""
        if not answer.any():
            return []
        (found, stack), (ratios, table), flat = self._broken, self._ratios, answer.ravel()
        with np.errstate(all="ignore"):
            ratio = stack @ flat / np.einsum("ij,ij->i", stack, stack)
            fits = np.abs(flat - ratio[:, None]
                          * stack).max(axis=1) <= TOLERANCE * np.abs(flat).max()
            low, high = (np.searchsorted(table, ratio + sign * TOLERANCE * np.abs(ratio))
                         for sign in (-1, 1))
        candidates = [Candidate(found[index], ratios[place]) for index in np.flatnonzero(fits)
                      for place in range(low[index], high[index])]
        return [candidate for candidate in candidates if len(candidate.mistakes) <= MOST_MISTAKES]

    def _holding(self, answer: np.ndarray, candidates: list[Candidate]) -> list[Candidate]:
        """Return the candidates with the fewest mistakes that hold at the second point too."""
        flat = answer.ravel()
        for fewest in sorted({len(candidate.mistakes) for candidate in candidates}):
            few = [candidate for candidate in candidates if len(candidate.mistakes) == fewest]
            stack = self._stack([candidate.world for candidate in few], 1)
            factors = self._numbers([candidate.ratio for candidate in few], 1)
            fits = np.abs(flat - factors[:, None]
                          * stack).max(axis=1) <= TOLERANCE * np.abs(flat).max()
            if fits.any():
                return [candidate for candidate, fit in zip(few, fits, strict=True) if fit]
        return []

    def _exactly(self, answer: Expr | None, candidate: Candidate) -> bool:
        """Return whether a formula is the gradient of the broken chain times the factor, in
        rational arithmetic."""
        if answer is None or answer.has(HadamardProduct):
            return True  # it was tried in numbers, and its mark says so
        point = arithmetic.random_point((self.chain.expression(),), self.question.second,
                                        np.random.default_rng(0),
                                   LARGEST_NUMBER)
        ready = {k: arithmetic.Rationals.matrix(v) if getattr(v, "is_Matrix", False) else v for k,
                 v in point.items()}
        try:
            gradient, _ = gradients(self.chain, self.wrt, ready, [_changes(candidate.world)],
                                    arithmetic.Rationals)
        # a needed value of the broken chain does not exist here
        except (arithmetic.OutsideDomain, KeyError):
            return False
        asked = self.question.asked
        claimed = candidate.ratio.value(point) * (gradient.to_Matrix() if asked.is_Matrix
                                                  else gradient)
        symbol = MatrixSymbol("claimed", *asked.shape) if asked.is_Matrix else sp.Symbol("claimed")
        return random_points.differ(self.chain.in_leaves(answer), symbol,
                                    point | {"claimed": claimed}) is None


def _merged(explanations: list[tuple[Mistake, ...]]) -> list[tuple[Mistake, ...]]:
    """Return the explanations by likelihood, one for each set of kinds; of pairs only the likeliest
    two."""
    kept: dict[frozenset, tuple[Mistake, ...]] = {}
    for explanation in sorted(explanations,
                              key=lambda e: sorted(LIKELIHOOD.index(m.kind) for m in e)):
        kept.setdefault(frozenset(m.kind for m in explanation), explanation)
    return list(kept.values())[:4 if _count(explanations[0]) == 1 else 2]


def _with_other_paths(explanation: tuple[Mistake, ...],
                      found: list[tuple[Mistake, ...]]) -> tuple[Mistake, ...]:
    """Return a lost path with the other one named too, if losing that one gives the same."""
    if [mistake.kind for mistake in explanation] != ["missing_path"]:
        return explanation
    lost = dict.fromkeys(e[0].where for e in found
                         if [mistake.kind for mistake in e] == ["missing_path"])
    return (replace(explanation[0], where=" or ".join(lost)),)


def _count(explanation: tuple[Mistake, ...]) -> int:
    """Return the number of mistakes; the same one in several terms counts once."""
    return len({(m.kind, m.what, m.changes if m.kind == "missing_term" else ())
                for m in explanation})


def _changes(world: tuple[Mistake, ...]) -> dict:
    return {place: formula for mistake in world for place, formula in mistake.changes}
