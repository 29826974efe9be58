"""What a figure says: places against values, names against what they name, colours against
signs, classes and paths. The expected numbers come from formulas of their own."""

import numpy as np
import pytest
from pictures import (
    AUTOENCODER,
    BLUE,
    CLASSES,
    GREEN,
    GREY,
    INK,
    IRIS,
    PATHS,
    PURPLE,
    SKY,
    VERMILLION,
    WORDS,
    YELLOW,
    W,
    X,
    axes_called,
    hexed,
    shade,
)

from lvmcalc import notation
from lvmcalc.models import GPLVMProblem, gplvm
from lvmcalc.show import StageWalk, figures, style
from lvmcalc.training import Trainer, data


def middle(axes) -> float:
    box = axes.get_position()
    return (box.x0 + box.x1) / 2


def image_below(figure, title):
    """The heat map under a title that the figure bears, not its axes."""
    words = next(text for text in figure.texts if text.get_text() == title)
    drawn = [axes for axes in figure.axes if axes.images]
    return min(drawn, key=lambda axes: abs(middle(axes) - words.get_position()[0])).images[0]


class TestGraph:
    @staticmethod
    def drawn(chain, stage=None):
        """Fill, line and form of the nodes, and looks of the arrows by their ends."""
        axes, = figures.graph(chain, stage).figure.axes
        names = {f"${notation.latex(name)}$": name for name in (*chain.nodes, *chain.leaves)}
        nodes = {text.get_position(): text for text in axes.texts if text.get_text() in names}
        at = {place: names[text.get_text()] for place, text in nodes.items()}
        arrows = {(at[text.xyann], at[text.xy]): text.arrow_patch
                  for text in axes.texts if getattr(text, "arrow_patch", None) is not None}
        shapes = {at[text.xy]: text.get_text() for text in axes.texts
                  if getattr(text, "xycoords", "") and text.get_text() not in names
                  and not text.arrow_patch}
        return {name: nodes[place] for place, name in at.items()}, arrows, shapes

    @pytest.mark.parametrize("chain", [AUTOENCODER, gplvm.chain()], ids=lambda chain: chain.name)
    def test_each_arrow_leads_from_what_is_used_to_what_uses_it(self, chain):
        _, arrows, _ = self.drawn(chain)
        assert {*arrows} == {(used, node) for node, used in chain.edges}

    @pytest.mark.parametrize("chain", [AUTOENCODER, gplvm.chain()], ids=lambda chain: chain.name)
    def test_the_colour_of_an_arrow_is_that_of_its_path_and_of_no_other(self, chain):
        paths = PATHS if chain is AUTOENCODER else {
            ("f", "X"): (GREEN, "-"), ("h", "X"): (PURPLE, "--"), ("g", "h"): (PURPLE, "--"),
            ("e", "g"): (PURPLE, "--"), ("e", "f"): (GREEN, "-")}
        _, arrows, _ = self.drawn(chain)
        for (used, node), patch in arrows.items():
            color, line = paths.get((node, used), (GREY, "-"))
            assert hexed(patch.get_edgecolor()) == color, (used, node)
            assert (patch.get_linestyle() in ("-", "solid")) == (line == "-")
        panel = figures.graph_panel(chain)
        told = {(edge["to"], edge["from"]): (edge["color"], edge["dash"])
                for edge in panel["edges"]}
        assert told == {edge: paths.get(edge, (INK, "-")) for edge in chain.edges}

    def test_a_step_backwards_points_from_the_node_to_its_parent_and_only_it_is_red(self):
        nodes, arrows, _ = self.drawn(AUTOENCODER, ("W", "h"))
        assert ("h", "W") in arrows
        assert ("W", "h") not in arrows
        red = [ends for ends, patch in arrows.items() if hexed(patch.get_edgecolor()) == VERMILLION]
        assert red == [("h", "W")]
        fills = {name: hexed(text.get_bbox_patch().get_facecolor()) for name, text in nodes.items()}
        assert {name: fill for name, fill in fills.items() if fill != "#FFFFFF"} == {
            "h": YELLOW, "W": SKY}

    def test_no_arrow_runs_over_a_node_however_low_the_picture(self):
        for drawing in (figures.graph(AUTOENCODER),
                        StageWalk(AUTOENCODER, ask="W", W=W, x=X).still()):
            axes, figure = drawing.figure.axes[0], drawing.figure
            figure.canvas.draw()
            nodes = {text.get_text(): axes.transData.transform(text.get_position())
                     for text in axes.texts if text.get_bbox_patch() and text.get_text()}
            assert len(nodes) == 9
            ends = {text.get_position(): text.get_text() for text in axes.texts
                    if text.get_text() in nodes}
            for text in axes.texts:
                if getattr(text, "arrow_patch", None) is not None:
                    path = text.arrow_patch.get_path()
                    way = np.concatenate(path.to_polygons(closed_only=False))
                    over = {name for name, at in nodes.items()
                            if np.linalg.norm(way - at, axis=1).min() < 15}
                    assert over <= {ends[text.xyann], ends[text.xy]}

    def test_a_step_forwards_lights_all_arrows_into_the_node_in_blue(self):
        _, arrows, _ = self.drawn(AUTOENCODER, "d")
        assert {ends for ends, patch in arrows.items() if hexed(patch.get_edgecolor()) == BLUE} == {
            ("f", "d"), ("e", "d")}

    def test_leaves_are_square_nodes_round_and_each_bears_its_own_shape(self):
        nodes, _, shapes = self.drawn(AUTOENCODER)
        square = {name for name, text in nodes.items()
                  if type(text.get_bbox_patch().get_boxstyle()).__name__ == "Square"}
        assert square == {"W", "x"}
        assert shapes == {"W": "m×n", "x": "n×S", "h": "m×n", "g": "m×n", "f": "n×m", "e": "m×S",
                          "d": "n×S", "c": "n×S", "L": "1×1"}

    def test_the_panel_gives_each_node_the_words_form_and_shape_of_itself(self):
        panel = figures.graph_panel(AUTOENCODER)
        assert panel["title"] == f"The graph of {AUTOENCODER.name}"
        for name, node in panel["nodes"].items():
            assert node["words"] == notation.plain(name)
            assert node["leaf"] == (name in AUTOENCODER.leaves)
        assert panel["edges"][0]["from"] in "Wx"

    def test_what_is_done_and_what_is_asked_for_are_lit_apart(self):
        done = {("c", "L"), ("d", "c")}
        panel = figures.graph_panel(AUTOENCODER, ("f", "d"), done)
        looks = {(e["from"], e["to"]): (e["color"], e["dash"]) for e in panel["edges"]}
        assert looks["L", "c"] == looks["c", "d"] == (VERMILLION, "-")
        assert looks["d", "f"] == (VERMILLION, "--")
        assert sum(color == VERMILLION for color, *_ in looks.values()) == 3


