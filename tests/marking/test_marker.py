"""Marking: right is never called wrong nor wrong right, and what is wrong is named as a teacher
would."""

from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp
from tables import over

from lvmcalc import mark
from lvmcalc.chain import Builder
from lvmcalc.marking import Mark, single_mistakes
from lvmcalc.marking.exercise import exercise_of
from lvmcalc.models import autoencoder, chain_named, gplvm

L1 = gplvm.log_det_chain()
X, K, alpha, D = L1.symbols("X K alpha D")


class Printed:
    """What is printed like a formula."""

    def __str__(self) -> str:
        return "alpha"


def stops(error: Exception) -> Callable:
    """Return a function that raises an error."""
    def function(X: np.ndarray) -> np.ndarray:
        raise error
    return function


def unsigned(X: np.ndarray) -> np.ndarray:
    return X


unsigned.__signature__ = "X"  # no signature at all


def test_a_lost_path_and_a_lost_factor_are_both_listed_where_they_are_the_same_answer() -> None:
    result = mark(-alpha * D / 2 * K.I * X, "gplvm.log_det", "X")
    assert [finding.kind for finding in result.findings][:2] == ["missing_path", "factor"]
    assert str(result).count("Or this: ") == len(result.explanations) - 1
    in_autoencoder = mark("½ Wx(WᵀWx − x)ᵀ + ½ W(WᵀWx − x)xᵀ", "autoencoder", "W")
    assert [finding.kind for finding in in_autoencoder.findings] == ["factor"]


def test_right_because_of_symmetry_is_right_with_a_remark() -> None:
    assert mark(-D / 2 * K.I.T, "gplvm.log_det", "c").remark == ""
    result = mark(-D / 2 * K.I, "gplvm.log_det", "c")
    assert result.status == "proved"
    assert "K is symmetric" in result.remark
    assert result.remark in str(result)


def test_both_mistakes_of_a_pair_are_named() -> None:
    result = mark("α D K X", "gplvm.log_det", "X")
    assert {finding.kind for finding in result.explanations[0]} == {"sign", "missing_inverse"}


def test_the_last_line_of_the_handwritten_solution_has_lost_a_sign_and_an_inverse() -> None:
    result = mark("α(D/2(Kᵀ + K⁻¹) + K⁻¹YYᵀK⁻¹)X", "gplvm", "X")
    assert {finding.kind for finding in result.explanations[0]} == {"sign", "missing_inverse"}


def test_what_fits_nothing_is_unknown_with_numbers_and_the_part_that_is_right() -> None:
    result = mark("αK⁻¹YYᵀK⁻¹X + 3 D X XᵀX + 5 αD YYᵀX + 7 D X", "gplvm", "X")
    finding, = result.findings
    assert finding.kind == "unknown"
    assert "What is right in it: α K⁻¹ Y Yᵀ K⁻¹ X." in finding.sentence
    assert result.example in str(result)
    left, right = result.counterexample.left, result.counterexample.right
    assert left != right


@pytest.mark.parametrize("answer",
                         ["α D K⁻¹ X", lambda X, K, D, alpha: alpha * D * np.linalg.solve(K, X)])
def test_the_counterexample_holds_when_it_is_computed_anew(answer: object) -> None:
    example = mark(answer, "gplvm.log_det", "X").counterexample
    values = {name: np.array(value.tolist() if value.is_Matrix else value, dtype=float)
              for name, value in example.values.items()}
    x, a, b, d = (values[name] for name in ("X", "alpha", "beta", "D"))
    kernel = a * x @ x.T + np.eye(len(x)) / b
    truth = -a * d * np.linalg.solve(kernel, x)
    np.testing.assert_allclose(np.array(example.right.tolist(), dtype=float), truth, rtol=1e-3)
    np.testing.assert_allclose(np.array(example.left.tolist(), dtype=float), -truth, rtol=1e-3)


