"""Still pictures: the scenes of the browser, drawn by Matplotlib where there is none."""

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from IPython.display import display
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from PIL import Image, ImageChops, ImageFilter  # which Matplotlib needs too

from lvmcalc.notation import in_html
from lvmcalc.show import style

WIDTH = 900  # pixels, the width of a notebook's column
_GAP = 18
_ON_TOP = {"animated": True}  # Matplotlib leaves it out; what lies under it gives way to the page
_HALO = {"path_effects": [withStroke(linewidth=4, foreground=style.PAPER)]}  # amid many colours
# With symmetric limits, so that 0 is the page itself.
_SIGNED = LinearSegmentedColormap.from_list("signed", [
    (0, style.BLUE), (0.5, f"{style.BLUE}00"), (0.5, f"{style.RED}00"), (1, style.RED)])


def canvas(width: float, height: float) -> Figure:
    """Return an empty figure outside pyplot, its size in pixels."""
    return Figure(figsize=(width / style.DPI, height / style.DPI), dpi=style.DPI,
                  facecolor="none")


def place(figure: Figure, left: float, top: float, width: float, height: float,
          title: str = "") -> Axes:
    """Return axes with a title, placed in pixels from the upper left corner of the figure."""
    across, down = figure.bbox.size
    return figure.add_axes((left / across, 1 - (top + height) / down, width / across,
                            height / down), title=title)


class Drawing:
    """A figure outside pyplot, and what it shows in words; a notebook shows both.

    No colour of thin letters is read well on a white and on a dark page; that of bold ones is.
    """

    def __init__(self, figure: Figure, words: str, said: str | None = None) -> None:
        self.figure, self.words, self.said = figure, words, said
        for text in figure.findobj(Text):
            if not text.get_bbox_patch() and not text.get_path_effects():  # it stands on the page
                text.set(color=style.WORDS_GREY, weight="bold")

    def png(self, scale: float = 2.0) -> bytes:
        """Return the picture as a PNG file.

        Parameters
        ----------
        scale : float
            Pixels for one pixel of the page.
        """
        file, dpi, pen = io.BytesIO(), self.figure.dpi, FigureCanvasAgg(self.figure)
        with style.applied():
            self.figure.dpi = scale * style.DPI
            pen.draw()
            under = Image.frombytes("RGBA", pen.get_width_height(), pen.buffer_rgba())
            pen.renderer.clear()
            for artist in self.figure.findobj(Artist.get_animated):
                artist.draw(pen.renderer)
            above = Image.frombytes("RGBA", under.size, pen.buffer_rgba())
            self.figure.dpi = dpi
        near = above.getchannel("A").filter(ImageFilter.GaussianBlur(1.5 * scale))
        free = near.point(lambda value: 255 - min(255, 6 * value))
        under.putalpha(ImageChops.multiply(under.getchannel("A"), free))
        Image.alpha_composite(under, above).save(file, "PNG")
        return file.getvalue()

    def show(self, below: str = "") -> None:
        """Show the picture of a widget, and its words in a paragraph that ends with `below`."""
        said, ask = self.said or self.words, style.RUN_FIRST.format("make it live")
        self._display(1.5, f'<p class="lvm-still">{in_html(said)} <b>{ask}</b></p>{below}',
                      f"{said} {ask}")

    def _ipython_display_(self) -> None:
        self._display(2.0, f"<p><em>{in_html(self.words)}</em></p>", self.words)

    def _display(self, scale: float, html: str, plain: str) -> None:
        display({"image/png": self.png(scale), "text/plain": f"Picture: {self.words}"}, raw=True,
                metadata={"image/png": {"width": WIDTH, "alt": self.words}})
        display({"text/html": html, "text/plain": plain}, raw=True)

    def _repr_markdown_(self) -> str:  # for `Folded`
        data, words = base64.b64encode(self.png(1.5)).decode(), in_html(self.words)
        return (f'<img alt="{escape(self.words)}" width="{WIDTH}" '
                f'src="data:image/png;base64,{data}">\n\n*{words}*')

    def __repr__(self) -> str:
        return f"Picture: {self.words}"


