"""The two models as problems to train: values, gradients, optima, starts, and what is written."""

import numpy as np
import pytest
from small_problems import BOTH, IRIS, N, Q, S, m, n, small_autoencoder, small_gplvm

from lvmcalc.models import AutoencoderProblem, GPLVMProblem, autoencoder, gplvm
from lvmcalc.training import Trainer, data

pytestmark = pytest.mark.filterwarnings("error")


def test_the_log_likelihood_is_finite_where_the_determinant_is_not():
    problem = small_gplvm()
    X = 1e80 * np.random.default_rng(1).standard_normal((N, Q))  # det(I + αβXᵀX) is about 1e480
    assert problem.value(X) == pytest.approx(gplvm.log_likelihood(X, problem.Y, 1.3, 6.0), rel=1e-9)


class TestProblems:
    def test_the_gplvm_problem_has_the_value_and_gradient_of_the_model(self):
        problem = small_gplvm()
        X = np.random.default_rng(1).standard_normal((N, Q))
        value, gradient = problem.value_and_gradient(X)
        assert value == pytest.approx(gplvm.log_likelihood(X, problem.Y, 1.3, 6.0), rel=1e-13)
        np.testing.assert_allclose(gradient, gplvm.gradient(X, problem.Y, 1.3, 6.0), rtol=1e-11)
        assert problem.value(X) == value

    @pytest.mark.parametrize("samples", [1, S])
    def test_the_autoencoder_problem_has_the_value_and_gradient_of_the_model(self, samples):
        rng = np.random.default_rng(1)
        x, W = rng.standard_normal((n, samples)), rng.standard_normal((m, n))
        value, gradient = AutoencoderProblem(x, m).value_and_gradient(W)
        assert value == pytest.approx(autoencoder.loss(W, x), rel=1e-13)
        np.testing.assert_allclose(gradient, autoencoder.gradient(W, x), rtol=1e-11)

    def test_beta_is_the_best_one_unless_it_is_given(self):
        assert GPLVMProblem(IRIS, 2).beta == pytest.approx(gplvm.best_beta(IRIS, 2), rel=1e-12)
        assert GPLVMProblem(IRIS, 2, beta=3.5).beta == 3.5

    @BOTH
    def test_the_optimum_is_that_of_the_model(self, problem):
        best = problem.optimum[0]
        assert problem.value(best) == pytest.approx(problem.best, rel=1e-12)
        assert problem.gap(problem.value(best)) == pytest.approx(0, abs=1e-13)
        assert problem.gap(problem.value(best + 0.1)) > 1e-3
        assert problem.subspace_angle(best) < 1e-6

    @BOTH
    def test_the_stability_limit_is_two_over_the_largest_curvature(self, problem):
        best, step = problem.optimum[0], 1e-5
        columns = []
        for direction in np.eye(best.size).reshape(-1, *best.shape):
            above, below = (problem.value_and_gradient(best + sign * step * direction)[1]
                            for sign in (1, -1))
            columns.append((above - below).ravel() / (2 * step))
        curvature = np.linalg.eigvalsh(-problem.sign * np.array(columns)).max()
        assert problem.stability_limit == pytest.approx(2 / curvature, rel=1e-6)

    def test_the_subspace_angle_is_the_largest_principal_angle(self):
        problem = small_gplvm()
        U = np.linalg.svd(problem.Y)[0]
        X = U[:, :Q].copy()
        X[:, 1] = np.cos(0.3) * U[:, 1] + np.sin(0.3) * U[:, Q]
        X[:, 2] = np.cos(0.7) * U[:, 2] + np.sin(0.7) * U[:, Q + 1]
        mixed = X @ np.random.default_rng(0).standard_normal((Q, Q))
        assert problem.subspace_angle(mixed) == pytest.approx(np.degrees(0.7), rel=1e-9)
        assert problem.subspace_angle(U[:, Q : 2 * Q]) == pytest.approx(90)

    def test_the_subspace_of_an_autoencoder_is_the_row_span_of_its_weights(self):
        problem = small_autoencoder()
        mix = np.random.default_rng(0).standard_normal((m, m))
        assert problem.subspace_angle(mix @ problem.optimum.W) < 1e-6

    @BOTH
    def test_a_start_is_random_and_repeatable(self, problem):
        first, again, other = (problem.start(seed) for seed in (3, 3, 4))
        assert first.shape == problem.shape
        assert (first == again).all()
        assert (first != other).any()

    def test_an_entry_of_the_first_latent_points_has_the_size_that_the_problem_says(self):
        problem = small_gplvm()
        assert np.sqrt(np.mean(problem.start(3) ** 2)) == pytest.approx(problem.spread, rel=1e-12)

    def test_the_rows_of_the_first_weights_are_half_as_long_as_those_of_the_best(self):
        problem = AutoencoderProblem(np.random.default_rng(0).standard_normal((300, 3)), 200)
        np.testing.assert_allclose(np.linalg.norm(problem.optimum.W, axis=1), 1)
        assert np.sqrt(np.mean(problem.start(0) ** 2)) == pytest.approx(problem.spread, rel=0.01)
        assert np.linalg.norm(problem.start(0), axis=1).mean() == pytest.approx(0.5, rel=0.01)

    @pytest.mark.parametrize("unit", [1e-4, 1, 1e4])
    @pytest.mark.parametrize(("left", "own"), [(4e-8, True), (4e-14, True), (4e-32, False)])
    def test_a_gap_is_relative_to_half_of_the_squares_if_the_best_loss_is_nearly_0(
        self, left, own, unit):
        problem = AutoencoderProblem(unit * np.diag([3.0, 2.0, np.sqrt(left)]), 2)
        assert problem.best == pytest.approx(unit**2 * left / 2, rel=1e-6)
        assert problem.scale == pytest.approx(unit**2 * (left if own else 13) / 2, rel=1e-6)

    def test_a_gap_is_that_of_the_log_likelihood_itself_if_the_best_is_nearly_0(self):
        # between which the best one grows with β
        alpha, (low, high) = 0.7, (1.0, gplvm.best_beta(IRIS / 8, 2))
        for _ in range(60):
            beta = (low + high) / 2
            low, high = (beta, high) if GPLVMProblem(IRIS / 8, 2, alpha,
                                                     beta).best < 0.3 else (low, beta)
        problem = GPLVMProblem(IRIS / 8, 2, alpha, beta)
        assert problem.best == pytest.approx(0.3, abs=1e-6)
        assert problem.gap(-0.2) == pytest.approx(0.5, abs=1e-6)

    @pytest.mark.parametrize("seed", range(4))
    def test_the_best_loss_is_never_negative(self, seed):
        rng = np.random.default_rng(seed)
        problem = AutoencoderProblem(rng.standard_normal((n, m)) @ rng.standard_normal((m, S)), m)
        assert 0 <= problem.best < 1e-13 * problem.trace

    def test_subspaces_at_right_angles_are_90_degrees_apart_however_they_are_rounded(self):
        axes = np.linalg.svd(small_gplvm().Y)[0]
        for seed in range(20):
            mix = np.random.default_rng(seed).standard_normal((Q, Q))
            assert small_gplvm().subspace_angle(axes[:, Q : 2 * Q] @ mix) == pytest.approx(90)

    def test_a_direction_that_varies_just_as_the_noise_is_not_one_of_the_best_subspace(self):
        Y = np.array([[2.0, 0], [-2, 0], [0, 1], [0, -1]])  # YᵀY has 8 and 2 on its diagonal
        problem = GPLVMProblem(Y, 2, beta=1.0)  # the noise explains a sum of squares of D/β = 2
        np.testing.assert_allclose(np.abs(problem.basis), np.abs(Y[:, :1]) / np.sqrt(8))

    def test_without_a_direction_the_angle_is_0(self):
        problem = GPLVMProblem(IRIS, 2, beta=1e-4)
        assert problem.subspace_angle(problem.start(0)) == 0

    @pytest.mark.parametrize("unit", [1e-6, 1, 1e6])
    def test_the_best_beta_and_whether_there_is_one_do_not_depend_on_the_unit(self, unit):
        assert GPLVMProblem(unit * IRIS,
                            2).beta == pytest.approx(GPLVMProblem(IRIS, 2).beta / unit**2, rel=1e-9)
        flat = IRIS[:, :2] @ np.random.default_rng(0).standard_normal((2, 4))
        with pytest.raises(ValueError, match="rebuild Y without any error"):
            GPLVMProblem(unit * flat, 2)

    def test_alpha_is_1_unless_it_is_given(self):
        best = gplvm.optimum(IRIS, 2, 1.0, 3.5).X
        assert np.linalg.norm(GPLVMProblem(IRIS, 2, beta=3.5).optimum.X) == pytest.approx(
            np.linalg.norm(best))

    def test_a_step_of_the_autoencoder_does_not_see_the_number_of_samples(self):
        problem = AutoencoderProblem(np.random.default_rng(0).standard_normal((n, 100_000)), m)
        assert max(value.size for value in vars(problem).values()
                   if isinstance(value, np.ndarray)) == n * n

    def test_a_gplvm_too_large_for_K_trains(self):
        Y = data.sample_gplvm(100_000, 4, 2, beta=4.0).Y  # K would need 80 gigabytes
        trainer = Trainer(GPLVMProblem(data.centred(Y), 2)).run(60)
        assert trainer.problem.subspace_angle(trainer.parameters) < 1e-6
        # The lengths of the columns settle more and more slowly as N grows: their curvature is
        # 2D/(βλ₁) of the largest.
        assert trainer.gap < 1e-5


OUTS = {"whole numbers": (np.zeros((N, Q), int), TypeError),
        "truth values": (np.zeros((N, Q), bool), TypeError),
        "half precision": (np.zeros((N, Q), np.float16), TypeError),
        "a row too many": (np.zeros((N + 1, Q)), ValueError),
        "one row": (np.zeros((1, Q)), ValueError), "a list": ([[0.0] * Q] * N, TypeError),
        "three dimensions": (np.zeros((1, N, Q)), ValueError)}


@pytest.mark.parametrize("case", OUTS)
def test_parameters_are_written_into_nothing_that_cannot_hold_them(case):
    out, error = OUTS[case]
    with pytest.raises(error, match=r"^out must .*, not .*\.$"):
        Trainer(small_gplvm()).run(2).write(out)
    assert not np.any(out)


def test_parameters_are_not_written_into_what_is_read_only():
    out = np.zeros((N, Q))
    out.setflags(write=False)
    with pytest.raises(ValueError, match="out must be an array that can be written to"):
        Trainer(small_gplvm()).write(out)
