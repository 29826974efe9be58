"""Every node of every chain: its place, its number in plain NumPy, its adjoint by autograd and by
the calculus."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
import sympy as sp
from sympy import Determinant, Expr, Identity, Inverse, Trace, log
from tables import over

from lvmcalc import models, notation
from lvmcalc.calculus import comparison, differentials
from lvmcalc.chain import Builder, Chain, Node, compiled
from lvmcalc.chain.numbers import evaluator
from lvmcalc.models import autoencoder, gplvm

RNG = np.random.default_rng(11)
m, n, S = 3, 7, 5
N, Q, D = 6, 2, 4


def normal(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape)


AE, LOG_DET = autoencoder.chain(), gplvm.log_det_chain()
TRACE, WHOLE = gplvm.trace_chain(), gplvm.chain()
KERNEL = {
    "f": lambda v: v["X"], "h": lambda v: v["X"], "g": lambda v: v["h"].T,
    "e": lambda v: v["f"] @ v["g"],
    "d": lambda v: v["alpha"] * v["e"], "j": lambda v: anp.eye(N) / v["beta"],
    "c": lambda v: v["j"] + v["d"],
}
FIRST = {"b": lambda v: anp.linalg.det(v["c"]), "q": lambda v: anp.log(v["b"]),
         "L1": lambda v: -D / 2 * v["q"]}
SECOND = {"p": lambda v: v["Y"] @ v["Y"].T, "r": lambda v: anp.linalg.inv(v["c"]),
          "s": lambda v: v["r"] @ v["p"],
          "t": lambda v: anp.trace(v["s"]), "L2": lambda v: -v["t"] / 2}
STAGES = {
    "autoencoder": {"h": lambda v: v["W"], "g": lambda v: v["W"], "f": lambda v: v["g"].T,
                    "e": lambda v: v["h"] @ v["x"], "d": lambda v: v["f"] @ v["e"],
                    "c": lambda v: v["d"] - v["x"],
                    "L": lambda v: anp.sum(v["c"] ** 2) / 2},
    "gplvm.log_det": KERNEL | FIRST | {"L1": lambda v: -v["D"] / 2 * v["q"]},
    "gplvm.trace": KERNEL | SECOND,
    "gplvm": KERNEL | FIRST | SECOND
    | {"L": lambda v: v["L1"] + v["L2"] - N * D / 2 * anp.log(2 * anp.pi)},
}
POINT = {"X": normal(N, Q), "Y": normal(N, D), "alpha": 0.6, "beta": 1.7}
CASES = {
    "one sample": (AE, {"W": normal(m, n), "x": normal(n, 1)}),
    "batch": (AE, {"W": normal(m, n), "x": normal(n, S)}),
    "log det": (LOG_DET, {name: POINT[name] for name in ("X", "alpha", "beta")} | {"D": 4.0}),
    "trace": (TRACE, POINT), "whole": (WHOLE, POINT),
}
CHAINS = {chain.name: chain for chain, _ in CASES.values()}
EVERY_CASE = pytest.mark.parametrize(("chain", "leaves"), CASES.values(), ids=CASES)
EVERY_CHAIN = pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)


def walked(chain: Chain, leaves: dict, fixed: dict) -> dict:
    """Walk a chain in plain NumPy, with the values of some nodes fixed."""
    values = {**leaves, **fixed}
    for name, stage in STAGES[chain.name].items():
        if name not in fixed:
            values[name] = stage(values)
    return values


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


# Numbers
@EVERY_CASE
def test_forward_gives_every_node_its_value_in_plain_numpy(chain: Chain, leaves: dict) -> None:
    values, expected = chain.forward(**leaves), walked(chain, leaves, {})
    assert [*values] == [node.name for node in chain]
    for name, value in values.items():
        assert type(value) is (np.ndarray if chain[name].shape else float)
        assert np.shape(value) == np.shape(expected[name])
        assert np.linalg.norm(value
                              - expected[name]) <= 1e-12 * np.linalg.norm(expected[name]), name


@EVERY_CASE
def test_backward_gives_every_node_and_leaf_the_adjoint_of_autograd(chain: Chain,
                                                                    leaves: dict) -> None:
    values, adjoints = chain.forward(**leaves), chain.backward(**leaves)
    assert [*adjoints] == [node.name for node in chain]
    for name, adjoint in adjoints.items():
        def loss(value: object, name: str = name) -> object:
            return walked(chain, leaves, {name: value})[chain.output]

        expected = autograd.grad(loss)(values[name])
        assert type(adjoint) is (np.ndarray if chain[name].shape else float)
        assert np.shape(adjoint) == np.shape(values[name])
        assert np.linalg.norm(adjoint - expected) <= 1e-12 * np.linalg.norm(expected), name


@EVERY_CASE
def test_the_adjoint_of_every_node_as_an_expression_has_the_same_number(
    chain: Chain, leaves: dict) -> None:
    adjoints = chain.backward(**leaves)
    sizes = {size.name: number for name, leaf in chain.leaves.items()
             for size, number in zip(leaf.shape, np.shape(leaves[name]), strict=True)}
    for name, adjoint in adjoints.items():
        value = evaluator(chain)(None, chain.adjoint(name), {**sizes, **leaves})
        assert np.linalg.norm(value - adjoint) <= 1e-12 * np.linalg.norm(adjoint), name


@EVERY_CASE
def test_twice_the_call_gives_the_same_answer_and_the_upstream_scales_it(
    chain: Chain, leaves: dict) -> None:
    before = {name: np.array(value) for name, value in leaves.items()}
    first, second = chain.backward(**leaves), chain.backward(**leaves)
    doubled, none = chain.backward(**leaves, upstream=2.0), chain.backward(**leaves, upstream=0.0)
    assert first[chain.output] == 1.0
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])
        np.testing.assert_array_equal(doubled[name], 2 * first[name])
        assert not np.any(none[name])
    for name in leaves:
        np.testing.assert_array_equal(leaves[name], before[name])


@EVERY_CASE
def test_what_each_use_contributes_sums_to_the_adjoint_of_every_node_and_leaf(
    chain: Chain, leaves: dict) -> None:
    adjoints = chain.backward(**leaves)
    for name in adjoints:
        if name == chain.output:
            continue
        parts = chain.contributions(name, **leaves)
        assert {*parts} == {*chain.children(name)}
        np.testing.assert_allclose(sum(parts.values()), adjoints[name], rtol=1e-13)
    paths = chain.contributions("W" if chain is AE else "X", **leaves)
    assert {*paths} == ({"h", "g"} if chain is AE else {"f", "h"})
    assert all(np.any(part) for part in paths.values())


def test_both_paths_bring_the_same_in_the_gplvm_and_not_in_the_autoencoder() -> None:
    f, h = WHOLE.contributions("X", **POINT).values()
    np.testing.assert_allclose(f, h, rtol=1e-10)
    h, g = AE.contributions("W", **CASES["batch"][1]).values()
    assert np.linalg.norm(h - g) > 0.1 * np.linalg.norm(h)


def test_the_values_given_are_copied() -> None:
    values = WHOLE.forward(**POINT)
    values["X"][0, 0] = 99.0
    assert POINT["X"][0, 0] != 99.0
    assert values["f"][0, 0] != 99.0


def test_lists_and_whole_numbers_are_numbers_too() -> None:
    values = AE.forward(W=[[1, 2, 3]], x=[[1], [0], [2]])
    assert values["e"].tolist() == [[7.0]]
    assert values["L"] == 0.5 * (6.0**2 + 14.0**2 + 19.0**2)
    assert gplvm.log_det_chain().forward(X=[[1], [2]], alpha=1, beta=np.float32(1),
                                         D=3)["b"] == pytest.approx(6.0)


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


# Bad input
BAD = [
    (WHOLE, {"X": normal(N)}, ValueError, "X must be a matrix of shape N×Q, not 6"),
    (WHOLE, {"X": [[1.0, 2.0], [3.0]]}, ValueError, "X must be a matrix, but its rows have "
                                                    "different lengths"),
    (WHOLE, {"X": np.zeros((N, 0))}, ValueError, "X must have at least one row and one column, but "
                                                 "its shape is 6×0"),
    (WHOLE, {"X": normal(N + 1, Q)}, ValueError, "Y must have shape N×D, here 7×any, not 6×4"),
    (WHOLE, {"X": normal(N, D + 1)}, ValueError, "Q must be at most D = 4, but Q = 5 was given"),
    (WHOLE, {"X": None}, TypeError,
     "X must hold real numbers, but it holds entries of type object"),
    (WHOLE, {"Y": [["a"] * D] * N}, TypeError, "Y must hold real numbers, but it holds text"),
    (WHOLE, {"Y": POINT["Y"] * (1 + 0j)}, TypeError, "Y must hold real numbers, but it holds "
                                                     "complex numbers"),
    (WHOLE, {"Y": np.where(POINT["Y"] == POINT["Y"][3, 2], np.nan, POINT["Y"])}, ValueError,
     "Y must be finite, but its entry in row 3, column 2 (counted from 0) is nan"),
    (WHOLE, {"X": np.full((N, Q), -np.inf)}, ValueError, "X must be finite, but its entry in row "
                                                         "0, column 0"),
    (WHOLE, {"Y": np.ma.masked_greater(POINT["Y"], 0)}, ValueError, "Y must be complete, but some "
                                                                    "of its entries are"),
    (WHOLE, {"alpha": 0}, ValueError, "alpha must be positive, but it is 0"),
    (WHOLE, {"beta": -1.5}, ValueError, "beta must be positive, but it is -1.5"),
    (WHOLE, {"alpha": np.nan}, ValueError, "alpha must be finite, but it is nan"),
    (WHOLE, {"alpha": 10**400}, ValueError, "alpha must be finite, but it is inf"),
    (WHOLE, {"beta": 1j}, TypeError, "beta must be a single real number, not 1j"),
    (WHOLE, {"beta": "1.7"}, TypeError, "beta must be a single real number, not '1.7'"),
    (WHOLE, {"beta": [1.7]}, TypeError, "beta must be a single real number, not [1.7]"),
    (WHOLE, {"alpha": True}, TypeError, "alpha must be a single real number, not True"),
    (WHOLE, {"alpha": np.ones((2, 3))}, TypeError, "alpha must be a single real number, not an "
                                                   "array of shape 2×3"),
    (WHOLE, {"D": 4}, TypeError, "gplvm has no leaf D; its leaves are X, Y, alpha, beta"),
    (WHOLE, {"α": 1.0}, TypeError, "The leaf alpha was passed twice"),
    (LOG_DET, {"Y": POINT["Y"]}, TypeError, "gplvm.log_det has no leaf Y; its leaves are X, alpha, "
                                            "beta, D"),
    (LOG_DET, {"D": 1}, ValueError, "Q must be at most D = 1, but Q = 2 was given"),
    (LOG_DET, {"D": 2.5}, ValueError, "D must be a whole number, but it is 2.5"),
    (LOG_DET, {"D": 0}, ValueError, "D must be positive, but it is 0"),
    (AE, {"W": normal(m, n + 1)}, ValueError, "x must have shape n×S, here 8×any, not 7×5"),
    (AE, {"x": normal(n)}, ValueError, "x must be a matrix of shape n×S, here 7×any, not 7"),
    (AE, {"W": 3.0}, ValueError, "W must be a matrix of shape m×n, not a single number"),
]


@over("call", ["forward", "backward", "contributions"])
@over(("chain", "change", "kind", "beginning"), BAD)
def test_a_bad_leaf_gets_one_sentence(chain: Chain, change: dict, kind: type, beginning: str,
                                      call: str) -> None:
    leaves = {AE: CASES["batch"][1], LOG_DET: CASES["log det"][1], WHOLE: POINT}[chain] | change
    name = ("W" if chain is AE else "X",) if call == "contributions" else ()
    with pytest.raises(kind) as caught:
        getattr(chain, call)(*name, **leaves)
    sentence = str(caught.value)
    assert sentence.startswith(beginning)
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize("leaf", ["X", "Y", "alpha", "beta"])
def test_a_missing_leaf_is_named(leaf: str) -> None:
    with pytest.raises(TypeError, match=f"The leaf {leaf} is missing; gplvm needs X, Y, alpha, "
                                        "beta."):
        WHOLE.forward(**{name: value for name, value in POINT.items() if name != leaf})


@pytest.mark.parametrize("ask", [
    lambda: WHOLE["z"], lambda: WHOLE.adjoint("z"), lambda: WHOLE.children("z"),
    lambda: WHOLE.adjoint_symbol("z"),
    lambda: WHOLE.contributions("z", **POINT), lambda: WHOLE.expression("z"),
    lambda: WHOLE.claim("z", "f"),
    lambda: WHOLE.symbols("X z"), lambda: WHOLE.forward(**POINT)["z"]])
def test_an_unknown_node_is_named_with_those_there_are(ask) -> None:
    with pytest.raises(ValueError, match=r"There is no node (of gplvm )?'z'; there are X, Y, "
                                         r"alpha, beta, f, h"):
        ask()


def test_a_misspelt_node_is_guessed_at() -> None:
    with pytest.raises(ValueError, match="Did you mean 'alpha'"):
        WHOLE["alpa"]


def test_other_bad_questions_get_a_sentence_too() -> None:
    with pytest.raises(ValueError, match="X is not a parent of L; its parents are L1, L2"):
        WHOLE.claim("X", "L")
    with pytest.raises(TypeError, match="upstream must be a single real number, not '2'"):
        WHOLE.backward(**POINT, upstream="2")
    with pytest.raises(ValueError, match="upstream must be finite, but it is nan"):
        WHOLE.backward(**POINT, upstream=np.nan)
    with pytest.raises(TypeError, match="seed must be a whole number, not 'a'"):
        WHOLE.check(seed="a")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("change", "formula"), [
    ({"X": 1e200 * POINT["X"]}, "e = f g"), ({"beta": 5e-324}, "j = (1/β) I"),
    ({"beta": 1e-70}, "b = det(c)"),
    ({"alpha": 1e-72, "beta": 1e70}, "b = det(c)"), ({"Y": 1e200 * POINT["Y"]}, "p = Y Yᵀ")],
    ids=["e", "j", "b overflows", "b underflows", "p"])
def test_a_stage_that_leaves_the_floating_point_numbers_is_named(change: dict,
                                                                 formula: str) -> None:
    with pytest.raises(ArithmeticError) as caught:
        WHOLE.forward(**POINT | change)
    assert str(caught.value).startswith(f"{formula} has no finite value here: it overflows or "
                                        "underflows")


@pytest.mark.filterwarnings("error")
def test_an_adjoint_that_leaves_the_floating_point_numbers_is_named() -> None:
    with pytest.raises(ArithmeticError, match="∂L/∂r = ∂L/∂s pᵀ has no finite value here"):
        WHOLE.backward(**POINT | {"Y": 1e3 * POINT["Y"]}, upstream=1.7e308)


def test_a_compiled_inverse_too_keeps_eight_digits() -> None:
    for corner in ([[1, 6709], [0, 1.0]], np.diag([np.nextafter(1e-8 * 2**52, 0), 1])):
        matrix = np.array(corner)
        np.testing.assert_allclose(compiled._inv(matrix) @ matrix, np.eye(2), atol=1e-9)
    for corner in ([[1, 6710], [0, 1.0]], np.diag([1e-8 * 2**52, 1])):
        with pytest.raises(compiled.Doubtful):
            compiled._inv(np.array(corner))


def test_a_product_is_refused_below_the_smallest_normal_number_and_not_above_it() -> None:
    build = Builder("product", *sp.symbols("a b"))
    build("L", "scalar product", *build.leaves)
    chain = build.chain()
    assert chain.forward(a=2.0**-511, b=2.0**-511)["L"] == np.finfo(float).tiny
    assert chain.forward(a=0, b=2.0**-511)["L"] == 0
    with pytest.raises(ArithmeticError, match="L = a b has no finite value here"):
        chain.forward(a=2.0**-512, b=2.0**-511)


def test_the_latent_dimension_may_be_as_large_as_that_of_the_data() -> None:
    leaves = {"X": normal(N, D), "Y": normal(N, D), "alpha": 0.6, "beta": 1.7}
    np.testing.assert_allclose(WHOLE.forward(**leaves)["L"], gplvm.log_likelihood(**leaves),
                               rtol=1e-12)
    with pytest.raises(ValueError, match="Q must be at most D = 4, but Q = 5 was given"):
        WHOLE.forward(**leaves | {"X": normal(N, D + 1)})


def test_a_seed_is_0_unless_another_one_is_given_and_0_is_the_smallest() -> None:
    assert {row.seed for row in (AE.claim("W", "h"), *AE.check())} == {0}
    assert {row.seed for row in (AE.claim("W", "h", 2), *AE.check(2))} == {2}
    for ask in (lambda: AE.claim("W", "h", -1), lambda: AE.check(-1)):
        with pytest.raises(ValueError, match="seed must be at least 0"):
            ask()


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
