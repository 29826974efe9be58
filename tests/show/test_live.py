"""The live widgets without a browser: every control does what it says, and the words say what
happened."""

import asyncio
import gc
import re
from base64 import b64encode
from html import unescape

import nbformat
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from nbconvert import HTMLExporter
from tables import over

from lvmcalc.chain import derive
from lvmcalc.models import GPLVMProblem, autoencoder, gplvm
from lvmcalc.show import player
from lvmcalc.show.live_chain import Live
from lvmcalc.show.live_models import LiveAutoencoder, LiveGPLVM
from lvmcalc.show.player_view import AGAIN, PAUSED, PLAYING
from lvmcalc.training import Trainer, data

BOTH = pytest.mark.parametrize("make", [
    lambda **settings: LiveGPLVM("iris", Q=2, **settings),
    lambda **settings: LiveAutoencoder("iris", m=3, **settings),
], ids=["gplvm", "autoencoder"])


def shown(widget):
    """What the browser was told to draw."""
    return {name: bytes(part) for name, part in widget.frame.items()}


def ridge():
    """Least squares with a penalty s‖w‖²."""
    return derive("L = tr((A w - y)ᵀ (A w - y)) + s tr(wᵀ w)", name="ridge", A="p×k", w="k×1",
                  y="p×1", s="positive")


def paired(*names):
    """Options that are their own words."""
    return [(name, name) for name in names]


def drawn(widget, name, columns=1):
    """The numbers of one panel, as the browser reads them."""
    return np.frombuffer(widget.frame[name], np.float32).reshape(-1, columns)


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


