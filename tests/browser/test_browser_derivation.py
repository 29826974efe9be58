"""A derivation typed line by line in the browser: by keyboard, and pasted."""

import re

import browser
import pytest
from playwright.sync_api import expect

ALIGN = r"""\begin{align}
\frac{\partial L_1}{\partial q} &= -\frac D2 \\
\frac{\partial L_1}{\partial b} &= -\frac{D}{2b} \\
\frac{\partial L_1}{\partial c} &= -\frac{D}{2} \det(c) c^{-\top}
\end{align}"""
IMPORTS = "from lvmcalc.show import Derivation"
LINES = "∂L₁/∂q = −D/2\nso\n∂L₁/∂b = −D/(2b)"


@pytest.fixture
def page(notebook):
    return notebook


@pytest.fixture
def editor(page):
    browser.show(page, f"{IMPORTS}\nDerivation('gplvm.log_det')")
    return page.locator(".lvmcalc-ask")


def line(editor, number):
    return editor.get_by_role("textbox", name=f"Line {number}", exact=True)


def told(editor, number):
    return editor.get_by_role("listitem").nth(number - 1).locator(".lvm-verdict")


def paste(page, text):
    page.evaluate("""text => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text", text);
        document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true})); }""",
                  text)


def test_lines_are_typed_marked_added_and_removed_by_keyboard(page, editor):
    line(editor, 1).focus()
    page.keyboard.type("∂L₁/∂q = −D/2")
    page.keyboard.press("Enter")
    expect(told(editor, 1).locator("mjx-container").first).to_be_visible()
    expect(told(editor, 1).locator(".lvm-sign")).to_have_text("= ■")
    expect(line(editor, 2)).to_be_focused()
    page.keyboard.type("∂L₁/∂c = −D/2 det(c) c⁻ᵀ = X")
    page.keyboard.press("Tab")  # left without Enter
    expect(told(editor, 2).locator(".lvm-sign")).to_have_text(["= ✗", "= ✗"])
    expect(told(editor, 2)).to_contain_text("The first break.")
    expect(editor.get_by_role("listitem").nth(1)).to_have_class(re.compile("lvm-broken"))
    expect(editor.get_by_role("status")).to_contain_text("Line 2 is the first that does not follow")
    line(editor, 1).focus()
    page.keyboard.press("Control+Enter")  # a line between
    expect(line(editor, 2)).to_be_focused()
    page.keyboard.type("∂L₁/∂b = −D/(2b)")
    page.keyboard.press("ArrowDown")
    expect(line(editor, 3)).to_be_focused()
    expect(told(editor, 2).locator(".lvm-sign")).to_have_text("= ■")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Backspace")
    expect(editor.get_by_role("textbox")).to_have_count(2)
    expect(editor.get_by_role("status")).to_have_text("Every line follows.")
    expect(page.locator(".jp-CodeCell")).to_have_count(1)


@pytest.mark.parametrize(("text", "count", "last"), [
    (ALIGN, 3, "Line 3 is the first that does not follow."), (LINES, 3, "Every line follows.")],
    ids=["align", "lines"])
def test_what_is_pasted_fills_the_lines(page, editor, text, count, last):
    line(editor, 1).focus()
    paste(page, text)
    expect(editor.get_by_role("textbox")).to_have_count(count)
    expect(editor.get_by_role("status")).to_contain_text(last)
    expect(line(editor, count)).to_be_focused()
    line(editor, 1).focus()
    page.keyboard.press("Enter")
    expect(editor.get_by_role("status")).to_contain_text(last)


def test_an_old_verdict_does_not_stand_beside_a_new_line(page, editor):
    line(editor, 1).fill("∂L₁/∂q = −D/2")
    line(editor, 1).press("Enter")
    expect(told(editor, 1)).to_contain_text("■")
    line(editor, 1).press("End")
    page.keyboard.type("+")
    expect(told(editor, 1)).to_have_class(re.compile("lvm-stale"))
    page.keyboard.press("Enter")
    expect(told(editor, 1)).to_contain_text("unreadable")
    expect(told(editor, 1)).not_to_contain_text("■")


def test_every_box_and_button_has_a_name(editor):
    line(editor, 1).fill("X = X")
    line(editor, 1).press("Enter")
    assert not browser.nameless(editor)
