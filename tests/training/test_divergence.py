"""A run that diverges stops in a finite state and says why."""

import numpy as np
import pytest
from small_problems import BOTH, DIGITS, Q, m, n, small_autoencoder, small_gplvm, state

from lvmcalc.models import AutoencoderProblem, GPLVMProblem
from lvmcalc.training import OPTIMISERS, Trainer

pytestmark = pytest.mark.filterwarnings("error")


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
