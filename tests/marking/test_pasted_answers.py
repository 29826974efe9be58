"""Answers as they are pasted from code, chats and other programs: right, or honestly unreadable."""

import re

import pytest
from tables import over

from lvmcalc import derive, mark
from lvmcalc.auditing import audit

RIDGE = derive("½‖A w − y‖² + λ/2 wᵀw", A="N×D", w="D×1", y="N×1", λ="scalar")
SOFTMAX = derive("1ᵀ log(exp(X W) 1) − tr(Yᵀ X W)", X="N×D", W="D×C", Y="N×C")
LAYER = derive("½‖X W + 1 bᵀ − Y‖²", X="N×D", W="D×C", b="C", Y="N×C")
LOGISTIC = derive("sum(softplus(X w)) − yᵀX w", X="N×D", w="D", y="N")
NET = derive("½‖tanh(X W) v − y‖²", X="N×D", W="D×H", v="H", y="N")
BINARY = derive("½ sum(M ∘ (U Vᵀ − R) ∘ (U Vᵀ − R))", M="N×D", U="N×Q", V="D×Q", R="N×D")


def check(answer: str, of: object, wrt: str, wrong: tuple[str, str]) -> None:
    """Compare the marks of a right answer and of a wrong one."""
    assert answer.count(wrong[0]) >= 1
    assert mark(answer, of, wrt).right, str(mark(answer, of, wrt))
    assert mark(answer.replace(*wrong), of, wrt).status == "refuted"


@pytest.mark.parametrize("answer", [
    'def grad(A: np.ndarray, w) -> np.ndarray:\n    """\n    The gradient.\n    """\n'
    "    r = A @ w - y\n    return A.T @ r + lam * w",
    "function [g] = gradw(A, w, y, lambda)\nr = A*w - y;\ng = A'*r + lambda * w;\nend",
    "g = @(w) A'*(A*w - y) + lambda * w", "w -> A'*(A*w - y) + λ * w",
    "∇f(w) = A'*(A*w .- y) .+ λ * w", "f(w) = A'*(A*w - y) + λ * w"])
def test_a_whole_function_in_any_language_is_read(answer: str) -> None:
    check(answer, RIDGE, "w", (" * w", " * 2 * w"))


@pytest.mark.parametrize("answer", [
    r"A^\top(\hat y - y) + \lambda w \quad\text{where } \hat{y} = Aw", "Aᵀ(ŷ − y) + λw, ŷ = Aw",
    r"Let $\hat{\mathbf{y}} = Aw$. Then $A^\top(\mathbf{\hat y} - y) + \lambda w$",
    r"with \tilde y = Aw - y: A^T\tilde y + \lambda w"])
def test_a_letter_with_an_accent_is_another_letter(answer: str) -> None:
    assert mark(answer, RIDGE, "w").right
    assert mark(answer.replace("= Aw", "= 2Aw"), RIDGE, "w").status == "refuted"


@pytest.mark.parametrize(("answer", "of", "wrt"), [
    ("∂L/∂w_j = Σ_i (Σ_k A_ik w_k − y_i) A_ij + λ w_j", RIDGE, "w"),
    (r"\frac{\partial L}{\partial w_j} = [A^T(Aw - y)]_j + \lambda w_j", RIDGE, "w"),
    ("[∂L/∂A]_{ij} = (Aw − y)_i w_j", RIDGE, "A"),
    ("∂L/∂u_i = Σ_j m_ij (u_iᵀv_j − r_ij) v_j", BINARY, "U"),
    (r"\sum_i(\hat y_i - y_i) x_i, \hat y_i = \sigma(x_i^T w)", LOGISTIC, "w"),
    ("dL/da_i = (a_iᵀw − y_i) w", RIDGE, "A"),
    (r"\partial L/\partial W_{dh} = \sum_n X_{nd} r_n v_h (1 - H_{nh}^2),\quad "
     r"H = \tanh(XW),\ r = Hv - y", NET, "W"),
    (r"\frac{\partial L}{\partial Y_{nd}} = -(K^{-1}Y)_{nd}", "gplvm", "Y")])
def test_an_answer_for_one_entry_or_row_is_one_for_all(answer: str, of: object, wrt: str) -> None:
    check(answer, of, wrt, (" = ", " = 2 ") if "quad" not in answer else ("1 -", "1 +"))


