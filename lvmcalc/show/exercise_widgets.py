"""Exercises: a box that marks what is typed into it, a prediction, and a summary of both."""

from collections.abc import Sequence
from secrets import token_hex
from types import SimpleNamespace
from typing import Any
from weakref import WeakSet

import ipywidgets as widgets

from lvmcalc import checks, notation
from lvmcalc.calculus.verdict import MARKS
from lvmcalc.chain import Chain
from lvmcalc.course.progress import here
from lvmcalc.course.seal import seal, unseal
from lvmcalc.marking import Mark, mark
from lvmcalc.models import chain_named
from lvmcalc.notation import in_html
from lvmcalc.show import style
from lvmcalc.show.input_boxes import Boxes, Recorded, folded, told_of
from lvmcalc.show.progress_map import ProgressMap
from lvmcalc.show.view import NO_COMMAND, Asked, Control, View, spoken

# Which of the exercises shown in this kernel have been done, by the names of chain and adjoint.
_derived: dict[tuple[str, str], bool] = {}
_here = token_hex(4)  # JupyterLab shows several notebooks on one page
_summaries: WeakSet["Summary"] = WeakSet()


class AnswerBox(Boxes):
    """Ask for ∂L/∂(node or leaf), and mark what is typed.

    Enter shows what was read, the verdict, and what is wrong.

    Parameters
    ----------
    of : str or Chain
        The name of a model's chain, or a chain of one's own.
    wrt : str
        The node or leaf whose adjoint is asked for.
    hint : str
        Shown on request; by default the rule of the stage.
    solution : bool
        Whether the solution is shown on request; not in a copy that is handed out.

    Raises
    ------
    ValueError
        If there is no chain or no node of that name.
    """

    def __init__(self, of: str | Chain, wrt: str, hint: str = "", solution: bool = True) -> None:
        self.chain = chain = chain_named(of)
        self.wrt = chain[wrt].name
        self.asked = chain.adjoint_symbol(self.wrt)
        self._mark = self.check(None)
        name, shape, formula = (show(self.asked) for show in (
            notation.plain, notation.shape, notation.latex))
        self._exercise = chain.name, name
        kept = here().answers(self._exercise)
        _derived[self._exercise] = _derived.get(self._exercise, False) or any(kept.values())
        self._asks = (f"${formula} = \\;?$ &nbsp; It is "
                      f"{shape.replace('scalar', 'a number')}.")
        right = notation.latex(chain.abbreviated(chain.adjoint(self.wrt)))
        super().__init__(
            title=f"Your turn: {name}", label=f"{name} =", hint="type a formula and press Enter",
            above=f"<b id='{_anchor(self._exercise)}' tabindex='-1'>Your turn.</b> {self._asks}",
            below=folded("Hint", in_html(hint) or self._rule())
            + (folded("Solution", f"${formula} = {right}$") if solution else ""))
        if kept:  # the right answer from before, else the last one; marked once somebody asks
            self.lines, self._mark = [next((one for one in reversed(kept) if kept[one]),
                                           [*kept][-1])], None
            self.told = ["Your earlier answer. Press Enter to mark it again."]
        _refresh()

    @property
    def mark(self) -> Mark:
        """The mark of what was typed last, before the kernel started too."""
        if self._mark is None:
            self._mark = self.check(self.lines[0])
        return self._mark

    def answer(self, text: str) -> Mark:
        """Type a text and press Enter; return its mark."""
        self.take([text])
        return self.mark

    def question(self) -> str:
        return f"<b>Your turn.</b> {self._asks}"

    def check(self, answer: Any) -> Mark:
        """Mark an answer (text, SymPy expression or function) without typing it into the box."""
        return mark(answer, self.chain, self.wrt)

    def kinds(self, *answers: Any) -> Recorded:
        """Return, for each answer, its status if it is right, else what its first finding is."""
        return Recorded(answers, [*map(self.check, answers)])

    def read(self, lines: list[str]) -> None:
        self._mark = self.check(lines[0])
        here().add(self._exercise, lines[0], self.mark.right)
        _derived[self._exercise] |= self.mark.right
        self.told = [told_of(self.mark)]
        _refresh()

    def _rule(self) -> str:
        children = self.chain.children(self.wrt)
        if len(children) > 1:
            used = " and ".join(map(notation.plain, children))
            return f"{notation.plain(self.wrt)} is used by {used}; their contributions add up."
        rule = self.chain[children[0]].rule
        return f"{in_html(rule.name)}: ${rule.latex}$"

    def __repr__(self) -> str:
        return f"{notation.plain(self.asked)} = ?   ({notation.shape(self.asked)})"


class Summary(Asked, widgets.HTML):
    """Which of the exercises shown so far have been answered rightly, now or before."""

    def __init__(self) -> None:
        super().__init__()
        self.add_class("lvmcalc-ask")
        _summaries.add(self)
        _refresh()

    @property
    def status(self) -> str:
        """The summary in words."""
        return f"{sum(_derived.values())} of {len(_derived)} derived so far."

    def update(self) -> None:
        """Show the state as it is now."""
        lines = [f"<li>{MARKS['proved' if right else 'not attempted']} "
                 f"<a {NO_COMMAND} href='#{_anchor((name, asked))}'>{asked} ({in_html(name)})</a>: "
                 f"{'derived' if right else 'not yet'}</li>"
                 for (name, asked), right in _derived.items()]
        self.value = style.CSS + spoken(f'{self.status}<ul>{"".join(lines)}</ul>'
                                        f"{in_html(here().where)}")

    @staticmethod
    def everywhere() -> ProgressMap:
        """Return a map of what has been derived in all notebooks of this folder."""
        return ProgressMap()

    def __repr__(self) -> str:
        return self.status


class Prediction(Asked, View):
    """A question with a few answers; choosing one says at once whether it is right, and why.

    Parameters
    ----------
    question : str
    options : sequence of str
    answer : str
        The right one of the options.
    because : str
        The reason, told once the answer is right.
    sealed : str
        In a copy that is handed out, in place of both.

    Raises
    ------
    ValueError
        If the answer is not one of the options.
    """

    def __init__(self, question: str, options: Sequence[str], answer: str = "", because: str = "",
                 *, sealed: str = "") -> None:
        self.asked, self.options = question, tuple(options)
        self._sealed = sealed or seal(
            question, checks.known(answer, self.options, "option"), because)
        if not any(unseal(self._sealed, question, option) for option in self.options):
            raise ValueError("The question or its options were changed, so that none is right.")
        self.choice = Control("radio", f"Predict. {question}", options=self.options, more=False,
                              act=self._chosen)
        super().__init__(SimpleNamespace(choice=self.choice), present=False, title="Prediction")
        self.say("Choose one. Predictions are not counted.")

    def choose(self, option: str) -> str:
        """Choose an option, as a click does, and return what is said about it."""
        self.choice.value = checks.known(option, self.options, "option")
        return self.status

    def question(self) -> str:
        """Return the question and its choices."""
        choices = "".join(f"<li>{in_html(option)}</li>" for option in self.options)
        return f"<b>Predict.</b> {in_html(self.asked)}<ul>{choices}</ul>"

    def _chosen(self) -> None:
        self.say(unseal(self._sealed, self.asked, self.choice.value)
                 or "✗ Not this one. Think again, or choose another.")

    def __repr__(self) -> str:
        return f"Predict. {self.asked}"


def _anchor(exercise: tuple[str, str]) -> str:
    return f"{_here}-{[*_derived].index(exercise)}"


def _refresh() -> None:
    for summary in _summaries:
        summary.update()
