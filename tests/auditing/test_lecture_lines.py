"""Lines of lectures that say more than an equation, or none: updates, constants, symmetry."""

import pytest

from lvmcalc import audit, derive
from lvmcalc.chain import Chain

RIDGE = derive("‖y − X w‖² + λ‖w‖²", X="N×D", w="D", y="N", λ="positive")
GAUSS = derive("−n/2 log det(Σ) − n/2 tr(Σ⁻¹ S)", Σ="symmetric D×D", S="symmetric D×D",
               n="positive")
FACTORS = derive("½‖R − P Qᵀ‖² + λ/2 ‖P‖²", R="N×M", P="N×K", Q="M×K", λ="positive")


def statuses(text: str, of: str | Chain) -> list[str]:
    return [line.status for line in audit(text, of).lines]


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("L = ½‖WᵀWx − x‖²\nLet M = WᵀW.\n∂L/∂M = (Mx − x)xᵀ\n∂L/∂W = W(∂L/∂M + (∂L/∂M)ᵀ)",
     "autoencoder", ["proved", "definition", "proved", "proved"]),
    ("M = WᵀW\n∂L/∂M = (Mx + x)xᵀ", "autoencoder", ["definition", "refuted"]),
    ("M = PQᵀ\n∂L/∂M = M − R\n∂L/∂P = ∂L/∂M Q + λP", FACTORS, ["definition", "proved", "proved"]),
    ("A = x xᵀ\n∂L/∂A = WᵀW", "autoencoder", ["definition", "unreadable"])])
def test_a_letter_for_a_part_of_the_scalar_has_an_adjoint(text: str, of: str | Chain,
                                                          expected: list[str]) -> None:
    assert statuses(text, of) == expected, audit(text, of)


GRAD = "grad = 2*lam*w - 2*X.T@(y - X@w)\n"


@pytest.mark.parametrize(("text", "expected"), [
    (GRAD + "w_new = w - np.linalg.solve(X.T @ X, grad)", ["proved", "words"]),
    (GRAD + "w -= lr * grad", ["proved", "words"]), ("w ← w − η ∇L", ["words"]),
    (r"and the update is $w \leftarrow w - \eta \nabla L$", ["words"]),
    ("w_{t+1} = w_t − η ∇L(w_t)", ["words"]), (r"w^{(t+1)} = w^{(t)} - \eta \nabla L", ["words"]),
    ("∇L = 2λw − 2Xᵀ(y − Xw)\nw = w − 2λ", ["proved", "refuted"]),
    ("r = y − Xw\nr_1 = r − y\n∇L = 2λw − 2Xᵀ(r_1 + y)", ["definition", "definition", "proved"]),
    ("r = y − Xw\ndr = −X dw and\ndL = 2rᵀdr + 2λwᵀdw", ["definition", "proved", "proved"]),
    ("∇L = 2λw − 2Xᵀ(y − Xw)\nw_hat = np.linalg.solve(X.T@X + lam*np.eye(D), X.T@y)",
     ["proved", "proved"])])
def test_a_step_of_an_optimiser_is_no_equation(text: str, expected: list[str]) -> None:
    assert statuses(text, RIDGE) == expected, audit(text, RIDGE)


@pytest.mark.parametrize(("text", "of", "expected"), [
    (r"\nabla L = 0 \Rightarrow\quad \hat\Sigma = S.", GAUSS, ["words", "proved"]),
    ("L = const − ½ tr(K⁻¹YYᵀ)\n∂L/∂Y = −K⁻¹Y", "gplvm", ["proved", "proved"]),
    (r"L = \text{const} + \frac12\operatorname{tr}(K^{-1}YY^T)" + "\n∂L/∂Y = −K⁻¹Y", "gplvm",
     ["refuted", "proved"]),
    ("L = −½ tr(K⁻¹YYᵀ) + const\n∂L/∂X = 2α ∂L/∂K X", "gplvm", ["unreadable", "proved"]),
    ("L = constant − D/2 log|K| − ½ tr(K⁻¹YYᵀ)", "gplvm", ["proved"]),
    ("L = −½ tr(K⁻¹YYᵀ) + const", "gplvm", ["unreadable"]),
    ("dL = −tr(YᵀK⁻¹dY) (K⁻¹ is symmetric)", "gplvm", ["proved", "proved"]),
    ("∂L/∂Y = −K⁻¹Y (since Y is symmetric)", "gplvm", ["proved", "refuted"]),
    ("N, D = Y.shape\ndY = -np.linalg.inv(K) @ Y", "gplvm", ["proved"])])
