"""Lines that nothing is known of, and that say so: asides, rules in other letters, expansions."""

import pytest

from lvmcalc import audit, derive
from lvmcalc.chain import Chain

RIDGE = derive("‖y − X w‖² + λ‖w‖²", X="N×D", w="D", y="N", λ="positive")
RIGHT = "∂L/∂w = 2Xᵀ(Xw − y) + 2λw"


@pytest.mark.parametrize(("text", "of"), [
    ("beta only shows up in K, as beta^-1 I", "gplvm"),
    ("the two are equal (transpose inside the trace, K is symmetric)", "gplvm"),
    ("Both are cheap to form once $X^T X$ has been cached.", RIDGE),
    ("Check of the shapes: (N×D)(D×1) is N×1, as it should be.", RIDGE),
    (r"Comparing with $dL = \operatorname{tr}(G^T dw)$:", RIDGE), ("∇_w(w^TAw) = 2Aw", RIDGE),
    (r"\nabla_w (a^\top w) = a", RIDGE), ("d log det A = tr(A⁻¹ dA)", RIDGE),
    ("dL/dtheta = tr((dL/dA)' dA/dtheta)", RIDGE),
    ("‖y − X(w + h)‖² = ‖y − Xw‖² − 2yᵀXh + O(‖h‖²)", RIDGE)])
def test_what_is_not_checked_is_said_not_to_be(text: str, of: str | Chain) -> None:
    found = audit(text, of)
    assert [line.status for line in found.lines] == ["words"]
    assert found.summary == "Line 1 is not checked."


@pytest.mark.parametrize("text", [
    "A:B = tr(A B)", "∂L/∂w = 2 A w", "∇_w L = tr(A) w", "X:B = tr(X B)", "tr(w'A) = k",
    "P = tr(A B)", "dL/dA = tr(A)", "It gives 2Xᵀ(Xw − y), as everybody can see",
    "So the result is minus X w, which is what was to be shown"])
def test_what_a_derivation_claims_is_no_rule_and_no_aside(text: str) -> None:
    assert {line.status for line in audit(text, RIDGE).lines} <= {"unreadable", "refuted"}


@pytest.mark.parametrize(("text", "expected"), [
    (f"Multiply all of it by −2/n and add: {RIGHT}.", "proved"),
    (f"Multiply all of it by −2/n and add: {RIGHT.replace('+', '−')}.", "unreadable"),
    (f"For the other term use {RIGHT}.", "proved"),
    (f"Minus what we want is {RIGHT}.", "unreadable"),
    (f"A cumbersome X'X-type quibble about {RIGHT}", "unreadable")])
def test_words_that_are_not_known_leave_a_right_equation_right(text: str, expected: str) -> None:
    line, = audit(text, RIDGE).lines
    assert line.status == expected
    assert (line.note == "The words beside the equation are not checked.") == (expected == "proved")


NEWTON = "z = X.dot(w)\np = 1 / (1 + np.exp(-z))\nhess = X.T @ np.diag(p * (1 - p)) @ X\n"
LOGISTIC = derive("sum(log(1 + exp(X w))) − yᵀX w", X="N×D", w="D", y="N")
SOFTMAX = derive("Z = X W\nL = sum(log(exp(Z) ones(C))) − tr(Yᵀ Z)", X="N×D", W="D×C", Y="N×C")


