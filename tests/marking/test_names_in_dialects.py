"""Names, functions and sums are read as each dialect writes them."""

import pytest
from tables import over

from lvmcalc import derive, mark

RIDGE = derive("½‖A w − y‖² + λ/2 wᵀw", A="N×D", w="D×1", y="N×1", λ="scalar")
TRACE = derive("α tr(AᵀB)", A="N×D", B="N×D", α="scalar")
TANH = derive("½‖tanh(X W) V − Y‖²", X="N×D", W="D×H", V="H×C", Y="N×C")
RAYLEIGH = derive("(xᵀ A x)/(xᵀ x)", A="symmetric N×N", x="N")
COSINE = derive("(aᵀ b)/(‖a‖ ‖b‖)", a="N", b="N")
NORMAL = derive("−N/2 log|Σ| − ½ ∑_i (x_i − μ)ᵀ Σ⁻¹ (x_i − μ)", X="N×D", μ="D", Σ="symmetric D×D")


@pytest.mark.parametrize(("answer", "of", "wrt"), [
    ("H = np.tanh(X @ W)\nD1 = (H @ V - Y) @ V.T\nS = D1 * (1 - H**2)\ndW = X.T @ S", TANH, "W"),
    (r"X^T((HV - Y)V^T \circ (1 - H\circ H)) with H = tanh(XW)", TANH, "W"),
    ("(((tanh(XW)V − Y)Vᵀ) ∘ (1 − tanh(XW)²)) Wᵀ", TANH, "X"),
    ("2*(A - (x'*A*x)/(x'*x)*I)*x/(x'*x)", RAYLEIGH, "x"),
    ("a/(|a||b|) − (a·b) b/(|a||b|³)", COSINE, "b"),
    ("np.linalg.solve(Sigma, (X - mu).sum(axis=0))", NORMAL, "mu"),
    ("np.linalg.inv(Sigma) @ np.sum(X - mu.T, axis=0)", NORMAL, "mu"),
    ("Sigma \\ sum(X - mu', 1)'", NORMAL, "mu"),
    (r"-\frac N2\Sigma^{-1} + \frac12\sum_i\Sigma^{-1}(x_i-\mu)(x_i-\mu)^\top\Sigma^{-1}", NORMAL,
     "Sigma")])
def test_right_answers_that_were_called_wrong_are_right(answer: str, of: object, wrt: str) -> None:
    assert mark(answer, of, wrt).status == "proved"


SOFTMAX = derive("1ᵀ log(exp(X W) 1) − tr(Yᵀ X W)", X="N×D", W="D×C", Y="N×C")


@pytest.mark.parametrize(("answer", "of", "wrt", "status"), [
    ("Xᵀ(softmax(XW) − Y)", SOFTMAX, "W", "proved"),
    ("Xᵀ(P − Y) where P = softmax(XW)", SOFTMAX, "W", "proved"),
    ("Xᵀ(P − Y), where the rows of P are the softmax of the rows of XW", SOFTMAX, "W", "proved"),
    ("Xᵀ(Y − softmax(XW))", SOFTMAX, "W", "refuted"),
    ("X.T @ (softmax(X @ W) - Y)", SOFTMAX, "W", "unreadable"),
    ("softmax(Wᵀ Xᵀ)", SOFTMAX, "Y", "unreadable")])
def test_a_softmax_without_an_axis_goes_along_the_rows_of_cases_and_it_is_said(
        answer: str, of: object, wrt: str, status: str) -> None:
    found = mark(answer, of, wrt)
    assert found.status == status
    assert status == "unreadable" or "The softmax is read along the rows." in str(found)


@pytest.mark.parametrize(("answer", "status"), [
    (r"\left(\frac12 K^{-1}YY^T K^{-1} - \frac D2 K^{-1}\right) 2\alpha X", "proved"),
    ("(K⁻¹YYᵀK⁻¹ − D K⁻¹) 2α X", "refuted"), ("(K⁻¹YYᵀK⁻¹ − D K⁻¹) 2 X", "unreadable"),
    ("(K⁻¹YYᵀK⁻¹ − D K⁻¹)2α X", "unreadable")])
def test_a_number_behind_a_bracket_is_a_factor_only_in_front_of_a_scalar(answer: str,
                                                                         status: str) -> None:
    assert mark(answer, "gplvm", "X").status == status


@pytest.mark.parametrize("helper", ["f = lambda z: 1 / (1 + np.exp(-z))\n",
                                    "def f(z):\n    return 1 / (1 + np.exp(-z))\n"])
def test_a_function_of_ones_own_is_refused_and_not_dropped(helper: str) -> None:
    assert mark(f"{helper}grad = X.T @ ((X @ W) - Y)", TANH, "W").status == "unreadable"


