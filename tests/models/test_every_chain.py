"""What holds for every chain of the registry: a new model is tested here without another line."""

import re
from collections import defaultdict
from fractions import Fraction
from graphlib import TopologicalSorter
from itertools import chain as joined
from typing import Any

import numpy as np
import oracle
import pytest
import sympy as sp

from lvmcalc import mark, notation
from lvmcalc.calculus.expression_tools import whole_size
from lvmcalc.chain import Chain
from lvmcalc.models import CHAINS, chain_named
from lvmcalc.show import figures

EVERY_CHAIN = pytest.mark.parametrize("name", CHAINS)
EVERY_LEAF = pytest.mark.parametrize(
    ("name", "leaf"), [(name, leaf) for name in CHAINS for leaf in chain_named(name).leaves])


def sizes_of(chain: Chain) -> dict[str, int]:
    """Return small sizes that all differ, so that no matrix is square by chance."""
    lengths = joined.from_iterable(leaf.shape for leaf in chain.leaves.values())
    names = {size.name for length in lengths for size in length.free_symbols}
    larger = {str(small): {str(large)} & names for small, large in chain.at_most}
    order = TopologicalSorter({name: larger.get(name, set()) for name in sorted(names)})
    return {name: number for number, name in enumerate(reversed([*order.static_order()]), 2)}


def in_floats(chain: Chain, values: dict[str, Any], part: str = "value") -> dict[str, Any]:
    """Return the leaves' values, or the directions in which they move, for `forward`."""
    def of(leaf: Any) -> Any:
        if isinstance(leaf, list):
            return np.array([[float(getattr(entry, part)) for entry in row] for row in leaf])
        return float(getattr(leaf, part))

    return {name: of(values[name]) for name in chain.leaves}


def point(chain: Chain, moving: str) -> dict[str, Any]:
    """Return dual numbers for the leaves, of which one moves; what is symmetric is so here."""
    symbols = [leaf.symbol for leaf in chain.leaves.values()]
    values = oracle.point(symbols, sizes_of(chain), seed=3, moving=moving)
    for name in chain.symmetric:
        rows = values[name]
        values[name] = [[entry + mirrored for entry, mirrored in zip(row, column, strict=True)]
                        for row, column in zip(rows, zip(*rows, strict=True), strict=True)]
        for place, row in enumerate(values[name]):  # and positive definite, as a covariance is
            row[place] += oracle.Dual(Fraction(100))
    return values


@EVERY_CHAIN
def test_the_graph_has_a_place_for_every_node_and_says_so(name: str) -> None:
    chain = chain_named(name)
    drawing = figures.graph(chain)
    assert all(f"→ {notation.plain(node)}" in drawing.words for node in chain.nodes)
    assert drawing.png(1).startswith(b"\x89PNG")


@EVERY_LEAF
def test_value_and_gradient_are_those_of_exact_dual_numbers(name: str, leaf: str) -> None:
    chain = chain_named(name)
    values = point(chain, leaf)
    truth = oracle.evaluate(chain.expression(), values)
    assert oracle.has_slope(chain.adjoint(leaf), values, leaf, truth.slope)
    leaves = in_floats(chain, values)
    assert chain.forward(**leaves)[chain.output] == pytest.approx(float(truth.value))
    direction = in_floats(chain, values, "slope")[leaf]
    slope = np.sum(chain.backward(**leaves)[leaf] * direction)
    assert slope == pytest.approx(float(truth.slope))


@EVERY_LEAF
def test_the_gradient_as_it_is_printed_is_right_and_with_a_minus_the_sign_is_wrong(
        name: str, leaf: str) -> None:
    chain = chain_named(name)
    text = notation.plain(chain.abbreviated(chain.adjoint(leaf)))
    assert mark(text, name, leaf).status == "proved"
    wrong = mark(f"-({text})", name, leaf)
    assert wrong.status == "refuted"
    assert wrong.findings[0].kind == "sign"


@EVERY_LEAF
def test_the_model_takes_the_numbers_to_try_by_hand_and_gives_what_they_say(name: str,
                                                                            leaf: str) -> None:
    chain, said = chain_named(name), mark(f"7 {leaf}", name, leaf).example
    given = {notation.spelling(letter): sp.Matrix(sp.sympify(value)) if "[" in value
             else sp.sympify(value) for letter, value in re.findall(
                 r"(\w+) = (\[\[.*?\]\]|[\d/]+)", said.partition(" the answer gives ")[0])}
    assert all(given.get(str(small), 0) <= given.get(str(large), 99)
               for small, large in chain.at_most)
    leaves = {each: np.array(given[each].tolist() if given[each].is_Matrix else given[each], float)
              if each in given else np.ones([whole_size(length, defaultdict(lambda: 1, given))
                                             for length in chain[each].shape])
              for each in chain.leaves}  # what no side needs is not said
    slope = np.atleast_2d(chain.backward(**leaves)[leaf])
    said = said.rpartition(" is ")[2].rstrip(".")
    right = np.atleast_2d(np.array(sp.sympify(said), float))
    rounded = 1e-3 if re.search(r"\d\.\d", said) else 1e-12  # four digits are shown
    np.testing.assert_allclose(right, slope, rtol=rounded, atol=rounded)