@style.applied()
def still(scene: Mapping, numbers: Mapping[str, Any], about: str, said: str) -> Drawing:
    """Draw a scene with its numbers as the browser does."""
    height = min(scene["height"] * WIDTH, scene["most"])
    figure = canvas(WIDTH, height)
    for left, width, rows in _share(scene["layout"], WIDTH - 24, 12):
        for top, high, names in _share(rows, height - 16, 8):
            shares = [(scene["panels"][name].get("share", 1), name) for name in names]
            for x, wide, name in _share(shares, width, left):
                panel = scene["panels"][name]
                _PANELS[panel["kind"]](figure, (x, top, wide, high), panel, numbers)
    return Drawing(figure, about, said)


def _share(parts: Sequence[tuple], room: float, at: float) -> list[tuple]:
    """Return where each part of a row or column begins, how much room it has, and what it holds."""
    whole, found = sum(part for part, _ in parts), []
    for part, held in parts:
        size = (room - _GAP * (len(parts) - 1)) * part / whole
        found.append((at, size, held))
        at += size + _GAP
    return found


def image(axes: Axes, matrix: np.ndarray, top: float, signed: bool = True, **looks: Any) -> None:
    """Draw a matrix from −top to top in two colours, or from 0 to top as ink on paper."""
    axes.imshow(matrix, vmin=-(top or 1) if signed else 0, vmax=top or 1,
                cmap=_SIGNED if signed else style.IMAGE, **looks)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)


def tone(color: str) -> str:
    """Return the colour of a line; in ink it would not be seen on a dark page."""
    return style.GREY if color == style.INK else color


def _points(figure: Figure, box: tuple, panel: Mapping, numbers: Mapping) -> None:
    """Draw points by class, with a name at the middle of each."""
    x, y, width, height = box
    room = 112 if panel["flat"] else 0
    axes = place(figure, x + room, y + 24, width - room, height - 48, panel["title"])
    xy, labels = np.reshape(numbers[panel["name"]], (-1, 2)), np.asarray(panel["labels"])
    for k in range(len(panel["classes"])):
        axes.plot(*xy[labels == k].T, markersize=4 if len(xy) > 500 else 7, **style.CLASSES[k])
    limit, (rows, wide) = float(numbers["limit"][0]), (len(panel["classes"]), 0.6)
    axes.set(xticks=[], yticks=[], xlabel=panel["xlabel"], xlim=(-limit, limit),
             ylim=(wide - 0.2 - rows, wide) if panel["flat"] else (-limit, limit))
    axes.spines[["top", "right"]].set_visible(True)
    axes.plot(*np.array([numbers["ring"], numbers["moved"]]).T, color=style.INK, marker="o",
              markersize=16, markeredgewidth=2.5, markevery=[1], lw=2, mfc="none", **_HALO)
    names = [look["name"] for look in panel["classes"]]
    if panel["flat"]:
        axes.set_yticks(-np.arange(rows), names)
        return
    for name, at in zip(names, np.reshape(numbers["names"], (-1, 2)), strict=True):
        axes.annotate(name, at, ha="center", va="center", size=18, weight="bold", **_HALO)


def _curve(figure: Figure, box: tuple, panel: Mapping, numbers: Mapping) -> None:
    """Draw curves over the steps, or over a size."""
    x, y, width, height = box
    axes = place(figure, x + 90, y + 34, width - 102, height - 86)
    axes.set_title(panel["title"], x=-90 / (width - 102), pad=15.5)  # in line with the others
    for look in panel["series"]:
        flat = np.asarray(numbers.get(look["key"], ()))
        if not flat.size:
            continue
        axes.plot(*flat.reshape(2, -1), color=tone(look["color"]), linestyle=look.get("dash", "-"),
                  lw=2.5, marker="" if look.get("bare") else look.get("marker", "o"),
                  markevery=1 if look.get("every") else [-1],
                  label=look.get("label"), clip_on=False)
    left, right, low, high = numbers["axes"]
    axes.set(xlim=(left, right), ylim=(low, high))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(style.on_axis)
    if panel["ylog"]:
        axes.set(yscale="log", ylim=(10.0**low, 10.0**high))
        if panel.get("units") == "percent":
            axes.yaxis.set_major_formatter(lambda gap, _: _percent(100 * gap))
    if panel["xlog"]:
        axes.set(xscale="log", xlim=(10.0**left, 10.0**right))
    if any(look.get("label") and look["key"] in numbers for look in panel["series"]):
        axes.legend()
    axes.set_xlabel(panel["xlabel"])


def _percent(share: float) -> str:
    return f"{share:,.4g} %" if share > 5e-4 else f"$10^{{{np.log10(share):.0f}}}$ %"


