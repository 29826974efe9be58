"""The moving pictures of a training run: panels that are built once and then follow a trainer."""

from abc import ABC, abstractmethod
from math import ceil, isqrt

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from lvmcalc.show import figures, style
from lvmcalc.show.frames import Cells, ClassNames, Frame, place
from lvmcalc.show.probe import GPLVMProbe, Probe
from lvmcalc.training import Trainer
from lvmcalc.training.data import Dataset

WIDTH, HEIGHT = 900, 460  # pixels
CURVE_POINTS = 500  # at most; more cannot be seen
RING = [{"color": colour, "marker": "o", "markersize": 19, "markeredgewidth": edge,
         "markevery": [1], "lw": line, "mfc": "none"}
        for colour, edge, line in ((style.PAPER, 7, 5), (style.BLACK, 3, 2))]


class Panel(ABC):
    """A part of a picture."""

    @abstractmethod
    def update(self, trainer: Trainer) -> None:
        """Show the trainer as it is now."""


class LatentSpace(Panel):
    """The first two latent dimensions, or the only one with a row for each class.

    One object is ringed.
    """

    def __init__(self, frame: Frame, trainer: Trainer, probe: Probe) -> None:
        self.names, self.limit, self.probe, dataset = None, 0.0, probe, probe.dataset
        classes, Q = range(len(dataset.label_names)), trainer.problem.shape[1]
        self.members = [np.flatnonzero(dataset.labels == k) for k in classes]
        title = "Latent space" + (f": 2 of its {Q} dimensions" if Q > 2 else "")
        # for the names of the classes
        room = 0 if Q > 1 else 10 * max(map(len, dataset.label_names))
        self.axes = axes = place(frame.figure, 34 + room, 36, 332 - room, 390, title)
        if Q > 1:
            axes.set(xticks=[], yticks=[], xlabel="latent dimension 1", ylabel="latent dimension 2")
            self.names = ClassNames(axes, dataset.label_names, size=18)
        else:
            axes.set(xticks=[], xlabel="latent dimension", ylim=(0.4 - len(classes), 0.6),
                     yticks=[-k for k in classes], yticklabels=dataset.label_names)
            axes.tick_params(length=0)
            spread = np.random.default_rng(0).uniform(-0.3, 0.3, len(dataset.labels))
            self.height = spread - dataset.labels
        axes.spines[["top", "right"]].set_visible(True)
        size = 5 if len(dataset.labels) > 500 else 8
        self.points = [axes.plot([], [], markersize=size, **style.CLASSES[k])[0] for k in classes]
        self.ring = [axes.plot([], [], **look)[0] for look in RING]
        frame.moving(*self.points, *filter(None, [self.names]), *self.ring)

    def update(self, trainer: Trainer) -> None:
        X, own, at = trainer.parameters[:, :2], self.probe.point, self.probe.place(trainer)
        x, y = X[:, 0], X[:, 1] if self.names else self.height
        for points, members in zip(self.points, self.members, strict=True):
            points.set_data(x[members], y[members])
        for ring in self.ring:  # at the end of a line from where the model has put the point
            ring.set_data((x[own], at[0]), (y[own], at[1] if self.names else y[own]))
        if self.names:
            self.names.move([np.median(X[members], axis=0) for members in self.members])
        far = np.quantile(np.abs(X).max(axis=1), 0.995)  # but for the outermost points
        if not 0.6 * self.limit < far < self.limit:
            self.limit = 1.2 * far
            # without ticks, so that the still part stays as it is
            self.axes.set_xlim(-self.limit, self.limit)
            if self.names:
                self.axes.set_ylim(-self.limit, self.limit)


