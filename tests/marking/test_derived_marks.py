"""Answers about chains derived from formulas: what is right, and what is wrong and why."""

from functools import cache

import numpy as np
import pytest
from derived_models import MODELS, derived
from random_answers import marked
from sympy import Identity
from sympy.matrices.expressions import HadamardProduct
from tables import over
from tally import tally

from lvmcalc import derive, mark, notation
from lvmcalc.calculus import comparison
from lvmcalc.chain import Chain
from lvmcalc.marking import single_mistakes
from lvmcalc.marking.exercise import exercise_of

DENSE = "((H W₂ + ones(N) b₂ᵀ − Y) W₂ᵀ)"
PAIRS = "((K⁻¹ Y Yᵀ K⁻¹ − D K⁻¹) ∘ (K − β⁻¹ I))"
SHARES = "exp(Z) ⊘ (exp(Z) ones(K) ones(1, K))"
# The gradient in another form, the gradient without one of its terms, and with a transpose lost
ANSWERS = {
    ("ridge", "w"): ("AᵀA w − Aᵀy + λ w", "Aᵀ(A w − y)", "A(A w − y) + λ w"),
    ("multi-output least squares", "W"): (
        "XᵀX W − XᵀY + λ W", "Xᵀ(X W − Y)", "X(X W − Y) + λ W"),
    ("multivariate normal", "μ"): ("Σ⁻¹x − Σ⁻¹μ", "Σ⁻¹x", "(x − μ)ᵀΣ⁻¹"),
    ("multivariate normal", "Σ"): (
        "½ Σ⁻¹((x − μ)(x − μ)ᵀ − Σ)Σ⁻¹", "½ Σ⁻¹(x − μ)(x − μ)ᵀΣ⁻¹",
        "½ Σ⁻¹(x − μ)(x − μ)Σ⁻¹ − ½ Σ⁻¹"),
    ("PPCA", "W"): ("N C⁻¹S C⁻¹W − N C⁻¹W", "N C⁻¹S C⁻¹W", "N(C⁻¹S − I)C⁻¹Wᵀ"),
    ("GP-LVM", "X"): ("α K⁻¹(Y Yᵀ − D K)K⁻¹X", "α K⁻¹Y YᵀK⁻¹X", "α(K⁻¹Y Y − D I)K⁻¹X"),
    ("logistic", "w"): (
        "Xᵀ(1/(1 + exp(−X w)) − y) + λ w", "Xᵀ(σ(X w) − y)", "X(σ(X w) − y) + λ w"),
    ("factor analysis", "W"): ("−N C⁻¹(C − S)C⁻¹W", "N C⁻¹S C⁻¹W", "N(C⁻¹S − I)C⁻¹Wᵀ"),
    ("factor analysis", "ψ"): (
        "−N/2 diag(C⁻¹ − C⁻¹S C⁻¹)", "N/2 diag(C⁻¹S C⁻¹)", "N/2 diag((C⁻¹S − I)C⁻¹)ᵀ"),
    ("RBF GP-LVM", "X"): (f"γ({PAIRS} − diag({PAIRS} ones(N))) X", f"γ {PAIRS} X",
                          f"γ({PAIRS} − diag({PAIRS} ones(N))) Xᵀ"),
    ("two-layer network", "W₁"): (
        f"Xᵀ{DENSE} − Xᵀ({DENSE} ∘ H ∘ H)", f"Xᵀ{DENSE}", f"X({DENSE} ∘ (1 − H ∘ H))"),
    ("matrix factorisation", "U"): (
        "(M ∘ M ∘ (U Vᵀ)) V − (R ∘ M ∘ M) V + λ U", "((U Vᵀ − R) ∘ M ∘ M) V",
        "((U Vᵀ − R) ∘ M ∘ M)ᵀ V + λ U"),
    ("Poisson", "w"): ("Xᵀexp(X w) − Xᵀy", "Xᵀexp(X w)", "X(exp(X w) − y)"),
    ("Rayleigh quotient", "x"): (
        "2/(xᵀx) (A x − xᵀA x/(xᵀx) x)", "2 A x/(xᵀx)", "2/(xᵀx) (xᵀA − xᵀA x/(xᵀx) xᵀ)"),
    ("softmax cross-entropy", "W"): (
        f"Xᵀ({SHARES}) − XᵀY", f"Xᵀ({SHARES})", f"X({SHARES} − Y)"),
    ("cosine similarity", "a"): (
        "(b − aᵀb/‖a‖² a)/(‖a‖ ‖b‖)", "b/(‖a‖ ‖b‖)", "(bᵀ − aᵀb/‖a‖² aᵀ)/(‖a‖ ‖b‖)"),
}
LOST = {"missing_term", "missing_path", "product_rule", "stopped_early"}
EVERY = pytest.mark.parametrize(("name", "leaf"), ANSWERS)


