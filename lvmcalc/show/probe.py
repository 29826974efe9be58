"""Read off a model in training: its reconstruction of an object, its eigenvalues."""

from abc import ABC, abstractmethod

import numpy as np

from lvmcalc.show import style
from lvmcalc.training import Trainer
from lvmcalc.training.data import Dataset, centred

EIGENVALUES = 8  # shown at least, if there are so many
POINT = 39  # at first; of the digits, one that two numbers rebuild well


def eigenvalues(trainer: Trainer, count: int) -> np.ndarray:
    """Return the largest eigenvalues of DK, K = αXXᵀ + β⁻¹I, of a GP-LVM in training."""
    X, problem = np.asarray(trainer.parameters), trainer.problem
    found = np.full(count, 1 / problem.beta)
    found[:X.shape[1]] += problem.alpha * np.linalg.eigvalsh(X.T @ X)[::-1]
    return problem.D * found


class Probe(ABC):
    """What a model in training makes of one object of the data, and of others.

    Parameters
    ----------
    dataset : Dataset

    Attributes
    ----------
    point, last : int
        The row of the object, and the last row.
    move : pair of float
        How far its first two latent coordinates are moved, in standard deviations of those of all
        objects.
    size : str
        The size of the data in words, such as "150×4".
    """

    def __init__(self, dataset: Dataset, point: int = POINT,
                 move: tuple[float, float] = (0.0, 0.0)) -> None:
        self.dataset, self.Y, self.point, self.move = dataset, centred(dataset.Y), point, move
        self.last, self.size = len(self.Y) - 1, "×".join(map(str, self.Y.shape))

    @abstractmethod
    def latent(self, trainer: Trainer) -> np.ndarray:
        """Return the latent points or codes of all objects, shape (N, Q)."""

    @abstractmethod
    def generated(self, trainer: Trainer, latent: np.ndarray) -> np.ndarray:
        """Return the centred data, shape (any, D), that the model generates at latent points."""

    def place(self, trainer: Trainer) -> np.ndarray:
        """Return where the latent point of the object stands, moved as it is, shape (Q,)."""
        latent = self.latent(trainer)
        place, move = latent[self.point].copy(), self.move[:latent.shape[1]]
        place[:len(move)] += move * latent.std(axis=0)[:len(move)]
        return place

    def made(self, trainer: Trainer, rows: np.ndarray) -> np.ndarray:
        """Return, uncentred, what the model makes of the moved object and of those in `rows`."""
        latent = np.vstack([self.place(trainer), self.latent(trainer)[rows]])
        return self.dataset.Y.mean(axis=0) + self.generated(trainer, latent)

    def describe(self, trainer: Trainer) -> str:
        """Return what is made of the object, in a sentence."""
        data, (made,) = self.dataset, self.made(trainer, np.arange(0))
        # an object in the middle of the others has no distance from the mean
        distance = max(np.linalg.norm(self.Y[self.point]), np.finfo(float).tiny)
        percent = 100 * np.linalg.norm(made - data.Y[self.point]) / distance
        moves = self.move[:min(trainer.problem.shape)]  # a line has no second coordinate
        move = " and ".join(style.numeral(by, "+.4g") for by in moves)
        made_of_it = (f"moved by {move} standard deviations; what is generated there differs from "
                      "it by" if any(moves) else "rebuilt with an error of")
        return (f"Chosen: object {self.point}, class {data.label_names[data.labels[self.point]]}, "
                f"{made_of_it} {percent:,.0f} % of its distance from the mean.")


class GPLVMProbe(Probe):
    """What the GP-LVM makes of an object, and its eigenvalues beside those of the data."""

    def __init__(self, dataset: Dataset, point: int = POINT,
                 move: tuple[float, float] = (0.0, 0.0)) -> None:
        super().__init__(dataset, point, move)
        self.eigenvalues = np.linalg.svd(self.Y, compute_uv=False) ** 2  # of YYᵀ

    def latent(self, trainer: Trainer) -> np.ndarray:
        return trainer.parameters

    def generated(self, trainer: Trainer, latent: np.ndarray) -> np.ndarray:
        X, ab = trainer.parameters, trainer.problem.alpha * trainer.problem.beta
        M = np.eye(X.shape[1]) + ab * (X.T @ X)
        return ab * (latent @ np.linalg.solve(M, X.T @ self.Y))  # αxXᵀK⁻¹Y, the mean without noise

    def spectrum(self, trainer: Trainer) -> tuple[np.ndarray, np.ndarray]:
        """Return the largest eigenvalues of YYᵀ and of DK, K = αXXᵀ + β⁻¹I.

        At the optimum the first Q agree.
        """
        of_data = self.eigenvalues[:max(EIGENVALUES, trainer.problem.shape[1] + 3)]
        return of_data, eigenvalues(trainer, len(of_data))

    def describe(self, trainer: Trainer) -> str:
        of_data, of_model = (values[:trainer.problem.shape[1]] for values in self.spectrum(trainer))
        there = of_data > 1e-12 * of_data[0]
        ratios = 100 * of_model[there] / of_data[there]
        if len(ratios) > 2:
            words = f"{ratios.min():,.0f} % to {ratios.max():,.0f} %"
        else:
            words = " and ".join(f"{ratio:,.0f} %" for ratio in ratios)
        first = f"the first {len(ratios)}" if len(ratios) > 1 else "the first"
        return (f"{super().describe(trainer)} Eigenvalues of the model's D·K: {words} of {first} "
                "of YYᵀ.")


class AutoencoderProbe(Probe):
    """What the autoencoder makes of an object."""

    def latent(self, trainer: Trainer) -> np.ndarray:
        return self.Y @ trainer.parameters.T

    def generated(self, trainer: Trainer, latent: np.ndarray) -> np.ndarray:
        return latent @ trainer.parameters
