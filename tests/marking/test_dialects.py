"""The third set of answers, in the dialects that people paste, also with foreign pieces in them."""

import re

import fuzz_answers
import pytest
import written_answers
from answers import DIALECTS
from tables import over
from tally import tally

from lvmcalc import derive, mark
from lvmcalc.auditing import audit

# ∂L₁/∂X is no adjoint of the chain of L, so what is written in it has no value there.
FOREIGN = r"\frac{\partial L_1}{\partial X} + \frac{\partial L_2}{\partial X}"


@over(("of", "wrt", "answer"), DIALECTS.right)
def test_right_answers_are_right_in_every_dialect(of: str, wrt: str, answer: str) -> None:
    result = mark(answer, of, wrt)
    assert result.right or (FOREIGN in answer and result.status == "unreadable"), str(result)


@over(("of", "wrt", "answer", "kinds"), DIALECTS.wrong)
def test_wrong_answers_are_told_what_is_wrong_in_every_dialect(of: str, wrt: str, answer: str,
                                                               kinds: set[str]) -> None:
    result = mark(answer, of, wrt)
    assert not result.right
    assert result.findings[0].kind in kinds, str(result)


@over(("of", "wrt", "answer"), DIALECTS.unreadable)
def test_what_is_no_formula_is_called_unreadable(of: str, wrt: str, answer: str) -> None:
    assert mark(answer, of, wrt).status == "unreadable"


@over(("of", "wrt", "answer", "reason"), [
    ("gplvm.trace", "alpha", "0.\t5*norm(X'*(K\\Y),'fro')^2", "A space stands within `0."),
    ("gplvm", "beta", r"\frac{D}{2\beta^2}\text{t~r}\bigl(K^{-1}\bigr)",
     "A space stands within `{t~r}`"),
    ("autoencoder", "c", "(c^T). with T", "There is no `.`"),
    ("gplvm", "X", "2*sum() X", "`sum()` cannot be read: sum does not take these arguments"),
    ("gplvm", "X", "np.dot() X", "`dot()` cannot be read: dot does not take these arguments"),
    ("autoencoder", "c", r"c^T.\text{see}T", "There is no `.`"),
    ("gplvm", "alpha", r"sum(sum(K_bar \left .* (X*X')))", "There is no `\\left`"),
    ("autoencoder", "W", "dL = ⟨ ende cᵀ, dW⟩ + tr(x cᵀWᵀ dW)", "There is no `ende`"),
    ("gplvm.log_det", "X", r"\frac{\partial L_by1}{\partial X} = -\alpha D K^{-1}X",
     "Nothing behind the = tells the range of b")])
def test_what_is_torn_apart_or_grown_together_is_unreadable(of: str, wrt: str, answer: str,
                                                            reason: str) -> None:
    found = mark(answer, of, wrt)
    assert found.status == "unreadable"
    assert found.reason.startswith(reason)


def test_what_is_pasted_into_a_right_answer_leaves_it_right_or_unreadable() -> None:
    counts, mistaken = tally(fuzz_answers.marked(1, 300))
    assert mistaken == []
    assert min(sum(n for (_, how), n in counts.items() if how == each)
               for each in ("right", "unreadable")) > 20


def test_a_piece_that_makes_another_word_or_a_division_is_not_pasted() -> None:
    made = [("", "us", "e c'"), ("d", "\\x", ""), ("", "us ", "e c'"), ("K", "here", "X")]
    assert [fuzz_answers.makes_another(*each) for each in made] == [True, True, False, False]


@pytest.mark.parametrize("answer", ["alpha * Xinv @ X", "np.trace(Xinv) * X", "Xinv X", "invK X"])
def test_a_name_that_ends_like_a_function_is_not_taken_apart(answer: str) -> None:
    assert re.search("There is no `(Xinv|invK)` here", mark(answer, "gplvm", "X").reason)


