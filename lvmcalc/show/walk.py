"""Walk along a chain stage by stage: formula, rule, shapes, numbers, evidence, graph."""

import re
from types import SimpleNamespace
from typing import Any

import ipywidgets as widgets
import numpy as np

from lvmcalc import checks, notation
from lvmcalc.chain import Card, Chain
from lvmcalc.marking import Mark
from lvmcalc.models import chain_named
from lvmcalc.notation import in_html
from lvmcalc.show import figures, panels, style
from lvmcalc.show.edge_question import EdgeQuestion
from lvmcalc.show.still import Drawing
from lvmcalc.show.view import STILL, Control, Shown, View

_DIRECTIONS = ("backwards", "forwards")


class StageWalk(Shown, widgets.VBox):
    """Back, next, or jump along the stages of a chain; a click on a node goes there.

    Parameters
    ----------
    chain : str or Chain
        The name of a model's chain, or a chain of one's own.
    direction : str
        "backwards" (one step from each node to each of its parents) or "forwards" (one step for
        each node).
    ask : bool or str
        Whether each edge is asked for, and its card appears only once it is answered rightly or on
        "Show"; the name of a leaf asks only along the ways to it.
    attempt : bool
        Whether "Show" waits for a first answer at the edge.
    **leaves : the values of the leaves, as for `chain.forward`

    Attributes
    ----------
    back, next, show, jump, direction : Control
    done : set of (str, str)
        The edges that were answered rightly or shown, as pairs (parent, node).
    """

    def __init__(self, chain: str | Chain, direction: str = "backwards", ask: bool | str = False,
                 attempt: bool = False, **leaves: Any) -> None:
        self.chain = chain = chain_named(chain)
        self.attempt, numbers = attempt, chain.run(**leaves)
        self.ask, self.done, self._typed = ask, set(), {}
        self._to = chain[ask].name if isinstance(ask, str) else ""
        self.values, self.adjoints = numbers.values, numbers.adjoints
        self.contributions = numbers.contributions
        self._index = 0
        self.back = Control("button", "← Back", more=False, tip="The stage before this one (←)",
                            act=lambda: self.go(self._index - 1))
        self.next = Control("button", "Next →", more=False, tip="The stage after (→)",
                            act=lambda: self.go(self._index + 1))
        self.direction = Control("choice", "direction", checks.known(
            direction, _DIRECTIONS, "direction"), _DIRECTIONS, more=False,
            tip="From L to the leaves, or from the leaves to L", act=self._turn)
        self.jump = Control("choice", "stage", more=False, tip="Go to any stage",
                            act=lambda: self.go(self.jump.value))
        self.show = Control("button", "Show", more=False, act=self._reveal, tip=(
            "Show the card, once you have tried" if attempt else "Show the card without an answer"))
        self.view = View(SimpleNamespace(
            back=self.back, next=self.next, jump=self.jump,
            **({"show": self.show} if ask else {"direction": self.direction})))
        self.view.title = f"The stages of {chain.name}"
        self.view._hands = {"choose": self._choose}
        self._card = widgets.HTMLMath()
        self._question = EdgeQuestion(chain, self._answered) if ask else None
        super().__init__([self.view, *[self._question] * bool(ask), self._card])
        self.add_class("lvmcalc-walk")
        self._turn()

    @property
    def status(self) -> str:
        """Where the walk is, in words."""
        return self.view.status

    @property
    def stages(self) -> list:
        """The stages of the walk: pairs (parent, node) backwards, names of nodes forwards."""
        chain = self.chain
        if self.direction.value == "forwards":
            return [*chain.nodes]
        return [(parent, node) for node in reversed(chain.nodes)
                for parent in sorted(chain[node].parents, key=chain.leaves.__contains__)
                if not self._to or self._leads(parent)]

    @property
    def stage(self) -> Any:
        """The stage that is shown."""
        return self.stages[self._index]

    def go(self, index: int) -> "StageWalk":
        """Show stage number `index`, counted from 0; beyond an end, the stage at that end."""
        self._index = min(max(int(index), 0), len(self.stages) - 1)
        self._show()
        return self

    def answer(self, text: str) -> Mark:
        """Type an answer to the question at the stage and press Enter; return its mark."""
        self._question.take([text])
        return self._mark

    def still(self) -> Drawing:
        """Return the picture of the stage as it is now."""
        return self.view.still()

    def close(self) -> None:
        """Close the walk and its parts, which would keep the chain."""
        for part in self.children:
            part.close()
        super().close()

    def stand_in(self) -> None:
        asks = f"<p>{self._question.question()}</p>" if self._question else ""
        self.still().show(asks + self._card.value + STILL)

    def _leads(self, name: str) -> bool:
        """Return whether a node is, or uses, the leaf that is asked for."""
        return name == self._to or any(map(self._leads, self.chain[name].parents))

    def _answered(self, mark: Mark) -> None:
        """Light the edge up if the answer is right; after the same right answer, go on."""
        self._mark, typed, known = mark, self._question.lines[0], self.stage in self.done
        again = known and self._typed.get(self.stage) == typed
        self._typed[self.stage] = typed
        if mark.right and not known:
            self.done.add(self.stage)
        if mark.right and again:
            self.go(self._index + 1)
        elif not known:
            self._draw()

    def _reveal(self) -> None:
        if self._may_show():
            self.done.add(self.stage)
            self._draw()

    def _may_show(self) -> bool:
        tried = self._typed.get(self.stage, "").strip()
        return self.stage not in self.done and (not self.attempt or bool(tried))

    def _choose(self, name: str) -> None:
        """Go to the stage that leads to a node, or to its first one."""
        indices = [index for index, stage in enumerate(self.stages)
                  if name == (stage[0] if isinstance(stage, tuple) else stage)]
        if indices:  # of several, the one after the stage that is shown
            self.go(min((index for index in indices if index > self._index), default=indices[0]))

    def _turn(self) -> None:
        self._index = 0
        self.jump.offer([(f"{index + 1}: {_label(stage)}", index)
                         for index, stage in enumerate(self.stages)], 0)
        self.view.specify()
        self._show()

    def _show(self) -> None:
        if self.ask:
            parent, node = self.stage
            self._question.pose(parent, node, self._typed.get(self.stage, ""), all(
                (node, use) in self.done for use in self.chain.children(node)))
        self._draw()

    def _draw(self) -> None:
        stage, last, view = self.stage, len(self.stages) - 1, self.view
        asked = bool(self.ask) and stage not in self.done
        self.jump._value = self._index
        self.back.disabled, self.next.disabled = self._index == 0, self._index == last
        self.show.disabled = not self._may_show()
        backwards = isinstance(stage, tuple)
        parent, node = stage if backwards else (None, stage)
        fills = {parent: style.LIT["parent"], node: style.LIT["node"]}
        shown, rows = self._back(parent, node) if backwards else self._forth(node)
        if asked:  # what leaves is for the reader to find
            shown, rows = shown[:1], []
        self._card.value = _table([(key, self._lit(text, fills)) for key, text in rows])
        found = {"graph": figures.graph_panel(self.chain, stage, self.done)}
        numbers = {}
        for index, (title, name, looks, value) in enumerate(shown):
            shape, outline = np.shape(value), figures.outline_of(self.chain, looks)
            about = f", {notation.shape(self.chain[name].symbol)}" if shape else ""
            found[f"heat {index}"] = panels.matrix_panel(
                f"{title}{about}", shape, outline=[outline["color"], style.dash(outline)],
                lit=fills.get(name, ""))
            numbers[f"heat {index}"] = np.ravel(value)
        view.send_frame(numbers)
        lanes = {node["y"] for node in found["graph"]["nodes"].values()}
        low = 0.9 if any(np.ndim(value) for *_, value in shown) else 0.4
        tall = 0.36 + 0.05 * (len(lanes) > 3) if self.ask else 0.48
        view.scene = panels.picture(found, [(1, [(0.25 + 0.4 * len(lanes), ["graph"]),
                                                 (low, [*numbers])])], tall)
        view.about = f"The graph of {self.chain.name}; {'; '.join(title for title, *_ in shown)}"
        said = "; ".join(f"{title} {_number(value)}" for title, *_, value in shown)
        count = sum(edge in self.done for edge in self.stages)
        lit = f" Edges lit: {count} of {last + 1}." if self.ask else ""
        unit = "Edge" if self.direction.value == "backwards" else "Stage"
        view.fill()
        view.say(f"{unit} {self._index + 1} of {last + 1}, {self.direction.value}: "
                 f"{_label(stage)}. {said}.{lit}")

    # What a stage shows: title, whose shape and colour, whose outline, and value of each heat map;
    # and the rows of the table.

    def _forth(self, name: str) -> tuple[list, list]:
        node = self.chain[name]
        shown = [(notation.plain(used), used, used, self.values[used])
                 for used in (*node.parents, name)]
        return shown, [("formula", node._repr_latex_()), ("shape", notation.shape(node.symbol)),
                       ("rule", f"{in_html(node.rule.name)} ({in_html(node.rule.source)})"),
                       ("remember", in_html(node.remark))]

    def _back(self, parent: str, node: str) -> tuple[list, list]:
        chain, adjoints = self.chain, self.adjoints
        arriving, leaving = (notation.adjoint_name(chain.output, name) for name in (node, parent))
        shown = [(arriving, node, node, adjoints[node])]
        if len(chain.children(parent)) > 1:
            shown.append((f"{leaving}, path {notation.plain(node)}", parent, node,
                          self.contributions[node, parent]))
            leaving += ", all paths"
        shown.append((leaving, parent, parent, adjoints[parent]))
        return shown, Card(chain, parent, node).cells()

    def _lit(self, text: str, fills: dict[str | None, str]) -> str:
        """Put the colours of the lit nodes behind their names and adjoints in a formula."""
        names = {notation.latex(called): fill for name, fill in fills.items() if name
                 for called in (notation.adjoint_name(self.chain.output, name), name)}
        if not text.startswith("$"):
            return text
        # whole names, not letters of a word
        symbols = rf"(?<![\\A-Za-z])({'|'.join(map(re.escape, names))})(?![A-Za-z_])"
        return re.sub(symbols, lambda found: rf"\colorbox{{{names[found[0]]}}}"
                                             rf"{{$\color{{{style.INK}}} {found[0]}$}}", text)

    def __repr__(self) -> str:
        return (f"StageWalk({self.chain.name}): stage {self._index + 1} of {len(self.stages)}, "
                f"{_label(self.stage)}")


def _label(stage: Any) -> str:
    names = reversed(stage) if isinstance(stage, tuple) else [stage]
    return " → ".join(map(notation.plain, names))


def _table(rows: list[tuple[str, str]]) -> str:
    if not rows:
        return ""
    lines = "".join(f"<tr><th scope='row'>{key}</th><td>{text}</td></tr>" for key, text in rows)
    return f"<table class='lvmcalc-card'>{lines}</table>"


def _number(value: Any) -> str:
    if not np.ndim(value):
        return f"is {style.numeral(value)}"
    rows, columns = np.shape(value)
    return f"is {rows}×{columns} with norm {style.numeral(np.linalg.norm(value))}"
