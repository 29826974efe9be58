"""Products of entries such as A_ik B_kj: one name for each summed index, and patterns in them.

A factor is a letter with its indices and an exponent. Which names the summed indices have does not
matter, so a product is kept with the names −1, −2, … in one order that depends on nothing else.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from sympy import Expr

from lvmcalc.calculus.errors import TooLarge

_MOST_ORDERS = 2_000  # orders of indices that look alike
Indices = tuple[int, ...]


class Factor(NamedTuple):
    """A letter, by its number, with its indices and its exponent."""

    letter: int
    indices: Indices
    exponent: Expr


Product = tuple[Factor, ...]
Symmetric = Callable[[int], bool]


def indices_of(product: Product) -> set[int]:
    """Return all indices that occur."""
    return {index for factor in product for index in factor.indices}


def renamed(product: Product, names: Mapping[int, int]) -> Product:
    """Return the product with other names for some indices."""
    return tuple(factor._replace(indices=tuple(names.get(i, i) for i in factor.indices))
                 for factor in product)


def components(product: Product) -> list[Product]:
    """Return the parts of a product that share no index with each other."""
    parts: list[Product] = []
    for factor in product:
        near = [part for part in parts if not indices_of(part).isdisjoint(factor.indices)]
        parts = [*(part for part in parts if part not in near), (*chain(*near), factor)]
    return parts


def in_one_order(product: Product, free: set[int], symmetric: Symmetric) -> Product:
    """Return the product with its summed indices called −1, −2, … and its factors sorted.

    Indices are told apart by the factors in which they occur, again and again; where some still
    look alike, each of them is tried as the first, and the smallest result is kept.
    """
    summed = indices_of(product) - free
    budget = [_MOST_ORDERS]

    def best(ranks: dict[int, int]) -> tuple[Any, Product]:
        ranks = _refined(product, ranks, symmetric)
        cells: dict[int, list[int]] = {}
        for index in summed:
            cells.setdefault(ranks[index], []).append(index)
        alike = next((cells[rank] for rank in sorted(cells) if len(cells[rank]) > 1), None)
        if alike is None:
            order = sorted(summed, key=ranks.__getitem__)
            found = _sorted(renamed(product, {old: -new for new, old in enumerate(order, 1)}),
                            symmetric)
            return _key(found), found
        budget[0] -= len(alike)
        if budget[0] < 0:
            raise TooLarge("putting so many indices that look alike in order")
        return min((best({**ranks, chosen: -1}) for chosen in sorted(alike)),
                   key=lambda pair: pair[0])

    if len(summed) < 2:
        return _sorted(renamed(product, dict.fromkeys(summed, -1)), symmetric)
    return best({index: index if index in free else 10**6 for index in indices_of(product)})[1]


def _refined(product: Product, ranks: dict[int, int], symmetric: Symmetric) -> dict[int, int]:
    """Return ranks that tell indices apart as far as their factors do."""
    factors = [(letter, indices, _text(exponent), symmetric(letter))
               for letter, indices, exponent in product]
    while True:
        seen: dict[int, list] = {index: [] for index in ranks}
        for letter, indices, exponent, turns in factors:
            around = tuple(ranks[i] for i in indices)
            around = tuple(sorted(around)) if turns else around
            for place, index in enumerate(indices):
                seen[index].append((letter, exponent, 0 if turns else place, around))
        colours = {index: (ranks[index], *sorted(seen[index])) for index in ranks}
        number = {colour: place for place, colour in enumerate(sorted(set(colours.values())))}
        new = {index: number[colour] for index, colour in colours.items()}
        if len(set(new.values())) == len(set(ranks.values())):
            return new
        ranks = new


def _sorted(product: Product, symmetric: Symmetric) -> Product:
    turned = (factor._replace(indices=tuple(sorted(factor.indices, reverse=True)))
              if symmetric(factor.letter) else factor for factor in product)
    return tuple(sorted(turned, key=lambda factor: _key((factor,))))


def _key(product: Product) -> list:
    return [(letter, indices, _text(exponent)) for letter, indices, exponent in product]


_text = lru_cache(str)  # exponents are nearly always 1


def matches(pattern: Product, known: Mapping[int, int], product: Product, summed: set[int],
            symmetric: Symmetric, whole: bool = True) -> Iterator[tuple[list[int], dict[int, int]]]:
    """Yield the places of the factors that a pattern fits, and what its indices stand for.

    Parameters
    ----------
    pattern : a product whose indices 0 and 1 stand for any index; those that it sums over have to
        be summed, and to occur nowhere else
    known : what some of its indices stand for
    whole : whether factors have to have the exponents of the pattern, and not just larger ones
    """
    def extend(left: Product, places: list[int], names: dict[int, int]) -> Iterator:
        if not left:
            inner = {names[index] for index in indices_of(pattern) if index < 0}
            outside = indices_of(tuple(factor for place, factor in enumerate(product)
                                       if place not in places))
            if inner <= summed and not inner & outside:
                yield places, names
            return
        first, *others = left
        for place, factor in enumerate(product):
            if place in places or factor.letter != first.letter or not _divides(
                    first.exponent, factor.exponent, whole):
                continue
            orders = [factor.indices]
            if symmetric(factor.letter):
                orders.append(factor.indices[::-1])
            for indices in dict.fromkeys(orders):
                new = dict(names)
                if all(new.setdefault(a, b) == b for a, b in zip(first.indices, indices,
                                                                 strict=True)):
                    yield from extend(tuple(others), [*places, place], new)

    yield from extend(pattern, [], dict(known))


def _divides(part: Expr, whole: Expr, all_of_it: bool) -> bool:
    if all_of_it:
        return part == whole
    return bool((whole - part).is_nonnegative if part.is_positive else
                (whole - part).is_nonpositive)
