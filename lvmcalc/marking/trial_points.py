"""Random points at which answers are tried.

The sizes at a point are all different, so that a transpose or a wrong size cannot hide.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import combinations_with_replacement, permutations, product
from typing import Any

import numpy as np

from lvmcalc.calculus import arithmetic
from lvmcalc.calculus.arithmetic import Point
from lvmcalc.chain import Chain
from lvmcalc.marking.chain_letters import size_letters
from lvmcalc.marking.chain_values import NoValue, known_at

PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)  # sizes at points
_SMALL = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)  # sizes in counterexamples
_MOST_PERMUTED, _MOST_ORDERS = 4, 100  # sizes that are tried in every order, or else in so many
_TRIES = 5  # random points at each choice of sizes


class TrialPoints:
    """Choose sizes of a chain, and values of its leaves.

    Parameters
    ----------
    chain : Chain
    scale : of random entries
    """

    def __init__(self, chain: Chain, scale: float):
        self.chain, self.scale = chain, scale
        self.lengths = {length for leaf in chain.leaves.values() for length in leaf.shape}
        self.sizes = [size.name for size in size_letters(chain)]

    def pair(self) -> list[Point]:
        """Return two random points with different sizes."""
        found: list[Point] = []
        pairs = [*combinations_with_replacement(self.sizes, 2)]
        choices = sorted(self.choices(PRIMES, 2),
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
                found.append(self.point(sizes, number + 2 * seed, positive=positive))
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

    def choices(self, numbers: tuple[int, ...], more: int) -> list[dict[str, int]]:
        """Return the ways to make all numbers of rows and columns differ, as the chain allows."""
        def allowed(sizes: Mapping[str, int]) -> bool:
            different = {arithmetic.whole_size(length, sizes) for length in self.lengths}
            return len(different) == len(self.lengths) and all(
                sizes.get(small.name, 0) <= sizes.get(large.name, max(numbers))
                for small, large in self.chain.at_most)

        count = len(self.sizes) + more
        orders: Iterable = permutations(numbers[:count], len(self.sizes))
        if len(self.sizes) > _MOST_PERMUTED:
            rng = np.random.default_rng(0)
            orders = (rng.permutation(numbers[:count])[:len(self.sizes)].tolist()
                      for _ in range(_MOST_ORDERS))
        return [*filter(allowed, (dict(zip(self.sizes, order, strict=True)) for order in orders))]

    def point(self, sizes: Mapping[str, int], seed: int, whole: bool = False,
              positive: bool = False) -> Point:
        """Return a random point of some sizes, of whole or positive numbers if that is wanted."""
        rng = np.random.default_rng(seed)
        point: dict[str, Any] = dict(sizes)
        for name, leaf in self.chain.leaves.items():
            shape = [arithmetic.whole_size(length, sizes) for length in leaf.shape]
            if whole:
                value = rng.integers(1, 4, shape).astype(float)
            else:
                value = self.scale * rng.normal(size=shape) if shape else rng.uniform(0.6, 1.8)
            if positive:
                value = np.abs(value)
            if name in self.chain.symmetric:
                value = value @ value.T + np.eye(len(value))  # its determinant is positive
            point[name] = value if shape else float(value)
        return known_at(self.chain, point, {})

    def small(self) -> Iterator[Point]:
        """Yield points of small whole numbers."""
        choices = self.chain.remember("small sizes", lambda: self.choices(_SMALL, 1))
        for sizes, seed in product(choices, range(_TRIES)):
            with suppress(*NoValue, ValueError, ArithmeticError):
                yield self.chain.remember(("small point", *sizes.values(), seed), partial(
                    self.point, sizes, seed, whole=True))
