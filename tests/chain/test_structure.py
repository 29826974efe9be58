"""The structure of every chain: its nodes, rules and shapes, what it shows, and its adjoints as
formulas."""

import numpy as np
import pytest
import sympy as sp
from model_chains import AE, CASES, LOG_DET, POINT, TRACE, WHOLE, N, normal
from sympy import Determinant, Expr, Identity, Inverse, Trace, log
from tables import over

from lvmcalc import models, notation
from lvmcalc.calculus import comparison, differentials
from lvmcalc.chain import Builder, Chain, Node
from lvmcalc.models import autoencoder, gplvm

CHAINS = {chain.name: chain for chain, _ in CASES.values()}
EVERY_CHAIN = pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)


def test_answers_are_marked_in_every_chain_that_is_here() -> None:
    """The rest of the registry is tried in tests/models/test_every_chain.py."""
    assert CHAINS.keys() <= models.CHAINS.keys()


# Nodes
@pytest.mark.parametrize(("chain", "leaves", "nodes"), [
    (AE, "W x", "h g f e d c L"), (LOG_DET, "X alpha beta D", "f h g e d j c b q L1"),
    (TRACE, "X Y alpha beta", "f h g e d j c p r s t L2"),
    (WHOLE, "X Y alpha beta", "f h g e d j c b q L1 p r s t L2 L")], ids=CHAINS)
def test_nodes_and_leaves_have_the_names_of_the_design(chain: Chain, leaves: str,
                                                       nodes: str) -> None:
    assert [*chain.leaves] == leaves.split()
    assert [*chain.nodes] == nodes.split()
    assert [node.name for node in chain] == [*chain.leaves, *chain.nodes]
    assert chain.output == nodes.split()[-1]


@EVERY_CHAIN
def test_every_node_is_an_expression_in_its_parents_which_come_before_it(chain: Chain) -> None:
    met = [*chain.leaves]
    for node in chain.nodes.values():
        assert set(node.parents) <= set(met)
        sizes = {symbol.name for leaf in chain.leaves.values() for size in leaf.shape
                 for symbol in size.free_symbols}
        assert {symbol.name for symbol in node.expression.free_symbols} - sizes == set(node.parents)
        assert getattr(node.expression, "shape", ()) == node.shape
        assert node.symbol == chain[node.name].symbol
        assert (node.rule.name, node.rule.source) != ("", "")
        met.append(node.name)
    for leaf in chain.leaves.values():
        assert (leaf.rule, leaf.parents, leaf.expression) == (None, (), leaf.symbol)


def test_the_stages_are_those_of_the_design() -> None:
    f, h, g, e, d, j, c, b, q, L1 = (WHOLE[name].symbol for name in (*"fhgedjcbq", "L1"))
    p, r, s, t, L2 = (WHOLE[name].symbol for name in (*"prst", "L2"))
    X, Y, alpha, beta, size = gplvm.X, gplvm.Y, gplvm.alpha, gplvm.beta, gplvm.N
    expected = {"f": X, "h": X, "g": h.T, "e": f * g, "d": alpha * e, "j": Identity(size) / beta,
                "c": j + d,
                "b": Determinant(c), "q": log(b), "L1": -gplvm.D / 2 * q, "p": Y * Y.T,
                "r": Inverse(c), "s": r * p,
                "t": Trace(s), "L2": -t / 2, "L": L1 + L2 - size * gplvm.D / 2 * log(2 * sp.pi)}
    assert {name: node.expression for name, node in WHOLE.nodes.items()} == expected
    W, x = autoencoder.W, autoencoder.x
    h, g, f, e, d, c = (AE[name].symbol for name in "hgfedc")
    expected = {"h": W, "g": W, "f": g.T, "e": h * x, "d": f * e, "c": d - x,
                "L": Trace(c.T * c) / 2}
    assert {name: node.expression for name, node in AE.nodes.items()} == expected


@pytest.mark.parametrize(("node", "rule", "statement", "source"), [
    (WHOLE["b"], "determinant", "d(det(C)) = det(C) tr(C⁻¹ dC)", "Matrix Cookbook eqs. 42, 49"),
    (WHOLE["r"], "inverse", "d(C⁻¹) = -C⁻¹ dC C⁻¹", "Matrix Cookbook eq. 40"),
    (WHOLE["e"], "product", "d(A B) = A dB + dA B", "Matrix Cookbook eq. 37"),
    (AE["f"], "transpose", "d(Aᵀ) = dAᵀ", "Matrix Cookbook eq. 44"),
    (AE["L"], "half squared norm", "d(tr(Aᵀ A)/2) = tr(Aᵀ dA)", "Matrix Cookbook eq. 115"),
    (WHOLE["L"], "sum with a constant", "d(a + b + c) = da + db + dc", "definition of the "
                                                                       "derivative")],
    ids=lambda value: getattr(value, "name", value))
