"""Frames of an animation: the static part is drawn once, the rest again and again."""

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.image import AxesImage
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from lvmcalc.show import style

Span = tuple[float, float]
ROUNDS = 20  # of pushing names apart, at most


def canvas(width: float, height: float) -> Figure:
    """Return an empty figure outside pyplot, its size in pixels."""
    return Figure(figsize=(width / style.DPI, height / style.DPI), dpi=style.DPI,
                  facecolor=style.PAPER)


def place(figure: Figure, left: float, top: float, width: float, height: float,
          title: str = "") -> Axes:
    """Return axes with a title, placed in pixels from the upper left corner of the figure."""
    across, down = figure.bbox.size
    return figure.add_axes((left / across, 1 - (top + height) / down, width / across,
                            height / down), title=title)


class Frame:
    """A figure outside pyplot that makes one PNG after another, quickly.

    Parameters
    ----------
    width, height : int
        In pixels.
    """

    def __init__(self, width: int = 900, height: int = 400) -> None:
        self.figure = canvas(width, height)
        self._canvas = FigureCanvasAgg(self.figure)
        self._moving: list[Artist] = []
        self._still = None
        self.redraws = 0  # of the still part, about ten times dearer than the moving one

    def moving(self, *artists: Artist) -> None:
        """Name artists that change from frame to frame, in the order of drawing."""
        for artist in artists:
            artist.set_animated(True)
        self._moving.extend(artists)

    def redraw(self) -> None:
        """Have the still part drawn again with the next frame."""
        self._still = None

    def limits(self, axes: Axes, x: Span | None = None, y: Span | None = None) -> None:
        """Widen the limits of `axes` where the data, from lowest to highest, have left them.

        The new limits leave half the data's span as head-room, since a new limit means a new still
        part.
        """
        for data, axis, widen in ((x, axes.xaxis, axes.set_xlim), (y, axes.yaxis, axes.set_ylim)):
            low, high = axis.get_view_interval()
            if data is None or (low <= data[0] and data[1] <= high):
                continue
            room = (data[1] - data[0]) / 2
            widen(data[0] - room if data[0] < low else low,
                  data[1] + room if data[1] > high else high)
            self.redraw()

    def pixels(self) -> np.ndarray:
        """Return the picture as it is now: height × width × 4 (red, green, blue, alpha), uint8."""
        if self._still is None:
            with style.applied():  # ticks are made when they are first drawn
                self._canvas.draw()
            self._still = self._canvas.copy_from_bbox(self.figure.bbox)
            self.redraws += 1
        self._canvas.restore_region(self._still)
        for artist in self._moving:
            artist.draw(self._canvas.get_renderer())
        return np.asarray(self._canvas.buffer_rgba())

    def png(self) -> bytes:
        """Return the picture as it is now, as a PNG file."""
        return png(self.pixels())


class ClassNames(PathCollection):
    """Bold names with a halo at points of the axes, pushed apart where they would overlap.

    They look as texts do, but are outlined only once.

    Parameters
    ----------
    axes : Axes
    names : sequence of str
    size : float
        In points.
    """

    def __init__(self, axes: Axes, names: Sequence[str], size: float) -> None:
        outlines = [_outline(axes.figure, name, size) for name in names]
        # each for its halo, and for the name; a path effect would be slower
        super().__init__(np.repeat(outlines, 2), offsets=np.zeros((2 * len(names), 2)),
                         offset_transform=axes.transData, transform=Affine2D(), clip_on=False,
                         facecolors=style.INK, edgecolors=[style.PAPER, "none"], linewidths=[4, 0])
        axes.add_collection(self, autolim=False)
        sizes = np.array([outline.get_extents().size for outline in outlines])
        # pixels across and down, of each name beside each other one
        self._rooms = (sizes[:, None] + sizes) / 2 + 1
        self._rooms[np.diag_indices(len(names))] = 0

    def move(self, points: Sequence) -> None:
        """Put each name on its point, and push names that overlap apart."""
        pixels = self.get_offset_transform()
        start = at = pixels.transform(points)
        later = np.tri(len(at), k=-1, dtype=bool)[..., None]
        for _ in range(ROUNDS):
            apart = at[:, None] - at
            missing = self._rooms - np.abs(apart)
            missing[(missing <= 0).any(axis=2)] = 0
            missing[missing > missing.min(axis=2, keepdims=True)] = 0  # the shorter way
            if not missing.any():
                break
            away = np.where((apart > 0) | (later & (apart == 0)), missing, -missing)
            at = at + away.sum(axis=1) / 2
        self.set_offsets(np.repeat(points if at is start else pixels.inverted().transform(at), 2,
                                   axis=0))


def _outline(figure: Figure, name: str, size: float) -> Path:
    """Return the outline of a bold name, in pixels about the middle of the text."""
    text = figure.text(0, 0, name, size=size, weight="bold")
    box = text.get_window_extent()
    text.remove()
    outline = TextPath((0, 0), name, size * figure.dpi / 72, FontProperties(weight="bold"))
    return outline.transformed(Affine2D().translate(-(box.x0 + box.x1) / 2, -(box.y0 + box.y1) / 2))


class Cells(AxesImage):
    """A matrix as an image of large cells, drawn as by `imshow` but without resampling.

    Parameters
    ----------
    axes : Axes
    matrix : array of shape (rows, columns)
        With NaN where there is no cell.
    colours : str
        The name of a colour map.
    span : pair of float
        The numbers at its two ends.
    aspect : float
        The height of a cell over its width.
    """

    def __init__(self, axes: Axes, matrix: np.ndarray, colours: str, span: Span,
                 aspect: float = 1) -> None:
        super().__init__(axes, cmap=colours, norm=Normalize(*span))
        self.set_data(matrix)
        self.set_extent(self.get_extent())  # by which the axes get their limits
        axes.set_aspect(aspect)
        axes.add_image(self)

    def make_image(self, renderer: RendererBase, magnification: float = 1.0,
                   unsampled: bool = False) -> tuple:
        box, colours = self.get_window_extent(), self.to_rgba(self.get_array(), bytes=True)
        left, bottom, right, top = np.rint(box.extents).astype(int)
        # where the middle of a pixel lies
        row = (box.y1 - np.arange(bottom, top) - 0.5) * len(colours) / box.height
        column = (np.arange(left, right) + 0.5 - box.x0) * colours.shape[1] / box.width
        pixels = colours.take(row.astype(int), 0, mode="clip").take(column.astype(int), 1,
                                                                    mode="clip")
        return pixels, left, bottom, None


def png(pixels: np.ndarray) -> bytes:
    """Return a lossless RGB PNG file of `pixels`, uint8 of shape (height, width, 3 or 4).

    The fourth channel is dropped.

    zlib's level 1 on unfiltered rows: larger files than Pillow's, made two to three times faster.
    """
    height, width = pixels.shape[:2]
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # a row begins with its filter's number, 0
    for channel in range(3):  # one after the other is seven times faster than pixel by pixel
        rows[:, 1 + channel::3] = pixels[..., channel]
    header = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)  # 8 bits, RGB, not interlaced
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks)
