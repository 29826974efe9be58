"""A chain, a scalar written as named stages, and everything that follows from them.

Each stage is an operation of the rule book on earlier stages. Its formula, its numbers, its adjoint
and its proof are all views of that one expression.
"""

from collections.abc import Mapping
from copy import copy
from types import MappingProxyType
from typing import Any

import sympy as sp
from sympy import Expr, MatrixSymbol

from lvmcalc import checks, notation
from lvmcalc.calculus.claims import Check, Claim
from lvmcalc.calculus.differentials import sympified
from lvmcalc.calculus.errors import TooLarge
from lvmcalc.calculus.functions import SPELLED
from lvmcalc.calculus.operations import inner
from lvmcalc.calculus.page_form import tidy
from lvmcalc.calculus.verdict import MARKS, worst
from lvmcalc.chain import compiled, numbers, passes, second_order
from lvmcalc.chain.graph import Edge, Graph, Node
from lvmcalc.chain.pass_program import source_of
from lvmcalc.chain.passes import Values
from lvmcalc.chain.second_order import Formula
from lvmcalc.chain.small_case import SmallCase, small_case


class Chain(Graph):
    """A scalar as a chain of named stages, of which everything else is a view."""

    def altered(self, edges: Mapping[Edge, Expr | None]) -> "Chain":
        """Return a chain in which some edges contribute something else to the parent's adjoint.

        Parameters
        ----------
        edges : by (node, parent), another adjoint; None if it is lost
        """
        if not isinstance(edges, Mapping):
            raise TypeError("The altered edges are a dict of (node, parent) to an adjoint, not "
                            f"{edges!r}.")
        if unknown := [edge for edge in edges if edge not in self.edges]:
            raise ValueError(f"{self.name} has no edge {unknown[0]}; there are "
                             f"{', '.join(map(str, self.edges))}.")
        instead = {edge: 0 * self.edges[edge] if adjoint is None else sympified(adjoint)
                   for edge, adjoint in edges.items()}
        other = copy(self)
        other.edges, other._remembered = MappingProxyType({**self.edges, **instead}), {}
        return other

    # Symbols
    def expression(self, name: str | None = None) -> Expr:
        """Return a node, by default the last one, as a SymPy expression in the leaves."""
        return self._pass.values[self[name or self.output].name]

    def adjoint(self, name: str) -> Expr:
        """Return ∂L/∂(node or leaf) in the leaves, for every size, by the rules of the book.

        It has the shape of the node. Symmetric inverses lose their transpose, and like terms are
        collected. For a symmetric leaf it is the gradient among the symmetric matrices, for the
        inner product tr(AᵀB).
        """
        name = self[name].name
        return self.remember(("adjoint", name), lambda: self._tidy(self._pass.adjoints[name]))

    @property
    def _pass(self) -> passes.Pass:
        """The pass in symbols, to which the abbreviations are known too."""
        def found() -> passes.Pass:
            leaves = {name: leaf.symbol for name, leaf in self.leaves.items()}
            known = passes.forward(self, leaves, passes.in_symbols)
            known |= {name: known[node] for name, node in self.abbreviations.items()}
            return passes.pull_back(
                self, known, passes.in_symbols, sp.S.One,
                add=lambda name, parts: self._tidy(passes.added(parts), collect=False))

        return self.remember("pass", found)

    def _tidy(self, expression: Expr, collect: bool = True) -> Expr:
        try:
            return tidy(expression, collect, self.symmetric)
        except TooLarge:
            return expression  # right too, only longer

    def abbreviated(self, expression: Expr) -> Expr:
        """Return an expression in the leaves with the abbreviations (K for the kernel) in place."""
        return sympified(expression).xreplace(self.remember("abbreviations", lambda: {
            self._tidy(self.expression(node)): MatrixSymbol(name, *self[node].shape)
            for name, node in self.abbreviations.items()}))

    def in_leaves(self, expression: Expr) -> Expr:
        """Return an expression in nodes, adjoints (∂L/∂c) and abbreviations (K) in the leaves.

        Symbols are told apart by their names.
        """
        return passes.in_symbols(None, expression, self._pass.known)

    @property
    def vocabulary(self) -> notation.Vocabulary:
        """The names that a formula about this chain may use."""
        def words() -> notation.Vocabulary:
            nodes = {node.name: node.symbol for node in self}
            short = {name: MatrixSymbol(name, *self[node].shape)
                     for name, node in self.abbreviations.items()}
            adjoints = {name: self.adjoint_symbol(self.abbreviations.get(name, name))
                        for name in (*nodes, *short)}
            return notation.Vocabulary(nodes | short, adjoints, self.output, SPELLED)

        return self.remember("vocabulary", words)

    def symbols(self, names: str) -> tuple[Expr, ...]:
        """Return the symbols to write answers with.

        "X c K b_bar" gives a leaf, a node, an abbreviation and ∂L/∂b.
        """
        known = self.vocabulary.spellings
        return tuple(known[name] if name in known else self[name].symbol for name in names.split())

    def curvature(self, wrt: str, direction: str | Expr = "") -> Formula:
        """Return the Hessian with respect to a leaf, applied to a direction, with its evidence.

        Parameters
        ----------
        wrt : str
            The leaf.
        direction : str or symbol
            The letter for the direction, which has the leaf's shape; V, or another where V is
            taken, unless it is given.

        Raises
        ------
        TypeError, ValueError
            If there is no such leaf, or the direction has another shape or a name of the chain.
        """
        wrt = checks.known(self[wrt].name, self.leaves, f"leaf of {self.name}")
        return second_order.curvature(self, self.adjoint(wrt), self[wrt].symbol, direction)

    def jacobian(self, stage: str, wrt: str) -> Formula:
        """Return the derivative of a stage with respect to a scalar leaf, with its evidence.

        Parameters
        ----------
        stage : str
            A node, or an abbreviation such as K.
        wrt : str
            A scalar leaf.

        Raises
        ------
        ValueError
            If there is no such stage or leaf, or the leaf is a matrix.
        """
        node = self.abbreviations.get(stage, stage)
        wrt = checks.known(self[wrt].name, self.leaves, f"leaf of {self.name}")
        return second_order.jacobian(self, stage, self.expression(node), self[wrt].symbol)

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
            If a leaf is missing or unknown, or of the wrong shape, sign or symmetry.
        ArithmeticError
            If a stage has no finite value in floating point, such as the determinant of a large
            matrix, or if a determinant or an inverse would keep fewer than 8 digits.
        """
        known = numbers.checked_leaves(self, leaves)
        evaluate = compiled.compiled_evaluator(self, known, all_adjoints=False)
        return passes.known_values(self, passes.forward(self, known, evaluate))

    def run(self, upstream: float = 1.0, **leaves: Any) -> passes.Pass:
        """Return all values, all adjoints and what each use contributes, from one pass.

        Each value, inverse and determinant is computed once. Parameters and errors are those of
        `backward`.
        """
        upstream = checks.scalar(upstream, "upstream")
        known = numbers.checked_leaves(self, leaves)
        evaluate = compiled.compiled_evaluator(self, known, upstream)
        return passes.pull_back(self, passes.forward(self, known, evaluate), evaluate, upstream)

    def backward(self, upstream: float = 1.0, **leaves: Any) -> Values:
        """Return the adjoint ∂L/∂(node or leaf) of every leaf and node by name, times `upstream`.

        Parameters, errors and the types returned are those of `forward`; an adjoint has the shape
        of its variable.
        """
        return self.run(upstream, **leaves).adjoints

    def contributions(self, name: str, **leaves: Any) -> Values:
        """Return what each use of a leaf or node contributes to its adjoint, which is their sum.

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
        every = self.run(**leaves).contributions
        return Values({node: part for (node, parent), part in every.items() if parent == name})

    def code(self, wrt: str | tuple[str, ...], library: str = "numpy") -> str:
        """Return the source of a function of the leaves that returns value and gradient.

        Parameters
        ----------
        wrt : str or tuple of str
            The leaves or nodes whose adjoints it returns behind the value.
        library : {"numpy", "torch", "jax"}

        Raises
        ------
        ValueError
            If there is no such leaf, node or library.
        UnsupportedExpression
            If an operation is unknown there.
        """
        names = (wrt,) if isinstance(wrt, str) else tuple(wrt)
        return source_of(self, tuple(self[name].name for name in names), library)

    # Evidence
    def claim(self, name: str, node: str | None = None, seed: int = 0) -> Claim:
        """Return the evidence for an adjoint.

        Parameters
        ----------
        name : str
            A parent of `node`; or, without one, a leaf.
        node : str, optional
            The stage to look at by itself, with an arbitrary asymmetric adjoint arriving. Without
            one it is the gradient of the whole with respect to the leaf.
        seed : int
            Seeds the check points; they are asymmetric and all their sizes differ.
        """
        seed = checks.whole(seed, "seed", least=0)
        if node is None:
            name = checks.known(self[name].name, self.leaves, f"leaf of {self.name}")
            label, symmetric = notation.adjoint_name(self.output, name), self.symmetric
            scalar, adjoint = self.expression(), self.adjoint(name)
        else:
            name, node, symmetric = self[name].name, self[node].name, ()
            if (node, name) not in self.edges:
                raise ValueError(f"{name} is not a parent of {node}; its parents are "
                                 f"{', '.join(self[node].parents) or 'none'}.")
            label = f"{notation.plain(name)} → {notation.plain(node)}"
            scalar = inner(self.adjoint_symbol(node), self[node].expression)
            adjoint = sp.sympify(self.edges[node, name])
        return self.remember(("claim", label, seed), lambda: Claim(
            label, scalar, self[name].symbol, adjoint, seed, self.book, symmetric))

    def check(self, seed: int = 0) -> Check:
        """Return the evidence for every stage by itself and for every gradient, as a table."""
        stages = [self.claim(parent, node, seed) for node, parent in self.edges]
        return Check(self.name, (*stages, *(self.claim(leaf, seed=seed) for leaf in self.leaves)))

    def entrywise(self, leaf: str, **sizes: int) -> SmallCase:
        """Return a small case in which SymPy differentiates by every entry of a leaf.

        Parameters
        ----------
        leaf : str
        **sizes : int
            The value of every size, such as N=2, Q=1, D=1.

        Returns
        -------
        SmallCase

        Raises
        ------
        TypeError, ValueError
            If a size is missing, unknown or no whole number of at least 1, or if there is no such
            leaf.
        """
        leaf = checks.known(self[leaf].name, self.leaves, f"leaf of {self.name}")
        return small_case(self, leaf, self.expression(), self.adjoint(leaf), sizes)

    # Display
    def __str__(self) -> str:
        lines = [f"{node}, symmetric" if node.name in self.symmetric else str(node)
                 for node in self]
        return "\n  ".join([self.name, *lines])

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        leaves = [f"${notation.latex(leaf.symbol)}$: {notation.shape(leaf.symbol)}"
                  + ", symmetric" * (leaf.name in self.symmetric) for leaf in self.leaves.values()]
        rows = [f"| ${notation.latex(node.symbol)} = {notation.latex(node.expression)}$ "
                f"| {notation.shape(node.symbol)} | {notation.in_html(node.rule.name)} "
                f"| {notation.in_html(node.rule.source)} "
                f"| {self._adjoints_are(node)} |" for node in self.nodes.values()]
        return "\n".join([f"**{notation.in_html(self.name)}**, leaves {', '.join(leaves)}", "",
                          "| stage | shape | rule | source | its adjoints |",
                          "|---|---|---|---|---|", *rows])

    def _adjoints_are(self, node: Node) -> str:
        status = worst([self.claim(parent, node.name).proof.status for parent in node.parents])
        return f"{MARKS[status]} {status}"
