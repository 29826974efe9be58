"""What a picture says: places against values, names against what they name, colours against signs,
classes and paths. The expected numbers come from formulas of their own."""


import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle

from lvmcalc import notation
from lvmcalc.chain import Card, derive
from lvmcalc.models import GPLVMProblem, autoencoder, gplvm
from lvmcalc.show import (
    LiveAutoencoder,
    LiveGPLVM,
    StageWalk,
    figures,
    live_chain,
    panels,
    still,
    style,
    timing,
)
from lvmcalc.show.live_chain import Live
from lvmcalc.show.nudge import Nudge
from lvmcalc.show.two_weights import SAMPLES, TwoWeights
from lvmcalc.training import Trainer, data

GREEN, PURPLE, BLUE, VERMILLION = "#009E73", "#CC79A7", "#0072B2", "#D55E00"
INK, YELLOW, SKY, GREY, WORDS = "#222222", "#F0E442", "#56B4E9", "#777777", "#727272"
CLASSES = {"setosa": (BLUE, "o"), "versicolor": (VERMILLION, "s"), "virginica": (GREEN, "^")}
IRIS = data.load("iris")
W, X = np.arange(1.0, 7).reshape(2, 3), np.array([[1.0, -2], [0.5, 3], [2, 1]])
AUTOENCODER = autoencoder.chain()
# of the paths by their edges (child, parent): g = Wᵀ in the decoder, h = W in the encoder
PATHS = {("g", "W"): (GREEN, "-"), ("h", "W"): (PURPLE, "--"), ("e", "h"): (PURPLE, "--"),
         ("f", "g"): (GREEN, "-"), ("d", "e"): (PURPLE, "--"), ("d", "f"): (GREEN, "-")}


def hexed(color) -> str:
    return to_hex(color).upper()


def numbers(widget, name, columns=1):
    """The numbers of a panel, as the browser is handed them."""
    return np.frombuffer(widget.frame[name], np.float32).reshape(-1, columns)


def axes_called(figure, title):
    return next(axes for axes in figure.axes if title in (axes.get_title(),
                                                          axes.get_title(loc="left")))


def middle(axes) -> float:
    box = axes.get_position()
    return (box.x0 + box.x1) / 2


def image_below(figure, title):
    """The heat map under a title that the figure bears, not its axes."""
    words = next(text for text in figure.texts if text.get_text() == title)
    drawn = [axes for axes in figure.axes if axes.images]
    return min(drawn, key=lambda axes: abs(middle(axes) - words.get_position()[0])).images[0]


def shade(image, value):
    """Red, green and blue of a value in an image on a white page."""
    *color, opaque = image.cmap(image.norm(value))
    return 1 - opaque * (1 - np.array(color))


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

    def test_images_stand_in_their_order_signed_or_as_ink(self):
        rows = [[0.0, 1, 2, 3, 4, 5], [-6, 0, 0, 0, 0, 6]]
        axes = figures.images(rows, (2, 3), "").figure.axes[1:]
        assert middle(axes[0]) < middle(axes[1])
        for one, row in zip(axes, rows, strict=True):
            assert one.images[0].get_array().ravel().tolist() == row
            assert one.images[0].get_clim() == (-6, 6)
        red, _, blue = shade(axes[1].images[0], 6)
        assert red > blue
        ink = figures.images(rows[:1], (2, 3), "", signed=False).figure.axes[1].images[0]
        assert ink.get_clim() == (0, 5)
        assert shade(ink, 5).max() < 0.2 < 0.9 < shade(ink, 0).min()


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


def scene_of(kind, **looks):
    """A scene of one panel."""
    return panels.picture({"it": {"kind": kind, "title": "It", **looks}},
                          [(1, [(1, ["it"])])])


def drawn(scene, **numbers):
    return still.still(scene, numbers, "", "").figure


