"""Values with many digits, for functions that have no rational values."""

from typing import Any

import mpmath
import numpy as np
import sympy as sp
from sympy import Expr

from lvmcalc.calculus.arithmetic import Point, Reals, evaluate
from lvmcalc.calculus.errors import OutsideDomain, UnsupportedExpression
from lvmcalc.calculus.functions import DECIMAL, KINKED

SAME_DIGITS = 40  # numbers that share so many are called equal


def _array(matrix: Any) -> np.ndarray:
    return np.array(matrix.tolist(), dtype=object)


class Decimals(Reals):
    """Numbers of mpmath, and arrays of them, with as many digits as its context has."""

    number = staticmethod(lambda value: sp.N(value, mpmath.mp.dps)._to_mpmath(mpmath.mp.prec))
    identity = staticmethod(lambda size: _array(mpmath.eye(size)))
    zeros = staticmethod(lambda rows, columns: _array(mpmath.zeros(rows, columns)))
    ones = staticmethod(lambda rows, columns: _array(mpmath.ones(rows, columns)))
    log_det = classmethod(lambda cls, matrix: cls.log(cls.det(matrix)))

    @staticmethod
    def inv(matrix: np.ndarray) -> np.ndarray:
        """Return the inverse."""
        try:
            return _array(mpmath.matrix(matrix.tolist())**-1)
        except (ZeroDivisionError, TypeError) as error:  # mpmath finds no pivot
            raise OutsideDomain("a matrix to be inverted is singular") from error

    @staticmethod
    def det(matrix: np.ndarray) -> Any:
        """Return the determinant."""
        try:
            return mpmath.det(mpmath.matrix(matrix.tolist()))
        except TypeError:  # mpmath finds no pivot
            return mpmath.mpf(0)

    @staticmethod
    def log(number: Any) -> Any:
        """Return the logarithm of a positive number."""
        if number <= 0:
            raise OutsideDomain("a logarithm of a number that is not positive")
        return mpmath.log(number)

    @classmethod
    def apply(cls, name: str, of_array: Any, value: Any) -> Any:
        """Return the value of a function, by its name, at a number or at every entry."""
        function = cls.log if name == "log" else DECIMAL.get(name, getattr(mpmath, name, None))
        if function is None:
            raise UnsupportedExpression(f"{name} with many digits")
        found = np.vectorize(function, otypes=[object])(value)
        if any(isinstance(entry, mpmath.mpc) for entry in found.flat):
            raise OutsideDomain(f"{name} of a number for which it has no value")
        return found if np.ndim(value) else found.item()


class AwayFromKinks(Decimals):
    """The same numbers, but none within a step of a kink, where there is no derivative."""

    @classmethod
    def apply(cls, name: str, of_array: Any, value: Any) -> Any:
        """Return a function, unless it is one with a kink of a number next to 0."""
        if name in KINKED and np.min(np.abs(value)) < mpmath.mpf(10) ** (-SAME_DIGITS / 2):
            raise OutsideDomain(f"a derivative of {name} at 0")
        return super().apply(name, of_array, value)


def slopes_agree(expression: Expr, slope: Expr, point: Point, wrt: str, direction: Any) -> bool:
    """Return whether a directional derivative is right to 40 digits.

    The derivative is the difference of two values a tiny step apart, each with many more digits.
    """
    with mpmath.workdps(4 * SAME_DIGITS):
        step = mpmath.mpf(10) ** -SAME_DIGITS

        def at(moved: int) -> dict[str, Any]:
            return {name: decimal(value) for name, value in point.items()} | {
                wrt: decimal(point[wrt]) + moved * step * decimal(direction),
                "direction": decimal(direction)}

        ahead, behind = (evaluate(expression, at(moved), Decimals) for moved in (1, -1))
        found, claimed = (ahead - behind) / (2 * step), evaluate(slope, at(0), AwayFromKinks)
        size = max(abs(found), abs(claimed))
        # Where the slope is 0, the difference is not: it leaves a multiple of the squared step.
        remainder = step**1.5 * max(1, abs(ahead))
        return abs(found - claimed) <= size * mpmath.mpf(10) ** (3 - SAME_DIGITS) + remainder


def in_tenths(point: Point) -> dict[str, Any]:
    """Return a point with a tenth of each number, where exp and tanh have digits that tell.

    A size stays what it is.
    """
    return {name: value if isinstance(value, int) else value / 10 for name, value in point.items()}


def decimal(value: Any) -> Any:
    """Return a number, or a matrix of numbers, as mpmath has it; a size stays what it is."""
    if isinstance(value, int):
        return value
    return _array(mpmath.matrix(value)) if getattr(value, "is_Matrix", False) else mpmath.mpf(value)
