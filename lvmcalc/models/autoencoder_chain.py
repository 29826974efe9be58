"""The chain of the tied-weight linear autoencoder."""

import tomllib
from collections.abc import Mapping
from importlib import resources

import sympy as sp
from sympy import MatrixSymbol

from lvmcalc.calculus.operations import RULES
from lvmcalc.calculus.rules import Operation as Rule
from lvmcalc.chain import Builder, Chain

m, n, S = sp.symbols("m n S", integer=True, positive=True)
W, x = MatrixSymbol("W", m, n), MatrixSymbol("x", n, S)
_REMARKS = tomllib.loads((resources.files(__package__) / "autoencoder.toml").read_text("utf-8"))


def chain(book: Mapping[str, Rule] = RULES) -> Chain:
    """Return L = ½‖WᵀWx − x‖² as a chain with the leaves W and x.

    Each column of x is a sample; in the homework there is one.
    """
    build = Builder("autoencoder", W, x, book=book, remarks=_REMARKS)
    build.h = build.g = W
    build.f = build.g.T
    build.e = build.h * x
    build.d = build.f * build.e
    build.c = build.d - x
    build("L", "half squared norm", build.c)
    return build.chain(at_most=((m, n),))
