"""Train the autoencoder: each step needs only xxᵀ, and the exact optimum is known."""

from typing import Any, ClassVar

import numpy as np

from lvmcalc import checks
from lvmcalc.models import autoencoder
from lvmcalc.training.gram import Progress, gram, rows
from lvmcalc.training.problem import Ablation, Problem


class AutoencoderProblem(Problem):
    """The loss of the tied-weight linear autoencoder, to be minimised over W of shape (m, n).

    Parameters
    ----------
    x : array of shape (n, S)
        The samples as columns. Training sees only xxᵀ, so a step costs the same for any number of
        samples. A memory map or a Dask array does as well: see `gram`.
    m : int
        The size of the code, at most n.
    progress : callable, optional
        Called with the fraction of the one pass over x that is done, such as `gram.bar`.

    Notes
    -----
    W starts as small random weights. The curvature at the optimum is at most 4λ₁, λ₁ the largest
    eigenvalue of xxᵀ, so gradient steps stay there for a learning rate below 1/(2λ₁).
    """

    sign, name_of_value, name_of_parameters = -1, "loss", "W"
    ablations: ClassVar = {  # the part is path h, the rest path g
        "both paths": Ablation(1, 1),
        "only path g (decoder)": Ablation(0, 1, "path g only"),
        "only path h (encoder)": Ablation(1, 0, "path h only"),
        "path h twice": Ablation(2, 0, "path h twice, as if dWᵀ W were Wᵀ dW (a lost transpose)"),
        "sign flipped": Ablation(-1, -1, "the sign flipped"),
    }

    def __init__(self, x: Any, m: int, progress: Progress | None = None):
        self.gram = gram(rows(x, "x", shape_in_words="n×S").T, "x", progress, transposed=True)
        self.optimum = _best_code(self.gram, m)
        if not self.gram.any():
            raise ValueError("x must have an entry that is not 0, but all of them are 0.")
        self.best, self.basis = self.optimum.loss, self.optimum.W.T
        self.shape = self.optimum.W.shape
        self.spread = 0.5 / np.sqrt(self.shape[1])
        self.trace, self.twice = float(np.trace(self.gram)), 2 * np.eye(m)
        self.scale = self.best if self.best > 1e-9 * self.trace else self.trace / 2
        with np.errstate(all="ignore"):
            limit = float(1 / (2 * np.linalg.eigvalsh(self.gram)[-1]))
        self.stability_limit = checks.finite(limit, "1/(2λ₁)", **{"the Gram matrix xxᵀ": self.gram})

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        return self.spread * generator.standard_normal(self.shape)

    def evaluate(self, coordinates: np.ndarray) -> tuple[float, np.ndarray]:
        W = coordinates
        # at this size, dot costs half of what @ does
        P, H = W.dot(self.gram), W.dot(W.T) - self.twice
        T = P.dot(W.T)
        return (self.trace + float(np.vdot(H, T))) / 2, H.dot(P) + T.dot(W)

    def part(self, coordinates: np.ndarray, of: str = "") -> np.ndarray:
        P = coordinates @ self.gram
        return coordinates @ (coordinates.T @ P) - P

    def spanning(self, coordinates: np.ndarray) -> np.ndarray:
        return coordinates.T

    def given(self, coordinates: np.ndarray) -> dict[str, Any]:
        return super().given(coordinates) | {"the Gram matrix": self.gram}


def _best_code(gram: np.ndarray, m: int) -> autoencoder.Optimum:
    """Return the optimum from xxᵀ, of shape (n, n), in which small eigenvalues have lost digits."""
    n = len(gram)
    m = checks.whole(m, "m", most=n, why=f"for x has n = {n} rows")
    eigenvalues, vectors = np.linalg.eigh(gram)
    loss = float(np.maximum(eigenvalues[:n - m], 0).sum() / 2)
    return autoencoder.Optimum(vectors[:, ::-1][:, :m].T.copy(), loss)
