"""The live widgets as objects: they train, repeat themselves, end, close, and refuse bad input."""

import asyncio
import gc
import re

import numpy as np
import pytest
from bad_input import sentence
from live_widgets import BOTH, shown
from tables import over

from lvmcalc.models import GPLVMProblem, gplvm
from lvmcalc.show import player
from lvmcalc.show.live_models import LiveAutoencoder, LiveGPLVM
from lvmcalc.show.player_view import PAUSED
from lvmcalc.training import Trainer, data


class TestAsAnObject:
    @BOTH
    def test_it_trains_without_a_browser_and_shows_that_when_asked(self, make):
        widget = make()
        start, status = shown(widget), widget.status
        assert widget.trainer.run(200).steps == 200
        assert (shown(widget), widget.status) == (start, status)
        widget.refresh()
        assert shown(widget) != start
        assert widget.status.startswith("Step 200. ")

    @BOTH
    def test_the_status_line_is_in_words_and_on_the_page_for_a_screen_reader(self, make):
        widget = make()
        widget.trainer.run(31)
        widget.refresh()
        name = widget.trainer.problem.name_of_value.capitalize()
        assert re.fullmatch(rf"Step 31\. {name} −?[\d,.]+, [\d.]+ % (below|above) the best "
                            r"possible\. "
                            r"Subspace [\d.]+° from the principal components\.", widget.status)
        assert widget.words == widget.status

    def test_gplvm_on_digits_reaches_the_exact_optimum_and_the_principal_subspace(self):
        widget = LiveGPLVM("digits", Q=2, optimiser="nesterov")
        widget.trainer.run(600)
        widget.refresh()
        Y = data.centred(data.load("digits").Y)
        N, D = Y.shape
        U, singular, _ = np.linalg.svd(Y, full_matrices=False)
        # Tipping and Bishop (1999): at the best β the discarded variance is spread over the D − Q
        # directions left.
        eigenvalues = singular**2 / D
        noise = eigenvalues[2:].sum() / (N - 2)
        best = -D / 2 * (N * np.log(2 * np.pi) + np.log(eigenvalues[:2]).sum() + (N - 2)
                         * np.log(noise) + N)
        assert widget.trainer.problem.beta == pytest.approx(1 / noise, rel=1e-12)
        assert widget.trainer.value == pytest.approx(best, rel=1e-6)
        assert widget.trainer.value <= best + 1e-9 * abs(best)
        basis = np.linalg.svd(widget.trainer.parameters, full_matrices=False)[0]
        cosines = np.linalg.svd(U[:, :2].T @ basis, compute_uv=False)
        assert np.degrees(np.arccos(min(1.0, cosines.min()))) < 0.01
        assert "less than 0.0001 % below the best possible" in widget.status
        assert "Subspace less than 0.1° from the principal components." in widget.status

    def test_autoencoder_on_digits_reaches_the_exact_optimum(self):
        widget = LiveAutoencoder("digits", m=2)
        Y = data.centred(data.load("digits").Y)
        discarded = (np.linalg.svd(Y, compute_uv=False)[2:] ** 2).sum() / 2
        assert widget.trainer.run(600).value == pytest.approx(discarded, rel=1e-6)

    @BOTH
    def test_a_seed_repeats_a_run(self, make):
        runs = [make(seed=seed).trainer.run(15).parameters for seed in (7, 7, 8)]
        np.testing.assert_array_equal(runs[0], runs[1])
        assert (runs[0] != runs[2]).all()

    def test_its_arguments_are_on_its_controls(self):
        c = LiveGPLVM("iris", 3, "adam", learning_rate=0.123, alpha=2.5, beta=7.0, seed=11,
                      speed=33).controls
        best = gplvm.best_beta(data.centred(data.load("iris").Y), 3)
        assert (c.dataset.value, c.size.value, c.optimiser.value) == ("iris", 3, "adam")
        assert (c.alpha.value, c.seed.value, c.speed.value) == (2.5, 11, 33)
        assert ("33 steps/s", 33) in c.speed.options
        assert c.beta.value * best == pytest.approx(7.0)

    @pytest.mark.parametrize(("optimiser", "rate"),
                             [("nesterov", 0.0123), ("gradient", 1e-7), ("adam", 5.0)])
    def test_an_unusual_learning_rate_and_beta_are_the_ones_trained_with(self, optimiser, rate):
        widget = LiveGPLVM("iris", 1, optimiser, learning_rate=rate, beta=0.0321)
        assert widget.trainer.learning_rate == rate
        assert widget.trainer.problem.beta == pytest.approx(0.0321, rel=1e-12)
        widget.controls.speed.value = 2  # an action of any kind does not move them
        assert widget.trainer.learning_rate == rate

    def test_repr_tells_how_to_make_it_again(self):
        assert repr(LiveAutoencoder("iris", m=3, seed=5)) == (
            "LiveAutoencoder(dataset='iris', m=3, optimiser='nesterov', seed=5)")


