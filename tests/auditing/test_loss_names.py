"""A derivation may call the scalar J, f or ℓ, and say so only by what it differentiates."""

import pytest

from lvmcalc import audit, derive

RIDGE = derive("‖y − X w‖² + λ‖w‖²", X="N×D", w="D", y="N", λ="positive")
FACTORS = derive("½‖R − P Qᵀ‖² + λ/2 ‖P‖² + λ/2 ‖Q‖²", R="N×M", P="N×K", Q="M×K", λ="positive")
GAUSS = derive("−n/2 log det(Σ) − n/2 tr(Σ⁻¹ S)", Σ="symmetric D×D", S="symmetric D×D",
               n="positive")
G = " = 2λw − 2Xᵀ(y − Xw)"


def statuses(text: str, of: object) -> list[str]:
    return [line.status for line in audit(text, of).lines]


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("∂f/∂P = −(R − PQᵀ)Q + λP\n∂f/∂Q = −(R − PQᵀ)ᵀP + λQ", FACTORS, ["proved"] * 2),
    ("∂f/∂Q = (R − PQᵀ)ᵀP + λQ\nλQ + RᵀP − QPᵀP = 0", FACTORS, ["refuted", "follows"]),
    ("r = y − Xw\ndr = −X dw\ndJ = 2rᵀdr + 2λwᵀdw\nso ∇J" + G, RIDGE,
     ["definition", "proved", "proved", "proved"]),
    (f"∇_w E{G}\n∇²E = 2(XᵀX + λI)", RIDGE, ["proved"] * 2),
    (r"\frac{\partial^2 f}{\partial w^2} = 2(X^TX + \lambda I)", RIDGE, ["proved"]),
    ("dJ_dw = 2*lam*w - 2*X.T@(y - X@w)\ngradJ = 2*lam*w + 2*X.T@(y - X@w)", RIDGE,
     ["proved", "refuted"]),
    (r"\ell = -\frac n2\log\det\Sigma - \frac n2\operatorname{tr}(\Sigma^{-1}S)" + "\n"
     r"\frac{\partial\ell}{\partial\Sigma} = \frac n2 \Sigma^{-1}(S - \Sigma)\Sigma^{-1}", GAUSS,
     ["proved", "proved"]),
    ("J = −D/2 log|K| − ½ tr(K⁻¹YYᵀ)\n∂J/∂X = 2α ∂J/∂K X", "gplvm", ["proved", "proved"]),
    ("J = −D/2 log|K| − tr(K⁻¹YYᵀ)\n∂L/∂X = 2α ∂L/∂K X", "gplvm", ["unreadable", "proved"]),
    ("Λ = Σ⁻¹\nℓ = −n/2 log det Λ − n/2 tr(ΛS)\n∂ℓ/∂Λ = −n/2 Λ⁻¹ − n/2 S", GAUSS,
     ["definition", "refuted", "follows"]),
    ("∂f/∂X = 2α ∂f/∂K X\n∂J/∂X = α ∂J/∂K X", "gplvm", ["proved", "refuted"])])
def test_what_is_differentiated_as_the_scalar_is_the_scalar(text: str, of: object,
                                                            expected: list) -> None:
    assert statuses(text, of) == expected, audit(text, of)


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("∂f/∂X = I", "gplvm", ["unreadable"]),
    ("∂K/∂α = XXᵀ\n∂L/∂X = ∂L/∂f + ∂L/∂h", "gplvm", ["proved"] * 2),
    ("f = y − Xw\n∇f = −X", RIDGE, ["definition", "unreadable"]),
    ("J = log det Σ + tr(Σ⁻¹S)\n∂J/∂Σ = Σ⁻¹ − Σ⁻¹SΣ⁻¹", GAUSS, ["definition", "proved"]),
    ("∂a/∂w = −2Xᵀ(y − Xw)", RIDGE, ["proved"])])
def test_a_letter_with_another_meaning_keeps_it(text: str, of: object, expected: list) -> None:
    assert statuses(text, of) == expected, audit(text, of)


def test_a_letter_that_a_stage_has_too_is_said_to_be_the_scalar() -> None:
    assert "f is read as the scalar L, not as the stage f." in str(audit(f"∂f/∂w{G}", RIDGE))
    assert "is read as" not in str(audit(f"∂J/∂w{G}", RIDGE))
