"""Sums over an index, as in Σ_i log(1 + exp(−y_i x_iᵀ w)), written with matrices.

y_i is an entry of a column y, A_ij one of a matrix A, and x_i the row i of a matrix X as a column.
What varies with i and j is a matrix that has i for its rows and j for its columns.
"""

from collections.abc import Callable, Mapping
from functools import reduce

import sympy as sp
from sympy import Dummy, Expr, MatMul, OneMatrix, Symbol, Trace

from lvmcalc.checks import CannotBeFormed
from lvmcalc.notation import forming
from lvmcalc.notation.entrywise import EntrySum
from lvmcalc.notation.forming import as_coeff, as_number, product, total, transposed
from lvmcalc.notation.indexed_vectors import Indexed, Over, OverColumns, Size, Vectors
from lvmcalc.notation.name_resolution import Unreadable

SUM_LETTER = "Ʃ"  # a letter that no formula has, for every sum over an index


class SumWriter(Vectors):
    """Write sums over indices with matrices.

    Parameters
    ----------
    parts : what each symbol with an index is of
    heads : the indices of each sum, and where it ends, by its place in the text
    functions : the functions of numbers and matrices by name
    left : the indices of the entry that is defined, such as ij for K_ij
    below : the indices below a bracket, by its place in the text
    repeated : whether an index that stands twice in a term is summed over
    """

    def __init__(self, parts: dict[Expr, Indexed], heads: Mapping[int, tuple[str, str]],
                 functions: Mapping[str, Callable[..., Expr]], left: str = "",
                 below: Mapping[int, str] | None = None, repeated: bool = False):
        self.parts, self.heads, self.functions = parts, heads, functions
        self.left, self.below, self.repeated = left, below or {}, repeated
        self.depth = 0
        self.ranges: dict[str, tuple[Size, Expr]] = {}

    # Indices
    def read(self, product_ahead: Callable[[], Expr], place: int) -> Expr:
        """Return the sum at a place: with matrices, or as it stands inside another sum."""
        (indices, end), self.depth = self.heads[place], self.depth + 1
        try:
            body = as_number(product_ahead())
        finally:
            self.depth -= 1
        self.measure(body)
        for index in indices:
            if index not in self.free(body):
                raise Unreadable(f"Nothing in the sum over {index} has the index {index}: "
                                 "put brackets around what is summed.")
        sizes = {str(n) for of, *_ in self.parts.values() for n in of.shape}
        size = str(self.size(indices[-1]))
        if end and end != size and (end in sizes or end.lower() != size.lower()):  # n may be N
            if end not in sizes:
                raise Unreadable(f"The sum over {indices[-1]} ends at {end}, which is no size.")
            raise CannotBeFormed("the sum over {} ends at {}, but it runs over the {} places of {}"
                                 .format(indices[-1], end, *self.ranges[indices[-1]]))
        left = self.free(body) - {*indices}
        if not self.depth:
            self.refuse_outside(body, indices)
        over = OverColumns if body.is_Matrix else Over
        found = over(body, *map(Symbol, indices)) if left else self.total(body, indices)
        if not self.depth:  # the next sum may use the letter for another index
            self.ranges.clear()
        return found

    def entry(self, matrix: Expr, place: int) -> Expr:
        """Return the entry of a matrix, or of a column, whose indices stand at a place."""
        indices = self.below[place]
        if matrix.is_Matrix and matrix.cols == 1 and len(outer := self.free(matrix)) == 1:
            index, = outer  # an entry of a column that varies with an index
            symbol = Symbol(f"({matrix})_{indices}")
            self.parts[symbol] = Indexed(self.rows(matrix, index), index, indices)
            return symbol
        if not matrix.is_Matrix or self.free(matrix) or len(indices) != 1 + (matrix.cols != 1):
            raise Unreadable(f"It is not clear which entry `{indices}` is below the bracket.")
        return self.of(matrix, indices)

    def measure(self, body: Expr) -> None:
        """Find out how many values each index has."""
        for symbol in sorted(body.free_symbols & self.parts.keys(), key=str):
            of, *ends = self.parts[symbol]
            for index, size in zip(ends, of.shape, strict=True):
                if isinstance(size, Dummy):  # the size of I
                    continue
                known, other = self.ranges.setdefault(index, (size, of)) if index else (size, of)
                if known != size:
                    raise CannotBeFormed(f"the index {index} runs over the {known} places of "
                                         f"{other}, but over the {size} of {of}")

    def implied(self, body: Expr) -> Expr:
        """Return a number with a sum over each index that stands twice in one of its terms."""
        if not self.repeated or body.is_Matrix:
            return body
        return sp.Add(*map(self.implied_in, sp.Add.make_args(sp.expand_mul(body))))

    def implied_in(self, term: Expr) -> Expr:
        """Return a term with these sums."""
        found: list[str] = []
        for factor in sp.Mul.make_args(term):
            base, power = factor.as_base_exp() if factor.is_Pow else (factor, sp.S.One)
            if isinstance(base, sp.Function):
                inner = base.func(*map(self.implied, base.args))
                term, base = term.subs(base, inner), inner
            found += [*self.free(base)] * (int(power) if power.is_Integer and power > 0 else 1)
        twice = sorted({index for index in found if found.count(index) > 1})
        if any(found.count(index) > 2 or index in self.left for index in twice):
            raise Unreadable(f"The index {twice[0]} appears too often in a term: write the sum.")
        return Over(term, *map(Symbol, twice)) if twice else term

    def refuse_outside(self, body: Expr, indices: str = "") -> None:
        """Raise an error if an index belongs to no sum."""
        if left := self.free(body) - {*indices, *self.left}:
            symbol = min(str(it) for it in body.free_symbols & self.parts.keys() if left
                         & {*self.parts[it][1:]})
            raise Unreadable(f"{symbol} stands outside the sum over {min(left)}: put brackets "
                             "around all that is summed.")

    def defined(self, body: Expr) -> Expr:
        """Return the matrix, or the column, of which a body is the entry."""
        if not self.left:
            return body
        body = as_number(body)
        self.measure(body)
        if unknown := {*self.left} - {*self.ranges}:
            raise Unreadable(f"Nothing behind the = tells the range of {min(unknown)}.")
        if body.is_Matrix and len(self.left) == 1:  # ∂L/∂u_i = Σ_j r_ij v_j
            return self.rows(body, self.left)
        return self.entries(body, *self.left, *[None] * (2 - len(self.left)))

    def contracted(self, parts: list[tuple[str, Expr]], wanted: str) -> Expr:
        """Return the array with the wanted indices in a sum of products of entries, as einsum."""
        (name, value), *others = parts
        while others:
            (behind, right), *others = others
            later = wanted + "".join(indices for indices, _ in others)
            kept = "".join(index for index in dict.fromkeys(name + behind) if index in later)
            value = self.array(self.of(value, name) * self.of(right, behind), kept)
            name = kept
        return self.array(self.of(value, name), wanted)

    def of(self, matrix: Expr, indices: str) -> Expr:
        """Return the symbol for an entry of a matrix or a column; a number has no indices."""
        if not indices:
            return matrix
        symbol = Symbol(f"({matrix})_{indices}")
        self.parts[symbol] = Indexed(matrix, *indices)
        return symbol

    def array(self, body: Expr, kept: str) -> Expr:
        """Return the array with these indices of a number, summed over the others."""
        self.measure(body)
        summed = sorted(self.free(body) - {*kept})
        if len(kept) > 2:
            raise self.refused(kept)
        if not kept:
            return self.total(body, "".join(summed)) if summed else body
        number = Over(body, *map(Symbol, summed)) if summed else body
        return self.entries(number, *kept, *[None] * (2 - len(kept)))

    # Sums
    def total(self, body: Expr, indices: str) -> Expr:
        """Return the sum over all indices that a body has."""
        if body.is_Matrix:
            terms = forming.distributed(body, self.free)
            return total([self.of_vectors(term, indices) for term in terms])
        for index in indices[2:]:
            body = Over(body, Symbol(index))
        i, j, *_ = (*indices, None)
        scalar, matrix = as_coeff(self.entries(body, i, j))
        if isinstance(matrix, MatMul) and isinstance(matrix.args[-1], OneMatrix):
            matrix = product(*matrix.args[:-1])  # the sum of all row sums
        return product(scalar, self.functions["sum"](matrix))

    def of_vectors(self, term: Expr, indices: str) -> Expr:
        """Return Σ_i s_i x_i, or Σ_i s_i x_i z_iᵀ with matrices beside it."""
        if len(indices) > 1:
            raise self.refused(indices)
        if not self.free(term):
            return product(self.size(indices), term)
        i, (scalar, factor) = indices, as_coeff(term)
        weights = self.entries(scalar, i, None)
        if term.rows == 1:
            return transposed(self.of_vectors(transposed(term), indices))
        if term.cols == 1:
            return product(transposed(self.rows(factor, i)), weights)
        factors = factor.args if isinstance(factor, MatMul) else [factor]
        at = next((place for place, factor in enumerate(factors, 1) if factor.cols == 1), None)
        if at is None:
            raise self.refused(i)
        left = self.rows(product(*factors[:at]), i)
        right = self.rows(transposed(product(*factors[at:])), i)
        if scalar != 1:
            left = forming.elementwise(product(weights, OneMatrix(1, left.cols)), left)
        return product(transposed(left), right)

    # Numbers
    def entries(self, number: Expr, i: str | None, j: str | None) -> Expr:
        """Return the matrix of the values that a number has for i and j."""
        free = self.free(number)
        if not free <= {i, j}:
            raise self.refused(free)
        if not free:
            return product(number, OneMatrix(self.size(i), self.size(j)))
        if i not in free:
            return self.laid(transposed(self.entries(number, j, None)), None, j, i, j)
        if j and j not in free:
            return self.laid(self.entries(number, i, None), i, None, i, j)
        match number:
            case Symbol():
                of, row, column = self.parts[number]
                if row == column:
                    return sp.DiagonalOf(of)
                return of if row == i else transposed(of)
            case sp.Add():
                return total([self.entries(term, i, j) for term in number.args])
            case sp.Mul():
                return self.times(number.args, i, j)
            case sp.Pow() if not self.free(number.exp):
                return forming.power_of_entries(self.entries(number.base, i, j), number.exp)
            case sp.Function():
                return self.functions[type(number).__name__](self.entries(number.args[0], i, j))
            case Trace():
                return self.trace(number.arg, i, j)
            case EntrySum() if j is None and 1 in number.arg.shape:
                column = number.arg if number.arg.cols == 1 else transposed(number.arg)
                rows = self.rows(column, i)
                return product(rows, OneMatrix(rows.cols, 1))
            case Over():
                return self.inner_sum(number, i, j)
        raise self.refused(free)

    def times(self, factors: tuple[Expr, ...], i: str | None, j: str | None) -> Expr:
        """Return a product of numbers; y_i z_j is y zᵀ."""
        free = {factor: self.free(factor) for factor in factors}
        if j and {i, j} not in free.values():
            left, right = (sp.Mul(*(f for f in factors if (free[f] == {j}) == last))
                           for last in (False, True))
            return product(self.entries(left, i, None), transposed(self.entries(right, j, None)))
        constant = sp.Mul(*(f for f in factors if not free[f]))
        scaled = [as_coeff(self.entries(f, i, j)) for f in factors if free[f]]
        whole = reduce(forming.elementwise, (matrix for _, matrix in scaled))
        return product(constant, *(scalar for scalar, _ in scaled), whole)

    def without(self, factor: Expr) -> list[Expr]:
        """Return Σ_k a b_k as the factors a and Σ_k b_k."""
        if not isinstance(factor, Over):
            return [factor]
        body, *indices = factor.args
        names = {*map(str, indices)}
        parts = [one for each in sp.Mul.make_args(body) for one in self.without(each)]
        inside = [part for part in parts if self.free(part) & names]
        return [*(part for part in parts if not self.free(part) & names),
                Over(sp.Mul(*inside), *indices)]

    def inner_sum(self, number: Over, i: str | None, j: str | None) -> Expr:
        """Return Σ_k of a body for i, or Σ_k a_ik b_kj for i and j."""
        body, k, *others = number.args
        if others:
            return self.entries(Over(Over(body, *others), k), i, j)
        k = str(k)
        if body.is_Add:
            return total([self.entries(Over(term, Symbol(k)), i, j) for term in body.args])
        outside, left, right = [], [], []
        for factor in (one for each in sp.Mul.make_args(body) for one in self.without(each)):
            free = self.free(factor)
            beside = j in free if j else i not in free
            (outside if k not in free else right if beside else left).append(factor)
        if outside:
            inner = sp.Mul(*left, *right)
            inner = Over(inner, Symbol(k)) if self.free(inner) - {k} else self.total(inner, k)
            return self.entries(sp.Mul(*outside, inner), i, j)
        columns = transposed(self.entries(sp.Mul(*right), j, k)) if j else (
            self.entries(sp.Mul(*right), k, None))
        return product(self.entries(sp.Mul(*left), i, k), columns)
