"""Derivations as students write them: letters of their own, code, conditions, constants."""

import pytest

from lvmcalc import audit, derive
from lvmcalc.chain import Chain

RIDGE = derive("½‖A w − y‖² + λ/2 ‖w‖²", A="N×D", w="D", y="N", λ="positive")
FACTORS = derive("½‖R − U Vᵀ‖² + λ/2 ‖U‖² + λ/2 ‖V‖²", R="N×M", U="N×Q", V="M×Q", λ="positive")


def statuses(text: str, of: str | Chain) -> list[str]:
    return [line.status for line in audit(text, of).lines]


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("e = R − U Vᵀ\n∂L/∂U = −e V + λ U", FACTORS, ["definition", "proved"]),
    ("e = R - U @ V.T\nG = -e @ V + lam * U\n∂L/∂U = G", FACTORS, ["definition"] * 2 + ["proved"]),
    ("e = R + U Vᵀ\n∂L/∂U = −e V + λ U", FACTORS, ["definition", "refuted"]),
    ("∂L/∂w = −Aᵀ(y − z) + λ w, where z = A w", RIDGE, ["proved", "definition"]),
    ("f = ½‖A w − y‖²\ng = λ/2 ‖w‖²\nL = f + g", RIDGE, ["definition"] * 2 + ["proved"])])
def test_a_letter_that_only_the_chain_knows_is_the_students(text: str, of: Chain,
                                                            expected: list[str]) -> None:
    assert statuses(text, of) == expected, audit(text, of)


@pytest.mark.parametrize(("text", "expected"), [
    ("∂L/∂w = −Aᵀ e + λ w\nwhere e = y − A w.", ["proved", "definition"]),
    ("L = f + g\nf = ½‖u‖²\ng = λ/2 ‖w‖²\nu = A w − y", ["proved", *["definition"] * 3]),
    ("∂L/∂w = −Aᵀ u + λ w\nu = A w − y", ["refuted", "definition"]),
    ("u = A w − y\n∂L/∂w = Aᵀ u + λ w\nu = 2\n∂L/∂w = Aᵀ(A w − y) + λ w + u w",
     ["definition", "proved", "refuted", "refuted"])])
def test_a_definition_may_stand_behind_its_use(text: str, expected: list[str]) -> None:
    assert statuses(text, RIDGE) == expected, audit(text, RIDGE)


WEIGHTED = derive("½ (y − X w)ᵀ C (y − X w)", X="N×D", w="D", y="N", C="symmetric N×N")


@pytest.mark.parametrize(("text", "expected"), [
    ("z = X w\n∂L/∂z = −C (y − z)\n∂L/∂w = Xᵀ ∂L/∂z", ["definition", "proved", "proved"]),
    ("p = X w\nc = y − p\n∂L/∂c = C c\n∂L/∂w = −Xᵀ ∂L/∂c", ["definition"] * 2 + ["proved"] * 2),
    ("e = y − X w\n∂L/∂e = −C e\n∂L/∂w = −Xᵀ ∂L/∂e\n∂L/∂w = Xᵀ C e",
     ["definition", "refuted", "proved", "follows"])])
def test_such_a_letter_has_an_adjoint_of_its_own(text: str, expected: list[str]) -> None:
    assert statuses(text, WEIGHTED) == expected, audit(text, WEIGHTED)


LAYERS = derive("½‖W tanh(V X) − Y‖²", W="M×H", V="H×D", X="D×N", Y="M×N")


@pytest.mark.parametrize(("text", "expected"), [
    ("H = tanh(VX)\nL = ½‖WH − Y‖²\n∂L/∂H = Wᵀ(WH − Y)", ["definition", "proved", "proved"]),
    ("Ē = E\nH̄ = WᵀĒ\nwhere A = V X, H = tanh(A) and E = W H - Y",
     ["proved", "proved", *["definition"] * 3]),
    ("H = V.shape[0]\n∂L/∂Y = Y − W tanh(V X)", ["proved"])])
def test_a_students_matrix_takes_its_letter_from_a_size(text: str, expected: list[str]) -> None:
    assert statuses(text, LAYERS) == expected, audit(text, LAYERS)


