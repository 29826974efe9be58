"""Break the package in one place at a time, and count how often a test notices: mutation testing.

Run by hand, after `pip install -e ".[test,mutation]"`:
`python tools/mutate.py [--all] [room.module …]`, for example `python tools/mutate.py
calculus.verdict`. It prints what survives, to be looked at, and a score for each module and in all.
A mutant is killed if a test fails or takes too long: the test file of the same name first, then
those of the same room, and with `--all` every other one that needs no browser and no notebook.

`python tools/mutate.py --rules [rule …]` breaks the rule book instead, each column of each rule,
and asks the notebook that establishes every rule: a cell has to go red that says why.

The operators are those of cosmic-ray, without the replacements that nearly always raise, and two
that matrices need: a transpose or an inverse that is lost, and a statement that is lost. Type
annotations and the texts of errors are not mutated.
"""

import argparse
import ast
import copy
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
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
RULE_BOOK, ESTABLISHES = "calculus.operations", "notebooks/01_matrix_chain_rule.ipynb"
OTHERS = ("tests/browser/", "tests/test_layout.py", "tests/test_notebooks.py",
          "tests/test_peers.py")  # which no mutant has to meet
REPLACED = {
    "Add": "Sub Mul", "Sub": "Add", "Mul": "Div Add", "Div": "Mul", "FloorDiv": "Div Mul",
    "Pow": "Mul", "BitOr": "BitAnd", "BitAnd": "BitOr", "Eq": "NotEq", "NotEq": "Eq",
    "Lt": "LtE Gt", "LtE": "Lt Gt", "Gt": "GtE Lt", "GtE": "Gt Lt", "Is": "IsNot", "IsNot": "Is",
}
SINGLE = """ReplaceUnaryOperator_Delete_USub ReplaceUnaryOperator_Delete_Not AddNot
ReplaceTrueWithFalse ReplaceFalseWithTrue ReplaceAndWithOr ReplaceOrWithAnd
ReplaceBreakWithContinue ReplaceContinueWithBreak ExceptionReplacer NumberReplacer RemoveDecorator
ZeroIterationForLoop"""
LONGEST = 180  # seconds for one test file
PRELOADED = "numpy sympy mpmath autograd.numpy hypothesis pytest matplotlib.pyplot ipywidgets"
# In nbval's report, - stands before the new output. That the table of rules shows the broken rule
# says nothing.
SAYS_WHY = re.compile(r"\n\s*- .*refuted|caused an exception")


class Mutant(NamedTuple):
    """What is changed where, and the whole wrong source."""

    line: int
    old: str
    new: str
    source: str


