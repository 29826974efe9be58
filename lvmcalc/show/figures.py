"""Still pictures, each with its content in words: a chain's graph, heat maps, latent points, curves
and images."""

import io
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lvmcalc import checks, notation
from lvmcalc.chain import Chain, Node
from lvmcalc.show import style
from lvmcalc.show.frames import canvas, place
from lvmcalc.training.problem import Problem

WIDTH = 900  # pixels, the width of a notebook's column
# pixels that the two sides of a heat map have at least, so as to be seen
LONGEST, NARROWEST = 22, 14
PLAIN = {"color": style.INK, "linestyle": style.SOLID}
EMPTY: Mapping[str, Any] = MappingProxyType({})
KERNEL = {"X": 0, "f": 1, "h": -1, "g": -1, "e": 0, "d": 0, "alpha": -1, "j": 1, "beta": 1, "c": 0}
LANES = {  # how high each node stands in the graph; its column follows from the chain
    "autoencoder": {"W": 0, "h": 1, "g": -1, "f": -1, "e": 1, "d": 0, "c": 0, "L": 0, "x": 2},
    "gplvm.log_det": KERNEL | {"b": 0, "q": 0, "L1": 0, "D": -1},
    "gplvm.trace": KERNEL | {"r": 0, "s": 0, "t": 0, "L2": 0, "p": -1, "Y": -1},
    "gplvm": KERNEL | {"b": 1, "q": 1, "L1": 1, "r": -1, "s": -1, "t": -1, "L2": -1, "p": -2,
                       "Y": -2, "L": 0},
}


class Drawing:
    """A figure outside pyplot, and what it shows in words; a notebook shows both."""

    def __init__(self, figure: Figure, words: str) -> None:
        self.figure, self.words = figure, words

    def png(self, scale: float = 2.0, compression: int = 9) -> bytes:
        """Return the picture as a PNG file, `scale` pixels for one of the page; no compression is
        quickest."""
        file = io.BytesIO()
        with style.applied():
            self.figure.savefig(file, format="png", dpi=scale * style.DPI,
                                metadata={"Software": None},
                                pil_kwargs={"compress_level": compression})
        return file.getvalue()

    def _ipython_display_(self) -> None:
        display({"image/png": self.png(), "text/plain": f"Picture: {self.words}"}, raw=True,
                metadata={"image/png": {"width": WIDTH, "alt": self.words}})
        display({"text/markdown": f"*{self.words}*", "text/plain": self.words}, raw=True)

    def __repr__(self) -> str:
        return f"Picture: {self.words}"


