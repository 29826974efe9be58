"""Walk along a chain stage by stage: formula, rule, shapes, numbers, evidence, graph."""

import re
from html import escape
from typing import Any

import ipywidgets as widgets
import numpy as np

from lvmcalc import checks, notation
from lvmcalc.chain import Card, Chain
from lvmcalc.show import figures, style
from lvmcalc.show.controls import NamedImage, guarded, spoken, wide

DIRECTIONS = ("backwards", "forwards")


class StageWalk(widgets.VBox):
    """Back, next, or jump along the stages of a chain.

    Parameters
    ----------
    chain : Chain
    direction : str
        "backwards" (one step from each node to each of its parents) or "forwards" (one step for
        each node).
    **leaves : the values of the leaves, as for `chain.forward`

    Attributes
    ----------
    status : str
        Where the walk is, in words.
    controls : back, next, jump, direction
    """

    def __init__(self, chain: Chain, direction: str = "backwards", **leaves: Any) -> None:
        self.chain, numbers = chain, chain.run(**leaves)
        self.values, self.adjoints, self.parts = numbers.values, numbers.adjoints, numbers.parts
        self._place, self.status = 0, ""
        self.back = widgets.Button(description="Back", icon="arrow-left",
                                   tooltip="The stage before")
        self.next = widgets.Button(description="Next", icon="arrow-right",
                                   tooltip="The stage after")
        self.jump = widgets.Dropdown(description="stage", layout=wide(190))
        self.direction = widgets.ToggleButtons(
            options=DIRECTIONS, value=checks.known(direction, DIRECTIONS, "direction"),
            tooltips=("From L to the leaves", "From the leaves to L"))
        self._words, self._card = widgets.HTML(), widgets.HTMLMath()
        self._graph, self._heat = NamedImage(format="png"), NamedImage(format="png")
        row = widgets.HBox([self.back, self.next, self.jump, self.direction,
                            widgets.HTML(style.ACCESSIBILITY)])
        super().__init__([row, self._words, self._graph, self._card, self._heat])
        self.add_class("lvmcalc-walk")
        self.back.on_click(guarded(lambda _: self.go(self._place - 1), self._say))
        self.next.on_click(guarded(lambda _: self.go(self._place + 1), self._say))
        self.jump.observe(guarded(lambda change: change["new"] == self._place
                                  or self.go(change["new"]), self._say), "value")
        self.direction.observe(guarded(lambda _: self._turn(), self._say), "value")
        self._turn()

    @property
    def stages(self) -> list:
        """The stages of the walk: pairs (parent, node) backwards, names of nodes forwards."""
        chain = self.chain
        if self.direction.value == "forwards":
            return [*chain.nodes]
        return [(parent, node) for node in reversed(chain.nodes)
                for parent in sorted(chain[node].parents, key=chain.leaves.__contains__)]

    @property
    def stage(self) -> Any:
        """The stage that is shown."""
        return self.stages[self._place]

    def go(self, place: int) -> "StageWalk":
        """Show stage number `place`, counted from 0; beyond an end, the stage at that end."""
        self._place = min(max(int(place), 0), len(self.stages) - 1)
        self._show()
        return self

    def _turn(self) -> None:
        self._place = 0  # for new options make the dropdown choose the first of them
        self.jump.options = [(f"{place + 1}: {_label(stage)}", place)
                             for place, stage in enumerate(self.stages)]
        self._show()

    def _show(self) -> None:
        stage, last = self.stage, len(self.stages) - 1
        self.jump.value = self._place
        self.back.disabled, self.next.disabled = self._place == 0, self._place == last
        _draw(self._graph, figures.graph(self.chain, stage))
        backwards = isinstance(stage, tuple)
        parent, node = stage if backwards else (None, stage)
        fills = {parent: style.LIT["parent"], node: style.LIT["node"]}
        shown, rows = self._back(parent, node) if backwards else self._forth(node)
        self._card.value = _table([(key, self._lit(text, fills)) for key, text in rows])
        _draw(self._heat, figures.heats(
            {title: value for title, *_, value in shown},
            {title: notation.shape(self.chain[name].symbol) for title, name, *_ in shown},
            {title: figures.outline_of(self.chain, name) for title, _, name, _ in shown},
            {title: fills.get(name, style.PAPER) for title, name, *_ in shown}))
        numbers = "; ".join(f"{title} {_number(value)}" for title, *_, value in shown)
        self._say(f"Stage {self._place + 1} of {last + 1}, {self.direction.value}: "
                  f"{_label(stage)}. {numbers}.")

    # What a stage shows: title, whose shape and colour, whose outline, and value of each heat map;
    # and the rows of the table.

    def _forth(self, name: str) -> tuple[list, list]:
        node = self.chain[name]
        shown = [(notation.plain(used), used, used, self.values[used])
                 for used in (*node.parents, name)]
        return shown, [("formula", node._repr_latex_()), ("shape", notation.shape(node.symbol)),
                       ("rule", f"{node.rule.name} ({escape(node.source)})"),
                       ("remember", escape(node.remark))]

    def _back(self, parent: str, node: str) -> tuple[list, list]:
        chain, adjoints = self.chain, self.adjoints
        arriving, leaving = (notation.adjoint_name(chain.output, name) for name in (node, parent))
        shown = [(arriving, node, node, adjoints[node])]
        if len(chain.children(parent)) > 1:
            shown.append((f"{leaving}, path {notation.plain(node)}", parent, node,
                          self.parts[node, parent]))
            leaving += ", all paths"
        shown.append((leaving, parent, parent, adjoints[parent]))
        return shown, Card(chain, parent, node).cells()

    def _say(self, words: str) -> None:
        self.status = words
        self._words.value = style.CSS + spoken(escape(words))

    def _lit(self, text: str, fills: dict[str | None, str]) -> str:
        """Put the colours of the lit nodes behind their names and adjoints in a formula."""
        names = {notation.latex(called): fill for name, fill in fills.items() if name
                 for called in (notation.adjoint_name(self.chain.output, name), name)}
        if not text.startswith("$"):
            return text
        # and no letters of a word
        symbols = rf"(?<![\\A-Za-z])({'|'.join(map(re.escape, names))})(?![A-Za-z_])"
        return re.sub(symbols, lambda found: rf"\colorbox{{{names[found[0]]}}}"
                                             rf"{{$\color{{{style.INK}}} {found[0]}$}}", text)

    def __repr__(self) -> str:
        return (f"StageWalk({self.chain.name}): stage {self._place + 1} of {len(self.stages)}, "
                f"{_label(self.stage)}")


def _label(stage: Any) -> str:
    names = reversed(stage) if isinstance(stage, tuple) else [stage]
    return " → ".join(map(notation.plain, names))


def _draw(image: NamedImage, drawing: figures.Drawing) -> None:
    image.value, image.tooltip = drawing.png(1.5, 1), f"Picture: {drawing.words}"


def _table(rows: list[tuple[str, str]]) -> str:
    lines = "".join(f"<tr><th scope='row'>{key}</th><td>{text}</td></tr>" for key, text in rows)
    return f"<table class='lvmcalc-card'>{lines}</table>"


def _number(value: Any) -> str:
    if not np.ndim(value):
        return f"is {style.numeral(value)}"
    rows, columns = np.shape(value)
    return f"is {rows}×{columns} with norm {style.numeral(np.linalg.norm(value))}"