class TestAblationAndPresets:
    @BOTH
    def test_another_gradient_steers_the_run_and_does_not_start_it_again(self, make):
        widget = make(optimiser="gradient")
        widget.player.step(5)
        assert "Trained with" not in widget.status
        widget.controls.gradient.value = "sign flipped"
        before, gradient = widget.trainer.parameters, widget.trainer.gradient
        assert widget.trainer.steps == 5
        name = widget.trainer.problem.name_of_value
        assert (f" Trained with the sign flipped; the gap is that of the true {name}. The sign is "
                "lost: ") in widget.status
        widget.trainer.step()
        move = -widget.trainer.problem.sign * widget.trainer.learning_rate * gradient
        np.testing.assert_allclose(widget.trainer.parameters - before, move, rtol=1e-9,
                                   atol=1e-12 * abs(move).max())
        widget.controls.gradient.value = widget.controls.gradient.options[0][1]
        assert "Trained with" not in widget.status

    @BOTH
    def test_the_gradient_stays_chosen_whatever_else_changes(self, make):
        widget = make()
        widget.controls.gradient.value = "sign flipped"
        for change in (lambda c: setattr(c.dataset, "value", "digits"),
                       lambda c: setattr(c.size, "value", 1),
                       lambda c: setattr(c.optimiser, "value", "adam"),
                       lambda c: setattr(c.seed, "value", 4),
                       lambda c: c.reset.click()):
            change(widget.controls)
            assert widget.trainer.ablation == widget.controls.gradient.value == "sign flipped"
            assert "Trained with the sign flipped; " in widget.status

    def test_the_gradients_on_offer_are_the_pieces_of_each_model(self):
        assert LiveAutoencoder("iris", m=2).controls.gradient.options == paired(
            "both paths", "only path g (decoder)", "only path h (encoder)", "path h twice",
            "sign flipped")
        assert LiveGPLVM("iris", Q=2).controls.gradient.options == paired(
            "whole gradient", "only path f", "only L₁", "only L₂", "D lost", "sign flipped")

    def test_a_run_that_settles_elsewhere_ends_and_claims_no_optimum(self):
        widget = LiveAutoencoder("digits", m=2)
        widget.controls.gradient.value = "only path h (encoder)"
        widget.player.step(5000)
        assert widget.trainer.steps < 300
        assert re.match(r"Step \d+\. Loss [\d,.]+, 1\d % above the best possible\. Subspace "
                        r"3\d\.\d° .* Trained with path h only; the gap is that of the true loss\. "
                        r"Path g, through the decoder, is lost: ", widget.status)
        assert widget.status.endswith(
            "Settled: with this gradient nothing moves any more, and the loss is not the best "
            "possible.")
        # from there the rest of the gradient leads on
        widget.controls.gradient.value = "both paths"
        widget.player.step(5000)
        assert widget.status.endswith("Finished: to ten digits this is the best possible loss.")

    @pytest.mark.parametrize(("make", "name"), [
        (lambda: LiveAutoencoder("digits", m=2), "only path g (decoder)"),
        (lambda: LiveGPLVM("digits", Q=2), "only path f")], ids=["autoencoder", "gplvm"])
    def test_a_run_that_reaches_the_optimum_along_one_path_may_say_so(self, make, name):
        widget = make()
        widget.controls.gradient.value = name
        widget.player.step(5000)
        assert abs(widget.trainer.gap) < 1e-10
        assert "Trained with path " in widget.status
        assert widget.status.endswith("this is the best possible "
                                      f"{widget.trainer.problem.name_of_value}.")

    @BOTH
    def test_a_gradient_that_leads_away_from_the_optimum_does_not_finish_there(self, make):
        widget = make()
        widget.player.step(20_000)
        assert "Finished" in widget.status
        widget.controls.gradient.value = "sign flipped"
        widget.player.step(50)
        assert "Finished" not in widget.status
        assert widget.trainer.status == "diverged" or widget.trainer.gap > 1e-6

    def test_a_run_that_diverges_with_another_gradient_says_so_and_reset_helps(self):
        widget = LiveAutoencoder("digits", m=2, optimiser="adam")
        widget.controls.gradient.value = "sign flipped"
        widget.player.step(1000)
        assert widget.status == (
            f"Diverged at step {widget.trainer.steps + 1}: trained with the sign flipped, and "
            "perhaps too fast. "
            "Reset and choose another gradient or a smaller learning rate. The sign is lost: each "
            "step goes uphill, away from the optimum. The run has stopped.")
        widget.controls.gradient.value = "both paths"
        widget.controls.reset.click()
        widget.player.step(5)
        assert widget.status.startswith("Step 5. Loss ")

    @pytest.mark.parametrize(("kind", "name", "words"), [
        (LiveAutoencoder, "too fast", r"Diverged at step \d+: the learning rate [\d.e-]+ is above "
                                      r"the stability limit"),
        (LiveAutoencoder, "one path lost", r"Trained with path h only.* Settled"),
        (LiveGPLVM, "too fast", r"Step 400\. .*is above the stability limit .*steps may overshoot "
                                r"and never settle\."),
        (LiveGPLVM, "one path lost", r"Step 400\. .* Trained with path f only"),
        (LiveGPLVM, "β learned", r"Finished: to ten digits|Step 400\. .*β is (1|0\.99\d*|1\.0\d*) "
                                 r"× the best\."),
        (LiveGPLVM, "only L₂", r"Step 400\. .* Trained with L₂ only")])
    def test_a_preset_sets_everything_in_one_choice_and_repeats_its_run(self, kind, name, words):
        states, sizes = [], {LiveAutoencoder: "m", LiveGPLVM: "Q"}
        for other in ({"dataset": "iris", "seed": 9, "optimiser": "adam", "learning_rate": 0.1,
                       sizes[kind]: 3}, {}):
            widget = kind(**other)
            if other and kind is LiveGPLVM:
                widget.controls.alpha.value, widget.controls.beta.value = 3, 5
            widget.player.step(2)
            widget.controls.preset.value = name
            assert (widget.trainer.steps, widget.player.error,
                    widget.controls.preset.value) == (0, None, name)
            for control, value in kind.presets[name].items():
                assert getattr(widget.controls, control).value == value, control
            trainer = widget.trainer
            assert (trainer.optimiser, trainer.ablation, trainer.seed) == tuple(
                kind.presets[name][control] for control in ("optimiser", "gradient", "seed"))
            assert trainer.learning_rate == pytest.approx(kind.presets[name]["rate"]
                                                          * trainer.stability_limit)
            widget.player.step(400)
            assert re.search(words, widget.status)
            states.append((trainer.steps, trainer.parameters.tobytes()))
            widget.controls.reset.click()
            assert widget.controls.preset.value == name
            widget.player.step(400)
            assert (widget.trainer.steps, widget.trainer.parameters.tobytes()) == states[-1]
        assert states[0] == states[1]

    def test_only_L2_makes_the_log_likelihood_better_and_then_worse_than_at_the_start(self):
        widget = LiveGPLVM("iris", Q=2)
        widget.controls.preset.value = "only L₂"
        values = widget.trainer.run(100).history.values
        assert 0 < values.argmax() < 20
        assert values[-1] < values[0] < values.max()

    def test_a_preset_that_is_no_longer_so_loses_its_name_and_can_be_chosen_again(self):
        widget = LiveAutoencoder("digits", m=2)
        widget.controls.preset.value = "one path lost"
        widget.controls.speed.value = 50  # which is no part of it
        assert widget.controls.preset.value == "one path lost"
        for name, value in (("rate", 0.5), ("gradient", "both paths"), ("seed", 3),
                            ("dataset", "iris"), ("size", 1)):
            widget.controls.preset.value = "one path lost"
            assert widget.trainer.ablation == "only path h (encoder)"
            getattr(widget.controls, name).value = value
            assert widget.controls.preset.value == "—", name
        assert (widget.trainer.seed, widget.player.error) == (0, None)

    def test_no_preset_brings_back_all_that_was_set_before(self):
        widget = LiveAutoencoder("iris", m=3, seed=5)
        widget.controls.rate.value = 0.5
        before = {name: control.value for name, control in vars(widget.controls).items()}
        for name in ("too fast", "one path lost", "—"):
            widget.controls.preset.value = name
        assert {name: control.value for name, control in vars(widget.controls).items()} == before

    def test_a_preset_can_be_chosen_while_it_plays_and_it_plays_on(self):
        async def scenario():
            # so slow that it plays when the preset is chosen
            widget = LiveAutoencoder("iris", m=3, speed=20)
            widget.controls.play.click()
            while widget.trainer.steps < 2:
                await asyncio.sleep(0.01)
            widget.controls.preset.value = "one path lost"
            widget.controls.speed.value = player.FLAT_OUT
            before = widget.trainer.steps
            while widget.trainer.steps < before + 3:
                await asyncio.sleep(0.01)
            assert (widget._data.name, widget.controls.preset.value) == ("digits", "one path lost")
            assert widget.player.playing
            widget.close()

        asyncio.run(asyncio.wait_for(scenario(), 120))


