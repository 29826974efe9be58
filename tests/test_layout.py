"""The files match the layout of the rooms, the agreed sizes, and what the README promises."""

import ast
import doctest
import io
import re
import subprocess
import sys
import tokenize
from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path

import answers
import pytest
from tables import over

import lvmcalc

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path(lvmcalc.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
STAIRCASE = ("lazy", "terminal", "checks", "recent", "notation", "calculus", "chain", "training",
             "models", "marking", "auditing", "course", "show")  # from the ground up
ROOMS = STAIRCASE[4:]  # the others are files
CORE = ("calculus.operations calculus.rules calculus.differentials chain.graph chain.passes "
        "chain.structure models.autoencoder models.autoencoder_chain models.gplvm "
        "models.gplvm_chain")  # what a derivation needs

# What each model has under the same name, and the calculus, too, as of any chain
OF_A_MODEL = {"chain", "gradient", "loss", "value_and_gradient", "optimum"}


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


# The rooms
def module(path: Path) -> str:
    """Return a file's name as a module: lvmcalc.chain for lvmcalc/chain/__init__.py."""
    name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    return name.removesuffix(".__init__")


MODULES = {module(path): path for path in FILES}


@cache
def imported(path: Path) -> set[str]:
    """Return the modules of the package that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.name} imports relatively"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                names.add(inner if inner in MODULES else node.module)
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name for name in names if name in MODULES}


@over("room", STAIRCASE)
def test_a_room_uses_only_rooms_below_it(room: str) -> None:
    above = set(STAIRCASE[STAIRCASE.index(room) + 1:]) | {""}
    uses = {name: {other for other in imported(path) if f"{other}.".split(".")[1] in above}
            for name, path in MODULES.items() if f"{name}.".split(".")[1] == room}
    assert uses
    assert {name: others for name, others in uses.items() if others} == {}


def test_no_modules_import_each_other_in_a_circle() -> None:
    uses = {name: imported(path) - {name} for name, path in MODULES.items()}
    assert len([*TopologicalSorter(uses).static_order()]) == len(MODULES)


def test_a_public_name_stands_in_one_module() -> None:
    homes: dict[str, set[str]] = {}
    for name, path in MODULES.items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            targets = (node.targets if isinstance(node, ast.Assign) else
                       [node.target] if isinstance(node, ast.AnnAssign) else [])
            for found in ([node.name] if isinstance(node, ast.FunctionDef | ast.ClassDef) else
                          [part.id for target in targets for part in ast.walk(target)
                           if isinstance(part, ast.Name)]):
                if not found.startswith("_") and len(found) > 1:  # a letter is a letter
                    homes.setdefault(found, set()).add(name)
    shared = {name for name, where in homes.items()
              if len({it for it in where if not it.startswith("lvmcalc.models.")}) > 1
              or (len(where) > 1 and name not in OF_A_MODEL)}
    assert shared == set()


def test_there_are_no_other_rooms_and_each_has_a_face() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == set(ROOMS)
    assert {path.name for path in PACKAGE.glob("*.py")} == {
        "__init__.py", "checks.py", "lazy.py", "recent.py", "terminal.py"}
    for room in ROOMS:
        face = import_module(f"lvmcalc.{room}")
        assert 0 < len(face.__all__) <= 12, room
        assert re.match(r"[A-Z].*[.:]$", face.__doc__.split("\n")[0]), room
        assert not [name for name in face.__all__ if not hasattr(face, name)], room


# What is not imported before it is needed
ALGEBRA = ("sympy", "mpmath",
           *(f"lvmcalc.{room}" for room in ("calculus", "chain", "marking", "auditing")))
PICTURES = ("matplotlib", "PIL", "contourpy")


@pytest.mark.parametrize("steps", [
    {"import lvmcalc": ("numpy", "IPython", "ipywidgets", *ALGEBRA, *PICTURES),
     "from lvmcalc import Trainer, data, models": ("IPython", *ALGEBRA, *PICTURES),
     "from lvmcalc.show import LiveGPLVM; LiveGPLVM('iris').player.step(2)": (*ALGEBRA, *PICTURES),
     "from lvmcalc.show import LiveAutoencoder; LiveAutoencoder('iris')": (*ALGEBRA, *PICTURES)},
    {"from lvmcalc import *; gplvm.chain()": ("IPython", *PICTURES)}],
    ids=["training", "algebra"])
def test_algebra_pictures_and_the_screen_are_not_imported_before_they_are_needed(
        steps: dict[str, tuple[str, ...]]) -> None:
    code = "".join(f"{step}; print([name for name in {too_early} if name in sys.modules])\n"
                   for step, too_early in steps.items())
    run = subprocess.run([sys.executable, "-c", f"import sys\n{code}"], capture_output=True,
                         text=True, check=True)
    assert run.stdout.split() == ["[]"] * len(steps)


LAZY = [name for name, path in MODULES.items() if "= lazy.face(" in path.read_text("utf-8")]


@pytest.mark.parametrize("name", LAZY)
def test_a_name_that_is_imported_late_is_the_one_that_a_type_checker_sees(name: str) -> None:
    body = ast.parse(MODULES[name].read_text("utf-8")).body
    block, = (node for node in body if isinstance(node, ast.If))
    seen = {alias.name: node.module for node in block.body for alias in node.names}
    table, = (ast.literal_eval(node.value.args[1]) for node in body
              if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
              and ast.unparse(node.value.func) == "lazy.face")
    late = {each: home for home, names in table.items() for each in names.split()}
    assert seen in (late, {"*": next(iter(table))})
    module = import_module(name)
    for each, home in late.items():
        assert each in dir(module)
        of = import_module(f"{home}.{each}" if home == name else home)
        assert getattr(module, each) is (of if home == name else getattr(of, each))
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        module.nothing  # noqa: B018


# The sizes
def code_lines(path: Path) -> int:
    """Count the lines of code of a file: not its docstrings, comments and blank lines."""
    source = path.read_text(encoding="utf-8")
    described = [node.body[0] for node in ast.walk(ast.parse(source))
                 if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
                 and ast.get_docstring(node) is not None]
    silent = {line for node in described for line in range(node.lineno, node.end_lineno + 1)}
    layout = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
              tokenize.ENDMARKER)
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    spoken = {line for token in tokens if token.type not in layout
              for line in range(token.start[0], token.end[0] + 1)}
    return len(spoken - silent)


def test_no_test_file_and_no_tool_is_long() -> None:
    files = [path for folder in ("tests", "tools", "benchmarks")
             for path in (ROOT / folder).rglob("*.py")]
    assert [path.name for path in files if path.read_text("utf-8").count("\n") > 350] == []


def test_no_file_is_long_and_no_line_but_those_of_the_rule_book() -> None:
    lines = {path: path.read_text(encoding="utf-8").splitlines() for path in FILES}
    assert {path.name: len(rows) for path, rows in lines.items() if len(rows) > 350} == {}
    assert {path.name for path, rows in lines.items()
            if max(map(len, rows), default=0) > 100} <= {"operations.py"}
    front = [path.read_text(encoding="utf-8").splitlines()
             for path in (PACKAGE / "show" / "front").iterdir()]
    assert sum(map(len, front)) <= 900
    assert max(len(row) for rows in front for row in rows) <= 110


def test_the_core_of_a_derivation_stays_small() -> None:
    lines = {name: code_lines(MODULES[f"lvmcalc.{name}"]) for name in CORE.split()}
    assert sum(lines.values()) <= 900, lines


# The README's promises
def test_the_readme_has_two_commands_of_one_line_each() -> None:
    start, test = (block.strip() for block in re.findall(r"```\n(.*?)```", text("README.md"), re.S))
    assert "\n" not in start + test
    assert start.endswith("jupyter lab notebooks/00_start_here.ipynb")
    assert test.endswith("pytest")


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md",
                                  "CHANGELOG.md", "docs/hosting.md", "docs/panels.md",
                                  "docs/teaching.md"])
def test_what_a_page_shows_and_links_to_is_there(page: str) -> None:
    links = re.findall(r"\[[^\]]+\]\(([^)#]+)\)", text(page))
    assert links or page == "CHANGELOG.md"
    here = [link for link in links if not link.startswith("https://")]
    assert [link for link in here if not (ROOT / page).parent.joinpath(link).is_file()] == []


def test_contributing_fits_on_one_page() -> None:
    assert text("CONTRIBUTING.md").count("\n") <= 60


def test_architecture_fits_on_one_page_and_names_no_module_that_there_is_not() -> None:
    page = text("ARCHITECTURE.md")
    lines = page.splitlines()
    assert len(lines) <= 75
    assert max(map(len, lines)) <= 120
    rooms = re.findall(r"^- \*\*`(\w+)`\*\*: (.*?)(?=\n- |\n\n)", page, re.M | re.S)
    assert [room for room, _ in rooms] == [*reversed(ROOMS)]
    begin = {f"lvmcalc.{room}.{name}" for room, words in rooms
             for name in re.findall(r"`(\w+)`", words)}
    assert begin <= {*MODULES}
    assert {*re.findall(r"`([a-z_]+)`", page)} <= {name.split(".")[-1] for name in MODULES}


def test_the_readme_counts_the_answers_of_both_sets_rightly() -> None:
    readme = " ".join(text("README.md").split())
    first, second = ((len(of.right), len(of.wrong))
                     for of in (answers.DEVELOPMENT, answers.SECOND))
    assert f"of a first set of {first[0]} right and {first[1]} wrong answers" in readme
    assert f"of a second set of {second[0]} and {second[1]}, which was marked" in readme


def test_the_readmes_example_is_true() -> None:
    example, = re.findall(r"```python\n(.*?)```", text("README.md"), re.S)
    parsed = doctest.DocTestParser().get_doctest(example, {}, "README", "README.md", 0)
    assert doctest.DocTestRunner().run(parsed).failed == 0
    assert len(parsed.examples) == 6


def test_requirements_are_the_seven_packages_with_lower_bounds_and_the_package_itself() -> None:
    lines = text("requirements.txt").split("\n")
    names = {"jupyterlab", "numpy", "sympy", "matplotlib", "ipywidgets", "anywidget", "nbval"}
    bounds = [re.fullmatch(r"([a-z]+)>=[0-9.]+", line)
              for line in lines if line and not line.startswith("-e")]
    assert {bound.group(1) for bound in bounds} == names
    assert "-e ." in lines
