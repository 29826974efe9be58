"""Answers with remarks, steps and sources beside them: none of them changes what is read."""

import pytest
from tables import over

from lvmcalc import derive, mark
from lvmcalc.notation.tokens import quoted

GAUSS = derive("N/2 log|Σ| + ½ tr(Zᵀ Σ⁻¹ Z)", Σ="symmetric D×D", Z="D×N")
LOGISTIC = derive("1ᵀ log(1 + exp(X w)) − yᵀ X w + λ/2 ‖w‖²", X="N×D", w="D", y="N",
                  λ="positive")
SOFTMAX = derive("1ᵀ log(exp(X W) 1) − tr(Yᵀ X W)", X="N×D", W="D×C", Y="N×C")
RIDGE = derive("½‖X w − y‖² + λ/2 ‖w‖²", X="N×D", w="D", y="N", λ="positive")


@pytest.mark.parametrize(("left", "of", "right"), [
    ("∂L/∂K⁻¹", "gplvm", "-½YYᵀ"), ("dL/dK^-1", "gplvm", "-½YYᵀ"), ("∂L/∂(K⁻¹)", "gplvm", "-½YYᵀ"),
    (r"\partial L/\partial K^{-1}", "gplvm", "-½YYᵀ"), ("∂L/∂Σ⁻¹", GAUSS, "½ZZᵀ"),
    (r"\frac{\partial L}{\partial \mathbf{K}^{-1}}", "gplvm", "-½YYᵀ")])
def test_a_power_behind_the_letter_below_belongs_to_the_letter(left: str, of: object,
                                                               right: str) -> None:
    assert mark(f"{left} = {right}", of, "r").right
    assert mark(f"{left} = {right.replace('½', '')}", of, "r").status == "refuted"


@pytest.mark.parametrize("answer", [
    "∂L/∂Y² = -K⁻¹Y", "∂L/∂X⁻¹ = -½YYᵀ", "K = XXᵀ. ∂L/∂K⁻¹ = -½YYᵀ"])
def test_a_power_below_that_is_no_stage_is_unreadable(answer: str) -> None:
    assert "stands below the line" in mark(answer, "gplvm", "r").reason


RIGHT = "Xᵀ(Xw − y) + λw"


@pytest.mark.parametrize("words", [
    "By the chain rule (see Bishop, 2006), {}", "From Bishop et al. (2006), {}",
    "{}. Setting it to zero would give the ridge estimator.",
    "{}. The factor 1/2 cancels with the 2 from the square.",
    "The gradient is:\n\n$${}$$\n\nLet me know if you would like a numerical check!",
    "Since w is used twice, add both contributions: {}",
    "To differentiate $L(w) = ½‖Xw − y‖² + λ/2 ‖w‖²$, take each term:\n1. **Data term:** "
    "$Xᵀ(Xw − y)$\n\nCombining both terms:\n\n$$∂L/∂w = {}$$",
    "Step 1: dL = (Xw − y)ᵀX dw + λwᵀdw\nAnswer: ∂L/∂w = {}"])
def test_remarks_that_change_nothing_are_left_out(words: str) -> None:
    assert mark(words.format(RIGHT), RIDGE, "w").right
    assert mark(words.format(RIGHT.replace("−", "+")), RIDGE, "w").status == "refuted"


def test_the_gradient_itself_stands_behind_an_optimum() -> None:
    text = "∇f(w) = (XᵀX + λI)w − Xᵀy = 0 ⟹ w* = (XᵀX + λI)⁻¹Xᵀy\nso the gradient itself is {}"
    assert mark(text.format(RIGHT), RIDGE, "w").right
    assert mark(text.format(RIGHT.replace("−", "+")), RIDGE, "w").status == "refuted"


@pytest.mark.parametrize("words", [
    "{}. Setting λ to zero gives the estimator.", "{} (up to the trace)",
    "{}. Let me know if λ is 0.", "{} (from λ)", "{}. The factor λ cancels.",
    "Suppose that X = I.\nAnswer: ∂L/∂w = {}", "With λ = 1:\nAnswer: ∂L/∂w = {}",
    "We maximise minus L.\nAnswer: ∂L/∂w = {}", "With half the data term:\nResult: ∂L/∂w = {}",
    "The gradient of the negative log-likelihood is {}", "gradient of the mean loss: {}",
    "The gradient of half the loss with respect to w is {}",
    "{}, because XX is symmetric", "{}, as X − Xᵀ is symmetric", "{} (a $D×N$ matrix)",
    "With λ = 1, the gradient is {}", "Writing λ for 1, the gradient is {}",
    "{} (transposed)", "Step 1: X = 2w.\nFinal answer: ∂L/∂w = {}", "Answer: ∂L/∂y = {}"])
def test_remarks_that_may_change_something_are_not(words: str) -> None:
    assert mark(words.format(RIGHT), RIDGE, "w").status == "unreadable"


