"""Build a SymPy expression exactly as it was written, without reordering its factors.

Shapes are checked only where a number meets a matrix in a sum, a function or a quotient.
"""

from collections.abc import Callable

import sympy as sp
from sympy import Determinant, Expr, Identity, Inverse, Trace, Transpose
from sympy.matrices.expressions import HadamardProduct, MatAdd, MatMul, MatPow

from lvmcalc.checks import CannotBeFormed
from lvmcalc.notation.printer import plain, shape
from lvmcalc.notation.tokens import Unreadable, quoted


def total(terms: list[Expr]) -> Expr:
    """Return the sum of terms."""
    matrices = [term for term in terms if term.is_Matrix]
    number = sp.Add(*(term for term in terms if not term.is_Matrix))
    if not matrices:
        return number
    if number != 0:
        raise CannotBeFormed(_mixed_sum(matrices[0], number))
    return MatAdd(*matrices) if len(matrices) > 1 else matrices[0]


def _mixed_sum(matrix: Expr, number: Expr) -> str:
    size = -number if number.could_extract_minus_sign() else number
    meant = plain(product(size, Identity(matrix.rows)))
    hint = f": did you mean {meant}?" if matrix.rows == matrix.cols else ""
    return (f"the sum of {_described(matrix)} and the number {quoted(plain(size))} cannot be "
            f"formed{hint}")


def product(*parts: Expr) -> Expr:
    """Return the product of parts, from left to right."""
    factors = [factor for part in parts
               for factor in (part.args if isinstance(part, MatMul) else (part,))]
    scalar = sp.Mul(*(factor for factor in factors if not factor.is_Matrix))
    matrices = [factor for factor in factors if factor.is_Matrix]
    factors = matrices if scalar == 1 and matrices else [scalar, *matrices]
    return MatMul(*factors) if len(factors) > 1 else factors[0]


def reciprocal(divisor: Expr) -> Expr:
    """Return 1 / divisor."""
    if divisor.is_Matrix:
        raise Unreadable(f"Nothing can be divided by the matrix {_described(divisor)}: write its "
                         "inverse on the side where it belongs, such as K⁻¹ X or X K⁻¹.")
    return 1 / divisor


def elementwise(left: Expr, right: Expr) -> Expr:
    """Return left ∘ right."""
    if not (left.is_Matrix and right.is_Matrix):
        return product(left, right)
    return HadamardProduct(*(left.args if isinstance(left, HadamardProduct) else (left,)), right)


def power(base: Expr, exponent: str) -> Expr:
    """Return a power with an exponent such as -1, T or -T."""
    if "T" in exponent:
        return transposed(inverse(base) if "-" in exponent else base)
    number = int(exponent)
    if number == -1:
        return inverse(base)
    return MatPow(base, number) if base.is_Matrix else base**number


def transposed(base: Expr) -> Expr:
    """Return the transpose; a number is its own."""
    if isinstance(base, Transpose):
        return base.arg
    return Transpose(base) if base.is_Matrix else base


def inverse(base: Expr) -> Expr:
    """Return the inverse."""
    if isinstance(base, Transpose):  # so that T and I in turn do not nest
        return transposed(inverse(base.arg))
    if isinstance(base, Inverse):
        return base.arg
    return Inverse(base) if base.is_Matrix else 1 / base


def squared_norm(inner: Expr) -> Expr:
    """Return ‖inner‖²."""
    return Trace(product(transposed(inner), inner)) if inner.is_Matrix else inner**2


def _only(kind: str, function: Callable[[Expr], Expr], of: str) -> Callable[[Expr], Expr]:
    """Return a function that refuses an argument that is no `of`: no matrix or no number."""
    def checked(inner: Expr) -> Expr:
        if inner.is_Matrix == (of == "matrix"):
            return function(inner)
        what = _described(inner) if inner.is_Matrix else quoted(plain(inner))
        is_now = "matrix" if inner.is_Matrix else "number"
        raise CannotBeFormed(f"the {kind} of the {is_now} {what} cannot be formed: it is no {of}")

    return checked


def _described(matrix: Expr) -> str:
    return f"{quoted(plain(matrix))} ({shape(matrix).replace('_?', '?')})"


FUNCTIONS: dict[str, Callable[[Expr], Expr]] = {
    **dict.fromkeys(["tr", "Tr", "trace", "Trace"], _only("trace", Trace, of="matrix")),
    **dict.fromkeys(["det", "Determinant"], _only("determinant", Determinant, of="matrix")),
    **dict.fromkeys(["log", "ln"], _only("logarithm", sp.log, of="number")),
    **dict.fromkeys(["inv", "inverse", "Inverse"], inverse),
    "transpose": transposed,
}
