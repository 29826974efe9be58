"""Sums of products of entries: what multiplies, adds and simplifies them.

A sum is a dict from products (`index_terms`) to coefficients. The coefficient is a SymPy scalar, in
which a symbol such as <3> stands for a sum over all indices, and so for a number.
"""

from collections.abc import Iterable, Mapping
from itertools import count
from itertools import product as choices
from typing import NamedTuple

import sympy as sp
from sympy import Expr, Symbol

from lvmcalc.calculus import index_terms
from lvmcalc.calculus.errors import TooLarge, UnsupportedExpression
from lvmcalc.calculus.index_terms import Factor, Product, indices_of, matches, renamed
from lvmcalc.calculus.scalars import Sums

_MOST_FACTORS = 12_000  # beyond these a comparison takes longer than anyone waits
_MOST_TURNS = 100  # a proof that ends uses K K⁻¹ = I some twenty times; else it goes in a circle
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


def _canonical(scalar: Expr) -> Expr:
    """Return a rational function of symbols in one form."""
    return sp.cancel(scalar) if scalar.has(sp.Add) else scalar


def _text(terms: Sum) -> list[str]:
    return sorted(map(repr, terms.items()))


def leading(terms: Iterable[Product]) -> Product:
    """Return the longest of the products, the last in order if several are."""
    first, *others = terms
    return max([first, *others], key=lambda term: (len(term), repr(term))) if others else first


