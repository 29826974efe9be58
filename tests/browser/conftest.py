"""One JupyterLab with one open notebook, for all tests in a row that show widgets in it: it takes
longer to start than most of them to run."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import browser
import pytest
from playwright.sync_api import Page

EMPTY = "import ipywidgets\nipywidgets.Label('empty')"
_open = ExitStack()
_pages: list[Page] = []


@pytest.fixture
def notebook() -> Page:
    """Return a page with an open notebook, in which `browser.show` puts cells."""
    if not _pages:
        folder = Path(_open.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        _pages.append(_open.enter_context(browser.notebook_in(folder, EMPTY)))
    return _pages[0]


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: Any, nextitem: Any) -> None:
    """Close it as soon as another folder follows, whose tests may need an event loop of their own:
    playwright's runs as long as its browser is open."""
    if nextitem is None or "notebook" not in nextitem.fixturenames:
        _pages.clear()
        _open.close()
