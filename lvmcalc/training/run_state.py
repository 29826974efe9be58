"""The state of a run: what a step or a change of a setting replaces as a whole."""

from typing import Any, NamedTuple

import numpy as np

from lvmcalc.training.problem import Problem


class RunState(NamedTuple):
    """What a run changes, replaced as a whole: an interrupt comes before a change or after it.

    Attributes
    ----------
    work : the problem in the coordinates of training
    coordinates : where the value and the whole gradient are `value` and `slope`
    memory : what the optimiser remembers
    problem : the problem with the scalars as they are now
    limit : 2 over the curvature
    lost : the gap beyond which the training has diverged
    history, every : values by step, and the distance of the later steps in it
    """

    work: Problem
    coordinates: np.ndarray
    value: float
    slope: np.ndarray
    memory: dict[str, Any]
    problem: Problem
    optimiser: str
    ablation: str
    seed: int
    limit: float
    lost: float
    history: dict[int, float]
    every: int = 1
    steps: int = 0
    status: str = "ready"

    @property
    def direction(self) -> np.ndarray:
        """What the ablation leaves of the gradient."""
        return self.work.ablated(self.ablation, self.coordinates, self.slope)


def entered(work: Problem, coordinates: np.ndarray) -> dict[str, Any]:
    """Return what coordinates decide of the state, without momentum."""
    value, slope = work.finite(coordinates)
    return {"work": work, "coordinates": coordinates, "value": value, "slope": slope, "memory": {}}


def limit_near(problem: Problem, at: np.ndarray) -> float:
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
