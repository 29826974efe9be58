"""What the browser draws says the same as the data: places, colours, names and axes, read off what
the canvas is told. The view stands on an empty page, with a model that answers nothing."""

import re
from itertools import pairwise
from types import SimpleNamespace

import browser
import numpy as np
import pytest
from canvas import drawn

from lvmcalc.models import autoencoder, gplvm
from lvmcalc.show import LiveGPLVM, StageWalk, panels, timing
from lvmcalc.show.graph_exercise import GraphExercise
from lvmcalc.show.nudge import Nudge
from lvmcalc.show.two_weights import SAMPLES, TwoWeights
from lvmcalc.training import data

POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
GREEN, PURPLE, SKY, BLUE, VERMILLION = "#009e73", "#cc79a7", "#56b4e9", "#0072b2", "#d55e00"
TWO_CLASSES = [{"name": "a", "color": "#0072B2", "marker": "o"},
               {"name": "b", "color": "#D55E00", "marker": "s"}]
IRIS = data.load("iris")
W, X = np.array([[1.0, -2, 3], [0.5, 4, -1]]), np.array([[1.0], [0.5], [-2]])
HOVERED = """at => { it.lvm.canvas.dispatchEvent(new PointerEvent("pointermove", seen(at)));
                    return it.lvm.tip.textContent; }"""

SET = """([name, value]) => {
  const input = it.querySelector(`[data-name=${name}] :is(input, select)`);
  input[{checkbox: "checked", "select-one": "selectedIndex"}[input.type] || "value"] = value;
  for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind));
  return sent.at(-1);
}"""

LIVE = """playing => {
  const {model} = it.lvm, {get} = model;
  model.get = name => name === "playing" ? playing : get(name);
  it.lvm.say();
  model.get = get;
  return it.querySelector("[role=status]").ariaLive;
}"""

TRAILS = """() => {
  const {canvas, state} = it.lvm, pen = canvas.getContext("2d"), {stroke} = pen, colors = [];
  pen.stroke = () => { if (pen.globalAlpha < 0.5) colors.push(pen.strokeStyle); };
  state.past = [state.now.latent, state.now.latent];
  it.lvm.draw();
  pen.stroke = stroke;
  return colors;
}"""


@pytest.fixture(scope="module")
def page():
    browser.need_chromium()
    with browser.page_of() as found:
        found.emulate_media(reduced_motion="reduce")  # lest each test waits for a movement
        yield found


def text_called(log, words):
    found, = (text for text in log["texts"] if text["words"] == words)
    return np.array([found["x"], found["y"]])


def scale(values, places):
    """Factor and offset of the straight line on which places in pixels lie over values."""
    factor, offset = np.polyfit(values, places, 1)
    np.testing.assert_allclose(np.multiply(values, factor) + offset, places, atol=0.6)
    return factor, offset


def path_of(log, color, act="stroke", dash=False, least=2):
    return [np.array(path["at"]) for path in log["paths"] if path["act"] == act
            and path["color"] == color and path["dash"] == dash and len(path["at"]) >= least]


@pytest.fixture(scope="module")
def gplvm_widget():
    made = LiveGPLVM("iris")
    made.player.step(300)
    made.controls.across.value = 1.0
    return made


@pytest.fixture(scope="module")
def gplvm_log(page, gplvm_widget):
    return drawn(page, gplvm_widget)


