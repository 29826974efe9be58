"""What a hand does to a picture: it hovers, clicks, drags, with a mouse or a finger."""

import re

import browser
import pytest
from panel import IMPORTS, at_step, button, panels
from playwright.sync_api import expect


def place_of(page, inside):
    """Return where the latent panel draws a point of the data, in pixels of the page."""
    return page.evaluate("""inside => {
        const view = document.querySelector('.lvm').lvm, {pen, boxes, scene, state} = view;
        const {at: place} = view.kinds.points.axes(pen, boxes.latent, scene.panels.latent, state);
        const at = place(state.now[inside] || inside);
        const {left, top} = view.canvas.getBoundingClientRect();
        return [left + at[0], top + at[1]]; }""", inside)


def test_a_dot_under_the_hand_shows_what_it_is_and_a_click_chooses_it(page):
    browser.show(page, IMPORTS + "live = LiveGPLVM('digits')\nlive")
    panel = panels(page)
    at_step(panel, 0)
    panel.scroll_into_view_if_needed()
    dot = page.evaluate("[...document.querySelector('.lvm').lvm.state.now.latent.slice(200, 202)]")
    page.mouse.move(*place_of(page, dot))
    tip = page.locator(".lvm-tip")
    expect(tip).to_be_visible()
    found = re.search(r"object (\d+), class \d", tip.inner_text())[1]
    page.mouse.down()
    page.mouse.up()
    expect(panel.locator(".lvm-note")).to_contain_text(f"Chosen: object {found}, ")


@pytest.mark.parametrize("how", ["mouse", "keys"])
def test_the_latent_point_is_moved_by_hand_and_generates(page, how):
    browser.show(page, IMPORTS + "live = LiveGPLVM('iris')\nlive")
    panel = panels(page)
    button(panel, "Step").click()
    at_step(panel, 1)
    made = "[...document.querySelector('.lvm').lvm.state.now.samples].slice(0, 4).join()"
    before = page.evaluate(made)
    if how == "mouse":
        x, y = place_of(page, "moved")
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 40, y - 30, steps=5)
        page.mouse.up()
    else:
        panel.get_by_role("img").focus()
        for _ in range(4):
            page.keyboard.press("ArrowUp")
    expect(panel.locator(".lvm-note")).to_contain_text("what is generated there")
    page.wait_for_function(f"before => {made} !== before", arg=before)
    at_step(panel, 1)  # an arrow on the picture is no step


def test_a_click_on_the_map_is_a_start(page):
    browser.show(page, IMPORTS + "TwoWeights()")
    panel = panels(page)
    button(panel, "Step").click()
    at_step(panel, 1)
    box = panel.get_by_role("img").bounding_box()
    page.mouse.click(box["x"] + 150, box["y"] + 120)
    at_step(panel, 0)
    expect(panel.get_by_role("status")).not_to_contain_text("W = (1.300, −0.900)")


LOG_DET = """from lvmcalc.show import Cloud, Nudge
Nudge(derive("L = log det C", C="n×n"), "C", C=[[2, 1], [5, 3]])"""


def entry_of(page, k):
    """Return where an entry of the matrix in the hand is drawn, in pixels of the page."""
    return page.evaluate("""k => {
        const view = document.querySelector('.lvm').lvm, panel = view.scene.panels.leaf;
        const {x, y, w, h} = view.kinds.cells.place(view.pen, view.boxes.leaf, panel).cell(k);
        const {left, top} = view.canvas.getBoundingClientRect();
        return [left + x + w / 2, top + y + h / 2]; }""", k)


def test_an_entry_of_a_matrix_is_dragged_and_moved_by_keys_and_L_and_the_slopes_follow(page):
    browser.show(page, IMPORTS + LOG_DET)
    panel = panels(page)
    told = panel.get_by_role("status")
    expect(told).to_contain_text("C₁₁ = 2, L = 0. Its slope there is 3")
    panel.scroll_into_view_if_needed()
    x, y = entry_of(page, 1)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 40, steps=4)  # half a unit down
    page.mouse.up()
    expect(told).to_contain_text("C₁₂ = 0.5, L = 1.253. Its slope there is −1.429")
    for key in ("ArrowRight", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    expect(told).to_contain_text("C₂₁ = 5.2, ")
    page.keyboard.press("r")
    expect(told).to_contain_text("C₂₁ = 5, L = 0. ")
    assert not browser.nameless(panel)


@pytest.mark.parametrize("widget", [LOG_DET, "LiveGPLVM('iris')"], ids=["entry", "latent point"])
def test_a_finger_drags_and_does_not_scroll_the_page(page, widget):
    page.set_viewport_size({"width": 1280, "height": 700})
    browser.show(page, "\n" * 50 + IMPORTS + widget, *["\n" * 50] * 2)
    panel = panels(page)
    expect(panel.get_by_role("status")).to_be_visible()
    panel.evaluate("it => it.scrollIntoView({block: 'center'})")  # the page may go either way
    x, y = entry_of(page, 1) if "Nudge" in widget else place_of(page, "moved")
    before, top = panel.inner_text(), panel.bounding_box()["y"]
    hand = page.context.new_cdp_session(page)
    hand.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        for kind, by in (("touchStart", 0), *(("touchMove", by) for by in (12, 24, 40))):
            hand.send("Input.dispatchTouchEvent",
                      {"type": kind, "touchPoints": [{"x": x, "y": y + by}]})
        hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_function("before => document.querySelector('.lvm').innerText !== before",
                               arg=before)
        expect(panel).to_contain_text("C₁₂ = 0.5, " if "Nudge" in widget
                                      else "what is generated there")
        assert panel.bounding_box()["y"] == top
    finally:
        hand.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
        page.set_viewport_size({"width": 1280, "height": 1400})


def test_a_million_points_are_drawn_and_move_when_they_are_trained(page):
    browser.show(page, IMPORTS + """from lvmcalc import data
from lvmcalc.models import GPLVMProblem
from lvmcalc.show import Cloud
Y = data.centred(data.sample_gplvm(1_000_000, 4, 2, beta=4.0).Y)
Cloud(GPLVMProblem(Y, 2, beta=0.8, learn=("beta",)))""")
    panel = panels(page)
    at_step(panel, 0)
    drawn = "document.querySelector('.lvm').lvm.state.now.density.join()"
    before = page.evaluate(drawn)
    assert page.evaluate("document.querySelector('.lvm').lvm.state.now.density.filter(v => v)"
                         ".length") > 2000
    button(panel, "Play").press("Space")
    at_step(panel, "([3-9]|[1-9][0-9]+)")
    assert page.evaluate(drawn) != before
