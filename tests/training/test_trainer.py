"""The trainers: repeatable, true to the models, at the exact optimum in the end, and never
infinite."""

import re
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from tables import over

import lvmcalc
from lvmcalc.models import AutoencoderProblem, GPLVMProblem, autoencoder, gplvm
from lvmcalc.training import OPTIMISERS, Trainer, data

DIGITS, IRIS = (data.centred(data.load(name).Y) for name in ("digits", "iris"))
N, D, Q = 9, 5, 3
PACKAGE = str(Path(lvmcalc.__file__).parent)
n, m, S = 6, 2, 7


@pytest.fixture(autouse=True)
def no_warning_leaks():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def small_gplvm(seed=4):
    return GPLVMProblem(data.centred(np.random.default_rng(seed).standard_normal((N, D))), Q, 1.3,
                        6.0)


def test_the_log_likelihood_is_finite_where_the_determinant_is_not():
    problem = small_gplvm()
    X = 1e80 * np.random.default_rng(1).standard_normal((N, Q))  # det(I + αβXᵀX) is about 1e480
    assert problem.value(X) == pytest.approx(gplvm.log_likelihood(X, problem.Y, 1.3, 6.0), rel=1e-9)


def small_autoencoder(seed=4):
    return AutoencoderProblem(np.random.default_rng(seed).standard_normal((n, S)), m)


BOTH = pytest.mark.parametrize("problem", [small_gplvm(), small_autoencoder()],
                               ids=["gplvm", "autoencoder"])


def state(trainer):
    arrays = trainer.parameters.tobytes(), trainer.gradient.tobytes()
    return trainer.steps, trainer.status, trainer.value, *arrays


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


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("late", [False, True], ids=["at the start", "when the history is long"])
def test_a_run_that_was_interrupted_anywhere_is_repeatable(optimiser, late, monkeypatch):
    monkeypatch.setattr(Trainer, "FIRST", 3)
    monkeypatch.setattr(Trainer, "LONGEST", 6)
    before = 20 if late else 1
    expected = Trainer(small_gplvm(), optimiser).run(before + 3)
    for place in range(1, 200):  # the interrupt comes with this call of a function
        trainer, left = Trainer(small_gplvm(), optimiser).run(before), iter(range(place))

        def interrupt(frame, event, _, left=left, place=place):
            if frame.f_code.co_filename.startswith(PACKAGE) and next(left) == place - 1:
                sys.settrace(None)
                raise KeyboardInterrupt
        sys.settrace(interrupt)
        try:
            trainer.step()
        except KeyboardInterrupt:
            pass
        else:
            break
        finally:
            sys.settrace(None)
        trainer.run(before + 3 - trainer.steps)
        np.testing.assert_array_equal(trainer.parameters, expected.parameters)
        np.testing.assert_array_equal(trainer.history.steps, expected.history.steps)
        np.testing.assert_array_equal(trainer.history.values, expected.history.values)
    assert 5 < place < 199


@pytest.mark.parametrize("change", [
    lambda trainer: trainer.reset(5), lambda trainer: setattr(trainer, "optimiser", "adam"),
    lambda trainer: setattr(trainer, "optimiser", "momentum"),
    lambda trainer: setattr(trainer, "ablation", "only L2"),
    lambda trainer: setattr(trainer, "learning_rate", 0.01),
    lambda trainer: setattr(trainer, "parameters", np.ones((60, 2)))],
    ids=["reset", "adam", "momentum", "ablation", "learning rate", "parameters"])
def test_a_change_that_is_interrupted_at_any_line_is_made_whole_or_not_at_all(change):
    start = Trainer(GPLVMProblem(DIGITS[:60, 20:30], 2)).run(3)
    start.parameters  # noqa: B018

    def state(trainer):
        arrays = {"X": trainer.parameters, "at": trainer._at, "slope": trainer._slope}
        kept = {**arrays, **trainer._memory}
        return (trainer.optimiser, trainer.learning_rate, trainer.ablation, trainer.seed,
                trainer.steps, trainer.status, trainer.value, trainer._history, trainer._limit,
                trainer._lost, {name: np.asarray(value).tolist() for name, value in kept.items()})
    after = start.branch()
    change(after)
    for place in range(1, 500):
        trainer, left = start.branch(), iter(range(place))

        def interrupt(frame, event, _, left=left, place=place):
            if not frame.f_code.co_filename.startswith(PACKAGE):
                return None
            if event == "line" and next(left) == place - 1:
                sys.settrace(None)
                raise KeyboardInterrupt
            return interrupt
        sys.settrace(interrupt)
        try:
            change(trainer)
        except KeyboardInterrupt:
            pass
        else:
            break
        finally:
            sys.settrace(None)
        assert state(trainer) in (state(start), state(after)), place
    assert 3 < place < 499
    assert state(trainer) == state(after) != state(start)