class TestHeatMaps:
    def test_red_is_positive_blue_negative_and_white_0_as_the_words_say(self):
        image = image_below(figures.heats({"a": [[3.0, -3], [0, 1]]}).figure, "a")
        (red, _, blue), white = shade(image, 3), shade(image, 0)
        assert red > blue + 0.2
        red, _, blue = shade(image, -3)
        assert blue > red + 0.2
        assert white.min() > 0.95
        words = figures.heats({"a": 1}).words
        assert words.endswith("Red is positive, blue negative, faint near 0.")

    def test_rows_go_down_and_columns_across(self):
        image = image_below(figures.heats({"a": [[1.0, 2, 3], [4, 5, 6]]}).figure, "a")
        assert image.get_array().tolist() == [[1, 2, 3], [4, 5, 6]]
        assert image.origin == "upper"
        assert image.axes.get_ylim()[0] > image.axes.get_ylim()[1]

    def test_an_outline_goes_with_its_own_title_and_the_words_with_their_own_numbers(self):
        drawing = figures.heats({"a": [[1.0]], "b": [[-7.0, 2]], "c": 0.25}, {"b": "p×q"},
                                {"b": style.USES[1]})
        lines = [hexed(axes.spines["left"].get_edgecolor()) for axes in drawing.figure.axes[1:]]
        assert lines == [GREY, PURPLE, GREY]
        assert drawing.words.startswith("a: 1×1, entries up to ±1; b: p×q = 1×2, entries up to ±7; "
                                        "c: 0.25.")

    def test_images_stand_in_their_order_with_their_signs(self):
        rows = [[0.0, 1, 2, 3, 4, 5], [-6, 0, 0, 0, 0, 6]]
        axes = figures.images(rows, (2, 3), "").figure.axes[1:]
        assert middle(axes[0]) < middle(axes[1])
        for one, row in zip(axes, rows, strict=True):
            assert one.images[0].get_array().ravel().tolist() == row
            assert one.images[0].get_clim() == (-6, 6)
        red, _, blue = shade(axes[1].images[0], 6)
        assert red > blue


