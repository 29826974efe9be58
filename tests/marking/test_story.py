"""The story round an answer: what changes nothing is left out, what may change something is not."""

import pytest

from lvmcalc import derive, mark

RIDGE = derive("½‖A w − y‖² + λ/2 ‖w‖²", A="N×D", w="D", y="N", λ="positive")
LOGISTIC = derive("1ᵀ log(1 + exp(X w)) − yᵀ X w", X="N×D", w="D", y="N")
SOFTMAX = derive("1ᵀ log(exp(X W) 1) − tr(Yᵀ X W)", X="N×D", W="D×C", Y="N×C")
GAUSS = derive("N/2 log|Σ| + ½ tr(Zᵀ Σ⁻¹ Z)", Σ="symmetric D×D", Z="D×N")
NET = derive("½‖B tanh(A X) − Y‖²", A="H×D", X="D×N", B="C×H", Y="C×N")
OF = {"w": (RIDGE, "Aᵀ(Aw − y) + λw"), "A": (RIDGE, "(Aw − y)wᵀ"), "Y": ("gplvm", "−K⁻¹Y"),
      "c": ("gplvm", "½K⁻¹YYᵀK⁻¹ − D/2 K⁻¹"), "X": ("gplvm", "α(K⁻¹YYᵀK⁻¹ − D K⁻¹)X")}


@pytest.mark.parametrize(("wrt", "story"), [
    ("w", "Differentiating the quadratic gives $$∂L/∂w = {},$$ the familiar normal equations."),
    ("w", "The minus sign of the residual and the factor half cancel at the end, so ∂L/∂w = {}"),
    ("w", "We treat the rows separately, then add them, hence ∂L/∂w = {}"),
    ("w", "{} (it doesn't depend on the variance at all)"),
    ("A", "only the first term depends on A, so it's {}"),
    ("w", "The gradient (see Bishop 2006, eq. 3.27) is {}."),
    ("w", "As everyone knows from regression: ∂L/∂w = {}"),
    ("w", "Chain rule on the residual, then add weight decay: ∂L/∂w = {}"),
    ("w", "Standard least squares gradient with weight decay: {}"),
    ("w", "This follows from the chain rule applied to the squared norm: ${}$."),
    ("w", "### Gradient\n\n$$∂L/∂w = {}$$\n\nThe first term pulls it towards the data."),
    ("w", "∂L/∂w = {}, where the first part comes from the data and the second from the prior."),
    ("w", "**Solution.** Expand the square:\n$$L = ½wᵀAᵀAw − yᵀAw + ½yᵀy + λ/2 wᵀw.$$\n"
     "Differentiating term by term gives\n$$∂L/∂w = {}.$$"),
    ("w", "1. Define the residual $r = Aw - y$.\n2. Its differential is $dr = A\\,dw$.\n"
     "3. Reading off the gradient: $∂L/∂w = {}$."),
    ("A", "An outer product of the residual with the weights: $∂L/∂A = {}$"),
    ("A", "outer product of residual and weights, {}"),
    ("A", "${}$, which has the same shape as $A$."),
    ("X", "Since $K$ is symmetric and $X$ appears twice in $XX^\\top$, the product rule yields "
     "$∂L/∂X = {}$."),
    ("X", "∂L/∂X = {}. Note that the noise precision enters only through K."),
    ("X", "The gradient flows from the likelihood back through the kernel to the coordinates: "
     "∂L/∂X = {}"),
    ("X", "∂L/∂X = {}, using the symmetry of the kernel and the cyclic property of the trace."),
    ("c", "From the Matrix Cookbook (57) and (63): $∂L/∂K = {}$"),
    ("c", "Using Jacobi's formula for the log determinant and the derivative of the inverse, "
     "$∂L/∂K = {}$."),
    ("c", "By Jacobi's formula the determinant contributes $−D/2 K⁻¹$, and the trace contributes "
     "$½K⁻¹YYᵀK⁻¹$. Adding both, $$∂L/∂K = {}.$$"),
    ("Y", "Y enters only through the quadratic form tr(K⁻¹YYᵀ), whose gradient is 2K⁻¹Y; "
     "multiplying by −½ yields ∂L/∂Y = {}"),
    ("Y", "Since $L$ depends on $Y$ only through the trace, $$∂L/∂Y = {}$$"),
    ("w", "The weights enter through the residual and through the penalty, so we get {}"),
    ("Y", "The log-determinant is independent of $Y$. What remains is a quadratic form whose "
     "derivative equals ${}$.")])