def test_a_node_knows_its_rule_with_statement_and_source(node: Node, rule: str, statement: str,
                                                         source: str) -> None:
    assert (node.rule.name, node.rule.statement, node.rule.source) == (rule, statement, source)


def test_shapes_are_symbolic() -> None:
    rows, latent = gplvm.N, gplvm.Q
    assert [WHOLE[name].shape for name in "cfg"] == [(rows, rows), (rows, latent), (latent, rows)]
    assert [AE[name].shape for name in "ed"] == [(autoencoder.m, autoencoder.S),
                                                 (autoencoder.n, autoencoder.S)]
    assert WHOLE["L"].shape == WHOLE["alpha"].shape == ()


def test_a_name_may_be_written_as_on_the_page() -> None:
    assert WHOLE["L₁"] is WHOLE["L1"]
    assert WHOLE["α"] is WHOLE["alpha"]
    values = TRACE.forward(**{"X": POINT["X"], "Y": POINT["Y"], "α": 0.6, "β": 1.7})
    assert values["L₂"] == values["L2"] == TRACE.forward(**POINT)["L2"]


# Adjoints as expressions
def seen_from(chain: Chain, name: str) -> Expr:
    """Return the output of a chain with the stages up to a node left out: an expression in that
    node and the leaves."""
    known = {}
    for node in chain:
        kept = node.name == name or not node.rule
        known[node.symbol] = node.symbol if kept else node.expression.xreplace(known)
    return known[chain[chain.output].symbol]


EVERY_NODE = [(chain, node.name) for chain in CHAINS.values() for node in chain]


@over(("chain", "name"), EVERY_NODE)
def test_the_adjoint_of_a_node_is_the_gradient_of_the_chain_seen_from_it(
    chain: Chain, name: str) -> None:
    adjoint, symbol = chain.adjoint(name), chain[name].symbol
    expected = chain.in_leaves(differentials.gradient(seen_from(chain, name), symbol))
    assert getattr(adjoint, "shape", ()) == chain[name].shape
    assert comparison.compare(adjoint, expected).status == "proved"
    assert adjoint.free_symbols <= {*(leaf.symbol for leaf in chain.leaves.values()), gplvm.N,
                                    gplvm.D}


@pytest.mark.parametrize(("chain", "name", "closed"), [
    (WHOLE, "X", "α (K⁻¹ Y Yᵀ - D I) K⁻¹ X"), (LOG_DET, "X", "-D α K⁻¹ X"),
    (TRACE, "X", "α K⁻¹ Y Yᵀ K⁻¹ X"),
    (LOG_DET, "c", "-(D/2) K⁻¹"), (TRACE, "c", "(1/2) K⁻¹ Y Yᵀ K⁻¹"), (LOG_DET, "q", "-D/2"),
    (LOG_DET, "b", "-D/(2 det(K))"), (TRACE, "Y", "-K⁻¹ Y"),
    (AE, "W", "W (Wᵀ W x - x) xᵀ + W x (Wᵀ W x - x)ᵀ")])
def test_the_finished_gradient_is_the_closed_form_of_the_source(chain: Chain, name: str,
                                                                closed: str) -> None:
    assert notation.plain(chain.abbreviated(chain.adjoint(name))) == closed


def test_the_whole_gradient_equals_the_closed_form_typed_here() -> None:
    X, Y, K, size = gplvm.X, gplvm.Y, gplvm.K, gplvm.N
    typed = gplvm.alpha * (K.I * Y * Y.T - gplvm.D * Identity(size)) * K.I * X
    assert comparison.compare(WHOLE.adjoint("X"), typed).status == "proved"
    assert comparison.compare(WHOLE.adjoint("X"), -typed).status == "refuted"


def test_the_gradients_by_alpha_and_beta_are_those_of_the_literature() -> None:
    # ∂L/∂θ = ½ tr((K⁻¹YYᵀK⁻¹ − D K⁻¹) ∂K/∂θ), Rasmussen and Williams eq. 5.9, for D columns
    X, Y, K, beta = gplvm.X, gplvm.Y, gplvm.K, gplvm.beta
    bracket = K.I * Y * Y.T * K.I - gplvm.D * K.I
    for name, moved in (("alpha", X * X.T), ("beta", -Identity(gplvm.N) / beta**2)):
        assert comparison.compare(WHOLE.adjoint(name),
                                     Trace(bracket * moved) / 2).status == "proved"


