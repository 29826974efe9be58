"""The Hessian along a direction and ∂K/∂α, held against differences of gradients in numbers."""

import numpy as np
import pytest
import sympy as sp
from derived_models import derived

from lvmcalc import derive, notation
from lvmcalc.calculus.arithmetic import Reals, evaluate
from lvmcalc.chain import Chain
from lvmcalc.models import chain_named

H = 1e-5


def logistic() -> Chain:
    return derive("sum(softplus(X w)) - yᵀ X w", X="N×D", w="D", y="N")


def at_a_point(chain: Chain, seed: int) -> dict[str, object]:
    rng, sizes = np.random.default_rng(seed), {"m": 3, "n": 4, "S": 2, "N": 5, "Q": 2, "D": 3}
    return {name: rng.standard_normal([sizes.get(str(size), 1) for size in leaf.shape])
            if leaf.shape else rng.uniform(0.5, 2) for name, leaf in chain.leaves.items()}


@pytest.mark.parametrize(("chain", "wrt"), [
    (chain_named("gplvm"), "X"), (chain_named("gplvm"), "alpha"), (chain_named("autoencoder"), "W"),
    (chain_named("gplvm.trace"), "Y"), (logistic(), "w")],
    ids=["gplvm-X", "gplvm-alpha", "autoencoder-W", "trace-Y", "logistic-w"])
def test_the_curvature_is_the_change_of_the_gradient_along_the_direction(chain, wrt) -> None:
    found = chain.curvature(wrt, "R" if chain[wrt].shape else "tau")
    assert found.claim.proof.status == "proved"
    assert found.claim.status == "proved"
    leaves = at_a_point(chain, 3)
    direction = np.random.default_rng(4).standard_normal(np.shape(leaves[wrt])) + 0.0
    ahead, behind = (chain.backward(**{**leaves, wrt: leaves[wrt] + sign * H * direction})[wrt]
                     for sign in (1, -1))
    formula = found.claim.claim
    letter = next(s for s in formula.free_symbols if s.name in ("R", "tau"))
    sizes = {size.name: sp.Integer(n) for name, leaf in chain.leaves.items()
             for size, n in zip(leaf.shape, np.shape(leaves[name]), strict=True)
             if size.is_Symbol}
    value = evaluate(formula, {**leaves, **{k: int(v) for k, v in sizes.items()},
                               letter.name: direction}, Reals)
    np.testing.assert_allclose(value, (ahead - behind) / (2 * H), rtol=1e-5, atol=1e-6)


def test_the_curvature_of_a_curved_kernel_is_proved() -> None:
    assert derived("RBF GP-LVM").curvature("X").claim.proof.status == "proved"


def test_a_wrong_curvature_is_refuted() -> None:
    chain = chain_named("autoencoder")
    claim = chain.curvature("W").claim
    assert type(claim)(claim.label, claim.scalar, claim.wrt, 2 * claim.claim, 0,
                       claim.book).proof.status == "refuted"


def test_the_jacobian_of_the_kernel_in_alpha_is_what_alpha_multiplies() -> None:
    found = chain_named("gplvm").jacobian("K", "alpha")
    assert str(found).startswith("∂K/∂α = X Xᵀ\n■ proved for every size")
    assert "\\frac{\\partial K}{\\partial \\alpha}" in found._repr_markdown_()


@pytest.mark.parametrize(("call", "sentence"), [
    (lambda c: c.curvature("X", "Y"), "Y is a leaf or stage of gplvm: take another letter"),
    (lambda c: c.curvature("c"), "leaf of gplvm"),
    (lambda c: c.curvature("X", sp.Symbol("V")), "must have the shape of X, N×Q, but it is scalar"),
    (lambda c: c.jacobian("K", "X"), "with respect to a scalar, but X is N×Q")])
def test_bad_input_gets_one_sentence(call, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call(chain_named("gplvm"))


def test_the_direction_is_another_letter_where_v_is_taken() -> None:
    chain = derive("½‖A − U Vᵀ‖²", A="N×D", U="N×Q", V="D×Q")
    found = chain.curvature("U")
    assert notation.plain(found.expression) == "W Vᵀ V"
    assert found.claim.proof.status == "proved"
