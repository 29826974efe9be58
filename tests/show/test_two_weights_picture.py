"""The picture with two weights: arrows, points and curves are what the chain computed."""

import re

import numpy as np
import pytest
import sympy as sp
from live_widgets import numbers
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from lvmcalc.models import autoencoder
from lvmcalc.show.two_weights import SAMPLES, TwoWeights

OTHER = ((1.5, -0.3, 0.4, 2.0, -1.1, 0.2), (-0.7, 1.1, 0.3, -1.9, 0.8, 0.6))
BOTH = pytest.mark.parametrize("x", [SAMPLES, OTHER], ids=["usual", "other"])


def lost(encoder, decoder, x):
    """The loss of a model that encodes and decodes with different weights: its two gradients are
    the two paths."""
    c = np.outer(decoder, encoder @ x) - x
    return (c * c).sum() / 2


def slope(function, w):
    """The gradient by central differences."""
    nudges = 1e-6 * np.eye(2)
    return np.array([(function(w + nudge) - function(w - nudge)) / 2e-6 for nudge in nudges])


def curvatures(x, w):
    """The eigenvalues of the Hessian of the loss, by second differences."""
    def gradient(w):
        return slope(lambda v: autoencoder.loss([v], x), w)

    hessian = np.array([(gradient(w + nudge) - gradient(w - nudge)) / 2e-3
                        for nudge in 1e-3 * np.eye(2)])
    return np.linalg.eigvalsh((hessian + hessian.T) / 2)


class TestTheArrows:
    @BOTH
    @pytest.mark.parametrize("start", [(1.3, -0.9), (-0.3, 0.4), (0.05, 1.2)])
    def test_they_are_what_each_path_brings_and_the_step_downhill_by_central_differences(
        self, start, x):
        widget, w, x = TwoWeights(start, 0.003, x), np.array(start), np.array(x)
        expected = {"g": slope(lambda v: lost(w, v, x), w), "h": slope(lambda v: lost(v, w, x), w),
                    "step": slope(lambda v: autoencoder.loss([v], x), w)}
        for name, gradient in expected.items():
            assert widget.arrows[name].shape == (1, 2)
            np.testing.assert_allclose(widget.arrows[name], [-0.003 * gradient], rtol=1e-6,
                                       atol=1e-9)

    def test_they_come_from_the_chain(self, monkeypatch):
        widget = TwoWeights()
        before = widget.arrows
        widget.chain = widget.chain.altered({("g", "W"): 2 * widget.chain.edges["g", "W"]})
        widget.controls.reset.click()
        np.testing.assert_allclose(widget.arrows["g"], 2 * before["g"], rtol=1e-12)
        np.testing.assert_array_equal(widget.arrows["h"], before["h"])

    def test_they_are_drawn_at_W_all_with_the_same_factor_which_is_told(self):
        widget = TwoWeights()
        widget.step(3)
        scale = numbers(widget, "scale").item()
        assert scale > 1
        for name, arrow in widget.arrows.items():
            np.testing.assert_allclose(numbers(widget, name, 2), scale * arrow, rtol=1e-5)

    def test_they_are_told_apart_without_colour(self):
        looks = TwoWeights().scene["panels"]["map"]["arrows"]
        assert len({(look["dash"], look["width"]) for look in looks}) == 3


class TestThePoints:
    @BOTH
    def test_the_marked_points_are_minima_saddles_and_a_maximum_by_their_curvatures(self, x):
        kinds = {(True, True): "minimum", (False, True): "saddle", (False, False): "maximum"}
        marks = {name: w for name, w, *_ in TwoWeights(x=x)._marks}
        found = {name: kinds[tuple(curvatures(np.array(x), w) > 0)] for name, w in marks.items()}
        assert found == {"w*": "minimum", "−w*": "minimum", "saddle": "saddle",
                         "maximum": "maximum"}
        for w in marks.values():
            np.testing.assert_allclose(slope(lambda v: autoencoder.loss([v], x), w), 0, atol=1e-7)

    def test_zero_is_a_local_maximum_in_exact_arithmetic(self):
        x, W = sp.Matrix(SAMPLES), sp.Matrix([sp.symbols("w1 w2", real=True)])
        c = W.T * W * x - x
        hessian = sp.hessian(sum(c.applyfunc(lambda entry: entry**2)) / 2,
                             list(W)).subs(dict.fromkeys(W, 0))
        assert hessian == -2 * x * x.T
        assert set(hessian.eigenvals()) == {-80, -20}

    @BOTH
    def test_w_star_is_the_best_of_the_whole_map(self, x):
        widget = TwoWeights(x=x)
        best = autoencoder.loss([widget._marks[0][1]], x)
        assert best == pytest.approx(np.linalg.svd(x)[1][1] ** 2 / 2, rel=1e-12)
        grid = [autoencoder.loss([[a, b]], x) for a in np.linspace(-1.7, 1.7, 69)
                for b in np.linspace(-1.3, 1.3, 53)]
        assert best <= min(grid) < 1.02 * best

    @BOTH
    def test_a_walk_ends_at_the_optimum_and_says_so(self, x):
        widget = TwoWeights(x=x)
        widget.step(200)
        principal = np.linalg.svd(x)[0][:, 0]
        assert abs(widget.W[0] @ principal) == pytest.approx(1, abs=1e-3)
        assert widget.loss == pytest.approx(np.linalg.svd(x)[1][1] ** 2 / 2, rel=1e-6)
        assert re.search(r"Finished: W rests at the optimum −?w\*\.$", widget.status)


class TestThePicture:
    def test_the_curve_is_the_gap_to_the_least_loss(self):
        widget = TwoWeights()
        widget.step(6)
        steps, gaps = numbers(widget, "curve", 7)
        assert steps.tolist() == [*range(7)]
        least = np.linalg.svd(SAMPLES)[1][1] ** 2 / 2
        np.testing.assert_allclose(gaps, [autoencoder.loss([w], SAMPLES) / least - 1
                                          for w in widget._trail], rtol=1e-4)

    @BOTH
    def test_along_a_level_line_the_loss_is_the_same(self, x):
        lines = TwoWeights(x=x).scene["panels"]["map"]["contours"]
        assert len(lines) > 10
        for line in lines:
            losses = [autoencoder.loss([w], x) for w in np.reshape(line, (-1, 2))]
            assert max(losses) - min(losses) < 0.05 * max(losses)

    @BOTH
    def test_no_text_of_the_still_picture_leaves_it_or_overlaps_another(self, x):
        figure = TwoWeights(x=x).still().figure
        FigureCanvasAgg(figure).draw()
        texts = [text for text in figure.findobj(Text)
                 if text.get_text().strip() and text.get_visible() and len(text.get_text()) > 7]
        boxes = [text.get_window_extent() for text in texts]
        assert len(boxes) > 2
        for i, (text, box) in enumerate(zip(texts, boxes, strict=True)):
            assert min(*box.min, *(figure.bbox.max - box.max)) >= 0, text
            assert not any(box.overlaps(other) for other in boxes[:i]), text
