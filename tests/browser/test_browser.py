"""A person at the browser: opens a notebook, presses play, watches, steers with the keyboard,
pauses and resets."""

import re
from pathlib import Path

import browser
import pytest
from playwright.sync_api import Page, expect

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "00_start_here.ipynb"


def test_training_is_played_watched_steered_by_keyboard_paused_and_reset_in_jupyterlab():
    browser.need_chromium()
    with browser.jupyterlab(NOTEBOOK) as address, browser.page_of() as page:
        browser.run_all(page, address, NOTEBOOK.name)
        panel = page.locator(".lvm:has([data-name=play])").first
        status = panel.get_by_role("status")
        play, pause = (panel.get_by_role("button", name=name) for name in ("Play", "Pause"))
        # JupyterLab has followed the run to the end of the notebook
        play.scroll_into_view_if_needed()
        step, start = read(status)
        assert step == 0
        untrained = drawn(page)

        panel.get_by_text("More", exact=True).click()
        # lest it ends before it is steered
        panel.get_by_role("combobox", name="speed").select_option("5 steps/s")
        play.click()
        pause.wait_for()
        page.wait_for_function(f"() => {STATUS} >= 4")
        earlier, seen = read(status), drawn(page)
        page.wait_for_function(f"() => {STATUS} >= {earlier[0] + 3}")
        assert start < earlier[1] < read(status)[1]
        assert len({untrained, seen, drawn(page)}) == 3

        slider = panel.get_by_role("slider", name="learning rate")
        tab_to(page, "input", "learning rate")
        for key, multiple in (("ArrowRight", "1"), ("ArrowRight", "1.1"), ("ArrowRight", "1.3")):
            page.keyboard.press(key)
            expect(slider).to_have_attribute("aria-valuetext",
                                             re.compile(rf"^{multiple} × the limit"))
        status.filter(has_text="is above the stability limit").wait_for()
        page.keyboard.press("ArrowLeft")
        expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^1\.1 × the limit"))
        page.wait_for_function(f"() => {STATUS} > {read(status)[0]}")  # it still plays

        pause.click()
        play.wait_for()
        page.wait_for_timeout(700)
        paused, trained = status.text_content(), drawn(page)
        page.wait_for_timeout(1000)
        assert (status.text_content(), drawn(page)) == (paused, trained)
        assert trained != untrained
        assert read(status)[1] > start

        tab_to(page, "button", "Reset")
        page.keyboard.press("Space")
        expect(status).to_contain_text(re.compile(r"^Step 0\."))
        assert read(status) == (0, start)


PANEL = "document.querySelector('.lvm:has([data-name=play])')"
STATUS = f"+/Step (\\d+)/.exec({PANEL}.querySelector('[role=status]').textContent)[1]"


def read(status) -> tuple[int, float]:
    """Return the step and the log-likelihood that the line of words tells."""
    step, value = re.match(r"Step (\d+)\. Log-likelihood (−?[\d,.]+\d), ",
                           status.text_content()).groups()
    return int(step), float(value.replace("−", "-").replace(",", ""))


def drawn(page: Page) -> str:
    """Return the latent points that are on the screen."""
    return page.evaluate(f"{PANEL}.lvm.mix('latent').slice(0, 40).join()")


def tab_to(page: Page, role: str, name: str = "") -> None:
    """Press Tab until a control of this role and name has the focus, and see that the focus is
    visible."""
    for _ in range(20):
        page.keyboard.press("Tab")
        focus = page.evaluate("""() => {
            const control = document.activeElement, style = getComputedStyle(control);
            const outline = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
            return {role: control.role || control.tagName.toLowerCase(),
                    name: control.ariaLabel || control.textContent, outline}; }""")
        if focus["role"] == role and name in focus["name"]:
            assert focus["outline"] >= 2
            return
    raise AssertionError(f"Tab does not lead to the {role} {name}")


@pytest.mark.parametrize(("ci", "outcome"),
                         [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_without_a_browser_the_test_is_skipped_and_says_how_to_get_one_but_fails_on_ci(
    monkeypatch, ci, outcome):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", ci)
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(outcome, match="apt-get install chromium"):
        browser.need_chromium()