class TestSteps:
    @BOTH
    @pytest.mark.parametrize("optimiser", OPTIMISERS)
    def test_ten_steps_are_ten_times_one_step(self, problem, optimiser):
        at_once, one_by_one = (Trainer(problem, optimiser, seed=3) for _ in range(2))
        at_once.step(10)
        for _ in range(10):
            one_by_one.step()
        assert at_once.steps == 10
        assert state(at_once) == state(one_by_one)

    @BOTH
    @pytest.mark.parametrize("optimiser", OPTIMISERS)
    def test_a_reset_repeats_the_run(self, problem, optimiser):
        trainer = Trainer(problem, optimiser, seed=3).run(20)
        first = state(trainer)
        trainer.reset()
        assert (trainer.steps, trainer.status, trainer.history.steps.tolist()) == (0, "ready", [0])
        assert state(trainer.run(20)) == first
        trainer.reset(5)
        assert trainer.seed == 5
        assert state(trainer.run(20)) != first
        trainer.reset(3)
        assert state(trainer.run(20)) == first

    @BOTH
    def test_a_gradient_step_goes_along_the_gradient(self, problem):
        trainer = Trainer(problem, "gradient", learning_rate=0.003)
        start, gradient = trainer.parameters, trainer.gradient
        trainer.step()
        np.testing.assert_allclose(trainer.parameters, start + problem.sign * 0.003 * gradient,
                                   rtol=1e-12)
        assert problem.sign * (trainer.value - problem.value(start)) > 0
        assert trainer.value == pytest.approx(problem.value(trainer.parameters), rel=1e-12)
        np.testing.assert_allclose(trainer.gradient,
                                   problem.value_and_gradient(trainer.parameters)[1], rtol=1e-10)

    def test_momentum_keeps_nine_tenths_of_the_last_move(self):
        trainer = Trainer(small_gplvm(), "momentum", learning_rate=1e-4)
        points = [trainer.run(1).parameters for _ in range(3)]
        gradient = small_gplvm().value_and_gradient(points[1])[1]
        np.testing.assert_allclose(points[2] - points[1],
                                   0.9 * (points[1] - points[0]) + 1e-4 * gradient, rtol=1e-9)

    def test_nesterov_follows_the_method_as_published(self):
        problem, rate = small_autoencoder(), 1e-4
        trainer = Trainer(problem, "nesterov", rate)
        ahead = landed = problem.start(0)
        for k in range(12):
            before, landed = landed, ahead - rate * problem.value_and_gradient(ahead)[1]
            ahead = landed + max(k, 0) / (k + 3) * (landed - before)
        np.testing.assert_allclose(trainer.run(12).parameters, ahead, rtol=1e-12)

    def test_adam_follows_the_algorithm_as_published(self):
        problem, rate = small_gplvm(), 0.01
        trainer = Trainer(problem, "adam", rate)
        theta, first, second = problem.start(0), 0, 0
        for t in range(1, 8):
            g = -problem.value_and_gradient(theta)[1]
            first, second = 0.9 * first + 0.1 * g, 0.999 * second + 0.001 * g * g
            theta = theta - rate * (first / (1 - 0.9**t)) / (np.sqrt(second / (1 - 0.999**t))
                                                             + 1e-8)
        np.testing.assert_allclose(trainer.run(7).parameters, theta, rtol=1e-10)

    @staticmethod
    def turned(optimiser):
        """Return a trainer in front of its first step along a gradient that points the other way at
        once."""
        class Turning(GPLVMProblem):
            turned = False

            def evaluate(self, parameters):
                value, gradient = super().evaluate(parameters)
                return value, -gradient if self.turned else gradient

        trainer = Trainer(Turning(small_gplvm().Y, Q, 1.3, 6.0), optimiser,
                          learning_rate=1e-4).run(5)
        trainer.problem.turned = True
        return trainer.run(1)  # the last one along the old gradient

    @pytest.mark.parametrize("optimiser", ["momentum", "nesterov"])
    def test_a_velocity_that_points_downhill_is_dropped(self, optimiser):
        trainer = self.turned(optimiser)
        before, gradient = trainer.parameters, trainer.gradient
        trainer.step()
        np.testing.assert_allclose(trainer.parameters - before, 1e-4 * gradient, atol=1e-12)

    @pytest.mark.parametrize(("optimiser", "gradients", "end"), [
        ("momentum", [(1, 0), (0, 1)], (1.9, 1)),  # 0.9 of the first move and the second gradient
        # Lands on (1, 0), (1, 1) and (9, 9)/8, from where it goes on by 2/5 of the move (1, 1)/8.
        ("nesterov", [(1, 0), (0, 1), (1 / 8, -1 / 8)], (1.175, 1.175))])
    def test_a_velocity_across_the_slope_is_kept(self, optimiser, gradients, end):
        memory, at = {}, np.zeros(2)
        for uphill in np.array(gradients):
            at = OPTIMISERS[optimiser].step(memory, at, uphill, 1.0, np.vdot)
        np.testing.assert_allclose(at, end, rtol=1e-14)

    def test_nesterov_goes_on_from_a_restart_as_from_a_start(self):
        trainer = self.turned("nesterov").run(1)
        fresh = Trainer(trainer.problem, "nesterov", learning_rate=1e-4)
        fresh.parameters = trainer.parameters
        np.testing.assert_array_equal(trainer.run(6).parameters, fresh.run(6).parameters)

    def test_another_optimiser_starts_without_momentum(self):
        trainer = Trainer(small_gplvm(), "momentum", learning_rate=1e-4).run(8)
        trainer.optimiser = "nesterov"
        trainer.optimiser = "momentum"
        before, gradient = trainer.parameters, trainer.gradient
        trainer.step()
        np.testing.assert_allclose(trainer.parameters - before, 1e-4 * gradient, atol=1e-14)

    def test_the_learning_rate_can_be_changed_between_steps(self):
        trainer = Trainer(small_gplvm(), "gradient", learning_rate=1e-4).run(3)
        trainer.learning_rate = 2e-4
        before, gradient = trainer.parameters, trainer.gradient
        trainer.step()
        np.testing.assert_allclose(trainer.parameters - before, 2e-4 * gradient, atol=1e-14)

    def test_without_a_learning_rate_each_optimiser_takes_its_own(self):
        problem = small_gplvm()
        trainer = Trainer(problem, "gradient")
        assert trainer.learning_rate == pytest.approx(0.9 * problem.stability_limit)
        trainer.optimiser = "nesterov"
        assert trainer.learning_rate == pytest.approx(0.6 * problem.stability_limit)
        trainer.optimiser = "adam"
        assert trainer.stability_limit is None
        trainer.learning_rate = 0.25
        trainer.optimiser = "gradient"
        assert trainer.learning_rate == 0.25
        trainer.learning_rate = None
        assert trainer.learning_rate == pytest.approx(0.9 * problem.stability_limit)


