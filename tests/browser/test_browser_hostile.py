"""What a user has typed never runs in the browser of whoever reads it, in any display."""

import browser
import pytest

HOSTILE = browser.ROOT / "tests" / "show"


def test_no_text_of_a_user_runs_in_any_display(tmp_path):
    setup = f"import sys\nsys.path.insert(0, {str(HOSTILE)!r})\nimport hostile\nimport ipywidgets"
    with browser.notebook_in(tmp_path, f"{setup}\nipywidgets.Label('ready')") as page:
        # it would run, were it not quoted
        browser.show(page, f"{setup}\nipywidgets.HTML(hostile.ATTACK)")
        page.wait_for_function("window.hacked === 1")
        page.evaluate("window.hacked = 0")
        names = page_names()
        browser.show(page, f"{setup}\nipywidgets.Label('ready')",
                     *[f"hostile.DISPLAYS[{name!r}]()" for name in names])
        page.locator(".jp-CodeCell").nth(len(names)).get_by_text("onerror").first.wait_for()
        page.wait_for_timeout(1500)
        assert page.evaluate("window.hacked") == 0
        assert page.get_by_text("onerror").count() >= len(names) - 1


def page_names():
    import hostile
    return [*hostile.DISPLAYS]


@pytest.fixture(autouse=True)
def _hostile(monkeypatch):
    monkeypatch.syspath_prepend(HOSTILE)
