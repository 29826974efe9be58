"""The linear GP-LVM as other packages compute it: one value of the log-likelihood with its
gradient, from X alone.

A peer is imported when it is used. The kernel is αXXᵀ, the noise has the precision β, and neither
is trained.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from lvmcalc.models import gplvm

Array = np.ndarray
Evaluate = Callable[[Array], tuple[float, Array]]  # X to the value and the gradient
Q = 2  # the latent dimension
AGREE = 1e-8  # the largest relative difference; a wrong formula makes a far larger one
LOW_RANK = "PyTorch LowRankMultivariateNormal"


def ours(Y: Array, alpha: float, beta: float) -> Evaluate:
    """Return the public function of value and gradient, with its checks of what comes in."""
    return lambda X: gplvm.value_and_gradient(X, Y, alpha, beta)


def textbook(Y: Array, alpha: float, beta: float) -> Evaluate:
    (N, D), YY = Y.shape, Y @ Y.T

    def evaluate(X: Array) -> tuple[float, Array]:
        K = alpha * X @ X.T + np.eye(N) / beta
        inverse = np.linalg.inv(K)
        fit = inverse @ YY
        value = -N * D / 2 * np.log(2 * np.pi) - D / 2 * np.linalg.slogdet(K)[1] - np.trace(fit) / 2
        return value, alpha * (fit @ inverse - D * inverse) @ X
    return evaluate


def cholesky(Y: Array, alpha: float, beta: float) -> Evaluate:
    from scipy.linalg import cho_factor, cho_solve
    N, D = Y.shape

    def evaluate(X: Array) -> tuple[float, Array]:
        factor = cho_factor(alpha * X @ X.T + np.eye(N) / beta, lower=True, overwrite_a=True,
                            check_finite=False)
        KY, KX = np.hsplit(cho_solve(factor, np.hstack([Y, X]), check_finite=False), [D])
        value = -N * D / 2 * np.log(2 * np.pi) - D * np.log(factor[0].diagonal()).sum() - np.vdot(
            Y, KY) / 2
        return value, alpha * (KY @ (Y.T @ KX) - D * KX)
    return evaluate


def torch_of(log_likelihood: Callable[[Any, Any, float, float],
                                      Any]) -> Callable[[Array, float, float], Evaluate]:
    """Return what evaluates a log-likelihood of tensors X, Y, α, β, with autograd for the
    gradient."""
    def make(Y: Array, alpha: float, beta: float) -> Evaluate:
        import torch
        import torch._dynamo  # what optimisers load; after TensorFlow it would end the process
        torch.set_num_threads(1)
        tensor = torch.from_numpy(Y)

        def evaluate(X: Array) -> tuple[float, Array]:
            leaf = torch.from_numpy(X.copy()).requires_grad_()
            value = log_likelihood(leaf, tensor, alpha, beta)
            value.backward()
            return value.item(), leaf.grad.numpy()
        return evaluate
    return make


def torch_dense(X: Any, Y: Any, alpha: float, beta: float) -> Any:
    import torch
    K = alpha * X @ X.T + torch.eye(len(X), dtype=X.dtype) / beta
    normal = torch.distributions.MultivariateNormal(X.new_zeros(len(X)), K, validate_args=False)
    return normal.log_prob(Y.T).sum()


def torch_low_rank(X: Any, Y: Any, alpha: float, beta: float) -> Any:
    import torch
    noise = torch.full((len(X),), 1 / beta, dtype=X.dtype)
    normal = torch.distributions.LowRankMultivariateNormal(X.new_zeros(len(X)), alpha**0.5 * X,
                                                           noise,
                                                           validate_args=False)
    return normal.log_prob(Y.T).sum()


def gpytorch_low_rank(X: Any, Y: Any, alpha: float, beta: float) -> Any:
    import gpytorch  # noqa: F401
    from linear_operator.operators import LowRankRootLinearOperator
    N, D = Y.shape
    K = LowRankRootLinearOperator(alpha**0.5 * X).add_diagonal(X.new_tensor(1 / beta))
    fit, log_det = K.inv_quad_logdet(inv_quad_rhs=Y, logdet=True)
    return -(N * D * np.log(2 * np.pi) + D * log_det + fit) / 2


def jax_dense(Y: Array, alpha: float, beta: float) -> Evaluate:
    import jax
    jax.config.update("jax_enable_x64", True)
    (N, D), jnp = Y.shape, jax.numpy

    def log_likelihood(X: Any) -> Any:
        factor = jnp.linalg.cholesky(alpha * X @ X.T + jnp.eye(N) / beta)
        white = jax.scipy.linalg.solve_triangular(factor, Y, lower=True)
        return -N * D / 2 * jnp.log(2
                                    * jnp.pi) - D * jnp.log(jnp.diag(factor)).sum() - (
                                        white**2).sum() / 2
    both = jax.jit(jax.value_and_grad(log_likelihood))

    def evaluate(X: Array) -> tuple[float, Array]:
        value, gradient = both(X)
        return float(value), np.asarray(gradient)
    return evaluate


def gpy_model(Y: Array, X: Array, alpha: float, beta: float) -> Any:
    from GPy.kern import Linear
    from GPy.models import GPLVM
    model = GPLVM(Y, Q, X=X.copy(), kernel=Linear(Q, variances=[alpha]))
    model.likelihood.variance = 1 / beta - 1e-8  # GPy adds 1e-8 to the noise
    model.kern.fix()
    model.likelihood.fix()
    return model


def gpy(Y: Array, alpha: float, beta: float) -> Evaluate:
    model = gpy_model(Y, np.ones((len(Y), Q)), alpha, beta)

    def evaluate(X: Array) -> tuple[float, Array]:
        model.optimizer_array = X.ravel()
        return float(model.log_likelihood()), np.array(model.X.gradient)
    return evaluate


def gpflow(Y: Array, alpha: float, beta: float) -> Evaluate:
    import gpflow
    import tensorflow as tf
    model = gpflow.models.GPLVM(Y, Q, X_data_mean=np.ones((len(Y), Q)),
                                kernel=gpflow.kernels.Linear(alpha))
    model.likelihood.variance.assign(1 / beta)
    latent = model.data[0].unconstrained_variable

    @tf.function
    def both() -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            value = model.maximum_log_likelihood_objective()
        return value, tape.gradient(value, latent)

    def evaluate(X: Array) -> tuple[float, Array]:
        latent.assign(X)
        value, gradient = both()
        return float(value), gradient.numpy()
    return evaluate


class Peer(NamedTuple):
    """Another way to the same value and gradient, and the power of N that its time grows with."""

    name: str
    make: Callable[[Array, float, float], Evaluate]
    power: int
    package: str


NUMPY = [Peer("textbook NumPy: K, inv, slogdet", textbook, 3, "numpy")]
PEERS = [
    *NUMPY,
    Peer("NumPy and SciPy, Cholesky", cholesky, 3, "scipy"),
    Peer("PyTorch autograd, dense", torch_of(torch_dense), 3, "torch"),
    Peer(LOW_RANK, torch_of(torch_low_rank), 1, "torch"),
    Peer("JAX jit, dense", jax_dense, 3, "jax"),
    Peer("GPy GPLVM", gpy, 3, "GPy"),
    Peer("GPyTorch, low-rank operator", torch_of(gpytorch_low_rank), 1, "gpytorch"),
    Peer("GPflow GPLVM", gpflow, 3, "gpflow"),
]


def agree(name: str, ours: tuple[float, Array], theirs: tuple[float, Array]) -> float:
    """Return the larger of the relative differences of values and gradients, which must be
    small."""
    value = abs(theirs[0] - ours[0]) / abs(ours[0])
    gradient = np.linalg.norm(theirs[1] - ours[1]) / np.linalg.norm(ours[1])
    worst = float(np.maximum(value, gradient))  # of a number and none, none
    assert worst <= AGREE, (f"{name} differs: its value by {value:.1e}, "
                            f"its gradient by {gradient:.1e}, relative")
    return worst


def in_long_double(X: Array, Y: Array, alpha: float, beta: float) -> Array:
    """Return the gradient as the textbook has it, K and all, by Gauss and Jordan's elimination in
    long double."""
    X, Y = X.astype(np.longdouble), Y.astype(np.longdouble)
    N, D = Y.shape
    rows = np.hstack([alpha * X @ X.T + np.eye(N, dtype=np.longdouble) / np.longdouble(beta), Y, X])
    for k in range(N):  # K is positive definite: no pivoting
        rows[k] /= rows[k, k]
        factors = rows[:, k].copy()
        factors[k] = 0
        rows[:, k:] -= np.outer(factors, rows[k, k:])
    KY, KX = rows[:, N:N + D], rows[:, N + D:]
    return alpha * (KY @ (Y.T @ KX) - D * KX)