def _bars(figure: Figure, box: tuple, panel: Mapping, numbers: Mapping) -> None:
    """Draw bars, and diamonds where they should end."""
    x, y, width, height = box
    axes = place(figure, x, y + 24, width, height - 76, panel["title"])
    order = 1 + np.arange(len(panel["marks"]))
    axes.bar(order, numbers[panel["name"]], 0.64, color=style.BLUE)
    axes.plot(order, panel["marks"], "D", color=style.PAPER, markeredgecolor=style.GREY,
              clip_on=False)
    axes.set(xticks=order[::max(1, len(order) // 4)], yticks=[])
    axes.set_xlabel(panel["xlabel"], loc="right")  # it may be wider than the bars


def _cells(figure: Figure, box: tuple, panel: Mapping, numbers: Mapping) -> None:
    """Draw matrices of one shape as heat maps, or as images."""
    (x, y, width, height), (rows, columns) = box, panel["shape"]
    lit = {"facecolor": panel["lit"], "edgecolor": "none", "pad": 2} if panel.get("lit") else None
    figure.text(x / figure.bbox.width, 1 - (y + 13.3) / figure.bbox.height, panel["title"],
                bbox=lit)
    many = np.reshape(numbers[panel["name"]], (-1, rows, columns))
    if many.size == 1:
        figure.text((x + width / 3) / figure.bbox.width, 1 - (y + height / 2) / figure.bbox.height,
                    style.numeral(many.item()), size=22)
        return
    lines = -(-len(many) // panel["columns"])
    wide, high = (width - 8) / panel["columns"] - 8, (height - 30) / lines - 8
    if panel.get("fill"):
        high = min(high, 56 * rows)
        stretch = 5 if high / rows > 22 else 1  # cells are wide where numbers stand in them
        wide = min(wide, 84 * columns, max(stretch * high * columns / rows, high / 3))
        high = min(high, max(stretch * wide * rows / columns, wide / 3))
    else:
        cell = min(wide / columns, high / rows, panel.get("most", 60))
        wide, high = cell * columns, cell * rows
    top = panel.get("top") or np.abs(many).max()
    for k, matrix in enumerate(many):
        row, column = divmod(k, panel["columns"])
        axes = place(figure, x + 8 + column * (wide + 8), y + 28 + row * (high + 8), wide, high)
        image(axes, matrix, top, panel["signed"], aspect="auto")
        words = [style.numeral(number, ".3g") for number in matrix.flat]
        room = wide / columns / (13 * max(map(len, words)))  # bold digits are 13 pixels wide
        if panel.get("fill") and high / rows > 22 and room > 0.84:
            for place_, text in zip(np.ndindex(matrix.shape), words, strict=True):
                axes.text(*place_[::-1], text, ha="center", va="center", size=14 * min(1, room),
                          **_ON_TOP)
        if "outline" in panel:
            color, dash = panel["outline"]
            axes.spines[:].set(color=tone(color), linestyle=style.LINES[dash], linewidth=2)


def lines(figure: Figure, box: tuple, panel: Mapping, numbers: Mapping) -> None:
    """Draw the numbers of some objects as dots, and what is made of them as lines."""
    x, y, width, height = box
    axes = place(figure, x, y + 24, width, height - 50, panel["title"])
    data, made = (np.reshape(numbers[panel[key]], (-1, panel["length"]))
                  for key in ("data", "name"))
    for k, (dots, line) in enumerate(zip(data, made, strict=True)):
        at = np.arange(len(dots)) + k * (len(dots) + 1)
        axes.plot(at, line, **style.REACHED)
        axes.plot(at, dots, "o", color=style.GREY, markersize=7)
    axes.set(xticks=(panel["length"] - 1) / 2 + np.arange(len(data)) * (panel["length"] + 1),
             xticklabels=panel["captions"], yticks=[])


def _loss_map(figure: Figure, box: tuple, panel: Mapping, numbers: Mapping) -> None:
    """Draw the level lines of a loss, its marked points, and the way with the arrows at its end."""
    (x, y, width, height), (across, up) = box, panel["edge"]
    axes = place(figure, x + 60, y + 24, width - 60, height - 76, panel["title"])
    axes.set(xlim=(-across, across), ylim=(-up, up), xlabel="w₁", ylabel="w₂", aspect="equal")
    for line in panel["contours"]:
        axes.plot(line[::2], line[1::2], color=style.GREY, lw=0.7)
    axes.add_patch(Circle((0, 0), 1, fill=False, color=style.PURPLE, lw=2, ls=":"))
    for mark in panel["marks"]:
        axes.plot(mark["x"], mark["y"], mark.get("marker", ""), ms=12, color=style.VERMILLION)
        axes.annotate(mark["words"], (0.8 * mark["x"], 0.8 * mark["y"]),
                      (0, -14 * mark.get("below", 0)), textcoords="offset points", ha="center",
                      va="center", **_ON_TOP)
    trail = np.reshape(numbers["map"], (-1, 2))
    axes.plot(*trail.T, marker=".", markersize=8, **style.REACHED)
    (gx, gy), (hx, hy) = numbers["g"], numbers["h"]  # their names stand on both sides of the sum
    out = np.array([gy + hy, -gx - hx]) / (np.hypot(gx + hx, gy + hy) or 1)
    out *= 13 if gx * hy < gy * hx else -13
    beside = {"g": -out, "h": out, "step": (0, 12)}
    for look in panel["arrows"]:
        end = trail[-1] + numbers[look["key"]]
        axes.annotate("", end, trail[-1], arrowprops={
            "color": look["color"], "lw": 2 * look["width"], "arrowstyle": "-|>",
            "linestyle": look["dash"], "shrinkA": 0, "shrinkB": 0})
        axes.annotate(look["key"], end, beside[look["key"]], textcoords="offset points",
                      ha="center", va="center", **_ON_TOP)


def draw_graph(figure: Figure, box: tuple, panel: Mapping, numbers: Mapping) -> None:
    """Draw the nodes of a chain in columns and lanes, with the lit ones filled."""
    axes, nodes = place(figure, *box), panel["nodes"]
    axes.set_axis_off()
    columns, lanes = ([node[key] for node in nodes.values()] for key in "xy")
    axes.set(xlim=(min(columns) - 0.5, max(columns) + 0.5),
             ylim=(min(lanes) - 0.72, max(lanes) + 0.58))
    _, _, width, height = box
    lane, column = height / (np.ptp(lanes) + 1.3), width / (np.ptp(columns) + 1)  # pixels
    part = min(1.0, lane / 76)  # of the usual size, so that what stands below a node has room
    for edge in panel["edges"]:
        start, end = ((nodes[edge[key]]["x"], nodes[edge[key]]["y"]) for key in ("from", "to"))
        wide, short = 0.3 + 0.05 * edge["width"], part * _short(end, start, lane / column)
        head = {"arrowstyle": f"-|>,head_width={wide},head_length={1.6 * wide}", "linewidth": 0}
        shaft = {"arrowstyle": "-", "linestyle": style.LINES[edge["dash"]],
                 "linewidth": edge["width"]}
        for looks, before in ((head, 0), (shaft, 5 * part)):  # no dash tears a head
            axes.annotate("", end, start, zorder=1, arrowprops=looks | {
                "color": tone(edge["color"]), "shrinkA": 17 * part, "shrinkB": short + before,
                "connectionstyle": f"arc3,rad={edge['bow'] * lane / column}"})  # as in the layout
    for node in nodes.values():
        at = node["x"], node["y"]
        axes.text(*at, node["latex"], size=17 * part, ha="center", va="center", zorder=3,
                  bbox={"boxstyle": ("square" if node["leaf"] else "circle") + ",pad=0.35",
                        "facecolor": node["fill"] or style.PAPER, "edgecolor": tone(node["color"]),
                        "linestyle": style.LINES[node["dash"]],
                        "linewidth": 2.6 if node["fill"] else 1.6})
        axes.annotate(node["shape"], at, (0, -20 * part), textcoords="offset points",
                      size=14 * part, ha="center", va="top", **_ON_TOP)


def _short(end: tuple, start: tuple, tall: float) -> float:
    """Return how many points an arrow ends before the middle of a node, in front of its shape."""
    across, down = abs(end[0] - start[0]), (end[1] - start[1]) * tall
    far = np.hypot(across, down)
    if 20 * across > 21 * down:  # it passes by the shape, which stands below the node
        return 18
    return far * min(37 / down, 21 / max(across, 1e-9))


_PANELS: dict[str, Callable] = {"points": _points, "curve": _curve, "bars": _bars, "cells": _cells,
                                "lines": lines, "map": _loss_map, "graph": draw_graph}
