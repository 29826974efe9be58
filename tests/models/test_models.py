"""The models in numbers against textbook formulas that form K, in long double, and against an
autodiff system."""

import autograd
import autograd.numpy as anp
import mpmath
import numpy as np
import pytest
from tables import over

from lvmcalc.models import autoencoder, gplvm

N, D, Q = 9, 5, 3  # all different, and different from the sizes of the autoencoder
n, m, S = 6, 2, 7


@pytest.fixture
def rng():
    return np.random.default_rng(20)


def relative(left, right):
    return float(np.linalg.norm(np.asarray(left - right, dtype=float))
                 / np.linalg.norm(np.asarray(right, dtype=float)))


def cholesky(K):
    """L with K = LLᵀ, in long double, which NumPy's own does not know."""
    L = np.zeros_like(K)
    for j in range(len(K)):
        L[j, j] = np.sqrt(K[j, j] - L[j, :j] @ L[j, :j])
        L[j + 1:, j] = (K[j + 1:, j] - L[j + 1:, :j] @ L[j, :j]) / L[j, j]
    return L


def inverse(L):
    """L⁻¹ for a lower triangular L, by forward substitution."""
    result = np.zeros_like(L)
    for i in range(len(L)):
        result[i] = (np.eye(len(L), dtype=L.dtype)[i] - L[i, :i] @ result[:i]) / L[i, i]
    return result


def textbook(X, Y, alpha, beta):
    """Log-likelihood and gradient of the GP-LVM with K formed and inverted, in long double."""
    X, Y, alpha, beta = (np.asarray(value, dtype=np.longdouble) for value in (X, Y, alpha, beta))
    N, D = Y.shape
    L = cholesky(alpha * X @ X.T + np.eye(N) / beta)
    K_inverse = inverse(L).T @ inverse(L)
    log_det = 2 * np.log(np.diag(L)).sum()
    value = -N * D / np.longdouble(2) * np.log(8 * np.arctan(np.longdouble(1)))
    value += -D / np.longdouble(2) * log_det - np.trace(K_inverse @ Y @ Y.T) / 2
    return value, alpha * (K_inverse @ Y @ Y.T - D * np.eye(N)) @ K_inverse @ X


def log_likelihood_with_K(X, Y, alpha, beta):
    """The same value, for autograd to differentiate."""
    K = alpha * anp.dot(X, X.T) + anp.eye(len(Y)) / beta
    fit = anp.trace(anp.dot(anp.linalg.inv(K), anp.dot(Y, Y.T)))
    return -Y.size / 2 * anp.log(2 * anp.pi) - Y.shape[1] / 2 * anp.linalg.slogdet(K)[1] - fit / 2


def loss_as_written(W, x):
    return anp.sum((anp.dot(W.T, anp.dot(W, x)) - x) ** 2) / 2


