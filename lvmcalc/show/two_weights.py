"""The smallest autoencoder, with two weights: a map of its loss, and what each path adds."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from contourpy import contour_generator  # which Matplotlib needs too

from lvmcalc import checks
from lvmcalc.models import autoencoder
from lvmcalc.show import panels, style
from lvmcalc.show.player_view import RATES, PlayerView, stops
from lvmcalc.show.view import Control

SAMPLES = ((3, 2, 1, 1, -1, -3, -3), (1, 0, 2, -1, 1, 0, -3))  # xxᵀ has the eigenvalues 40 and 10
_FOLLOW = (("both paths", "gh"), ("only path g (decoder)", "g"), ("only path h (encoder)", "h"))
EDGE = np.array([1.7, 1.3])  # of the map, in weights
# 0 at w*, 1 at W = 0
_LEVELS = np.array([0.03, 0.12, 0.25, 0.4, 0.55, 0.7, 0.85, 0.96, 1.25, 1.8, 2.8, 4.5, 7, 11])
# W does not come back from there; at the stability limit, no eye can see a shorter step
_FAR, _STILL = 4.0, 1e-4
_ARROWS = (("step", style.SKY, "-", 3), ("g", style.USES[0]["color"], "-", 1.6),
           ("h", style.USES[1]["color"], "--", 1.6))
_PAIR = "({:z.3f}, {:z.3f})".format


def _loss_map(x: np.ndarray, marks: tuple) -> dict[str, Any]:
    """Return the panel of the loss over both weights, with its level lines and marked points."""
    across, up = (np.linspace(-edge, edge, 61) for edge in EDGE)
    losses = np.array([[autoencoder.loss([[w1, w2]], x) for w1 in across] for w2 in up])
    best, *_, top = (autoencoder.loss([w], x) for _, w, *_ in marks)
    levels, lines = best + (top - best) * _LEVELS, contour_generator(across, up, losses).lines
    height = np.searchsorted(levels, losses[::-1]) / len(_LEVELS)
    return {"kind": "map", "title": "Loss ½‖WᵀWx − x‖², and its level lines", "share": 1.6,
            "edge": EDGE.tolist(), "rows": 61, "columns": 61, "pick": True,
            "heights": height.astype(np.float32).tobytes(),
            "contours": [line.ravel().tolist() for level in levels for line in lines(level)],
            "marks": [{"words": name, "x": w[0], "y": w[1], "marker": marker,
                       "below": 1.5 * (marker == "^")} for name, w, marker in marks]
            + [{"words": "‖W‖ = 1: path h is 0", "x": 0, "y": 1.25, "below": -0.8}],
            "ring": {"color": style.PURPLE, "width": 2, "dash": ":"},
            "arrows": [{"key": key, "color": colour, "dash": dash, "width": width}
                       for key, colour, dash, width in _ARROWS]}


class TwoWeights(PlayerView):
    """The loss of the autoencoder with m = 1 and n = 2 as a map, and W on its way down.

    W = 0 is a local maximum: the Hessian there is −2xxᵀ, negative in every direction. The minima
    are plus and minus the first principal component of x, of length 1, and the saddles plus and
    minus the second.

    Parameters
    ----------
    start : pair of floats
        Where W starts, on the map: |w₁| ≤ 1.7 and |w₂| ≤ 1.3.
    learning_rate : float, optional
        Positive; without it, half of the stability limit.
    x : array of shape (2, S)
        The samples; xxᵀ needs two different positive eigenvalues.

    Attributes
    ----------
    W : array of shape (1, 2)
    loss : float
    limit : float
        The stability limit 1/(2λ₁) of the learning rate, λ₁ the larger eigenvalue of xxᵀ.
    arrows : dict of arrays of shape (1, 2)
        What is drawn at W: what path "g" and path "h" contribute to ∂L/∂W, times minus the learning
        rate (cut off far outside the map); and the "step" of W, the sum of those that it follows.
    status : str
        The words under the picture.
    controls : namespace of Control
        play, step, reset, rate, follow, start; a click on the map starts there.

    Raises
    ------
    TypeError, ValueError
        If a number or a shape is wrong, or no optimum stands out; the sentence names the quantity.
    """

    play_tip = "Walk downhill, and watch it"

    def __init__(self, start: Any = (1.3, -0.9), learning_rate: float | None = None,
                 x: Any = SAMPLES) -> None:
        self.x = checks.matrix(x, "x", 2, shape_in_words="2×S")
        given, = checks.matrix([start], "start", columns=2)
        if (np.abs(given) > EDGE).any():
            raise ValueError(f"start must have |w₁| ≤ {EDGE[0]} and |w₂| ≤ {EDGE[1]}, not "
                             f"{_PAIR(*given)}.")
        small, large = np.linalg.eigvalsh(self.x @ self.x.T)
        if not 1e-6 * large < small < (1 - 1e-6) * large:
            raise ValueError(f"xxᵀ must have eigenvalues λ₁ > λ₂ > 0, but they are {large:.4g}, "
                             f"{max(small, 0):.4g}.")
        self.chain, self.limit, self._losses = autoencoder.chain(), 1 / (2 * large), []
        rate = self.limit / 2 if learning_rate is None else checks.scalar(
            learning_rate, "learning_rate", positive=True)
        best, saddle = (w * np.copysign(1, w[0]) for w in autoencoder.optimum(self.x, 2).W)
        self._marks = (("w*", best, "*"), ("−w*", -best, "*"), ("saddle", saddle, "X"),
                       ("saddle", -saddle, "X"), ("maximum", 0 * best, "^"))
        starts = [("as given", (*given,)), ("near the maximum", (-0.05, 0.15)),
                  ("towards a saddle", (*0.3 * saddle,))]
        super().__init__({
            "rate": stops("learning rate", RATES, rate / self.limit, "In multiples of the "
                          "stability limit", more=False, act=self._say, limit=True),
            "follow": Control("choice", "follow", "gh", _FOLLOW, "Which of the arrows a step "
                              "follows", more=False),
            "start": Control("choice", "start", starts[0][1], starts, "Where W starts; a click on "
                             "the map does it too", act=self._reset)}, budget=2000, speed=4)
        self.title = "Two weights"
        self.about = ("the loss over both weights as a map, with its minima, saddles and maximum; "
                      "on it the path of W, and at its end the arrows of path g, of path h and of "
                      "the step; beside it the gap to the least loss at each step")
        gap = {"kind": "curve", "title": "Gap to the least loss", "xlabel": "step", "xlog": False,
               "ylog": True, "units": "percent", "across": [20],
               "series": [{"key": "curve", "color": style.BLUE}]}
        self.scene = panels.picture(
            {"map": _loss_map(self.x, self._marks), "curve": gap},
            [(1.7, [(1, ["map"])]), (1, [(1, ["curve"])])])
        self._hands = {"pick": self._pick}
        self._reset()
        self.refresh()

    @property
    def arrows(self) -> dict[str, np.ndarray]:
        """What each path contributes to the next step, and the step itself, as arrows."""
        brought = {path: np.clip(-self.limit * self.controls.rate.value * part, -99, 99)
                   for path, part in self._parts.items()}
        return brought | {"step": sum(brought[path] for path in self.controls.follow.value)}

    def step(self, k: int = 1) -> None:
        """Take k steps at once, or fewer if the walk ends before."""
        for _ in range(checks.whole(k, "k")):
            self._advance()
        self.refresh()

    def __repr__(self) -> str:
        return f"TwoWeights: {self.status}"

    def _reset(self) -> None:
        self._go(self.controls.start.value)

    def _go(self, *way: Any) -> None:
        self._trail = np.vstack(way)
        self.W, self.loss = self._trail[-1:], autoencoder.loss(self._trail[-1:], self.x)
        self._losses = [*self._losses[:len(self._trail) - 1], self.loss]
        self._parts = self.chain.contributions("W", W=self.W, x=self.x)

    def _advance(self) -> str:
        if not self._end():
            self._go(self._trail, self.W + self.arrows["step"])
        return self._end()

    def _end(self) -> str:
        step = self.arrows["step"]
        if not (np.abs(self.W + step) < _FAR).all():
            return ("Diverged: the next step leads far off the map. Reset, and choose a smaller "
                    "learning rate.")
        if np.linalg.norm(step) > _STILL * self.controls.rate.value:
            return ""
        at = [name for name, w, *_ in self._marks if np.allclose(self.W, w, 0, 0.01)]
        name = at[0] if at else "circle, where path h is 0"
        return f"Finished: W rests at the {'optimum ' if '*' in name else ''}{name}."

    def numbers(self) -> Mapping[str, Any]:
        arrows = {name: arrow[0] for name, arrow in self.arrows.items()}
        scale = max(1, 0.6 / max(0.001, *map(np.linalg.norm, arrows.values())))
        best = autoencoder.loss([self._marks[0][1]], self.x)
        gaps = [max(loss / best - 1, panels.FLOOR) for loss in self._losses]
        drawn = {name: scale * np.array(arrow) for name, arrow in arrows.items()}
        curve = [*range(len(gaps)), *gaps]
        return {"map": self._trail.ravel(), "curve": curve, "scale": [scale], **drawn,
                "axes": panels.axes(self.scene["panels"]["curve"], curve)}

    def _pick(self, at: Any) -> None:
        start, place = self.controls.start, tuple(np.clip(at, -EDGE, EDGE).round(3).tolist())
        start.offer([*start.options[:3], ("where the map was clicked", place)], start.value)
        self.specify()
        start.value = place

    def _say(self) -> None:
        rate = self.controls.rate
        rate.told = f"{rate.value:.3g} × the limit = {rate.value * self.limit:.3g}"
        super()._say()

    def _in_words(self) -> str:
        still = _STILL * self.controls.rate.value
        (g,), (h,) = (self.arrows[path] for path in "gh")
        angle = abs(np.angle(complex(*g) * complex(*h).conjugate(), deg=True))
        seen = min(np.linalg.norm(g), np.linalg.norm(h)) > still
        between = f", at an angle of {angle:.0f}°" if seen else ""
        words = (f"Step {len(self._trail) - 1}. W = {_PAIR(*self.W[0])}, loss {self.loss:.4g}. "
                 f"Path g contributes {_PAIR(*g)}, path h {_PAIR(*h)}{between}. "
                 f"{self.player.note or self._end()}")
        return words.replace("-", "−").strip()
