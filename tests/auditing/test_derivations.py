"""A whole derivation is audited as it was pasted: words, definitions, differentials, slips blamed
once."""

import pytest
from tables import over

from lvmcalc import audit, derive

SLIP = r"""\begin{align}
\frac{\partial L_1}{\partial c} &= -\frac{D}{2} c^{-\top} \\
\frac{\partial L_1}{\partial d} &= \frac{\partial L_1}{\partial c} \\
\frac{\partial L_1}{\partial e} &= \frac{\partial L_1}{\partial d} \\
\frac{\partial L_1}{\partial f} &= \frac{\partial L_1}{\partial e} X \\
\frac{\partial L_1}{\partial X} &= -D K^{-1} X
\end{align}"""
WORDS = """Let A = K⁻¹Y
so ∂L/∂Y = -A
using the chain rule
1. ∂L/∂K := ½ A Aᵀ - D/2 K⁻¹
∂L/∂X = 2 α ∂L/∂K X   (both paths)
 = α (A Aᵀ - D K⁻¹) X"""


def statuses(text: str, of: str) -> list[str]:
    return [line.status for line in audit(text, of).lines]


def test_a_slip_is_blamed_once_and_what_follows_from_it_is_told() -> None:
    found = audit(SLIP, "gplvm.log_det")
    assert [line.status for line in found.lines] == ["proved", "proved", "refuted", "proved",
                                                     "follows"]
    assert found.first_wrong == 4  # with \begin{align}
    assert found.lines[4].wrong == "It follows from your line 4."
    assert not found.lines[4].example


def test_what_is_right_beside_a_slip_is_named_and_counted() -> None:
    summary = audit(SLIP, "gplvm.log_det").summary
    assert "3 of 5 lines are right." in summary
    assert "Right stages: ∂L₁/∂c, ∂L₁/∂d (2)." in summary
    assert "Right paths: through f (1 of 2)." in summary
    assert summary.endswith("The right result is ∂L₁/∂X = -D α K⁻¹ X.")
    terms = "∂L/∂c = ½ K⁻¹YYᵀK⁻¹ − D/2 K⁻¹\n∂L/∂X = αK⁻¹YYᵀK⁻¹X + αDK⁻¹X"
    assert "Right terms: α K⁻¹ Y Yᵀ K⁻¹ X (1)." in audit(terms, "gplvm").summary


def test_a_later_slip_of_its_own_is_blamed_too() -> None:
    found = audit(SLIP.replace("-D K", "D K"), "gplvm.log_det")
    assert [line.status for line in found.lines][2:] == ["refuted", "proved", "refuted"]


def test_words_and_definitions_between_the_lines_are_understood() -> None:
    found = audit(WORDS, "gplvm")
    assert [line.status for line in found.lines] == ["definition", "proved", "words", "proved",
                                                     "proved", "proved"]
    assert found.summary == "Every line follows."


PROSE = r"""We start from $L_1 = -\frac{D}{2}\log|K|$ with $K = \alpha XX^T + \beta^{-1} I$.
Step 1: differentiate the log-determinant: $dL_1 = -\frac D2\operatorname{tr}(K^{-1}dK)$
$dK = \alpha(dX X^T + X dX^T), \qquad dL_1 = -\frac{\alpha D}2 \operatorname{tr}(X^T K^{-1} dX)$
Reading off the coefficients
∂L₁/∂X = -½αDK⁻¹X since D is constant"""


def test_sentences_round_formulas_claim_nothing_and_a_slip_in_dL_is_blamed_once() -> None:
    assert statuses(PROSE, "gplvm.log_det") == ["proved"] * 4 + ["refuted", "words", "follows",
                                                                        "words"]
    wrong = "It would be wrong to write $dL_1 = D$"
    assert statuses(wrong, "gplvm.log_det") == ["unreadable"]


