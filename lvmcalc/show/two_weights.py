"""The smallest autoencoder on a map of its loss, with what each path contributes."""

from types import SimpleNamespace
from typing import Any

import ipywidgets as widgets
import numpy as np
from matplotlib.patches import FancyArrowPatch

from lvmcalc import checks
from lvmcalc.models import autoencoder
from lvmcalc.show import style
from lvmcalc.show.controls import RATES, NamedImage, PlayerBox, dropdown, rate_in_words, slider
from lvmcalc.show.frames import Frame, place

SAMPLES = ((3, 2, 1, 1, -1, -3, -3), (1, 0, 2, -1, 1, 0, -3))  # xxᵀ has the eigenvalues 40 and 10
FOLLOW = (("both paths", "gh"), ("only path g (decoder)", "g"), ("only path h (encoder)", "h"))
EDGE, UNIT = np.array([1.7, 1.3]), 163  # of the map, in weights; and the pixels of a weight of 1
# 0 at w*, 1 at W = 0
LEVELS = np.array([0.03, 0.12, 0.25, 0.4, 0.55, 0.7, 0.85, 0.96, 1.25, 1.8, 2.8, 4.5, 7, 11])
# W does not come back from there; at the stability limit, no eye can see a shorter step
FAR, STILL = 4.0, 1e-4
ARROWS = {"step": {"color": style.SKY, "lw": 8}, "g": style.USES[0] | {"lw": 4.5},
          "h": style.USES[1] | {"lw": 3}}
LEGEND = {"g": "path g (decoder)", "h": "path h (encoder)", "step": "step of W\nall arrows"}
ABOUT = ("Picture: the loss over both weights as a map, with its minima, saddles and maximum; on "
         "it the way of W, and at its end the arrows of path g, of path h and of the step.")
PAIR = "({:z.3f}, {:z.3f})".format


class Map:
    """The loss over both weights as a map, with the way of W and three arrows on it."""

    @style.applied()
    def __init__(self, x: np.ndarray, marks: tuple) -> None:
        self.frame = Frame(900, 510)
        figure = self.frame.figure
        self.axes = axes = place(figure, 84, 32, *(2 * UNIT * EDGE))
        axes.set(xlabel="weight w₁", ylabel="weight w₂",
                 title="Loss ½‖WᵀWx − x‖²: the darker, the higher")
        self._draw_losses(x, marks)
        turn = np.linspace(-np.pi, np.pi, 61)
        axes.plot(np.cos(turn), np.sin(turn), ":", color=style.PURPLE, lw=2.5,
                  label="‖W‖ = 1:\nh is silent")
        for name, words in LEGEND.items():
            axes.plot([], [], label=words, **ARROWS[name])
        figure.legend(loc="upper left", bbox_to_anchor=(0.74, 0.93), borderpad=0, borderaxespad=0)
        for name, w, marker, size in marks:
            axes.plot(*w, marker, ms=size, color=style.VERMILLION, markeredgecolor=style.PAPER)
            axes.text(*(0.8 * w - (0, 0.15 * (marker == "^"))), name, ha="center", va="center",
                      path_effects=style.HALO)
        self.trail, = axes.plot([], [], marker=".", markersize=8, **style.REACHED)
        self.arrows = {name: axes.add_patch(FancyArrowPatch(
            (0, 0), (0, 0), arrowstyle="-|>", shrinkA=0, shrinkB=0, **look))
            for name, look in ARROWS.items()}
        self.now, = axes.plot([], [], "o", markersize=11, color=style.BLUE,
                              markeredgecolor=style.PAPER)
        self.names = {path: axes.text(0, 0, path, size=20, weight="bold", ha="center", va="center")
                      for path in "gh"}
        self.scale = figure.text(0.908, 0.636, "")  # after the last words of the legend
        self.frame.moving(self.trail, *self.arrows.values(), self.now, *self.names.values(),
                          self.scale)

    def _draw_losses(self, x: np.ndarray, marks: tuple) -> None:
        across, up = (np.linspace(-edge, edge, 61) for edge in EDGE)
        losses = np.array([[autoencoder.loss([[w1, w2]], x) for w1 in across] for w2 in up])
        best, *_, top = (autoencoder.loss([w], x) for _, w, *_ in marks)
        levels, greys = best + (top - best) * LEVELS, np.linspace(1, 0.8, len(LEVELS) + 1)
        self.axes.contourf(across, up, losses, levels, colors=[f"{grey}" for grey in greys],
                           extend="both")
        self.axes.contour(across, up, losses, levels, colors=style.GREY, linewidths=0.7)

    def png(self, trail: np.ndarray, arrows: dict[str, np.ndarray]) -> bytes:
        """Return the picture of the way, shape (steps + 1, 2), and of the arrows, enlarged."""
        W, scale = trail[-1], max(1, 0.6 / max(0.001, *map(np.linalg.norm, arrows.values())))
        self.scale.set_text(f"× {scale:,.1f}")
        self.trail.set_data(*trail.T)
        self.now.set_data(*trail[-1:].T)
        # the names stand outside of the angle
        side = np.copysign(0.14, np.linalg.det([arrows["g"], arrows["h"]]))
        for name, patch in self.arrows.items():
            ahead = scale * arrows[name]
            length = np.linalg.norm(ahead)
            patch.set_positions(W, W + ahead)
            # A head is no longer than its arrow; an arrow that the point of W would hide is left
            # out.
            patch.set(mutation_scale=UNIT * min(0.33 if name == "step" else 0.25, 2 * length),
                      visible=length > 0.02)
            if name in self.names:
                aside = (side if name == "h" else -side) * np.array([-ahead[1], ahead[0]])
                self.names[name].set(position=W + 0.55 * ahead + aside / max(length, STILL),
                                     visible=length > 0.08)
        return self.frame.png()


