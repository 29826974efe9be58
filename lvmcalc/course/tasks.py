"""The tasks of the notebooks, read from their source: boxes, and answers written in cells.

A question is evaluated from the teacher's notebooks alone, with no more of their code than it
needs. Nothing of a student's notebook is ever run: answers are read from it as literals.
"""

import ast
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from symtable import symtable
from typing import Any, NamedTuple

from lvmcalc import notation
from lvmcalc.chain import Chain
from lvmcalc.course.exam import Question
from lvmcalc.marking import mark
from lvmcalc.models import chain_named

PATTERN = "[0-9][0-9]_*.ipynb"  # of the notebooks' names


class _ScannedStatement(NamedTuple):
    """A statement, looked through once: the names that it binds, uses and calls."""

    code: ast.stmt
    bound: set[str]
    uses: set[str]
    calls: set[str]


@dataclass(frozen=True)
class Task:
    """One thing that a notebook asks.

    Attributes
    ----------
    notebook : the name of its file, without .ipynb
    name : the variable of the box, such as ask_X, or of the answer, such as answer_1
    model, asked : the chain and the adjoint, such as ∂L/∂X; or the problem sheet and a part of it
    mark : marks an answer
    solve : returns the right answer as text
    call : the code that marks it in the notebook
    """

    notebook: str
    name: str
    model: str
    asked: str
    mark: Callable[[Any], Any]
    solve: Callable[[], str]
    call: str

    @property
    def short(self) -> str:
        """The adjoint, or the letter of the part."""
        return self.asked.split(":")[0]

    @property
    def is_box(self) -> bool:
        """Whether it is answered in a box, so that the answer is in the progress file."""
        return self.name.startswith("ask_") or self.in_walk

    @property
    def in_walk(self) -> bool:
        """Whether it is asked at an edge of a walk, or on a page that is derived line by line."""
        return self.name.startswith(("walk_", "page_"))


