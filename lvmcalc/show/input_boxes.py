"""The base of all boxes to type into, and how a mark is shown beneath one."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

import anywidget
from traitlets import Bool, Int, List, Unicode

from lvmcalc import notation
from lvmcalc.marking import Mark
from lvmcalc.notation import in_html
from lvmcalc.show import style
from lvmcalc.show.messages import InOrder
from lvmcalc.show.view import NO_COMMAND, Asked, module

_INTERRUPTED = "Interrupted, so it is not marked. Press Enter to mark it again."


class Boxes(Asked, anywidget.AnyWidget):
    """Boxes that are marked as they are left; a subclass marks them in `read`.

    Attributes
    ----------
    lines, told : list of str
        What stands in the boxes, and beneath each of them, as HTML with formulas between $ signs.
    above, below, summary : str
        HTML around the boxes.
    """

    _esm = module("page.js", "ask.js")
    _css = style.SHEET
    lines, told = List([""]).tag(sync=True), List([""]).tag(sync=True)
    title, label, hint, above, below, summary = (Unicode("").tag(sync=True) for _ in range(6))
    many = Bool(False).tag(sync=True)
    heard = Int(0).tag(sync=True)  # the number of the message that `told` answers
    written = Int(0).tag(sync=True)  # how often `lines` were filled in from here

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.on_msg(InOrder(self._heard))

    @abstractmethod
    def read(self, lines: list[str]) -> None:
        """Mark what stands in the boxes, and tell it."""

    def _heard(self, content: Mapping[str, Any]) -> None:
        at, lines, self.heard = int(content["at"]), [*content["lines"]], int(content["number"])
        if "paste" in content:
            lines[at:at + 1] = self.split(content["paste"])
        self.take(lines, at, written="paste" in content)

    def split(self, text: str) -> list[str]:
        """Return what is pasted as lines."""
        return [text]

    def take(self, lines: list[str], at: int = 0, written: bool = True) -> None:
        """Take what was typed, clear what was told of it from box `at` on, and mark it.

        `written` is whether the boxes in the browser are to be filled with the lines.
        """
        with self.hold_sync():  # an old verdict beside a new answer would be false
            self.lines, self.summary = lines, ""
            self.told = [*self.told[:at], *[""] * (len(lines) - at)]
            self.written += written
        try:
            self.read(lines)
        except KeyboardInterrupt:
            self._fail(at, _INTERRUPTED)
        except Exception as error:  # one that leaves a callback would be lost
            self._fail(at, f"Stopped: {type(error).__name__}: {error}")

    def _fail(self, at: int, words: str) -> None:
        self.told = [*self.told[:at], in_html(words), *self.told[at + 1:]]


def folded(title: str, html: str) -> str:
    """Return HTML that is shown on request."""
    return f'<details><summary {NO_COMMAND}>{title}</summary>{html}</details>'


def told_of(mark: Mark) -> str:
    """Return what a mark says, as HTML: the claim typeset, the verdict, and what is wrong."""
    asked = notation.latex(mark.asked)
    claim = f"${asked}$" if mark.formula is None else (
        rf"$\displaystyle {asked} = {notation.latex(mark.formula)}$")
    verdict = f"<b>{mark.verdict}</b>"
    parts = [f"{verdict}: {claim}", in_html(mark.reason)] if mark.right else [
        *([f"Read as {claim}"] if mark.formula is not None else []),
        f"{verdict}: {in_html(mark.reason)}"]
    parts += map(in_html, mark.details)
    if mark.example:
        parts.append(folded("Numbers to try by hand", mark.example))
    return "<br>".join(parts)


class Recorded(list):
    """The statuses and kinds of recorded answers; shown on request as a table of marks."""

    def __init__(self, answers: tuple, marks: list[Mark]) -> None:
        super().__init__(mark.status if mark.right else mark.findings[0].kind for mark in marks)
        self.answers, self.marks = answers, marks

    def _repr_html_(self) -> str:
        names = [getattr(answer, "__name__", str(answer)) for answer in self.answers]
        rows = "".join(f"<tr><td><code>{in_html(name)}</code></td><td>{told_of(mark)}</td></tr>"
                       for name, mark in zip(names, self.marks, strict=True))
        return folded("Show recorded answers, right and wrong",
                      f"<table class='lvmcalc-card'>{rows}</table>")