def test_what_stands_beside_an_equation_is_taken_at_its_word(text: str, of: str | Chain,
                                                             expected: list[str]) -> None:
    assert statuses(text, of) == expected, audit(text, of)


def test_a_term_left_out_as_a_constant_is_told() -> None:
    assert "holds only as a function of Y." in str(audit("L = const − ½ tr(K⁻¹YYᵀ)", "gplvm"))


QUADRATIC = derive("½ xᵀ A x − bᵀ x", A="symmetric N×N", x="N", b="N")
MASKED = derive("½‖M ∘ (R − U Vᵀ)‖²", M="N×J", R="N×J", U="N×Q", V="J×Q")
NET = derive("Z = U X\nH = tanh(Z)\nL = ½‖V H − Y‖²", X="D×N", U="M×D", V="K×M", Y="K×N")
LOGISTIC = derive("sum(softplus(X w)) − yᵀX w", X="N×D", w="D", y="N")
POISSON = derive("sum(exp(X w)) − yᵀX w", X="N×D", w="D", y="N")
SOFTMAX = derive("Z = X W\nL = sum(log(exp(Z) ones(C))) − tr(Yᵀ Z)", X="N×D", W="D×C", Y="N×C")
G = "∂L/∂K = ½K⁻¹YYᵀK⁻¹ − D/2 K⁻¹.\nDenote this matrix by $G$.\n"


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("The minimiser solves A x = b.", QUADRATIC, ["numeric"]),
    ("f(x) = ½xᵀAx − bᵀx\nso grad f = Ax − b", QUADRATIC, ["proved", "proved"]),
    ("f(x) = ½xᵀAx − bᵀx\n∇f(x) = 2Ax − b", QUADRATIC, ["proved", "refuted"]),
    ("E = M ∘ (R − UVᵀ)\ndL = tr(EᵀdE), dE = −M ∘ (dU Vᵀ)\n = −tr((M ∘ E)ᵀdU Vᵀ)", MASKED,
     ["definition", "proved", "proved", "proved"]),
    ("E = M ∘ (R − UVᵀ)\ndL = tr(EᵀdE), dE = −M ∘ (dU Vᵀ)\n = tr((M ∘ E)ᵀdU Vᵀ)", MASKED,
     ["definition", "proved", "proved", "refuted"]),
    (G + "∂L/∂X = 2αGX", "gplvm", ["proved", "definition", "proved"]),
    (G + "∂L/∂X = αGX", "gplvm", ["proved", "definition", "refuted"]),
    (r"\delta_2 = VH - Y \\ \nabla_V L = \delta_2H^\top", NET, ["definition", "proved"]),
    ("∂L/∂Σ = n/2 Σ⁻¹(S − Σ)Σ⁻¹ = 0\nI = Σ⁻¹S", GAUSS, ["proved", "numeric"]),
    (r"\nabla\mathcal L(w) = 2\lambda w - 2X^T(y - Xw)", RIDGE, ["proved"]),
    ("∂L/∂P = λP − (R − PQᵀ)Q\nfix Q, solve ∂L/∂P = 0:\nP(QᵀQ + λI) = RQ", FACTORS,
     ["proved", "words", "numeric"]),
    ("dL = −2(y − Xw)ᵀX dw + 2λwᵀdw\n = −2yᵀX dw + …", RIDGE, ["proved", "unreadable"]),
    ("p = σ(Xw)\nS = diag(p(1−p))\n∇²L = XᵀSX", LOGISTIC, ["definition", "definition", "proved"]),
    ("σ = sigmoid\n∇L = Xᵀ(σ(Xw) − y)\nw ← w − (∇²L)⁻¹∇L", LOGISTIC, ["words", "proved", "words"]),
    ("E = K⁻¹Y (so that E Eᵀ = K⁻¹YYᵀK⁻¹)\n∂L/∂Y = E", "gplvm",
     ["definition", "proved", "refuted"]),
    (r"$\partial C/\partial Z = P - Y$ where $P = \operatorname{softmax}(Z)$ row by row.", SOFTMAX,
     ["proved", "definition"]),
    ("S(w) = ‖y − Xw‖² + λ‖w‖²\n∇S(ŵ) = 0 ⇔ XᵀXŵ + λŵ = Xᵀy\nŵ = (XᵀX + λI)⁻¹Xᵀy", RIDGE,
     ["proved", "words", "numeric", "proved"]),
    ("So w = (XᵀX + λI)⁻¹Xᵀy makes the gradient zero.\nw = (XᵀX)⁻¹Xᵀy is the minimiser.", RIDGE,
     ["proved", "refuted"]),
    (r"$d\|y - Xw\|^2=-2(y - Xw)^TX\,dw$. Therefore the gradient is $-2X^T(y - Xw)$.", RIDGE,
     ["proved", "proved"]),
    ("d‖w‖² = 2wᵀdw\nHence the gradient is w", RIDGE, ["proved", "refuted"]),
    ("G = ½(K⁻¹YYᵀK⁻¹ − K⁻¹) is ∂L/∂K\n∂L/∂X = 2αGX", "gplvm", ["refuted", "follows"]),
    (r"The objective is $L(X)$ with $K=αXX^\top+β^{-1}I$." "\n∂L/∂X = 2α ∂L/∂K X", "gplvm",
     ["unreadable", "proved"]),
    ("∇²L = XᵀDX\nD = diag(σ(Xw) ∘ (1 − σ(Xw)))", LOGISTIC, ["proved", "definition"]),
    ("J = 0.5*norm(V*H - Y,'fro')^2;\ndJdV = (V*H - Y)*H';", NET, ["proved", "proved"]),
    (r"\mathcal{J} = \frac12\|Z\|^2, \frac{\partial\mathcal J}{\partial Z} = Z",
     derive("½‖Z‖²", Z="N×D"), ["proved", "proved"]),
    ("∇L = 2λw − 2Xᵀ(y − Xw)\nSet = 0:\nWith r = y − Xw this is 2λw − 2Xᵀr.\n"
     "Xᵀr = λw at the optimum", RIDGE, ["proved", "words", "proved", "definition", "numeric"]),
    ("dL/dm: let m = exp(Xw)\nL = 1ᵀm − yᵀXw\n∂L/∂m = 1 (vector of ones)", POISSON,
     ["definition", "proved", "proved"])])