def kinds(answer: object, chain: Chain, leaf: str) -> list[str]:
    result = mark(answer, chain, leaf)
    assert not result.right, str(result)
    return [found.kind for found in result.findings]


def test_every_model_is_marked() -> None:
    assert {name for name, _ in ANSWERS} == MODELS.keys()


@EVERY
def test_the_gradient_is_right_in_two_forms_and_a_factor_and_a_sign_are_named(
        name: str, leaf: str) -> None:
    chain = derived(name)
    gradient = chain.abbreviated(chain.adjoint(leaf))
    assert mark(notation.plain(gradient), chain, leaf).status == "proved"
    assert mark(ANSWERS[name, leaf][0], chain, leaf).status in ("proved", "exact", "numeric")
    assert kinds(2 * gradient, chain, leaf)[0] == "factor"
    assert kinds(-gradient, chain, leaf)[0] == "sign"


@EVERY
def test_a_lost_term_and_a_lost_transpose_are_named(name: str, leaf: str) -> None:
    _, lost, turned = ANSWERS[name, leaf]
    assert LOST & {*kinds(lost, derived(name), leaf)}
    assert "transpose" in kinds(turned, derived(name), leaf)


FORMULAS = {
    "dense": ("½‖σ(X W) V − Y‖²", {"X": "N×D", "W": "D×M", "V": "M×K", "Y": "N×K"}),
    "scaled": ("½‖A diag(v) − B‖²", {"A": "N×D", "v": "D", "B": "N×D"}),
    "shifted": ("log|A + diag(v)|", {"A": "N×N", "v": "N"}),
    "two products": ("½‖(A X) ∘ (B X)‖²", {"A": "N×D", "B": "N×D", "X": "D×K"}),
    "one product twice": ("sum(C ∘ (A X) ∘ (A X))", {"A": "N×D", "X": "D×K", "C": "N×K"}),
    "bells": ("sum(C ∘ exp(−½ X ∘ X))", {"C": "N×D", "X": "N×D"}),
    "waves": ("sum(C ∘ sin(3 X))", {"C": "N×D", "X": "N×D"}),
    "shares": ("E = exp(X W); P = E ⊘ (E ones(K) ones(1, K)); L = −sum(Y ∘ log(P))",
               {"X": "N×D", "W": "D×K", "Y": "N×K"}),
    "square": ("½‖A ∘ (B X)‖²", {"A": "N×N", "B": "N×N", "X": "N×N"}),
    "kernel": ("tr(Sᵀ exp(X Xᵀ))", {"S": "N×N", "X": "N×Q"}),
    "rows": ("½‖A ones(M) − y‖²", {"A": "N×M", "y": "N"}),
    "log": ("sum(c ∘ log(1 + x ∘ x))", {"c": "N", "x": "N"}),
}


@cache
def model(name: str) -> Chain:
    return derive(FORMULAS[name][0], **FORMULAS[name][1]) if name in FORMULAS else derived(name)


