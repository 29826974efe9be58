"""Index notation, the normal form that proofs compare: sums over products of entries.

(A B)_ik = Σ_j A_ij B_jk: in index notation a product, a transpose, a trace, an elementwise product,
diag, sum and ones are all the same, a sum over products of entries in which an index may repeat.
An inverse, a determinant, a function and a power of a sum are letters whose argument is in normal
form itself. Two expressions with the same form are equal for every size, wherever both have a
value; different forms prove nothing (Laue, Mitterreiter, Giesen 2020).
"""

from functools import reduce
from itertools import pairwise

import sympy as sp
from sympy import Expr, Identity, MatrixSymbol

from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.expression_tools import without_power
from lvmcalc.calculus.index_functions import IndexFunctions
from lvmcalc.calculus.index_sums import ONE, Sum, leading
from lvmcalc.calculus.index_terms import Factor, Product, indices_of, renamed
from lvmcalc.calculus.operations import record
from lvmcalc.calculus.scalars import is_letter, is_zero


class IndexForm(IndexFunctions):
    """Bring expressions to sums of products of entries.

    Parameters
    ----------
    symmetric : names of matrices known to be symmetric
    """

    # Expressions
    def matrix(self, expression: Expr, i: int | None, j: int | None) -> Sum:
        """Return entry (i, j) of a matrix expression; an index of size 1 is None."""
        expression = without_power(expression)
        i, j = (None if size is sp.S.One else index
                for size, index in zip(expression.shape, (i, j), strict=True))
        match expression:
            case MatrixSymbol():
                symmetric = expression.name in self.symmetric and i is not None
                return self.letter("matrix", expression.name, (i, j), expression.shape, symmetric)
            case Identity():
                return self.delta(i, j, expression.rows)
            case sp.ZeroMatrix():
                return {}
            case sp.OneMatrix():
                return ONE
        return record(expression).entries(self, expression, i, j)

    def scalar(self, expression: Expr) -> Expr:
        """Return a scalar expression, in which a symbol stands for every sum over all indices."""
        expression = without_power(expression)
        if is_letter(expression):
            return expression
        return record(expression).entries(self, expression)

    def vanishes(self, expression: Expr) -> bool:
        """Return whether an expression is proved to be 0."""
        return self.equal({} if expression.is_Matrix else sp.S.Zero, expression)

    # Operations, each as a sum
    def product(self, expression: Expr, i: int | None, j: int | None) -> Sum:
        """Return Σ_k A_ik B_kj, for any number of factors."""
        scalar, factors = expression.as_coeff_matrices()
        inner = [None if factor.cols == 1 else next(self._fresh) for factor in factors[:-1]]
        ends = [i, *inner, j]
        parts = [self.matrix(factor, *pair) for factor, pair in
                 zip(factors, pairwise(ends), strict=True)]
        result = parts[0]
        # From left to right, so that what cancels early is gone
        for k, factor, part in zip(inner, factors, parts[1:], strict=False):
            result = self.times(result, part, over={} if k is None else {k: factor.cols})
        return self.scaled(self.scalar(scalar), result)

    def elementwise(self, expression: Expr, i: int | None, j: int | None) -> Sum:
        """Return A_ij B_ij, for any number of factors."""
        return reduce(self.times, (self.matrix(part, i, j) for part in expression.args))

    def total(self, matrix: Expr, diagonal: bool = False) -> Expr:
        """Return the sum of all entries, or of those on the diagonal."""
        i, j = next(self._fresh), next(self._fresh)
        j = i if diagonal else j
        over = {index: size for index, size in zip((i, j), matrix.shape, strict=True) if size != 1}
        return self.times(self.matrix(matrix, i, j), over=over).get((), sp.S.Zero)

    def inverse(self, matrix: Expr, i: int | None, j: int | None) -> Sum:
        """Return an inverse, which is looked for once, as most of them occur again."""
        if matrix not in self._inverses:
            self._inverses[matrix] = self._inverted(matrix, i is None)
        return self.renamed(self._inverses[matrix], {0: i, 1: j})

    def _inverted(self, matrix: Expr, one: bool) -> Sum:
        """Return an inverse: factor by factor for a product of square letters, else a letter."""
        inside, i, j = self.matrix(matrix, 0, 1), 0, 1
        if not inside:
            raise UnsupportedExpression(f"the inverse of a zero matrix in {matrix}")
        if one:
            return {(): 1 / inside[()]}
        if len(inside) == 1:
            (term, c), = inside.items()
            if self._is_diagonal(term):
                below = tuple(f._replace(exponent=-f.exponent) if f.indices == (0,) else f
                              for f in term)
                return {below: 1 / c}
            if (path := self._path(term, matrix.rows)) is not None:
                parts = [self._inverse_of(factor, *ends) for factor, ends in path]
                over = dict.fromkeys(range(2, len(path) + 1), matrix.rows)
                turned = self.times(*parts, over=over)
                return self.renamed(self.scaled(1 / c, turned), {1: i, 0: j})
        lead = inside[leading(inside)]
        return self.scaled(1 / lead, self._inverse_letter(self.scaled(1 / lead, inside),
                                                          matrix.rows, i, j))

    def _is_diagonal(self, term: Product) -> bool:
        """Return whether a term is δ_01 v_0, with any number of vectors v."""
        kinds = [self.letters[f.letter].kind == "δ" or f.indices == (0,) for f in term]
        return all(kinds) and any(self.letters[f.letter].kind == "δ" for f in term)

    def _path(self, term: Product, size: Expr) -> list[tuple[Factor, tuple[int, int]]] | None:
        """Return the factors of A_0k B_kl C_l1 in order, with 0, 2, 3, …, 1 as their indices.

        It is None if a term is no product of square matrices.
        """
        at, left, path = 0, [*term], []
        while left:
            here = [factor for factor in left if at in factor.indices]
            if len(here) != 1 or len({*here[0].indices}) != 2 or here[0].exponent != 1 or any(
                    length != size for length in self.letters[here[0].letter].sizes):
                return None
            one, other = here[0].indices
            left.remove(here[0])
            following = other if at == one else one
            names = {at: len(path) + 1 if path else 0, following: len(path) + 2 if left else 1}
            path.append((here[0], (names[one], names[other])))
            at = following
        return path if at == 1 else None

    def _inverse_of(self, factor: Factor, i: int, j: int) -> Sum:
        """Return the inverse of the matrix with the entries f_ij, at the entry (i, j) of fᵀ."""
        letter = self.letters[factor.letter]
        if letter.kind == "inverse":
            return self.renamed(letter.inside, {0: j, 1: i})
        inside = {(factor._replace(indices=(0, 1)),): sp.S.One}
        return self._inverse_letter(inside, letter.sizes[0], j, i)

    def _inverse_letter(self, inside: Sum, size: Expr, i: int, j: int) -> Sum:
        inside, turned, symmetric = self._upright(inside)
        return self.letter("inverse", "", (j, i) if turned else (i, j), (size, size), symmetric,
                           inside)

    def determinant(self, matrix: Expr) -> Expr:
        """Return a determinant: factor by factor for a product of square letters."""
        inside, size = self.matrix(matrix, 0, 1), matrix.rows
        if size == 1 or not inside:
            return inside.get((), sp.S.Zero)
        if len(inside) == 1:
            (term, c), = inside.items()
            if len(term) == 1 and self._is_diagonal(term):
                return c**size
            if (path := self._path(term, size)) is not None:
                return c**size * sp.Mul(*(self._determinant_of(factor, size) for factor, _ in path))
        lead = inside[leading(inside)]
        return lead**size * self._determinant_letter(self.scaled(1 / lead, inside), size)

    def _determinant_of(self, factor: Factor, size: Expr) -> Expr:
        letter = self.letters[factor.letter]
        if letter.kind == "inverse":
            return 1 / self._determinant_letter(letter.inside, size)
        return self._determinant_letter({(factor._replace(indices=(0, 1)),): sp.S.One}, size)

    def _determinant_letter(self, inside: Sum, size: Expr) -> Expr:
        inside, *_ = self._upright(inside)
        # A matrix of ones has no letter that tells its size
        return self.letter("determinant", str(size), (), (), inside=inside)[()]

    # Gradients
    def coefficient(self, change: Expr, step: MatrixSymbol) -> Sum:
        """Return G, with the indices 0 and 1, for a change Σ_ij G_ij dX_ij.

        Parameters
        ----------
        change : a scalar of this form, linear in the step
        step : dX
        """
        parts = []
        for symbol in sorted(change.free_symbols & self.closed.keys(), key=str):
            product = self.closed[symbol]
            steps = [factor for factor in product
                     if self.letters[factor.letter][:2] == ("matrix", step.name)]
            if not steps:
                continue
            factor, = steps
            left = tuple(other for other in product if other is not factor)
            slots = [slot for slot, size in enumerate(step.shape) if size != 1]
            moved = {index: next(self._fresh) for index in indices_of(product)}
            over = {moved[index]: size for index, size in self._sizes(product).items()}
            deltas = [self.delta(moved[index], slot, step.shape[slot])
                      for index, slot in zip(factor.indices, slots, strict=True)]
            parts.append(self.scaled(change.diff(symbol), self.times(
                {renamed(left, moved): sp.S.One}, *deltas, over=over)))
        return self.add(*parts)

    def equal(self, terms: Sum | Expr, expression: Expr) -> bool:
        """Return whether an expression is proved to be what is already in this form."""
        if expression.is_Matrix:
            return self.add(terms, self.scaled(-sp.S.One, self.matrix(expression, 0, 1))) == {}
        return is_zero(terms - self.scalar(expression))
