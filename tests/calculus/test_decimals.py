"""Slopes to 40 digits."""

import mpmath
import numpy as np
import pytest
import sympy as sp

from lvmcalc.calculus import decimals
from lvmcalc.calculus.arithmetic import evaluate
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.notation.entrywise import Entrywise

w = sp.MatrixSymbol("w", 2, 1)
ONES = sp.OneMatrix(1, 2)


def test_a_slope_that_is_zero_at_a_point_agrees_with_zero_and_with_nothing_else() -> None:
    scalar = sp.sqrt(1 + sp.Trace(ONES * Entrywise("tanh", w)) ** 4)
    point, direction = {"w": sp.ImmutableMatrix([6, -6]) / 10}, sp.ImmutableMatrix([6, 9]) / 10
    assert decimals.slopes_agree(scalar, sp.S.Zero, point, "w", direction)
    tiny = sp.Rational(1, 10**50)
    assert not decimals.slopes_agree(scalar, tiny, point, "w", direction)
    assert not decimals.slopes_agree(scalar, sp.S.Zero, {"w": sp.ImmutableMatrix([6, 5]) / 10},
                                     "w", direction)


def test_a_matrix_without_a_pivot_has_no_inverse_and_the_determinant_0() -> None:
    singular = {"A": np.array([[0, 1], [0, 1]])}
    A = sp.MatrixSymbol("A", 2, 2)
    assert evaluate(sp.Determinant(A), singular, decimals.Decimals) == 0
    with pytest.raises(OutsideDomain, match="singular"):
        evaluate(A.I, singular, decimals.Decimals)


def test_one_over_a_size_has_all_digits() -> None:
    n = sp.Symbol("n", integer=True, positive=True)
    with mpmath.workdps(60):
        third = evaluate(1 / n, {"n": 3}, decimals.Decimals)
        assert abs(3 * third - 1) < mpmath.mpf(10) ** -50


def test_a_function_has_no_value_where_mpmath_finds_a_complex_one() -> None:
    with pytest.raises(OutsideDomain, match="acosh of a number for which it has no value"):
        decimals.Decimals.apply("acosh", np.arccosh, mpmath.mpf("0.5"))
