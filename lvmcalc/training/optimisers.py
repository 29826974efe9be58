"""The optimisers: how one step goes, given the direction uphill."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Inner = Callable[[np.ndarray, np.ndarray], float]  # an inner product
# memory, parameters, uphill, learning rate, inner product
Step = Callable[[dict, np.ndarray, np.ndarray, float, Inner], np.ndarray]


class Optimiser(NamedTuple):
    """One step of an optimiser, and how far it is stable, relative to plain gradient steps.

    An optimiser without a limit has a unit of its own for each entry, so its steps leave the span
    of the data.
    """

    step: Step
    stable: float | None


def _gradient(memory: dict, parameters: np.ndarray, uphill: np.ndarray, rate: float,
              inner: Inner) -> np.ndarray:
    return parameters + rate * uphill


def _momentum(memory: dict, parameters: np.ndarray, uphill: np.ndarray, rate: float,
              inner: Inner) -> np.ndarray:
    velocity = memory.get("velocity", 0 * uphill)
    # A velocity that points downhill is dropped: O'Donoghue and Candès (2015), section 3.2,
    # adaptive restart.
    kept = 0.9 * velocity if inner(velocity, uphill) >= 0 else 0
    memory["velocity"] = velocity = rate * uphill + kept
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
    length = np.sqrt(square / (1 - 0.999**count)) + 1e-8
    return parameters + rate * (mean / (1 - 0.9**count)) / length


# Where the curvature is h, plain steps are stable below 2/h, and steps with all of Nesterov's
# momentum below 4/(3h). Plain momentum would be stable further, but a restart is a plain step.
OPTIMISERS = {
    "gradient": Optimiser(_gradient, 1.0),  # Cauchy (1847)
    "momentum": Optimiser(_momentum, 1.0),  # Polyak (1964), momentum 0.9, with restart
    "nesterov": Optimiser(_nesterov, 2 / 3),  # Nesterov (1983), momentum (k−1)/(k+2), with restart
    "adam": Optimiser(_adam, None),  # Kingma and Ba (2015), swings a little about the optimum
}
