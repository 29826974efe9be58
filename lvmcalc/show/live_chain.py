"""Watch and steer the training of any chain."""

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np

from lvmcalc import checks, notation
from lvmcalc.chain import Chain
from lvmcalc.models import chain_named
from lvmcalc.show import panels
from lvmcalc.show.live_base import Training
from lvmcalc.training import ChainProblem

_MOST = 64  # cells of a heat map along a side; of a larger matrix, the means of blocks are drawn


class Live(Training):
    """Any chain in training: its value step by step, the parameters and their gradient.

    Parameters
    ----------
    chain : str or Chain
        The name of a model's chain, or a chain of one's own.
    train : str or sequence of str
        The leaves to train.
    maximise : bool
    picture : function of the parameters, optional
        Returns one's own picture: a matrix, drawn as a heat map.
    optimiser, learning_rate, seed, speed, budget, key
        As for `LiveGPLVM`.
    **data : array_like or float
        The values of all other leaves, and each size that they do not tell, such as `m=2`.

    Raises
    ------
    TypeError, ValueError
        If a name, a shape or a number is wrong; the sentence names it.
    """

    def __init__(self, chain: str | Chain, train: str | Sequence[str], *, maximise: bool = False,
                 picture: Callable[[Any], Any] | None = None, optimiser: str = "nesterov",
                 learning_rate: float | None = None, seed: int = 0, speed: float = 30,
                 budget: int = 20_000, key: str | None = None, **data: Any) -> None:
        self._own = picture
        problem = ChainProblem(chain_named(chain), train, maximise=maximise, **data)
        super().__init__(problem, optimiser, learning_rate, seed, speed, budget, key)

    def picture(self) -> dict[str, Any]:
        problem = self.trainer.problem
        found = {"curve": panels.value_curve_panel(problem) | {
            "title": f"{notation.plain(problem.chain.output)}, the value of {problem.chain.name}"}}
        rows = []
        for name, shape in problem.shapes.items():
            drawn, block = np.shape(_means(np.zeros(shape))), _block(shape)
            about = f", means of {block[0]}×{block[1]}" if max(block) > 1 else ""
            adjoint = notation.adjoint_name(problem.chain.output, name)
            found |= {name: panels.matrix_panel(notation.plain(name) + about, drawn),
                      f"gradient {name}": panels.matrix_panel(adjoint + about, drawn)}
            rows.append((1, [name, f"gradient {name}"]))
        layout = [(1, [(1, ["curve"])])]
        if self._own is not None:
            found["own"] = panels.matrix_panel("picture", np.shape(self._drawn()), fill=False,
                                               most=400)
            layout[0][1].append((1, ["own"]))
        short = not any("means" in panel["title"] for panel in found.values())
        columns = [rows[::2], rows[1::2]] if short and len(rows) > 2 else [rows] * bool(rows)
        return panels.picture(found, [*layout, *((1 / len(columns), column) for column in columns)])

    def numbers(self) -> Mapping[str, Any]:
        trainer, problem = self.trainer, self.trainer.problem
        found = dict(self.curves())
        for name, values in (("{}", trainer.parameters), ("gradient {}", trainer.gradient)):
            values = {problem.variables[0]: values} if problem.one else values
            found |= {name.format(key): np.ravel(_means(value)) for key, value in values.items()}
        return found if self._own is None else found | {"own": np.ravel(self._drawn())}

    def __repr__(self) -> str:
        return f"Live({self.trainer.problem.chain.name}): {self.status}"

    def _drawn(self) -> np.ndarray:
        return checks.matrix(np.atleast_2d(self._own(self.trainer.parameters)), "The picture")


def _block(shape: tuple[int, ...]) -> list[int]:
    """Return how many rows and columns one cell of the heat map stands for."""
    return [ceil(size / _MOST) for size in (1, 1, *shape)[-2:]]


def _means(value: Any) -> np.ndarray:
    """Return a matrix, or the means of its blocks if it is large."""
    value = np.atleast_2d(value)
    for axis, step in enumerate(_block(value.shape)):
        starts = np.arange(0, value.shape[axis], step)
        counts = np.diff([*starts, value.shape[axis]])
        value = np.add.reduceat(value, starts, axis) / np.expand_dims(counts, 1 - axis)
    return value