class TestOptimum:
    @pytest.mark.parametrize(("optimiser", "steps"), [
        ("gradient", 300), ("momentum", 150), ("nesterov", 100), ("adam", 1000)])
    def test_every_optimiser_finds_the_best_plane_of_the_digits(self, optimiser, steps):
        trainer = Trainer(GPLVMProblem(DIGITS, 2), optimiser)
        start = trainer.gap, trainer.problem.subspace_angle(trainer.parameters)
        trainer.run(steps)
        assert start[0] > 0.01
        assert start[1] > 30
        assert -1e-12 < trainer.gap < 1e-6
        assert trainer.problem.subspace_angle(trainer.parameters) < 0.3

    @pytest.mark.parametrize(("optimiser", "steps"), [
        ("gradient", 120), ("momentum", 120), ("nesterov", 60), ("adam", 600)])
    def test_every_optimiser_finds_the_best_code_of_the_digits(self, optimiser, steps):
        trainer = Trainer(AutoencoderProblem(DIGITS.T, 2), optimiser)
        start = trainer.gap
        trainer.run(steps)
        assert start > 0.3
        assert -1e-12 < trainer.gap < 1e-6
        assert trainer.problem.subspace_angle(trainer.parameters) < 0.3

    @pytest.mark.parametrize("seed", range(5))
    def test_nesterov_finds_the_plane_of_the_digits_from_any_start(self, seed):
        trainer = Trainer(GPLVMProblem(DIGITS, 2), "nesterov", seed=seed).run(200)
        assert abs(trainer.gap) < 1e-9
        assert trainer.problem.subspace_angle(trainer.parameters) < 0.01

    @over("size", [1, 2, 3])
    @over("factor", [0.01, 1, 10])
    @over("alpha", [0.1, 10])
    def test_the_default_works_for_any_noise_scale_and_size(self, size, factor, alpha):
        problem = GPLVMProblem(IRIS, size, alpha, factor * gplvm.best_beta(IRIS, size))
        assert Trainer(problem).run(2000).gap < 1e-6

    def test_the_digits_in_ten_dimensions(self):
        assert Trainer(GPLVMProblem(DIGITS, 10)).run(250).gap < 1e-6

    def test_a_code_as_large_as_the_data_reaches_no_loss(self):
        trainer = Trainer(AutoencoderProblem(IRIS.T, 4))
        assert trainer.problem.best == 0
        assert trainer.gap > 0.1
        trainer.run(400)
        assert abs(trainer.gap) < 1e-9
        assert re.search(r"% of 340\.7 above the best possible\.", trainer.describe())

    def test_where_the_noise_explains_everything_the_points_shrink_to_0(self):
        trainer = Trainer(GPLVMProblem(IRIS, 2, beta=1e-4)).run(100)
        assert abs(trainer.gap) < 1e-9
        assert abs(trainer.parameters).max() < 1e-3 * abs(trainer.problem.start(0)).max()
        assert "The best latent points are all 0" in trainer.describe()


class TestStability:
    @staticmethod
    def near_the_optimum(problem, *settings):
        trainer = Trainer(problem, *settings)
        noise = np.random.default_rng(0).standard_normal(problem.shape)
        trainer.parameters = problem.optimum[0] + 1e-5 * noise
        return trainer

    @pytest.mark.parametrize(("kind", "arguments"), [
        (GPLVMProblem, (small_gplvm().Y, Q, 1.3, 6.0)),
        (AutoencoderProblem, (np.random.default_rng(4).standard_normal((n, S)), m)),
    ], ids=["gplvm", "autoencoder"])
    def test_gradient_steps_stay_below_the_limit_and_leave_above_it(self, kind, arguments):
        problem = kind(*arguments)
        below, above = (self.near_the_optimum(problem, "gradient", factor * problem.stability_limit)
                        for factor in (0.995, 1.005))
        start = below.gap
        assert below.run(1500).gap < 0.05 * start
        assert above.run(1500).gap > 1000 * start

    @pytest.mark.parametrize("optimiser", ["momentum", "nesterov"])
    def test_the_other_limits_are_safe(self, optimiser):
        trainer = self.near_the_optimum(AutoencoderProblem(IRIS.T, 2), optimiser)
        trainer.learning_rate = 0.99 * trainer.stability_limit
        assert trainer.run(2000).gap < 1e-12

    def test_nesterov_leaves_above_its_own_limit(self):
        problem = GPLVMProblem(DIGITS, 5)
        trainer = self.near_the_optimum(problem, "nesterov", 0.8 * problem.stability_limit)
        start = trainer.gap
        assert trainer.run(400).gap > 1000 * start


