"""A box to type an answer into: it shows what was read, marks it, and says what is wrong with
it."""

from html import escape
from secrets import token_hex
from typing import Any
from weakref import WeakSet

import ipywidgets as widgets

from lvmcalc import notation
from lvmcalc.calculus.verdict import MARKS
from lvmcalc.chain import Chain
from lvmcalc.marking.marker import Mark, chain_of, mark_in
from lvmcalc.show import style
from lvmcalc.show.controls import NO_COMMAND, guarded

# which of the questions asked in this kernel have been answered rightly
_derived: dict[tuple[str, str], bool] = {}
_here = token_hex(4)  # JupyterLab shows several notebooks on one page
_summaries: WeakSet["Summary"] = WeakSet()


class AnswerBox(widgets.VBox):
    """Ask for ∂L/∂(node or leaf): type, press Enter, and see what was read, the verdict, and what
    is wrong.

    Parameters
    ----------
    of : str or Chain
        The name of a model's chain, or a chain of one's own.
    wrt : str
        The node or leaf whose adjoint is asked for.
    hint : str
        Shown on request; by default the rule of the stage.

    Attributes
    ----------
    mark : Mark
        The mark of what was typed last.
    """

    def __init__(self, of: str | Chain, wrt: str, hint: str = "") -> None:
        self.chain = of if isinstance(of, Chain) else chain_of(of)
        self.wrt = self.chain[wrt].name
        self.asked = self.chain.adjoint_symbol(self.wrt)
        self.mark = self.check(None)
        self._marked, self._due, self._question = "", False, (self.chain.name,
                                                              notation.plain(self.asked))
        _derived.setdefault(self._question, False)
        solution = notation.latex(self.chain.abbreviated(self.chain.adjoint(self.wrt)))
        self.text = widgets.Text(description=f"{notation.plain(self.asked)} =",
                                 continuous_update=False,
                                 placeholder="type a formula and press Enter")
        title = (f"{style.CSS}<b id='{_place(self._question)}' tabindex='-1'>Your turn.</b> "
                 f"${notation.latex(self.asked)} = \\;?$ &nbsp; It is {self._shape()}.")
        self._feedback = widgets.HTMLMath().add_class("lvmcalc-feedback")
        self.help = widgets.HTMLMath(_folded("Hint", escape(hint) if hint else self._rule())
                                     + _folded(
            "Solution", f"${notation.latex(self.asked)} = {solution}$"))
        super().__init__([widgets.HTMLMath(title), self.text, self._feedback, self.help])
        self.add_class("lvmcalc-ask")
        self.text.on_msg(guarded(lambda _, content, __: content.get("event") == "submit"
                                 and self._enter(), self._fail))
        self.text.observe(guarded(lambda _: self._due and self._submit(), self._fail), "value")
        _refresh()

    def answer(self, text: str) -> Mark:
        """Type a text and press Enter; return its mark."""
        self.text.value = text
        self._submit()
        return self.mark

    def check(self, answer: Any) -> Mark:
        """Mark an answer (text, SymPy expression or function) without typing it into the box."""
        return mark_in(self.chain, answer, self.wrt)

    def kinds(self, *answers: Any) -> list[str]:
        """Return, for each answer, its status if it is right, and the kind of its first finding if
        it is not."""
        marks = map(self.check, answers)
        return [mark.status if mark.right else mark.findings[0].kind for mark in marks]

    def _enter(self) -> None:
        # What was typed comes in a message after that of the key; with Tab it has come before, and
        # may be marked now.
        if self.text.value != self._marked:
            self._submit()
        self._due = True

    def _submit(self) -> None:
        self._marked, self._due = self.text.value, False
        self.mark = self.check(self._marked)
        _derived[self._question] |= self.mark.right
        self._say(_in_html(self.mark))
        _refresh()

    def _say(self, html: str) -> None:
        self._feedback.value = f'<div role="status" aria-live="polite">{html}</div>'

    def _fail(self, words: str) -> None:
        self._say(escape(words))

    def _rule(self) -> str:
        children = self.chain.children(self.wrt)
        if len(children) > 1:
            used = " and ".join(map(notation.plain, children))
            return f"{notation.plain(self.wrt)} is used by {used}; what they bring adds up."
        rule = self.chain[children[0]].rule
        return f"{escape(rule.name)}: ${rule.latex}$"

    def _shape(self) -> str:
        return "a number" if notation.shape(self.asked) == "scalar" else notation.shape(self.asked)

    def __repr__(self) -> str:
        return f"{notation.plain(self.asked)} = ?   ({notation.shape(self.asked)})"


class Summary(widgets.HTML):
    """Which of the questions asked so far have been answered rightly, in this kernel only."""

    def __init__(self) -> None:
        super().__init__()
        self.add_class("lvmcalc-ask")
        _summaries.add(self)
        _refresh()

    @property
    def status(self) -> str:
        """The summary in words."""
        return f"{sum(_derived.values())} of {len(_derived)} derived so far."

    def _update(self) -> None:
        lines = [f"<li>{MARKS['proved'] if right else MARKS['not attempted']} "
                 f"<a {NO_COMMAND} href='#{_place((name, asked))}'>{asked} ({escape(name)})</a>: "
                 f"{'derived' if right else 'not yet'}</li>"
                 for (name, asked), right in _derived.items()]
        self.value = f'{style.CSS}<div role="status">{self.status}<ul>{"".join(lines)}</ul></div>'

    def __repr__(self) -> str:
        return self.status


def _place(question: tuple[str, str]) -> str:
    return f"{_here}-{[*_derived].index(question)}"


def _folded(title: str, text: str) -> str:
    return f'<details><summary {NO_COMMAND}>{title}</summary>{text}</details>'


def _refresh() -> None:
    for summary in _summaries:
        summary._update()


def _in_html(mark: Mark) -> str:
    parts = []
    if mark.formula is not None:
        parts.append(rf"Read as $\displaystyle {notation.latex(mark.asked)} = "
                     rf"{notation.latex(mark.formula)}$")
    parts.append(f"<b>{mark.verdict}</b>: {escape(mark.reason)}")
    parts += map(escape, mark.details)
    if mark.example:
        parts.append(_folded("Numbers to try by hand", escape(mark.example)))
    return "<br>".join(parts)
