"""Figures: what they show is what was computed, and every picture says its content in words."""

import io
import re
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text
from PIL import Image

from lvmcalc import Folded, notation
from lvmcalc.models import GPLVMProblem, autoencoder, gplvm
from lvmcalc.show import CostCurve, LiveAutoencoder, LiveGPLVM, StageWalk, figures, still, style
from lvmcalc.show.graph_layout import layout, variable_of
from lvmcalc.show.two_weights import TwoWeights
from lvmcalc.training import Trainer, data

CHAINS = [autoencoder.chain(), gplvm.log_det_chain(), gplvm.trace_chain(), gplvm.chain()]
LEAVES = {"W": np.arange(1.0, 7).reshape(2, 3), "x": np.array([[1.0, -2], [0.5, 3], [2, 1]])}


def pixels(drawing: figures.Drawing) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(drawing.png(1))).convert("RGB")).astype(int)


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.name)
class TestGraph:
    def test_no_two_nodes_stand_on_one_place_and_every_edge_goes_forward(self, chain) -> None:
        places = layout(chain).places
        assert len(set(places.values())) == len(places) == len(chain.leaves) + len(chain.nodes)
        assert all(places[parent][0] < places[node][0] for node, parent in chain.edges)

    def test_the_two_uses_have_two_looks_until_they_meet(self, chain) -> None:
        paths = layout(chain).paths
        assert set(paths.values()) == {0, 1}
        starts = {child for child, used in paths if used == variable_of(chain)}
        assert starts == {name for name, node in chain.nodes.items() if node.rule.name == "use"}
        ends = {child for child, _ in paths} - {used for _, used in paths}
        assert len(ends) == 1, "the paths end where both uses meet"
        looks = [style.USES[number] for number in paths.values()]
        assert looks[0]["linestyle"] != looks[1]["linestyle"], "not by colour alone"

    def test_the_words_name_every_stage(self, chain) -> None:
        words = figures.graph(chain).words
        assert all(f"→ {name}" in words for name in chain.nodes if not name.startswith("L"))


def test_a_lit_stage_changes_the_picture_and_the_words() -> None:
    plain, lit = figures.graph(CHAINS[0]), figures.graph(CHAINS[0], ("h", "e"))
    assert (pixels(plain) != pixels(lit)).any()
    assert "Lit: the step back from e to h." in lit.words


def test_an_unknown_stage_is_told() -> None:
    with pytest.raises(ValueError, match="no node of gplvm 'zz'"):
        figures.graph(CHAINS[3], "zz")
    with pytest.raises(ValueError, match="b does not use q; it uses c"):
        figures.graph(CHAINS[3], ("q", "b"))


def test_heat_maps_are_in_proportion_and_say_shape_and_size() -> None:
    drawing = figures.heats(LEAVES, {"W": "m×n"})
    assert drawing.words.startswith("W: m×n = 2×3, entries up to ±6; x: 3×2, entries up to ±3.")
    wide = drawing.figure.axes[1].get_window_extent()
    assert wide.width / wide.height == pytest.approx(3 / 2)


def test_the_parts_of_a_sum_share_one_colour_scale_and_say_so() -> None:
    parts = {"a": [[1.0, -2.0]], "b": [[4.0, 0.5]], "a + b": [[5.0, -1.5]]}
    for one_scale, tops in ((True, [5, 5, 5]), (False, [2, 4, 5])):
        drawing = figures.heats(parts, one_scale=one_scale)
        scales = [axes.get_images()[0].get_clim() for axes in drawing.figure.axes[1:]]
        assert scales == [(-top, top) for top in tops]
        assert ("one colour scale" in drawing.words) == one_scale


# a room of 240 × 158 for each of three, 390 × 158 for each of two
@pytest.mark.parametrize(("shapes", "sizes"), [
    ([(150, 2), (2, 150), (7, 5)], [(14, 158), (158, 14), (22 * 5 / 7, 22)]),
    ([(3, 4), (1, 1)], [(158 * 4 / 3, 158), (158 / 3, 158 / 3)]),
    ([(2, 9), (9, 9), (9, 1)], [(158, 158 * 2 / 9), (158, 158), (158 / 9, 158)]),
    ([(64, 1797), (2, 64), (1, 1)], [(240, 14), (22, 14), (22, 22)])])
def test_all_heat_maps_have_cells_of_one_size_unless_they_could_not_be_seen(shapes, sizes) -> None:
    matrices = {str(number): np.ones(shape) for number, shape in enumerate(shapes)}
    boxes = [axes.get_window_extent() for axes in figures.heats(matrices).figure.axes[1:]]
    np.testing.assert_allclose([box.size for box in boxes], sizes)
    assert all(first.x1 + 40 < second.x0 for first, second in pairwise(boxes))


@pytest.mark.parametrize(("value", "sentence"), [
    ([[1, np.nan], [0, 2]], "c̄ must be finite, but its entry in row 0, column 1"),
    (np.inf, "c̄ must be finite"),
    ([["1"]], "c̄ must hold real numbers, but it holds text")])