def test_random_answers_written_in_any_dialect_get_no_false_verdict() -> None:
    counts, mistaken = tally(written_answers.marked(1, 80))
    assert mistaken == []
    assert min(counts["right", "right"], counts["wrong", "refuted"]) > 25


def test_the_adjoint_of_another_node_is_named() -> None:
    found = mark("-½ K⁻¹", "gplvm.trace", "r").findings[0]
    assert (found.kind, found.sentence) == (
        "other_adjoint", "This is ∂L₂/∂p, the adjoint of p, but that of r is asked for.")


@over("answer", [
    "Let A = K⁻¹Y. Then ∂L/∂X = α(AAᵀ − D K⁻¹)X.", "with A = K⁻¹Y we get ∂L/∂X = α(AAᵀ − D K⁻¹)X",
    "α(AAᵀ − D K⁻¹)X, with A = K⁻¹Y", "Put A = K⁻¹Y. Then α(AAᵀ − D K⁻¹)X",
    "Let A = K⁻¹Y be the weights. Then α(AAᵀ − D K⁻¹)X",
    "Let $A = K^{-1}Y$. Then\n\n$$\\frac{\\partial L}{\\partial X} = α(AA^T - D K^{-1})X.$$",
    "Kinv = np.linalg.inv(K)\nreturn alpha * (Kinv @ Y @ Y.T @ Kinv - D * Kinv) @ X",
    "Let A = K⁻¹Y and B = K⁻¹X. Then α(A Yᵀ B − D B)", "let A = K⁻¹Y\nlet B = A Yᵀ\nα(B − D I)K⁻¹X",
    "α(K⁻¹YYᵀ − D I)K⁻¹X, where K = αXXᵀ + β⁻¹I",
    "α(K⁻¹YYᵀ − D I)K⁻¹X, where I is the N×N identity matrix",
    "so we get ∂L/∂X = α(K⁻¹YYᵀK⁻¹ − DK⁻¹)X as required",
    "grad_X L = α(K⁻¹YYᵀK⁻¹ − DK⁻¹)X", "dL = <α(K⁻¹YYᵀK⁻¹ − DK⁻¹)X, dX>",
    "alpha * (tcrossprod(solve(K, Y)) %*% X - ncol(Y) * solve(K, X))",
    "alpha*(inv(K)@Y@Y.T - Y.shape[1]*np.eye(len(K)))@inv(K)@X"])
def test_letters_may_be_defined_in_front_of_an_answer_or_behind_it(answer: str) -> None:
    assert mark(answer, "gplvm", "X").status == "proved"
    assert mark(answer.replace("Y", "2 Y" if "solve" not in answer else "(2*Y)", 1).replace(
        "2 Y.T", "2 * Y.T"), "gplvm", "X").status in ("refuted", "unreadable")


HEAD = "def grad(X, Y, alpha, beta):\n    N, D = Y.shape  # sizes\n"
PROGRAMS = [
    HEAD + "    G = np.linalg.solve(K, Y)\n    G = G @ G.T\n    G -= D * np.linalg.inv(K)\n"
    "    return alpha * G @ X",
    "function g = grad(X, Y)\n  A = K\\Y;  % solve\n  g = alpha*(A*A' - D*inv(K))*X;\nend",
    "A <- solve(K, Y); alpha * (tcrossprod(A) - D * chol2inv(chol(K))) %*% X",
    "C = np.linalg.cholesky(K)\nA = np.linalg.solve(C.T, np.linalg.solve(C, Y))\n"
    "alpha * (A @ A.T @ X - D * scipy.linalg.cho_solve((C, True), X))",
    "R = chol(K); A = R\\(R'\\Y); alpha*(A*A' - D*inv(K))*X",
    "(∂L)/(∂X)=α(bold(K)^(-1) Y Y^top K^(-1) - D K^(-1)) X", "∇ₓL = α(K⁻¹YYᵗ − D I)K⁻¹X",
    "**Answer:** $\\alpha(K^{-1}YY^\\top - D\\mathbf{I}_{N\\times N})K^{-1}X$",
    "α(K<sup>-1</sup>YY<sup>T</sup> − D I)K<sup>-1</sup>X", "L'(X) = α(K⁻¹YYᵀ − D I(N))K⁻¹X",
    r"\alpha(\mathbf{A}Y^\top - DI)K^{-1}X, \quad \text{where } \mathbf{A} = K^{-1}Y",
    "dL_dX = 2*alpha*dL_dK*X, dL_dK = (Ki*Y*Y' - D*eye(N))*Ki/2, Ki = inv(K)",
    "α(K⁻¹YYᵀ − D I)K⁻¹X   (N×Q)", r"\partial L = \operatorname{tr}(\alpha X^T K^{-1}(YY^T K^{-1}"
    r" - D I)\,\partial X)"]


