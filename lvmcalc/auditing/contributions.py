"""Provide the parts of a result: what single paths, or summands of the scalar, contribute."""

from collections.abc import Callable
from itertools import combinations
from typing import NamedTuple

from sympy import Add, Expr, MatAdd

from lvmcalc import notation
from lvmcalc.auditing.audit_report import by_terms
from lvmcalc.chain import Chain
from lvmcalc.chain.passes import added
from lvmcalc.marking.chain_values import formulas

SAID_TWICE = "An earlier line says the same of a path: say which of the two paths is meant."
TOLD = "It is one contribution to {}, to which those of the other paths are added."
_MANY = 100  # more mistakes than a formula has terms


def contributions(chain: Chain, name: str) -> list[Expr]:
    """Return what each path contributes to an adjoint, [] if there is only one path."""
    children = chain.children(name)
    symbol = chain.adjoint_symbol(name)

    def through(child: str) -> Expr:
        changes = {(other, name): 0 * symbol for other in children if other != child}
        return formulas(chain, changes, name)[symbol.name]

    return chain.remember(("contributions", name), lambda: [*map(through, children)]) if len(
        children) > 1 else []


def nearest(chain: Chain, name: str, side: Expr,
            same: Callable[[Expr, Expr], bool]) -> Expr | None:
    """Return the contribution closest to a side, None if the whole adjoint is closer.

    The closest is the one with the fewest mistakes in its terms. A sum in which one contribution
    stands as a term is meant as the whole.
    """
    terms = side.args if isinstance(side, MatAdd | Add) else ()
    if any(is_contribution(chain, name, term, same) for term in terms):
        return None
    whole = chain.in_leaves(chain.adjoint(name))
    ways = [*map(chain.in_leaves, contributions(chain, name)), whole]
    counts = [len(by_terms(chain, side, way)) or _MANY for way in ways]
    best = counts.index(min(counts))
    return ways[best] if min(counts) < counts[-1] else None


def is_contribution(chain: Chain, name: str, side: Expr,
                    same: Callable[[Expr, Expr], bool]) -> bool:
    """Return whether a side is what one or more paths, but not all, contribute to an adjoint."""
    every = contributions(chain, name)
    return any(same(added([*some]), side) for count in range(1, len(every))
               for some in combinations(every, count))


class Summands(NamedTuple):
    """The summands of a chain's scalar: the chain of each, and its adjoints by their names."""

    chains: dict[str, Chain]
    adjoints: dict[str, dict[str, Expr]]
    places: dict[Expr, tuple[Chain, str]]  # chain and node by the symbol of an adjoint


def summands_of(chain: Chain) -> Summands:
    """Return the summands of the scalar, none if the last stage is no sum of stages."""
    def found() -> Summands:
        last = chain[chain.output]
        names = [name for name in last.parents if name in chain.nodes]
        if not last.expression.is_Add or any(chain[name].symbol.is_Matrix for name in names):
            return Summands({}, {}, {})
        edges = {(last.name, name): None for name in last.parents}
        one = chain.adjoint_symbol(last.name)
        chains = {name: chain.altered(edges | {(last.name, name): one}) for name in names}

        def adjoint(part: str, name: str) -> Expr:
            node = chain[chain.abbreviations.get(name, name)]
            return notation.matching(notation.adjoint_name(part, node.name), node.symbol)

        below = [*chain.leaves, *chain.nodes, *chain.abbreviations]
        adjoints = {part: {name: adjoint(part, name) for name in below} for part in names}
        return Summands(chains, adjoints, {
            symbol: (chains[part], chains[part].abbreviations.get(name, name))
            for part, known in adjoints.items() for name, symbol in known.items()})

    return chain.remember("parts", found)
