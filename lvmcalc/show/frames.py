"""Frames of a moving picture: the still part is drawn once, only what moves is drawn again."""

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
BAND = 40  # rows of pixels that are compressed together


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
        self._still, self._encode = None, Encoder()
        self.redraws = 0  # of the still part, about ten times dearer than the moving one

    def moving(self, *artists: Artist) -> None:
        """Name artists that change from frame to frame; they are drawn in this order, over the
        still part."""
        for artist in artists:
            artist.set_animated(True)
        self._moving.extend(artists)

    def redraw(self) -> None:
        """Have the still part drawn again with the next frame, since something in it has
        changed."""
        self._still = None

    def limits(self, axes: Axes, x: Span | None = None, y: Span | None = None) -> None:
        """Widen the limits of `axes` where the data, from lowest to highest, have left them.

        The new limits leave half the data's span as head-room, since a new limit means a new still
        part.
        """
        for data, axis in ((x, axes.xaxis), (y, axes.yaxis)):
            low, high = axis.get_view_interval()
            if data is None or (low <= data[0] and data[1] <= high):
                continue
            room = (data[1] - data[0]) / 2
            low = data[0] - room if data[0] < low else low
            high = data[1] + room if data[1] > high else high
            (axes.set_xlim if axis is axes.xaxis else axes.set_ylim)(low, high)
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
        return self._encode(self.pixels())


class ClassNames(PathCollection):
    """Bold names with a halo, each about a point of the axes, or beside it where two names would
    overlap.

    They look as texts do, but are outlined only once.

    Parameters
    ----------
    axes : Axes
    names : sequence of str
    size : float
        In points.
    """

    def __init__(self, axes: Axes, names: Sequence[str], size: float) -> None:
        # for the halo, for the name
        outlines = [_outline(axes.figure, name, size) for name in names for _ in range(2)]
        super().__init__(outlines, offsets=np.zeros((len(outlines), 2)),
                         offset_transform=axes.transData,
                         transform=Affine2D(), facecolors=style.INK, clip_on=False,
                         # a path effect would be slower
                         edgecolors=[style.PAPER, "none"], linewidths=[4, 0])
        axes.add_collection(self, autolim=False)
        sizes = np.array([outline.get_extents().size for outline in outlines[::2]])
        # pixels across and down, of each name beside each other one
        self._rooms = (sizes[:, None] + sizes) / 2 + 1
        self._rooms[np.diag_indices(len(names))] = 0

    def move(self, points: Sequence) -> None:
        """Put the middle of each name on a point, and push names that overlap apart, the later one
        up or right."""
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
            at = at + (np.where((apart > 0) | (later & (apart == 0)), missing, -missing)
                       / 2).sum(axis=1)
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
    """A matrix as an image of cells that are larger than a pixel: what `imshow` draws, without its
    resampling.

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


class Encoder:
    """Makes lossless RGB PNG files of pictures of one size; bands of rows that have not changed are
    kept compressed.

    zlib's level 1 on unfiltered rows: the files are a little larger than usual, and made ten times
    faster.
    """

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(1, wbits=-15)  # bare blocks
        self._seen: np.ndarray | None = None
        self._bands: list[tuple[bytes, int, int]] = []  # chunk, checksum and bytes of each

    def __call__(self, pixels: np.ndarray) -> bytes:
        """Return a PNG file of `pixels`, uint8 of shape (height, width, 3 or 4); alpha is
        dropped."""
        height, width = pixels.shape[:2]
        tops = range(0, height, BAND)
        if self._seen is None:
            self._seen, self._bands = ~pixels, [(b"", 1, 0)] * len(tops)
        checksum = 1
        for number, top in enumerate(tops):
            band, seen = pixels[top:top + BAND], self._seen[top:top + BAND]
            if not np.array_equal(band, seen):
                seen[:] = band
                self._bands[number] = self._compressed(band)
            checksum = _joined(checksum, *self._bands[number][1:])
        header = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)  # 8 bits, RGB, not interlaced
        return b"".join((b"\x89PNG\r\n\x1a\n", _chunk(b"IHDR", header),
                         _chunk(b"IDAT", b"\x78\x01"),
                         *(chunk for chunk, _, _ in self._bands),
                         _chunk(b"IDAT", b"\x03\x00" + struct.pack(">I", checksum)),
                         _chunk(b"IEND", b"")))

    def _compressed(self, band: np.ndarray) -> tuple[bytes, int, int]:
        # a row begins with the number of its filter, 0
        rows = np.zeros((len(band), 1 + 3 * band.shape[1]), np.uint8)
        for channel in range(3):  # one after the other is seven times faster than pixel by pixel
            rows[:, 1 + channel::3] = band[..., channel]
        # need no bytes before them
        blocks = self._deflate.compress(rows) + self._deflate.flush(zlib.Z_FULL_FLUSH)
        return _chunk(b"IDAT", blocks), zlib.adler32(rows), rows.size


def _joined(first: int, second: int, length: int) -> int:
    """Return the Adler-32 checksum of bytes and of `length` more, from that of each (zlib's
    adler32_combine)."""
    low, high = first & 0xFFFF, first >> 16
    more, higher = second & 0xFFFF, second >> 16
    return (high + higher + length * (low - 1)) % 65521 << 16 | (low + more - 1) % 65521


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
