"""The picture of a live widget shows what was computed, in the browser and where there is none."""

import re
from base64 import b64encode
from html import unescape

import nbformat
import numpy as np
import pytest
from live_widgets import BOTH, numbers
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from nbconvert import HTMLExporter

from lvmcalc.show.live_models import LiveAutoencoder, LiveGPLVM
from lvmcalc.training import data


class TestThePicture:
    @BOTH
    def test_the_curve_is_the_gap_after_each_step_on_a_logarithmic_axis(self, make):
        widget = make()
        widget.player.step(37)
        trainer, panel = widget.trainer, widget.scene["panels"]["curve"]
        steps, gaps = numbers(widget, "curve").reshape(2, -1)
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
        steps, gaps = numbers(widget, "ghost").reshape(2, -1)
        assert steps[-1] == 8
        assert gaps[-1] == pytest.approx(alone.trainer.gap, rel=1e-6)
        assert widget.trainer.gap != pytest.approx(alone.trainer.gap, rel=0.01)
        widget.controls.reset.click()
        assert numbers(widget, "ghost").ravel().tolist() == pytest.approx([0, widget.trainer.gap])
        widget.controls.gradient.value, widget.controls.rate.value = alone.trainer.ablation, 0.9
        assert "ghost" not in widget.frame

    def test_a_lost_factor_D_is_seen_beside_the_ghost_though_it_ends_close_to_the_optimum(self):
        widget = LiveGPLVM("digits")
        widget.controls.preset.value = "D lost"
        widget.player.step(400)
        (_, lost), (_, right) = (numbers(widget, key).reshape(2, -1) for key in ("curve", "ghost"))
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
        np.testing.assert_allclose(numbers(widget, "latent", 2), widget.trainer.parameters,
                                   rtol=1e-6)
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
        np.testing.assert_allclose(numbers(widget, "samples", 4), mean[rows], rtol=1e-6)

    def test_the_reconstructions_of_the_autoencoder_are_decoded_codes(self):
        widget = LiveAutoencoder("iris", m=3)
        widget.player.step(9)
        Y, W = data.load("iris").Y, widget.trainer.parameters
        decoded = (Y - Y.mean(axis=0)) @ W.T @ W + Y.mean(axis=0)
        np.testing.assert_allclose(numbers(widget, "samples", 4), decoded[[39, 0, 50, 100]],
                                   rtol=1e-6)

    def test_the_components_shown_are_the_principal_ones_turned_nearest_to_the_weights(self):
        widget = LiveAutoencoder("iris", m=2)
        widget.player.step(9)
        weights, components = numbers(widget, "weights", 4).reshape(2, 2, 4)
        np.testing.assert_allclose(weights, widget.trainer.parameters, rtol=1e-6)
        assert widget.scene["panels"]["weights"]["shape"] == [2, 4]
        principal = np.linalg.svd(data.centred(data.load("iris").Y))[2][:2]
        np.testing.assert_allclose(components @ components.T, np.eye(2), atol=1e-6)
        np.testing.assert_allclose(components @ principal.T @ principal, components, atol=1e-6)
        for angle in (-0.1, 0.1, 2.0):
            turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            assert np.linalg.norm(weights
                                  - components) < np.linalg.norm(weights - turn @ components)


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