def test_an_entry_of_something_else_is_not_what_is_asked_for() -> None:
    assert mark("∂L/∂y_i = y_i − (Aw)_i", RIDGE, "w").status == "unreadable"


@pytest.mark.parametrize(("answer", "of", "wrt", "wrong"), [
    ("Transpose[A] . (A.w - y) + \\[Lambda] w", RIDGE, "w", ("+", "-")),
    (r"\hat{y} = Aw;\quad \nabla_w = A^H(\hat{y}-y)+\lambda w", RIDGE, "w", ("-y", "+y")),
    (r"$\underline{A}^T(A\vec w-\vec{y})+\lambda\vec{w} \in \mathbb{R}^D$", RIDGE, "w", ("-", "+")),
    ("A.conj().T @ (A @ w - y) + lambda_param * w", RIDGE, "w", ("- y", "+ y")),
    (r"\sum_{i=1}^N\left(w^Ta^{(i)}-y^{(i)}\right)a^{(i)} + \lambda w", RIDGE, "w", ("-y", "+y")),
    (r"\partial L/\partial w_j=\sum_i\left(w^Ta^{(i)}-y^{(i)}\right)a_j^{(i)} + \lambda w_j", RIDGE,
     "w", ("-y", "+y")),
    (r"\frac{\partial L}{\partial \mathbf{a}_i} = (\mathbf{a}_i^T w - y_i) w", RIDGE, "A",
     ("- y", "+ y")),
    (r"\delta_2 = Hv-y, \nabla_W L = X^T(\delta_2v^T\odot(1-H^2)), \quad H=\tanh(XW)", NET, "W",
     ("-y", "+y")),
    (r"H=\tanh(XW), \quad \delta_1 = Hv-y, \quad \nabla_v L = H^\top\delta_1", NET, "v",
     ("-y", "+y")),
    ("G = (K \\ Y) * (K \\ Y)' - D * inv(K)\ndX = α * G * X", "gplvm", "X", ("- D", "+ D")),
    (r"J = \frac12\|Aw-y\|^2 + \frac\lambda2\|w\|^2 \implies \nabla_w J = A^T(Aw-y)+\lambda w",
     RIDGE, "w", ("(Aw-y)", "(Aw+y)")),
    (r"{2\over 2} A^T(Aw - y) + {\lambda w\over 1}", RIDGE, "w", ("- y", "+ y")),
    ("A\\[Transpose].(A.w - y) + \\[Lambda] w", RIDGE, "w", ("- y", "+ y")),
    ("X' * (logistic.(X*w) - y)", LOGISTIC, "w", ("- y", "+ y")),
    ("tf.linalg.matvec(A, tf.linalg.matvec(A, w) - y, transpose_a=True) + lam * w", RIDGE, "w",
     ("- y", "+ y")),
    (r"\delta^{(1)} = Aw - y,\ \nabla_w L = A^T\delta^{(1)} + \lambda w", RIDGE, "w",
     ("- y", "+ y")),
    (r"\frac{\partial\text{MSE}}{\partial w} = A^T(Aw - y) + \lambda w", RIDGE, "w",
     ("- y", "+ y")),
    ("∇Loss(w) = Aᵀ(Aw − y) + λw", RIDGE, "w", ("− y", "+ y")),
    ("dNLL/dw = A'*(A*w - y) + lambda*w", RIDGE, "w", ("- y", "+ y")),
    ("∂L/∂wⱼ = [Aᵀ(Aw − y)]ⱼ + λwⱼ", RIDGE, "w", ("− y", "+ y")),
    (r"\partial_y \tfrac12\|Aw - y\|^2 = y - Aw", RIDGE, "y", ("= y", "= 2y")),
    ("LinearAlgebra:-Transpose(A).(A.w - y) + lambda*w", RIDGE, "w", ("- y", "+ y")),
    ("A^%T.(A.w - y) + lambda*w", RIDGE, "w", ("- y", "+ y")),
    ("$ nabla_(bold(w)) J = bold(A)^top (bold(A) bold(w) - y) + lambda bold(w) $", RIDGE, "w",
     ("- y", "+ y")),
    ("$ (partial J)/(partial bold(w)) = A^T (A w - y) + lambda w $", RIDGE, "w", ("- y", "+ y")),
    ("nabla f(w) = sum_(i=1)^n (a_i^T w - y_i) a_i + lambda w", RIDGE, "w", ("- y", "+ y")),
    ("**∇J(w)** = Aᵀ(Aw − y) + λw", RIDGE, "w", ("− y", "+ y")),
    ("A.transpose(0, 1).mm(A.mm(w) - y) + lam * w", RIDGE, "w", ("- y", "+ y")),
    ("X'*(exp(X*w)./(vector(1)+exp(X*w)))-X'*y", LOGISTIC, "w", ("-X'", "+X'")),
    ("X'*((matrix(1)-tanh(X*W).^2).*((tanh(X*W)*v-y)*v'))", NET, "W", ("-y", "+y")),
    ("α (Inverse[K].Y.Transpose[Y].Inverse[K] - D Inverse[K]).X", "gplvm", "X", ("α", "2 α")),
    ("sum(X*W .+ b' .- Y, dims=1)'", LAYER, "b", ("- Y", "+ Y")),
    ("vec(sum(X*W .+ b' .- Y; dims=1))", LAYER, "b", ("- Y", "+ Y")),
    ("colSums(sweep(X %*% W, 2, b, '+') - Y)", LAYER, "b", ("- Y", "+ Y")),
    ("E <- exp(X %*% W)\nt(X) %*% (sweep(E, 1, rowSums(E), '/') - Y)", SOFTMAX, "W",
     ("- Y", "+ Y")),
    ("(X @ W + b - Y).sum(0, keepdims=True).T", LAYER, "b", ("- Y", "+ Y")),
    ("X.shape[0] * (X @ W + b - Y).mean(dim=0)", LAYER, "b", ("- Y", "+ Y")),
    ("X.mT @ ((X @ W).softmax(-1) - Y)", SOFTMAX, "W", ("- Y", "+ Y")),
    ("(A @ w - y).unsqueeze(1) * w[None, :]", RIDGE, "A", ("- y", "+ y")),
    ("P = np.exp(X @ W)\ns = P.sum(axis=1, keepdims=True)\nX.T @ (P / s - Y)", SOFTMAX, "W",
     ("- Y", "+ Y")),
    ("P = exp(X*W - max(X*W, [], 2)); P = P ./ sum(P, 2); X'*(P - Y);", SOFTMAX, "W",
     ("- Y", "+ Y")),
    ("X.T @ (np.exp(F.log_softmax(X @ W, dim=1)) - Y)", SOFTMAX, "W", ("- Y", "+ Y")),
    ("P = np.exp(X @ W - logsumexp(X @ W, axis=1, keepdims=True))\nX.T @ (P - Y)", SOFTMAX, "W",
     ("- Y", "+ Y")),
    ("n, d = A.shape\nr, H = A.T @ y, A.T @ A + lam * np.eye(d)\nH @ w - r", RIDGE, "w",
     ("- r", "+ r")),
    (r"\alpha(K^{-1}YY^\top - D\,\mathbb{1})K^{-1}X", "gplvm", "X", ("- D", "+ D")),
    ("α(K⁻¹YYᵀ − D 𝟙_N)K⁻¹X", "gplvm", "X", ("− D", "+ D")),
    (r"(XW + 𝟙 b^T - Y)^T \mathbb 1", LAYER, "b", ("- Y", "+ Y")),
    ("Xᵀ(diag(tanh(XW)v − y)(1 − tanh²(XW))diag(v))", NET, "W", ("− y", "+ y")),
    ("F = cholesky(Hermitian(K))\nA = F \\ Y\nα * (A * A' * X - D * (F \\ X))", "gplvm", "X",
     ("- D", "+ D")),
    ("K = α*X*X' + LinearAlgebra.I/β\nF = cholesky(K)\ndY = -(F \\ Y)", "gplvm", "Y", ("-(", "(")),
    ("c, low = cho_factor(K)\nreturn -cho_solve((c, low), Y)", "gplvm", "Y", ("-cho", "cho"))])