SOFTMAX = derive("sum(log(exp(X W) 1)) − tr(Yᵀ X W)", X="N×D", W="D×K", Y="N×K")
CALLED_G = "Let G denote ∂L/∂K. We have G = ½ K⁻¹(YYᵀ − D {})K⁻¹.\nSince G = Gᵀ: ∂L/∂X = 2αGX"


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("dZ = X dW\ndL = tr((P − Y)ᵀ X dW)\nwhere P = softmax(X W)", SOFTMAX,
     ["unreadable", "proved", "definition"]),
    (r"\mathcal{L}(w) = \frac12\|Aw - y\|^2 + \frac\lambda2 \|w\|^2", RIDGE, ["proved"]),
    (CALLED_G.format("K"), "gplvm", ["definition", *["proved"] * 3]),
    (CALLED_G.format("I"), "gplvm", ["definition", "refuted", "proved", "proved"]),
    ("B = foo(X)\nXB = αXXᵀX + β⁻¹X\nK⁻¹X = XB⁻¹", "gplvm", ["unreadable"] * 3),
    ("G = A\nSince G = Gᵀ: ∂L/∂w = Aᵀ(A w − y) + λ w", RIDGE,
     ["definition", "refuted", "proved"])])
def test_nothing_is_read_that_was_not_written(text: str, of: str | Chain, expected: list) -> None:
    assert statuses(text, of) == expected, audit(text, of)


@pytest.mark.parametrize("text", [
    "d(K⁻¹) = K⁻¹ dK K⁻¹\nd tr(K⁻¹YYᵀ) = tr(K⁻¹YYᵀK⁻¹ dK)",
    "dL = ½ tr((YYᵀK⁻¹K⁻¹ − D K⁻¹)dK)\n∂L/∂K = ½(YYᵀK⁻² − D K⁻¹)"])
def test_what_is_read_off_a_slip_is_no_second_slip(text: str) -> None:
    assert statuses(text, "gplvm") == ["refuted", "follows"], audit(text, "gplvm")


NETWORK = derive("½‖Y − tanh(X V) W‖²", X="N×D", V="D×J", W="J×C", Y="N×C")
FORWARD = "Z = X @ V\nH = np.tanh(Z)\nF = H @ W\n"
BACK = "dF = F - Y\ndW = H.T @ dF\ndH = dF @ W.T\ndZ = dH * (1 - H**2)\ndV = X.T @ dZ"
ADDED = "z = W @ x\nE = W.T @ z - x\ndz = W @ E\ndW = z @ E.T\ndW += dz @ x.T"


@pytest.mark.parametrize(("text", "of", "expected"), [
    (FORWARD + BACK, NETWORK, ["definition"] * 3 + ["proved"] * 5),
    (FORWARD + BACK.replace("F - Y", "Y - F"), NETWORK,
     ["definition"] * 3 + ["refuted"] + ["proved"] * 4),
    ("Z = X @ V\nout = np.tanh(Z) @ W\nd_out = out - Y\nd_W = np.tanh(Z).T @ d_out", NETWORK,
     ["definition"] * 2 + ["proved"] * 2),
    (FORWARD + BACK.replace("@ W.T", "@ W"), NETWORK,
     ["definition"] * 3 + ["proved"] * 2 + ["refuted"] + ["proved"] * 2),
    ("H = np.tanh(X @ V)\ndF = H @ W - Y\ndh = dF @ W.T\ndh *= 1 - H**2\ndV = X.T @ dh", NETWORK,
     ["definition"] * 4 + ["proved"]),
    (ADDED, "autoencoder", ["definition"] * 2 + ["proved", "definition", "proved"]),
    (ADDED.replace("+=", "-="), "autoencoder",
     ["definition"] * 2 + ["proved", "definition", "refuted"]),
    ("r = A w − y\ndr = r\ndw = Aᵀ dr + λ w", RIDGE, ["definition", "proved", "proved"]),
    ("import torch\nr = A @ w - y\n# dL/dr\ndr = r\ndw = A.T @ dr + lam * w  # dL/dw", RIDGE,
     ["words", "definition", "proved", "proved"]),
    ("r = A @ w - y\ndr = A @ dw", RIDGE, ["definition", "proved"]),
    ("e = W @ x\nd = W.T @ e\nc = d - x\ndc = c\ndd = -c\nde = W @ dd", "autoencoder",
     ["proved"] * 4 + ["refuted", "proved"]),  # ∂L/∂d of the stage d
    ("delta = A @ w - y\ndw = A.T @ delta + lam * w", RIDGE, ["definition", "proved"])])
