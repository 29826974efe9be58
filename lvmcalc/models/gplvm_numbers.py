"""The log-likelihood of the GP-LVM and its gradient in numbers, and how many digits they keep."""

from math import inf, isfinite, log, pi, sqrt
from typing import Any

import numpy as np

from lvmcalc import checks

EPS = float(np.finfo(float).eps)
TINY = 1e-300  # numbers below 1e-308 keep fewer digits, the fewer the smaller they are


def evaluated(X: np.ndarray, Y: np.ndarray, alpha: float, beta: float,
              columns: int | None = None) -> tuple[float, np.ndarray]:
    """Return value and gradient as `value_and_gradient` does, of input that is right.

    Y may stand for data with more `columns` that have the same YYᵀ.
    """
    D = columns or Y.shape[1]
    with np.errstate(all="ignore"):  # the results are looked at
        found = by_small_matrix(X, Y, alpha, beta, D)
        if found is None:
            parts = split(X, Y, alpha, beta)
            found = value(parts, X, Y, alpha, beta, D), gradient(parts, X, Y, alpha, beta, D)
        return found


def split(X: np.ndarray, Y: np.ndarray, alpha: float, beta: float) -> tuple[Any, ...]:
    """Return what L and its gradient are made of.

    That is U, t = √(αβ) s and Vᵀ for X = U diag(s) Vᵀ; √β UᵀY/√(1 + t²); √β times the rest of Y
    beside U, and how large the rounding errors of that rest are.
    """
    U, s, V = np.linalg.svd(X, full_matrices=False)
    t, Y = np.sqrt(alpha) * np.sqrt(beta) * s, np.sqrt(beta) * Y
    P = U.T @ Y
    rest, rounding = Y - U @ P, np.finfo(float).eps * np.linalg.norm(Y)
    if len(X) == len(s):  # U spans everything
        rest, rounding = np.zeros_like(Y), rounding / np.hypot(1, t).min()**2
    return U, t, V, P / np.hypot(1, t)[:, None], rest, rounding


def value(parts: tuple[Any, ...], X: np.ndarray, Y: np.ndarray, alpha: float, beta: float,
          D: int) -> float:
    """Return L from these parts, or raise an ArithmeticError if it keeps fewer than 8 digits."""
    _, t, _, P, rest, rounding = parts
    log_det_K = np.logaddexp(0, 2 * np.log(t)).sum() - len(Y) * np.log(beta)
    constant, squares = len(Y) * D * np.log(2 * np.pi), np.vdot(rest, rest) + np.vdot(P, P)
    L = -(constant + D * log_det_K + squares) / 2
    _refuse_what_is_lost("L", rounding * np.linalg.norm(rest), constant + squares, beta)
    return float(checks.finite(L, "L", alpha=alpha, beta=beta, X=X, Y=Y))


def gradient(parts: tuple[Any, ...], X: np.ndarray, Y: np.ndarray, alpha: float, beta: float,
             D: int) -> np.ndarray:
    """Return ∂L/∂X from these parts, or raise an ArithmeticError as `value` does."""
    U, t, V, P, rest, rounding = parts
    h = np.hypot(1, t)
    G = ((rest + U @ (P / h[:, None])) @ P.T - D * (U / h)) * (t / h) @ V
    G = np.sqrt(alpha) * np.sqrt(beta) * G
    size, of_P = np.linalg.norm, np.linalg.norm(P * (t / h)[:, None])
    terms = np.hypot(size(rest), size(P / h[:, None])) * of_P + size(t / h**2)
    _refuse_what_is_lost("∂L/∂X", rounding * of_P, terms, beta)
    largest = max(np.abs(G).max(), np.sqrt(alpha) * np.sqrt(beta) * terms)
    if X.any() and not min(largest, np.abs(X).max()) > TINY:
        raise ArithmeticError("∂L/∂X keeps fewer than 8 digits here: it underflows in floating "
                              f"point for alpha = {alpha:g}, beta = {beta:g} and X with entries "
                              f"up to {np.abs(X).max():g}, so take another scale.")
    return checks.finite(G, "∂L/∂X", alpha=alpha, beta=beta, X=X, Y=Y)


def by_small_matrix(X: np.ndarray, Y: np.ndarray, alpha: float, beta: float,
                    D: int) -> tuple[float, np.ndarray] | None:
    """Return value and gradient from M = I + αβXᵀX and YᵀX, or None where digits could be lost.

    It is None, too, if an entry of X or Y is not finite.
    """
    N, ab, y = len(Y), alpha * beta, Y.ravel("K")
    XX, Y_2 = X.T.dot(X.copy()), float(y.dot(y))  # of one and the same array, BLAS is slower
    XX_2 = float(np.vdot(XX, XX))
    if not (ab > 1e-200 and XX_2 > 1e-200 and ab * XX_2 < inf and 1e-200 < Y_2 < inf):
        return None
    squares_of_X, V = np.linalg.eigh(XX)
    m = 1 + ab * squares_of_X
    eigenvalues, scaled_inverse, B = m.tolist(), (V * (ab / m)).dot(V.T), Y.T.dot(X)
    if not 0 < eigenvalues[-1] < 1e4 * eigenvalues[0]:
        return None
    W = B.dot(scaled_inverse)
    pulled, W_2, fitted = beta * W, float(np.vdot(W, W)), float(np.vdot(B, W))
    constant, squares = N * D * log(2 * pi), beta * (Y_2 - fitted)
    L = -(constant + D * (sum(map(log, eigenvalues)) - N * log(beta)) + squares) / 2
    C = W.T.dot(pulled)
    C += D * scaled_inverse
    G = Y.dot(pulled)
    G -= X.dot(C)
    rest = sqrt(max(Y_2 - fitted - W_2 / ab, 0.0))  # of Y beside XWᵀ; K⁻¹Y is β times it
    terms = beta * rest * sqrt(W_2) + D * sqrt(
        ab * max(sum([(each - 1) / each / each for each in eigenvalues]), 0.0))
    subtracted = sqrt(Y_2) + sqrt(sum(eigenvalues) / ab * W_2)
    lost = EPS * beta * subtracted
    sound = (lost * subtracted < 1e-11 * (constant + squares) and terms > TINY
             and lost * sqrt(W_2) < 1e-11 * terms and isfinite(L) and isfinite(np.vdot(G, G)))
    return (L, G) if sound else None


def _refuse_what_is_lost(name: str, error: float, terms: float, beta: float) -> None:
    if error > terms / 1e8:
        raise ArithmeticError(f"{name} keeps fewer than 8 digits here: Y lies in the span of X up "
                              f"to rounding errors, and with β = {beta:g} they outweigh what is "
                              "left.")
