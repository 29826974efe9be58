"""The chains of the models, and values for their leaves."""

import numpy as np

from lvmcalc.models import autoencoder, gplvm

RNG = np.random.default_rng(11)
m, n, S = 3, 7, 5
N, Q, D = 6, 2, 4


def normal(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape)


AE, LOG_DET = autoencoder.chain(), gplvm.log_det_chain()
TRACE, WHOLE = gplvm.trace_chain(), gplvm.chain()
POINT = {"X": normal(N, Q), "Y": normal(N, D), "alpha": 0.6, "beta": 1.7}
CASES = {
    "one sample": (AE, {"W": normal(m, n), "x": normal(n, 1)}),
    "batch": (AE, {"W": normal(m, n), "x": normal(n, S)}),
    "log det": (LOG_DET, {name: POINT[name] for name in ("X", "alpha", "beta")} | {"D": 4.0}),
    "trace": (TRACE, POINT), "whole": (WHOLE, POINT),
}
