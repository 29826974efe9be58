"""The autoencoder in numbers: against autograd, in long double, and at its optimum."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from sizes import S, m, n, relative

from lvmcalc.models import autoencoder


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
