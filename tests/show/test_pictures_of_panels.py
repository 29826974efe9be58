"""What a panel of a live widget says is what was computed."""

import numpy as np
import pytest
from live_widgets import numbers
from pictures import AUTOENCODER, BLUE, CLASSES, GREY, IRIS, W, X

from lvmcalc.chain import derive
from lvmcalc.models import GPLVMProblem
from lvmcalc.show import LiveAutoencoder, LiveGPLVM, live_chain, panels, timing
from lvmcalc.show.live_chain import Live
from lvmcalc.show.nudge import Nudge
from lvmcalc.training import data


class TestLivePanels:
    @pytest.mark.parametrize(("widget", "letter"), [(LiveGPLVM("iris"), "x"),
                                                    (LiveAutoencoder("iris", 3), "e")])
    def test_the_latent_panel_has_each_object_in_its_class_and_names_its_axes(self, widget, letter):
        panel = widget.scene["panels"]["latent"]
        assert panel["xlabel"] == f"{letter}₁ across, {letter}₂ up"
        assert {look["name"]: (look["color"], look["marker"]) for look in panel["classes"]} == (
            CLASSES)
        names = [panel["classes"][label]["name"] for label in panel["labels"]]
        assert names == ["setosa"] * 50 + ["versicolor"] * 50 + ["virginica"] * 50
        latent = widget.trainer.parameters if letter == "x" else (
            (IRIS.Y - IRIS.Y.mean(axis=0)) @ widget.trainer.parameters.T)
        np.testing.assert_allclose(numbers(widget, "latent", 2), latent[:, :2], rtol=1e-4,
                                   atol=1e-6)
        np.testing.assert_allclose(numbers(widget, "ring").ravel(), latent[39, :2], rtol=1e-4)

    def test_with_one_dimension_each_object_stands_in_the_row_of_its_class(self):
        widget = LiveGPLVM("iris", Q=1)
        panel, places = widget.scene["panels"]["latent"], numbers(widget, "latent", 2)
        assert panel["flat"]
        assert panel["xlabel"] == "x₁"
        assert "rebuilt from 1 number —" in widget.scene["panels"]["samples"]["title"]
        np.testing.assert_array_equal(np.rint(places[:, 1]), -IRIS.labels)
        np.testing.assert_allclose(places[:, 0], widget.trainer.parameters[:, 0], rtol=1e-5)

    def test_the_image_behind_a_dot_is_that_object_with_the_largest_number_as_ink(self):
        digits = data.load("digits")
        panel = panels.latent_panel(digits, 3, "x")
        ink = np.frombuffer(panel["images"], np.uint8).reshape(1797, 64)
        np.testing.assert_allclose(ink, digits.Y * 255 / 16, atol=0.51)
        assert panel["title"] == "Latent space: 2 of its 3 dimensions"

    @pytest.mark.parametrize("make", [LiveGPLVM, LiveAutoencoder])
    def test_the_curve_is_the_gap_in_per_cent_and_the_dashed_one_the_right_run(self, make):
        widget = make("iris")
        widget.controls.gradient.value = "sign flipped"
        widget.player.step(4)
        panel, trainer = widget.scene["panels"]["curve"], widget.trainer
        assert (panel["title"], panel["xlabel"], panel["units"]) == ("Gap to the optimum", "step",
                                                                     "percent")
        looks = {look["key"]: (look["color"], look.get("dash", "-"), look.get("label"))
                 for look in panel["series"]}
        assert looks == {"ghost": (GREY, "--", "the right run"), "curve": (BLUE, "-", None)}
        steps, gaps = numbers(widget, "curve").reshape(2, -1)
        assert steps.tolist() == [*range(5)]
        assert gaps[-1] > gaps[0], "away from the optimum"
        assert numbers(widget, "ghost").reshape(2, -1)[1, -1] < gaps[0]
        _, _, low, high = numbers(widget, "axes").ravel()
        assert high - 1.1 < np.log10(gaps.max()) < high
        assert low <= np.log10(gaps.min())
        problem = trainer.problem
        np.testing.assert_allclose(gaps[-1], abs(trainer.value - problem.best) / problem.scale,
                                   rtol=1e-5)

    def test_where_no_optimum_is_known_the_curve_is_the_value_itself(self):
        live = Live(AUTOENCODER, "W", x=X, m=2)
        live.controls.gradient.value = "only path g"  # the gradient that is drawn stays whole
        live.player.step(3)
        panels_ = live.scene["panels"]
        assert panels_["curve"]["title"] == "L, the value of autoencoder"
        assert (panels_["curve"]["units"], panels_["curve"]["ylog"]) == ("", False)
        assert (panels_["W"]["title"], panels_["gradient W"]["title"]) == ("W", "∂L/∂W")
        assert panels_["W"]["shape"] == panels_["gradient W"]["shape"] == [2, 3]
        w = live.trainer.parameters
        c = w.T @ w @ X - X
        np.testing.assert_allclose(numbers(live, "W", 3), w, rtol=1e-5)
        np.testing.assert_allclose(numbers(live, "gradient W", 3), w @ (X @ c.T + c @ X.T),
                                   rtol=1e-4, atol=1e-5)
        steps, values = numbers(live, "curve").reshape(2, -1)
        np.testing.assert_allclose(values[-1], (c * c).sum() / 2, rtol=1e-5)
        left, right, low, high = numbers(live, "axes").ravel()
        assert left == 0 < steps[-1] < right
        assert low < values.min() < values.max() < high

    def test_a_class_is_named_at_the_median_of_its_points(self):
        X = np.random.default_rng(0).exponential(size=(150, 2))
        X[:, 1] += 99 * IRIS.labels
        np.testing.assert_allclose(
            panels.middles(X, IRIS, 250.0),
            [np.sort(X[IRIS.labels == k], axis=0)[25] for k in range(3)], atol=1e-6)

    def test_the_axes_hold_the_latent_points_and_the_one_that_is_moved(self):
        widget = LiveAutoencoder("iris")
        for by in (0.5, 4.0):
            widget.controls.across.value = by
            limit = numbers(widget, "limit").item()
            held = np.abs(np.vstack([numbers(widget, name, 2) for name in ("moved", "ring")]))
            assert (held < limit).all()
            assert (np.abs(numbers(widget, "latent", 2)) < limit).mean() > 0.99

    @pytest.mark.parametrize(("size", "columns"), [(3, ["AC", "B"]), (70, ["ABC"])])
    def test_many_small_variables_stand_in_two_columns_with_their_gradients(self, size, columns):
        chain = derive("½‖A B C − Y‖²", A="N×M", B="M×K", C="K×D", Y="N×D")
        live = Live(chain, [*"ABC"], Y=np.ones((size, 2)), M=2, K=2)
        _, *others = live.scene["layout"]
        assert [[names for _, names in rows] for _, rows in others] == [
            [[name, f"gradient {name}"] for name in column] for column in columns]
        assert sum(share for share, _ in others) == 1

    def test_of_a_large_matrix_each_cell_is_the_mean_of_a_block(self):
        x = np.arange(3 * 130.0).reshape(3, 130) / 100
        live = Live(AUTOENCODER, "x", W=np.eye(2, 3), S=130)
        shown = live_chain._means(x)
        np.testing.assert_allclose(shown[:, 0], x[:, :3].mean(axis=1))
        np.testing.assert_allclose(shown[:, -1], x[:, 129])
        panel = live.scene["panels"]["x"]
        assert panel["shape"] == [*shown.shape]
        assert panel["title"] == "x, means of 1×3"
        assert panel["signed"]

    def test_the_diamonds_are_the_eigenvalues_of_the_data_and_the_bars_the_models(self):
        widget, Y = LiveGPLVM("iris", alpha=0.7), IRIS.Y - IRIS.Y.mean(axis=0)
        panel, x, problem = (widget.scene["panels"]["bars"], widget.trainer.parameters,
                             widget.trainer.problem)
        assert panel["xlabel"] == "◇ YYᵀ, ▮ model's D·K"
        np.testing.assert_allclose(panel["marks"], np.linalg.eigvalsh(Y @ Y.T)[::-1][:4], rtol=1e-9)
        K = 0.7 * x @ x.T + np.eye(150) / problem.beta
        np.testing.assert_allclose(numbers(widget, "bars").ravel(),
                                   4 * np.linalg.eigvalsh(K)[::-1][:4], rtol=1e-4)

    def test_over_each_name_stand_an_object_of_that_class_and_what_is_made_of_it(self):
        widget = LiveAutoencoder("iris")
        panel, w = widget.scene["panels"]["samples"], widget.trainer.parameters
        assert panel["captions"] == ["chosen", *CLASSES]
        shown, made = numbers(widget, "data", 4), numbers(widget, "samples", 4)
        np.testing.assert_allclose(shown, IRIS.Y[[39, 0, 50, 100]], rtol=1e-5)
        mean = IRIS.Y.mean(axis=0)
        np.testing.assert_allclose(made, mean + (shown - mean) @ w.T @ w, rtol=1e-3)
        assert (panel["low"], panel["high"]) == (IRIS.Y.min(), IRIS.Y.max())
        assert "Data ●, rebuilt from 2 numbers —" in panel["title"]
        assert widget.scene["panels"]["weights"]["title"] == "W, components"
        np.testing.assert_allclose(numbers(widget, "weights", 4)[:2], w, rtol=1e-5)

    def test_of_digits_the_upper_row_is_the_data_and_the_lower_is_rebuilt(self):
        widget, digits = LiveAutoencoder("digits", m=3), data.load("digits")
        assert widget.title == "Training: Autoencoder"
        panel, shown = widget.scene["panels"]["samples"], numbers(widget, "samples", 64)
        assert panel["title"] == "Data, and below rebuilt from 3 numbers"
        first = [int(np.flatnonzero(digits.labels == k)[0]) for k in range(6)]
        np.testing.assert_array_equal(shown[:7], digits.Y[[39, *first]])
        assert (panel["count"], panel["columns"], panel["shape"]) == (14, 7, [8, 8])
        weights = widget.scene["panels"]["weights"]
        assert (weights["title"], weights["columns"], weights["count"]) == ("W, components", 3, 6)
        assert weights["signed"]
        assert weights["top"] >= np.linalg.norm(widget.trainer.problem.optimum.W, axis=0).max()
        titles = [panel["title"] for panel in widget.scene["panels"].values()]
        assert widget.about == "; ".join(titles) + "."
        assert not panel["signed"]
        np.testing.assert_allclose(numbers(widget, "weights", 64)[:3], widget.trainer.parameters,
                                   rtol=1e-5)

    def test_the_panels_of_a_nudge_are_the_matrix_and_below_it_its_slopes(self):
        widget = Nudge(AUTOENCODER, "W", W=W, x=X)
        found, c = widget.scene["panels"], W.T @ W @ X - X
        assert found["leaf"]["title"].startswith("W: ")
        assert found["slopes"]["title"] == "∂L/∂W"
        np.testing.assert_allclose(numbers(widget, "leaf", 3), W)
        np.testing.assert_allclose(numbers(widget, "slopes", 3), W @ (X @ c.T + c @ X.T), rtol=1e-5)
        widget.controls.entry.value = (0, 1)
        assert numbers(widget, "chosen", 1).item() == 1
        looks = {look["key"]: look for look in found["along"]["series"]}
        assert (looks["along"]["color"], looks["along"].get("dash")) == (BLUE, None)
        assert looks["line"]["dash"] == "--"
        assert looks["line"]["color"] == looks["here"]["color"]


