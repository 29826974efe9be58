"""Watch the training of a GP-LVM with so many objects that only their density can be drawn."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lvmcalc.models import GPLVMProblem
from lvmcalc.show import panels
from lvmcalc.show.live_base import Training

BINS = 96  # cells of the density in each direction
_SPREAD = 3.2  # standard deviations that the axes show


class Cloud(Training):
    """The latent points of a GP-LVM in training, drawn as a density, with the gap and eigenvalues.

    Parameters
    ----------
    problem : GPLVMProblem
        With at least two latent dimensions; the first two are drawn.
    optimiser, learning_rate, seed, speed, budget, key
        As for `LiveGPLVM`.

    Raises
    ------
    TypeError, ValueError
        If the problem is none, has one latent dimension, or a name or number is wrong; the sentence
        names it.
    """

    def __init__(self, problem: GPLVMProblem, optimiser: str = "nesterov",
                 learning_rate: float | None = None, seed: int = 0, speed: float = 10,
                 budget: int = 20_000, key: str | None = None) -> None:
        if not isinstance(problem, GPLVMProblem):
            raise TypeError(f"The problem must be a GPLVMProblem, not {type(problem).__name__}.")
        if problem.shape[1] < 2:
            raise ValueError("A density needs two latent dimensions, but the problem has Q = 1.")
        self._limit = 0.0
        super().__init__(problem, optimiser, learning_rate, seed, speed, budget, key)

    def picture(self) -> dict[str, Any]:
        problem = self.trainer.problem
        return panels.picture({
            "density": {"kind": "cells", "title": f"{problem.shape[0]:,} latent points, "
                        "x₁ across, x₂ up", "shape": [BINS, BINS], "count": 1, "columns": 1,
                        "top": 1, "signed": False, "most": 400},
            "curve": panels.value_curve_panel(problem),
             "bars": panels.eigenvalues_panel(self.spectrum()[0])},
            [(1, [(1, ["density"])]), (1, [(1, ["curve"]), (1, ["bars"])])])

    def numbers(self) -> Mapping[str, Any]:
        X = np.asarray(self.trainer.parameters)[:, :2].astype(np.float32)
        return {**self.curves(), "density": self._density(X).ravel(),
                "bars": self.spectrum()[1]}

    def read(self) -> str:
        problem = self.trainer.problem
        gigabytes = 8e-9 * problem.shape[0] ** 2
        memory = (f"{gigabytes:,.3g} gigabytes" if gigabytes < 1000
                  else f"{gigabytes / 1000:,.3g} terabytes")
        return (f"Data: {problem.shape[0]:,}×{problem.D}, α = {problem.alpha:.4g}, "
                f"β = {problem.beta:.4g}. K would need {memory}.")

    def __repr__(self) -> str:
        return f"Cloud of {self.trainer.problem.shape[0]:,} points: {self.status}"

    def spectrum(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the largest eigenvalues of YYᵀ and of the model's DK."""
        return panels.spectrum(self.trainer, np.linalg.eigvalsh(self.trainer.problem.gram)[::-1])

    def _density(self, X: np.ndarray) -> np.ndarray:
        """Return the square root of how many points lie in each cell, as a part of the most.

        The axes follow the points with room to spare, so that they stand still most of the time.
        """
        need = _SPREAD * float(X.std())
        if not 0.6 * self._limit < need < self._limit:
            self._limit = 1.2 * need
        # what lies outside is counted in a border, which is left out
        places = np.clip((X + self._limit) * (BINS / 2 / self._limit), -1, BINS) + 1
        across, up = places.T.astype(np.int32)
        side = BINS + 2
        counts = np.bincount(side * up + across, minlength=side**2).reshape(side, side)
        counts = counts[-2:0:-1, 1:-1]
        return np.sqrt(counts / max(1, counts.max()))
