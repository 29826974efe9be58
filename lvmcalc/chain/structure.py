"""A chain: a scalar written as named stages, and everything that follows from the stages.

Each stage is an operation of the rule book on earlier stages. Its formula, its numbers, its adjoint
and its proof are all views of that one expression.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol
from sympy.matrices.expressions import MatAdd

from lvmcalc import checks, notation
from lvmcalc.calculus import arithmetic, claims
from lvmcalc.calculus.operations import RULES
from lvmcalc.calculus.rules import Operation as Rule
from lvmcalc.calculus.tidy import tidy
from lvmcalc.calculus.verdict import MARKS, worst
from lvmcalc.chain import evidence
from lvmcalc.notation import spelling


class Values(dict):
    """Values by the names of nodes and leaves."""

    def __missing__(self, name: Any) -> Any:
        if spelling(name) in self:
            return self[spelling(name)]
        checks.known(spelling(name), self, "node")


class Trusted(arithmetic.Reals):
    """Floating point that refuses a determinant or an inverse of which fewer than `DIGITS` digits
    would be right."""

    DIGITS = 8

    @classmethod
    def regular(cls, matrix: np.ndarray) -> np.ndarray:
        """Return a matrix that is far enough from singular ones, by its condition number in the
        1-norm."""
        condition = np.linalg.cond(matrix, 1)
        if not condition * np.finfo(float).eps < 10.0**-cls.DIGITS:
            raise IllConditioned(f"keeps fewer than {cls.DIGITS} digits here, as the matrix in it "
                                 "has a condition "
                                 f"number of {condition:.0e}")
        return matrix

    @classmethod
    def det(cls, matrix: np.ndarray) -> float:
        """Return the determinant."""
        return np.linalg.det(cls.regular(matrix))

    @classmethod
    def inv(cls, matrix: np.ndarray) -> np.ndarray:
        """Return the inverse."""
        return np.linalg.inv(cls.regular(matrix))


class IllConditioned(ArithmeticError):
    """A matrix is too close to a singular one."""


@dataclass(frozen=True)
class Node:
    """A named stage of a chain, or a leaf (then `rule` is None).

    `symbol` is the SymPy symbol, `operands` what the rule is applied to, `parents` the names of the
    nodes and leaves in them, `remark` the one sentence worth remembering.
    """

    symbol: Expr
    rule: Rule | None = None
    operands: tuple[Expr, ...] = ()
    parents: tuple[str, ...] = ()
    remark: str = ""

    @property
    def name(self) -> str:
        """The name of the node."""
        return self.symbol.name

    @property
    def expression(self) -> Expr:
        """The SymPy expression in the parents; a leaf is its own."""
        return self.rule.apply(*self.operands) if self.rule else self.symbol

    @property
    def shape(self) -> tuple[Expr, ...]:
        """The symbolic shape, () for a scalar."""
        return tuple(self.symbol.shape) if self.symbol.is_Matrix else ()

    @property
    def source(self) -> str:
        """Where the rule is from."""
        return self.rule.source if self.rule else ""

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {notation.latex(self.symbol)} = {notation.latex(self.expression)}$"

    def _repr_markdown_(self) -> str:
        if not self.rule:
            return f"${notation.latex(self.symbol)}$, a leaf, {notation.shape(self.symbol)}"
        rows = [("shape", notation.shape(self.symbol)),
                ("rule", f"{self.rule.name}: ${self.rule.latex}$ ({self.source})")]
        return f"{self._repr_latex_()}\n\n| | |\n|---|---|\n" + "\n".join(
            f"| {key} | {value} |" for key, value in rows)

    def __str__(self) -> str:
        size = notation.shape(self.symbol)
        if not self.rule:
            return f"{notation.plain(self.name)}: leaf, {size}"
        formula = f"{notation.plain(self.name)} = {notation.plain(self.expression)}"
        return f"{formula}   [{size}; {self.rule.name}; {self.source}]"

    __repr__ = __str__


class Chain:
    """A scalar as a chain of named stages. `leaves` and `nodes` map names to `Node`s, in forward
    order."""

    def __init__(self, name: str, leaves: tuple[Expr, ...], stages: tuple[Node, ...],
                 book: Mapping[str, Rule] = RULES,
                 abbreviations: Mapping[str, str] | None = None,
                 at_most: tuple[tuple[Expr, Expr], ...] = ()):
        self.name, self.book, self.at_most = name, book, at_most
        self.leaves = MappingProxyType({symbol.name: Node(symbol) for symbol in leaves})
        self.nodes = MappingProxyType({stage.name: stage for stage in stages})
        self.output = stages[-1].name
        self.abbreviations = dict(abbreviations or {})
        self.edges: dict[tuple[str, str], Expr] = {}
        for stage in stages:
            for index, operand in enumerate(stage.operands):
                arriving = stage.rule.adjoint(index, stage.operands,
                                              self.adjoint_symbol(stage.name))
                for parent in stage.parents:
                    symbol = self[parent].symbol
                    if symbol in operand.free_symbols:
                        part = arriving if operand == symbol else arriving * sp.diff(
                            operand, symbol)
                        key = (stage.name, parent)
                        self.edges[key] = self.edges[key] + part if key in self.edges else part
        if unused := [node.name for node in self if node.name != self.output
                      and not self.children(node.name)]:
            raise ValueError(f"No stage of {name} uses {', '.join(map(notation.plain, unused))}, "
                             f"so {self.output} does "
                             "not depend on it: leave it out, or write the stage that is missing.")

    def __getitem__(self, name: str) -> Node:
        name = spelling(name)
        return {**self.leaves, **self.nodes}[checks.known(name, (*self.leaves, *self.nodes),
                                                          f"node of {self.name}")]

    def __iter__(self) -> Any:
        return iter((*self.leaves.values(), *self.nodes.values()))

    def children(self, name: str) -> tuple[str, ...]:
        """Return the nodes that use `name`."""
        name = self[name].name
        return tuple(node for node, parent in self.edges if parent == name)

    def adjoint_symbol(self, name: str) -> Expr:
        """Return the symbol ∂L/∂c for the adjoint of a node, of the node's shape."""
        node, called = self[name], notation.adjoint_name(self.output, spelling(name))
        return MatrixSymbol(called, *node.shape) if node.shape else Symbol(called)

    def symbols(self, names: str) -> tuple[Expr, ...]:
        """Return the symbols to write answers with: "X c K b_bar" gives a leaf, a node, an
        abbreviation and ∂L/∂b."""
        short = {name: MatrixSymbol(name, *self[node].shape) for name,
                 node in self.abbreviations.items()}
        return tuple(self.adjoint_symbol(name[:-4]) if name.endswith("_bar") else short.get(name)
                     or self[name].symbol
                     for name in names.split())

    def altered(self, edges: Mapping[tuple[str, str], Expr | None]) -> "Chain":
        """Return a chain in which the adjoint along some edges (node, parent) is another one, or is
        lost (None)."""
        other = Chain(self.name, tuple(leaf.symbol for leaf in self.leaves.values()),
                      tuple(self.nodes.values()),
                      self.book, self.abbreviations, self.at_most)
        if not isinstance(edges, Mapping):
            raise TypeError("The altered edges are a dict of (node, parent) to an adjoint, but "
                            f"{edges!r} came.")
        other.edges.update(self.edges)  # a chain may be altered twice
        for edge, adjoint in edges.items():
            if edge not in self.edges:
                raise ValueError(f"{self.name} has no edge {edge}; there are "
                                 f"{', '.join(map(str, self.edges))}.")
            other.edges[edge] = 0 * self.edges[edge] if adjoint is None else sp.sympify(adjoint)
        return other

    # Symbols
    def expression(self, name: str | None = None) -> Expr:
        """Return a node, by default the last one, as a SymPy expression in the leaves."""
        return self._in_leaves[self[name or self.output].name]

    @cached_property
    def _in_leaves(self) -> dict[str, Expr]:
        found = {name: leaf.symbol for name, leaf in self.leaves.items()}
        for name, node in self.nodes.items():
            found[name] = node.expression.xreplace({self[parent].symbol: found[parent]
                                                    for parent in node.parents})
        return found

    def adjoint(self, name: str) -> Expr:
        """Return ∂L/∂(node or leaf) for every size, in the leaves, by the adjoints of the rule
        book.

        It has the shape of the node. Symmetric inverses lose their transpose, like terms are
        collected.
        """
        name = self[name].name
        if name not in self._tidied:
            self._tidied[name] = tidy(self._adjoints[name])
        return self._tidied[name]

    @cached_property
    def _tidied(self) -> dict[str, Expr]:
        return {}

    @cached_property
    def _adjoints(self) -> dict[str, Expr]:
        found = {self.output: sp.S.One}
        known = {self[name].symbol: expression for name, expression in self._in_leaves.items()}
        for name in [*reversed(self.nodes), *self.leaves]:
            arriving = {self.adjoint_symbol(child): found[child] for child in self.children(name)}
            parts = [sp.sympify(self.edges[child, name]).xreplace(known | arriving)
                     for child in self.children(name)]
            if parts:
                found[name] = tidy(sum(parts[1:], parts[0]), collect=False)
        return found

    def abbreviated(self, expression: Expr) -> Expr:
        """Return an expression in the leaves with the abbreviations of this chain (K for the
        kernel) in place."""
        return expression.xreplace(self._abbreviating)

    @cached_property
    def _abbreviating(self) -> dict[Expr, Expr]:
        return {tidy(self.expression(node)): MatrixSymbol(name, *self[node].shape)
                for name, node in self.abbreviations.items()}

    def in_leaves(self, expression: Expr) -> Expr:
        """Return an expression in nodes, adjoints (∂L/∂c) and abbreviations (K) as one in the
        leaves; names decide."""
        nodes = {name: name for name in self.nodes} | self.abbreviations
        adjoints = {self.adjoint_symbol(node.name).name: node.name for node in self}
        known = {}
        for symbol in expression.atoms(Symbol, MatrixSymbol):
            if symbol.name in nodes:
                known[symbol] = self.expression(nodes[symbol.name])
            elif symbol.name in adjoints:
                known[symbol] = self.adjoint(adjoints[symbol.name])
        return expression.xreplace(known)

    @cached_property
    def vocabulary(self) -> dict[str, Expr]:
        """The symbols of all leaves, nodes, abbreviations, adjoints and sizes, by name."""
        sizes = {size.name: size for node in self for length in node.shape
                 for size in length.free_symbols}
        nodes = {node.name: node.symbol for node in self}
        short = {name: self.symbols(name)[0] for name in self.abbreviations}
        adjoints = map(self.adjoint_symbol, nodes)
        return sizes | nodes | short | {symbol.name: symbol for symbol in adjoints}

    # Numbers
    def forward(self, **leaves: Any) -> Values:
        """Return the value of every leaf and node by name.

        Parameters
        ----------
        **leaves : array_like of the leaf's shape, or float

        Returns
        -------
        dict of name to ndarray, or to float for a scalar.

        Raises
        ------
        TypeError, ValueError
            If a leaf is missing, spare or of the wrong shape or sign.
        ArithmeticError
            If a stage has no finite value in floating point, such as the determinant of a large
            matrix, or if a determinant or an inverse would keep fewer than 8 digits.
        """
        values, sizes = self._checked(leaves)
        for name, node in self.nodes.items():
            values[name] = self._number(node.expression, values | sizes, notation.plain(name))
        return Values(values)

    def backward(self, upstream: float = 1.0, **leaves: Any) -> Values:
        """Return the adjoint ∂L/∂(node or leaf) of every leaf and node by name, times `upstream`.

        Parameters, errors and the types returned are those of `forward`; an adjoint has the shape
        of its variable.
        """
        return self._backward(checks.scalar(upstream, "upstream"), leaves)[0]

    def contributions(self, name: str, **leaves: Any) -> Values:
        """Return what each use of a leaf or node brings to its adjoint; the contributions sum to
        the adjoint.

        Parameters
        ----------
        name : str
            The leaf or node.
        **leaves : array_like of the leaf's shape, or float

        Returns
        -------
        dict of the name of the node that uses it to an array of the leaf's or node's shape, or to
        float for a scalar.

        Raises
        ------
        TypeError, ValueError, ArithmeticError
            As for `forward`, and if there is no such leaf or node.
        """
        name = self[name].name
        return Values({node: part for (node, parent),
                      part in self._backward(1.0, leaves)[1].items() if parent == name})

    def _backward(self, upstream: float, leaves: Mapping[str, Any]) -> tuple[Values, dict]:
        values, sizes = self.forward(**leaves), self._checked(leaves)[1]
        adjoints = {name: np.zeros_like(value) if np.ndim(value) else 0.0 for name,
                    value in values.items()}
        adjoints[self.output] = upstream
        parts = {}
        for name in reversed(self.nodes):
            known = values | sizes | {self.adjoint_symbol(name).name: adjoints[name]}
            for parent in self.nodes[name].parents:
                called = notation.adjoint_name(self.output, parent)
                parts[name, parent] = self._number(sp.sympify(self.edges[name, parent]), known,
                                                   called)
                # contributions of all uses add up
                adjoints[parent] = adjoints[parent] + parts[name, parent]
        return Values(adjoints), parts

    @staticmethod
    def _number(expression: Expr, values: Mapping[str, Any], name: str = "") -> Any:
        reason = "has no finite value here: it overflows or underflows in floating point"
        with np.errstate(all="ignore"):
            try:
                value = arithmetic.evaluate(expression, values, Trusted)
                lost = not np.isfinite(value).all() or _underflows(expression, value, values)
            except IllConditioned as error:
                lost, reason = True, str(error)
            except (OverflowError, arithmetic.OutsideDomain):
                lost = True
        if lost:
            raise ArithmeticError(f"{name} = {notation.plain(expression)} {reason}, so take "
                                  "fewer points or another scale.")
        return np.array(value, dtype=float) if np.ndim(value) else float(value)

    def _checked(self, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, int]]:
        expected, names = ", ".join(self.leaves), [spelling(name) for name in given]
        given = dict(zip(names, given.values(), strict=True))
        for name in given:
            if names.count(name) > 1:
                raise TypeError(f"The leaf {name} was passed twice.")
            if name not in self.leaves:
                raise TypeError(f"{self.name} has no leaf {name}; its leaves are {expected}.")
        for name in self.leaves:
            if name not in given:
                raise TypeError(f"The leaf {name} is missing; {self.name} needs {expected}.")
        values, sizes = {}, {}
        for name, leaf in self.leaves.items():
            if not leaf.shape:
                values[name] = checks.scalar(given[name], name,
                                             positive=bool(leaf.symbol.is_positive))
                if leaf.symbol.is_integer and not values[name].is_integer():
                    raise ValueError(f"{name} must be a whole number, but it is {values[name]:g}.")
                continue
            rows, columns = (sizes.get(size.name) for size in leaf.shape)
            values[name] = checks.matrix(given[name], name, rows, columns,
                                         notation.shape(leaf.symbol)).copy()
            sizes |= {size.name: n for size, n in zip(leaf.shape, values[name].shape, strict=True)}
        for small, large in self.at_most:
            have = sizes | values
            if have[small.name] > have[large.name]:
                raise ValueError(f"{small} must be at most {large} = {have[large.name]:g}, "
                                 f"but {small} = {have[small.name]:g} came.")
        return values, {name: n for name, n in sizes.items() if name not in values}

    # Evidence and display
    @cached_property
    def _evidence(self) -> dict:
        return {}

    def claim(self, parent: str, name: str, seed: int = 0) -> "evidence.Row":
        """Return the evidence for one stage by itself: the adjoint along the edge from `parent` to
        `name`."""
        key = (self[parent].name, self[name].name, checks.whole(seed, "seed", least=0))
        if (key[1], key[0]) not in self.edges:
            parents = ", ".join(self[name].parents) or "none"
            raise ValueError(f"{key[0]} is no parent of {key[1]}; its parents are {parents}.")
        if key not in self._evidence:
            self._evidence[key] = evidence.stage(self, *key)
        return self._evidence[key]

    def check(self, seed: int = 0) -> "evidence.Check":
        """Return the evidence for every stage by itself and for the gradient of the whole, as a
        table.

        Parameters
        ----------
        seed : int
            Seeds the check points; they are asymmetric and all their sizes differ.
        """
        seed = checks.whole(seed, "seed", least=0)
        rows = [self.claim(parent, name, seed) for name, parent in self.edges]
        return claims.Check(self.name,
                            (*rows, *(evidence.whole(self, leaf, seed) for leaf in self.leaves)))

    def __str__(self) -> str:
        leaves = [f"  {leaf}" for leaf in self.leaves.values()]
        stages = [f"  {node}   {self._adjoints_are(node)}" for node in self.nodes.values()]
        return "\n".join([self.name, *leaves, *stages])

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        head = f"**{self.name}**, leaves " + ", ".join(f"${notation.latex(leaf.symbol)}$: "
                                                       f"{notation.shape(leaf.symbol)}"
                                                     for leaf in self.leaves.values())
        rows = [f"| ${notation.latex(node.symbol)} = {notation.latex(node.expression)}$ "
                f"| {notation.shape(node.symbol)} | {node.rule.name} | {node.source} | "
                f"{self._adjoints_are(node)} |"
                for node in self.nodes.values()]
        top = "| stage | shape | rule | source | its adjoints |\n|---|---|---|---|---|\n"
        return head + "\n\n" + top + "\n".join(rows)

    def _adjoints_are(self, node: Node) -> str:
        status = worst([self.claim(parent, node.name).proof.status for parent in node.parents])
        return f"{MARKS[status]} {status}"