class TestDivergence:
    @pytest.mark.parametrize("optimiser", ["gradient", "momentum", "nesterov"])
    def test_a_diverging_run_stops_in_a_finite_state_and_says_why(self, optimiser):
        trainer = Trainer(AutoencoderProblem(DIGITS.T, 2), optimiser)
        limit = trainer.stability_limit
        trainer.learning_rate = 4 * limit
        trainer.run(1000)
        assert trainer.status == "diverged"
        assert trainer.describe() == (
            f"Diverged at step {trainer.steps + 1}: the learning rate {4 * limit:.4g} is above the "
            "stability limit "
            f"{limit:.4g}. Reset and choose a smaller one.")
        assert 0 < trainer.steps < 30
        assert np.isfinite(trainer.parameters).all()
        assert np.isfinite(trainer.gradient).all()
        assert trainer.value == pytest.approx(trainer.problem.value(trainer.parameters))
        assert np.isfinite(trainer.history.values).all()
        assert trainer.history.steps[-1] == trainer.steps
        stopped = state(trainer)
        assert state(trainer.run(5)) == stopped
        trainer.learning_rate = None
        assert state(trainer.run(5)) == stopped
        assert trainer.describe().startswith("Diverged")
        trainer.reset()
        assert trainer.run(300).status == "running"
        assert trainer.gap < 1e-6

    @pytest.mark.parametrize("optimiser", OPTIMISERS)
    @pytest.mark.parametrize("rate", [1e100, 1e200, 1e308])
    @BOTH
    def test_nothing_becomes_infinite_and_no_warning_leaks(self, problem, rate, optimiser):
        trainer = Trainer(problem, optimiser, rate).run(50)
        assert np.isfinite(trainer.parameters).all()
        assert np.isfinite(trainer.history.values).all()
        assert (trainer.status == "diverged") == trainer.describe().startswith("Diverged at step ")

    @pytest.mark.parametrize("failure", ["singular", "gradient", "value"])
    def test_whatever_is_not_finite_stops_the_run_before_it(self, failure):
        class Failing(GPLVMProblem):
            calls = 0

            def evaluate(self, parameters):
                self.calls += 1
                value, gradient = super().evaluate(parameters)
                if self.calls > 4 and failure == "singular":
                    raise np.linalg.LinAlgError("Singular matrix")
                broken = self.calls > 4
                return (value * np.inf if broken and failure == "value" else value,
                        gradient * np.inf if broken and failure == "gradient" else gradient)

        trainer = Trainer(Failing(small_gplvm().Y, Q, 1.3, 6.0)).run(9)
        assert (trainer.steps, trainer.status) == (3, "diverged")
        assert np.isfinite(trainer.gradient).all()
        assert np.isfinite(trainer.value)

    def test_a_run_that_starts_far_away_may_go_further_at_first(self):
        rng = np.random.default_rng(3)
        nearly_flat = rng.standard_normal((n, m)) @ rng.standard_normal(
            (m, 9)) + 0.01 * rng.standard_normal((n, 9))
        trainer = Trainer(AutoencoderProblem(nearly_flat, m), "gradient")
        trainer.learning_rate = 1.5 * trainer.stability_limit
        gaps = [trainer.gap] + [trainer.run(1).gap for _ in range(300)]
        assert max(gaps) > gaps[0] + 1000 > 50_000
        assert (trainer.status, trainer.steps) == ("running", 300)
        # Above the limit it swings about the optimum, where rounding decides on the single step.
        assert min(gaps) < gaps[0] / 1000
        trainer.learning_rate = 0.5 * trainer.stability_limit
        assert trainer.run(300).gap < 1e-9 * gaps[0]

    def test_a_run_that_starts_at_the_optimum_may_leave_it(self):
        class Near(AutoencoderProblem):
            def draw(self, generator):
                return self.optimum.W + 1e-5 * generator.standard_normal(self.shape)

        trainer = Trainer(Near(DIGITS.T, 2), "gradient")
        trainer.learning_rate = 1.2 * trainer.stability_limit
        assert 0 < trainer.gap < 1e-8
        assert trainer.run(100).gap > 1e-3

    def test_adam_has_no_limit_to_name(self):
        trainer = Trainer(small_autoencoder(), "adam", 1e200).run(3)
        assert trainer.describe() == (
            "Diverged at step 1: the learning rate 1e+200 is too large. Reset and choose a smaller "
            "one.")

    @pytest.mark.parametrize("factor", [1.2, 3, 30])
    def test_a_gplvm_above_the_limit_swings_and_is_not_called_diverged(self, factor):
        # Far out its gradient dies away like 1/X, so the points swing about the optimum and never
        # leave for good.
        problem = GPLVMProblem(DIGITS, 2)
        trainer = Trainer(problem, "gradient", factor * problem.stability_limit).run(500)
        assert trainer.status == "running"
        late = [problem.gap(trainer.run(1).value) for _ in range(50)]
        assert min(late) > 1e-6
        assert trainer.describe().endswith(
            f"The learning rate {factor * problem.stability_limit:.4g} is above the stability "
            "limit "
            f"{problem.stability_limit:.4g}: steps may overshoot and never settle.")


