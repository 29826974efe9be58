"""The times of the folders, printed at the end of a run of the tests."""

from pathlib import Path
from types import SimpleNamespace

import pytest


def test_setting_up_and_running_count_for_the_folder_and_the_slowest_folder_comes_first(
    pytestconfig: pytest.Config) -> None:
    def took(seconds: float, nodeid: str) -> SimpleNamespace:
        return SimpleNamespace(duration=seconds, nodeid=nodeid)

    lines: list[str] = []
    stats = {"": [took(0.5, "tests/chain/test_a.py::test_1")], "warnings": [SimpleNamespace()],
             "passed": [took(1, "tests/chain/test_a.py::test_1"), took(4, "notebooks/00.ipynb::1")],
             "failed": [took(2, "tests/chain/test_b.py::test_2[a/b::c]")]}
    conftest = pytestconfig.pluginmanager.get_plugin(str(Path(__file__).with_name("conftest.py")))
    conftest.pytest_terminal_summary(SimpleNamespace(stats=stats, section=lines.append,
                                                     write_line=lines.append))
    assert [line.split(maxsplit=1) for line in lines[1:]] == [
        ["4.0", "notebooks"], ["3.5", "tests/chain"], ["7.5", "in all, over all workers"]]
