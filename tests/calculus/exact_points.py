"""Values of the oracle as SymPy's exact numbers, and back."""

from fractions import Fraction

import oracle
import sympy as sp
from sympy import Expr, Rational


def as_sympy(values: dict) -> dict:
    """Return the values of a point as the package has them."""
    def number(dual: oracle.Dual) -> Expr:
        return Rational(dual.value.numerator, dual.value.denominator)

    return {name: sp.Matrix([[number(entry) for entry in row] for row in value])
            if isinstance(value, list)
            else number(value) if isinstance(value, oracle.Dual) else value for name,
            value in values.items()}


def as_fractions(result: Expr) -> list[Fraction]:
    return [Fraction(int(entry.p), int(entry.q))
            for entry in (result if result.is_Matrix else [result])]
