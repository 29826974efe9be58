"""What a still picture says: places against numbers, names and looks against their panels."""

import numpy as np
import pytest
from live_widgets import numbers
from matplotlib.patches import Circle
from pictures import (
    BLUE,
    CLASSES,
    GREY,
    PATHS,
    PURPLE,
    SKY,
    YELLOW,
    axes_called,
    drawn,
    hexed,
    shade,
)

from lvmcalc.models import autoencoder
from lvmcalc.show import panels, still
from lvmcalc.show.two_weights import SAMPLES, TwoWeights


def scene_of(kind, **looks):
    """A scene of one panel."""
    return panels.picture({"it": {"kind": kind, "title": "It", **looks}},
                          [(1, [(1, ["it"])])])


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
