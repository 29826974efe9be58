"""Walking on the map of two weights: where a step goes, what is said, and how a run ends."""

import asyncio

import numpy as np
import pytest
from bad_input import sentence
from live_widgets import numbers

from lvmcalc.models import autoencoder
from lvmcalc.show import TwoWeights as exported
from lvmcalc.show import player
from lvmcalc.show.player_view import PLAYING
from lvmcalc.show.two_weights import EDGE, SAMPLES, TwoWeights


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
        np.testing.assert_allclose(numbers(widget, "map", 2), [[1.3, -0.9], widget.W[0]], rtol=1e-6)

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
            shown = np.concatenate([numbers(widget, name) for name in ("map", "g", "h", "step")])
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


@pytest.mark.parametrize(("call", "kind", "beginning"), ONE_SENTENCE.values(), ids=ONE_SENTENCE)
def test_a_bad_argument_gets_one_sentence(call, kind, beginning):
    assert sentence(call, kind).startswith(beginning)


def test_the_documented_edge_is_the_real_one():
    assert f"|w₁| ≤ {EDGE[0]} and |w₂| ≤ {EDGE[1]}" in TwoWeights.__doc__
    assert exported is TwoWeights


def test_repr_is_the_line_of_words():
    assert repr(TwoWeights()).startswith("TwoWeights: Step 0. W = (1.300, −0.900), loss 35.59.")