def test_a_letter_means_what_it_was_defined_as() -> None:
    assert statuses(WORDS.replace("K⁻¹Y\n", "K Y\n"), "gplvm")[1] == "refuted"
    assert statuses("∂L/∂Y = -A", "gplvm") == ["unreadable"]


def test_an_unreadable_line_is_not_the_first_that_does_not_follow() -> None:
    found = audit("∂L/∂d = ∂L/∂c\nfoo = d e f\n∂L/∂e = ∂L/∂d", "gplvm.log_det")
    assert (found.first_wrong, found.unread) == (3, (2,))
    assert "Line 2 cannot be read." in found.summary


@over(("line", "of"), [
    ("dL = tr(cᵀ dc)", "autoencoder"), ("dK = α(dX Xᵀ + X dXᵀ)", "gplvm.log_det"),
    ("dK⁻¹ = −K⁻¹ dK K⁻¹", "gplvm.log_det"), ("d log|K| = tr(K⁻¹ dK)", "gplvm.log_det"),
    (r"\mathrm{d}\log|K| = \operatorname{tr}(K^{-1}\,\mathrm{d}K)", "gplvm"),
    ("d|K| = |K| tr(K⁻¹ dK)", "gplvm"), ("dL₁ = -(D/2) tr(K⁻¹ dK)", "gplvm.log_det"),
    ("d(WᵀWx) = dWᵀ W x + Wᵀ dW x", "autoencoder"), ("dc = dWᵀ e + Wᵀ dW x", "autoencoder"),
    ("dL = ½ d tr(cᵀc) = tr(cᵀ(dWᵀ W x + Wᵀ dW x))", "autoencoder"),
    ("dL = tr((W(cxᵀ + xcᵀ))ᵀ dW)", "autoencoder"), ("δK = δα XXᵀ", "gplvm"),
    ("dK K⁻¹ + K d(K⁻¹) = 0", "gplvm"),
    ("d(K⁻¹)ᵀ = −K⁻¹ dK K⁻¹", "gplvm"), ("dβ⁻¹ = -dβ/β²", "gplvm"), ("dL = -tr(YᵀK⁻¹dY)", "gplvm"),
])
def test_true_lines_with_differentials_are_proved(line: str, of: str) -> None:
    assert statuses(line, of) == ["proved"], str(audit(line, of))


@pytest.mark.parametrize(("line", "of"), [
    ("dL = -tr(cᵀ dc)", "autoencoder"), ("dK = α(dX Xᵀ)", "gplvm.log_det"),
    ("dK⁻¹ = K⁻¹ dK K⁻¹", "gplvm.log_det"), ("d log|K| = tr(K dK)", "gplvm.log_det"),
    ("(dK)⁻¹ = −K⁻¹ dK K⁻¹", "gplvm.log_det"), ("dL = tr((e cᵀ)ᵀ dW)", "autoencoder"),
])
def test_false_lines_with_differentials_are_not(line: str, of: str) -> None:
    assert statuses(line, of) == ["refuted"]


def test_what_is_wrong_with_a_gradient_in_a_differential_is_named() -> None:
    line, = audit("dL = tr((e cᵀ)ᵀ dW)", "autoencoder").lines
    assert line.findings[0].kind == "missing_path"


def test_where_a_node_is_called_d_the_d_of_a_differential_is_upright() -> None:
    line, = audit("dL = tr(cᵀ dc)", "autoencoder").lines
    assert r"\mathrm{d}c" in line.latex


@pytest.mark.parametrize("text", [
    r"$\partial L/\partial d = \partial L/\partial c$, so $\partial L/\partial e = \alpha\,"
    r"\partial L/\partial d$.",
    "∂L/∂d = ∂L/∂c ⇒ ∂L/∂e = α ∂L/∂d", "Step 1: ∂L/∂d = ∂L/∂c\nStep 2: ∂L/∂e = α ∂L/∂d",
    "∂L/∂d = ∂L/∂c,\n∂L/∂e =\n  α ∂L/∂d."])