def mutants(text: str) -> list[Mutant]:
    """Return every mutant of a module that compiles, from the first line to the last."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import MutationVisitor

    nodes, silent, found = list(ast_nodes(get_ast(text))), _not_mutated(text), []
    for operator in _operators():
        places = [start for node in nodes for start, _ in operator.mutation_positions(node)]
        for occurrence, place in enumerate(places):
            if any(first <= place < last for first, last in silent):
                continue
            try:
                wrong = MutationVisitor.mutate_code(text, operator, occurrence)
                compile(wrong, "mutant", "exec")
            except (AttributeError, SyntaxError):  # cosmic-ray does not know `except a.B`
                continue
            found.append(Mutant(place[0], *_difference(text, wrong), wrong))
    return sorted(found, key=lambda mutant: mutant.line)


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
                adds = (first.type == "expr_stmt"
                        and re.fullmatch(r"\W+=", first.children[1].get_code().strip()))
                if adds or first.type in ("atom_expr", "raise_stmt", "power"):
                    yield node.start_pos, node.end_pos

        def mutate(self, node, index):
            from parso.python.tree import Keyword, PythonNode

            leaf = node.get_first_leaf()
            return PythonNode("simple_stmt", [Keyword("pass", leaf.start_pos, leaf.prefix),
                                              node.children[-1]])

    names = OperatorProvider()
    wanted = [f"Replace{kind}_{old}_{new}" for kind in ("BinaryOperator", "ComparisonOperator")
              for old, news in REPLACED.items() for new in news.split()] + SINGLE.split()
    return [names[name]() for name in wanted if name in set(names)] + [Lost(), LostStatement()]


def _not_mutated(text: str) -> list[tuple]:
    """Return the places, from where to where, of annotations and of the texts of errors."""
    found = []
    for node in ast.walk(ast.parse(text)):
        found += [getattr(node, name, None) for name in ("annotation", "returns")]
        if isinstance(node, ast.Raise):
            found += [part for part in ast.walk(node) if isinstance(part, ast.JoinedStr)]
    return [((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
            for node in found if node]


def _difference(old: str, new: str) -> tuple[str, str]:
    """Return the lines that differ, each as one line."""
    old, new = old.split("\n"), new.split("\n")
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return tuple(" ".join(" ".join(lines).split()) for lines in (old, new))


# The rule book
def of_rules(text: str, names: Sequence[str]) -> Iterator[Mutant]:
    """Yield the rule book with one column of one rule broken, for these rules or for all."""
    tree = ast.parse(text)
    book, = (node.value for node in tree.body if isinstance(node, ast.Assign)
             and ast.unparse(node.targets[0]) == "RULES")
    calls = [call.value if isinstance(call, ast.Starred) else call for call in book.args]
    rules = [(_names(call), call) for call in calls]
    unknown = set(names).difference(*(own for own, _ in rules))
    if unknown:
        sys.exit(f"The rule book has no {', '.join(map(repr, unknown))}.")
    for own, rule in rules:
        if names and not {*own} & {*names}:
            continue
        if rule.func.id != "Operation":
            yield from _with_wrong_slope(tree, rule, own)
            continue
        name, _, adjoints, differential, *_ = rule.args
        columns = {f"adjoint of {ast.unparse(letter)}": (adjoints.values, place)
                   for place, letter in enumerate(adjoints.keys)}
        columns["differential"] = rule.args, 3
        for where, (cells, place) in columns.items():
            right = cells[place]
            for what, cells[place] in _broken(right):
                yield Mutant(rule.lineno, name.value, f"{where}: {what}", ast.unparse(tree))
            cells[place] = right
        healthy = adjoints.values[:], differential
        for what in ("sign flipped", "factor 2"):
            adjoints.values = [dict(_broken(cell))[what] for cell in healthy[0]]
            rule.args[3] = dict(_broken(differential))[what]
            yield Mutant(rule.lineno, name.value, f"all: {what}", ast.unparse(tree))
        adjoints.values, rule.args[3] = healthy


def _names(call: ast.Call) -> list[str]:
    """Return the names of the rules that a line of the book adds."""
    first, kind = call.args[0], call.func.id
    if kind == "Operation":
        return [first.value]
    name = re.findall(r"\w+", ast.unparse(first))[-1].replace("absolute", "abs")
    return [f"{name} of a number", f"{name} entry by entry"][kind == "of_entries":]


def _with_wrong_slope(tree: ast.Module, call: ast.Call, names: list[str]) -> Iterator[Mutant]:
    """Yield the rule book with the derivative of a function broken, from which both columns are."""
    right = call.args[1]
    if call.func.id == "function" and not isinstance(right, ast.Lambda):  # another function
        right = ast.parse(f"lambda x: {ast.unparse(right)}(x)", mode="eval").body
    for what, wrong in _broken(getattr(right, "body", right)):
        call.args[1] = ast.Lambda(right.args, wrong) if isinstance(right, ast.Lambda) else wrong
        yield Mutant(call.lineno, ", ".join(names), f"derivative: {what}", ast.unparse(tree))
    call.args[1] = right


def _broken(cell: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Yield what is wrong and the wrong formula."""
    yield "sign flipped", ast.UnaryOp(ast.USub(), cell)
    yield "factor 2", ast.BinOp(ast.Constant(2), ast.Mult(), cell)
    if isinstance(cell, ast.BinOp) and isinstance(cell.op, ast.Add | ast.Sub):
        yield "last term lost", cell.left
    for number in range(len(_transposes(cell))):
        changed = copy.deepcopy(cell)
        _transposes(changed)[number].attr = "T.T"  # twice transposed is not transposed
        yield f"transpose {number + 1} lost", changed


def _transposes(cell: ast.expr) -> list[ast.Attribute]:
    return [part for part in ast.walk(cell) if isinstance(part, ast.Attribute) and part.attr == "T"]


# The tests
def tests_of(module: str, everything: bool) -> list[str]:
    """Return the test files for a module, the one that is most likely to kill first."""
    room, _, name = module.rpartition(".")
    paths = sorted((ROOT / "tests").rglob("test_*.py"))
    files = [file for path in paths
             if not (file := path.relative_to(ROOT).as_posix()).startswith(OTHERS)]
    own = Path("tests", room, f"test_{name}.py")
    wanted = [file for file in files if everything or Path(file).parent == own.parent]
    return sorted(wanted, key=lambda file: (Path(file) != own, Path(file).parent != own.parent))


