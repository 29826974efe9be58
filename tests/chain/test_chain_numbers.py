"""Every node of every chain in numbers: its value in plain NumPy, its adjoint by autograd, and what
is refused."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
import sympy as sp
from bad_input import sentence
from model_chains import AE, CASES, LOG_DET, POINT, WHOLE, D, N, Q, m, n, normal
from tables import over

from lvmcalc.chain import Builder, Chain, compiled
from lvmcalc.chain.numbers import evaluator
from lvmcalc.models import gplvm

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
EVERY_CASE = pytest.mark.parametrize(("chain", "leaves"), CASES.values(), ids=CASES)


def walked(chain: Chain, leaves: dict, fixed: dict) -> dict:
    """Walk a chain in plain NumPy, with the values of some nodes fixed."""
    values = {**leaves, **fixed}
    for name, stage in STAGES[chain.name].items():
        if name not in fixed:
            values[name] = stage(values)
    return values


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
    assert sentence(lambda: getattr(chain, call)(*name, **leaves), kind).startswith(beginning)


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