def test_a_story_round_an_answer_is_left_out(wrt: str, story: str) -> None:
    of, right = OF[wrt]
    assert mark(story.replace("{}", right), of, wrt).right


def test_what_is_torn_apart_by_a_word_is_no_story() -> None:
    assert mark("-\\alpha D R X \\quad R = K^ hence {-1}", "gplvm.log_det",
                "X").status == "unreadable"


def test_a_transpose_behind_a_word_is_not_dropped() -> None:
    for text in ("W(WᵀW − I)xx (here) ᵀ", "$W(WᵀW − I)x$ here ᵀ"):
        assert mark(text, "autoencoder", "h").status == "unreadable"


@pytest.mark.parametrize(("text", "of", "wrt"), [
    ("-K⁻¹ \\textit{here} Y", "gplvm.trace", "Y"), ("b_bar b thus inv(K)", "gplvm.log_det", "c"),
    ("->alpha*D*inv(K)*X;", "gplvm.log_det", "X"), ("d thus - x", "autoencoder", "c"),
    ("d -> x", "autoencoder", "c"), ("mind - x", "autoencoder", "c"),
    ("f_bar + g_bar. where T", "gplvm.log_det", "X"),
    ("d\\quadL = ⟨e cᵀ, dW⟩ + tr(x cᵀWᵀ dW)", "autoencoder", "W"),
    ("d\r\nL = tr(cᵀ dc)", "autoencoder", "c"), ("∂L/∂K : X > Xᵀ", "gplvm", "alpha"),
    ("e_bar = α\n d_bar", "gplvm", "e"), ("return ->np.linalg.solve(K, Y)", "gplvm", "Y"),
    ("-sum(abs2, K \\right\\ Y) / (2β^2)", "gplvm.trace", "beta"),
    ("W %*% x % eigh*% t(c) + W %*% c %*% t(x)", "autoencoder", "W"),
    ("W @ x @ c.dot() + W @ c @ x.t()", "autoencoder", "W"),
    (" mine cᵀ + W c xᵀ", "autoencoder", "W"),
    ("alpha * jsp.linalg.solve(K, Y) @ (j\\,sp.linalg.solve(K, Y).T @ X)", "gplvm.trace", "X")])
def test_a_factor_behind_a_word_or_a_minus_in_an_arrow_is_not_dropped(text: str, of: str,
                                                                      wrt: str) -> None:
    assert mark(text, of, wrt).status == "unreadable"


@pytest.mark.parametrize(("rows", "right"), [
    ("dL = ⟨e cᵀ, dW⟩\n + tr(x cᵀWᵀ dW)", True), ("dL = ⟨W c xᵀ, dW⟩\n- ⟨e cᵀ, dW⟩", False),
    ("dL = ⟨2 e cᵀ + W c xᵀ, dW⟩\n− ⟨e cᵀ, dW⟩", True)])
def test_a_row_that_begins_with_a_sign_goes_on(rows: str, right: bool) -> None:
    assert mark(rows, "autoencoder", "W").status == ("proved" if right else "refuted")


def test_a_story_makes_no_wrong_answer_right() -> None:
    assert mark("The determinant is independent of Y, so ∂L/∂Y = K⁻¹Y", "gplvm",
                "Y").status == "refuted"


@pytest.mark.parametrize("story", [
    "Take the trace: {}", "Its square: {}", "{} squared",
    "The inverse of the following: {}", "{} summed over the rows.", "{} (first term)", "Trace: {}",
    "∂L/∂X = {}. Then take the transpose.", "∂L/∂X = {}. The second term should be transposed.",
    "∂L/∂X = {}, the first term of which is the gradient.", "∂L/∂X = {}. Now add the prior.",
    "∂L/∂X = {}, whose inverse is the gradient.", "∂L/∂X = {}; this appears twice.",
    "∂L/∂X = {}. The factor is the trace.", "∂L/∂X = {}, since the answer is transposed.",
    "∂L/∂X = {}, which changes sign.", "∂L/∂X = {} with a minus sign.", "∂L/∂X = {}, twice.",
    "∂L/∂X = {}, from which the gradient follows by the product rule.",
    "∂L/∂X = {}. The second term vanishes.", "∂L/∂X = {}, because the trace is ignored.",
    "The trace gives ∂L/∂X = {}.", "Second path: ∂L/∂X = {}", "For the trace, ∂L/∂X = {}",
    "First part. ∂L/∂X = {}", "Let K be the inverse of the kernel matrix. ∂L/∂X = {}",
    "Write K for the inverse of the kernel. Then ∂L/∂X = {}",
    "With K = the inverse of the kernel. Then ∂L/∂X = {}", "K is constant, so ∂L/∂X = {}",
    "∂L/∂X = {}, where K is the precision matrix.", "∂L/∂X = {}, K being the inverse kernel.",
    "Y is the transposed data matrix. Hence ∂L/∂X = {}", "With the identity as kernel, ∂L/∂X = {}",
    "Suppose the kernel is the identity. Then ∂L/∂X = {}", "Transposed: ∂L/∂X = {}",
    "In numerator layout, ∂L/∂X = {}", "If the noise vanishes, ∂L/∂X = {}",
    "The gradient of the negative log-likelihood is ∂L/∂X = {}", "We start with {}",
    "Nobody would claim that ∂L/∂X = {}", "The update direction is {}.", "The loss is the trace. "
    "{}", "So the likelihood equals {}",
    "{} is the difference between the gradient and the penalty."])
