"""The card of a stage: everything there is to say about one step backwards, in the same form every
time."""

from dataclasses import dataclass
from functools import cached_property
from html import escape

import sympy as sp
from sympy import Expr

from lvmcalc import notation
from lvmcalc.chain import evidence
from lvmcalc.chain.structure import Chain


@dataclass(frozen=True)
class Card:
    """One step backwards along a chain, from `node` to `parent`, shown as a table."""

    chain: Chain
    parent: str
    node: str

    def __post_init__(self) -> None:
        if (self.node, self.parent) not in self.chain.edges:
            parents = ", ".join(self.chain[self.node].parents) or "nothing"
            raise ValueError(f"{self.node} does not use {self.parent}; it uses {parents}.")

    @property
    def title(self) -> str:
        """Which stage it is."""
        return f"{notation.plain(self.parent)} → {notation.plain(self.node)}"

    def rows(self) -> list[tuple[str, list[Expr | str]]]:
        """Return what the card says: a word for the line, and the parts of an equation or a
        text."""
        chain, node, parent = self.chain, self.chain[self.node], self.chain[self.parent]
        arriving, leaving = chain.adjoint_symbol(self.node), chain.adjoint_symbol(self.parent)
        arrived, left = (chain.abbreviated(chain.adjoint(name))
                         for name in (self.node, self.parent))
        local = sp.sympify(chain.edges[self.node, self.parent])
        others = [child for child in chain.children(self.parent) if child != self.node]
        shapes = ", ".join(f"{notation.plain(it.name)} is {notation.shape(it.symbol)}"
                           for it in (parent, node))
        rows: list[tuple[str, list[Expr | str]]] = [
            ("forward", [node.symbol, node.expression]), ("shapes", [shapes]),
            ("rule", [node.rule]),
            ("arriving", [arriving, arrived])]
        if others:
            used = " and ".join(notation.plain(child) for child in (self.node, *others))
            rows += [("this path", [local]), ("all paths", [leaving, left]),
                     ("", [f"{notation.plain(parent.name)} is used by {used}: what they bring adds "
                           "up"])]
        else:
            rows.append(("leaving", [leaving, local] if left == local else [leaving, local, left]))
        rows.append(("evidence", [chain.claim(self.parent, self.node).summary]))
        return [*rows, ("remember", [node.remark])] if node.remark else rows

    def __str__(self) -> str:
        lines = [f"{key:9} {' = '.join(self._plain(part) for part in parts)}" for key,
                 parts in self.rows()]
        return "\n".join([self.title, *lines])

    __repr__ = __str__

    @staticmethod
    def _plain(part: object) -> str:
        if hasattr(part, "statement"):
            return f"{part.statement}   ({part.source})"
        return notation.plain(part) if isinstance(part, Expr) else part

    def cells(self) -> list[tuple[str, str]]:
        """Return the lines of the card as pairs of a word and a text with formulas between $
        signs."""
        def cell(parts: list) -> str:
            if hasattr(parts[0], "statement"):
                return f"{parts[0].name}: ${parts[0].latex}$ ({parts[0].source})"
            return escape(parts[0]) if isinstance(parts[0],
                                                  str) else f"${' = '.join(map(notation.latex, parts))}$"
        return [(key, cell(parts)) for key, parts in self.rows()]

    def _repr_markdown_(self) -> str:
        bar = "&#124;"  # a bare one would end the cell
        lines = [f"| {key} | {text.replace('|', bar)} |" for key, text in self.cells()]
        return f"| **{self.title}** | |\n|---|---|\n" + "\n".join(lines)


@dataclass(frozen=True)
class Result:
    """The finished gradient of a chain with respect to a leaf, with the evidence for it."""

    chain: Chain
    leaf: str

    @cached_property
    def summary(self) -> str:
        """All grades of evidence for the gradient as a whole."""
        return evidence.whole(self.chain, self.chain[self.leaf].name).summary

    @property
    def sides(self) -> tuple[Expr, Expr]:
        """The adjoint's symbol, and the closed form that was checked."""
        return self.chain.adjoint_symbol(self.leaf), self.chain.abbreviated(
            self.chain.adjoint(self.leaf))

    def __str__(self) -> str:
        return f"{' = '.join(map(notation.plain, self.sides))}\n{self.summary}"

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return f"$$ {' = '.join(map(notation.latex, self.sides))} $$\n\n{self.summary}"
