"""The ways to break a chain: which there are, where they are said to be, and the gradient that
comes out."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import oracle
import pytest
import sympy as sp
from oracle import Dual
from sympy import Expr, MatrixSymbol, OneMatrix
from sympy.matrices.expressions import HadamardPower, HadamardProduct, MatMul
from tables import over

from lvmcalc import notation
from lvmcalc.chain import Builder, Chain, passes
from lvmcalc.marking import Mistake, mark, single_mistakes
from lvmcalc.marking.broken_parts import over_the_other_index
from lvmcalc.marking.chain_values import NoValue, float_at, known_at
from lvmcalc.marking.mistakes import CLOSED
from lvmcalc.models import autoencoder, gplvm

n, m = sp.symbols("n m", integer=True, positive=True)
LOG_DET, TRACED, BOTH = gplvm.log_det_chain(), gplvm.trace_chain(), gplvm.chain()
TIED = autoencoder.chain()


def three_uses() -> Chain:
    """Return the chain of L = tr(W A W C) + tr(W B), in which two of the three uses of W meet
    before L."""
    build = Builder("three", MatrixSymbol("W", n, m), *(MatrixSymbol(name, m, n) for name in "ABC"))
    W, A, B, C = build.leaves
    f, g, h = (build(name, "use", W) for name in "fgh")
    a = build("a", "trace",
              build("e", "product", build("d", "product", f, A), build("p", "product", g, C)))
    build("L", "scalar sum", a, build("b", "trace", build("q", "product", h, B)))
    return build.chain()


@pytest.mark.parametrize(("chain", "wrt", "nodes"), [
    (BOTH, "X", "X f h g e d c b q L1 r s t L2 L"), (BOTH, "Y", "Y p s t L2 L"),
    (BOTH, "r", "r s t L2 L"),
    (BOTH, "beta", "beta j c b q L1 r s t L2 L"), (TIED, "x", "x e d c L"), (LOG_DET, "D", "D L1"),
    (LOG_DET, "L1", "L1"),
])
def test_what_depends_on_a_node_is_followed_to_the_end(chain: Chain, wrt: str, nodes: str) -> None:
    assert chain.leading_to(wrt) == tuple(nodes.split())


CASES = [(TIED, "W"), (TIED, "x"), (TIED, "f"), (LOG_DET, "X"), (LOG_DET, "alpha"), (LOG_DET, "D"),
         (TRACED, "X"),
         (TRACED, "Y"), (TRACED, "beta"), (BOTH, "X"), (BOTH, "alpha"), (three_uses(), "W")]
IDS = [f"{chain.name}-{wrt}" for chain, wrt in CASES]


@over(("chain", "wrt"), CASES)
def test_each_mistake_changes_something_and_what_it_changes_is_on_the_way(
    chain: Chain, wrt: str) -> None:
    leading = chain.leading_to(wrt)
    for mistake in single_mistakes(chain, wrt):
        for place, broken in mistake.changes:
            if isinstance(place, tuple):
                assert place in chain.edges
                assert set(place) <= set(leading)
                assert broken != chain.edges[place]
                assert broken.shape == chain.edges[place].shape if broken.is_Matrix else not chain[
                    place[1]].shape
            elif place != CLOSED:
                assert broken != chain[place].expression


@over(("chain", "wrt"), CASES)
def test_the_sign_of_each_step_on_the_way_can_be_lost_and_it_is_said_where(
    chain: Chain, wrt: str) -> None:
    leading, found = chain.leading_to(wrt), {}
    for mistake in single_mistakes(chain, wrt):
        if mistake.kind == "sign" and isinstance(mistake.changes[0][0], tuple):
            found.setdefault(mistake.changes[0][0], []).append(mistake)
    steps = [(child, parent) for child, parent in chain.edges if {child, parent} <= set(leading)]
    assert sorted(found) == sorted(steps)
    for (child, parent), (mistake,) in found.items():  # one for each
        joined = sum(other == parent for _, other in steps) > 1
        minus = chain.edges[child, parent].could_extract_minus_sign()  # that of a stage's own rule
        stage = f"the stage {notation.plain(child)} = {notation.plain(chain[child].expression)}"
        where = f"the path through {notation.plain(child)}" if joined and not minus else stage
        assert mistake == Mistake("sign", where, "",
                                  (((child, parent), -chain.edges[child, parent]),),
                                  chain[child].rule.name if where == stage else "")


def test_what_comes_along_one_of_several_uses_can_be_lost_turned_or_doubled() -> None:
    f, h = (BOTH.edges[edge] for edge in (("f", "X"), ("h", "X")))
    uses = [mistake for mistake in single_mistakes(BOTH, "X")
            if mistake.changes[0][0] == ("f", "X")]
    path = "the path through f"
    assert uses == [
        Mistake("missing_path", path, "X", ((("f", "X"), 0 * f),)),
        Mistake("doubled_path", path, ", and the other one not at all",
                ((("f", "X"), 2 * f), (("h", "X"), 0 * h))),
        Mistake("doubled_path", path, "", ((("f", "X"), 2 * f),)),
        Mistake("sign", path, "", ((("f", "X"), -f),))]
    b, place = BOTH.edges["b", "c"], ("b", "c")
    lost, = [m for m in single_mistakes(BOTH, "X") if m.kind == "missing_term"
             and m.changes == ((place, 0 * b),)]
    assert (lost.where, lost.what) == ("the sum of all that reaches c", "what comes through b")
    others = {m.changes[1:] for m in single_mistakes(three_uses(), "W") if m.kind == "doubled_path"
              and m.what == ", and the others not at all"}
    assert {tuple(place for place, _ in other) for other in others} == {
        (("f", "W"), ("g", "W")), (("f", "W"), ("h", "W")), (("g", "W"), ("h", "W"))}


def test_a_sign_that_two_of_three_uses_share_is_said_to_be_that_of_a_stage() -> None:
    answer = "Bᵀ - CᵀWᵀAᵀ - AᵀWᵀCᵀ"
    assert mark(answer, three_uses(), "W").lines == [
        'The sign is wrong in the stage a = tr(e). Look again at the rule "trace".']


def test_a_use_that_is_doubled_in_place_of_two_others_is_said_to_be() -> None:
    line = "The contribution of the path through h is counted twice, and the others not at all."
    assert line in mark("2 Bᵀ", three_uses(), "W").lines[0]


def test_a_square_that_is_lost_is_named() -> None:
    build = Builder("squared", MatrixSymbol("A", n, n), MatrixSymbol("B", n, n),
                    sp.Symbol("v", positive=True))
    A, B, v = build.leaves
    t = build("t", "trace", build("e", "product", A, B))
    build("L", "scalar product", v, build("p", "scalar product", t, t))  # ∂L/∂v = tr(A B)²
    lost = "The factor t is missing from the value of p = t^2."
    assert mark("tr(A B)", build.chain(), "v").lines == [lost]


def test_a_term_is_named_as_it_was_written() -> None:
    closed = {(m.kind, m.where, m.what) for m in single_mistakes(TIED, "W")
              if m.changes[0][0] == CLOSED}
    assert closed == {
        ("missing_term", "the sum", ""), ("sign", "the term 2 W x xᵀ", ""),
        ("sign", "the term -W Wᵀ W x xᵀ", ""), ("sign", "the term -W x xᵀ Wᵀ W", ""),
        ("factor", "the term -W x xᵀ", "the factor 2 is missing"),
        ("order", "the term W x xᵀ Wᵀ W", "W Wᵀ W x xᵀ"),
        ("order", "the term W Wᵀ W x xᵀ", "W x xᵀ Wᵀ W")}


SIZES = {"N": 2, "Q": 3, "D": 4, "m": 2, "n": 3, "S": 4}


def schoolbook(chain: Chain, wrt: str, leaves: Mapping[str, Any],
               world: Mapping[Any, Expr]) -> list[Any]:
    """Return the entries of the adjoint in one world, over fractions; what is not needed is not
    computed."""
    known = dict(leaves)

    def value(formula: Expr) -> Any:
        for symbol in formula.atoms(sp.Symbol, MatrixSymbol):
            name = chain.abbreviations.get(symbol.name, symbol.name)
            if symbol.name in known:
                continue
            if name in chain.nodes:
                known[symbol.name] = value(world.get(name, chain.nodes[name].expression))
            elif name.startswith("∂"):
                node, = (node.name for node in chain
                         if chain.adjoint_symbol(node.name).name == name)
                known[name] = adjoint(node)
        return oracle.evaluate(formula, known)

    def adjoint(node: str) -> Any:
        if node == chain.output:
            return oracle.ONE
        parts = [value(world.get((child, node), chain.edges[child, node]))
                 for child in chain.children(node)]
        return oracle.total(parts) if isinstance(parts[0], Dual) else [
            [oracle.total(list(entries)) for entries in zip(*rows, strict=True)]
            for rows in zip(*parts, strict=True)]

    return [entry.value
            for entry in oracle.entries(value(world.get(CLOSED, chain.adjoint_symbol(wrt))))]


def a_point(chain: Chain) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return whole numbers for the leaves and sizes of a chain, as fractions and as NumPy has
    them."""
    sizes = {name: size for name, size in SIZES.items() if name not in chain.leaves}
    point = oracle.point([leaf.symbol for leaf in chain.leaves.values()], sizes, seed=3)
    return point, {name: np.array([[float(entry.value) for entry in row] for row in value])
                   if isinstance(value, list)
                   else float(getattr(value, "value", value)) for name, value in point.items()}


