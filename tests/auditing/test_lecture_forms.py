"""Forms of lectures and homework: one sample, what goes on behind "where", terms one by one."""

import pytest

from lvmcalc import audit, derive
from lvmcalc.auditing import auditor

RIDGE = derive("‖y − X w‖² + λ‖w‖²", X="N×D", w="D", y="N", λ="positive")
GAUSS = derive("−n/2 log det(Σ) − n/2 tr(Σ⁻¹ S)", Σ="symmetric D×D", S="symmetric D×D",
               n="positive")
SOFTMAX = derive("Z = X W\nL = sum(log(exp(Z) ones(C))) − tr(Yᵀ Z)", X="N×D", W="D×C", Y="N×C")
NET = derive("Z = U X\nH = tanh(Z)\nL = ½‖V H − Y‖²", X="D×N", U="M×D", V="K×M", Y="K×N")


def statuses(text: str, of: object) -> list[str]:
    return [line.status for line in audit(text, of).lines]


R = "Let r = WᵀWx − x.\n"


@pytest.mark.parametrize(("text", "expected"), [
    (R + "L = ½ rᵀr\n∂L/∂r = r", ["definition", "proved", "proved"]),
    ("Let M = WᵀW. Then L = ½ (Mx − x)ᵀ(Mx − x)\n∂L/∂M = (Mx − x) xᵀ",
     ["definition", "proved", "proved"]),
    (R + "dL = rᵀ dr\n∂L/∂e = Wᵀ r", ["definition", "proved", "refuted"]),
    ("dL = cᵀ W c\ndL = cᵀ dc", ["refuted", "proved"]),
    (R + "dL = rᵀ dr\n∂L/∂W = W x rᵀ", ["definition", "proved", "refuted"]),
    (R + "L = ½ tr(rᵀr)\ndL = rᵀ dr", ["definition", "proved", "refuted"])])
def test_a_derivation_for_one_sample_is_judged_for_one(text: str, expected: list) -> None:
    found = audit(text, "autoencoder")
    assert [line.status for line in found.lines] == expected, found
    assert ("for one sample, S = 1" in str(found)) == (" ½ tr" not in text)


GRADIENT = "∂L/∂w = −2Xᵀr + 2λw, where r = y − Xw\n"


@pytest.mark.parametrize(("text", "expected"), [
    (GRADIENT + "= −2Xᵀ(y − Xw) + 2λw", ["proved", "definition", "proved"]),
    (GRADIENT + "= −2Xᵀ(y + Xw) + 2λw", ["proved", "definition", "refuted"]),
    (GRADIENT + "= −(Xw − y)\n∂L/∂w = −2Xᵀr + 2λw", ["proved", "definition", "proved", "proved"])])
def test_an_equation_goes_on_behind_its_definition(text: str, expected: list) -> None:
    assert statuses(text, RIDGE) == expected, audit(text, RIDGE)


def test_a_misfit_beside_a_softmax_is_blamed_once() -> None:
    text = "dL = tr((P − Y)ᵀ dZ) with P = softmax(Z)\ndZ = dW X\ndL = tr((P − Y)ᵀ dW X)"
    assert statuses(text, SOFTMAX) == ["proved", "definition", "refuted", "follows"]


