"""Training that one can watch and steer: a trainer with its picture, its words and its controls."""

from collections.abc import Callable
from html import escape
from io import BytesIO
from types import SimpleNamespace
from typing import Any, ClassVar

import ipywidgets as widgets
from PIL import Image  # which Matplotlib needs too

from lvmcalc import checks
from lvmcalc.models import AutoencoderProblem, GPLVMProblem, gplvm
from lvmcalc.show import controls, panels, probe, style
from lvmcalc.show.controls import (
    BETAS,
    KEYS,
    MARKS,
    RATES,
    among,
    dropdown,
    presenter,
    rate_in_words,
    sizes,
    slider,
    wide,
)
from lvmcalc.show.player import FLAT_OUT, Player
from lvmcalc.training import OPTIMISERS, Problem, Trainer, data

ARRIVED = 1e-10  # the relative gap to the exact optimum at which a run ends
NO_PRESET = "—"
# what presets start from
USUAL = {"dataset": "digits", "size": 2, "optimiser": "gradient", "rate": 0.9, "seed": 0}
KERNEL = {"alpha": 1, "beta": 1, "learn": False}
SPEEDS = (2, 5, 10, 20, 50, 100, FLAT_OUT)


class LiveWidget(widgets.VBox):
    """What `LiveGPLVM` and `LiveAutoencoder` share; where nobody watches, use `trainer`, and
    `refresh`.

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

    size_name: str  # Q or m
    latent_name: str  # of the numbers that stand for an object
    picture_of: type[panels.Picture]
    probe_of: type[probe.Probe]
    presets: dict[str, dict[str, Any]]  # by name, the values of controls
    player: Player | None = None

    def __init__(self, dataset: str, size: int, optimiser: str, learning_rate: float | None,
                 seed: int,
                 speed: float, budget: int, key: str | None, **more: widgets.Widget) -> None:
        speed, budget = checks.scalar(speed, "speed", positive=True), checks.whole(budget, "budget")
        self._data, self.status, self.readout, self._news = data.load(dataset), "", "", ""
        self.controls = c = SimpleNamespace(**more)
        self.trainer = Trainer(self.problem(data.centred(self._data.Y), size), optimiser,
                               learning_rate, seed)
        self._probe = self.probe_of(self._data)
        c.play = widgets.Button(description="Play", icon="play", tooltip="Train, and watch it")
        c.step = widgets.Button(description="Step", icon="step-forward",
                                tooltip="Pause, and take one step")
        c.reset = widgets.Button(description="Reset", icon="undo",
                                 tooltip="Go back to step 0, with the same seed")
        c.preset = dropdown("preset", (NO_PRESET, *self.presets), NO_PRESET, 215,
                            "Data, size, optimiser, rate, gradient and seed in one choice; "
                            "training starts again")
        speeds = [("unlimited" if s >= FLAT_OUT else f"{s:g} steps/s", s)
                  for s in among(SPEEDS, speed)]
        c.speed = dropdown("speed", speeds, speed, 195,
                           "How fast to play").add_class("lvmcalc-more")
        c.rate = slider("learning rate", RATES, self.trainer.learning_rate / self._unit(), 400,
                        "The learning rate, in multiples of the stability limit")
        c.dataset = dropdown("data", data.FILES, dataset, 130, "The data; training starts again")
        c.size = dropdown(self.size_name, sizes(self._data, size), size, 75,
                          "How many numbers stand for an object; training starts again")
        c.optimiser = dropdown("optimiser", OPTIMISERS, optimiser, 215, "What makes a step of a "
                                                                        "gradient")
        c.gradient = dropdown("gradient", self.trainer.problem.ablations, self.trainer.ablation,
                              290,
                              "What the steps go along, the whole gradient or a piece of it; "
                              "training goes on")
        c.seed = widgets.BoundedIntText(seed, min=0, max=max(2**31 - 1, seed), description="seed",
                                        layout=wide(130),
                                        tooltip="The same seed, the same run; training starts again")
        c.point = widgets.BoundedIntText(self._probe.point, min=0, max=len(self._data.Y) - 1,
                                         description="object",
                                         layout=wide(135), tooltip="Which row of the data is shown "
                                                                   "and rebuilt")
        c.across, c.up = (widgets.BoundedFloatText(
            0, min=-3, max=3, step=0.25, description=f"move {self.latent_name}{index}",
            layout=wide(138),
            tooltip="Move the object's latent point so many standard deviations, and see what is "
                    "generated there")
            for index in "₁₂")
        self._making = c.dataset, c.size, *more.values()  # the controls of what is trained
        self._made = self._choice()
        self._image = controls.NamedImage(format="png", width=panels.WIDTH, height=panels.HEIGHT,
                                          tooltip=self.picture_of.about)
        self._words, self._readout, self._about, self._rate_words, self._more_words = (
            widgets.HTML() for _ in range(5))
        self.player = Player(self._advance, self._show, self._say, key, budget, speed)
        c.present = presenter(self, self.player.post)
        learn = [more.pop("learn").add_class("lvmcalc-more")] if "learn" in more else []
        rows = [widgets.HBox(row) for row in (
            (c.play, c.step, c.reset, c.preset, c.speed, c.present),
            (c.rate, self._rate_words, *learn),
            (c.dataset, c.size, c.optimiser, c.gradient, c.seed),
            (*more.values(), *([self._more_words] if more else []), c.point, c.across, c.up))]
        for more_of_them in (*rows[2:], self._about):
            more_of_them.add_class("lvmcalc-more")
        keys = widgets.HTML(KEYS + style.ACCESSIBILITY)
        super().__init__([*rows, self._image, self._words, self._readout, keys, self._about])
        self.add_class("lvmcalc-live")
        self._new_picture()
        self._listen()
        self.refresh()

    def problem(self, Y: Any, size: int) -> Problem:
        """Return what is trained on the centred data Y, of shape (N, D), with so many latent
        dimensions."""

    def details(self) -> str:
        """Return what else the problem was made of, for the line under the picture."""
        return ""

    def more_in_words(self) -> str:
        """Return what the words beside the controls of the problem are."""
        return ""

    def refresh(self) -> None:
        """Show the trainer as it is now."""
        self._show()
        self._say()

    def save_animation(self, path: str, frames: int = 60, steps: int = 1,
                       per_second: float = 12) -> None:
        """Save the run from step 0 of its seed, with the settings as they are now, as an animated
        GIF for slides.

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

    def close(self) -> None:
        if self.player is not None:
            self.player.close()
        super().close()

    def __repr__(self) -> str:
        return (f"{type(self).__name__}(dataset={self._data.name!r}, "
                f"{self.size_name}={self.controls.size.value}, "
                f"optimiser={self.trainer.optimiser!r}, seed={self.trainer.seed})")

    def _listen(self) -> None:
        # callbacks may run in another thread, so they only post
        c, post = self.controls, self.player.post
        c.play.on_click(lambda _: self.player.pause() if self.player.playing
                        else self.player.play())
        c.step.on_click(lambda _: self.player.step())
        c.reset.on_click(lambda _: post(self._reset))
        c.preset.observe(lambda change: change.new in self.presets
                         and post(lambda: self._set(self.presets[change.new])), "value")
        actions = {**dict.fromkeys((c.optimiser, c.rate, c.gradient), self._steer),
                   c.seed: self._reset,
                   c.speed: self._pace, **dict.fromkeys((c.point, c.across, c.up), self._hand),
                   **dict.fromkeys(self._making, self._rebuild)}
        for control, action in actions.items():
            control.observe(lambda _, action=action: post(lambda: self._act(action)), "value")

    # What follows runs on the main loop.

    def _advance(self) -> str:
        trainer = self.trainer
        trainer.step()
        if trainer.status == "diverged":
            return "The run has stopped."
        limit, name, best = trainer.stability_limit, trainer.problem.name_of_value, trainer.gap < ARRIVED
        stays = limit is None or trainer.learning_rate <= limit
        if not (trainer.settled if trainer.ablation_in_words else best and stays):
            return ""
        return (f"Finished: to ten digits this is the best possible {name}." if best else
                f"Settled: with this gradient nothing moves any more, and the {name} is not the "
                "best possible.")

    def _act(self, action: Callable[[], None]) -> None:
        action()
        c = self.controls
        if any(getattr(c, name).value != value for name,
               value in self.presets.get(c.preset.value, {}).items()):
            c.preset.value = NO_PRESET

    def _set(self, preset: dict[str, Any]) -> None:
        for name, value in preset.items():
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
        if self.trainer.optimiser != self.controls.optimiser.value:
            self.trainer.optimiser = self.controls.optimiser.value
        if self.trainer.ablation != self.controls.gradient.value:
            self.trainer.ablation = self.controls.gradient.value
        self.trainer.learning_rate = self.controls.rate.value * self._unit()
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
        c.point.max = len(dataset.Y) - 1
        self._probe = self.probe_of(dataset)
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
        """Return the learning rate that the slider calls 1: the stability limit, or Adam's usual
        rate."""
        return self.trainer.stability_limit or self.trainer.usual_rate

    def _show(self) -> None:
        self._image.value = self._picture.png(self.trainer)

    def _say(self) -> None:
        trainer, player, play = self.trainer, self.player, self.controls.play
        with play.hold_sync():  # one message, not three
            play.description, play.icon, play.tooltip = (
                ("Pause", "pause", "Stop here") if player.playing
                else ("Play", "play", "Train, and watch it"))
        news = self._news if trainer.steps <= 30 else ""
        self.status = player.note if player.error else " ".join(
            filter(None, (news, trainer.describe(), player.note)))
        # three sentences a second would drown a screen reader
        live = "off" if player.playing else "polite"
        self._words.value = f'<div role="status" aria-live="{live}">{escape(self.status)}</div>'
        self.readout = self._probe.describe(trainer)
        self._readout.value = f'<div class="lvmcalc-readout" aria-live="{live}">{escape(self.readout)}</div>'
        self._say_rate()
        N, D = self._data.Y.shape
        self._about.value = (
            f'{style.CSS}<style>{MARKS}</style>Data: {N}×{D}, centred (the mean of each column is '
            'subtracted)'
            f'{escape(self.details())}. {escape(self._data.description)}')

    def _say_rate(self) -> None:
        limit, rate = self.trainer.stability_limit, self.controls.rate
        one = f"the stability limit {limit:.3g}" if limit else "the usual rate of Adam"
        self._rate_words.value = rate_in_words(rate.value, one, self.trainer.learning_rate)
        self._more_words.value = self.more_in_words()
        for name, wears in (("limit", limit is not None), ("usual", limit is None)):
            (rate.add_class if wears else rate.remove_class)(f"lvmcalc-{name}")