@style.applied()
def graph(chain: Chain, stage: str | tuple[str, str] | None = None,
          values: Mapping[str, Any] | None = None,
          adjoints: Mapping[str, Any] | None = None) -> Drawing:
    """Draw a chain as a graph, the uses of the variable told apart by colour and line style, its
    output in blue.

    Parameters
    ----------
    chain : Chain
    stage : the name of a node, or a pair (parent, node)
        Lights the computation of the node, or the step backwards from the node to one of its
        parents.
    values, adjoints : what `chain.forward` and `chain.backward` return, optional
        Written at the nodes: a number, or the Frobenius norm of a matrix.
    """
    places, paths = _places(chain), _paths(chain)
    lanes = [y for _, y in places.values()]
    lane = 92 + 26 * ((values is not None) + (adjoints is not None))
    figure = _blank(lane * (max(lanes) - min(lanes) + 1.3))
    axes = figure.axes[0]
    axes.set(xlim=(-0.5, max(x for x, _ in places.values()) + 0.5),
             ylim=(min(lanes) - 0.72, max(lanes) + 0.58))
    parent, node = stage if isinstance(stage, tuple) else (None, stage)
    for name in filter(None, (parent, node)):
        chain[name]  # an unknown name is told
    if parent is not None and (node, parent) not in chain.edges:
        raise ValueError(f"{node} does not use {parent}; it uses "
                         f"{', '.join(chain[node].parents) or 'nothing'}.")
    for child, used in chain.edges:
        look = style.PATHS.get(paths.get((child, used)), PLAIN)
        bow = -0.3 if abs(places[child][0]
                          - places[used][0]) > 2 and places[child][1] != places[used][1] else 0.0
        if (child, used) == (node, parent):  # the step backwards takes the place of the edge
            _arrow(axes, places[node], places[parent], -bow, 4.0, **style.DIRECTIONS["backward"])
            continue
        lit = child == node and parent is None
        _arrow(axes, places[used], places[child], bow, 1.8,
               **(style.DIRECTIONS["forward"] if lit else look))
    fills = {parent: style.LIT["parent"], node: style.LIT["node"]}
    for name, (x, y) in places.items():
        outline = outline_of(chain, name)
        axes.text(x, y, f"${notation.latex(name)}$", size=17, ha="center", va="center", zorder=3,
                  bbox={
            "boxstyle": ("square" if name in chain.leaves else "circle") + ",pad=0.35",
            "facecolor": fills.get(name, style.PAPER), "edgecolor": outline["color"],
            "linestyle": outline["linestyle"], "linewidth": 2.6 if name in fills else 1.6})
        below = [notation.shape(chain[name].symbol).replace("scalar",
                                                            "" if name in chain.leaves else "1×1")]
        below += [] if values is None else [_size(values[name])]
        axes.annotate("\n".join(filter(None, below)), (x, y), (0, -20), textcoords="offset points",
                      ha="center",
                      va="top", size=14, linespacing=1.05, color=style.INK, path_effects=style.HALO)
        if adjoints is not None:
            axes.annotate(f"∂ {_size(adjoints[name])}", (x, y), (0, 19), textcoords="offset points",
                          ha="center",
                          va="bottom", size=14, weight="bold",
                          color=style.DIRECTIONS["backward"]["color"],
                          path_effects=style.HALO)
    return Drawing(figure, _graph_in_words(chain, parent, node))


def outline_of(chain: Chain, name: str) -> dict[str, Any]:
    """Return colour and style of the line about a node: its path's where one use travels alone,
    blue for the output."""
    paths = {_paths(chain).get((child, name)) for child in chain.children(name)}
    output = {"color": style.REACHED["color"], "linestyle": style.SOLID}
    return style.PATHS.get(*paths,
                           PLAIN) if len(paths) == 1 else output if name == chain.output else PLAIN


def heat(chain: Chain, name: str, **leaves: Any) -> Drawing:
    """Draw the value of a node and its adjoint as heat maps, in proportion to their shapes."""
    name = chain[name].name
    value, adjoint = chain.forward(**leaves)[name], chain.backward(**leaves)[name]
    titles, shape = (notation.plain(name),
                     notation.adjoint_name(chain.output, name)), chain[name].symbol
    return heats(dict(zip(titles, (value, adjoint), strict=True)),
                 dict.fromkeys(titles, notation.shape(shape)),
                 dict.fromkeys(titles, outline_of(chain, name)))


@style.applied()
def heats(matrices: Mapping[str, Any], shapes: Mapping[str, str] = EMPTY,
          outlines: Mapping[str, dict] = EMPTY,
          fills: Mapping[str, str] = EMPTY, height: int = 256) -> Drawing:
    """Draw matrices or numbers side by side, in proportion to their shapes; white is 0, and each
    has its own scale.

    Parameters
    ----------
    matrices : mapping from titles to arrays or numbers
    shapes, outlines, fills : mappings from titles, optional
        The shape in letters, such as "N×Q", written at the two sides; the look of the line about
        the cells; the colour behind the title.
    height : int
        In pixels.

    Raises
    ------
    TypeError, ValueError
        If an entry is no finite number.
    """
    for title, value in matrices.items():
        checks.matrix(np.atleast_2d(value), title)  # what is not a number would be a blank cell
    most_rows, most_columns = np.max([np.shape(value) or (1, 1) for value in matrices.values()],
                                     axis=0)
    figure = _blank(height)
    room_x, room_y = WIDTH / len(matrices) - 60, height - 98
    # the same for all, so that shapes can be compared
    unit = min(room_x / most_columns, room_y / most_rows)
    for index, (title, value) in enumerate(matrices.items()):
        rows, columns = np.shape(value) or (1, 1)
        grow = unit * max(1, LONGEST / (unit * max(rows, columns)))
        wide, high = max(grow * columns, NARROWEST), max(grow * rows, NARROWEST)
        middle = (index + 0.5) / len(matrices)
        axes = place(figure, WIDTH * middle - wide / 2, 72 + (room_y - high) / 2, wide, high)
        figure.text(middle, 1 - 8 / height, title, ha="center", va="top", size=16, weight="bold",
                    bbox={"facecolor": fills.get(title, style.PAPER), "edgecolor": "none",
                          "pad": 2})
        figure.text(middle, 1 - 34 / height, _about(value), ha="center", va="top", size=14)
        _image(axes, np.atleast_2d(value), np.abs(value).max(), aspect="auto",
               interpolation="nearest")
        axes.spines[:].set(linewidth=2, **outlines.get(title, PLAIN))
        down, _, across = shapes.get(title, "").partition("×")
        if across:
            axes.set_ylabel(down, rotation=0, ha="right", va="center")
            axes.set_xlabel(across)
    sizes = {title: f"{shapes[title]} = " if "×" in shapes.get(title, "") else ""
             for title in matrices}
    return Drawing(figure, "; ".join(f"{title}: {sizes[title]}{_about(value)}" for title,
                                     value in matrices.items())
                   + ". Red is positive, blue negative, white 0.")


