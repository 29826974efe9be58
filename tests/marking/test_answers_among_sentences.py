"""An answer is found among sentences, and what may change it is not left out."""

import pytest

from lvmcalc import derive, mark

FIT = derive("½‖A w − y‖² + λ/2 ‖w‖²", A="N×D", w="D", y="N", λ="positive")
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