def test_a_heat_map_of_what_is_no_finite_number_is_refused_by_its_title(value, sentence) -> None:
    with pytest.raises((ValueError, TypeError), match=sentence):
        figures.heats({"c": np.ones((2, 2)), "c̄": value})


def test_the_sides_of_a_heat_map_bear_the_letters_of_its_shape() -> None:
    _, *shown = figures.heats(LEAVES, {"W": "m×n"}).figure.axes
    assert [(axes.get_ylabel(), axes.get_xlabel()) for axes in shown] == [("m", "n"), ("", "")]


@pytest.mark.parametrize("chain", [CHAINS[0], CHAINS[3]], ids=lambda chain: chain.name)
def test_a_node_has_one_outline_in_graph_and_heat_map_and_the_output_the_colour_of_its_curve(
    chain) -> None:
    in_graph = {text.get_text(): text.get_bbox_patch()
                for text in figures.graph(chain).figure.axes[0].texts}
    for name in chain.nodes:
        patch = in_graph[f"${notation.latex(name)}$"]
        outlines = {name: figures.outline_of(chain, name)}
        line = figures.heats({name: 1}, outlines=outlines).figure.axes[1].spines["left"]
        assert line.get_edgecolor() == patch.get_edgecolor()
        assert (line.get_linestyle(), patch.get_linestyle()) in ((style.SOLID,) * 2,
                                                                 (style.DASHED,) * 2)
    output = in_graph[f"${notation.latex(chain.output)}$"]
    assert to_hex(output.get_edgecolor()).upper() == style.REACHED["color"]


def test_a_path_has_one_colour_and_line_from_its_use_until_the_paths_meet() -> None:
    along = {"autoencoder": {"g": 0, "f": 0, "h": 1, "e": 1}, "gplvm": {"f": 0, "h": 1, "g": 1}}
    for chain in (CHAINS[0], CHAINS[3]):
        outlines = {name: figures.outline_of(chain, name) for name in (*chain.nodes, *chain.leaves)}
        assert {name: outline for name,
                outline in outlines.items() if outline in style.USES} == {
            name: style.USES[use] for name, use in along[chain.name].items()}


def test_a_number_has_a_heat_map_too() -> None:
    assert figures.heats({"L": 2}).words.startswith("L: 2.")


def test_latent_points_with_one_dimension_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="Q of at least 2"):
        figures.latent(np.ones((3, 1)), [0, 1, 2], "abc")


def test_a_learning_curve_shows_the_history_and_the_optimum() -> None:
    trainer = Trainer(GPLVMProblem(data.centred(data.load("iris").Y), Q=2)).run(7)
    optimum, curve = figures.learning_curve(trainer).figure.axes[0].lines
    assert set(optimum.get_ydata()) == {trainer.problem.best}
    np.testing.assert_array_equal(curve.get_ydata(), trainer.history.values)


def test_curves_show_each_row_by_its_label_on_logarithmic_axes() -> None:
    drawing = figures.curves([1, 10, 100], {"a": [1, 2, 3], "b": [3, 2, 1]}, "h", "error", "Two.")
    axes, = drawing.figure.axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert {line.get_label(): [*line.get_ydata()] for line in axes.lines} == {
        "a": [1, 2, 3], "b": [3, 2, 1]}
    looks = {(line.get_marker(), line.get_color()) for line in axes.lines}
    assert len(looks) == 2, "not by colour alone"
    assert drawing.words == "Two."


def test_images_show_each_row_and_refuse_a_wrong_shape() -> None:
    drawing = figures.images(data.load("digits").Y[:3], (8, 8), "three digits")
    shown = [axes.get_images()[0].get_array() for axes in drawing.figure.axes[1:]]
    np.testing.assert_array_equal(np.reshape(shown, (3, 64)), data.load("digits").Y[:3])
    assert repr(drawing) == "Picture: three digits"
    with pytest.raises(ValueError, match="must have shape"):
        figures.images(np.ones((2, 5)), (2, 2), "wrong")


def test_a_notebook_gets_the_picture_its_width_and_its_words(monkeypatch) -> None:
    shown = []
    monkeypatch.setattr(still, "display", lambda bundle, **more: shown.append((bundle, more)))
    drawing = figures.images(np.ones((2, 4)), (2, 2), "ones")
    folded = Folded(drawing)._repr_markdown_()
    assert 'alt="ones" width="900" src="data:image/png;base64,iVBOR' in folded
    drawing._ipython_display_()
    (picture, more), (words, _) = shown
    assert picture["image/png"].startswith(b"\x89PNG")
    assert more["metadata"] == {"image/png": {"width": 900, "alt": "ones"}}
    assert words["text/html"].startswith("<p><em>ones</em></p>")
    shown.clear()  # a widget says more than what is seen
    still.Drawing(still.canvas(20, 20), "what is seen", "what is said").show()
    (_, more), (words, _) = shown
    assert more["metadata"]["image/png"]["alt"] == "what is seen"
    assert "what is said" in words["text/html"]