@style.applied()
def latent(X: Any, labels: Sequence[int], label_names: Sequence[str], height: int = 560) -> Drawing:
    """Draw latent points X of shape (N, Q), Q ≥ 2, in their first two dimensions, by class."""
    X, labels = checks.matrix(X, "X", shape_in_words="N×Q"), np.asarray(labels)
    if X.shape[1] < 2 or labels.shape != X.shape[:1]:
        raise ValueError("Latent points need Q of at least 2 and a label each, but X is "
                         f"{X.shape[0]}×{X.shape[1]} "
                         f"and {labels.size} labels came.")
    figure = canvas(WIDTH, height)
    axes = place(figure, 40, 20, 700, height - 80)
    for number, name in enumerate(label_names):
        axes.plot(*X[labels == number, :2].T, markersize=6, label=name, **style.CLASSES[number])
    axes.set(xticks=[], yticks=[], xlabel="latent dimension 1", ylabel="latent dimension 2")
    axes.spines[["top", "right"]].set_visible(True)
    figure.legend(loc="center left", bbox_to_anchor=(755 / WIDTH, 0.5), markerscale=1.6)
    return Drawing(figure, f"{X.shape[0]} latent points in a plane, in {len(label_names)} classes "
                           "told apart by "
                           "colour and marker.")


@style.applied()
def learning_curve(trainer: Any, height: int = 330) -> Drawing:
    """Draw the value after each step of a training run, with the exact optimum as a line."""
    problem, (steps, values) = trainer.problem, trainer.history
    figure = canvas(WIDTH, height)
    axes = place(figure, 130, 44, 740, height - 104)
    value_axes(axes, problem, MaxNLocator(6, integer=True), 5)
    axes.plot(steps, values, **style.REACHED)
    axes.margins(y=0.15)
    start, end, best = (f"{value:,.4g}".replace("-", "−")
                        for value in (values[0], values[-1], problem.best))
    return Drawing(figure, f"The {problem.name_of_value} over {steps[-1]} steps, from {start} to "
                           f"{end}; dashed, the "
                           f"exact optimum, {best}.")


def value_axes(axes: Axes, problem: Problem, steps: MaxNLocator, ticks: int,
               gap: float = 0) -> None:
    """Prepare axes for the value of a problem after each step, with the exact optimum as a line."""
    axes.set_title(problem.name_of_value.capitalize())
    axes.set_xlabel("step")
    axes.xaxis.set_major_locator(steps)
    axes.yaxis.set_major_locator(MaxNLocator(ticks))
    axes.yaxis.set_major_formatter("{x:,.10g}")
    axes.axhline(problem.best, **style.OPTIMUM)
    axes.annotate("exact optimum", (0.99, problem.best), (0, gap * problem.sign),
                  axes.get_yaxis_transform(),
                  "offset points", ha="right", va="bottom" if problem.sign > 0 else "top",
                  weight="bold", color=style.OPTIMUM["color"])


