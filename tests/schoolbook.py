"""Schoolbook arithmetic on dual numbers and on matrices of them.

A dual number a + bε with ε² = 0 carries a value and its derivative. Over fractions both are exact;
where a logarithm occurs, 60 digits are carried. Determinants are expanded by cofactors, inverses
are found by elimination.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath

mpmath.mp.dps = 60
CLOSE = mpmath.mpf(10) ** -35


@dataclass(frozen=True)
class Dual:
    value: Any
    slope: Any = Fraction(0)

    def __add__(self, other: "Dual") -> "Dual":
        return Dual(self.value + other.value, self.slope + other.slope)

    def __sub__(self, other: "Dual") -> "Dual":
        return Dual(self.value + -other.value, self.slope + -other.slope)

    def __mul__(self, other: "Dual") -> "Dual":
        return Dual(self.value * other.value, self.value * other.slope + self.slope * other.value)

    def __truediv__(self, other: "Dual") -> "Dual":
        inverse = 1 / other.value
        return Dual(self.value * inverse,
                    (self.slope + -self.value * other.slope * inverse) * inverse)


Rows = list[list[Dual]]
ONE, ZERO = Dual(Fraction(1)), Dual(Fraction(0))


def many_digits(number: Any) -> Any:
    """Return a number as mpmath has it."""
    exact = isinstance(number, Fraction)
    return mpmath.mpf(number.numerator) / number.denominator if exact else number


def total(numbers: list[Dual]) -> Dual:
    result = numbers[0]
    for number in numbers[1:]:
        result = result + number
    return result


def product(left: Rows, right: Rows) -> Rows:
    columns = [*zip(*right, strict=True)]
    return [[total([a * b for a, b in zip(row, column, strict=True)]) for column in columns]
            for row in left]


def unit(n: int) -> Rows:
    return [[ONE if i == j else ZERO for j in range(n)] for i in range(n)]


def determinant(M: Rows) -> Dual:
    if len(M) == 1:
        return M[0][0]
    minors = [determinant([row[:j] + row[j + 1:] for row in M[1:]]) for j in range(len(M))]
    terms = [entry * minor for entry, minor in zip(M[0], minors, strict=True)]
    return total([term if j % 2 == 0 else ZERO - term for j, term in enumerate(terms)])


def inverse(M: Rows) -> Rows:
    n = len(M)
    M = [[*row, *ones] for row, ones in zip(M, unit(n), strict=True)]
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(many_digits(M[i][k].value)))
        if abs(M[pivot][k].value) <= (0 if isinstance(M[pivot][k].value, Fraction) else CLOSE):
            raise ZeroDivisionError("a singular matrix")
        M[k], M[pivot] = M[pivot], M[k]
        M[k] = [entry / M[k][k] for entry in M[k]]
        M = [row if i == k else [a - row[k] * b for a, b in zip(row, M[k], strict=True)] for i,
             row in enumerate(M)]
    return [row[n:] for row in M]


def same(left: Any, right: Any) -> bool:
    """Say whether two numbers are equal: fractions exactly, others to 35 digits."""
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return left == right
    return abs(left + -right) <= CLOSE * (1 + abs(left))