def test_lines_may_be_separated_in_many_ways(text: str) -> None:
    assert statuses(text, "gplvm.log_det") == ["proved", "proved"]


@over(("text", "expected"), [
    ("Let r = WᵀWx − x. Then L = ½ tr(rᵀr)\ndr = dWᵀ W x + Wᵀ dW x\nBy symmetry dL = tr(rᵀ dr)",
     ["definition", *["proved"] * 3]),
    ("r = WᵀWx − x\ndr = Wᵀ dW x\ndL = tr(rᵀ dr)\ngrad = W r xᵀ",
     ["definition", "refuted", "proved", "follows"]),
    ("% forward\ne = W*x;  % code\ndLdc = W'*e - x;\ndLdW = W*dLdc*x' + e*dLdc';", ["proved"] * 3),
    ("dc = c\nde = W @ dc\ndW = de @ x.T + W @ x @ dc.T", ["proved"] * 3),
    ("∂c = ∂Wᵀ W x + Wᵀ ∂W x\n∂L = tr(cᵀ ∂c)", ["proved"] * 2),
    ("f := ½ tr(cᵀc)\ndf = tr(cᵀ dc)", ["proved", "proved"]),
    ("L(W) = ½ tr(cᵀc)\n = tr(cᵀc)\n∇L(W) = 2 W(cxᵀ + xcᵀ)", ["proved", "refuted", "follows"]),
    ("**Step 1.** $e = Wx$\n**Step 2.** $d = W^\\top e$ (using $W$)", ["proved", "proved"]),
    ("∂L/∂W = W(cxᵀ\n + xcᵀ)", ["proved"]), ("∂L/∂W = 2\nL", ["refuted", "unreadable"]),
    ("∂L/∂W = h_bar + W\nx cᵀ", ["proved"]),
    ("( 2) dL = tr(c' dc)\n∂L/∂x = 2", ["proved", "refuted"]),
    ("dc = Wᵀ dW x (plus its transpose)", ["unreadable"])])
def test_a_derivation_is_read_in_its_natural_mess(text: str, expected: list[str]) -> None:
    assert statuses(text, "autoencoder") == expected, str(audit(text, "autoencoder"))


FORWARD = "d log|K| = tr(K dK)\ndL₁ = -D/2 tr(K dK)\n∂L₁/∂K = -D/2 K\n∂L₁/∂X = -α D K X"
MISFIT = "dL₂ = -½ tr(dK⁻¹ Y Yᵀ)\n∂L₂/∂K = K⁻¹ ∂L₂/∂r K⁻¹\n∂L₂/∂K = -½ K⁻¹YYᵀK⁻¹\n∂L₂/∂X = -α"


@pytest.mark.parametrize(("text", "of", "expected", "kind"), [
    (FORWARD, "gplvm.log_det", ["refuted", *["follows"] * 3], "missing_inverse"),
    (MISFIT + " K⁻¹YYᵀK⁻¹X", "gplvm.trace", ["proved", "refuted", "follows", "follows"], "sign"),
    ("dc = Wᵀ dW x\n∂L/∂W = W c xᵀ", "autoencoder", ["refuted", "follows"], "missing_term"),
    ("½ tr(cᵀc)\n = tr(cᵀc)", "autoencoder", ["refuted"], "factor")])
def test_a_slip_in_a_differential_or_in_terms_of_k_is_named_and_blamed_once(
        text: str, of: str, expected: list[str], kind: str) -> None:
    found = audit(text, of).lines
    assert [line.status for line in found] == expected
    assert next(line for line in found if line.findings).findings[0].kind == kind


