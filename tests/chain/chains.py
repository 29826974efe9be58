"""Chains with shapes and symmetries that the models do not have, and values for their leaves."""

import numpy as np
import sympy as sp
from sympy import Determinant, MatrixSymbol, Trace, log

from lvmcalc.chain import Builder, Chain

N, D = sp.symbols("N D", integer=True, positive=True)
RNG = np.random.default_rng(5)


def normal(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape)


def positive_definite(size: int) -> np.ndarray:
    root = normal(size, size)
    return root @ root.T + np.eye(size)


def squares(*shape: object) -> Chain:
    """Return L = tr(x xᵀ)."""
    build = Builder("squares", MatrixSymbol("x", *shape))
    build.f, build.g = build.x, build.x.T
    build.e = build.f * build.g
    build.L = Trace(build.e)
    return build.chain()


def ridge() -> Chain:
    """Return L = ½‖A w − y‖² + λ/2 ‖w‖²."""
    build = Builder("ridge", MatrixSymbol("A", N, D), MatrixSymbol("w", D, 1),
                    MatrixSymbol("y", N, 1), sp.Symbol("lamda", positive=True))
    build.e = build.A * build.w
    build.c = build.e - build.y
    build.a = Trace(build.c.T * build.c) / 2
    build.b = Trace(build.w.T * build.w) / 2
    build.p = build.lamda * build.b
    build.L = build.a + build.p
    return build.chain()


def log_density() -> Chain:
    """Return the logarithm of the density of the multivariate normal distribution."""
    build = Builder("normal", MatrixSymbol("x", D, 1), MatrixSymbol("mu", D, 1),
                    MatrixSymbol("Sigma", D, D), symmetric=("Sigma",))
    build.e = build.x - build.mu
    build.b = Determinant(build.Sigma)
    build.q = log(build.b)
    build.r = build.Sigma.I
    build.p = build.e * build.e.T
    build.s = build.r * build.p
    build.t = Trace(build.s)
    build.L = -build.q / 2 - build.t / 2 - D / 2 * log(2 * sp.pi)
    return build.chain()


def ratio(*symmetric: str) -> Chain:
    """Return L = tr(S C⁻¹), by default for a C that need not be symmetric."""
    build = Builder("ratio", MatrixSymbol("S", D, D), MatrixSymbol("C", D, D), symmetric=symmetric)
    build.r = build.C.I
    build.e = build.S * build.r
    build.L = Trace(build.e)
    return build.chain()


CASES = {
    "N×1": (squares(N, 1), {"x": normal(4, 1)}, {"N": 3}),
    "1×N": (squares(1, N), {"x": normal(1, 4)}, {"N": 3}),
    "3×1": (squares(3, 1), {"x": normal(3, 1)}, {}),
    "3×3": (squares(3, 3), {"x": normal(3, 3)}, {}),
    "1×1": (squares(1, 1), {"x": normal(1, 1)}, {}),
    "(N + 1)×D": (squares(N + 1, D), {"x": normal(5, 2)}, {"N": 1, "D": 2}),
    "2N×N": (squares(2 * N, N), {"x": normal(6, 3)}, {"N": 1}),
    "ridge": (ridge(), {"A": normal(5, 3), "w": normal(3, 1), "y": normal(5, 1), "lamda": 0.4},
              {"N": 2, "D": 2}),
    "ratio": (ratio(), {"S": normal(3, 3), "C": normal(3, 3) + 4 * np.eye(3)}, {"D": 2}),
    "symmetric ratio": (ratio("C"), {"S": normal(3, 3), "C": positive_definite(3)}, {"D": 2}),
    "normal": (log_density(), {"x": normal(3, 1), "mu": normal(3, 1),
                               "Sigma": positive_definite(3)}, {"D": 2}),
}
