"""A person at the browser with one live widget at a time: its buttons, its cell run again, its
errors, its names."""

import re
from itertools import pairwise

import browser
import pytest
from playwright.sync_api import expect

expect.set_options(timeout=60_000)
WIDGETS = ("LiveAutoencoder('iris')", "TwoWeights()", "LiveGPLVM('iris')")
IMPORTS = "from lvmcalc.show import LiveAutoencoder, LiveGPLVM, TwoWeights\n"
every_widget = pytest.mark.parametrize("widget", WIDGETS)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with browser.notebook_in(tmp_path_factory.mktemp("notebooks"),
                             IMPORTS + "TwoWeights()") as page:
        yield page


@pytest.fixture
def page(lab):
    yield lab
    browser.show(lab,
                 "import ipywidgets\nipywidgets.Widget.close_all()\nipywidgets.Label('closed')")


def panels(page):
    return page.locator(".lvmcalc-live")


def button(panel, name):
    return panel.get_by_role("button", name=name)


def at_step(panel, pattern):
    expect(panel.get_by_role("status")).to_contain_text(re.compile(rf"^Step {pattern}\b"))


@every_widget
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
    panel.get_by_text("Keys", exact=True).press("x")
    button(panel, "Reset").press("Space")
    at_step(panel, 0)


@every_widget
def test_a_cell_run_again_while_it_plays_has_one_output_that_plays_and_closes_the_earlier_widget(
    page, widget):
    # the second cell still shows the widget that the first cell made
    both = f"first = {widget}\nfirst", "first"
    browser.show(page, IMPORTS + both[0], both[1])
    button(panels(page).first, "Play").press("Space")
    at_step(panels(page).last, "([2-9]|[1-9][0-9]+)")
    browser.run_again(page, only=0)
    expect(page.locator(".jp-CodeCell").first.locator(".lvmcalc-live")).to_have_count(1)
    expect(panels(page)).to_have_count(2)
    expect(panels(page).last.get_by_role("status")).to_contain_text("Closed: its cell was run "
                                                                    "again.")
    at_step(panels(page).first, 0)
    button(panels(page).first, "Play").press("Space")
    at_step(panels(page).first, "([2-9]|[1-9][0-9]+)")


WATCH = """widget => {
    const image = document.querySelector(".lvmcalc-live img");
    window.shifts = [], window.places = new Set(), window.pictures = 0;
    new PerformanceObserver(list => {
        for (const shift of list.getEntries())
            for (const {node} of shift.sources) if (node) window.shifts.push(node.outerHTML);
    }).observe({type: "layout-shift"});
    image.addEventListener("load", () => window.pictures++);
    const look = () => {
        // in its panel, for the page scrolls
        const {x, y, width, height} = image.getBoundingClientRect();
        const panel = image.closest(".lvmcalc-live").getBoundingClientRect();
        const place = [x - panel.x, y - panel.y, width, height, panel.height];
        window.places.add(place.map(Math.round).join());
        requestAnimationFrame(look); };
    look(); }"""


@every_widget
def test_while_it_plays_pauses_and_is_reset_nothing_moves_about_the_picture_and_no_frame_is_blank(
    page, widget):
    browser.show(page, IMPORTS + widget)
    panel = panels(page)
    panel.get_by_role("img").scroll_into_view_if_needed()
    at_step(panel, 0)
    page.evaluate(WATCH)
    picture = panel.get_by_role("img").bounding_box()
    # of the still part
    title = {name: picture[name] for name in ("x", "y", "width")} | {"height": 24}
    still = page.screenshot(clip=title)
    assert len(set(still)) > 20  # it shows something
    button(panel, "Play").press("Space")
    for _ in range(10):
        seen = page.evaluate("window.pictures")
        page.wait_for_function("seen => window.pictures > seen", arg=seen)
        assert page.screenshot(clip=title) == still
    button(panel, "Pause").press("Space")
    expect(button(panel, "Play")).to_be_visible()
    button(panel, "Reset").press("Space")
    at_step(panel, 0)
    assert page.evaluate("[window.shifts, window.places.size]") == [[], 1]


