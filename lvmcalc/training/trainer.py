"""The trainer: it holds the state of a run and advances it, without a screen."""

from copy import copy
from typing import Any, NamedTuple

import numpy as np

from lvmcalc import checks
from lvmcalc.notation import spelling
from lvmcalc.training.optimisers import OPTIMISERS
from lvmcalc.training.problem import Problem


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
        self.problem = self._given = problem
        self.seed = seed
        self._optimiser = checks.known(optimiser, OPTIMISERS, "optimiser")
        self.learning_rate = learning_rate
        self.ablation = ablation
        self.reset()

    def reset(self, seed: int | None = None) -> None:
        """Start again from `seed`, or from the seed of the last start."""
        given, seed = self._given, self.seed if seed is None else seed
        place = (given, given.checked(given.start(seed))) if _elementwise(self._optimiser) else (
            given.begin(seed))
        state = _entered(*place)
        limit = given.stability_limit or _limit_near(*place)
        lost = 100 * max(1.0, given.gap(state["value"]) or 0.0)  # beyond it the steps only grow
        self._become(**state, problem=given, seed=int(seed), steps=0, status="ready",
                     _history={0: state["value"]}, _every=1, _limit=limit, _lost=lost)

    def _become(self, **state: Any) -> None:
        """Change the state as a whole: an interrupt comes before it or after it."""
        vars(self).update(state)

    def _placed(self, parameters: Any, optimiser: str) -> dict[str, Any]:
        """Return the state at these parameters, in the coordinates of that optimiser."""
        problem = self.problem
        return _entered(*((problem, problem.checked(parameters)) if _elementwise(optimiser)
                          else problem.reduced(parameters)))

    # The state
    @property
    def parameters(self) -> Any:
        """The parameters, computed when they are asked for; they are lazy for a Dask array."""
        if self._parameters is None:
            self._parameters = self._work.lift(self._at)
        return self._parameters

    @parameters.setter
    def parameters(self, parameters: Any) -> None:
        self._become(**self._placed(parameters, self._optimiser))

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
        return self._work.lift(self._at, checks.writable(out, "out", self.problem.shape))

    @property
    def gradient(self) -> Any:
        """The whole gradient, which has the shape of the parameters."""
        return self._work.lift(self._slope)

    @property
    def direction(self) -> Any:
        """What is left of the gradient here."""
        return self._work.lift(self._direction)

    @property
    def _direction(self) -> np.ndarray:
        return self._work.ablated(self._ablation, self._at, self._slope)

    @property
    def gap(self) -> float | None:
        """How far the value is from the exact optimum, relative to it; None if it is unknown."""
        return self.problem.gap(self.value)

    @property
    def settled(self) -> bool:
        """Whether steps along what is left of the gradient would no longer move anything."""
        length = np.linalg.norm(self._work.spanning(self._direction))
        mean = length / np.sqrt(np.prod(self.problem.shape))
        return bool(self._limit * mean < 1e-10 * self.problem.spread)

    @property
    def history(self) -> History:
        """The first steps with their values, ever fewer of the later ones, and the last."""
        known = self._history | {self.steps: self.value}
        return History(np.array(list(known)), np.array(list(known.values())))

    # The settings
    @property
    def optimiser(self) -> str:
        """The name of the optimiser."""
        return self._optimiser

    @optimiser.setter
    def optimiser(self, name: str) -> None:
        name, state = checks.known(name, OPTIMISERS, "optimiser"), {}
        if _elementwise(name) != _elementwise(self._optimiser):
            state = self._placed(self.parameters, name)  # enters the span of the data, or leaves it
        self._become(**state | {"_optimiser": name, "_memory": {}})

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
        return (0.9 if self.problem.stability_limit else 0.25) * (stable * self._limit)

    @property
    def stability_limit(self) -> float | None:
        """The learning rate below which this optimiser stays at the optimum; None if unknown."""
        stable, limit = OPTIMISERS[self.optimiser].stable, self.problem.stability_limit
        return None if stable is None or limit is None else stable * limit

    @property
    def ablation(self) -> str:
        """The name of the ablation: the whole gradient, or what is left of it."""
        return self._ablation

    @ablation.setter
    def ablation(self, name: str | None) -> None:
        names = {spelling(known): known for known in self.problem.ablations}
        name = next(iter(names)) if name is None else spelling(name)
        self._become(_ablation=names[checks.known(name, names, "gradient")], _memory={})

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
        other = copy(self)
        other._history, other._memory = dict(self._history), dict(self._memory)
        return other

    def _advance(self) -> None:
        work, rate = self._work, self.learning_rate
        step, uphill = OPTIMISERS[self._optimiser].step, (work.sign * work.pace) * self._direction
        memory, why = dict(self._memory), None
        at = step(memory, self._at, uphill, rate, work.inner)
        scalars = self._learned(rate) if work.learn else {}
        try:
            work = work.at(**scalars) if scalars else work
            value, gradient = work.evaluate(at)
        except (np.linalg.LinAlgError, ArithmeticError, ValueError) as error:
            value, gradient, why = np.nan, at, error
        sound = np.isfinite(value) if work.best is None else work.gap(value) <= self._lost
        if not (sound and np.isfinite(gradient).all()):
            self.status, self._complaint = "diverged", self._why(why)
            return
        problem, steps = self.problem.at(**scalars) if scalars else self.problem, self.steps + 1
        history, every = self._history, self._every
        if (steps - self.FIRST) % every == 0 or steps < self.FIRST:
            history, every = self._with(steps, value)
        # Nothing is called here, so no interrupt comes between: the step is taken whole, or not.
        self._work, self._at, self._parameters, self._memory = work, at, None, memory
        self.value, self._slope, self.problem = value, gradient, problem
        self.steps, self.status, self._history, self._every = steps, "running", history, every

    def _learned(self, rate: float) -> dict[str, float]:
        """Return the learned scalars after half a Newton step along their logarithms."""
        work, way = self._work, rate / self.usual_rate / 2
        slopes = work.slopes(self._at)
        return {name: float(getattr(work, name) * np.exp(way * slopes[name][0] / slopes[name][1]))
                for name in work.learn}

    def _with(self, step: int, value: float) -> tuple[dict[int, float], int]:
        """Return the history with one step more, thinned out when it is long, and its distance."""
        if len(self._history) < self.LONGEST:
            self._history[step] = value  # a step that an interrupt stops is taken again
            return self._history, self._every
        history = self._history | {step: value}
        for late in list(history)[self.FIRST + 1::2]:
            del history[late]
        return history, 2 * self._every

    # Words
    def describe(self) -> str:
        """Return the state as one line in words."""
        if self.status == "diverged":
            return self._complaint
        value = f"{self.problem.name_of_value.capitalize()} {_number(self.value)}"
        words = [f"Step {self.steps}.", f"{value}{self._gap_in_words()}.",
                 *self._work.words(self._at)]
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
        if self.problem.sign * self.value > 1e12 * (1 + abs(self._history[0])):
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


def _entered(work: Problem, coordinates: np.ndarray) -> dict[str, Any]:
    """Return the state of a trainer there, without momentum."""
    value, slope = work.finite(coordinates)
    return {"value": value, "_slope": slope, "_work": work, "_at": coordinates, "_parameters": None,
            "_memory": {}}


def _number(value: float) -> str:
    return f"{value:{',.1f' if 1000 <= abs(value) < 1e15 else '.4g'}}".replace("-", "−")


def _limit_near(problem: Problem, at: np.ndarray) -> float:
    """Return 2 over the largest curvature there, by power iteration; 1 for a constant gradient."""
    slope, small = problem.evaluate(at)[1], 1e-6 * problem.spread
    generator = np.random.default_rng(0)
    change = problem.draw(generator) - problem.draw(generator)  # symmetric where it has to be
    for _ in range(20):
        move = change * (small / np.linalg.norm(change))
        change = problem.finite(at + move)[1] - slope
        if not change.any():
            return 1.0
    return 2 * small / float(np.linalg.norm(change))
