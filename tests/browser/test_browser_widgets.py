"""A person at the browser with one live widget at a time: its buttons, its keys, its picture under
the hand, its cell run again, its errors, its names."""

import io
import re
from itertools import pairwise

import browser
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

expect.set_options(timeout=8_000)
WIDGETS = ("LiveAutoencoder('iris')", "TwoWeights()", "LiveGPLVM('iris')")
IMPORTS = """import numpy as np
from lvmcalc import derive
from lvmcalc.show import Live, LiveAutoencoder, LiveGPLVM, TwoWeights
"""
RIDGE = """Live(derive("L = tr((A w - y)ᵀ (A w - y)) + s tr(wᵀ w)", A="p×k", w="k×1", y="p×1",
            s="positive"), "w", A=np.arange(6.0).reshape(3, 2), y=[[1], [0], [2]], s=0.5)"""
every_widget = pytest.mark.parametrize("widget", [*WIDGETS, RIDGE],
                                       ids=["autoencoder", "two weights", "gplvm", "ridge"])
# where the panels of the models have the same code
each_kind = pytest.mark.parametrize("widget", [WIDGETS[1], RIDGE], ids=["two weights", "ridge"])


@pytest.fixture
def page(notebook):
    yield notebook
    browser.show(notebook,
                 "import ipywidgets\nipywidgets.Widget.close_all()\nipywidgets.Label('closed')")


def panels(page):
    return page.locator(".lvm")


def button(panel, name):
    return panel.get_by_role("button", name=name)


def at_step(panel, pattern):
    expect(panel.get_by_role("status")).to_contain_text(re.compile(rf"^Step {pattern}\b"))


def place_of(page, inside):
    """Return where the latent panel draws a point of the data, in pixels of the page."""
    return page.evaluate("""inside => {
        const view = document.querySelector('.lvm').lvm, {pen, boxes, scene, state} = view;
        const {at: place} = view.kinds.points.axes(pen, boxes.latent, scene.panels.latent, state);
        const at = place(state.now[inside] || inside);
        const {left, top} = view.canvas.getBoundingClientRect();
        return [left + at[0], top + at[1]]; }""", inside)


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


@pytest.fixture
def projector(page):
    page.set_viewport_size({"width": 1280, "height": 720})
    yield page
    page.set_viewport_size({"width": 1280, "height": 1400})


@every_widget
def test_play_rate_picture_and_words_fit_one_screen_with_the_side_bar_open(projector, widget):
    browser.show(projector, IMPORTS + widget)
    panel = panels(projector)
    at_step(panel, 0)
    seen = projector.locator(".jp-WindowedPanel-outer").evaluate("it => it.clientHeight")
    assert projector.locator(".jp-SidePanel, #jp-left-stack").first.is_visible()
    boxes = panel.evaluate("""panel => [".lvm-bar", ".lvm-picture", ".lvm-words"]
        .map(name => panel.querySelector(name).getBoundingClientRect())
        .map(it => [it.top, it.bottom])""")
    assert boxes[-1][1] - boxes[0][0] <= seen
    assert all(above[1] <= below[0] for above, below in pairwise(boxes))
    assert boxes[1][1] - boxes[1][0] > seen / 2  # the picture
    assert panel.evaluate("it => it.scrollWidth <= it.clientWidth")


@every_widget
def test_before_a_room_the_picture_fills_the_screen_in_large_type_and_escape_leaves(
    projector, widget):
    browser.show(projector, IMPORTS + widget)
    panel = panels(projector)
    button(panel, "Present").press("Space")
    projector.wait_for_function("document.fullscreenElement?.classList.contains('lvm')")
    button(panel, "Step").press("Space")
    at_step(panel, 1)
    size, height, words = panel.evaluate("""it => [it.lvm.size, it.lvm.picture.clientHeight,
        parseFloat(getComputedStyle(it.querySelector(".lvm-words")).fontSize)]""")
    assert min(size, words) >= 24
    assert height > 720 / 2
    assert panel.evaluate("it => it.scrollHeight <= it.clientHeight")
    bar = "it => it.querySelector('.lvm-bar').clientHeight"
    assert panel.evaluate(bar) < 60  # one row
    expect(panel.get_by_text("More", exact=True)).to_be_hidden()
    projector.keyboard.press("Escape")
    projector.wait_for_function("!document.fullscreenElement")
    expect(button(panel, "Present")).to_be_visible()


@pytest.mark.parametrize(("width", "bar"), [(800, False), (640, False), (800, True)],
                         ids=["800 pixels", "200 %", "800 pixels beside the side bar"])
