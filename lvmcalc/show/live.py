"""A widget to watch and steer training: a trainer with picture, words and controls."""

from abc import abstractmethod
from collections.abc import Callable
from html import escape
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import ipywidgets as widgets
from PIL import Image  # which Matplotlib needs too

from lvmcalc import checks
from lvmcalc.show import controls, panels, probe
from lvmcalc.show.controls import among, dropdown, number
from lvmcalc.show.player import FLAT_OUT
from lvmcalc.training import OPTIMISERS, Problem, Trainer, data

ARRIVED = 1e-10  # the relative gap to the exact optimum at which a run ends
LARGEST = 9  # latent dimension on offer
NO_PRESET = "—"
SPEEDS = (2, 5, 10, 20, 50, 100, FLAT_OUT)


class LiveWidget(controls.PlayerBox):
    """What `LiveGPLVM` and `LiveAutoencoder` share.

    A script uses `trainer` and then `refresh`.

    Attributes
    ----------
    trainer : Trainer
    status : str
        The words under the picture.
    readout : str
        The words under the status: what the model makes of the object that is chosen.
    player : Player
        With `play()`, `pause()`, `step(k)` and `close()`, as the buttons have them.
    controls : namespace of widgets
        play, step, reset, dataset, size, optimiser, rate, gradient (what the steps go along, the
        whole of it or a part), preset (a choice of all of these), seed, speed, point (the object
        that is chosen), across and up (where its latent point is moved), present (to a room); for
        the GP-LVM also alpha, beta and learn (β).
    """

    play_tip, reset_tip = "Train, and watch it", "Go back to step 0, with the same seed"
    size_name: str  # Q or m
    latent_name: str  # of the numbers that stand for an object
    picture_of: type[panels.Picture]
    probe_of: type[probe.Probe]
    presets: dict[str, dict[str, Any]]  # by name, the values of controls

    def __init__(self, dataset: str, size: int, optimiser: str, learning_rate: float | None,
                 seed: int, speed: float, budget: int, key: str | None,
                 **more: widgets.Widget) -> None:
        speed, budget = checks.scalar(speed, "speed", positive=True), checks.whole(budget, "budget")
        self._data, self.readout, self._news = data.load(dataset), "", ""
        self.controls = c = SimpleNamespace(**more)
        self.trainer = trainer = Trainer(self.problem(data.centred(self._data.Y), size), optimiser,
                                         learning_rate, seed)
        self._probe = self.probe_of(self._data)
        c.preset = dropdown("preset", (NO_PRESET, *self.presets), NO_PRESET, 215,
                            "Data, size, optimiser, rate, gradient and seed in one choice; "
                            "training starts again")
        speeds = [("unlimited" if stop >= FLAT_OUT else f"{stop:g} steps/s", stop)
                  for stop in among(SPEEDS, speed)]
        c.speed = dropdown("speed", speeds, speed, 195, "How fast to play")
        c.rate = controls.slider("learning rate", controls.RATES,
                                 trainer.learning_rate / self._unit(), 400,
                                 "The learning rate, in multiples of the stability limit")
        c.dataset = dropdown("data", data.FILES, dataset, 130, "The data; training starts again")
        c.size = dropdown(self.size_name, sizes(self._data, size), size, 75,
                          "How many numbers stand for an object; training starts again")
        c.optimiser = dropdown("optimiser", OPTIMISERS, optimiser, 215,
                               "What makes a step of a gradient")
        c.gradient = dropdown("gradient", trainer.problem.ablations, trainer.ablation, 290,
                              "What the steps go along, the whole gradient or a piece of it; "
                              "training goes on")
        c.seed = number("seed", seed, 0, max(2**31 - 1, seed), 130,
                        "The same seed, the same run; training starts again")
        c.point = number("object", self._probe.point, 0, self._probe.last, 135,
                         "Which row of the data is shown and rebuilt")
        c.across, c.up = (number(f"move {self.latent_name}{index}", 0, -3, 3, 138,
                                 "Move the object's latent point so many standard deviations, and "
                                 "see what is generated there", step=0.25) for index in "₁₂")
        self._making = c.dataset, c.size, *more.values()  # the controls of what is trained
        self._made = self._choice()
        image = controls.NamedImage(format="png", width=panels.WIDTH, height=panels.HEIGHT,
                                    tooltip=self.picture_of.about)
        super().__init__(c, image, key, budget, speed)
        self._lay_out(more)
        self._listen()
        self._new_picture()
        self.refresh()

    @abstractmethod
    def problem(self, Y: Any, size: int) -> Problem:
        """Return the problem for centred data Y, of shape (N, D), and a latent dimension."""

    def details(self) -> str:
        """Return what else the problem was made of, for the line under the picture."""
        return ""

    def more_in_words(self) -> str:
        """Return the words beside the controls of the problem."""
        return ""

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
        frames, steps = checks.whole(frames, "frames"), checks.whole(steps, "steps")
        pause = round(1000 / checks.scalar(per_second, "per_second", positive=True))
        if not str(path).endswith(".gif"):
            raise ValueError(f"An animation is saved as a .gif file, but the path is {path}.")
        trainer = self.trainer.again()
        picture, images = self.picture_of(trainer, self._probe), []
        for _ in range(frames):
            images.append(Image.open(BytesIO(picture.png(trainer))).quantize(64))
            trainer.step(steps)
        images[0].save(path, save_all=True, append_images=images[1:], duration=pause, loop=0)

    def __repr__(self) -> str:
        return (f"{type(self).__name__}(dataset={self._data.name!r}, "
                f"{self.size_name}={self.controls.size.value}, "
                f"optimiser={self.trainer.optimiser!r}, seed={self.trainer.seed})")

    def _lay_out(self, more: dict[str, widgets.Widget]) -> None:
        c = self.controls
        self._readout, self._about, self._more_words = (widgets.HTML() for _ in range(3))
        learn = [more.pop("learn")] if "learn" in more else []
        rows = [widgets.HBox(row) for row in (
            (c.play, c.step, c.reset, c.preset, c.speed, c.present),
            (c.rate, self._rate_words, *learn),
            (c.dataset, c.size, c.optimiser, c.gradient, c.seed),
            (*more.values(), *([self._more_words] if more else []), c.point, c.across, c.up))]
        for hidden_in_a_room in (c.speed, *learn, *rows[2:], self._about):
            hidden_in_a_room.add_class("lvmcalc-more")
        self.children = (*rows, self._image, self._words, self._readout, self._keys, self._about)

    def _listen(self) -> None:
        c = self.controls
        actions = {c.seed: self._reset, c.speed: self._pace,
                   **dict.fromkeys((c.optimiser, c.rate, c.gradient), self._steer),
                   **dict.fromkeys((c.point, c.across, c.up), self._hand),
                   **dict.fromkeys(self._making, self._rebuild)}
        for control, action in actions.items():
            self._on(control, lambda action=action: self._act(action))
        self._on(c.preset, self._set)

    # What follows runs on the main loop.

    def _advance(self) -> str:
        trainer = self.trainer
        trainer.step()
        if trainer.status == "diverged":
            return "The run has stopped."
        limit, name = trainer.stability_limit, trainer.problem.name_of_value
        best = trainer.gap is not None and trainer.gap < ARRIVED
        stays = limit is None or trainer.learning_rate <= limit
        may_end_elsewhere = trainer.ablation_in_words or trainer.gap is None
        if not (trainer.settled if may_end_elsewhere else best and stays):
            return ""
        if best:
            return f"Finished: to ten digits this is the best possible {name}."
        known = "" if trainer.gap is None else f", and the {name} is not the best possible"
        return f"Settled: with this gradient nothing moves any more{known}."

    def _act(self, action: Callable[[], None]) -> None:
        action()
        c = self.controls
        preset = self.presets.get(c.preset.value, {})
        if any(getattr(c, name).value != value for name, value in preset.items()):
            c.preset.value = NO_PRESET

    def _set(self) -> None:
        if self.controls.preset.value in self.presets:
            for name, value in self.presets[self.controls.preset.value].items():
                getattr(self.controls, name).value = value  # which posts what it does
            self.player.post(self._reset)

    def _reset(self) -> None:
        self.trainer.reset(self.controls.seed.value)
        self._news = ""
        self._new_picture()

    def _new_picture(self) -> None:
        self._picture = self.picture_of(self.trainer, self._probe)

    def _hand(self) -> None:
        c = self.controls
        self._probe.point, self._probe.move = c.point.value, (c.across.value, c.up.value)

    def _pace(self) -> None:
        self.player.rate = self.controls.speed.value

    def _steer(self) -> None:
        c, trainer = self.controls, self.trainer
        if trainer.optimiser != c.optimiser.value:  # which drops its momentum
            trainer.optimiser = c.optimiser.value
        if trainer.ablation != c.gradient.value:
            trainer.ablation = c.gradient.value
        trainer.learning_rate = c.rate.value * self._unit()
        self._say_rate()

    def _rebuild(self) -> None:
        c = self.controls
        if self._choice() == self._made:  # it was this widget that chose
            return
        dataset = data.load(c.dataset.value)
        size = min(c.size.value, dataset.Y.shape[1] - 1)
        try:
            problem = self.problem(data.centred(dataset.Y), size)
        except ValueError:
            self._choose(self._data, self._made)  # what is shown stays what is trained
            raise
        self._choose(dataset, (dataset.name, size, *self._choice()[2:]))
        self._data, self.trainer = dataset, Trainer(problem, c.optimiser.value, seed=c.seed.value)
        self._probe = self.probe_of(dataset)
        c.point.max = self._probe.last
        self._hand()
        self._steer()
        self._news = f"Training starts again with {dataset.name}, {self.size_name} = {size}."
        self._new_picture()

    def _choose(self, dataset: data.Dataset, choice: tuple) -> None:
        # which chooses the first of them for a moment
        self.controls.size.options = sizes(dataset, choice[1])
        for control, value in zip(self._making, choice, strict=True):
            control.value = value
        self._made = choice

    def _choice(self) -> tuple:
        return tuple(control.value for control in self._making)

    def _unit(self) -> float:
        """Return what the slider calls 1: the stability limit, or Adam's usual rate."""
        return self.trainer.stability_limit or self.trainer.usual_rate

    def _show(self) -> None:
        self._image.value = self._picture.png(self.trainer)

    def _in_words(self) -> str:
        news = self._news if self.trainer.steps <= 30 else ""
        return " ".join(filter(None, (news, self.trainer.describe(), self.player.note)))

    def _say(self) -> None:
        super()._say()
        self.readout = self._probe.describe(self.trainer)
        live = "off" if self.player.playing else "polite"
        self._readout.value = (f'<div class="lvmcalc-readout" aria-live="{live}">'
                               f'{escape(self.readout)}</div>')
        self._say_rate()
        self._about.value = escape(f"Data: {self._probe.size}, centred (the mean of each column is "
                                   f"subtracted){self.details()}. {self._data.description}")

    def _say_rate(self) -> None:
        limit, rate = self.trainer.stability_limit, self.controls.rate
        one = f"the stability limit {limit:.3g}" if limit else "the usual rate of Adam"
        self._rate_words.value = controls.rate_in_words(rate.value, one, self.trainer.learning_rate)
        self._more_words.value = self.more_in_words()
        rate.add_class("lvmcalc-limit" if limit else "lvmcalc-usual")
        rate.remove_class("lvmcalc-usual" if limit else "lvmcalc-limit")


def sizes(dataset: data.Dataset, size: int) -> list[int]:
    """Return the latent dimensions on offer for a data set, and the given one."""
    return among(range(1, min(LARGEST, dataset.Y.shape[1] - 1) + 1), size)
