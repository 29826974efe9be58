"""The bare graph of a chain: its nodes, the edges between them, and adjoint symbols."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from sympy import Expr

from lvmcalc import checks, notation
from lvmcalc.calculus.operations import RULES
from lvmcalc.calculus.rules import Operation

Edge = tuple[str, str]  # (node, parent)


@dataclass(frozen=True)
class Node:
    """A named stage of a chain, or a leaf.

    Attributes
    ----------
    symbol : SymPy symbol
    rule : the operation; None for a leaf
    operands : what the operation is applied to
    parents : names of the leaves and nodes in the operands
    remark : the one sentence worth remembering
    """

    symbol: Expr
    rule: Operation | None = None
    operands: tuple[Expr, ...] = ()
    parents: tuple[str, ...] = ()
    remark: str = ""

    @property
    def name(self) -> str:
        """The name of the node."""
        return self.symbol.name

    @cached_property  # every step of training needs it
    def expression(self) -> Expr:
        """The stage as a SymPy expression in its parents; a leaf is its own expression."""
        return self.rule.apply(*self.operands) if self.rule else self.symbol

    @property
    def shape(self) -> tuple[Expr, ...]:
        """The symbolic shape, () for a scalar."""
        return tuple(self.symbol.shape) if self.symbol.is_Matrix else ()

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {notation.latex(self.symbol)} = {notation.latex(self.expression)}$"

    def _repr_markdown_(self) -> str:
        size = notation.shape(self.symbol)
        if not self.rule:
            return f"${notation.latex(self.symbol)}$, a leaf, {size}"
        name, source = map(notation.in_html, (self.rule.name, self.rule.source))
        rule = f"{name}: ${self.rule.latex}$ ({source})"
        return f"{self._repr_latex_()}\n\n| | |\n|---|---|\n| shape | {size} |\n| rule | {rule} |"

    def __str__(self) -> str:
        size = notation.shape(self.symbol)
        if not self.rule:
            return f"{notation.plain(self.name)}: leaf, {size}"
        formula = f"{notation.plain(self.name)} = {notation.plain(self.expression)}"
        return f"{formula}   [{size}; {self.rule.name}; {self.rule.source}]"

    __repr__ = __str__


class Graph:
    """Named stages on top of leaves, and the adjoint along each edge between them.

    Parameters
    ----------
    name : str
    leaves : symbols of the leaves
    stages : nodes in forward order; the last one is the scalar output
    book : operations by name
    abbreviations : letters for nodes, such as K for c
    at_most : pairs of sizes, the first of which must not be larger than the second
    symmetric : names of the leaves that are symmetric matrices
    unnamed : names of the stages that got a free letter, which nobody has chosen

    Attributes
    ----------
    leaves, nodes : `Node`s by name, in forward order
    edges : by (node, parent), the adjoint of the parent when that of the node arrives
    output : name of the last stage

    Raises
    ------
    ValueError
        If the last stage is no scalar, a leaf or stage is used nowhere, or a symmetric leaf is not
        square.
    """

    def __init__(self, name: str, leaves: tuple[Expr, ...], stages: tuple[Node, ...],
                 book: Mapping[str, Operation] = RULES,
                 abbreviations: Mapping[str, str] | None = None,
                 at_most: tuple[tuple[Expr, Expr], ...] = (), symmetric: tuple[str, ...] = (),
                 unnamed: Iterable[str] = ()):
        if not stages or stages[-1].shape:
            last = f"{stages[-1].name} is {notation.shape(stages[-1].symbol)}" if stages else ""
            raise ValueError(f"The last stage of {name} must be a scalar, but "
                             f"{last or 'there is no stage'}.")
        self.name, self.book, self.at_most = name, book, at_most
        self.unnamed = frozenset(unnamed)
        self.leaves = MappingProxyType({symbol.name: Node(symbol) for symbol in leaves})
        self.nodes = MappingProxyType({stage.name: stage for stage in stages})
        self._by_name = {**self.leaves, **self.nodes}
        self.output = stages[-1].name
        self._adjoint_symbols = {name: notation.matching(
            notation.adjoint_name(self.output, name), it.symbol)
            for name, it in self._by_name.items()}
        self.abbreviations = dict(abbreviations or {})
        self.edges: Mapping[Edge, Expr] = MappingProxyType(self._edges())
        self._children = {name: tuple(node for node, parent in self.edges if parent == name)
                          for name in self._by_name}
        self.symmetric = tuple(self._symmetric(leaf) for leaf in symmetric)
        self._remembered: dict[Any, Any] = {}
        unused = [notation.plain(node.name) for node in self
                  if node.name != self.output and not self.children(node.name)]
        if unused:
            raise ValueError(f"No stage of {name} uses {', '.join(unused)}, so {self.output} does "
                             "not depend on it: leave it out, or write the stage that is missing.")

    def _edges(self) -> dict[Edge, Expr]:
        edges: dict[Edge, Expr] = {}
        for stage in self.nodes.values():
            arriving = self.adjoint_symbol(stage.name)
            for index, operand in enumerate(stage.operands[:len(stage.rule.arguments)]):
                brought = stage.rule.adjoint(index, stage.operands, arriving)
                for parent in stage.parents:
                    symbol, edge = self[parent].symbol, (stage.name, parent)
                    if symbol in operand.free_symbols:
                        part = brought if operand == symbol else brought * operand.diff(symbol)
                        edges[edge] = edges[edge] + part if edge in edges else part
        return edges

    def _symmetric(self, name: str) -> str:
        name = checks.known(notation.spelling(name), self.leaves, f"leaf of {self.name}")
        shape = self[name].shape
        if not shape or shape[0] != shape[1]:
            raise ValueError(f"{name} is declared symmetric, but it is "
                             f"{notation.shape(self[name].symbol)}.")
        return name

    def __getitem__(self, name: str) -> Node:
        known = self._by_name
        return known[checks.known(notation.spelling(name, known), known, f"node of {self.name}")]

    def __iter__(self) -> Iterator[Node]:
        return iter(self._by_name.values())

    def children(self, name: str) -> tuple[str, ...]:
        """Return the nodes that use `name`."""
        return self._children[self[name].name]

    def leading_to(self, name: str) -> tuple[str, ...]:
        """Return the node or leaf itself and every node that depends on it, in forward order."""
        found = [self[name].name]
        for node in self.nodes.values():
            if set(node.parents) & set(found):
                found.append(node.name)
        return tuple(found)

    def adjoint_symbol(self, name: str) -> Expr:
        """Return the symbol ∂L/∂c for the adjoint of a node, of the node's shape."""
        return self._adjoint_symbols[self[name].name]

    def remember(self, key: Any, make: Callable[[], Any]) -> Any:
        """Return what `make()` gave when this key was first asked for; the chain keeps it."""
        if key not in self._remembered:
            self._remembered[key] = make()
        return self._remembered[key]
