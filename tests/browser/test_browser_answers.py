"""A reader at the browser who walks along a chain, predicts and answers, by keyboard alone."""

import re

import browser
import pytest
from browser import focused, nameless
from playwright.sync_api import expect

IMPORTS = """import ipywidgets
from lvmcalc.show import exercise_widgets
from lvmcalc.models import autoencoder
from lvmcalc.show import *
exercise_widgets._derived.clear()
ipywidgets.Label("ready")"""
BOX = "AnswerBox('gplvm.log_det', 'c')"
PREDICTION = "Prediction('1 + 1?', ['1', '2'], answer='2', because='Count.')"
WALK = "StageWalk(autoencoder.chain(), W=[[1, 2, 3]], x=[[1], [0.5], [-2]])"
COST = "CostCurve((50,))"
PROMPT = ".jp-InputPrompt"
ALIVE = ".jp-OutputArea-output:has(.lvm, .lvmcalc-ask)"


@pytest.fixture
def page(notebook):
    return notebook


def show(page, *sources):
    """Show widgets in cells of their own, and return what is seen of each."""
    browser.show(page, IMPORTS, *sources)
    return [page.locator(".jp-CodeCell").nth(number).locator(ALIVE).first
            for number in range(1, 1 + len(sources))]


def told(widget, pattern):
    expect(widget.get_by_role("status").first).to_have_text(re.compile(pattern))


def drawn(picture):
    """Return what is on a canvas."""
    return picture.evaluate("it => it.toDataURL()")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


WIDGETS = {"walk": WALK, "prediction": PREDICTION, "box": BOX, "cost": COST}
every_widget = pytest.mark.parametrize("name", WIDGETS)


@every_widget
def test_every_control_and_picture_has_a_name_and_what_is_told_has_the_role_of_a_status(page, name):
    widget, = show(page, WIDGETS[name])
    if name == "box":
        widget.get_by_role("textbox").fill("X")
        press(page, "Enter")
    told(widget, r"\w")
    expect(widget.get_by_role("status")).to_have_attribute("aria-live", "polite")
    assert not nameless(widget)


def test_a_screen_reader_is_told_which_answers_belong_together(page):
    prediction, = show(page, PREDICTION)
    group = prediction.get_by_role("group", name="Predict. 1 + 1?")
    expect(group.get_by_role("radio")).to_have_count(2)


def test_a_walk_goes_on_back_and_to_any_stage_by_keyboard(page):
    walk, = show(page, WALK)
    back, on = (walk.get_by_role("button", name=re.compile(rf"\b{name}\b"))
                for name in ("Back", "Next"))
    stage, direction = (walk.get_by_role("combobox", name=name) for name in ("stage", "direction"))
    told(walk, r"^Edge 1 of 10, backwards: L → c\.")
    expect(back).to_be_disabled()
    on.press("Space")
    told(walk, r"^Edge 2 of 10, backwards: c → d\.")
    expect(stage.locator("option:checked")).to_have_text("2: c → d")
    expect(walk.get_by_role("rowheader")).to_contain_text(["forward", "shapes", "rule", "arriving",
                                                           "leaving"])
    on.press("Enter")
    told(walk, "^Edge 3 of 10")
    back.press("Space")
    told(walk, "^Edge 2 of 10")
    walk.get_by_role("img").focus()
    press(page, "ArrowRight")
    told(walk, "^Edge 3 of 10")
    press(page, "ArrowLeft")
    told(walk, "^Edge 2 of 10")
    stage.select_option(index=9)
    told(walk, "^Edge 10 of 10, backwards: h → W.")
    expect(on).to_be_disabled()
    direction.select_option("forwards")
    told(walk, r"^Stage 1 of 7, forwards: h\.")


def test_a_click_on_a_node_goes_to_its_stage(page):
    walk, = show(page, WALK)
    told(walk, "^Edge 1 of 10")
    walk.scroll_into_view_if_needed()
    x, y = page.evaluate("""() => {
        const view = document.querySelector('.lvmcalc-walk .lvm').lvm;
        const panel = view.scene.panels.graph;
        const {left, top} = view.canvas.getBoundingClientRect();
        const [x, y] = view.kinds.graph.place(view.pen, view.boxes.graph, panel)
            .at(panel.nodes.e);
        return [left + x, top + y]; }""")
    page.mouse.click(x, y)
    told(walk, r"backwards: d → e\.")


def test_a_prediction_is_made_by_keyboard_and_says_whether_it_is_right_and_why(page):
    prediction, = show(page, PREDICTION)
    told(prediction, "^Choose one")
    prediction.get_by_role("radio", name="1").press("Space")
    told(prediction, "^✗ Not this one")
    press(page, "ArrowDown")
    told(prediction, r"^■ Right\. Count\.$")
    expect(prediction.get_by_role("radio", name="2")).to_be_checked()


