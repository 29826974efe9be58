"""The normal form that proofs compare: sums over products of entries, as people write on paper.

(A B)_ik = Σ_j A_ij B_jk: in index notation a product, a transpose, a trace, an elementwise product,
diag, sum and ones are all the same, a sum over products of entries in which an index may repeat.
An inverse, a determinant, a function and a power of a sum are letters whose argument is in normal
form itself. Two expressions with the same form are equal for every size, wherever both have a
value; different forms prove nothing (Laue, Mitterreiter, Giesen 2020).
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from itertools import count, pairwise
from itertools import product as choices
from typing import NamedTuple

import sympy as sp
from sympy import Expr, Identity, MatrixSymbol, Symbol

from lvmcalc.calculus.errors import TooLarge, UnsupportedExpression
from lvmcalc.calculus.index_functions import IndexFunctions
from lvmcalc.calculus.index_terms import (
    Factor,
    Indices,
    Product,
    components,
    in_one_order,
    indices_of,
    matches,
    renamed,
)
from lvmcalc.calculus.operations import known
from lvmcalc.calculus.scalars import is_zero
from lvmcalc.calculus.walking import without_power

MOST_FACTORS = 6_000  # beyond these a comparison takes longer than anyone waits
Sum = dict[Product, Expr]
ONE: Sum = {(): sp.S.One}


class Letter(NamedTuple):
    """What has entries: a matrix, δ, an inverse, or a function of a sum of products.

    `inside` is the argument, in which the indices 0 and 1 stand for those of the letter.
    """

    kind: str
    name: str
    sizes: tuple[Expr, ...]
    symmetric: bool = False
    inside: Sum | None = None


def canonical(scalar: Expr) -> Expr:
    """Return a rational function of symbols in one form."""
    return sp.cancel(scalar) if scalar.has(sp.Add) else scalar


def _text(terms: Sum) -> list[str]:
    return sorted(map(repr, terms.items()))


class IndexForm(IndexFunctions):
    """Bring expressions to sums of products of entries.

    Parameters
    ----------
    symmetric : names of matrices known to be symmetric
    """

    def __init__(self, symmetric: Iterable[str] = ()):
        self.symmetric = frozenset(symmetric)
        self.letters: list[Letter] = []
        self.numbers: dict[tuple, int] = {}  # of the letters
        self.closed: dict[Symbol, Product] = {}  # sums without a free index: they are numbers
        self._symbols: dict[Product, Symbol] = {}
        self._fresh, self._factors = count(1_000), 0

    # Expressions
    def matrix(self, expression: Expr, i: int | None, j: int | None) -> Sum:
        """Return entry (i, j) of a matrix expression; an index of size 1 is None."""
        expression = without_power(expression)
        i, j = (None if size == 1 else index
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
        operation = known(expression)
        if not operation:
            raise UnsupportedExpression(f"{type(expression).__name__} in {expression}")
        return operation.entries(self, expression, i, j)

    def scalar(self, expression: Expr) -> Expr:
        """Return a scalar expression, in which a symbol stands for every sum over all indices."""
        expression = without_power(expression)
        if expression.is_Symbol or expression.is_Number or expression.is_NumberSymbol:
            finite = expression.is_finite is not False and expression is not sp.S.NaN
            if expression.is_extended_real is False or not finite:
                raise UnsupportedExpression(f"the number {expression}")
            return expression
        operation = known(expression)
        if not operation:
            raise UnsupportedExpression(f"{type(expression).__name__} in {expression}")
        return operation.entries(self, expression)

    def vanishes(self, expression: Expr) -> bool:
        """Return whether an expression is proved to be 0."""
        if expression.is_Matrix:
            return not self.matrix(expression, 0, 1)
        return is_zero(self.scalar(expression))

    # Sums of products
    def add(self, *sums: Sum) -> Sum:
        """Return the sum, without what cancels."""
        total: Sum = {}
        for terms in sums:
            for term, coefficient in terms.items():
                total[term] = total.get(term, 0) + coefficient
        return {term: c for term, c in total.items() if not is_zero(c)}

    def scaled(self, scalar: Expr, terms: Sum) -> Sum:
        """Return the scalar multiple."""
        return {} if scalar == 0 else {term: scalar * c for term, c in terms.items()}

    def times(self, *sums: Sum, over: Mapping[int, Expr] | None = None) -> Sum:
        """Return the product entry by entry, summed over the indices in `over`, with their sizes."""
        total = []
        for chosen in choices(*(terms.items() for terms in sums)):
            factors, summed = [], dict(over or {})
            for term, _ in chosen:
                names = {index: next(self._fresh) for index in indices_of(term) if index < 0}
                summed |= {names[index]: size for index, size in self._sizes(term).items()
                           if index < 0}
                factors += renamed(term, names)
            total.append(self.closed_up(factors, sp.Mul(*(c for _, c in chosen)), summed))
        return self.add(*total)

    def renamed(self, terms: Sum, names: Mapping[int, int]) -> Sum:
        """Return the terms with other free indices."""
        total = []
        for term, c in terms.items():
            inner = {index: next(self._fresh) for index in indices_of(term) if index < 0}
            sizes = {inner[index]: size for index, size in self._sizes(term).items() if index < 0}
            total.append(self.closed_up([*renamed(term, {**names, **inner})], c, sizes))
        return self.add(*total)

    def _sizes(self, product: Iterable[Factor]) -> dict[int, Expr]:
        return {index: size for factor in product for index, size in
                zip(factor.indices, self.letters[factor.letter].sizes, strict=True)}

    # Operations, each as a sum
    def product(self, expression: Expr, i: int | None, j: int | None) -> Sum:
        """Return Σ_k A_ik B_kj, for any number of factors."""
        scalar, factors = expression.as_coeff_matrices()
        inner = [None if factor.cols == 1 else next(self._fresh) for factor in factors[:-1]]
        ends = [i, *inner, j]
        parts = [self.matrix(factor, *pair) for factor, pair in
                 zip(factors, pairwise(ends), strict=True)]
        over = {k: factor.cols for k, factor in zip(inner, factors, strict=False)
                if k is not None}
        # From left to right, so that what cancels early is gone
        result, todo = parts[0], dict(over)
        for k, part in zip(inner, parts[1:], strict=True):
            result = self.times(result, part, over={k: todo[k]} if k is not None else {})
        return self.scaled(self.scalar(scalar), result)

    def elementwise(self, expression: Expr, i: int | None, j: int | None) -> Sum:
        """Return A_ij B_ij, for any number of factors."""
        return reduce(self.times, (self.matrix(part, i, j) for part in expression.args))

    def trace(self, matrix: Expr) -> Expr:
        """Return Σ_i A_ii."""
        return self.total(matrix, diagonal=True)

    def total(self, matrix: Expr, diagonal: bool = False) -> Expr:
        """Return the sum of all entries, or of those on the diagonal."""
        i, j = next(self._fresh), next(self._fresh)
        j = i if diagonal else j
        over = {index: size for index, size in zip((i, j), matrix.shape, strict=True) if size != 1}
        return self.times(self.matrix(matrix, i, j), over=over).get((), sp.S.Zero)

    def diagonal_matrix(self, vector: Expr, i: int | None, j: int | None) -> Sum:
        """Return δ_ij v_i."""
        return self.times(self.delta(i, j, vector.rows), self.matrix(vector, i, None))

    def inverse(self, matrix: Expr, i: int | None, j: int | None) -> Sum:
        """Return an inverse: factor by factor for a product of square letters, else a letter."""
        inside = self.matrix(matrix, 0, 1)
        if not inside:
            raise UnsupportedExpression(f"the inverse of a zero matrix in {matrix}")
        if i is None:
            return {(): 1 / inside[()]}
        if len(inside) == 1:
            (term, c), = inside.items()
            if self._is_diagonal(term):
                below = tuple(f._replace(exponent=-f.exponent) if f.indices == (0,) else f
                              for f in term)
                return self.renamed({below: 1 / c}, {0: i, 1: j})
            if (path := self._path(term, matrix.rows)) is not None:
                parts = [self._inverse_of(factor, *ends) for factor, ends in path]
                over = {k: matrix.rows for k in range(2, len(path) + 1)}
                turned = self.times(*parts, over=over)
                return self.renamed(self.scaled(1 / c, turned), {1: i, 0: j})
        lead = inside[max(inside, key=lambda term: (len(term), repr(term)))]
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
            if len(here) != 1 or len(here[0].indices) != 2 or here[0].exponent != 1 or any(
                    length != size for length in self.letters[here[0].letter].sizes):
                return None
            one, other = here[0].indices
            left.remove(here[0])
            following = other if at == one else one
            names = {at: len(path) + 1 if path else 0, following: len(path) + 2 if left else 1}
            path.append((here[0], (names[one], names[other])))
            at = following
            if one == other or (left and at >= 0):
                return None
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

    def _upright(self, inside: Sum) -> tuple[Sum, bool, bool]:
        """Return, of A and Aᵀ, the one that comes first; whether that is Aᵀ; whether A = Aᵀ."""
        inside = {term: canonical(c) for term, c in self.renamed(inside, {}).items()}
        flipped = {term: canonical(c) for term, c in self.renamed(inside, {0: 1, 1: 0}).items()}
        if inside == flipped:
            return inside, False, True
        turned = _text(flipped) < _text(inside)
        return (flipped if turned else inside), turned, False

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
                return c**size * sp.Mul(*(self._determinant_of(factor) for factor, _ in path))
        lead = inside[max(inside, key=lambda term: (len(term), repr(term)))]
        return lead**size * self._determinant_letter(self.scaled(1 / lead, inside))

    def _determinant_of(self, factor: Factor) -> Expr:
        letter = self.letters[factor.letter]
        if letter.kind == "inverse":
            return 1 / self._determinant_letter(letter.inside)
        return self._determinant_letter({(factor._replace(indices=(0, 1)),): sp.S.One})

    def _determinant_letter(self, inside: Sum) -> Expr:
        inside, *_ = self._upright(inside)
        return self.letter("determinant", "", (), (), inside=inside)[()]

    # Letters
    def letter(self, kind: str, name: str, indices: tuple[int | None, ...],
               sizes: tuple[Expr, ...], symmetric: bool = False, inside: Sum | None = None,
               exponent: Expr = sp.S.One) -> Sum:
        """Return a letter, to a power, as a sum of one product."""
        kept = [(index, size) for index, size in zip(indices, sizes, strict=True)
                if index is not None]
        key = (kind, name, len(kept), frozenset((inside or {}).items()))
        if key not in self.numbers:
            self.numbers[key] = len(self.letters)
            self.letters.append(Letter(kind, name, tuple(size for _, size in kept),
                                       symmetric and len(kept) == 2, inside))
        factor = Factor(self.numbers[key], tuple(index for index, _ in kept), exponent)
        return self.closed_up([factor], sp.S.One, {})

    def delta(self, i: int | None, j: int | None, size: Expr) -> Sum:
        """Return δ_ij."""
        if i is None or i == j:
            return ONE
        return self.letter("δ", "", (i, j), (size, size), symmetric=True)

    def is_symmetric(self, letter: int) -> bool:
        """Return whether the two indices of a letter may be exchanged."""
        return self.letters[letter].symmetric

    # From a product to the normal form
    def closed_up(self, factors: list[Factor], coefficient: Expr,
                  summed: dict[int, Expr]) -> Sum:
        """Return a product, summed over some indices, in normal form."""
        if coefficient == 0:
            return {}
        self._factors += len(factors)
        if self._factors > MOST_FACTORS:
            raise TooLarge(f"multiplying out to more than {MOST_FACTORS:,} factors")
        factors, summed = self._without_deltas(factors, summed)
        powers: dict[tuple[int, Indices], Expr] = {}
        for letter, indices, exponent in factors:
            if self.is_symmetric(letter):
                indices = tuple(sorted(indices))
            powers[letter, indices] = powers.get((letter, indices), 0) + exponent
        product = tuple(Factor(letter, indices, exponent)
                        for (letter, indices), exponent in powers.items() if exponent != 0)
        for index in summed.keys() - indices_of(product):
            coefficient *= summed.pop(index)
        if rewritten := self._rewritten(product, summed):
            return self.scaled(coefficient, rewritten)
        free = indices_of(product) - summed.keys()
        open_factors: list[Factor] = []
        for part in components(product):
            if indices_of(part) & free:
                open_factors += part
            elif len(part) == 1 and not part[0].indices:
                coefficient *= self._number((part[0]._replace(exponent=sp.S.One),)) ** part[0].exponent
            else:
                coefficient *= self._number(in_one_order(part, set(), self.is_symmetric))
        return {in_one_order(tuple(open_factors), free, self.is_symmetric): coefficient}

    def _number(self, product: Product) -> Symbol:
        if product not in self._symbols:
            symbol = Symbol(f"<{len(self._symbols)}>")
            self._symbols[product], self.closed[symbol] = symbol, product
        return self._symbols[product]

    def _without_deltas(self, factors: list[Factor], summed: dict[int, Expr]
                        ) -> tuple[list[Factor], dict[int, Expr]]:
        """Use Σ_j δ_ij A_jk = A_ik; a δ of two free indices stays."""
        deltas = [f for f in factors if self.letters[f.letter].kind == "δ"]
        others, summed, kept = [f for f in factors if f not in deltas], dict(summed), []
        while deltas:
            delta = deltas.pop()
            if delta.exponent.is_positive is False:
                raise UnsupportedExpression("a division by the zeros beside a diagonal")
            i, j = delta.indices
            if i == j:
                continue
            gone, stays = (i, j) if i in summed else (j, i) if j in summed else (
                max(i, j), min(i, j))
            if gone in summed:
                del summed[gone]
            else:
                kept.append(delta._replace(exponent=sp.S.One))
            others = [*renamed(tuple(others), {gone: stays})]
            deltas = [*renamed(tuple(deltas), {gone: stays})]
            kept = [k if k is kept[-1] and gone not in summed and set(k.indices) == {i, j}
                    else renamed((k,), {gone: stays})[0] for k in kept]
        return others + kept, summed

    def _rewritten(self, product: Product, summed: dict[int, Expr]) -> Sum | None:
        """Return what a product is by K⁻¹K = I and the like, None if it stays as it is."""
        for place, factor in enumerate(product):
            letter = self.letters[factor.letter]
            if letter.kind == "inverse" and factor.exponent == 1:
                found = self._beside_its_inverse(product, place, summed)
            else:
                found = self.simplified(product, place, summed)
            if found is not None:
                return found
        return None

    def _beside_its_inverse(self, product: Product, place: int,
                            summed: dict[int, Expr]) -> Sum | None:
        """Use K K⁻¹ = K⁻¹ K = I where the leading term of K stands beside K⁻¹."""
        factor, rest = product[place], product[:place] + product[place + 1:]
        inside, (p, q) = self.letters[factor.letter].inside, factor.indices
        size = self.letters[factor.letter].sizes[0]
        lead = max(inside, key=lambda term: (len(term), repr(term)))
        if any(self.letters[f.letter].kind == "δ" for f in lead):
            return None
        sides = [(1, p, q), (0, q, p)]  # Σ_p K_ap K⁻¹_pq, and Σ_q K⁻¹_pq K_qb
        if self.letters[factor.letter].symmetric:
            sides += [(1, q, p), (0, p, q)]
        for slot, joined, other in sides:
            if joined not in summed or joined == other:
                continue
            for places, names in matches(lead, {slot: joined}, rest, set(summed),
                                         self.is_symmetric):
                left = tuple(f for n, f in enumerate(rest) if n not in places)
                far = names[1 - slot]
                if joined in indices_of(left) or far == joined:
                    continue
                others = {t: -c / inside[lead] for t, c in inside.items() if t != lead}
                rest_of_it = self.times(self.renamed(others, {slot: joined, 1 - slot: far}),
                                        {(factor,): sp.S.One})
                unit = self.scaled(1 / inside[lead], self.delta(far, other, size))
                return self.add(self._beside(left, unit, summed, {far, other}),
                                self._beside(left, rest_of_it, summed, {joined, far, other}))
        return None

    def _beside(self, left: Product, terms: Sum, summed: dict[int, Expr], kept: set[int]) -> Sum:
        """Return left · terms, summed over what was summed before and is kept or in `left`."""
        over = {index: size for index, size in summed.items()
                if index in kept | indices_of(left)}
        return self.times({left: sp.S.One}, terms, over=over)

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

    def symmetric_part(self, terms: Sum) -> Sum:
        """Return (A + Aᵀ)/2 for a matrix A with the indices 0 and 1."""
        return self.scaled(sp.S.Half, self.add(terms, self.renamed(terms, {0: 1, 1: 0})))

    def equal(self, terms: Sum | Expr, expression: Expr) -> bool:
        """Return whether an expression is proved to be what is already in this form."""
        if expression.is_Matrix:
            return self.add(terms, self.scaled(-sp.S.One, self.matrix(expression, 0, 1))) == {}
        return is_zero(terms - self.scalar(expression))
