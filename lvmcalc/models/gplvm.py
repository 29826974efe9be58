"""The GP-LVM with a linear kernel: its chains, log-likelihood, gradient and optimum."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lvmcalc import checks, lazy
from lvmcalc.models import gplvm_numbers

if TYPE_CHECKING:
    from lvmcalc.models.gplvm_chain import *  # noqa: F403

__getattr__, __dir__ = lazy.face(__name__, {"lvmcalc.models.gplvm_chain":
    "D K N Q X Y alpha beta chain log_det_chain trace_chain"})
NO_NOISE = ("Q = {Q} latent dimensions rebuild Y without any error, so the best β is infinite; "
            "choose Q smaller.")


class Optimum(NamedTuple):
    """The best latent points X, of shape (N, Q), and their log-likelihood in nats."""

    X: np.ndarray
    log_likelihood: float


def log_likelihood(X: Any, Y: Any, alpha: float, beta: float) -> float:
    """Return L = −(ND/2) log 2π − (D/2) log|K| − ½ tr(K⁻¹YYᵀ), K = αXXᵀ + β⁻¹I, without forming K.

    Parameters
    ----------
    X : array of shape (N, Q)
        The latent points.
    Y : array of shape (N, D)
        The data, centred; D is at least Q.
    alpha, beta : float
        The kernel's scale and the precision of the noise, both positive.

    Returns
    -------
    float
        The log-likelihood in nats.

    Raises
    ------
    TypeError, ValueError
        If a shape, a number or a sign is wrong; the sentence names the quantity.
    ArithmeticError
        If the result has no finite value in floating point, or if Y lies in the span of X, or the
        columns of X depend on each other, up to rounding errors, and these are larger than 10⁻⁸ of
        the terms of the result.

    References
    ----------
    Lawrence (2005), Journal of Machine Learning Research 6, section 2. With X = U diag(s) Vᵀ, K has
    the eigenvalues (1 + αβs²)/β in the columns of U and 1/β beside them. No large numbers are
    subtracted, and a call costs N·D·Q.
    """
    X, Y, alpha, beta = _checked(X, Y, alpha, beta)
    with np.errstate(all="ignore"):
        return gplvm_numbers.SingularForm(X, Y, alpha, beta, Y.shape[1]).value()


def gradient(X: Any, Y: Any, alpha: float, beta: float) -> np.ndarray:
    """Return ∂L/∂X = α(K⁻¹YYᵀ − D I)K⁻¹X, of shape (N, Q), without forming K.

    Parameters, errors and source are those of `log_likelihood`.
    """
    X, Y, alpha, beta = _checked(X, Y, alpha, beta)
    with np.errstate(all="ignore"):
        return gplvm_numbers.SingularForm(X, Y, alpha, beta, Y.shape[1]).gradient()


def value_and_gradient(X: Any, Y: Any, alpha: float, beta: float) -> tuple[float, np.ndarray]:
    """Return L and ∂L/∂X, each as its own function does, from one decomposition.

    Parameters, errors and source are those of `log_likelihood`. Where M = I + αβXᵀX is well
    conditioned and Y not too near the span of X, M and YᵀX are enough; elsewhere the singular
    values of X are taken.
    """
    given = _checked(X, Y, alpha, beta, finite=False)  # an infinite sum of squares tells below
    with np.errstate(all="ignore"):
        found = gplvm_numbers.by_small_matrix(*given, given[1].shape[1])
    return found or gplvm_numbers.evaluated(*_checked(*given), given[1].shape[1])


def optimum(Y: Any, Q: int, alpha: float, beta: float) -> Optimum:
    """Return the latent points with the largest possible log-likelihood, and that log-likelihood.

    Parameters
    ----------
    Y : array of shape (N, D)
    Q : int
        The latent dimension, at most D and N.
    alpha, beta : float
        Both positive.

    Returns
    -------
    Optimum
        X = U_Q diag(√(λ_j/(αD) − 1/(αβ)))₊, λ_j and U the eigenvalues and eigenvectors of YYᵀ; a
        rotation of the columns of X leaves L unchanged.

    Raises
    ------
    TypeError, ValueError, ArithmeticError
        As for `log_likelihood`.

    References
    ----------
    Tipping and Bishop (1999), Journal of the Royal Statistical Society B 61, eq. 15; Lawrence
    (2005), section 2.
    """
    Y = checks.matrix(Y, "Y", shape_in_words="N×D")
    alpha, beta = _positive(alpha, beta)
    Q = latent_dimension(Q, Y)
    U, singular_values, _ = np.linalg.svd(Y, full_matrices=False)
    # the lengths are √(signal² − noise²); the squares may overflow
    with np.errstate(all="ignore"):
        signal = singular_values[:Q] / np.sqrt(Y.shape[1]) / np.sqrt(alpha)
        noise = 1 / np.sqrt(alpha) / np.sqrt(beta)
        lengths = np.sqrt(np.maximum(signal - noise, 0.0)) * np.sqrt(signal + noise)
        # as where both overflow, which `finite` tells
        X = U[:, :Q] * np.where(signal >= noise, lengths, 0.0)
    checks.finite(X, "X", alpha=alpha, beta=beta, Y=Y)
    return Optimum(X, log_likelihood(X, Y, alpha, beta))


def best_beta(Y: Any, Q: int) -> float:
    """Return the noise precision β of maximum likelihood.

    It is D(N − Q)/Σ_{j>Q} λ_j, with λ_j the eigenvalues of YYᵀ.

    Parameters
    ----------
    Y : array of shape (N, D)
    Q : int
        The latent dimension, smaller than the rank of Y.

    Returns
    -------
    float
        β, in the inverse squared units of Y.

    Raises
    ------
    TypeError, ValueError
        If a shape or a number is wrong, or if Q latent dimensions rebuild Y up to rounding.
    ArithmeticError
        If β has no finite positive value in floating point, or keeps fewer than 8 digits.

    References
    ----------
    Tipping and Bishop (1999), Journal of the Royal Statistical Society B 61, eq. 8, with the
    roles of the rows and the columns of Y exchanged.
    """
    Y = checks.matrix(Y, "Y", shape_in_words="N×D")
    Q = latent_dimension(Q, Y)
    singular_values = np.linalg.svd(Y, compute_uv=False)
    rounding = max(Y.shape) * np.finfo(float).eps * singular_values[0]
    if not singular_values[Q:].max(initial=0) > rounding:
        raise ValueError(NO_NOISE.format(Q=Q))
    refuse_lost_noise(singular_values, Q)
    (N, D), largest = Y.shape, singular_values[Q]
    with np.errstate(all="ignore"):
        left_over = np.sum((singular_values[Q:] / largest) ** 2)  # the squares may overflow
        beta = D * (N - Q) / left_over / largest / largest
    return float(checks.finite(beta, "β", positive=True, Y=Y))


def refuse_lost_noise(singular_values: np.ndarray, Q: int) -> None:
    """Raise an ArithmeticError if the noise is as small as the rounding errors of 8 digits of Y."""
    rest = np.linalg.norm(singular_values[Q:] / singular_values[0])
    if np.finfo(float).eps > 1e-8 * rest:
        raise ArithmeticError(f"The best β keeps fewer than 8 digits here: Q = {Q} latent "
                              f"dimensions leave {rest:.1e} of Y, so choose Q smaller, or other "
                              "units for the columns of Y.")


def latent_dimension(Q: int, Y: np.ndarray) -> int:
    """Return Q if the data can carry that many latent dimensions.

    Parameters
    ----------
    Q : int
    Y : array of shape (N, D)

    Returns
    -------
    int
        Q, which is at least 1 and at most D and N.

    Raises
    ------
    TypeError, ValueError
        If Q is no whole number or is out of these bounds.
    """
    return checks.whole(Q, "Q", most=min(Y.shape), why=f"for Y is {Y.shape[0]}×{Y.shape[1]}")


def _checked(X: Any, Y: Any, alpha: float, beta: float, finite: bool = True) -> tuple[Any, ...]:
    Y = checks.matrix(Y, "Y", shape_in_words="N×D", finite=finite)
    X = checks.matrix(X, "X", rows=Y.shape[0], shape_in_words="N×Q with the N rows of Y",
                      finite=finite)
    if X.shape[1] > Y.shape[1]:
        raise ValueError(f"Q must be at most D = {Y.shape[1]}, the number of columns of Y, "
                         f"but X has {X.shape[1]} columns.")
    return X, Y, *_positive(alpha, beta)


def _positive(alpha: float, beta: float) -> tuple[float, float]:
    return (checks.scalar(alpha, "alpha", positive=True),
            checks.scalar(beta, "beta", positive=True))
