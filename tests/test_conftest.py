"""The times of the folders, printed at the end of a run of the tests, and what a run leaves out."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

HERE = Path(__file__).parent


def conftest(config: pytest.Config) -> Any:
    return config.pluginmanager.get_plugin(str(HERE / "conftest.py"))


@pytest.mark.parametrize(("named", "left_out"), [
    (["tests", "notebooks"], True), (["tests/chain"], True), (["tests/browser"], None),
    (["tests/show", "tests/browser/test_browser.py::test_one"], None)])
def test_the_tests_of_the_browser_run_where_they_are_named(
        pytestconfig: pytest.Config, named: list[str], left_out: bool | None) -> None:
    config = SimpleNamespace(args=named, invocation_params=SimpleNamespace(dir=HERE.parent))
    ignored = conftest(pytestconfig).pytest_ignore_collect
    assert ignored(HERE / "browser", config) is left_out
    assert ignored(HERE / "show", config) is None


def test_setting_up_and_running_count_for_the_folder_and_the_slowest_folder_comes_first(
    pytestconfig: pytest.Config) -> None:
    def took(seconds: float, nodeid: str) -> SimpleNamespace:
        return SimpleNamespace(duration=seconds, nodeid=nodeid)

    lines: list[str] = []
    stats = {"": [took(0.5, "tests/chain/test_a.py::test_1")], "warnings": [SimpleNamespace()],
             "passed": [took(1, "tests/chain/test_a.py::test_1"), took(4, "notebooks/00.ipynb::1")],
             "failed": [took(2, "tests/chain/test_b.py::test_2[a/b::c]")]}
    conftest(pytestconfig).pytest_terminal_summary(SimpleNamespace(
        stats=stats, section=lines.append, write_line=lines.append))
    assert [line.split(maxsplit=1) for line in lines[1:]] == [
        ["4.0", "notebooks"], ["3.5", "tests/chain"], ["7.5", "in all, over all workers"]]
