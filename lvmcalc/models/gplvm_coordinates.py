"""Coordinates for the training of the GP-LVM: the latent points X, or those in the data's span."""

from typing import Any

import numpy as np

from lvmcalc.training.gram import gram, times, times_transposed
from lvmcalc.training.problem import Coordinates


class LatentPoints(Coordinates):
    """X itself: the coordinates for few objects, and for steps that leave the span of the data."""

    name = "X"

    def __init__(self, Y: Any) -> None:
        self.Y = Y
        self.at_once = type(Y) is np.ndarray and Y.dtype == np.float64  # needs no blocks

    def products(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return XᵀX and YᵀX."""
        by_Y = self.Y.T.dot(X) if self.at_once else times_transposed(self.Y, X)
        return X.T.dot(X), by_Y

    def times_Y(self, C: np.ndarray) -> np.ndarray:
        """Return YC."""
        return self.Y.dot(C) if self.at_once else np.asarray(times((self.Y, C)))


class InTheSpan(Coordinates):
    """The coordinates A of X = ZA, Z = [Y] or [Y, X₀]: a step sees only ZᵀZ, whatever N is.

    YC and XC have the coordinates [C; 0] and AC. So the gradient at an X in the span of Z lies in
    the span too, and steps along gradients never leave it.
    """

    name = "A"

    def __init__(self, Y: Any, gram_of_Y: np.ndarray, start: Any = None) -> None:
        self.Y, self.start, self.gram, self.D = Y, start, gram_of_Y, len(gram_of_Y)
        if start is not None:
            square, mixed = gram(start, "X"), times_transposed(Y, start)
            self.gram = np.block([[gram_of_Y, mixed], [mixed.T, square]])
        self.root = root_of(self.gram)

    def products(self, A: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return XᵀX and YᵀX."""
        products = self.gram.dot(A)
        return A.T.dot(products), products[:self.D]

    def times_Y(self, C: np.ndarray) -> np.ndarray:
        """Return the coordinates of YC."""
        rest = len(self.gram) - self.D
        return np.vstack([C, np.zeros((rest, C.shape[1]))]) if rest else C

    def lift(self, A: np.ndarray, out: np.ndarray | None = None) -> Any:
        """Return X, written into `out` if it is given."""
        parts = [(self.Y, A[:self.D]), (self.start, A[self.D:])]
        return times(*parts[:1 if self.start is None else 2], out=out)

    def inner(self, a: np.ndarray, b: np.ndarray) -> float:
        """Return the inner product of Za and Zb."""
        return float(np.vdot(a, self.gram.dot(b)))

    def spanning(self, A: np.ndarray) -> np.ndarray:
        """Return columns with the lengths and angles of those of X."""
        return self.root @ A


def root_of(gram: np.ndarray) -> np.ndarray:
    """Return R with RᵀR = `gram`: lengths and angles of RA are those of ZA, for gram = ZᵀZ."""
    squares, axes = np.linalg.eigh(gram)
    # rounding errors are dropped: their roots would be large
    squares[squares < len(gram) * np.finfo(float).eps * squares[-1]] = 0
    return np.sqrt(squares)[:, None] * axes.T
