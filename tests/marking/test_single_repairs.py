"""One slip in an answer as it is written is named in the letters that were written."""

from functools import cache

import numpy as np
import pytest
from derived_models import MODELS, derived
from tables import over

from lvmcalc import derive, mark
from lvmcalc.chain import Chain
from lvmcalc.models import chain_named

FORMULAS = {
    "mean": ("1/N (sum(softplus(X w)) − yᵀX w) + λ/2 ‖w‖²",
             {"X": "N×D", "w": "D", "y": "N", "λ": "positive"}),
    "sigmoids": ("H = σ(X W); ½‖H V − Y‖²", {"X": "N×D", "W": "D×M", "V": "M×K", "Y": "N×K"}),
    "one side": ("aᵀA b", {"a": "N", "b": "N", "A": "symmetric N×N"}),
    "square": ("½ wᵀw − yᵀw", {"w": "N", "y": "N"}),
}


@cache
def chain(name: str) -> Chain:
    if name in FORMULAS:
        return derive(FORMULAS[name][0], **FORMULAS[name][1])
    return derived(name) if name in MODELS else chain_named(name)


SAID = [
    ("gplvm", "X", "α(K⁻¹YYᵀ + D I)K⁻¹X", "The sign is wrong in the term D I."),
    ("gplvm", "X", "α(½ K⁻¹YYᵀ − D I)K⁻¹X",
     "A factor is wrong in the term (1/2) K⁻¹ Y Yᵀ: it is half of what it must be."),
    ("gplvm", "X", "α(K⁻¹YYᵀ − Q I)K⁻¹X",
     "A factor is wrong in the answer: Q stands where D belongs."),
    ("gplvm", "X", "β(K⁻¹YYᵀ − D I)K⁻¹X",
     "A factor is wrong in the answer: β stands where α belongs."),
    ("gplvm", "alpha", "½ tr((K⁻¹YYᵀK⁻¹ − D K⁻¹)K)",
     "A part is wrong in the answer: K stands where X Xᵀ belongs."),
    ("gplvm", "alpha", "½‖XᵀK⁻¹Y‖ − (D/2) tr(K⁻¹XXᵀ)",
     "A factor is lost in the answer: ‖Xᵀ K⁻¹ Y‖ stands where its square belongs."),
    ("gplvm", "beta", "(D/tr(K) − tr(K⁻¹YYᵀK⁻¹))/(2β²)",
     "An inverse is lost in the answer: 1/tr(K) stands where tr(K⁻¹) belongs."),
    ("autoencoder", "W", "W(c xᵀ + x xᵀ)",
     "A part is wrong in the answer: x stands where c belongs."),
    ("mean", "w", "1/N (Xᵀ(σ(X w) − y) + λ w)",
     "A factor reaches too far in the answer: 1/N multiplies λ w too, where it does not belong."),
    ("mean", "w", "1/N Xᵀ(1/(1 + exp(X w)) − y) + λ w",
     "The sign of X w is wrong in the answer."),
    ("mean", "w", "1/N Xᵀ(exp(X w) − y) + λ w",
     "A part is wrong in the answer: exp(X w) stands where sigmoid(X w) belongs."),
    ("mean", "w", "1/N Xᵀ(σ(X w) − y) + λ",
     "A part is wrong in the answer: λ stands where λ w belongs."),
    ("sigmoids", "W", "Xᵀ(((H V − Y)Vᵀ) ∘ H ∘ (1 − H) ∘ (X W))",
     "There is a factor too many in the answer: X W."),
    ("Poisson", "w", "Xᵀ(X w − y)",
     "A part is wrong in the answer: X w stands where exp(X w) belongs."),
    ("Poisson", "w", "Xᵀ(exp(X w) ∘ (exp(X w) − y))",
     "There is a factor too many in the answer: exp(X w)."),
]


@pytest.mark.parametrize(("name", "leaf", "answer", "line"), SAID)
def test_a_slip_is_named_as_it_is_written(name: str, leaf: str, answer: str, line: str) -> None:
    assert mark(answer, chain(name), leaf).lines == [line]


def mean_of_all(X: np.ndarray, w: np.ndarray, y: np.ndarray, lamda: float) -> np.ndarray:
    return (X.T @ (1 / (1 + np.exp(-X @ w)) - y) + lamda * w) / len(X)


