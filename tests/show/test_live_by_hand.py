"""An object is chosen and its latent point is moved; words and picture follow."""

import numpy as np
import pytest
from live_widgets import BOTH, numbers, shown

from lvmcalc.show.live_models import LiveAutoencoder, LiveGPLVM
from lvmcalc.training import data


class TestHandingOver:
    """What the words say of an object is held in test_live_latent.py."""

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
            np.testing.assert_allclose(numbers(widget, "ring").ravel(), X[39], rtol=1e-6)
            np.testing.assert_allclose(numbers(widget, "moved").ravel(), there, rtol=1e-6)

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
        np.testing.assert_allclose(numbers(widget, "moved").ravel(), to, atol=2e-3 * latent.std())
        assert "object 77, class versicolor, moved by" in widget.readout
        widget._heard({"choose": 78})  # which is where the model has put it
        np.testing.assert_allclose(numbers(widget, "moved").ravel(), latent[78, :2], rtol=1e-6)

    def test_with_one_dimension_nothing_moves_up(self):
        widget = LiveGPLVM("iris", Q=1)
        assert widget.controls.up.disabled
        widget._heard({"move": [0.5, 99.0]})
        assert numbers(widget, "moved").ravel().tolist() == pytest.approx(
            [0.5, numbers(widget, "ring")[1, 0]], abs=1e-2)
        assert widget.player.error is None

    def test_the_boxed_object_is_the_ringed_one_among_digits_and_among_flowers(self):
        digits, flowers = LiveAutoencoder("digits", m=2), LiveGPLVM("iris", Q=1)
        for widget in (digits, flowers):
            widget.controls.point.value = 77
        sheet = numbers(digits, "samples", 64)
        np.testing.assert_array_equal(sheet[:2], data.load("digits").Y[[77, 0]])
        np.testing.assert_allclose(numbers(flowers, "data", 4)[0], data.load("iris").Y[77])

    def test_the_bars_are_the_eigenvalues_of_the_model_and_the_diamonds_those_of_the_data(self):
        widget = LiveGPLVM("iris", Q=2, beta=0.7)
        widget.player.step(3)
        of_data, of_model = widget.spectrum()
        assert widget.scene["panels"]["bars"]["marks"] == of_data.tolist()
        np.testing.assert_allclose(numbers(widget, "bars").ravel(), of_model, rtol=1e-6)
