"""The JupyterLab that the browser's tests have in common."""

from contextlib import ExitStack
from pathlib import Path

import browser
import pytest
from playwright.sync_api import Page

HERE = Path(__file__).parent
_open: list[Page] = []
_until_the_last = ExitStack()


@pytest.fixture
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """A page with an open notebook, in which `browser.show` puts the cells of a test."""
    if not _open:
        folder = tmp_path_factory.mktemp("notebooks")
        _open.append(_until_the_last.enter_context(browser.notebook_in(folder)))
        _until_the_last.callback(_open.clear)
    return _open[0]


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Close it behind the last test of this folder: as long as it is open, an event loop runs."""
    if nextitem is None or HERE not in nextitem.path.parents:
        _until_the_last.close()