class TestCost:
    def test_each_time_is_that_of_the_way_it_is_called_after(self, monkeypatch):
        called = []
        for name in ("textbook", "cholesky"):
            monkeypatch.setattr(timing, name, lambda *_, name=name: called.append(name))
        evaluate = GPLVMProblem.evaluate
        monkeypatch.setattr(GPLVMProblem, "evaluate", lambda self, at, *more: (
            called.append(np.shape(at)), evaluate(self, at, *more))[1])
        ways = timing.CostCurve([100])._ways(100)
        found = {}
        for name, way in ways.items():
            called.clear()
            way()
            found[name] = called[:1]
        assert found["inverse of K"] == ["textbook"]
        assert found["Cholesky of K"] == ["cholesky"]
        assert found["K never formed"] == [(100, 2)]
        assert found["reduced"] != found["K never formed"]

    def test_a_time_is_in_seconds_the_best_of_three_for_one_call(self, monkeypatch):
        class Timer:
            def __init__(self, way):
                pass

            def timeit(self, calls):
                return 0.004 * calls

            def repeat(self, times, calls):
                return [calls * second for second in (0.003, 0.002, 0.005)[:times]]

        monkeypatch.setattr(timing, "Timer", Timer)
        assert timing._best(lambda: None) == pytest.approx(0.002)

    def test_the_curves_have_their_own_names_looks_and_numbers_in_seconds(self, monkeypatch):
        times = iter([0.001 * k for k in range(1, 9)])
        monkeypatch.setattr(timing, "_best", lambda way: next(times))
        curve = timing.CostCurve([100, 50]).measure()
        panel = curve.scene["panels"]["curve"]
        assert panel["title"] == "Seconds for a value with its gradient"
        assert panel["xlabel"] == "N, the number of objects"
        assert panel["xlog"]
        assert panel["ylog"]
        assert all(look["key"] == look["label"] for look in panel["series"])
        assert len({look["color"] for look in panel["series"]}) == 4
        for look in panel["series"]:
            sizes, seconds = numbers(curve, look["key"]).reshape(2, -1)
            assert sizes.tolist() == [50, 100]
            np.testing.assert_allclose(seconds, [curve.seconds[look["key"]][N] for N in (50, 100)])
            milli = 1e3 * curve.seconds[look["key"]][100]
            assert f"{look['key']} at N = 100: {milli:.0f} ms." in curve.status
