"""Training along one path or one term only, and the presets of the live widgets."""

import asyncio
import re

import numpy as np
import pytest
from live_widgets import BOTH

from lvmcalc.show import player
from lvmcalc.show.live_models import LiveAutoencoder, LiveGPLVM


def paired(*names):
    """Options that are their own words."""
    return [(name, name) for name in names]


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
