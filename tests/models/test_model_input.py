"""What the functions of the models refuse, with one sentence each."""

import numpy as np
from bad_input import sentence
from sizes import D, N, Q, S, m, n
from tables import over

from lvmcalc.models import autoencoder, gplvm

A, B = np.ones((N, Q)), np.ones((N, D))
# up to rounding errors
RANK_1 = 1e6 * np.outer(np.sqrt(np.arange(1, N + 1)), np.cbrt(np.arange(1, D + 1)))
BAD = [
    (lambda: autoencoder.loss(np.ones((m, n)), np.ones((n + 1, 1))), ValueError,
     "W must have shape m×n"),
    (lambda: autoencoder.loss(np.ones((m, n)), np.ones(n)), ValueError, "x must be a matrix"),
    (lambda: autoencoder.loss(np.ones((m, n)) * 1j, np.ones((n, 1))), TypeError,
     "W must hold real numbers"),
    (lambda: autoencoder.gradient(np.full((m, n), np.nan), np.ones((n, 1))), ValueError,
     "W must be finite"),
    (lambda: autoencoder.gradient(np.ones((m, n)), np.full((n, 1), np.inf)), ValueError,
     "x must be finite"),
    (lambda: autoencoder.optimum(np.ones((n, S)), n + 1), ValueError,
     "m must be between 1 and 6, for x has n = 6 rows"),
    (lambda: autoencoder.optimum(np.ones((n, S)), 1.5), TypeError, "m must be a whole number, not "
                                                                   "1.5"),
    (lambda: autoencoder.optimum([["a"]], 1), TypeError, "x must hold real numbers"),
    (lambda: gplvm.log_likelihood(A[1:], B, 1, 1), ValueError, "X must have shape N×Q with the N "
                                                               "rows of Y"),
    (lambda: gplvm.log_likelihood(np.ones((N, D + 1)), B, 1, 1), ValueError,
     "Q must be at most D = 5"),
    (lambda: gplvm.log_likelihood(A, np.full((N, D), np.nan), 1, 1), ValueError,
     "Y must be finite"),
    (lambda: gplvm.log_likelihood(A, B * 1j, 1, 1), TypeError, "Y must hold real numbers"),
    (lambda: gplvm.log_likelihood(A, B, 0, 1), ValueError, "alpha must be positive, but it is 0"),
    (lambda: gplvm.log_likelihood(A, B, 1, -2.5), ValueError, "beta must be positive, but it is "
                                                              "-2.5"),
    (lambda: gplvm.gradient(np.full((N, Q), np.inf), B, 1, 1), ValueError, "X must be finite"),
    (lambda: gplvm.gradient(A, B, np.ones(2), 1), TypeError, "alpha must be a single real number"),
    (lambda: gplvm.gradient(A, B, 1, np.nan), ValueError, "beta must be finite"),
    *((lambda at=at, Y=Y: gplvm.value_and_gradient(at, Y, 1, 1), ValueError,
       f"{name} must be finite")
      for bad in (np.nan, np.inf, -np.inf)
      for name, at, Y in (("X", np.where(np.arange(Q) == 1, bad, A), B),
                          ("Y", A, np.where(np.arange(D) == 3, bad, B)))),
    (lambda: gplvm.value_and_gradient(A[1:], B, 1, 1), ValueError, "X must have shape N×Q"),
    (lambda: gplvm.value_and_gradient(A, B, 0, 1), ValueError, "alpha must be positive"),
    (lambda: gplvm.value_and_gradient(1e200 * A, 1e200 * B, 1, 1), ArithmeticError,
     "L has no finite value here"),
    (lambda: gplvm.value_and_gradient(1e-20 * A[:, :1], 1e100 * B, 1e-60, 1e100), ArithmeticError,
     "∂L/∂X has no finite value here"),
    (lambda: gplvm.optimum(B, D + 1, 1, 1), ValueError, "Q must be between 1 and 5, for Y is 9×5"),
    (lambda: gplvm.optimum(B, 0, 1, 1), ValueError, "Q must be between 1 and 5"),
    (lambda: gplvm.optimum(B[0], 1, 1, 1), ValueError, "Y must be a matrix"),
    (lambda: gplvm.optimum(B, 2, -1, 1), ValueError, "alpha must be positive"),
    (lambda: gplvm.optimum(B, 2, 1, "1"), TypeError, "beta must be a single real number"),
    (lambda: gplvm.optimum(1e200 * B, 1, 1e-300, 1), ArithmeticError, "X has no finite value"),
    (lambda: gplvm.best_beta(1e170 * np.eye(N, D), 2), ArithmeticError, "β has no finite value"),
    (lambda: gplvm.best_beta(RANK_1, 1), ValueError, "Q = 1 latent dimensions rebuild Y without "
                                                     "any error"),
    (lambda: gplvm.best_beta(0 * B, 1), ValueError, "Q = 1 latent dimensions rebuild Y without any "
                                                    "error"),
    (lambda: gplvm.best_beta(np.eye(N, D), D), ValueError, "Q = 5 latent dimensions rebuild Y "
                                                           "without any error"),
    (lambda: gplvm.best_beta(B, D + 1), ValueError, "Q must be between 1 and 5"),
    (lambda: gplvm.best_beta(np.full((N, D), np.nan), 1), ValueError, "Y must be finite"),
    (lambda: gplvm.best_beta(B, 1), ValueError, "Q = 1 latent dimensions rebuild Y without any "
                                                "error"),
]


@over(("call", "kind", "beginning"), BAD)
def test_bad_input_gets_one_sentence(call, kind, beginning):
    assert sentence(call, kind).startswith(beginning)
