"""Watch and steer the training of any chain."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, ClassVar

import numpy as np

from lvmcalc import checks, notation
from lvmcalc.chain import Chain
from lvmcalc.show import panels
from lvmcalc.show.player import FLAT_OUT
from lvmcalc.show.playing import RATES, PlayerView, among, stops
from lvmcalc.show.view import Control
from lvmcalc.training import OPTIMISERS, ChainProblem, Problem, Trainer

ARRIVED = 1e-10  # the relative gap to the exact optimum at which a run ends
NO_PRESET = "—"
SPEEDS = (2, 5, 10, 20, 50, 100, FLAT_OUT)
LARGEST = 400  # entries of a matrix that is drawn


class Training(PlayerView):
    """What all widgets that train share; a script uses `trainer` and then `refresh`.

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

    def __init__(self, optimiser: str, learning_rate: float | None, seed: int, speed: float,
                 budget: int, key: str | None, **more: Control) -> None:
        speed, budget = checks.scalar(speed, "speed", positive=True), checks.whole(budget, "budget")
        self._controls, self.ghost, self._news = more, None, ""
        self.trainer = trainer = Trainer(self.problem(), optimiser, learning_rate, seed)
        speeds = [("unlimited" if stop >= FLAT_OUT else f"{stop:g} steps/s", stop)
                  for stop in among(SPEEDS, speed)]
        controls = {
            "rate": stops("learning rate", RATES, trainer.learning_rate / self._unit(),
                          "The learning rate, in multiples of the stability limit", more=False,
                          limit=trainer.stability_limit is not None),
            "preset": Control("choice", "preset", NO_PRESET, (NO_PRESET, *self.presets),
                              "A run worth seeing, in one choice; — brings back what was before"),
            "gradient": Control("choice", "gradient", trainer.ablation, trainer.problem.ablations,
                                "What the steps go along, the whole gradient or a part of it"),
            "optimiser": Control("choice", "optimiser", optimiser, OPTIMISERS,
                                 "What makes a step of a gradient"),
            "speed": Control("choice", "speed", speed, speeds,
                             "How fast to play; the first steps are slower, so as to be seen"),
            "seed": Control("number", "seed", seed, tip="The same seed, the same run; starts again",
                            min=0, step=1), **more}
        if not self.presets:
            del controls["preset"]
        super().__init__(controls, key, budget, speed)
        self._listen()
        self._new_picture()
        self.refresh()

    @abstractmethod
    def problem(self) -> Problem:
        """Return the problem that the controls stand for."""

    @abstractmethod
    def picture(self) -> dict[str, Any]:
        """Return the scene of the trainer."""

    def curves(self) -> dict[str, Any]:
        """Return the numbers of the curve, and of the ghost of the right run."""
        found = {"curve": panels.history(self.trainer)}
        return found if self.ghost is None else found | {"ghost": panels.history(self.ghost)}

    def read(self) -> str:
        """Return what is told below the words."""
        return ""

    def _listen(self) -> None:
        c = self.controls
        for control in (c.optimiser, c.rate, c.gradient):
            self._on(control, self._steer)
        self._on(c.seed, self._reset)
        self._on(c.speed, self._hurry)
        if self.presets:
            self._before: dict[str, Any] = {}
            self._on(c.preset, self._set)

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
        """Return in a sentence why the run ends here, or "" if it goes on."""
        trainer = self.trainer
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

    def _set(self) -> None:
        c = self.controls
        wanted = self.presets.get(c.preset.value, self._before)
        if c.preset.value != NO_PRESET:
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
        self._news = ""
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
            c.preset._value, self._before = NO_PRESET, {}

    def _unit(self) -> float:
        """Return what the slider calls 1: the stability limit, or Adam's usual rate."""
        return self.trainer.stability_limit or self.trainer.usual_rate

    def _in_words(self) -> str:
        lost = self.expected.get(self.trainer.ablation, "")
        return " ".join(filter(None, (self._news, self.trainer.describe(), lost, self.player.note)))

    def _tell(self) -> None:
        """Say beside the sliders what they come to."""
        rate = self.controls.rate
        unit = "limit" if self.trainer.stability_limit else "usual rate"
        rate.told = f"{rate.value:.3g} × the {unit} = {self.trainer.learning_rate:.3g}"

    def _say(self) -> None:
        self._tell()
        self.readout = self.read()
        super()._say()


class Live(Training):
    """Any chain in training: its value step by step, the parameters and their gradient.

    Parameters
    ----------
    chain : Chain
    train : str or sequence of str
        The leaves to train.
    maximise : bool
    picture : function of the parameters, optional
        Returns one's own picture: a matrix, drawn as a heat map.
    optimiser : str
        One of `training.OPTIMISERS`.
    learning_rate : float, optional
        Positive; without it, the optimiser's own default for the problem.
    seed : int
    speed : float
        Steps per second at most.
    budget : int
        The steps that one press on Play may take.
    key : str, optional
        A widget stops what plays under the same key; without a key, what an earlier run of its cell
        made.
    **data : array_like or float
        The values of all other leaves, and each size that they do not tell, such as `m=2`.

    Raises
    ------
    TypeError, ValueError
        If a name, a shape or a number is wrong; the sentence names it.
    """

    def __init__(self, chain: Chain, train: str | Sequence[str], *, maximise: bool = False,
                 picture: Callable[[Any], Any] | None = None, optimiser: str = "nesterov",
                 learning_rate: float | None = None, seed: int = 0, speed: float = 30,
                 budget: int = 20_000, key: str | None = None, **data: Any) -> None:
        self._problem, self._own = ChainProblem(chain, train, maximise=maximise, **data), picture
        super().__init__(optimiser, learning_rate, seed, speed, budget, key)

    def problem(self) -> ChainProblem:
        return self._problem

    def picture(self) -> dict[str, Any]:
        problem = self._problem
        found = {"curve": panels.value_curve(problem) | {
            "title": f"{notation.plain(problem.chain.output)}, the value of {problem.chain.name}"}}
        rows = []
        for name, shape in problem.shapes.items():
            if prod(shape) > LARGEST:
                continue
            adjoint = notation.adjoint_name(problem.chain.output, name)
            found |= {name: panels.matrix(notation.plain(name), shape),
                      f"gradient {name}": panels.matrix(adjoint, shape)}
            rows.append((1, [name, f"gradient {name}"]))
        layout = [(1, [(1, ["curve"])])]
        if self._own is not None:
            found["own"] = panels.matrix("picture", np.shape(self._drawn()), fill=False, most=400)
            layout[0][1].append((1, ["own"]))
        return panels.picture(found, [*layout, *([(1, rows)] if rows else [])])

    def numbers(self) -> Mapping[str, Any]:
        trainer, problem = self.trainer, self._problem
        found = dict(self.curves())
        for name, values in (("{}", trainer.parameters), ("gradient {}", trainer.gradient)):
            values = {problem.variables[0]: values} if problem.one else values
            found |= {name.format(key): np.ravel(value) for key, value in values.items()}
        return found if self._own is None else found | {"own": np.ravel(self._drawn())}

    def __repr__(self) -> str:
        return f"Live({self._problem.chain.name}): {self.status}"

    def _drawn(self) -> np.ndarray:
        return checks.matrix(np.atleast_2d(self._own(self.trainer.parameters)), "The picture")
