"""All that a viewer sees of every widget and figure, in each kind of state, is what was looked
through before: words, names, colours, numbers, controls. `tests/seen.py` says how."""

from pathlib import Path
from typing import Any

import numpy as np
import seen
import views
from views import CHAIN, IRIS, W, X

from lvmcalc.models import GPLVMProblem, gplvm
from lvmcalc.show import AnswerBox, Derivation, Live, exercise_widgets, figures, style
from lvmcalc.show.edge_question import EdgeQuestion
from lvmcalc.training import Trainer, data

HERE = Path(__file__).parent


def test_views() -> None:
    found = {name: seen.of_widget(views.made(name), still=name.endswith("*"))
             for name in views.NAMES}
    seen.compare(HERE / "seen" / "views.txt", found,
                 {name: name.partition(", ")[0] for name in found if ", " in name})


LABELS = np.arange(30) % 3
PLACES = np.column_stack([np.cos(np.arange(30)), np.arange(30) / 9, np.ones(30)])
FIGURES = {
    "graph": lambda: figures.graph(CHAIN), "graph, lit": lambda: figures.graph(CHAIN, ("W", "h")),
    "graph, forwards": lambda: figures.graph(gplvm.chain(), "b"),
    "heats": lambda: figures.heats({"a": W, "b": -9 * X, "c": -2.5}, {"a": "m×n"},
                                   one_scale=True),
    "latent": lambda: figures.latent(PLACES, LABELS, ["one", "two", "three"]),
    "learning curve": lambda: figures.learning_curve(
        Trainer(GPLVMProblem(data.centred(IRIS.Y), 2)).run(5)),
    "value": lambda: figures.learning_curve(Live(CHAIN, "W", x=X, m=2).trainer.run(3)),
    "draws": lambda: figures.draws([0, 1, 3], {"a": X, "b": X**2}, "Two."),
    "curves": lambda: figures.curves([1, 10, 100], {"a": [1, 2, 4], "b": [9, 3, 1]}, "N", "s",
                                     "It."),
    "images": lambda: figures.images(np.arange(-4.0, 8).reshape(2, 6), (2, 3), "Two."),
}


def test_figures() -> None:
    seen.compare(HERE / "seen" / "figures.txt",
                 {name: seen.of_drawing(make()) for name, make in FIGURES.items()})


def told(box: Any) -> seen.Lines:
    names = ("title", "label", "hint", "above", "below", "summary", "lines", "told")
    return seen.flat({name: getattr(box, name) for name in names})


def answered(text: str) -> AnswerBox:
    box = AnswerBox(CHAIN, "e")
    box.answer(text)
    return box


def derived(*lines: str) -> Derivation:
    written = Derivation(CHAIN, ask="W")
    written.take([*lines])
    return written


def posed(parent: str, node: str, known: bool, answer: str) -> EdgeQuestion:
    box = EdgeQuestion(CHAIN, lambda mark: None)
    box.pose(parent, node, "", known)
    box.take([answer])
    return box


BOXES = {
    "right": lambda: answered("W c"), "wrong": lambda: answered("-W c"),
    "unreadable": lambda: answered("W c^"), "empty": lambda: AnswerBox(CHAIN, "W", "Think."),
    "derivation": lambda: derived("c = W^T W x - x", "∂L/∂e = W c = -W c", "", "∂L/∂e = W ("),
    "edge": lambda: posed("W", "h", True, "e_bar x^T"),
    "other edge": lambda: posed("x", "e", False, "c"),
}


def test_boxes(monkeypatch: Any) -> None:
    monkeypatch.setattr(exercise_widgets, "_derived", {})
    monkeypatch.setattr(exercise_widgets, "_here", "here")
    summary = exercise_widgets.Summary()
    found = {name: told(make()) for name, make in BOXES.items()}
    seen.compare(HERE / "seen" / "boxes.txt", found | {
        "summary": seen.flat({"value": summary.value.removeprefix(style.CSS)})})