class TestHandingOver:
    """What the words say of an object is held in test_readings.py."""

    @BOTH
    def test_an_object_is_chosen_and_moved_without_a_new_start_and_the_words_and_the_picture_follow(
        self, make):
        widget = make(seed=2)
        widget.player.step(7)
        before, words_before = shown(widget), widget.readout
        widget.controls.point.value = 120
        assert widget.readout.startswith("Chosen: object 120, class virginica, rebuilt with an "
                                         "error of ")
        assert widget.readout != words_before
        chosen = shown(widget)
        widget.controls.across.value, widget.controls.up.value = 1.5, -0.25
        assert ("moved by +1.5 and −0.25 standard deviations; what is generated there"
                in widget.readout)
        assert before != chosen != shown(widget) != before
        assert (widget.trainer.steps, widget.player.error) == (7, None)
        assert widget.note == widget.readout
        widget.controls.reset.click()  # what is ringed stays ringed
        assert "object 120, class virginica, moved by +1.5 and −0.25" in widget.readout

    @BOTH
    def test_a_smaller_data_set_has_no_object_that_is_too_far(self, make):
        widget = make()
        widget.controls.dataset.value = "digits"
        assert {spec["name"]: spec.get("max") for spec in widget.spec}["point"] == 1796
        widget.controls.point.value = 1796
        widget.controls.dataset.value = "iris"
        assert (widget.controls.point.value, widget.controls.point.looks["max"],
                widget.player.error) == (149, 149, None)
        assert "object 149, class virginica, " in widget.readout
        widget.controls.dataset.value = "digits"
        widget.controls.point.value = 1796
        assert "object 1796, class 8, " in widget.readout

    @BOTH
    def test_the_first_object_can_be_chosen_and_the_last(self, make):
        widget = make()
        for point, name in ((0, "setosa"), (149, "virginica")):
            widget.controls.point.value = point
            assert widget.readout.startswith(f"Chosen: object {point}, class {name}, ")

    def test_the_ring_stands_where_the_object_is_or_is_moved_to(self):
        widget = LiveGPLVM("iris", Q=2)
        widget.player.step(4)
        X = widget.trainer.parameters
        for move in (0, 0), (2, -0.5):
            widget.controls.across.value, widget.controls.up.value = move
            there = X[39] + np.multiply(move, X.std(axis=0))
            np.testing.assert_allclose(drawn(widget, "ring").ravel(), X[39], rtol=1e-6)
            np.testing.assert_allclose(drawn(widget, "moved").ravel(), there, rtol=1e-6)

    @BOTH
    def test_a_dot_that_is_clicked_is_chosen_and_the_point_that_is_dragged_generates(self, make):
        widget = make()
        widget.player.step(5)
        widget._heard({"choose": 77})
        assert widget.controls.point.value == 77
        assert "object 77, class versicolor, rebuilt" in widget.readout
        latent = widget.latent()
        to = latent[12, :2]
        widget._heard({"move": to.tolist()})
        np.testing.assert_allclose(drawn(widget, "moved").ravel(), to, atol=2e-3 * latent.std())
        assert "object 77, class versicolor, moved by" in widget.readout
        widget._heard({"choose": 78})  # which is where the model has put it
        np.testing.assert_allclose(drawn(widget, "moved").ravel(), latent[78, :2], rtol=1e-6)

    def test_with_one_dimension_nothing_moves_up(self):
        widget = LiveGPLVM("iris", Q=1)
        assert widget.controls.up.disabled
        widget._heard({"move": [0.5, 99.0]})
        assert drawn(widget, "moved").ravel().tolist() == pytest.approx(
            [0.5, drawn(widget, "ring")[1, 0]], abs=1e-2)
        assert widget.player.error is None

    def test_the_boxed_object_is_the_ringed_one_among_digits_and_among_flowers(self):
        digits, flowers = LiveAutoencoder("digits", m=2), LiveGPLVM("iris", Q=1)
        for widget in (digits, flowers):
            widget.controls.point.value = 77
        sheet = drawn(digits, "samples", 64)
        np.testing.assert_array_equal(sheet[:2], data.load("digits").Y[[77, 0]])
        np.testing.assert_allclose(drawn(flowers, "data", 4)[0], data.load("iris").Y[77])

    def test_the_bars_are_the_eigenvalues_of_the_model_and_the_diamonds_those_of_the_data(self):
        widget = LiveGPLVM("iris", Q=2, beta=0.7)
        widget.player.step(3)
        of_data, of_model = widget.spectrum()
        assert widget.scene["panels"]["bars"]["marks"] == of_data.tolist()
        np.testing.assert_allclose(drawn(widget, "bars").ravel(), of_model, rtol=1e-6)


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


