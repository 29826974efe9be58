"""The words of a derivation: what they say of a formula is read, what they say beside it left out.
"""

import pytest

from lvmcalc import audit, derive

RIDGE = derive("½‖A w − y‖² + λ/2 ‖w‖²", A="N×D", w="D", y="N", λ="positive")
GAUSS = derive("n/2 log det(Σ) + ½ tr(Σ⁻¹ S)", Σ="symmetric D×D", S="symmetric D×D", n="positive")
SOFTMAX = derive("Z = X W\nL = sum(log(exp(Z) ones(K))) − sum(Y ∘ Z)", X="N×D", W="D×K", Y="N×K")


def statuses(text: str, of: object = RIDGE) -> list[str]:
    return [line.status for line in audit(text, of).lines]


@pytest.mark.parametrize("text", [
    "The negative log-likelihood is", "The log-likelihood of the GP-LVM is",
    r"Its gradient with respect to $\mathbf w$ is",
    r"Writing $a_i^\top$ for the $i$-th row of $A$,", r"\textbf{Gradient of the loss.} We have",
    "Homework 2, problem 1", "that means", r", \text{i.e.},", "Holding $y$ fixed,", "IRLS update",
    "Let me know if you want me to code this up! \U0001F642", "print((grad - check(w)).max())",
    "w is used twice, once in the loss and once in the penalty", "We model y ≈ A w.",
    "class Ridge:", r"B : C = \operatorname{tr}(B^T C)", "Using 2 facts from section 3,",
    "For $\\lambda = 0$ this is the least-squares gradient."])
def test_a_line_without_a_formula_is_words(text: str) -> None:
    assert {*statuses(text)} == {"words"}


@pytest.mark.parametrize("text", ["foo so", "The gradient is minus w", "∂L/∂w is twice that",
                                  "Second path (encoder): A w y", "we get Aᵀ r", "so it is Aw",
                                  "w is used twice, giving Aw", "A : C = tr(A C)", "∂L/∂w ≈ Aw",
                                  "For λ = 0 this is the A w"])
def test_a_formula_in_a_line_is_not_dropped_as_words(text: str) -> None:
    assert statuses(text) == ["unreadable"]


@pytest.mark.parametrize(("text", "expected"), [
    ("r = A w − y (one entry for each of the N rows)\n∂L/∂w = Aᵀ r + λ w",
     ["definition", "proved"]),
    ("r = A w − y are the logits.\n∂L/∂w = Aᵀ r + λ w", ["definition", "proved"]),
    ("function [gw] = g(A, w)\nr = A*w - y;\ngw = A'*r + lambda*w;\nend",
     ["words", "definition", "proved", "words"]),
    ("r = A w − y (an N×1 matrix)\n∂L/∂w = Aᵀ r + λ w", ["definition", "proved"]),
    ("∂L/∂w = Aᵀ(A w − y) + λ w, because w is used twice\n= AᵀA w − Aᵀy + λ w",
     ["proved", "words", "proved"]),
    ("z = A w, error e = z − y\n∂L/∂w = Aᵀ e + λ w", ["definition"] * 2 + ["proved"]),
    ("2. **Gradient with respect to $w$:** $\\nabla_w L = A^T (A w - y) + \\lambda w$.",
     ["proved"]),
    ("\\[\n L = \\frac12 \\|A w - y\\|^2 + \\frac\\lambda2 \\|w\\|^2\n\\]\nHence\n\\[ \\nabla_w L\n"
     "= A^T(A w - y) + \\lambda w \\]", ["proved", "words", "proved"]),
    ("r = A w − y gives L = ½ rᵀr + λ/2 wᵀw\n∂L/∂w = Aᵀ r + λ w", ["definition"] + ["proved"] * 2),
    ("The Hessian is ∇²L = AᵀA + λ I, which is positive definite.",
     ["words", "proved", "words"]),
    ("p = σ(A w), with σ applied elementwise\nr = A w − y ✔\n∂L/∂w = Aᵀ r + λ w", ["definition",
     "words", "definition", "proved"]),
    ("With r = A w − y you get\ndL = rᵀA dw + λ wᵀdw", ["definition", "proved"]),
    ("Work with the residual r = A w − y, since then it is short.\nLoss: ∂L/∂w = Aᵀ r + λ w",
     ["definition", "words", "proved"]),
    ("self.r = A @ w - self.y\ngrad = A.T @ self.r + lam * w", ["definition", "proved"]),
    ("Find the gradient of L = ½‖A w − y‖² + λ/2 ‖w‖².", ["proved"]),
    ("The loss is $L = \\frac12\\|A w - y\\|^2 + \\frac\\lambda2\\|w\\|^2$.", ["proved"]),
    ("r = A*w - y;\nL = 0.5 * sum(r(:).^2) + lambda/2 * sum(w(:).^2);", ["definition", "proved"]),
    ("Step 2 - tanh: ∂L/∂w = Aᵀ(A w − y) + λ w", ["proved"]),
    ("∂L/∂w = Aᵀ(A w − y) + λ w ✗", ["unreadable"]),
    ("It is not ∂L/∂w = Aᵀ(A w − y) + λ w", ["unreadable"]),
    ("∂L/∂w = Aᵀ(A w − y) + λ w (transposed)", ["unreadable"]),
    ("∂L/∂w = Aᵀ(A w − y), plus λ w", ["unreadable"]),
    ("alpha e = A w − y\n∂L/∂w = Aᵀ e + λ w", ["unreadable"] * 2)])