class TestGPLVM:
    def test_each_dot_stands_where_its_object_does_right_and_up_in_the_colour_of_its_class(
        self, gplvm_log, gplvm_widget):
        places = np.array([[dot["x"], dot["y"]] for dot in gplvm_log["dots"]])
        X = gplvm_widget.trainer.parameters
        assert scale(X[:, 0], places[:, 0])[0] > 0
        assert scale(X[:, 1], places[:, 1])[0] < 0
        assert [dot["color"] for dot in gplvm_log["dots"]] == (
            [BLUE] * 50 + [VERMILLION] * 50 + [GREEN] * 50)
        for k, name in enumerate(IRIS.label_names):
            at, = (np.array([text["x"], text["y"]]) for text in gplvm_log["texts"]
                   if text["words"] == name and text["x"] < places[:, 0].max() + 20)
            away = [np.linalg.norm(np.median(places[IRIS.labels == j], axis=0) - at)
                    for j in range(3)]
            assert np.argmin(away) == k, name
        assert text_called(gplvm_log, "x₁ across, x₂ up")[1] > places[:, 1].max()
        ring, = (path["at"][0] for path in gplvm_log["paths"] if path["act"] == "stroke"
                 and path["color"] == "#222222" and len(path["at"]) == 1)
        moved = np.frombuffer(gplvm_widget.frame["moved"], np.float32)
        np.testing.assert_allclose(ring, [np.polyval(scale(X[:, k], places[:, k]), moved[k])
                                          for k in (0, 1)], atol=1)

    def test_a_trail_has_the_colour_of_the_class_of_its_object(self, page, gplvm_widget):
        drawn(page, gplvm_widget)
        assert page.evaluate(TRAILS) == [BLUE] * 50 + [VERMILLION] * 50 + [GREEN] * 50

    def test_the_curve_is_read_off_its_axis_as_the_gap_in_per_cent(self, gplvm_log, gplvm_widget):
        steps, gaps = np.frombuffer(gplvm_widget.frame["curve"], np.float32).reshape(2, -1)
        line, = (path for path in path_of(gplvm_log, BLUE) if len(path) == len(steps))
        assert scale(steps, line[:, 0])[0] > 0
        factor, offset = scale(np.log10(gaps), line[:, 1])
        mark, = (path["at"][0] for path in gplvm_log["paths"] if path["act"] == "fill"
                 and path["color"] == BLUE and path["radius"])
        np.testing.assert_allclose(mark, line[-1], atol=0.6)  # at the step that is shown
        ticks = [text for text in gplvm_log["texts"] if text["words"].endswith(" %")]
        assert len(ticks) > 2
        for tick in ticks:
            words = re.sub("10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda power: "1e" + power[1].translate(POWERS),
                           tick["words"].removesuffix(" %").replace(",", ""))
            assert factor * np.log10(float(words) / 100) + offset == pytest.approx(tick["y"],
                                                                                 abs=1)
        assert text_called(gplvm_log, "step")[1] > line[:, 1].max()

    def test_the_marks_of_an_axis_have_as_many_decimals_as_tell_them_apart(self, page):
        look = {"kind": "curve", "title": "", "xlabel": "step", "xlog": False, "ylog": False,
                "series": [{"key": "curve", "color": BLUE}]}
        numbers = {"curve": [0, 20, 2754.12, 2754.3], "axes": [0, 20, 2754.1, 2754.31]}
        log = drawn(page, SimpleNamespace(
            scene=panels.picture({"curve": look}, [(1, [(1, ["curve"])])]), spec=[], values={},
            frame={name: np.float32(values).tobytes() for name, values in numbers.items()}))
        words = {text["words"] for text in log["texts"]}
        assert words >= {"2,754.15", "2,754.20", "2,754.25", "2,754.30", "0", "20"}

    def test_bars_and_diamonds_have_one_scale(self, gplvm_log, gplvm_widget):
        model, marks = (np.frombuffer(gplvm_widget.frame["bars"], np.float32),
                        gplvm_widget.scene["panels"]["bars"]["marks"])
        bars = [rect for rect in gplvm_log["rects"] if rect["color"] == BLUE]
        assert [bar["x"] for bar in bars] == sorted(bar["x"] for bar in bars)
        factor, offset = scale(model, [bar["y"] for bar in bars])
        assert factor < 0
        for k, bar in enumerate(bars):
            at, = (text["x"] for text in gplvm_log["texts"] if text["words"] == str(k + 1)
                   and 0 < text["y"] - bar["y"] - bar["h"] < 20 and abs(
                       text["x"] - bar["x"] - bar["w"] / 2) < 20)
            assert at == pytest.approx(bar["x"] + bar["w"] / 2, abs=0.6)
        assert text_called(gplvm_log, "◇ YYᵀ, ▮ model's D·K")[1] > bars[0]["y"]
        diamonds = [path.mean(axis=0) for path in path_of(gplvm_log, "#222222", least=4)
                    if len(path) == 4]
        np.testing.assert_allclose([at[1] for at in diamonds], np.multiply(marks, factor) + offset,
                                   atol=0.6)
        np.testing.assert_allclose([at[0] for at in diamonds],
                                   [bar["x"] + bar["w"] / 2 for bar in bars], atol=0.6)

    def test_over_the_name_of_a_class_stand_an_object_of_it_as_dots_and_what_is_made_as_a_line(
        self, gplvm_log, gplvm_widget):
        shown, made = (np.frombuffer(gplvm_widget.frame[name], np.float32).reshape(-1, 4)
                       for name in ("data", "samples"))
        lines = [path for path in path_of(gplvm_log, BLUE) if len(path) == 4]
        factor, offset = scale(made.ravel(), np.concatenate(lines)[:, 1])
        assert factor < 0
        dots = [path["at"][0] for path in gplvm_log["paths"] if path["act"] == "fill"
                and path["color"] == "#222222" and len(path["at"]) == 1]
        np.testing.assert_allclose([y for _, y in dots], factor * shown.ravel() + offset, atol=0.6)
        names = [min((text for text in gplvm_log["texts"] if text["words"] in ("chosen",
                      *IRIS.label_names) and text["y"] > line[:, 1].max()),
                     key=lambda text: abs(text["x"] - line[:, 0].mean()))["words"]
                 for line in lines]
        assert names == ["chosen", *IRIS.label_names]


    def test_a_latent_point_goes_where_it_is_dragged(self, page, gplvm_widget):
        log, X = drawn(page, gplvm_widget), gplvm_widget.trainer.parameters
        places = np.array([[dot["x"], dot["y"]] for dot in log["dots"]])
        moved = np.frombuffer(gplvm_widget.frame["moved"], np.float32)
        ring = [np.polyval(scale(X[:, k], places[:, k]), moved[k]) for k in (0, 1)]
        to = page.evaluate("([at, to]) => it.lvm.under(seen(at)).drag(...to).move",
                           [ring, places[7].tolist()])
        np.testing.assert_allclose(to, X[7], atol=0.02 * X.std())

    def test_its_words_its_name_and_what_is_seen_stand_where_they_are_read(
        self, page, gplvm_widget):
        drawn(page, gplvm_widget)
        told = page.evaluate("""() => { const el = document.querySelector("#it"); return [
            el.ariaLabel, el.querySelector("canvas").ariaLabel,
            el.querySelector("[role=status]").textContent,
            el.querySelector(".lvm-keys").textContent]; }""")
        assert told == [gplvm_widget.title, f"Picture: {gplvm_widget.about}", gplvm_widget.words,
                        "Space play · → step · R reset"]
        assert len({*told}) == 4
        assert page.evaluate("it.querySelector('[data-name=rate] b').textContent") == (
            gplvm_widget.controls.rate.told)
        stops = [value for _, value in gplvm_widget.controls.rate.options]
        mark = page.evaluate("it.querySelector('[data-name=rate] input').style.cssText")
        assert float(mark.strip("-mark: ;")) == pytest.approx(stops.index(1) / (len(stops) - 1))

    def test_each_control_tells_what_was_set_and_words_are_spoken_unless_it_plays(
        self, page, gplvm_widget):
        drawn(page, gplvm_widget)
        for name, value in (("rate", 3), ("seed", 7), ("learn", True), ("size", 1)):
            assert page.evaluate(SET, [name, value]) == {"set": name, "value": value}
        assert page.evaluate("order") == [1, 2, 3, 4, 5]  # one after the word that it is there
        for playing, live in ((True, "off"), (False, "polite")):
            assert page.evaluate(LIVE, playing) == live

    def test_what_stands_behind_a_dot_is_told_of_that_object(self, page, gplvm_widget):
        log = drawn(page, gplvm_widget)
        places = np.array([[dot["x"], dot["y"]] for dot in log["dots"]])
        apart = np.linalg.norm(places[:, None] - places, axis=2) + 1e9 * np.eye(len(places))
        lonely = [max(np.flatnonzero(IRIS.labels == k), key=lambda i: apart[i].min())
                  for k in range(3)]
        for at in (*lonely, 49, 99):  # and the last of a class
            assert page.evaluate(HOVERED, places[at].tolist()) == (
                f"object {at}, class {IRIS.label_names[IRIS.labels[at]]}")

    def test_the_image_behind_a_dot_is_that_of_the_object(self, page):
        images = np.eye(3, 9, dtype=np.uint8) * 255  # of each, one pixel is ink
        scene = panels.picture({"latent": {
            "kind": "points", "title": "It", "flat": False, "classes": TWO_CLASSES,
            "labels": [0, 1, 1], "xlabel": "", "side": 3, "images": images.tobytes()}},
            [(1, [(1, ["latent"])])])
        numbers = {"latent": [0, 0, 2, 1, -2, -1], "limit": [3], "names": [9, 9, 9, 9],
                   "ring": [2, -2], "moved": [2, -2]}
        log = drawn(page, SimpleNamespace(scene=scene, spec=[], values={}, frame={
            name: np.float32(values).tobytes() for name, values in numbers.items()}))
        for k, dot in enumerate(log["dots"]):
            # in one go, lest the picture is drawn anew between the two, which empties the log
            told, (image,) = page.evaluate(
                f"at => [({HOVERED})(at), log.images.splice(0)]", [dot["x"], dot["y"]])
            assert told == f"object {k}, class {'abb'[k]}"
            assert image["data"][3::4] == images[k].tolist()

    def test_the_arrow_keys_move_the_latent_point_the_way_they_point(self, page, gplvm_widget):
        drawn(page, gplvm_widget)
        x, y = np.frombuffer(gplvm_widget.frame["moved"], np.float32)
        for key, way in (("Up", (0, 1)), ("Left", (-1, 0))):
            (u, v), limit = page.evaluate("""key => {
                it.lvm.canvas.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
                return [sent.at(-1).move, it.lvm.state.now.limit[0]]; }""", f"Arrow{key}")
            assert (u - x, v - y) == pytest.approx(np.multiply(way, limit / 40), abs=1e-6)


