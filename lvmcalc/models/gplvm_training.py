"""Train the GP-LVM without forming K; a step may see only the Gram matrix of the data."""

from collections.abc import Sequence
from copy import copy
from functools import cached_property
from math import inf, log, pi
from typing import Any, Self

import numpy as np

from lvmcalc import checks
from lvmcalc.models import gplvm, gplvm_numbers
from lvmcalc.models.gplvm_coordinates import InTheSpan, LatentPoints, root_of
from lvmcalc.training.gram import OnProgress, checked_rows, factor, gram, is_lazy, times
from lvmcalc.training.problem import Ablation, Problem, tie

# If a column of X is the others up to a part of r, the diagonals of M and M⁻¹ have entries with
# the product 1/r², and as many digits are lost.
_NEARLY_DEPENDENT = 1e5


class GPLVMProblem(Problem):
    """The log-likelihood of the linear GP-LVM, to be maximised over X of shape (N, Q).

    Parameters
    ----------
    Y : array of shape (N, D)
        The data, centred; a memory map or a Dask array does as well: see `gram`. If N is large,
        training passes over the data once, and the latent points are computed only when they are
        asked for: as a Dask array if Y is one.
    Q : int
        The latent dimension, at most D and N.
    alpha, beta : float
        The kernel's scale and the precision of the noise, both positive. Without beta, the value of
        maximum likelihood is taken.
    learn : str or sequence of str
        Which of "alpha" and "beta" are trained too, from the given values on. Learning α adds
        nothing to learning X, since only αXXᵀ counts.
    progress : callable, optional
        Called with the fraction of the one pass over Y that is done, such as `gram.bar`.

    Notes
    -----
    X starts as a random projection of the data with orthogonal columns, as long as the longest one
    of the optimum. Shorter columns would grow in one step to βλ₁/D times their length, far too
    long, and long ones shrink slowly.

    The curvature at the optimum is αβD in each direction in which Y does not vary, and smaller in
    the others, so gradient steps stay there for a learning rate below 2/(αβD).

    A Gram matrix tells the part of Y outside the span of X up to a rounding error of ‖Y‖². So L is
    exact to a few units of 10⁻¹⁶β‖Y‖², and ∂L/∂X to that over the smallest singular value of X.
    Where that is more than 10⁻¹⁰ of L, each step looks at Y itself, as the functions of `gplvm` do,
    and where the columns of X nearly depend on each other, that step does; where 8 digits are not
    kept, an ArithmeticError says so. Before training, the costs are
    N·D² and D³ for N ≥ D, and N²·D and N³ for N < D.
    """

    sign, name_of_value, name_of_parameters = 1, "log-likelihood", "X"
    scalars = ("alpha", "beta")
    exact = False  # whether steps look at Y, as its Gram matrix has lost digits

    def __init__(self, Y: Any, Q: int, alpha: float = 1.0, beta: float | None = None,
                 learn: Sequence[str] = (), progress: OnProgress | None = None):
        Y = checked_rows(Y, "Y", shape_in_words="N×D")
        (N, self.D), Q = Y.shape, gplvm.latent_dimension(Q, Y)
        self.shape = (N, Q)
        learn = (learn,) if isinstance(learn, str) else learn
        self.learn = tuple(checks.known(name, self.scalars, "scalar") for name in learn)
        self.Y = Y if self._pays else checks.matrix(Y, "Y")
        # Of wide data, L and its gradient see YYᵀ, so N columns with the same YYᵀ do.
        self.points = LatentPoints(self.Y if N >= self.D else factor(self.Y.T).T)
        self.gram = gram(self.points.Y, "Y", progress)
        self.square, self.identity = float(np.trace(self.gram)), np.eye(Q)
        self.ablations = _ablations(self.D)
        with np.errstate(all="ignore"):
            variances, axes = np.linalg.eigh(self.gram)
            variances, axes = variances[::-1], axes[:, ::-1]  # the eigenvalues of YYᵀ, but for 0
            self._find_all(alpha, beta, variances, axes)
            longest = max(variances[0] / (self.alpha * self.D) - 1 / self.ab, 1 / self.ab)
            self.start_ab, self.spread = self.ab, np.sqrt(longest / N)
            self.stability_limit = 2 / (self.ab * self.D)
        for name in ("best", "spread", "stability_limit"):
            checks.finite(getattr(self, name), f"The {name.replace('_', ' ')}", alpha=self.alpha,
                          beta=self.beta, **{"the Gram matrix": self.gram})

    def _find_all(self, alpha: float, beta: float | None, variances: np.ndarray,
                  axes: np.ndarray) -> None:
        """Find scalars and optimum, from Y itself where its Gram matrix keeps too few digits."""
        (N, Q), eps = self.shape, np.finfo(float).eps
        learns, last = "beta" in self.learn, lambda: self.best_beta if learns else self.beta
        sees_noise = beta is None or learns
        if not sees_noise or variances[Q:].sum() > 1e-9 * self.square:
            self._set_scalars(alpha, beta, variances)
            self._find_optimum(variances, axes)
            if eps * last() * self.square <= 1e-10 * self.scale:
                return
        if is_lazy(self.Y):
            raise ArithmeticError("The Gram matrix of Y keeps fewer than 10 digits of the "
                                  f"log-likelihood here, as Q = {Q} latent dimensions leave next "
                                  "to nothing of Y, and Y is lazy; compute Y first, or choose Q or "
                                  "β smaller.")
        self.exact = True
        self.Y = checks.matrix(self.Y, "Y")
        self.points = LatentPoints(self.Y if N >= self.D else self.points.Y)
        _, lengths, axes = np.linalg.svd(self.points.Y, full_matrices=False)
        if not lengths[Q:].max(initial=0) > max(self.Y.shape) * eps * lengths[0] and sees_noise:
            raise ValueError(gplvm.NO_NOISE.format(Q=Q))
        if sees_noise:
            gplvm.refuse_lost_noise(lengths, Q)
        self._set_scalars(alpha, beta, lengths**2)
        self._find_optimum(lengths**2, axes.T)
        left = max(N * self.D, last() * float((lengths[Q:]**2).sum()))
        lost = eps * np.sqrt(last() * self.square) * np.sqrt(left) / self.scale
        self.digits = min(10, int(-np.log10(lost)))
        if self.digits < 8:
            raise ArithmeticError(
                "The log-likelihood keeps fewer than 8 digits here: with β = "
                f"{last():.4g}, the noise is {1e8:.0e} times smaller than Y, so "
                "choose Q or β smaller.")

    def _set_scalars(self, alpha: float, beta: float | None, variances: np.ndarray) -> None:
        if beta is None or "beta" in self.learn:
            N, Q = self.shape
            self.best_beta = self.D * (N - Q) / float(variances[Q:].sum())  # as `gplvm.best_beta`
        self.alpha = checks.scalar(alpha, "alpha", positive=True)
        self.beta = self.best_beta if beta is None else checks.scalar(beta, "beta", positive=True)
        checks.finite(self.ab, "αβ", positive=True, alpha=self.alpha, beta=self.beta)

    def _find_optimum(self, variances: np.ndarray, axes: np.ndarray) -> None:
        (N, Q), D = self.shape, self.D
        beta = self.best_beta if "beta" in self.learn else self.beta
        active = int((variances[:Q] > D / beta).sum())  # the others drown in the noise
        kept, lost = variances[:active], variances[active:].sum()
        log_det = np.log(kept / D).sum() - (N - active) * np.log(beta)
        self.best = float(-N * D / 2 * np.log(2 * np.pi) - D / 2 * log_det
                          - (active * D + beta * lost) / 2)
        self.scale = max(abs(self.best), 1.0)
        self.axes = axes[:, :active] / np.sqrt(kept)  # Y times these is the basis
        self.equal, self.variances = tie(variances, active, self.exact), variances
        self._tied_axes = axes[:, self.equal] / np.sqrt(variances[self.equal])
        self.lengths = np.sqrt((kept / D - 1 / beta) / self.alpha)  # of the columns of the optimum

    @property
    def ab(self) -> float:
        """The product αβ."""
        return self.alpha * self.beta

    @property
    def pace(self) -> float:
        """The factor by which steps change with α and β, and so with the curvature αβD."""
        return self.start_ab / self.ab

    @cached_property
    def optimum(self) -> gplvm.Optimum:
        """The best latent points, with the best β if that is learned, and their log-likelihood."""
        A = np.zeros((len(self.gram), self.shape[1]))
        A[:, :len(self.lengths)] = self.axes * self.lengths
        return gplvm.Optimum(times((self.points.Y, A)), self.best)

    @property
    def basis(self) -> np.ndarray:
        """Orthonormal columns that span the subspace of the optimum."""
        return self.spanning(self.points.times_Y(self.axes))

    @property
    def tied(self) -> np.ndarray | None:
        """Orthonormal columns that span what tied eigenvalues leave to choose from, if any."""
        axes = self._tied_axes
        return self.spanning(self.points.times_Y(axes)) if axes.size else None

    # Coordinates
    @property
    def _pays(self) -> bool:
        """Whether training in the span of the data is faster."""
        return not self.exact and self.shape[0] > 2 * (self.D + self.shape[1])

    def begin(self, seed: int) -> tuple["GPLVMProblem", np.ndarray]:
        A = self.draw(np.random.default_rng(checks.whole(seed, "seed", least=0)))
        if not self._pays:
            return self, self.points.Y @ A
        return self.with_values(points=InTheSpan(self.Y, self.gram)), A

    def reduced(self, parameters: Any) -> tuple["GPLVMProblem", np.ndarray]:
        if not self._pays:
            return super().reduced(parameters)
        problem = self.with_values(points=InTheSpan(self.Y, self.gram, checked_rows(
            parameters, "X", *self.shape)))
        return problem, np.vstack([np.zeros((self.D, self.shape[1])), self.identity])

    def with_values(self, alpha: float | None = None, beta: float | None = None,
                    points: LatentPoints | InTheSpan | None = None) -> Self:
        """Return the same problem with other values of alpha or beta, or with other `points`."""
        other = copy(self)
        other.alpha = self.alpha if alpha is None else alpha
        other.beta = self.beta if beta is None else beta
        other.points = self.points if points is None else points
        return other

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        """Return A, of shape (D, Q) or for wide data (N, Q), for which X = YA is the start."""
        projection = generator.standard_normal((len(self.gram), self.shape[1]))
        _, lengths, right = np.linalg.svd(root_of(self.gram) @ projection, full_matrices=False)
        # For data that do not fill so many dimensions, or that are all 0:
        lengths = np.maximum(lengths, 1e-8 * lengths[0] or 1.0)
        return self.spread * np.sqrt(self.shape[0]) * projection @ right.T / lengths

    def lift(self, coordinates: np.ndarray, out: np.ndarray | None = None) -> Any:
        return self.points.lift(coordinates, out)

    def inner(self, a: np.ndarray, b: np.ndarray) -> float:
        return self.points.inner(a, b)

    def spanning(self, coordinates: np.ndarray) -> np.ndarray:
        return self.points.spanning(coordinates)

    # Value and gradient
    def evaluate(self, coordinates: np.ndarray) -> tuple[float, np.ndarray]:
        if self.exact:
            Y = self.points.Y
            return gplvm_numbers.evaluated(coordinates, Y, self.alpha, self.beta, self.D)
        ab, beta = self.ab, self.beta
        value, M_inverse, _, W = self._solved(coordinates)
        gradient = self.points.times_Y(beta * W)  # the scalars go into what is small
        gradient -= coordinates.dot(ab * self.D * M_inverse + beta * W.T.dot(W))
        return value, gradient

    def part(self, coordinates: np.ndarray, use: tuple[str, str] | None = None) -> np.ndarray:
        """Return the gradient of L₁."""
        return -self.ab * self.D * (coordinates @ self._solved(coordinates)[1])

    def slopes(self, coordinates: np.ndarray) -> dict[str, tuple[float, float]]:
        """Return the slopes α ∂L/∂α and β ∂L/∂β, each with a size of the curvature."""
        (N, Q), D = self.shape, self.D
        _, M_inverse, B, W = self._solved(coordinates)
        alpha = (np.vdot(W, W) / self.alpha - D * (Q - np.trace(M_inverse))) / 2
        misfit = self.beta * (self.square - np.vdot(B, W)) / 2
        return {"alpha": (float(alpha), Q * D),
                "beta": (float(alpha + N * D / 2 - misfit), max(N * D / 2, misfit))}

    def _solved(self, coordinates: np.ndarray) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
        """Return L, M⁻¹ for M = I + αβXᵀX, B = YᵀX and W = αβBM⁻¹."""
        XX, B = self.points.products(coordinates)
        N, D, beta, M = self.shape[0], self.D, self.beta, self.ab * XX + self.identity
        try:
            M_inverse = np.linalg.inv(M)
        except np.linalg.LinAlgError:  # M is singular up to rounding errors
            M_inverse = np.full_like(M, np.nan)
        kept = 0 < float(M.diagonal().dot(M_inverse.diagonal())) < _NEARLY_DEPENDENT
        if not kept and np.isfinite(M).all():
            if type(self.Y) is not np.ndarray:
                raise checks.LostDigits("The gradient", "the columns of X nearly depend on each "
                                        "other, and of Y, which is not in memory, only the Gram "
                                        "matrix is seen")
            value, M_inverse, W = gplvm_numbers.SingularForm(
                self.lift(coordinates), self.points.Y, self.alpha, beta, D).solved()
            return value, M_inverse, B, W
        det = float(np.linalg.det(M))  # cheaper than slogdet
        log_det = log(det) if 0 < det < inf else float(np.linalg.slogdet(M)[1])
        W = (self.ab * B).dot(M_inverse)
        value = (N * D * (log(beta) - log(2 * pi)) - beta * self.square - D * log_det
                 + beta * float(np.vdot(B, W))) / 2
        return value, M_inverse, B, W

    # Words
    def inputs(self, coordinates: np.ndarray) -> dict[str, Any]:
        return {"alpha": self.alpha, "beta": self.beta, self.points.name: coordinates,
                "the Gram matrix": self.gram}

    def words(self, coordinates: np.ndarray) -> list[str]:
        words = super().words(coordinates) if self.axes.size else [
            "The best latent points are all 0: with this β the noise explains the data."]
        if "beta" in self.learn:
            words.append(f"β is {self.beta / self.best_beta:.3g} × the best.")
        return words


def _ablations(D: int) -> dict[str, Ablation]:
    """Return the ablations: the part is the gradient of L₁, the rest that of L₂."""
    return {
        "whole gradient": Ablation(1, 1),
        "only path f": Ablation(1 / 2, 1 / 2, "path f only, half of the gradient as K is "
                                              "symmetric"),
        "only L₁": Ablation(1, 0, "L₁ only"),
        "only L₂": Ablation(0, 1, "L₂ only"),
        "D lost": Ablation(1 / D, 1, "the factor D of L₁ lost"),
        "sign flipped": Ablation(-1, -1, "the sign flipped"),
    }