def pieces_of_the_autoencoder(problem, W):
    """What each ablation should leave, from the chain's contributions, and from chains that have
    lost an edge."""
    x = np.linalg.cholesky(problem.gram)
    chain = autoencoder.chain()
    part = chain.contributions("W", W=W, x=x)
    only = {path: chain.altered({(lost, "W"): None}).backward(W=W, x=x)["W"] for path,
            lost in ("gh", "hg")}
    c = W.T @ W @ x - x
    return {"both paths": [part["g"] + part["h"], chain.backward(W=W, x=x)["W"]],
            "only path g (decoder)": [part["g"], only["g"]],
            "only path h (encoder)": [part["h"], only["h"]],
            # from dL = tr(cᵀ(dWᵀW + WᵀdW)x), dWᵀW taken for WᵀdW
            "path h twice": [2 * part["h"], 2 * W @ c @ x.T],
            "sign flipped": [-part["g"] - part["h"], chain.backward(-1.0, W=W, x=x)["W"]]}


def pieces_of_the_gplvm(problem, X):
    leaves = {"X": X, "alpha": problem.alpha, "beta": problem.beta}
    log_det, trace, whole = gplvm.log_det_chain(), gplvm.trace_chain(), gplvm.chain()
    first = log_det.backward(**leaves, D=problem.Y.shape[1])["X"]
    leaves["Y"] = problem.Y
    second, path = trace.backward(**leaves)["X"], whole.contributions("X", **leaves)

    def without(*edge, instead=None):
        return whole.altered({edge: instead}).backward(**leaves)["X"]

    return {"whole gradient": [first + second, whole.backward(**leaves)["X"]],
            # the halves are equal
            "only path f": [path["f"], without("h", "X"), path["h"], without("f", "X")],
            "only L₁": [first, without("L", "L2")],
            "only L₂": [second, without("L", "L1")],
            "D lost": [first / problem.Y.shape[1] + second,
                       without("L1", "q", instead=-whole.adjoint_symbol("L1") / 2)],
            "sign flipped": [-first - second, whole.backward(-1.0, **leaves)["X"]]}