class TestThePicture:
    @BOTH
    def test_the_curve_is_the_gap_after_each_step_on_a_logarithmic_axis(self, make):
        widget = make()
        widget.player.step(37)
        trainer, panel = widget.trainer, widget.scene["panels"]["curve"]
        steps, gaps = drawn(widget, "curve").reshape(2, -1)
        assert steps.tolist() == [*range(38)]
        best = trainer.problem.best
        true = [abs((value - best) / best) for value in trainer.history.values]
        np.testing.assert_allclose(gaps, true, rtol=1e-4)
        assert panel["ylog"]
        assert "ghost" not in widget.frame

    @BOTH
    @pytest.mark.parametrize("astray", [("gradient", "sign flipped"), ("rate", 2)])
    def test_the_ghost_of_the_right_run_goes_along_with_one_that_is_astray(self, make, astray):
        widget, alone = make(optimiser="gradient"), make(optimiser="gradient")
        for one in (widget, alone):
            one.player.step(5)
        getattr(widget.controls, astray[0]).value = astray[1]
        for one in (widget, alone):
            one.player.step(3)
        steps, gaps = drawn(widget, "ghost").reshape(2, -1)
        assert steps[-1] == 8
        assert gaps[-1] == pytest.approx(alone.trainer.gap, rel=1e-6)
        assert widget.trainer.gap != pytest.approx(alone.trainer.gap, rel=0.01)
        widget.controls.reset.click()
        assert drawn(widget, "ghost").ravel().tolist() == pytest.approx([0, widget.trainer.gap])
        widget.controls.gradient.value, widget.controls.rate.value = alone.trainer.ablation, 0.9
        assert "ghost" not in widget.frame

    def test_a_lost_factor_D_is_seen_beside_the_ghost_though_it_ends_close_to_the_optimum(self):
        widget = LiveGPLVM("digits")
        widget.controls.preset.value = "D lost"
        widget.player.step(400)
        (_, lost), (_, right) = (drawn(widget, key).reshape(2, -1) for key in ("curve", "ghost"))
        assert 2e-5 < lost[-1] < 2e-4  # on a linear axis nobody would see it
        assert right[-1] < lost[-1] / 100
        assert "The factor D of L₁ is lost: " in widget.status

    def test_what_is_lost_with_each_gradient_is_named(self):
        for kind in (LiveGPLVM, LiveAutoencoder):
            names = [*kind("iris").trainer.problem.ablations][1:]
            assert {*kind.expected} == {*names}
            for name, lost in (("only path f", "Path h"), ("only path g (decoder)", "Path h"),
                               ("only path h (encoder)", "Path g"), ("only L₁", "L₂"),
                               ("only L₂", "L₁"), ("D lost", "The factor D"),
                               ("sign flipped", "The sign")):
                told = kind.expected.get(name, lost)
                assert told.startswith(lost), "what is lost is the other one"
            assert all(name in names or name in ("whole gradient", "both paths")
                       for name in (preset["gradient"] for preset in kind.presets.values()))

    @BOTH
    def test_the_way_of_the_value_that_is_told_is_the_one_that_it_goes(self, make):
        widget = make()
        widget.controls.gradient.value = "sign flipped"
        before = widget.trainer.value
        widget.player.step(1)
        way = "downhill" if widget.trainer.value < before else "uphill"
        assert f"each step goes {way}, away from the optimum" in widget.status
        widget.controls.rate.value = 3  # too fast as well
        assert widget.expected["sign flipped"] in widget.status

    def test_what_too_fast_a_step_comes_to_is_told_and_true(self):
        for kind, words in ((LiveGPLVM, "One would expect it to blow up. It does not: "),
                            (LiveAutoencoder, "what overshoots meets a steeper slope")):
            widget = kind("digits")
            widget.controls.preset.value = "too fast"
            assert words in widget.status
            lengths = []
            for _ in range(16):
                widget.player.step(20)
                lengths.append(widget.latent().std())
            assert (widget.trainer.status == "diverged") == (kind is LiveAutoencoder)
            if kind is LiveGPLVM:
                best = widget.trainer.problem.optimum.X.std()
                assert min(lengths) > 1.3 * best  # far out
                assert lengths[0] > lengths[2] > lengths[4]  # on the way back
                assert max(np.diff(lengths)) > 0  # and out again
            widget.controls.rate.value = 0.9
            assert words not in widget.status

    def test_the_latent_points_are_those_of_the_trainer_by_class(self):
        widget = LiveGPLVM("iris", Q=2)
        widget.player.step(9)
        np.testing.assert_allclose(drawn(widget, "latent", 2), widget.trainer.parameters, rtol=1e-6)
        assert widget.scene["panels"]["latent"]["labels"] == data.load("iris").labels.tolist()

    def test_a_digit_can_be_seen_behind_its_dot(self):
        panel = LiveGPLVM("digits").scene["panels"]["latent"]
        ink = np.frombuffer(panel["images"], np.uint8).reshape(-1, 64)
        np.testing.assert_allclose(ink / 255 * 16, data.load("digits").Y, atol=0.04)

    def test_the_reconstructions_are_what_the_model_keeps_of_the_data(self):
        widget = LiveGPLVM("iris", Q=2, alpha=0.7)
        widget.player.step(9)
        X, problem = widget.trainer.parameters, widget.trainer.problem
        K = 0.7 * X @ X.T + np.eye(150) / problem.beta
        mean = 0.7 * X @ X.T @ np.linalg.solve(K, problem.Y) + data.load("iris").Y.mean(axis=0)
        rows = [widget.controls.point.value, 0, 50, 100]
        np.testing.assert_allclose(drawn(widget, "samples", 4), mean[rows], rtol=1e-6)

    def test_the_reconstructions_of_the_autoencoder_are_decoded_codes(self):
        widget = LiveAutoencoder("iris", m=3)
        widget.player.step(9)
        Y, W = data.load("iris").Y, widget.trainer.parameters
        decoded = (Y - Y.mean(axis=0)) @ W.T @ W + Y.mean(axis=0)
        np.testing.assert_allclose(drawn(widget, "samples", 4), decoded[[39, 0, 50, 100]],
                                   rtol=1e-6)

    def test_the_components_shown_are_the_principal_ones_turned_nearest_to_the_weights(self):
        widget = LiveAutoencoder("iris", m=2)
        widget.player.step(9)
        weights, components = drawn(widget, "weights", 4).reshape(2, 2, 4)
        np.testing.assert_allclose(weights, widget.trainer.parameters, rtol=1e-6)
        assert widget.scene["panels"]["weights"]["shape"] == [2, 4]
        principal = np.linalg.svd(data.centred(data.load("iris").Y))[2][:2]
        np.testing.assert_allclose(components @ components.T, np.eye(2), atol=1e-6)
        np.testing.assert_allclose(components @ principal.T @ principal, components, atol=1e-6)
        for angle in (-0.1, 0.1, 2.0):
            turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            assert np.linalg.norm(weights
                                  - components) < np.linalg.norm(weights - turn @ components)


