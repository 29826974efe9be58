"""One widget for all that moves: a scene that the browser draws, its controls, and its words."""

import re
import sys
from abc import ABCMeta, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from math import isclose
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import anywidget
import numpy as np
from IPython.display import display
from traitlets import Bool, Dict, Int, List, Unicode

from lvmcalc.notation import in_html
from lvmcalc.show import style
from lvmcalc.show.messages import InOrder

if TYPE_CHECKING:  # Matplotlib draws still pictures, and is imported for them alone
    from lvmcalc.show.still import Drawing

_FRONT = resources.files("lvmcalc.show") / "front"
_AHEAD = 8  # frames may be on their way; a page that is slower gets fewer, and none is queued


def module(*names: str) -> str:
    """Return modules of `front` as the one that a widget carries."""
    text = "\n".join((_FRONT / name).read_text(encoding="utf-8") for name in names)
    return re.sub(r"^(import .*\n|export (?!default))", "", text, flags=re.M)


# JupyterLab takes a key for a command, such as x, which cuts the cell, unless what has the focus
# bears this attribute.
NO_COMMAND = 'data-lm-suppress-shortcuts="true"'
# Where the view is alive, what stands below it is hidden; where it is not, the view is.
_CHILD, _ALIVE = ".jp-OutputArea-child", ":has(.lvm, .lvmcalc-ask)"
STILL = f"""<style>{_CHILD}{_ALIVE} + {_CHILD}:has(+ {_CHILD} .lvm-still),
{_CHILD}{_ALIVE} + {_CHILD} + {_CHILD}:has(.lvm-still), {_CHILD}{_ALIVE} + {_CHILD}:has(.lvm-text),
{_CHILD}:not({_ALIVE}):has(+ {_CHILD} + {_CHILD} .lvm-still),
{_CHILD}:not({_ALIVE}):has(+ {_CHILD} .lvm-text) {{ display: none; }}</style>"""


def spoken(html: str) -> str:
    """Return HTML that a screen reader tells when it changes."""
    return f'<div role="status" aria-live="polite">{html}</div>'


def guarded(action: Callable[..., Any], say: Callable[[str], None]) -> Callable[..., None]:
    """Return a callback that says in words what went wrong.

    An exception that leaves a callback would be lost.
    """
    def call(*news: Any) -> None:
        try:
            action(*news)
        except Exception as error:
            say(f"Stopped: {type(error).__name__}: {error}")

    return call


class _Abstract(ABCMeta, type(anywidget.AnyWidget)):
    """Lets a widget have abstract methods."""


class _Displayed(metaclass=_Abstract):
    """A widget beside whose view something is shown for where no kernel lives."""

    status: str

    @abstractmethod
    def stand_in(self) -> None:
        """Show what stands for the widget where it is not alive."""

    def _ipython_display_(self) -> None:
        view = self._repr_mimebundle_()
        data = view if isinstance(view, dict) else view[0]
        display({kind: part for kind, part in data.items() if "widget" in kind}, raw=True)
        self.stand_in()


class Shown(_Displayed):
    """A widget for which its picture and its words stand."""

    @abstractmethod
    def still(self) -> "Drawing":
        """Return the picture of the widget as it is now."""

    def stand_in(self) -> None:
        if sys.platform == "emscripten":  # in a browser Matplotlib loads longer than all the rest
            _say_instead(in_html(self.status), "make it live", self.status)
        else:
            self.still().show(STILL)


class Asked(_Displayed):
    """A widget with a question: where it is not alive, the question stands for it."""

    def question(self) -> str:
        """Return the question as HTML, with formulas between $ signs."""
        return self.status

    def stand_in(self) -> None:
        _say_instead(self.question(), "answer", repr(self))


def _say_instead(words: str, what: str, plain: str) -> None:
    text = f'<div class="lvm-text">{words} <b>{style.RUN_FIRST.format(what)}</b></div>{STILL}'
    display({"text/html": text, "text/plain": plain}, raw=True)


