"""Derivatives of what is no scalar, on the way to a gradient, and Hessians."""

import pytest

from lvmcalc import audit, derive

RIDGE = derive("‖y − X w‖² + λ ‖w‖²", X="N×D", w="D", y="N", λ="positive")
LOGISTIC = derive("sum(softplus(X w)) − yᵀX w", X="N×D", w="D", y="N")
NET = derive("Z = X W\nH = tanh(Z)\nL = ½‖H V − Y‖²", X="N×D", W="D×M", V="M×K", Y="N×K")
LETTERS = "z = X w\np = σ(z)\n"
PARTS = "u = y − X w\nf = uᵀu + λ wᵀw\n∂f/∂u = 2u\n∂u/∂w = {}\n"


@pytest.mark.parametrize(("text", "of", "expected"), [
    (LETTERS + "dz/dw = X\ndp/dz = p(1 − p)\n∂p/∂z = diag(p ∘ (1 − p))\ndp/dz = p(1 + p)", LOGISTIC,
     ["proved"] * 3 + ["refuted"]),
    (LETTERS + "dp_i/dz_i = p_i (1 − p_i)\n∂p_i/∂w = p_i (1 − p_i) x_i\n∂z_i/∂w_j = X_ij\n"
     "∂L/∂w_j = Σ_i (p_i − y_i) ∂z_i/∂w_j", LOGISTIC, ["proved"] * 4),
    (r"\frac{\partial z}{\partial w} = X^T" + "\n∂L/∂w = ∂z/∂w ∂L/∂z\n∂L/∂w = (∂z/∂w)ᵀ ∂L/∂z\n"
     "∂L/∂w = ∂L/∂z ∂z/∂w\nz = X w", LOGISTIC, ["proved"] * 3 + ["unreadable"]),
    ("∂H/∂Z = 1 − H²\n∂H/∂Z = 1 − H\n∂Z/∂W = X", NET, ["proved", "refuted", "unreadable"]),
    (PARTS.format("−X") + "∂f/∂w = −2Xᵀu + 2λw", RIDGE, ["proved"] * 4),
    (PARTS.format("X") + "∂f/∂w = 2Xᵀu + 2λw", RIDGE, ["proved"] * 2 + ["refuted", "follows"]),
    ("∇²L = 2XᵀX + 2λI\n∂²L/∂w∂wᵀ = 2XᵀX\n" + r"\nabla_w^2 L = 2X^TX + 2\lambda I", RIDGE,
     ["proved", "refuted", "proved"]),
    ("∂L/∂w = 2Xᵀ(Xw − y) + 2λw\nH = 2XᵀX + 2λI", RIDGE, ["proved", "proved"]),
    ("d²L = 2 dwᵀXᵀX dw + 2λ dwᵀdw\nd^2 L = 2 dwᵀXᵀX dw + λ dwᵀdw\nH = 2XᵀX + λI", RIDGE,
     ["proved", "refuted", "unreadable"]),
    (LETTERS + "∇²L = Xᵀ diag(p ⊙ (1 − p)) X", LOGISTIC, ["proved"]),
    ("∂L/∂β⁻¹ = tr(∂L/∂K)\n" + r"\frac{\partial L}{\partial \beta^{-1}} = 2"
     "\n∂L/∂K⁻¹ = D/2 K − ½ YYᵀ\n∂L/∂β = −β⁻² ∂L/∂β⁻¹", "gplvm",
     ["proved", "refuted", "proved", "proved"]),
    ("a = X W\nh = tanh(a)\n∂L/∂a = ∂L/∂h ∘ ∂h/∂a\n∂L/∂a = ∂L/∂h ∂h/∂a", NET,
     ["proved", "refuted"]),
    ("∂L/∂α = Σ_ij ∂L/∂K_ij ∂K_ij/∂α", "gplvm", ["proved"])])
def test_derivatives_on_the_way_are_checked(text: str, of: object, expected: list) -> None:
    found = audit(text, of)
    assert [it.status for it in found.lines if it.status != "definition"] == expected, found