@pytest.fixture(scope="module")
def map_widget():
    made = TwoWeights((1.3, -0.9), 0.005)
    made.step(2)
    return made


@pytest.fixture(scope="module")
def map_log(page, map_widget):
    return drawn(page, map_widget)


@pytest.fixture(scope="module")
def map_pixel(map_log):
    """From the weights to pixels, by the place of the shades."""
    shades = map_log["images"][0]
    return lambda w: np.array([shades["x"] + shades["w"] * (w[0] / 1.7 + 1) / 2,
                               shades["y"] + shades["h"] * (1 - w[1] / 1.3) / 2])


class TestTwoWeights:
    def test_the_map_is_the_darker_the_higher_the_loss_at_its_coordinates(self, map_log):
        shades = map_log["images"][0]
        ink = np.reshape(shades["data"], (shades["rows"], shades["columns"], 4))[::6, ::6, 3]
        w1 = np.linspace(-1.7, 1.7, shades["columns"])[::6]
        w2 = np.linspace(1.3, -1.3, shades["rows"])[::6]
        losses = np.array([[autoencoder.loss([[a, b]], SAMPLES) for a in w1] for b in w2])
        assert (np.diff(ink.ravel()[np.argsort(losses, axis=None)]) >= 0).all()

    def test_way_arrows_names_and_axes_stand_where_the_numbers_say(
        self, map_log, map_widget, map_pixel):
        way = path_of(map_log, BLUE, least=3)[0]
        np.testing.assert_allclose(way, [map_pixel(w) for w in map_widget._trail], atol=0.6)
        start = map_pixel(map_widget.W[0])
        factor = np.frombuffer(map_widget.frame["scale"], np.float32).item()
        for key, color in (("g", GREEN), ("h", PURPLE), ("step", SKY)):
            tip = map_pixel(map_widget.W[0] + factor * map_widget.arrows[key][0])
            heads = [path[0] for path in path_of(map_log, color, "fill", least=3)]
            assert min(np.linalg.norm(head - tip) for head in heads) < 1, key
            assert [path for path in path_of(map_log, color, dash=key == "h") if len(path) == 2]
            names = [(text["x"], text["y"]) for text in map_log["texts"] if text["words"] == key]
            # that of the step stands amid its arrow, so that it covers no other
            place, most = (0.45 * start + 0.55 * tip, 1) if key == "step" else (tip, 28)
            assert np.linalg.norm(names - place, axis=1).min() < most, key
            if key != "step":  # on its own side of the sum
                across = map_widget.arrows["step"][0][::-1]  # in pixels, as y goes down there
                name = names[np.linalg.norm(names - place, axis=1).argmin()] - tip
                assert np.sign(across @ name) == np.sign(across @ (tip - start)), key
        assert np.linalg.norm(start - way[-1]) < 1
        for line in path_of(map_log, "#777777"):  # of one loss
            w = (line - map_pixel((0, 0))) / (map_pixel((1, 1)) - map_pixel((0, 0)))
            losses = [autoencoder.loss([at], SAMPLES) for at in w]
            assert np.ptp(losses) < 0.05 * max(losses)
        ring, = (path for path in map_log["paths"] if path["color"] == PURPLE and path["radius"])
        assert ring["at"] == [pytest.approx(map_pixel((0, 0)))]
        assert ring["radius"] == pytest.approx(map_pixel((1, 0))[0] - map_pixel((0, 0))[0])
        best = np.linalg.svd(SAMPLES)[0][:, 0]
        best *= np.sign(best[0])
        for name, at in (("w*", 0.8 * best), ("−w*", -0.8 * best)):
            np.testing.assert_allclose(text_called(map_log, name), map_pixel(at), atol=0.6)
        marks = [np.mean(path["at"], axis=0) for path in map_log["paths"]
                 if path["act"] == "fill" and path["color"] == "#c44e00"]
        for mark in (best, -best, 0 * best):
            assert np.linalg.norm(marks - map_pixel(mark), axis=1).min() < 1.5
        left, low = map_pixel((-1.7, -1.3))
        (x, y), (u, v) = (text_called(map_log, words) for words in (
            f"w₁; arrows drawn × {factor:.1f}", "w₂"))
        assert y > low
        assert abs(x - map_pixel((0, 0))[0]) < 1
        assert u < left
        assert abs(v - map_pixel((0, 0))[1]) < 1


    def test_a_click_on_the_map_is_told_at_its_weights(self, page, map_widget, map_pixel):
        drawn(page, map_widget)
        at = map_pixel((0.5, -0.75)).tolist()
        picked = page.evaluate("at => it.lvm.under(seen(at)).pick", at)
        assert picked == pytest.approx([0.5, -0.75], abs=0.01)