class TestAnyChain:
    A = np.random.default_rng(5).normal(size=(7, 3))
    y = A @ [[1.0], [-2.0], [0.5]]

    def test_it_is_trained_with_its_curve_its_parameters_and_their_gradient(self):
        live = Live(ridge(), "w", A=self.A, y=self.y, s=0.25)
        live.player.step(300)
        best = np.linalg.solve(self.A.T @ self.A + 0.25 * np.eye(3), self.A.T @ self.y)
        np.testing.assert_allclose(drawn(live, "w"), best, atol=1e-3)
        np.testing.assert_allclose(drawn(live, "gradient w"), live.trainer.gradient, rtol=1e-5)
        assert drawn(live, "curve").reshape(2, -1)[1, -1] == pytest.approx(live.trainer.value)
        assert live.status.startswith("Step ")

    def test_its_ablations_are_those_that_its_uses_give_with_the_ghost_of_the_right_run(self):
        x = np.random.default_rng(6).normal(size=(4, 9))
        live = Live(autoencoder.chain(), "W", x=x, m=2)
        assert dict(live.controls.gradient.options) == {name: name for name in (
            "whole gradient", "only path h", "only path g", "sign flipped")}
        live.controls.gradient.value = "only path h"
        live.player.step(20)
        assert {"curve", "ghost", "axes", "W", "gradient W"} == {*live.frame}
        assert "Trained with path h only" in live.status

    def test_ones_own_picture_is_a_function_of_the_parameters(self):
        live = Live(ridge(), "w", A=self.A, y=self.y, s=0.25, picture=lambda w: np.outer(w, w))
        live.player.step(2)
        w = live.trainer.parameters
        np.testing.assert_allclose(drawn(live, "own", 3), w @ w.T, rtol=1e-5)
        assert live.still().png(1).startswith(b"\x89PNG")

    def test_several_variables_and_scalars_are_shown_each_with_its_gradient(self):
        Y = np.random.default_rng(7).normal(size=(6, 4))
        live = Live(gplvm.chain(), ("X", "beta"), maximise=True, Y=Y, alpha=1.0, Q=2, D=4)
        live.player.step(3)
        assert {"X", "gradient X", "beta", "gradient beta", "curve", "axes"} == {*live.frame}
        assert drawn(live, "beta").item() == pytest.approx(live.trainer.parameters["beta"])

    def test_what_is_missing_is_named_in_one_sentence(self):
        with pytest.raises(TypeError, match="needs a value of each leaf that is not trained"):
            Live(ridge(), "w", A=self.A)


