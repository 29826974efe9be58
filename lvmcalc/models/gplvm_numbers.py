"""The log-likelihood of the GP-LVM and its gradient in numbers, and how many digits they keep."""

from functools import cached_property
from math import hypot, inf, isfinite, log, pi, sqrt

import numpy as np

from lvmcalc import checks

_LOG_2_PI = log(2 * pi)
_EPS = float(np.finfo(float).eps)
_TINY = 1e-300  # numbers below 1e-308 keep fewer digits, the fewer the smaller they are


def evaluated(X: np.ndarray, Y: np.ndarray, alpha: float, beta: float,
              D: int) -> tuple[float, np.ndarray]:
    """Return value and gradient as `value_and_gradient` does, for checked input.

    Y may stand for data with D columns that have the same YYᵀ.
    """
    with np.errstate(all="ignore"):  # the results are checked
        found = by_small_matrix(X, Y, alpha, beta, D)
        if found is None:
            form = SingularForm(X, Y, alpha, beta, D)
            found = form.value(), form.gradient()
        return found


class SingularForm:
    """L and its gradient in terms of the singular values of X = U diag(s) Vᵀ.

    Parameters
    ----------
    X, Y, alpha, beta, D : as for `evaluated`

    Attributes
    ----------
    t, h : √(αβ) s and √(1 + t²)
    P : √β UᵀY/h
    rest, rounding : √β times the rest of Y beside U, and how large its rounding errors are
    """

    def __init__(self, X: np.ndarray, Y: np.ndarray, alpha: float, beta: float, D: int):
        self.given = {"alpha": alpha, "beta": beta, "X": X, "Y": Y}
        self.D, self.root = D, np.sqrt(alpha) * np.sqrt(beta)
        self.U, s, self.V = np.linalg.svd(X, full_matrices=False)
        self.t, Y = self.root * s, np.sqrt(beta) * Y
        P = self.U.T @ Y
        self.rest, self.rounding = Y - self.U @ P, _EPS * _size(Y)
        self.h = np.hypot(1, self.t)
        if len(X) == len(s):  # U spans everything
            self.rest, self.rounding = np.zeros_like(Y), self.rounding / self.h.min()**2
        self.P = P / self.h[:, None]

    def value(self) -> float:
        """Return L, or raise an ArithmeticError if it keeps fewer than 8 digits."""
        D, N, t, h, rest = self.D, len(self.rest), self.t, self.h, self.rest
        log_det_K = np.logaddexp(0, 2 * np.log(t)).sum() - N * np.log(self.given["beta"])
        constant = N * D * np.log(2 * np.pi)
        squares = np.vdot(rest, rest) + np.vdot(self.P, self.P)
        L = -(constant + D * log_det_K + squares) / 2
        size, left = np.linalg.norm(self.P, axis=1), np.linalg.norm(rest)
        fit = np.hypot(left, np.linalg.norm(size / h))
        error = _EPS * t.max() * np.sum((t + _EPS * t.max()) / h * (D / h + size * fit))
        lost = self.rounding * np.hypot(left, self.rounding)  # what is left may vanish by chance
        self._refuse_what_is_lost("L", lost, constant + squares)
        _refuse_dependent("L", error, constant + squares + D * abs(log_det_K))
        return float(checks.finite(L, "L", **self.given))

    def gradient(self) -> np.ndarray:
        """Return ∂L/∂X, or raise an ArithmeticError as `value` does."""
        D, t, h, P, X = self.D, self.t, self.h, self.P, self.given["X"]
        G = ((self.rest + self.U @ (P / h[:, None])) @ P.T - D * (self.U / h)) * (t / h) @ self.V
        G = self.root * G
        off, of_P, fit = self._sizes
        terms = fit * of_P + _size(t / h / h)
        self._refuse_what_is_lost("∂L/∂X", self.rounding * of_P, terms)
        largest = max(np.abs(G).max(), self.root * terms)
        if X.any() and not min(largest, np.abs(X).max()) > _TINY:
            raise checks.LostDigits(
                "∂L/∂X", f"it underflows in floating point for alpha = {self.given['alpha']:g}, "
                f"beta = {self.given['beta']:g} and X with entries up to {np.abs(X).max():g}, so "
                "take another scale")
        # rounding errors do not all point in the worst direction; h² may overflow
        bend, least = _EPS * t.max() / 30, 1.0 if len(X) > len(t) else h.min()
        error = (_size(1 / h) * (D * (bend / h.min())
                                 + fit * (bend * _size(P) + bend / h.min() * off))
                 + of_P * (np.sqrt(len(t)) * (bend / least * _size(P) / least)
                           + off * (bend * _size(t / h / h))))
        _refuse_dependent("∂L/∂X", error, fit * of_P + D * _size(t / h / h))
        return checks.finite(G, "∂L/∂X", **self.given)

    def solved(self) -> tuple[float, np.ndarray, np.ndarray]:
        """Return L, M⁻¹ for M = I + αβXᵀX and W = αβYᵀXM⁻¹; the errors are those of `evaluated`.

        The gradient is βYW − X(αβDM⁻¹ + βWᵀW), and its digits are kept in these two terms, too.
        """
        L, G = self.value(), self.gradient()
        D, t, h, (alpha, beta, X, Y) = self.D, self.t, self.h, self.given.values()
        W = np.sqrt(alpha) * (self.P * (t / h)[:, None]).T @ self.V
        M_inverse = (self.V.T / h**2) @ self.V
        found = beta * (Y @ W) - X @ (alpha * beta * D * M_inverse + beta * W.T @ W)
        _, of_P, fit = self._sizes
        terms = self.root * (fit * of_P + D * _size(t / h / h))
        _refuse_dependent("∂L/∂X", _size(found - G), terms)
        return L, M_inverse, W

    @cached_property
    def _sizes(self) -> tuple[float, float, float]:
        """The norms of the rest of Y beside U, of YᵀK⁻¹X and of K⁻¹Y, in units of the noise."""
        h, off = self.h[:, None], _size(self.rest)
        return off, _size(self.P * self.t[:, None] / h), float(np.hypot(off, _size(self.P / h)))

    def _refuse_what_is_lost(self, name: str, error: float, terms: float) -> None:
        if error > terms / 1e8:
            raise checks.LostDigits(name, "Y lies in the span of X up to rounding errors, and with "
                                    f"β = {self.given['beta']:g} they outweigh what is left")