@pytest.fixture(scope="module")
def walk():
    made = StageWalk(autoencoder.chain(), W=W, x=X)
    return made.go(made.stages.index(("W", "h")))


@pytest.fixture(scope="module")
def walk_log(page, walk):
    return drawn(page, walk.view)


class TestWalk:
    def test_each_arrow_of_the_graph_leads_between_the_nodes_of_its_edge_in_its_colour(
        self, walk_log, walk):
        told = walk.view.scene["panels"]["graph"]["nodes"]
        nodes = {name: text_called(walk_log, name) for name in told}
        for key, place, sign in (("x", 0, 1), ("y", 1, -1)):
            assert sign * scale([node[key] for node in told.values()],
                                [at[place] for at in nodes.values()])[0] > 0
        for name, node in told.items():
            form, = (path for path in walk_log["paths"] if path["act"] == "fill"
                     and len(path["at"]) in (1, 4)
                     and np.linalg.norm(np.mean(path["at"], axis=0) - nodes[name]) < 1)
            assert (len(form["at"]) == 4) == node["leaf"]
            assert form["color"] == (node["fill"].lower() or "#ffffff")
            edge, = (path for path in walk_log["paths"] if path["act"] == "stroke"
                     and path["at"] == form["at"])
            assert (edge["color"], edge["dash"]) == (node["color"].lower(), node["dash"] != "-")
            below = [text["words"] for text in walk_log["texts"] if abs(
                text["x"] - nodes[name][0]) < 1 and 10 < text["y"] - nodes[name][1] < 35]
            assert below == [node["shape"]], name

        def nearest(at):
            return min(nodes, key=lambda name: np.linalg.norm(nodes[name] - at))

        shafts = [path for path in walk_log["paths"]
                  if path["act"] == "stroke" and len(path["at"]) == 2]
        t = np.linspace(0, 1, 30)[:, None]
        for (start, end), by in ((path["at"], np.array(path["by"])) for path in shafts):
            way = (1 - t) ** 2 * start + 2 * t * (1 - t) * by + t**2 * end
            over = {name for name, at in nodes.items()
                    if np.linalg.norm(way - at, axis=1).min() < 17}
            assert over <= {nearest(start), nearest(end)}, "an arrow runs over a node"
        found = {(nearest(path["at"][0]), nearest(path["at"][1])): (path["color"], path["dash"])
                 for path in shafts}
        paths = {("W", "g"): (GREEN, False), ("g", "f"): (GREEN, False), ("f", "d"): (GREEN, False),
                 ("h", "e"): (PURPLE, True), ("e", "d"): (PURPLE, True),
                 ("h", "W"): (VERMILLION, True)}  # the step backwards
        edges = {(used, node) for node, used in walk.chain.edges} - {("W", "h")} | {("h", "W")}
        assert found == {edge: paths.get(edge, ("#222222", False)) for edge in edges}

    def test_a_click_on_a_node_chooses_that_node(self, page, walk):
        log, names = drawn(page, walk.view), [*walk.view.scene["panels"]["graph"]["nodes"]]
        places = [text_called(log, name).tolist() for name in names]
        assert page.evaluate("places => places.map(at => it.lvm.under(seen(at)).choose)",
                             places) == names

    def test_its_keys_stand_beside_its_buttons(self, page, walk):
        drawn(page, walk.view)
        assert page.evaluate("it.querySelector('.lvm-bar .lvm-keys').textContent") == (
            "→ next · ← back")

    def test_what_is_positive_is_red_what_is_negative_blue_and_numbers_stand_in_their_cells(
        self, walk_log, walk):
        c = W.T @ W @ X - X
        path, whole = W @ c @ X.T, W @ (X @ c.T + c @ X.T)
        titles = sorted((text for text in walk_log["texts"] if text["words"].startswith("∂L/∂W")
                         or text["words"].startswith("∂L/∂h")), key=lambda text: text["x"])
        assert [text["words"].rpartition(",")[0] for text in titles] == [
            "∂L/∂h", "∂L/∂W, path h", "∂L/∂W, all paths"]
        assert all(one["x"] < other["x"] for one, other in pairwise(walk_log["images"]))
        for image, matrix in zip(walk_log["images"], (path, path, whole), strict=True):
            pixels = np.reshape(image["data"], (image["rows"], image["columns"], 4))
            assert pixels.shape[:2] == matrix.shape
            np.testing.assert_array_equal(pixels[..., 0] > pixels[..., 2], matrix > 0)
            order = np.argsort(np.abs(matrix), axis=None)
            assert (np.diff(pixels[..., 3].ravel()[order]) >= 0).all()
            for (i, j), value in np.ndenumerate(matrix):
                at = np.array([image["x"] + image["w"] * (j + 0.5) / matrix.shape[1],
                               image["y"] + image["h"] * (i + 0.5) / matrix.shape[0]])
                near = [text["words"] for text in walk_log["texts"]
                        if np.hypot(text["x"] - at[0], text["y"] - at[1]) < 1]
                assert [float(words.replace("−", "-").replace(",", "")) for words in near] == (
                    [pytest.approx(value, rel=0.006)] if near else [])

    def test_on_dark_paper_too_positive_is_red_and_negative_blue(self, page, walk):
        image, c = drawn(page, walk.view, "color: #eee; background: #111")["images"][-1], (
            W.T @ W @ X - X)
        pixels = np.reshape(image["data"], (*W.shape, 4))
        np.testing.assert_array_equal(pixels[..., 0] > pixels[..., 2],
                                      W @ (X @ c.T + c @ X.T) > 0)


