"""The chains of the GP-LVM with a linear kernel: its log-likelihood and the two halves."""

import tomllib
from collections.abc import Mapping
from importlib import resources

import sympy as sp
from sympy import Determinant, Expr, Identity, MatrixSymbol, Trace

from lvmcalc.calculus.operations import RULES
from lvmcalc.calculus.rules import Operation as Rule
from lvmcalc.chain import Builder, Chain

N, Q, D = sp.symbols("N Q D", integer=True, positive=True)
X, Y = MatrixSymbol("X", N, Q), MatrixSymbol("Y", N, D)
alpha, beta = sp.symbols("alpha beta", positive=True)
K = alpha * X * X.T + Identity(N) / beta
_REMARKS = tomllib.loads((resources.files(__package__) / "gplvm.toml").read_text("utf-8"))


def log_det_chain() -> Chain:
    """Return L₁ = −(D/2) log|αXXᵀ + β⁻¹I| as a chain.

    Its leaves are X, alpha, beta and the number D.
    """
    build = _with_kernel("gplvm.log_det", X, alpha, beta, D)
    _add_log_det(build)
    return _finished(build)


def trace_chain() -> Chain:
    """Return L₂ = −½ tr((αXXᵀ + β⁻¹I)⁻¹YYᵀ) as a chain; its leaves are X, Y, alpha and beta."""
    build = _with_kernel("gplvm.trace", X, Y, alpha, beta)
    _add_trace(build)
    return _finished(build)


def chain(book: Mapping[str, Rule] = RULES) -> Chain:
    """Return the log-likelihood L = −(ND/2) log 2π + L₁ + L₂ as a chain.

    Its leaves are X, Y, alpha and beta.
    """
    build = _with_kernel("gplvm", X, Y, alpha, beta, book=book)
    _add_log_det(build)
    _add_trace(build)
    constant = -N * D / 2 * sp.log(2 * sp.pi)
    build("L", "sum with a constant", build.L1, build.L2, constant)
    return _finished(build)


def _with_kernel(name: str, *leaves: Expr, book: Mapping[str, Rule] = RULES) -> Builder:
    build = Builder(name, *leaves, book=book, remarks=_REMARKS)
    build.f = build.h = X
    build.g = build.h.T
    build.e = build.f * build.g
    build.d = alpha * build.e
    build.j = Identity(N) / beta
    build("c", "sum", build.j, build.d)
    return build


def _add_log_det(build: Builder) -> None:
    build.b = Determinant(build.c)
    build.q = sp.log(build.b)
    build("L1", "scalar product", -D / 2, build.q)


def _add_trace(build: Builder) -> None:
    build.p = Y * Y.T
    build.r = build.c.I
    build.s = build.r * build.p
    build.t = Trace(build.s)
    build.L2 = -build.t / 2


def _finished(build: Builder) -> Chain:
    return build.chain({"K": "c"}, at_most=((Q, D),))
