"""The live widgets of the two models, each with its controls, presets and panels."""

from typing import Any, ClassVar

import ipywidgets as widgets

from lvmcalc import checks
from lvmcalc.models import AutoencoderProblem, GPLVMProblem, gplvm
from lvmcalc.show import panels, probe
from lvmcalc.show.controls import BETAS, slider, wide
from lvmcalc.show.live import LiveWidget
from lvmcalc.training import Problem, data

# what presets start from
USUAL = {"dataset": "digits", "size": 2, "optimiser": "gradient", "rate": 0.9, "seed": 0}
KERNEL = {"alpha": 1, "beta": 1, "learn": False}


class LiveGPLVM(LiveWidget):
    """The GP-LVM in training: latent space, log-likelihood, and reconstructions.

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
        Steps per second.
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

    size_name, latent_name, picture_of, probe_of = "Q", "x", panels.GPLVMPicture, probe.GPLVMProbe
    presets: ClassVar = {
        "too fast": USUAL | KERNEL | {"gradient": "whole gradient", "rate": 2},
        "one path lost": USUAL | KERNEL | {"gradient": "only path f"},
        # where L₁ counts
        "only L₂": USUAL | KERNEL | {"gradient": "only L₂", "optimiser": "nesterov", "beta": 0.01},
        "β learned": USUAL | KERNEL | {"gradient": "whole gradient", "optimiser": "nesterov",
                                       "beta": 0.05, "learn": True}}

    def __init__(self, dataset: str = "digits", Q: int = 2, optimiser: str = "nesterov",
                 learning_rate: float | None = None, alpha: float = 1.0, beta: float | None = None,
                 seed: int = 0, speed: float = 10, budget: int = 20_000,
                 key: str | None = None) -> None:
        best = gplvm.best_beta(data.centred(data.load(dataset).Y), Q)
        times = 1.0 if beta is None else checks.scalar(beta, "beta", positive=True) / best
        super().__init__(
            dataset, Q, optimiser, learning_rate, seed, speed, budget, key,
            alpha=widgets.FloatText(checks.scalar(alpha, "alpha", positive=True), description="α",
                                    layout=wide(90),
                                    tooltip="The kernel's scale; training starts again"),
            beta=slider("β", BETAS, times, 180, "The precision of the noise, in multiples of the "
                        "best; training starts again").add_class("lvmcalc-best"),
            learn=widgets.Checkbox(False, description="learn β", indent=False, layout=wide(105),
                                   tooltip="Train β along with X, from this value on; training "
                                           "starts again"))

    def problem(self, Y: Any, size: int) -> Problem:
        c = self.controls
        learn = ("beta",) if c.learn.value else ()
        return GPLVMProblem(Y, size, c.alpha.value, c.beta.value * gplvm.best_beta(Y, size), learn)

    def details(self) -> str:
        return f", α = {self.trainer.problem.alpha:.4g}, β = {self.trainer.problem.beta:.4g}"

    def more_in_words(self) -> str:
        return ('<div aria-live="polite" style="width: 128px"><span class="lvmcalc-unseen">β'
                f'</span> <b>{self.controls.beta.value:.3g} ×</b> best</div>')


class LiveAutoencoder(LiveWidget):
    """The linear autoencoder in training: weights, loss, and reconstructions.

    Parameters
    ----------
    m : int
        The size of the code.

    The other parameters, and the errors, are those of `LiveGPLVM`.
    """

    size_name, latent_name = "m", "e"
    picture_of, probe_of = panels.AutoencoderPicture, probe.AutoencoderProbe
    presets: ClassVar = {
        "too fast": USUAL | {"gradient": "both paths", "rate": 3},
        "one path lost": USUAL | {"gradient": "only path h (encoder)"}}

    def __init__(self, dataset: str = "digits", m: int = 2, optimiser: str = "nesterov",
                 learning_rate: float | None = None, seed: int = 0, speed: float = 10,
                 budget: int = 20_000, key: str | None = None) -> None:
        super().__init__(dataset, m, optimiser, learning_rate, seed, speed, budget, key)

    def problem(self, Y: Any, size: int) -> Problem:
        return AutoencoderProblem(Y.T, size)