class TestAblation:
    def test_the_words_name_the_path_that_is_left(self):
        for path in "gh":
            name, = (name for name in AutoencoderProblem.ablations if f"only path {path}" in name)
            assert AutoencoderProblem.ablations[name].words == f"path {path} only"

    def test_a_branch_goes_its_own_way_and_remembers_its_own_steps(self):
        trainer = Trainer(small_autoencoder()).run(3)
        trainer.branch().run(5)
        assert trainer.history.steps.tolist() == [0, 1, 2, 3]

    @pytest.mark.parametrize(("problem", "pieces"), [
        (small_autoencoder(), pieces_of_the_autoencoder), (small_gplvm(), pieces_of_the_gplvm)],
        ids=["autoencoder", "gplvm"])
    def test_what_is_left_of_the_gradient_is_what_is_left_of_the_chain(self, problem, pieces):
        parameters = np.random.default_rng(2).standard_normal(problem.shape)
        gradient = problem.value_and_gradient(parameters)[1]
        expected = pieces(problem, parameters)
        assert list(expected) == list(problem.ablations)
        for name, answers in expected.items():
            left = problem.ablated(name, parameters, gradient)
            for answer in answers:
                np.testing.assert_allclose(left, answer, rtol=1e-9,
                                           atol=1e-11 * abs(gradient).max(), err_msg=name)
        distinct = [problem.ablated(name, parameters, gradient) for name in expected]
        gaps = [np.linalg.norm(a - b) / np.linalg.norm(a) for i,
                a in enumerate(distinct) for b in distinct[:i]]
        assert min(gaps) > 1e-3

    @BOTH
    def test_a_step_goes_along_what_is_left_and_value_and_gradient_stay_the_true_ones(
        self, problem):
        for name in problem.ablations:
            trainer = Trainer(problem, "gradient", learning_rate=1e-4, ablation=name)
            start, left = trainer.parameters, problem.ablated(name, trainer.parameters,
                                                              trainer.gradient)
            trainer.step()
            np.testing.assert_allclose(trainer.parameters, start + problem.sign * 1e-4 * left,
                                       rtol=1e-12)
            value, gradient = problem.value_and_gradient(trainer.parameters)
            assert trainer.value == value
            np.testing.assert_array_equal(trainer.gradient, gradient)

    @BOTH
    def test_the_whole_gradient_comes_first_and_trains_as_without_a_name(self, problem):
        name = next(iter(problem.ablations))
        assert state(Trainer(problem, ablation=name).run(20)) == state(Trainer(problem).run(20))
        assert Trainer(problem).ablation == name
        parameters = problem.start(0)
        gradient = problem.value_and_gradient(parameters)[1]
        # to the last bit
        np.testing.assert_array_equal(problem.ablated(name, parameters, gradient), gradient)
        assert "Trained with" not in Trainer(problem).describe()

    @BOTH
    def test_another_gradient_can_be_chosen_between_steps_and_starts_without_momentum(
        self, problem):
        trainer = Trainer(problem, "momentum", learning_rate=1e-4).run(8)
        trainer.ablation = list(problem.ablations)[1]
        before, left = trainer.parameters, problem.ablated(trainer.ablation, trainer.parameters,
                                                           trainer.gradient)
        assert np.vdot(left, trainer.gradient) > 0  # or the momentum would be dropped anyway
        trainer.step()
        assert trainer.steps == 9
        np.testing.assert_allclose(trainer.parameters - before, problem.sign * 1e-4 * left,
                                   atol=1e-14)
        trainer.ablation = None
        assert trainer.ablation in ("both paths", "whole gradient")
        assert trainer.ablation_in_words == ""

    def test_an_index_may_be_typed_on_any_keyboard(self):
        assert Trainer(small_gplvm(), ablation="only L1").ablation == "only L₁"

    @pytest.mark.parametrize("name", ["only path h (encoder)", "path h twice"])
    def test_path_h_alone_settles_where_the_rows_are_orthonormal_in_whatever_plane(self, name):
        trainer = Trainer(AutoencoderProblem(DIGITS.T, 2), ablation=name)
        assert not trainer.settled
        trainer.run(150)
        assert trainer.settled
        np.testing.assert_allclose(trainer.parameters @ trainer.parameters.T, np.eye(2), atol=1e-9)
        assert trainer.gap > 0.1
        assert trainer.problem.subspace_angle(trainer.parameters) > 30
        trainer.ablation = None
        assert not trainer.settled
        assert trainer.run(200).gap < 1e-10

    @pytest.mark.parametrize(("make", "away"), [
        (small_gplvm, 1e-9), (lambda: AutoencoderProblem(DIGITS.T, 2), 1e-9),
        # the Gram matrix knows less
        (lambda: GPLVMProblem(IRIS, 2), 1e-6), (lambda: GPLVMProblem(DIGITS, 2), 1e-6),
        (lambda: GPLVMProblem(IRIS[:, :1] * [1, 2, 3, 4], 1, beta=1.0), 1e-6)],
        ids=["few", "autoencoder", "iris", "digits", "flat"])
    def test_what_is_at_the_optimum_is_settled_and_what_is_away_is_not(self, make, away):
        problem = make()
        trainer, noise = Trainer(problem), np.random.default_rng(0).standard_normal(problem.shape)
        for distance in (0, 1e-12, 1e-11, away):  # in entries at the start
            trainer.parameters = problem.optimum[0] + distance * problem.spread * noise
            assert trainer.settled == (distance != away)

    def test_path_g_alone_finds_the_principal_plane(self):  # Oja (1989), his subspace rule
        trainer = Trainer(AutoencoderProblem(DIGITS.T, 2),
                          ablation="only path g (decoder)").run(300)
        assert abs(trainer.gap) < 1e-10
        assert trainer.settled

    def test_path_f_alone_finds_the_optimum(self):
        trainer = Trainer(GPLVMProblem(DIGITS, 2), ablation="only path f").run(500)
        assert abs(trainer.gap) < 1e-10

    def test_without_D_the_plane_is_right_and_the_lengths_are_wrong(self):
        problem = GPLVMProblem(IRIS, 2, alpha=1.7)
        trainer = Trainer(problem, ablation="D lost").run(4000)
        # λ_j/α for λ_j/(αD)
        squares = np.linalg.svd(IRIS, compute_uv=False)[:2] ** 2 / 1.7 - 1 / problem.ab
        np.testing.assert_allclose(np.linalg.svd(trainer.parameters, compute_uv=False) ** 2,
                                   squares, rtol=1e-8)
        assert problem.subspace_angle(trainer.parameters) < 1e-3
        assert trainer.gap > 0.01

    def test_each_half_alone_gives_up_what_the_other_one_holds(self):
        shrinking, growing = (Trainer(GPLVMProblem(IRIS, 2), ablation=name)
                              for name in ("only L₁", "only L₂"))
        start = np.linalg.norm(growing.parameters)
        assert np.linalg.norm(shrinking.run(600).parameters) < 1e-9 * start
        assert shrinking.settled
        middle = np.linalg.norm(growing.run(300).parameters)
        end = np.linalg.norm(growing.run(1000).parameters)
        assert start < middle < 0.7 * end
        assert not growing.settled

    def test_what_it_is_trained_with_is_said_in_words(self):
        trainer = Trainer(AutoencoderProblem(IRIS.T, 2), ablation="only path h (encoder)")
        assert trainer.describe().endswith(
            " from the principal components. Trained with path h only; the gap is that of the true "
            "loss.")
        trainer = Trainer(small_gplvm(), ablation="only path f")
        assert trainer.describe().endswith(" Trained with path f only, half of the gradient as K "
                                           "is symmetric; "
                                           "the gap is that of the true log-likelihood.")

    def test_a_run_that_diverges_with_another_gradient_says_so(self):
        trainer = Trainer(AutoencoderProblem(DIGITS.T, 2), "adam", ablation="sign flipped").run(600)
        assert trainer.describe() == (
            f"Diverged at step {trainer.steps + 1}: trained with the sign flipped, and perhaps too "
            "fast. "
            "Reset and choose another gradient or a smaller learning rate.")
        assert np.isfinite(trainer.parameters).all()


