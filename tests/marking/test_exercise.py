"""A question: points at which a number tells what it is, and an answer that is right there only if
it is right."""

from itertools import combinations_with_replacement

import numpy as np
import pytest
import sympy as sp
from sympy import Expr, HadamardProduct, Identity, MatAdd, MatMul

from lvmcalc.calculus.arithmetic import Trusted
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.chain import Builder, Chain
from lvmcalc.marking import exercise, mark
from lvmcalc.marking.broken_chains import BrokenChains
from lvmcalc.marking.chain_values import float_at, known_at
from lvmcalc.marking.exercise import Exercise, exercise_of
from lvmcalc.marking.function_answers import arguments_of
from lvmcalc.marking.trial_points import PRIMES
from lvmcalc.models import CHAINS, autoencoder, chain_named, gplvm

LOG_DET, TRACE, AUTOENCODER = map(chain_named, ("gplvm.log_det", "gplvm.trace", "autoencoder"))
X, K, alpha, beta, D = LOG_DET.symbols("X K alpha beta D")
N = X.rows


def bilinear() -> Chain:
    """Return L = tr(vᵀAw) with vectors, whose gradient for A is v wᵀ."""
    n, m = sp.symbols("n m", positive=True, integer=True)
    v, A, w = sp.MatrixSymbol("v", n, 1), sp.MatrixSymbol("A", n, m), sp.MatrixSymbol("w", m, 1)
    build = Builder("bilinear", v, A, w)
    build("L", "trace",
          build("s", "product", build("t", "transpose", v), build("p", "product", A, w)))
    return build.chain()


def tried(question: Exercise) -> list[dict]:
    """Return the points at which a counterexample is looked for."""
    points: list[dict] = []

    def function_that_stops(point: dict) -> None:
        points.append(point)
        raise ArithmeticError

    assert question.counterexample(function_that_stops) is None
    return points


@pytest.mark.parametrize("name", CHAINS)
def test_no_size_and_no_product_of_two_is_another_at_the_points(name: str) -> None:
    question = exercise_of(chain_named(name), next(iter(chain_named(name).leaves)))
    assert all(map(sp.isprime, PRIMES))
    products = [[a * b for a,
                 b in combinations_with_replacement([1, *(point[size] for size in question.sizes)],
                                                    2)]
                for point in question.points]
    assert all(len({*product}) == len(product) for product in products)
    assert all(first != second for first, second in zip(*products, strict=True) if first > 1)


def test_scalars_at_the_points_are_positive_and_not_1() -> None:
    for point in exercise_of(LOG_DET, "X").points:
        assert all(point[name] > 0 and abs(point[name] - 1) > 1e-3 for name in ("alpha", "beta"))


@pytest.mark.parametrize(("chain", "wrt", "small", "large"), [
    (LOG_DET, "X", "", ""), (TRACE, "Y", "Q", "D"), (AUTOENCODER, "W", "", "")])
def test_a_counterexample_is_looked_for_with_1_2_and_3_in_matrices_of_few_different_sizes(
        chain: Chain, wrt: str, small: str, large: str) -> None:
    question = exercise_of(chain, wrt)
    points = tried(question)
    for point in points:
        sizes = [point[size] for size in question.sizes]
        assert len({*sizes}) == len(sizes)
        assert not small or point[small] < point[large]
        assert max(sizes) <= len(sizes) + 1
    assert sorted(points[0][size]
                  for size in question.sizes) == [*range(1, len(question.sizes) + 1)]
    leaves = [[point[name] for point in points] for name in chain.leaves]
    assert all({*np.concatenate([np.ravel(value) for value in values])} == {1, 2, 3}
               for values in leaves)


def test_an_answer_may_be_off_by_rounding_and_by_no_more_also_where_the_truth_is_0() -> None:
    question = exercise_of(LOG_DET, "X")
    size, name = (3, 2), question.asked.name
    for truth, scale in ((np.zeros(size), 1.0), (np.full(size, -300.0), 300.0)):
        assert question.agrees(truth, {name: truth})
        assert question.agrees(truth + 0.9e-6 * scale, {name: truth})
        assert not question.agrees(truth + 1.1e-6 * scale, {name: truth})
    assert not question.agrees(np.zeros(size).T, {name: np.zeros(size)})
    assert not question.agrees(np.full(size, np.nan), {name: np.zeros(size)})


def test_what_has_no_shape_is_not_right_though_its_numbers_are() -> None:
    chain = bilinear()
    v, w = chain.symbols("v w")
    assert exercise_of(chain, "A").is_right(v * w.T)
    assert not exercise_of(chain, "A").is_right(HadamardProduct(v, w.T))
    assert mark("v∘w", chain, "A").status == "refuted"


