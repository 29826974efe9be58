"""A person at the browser with one live widget: its buttons, its keys, and what it says."""

import re

import browser
import pytest
from panel import IMPORTS, RIDGE, WIDGETS, at_step, button, every_widget, panels
from playwright.sync_api import expect

# where the panels of the models have the same code
each_kind = pytest.mark.parametrize("widget", [WIDGETS[1], RIDGE], ids=["two weights", "ridge"])


@each_kind
def test_step_play_pause_and_reset_work_by_keyboard(page, widget):
    browser.show(page, IMPORTS + widget)
    panel = panels(page)
    at_step(panel, 0)
    button(panel, "Step").press("Space")
    at_step(panel, 1)
    button(panel, "Play").press("Space")
    at_step(panel, "([3-9]|[1-9][0-9]+)")
    button(panel, "Pause").press("Space")
    expect(button(panel, "Play")).to_be_visible()
    # which makes JupyterLab cut a cell in command mode
    panel.get_by_text("More", exact=True).press("x")
    button(panel, "Reset").press("Space")
    at_step(panel, 0)


@each_kind
def test_after_its_cell_was_run_the_panel_has_the_focus_and_its_own_keys(page, widget):
    browser.show(page, IMPORTS + widget, "")
    page.evaluate(f"{browser.NOTEBOOK}.content.activeCellIndex = 0")
    page.locator(".jp-CodeCell .jp-Editor").first.click()
    page.keyboard.press("Shift+Enter")
    page.wait_for_function("document.activeElement.classList.contains('lvm')")
    panel = panels(page)
    at_step(panel, 0)
    expect(panel).to_contain_text("Space play · → step · R reset")
    page.keyboard.press("ArrowRight")
    at_step(panel, 1)
    page.keyboard.press("Space")
    expect(button(panel, "Pause")).to_be_visible()
    at_step(panel, "([3-9]|[1-9][0-9]+)")
    page.keyboard.press("Space")
    expect(button(panel, "Play")).to_be_visible()
    page.keyboard.press("r")
    at_step(panel, 0)
    expect(page.locator(".jp-CodeCell")).to_have_count(2)
    page.keyboard.press("Shift+Enter")  # goes on: runs the last cell, and makes another one
    expect(page.locator(".jp-CodeCell")).to_have_count(3)


@each_kind
def test_a_cell_run_again_while_it_plays_has_one_output_that_plays_and_closes_the_earlier_widget(
    page, widget):
    # the second cell still shows the widget that the first cell made
    both = f"first = {widget}\nfirst", "first"
    browser.show(page, IMPORTS + both[0], both[1])
    button(panels(page).first, "Play").press("Space")
    at_step(panels(page).last, "([2-9]|[1-9][0-9]+)")
    browser.run_again(page, only=0)
    expect(page.locator(".jp-CodeCell").first.locator(".lvm")).to_have_count(1)
    expect(panels(page)).to_have_count(2)
    expect(panels(page).last.get_by_role("status")).to_contain_text("Closed: its cell was run "
                                                                    "again.")
    at_step(panels(page).first, 0)
    button(panels(page).first, "Play").press("Space")
    at_step(panels(page).first, "([2-9]|[1-9][0-9]+)")


WATCH = """() => {
    const view = document.querySelector(".lvm").lvm;
    const picture = view.picture, g = view.canvas.getContext("2d");
    window.places = new Set(), window.blank = 0, window.states = new Set(), window.frames = 0;
    const look = () => {
        if (!view.el.isConnected) return;
        const {x, y, width, height} = picture.getBoundingClientRect();
        const panel = view.el.getBoundingClientRect();
        window.places.add([x - panel.x, y - panel.y, width, height].map(Math.round).join());
        const data = g.getImageData(0, 0, view.canvas.width, 30).data;
        if (!data.some(part => part)) window.blank++;
        window.states.add(view.model.get("count"));
        window.frames++;
        requestAnimationFrame(look); };
    look(); }"""

PAUSE = """async () => {
    const view = document.querySelector(".lvm").lvm, {model, canvas, controls: {play}} = view;
    const now = () => [play.it.textContent, canvas.toDataURL()], kept = [], {send} = model;
    const next = () => new Promise(done => model.on("change:count", done));
    model.send = told => kept.push(told); // the kernel does not hear of it yet
    play.it.click();
    await new Promise(requestAnimationFrame);
    const first = now();
    await next();
    await next();
    await new Promise(requestAnimationFrame);
    model.send = send;
    for (const told of kept) model.send(told);
    return [first, now()]; }"""
