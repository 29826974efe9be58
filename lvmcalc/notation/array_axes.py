"""Array operations along an axis: sums, means and maxima of rows, and broadcasting.

An array of one axis is a column here; in code for arrays it goes along the rows of a matrix.
"""

import re

import sympy as sp
from sympy import Expr, MatrixSymbol, OneMatrix

from lvmcalc.notation import forming
from lvmcalc.notation.atoms import NO_AXIS, Atoms
from lvmcalc.notation.entrywise import Entrywise
from lvmcalc.notation.letters import CASES
from lvmcalc.notation.softmax_shift import Largest
from lvmcalc.notation.text_cleanup import closing
from lvmcalc.notation.tokens import Token, Unreadable, quoted

_COPIES = re.compile(r"\.[*/]|(?:multiply|divide|power)\(")  # of MATLAB and Julia
_OF_R = re.compile(r"%\*%|\b(?:t?crossprod|(?:col|row)Sums)\(")
AXES = {"r": True, "c": False}  # whether the entries of each row are summed


class KeptAxis(MatrixSymbol):
    """A vector with keepdims=True: beside a matrix it is copied along its other axis."""


class Axes(Atoms):
    """Read what is told about an axis."""

    arrays: bool  # whether the text is code for arrays
    matlab: bool
    kept: set[Expr]  # columns and rows along an axis that is kept

    def refused(self, token: Token, why: str) -> Unreadable:
        """Return the error about a call."""
        call = self.text[token.start:]
        call = call[:closing(call, call.index("(")) or None] if "(" in call else call
        return Unreadable(f"`{quoted(call)}` cannot be read: {why}.", token.start)

    def axis_at(self, token: Token, axis: Expr) -> str:
        """Return the axis that is given by its place, as in np.sum(A, 1) and MATLAB's sum(A, 2)."""
        if self.arrays and axis in (-1, 0, 1):
            return "r" if axis else "c"
        if not self.arrays and (axis == 2 or (axis == 1 and (self.matlab or "'" in self.text))):
            return "rk" if axis == 2 else "ck"
        raise self.refused(token, "it is not clear which axis is meant: write axis=0 or axis=1")

    def each_row(self, token: Token, value: Expr) -> str:
        """Return the axis of a softmax on paper: the rows, if there is one for each of N cases.

        TensorFlow and JAX take the last axis.
        """
        shape = getattr(value, "shape", (0, 1))
        if shape[1] == 1 and self.sums.free(value):  # one case in a loop
            return "c"
        if re.search(r"\b(?:tf|jax)\.nn\.$", self.text[:token.start]) and shape[1] != 1:
            return "r"
        if self.arrays or str(shape[0]) not in CASES or shape[1] == 1:
            raise self.refused(token, NO_AXIS)
        self.rowwise = True
        return "r"

    def along(self, axis: str, name: str, matrix: Expr) -> Expr:
        """Return what a function such as sum, mean or softmax makes of each row or column."""
        row = AXES[axis.rstrip("k")]
        if name == "softmax":
            powers = self.vocabulary.functions["exp"](matrix)
            if matrix.cols == 1 and not row:
                return forming.quotient(powers, self.vocabulary.functions["sum"](powers))
            return forming.quotient(powers, copies_beside(sums(powers, row), matrix))
        if not matrix.is_Matrix:
            raise TypeError
        of = self.vocabulary.functions
        match name:
            case "sum":
                found = sums(matrix, row)
            case "mean":
                found = forming.product(1 / (matrix.cols if row else matrix.rows),
                                        sums(matrix, row))
            case "max":
                found = Largest(matrix, row)
            case "log_softmax":
                return forming.total([matrix, forming.product(sp.S.NegativeOne, copies_beside(
                    of["log"](sums(of["exp"](matrix), row)), matrix))])
            case "logsumexp":
                found = of["log"](sums(of["exp"](matrix), row))
            case _:
                raise TypeError
        if axis.endswith("k"):
            return self.along_an_axis(found)
        return found if row else forming.transposed(found)

    def along_an_axis(self, value: Expr) -> Expr:
        """Return a column or a row that is copied along the axis that it lacks."""
        self.kept.add(forming.as_coeff(value)[1])
        return value

    def is_kept(self, value: Expr) -> bool:
        """Return whether a column or a row has kept its axis."""
        bare = forming.as_coeff(value)[1]
        by_entries = isinstance(bare, Entrywise | sp.HadamardPower)  # log of one is one
        return bare in self.kept or isinstance(bare, KeptAxis) or (
            by_entries and any(self.is_kept(part) for part in bare.args if part.is_Matrix))

    def along_the_other(self, token: Token, value: Expr, axis: str | list[Expr]) -> Expr:
        """Return an array of one axis with another beside it, along which it is copied."""
        if not value.is_Matrix or value.cols != 1 or axis not in ("r", "c", [0], [1], [-1]):
            raise self.refused(token, "only a column gets an axis, as in r[:, None]")
        return self.along_an_axis(forming.transposed(value) if axis in ("c", [0]) else value)

    def tiled(self, token: Token, value: Expr, down: Expr, across: Expr) -> Expr:
        """Return copies of a number, a column or a row, as np.tile and repmat make them."""
        if self.arrays and value.is_Matrix and value.cols == 1 and not self.is_kept(value):
            value = forming.transposed(value)  # an array of one axis is a row
        size = (*getattr(value, "shape", (1, 1)), down, across)
        if (size[0] != 1 and down != 1) or (size[1] != 1 and across != 1):
            raise self.refused(token, "only a column or a row is copied side by side")
        left, right = (OneMatrix(it, 1) if it != 1 else sp.S.One for it in (down, across))
        return forming.product(left, value, forming.transposed(right))

    def widened(self, value: Expr, beside: Expr) -> Expr:
        """Return a column or a row whose axis was kept in the shape of the matrix beside it.

        In code for arrays, an array of one axis goes along the rows, and what has one entry is a
        number.
        """
        if self.arrays and value.is_Matrix and forming.is_number(value):
            return forming.as_number(value)
        if not (value.is_Matrix and beside.is_Matrix):
            return value
        kept = self.is_kept(value)
        if self.arrays and value.cols == beside.cols == 1 and value.rows != beside.rows and (
                kept != self.is_kept(beside)):  # r[:, None] * w is an outer product
            column, row = (value, beside) if kept else (beside, value)
            whole = OneMatrix(column.rows, row.rows)
            return copies_beside(value if kept else forming.transposed(value), whole)
        if self.arrays and not kept and value.cols == 1 and (
                value.rows == beside.cols != beside.rows):
            return copies_beside(forming.transposed(value), beside)
        along = 1 in value.shape and self.copies(value) and (
            value.rows == beside.rows or value.cols == beside.cols)
        fits = value.shape == beside.shape or not (kept or along)
        return value if fits else copies_beside(value, beside)

    def copies(self, value: Expr) -> bool:
        """Return whether MATLAB or Julia copies a column or a row, or R a vector, as it stands."""
        if not self.arrays:
            return bool(_COPIES.search(self.text))
        return value.cols == 1 and bool(_OF_R.search(self.text)) and not any(
            sum(factor.is_Matrix for factor in part.args) > 1 for part in value.atoms(sp.MatMul))

    def along_rows(self, value: Expr, beside: Expr) -> Expr:
        """Return an array of one axis, or a row, copied along the rows of the matrix beside it."""
        if value.is_Matrix and self.is_kept(value):
            return self.widened(value, beside)
        if not value.is_Matrix or beside.rows == beside.cols or (
                forming.is_number(value)):
            return value
        if not self.arrays and value.cols == 1 and value.rows == beside.rows:
            return copies_beside(value, beside)
        row = value if value.rows == 1 else forming.transposed(value)
        fits = row.rows == 1 and row.cols == beside.cols
        return copies_beside(row, beside) if fits else value

    def quotient(self, factors: list[Expr], divisor: Expr) -> Expr:
        """Return left / divisor, entry by entry."""
        left = forming.product(*factors)
        return forming.quotient(left, self.widened(divisor, left))

    def sums_along(self, matrix: Expr, margin: Expr) -> Expr:
        """Return the sums of the rows (1) or the columns (2) of a matrix as a column."""
        return sums(matrix, True) if margin == 1 else forming.transposed(sums(matrix, False))

    def swept(self, token: Token, matrix: Expr, margin: Expr, values: Expr, sign: str) -> Expr:
        """Return R's sweep(A, 1, v, "/"): each row, or each column, with a number of its own."""
        if margin not in (1, 2) or values.cols != 1 or values.rows != matrix.shape[margin - 1]:
            raise self.refused(token, "sweep needs a matrix, 1 or 2, and a number for each row or "
                                      "column")
        beside = copies_beside(values if margin == 1 else forming.transposed(values), matrix)
        match sign:
            case "+" | "-":
                return forming.total([matrix, forming.product(sp.Integer(f"{sign}1"), beside)])
            case "*":
                return forming.elementwise(matrix, beside)
        return forming.quotient(matrix, beside)


def sums(matrix: Expr, row: bool) -> Expr:
    """Return the sums of the rows of a matrix as a column, or those of its columns as a row."""
    ones = OneMatrix(matrix.cols, 1) if row else OneMatrix(1, matrix.rows)
    return forming.product(matrix, ones) if row else forming.product(ones, matrix)


def copies_beside(values: Expr, beside: Expr) -> Expr:
    """Return copies of a column, or of a row, side by side."""
    if values.cols == 1:
        return forming.product(values, OneMatrix(1, beside.cols))
    return forming.product(OneMatrix(beside.rows, 1), values)