def rows_for_columns(X: np.ndarray, K: np.ndarray, Y: np.ndarray, alpha: float) -> np.ndarray:
    return alpha * (np.linalg.solve(K, Y @ Y.T) - len(X) * np.eye(len(X))) @ np.linalg.solve(K, X)


def twice(X: np.ndarray, W: np.ndarray, V: np.ndarray, Y: np.ndarray) -> np.ndarray:
    H = 1 / (1 + np.exp(-X @ W))
    return X.T @ (((H @ V - Y) @ V.T) * (1 - H**2))


OF_A_STEP = [
    ("mean", "w", mean_of_all, "1/N multiplies the other terms too, where it does not belong."),
    ("gplvm", "X", rows_for_columns, "N stands where D belongs."),
    ("sigmoids", "W", twice, "the derivative of tanh stands where that of sigmoid(X W) belongs."),
    ("Poisson", "w", "Xᵀ(exp(X w) ⊘ (X w) − y)",
     "exp(X w) ⊘ X w stands where the derivative of exp(X w) belongs."),
    ("mean", "w", "1/N Xᵀ(σ(X w) ∘ (1 − σ(X w)) − y) + λ w",
     "softplus(X w) is differentiated twice."),
]


@pytest.mark.parametrize(("name", "leaf", "answer", "words"), OF_A_STEP)
def test_a_slip_in_a_step_is_named_in_a_function_too(name: str, leaf: str, answer: object,
                                                     words: str) -> None:
    line, = mark(answer, chain(name), leaf).lines
    assert words in line


ANOTHER = [
    ("gplvm", "X", "−K⁻¹Y", "This is ∂L/∂Y, the adjoint of Y, but that of X is asked for."),
    ("gplvm", "alpha", "(D tr(K⁻¹) − tr(K⁻¹YYᵀK⁻¹))/(2β²)",
     "This is ∂L/∂β, the adjoint of β, but that of α is asked for."),
    ("gplvm", "f", "α(K⁻¹YYᵀK⁻¹ − D K⁻¹)X",
     "This is ∂L/∂X, the adjoint of X, but that of f is asked for."),
    ("gplvm", "Y", "−½ tr(K⁻¹YYᵀ)", "This is the value of L₂ itself"),
    ("gplvm", "beta", "−½ (K⁻¹YYᵀK⁻¹ − D K⁻¹)/β²", "A trace is missing"),
    ("one side", "A", "a bᵀ", "Only the symmetric part of this G, (G + Gᵀ)/2, is right"),
    ("square", "w", "y", "This is the w at which ∂L/∂w is zero"),
]


@pytest.mark.parametrize(("name", "leaf", "answer", "words"), ANOTHER)
def test_another_quantity_is_named(name: str, leaf: str, answer: str, words: str) -> None:
    assert words in mark(answer, chain(name), leaf).lines[-1]


@pytest.mark.parametrize(("name", "leaf", "answer", "words"), [
    ("logistic", "w", "Xᵀ(X w − y) + λ w", "X w stands where sigmoid(X w) belongs"),
    ("logistic", "w", "Xᵀσ(X w − y) + λ w", "sigmoid(X w - y) stands where sigmoid(X w) - y"),
    ("softmax cross-entropy", "W", "Xᵀ(σ(X W) − Y)",
     "sigmoid(X W) stands where softmax(X W) belongs"),
    ("softmax cross-entropy", "W", "Xᵀ(softmax(X W) − σ(Y))", "sigmoid(Y) stands where Y belongs")])
def test_a_function_left_out_added_or_exchanged_is_named(name: str, leaf: str, answer: str,
                                                         words: str) -> None:
    assert words in str(mark(answer, chain(name), leaf))


NET = derive("½‖B tanh(A X) − Y‖²", A="H×D", B="C×H", X="D×N", Y="C×N")
GAUSS = derive("N/2 log|Σ| + ½ tr(Zᵀ Σ⁻¹ Z)", Σ="symmetric D×D", Z="D×N")
FACTOR = derive("‖R − U Vᵀ‖² + λ (‖U‖² + ‖V‖²)", R="N×M", U="N×k", V="M×k", λ="positive")


@pytest.mark.parametrize(("answer", "of", "wrt", "said"), [
    ("‖U‖ + ‖V‖", FACTOR, "lambda", "each norm stands where its square belongs."),
    ("½ ZᵀZ", GAUSS, "r", "The factors are in the wrong order in the product (1/2) Zᵀ Z."),
    ("(B tanh(A X) − Y) Xᵀ", NET, "B", "X stands where tanh(A X) belongs."),
    ("α(K⁻¹YYᵀK⁻¹ − D K⁻¹)Y", "gplvm", "X", "Y stands where X belongs.")])
