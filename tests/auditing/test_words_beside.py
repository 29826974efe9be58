"""Words beside an equation of a derivation: the equation is judged, and the words are words."""

import pytest

from lvmcalc import audit, derive
from lvmcalc.chain import Chain

RIDGE = derive("‖y − X w‖² + λ‖w‖²", X="N×D", w="D", y="N", λ="positive")
SOFTMAX = derive("Z = X W\nL = sum(log(exp(Z) ones(C))) − tr(Yᵀ Z)", X="N×D", W="D×C", Y="N×C")
GAUSS = derive("−n/2 log det(Σ) − n/2 tr(Σ⁻¹ S)", Σ="symmetric D×D", S="symmetric D×D",
               n="positive")
NET = derive("Z = U X\nH = tanh(Z)\nL = ½‖V H − Y‖²", X="D×N", U="M×D", V="K×M", Y="K×N")


def judged(text: str, of: str | Chain) -> list[str]:
    """Return how the lines of a derivation are judged, without those of words."""
    return [line.status for line in audit(text, of).lines if line.status != "words"]


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("With C = xxᵀ (symmetric) this reads\nL = ½ tr(WᵀWWᵀWC) − tr(WᵀWC) + tr(C)", "autoencoder",
     ["definition", "refuted"]),
    ("Let s = exp(Z) 1 be the vector of row sums and P = diag(s)⁻¹ exp(Z).\n∂L/∂Z = P − Y", SOFTMAX,
     ["definition", "definition", "numeric"]),
    ("dL/dZ = dL/dH * (1 - H^2), where * and ^2 are elementwise", NET, ["proved"]),
    ("Since $dK = α dX X^T$ and $∂L/∂K$ is symmetric, the chain rule gives", "gplvm", ["refuted"]),
    ("Hence with D := (VᵀE) ∘ (1 − H∘H) the last trace is tr(Dᵀ dU X) = tr(X Dᵀ dU)",
     NET, ["unreadable"] * 2),
    ("dL/dw = 2Xᵀ(Xw − y) − 2λw by the chain rule (sign!)\nr = y − Xw is the residual, a vector\n"
     "L = rᵀr + λwᵀw as for any squared norm", RIDGE, ["refuted", "definition", "proved"]),
    ("dL/dZ = (V'(V H − Y)) * (1 − H^2) (predicted minus target), and for H we get G := ∂L/∂H = H",
     NET, ["proved", "refuted"]),
    ("Take G = ∂L/∂Σ = n/2 (Σ⁻¹SΣ⁻¹ + Σ⁻¹) and differentiate again.", GAUSS, ["refuted"]),
])
def test_the_equation_is_judged_without_the_words(
        text: str, of: str | Chain, expected: list[str]) -> None:
    assert judged(text, of) == expected


@pytest.mark.parametrize("text", [
    "∂L/∂w = 2λ w − 2Xᵀ(y − Xw) minus the penalty", "the transpose of A = w", "A is not w = y",
    "∂L/∂w = 2λ w for small λ", "∂L/∂w = 2λ w only", "nonsense |w| = 1", "XᵀX = XX for symmetric X",
    "The data term has ∂L/∂w = −2Xᵀ(y − Xw) as its gradient",
    "∂L/∂w = 2λ w − 2Xᵀ(y − Xw) if the rows are scaled"])
def test_words_that_change_a_formula_leave_it_unreadable(text: str) -> None:
    found = judged(text, RIDGE)
    assert "proved" not in found
    assert "unreadable" in found


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("At the maximum Σ = S the value is\nL = −n/2 log det S − nD/2\n∂L/∂S = −n/2 Σ⁻¹\nL = 0",
     GAUSS, ["definition", "numeric", "proved", "unreadable"]),
    ("At the maximum Σ = S the value is\nL = −n/2 log det S + nD/2", GAUSS,
     ["proved", "refuted"]),
    ("At w = Xᵀy the gradient is\n∂L/∂w = 2Xᵀ(XXᵀ − I)y + 2λXᵀy", RIDGE,
     ["definition", "numeric"])])
def test_what_is_said_of_a_point_is_judged_there(
        text: str, of: Chain, expected: list[str]) -> None:
    assert judged(text, of) == expected


@pytest.mark.parametrize(("text", "of", "wrong"), [
    ("Let G = ∂L/∂Σ = n/2 (Σ⁻¹SΣ⁻¹ − Σ⁻¹).\ndG = n/2 (Σ⁻¹ dΣ Σ⁻¹ − Σ⁻¹ dΣ Σ⁻¹ S Σ⁻¹)", GAUSS, 1),
    ("% gradient and Hessian\nr = X*w - y;\ng = 2*X'*r + lambda*w;\nH = 2*(X'*X) + lambda*eye(D);",
     RIDGE, 1)])
def test_differentials_of_letters_and_the_g_of_newton_are_judged(
        text: str, of: Chain, wrong: int) -> None:
    assert judged(text, of).count("refuted") == wrong


@pytest.mark.parametrize(("text", "words"), [
    ("The log-determinant does not depend on $Y$", True), ("and in the direction dZ this is", True),
    ("So the gradient dies when U is close to 0 or 1?", True), ("\\textbf{(c)} The end.", True),
    ("the gradient is V'(VH − Y)", False)])
def test_lines_without_a_formula_are_words(text: str, words: bool) -> None:
    assert (judged(text, NET) == []) is words


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("dK^-1/dalpha = K^-1 X X^T K^-1\nd tr(K^-1 Y Y^T)/dalpha = tr(K^-1 X X^T K^-1 Y Y^T)",
     "gplvm", ["refuted", "follows"]),
    ("d log det(K)/dalpha = tr(K^-1 X X^T)\nd tr(Y^T X)/dX = Y", "gplvm", ["proved", "refuted"]),
    ("∇_Σ tr(Σ⁻¹ S) = −Σ⁻² S\n∇_Σ L = −n/2 Σ⁻¹ + n/2 Σ⁻² S", GAUSS, ["refuted", "follows"]),
    ("g = ∇L = 2λw − 2Xᵀ(y − Xw)\ndg = 2λ dw + XᵀX dw\nH = 2λI + XᵀX is the Hessian.", RIDGE,
     ["proved", "refuted", "follows"]),
    ("∇L(w) = 2λw − 2Xᵀ(y − Xw)\n\\nabla^2 L(\\mathbf{w}) = 2XᵀX", RIDGE, ["proved", "refuted"]),
    ("- squares: L = ‖y − X w‖² + λ‖w‖²\n- error at the end of it", RIDGE, ["proved"])])
def test_what_the_letters_of_calculus_stand_for(
        text: str, of: str | Chain, expected: list[str]) -> None:
    assert judged(text, of) == expected
