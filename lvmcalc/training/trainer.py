"""Training without a screen: how one step goes, and a trainer that owns the state."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from lvmcalc import checks
from lvmcalc.notation import spelling
from lvmcalc.training.problem import AutoencoderProblem, GPLVMProblem, Problem

Inner = Callable[[np.ndarray, np.ndarray], float]  # an inner product

__all__ = ["OPTIMISERS", "AutoencoderProblem", "GPLVMProblem", "History", "Optimiser", "Problem",
           "Trainer"]


def _gradient(memory: dict, parameters: np.ndarray, uphill: np.ndarray, rate: float,
              inner: Inner) -> np.ndarray:
    return parameters + rate * uphill


def _momentum(memory: dict, parameters: np.ndarray, uphill: np.ndarray, rate: float,
              inner: Inner) -> np.ndarray:
    velocity = memory.get("velocity", 0 * uphill)
    # A velocity that points downhill is dropped: O'Donoghue and Candès (2015), section 3.2,
    # adaptive restart.
    memory["velocity"] = velocity = rate * uphill + (0.9 * velocity if inner(velocity, uphill) >= 0
                                                     else 0)
    return parameters + velocity


def _nesterov(memory: dict, parameters: np.ndarray, uphill: np.ndarray, rate: float,
              inner: Inner) -> np.ndarray:
    # The parameters are the points that look ahead, `landed` those that gradient steps lead to.
    landed = parameters + rate * uphill
    move = landed - memory.get("landed", parameters)
    count = memory.get("count", 0) + 1 if inner(move, uphill) >= 0 else 0  # the same restart
    memory.update(landed=landed, count=count)
    return landed + max(count - 1, 0) / (count + 2) * move


def _adam(memory: dict, parameters: np.ndarray, uphill: np.ndarray, rate: float,
          inner: Inner) -> np.ndarray:
    count = memory["count"] = memory.get("count", 0) + 1
    mean = memory["mean"] = 0.9 * memory.get("mean", 0) + 0.1 * uphill
    square = memory["square"] = 0.999 * memory.get("square", 0) + 0.001 * uphill**2
    return parameters + rate * (mean / (1 - 0.9**count)) / (np.sqrt(square / (1 - 0.999**count))
                                                            + 1e-8)


class Optimiser(NamedTuple):
    """One step of an optimiser, and how far it is stable, relative to plain gradient steps.

    One without a limit has units of its own, entry by entry, so its steps leave the span of the
    data.
    """

    step: Callable[[dict, np.ndarray, np.ndarray, float, Inner], np.ndarray]
    stable: float | None


# Where the curvature is h, plain steps are stable below 2/h, and those with all of Nesterov's
# momentum below
# 4/(3h). Plain momentum would be stable further, but a restart is a plain step.
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
    """Optimises a problem step by step, repeatable from its seed, and stops before anything becomes
    infinite.

    Parameters
    ----------
    problem : Problem
        An `AutoencoderProblem` or a `GPLVMProblem`.
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
        With α and β as they are now, if they are learned.
    parameters, value, gradient
        The state, always finite; the gradient is the whole one. The parameters can be set, which
        drops the momentum.
    steps : int
    status : str
        "ready", "running" or "diverged".

    Raises
    ------
    TypeError, ValueError
        If an optimiser, a learning rate, a seed or an ablation is none; the sentence names it.
    """

    # the history keeps its first steps, and ever fewer of the later ones
    FIRST, LONGEST = 1000, 4000

    def __init__(self, problem: Problem, optimiser: str = "nesterov",
                 learning_rate: float | None = None,
                 seed: int = 0, ablation: str | None = None):
        if not isinstance(problem, Problem):
            raise TypeError("The problem must be an AutoencoderProblem or a GPLVMProblem, "
                            f"but {type(problem).__name__} came.")
        self.problem = self._given = problem
        self.seed, self.optimiser, self.learning_rate, self.ablation = seed, optimiser, learning_rate, ablation
        self.reset()

    def reset(self, seed: int | None = None) -> None:
        """Start again from `seed`, or from the seed of the last start."""
        seed = self.seed if seed is None else seed
        if self._elementwise:
            self._enter(self._given, np.asarray(self._given.start(seed)))
        else:
            self._enter(*self._given.begin(seed))
        self.problem = self._given
        self.seed, self.steps, self.status = int(seed), 0, "ready"
        self._steps, self._values, self._every = [0], [self.value], 1
        self._lost = 100 * max(1.0, self.gap)  # with a larger gap the steps only grow

    def _enter(self, work: Problem, coordinates: np.ndarray) -> None:
        """Go on from there, without momentum."""
        self.value, self._slope = work.finite(coordinates)
        self._work, self._at, self._parameters = work, coordinates, None
        self._memory: dict[str, Any] = {}

    @property
    def _elementwise(self) -> bool:
        return OPTIMISERS[self._optimiser].stable is None

    @property
    def parameters(self) -> np.ndarray:
        """The parameters, made from the coordinates of training when they are looked at: lazily for
        a Dask array."""
        if self._parameters is None:
            self._parameters = self._work.lift(self._at)
        return self._parameters

    def write(self, out: np.ndarray) -> np.ndarray:
        """Write the parameters into an array of their shape, such as a memory map, block by block,
        and return it."""
        return self._work.lift(self._at, out)

    @parameters.setter
    def parameters(self, parameters: np.ndarray) -> None:
        problem = self.problem
        self._enter(*((problem, problem.checked(parameters)) if self._elementwise
                      else problem.reduced(parameters)))

    @property
    def gradient(self) -> np.ndarray:
        """The whole gradient, which has the shape of the parameters."""
        return self._work.lift(self._slope)

    @property
    def optimiser(self) -> str:
        """The name of the optimiser."""
        return self._optimiser

    @optimiser.setter
    def optimiser(self, name: str) -> None:
        checks.known(name, OPTIMISERS, "optimiser")
        elementwise = self._elementwise if hasattr(self, "_at") else None
        self._optimiser, self._memory = name, {}
        if elementwise not in (None, self._elementwise):
            self.parameters = self.parameters  # enters the span of the data, or leaves it

    @property
    def learning_rate(self) -> float:
        """What was set, or else the usual rate."""
        return self.usual_rate if self._rate is None else self._rate

    @learning_rate.setter
    def learning_rate(self, rate: float | None) -> None:
        self._rate = None if rate is None else checks.scalar(rate, "The learning rate",
                                                             positive=True)

    @property
    def ablation(self) -> str:
        """The name of what the steps go along, the whole gradient or what is left of it."""
        return self._ablation

    @ablation.setter
    def ablation(self, name: str | None) -> None:
        names = {spelling(known): known for known in self.problem.ablations}
        self._ablation = names[checks.known(next(iter(names)) if name is None else spelling(name),
                                            names, "gradient")]
        self._memory = {}

    @property
    def ablation_in_words(self) -> str:
        """What the steps go along, and "" for the whole gradient."""
        return self.problem.ablations[self.ablation].words

    @property
    def direction(self) -> np.ndarray:
        """What is left of the gradient here."""
        return self._work.lift(self._direction)

    @property
    def _direction(self) -> np.ndarray:
        return self._work.ablated(self._ablation, self._at, self._slope)

    @property
    def settled(self) -> bool:
        """Whether what is left of the gradient moves nothing any more."""
        problem = self.problem
        length = np.linalg.norm(self._work.spanning(self._direction)) / np.sqrt(
            np.prod(problem.shape))
        return bool(problem.stability_limit * length < 1e-10 * problem.spread)

    @property
    def usual_rate(self) -> float:
        """The optimiser's own default: 0.9 of the stability limit, for Adam 5 % of an entry at the
        start."""
        return 0.05 * self.problem.spread if self.stability_limit is None else 0.9 * self.stability_limit

    @property
    def stability_limit(self) -> float | None:
        """The learning rate below which this optimiser stays at the optimum; None for Adam."""
        stable = OPTIMISERS[self.optimiser].stable
        return None if stable is None else stable * self.problem.stability_limit

    @property
    def gap(self) -> float:
        """How far the value is from that of the exact optimum, relative to it; at least 0 up to
        rounding."""
        return self.problem.gap(self.value)

    @property
    def history(self) -> History:
        """The values so far: every one of the first steps, ever fewer of the later ones, and the
        last."""
        steps, values = self._steps, self._values
        if steps[-1] != self.steps:
            steps, values = [*steps, self.steps], [*values, self.value]
        return History(np.array(steps), np.array(values))

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

    def describe(self) -> str:
        """Return the state as one line in words."""
        if self.status == "diverged":
            return self._complaint
        name, number = self.problem.name_of_value.capitalize(), _number(self.value)
        words = [f"Step {self.steps}.", f"{name} {number}, {self._gap_in_words()}."]
        if self._work.basis.size:
            angle = self._work.angle(self._at)
            size = f"{angle:.1f}" if angle >= 0.1 else "less than 0.1"
            words.append(f"Subspace {size}° from the principal components.")
        else:
            words.append("The best latent points are all 0: with this β the noise explains the "
                         "data.")
        if "beta" in self.problem.learn:
            words.append(f"β is {self.problem.beta / self.problem.best_beta:.3g} × the best.")
        if self._above_limit():
            words.append(f"The learning rate {self._above_limit()}: steps may overshoot and never "
                         "settle.")
        if self.ablation_in_words:
            words.append(f"Trained with {self.ablation_in_words}; "
                         f"the gap is that of the true {self.problem.name_of_value}.")
        return " ".join(words)

    def __repr__(self) -> str:
        return (f"Trainer({type(self.problem).__name__}, {self.optimiser!r}, "
                f"learning_rate={self.learning_rate:.4g}, seed={self.seed}): {self.describe()}")

    def _advance(self) -> None:
        work, rate = self._work, self.learning_rate
        step, uphill = OPTIMISERS[self._optimiser].step, (work.sign * work.pace) * self._direction
        at = step(self._memory, self._at, uphill, rate, work.inner)
        scalars = self._learned(rate) if work.learn else {}
        try:
            work = work.at(**scalars) if scalars else work
            value, gradient = work.evaluate(at)
        except (np.linalg.LinAlgError, ArithmeticError, ValueError):
            value, gradient = np.nan, at
        sound = work.gap(value) <= self._lost  # false for a value that is no number
        if not (sound and np.isfinite(gradient).all()):
            rate, words = self._above_limit() or f"{self.learning_rate:.4g} is too large", self.ablation_in_words
            advice = (f"trained with {words}, and perhaps too fast. Reset and choose another "
                      "gradient or a smaller "
                      "learning rate." if words
                      else f"the learning rate {rate}. Reset and choose a smaller one.")
            self._complaint = f"Diverged at step {self.steps + 1}: {advice}"
            self.status = "diverged"
            return
        self._work, self._at, self._parameters, self.value, self._slope = work, at, None, value, gradient
        if scalars:
            self.problem = self.problem.at(**scalars)
        self.steps, self.status = self.steps + 1, "running"
        if (self.steps - self.FIRST) % self._every == 0 or self.steps < self.FIRST:
            self._steps.append(self.steps)
            self._values.append(self.value)
            if len(self._steps) > self.LONGEST:
                del self._steps[self.FIRST + 1::2], self._values[self.FIRST + 1::2]
                self._every *= 2

    def _learned(self, rate: float) -> dict[str, float]:
        """Return the learned scalars after a step along their logarithms: at the usual rate, half
        of Newton's."""
        slopes, way = self._work.slopes(self._at), rate / self.usual_rate / 2
        return {name: float(vars(self._work)[name]
                            * np.exp(way * slopes[name][0] / slopes[name][1]))
                for name in self._work.learn}

    def _above_limit(self) -> str:
        limit = self.stability_limit
        above = limit is not None and self.learning_rate > limit
        return f"{self.learning_rate:.4g} is above the stability limit {limit:.4g}" if above else ""

    def _gap_in_words(self) -> str:
        percent, direction = 100 * self.gap, "below" if self.problem.sign > 0 else "above"
        size = f"{percent:,.0f}" if percent >= 9.5 else f"{percent:.2g}"
        size = size if percent >= 1e-4 else "less than 0.0001"
        of = "" if self.problem.scale == abs(
            self.problem.best) else f"of {_number(self.problem.scale)} "
        return f"{size} % {of}{direction} the best possible"


def _number(value: float) -> str:
    return (f"{value:,.1f}" if abs(value) >= 1000 else f"{value:.4g}").replace("-", "−")