class TestStills:
    PLACES = np.array([[0.0, 0], [1, 0.5], [10, 1], [11, 2], [5, 9], [6, 8]])

    def points(self, **looks):
        return scene_of("points", **{
            "flat": False, "classes": [{"name": name} for name in CLASSES],
            "labels": [1, 1, 0, 0, 2, 2], "xlabel": "x₁ across, x₂ up"} | looks)

    def test_points_have_the_look_of_their_class_and_its_name_stands_amid_them(self):
        figure = drawn(self.points(), it=self.PLACES.ravel(), ring=self.PLACES[4], moved=[7, 3],
                       limit=[12], names=self.PLACES[[2, 0, 4]].ravel())
        axes, = figure.axes
        for line, name, at in zip(axes.lines, CLASSES, (slice(2, 4), slice(0, 2), slice(4, 6)),
                                  strict=False):
            np.testing.assert_array_equal(line.get_xydata(), self.PLACES[at])
            assert (hexed(line.get_color()), line.get_marker()) == CLASSES[name]
            note, = (text for text in axes.texts if text.get_text() == name)
            np.testing.assert_array_equal(note.xy, self.PLACES[at][0])
        assert axes.get_xlim() == axes.get_ylim() == (-12, 12)
        ring = axes.lines[3]
        assert ring.get_xydata().tolist() == [[5, 9], [7, 3]]
        assert ring.get_markevery() == [1], "the ring is where the object was moved to"
        assert axes.get_xlabel() == "x₁ across, x₂ up"

    @pytest.mark.parametrize(("value", "low", "high"), [
        (2750.0, 2530, 3080), (-50.0, -54, -44), (0.0, -0.08, 0.12)])
    def test_the_axis_of_one_value_has_room_of_its_size(self, value, low, high):
        found = panels.axes({"xlog": False, "ylog": False, "across": [20]}, [0, value])
        assert found == pytest.approx([0, 20, low, high])

    def test_titles_stand_on_one_line(self):
        def below_the_top(kind, **looks):
            figure = drawn(scene_of(kind, **looks), it=[1, 2], axes=[0, 1, 0, 1])
            pen = still.FigureCanvasAgg(figure)
            pen.draw()
            title, = figure.findobj(lambda it: getattr(it, "get_text", str)() == "It")
            return figure.bbox.height - title.get_window_extent(pen.get_renderer()).y0

        curve = below_the_top("curve", series=[], xlog=False, ylog=False, xlabel="")
        bars = below_the_top("bars", marks=[1, 2], xlabel="")
        cells = below_the_top("cells", shape=[1, 2], columns=1, signed=True)
        assert [bars, cells] == pytest.approx([curve, curve], abs=0.3)

    def test_with_one_dimension_each_row_bears_the_name_of_its_class(self):
        places = [0.0, -1, 1, -1, 2, 0, 3, 0, 4, -2, 5, -2]
        axes, = drawn(self.points(flat=True), it=places, ring=places[:2], moved=places[:2],
                      limit=[12]).axes
        rows = dict(zip([text.get_text() for text in axes.get_yticklabels()], axes.get_yticks(),
                        strict=True))
        for name, line in zip(CLASSES, axes.lines, strict=False):
            assert {*line.get_ydata()} == {rows[name]}

    def test_a_curve_has_its_numbers_its_look_and_its_name(self):
        series = [{"key": "ghost", "color": GREY, "dash": "--", "label": "the right run"},
                  {"key": "run", "color": BLUE},
                  {"key": "own", "color": "#E69F00", "dash": ":", "label": "own"}]
        scene = scene_of("curve", series=series, xlog=False, ylog=True, xlabel="step",
                         units="percent")
        axes, = drawn(scene, ghost=[0, 1, 2, 1, 0.5, 0.1], run=[0, 30, 1, 0.7],
                      own=[0, 1, 0.9, 0.8], axes=[0, 30, -2, 1]).axes
        looks = [(line.get_xydata().tolist(), hexed(line.get_color()), line.get_linestyle())
                 for line in axes.lines]
        assert all(line.get_markevery() == [-1] for line in axes.lines)  # the step that is shown
        assert looks == [([[0, 1], [1, 0.5], [2, 0.1]], GREY, "--"),
                         ([[0, 1], [30, 0.7]], BLUE, "-"),
                         ([[0, 0.9], [1, 0.8]], "#E69F00", ":")]
        assert (axes.get_xlim(), axes.get_ylim()) == ((0, 30), (0.01, 10))
        legend = axes.get_legend()
        assert {text.get_text(): hexed(handle.get_color()) for text, handle in zip(
            legend.get_texts(), legend.legend_handles, strict=True)} == {
            "the right run": GREY, "own": "#E69F00"}
        assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")
        assert axes.get_xlabel() == "step"
        percent = axes.yaxis.get_major_formatter()
        assert (percent(0.25, None), percent(1e-7, None)) == ("25 %", "$10^{-5}$ %")
        axes, = drawn(scene_of("curve", series=series[1:2], xlog=True, ylog=False, xlabel="N"),
                      run=[1, 100, 2, 3], axes=[0, 2, 1, 4]).axes
        assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")
        assert (axes.get_xlim(), axes.get_ylim()) == ((1, 100), (1, 4))
        assert axes.yaxis.get_major_formatter()(-2750) == "−2,750", "as the browser writes it"

    def test_the_bars_are_the_numbers_and_the_diamonds_the_marks(self):
        axes, = drawn(scene_of("bars", marks=[5, 3, 1], xlabel="◇ YYᵀ, ▮ model's D·K"),
                      it=[4, 2.5, 2]).axes
        assert [bar.get_height() for bar in axes.patches] == [4, 2.5, 2]
        diamonds, = axes.lines
        assert (diamonds.get_marker(), diamonds.get_ydata().tolist()) == ("D", [5, 3, 1])
        assert diamonds.get_xdata().tolist() == [1, 2, 3]
        assert [text.get_text() for text in axes.get_xticklabels()] == ["1", "2", "3"]
        np.testing.assert_allclose([bar.get_x() + bar.get_width() / 2 for bar in axes.patches],
                                   [1, 2, 3])
        assert axes.get_xlabel() == "◇ YYᵀ, ▮ model's D·K"

    @pytest.mark.parametrize("signed", [True, False])
    def test_cells_stand_row_by_row(self, signed):
        scene = scene_of("cells", shape=[1, 2], count=4, columns=2, signed=signed,
                         outline=[PURPLE, "--"], lit=YELLOW)
        figure = drawn(scene, it=np.arange(1.0, 9))
        found = dict(zip("abcd", figure.axes, strict=True))
        for k, name in enumerate("abcd"):
            image = found[name].images[0]
            assert image.get_array().tolist() == [[2 * k + 1, 2 * k + 2]]
            assert image.get_clim() == (-8 if signed else 0, 8)
            assert hexed(found[name].spines["top"].get_edgecolor()) == PURPLE
        if signed:  # a negative number has as much colour as a positive one
            assert drawn(scene, it=-np.arange(1.0, 9)).axes[0].images[0].get_clim() == (-8, 8)
        top = shade(found["d"].images[0], 8)
        assert top[0] > top[2] + 0.2 if signed else top.max() < 0.2
        at = {name: axes.get_position() for name, axes in found.items()}
        assert at["a"].x0 == at["c"].x0 < at["b"].x0 == at["d"].x0
        assert at["a"].y0 == at["b"].y0 > at["c"].y0 == at["d"].y0
        title, = (text for text in figure.texts if text.get_text() == "It")
        assert hexed(title.get_bbox_patch().get_facecolor()) == YELLOW

    def test_a_number_stands_in_the_cell_of_its_row_and_column(self):
        scene = scene_of("cells", shape=[2, 3], count=1, columns=1, signed=True, fill=True)
        axes, = drawn(scene, it=np.arange(6) + 0.25).axes
        assert {text.get_position(): text.get_text() for text in axes.texts} == {
            (j, i): f"{3 * i + j}.25" for i in range(2) for j in range(3)}

    def test_a_number_is_no_wider_than_its_cell(self):
        scene = scene_of("cells", shape=[3, 1], columns=1, signed=True, fill=True)
        figure = drawn(scene, it=[0.16, -0.0944, -0.13])
        pen, (axes,) = still.FigureCanvasAgg(figure).get_renderer(), figure.axes
        assert len(axes.texts) == 3
        assert all(text.get_window_extent(pen).width < axes.bbox.width for text in axes.texts)

    @pytest.mark.parametrize(("number", "words"), [(-12340.0, "−12,340"), (0.25, "0.25")])
    def test_a_matrix_of_one_number_is_that_number(self, number, words):
        scene = scene_of("cells", shape=[1, 1], count=1, columns=1, signed=True)
        figure = drawn(scene, it=[number])
        assert {text.get_text() for text in figure.texts} == {"It", words}

    def test_data_are_dots_what_is_made_of_them_a_line_over_the_name_of_the_class(self):
        scene = scene_of("lines", data="data", length=2, low=0, high=9, captions=["p", "q"])
        axes, = drawn(scene, data=[1, 2, 3, 4], it=[5, 6, 7, 8]).axes
        found = {marker: np.concatenate([line.get_ydata() for line in axes.lines
                                         if line.get_marker() == marker]).tolist()
                 for marker in ("o", "None")}
        assert found == {"o": [1, 2, 3, 4], "None": [5, 6, 7, 8]}
        ticks = zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
        for (place, words), line in zip(ticks, axes.lines[1::2], strict=True):
            assert line.get_xdata().mean() == place
            assert words.get_text() == {1: "p", 3: "q"}[line.get_ydata()[0]]

    def test_columns_go_from_left_to_right_and_rows_down(self):
        panel = {"kind": "bars", "marks": [1], "xlabel": ""}
        scene = panels.picture({name: panel | {"title": name} for name in "abc"},
                               [(1, [(1, ["a"])]), (2, [(1, ["b"]), (1, ["c"])])])
        a, b, c = (axes_called(drawn(scene, a=[1], b=[1], c=[1]), name).get_position()
                   for name in "abc")
        assert a.x1 < b.x0 == c.x0
        assert b.y0 > c.y1
        assert b.width > 1.8 * a.width


