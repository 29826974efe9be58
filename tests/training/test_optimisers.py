"""The optimisers step as published, reach the exact optimum, and keep to their limits."""

import re

import numpy as np
import pytest
from small_problems import BOTH, DIGITS, IRIS, Q, S, m, n, small_autoencoder, small_gplvm, state
from tables import over

from lvmcalc.models import AutoencoderProblem, GPLVMProblem, gplvm
from lvmcalc.training import OPTIMISERS, Trainer

pytestmark = pytest.mark.filterwarnings("error")


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