@over("answer", PROGRAMS)
def test_programs_and_other_markup_are_read(answer: str) -> None:
    assert mark(answer, "gplvm", "X").status == "proved"


@over("answer", [
    "C = np.linalg.cholesky(K)\nA = np.linalg.solve(C, Y)\nalpha * (A @ A.T @ X - D * X)",
    "solve_triangular(np.linalg.cholesky(K), Y) @ Y.T @ X", "bb K X", "big r X",
    "L '(X) = α X", "∂L/∂X = α(K⁻¹YYᵀ − D I)\nK⁻¹X", r"\underbrace{K}_{\text{a { b}} X",
    "-alpha*D*np.linalg.inv(K) # @ X", "alpha * X\n %*% solve(K)",
    "-(alpha*X*X')\\ \\!Y"])
def test_what_is_read_in_part_only_is_unreadable(answer: str) -> None:
    assert mark(answer, "gplvm", "X").status == "unreadable"


@pytest.mark.parametrize(("answer", "sentence"), [
    ("Let D = 3. Then α(K⁻¹YYᵀ − D I)K⁻¹X", "`Let D = 3` gives D a meaning that it does not have"),
    ("Let A = K Y\nα(K⁻¹YYᵀ − D I)K⁻¹X", "A is defined, but the answer does not use it."),
    ("\n".join(["Let A1 = K K", *(f"Let A{n + 1} = A{n} A{n}" for n in range(1, 20)), "A20 X"]),
     "`Let A7 = A6 A6` stands for more than 400 letters and signs")])
def test_a_definition_that_changes_nothing_or_too_much_is_refused(answer: str,
                                                                  sentence: str) -> None:
    found = mark(answer, "gplvm", "X")
    assert found.status == "unreadable"
    assert found.reason.startswith(sentence)


@pytest.mark.parametrize("answer", [
    "α(K⁻¹YYᵀ − D I)K⁻¹X, where K = αXXᵀ + β I", "Let K = αXXᵀ + β I. Then α(K⁻¹YYᵀ − D I)K⁻¹X",
    r"\alpha(K^{-1}YY^\top - D I)K^{-1}X, \quad K = \alpha XX^\top + \beta I"])
def test_a_kernel_that_is_defined_wrongly_is_taken_as_it_is_written(answer: str) -> None:
    assert mark(answer, "gplvm", "X").findings[0].kind == "inverted_scalar"


def test_definitions_that_double_again_and_again_do_not_hang_an_audit() -> None:
    lines = ["Let A1 = K K", *(f"Let A{n + 1} = A{n} A{n}" for n in range(1, 20)), "A20 X = A20 X"]
    assert "stands for more than 400" in str(audit(lines, "gplvm"))


RIDGE = derive("½‖A w − y‖² + λ/2 wᵀw", A="N×D", w="D×1", y="N×1", λ="scalar")
INNER = derive("α sum(log(1 + exp(A)) ∘ B)", A="N×D", B="N×D", α="scalar")
TRACE = derive("α tr(AᵀB)", A="N×D", B="N×D", α="scalar")