class TestTwoWeights:
    def test_the_map_is_the_loss_at_its_coordinates_the_higher_the_darker(self):
        panel, x = TwoWeights().scene["panels"]["map"], np.array(SAMPLES)
        heights = np.frombuffer(panel["heights"], np.float32).reshape(panel["rows"],
                                                                      panel["columns"])
        across, up = panel["edge"]

        def loss(w1, w2):
            w = np.array([[w1, w2]])
            return ((w.T @ w @ x - x) ** 2).sum() / 2

        # the first row is the uppermost
        w1, w2 = np.linspace(-across, across, panel["columns"]), np.linspace(up, -up, panel["rows"])
        losses = np.array([[loss(a, b) for a in w1[::4]] for b in w2[::4]])
        order = np.argsort(losses, axis=None)
        assert (np.diff(heights[::4, ::4].ravel()[order]) >= 0).all()
        assert heights.max() > heights.min()

    def test_an_arrow_has_the_look_and_the_numbers_of_its_path_wherever_it_is_drawn(self):
        widget = TwoWeights((1.3, -0.9), 0.001)
        w, x = np.array([[1.3, -0.9]]), np.array(SAMPLES)
        c = w.T @ w @ x - x
        expected = {"g": -0.001 * w @ x @ c.T, "h": -0.001 * w @ c @ x.T}
        expected["step"] = expected["g"] + expected["h"]
        looks = {"g": PATHS["g", "W"], "h": PATHS["h", "W"], "step": (SKY, "-")}
        scale = numbers(widget, "scale").item()
        told = {look["key"]: look for look in widget.scene["panels"]["map"]["arrows"]}
        for key, look in looks.items():
            np.testing.assert_allclose(numbers(widget, key).ravel(), scale * expected[key][0],
                                       rtol=1e-5)
            assert (told[key]["color"], told[key]["dash"]) == look
        axes = axes_called(widget.still().figure, "Loss ½‖WᵀWx − x‖², and its level lines")
        ends = {hexed(text.arrow_patch.get_edgecolor()): text for text in axes.texts
                if getattr(text, "arrow_patch", None)}
        for key, (color, _) in looks.items():
            assert ends[color].xyann == pytest.approx((1.3, -0.9))
            np.testing.assert_allclose(ends[color].xy, w[0] + scale * expected[key][0], rtol=1e-5)

    def test_the_still_map_has_its_axes_its_way_and_each_name_at_its_point(self):
        widget = TwoWeights((1.3, -0.9), 0.005)
        widget.step(2)
        figure = widget.still().figure
        axes = axes_called(figure, "Loss ½‖WᵀWx − x‖², and its level lines")
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("w₁", "w₂")
        assert (axes.get_xlim(), axes.get_ylim()) == ((-1.7, 1.7), (-1.3, 1.3))
        way, = (line for line in axes.lines if hexed(line.get_color()) == BLUE)
        np.testing.assert_allclose(way.get_xydata()[[0, -1]], [[1.3, -0.9], widget.W[0]])
        arrows = [text for text in axes.texts if getattr(text, "arrow_patch", None)]
        scale = numbers(widget, "scale").item()
        for arrow, key in zip(arrows, ("step", "g", "h"), strict=True):  # at the end of the way
            np.testing.assert_allclose(arrow.xyann, widget.W[0])
            np.testing.assert_allclose(arrow.xy, widget.W[0] + scale * widget.arrows[key][0],
                                       rtol=1e-5)
            named, = (text for text in axes.texts if text.get_text() == key)
            np.testing.assert_array_equal(named.xy, arrow.xy)
            if key != "step":  # on its own side of the sum
                across = widget.arrows["step"][0][::-1] * (1, -1)
                assert np.sign(across @ named.xyann) == np.sign(across @ widget.arrows[key][0])
        best = np.linalg.svd(SAMPLES)[0][:, 0]
        best *= np.sign(best[0])
        at = {text.get_text(): text.xy for text in axes.texts}
        np.testing.assert_allclose(at["w*"], 0.8 * best, atol=1e-6)
        np.testing.assert_allclose(at["−w*"], -0.8 * best, atol=1e-6)
        assert at["maximum"] == (0, 0)
        circle, = (patch for patch in axes.patches if isinstance(patch, Circle))
        assert (circle.center, circle.radius) == ((0, 0), 1)  # where ‖W‖ = 1
        name, = (text for text in axes.texts if text.get_text() == "maximum")
        marker, = (line for line in axes.lines if line.get_marker() == "^")
        assert not name.get_window_extent().overlaps(marker.get_window_extent())
        for line in axes.lines:
            if hexed(line.get_color()) == GREY:
                losses = [autoencoder.loss([w], SAMPLES) for w in line.get_xydata()]
                assert np.ptp(losses) < 0.05 * max(losses)
        assert {"g", "h", "step", "‖W‖ = 1: path h is 0"} <= {*at}