def test_a_story_that_may_change_an_answer_makes_it_unreadable(story: str) -> None:
    assert mark(story.replace("{}", OF["X"][1]), "gplvm", "X").status == "unreadable"


@pytest.mark.parametrize(("answer", "of", "wrt", "status"), [
    ("Xᵀ(p − y), here p denotes σ(Xw)", LOGISTIC, "w", "proved"),
    ("$X^\\top(p - y)$, where $p$ stands for $\\sigma(Xw)$", LOGISTIC, "w", "proved"),
    ("Xᵀ(p − y), here p denotes σ(−Xw)", LOGISTIC, "w", "refuted"),
    ("Xᵀ(p − y), here p denotes the probabilities", LOGISTIC, "w", "unreadable"),
    ("P = exp(XW) with every row divided by its sum. Then dL/dW = Xᵀ(P − Y).", SOFTMAX, "W",
     "proved"),
    ("P = exp(XW) with every row divided by two. Then dL/dW = Xᵀ(P − Y).", SOFTMAX, "W",
     "unreadable"),
    ("Bᵀ(BH − Y) ⊙ (1 − H²) with H = tanh(AX), the square taken entry by entry", NET, "e",
     "proved"),
    ("Bᵀ(BH − Y) with H = tanh(AX), the square taken entry by entry", NET, "e", "unreadable"),
    ("- Forward pass: $Z = AX$, $H = \\tanh(Z)$\n- Error: $\\delta = (B^\\top (BH - Y)) \\odot "
     "(1 - H^2)$, where the square is element-wise\n- Gradient: $∂L/∂A = \\delta X^\\top$", NET,
     "A", "proved"),
    ("\\begin{align}\n∂L/∂W &= W x c^\\top + W c x^\\top \\\\\n &= W (x c^\\top + c x^\\top)\n"
     "\\end{align}\nwhere $c = W^\\top W x - x$.", "autoencoder", "W", "proved"),
    ("∂L/∂W = Xᵀ[(EVᵀ) ∘ (1 − H∘H)], E = HV − Y being the output error and H = tanh(XW) the hidden "
     "layer", derive("½‖tanh(X W) V − Y‖²", X="N×D", W="D×H", V="H×C", Y="N×C"), "W", "proved"),
    ("Let $P$ be $\\mathrm{softmax}(XW)$. Then $∂L/∂W = X^\\top(P − Y)$.", SOFTMAX, "W", "proved"),
    ("With the scatter matrix $S = ZZ^\\top$ we have\n$$\n∂L/∂Σ = ½(NΣ^{-1} - Σ^{-1} S Σ^{-1})\n$$",
     GAUSS, "Σ", "proved"),
    ("D = Y.shape[0]\nreturn alpha * (inv(K) @ Y @ Y.T @ inv(K) - D * inv(K)) @ X", "gplvm", "X",
     "refuted"),
    ("Bᵀ(B tanh(e) − Y), multiplied entrywise by 1 − tanh²(e)", NET, "e", "proved"),
    ("e + Bᵀ(B tanh(e) − Y), multiplied entrywise by 1 − tanh²(e)", NET, "e", "unreadable"),
    ("target minus output, Y − B tanh(AX)", NET, "Y", "proved"),
    ("target minus output, B tanh(AX) − Y", NET, "Y", "refuted"),
    ("forward: H = tanh(AX), E = BH − Y. backward: dH = BᵀE, dZ = dH ⊙ (1 − H⊙H), dA = dZ Xᵀ", NET,
     "A", "proved"),
    ("XW, because only the second term depends on Y.", SOFTMAX, "Y", "refuted"),
    ("Xᵀ(P − Y), P being the softmax of XW for each row", SOFTMAX, "W", "proved"),
    ("Xᵀ(softmax(XW) − Y) with the softmax taken for each row", SOFTMAX, "W", "proved"),
    ("pᵢ = 1/(1+exp(−xᵢᵀw)), ∂L/∂w = Σᵢ (pᵢ − yᵢ) xᵢ", LOGISTIC, "w", "proved"),
    ("pᵢ = 1/(1+exp(xᵢᵀw)), ∂L/∂w = Σᵢ (pᵢ − yᵢ) xᵢ", LOGISTIC, "w", "refuted"),
    ("Write A = K⁻¹Y. Then ∂L/∂K = ½(AAᵀ − D K⁻¹) and therefore ∂L/∂X = α(AAᵀ − D K⁻¹)X.", "gplvm",
     "X", "proved"),
    ("G = 0.5*Ki @ Y @ Y.T @ Ki - 0.5*D*Ki, with Ki = inv(K); then dL/dX = 2*alpha*G @ X", "gplvm",
     "X", "proved"),
    ("G = 0.5*Ki @ Y @ Y.T @ Ki - 0.5*D*Ki, with Ki = inv(K); then dL/dX = alpha*G @ X", "gplvm",
     "X", "refuted"),
    ("The first term gives Aᵀ(Aw − y) and the second λw; adding them gives Aᵀ(Aw − y) + λw", RIDGE,
     "w", "proved"),
    ("Expand: ½wᵀAᵀAw − yᵀAw + ½yᵀy + λ/2 wᵀw. Differentiate: AᵀAw − Aᵀy + λw.", RIDGE, "w",
     "proved"),
    ("dL/dW = W(cxᵀ + xcᵀ) where c is the residual WᵀWx − x", "autoencoder", "W", "proved"),
    ("dL/dW = WWᵀ(cxᵀ + xcᵀ) where c is the residual WᵀWx − x", "autoencoder", "W", "refuted"),
    ("the output error times the hidden activations transposed: (B tanh(AX) − Y) tanh(AX)ᵀ", NET,
     "B", "proved"),
    ("-K\\left .I*Y", "gplvm", "Y", "proved"),
    ("minus K⁻¹Y (using that K is symmetric)", "gplvm", "Y", "proved"),
    ("minus ½K⁻¹Y", "gplvm", "Y", "refuted"), ("minus K⁻¹ − Y", "gplvm", "Y", "unreadable"),
    ("minus twice K⁻¹Y", "gplvm", "Y", "refuted"),
    ("minus one half, i.e. -1/2", "gplvm", "t", "proved"),
    ("minus one half, i.e. 1/2", "gplvm", "t", "refuted"), ("one half", "gplvm", "t", "refuted")])