class TestWithoutAKernel:
    @pytest.mark.parametrize("make", [
        lambda: LiveGPLVM("digits", Q=1), lambda: LiveGPLVM("digits", Q=9),
        lambda: LiveGPLVM("iris", Q=1), lambda: LiveAutoencoder("digits", m=9),
        lambda: LiveAutoencoder("iris", m=4)],
        ids=["gplvm digits 1", "gplvm digits 9", "gplvm iris 1", "autoencoder digits 9",
             "autoencoder iris 4"])
    def test_no_text_of_the_still_picture_leaves_it_or_overlaps_another(self, make):
        figure = make().still().figure
        FigureCanvasAgg(figure).draw()
        texts = [text for text in figure.findobj(Text)
                 if text.get_text().strip() and text.get_visible()]
        boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
        whole = figure.bbox
        assert len(boxes) > 8
        titles = [(words, box) for words, box in boxes if len(words) > 7]
        for i, (words, box) in enumerate(titles):
            assert whole.x0 <= box.x0 <= box.x1 <= whole.x1, words
            assert whole.y0 <= box.y0 <= box.y1 <= whole.y1, words
            assert not [other for other, at in titles[:i] if at.overlaps(box)], words

    def test_in_the_still_picture_no_name_of_a_class_hides_another(self):
        figure = LiveGPLVM("digits").still().figure
        FigureCanvasAgg(figure).draw()
        boxes = [text.get_window_extent() for text in figure.findobj(Text)
                 if text.get_size() == 18]
        assert len(boxes) == 10
        for i, box in enumerate(boxes):
            # the middles of the letters are further apart than half of a letter
            assert not [other for other in boxes[:i] if np.hypot(
                *(np.mean(box, axis=0) - np.mean(other, axis=0))) < box.width]

    def test_a_notebook_holds_the_view_the_picture_and_the_words(self, monkeypatch):
        outputs = []
        monkeypatch.setattr("lvmcalc.show.view.display", lambda data, **more: outputs.append(data))
        monkeypatch.setattr("lvmcalc.show.still.display", lambda data, **more: outputs.append(data))
        widget = LiveGPLVM("iris")
        widget._ipython_display_()
        view, picture, words = outputs
        assert view["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id
        assert picture["image/png"].startswith(b"\x89PNG")
        assert widget.status in unescape(words["text/html"])
        assert "Run the cells down to this one to make it live." in words["text/html"]
        assert "script" not in words["text/html"]


    def test_a_page_made_of_the_saved_notebook_shows_the_picture_and_the_words_and_no_error(
        self, monkeypatch):
        outputs = []

        def keep(data, metadata=None, **more):
            outputs.append(nbformat.v4.new_output("display_data", {
                kind: b64encode(part).decode() if kind == "image/png" else part
                for kind, part in data.items()}, metadata=metadata or {}))

        for room in ("view", "still"):
            monkeypatch.setattr(f"lvmcalc.show.{room}.display", keep)
        widget = LiveAutoencoder("iris")
        widget._ipython_display_()
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(
            "LiveAutoencoder('iris')", outputs=outputs)])
        page, _ = HTMLExporter().from_notebook_node(notebook)
        body = page[page.index("<body"):]
        assert body.count('src="data:image/png;base64,') == 1
        assert widget.status in unescape(body)
        assert "Run the cells down to this one to make it live." in body
        assert "Error" not in re.sub(r"base64,[^\"]*", "", body)


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
    with pytest.raises(kind) as caught:
        call()
    sentence = str(caught.value)
    assert sentence.startswith(beginning)
    assert "\n" not in sentence
    assert sentence.endswith((".", "?"))


def test_a_very_large_seed_survives_a_reset():
    widget = LiveGPLVM("iris", 1, seed=2**40)
    widget.controls.reset.click()
    assert widget.trainer.seed == 2**40


def test_a_trainer_again_keeps_ablation_and_learning_rate():
    trainer = Trainer(GPLVMProblem(data.load("iris").Y, 2), "gradient", 1e-5, 3, "only L₁")
    other = trainer.run(5).again()
    assert (other.ablation, other.learning_rate, other.seed) == ("only L₁", 1e-5, 3)
    np.testing.assert_array_equal(other.run(5).parameters, trainer.parameters)
