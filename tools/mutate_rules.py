"""Break every rule of the book, one thing at a time, and see whether nbval notices in the
notebooks.

Run by hand: `python tests/mutate_rules.py [rule ...]`. Each mutant is a copy of the package and of
one notebook with a line of the rule book edited: a flipped sign, a factor 2, a lost transpose, a
lost term; in the adjoint of one argument, in the differential, or in all columns alike. It is
killed if a cell goes red that says why: it now says refuted, or raises. That a table shows the
broken rule as it now stands does not count. The notebook that teaches the rule is asked first; what
it does not notice, such as a differential that it never uses, 01 must, for it establishes every
rule.
"""

import ast
import copy
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
TAUGHT_IN = {
    "use": "01", "product": "01", "power": "01", "scalar sum": "01",
    "transpose": "02", "difference": "02", "half squared norm": "02",
    "scale": "04", "sum": "04", "determinant": "04", "logarithm": "04", "scalar product": "04",
    "Gram matrix": "05", "inverse": "05", "trace": "05",
    "sum with a constant": "06",
}
# in nbval's report, - stands before the new output
SAYS_WHY = re.compile(r"\n\s*- .*refuted|caused an exception")


def mutants(line: str) -> Iterator[tuple[str, str]]:
    """Return what is wrong and the wrong line, for one line of the rule book."""
    rule = ast.parse(line.strip().rstrip(","), mode="eval").body
    adjoints = rule.elts[2]

    def flipped(node: ast.expr) -> ast.expr:
        return ast.UnaryOp(ast.USub(), node)

    def doubled(node: ast.expr) -> ast.expr:
        return ast.BinOp(ast.Constant(2), ast.Mult(), node)

    def with_parts(changed: dict[int | str, ast.expr]) -> str:
        wrong = copy.deepcopy(rule)
        for place, node in changed.items():
            if place == "differential":
                wrong.elts[3] = node
            else:
                wrong.elts[2].values[place] = node
        return ast.unparse(ast.fix_missing_locations(wrong))

    parts: dict[int | str, ast.expr] = {**dict(enumerate(adjoints.values)),
                                        "differential": rule.elts[3]}
    for place, node in parts.items():
        where = place if place == "differential" else f"adjoint of {ast.unparse(adjoints.keys[place])}"
        yield f"{where}: sign flipped", with_parts({place: flipped(node)})
        yield f"{where}: factor 2", with_parts({place: doubled(node)})
        for number in range(sum(map(_is_transpose, ast.walk(node)))):
            yield f"{where}: lost transpose {number + 1}", with_parts(
                {place: _without_transpose(node, number)})
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            yield f"{where}: lost last term", with_parts({place: node.left})
    yield "all: sign flipped", with_parts({place: flipped(node) for place, node in parts.items()})
    yield "all: factor 2", with_parts({place: doubled(node) for place, node in parts.items()})


def _is_transpose(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "T"


def _without_transpose(node: ast.expr, number: int) -> ast.expr:
    """Return the formula without one transpose, by its number."""
    changed = ast.Expression(copy.deepcopy(node))
    lost = [part for part in ast.walk(changed) if _is_transpose(part)][number]
    for part in ast.walk(changed):
        for field, value in ast.iter_fields(part):
            if value is lost:
                setattr(part, field, lost.value)
    return changed.body


def red_cells(notebook: Path, line: str, wrong: str) -> dict[str, str]:
    """Return the cells of the notebook that nbval finds red with the wrong line, and its report on
    them."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "lvmcalc", Path(folder, "lvmcalc"),
                        ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(notebook, folder)
        book = Path(folder, "lvmcalc", "rules.py")
        text = book.read_text(encoding="utf-8")
        assert text.count(line) == 1
        book.write_text(text.replace(line, wrong), encoding="utf-8")
        report = Path(folder, "report.xml")
        subprocess.run([sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "no:cacheprovider",
                        "-vv", "--nbval",
                        "--nbval-current-env", f"--junitxml={report}", notebook.name], cwd=folder,
                       check=False,
                       env={**os.environ, "PYTHONPATH": folder}, capture_output=True)
        cases = ElementTree.parse(report).iter("testcase")
        return {case.get("name"): failure.text for case in cases
                for failure in case.iter("failure")}


def judged(name: str, line: str, what: str, wrong: str) -> tuple[bool, str]:
    """Return whether a mutant is killed, and a line of the table."""
    for number in dict.fromkeys((TAUGHT_IN[name], "01")):
        notebook, = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
        red = red_cells(notebook, line, wrong)
        if say_why := [cell for cell, report in red.items() if SAYS_WHY.search(report)]:
            break
    verdict = "killed" if say_why else "SURVIVED"
    return bool(
        say_why), f"{name:20} {what:32} {number}  {verdict:9} {len(red):3} red, {len(say_why)} say why"


def main() -> int:
    """Print a line for every mutant, and return how many survived."""
    text = (ROOT / "lvmcalc" / "rules.py").read_text(encoding="utf-8")
    lines = text.split("RULES = RuleBook(\n")[1].split("\n)\n")[0].split("\n")
    work = [(ast.literal_eval(line.strip().split(",")[0][1:]), line, what, wrong + ",")
            for line in lines for what, wrong in mutants(line)]
    assert {name for name,
            *_ in work} == TAUGHT_IN.keys(), "TAUGHT_IN has a notebook for each rule, and no others"
    assert TAUGHT_IN.keys() >= {*sys.argv[1:]}, "a rule that the book does not have"
    work = [mutant for mutant in work if mutant[0] in (sys.argv[1:] or TAUGHT_IN)]
    healthy = [red_cells(path, lines[0], lines[0]) for number in sorted({*TAUGHT_IN.values()})
               for path in (ROOT / "notebooks").glob(f"{number}_*.ipynb")]
    assert not any(healthy), "without a mutation everything is green"
    with ThreadPoolExecutor(2) as pool:
        survived = 0
        for killed, text in pool.map(lambda mutant: judged(*mutant), work):
            survived += not killed
            print(text, flush=True)
    print(f"{len(work)} mutants, {len(work) - survived} killed, {survived} survived")
    return survived


if __name__ == "__main__":
    sys.exit(main())
