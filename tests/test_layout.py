"""The architecture and the README's promises, held against the files."""

import ast
import doctest
import re
import subprocess
import sys
from pathlib import Path

import answers_development
import answers_second
import pytest

ROOT = Path(__file__).resolve().parents[1]
# A module imports only from its own layer and from those before it:
# face → training and marking → models → chain → rules.
LAYERS = [
    {"verdict", "notation", "checks", "admission", "writing"}, {"words", "exact", "rules"},
    {"agreement"}, {"calculus"}, {"establishing"}, {"evidence"}, {"chain"},
    {"autoencoder", "gplvm"}, {"data", "gram", "problems", "training", "reading", "cards"},
    {"mistakes", "readings"}, {"findings", "fitting", "question"}, {"diagnosis"}, {"marking"}, {"auditing"}, {"source"},
    {"style", "frames", "figures", "loop", "controls"}, {"pictures"},
    {"ask", "answers", "walk", "live", "two_weights", "cost"}, {"widgets"},
]
LAYER = {module: number for number, layer in enumerate(LAYERS) for module in layer}
FACE = ("matplotlib", "ipywidgets", "IPython")


def imports(path: Path) -> set[str]:
    """Return the modules of the package that a module imports when it runs (not those for its annotations)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    blocks = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    hidden = {id(part) for block in blocks for part in ast.walk(block)}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in hidden and (node.module or "").startswith("lvmcalc"):
            name = node.module.removeprefix("lvmcalc").lstrip(".")
            found |= {name} if name else {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("module", sorted(LAYER))
def test_imports_point_one_way(module: str) -> None:
    used = imports(ROOT / "lvmcalc" / f"{module}.py")
    assert {name for name in used if LAYER[name] > LAYER[module]} == set()


def test_every_module_has_its_layer() -> None:
    assert {path.stem for path in (ROOT / "lvmcalc").glob("*.py")} - {"__init__"} == set(LAYER)


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


def test_the_readme_shows_pictures_that_are_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert pictures
    assert all((ROOT / picture).is_file() for picture in pictures)


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
