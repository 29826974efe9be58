"""Reasons with a formula beside an answer: they are shown, not checked, and never the answer."""

import pytest
from test_side_remarks import SOFTMAX
from test_story import NET, RIDGE

from lvmcalc import derive, mark

MAHA = derive("½ (x − m)ᵀ S⁻¹ (x − m)", x="D", m="D", S="symmetric D×D")
OF = {"w": (RIDGE, "w", "Aᵀ(Aw − y) + λw", "Aᵀ(Aw − y) − λw"),
      "m": (MAHA, "m", "S⁻¹(m − x)", "S⁻¹(x − m)"),
      "S": (MAHA, "S", "−½S⁻¹(x − m)(x − m)ᵀS⁻¹", "S⁻¹(x − m)(x − m)ᵀS⁻¹"),
      "X": ("gplvm", "X", "α(K⁻¹YYᵀK⁻¹ − D K⁻¹)X", "α(K⁻¹YYᵀK⁻¹ − N K⁻¹)X"),
      "α": ("gplvm", "alpha", "½tr((K⁻¹YYᵀK⁻¹ − D K⁻¹)XXᵀ)", "tr((K⁻¹YYᵀK⁻¹ − D K⁻¹)XXᵀ)"),
      "Y": ("gplvm", "Y", "−K⁻¹Y", "−½K⁻¹Y")}


@pytest.mark.parametrize(("wrt", "text"), [
    ("w", "{} because d(½‖r‖²)/dr = r"), ("m", "∂L/∂m = {}, because d(x − m)/dm = −I"),
    ("w", "∂L/∂w = {}, since dr/dw = A and ∂(½‖r‖²)/∂r = r"),
    ("w", "${}$, as $\\frac{{\\partial}}{{\\partial w}}\\tfrac12\\|w\\|^2 = w$."),
    ("w", "\\[ {}, \\qquad \\text{{since }} d(\\tfrac12\\|r\\|^2) = r^\\top dr. \\]"),
    ("w", "{}, because the data term contributes Aᵀ(Aw − y) and the penalty λw."),
    ("w", "Since d(½‖r‖²)/dr = r, the gradient is {}."),
    ("w", "Using d(½‖r‖²)/dr = r and dr/dw = A, the chain rule gives {}."),
    ("w", "{} (using d(xᵀx) = 2xᵀdx)"), ("w", "{} since the derivative of ½‖r‖² is r"),
    ("w", "{}, because with r = Aw − y we have d(½‖r‖²)/dr = r"),
    ("w", "The gradient is {}. This follows from d(½‖r‖²)/dr = r."),
    ("w", "w_bar = {}  # because d(0.5*r'r)/dr = r"), ("S", "{} since dS⁻¹ = −S⁻¹ dS S⁻¹"),
    ("X", "{}, since the log-determinant contributes −D K⁻¹ and the trace K⁻¹YYᵀK⁻¹"),
    ("X", "∂L/∂X = {}, using ∂log|K|/∂K = K⁻¹"), ("X", "{} (note that Kᵀ = K)"),
    ("X", "{}, because K is symmetric and ∂log|K|/∂K = K⁻¹"), ("α", "{}, because ∂K/∂α = XXᵀ"),
    ("X", "{} because ∂L/∂K = ½(K⁻¹YYᵀK⁻¹ − D K⁻¹)"),
    ("Y", "{} since ∂log|K|/∂Y = 0 and ∂tr(K⁻¹YYᵀ)/∂Y = 2K⁻¹Y")])
def test_a_reason_beside_an_answer_is_shown_and_not_checked(wrt: str, text: str) -> None:
    of, leaf, *answers = OF[wrt]
    right, wrong = (mark(text.format(it), of, leaf) for it in answers)
    assert (right.right, wrong.status) == (True, "refuted")
    assert all("Its reason, “" in str(it) and "was not checked." in str(it)
               for it in (right, wrong))


@pytest.mark.parametrize("reason", [
    "{} (K symmetric)", "{}, by the symmetry of K", "{}, as XXᵀ is symmetric",
    "Using that K is symmetric and K⁻¹ is symmetric, {}"])
def test_a_symmetry_that_holds_is_no_condition(reason: str) -> None:
    of, leaf, right, wrong = OF["X"]
    assert mark(reason.format(right), of, leaf).right
    assert mark(reason.format(wrong), of, leaf).status == "refuted"


