"""Columns with an index, such as the row x_i of a matrix X, written as matrices of such rows."""

from collections.abc import Callable, Mapping
from itertools import product as pairs
from typing import NamedTuple

from sympy import Expr, MatAdd, MatMul, MatrixExpr, MatrixSymbol, OneMatrix, S, Trace, Transpose

from lvmcalc.notation import forming
from lvmcalc.notation.entrywise import BY_ENTRIES
from lvmcalc.notation.forming import (
    as_coeff,
    elementwise,
    product,
    total,
    transposed,
    turned,
)
from lvmcalc.notation.name_resolution import Unreadable

Size = Expr | int
_REFUSED = ("The sum over {} cannot be written with matrices: it may hold entries such as y_i and "
            "A_ij, rows such as x_iᵀ w, and functions of such numbers; write the rest with "
            "matrices, as in sum(exp(X w)).")


class Indexed(NamedTuple):
    """What y_i, A_ij or x_i is of: the matrix, the index of its rows, and that of its columns."""

    of: Expr
    row: str
    column: str = ""


class Over(Expr):
    """The sum of a number over some indices, inside another sum."""

    is_commutative = True


class OverColumns(MatrixExpr):
    """The sum of a column over an index, inside another sum or in an entry, as Σ_j a_ij v_j."""

    shape = property(lambda self: self.args[0].shape, doc="The shape of the column.")


def _of_parts(matrix: Expr, of: Callable[[Expr], Expr]) -> Expr:
    """Return what is made of the matrices that a function makes of the parts of a matrix."""
    return matrix.func(*(of(part) if part.is_Matrix else part for part in matrix.args))


def _without_turn(column: Expr) -> Expr:
    """Return a column without a transpose around a product, a sum or a function."""
    inner = column.arg if isinstance(column, Transpose) else None
    if isinstance(inner, MatMul):
        return product(*map(transposed, inner.args[::-1]))
    return _of_parts(inner, transposed) if isinstance(inner, MatAdd | BY_ENTRIES) else column