@pytest.mark.parametrize("answer", [None, ..., "", "  ", "...", "?"])
def test_nothing_is_not_attempted(answer: object) -> None:
    result = mark(answer, "gplvm", "X")
    assert (result.status, result.findings[0].kind) == ("not attempted", "not_attempted")


def test_asking_back_is_no_answer() -> None:
    assert mark("∂L/∂X", "gplvm", "X").status == "not attempted"


@over(("answer", "sentence"), [
    ("__import__('os')", "There is no"), ("(" * 10**5, "is too long"), ("9**9**9", "exponent"),
    ("foo bar(", "no `foo`"),
    ([[1, 2]], "An answer is a formula"), (np.eye(2), "An answer is a formula"),
    (sp.Symbol("u") * X, "no u "),
    (sp.MatrixSymbol("X", 2, 3), "X is N×Q here, not 2×3"), (lambda Z: Z, "has no Z"),
    ("X == X", "Only one ="), ("∂L/∂X == X", "Only one ="), (Printed(), "An answer is a formula"),
    (stops(TypeError("no dimension.")), "do not go together: no dimension."),
    (stops(ValueError("no such thing")), "stopped with ValueError: no such thing."),
    (sp.gamma(alpha) * X, "does not know gamma"), (lambda X: X + 1j, "not real numbers"),
    (lambda X: X[100], "an entry that is not there"), (lambda X: X * np.nan, "not finite"),
    (lambda X: "text", "returns text, not real numbers"),
])
def test_what_is_no_formula_gets_one_sentence(answer: object, sentence: str) -> None:
    result = mark(answer, "gplvm.log_det", "X")
    assert (result.status,
            [finding.kind for finding in result.findings]) == ("unreadable", ["unreadable"])
    assert sentence in result.findings[0].sentence
    assert "\n" not in str(result)


def test_a_function_is_called_with_copies_by_names_in_any_order_and_with_nodes_too() -> None:
    def greedy(alpha: float, K: np.ndarray, D: float, X: np.ndarray) -> np.ndarray:
        K[:], X[:] = np.linalg.inv(K), X.copy()
        return -alpha * D * K @ X

    assert mark(greedy, "gplvm.log_det", "X").right
    assert mark(greedy, "gplvm.log_det", "X").right  # the points are as they were


def test_a_function_may_take_a_batch_and_is_numeric() -> None:
    assert mark(autoencoder.gradient, "autoencoder", "W").status == "numeric"
    assert mark(lambda **leaves: gplvm.gradient(**leaves), "gplvm", "X").status == "numeric"


@pytest.mark.parametrize("answer", ["inv(XXᵀ) X", "inv(K − K) X"])
def test_what_has_no_value_is_wrong_and_says_so(answer: str) -> None:
    result = mark(answer, "gplvm", "X")
    assert result.status == "refuted"
    assert "singular" in result.findings[0].sentence


def test_a_chain_of_ones_own_is_marked_too() -> None:
    p, q, r = sp.symbols("p q r", integer=True, positive=True)
    build = Builder("least squares", sp.MatrixSymbol("A", p, q), sp.MatrixSymbol("Z", q, r),
                    sp.MatrixSymbol("B", p, r))
    A, Z, B = build.leaves
    build("L", "half squared norm", build("c", "difference", build("e", "product", A, Z), B))
    chain = build.chain()
    assert mark("Aᵀ(AZ − B)", chain, "Z").right
    assert [finding.kind for finding in mark("-Aᵀ(AZ − B)", chain, "Z").findings] == ["sign"]
    assert mark("AᵀAZ", chain, "Z").findings[0].kind == "missing_term"


def test_a_node_may_be_asked_for_by_its_short_name() -> None:
    assert mark("-(D/2) K⁻ᵀ", "gplvm.log_det", "K").asked == L1.adjoint_symbol("c")


def test_an_unknown_question_gets_one_sentence() -> None:
    with pytest.raises(ValueError, match="There is no node"):
        mark("X", "gplvm", [])
    with pytest.raises(ValueError, match="no chain 'pca'"):
        mark("X", "pca", "X")
    with pytest.raises(ValueError, match="node of gplvm"):
        mark("X", "gplvm", "W")


