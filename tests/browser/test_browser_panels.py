"""Keys, controls, clicks and panels of every kind of view, read off the canvas."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from canvas import drawn
from painted import BLUE, PURPLE, TWO_CLASSES, path_of, scale, text_called

from lvmcalc.models import gplvm
from lvmcalc.show import panels, timing
from lvmcalc.show.graph_exercise import GraphExercise

KEYS = {"Space": [" "], "→": ["ArrowRight"], "←": ["ArrowLeft"], "↑": ["ArrowUp"],
        "↓": ["ArrowDown"], "R": ["r", "R"]}
SIGNS = {"→": 1, "←": -1, "↑": 1, "↓": -1}


@pytest.fixture(params=["gplvm_widget", "map_widget", "walk", "nudge_widget"], scope="module")
def shown_widget(blank, request):
    """Each kind of view, drawn on the page."""
    widget = request.getfixturevalue(request.param)
    widget = getattr(widget, "view", widget)
    drawn(blank, widget)
    return widget


def test_every_key_that_is_told_does_what_is_said(blank, shown_widget):
    told = blank.evaluate("it.querySelector('.lvm-keys').textContent").split(": ")[-1]
    pairs = re.findall(r"([^\w·]+?|Space|R) (\w[\w ]*?)(?: · |$)", told)
    assert len(pairs) == told.count("·") + 1
    for signs, words in pairs:
        for sign in signs.split():
            expected = {"choose it": {"turn": SIGNS.get(sign)},
                        "change it": {"by": SIGNS.get(sign)}}
            for key in KEYS[sign]:
                sent = blank.evaluate("""key => {
                    it.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
                    return sent.at(-1); }""", key)
                assert sent == expected.get(words, {"set": words, "value": True}), key


def test_every_control_shows_what_python_says_of_it_and_keeps_the_focus(blank, shown_widget):
    for name, control in vars(shown_widget.controls).items():
        state, off, told = control.state
        at = f"[data-name={name}]"
        found = blank.evaluate("""at => {
            const box = it.querySelector(at), input = box.matches("button") ? box
                : box.querySelector("input, select");
            input.focus();
            it.lvm.build();
            const named = document.activeElement.closest("[data-name]")?.dataset.name;
            return {off: input.disabled, tip: box.title, words: box.querySelector("b")?.textContent,
                    aria: input.ariaValueText, named, value: {checkbox: input.checked,
                    "select-one": input.selectedIndex}[input.type] ?? input.value}; }""", at)
        assert (found["off"], found["tip"]) == (off, control.tip)
        assert off or found["named"] == name or not blank.evaluate(
            "at => it.querySelector(at).checkVisibility()", at)
        if control.kind == "stops":
            assert found["words"] == found["aria"] == (told or control.options[state][0])
        if control.kind != "button":
            assert float(found["value"]) == float(state)


def test_what_is_told_anew_takes_the_place_of_what_was_told(blank, shown_widget):
    assert blank.evaluate("""() => {
        const {model} = it.lvm, {get} = model;
        const told = {words: "new", note: "too", about: "a", title: "t"};
        model.get = name => told[name] ?? get(name);
        it.lvm.say();
        return [".lvm-words", ".lvm-note"].map(at => it.querySelector(at).textContent)
            .concat(it.querySelector("canvas").ariaLabel, it.ariaLabel);
    }""") == ["new", "too", "Picture: a", "t"]


@pytest.mark.parametrize("which", ["gplvm_widget", "walk"])
def test_whatever_is_clicked_is_chosen_the_first_too(blank, request, which):
    widget = request.getfixturevalue(which)
    log = drawn(blank, getattr(widget, "view", widget))
    if which == "walk":
        places = {name: text_called(log, name).tolist()
                  for name in widget.view.scene["panels"]["graph"]["nodes"]}
    else:
        places = {k: [dot["x"], dot["y"]] for k, dot in enumerate(log["dots"])}
    for k in [*places][:5:4]:
        assert blank.evaluate("""at => { for (const kind of ["pointerdown", "pointerup"])
            it.lvm.canvas.dispatchEvent(new PointerEvent(kind, seen(at)));
            return sent.at(-1); }""", places[k]) == {"choose": k}


def test_of_cells_that_are_smaller_than_a_pixel_none_is_left_out(blank):
    scene = panels.picture({str(n): panels.matrix_panel("It", (1, n)) for n in (5, 999)},
                           [(1, [(1, ["5"]), (1, ["999"])])])
    frame = {str(n): np.ones(n, np.float32).tobytes() for n in (5, 999)}
    log = drawn(blank, SimpleNamespace(scene=scene, spec=[], values={}, frame=frame))
    assert [image["smooth"] for image in log["images"]] == [False, True]


def test_no_head_of_an_arrow_stands_on_a_shape(blank):
    chain = gplvm.trace_chain()
    edges = [(used, node) for node, used in chain.edges]
    drawn(blank, GraphExercise(chain, given=edges))
    log = blank.evaluate("Object.assign(it.lvm, {size: 18}).draw() || log")
    corners = np.array([path["at"] for path in log["paths"]
                        if path["act"] == "fill" and len(path["at"]) == 3])
    assert len(corners) == len(edges)
    for text in (text for text in log["texts"] if "×" in text["words"]):
        assert (np.abs(corners - [text["x"], text["y"]]) > (21, 7)).any(axis=-1).all()


def test_matrices_stand_in_rows_with_the_looks_they_are_given(blank):
    cells = {"kind": "cells", "signed": False, "title": "It", "columns": 2}
    scene = panels.picture({
        "many": cells | {"shape": [1, 2], "count": 4, "top": 8, "boxed": True, "lit": "#F0E442",
                         "outline": ["#CC79A7", "--"]},
        "one": panels.matrix_panel("One", (1, 1)),
         "hand": panels.matrix_panel("Hand", (2, 2), drag=True)},
        [(1, [(1, [name])]) for name in ("many", "one", "hand")])
    numbers = {"many": np.arange(1, 9), "one": [3.14159], "hand": [1, -1, 2, 4], "chosen": [2],
               "step": [0.1]}
    log = drawn(blank, SimpleNamespace(scene=scene, spec=[], values={}, frame={
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
    to = blank.evaluate("at => it.lvm.under(seen(at)).drag(at[0], at[1] - 8).nudge",
                        chosen.tolist())
    assert to == pytest.approx(2.1)  # one step up from the 2 in hand
    assert text_called(log, "3.142") is not None
    assert len(path_of(log, "#f0e442", "fill", least=1)) == 1


def test_rows_of_classes_and_powers_of_ten_bear_their_own_names(blank):
    curve = {"kind": "curve", "title": "", "xlabel": "", "xlog": False, "ylog": True, "units": "",
             "series": [{"key": "run", "color": "#0072B2"}]}
    scene = panels.picture({
        "latent": {"kind": "points", "title": "", "flat": True, "classes": TWO_CLASSES,
                   "labels": [0, 1], "xlabel": "", "side": 0, "images": b""},
        "curve": curve}, [(1, [(1, ["latent"])]), (1, [(1, ["curve"])])])
    numbers = {"latent": [0, 0, 1, -1], "limit": [2], "ring": [0, 0], "moved": [0, 0],
               "run": [0, 1, 2, 1, 10, 100], "axes": [0, 2, 0, 2]}
    log = drawn(blank, SimpleNamespace(scene=scene, spec=[], values={}, frame={
        name: np.float32(values).tobytes() for name, values in numbers.items()}))
    for name, dot in zip("ab", log["dots"], strict=True):
        assert text_called(log, name)[1] == pytest.approx(dot["y"], abs=1)
    line, = (path for path in path_of(log, BLUE) if len(path) == 3)
    for name, spot in zip(("1", "10", "10²"), line, strict=True):
        at = [text["y"] for text in log["texts"] if str(text["words"]) == name
              and text["x"] < line[0, 0] - 1]
        assert at == [pytest.approx(spot[1], abs=1)], name


def test_a_bar_that_is_higher_than_all_diamonds_fits_into_its_panel(blank):
    bars = {"kind": "bars", "title": "It", "marks": [1, 0.5], "xlabel": ""}
    log = drawn(blank, SimpleNamespace(
        scene=panels.picture({"bars": bars}, [(1, [(1, ["bars"])])]), spec=[], values={},
        frame={"bars": np.float32([10, 5]).tobytes()}))
    assert all(rect["y"] > 0 for rect in log["rects"])
    assert len(log["rects"]) == 2


def test_names_stand_in_the_order_of_the_ends_of_their_curves_however_close_these_are(blank):
    curve = timing.CostCurve([50, 500])
    curve.seconds = {name: {50: 1e-4, 500: 0.01 * 0.98**k} for k, name in enumerate(curve.seconds)}
    curve._show()
    log = drawn(blank, curve)
    heights = [text_called(log, name)[1] for name in curve.seconds]
    assert heights == sorted(heights)


def test_each_time_is_read_off_in_seconds_and_each_name_stands_at_the_end_of_its_curve(blank):
    curve = timing.CostCurve([50, 500])
    curve.seconds = {name: {50: 10.0**-k, 500: 10.0 ** (0.5 - k)}
                     for k, name in enumerate(curve.seconds, 1)}
    curve._show()
    log = drawn(blank, curve)
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
