"""What is trained: a value with its gradient, where to start, and the exact optimum to compare with."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np

from lvmcalc import autoencoder, checks, gplvm


class Ablation(NamedTuple):
    """What is left of a gradient: so many times one part of it, and so many times the rest, in words too."""

    part: float
    rest: float
    words: str = ""  # none for the whole gradient


class Problem:
    """A value to optimise, its gradient, where to start, and the exact optimum to compare with."""

    sign: ClassVar[int]  # +1 if the value is maximised, −1 if it is minimised
    name_of_value: ClassVar[str]
    name_of_parameters: ClassVar[str]
    shape: tuple[int, int]  # of the parameters
    optimum: NamedTuple  # the best parameters and their value
    best: float  # the value of the optimum
    scale: float  # what a gap is relative to: |best|, or the value's own size where best is all but 0
    basis: np.ndarray  # orthonormal columns that span the subspace of the optimum
    spread: float  # the size of an entry of the parameters at the start
    stability_limit: float  # the largest learning rate with which plain gradient steps stay at the optimum
    gradients: Mapping[str, Ablation]  # what training may go along; the whole gradient comes first

    def start(self, seed: int) -> np.ndarray:
        """Return random parameters, the same for the same seed."""
        return self.draw(np.random.default_rng(checks.whole(seed, "seed", least=0)))

    def value(self, parameters: Any) -> float:
        """Return the value at `parameters`."""
        return self.value_and_gradient(parameters)[0]

    def value_and_gradient(self, parameters: Any) -> tuple[float, np.ndarray]:
        """Return the value at `parameters` and its gradient, which has their shape."""
        return self.evaluate(checks.matrix(parameters, self.name_of_parameters, *self.shape))

    def ablated(self, name: str, parameters: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """Return what the ablation of this name leaves of the `gradient` at `parameters`, which has their shape."""
        part, rest, _ = self.gradients[name]
        return rest * gradient if part == rest else rest * gradient + (part - rest) * self.part(parameters)

    def gap(self, value: float) -> float:
        """Return how far `value` is from that of the optimum, relative to it; at least 0 up to rounding."""
        return self.sign * (self.best - value) / self.scale

    def subspace_angle(self, parameters: Any) -> float:
        """Return the largest principal angle, in degrees, between the subspaces of `parameters` and optimum.

        References
        ----------
        Björck and Golub (1973), Mathematics of Computation 27: by the sine, which stays exact at 0.
        """
        parameters = checks.matrix(parameters, self.name_of_parameters, *self.shape)
        found = np.linalg.qr(self.spanning(parameters))[0]
        missed = self.basis - found @ (found.T @ self.basis)
        return float(np.degrees(np.arcsin(min(1.0, np.linalg.norm(missed, 2))))) if missed.size else 0.0

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        """Return random parameters."""

    def evaluate(self, parameters: np.ndarray) -> tuple[float, np.ndarray]:
        """Return value and gradient without looking at the input, as every step of training needs them."""

    def part(self, parameters: np.ndarray) -> np.ndarray:
        """Return the part of the gradient that an ablation may weigh otherwise than the rest."""

    def spanning(self, parameters: np.ndarray) -> np.ndarray:
        """Return the vectors that span the subspace, as columns."""


class AutoencoderProblem(Problem):
    """The loss of the tied-weight linear autoencoder, to be minimised over W of shape (m, n).

    Parameters
    ----------
    x : array of shape (n, S)
        The samples as columns. Training sees only xxᵀ, so a step costs the same for any number of samples.
    m : int
        The size of the code, at most n.

    Notes
    -----
    W starts as small random weights. The curvature at the optimum is at most 4λ₁, λ₁ the largest eigenvalue
    of xxᵀ, so gradient steps stay there for a learning rate below 1/(2λ₁).
    """

    sign, name_of_value, name_of_parameters = -1, "loss", "W"
    gradients: ClassVar = {  # the part is path h, the rest path g
        "both paths": Ablation(1, 1),
        "only path g (decoder)": Ablation(0, 1, "path g only"),
        "only path h (encoder)": Ablation(1, 0, "path h only"),
        "path h twice": Ablation(2, 0, "path h twice, as if dWᵀ W were Wᵀ dW (a lost transpose)"),
        "sign flipped": Ablation(-1, -1, "the sign flipped"),
    }

    def __init__(self, x: Any, m: int):
        x = checks.matrix(x, "x", shape_in_words="n×S")
        self.optimum = autoencoder.optimum(x, m)
        if not x.any():
            raise ValueError("x must have an entry that is not 0, but all of them are 0.")
        self.gram = x @ x.T
        self.trace = float(np.trace(self.gram))
        self.shape, self.best, self.basis = self.optimum.W.shape, self.optimum.loss, self.optimum.W.T
        self.scale = self.best if self.best > 1e-9 * self.trace else self.trace / 2
        self.spread = 0.5 / np.sqrt(self.shape[1])
        self.stability_limit = float(1 / (2 * np.linalg.eigvalsh(self.gram)[-1]))

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        return self.spread * generator.standard_normal(self.shape)

    def evaluate(self, parameters: np.ndarray) -> tuple[float, np.ndarray]:
        W = parameters
        P, G = W @ self.gram, W @ W.T
        T = P @ W.T
        return float(self.trace - 2 * np.trace(T) + np.vdot(G, T)) / 2, G @ P - 2 * P + T @ W

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
        The data, centred.
    Q : int
        The latent dimension, at most D and N.
    alpha, beta : float
        The kernel's scale and the precision of the noise, both positive; without beta, the best there is.

    Notes
    -----
    X starts as a random projection of the data with orthogonal columns, as long as the longest one of the
    optimum: a step makes short columns up to βλ₁/D times longer, far too long, and shortens long ones slowly.
    The curvature at the optimum is αβD in each direction in which Y does not vary, and smaller in the others,
    so gradient steps stay there for a learning rate below 2/(αβD).
    """

    sign, name_of_value, name_of_parameters = 1, "log-likelihood", "X"

    def __init__(self, Y: Any, Q: int, alpha: float = 1.0, beta: float | None = None):
        self.Y = checks.matrix(Y, "Y", shape_in_words="N×D")
        self.alpha = checks.scalar(alpha, "alpha", positive=True)
        self.beta = gplvm.best_beta(self.Y, Q) if beta is None else checks.scalar(beta, "beta", positive=True)
        self.optimum = gplvm.optimum(self.Y, Q, self.alpha, self.beta)
        self.shape, self.best = self.optimum.X.shape, self.optimum.log_likelihood
        self.scale = max(abs(self.best), 1.0)
        N, D = self.Y.shape
        self.ab = self.alpha * self.beta
        lengths = np.linalg.norm(self.optimum.X, axis=0)
        self.basis = self.optimum.X[:, lengths > 0] / lengths[lengths > 0]
        self.spread = max(lengths[0], 1 / np.sqrt(self.ab)) / np.sqrt(N)
        self.stability_limit = 2 / (self.ab * D)
        self.gradients = {  # the part is that of L₁, the rest that of L₂
            "whole gradient": Ablation(1, 1),
            "only path f": Ablation(1 / 2, 1 / 2, "path f only, half of the gradient as K is symmetric"),
            "only L₁": Ablation(1, 0, "L₁ only"),
            "only L₂": Ablation(0, 1, "L₂ only"),
            "D lost": Ablation(1 / D, 1, "the factor D of L₁ lost"),
            "sign flipped": Ablation(-1, -1, "the sign flipped"),
        }
        self.constant = -N * D / 2 * np.log(2 * np.pi / self.beta) - self.beta / 2 * np.vdot(self.Y, self.Y)

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        N, D = self.Y.shape
        projected = self.Y @ generator.standard_normal((D, self.shape[1]))
        return self.spread * np.sqrt(N) * np.linalg.qr(projected)[0]

    def evaluate(self, parameters: np.ndarray) -> tuple[float, np.ndarray]:
        X, D = parameters, self.Y.shape[1]
        M = np.eye(X.shape[1]) + self.ab * (X.T @ X)
        M_inverse = np.linalg.inv(M)
        B = self.Y.T @ X
        C = B @ M_inverse
        value = self.constant - D / 2 * np.linalg.slogdet(M)[1] + self.ab * self.beta / 2 * np.vdot(B, C)
        gradient = self.beta * (self.Y @ C) - X @ (D * M_inverse + self.ab * self.beta * (C.T @ C))
        return float(value), self.ab * gradient

    def part(self, parameters: np.ndarray) -> np.ndarray:
        X, D = parameters, self.Y.shape[1]
        return -self.ab * D * (X @ np.linalg.inv(np.eye(X.shape[1]) + self.ab * (X.T @ X)))

    def spanning(self, parameters: np.ndarray) -> np.ndarray:
        return parameters