class TestWhatEndsARunFromOutside:
    @BOTH
    def test_a_page_that_was_closed_stops_nothing_but_the_budget_does_and_says_so(self, make):
        async def scenario():
            widget = make(budget=25, speed=player.FLAT_OUT)
            widget.controls.play.click()
            while not widget.status.endswith("Paused after 25 steps: press Play to go on."):
                await asyncio.sleep(0.01)
            assert (widget.trainer.steps, widget.player.playing) == (25, False)

        asyncio.run(asyncio.wait_for(scenario(), 120))

    @BOTH
    @pytest.mark.parametrize("error", [ZeroDivisionError("a cut in 0 parts"), KeyboardInterrupt()],
                             ids=["an exception", "an interrupt"])
    def test_a_failure_in_the_loop_stops_it_is_told_in_words_and_is_over_with_the_next_step(
        self, make, error):
        async def scenario():
            widget = make(speed=player.FLAT_OUT)
            sound, widget.trainer.step = widget.trainer.step, lambda: (_ for _ in ()).throw(error)
            widget.controls.play.click()
            while not widget.status.startswith("Stopped: "):
                await asyncio.sleep(0.01)
            assert widget.player.error is error
            assert widget.status.startswith(f"Stopped: {type(error).__name__}")
            assert widget.controls.play.value == PAUSED
            assert widget.status == widget.words
            widget.trainer.step = sound
            widget.controls.step.click()
            while not widget.status.startswith("Step 1. "):
                await asyncio.sleep(0.01)

        asyncio.run(asyncio.wait_for(scenario(), 120))

    @BOTH
    def test_two_widgets_beside_each_other_play_each_on_its_own(self, make):
        async def scenario():
            first, second = make(seed=1), make(seed=2)
            for widget in (first, second):
                widget.controls.play.click()
            while not (first.trainer.steps and second.trainer.steps):
                await asyncio.sleep(0.01)
            first.controls.play.click()
            while first.player.playing:
                await asyncio.sleep(0.01)
            steps = first.trainer.steps, second.trainer.steps
            while second.trainer.steps == steps[1]:
                await asyncio.sleep(0.01)
            assert (first.trainer.steps, second.player.playing) == (steps[0], True)
            second.close()

        asyncio.run(asyncio.wait_for(scenario(), 120))


class TestTheEndOfARun:
    def test_a_diverging_run_says_so_on_the_widget_and_reset_helps(self):
        widget = LiveAutoencoder("digits", m=2, optimiser="gradient")
        widget.controls.rate.value = 3
        widget.player.step(100)
        assert widget.trainer.status == "diverged"
        assert 0 < widget.trainer.steps < 20
        limit = widget.trainer.stability_limit
        assert widget.status == (
            f"Diverged at step {widget.trainer.steps + 1}: the learning rate {3 * limit:.4g} is "
            "above the stability "
            f"limit {limit:.4g}. Reset and choose a smaller one. The run has stopped.")
        assert widget.status == widget.words
        widget.controls.step.click()  # nothing more can be had from it
        assert widget.status.startswith("Diverged")
        widget.controls.rate.value = 0.9
        widget.controls.reset.click()
        widget.player.step(100)
        assert widget.status.startswith("Step 100. Loss ")

    @BOTH
    def test_a_run_ends_where_the_optimum_is_reached_to_ten_digits(self, make):
        widget = make()
        widget.player.step(20_000)
        assert widget.trainer.steps < 20_000
        assert abs(widget.trainer.gap) < 1e-10
        assert widget.status.endswith(
            "Finished: to ten digits this is the best possible "
            f"{widget.trainer.problem.name_of_value}.")
        widget.trainer.problem.digits = 9  # where the data keep no more
        widget.player.step()
        assert "Finished: to nine digits this is the best" in widget.status

    def test_above_the_limit_a_run_does_not_end_where_it_will_not_stay(self):
        widget = LiveGPLVM("iris", Q=1, optimiser="gradient")
        widget.trainer.parameters = widget.trainer.problem.optimum.X.copy()
        widget.controls.rate.value = 2
        widget.player.step(5)
        assert widget.trainer.steps == 5
        assert "Finished" not in widget.status

    def test_a_closed_widget_trains_no_more(self):
        widget = LiveGPLVM("iris", Q=1)
        widget.close()
        widget.controls.step.click()
        assert widget.trainer.steps == 0

    def test_a_widget_that_is_garbage_looks_at_its_state_no_more(self, monkeypatch):
        widget = LiveGPLVM("iris", Q=1)
        widget.close()
        looks = []
        monkeypatch.setattr(LiveGPLVM, "_in_words", lambda self: looks.append(self) or "")
        del widget
        gc.collect()  # it may come within NumPy's own errstate, where a calculation is a crash
        assert not looks

    def test_a_widget_under_the_same_key_closes_the_earlier_one(self):
        first, other, second = (LiveGPLVM("iris", Q=1, key=key) for key in ("one", "two", "one"))
        for widget in (first, other, second):
            widget.controls.step.click()
        assert [widget.trainer.steps for widget in (first, other, second)] == [0, 1, 1]
        assert first.status.endswith("Closed: its cell was run again.")