SHOWN = """() => {
    const {model, state} = document.querySelector(".lvm").lvm, told = model.get("frame");
    const floats = ({buffer, byteOffset, byteLength}) =>
        new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
    return !model.get("playing") && state.t === 1 &&
        Object.keys(told).every(name => `${state.now[name]}` === `${floats(told[name])}`); }"""


@each_kind
def test_while_it_plays_the_picture_stays_in_its_place_and_is_never_blank(page, widget):
    browser.show(page, IMPORTS + widget)
    panel = panels(page)
    at_step(panel, 0)
    page.evaluate(WATCH)
    button(panel, "Play").press("Space")
    page.wait_for_function("window.states.size > 8")
    (words, picture), later = page.evaluate(PAUSE)
    assert (words, later) == ("▶ Play", [words, picture])
    page.wait_for_function(SHOWN)  # where the kernel has stopped
    expect(button(panel, "Play")).to_be_visible()
    button(panel, "Reset").press("Space")
    at_step(panel, 0)
    places, blank = page.evaluate("[[...window.places], window.blank]")
    assert (len(places), blank) == (1, 0), places


def test_two_widgets_of_two_cells_play_at_once(page):
    browser.show(page, IMPORTS + WIDGETS[0], IMPORTS + WIDGETS[2])
    for panel in panels(page).all():
        button(panel, "Play").press("Space")
    for panel in panels(page).all():
        expect(button(panel, "Pause")).to_be_visible()
        at_step(panel, "([3-9]|[1-9][0-9]+)")
        expect(button(panel, "Pause")).to_be_visible()


@each_kind
def test_an_exception_in_the_loop_is_told_in_words(page, widget):
    browser.show(page, IMPORTS + f"""widget = {widget}
def broken():
    raise ArithmeticError("no step today")
widget.player._advance = broken
widget""")
    panel = panels(page)
    button(panel, "Play").press("Space")
    expect(panel.get_by_role("status")).to_have_text("Stopped: ArithmeticError: no step today")
    expect(button(panel, "Play")).to_be_visible()


@every_widget
def test_every_control_and_picture_has_a_name_and_a_slider_tells_its_value(page, widget):
    browser.show(page, IMPORTS + widget)
    panel = panels(page)
    button(panel, "Play").wait_for()
    panel.get_by_text("More", exact=True).click()
    slider = panel.get_by_role("slider", name="learning rate")
    expect(slider).to_be_visible()
    assert not browser.nameless(panel)
    told = slider.get_attribute("aria-valuetext")
    assert re.match(r"[\d.]+ × the (limit|usual rate) = [\d.e-]+$", told)
    slider.press("ArrowLeft")
    page.wait_for_function("told => document.querySelector('.lvm input[type=range]').ariaValueText"
                           " !== told", arg=told)
    expect(panel.get_by_role("img", name=re.compile("^Picture: .*"))).to_be_visible()


def test_a_preset_is_chosen_and_taken_back(page):
    browser.show(page, IMPORTS + "LiveGPLVM('digits')")
    panel = panels(page)
    at_step(panel, 0)
    panel.get_by_text("More", exact=True).click()
    slider = panel.get_by_role("slider", name="learning rate")
    before = slider.get_attribute("aria-valuetext")
    preset = panel.get_by_role("combobox", name="preset")
    preset.select_option("too fast")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^3 × the limit"))
    expect(panel.get_by_role("status")).to_contain_text("One would expect it to blow up.")
    preset.select_option("—")
    expect(slider).to_have_attribute("aria-valuetext", before)


def test_at_its_end_a_run_is_played_again_from_the_start(page):
    browser.show(page, IMPORTS + "live = LiveGPLVM('iris', Q=1, speed=5)\n"
                                 "live.trainer.run(20_000)\nlive.refresh()\nlive.player.step(1)\n"
                                 "live")
    panel = panels(page)
    expect(panel.get_by_role("status")).to_contain_text("Finished")
    button(panel, "Play again").press("Space")
    at_step(panel, "[1-9]")
    expect(button(panel, "Pause")).to_be_visible()
