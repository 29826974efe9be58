"""Time a value with its gradient on the reader's machine as the data grow."""

from collections.abc import Callable, Sequence
from timeit import Timer
from types import SimpleNamespace
from typing import Any

import numpy as np

from lvmcalc import checks
from lvmcalc.models import GPLVMProblem
from lvmcalc.models.gplvm_accuracy import cholesky, textbook
from lvmcalc.show import panels, style
from lvmcalc.show.still import Drawing, still
from lvmcalc.show.view import Control, View
from lvmcalc.training import data

LARGEST_K = 1000  # objects; a way with K takes 27 times as long for three times as many
EMPTY_AXES = "the axes for the time over N, as yet without a curve"
DRAWN = "the time over N, one curve for each way that has been timed"
_LOOKS = {"inverse of K": {"color": style.VERMILLION, "marker": "s", "dash": ":"},
          "Cholesky of K": {"color": style.PURPLE, "marker": "D", "dash": ":"},
          "K never formed": {"color": style.GREEN, "marker": "^", "dash": "--"},
          "reduced": {"color": style.BLUE, "marker": "o", "dash": "-"}}


class CostCurve(View):
    """The time of one value with its gradient over N, on four ways to the same numbers.

    Parameters
    ----------
    sizes : sequence of int
        The numbers N of objects, each larger than 3(D + Q) = 42; the ways with K stop at N = 1000.

    Attributes
    ----------
    seconds : dict
        By the name of the way, the seconds for each size so far, the best of three.
    status : str
        The words under the picture.
    """

    D, Q, ALPHA, BETA = 12, 2, 1.0, 4.0

    def __init__(self,
                 sizes: Sequence[int] = (100, 300, 1000, 3000, 10_000, 30_000, 100_000)) -> None:
        self.sizes = [checks.whole(size, "N", least=3 * (self.D + self.Q) + 1) for size in sizes]
        self.seconds: dict[str, dict[int, float]] = {name: {} for name in _LOOKS}
        measure = Control("button", "Measure", "▶ Measure", more=False,
                          tip="Measure again, on this machine", act=self.measure)
        super().__init__(SimpleNamespace(measure=measure), title="Cost of a step")
        series = [{"key": name, "label": name, "every": True, **looks}
                  for name, looks in _LOOKS.items()]
        self.scene = panels.picture({"curve": {
            "kind": "curve", "title": "Seconds for a value with its gradient", "xlog": True,
            "ylog": True, "units": "", "xlabel": "N, the number of objects",
            "across": np.log10([min(self.sizes), max(self.sizes)]).tolist(),
            "up": [-4, -1], "series": series}}, [(1, [(1, ["curve"])])], 0.42, 360)
        self._show()
        self.say(self._in_words())

    def measure(self) -> "CostCurve":
        """Measure all sizes, the smallest first, and draw each as it comes in."""
        self.seconds, button = {name: {} for name in _LOOKS}, self.controls.measure
        try:
            for N in sorted(self.sizes):
                button.disabled, button._value = True, f"N = {N:,} …"
                self.fill()
                for name, way in self._ways(N).items():
                    self.say(f"Measuring {name} at N = {N:,} … {self._in_words()}")
                    self.seconds[name][N] = _best(way)
                    self._show()
        finally:
            button.disabled, button._value = False, "▶ Measure"
            self.fill()
        self.say(self._in_words())
        return self

    def still(self) -> Drawing:
        """Return the axes alone: times belong to the machine on which they are measured."""
        empty = {"axes": panels.axes(self.scene["panels"]["curve"])}
        return still(self.scene, empty, EMPTY_AXES,
                     "Four ways to the same numbers, each timed for more and more objects.")

    def __repr__(self) -> str:
        return f"CostCurve(sizes={tuple(self.sizes)})"

    def _ways(self, N: int) -> dict[str, Callable[[], Any]]:
        """Return the ways to a value and its gradient for N objects, by name."""
        Y = data.centred(data.sample_gplvm(N, self.D, self.Q, beta=self.BETA).Y)
        problem = GPLVMProblem(Y, self.Q, self.ALPHA, self.BETA)
        X, (reduced, A) = problem.start(0), problem.begin(0)
        ways = {"K never formed": lambda: problem.evaluate(X),
                "reduced": lambda: reduced.evaluate(A)}
        if N <= LARGEST_K:
            ways["inverse of K"] = lambda: textbook(X, Y, self.ALPHA, self.BETA)
            ways["Cholesky of K"] = lambda: cholesky(X, Y, self.ALPHA, self.BETA)
        return ways

    def _show(self) -> None:
        curves = {name: [*seconds, *seconds.values()]
                  for name, seconds in self.seconds.items() if seconds}
        self.about = DRAWN if curves else EMPTY_AXES
        self.send_frame(curves | {"axes": panels.axes(self.scene["panels"]["curve"],
                                                      *curves.values())})

    def _in_words(self) -> str:
        last = {name: max(seconds.items()) for name, seconds in self.seconds.items() if seconds}
        return " ".join(f"{name} at N = {N:,}: {_time(seconds)}."
                        for name, (N, seconds) in last.items()) or "Nothing has been measured yet."


def _time(seconds: float) -> str:
    """Return a time in words, in the largest unit of which it is at least one."""
    unit, name = next((pair for pair in ((1, "s"), (1e-3, "ms")) if seconds >= pair[0]),
                      (1e-6, "µs"))
    return f"{seconds / unit:,.3g} {name}"


def _best(way: Callable[[], Any]) -> float:
    """Return the seconds that a call takes, the best of three trials of about 20 milliseconds."""
    timer = Timer(way)
    calls = max(1, min(200, round(0.02 / max(timer.timeit(1), 1e-6))))
    return min(timer.repeat(3, calls)) / calls