class Vectors:
    """Write numbers and columns that vary with an index as matrices."""

    parts: dict[Expr, Indexed]
    functions: Mapping[str, Callable[..., Expr]]
    ranges: dict[str, tuple[Size, Expr]]  # how many values an index has, and in which matrix
    entries: Callable[..., Expr]  # the matrix of the values that a number has for i and j

    def free(self, part: Expr) -> set[str]:
        """Return the indices that a part varies with."""
        if isinstance(part, Over | OverColumns):
            return self.free(part.args[0]) - {*map(str, part.args[1:])}
        if part in self.parts:
            return {*self.parts[part][1:]} - {""}
        return set().union(*map(self.free, part.args))

    def size(self, index: str | None) -> Size:
        """Return the number of values of an index."""
        return self.ranges[index][0] if index else S.One

    def laid(self, matrix: Expr, row: str | None, column: str | None, i: str | None,
             j: str | None) -> Expr:
        """Return a matrix with some indices as one with i for its rows and j for its columns."""
        if (row, column) == (j, i) or (row == j and row) or (column == i and column):
            matrix, row, column = transposed(matrix), column, row
        above = [] if row == i else [OneMatrix(self.size(i), 1)]
        beside = [] if column == j else [OneMatrix(1, self.size(j))]
        return product(*above, matrix, *beside)

    def refused(self, indices: str | set[str]) -> Unreadable:
        """Return the error about an unknown sum over some indices."""
        names = indices if isinstance(indices, str) else sorted(indices)
        return Unreadable(_REFUSED.format(" and ".join(names)))

    def trace(self, inner: Expr, i: str | None, j: str | None) -> Expr:
        """Return the values of a product of one row and one column, such as x_iᵀ w."""
        if inner.shape != (1, 1):
            raise self.refused(i or "")
        if isinstance(inner, MatAdd):
            return total([self.entries(Trace(term), i, j) for term in inner.args])
        scalar, factors = inner.as_coeff_matrices()
        if scalar != 1:
            return self.entries(scalar * Trace(product(*factors)), i, j)
        first, *between, last = factors
        if any(map(self.free, between)):
            raise self.refused(self.free(inner))
        left, right = self.vector(transposed(first)), self.vector(last)
        square = left == right and not between
        ends = [*left]
        found = []
        for a, b in pairs(left, right):
            if square and ends.index(a) > ends.index(b):
                continue  # ‖x_i − z_j‖² has −2 x_iᵀ z_j only once
            twice = 2 if square and a != b else 1
            (s, one), (t, other) = as_coeff(left[a]), as_coeff(right[b])
            one = product(one, *between) if a else product(*map(transposed, between[::-1]), one)
            if a and a == b:
                pair, over = product(elementwise(one, other), OneMatrix(one.cols, 1)), (a, None)
            elif a and b:
                pair, over = product(one, transposed(other)), (a, b)
            elif a or b:
                pair, over = product(one, other) if a else product(other, one), (a or b, None)
            else:
                pair, over = Trace(product(transposed(one), other)), (None, None)
            found.append(product(twice * s * t, self.laid(pair, *over, i, j)))
        return total(found)

    def rows(self, vector: Expr, i: str) -> Expr:
        """Return the matrix whose row i is a vector."""
        found = self.vector(vector)
        if {*found} == {None}:
            return product(OneMatrix(self.size(i), 1), turned(found[None]))
        if {*found} != {i}:
            raise self.refused(i)
        return found[i]

    def vector(self, column: Expr) -> dict[str | None, Expr]:
        """Return a column as a sum of rows of matrices, by index, and of one that is constant."""
        if not self.free(column):
            return {None: column}
        match column := _without_turn(column):
            case MatrixSymbol():
                return {self.parts[column].row: self.parts[column].of}
            case MatAdd():
                found: dict[str | None, list[Expr]] = {}
                for term in column.args:
                    for index, matrix in self.vector(term).items():
                        found.setdefault(index, []).append(matrix)
                if len(found) == 2 and None in found:
                    index, = found.keys() - {None}
                    found[index] += [product(OneMatrix(self.size(index), 1), turned(constant))
                                     for constant in found.pop(None)]
                return {index: total(parts) for index, parts in found.items()}
            case MatMul():
                return self.multiple(column)
            case OverColumns():
                return self.summed(column)
        index, *others = self.free(column)
        numbers = (part for part in column.args if not part.is_Matrix)
        if others or not isinstance(column, BY_ENTRIES) or any(map(self.free, numbers)):
            raise self.refused(self.free(column))
        return {index: _of_parts(column, lambda part: self.rows(part, index))}

    def multiple(self, column: Expr) -> dict[str | None, Expr]:
        """Return B x_i, or s_i x_i, as rows."""
        scalar, (first, *others) = column.as_coeff_matrices()
        if others and first.cols == 1:
            scalar, others = scalar * forming.as_number(product(*others)), []
        if others and self.free(first):
            raise self.refused(self.free(first))
        found = self.vector(product(*others)) if others else self.vector(first)
        if others:
            found = {index: product(matrix, transposed(first)) if index else product(first, matrix)
                     for index, matrix in found.items()}
        if not self.free(scalar):
            return {index: product(scalar, matrix) for index, matrix in found.items()}
        i, = self.free(scalar) if len(self.free(scalar)) == 1 else [None]
        if not i or not {*found} <= {i, None}:
            raise self.refused(self.free(column))
        return {i: elementwise(product(self.entries(scalar, i, None), OneMatrix(1, column.rows)),
                               self.rows(first if not others else product(first, *others), i))}

    def summed(self, over: OverColumns) -> dict[str | None, Expr]:
        """Return Σ_k a_ik v_k as the rows of a product."""
        body, *indices = over.args
        (i, *more), (k, *others) = sorted(self.free(over)), map(str, indices)
        found = []
        for term in body.args if isinstance(body, MatAdd) else [body]:
            scalar, column = as_coeff(term)
            inside, column = as_coeff(_without_turn(column))  # (s v_kᵀ)ᵀ
            scalar *= inside
            if more or others or not self.free(column) <= {k}:
                raise self.refused(self.free(body))
            found.append(product(self.entries(scalar, i, k), self.rows(column, k)))
        return {i: total(found)}
