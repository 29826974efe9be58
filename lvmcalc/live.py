"""Training that one can watch and steer: a trainer with its picture, its words and its controls."""

from collections.abc import Iterable
from html import escape
from math import isclose
from types import SimpleNamespace
from typing import Any

import ipywidgets as widgets

from lvmcalc import checks, data, gplvm, loop, pictures
from lvmcalc.training import OPTIMISERS, AutoencoderProblem, GPLVMProblem, Problem, Trainer

ARRIVED = 1e-10  # the relative gap to the exact optimum at which a run ends
LARGEST = 9  # latent dimension on offer
RATES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1, 1.1, 1.3, 1.6, 2, 3)
BETAS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
SPEEDS = (2, 5, 10, 20, 50, 100, loop.FLAT_OUT)
CSS = f"""<style>
.lvmcalc-live {{ --jp-widgets-font-size: 15px; --jp-widgets-inline-height: 32px; max-width: {pictures.WIDTH}px; }}
.lvmcalc-live img {{ height: auto; border-radius: 6px; }}
.lvmcalc-live [role=status] {{ font-size: 14pt; line-height: 1.35; min-height: 4.05em; }}
.lvmcalc-live .widget-html-content {{ line-height: 1.35; }}
</style>"""


class LiveWidget(widgets.VBox):
    """What `LiveGPLVM` and `LiveAutoencoder` share; where nobody watches, use `trainer`, and `refresh`.

    Attributes
    ----------
    trainer : Trainer
    status : str
        The words under the picture.
    player : loop.Player
        With `play()`, `pause()`, `step(k)` and `close()`, as the buttons have them.
    controls : namespace of widgets
        play, step, reset, dataset, size, optimiser, rate, seed, speed; for the GP-LVM also alpha and beta.
    """

    size_name: str  # Q or m
    picture_of: type[pictures.Picture]
    player: loop.Player | None = None

    def __init__(self, dataset: str, size: int, optimiser: str, learning_rate: float | None, seed: int,
                 speed: float, budget: int, key: str | None, **more: widgets.Widget) -> None:
        speed, budget = checks.scalar(speed, "speed", positive=True), checks.whole(budget, "budget")
        self._data, self.status, self._news = data.load(dataset), "", ""
        self.controls = SimpleNamespace(**more)
        self.trainer = Trainer(self.problem(data.centred(self._data.Y), size), optimiser, learning_rate, seed)
        vars(self.controls).update(
            play=button("Play", "play", "Train, and watch it"),
            step=button("Step", "step-forward", "Pause, and take one step"),
            reset=button("Reset", "undo", "Go back to step 0, with the same seed"),
            dataset=dropdown("data", data.FILES, dataset, 150, "The data; training starts again"),
            size=dropdown(self.size_name, self._sizes(size), size, 90,
                          "How many numbers stand for an object; training starts again"),
            optimiser=dropdown("optimiser", OPTIMISERS, optimiser, 190, "What makes a step of a gradient"),
            rate=slider("learning rate", RATES, self.trainer.learning_rate / self._unit(), 430,
                        "The learning rate, in multiples of the stability limit"),
            seed=widgets.BoundedIntText(self.trainer.seed, min=0, max=2**31 - 1, description="seed", style=PLAIN,
                                        layout={"width": "120px"}, tooltip="The same seed, the same run"),
            speed=dropdown("speed", [("as fast as it goes" if s == loop.FLAT_OUT else f"{s:g} steps/s", s)
                                     for s in among(SPEEDS, speed)], speed, 200, "How fast to play"))
        self._chosen = self._choice()
        self._draw_anew()
        self._image = widgets.Image(format="png", width=pictures.WIDTH, height=pictures.HEIGHT,
                                    tooltip=self.picture_of.about, layout={"max_width": "100%"})
        self._words, self._rate_words, self._about = widgets.HTML(), widgets.HTML(), widgets.HTML()
        c = self.controls
        rows = ((c.play, c.step, c.reset, c.dataset, c.size, c.optimiser), (c.rate, self._rate_words),
                (*more.values(), c.seed, c.speed))
        super().__init__([*(widgets.HBox(row, layout={"flex_flow": "row wrap"}) for row in rows),
                          self._image, self._words, self._about])
        self.add_class("lvmcalc-live")
        self.player = loop.Player(self._advance, self._show, self._say, key, budget, speed)
        self._listen(more.values())
        self.refresh()

    def problem(self, Y: Any, size: int) -> Problem:
        """Return what is trained on the centred data Y, of shape (N, D), with so many latent dimensions."""
        raise NotImplementedError

    def details(self) -> str:
        """Return what else the problem was made of, for the line under the picture."""
        return ""

    def refresh(self) -> None:
        """Show the trainer as it is now."""
        self._show()
        self._say()

    def close(self) -> None:
        if self.player is not None:
            self.player.close()
        super().close()

    def __repr__(self) -> str:
        return (f"{type(self).__name__}(dataset={self._data.name!r}, {self.size_name}={self.controls.size.value}, "
                f"optimiser={self.trainer.optimiser!r}, seed={self.trainer.seed})")

    def _listen(self, more: Iterable[widgets.Widget]) -> None:
        c, post = self.controls, self.player.post  # callbacks may run in another thread, so they only post
        c.play.on_click(lambda _: self.player.pause() if self.player.playing else self.player.play())
        c.step.on_click(lambda _: self.player.step())
        c.reset.on_click(lambda _: post(self._reset))
        actions = {c.optimiser: self._steer, c.rate: self._steer, c.seed: self._reset, c.speed: self._pace,
                   c.dataset: self._rebuild, c.size: self._rebuild, **dict.fromkeys(more, self._rebuild)}
        for control, action in actions.items():
            control.observe(lambda _, action=action: post(action), "value")

    # What follows runs on the main loop.

    def _advance(self) -> str:
        self.trainer.step()
        if self.trainer.status == "diverged":
            return "The run has stopped."
        limit = self.trainer.stability_limit
        if self.trainer.gap < ARRIVED and (limit is None or self.trainer.learning_rate <= limit):
            return f"Finished: to ten digits this is the best possible {self.trainer.problem.name_of_value}."
        return ""

    def _reset(self) -> None:
        self.trainer.reset(self.controls.seed.value)
        self._news = ""
        self._draw_anew()

    def _pace(self) -> None:
        self.player.rate = self.controls.speed.value

    def _steer(self) -> None:
        if self.trainer.optimiser != self.controls.optimiser.value:
            self.trainer.optimiser = self.controls.optimiser.value
        self.trainer.learning_rate = self.controls.rate.value * self._unit()

    def _rebuild(self) -> None:
        if self._choice() == self._chosen:  # for example by the new options below
            return
        c = self.controls
        self._data = data.load(c.dataset.value)
        size = min(c.size.value, self._sizes(1)[-1])
        self.trainer = Trainer(self.problem(data.centred(self._data.Y), size), c.optimiser.value, seed=c.seed.value)
        self._chosen = (self._chosen[0], size)
        ...