@style.applied()
def images(rows: Any, shape: tuple[int, int], words: str, signed: bool = True) -> Drawing:
    """Draw the rows of a matrix as images of `shape`, such as weights (signed) or data (ink on
    paper)."""
    rows = checks.matrix(rows, "the images", columns=shape[0] * shape[1])
    side = min(160, (WIDTH - 20) // len(rows) - 10)
    figure = _blank(side + 20)
    looks = {} if signed else {"cmap": style.IMAGE, "vmin": 0}
    for index, row in enumerate(rows):
        axes = place(figure, 20 + index * (side + 10), 10, side, side)
        _image(axes, row.reshape(shape), np.abs(rows).max(), **looks)
        axes.spines[:].set_color(style.FAINT)
    return Drawing(figure, words)


def _blank(height: float) -> Figure:
    """Return a figure with axes that fill it and show no axis."""
    figure = canvas(WIDTH, height)
    figure.add_axes((0, 0, 1, 1)).set_axis_off()
    return figure


def _image(axes: Axes, matrix: np.ndarray, largest: float, **looks: Any) -> None:
    top = largest or 1.0
    axes.imshow(matrix, **{"cmap": style.SIGNED, "vmin": -top, "vmax": top} | looks)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)


def _places(chain: Chain) -> dict[str, tuple[float, float]]:
    """Return column and lane of each node: as early as the variable reaches it, other branches as
    late as possible."""
    variable = max(chain.leaves,
                   key=lambda name: sum(_is_use(chain[child]) for child in chain.children(name)))
    column = {variable: 0}
    for name, node in chain.nodes.items():
        reached = [column[parent] for parent in node.parents if parent in column]
        if reached:
            column[name] = max(reached) + 1
    for name in [*reversed(chain.nodes), *chain.leaves]:
        if name not in column:
            column[name] = min(column[child] for child in chain.children(name)) - 1
    lanes, taken = LANES.get(chain.name, {}), {}
    for name in column:  # a chain without lanes of its own: one node above the other
        taken.setdefault(column[name], []).append(name)
    return {name: (column[name], lanes.get(name, -taken[column[name]].index(name)))
            for name in column}


def _is_use(node: Node) -> bool:
    return node.rule.name == "use"


def _paths(chain: Chain) -> dict[tuple[str, str], str]:
    """Return the edges on which one use of the variable travels alone, and which use that is."""
    uses: dict[str, frozenset[str]] = dict.fromkeys(chain.leaves, frozenset())
    for name, node in chain.nodes.items():
        uses[name] = frozenset({name}) if _is_use(node) else frozenset().union(
            *(uses[p] for p in node.parents))
    return {(child, used): next(iter(carried)) for child, used in chain.edges
            if len(carried := uses[child if _is_use(chain[child]) else used]) == 1}


def _arrow(axes: Axes, start: tuple, end: tuple, bow: float, width: float, color: str,
           linestyle: Any) -> None:
    axes.annotate("", end, start, zorder=1, arrowprops={
        "arrowstyle": "-|>,head_width=0.35,head_length=0.6", "color": color, "linestyle": linestyle,
        "linewidth": width,
        "shrinkA": 17, "shrinkB": 18, "connectionstyle": f"arc3,rad={bow}"})


def _graph_in_words(chain: Chain, parent: str | None, node: str | None) -> str:
    steps = "; ".join(f"{', '.join(map(notation.plain, stage.parents))} → "
                      f"{notation.plain(stage.name)}"
                      for stage in chain.nodes.values())
    lit = "" if node is None else f" Lit: {notation.plain(node)}."
    if parent is not None:
        lit = f" Lit: the step back from {notation.plain(node)} to {notation.plain(parent)}."
    return f"The graph of {chain.name}: {steps}.{lit}"


def _size(value: Any) -> str:
    number = float(np.linalg.norm(value)) if np.ndim(value) else value
    short = f"{number:.2g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")
    text = f"{number:,.0f}" if 100 <= abs(number) < 1e5 else short
    return (f"‖{text}‖" if np.ndim(value) else text).replace("-", "−")


def _about(value: Any) -> str:
    if not np.ndim(value):
        return f"{value:.4g}".replace("-", "−")
    rows, columns = np.shape(value)
    return f"{rows}×{columns}, entries up to ±{np.abs(value).max():.3g}"