def test_a_prediction_leaves_the_choice_of_another_as_it_is(page):
    first, second = show(page, PREDICTION, PREDICTION)
    for prediction, answer in ((first, "2"), (second, "1")):
        prediction.get_by_role("radio", name=answer).press("Space")
    expect(first.get_by_role("radio", name="2")).to_be_checked()
    expect(second.get_by_role("radio", name="1")).to_be_checked()


def test_an_answer_is_typed_read_and_marked_by_keyboard_with_hint_and_solution_on_request(page):
    box, summary = show(page, BOX, "Summary()")
    told(summary, "^0 of 1 derived so far.")
    field = box.get_by_role("textbox", name="∂L₁/∂c =")
    field.focus()
    page.keyboard.type("b_bar b c")
    press(page, "Enter")
    told(box, "Read as.*✗ Not right.*An inverse is lost")
    # the reading, as a formula
    expect(box.get_by_role("status").locator("mjx-container").first).to_be_visible()
    expect(field).to_be_focused()
    for title, words in (("Numbers to try by hand", "the answer gives"), ("Hint", "determinant"),
                         ("Solution", "=")):
        press(page, "Tab")
        assert focused(page) == title
        details = box.locator("details").filter(has=page.get_by_text(title, exact=True)).last
        expect(details).not_to_have_attribute("open", "")
        press(page, "x", "Enter")  # an x in its command mode makes JupyterLab cut the cell
        expect(details).to_have_attribute("open", "")
        expect(details).to_contain_text(words)
    expect(page.locator(".jp-CodeCell")).to_have_count(3)
    field.fill("-D/2 K^-1")
    press(page, "Enter")
    told(box, "■ Right, proved")
    told(summary, "^1 of 1 derived so far.")


def test_after_shift_enter_the_box_has_the_focus_and_the_next_one_runs_the_next_cell(page):
    prose = [f"print({number})" for number in range(30)]
    box, *others = show(page, BOX, "print('next')", *prose, PREDICTION)
    expect(others[-1].get_by_role("radio").first).not_to_be_focused()
    page.locator(".jp-CodeCell .jp-InputArea-editor").nth(1).click()
    top = "document.querySelector('.jp-WindowedPanel-outer').scrollTop"
    before, count = page.evaluate(top), page.locator(".jp-CodeCell").nth(2).locator(PROMPT)
    ran = count.text_content()
    press(page, "Shift+Enter")
    expect(box.get_by_role("textbox")).to_be_focused()
    assert page.evaluate(top) == before
    page.keyboard.type("-D/2 K^-1")
    press(page, "Enter")
    told(box, "■ Right, proved")
    press(page, "Shift+Enter")
    expect(count).not_to_have_text(ran)


def test_only_enter_submits_an_answer(page):
    box, other = show(page, BOX, "AnswerBox('gplvm.log_det', 'e')")
    box.get_by_role("textbox").fill("-D/2 K^-1")
    press(page, "Tab")
    assert focused(page) == "Hint"
    other.get_by_role("textbox").fill("X")
    press(page, "Enter")
    told(other, "Not right")  # so what came before has been seen to as well
    expect(box.locator(".lvm-verdict")).to_have_text("")
    box.get_by_role("textbox").press("Enter")
    told(box, "■ Right, proved")


def test_an_answer_that_cannot_be_read_is_told_so(page):
    box, = show(page, BOX)
    box.get_by_role("textbox").fill("c^")
    press(page, "Enter")
    told(box, "Unreadable")


def test_the_summary_leads_back_to_a_question_by_keyboard_past_many_cells(page):
    prose = [f"print({number})" for number in range(30)]
    widgets = show(page, BOX, *prose, "Summary()")
    link = widgets[-1].get_by_role("link", name="∂L₁/∂c (gplvm.log_det)")
    link.focus()
    expect(widgets[0]).not_to_be_in_viewport()
    press(page, "x", "Enter")
    expect(widgets[0].get_by_role("textbox")).to_be_in_viewport()
    press(page, "Tab")
    expect(widgets[0].get_by_role("textbox")).to_be_focused()


def test_the_cost_is_measured_by_keyboard(page):
    cost, = show(page, COST)
    told(cost, "^Nothing has been measured yet.$")
    picture = cost.get_by_role("img")
    empty = drawn(picture)
    cost.get_by_role("button", name="Measure").press("Space")
    told(cost, r"inverse of K at N = 50: [\d.,]+ (µs|ms|s)\.")
    assert drawn(picture) != empty


