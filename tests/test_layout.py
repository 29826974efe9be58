"""The architecture and the README's promises, held against the files."""

import doctest
import re
import subprocess
import sys

import answers_development
import answers_second
import pytest
from draw_architecture import LAYER, MAP, PICTURE, ROOT, drawn, imports

FACE = ("matplotlib", "ipywidgets", "IPython")


@pytest.mark.parametrize("module", sorted(LAYER))
def test_imports_point_one_way(module: str) -> None:
    used = imports(ROOT / "lvmcalc" / f"{module}.py")
    assert {name for name in used if LAYER[name] >= LAYER[module]} == set()


def test_every_module_has_its_layer() -> None:
    assert {path.stem for path in (ROOT / "lvmcalc").glob("*.py")} - {"__init__"} == set(LAYER)


def test_the_picture_of_the_architecture_shows_the_imports_as_they_are() -> None:
    assert PICTURE.read_text(encoding="utf-8") == drawn(), "python tests/draw_architecture.py draws it anew"


def test_the_page_on_the_architecture_names_every_module_once_in_its_part() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("## ")[1]
    parts = re.findall(r"^\*\*(.+?)\*\*\n(.*?)(?=^\*\*|\Z)", text, re.M | re.S)
    named = {part.lower(): sorted(name for row in re.findall(r"^\| (`.*?) \|", rows, re.M)
                                  for name in re.findall(r"`(\w+)`", row)) for part, rows in parts}
    assert named == {part: sorted(rows.split()) for part, rows in MAP.items()}


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
    first, second = ([len(answers.RIGHT), len(answers.WRONG)] for answers in (answers_development, answers_second))
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
