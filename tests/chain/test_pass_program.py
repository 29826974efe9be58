"""The source that a chain prints runs, and finds what the chain finds."""

from typing import Any

import numpy as np
import pytest
from derived_models import EVERY_MODEL, MODELS, derived

from lvmcalc import derive
from lvmcalc.chain import compiled
from lvmcalc.models import autoencoder, gplvm

LIBRARIES = {"numpy": "numpy", "torch": "torch", "jax": "jax"}


def run(source: str, values: Any) -> list[np.ndarray]:
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    return [np.asarray(it) for it in namespace["value_and_gradient"](*values)]


@pytest.mark.parametrize("library", LIBRARIES)
@EVERY_MODEL
def test_the_printed_function_finds_what_the_chain_finds(name: str, library: str) -> None:
    pytest.importorskip(library)
    chain, values = derived(name), MODELS[name].values
    value, *gradient = run(chain.code(tuple(chain.leaves), library), values.values())
    found = chain.run(**values)
    assert value == pytest.approx(found.values[chain.output], rel=1e-12)
    for leaf, part in zip(chain.leaves, gradient, strict=True):
        np.testing.assert_allclose(part, found.adjoints[leaf], rtol=1e-10, atol=1e-12)


@EVERY_MODEL
def test_the_printed_function_of_one_variable_needs_no_more_than_that(name: str) -> None:
    chain, values = derived(name), MODELS[name].values
    for leaf in chain.leaves:
        source = chain.code(leaf)
        _, part = run(source, values.values())
        np.testing.assert_allclose(part, chain.backward(**values)[leaf], rtol=1e-10, atol=1e-12)
        others = {*chain.nodes} - {*chain.leading_to(leaf)}
        assert not [other for other in others if f"    {other}_bar = " in source]


@EVERY_MODEL
def test_each_value_and_each_inverse_is_computed_once(name: str) -> None:
    source = derived(name).code(tuple(derived(name).leaves))
    for call in ("linalg.inv(", "linalg.slogdet(", "linalg.det(", "np.exp(", "np.tanh("):
        assert source.count(call) <= 1, call
    lines = [line.split(" = ")[0] for line in source.splitlines() if " = " in line and "#" not in
             line and not line.strip().startswith(("Sigma_bar", "S_bar", "A_bar"))]
    assert len(lines) == len({*lines})


def test_a_comment_calls_adjoints_as_the_code_does_and_needs_no_size() -> None:
    source = derive("sum(exp(W x))", W="m×n", x="n").code("W")
    assert "# a_bar = L_bar ones(m)\n" in source
    assert ".shape" not in source


def test_stages_have_their_names_forwards_and_then_backwards() -> None:
    lines = [line.strip() for line in derived("ridge").code("w").splitlines()]
    assert lines[2] == "def value_and_gradient(A, w, y, lambda_):" or lines[3].startswith("def")
    forwards, backwards = lines.index("# forwards"), lines.index("# backwards")
    assert lines[forwards + 1:backwards] == [
        "f = w", "e = A @ f", "c = e - y", "g = np.vdot(c, c) / 2", "h = w",
        "j = np.vdot(h, h) / 2", "p = j * lambda_", "L = g + p"]
    assert lines[backwards + 1:] == [
        "L_bar = 1.0", "p_bar = L_bar", "j_bar = p_bar * lambda_", "h_bar = j_bar * h",
        "g_bar = L_bar", "c_bar = g_bar * c", "e_bar = c_bar", "f_bar = A.T @ e_bar",
        "w_bar = f_bar + h_bar", "return L, w_bar"]


@pytest.mark.parametrize("chain", [autoencoder.chain(), gplvm.chain(), gplvm.log_det_chain()],
                         ids=lambda chain: chain.name)
def test_the_models_of_the_package_print_code_too(chain: Any) -> None:
    rng = np.random.default_rng(3)
    values = {"W": rng.standard_normal((2, 4)), "x": rng.standard_normal((4, 3)),
              "X": rng.standard_normal((5, 2)), "Y": rng.standard_normal((5, 3)),
              "alpha": 1.3, "beta": 0.7, "D": 3}
    values = {leaf: values[leaf] for leaf in chain.leaves}
    wrt = tuple(leaf for leaf in chain.leaves if leaf != "D")
    value, *gradient = run(chain.code(wrt), values.values())
    found = chain.run(**values)
    assert value == pytest.approx(found.values[chain.output], rel=1e-12)
    for leaf, part in zip(wrt, gradient, strict=True):
        np.testing.assert_allclose(part, found.adjoints[leaf], rtol=1e-10)


def test_sizes_come_from_shapes_even_where_these_are_compound() -> None:
    chain = derive("N ‖A‖² + D tr(B)", A="(2N+1)×D", B="D×D")
    A, B = np.arange(15.0).reshape(5, 3), np.eye(3)
    source = chain.code(("A", "B"))
    value, at_A, at_B = run(source, (A, B))
    assert value == pytest.approx(2 * np.sum(A**2) + 9)
    np.testing.assert_allclose(at_A, 4 * A)
    np.testing.assert_allclose(at_B, 3 * B)


def test_a_pass_that_went_well_walks_no_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    chain, values = derived("GP-LVM"), MODELS["GP-LVM"].values
    expected = chain.run(**values)
    monkeypatch.setattr(compiled.numbers, "_number", None)
    found = chain.run(**values)
    np.testing.assert_array_equal(found.adjoints["X"], expected.adjoints["X"])
    slow = compiled.numbers.evaluator(chain)
    monkeypatch.undo()
    known = chain.run(**values).known
    for (node, parent), part in found.contributions.items():
        by_walking = slow((node, parent), chain.edges[node, parent], known)
        np.testing.assert_allclose(part, by_walking, rtol=1e-10)


def test_a_library_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match=r"There is no library 'nump'; .* Did you mean 'numpy'"):
        derived("ridge").code("w", "nump")
    with pytest.raises(ValueError, match="There is no node of ridge 'q'"):
        derived("ridge").code("q")


def test_columns_that_are_spread_alike_are_still_spread() -> None:
    chain = derive("sum(exp(a ones(D)ᵀ + b ones(D)ᵀ)) + ½‖C‖²", a="N", b="N", C="N×D")
    a, b, C = (np.random.default_rng(2).standard_normal(shape) for shape in
               ((4, 1), (4, 1), (4, 3)))
    value, at_a = run(chain.code("a"), (a, b, C))
    assert value == pytest.approx(3 * np.exp(a + b).sum() + np.sum(C**2) / 2)
    np.testing.assert_allclose(at_a, 3 * np.exp(a + b))
    fast = compiled.compiled(chain, ("a",))({"a": a, "b": b, "C": C, "N": 4, "D": 3})
    np.testing.assert_allclose(fast["a"], at_a)