class TestLivePanels:
    @pytest.mark.parametrize(("widget", "letter"), [(LiveGPLVM("iris"), "x"),
                                                    (LiveAutoencoder("iris", 3), "e")])
    def test_the_latent_panel_has_each_object_in_its_class_and_names_its_axes(self, widget, letter):
        panel = widget.scene["panels"]["latent"]
        assert panel["xlabel"] == f"{letter}₁ across, {letter}₂ up"
        assert {look["name"]: (look["color"], look["marker"]) for look in panel["classes"]} == (
            CLASSES)
        names = [panel["classes"][label]["name"] for label in panel["labels"]]
        assert names == ["setosa"] * 50 + ["versicolor"] * 50 + ["virginica"] * 50
        latent = widget.trainer.parameters if letter == "x" else (
            (IRIS.Y - IRIS.Y.mean(axis=0)) @ widget.trainer.parameters.T)
        np.testing.assert_allclose(numbers(widget, "latent", 2), latent[:, :2], rtol=1e-4,
                                   atol=1e-6)
        np.testing.assert_allclose(numbers(widget, "ring").ravel(), latent[39, :2], rtol=1e-4)

    def test_with_one_dimension_each_object_stands_in_the_row_of_its_class(self):
        widget = LiveGPLVM("iris", Q=1)
        panel, places = widget.scene["panels"]["latent"], numbers(widget, "latent", 2)
        assert panel["flat"]
        assert panel["xlabel"] == "x₁"
        assert "rebuilt from 1 number —" in widget.scene["panels"]["samples"]["title"]
        np.testing.assert_array_equal(np.rint(places[:, 1]), -IRIS.labels)
        np.testing.assert_allclose(places[:, 0], widget.trainer.parameters[:, 0], rtol=1e-5)

    def test_the_image_behind_a_dot_is_that_object_with_the_largest_number_as_ink(self):
        digits = data.load("digits")
        panel = panels.latent_panel(digits, 3, "x")
        ink = np.frombuffer(panel["images"], np.uint8).reshape(1797, 64)
        np.testing.assert_allclose(ink, digits.Y * 255 / 16, atol=0.51)
        assert panel["title"] == "Latent space: 2 of its 3 dimensions"

    @pytest.mark.parametrize("make", [LiveGPLVM, LiveAutoencoder])
    def test_the_curve_is_the_gap_in_per_cent_and_the_dashed_one_the_right_run(self, make):
        widget = make("iris")
        widget.controls.gradient.value = "sign flipped"
        widget.player.step(4)
        panel, trainer = widget.scene["panels"]["curve"], widget.trainer
        assert (panel["title"], panel["xlabel"], panel["units"]) == ("Gap to the optimum", "step",
                                                                     "percent")
        looks = {look["key"]: (look["color"], look.get("dash", "-"), look.get("label"))
                 for look in panel["series"]}
        assert looks == {"ghost": (GREY, "--", "the right run"), "curve": (BLUE, "-", None)}
        steps, gaps = numbers(widget, "curve").reshape(2, -1)
        assert steps.tolist() == [*range(5)]
        assert gaps[-1] > gaps[0], "away from the optimum"
        assert numbers(widget, "ghost").reshape(2, -1)[1, -1] < gaps[0]
        _, _, low, high = numbers(widget, "axes").ravel()
        assert high - 1.1 < np.log10(gaps.max()) < high
        assert low <= np.log10(gaps.min())
        problem = trainer.problem
        np.testing.assert_allclose(gaps[-1], abs(trainer.value - problem.best) / problem.scale,
                                   rtol=1e-5)

    def test_where_no_optimum_is_known_the_curve_is_the_value_itself(self):
        live = Live(AUTOENCODER, "W", x=X, m=2)
        live.controls.gradient.value = "only path g"  # the gradient that is drawn stays whole
        live.player.step(3)
        panels_ = live.scene["panels"]
        assert panels_["curve"]["title"] == "L, the value of autoencoder"
        assert (panels_["curve"]["units"], panels_["curve"]["ylog"]) == ("", False)
        assert (panels_["W"]["title"], panels_["gradient W"]["title"]) == ("W", "∂L/∂W")
        assert panels_["W"]["shape"] == panels_["gradient W"]["shape"] == [2, 3]
        w = live.trainer.parameters
        c = w.T @ w @ X - X
        np.testing.assert_allclose(numbers(live, "W", 3), w, rtol=1e-5)
        np.testing.assert_allclose(numbers(live, "gradient W", 3), w @ (X @ c.T + c @ X.T),
                                   rtol=1e-4, atol=1e-5)
        steps, values = numbers(live, "curve").reshape(2, -1)
        np.testing.assert_allclose(values[-1], (c * c).sum() / 2, rtol=1e-5)
        left, right, low, high = numbers(live, "axes").ravel()
        assert left == 0 < steps[-1] < right
        assert low < values.min() < values.max() < high

    def test_a_class_is_named_at_the_median_of_its_points(self):
        X = np.random.default_rng(0).exponential(size=(150, 2))
        X[:, 1] += 99 * IRIS.labels
        np.testing.assert_allclose(
            panels.middles(X, IRIS, 250.0),
            [np.sort(X[IRIS.labels == k], axis=0)[25] for k in range(3)], atol=1e-6)

    def test_the_axes_hold_the_latent_points_and_the_one_that_is_moved(self):
        widget = LiveAutoencoder("iris")
        for by in (0.5, 4.0):
            widget.controls.across.value = by
            limit = numbers(widget, "limit").item()
            held = np.abs(np.vstack([numbers(widget, name, 2) for name in ("moved", "ring")]))
            assert (held < limit).all()
            assert (np.abs(numbers(widget, "latent", 2)) < limit).mean() > 0.99

    @pytest.mark.parametrize(("size", "columns"), [(3, ["AC", "B"]), (70, ["ABC"])])
    def test_many_small_variables_stand_in_two_columns_with_their_gradients(self, size, columns):
        chain = derive("½‖A B C − Y‖²", A="N×M", B="M×K", C="K×D", Y="N×D")
        live = Live(chain, [*"ABC"], Y=np.ones((size, 2)), M=2, K=2)
        _, *others = live.scene["layout"]
        assert [[names for _, names in rows] for _, rows in others] == [
            [[name, f"gradient {name}"] for name in column] for column in columns]
        assert sum(share for share, _ in others) == 1

    def test_of_a_large_matrix_each_cell_is_the_mean_of_a_block(self):
        x = np.arange(3 * 130.0).reshape(3, 130) / 100
        live = Live(AUTOENCODER, "x", W=np.eye(2, 3), S=130)
        shown = live_chain._means(x)
        np.testing.assert_allclose(shown[:, 0], x[:, :3].mean(axis=1))
        np.testing.assert_allclose(shown[:, -1], x[:, 129])
        panel = live.scene["panels"]["x"]
        assert panel["shape"] == [*shown.shape]
        assert panel["title"] == "x, means of 1×3"
        assert panel["signed"]

    def test_the_diamonds_are_the_eigenvalues_of_the_data_and_the_bars_the_models(self):
        widget, Y = LiveGPLVM("iris", alpha=0.7), IRIS.Y - IRIS.Y.mean(axis=0)
        panel, x, problem = (widget.scene["panels"]["bars"], widget.trainer.parameters,
                             widget.trainer.problem)
        assert panel["xlabel"] == "◇ YYᵀ, ▮ model's D·K"
        np.testing.assert_allclose(panel["marks"], np.linalg.eigvalsh(Y @ Y.T)[::-1][:4], rtol=1e-9)
        K = 0.7 * x @ x.T + np.eye(150) / problem.beta
        np.testing.assert_allclose(numbers(widget, "bars").ravel(),
                                   4 * np.linalg.eigvalsh(K)[::-1][:4], rtol=1e-4)

    def test_over_each_name_stand_an_object_of_that_class_and_what_is_made_of_it(self):
        widget = LiveAutoencoder("iris")
        panel, w = widget.scene["panels"]["samples"], widget.trainer.parameters
        assert panel["captions"] == ["chosen", *CLASSES]
        shown, made = numbers(widget, "data", 4), numbers(widget, "samples", 4)
        np.testing.assert_allclose(shown, IRIS.Y[[39, 0, 50, 100]], rtol=1e-5)
        mean = IRIS.Y.mean(axis=0)
        np.testing.assert_allclose(made, mean + (shown - mean) @ w.T @ w, rtol=1e-3)
        assert (panel["low"], panel["high"]) == (IRIS.Y.min(), IRIS.Y.max())
        assert "Data ●, rebuilt from 2 numbers —" in panel["title"]
        assert widget.scene["panels"]["weights"]["title"] == "W, components"
        np.testing.assert_allclose(numbers(widget, "weights", 4)[:2], w, rtol=1e-5)

    def test_of_digits_the_upper_row_is_the_data_and_the_lower_is_rebuilt(self):
        widget, digits = LiveAutoencoder("digits", m=3), data.load("digits")
        assert widget.title == "Training: Autoencoder"
        panel, shown = widget.scene["panels"]["samples"], numbers(widget, "samples", 64)
        assert panel["title"] == "Data, and below rebuilt from 3 numbers"
        first = [int(np.flatnonzero(digits.labels == k)[0]) for k in range(6)]
        np.testing.assert_array_equal(shown[:7], digits.Y[[39, *first]])
        assert (panel["count"], panel["columns"], panel["shape"]) == (14, 7, [8, 8])
        weights = widget.scene["panels"]["weights"]
        assert (weights["title"], weights["columns"], weights["count"]) == ("W, components", 3, 6)
        assert weights["signed"]
        assert weights["top"] >= np.linalg.norm(widget.trainer.problem.optimum.W, axis=0).max()
        titles = [panel["title"] for panel in widget.scene["panels"].values()]
        assert widget.about == "; ".join(titles) + "."
        assert not panel["signed"]
        np.testing.assert_allclose(numbers(widget, "weights", 64)[:3], widget.trainer.parameters,
                                   rtol=1e-5)

    def test_the_panels_of_a_nudge_are_the_matrix_and_below_it_its_slopes(self):
        widget = Nudge(AUTOENCODER, "W", W=W, x=X)
        found, c = widget.scene["panels"], W.T @ W @ X - X
        assert found["leaf"]["title"].startswith("W: ")
        assert found["slopes"]["title"] == "∂L/∂W"
        np.testing.assert_allclose(numbers(widget, "leaf", 3), W)
        np.testing.assert_allclose(numbers(widget, "slopes", 3), W @ (X @ c.T + c @ X.T), rtol=1e-5)
        widget.controls.entry.value = (0, 1)
        assert numbers(widget, "chosen", 1).item() == 1
        looks = {look["key"]: look for look in found["along"]["series"]}
        assert (looks["along"]["color"], looks["along"].get("dash")) == (BLUE, None)
        assert looks["line"]["dash"] == "--"
        assert looks["line"]["color"] == looks["here"]["color"]


