"""Any chain is trained live: its curve, its parameters and their gradients."""

import numpy as np
import pytest
from live_widgets import numbers

from lvmcalc.chain import derive
from lvmcalc.models import autoencoder, gplvm
from lvmcalc.show.live_chain import Live


def ridge():
    """Least squares with a penalty s‖w‖²."""
    return derive("L = tr((A w - y)ᵀ (A w - y)) + s tr(wᵀ w)", name="ridge", A="p×k", w="k×1",
                  y="p×1", s="positive")


class TestAnyChain:
    A = np.random.default_rng(5).normal(size=(7, 3))
    y = A @ [[1.0], [-2.0], [0.5]]

    def test_it_is_trained_with_its_curve_its_parameters_and_their_gradient(self):
        live = Live(ridge(), "w", A=self.A, y=self.y, s=0.25)
        live.player.step(300)
        best = np.linalg.solve(self.A.T @ self.A + 0.25 * np.eye(3), self.A.T @ self.y)
        np.testing.assert_allclose(numbers(live, "w"), best, atol=1e-3)
        np.testing.assert_allclose(numbers(live, "gradient w"), live.trainer.gradient, rtol=1e-5)
        assert numbers(live, "curve").reshape(2, -1)[1, -1] == pytest.approx(live.trainer.value)
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
        np.testing.assert_allclose(numbers(live, "own", 3), w @ w.T, rtol=1e-5)
        assert live.still().png(1).startswith(b"\x89PNG")

    def test_several_variables_and_scalars_are_shown_each_with_its_gradient(self):
        Y = np.random.default_rng(7).normal(size=(6, 4))
        live = Live(gplvm.chain(), ("X", "beta"), maximise=True, Y=Y, alpha=1.0, Q=2, D=4)
        live.player.step(3)
        assert {"X", "gradient X", "beta", "gradient beta", "curve", "axes"} == {*live.frame}
        assert numbers(live, "beta").item() == pytest.approx(live.trainer.parameters["beta"])

    def test_what_is_missing_is_named_in_one_sentence(self):
        with pytest.raises(TypeError, match="needs a value of each leaf that is not trained"):
            Live(ridge(), "w", A=self.A)