def contrast(one: str, other: str) -> float:
    """Contrast of two colours by WCAG 2.2: 1 to 21."""
    def luminance(colour: str) -> float:
        part = np.array(to_rgb(colour))
        return np.where(part <= 0.04045, part / 12.92,
                        ((part + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722)
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000", "#fff") == contrast("#fff", "#000") == pytest.approx(21)
    # the lightest grey that passes for a text
    assert contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.005)


def test_every_text_of_every_figure_has_the_contrast_that_wcag_asks_for() -> None:
    trainer, iris = Trainer(GPLVMProblem(data.centred(data.load("iris").Y),
                                         Q=2)).run(2), data.load("iris")
    drawings = [figures.graph(CHAINS[0], ("W", "h")),
                figures.heats(LEAVES, {"W": "m×n"}), figures.learning_curve(trainer),
                figures.latent(trainer.parameters, iris.labels, iris.label_names)]
    moving = [LiveGPLVM("iris").still(), LiveAutoencoder("iris").still(), TwoWeights().still()]
    seen = {}
    for figure in (shown.figure for shown in (*drawings, *moving)):
        figure.draw_without_rendering()  # makes the ticks
        for text in filter(Text.get_text, figure.findobj(Text)):
            box, bold = text.get_bbox_patch(), text.get_weight() == "bold"
            free = not box and not text.get_path_effects()  # else paper is behind it everywhere
            seen[text] = contrast(text.get_color(), box.get_facecolor() if box else style.PAPER)
            assert text.get_size() >= 14
            assert seen[text] >= 4.5, text
            # what WCAG asks of bold letters of 14 points
            assert not free or (bold and contrast(text.get_color(), "#111") >= 3), text
    assert len(seen) > 100
    assert all(contrast(style.INK, fill) >= 4.5 for fill in style.LIT.values())


def test_every_letter_and_line_is_seen_on_a_white_and_on_a_dark_page() -> None:
    walk = StageWalk(CHAINS[0], **LEAVES)
    walk.go(walk.stages.index(("W", "h")))  # numbers stand on red and on blue
    curves = figures.curves([1e-9, 1], {"complex step": [1, 2]}, "step h", "error", "words")
    cost, count = CostCurve((100, 100_000)).still(), 0
    for drawing in (figures.heats(LEAVES, {"W": "m×n"}), walk.still(), curves, cost):
        picture = Image.open(io.BytesIO(drawing.png(1)))
        assert picture.getpixel((0, 0))[3] == 0, "it has no ground"
        assert not np.asarray(picture)[:, [0, -1], 3].any(), "no word is cut"
        texts = [*drawing.figure.texts, *(text for axes in drawing.figure.axes
                                          for text in axes.texts)]
        words = [text for text in texts if text.get_text()]
        count += len(words)
        for page, enough in (("#ffffff", 4.5), ("#111111", 3)):
            ground = Image.new("RGBA", picture.size, page)
            seen = Image.alpha_composite(ground, picture).convert("RGB")
            for text in words:
                left, low, right, high = text.get_window_extent().extents.astype(int)
                letters = np.asarray(seen)[seen.height - high:seen.height - low, left:right]
                shades = sorted(letters.reshape(-1, 3) / 255, key=sum)
                assert contrast(shades[0], shades[-1]) >= enough, text
    assert count > 24
    looks = [*style.USES, *style.DIRECTIONS.values(), style.REACHED, style.OPTIMUM,
             style.PLAIN_LINE]
    lines = {still.tone(look["color"]) for look in looks} | {style.RED}
    edges = {look["markeredgecolor"] for look in style.CLASSES}
    assert all(contrast(color, page) >= 3 for color in lines | edges for page in ("#fff", "#111"))


def test_a_colour_of_the_style_sheet_is_seen_in_the_light_and_in_the_dark_theme() -> None:
    free = re.sub(r"var\([^()]*\)|--[\w-]+: #\w+", "", style.CSS)  # but for what follows the theme
    colours = set(re.findall(r"#[0-9A-Fa-f]{6}\b", free))
    assert colours == {style.BLUE, style.VERMILLION}
    # JupyterLab's pages
    assert all(contrast(colour, page) >= 3 for colour in colours for page in ("#fff", "#111"))
    assert not re.search(r"(?<![\w-])color: #", free), "a text has the colour of the theme"


def test_draws_show_each_matrix_by_itself_and_refuse_another_number_of_points() -> None:
    x = np.linspace(0, 1, 5)
    drawing = figures.draws(x, {"a": np.ones((5, 3)), "b": np.zeros((5, 2))}, "words")
    assert [len(axes.lines) for axes in drawing.figure.axes] == [3, 2]
    assert [axes.get_title(loc="left") for axes in drawing.figure.axes] == ["a", "b"]
    with pytest.raises(ValueError, match="5"):
        figures.draws(x, {"a": np.ones((4, 3))}, "words")