@pytest.mark.parametrize(("text", "expected"), [
    ("J = -D/2 log|K|\ndJ = -D/2 tr(K⁻¹ dK)\n∇_X J = -α D K⁻¹X", ["proved"] * 3),
    ("Let c = X Xᵀ\n∂L/∂X = -α D (α c + β⁻¹ I)⁻¹ X", ["definition", "proved"]),
    ("Let c = αXXᵀ + β⁻¹ I\n∂L/∂X = -α D c⁻¹ X", ["proved", "proved"])])
def test_a_letter_may_stand_for_the_scalar_or_leave_a_stage(text: str, expected: list) -> None:
    assert statuses(text, "gplvm.log_det") == expected


RIDGE = derive("½‖A w − y‖² + λ/2 wᵀw", A="N×D", w="D×1", y="N×1", λ="scalar")
QUADRATIC = derive("xᵀA x + bᵀx", A="N×N", x="N×1", b="N×1")
ALIGNED = r"""\begin{align}
dL_1 &= -\tfrac D2\, d\log|K| \\ &= -\tfrac D2\operatorname{tr}(K^{-1}dK) \\
&= -\tfrac{\alpha D}2\operatorname{tr}(X^T K^{-1} dX) \\
\frac{\partial L_1}{\partial X} &= -\tfrac{\alpha D}2 K^{-1}X
\end{align}"""
CHAINED = "−½ tr(d(K⁻¹) YYᵀ) = −½ tr(K⁻¹dK K⁻¹YYᵀ)\nso ∂L₂/∂K = −½ K⁻¹YYᵀK⁻¹"
LETTER = "M = K⁻¹YYᵀ\ndM = K⁻¹dK K⁻¹YYᵀ\ndL₂ = −½ tr(dM) = −½ tr(K⁻¹dK K⁻¹YYᵀ)"


@over(("text", "of", "expected"), [
    ("dL = (Aw − y)ᵀA dw + wᵀdw\n = (Aᵀ(Aw − y) + w)ᵀ dw\n∂L/∂w = Aᵀ(Aw − y) + w", RIDGE,
     [0, None, 1]),
    ("d(λ/2 wᵀw) = wᵀdw\ndL = (Aw − y)ᵀA dw + wᵀdw\n∂L/∂w = AᵀAw + w − Aᵀy", RIDGE, [0, 1, 1]),
    ("dL = (Aw − y)ᵀA dw + wᵀdw\n∂L/∂w = Aᵀ(Aw − y) + w = AᵀAw − Ay + w", RIDGE, [0, 0]),
    ("dL = (Aw − y)ᵀA dw + wᵀdw\n∂L/∂w = Aᵀ(Aw − y) − w", RIDGE, [0, 0]),
    ("d(xᵀAx) = 2xᵀA dx\ndL = 2xᵀA dx + bᵀdx\n∇L = 2Aᵀx + b", QUADRATIC, [0, 1, 1]),
    ("∂L₁/∂K = −D/2 K⁻¹\n\\frac{\\partial L_2}{\\partial K} = −½ K⁻¹YYᵀK⁻¹\n"
     "∂L/∂K = ∂L₁/∂K + ∂L2/∂K\n∂L/∂K = −½(D K⁻¹ + K⁻¹YYᵀK⁻¹)\n∂L/∂X = −α(D K⁻¹ + K⁻¹YYᵀK⁻¹)X",
     "gplvm", [None, 0, None, 2, 2]),
    (CHAINED, "gplvm.trace", [0, 1]), (LETTER, "gplvm.trace", [None, 0, 2]),
    ("−½ tr(K⁻¹dK K⁻¹YYᵀ) = dL₂\n∂L₂/∂K = −½ K⁻¹YYᵀK⁻¹", "gplvm.trace", [0, 1]),
    (ALIGNED, "gplvm.log_det", [None, None, 0, 3]),
    ("dL = 2 cᵀ dc\n = 2 cᵀ(dWᵀ W x + Wᵀ dW x)\n∂L/∂W = 2 W(c xᵀ + x cᵀ)", "autoencoder",
     [0, None, 1])])
