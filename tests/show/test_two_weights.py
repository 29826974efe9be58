"""The picture with two weights: what it shows is what the chain computed, and what it says of a
point is true."""

import asyncio
import re

import numpy as np
import pytest
import sympy as sp
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from lvmcalc.models import autoencoder
from lvmcalc.show import TwoWeights as exported
from lvmcalc.show import player
from lvmcalc.show.player_view import PLAYING
from lvmcalc.show.two_weights import EDGE, SAMPLES, TwoWeights

OTHER = ((1.5, -0.3, 0.4, 2.0, -1.1, 0.2), (-0.7, 1.1, 0.3, -1.9, 0.8, 0.6))
BOTH = pytest.mark.parametrize("x", [SAMPLES, OTHER], ids=["usual", "other"])


def drawn(widget, name, columns=2):
    """The numbers of one panel, as the browser reads them."""
    return np.frombuffer(widget.frame[name], np.float32).reshape(-1, columns)


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
        scale = drawn(widget, "scale", 1).item()
        assert scale > 1
        for name, arrow in widget.arrows.items():
            np.testing.assert_allclose(drawn(widget, name), scale * arrow, rtol=1e-5)

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


class TestWalking:
    def test_a_step_goes_where_the_arrow_says_and_the_words_follow(self):
        widget = TwoWeights((1.3, -0.9), 0.005)
        arrow = widget.arrows["step"]
        widget.controls.step.click()
        np.testing.assert_allclose(widget.W, np.add([1.3, -0.9], arrow), rtol=1e-12)
        assert widget.loss == autoencoder.loss(widget.W, SAMPLES)
        g, h = widget.arrows["g"][0], widget.arrows["h"][0]
        angle = np.degrees(np.arccos(g @ h / np.linalg.norm(g) / np.linalg.norm(h)))
        W, g, h = ("({:.3f}, {:.3f})".format(*w) for w in (widget.W[0], g, h))
        assert widget.status == (f"Step 1. W = {W}, loss {widget.loss:.4g}. "
                                 f"Path g contributes {g}, "
                                 f"path h {h}, at an angle "
                                 f"of {angle:.0f}°.").replace("-", "−")
        assert widget.words == widget.status
        np.testing.assert_allclose(drawn(widget, "map"), [[1.3, -0.9], widget.W[0]], rtol=1e-6)

    def test_path_h_alone_ends_on_the_circle_and_path_g_alone_at_the_optimum(self):
        widget = TwoWeights()
        widget.controls.follow.value = "h"
        np.testing.assert_array_equal(widget.arrows["step"], widget.arrows["h"])
        widget.step(500)
        assert np.linalg.norm(widget.W) == pytest.approx(1, abs=1e-3)
        assert widget.status.endswith("Finished: W rests at the circle, where path h is 0.")
        widget.controls.follow.value = "g"
        np.testing.assert_array_equal(widget.arrows["step"], widget.arrows["g"])
        widget.step(500)
        assert widget.status.endswith("Finished: W rests at the optimum w*.")

    def test_the_start_can_be_chosen_and_reset_goes_back_to_it(self):
        widget = TwoWeights((0.4, 0.1))
        for name, start in {"near the maximum": (-0.05, 0.15), "as given": (0.4, 0.1)}.items():
            widget.controls.start.value = dict(widget.controls.start.options)[name]
            before = widget.frame
            widget.step(3)
            assert len(widget._trail) == 4
            widget.controls.reset.click()
            assert widget.frame == before
            np.testing.assert_array_equal(widget.W, [start])
            assert widget.status.startswith("Step 0. ")

    def test_in_line_with_a_saddle_it_stops_there(self):
        widget = TwoWeights()
        widget.controls.start.value = dict(widget.controls.start.options)["towards a saddle"]
        widget.step(300)
        assert widget.status.endswith("Finished: W rests at the saddle.")
        assert widget.loss == pytest.approx(20, rel=1e-6)

    def test_at_zero_it_stays(self):
        widget = TwoWeights((0, 0))
        widget.step(2)
        assert widget.status.endswith("path h (0.000, 0.000). Finished: W rests at the maximum.")

    @pytest.mark.parametrize("rate", [0.0125 * 3, 1e300])
    def test_a_run_that_diverges_ends_in_a_sentence_and_nothing_infinite_is_drawn(self, rate):
        widget = TwoWeights((-1.4, -0.6), rate)
        for _ in range(2):
            widget.step(100)
            assert widget.status.endswith(
                "Diverged: the next step leads far off the map. Reset, and choose a smaller "
                "learning rate.")
            assert np.isfinite(widget.loss)
            shown = np.concatenate([drawn(widget, name, 1) for name in ("map", "g", "h", "step")])
            assert np.abs(shown).max() < 1000
        widget.controls.rate.value = 0.5
        widget.step(100)
        assert widget.status.endswith("Finished: W rests at the optimum −w*.")

    def test_the_learning_rate_is_in_multiples_of_the_stability_limit(self):
        widget = TwoWeights(learning_rate=0.004)
        assert widget.limit == pytest.approx(1 / 80)
        assert widget.controls.rate.value == pytest.approx(0.004 * 80)
        before = widget.arrows["step"]
        widget.controls.rate.value = 0.1
        np.testing.assert_allclose(widget.arrows["step"], before / 3.2, rtol=1e-12)

    def test_play_walks_until_pause(self):
        async def scenario():
            widget = TwoWeights()
            widget.player.rate = 100
            widget.controls.play.click()
            while len(widget._trail) < 3:
                await asyncio.sleep(0.01)
            assert widget.controls.play.value == PLAYING
            widget.controls.play.click()
            while widget.controls.play.value == PLAYING:
                await asyncio.sleep(0.01)
            steps = len(widget._trail) - 1
            await asyncio.sleep(0.05)
            assert widget.status.startswith(f"Step {steps}. ")
            widget.close()
            assert widget.player.closed

        asyncio.run(asyncio.wait_for(scenario(), 120))

    def test_while_it_plays_a_new_learning_rate_is_told_without_waiting_for_the_next_words(
        self, monkeypatch):
        monkeypatch.setattr(player, "WORDS_A_SECOND", 1e-9)  # once, and again in thirty years

        async def scenario():
            widget = TwoWeights()
            widget.controls.play.click()
            while widget.controls.play.value != PLAYING:
                await asyncio.sleep(0.01)
            widget.controls.rate.value = 0.7
            while not widget.values["rate"][2].startswith("0.7 ×"):
                await asyncio.sleep(0.01)
            assert widget.player.playing
            widget.close()

        asyncio.run(asyncio.wait_for(scenario(), 120))