class TestPointsAndCurves:
    def test_each_class_has_its_name_colour_and_marker_in_the_points_and_in_the_legend(self):
        X = np.random.default_rng(0).standard_normal((150, 3))
        drawing = figures.latent(X, IRIS.labels, IRIS.label_names)
        assert drawing.words.startswith("150 latent points in a plane, in 3 classes ")
        figure = drawing.figure
        axes, legend = figure.axes[0], figure.legends[0]
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("latent dimension 1",
                                                          "latent dimension 2")
        names = dict(zip([text.get_text() for text in legend.get_texts()], legend.legend_handles,
                         strict=True))
        for line in axes.lines:
            name = line.get_label()
            at = [i for i in range(150) if IRIS.label_names[IRIS.labels[i]] == name]
            np.testing.assert_array_equal(line.get_xydata(), X[at, :2])
            assert (hexed(line.get_color()), line.get_marker()) == CLASSES[name]
            assert (hexed(names[name].get_color()), names[name].get_marker()) == CLASSES[name]
        assert [*names] == [*CLASSES]

    def test_a_learning_curve_bears_the_name_of_its_value_and_the_optimum_is_named_where_it_is(
        self):
        problem = GPLVMProblem(data.centred(IRIS.Y), Q=2)
        trainer = Trainer(problem).run(7)
        drawing = figures.learning_curve(trainer)
        axes, = drawing.figure.axes
        optimum, curve = axes.lines
        assert (axes.get_title(loc="left") or axes.get_title()) == "Log-likelihood"
        assert axes.get_xlabel() == "step"
        assert curve.get_xdata().tolist() == [*range(8)]
        assert hexed(curve.get_color()) == BLUE
        assert (hexed(optimum.get_color()), optimum.get_linestyle()) == (VERMILLION, "--")
        note, = (text for text in axes.texts if text.get_text() == "exact optimum")
        assert note.xy[1] == problem.best
        assert note.get_va() == "bottom"  # on the side that no value reaches
        assert hexed(note.get_color()) == WORDS
        first, last, best = (f"{value:,.4g}".replace("-", "−") for value in (
            trainer.history.values[0], trainer.value, problem.best))
        assert drawing.words == (f"The log-likelihood over 7 steps, from {first} to {last}; "
                                 f"dashed, the exact optimum, {best}.")

    def test_curves_have_the_look_of_their_name_in_the_legend(self):
        figure = figures.curves([1, 10], {"a": [1, 2], "b": [3, 2]}, "h", "error", "").figure
        axes, legend = figure.axes[0], figure.legends[0]
        assert (axes.get_xlabel(), axes_called(figure, "error")) == ("h", axes)
        looks = {text.get_text(): (hexed(handle.get_color()), handle.get_marker()) for text, handle
                 in zip(legend.get_texts(), legend.legend_handles, strict=True)}
        assert looks == {line.get_label(): (hexed(line.get_color()), line.get_marker())
                         for line in axes.lines}
        assert looks["a"][0] == GREEN
        assert axes.lines[0].get_xdata().tolist() == [1, 10]

    def test_draws_stand_under_the_title_of_their_own_matrix(self):
        x, columns = np.array([0.0, 0.5, 2]), np.array([[1.0, 4], [2, 5], [3, 6]])
        figure = figures.draws(x, {"a": columns, "b": -columns}, "").figure
        for title, sign in (("a", 1), ("b", -1)):
            axes = axes_called(figure, title)
            assert axes.get_xlabel() == "latent point"
            np.testing.assert_array_equal([line.get_ydata() for line in axes.lines],
                                          sign * columns.T)
            assert all(line.get_xdata().tolist() == x.tolist() for line in axes.lines)
