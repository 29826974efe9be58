"""Facts that a derivation quotes, and letters of which only the differential is said."""

import pytest

from lvmcalc import audit, derive

LOGISTIC = derive("sum(softplus(X w)) − yᵀX w", X="N×D", w="D", y="N")
GAUSS = derive("n/2 log det(Σ) + ½ tr(Σ⁻¹ S)", Σ="symmetric D×D", S="symmetric D×D", n="positive")


@pytest.mark.parametrize(("text", "of", "expected"), [
    (r"\sigma'(z) = \sigma(z)(1-\sigma(z))", LOGISTIC, ["proved"]),
    ("σ'(z) = σ(z)(1 + σ(z))\nσ(z) = 1/(1 + e^{-z})", LOGISTIC, ["refuted", "proved"]),
    ("d/dz log(1 + exp(z)) = exp(z)/(1 + exp(z)) = σ(z)", LOGISTIC, ["proved"]),
    ("tanh' = 1 − tanh²\nσ' = σ(1 − σ)\n\\sigma' = \\sigma(1 + \\sigma)\ntanh' = 1 − tanh",
     LOGISTIC, ["proved", "proved", "refuted", "refuted"]),
    ("Σ̂ = S/n", GAUSS, ["proved"]),
    ("Σ̂ = n S", GAUSS, ["unreadable"]),
    (r"\frac{d}{dz} \log(1 + e^z) = 1 - \sigma(z)", LOGISTIC, ["refuted"]),
    ("∂ log det Σ / ∂Σ = Σ⁻¹", GAUSS, ["proved"]),
    (r"$$\frac{\partial\log|\Sigma|}{\partial\Sigma} = \Sigma^{-1}, \qquad "
     r"\frac{\partial\, \mathrm{tr}(\Sigma^{-1}S)}{\partial\Sigma} = \Sigma^{-1}S\Sigma^{-1}$$",
     GAUSS, ["proved", "refuted"]),
    ("L = −Σ [y_i log p_i + (1 − y_i) log(1 − p_i)]\np = σ(X w)", LOGISTIC,
     ["proved", "definition"]),
    ("z = X w\ndL = Σ_i (σ(z_i) − y_i) dz_i\ndL = Σ_i (y_i − σ(z_i)) dz_i", LOGISTIC,
     ["definition", "proved", "refuted"]),
    ("dL = tr((σ(X w) − y)ᵀ dz)\ndz = X dw", LOGISTIC, ["proved", "definition"]),
    ("multiplying with Σ from left and right gives Σ̂ = S/n. ∎\n∂L/∂Σ = 0", GAUSS,
     ["proved", "words"]),
    ("Setting ∂L/∂Σ = 0\nand multiplying with Σ gives Σ̂ = S/n. ∎", GAUSS, ["words", "proved"]),
    ("dL = (σ(z) − y)ᵀ dz\ndz = X dw\n∂L/∂w = Xᵀ(σ(z) − y)\n∂L/∂w = Xᵀ(σ(z) + y)", LOGISTIC,
     ["proved", "definition", "proved", "unreadable"])])
def test_what_is_quoted_is_checked(text: str, of: object, expected: list) -> None:
    assert [line.status for line in audit(text, of).lines] == expected, audit(text, of)