# A chain with another adjoint
def test_a_cut_path_is_gone_and_the_rest_stays() -> None:
    cut = WHOLE.altered({("h", "X"): None})
    whole, rest = WHOLE.contributions("X", **POINT), cut.contributions("X", **POINT)
    assert not rest["h"].any()
    np.testing.assert_array_equal(cut.backward(**POINT)["X"], whole["f"])
    np.testing.assert_array_equal(WHOLE.backward(**POINT)["X"], whole["f"] + whole["h"])
    assert comparison.compare(2 * cut.adjoint("X"), WHOLE.adjoint("X")).status == "proved"


def test_a_chain_may_be_altered_twice() -> None:
    once = AE.altered({("g", "W"): None})
    twice = once.altered({("h", "W"): None})
    assert not twice.backward(**CASES["batch"][1])["W"].any()
    assert once.backward(**CASES["batch"][1])["W"].any()


def test_an_edge_that_there_is_not_cannot_be_altered() -> None:
    with pytest.raises(ValueError, match=r"gplvm has no edge \('e', 'X'\); there are \('f', 'X'\)"):
        WHOLE.altered({("e", "X"): None})


def test_nodes_are_equal_if_what_they_say_is_and_cannot_be_changed() -> None:
    assert autoencoder.chain()["e"] == AE["e"] != AE["d"]
    with pytest.raises(AttributeError):
        AE["e"].remark = "another one"


def test_a_stage_may_use_a_node_twice_and_its_two_adjoints_add_up() -> None:
    M, values = sp.MatrixSymbol("M", gplvm.N, gplvm.N), normal(N, N)
    build = Builder("square", M)
    build("L", "trace", build("e", "product", M, M))
    np.testing.assert_allclose(build.chain().backward(M=values)["M"], 2 * values.T)


def test_the_symbols_of_an_answer_are_leaves_nodes_abbreviations_and_adjoints() -> None:
    expected = (gplvm.X, WHOLE["c"].symbol, sp.MatrixSymbol("K", gplvm.N, gplvm.N),
                WHOLE.adjoint_symbol("b"))
    assert WHOLE.symbols("X c K b_bar") == expected


def test_the_vocabulary_has_sizes_leaves_nodes_abbreviations_and_adjoints() -> None:
    adjoints = [WHOLE.adjoint_symbol(node.name) for node in WHOLE]
    expected = [gplvm.N, gplvm.Q, gplvm.D, *(node.symbol for node in WHOLE), *WHOLE.symbols("K"),
                *adjoints]
    assert WHOLE.vocabulary == {symbol.name: symbol for symbol in expected}


def test_what_is_no_table_of_altered_edges_is_refused() -> None:
    with pytest.raises(TypeError, match="The altered edges are a dict"):
        AE.altered([("h", "W")])


def test_a_leaf_has_no_parents() -> None:
    with pytest.raises(ValueError, match="W is not a parent of x; its parents are none"):
        AE.claim("W", "x")


# Display
@EVERY_CHAIN
def test_nodes_and_chains_show_formula_shape_rule_and_evidence(chain: Chain) -> None:
    lines = str(chain).splitlines()
    assert lines[0] == chain.name
    assert len(lines) == 1 + len(chain.leaves) + len(chain.nodes)
    for line, node in zip(lines[1 + len(chain.leaves):], chain.nodes.values(), strict=True):
        assert line == f"  {node}"
        assert node.rule.name in line
        assert node.rule.source in line
    assert chain._repr_markdown_().count("■ proved") == len(chain.nodes)
    assert repr(chain) == str(chain)


def test_a_chain_in_plain_text_proves_nothing(monkeypatch) -> None:
    def asked(*how: object, **more: object) -> None:
        raise AssertionError("evidence was asked for")

    monkeypatch.setattr(Chain, "claim", asked)
    chain = gplvm.chain()
    assert repr(chain) == str(chain) == str(WHOLE)
    assert str(chain["c"]) in str(chain)
    assert chain._remembered == {}


def test_a_node_shows_itself_in_a_notebook() -> None:
    node = LOG_DET["b"]
    assert str(node) == "b = det(c)   [scalar; determinant; Matrix Cookbook eqs. 42, 49]"
    shown = node._repr_markdown_()
    for part in (r"b = \det c", "| shape | scalar |", "determinant", "Matrix Cookbook eqs. 42, 49"):
        assert part in shown
    assert str(LOG_DET["X"]) == "X: leaf, N×Q"
    assert LOG_DET["alpha"]._repr_markdown_() == r"$\alpha$, a leaf, scalar"


def test_what_no_stage_uses_is_named_when_a_chain_is_written() -> None:
    A, B = sp.MatrixSymbol("A", 3, 3), sp.MatrixSymbol("B", 3, 3)
    build = Builder("L", A, B)
    build("T", "trace", build("C", "product", A, A))
    with pytest.raises(ValueError, match=r"^No stage of L uses B, so T does not depend on it: "
                                         r"leave it out"):
        build.chain()