class Weights(Panel):
    """The rows of W, and under them the principal components, turned as a whole to match W best."""

    def __init__(self, frame: Frame, trainer: Trainer, probe: Probe) -> None:
        m, n = trainer.problem.shape
        self.side, self.columns = image_side(probe.dataset), m if m <= 3 else ceil(m / 2)
        # whichever way it is turned
        largest = 1.1 * np.linalg.norm(trainer.problem.optimum.W, axis=0).max()
        aspect = 1 if self.side else min(1, 160 / m / 64)  # columns as wide as their names
        self.images = []
        for title, top in ((f"Weights W, {m}×{n}: red > 0 > blue", 36),
                           (f"Principal component{'s' if m > 1 else ''}, turned to match", 244)):
            axes = place(frame.figure, 20, top, 400, 160, title)
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
            self.images.append(Cells(axes, self.shown(trainer.parameters), style.SIGNED,
                                     (-largest, largest), aspect))
            axes.set_anchor("W")
        if not self.side:
            axes.set_xticks(range(n), [name.replace(" ", "\n")
                                       for name in probe.dataset.feature_names])
            axes.tick_params(length=0)
        frame.moving(*self.images)

    def shown(self, W: np.ndarray) -> np.ndarray:
        """Return weights as the panel shows them: as images if the data are images."""
        return tiles(W, self.side, self.columns) if self.side else W

    def update(self, trainer: Trainer) -> None:
        W, best = trainer.parameters, trainer.problem.optimum.W
        # the orthogonal R that makes ‖W − R best‖ smallest is left·right
        left, _, right = np.linalg.svd(W @ best.T)
        for image, weights in zip(self.images, (W, left @ right @ best), strict=True):
            image.set_data(self.shown(weights))