@over(("answer", "of", "wrt"), [
    (r"A^T \rho + \lambda w, \quad \rho = A w - y", RIDGE, "w"),
    (r"A^T \boldsymbol{\varepsilon} + λ w \ (\boldsymbol\varepsilon \equiv A w - y)", RIDGE, "w"),
    (r"$A^T\rho + \lambda w$ with $\rho = Aw - y$", RIDGE, "w"),
    ("The gradient has two parts:\nAᵀ(Aw − y) + λ w", RIDGE, "w"),
    ("w: Aᵀ(Aw − y) + λ w", RIDGE, "w"),
    (r"\frac{\partial L}{\partial w} = A^T(Aw-y)+λw, \qquad \frac{\partial L}{\partial y} = y - Aw",
     RIDGE, "w"),
    ("np.sum(np.log1p(np.exp(A)) * B)", INNER, "alpha"),
    ("-alpha * F.logsigmoid(-A)", INNER, "B"),
    (r"\sum_{i=1}^N\sum_{j=1}^D A_{ij}B_{ij}", TRACE, "alpha"),
    (r"\sum_i (A B^T)_{ii}", TRACE, "alpha"), ("Σ_ij Aᵀ_ij B_ji", TRACE, "alpha"),
    (r"-\frac D2 \sum_{i,j} K^{-1}_{ij} \sum_k X_{ik} X_{jk}", "gplvm.log_det", "alpha"),
    (r"\sum_{ij} \frac{\partial L_1}{\partial K_{ij}} (XX^T)_{ij}", "gplvm.log_det", "alpha")])
def test_definitions_headings_entries_and_two_adjoints_are_read(answer: str, of: object,
                                                                wrt: str) -> None:
    assert mark(answer, of, wrt).status == "proved"


@over(("answer", "of", "wrt", "status"), [
    ("∂L/∂w = Aᵀ(Aw − y) + λw, ∂L/∂y = Aw − y", RIDGE, "w", "refuted"),
    ("The answer is minus:\nAᵀ(Aw − y) + λ w", RIDGE, "w", "unreadable"),
    ("The trace of this matrix:\nAᵀ(Aw − y) + λ w", RIDGE, "w", "unreadable"),
    ("\\dfrac{\\partial L}{\\partial w} = A^T\n(Aw − y) + λ w", RIDGE, "w", "unreadable"),
    ("->α D K⁻¹ X", "gplvm.log_det", "X", "unreadable"),
    ("dL = -t\nr(½ K⁻¹YYᵀ)", "gplvm.trace", "X", "unreadable"),
    ("return <-K⁻¹ @ X", "gplvm", "X", "unreadable"),
    ("(2) -α D K⁻¹X", "gplvm.log_det", "X", "proved"),
    ("2. -α D K⁻¹X", "gplvm.log_det", "X", "proved"),
    ("(2) ∂L/∂X = -α D K⁻¹X", "gplvm.log_det", "X", "proved"),
    ("(2) B", TRACE, "A", "unreadable"), ("(2) - α D K⁻¹", "gplvm.log_det", "X", "refuted"),
    ("(2) x", derive("xᵀ x", x="N×1"), "x", "proved"),
    ("d) - x", "autoencoder", "c", "unreadable"), ("(d) - x", "autoencoder", "c", "proved"),
    ("chol(-1)' w", RIDGE, "w", "unreadable"), ("A @ B", TRACE, "alpha", "refuted"),
    ("Σ_ij A_ij B_ij^T", TRACE, "alpha", "unreadable"),
    ("W(c x''' + x c')", "autoencoder", "W", "unreadable"),
    ("W(c x'^T + x c')", "autoencoder", "W", "unreadable")])
def test_what_is_said_beside_is_neither_dropped_nor_guessed(answer: str, of: object, wrt: str,
                                                            status: str) -> None:
    assert mark(answer, of, wrt).status == status


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


