"""The time of each test folder, and the order in which files go to the workers."""

import os
from collections import Counter
from pathlib import PurePosixPath
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

# Two workers whose linear algebra takes all cores each wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ["LVMCALC_PROGRESS"] = "off"  # no test and no kernel of nbval keeps answers
collect_ignore = ["course/class"]  # what students handed in
# these files share one JupyterLab, so that they go to one worker
TOGETHER = [f"tests/browser/test_browser_{name}.py"
            for name in ("answers", "derivation", "hostile", "widgets")]
FIRST = ("tests/browser/", "notebooks/")  # they take longest, so that no worker ends with one


def pytest_configure(config: Any) -> None:
    """Hand out files in the order in which they are collected, not by their number of tests."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


class InFilesOrTogether(LoadFileScheduling):
    """Send the tests of a file to one worker, and those of the files `TOGETHER` to the same one."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return TOGETHER[0] if file in TOGETHER else file


def pytest_xdist_make_scheduler(config: Any, log: Any) -> LoadFileScheduling:
    """Distribute the tests by file."""
    return InFilesOrTogether(config, log)


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Put the folders that take longest at the beginning, and leave the rest as it is."""
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


@pytest.fixture
def notebook() -> Any:
    """Return a page of a browser with an open notebook, in which `browser.show` puts cells."""
    import browser
    return browser.shared_notebook()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: Any, nextitem: Any) -> None:
    """Close the notebook as soon as a test follows that does not use it."""
    if "notebook" in getattr(item, "fixturenames", ()) and (
            "notebook" not in getattr(nextitem, "fixturenames", ())):
        import browser
        browser.close_shared_notebook()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how long the tests of each folder took, with setting up and tearing down."""
    seconds: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "duration") and hasattr(report, "nodeid"):
                folder = PurePosixPath(report.nodeid.partition("::")[0]).parent
                seconds[str(folder)] += report.duration
    terminalreporter.section("seconds per folder")
    for folder, total in seconds.most_common():
        terminalreporter.write_line(f"{total:7.1f}  {folder}")
    terminalreporter.write_line(f"{seconds.total():7.1f}  in all, over all workers")
