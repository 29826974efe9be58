"""The JupyterLab that the browser's tests have in common."""

from collections.abc import Iterator

import browser
import pytest
from playwright.sync_api import Page


@pytest.fixture(scope="package")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page with an open notebook, in which `browser.show` puts the cells of a test."""
    with browser.notebook_in(tmp_path_factory.mktemp("notebooks")) as page:
        yield page