RIDGED = r"A^\top(Aw-y)+\lambda w"
AMONG = [
    "By the chain rule we obtain \\[ \\nabla J = {}, \\] where $A$ is the design matrix.",
    "The gradient with respect to the latent positions is ${}$.",
    "Hence $${}$$ as claimed. $\\square$",
    "Collecting everything, $\\nabla_w J = {}$ (a vector).",
    r"{} \text{ (by the chain rule)}", r"{}, \quad \text{with the exponential taken elementwise.}",
    r"{} \qquad\text{(and similarly for }A\text{)}",
    "Let $r = Aw - y$ be the residual. Then the gradient reads\n$$A^\\top r+\\lambda w.$$",
    "Writing $r = A w - y$, we get $dJ = r^\\top A\\,dw + \\lambda w^\\top dw$,"
    " so\n$$\\nabla J(w) = {}.$$",
    r"\sum_n (\mathbf a_n^\top\mathbf w - y_n)\mathbf a_n + \lambda w, where "
    r"$\mathbf a_n$ is the n-th row of A",
    r"$\sum_n r_n a_n + \lambda w$ with $r_n = a_n^\top w - y_n$",
    "The first term gives $A^T(Aw-y)$, the second $\\lambda w$. Sum: $\\nabla_w J = {}$.",
    "J depends on w twice, so $\\nabla_w J = {}$, because the data do not depend on w.",
    "In denominator layout (the gradient has the shape of w):\n∂L/∂w = Aᵀ(Aw − y) + λ w",
    "With $r = Aw - y$, $\\partial f/\\partial r = r$, so $\\nabla_w J = {}$.",
    "Setting up the differential, dL = (Aw − y)ᵀA dw + λ wᵀ dw, so ∇L = Aᵀ(Aw − y) + λw.",
    "With r = Aw − y: ∂L/∂w = Aᵀr + λw", "Aᵀ(Aw − y) + λw, since w enters through the residual",
    "Two paths, together: ∂L/∂w = Aᵀ(Aw − y) + λ w", "A.T @ (A @ w - y) + lam * w  # lam = λ",
    "A.T @ r + lam * w  # r = A @ w - y", "The same as for A: Aᵀ(Aw − y) + λ w"]


@pytest.mark.parametrize("sentence", AMONG)
def test_an_answer_is_found_among_sentences(sentence: str) -> None:
    assert mark(sentence.replace("{}", RIDGED), FIT, "w").right


@pytest.mark.parametrize("sentence", [
    "The gradient is not ${}$", "${}$ up to a sign", "${}$ without the last term",
    "The gradient with respect to $A$ is ${}$", "Adding $w$ to ${}$ gives the gradient",
    "The gradient of the first summand is ${}$", "The gradient is ${}$, with $A$ and $y$ centred",
    "The gradient is ${}$. Then divide by two.", "${}$, an $N\\times D$ matrix", "${}$ the $w$",
    "The gradient is ${}$, where $A$ is symmetric", "{} in w", "We have ${}$ = 0 at the optimum.",
    r"$A^\top r+\lambda w$, where $r = Aw-y$ and the square is elementwise",
    r"\sum_n (a_n^\top w - y_n) a_n + \lambda w, where $a_n$ is the n-th column of A",
    "The loss is ${}$.", "The gradient of the prior is ${}$.", "The Jacobian is ${}$.",
    "We drop the second term: ${}$.", "${}$ is the gradient with respect to $A$.",
    "all but ${}$", "up to constants ${}$", "My first guess was ${}$", "so far: ${}$",
    "in numerator layout: ${}$", "the gradient of the first term: ${}$", "the rest is ${}$",
    "the numerator is ${}$", "w.r.t. A: Aᵀ(A w − y) + λ w", "for A: ${}$", "${}$ if A is symmetric",
    "the gradient with respect to y is ∂L/∂w = Aᵀ(A w − y) + λ w", "${}$. Then normalise it.",
    "${}$ and so on", "Aᵀ(A w − y) + λ w ...", "one of the summands is ${}$", "adding ${}$",
    "∂L/∂w = Aᵀ(A w − y) + λ w, the other way round",
    "We ignore the prior, so $\\nabla_w J = {}$.", "We drop the prior, so $\\nabla_w J = {}$.",
    "$\\nabla_w J = {}$ since $A$ is orthogonal", "$\\nabla_w J = {}$. Halve that."])
