"""Training without a screen: how one step goes, and a trainer that owns the state."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from lvmcalc import checks
from lvmcalc.chain import spelling
from lvmcalc.problems import AutoencoderProblem, GPLVMProblem, Problem

__all__ = ["OPTIMISERS", "AutoencoderProblem", "GPLVMProblem", "History", "Optimiser", "Problem", "Trainer"]


def _gradient(memory: dict, parameters: np.ndarray, uphill: np.ndarray, rate: float) -> np.ndarray:
    return parameters + rate * uphill


def _momentum(memory: dict, parameters: np.ndarray, uphill: np.ndarray, rate: float) -> np.ndarray:
    velocity = memory.get("velocity", 0 * uphill)
    # A velocity that points downhill is dropped: O'Donoghue and Candès (2015), section 3.2, adaptive restart.
    memory["velocity"] = velocity = rate * uphill + (0.9 * velocity if np.vdot(velocity, uphill) >= 0 else 0)
    return parameters + velocity


def _nesterov(memory: dict, parameters: np.ndarray, uphill: np.ndarray, rate: float) -> np.ndarray:
    # The parameters are the points that look ahead, `landed` those that gradient steps lead to.
    landed = parameters + rate * uphill
    move = landed - memory.get("landed", parameters)
    count = memory.get("count", 0) + 1 if np.vdot(move, uphill) >= 0 else 0  # the same restart
    memory.update(landed=landed, count=count)
    return landed + max(count - 1, 0) / (count + 2) * move


def _adam(memory: dict, parameters: np.ndarray, uphill: np.ndarray, rate: float) -> np.ndarray:
    count = memory["count"] = memory.get("count", 0) + 1
    mean = memory["mean"] = 0.9 * memory.get("mean", 0) + 0.1 * uphill
    square = memory["square"] = 0.999 * memory.get("square", 0) + 0.001 * uphill**2
    return parameters + rate * (mean / (1 - 0.9**count)) / (np.sqrt(square / (1 - 0.999**count)) + 1e-8)


class Optimiser(NamedTuple):
    """One step of an optimiser, and how far it is stable, relative to plain gradient steps."""

    step: Callable[[dict, np.ndarray, np.ndarray, float], np.ndarray]
    stable: float | None


# Where the curvature is h, plain steps are stable below 2/h, and those with all of Nesterov's momentum below
# 4/(3h). Plain momentum would be stable further, but a restart is a plain step. Adam has units of its own.
OPTIMISERS = {
    "gradient": Optimiser(_gradient, 1.0),  # Cauchy (1847)
    "momentum": Optimiser(_momentum, 1.0),  # Polyak (1964), momentum 0.9, with restart
    "nesterov": Optimiser(_nesterov, 2 / 3),  # Nesterov (1983), momentum (k−1)/(k+2), with restart
    "adam": Optimiser(_adam, None),  # Kingma and Ba (2015), swings a little about the optimum
}


class History(NamedTuple):
    """The steps that are remembered, and the value after each of them."""

    steps: np.ndarray
    values: np.ndarray


class Trainer:
    """Optimises a problem step by step, repeatable from its seed, and stops before anything becomes infinite.

    Parameters
    ----------
    problem : Problem
        An `AutoencoderProblem` or a `GPLVMProblem`.
    optimiser : str
        One of `OPTIMISERS`; it can be changed between steps, which drops its momentum.
    learning_rate : float, optional
        Positive, and it can be changed between steps; None is the optimiser's own default for this problem.
    seed : int
        A whole number, at least 0.
    ablation : str, optional
        One of `problem.gradients`: what the steps go along, while value and gap stay the true ones. It can be changed
        between steps, which drops the momentum; None is the whole gradient.

    Attributes
    ----------
    parameters, value, gradient
        The state, always finite; the gradient is the whole one.
    steps : int
    status : str
        "ready", "running" or "diverged".

    Raises
    ------
    TypeError, ValueError
        If an optimiser, a learning rate, a seed or an ablation is none; the sentence names it.
    """

    FIRST, LONGEST = 1000, 4000  # the history keeps its first steps, and ever fewer of the later ones

    def __init__(self, problem: Problem, optimiser: str = "nesterov", learning_rate: float | None = None,
                 seed: int = 0, ablation: str | None = None):
        if not isinstance(problem, Problem):
            raise TypeError("The problem must be an AutoencoderProblem or a GPLVMProblem, "
                            f"but {type(problem).__name__} came.")
        self.problem, self.seed, self.optimiser, self.learning_rate = problem, seed, optimiser, learning_rate
        self.ablation = ablation
        self.reset()

    def reset(self, seed: int | None = None) -> None:
        """Start again from `seed`, or from the seed of the last start."""
        seed = self.seed if seed is None else seed
        self.parameters = self.problem.start(seed)
        self.value, self.gradient = self.problem.evaluate(self.parameters)
        self.seed, self.steps, self.status = int(seed), 0, "ready"
        self._memory: dict[str, Any] = {}
        self._steps, self._values, self._every = [0], [self.value], 1
        self._lost = 100 * max(1.0, self.gap)  # with a larger gap the steps only grow

    @property
    def optimiser(self) -> str:
        """The name of the optimiser."""
        return self._optimiser

    @optimiser.setter
    def optimiser(self, name: str) -> None:
        self._optimiser = checks.known(name, OPTIMISERS, "optimiser")
        self._memory = {}

    @property
    def learning_rate(self) -> float:
        """What was set, or else the usual rate."""
        return self.usual_rate if self._rate is None else self._rate

    @learning_rate.setter
    def learning_rate(self, rate: float | None) -> None:
        self._rate = None if rate is None else checks.scalar(rate, "The learning rate", positive=True)

    @property
    def ablation(self) -> str:
        """The name of what the steps go along, the whole gradient or what is left of it."""
        return self._ablation

    @ablation.setter
    def ablation(self, name: str | None) -> None:
        names = {spelling(known): known for known in self.problem.gradients}
        self._ablation = names[checks.known(next(iter(names)) if name is None else spelling(name), names, "gradient")]
        self._memory = {}

    @property
    def ablation_in_words(self) -> str:
        """What the steps go along, and "" for the whole gradient."""
        return self.problem.gradients[self.ablation].words

    @property
    def direction(self) -> np.ndarray:
        """What is left of the gradient here."""
        return self.problem.ablated(self.ablation, self.parameters, self.gradient)

    @property
    def settled(self) -> bool:
        """Whether what is left of the gradient moves nothing any more."""
        return bool(self.problem.stability_limit * np.abs(self.direction).max() < 1e-10 * self.problem.spread)

    @property
    def usual_rate(self) -> float:
        """The optimiser's own default: 0.9 of the stability limit, for Adam 5 % of an entry at the start."""
        return 0.05 * self.problem.spread if self.stability_limit is None else 0.9 * self.stability_limit

    @property
    def stability_limit(self) -> float | None:
        """The learning rate below which this optimiser stays at the optimum; None for Adam."""
        stable = OPTIMISERS[self.optimiser].stable
        return None if stable is None else stable * self.problem.stability_limit

    @property
    def gap(self) -> float:
        """How far the value is from that of the exact optimum, relative to it; at least 0 up to rounding."""
        return self.problem.gap(self.value)

    @property
    def history(self) -> History:
        """The values so far: every one of the first steps, ever fewer of the later ones, and the last."""
        steps, values = self._steps, self._values
        if steps[-1] != self.steps:
            steps, values = [*steps, self.steps], [*values, self.value]
        return History(np.array(steps), np.array(values))

    def step(self, k: int = 1) -> None:
        """Make k steps, or fewer if the training diverges; none if it has diverged before."""
        for _ in range(checks.whole(k, "k", why="the number of steps")):
            if self.status == "diverged":
                return
            self._advance()

    def run(self, k: int) -> "Trainer":
        """Make k steps and return the trainer."""
        self.step(k)
        return self

    def describe(self) -> str:
        """Return the state as one line in words."""
        if self.status == "diverged":
            return self._complaint
        name, number = self.problem.name_of_value.capitalize(), _number(self.value)
        words = [f"Step {self.steps}.", f"{name} {number}, {self._gap_in_words()}."]
        if self.problem.basis.size:
            angle = self.problem.subspace_angle(self.parameters)
            size = f"{angle:.1f}" if angle >= 0.1 else "less than 0.1"
            words.append(f"Subspace {size}° from the principal components.")
        else:
            words.append("The best latent points are all 0: with this β the noise explains the data.")
        if self._above_limit():
            words.append(f"The learning rate {self._above_limit()}: steps may overshoot and never settle.")
        if self.ablation_in_words:
            words.append(f"Trained with {self.ablation_in_words}; "
                         f"the gap is that of the true {self.problem.name_of_value}.")
        return " ".join(words)

    def __repr__(self) -> str:
        return (f"Trainer({type(self.problem).__name__}, {self.optimiser!r}, "
                f"learning_rate={self.learning_rate:.4g}, seed={self.seed}): {self.describe()}")

    def _advance(self) -> None:
        with np.errstate(all="ignore"):  # what overflows here is told in words, by `describe`
            step, uphill = OPTIMISERS[self.optimiser].step, self.problem.sign * self.direction
            parameters = step(self._memory, self.parameters, uphill, self.learning_rate)
            try:
                value, gradient = self.problem.evaluate(parameters)
            except np.linalg.LinAlgError:
                value, gradient = np.nan, parameters
            sound = self.problem.gap(value) <= self._lost  # false for a value that is no number
        if not (sound and np.isfinite(gradient).all()):
            rate, words = self._above_limit() or f"{self.learning_rate:.4g} is too large", self.ablation_in_words
            advice = (f"trained with {words}, and perhaps too fast. Reset and choose another gradient or a smaller "
                      "learning rate." if words else f"the learning rate {rate}. Reset and choose a smaller one.")
            self._complaint = f"Diverged at step {self.steps + 1}: {advice}"
            self.status = "diverged"
            return
        self.parameters, self.value, self.gradient = parameters, value, gradient
        self.steps, self.status = self.steps + 1, "running"
        if (self.steps - self.FIRST) % self._every == 0 or self.steps < self.FIRST:
            self._steps.append(self.steps)
            self._values.append(self.value)
            if len(self._steps) > self.LONGEST:
                del self._steps[self.FIRST + 1::2], self._values[self.FIRST + 1::2]
                self._every *= 2

    def _above_limit(self) -> str:
        limit = self.stability_limit
        above = limit is not None and self.learning_rate > limit
        return f"{self.learning_rate:.4g} is above the stability limit {limit:.4g}" if above else ""

    def _gap_in_words(self) -> str:
        percent, direction = 100 * self.gap, "below" if self.problem.sign > 0 else "above"
        size = f"{percent:,.0f}" if percent >= 9.5 else f"{percent:.2g}"
        size = size if percent >= 1e-4 else "less than 0.0001"
        of = "" if self.problem.scale == abs(self.problem.best) else f"of {_number(self.problem.scale)} "
        return f"{size} % {of}{direction} the best possible"


def _number(value: float) -> str:
    return (f"{value:,.1f}" if abs(value) >= 1000 else f"{value:.4g}").replace("-", "−")