def test_what_follows_from_a_slip_is_told_and_is_not_blamed_again(text: str, of: object,
                                                                  expected: list) -> None:
    found = audit(text, of).lines
    assert [line.follows.line if line.follows else (0 if line.status == "refuted" else None)
            for line in found] == expected, found
    assert [bool(line.findings) for line in found] == [slip == 0 for slip in expected]


def test_a_missing_trace_is_named_where_there_are_several_columns() -> None:
    assert audit("dL = cᵀ dc\ndL = tr(cᵀ dc)", "autoencoder").lines[0].wrong == (
        "shape. A trace is missing: cᵀ dc is S×S, and the number is tr(cᵀ dc).")
    assert statuses("dL = (Aw − y)ᵀ d(Aw − y) + λ wᵀ dw", RIDGE) == ["proved"]


LOGISTIC = derive("z = X w\nL = sum(softplus(z)) − yᵀ z + λ/2 ‖w‖²", X="N×D", w="D", y="N",
                  λ="positive")
NETWORK = derive("H = tanh(X U)\nL = ½‖H W − Y‖²", X="N×D", U="D×M", W="M×K", Y="N×K")
SQUARES = derive("½‖X W − Y‖²", X="N×D", W="D×K", Y="N×K")


@over(("text", "of", "expected"), [
    ("p = 1/(1 + exp(−X w))\n∂L/∂w = Xᵀ(p − y) + λ w", LOGISTIC, ["definition", "proved"]),
    ("Let p = σ(X w), entry by entry.\n∂L/∂z = p − y", LOGISTIC,
     ["definition", "words", "proved"]),
    ("Let p = foo\n∂L/∂z = p − y", LOGISTIC, ["unreadable", "unreadable"]),
    ("p = foo(z), the guesses\n∂L/∂z = p − y\n∂L/∂p = 2\np = σ(z)\n∂L/∂z = p − y\n∂L/∂p = 1",
     LOGISTIC, [*["unreadable"] * 3, "definition", "proved", "unreadable"]),
    ("the layer: $M = foo(e)$\nH = foo\n∂L/∂W = M c\n∂L/∂W = Hᵀ c\n∂L/∂W = tanh(X U)ᵀ c", NETWORK,
     [*["unreadable"] * 4, "proved"]),
    ("Let S = x xᵀ\nL = ½ tr(WᵀW WᵀW S) − tr(WᵀW S) + ½ tr(S)", "autoencoder",
     ["definition", "proved"]),
    ("Let r = z − y\nr = z + y\n∂L/∂w = Xᵀ(σ(z) − y) + λ w", LOGISTIC,
     ["definition", "refuted", "proved"]),
    ("Let m = z − y be the error.\n∂L/∂w = Xᵀ(σ(z) − z + m) + λ w", LOGISTIC,
     ["definition", "proved"]),
    ("p = σ(z), the predicted probabilities\n∂L/∂z = p − y", LOGISTIC, ["definition", "proved"]),
    ("p = σ(z), the inverse of z\n∂L/∂z = p − y", LOGISTIC, ["unreadable", "unreadable"]),
    ("Put R = XW − Y. Then ∂L/∂W = XᵀR\nL = ½‖S‖² with S = −R", SQUARES,
     ["definition", "proved", "proved", "definition"]),
    (r"Let the residual be $\delta = XW - Y$" + "\n∂L/∂W = Xᵀδ\n∂L/∂X = δ Wᵀ", SQUARES,
     ["definition", "proved", "proved"]),
    ("∂/∂W (½ tr(WᵀXᵀXW)) = XᵀXW\n∇_W tr(WᵀXᵀY) = XᵀY\n∇_W tr(WᵀXᵀXW) = XᵀXW\n"
     r"\frac{\partial}{\partial W}\left(\frac12 \|W\|^2\right) = W" "\n∂/∂W (½‖W‖²)(½‖Y‖²) = W",
     SQUARES, ["proved", "proved", "refuted", "proved", "unreadable"]),
    ("c = H W − Y with Xe = Y\nL = ½‖c‖²", NETWORK, ["proved", "refuted", "proved"]),
    ("dL/dH = (H @ W - Y) @ W.T\ndL/de = dL/dH * (1 - H**2)", NETWORK, ["proved"] * 2),
    ("∂L/∂e = ((H W − Y) Wᵀ) ∘ (1 − H²)", NETWORK, ["proved"]),
    ("dL₂ = −½ tr(dK⁻¹ Y Yᵀ)", "gplvm", ["proved"]),
    ("S = Y Yᵀ\nL = −½ tr(K⁻¹ S)\ndL = ½ tr(K⁻¹ dK K⁻¹ S)", "gplvm.trace",
     ["definition", "proved", "proved"]),
    ("E = XW − Y, dE = X dW + dX W\n∂L/∂X = E W", SQUARES, ["definition", "proved", "refuted"]),
    ("dL = tr(Eᵀ dE), where E = X W − Y", SQUARES, ["proved", "definition"]),
    ("∂L/∂f = W c\n∂L/∂W = W c + Xᵀ c", SQUARES, ["unreadable", "refuted"]),
    ("∂L/∂e = X c\n∂L/∂W = Xᵀ X c", SQUARES, ["refuted", "follows"])])
