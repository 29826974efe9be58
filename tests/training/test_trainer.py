"""What a trainer says and remembers, and the sentences for bad input."""

import numpy as np
import pytest
from bad_input import sentence
from small_problems import DIGITS, IRIS, N, Q, m, n, small_autoencoder, small_gplvm, state
from tables import over

from lvmcalc.models import AutoencoderProblem, GPLVMProblem
from lvmcalc.training import Trainer

pytestmark = pytest.mark.filterwarnings("error")


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
        best = trainer.problem.best
        trainer._state = trainer._state._replace(value=best - gap * abs(best))
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
        trainer._state = trainer._state._replace(value=value)
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
    assert sentence(call, kind).startswith(beginning)


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
