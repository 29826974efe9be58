"""No silent wrong number: random data and the cases that lost digits, against 400 digits."""

import mpmath
import numpy as np
import pytest
from data_claims import faults
from tables import over

from lvmcalc.models import AutoencoderProblem, GPLVMProblem, autoencoder, gplvm
from lvmcalc.training import Trainer
from lvmcalc.training.problem import tie


@pytest.mark.parametrize("first", range(0, 100, 20))
def test_random_data_give_eight_digits_or_one_sentence(first: int) -> None:
    assert [fault for seed in range(first, first + 20) for fault in faults(seed)] == []


def test_nearly_equal_columns_keep_their_digits() -> None:
    rng = np.random.default_rng(0)
    r, noise = 1e7 * rng.standard_normal(60), rng.standard_normal(60)
    Y = np.column_stack([r, 0.9 * r + noise, 0.5 * r + 0.7 * noise])
    Y -= Y.mean(axis=0)
    problem = GPLVMProblem(Y, 1)
    with mpmath.workdps(50):
        squares = [s**2 for s in mpmath.svd_r(mpmath.matrix(Y.tolist()), compute_uv=False)]
        beta = 3 * 59 / sum(squares[1:])
        log_det = mpmath.log(squares[0] / 3) - 59 * mpmath.log(beta)
        best = -(180 * mpmath.log(2 * mpmath.pi) + 3 * log_det + 180) / 2
    assert problem.beta == pytest.approx(float(beta), rel=1e-8)
    assert problem.best == pytest.approx(float(best), rel=1e-9)
    trainer = Trainer(problem)
    trainer.parameters = problem.optimum.X
    assert abs(trainer.gap) < 1e-8
    trainer.parameters = 1.5 * problem.optimum.X
    X = trainer.parameters
    true = gplvm.log_likelihood(X, Y, 1.0, problem.beta)
    assert trainer.gap == pytest.approx((float(best) - true) / problem.scale, rel=1e-6)


def test_a_gap_is_relative_to_the_best_loss_however_small_it_is() -> None:
    x = np.random.default_rng(0).standard_normal((4, 40)) * np.array([[1e7], [50], [1], [0.3]])
    trainer = Trainer(AutoencoderProblem(x, 2))
    trainer.parameters = np.eye(2, 4) * np.array([[1], [0.1]])
    loss = autoencoder.loss(trainer.parameters, x)
    best = autoencoder.optimum(x, 2).loss
    assert loss > 100 * best
    assert trainer.gap == pytest.approx(loss / best - 1, rel=1e-6)
    assert "less than 0.0001 %" not in trainer.describe()


@pytest.mark.parametrize("scales", [(1e7, 1e-3, 1e-3), (1e12, 1, 1)])
def test_what_keeps_no_eight_digits_is_said_in_one_sentence(scales: tuple) -> None:
    x = np.random.default_rng(0).standard_normal((3, 9)) * np.array(scales)[:, None]
    with pytest.raises(ArithmeticError, match=r"^The best loss keeps fewer than 8 digits .*\.$"):
        AutoencoderProblem(x, 1)
    with pytest.raises(ArithmeticError, match=r"keeps fewer than 8 digits here: .*\.$"):
        GPLVMProblem(x.T, 1)


def test_every_plane_is_principal_where_all_eigenvalues_are_tied() -> None:
    rng = np.random.default_rng(1)
    problem = AutoencoderProblem(np.eye(6), 2)
    W = np.linalg.qr(rng.standard_normal((6, 2)))[0].T
    assert problem.subspace_angle(W) < 1e-5


def test_an_angle_is_measured_to_the_nearest_of_the_optimal_subspaces() -> None:
    problem = AutoencoderProblem(np.diag([3.0, 2.0, 2.0, 1.0]), 2)  # e₁ and any axis in e₂, e₃
    turn, away = np.radians(40), np.radians(10)
    e1, e2, e3, e4 = np.eye(4)
    axis = np.cos(turn) * e2 + np.sin(turn) * e3
    assert problem.subspace_angle(np.array([e1, axis])) < 1e-4
    tilted = np.cos(away) * axis + np.sin(away) * e4
    assert problem.subspace_angle(np.array([e1, tilted])) == pytest.approx(10, abs=1e-5)
    assert problem.subspace_angle(np.array([e2, e3])) == pytest.approx(90)
    leaning = np.cos(away) * e1 + np.sin(away) * e4
    assert problem.subspace_angle(np.array([leaning, axis])) == pytest.approx(10, abs=1e-5)
    assert "nearest principal components" in Trainer(problem).describe()


@pytest.mark.parametrize("shape", [(5, 40), (7, 8)])
def test_wide_data_are_seen_by_n_columns(shape: tuple[int, int]) -> None:
    Y = np.random.default_rng(2).standard_normal(shape)
    problem = GPLVMProblem(Y, 2)
    assert problem.gram.shape == (shape[0],) * 2
    X = problem.start(3)
    value, gradient = problem.value_and_gradient(X)
    assert value == pytest.approx(gplvm.log_likelihood(X, Y, 1.0, problem.beta), rel=1e-12)
    np.testing.assert_allclose(gradient, gplvm.gradient(X, Y, 1.0, problem.beta), rtol=1e-9)
    best = gplvm.optimum(Y, 2, 1.0, gplvm.best_beta(Y, 2)).log_likelihood
    assert problem.best == pytest.approx(best, rel=1e-12)
    assert Trainer(problem).run(300).gap < 1e-6


