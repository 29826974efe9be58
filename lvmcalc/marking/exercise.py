"""An exercise, "what is ∂L/∂(node or leaf)?": random points, and whether an answer is right there.

The sizes at a point are all different, so that a transpose or a wrong size cannot hide.
"""

from collections.abc import Callable, Mapping
from itertools import combinations_with_replacement, permutations, product
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, Inverse
from sympy.matrices.expressions import MatPow

from lvmcalc import notation
from lvmcalc.calculus import arithmetic, differentials
from lvmcalc.calculus.arithmetic import OutsideDomain, Reals
from lvmcalc.calculus.verdict import Counterexample, Verdict
from lvmcalc.chain import passes
from lvmcalc.chain.structure import Chain

PRIMES, SMALL = (3, 5, 7, 11, 13, 17), (1, 2, 3, 4, 5, 6)  # sizes at points, in counterexamples
SMALL_TRIES = 5  # random points at each choice of small sizes
ROUNDING = 1e-6  # relative; an answer may be a function in single precision

Point = Mapping[str, Any]  # values of sizes, leaves, nodes and adjoints by name


class Exercise:
    """Ask for the adjoint of a node or leaf, and tell whether an answer is right.

    `asked` is the symbol of the adjoint, `points` hold the values of all sizes, leaves, nodes and
    adjoints by name.
    """

    def __init__(self, chain: Chain, wrt: str):
        self.chain, self.wrt, self.asked = chain, wrt, chain.adjoint_symbol(wrt)
        self.name, self.sizes = notation.plain(self.asked), sizes_of(chain)
        choices = sorted(self._choices(PRIMES, len(self.sizes) + 2),
                         key=lambda sizes: sum(sizes.values()))
        first = choices[0]
        pairs = [*combinations_with_replacement(self.sizes, 2)]
        # At the second point every size and every product of two differs from the first point,
        # so that no fixed number can pass for a size.
        second = next(sizes for sizes in choices
                      if all(sizes[a] * sizes[b] != first[a] * first[b] for a, b in pairs))
        self.points = [self._point(first, 0), self._point(second, 1)]

    def _choices(self, numbers: tuple[int, ...], count: int) -> list[dict[str, int]]:
        """Return the ways to make all numbers of rows and columns differ, as the chain allows."""
        lengths = {length for leaf in self.chain.leaves.values() for length in leaf.shape}
        choices = []
        for order in permutations(numbers[:count], len(self.sizes)):
            sizes = dict(zip(self.sizes, order, strict=True))
            different = {arithmetic.whole_size(length, sizes) for length in lengths}
            allowed = all(sizes.get(small.name, 0) <= sizes.get(large.name, max(numbers))
                          for small, large in self.chain.at_most)
            if len(different) == len(lengths) and allowed:
                choices.append(sizes)
        return choices

    def _point(self, sizes: Mapping[str, int], seed: int, whole: bool = False) -> Point:
        rng = np.random.default_rng(seed)
        point: dict[str, Any] = dict(sizes)
        for name, leaf in self.chain.leaves.items():
            shape = [arithmetic.whole_size(length, sizes) for length in leaf.shape]
            if whole:
                value = rng.integers(1, 4, shape).astype(float)
            elif shape:
                value = rng.normal(size=shape)
            else:
                value = rng.uniform(0.6, 1.8)
            if name in self.chain.symmetric:
                value = value @ value.T + np.eye(len(value))  # its determinant is positive
            point[name] = value if shape else float(value)
        return known_at(self.chain, point, Reals)

    def leaves(self, number: int) -> Point:
        """Return the sizes and leaves at one of the points."""
        return {name: self.points[number][name] for name in (*self.sizes, *self.chain.leaves)}

    def values(self, answer: Expr) -> list[Any]:
        """Return the values of an answer at the points."""
        return [value_at(answer, point) for point in self.points]

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
        """Return whether a formula is right, or the adjoint of another node, by proof or exactly.
        """
        try:
            if not self.agree(self.values(answer), node):
                return False
        except (ValueError, OutsideDomain, sp.matrices.exceptions.ShapeError):
            return False
        return self.compare(answer, self.chain.adjoint_symbol(node or self.wrt)).holds

    def compare(self, left: Expr, right: Expr) -> Verdict:
        """Compare two formulas in the leaves, nodes and adjoints of the chain, for every size."""
        return differentials.compare(self.chain.in_leaves(left), self.chain.in_leaves(right),
                                     self.chain.symmetric)

    def has_values(self, answer: Expr) -> bool:
        """Return whether a formula has a value in rational arithmetic at the sizes of the points.

        Floating-point arithmetic may well give an inverse of a singular matrix.
        """
        if not answer.atoms(Inverse, MatPow):
            return True
        expression = self.chain.in_leaves(answer)
        try:
            for point in self.points:
                arithmetic.value_at(expression, self.exact_leaves(point, 9, expression))
        except OutsideDomain:
            return False
        return True

    def exact_leaves(self, point: Point, largest: int, *others: Expr) -> dict[str, Any]:
        """Return random whole numbers for the leaves, and the sizes of a point."""
        sizes = {name: point[name] for name in self.sizes}
        return arithmetic.random_point((*others, self.chain.expression()), sizes,
                                       np.random.default_rng(0), largest, self.chain.symmetric)

    def counterexample(self, value: Callable[[Point], Any]) -> Counterexample | None:
        """Return small whole numbers at which an answer and the truth differ."""
        choices = self._choices(SMALL, len(self.sizes) + 1)
        for sizes, seed in product(choices, range(SMALL_TRIES)):
            try:
                point = self._point(sizes, seed, whole=True)
                got = value(point)
            except Exception:  # the function is the reader's own
                continue
            truth = point[self.asked.name]
            if np.isfinite(got).all() and np.isfinite(truth).all() and not self.agrees(got, point):
                values = {name: _rounded(point[name]) for name in self.chain.leaves}
                return Counterexample(values, _rounded(got), _rounded(truth))
        return None


