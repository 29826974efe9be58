"""An answer to an exercise, and what else it may be: another quantity of the chain, for one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from sympy import Expr

from lvmcalc import notation
from lvmcalc.calculus.arithmetic import Point
from lvmcalc.marking.broken_steps import is_inner
from lvmcalc.marking.chain_letters import called
from lvmcalc.marking.chain_values import NoValue, known_at
from lvmcalc.marking.exercise import ROUNDING, Exercise
from lvmcalc.marking.mistakes import Explanation, finding
from lvmcalc.marking.repair_search import undone
from lvmcalc.marking.term_matching import Match, matched


@dataclass(frozen=True)
class Attempt:
    """An answer to an exercise: what it is at a point, and its formula unless it is a function."""

    exercise: Exercise
    value: Callable[[Point], Any]
    formula: Expr | None = None

    @cached_property
    def values(self) -> list[np.ndarray]:
        """The values at the points of the exercise."""
        return [np.asarray(self.value(point), dtype=float) for point in self.exercise.points]

    @cached_property
    def terms(self) -> Match:
        """What is wrong and what is right, term by term."""
        return matched(self.exercise, self.formula) if self.formula is not None else Match()

    @cached_property
    def later_node(self) -> str:
        """The later node whose adjoint was given instead, "" if there is none."""
        later = self.exercise.chain.leading_to(self.exercise.wrt)[1:-1]
        return self.first_given(sorted(later, key=self._written_first))

    @cached_property
    def other_node(self) -> str:
        """The leaf or node that is not on the way whose adjoint was given, "" if there is none."""
        chain, wrt = self.exercise.chain, self.exercise.wrt
        others = [node.name for node in chain if node.name != wrt]
        return self.first_given(sorted(others, key=lambda node: (
            node not in chain.leaves, self._written_first(node))))

    def _written_first(self, node: str) -> tuple[bool, bool]:
        """Put the adjoint that was written before others that are equal to it, then that of K."""
        return not self.names(node), node not in self.exercise.chain.abbreviations.values()

    def first_given(self, nodes: list[str]) -> str:
        """Return the first of some nodes and leaves whose adjoint the answer is, "" if none is."""
        return next((node for node in nodes if self.exercise.agree(self.values, node) and (
            self.formula is None or self.exercise.is_right(self.formula, node))), "")

    def equals(self, other: Expr) -> bool:
        """Return whether the answer is some formula."""
        return all(map(_near, self.values, self.exercise.values(other))) and (
            self.formula is None or self.exercise.equal(self.formula, other))

    @cached_property
    def slip(self) -> Explanation:
        """The one slip in the answer as it is written, () if there is none."""
        return () if self.formula is None else undone(self.exercise, self.formula)

    def called(self, node: str) -> tuple[str, str]:
        """Return how a node and its adjoint are shown.

        That is K rather than c, if c is not written, and a formula where nobody gave it a name.
        """
        chain = self.exercise.chain
        if node in chain.unnamed and not self.names(node):
            return called(chain, node), f"the adjoint of {called(chain, node)}"
        short = {name: letter for letter, name in chain.abbreviations.items()}
        here = node if self.names(node) else short.get(node, node)
        adjoint = notation.adjoint_name(chain.vocabulary.outputs[-1], here)
        return notation.plain(here), notation.plain(adjoint)

    def names(self, node: str) -> bool:
        """Return whether the formula is the symbol of the adjoint of a node."""
        return self.formula == self.exercise.chain.adjoint_symbol(node)


def _near(value: Any, other: Any) -> bool:
    """Return whether a value is the other up to rounding."""
    return np.shape(value) == np.shape(other) and np.allclose(
        value, other, rtol=0, atol=ROUNDING * np.abs(other).max())


def later_adjoint(attempt: Attempt) -> list[Explanation]:
    """Explain an answer that is the adjoint of a later node."""
    if not attempt.later_node:
        return []
    chain, asked = attempt.exercise.chain, notation.plain(attempt.exercise.wrt)
    here, adjoint = attempt.called(attempt.later_node)
    text = f"This is {adjoint}: the way from {here} to {asked} is still missing"
    if is_inner(chain, attempt.later_node):
        return [(finding("inner_derivative", f"{text}, and with it an inner derivative"),)]
    return [(finding("stopped_early", text, f"between {here} and {asked}"),)]


def other_adjoint(attempt: Attempt) -> list[Explanation]:
    """Explain an answer that is the adjoint of a node or leaf that does not lie on the way."""
    if not attempt.other_node:
        return []
    here, adjoint = attempt.called(attempt.other_node)
    asked = notation.plain(attempt.exercise.wrt)
    of = "" if adjoint.endswith(f"of {here}") else f", the adjoint of {here}"
    text = f"This is {adjoint}{of}, but that of {asked} is asked for"
    return [(finding("other_adjoint", text),)]


def value_of_a_node(attempt: Attempt) -> list[Explanation]:
    """Explain an answer that is the value of a node where its derivative belongs."""
    exercise = attempt.exercise
    for node in exercise.chain.leading_to(exercise.wrt):
        known = node in exercise.chain.nodes and all(node in point for point in exercise.points)
        if known and attempt.equals(exercise.chain[node].symbol):
            here, asked = called(exercise.chain, node), notation.plain(exercise.asked)
            return [(finding("function_for_slope",
                             f"This is the value of {here} itself: its derivative {asked} is asked "
                             "for"),)]
    return []


def stationary(attempt: Attempt) -> list[Explanation]:
    """Explain an answer that is the value of the leaf at which the gradient is zero."""
    exercise, formula = attempt.exercise, attempt.formula
    chain, wrt = exercise.chain, exercise.wrt
    named = formula is not None and formula.has(chain[wrt].symbol)
    if named or wrt not in chain.leaves or not attempt.values[0].any():
        return []
    for number, value in enumerate(attempt.values):
        try:
            known = known_at(chain, exercise.leaves(number) | {wrt: value}, {}, wrt)
        except NoValue:
            return []
        truth = exercise.points[number][exercise.asked.name]
        if np.abs(known[exercise.asked.name]).max() > ROUNDING * np.abs(truth).max():
            return []
    letter, asked = notation.plain(wrt), notation.plain(exercise.asked)
    return [(finding("solved", f"This is the {letter} at which {asked} is zero; {asked} itself is "
                               "asked for"),)]