# The likeliest finding for a wrong answer
NAMED = [
    ("function_for_slope", "two-layer network", "W₁", f"Xᵀ({DENSE} ∘ H)"),
    ("function_for_slope", "dense", "W", "Xᵀ(((σ(X W) V − Y)Vᵀ) ∘ σ(X W))"),
    ("function_for_slope", "logistic", "w", "Xᵀ(softplus(X w) − y) + λ w"),
    ("function_for_slope", "waves", "X", "3 C ∘ sin(3 X)"),
    ("function_for_slope", "log", "x", "2 c ∘ x ∘ log(1 + x ∘ x)"),
    ("function_for_slope", "ridge", "w", "Aᵀ(A w − y) + λ/2 ‖w‖²"),
    ("shape", "ridge", "w", "Aᵀ(A w + 3 y) + 7 Aᵀy + λ‖w‖²"),
    ("stopped_early", "two-layer network", "W₁", f"Xᵀ{DENSE}"),
    ("stopped_early", "kernel", "X", "(S + Sᵀ)X"),
    ("sign", "two-layer network", "W₁", f"Xᵀ({DENSE} ∘ (1 + H ∘ H))"),
    ("inner_derivative", "waves", "X", "C ∘ cos(3 X)"),
    ("inner_derivative", "log", "x", "c/(1 + x ∘ x)"),
    ("inner_derivative", "bells", "X", "C ∘ exp(−½ X ∘ X)"),
    ("product_rule", "two products", "X", "Aᵀ((A X) ∘ (B X) ∘ (B X))"),
    ("product_rule", "one product twice", "X", "Aᵀ(C ∘ (A X))"),
    ("product_rule", "cosine similarity", "a", "b/(‖a‖ ‖b‖)"),
    ("matrix_product", "square", "X", "Bᵀ(A A (B X))"),
    ("matrix_product", "square", "X", "Bᵀ(A (A ∘ (B X)))"),
    ("matrix_product", "two-layer network", "W₁", f"Xᵀ({DENSE} (1 − H ∘ H))"),
    ("elementwise", "ridge", "w", "A ∘ (A w − y) + λ w"),
    ("elementwise", "multi-output least squares", "W", "X ∘ (X W − Y) + λ W"),
    ("diag", "factor analysis", "ψ", "N/2 (C⁻¹S − I)C⁻¹"),
    ("diag", "factor analysis", "ψ", "N/2 (C⁻¹S − I)C⁻¹ ones(D)"),
    ("diag", "scaled", "v", "(A diag(v) − B)ᵀA"),
    ("diag", "scaled", "A", "(A diag(v) − B) v"),
    ("diag", "scaled", "A", "(A diag(v) − B) v ones(1, D)"),
    ("diag", "shifted", "v", "(A + diag(v))⁻ᵀ"),
    ("sum_index", "two-layer network", "b₂", "(H W₂ + ones(N) b₂ᵀ − Y) ones(K)"),
    ("sum_index", "scaled", "v", "((A diag(v) − B) ∘ A) ones(D)"),
    ("normalised", "softmax cross-entropy", "W", "Xᵀ(exp(Z) ⊘ (ones(N, N) exp(Z)) − Y)"),
    ("normalised", "softmax cross-entropy", "W", "Xᵀ(exp(Z)/sum(exp(Z)) − Y)"),
    ("sum_index", "rows", "y", "y − Aᵀ ones(N)"),
    ("normaliser", "softmax cross-entropy", "W", "−XᵀY"),
    ("normaliser", "shares", "W", "−XᵀY"),
    ("lost_factor", "matrix factorisation", "U", "((U Vᵀ − R) ∘ M) V + λ U"),
    ("lost_factor", "matrix factorisation", "U", "(U Vᵀ − R) V + λ U"),
    ("lost_factor", "two-layer network", "W₁", f"Xᵀ({DENSE} ∘ (1 − H))"),
    ("factor", "ridge", "w", "Aᵀ(A w − y) + 2 λ w"),
    ("factor", "matrix factorisation", "U", "((U Vᵀ − R) ∘ M ∘ M) V + 2 λ U"),
    ("missing_scalar", "matrix factorisation", "U", "((U Vᵀ − R) ∘ M ∘ M) V + U"),
    ("missing_scalar", "logistic", "w", "Xᵀ(σ(X w) − y) + w"),
]


@over(("kind", "name", "leaf", "answer"), NAMED)
def test_what_people_get_wrong_with_each_operation_is_named(
        kind: str, name: str, leaf: str, answer: str) -> None:
    assert kinds(answer, model(name), leaf)[0] == kind, str(mark(answer, model(name), leaf))


# Right answers
@over(("name", "leaf", "answer"), [
    ("dense", "W", "Xᵀ(((σ(X W) V − Y)Vᵀ) ∘ σ(X W) ∘ (1 − σ(X W)))"),
    ("dense", "W", "Xᵀ(((σ(X W) V − Y)Vᵀ) ∘ (σ(X W) − σ(X W) ∘ σ(X W)))"),
    ("dense", "W", "Xᵀ(((σ(X W) V − Y)Vᵀ) ∘ exp(−X W)/(1 + exp(−X W)).^2)"),
    ("dense", "W", "¼ Xᵀ(((σ(X W) V − Y)Vᵀ) ∘ (1 − tanh(½ X W).^2))"),
    ("two-layer network", "W₁", f"Xᵀ({DENSE} ∘ (1 − tanh(X W₁ + ones(N) b₁ᵀ).^2))"),
    ("two-layer network", "W₁", f"Xᵀ({DENSE} ∘ (1 − H) ∘ (1 + H))"),
    ("logistic", "w", "Xᵀ(½ (1 + tanh(½ X w)) − y) + λ w"),
    ("softmax cross-entropy", "W", "Xᵀ(exp(Z) ⊘ (exp(Z) ones(K, K)) − Y)"),
    ("softmax cross-entropy", "W", "Xᵀ(diag(exp(Z) ones(K))⁻¹ exp(Z) − Y)"),
    ("softmax cross-entropy", "W", "Xᵀ(exp(Z − log(exp(Z) ones(K)) ones(1, K)) − Y)"),
    ("scaled", "v", "diag(Aᵀ(A diag(v) − B))"), ("shifted", "v", "diag((A + diag(v))⁻ᵀ)"),
    ("bells", "X", "−C ∘ X ∘ exp(−½ X ∘ X)"),
    ("bells", "X", "−C ∘ X/exp(½ X ∘ X)")])
def test_another_form_that_is_equal_is_right(name: str, leaf: str, answer: str) -> None:
    result = mark(answer, model(name), leaf)
    assert result.right, str(result)