GAUSS = derive("n/2 log|Σ| + ½ tr(Σ⁻¹ Y Yᵀ)", Σ="symmetric P×P", Y="P×M", n="positive")
FACTORS = derive("½‖R − U Vᵀ‖²", R="N×M", U="N×K", V="M×K")
OUTER = r"n/2 Σ^{-1} - ½ Σ^{-1}\left(\sum_{i=1}^{M} \mathbf y_i\mathbf y_i^\top\right)Σ^{-1}"
LATENT = r"\alpha \sum_{d=1}^{D} K^{-1}\left(\mathbf{y}_d\mathbf{y}_d^\top - K\right)K^{-1}X"


@pytest.mark.parametrize(("answer", "of", "wrt", "status"), [
    (OUTER, GAUSS, "Σ", "proved"), (OUTER.replace("=1}^{M", ""), GAUSS, "Σ", "proved"),
    (OUTER.replace("M}", "P}"), GAUSS, "Σ", "refuted"),
    (OUTER.replace("M}", "n}"), GAUSS, "Σ", "unreadable"),
    ("n/2 Σ⁻¹ - ½ Σ⁻¹SΣ⁻¹, where S = ∑_i y_i y_iᵀ", GAUSS, "Σ", "proved"),
    ("n/2 Σ⁻¹ - Σ⁻¹SΣ⁻¹, where S = ∑_i y_i y_iᵀ", GAUSS, "Σ", "refuted"),
    (LATENT, "gplvm", "X", "proved"), (LATENT.replace("- K", "+ K"), "gplvm", "X", "refuted"),
    ("Σ_j (U v_j − r_j) v_jᵀ", FACTORS, "U", "proved")])
def test_what_is_summed_may_be_the_columns_of_a_matrix(answer: str, of: object, wrt: str,
                                                       status: str) -> None:
    assert mark(answer, of, wrt).status == status


FIT = derive("½‖A w − y‖² + λ/2 ‖w‖²", A="N×D", w="D", y="N", λ="positive")
LOGISTIC = derive("sum(log(1 + exp(X w))) − yᵀ X w", X="N×D", w="D", y="N")
QUADRATIC = derive("xᵀ A x + bᵀ x", A="N×N", x="N", b="N")


@pytest.mark.parametrize(("answer", "of", "wrt", "status"), [
    (r"\begin{aligned} \nabla J &= A^T(Aw-y)+\lambda w \\ &= (A^TA+\lambda I)w-A^Ty \end{aligned}",
     FIT, "w", "proved"),
    (r"\mathrm d\ell = (Aw-y)^T A\,\mathrm dw + \lambda w^T\mathrm dw", FIT, "w", "proved"),
    (r"\frac{\partial\ell}{\partial w} = A^T(Aw-y)+\lambda w", FIT, "w", "proved"),
    (r"\nabla f(x) = (A+A^T)x + b", QUADRATIC, "x", "proved"),
    (r"\nabla f(x) = Ax + b", QUADRATIC, "x", "refuted"),
    (r"\nabla f(b) = x", QUADRATIC, "x", "unreadable"),
    (r"\nabla_w\left(\tfrac12\|Aw-y\|_2^2+\tfrac{\lambda}{2}\|w\|_2^2\right)=A^TAw-A^Ty+\lambda w",
     FIT, "w", "proved"),
    (r"\nabla_w\left(\|Aw-y\|_2^2\right)=A^TAw-A^Ty+\lambda w", FIT, "w", "unreadable"),
    ("Let μ = A w. Then ∇ = Aᵀ(μ − y) + λ w", FIT, "w", "proved"),
    (r"$$\eqalign{ E &= A w - y \cr dJ &= E:dE + \lambda w:dw \cr &= (A^TE + \lambda w):dw \cr"
     r"\frac{\partial J}{\partial w} &= A^TE + \lambda w \cr }$$", FIT, "w", "proved"),
    (r"$$\eqalign{ E &= A w - y \cr \frac{\partial J}{\partial w} &= A^TE - \lambda w \cr}$$",
     FIT, "w", "refuted"),
    ("$J = ½‖A w − y‖² + λ/2 ‖w‖²$. Hence $\\nabla J = A^T(A w − y) + λ w$.", FIT, "w", "proved"),
    ("$J = ½‖A w − y‖²$. Hence $\\nabla J = A^T(A w − y) + λ w$.", FIT, "w", "unreadable"),
    ("f'(w) = Aᵀ(A w − y) + λ w", FIT, "w", "proved"),
    (r"\frac{\partial \log p}{\partial w} = A^T(A w - y) + \lambda w", FIT, "w", "proved"),
    ("a = np.linalg.solve(K, Y)\ndK = 0.5 * (a @ a.T - D * np.linalg.inv(K))", "gplvm", "c",
     "proved"),
    (r"\begin{align*} dL &= \operatorname{tr}(c^T dc) \\ \implies \nabla_W L &= W x c^T + W c x^T"
     r"\end{align*}", "autoencoder", "W", "proved"),
    ("Xᵀ(σ(Xw) − y), σ is the logistic function", LOGISTIC, "w", "proved"),
    ("Xᵀ(σ(Xw) − y) with the sigmoid σ", LOGISTIC, "w", "proved"),
    (r"X^\top(\boldsymbol{\sigma}(Xw) - y)", LOGISTIC, "w", "proved"),
    (r"X^\top(\sigma(Xw) - y), \quad \sigma(z)=\frac{1}{1+e^{-z}}", LOGISTIC, "w", "proved"),
    (r"X^\top(\sigma(Xw) - y), \quad \sigma(z)=\frac{1}{1+e^{z}}", LOGISTIC, "w", "unreadable")])