def test_signs_and_code_of_other_programs_are_read(answer: str, of: object, wrt: str,
                                        wrong: tuple[str, str]) -> None:
    check(answer, of, wrt, wrong)


HELPERS = ["def f(z):\n    return 1. / (1. + np.exp(-z))\n\n",
           "f = lambda z: 1/(1 + np.exp(-z))\n",
           "def f(z):\n    e = np.exp(z)\n    return e / (1 + e)\n"]


@pytest.mark.parametrize("helper", HELPERS)
def test_a_function_of_ones_own_stands_for_its_formula(helper: str) -> None:
    check(helper + "grad = X.T @ (f(X @ w) - y)", LOGISTIC, "w", ("- y", "+ y"))
    assert mark("f = lambda z: f(z)\ngrad = X.T @ (f(X @ w) - y)", LOGISTIC,
                "w").status == "unreadable"


SHIFTED = ("Z = X @ W\nZ = Z - {}\nE = np.exp(Z)\n"
           "X.T @ (E / E.sum(axis=1, keepdims=True) - Y)")


@pytest.mark.parametrize("largest", ["Z.max(axis=1, keepdims=True)", "np.max(Z)",
                                     "torch.max(Z, dim=1, keepdim=True).values",
                                     "np.amax(Z, 1)[:, None]"])
