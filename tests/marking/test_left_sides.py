"""What an answer may begin with: the derivative by a formula, and names of one's own in code."""

from tables import over

from lvmcalc import derive, mark

RIDGE = derive("½‖X w − y‖² + λ/2 ‖w‖²", X="N×D", w="D", y="N", λ="positive")
SOFTMAX = derive("1ᵀ log(exp(X W) 1) − tr(Yᵀ X W)", X="N×D", W="D×C", Y="N×C")
GAUSS = derive("N/2 log|Σ| + ½ tr(Zᵀ Σ⁻¹ Z)", Σ="symmetric D×D", Z="D×N")
NET = derive("½‖B tanh(A X) − Y‖²", A="H×D", B="C×H", X="D×N", Y="C×N")
G = "α/2 (K⁻¹YYᵀK⁻¹ − D K⁻¹)"


@over(("answer", "of", "wrt", "right"), [
    (f"∂L/∂(XXᵀ) = {G}", "gplvm", "e", True),
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


OF_W, OF_H = "X'*(X*w - y) + lambda*w", "B.T @ (B @ np.tanh(A @ X) - Y)"


@over(("answer", "of", "wrt", "wrong"), [
    (f"g = {OF_W};", RIDGE, "w", ("- y", "+ y")), (f"dW = {OF_W};", RIDGE, "w", ("- y", "+ y")),
    (f"grad_weights = {OF_W}", RIDGE, "w", ("- y", "+ y")),
    ("dlam = 0.5 * np.dot(w, w)", RIDGE, "lambda", ("0.5 * ", "")),
    ("dPrec = 0.5 * Z @ Z.T", GAUSS, "r", ("0.5", "2")),
    ("P = np.linalg.inv(Sigma); dP = 0.5 * Z @ Z.T", GAUSS, "r", ("0.5", "2")),
    (f"dH = {OF_H}", NET, "f", ("- Y", "+ Y")),
    (f"self.w.grad = {OF_W}", RIDGE, "w", ("- y", "+ y")),
    ("H = np.tanh(A @ X)\ndH = B.T @ (B @ H - Y)", NET, "f", ("- Y", "+ Y"))])
def test_a_new_name_in_code_is_what_is_asked_for(answer: str, of: object, wrt: str,
                                                 wrong: tuple[str, str]) -> None:
    assert mark(answer, of, wrt).right
    assert mark(answer.replace(*wrong), of, wrt).status == "refuted"


@over(("answer", "of", "wrt"), [
    ("g = 0.5*w'*w;", RIDGE, "w"), (f"g = {OF_W}", RIDGE, "w"), (f"dlam = {OF_W};", RIDGE, "w"),
    (f"lam_grad = {OF_W};", RIDGE, "w"), (f"dX = {OF_W};", RIDGE, "w"),
    (f"diff = {OF_W};", RIDGE, "w"), ("g = B tanh(AX) − Y", NET, "f"),
    (f"r = X*w - y; dr = {OF_W}", RIDGE, "w"), ("grad_residual = X*w - y;", RIDGE, "w"),
    ("dw = 0.5 * np.dot(w, w)", RIDGE, "lambda"), ("dSig = 0.5 * Z @ Z.T", GAUSS, "r"),
    (f"dH = {OF_H}", NET, "A"), ("H = A @ X\ndH = B.T @ (B @ np.tanh(H) - Y)", NET, "f"),
    ("H = np.tanh(A @ X)\ndH = B.T @ (B @ H - Y)", NET, "A"), (f"{OF_H} = dH", NET, "f"),
    ("dH = B dX", NET, "f"), (f"dout = {OF_H}", NET, "f"), (f"H = {OF_H}", NET, "f")])
def test_a_name_in_code_that_may_be_something_else_is_unreadable(answer: str, of: object,
                                                                 wrt: str) -> None:
    assert mark(answer, of, wrt).status == "unreadable"


OF_BETA = "(D tr(K⁻¹) − tr(K⁻¹YYᵀK⁻¹))/(2β²)"


@over(("answer", "of", "wrt", "status"), [
    (r"\begin{align*} \frac{\partial L}{\partial\beta} &= \operatorname{tr}\left(\left("
     r"\frac{\partial L}{\partial K}\right)^{\top}\frac{\partial K}{\partial \beta}\right)\\"
     f"\n&= {OF_BETA}" r"\end{align*}", "gplvm", "beta", "proved"),
    (f"∂L/∂β = −tr(∂L/∂K ∂K/∂β) = {OF_BETA}", "gplvm", "beta", "refuted"),
    (f"∂L/∂β = tr(∂L/∂K ∂K/∂α) = {OF_BETA}", "gplvm", "beta", "refuted"),
    (f"dL/dβ = ⟨dL/dK, dK/dβ⟩ = -{OF_BETA}", "gplvm", "beta", "refuted"),
    ("∂L/∂β = tr(∂L/∂K ∂K/∂β) with ∂K/∂β = −I/β²", "gplvm", "beta", "proved"),
    ("∂L/∂β = tr(∂L/∂K ∂K/∂β) with ∂K/∂β = I/β²", "gplvm", "beta", "refuted"),
    ("∂L/∂λ = ∂L/∂p ∂p/∂λ = ½‖w‖²", RIDGE, "lambda", "proved"),
    (f"∂L/∂β = ∂L/∂K ∂K/∂β = {OF_BETA}", "gplvm", "beta", "unreadable"),
    ("∂L/∂β = tr(∂L/∂K ∂K/∂β)", "gplvm", "beta", "unreadable"),
    ("∂L/∂β = ∂L₁/∂β + ∂L₂/∂β", "gplvm", "beta", "unreadable"),
    ("∂L₁/∂β = -D/2 tr(K⁻¹ ∂K/∂β), ∂L₂/∂β = 0, ∂L/∂β = ∂L₁/∂β + ∂L₂/∂β", "gplvm", "beta",
     "unreadable"),
    ("∂L/∂X = ∂L/∂K ∂K/∂X = α(K⁻¹YYᵀK⁻¹ − D K⁻¹)X", "gplvm", "X", "unreadable")])
def test_a_chain_rule_with_a_derivative_by_a_number_is_checked_where_it_goes_on(
        answer: str, of: object, wrt: str, status: str) -> None:
    assert mark(answer, of, wrt).status == status


P_NK = (r", \quad p_{nk}=\frac{\exp(\mathbf w_k^\top\mathbf x_n)}"
        r"{\sum_j\exp(\mathbf w_j^\top\mathbf x_n)}")


@over(("answer", "status", "remark"), [
    (r"\frac{\partial L}{\partial \mathbf w_k}=\sum_n (p_{nk}-y_{nk})\mathbf x_n" + P_NK, "proved",
     "w_j and w_k are read as columns. The answer is read as a column of ∂L/∂W."),
    (r"\frac{\partial L}{\partial \mathbf w_k}=\sum_n (y_{nk}-p_{nk})\mathbf x_n" + P_NK, "refuted",
     "w_j and w_k are read as columns."),
    ("∂L/∂w_k = Σ_n (softmax(XW)_nk − y_nk) x_n", "proved", "read as a column of ∂L/∂W."),
    ("∂L/∂w_k = Σ_n w_k (w_kᵀ x_n)", "unreadable", "")])
def test_a_vector_with_an_index_is_a_row_or_a_column(answer: str, status: str, remark: str) -> None:
    found = mark(answer, SOFTMAX, "W")
    assert found.status == status, str(found)
    assert remark in found.remark


@over(("answer", "found"), [
    (r"\frac{\partial L}{\partial f} = B^{\top}(Bf - Y)", "proved"), ("B(Bf − Y)", "refuted"),
    ("B Xmean (f)", "unreadable"),
    ("half of Bᵀ(Bf − Y) + f", "Beside the formula stands `half`, which is not understood"),
    ("If B = I, it is Bᵀ(Bf − Y)", "Beside the formula stands `If`, which is not understood")])
def test_letters_side_by_side_are_no_word_if_no_word_is_spelled_so(answer: str, found: str) -> None:
    told = mark(answer, NET, "f")
    assert found in (told.status, told.reason.partition(":")[0]), str(told)


@over(("answer", "of", "wrt", "status"), [
    (r"\nabla_W \tfrac12\|W^\top W x - x\|_F^2 = W((W^\top Wx-x)x^\top + x(W^\top Wx-x)^\top)",
     "autoencoder", "W", "proved"),
    (r"\nabla_W \|W^\top W x - x\|_F^2 = W((W^\top Wx-x)x^\top + x(W^\top Wx-x)^\top)",
     "autoencoder", "W", "unreadable"),
    (r"\frac{\partial}{\partial Z} \tfrac12\operatorname{tr}(Z^\top\Sigma^{-1}Z) = \Sigma^{-1}Z",
     GAUSS, "Z", "proved"),
    (r"\frac{\partial}{\partial Z} \tfrac12\operatorname{tr}(Z^\top\Sigma^{-1}Z) = 2\Sigma^{-1}Z",
     GAUSS, "Z", "refuted"),
    ("∇_w L = ∇_w ½‖Xw − y‖² + ∇_w λ/2 ‖w‖² = Xᵀ(Xw − y) + λw", RIDGE, "w", "proved"),
    ("∇_w L = ∇_w ½‖Xw − y‖² + ∇_w λ/2 ‖w‖² = Xᵀ(Xw − y) − λw", RIDGE, "w", "refuted"),
    (r"\nabla_W L = \nabla_g L + \nabla_h L = W x c^\top + W c x^\top", "autoencoder", "W",
     "proved"),
    ("∇_w L = ∇_w ‖Xw − y‖² + ∇_w λ/2 ‖w‖² = Xᵀ(Xw − y) + λw", RIDGE, "w", "unreadable"),
    ("∂/∂Σ ½ tr(ZᵀΣ⁻¹Z) = −½ Σ⁻¹ZZᵀΣ⁻¹", GAUSS, "Sigma", "unreadable"),
    ("∇_w ½‖Xw − y‖² = Xᵀ(Xw − y)", RIDGE, "w", "unreadable"),
    ("∇_y ½‖Xw − y‖² = y − Xw", RIDGE, "y", "proved"),
    ("∇ ½‖Xw − y‖² = y − Xw", RIDGE, "y", "proved"),
    ("∇ ½‖Xw + y‖² = y − Xw", RIDGE, "y", "unreadable"),
    ("d/dy norm2(X*w-y)^2/2 = y - X*w", RIDGE, "y", "proved"),
    (r"\frac{\partial\,\operatorname{tr}(Z^\top\Sigma^{-1}Z)/2}{\partial Z} = \Sigma^{-1}Z", GAUSS,
     "Z", "proved"),
    ("∂(½‖Xw − y‖²)/∂y = y − Xw", RIDGE, "y", "proved"),
    ("∂(½‖Xw − y‖²)/∂w = y − Xw", RIDGE, "y", "unreadable"),
    ("∇_w L = Xᵀ(Xw − y) + λw", RIDGE, "w", "proved"),
    (r"\nabla_{w} \mathcal{L} = X^T(Xw - y) + λ w", RIDGE, "w", "proved")])
def test_what_is_differentiated_is_the_loss_or_its_terms_with_the_variable(
        answer: str, of: object, wrt: str, status: str) -> None:
    found = mark(answer, of, wrt)
    assert found.status == status, str(found)


def test_a_name_for_the_gradient_asked_for_is_that_of_no_other() -> None:
    found = mark("h = W @ x\nr = W.T @ h - x\ngrad_W = h @ r.T", "autoencoder", "W")
    assert found.findings[0].kind == "missing_path"  # though ∂L/∂g is right


@over(("answer", "status"), [
    (r"\frac{\partial J}{\partial w^\top} = (Xw-y)^\top X + \lambda w^\top", "proved"),
    (r"\left(\frac{\partial J}{\partial w}\right)^\top = (Xw-y)^\top X + \lambda w^\top", "proved"),
    ("∂J/∂wᵀ = (Xw − y)ᵀX − λwᵀ", "refuted"),
    ("∂J/∂wᵀ = Xᵀ(Xw − y) + λw", "unreadable"), ("∂J/∂yᵀ = (Xw − y)ᵀX + λwᵀ", "unreadable")])
def test_the_derivative_by_a_row_is_a_row(answer: str, status: str) -> None:
    assert mark(answer, RIDGE, "w").status == status, str(mark(answer, RIDGE, "w"))


@over(("left", "status"), [
    ("∂/∂X", "proved"), (r"\frac{\partial}{\partial X}", "proved"), ("d/dX", "proved"),
    (r"\frac{\partial \ln|X^TX|}{\partial X}", "proved"), ("∂ log|XᵀX|/∂X", "proved"),
    ("∂/∂h", "unreadable"), (r"\frac{\partial \ln|XX^T|}{\partial X}", "unreadable")])
def test_an_operator_alone_and_bars_above_the_line_are_a_left_side(left: str, status: str) -> None:
    volume = derive("log det(XᵀX)", X="N×D")
    assert mark(f"{left} = 2X(XᵀX)⁻¹", volume, "X").status == status