def by_small_matrix(X: np.ndarray, Y: np.ndarray, alpha: float, beta: float,
                    D: int) -> tuple[float, np.ndarray] | None:
    """Return value and gradient from M = I + αβXᵀX and YᵀX, or None where digits could be lost.

    It is None, too, if an entry of X or Y is not finite.
    """
    N, ab, y = len(Y), alpha * beta, Y.ravel("K")
    Xt = X.T.copy()  # of a row with much in it, BLAS is faster than of one with little
    XX, Y_2 = Xt.dot(X), float(y.dot(y))
    X_2 = sum(XX.diagonal().tolist())
    if not (ab > 1e-200 and 1e-100 < X_2 < 1e150 and ab * X_2 < 1e290 and 1e-200 < Y_2 < inf):
        return None
    m, scaled_inverse = _eigenvalues_and_scaled_inverse(XX, ab)
    if not 0 < m[-1] < 1e4 * m[0]:
        return None
    B = Y.T.dot(X)
    W = B.dot(scaled_inverse)
    W_2, fitted = float(np.vdot(W, W)), float(np.vdot(B, W))
    constant, squares = N * D * _LOG_2_PI, beta * (Y_2 - fitted)
    L = -(constant + D * (sum(map(log, m)) - N * log(beta)) + squares) / 2
    rest = sqrt(max(Y_2 - fitted - W_2 / ab, 0.0))  # of Y beside XWᵀ; K⁻¹Y is β times it
    terms = beta * rest * sqrt(W_2) + D * sqrt(
        ab * max(sum([(each - 1) / each / each for each in m]), 0.0))
    subtracted = sqrt(Y_2) + sqrt(sum(m) / ab * W_2)
    lost = _EPS * beta * subtracted
    if not (lost * subtracted < 1e-11 * (constant + squares) and terms > _TINY
            and lost * sqrt(W_2) < 1e-11 * terms and isfinite(L)
            and max(terms, beta * W_2, ab * sum(m)) < 1e290):
        return None
    pulled = beta * W  # finite by these bounds, as all that follows
    C = W.T.dot(pulled)
    C += D * scaled_inverse
    G = pulled.T.dot(Y.T)
    G -= C.dot(Xt)
    return L, G.T


def _eigenvalues_and_scaled_inverse(XX: np.ndarray, ab: float) -> tuple[list[float], np.ndarray]:
    """Return the eigenvalues of M = I + αβXᵀX, the smallest first, and αβM⁻¹."""
    if len(XX) == 2:  # the plane that is drawn: this takes a quarter of the time of `eigh`
        (a, b), (_, d) = XX.tolist()
        largest = (a + d) / 2 + hypot((a - d) / 2, b)
        m = [1 + ab * (max(a * d - b * b, 0.0) / largest), 1 + ab * largest]
        f = ab / m[0] / m[1]
        return m, np.array([[f * (1 + ab * d), -f * ab * b], [-f * ab * b, f * (1 + ab * a)]])
    squares_of_X, V = np.linalg.eigh(XX)
    m = [1 + ab * each for each in squares_of_X.tolist()]
    return m, (V * [ab / each for each in m]).dot(V.T)


def _size(A: np.ndarray) -> float:
    """Return the norm of A, the square of which may overflow or underflow."""
    largest = float(np.abs(A).max())
    return largest * float(np.linalg.norm(A / largest)) if 0 < largest < inf else largest


def _refuse_dependent(name: str, error: float, terms: float) -> None:
    """Raise an ArithmeticError if rounding errors of X, seen by its singular values, matter."""
    if error > terms / 1e8:
        raise checks.LostDigits(name, "up to rounding errors, the columns of X depend on each "
                                "other, and X is long beside the noise")
