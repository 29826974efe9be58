"""Chains that train in the tests of `ChainProblem`, and their losses for autograd."""

import numpy as np
import sympy as sp
from sympy import MatrixSymbol

from lvmcalc.chain import Builder
from lvmcalc.models import autoencoder, gplvm
from lvmcalc.training import ChainProblem, data

RNG = np.random.default_rng(7)
x, Y = RNG.standard_normal((5, 8)), data.centred(RNG.standard_normal((9, 4)))
A, y = RNG.standard_normal((12, 3)), RNG.standard_normal((12, 1))
FIRST = {"W": RNG.standard_normal((2, 5)), "X": RNG.standard_normal((9, 2))}


def ridge_chain():
    """Return L = ½‖Aw − y‖² + λ/2 ‖w‖² with w of shape D×1, ‖w‖² = tr(wᵀw)."""
    N, D = sp.symbols("N D", integer=True, positive=True)
    A, w, y = MatrixSymbol("A", N, D), MatrixSymbol("w", D, 1), MatrixSymbol("y", N, 1)
    lam = sp.Symbol("lambda", positive=True)
    build = Builder("ridge", A, w, y, lam)
    misfit = build("a", "half squared norm", build("c", "difference", build("e", "product", A, w),
                                                   y))
    u = build("u", "use", w)
    norm = build("t", "trace", build("s", "product", build("v", "transpose", u), u))
    build("L", "scalar sum", misfit, build("r", "scalar product", lam / 2, norm))
    return build.chain()


def of_ridge(**more):
    return ChainProblem(ridge_chain(), "w", A=A, y=y, **{"lambda": 0.7}, **more)


def of_autoencoder():
    return ChainProblem(autoencoder.chain(), "W", x=x, m=2)


def of_noise():
    return ChainProblem(gplvm.chain(), ("X", "alpha", "beta"), maximise=True, Y=Y, Q=2)
