"""Whole derivations as in public notes: a right line is right, and a slip is blamed at its line."""

import pytest

from lvmcalc import audit, derive

RIDGE = derive("‖y − X w‖² + λ‖w‖²", X="N×D", w="D", y="N", λ="positive")
SOFTMAX = derive("Z = X W\nL = sum(log(exp(Z) ones(C))) − tr(Yᵀ Z)", X="N×D", W="D×C", Y="N×C")
LOGISTIC = derive("sum(log(1 + exp(X w))) − yᵀX w", X="N×D", w="D", y="N")


def statuses(text: str, of: object) -> list[str]:
    return [line.status for line in audit(text, of).lines]


@pytest.mark.parametrize(("said", "status"), [("σ(z) − y", "proved"), ("y − σ(z)", "refuted")])
def test_a_gradient_without_a_letter_may_be_by_the_last_one(said: str, status: str) -> None:
    line = audit(f"z = X w\nThe gradient is {said}.\n∂L/∂w = Xᵀ(σ(z) − y)", LOGISTIC).lines[1]
    assert line.status == status
    assert "The gradient is read as ∂L/∂z." in str(line)


@pytest.mark.parametrize("text", [
    "z = X w, p = σ(z)\nd/dz log(1 + exp(z)) = exp(z)/(1 + exp(z)) = p",
    "ℓ(z) = log(1 + exp(z))\nℓ'(z) = σ(z)\nz = X w\n∂L/∂w = Xᵀ(σ(z) − y)",
    "p(z) = σ(z)\np'(z) = p(1 − p)\nz = X w\n∂L/∂w = Xᵀ(p − y)",
    "f(z) = log(1 + exp(z))\nL = sum(f(X w)) − yᵀX w\n∂L/∂w = Xᵀ(σ(X w) − y)"])
def test_the_derivative_of_a_function_of_one_letter(text: str) -> None:
    assert {*statuses(text, LOGISTIC)} <= {"definition", "proved"}, audit(text, LOGISTIC)


@pytest.mark.parametrize(("said", "status"), [("ds/s", "proved"), ("−ds/s", "refuted")])
def test_a_quotient_of_columns_with_a_differential_goes_entry_by_entry(
        said: str, status: str) -> None:
    assert statuses(f"s = exp(Z) 1\nd log s = {said}", SOFTMAX) == ["definition", status]


def test_a_letter_beside_the_scalar_that_is_a_part_of_it_is_not_the_scalar() -> None:
    text = ("f = ‖y − X w‖²\n∂f/∂w = 2Xᵀ(y − X w)\n∂L/∂w = ∂f/∂w + 2λw\n"
            "∂L/∂w = 2Xᵀ(y − X w) + 2λw")
    assert statuses(text, RIDGE) == ["definition", "refuted", "proved", "follows"]


AUTOENCODER_SLIP = "L = ½tr(xᵀWᵀWWᵀWx) − ½tr(xᵀWᵀWx) + ½tr(xᵀx)"


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("d²L = 2 dwᵀXᵀX dw + λ dwᵀdw\n∇²L = 2XᵀX + λI", RIDGE, ["refuted", "follows"]),
    (f"L = ½‖WᵀW x − x‖²\n{AUTOENCODER_SLIP[1:]}\nC = x xᵀ\n"
     "L = ½tr(C WᵀWWᵀW) − ½tr(C WᵀW) + ½tr(C)", "autoencoder",
     ["proved", "refuted", "definition", "follows"]),
    ("p = σ(X w)\n∂L/∂w = Xᵀ(p − y)\ndp = diag(p ⊙ (1 + p)) X dw\n"
     "∂²L/∂w² = Xᵀ diag(p ⊙ (1 + p)) X", LOGISTIC, ["definition", "proved", "refuted", "follows"]),
    (f"{AUTOENCODER_SLIP}\nC = x xᵀ\nL = ½tr(C WᵀWWᵀW) − ½tr(C WᵀW) + ½tr(C)", "autoencoder",
     ["refuted", "definition", "follows"]),
    ("∂L/∂w_j = Σ_i σ(x_iᵀ w) x_ij − Σ_i y_i x_ij\n= Σ_i (y_i − σ(x_iᵀ w)) x_ij\n"
     "∂L/∂w = Xᵀ(y − σ(X w))", LOGISTIC, ["proved", "refuted", "follows"])])
def test_what_says_a_slip_in_other_letters_follows_from_it(
        text: str, of: object, expected: list) -> None:
    assert statuses(text, of) == expected


DUAL = r"""At the minimum the gradient vanishes: $-2X^T(y - Xw) + 2\lambda w = 0$
With $a = \frac1\lambda(y - Xw)$ we have $w = X^Ta$.
$$(XX^T + \lambda I)a = y$$
$$a = (XX^T + \lambda I)^{-1}y$$
$$w = X^T(XX^T + \lambda I)^{-1}y$$"""


def test_a_letter_of_ones_own_may_be_what_a_condition_is_solved_for() -> None:
    assert "refuted" not in statuses(DUAL, RIDGE)
    slip = audit(DUAL.replace("T + ", "T - "), RIDGE).lines[-3:]
    assert [line.status for line in slip] == ["refuted", "follows", "follows"]
    assert "The sign is wrong in the term -λ I" in str(slip[0])


