"""The JupyterLab and the widgets that the browser's tests have in common."""

from contextlib import ExitStack
from pathlib import Path

import browser
import pytest
from painted import W, X
from playwright.sync_api import Page, expect

from lvmcalc.models import autoencoder
from lvmcalc.show import LiveGPLVM, Nudge, StageWalk, TwoWeights

expect.set_options(timeout=15_000)  # an audit takes long where all cores are busy
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


@pytest.fixture
def page(notebook):
    """The notebook, in which nothing is left behind a test."""
    yield notebook
    browser.show(notebook,
                 "import ipywidgets\nipywidgets.Widget.close_all()\nipywidgets.Label('closed')")


@pytest.fixture
def projector(page):
    page.set_viewport_size({"width": 1280, "height": 720})
    yield page
    page.set_viewport_size({"width": 1280, "height": 1400})


@pytest.fixture(scope="module")
def blank():
    """A page without JupyterLab, for a picture alone."""
    browser.need_chromium()
    with browser.page_of() as found:
        found.emulate_media(reduced_motion="reduce")  # lest each test waits for a movement
        yield found


@pytest.fixture(scope="module")
def gplvm_widget():
    made = LiveGPLVM("iris")
    made.player.step(300)
    made.controls.across.value = 1.0
    return made


@pytest.fixture(scope="module")
def map_widget():
    made = TwoWeights((1.3, -0.9), 0.005)
    made.step(2)
    return made


@pytest.fixture(scope="module")
def walk():
    made = StageWalk(autoencoder.chain(), W=W, x=X)
    return made.go(made.stages.index(("W", "h")))


@pytest.fixture(scope="module")
def nudge_widget():
    return Nudge(autoencoder.chain(), "W", W=W, x=X)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Close it behind the last test of this folder: as long as it is open, an event loop runs."""
    if nextitem is None or HERE not in nextitem.path.parents:
        _until_the_last.close()