def code_cells(path: Path) -> list[str]:
    """Return the sources of the code cells of a notebook.

    Raises
    ------
    ValueError
        If the file is no notebook.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        old = (cell for sheet in found.get("worksheets", ()) for cell in sheet["cells"])
        return ["".join(cell["input" if "input" in cell else "source"])  # as up to IPython 2
                for cell in found.get("cells") or old if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError(f"{path.name} is not a notebook that can be read.") from None


def tasks(folder: Path, seeds: Mapping[str, int] | None = None, *,
          kept: bool = False) -> Iterator[Task]:
    """Yield what the notebooks of a folder ask, in their order.

    Parameters
    ----------
    folder : Path
    seeds : mapping of str to int
        By the name of a notebook that makes its questions with a `seed`, another seed; by default
        that of the notebook. If there are seeds, only these notebooks are read.
    kept : bool
        Whether only those are wanted whose answers are kept in the progress file.
    """
    for path in sorted(folder.glob(PATTERN)):
        if seeds is None or path.stem in seeds:
            yield from _tasks(path, seeds[path.stem] if seeds else None, kept)


def once(found: Iterable[Task]) -> list[Task]:
    """Return each task once, though a walk and a box may ask the same in one notebook."""
    return [*{(task.notebook, task.model, task.asked): task for task in found}.values()]


def _tasks(path: Path, seed: int | None, kept: bool) -> Iterator[Task]:
    before: list[_ScannedStatement] = []
    empty: set[str] = set()  # the variables of answers that are to be filled in
    for statement in (each for source in code_cells(path) for each in ast.parse(source).body):
        match statement:
            case ast.Assign([ast.Name("seed")], ast.Constant()) if seed is not None:
                statement.value = ast.Constant(seed)
            case ast.Assign([ast.Name(name)], ast.Call(ast.Name("AnswerBox"), [of, wrt, *_])):
                yield _of_chain(path, name, f"{name}.mark", *_valued(before, of, wrt))
            case ast.Expr(ast.Call(ast.Name("StageWalk"), [of, *_], [ast.keyword("ask", wrt), *_])):
                yield from _of_walk(path, *_valued(before, of, wrt))
            case ast.Expr(ast.Call(ast.Name("Derivation"), [of, *_], [ast.keyword("ask", wrt)])):
                chain, names = _valued(before, of, wrt)
                for name in names.split():
                    yield _of_chain(path, f"page_{name}", "", chain, name)
            case ast.Assign([ast.Name(name)], value) if _is_empty(value):
                empty.add(name)
            case ast.Expr(ast.Call(ast.Name("mark"), [ast.Name(name), of, wrt])) if (
                    name in empty and not kept):
                call = ast.unparse(statement)
                yield _of_chain(path, name, call, *_valued(before, of, wrt))
            case ast.Expr(ast.Call(ast.Attribute(owner, "mark"), [ast.Name(name)])) if (
                    name in empty or name.startswith("answer_")):  # which a reader has filled in
                asked, = _valued(before, owner)
                yield Task(path.stem, name, asked.model, asked.asks, asked.check,
                           lambda asked=asked: asked.solution,
                           f"{ast.unparse(owner)}.check({name})")
        before.append(_looked_through(statement))


def _of_chain(path: Path, name: str, call: str, of: str | Chain, wrt: str,
              along: str = "") -> Task:
    chain = chain_named(of)
    wrt = chain[wrt].name
    return Task(path.stem, name, chain.name, notation.plain(chain.adjoint_symbol(wrt)) + along,
                lambda answer: mark(answer, chain, wrt),
                lambda: Question(1, chain, wrt).solution, call)


def _of_walk(path: Path, of: str | Chain, wrt: str) -> Iterator[Task]:
    """Yield what a walk asks: what arrives along each edge on the way back to a leaf."""
    chain = chain_named(of)
    for parent in reversed(chain.leading_to(wrt)):
        for node in chain.children(parent):
            others = {(use, parent): None for use in chain.children(parent) if use != node}
            asked = chain.altered(others) if others else chain
            along = f" along {notation.plain(node)}" if others else ""
            yield _of_chain(path, f"walk_{parent}_{node}", "", asked, parent, along)


def _valued(before: Sequence[_ScannedStatement], *expressions: ast.expr) -> list[Any]:
    """Return the values of some expressions, after the statements that they need."""
    needed = set().union(*map(_names, expressions))
    tools = {name for statement in before if isinstance(
        statement.code, ast.Import | ast.ImportFrom | ast.FunctionDef) for name in statement.bound}
    kept = []
    for code, bound, uses, calls in reversed(before):
        if bound & needed or calls & needed - tools:  # a call of a builder adds a stage to it
            kept.append(code)
            needed = needed - bound | uses
    program = ast.unparse(ast.Module(kept[::-1], []))
    return [_value(program, ast.unparse(each)) for each in expressions]


@cache
def _value(program: str, expression: str) -> Any:
    return eval(expression, _after(program))


@cache
def _after(program: str) -> dict[str, Any]:
    """Return what is known after some statements of the teacher's own, which are run once."""
    known: dict[str, Any] = {}
    exec(program, known)
    return known


def _is_empty(value: ast.expr) -> bool:
    """Return whether an answer is to be filled in: None, blank, or lines that begin alone."""
    return isinstance(value, ast.Constant) and (value.value is None or (
        isinstance(value.value, str) and not value.value.strip()))


def _looked_through(statement: ast.stmt) -> _ScannedStatement:
    called = {node.func.id for node in ast.walk(statement)
              if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return _ScannedStatement(statement, _bound(statement), _names(statement), called)


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}


def _bound(statement: ast.stmt) -> set[str]:
    names = symtable(ast.unparse(statement), "cell", "exec").get_symbols()
    return {each.get_name() for each in names if each.is_assigned() or each.is_imported()}
