"""What a user has typed never runs in the browser of whoever reads it, in any display."""

import browser
import pytest

HOSTILE = browser.ROOT / "tests" / "show"


def test_no_text_of_a_user_runs_in_any_display(notebook):
    setup = f"import sys\nsys.path.insert(0, {str(HOSTILE)!r})\nimport hostile\nimport ipywidgets"
    # it would run, were it not quoted
    browser.show(notebook, f"{setup}\nipywidgets.HTML(hostile.ATTACK)")
    notebook.wait_for_function("window.hacked === 1")
    notebook.evaluate("window.hacked = 0")
    names = page_names()
    browser.show(notebook, f"{setup}\nipywidgets.Label('ready')",
                 *[f"hostile.DISPLAYS[{name!r}]()" for name in names])
    cells = notebook.locator(".jp-CodeCell")
    cells.nth(len(names)).get_by_text("onerror").first.wait_for()
    notebook.wait_for_timeout(1500)
    assert notebook.evaluate("window.hacked") == 0
    assert notebook.get_by_text("onerror").count() >= len(names) - 1


def page_names():
    import hostile
    return [*hostile.DISPLAYS]


@pytest.fixture(autouse=True)
def _hostile(monkeypatch):
    monkeypatch.syspath_prepend(HOSTILE)