KEYS = {"Space": [" "], "→": ["ArrowRight"], "←": ["ArrowLeft"], "↑": ["ArrowUp"],
        "↓": ["ArrowDown"], "R": ["r", "R"]}
SIGNS = {"→": 1, "←": -1, "↑": 1, "↓": -1}


@pytest.fixture(scope="module")
def nudge_widget():
    return Nudge(autoencoder.chain(), "W", W=W, x=X)


@pytest.fixture(params=["gplvm_widget", "map_widget", "walk", "nudge_widget"], scope="module")
def shown_widget(page, request):
    """Each kind of view, drawn on the page."""
    widget = request.getfixturevalue(request.param)
    widget = getattr(widget, "view", widget)
    drawn(page, widget)
    return widget


def test_every_key_that_is_told_does_what_is_said(page, shown_widget):
    told = page.evaluate("it.querySelector('.lvm-keys').textContent").split(": ")[-1]
    pairs = re.findall(r"([^\w·]+?|Space|R) (\w[\w ]*?)(?: · |$)", told)
    assert len(pairs) == told.count("·") + 1
    for signs, words in pairs:
        for sign in signs.split():
            expected = {"choose it": {"turn": SIGNS.get(sign)},
                        "change it": {"by": SIGNS.get(sign)}}
            for key in KEYS[sign]:
                sent = page.evaluate("""key => {
                    it.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
                    return sent.at(-1); }""", key)
                assert sent == expected.get(words, {"set": words, "value": True}), key


