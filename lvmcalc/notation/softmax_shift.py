"""The largest entry of each row, which code subtracts before a softmax.

It has no derivative everywhere, so that it is read only where it changes nothing: the formula has
the same value whatever is subtracted.
"""

from collections.abc import Callable

import sympy as sp
from sympy import Expr, MatAdd, MatMul, MatrixExpr, OneMatrix

from lvmcalc.notation.name_resolution import Unreadable

_NOTE = "What is subtracted from each row of a softmax changes nothing."
REFUSED = ("A largest entry (max) is read only where it changes nothing, as in a softmax, "
           "exp(Z − max)/Σ exp(Z − max).")
_OTHER_AXIS = ("The largest entry of each {} is subtracted, but the exponentials of each {} are "
               "added up: in a softmax both run along the same axis.")


class Largest(MatrixExpr):
    """The largest entry of each row, of each column, or of a whole matrix, in copies."""

    def __new__(cls, matrix: Expr, row: bool | None = None) -> "Largest":
        return super().__new__(cls, matrix, {True: sp.S.One, False: sp.S.Zero}.get(
            row, sp.S.NegativeOne))

    @property
    def shape(self) -> tuple[Expr, Expr]:
        """The shape: a column, a row, or the shape of the matrix."""
        rows, columns = self.args[0].shape
        return {1: (rows, sp.S.One), 0: (sp.S.One, columns)}.get(int(self.args[1]), (rows, columns))

    def any_other(self) -> Expr:
        """Return a stand-in of the same shape, the sum, to test that the maximum cancels."""
        matrix, kind = self.args
        rows, columns = matrix.shape
        left = () if kind == 1 else (OneMatrix(1 if kind == 0 else rows, rows),)
        right = () if kind == 0 else (OneMatrix(columns, 1 if kind == 1 else columns),)
        return MatMul(*left, matrix, *right)


def without_shifts(formula: Expr, same: Callable[[Expr, Expr], bool]) -> tuple[Expr, str]:
    """Return a formula in which nothing is subtracted any more, and what is to be said of it.

    Raises
    ------
    Unreadable
        If that changes the formula, as `same` tells of two of them.
    """
    if not formula.has(Largest):
        return formula, ""
    found = _without(formula)
    other = formula.replace(lambda part: isinstance(part, Largest), lambda part: part.any_other())
    if found.has(Largest):
        raise Unreadable(REFUSED)
    if not same(found, other):
        row = int(next(iter(formula.atoms(Largest))).args[1] == 1)
        turned = formula.replace(_is_shift, _along_the_other_axis)
        axes = ("column", "row")
        raise Unreadable(REFUSED if turned.has(Largest) or not same(found, turned) else
                         _OTHER_AXIS.format(axes[row], axes[1 - row]))
    return found, _NOTE


def _is_shift(part: Expr) -> bool:
    return isinstance(part, MatMul) and any(isinstance(it, Largest) for it in part.args)


def _along_the_other_axis(shift: Expr) -> Expr:
    """Return copies of the sums along the other axis, or the shift itself if it has no axis."""
    (matrix, kind), = (it.args for it in shift.args if isinstance(it, Largest))
    rows, columns = matrix.shape
    return {1: OneMatrix(rows, rows) * matrix, 0: matrix * OneMatrix(columns, columns)}.get(
        int(kind), shift)


def _without(part: Expr) -> Expr:
    if not isinstance(part, Expr) or not part.has(Largest):
        return part
    terms = [term for term in part.args if not (
        isinstance(part, MatAdd) and any(isinstance(it, Largest) for it in (term, *term.args)))]
    if len(terms) < len(part.args) and len(terms) == 1:
        return _without(terms[0])
    return part.func(*map(_without, terms))
