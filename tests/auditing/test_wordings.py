"""Statements that are said in words, several in one line, or with letters of many meanings."""

import pytest

from lvmcalc import audit, derive

QUADRATIC = derive("½ xᵀA x − bᵀx", A="symmetric D×D", x="D", b="D")
LOGISTIC = derive("sum(log(1 + exp(X w))) − yᵀX w", X="N×D", w="D", y="N")
SOFTMAX = derive("Z = X W\nL = sum(log(exp(Z) ones(C))) − tr(Yᵀ Z)", X="N×D", W="D×C", Y="N×C")
GAUSS = derive("−n/2 log det(Σ) − n/2 tr(Σ⁻¹ S)", Σ="symmetric D×D", S="symmetric D×D",
               n="positive")
RIDGE = derive("‖y − X w‖² + λ‖w‖²", X="N×D", w="D", y="N", λ="positive")
NET = derive("z = W x + b\nh = sigmoid(z)\nL = ½‖V h + c − y‖²", W="M×D", x="D", b="M", V="K×M",
             c="K", y="K")
P = "p = σ(X w)\n"


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("So the gradient is $A x - b$.\nThe gradient is\n$$ A x - b $$", QUADRATIC,
     ["proved", "words", "proved"]),
    ("f(x) = ½ xᵀA x − bᵀx\nso grad f = ½ A x − b\nThe gradient is A x + b\n∇²f(x) = A", QUADRATIC,
     ["proved", "refuted", "refuted", "proved"]),
    ("grad x = A x − b", QUADRATIC, ["proved"]),
    ("The gradient is D×1.\nFor z the gradient is A b", QUADRATIC, ["words", "unreadable"]),
    ("Let $P$ denote the row-wise softmax of $Z$.\n∂L/∂Z = P − Y", SOFTMAX,
     ["definition", "proved"]),
    (P + "S = diag(p_1(1 − p_1), …, p_N(1 − p_N))\n∇²L = XᵀS X", LOGISTIC,
     ["definition"] * 2 + ["proved"]),
    (P + "S_ii = p_i (1 − p_i)\n∇²L = XᵀS X\nS_ii = p_i", LOGISTIC,
     ["definition"] * 2 + ["proved", "unreadable"]),
    ("$\\sigma_i = \\sigma(w^\\top x_i)$\n∇L = Σ_i (σ_i − y_i) x_i\n∇L = Xᵀ(σ(Xw) + y)", LOGISTIC,
     ["definition", "proved", "refuted"]),
    (P + "∇_w p_i = p_i (1 − p_i) x_i\n∇_w p_i = p_i x_i", LOGISTIC,
     ["definition", "proved", "refuted"]),
    ("s = exp(Z) 1\n∂L/∂z_nk = e^{z_nk}/s_n − y_nk", SOFTMAX, ["definition", "proved"]),
    ("Λ = Σ⁻¹\n∂ log|Λ| / ∂Λ = Λ⁻¹\n∂/∂Λ tr(ΛS) = S Λ", GAUSS,
     ["definition", "proved", "refuted"]),
    ("∂L/∂Σ = n/2 (Σ⁻¹SΣ⁻¹ − Σ⁻¹)\nThis vanishes for all dΣ iff Σ⁻¹SΣ⁻¹ = Σ⁻¹, i.e. Σ = S", GAUSS,
     ["proved", "numeric", "proved"]),
    ("Setting ∇L = 0 we get $(X^T X + λI) \\hat w = X^T y$ and $w^* = (X^T X − λI)^{-1} X^T y$",
     RIDGE, ["words", "numeric", "refuted"]),
    ("L = ½ tr(A x xᵀ) − bᵀx and, since A is symmetric, ∂L/∂x = A x − b", QUADRATIC,
     ["proved", "proved"]),
    ("The derivative of λ w'w is λ w, and the derivative of w'X'Xw is 2 X'Xw.\n"
     "How is this derived for w?", RIDGE, ["refuted", "proved", "words"]),
    ("Let δ^{(c)} = V h + c − y", NET, ["unreadable"]),
    ("Let $\\delta^{F} = V h + c - y$.\n∂L/∂c = δ^{F}", NET, ["definition", "proved"]),
    ("d\\hat y = V dh (b and c fixed)\nwhere \\hat y = V h + c", NET, ["proved", "definition"]),
    (r"\frac{\partial}{\partial w} a^\top w = a", RIDGE, ["words"]),
    ("∇f(x) = Ax − b\nf is minimised where ∇f(x) = 0, that is Ax = −b.", QUADRATIC,
     ["proved", "words", "words", "refuted"]),
    ("Since log σ(z) = z − log(1 + e^z), we get\nlog σ(z) = z + log(1 + e^z)", LOGISTIC,
     ["proved", "refuted"]),
    (P + "L = −yᵀ log p − (1 − y)ᵀ log(1 − p)\ndL/dp = (p − y) / (p(1 − p))   (elementwise)\n"
     "dL = −yᵀ(dp / p) + (1 − y)ᵀ(dp / (1 − p))\ndL/dp = (p + y) / (p(1 − p))", LOGISTIC,
     ["definition", *["proved"] * 3, "refuted"]),
    ("∂L/∂ŷ = ŷ − y =: δ³ (ŷ = Vh + c).\nThen δ² := ∂L/∂z = (Vᵀδ³) ⊙ h ⊙ (1 − h).\n∂L/∂b = δ²",
     NET, ["proved", "definition", "definition", "proved", "proved"]),
    ("For each sample we write η_i = x_iᵀ w.\n∇L = Σ_i (σ(η_i) − y_i) x_i\nWith them,\nthanks!",
     LOGISTIC, ["definition", "proved", "words", "words"]),
    ("\\begin{itemize}\n\\item Let me define r = y − X w.\n\\item $L = r^T r$\n\\end{itemize}",
     RIDGE, ["definition", "refuted"]),
    ("$\\ell(\\Sigma) = -\\frac n2\\log|\\Sigma| - \\frac n2 tr(\\Sigma^{-1}S)$\n"
     "Derivative of the first term: $-\\frac n2\\Sigma^{-1}$.\n"
     "Derivative of the second term: $+\\frac n2\\Sigma^{-1}S\\Sigma^{-1}$.", GAUSS,
     ["proved"] * 3),
    ("def loss(w):\n  return np.sum((y - X @ w)**2)", RIDGE, ["words", "refuted"]),
    ("∇_w L = 2Xᵀ(Xw − y) + 2λw\nd(∇_w L) = 2XᵀX dw + 2λ dw\nd∇L = 2XᵀX dw + λ dw", RIDGE,
     ["proved", "proved", "refuted"]),
    ("p = 1 / (1 + np.exp(-X @ w))\nhess = X.T @ np.diag(p * (1 - p)) @ X\n"
     "hess = X.T @ np.diag(p) @ X", LOGISTIC, ["definition", "proved", "refuted"]),
    ("f(x) = ½ xᵀAx − bᵀx with $A$ symmetric.\n∇²f = A", QUADRATIC, ["proved"] * 2),
    ("dL = tr(dxᵀ A x)/2 + tr(xᵀ A dx)/2 − tr(bᵀ dx)\nThe first trace equals tr(xᵀ A dx)/2, since "
     "A is symmetric.\nThe second term is $\\mathrm{tr}(A dx)$\nThe first term is bAx", QUADRATIC,
     ["proved", "proved", "refuted", "unreadable"]),
    ("the derivative of $\\log p$ is $1/p$ where $p = \\sigma(Xw)$\n∇L = Xᵀ(p − y)", LOGISTIC,
     ["unreadable", "definition", "proved"]),
    ("∂L/∂Σ = −Σ⁻¹ ∂L/∂Σ⁻¹ Σ⁻¹\n∂L/∂Σ = Σ⁻¹ ∂L/∂Σ⁻¹ Σ⁻¹", GAUSS, ["proved", "refuted"]),
    (P + "L = −Σ_i y_i log p_i + (1 − y_i) log(1 − p_i)\nL = Σ_i y_i log p_i + (1 − y_i) log p_i\n"
     "The Hessian is X^T diag(p*(1-p)) X.", LOGISTIC,
     ["definition", "proved", "refuted", "proved"]),
    ("L = Σ_i y_i² − 2 y_i x_iᵀw + (x_iᵀw)² + λ‖w‖²", RIDGE, ["proved"]),
    ("R = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))\ndZ = np.exp(R) - Y", SOFTMAX,
     ["definition", "proved"]),
    ("E = np.exp(Z - Z.max(axis=1, keepdims=True))\nP = E / E.sum(axis=1, keepdims=True)\n"
     "dZ = P - Y\ndZ = Y - P", SOFTMAX, ["definition", "definition", "proved", "refuted"]),
    ("M = Z.max(axis=1, keepdims=True)\nE = np.exp(Z - M)\ns = E.sum(axis=1, keepdims=True)\n"
     "dZ = E / s - Y", SOFTMAX, [*["definition"] * 3, "proved"]),
    ("Si = inv(Sigma);\ndSigma = n/2*(Si*S*Si + Si);\ndSigma = n/2*Si*(S - Sigma)*Si;", GAUSS,
     ["definition", "refuted", "proved"]),
    ("p = σ(Xw)\n$\\nabla^2L = X^T\\operatorname{Diag}(p\\circ(1-p))X \\succ 0$", LOGISTIC,
     ["definition", "proved"]),
    ("∇²L = 2(XᵀX − λI) ≻ 0", RIDGE, ["refuted", "words"]),
    ("Set to zero: $\\hat\\Sigma_{\\mathrm{ML}} = S$", GAUSS, ["proved"]),
    ("grad_w = 2 * X.T @ (X @ w - y) + 2 * lam * w\nAt the minimum the gradient vanishes\n"
     "X.T @ X @ w + lam * w == X.T @ y\n"
     "w_new = np.linalg.solve(X.T @ X + lam * np.eye(D), X.T @ y)", RIDGE,
     ["proved", "words", "numeric", "proved"]),
    ("h = W x\ne = Wᵀh − x\n∂L/∂h = We", "autoencoder", ["definition", "definition", "proved"]),
    ("a = Xw\nSo the gradient with respect to a is sigmoid(a) - y.", LOGISTIC,
     ["definition", "proved"]),
    ("Use the precision matrix Λ = Σ⁻¹ instead of Σ.\n∂L/∂Λ = (n/2)(Λ⁻¹ − S)\n"
     "This is zero for Λ = S⁻¹", GAUSS, ["definition", "proved", "numeric"]),
    ("$P = \\operatorname{softmax}(XW)$ row by row.\n∂L/∂Z = P − Y", SOFTMAX,
     ["definition", "proved"]),
    ("Let $\\delta_2 = Vh + c - y$.\n$\\nabla_V L = \\delta_2h^T$", NET, ["definition", "proved"]),
    ("So $dL = 0$ for all $d\\Sigma$ if and only if $\\Sigma = S$.", GAUSS, ["words", "proved"]),
    ("r = X @ w - y\ngradient = 2*X.T @ r + 2*lam*w", RIDGE, ["definition", "proved"]),
    ("If λ = 0, the gradient is −2Xᵀ(y − Xw).", RIDGE, ["unreadable"]),
    ("The gradient is $-2X^T r + 2 λw$ where $r = y - X w$.", RIDGE, ["proved", "definition"]),
    ("∂L/∂x = Ax (b = 0)", QUADRATIC, ["unreadable"]),
    ("f(x) = V h + c\n∇f = V\n", NET, ["definition", "refuted"]),
    ("σ_i = σ(x_iᵀ w)\nσ' = σ(1 − σ)", LOGISTIC, ["unreadable", "proved"])])
