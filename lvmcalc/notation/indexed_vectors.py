"""Columns with an index, such as the row x_i of a matrix X, written as matrices of such rows."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import sympy as sp
from sympy import (
    Expr,
    HadamardPower,
    HadamardProduct,
    MatAdd,
    MatMul,
    MatrixExpr,
    MatrixSymbol,
    OneMatrix,
    Trace,
    Transpose,
)

from lvmcalc.notation.forming import (
    apart,
    as_number,
    elementwise,
    power_of_entries,
    product,
    transposed,
    turned,
)
from lvmcalc.notation.name_resolution import Unreadable

Size = Expr | int


class Indexed(NamedTuple):
    """What y_i, A_ij or x_i is of: the matrix, the index of its rows, and that of its columns."""

    of: Expr
    row: str
    column: str = ""


class Over(sp.Expr):
    """The sum of a number over some indices, inside another sum."""

    is_commutative = True


class OverColumns(MatrixExpr):
    """The sum of a column over an index, inside another sum or in an entry, as Σ_j a_ij v_j."""

    shape = property(lambda self: self.args[0].shape, doc="The shape of the column.")


class Vectors:
    """Write numbers and columns that vary with an index as matrices."""

    parts: dict[Expr, Indexed]
    functions: Mapping[str, Callable[..., Expr]]

    def free(self, part: Expr) -> set[str]:
        """Return the indices that a part varies with."""
        raise NotImplementedError

    def size(self, index: str | None) -> Size:
        """Return the number of values of an index."""
        raise NotImplementedError

    def entries(self, number: Expr, i: str | None, j: str | None) -> Expr:
        """Return the matrix of the values that a number has for i and j."""
        raise NotImplementedError

    def laid(self, matrix: Expr, row: str | None, column: str | None, i: str | None,
             j: str | None) -> Expr:
        """Return a matrix with some indices as one with i for its rows and j for its columns."""
        raise NotImplementedError

    def times(self, factors: tuple[Expr, ...], i: str | None, j: str | None) -> Expr:
        """Return a product of numbers."""
        raise NotImplementedError

    def refused(self, index: str) -> Unreadable:
        """Return the error about an unknown sum."""
        raise NotImplementedError

    def trace(self, inner: Expr, i: str | None, j: str | None) -> Expr:
        """Return the values of a product of one row and one column, such as x_iᵀ w."""
        if inner.shape != (1, 1):
            raise self.refused(i or "")
        if isinstance(inner, MatAdd):
            return MatAdd(*(self.entries(Trace(term), i, j) for term in inner.args))
        scalar, factors = inner.as_coeff_matrices()
        if scalar != 1:
            return self.times((*sp.Mul.make_args(scalar), Trace(product(*factors))), i, j)
        first, *between, last = factors
        if any(map(self.free, between)):
            raise self.refused("".join(sorted(self.free(inner))))
        left, right = self.vector(transposed(first)), self.vector(last)
        square = left == right and not between
        if square:  # ‖x_i − z_j‖² has −2 x_iᵀ z_j only once
            ends = [*left]
            pairs = [(a, b) for k, a in enumerate(ends) for b in ends[k:]]
        else:
            pairs = [(a, b) for a in left for b in right]
        found = []
        for a, b in pairs:
            twice = 2 if square and a != b else 1
            (s, one), (t, other) = apart(left[a]), apart(right[b])
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
        return MatAdd(*found) if len(found) > 1 else found[0]

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
        match column:
            case MatrixSymbol():
                return {self.parts[column].row: self.parts[column].of}
            case Transpose(args=(MatMul() as inner,)):
                return self.vector(product(*map(transposed, inner.args[::-1])))
            case Transpose(args=(MatAdd() as inner,)):
                return self.vector(MatAdd(*map(transposed, inner.args)))
            case MatAdd():
                found: dict[str | None, list[Expr]] = {}
                for term in column.args:
                    for index, matrix in self.vector(term).items():
                        found.setdefault(index, []).append(matrix)
                if len(found) == 2 and None in found:
                    index, = found.keys() - {None}
                    found[index] += [product(OneMatrix(self.size(index), 1), turned(constant))
                                     for constant in found.pop(None)]
                return {index: MatAdd(*parts) if len(parts) > 1 else parts[0]
                        for index, parts in found.items()}
            case MatMul():
                return self.multiple(column)
            case Transpose(args=(MatrixExpr() as inner,)) if type(inner).__name__ == "Entrywise":
                return self.vector(self.functions[inner.name](transposed(inner.arg)))
            case MatrixExpr() if type(column).__name__ == "Entrywise":
                index, *others = self.free(column)
                if not others:
                    return {index: self.functions[column.name](self.rows(column.arg, index))}
            case HadamardPower() if not self.free(column.exp):
                index, *others = self.free(column)
                if not others:
                    return {index: power_of_entries(self.rows(column.base, index), column.exp)}
            case HadamardProduct():
                index, *others = self.free(column)
                if not others:
                    return {index: elementwise(*(self.rows(it, index) for it in column.args))}
            case OverColumns():
                return self.summed(column)
        raise self.refused("".join(sorted(self.free(column))))

    def multiple(self, column: Expr) -> dict[str | None, Expr]:
        """Return B x_i, or s_i x_i, as rows."""
        scalar, (first, *others) = column.as_coeff_matrices()
        if others and first.cols == 1:
            scalar, others = scalar * as_number(product(*others)), []
        if others and self.free(first):
            raise self.refused("".join(sorted(self.free(first))))
        found = self.vector(product(*others)) if others else self.vector(first)
        if others:
            found = {index: product(matrix, transposed(first)) if index else product(first, matrix)
                     for index, matrix in found.items()}
        if not self.free(scalar):
            return {index: product(scalar, matrix) for index, matrix in found.items()}
        i, = self.free(scalar) if len(self.free(scalar)) == 1 else [None]
        if not i or not {*found} <= {i, None}:
            raise self.refused("".join(sorted(self.free(column))))
        return {i: elementwise(product(self.entries(scalar, i, None), OneMatrix(1, column.rows)),
                               self.rows(first if not others else product(first, *others), i))}

    def summed(self, over: OverColumns) -> dict[str | None, Expr]:
        """Return Σ_k a_ik v_k as the rows of a product."""
        body, *indices = over.args
        (i, *more), (k, *others) = sorted(self.free(over)), map(str, indices)
        found = []
        for term in body.args if isinstance(body, MatAdd) else [body]:
            scalar, column = apart(term)
            if isinstance(column, Transpose) and isinstance(column.arg, MatMul):  # (s v_kᵀ)ᵀ
                inside, factors = column.arg.as_coeff_matrices()
                scalar *= inside
                column = product(*map(transposed, factors[::-1]))
            if more or others or not self.free(column) <= {k}:
                raise self.refused("".join(sorted(self.free(body))))
            found.append(product(self.entries(scalar, i, k), self.rows(column, k)))
        return {i: MatAdd(*found) if len(found) > 1 else found[0]}
