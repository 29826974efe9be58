"""A view with a player: play, step and reset, and what they say."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from functools import partial
from math import isclose
from types import SimpleNamespace
from typing import Any

from lvmcalc.show.player import FLAT_OUT, Player
from lvmcalc.show.view import Control, View

RATES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1, 1.1, 1.3, 1.6, 2, 3)
BETAS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
PAUSED, PLAYING, AGAIN = "▶ Play", "❚❚ Pause", "↻ Play again"
# Steps a second at first, and by which factor each step after the first few is faster.
_SLOW, _FEW, _FASTER = 3.0, 8, 1.15


def among(values: Iterable[float], value: float) -> list:
    """Return the values, sorted, with the given one among them."""
    return sorted({*values, value})


def stops(label: str, values: Iterable[float], value: float, tip: str, **looks: Any) -> Control:
    """Return a slider over round multiples and the given one, with a mark at 1."""
    value = next((stop for stop in values if isclose(stop, value)), value)
    options = [(f"{stop:.3g} ×", stop) for stop in among(values, value)]
    return Control("stops", label, value, options, tip, **looks)


class PlayerView(View):
    """A player with its buttons, its picture and its words.

    Attributes
    ----------
    player : Player
        With `play()`, `pause()`, `step(k)` and `close()`, as the buttons have them.
    status : str
        The words under the picture.
    readout : str
        What else is told.
    controls : namespace of Control
        play, step, reset, and those that it was given, which act on the main loop.
    """

    play_tip, reset_tip = "Train, and watch it", "Go back to the start"

    def __init__(self, controls: Mapping[str, Control], key: str | None = None,
                 budget: int = 20_000, speed: float = FLAT_OUT, **traits: Any) -> None:
        self.player = Player(self._advance, self._show, self._say, key, budget, speed)
        self.speed, self.readout = speed, ""
        play = Control("button", "Play", PAUSED, tip=f"{self.play_tip} (Space)", more=False,
                       act=self._toggle)
        step = Control("button", "Step", tip="Pause, and take one step (→)", more=False,
                       act=self.player.step)
        reset = Control("button", "Reset", tip=f"{self.reset_tip} (R)", more=False,
                        act=self._reset)
        for control in (reset, *controls.values()):  # a message may come in another thread
            control.act = partial(self.player.post, control.act)
        super().__init__(SimpleNamespace(play=play, step=step, reset=reset, **controls), **traits)

    @abstractmethod
    def _advance(self) -> str:
        """Take one step; return "" or, in one sentence, why the run ends here."""

    @abstractmethod
    def _end(self) -> str:
        """Return in a sentence why the run ends here, or "" if it goes on."""

    @abstractmethod
    def _reset(self) -> None:
        """Go back to step 0."""

    @abstractmethod
    def numbers(self) -> Mapping[str, Any]:
        """Return the numbers to draw of the state as it is now."""

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

    def __del__(self) -> None:
        """Leave the page without a last look at the state: nobody sees it.

        Garbage is collected at any time, also while NumPy sets its context variable for errors; to
        set it again from here would crash the interpreter (CPython's `ContextVar.set` is not
        reentrant).
        """
        if hasattr(self, "player"):
            self.player.playing, self.player.closed = False, True
        super().close()

    def _toggle(self) -> None:
        if self.player.playing:
            self.player.pause()
        else:
            self.player.post(lambda: self._reset() if self._end() else None)
            self.player.play()

    def _pace(self, steps: int) -> None:
        """Let the first steps be slow enough to be seen."""
        self.player.rate = min(self.speed, _SLOW * _FASTER ** min(max(0, steps - _FEW), 200))

    def _show(self) -> None:
        if not (self.player.playing and self.busy):
            self.send_frame(self.numbers())

    def _say(self) -> None:
        still = AGAIN if self._end() else PAUSED
        self.controls.play._value = PLAYING if self.player.playing else still
        self.status = self.player.note if self.player.error else self._in_words()
        with self.hold_sync():
            self.words, self.note, self.playing = self.status, self.readout, self.player.playing
            self.fill()