class TestWords:
    def test_the_state_in_words(self):
        trainer = Trainer(GPLVMProblem(DIGITS, 2), "gradient").run(30)
        gap, angle = 100 * trainer.gap, trainer.problem.subspace_angle(trainer.parameters)
        assert trainer.describe() == (
            f"Step 30. Log-likelihood −{-trainer.value:,.1f}, {gap:.2g} % below the best possible. "
            f"Subspace {angle:.1f}° from the principal components.")
        assert 0.001 < gap < 1

    @pytest.mark.parametrize(("gap", "words"), [
        (12.3456, "1,235 % below"), (0.0996, "10 % below"), (0.0234, "2.3 % below"),
        (2e-4, "0.02 % below"),
        (1.24e-6, "0.00012 % below"), (9e-7, "less than 0.0001 % below"),
        (-1e-16, "less than 0.0001 % below")])
    def test_the_gap_in_words(self, gap, words):
        trainer = Trainer(GPLVMProblem(DIGITS, 2))
        trainer.value = trainer.problem.best - gap * abs(trainer.problem.best)
        assert f", {words} the best possible. " in trainer.describe()

    @pytest.mark.parametrize(("gap", "words"), [
        (0.095, "10 %"), (0.0949, "9.5 %"), (np.nextafter(1e-6, 1), "0.0001 %")])
    def test_the_gap_in_words_where_the_wording_changes(self, gap, words):
        problem = small_autoencoder()
        problem.gap = lambda value: gap
        assert f", {words} above the best possible. " in Trainer(problem).describe()

    @pytest.mark.parametrize(("value", "words"), [
        (-1000.04, "−1,000.0"), (1000, "1,000.0"), (999.96, "1000"), (-0.012345, "−0.01235"),
        (1.5e-7, "1.5e−07")])
    def test_the_value_in_words(self, value, words):
        trainer = Trainer(small_autoencoder())
        trainer.value = value
        assert trainer.describe().startswith(f"Step 0. Loss {words}, ")

    @pytest.mark.parametrize(("angle", "words"), [
        (0.1, "0.1°"), (0.0999, "less than 0.1°"), (0, "less than 0.1°"), (12.34, "12.3°")])
    def test_the_angle_in_words(self, angle, words):
        problem = small_autoencoder()
        problem.angle = lambda coordinates: angle
        assert Trainer(problem).describe().endswith(f" Subspace {words} from the principal "
                                                    "components.")

    def test_a_learning_rate_is_warned_of_above_the_limit_and_not_at_it(self):
        trainer = Trainer(small_autoencoder(), "gradient")
        trainer.learning_rate = trainer.stability_limit
        assert "stability limit" not in trainer.describe()
        trainer.learning_rate = np.nextafter(trainer.stability_limit, 1)
        assert "is above the stability limit" in trainer.describe()

    def test_the_state_of_a_finished_run_in_words(self):
        text = Trainer(AutoencoderProblem(IRIS.T, 2)).run(500).describe()
        assert text == ("Step 500. Loss 7.602, less than 0.0001 % above the best possible. "
                        "Subspace less than 0.1° from the principal components.")

    def test_the_text_form_of_a_trainer(self):
        trainer = Trainer(AutoencoderProblem(IRIS.T, 2), learning_rate=0.00025)
        settings = "AutoencoderProblem, 'nesterov', learning_rate=0.00025, seed=0"
        assert repr(trainer).startswith(f"Trainer({settings}): Step 0. Loss ")


class TestHistory:
    def test_it_has_every_value_of_a_short_run(self):
        trainer = Trainer(small_autoencoder())
        values = [trainer.value] + [trainer.run(1).value for _ in range(25)]
        assert trainer.history.steps.tolist() == list(range(26))
        assert trainer.history.values.tolist() == values

    def test_it_stays_small_however_long_the_run(self, monkeypatch):
        monkeypatch.setattr(Trainer, "FIRST", 10)
        monkeypatch.setattr(Trainer, "LONGEST", 50)
        trainer = Trainer(small_autoencoder())
        values = [trainer.value]
        for step in range(1, 3002):
            values.append(trainer.run(1).value)
            assert len(trainer.history.steps) <= 51
            # thinned only where it is full
            assert step >= 50 or len(trainer.history.steps) == step + 1
        steps = trainer.history.steps
        assert steps[:10].tolist() == list(range(10))
        assert steps[-1] == 3001
        assert len(set(np.diff(steps[10:-1]))) == 1  # evenly thinned
        assert len(steps) > 25
        assert trainer.history.values.tolist() == [values[step] for step in steps]


