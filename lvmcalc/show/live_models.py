"""The live widgets of the two models: their data, presets and panels."""

import tomllib
from abc import abstractmethod
from collections.abc import Mapping
from importlib import resources
from math import log
from types import SimpleNamespace
from typing import Any

import numpy as np

from lvmcalc import checks
from lvmcalc.models import AutoencoderProblem, GPLVMProblem, gplvm
from lvmcalc.show import panels, probe
from lvmcalc.show.live_base import Training
from lvmcalc.show.player_view import BETAS, among, stops
from lvmcalc.show.view import Control
from lvmcalc.training import Problem, data

LARGEST = 9  # latent dimension on offer
SHOWN = 6  # objects beside the chosen one, one of each class
TOLD = tomllib.loads((resources.files(__package__) / "live_models.toml").read_text("utf-8"))


def told(of: str) -> tuple[dict[str, dict[str, Any]], dict[str, str], str]:
    """Return a model's presets, what each lost part comes to, and what too fast a step does."""
    usual, presets = TOLD[of]["usual"], TOLD[of]["presets"]
    return ({name: usual | preset for name, preset in presets.items()}, TOLD[of]["expected"],
            TOLD[of]["too_fast"])


class LiveModel(Training):
    """What `LiveGPLVM` and `LiveAutoencoder` share: data, the chosen object, latent points.

    Attributes
    ----------
    controls : namespace of Control
        Besides those of `Training`: dataset, size, point (the object that is chosen), across and up
        (where its latent point is moved); for the GP-LVM also alpha, beta and learn (β).
    """

    size_name: str  # Q or m
    latent_name: str  # of the numbers that stand for an object
    probe_of: type[probe.Probe]

    def __init__(self, dataset: str, size: int, optimiser: str, learning_rate: float | None,
                 seed: int, speed: float, budget: int, key: str | None, **more: Control) -> None:
        self._data = data.load(dataset)
        self._probe, again = self.probe_of(self._data), "; training starts again"
        making = {
            "dataset": Control("choice", "data", dataset, data.FILES, f"The data{again}"),
            "size": Control("choice", self.size_name, size, sizes(self._data, size),
                            f"How many numbers stand for an object{again}"), **more}
        self._makes = SimpleNamespace(**making)
        for control in making.values():
            control.act = self._rebuild
        point = Control("number", "object", self._probe.point, min=0, step=1, max=self._probe.last,
                        tip="Which row of the data is chosen; a click on its dot does it too",
                        act=self._hand)
        tip = ("Move the object's latent point so many standard deviations, and see what is "
               "generated there; dragging it does the same")
        across, up = (Control("number", f"move {self.latent_name}{index}", 0.0, tip=tip, min=-9,
                              max=9, step=0.25, act=self._hand) for index in "₁₂")
        super().__init__(self.problem(), optimiser, learning_rate, seed, speed, budget, key,
                         **making, point=point, across=across, up=up)
        self._made = self._choice()
        self._hands = {"choose": lambda dot: setattr(point, "value", dot),
                       "move": lambda to: self.player.post(lambda: self._drag(to))}

    @abstractmethod
    def model(self, Y: np.ndarray, size: int) -> Problem:
        """Return the problem for centred data Y, of shape (N, D), and a latent dimension."""

    def problem(self) -> Problem:
        """Return the problem that the controls stand for."""
        dataset = data.load(self._makes.dataset.value)
        size = min(self._makes.size.value, dataset.Y.shape[1] - 1) if (
            dataset is not self._data) else self._makes.size.value
        return self.model(data.centred(dataset.Y), size)

    def details(self) -> str:
        """Return what else the problem was made of, in words."""
        return ""

    def read(self) -> str:
        return (f"{self._probe.describe(self.trainer)} Data: {self._probe.size}, centred"
                f"{self.details()}.")

    def numbers(self) -> Mapping[str, Any]:
        trainer, own = self.trainer, self._probe
        rows, place = self._rows, own.place(trainer)
        latent, made = own.latent(trainer)[:, :2], own.made(trainer, self._rows)
        shown = self._data.Y[[own.point, *rows]]
        self._limit = limit = panels.reach(self._limit, latent, latent[own.point], place[:2])
        found = {**self.curves(), "limit": [limit]}
        if latent.shape[1] == 1:
            height = self._heights
            latent, place = np.column_stack([latent, height]), [place[0], height[own.point]]
        else:
            found["names"] = panels.middles(latent, self._data, limit).ravel()
        found |= {"latent": latent.ravel(), "ring": latent[own.point], "moved": place[:2]}
        if panels.image_side(self._data):
            return found | {"samples": np.vstack([shown, made]).ravel()}
        return found | {"samples": made.ravel(), "data": shown.ravel()}

    def save_animation(self, path: str, frames: int = 60, steps: int = 1,
                       per_second: float = 12) -> None:
        """Save the run from step 0, with the present settings, as an animated GIF.

        Parameters
        ----------
        path : str
            Where to write the file; it ends in .gif.
        frames, steps : int
            How many pictures, and the steps of training between two of them.
        per_second : float
            Pictures a second.

        Raises
        ------
        TypeError, ValueError
            If a number is none of its kind, or the path does not end in .gif.
        """
        from lvmcalc.show.still import save_gif, still
        frames, steps = checks.whole(frames, "frames"), checks.whole(steps, "steps")
        pause = round(1000 / checks.scalar(per_second, "per_second", positive=True))
        if not str(path).endswith(".gif"):
            raise ValueError(f"An animation is saved as a .gif file, but the path is {path}.")
        shown, self.trainer, images = self.trainer, self.trainer.again(), []
        try:
            for _ in range(frames):
                images.append(still(self.scene, self.numbers(), self.about, "").image())
                self.trainer.step(steps)
        finally:
            self.trainer = shown
        save_gif(images, path, pause)

    def __repr__(self) -> str:
        return (f"{type(self).__name__}(dataset={self._data.name!r}, "
                f"{self.size_name}={self.controls.size.value}, "
                f"optimiser={self.trainer.optimiser!r}, seed={self.trainer.seed})")

    def _new_picture(self) -> None:
        labels = self._data.labels
        self._rows = np.unique(labels, return_index=True)[1][:SHOWN]
        self._heights, self._limit = panels.height_of_rows(self._data), 0.0
        self.controls.up.disabled = min(self.trainer.problem.shape) == 1
        super()._new_picture()

    # What follows runs on the main loop.

    def _drag(self, to: list[float]) -> None:
        latent, c = self._probe.latent(self.trainer), self.controls
        own, spread = latent[self._probe.point], latent.std(axis=0)
        for control, by in zip((c.across, c.up), (to[:len(own)] - own[:2]) / spread[:2],
                               strict=False):
            control._value = round(float(by), 3)
        self._hand()

    def _hand(self) -> None:
        c = self.controls
        if c.point.value != self._probe.point:
            c.across._value = c.up._value = 0.0
        c.point._value = min(max(int(c.point.value), 0), self._probe.last)
        self._probe.point, self._probe.move = c.point.value, (c.across.value, c.up.value)

    def _rebuild(self) -> None:
        c = self.controls
        if self._choice() == self._made:  # it was this widget that chose
            return
        try:
            problem = self.problem()
        except ValueError:
            for control, value in zip(vars(self._makes).values(), self._made, strict=True):
                control._value = value  # what is shown stays what is trained
            raise
        self._data = data.load(c.dataset.value)
        size = min(problem.shape)
        c.size.offer(sizes(self._data, size), size)
        self.trainer = type(self.trainer)(problem, c.optimiser.value, seed=c.seed.value)
        self._made, self._probe = self._choice(), self.probe_of(self._data)
        c.point.looks["max"] = self._probe.last
        self._hand()
        self._steer()
        self._new_ghost(self.trainer.again)
        self._news = f"Training starts again with {self._data.name}, {self.size_name} = {size}."
        self._new_picture()
        self.specify()

    def _choice(self) -> tuple:
        return tuple(control.value for control in vars(self._makes).values())


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

    size_name, latent_name, probe_of = "Q", "x", probe.GPLVMProbe
    presets, expected, too_fast = told("gplvm")

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

    def picture(self) -> dict[str, Any]:
        problem, (of_data, _) = self.trainer.problem, self._probe.spectrum(self.trainer)
        found = {"latent": panels.latent(self._data, problem.shape[1], "x"),
                 "curve": panels.value_curve(problem, 1.5),
                 "bars": panels.eigenvalues(of_data),
                 "samples": panels.samples(self._data, problem.shape[1], len(self._rows) + 1)}
        return panels.picture(found, [(1, [(1, ["latent"])]), (
            1.3, [(1.25, ["curve", "bars"]), (1, ["samples"])])]) | {"follow": "latent"}

    def numbers(self) -> Mapping[str, Any]:
        return {**super().numbers(), "bars": self._probe.spectrum(self.trainer)[1]}

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

    size_name, latent_name, probe_of = "m", "e", probe.AutoencoderProbe
    presets, expected, too_fast = told("autoencoder")

    def __init__(self, dataset: str = "digits", m: int = 2, optimiser: str = "nesterov",
                 learning_rate: float | None = None, seed: int = 0, speed: float = 30,
                 budget: int = 20_000, key: str | None = None) -> None:
        super().__init__(dataset, m, optimiser, learning_rate, seed, speed, budget, key)

    def model(self, Y: np.ndarray, size: int) -> Problem:
        return AutoencoderProblem(Y.T, size)

    def picture(self) -> dict[str, Any]:
        problem = self.trainer.problem
        found = {"latent": panels.latent(self._data, problem.shape[0], "e"),
                 "weights": panels.weights(problem, self._data),
                 "curve": panels.value_curve(problem, 1.2),
                 "samples": panels.samples(self._data, problem.shape[0], len(self._rows) + 1)}
        return panels.picture(found, [(1, [(1, ["latent"])]), (
            1.3, [(1.25, ["curve", "weights"]), (1, ["samples"])])]) | {"follow": "latent"}

    def numbers(self) -> Mapping[str, Any]:
        W, best = self.trainer.parameters, self.trainer.problem.optimum.W
        # the orthogonal R that makes ‖W − R best‖ smallest is left·right
        left, _, right = np.linalg.svd(W @ best.T)
        return {**super().numbers(), "weights": np.ravel([W, left @ right @ best])}


def sizes(dataset: data.Dataset, size: int) -> list[int]:
    """Return the latent dimensions on offer for a data set, and the given one."""
    return among(range(1, min(LARGEST, dataset.Y.shape[1] - 1) + 1), size)