def exercise_of(chain: Chain, wrt: str) -> Exercise:
    """Return the exercise for a node or leaf, the same one each time; K stands for its node."""
    name = chain[chain.abbreviations.get(wrt, wrt) if isinstance(wrt, str) else wrt].name
    return chain.remember(("exercise", name), lambda: Exercise(chain, name))


def known_at(chain: Chain, leaves: Point, numbers: Any,
             changes: Mapping[passes.Place, Expr] | None = None, wrt: str | None = None) -> Point:
    """Return the values and adjoints of all nodes by name, in a chain that may be broken.

    A node whose value does not exist, such as a logarithm of a negative number, is left out.

    Parameters
    ----------
    chain : Chain
    leaves : values of the leaves and the sizes by name
    numbers : the arithmetic, Reals or Rationals
    changes : formulas by place, a node or an edge (node, parent), that take the place of the true
        ones
    wrt : the node or leaf whose adjoint is wanted, by default all

    Raises
    ------
    OutsideDomain, KeyError
        If an adjoint does not exist.
    """
    changes, memo = changes or {}, {}

    def evaluate(place: passes.Place, formula: Expr, known: Point) -> Any:
        formula = sp.sympify(changes.get(place, formula))
        return arithmetic.evaluate(formula, known, numbers, memo)

    def value(place: passes.Place, formula: Expr, known: Point) -> Any:
        try:
            return evaluate(place, formula, known)
        except (OutsideDomain, KeyError):
            return None

    with np.errstate(all="ignore"):
        values = passes.forward(chain, leaves, value)
        known = passes.pull_back(chain, values, evaluate, numbers.number(sp.S.One), wrt).known
    return known | {short: known[node] for short, node in chain.abbreviations.items()
                    if node in known}


def sizes_of(chain: Chain) -> list[str]:
    """Return the names of the sizes in a chain."""
    lengths = [length for leaf in chain.leaves.values() for length in leaf.shape]
    return sorted({size.name for length in lengths for size in length.free_symbols})


def value_at(answer: Expr, point: Point) -> Any:
    """Return the value of a formula at a point, in floating point."""
    with np.errstate(all="ignore"):
        return arithmetic.evaluate(answer, point, Reals)


def _rounded(value: Any) -> Expr:
    def number(entry: float) -> Expr:
        near = sp.Rational(str(round(float(entry), 4)))
        return near if near.q == 1 else sp.Float(float(entry), 4)

    value = np.asarray(value, dtype=float)
    if value.ndim != 2:
        return number(value)
    return sp.ImmutableMatrix(*value.shape, [number(entry) for entry in value.flat])