def test_what_is_subtracted_in_a_softmax_changes_nothing_and_it_is_said(largest: str) -> None:
    found = mark(SHIFTED.format(largest), SOFTMAX, "W")
    assert found.right
    assert "What is subtracted from each row of a softmax changes nothing." in str(found)


@pytest.mark.parametrize("answer", [
    SHIFTED.format("Z.max(axis=0, keepdims=True)"), "X.T @ (X @ W)[:, None]",
    "Z = X @ W\nX.T @ (np.exp(Z - np.max(Z)) - Y)", "max(X W)", "np.max(X @ W) * W"])
def test_a_largest_entry_that_does_not_cancel_is_unreadable(answer: str) -> None:
    found = mark(answer, SOFTMAX, "W")
    assert found.status == "unreadable"
    assert ("each column is subtracted, but the exponentials of each row" in str(found)) == (
        "axis=0" in answer)


@pytest.mark.parametrize("words", [
    "I got {}", "the answer is {}", "So the gradient is {}, right?", "I think it should be {}",
    "i think its {}", "Is it {}?", "I'm pretty sure it's {}", "∂L/∂w ends up being {}",
    "Here's the result:\n\n{}", "Sure! The gradient with respect to w is {}. Hope this helps!",
    "For w we get {}", "not sure, but maybe {}", "{} by the chain rule",
    "3a) By the chain rule, ${}$", "**Answer:** ${}$ (here $I$ is the $N\\times N$ identity)",
    ">>> c = A @ w - y\n>>> A.T @ c + lam * w"])
def test_words_that_say_nothing_are_left_out(words: str) -> None:
    assert mark(words.format("Aᵀ(Aw − y) + λw"), RIDGE, "w").right


@pytest.mark.parametrize("words", [
    "it is not {}", "minus {}", "half of {}", "it isn't {}", "{}, I think not", "{}!",
    "twice what I got, {}", "The gradient with respect to θ is {}",
    "it is roughly {}", "the transpose of {}", "{} where $I$ is the negative identity"])
def test_words_that_say_something_are_never_left_out(words: str) -> None:
    assert mark(words.format("Aᵀ(Aw − y) + λw"), RIDGE, "w").status == "unreadable"


@pytest.mark.parametrize(("lines", "wrong"), [
    ("Let ŷ = A w.\n∂L/∂w = Aᵀ(ŷ − y) + λ w", "ŷ − y"),
    ("r = A w - y\n\\partial L/\\partial w_j = \\sum_i r_i A_{ij} + \\lambda w_j", "+"),
    ("r_i = Σ_j A_ij w_j − y_i\n∂L/∂A_ij = r_i w_j", "− y")])
def test_accents_and_entries_are_read_in_a_derivation(lines: str, wrong: str) -> None:
    assert [line.status for line in audit(lines, RIDGE).lines] == ["definition", "proved"]
    changed = lines.replace(wrong, "-" if wrong == "+" else wrong.replace("−", "+"))
    assert audit(changed, RIDGE).lines[1].status == "refuted"


def test_a_space_behind_the_d_of_a_differential_makes_it_no_product() -> None:
    first, second = audit("d K⁻¹ = −K⁻¹ dK K⁻¹\nd K⁻¹ = K⁻¹ dK K⁻¹", "gplvm").lines
    assert (first.status, second.status) == ("proved", "refuted")


def test_a_sign_for_ones_and_for_the_identity_is_not_refuted_where_neither_fits() -> None:
    assert "Neither ones" in mark(r"\mathbb{1} K⁻¹X + Xᵀ 𝟙", "gplvm", "X").reason