class TwoWeights(PlayerBox):
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
        What is drawn at W: what path "g" and path "h" bring to ∂L/∂W, times minus the learning rate
        (and cut off far outside of the map); and the "step" of W, the sum of those that it follows.
    status : str
        The words under the picture.
    controls : namespace of widgets
        play, step, reset, start, rate, follow, present (to a room).

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
            raise ValueError(f"start must have |w₁| ≤ {EDGE[0]} and |w₂| ≤ {EDGE[1]}, but "
                             f"{PAIR(*given)} came.")
        small, large = np.linalg.eigvalsh(self.x @ self.x.T)
        if not 1e-6 * large < small < (1 - 1e-6) * large:
            raise ValueError(f"xxᵀ must have eigenvalues λ₁ > λ₂ > 0, but they are {large:.4g}, "
                             f"{max(small, 0):.4g}.")
        self.chain, self.limit = autoencoder.chain(), 1 / (2 * large)
        rate = self.limit / 2 if learning_rate is None else checks.scalar(
            learning_rate, "learning_rate", positive=True)
        best, saddle = (w * np.copysign(1, w[0]) for w in autoencoder.optimum(self.x, 2).W)
        self._marks = (("w*", best, "*", 19), ("−w*", -best, "*", 19), ("saddle", saddle, "X", 12),
                       ("saddle", -saddle, "X", 12), ("maximum", 0 * best, "^", 11))
        self._map = Map(self.x, self._marks)
        starts = {"as given": (*given,), "near the maximum": (-0.05, 0.15),
                  "towards a saddle": (*0.3 * saddle,)}
        c = SimpleNamespace(
            start=dropdown("start", starts.items(), starts["as given"], 250, "Where W starts"),
            follow=dropdown("follow", FOLLOW, "gh", 280, "Which of the arrows a step follows"),
            rate=slider("learning rate", RATES, rate / self.limit, 400,
                        "In multiples of the stability limit").add_class("lvmcalc-limit"))
        super().__init__(c, NamedImage(format="png", tooltip=ABOUT), budget=2000, rate=4)
        rows = ((c.play, c.step, c.reset, c.start, c.present), (c.rate, self._rate_words),
                (c.follow,))
        self.children = (*map(widgets.HBox, rows), self._image, self._words, self._keys)
        self.add_class("lvmcalc-two")
        self._on(c.start, self._reset)
        self._on(c.follow, lambda: None)
        self._on(c.rate, self._say_rate)
        self._reset()
        self.refresh()

    @property
    def arrows(self) -> dict[str, np.ndarray]:
        """What each path brings to the next step, and the step itself, as arrows."""
        # Matplotlib does not come to an end of a dashed line that is too long.
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
        self._parts = self.chain.contributions("W", W=self.W, x=self.x)

    def _advance(self) -> str:
        if not self._end():
            self._go(self._trail, self.W + self.arrows["step"])
        return self._end()

    def _end(self) -> str:
        """Return in a sentence why W goes no further, or "" if it does."""
        step = self.arrows["step"]
        if not (np.abs(self.W + step) < FAR).all():
            return ("Diverged: the next step leads far off the map. Reset, and choose a smaller "
                    "learning rate.")
        if np.linalg.norm(step) > STILL * self.controls.rate.value:
            return ""
        at = [name for name, w, *_ in self._marks if np.allclose(self.W, w, 0, 0.01)]
        name = at[0] if at else "circle, where h is silent"
        return f"Finished: W rests at the {'optimum ' if '*' in name else ''}{name}."

    def _show(self) -> None:
        arrows = {name: arrow[0] for name, arrow in self.arrows.items()}
        self._image.value = self._map.png(self._trail, arrows)

    def _say(self) -> None:
        super()._say()
        self._say_rate()

    def _say_rate(self) -> None:
        rate = self.controls.rate.value
        self._rate_words.value = rate_in_words(rate, f"the stability limit {self.limit:.3g}",
                                               rate * self.limit)

    def _in_words(self) -> str:
        still = STILL * self.controls.rate.value
        (g,), (h,) = (self.arrows[path] for path in "gh")
        angle = abs(np.angle(complex(*g) * complex(*h).conjugate(), deg=True))
        seen = min(np.linalg.norm(g), np.linalg.norm(h)) > still
        between = f", at an angle of {angle:.0f}°" if seen else ""
        words = (f"Step {len(self._trail) - 1}. W = {PAIR(*self.W[0])}, loss {self.loss:.4g}. "
                 f"Path g brings {PAIR(*g)}, path h {PAIR(*h)}{between}. "
                 f"{self.player.note or self._end()}")
        return words.replace("-", "−").strip()