class TestCost:
    def test_each_time_is_that_of_the_way_it_is_called_after(self, monkeypatch):
        called = []
        for name in ("textbook", "cholesky"):
            monkeypatch.setattr(timing, name, lambda *_, name=name: called.append(name))
        evaluate = GPLVMProblem.evaluate
        monkeypatch.setattr(GPLVMProblem, "evaluate", lambda self, at, *more: (
            called.append(np.shape(at)), evaluate(self, at, *more))[1])
        ways = timing.CostCurve([100])._ways(100)
        found = {}
        for name, way in ways.items():
            called.clear()
            way()
            found[name] = called[:1]
        assert found["inverse of K"] == ["textbook"]
        assert found["Cholesky of K"] == ["cholesky"]
        assert found["K never formed"] == [(100, 2)]
        assert found["reduced"] != found["K never formed"]

    def test_a_time_is_in_seconds_the_best_of_three_for_one_call(self, monkeypatch):
        class Timer:
            def __init__(self, way):
                pass

            def timeit(self, calls):
                return 0.004 * calls

            def repeat(self, times, calls):
                return [calls * second for second in (0.003, 0.002, 0.005)[:times]]

        monkeypatch.setattr(timing, "Timer", Timer)
        assert timing._best(lambda: None) == pytest.approx(0.002)

    def test_the_curves_have_their_own_names_looks_and_numbers_in_seconds(self, monkeypatch):
        times = iter([0.001 * k for k in range(1, 9)])
        monkeypatch.setattr(timing, "_best", lambda way: next(times))
        curve = timing.CostCurve([100, 50]).measure()
        panel = curve.scene["panels"]["curve"]
        assert panel["title"] == "Seconds for a value with its gradient"
        assert panel["xlabel"] == "N, the number of objects"
        assert panel["xlog"]
        assert panel["ylog"]
        assert all(look["key"] == look["label"] for look in panel["series"])
        assert len({look["color"] for look in panel["series"]}) == 4
        for look in panel["series"]:
            sizes, seconds = numbers(curve, look["key"]).reshape(2, -1)
            assert sizes.tolist() == [50, 100]
            np.testing.assert_allclose(seconds, [curve.seconds[look["key"]][N] for N in (50, 100)])
            milli = 1e3 * curve.seconds[look["key"]][100]
            assert f"{look['key']} at N = 100: {milli:.0f} ms." in curve.status