def test_in_code_of_backpropagation_dz_is_an_adjoint(text: str, of: str | Chain,
                                                     expected: list[str]) -> None:
    assert statuses(text, of) == expected, audit(text, of)


def test_what_cannot_be_read_in_such_code_is_quoted_as_typed() -> None:
    line = audit("r = A @ w - y\ndr = r.foo()\ndw = A.T @ dr", RIDGE).lines[1]
    assert line.text == "dr = r.foo()"


@pytest.mark.parametrize(("text", "expected"), [
    ("f(w) = ½‖A w − y‖²\ng(w) = λ/2 ‖w‖²\nL(w) = f(w) + g(w)", ["definition"] * 2 + ["proved"]),
    ("r(w) = A w − y\n∇L(w) = Aᵀ r(w) + λ w", ["definition", "proved"]),
    ("\\phi(\\mathbf{w}) = w^T w\nL = ½‖A w − y‖² + λ/2 \\phi(\\mathbf{w})",
     ["definition", "proved"]),
    ("r = A w − y\nL(r) = ½‖r‖² + λ/2 ‖w‖²\n∂L(r)/∂r = r", ["definition", "proved", "proved"]),
    ("L(w + h) = ½‖A w + A h − y‖²", ["unreadable"]),
    ("g(w) = λ/2 ‖w‖²\ng(w + y) = λ/2 ‖w + y‖²", ["definition", "unreadable"])])
def test_what_stands_behind_a_function_are_its_arguments(text: str, expected: list[str]) -> None:
    assert statuses(text, RIDGE) == expected, audit(text, RIDGE)


GRADIENT = "∂L/∂w = Aᵀ(A w − y) + λ w\n"
COVARIANCE = derive("N/2 log|Σ| + ½ tr(Σ⁻¹XᵀX)", X="N×D", Σ="symmetric D×D")
ALTERNATING = ("∂L/∂U = (U Vᵀ − R) V + λ U\n0 = (U Vᵀ − R) V + λ U\nU (VᵀV + λ I) = R V\n"
               "U = R V (VᵀV + λ I)⁻¹\n∂L/∂V = (U Vᵀ − R)ᵀ U + λ V")


