"""The trainer: it holds the state of a run and advances it, without a screen."""

from copy import copy
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from lvmcalc import checks
from lvmcalc.notation import spelling
from lvmcalc.training.optimisers import OPTIMISERS
from lvmcalc.training.problem import Problem
from lvmcalc.training.run_state import RunState, entered, limit_near


class History(NamedTuple):
    """The steps that are remembered, and the value after each of them."""

    steps: np.ndarray
    values: np.ndarray


class Trainer:
    """Optimise a problem step by step, repeatably, and stop before anything is infinite.

    Parameters
    ----------
    problem : Problem
        Such as a `ChainProblem`.
    optimiser : str
        One of `OPTIMISERS`; it can be changed between steps, which drops its momentum.
    learning_rate : float, optional
        Positive, and it can be changed between steps; None is the optimiser's own default for this
        problem.
    seed : int
        A whole number, at least 0.
    ablation : str, optional
        One of `problem.ablations`: what the steps go along, while value and gap stay the true ones.
        It can be changed between steps, which drops the momentum; None is the whole gradient.

    Attributes
    ----------
    problem : Problem
        With the scalars as they are now, if some are learned.
    parameters, value, gradient
        The state, always finite; the gradient is the whole one. The parameters can be set, which
        drops the momentum.
    steps : int
    status : str
        "ready", "running" or "diverged".

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or unknown; the sentence names it.
    """

    FIRST, LONGEST = 1000, 4000  # the history keeps its first steps, and ever fewer later ones

    def __init__(self, problem: Problem, optimiser: str = "nesterov",
                 learning_rate: float | None = None, seed: int = 0, ablation: str | None = None):
        if not isinstance(problem, Problem):
            raise TypeError("The problem must be a Problem, such as a ChainProblem, "
                            f"not {type(problem).__name__}.")
        self._given, self._lifted, self.learning_rate = problem, (None, None), learning_rate
        self._begin(checks.known(optimiser, OPTIMISERS, "optimiser"),
                    _ablation_named(ablation, problem), seed)

    def reset(self, seed: int | None = None) -> None:
        """Start again from `seed`, or from the seed of the last start."""
        self._begin(self.optimiser, self.ablation, self.seed if seed is None else seed)

    def _begin(self, optimiser: str, ablation: str, seed: int) -> None:
        given = self._given
        start = (given, given.checked(given.start(seed))) if _elementwise(optimiser) else (
            given.begin(seed))
        found = entered(*start)
        limit = given.stability_limit or limit_near(*start)
        lost = 100 * max(1.0, given.gap(found["value"]) or 0.0)  # beyond it the steps only grow
        self._state = RunState(**found, problem=given, optimiser=optimiser, ablation=ablation,
                               seed=int(seed), history={0: found["value"]}, limit=limit, lost=lost)

    def _placed(self, parameters: Any, optimiser: str) -> RunState:
        """Return the state at these parameters, in the coordinates of that optimiser."""
        problem = self.problem
        found = entered(*((problem, problem.checked(parameters)) if _elementwise(optimiser)
                          else problem.reduced(parameters)))
        return self._state._replace(**found, optimiser=optimiser)

    # The state
    problem, seed, steps, status, value = (property(attrgetter(f"_state.{name}")) for name in (
        "problem", "seed", "steps", "status", "value"))

    @property
    def parameters(self) -> Any:
        """The parameters, computed when they are asked for; they are lazy for a Dask array."""
        if self._lifted[0] is not self._state:
            self._lifted = self._state, self._state.work.lift(self._state.coordinates)
        return self._lifted[1]

    @parameters.setter
    def parameters(self, parameters: Any) -> None:
        self._state = self._placed(parameters, self.optimiser)

    def write(self, out: np.ndarray) -> np.ndarray:
        """Write the parameters into an array of their shape, block by block, and return it.

        Parameters
        ----------
        out : array of the shape of the parameters
            Of floating-point numbers, such as a memory map.

        Raises
        ------
        TypeError, ValueError
            If it is no such array; nothing has been written then.
        """
        state = self._state
        return state.work.lift(state.coordinates, checks.writable(out, "out", state.problem.shape))

    @property
    def gradient(self) -> Any:
        """The whole gradient, which has the shape of the parameters."""
        return self._state.work.lift(self._state.slope)

    @property
    def direction(self) -> Any:
        """The gradient as the ablation leaves it, along which the steps go."""
        return self._state.work.lift(self._state.direction)

    @property
    def gap(self) -> float | None:
        """How far the value is from the exact optimum, relative to it; None if it is unknown."""
        return self.problem.gap(self.value)

    @property
    def settled(self) -> bool:
        """Whether steps along what is left of the gradient would no longer move anything."""
        state = self._state
        length = np.linalg.norm(state.work.spanning(state.direction))
        mean = length / np.sqrt(np.prod(state.problem.shape))
        return bool(state.limit * mean < 1e-10 * state.problem.spread)

    @property
    def history(self) -> History:
        """The first steps with their values, ever fewer of the later ones, and the last."""
        known = {**self._state.history, self.steps: self.value}
        return History(np.array(list(known)), np.array(list(known.values())))

    # The settings
    @property
    def optimiser(self) -> str:
        """The name of the optimiser."""
        return self._state.optimiser

    @optimiser.setter
    def optimiser(self, name: str) -> None:
        name, state = checks.known(name, OPTIMISERS, "optimiser"), self._state
        if _elementwise(name) != _elementwise(state.optimiser):
            state = self._placed(self.parameters, name)  # enters the span of the data, or leaves it
        self._state = state._replace(optimiser=name, memory={})

    @property
    def learning_rate(self) -> float:
        """What was set, or else the usual rate."""
        return self.usual_rate if self._rate is None else self._rate

    @learning_rate.setter
    def learning_rate(self, rate: float | None) -> None:
        self._rate = None if rate is None else checks.scalar(rate, "The learning rate",
                                                             positive=True)

    @property
    def usual_rate(self) -> float:
        """The optimiser's own default.

        That is 0.9 of the stability limit, and 5 % of an entry at the start for Adam. Where no
        limit is known, it is a quarter of what the curvature at the start allows, as the curvature
        may grow.
        """
        stable = OPTIMISERS[self.optimiser].stable
        if stable is None:
            return 0.05 * self.problem.spread
        return (0.9 if self.problem.stability_limit else 0.25) * (stable * self._state.limit)

    @property
    def stability_limit(self) -> float | None:
        """The learning rate below which this optimiser stays at the optimum; None if unknown."""
        stable, limit = OPTIMISERS[self.optimiser].stable, self.problem.stability_limit
        return None if stable is None or limit is None else stable * limit

    @property
    def ablation(self) -> str:
        """The name of the ablation: the whole gradient, or what is left of it."""
        return self._state.ablation

    @ablation.setter
    def ablation(self, name: str | None) -> None:
        name = _ablation_named(name, self.problem)
        self._state = self._state._replace(ablation=name, memory={})

    @property
    def ablation_in_words(self) -> str:
        """What the steps go along, in words; "" for the whole gradient."""
        return self.problem.ablations[self.ablation].words

    # The run
    def step(self, k: int = 1) -> None:
        """Make k steps, or fewer if the training diverges; none if it has diverged before."""
        with np.errstate(all="ignore"):  # what overflows here is told in words, by `describe`
            for _ in range(checks.whole(k, "k", why="the number of steps")):
                if self.status == "diverged":
                    return
                self._advance()

    def run(self, k: int) -> "Trainer":
        """Make k steps and return the trainer."""
        self.step(k)
        return self

    def again(self) -> "Trainer":
        """Return another trainer with the same settings, at step 0 of the same seed."""
        return Trainer(self._given, self.optimiser, self.learning_rate, self.seed, self.ablation)

    def branch(self) -> "Trainer":
        """Return another trainer in the same state, which goes its own way from here."""
        other, state = copy(self), self._state
        other._state = state._replace(history=dict(state.history), memory=dict(state.memory))
        return other

    def _advance(self) -> None:
        state, rate = self._state, self.learning_rate
        work, memory, why = state.work, dict(state.memory), None
        step, uphill = OPTIMISERS[state.optimiser].step, (work.sign * work.pace) * state.direction
        at = step(memory, state.coordinates, uphill, rate, work.inner)
        scalars = self._learned(rate) if work.learn else {}
        try:
            work = work.with_values(**scalars) if scalars else work
            value, gradient = work.evaluate(at)
        except (np.linalg.LinAlgError, ArithmeticError, ValueError) as error:
            value, gradient, why = np.nan, at, error
        sound = np.isfinite(value) if work.best is None else work.gap(value) <= state.lost
        if not (sound and np.isfinite(gradient).all()):
            self._complaint = self._why(why)
            self._state = state._replace(status="diverged")
            return
        problem = state.problem.with_values(**scalars) if scalars else state.problem
        steps = state.steps + 1
        history, every = state.history, state.every
        if (steps - self.FIRST) % every == 0 or steps < self.FIRST:
            history, every = self._with(steps, value)
        self._state = state._replace(
            work=work, coordinates=at, value=value, slope=gradient, memory=memory, problem=problem,
            steps=steps, status="running", history=history, every=every)

    def _learned(self, rate: float) -> dict[str, float]:
        """Return the learned scalars after half a Newton step along their logarithms."""
        work, way = self._state.work, rate / self.usual_rate / 2
        slopes = work.slopes(self._state.coordinates)
        return {name: float(getattr(work, name) * np.exp(way * slopes[name][0] / slopes[name][1]))
                for name in work.learn}

    def _with(self, step: int, value: float) -> tuple[dict[int, float], int]:
        """Return the history with one step more, thinned out when it is long, and its distance."""
        history, every = self._state.history, self._state.every
        if len(history) < self.LONGEST:
            history[step] = value  # a step that an interrupt stops is taken again
            return history, every
        history = history | {step: value}
        for late in list(history)[self.FIRST + 1::2]:
            del history[late]
        return history, 2 * every

    # Words
    def describe(self) -> str:
        """Return the state as one line in words."""
        if self.status == "diverged":
            return self._complaint
        value = f"{self.problem.name_of_value.capitalize()} {_number(self.value)}"
        words = [f"Step {self.steps}.", f"{value}{self._gap_in_words()}.",
                 *self._state.work.words(self._state.coordinates)]
        if self._above_limit():
            words.append(f"The learning rate {self._above_limit()}: steps may overshoot and never "
                         "settle.")
        if self.ablation_in_words:
            name = self.problem.name_of_value
            shown = f"{name} is the true one" if self.gap is None else (
                f"gap is that of the true {name}")
            words.append(f"Trained with {self.ablation_in_words}; the {shown}.")
        return " ".join(words)

    def __repr__(self) -> str:
        return (f"Trainer({type(self.problem).__name__}, {self.optimiser!r}, "
                f"learning_rate={self.learning_rate:.4g}, seed={self.seed}): {self.describe()}")

    def _why(self, error: Exception | None) -> str:
        """Return why the training has diverged, and what to do."""
        if isinstance(error, checks.LostDigits) and not self._above_limit():
            return f"Stopped at step {self.steps + 1}: {error}"
        if self.problem.sign * self.value > 1e12 * (1 + abs(self._state.history[0])):
            return (f"Stopped at step {self.steps + 1}: the {self.problem.name_of_value} gets "
                    "better without end. It seems to have no optimum.")
        rate = self._above_limit() or f"{self.learning_rate:.4g} is too large"
        advice = f"the learning rate {rate}. Reset and choose a smaller one."
        if self.ablation_in_words:
            advice = (f"trained with {self.ablation_in_words}, and perhaps too fast. Reset and "
                      "choose another gradient or a smaller learning rate.")
        return f"Diverged at step {self.steps + 1}: {advice}"

    def _above_limit(self) -> str:
        limit, rate = self.stability_limit or np.inf, self.learning_rate
        return f"{rate:.4g} is above the stability limit {limit:.4g}" if rate > limit else ""

    def _gap_in_words(self) -> str:
        problem, gap = self.problem, self.gap
        if gap is None:
            return ""
        percent, side = 100 * gap, "below" if problem.sign > 0 else "above"
        size = f"{percent:,.0f}" if percent >= 9.5 else f"{percent:.2g}"
        size = size if percent >= 1e-4 else "less than 0.0001"
        of = "" if problem.scale == abs(problem.best) else f"of {_number(problem.scale)} "
        return f", {size} % {of}{side} the best possible"


def _elementwise(optimiser: str) -> bool:
    return OPTIMISERS[optimiser].stable is None


def _ablation_named(name: str | None, problem: Problem) -> str:
    """Return an ablation by its name as a problem spells it; the whole gradient without one."""
    names = {spelling(known): known for known in problem.ablations}
    name = next(iter(names)) if name is None else spelling(name)
    return names[checks.known(name, names, "gradient")]


def _number(value: float) -> str:
    return f"{value:{',.1f' if 1000 <= abs(value) < 1e15 else '.4g'}}".replace("-", "−")
