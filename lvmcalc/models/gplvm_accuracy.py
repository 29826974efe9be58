"""How many digits of the GP-LVM's gradient each algorithm keeps: with K, and without."""

from decimal import Decimal, localcontext
from typing import Any

import numpy as np

from lvmcalc.models import gplvm
from lvmcalc.models.gplvm_training import GPLVMProblem
from lvmcalc.training import Trainer, data


def textbook(X: np.ndarray, Y: np.ndarray, alpha: float, beta: float) -> tuple[float, np.ndarray]:
    """Return the log-likelihood and ∂L/∂X by the formula as it stands, with the inverse of K."""
    N, D = Y.shape
    K = alpha * X @ X.T + np.eye(N) / beta
    inverse = np.linalg.inv(K)
    fit = inverse @ (Y @ Y.T)
    value = -N * D / 2 * np.log(2 * np.pi) - D / 2 * np.linalg.slogdet(K)[1] - np.trace(fit) / 2
    return float(value), alpha * (fit @ inverse - D * inverse) @ X


def cholesky(X: np.ndarray, Y: np.ndarray, alpha: float, beta: float) -> tuple[float, np.ndarray]:
    """Return the same with the Cholesky factor C of K = CCᵀ, solving in place of inverting."""
    N, D = Y.shape
    C = np.linalg.cholesky(alpha * X @ X.T + np.eye(N) / beta)
    solved = np.linalg.solve(C.T, np.linalg.solve(C, np.hstack([Y, X])))
    of_Y, of_X = solved[:, :D], solved[:, D:]
    value = -N * D / 2 * np.log(2 * np.pi) - D * np.log(np.diag(C)).sum() - np.vdot(Y, of_Y) / 2
    return float(value), alpha * (of_Y @ (Y.T @ of_X) - D * of_X)


def digits(found: Any, true: Any) -> float:
    """Return the number of correct digits of `found`.

    That is −log₁₀ of the norm of its error, relative to that of `true`.
    """
    return float(-np.log10(max(np.linalg.norm(found - true) / np.linalg.norm(true), 1e-17)))


def digits_kept(beta: float, X: np.ndarray | None = None,
                Y: np.ndarray | None = None) -> dict[str, float]:
    """Return how many digits of ∂L/∂X three algorithms keep, at α = 1.

    They are the inverse of K, its Cholesky factor, and no K at all.

    The judge forms K as well, but with 40 digits. The latent points X, of shape (N, Q), and the
    data Y, of shape (N, D), are the same sample for every β unless they are given.
    """
    if X is None or Y is None:
        X, Y = data.sample_gplvm(60, 5, 2, beta=4.0)
        Y = data.centred(Y)
    (N, D), Q = Y.shape, X.shape[1]
    with localcontext(prec=40):
        exact = np.vectorize(lambda entry: Decimal(float(entry)), otypes=[object])
        left, right = exact(X), exact(Y)
        rows = np.hstack([left @ left.T + exact(np.eye(N)) / exact(beta), left, right])
        for k in range(N):  # positive definite, so that no row is exchanged
            rows[k, k:] /= rows[k, k]
            others = np.arange(N) != k
            rows[others, k:] -= np.outer(rows[others, k], rows[k, k:])
        by_X, by_Y = rows[:, N:N + Q], rows[:, N + Q:]
        true = (by_Y @ (right.T @ by_X) - D * by_X).astype(float)
    return {"inverse of K": digits(textbook(X, Y, 1.0, beta)[1], true),
            "Cholesky of K": digits(cholesky(X, Y, 1.0, beta)[1], true),
            "K never formed": digits(GPLVMProblem(Y, Q, 1.0, beta).evaluate(X)[1], true)}


def drift(problem: GPLVMProblem, steps: int, seed: int = 0) -> float:
    """Return how far steps in the span end from the same steps in X, relative to X."""
    trainer = Trainer(problem, "gradient", seed=seed)
    X = trainer.parameters
    for _ in range(steps):
        X = X + trainer.learning_rate * gplvm.gradient(X, problem.Y, problem.alpha, problem.beta)
    return float(np.linalg.norm(trainer.run(steps).parameters - X) / np.linalg.norm(X))