def broken_gradient(chain: Chain, wrt: str, leaves: Mapping[str, Any],
                    changes: Mapping[passes.Place, Expr]) -> np.ndarray:
    """Return the gradient in a broken chain, nan if it has none."""
    try:
        known = known_at(chain, leaves, changes, wrt)
        return float_at(changes.get(CLOSED, chain.adjoint_symbol(wrt)), known)
    except NoValue:
        return np.full(np.shape(broken_gradient(chain, wrt, leaves, {})), np.nan)


@over(("chain", "wrt"), CASES)
def test_every_broken_chain_leads_to_what_schoolbook_arithmetic_finds(chain: Chain,
                                                                      wrt: str) -> None:
    point, leaves = a_point(chain)
    sound = dict(point)
    for name, node in chain.nodes.items():
        sound[name] = oracle.evaluate(node.expression, sound)
    worlds = [{}, *(dict(mistake.changes) for mistake in single_mistakes(chain, wrt))]
    for changes in worlds:
        if any(formula.has(HadamardProduct) for formula in changes.values()):
            continue
        found = broken_gradient(chain, wrt, leaves, changes)
        try:
            expected = schoolbook(
                chain, wrt, point if changes.keys() & chain.nodes.keys() else sound, changes)
        except ZeroDivisionError:
            assert np.isnan(found).all()
            continue
        np.testing.assert_allclose(np.ravel(found), [*map(float, expected)], rtol=1e-7, atol=1e-10,
                                   err_msg=str(changes))