PROBLEM = small_gplvm()
BAD = [
    (lambda: Trainer(PROBLEM, "nestorov"), ValueError,
     "There is no optimiser 'nestorov'; there are gradient, momentum, nesterov, adam. Did you mean "
     "'nesterov'?"),
    (lambda: Trainer(PROBLEM, learning_rate=0), ValueError, "The learning rate must be positive, "
                                                            "but it is 0."),
    (lambda: Trainer(PROBLEM, learning_rate=-0.5), ValueError, "The learning rate must be "
                                                               "positive, but it is -0.5."),
    (lambda: Trainer(PROBLEM, learning_rate=np.nan), ValueError, "The learning rate must be "
                                                                 "finite, but it is nan."),
    (lambda: Trainer(PROBLEM, learning_rate="fast"), TypeError,
     "The learning rate must be a single real number, not 'fast'."),
    (lambda: Trainer(PROBLEM, ablation="only path h"), ValueError, "There is no gradient 'only "
                                                                   "path h'; there are "
     "whole gradient, only path f, only L1, only L2, D lost, sign flipped. Did you mean 'only path "
     "f'?"),
    (lambda: Trainer(PROBLEM, ablation="both paths"), ValueError, "There is no gradient 'both "
                                                                  "paths'; "),
    (lambda: Trainer(PROBLEM, seed=-1), ValueError, "seed must be at least 0, but it is -1."),
    (lambda: Trainer(small_autoencoder(), seed=-1), ValueError, "seed must be at least 0, but it "
                                                                "is -1."),
    (lambda: Trainer(PROBLEM, seed=1.5), TypeError, "seed must be a whole number, not 1.5."),
    (lambda: Trainer(PROBLEM, seed=None), TypeError, "seed must be a whole number, not None."),
    (lambda: Trainer(PROBLEM).reset("a"), TypeError, "seed must be a whole number, not 'a'."),
    (lambda: Trainer(PROBLEM).run(0), ValueError, "k must be at least 1, the number of steps, but "
                                                  "it is 0."),
    (lambda: Trainer(PROBLEM).step(2.5), TypeError, "k must be a whole number, not 2.5."),
    (lambda: Trainer(IRIS), TypeError,
     "The problem must be a Problem, such as a ChainProblem, not ndarray."),
    (lambda: GPLVMProblem(IRIS, 5), ValueError, "Q must be between 1 and 4, for Y is 150×4, but it "
                                                "is 5."),
    (lambda: GPLVMProblem(IRIS, 5, beta=1.0), ValueError, "Q must be between 1 and 4, for Y is "
                                                          "150×4, but it is 5."),
    (lambda: GPLVMProblem(IRIS, 2, alpha=-1), ValueError, "alpha must be positive, but it is -1."),
    (lambda: GPLVMProblem(IRIS, 2, beta=0), ValueError, "beta must be positive, but it is 0."),
    (lambda: GPLVMProblem(IRIS * np.nan, 2), ValueError, "Y must be finite, "),
    (lambda: GPLVMProblem(IRIS, 4), ValueError, "Q = 4 latent dimensions rebuild Y without any "
                                                "error"),
    (lambda: GPLVMProblem(0 * IRIS, 2), ValueError, "Q = 2 latent dimensions rebuild Y without any "
                                                    "error"),
    (lambda: AutoencoderProblem(IRIS.T, 5), ValueError, "m must be between 1 and 4, "),
    (lambda: AutoencoderProblem(0 * IRIS.T, 2), ValueError, "x must have an entry that is not 0, "),
    (lambda: AutoencoderProblem(1j * IRIS.T, 2), TypeError, "x must hold real numbers, "),
    (lambda: PROBLEM.value(np.ones((N, Q + 1))), ValueError, "X must have shape 9×3, not 9×4."),
    (lambda: PROBLEM.value_and_gradient(np.full((N, Q), np.inf)), ValueError, "X must be finite, "),
    (lambda: PROBLEM.value(np.full((N, Q), 1e300)), ArithmeticError, "The log-likelihood has no "
                                                                     "finite value here: it "
     "overflows or underflows in floating point for alpha = 1.3 and beta = 6 and X with entries up "
     "to 1e+300 and the "),
    (lambda: PROBLEM.value(np.full((N, Q), 1e10)), ArithmeticError,
     "∂L/∂X keeps fewer than 8 digits here: up to rounding errors, the columns of X depend on "),
    (lambda: small_autoencoder().value_and_gradient(np.full((m, n), 1e110)), ArithmeticError,
     "The loss has no finite value here"),
    (lambda: GPLVMProblem(PROBLEM.Y, Q, 1e-200, 1e-200), ArithmeticError, "αβ has no finite value "
                                                                          "here"),
    (lambda: GPLVMProblem(PROBLEM.Y, Q, 1e-310, 1.0), ArithmeticError, "The spread has no finite "
                                                                       "value here"),
    (lambda: GPLVMProblem(1e150 * PROBLEM.Y, Q, 1.0, 1e10), ArithmeticError,
     "The best has no finite value here"),
    (lambda: PROBLEM.subspace_angle(np.ones(3)), ValueError, "X must be a matrix of shape 9×3, not "
                                                             "3"),
]


@over(("call", "kind", "beginning"), BAD)
def test_bad_input_gets_one_sentence(call, kind, beginning):
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).startswith(beginning)
    assert str(caught.value).endswith((".", "?"))


def test_a_refused_setting_changes_nothing():
    trainer = Trainer(small_gplvm(), seed=2).run(4)
    before = state(trainer)
    for name, value in (("learning_rate", -1), ("optimiser", "best"), ("ablation", "some")):
        old = getattr(trainer, name)
        with pytest.raises(ValueError, match=r"must be positive|There is no (optimiser|gradient)"):
            setattr(trainer, name, value)
        assert getattr(trainer, name) == old
    with pytest.raises(ValueError, match="seed"):
        trainer.reset(-1)
    assert state(trainer) == before
    assert trainer.seed == 2
