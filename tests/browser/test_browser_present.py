"""A live widget before a room: in Voilà, on a page without code, and in a deck of
jupyterlab-deck."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import browser
import nbformat
import pytest
from playwright.sync_api import Page, expect

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "00_start_here.ipynb"
pytestmark = pytest.mark.skipif(
    not (find_spec("voila") and find_spec("jupyterlab_deck")),
    reason='Presenting is not tested: Voilà and jupyterlab-deck are missing; pip install -e '
           '".[present]" brings them.')


def plays_and_pauses_by_mouse(page: Page) -> None:
    """See that the widget plays when its button is clicked, pauses, and is shown large."""
    panel = page.locator(".lvm:has([data-name=play])").first
    status = panel.get_by_role("status")
    expect(status).to_contain_text(re.compile(r"^Step 0\b"), timeout=120_000)
    panel.get_by_role("button", name="Play").click()
    expect(status).to_contain_text(re.compile(r"^Step ([3-9]|[1-9][0-9]+)\b"))
    panel.get_by_role("button", name="Pause").click()
    expect(panel.get_by_role("button", name="Play")).to_be_visible()
    panel.get_by_role("button", name="Present").click()
    expect(panel.get_by_role("button", name="Leave")).to_be_visible()
    expect(panel.get_by_text("More", exact=True)).to_be_hidden()


def test_in_voila_the_first_notebook_is_a_page_without_code_whose_widget_plays_and_pauses():
    browser.need_chromium()
    asked = re.search(r"`(voila .*)`", (browser.ROOT / "README.md").read_text("utf-8"))[1].split()
    voila = *asked[:-1], "--Voila.ip=127.0.0.1", NOTEBOOK.name
    with browser.jupyterlab(NOTEBOOK, serve=voila) as address, browser.page_of() as page:
        page.goto(address, timeout=120_000)
        waiting = page.locator("[class*=skeleton]")  # for what has not run, amid text
        expect(waiting.first).to_be_visible(timeout=120_000)
        expect(page.locator("h1").first).to_be_visible()
        expect(waiting).to_have_count(0, timeout=120_000)
        plays_and_pauses_by_mouse(page)
        assert "from lvmcalc" not in page.locator("body").inner_text()


@contextmanager
def deck_of(notebook: Path) -> Iterator[Page]:
    """Yield the page of a deck that has been run and stands at its first slide."""
    browser.need_chromium()
    with browser.jupyterlab(notebook) as address, browser.page_of(1280, 720) as page:
        browser.run_all(page, address, notebook.name)
        page.evaluate(f"{browser.NOTEBOOK}.content.activeCellIndex = 0")
        page.get_by_title("Toggle Deck").first.click()
        page.locator(".jp-Deck").wait_for()
        yield page


def test_in_a_deck_the_widget_plays_and_pauses():
    with deck_of(NOTEBOOK) as page:
        plays_and_pauses_by_mouse(page)


def test_in_a_deck_each_text_begins_a_slide_in_large_type_at_a_place_where_it_is_seen():
    # a long one, which running has scrolled down
    notebook = NOTEBOOK.with_name("04_gplvm_log_determinant.ipynb")
    texts = [cell for cell in nbformat.read(notebook, as_version=4).cells
             if cell.cell_type == "markdown"][:4]
    with deck_of(notebook) as page:
        first = page.locator(".jp-Deck .jp-Cell.jp-deck-mod-visible").first.locator(
            ".jp-MarkdownOutput")
        for text in texts:
            words = re.search(r"[^\W_][\w ]+", text.source)[0]
            for _ in range(8):  # a step goes to the next cell, or to the next slide
                if words not in first.inner_text():
                    page.evaluate("jupyterapp.commands.execute('deck:forward')")
            expect(first).to_contain_text(words)
            expect(first).to_be_in_viewport(ratio=1)
            assert first.evaluate("it => parseFloat(getComputedStyle(it).fontSize)") > 18.6  # 14 pt