def test_prose_that_may_change_what_an_answer_says_is_not_left_out(sentence: str) -> None:
    assert mark(sentence.replace("{}", RIDGED), FIT, "w").status == "unreadable"


NET = derive("½‖σ(X W) v − y‖²", X="N×P", W="P×H", v="H", y="N")
LAYER = "Xᵀ((σ(XW)v − y)vᵀ ∘ σ'(XW))"


@pytest.mark.parametrize(("answer", "of", "wrt", "status", "told"), [
    (LAYER, NET, "W", "proved", ""), (f"{LAYER}, σ'(z) = σ(z)(1−σ(z))", NET, "W", "proved", ""),
    (f"{LAYER} where σ' = σ(1 − σ)", NET, "W", "proved", ""),
    (f"{LAYER} where σ'(Z) = 1 − σ(Z)", NET, "W", "unreadable", "σ'(Z) = …"),
    (r"X^T((\sigma(XW)v - y)v^T \odot \sigma^{\prime}(XW))", NET, "W", "proved", ""),
    ("Xᵀ((σ(XW)v − y)vᵀ ∘ tanh'(XW))", NET, "W", "refuted", "derivative of tanh stands where"),
    ("Xᵀ(σ(XW)v − y)vᵀ ∘ σ(XW) ∘ (1 − σ(XW))", NET, "W", "proved", "The ∘ is read closer"),
    ("(Xᵀ(σ(XW)v − y)vᵀ) ∘ σ(XW) ∘ (1 − σ(XW))", NET, "W", "refuted", "cannot be formed"),
    ("α(pinv(K) Y Yᵀ − D I) pinv(K) X", "gplvm", "X", "proved", "pseudo-inverse is read as"),
    ("−α D pinv(X Xᵀ) X", "gplvm", "X", "unreadable", "has an inverse"),
    ("-> K⁻¹Y", "gplvm", "Y", "unreadable", "an arrow or a minus sign"),
    ("-> −K⁻¹Y", "gplvm", "Y", "proved", ""),
    ("α(K⁺ Y Yᵀ − D I) K⁺ X", "gplvm", "X", "unreadable", "may be a pseudo-inverse"),
    ("∂L₁/∂X = −α D K⁻¹ X, ∂L₂/∂X = α K⁻¹Y YᵀK⁻¹X, so in total ∂L/∂X = ∂L₁/∂X + ∂L₂/∂X", "gplvm",
     "X", "proved", "is used, but not marked"),
    ("∂L₁/∂X = −α D K⁻¹ X, ∂L₂/∂X = α K⁻¹Y YᵀK⁻¹X, so ∂L/∂X = α(K⁻¹Y YᵀK⁻¹ + D K⁻¹)X", "gplvm",
     "X", "refuted", "The last formula is marked"),
    (r"$\partial L/\partial K = \frac12(K^{-1}YY^TK^{-1} - DK^{-1})$ and hence "
     r"$\nabla_X L = \alpha(K^{-1}YY^TK^{-1} - DK^{-1})X$", "gplvm", "X", "proved", "")])
def test_a_reading_that_is_not_the_only_one_is_told(answer: str, of: object, wrt: str, status: str,
                                                    told: str) -> None:
    found = mark(answer, of, wrt)
    assert found.status == status
    assert told in str(found)
    assert found.asked.name == f"∂{found.asked.name[1]}/∂{wrt}"  # not of a line beside the answer


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


SOFTMAX = derive("1ᵀ log(exp(X W) 1) − tr(Yᵀ X W)", X="N×D", W="D×C", Y="N×C")
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
