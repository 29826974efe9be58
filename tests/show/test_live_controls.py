"""Every control of a live widget does what it says, and the words say so."""

import asyncio
import re

import numpy as np
import pytest
from live_widgets import BOTH, shown

from lvmcalc.models import gplvm
from lvmcalc.show import player
from lvmcalc.show.live_models import LiveAutoencoder, LiveGPLVM
from lvmcalc.show.player_view import AGAIN, PAUSED, PLAYING
from lvmcalc.training import data


class TestControls:
    @BOTH
    def test_step_takes_one_step_and_shows_it(self, make):
        widget = make()
        before = shown(widget)
        for steps in (1, 2):
            widget.controls.step.click()
            assert widget.trainer.steps == steps
            assert widget.status.startswith(f"Step {steps}. ")
        assert shown(widget) != before

    @BOTH
    def test_reset_goes_back_to_step_0_of_the_same_seed(self, make):
        widget = make(seed=3)
        start, before, status = widget.trainer.parameters.copy(), shown(widget), widget.status
        widget.player.step(50)
        widget.controls.reset.click()
        assert widget.trainer.steps == 0
        np.testing.assert_array_equal(widget.trainer.parameters, start)
        assert (shown(widget), widget.status) == (before, status)

    @BOTH
    def test_seed_starts_again_from_there(self, make):
        widget = make(seed=3)
        widget.trainer.run(50)
        widget.controls.seed.value = 8
        assert (widget.trainer.steps, widget.trainer.seed) == (0, 8)
        np.testing.assert_array_equal(widget.trainer.parameters, make(seed=8).trainer.parameters)
        widget.trainer.run(5)
        widget.controls.reset.click()
        np.testing.assert_array_equal(widget.trainer.parameters, make(seed=8).trainer.parameters)

    def test_dataset_starts_again_with_other_data(self):
        widget = LiveGPLVM("digits", Q=7)
        widget.trainer.run(3)
        digits = shown(widget)
        widget.controls.dataset.value = "iris"
        assert widget.trainer.steps == 0
        np.testing.assert_array_equal(widget.trainer.problem.Y, data.centred(data.load("iris").Y))
        assert widget.trainer.parameters.shape == (150, 3)  # Q has to be smaller than D = 4
        assert widget.status.startswith("Training starts again with iris, Q = 3. Step 0. ")
        assert "150×4" in widget.readout
        assert shown(widget) != digits
        assert [*dict(widget.controls.size.options).values()] == [1, 2, 3]
        widget.controls.step.click()
        widget.controls.dataset.value = "digits"
        assert widget.trainer.parameters.shape == (1797, 3)
        assert [*dict(widget.controls.size.options).values()] == [*range(1, 10)]
        widget.controls.step.click()
        assert (widget.trainer.steps, widget.player.error) == (1, None)

    def test_dataset_starts_the_autoencoder_again_too(self):
        widget = LiveAutoencoder("iris", m=4)  # as many numbers as the data have: nothing is lost
        widget.controls.dataset.value = "digits"
        assert widget.trainer.parameters.shape == (4, 64)
        widget.controls.step.click()
        assert (widget.trainer.steps, widget.player.error) == (1, None)

    @pytest.mark.parametrize(("make", "shape"), [
        (lambda: LiveGPLVM("iris", Q=2), (150, 1)),
        (lambda: LiveAutoencoder("digits", m=2), (1, 64))],
        ids=["gplvm", "autoencoder"])
    def test_size_starts_again_with_another_latent_dimension(self, make, shape):
        widget = make()
        widget.trainer.run(3)
        widget.controls.size.value = 1
        assert widget.trainer.parameters.shape == shape
        assert widget.trainer.steps == 0
        assert re.match(r"Training starts again with \w+, [Qm] = 1\. Step 0\.", widget.status)

    def test_a_size_that_is_not_on_the_usual_list_stays_what_it_is(self):
        widget = LiveGPLVM("digits", Q=12)
        widget.controls.alpha.value = 2
        assert widget.trainer.parameters.shape == (1797, 12)
        assert widget.controls.size.value == 12

    @BOTH
    def test_optimiser_changes_without_a_new_start_and_the_rate_keeps_its_multiple(self, make):
        widget = make(optimiser="gradient")
        widget.controls.rate.value = 0.5
        widget.trainer.run(5)
        limit = widget.trainer.stability_limit
        widget.controls.optimiser.value = "nesterov"
        assert (widget.trainer.optimiser, widget.trainer.steps) == ("nesterov", 5)
        assert widget.trainer.stability_limit == pytest.approx(2 / 3 * limit)
        assert widget.trainer.learning_rate == pytest.approx(0.5 * 2 / 3 * limit)

    @BOTH
    def test_rate_sets_the_learning_rate_in_multiples_of_the_limit_and_its_words_say_so(self, make):
        widget = make(optimiser="gradient")
        limit = widget.trainer.stability_limit
        widget.controls.rate.value = 1.3
        assert widget.trainer.learning_rate == pytest.approx(1.3 * limit)
        assert widget.values["rate"][2] == f"1.3 × the limit = {1.3 * limit:.3g}"
        assert widget.status.endswith(
            f"The learning rate {1.3 * limit:.4g} is above the stability limit {limit:.4g}: "
            "steps may overshoot and never settle.")
        widget.controls.rate.value = 0.7
        assert "stability limit" not in widget.status

    def test_the_slider_wears_its_mark_at_the_stability_limit_and_says_so_of_adam(self):
        # an unusual rate is a stop of its own, below or above the limit
        for rate in (None, 0.001, 5.0):
            widget = LiveGPLVM("iris", Q=2, optimiser="momentum", learning_rate=rate)
            rate, = (spec for spec in widget.spec if spec["name"] == "rate")
            assert rate["options"][rate["mark"]] == "1 ×"
            assert "the limit" in widget.values["rate"][2]
        widget.controls.optimiser.value = "adam"
        assert "the usual rate" in widget.values["rate"][2]

    def test_speed_bounds_the_steps_per_second_and_the_first_ones_are_slow_enough_to_be_seen(self):
        widget = LiveGPLVM("iris", Q=2, speed=50)
        widget.player.step(3)
        assert 2 <= widget.player.rate <= 5
        widget.player.step(60)
        assert widget.player.rate == 50
        widget.controls.speed.value = 5
        assert widget.player.rate == 5
        widget.controls.speed.value = player.FLAT_OUT
        widget.player.step(200)
        assert widget.player.rate > 1e6
        assert widget.trainer.steps == 263

    def test_alpha_starts_again_with_this_kernel(self):
        widget = LiveGPLVM("iris", Q=2)
        beta = widget.trainer.problem.beta
        widget.trainer.run(3)
        widget.controls.alpha.value = 4.0
        assert (widget.trainer.steps, widget.trainer.problem.alpha,
                widget.trainer.problem.beta) == (0, 4.0, beta)
        X, Y = widget.trainer.parameters, widget.trainer.problem.Y
        assert widget.trainer.value == pytest.approx(gplvm.log_likelihood(X, Y, 4.0, beta))
        assert "α = 4," in widget.readout

    def test_beta_starts_again_with_this_multiple_of_the_best(self):
        widget = LiveGPLVM("iris", Q=2)
        best = gplvm.best_beta(data.centred(data.load("iris").Y), 2)
        widget.trainer.run(3)
        widget.controls.beta.value = 5
        assert (widget.trainer.steps, widget.trainer.problem.beta) == (0, pytest.approx(5 * best))
        assert f"β = {5 * best:.4g}" in widget.readout
        assert widget.values["beta"][2] == "5 × the best"
        widget.controls.size.value = 1  # the multiple is kept, and the best β is another one
        assert widget.trainer.problem.beta == pytest.approx(5
                                                            * gplvm.best_beta(
                                                                widget.trainer.problem.Y, 1))

    @pytest.mark.parametrize("alpha", [0, -3.0, np.inf])
    def test_a_bad_alpha_is_told_and_the_model_stays_as_it_was(self, alpha):
        widget = LiveGPLVM("iris", Q=2, alpha=1.5)
        widget.trainer.run(3)
        widget.controls.alpha.value = alpha
        assert re.match(r"Stopped: ValueError: alpha must be (positive|finite), but it is",
                        widget.status)
        assert (widget.controls.alpha.value, widget.trainer.problem.alpha,
                widget.trainer.steps) == (1.5, 1.5, 3)
        widget.controls.alpha.value = 2.5
        assert (widget.trainer.problem.alpha, widget.player.error) == (2.5, None)
        assert widget.status.startswith("Training starts again")

    @BOTH
    def test_the_news_is_gone_once_training_is_under_way(self, make):
        widget = make()
        for size, go_on in ((1, widget.player.step),
                              (2, widget.controls.reset.click)):
            widget.controls.size.value = size
            assert "Training starts again" in widget.status
            go_on()
            widget.refresh()
            assert "Training starts again" not in widget.status

    @BOTH
    def test_every_control_has_a_label_in_words_and_a_tooltip(self, make):
        for name, control in vars(make().controls).items():
            assert control.label, name
            assert control.tip, name

    @BOTH
    def test_while_it_plays_a_control_acts_and_says_so_at_once(self, make):
        async def scenario():
            widget = make()
            widget.controls.play.click()
            while not widget.trainer.steps:
                await asyncio.sleep(0.01)
            assert widget.controls.play.value == PLAYING
            # three sentences a second would drown a screen reader
            assert widget.playing
            widget.controls.rate.value = 0.2
            await asyncio.sleep(0.02)
            assert widget.trainer.learning_rate == pytest.approx(0.2
                                                                 * widget.trainer.stability_limit)
            assert widget.values["rate"][2].startswith("0.2 × the limit")
            widget.controls.play.click()
            while widget.player.playing or widget.controls.play.value == PLAYING:
                await asyncio.sleep(0.01)
            assert widget.status.startswith(f"Step {widget.trainer.steps}. ")
            widget.close()

        asyncio.run(asyncio.wait_for(scenario(), 120))

    @BOTH
    def test_at_its_end_play_begins_again_and_goes_on_and_the_button_says_so(self, make):
        async def scenario():
            widget = make()
            assert widget.controls.play.value == PAUSED
            widget.trainer.run(20_000)
            widget.player.step(2)
            await asyncio.sleep(0.05)
            end = widget.trainer.steps
            assert ("Finished" in widget.status, widget.controls.play.value) == (True, AGAIN)
            widget.controls.play.click()
            while not 3 <= widget.trainer.steps < end:
                await asyncio.sleep(0.01)
            assert widget.player.playing
            widget.close()

        asyncio.run(asyncio.wait_for(scenario(), 120))

    def test_what_ended_a_run_is_not_told_of_the_next_one(self):
        widget = LiveGPLVM("iris")
        # asked for in one go, as where the kernel is busy
        widget.player.post(lambda: (widget.player.step(20_000), widget.player.post(widget._reset)))
        assert widget.status.startswith("Step 0. ")
        assert "Finished" not in widget.status

    def test_the_handle_of_beta_goes_along_while_beta_is_learned_and_back_with_reset(self):
        widget = LiveGPLVM("iris")
        widget.controls.preset.value = "β learned"
        place = dict(map(reversed, enumerate(stop for _, stop in widget.controls.beta.options)))
        assert widget.values["beta"][0] == place[0.05]
        widget.player.step(400)
        assert widget.values["beta"][0] == place[1]
        assert widget.controls.preset.value == "β learned"  # its start is where it was
        widget.controls.reset.click()
        assert widget.values["beta"][0] == place[0.05]

    @BOTH
    def test_play_without_a_kernel_says_what_to_do_instead(self, make):
        widget = make()
        widget.controls.play.click()
        assert widget.status.endswith(
            "no event loop is running to play on; outside a notebook take steps with "
            "player.step(k)")
        assert widget.controls.play.value == PAUSED