ONE_SENTENCE = {
    "an unknown data set": (lambda: LiveGPLVM("digit"), ValueError,
                            "There is no data set 'digit'; there are digits, iris. Did you mean "
                            "'digits'?"),
    "no name": (lambda: LiveAutoencoder(5), ValueError, "There is no data set 5;"),
    "Q too large": (lambda: LiveGPLVM("iris", Q=5), ValueError, "Q must be "),
    "Q of 0": (lambda: LiveGPLVM("iris", Q=0), ValueError, "Q must be "),
    "Q no number": (lambda: LiveGPLVM("iris", Q="2"), TypeError, "Q must be a whole number, not "
                                                                 "'2'."),
    "m too large": (lambda: LiveAutoencoder("iris", m=5), ValueError, "m must be "),
    "m no whole number": (lambda: LiveAutoencoder("iris", m=1.5), TypeError,
                          "m must be a whole number, not 1.5."),
    "an unknown optimiser": (lambda: LiveGPLVM("iris", 1, "nesterow"), ValueError,
                             "There is no optimiser 'nesterow'; there are gradient, momentum, "
                             "nesterov, adam. "
                             "Did you mean 'nesterov'?"),
    "a learning rate of 0": (lambda: LiveAutoencoder("iris", 1, learning_rate=0), ValueError,
                             "The learning rate must be positive, but it is 0."),
    "an infinite learning rate": (lambda: LiveGPLVM("iris", 1, learning_rate=np.inf), ValueError,
                                  "The learning rate must be finite, but it is inf."),
    "alpha": (lambda: LiveGPLVM("iris", 1, alpha=-1), ValueError, "alpha must be positive, but it "
                                                                  "is -1."),
    "beta": (lambda: LiveGPLVM("iris", 1, beta=0), ValueError,
             "beta must be positive, but it is 0."),
    "beta no number": (lambda: LiveGPLVM("iris", 1, beta="x"), TypeError,
                       "beta must be a single real number, not 'x'."),
    "seed": (lambda: LiveGPLVM("iris", 1, seed=-1), ValueError, "seed must be at least 0, but it "
                                                                "is -1."),
    "seed no whole number": (lambda: LiveAutoencoder("iris", 1, seed=0.5), TypeError,
                             "seed must be a whole number, not 0.5."),
    "speed": (lambda: LiveGPLVM("iris", 1, speed=0), ValueError, "speed must be positive, but it "
                                                                 "is 0."),
    "budget": (lambda: LiveAutoencoder("iris", 1, budget=0), ValueError, "budget must be at least "
                                                                         "1, but it is 0."),
}


@over(("call", "kind", "beginning"), ONE_SENTENCE.values())
def test_a_bad_argument_gets_one_sentence(call, kind, beginning):
    assert sentence(call, kind).startswith(beginning)


def test_a_very_large_seed_survives_a_reset():
    widget = LiveGPLVM("iris", 1, seed=2**40)
    widget.controls.reset.click()
    assert widget.trainer.seed == 2**40


def test_a_trainer_again_keeps_ablation_and_learning_rate():
    trainer = Trainer(GPLVMProblem(data.load("iris").Y, 2), "gradient", 1e-5, 3, "only L₁")
    other = trainer.run(5).again()
    assert (other.ablation, other.learning_rate, other.seed) == ("only L₁", 1e-5, 3)
    np.testing.assert_array_equal(other.run(5).parameters, trainer.parameters)
