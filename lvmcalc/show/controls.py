"""Shared parts of widgets: controls, words for screen readers, the frame around a player."""

from abc import ABCMeta, abstractmethod
from collections.abc import Callable, Iterable
from html import escape
from math import isclose
from types import SimpleNamespace
from typing import Any

import ipywidgets as widgets
from traitlets import Unicode

from lvmcalc.show import style
from lvmcalc.show.player import FLAT_OUT, Player

RATES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1, 1.1, 1.3, 1.6, 2, 3)
BETAS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
# The place of the stop 1 ×, without and with a stop that is added below or above it.
ONE_CSS = "".join(f".lvmcalc-mark-{at}-{last} {{ --mark: {100 * at / last:.2f}%; }}\n"
                  for values in (RATES, BETAS)
                  for at in (values.index(1), values.index(1) + 1)
                  for last in (len(values) - 1, len(values)))

# JupyterLab takes a key for a command, such as x, which cuts the cell, unless what has the focus
# bears this attribute. It also keeps arrows and letters for itself where a list is not open.
NO_COMMAND = 'data-lm-suppress-shortcuts="true"'
KEYS = f"""<details><summary {NO_COMMAND}>Keys</summary>
Tab, Shift+Tab: to the next control, or back.
<br>Space or Enter: press the button, or open these lines.
<br>Space: open a list; then ↑ ↓ and Enter. Without opening it: Page Up, Page Down, Home, End.
<br>← → or ↑ ↓: move a slider by one stop. Home, End: to its ends.
<br>↑ ↓: change a number by one step.</details>"""


class NamedImage(widgets.Image):
    """A PNG image whose tooltip is its name for a screen reader.

    A front end sets the name only beside a description.
    """

    description = Unicode("").tag(sync=True)


def wide(width: int) -> dict[str, str]:
    """Return the layout of a control so many pixels wide."""
    return {"width": f"{width}px"}


def spoken(html: str, live: bool = True) -> str:
    """Return HTML that a screen reader tells when it changes, or only when it is asked to."""
    return f'<div role="status" aria-live="{"polite" if live else "off"}">{html}</div>'


def dropdown(description: str, choice: Iterable, value: Any, width: int,
             tooltip: str) -> widgets.Dropdown:
    """Return a choice of one."""
    return widgets.Dropdown(options=list(choice), value=value, description=description,
                            tooltip=tooltip, layout=wide(width))


def number(description: str, value: float, least: float, most: float, width: int, tooltip: str,
           step: float = 1) -> widgets.BoundedIntText | widgets.BoundedFloatText:
    """Return a box for a number, a whole one unless `step` is a fraction."""
    kind = widgets.BoundedIntText if step == 1 else widgets.BoundedFloatText
    return kind(value, min=least, max=most, step=step, description=description, tooltip=tooltip,
                layout=wide(width))


def slider(description: str, values: Iterable[float], value: float, width: int,
           tooltip: str) -> widgets.SelectionSlider:
    """Return a slider over round multiples and the given one, with a mark at 1."""
    stops = among(values, value)
    control = widgets.SelectionSlider(options=[(f"{stop:.3g} ×", stop) for stop in stops],
                                      value=next(stop for stop in stops if isclose(stop, value)),
                                      description=description, tooltip=tooltip, readout=False,
                                      layout=wide(width))
    control.add_class("lvmcalc-slider")
    return control.add_class(f"lvmcalc-mark-{stops.index(1)}-{len(stops) - 1}")


def rate_in_words(multiple: float, one: str, rate: float) -> str:
    """Return the words beside the slider of the learning rate: the multiple and the rate.

    The handle of a slider of ipywidgets has no name for a screen reader, so these words have to say
    it all.
    """
    return ('<span aria-live="polite"><span class="lvmcalc-unseen">learning rate</span> '
            f'<b>{multiple:.3g} ×</b> {one} = {rate:.3g}</span>')


def among(values: Iterable[float], value: float) -> list:
    """Return the values, sorted, with the given one among them."""
    values = list(values)
    return sorted(values if any(isclose(value, other) for other in values) else [*values, value])


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


class _Abstract(ABCMeta, type(widgets.VBox)):
    """Lets a widget have abstract methods."""


class PlayerBox(widgets.VBox, metaclass=_Abstract):
    """A player with its buttons, its picture and its words.

    Attributes
    ----------
    player : Player
        With `play()`, `pause()`, `step(k)` and `close()`, as the buttons have them.
    status : str
        The words under the picture.
    controls : namespace of widgets
        play, step, reset, present (to a room), and those that it was given.
    """

    play_tip: str  # what the buttons do
    reset_tip = "Go back to the start"

    def __init__(self, controls: SimpleNamespace, image: NamedImage, key: str | None = None,
                 budget: int = 20_000, rate: float = FLAT_OUT) -> None:
        self.status, self.controls, self._image = "", controls, image
        self._words, self._rate_words = widgets.HTML(), widgets.HTML()
        self._keys = widgets.HTML(f"{style.CSS}<style>{ONE_CSS}</style>{style.ACCESSIBILITY}{KEYS}")
        self.player = Player(self._advance, self._show, self._say, key, budget, rate)
        controls.play = widgets.Button()
        controls.step = widgets.Button(description="Step", icon="step-forward",
                                       tooltip="Pause, and take one step")
        controls.reset = widgets.Button(description="Reset", icon="undo", tooltip=self.reset_tip)
        controls.present = widgets.ToggleButton(description="Present", icon="expand",
                                                tooltip="Large, with few controls; and back")
        super().__init__()
        self.add_class("lvmcalc-live")
        controls.play.on_click(lambda _: (self.player.pause if self.player.playing
                                          else self.player.play)())
        controls.step.on_click(lambda _: self.player.step())
        controls.reset.on_click(lambda _: self.player.post(self._reset))
        self._on(controls.present, self._present)

    @abstractmethod
    def _advance(self) -> str:
        """Take one step; return "" or, in one sentence, why the run ends here."""

    @abstractmethod
    def _reset(self) -> None:
        """Go back to step 0."""

    @abstractmethod
    def _show(self) -> None:
        """Show the picture of the state as it is now."""

    @abstractmethod
    def _in_words(self) -> str:
        """Return the state as it is now in words."""

    def refresh(self) -> None:
        """Show the state as it is now, in a picture and in words."""
        self._show()
        self._say()

    def close(self) -> None:
        """Stop for good, and leave the page."""
        if hasattr(self, "player"):
            self.player.close()
        super().close()

    def _on(self, control: widgets.Widget, action: Callable[[], None]) -> None:
        """Have `action` done on the main loop whenever the value of a control changes."""
        # a callback may run in another thread, so it only posts
        control.observe(lambda _: self.player.post(action), "value")

    def _say(self) -> None:
        play, playing = self.controls.play, self.player.playing
        with play.hold_sync():  # one message, not three
            play.description, play.icon, play.tooltip = (
                ("Pause", "pause", "Stop here") if playing else ("Play", "play", self.play_tip))
        self.status = self.player.note if self.player.error else self._in_words()
        # several sentences a second would drown a screen reader
        self._words.value = spoken(escape(self.status), live=not playing)

    def _present(self) -> None:
        control = self.controls.present
        (self.add_class if control.value else self.remove_class)("lvmcalc-present")
        control.description, control.icon = (("All controls", "compress") if control.value
                                             else ("Present", "expand"))
