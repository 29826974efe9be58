"""Provide the adjoints of one summand of the scalar, as ∂L₁/∂X where L = L₁ + L₂."""

from typing import NamedTuple

from sympy import Expr

from lvmcalc import notation
from lvmcalc.chain import Chain


class Parts(NamedTuple):
    """The summands of a chain's scalar: the chain of each, and its adjoints by their names."""

    chains: dict[str, Chain]
    adjoints: dict[str, dict[str, Expr]]
    places: dict[Expr, tuple[Chain, str]]  # chain and node by the symbol of an adjoint

    def of(self, symbol: Expr) -> tuple[Chain, str] | None:
        """Return the chain of a summand and the node whose adjoint a symbol is in it."""
        return self.places.get(symbol)


def summands_of(chain: Chain) -> Parts:
    """Return the summands of the scalar, none if the last stage is no sum of stages."""
    def found() -> Parts:
        last = chain[chain.output]
        names = [name for name in last.parents if name in chain.nodes]
        if not last.expression.is_Add or any(chain[name].symbol.is_Matrix for name in names):
            return Parts({}, {}, {})
        edges = {(last.name, name): None for name in last.parents}
        one = chain.adjoint_symbol(last.name)
        chains = {name: chain.altered(edges | {(last.name, name): one}) for name in names}

        def adjoint(part: str, name: str) -> Expr:
            node = chain[chain.abbreviations.get(name, name)]
            return notation.matching(notation.adjoint_name(part, node.name), node.symbol)

        below = [*chain.leaves, *chain.nodes, *chain.abbreviations]
        adjoints = {part: {name: adjoint(part, name) for name in below} for part in names}
        return Parts(chains, adjoints, {
            symbol: (chains[part], chains[part].abbreviations.get(name, name))
            for part, known in adjoints.items() for name, symbol in known.items()})

    return chain.remember("parts", found)