class Curve(Panel):
    """The value after each step, and the exact optimum, if it is known, as a line."""

    def __init__(self, frame: Frame, trainer: Trainer, left: float, width: float) -> None:
        self.frame, problem, start = frame, trainer.problem, trainer.history.values[0]
        self.axes = axes = place(frame.figure, left, 36, width, 190)
        self.goal = start + problem.sign * abs(start) if problem.best is None else problem.best
        span = (self.goal - start) or 1.0
        axes.set(xlim=(0, 20), ylim=sorted((start - 0.08 * span, self.goal + 0.25 * span)))
        axes.tick_params(axis="x", pad=6)  # clear of the lowest label of the y axis
        figures.value_axes(axes, problem,
                           MaxNLocator(width // 75, integer=True, steps=[1, 2, 5, 10]), 4, gap=4)
        self.line, = axes.plot([], [], **style.REACHED)
        self.now, = axes.plot([], [], linestyle="", marker="o", markersize=9,
                              color=style.REACHED["color"])
        frame.moving(self.line, self.now)

    def update(self, trainer: Trainer) -> None:
        (steps, values), sign = trainer.history, trainer.problem.sign
        keep = np.unique(np.linspace(0, len(steps) - 1, CURVE_POINTS).astype(int))
        self.line.set_data(steps[keep], values[keep])
        self.now.set_data(steps[-1:], values[-1:])
        low, high = self.axes.get_ylim()
        worst = (values * sign).min() * sign
        room = self.goal + (self.goal - worst) / 5  # for the words
        beyond = None if low <= worst <= high else sorted((worst, room))
        self.frame.limits(self.axes, x=(0, steps[-1]), y=beyond)


class Spectrum(Panel):
    """The eigenvalues of YYᵀ as diamonds, and those of the model's DK as bars."""

    def __init__(self, frame: Frame, trainer: Trainer, probe: GPLVMProbe) -> None:
        self.probe = probe
        of_data, _ = probe.spectrum(trainer)
        self.least = self.limit = 1.2 * of_data[0]
        self.order = np.arange(1, len(of_data) + 1)
        self.axes = axes = place(frame.figure, 705, 36, 180, 190, "Eigenvalues")
        axes.set(xlim=(0.3, len(of_data) + 0.7), ylim=(0, self.limit), yticks=[],
                 xlabel="◆ YYᵀ  ▮ model's D·K")
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
        self.bars = axes.vlines([], [], [], color=style.BLUE, linewidth=70 / len(of_data))
        marks, = axes.plot(self.order, of_data, "D", color=style.PAPER, markeredgecolor=style.INK,
                           markersize=7)
        frame.moving(self.bars, marks)

    def update(self, trainer: Trainer) -> None:
        _, of_model = self.probe.spectrum(trainer)
        self.bars.set_segments([[(j, 0), (j, value)]
                                for j, value in zip(self.order, of_model, strict=True)])
        top = max(self.least, of_model[0])
        if not 0.6 * self.limit < top <= self.limit:
            self.limit = max(self.least, 1.2 * top)
            # without ticks, so that the still part stays as it is
            self.axes.set_ylim(0, self.limit)


class Samples(Panel):
    """The chosen object and one of each class, with their reconstructions."""

    def __init__(self, frame: Frame, trainer: Trainer, probe: Probe) -> None:
        self.probe, dataset = probe, probe.dataset
        self.side, self.data, kept = image_side(dataset), dataset.Y, min(trainer.problem.shape)
        self.rows = np.unique(dataset.labels, return_index=True)[1][:6]
        count, low, high = len(self.rows) + 1, self.data.min(), self.data.max()
        numbers = f"{kept} number{'s' if kept > 1 else ''}"
        if self.side:
            axes = place(frame.figure, 430, 310, 455, 126,
                         f"Data, and below rebuilt from {numbers}")
            self.image = Cells(axes, tiles(self.data[:2 * count], self.side, count), style.IMAGE,
                               (0, high))
            axes.set(anchor="W")
            axes.set_axis_off()
            axes.add_patch(Rectangle((-1, -1), self.side + 1, 2 * self.side + 2, clip_on=False,
                                     fill=False, lw=3))
            frame.moving(self.image)
        else:
            axes = place(frame.figure, 430, 310, 455, 110, f"Data ●, rebuilt from {numbers} —")
            D = self.data.shape[1]
            self.x = np.arange(D) + (D + 1) * np.arange(count)[:, None]
            room = 0.1 * (high - low)
            axes.set(xticks=self.x.mean(axis=1), yticks=[], xlim=(-1, self.x.max() + 1),
                     xticklabels=["chosen", *dataset.label_names[:count - 1]],
                     ylim=(low - room, high + room))
            self.points, = axes.plot([], [], "o", color=style.INK, markersize=7)
            self.lines = [axes.plot([], [], **style.REACHED)[0] for _ in self.x]
            frame.moving(self.points, *self.lines)

    def update(self, trainer: Trainer) -> None:
        data, made = self.data[[self.probe.point, *self.rows]], self.probe.made(trainer, self.rows)
        if self.side:
            self.image.set_data(tiles(np.vstack([data, made]), self.side, len(data)))
        else:
            self.points.set_data(self.x.ravel(), data.ravel())
            for line, x, y in zip(self.lines, self.x, made, strict=True):
                line.set_data(x, y)


class Picture(ABC):
    """What a trainer does with a data set, in panels; `about` says in words what they show."""

    about: str

    @style.applied()
    def __init__(self, trainer: Trainer, probe: Probe) -> None:
        self.frame = Frame(WIDTH, HEIGHT)
        self.panels = self.made_of(trainer, probe)

    @abstractmethod
    def made_of(self, trainer: Trainer, probe: Probe) -> list[Panel]:
        """Return the panels."""

    def png(self, trainer: Trainer) -> bytes:
        """Return the picture of the trainer's state, as a PNG file."""
        for panel in self.panels:
            panel.update(trainer)
        return self.frame.png()


class GPLVMPicture(Picture):
    """Latent space, log-likelihood, eigenvalues, and data with their reconstructions."""

    about = ("Picture: the latent points coloured by class, the log-likelihood at each step below "
             "the exact optimum, the eigenvalues of YYᵀ as diamonds and those of the model's D·K "
             "as bars, and some of the data above their reconstructions. One object is ringed in "
             "the latent space, and boxed among the data.")

    def made_of(self, trainer: Trainer, probe: Probe) -> list[Panel]:
        return [LatentSpace(self.frame, trainer, probe), Curve(self.frame, trainer, 495, 172),
                Samples(self.frame, trainer, probe), Spectrum(self.frame, trainer, probe)]


class AutoencoderPicture(Picture):
    """Weights, loss, and data beside what the code keeps of them."""

    about = ("Picture: the weights, the loss at each step above the exact optimum, "
             "and some of the data above their reconstructions. One object is boxed.")

    def made_of(self, trainer: Trainer, probe: Probe) -> list[Panel]:
        return [Weights(self.frame, trainer, probe), Curve(self.frame, trainer, 560, 315),
                Samples(self.frame, trainer, probe)]


def image_side(dataset: Dataset) -> int:
    """Return the side of the square images that the rows of the data are, or 0 if they are none."""
    side = isqrt(dataset.Y.shape[1])
    return side if side > 2 and side**2 == dataset.Y.shape[1] else 0


def tiles(images: np.ndarray, side: int, columns: int) -> np.ndarray:
    """Return square images, one a row, set side by side in so many columns; the gaps hold NaN."""
    lines = ceil(len(images) / columns)
    sheet = np.full((lines * columns, side + 1, side + 1), np.nan)
    sheet[:len(images), :side, :side] = images.reshape(-1, side, side)
    sheet = sheet.reshape(lines, columns, side + 1, side + 1).swapaxes(1, 2)
    return sheet.reshape(lines * (side + 1), columns * (side + 1))[:-1, :-1]