def test_what_is_said_in_words_is_judged(text: str, of: object, expected: list[str]) -> None:
    found = audit(text, of)
    assert [line.status for line in found.lines] == expected, found


def test_each_path_is_said_once() -> None:
    text = ("∂L/∂W = W e xᵀ + W x eᵀ, where e = WᵀW x − x\nFor the first use it is $W e x^T$; for "
            "the second one it is ${}$.")
    for second, expected in (("W x e^T", "proved"), ("W e x^T", "unreadable")):
        *_, first, last = audit(text.replace("{}", second), "autoencoder").lines
        assert (first.status, last.status) == ("proved", expected)


@pytest.mark.parametrize(("text", "expected"), [
    ("J(w) = ‖y − X w‖² + λ wᵀw\nJ(w) = yᵀy − 2wᵀXᵀy − wᵀXᵀX w + λ wᵀw\n∂J/∂w = 2λw − 2Xᵀ(y − Xw)",
     ["proved", "refuted", "proved"]),
    ("J(w) = ‖y − X w‖² + wᵀw\nJ(w) = yᵀy − 2wᵀXᵀy + wᵀXᵀX w + λ wᵀw", ["refuted", "proved"])])
def test_a_name_of_the_scalar_is_its_name_in_every_line(text: str, expected: list[str]) -> None:
    assert [line.status for line in audit(text, RIDGE).lines] == expected