class TestAutoencoder:
    @pytest.mark.parametrize("samples", [1, S])
    def test_loss_and_gradient_agree_with_autograd(self, rng, samples):
        W, x = rng.standard_normal((m, n)), rng.standard_normal((n, samples))
        assert relative(autoencoder.loss(W, x), loss_as_written(W, x)) < 1e-14
        assert relative(autoencoder.gradient(W, x), autograd.grad(loss_as_written)(W, x)) < 1e-12

    def test_loss_and_gradient_agree_with_long_double(self, rng):
        W, x = rng.standard_normal((m, n)), rng.standard_normal((n, S))
        long_W, long_x = W.astype(np.longdouble), x.astype(np.longdouble)
        c = long_W.T @ long_W @ long_x - long_x
        assert relative(autoencoder.loss(W, x), (c**2).sum() / 2) < 1e-14
        exact = long_W @ (c @ long_x.T + long_x @ c.T)
        assert relative(autoencoder.gradient(W, x), exact) < 1e-13

    def test_a_batch_is_the_sum_over_its_samples(self, rng):
        W, x = rng.standard_normal((m, n)), rng.standard_normal((n, S))
        columns = [x[:, [i]] for i in range(S)]
        assert autoencoder.loss(W, x) == pytest.approx(sum(autoencoder.loss(W, c) for c in columns),
                                                       rel=1e-13)
        assert relative(sum(autoencoder.gradient(W, c) for c in columns),
                        autoencoder.gradient(W, x)) < 1e-13

    def test_the_optimum_is_stationary_and_the_left_over_variance(self, rng):
        x = rng.standard_normal((n, S)) * np.arange(1, n + 1)[:, None]
        best = autoencoder.optimum(x, m)
        left_over = np.linalg.svd(x, compute_uv=False)[m:]
        assert best.W.shape == (m, n)
        assert best.loss == pytest.approx((left_over**2).sum() / 2, rel=1e-13)
        assert autoencoder.loss(best.W, x) == pytest.approx(best.loss, rel=1e-13)
        nearby = np.linalg.norm(autoencoder.gradient(best.W + 0.1, x))
        assert np.linalg.norm(autoencoder.gradient(best.W, x)) < 1e-13 * nearby

    def test_nothing_random_beats_the_optimum(self, rng):
        x = rng.standard_normal((n, S))
        best = autoencoder.optimum(x, m)
        for size in (1e-3, 0.1, 1.0):
            for _ in range(50):
                assert autoencoder.loss(best.W + size * rng.standard_normal((m, n)), x) > best.loss

    def test_turning_the_code_changes_nothing(self, rng):
        x = rng.standard_normal((n, S))
        turn = np.linalg.qr(rng.standard_normal((m, m)))[0]
        best = autoencoder.optimum(x, m)
        assert autoencoder.loss(turn @ best.W, x) == pytest.approx(best.loss, rel=1e-13)

    def test_a_code_as_large_as_the_data_loses_nothing(self, rng):
        x = rng.standard_normal((n, S))
        best = autoencoder.optimum(x, n)
        assert best.loss == 0
        assert autoencoder.loss(best.W, x) < 1e-25

    def test_the_code_may_be_larger_than_the_batch(self, rng):
        x = rng.standard_normal((n, m - 1))
        best = autoencoder.optimum(x, m)
        assert best.loss == 0
        np.testing.assert_allclose(best.W @ best.W.T, np.eye(m), atol=1e-14)

    def test_a_batch_too_large_for_its_samples_to_be_compared_in_pairs_is_no_trouble(self, rng):
        x = rng.standard_normal((n, 200_000))  # a table of pairs would need 320 gigabytes
        left_over = np.linalg.eigvalsh(x @ x.T)[:n - m]
        assert autoencoder.optimum(x, m).loss == pytest.approx(left_over.sum() / 2, rel=1e-12)


