"""Questions before answers: a prediction that the reader makes before the result is shown."""

from collections.abc import Sequence
from html import escape

import ipywidgets as widgets

from lvmcalc import checks
from lvmcalc.show import style


class Prediction(widgets.VBox):
    """A question with a few answers; choosing one says at once whether it is right, and why.

    Parameters
    ----------
    question : str
    options : sequence of str
    answer : str
        The right one of the options.
    because : str
        The reason, told once the answer is right.
    """

    def __init__(self, question: str, options: Sequence[str], answer: str, because: str) -> None:
        checks.known(answer, list(options), "option")
        self.question, self.options, self._answer, self._because = question, tuple(
            options), answer, because
        self.choice = widgets.RadioButtons(options=list(options), value=None)
        self._feedback = widgets.HTML()
        self.feedback = ""
        asked = f"<b>Predict.</b> <span class='lvmcalc-question'>{escape(question)}</span>"
        super().__init__([widgets.HTML(style.CSS + style.ACCESSIBILITY + asked), self.choice,
                          self._feedback])
        self.add_class("lvmcalc-ask")
        self.choice.observe(self._chosen, "value")
        self._say("Choose one: nothing is counted.")

    def choose(self, option: str) -> str:
        """Choose an option, as a click does, and return what is said about it."""
        self.choice.value = checks.known(option, list(self.options), "option")
        return self.feedback

    def _chosen(self, change: dict) -> None:
        right = change["new"] == self._answer
        self._say(f"■ Right. {self._because}" if right
                  else "✗ Not this one. Think again, or choose another.")

    def _say(self, words: str) -> None:
        self.feedback = words
        self._feedback.value = f'<div role="status" aria-live="polite">{escape(words)}</div>'

    def __repr__(self) -> str:
        return f"Predict. {self.question}"
