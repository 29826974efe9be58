"""Scalars as rational functions of their symbols: test for zero, and bound their size."""

from math import comb, prod
from typing import Any

import sympy as sp
from sympy import Expr

from lvmcalc.calculus.errors import TooLarge, UnsupportedExpression

_MOST_TERMS = 5_000  # beyond these nobody waits


def is_zero(scalar: Expr) -> bool:
    """Return whether a scalar is zero as a rational function of its symbols."""
    if terms_in(scalar) == 1:
        return scalar == 0
    # a sum of products of powers of symbols has no common denominator to look for
    numerator = scalar if _is_flat(scalar) else sp.fraction(sp.together(scalar))[0]
    if terms_in(numerator) > _MOST_TERMS:
        raise TooLarge(f"multiplying out a scalar to more than {_MOST_TERMS:,} terms")
    return sp.expand(numerator) == 0


def _is_flat(scalar: Expr) -> bool:
    """Return whether no sum is divided by in a scalar."""
    return all(power.base.is_Symbol or power.base.is_Number or power.exp.is_nonnegative
               for power in scalar.atoms(sp.Pow))


def is_letter(scalar: Expr) -> bool:
    """Return whether a scalar is a symbol or a real number.

    Raises
    ------
    UnsupportedExpression
        If it is another number.
    """
    if not (scalar.is_Symbol or scalar.is_Number or scalar.is_NumberSymbol):
        return False
    if scalar.is_extended_real is False or scalar.is_finite is False or scalar is sp.S.NaN:
        raise UnsupportedExpression(f"the number {scalar}")
    return True


def terms_in(scalar: Expr) -> int:
    """Return a bound for the number of terms when powers and products are multiplied out."""
    if scalar.is_Add:
        return sum(map(terms_in, scalar.args))
    if scalar.is_Mul:
        return prod(map(terms_in, scalar.args))
    if scalar.is_Pow and scalar.exp.is_Integer and scalar.exp > 0:
        return comb(terms_in(scalar.base) + int(scalar.exp) - 1, int(scalar.exp))
    return 1


class Sums:
    """Sums, each a dict from terms to coefficients."""

    @staticmethod
    def add(*sums: dict[Any, Expr]) -> dict[Any, Expr]:
        """Return the sum, without what cancels."""
        total: dict[Any, Expr] = {}
        for terms in sums:
            for term, coefficient in terms.items():
                total[term] = total[term] + coefficient if term in total else coefficient
        return {term: c for term, c in total.items() if not is_zero(c)}

    @staticmethod
    def scaled(scalar: Expr, terms: dict[Any, Expr]) -> dict[Any, Expr]:
        """Return the scalar multiple."""
        return {} if scalar == 0 else {term: scalar * c for term, c in terms.items()}