def test_a_slip_that_is_taken_back_counts_once() -> None:
    text = ("L = ‖y − X w‖² + λ wᵀw\n= (y − X w)ᵀ(y + X w) + λ wᵀw\n"
            "= yᵀy − 2wᵀXᵀy + wᵀXᵀX w + λ wᵀw\n= yᵀy − wᵀXᵀy + wᵀXᵀX w + λ wᵀw")
    assert [line.status for line in audit(text, RIDGE).lines] == [
        "proved", "refuted", "follows", "refuted"]


def test_what_a_path_contributes_is_a_part() -> None:
    text = ("e = WᵀW x − x\nThe decoder contributes $W x e^T$ to the gradient of $W$; the encoder "
            "contributes $(W e)x^T$.\nIn total $\\partial L/\\partial W = W x e^T + W e x^T$.")
    assert [line.status for line in audit(text, "autoencoder").lines] == [
        "definition", "proved", "proved", "proved"]


def test_a_letter_that_was_defined_wrongly_is_blamed_once() -> None:
    text = "d = (Vᵀ(V h + c − y)) ∘ z ∘ (1 − z)\n∂L/∂W = d xᵀ\n∂L/∂b = d"
    assert [line.status for line in audit(text, NET).lines] == ["definition", "refuted", "follows"]


