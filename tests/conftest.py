"""The time of each test folder, and the order in which files go to the workers."""

import gc
import os
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

# Two workers whose linear algebra takes all cores each wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("SYMPY_CACHE_SIZE", "10000")  # the same formulas come in many tests
os.environ["LVMCALC_PROGRESS"] = "off"  # no test and no kernel of nbval keeps answers
collect_ignore = ["course/class"]  # what students handed in
BROWSER = Path(__file__).with_name("browser")


@pytest.fixture(autouse=True, scope="session")
def no_mark_ends_because_the_machine_is_busy() -> None:
    """Give marks more time than they have; the tests of the limit set their own."""
    from lvmcalc.marking import time_limit
    time_limit.SECONDS_A_MARK = 120.0


def pytest_configure(config: Any) -> None:
    """Hand out files in the order in which they are collected, not by their number of tests."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_ignore_collect(collection_path: Path, config: Any) -> bool | None:
    """Leave the browser's tests out unless they are named: Chromium wants all cores."""
    named = (config.invocation_params.dir / each.partition("::")[0] for each in config.args)
    left_out = collection_path == BROWSER and not any(BROWSER in (path, *path.parents)
                                                      for path in named)
    return True if left_out else None


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Put the notebooks, which take longest, at the beginning, and leave the rest as it is."""
    items.sort(key=lambda item: not item.nodeid.startswith("notebooks/"))


def pytest_collection_finish() -> None:
    """Keep what all modules and tests are made of out of every later search for garbage."""
    gc.collect()
    gc.freeze()


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
