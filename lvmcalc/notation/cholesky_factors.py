"""Cholesky factors in code: C with C Cᵀ = K, which is read where it is solved with."""

from itertools import pairwise

from sympy import Expr, Inverse, MatMul, MatrixExpr, Transpose

from lvmcalc.notation.name_resolution import Unreadable
from lvmcalc.notation.softmax_shift import REFUSED, Largest


class _MadeOf(MatrixExpr):
    """What is made of one matrix and has its shape."""

    arg = property(lambda self: self.args[0], doc="The matrix.")
    shape = property(lambda self: self.args[0].shape, doc="The shape of the matrix.")

    def __new__(cls, matrix: Expr) -> "_MadeOf":
        if not matrix.is_Matrix:
            raise TypeError("A number has no triangle.")
        return super().__new__(cls, matrix)


class Cholesky(_MadeOf):
    """The lower triangle C of a matrix C Cᵀ."""


class Factorised(_MadeOf):
    """What Julia's cholesky returns: it is solved with as the matrix is, F \\ Y."""


class Upper(_MadeOf):
    """The upper triangle of a matrix."""


class Lower(Upper):
    """The lower triangle of a matrix."""


def without_factors(expression: Expr) -> Expr:
    """Return an expression in which C Cᵀ is K again, and C⁻ᵀC⁻¹ is K⁻¹."""
    if not expression.has(Cholesky, Factorised):
        return expression
    args = [without_factors(arg) if isinstance(arg, Expr) else arg for arg in expression.args]
    match expression:
        case Lower() if isinstance(args[0], Cholesky):
            return args[0]
        case Upper() if type(expression) is Upper and isinstance(args[0], Transpose) and isinstance(
                args[0].arg, Cholesky):
            return args[0]
        case Transpose() if isinstance(args[0], MatMul):
            return without_factors(MatMul(*map(_transposed, reversed(args[0].args))))
        case Transpose():
            return _transposed(args[0])
        case Inverse() if isinstance(args[0], Factorised):
            return Inverse(args[0].arg)
        case Inverse() if isinstance(args[0], Transpose):
            return Transpose(Inverse(args[0].arg))
        case MatMul():
            return _joined([factor for arg in args
                            for factor in (arg.args if isinstance(arg, MatMul) else (arg,))])
    return expression.func(*args)


def _transposed(factor: Expr) -> Expr:
    if isinstance(factor, Transpose):
        return factor.arg
    return Transpose(factor) if factor.is_Matrix else factor


def _joined(factors: list[Expr]) -> Expr:
    for place, (left, right) in enumerate(pairwise(factors)):
        match left, right:
            case Transpose(args=(Inverse(args=(Cholesky() as one, *_)),)), Inverse(
                    args=(Cholesky() as other, *_)) if one == other:
                whole = Inverse(one.arg)
            case Cholesky() as one, Transpose(args=(Cholesky() as other,)) if one == other:
                whole = one.arg
            case _:
                continue
        return _joined([*factors[:place], whole, *factors[place + 2:]])
    return MatMul(*factors) if len(factors) > 1 else factors[0]


def refuse_factors(expression: Expr) -> Expr:
    """Return an expression without factors, or refuse it.

    Raises
    ------
    Unreadable
        If a factor is left, because it was not used as a pair that makes up the matrix.
    """
    found = without_factors(expression)
    if found.has(Largest):
        raise Unreadable(REFUSED)
    if found.has(Factorised):
        raise Unreadable("What Julia's cholesky returns is read only in a solve: F \\ Y.")
    if found.has(Cholesky, Upper):
        raise Unreadable("A Cholesky factor is read only in two triangular solves, that with the "
                         "lower triangle first, as in solve(C.T, solve(C, X)).")
    return found