@pytest.mark.parametrize("name", [
    "d_w", "g_w", "gw", "L_w", r"\nabla_w", r"\nabla_{\mathbf w}", "∇w", "grad J(w)",
    r"dJ = \left[(Aw-y)^\top A + λ w^\top\right] dw \;\Rightarrow\; \nabla J"])
def test_what_an_answer_may_be_called(name: str) -> None:
    check(f"{name} = Aᵀ(Aw − y) + λw", RIDGE, "w", ("− y)", "+ y)"))


@pytest.mark.parametrize("name", ["d_A", "g_A", "L_A", r"\nabla_A", "∇A", "grad J(A)", "J_w"])
def test_a_name_of_another_gradient_is_not_dropped(name: str) -> None:
    assert mark(f"{name} = Aᵀ(Aw − y) + λw", RIDGE, "w").status == "unreadable"


@pytest.mark.parametrize("answer", [
    "Aᵀ(Aw − y) + λw = 0", r"\nabla_w L = Aᵀ(Aw − y) + λw = \mathbf{0}.",
    r"Aᵀ(Aw − y) + λw \overset{!}{=} 0", r"$\nabla_w L \stackrel{!}{=} 0$", "Aᵀ(Aw + y) + λw =! 0"])
def test_a_condition_behind_an_answer_is_no_part_of_it(answer: str) -> None:
    assert "0` is a condition" in mark(answer, RIDGE, "w").reason


def test_a_letter_may_be_defined_in_a_later_row() -> None:
    check("3a) By the chain rule,\n$$\\nabla_w L = G w - A^T y, \\quad G = A^T A + λ I$$",
          RIDGE, "w", ("- A", "+ A"))
    check(r"\begin{aligned} \nabla_w L &= A^\top R + λ w, \\ R &= A w - y \end{aligned}",
          RIDGE, "w", ("- y", "+ y"))


@pytest.mark.parametrize("answer", [
    "alpha * (Kinv @ Y @ Y.T @ Kinv - D * Kinv) @ X",
    "alpha * (K_inv.dot(Y).dot(Y.T).dot(K_inv) - D * K_inv).dot(X)",
    "B = Kinv @ Y\nalpha * (B @ B.T - D * Kinv) @ X", "α(Kinv Y Yᵀ - D I)Kinv X"])
def test_the_inverse_of_a_letter_needs_no_definition_and_it_is_said(answer: str) -> None:
    check(answer, "gplvm", "X", ("- D", "+ D"))
    assert re.search("K_?inv is read as K⁻¹", str(mark(answer, "gplvm", "X")))
    assert mark(answer.replace("K", "X"), "gplvm", "X").status == "unreadable"


GAUSS = derive("N/2 log|Σ| + ½ tr(Zᵀ Σ⁻¹ Z)", Σ="symmetric D×D", Z="D×N")
LAYERS = derive("½‖B tanh(A X) − Y‖²", A="H×D", B="C×H", X="D×N", Y="C×N")
DIFFERENTIAL = r"d\ell = \tfrac N2\Sigma^{-1}:d\Sigma - \tfrac12\Sigma^{-1}ZZ^T\Sigma^{-1}:d\Sigma"
OF_SIGMA = (r"\frac{\partial \ell}{\partial \Sigma}"
            r" = \frac12(N\Sigma^{-1} - \Sigma^{-1}ZZ^T\Sigma^{-1})")
LINES = (r"dL &= z:dz = z:(dW^TW + W^TdW)x {0} &= (Wxz^T + Wzx^T):dW {0} "
         r"\frac{{\partial L}}{{\partial W}} &= W(xz^T+zx^T), \qquad z = W^TWx - x {0}")