def test_a_slip_that_changes_the_shape_is_named_if_it_is_the_only_one(answer: str, of: object,
                                                                      wrt: str, said: str) -> None:
    assert said in str(mark(answer, of, wrt))


SOFTMAX = derive("1ᵀ log(exp(X W) 1) − tr(Yᵀ X W)", X="N×D", W="D×C", Y="N×C")
LOGISTIC = derive("1ᵀ log(1 + exp(X w)) − yᵀ X w + λ/2 ‖w‖²", X="N×D", w="D", y="N", λ="positive")


@over(("answer", "of", "wrt", "said"), [
    ("(Y − B tanh(AX)) tanh(AX)ᵀ", NET, "B", "The sign is wrong in the whole answer."),
    ("‖U‖²", FACTOR, "lambda", "in the value of tr(Uᵀ U) + tr(Vᵀ V): tr(Vᵀ V)."),
    ("(softmax(X @ W, axis=0) - Y) @ W.T", SOFTMAX, "X",
     "The softmax in the gradient is normalised over the wrong entries: each row must add up to "
     "one."),
    ("½ tr(K⁻¹YYᵀK⁻¹ − D K⁻¹) tr(XXᵀ)", "gplvm", "alpha",
     "a product of traces stands where the trace of the product belongs."),
    ("(sigmoid(X @ w) - y)[:, None] * X", LOGISTIC, "X", "X stands where wᵀ belongs in each row."),
    ("2‖U‖ + 2‖V‖", FACTOR, "lambda", "twice each norm stands where its square belongs."),
    ("-2 (R − U Vᵀ)ᵀ U + 2 λ U", FACTOR, "V", "U stands where V belongs.")])
def test_what_is_said_names_only_what_was_written(answer: str, of: object, wrt: str,
                                                  said: str) -> None:
    assert said in str(mark(answer, of, wrt))


@pytest.mark.parametrize(("answer", "of", "wrt"), [
    ("ZᵀZ", GAUSS, "r"), ("Yᵀ", NET, "B"), ("α(K⁻¹YYᵀK⁻¹ − D K⁻¹)", "gplvm", "X")])
def test_of_another_shape_no_slip_is_guessed(answer: str, of: object, wrt: str) -> None:
    line, = mark(answer, of, wrt).lines
    assert line.startswith("∂L/∂")
    assert "like its variable, but the answer is" in line


KERNEL = derive("½‖y − X Xᵀ a‖² + λ/2 aᵀ X Xᵀ a", X="N×D", a="N", y="N", λ="positive")
DISTANCE = derive("(x − m)ᵀ Aᵀ A (x − m)", A="Q×D", x="D", m="D")
WEIGHTED = derive("½ (y − X b)ᵀ (w ∘ (y − X b))", X="N×D", b="D", y="N", w="N")
PENALTY = derive("½‖X w − y‖² + λ/2 ‖w‖²", X="N×D", w="D", y="N", λ="positive")
NORMAL = derive("−n/2 log det(Σ) − ½ tr(Σ⁻¹ S)", Σ="symmetric D×D", S="symmetric D×D",
                n="positive")


@over(("answer", "of", "wrt", "told"), [
    ("X Xᵀ a − y + λ a", KERNEL, "a", "lost in the whole answer: the factor X Xᵀ is missing"),
    ("d = x - m\n2 * A * np.inner(d, d)", DISTANCE, "A", "where the matrix (x - m) (x - m)ᵀ"),
    ("-X.T @ (w**2 * (y - X @ b))", WEIGHTED, "b", "the square of w stands where w belongs"),
    ("α(K⁻¹YYᵀK⁻¹ − D K⁻¹)XXᵀ", "gplvm", "X", "There is a factor too many in the answer: Xᵀ"),
    ("Xᵀ(X w − y)/N + λ w", PENALTY, "w", "The term (1/N) Xᵀ (X w - y) is the mean over N"),
    ("−n/2 Σ + ½ Σ⁻¹SΣ⁻¹", NORMAL, "Σ", ": Σᵀ stands where Σ⁻ᵀ belongs")])
def test_what_is_wrong_is_said_in_the_letters_of_the_answer(answer: str, of: object, wrt: str,
                                                            told: str) -> None:
    assert told in str(mark(answer, of, wrt))
