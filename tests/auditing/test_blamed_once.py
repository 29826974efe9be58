"""A slip is blamed once: what follows from it is told to, and a line that only repeats is no loss.
"""

import pytest

from lvmcalc import audit, derive

LOGISTIC = derive("sum(log(1 + exp(X w))) − yᵀX w", X="N×D", w="D", y="N")
NET = derive("Z = U X\nH = tanh(Z)\nL = ½‖V H − Y‖²", X="D×N", U="M×D", V="K×M", Y="K×N")
SOFTMAX = derive("Z = X W\nL = sum(log(exp(Z) ones(C))) − tr(Yᵀ Z)", X="N×D", W="D×C", Y="N×C")
GAUSS = derive("−n/2 log det(Σ) − n/2 tr(Σ⁻¹ S)", Σ="symmetric D×D", S="symmetric D×D",
               n="positive")
BACK = "∂L/∂U = ((Vᵀ(VH − Y)) ∘ (1 − H))Xᵀ"


def statuses(text: str, of: object) -> list[str]:
    return [line.status for line in audit(text, of).lines]


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("d/dt log(1 + exp(t)) = exp(t)\nso ∇L = Xᵀexp(Xw) − Xᵀy\n = Xᵀ(exp(Xw) − y)", LOGISTIC,
     ["refuted", "follows", "proved"]),
    ("d/dt log(1 + exp(t)) = exp(t)\nso ∇L = Xᵀexp(−Xw) − Xᵀy", LOGISTIC, ["refuted"] * 2),
    (f"tanh' = 1 − tanh\ndH = (1 − H) ∘ dZ\n{BACK}", NET, ["refuted", "follows", "follows"]),
    (f"d/dz tanh(z) = 1 − tanh(z)\n∂L/∂Z = (Vᵀ(VH − Y)) ∘ (1 − H)\n{BACK}", NET,
     ["refuted", "follows", "follows"])])
def test_what_a_wrong_rule_brings_follows_from_it(text: str, of: object, expected: list) -> None:
    assert statuses(text, of) == expected, audit(text, of)


def test_the_derivative_of_a_function_is_shown_as_one() -> None:
    assert "∂(log(exp(t) + 1))/∂t = exp(t)" in str(audit("d/dt log(1 + exp(t)) = exp(t)", LOGISTIC))
    factors = derive("‖R − P Q‖²", R="N×M", P="N×K", Q="K×M")
    assert "∂(tr(Pᵀ P))/∂P = 2 P" in str(audit("∂/∂P ‖P‖² = 2P", factors))


GRADIENT = "∂L/∂K = −D K⁻¹ + ½K⁻¹YYᵀK⁻¹\n{}\n∂L/∂X = 2α(−D K⁻¹ + ½K⁻¹YYᵀK⁻¹)X"


RIDGE = derive("‖y − X w‖² + λ‖w‖²", X="N×D", w="D", y="N", λ="positive")


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("∂L/∂w = 2Xᵀ(Xw − y) − 2λw\n= 2XᵀXw − 2Xᵀy − 2λw\nset to zero:\nXᵀXw − λw = Xᵀy\n"
     "w* = (XᵀX − λI)⁻¹Xᵀy", RIDGE, ["refuted", "proved", "words", "follows", "follows"]),
    ("The derivative of w'X'Xw with respect to w is X'Xw.\n"
     "Adding these up, the gradient is X'Xw - 2X'y + 2 lambda w.\n"
     "Setting it to zero and solving, w = 2 (X'X + 2 lambda I)^{-1} X'y.", RIDGE,
     ["refuted", "follows", "follows"]),
    ("Use the precision matrix Λ = Σ⁻¹ instead of Σ.\n∂L/∂Λ = (n/2)Λ − (n/2)S\n= (n/2)(Λ − S)\n"
     "This is zero for Λ = S, that is, Σ = S⁻¹.", GAUSS,
     ["definition", "refuted", "proved", "follows", "follows"])])
def test_a_condition_follows_from_the_slip_that_its_gradient_goes_on_from(
        text: str, of: object, expected: list) -> None:
    assert statuses(text, of) == expected, audit(text, of)