def test_every_control_shows_what_python_says_of_it_and_keeps_the_focus(page, shown_widget):
    for name, control in vars(shown_widget.controls).items():
        state, off, told = control.state
        at = f"[data-name={name}]"
        found = page.evaluate("""at => {
            const box = it.querySelector(at), input = box.matches("button") ? box
                : box.querySelector("input, select");
            input.focus();
            it.lvm.build();
            const named = document.activeElement.closest("[data-name]")?.dataset.name;
            return {off: input.disabled, tip: box.title, words: box.querySelector("b")?.textContent,
                    aria: input.ariaValueText, named, value: {checkbox: input.checked,
                    "select-one": input.selectedIndex}[input.type] ?? input.value}; }""", at)
        assert (found["off"], found["tip"]) == (off, control.tip)
        assert off or found["named"] == name or not page.evaluate(
            "at => it.querySelector(at).checkVisibility()", at)
        if control.kind == "stops":
            assert found["words"] == found["aria"] == (told or control.options[state][0])
        if control.kind != "button":
            assert float(found["value"]) == float(state)


def test_what_is_told_anew_takes_the_place_of_what_was_told(page, shown_widget):
    assert page.evaluate("""() => {
        const {model} = it.lvm, {get} = model;
        const told = {words: "new", note: "too", about: "a", title: "t"};
        model.get = name => told[name] ?? get(name);
        it.lvm.say();
        return [".lvm-words", ".lvm-note"].map(at => it.querySelector(at).textContent)
            .concat(it.querySelector("canvas").ariaLabel, it.ariaLabel);
    }""") == ["new", "too", "Picture: a", "t"]


