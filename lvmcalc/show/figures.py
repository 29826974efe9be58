"""Figures of a chain or of data, each with its content in words: graphs, heat maps, curves."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lvmcalc import checks, notation
from lvmcalc.chain import Chain
from lvmcalc.show import style
from lvmcalc.show.graph_layout import Layout, bow, layout
from lvmcalc.show.still import WIDTH, Drawing, canvas, draw_graph, image, place, tone
from lvmcalc.training import Trainer

_LONGEST, _NARROWEST = 22, 14  # pixels of the two sides of a heat map at least, so as to be seen
_LANE = 92  # pixels from a node to the next one below it


@style.applied()
def graph(chain: Chain, stage: str | tuple[str, str] | None = None) -> Drawing:
    """Draw a chain as a graph.

    The uses of the variable differ in colour and line style; the output is blue.

    Parameters
    ----------
    chain : Chain
    stage : the name of a node, or a pair (parent, node)
        Lights the computation of the node, or the step backwards from the node to one of its
        parents.

    Raises
    ------
    ValueError
        If the chain has no such node, or the node does not use the parent.
    """
    parent, node = stage if isinstance(stage, tuple) else (None, stage)
    for name in filter(None, (parent, node)):
        chain[name]  # an unknown name is told
    if parent is not None and (node, parent) not in chain.edges:
        raise ValueError(f"{node} does not use {parent}; it uses "
                         f"{', '.join(chain[node].parents) or 'nothing'}.")
    panel = graph_panel(chain, stage)
    lanes = [node["y"] for node in panel["nodes"].values()]
    figure = canvas(WIDTH, _LANE * (max(lanes) - min(lanes) + 1.3))
    draw_graph(figure, (0, 0, *figure.bbox.size), panel, {})
    return Drawing(figure, _graph_in_words(chain, parent, node))


def graph_panel(chain: Chain, stage: str | tuple[str, str] | None = None,
                done: Collection[tuple[str, str]] = ()) -> dict[str, Any]:
    """Return the panel of a chain's graph, with one stage lit.

    The edges that are `done`, pairs (parent, node), are drawn as solid steps backwards.
    """
    parent, node = stage if isinstance(stage, tuple) else (None, stage)
    places, fills = _layout(chain).places, {parent: style.LIT["parent"], node: style.LIT["node"]}
    nodes, edges = {}, []
    for name, (x, y) in places.items():
        leaf, outline = name in chain.leaves, outline_of(chain, name)
        shape = notation.shape(chain[name].symbol).replace("scalar", "" if leaf else "1×1")
        nodes[name] = {"words": notation.plain(name), "latex": f"${notation.latex(name)}$", "x": x,
                       "y": y, "leaf": leaf, "fill": fills.get(name, ""), "shape": shape,
                       "color": outline["color"], "dash": style.dash(outline)}
    for child, used in chain.edges:
        look, width, ends = _look(chain, (child, used)), 1.8, (used, child)
        lit, solid = (used, child) == stage, (used, child) in done
        if lit or solid:  # the step backwards takes the place of the edge
            look, ends, width = style.DIRECTIONS["backward"], (child, used), 4.0 if lit else 2.6
        elif child == node and parent is None:
            look = style.DIRECTIONS["forward"]
        edges.append({"from": ends[0], "to": ends[1], "width": width, "color": look["color"],
                      "dash": "-" if solid else style.dash(look),
                      "bow": bow(*(places[end] for end in ends))})
    return {"kind": "graph", "title": f"The graph of {chain.name}", "nodes": nodes, "edges": edges}


def outline_of(chain: Chain, name: str) -> dict[str, Any]:
    """Return the look of the line about a node: that of its path, or blue for the output."""
    if name == chain.output:
        return {"color": style.REACHED["color"], "linestyle": style.SOLID}
    looks = [_look(chain, (child, name)) for child in chain.children(name)]
    return looks[0] if all(look == looks[0] for look in looks) else style.PLAIN_LINE


@style.applied()
def heats(matrices: Mapping[str, Any], shapes: Mapping[str, str] | None = None,
          outlines: Mapping[str, dict] | None = None, height: int = 256,
          one_scale: bool = False) -> Drawing:
    """Draw matrices or numbers side by side, in proportion to their shapes.

    Parameters
    ----------
    matrices : mapping from titles to arrays or numbers
    shapes, outlines : mappings from titles, optional
        The shape in letters, such as "N×Q", written at the two sides; the look of the line about
        the cells.
    height : int
        In pixels.
    one_scale : bool
        Whether all share one colour scale, as in a sum; else each matrix has its own.

    Raises
    ------
    TypeError, ValueError
        If an entry is no finite number.
    """
    shapes, outlines = shapes or {}, outlines or {}
    # what is not a number would be a blank cell
    cells = {title: checks.matrix(np.atleast_2d(value), title) for title, value in matrices.items()}
    most_rows, most_columns = np.max([matrix.shape for matrix in cells.values()], axis=0)
    figure = _blank(height)
    room_x, room_y = WIDTH / len(cells) - 60, height - 98
    # the same for all, so that shapes can be compared
    unit = min(room_x / most_columns, room_y / most_rows)
    words, largest = [], max(np.abs(matrix).max() for matrix in cells.values())
    for index, (title, matrix) in enumerate(cells.items()):
        grow = unit * max(1, _LONGEST / (unit * max(matrix.shape)))
        high, wide = np.maximum(grow * np.array(matrix.shape), _NARROWEST)
        middle = (index + 0.5) / len(cells)
        axes = place(figure, WIDTH * middle - wide / 2, 72 + (room_y - high) / 2, wide, high)
        about = _about(matrices[title])
        figure.text(middle, 1 - 8 / height, title, ha="center", va="top", size=16)
        figure.text(middle, 1 - 34 / height, about, ha="center", va="top", size=14)
        image(axes, matrix, largest if one_scale else np.abs(matrix).max(), aspect="auto",
              interpolation="nearest")
        outline = outlines.get(title, style.PLAIN_LINE)
        axes.spines[:].set(linewidth=2, **outline | {"color": tone(outline["color"])})
        down, by, across = shapes.get(title, "").partition("×")
        if by:
            axes.set_ylabel(down, rotation=0, ha="right", va="center")
            axes.set_xlabel(across)
        words.append(f"{title}: {f'{shapes[title]} = ' if by else ''}{about}")
    scale = " All share one colour scale." if one_scale else ""
    return Drawing(figure, f"{'; '.join(words)}. Red is positive, blue negative, faint near 0."
                           f"{scale}")


@style.applied()
def latent(X: Any, labels: Sequence[int], label_names: Sequence[str]) -> Drawing:
    """Draw latent points X of shape (N, Q), Q ≥ 2, in their first two dimensions, by class."""
    X, labels = checks.matrix(X, "X", shape_in_words="N×Q"), np.asarray(labels)
    N, Q = X.shape
    if Q < 2 or labels.shape != (N,):
        raise ValueError("Latent points need Q of at least 2 and a label each, but X is "
                         f"{N}×{Q}, and the number of labels is {labels.size}.")
    figure = canvas(WIDTH, 560)
    wide = min(700, 770 - 10 * max(map(len, label_names)))  # the names stand beside it
    axes = place(figure, 40, 20, wide, 480)
    for number, name in enumerate(label_names):
        axes.plot(*X[labels == number, :2].T, markersize=6, label=name, **style.CLASSES[number])
    axes.set(xticks=[], yticks=[], xlabel="latent dimension 1", ylabel="latent dimension 2")
    axes.spines[["top", "right"]].set_visible(True)
    figure.legend(loc="center left", bbox_to_anchor=((wide + 55) / WIDTH, 0.5), markerscale=1.6)
    return Drawing(figure, f"{N} latent points in a plane, in {len(label_names)} classes told "
                           "apart by colour and marker.")


@style.applied()
def learning_curve(trainer: Trainer) -> Drawing:
    """Draw the value after each step, with the exact optimum as a line if it is known."""
    problem, (steps, values) = trainer.problem, trainer.history
    figure = canvas(WIDTH, 330)
    axes = place(figure, 130, 44, 740, 226)
    axes.set(title=problem.name_of_value.capitalize(), xlabel="step")
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(style.on_axis)
    if problem.best is not None:
        axes.axhline(problem.best, **style.OPTIMUM)
        axes.annotate("exact optimum", (0.99, problem.best), (0, 4 * problem.sign),
                      xycoords=axes.get_yaxis_transform(), textcoords="offset points",
                      ha="right", va="bottom" if problem.sign > 0 else "top", weight="bold")
    axes.plot(steps, values, **style.REACHED)
    axes.margins(y=0.22)
    start, end = (style.numeral(values[at], ",.4g") for at in (0, -1))
    best = "" if problem.best is None else (
        f"; dashed, the exact optimum, {style.numeral(problem.best, ',.4g')}")
    return Drawing(figure, f"The {problem.name_of_value} over {steps[-1]} steps, from {start} to "
                           f"{end}{best}.")


@style.applied()
def draws(x: Any, groups: Mapping[str, Any], words: str) -> Drawing:
    """Draw the columns of matrices over the same N latent points, one picture for each matrix.

    Parameters
    ----------
    x : array of N numbers
    groups : mapping from titles to arrays of shape (N, D)
    words : str
        What is to be seen.
    """
    figure, width = canvas(WIDTH, 260), WIDTH / len(groups)
    for index, (title, columns) in enumerate(groups.items()):
        axes = place(figure, index * width + 60, 40, width - 80, 164)
        axes.set_prop_cycle(color=style.CLASS_COLOURS)
        axes.plot(x, checks.matrix(columns, title, rows=len(x)), linewidth=1.5)
        axes.set(title=title, xlabel="latent point")
    return Drawing(figure, words)


@style.applied()
def curves(x: Sequence[float], heights: Mapping[str, Sequence[float]], across: str, title: str,
           words: str) -> Drawing:
    """Draw curves by their labels over a common axis; both axes are logarithmic.

    Parameters
    ----------
    x : positive numbers
    heights : by label, a positive number for each of x
    across : what x is
    title : what the heights are
    words : what is to be seen
    """
    figure = canvas(WIDTH, 400)
    axes = place(figure, 80, 44, 580, 290, title)
    for (label, row), look, marker in zip(heights.items(), style.USES, "os^", strict=False):
        axes.loglog(x, row, label=label, marker=marker, markersize=5, **look)
    axes.set_xlabel(across)
    figure.legend(loc="center left", bbox_to_anchor=(675 / WIDTH, 0.5))
    return Drawing(figure, words)


@style.applied()
def images(rows: Any, shape: tuple[int, int], words: str) -> Drawing:
    """Draw the rows of a matrix as images, positive in red and negative in blue."""
    rows = checks.matrix(rows, "the images", columns=shape[0] * shape[1])
    side = min(160, (WIDTH - 20) // len(rows) - 10)
    figure = _blank(side + 20)
    for index, row in enumerate(rows):
        axes = place(figure, 20 + index * (side + 10), 10, side, side)
        image(axes, row.reshape(shape), np.abs(rows).max())
    return Drawing(figure, words)


def _blank(height: float) -> Figure:
    """Return a figure with axes that fill it and show no axis."""
    figure = canvas(WIDTH, height)
    figure.add_axes((0, 0, 1, 1)).set_axis_off()
    return figure


def _layout(chain: Chain) -> Layout:
    return chain.remember("layout", lambda: layout(chain))


def _look(chain: Chain, edge: tuple[str, str]) -> dict[str, Any]:
    """Return colour and style of an edge: those of the use that travels along it."""
    use = _layout(chain).paths.get(edge)
    return style.PLAIN_LINE if use is None else style.USES[use % len(style.USES)]


def _graph_in_words(chain: Chain, parent: str | None, node: str | None) -> str:
    steps = "; ".join(f"{', '.join(map(notation.plain, stage.parents))} → "
                      f"{notation.plain(stage.name)}" for stage in chain.nodes.values())
    lit = "" if node is None else f" Lit: {notation.plain(node)}."
    if parent is not None:
        lit = f" Lit: the step back from {notation.plain(node)} to {notation.plain(parent)}."
    return f"The graph of {chain.name}: {steps}.{lit}"


def _about(value: Any) -> str:
    if not np.ndim(value):
        return style.numeral(value)
    rows, columns = np.shape(value)
    return f"{rows}×{columns}, entries up to ±{np.abs(value).max():.3g}"