@pytest.mark.parametrize(("wrt", "text"), [
    ("w", "{}, because L = −f"), ("w", "Since L = −f, the gradient is {}"),
    ("w", "{}, since f = −L"),
    ("w", "{} because ∂L/∂w = 2Aᵀ(Aw − y) + λw"), ("w", "{}, because dJ/dw = −dL/dw"),
    ("w", "{}, since dL/dJ = −1"), ("w", "2({}), since J = ‖Aw − y‖² + λ‖w‖²"),
    ("w", "{}, because ∇(−L) = −∇L"), ("w", "{} since here λ = 0"), ("w", "{}, using A for Aᵀ"),
    ("w", "{} (A symmetric)"), ("w", "Since A is symmetric, {}"),
    ("w", "{} since w denotes wᵀ"), ("w", "{} since Aᵀ is written A"), ("w", "{}, as λ → 0"),
    ("w", "{}, where we used that AᵀA = I"), ("w", "{} because det(AᵀA) = 1"),
    ("w", "{} up to the factor 2, because d(½‖r‖²)/dr = r"), ("w", "{}, because AA is symmetric"),
    ("w", "{} for the loss without the ½, because d(‖r‖²)/dr = 2r"),
    ("w", "{}, because d(½‖r‖²)/dr = r. Then transpose."),
    ("w", "{}, because d(½‖r‖²)/dr = r, transposed"),
    ("w", "{}, because d(½‖r‖²)/dr = r and the factor is 2"),
    ("w", "Aᵀ(Aw − y), because d(½‖r‖²)/dr = r, the first term"),
    ("w", "w_bar = {}  # because L = -f"), ("X", "{} (note that K = K⁻¹)"),
    ("X", "Since ∂log|K|/∂K = K⁻¹, ∂tr(K⁻¹YYᵀ)/∂K = −K⁻¹YYᵀK⁻¹"),
    ("X", "{}, because ∂log|K|/∂K = K⁻¹ and K is the identity"), ("α", "{}, since β = 1")])
def test_a_reason_that_may_change_an_answer_makes_it_unreadable(wrt: str, text: str) -> None:
    of, leaf, right, _ = OF[wrt]
    assert mark(text.format(right), of, leaf).status == "unreadable"


def test_an_adjoint_of_a_letter_may_be_defined_behind_an_answer() -> None:
    hidden = "by the chain rule, dL/dB = dL/dE · Hᵀ with dL/dE = E, E = B H {} Y, H = tanh(A X)"
    rows = "dL/dW = Xᵀ \\frac{{\\partial L}}{{\\partial Z}} where \\frac{{\\partial L}}" \
           "{{\\partial Z}} = softmax(XW) {} Y"
    for text, of, wrt in ((hidden, NET, "B"), (rows, SOFTMAX, "W")):
        assert mark(text.format("−"), of, wrt).right
        assert mark(text.format("+"), of, wrt).status == "refuted"


PLAIN = {"X": ("gplvm", "X", "α(K⁻¹YYᵀ − D I)K⁻¹X", "−α D K⁻¹X"),
         "W": ("autoencoder", "W", "W(e xᵀ + x eᵀ) with e = WᵀWx − x", "2W(WᵀWx − x)xᵀ"),
         "V": (NET, "B", "(B H − Y)Hᵀ with H = tanh(A X)", "(B H + Y)Hᵀ with H = tanh(A X)")}


@pytest.mark.parametrize(("wrt", "text"), [
    ("X", "{}, since YYᵀ does not depend on X and the trace term drops out"),
    ("X", "{}, because dK = α(dX Xᵀ + X dXᵀ) and dL/dK is symmetric, so both halves are equal"),
    ("X", "\\[ {} \\quad \\text{{since the two halves are equal.}} \\]"),
    ("X", "Since both terms contribute the same, the gradient is {}."),
    ("W", "{}, because both uses of W contribute the same"),
    ("W", "{}, because W is used twice and the product rule gives one term for each use"),
    ("V", "{}, since the derivative of the activation is h(1 − h)"),
    ("V", "{}, because σ'(z) = σ(z)(1 − σ(z)) cancels against the denominators"),
    ("V", "{}, since tanh' = 1 − tanh²")])
def test_a_reason_about_the_derivation_is_shown_and_not_checked(wrt: str, text: str) -> None:
    of, leaf, *answers = PLAIN[wrt]
    right, wrong = (mark(text.format(it), of, leaf) for it in answers)
    assert (right.right, wrong.status) == (True, "refuted")
    assert all("was not checked." in str(it) for it in (right, wrong))


@pytest.mark.parametrize("reason", [
    "since the labels are ±1", "since I take the squared error without the ½",
    "because we average over the S columns", "since the penalty drops out",
    "because the half drops out", "since the activation drops out",
    "since d does not depend on W and x is centred",
    "because W and x are symmetric", "since WᵀW = I, so the objective is ½‖x‖²"])
def test_a_reason_that_is_not_understood_is_named(reason: str) -> None:
    of, leaf, right, _ = PLAIN["W"]
    for text in (f"{right}, {reason}", f"{right} ({reason})"):
        assert f"The reason “{reason}” may change what" in mark(text, of, leaf).reason


def test_a_sum_of_two_paths_is_read_if_it_is_the_sum() -> None:
    text = "The encoder path gives W e xᵀ and the decoder path {}W x eᵀ, where e = WᵀWx − x; the " \
           "gradient is their sum, W(e xᵀ {} x eᵀ)."
    ways = [("", "+"), ("2", "+ 2"), ("2", "+"), ("", "−")]
    assert [mark(text.format(*way), "autoencoder", "W").status for way in ways] == [
        "proved", "refuted", "unreadable", "unreadable"]
