"""Adjoints of a summand of the scalar, as ∂L₁/∂X where L = L₁ + L₂."""

from typing import NamedTuple

from sympy import Expr

from lvmcalc import notation
from lvmcalc.chain import Chain


class Parts(NamedTuple):
    """The parts of the scalar of a chain: the chain of each, and its adjoints by their names."""

    chains: dict[str, Chain]
    adjoints: dict[str, dict[str, Expr]]

    def of(self, symbol: Expr) -> tuple[Chain, str] | None:
        """Return the chain of a part and the node whose adjoint in it a symbol is."""
        for part, known in self.adjoints.items():
            for name, adjoint in known.items():
                if adjoint == symbol:
                    chain = self.chains[part]
                    return chain, chain.abbreviations.get(name, name)
        return None


def parts_of(chain: Chain) -> Parts:
    """Return the parts of the scalar, none if the last stage is no sum of stages."""
    def found() -> Parts:
        last = chain[chain.output]
        names = [name for name in last.parents if name in chain.nodes]
        if not last.expression.is_Add or any(chain[name].symbol.is_Matrix for name in names):
            return Parts({}, {})
        edges = {(last.name, name): None for name in last.parents}
        one = chain.adjoint_symbol(last.name)
        chains = {name: chain.altered(edges | {(last.name, name): one}) for name in names}

        def adjoint(part: str, name: str) -> Expr:
            node = chain[chain.abbreviations.get(name, name)]
            return notation.matching(notation.adjoint_name(part, node.name), node.symbol)

        below = [*chain.leaves, *chain.nodes, *chain.abbreviations]
        return Parts(chains, {part: {name: adjoint(part, name) for name in below}
                              for part in names})

    return chain.remember("parts", found)
