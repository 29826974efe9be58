"""The base of the two models' live widgets: their data, a chosen object, latent points."""

from abc import abstractmethod
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from lvmcalc.show import panels, style
from lvmcalc.show.live_base import Training
from lvmcalc.show.player_view import among
from lvmcalc.show.view import Control
from lvmcalc.training import Problem, data

_LARGEST = 9  # latent dimension on offer
_SHOWN = 6  # objects beside the chosen one, one of each class
_POINT = 39  # the object that is chosen at first; of the digits, one that two numbers rebuild well


class LiveModel(Training):
    """The base of `LiveGPLVM` and `LiveAutoencoder`: data, the chosen object, latent points.

    Attributes
    ----------
    controls : namespace of Control
        Besides those of `Training`: dataset, size, point (the object that is chosen), across and up
        (where its latent point is moved); for the GP-LVM also alpha, beta and learn (β).
    point : int
        The row of the object that is chosen.
    move : pair of float
        How far its first two latent coordinates are moved, in standard deviations of those of all
        objects.
    """

    size_name: str  # Q or m
    latent_name: str  # of the numbers that stand for an object

    def __init__(self, dataset: str, size: int, optimiser: str, learning_rate: float | None,
                 seed: int, speed: float, budget: int, key: str | None, **more: Control) -> None:
        self._load(dataset)
        again = "; training starts again"
        making = {
            "dataset": Control("choice", "data", dataset, data.FILES, f"The data{again}"),
            "size": Control("choice", self.size_name, size, _sizes(self._data, size),
                            f"How many numbers stand for an object{again}"), **more}
        self._makes = SimpleNamespace(**making)
        for control in making.values():
            control.act = self._rebuild
        point = Control("number", "object", self.point, min=0, step=1, max=len(self._Y) - 1,
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

    @abstractmethod
    def of_training(self) -> dict[str, Any]:
        """Return the panels of how the training goes, "curve" and another, by name."""

    def picture(self) -> dict[str, Any]:
        size, upper = min(self.trainer.problem.shape), self.of_training()
        found = {"latent": panels.latent_panel(self._data, size, self.latent_name), **upper,
                 "samples": panels.samples_panel(self._data, size, len(self._rows) + 1)}
        rows = [(1.25, sorted(upper, key="curve".__ne__)), (1, ["samples"])]
        return panels.picture(found, [(1, [(1, ["latent"])]), (1.3, rows)]) | {"follow": "latent"}

    @abstractmethod
    def latent(self) -> np.ndarray:
        """Return the latent points or codes of all objects, shape (N, Q)."""

    @abstractmethod
    def generated(self, latent: np.ndarray) -> np.ndarray:
        """Return the centred data, shape (any, D), that the model generates at latent points."""

    def place(self) -> np.ndarray:
        """Return where the latent point of the object stands, moved as it is, shape (Q,)."""
        latent = self.latent()
        place, move = latent[self.point].copy(), self.move[:latent.shape[1]]
        place[:len(move)] += move * latent.std(axis=0)[:len(move)]
        return place

    def made(self, rows: np.ndarray) -> np.ndarray:
        """Return, uncentred, what the model makes of the moved object and of those in `rows`."""
        latent = np.vstack([self.place(), self.latent()[rows]])
        return self._data.Y.mean(axis=0) + self.generated(latent)

    def describe(self) -> str:
        """Return what is made of the object, in a sentence."""
        data, (made,) = self._data, self.made(np.arange(0))
        # an object in the middle of the others has no distance from the mean
        distance = max(np.linalg.norm(self._Y[self.point]), np.finfo(float).tiny)
        percent = 100 * np.linalg.norm(made - data.Y[self.point]) / distance
        moves = self.move[:min(self.trainer.problem.shape)]  # a line has no second coordinate
        move = " and ".join(style.numeral(by, "+.4g") for by in moves)
        made_of_it = (f"moved by {move} standard deviations; what is generated there differs from "
                      "it by" if any(moves) else "rebuilt with an error of")
        return (f"Chosen: object {self.point}, class {data.label_names[data.labels[self.point]]}, "
                f"{made_of_it} {percent:,.0f} % of its distance from the mean.")

    def details(self) -> str:
        """Return what else the problem was made of, in words."""
        return ""

    def read(self) -> str:
        size = "×".join(map(str, self._Y.shape))
        return f"{self.describe()} Data: {size}, centred{self.details()}."

    def numbers(self) -> Mapping[str, Any]:
        point, place = self.point, self.place()
        latent, made = self.latent()[:, :2], self.made(self._rows)
        shown = self._data.Y[[point, *self._rows]]
        self._limit = limit = panels.reach(self._limit, latent, latent[point], place[:2])
        found = {**self.curves(), "limit": [limit]}
        if latent.shape[1] == 1:
            height = self._heights
            latent, place = np.column_stack([latent, height]), [place[0], height[point]]
        else:
            found["names"] = panels.middles(latent, self._data, limit).ravel()
        found |= {"latent": latent.ravel(), "ring": latent[point], "moved": place[:2]}
        if panels.image_side(self._data):
            return found | {"samples": np.vstack([shown, made]).ravel()}
        return found | {"samples": made.ravel(), "data": shown.ravel()}

    def __repr__(self) -> str:
        return (f"{type(self).__name__}(dataset={self._data.name!r}, "
                f"{self.size_name}={self.controls.size.value}, "
                f"optimiser={self.trainer.optimiser!r}, seed={self.trainer.seed})")

    def _load(self, dataset: str) -> None:
        self._data = data.load(dataset)
        self._Y, self.point, self.move = data.centred(self._data.Y), _POINT, (0.0, 0.0)

    def _new_picture(self) -> None:
        labels = self._data.labels
        self._rows = np.unique(labels, return_index=True)[1][:_SHOWN]
        self._heights, self._limit = panels.height_of_rows(self._data), 0.0
        self.controls.up.disabled = min(self.trainer.problem.shape) == 1
        super()._new_picture()

    # What follows runs on the main loop.

    def _drag(self, to: list[float]) -> None:
        latent, c = self.latent(), self.controls
        own, spread = latent[self.point], latent.std(axis=0)
        for control, by in zip((c.across, c.up), (to[:len(own)] - own[:2]) / spread[:2],
                               strict=False):
            control._value = round(float(by), 3)
        self._hand()

    def _hand(self) -> None:
        c = self.controls
        if c.point.value != self.point:
            c.across._value = c.up._value = 0.0
        c.point._value = min(max(int(c.point.value), 0), len(self._Y) - 1)
        self.point, self.move = c.point.value, (c.across.value, c.up.value)

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
        self._load(c.dataset.value)
        size = min(problem.shape)
        c.size.offer(_sizes(self._data, size), size)
        self.trainer = type(self.trainer)(problem, c.optimiser.value, seed=c.seed.value)
        self._made, c.point.looks["max"] = self._choice(), len(self._Y) - 1
        self._hand()
        self._steer()
        self._new_ghost(self.trainer.again)
        self._news = f"Training starts again with {self._data.name}, {self.size_name} = {size}."
        self._new_picture()
        self.specify()

    def _choice(self) -> tuple:
        return tuple(control.value for control in vars(self._makes).values())


def _sizes(dataset: data.Dataset, size: int) -> list[int]:
    """Return the latent dimensions on offer for a data set, and the given one."""
    return among(range(1, min(_LARGEST, dataset.Y.shape[1] - 1) + 1), size)