class TestOnThePage:
    def test_the_learning_rate_is_told_in_words_beside_its_slider(self):
        widget = TwoWeights()
        for rate in (0.5, 1.3):
            widget.controls.rate.value = rate
            assert widget.values["rate"][2] == f"{rate} × the limit = {rate / 80:.3g}"

    def test_a_click_on_the_map_is_a_start_and_outside_of_it_the_edge(self):
        widget = TwoWeights()
        for place, start in (((0.2, -0.4), (0.2, -0.4)), ((9, -9), (1.7, -1.3))):
            widget.step(2)
            widget._heard({"pick": place})
            assert widget.W.tolist() == [[*start]]
            assert widget.status.startswith("Step 0. ")
        assert len(widget.controls.start.options) == 4
        widget.controls.start.value = widget.controls.start.options[0][1]
        assert widget.W.tolist() == [[1.3, -0.9]]

    def test_play_outside_a_notebook_names_a_call_that_there_is(self):
        widget = TwoWeights()
        widget.controls.play.click()
        assert widget.status.endswith("outside a notebook take steps with player.step(k)")
        widget.player.step(3)
        assert widget.status.startswith("Step 3. ")

    @pytest.mark.parametrize("error", [ZeroDivisionError("a cut in 0 parts"), KeyboardInterrupt()])
    @pytest.mark.parametrize("part", ["the walk", "the picture"])
    def test_a_failure_is_told_in_words_and_is_over_with_the_next_step(
        self, part, error, monkeypatch):
        widget = TwoWeights()

        def broken(*_):
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(*((widget, "_go") if part == "the walk" else (widget, "numbers")),
                          broken)
            widget.controls.step.click()
            assert widget.status.startswith(f"Stopped: {type(error).__name__}")
            assert widget.words == widget.status
        widget.controls.step.click()
        assert widget.status.startswith("Step ")

    def test_running_its_cell_again_closes_it_and_one_beside_it_plays_on(self, monkeypatch):
        monkeypatch.setattr(player, "_started", {})
        made = []
        for message in ("1", "1", "2"):
            parent = {"header": {"msg_id": message}, "metadata": {"cellId": "a"}, "content": {}}
            cell = type("Cell", (), {"get_parent": lambda _, parent=parent: parent})()
            monkeypatch.setattr(player, "get_ipython", lambda cell=cell: cell)
            made.append(TwoWeights())
            assert not made[-1].player.closed
        assert [widget.player.closed for widget in made] == [True, True, False]
        assert all(widget.status.endswith("Closed: its cell was run again.") for widget in made[:2])

    def test_its_budget_ends_a_run_that_nobody_watches_and_says_so(self):
        async def scenario():
            widget = TwoWeights(learning_rate=1e-5)
            widget.player.budget, widget.player.rate = 7, player.FLAT_OUT
            widget.controls.play.click()
            while not widget.status.endswith("Paused after 7 steps: press Play to go on."):
                await asyncio.sleep(0.01)
            assert (len(widget._trail), widget.player.playing) == (8, False)

        asyncio.run(asyncio.wait_for(scenario(), 120))