@pytest.mark.parametrize(("text", "of", "expected"), [
    (r"dL = \langle\underbrace{\tfrac12 K^{-1}YY^TK^{-1} - \tfrac D2 K^{-1}}_{=: G}, dK\rangle"
     "\n∂L/∂X = 2αGX", "gplvm", ["proved", "definition", "proved"]),
    (r"\[ \Longrightarrow\quad \nabla_w L = 2X^T(Xw - y) + 2\lambda w. \]", RIDGE, ["proved"]),
    ("*Backward.* Start here.\n" + RIGHT, RIDGE, ["words", "words", "proved"]),
    ("The Hessian is\n$$\\mathcal{H} = 2X^TX + \\lambda I.$$", RIDGE, ["words", "refuted"]),
    ("$∂L/∂Z = P − Y$ where $P$ is the row-wise softmax of $Z=XW$.", SOFTMAX,
     ["proved", "definition", "proved"]),
    (r"We find for $\ell = 1^T \log(\exp(Z) 1)$ and $P = softmax(Z)$" "\n"
     r"$d\ell = \operatorname{tr}(P^T dZ)$", SOFTMAX, ["definition", "definition", "proved"]),
    ("e = y - X @ w\ng = -2 * X.T @ e + 2 * reg * w  # gradient", RIDGE, ["definition", "proved"]),
    (NEWTON + "w = w - np.linalg.solve(hess, X.T @ (p - y))", LOGISTIC,
     ["definition", "definition", "proved", "words"]),
    ("def f_grad(w):\n    e = X @ w - y\n    return loss, 2 * X.T @ e + 2 * lam * w", RIDGE,
     ["words", "definition", "proved"]),
    ("We write dT for ∂L/∂T.\nr = X @ w - y\ndw = 2 * X.T @ r + 2 * lam * w", RIDGE,
     ["words", "definition", "proved"]),
    ("- the differential is\n  $dL = 2(Xw - y)^T X dw + 2λ w^T dw$\n- so\n  " + RIGHT, RIDGE,
     ["words", "proved", "words", "proved"]),
    ("Step 1. log-determinant\n" + RIGHT + "\nStep 2. minus w times λ", RIDGE,
     ["words", "proved", "unreadable"]),
    ("f(w + h) − f(w) = 2hᵀXᵀ(Xw − y)", RIDGE, ["unreadable"])])
def test_what_lays_out_a_page_is_no_formula(text: str, of: str | Chain, expected: list) -> None:
    assert [line.status for line in audit(text, of).lines] == expected, audit(text, of)


FACTORS = derive("½‖R − P Qᵀ‖² + λ/2 ‖P‖² + λ/2 ‖Q‖²", R="N×M", P="N×K", Q="M×K", λ="positive")


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("From \\eqref{eq:1}, $∂L/∂w = 2X^T(Xw - y) + 2λw$", RIDGE, ["proved"]),
    (r"\nabla L &= X^T(p-y) && p = \sigma(Xw)\\ dp &= p\odot(1-p)\odot X\,dw", LOGISTIC,
     ["proved", "definition", "proved"]),
    ("| what | it is |\n|---|---|\n∂L/∂w = 2Xᵀ(Xw − y) + 2λw", RIDGE, ["proved"]),
    ("e = y − X w\nBut de = −X dw  (3)\n∂L/∂w = −2Xᵀe + 2λw    (12)", RIDGE,
     ["definition", "proved", "proved"]),
    ("Optimality conditions for (P, Q):\n(R − PQᵀ)Q = λP", FACTORS, ["words", "numeric"]),
    (r"With $A = X^TX + \lambda I$ and $\hat w = A^{-1}X^Ty$" "\n"
     r"The loss is least at $w = \hat w$." "\n"
     r"$\nabla L = 2A(w - \hat w)$", RIDGE, ["definition", "definition", "proved", "proved"]),
    ("If dL = tr(AᵀdX) then ∂L/∂X = A", RIDGE, ["words", "words"]),
    ("If dL = tr(AᵀdX) then ∂L/∂X = −A", RIDGE, ["words", "unreadable"]),
    ("decoder: W x cᵀ\n∂L/∂W = W x cᵀ + W c xᵀ", "autoencoder", ["proved", "proved"]),
    ("decoder: 2 W x cᵀ\n∂L/∂W = W x cᵀ + W c xᵀ", "autoencoder", ["refuted", "proved"]),
    ("dH = (1 − H∘H) ∘ (U dX) if only X moves.",
     derive("H = tanh(U X)\nL = ½‖V H‖²", X="D×N", U="M×D", V="K×M"), ["proved"])])
def test_forms_of_notes_and_threads_are_read(text: str, of: str | Chain, expected: list) -> None:
    assert [line.status for line in audit(text, of).lines] == expected, audit(text, of)
