"""Break the core in one place at a time, and see whether a test notices: mutation testing with
cosmic-ray.

Run by hand, after `pip install -e ".[test,mutation]"`:
`python tests/mutate_core.py [--folder RESULTS] [--all] [module …]`. The operators are those of
cosmic-ray, without the replacements that nearly always raise (bits and shifts for arithmetic, `is`
for `==`), and two that matrices need: a transpose or an inverse that is lost, and a statement that
is lost. Type annotations and the texts of errors are not mutated. A mutant is killed if a test
fails or takes too long. What is killed is written down in the folder of the results and is not run
again; with `--all`, what survived meets every test file that needs no browser and no notebook.
"""

import argparse
import ast
import importlib
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from equivalent_mutants import EQUIVALENT, UNTESTED

ROOT = Path(__file__).resolve().parent.parent
TESTS = {  # a quick selection; the file that is most likely to kill comes first
    "rules": "rules matrix_cookbook notation calculus",
    "calculus": "matrix_cookbook calculus",
    "gplvm": "models chain rules",
    "autoencoder": "models chain rules",
    "chain": "chain",
    "words": "words matrix_cookbook calculus exact",
    "writing": "writing calculus",
    "admission": "admission calculus",
    "verdict": "verdict",
    "exact": "exact agreement chain",
    "agreement": "agreement exact calculus",
    "establishing": "rules",
    "evidence": "evidence",
    "marking": "marking findings",
    "diagnosis": "findings",
    "findings": "findings marking",
    "fitting": "fitting findings",
    "mistakes": "mistakes findings marking",
    "question": "question findings marking answers",
    "cards": "walk",
    "reading": "reading marking answers",
    "auditing": "auditing",
    "training": "training reduction",
    "problems": "training reduction scale",
    "gram": "scale reduction",
}
REPLACED = {
    "Add": "Sub Mul", "Sub": "Add", "Mul": "Div Add", "Div": "Mul", "FloorDiv": "Div Mul",
    "Pow": "Mul",
    "BitOr": "BitAnd", "BitAnd": "BitOr", "Eq": "NotEq", "NotEq": "Eq", "Lt": "LtE Gt",
    "LtE": "Lt Gt",
    "Gt": "GtE Lt", "GtE": "Gt Lt", "Is": "IsNot", "IsNot": "Is",
}
LONGEST = 180  # seconds for one test file
PRELOADED = "numpy sympy mpmath autograd.numpy hypothesis pytest matplotlib.pyplot ipywidgets"


class Mutant(NamedTuple):
    """What is changed where, and the whole wrong source."""

    line: int
    old: str
    new: str
    source: str

    @property
    def key(self) -> str:
        """How a mutant is called in the results; it does not change when lines are added above."""
        return f"{self.old}\t{self.new}"


