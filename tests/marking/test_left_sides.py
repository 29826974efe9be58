"""What an answer may begin with: the derivative by a formula, and names of one's own in code."""

from tables import over

from lvmcalc import derive, mark

RIDGE = derive("½‖X w − y‖² + λ/2 ‖w‖²", X="N×D", w="D", y="N", λ="positive")
SOFTMAX = derive("1ᵀ log(exp(X W) 1) − tr(Yᵀ X W)", X="N×D", W="D×C", Y="N×C")
GAUSS = derive("N/2 log|Σ| + ½ tr(Zᵀ Σ⁻¹ Z)", Σ="symmetric D×D", Z="D×N")
NET = derive("½‖B tanh(A X) − Y‖²", A="H×D", B="C×H", X="D×N", Y="C×N")
G = "α/2 (K⁻¹YYᵀK⁻¹ − D K⁻¹)"


@over(("answer", "of", "wrt", "right"), [
    (f"∂L/∂(XXᵀ) = {G}", "gplvm", "e", True), (f"∂L/∂(XXᵀ) = 2{G}", "gplvm", "e", False),
    (rf"\frac{{\partial L}}{{\partial (XX^\top)}} = {G}", "gplvm", "e", True),
    (rf"\frac{{\partial L}}{{\partial XX^\top}} = {G}", "gplvm", "e", True),
    (rf"\nabla_{{XX^T}} L = {G}", "gplvm", "e", True),
    ("dL/d(YY^T) = -1/2 K^-1", "gplvm", "p", True), ("dL/d(YY^T) = -K^-1", "gplvm", "p", False),
    (r"\frac{\partial L}{\partial (XW)} = \exp(XW) - Y", SOFTMAX, "e", False),
    ("∂L/∂(XW) = softmax(XW) − Y", SOFTMAX, "e", True),
    ("By the chain rule ∂L/∂(XW) = P − Y, so ∂L/∂W = Xᵀ(softmax(XW) − Y)", SOFTMAX, "W", True),
    ("∂L/∂W = Xᵀ ∂L/∂(XW)", SOFTMAX, "W", True)])
def test_a_formula_below_the_line_is_the_stage_whose_value_it_is(
        answer: str, of: object, wrt: str, right: bool) -> None:
    found = mark(answer, of, wrt)
    assert (found.right, found.status != "unreadable") == (right, True), str(found)


@over(("answer", "of", "wrt", "reason"), [
    ("∂L/∂(YYᵀ) = -½K⁻¹", "gplvm", "e", "∂L/∂e is asked for, but the answer begins with ∂L/∂p ="),
    ("∂L/∂(αXXᵀ) = -½K⁻¹", "gplvm", "e", "begins with ∂L/∂d ="),
    (f"∂L/∂(XXᵀ)⁻¹ = {G}", "gplvm", "e", "a name was expected"),
    (f"∂L/∂(2XXᵀ) = {G}", "gplvm", "e", "a name was expected"),
    (f"X = 2Y. ∂L/∂(XXᵀ) = {G}", "gplvm", "e", "gives X a meaning"),
    ("dL/d(2YY^T) = -K^-1", "gplvm", "p", "Nothing can be divided by the matrix d"),
    ("∂L/∂(Xᵀ) = (softmax(XW) − Y)Wᵀ", SOFTMAX, "X", "a name was expected")])
def test_a_formula_below_the_line_that_is_no_stage_asked_for_is_unreadable(
        answer: str, of: object, wrt: str, reason: str) -> None:
    found = mark(answer, of, wrt)
    assert found.status == "unreadable"
    assert reason in found.reason