def test_the_diagonal_says_nothing_of_the_rest() -> None:
    first, last = audit("K_ii = α x_iᵀ x_i + 1/β\n∂L/∂X = 2α ∂L/∂K X", "gplvm").lines
    assert (first.status, last.status) == ("unreadable", "proved")


def test_a_slip_behind_two_equals_signs_is_named() -> None:
    wrong, after = audit("G = ∂L/∂K = ½(K⁻¹YYᵀK⁻¹ − N K⁻¹)\n∂L/∂X = 2αGX", "gplvm").lines
    assert "N stands where D belongs" in wrong.wrong
    assert after.status == "proved"


def test_a_slip_that_is_not_recognised_excuses_nothing() -> None:
    text = P + "∂L/∂w = Xᵀ(p∘p − 3y∘y)\n∂L/∂w = Xᵀ(p∘p∘p + 5y∘y)"
    assert [line.status for line in audit(text, LOGISTIC).lines] == [
        "definition", "refuted", "refuted"]


ENTROPY = derive("L = −sum(Y ⊙ log(softmax(X W, axis=1)))", X="N×D", W="D×C", Y="N×C")


@pytest.mark.parametrize(("said", "expected"), [
    ("Each row of $Y$ is one-hot.", ["words", "definition", "numeric"]),
    ("The rows of Y sum to one.", ["words", "definition", "numeric"])])
