"""Frames of a moving picture: the still part is drawn once, only what moves is drawn again."""

import struct
import zlib

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lvmcalc import style

Span = tuple[float, float]


def canvas(width: float, height: float) -> Figure:
    """Return an empty figure outside pyplot, its size in pixels."""
    return Figure(figsize=(width / style.DPI, height / style.DPI), dpi=style.DPI, facecolor=style.PAPER)


def place(figure: Figure, left: float, top: float, width: float, height: float, title: str = "") -> Axes:
    """Return axes with a title, placed in pixels from the upper left corner of the figure."""
    across, down = figure.bbox.size
    return figure.add_axes((left / across, 1 - (top + height) / down, width / across, height / down), title=title)


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
        self.redraws = 0  # of the still part, about ten times dearer than a frame

    def moving(self, *artists: Artist) -> None:
        """Name artists that change from frame to frame; they are drawn in this order, over the still part."""
        for artist in artists:
            artist.set_animated(True)
        self._moving.extend(artists)

    def redraw(self) -> None:
        """Have the still part drawn again with the next frame, since something in it has changed."""
        self._still = None

    def limits(self, axes: Axes, x: Span | None = None, y: Span | None = None) -> None:
        """Widen the limits of `axes` where the data, from lowest to highest, have left them.

        The new limits leave half the data's span as head-room, since a new limit means a new still part.
        """
        for data, axis in ((x, axes.xaxis), (y, axes.yaxis)):
            low, high = axis.get_view_interval()
            if data is None or (low <= data[0] and data[1] <= high):
                continue
            room = (data[1] - data[0]) / 2
            low = data[0] - room if data[0] < low else low
            high = data[1] + room if data[1] > high else high
            (axes.set_xlim if axis is axes.xaxis else axes.set_ylim)(low, high)
            self._still = None

    def pixels(self) -> np.ndarray:
        """Return the picture as it is now: height × width × 4 (red, green, blue, alpha), uint8."""
        with style.applied():  # ticks are made when they are first drawn
            if self._still is None:
                self._canvas.draw()
                self._still = self._canvas.copy_from_bbox(self.figure.bbox)
                self.redraws += 1
            self._canvas.restore_region(self._still)
            for artist in self._moving:
                artist.draw(self._canvas.get_renderer())
        return np.asarray(self._canvas.buffer_rgba())

    def png(self) -> bytes:
        """Return the picture as it is now, as a PNG file."""
        return encode(self.pixels())


def encode(pixels: np.ndarray) -> bytes:
    """Return a lossless RGB PNG file of `pixels`, uint8 of shape (height, width, 3 or 4); alpha is dropped.

    zlib's level 1 on unfiltered rows: the files are a little larger than usual, and made ten times faster.
    """
    height, width = pixels.shape[:2]
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # a row begins with the number of its filter, 0
    rows[:, 1:] = pixels[..., :3].reshape(height, -1)
    header = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)  # 8 bits, RGB, not interlaced
    return (b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 1))
            + _chunk(b"IEND", b""))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