def test_on_a_narrow_page_nothing_is_cut(page, width, bar):
    browser.show(page, IMPORTS + "LiveGPLVM('digits')")
    if not bar:
        page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
    page.set_viewport_size({"width": width, "height": 900})
    try:
        panel = panels(page)
        at_step(panel, 0)
        assert panel.evaluate("it => it.scrollWidth <= it.clientWidth")
        inside = panel.evaluate("""it => {
            const {left, right} = it.getBoundingClientRect();
            return [...it.querySelectorAll('*')].filter(child => child.getClientRects().length)
                .map(child => child.getBoundingClientRect())
                .every(box => box.left >= left - 1 && box.right <= right + 1); }""")
        assert inside
    finally:
        page.set_viewport_size({"width": 1280, "height": 1400})
        if not bar:
            page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")


def test_in_the_dark_theme_no_picture_is_a_white_block(page):
    browser.show(page, IMPORTS + "LiveGPLVM('digits')", "TwoWeights().still()")
    at_step(panels(page), 0)
    pictures = panels(page).locator("canvas").first, page.locator(".jp-CodeCell img").last

    def light(picture):
        picture.scroll_into_view_if_needed()
        shades = np.asarray(Image.open(io.BytesIO(picture.screenshot())).convert("L"))
        return (shades > 230).mean()

    assert min(map(light, pictures)) > 0.5
    set_theme = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"
    page.evaluate(set_theme, "JupyterLab Dark")
    try:
        page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
        page.wait_for_timeout(500)
        assert max(map(light, pictures)) < 0.1
    finally:
        page.evaluate(set_theme, "JupyterLab Light")


def test_where_motion_is_unwelcome_nothing_is_on_its_way(page):
    page.emulate_media(reduced_motion="reduce")
    try:
        browser.show(page, IMPORTS + "LiveGPLVM('iris')")
        panel = panels(page)
        button(panel, "Play").press("Space")
        at_step(panel, "[3-9]")
        assert page.evaluate("[document.querySelector('.lvm').lvm.span, "
                             "document.querySelector('.lvm').lvm.state.past.length]") == [0, 0]
    finally:
        page.emulate_media(reduced_motion="no-preference")


def test_after_a_restart_a_widget_says_that_its_kernel_is_gone_until_its_cell_is_run_again(page):
    browser.show(page, IMPORTS + WIDGETS[1])
    button(panels(page), "Play").press("Space")
    at_step(panels(page), "([2-9]|[1-9][0-9]+)")
    said = "getComputedStyle(document.querySelector('.lvm'), '::before').content"
    assert page.evaluate(said) == "none"
    page.evaluate("void jupyterapp.commands.execute('kernelmenu:restart')")
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    browser.connected(page)
    page.wait_for_function(f"{said}.includes('Run the cells down to this one again.')")
    browser.run_again(page)
    at_step(panels(page), 0)
    assert page.evaluate(said) == "none"
    button(panels(page), "Step").press("Space")
    at_step(panels(page), 1)


def test_after_a_reload_a_saved_widget_goes_on_and_the_next_day_its_picture_stands_there(page):
    def reload():
        page.reload()
        browser.connected(page)

    browser.show(page, IMPORTS + "TwoWeights()", "from lvmcalc.show import Prediction\n"
                 "Prediction('1 + 1?', ['1', '2'], answer='2', because='Count.')")
    button(panels(page).first, "Step").press("Space")
    at_step(panels(page).first, 1)
    still = page.get_by_text("Run the cells down to this one to make it live.")
    expect(still).to_be_hidden()
    page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    reload()  # the kernel still has the widget
    at_step(panels(page).first, 1)
    expect(still).to_be_hidden()
    page.evaluate("jupyterapp.commands.execute('kernelmenu:shutdown')")
    page.wait_for_function(f"!{browser.NOTEBOOK}.context.sessionContext.session?.kernel")
    reload()
    expect(still).to_be_visible()
    expect(page.locator(".jp-RenderedImage img")).to_be_visible()
    expect(page.get_by_text("Run the cells down to this one to answer.")).to_be_visible()
    for words in page.get_by_text("model not found").all():
        expect(words).to_be_hidden()
    expect(panels(page)).to_have_count(0)
    browser.run_again(page)
    at_step(panels(page).first, 0)
    expect(still).to_be_hidden()


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


def test_the_words_never_make_the_panel_lower_and_nothing_scrolls_sideways(page):
    browser.show(page, IMPORTS + "LiveAutoencoder('digits')")
    panel = panels(page)
    at_step(panel, 0)
    panel.get_by_text("More", exact=True).click()
    panel.get_by_role("combobox", name="gradient").select_option("only path h (encoder)")
    expect(panel.get_by_role("status")).to_contain_text("Path g, through the decoder, is lost")
    heights = "[...document.querySelectorAll('.lvm-words')].map(it => it.clientHeight)[0]"
    high = page.evaluate(heights)
    panel.get_by_role("combobox", name="gradient").select_option("both paths")
    expect(panel.get_by_role("status")).not_to_contain_text("is lost")
    assert page.evaluate(heights) == high
    assert page.evaluate("""[...document.querySelectorAll('.jp-OutputArea-output, .lvm')]
        .every(it => it.scrollWidth <= it.clientWidth)""")
