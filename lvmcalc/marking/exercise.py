"""An exercise, "what is ∂L/∂(node or leaf)?": random points, and whether an answer is right there.

The sizes at a point are all different, so that a transpose or a wrong size cannot hide.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from itertools import combinations_with_replacement, permutations, product
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, MatrixSymbol, ShapeError, Symbol

from lvmcalc import notation
from lvmcalc.calculus import UnsupportedExpression, Verdict, arithmetic
from lvmcalc.calculus.arithmetic import Point
from lvmcalc.calculus.comparison import decide
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.calculus.expression_checks import check_shapes
from lvmcalc.calculus.operations import is_rational
from lvmcalc.calculus.verdict import Counterexample
from lvmcalc.chain import Chain, passes
from lvmcalc.chain.numbers import IllConditioned, Trusted
from lvmcalc.marking.chain_letters import is_symmetric, size_letters
from lvmcalc.marking.differential_answers import symmetric_in
from lvmcalc.marking.readable_examples import rounded, with_definite
from lvmcalc.recent import Recent

PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)  # sizes at points
_SMALL = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)  # sizes in counterexamples
_MOST_PERMUTED, _MOST_ORDERS = 4, 100  # sizes that are tried in every order, or else in so many
_TRIES = 5  # random points at each choice of sizes
ROUNDING = 1e-6  # relative; an answer may be a function in single precision
_DIGITS = (4, 6, 8, 10, 12, 15, 17)  # of a counterexample: as few as show a difference
# Agreement in numbers is no proof, and the mark says so; but where functions are not rational there
# is no exact arithmetic, and 40 digits at random points are no accident.
RIGHT = ("proved", "exact", "numeric")
NoValue = (OutsideDomain, KeyError)


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
        self.lengths = {length for leaf in chain.leaves.values() for length in leaf.shape}
        self.sizes = [size.name for size in size_letters(chain)]
        self._rational = all(is_rational(node.expression) for node in chain.nodes.values())
        self._scale = 1.0 if self._rational else 0.5  # so that sums of exp and tanh stay small
        self.points: list[Point] = chain.remember("points", self._found)
        if len(self.points) < 2:
            raise ValueError(f"{self.name} has no value at random points: no answer can be tried.")

    def _found(self) -> list[Point]:
        """Return two points, which are those of all exercises of the chain."""
        found: list[Point] = []
        pairs = [*combinations_with_replacement(self.sizes, 2)]
        choices = sorted(self._choices(PRIMES, len(self.sizes) + 2),
                         key=lambda sizes: sum(sizes.values()))
        for sizes in choices if self.sizes else 2 * choices:
            # no fixed number can pass for a size, or for the product of two
            if len(found) < 2 and all(sizes[a] * sizes[b] != point[a] * point[b]
                                      for point in found for a, b in pairs):
                found += self._tried(sizes, len(found))
        return found

    def _tried(self, sizes: Mapping[str, int], number: int) -> list[Point]:
        """Return a random point of these sizes at which all adjoints have a value, if one is found.

        BᵀB, for instance, is singular at all of them if B has more columns than rows. Where entries
        of both signs give no value, as in a logarithm, all are positive.
        """
        found: list[Point] = []
        for positive, seed in product((False, True), range(_TRIES)):
            with suppress(*NoValue):
                found.append(self._point(sizes, number + 2 * seed, positive=positive))
                if self._is_definite(found[-1]):
                    return found[-1:]
        return found[:1]

    def _is_definite(self, point: Point) -> bool:
        """Return whether symmetric matrices are positive definite where it matters.

        Then a right answer that takes their determinant apart has a value too.
        """
        inside = [point[parent] for node in self.chain.nodes.values() for parent in node.parents
                  if node.rule.name in ("log determinant", "determinant", "inverse")]
        return all(np.linalg.eigvalsh(matrix).min() > 0 for matrix in inside
                   if np.ndim(matrix) == 2 and np.allclose(matrix, matrix.T))

    def _choices(self, numbers: tuple[int, ...], count: int) -> list[dict[str, int]]:
        """Return the ways to make all numbers of rows and columns differ, as the chain allows."""
        def allowed(sizes: Mapping[str, int]) -> bool:
            different = {arithmetic.whole_size(length, sizes) for length in self.lengths}
            return len(different) == len(self.lengths) and all(
                sizes.get(small.name, 0) <= sizes.get(large.name, max(numbers))
                for small, large in self.chain.at_most)

        orders: Iterable = permutations(numbers[:count], len(self.sizes))
        if len(self.sizes) > _MOST_PERMUTED:
            rng = np.random.default_rng(0)
            orders = (rng.permutation(numbers[:count])[:len(self.sizes)].tolist()
                      for _ in range(_MOST_ORDERS))
        return [*filter(allowed, (dict(zip(self.sizes, order, strict=True)) for order in orders))]

    def _point(self, sizes: Mapping[str, int], seed: int, whole: bool = False,
               positive: bool = False) -> Point:
        rng = np.random.default_rng(seed)
        point: dict[str, Any] = dict(sizes)
        for name, leaf in self.chain.leaves.items():
            shape = [arithmetic.whole_size(length, sizes) for length in leaf.shape]
            if whole:
                value = rng.integers(1, 4, shape).astype(float)
            else:
                value = self._scale * rng.normal(size=shape) if shape else rng.uniform(0.6, 1.8)
            if positive:
                value = np.abs(value)
            if name in self.chain.symmetric:
                value = value @ value.T + np.eye(len(value))  # its determinant is positive
            point[name] = value if shape else float(value)
        return known_at(self.chain, point, {})

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
        small = partial(self._choices, _SMALL, len(self.sizes) + 1)
        for sizes, seed in product(self.chain.remember("small sizes", small), range(_TRIES)):
            try:
                point = self.chain.remember(("small point", *sizes.values(), seed), partial(
                    self._point, sizes, seed, whole=True))
                got, truth = value(point), point[self.asked.name]
            except Exception:  # the function is the reader's own
                continue
            finite = np.isfinite(got).all() and np.isfinite(truth).all()
            if finite and not self.agrees(got, point):
                values = {name: rounded(point[name]) for name in self.chain.leaves}
                sides = [[rounded(side, digits) for side in (got, truth)] for digits in _DIGITS]
                told = (both for both in sides if str(both[0]) != str(both[1]))
                return Counterexample(values, *next(told, sides[-1]))
        return None


def exercise_of(chain: Chain, wrt: str) -> Exercise:
    """Return the exercise for a node or leaf, the same one each time; K stands for its node."""
    name = chain[chain.abbreviations.get(wrt, wrt) if isinstance(wrt, str) else wrt].name
    return chain.remember(("exercise", name), lambda: Exercise(chain, name))


class Invertible(arithmetic.Reals):
    """Floating point that refuses the inverse of a singular matrix."""

    inv = Trusted.inv


def float_at(formula: Expr, point: Point, numbers: Any = Invertible,
             memo: dict[Expr, Any] | None = None) -> Any:
    """Return the value of a formula at a point, in floating point.

    Raises
    ------
    OutsideDomain
        If a matrix that is inverted in it is singular.
    """
    with np.errstate(all="ignore"):
        try:
            return arithmetic.evaluate(sp.sympify(formula, strict=True), point, numbers, memo)
        except IllConditioned as error:
            raise OutsideDomain("a matrix to be inverted is singular") from error


def in_numbers() -> passes.Evaluate:
    """Return an evaluator of one pass, which inverts a matrix once; no determinant may be 0."""
    memo: dict[Expr, Any] = {}
    return lambda place, formula, known: float_at(formula, known, Trusted, memo)


def known_at(chain: Chain, leaves: Mapping[str, Any], changes: Mapping[passes.Place, Expr],
             wrt: str | Iterable[str] = (), evaluate: passes.Evaluate | None = None,
             one: Any = 1.0) -> dict[str, Any]:
    """Return the values and adjoints of all nodes by name, in a chain that may be broken.

    A node whose value does not exist, such as a logarithm of a negative number, is left out.

    Parameters
    ----------
    chain : Chain
    leaves : values of the leaves and the sizes by name, and of nodes that are known already
    changes : formulas by place, a node or an edge (node, parent), that replace the true ones
    wrt : the node or leaf whose adjoint is wanted, by default all
    evaluate, one : the evaluator of the pass, and the number 1 as it has it

    Raises
    ------
    OutsideDomain, KeyError
        If an adjoint does not exist.
    """
    evaluate = evaluate or in_numbers()

    def adjoint(place: passes.Place, formula: Expr, known: Mapping[str, Any]) -> Any:
        return evaluate(place, changes.get(place, formula), known)

    def value(place: passes.Place, formula: Expr, known: Mapping[str, Any]) -> Any:
        with suppress(*NoValue):
            return known[place] if place in known else adjoint(place, formula, known)
        return None

    known = passes.pull_back(chain, passes.forward(chain, leaves, value), adjoint, one, wrt).known
    return known | {short: known[node] for short, node in chain.abbreviations.items()
                    if node in known}


def formulas(chain: Chain, changes: Mapping[passes.Place, Expr],
             wrt: str | Iterable[str] = ()) -> dict[str, Expr]:
    """Return the formulas of all nodes and adjoints by name, as `known_at` returns numbers."""
    leaves = {name: leaf.symbol for name, leaf in chain.leaves.items()}
    return known_at(chain, leaves, changes, wrt, passes.in_symbols, sp.S.One)