def test_the_gradient_by_k_may_be_set_to_zero() -> None:
    text = "∂L/∂K = ½K⁻¹YYᵀK⁻¹ − D/2 K⁻¹\nSetting this to zero: YYᵀ = D K\nK = {}"
    assert statuses(text.format("YYᵀ/D"), "gplvm") == ["proved", "numeric", "numeric"]
    assert statuses(text.format("D YYᵀ"), "gplvm")[-1] == "refuted"


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("Suppose W Wᵀ = I.\nWᵀW Wᵀ = Wᵀ\n∂L/∂W = W x xᵀ(WᵀW − I)\nL = ½tr(xᵀ(I − WᵀW)x)\n"
     "∂L/∂W = W x xᵀ(WᵀW + I)", "autoencoder", ["definition", *["numeric"] * 3, "refuted"]),
    ("Assume XᵀX = I\n∂L/∂w = 2(1 + λ)w − 2Xᵀy\nSet it to zero:\nw = Xᵀy/(1 + λ)\n"
     "w = Xᵀy/(1 − λ)", RIDGE, ["definition", "numeric", "words", "numeric", "unreadable"]),
    ("Suppose that lambda = 0. Then ∂L/∂w = 2Xᵀ(Xw − y)", RIDGE, ["definition", "numeric"]),
    ("Suppose y = X w. Then e = y − X w = 0 and ∂L/∂w = 2λ w", RIDGE,
     ["definition", "numeric", "numeric"]),
    ("∂L/∂w = 2Xᵀ(Xw − y) + 2λw\nIf XᵀX = I, setting the gradient to zero gives w = Xᵀy/(1 + λ)",
     RIDGE, ["proved", "definition", "words", "numeric"])])
def test_what_is_assumed_is_said_and_used(text: str, of: object, expected: list) -> None:
    found = audit(text, of)
    assert [line.status for line in found.lines] == expected, found
    assert "This is assumed from here on." in str(found)


GAUSS = derive("−n/2 log det(Σ) − n/2 tr(Σ⁻¹ S)", Σ="symmetric D×D", S="symmetric D×D",
               n="positive")


@pytest.mark.parametrize(("text", "last"), [
    ("At the maximum Σ = S we have L = −n/2 log det S − n/2 D", "numeric"),
    ("At the maximum Σ = S we have L = −n/2 log det S − n/2 D²", "refuted"),
    ("Let G = ∂L/∂Σ\ndG = n/2(−Σ⁻¹dΣ Σ⁻¹S Σ⁻¹ + Σ⁻¹dΣ Σ⁻¹)\nAt Σ = S this is\n"
     "dG = n/2 S⁻¹ dΣ (S⁻¹ − S⁻¹)", "follows")])
def test_a_line_about_a_point_is_held_against_the_slips_before(text: str, last: str) -> None:
    assert statuses(f"∂L/∂Σ = n/2(Σ⁻¹SΣ⁻¹ − Σ⁻¹)\n{text}", GAUSS)[-1] == last


@pytest.mark.parametrize("line", [
    "∂²L/∂w² = Xᵀ diag(p ⊙ (1 + p)) X", "dp = diag(p ⊙ (1 + p)) X dw"])
def test_a_slip_inside_a_function_is_named(line: str) -> None:
    assert "The sign is wrong in the term p." in str(audit(f"p = σ(X w)\n{line}", LOGISTIC))


@pytest.mark.parametrize(("text", "of", "told"), [
    ("dL = −n/2 tr(Σ⁻¹ dΣ) + n/2 tr(Σ⁻¹ dΣ Σ⁻¹ S)\n= −n/2 tr(Σ⁻¹ dΣ) + n/2 tr(S Σ⁻² dΣ)", GAUSS,
     "order: inside a trace they may only be moved from one end to the other."),
    ("dL = −n/2 tr(Σ⁻¹ dΣ) + n/2 tr(Σ⁻¹ dΣ Σ⁻¹ S)\n= n/2 tr(Σ⁻¹(S − I)Σ⁻¹ dΣ)", GAUSS,
     "an inverse too many in the stage log(det(Σ)): the factor Σ⁻ᵀ stands there once"),
    ("Kinv = inv(K)\nA = Kinv @ Y\ndK = -0.5 * D * Kinv + A @ A.T", "gplvm",
     "in the term K⁻¹ Y Yᵀ K⁻¹: it is twice what it must be."),
    ("r = WᵀW x − x\n∂L/∂W = W x rᵀ + W x rᵀ", "autoencoder",
     "The contribution of one path is counted twice"),
    ("E = R − P Qᵀ\n∂L/∂Q = −∂L/∂E P + λ Q", derive(
        "½‖R − P Qᵀ‖² + λ/2 ‖P‖² + λ/2 ‖Q‖²", R="N×M", P="N×K", Q="M×K", λ="positive"),
     "The product of ∂L/∂E (N×M) and P (N×K) cannot be formed")])
def test_a_slip_is_told_in_what_the_derivation_names(text: str, of: object, told: str) -> None:
    assert told in audit(text, of).lines[-1].wrong


@pytest.mark.parametrize(("sign", "told"), [
    ("+", "Every line follows."), ("−", "The sign is wrong in the term -W (x̂ - x) xᵀ."),
    ("+ 2", "The contribution of one path is counted twice."),
    ("− 2", "The part -2 W (x̂ - x) xᵀ is not what its path contributes: with W (Wᵀ W x - x) xᵀ")])
def test_a_sum_of_contributions_is_held_against_the_whole(sign: str, told: str) -> None:
    text = f"z = W x, x̂ = Wᵀz\nThe contributions are added:\n∂L/∂W = z(x̂ − x)ᵀ {sign} W(x̂ − x)xᵀ"
    assert told in str(audit(text, "autoencoder"))


def test_a_line_under_a_condition_that_cannot_be_read_is_not_refuted() -> None:
    assert "refuted" not in statuses("If v = 0 holds, then\n∂L/∂w = 2Xᵀ(Xw − y)", RIDGE)
