"""An exercise, "what is ∂L/∂(node or leaf)?", and whether an answer to it is right."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, MatrixSymbol, ShapeError, Symbol

from lvmcalc import notation
from lvmcalc.calculus import UnsupportedExpression, Verdict
from lvmcalc.calculus.arithmetic import Point
from lvmcalc.calculus.comparison import decide
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.calculus.expression_checks import check_shapes
from lvmcalc.calculus.operations import is_rational
from lvmcalc.calculus.verdict import Counterexample
from lvmcalc.chain import Chain, passes
from lvmcalc.marking.chain_letters import is_symmetric
from lvmcalc.marking.chain_values import NoValue, float_at, formulas, known_at
from lvmcalc.marking.differential_answers import symmetric_in
from lvmcalc.marking.readable_examples import rounded, with_definite
from lvmcalc.marking.trial_points import TrialPoints
from lvmcalc.recent import Recent

ROUNDING = 1e-6  # relative; an answer may be a function in single precision
_DIGITS = (4, 6, 8, 10, 12, 15, 17)  # of a counterexample: as few as show a difference
# Agreement in numbers is no proof, and the mark says so; but where functions are not rational there
# is no exact arithmetic, and 40 digits at random points are no accident.
RIGHT = ("proved", "exact", "numeric")


class Exercise:
    """Ask for the adjoint of a node or leaf, and tell whether an answer is right.

    `asked` is the symbol of the adjoint, `points` hold the values of all sizes, leaves, nodes and
    adjoints by name.
    """

    def __init__(self, chain: Chain, wrt: str):
        self.chain, self.wrt, self.asked = chain, wrt, chain.adjoint_symbol(wrt)
        self.name = notation.plain(self.asked)
        self._short = {node: letter for letter, node in chain.abbreviations.items()}
        self.recent = Recent()  # marks and comparisons of formulas
        self._rational = all(is_rational(node.expression) for node in chain.nodes.values())
        # Small entries keep sums of exp and tanh small.
        self._trial = TrialPoints(chain, 1.0 if self._rational else 0.5)
        self.sizes = self._trial.sizes
        self.points: list[Point] = chain.remember("points", self._trial.pair)
        if len(self.points) < 2:
            raise ValueError(f"{self.name} has no value at random points: no answer can be tried.")

    def leaves(self, number: int) -> Point:
        """Return the sizes and leaves at one of the points."""
        return {name: self.points[number][name] for name in (*self.sizes, *self.chain.leaves)}

    def values(self, answer: Expr) -> list[Any]:
        """Return the values of a formula at the points.

        Raises
        ------
        OutsideDomain
            If a matrix that is inverted in it is singular there.
        """
        return [float_at(answer, point) for point in self.points]

    def agrees(self, value: Any, point: Point, node: str = "") -> bool:
        """Return whether a value is the right one at a point, or the adjoint of another node."""
        truth = np.asarray(point[self.chain.adjoint_symbol(node or self.wrt).name])
        if np.shape(value) != truth.shape:
            return False
        difference = np.abs(np.asarray(value, dtype=float) - truth)
        return bool(difference.max() <= ROUNDING * (np.abs(truth).max() or 1))

    def agree(self, values: list[Any], node: str = "") -> bool:
        """Return whether the values at all points are right, or the adjoint of another node."""
        return all(self.agrees(value, point, node)
                   for value, point in zip(values, self.points, strict=True))

    def is_right(self, answer: Expr, node: str = "") -> bool:
        """Return whether a formula is right, or the adjoint of another node."""
        try:
            near = all(self.agrees(float_at(answer, point), point, node) for point in self.points)
            if near:  # NumPy forms more than there is
                check_shapes(answer)
        except (ValueError, TypeError, OutsideDomain, ShapeError, UnsupportedExpression):
            return False
        asked = self.chain.adjoint_symbol(node or self.wrt)
        return near and self.equal(answer, asked)

    def equal(self, left: Expr, right: Expr) -> bool:
        """Return whether two formulas are equal, as far as that can be told."""
        return self.compare(left, right).status in RIGHT

    def compare(self, left: Expr, right: Expr) -> Verdict:
        """Compare two formulas in the leaves, nodes and adjoints of the chain, for every size.

        What is equal for any value of K is equal for that of the chain; so K stays a letter first,
        which is shorter, and as exact where K is taken to a high power.
        """
        return self.recent.get((left, right), lambda: self._compared(left, right))

    def _compared(self, left: Expr, right: Expr) -> Verdict:
        if self._differ(left, right) and (  # no normal form proves them equal
                certain := self._decided(left, right, forms=False)).status == "refuted":
            return certain
        if letters := self._letters(left, right):
            known = self.chain.remember(("in letters", *letters),
                                        lambda: formulas(self.chain, letters))
            symmetric = {letters[node].name for node in letters if is_symmetric(self.chain, node)}
            verdict = decide(*(passes.in_symbols(None, side, known) for side in (left, right)),
                             symmetric.union(symmetric_in(self.chain)), points=False)
            if verdict.status == "proved":
                return verdict
        return self._decided(left, right)

    def _differ(self, left: Expr, right: Expr) -> bool:
        """Return whether two formulas seem to differ, at the first of the points."""
        with suppress(*NoValue, UnsupportedExpression, ValueError, TypeError):
            sides = (float_at(side, self.points[0]) for side in (left, right))
            return not np.allclose(*sides, rtol=ROUNDING, atol=ROUNDING)
        return False

    def _decided(self, left: Expr, right: Expr, forms: bool = True) -> Verdict:
        at_most = tuple((small.name, large.name) for small, large in self.chain.at_most)
        sides = [*map(self.chain.in_leaves, (left, right))]
        verdict = decide(*sides, symmetric_in(self.chain), 0, at_most, forms=forms)
        return with_definite(self.chain, verdict, *sides)

    def _letters(self, *sides: Expr) -> dict[str, Expr]:
        """Return the letter of each node that is named in some formulas, K for its node."""
        named = {atom.name for side in map(sp.sympify, sides)
                 for atom in side.atoms(Symbol, MatrixSymbol)}
        return {node: self.chain.vocabulary[self._short.get(node, node)]
                for node in self.chain.nodes if named & {node, self._short.get(node, node)}}

    def verdict(self, answer: Expr) -> Verdict:
        """Return whether a formula of the right shape is the one that is asked for."""
        if self.agree(self.values(answer)):
            return self.compare(answer, self.asked)
        if self._rational:
            certain = self._decided(answer, self.asked, forms=False)
            return certain if certain.status == "refuted" else self.compare(answer, self.asked)
        # Many digits take seconds to find small numbers; floats, at other points, do not.
        example = self.counterexample(lambda point: float_at(answer, point))
        return Verdict("refuted", "the two sides differ", find_counterexample=lambda: example) if (
            example) else self.compare(answer, self.asked)

    def symmetric_only(self, answer: Expr) -> list[str]:
        """Return the matrices, such as K, that have to be symmetric for a right answer."""
        names = (it.name for it in answer.atoms(Symbol, MatrixSymbol))
        named = {"∂" if name.startswith("∂") else name for name in names}
        found: list[str] = []  # one node at most, and leaves that do not lead to it
        for name in dict.fromkeys((*self._short, *self.chain.symmetric, *self.chain.nodes)):
            shape, leading = np.shape(self.points[0].get(name, 0.0)), self.chain.leading_to(name)
            used = named & {"∂", *leading, *map(self._short.get, leading)}
            if used and shape[:1] * 2 == shape != () and (not found or (
                    name in self.chain.symmetric and found[0] not in leading)):
                # any matrix is the value, not the one that follows from the leaves
                matrix = np.random.default_rng(0).normal(size=shape) + shape[0] * np.eye(*shape)
                if (self._right_with(answer, name, matrix + matrix.T)
                        and not self._right_with(answer, name, matrix)):
                    found.append(name)
        return [self._short.get(name, name) for name in found]

    def _right_with(self, answer: Expr, name: str, matrix: np.ndarray) -> bool:
        """Return whether an answer is right when a node or a symmetric leaf has any value."""
        leaves = self.leaves(0) | {name: matrix, "any": matrix}
        changes = {name: MatrixSymbol("any", *self.chain[name].shape)}
        if name == self.wrt and not np.array_equal(matrix, matrix.T):
            changes[None] = self.asked  # the gradient among all matrices
        try:
            known = known_at(self.chain, leaves, changes, self.wrt)
            return self.agrees(float_at(answer, known), known)
        except NoValue:  # it names what does not lie on the way
            return False

    def counterexample(self, value: Callable[[Point], Any]) -> Counterexample | None:
        """Return small whole numbers at which an answer and the truth differ."""
        for point in self._trial.small():
            try:
                got, truth = value(point), point[self.asked.name]
            except Exception:  # the function is the reader's own
                continue
            finite = np.isfinite(got).all() and np.isfinite(truth).all()
            if finite and not self.agrees(got, point):
                values = {name: rounded(point[name]) for name in self.chain.leaves}
                sides = [[rounded(side, digits) for side in (got, truth)] for digits in _DIGITS]
                differing = (both for both in sides if str(both[0]) != str(both[1]))
                return Counterexample(values, *next(differing, sides[-1]))
        return None


def exercise_of(chain: Chain, wrt: str) -> Exercise:
    """Return the exercise for a node or leaf, the same one each time; K stands for its node."""
    name = chain[chain.abbreviations.get(wrt, wrt) if isinstance(wrt, str) else wrt].name
    return chain.remember(("exercise", name), lambda: Exercise(chain, name))