def test_what_agrees_to_40_digits_is_right_and_said_to_be_no_proof(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison.IndexForm, "equal", lambda *sides: False)
    result = mark("−X ∘ C ∘ exp(−½ X ∘ X)", model("bells"), "X")  # not marked before
    assert (result.right, result.status) == (True, "numeric")
    assert "equal to 40 digits at 3 random points, which is no proof" in str(result)
    wrong = mark("−(1 + 10⁻⁷) C ∘ X ∘ exp(−½ X ∘ X)", model("bells"), "X")
    assert not wrong.right


# Conventions
@pytest.mark.parametrize(("name", "leaf"), [
    ("multivariate normal", "Σ"), ("PPCA", "S"), ("Rayleigh quotient", "A")])
def test_the_structured_gradient_is_named_as_another_convention(name: str, leaf: str) -> None:
    chain = derived(name)
    right = chain.adjoint(leaf)
    found = mark(2 * right - HadamardProduct(right, Identity(right.rows)), chain, leaf).findings
    assert [one.kind for one in found] == ["convention"]
    assert "2 G - G ∘ I" in found[0].sentence
    assert kinds(2 * right - HadamardProduct(right, right), chain, leaf)[0] != "convention"
    assert kinds(2 * right, chain, leaf)[0] == "factor"


def test_the_structured_gradient_is_known_as_a_function_too() -> None:
    def structured(x: np.ndarray, A: np.ndarray) -> np.ndarray:
        gradient = x @ x.T / (x.T @ x)
        return 2 * gradient - np.diag(np.diag(gradient))

    assert kinds(structured, derived("Rayleigh quotient"), "A") == ["convention"]


def test_the_other_layout_is_named() -> None:
    chain = derive("tr(A B)", A="N×N", B="N×N")
    explanations = mark("B", chain, "A").lines
    assert any("numerator layout" in line for line in explanations)
    found = mark("(A w − y)ᵀA + λ wᵀ", derived("ridge"), "w")
    assert "numerator layout" in found.lines[0]
    assert "layout" not in str(mark("2 Bᵀ", chain, "A"))
    found = mark("−X⁻¹AX⁻¹", derive("tr(A X⁻¹)", A="N×N", X="N×N"), "X").lines[0]
    assert found.endswith("X⁻¹ stands where X⁻ᵀ belongs, and A stands where Aᵀ belongs.")


# Points
def test_points_have_values_where_entries_have_to_be_positive() -> None:
    chain = derive("sum(log(A) ∘ sqrt(A)) + log(v)", A="N×D", v="scalar")
    for point in exercise_of(chain, "A").points:
        assert (point["A"] > 0).all()
    assert mark("sqrt(A) ⊘ A + ½ log(A) ⊘ sqrt(A)", chain, "A").right
    assert kinds("½ log(A) ⊘ sqrt(A)", chain, "A")[0] == "product_rule"


def test_matrices_whose_determinant_is_taken_are_definite_at_the_points() -> None:
    for name in ("factor analysis", "RBF GP-LVM", "PPCA"):
        letter = next(iter(derived(name).abbreviations))
        for point in exercise_of(derived(name), next(iter(MODELS[name].leaves))).points:
            assert np.linalg.eigvalsh(point["C" if "C" in point else "K"]).min() > 0, letter


def test_functions_of_entries_keep_digits_at_the_points() -> None:
    for name in ("Poisson", "two-layer network", "softmax cross-entropy"):
        chain = derived(name)
        for point in exercise_of(chain, "X").points:
            values = np.concatenate([np.ravel(point[node]) for node in chain.nodes])
            assert np.abs(values).max() < 1e4


def test_a_chain_may_have_many_sizes() -> None:
    chain = derive("½‖A B C E F G‖²", A="a×b", B="b×p", C="p×q", E="q×r", F="r×s", G="s×t")
    for point in exercise_of(chain, "C").points:
        assert len({point[size] for size in "abpqrst"}) == 7
    assert mark("BᵀAᵀ A B C E F G GᵀFᵀEᵀ", chain, "C").status == "proved"
    assert kinds("BᵀAᵀ A B C E F G FᵀEᵀ", chain, "C")


def test_what_is_broken_has_the_shape_of_what_is_right() -> None:
    for name in FORMULAS:
        chain = model(name)
        for leaf in chain.leaves:
            for mistake in single_mistakes(chain, leaf):
                for place, formula in mistake.changes:
                    if isinstance(place, tuple):
                        assert getattr(formula, "shape", ()) == chain[place[1]].shape


def test_no_random_answer_about_a_derived_chain_is_marked_wrongly() -> None:
    counts, mistaken = tally(marked(0, 40, "derived"))
    assert mistaken == []
    assert {kind for kind, _ in counts} == {"right", "wrong"}