@pytest.mark.parametrize(("answer", "of", "wrt", "wrong"), [
    # formulas with arrows between them, of which the last is the answer
    (rf"$${DIFFERENTIAL} \quad\implies\quad {OF_SIGMA}$$", GAUSS, "Σ", (" - ", " + ")),
    (rf"$${DIFFERENTIAL} \quad\implies\quad {OF_SIGMA}$$", GAUSS, "Σ", (r"\frac12(", r"\frac12(2")),
    (r"\nabla_w L = A^T(Aw-y)+\lambda w \iff \nabla_w L = (A^TA+\lambda I)w - A^Ty", RIDGE, "w",
     ("(Aw-y)", "(Aw+y)")),
    (r"\nabla_w L = A^T(Aw-y)+\lambda w \iff \nabla_w L = (A^TA+\lambda I)w - A^Ty", RIDGE, "w",
     ("I)w -", "I)w +")),
    # rows, with a letter behind the last
    (r"$$\eqalign{" + LINES.format(r"\cr") + "}$$", "autoencoder", "W", ("W(", "2W(")),
    (r"\begin{gathered}" + LINES.format(r"\\").replace("dL", r"d{\mathcal L}") + r"\end{gathered}",
     "autoencoder", "W", ("- x", "+ x")),
    ("the gradient at the hidden layer f is Bᵀ(B f − Y)", LAYERS, "f", ("− Y", "+ Y")),
    # a loss that goes on
    ("L = -D/2 q + ..., so dL/dq = -D/2", "gplvm", "q", ("= -D/2", "= D/2")),
    # σ as a letter, and what holds for every index
    (r"X^\top(\boldsymbol\sigma - y), \qquad \sigma_i = \frac{1}{1+e^{-w^\top x_i}}", LOGISTIC, "w",
     ("- y", "+ y")),
    (r"\nabla_w L = X^\top(\sigma - y), \quad \sigma = \sigma(Xw)", LOGISTIC, "w", ("- y", "+ y")),
    ("For each class k:  ∇_{w_k} L = Σ_n (p_nk − y_nk) x_n,  where p_nk = exp(w_kᵀx_n) / "
     "Σ_j exp(w_jᵀx_n)", SOFTMAX, "W", ("− y", "+ y")),
    (r"$\nabla_{u_i} L = \sum_j m_{ij}(u_i^\top v_j - r_{ij})v_j$ for every row $u_i$ of $U$",
     BINARY, "U", ("- r", "+ r")),
    # a sum in a sum, of which some factors are outside
    (r"\frac{\partial L}{\partial a_{hd}} = \sum_n\sum_c (Bf-Y)_{cn} b_{ch} (1-f_{hn}^2) x_{dn}",
     LAYERS, "A", ("1-", "1+"))])
def test_formulas_with_arrows_rows_and_sums_in_sums_are_read(
        answer: str, of: object, wrt: str, wrong: tuple[str, str]) -> None:
    check(answer, of, wrt, wrong)


@pytest.mark.parametrize(("answer", "words"), [
    ("Xᵀ(σ(σ) − y), σ = Xw", "function or the letter"),
    (r"X^T(\sigma(1 - \sigma)), \sigma = \sigma(Xw)", "function or the letter"),
    (r"X^T(\sigma(Xw) - y) \Rightarrow X^T\sigma(Xw)", r"no `\Rightarrow`")])
def test_a_letter_or_an_arrow_that_is_unclear_is_told_as_it_was_typed(answer: str, words: str
                                                                      ) -> None:
    found = mark(answer, LOGISTIC, "w")
    assert (found.status, words in found.reason) == ("unreadable", True), found.reason


@over(("answer", "of", "wrt", "status"), [
    (r"\operatorname{vec}(\nabla_W f) = (I \otimes X^\top)\operatorname{vec}(XW + 1b^T - Y)", LAYER,
     "W", "proved"),
    ("∂L/∂vec(W) = (I ⊗ X)ᵀ vec(XW + 1bᵀ + Y)", LAYER, "W", "refuted"),
    ("dL = vec(XW + 1bᵀ − Y)ᵀ (I ⊗ X) vec(dW)", LAYER, "W", "proved"),
    ("(I ⊗ Xᵀ) vec(XW + 1bᵀ − Y)", LAYER, "W", "unreadable"),
    ("vec(∂L/∂W) = Xᵀ(XW + 1bᵀ − Y)", LAYER, "W", "unreadable"),
    ("(Aw − y) ⊗ w", RIDGE, "A", "proved"), ("kron(A*w - y, w')", RIDGE, "A", "proved"),
    ("2 (Aw − y) ⊗ w", RIDGE, "A", "refuted"),
    ("w ⊗ (Aw − y)", RIDGE, "A", "unreadable"), ("A ⊗ (Aw − y)", RIDGE, "A", "unreadable"),
    ("1 ⊗ (Aw − y) wᵀ", RIDGE, "A", "unreadable")])
def test_a_vec_and_a_kronecker_product_are_read_as_matrices(answer: str, of: object, wrt: str,
                                                            status: str) -> None:
    assert mark(answer, of, wrt).status == status, str(mark(answer, of, wrt))