class LiveGPLVM(LiveWidget):
    """The GP-LVM in training: latent space, log-likelihood against the exact optimum, and
    reconstructions.

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
        "β learned": USUAL | KERNEL
        | {"gradient": "whole gradient", "optimiser": "nesterov", "beta": 0.05,
                                       "learn": True},
    }

    def __init__(self, dataset: str = "digits", Q: int = 2, optimiser: str = "nesterov",
                 learning_rate: float | None = None, alpha: float = 1.0, beta: float | None = None,
                 seed: int = 0,
                 speed: float = 10, budget: int = 20_000, key: str | None = None) -> None:
        best = gplvm.best_beta(data.centred(data.load(dataset).Y), Q)
        times = 1.0 if beta is None else checks.scalar(beta, "beta", positive=True) / best
        super().__init__(
            dataset, Q, optimiser, learning_rate, seed, speed, budget, key,
            alpha=widgets.FloatText(checks.scalar(alpha, "alpha", positive=True), description="α",
                                    layout=wide(90),
                                    tooltip="The kernel's scale; training starts again"),
            beta=slider("β", BETAS, times, 180, "The precision of the noise, in multiples of the "
                                                "best; "
                                                "training starts again").add_class("lvmcalc-best"),
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
        return ('<div aria-live="polite" style="width: 128px"><span '
                'class="lvmcalc-unseen">β</span> '
                f'<b>{self.controls.beta.value:.3g} ×</b> best</div>')


class LiveAutoencoder(LiveWidget):
    """The tied-weight linear autoencoder in training: weights, loss against the exact optimum,
    reconstructions.

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
        "one path lost": USUAL | {"gradient": "only path h (encoder)"},
    }

    def __init__(self, dataset: str = "digits", m: int = 2, optimiser: str = "nesterov",
                 learning_rate: float | None = None, seed: int = 0, speed: float = 10,
                 budget: int = 20_000,
                 key: str | None = None) -> None:
        super().__init__(dataset, m, optimiser, learning_rate, seed, speed, budget, key)

    def problem(self, Y: Any, size: int) -> Problem:
        return AutoencoderProblem(Y.T, size)