def test_formulas_in_words_and_rows_are_read(answer: str, of: object, wrt: str,
                                             status: str) -> None:
    assert mark(answer, of, wrt).status == status


@pytest.mark.parametrize("story", [
    "The data term gives: {}", "From the penalty we get {}", "{}, which comes from the trace",
    "{} (from the prior)", "$\\underbrace{{}}_{\\text{data term}}$",
    "By the first term, {}", "Through the encoder: {}"])
def test_a_formula_that_is_said_to_be_of_a_part_is_no_answer(story: str) -> None:
    _, right = OF["w"]
    for answer in (right, f"∂L/∂w = {right}"):
        assert mark(story.replace("{}", answer), RIDGE, "w").status == "unreadable"


@pytest.mark.parametrize(("loss", "told"), [
    ("L = −D q", True), ("L = −D/2 q", False), ("L = −D/2 q + …", False)])
def test_another_loss_in_front_is_said_to_be_unmarked(loss: str, told: bool) -> None:
    found = mark(f"{loss}, so dL/dq = −D/2", "gplvm", "q")
    assert (found.right, "What is said of L is not marked." in str(found)) == (True, told)


def test_along_one_path_there_is_no_part() -> None:
    assert mark("The data term gives: ∂L/∂A = (Aw − y)wᵀ", RIDGE, "A").right


def test_a_number_that_a_sentence_carries_is_no_answer() -> None:
    for text in ("see Lawrence (2005), section 2, the gradient is given there", "derived in 1986",
                 "See section 2.", "see pages 3-5", "as in Bishop (2006)", "from (2)",
                 "see appendix D", "Matrix Cookbook, equation 57"):
        assert mark(text, "gplvm", "X").status == "unreadable"
    for text in ("dL/dL₁ = 1 (see section 2)", "The derivative is 1.", "1"):
        assert mark(text, "gplvm", "L₁").right
