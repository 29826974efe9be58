"""Two copies of the notebooks: the student's without answers, the teacher's with them.

Both carry the cell metadata of nbgrader, in its folders `release` and `source`. Below each task
stands a locked cell that passes only if the task is answered rightly; one in words is for a person
to grade. The student's copy is the teacher's without what stands between two marks, and nbgrader
makes the same one from it.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lvmcalc.course.problem_sheet import FEWEST_WORDS
from lvmcalc.course.seal import seal
from lvmcalc.course.tasks import PATTERN, Task, tasks

_NO_ANSWERS = {"recorded", "solution"}  # the tags of cells that the student's copy does not have
_BEGIN, _END = "### BEGIN SOLUTION\n", "\n### END SOLUTION"
_CONFIG = """c = get_config()
c.ClearSolutions.code_stub = {"python": "# Only the teacher's copy has something here."}
c.ExecutePreprocessor.timeout = 120
"""

Cell = dict[str, Any]


@dataclass(frozen=True)
class Assignment:
    """Where the two copies are, and how many cells in them are graded, by machine and by hand."""

    release: Path
    source: Path
    graded: int
    by_hand: int

    def __str__(self) -> str:
        return (f"The student's copy: {self.release}\nThe teacher's copy: {self.source}\n"
                f"{self.graded} tasks are graded by machine, {self.by_hand} by hand.")


def assign(notebooks: Path, out: Path, name: str = "lvmcalc") -> Assignment:
    """Write the student's and the teacher's copy of the notebooks.

    Parameters
    ----------
    notebooks : Path
        The folder of the notebooks.
    out : Path
        The course folder of nbgrader, or any other; `release` and `source` are made in it.
    name : str
        The name of the assignment.

    Returns
    -------
    Assignment

    Raises
    ------
    ValueError
        If no notebook asks anything.
    FileExistsError
        If there is such an assignment already.
    """
    asked = [task for task in tasks(notebooks) if not task.in_walk]
    if not asked:
        raise ValueError(f"{notebooks} holds no notebook with a question in it.")
    release, source = (out / kind / name for kind in ("release", "source"))
    for folder in (release, source):
        if folder.exists():
            raise FileExistsError(f"{folder} is there already; name another folder, or remove it.")
        folder.mkdir(parents=True)
    for path in sorted(notebooks.glob(PATTERN)):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        mine = {task.name: task for task in asked if task.notebook == path.stem}
        with_answers = [copy for cell in notebook["cells"] for copy in _copies(cell, mine)]
        for folder, cells in ((source, with_answers), (release, _without_answers(with_answers))):
            text = json.dumps(notebook | {"cells": cells}, ensure_ascii=False, indent=1)
            (folder / path.name).write_text(text + "\n", encoding="utf-8")
    if not (config := out / "nbgrader_config.py").exists():
        config.write_text(_CONFIG, encoding="utf-8")
    by_hand = sum(map(_by_hand, asked))
    return Assignment(release, source, len(asked) - by_hand, by_hand)


def _without_answers(cells: list[Cell]) -> list[Cell]:
    """Return the cells without what stands between the marks, and without those left empty."""
    kept = [cell | {"source": re.sub(f"{_BEGIN}.*?{_END}\n?", "", "".join(cell["source"]),
                                     flags=re.DOTALL)} for cell in cells]
    return [new for new, cell in zip(kept, cells, strict=True)
            if new["source"] or not cell["source"]]


def _copies(cell: Cell, mine: dict[str, Task]) -> Iterator[Cell]:
    """Yield the cells of the teacher's copy that stand in place of one cell."""
    if cell["cell_type"] != "code":
        yield cell
        return
    text = "".join(cell["source"])
    cell |= {"outputs": [], "execution_count": None}
    task = next((mine[name] for name in _assigned(text) if name in mine), None)
    if _NO_ANSWERS & {*cell["metadata"].get("tags", ())}:
        yield _graded(cell, f"{_BEGIN}{text}{_END}", solution=True)
    elif task is None:
        yield cell | {"source": _sealed(text)}
    else:
        yield from _task(cell, text, task)


def _task(cell: Cell, text: str, task: Task) -> Iterator[Cell]:
    """Yield the cells of one task: where it is asked, answered and graded."""
    label, by_hand = f"{task.notebook}_{task.name}", _by_hand(task)
    if task.is_box:
        answer = f"{_BEGIN}{task.name}.answer({task.solve()!r}){_END}"
        yield _graded(cell, _changed(text, "AnswerBox", "solution=False"), label)
        yield _graded(_new(cell, "answer"), answer, f"{label}_answer", solution=True)
    else:
        yield _graded(cell, _filled(text, task), label, solution=True, points=int(by_hand))
    if not by_hand:
        check = f"{task.name}.mark" if task.is_box else task.call
        test = f"# One point if the answer is right\nassert {check}.right, {check}"
        yield _graded(_new(cell, "test"), test, f"{label}_test", points=1)


def _by_hand(task: Task) -> bool:
    return not task.is_box and task.mark("word " * FEWEST_WORDS).status == "words"


def _assigned(text: str) -> set[str]:
    return {target.id for statement in ast.parse(text).body if isinstance(statement, ast.Assign)
            for target in statement.targets if isinstance(target, ast.Name)}


def _changed(text: str, function: str, last: str, left_out: int = 0) -> str:
    """Return code in which the call of a function ends with another argument.

    `left_out` is how many keyword arguments it replaces.
    """
    call = next(node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == function)
    end = [*call.args, *call.keywords[:len(call.keywords) - left_out]][-1]
    lines = text.encode().split(b"\n")
    behind = lines[call.end_lineno - 1][call.end_col_offset - 1:]
    upto = lines[end.end_lineno - 1][:end.end_col_offset]
    return b"\n".join([*lines[:end.end_lineno - 1], upto + f", {last}".encode() + behind,
                       *lines[call.end_lineno:]]).decode()


def _sealed(text: str) -> str:
    """Return the code of a prediction in which nobody can read the answer, and others as it is."""
    match ast.parse(text).body:
        case [ast.Expr(ast.Call(ast.Name("Prediction"), [question, _], [answer, because]))]:
            told = seal(*map(ast.literal_eval, (question, answer.value, because.value)))
            return _changed(text, "Prediction", f"sealed={told!r}", left_out=2)
    return text


def _filled(text: str, task: Task) -> str:
    """Return the code of an answer with the right one below the empty one."""
    statement = next(node for node in ast.parse(text).body if isinstance(node, ast.Assign)
                     and getattr(node.targets[0], "id", "") == task.name)
    lines, solution = text.split("\n"), task.solve()
    quoted = f'"""\n{solution}\n"""' if "\n" in solution else repr(solution)
    lines.insert(statement.end_lineno, f"{_BEGIN}{task.name} = {quoted}{_END}")
    return "\n".join(lines)


def _new(cell: Cell, what: str) -> Cell:
    tags = {"tags": ["raises-exception"]} if what == "test" else {}  # "Run All" goes on behind it
    return {"cell_type": "code", "execution_count": None, "id": f"{cell['id']}-{what}",
            "metadata": tags, "outputs": [], "source": ""}


def _graded(cell: Cell, text: str, label: str = "", solution: bool = False,
            points: int = 0) -> Cell:
    """Return a cell with the metadata of nbgrader, locked unless it is for an answer."""
    about = {"schema_version": 3, "grade_id": label or cell["id"], "grade": points > 0,
             "solution": solution, "locked": not solution, "task": False, "cell_type": "code"}
    if points:
        about["points"] = points
    return cell | {"source": text, "metadata": cell["metadata"] | {"nbgrader": about}}
