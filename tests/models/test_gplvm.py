"""The GP-LVM in numbers: against textbook formulas that form K, in long double, and against
autograd."""

import autograd
import autograd.numpy as anp
import mpmath
import numpy as np
import pytest
from sizes import D, N, Q, relative

from lvmcalc.models import gplvm


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
