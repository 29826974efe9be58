"""The optimisers: each turns a gradient into one step."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Array = np.ndarray
Inner = Callable[[Array, Array], float]  # an inner product


class Optimiser(NamedTuple):
    """One step of an optimiser, and how far it is stable, relative to plain gradient steps.

    Attributes
    ----------
    step : function of (memory, parameters, uphill, learning rate, inner product)
        It returns the next parameters, and may keep what it likes in the dict `memory`.
    stable : float or None
        None for an optimiser with a unit of its own for each entry; its steps leave the span of the
        data.
    """

    step: Callable[[dict, Array, Array, float, Inner], Array]
    stable: float | None


def _gradient(memory: dict, at: Array, uphill: Array, rate: float, inner: Inner) -> Array:
    return at + rate * uphill


def _momentum(memory: dict, at: Array, uphill: Array, rate: float, inner: Inner) -> Array:
    velocity = memory.get("velocity", 0 * uphill)
    # A velocity that points downhill is dropped: O'Donoghue and Candès (2015), section 3.2,
    # adaptive restart.
    kept = 0.9 * velocity if inner(velocity, uphill) >= 0 else 0
    memory["velocity"] = velocity = rate * uphill + kept
    return at + velocity


def _nesterov(memory: dict, at: Array, uphill: Array, rate: float, inner: Inner) -> Array:
    # `at` are the points that look ahead, `landed` those that gradient steps lead to.
    landed = at + rate * uphill
    move = landed - memory.get("landed", at)
    count = memory.get("count", 0) + 1 if inner(move, uphill) >= 0 else 0  # the same restart
    memory.update(landed=landed, count=count)
    return landed + max(count - 1, 0) / (count + 2) * move


def _adam(memory: dict, at: Array, uphill: Array, rate: float, inner: Inner) -> Array:
    count = memory["count"] = memory.get("count", 0) + 1
    mean = memory["mean"] = 0.9 * memory.get("mean", 0) + 0.1 * uphill
    square = memory["square"] = 0.999 * memory.get("square", 0) + 0.001 * uphill**2
    length = np.sqrt(square / (1 - 0.999**count)) + 1e-8
    return at + rate * (mean / (1 - 0.9**count)) / length


# Where the curvature is h, plain steps are stable below 2/h, and steps with all of Nesterov's
# momentum below 4/(3h). Plain momentum would be stable further, but a restart is a plain step.
OPTIMISERS = {
    "gradient": Optimiser(_gradient, 1.0),  # Cauchy (1847)
    "momentum": Optimiser(_momentum, 1.0),  # Polyak (1964), momentum 0.9, with restart
    "nesterov": Optimiser(_nesterov, 2 / 3),  # Nesterov (1983), momentum (k−1)/(k+2), with restart
    "adam": Optimiser(_adam, None),  # Kingma and Ba (2015), swings a little about the optimum
}
