"""The base of all widgets that train: their controls, the run, and the right run beside it."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from lvmcalc import checks
from lvmcalc.show import panels
from lvmcalc.show.player import FLAT_OUT
from lvmcalc.show.player_view import RATES, PlayerView, among, stops
from lvmcalc.show.view import Control
from lvmcalc.training import OPTIMISERS, Problem, Trainer

_DIGITS = {8: "eight", 9: "nine", 10: "ten"}  # of the optimum, at which a run ends
_NO_PRESET = "—"
_SPEEDS = (2, 5, 10, 20, 50, 100, FLAT_OUT)


class Training(PlayerView):
    """The base of all widgets that train; a script uses `trainer` and then `refresh`.

    Attributes
    ----------
    trainer : Trainer
    ghost : Trainer or None
        While a part of the gradient is lost: the run that goes along the whole gradient.
    status, readout : str
        The words under the picture.
    player : Player
        With `play()`, `pause()`, `step(k)` and `close()`, as the buttons have them.
    controls : namespace of Control
        play, step, reset, rate, preset (a choice of all that follows), gradient (what the steps go
        along, the whole of it or a part), optimiser, seed, speed, and those of the model.
    """

    play_tip, reset_tip = "Train, and watch it", "Go back to step 0, with the same seed"
    presets: ClassVar[dict[str, dict[str, Any]]] = {}  # by name, the values of controls
    expected: ClassVar[dict[str, str]] = {}  # what is lost with a gradient, and what comes of it
    too_fast = ""  # what comes of a learning rate far above the limit

    def __init__(self, problem: Problem, optimiser: str, learning_rate: float | None, seed: int,
                 speed: float, budget: int, key: str | None, **more: Control) -> None:
        speed, budget = checks.scalar(speed, "speed", positive=True), checks.whole(budget, "budget")
        self.ghost, self._news = None, ""
        self._before: dict[str, Any] = {}  # what the controls said before a preset
        self.trainer = trainer = Trainer(problem, optimiser, learning_rate, seed)
        speeds = [("unlimited" if stop >= FLAT_OUT else f"{stop:g} steps/s", stop)
                  for stop in among(_SPEEDS, speed)]
        controls = {
            "rate": stops("learning rate", RATES, trainer.learning_rate / self._unit(),
                          "The learning rate, in multiples of the stability limit", more=False,
                          act=self._steer, limit=trainer.stability_limit is not None),
            "preset": Control("choice", "preset", _NO_PRESET, (_NO_PRESET, *self.presets),
                              "An instructive run with one choice; — restores the settings",
                              act=self._set),
            "gradient": Control("choice", "gradient", trainer.ablation, trainer.problem.ablations,
                                "What the steps follow: the whole gradient or a part of it",
                                act=self._steer),
            "optimiser": Control("choice", "optimiser", optimiser, OPTIMISERS,
                                 "How a step is made from the gradient", act=self._steer),
            "speed": Control("choice", "speed", speed, speeds,
                             "How fast to play; the first steps are slower, to be seen",
                             act=self._hurry),
            "seed": Control("number", "seed", seed, tip="The same seed, the same run; starts again",
                            act=self._reset, min=0, step=1), **more}
        if not self.presets:
            del controls["preset"]
        super().__init__(controls, key, budget, speed)
        self._new_picture()
        self.refresh()

    @abstractmethod
    def picture(self) -> dict[str, Any]:
        """Return the scene of the trainer."""

    def curves(self) -> dict[str, Any]:
        """Return the numbers of the curve, and of the ghost of the right run."""
        found = {"curve": panels.history(self.trainer)}
        if self.ghost is not None:
            found["ghost"] = panels.history(self.ghost)
        return found | {"axes": panels.axes(self.scene["panels"]["curve"], *found.values())}

    def read(self) -> str:
        """Return what is told below the words."""
        return ""

    # What follows runs on the main loop.

    def _advance(self) -> str:
        end = self._end()
        if not end:
            self.trainer.step()
            if self.ghost is not None:
                self.ghost.step()
            self._news = ""
            self._pace(self.trainer.steps)
            end = self._end()
        return end

    def _end(self) -> str:
        trainer = self.trainer
        if trainer.status == "diverged":
            return "The run has stopped."
        limit, name = trainer.stability_limit, trainer.problem.name_of_value
        best = trainer.gap is not None and trainer.gap < 10.0**-trainer.problem.digits
        stays = limit is None or trainer.learning_rate <= limit
        may_end_elsewhere = trainer.ablation_in_words or trainer.gap is None
        if not (trainer.settled if may_end_elsewhere else best and stays):
            return ""
        if best:
            return (f"Finished: to {_DIGITS[trainer.problem.digits]} digits this is the best "
                    f"possible {name}.")
        known = "" if trainer.gap is None else f", and the {name} is not the best possible"
        return f"Settled: with this gradient nothing moves any more{known}."

    def _set(self) -> None:
        c = self.controls
        wanted = self.presets.get(c.preset.value, self._before)
        if c.preset.value != _NO_PRESET:
            self._before = self._before or {
                name: getattr(c, name).value for preset in self.presets.values() for name in preset}
        else:
            self._before = {}
        for name, value in wanted.items():
            getattr(c, name).value = value  # which posts what it does
        self.player.post(self._reset)

    def _reset(self) -> None:
        self.trainer.reset(self.controls.seed.value)
        self._new_ghost(self.trainer.again)
        self._news = self.player.note = ""
        self._forget_preset()
        self._new_picture()

    def _new_ghost(self, made: Callable[[], Trainer]) -> None:
        """Send out the right run beside one that has lost a part, or that is too fast."""
        self.ghost = made() if self._astray else None
        if self.ghost is not None:
            self.ghost.ablation = None
            self._lead()

    @property
    def _astray(self) -> bool:
        return bool(self.trainer.ablation_in_words) or self.controls.rate.value > 1

    def _lead(self) -> None:
        ghost, c = self.ghost, self.controls
        if ghost.optimiser != c.optimiser.value:
            ghost.optimiser = c.optimiser.value
        ghost.learning_rate = min(c.rate.value, 0.9) * self._unit()

    def _new_picture(self) -> None:
        self.scene = self.picture()
        name = type(self).__name__.removeprefix("Live") or self.trainer.problem.name_of_value
        self.title = f"Training: {name}"
        parts = [panel["title"] for panel in self.scene["panels"].values()]
        self.about = "; ".join(parts) + "."

    def _hurry(self) -> None:
        self.speed = self.controls.speed.value
        self._pace(self.trainer.steps)

    def _steer(self) -> None:
        c, trainer = self.controls, self.trainer
        if trainer.optimiser != c.optimiser.value:  # which drops its momentum
            trainer.optimiser = c.optimiser.value
        if trainer.ablation != c.gradient.value:
            trainer.ablation = c.gradient.value
        trainer.learning_rate = c.rate.value * self._unit()
        if self.ghost is None or not self._astray:
            self._new_ghost(trainer.branch)
        else:
            self._lead()
        self._forget_preset()
        self._tell()
        self.fill()

    def _forget_preset(self) -> None:
        c = self.controls
        wanted = self.presets.get(c.preset.value, {}) if self.presets else {}
        if any(getattr(c, name).value != value for name, value in wanted.items()):
            c.preset._value, self._before = _NO_PRESET, {}

    def _unit(self) -> float:
        """Return what the slider calls 1: the stability limit, or Adam's usual rate."""
        return self.trainer.stability_limit or self.trainer.usual_rate

    def _in_words(self) -> str:
        trainer = self.trainer
        known, limit = self.expected.get(trainer.ablation, ""), trainer.stability_limit
        if limit and trainer.learning_rate > 2 * limit and trainer.status != "diverged":
            known = known or self.too_fast
        return " ".join(filter(None, (self._news, trainer.describe(), known, self.player.note)))

    def _tell(self) -> None:
        """Say beside the sliders what they come to."""
        rate = self.controls.rate
        unit = "limit" if self.trainer.stability_limit else "usual rate"
        rate.told = f"{rate.value:.3g} × the {unit} = {self.trainer.learning_rate:.3g}"

    def _say(self) -> None:
        self._tell()
        self.readout = self.read()
        super()._say()