class IndexSums(Sums):
    """The letters that have been met, and the arithmetic of sums of their products.

    Parameters
    ----------
    symmetric : names of matrices known to be symmetric
    """

    def __init__(self, symmetric: Iterable[str] = ()):
        self.symmetric = frozenset(symmetric)
        self.letters: list[Letter] = []
        self.numbers: dict[tuple, int] = {}  # the place of each among the letters
        self.closed: dict[Symbol, Product] = {}  # sums without a free index: they are numbers
        self._symbols: dict[Product, Symbol] = {}
        self._inverses: dict[Expr, Sum] = {}
        self._fresh, self._factors, self._turns = count(1_000), 0, 0

    # Sums of products
    def times(self, *sums: Sum, over: Mapping[int, Expr] | None = None) -> Sum:
        """Return the product of entries, summed over the indices in `over`, with their sizes."""
        total = []
        for chosen in choices(*(terms.items() for terms in sums)):
            factors, summed = [], dict(over or {})
            for term, _ in chosen:
                own, sizes = self._with_fresh_sums(term, {})
                factors, summed = factors + own, summed | sizes
            total.append(self.closed_up(factors, sp.Mul(*(c for _, c in chosen)), summed))
        return self.add(*total)

    def renamed(self, terms: Sum, names: Mapping[int, int]) -> Sum:
        """Return the terms with other free indices."""
        total = []
        for term, c in terms.items():
            factors, sizes = self._with_fresh_sums(term, names)
            total.append(self.closed_up(factors, c, sizes))
        return self.add(*total)

    def _with_fresh_sums(self, term: Product, names: Mapping[int, int],
                         ) -> tuple[list[Factor], dict[int, Expr]]:
        """Return a term with new names for the indices that it sums over, and their sizes."""
        inner = {index: next(self._fresh) for index in indices_of(term) if index < 0}
        sizes = {inner[index]: size for index, size in self._sizes(term).items() if index < 0}
        return [*renamed(term, {**names, **inner})], sizes

    def _sizes(self, product: Iterable[Factor]) -> dict[int, Expr]:
        return {index: size for factor in product for index, size in
                zip(factor.indices, self.letters[factor.letter].sizes, strict=True)}

    # Letters
    def letter(self, kind: str, name: str, indices: tuple[int | None, ...],
               sizes: tuple[Expr, ...], symmetric: bool = False, inside: Sum | None = None,
               exponent: Expr = sp.S.One) -> Sum:
        """Return a letter, to a power, as a sum of one product."""
        kept = [(index, size) for index, size in zip(indices, sizes, strict=True)
                if index is not None]
        sizes = tuple(size for _, size in kept)
        key = (kind, name, sizes, frozenset((inside or {}).items()))
        if key not in self.numbers:
            self.numbers[key] = len(self.letters)
            self.letters.append(Letter(kind, name, sizes, symmetric and len(kept) == 2, inside))
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
        self._factors += len(factors)
        if self._factors > _MOST_FACTORS:
            raise TooLarge(f"multiplying out to more than {_MOST_FACTORS:,} factors")
        factors, summed = self._without_deltas(factors, summed)
        powers: dict[tuple[int, index_terms.Indices], Expr] = {}
        for letter, indices, exponent in factors:
            if self.is_symmetric(letter):
                indices = tuple(sorted(indices))
            before = powers.get((letter, indices))
            powers[letter, indices] = exponent if before is None else before + exponent
        product = tuple(Factor(letter, indices, exponent)
                        for (letter, indices), exponent in powers.items()
                        if exponent is not sp.S.Zero)
        for index in summed.keys() - indices_of(product):
            coefficient *= summed.pop(index)
        if rewritten := self._rewritten(product, summed):
            return self.scaled(coefficient, rewritten)
        free = indices_of(product) - summed.keys()
        open_factors: list[Factor] = []
        for part in index_terms.components(product):
            if indices_of(part) & free:
                open_factors += part
            elif len(part) == 1 and not part[0].indices:
                bare = part[0]._replace(exponent=sp.S.One)
                coefficient *= self._number((bare,)) ** part[0].exponent
            else:
                coefficient *= self._number(self._in_order(part, set()))
        return {self._in_order(tuple(open_factors), free): coefficient}

    def _in_order(self, product: Product, free: set[int]) -> Product:
        return index_terms.in_one_order(product, free, self.is_symmetric)

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
            if not delta.exponent.is_positive:
                raise UnsupportedExpression(
                    f"the power {delta.exponent} of the zeros beside a diagonal")
            i, j = delta.indices
            if i == j:
                continue
            gone, stays = (i, j) if i in summed else (j, i) if j in summed else (
                max(i, j), min(i, j))
            others, deltas, kept = ([*renamed(tuple(factors), {gone: stays})]
                                    for factors in (others, deltas, kept))
            if gone in summed:
                del summed[gone]
            else:
                kept.append(delta._replace(exponent=sp.S.One))
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
        lead = leading(inside)
        if any(self.letters[f.letter].kind == "δ" for f in lead) or not {0, 1} <= indices_of(lead):
            return None
        sides = [(1, p, q), (0, q, p)]  # Σ_p K_ap K⁻¹_pq, and Σ_q K⁻¹_pq K_qb
        if self.letters[factor.letter].symmetric:
            sides += [(1, q, p), (0, p, q)]
        for slot, shared, other in sides:
            if shared not in summed or shared == other:
                continue
            for places, names in matches(lead, {slot: shared}, rest, set(summed),
                                         self.is_symmetric):
                left = tuple(f for n, f in enumerate(rest) if n not in places)
                far = names[1 - slot]
                if shared in indices_of(left) or far == shared:
                    continue
                self._turns += 1
                if self._turns > _MOST_TURNS:
                    raise TooLarge(f"using K K⁻¹ = I more than {_MOST_TURNS} times")
                others = {t: -c / inside[lead] for t, c in inside.items() if t != lead}
                rest_of_it = self.times(self.renamed(others, {slot: shared, 1 - slot: far}),
                                        {(factor,): sp.S.One})
                unit = self.scaled(1 / inside[lead], self.delta(far, other, size))
                return self.add(self._beside(left, unit, summed, {far, other}),
                                self._beside(left, rest_of_it, summed, {shared, far, other}))
        return None

    def _beside(self, left: Product, terms: Sum, summed: dict[int, Expr], kept: set[int]) -> Sum:
        """Return left · terms, summed over what was summed before and is kept or in `left`."""
        over = {index: size for index, size in summed.items() if index in kept | indices_of(left)}
        return self.times({left: sp.S.One}, terms, over=over)

    def _upright(self, inside: Sum) -> tuple[Sum, bool, bool]:
        """Return, of A and Aᵀ, the one that comes first; whether that is Aᵀ; whether A = Aᵀ."""
        inside = {term: _canonical(c) for term, c in self.renamed(inside, {}).items()}
        flipped = {term: _canonical(c) for term, c in self.renamed(inside, {0: 1, 1: 0}).items()}
        if inside == flipped:
            return inside, False, True
        turned = _text(flipped) < _text(inside)
        return (flipped if turned else inside), turned, False
