"""What is trained: a value with its gradient, where to start, and the exact optimum to compare
with."""

from collections.abc import Mapping, Sequence
from copy import copy
from functools import cached_property
from math import inf, log, pi
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from lvmcalc import checks
from lvmcalc.models import autoencoder, gplvm
from lvmcalc.training.gram import Progress, gram, rows, times, times_transposed


class Ablation(NamedTuple):
    """What is left of a gradient: so many times one part of it, and so many times the rest, in
    words too."""

    part: float
    rest: float
    words: str = ""  # none for the whole gradient


class Problem:
    """A value to optimise, its gradient, where to start, and the exact optimum to compare with.

    Training goes on in coordinates, which are the parameters themselves unless `begin` or `reduced`
    say otherwise.
    """

    sign: ClassVar[int]  # +1 if the value is maximised, −1 if it is minimised
    name_of_value: ClassVar[str]
    name_of_parameters: ClassVar[str]
    shape: tuple[int, int]  # of the parameters
    optimum: NamedTuple  # the best parameters and their value
    best: float  # the value of the optimum
    # what a gap is relative to: |best|, or the value's own size where best is all but 0
    scale: float
    basis: np.ndarray  # orthonormal columns that span the subspace of the optimum
    spread: float  # the size of an entry of the parameters at the start
    # the largest learning rate with which plain gradient steps stay at the optimum
    stability_limit: float
    ablations: Mapping[str, Ablation]  # what training may go along; the whole gradient comes first
    scalars: ClassVar[tuple[str, ...]] = ()  # that there are beside the parameters
    learn: tuple[str, ...] = ()  # scalars that are trained along
    # what a step along the gradient is multiplied by, as the scalars change the curvature
    pace: float = 1.0

    def start(self, seed: int) -> np.ndarray:
        """Return random parameters, the same for the same seed."""
        problem, coordinates = self.begin(seed)
        return problem.lift(coordinates)

    def begin(self, seed: int) -> tuple["Problem", np.ndarray]:
        """Return the problem in the coordinates of training, and random ones, the same for the same
        seed."""
        return self, self.draw(np.random.default_rng(checks.whole(seed, "seed", least=0)))

    def reduced(self, parameters: np.ndarray) -> tuple["Problem", np.ndarray]:
        """Return the problem in the coordinates of training, and those of `parameters`."""
        return self, self.checked(parameters)

    def checked(self, parameters: Any) -> np.ndarray:
        """Return parameters as a finite matrix of the right shape, or say in one sentence why they
        are none."""
        return checks.matrix(parameters, self.name_of_parameters, *self.shape)

    def lift(self, coordinates: np.ndarray, out: np.ndarray | None = None) -> Any:
        """Return the parameters, or the gradient, that have these coordinates, written into `out`
        if it is given."""
        if out is None:
            return coordinates
        out[:] = coordinates
        return out

    def inner(self, a: np.ndarray, b: np.ndarray) -> float:
        """Return the inner product of two arrays of parameters, given by their coordinates."""
        return float(np.vdot(a, b))

    def value(self, parameters: Any) -> float:
        """Return the value at `parameters`."""
        return self.value_and_gradient(parameters)[0]

    def value_and_gradient(self, parameters: Any) -> tuple[float, np.ndarray]:
        """Return the value at `parameters` and its gradient, which has their shape."""
        return self.finite(self.checked(parameters))

    def finite(self, coordinates: np.ndarray) -> tuple[float, np.ndarray]:
        """Return value and gradient, or say in one sentence that they overflow."""
        with np.errstate(all="ignore"):
            try:
                value, gradient = self.evaluate(coordinates)
            except np.linalg.LinAlgError:
                value, gradient = np.nan, coordinates
        given = {name: vars(self)[name] for name in self.scalars} | {
            self.name_of_parameters: coordinates, "the Gram matrix": self.gram}
        checks.finite(value, f"The {self.name_of_value}", **given)
        return float(value), checks.finite(gradient, "The gradient", **given)

    def ablated(self, name: str, coordinates: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """Return what the ablation of this name leaves of the `gradient` at `coordinates`, which
        has their shape."""
        part, rest, _ = self.ablations[name]
        return rest * gradient if part == rest else rest * gradient + (part - rest) * self.part(
            coordinates)

    def gap(self, value: float) -> float:
        """Return how far `value` is from that of the optimum, relative to it; at least 0 up to
        rounding."""
        return self.sign * (self.best - value) / self.scale

    def subspace_angle(self, parameters: Any) -> float:
        """Return the largest principal angle, in degrees, between the subspaces of `parameters` and
        optimum.

        References
        ----------
        Björck and Golub (1973), Mathematics of Computation 27: by the sine, which stays exact at 0.
        """
        return self.angle(self.checked(parameters))

    def angle(self, coordinates: np.ndarray) -> float:
        """Return the subspace angle without looking at the input."""
        found = np.linalg.qr(self.spanning(coordinates))[0]
        missed = self.basis - found @ (found.T @ self.basis)
        return float(
            np.degrees(np.arcsin(min(1.0, np.linalg.norm(missed, 2))))) if missed.size else 0.0

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        """Return random coordinates to begin with."""

    def evaluate(self, coordinates: np.ndarray) -> tuple[float, np.ndarray]:
        """Return value and gradient without looking at the input, as every step of training needs
        them."""

    def part(self, coordinates: np.ndarray) -> np.ndarray:
        """Return the part of the gradient that an ablation may weigh otherwise than the rest."""

    def spanning(self, coordinates: np.ndarray) -> np.ndarray:
        """Return the vectors that span the subspace, as columns, up to a rotation of the whole
        space."""


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
        Is told which fraction of the one pass over x is done, such as `gram.bar`.

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
        self.trace = float(np.trace(self.gram))
        self.shape, self.best, self.basis = self.optimum.W.shape, self.optimum.loss, self.optimum.W.T
        self.twice = 2 * np.eye(m)
        self.scale = self.best if self.best > 1e-9 * self.trace else self.trace / 2
        self.spread = 0.5 / np.sqrt(self.shape[1])
        with np.errstate(all="ignore"):
            limit = float(1 / (2 * np.linalg.eigvalsh(self.gram)[-1]))
        self.stability_limit = checks.finite(limit, "1/(2λ₁)", **{"the Gram matrix xxᵀ": self.gram})

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        return self.spread * generator.standard_normal(self.shape)

    def evaluate(self, parameters: np.ndarray) -> tuple[float, np.ndarray]:
        W = parameters
        # at this size, dot costs half of what @ does
        P, H = W.dot(self.gram), W.dot(W.T) - self.twice
        T = P.dot(W.T)
        return (self.trace + float(np.vdot(H, T))) / 2, H.dot(P) + T.dot(W)

    def part(self, parameters: np.ndarray) -> np.ndarray:
        P = parameters @ self.gram
        return parameters @ (parameters.T @ P) - P

    def spanning(self, parameters: np.ndarray) -> np.ndarray:
        return parameters.T


class GPLVMProblem(Problem):
    """The log-likelihood of the linear GP-LVM, to be maximised over X of shape (N, Q).

    Parameters
    ----------
    Y : array of shape (N, D)
        The data, centred; a memory map or a Dask array does as well: see `gram`. If N is large,
        training looks at them once, and the latent points are made when they are looked at, in the
        form that the data have.
    Q : int
        The latent dimension, at most D and N.
    alpha, beta : float
        The kernel's scale and the precision of the noise, both positive; without beta, the best
        there is.
    learn : sequence of str
        Which of "alpha" and "beta" training changes too, from the given values on. X's own gradient
        tells as much as that of α, since only αXXᵀ counts.
    progress : callable, optional
        Is told which fraction of the one pass over Y is done, such as `gram.bar`.

    Notes
    -----
    X starts as a random projection of the data with orthogonal columns, as long as the longest one
    of the optimum: a step makes short columns up to βλ₁/D times longer, far too long, and shortens
    long ones slowly. The curvature at the optimum is αβD in each direction in which Y does not
    vary, and smaller in the others, so gradient steps stay there for a learning rate below 2/(αβD).
    A Gram matrix knows what is left of Y beside X to a rounding error of ‖Y‖², so L is exact to a
    few units of 10⁻¹⁶β‖Y‖², and ∂L/∂X to that over the smallest singular value of X; `gplvm` looks
    at Y itself and loses less.
    """

    sign, name_of_value, name_of_parameters, scalars = 1, "log-likelihood", "X", ("alpha", "beta")

    def __init__(self, Y: Any, Q: int, alpha: float = 1.0, beta: float | None = None,
                 learn: Sequence[str] = (),
                 progress: Progress | None = None):
        self.Y = rows(Y, "Y", shape_in_words="N×D")
        self.shape = (self.Y.shape[0], gplvm.latent_dimension(Q, self.Y))
        self.learn = tuple(checks.known(name, self.scalars, "scalar") for name in learn)
        if not self._pays:
            self.Y = checks.matrix(self.Y, "Y")
        # needs no blocks
        self._in_memory = type(self.Y) is np.ndarray and self.Y.dtype == np.float64
        self.gram = gram(self.Y, "Y", progress)
        with np.errstate(all="ignore"):
            self._prepare(alpha, beta)
        for name in ("best", "spread", "stability_limit"):
            checks.finite(vars(self)[name], f"The {name.replace('_', ' ')}", alpha=self.alpha,
                          beta=self.beta,
                          **{"the Gram matrix": self.gram})

    def _prepare(self, alpha: float, beta: float | None) -> None:
        (N, Q), D = self.shape, self.Y.shape[1]
        variances, axes = np.linalg.eigh(self.gram)
        # the eigenvalues λ_j of YYᵀ, but for 0
        self.variances, axes = variances[::-1], axes[:, ::-1]
        if beta is None or "beta" in self.learn:
            self.best_beta = _noise_precision(self.variances, N, D, Q)
        self.alpha = checks.scalar(alpha, "alpha", positive=True)
        self.beta = self.best_beta if beta is None else checks.scalar(beta, "beta", positive=True)
        self.ab = self.start_ab = checks.finite(self.alpha * self.beta, "αβ", True,
                                                alpha=self.alpha, beta=self.beta)
        self.square, self.identity = float(np.trace(self.gram)), np.eye(Q)
        best_beta = self.best_beta if "beta" in self.learn else self.beta
        active = int((self.variances[:Q] > D / best_beta).sum())
        kept, lost = self.variances[:active], self.variances[active:].sum()
        self.best = float(-N * D / 2 * np.log(2 * np.pi) - D / 2
                          * (np.log(kept / D).sum() - (N - active)
                          * np.log(best_beta)) - (active * D + best_beta * lost) / 2)
        self.axes = axes[:, :active] / np.sqrt(kept)  # Y times these is the basis
        # of the columns of the optimum
        self.lengths = np.sqrt((kept / D - 1 / best_beta) / self.alpha)
        self.scale = max(abs(self.best), 1.0)
        longest = self.variances[0] / (self.alpha * D) - 1 / self.ab
        self.spread = np.sqrt(max(longest, 1 / self.ab) / N)
        self.stability_limit = 2 / (self.ab * D)
        self.ablations = {  # the part is that of L₁, the rest that of L₂
            "whole gradient": Ablation(1, 1),
            "only path f": Ablation(1 / 2, 1 / 2, "path f only, half of the gradient as K is "
                                                  "symmetric"),
            "only L₁": Ablation(1, 0, "L₁ only"),
            "only L₂": Ablation(0, 1, "L₂ only"),
            "D lost": Ablation(1 / D, 1, "the factor D of L₁ lost"),
            "sign flipped": Ablation(-1, -1, "the sign flipped"),
        }

    @cached_property
    def optimum(self) -> gplvm.Optimum:
        """The best latent points, with the best β if that is learned, and their log-likelihood."""
        A = np.zeros((self.Y.shape[1], self.shape[1]))
        A[:, :len(self.lengths)] = self.axes * self.lengths
        return gplvm.Optimum(times((self.Y, A)), self.best)

    @cached_property
    def basis(self) -> np.ndarray:
        """Orthonormal columns that span the subspace of the optimum."""
        return np.asarray(times((self.Y, self.axes)))

    @property
    def pace(self) -> float:
        """How much shorter a step is now that α and β, and with them the curvature αβD, have
        changed."""
        return self.start_ab / self.ab

    def at(self, **scalars: float) -> Self:
        """Return the problem with other values of alpha or beta, and the same optimum to be
        found."""
        other = copy(self)
        vars(other).update(scalars)
        other.ab = other.alpha * other.beta
        return other

    def begin(self, seed: int) -> tuple["GPLVMProblem", np.ndarray]:
        A = self.draw(np.random.default_rng(checks.whole(seed, "seed", least=0)))
        return (InTheSpan(self), A) if self._pays else (self, self.Y @ A)

    def reduced(self, parameters: np.ndarray) -> tuple["GPLVMProblem", np.ndarray]:
        if not self._pays:
            return super().reduced(parameters)
        D, Q = self.Y.shape[1], self.shape[1]
        return (InTheSpan(self, rows(parameters, self.name_of_parameters, *self.shape)),
                np.vstack([np.zeros((D, Q)), np.eye(Q)]))

    @property
    def _pays(self) -> bool:
        return self.shape[0] > 2 * (self.Y.shape[1] + self.shape[1])

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        """Return A, of shape (D, Q), for which X = YA is the start."""
        projection = generator.standard_normal((self.Y.shape[1], self.shape[1]))
        _, lengths, right = np.linalg.svd(_root(self.gram) @ projection, full_matrices=False)
        # For data that do not fill so many dimensions, or that are all 0:
        lengths = np.maximum(lengths, 1e-8 * lengths[0] or 1.0)
        return self.spread * np.sqrt(self.shape[0]) * projection @ right.T / lengths

    def evaluate(self, coordinates: np.ndarray) -> tuple[float, np.ndarray]:
        (N, D), ab, beta = self.Y.shape, self.ab, self.beta
        M, M_inverse, B, C = self._solved(coordinates)
        det = float(np.linalg.det(M))  # cheaper than slogdet
        log_det = log(det) if 0 < det < inf else float(np.linalg.slogdet(M)[1])
        value = (N * D * (log(beta) - log(2 * pi)) - beta * self.square - D * log_det
                 + ab * beta * float(np.vdot(B, C))) / 2
        gradient = self._times_Y(ab * beta * C)  # the scalars go into what is small
        gradient -= coordinates.dot(ab * D * M_inverse + ab * ab * beta * C.T.dot(C))
        return value, gradient

    def part(self, coordinates: np.ndarray) -> np.ndarray:
        return -self.ab * self.Y.shape[1] * (coordinates @ self._solved(coordinates)[1])

    def slopes(self, coordinates: np.ndarray) -> dict[str, tuple[float, float]]:
        """Return the slopes over log α and log β, α ∂L/∂α and β ∂L/∂β, each with a size of the
        curvature there."""
        (N, D), Q = self.Y.shape, self.shape[1]
        _, M_inverse, B, C = self._solved(coordinates)
        alpha = (self.ab * self.beta * np.vdot(C, C) - D * (Q - np.trace(M_inverse))) / 2
        misfit = self.beta * (self.square - self.ab * np.vdot(B, C)) / 2
        return {"alpha": (float(alpha), Q * D),
                "beta": (float(alpha + N * D / 2 - misfit), max(N * D / 2, misfit))}

    def spanning(self, coordinates: np.ndarray) -> np.ndarray:
        return coordinates

    def _solved(self, A: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return M = I + αβXᵀX, M⁻¹, B = YᵀX and C = BM⁻¹."""
        XX, B = self._products(A)
        M = self.ab * XX + self.identity
        M_inverse = np.linalg.inv(M)
        return M, M_inverse, B, B.dot(M_inverse)

    def _products(self, coordinates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return XᵀX and YᵀX."""
        by_Y = self.Y.T.dot(coordinates) if self._in_memory else times_transposed(
            self.Y, coordinates)
        return coordinates.T.dot(coordinates), by_Y

    def _times_Y(self, C: np.ndarray) -> np.ndarray:
        """Return the coordinates of YC."""
        return self.Y.dot(C) if self._in_memory else np.asarray(times((self.Y, C)))


class InTheSpan(GPLVMProblem):
    """The same problem for X = ZA, Z = [Y] or [Y, X₀], in the coordinates A: a step sees only ZᵀZ,
    whatever N is.

    Y C and X C have the coordinates [C; 0] and A C, so the gradient of an X in the span of Z is in
    it, and so is every X that steps along gradients lead to.
    """

    name_of_parameters = "A"

    def __init__(self, problem: GPLVMProblem, start: Any = None) -> None:
        vars(self).update(vars(problem))
        self.X = start
        if start is not None:
            square, mixed = gram(start, problem.name_of_parameters), times_transposed(self.Y, start)
            self.gram = np.block([[self.gram, mixed], [mixed.T, square]])
        self._root = _root(self.gram)
        self.basis = self._root[:, :len(self.axes)] @ self.axes

    def lift(self, coordinates: np.ndarray, out: np.ndarray | None = None) -> Any:
        D = self.Y.shape[1]
        parts = [(self.Y, coordinates[:D]), (self.X, coordinates[D:])]
        return times(*parts[:1 if self.X is None else 2], out=out)

    def inner(self, a: np.ndarray, b: np.ndarray) -> float:
        return float(np.vdot(a, self.gram.dot(b)))

    def spanning(self, coordinates: np.ndarray) -> np.ndarray:
        return self._root @ coordinates

    def _products(self, coordinates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        products = self.gram.dot(coordinates)
        return coordinates.T.dot(products), products[:self.Y.shape[1]]

    def _times_Y(self, C: np.ndarray) -> np.ndarray:
        return C if self.X is None else np.vstack([C, np.zeros((self.X.shape[1], C.shape[1]))])


def _root(gram: np.ndarray) -> np.ndarray:
    """Return R with RᵀR = `gram`: lengths and angles of RA are those of ZA, for gram = ZᵀZ."""
    squares, axes = np.linalg.eigh(gram)
    # the root of a rounding error is large
    squares[squares < len(gram) * np.finfo(float).eps * squares[-1]] = 0
    return np.sqrt(squares)[:, None] * axes.T


def _best_code(gram: np.ndarray, m: int) -> autoencoder.Optimum:
    """Return the optimum from xxᵀ, of shape (n, n), in which small eigenvalues have lost digits."""
    n = len(gram)
    m = checks.whole(m, "m", most=n, why=f"for x has n = {n} rows")
    eigenvalues, vectors = np.linalg.eigh(gram)
    return autoencoder.Optimum(vectors[:, ::-1][:, :m].T.copy(),
                               float(np.maximum(eigenvalues[:n - m], 0).sum() / 2))


def _noise_precision(variances: np.ndarray, N: int, D: int, Q: int) -> float:
    """Return the best β from the eigenvalues of YYᵀ, the largest first; zeros may be missing."""
    left_over = float(variances[Q:].sum())
    if left_over <= D * np.finfo(float).eps * variances.sum():
        raise ValueError(f"Q = {Q} latent dimensions rebuild Y without any error, so the best β is "
                         "infinite; "
                         "choose Q smaller.")
    return D * (N - Q) / left_over