@pytest.mark.parametrize("of", ["autoencoder", "gplvm", "gplvm.log_det", "gplvm.trace"])
def test_every_derived_mistake_leads_to_a_wrong_answer_or_to_the_same_one_by_symmetry(
    of: str) -> None:
    for wrt in chain_named(of).leaves:
        found = single_mistakes(chain_named(of), wrt)
        assert len(found) == len({mistake.changes for mistake in found}) > 5


def test_the_display_reads_back_what_was_typed() -> None:
    shown = mark("-½ α D K^-1 X", "gplvm.log_det", "X")._repr_markdown_()
    assert r"\frac{\partial L_{1}}{\partial X} = " in shown
    assert isinstance(mark("X", "gplvm", "X"), Mark)


GRADIENT = "α(K⁻¹YYᵀ − D I)K⁻¹X"


def true_gradient(X: np.ndarray, Y: np.ndarray, K: np.ndarray, alpha: float) -> np.ndarray:
    inverse = np.linalg.inv(K)
    return alpha * (inverse @ Y @ Y.T - Y.shape[1] * np.eye(len(X))) @ inverse @ X


def test_every_size_is_another_one_at_the_second_point() -> None:
    first, second, sizes = *exercise_of(gplvm.chain(), "X").points, ("N", "Q", "D")
    assert all(first[size] != second[size] for size in sizes)
    assert first["N"] > first["Q"]
    assert second["N"] < second["Q"]
    assert not mark(lambda X, Y, K, alpha: true_gradient(X, Y, K, alpha) * X.shape[1] / 3, "gplvm",
                    "X").right


@pytest.mark.parametrize(("answer", "kinds"), [
    ("Q " + GRADIENT, {"factor"}), (GRADIENT + "/Q", {"averaged"}), (GRADIENT + "/3", {"factor"}),
    ("α(K⁻¹YYᵀ − D I)(XXᵀ + I)⁻¹X", {"missing_scalar"}),
    ("α/β (K⁻¹YYᵀ − D I)K⁻¹X", {"missing_scalar"}),
    ("h_bar", {"stopped_early", "missing_path", "factor"}),
])
def test_nothing_is_said_that_does_not_hold(answer: str, kinds: set[str]) -> None:
    assert {finding.kind for finding in mark(answer, "gplvm", "X").findings} == kinds


def test_an_inverse_that_does_not_exist_is_no_right_answer() -> None:
    for answer, wrt in (("-K⁻¹ p p⁻¹ Y", "Y"), ("α(K⁻¹YYᵀ − D I)K⁻¹ X Xᵀ(XXᵀ)⁻¹ X", "X")):
        result = mark(answer, "gplvm", wrt)
        assert not result.right
        assert "singular" in result.reason


def test_what_stands_before_an_equals_sign_is_read_too() -> None:
    assert mark("∂L/∂X = " + GRADIENT, "gplvm", "X").right
    for before in ("∂L/∂Y", "K", "2", "foo"):
        assert mark(f"{before} = {GRADIENT}", "gplvm", "X").status == "unreadable"


def test_a_function_must_not_ask_for_its_answer() -> None:
    assert mark(lambda X_bar: X_bar, "gplvm", "X").status == "not attempted"


@pytest.mark.parametrize("function", [
    lambda X, Y, K, alpha, jitter=0.0: true_gradient(X, Y, K, alpha), lambda X, K_bar,
    alpha: 2 * alpha * K_bar @ X,
    lambda X, Y, K, alpha, *more: true_gradient(X, Y, K, alpha),
    lambda X, Y, K, alpha: true_gradient(X, Y, K, alpha).astype(np.float32),
    lambda X, /, Y, K, alpha: true_gradient(X, Y, K, alpha).tolist(),
    lambda alpha, *, Y, X, K: true_gradient(X, Y, K, alpha),
    lambda X, Y, K, alpha, jitter=0, /: true_gradient(X, Y, K, alpha),
])
def test_a_function_may_be_written_in_many_ways(function: object) -> None:
    assert mark(function, "gplvm", "X").right