@pytest.mark.parametrize(("text", "of", "expected"), [
    (GRADIENT + "0 = Aᵀ(A w − y) + λ w\n(AᵀA + λ I) w = Aᵀy\nw = (AᵀA + λ I)⁻¹ Aᵀy", RIDGE,
     ["proved", "numeric", "numeric", "proved"]),
    (GRADIENT + "AᵀA w + λ w − Aᵀ y = 0\n(AᵀA − λ I) w = Aᵀy\nw = (AᵀA − λ I)⁻¹ Aᵀy", RIDGE,
     ["proved", "numeric", "refuted", "follows"]),
    (GRADIENT.replace("λ w", "2λ w") + "(AᵀA + 2λ I) w = Aᵀy\nw = (AᵀA + 2λ I)⁻¹ Aᵀy", RIDGE,
     ["refuted", "follows", "follows"]),
    (GRADIENT + "λ w = Aᵀ(y − A w)\nw = Aᵀ(y − A w)/λ", RIDGE, ["proved", "numeric", "numeric"]),
    (GRADIENT + "= 2 Aᵀ(A w − y) + 2 λ w", RIDGE, ["proved", "refuted"]),
    (GRADIENT.strip() + " = 2 Aᵀ(A w − y) + 2 λ w", RIDGE, ["refuted"]),
    (GRADIENT + "At the optimum 1ᵀ A w = 3.", RIDGE, ["proved", "unreadable"]),
    (ALTERNATING, FACTORS, ["proved", "numeric", "numeric", "proved", "proved"]),
    (ALTERNATING.replace("U (V", "U Vᵀ V (V", 1), FACTORS,
     ["proved", "numeric", "refuted", "proved", "proved"]),
    ("∂L/∂Σ = ½(N Σ⁻¹ − Σ⁻¹XᵀX Σ⁻¹)\n0 = N Σ⁻¹ − Σ⁻¹XᵀX Σ⁻¹\nN Σ = XᵀX\nΣ = XᵀX/N", COVARIANCE,
     ["proved", "numeric", "numeric", "proved"]),
    ("∂L/∂Σ = ½(N Σ⁻¹ − Σ⁻¹XᵀX Σ⁻¹)\n0 = N Σ⁻¹ − Σ⁻¹XᵀX Σ⁻¹\nΣ = XᵀX", COVARIANCE,
     ["proved", "numeric", "refuted"]),
    ("Take λ = 1.\n∂L/∂w = Aᵀ(A w − y) + w\n∂L/∂w = Aᵀ(A w − y) − w", RIDGE,
     ["definition", "numeric", "refuted"]),
    ("Suppose y = A w.\n∂L/∂w = λ w\n∂L/∂w = 2 λ w", RIDGE,
     ["definition", "numeric", "refuted"]),
    ("Let VᵀV = I.\n∂L/∂V = (U Vᵀ − R)ᵀ U + λ V\nL = ½‖U Vᵀ − R‖² + λ/2 ‖U‖²", FACTORS,
     ["definition", "proved", "unreadable"]),
    ("We require VᵀV = I.\ntr(VᵀV) = k", FACTORS, ["definition", "unreadable"]),
    ("Under the constraint VᵀV = I:\ntr(VᵀV) = k", FACTORS, ["definition", "unreadable"]),
    ("‖w‖² = 1", RIDGE, ["definition"]), ("(A w)ᵀ = Aᵀ wᵀ", RIDGE, ["refuted"])])
def test_a_condition_is_no_identity(text: str, of: Chain, expected: list[str]) -> None:
    assert statuses(text, of) == expected, audit(text, of)


def test_what_holds_under_a_condition_says_where() -> None:
    lines = audit(GRADIENT + "(AᵀA + λ I) w = Aᵀy\nw = (AᵀA + 7 λ I)⁻¹ Aᵀy", RIDGE).lines
    assert lines[1].note == "It holds where ∂L/∂w is zero."
    assert lines[2].wrong.endswith("With this w, ∂L/∂w is not zero.")


EXPONENT = "−D/2 log|K| − ½ tr(K⁻¹Y Yᵀ)"


@pytest.mark.parametrize(("text", "expected"), [
    (f"L = {EXPONENT}", "proved"), (f"L ∝ {EXPONENT}", "proved"),
    (f"L = {EXPONENT} up to an additive constant.", "proved"), ("L ∝ −D log|K|", "unreadable"),
    (f"L = {EXPONENT} + N", "refuted"), (f"L = {EXPONENT.replace('− ½', '+ ½')}", "refuted")])
def test_a_constant_of_the_scalar_may_be_left_out(text: str, expected: str) -> None:
    assert statuses(text, "gplvm") == [expected], audit(text, "gplvm")


def test_the_constant_that_is_left_out_is_named() -> None:
    assert audit(f"L = {EXPONENT}", "gplvm").lines[0].note == (
        "The constant -D N log(2 pi)/2 is left out, which changes no gradient.")


@pytest.mark.parametrize(("text", "of", "expected", "note"), [
    ("E = R − U Vᵀ\nThe total differential is\ndL = −tr(Eᵀ dU Vᵀ) + λ tr(Uᵀ dU)", FACTORS,
     ["definition", "words", "proved"], "It holds with R, V, λ held fixed."),
    ("dL = −tr((R − U Vᵀ)ᵀ dU Vᵀ) + λ tr(Uᵀ dU)\n∂L/∂V = (U Vᵀ − R)ᵀ U + λ V\n"
     "dL = −tr((R − U Vᵀ)ᵀ dU Vᵀ) + λ tr(Uᵀ dU)", FACTORS, ["proved"] * 3,
     "It holds with V held fixed."),
    ("H = tanh(X V)\ndL = tr((H W − Y)ᵀ dH W) + tr((H W − Y)ᵀ H dW)\n= tr((H W − Y)ᵀ H dW)",
     NETWORK, ["definition", "proved", "refuted"], ""),
    ("dL = (A w − y)ᵀ A dw + λ wᵀ dw", RIDGE, ["proved"], "")])