def test_the_loss_and_known_functions_may_have_other_names(answer: str, of: object, wrt: str,
                                                           status: str) -> None:
    assert mark(answer, of, wrt).status == status


NET = derive("½‖B tanh(A X) − Y‖²", A="H×D", B="C×H", X="D×N", Y="C×N")


@over(("slope", "status"), [
    ("sech²(AX)", "proved"), ("sech(AX)²", "proved"), (r"\operatorname{sech}^2(AX)", "proved"),
    (r"\frac{1}{\cosh^2(AX)}", "numeric"), ("(1/(1 + sinh(AX)²))", "numeric"),
    ("(tanh(AX)/coth(AX) − 1)", "refuted"), ("sech(AX)", "refuted"), ("sec²(AX)", "refuted"),
    ("(1/sinh²(AX))", "refuted"), ("csc²(AX)", "refuted"), ("sech2(AX)", "unreadable"),
    ("secAX", "unreadable"), ("arcosh(AX)", "unreadable")])
def test_hyperbolic_functions_and_reciprocals_are_said_with_others(slope: str,
                                                                   status: str) -> None:
    assert mark(f"Bᵀ(B tanh(AX) − Y) ∘ {slope}", NET, "e").status == status


@over(("answer", "status"), [
    ("(P − Y)Wᵀ where P = diag(exp(XW)1)⁻¹ exp(XW)", "numeric"),
    ("(P + Y)Wᵀ where P = diag(exp(XW)1)⁻¹ exp(XW)", "refuted"),
    ("(softmax(XW) − Y)1Wᵀ", "unreadable"), ("(softmax(XW) − Y)12", "unreadable"),
    ("(softmax(XW) − Y)1/2 Wᵀ", "unreadable")])
def test_a_1_right_behind_a_bracket_is_the_column_of_ones(answer: str, status: str) -> None:
    assert mark(answer, SOFTMAX, "X").status == status


GAUSS = derive("N/2 log|Σ| + ½ tr(Zᵀ Σ⁻¹ Z)", Σ="symmetric D×D", Z="D×N")


@over(("answer", "of", "wrt", "status"), [
    ("P = tf.nn.softmax(tf.matmul(X, W))\ndX = tf.matmul(P - Y, W, transpose_b=True)", SOFTMAX,
     "X", "proved"),
    ("P = tf.nn.softmax(tf.matmul(X, W), axis=0)\ndX = tf.matmul(P - Y, W, transpose_b=True)",
     SOFTMAX, "X", "refuted"),
    ("P = tf.nn.softmax(X @ W)\ndX = tf.matmul(P - Y, W, transpose_b=False)", SOFTMAX, "X",
     "refuted"),
    ("E = tf.exp(X @ W); P = E / tf.reduce_sum(E, axis=1, keepdims=True)\n"
     "dW = tf.matmul(X, P - Y, transpose_a=True)", SOFTMAX, "W", "proved"),
    ("0.5 * tf.linalg.trace(tf.transpose(A) @ A)", TRACE, "alpha", "refuted"),
    ("Σi = inv(Σ)\ndΣ = N/2*Σi - Σi*Z*Z'*Σi/2", GAUSS, "Sigma", "proved"),
    ("Σi = inv(Σ)\ndΣ = N/2*Σi + Σi*Z*Z'*Σi/2", GAUSS, "Sigma", "refuted"),
    ("@jit\ndef grad(w, A, y, lam):\n    return A.T @ (A @ w - y) + lam * w", RIDGE, "w", "proved"),
    ("@grad\ndef loss(w, A, y, lam):\n    return A.T @ (A @ w - y) + lam * w", RIDGE, "w",
     "unreadable")])
def test_calls_of_tensorflow_names_of_julia_and_decorators_are_read(answer: str, of: object,
                                                                    wrt: str, status: str) -> None:
    found = mark(answer, of, wrt)
    assert found.status == status, str(found)
