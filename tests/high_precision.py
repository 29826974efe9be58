"""What is called, what the oracle says, and how much an answer may err.

Right is what `oracle_*` says, which forms K and inverts it in 700 digits (mpmath) and shares no
line with the package. An error is measured in units of the machine precision times 1 + κ, with κ
the condition number of the answer: how much more than its input it changes, relative to the norms,
which the oracle measures too.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import mpmath as mp
import numpy as np

from lvmcalc.models import AutoencoderProblem, GPLVMProblem, autoencoder, gplvm
from lvmcalc.training import Trainer, data

EPS, SUBNORMAL = float(np.finfo(float).eps), 5e-324
DIGITS = 700  # the square of 1e±300 beside 1, and a hundred digits more
N, D, Q = 7, 4, 2  # all different, and different from the sizes of the autoencoder
n, m, S = 5, 3, 6
RNG = np.random.default_rng(6)
# Whole numbers, so that every form of an array holds the same ones.
POINT = {"W": RNG.integers(-3, 4, (m, n)).astype(float),
         "x": RNG.integers(-5, 6, (n, S)).astype(float),
         "X": RNG.integers(-3, 4, (N, Q)).astype(float),
         "Y": RNG.integers(-5, 6, (N, D)).astype(float),
         "alpha": 1.25, "beta": 0.75}
AUTOENCODER, GPLVM = autoencoder.chain(), gplvm.chain()


# The oracle
def high(value: Any) -> Any:
    return mp.matrix(np.asarray(value,
                                dtype=float).tolist()) if np.ndim(value) else mp.mpf(float(value))


def norm(value: Any) -> Any:
    return mp.sqrt(sum(entry**2 for entry in value)) if isinstance(value, mp.matrix) else abs(value)


def trace(A: mp.matrix) -> mp.mpf:
    return mp.fsum(A[i, i] for i in range(A.rows))


def oracle_residual(W: mp.matrix, x: mp.matrix) -> mp.matrix:
    return W.T * W * x - x


def oracle_loss(W: mp.matrix, x: mp.matrix) -> mp.mpf:
    return norm(oracle_residual(W, x)) ** 2 / 2


def oracle_W_gradient(W: mp.matrix, x: mp.matrix) -> mp.matrix:
    c = oracle_residual(W, x)
    return W * (c * x.T + x * c.T)


def oracle_best_loss(x: mp.matrix, m: int = m) -> mp.mpf:
    return mp.fsum(sorted(mp.eigsy(x * x.T, eigvals_only=True))[: x.rows - m]) / 2


def kernel(X: mp.matrix, alpha: mp.mpf, beta: mp.mpf) -> mp.matrix:
    return alpha * X * X.T + mp.eye(X.rows) / beta


def oracle_L(X: mp.matrix, Y: mp.matrix, alpha: mp.mpf, beta: mp.mpf) -> mp.mpf:
    K = kernel(X, alpha, beta)
    fit = trace(mp.inverse(K) * Y * Y.T)
    return -(Y.rows * Y.cols * mp.log(2 * mp.pi) + Y.cols * mp.log(mp.det(K)) + fit) / 2


def oracle_X_gradient(X: mp.matrix, Y: mp.matrix, alpha: mp.mpf, beta: mp.mpf) -> mp.matrix:
    K_inverse = mp.inverse(kernel(X, alpha, beta))
    return alpha * (K_inverse * Y * Y.T - Y.cols * mp.eye(Y.rows)) * K_inverse * X


def oracle_best_L(Y: mp.matrix, alpha: mp.mpf, beta: mp.mpf, Q: int = Q) -> mp.mpf:
    eigenvalues = sorted(mp.eigsy(Y * Y.T, eigvals_only=True), reverse=True)
    of_K = [max(value / Y.cols, 1 / beta) for value in eigenvalues[:Q]] + [1 / beta] * (Y.rows - Q)
    fit = mp.fsum(value / k for value, k in zip(eigenvalues, of_K, strict=True))
    return -(Y.rows * Y.cols * mp.log(2 * mp.pi) + Y.cols * mp.fsum(map(mp.log, of_K)) + fit) / 2


def oracle_best_beta(Y: mp.matrix, Q: int = Q) -> mp.mpf:
    rest = mp.fsum(sorted(mp.eigsy(Y * Y.T, eigvals_only=True))[: Y.rows - Q])
    return Y.cols * (Y.rows - Q) / rest


def oracle_centred(Y: mp.matrix) -> mp.matrix:
    means = [mp.fsum(Y[i, j] for i in range(Y.rows)) / Y.rows for j in range(Y.cols)]
    return mp.matrix([[Y[i, j] - means[j] for j in range(Y.cols)] for i in range(Y.rows)])


class AlwaysInTheSpan(GPLVMProblem):
    """The problem that is trained in the coordinates of the span, however few rows it has."""

    _pays = True


def entered(X: Any, Y: Any, alpha: Any, beta: Any) -> Trainer:
    """Return a trainer that is at X."""
    trainer = Trainer(AlwaysInTheSpan(Y, Q, alpha, beta))
    trainer.parameters = X
    return trainer


# name: what is called, what the oracle says, and the names of what both are given
NUMERIC = {
    "autoencoder.loss": (autoencoder.loss, oracle_loss, "W x"),
    "autoencoder.gradient": (autoencoder.gradient, oracle_W_gradient, "W x"),
    "autoencoder.optimum": (lambda x: autoencoder.optimum(x, m).loss, oracle_best_loss, "x"),
    "gplvm.log_likelihood": (gplvm.log_likelihood, oracle_L, "X Y alpha beta"),
    "gplvm.gradient": (gplvm.gradient, oracle_X_gradient, "X Y alpha beta"),
    "gplvm.optimum": (lambda Y, alpha, beta: gplvm.optimum(Y, Q, alpha, beta).log_likelihood,
                      oracle_best_L,
                      "Y alpha beta"),
    "gplvm.best_beta": (lambda Y: gplvm.best_beta(Y, Q), oracle_best_beta, "Y"),
    "autoencoder.chain().forward": (lambda W, x: AUTOENCODER.forward(W=W, x=x)["L"], oracle_loss,
                                    "W x"),
    "autoencoder.chain().backward": (lambda W, x: AUTOENCODER.backward(W=W, x=x)["W"],
                                     oracle_W_gradient, "W x"),
    "autoencoder.chain().contributions":
        (lambda W, x: sum(AUTOENCODER.contributions("W", W=W, x=x).values()), oracle_W_gradient,
         "W x"),
    "gplvm.chain().forward": (lambda **leaves: GPLVM.forward(**leaves)["L"], oracle_L,
                              "X Y alpha beta"),
    "gplvm.chain().backward": (lambda **leaves: GPLVM.backward(**leaves)["X"], oracle_X_gradient,
                               "X Y alpha beta"),
    "gplvm.chain().contributions":
        (lambda **leaves: sum(GPLVM.contributions("X", **leaves).values()), oracle_X_gradient,
         "X Y alpha beta"),
    "data.centred": (data.centred, oracle_centred, "Y"),
    "AutoencoderProblem.value": (lambda W, x: AutoencoderProblem(x, m).value(W), oracle_loss,
                                 "W x"),
    "AutoencoderProblem.value_and_gradient":
        (lambda W, x: AutoencoderProblem(x, m).value_and_gradient(W)[1], oracle_W_gradient, "W x"),
    "AutoencoderProblem.best": (lambda x: AutoencoderProblem(x, m).best, oracle_best_loss, "x"),
    "GPLVMProblem.value": (lambda X, Y, alpha, beta: GPLVMProblem(Y, Q, alpha, beta).value(X),
                           oracle_L,
                           "X Y alpha beta"),
    "GPLVMProblem.value_and_gradient":
        (lambda X, Y, alpha, beta: GPLVMProblem(Y, Q, alpha, beta).value_and_gradient(X)[1],
         oracle_X_gradient,
         "X Y alpha beta"),
    "GPLVMProblem.best": (lambda Y, alpha, beta: GPLVMProblem(Y, Q, alpha, beta).best,
                          oracle_best_L, "Y alpha beta"),
    "GPLVMProblem.best_beta": (lambda Y: GPLVMProblem(Y, Q).beta, oracle_best_beta, "Y"),
    "InTheSpan.value": (lambda **given: entered(**given).value, oracle_L, "X Y alpha beta"),
    "InTheSpan.value_and_gradient":
        (lambda **given: np.asarray(entered(**given).gradient), oracle_X_gradient,
         "X Y alpha beta"),
}


def given(name: str, **change: Any) -> dict[str, Any]:
    return {argument: (POINT | change)[argument] for argument in NUMERIC[name][2].split()}


def error(oracle: Callable, got: Any, values: dict[str, Any]) -> tuple[float, float]:
    """Return the relative error of an answer, in norm, and the condition number."""
    truth, kappa = true_value(oracle,
                              tuple((key, np.asarray(value, dtype=float).tobytes(), np.shape(value))
                                            for key, value in values.items()))
    with mp.workdps(DIGITS):
        miss, size = norm(high(got) - truth), norm(truth)
        # Rounding to a float, here or on the way, may cost a subnormal number for every entry,
        # however small they are.
        return float(max(mp.mpf(0), miss - SUBNORMAL * np.size(got))
                     / size) if size else float(miss), kappa


@cache
def true_value(oracle: Callable, values: tuple) -> tuple[Any, float]:
    """Return the truth and by how much a change of 10⁻³⁰ of all matrices, relative to their norms,
    is amplified."""
    rng = np.random.default_rng(7)
    with mp.workdps(DIGITS):
        exact = {key: high(np.frombuffer(raw).reshape(shape)) for key, raw, shape in values}
        truth, kappa = oracle(**exact), mp.mpf(0)
        for _ in range(3):
            moved = {}
            for key, value in exact.items():
                noise = high(rng.standard_normal(np.shape(value.tolist())
                                                 if isinstance(value, mp.matrix) else ()))
                moved[key] = value + noise * (norm(value) / norm(noise) * mp.mpf(10) ** -30)
            change = norm(oracle(**moved) - truth) * mp.mpf(10) ** 30
            kappa = max(kappa, change / norm(truth) if norm(truth) else mp.mpf(0))
        return truth, float(min(kappa, mp.mpf(10) ** 300))


def bound(kappa: float, values: dict[str, Any]) -> float:
    """Four rounding errors for each row and column: what backward stable products and
    factorisations may cost."""
    return 4 * sum(sum(np.shape(value)) for value in values.values()) * EPS * (1 + kappa)


def read_only(array: np.ndarray) -> np.ndarray:
    array = array.copy()
    array.setflags(write=False)
    return array


# Extremes
def drawn(N: int, D: int, Q: int, beta: float,
          seed: int = 0) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Return latent points and data that follow the model: Y is as far from X Wᵀ as the noise is
    large."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((N, Q))
    return X, X @ rng.standard_normal((Q, D)) + rng.standard_normal((N,
                                                                     D)) / np.sqrt(beta), 1.3, beta


X0, Y0, *_ = drawn(9, 5, 3, 1.0)
