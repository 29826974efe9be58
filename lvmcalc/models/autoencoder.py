"""The tied-weight linear autoencoder: its chain, its loss, its gradient and its exact optimum."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lvmcalc import checks, lazy

if TYPE_CHECKING:
    from lvmcalc.models.autoencoder_chain import *  # noqa: F403

__getattr__, __dir__ = lazy.face(__name__, {"lvmcalc.models.autoencoder_chain": "S W chain m n x"})


class Minimum(NamedTuple):
    """The least loss that the model can have: weights W of shape (m, n) and their loss."""

    W: np.ndarray
    loss: float


def loss(W: Any, x: Any) -> float:
    """Return L = ½‖WᵀWx − x‖², summed over the samples.

    Parameters
    ----------
    W : array of shape (m, n)
        The weights.
    x : array of shape (n, 1) or (n, S)
        One sample, or S samples as columns.

    Returns
    -------
    float
        Half the squared norm of what the reconstruction misses, in squared units of x. Where it is
        below 10⁻¹⁶‖x‖², rounding errors leave it fewer than 8 digits.

    Raises
    ------
    TypeError, ValueError
        If a shape or a number is wrong; the sentence names the quantity.
    ArithmeticError
        If the result has no finite value in floating point.

    References
    ----------
    Baldi and Hornik (1989), Neural Networks 2, with tied weights.
    """
    W, x = _checked(W, x)
    with np.errstate(all="ignore"):  # the result is checked
        c = W.T @ (W @ x) - x
    return _loss(c, W, x)


def gradient(W: Any, x: Any) -> np.ndarray:
    """Return ∂L/∂W = Wx(WᵀWx − x)ᵀ + W(WᵀWx − x)xᵀ, of shape (m, n).

    Parameters, errors and source are those of `loss`.
    """
    return _gradient(*_checked(W, x))[1]


def value_and_gradient(W: Any, x: Any) -> tuple[float, np.ndarray]:
    """Return L and ∂L/∂W from one pass over x; parameters and errors are those of `loss`."""
    W, x = _checked(W, x)
    c, G = _gradient(W, x)
    return _loss(c, W, x), G


def _gradient(W: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what the reconstruction misses, and the gradient."""
    with np.errstate(all="ignore"):
        z = W @ x
        c = W.T @ z - x
        G = z @ c.T + (W @ c) @ x.T
    return c, checks.finite(G, "∂L/∂W", W=W, x=x)


def _loss(c: np.ndarray, W: np.ndarray, x: np.ndarray) -> float:
    with np.errstate(all="ignore"):
        return float(checks.finite(np.vdot(c, c) / 2, "L", W=W, x=x))


def optimum(x: Any, m: int) -> Minimum:
    """Return weights with the smallest possible loss, and that loss.

    Parameters
    ----------
    x : array of shape (n, S)
    m : int
        The size of the code, at most n.

    Returns
    -------
    Minimum
        The rows of W are the first m eigenvectors of xxᵀ; an orthogonal m×m matrix in front of W
        changes nothing.

    Raises
    ------
    TypeError, ValueError, ArithmeticError
        As for `loss`.

    References
    ----------
    Baldi and Hornik (1989), Neural Networks 2, fact 4: L = ½ Σ_{j>m} λ_j, λ_j the eigenvalues of
    xxᵀ.
    """
    x = checks.matrix(x, "x", shape_in_words="n×S")
    m = checks.whole(m, "m", most=x.shape[0], why=f"for x has n = {x.shape[0]} rows")
    # The singular values of x are exact where xxᵀ has lost the small eigenvalues; with S < n, U has
    # n columns too.
    U, singular_values, _ = np.linalg.svd(x, full_matrices=x.shape[1] < x.shape[0])
    with np.errstate(all="ignore"):
        L = np.sum(singular_values[m:] ** 2) / 2
    return Minimum(U[:, :m].T.copy(), float(checks.finite(L, "L", x=x)))


def _checked(W: Any, x: Any) -> tuple[np.ndarray, np.ndarray]:
    x = checks.matrix(x, "x", shape_in_words="n×S")
    W = checks.matrix(W, "W", columns=x.shape[0],
                      shape_in_words="m×n with n the number of rows of x")
    return W, x
