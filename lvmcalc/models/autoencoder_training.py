"""Train the autoencoder: each step needs only xxᵀ, and the exact optimum is known."""

from typing import Any, ClassVar

import numpy as np

from lvmcalc import checks
from lvmcalc.models import autoencoder
from lvmcalc.training.gram import OnProgress, checked_rows, factor, gram
from lvmcalc.training.problem import Ablation, Problem, tie

_PRECISE = 1e-5  # a smaller part of the Gram matrix keeps too few digits in it


class AutoencoderProblem(Problem):
    """The loss of the tied-weight linear autoencoder, to be minimised over W of shape (m, n).

    Parameters
    ----------
    x : array of shape (n, S)
        The samples as columns. Training sees only xxᵀ, so a step costs the same for any number of
        samples. A memory map or a Dask array does as well: see `gram`. Where the best loss is below
        10⁻⁵ of the squares of x, or S < n, training sees a factor F of xxᵀ = FFᵀ with min(n, S)
        columns instead, which keeps more digits; a step costs m·n times its columns.
    m : int
        The size of the code, at most n.
    progress : callable, optional
        Called with the fraction of the one pass over x that is done, such as `gram.bar`.

    Notes
    -----
    W starts as small random weights. The curvature at the optimum is at most 4λ₁, λ₁ the largest
    eigenvalue of xxᵀ, so gradient steps stay there for a learning rate below 1/(2λ₁).

    Raises
    ------
    TypeError, ValueError
        If an argument is wrong; the sentence names it.
    ArithmeticError
        If a number overflows or underflows, or if the best loss keeps fewer than 8 digits.
    """

    sign, name_of_value, name_of_parameters = -1, "loss", "W"
    ablations: ClassVar = {  # the part is path h, the rest path g
        "both paths": Ablation(1, 1),
        "only path g (decoder)": Ablation(0, 1, "path g only"),
        "only path h (encoder)": Ablation(1, 0, "path h only"),
        "path h twice": Ablation(2, 0, "path h twice, as if dWᵀ W were Wᵀ dW (a lost transpose)"),
        "sign flipped": Ablation(-1, -1, "the sign flipped"),
    }

    def __init__(self, x: Any, m: int, progress: OnProgress | None = None):
        x = checked_rows(x, "x", shape_in_words="n×S")
        (n, S), m = x.shape, checks.whole(m, "m", most=x.shape[0],
                                          why=f"for x has n = {x.shape[0]} rows")
        self.gram = self.factor = None
        if n > S:
            self.factor = checks.matrix(x, "x")
            squares, axes = _principal(self.factor, m)
        else:
            self.gram = gram(x.T, "x", progress, transposed=True)
            squares, axes = np.linalg.eigh(self.gram)
            squares, axes = np.maximum(squares[::-1], 0), axes[:, ::-1]
            if squares[m:].sum() < _PRECISE * squares.sum():
                self.factor = factor(x.T).T
                squares, axes = _principal(self.factor, m)
        if not squares[0]:
            raise ValueError("x must have an entry that is not 0, but all of them are 0.")
        self.shape, self.best = (m, n), float(squares[m:].sum() / 2)
        self.trace, self.twice = float(squares.sum()), 2 * np.eye(m)
        self.optimum = autoencoder.Minimum(axes[:, :m].T.copy(), self.best)
        self.basis, equal = axes[:, :m], tie(squares, m, self.factor is not None)
        self.tied = axes[:, equal] if equal.stop > equal.start else None
        self.spread = 0.5 / np.sqrt(n)
        self._set_scale(np.sqrt(squares[0]), max(n, S))
        with np.errstate(all="ignore"):
            limit = float(1 / (2 * squares[0]))
        self.stability_limit = checks.finite(limit, "1/(2λ₁)", x=x if n > S else np.array(
            [np.sqrt(self.trace)]))

    def _set_scale(self, largest: float, length: int) -> None:
        """Find what a gap is relative to, and how many digits of it are kept."""
        self.scale, rest, eps = self.best, np.sqrt(2 * self.best), np.finfo(float).eps
        if self.gram is not None and self.factor is None:
            return
        if rest <= length * eps * largest:  # the best loss is 0 up to rounding
            self.scale = self.trace / 2
            return
        self.digits = min(10, int(-np.log10(2 * eps * largest / rest)))
        if self.digits < 8:
            raise ArithmeticError(
                f"The best loss keeps fewer than 8 digits here: with m = {self.shape[0]}, what the "
                f"code misses is {largest / rest:.0e} times smaller than x, so take another m, or "
                "other units for the rows of x.")

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        return self.spread * generator.standard_normal(self.shape)

    def evaluate(self, coordinates: np.ndarray) -> tuple[float, np.ndarray]:
        W = coordinates
        if self.factor is not None:  # as for the samples themselves
            Z, C = self._missed(W)
            return float(np.vdot(C, C)) / 2, Z.dot(C.T) + W.dot(C).dot(self.factor.T)
        # at this size, dot costs half of what @ does
        P, H = W.dot(self.gram), W.dot(W.T) - self.twice
        T = P.dot(W.T)
        return (self.trace + float(np.vdot(H, T))) / 2, H.dot(P) + T.dot(W)

    def part(self, coordinates: np.ndarray, use: tuple[str, str] | None = None) -> np.ndarray:
        if self.factor is not None:
            return coordinates @ self._missed(coordinates)[1] @ self.factor.T
        P = coordinates @ self.gram
        return coordinates @ (coordinates.T @ P) - P

    def spanning(self, coordinates: np.ndarray) -> np.ndarray:
        return coordinates.T

    def _missed(self, W: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return WF and WᵀWF − F for the factor F of xxᵀ."""
        Z = W.dot(self.factor)
        return Z, W.T.dot(Z) - self.factor

    def inputs(self, coordinates: np.ndarray) -> dict[str, Any]:
        data = {"x": self.factor} if self.gram is None else {"the Gram matrix": self.gram}
        return super().inputs(coordinates) | data


def _principal(F: np.ndarray, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the eigenvalues of FFᵀ, the largest first, and eigenvectors, at least m of them."""
    axes, lengths, _ = np.linalg.svd(F, full_matrices=m >= F.shape[1])
    squares = np.zeros(axes.shape[1])
    with np.errstate(all="ignore"):
        squares[:len(lengths)] = lengths**2
        checks.finite(squares.sum(), "‖x‖²", positive=bool(F.any()), x=F)
    return squares, axes
