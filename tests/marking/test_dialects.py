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
    ("gplvm", "beta", r"\frac{D}{2\beta^2} \operatorname{t \,r}(K^{-1})",
     "There is no `\\operatorname`"),
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