@pytest.mark.parametrize("which", ["gplvm_widget", "walk"])
def test_whatever_is_clicked_is_chosen_the_first_too(page, request, which):
    widget = request.getfixturevalue(which)
    log = drawn(page, getattr(widget, "view", widget))
    if which == "walk":
        places = {name: text_called(log, name).tolist()
                  for name in widget.view.scene["panels"]["graph"]["nodes"]}
    else:
        places = {k: [dot["x"], dot["y"]] for k, dot in enumerate(log["dots"])}
    for k in [*places][:5:4]:
        assert page.evaluate("""at => { for (const kind of ["pointerdown", "pointerup"])
            it.lvm.canvas.dispatchEvent(new PointerEvent(kind, seen(at)));
            return sent.at(-1); }""", places[k]) == {"choose": k}


def test_of_cells_that_are_smaller_than_a_pixel_none_is_left_out(page):
    scene = panels.picture({str(n): panels.matrix_panel("It", (1, n)) for n in (5, 999)},
                           [(1, [(1, ["5"]), (1, ["999"])])])
    frame = {str(n): np.ones(n, np.float32).tobytes() for n in (5, 999)}
    log = drawn(page, SimpleNamespace(scene=scene, spec=[], values={}, frame=frame))
    assert [image["smooth"] for image in log["images"]] == [False, True]


def test_no_head_of_an_arrow_stands_on_a_shape(page):
    chain = gplvm.trace_chain()
    edges = [(used, node) for node, used in chain.edges]
    drawn(page, GraphExercise(chain, given=edges))
    log = page.evaluate("Object.assign(it.lvm, {size: 18}).draw() || log")
    corners = np.array([path["at"] for path in log["paths"]
                        if path["act"] == "fill" and len(path["at"]) == 3])
    assert len(corners) == len(edges)
    for text in (text for text in log["texts"] if "×" in text["words"]):
        assert (np.abs(corners - [text["x"], text["y"]]) > (21, 7)).any(axis=-1).all()


def test_matrices_stand_in_rows_with_the_looks_they_are_given(page):
    cells = {"kind": "cells", "signed": False, "title": "It", "columns": 2}
    scene = panels.picture({
        "many": cells | {"shape": [1, 2], "count": 4, "top": 8, "boxed": True, "lit": "#F0E442",
                         "outline": ["#CC79A7", "--"]},
        "one": panels.matrix_panel("One", (1, 1)),
         "hand": panels.matrix_panel("Hand", (2, 2), drag=True)},
        [(1, [(1, [name])]) for name in ("many", "one", "hand")])
    numbers = {"many": np.arange(1, 9), "one": [3.14159], "hand": [1, -1, 2, 4], "chosen": [2],
               "step": [0.1]}
    log = drawn(page, SimpleNamespace(scene=scene, spec=[], values={}, frame={
        name: np.float32(values).tobytes() for name, values in numbers.items()}))
    *many, hand = log["images"]
    assert [[round(ink / 255 * 8) for ink in image["data"][3::4]] for image in many] == [
        [1, 2], [3, 4], [5, 6], [7, 8]]
    middles = np.array([[image["x"] + image["w"] / 2, image["y"] + image["h"] / 2]
                        for image in many])
    np.testing.assert_allclose(middles[[0, 1], 0], middles[[2, 3], 0])
    assert middles[0, 0] < middles[1, 0]
    assert middles[0, 1] == middles[1, 1] < middles[2, 1] == middles[3, 1]
    frames = path_of(log, PURPLE, dash=True, least=1)
    np.testing.assert_allclose(np.concatenate(frames), middles)
    box, chosen = (path[0] for path in path_of(log, "#222222", least=1))
    np.testing.assert_allclose(box, middles[[0, 2]].mean(axis=0), atol=1)
    np.testing.assert_allclose(chosen, [hand["x"] + hand["w"] / 4, hand["y"] + 0.75 * hand["h"]])
    to = page.evaluate("at => it.lvm.under(seen(at)).drag(at[0], at[1] - 8).nudge", chosen.tolist())
    assert to == pytest.approx(2.1)  # one step up from the 2 in hand
    assert text_called(log, "3.142") is not None
    assert len(path_of(log, "#f0e442", "fill", least=1)) == 1