def test_remarks_nouns_and_displays_do_not_hide_a_formula(text: str, expected: list) -> None:
    assert statuses(text) == expected, audit(text, RIDGE)


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("w^* = (AᵀA + λI)⁻¹Aᵀy", RIDGE, ["proved"]),
    (r"\mathbf{w}^{\star} = (A^T A + \lambda I)^{-1} A^T y", RIDGE, ["proved"]),
    (r"\nabla_\Sigma L = 0, \quad \hat\Sigma = \frac1n S", GAUSS, ["words", "proved"]),
    (r"\Sigma_{\mathrm{ML}} = \frac2n S", GAUSS, ["refuted"]),
    ("Setting it to zero yields the nonsense $w = foo(A)$.\n∂L/∂w = Aᵀ(A w − y) + λ w", RIDGE,
     ["unreadable", "proved"])])
def test_the_optimum_is_called_in_many_ways(text: str, of: object, expected: list) -> None:
    assert statuses(text, of) == expected, audit(text, of)


TERMS = ("L = ½ wᵀAᵀA w − wᵀAᵀy + ½ yᵀy + λ/2 wᵀw\ngrad of first term: AᵀA w\n"
         "derivative of the second term w.r.t. w: {}\n∂L/∂w = AᵀA w {} + λ w")
PATHS = "First path (decoder): {}\nthrough the encoder\n∂L/∂W = W c xᵀ\n∂L/∂W = W c xᵀ + {}"


@pytest.mark.parametrize(("text", "of", "expected"), [
    (TERMS.format("−Aᵀy", "− Aᵀy"), RIDGE, ["proved"] * 4),
    (TERMS.format("Aᵀy", "+ Aᵀy"), RIDGE, ["proved"] * 2 + ["refuted", "follows"]),
    ("L = sum(log(exp(Z) 1)) − Σ_nk Y_nk Z_nk\n"
     "derivative of the last term w.r.t. Z_nk: −Y_nk", SOFTMAX, ["proved"] * 2),
    (PATHS.format("W x cᵀ", "W x cᵀ"), "autoencoder", ["proved", "words"] + ["proved"] * 2),
    (PATHS.format("−W x cᵀ", "(−W x cᵀ)"), "autoencoder",
     ["refuted", "words", "proved", "follows"]),
    (r"\frac{\partial L}{\partial W}\Big|_{dec} = W x c^T", "autoencoder", ["proved"]),
    ("∂L/∂W (through the decoder) = W x cᵀ", "autoencoder", ["proved"]),
    ("∂L/∂W = W x cᵀ", "autoencoder", ["refuted"])])
def test_a_partial_result_is_compared_with_the_part(text: str, of: object, expected: list) -> None:
    assert statuses(text, of) == expected, audit(text, of)
