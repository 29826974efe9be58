"""Scalars as rational functions of their symbols: test for zero, and bound their size."""

from math import comb, prod

import sympy as sp
from sympy import Expr

from lvmcalc.calculus.errors import TooLarge

MOST_TERMS = 5_000  # beyond these nobody waits


def is_zero(scalar: Expr) -> bool:
    """Return whether a scalar is zero as a rational function of its symbols."""
    if terms_in(scalar) == 1:
        return scalar == 0
    numerator = sp.fraction(sp.together(scalar))[0]
    if terms_in(numerator) > MOST_TERMS:
        raise TooLarge(f"multiplying out a scalar to more than {MOST_TERMS:,} terms")
    return sp.expand(numerator) == 0


def terms_in(scalar: Expr) -> int:
    """Return a bound for the number of terms when powers and products are multiplied out."""
    if scalar.is_Add:
        return sum(map(terms_in, scalar.args))
    if scalar.is_Mul:
        return prod(map(terms_in, scalar.args))
    if scalar.is_Pow and scalar.exp.is_Integer and scalar.exp > 0:
        return comb(terms_in(scalar.base) + int(scalar.exp) - 1, int(scalar.exp))
    return 1