def test_no_text_ends_an_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise TypeError("Only a scalar has a gradient.")

    monkeypatch.setattr(auditor._Auditor, "checked", fails)
    line, = audit("∂L/∂w = w", RIDGE).lines
    assert line.status == "unreadable"
    assert "Only a scalar has a gradient." in line.wrong


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("Let P = softmax(Z), each row separately.\n∂L/∂Z = P − Y", SOFTMAX, ["definition", "proved"]),
    ("E = VH − Y\ndE = V dH (only U varies)", NET, ["definition", "proved"]),
    ("dL = 0 for all dΣ, so Σ⁻¹(S − Σ)Σ⁻¹ = 0\n=> Σ = S", GAUSS, ["words", "numeric", "proved"]),
    ("d = VH − Y\nLet e = (Vᵀd) ∘ (1 − H²), where the square is taken entry by entry\n∂L/∂Z = e",
     NET, ["definition", "definition", "words", "proved"]),
    (r"\frac{\partial}{\partial\Sigma}\log\det\Sigma &= \Sigma^{-1}", GAUSS, ["proved"]),
    ("d/dΣ of log det Σ is Σ^-1\nd/dΣ of tr(Σ^-1 S) is Σ^-1 S Σ^-1", GAUSS, ["proved", "refuted"]),
    ("s = exp(Z) 1\n∂/∂Z 1ᵀ log(s) = softmax(Z)", SOFTMAX, ["definition", "proved"]),
    ("Let $\\delta^{(2)} = V H - Y$.\n$\\nabla_V L = \\delta^{(2)} H^\\top$", NET,
     ["definition", "proved"]),
    ("p_nk = exp(Z_nk) / Σ_j exp(Z_nj)\n∂L/∂W = Xᵀ(P − Y)", SOFTMAX, ["definition", "proved"]),
    ("L = yᵀy − 2yᵀXw + wᵀXᵀXw + λwᵀw\ngradient of the 2nd term: −2Xᵀy\n1st term: 0\n4th: λw\n"
     "∂L/∂w = −2Xᵀy + 2XᵀXw + 2λw", RIDGE, ["proved"] * 3 + ["refuted", "proved"]),
    ("The derivative of $w^T w$ with respect to $w$ is 2w.\n"
     "The gradient of the penalty λ wᵀw is λ w.", RIDGE, ["proved", "refuted"]),
    ("∂/∂Σ log|Σ| = Σ⁻¹\n∂/∂Σ log|Σ| = Σ", GAUSS, ["proved", "refuted"]),
    ("1. with z = Xw: ∂L/∂z = 2(z − y)", RIDGE, ["definition", "proved"]),
    ("K depends on X twice, so ∂L/∂X = 2α ∂L/∂K X\n∂L/∂K is symmetric, so ∂L/∂X = α ∂L/∂K X",
     "gplvm", ["words", "proved", "words", "refuted"]),
    ("hi, is this right? my K = alpha*X*X' + 1/beta*I\nso I end up with dL/dX = 2*alpha*dL/dK*X",
     "gplvm", ["proved", "proved"]),
    ("so the Hessian is 2(XᵀX + λI)\nThe Hessian is H = 2XX\nThe Hessian is positive definite",
     RIDGE, ["proved", "refuted", "words"]),
    ("∂L/∂w = 2Xᵀ(Xw − y) + 2λw\nAt the minimum, XᵀX w = Xᵀy − λ w and λ w = Xᵀy", RIDGE,
     ["proved", "numeric", "refuted"]),
    ("Adding up, $\\nabla_w L = 2X^T(Xw - y) + 2\\lambda w$. $\\blacksquare$", RIDGE, ["proved"]),
    (r"L = -\frac{DN}{2}\log 2\pi - \frac D2\log|K| - \frac12 \mathrm{tr}(K^{-1}YY^\top)", "gplvm",
     ["proved"])])
def test_a_form_of_lectures_is_read(text: str, of: object, expected: list) -> None:
    assert statuses(text, of) == expected, audit(text, of)


@pytest.mark.parametrize(("text", "of"), [
    ("E = VH − Y\ndE = V dH (only V varies)", NET), ("Is it not? ∂L/∂w = 2Xᵀ(Xw − y) + 2λw", RIDGE),
    ("the gradient of the trace of λ wᵀw is 2λ w", RIDGE), ("1st term: 0", RIDGE),
    ("d/dΣ of minus log det Σ is Σ⁻¹", GAUSS)])
def test_words_that_may_change_it_are_not_dropped(text: str, of: object) -> None:
    assert not {*statuses(text, of)} & {"proved", "words"}, audit(text, of)


def test_the_covariance_of_a_counterexample_is_positive_definite() -> None:
    for line in ("∂L/∂Σ = n/2 Σ⁻¹(S − Σ)", "∂L/∂Σ = −n/2 Σ⁻¹", "d log|Σ| = tr(Σ dΣ)"):
        example, = [it.counterexample for it in audit(line, GAUSS).lines[0].verdicts]
        assert example.values["Sigma"].is_positive_definite


ENTRY = "∂/∂Z_ij log Σ_k exp(Z_ik) = exp(Z_ij) / Σ_k exp(Z_ik){}\n"
K = "∂L/∂K = −D/2 ∂/∂K log|K| − ½ ∂/∂K tr(K⁻¹YYᵀ)\n"


@pytest.mark.parametrize(("text", "of", "expected"), [
    (ENTRY.format(" = P_ij") + "∂L/∂Z = P − Y", SOFTMAX, ["proved", "definition", "proved"]),
    ("∂/∂Z_ij log Σ_k exp(Z_ik) = exp(Z_ij)\n∂L/∂Z = exp(Z) − Y", SOFTMAX, ["refuted", "follows"]),
    ("∂/∂Z_ij Σ_k Z_ik Z_ki = 2 Z_ij", SOFTMAX, ["unreadable"]),
    ("exp(Z_nk) / Σ_j exp(Z_nj) = P_nk\n∂L/∂Z_nk = P_nk − Y_nk", SOFTMAX,
     ["definition", "proved"]),
    (r"\frac{\partial L}{\partial Z_{ij}} = \frac{\partial}{\partial Z_{ij}}\log\sum_k e^{Z_{ik}}"
     " - Y_{ij}", SOFTMAX, ["proved"]),
    (K + "= −D/2 K⁻¹ + ½ K⁻¹YYᵀK⁻¹", "gplvm", ["proved"] * 2),
    (K + "= −D K⁻¹ + ½ K⁻¹YYᵀK⁻¹", "gplvm", ["proved", "refuted"])])
def test_the_derivative_of_a_term_stands_beside_other_terms_and_by_entries(
        text: str, of: object, expected: list) -> None:
    assert statuses(text, of) == expected, audit(text, of)
