"""The moving pictures of a training run: panels that are built once and then follow a trainer."""

from math import isqrt

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lvmcalc import style
from lvmcalc.data import Dataset
from lvmcalc.frames import Frame
from lvmcalc.training import Trainer

WIDTH, HEIGHT = 900, 460  # pixels
MAX_POINTS = 500  # of a curve


class Picture:
    """What one trainer does, drawn for one data set; subclasses say which panels there are."""

    def __init__(self, trainer: Trainer, dataset: Dataset) -> None:
        self.frame = Frame(WIDTH, HEIGHT)
        with style.applied():
            self.panels = self.build(trainer, dataset)

    def build(self, trainer: Trainer, dataset: Dataset) -> list:
        """Return the panels; each has `update(trainer)`."""
        raise NotImplementedError

    def png(self, trainer: Trainer) -> bytes:
        """Return the picture of the trainer's state, as a PNG file."""
        for panel in self.panels:
            panel.update(trainer)
        return self.frame.png()

    def axes(self, left: float, top: float, width: float, height: float, title: str, blank: bool = False) -> Axes:
        """Return axes with a title, placed in pixels from the left upper corner of the picture."""
        axes = self.frame.figure.add_axes((left / WIDTH, 1 - (top + height) / HEIGHT, width / WIDTH, height / HEIGHT))
        axes.set_title(title)
        if blank:
            axes.set_axis_off()
        return axes


class GPLVMPicture(Picture):
    """Latent space, log-likelihood, and data beside what the latent points keep of them."""

    def build(self, trainer: Trainer, dataset: Dataset) -> list:
        Q = trainer.problem.shape[1]
        keeps = f"from {Q} number{'s' if Q > 1 else ''}"
        return [LatentSpace(self, trainer, dataset), Curve(self, trainer),
                Samples(self, dataset, keeps, self.reconstructed)]

    @staticmethod
    def reconstructed(trainer: Trainer, rows: np.ndarray) -> np.ndarray:
        """Return αXXᵀK⁻¹Y, the mean of the model without noise, for some rows of the data."""
        problem, X = trainer.problem, trainer.parameters
        M = np.eye(X.shape[1]) + problem.alpha * problem.beta * (X.T @ X)
        return problem.alpha * problem.beta * (X[rows] @ np.linalg.solve(M, X.T @ problem.Y))


class AutoencoderPicture(Picture):
    """Weights, loss, and data beside what the code keeps of them."""

    def build(self, trainer: Trainer, dataset: Dataset) -> list:
        m = trainer.problem.shape[0]
        centred = dataset.Y - dataset.Y.mean(axis=0)

        def reconstructed(trainer: Trainer, rows: np.ndarray) -> np.ndarray:
            W = trainer.parameters
            return (centred[rows] @ W.T) @ W

        keeps = f"from {m} number{'s' if m > 1 else ''}"
        return [Weights(self, trainer, dataset), Curve(self, trainer), Samples(self, dataset, keeps, reconstructed)]


