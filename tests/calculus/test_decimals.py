"""Slopes to 40 digits."""

import sympy as sp

from lvmcalc.calculus import decimals
from lvmcalc.calculus.functions import Entrywise

w = sp.MatrixSymbol("w", 2, 1)
ONES = sp.OneMatrix(1, 2)


def test_a_slope_that_is_zero_at_a_point_agrees_with_zero_and_with_nothing_else() -> None:
    scalar = sp.sqrt(1 + sp.Trace(ONES * Entrywise("tanh", w)) ** 4)
    point, direction = {"w": sp.ImmutableMatrix([6, -6])}, sp.ImmutableMatrix([6, 9])
    assert decimals.slopes_agree(scalar, sp.S.Zero, point, "w", direction)
    tiny = sp.Rational(1, 10**50)
    assert not decimals.slopes_agree(scalar, tiny, point, "w", direction)
    assert not decimals.slopes_agree(scalar, sp.S.Zero, {"w": sp.ImmutableMatrix([6, 5])}, "w",
                                     direction)
