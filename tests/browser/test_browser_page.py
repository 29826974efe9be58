"""A live widget on its page: narrow, dark, before a room, after a reload."""

import io
from itertools import pairwise

import browser
import numpy as np
import pytest
from panel import IMPORTS, WIDGETS, at_step, button, every_widget, panels
from PIL import Image
from playwright.sync_api import expect


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