@every_widget
def test_a_cell_run_again_has_one_widget_that_starts_afresh_and_works(page, name):
    def use(widget):
        if name == "box":
            widget.get_by_role("textbox").fill("X")
        {"walk": lambda: widget.get_by_role("button", name="Next").press("Space"),
         "prediction": lambda: widget.get_by_role("radio", name="2").press("Space"),
         "box": lambda: widget.get_by_role("textbox").press("Enter"),
         "cost": lambda: widget.get_by_role("button", name="Measure").press("Space")}[name]()
        told(widget,
             {"walk": "^Edge 2", "prediction": "Right", "box": "Not right", "cost": "^inv"}[name])

    widget, = show(page, WIDGETS[name])
    use(widget)
    browser.run_again(page, only=1)
    expect(page.locator(".jp-CodeCell").nth(1).locator(ALIVE)).to_have_count(1)
    if name == "box":
        expect(widget.locator(".lvm-verdict")).to_have_text("")
        expect(widget.get_by_role("textbox")).to_have_value("")
    else:
        told(widget,
             {"walk": "^Edge 1 of 10", "prediction": "^Choose one", "cost": "^Nothing"}[name])
    use(widget)


@pytest.mark.parametrize(("name", "fails"), [
    ("walk", "widget.go"), ("box", "widget.check"), ("cost", "widget._ways")])
def test_an_exception_in_what_a_control_does_is_told_in_words(page, name, fails):
    widget, = show(page, f"""widget = {WIDGETS[name]}
def broken(*what):
    raise ArithmeticError("not <today>")
{fails} = broken
widget""")
    if name == "box":
        widget.get_by_role("textbox").fill("X")
        press(page, "Enter")
    else:
        widget.get_by_role("button", name="Next" if name == "walk" else "Measure").press("Space")
    told(widget, "^Stopped: ArithmeticError: not <today>$")


def test_what_a_widget_cannot_be_made_of_is_told_under_its_cell(page):
    with pytest.raises(AssertionError, match="TypeError: The leaf x is missing"):
        show(page, WALK.replace(", x=[[1], [0.5], [-2]]", ""))
    with pytest.raises(AssertionError, match="ValueError: There is no option '2'"):
        show(page, PREDICTION.replace("['1', '2']", "['1', '3']"))
    expect(page.locator(".jp-CodeCell").last).to_contain_text("There is no option '2'")


def test_a_walk_that_asks_lights_an_edge_and_shows_its_card_after_a_right_answer_by_keyboard(page):
    walk, = show(page, WALK.replace("autoencoder.chain()", "autoencoder.chain(), ask='W'"))
    told(walk, "Edges lit: 0 of 8")
    field = walk.get_by_role("textbox", name="∂L/∂c =")
    field.focus()
    page.keyboard.type("d")
    press(page, "Enter")
    expect(walk.locator(".lvm-verdict")).to_contain_text("Not right")
    expect(walk.get_by_role("rowheader")).to_have_count(0)
    field.fill("c")
    press(page, "Enter")
    expect(walk.locator(".lvm-verdict")).to_contain_text("■ Right, proved")
    expect(walk.locator(".lvm-verdict mjx-container").first).to_be_visible()
    told(walk, "Edges lit: 1 of 8")
    expect(walk.get_by_role("rowheader").first).to_be_visible()
    press(page, "Enter")  # once more: on to the next edge
    told(walk, "^Edge 2 of 8, backwards: c → d")
    field = walk.get_by_role("textbox", name="∂L/∂d =")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    expect(walk.get_by_role("rowheader")).to_have_count(0)
    walk.get_by_role("button", name="Show").press("Space")
    told(walk, "Edges lit: 2 of 8")
    expect(walk.get_by_role("rowheader").first).to_be_visible()
    assert not nameless(walk)


def test_a_graph_is_completed_by_clicks_and_by_keyboard_and_checked(page):
    browser.show(page, "from lvmcalc import derive\n"
                       "from lvmcalc.show.graph_exercise import GraphExercise\n"
                       "GraphExercise(derive('tr(A X)', X='n×m', A='m×n', name='trace'))")
    panel = page.locator(".lvm").first
    told = panel.get_by_role("status")
    expect(told).to_contain_text("Click a node")
    panel.get_by_role("button", name="Check").press("Space")
    expect(told).to_contain_text("are missing.")
    edges = page.evaluate("""() => {
        const view = document.querySelector(".lvm").lvm, {graph} = view.scene.panels;
        const {at} = view.kinds.graph.place(view.pen, view.boxes.graph, graph);
        const {left, top} = view.canvas.getBoundingClientRect();
        return Object.fromEntries(Object.entries(graph.nodes).map(([name, node]) => {
            const [x, y] = at(node);
            return [name, [left + x, top + y]]; })); }""")
    *leaves, product, output = sorted(edges, key=lambda name: edges[name][0])
    page.mouse.click(*edges[leaves[0]])
    expect(told).to_contain_text("is chosen.")
    page.mouse.click(*edges[product])
    expect(told).to_contain_text("Arrows: 1.")
    for used, user in ((leaves[1], product), (product, output)):
        panel.get_by_role("combobox", name="from").select_option(used)
        panel.get_by_role("combobox", name="to").select_option(user)
        panel.get_by_role("button", name="Draw or remove").press("Space")
    expect(told).to_contain_text("Arrows: 3.")
    panel.get_by_role("button", name="Check").press("Space")
    expect(told).to_contain_text("Right: all 3 arrows.")
    assert not browser.nameless(panel)