@pytest.mark.parametrize(("answer", "of", "wrt", "wrong"), [
    ("Let p = σ(Xw). ∂L/∂w = Xᵀ(p − y) + λw", LOGISTIC, "w", ("− y", "+ y")),
    ("X^T (p - y) + lambda w, where p = 1/(1 + exp(-Xw)) elementwise", LOGISTIC, "w",
     ("- y", "+ y")),
    ("X'(p - y) + lambda w with p = exp(Xw)/(1 + exp(Xw)) elementwise", LOGISTIC, "w",
     ("- y", "+ y")),
    (r"With $S = \text{softmax}(XW)$ along rows, $$\frac{\partial L}{\partial W} = X^T(S - Y)$$",
     SOFTMAX, "W", ("- Y", "+ Y")),
    (r"$X^T(P - Y)$ with $P = \text{softmax}(XW)$ the matrix of predicted probabilities.", SOFTMAX,
     "W", ("- Y", "+ Y")),
    ("With P the row-wise softmax of XW: dL/dX = (P − Y)Wᵀ", SOFTMAX, "X", ("− Y", "+ Y")),
    ("(WᵀW − I)² x, because WᵀW − I is symmetric.", "autoencoder", "x", ("I)²", "2I)²")),
    (r"$(Xw − y)w^\top$ (an $N\times D$ matrix, like $X$)", RIDGE, "X", ("− y", "+ y")),
    ("The gradient is 2α G X, where G = ∂L/∂K = ½(K⁻¹YYᵀK⁻¹ − D K⁻¹) is symmetric.", "gplvm", "X",
     ()),
    ("−K⁻¹Y (symmetric K, so the two contributions are equal and cancel the ½)", "gplvm", "Y",
     ("−", "+")),
    ("L₁ = −(D/2) q, so ∂L/∂q = −D/2", "gplvm", "q", ("= −D", "= D")),
    ("$$\n\\frac{\\partial L}{\\partial\\beta} = -\\frac{1}{\\beta^2}\\mathrm{tr}(\\frac{\\partial "
     "L}{\\partial K}),\\qquad \\frac{\\partial L}{\\partial K} = \\frac12(K^{-1}YY^\\top K^{-1} - "
     "DK^{-1})\n$$", "gplvm", "beta", ()),
    ("import scipy.linalg as sla\ncf = sla.cho_factor(K)\ndY = -sla.cho_solve(cf, Y)", "gplvm",
     "Y", ("-sla", "sla")),
    ("def gradient(X, Y):\n    Ki = np.linalg.inv(K)\n    G = Ki @ Y @ Y.T @ Ki - D * Ki  # twice "
     "dL/dK\n    return alpha * G @ X", "gplvm", "X", ())])
def test_what_stands_beside_a_formula_is_read_or_passed_over(answer: str, of: object, wrt: str,
                                                             wrong: tuple[str, ...]) -> None:
    assert mark(answer, of, wrt).right
    assert not wrong or mark(answer.replace(*wrong), of, wrt).status == "refuted"


def test_a_name_that_is_given_to_what_it_is_not_is_unreadable() -> None:
    assert mark("2α G X, where G = ∂L/∂K = K⁻¹YYᵀK⁻¹ − D K⁻¹ is symmetric.", "gplvm",
                "X").status == "unreadable"


@over("answer", [
    "X^T (p - y) + lambda w elementwise, where p = 1/(1 + exp(-Xw))",
    "X'(p - y) + lambda w with p = X w elementwise",
    "X'(p - y) + lambda w with p = exp(Xw)exp(Xw)/(1 + exp(Xw)) elementwise"])
def test_a_product_that_is_called_elementwise_is_unreadable(answer: str) -> None:
    assert mark(answer, LOGISTIC, "w").status == "unreadable"


@pytest.mark.parametrize("sigmoid", ["σ(-Xw)", "1/(1 + exp(Xw))", "exp(-Xw)/(1 + exp(-Xw))"])
def test_a_sigmoid_with_the_wrong_sign_is_named(sigmoid: str) -> None:
    found, = mark(f"Xᵀ({sigmoid} − y) + λw", LOGISTIC, "w").findings
    assert found.kind == "sign"
    assert found.sentence in ("The sign of X w is wrong in the answer.",
                              "The sign of -X w is wrong in the answer.")


def test_a_new_line_that_is_quoted_is_a_space() -> None:
    assert quoted("\nK\tX\x00") == "K X�"


@over(("remark", "status"), [
    (" and T² is elementwise", "proved"), (" and T^2 is elementwise", "proved"),
    (" and T is elementwise", "unreadable"), (" and T² is a product", "unreadable")])
def test_a_square_that_is_called_elementwise_is_so(remark: str, status: str) -> None:
    net = derive("½‖B tanh(A X) − Y‖²", A="N×N", B="N×N", X="N×N", Y="N×N")
    answer = "((Bᵀ(BT − Y)) ⊙ (1 − T²)) Xᵀ, where T = tanh(AX)"
    assert mark(answer + remark, net, "A").status == status