def test_what_is_said_of_the_rows_is_used(said: str, expected: list[str]) -> None:
    found = audit(f"{said}\nP = softmax(XW, axis=1)\n∂L/∂W = Xᵀ(P − Y)", ENTROPY)
    assert [line.status for line in found.lines][-2:] == expected[-2:]


def test_a_slip_under_a_condition_counts_once() -> None:
    text = ("with one-hot labels\nZ = XW\nP = softmax(Z, axis=1)\n∂L/∂Z = Y − P\n"
            "∂L/∂W = Xᵀ(Y − P)")
    wrong, after = audit(text, ENTROPY).lines[-2:]
    assert "sign" in wrong.wrong
    assert (wrong.status, after.status) == ("refuted", "follows")


def test_a_product_that_spells_a_word_is_a_product() -> None:
    model = derive("½ (y − X β)ᵀ W (y − X β)", y="N", X="N×D", β="D", W="symmetric N×N")
    found = audit("e = y − Xβ\nS = ½ eᵀWe\n∂S/∂β = −Xᵀ We\nWe have ∂S/∂e = We", model)
    assert [line.status for line in found.lines] == ["definition"] + ["proved"] * 3


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("∂L/∂Y_{ij} = −Σ_m (K⁻¹)_{im} Y_{mj}   (K is symmetric)\n= −(K⁻¹Y)_{ij}", "gplvm",
     ["proved"] * 3),
    ("r = X @ w - y  # X w - y, used twice\ndw = 2 * X.T @ r + 2 * lam * w  # d(r.r)/dw", RIDGE,
     ["definition", "proved"]),
    ("dw = 2 * X.T @ (X @ w - y) + 2 * lam * w  # not d(r.r)/dw", RIDGE, ["unreadable"]),
    ("A solution of ∂L/∂x = 0 is x = A⁻¹b.", QUADRATIC, ["words", "proved"]),
    (r"$$\Rightarrow\quad \frac{\partial L}{\partial x} = A x - b$$", QUADRATIC, ["proved"])])
def test_what_stands_beside_a_formula(text: str, of: object, expected: list[str]) -> None:
    assert [line.status for line in audit(text, of).lines] == expected


def test_a_gradient_without_a_letter_is_by_what_the_lines_are_about() -> None:
    text = "r_n = Σ_d X_{nd} w_d − y_n\n∂L/∂w_k = 2Σ_n X_{nk} r_n + 2λ w_k\n∇L = 2X r + 2λ w"
    line = audit(text, RIDGE).lines[-1]
    assert line.plain.startswith("∂L/∂w")
    assert "X stands where Xᵀ belongs" in line.wrong


def test_what_cannot_be_read_may_be_the_first_slip() -> None:
    squares = derive("½‖X W − Y‖²", X="N×D", W="D×K", Y="N×K")
    found = audit("E = XW − Y\n∂E_{ij}/∂W_{ab} = δ_{jb} X_{ia}\n∂L/∂W = −XᵀE", squares)
    assert "an entry of E by an entry of W is not read" in found.lines[1].wrong
    assert "Line 3 is the first that does not follow, of those that can be read." in found.summary


def test_what_is_asked_for_is_no_right_stage() -> None:
    found = audit("∂K/∂β = −β⁻¹ I\n∂L/∂β = tr(∂L/∂K ∂K/∂β)\n"
                  "∂L/∂K = ½(K⁻¹YYᵀK⁻¹ − D K⁻¹)\n∂L/∂β = −1/β tr(∂L/∂K)", "gplvm")
    assert "Right stages: ∂L/∂K (1)." in found.summary


def test_a_part_that_no_path_contributes_is_named() -> None:
    text = ("r = X @ w - y\ndw_data = 2 * X.T @ r\ndw_reg = 4 * lam * w\n"
            "dw = dw_data + dw_reg")
    assert "The part dw_reg is not what its path contributes: with 2 λ w in its place" in audit(
        text, RIDGE).lines[-1].wrong