class TestGPLVM:
    @pytest.mark.parametrize(("alpha", "beta"), [(1.3, 0.7), (0.2, 5.0), (4.0, 0.05)])
    def test_log_likelihood_and_gradient_agree_with_autograd(self, rng, alpha, beta):
        X, Y = rng.standard_normal((N, Q)), rng.standard_normal((N, D))
        by_autograd = autograd.grad(log_likelihood_with_K)(X, Y, alpha, beta)
        assert relative(gplvm.log_likelihood(X, Y, alpha, beta),
                        log_likelihood_with_K(X, Y, alpha, beta)) < 1e-12
        assert relative(gplvm.gradient(X, Y, alpha, beta), by_autograd) < 1e-12

    @pytest.mark.parametrize("beta", [0.05, 1.0, 300.0])
    def test_log_likelihood_and_gradient_agree_with_long_double(self, rng, beta):
        X, Y = rng.standard_normal((N, Q)), rng.standard_normal((N, D))
        value, gradient = textbook(X, Y, 1.3, beta)
        assert relative(gplvm.log_likelihood(X, Y, 1.3, beta), value) < 1e-13
        assert relative(gplvm.gradient(X, Y, 1.3, beta), gradient) < 1e-12

    def test_a_data_set_too_large_for_K_is_no_trouble(self, rng):
        N = 200_000  # K would need 320 gigabytes
        X, Y = rng.standard_normal((N, 2)), rng.standard_normal((N, 3))
        # L depends on X and Y through their Gram matrix alone, so five rows with the same Gram
        # matrix tell it.
        R = np.linalg.qr(np.hstack([X, Y]), mode="r")
        spare = -(N - 5) * 3 / 2 * np.log(2 * np.pi / 0.7)
        expected = textbook(R[:, :2], R[:, 2:], 1.3, 0.7)[0] + spare
        assert relative(gplvm.log_likelihood(X, Y, 1.3, 0.7), expected) < 1e-12
        assert gplvm.gradient(X, Y, 1.3, 0.7).shape == (N, 2)
        few, many = gplvm.optimum(R[:, 2:], 2, 1.3, 0.7), gplvm.optimum(Y, 2, 1.3, 0.7)
        assert relative(many.log_likelihood, few.log_likelihood + spare) < 1e-12
        assert relative(np.linalg.norm(many.X), np.linalg.norm(few.X)) < 1e-12

    @pytest.mark.parametrize("scale", [1.0, 1e4, 1e8])
    @pytest.mark.parametrize("alpha", [1.0, 1e8, 1e16, 1e30])
    @pytest.mark.parametrize("beta", [1e-2, 1.0, 1e4, 1e10, 1e16])
    @pytest.mark.parametrize("rows", [2, N], ids=["nothing beside X", "in the span of X"])
    def test_data_in_the_span_of_X_give_8_digits_or_one_sentence(self, rng, rows, scale, alpha,
                                                                 beta):
        X = rng.standard_normal((rows, Q))
        Y = scale * X @ rng.integers(-5, 6, (Q, D))
        with mpmath.workdps(120):
            exact_X, exact_Y = mpmath.matrix(X.tolist()), mpmath.matrix(Y.tolist())
            K = alpha * exact_X * exact_X.T + mpmath.eye(rows) / beta
            slope = alpha * (K**-1 * exact_Y * exact_Y.T - D * mpmath.eye(rows)) * K**-1 * exact_X
            trace = sum((exact_Y.T * K**-1 * exact_Y)[d, d] for d in range(D))
            parts = rows * D * mpmath.log(2 * mpmath.pi), D * mpmath.log(mpmath.det(K)), trace
            truth = float(-sum(parts) / 2), np.array(slope.tolist(), dtype=float)
            size = float(sum(map(abs, parts)))  # L itself may be near 0
        outcomes = ""
        for function, exact, unit in ((gplvm.log_likelihood, truth[0], size),
                                      (gplvm.gradient, truth[1], np.linalg.norm(truth[1]))):
            try:
                found = function(X, Y, alpha, beta)
            except ArithmeticError as error:
                said, outcomes = str(error), outcomes + "-"
                assert rows > Q
                # far beyond real data
                assert beta * scale**2 >= (1e20 if function is gplvm.log_likelihood else 1e5)
                assert alpha * beta * scale**2 >= 1e8
                why = "Y lies in the span of X up to rounding"
                assert f"keeps fewer than 8 digits here: {why}" in said
            else:
                outcomes += "r"
                assert np.linalg.norm(found - exact) < 1e-7 * unit
        try:
            both = gplvm.value_and_gradient(X, Y, alpha, beta)
        except ArithmeticError as error:
            said = str(error)
            assert "keeps fewer than 8 digits here" in said
            assert "-" in outcomes
        else:
            assert outcomes == "rr"
            assert abs(both[0] - truth[0]) < 1e-7 * size
            assert np.linalg.norm(both[1] - truth[1]) < 1e-7 * np.linalg.norm(truth[1])

    @pytest.mark.parametrize("length", [1e2, 1e101, 1e140])
    @pytest.mark.parametrize("near", [0, 1e-12, 1e-3])
    def test_the_gradient_of_long_dependent_columns_has_8_digits_or_one_sentence(self, rng, near,
                                                                                 length):
        x, Y, refused = rng.standard_normal((4, 2)), 1e-139 * rng.standard_normal((4, D)), 0
        X = length * (x[:, :1] + near * x * [0, 1])
        for beta in (1.0, 1e8, 1e78):
            try:
                found = gplvm.gradient(X, Y, 1e121, beta)
            except ArithmeticError as error:
                refused += "∂L/∂X keeps fewer than 8 digits here" in str(error)
                continue
            with mpmath.workdps(800):
                exact_X, exact_Y = mpmath.matrix(X.tolist()), mpmath.matrix(Y.tolist())
                K_inverse = (1e121 * exact_X * exact_X.T + mpmath.eye(4) / beta)**-1
                true = (exact_Y * exact_Y.T * K_inverse - D * mpmath.eye(4)) * exact_X
                true = 1e121 * K_inverse * true
                off = mpmath.norm(mpmath.matrix(found.tolist()) - true)
                assert off < 1e-7 * mpmath.norm(true)
        assert refused == (0 if near == 1e-3 else 3)

    def test_value_and_gradient_keep_their_digits_where_the_noise_is_small(self, rng):
        X = rng.standard_normal((40, 2))
        Y = 1e5 * X @ rng.standard_normal((2, D)) + rng.standard_normal((40, D))
        value, gradient = gplvm.value_and_gradient(X, Y, 1.3, 0.7)
        true = textbook(X, Y, 1.3, 0.7)
        assert relative(value, true[0]) < 1e-11
        assert relative(gradient, true[1]) < 1e-8

    def test_the_gradient_of_many_points_is_refused_though_the_value_keeps_its_digits(self, rng):
        X = rng.standard_normal((100_000, 1))
        assert gplvm.log_likelihood(X, 3 * X, 1, 1500) > 0
        with pytest.raises(ArithmeticError, match=r"^∂L/∂X keeps fewer than 8 digits here"):
            gplvm.value_and_gradient(X, 3 * X, 1, 1500)

    def test_a_product_of_the_scalars_may_underflow(self, rng):
        X, Y = rng.standard_normal((N, Q)), 1e50 * rng.standard_normal((N, D))
        value, gradient = gplvm.value_and_gradient(X, Y, 1e-130, 1e-130)
        assert value == pytest.approx(gplvm.log_likelihood(X, Y, 1e-130, 1e-130), rel=1e-13)
        assert relative(1e260 * gradient, -D * X) < 1e-13  # K is I/β, and Y next to nothing

    @pytest.mark.parametrize("function", [gplvm.gradient, gplvm.value_and_gradient])
    def test_a_gradient_too_small_for_eight_digits_is_refused(self, rng, function):
        X, Y = rng.standard_normal((N, Q)), 1e99 * rng.standard_normal((N, D))
        for alpha, beta, scale in ((1e-200, 1e-200, 1.0), (1e-200, 1.0, 1e-120)):
            with pytest.raises(ArithmeticError, match=r"^∂L/∂X keeps .* it underflows .*\.$"):
                function(scale * X, Y / 1e99, alpha, beta)
        assert not gplvm.gradient(0 * X, Y / 1e99, 1.0, 1.0).any()  # at 0 it is 0

    def test_a_gradient_keeps_its_digits_where_YᵀX_underflows(self, rng):
        X, Y = 1e-296 * rng.standard_normal((N, D)), 1e-26 * rng.standard_normal((N, D))
        gradient = gplvm.value_and_gradient(X, Y, 1e84, 1e132)[1]
        assert relative(gradient, 1e26 * Y @ (1e26 * Y.T @ (1e296 * X))) < 1e-12

    def test_a_gradient_keeps_its_digits_where_what_it_is_made_of_underflows(self, rng):
        X, Y = 1e-204 * rng.standard_normal((N, Q)), 1e79 * rng.standard_normal((N, D))
        gradient = gplvm.value_and_gradient(X, Y, 1e-273, 1e80)[1]
        assert relative(1e155 * gradient, 1e155 * textbook(X, Y, 1e-273, 1e80)[1]) < 1e-10

    def test_there_may_be_as_many_latent_dimensions_as_columns_of_the_data(self, rng):
        X, Y = rng.standard_normal((N, D)), rng.standard_normal((N, D))
        assert relative(gplvm.log_likelihood(X, Y, 1.3, 0.7), textbook(X, Y, 1.3, 0.7)[0]) < 1e-13

    def test_turning_the_latent_space_changes_nothing(self, rng):
        X, Y = rng.standard_normal((N, Q)), rng.standard_normal((N, D))
        turn = np.linalg.qr(rng.standard_normal((Q, Q)))[0]
        value = gplvm.log_likelihood(X, Y, 1.3, 0.7)
        assert gplvm.log_likelihood(X @ turn, Y, 1.3, 0.7) == pytest.approx(value, rel=1e-13)
        assert relative(gplvm.gradient(X @ turn, Y, 1.3, 0.7),
                        gplvm.gradient(X, Y, 1.3, 0.7) @ turn) < 1e-12

    def test_where_signal_and_noise_both_overflow_the_optimum_is_refused_and_not_called_0(self):
        Y = 1e200 * np.array([[1, 2], [-3, 1], [2, -3]])
        with pytest.raises(ArithmeticError, match="X has no finite value here"):
            gplvm.optimum(Y, 1, 1e-320, 1e-320)

    @pytest.mark.parametrize(("beta", "active"), [(2.0, 3), (0.04, 2), (0.01, 1), (1e-4, 0)])
    def test_the_optimum_is_stationary_with_the_value_of_the_eigenvalues(self, rng, beta, active):
        alpha = 1.3
        lengths = np.array([30, 13, 7, 3, 1.0])
        U, V = (np.linalg.qr(rng.standard_normal((rows, D)))[0] for rows in (N, D))
        Y, eigenvalues = U * lengths @ V.T, lengths**2
        best = gplvm.optimum(Y, Q, alpha, beta)
        assert best.X.shape == (N, Q)
        assert np.linalg.matrix_rank(best.X) == active
        above, below = eigenvalues[:active], eigenvalues[active:]
        log_det = np.log(above / D).sum() - (N - active) * np.log(beta)
        expected = -N * D / 2 * np.log(2
                                       * np.pi) - D / 2 * log_det - (active * D + beta
                                                                     * below.sum()) / 2
        assert best.log_likelihood == pytest.approx(expected, rel=1e-12)
        assert float(textbook(best.X, Y, alpha, beta)[0]) == pytest.approx(expected, rel=1e-12)
        nearby = np.linalg.norm(gplvm.gradient(best.X + 0.1, Y, alpha, beta))
        assert np.linalg.norm(gplvm.gradient(best.X, Y, alpha, beta)) < 1e-12 * nearby

    def test_nothing_random_beats_the_optimum(self, rng):
        Y = rng.standard_normal((N, D))
        best = gplvm.optimum(Y, Q, 1.3, 4.0)
        for size in (1e-3, 0.1, 1.0):
            for _ in range(50):
                X = best.X + size * rng.standard_normal((N, Q))
                assert gplvm.log_likelihood(X, Y, 1.3, 4.0) < best.log_likelihood

    def test_the_best_beta_is_best(self, rng):
        Y = rng.standard_normal((N, D))
        beta = gplvm.best_beta(Y, Q)
        values = [gplvm.optimum(Y, Q, 1.3, beta * factor).log_likelihood
                  for factor in (0.99, 1, 1.01)]
        assert values[1] > max(values[0], values[2])
        # stationary: the two losses beside it differ in the third order only
        assert values[0] == pytest.approx(values[2], abs=0.05 * (values[1] - values[0]))

    def test_alpha_only_rescales_the_latent_points(self, rng):
        Y = rng.standard_normal((N, D))
        one, four = gplvm.optimum(Y, Q, 1.0, 4.0), gplvm.optimum(Y, Q, 4.0, 4.0)
        np.testing.assert_allclose(one.X, 2 * four.X, rtol=1e-12)
        assert one.log_likelihood == pytest.approx(four.log_likelihood, rel=1e-13)


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
    with pytest.raises(kind) as caught:
        call()
    sentence = str(caught.value)
    assert sentence.startswith(beginning)
    assert sentence.endswith(".")
    assert "\n" not in sentence