class Control:
    """What a hand can set, here and in the browser.

    Parameters
    ----------
    kind : str
        "button", "check", "number", "choice", "stops" (a slider over given values) or "radio".
    label, tip : str
    value : object
        One of the options, a number or a truth; for a button its words.
    options : iterable of pairs (words, value), or of values
    more : bool
        Whether it stands behind "More".
    act : callable
        What is done when it is pressed, or set to another value.
    **looks
        What else the browser is told, such as `min`, `max`, `step`, and the `mark` of a slider.
    """

    def __init__(self, kind: str, label: str, value: Any = None, options: Iterable = (),
                 tip: str = "", more: bool = True, act: Callable[[], Any] = lambda: None,
                 **looks: Any) -> None:
        self.kind, self.label, self.tip, self.more, self.looks = kind, label, tip, more, looks
        self.act = act
        self.disabled, self.told, self._changed = False, "", lambda: None
        self.shown: Any = None  # in place of the value, where that has moved on since it was set
        self.offer(options, value)

    def offer(self, options: Iterable, value: Any) -> None:
        """Offer other options, and choose one without acting on it."""
        self.options = [pair if isinstance(pair, tuple) else (str(pair), pair) for pair in options]
        self._value = value

    @property
    def value(self) -> Any:
        """The value; a new one does at once what the control does."""
        return self._value

    @value.setter
    def value(self, value: Any) -> None:
        if self.options and not any(value == other for _, other in self.options):
            raise ValueError(f"{self.label} has no option {value!r}.")
        if value != self._value:
            self._value = value
            self._changed()

    def click(self) -> None:
        """Press a button."""
        self._changed()

    def take(self, sent: Any) -> None:
        """Take what the browser has sent: a number, a truth, or the place of an option."""
        if self.kind == "button":
            self.click()
        elif self.options:
            self.value = self.options[int(sent)][1]
        elif sent is not None:  # the box for a number is empty
            self.value = sent

    @property
    def spec(self) -> dict[str, Any]:
        """What the browser makes the control of."""
        mark = next((at for at, (_, stop) in enumerate(self.options)
                     if self.kind == "stops" and isclose(stop, 1)), None)
        return {"kind": self.kind, "label": self.label, "tip": self.tip, "more": self.more,
                "options": [words for words, _ in self.options], "mark": mark, **self.looks}

    @property
    def state(self) -> list:
        """What the browser shows: the value, whether it is off, and what is told of it."""
        shown = self._value if self.shown is None else self.shown
        place = next((at for at, (_, value) in enumerate(self.options) if value == shown), shown)
        return [place, self.disabled, self.told]


class View(Shown, anywidget.AnyWidget):
    """A picture drawn in the browser, with controls and words.

    Attributes
    ----------
    controls : namespace of Control
    status : str
        The words under the picture.
    """

    _esm = module("page.js", "draw.js", "map.js", "view.js")
    _css = style.SHEET
    scene, frame, values = (Dict().tag(sync=True) for _ in range(3))
    spec = List().tag(sync=True)
    words, note, about, title = (Unicode("").tag(sync=True) for _ in range(4))
    playing, present = Bool(False).tag(sync=True), Bool(True).tag(sync=True)
    count = Int(0).tag(sync=True)  # of the frames that were sent

    def __init__(self, controls: SimpleNamespace, **traits: Any) -> None:
        self.controls, self.status, self._seen = controls, "", 0
        self._hands: dict[str, Callable[[Any], Any]] = {}  # what a hand on the picture does
        super().__init__(**traits)
        for control in vars(controls).values():
            control._changed = lambda control=control: self._on_change(control)
        self.on_msg(InOrder(self._heard))
        self.specify()

    def specify(self) -> None:
        """Tell the browser which controls there are."""
        self.spec = [control.spec | {"name": name} for name, control in vars(self.controls).items()]
        self.fill()

    def fill(self) -> None:
        """Tell the browser the values of the controls."""
        self.values = {name: control.state for name, control in vars(self.controls).items()}

    def send_frame(self, numbers: Mapping[str, Any]) -> None:
        """Send numbers to draw, by the names that the panels of the scene use."""
        self._numbers = numbers
        with self.hold_sync():
            with np.errstate(over="ignore"):  # what is too large leaves the picture
                self.frame = {name: np.asarray(array, np.float32).tobytes()
                              for name, array in numbers.items()}
            self.count += 1

    @property
    def busy(self) -> bool:
        """Whether the page is behind, so that another frame would only queue up."""
        return self.count - self._seen > _AHEAD

    def still(self) -> "Drawing":
        """Return the picture of the widget as it is now."""
        from lvmcalc.show.still import still
        return still(self.scene, self._numbers, self.about, self.status)

    def say(self, words: str) -> None:
        """Write the words under the picture."""
        self.status = self.words = words

    def _on_change(self, control: Control) -> None:
        self.fill()
        guarded(control.act, self.say)()

    def _heard(self, content: Mapping[str, Any]) -> None:
        if "set" in content:
            getattr(self.controls, content["set"]).take(content["value"])
        elif "seen" in content:
            self._seen = content["seen"]
        elif "hello" in content:
            self._seen = self.count
        for name in self._hands.keys() & content.keys():
            guarded(self._hands[name], self.say)(content[name])