@pytest.mark.parametrize(("answer", "letter"), [
    (-D / 2 * K.I, ["K"]), (-D / 2 * K.I.T, []), (-D / 2 * K.I * K * K.I.T, []),
    (-D / 2 * K.I * K.T * K.I.T, ["K"]), (-D / 2 * Identity(N) * K.I, ["K"]),
])
def test_a_right_answer_that_needs_a_symmetric_matrix_tells_which(answer: Expr,
                                                                  letter: list[str]) -> None:
    question = exercise_of(LOG_DET, "c")
    assert question.is_right(answer)
    assert question.symmetric_only(answer) == letter


def test_an_answer_may_use_that_a_matrix_without_a_letter_is_symmetric() -> None:
    e, d_bar = LOG_DET.symbols("e d_bar")
    assert exercise_of(LOG_DET, "e").symmetric_only(alpha * d_bar) == []
    assert exercise_of(LOG_DET,
                       "d").symmetric_only(-D / 2 * (alpha * e + Identity(N) / beta).I) == ["e"]


@pytest.mark.parametrize(("answer", "has"), [
    (K.I * X, True), ((X.T * K * X).I, False), ((X * X.T).I, False),
    (sp.Inverse(K * X * X.T) * X, False),
    (K**-2, True), ((X * X.T)**-2, False), (X, True)])
def test_an_inverse_that_does_not_exist_at_all_sizes_has_no_value(answer: Expr, has: bool) -> None:
    question = exercise_of(LOG_DET, "X")
    try:
        found = question.values(answer)
    except OutsideDomain:
        found = []
    assert bool(found) == has


def test_a_pass_inverts_each_matrix_once(monkeypatch: pytest.MonkeyPatch) -> None:
    chain, inverted = chain_named("gplvm"), []
    at = exercise_of(chain, "X").leaves(0)
    monkeypatch.setattr(Trusted, "inv", lambda matrix: inverted.append(1) or np.linalg.inv(matrix))
    known = known_at(chain, at, {})
    assert len(inverted) == 1
    BrokenChains(exercise_of(chain, "X"))._gradient((), 0)
    assert len(inverted) == 2
    np.testing.assert_allclose(known["∂L/∂X"], chain.backward(**{
        name: at[name] for name in chain.leaves})["X"])


def test_the_name_of_an_adjoint_is_spelled_as_it_is_printed() -> None:
    question = exercise_of(LOG_DET, "X")
    assert arguments_of(question, lambda d_bar, K_bar, alpha: None) == {
        "d_bar": LOG_DET.adjoint_symbol("d").name, "K_bar": LOG_DET.adjoint_symbol("c").name,
        "alpha": "alpha"}


def test_a_counterexample_of_a_sum_is_whole_and_true() -> None:
    question = exercise_of(AUTOENCODER, "W")
    answer = autoencoder.chain().adjoint("W") * 2
    found = question.counterexample(lambda point: float_at(answer, point))
    assert found.left == 2 * found.right
    assert all(entry.is_Integer for entry in (*found.left, *found.right))
    assert MatAdd(found.left, MatMul(-2, found.right)).doit() == sp.zeros(*found.left.shape)


def test_a_counterexample_has_values_that_are_finite_and_of_the_right_shape() -> None:
    question = exercise_of(LOG_DET, "X")
    truth = gplvm.log_det_chain().adjoint("X")

    def infinite_at_first(point: dict) -> np.ndarray:
        return np.full(point["X"].shape,
                       np.inf) if point["Q"] == 1 else float_at(2 * truth, point)

    found = question.counterexample(infinite_at_first)
    assert found.values["X"].shape[1] == 2
    assert found.left.shape == found.values["X"].shape
    assert question.counterexample(lambda point: float_at(truth, point)) is None


def test_symmetry_is_not_said_of_an_answer_that_names_what_does_not_lie_on_the_way() -> None:
    g_bar, = LOG_DET.symbols("g_bar")
    assert exercise_of(LOG_DET, "f").is_right(g_bar.T)
    assert exercise_of(LOG_DET, "f").symmetric_only(g_bar.T) == []


@pytest.mark.parametrize(("number", "shown"), [
    (2.00004, "2"), (2.0002, "2.000"), (1 / 3, "0.3333"), (-12.34567, "-12.35"),
])
def test_numbers_of_a_counterexample_are_whole_to_4_places_or_have_4_digits(
    number: float, shown: str) -> None:
    found = exercise_of(LOG_DET,
                        "X").counterexample(lambda point: np.full(point["X"].shape, number))
    assert str(found.left[0]) == shown


def test_what_differs_in_numbers_is_brought_to_no_normal_form(
        monkeypatch: pytest.MonkeyPatch) -> None:
    forms, decide = [], exercise.decide
    monkeypatch.setattr(exercise, "decide", lambda *given, **how: forms.append(
        how.get("forms")) or decide(*given, **how))
    question = Exercise(LOG_DET, "X")
    statuses = [question.compare(alpha * K.I * X, side).status for side in (
        alpha * X, alpha * X, K.I * X * alpha)]
    assert (statuses, forms) == (["refuted", "refuted", "proved"], [False, None])