def judged(path: Path, healthy: str, wrong: str, files: list[str]) -> str:
    """Run test files on a wrong module until one fails; say "killed", "timeout" or "survived"."""
    result = "survived"
    for name in files:
        path.write_text(healthy, encoding="utf-8")
        _warm_up(name)
        path.write_text(wrong, encoding="utf-8")
        result = _in_a_fork(name)
        if result != "survived":
            break
    path.write_text(healthy, encoding="utf-8")
    return result


def _in_a_fork(name: str) -> str:
    report, start, child = Path("report.txt"), time.monotonic(), os.fork()
    if child == 0:
        os.setsid()
        code = 1
        try:
            output = os.open(report, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(output, 1)
            os.dup2(output, 2)
            code = _run(name)
            sys.stdout.flush()
        finally:
            os._exit(code)
    while not (done := os.waitpid(child, os.WNOHANG))[0]:
        if time.monotonic() - start > LONGEST:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "timeout"
        time.sleep(0.02)
    noticed = done[1] and (name.endswith(".py") or SAYS_WHY.search(report.read_text("utf-8")))
    return "killed" if noticed else "survived"


def _run(name: str) -> int:
    import pytest

    how = (["-x", "--tb=no"] if name.endswith(".py")
           else ["-vvv", "-p", "nbval.plugin", "--nbval", "--nbval-current-env"])
    with warnings.catch_warnings():
        return int(pytest.main([*how, "-q", "-p", "no:cacheprovider", "-o", "addopts=", name]))


@cache
def _warm_up(name: str) -> None:
    """Run tests on the healthy package and forget it: each fork finds SymPy's cache filled."""
    with Path("healthy.txt").open("w") as output, redirect_stdout(output):
        green = _run(name) == 0
    assert green, f"{name} is red without a mutation:\n{Path('healthy.txt').read_text('utf-8')}"
    for module, loaded in [*sys.modules.items()]:
        if (getattr(loaded, "__file__", None) or "").startswith(os.getcwd()):
            del sys.modules[module]


# The command
def main() -> int:
    """Print the survivors and a score for each module and in all; return how many survived."""
    folder = ROOT / "lvmcalc"
    known = [".".join(path.relative_to(folder).with_suffix("").parts)
             for path in sorted(folder.rglob("[!_]*.py"))]
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="room.module", help="all, if none is named")
    parser.add_argument("--all", action="store_true", help="run every test file on what survived")
    parser.add_argument("--rules", action="store_true", help="break rules; the names are theirs")
    chosen = parser.parse_args()
    if not chosen.rules and (unknown := set(chosen.names) - set(known)):
        parser.error(f"no module {', '.join(unknown)}; there are {', '.join(known)}")
    os.nice(15)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # each fork would load them
    for library in PRELOADED.split():
        importlib.import_module(library)
    count: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as there:
        project = Path(there).resolve() / "project"
        shutil.copytree(ROOT, project, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        os.chdir(project)
        os.environ["PYTHONPATH"] = sys.path[0] = str(project)
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        sys.dont_write_bytecode = True
        for module in [RULE_BOOK] if chosen.rules else chosen.names or known:
            path = Path("lvmcalc", *module.split(".")).with_suffix(".py")
            text = path.read_text("utf-8")
            files = [ESTABLISHES] if chosen.rules else tests_of(module, chosen.all)
            if chosen.rules:
                wrong = next(of_rules(text, ["inner product"])).source
                assert judged(path, text, wrong, files) == "killed", "a wrong rule is not noticed"
            wrong = of_rules(text, chosen.names) if chosen.rules else mutants(text)
            count += _scored(module, path, text, wrong, files)
    print(_score("in all", count))
    return count["survived"]


def _scored(module: str, path: Path, text: str, wrong: Iterator[Mutant] | list[Mutant],
            files: list[str]) -> Counter[str]:
    count: Counter[str] = Counter()
    for mutant in wrong:
        result = judged(path, text, mutant.source, files)
        count[result] += 1
        if result == "survived":
            print(f"{module}:{mutant.line}: {mutant.old}\n    → {mutant.new}", flush=True)
    print(_score(module, count), flush=True)
    return count


def _score(name: str, count: Counter[str]) -> str:
    total, noticed = count.total(), count["killed"] + count["timeout"]
    return (f"{name}: {total} mutants, {count['killed']} killed, {count['timeout']} too slow, "
            f"{count['survived']} survived: score {noticed / max(total, 1):.1%}")


if __name__ == "__main__":
    sys.exit(min(main(), 100))