def test_letters_of_ones_own_and_code_are_taken_as_meant(text: str, of: object,
                                                         expected: list[str]) -> None:
    assert statuses(text, of) == expected, str(audit(text, of))


GAUSSIAN = derive("−½ log|Σ| − ½ (x − μ)ᵀ Σ⁻¹ (x − μ)", x="D", μ="D", Σ="symmetric D×D")
POISSON = derive("sum(exp(X w)) − yᵀ X w", X="N×D", w="D", y="N")
BACKWARD = """A = X U
∂L/∂A = ((H W − Y) Wᵀ) ∘ (1 − H∘H)
∂L/∂U = Xᵀ ∂L/∂A"""


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("Let E = Y − XW.\n∂L/∂E = E\n∂L/∂W = −Xᵀ ∂L/∂E", SQUARES,
     ["definition", "proved", "proved"]),
    (r"$E = Y - XW$, so $\frac{dL}{dE} = 2E$" "\n" r"$\frac{dL}{dW} = -2X^\top E$", SQUARES,
     ["definition", "refuted", "follows"]),
    (BACKWARD, NETWORK, ["definition", "proved", "proved"]),
    (BACKWARD.replace("Xᵀ ∂", "X ∂"), NETWORK, ["definition", "proved", "refuted"]),
    ("Let m = exp(X w)\nL = sum(m) − yᵀ X w\n∂L/∂m = ones(N)", POISSON,
     ["definition", "proved", "proved"]),
    ("Let B = K⁻¹Y\n∂L/∂B = 1", "gplvm.trace", ["definition", "unreadable"]),
    ("Let s = xᵀA x\n∂s/∂x = 2A x\n∂L/∂x = 2A x + b", QUADRATIC,
     ["definition", "refuted", "follows"])])
def test_a_letter_of_ones_own_has_an_adjoint(text: str, of: object, expected: list[str]) -> None:
    assert statuses(text, of) == expected, str(audit(text, of))


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("Let r = WᵀWx − x\nd(WᵀW) = 2WᵀdW\ndr = 2WᵀdW x\ndL = tr(rᵀdr) = 2 tr(rᵀWᵀdW x)",
     "autoencoder", ["definition", "refuted", "follows", "follows"]),
    ("∂/∂w (½‖A w − y‖²) = Aᵀ(A w − y)\n∂/∂w (λ/2 wᵀw) = 2λ w\n∂L/∂w = Aᵀ(A w − y) + 2λ w", RIDGE,
     ["proved", "refuted", "follows"]),
    ("∂L/∂w = Aᵀ(A w − y) + 2λ w\n∂L/∂w = Aᵀ(A w − y) + 3λ w", RIDGE, ["refuted", "refuted"]),
    ("Put B = K⁻¹Y\ndB = −K⁻¹ dK Y\ndL = ½ tr(YᵀK⁻¹dK Y)\n∂L/∂K = ½ K⁻¹Y Yᵀ", "gplvm.trace",
     ["definition", "refuted", "follows", "follows"])])
