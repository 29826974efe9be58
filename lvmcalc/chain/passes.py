"""One pass over a chain: values forwards, adjoints backwards, in any arithmetic.

A pass walks the stages and leaves the evaluation of each formula to a function that it is handed,
`evaluate(place, formula, known)`. Floating point, rationals, stacks of broken worlds and symbols
differ in that function alone.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr

from lvmcalc import checks, notation
from lvmcalc.calculus.expression_tools import sum_of
from lvmcalc.chain.graph import Edge, Graph

Place = str | Edge | None  # the value of a node, the adjoint along an edge, or neither
Evaluate = Callable[[Place, Expr, Mapping[str, Any]], Any]


class Values(dict):
    """Values by the names of nodes and leaves, which may be written as on the page."""

    def __missing__(self, name: Any) -> Any:
        return self[checks.known(notation.spelling(name), self, "node")]


@dataclass(frozen=True)
class Pass:
    """What one pass over a chain finds.

    Attributes
    ----------
    values, adjoints : by the names of the leaves and nodes, in forward order
    contributions : what each use of a node adds to its adjoint, by edge (node, parent)
    known : values, sizes and adjoints by the names of their symbols, such as "c" and "∂L/∂c"
    """

    values: Values
    adjoints: Values
    contributions: dict[Edge, Any]
    known: dict[str, Any]


def added(parts: list) -> Any:
    """Return the sum of numbers, of arrays or of formulas."""
    return sum_of(parts) if isinstance(parts[0], Expr) else sum(parts[1:], parts[0])


def forward(chain: Graph, leaves: Mapping[str, Any], evaluate: Evaluate) -> dict[str, Any]:
    """Return the values of the leaves, the sizes and all nodes by name.

    Parameters
    ----------
    chain : Graph
    leaves : values of the leaves and the sizes by name
    evaluate : function of (place, formula, known)
        `place` is the name of a node, `known` holds what the formula may use, by name. A node whose
        value is None has none, and is left out.
    """
    known = dict(leaves)
    for name, node in chain.nodes.items():
        value = evaluate(name, node.expression, known)
        if value is not None:
            known[name] = value
    return known


def pull_back(chain: Graph, known: Mapping[str, Any], evaluate: Evaluate, upstream: Any = 1.0,
              wrt: str | Iterable[str] = (),
              add: Callable[[str, list], Any] = lambda name, parts: added(parts)) -> Pass:
    """Return the adjoints of all nodes and leaves, or of those only that lead to `wrt`.

    Parameters
    ----------
    chain : Graph
    known : what `forward` returned
    evaluate : function of (place, formula, known)
        `place` is an edge (node, parent), and `known` holds the adjoint of the node too, by the
        name of its symbol. It is None for the symmetric part of what reaches a symmetric leaf.
    upstream : the adjoint of the output
    wrt : one node or leaf, or several of them, by name
    add : function of the name and of what all uses contribute that returns their sum
    """
    names = (wrt,) if isinstance(wrt, str) else wrt
    wanted = {it for name in names for it in chain.leading_to(name)} or {it.name for it in chain}
    known = {**known, chain.adjoint_symbol(chain.output).name: upstream}
    adjoints, contributions = {chain.output: upstream}, {}
    for name in (*reversed(chain.nodes), *chain.leaves):
        if name not in wanted or name == chain.output:
            continue
        symbol = chain.adjoint_symbol(name)
        for child in chain.children(name):
            part = evaluate((child, name), chain.edges[child, name], known)
            if name in chain.symmetric:
                part = evaluate(None, (symbol + symbol.T) / 2, {**known, symbol.name: part})
            contributions[child, name] = part
        uses = [contributions[child, name] for child in chain.children(name)]
        adjoints[name] = known[symbol.name] = add(name, uses)
    return Pass(known_values(chain, known), known_values(chain, adjoints), contributions, known)


def known_values(chain: Graph, known: Mapping[str, Any]) -> Values:
    """Return what is known of the leaves and nodes, in forward order."""
    return Values({node.name: known[node.name] for node in chain if node.name in known})


def in_symbols(place: Place, formula: Expr, known: Mapping[str, Expr]) -> Expr:
    """Return a formula with what is known put in place of its symbols."""
    return sp.sympify(formula, strict=True).xreplace({symbol: known[symbol.name]
                                         for symbol in formula.free_symbols
                                         if symbol.name in known})