@pytest.mark.parametrize(("said", "last"), [
    ("and because $K=αXX^T+β^{-1}I$ every entry of $X$ is used twice", "follows"),
    ("and K = αXXᵀ + β⁻¹I every entry of X is used twice", "follows"),
    ("and because $K=αXX^T$ every entry of $X$ is used twice", "unreadable"),
    ("and $K=αXX^T+β^{-1}I$ plus some noise", "unreadable"),
    ("and K = αXXᵀ + β⁻¹I + foo", "unreadable")])
def test_a_line_that_cannot_be_read_takes_no_meaning_that_it_repeats(said: str, last: str) -> None:
    assert statuses(GRADIENT.format(said), "gplvm")[0] == "refuted"
    assert statuses(GRADIENT.format(said), "gplvm")[-1] == last


def test_a_factor_of_a_whole_side_is_not_told_of_its_terms() -> None:
    text = "z = Wx\nr = Wᵀz − x\n∂L/∂z = 2Wr"
    assert "The whole side is twice" in audit(text, "autoencoder").lines[-1].wrong


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("s = exp(Z) 1\nd(1ᵀ log s) = 1ᵀ ds\n∂L/∂Z = exp(Z) − Y\n∂L/∂W = Xᵀ(exp(Z) − Y)", SOFTMAX,
     ["definition", "refuted", "follows", "follows"]),
    ("−½ tr(d(K⁻¹) YYᵀ) = ½ tr(K⁻¹ YYᵀ dK)\nG = ∂L/∂K = ½ K⁻¹YYᵀ − D/2 K⁻¹\n"
     "∂L/∂X = 2α G X\n= α K⁻¹(YYᵀ − D I) X", "gplvm", ["refuted", "follows", "proved", "follows"]),
    ("Λ = Σ⁻¹\ndΛ = Λ dΣ Λ\nL = n/2 log|Λ| − n/2 tr(ΛS)\ndL = n/2 tr((Σ − S) dΛ)\n"
     "= n/2 tr((Σ − S) Λ dΣ Λ)\n∂L/∂Σ = n/2 Λ(Σ − S)Λ", GAUSS,
     ["definition", "refuted", "proved", "proved", "follows", "follows"])])
def test_a_gradient_follows_from_a_slip_in_a_differential(text: str, of: object,
                                                          expected: list) -> None:
    assert statuses(text, of) == expected, audit(text, of)


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("E = Y − V H\n∂L/∂V = E Hᵀ\n∂L/∂H = VᵀE", NET, ["definition", "refuted", "follows"]),
    ("Λ = Σ⁻¹\nM = Σ + S\n∂L/∂Σ = −n/2 ΛMΛ\ndL = −n/2 tr(ΛMΛ dΣ)\n∂L/∂Σ = ΛMΛ", GAUSS,
     ["definition", "definition", "refuted", "follows", "refuted"])])
def test_a_letter_with_a_wrong_sign_in_it_is_blamed_once(text: str, of: object,
                                                         expected: list) -> None:
    assert statuses(text, of) == expected, audit(text, of)


@pytest.mark.parametrize(("again", "ends"), [
    ("dH = dH * (1 - H**2)", ["definition", "proved"]),
    ("dH *= 1 - H**2", ["definition", "proved"]),
    ("dH = dH * (1 + H**2)", ["definition", "refuted"])])
def test_an_adjoint_in_code_that_is_scaled_is_that_of_another_stage(again: str,
                                                                     ends: list[str]) -> None:
    found = audit(f"E = V @ H - Y\ndH = V.T @ E\n{again}\ndU = dH @ X.T", NET)
    assert [line.status for line in found.lines[2:]] == ends


def test_a_gradient_by_a_stage_is_not_taken_for_that_of_a_leaf_of_its_shape() -> None:
    assert audit("The gradient is sigmoid(X w) - y.", LOGISTIC).lines[0].status == "unreadable"


def test_a_path_that_is_lost_is_told_before_the_half_that_is_left() -> None:
    last = audit("∂L/∂K = ½(K⁻¹YYᵀK⁻¹ − D K⁻¹)\n∂L/∂X = α ∂L/∂K X", "gplvm").lines[-1]
    assert last.findings[0].kind == "missing_path"