@pytest.mark.parametrize(("function", "sentence"), [
    (unsigned, "does not tell them"), (max, "does not tell them"), (dict, "This is a class"),
    (lambda X: None, "its return is missing"),
    (lambda X: [[1], [1, 2]], "rows of different lengths"),
    (sp.Lambda(sp.Symbol("alpha"), sp.Symbol("alpha")), "An answer is a formula"),
])
def test_a_function_that_cannot_be_used_gets_one_sentence(function: object, sentence: str) -> None:
    assert sentence in mark(function, "gplvm", "X").reason


def test_elementwise_products_are_taken_at_their_word() -> None:
    assert mark("-½ I∘I", "gplvm", "s").status in ("proved", "exact")
    assert mark("X∘Y", "gplvm", "X").findings[0].kind == "shape"
    assert mark("-α D K⁻¹ ∘ X", "gplvm.log_det", "X").findings[0].kind == "elementwise"


def test_sizes_without_assumptions_are_the_same_sizes() -> None:
    N, Q = sp.symbols("N Q")
    assert mark(-alpha * D * K.I * sp.MatrixSymbol("X", N, Q), "gplvm.log_det",
                "X").status != "unreadable"


def test_a_path_that_is_counted_twice_beside_the_other_one_is_named() -> None:
    kinds = {finding.kind for finding in mark("2 e cᵀ + W c xᵀ", "autoencoder", "W").findings}
    assert "doubled_path" in kinds


def test_the_adjoint_that_was_written_is_named_first_if_it_was_written_as_such() -> None:
    assert mark("f_bar", "gplvm", "X").findings[0].kind == "stopped_early"
    assert mark("½ " + GRADIENT, "gplvm", "X").findings[0].kind == "missing_path"


def test_a_number_may_come_as_a_matrix_of_one_entry_and_a_zero_as_any_matrix() -> None:
    assert mark(lambda K, D: [[-np.log(np.linalg.det(K)) / 2]], "gplvm.log_det", "D").right
    assert not mark(lambda K, D: [[1.0]], "gplvm.log_det", "D").right
    assert mark(np.array(-0.5), "gplvm.trace", "t").right
    assert mark("0", "gplvm.log_det", "X").reason == "this is not ∂L₁/∂X"


def test_a_sum_with_numbers_in_front_of_matrices_is_marked_in_a_chain_of_ones_own() -> None:
    M, s = sp.MatrixSymbol("M", X.rows, X.rows), sp.Symbol("s")
    build = Builder("mine", M, s)
    a = build("a", "trace", build("e", "product", M, M))
    build("L", "scalar sum", a, build("c", "scalar product", s, build("b", "half squared norm", M)))
    chain = build.chain()  # L = tr(M M) + s ‖M‖²/2
    assert mark("2 M' + s M", chain, "M").right
    for wrong, kind in (("2 M' - s M", "sign"), ("4 M' + 2 s M", "factor"),
                        ("2 M' + M", "missing_scalar")):
        assert mark(wrong, chain, "M").findings[0].kind == kind


@pytest.mark.parametrize(("answer", "power"), [
    ("-α D K^20 K^-20 K⁻¹ X", "20"), ("-α D K^-13 (αXXᵀ + I/β)^12 X", "12")])
def test_high_powers_that_cancel_are_right_whatever_floating_point_makes_of_them(
        answer: str, power: str) -> None:
    assert mark(answer, "gplvm.log_det", "X").right
    wrong = mark(answer.replace(power, str(int(power) - 1), 1), "gplvm.log_det", "X")
    assert wrong.status == "refuted"
    left, right = wrong.counterexample.left, wrong.counterexample.right
    assert max(map(abs, left)) < 100 * max(map(abs, right))  # no number that rounding has made