class TestWalk:
    @staticmethod
    def shown(walk):
        return {panel["title"]: numbers(walk.view, name, panel["shape"][1]) for name, panel in
                walk.view.scene["panels"].items() if name.startswith("heat")}

    @pytest.mark.parametrize("path", ["g", "h"])
    def test_the_heat_map_of_a_path_is_what_that_path_contributes_and_not_the_sum(self, path):
        walk = StageWalk(AUTOENCODER, W=W, x=X)
        walk.go(walk.stages.index(("W", path)))
        c = W.T @ W @ X - X
        parts = {"g": W @ X @ c.T, "h": W @ c @ X.T}
        found = self.shown(walk)
        # the adjoint of a use is what its path contributes
        arriving, one, whole = (found[f"∂L/∂{path}, m×n"], found[f"∂L/∂W, path {path}, m×n"],
                                found["∂L/∂W, all paths, m×n"])
        np.testing.assert_allclose(arriving, parts[path], rtol=1e-5)
        np.testing.assert_allclose(one, parts[path], rtol=1e-5)
        np.testing.assert_allclose(whole, parts["g"] + parts["h"], rtol=1e-5)

    def test_forwards_each_heat_map_is_the_value_that_its_title_names(self):
        walk = StageWalk(AUTOENCODER, "forwards", W=W, x=X)
        e, values = W @ X, {"W, m×n": W, "x, n×S": X, "h, m×n": W, "g, m×n": W, "f, n×m": W.T,
                            "e, m×S": W @ X, "d, n×S": W.T @ W @ X, "c, n×S": W.T @ W @ X - X}
        assert e.shape == (2, 2)
        for place, name in enumerate(walk.stages):
            walk.go(place)
            found = self.shown(walk)
            for title, matrix in found.items():
                if title in values:
                    np.testing.assert_allclose(matrix, values[title], rtol=1e-5)
            assert [title[0] for title in found] == [*AUTOENCODER[name].parents, name]
            assert len(found) > 1

    def test_each_stage_is_offered_by_its_number_and_a_forward_card_names_rule_and_source(self):
        walk = StageWalk(AUTOENCODER, "forwards", W=W, x=X)
        for place, ((words, value), name) in enumerate(
                zip(walk.jump.options, walk.stages, strict=True)):
            assert (words, value) == (f"{place + 1}: {name}", place)
        parent, node = StageWalk(AUTOENCODER, W=W, x=X).stages[0]
        assert StageWalk(AUTOENCODER, W=W, x=X).jump.options[0][0] == f"1: {node} → {parent}"
        assert f"W is 2×3 with norm {np.linalg.norm(W):.4g}" in walk.status
        node = AUTOENCODER[walk.go(2).stage]
        assert walk.status.startswith(f"Stage 3 of {len(walk.stages)}, forwards: {node.name}. ")
        for told in (f"{node.rule.name} ({node.rule.source})", notation.shape(node.symbol)):
            assert f"<td>{told}</td>" in walk._card.value

    def test_backwards_each_heat_map_is_the_adjoint_that_its_title_names(self):
        walk, c = StageWalk(AUTOENCODER, W=W, x=X), W.T @ W @ X - X
        adjoints = {"c": c, "d": c, "f": c @ (W @ X).T, "e": W @ c, "g": W @ X @ c.T,
                    "h": W @ c @ X.T}
        for place in range(len(walk.stages)):
            walk.go(place)
            for title, matrix in self.shown(walk).items():
                name = title.removeprefix("∂L/∂").split(",")[0]
                if title.startswith("∂L/∂") and name in adjoints:
                    np.testing.assert_allclose(matrix, adjoints[name], rtol=1e-5)

    @pytest.mark.parametrize("spoiled", ["e", "f"])
    def test_each_parent_has_the_evidence_of_its_own_step(self, spoiled):
        edges = AUTOENCODER.edges
        wrong = AUTOENCODER.altered({("d", spoiled): 2 * edges["d", spoiled]})
        for parent in "ef":
            evidence = dict(Card(wrong, parent, "d").cells())["evidence"]
            assert ("refuted" in evidence) == (parent == spoiled)
            assert ("proved" in evidence) == (parent != spoiled)
        row, = (line for line in wrong._repr_markdown_().splitlines() if line.startswith("| $d ="))
        assert row.endswith("refuted |")

    @pytest.mark.parametrize("parent", ["e", "f"])
    def test_a_card_has_what_arrives_and_leaves_on_its_own_lines(self, parent):
        cells = dict(Card(AUTOENCODER, parent, "d").cells())
        assert cells["arriving"].startswith(f"${notation.latex(notation.adjoint_name('L', 'd'))} =")
        assert cells["leaving"].startswith(
            f"${notation.latex(notation.adjoint_name('L', parent))} =")
        assert cells["forward"].replace(" ", "") == "$d=fe$"
        shapes = {"e": "m×S", "f": "n×m"}
        assert cells["shapes"] == f"{parent} is {shapes[parent]}, d is n×S"