def test_two_widgets_of_two_cells_play_at_once(page):
    browser.show(page, IMPORTS + WIDGETS[0], WIDGETS[2])
    for panel in panels(page).all():
        button(panel, "Play").press("Space")
    for panel in panels(page).all():
        expect(button(panel, "Pause")).to_be_visible()
        at_step(panel, "([3-9]|[1-9][0-9]+)")
        expect(button(panel, "Pause")).to_be_visible()


@every_widget
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
def test_every_control_and_picture_has_a_name_and_a_slider_has_words_beside_it(page, widget):
    browser.show(page, IMPORTS + widget)
    panel = panels(page)
    button(panel, "Play").wait_for()
    expect(panel.get_by_role("slider", name="learning rate")).to_be_visible()
    assert not browser.nameless(panel)
    expect(panel).to_contain_text(re.compile(r"learning rate 0\.[59] × the stability limit"))
    if "GPLVM" in widget:
        expect(panel).to_contain_text("β 1 × best")
    expect(panel.get_by_role("img", name=re.compile("^Picture: .*"))).to_be_visible()


@pytest.fixture
def projector(page):
    page.set_viewport_size({"width": 1280, "height": 720})
    page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
    page.wait_for_function("() => document.querySelector('.jp-WindowedPanel-outer').clientWidth > "
                           "1100")
    yield page
    page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
    page.set_viewport_size({"width": 1280, "height": 1400})


@every_widget
def test_before_a_room_controls_picture_and_words_fit_a_small_projector_and_do_not_overlap(
    projector, widget):
    browser.show(projector, IMPORTS + widget)
    panel = panels(projector)
    button(panel, "Present").press("Space")
    expect(button(panel, "All controls")).to_be_visible()
    button(panel, "Step").press("Space")
    at_step(panel, 1)
    seen = projector.locator(".jp-WindowedPanel-outer").evaluate("it => it.clientHeight")
    # The rows of controls, the picture, and the text of the status, from top to bottom.
    boxes = panel.evaluate("""panel => {
        const words = document.createRange();
        words.selectNodeContents(panel.querySelector("[role=status]"));
        return [...panel.querySelectorAll(".widget-hbox, img"), words]
            .map(it => it.getBoundingClientRect())
            .filter(it => it.height).map(it => [it.top, it.bottom]); }""")
    assert boxes[-1][1] - boxes[0][0] <= seen
    assert all(above[1] <= below[0] for above, below in pairwise(boxes))
    assert boxes[-2][1] - boxes[-2][0] > seen / 3  # the picture


def test_after_a_restart_a_widget_says_that_its_kernel_is_gone_until_its_cell_is_run_again(page):
    browser.show(page, IMPORTS + WIDGETS[1])
    button(panels(page), "Play").press("Space")
    at_step(panels(page), "([2-9]|[1-9][0-9]+)")
    said = "getComputedStyle(document.querySelector('.lvmcalc-live'), '::before').content"
    assert page.evaluate(said) == "none"
    page.evaluate("void jupyterapp.commands.execute('kernelmenu:restart')")
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    browser.connected(page)
    page.wait_for_function(f"{said}.includes('Disconnected: the kernel was restarted. Run the cell "
                           "again.')")
    browser.run_again(page)
    at_step(panels(page), 0)
    assert page.evaluate(said) == "none"
    button(panels(page), "Step").press("Space")
    at_step(panels(page), 1)


def test_after_a_reload_a_saved_widget_goes_on_and_an_unsaved_one_is_gone_until_its_cell_is_run(
    page):
    def reload():
        page.reload()
        browser.connected(page)

    reload()  # the output was never saved
    assert page.evaluate(f"{browser.CELLS}.map(cell => cell.outputs.length)") == [0]
    assert panels(page).count() == 0
    browser.run_again(page)
    button(panels(page), "Step").press("Space")
    at_step(panels(page), 1)
    page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    reload()  # the kernel still has the widget
    at_step(panels(page), 1)
    button(panels(page), "Step").press("Space")
    at_step(panels(page), 2)
    browser.run_again(page)
    at_step(panels(page), 0)
    expect(panels(page)).to_have_count(1)
