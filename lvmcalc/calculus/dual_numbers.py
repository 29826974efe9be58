"""Arithmetic of dual numbers: the exact slope along a direction, without any rule."""

from typing import Any

import sympy as sp
from sympy import QQ, Expr, Symbol
from sympy.polys.matrices import DomainMatrix

from lvmcalc.calculus.arithmetic import Point, Rationals, value_at

t = Symbol("t")


class FirstOrder(Rationals):
    """Polynomials in t, cut off behind t¹: a slope at t = 0 needs no more."""

    times = classmethod(lambda cls, left, right: cls.cut(left * right))
    elementwise = classmethod(lambda cls, left, right: cls.cut(
        Rationals.elementwise(left, right)))

    @staticmethod
    def cut(matrix: DomainMatrix) -> DomainMatrix:
        """Return the matrix without what is of a higher order than t."""
        ring = QQ[t].ring

        def first_order(entry: Any) -> Any:
            if matrix.domain.is_FractionField:  # 1/(a + b t) is (a − b t)/a²
                below = entry.denom.set_ring(ring)
                start = below.coeff(1)
                entry = entry.numer.set_ring(ring) * (2 * start - below) * (1 / start**2)
            return ring.from_dict({power: number for power, number in entry.items()
                                   if power[0] < 2})

        return matrix if matrix.domain == QQ else matrix.applyfunc(first_order, QQ[t])

    @classmethod
    def matrix(cls, value: Any) -> DomainMatrix:
        """Return a matrix of SymPy's in this arithmetic."""
        return cls.cut(super().matrix(value))

    @classmethod
    def scale(cls, scalar: Expr, matrix: DomainMatrix) -> DomainMatrix:
        """Return a scalar, up to t¹, times a matrix."""
        start, step = (it.xreplace({t: sp.S.Zero}) for it in (scalar, sp.diff(scalar, t)))
        if not (step and start.is_Rational and step.is_Rational):
            return super().scale(scalar, matrix)
        return cls.cut(matrix.convert_to(QQ[t]).scalarmul(QQ[t].from_sympy(start + step * t)))

    @classmethod
    def inv(cls, matrix: DomainMatrix) -> DomainMatrix:
        """Return the inverse: that at t = 0, and from there one step of Newton's method."""
        if matrix.domain == QQ:
            return matrix.inv()
        start = matrix.applyfunc(lambda entry: entry.coeff(1), QQ).inv()
        two = cls.identity(matrix.shape[0]).scalarmul(QQ(2))
        return cls.times(start, two - cls.times(matrix, start))

    @classmethod
    def det(cls, matrix: DomainMatrix) -> Expr:
        """Return the determinant."""
        return cls.matrix([[super().det(matrix)]]).to_Matrix()[0]


def directional_derivative(expression: Expr, point: Point, wrt: str, direction: Any) -> Expr:
    """Return d/dt of a scalar expression at t = 0 when `wrt` moves by t times `direction`, exactly.

    No rule for matrices is used: the expression is evaluated over the polynomials in t, up to t¹,
    and a function of one variable is differentiated.
    """
    if direction.is_Matrix:  # SymPy would look for the domain of t entry by entry
        start, step = (Rationals.matrix(it).convert_to(QQ[t]) for it in (point[wrt], direction))
        moved = start + step.scalarmul(QQ[t].from_sympy(t))
    else:
        moved = point[wrt] + t * direction
    value = value_at(expression, {**point, wrt: moved}, FirstOrder)
    return sp.diff(value, t).xreplace({t: sp.S.Zero})
