"""Models derived from one string: their gradients are those of autograd, every stage is proved."""

import autograd
import numpy as np
import pytest
from derived_models import EVERY_LEAF, EVERY_MODEL, MODELS, derived

from lvmcalc import notation


@EVERY_LEAF
def test_value_and_gradient_are_those_of_autograd(name: str, leaf: str) -> None:
    model, chain = MODELS[name], derived(name)
    found, values = chain.run(**model.values), [*model.values.values()]
    assert found.values[chain.output] == pytest.approx(model.scalar(*values), rel=1e-12)
    place = [*model.values].index(leaf)
    expected = autograd.grad(model.scalar, place)(*values)
    if leaf in chain.symmetric:
        expected = (expected + expected.T) / 2
    np.testing.assert_allclose(found.adjoints[leaf], expected, rtol=1e-10, atol=1e-12)


@EVERY_LEAF
def test_the_contributions_add_up_and_each_use_has_a_stage(name: str, leaf: str) -> None:
    model, chain = MODELS[name], derived(name)
    parts = chain.contributions(leaf, **model.values)
    np.testing.assert_allclose(sum(parts.values()), chain.backward(**model.values)[leaf],
                               rtol=1e-12)
    assert len(parts) == 1 or not chain[leaf].shape or all(
        chain[node].rule.name == "use" for node in parts)


@EVERY_MODEL
def test_forward_alone_has_the_value_of_every_stage(name: str) -> None:
    model, chain = MODELS[name], derived(name)
    values, whole = chain.forward(**model.values), chain.run(**model.values).values
    assert [*values] == [*chain.leaves, *chain.nodes]
    for node in values:
        np.testing.assert_array_equal(values[node], whole[node])


@EVERY_MODEL
def test_every_stage_and_every_gradient_is_proved(name: str) -> None:
    assert derived(name).check().status == "proved"


@pytest.mark.parametrize(("name", "leaf", "closed"), [
    ("ridge", "w", "Aᵀ (A w - y) + λ w"), ("multivariate normal", "mu", "-Σ⁻¹ (μ - x)"),
    ("multivariate normal", "Sigma", "(1/2) (Σ⁻¹ (μ - x) (μ - x)ᵀ - I) Σ⁻¹"),
    ("GP-LVM", "X", "α (K⁻¹ Y Yᵀ - D I) K⁻¹ X"), ("PPCA", "W", "N (C⁻¹ S - I) C⁻¹ W"),
    ("logistic", "w", "Xᵀ (sigmoid(X w) - y) + λ w"), ("Poisson", "w", "Xᵀ (exp(X w) - y)"),
    ("two-layer network", "W2", "Hᵀ (ones(N) b₂ᵀ + H W₂ - Y)"),
    ("matrix factorisation", "U", "((U Vᵀ - R) ∘ M ∘ M) V + λ U")])
def test_the_gradient_is_the_closed_form_of_the_textbook(name: str, leaf: str, closed: str) -> None:
    chain = derived(name)
    assert notation.plain(chain.abbreviated(chain.adjoint(leaf))) == closed


@pytest.mark.parametrize("name", ["logistic", "softmax cross-entropy", "two-layer network",
                                  "factor analysis", "cosine similarity", "Rayleigh quotient"])
def test_a_small_case_agrees_entry_by_entry_and_a_wrong_one_does_not(name: str) -> None:
    chain = derived(name)
    leaf = next(iter(chain.leaves))
    sizes = dict(zip(sorted({str(size) for it in chain.leaves.values() for length in it.shape
                             for size in length.free_symbols}), (2, 1, 2, 1), strict=False))
    assert chain.entrywise(leaf, **sizes).agrees
    edge = next(edge for edge in chain.edges if edge[1] == leaf)
    wrong = chain.altered({edge: 3 * chain.edges[edge]})
    assert not wrong.entrywise(leaf, **sizes).agrees