def mutants(text: str) -> Iterator[Mutant]:
    """Return every mutant of a module that compiles."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import MutationVisitor

    nodes, silent, seen = list(ast_nodes(get_ast(text))), _not_mutated(text), Counter()
    found = []
    for operator in _operators():
        places = [start for node in nodes for start, _ in operator.mutation_positions(node)]
        for occurrence, (line, column) in enumerate(places):
            if any(first <= (line, column) < last for first, last in silent):
                continue
            try:
                wrong = MutationVisitor.mutate_code(text, operator, occurrence)
                compile(wrong, "mutant", "exec")
            # cosmic-ray does not know `except exact.OutsideDomain`, with a dot
            except (AttributeError, SyntaxError):
                continue
            old, new = _difference(text.split("\n"), wrong.split("\n"))
            seen[old, new] += 1  # a line may stand in the module twice
            number = f" #{seen[old, new]}" if seen[old, new] > 1 else ""
            found.append(Mutant(line, old, new + number, wrong))
    return iter(sorted(found, key=lambda mutant: mutant.line))


def _operators() -> list:
    from cosmic_ray.operators.operator import Operator
    from cosmic_ray.operators.provider import OperatorProvider

    class Lost(Operator):
        """Lose .T or .I."""

        def mutation_positions(self, node):
            if node.type == "trailer" and node.get_code() in (".T", ".I"):
                yield node.start_pos, node.end_pos

        def mutate(self, node, index):
            return None

        @classmethod
        def examples(cls):
            return ()

    class LostStatement(Lost):
        """Lose a call, a raise or an assignment such as `total += 1`."""

        def mutation_positions(self, node):
            if node.type == "simple_stmt":
                first = node.children[0]
                adds = first.type == "expr_stmt" and re.fullmatch(r"\W+=",
                                                                  first.children[1].get_code(
                    ).strip())
                if adds or first.type in ("atom_expr", "raise_stmt", "power"):
                    yield node.start_pos, node.end_pos

        def mutate(self, node, index):
            import parso

            leaf = node.get_first_leaf()
            return parso.python.tree.PythonNode("simple_stmt", [
                parso.python.tree.Keyword("pass", leaf.start_pos, leaf.prefix), node.children[-1]])

    names = OperatorProvider()
    wanted = [f"Replace{kind}_{old}_{new}" for kind in ("BinaryOperator", "ComparisonOperator")
              for old, news in REPLACED.items() for new in news.split()]
    wanted += ["ReplaceUnaryOperator_Delete_USub", "ReplaceUnaryOperator_Delete_Not", "AddNot",
               "ReplaceTrueWithFalse",
               "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd",
               "ReplaceBreakWithContinue",
               "ReplaceContinueWithBreak", "ExceptionReplacer", "NumberReplacer", "RemoveDecorator",
               "ZeroIterationForLoop"]
    return [names[name]() for name in wanted if name in set(names)] + [Lost(), LostStatement()]


def _not_mutated(text: str) -> list[tuple]:
    """Return the places, from where to where, of annotations and of the texts of errors."""
    tree, found = ast.parse(text), []
    for node in ast.walk(tree):
        found += [getattr(node, name, None) for name in ("annotation", "returns")]
        if isinstance(node, ast.Raise):
            found += [part for part in ast.walk(node) if isinstance(part, ast.JoinedStr)]
    return [((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
            for node in found if node]


def _difference(old: list[str], new: list[str]) -> tuple[str, str]:
    first = next(i for i, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1])
    after = next((i for i, pair in enumerate(zip(old[:first:-1], new[:first:-1], strict=False))
                  if pair[0] != pair[1]), min(len(old), len(new)) - first - 1)
    return tuple(" ".join(" ".join(lines[first:len(lines) - after]).split())
                 for lines in (old, new))


def verdict(folder: Path, files: list[str]) -> tuple[str, str]:
    """Run test files on the copy of the project in a folder, each in a fork, until one fails."""
    report = folder / "report.txt"
    for name in files:
        start, child = time.monotonic(), os.fork()
        if child == 0:
            os.setsid()
            code = 1
            try:
                output = os.open(report, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
                os.dup2(output, 1)
                os.dup2(output, 2)
                code = _tests(name)
                sys.stdout.flush()
            finally:
                os._exit(code)
        while not (done := os.waitpid(child, os.WNOHANG))[0]:
            if time.monotonic() - start > LONGEST:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return "timeout", name
            time.sleep(0.02)
        if done[1]:
            failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", report.read_text(errors="replace"),
                                re.MULTILINE)
            return "killed", failed[0] if failed else name
    return "survived", ""


def _tests(name: str) -> int:
    import pytest

    with warnings.catch_warnings():
        return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-o",
                                "addopts=", "--tb=no",
                                f"tests/test_{name}.py"]))


def _warm_up(files: list[str]) -> None:
    """Run the tests on the healthy package and forget it, so that each fork finds SymPy's cache
    filled."""
    for name in files:
        assert _tests(name) == 0, "without a mutation everything is green"
        for module in [*sys.modules]:
            if module.startswith(("lvmcalc", "test_", "oracle", "answers_", "random_answers")):
                del sys.modules[module]


def main() -> int:
    """Print each survivor and a line of numbers for each module; return how many survivors nobody
    has explained."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("modules", nargs="*", default=list(TESTS), metavar="module")
    parser.add_argument("--folder", type=Path,
                        default=Path(tempfile.gettempdir(), "lvmcalc_mutants"))
    parser.add_argument("--all", action="store_true", help="run every test file on what survived")
    chosen = parser.parse_args()
    os.nice(15)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # each fork would load them
    chosen.folder.mkdir(exist_ok=True)
    for library in PRELOADED.split():
        importlib.import_module(library)
    slow = {"browser", "browser_widgets", "notebooks", "peers"}
    everything = sorted({path.stem[5:] for path in (ROOT / "tests").glob("test_*.py")} - slow)
    unexplained = 0
    with tempfile.TemporaryDirectory() as copy:
        copy = Path(copy, "project")
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        os.chdir(copy)
        os.environ["PYTHONPATH"] = sys.path[0] = str(copy)
        for module in chosen.modules:
            unexplained += _one_module(module, copy, chosen, everything)
    return unexplained


def _one_module(module: str, copy: Path, chosen: argparse.Namespace, everything: list[str]) -> int:
    path, results = copy / "lvmcalc" / f"{module}.py", chosen.folder / f"{module}.tsv"
    healthy = path.read_text(encoding="utf-8")
    before = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
    known = {line.rpartition("\t")[0]: line.rpartition("\t")[2] for line in before}
    files = [name for name in TESTS[module].split() if name in everything]
    files += [name for name in everything if chosen.all and name not in files]
    _warm_up(files)
    count, unexplained = Counter(), 0
    for mutant in mutants(healthy):
        reason = EQUIVALENT.get((module, mutant.old, mutant.new))
        choice = UNTESTED.get((module, mutant.old, mutant.new))
        if not known.get(mutant.key, "").startswith(("killed", "timeout")):
            if reason:
                known[mutant.key] = "equivalent"
            elif choice:
                known[mutant.key] = "choice"
            else:
                path.write_text(mutant.source, encoding="utf-8")
                known[mutant.key] = " ".join(verdict(copy, files))
                with results.open("a", encoding="utf-8") as file:
                    file.write(f"{mutant.key}\t{known[mutant.key]}\n")
        excused = "equivalent" if reason else "choice" if choice else known[mutant.key]
        assert known[mutant.key] == excused, f"a test kills {mutant.old} → {mutant.new}"
        count[known[mutant.key].split()[0]] += 1
        if known[mutant.key].startswith("survived"):
            unexplained += 1
            print(f"{module}:{mutant.line}: {mutant.old}\n    → {mutant.new}", flush=True)
    path.write_text(healthy, encoding="utf-8")
    print(f"| {module} | {count.total()} | {count['killed']} | {count['timeout']} | "
          f"{count['equivalent']} "
          f"| {count['choice']} | {count['survived']} |", flush=True)
    return unexplained


if __name__ == "__main__":
    sys.exit(main())
