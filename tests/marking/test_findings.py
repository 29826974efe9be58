"""What is said of an answer, word for word: all the ways in which it can have come about, and no
other."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import sympy as sp
from numpy.linalg import inv
from sympy.matrices.expressions import HadamardProduct
from tables import over

from lvmcalc import mark
from lvmcalc.chain import Builder, Chain
from lvmcalc.marking import broken_chains, single_mistakes
from lvmcalc.marking.exercise import exercise_of
from lvmcalc.models import autoencoder, chain_named, gplvm

X, K, alpha, beta, D, b, j, c_bar, d_bar = gplvm.log_det_chain().symbols("X K alpha beta D b j "
                                                                         "c_bar d_bar")
W, x, c, e = autoencoder.chain().symbols("W x c e")
LOG_DET, TRACE = "gplvm.log_det", "gplvm.trace"
s = sp.Symbol("s", positive=True)
HALF = ["Either this: The contribution of the path through f or the path through h is lost: X is "
        "used more than once, and the contributions of all its uses add up.",
        "Or this: A factor is wrong in the whole answer: it is half of what it must be."]
LOST = ("The contribution of the path through {} is lost: W is used more than once, "
        "and the contributions of all its uses add up.")
ZERO = ["This is zero, whatever the values are."]
UNKNOWN = ["What is wrong is not recognised."]
BARE = ("An inverse is lost in the stage b = det(K): Kᵀ stands where K⁻ᵀ belongs. Look again at "
        "the "
        'rule "determinant".')
ALL_BARE = ('An inverse is lost in the stage r = K⁻¹: no factor is inverted. Look again at the '
            'rule '
            '"inverse".')
NO_DATA = 'A factor is lost in the stage s = r p: pᵀ. Look again at the rule "product".'
THREE = [BARE + " The sign is wrong in the whole answer. A "
         "factor is wrong in the whole answer: it is twice what it must be."]
OTHER = "∂L₁/∂X is N×Q, like its variable, but the answer is {}."


def of_scaled(scale: sp.Expr, *numbers: sp.Symbol) -> Chain:
    """Return the chain of L = tr(Bᵀ(scale A)), so that ∂L/∂A is scale B."""
    k, r = sp.symbols("k r", integer=True, positive=True)
    build = Builder("scaled", *numbers, sp.MatrixSymbol("A", k, r), sp.MatrixSymbol("B", k, r))
    *_, A, B = build.leaves
    build("L", "trace",
          build("w", "product", build("v", "transpose", B), build("z", "scale", scale, A)))
    return build.chain()


def test_a_number_that_is_a_size_at_one_of_the_points_is_no_mean() -> None:
    chain = of_scaled(sp.Integer(1))
    for point in exercise_of(chain, "A").points:
        for size in "kr":
            found = mark(lambda B, number=point[size]: B / number, chain, "A")
            assert "averaged" not in {finding.kind for finding in found.findings}
    mean = mark(lambda B: B / len(B), chain, "A")
    assert mean.lines == ["This is the mean over k; the sum belongs here."]


# A line for each explanation, in the order in which a teacher would try them.
SAID = {
    (LOG_DET, "X"): [
        ("α D K⁻¹ X", ["The sign is wrong in the whole answer."]),
        ("-2 α D K⁻¹ X", ["A factor is wrong in the whole answer: it is twice what it must be."]),
        ("-3 α D K⁻¹ X", ["A factor is wrong in the whole answer: it is 3 times what it must be."]),
        ("-½ α D K⁻¹ X", HALF), (alpha * d_bar * X, HALF),
        (lambda X, K, alpha, D: -alpha * D / 2 * np.linalg.solve(K, X), HALF),
        ("½ α D K⁻¹ X", [
            "Either this: The contribution of the path through f is lost: X is used more than "
            "once, and the contributions of all its uses add up. The sign is wrong in the whole "
            "answer.",
            "Or this: The sign is wrong in the whole answer. A factor is wrong in the whole "
            "answer: it is half "
            "of what it must be."]),
        ("-D K⁻¹ X", ["The factor α is missing from the whole answer."]),
        ("-α D (X Xᵀ + I/β)⁻¹ X", ["The factor α is missing from the term X Xᵀ of K."]),
        ("-D/α K⁻¹ X",
         ["α is upside down in the whole answer: its reciprocal belongs there."]),
        ("-α D (α X Xᵀ + β I)⁻¹ X", [
            "β is upside down in the term β I of K: its reciprocal belongs there."]),
        ("-α D K X", [BARE]),
        ("-α D X", ["An inverse is lost in the term -D α X: the factor K⁻¹ is missing."]),
        ("-α D K⁻¹ K⁻¹ X", [
            "There is an inverse too many in the stage b = det(K): the factor K⁻ᵀ stands there "
            "once "
            'too often. Look again at the rule "determinant".']),
        ("-α D b K⁻¹ X", [
            "A step is left out in the stage q = log(b): the derivative of the logarithm is "
            "missing. "
            'Look again at the rule "logarithm".']),
        ("-α D/b X", [
            "A step is left out in the stage b = det(K): the derivative of the determinant is "
            "missing."
            ' Look again at the rule "determinant".']),
        ("-α D K⁻¹ X / N", ["This is the mean over N; the sum belongs here."]),
        ("-α D K⁻¹ X − X", ["There is a term too many: -X."]),
        ("7 X Xᵀ X − X", UNKNOWN), ("0", ZERO), (lambda X: 0 * X, UNKNOWN),
        ("f_bar", ["Either this: This is ∂L₁/∂f: the way from f to X is still missing.",
                   HALF[0].replace("Either", "Or"), HALF[1]]),
        ("1.0000001 f_bar", ["A factor is wrong in the term -(10000001 D α/20000000) K⁻¹ X: it is "
                             "10000001/20000000 "
                             "times what it must be."]),
        ("-α D K⁻¹ Xᵀ", ["The product of K⁻¹ (N×N) and Xᵀ (Q×N) cannot be formed: N columns meet Q "
                         "rows. A transpose "
                         "is wrong in the answer: Xᵀ stands where X belongs."]),
        ("-α D X K⁻¹", ["The product of X (N×Q) and K⁻¹ (N×N) cannot be formed: Q columns meet N "
                        "rows. The factors are "
                        "in the wrong order in the product -D α X K⁻¹."]),
        ("-α D K⁻¹ ∘ X", ["∘ multiplies entry by entry; in the answer a matrix product belongs "
                          "in place of (-D α K⁻¹) ∘ X. The "
                          "elementwise product of -D α K⁻¹ (N×N) and X (N×Q) cannot be formed: "
                          "their shapes differ."]),
        ("-α D Xᵀ K⁻¹", ["This is the transpose of the right answer, as in numerator layout. "
                          + OTHER.format("Q×N")]),
        ("-(D/2) K⁻¹", [OTHER.format("N×N")
                        + " This is ∂L₁/∂K: the way from K to X is still missing."]),
        ("b_bar", [OTHER.format("a number")
                   + " This is ∂L₁/∂b: the way from b to X is still missing."]),
        (lambda X, K: np.ones(X.shape[1]), ["∂L₁/∂X is 3×5 here, like its variable, but the "
                                            "function returns 5."]),
        (lambda K, D: -D / 2 * np.linalg.inv(K), [
            "∂L₁/∂X is 3×5 here, like its variable, but the function returns 3×3. "
            "This is ∂L₁/∂K: the way from K to X is still missing."]),
        ("-α D K⁻¹ X + K X Q", ["There is a term too many: Q K X."]),
        ("-α D K⁻¹ X + X∘X", ["There is a term too many: X ∘ X."]),
        ("-1.0000001 α D K⁻¹ X + X∘X", [
            "A factor is wrong in the term -(10000001 D α/10000000) K⁻¹ X: it is "
            "10000001/10000000 times what it must be. There is a term too many: X ∘ X."]),
        ("1.0000000001 α D K⁻¹ X", UNKNOWN),
        ("-D/2", [OTHER.format("a number")
                  + " This is ∂L₁/∂q: the way from q to X is still missing."]),
        ("2 α D K X", THREE), (lambda X, K, alpha, D: 2 * alpha * D * K @ X, THREE),
        # four mistakes are not guessed at
        ("2 D K X", UNKNOWN), (lambda X, K, D: 2 * D * K @ X, UNKNOWN),
        (lambda X, K: -np.linalg.solve(K, X), [
            "The factor α is missing from the whole answer. The factor D is missing from the whole "
            "answer."]),
        (lambda X, K, alpha, D: 3 * alpha * D * np.linalg.solve(K, X), [
            "The sign is wrong in the whole answer. A factor is wrong in the whole answer: "
            "it is 3 times what it "
            "must be."]),
        (lambda X, K, alpha, D: -alpha * D * np.linalg.solve(K, X) / len(X), [
            "This is the mean over N; the sum belongs here."]),
        (lambda X, K, alpha: -alpha * np.linalg.solve(K, X) / len(X)**2, [
            "The factor D is missing from the whole answer. This is the mean over N×N; the sum "
            "belongs here."]),
    ],
    (LOG_DET, "alpha"): [
        ("-(D/2) tr(K⁻¹ (X∘X))", [
            "∘ multiplies entry by entry; in the answer a matrix product belongs in place of X ∘ "
            "X. "
            "The trace of K⁻¹ (X ∘ X) (N×Q) "
            "cannot be formed: it is not square."]),
        (lambda K, D: [1.0, 2.0], ["∂L₁/∂α is a number here, like its variable, but the function "
                                   "returns 2."]),
        ("-(D/2) tr(XXᵀ)", [
            "An inverse is lost in the term -D tr(X Xᵀ)/2: the factor K⁻¹ is missing."]),
        (-D / 2 * sp.Trace(HadamardProduct(K.I, X * X.T)), [
            "∘ multiplies entry by entry; in the answer a matrix product belongs in place of K⁻¹ "
            "∘ (X "
            "Xᵀ)."]),
        (-D / 2 * K.I * X * X.T, [
            "A trace is missing: -(D/2) K⁻¹ X Xᵀ is N×N, and the number is tr(-(D/2) K⁻¹ X Xᵀ)."]),
    ],
    # that c = d was put fits in floats only: d is singular
    (LOG_DET, "D"): [
        ("-½ log(det(αXXᵀ))", ["A term is lost in the sum K."])],
    (LOG_DET, "q"): [
        ("-(D/2) q", ["This is the value of L₁ itself: its derivative ∂L₁/∂q is asked for."])],
    ("gplvm", "beta"): [
        ("½ tr(K⁻¹YYᵀK⁻¹) − (D/2) tr(K⁻¹)",
         ["A step is left out in the stage j = (1/β) I: the derivative of 1/β is missing. Look "
          "again at "
          'the rule "scale".'])],
    (LOG_DET, "beta"): [
        ("½ D tr(K⁻¹)", ["The factor 1/β^2 is missing from the whole answer."]),
        ("½ D tr(K⁻¹)/β", ["The factor 1/β is missing from the whole answer."]),
        ("½ D β² tr(K⁻¹)", ["β is upside down in the whole answer: its reciprocal belongs "
                            "there."]),
    ],
    (TRACE, "X"): [
        ("α YYᵀ K⁻¹ X", ["An inverse is lost in the term α Y Yᵀ K⁻¹ X: the factor K⁻¹ is "
                            "missing."]),
        ("α K YYᵀ K X", [ALL_BARE]),
        ("α YYᵀ K⁻¹ K⁻¹ X", ["The factors are in the wrong order in the term α Y Yᵀ K⁻¹ K⁻¹ X."]),
        ("-α YYᵀ X", ["A step is left out in the stage r = K⁻¹: the derivative of the inverse is "
                        'missing. Look again at the rule "inverse".']),
        ("α (K⁻¹ ∘ (YYᵀ)) K⁻¹ X", ["∘ multiplies entry by entry; in the answer a matrix product "
                                   "belongs in place of K⁻¹ ∘ (Y Yᵀ)."]),
        ("α (K⁻¹YYᵀ − D I) K⁻¹ X", ["There is a term too many: -D I."]),
    ],
    (TRACE, "beta"): [
        ("-tr(K K YYᵀ)/(2β²)", ["An inverse is lost in the answer: K stands where K⁻¹ belongs."]),
    ],
    (TRACE, "c"): [
        ("½ Yᵀ K⁻¹ Y K⁻¹", ["The product of Y (N×D) and K⁻¹ (N×N) cannot be formed: D columns meet "
                            "N rows. The factors "
                            "are in the wrong order in the product (1/2) Yᵀ K⁻¹ Y K⁻¹."]),
        ("½ K⁻¹ ∘ (YYᵀ) ∘ K⁻¹", [
            "∘ multiplies entry by entry; in the answer a matrix product belongs in place of "
            "((1/2) "
            "K⁻¹) ∘ (Y Yᵀ) ∘ K⁻¹."]),
        ("-½ K⁻¹ ∘ (YYᵀ) ∘ K⁻¹", ["∘ multiplies entry by entry; in the stage r = K⁻¹ a matrix "
                                  "product belongs in place of K⁻ᵀ ∘ ∂L₂/∂r ∘ K⁻ᵀ. Look again at "
                                  'the rule "inverse". The '
                                  "sign is wrong in the whole answer."]),
    ],
    ("autoencoder", "W"): [
        ("e cᵀ − W c xᵀ", ["The sign is wrong in the path through h."]),
        ("Wx(WᵀWx + x)ᵀ + W(WᵀWx + x)xᵀ", ["The sign is wrong in the term x."]),
        ("-2 (e cᵀ + W c xᵀ)", [
            "The sign is wrong in the whole answer. A factor is wrong in the whole answer: it is "
            "twice what it must be."]),
        ("e cᵀ", [LOST.format("h")]), (lambda W, c, x: W @ c @ x.T, [LOST.format("g")]),
        ("h_bar", ["Either this: This is ∂L/∂h: the way from h to W is still missing.",
                   "Or this: " + LOST.format("g")]),
        ("2 W c xᵀ", ["The contribution of the path through h is counted twice, and the other one "
                      "not at all."]),
        ("2 e cᵀ + W c xᵀ", ["The contribution of the path through g is counted twice."]),
        ("e dᵀ + W d xᵀ", ["A term is lost in the value of c = d - x: -x."]),
        ("Wx(WᵀWx − x)ᵀ + WWᵀWxxᵀ",
         ["A factor is wrong in the term -x: it is half of what it must be."]),
        ("c eᵀ + W c xᵀ", ["The sum of c eᵀ (n×m) and W c xᵀ (m×n) cannot be formed: their shapes "
                           "differ. A transpose "
                           "is wrong in the answer: c eᵀ stands where (c eᵀ)ᵀ belongs."]),
        ("e cᵀ + W c x", ["The product of c (n×S) and x (n×S) cannot be formed: S columns meet n "
                          "rows. A transpose is "
                          "wrong in the answer: x stands where xᵀ belongs."]),
        ("3 W Wᵀ W", UNKNOWN),
    ],
    ("autoencoder", "x"): [("WᵀW c", [  # where c stands, no term of its value is lost
        LOST.format("c").replace("W is", "x is")])],
    ("autoencoder", "g"): [("W c xᵀ", ["This is ∂L/∂h, the adjoint of h, but that of g is asked "
                                       "for."])],
    ("gplvm", "X"): [
        ("α K⁻¹K⁻¹X − α D K⁻¹X", [NO_DATA]),
        (lambda X, K, D, alpha: alpha * inv(K) @ (inv(K) - D * np.eye(len(K))) @ X,
         [NO_DATA]),
        (lambda X, K, Y, D, alpha: alpha * (1 / K @ Y @ Y.T - D * np.eye(len(K))) @ (1 / K) @ X, [
            "In the gradient a reciprocal is taken entry by entry where the inverse of the matrix "
            "belongs: K⁻¹."]),
        ("α K⁻¹YYᵀK⁻¹X − α N K⁻¹X", [
            "A factor is wrong in the stage L₁ = -D q/2: N stands where D belongs. Look again at "
            'the rule "scalar product".']),
        ("α((D/2)(Kᵀ + K⁻¹) + K⁻¹YYᵀK⁻¹)X", [  # the right words first
            "The sign is wrong in the term (D α/2) K⁻¹ X and the term (D α/2) Kᵀ X. An "
            "inverse is lost in the term (D α/2) Kᵀ X: Kᵀ stands where K⁻ᵀ belongs."]),
        ("α(K⁻¹YYᵀ − D I)K⁻¹X/N", ["This is the mean over N; the sum belongs here."]),
        ("α(K⁻¹YYᵀ − D I)K⁻¹X/N²", ["This is the mean over N×N; the sum belongs here."]),
        ("α(K⁻¹YYᵀ − D)K⁻¹X", ["The sum of K⁻¹ Y Yᵀ (N×N) and the number D cannot be formed: did "
                               "you mean D I, or D ones(N, N) for every entry?"]),
        ("α(K⁻¹YYᵀ − D I)X", ["An inverse is lost in the product α (K⁻¹ Y Yᵀ - D I) X: the factor "
                              "K⁻¹ is missing."]),
        ("αK⁻¹YYᵀK⁻¹X + 3 D X XᵀX + 5 αD YYᵀX + 7 D X", [
            "What is wrong is not recognised. What is right in it: α K⁻¹ Y Yᵀ K⁻¹ X."]),
    ],
}


@over(("of", "wrt", "answer", "lines"),
     [(*of, *said) for of, many in SAID.items() for said in many])
def test_all_that_can_be_wrong_is_said_and_nothing_else(of: str, wrt: str, answer: object,
                                                        lines: list[str]) -> None:
    result = mark(answer, of, wrt)
    assert result.lines == lines
    assert not result.right


def test_a_mark_shows_how_the_answer_was_read_what_was_found_and_numbers() -> None:
    wrong = mark("-α D K⁻¹ X − X", LOG_DET, "X")
    numbers = ("At D = 2, N = 1, Q = 2, α = 1, β = 1, X = [[0, 1]] the answer gives [[0, -2]], "
               "but ∂L₁/∂X is [[0, -1]].")  # K = 2, so that the truth is -X
    told = "There is a term too many: -X."
    assert str(wrong) == f"✗ Not right: this is not ∂L₁/∂X\n  {told}\n  {numbers}"
    assert wrong._repr_markdown_() == "\n\n".join([
        "**✗ Not right**: this is not ∂L₁/∂X",
        r"Read as $\displaystyle \frac{\partial L_{1}}{\partial X} = -D \alpha K^{-1} X - X$.",
        "There is a term too many: -X.", numbers])
    right = mark(lambda K, D: -D / 2 * np.log(np.linalg.det(K)) / D, LOG_DET, "D")
    assert str(right) == ("● Right, in numbers: equal to ∂L₁/∂D to 6 digits at 2 random points, "
                          "which is no proof")
    assert right._repr_markdown_() == "**● Right, in numbers**" + str(right)[
        len("● Right, in numbers"):]
    assert right.example == ""


def test_a_sentence_that_the_reason_says_already_is_not_said_again() -> None:
    assert str(mark("", LOG_DET,
                    "X")) == "… Not attempted: ∂L₁/∂X is asked for, as a formula or a function"
    symmetric = mark("-D/2 K⁻¹", LOG_DET, "c")
    assert symmetric.lines == ["It is right because K is symmetric. For an asymmetric K it would "
                               "be wrong."]
    assert symmetric.lines == symmetric.details


def test_a_mark_and_a_finding_stay_as_they_are() -> None:
    result = mark("7 X Xᵀ X − X", LOG_DET, "X")
    for thing, name in ((result, "status"), (result.findings[0], "kind")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, name, "proved")


def test_chains_and_questions_are_made_once_and_broken_once(
    monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(broken_chains, "single_mistakes",
                        lambda *asked: made.append(asked) or single_mistakes(*asked))
    chain = gplvm.trace_chain()
    assert chain_named(TRACE) is chain_named(TRACE)
    assert exercise_of(chain, "t") is exercise_of(chain, "t")
    assert [mark(answer, chain, "t").findings[0].kind for answer in ("½", "-1", "3")] == [
        "sign", "factor", "sign"]
    assert len(made) == 1


SQUARED = of_scaled(s**2, s)


@pytest.mark.parametrize(("power", "line"), [
    (0, "Either this: The factor s^2 is missing from the whole answer."),
    (1, "The factor s is missing from the whole answer."),
    (-2, "s is upside down in the whole answer: its reciprocal belongs there."),
    (3, "A factor is wrong in the whole answer: it is s times what it must be."),
    (4, "A factor is wrong in the whole answer: it is s^2 times what it must be."),
    (6, "A factor is wrong in the whole answer: it is s^4 times what it must be."),
])
def test_a_wrong_power_of_a_scalar_is_recognised_in_a_function_too(power: int, line: str) -> None:
    assert mark(lambda B, s: B * s**power, SQUARED, "A").lines[0] == line


@pytest.mark.parametrize("scale", [sp.Integer(10) ** 12, sp.Rational(1, 10**12)],
                         ids=["large", "small"])
def test_large_and_small_gradients_are_held_to_the_same_digits(scale: sp.Expr) -> None:
    chain, size = of_scaled(scale), float(scale)
    wrong = "A factor is wrong in the whole answer: it is 3 times what it must be."
    assert mark(lambda B: 3 * size * B, chain, "A").lines == [wrong]
    assert mark(lambda B: 3 * size * B + size * 1e-5, chain, "A").lines == UNKNOWN


@pytest.mark.parametrize("wide", [False, True])
def test_a_mistake_has_to_explain_the_answer_at_both_points(wide: bool) -> None:
    def answer(X: np.ndarray, K: np.ndarray, alpha: float, D: float) -> np.ndarray:
        truth = -alpha * D * np.linalg.solve(K, X)
        other = truth[::-1] - truth * np.sum(truth[::-1] * truth) / np.sum(truth**2)  # ⊥ truth
        return -truth + 0.1 * other * ((X.shape[1] > X.shape[0]) == wide)

    assert mark(answer, LOG_DET, "X").lines == UNKNOWN
