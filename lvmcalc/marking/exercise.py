"""A question for ∂L/∂(node or leaf), and random points of all-different sizes at which answers are
tried."""

from collections.abc import Callable, Sequence
from itertools import combinations_with_replacement, permutations, product
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, Inverse, MatrixSymbol
from sympy.matrices.expressions import MatPow

from lvmcalc import notation
from lvmcalc.calculus import arithmetic, comparison
from lvmcalc.calculus.verdict import Counterexample
from lvmcalc.chain import Chain
from lvmcalc.marking.mistakes import gradients, sizes_of
from lvmcalc.notation import spelling

# sizes at the points, and in a counterexample
PRIMES, SMALL = (3, 5, 7, 11, 13, 17), (1, 2, 3, 4, 5, 6)
TOLERANCE, ROUNDING = 1e-8, 1e-6  # relative; an answer may be a function in single precision


class Exercise:
    """What is ∂L/∂(node or leaf)? `points` hold the values of all nodes, adjoints and sizes by
    name."""

    def __init__(self, chain: Chain, wrt: str):
        self.chain, self.wrt, self.asked = chain, wrt, chain.adjoint_symbol(wrt)
        self.name, self.sizes = notation.plain(self.asked), sizes_of(chain)
        choices = sorted(self._choices(PRIMES, len(self.sizes) + 2),
                         key=lambda sizes: sum(sizes.values()))
        # at the second point every size and product of two is another, lest a number pass for it
        first = choices[0]
        self.second = next(sizes for sizes in choices if all(
            sizes[a] * sizes[b] != first[a] * first[b] for a,
            b in combinations_with_replacement(self.sizes, 2)))
        self.points = [self._point(sizes, seed) for seed, sizes in enumerate((first, self.second))]

    def _choices(self, numbers: tuple[int, ...], count: int) -> list[dict[str, int]]:
        """Return the ways to give the sizes all-different numbers that the chain allows."""
        orders = permutations(numbers[:count], len(self.sizes))
        choices = [dict(zip(self.sizes, order, strict=True)) for order in orders]
        return [sizes for sizes in choices
                if all(sizes.get(small.name, 0) <= sizes.get(large.name, max(numbers))
                                                  for small, large in self.chain.at_most)]

    def _point(self, sizes: dict[str, int], seed: int, whole: bool = False) -> dict[str, Any]:
        rng = np.random.default_rng(seed)
        point: dict[str, Any] = dict(sizes)
        for name, leaf in self.chain.leaves.items():
            shape = [arithmetic.whole_size(size, sizes) for size in leaf.shape]
            if whole:
                point[name] = rng.integers(1, 4,
                                           shape).astype(float) if shape else float(
                                               rng.integers(1, 4))
            else:
                point[name] = rng.normal(size=shape) if shape else float(rng.uniform(0.6, 1.8))
        leaves, values = dict(point), {}
        for name in (*self.chain.leaves, self.wrt):  # an answer may name the adjoint of any node
            values |= gradients(self.chain, name, leaves, [{}], arithmetic.Reals)[1]
        return values

    def leaves(self, point: dict[str, Any]) -> dict[str, Any]:
        """Return the leaves and sizes at a point."""
        return {name: point[name] for name in (*self.sizes, *self.chain.leaves)}

    def spelled(self, name: str) -> str:
        """Return the name of a value at a point: d_bar stands for ∂L/∂d."""
        if name.endswith("_bar"):
            return notation.adjoint_name(self.chain.output,
                                         self.chain.abbreviations.get(name[:-4], name[:-4]))
        return spelling(name)

    def value(self, answer: Expr, point: dict[str, Any]) -> Any:
        """Return an answer at a point."""
        with np.errstate(all="ignore"):
            return arithmetic.evaluate(answer, point, arithmetic.Reals)

    def agree(self, values: Sequence[Any], points: Sequence[dict[str, Any]],
              name: str = "") -> bool:
        """Return whether values are those of the right answer at points (or of another named
        quantity)."""
        for value, point in zip(values, points, strict=True):
            truth = np.asarray(point[name or self.asked.name])
            difference = np.asarray(value,
                                    dtype=float) - truth if np.shape(
                                        value) == truth.shape else np.inf
            if not np.abs(difference).max() <= ROUNDING * (np.abs(truth).max() or 1):
                return False
        return True

    def is_right(self, answer: Expr, name: str = "") -> bool:
        """Return whether an expression is right (or equal to another adjoint), by a proof or in
        exact arithmetic."""
        try:
            if not self.agree([self.value(answer, point) for point in self.points], self.points,
                              name):
                return False
        except (ValueError, arithmetic.OutsideDomain, sp.matrices.exceptions.ShapeError):
            return False
        other = self.chain.vocabulary[name] if name else self.asked
        return comparison.compare(self.chain.in_leaves(answer),
                                     self.chain.in_leaves(other)).holds

    def symmetric_only(self, answer: Expr) -> str:
        """Return the matrix, such as K, of which a right answer needs that it is symmetric; "" if
        there is none."""
        # the kernel first
        letters = {node: letter for letter, node in self.chain.abbreviations.items()}
        for name in (*letters, *(name for name in self.chain.nodes if name not in letters)):
            shape = self.chain[name].shape
            if shape and shape[0] == shape[1]:
                rng, size = np.random.default_rng(0), len(self.points[0][name])
                matrix = rng.normal(size=(size, size)) + size * np.eye(size)
                if [self._right_with(answer, name, m)
                    for m in (matrix + matrix.T, matrix)] == [True, False]:
                    return letters.get(name, name)
        return ""

    def _right_with(self, answer: Expr, name: str, matrix: np.ndarray) -> bool:
        """Return whether an answer is right when a node has any value, not the one that follows
        from the leaves."""
        leaves = self.leaves(self.points[0]) | {"any": matrix}
        world = {name: MatrixSymbol("any", *self.chain[name].shape)}
        truth, values = gradients(self.chain, self.wrt, leaves, [world], arithmetic.Reals)
        try:
            return bool(np.allclose(truth, self.value(answer, values), rtol=TOLERANCE))
        except KeyError:  # it names what does not lie on the way
            return False

    def has_values(self, answer: Expr) -> bool:
        """Return whether an expression has a value in rational arithmetic at the sizes of the
        points."""
        if not answer.atoms(Inverse, MatPow):
            return True
        expression = self.chain.in_leaves(answer)
        sizes = [{name: point[name] for name in self.sizes} for point in self.points]
        try:
            for number in sizes:
                leaves = (expression, self.chain.expression())
                arithmetic.value_at(expression,
                                    arithmetic.random_point(leaves, number,
                                                            np.random.default_rng(0), 9))
        except arithmetic.OutsideDomain:
            return False
        return True

    def counterexample(self, value: Callable[[dict[str, Any]], Any]) -> Counterexample | None:
        """Return small whole numbers at which the answer and the truth differ."""
        for sizes, seed in product(self._choices(SMALL, len(self.sizes) + 1), range(5)):
            point = self._point(sizes, seed, whole=True)
            try:
                got = value(point)
            except Exception:  # the function is the reader's own
                continue
            if np.isfinite(got).all() and not self.agree([got], [point]):
                values = {name: _rounded(point[name]) for name in self.chain.leaves}
                return Counterexample(values, _rounded(got), _rounded(point[self.asked.name]))
        return None


def _rounded(value: Any) -> Expr:
    def number(entry: float) -> Expr:
        near = sp.Rational(str(round(float(entry), 4)))
        return near if near.q == 1 else sp.Float(float(entry), 4)

    value = np.asarray(value, dtype=float)
    return sp.ImmutableMatrix(*value.shape,
                              [number(v) for v in value.flat]) if value.ndim == 2 else number(value)