class TestThePicture:
    def test_the_curve_is_the_gap_to_the_least_loss(self):
        widget = TwoWeights()
        widget.step(6)
        steps, gaps = drawn(widget, "curve", 7)
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


ONE_SENTENCE = {
    "start off the map": (lambda: TwoWeights((2, 0)), ValueError,
                          "start must have |w₁| ≤ 1.7 and |w₂| ≤ 1.3, not (2.000, 0.000)."),
    "start of three": (lambda: TwoWeights((1, 0, 0)), ValueError,
                       "start must have shape any×2, not 1×3."),
    "start of text": (lambda: TwoWeights(("a", "b")), TypeError, "start must hold real numbers, "
                                                                 "but it holds text."),
    "x of three rows": (lambda: TwoWeights(x=np.ones((3, 4))), ValueError,
                        "x must have shape 2×S, here 2×any, not 3×4."),
    "x on a line": (lambda: TwoWeights(x=[[1, 2, 3], [2, 4, 6]]), ValueError,
                    "xxᵀ must have eigenvalues λ₁ > λ₂ > 0, but they are 70, "),
    "x round": (lambda: TwoWeights(x=[[2, 0], [0, 2]]), ValueError,
                "xxᵀ must have eigenvalues λ₁ > λ₂ > 0, but they are 4, 4."),
    "rate": (lambda: TwoWeights(learning_rate=0), ValueError, "learning_rate must be positive, but "
                                                              "it is 0."),
    "steps": (lambda: TwoWeights().step(0), ValueError, "k must be at least 1, but it is 0."),
}


@pytest.mark.parametrize(("call", "kind", "sentence"), ONE_SENTENCE.values(), ids=ONE_SENTENCE)
def test_a_bad_argument_gets_one_sentence(call, kind, sentence):
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).startswith(sentence)
    assert str(caught.value).count("\n") == 0


def test_the_documented_edge_is_the_real_one():
    assert f"|w₁| ≤ {EDGE[0]} and |w₂| ≤ {EDGE[1]}" in TwoWeights.__doc__
    assert exported is TwoWeights


def test_repr_is_the_line_of_words():
    assert repr(TwoWeights()).startswith("TwoWeights: Step 0. W = (1.300, −0.900), loss 35.59.")