def test_what_lectures_write_is_read_as_it_is_meant(text: str, of: str | Chain,
                                                    expected: list[str]) -> None:
    assert statuses(text, of) == expected, audit(text, of)


LOGISTIC = derive("sum(log(1 + exp(X w))) − yᵀX w", X="N×D", w="D", y="N")
G = "g = 2*X.T@(X@w - y) + 2*lam*w  # gradient\n"
BOTH = ["proved", "definition"]


@pytest.mark.parametrize(("text", "of", "expected"), [
    (G + "H = 2*X.T@X + 2*lam*np.eye(D)\ndw = -np.linalg.solve(H, g)\nreturn w + dw", RIDGE,
     [*BOTH, *BOTH, "words", "words"]),
    ("The gradient is g = 2Xᵀ(Xw − y) + 2λw\ng = 0 gives\n(XᵀX − λI)w = Xᵀy", RIDGE,
     [*BOTH, "words", "refuted"]),
    ("Newton: H = ∇²L(w) = 2XᵀX + λI.\nThe step is Δw = −H⁻¹∇L.", RIDGE,
     ["refuted", "definition", "words"]),
    ("function [f, g] = loss(w, X, y)\np = 1 ./ (1 + exp(-X*w));\ng = X'*(p - y);\nend", LOGISTIC,
     ["words", "definition", "proved", "words"]),
    ("p = σ(Xw)\n∇L = Xᵀ(p − y)\ndp = p ∘ (p − 1) ∘ (X dw)\nd∇L = Xᵀ diag(p ∘ (p − 1)) X dw\n"
     "H = Xᵀ diag(p ∘ (p − 1)) X", LOGISTIC,
     ["definition", "proved", "refuted", "follows", "follows"]),
    ("p = σ(Xw)\n∂²L/∂w∂wᵀ = Xᵀ M X, where M = diag(p_i(1 − p_i))", LOGISTIC,
     ["definition", "proved", "definition"]),
    ("r = X@w - y\ng = 2*X@r + 2*lam*w  # gradient\nfor i in range(9):\n    w = w - lr*g", RIDGE,
     ["definition", "refuted", "follows", "words", "words"]),
    ("H = Xᵀ diag(σ(Xw)(1 − σ(Xw))) X is the Hessian.", LOGISTIC, ["proved"]),
    ("L = np.linalg.cholesky(X.T @ X)\nG = L @ L.T", RIDGE, ["unreadable"] * 2),
    ("With r = y − Xw we have dr = −X dw\ndL = 2rᵀdr + 2λwᵀdw", RIDGE,
     ["definition", "proved", "proved"]),
    ("H = X (XᵀX)⁻¹ Xᵀ", RIDGE, ["unreadable"])])
def test_the_letters_of_newtons_method_are_known_where_it_is_named(text: str, of: Chain,
                                                                   expected: list[str]) -> None:
    assert statuses(text, of) == expected, audit(text, of)
