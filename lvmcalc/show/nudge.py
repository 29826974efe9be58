"""Nudge one entry of a matrix by hand, and watch the value of a chain and its slopes."""

from math import prod
from types import SimpleNamespace
from typing import Any

import numpy as np

from lvmcalc import checks, notation
from lvmcalc.chain import Chain
from lvmcalc.models import chain_named
from lvmcalc.notation.letters import SUBSCRIPT
from lvmcalc.show import panels, style
from lvmcalc.show.view import Control, View
from lvmcalc.training import ChainProblem

_LARGEST, _POINTS = 64, 161  # entries; points of the curve, an odd number


class Nudge(View):
    """A leaf of a chain whose entries are dragged; the output along one of them, and all slopes.

    Parameters
    ----------
    chain : str or Chain
        The name of a model's chain, or a chain of one's own.
    leaf : str
        The matrix, vector or number that is nudged.
    **values : array_like or float
        The values of all leaves, that of `leaf` included.

    Attributes
    ----------
    value : array
        That of the leaf now.
    L : float
        The output of the chain there.
    slopes : array
        Its slope in each entry: the gradient.
    status : str
        The words under the picture.

    Raises
    ------
    TypeError, ValueError
        If a name, a shape or a number is wrong; the sentence names it.
    """

    def __init__(self, chain: str | Chain, leaf: str, **values: Any) -> None:
        chain = chain_named(chain)
        values = {notation.spelling(key): value for key, value in values.items()}
        values = {key: np.reshape(value, (-1, 1)) if np.ndim(value) == 1 else value
                  for key, value in values.items()}  # a vector is a column
        name = checks.known(notation.spelling(leaf), chain.leaves, "leaf")
        if name not in values:
            raise TypeError(f"{notation.plain(name)} needs a value to start from.")
        start = np.array(values.pop(name), dtype=float)
        sizes = {str(size): length for size, length in zip(chain[name].shape, start.shape,
                                                           strict=False) if size.is_Symbol}
        self._problem = ChainProblem(chain, name, **values, **sizes)
        if prod(self._problem.shape) > _LARGEST:
            raise ValueError(f"{notation.plain(name)} has {prod(self._problem.shape)} entries, but "
                             f"at most {_LARGEST} can be seen.")
        self._name, self._output = notation.plain(name), notation.plain(chain.output)
        self._partner = name in chain.symmetric
        self._evaluate(start)
        self._start, self.value, self._news = start, start.copy(), ""
        self._size = float(np.abs(start).max()) or 1.0
        self._step = 10.0 ** np.floor(np.log10(self._size)) / 10
        entries = [(self._entry(at), at) for at in np.ndindex(start.shape)]
        controls = SimpleNamespace(
            entry=Control("choice", "entry", entries[0][1], entries, "Which entry is in hand; a "
                          "click on it does it too", more=False, act=self._choose),
            to=Control("number", "value", float(start.flat[0]), tip="The value of this entry; "
                       "dragging it up or down does the same", more=False, step="any",
                       act=lambda: self._move(controls.to.value)),
            reset=Control("button", "Reset", tip="Back to where it was (R)", more=False,
                          act=self._reset))
        super().__init__(controls, title=f"Nudge {self._name}",
                         about=f"{self._name}; below it the slope of {self._output} in each of its "
                               f"entries; beside them {self._output} along the entry in hand, with "
                               "the line of its slope", scene=self._picture(chain, name))
        self._hands = {
            "choose": lambda cell: setattr(controls.entry, "value", entries[int(cell)][1]),
            "nudge": self._move, "turn": self._turn,
            "by": lambda steps: self._move(controls.to.value + steps * self._step)}
        self._choose()

    def nudge(self, entry: Any, to: float) -> "Nudge":
        """Take an entry in hand, such as (0, 1), and give it a value."""
        self.controls.entry.value = tuple(np.atleast_1d(entry).tolist())
        self._move(checks.scalar(to, "The value"))
        return self

    def __repr__(self) -> str:
        return f"Nudge({self._name}): {self.status}"

    def _entry(self, at: tuple[int, ...]) -> str:
        apart = "," if max(self._start.shape, default=0) > 9 else ""
        return self._name + apart.join(str(k + 1) for k in at).translate(SUBSCRIPT)

    def _picture(self, chain: Chain, name: str) -> dict[str, Any]:
        shape = self._start.shape
        along = {"kind": "curve", "xlog": False, "ylog": False, "xlabel": "",
                 "title": f"{self._output} along the entry in hand, and its slope",
                 "series": [{"key": "along", "color": style.BLUE, "bare": True},
                            {"key": "line", "color": style.ORANGE, "dash": "--", "bare": True},
                            {"key": "here", "color": style.ORANGE}]}
        return panels.picture(
            {"leaf": panels.matrix_panel(f"{self._name}: drag an entry up or down", shape,
                                         drag=True),
             "slopes": panels.matrix_panel(notation.adjoint_name(chain.output, name), shape),
             "along": along}, [(1, [(1, ["leaf"]), (1, ["slopes"])]), (1.1, [(1, ["along"])])],
            0.42, 340)

    def _evaluate(self, value: np.ndarray) -> tuple[float, np.ndarray]:
        found, gradient = self._problem.evaluate(self._problem.checked(value))
        return float(found), np.reshape(gradient, value.shape)

    def _with(self, to: float) -> np.ndarray:
        value, at = self.value.copy(), self.controls.entry.value
        value[at] = to
        if self._partner:
            value[at[::-1]] = to
        return value

    def _choose(self) -> None:
        now = float(self.value[self.controls.entry.value])
        self._reach = 1.5 * self._size
        self._middle, self._news = now, ""
        self._draw_along()
        self._show()

    def _draw_along(self) -> None:
        """Find the value along the entry in hand, as far as there is one without a gap."""
        places = self._middle + self._reach * np.linspace(-1, 1, _POINTS)
        found = np.full(_POINTS, np.nan)
        for k, place in enumerate(places):
            try:
                found[k], _ = self._evaluate(self._with(place))
            except (ValueError, ArithmeticError):
                continue
        now = np.abs(places - self.value[self.controls.entry.value]).argmin()
        gaps = np.flatnonzero(~np.isfinite(found))
        low, high = gaps[gaps < now].max(initial=-1) + 1, gaps[gaps > now].min(initial=_POINTS)
        self._along = np.concatenate([places[low:high], found[low:high]])

    def _move(self, to: float) -> None:
        to = round(float(to), 4)
        try:
            self._evaluate(self._with(to))
        except (ValueError, ArithmeticError):
            self._news = f"It stays where it is: there, {self._output} has no value."
        else:
            self.value, self._news = self._with(to), ""
            if abs(to - self._middle) > 0.9 * self._reach:
                self._reach = 1.5 * abs(to - self._middle)
                self._draw_along()
        self._show()

    def _reset(self) -> None:
        self.value = self._start.copy()
        self._choose()

    def _show(self) -> None:
        at = self.controls.entry.value
        self.L, self.slopes = self._evaluate(self.value)
        both = self._partner and at[0] != at[1]  # entries that move together
        now, slope = float(self.value[at]), float(self.slopes[at]) * (1 + both)
        high = np.ptp(self._along[len(self._along) // 2:]) / 3  # lest a steep line fills the axes
        ends = now + min(self._reach / 2, high / max(abs(slope), 1e-300)) * np.array([-1, 1])
        curves = {"along": self._along, "line": [*ends, *(self.L + slope * (ends - now))],
                  "here": [now, self.L]}
        self.send_frame({
            "leaf": self.value.ravel(), "slopes": self.slopes.ravel(), "step": [self._step],
            "chosen": [np.ravel_multi_index(at, self._start.shape) if at else 0], **curves,
            "axes": panels.axes(self.scene["panels"]["along"], *curves.values())})
        self.controls.to._value = now
        self.fill()
        name = self._entry(at) + (f" = {self._entry(at[::-1])}" if both else "")
        words = (f"{name} = {_told(now)}, {self._output} = {_told(self.L)}. Its slope there is "
                 f"{_told(slope)}: a nudge of {self._step / 10:g} changes {self._output} by about "
                 f"{_told(slope * self._step / 10, '+.3g')}.")
        self.say(f"{self._news} {words}".strip())

    def _turn(self, by: int) -> None:
        entry, places = self.controls.entry, [at for _, at in self.controls.entry.options]
        entry.value = places[(places.index(entry.value) + by) % len(places)]


def _told(number: float, form: str = ".4g") -> str:
    return style.numeral(round(number, 12) + 0.0, form)
