"""What a notebook shows of a chain: the card of a stage, the finished gradient, what is folded."""

from dataclasses import dataclass
from typing import Any

from sympy import Expr

from lvmcalc import notation
from lvmcalc.chain.structure import Chain

Entry = tuple[str, str, str]  # a word, and what is said of it in plain text and in Markdown


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

    def lines(self) -> list[Entry]:
        """Return what the card says, line by line."""
        chain, node, parent = self.chain, self.chain[self.node], self.chain[self.parent]
        rule, shapes = node.rule, (f"{notation.plain(it.name)} is {notation.shape(it.symbol)}"
                                   for it in (parent, node))
        name, source = map(notation.in_html, (rule.name, rule.source))
        return [_equation("forward", node.symbol, node.expression),
                _words("shapes", ", ".join(shapes)),
                ("rule", f"{rule.statement}   ({rule.source})",
                 f"{name}: ${rule.latex}$ ({source})"),
                _equation("arriving", *_closed_form(chain, self.node)),
                *self._leaving(),
                _words("evidence", chain.claim(self.parent, self.node).summary),
                *([_words("remember", node.remark)] if node.remark else [])]

    def _leaving(self) -> list[Entry]:
        symbol, closed = _closed_form(self.chain, self.parent)
        local, name = self.chain.edges[self.node, self.parent], notation.plain(self.parent)
        others = [use for use in self.chain.children(self.parent) if use != self.node]
        symmetric = self.parent in self.chain.symmetric
        if not others and not symmetric:
            return [_equation("leaving", symbol, *dict.fromkeys((local, closed)))]
        lines = [_equation("this path", local),
                 _equation("all paths" if others else "leaving", symbol, closed)]
        if others:
            used = " and ".join(map(notation.plain, (self.node, *others)))
            lines.append(_words("", f"{name} is used by {used}: their contributions add up"))
        if symmetric:
            lines.append(_words("", f"{name} is symmetric: its gradient is the symmetric part"))
        return lines

    def cells(self) -> list[tuple[str, str]]:
        """Return the lines as pairs of a word and a text with formulas between $ signs."""
        return [(word, markdown) for word, _, markdown in self.lines()]

    def __str__(self) -> str:
        return "\n".join([self.title, *(f"{word:9} {plain}" for word, plain, _ in self.lines())])

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        bar = "&#124;"  # a bare one would end the cell
        lines = [f"| {word} | {text.replace('|', bar)} |" for word, text in self.cells()]
        return f"| **{self.title}** | |\n|---|---|\n" + "\n".join(lines)


def _equation(word: str, *sides: Expr) -> Entry:
    return (word, " = ".join(map(notation.plain, sides)),
            f"${' = '.join(map(notation.latex, sides))}$")


def _words(word: str, text: str) -> Entry:
    return word, text, notation.in_html(text)


def _closed_form(chain: Chain, name: str) -> tuple[Expr, Expr]:
    """Return an adjoint's symbol, and its closed form with the abbreviations of the chain."""
    return chain.adjoint_symbol(name), chain.abbreviated(chain.adjoint(name))


@dataclass(frozen=True)
class Result:
    """The finished gradient of a chain with respect to a leaf, with the evidence for it."""

    chain: Chain
    leaf: str

    @property
    def summary(self) -> str:
        """All grades of evidence for the gradient as a whole, and the symmetry that it needs."""
        return self.chain.claim(self.leaf).conclusion

    @property
    def sides(self) -> tuple[Expr, Expr]:
        """The adjoint's symbol, and the closed form that was checked."""
        return _closed_form(self.chain, self.leaf)

    def __str__(self) -> str:
        return f"{' = '.join(map(notation.plain, self.sides))}\n{self.summary}"

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return f"$$ {' = '.join(map(notation.latex, self.sides))} $$\n\n{self.summary}"


class Folded:
    """What is shown on request, so that running a cell gives no answer away.

    Parameters
    ----------
    *things : Any
        Text, or what has a form in Markdown or LaTeX.
    """

    def __init__(self, *things: Any) -> None:
        self.things = things

    def __repr__(self) -> str:
        return "\n".join(map(str, self.things))

    def _repr_markdown_(self) -> str:
        return "\n\n".join(["<details><summary>Show</summary>", *map(_in_markdown, self.things),
                            "</details>"])


def _in_markdown(thing: Any) -> str:
    for form in ("_repr_markdown_", "_repr_latex_"):
        if hasattr(thing, form):
            return getattr(thing, form)()
    text = str(thing)
    return f"```text\n{text}\n```" if "\n" in text else notation.in_html(text)