@over(("chain", "wrt"), CASES)
def test_a_mistake_on_the_way_makes_the_gradient_wrong_but_for_what_symmetry_forgives(
    chain: Chain, wrt: str) -> None:
    _, leaves = a_point(chain)
    # the value of L is not needed
    steps = [m for m in single_mistakes(chain, wrt) if m.changes[0][0] not in chain.nodes]
    truth = broken_gradient(chain, wrt, leaves, {})
    wrong = [broken_gradient(chain, wrt, leaves, dict(mistake.changes)) for mistake in steps]
    forgiven = {m.kind if not m.what.startswith(", and") else "one path for both"
                for m, value in zip(steps, wrong, strict=True) if np.allclose(value, truth)
                and " stands where " not in m.what}  # two scalars may be equal at the point
    assert forgiven <= {"transpose", "order", "elementwise", "one path for both"}
    assert chain is not TIED or not forgiven  # in which nothing is symmetric


def test_a_broken_chain_whose_inverse_does_not_exist_has_no_gradient() -> None:
    _, leaves = a_point(TRACED)
    e = TRACED["e"].symbol  # of rank 1, so that it has no inverse
    leaves["X"] = leaves["X"][:, :1]
    assert np.isnan(broken_gradient(TRACED, "X", leaves | {"Q": 1}, {"c": e})).all()
    assert np.isfinite(broken_gradient(TRACED, "X", leaves | {"Q": 1}, {})).all()


def test_copies_of_a_multiple_of_ones_may_run_the_other_way_but_are_no_sums() -> None:
    column = HadamardPower(MatMul(2, OneMatrix(n, 1)), -1)
    assert [*over_the_other_index(MatMul(column, OneMatrix(1, m)))] == [
        MatMul(OneMatrix(m, 1), column.T)]
