"""The live widgets of the two models: their data, presets and panels."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from math import log
from typing import Any

import numpy as np

from lvmcalc import checks
from lvmcalc.models import AutoencoderProblem, GPLVMProblem, gplvm
from lvmcalc.show import panels
from lvmcalc.show.live_latent import LiveModel
from lvmcalc.show.player_view import BETAS, stops
from lvmcalc.show.view import Control
from lvmcalc.training import Problem, data

_TOLD = tomllib.loads((resources.files(__package__) / "live_models.toml").read_text("utf-8"))


def _told(of: str) -> tuple[dict[str, dict[str, Any]], dict[str, str], str]:
    """Return a model's presets, what each lost part comes to, and what too fast a step does."""
    usual, presets = _TOLD[of]["usual"], _TOLD[of]["presets"]
    return ({name: usual | preset for name, preset in presets.items()}, _TOLD[of]["expected"],
            _TOLD[of]["too_fast"])


class LiveGPLVM(LiveModel):
    """The GP-LVM in training: latent space, gap to the optimum, eigenvalues, reconstructions.

    Parameters
    ----------
    dataset : str
        A name that `data.load` knows; the widget centres the data.
    Q : int
        The latent dimension.
    optimiser : str
        One of `training.OPTIMISERS`.
    learning_rate : float, optional
        Positive; without it, the optimiser's own default for the problem.
    alpha, beta : float
        The kernel's scale and the precision of the noise, both positive; without beta, the best
        there is.
    seed : int
    speed : float
        Steps per second at most; the first steps are slower.
    budget : int
        The steps that one press on Play may take.
    key : str, optional
        A widget stops what plays under the same key; without a key, what an earlier run of its cell
        made.

    Raises
    ------
    TypeError, ValueError
        If a name, a shape or a number is wrong; the sentence names the quantity.
    """

    size_name, latent_name = "Q", "x"
    presets, expected, too_fast = _told("gplvm")

    def __init__(self, dataset: str = "digits", Q: int = 2, optimiser: str = "nesterov",
                 learning_rate: float | None = None, alpha: float = 1.0, beta: float | None = None,
                 seed: int = 0, speed: float = 30, budget: int = 20_000,
                 key: str | None = None) -> None:
        best = gplvm.best_beta(data.centred(data.load(dataset).Y), Q)
        times = 1.0 if beta is None else checks.scalar(beta, "beta", positive=True) / best
        super().__init__(
            dataset, Q, optimiser, learning_rate, seed, speed, budget, key,
            alpha=Control("number", "α", checks.scalar(alpha, "alpha", positive=True), min=0,
                          step="any", tip="The kernel's scale; training starts again"),
            beta=stops("β", BETAS, times, "The precision of the noise, in multiples of the best; "
                       "training starts again"),
            learn=Control("check", "learn β", False, tip="Train β along with X, from this value "
                          "on; training starts again"))

    def model(self, Y: np.ndarray, size: int) -> Problem:
        c = self._makes
        learn = ("beta",) if c.learn.value else ()
        return GPLVMProblem(Y, size, c.alpha.value, c.beta.value * gplvm.best_beta(Y, size), learn)

    def of_training(self) -> dict[str, Any]:
        return {"curve": panels.value_curve_panel(self.trainer.problem, 1.5),
                "bars": panels.eigenvalues_panel(self.spectrum()[0])}

    def numbers(self) -> Mapping[str, Any]:
        return {**super().numbers(), "bars": self.spectrum()[1]}

    def latent(self) -> np.ndarray:
        return self.trainer.parameters

    def generated(self, latent: np.ndarray) -> np.ndarray:
        X, ab = self.trainer.parameters, self.trainer.problem.alpha * self.trainer.problem.beta
        M = np.eye(X.shape[1]) + ab * (X.T @ X)
        return ab * (latent @ np.linalg.solve(M, X.T @ self._Y))  # αxXᵀK⁻¹Y, without noise

    def spectrum(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the largest eigenvalues of YYᵀ and of the model's DK."""
        return panels.spectrum(self.trainer, _eigenvalues_of(self._data.name))

    def describe(self) -> str:
        of_data, of_model = (values[:self.trainer.problem.shape[1]] for values in self.spectrum())
        there = of_data > 1e-12 * of_data[0]
        ratios = 100 * of_model[there] / of_data[there]
        if len(ratios) > 2:
            words = f"{ratios.min():,.0f} % to {ratios.max():,.0f} %"
        else:
            words = " and ".join(f"{ratio:,.0f} %" for ratio in ratios)
        first = f"the first {len(ratios)}" if len(ratios) > 1 else "the first"
        return f"{super().describe()} Eigenvalues of the model's D·K: {words} of {first} of YYᵀ."

    def details(self) -> str:
        return f", α = {self.trainer.problem.alpha:.4g}, β = {self.trainer.problem.beta:.4g}"

    def _tell(self) -> None:
        beta, problem = self.controls.beta, self.trainer.problem
        now = problem.beta / gplvm.best_beta(problem.Y, problem.shape[1]) if (
            problem.learn) else beta.value
        beta.told = f"{now:.3g} × the best"
        beta.shown = min((stop for _, stop in beta.options), key=lambda stop: abs(log(stop / now)))
        super()._tell()


class LiveAutoencoder(LiveModel):
    """The linear autoencoder in training: codes, weights, gap to the optimum, reconstructions.

    Parameters
    ----------
    m : int
        The size of the code.

    The other parameters, and the errors, are those of `LiveGPLVM`.
    """

    size_name, latent_name = "m", "e"
    presets, expected, too_fast = _told("autoencoder")

    def __init__(self, dataset: str = "digits", m: int = 2, optimiser: str = "nesterov",
                 learning_rate: float | None = None, seed: int = 0, speed: float = 30,
                 budget: int = 20_000, key: str | None = None) -> None:
        super().__init__(dataset, m, optimiser, learning_rate, seed, speed, budget, key)

    def model(self, Y: np.ndarray, size: int) -> Problem:
        return AutoencoderProblem(Y.T, size)

    def latent(self) -> np.ndarray:
        return self._Y @ self.trainer.parameters.T

    def generated(self, latent: np.ndarray) -> np.ndarray:
        return latent @ self.trainer.parameters

    def of_training(self) -> dict[str, Any]:
        return {"weights": panels.weights_panel(self.trainer.problem, self._data),
                "curve": panels.value_curve_panel(self.trainer.problem, 1.2)}

    def numbers(self) -> Mapping[str, Any]:
        W, best = self.trainer.parameters, self.trainer.problem.optimum.W
        # the orthogonal R that makes ‖W − R best‖ smallest is left·right
        left, _, right = np.linalg.svd(W @ best.T)
        return {**super().numbers(), "weights": np.ravel([W, left @ right @ best])}


@cache
def _eigenvalues_of(dataset: str) -> np.ndarray:
    """Return the eigenvalues of YYᵀ of a data set, the largest first."""
    return np.linalg.svd(data.centred(data.load(dataset).Y), compute_uv=False) ** 2
