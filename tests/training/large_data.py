"""The data of the tests about scale, and packages that may be missing."""

import numpy as np
import pytest

N, D, Q = 2011, 7, 3
RNG = np.random.default_rng(4)
Y = RNG.standard_normal((N, D)) @ RNG.standard_normal((D, D)).astype("f4")
X0 = RNG.standard_normal((N, Q))


def optional(module):
    return pytest.importorskip(module, reason="the extra is not installed: pip install -e "
                                              "'.[scale]'")


def same(first, second):
    np.testing.assert_allclose(np.asarray(second), np.asarray(first), rtol=1e-12,
                               atol=1e-12 * np.abs(first).max())
