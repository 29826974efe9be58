"""What the browser draws of the GP-LVM says the same as the data, read off the canvas."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from canvas import drawn
from painted import BLUE, GREEN, TWO_CLASSES, VERMILLION, path_of, scale, text_called

from lvmcalc.show import panels
from lvmcalc.training import data

POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
IRIS = data.load("iris")
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
def gplvm_log(blank, gplvm_widget):
    return drawn(blank, gplvm_widget)


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

    def test_a_trail_has_the_colour_of_the_class_of_its_object(self, blank, gplvm_widget):
        drawn(blank, gplvm_widget)
        assert blank.evaluate(TRAILS) == [BLUE] * 50 + [VERMILLION] * 50 + [GREEN] * 50

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

    def test_the_marks_of_an_axis_have_as_many_decimals_as_tell_them_apart(self, blank):
        look = {"kind": "curve", "title": "", "xlabel": "step", "xlog": False, "ylog": False,
                "series": [{"key": "curve", "color": BLUE}]}
        numbers = {"curve": [0, 20, 2754.12, 2754.3], "axes": [0, 20, 2754.1, 2754.31]}
        log = drawn(blank, SimpleNamespace(
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


    def test_a_latent_point_goes_where_it_is_dragged(self, blank, gplvm_widget):
        log, X = drawn(blank, gplvm_widget), gplvm_widget.trainer.parameters
        places = np.array([[dot["x"], dot["y"]] for dot in log["dots"]])
        moved = np.frombuffer(gplvm_widget.frame["moved"], np.float32)
        ring = [np.polyval(scale(X[:, k], places[:, k]), moved[k]) for k in (0, 1)]
        to = blank.evaluate("([at, to]) => it.lvm.under(seen(at)).drag(...to).move",
                           [ring, places[7].tolist()])
        np.testing.assert_allclose(to, X[7], atol=0.02 * X.std())

    def test_its_words_its_name_and_what_is_seen_stand_where_they_are_read(
        self, blank, gplvm_widget):
        drawn(blank, gplvm_widget)
        told = blank.evaluate("""() => { const el = document.querySelector("#it"); return [
            el.ariaLabel, el.querySelector("canvas").ariaLabel,
            el.querySelector("[role=status]").textContent,
            el.querySelector(".lvm-keys").textContent]; }""")
        assert told == [gplvm_widget.title, f"Picture: {gplvm_widget.about}", gplvm_widget.words,
                        "Space play · → step · R reset"]
        assert len({*told}) == 4
        assert blank.evaluate("it.querySelector('[data-name=rate] b').textContent") == (
            gplvm_widget.controls.rate.told)
        stops = [value for _, value in gplvm_widget.controls.rate.options]
        mark = blank.evaluate("it.querySelector('[data-name=rate] input').style.cssText")
        assert float(mark.strip("-mark: ;")) == pytest.approx(stops.index(1) / (len(stops) - 1))

    def test_each_control_tells_what_was_set_and_words_are_spoken_unless_it_plays(
        self, blank, gplvm_widget):
        drawn(blank, gplvm_widget)
        for name, value in (("rate", 3), ("seed", 7), ("learn", True), ("size", 1)):
            assert blank.evaluate(SET, [name, value]) == {"set": name, "value": value}
        assert blank.evaluate("order") == [1, 2, 3, 4, 5]  # one after the word that it is there
        for playing, live in ((True, "off"), (False, "polite")):
            assert blank.evaluate(LIVE, playing) == live

    def test_what_stands_behind_a_dot_is_told_of_that_object(self, blank, gplvm_widget):
        log = drawn(blank, gplvm_widget)
        places = np.array([[dot["x"], dot["y"]] for dot in log["dots"]])
        apart = np.linalg.norm(places[:, None] - places, axis=2) + 1e9 * np.eye(len(places))
        lonely = [max(np.flatnonzero(IRIS.labels == k), key=lambda i: apart[i].min())
                  for k in range(3)]
        for at in (*lonely, 49, 99):  # and the last of a class
            assert blank.evaluate(HOVERED, places[at].tolist()) == (
                f"object {at}, class {IRIS.label_names[IRIS.labels[at]]}")

    def test_the_image_behind_a_dot_is_that_of_the_object(self, blank):
        images = np.eye(3, 9, dtype=np.uint8) * 255  # of each, one pixel is ink
        scene = panels.picture({"latent": {
            "kind": "points", "title": "It", "flat": False, "classes": TWO_CLASSES,
            "labels": [0, 1, 1], "xlabel": "", "side": 3, "images": images.tobytes()}},
            [(1, [(1, ["latent"])])])
        numbers = {"latent": [0, 0, 2, 1, -2, -1], "limit": [3], "names": [9, 9, 9, 9],
                   "ring": [2, -2], "moved": [2, -2]}
        log = drawn(blank, SimpleNamespace(scene=scene, spec=[], values={}, frame={
            name: np.float32(values).tobytes() for name, values in numbers.items()}))
        for k, dot in enumerate(log["dots"]):
            # in one go, lest the picture is drawn anew between the two, which empties the log
            told, (image,) = blank.evaluate(
                f"at => [({HOVERED})(at), log.images.splice(0)]", [dot["x"], dot["y"]])
            assert told == f"object {k}, class {'abb'[k]}"
            assert image["data"][3::4] == images[k].tolist()

    def test_the_arrow_keys_move_the_latent_point_the_way_they_point(self, blank, gplvm_widget):
        drawn(blank, gplvm_widget)
        x, y = np.frombuffer(gplvm_widget.frame["moved"], np.float32)
        for key, way in (("Up", (0, 1)), ("Left", (-1, 0))):
            (u, v), limit = blank.evaluate("""key => {
                it.lvm.canvas.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
                return [sent.at(-1).move, it.lvm.state.now.limit[0]]; }""", f"Arrow{key}")
            assert (u - x, v - y) == pytest.approx(np.multiply(way, limit / 40), abs=1e-6)
