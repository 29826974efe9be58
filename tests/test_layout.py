"""The house and the README's promises, held against the files."""

import ast
import doctest
import re
import subprocess
import sys
from pathlib import Path

import answers
import pytest

import lvmcalc

FACE = ("matplotlib", "ipywidgets", "IPython")
ROOT = Path(__file__).resolve().parents[1]
HOUSE = Path(lvmcalc.__file__).parent
STAIRCASE = ("checks", "notation", "calculus", "chain", "training", "models", "marking", "course",
             "show")  # from the ground up


def imported(path: Path) -> set[str]:
    """Return the rooms that a module imports from, and its own package for the face."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [f"{node.module}.{alias.name}" for node in ast.walk(tree)
             if isinstance(node, ast.ImportFrom) for alias in node.names]
    names += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import)
              for alias in node.names]
    return {name.split(".")[1] for name in names if name.startswith("lvmcalc.")}


@pytest.mark.parametrize("room", STAIRCASE)
def test_a_room_uses_only_rooms_below_it(room: str) -> None:
    paths = [*HOUSE.glob(f"{room}.py"), *HOUSE.glob(f"{room}/*.py")]
    assert paths
    above = set(STAIRCASE[STAIRCASE.index(room) + 1:])
    assert {path.name: imported(path) & above for path in paths if imported(path) & above} == {}
def test_the_core_imports_no_plot_and_no_widget() -> None:
    code = f"import sys, lvmcalc; print([name for name in {FACE} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_readme_has_two_commands_of_one_line_each() -> None:
    blocks = re.findall(r"```\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    start, test = (block.strip() for block in blocks)
    assert "\n" not in start + test
    assert start.endswith("jupyter lab notebooks/00_start_here.ipynb")
    assert test.endswith("pytest")


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_what_a_page_shows_and_links_to_is_there(page: str) -> None:
    links = re.findall(r"\[[^\]]+\]\(([^)#]+)\)", (ROOT / page).read_text(encoding="utf-8"))
    assert links or page == "CHANGELOG.md"
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_the_readme_counts_the_answers_of_both_sets_rightly() -> None:
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    first, second = ((len(of.right), len(of.wrong)) for of in (answers.DEVELOPMENT, answers.SECOND))
    assert f"of a first set of {first[0]} right and {first[1]} wrong answers" in text
    assert f"of a second set of {second[0]} and {second[1]}, looked at once" in text


def test_the_readmes_example_is_true() -> None:
    example, = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    parsed = doctest.DocTestParser().get_doctest(example, {}, "README", "README.md", 0)
    assert doctest.DocTestRunner().run(parsed).failed == 0
    assert len(parsed.examples) == 6


def test_requirements_are_the_six_packages_with_lower_bounds_and_the_package_itself() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").split("\n")
    names = {"jupyterlab", "numpy", "sympy", "matplotlib", "ipywidgets", "nbval"}
    bounds = [re.fullmatch(r"([a-z]+)>=[0-9.]+", line) for line in lines if line and not line.startswith("-e")]
    assert {bound.group(1) for bound in bounds} == names
    assert "-e ." in lines