def test_a_slip_in_a_part_of_the_scalar_is_blamed_once(text: str, of: object,
                                                       expected: list[str]) -> None:
    assert statuses(text, of) == expected, str(audit(text, of))


def test_the_differential_of_a_symmetric_matrix_is_symmetric() -> None:
    text = "d log|Σ| = tr(Σ⁻¹dΣ)\ntr(x μᵀdΣ) = tr(μ xᵀdΣ)\ntr(x μᵀdΣ) = tr(μ μᵀdΣ)"
    assert statuses(text, GAUSSIAN) == ["proved", "proved", "refuted"]


@pytest.mark.parametrize(("text", "expected"), [
    ("encoder: e = W x\nStep 2. Decoder: d = Wᵀe\n**Residual:** c = d − x", ["proved"] * 3),
    ("(i) First path (through h): ∂L/∂h = W c xᵀ", ["proved"]),
    ("Penalty.\nSum:\nWith r = d − x we have\n∂L/∂c = r",
     ["words", "words", "definition", "proved"]),
    ("not the gradient: ∂L/∂W = W c xᵀ", ["unreadable"]), ("c : d = tr(cᵀ d)", ["proved"]),
    ("Encoder\nLet r = d − x. Since d is square,\n∂L/∂c = r",
     ["words", "definition", "words", "proved"])])
def test_headings_say_nothing_of_the_equation_behind_them(text: str, expected: list[str]) -> None:
    assert statuses(text, "autoencoder") == expected, str(audit(text, "autoencoder"))


NORMAL = "Setting the gradient to zero gives (AᵀA + λ I) w = Aᵀy.\nw = (AᵀA + λ I)⁻¹Aᵀy"
COVARIANCE = derive("N/2 log|S| + ½ tr(S⁻¹X Xᵀ)", X="D×N", S="symmetric D×D")


@pytest.mark.parametrize(("text", "of", "expected"), [
    (NORMAL, RIDGE, ["numeric", "proved"]),
    (NORMAL.replace("+ λ I)⁻¹", "− λ I)⁻¹"), RIDGE, ["numeric", "refuted"]),
    (NORMAL.split("\n")[1], RIDGE, ["proved"]),
    ("∂L/∂w = Aᵀ(A w − y) + λ w = 0 ⇒ AᵀA w + λ w = Aᵀy", RIDGE, ["proved", "numeric"]),
    ("∇L = 0, so AᵀA w = Aᵀy\n∂L/∂w = Aᵀ(A w − y)", RIDGE, ["words", "refuted", "refuted"]),
    ("At the optimum, S = X Xᵀ/N", COVARIANCE, ["proved"])])
def test_what_holds_only_where_the_gradient_is_zero_is_not_called_wrong(
        text: str, of: object, expected: list[str]) -> None:
    assert statuses(text, of) == expected, str(audit(text, of))


def test_a_stage_that_nobody_named_is_not_what_words_say_of_its_letter() -> None:
    text = "Let p be the probabilities.\n∂L/∂z = p − y"
    assert statuses(text, LOGISTIC) == ["words", "unreadable"]
    named = derive("z = X w\np = σ(z)\nyᵀp", X="N×D", w="D", y="N")
    assert statuses("Let p be the probabilities.\n∂L/∂p = p", named) == ["words", "refuted"]