def test_what_a_differential_holds_fixed_is_said(text: str, of: Chain, expected: list[str],
                                                 note: str) -> None:
    found = audit(text, of).lines
    assert ([line.status for line in found], found[-1].note) == (expected, note), found


@pytest.mark.parametrize(("text", "of", "expected", "kind"), [
    ("K = X Xᵀ + β⁻¹ I\n∂L/∂X = (K⁻¹Y Yᵀ − D I)K⁻¹X", "gplvm", ["refuted", "follows"],
     "missing_scalar"),
    ("r = y − X w\ndL = rᵀ C dr\n= 2 rᵀ C dr", WEIGHTED, ["definition", "proved", "refuted"],
     "factor"),
    ("∂L/∂U = −(R − U Vᵀ) V + λ U\n= U Vᵀ V + R V + λ U", FACTORS, ["proved", "refuted"], "sign"),
    ("dr = −A dw\ndL = −rᵀ dr", RIDGE, ["definition", "unreadable"], "unreadable"),
    ("L_1 = ½‖A w − y‖²", RIDGE, ["definition"], "")])
def test_a_slip_in_a_stage_or_in_rewriting_is_named(text: str, of: str | Chain, expected: list[str],
                                                    kind: str) -> None:
    found = audit(text, of)
    assert [line.status for line in found.lines] == expected, found
    assert next((it.kind for line in found.lines for it in line.findings), "") == kind, found


@pytest.mark.parametrize(("text", "expected"), [
    ("Setting ∂L/∂w = 0: AᵀA w + λ w = Aᵀy", ["words", "numeric"]),
    ("g = Aᵀ(A w − y) + λ w\ng = 0\n(AᵀA + λ I) w = Aᵀy", ["definition", "numeric", "numeric"]),
    ("∂L/∂A = (A w − y) wᵀ\nAᵀ1 = 3 w", ["proved", "refuted"])])
def test_a_condition_may_stand_behind_a_colon_or_in_letters(text: str, expected: list) -> None:
    assert statuses(text, RIDGE) == expected, audit(text, RIDGE)


LOGISTIC = derive("sum(log(1 + exp(X w))) − yᵀ X w", X="N×D", w="D", y="N")
BODY = "def {}(w, X, y):\n    z = X @ w\n    p = 1 / (1 + np.exp(-z))\n"
HEAD = ["words", "definition", "definition"]


@pytest.mark.parametrize(("text", "expected"), [
    (BODY.format("f") + "    grad = X.T @ (p - y)\n    return grad", ["proved", "words"]),
    (BODY.format("f") + "    grad = X.T @ (y - p)\n    return grad", ["refuted", "words"]),
    (BODY.format("grad") + "    return X.T @ (p - y)", ["proved"]),
    (BODY.format("grad_of") + "    return X.T @ (y - p)", ["refuted"]),
    (BODY.format("f") + "    return X.T @ (y - p)", ["unreadable"]),
    (BODY.format("gradient_step") + "    return w - X.T @ (p - y)", ["unreadable"])])
def test_the_body_of_a_function_is_checked_as_without_its_head(text: str, expected: list) -> None:
    assert statuses(text, LOGISTIC) == HEAD + expected, audit(text, LOGISTIC)


