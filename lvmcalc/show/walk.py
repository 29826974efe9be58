"""A walk along a chain, one stage at a time, forwards or backwards: formula, rule, shapes, numbers,
evidence, graph."""

import re
from html import escape
from typing import Any

import ipywidgets as widgets
import numpy as np

from lvmcalc import checks, notation
from lvmcalc.chain import Card, Chain
from lvmcalc.show import figures, style
from lvmcalc.show.controls import NamedImage, guarded

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
        backward = [(parent, node) for node in reversed(chain.nodes)
                    # leaves last
                    for parent
                    in sorted(chain[node].parents, key=lambda name: name in chain.leaves)]
        self._stages = {"backwards": backward, "forwards": [*chain.nodes]}
        self.back = widgets.Button(description="Back", icon="arrow-left",
                                   tooltip="The stage before")
        self.next = widgets.Button(description="Next", icon="arrow-right",
                                   tooltip="The stage after")
        self.jump = widgets.Dropdown(description="stage", layout={"width": "190px"})
        self.direction = widgets.ToggleButtons(
            options=DIRECTIONS, value=checks.known(direction, DIRECTIONS, "direction"),
            tooltips=("From L to the leaves", "From the leaves to L"))
        self._words, self._card = widgets.HTML(), widgets.HTMLMath()
        self._graph, self._heat = (NamedImage(format="png") for _ in range(2))
        row = widgets.HBox([self.back, self.next, self.jump, self.direction,
                            widgets.HTML(style.ACCESSIBILITY)])
        super().__init__([row, self._words, self._graph, self._card, self._heat])
        self.add_class("lvmcalc-walk")
        self.back.on_click(guarded(lambda _: self.go(self._place - 1), self._say))
        self.next.on_click(guarded(lambda _: self.go(self._place + 1), self._say))
        self.jump.observe(guarded(lambda change: change["new"] == self._place
                                  or self.go(change["new"]), self._say),
                          "value")
        self.direction.observe(guarded(lambda _: self._turn(), self._say), "value")
        self._turn()

    @property
    def stages(self) -> list:
        """The stages in the order of the walk: pairs (parent, node) backwards, names of nodes
        forwards."""
        return self._stages[self.direction.value]

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
        self.jump.options = [(f"{place + 1}: {self._label(stage)}", place) for place,
                             stage in enumerate(self.stages)]
        self._show()

    @staticmethod
    def _label(stage: Any) -> str:
        return " → ".join(map(notation.plain, reversed(stage))) if isinstance(
            stage, tuple) else notation.plain(stage)

    def _show(self) -> None:
        stage, count = self.stage, len(self.stages)
        self.jump.value = self._place
        self.back.disabled, self.next.disabled = self._place == 0, self._place == count - 1
        parent, node = stage if isinstance(stage, tuple) else (None, stage)
        _draw(self._graph, figures.graph(self.chain, stage))
        fills = {parent: style.LIT["parent"], node: style.LIT["node"]}
        if parent is None:  # title, whose shape and colour, whose outline, value
            here = self.chain[node]
            shown = [(notation.plain(name), name, name, self.values[name])
                     for name in (*here.parents, node)]
            rows = [("formula", here._repr_latex_()), ("shape", notation.shape(here.symbol)),
                    ("rule", f"{here.rule.name} ({escape(here.source)})"),
                    ("remember", escape(here.remark))]
        else:
            arriving, leaving = (notation.adjoint_name(self.chain.output, name)
                                 for name in (node, parent))
            shown = [(arriving, node, node, self.adjoints[node])]
            if len(self.chain.children(parent)) > 1:
                shown.append((f"{leaving}, path {notation.plain(node)}", parent, node,
                              self.parts[node, parent]))
                leaving += ", all paths"
            shown.append((leaving, parent, parent, self.adjoints[parent]))
            rows = Card(self.chain, parent, node).cells()
        self._card.value = _table([(key, self._lit(text, fills)) for key, text in rows])
        _draw(self._heat, figures.heats(
            {title: value for title, *_, value in shown},
            {title: notation.shape(self.chain[name].symbol) for title, name, *_ in shown},
            {title: figures.outline_of(self.chain, name) for title, _, name, _ in shown},
            {title: fills.get(name, style.PAPER) for title, name, *_ in shown}))
        numbers = "; ".join(f"{title} {_number(value)}" for title, *_, value in shown)
        self._say(f"Stage {self._place + 1} of {count}, {self.direction.value}: "
                  f"{self._label(stage)}. {numbers}.")

    def _say(self, words: str) -> None:
        self.status = words
        self._words.value = f'{style.CSS}<div role="status" aria-live="polite">{escape(self.status)}</div>'

    def _lit(self, text: str, fills: dict[str | None, str]) -> str:
        """Put the colours of the lit nodes behind their names and adjoints in a formula."""
        names = {notation.latex(called): fill for name, fill in fills.items() if name
                 for called in (notation.adjoint_name(self.chain.output, name), name)}
        if not text.startswith("$"):
            return text
        # and no letters of a word
        symbols = rf"(?<![\\A-Za-z])({'|'.join(map(re.escape, names))})(?![A-Za-z_])"
        return re.sub(symbols,
                      lambda found: rf"\colorbox{{{names[found[0]]}}}{{$\color{{{style.INK}}} "
                                    rf"{found[0]}$}}",
                      text)

    def __repr__(self) -> str:
        return f"StageWalk({self.chain.name}): stage {self._place + 1} of {len(self.stages)}, {self._label(self.stage)}"


def _draw(image: NamedImage, drawing: figures.Drawing) -> None:
    image.value, image.tooltip = drawing.png(1.5, 1), f"Picture: {drawing.words}"


def _table(rows: list[tuple[str, str]]) -> str:
    lines = "".join(f"<tr><th scope='row'>{key}</th><td>{text}</td></tr>" for key, text in rows)
    return f"<table class='lvmcalc-card'>{lines}</table>"


def _number(value: Any) -> str:
    if not np.ndim(value):
        return f"is {value:.4g}".replace("-", "−")
    return f"is {'×'.join(map(str, np.shape(value)))} with norm {np.linalg.norm(value):.4g}".replace("-", "−")
