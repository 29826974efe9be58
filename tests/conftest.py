"""The time that each folder of tests takes, printed at the end of a run."""

from collections import Counter
from pathlib import PurePosixPath
from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Sum the durations of setting up, running and tearing down, over all workers."""
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