@pytest.mark.parametrize(("text", "of", "expected"), [
    (r"L = \sum_n \log(1+e^{z_n}) - y^\top z, \qquad z = Xw", LOGISTIC, ["proved", "definition"]),
    (r"\mathrm{d}L = (Aw-y)^\top S A\,\mathrm{d}w \qquad\text{since } S = S^\top", derive(
        "½ (A w − y)ᵀ S (A w − y)", A="N×D", w="D", y="N", S="symmetric N"), ["proved"] * 2),
    ("dL = tr(Eᵀ dE) with E = A w − y, A held fixed", derive(
        "½‖A w − y‖²", A="N×D", w="D", y="N"), ["proved", "definition"]),
    ("∇ = Aᵀ(Aw − y) + λw\n∂L/∂w = 0\nŵ = (AᵀA + λI)⁻¹Aᵀy", RIDGE,
     ["proved", "words", "proved"]),
    ("def f(w):\n    z = X @ w\n    loss = np.sum(np.log(1 + np.exp(z))) - y @ z\n    return loss",
     LOGISTIC, ["words", "definition", "proved", "words"]),
    ("z = X @ w\nloss = np.sum(np.log(1 + np.exp(z))) + y @ z", LOGISTIC,
     ["definition", "unreadable"]),
    ("∇ = Aᵀ(Aw + y) + λw\nŵ = (AᵀA + λI)⁻¹Aᵀy", RIDGE, ["refuted", "proved"]),
    (r"Setting it to $0$ yields the best $w^* = (A^T A + \lambda I)^{-1} A^T y$.", RIDGE,
     ["proved"]),
    ("w_{opt} = (AᵀA − λI)⁻¹Aᵀy", RIDGE, ["refuted"]),
    ("Note that ∂L/∂w is Aᵀ(Aw − y) = Aᵀ r and not A r", RIDGE, ["unreadable"]),
    ("Solution to exercise 3\n**Gradient wrt w.**\nUsing the chain rule,\nAs yᵀAw is a scalar it "
     "equals its transpose\nNote that we did not use AᵀA = I.", RIDGE, ["words"] * 5)])
def test_what_stands_beside_the_formulas_does_not_hide_them(text: str, of: Chain,
                                                            expected: list[str]) -> None:
    assert statuses(text, of) == expected, audit(text, of)


ADDING = "def grad(w):\n    r = A @ w - y\n    grad = A.T @ r\n    grad {} lam * w\n    return grad"


@pytest.mark.parametrize(("sign", "last"), [("+=", "proved"), ("-=", "refuted")])
def test_what_is_added_to_the_gradient_counts(sign: str, last: str) -> None:
    assert statuses(ADDING.format(sign), RIDGE)[-1] == last


def test_one_wrong_line_alone_is_not_counted() -> None:
    assert "0 of" not in audit("Let r = A w − y\n∂L/∂w = Aᵀ r − λ w", RIDGE).summary


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("δ₂ = A w − y\nL = ½ δ₂ᵀδ₂ + λ/2 wᵀw\n∂L/∂w = Aᵀδ₂ + λ w", RIDGE,
     ["definition", "proved", "proved"]),
    ("ln p = −(D/2) ln|K| − ½ tr(K⁻¹YYᵀ) + const.\n∂ ln p/∂K = ½ K⁻¹YYᵀK⁻¹ −(D/2) K⁻¹", "gplvm",
     ["proved", "proved"]),
    ("s = exp(X W) 𝟏\nd(𝟏ᵀ log s) = 𝟏ᵀ diag(s)⁻¹ ds", SOFTMAX, ["definition", "numeric"]),
    ("P = softmax(X W) (row-wise)\n∂L/∂W = Xᵀ(P − Y)", SOFTMAX, ["definition", "proved"]),
    ("∂ log|K| / ∂K = K⁻¹", "gplvm", ["proved"]),
    ("∂ log|K| / ∂K = K\n∂L/∂K = ½(K⁻¹YYᵀK⁻¹ − DK)", "gplvm", ["refuted", "follows"]),
    (r"\frac{\partial \operatorname{tr}(w^\top w)}{\partial w} = 2w", RIDGE, ["proved"]),
    (r"\frac{\partial}{\partial w}\tfrac\lambda2\|w\|^2 &= 2\lambda w", RIDGE, ["refuted"])])
def test_what_textbooks_write_is_read(text: str, of: str | Chain, expected: list) -> None:
    assert statuses(text, of) == expected, audit(text, of)