def test_rows_of_classes_and_powers_of_ten_bear_their_own_names(page):
    curve = {"kind": "curve", "title": "", "xlabel": "", "xlog": False, "ylog": True, "units": "",
             "series": [{"key": "run", "color": "#0072B2"}]}
    scene = panels.picture({
        "latent": {"kind": "points", "title": "", "flat": True, "classes": TWO_CLASSES,
                   "labels": [0, 1], "xlabel": "", "side": 0, "images": b""},
        "curve": curve}, [(1, [(1, ["latent"])]), (1, [(1, ["curve"])])])
    numbers = {"latent": [0, 0, 1, -1], "limit": [2], "ring": [0, 0], "moved": [0, 0],
               "run": [0, 1, 2, 1, 10, 100], "axes": [0, 2, 0, 2]}
    log = drawn(page, SimpleNamespace(scene=scene, spec=[], values={}, frame={
        name: np.float32(values).tobytes() for name, values in numbers.items()}))
    for name, dot in zip("ab", log["dots"], strict=True):
        assert text_called(log, name)[1] == pytest.approx(dot["y"], abs=1)
    line, = (path for path in path_of(log, BLUE) if len(path) == 3)
    for name, spot in zip(("1", "10", "10²"), line, strict=True):
        at = [text["y"] for text in log["texts"] if str(text["words"]) == name
              and text["x"] < line[0, 0] - 1]
        assert at == [pytest.approx(spot[1], abs=1)], name


def test_a_bar_that_is_higher_than_all_diamonds_fits_into_its_panel(page):
    bars = {"kind": "bars", "title": "It", "marks": [1, 0.5], "xlabel": ""}
    log = drawn(page, SimpleNamespace(
        scene=panels.picture({"bars": bars}, [(1, [(1, ["bars"])])]), spec=[], values={},
        frame={"bars": np.float32([10, 5]).tobytes()}))
    assert all(rect["y"] > 0 for rect in log["rects"])
    assert len(log["rects"]) == 2


def test_names_stand_in_the_order_of_the_ends_of_their_curves_however_close_these_are(page):
    curve = timing.CostCurve([50, 500])
    curve.seconds = {name: {50: 1e-4, 500: 0.01 * 0.98**k} for k, name in enumerate(curve.seconds)}
    curve._show()
    log = drawn(page, curve)
    heights = [text_called(log, name)[1] for name in curve.seconds]
    assert heights == sorted(heights)


def test_each_time_is_read_off_in_seconds_and_each_name_stands_at_the_end_of_its_curve(page):
    curve = timing.CostCurve([50, 500])
    curve.seconds = {name: {50: 10.0**-k, 500: 10.0 ** (0.5 - k)}
                     for k, name in enumerate(curve.seconds, 1)}
    curve._show()
    log = drawn(page, curve)
    looks = {look["key"]: look for look in curve.scene["panels"]["curve"]["series"]}
    ends, ticks = {}, {"10⁻¹": -1, "10⁻²": -2, "10⁻³": -3, "10⁻⁴": -4}
    factor, offset = scale([*ticks.values()], [text_called(log, words)[1] for words in ticks])
    assert factor < 0
    for name, look in looks.items():
        line, = path_of(log, look["color"].lower(), dash=look["dash"] != "-")
        assert line[0, 0] < line[1, 0]
        np.testing.assert_allclose(line[:, 1], factor * np.log10([*curve.seconds[name].values()])
                                   + offset, atol=0.6)
        ends[name] = line[1]
    for name in looks:
        at, = (text for text in log["texts"] if text["words"] == name)
        assert at["color"] == looks[name]["color"].lower()
        closest = min(ends, key=lambda other: abs(ends[other][1] - at["y"]))
        assert closest == name