def test_few_samples_of_many_features_need_no_large_matrix() -> None:
    x = np.random.default_rng(2).standard_normal((50, 4))
    problem = AutoencoderProblem(x, 2)
    assert problem.gram is None
    W = problem.start(0)
    assert problem.value(W) == pytest.approx(autoencoder.loss(W, x), rel=1e-13)
    assert problem.best == pytest.approx(autoencoder.optimum(x, 2).loss, rel=1e-13)


def at_dependent_columns(near: float, length: float) -> tuple[GPLVMProblem, np.ndarray]:
    """Return a problem, and latent points with two columns that are nearly the same."""
    rng = np.random.default_rng(0)
    Y, X = rng.standard_normal((12, 3)), rng.standard_normal((12, 2))
    return GPLVMProblem(Y, 2, beta=2.0), length * (X[:, :1] + near * X * [0, 1])


WAYS = {
    "the function": lambda p, X: gplvm.value_and_gradient(X, p.Y, p.alpha, p.beta),
    "the problem": lambda p, X: p.value_and_gradient(X),
    "training": lambda p, X: (placed := at(p, X)).value and (placed.value, placed.gradient)}


def at(problem: GPLVMProblem, X: np.ndarray) -> Trainer:
    """Return a trainer at X, which it sees in the span of the data."""
    trainer = Trainer(problem)
    trainer.parameters = X
    return trainer


@over("way", WAYS)
@over(("near", "length"), [(0, 1e7), (0, 1e12), (1e-15, 1e10), (1e-9, 1e12)])
def test_columns_that_depend_on_each_other_are_told_where_digits_are_lost(way, near, length):
    with pytest.raises(ArithmeticError, match=r"keeps fewer than 8 digits here: .*\.$"):
        WAYS[way](*at_dependent_columns(near, length))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("near", "length"), [(0, 10), (1e-3, 1e2), (1e-4, 1e5)])
def test_columns_that_nearly_depend_on_each_other_keep_their_digits(way, near, length):
    problem, X = at_dependent_columns(near, length)
    value, gradient = WAYS[way](problem, X)
    with mpmath.workdps(50):
        x, y, D = mpmath.matrix(X.tolist()), mpmath.matrix(problem.Y.tolist()), problem.D
        K = x * x.T + mpmath.eye(12) / problem.beta
        solved, of_X = K**-1 * y, K**-1 * x
        true = -(12 * D * mpmath.log(2 * mpmath.pi) + D * mpmath.log(mpmath.det(K))
                 + sum(a * b for a, b in zip(solved, y, strict=True))) / 2
        slope = np.array((solved * (y.T * of_X) - D * of_X).tolist(), float)
    assert value == pytest.approx(float(true), rel=1e-9)
    np.testing.assert_allclose(gradient, slope, rtol=0, atol=1e-8 * abs(slope).max())


def test_one_scalar_to_learn_may_be_named_without_a_list() -> None:
    Y = np.random.default_rng(0).standard_normal((8, 3))
    assert GPLVMProblem(Y, 1, learn="beta").learn == ("beta",)


class Sparse:
    """What a sparse matrix shows of itself."""

    shape, dtype = (3, 2), np.dtype(float)

    def toarray(self) -> np.ndarray:
        return np.eye(3, 2)


@pytest.mark.parametrize("use", [lambda Y: GPLVMProblem(Y, 1), lambda Y: AutoencoderProblem(Y, 1),
                                 lambda Y: gplvm.best_beta(Y, 1)])
def test_a_sparse_matrix_is_told_what_to_do(use) -> None:
    with pytest.raises(TypeError, match=r"not a sparse matrix; its method toarray"):
        use(Sparse())


def test_value_and_gradient_of_the_autoencoder_are_those_of_its_functions() -> None:
    rng = np.random.default_rng(3)
    W, x = rng.standard_normal((2, 5)), rng.standard_normal((5, 7))
    value, gradient = autoencoder.value_and_gradient(W, x)
    assert value == autoencoder.loss(W, x)
    np.testing.assert_array_equal(gradient, autoencoder.gradient(W, x))


@pytest.mark.parametrize(("apart", "tied"), [(1e-14, True), (1e-10, False), (1e-6, False)])
def test_eigenvalues_are_tied_where_nothing_but_rounding_tells_them_apart(apart, tied) -> None:
    for roots in (False, True):
        equal = tie(np.array([2.0, 1, 1 - apart, 0.5]), 2, roots)
        assert equal == (slice(1, 3) if tied else slice(2, 2))


@pytest.mark.parametrize("model", [
    lambda Y: GPLVMProblem(Y, 2, beta=1.0), lambda Y: AutoencoderProblem(Y.T, 2)])
def test_eigenvalues_that_are_small_beside_the_largest_are_not_tied(model) -> None:
    turn = np.linalg.qr(np.random.default_rng(5).standard_normal((30, 4)))[0]
    problem = model(turn * [1e7, 8, 4, 2])  # their squares differ by 10⁻¹³ of the largest
    assert problem.tied is None
    wrong = np.eye(4)[:, [0, 2]]  # the largest and the third, not the second
    at = turn * [1e7, 8, 4, 2] @ wrong if problem.shape == (30, 2) else wrong.T
    assert problem.subspace_angle(at) == pytest.approx(90)
