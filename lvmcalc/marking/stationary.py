"""Equations that hold only where a gradient is zero, such as AᵀA w = Aᵀy and w = (AᵀA)⁻¹Aᵀy."""

from contextlib import suppress

import numpy as np
import sympy as sp
from sympy import Expr

from lvmcalc.calculus import UnsupportedExpression, Verdict
from lvmcalc.chain import Chain
from lvmcalc.marking.exercise import NoValue, exercise_of

HOLDS = "it holds where the gradient is zero"
UNKNOWN = "This can hold only where the gradient is zero; whether it does there is not checked."
NOWHERE = "The gradient is not zero there"


def where_flat(chain: Chain, left: Expr, side: Expr) -> Verdict | None:
    """Return whether an equation says that a gradient is zero; None if that cannot be told.

    Either it says which value of a leaf makes it zero, or its sides differ by a multiple of it.
    """
    for name, leaf in chain.leaves.items():
        adjoint = chain.in_leaves(chain.adjoint(name))
        if left == leaf.symbol and leaf.symbol not in side.free_symbols:
            zero = sp.ZeroMatrix(*leaf.shape) if leaf.shape else sp.S.Zero
            found = exercise_of(chain, name).compare(adjoint.xreplace({leaf.symbol: side}), zero)
            told = found.holds or found.counterexample
            return Verdict(found.status, HOLDS if found.holds else NOWHERE) if told else None
        with suppress(*NoValue, UnsupportedExpression, ValueError, TypeError):
            points = exercise_of(chain, name)
            pairs = [(np.ravel(one), np.ravel(other)) for one, other in zip(
                points.values(side - left), points.values(adjoint), strict=True)]
            if all(one.shape == other.shape and len(one) > 2 and one.any() and np.isclose(
                    abs(one @ other), np.linalg.norm(one) * np.linalg.norm(other), rtol=1e-9)
                    for one, other in pairs):
                return Verdict("numeric", HOLDS)
    return None