def _underflows(expression: Expr, value: Any, values: Mapping[str, Any]) -> bool:
    """Return whether a product is 0 or subnormal only because its factors are small."""
    if isinstance(expression, MatAdd | sp.Add) or np.abs(value).max() >= np.finfo(float).tiny:
        return False
    large = {name: number if isinstance(number, int) else number / (np.abs(number).max() or 1)
             for name, number in values.items()}
    return bool(np.any(arithmetic.evaluate(expression, large, arithmetic.Reals)))


class Builder:
    """Write a chain stage by stage: `build("e", "product", f, g)` adds e = f g and returns its
    symbol."""

    def __init__(self, name: str, *leaves: Expr, book: Mapping[str, Rule] = RULES):
        self.name, self.leaves, self.book, self.stages = name, leaves, book, []
        self.names = [leaf.name for leaf in leaves]

    def __call__(self, name: str, rule: str, *operands: Expr, remark: str = "") -> Expr:
        operands = tuple(map(sp.sympify, operands))
        result = self.book[rule].apply(*operands)
        symbol = MatrixSymbol(name, *result.shape) if result.is_Matrix else Symbol(name)
        used = {s.name for operand in operands for s in operand.atoms(Symbol, MatrixSymbol)}
        sizes = {s.name for operand in operands if operand.is_Matrix for n in operand.shape
                 for s in n.free_symbols}
        parents = tuple(n for n in self.names if n in used - sizes)
        self.stages.append(Node(symbol, self.book[rule], operands, parents, remark))
        self.names.append(name)
        return symbol

    def chain(self, abbreviations: Mapping[str, str] | None = None, at_most: tuple = ()) -> Chain:
        """Return the chain that has been written."""
        return Chain(self.name, self.leaves, tuple(self.stages), self.book, abbreviations, at_most)