class LatentSpace:
    """The first two latent dimensions, or the only one with a row for each class."""

    def __init__(self, picture: Picture, trainer: Trainer, dataset: Dataset) -> None:
        Q = trainer.problem.shape[1]
        self.frame, self.classes = picture.frame, [dataset.labels == k for k in range(len(dataset.label_names))]
        rows = np.random.default_rng(0).uniform(-0.3, 0.3, len(dataset.labels)) - dataset.labels
        self.rows = rows if Q == 1 else None
        size = 5 if len(dataset.labels) > 500 else 8
        room = 0 if Q > 1 else 12 * max(map(len, dataset.label_names))
        self.axes = axes = picture.axes(20 + room, 36, 405 - room, 385, "Latent space" + (f", 2 of its {Q} dimensions" if Q > 2 else ""))
        axes.set(xticks=[], yticks=[])
        axes.spines[["top", "right"]].set_visible(True)
        axes.set_xlabel("latent dimension" + (" 1" if Q > 1 else ""))
        farthest = np.abs(trainer.problem.optimum.X[:, :2]).max(initial=np.abs(trainer.parameters[:, :2]).max())
        axes.set(xlim=(-1.15 * farthest, 1.15 * farthest), ylim=(-1.15 * farthest, 1.15 * farthest))
        if Q > 1:
            axes.set_ylabel("latent dimension 2")
        else:
            axes.set(ylim=(0.5 - len(self.classes), 0.5), yticks=-np.arange(len(self.classes)),
                     yticklabels=dataset.label_names)
            axes.tick_params(length=0)
        looks = list(zip(style.CLASS_COLOURS, style.CLASS_MARKERS, dataset.label_names, strict=False))
        self.points = [axes.plot([], [], linestyle="", color=colour, marker=marker, markersize=size, alpha=0.75,
                                 markeredgecolor="white", markeredgewidth=0.3)[0] for colour, marker, _ in looks]
        self.names = [axes.text(0, 0, name, color=colour, weight="bold", size=18, ha="center", va="center",
                                path_effects=[withStroke(linewidth=4, foreground="white")])
                      for colour, _, name in looks] if Q > 1 else []
        self.frame.moving(*self.points, *self.names)

    def update(self, trainer: Trainer) -> None:
        X = trainer.parameters
        x, y = X[:, 0], X[:, 1] if self.rows is None else self.rows
        for points, members in zip(self.points, self.classes, strict=True):
            points.set_data(x[members], y[members])
        for name, members in zip(self.names, self.classes, strict=False):
            name.set_position((np.median(x[members]), np.median(y[members])))
        self.frame.limits(self.axes, (x.min(), x.max()), (y.min(), y.max()))


class Curve:
    """The value so far, and the exact optimum as a line."""

    def __init__(self, picture: Picture, trainer: Trainer) -> None:
        problem, self.frame = trainer.problem, picture.frame
        self.axes = axes = picture.axes(560, 36, 325, 205, problem.name_of_value.capitalize())
        start = trainer.history.values[0]
        span = (problem.best - start) or 1.0
        axes.set(xlim=(0, 20), ylim=sorted((start - 0.06 * span, problem.best + 0.22 * span)))
        axes.set_xlabel("step", loc="right", labelpad=-16)
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}".replace("-", "−")))
        axes.axhline(problem.best, **style.OPTIMUM)
        axes.text(0.98, problem.best + 0.02 * span, "exact optimum", transform=axes.get_yaxis_transform(), ha="right",
                  va="bottom" if span > 0 else "top", color=style.OPTIMUM["color"])
        self.line, = axes.plot([], [], **style.REACHED)
        self.now, = axes.plot([], [], linestyle="", marker="o", markersize=9, color=style.REACHED["color"])
        self.frame.moving(self.line, self.now)

    def update(self, trainer: Trainer) -> None:
        steps, values = trainer.history
        keep = np.unique(np.linspace(0, len(steps) - 1, MAX_POINTS).astype(int))
        self.line.set_data(steps[keep], values[keep])
        self.now.set_data(steps[-1:], values[-1:])
        self.frame.limits(self.axes, x=(0, steps[-1]))


class Samples:
    """Some of the data, and under them what the model makes of their latent points or codes."""

    def __init__(self, picture: Picture, dataset: Dataset, keeps: str, reconstructed) -> None:
        self.mean, self.reconstructed = dataset.Y.mean(axis=0), reconstructed
        firsts = [int(np.flatnonzero(dataset.labels == k)[0]) for k in range(len(dataset.label_names))]
        self.rows = np.array(firsts[:6])
        self.originals = dataset.Y[self.rows]
        self.side = image_side(dataset)
        self.axes = axes = picture.axes(560, 320, 325, 106, "", blank=True)
        self.keeps = keeps
        if self.side:
            blank = self.tiled(self.originals)
            self.image = axes.imshow(blank, cmap=style.IMAGE, vmin=0, vmax=dataset.Y.max(), aspect="auto")
            for height, words in ((0.75, "data"), (0.25, keeps)):
                axes.text(-0.02, height, words, transform=axes.transAxes, ha="right", va="center")
            picture.frame.moving(self.image)

    def tiled(self, reconstructed: np.ndarray) -> np.ndarray:
        return np.vstack([tiles(self.originals, self.side, len(self.rows)), np.full((1, 1), np.nan), tiles(reconstructed, self.side, len(self.rows))])

    def update(self, trainer: Trainer) -> None:
        pass
