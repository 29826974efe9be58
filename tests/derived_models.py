"""Models that are derived from one string, and the same scalars in NumPy for autograd."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import autograd.numpy as anp
import numpy as np
from tables import over

from lvmcalc.chain import Chain, derive

RNG = np.random.default_rng(11)


def normal(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape)


def positive_definite(size: int) -> np.ndarray:
    root = normal(size, size)
    return root @ root.T + np.eye(size)


class Model(NamedTuple):
    """A formula, what its letters stand for, values for them, and the same scalar in NumPy."""

    formula: str
    leaves: dict[str, str]
    values: dict[str, Any]
    scalar: Callable[..., Any]


def half(A: Any) -> Any:
    return anp.sum(A**2) / 2


def log_det(A: Any) -> Any:
    return anp.linalg.slogdet(A)[1]


def gaussian(X: Any, Y: Any, alpha: Any, beta: Any) -> Any:
    K = alpha * X @ X.T + anp.eye(len(X)) / beta
    return -Y.shape[1] / 2 * log_det(K) - anp.trace(anp.linalg.solve(K, Y @ Y.T)) / 2


def normal_density(x: Any, mu: Any, Sigma: Any) -> Any:
    square = (x - mu).T @ anp.linalg.inv(Sigma) @ (x - mu)
    return -len(x) / 2 * anp.log(2 * anp.pi) - log_det(Sigma) / 2 - square[0, 0] / 2


def principal(W: Any, sigma: Any, S: Any, N: Any) -> Any:
    C = W @ W.T + sigma**2 * anp.eye(len(W))
    return -N / 2 * (log_det(C) + anp.trace(anp.linalg.inv(C) @ S))


def logistic(X: Any, w: Any, y: Any, lam: Any) -> Any:
    return anp.sum(anp.logaddexp(0, X @ w)) - anp.sum(y * (X @ w)) + lam * half(w)


def softmax(X: Any, W: Any, Y: Any) -> Any:
    Z = X @ W
    return anp.sum(anp.log(anp.sum(anp.exp(Z), axis=1))) - anp.sum(Y * Z)


def factors(W: Any, psi: Any, S: Any, N: Any) -> Any:
    C = W @ W.T + anp.diag(psi[:, 0])
    return -N / 2 * (log_det(C) + anp.trace(anp.linalg.inv(C) @ S))


def curved(X: Any, Y: Any, gamma: Any, beta: Any) -> Any:
    distances = anp.sum((X[:, None] - X[None]) ** 2, axis=2)
    K = anp.exp(-gamma / 2 * distances) + anp.eye(len(X)) / beta
    return -Y.shape[1] / 2 * log_det(K) - anp.trace(anp.linalg.solve(K, Y @ Y.T)) / 2


def network(X: Any, W1: Any, b1: Any, W2: Any, b2: Any, Y: Any) -> Any:
    return half(anp.tanh(X @ W1 + b1.T) @ W2 + b2.T - Y)


MODELS = {
    "ridge": Model(
        "½‖A w − y‖² + λ/2 ‖w‖²", {"A": "N×D", "w": "D", "y": "N", "λ": "positive"},
        {"A": normal(5, 3), "w": normal(3, 1), "y": normal(5, 1), "lambda": 0.7},
        lambda A, w, y, lam: half(A @ w - y) + lam * half(w)),
    "multi-output least squares": Model(
        "½‖X W − Y‖² + λ/2 ‖W‖²", {"X": "NxD", "W": "DxK", "Y": "NxK", "λ": "positive"},
        {"X": normal(5, 3), "W": normal(3, 2), "Y": normal(5, 2), "lambda": 0.7},
        lambda X, W, Y, lam: half(X @ W - Y) + lam * half(W)),
    "multivariate normal": Model(
        "−D/2 log(2π) − ½ log|Σ| − ½ (x − μ)ᵀΣ⁻¹(x − μ)",
        {"x": "D", "μ": "D", "Σ": "symmetric D×D"},
        {"x": normal(4, 1), "mu": normal(4, 1), "Sigma": positive_definite(4)}, normal_density),
    "PPCA": Model(
        "C = W Wᵀ + σ^2 I; L = −N/2 (log|C| + tr(C⁻¹ S))",
        {"W": "D×Q", "sigma": "positive", "S": "symmetric D×D", "N": "positive"},
        {"W": normal(4, 2), "sigma": 0.8, "S": positive_definite(4), "N": 7.0}, principal),
    "GP-LVM": Model(
        """K = α X Xᵀ + β⁻¹ I
           L = −D/2 log|K| − ½ tr(K⁻¹ Y Yᵀ)""",
        {"X": "N×Q", "Y": "N×D", "α": "positive", "β": "positive"},
        {"X": normal(5, 2), "Y": normal(5, 3), "alpha": 1.3, "beta": 0.8}, gaussian),
    "logistic": Model(
        "sum(softplus(X w)) − yᵀX w + λ/2 ‖w‖²",
        {"X": "N×D", "w": "D", "y": "N", "λ": "positive"},
        {"X": normal(5, 3), "w": normal(3, 1), "y": (normal(5, 1) > 0) * 1.0, "lambda": 0.7},
        logistic),
    "factor analysis": Model(
        "C = W Wᵀ + diag(ψ); L = −N/2 (log|C| + tr(C⁻¹ S))",
        {"W": "D×Q", "ψ": "D", "S": "symmetric D×D", "N": "positive"},
        {"W": normal(4, 2), "psi": normal(4, 1) ** 2 + 1, "S": positive_definite(4), "N": 7.0},
        factors),
    "RBF GP-LVM": Model(
        """s = (X ∘ X) ones(Q)
           K = exp(−γ/2 (s ones(N)ᵀ + ones(N) sᵀ − 2 X Xᵀ)) + β⁻¹ I
           L = −D/2 log|K| − ½ tr(K⁻¹ Y Yᵀ)""",
        {"X": "N×Q", "Y": "N×D", "γ": "positive", "β": "positive"},
        {"X": normal(5, 2), "Y": normal(5, 3), "gamma": 1.3, "beta": 2.8}, curved),
    "two-layer network": Model(
        "H = tanh(X W₁ + ones(N) b₁ᵀ); ½‖H W₂ + ones(N) b₂ᵀ − Y‖²",
        {"X": "N×D", "W₁": "D×M", "b₁": "M", "W₂": "M×K", "b₂": "K", "Y": "N×K"},
        {"X": normal(5, 3), "W1": normal(3, 4), "b1": normal(4, 1), "W2": normal(4, 2),
         "b2": normal(2, 1), "Y": normal(5, 2)}, network),
    "matrix factorisation": Model(
        "½‖M ∘ (U Vᵀ − R)‖² + λ/2 (‖U‖² + ‖V‖²)",
        {"M": "N×D", "U": "N×Q", "V": "D×Q", "R": "N×D", "λ": "positive"},
        {"M": (normal(5, 3) > 0) * 1.0, "U": normal(5, 2), "V": normal(3, 2), "R": normal(5, 3),
         "lambda": 0.7},
        lambda M, U, V, R, lam: half(M * (U @ V.T - R)) + lam * (half(U) + half(V))),
    "Poisson": Model(
        "sum(exp(X w)) − yᵀX w", {"X": "N×D", "w": "D", "y": "N"},
        {"X": normal(5, 3), "w": normal(3, 1), "y": normal(5, 1) ** 2},
        lambda X, w, y: anp.sum(anp.exp(X @ w)) - anp.sum(y * (X @ w))),
    "Rayleigh quotient": Model(
        "xᵀA x / (xᵀx)", {"x": "N", "A": "symmetric N×N"},
        {"x": normal(4, 1), "A": positive_definite(4)},
        lambda x, A: anp.sum(x * (A @ x)) / anp.sum(x**2)),
    "softmax cross-entropy": Model(
        "Z = X W; L = sum(log(exp(Z) ones(K))) − sum(Y ∘ Z)",
        {"X": "N×D", "W": "D×K", "Y": "N×K"},
        {"X": normal(5, 3), "W": normal(3, 4), "Y": normal(5, 4)}, softmax),
    "cosine similarity": Model(
        "aᵀb / (‖a‖ ‖b‖)", {"a": "N", "b": "N"}, {"a": normal(4, 1), "b": normal(4, 1)},
        lambda a, b: anp.sum(a * b) / anp.sqrt(anp.sum(a**2) * anp.sum(b**2))),
}
EVERY_MODEL = over("name", MODELS)
EVERY_LEAF = over(
    ("name", "leaf"), [(name, leaf) for name, model in MODELS.items() for leaf in model.values])


@cache
def derived(name: str) -> Chain:
    return derive(MODELS[name].formula, name=name, **MODELS[name].leaves)
