"""Two copies of the notebooks: the student's without answers, the teacher's with them.

Both carry the cell metadata of nbgrader, in its folders `release` and `source`. Below each task
stands a locked cell that passes only if the task is answered rightly; one in words is for a person
to grade.
"""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lvmcalc.course.tasks import Task, tasks

NO_ANSWERS = ("recorded", "solution")  # the tags of cells that the student's copy does not have
WORDS = ("words",)  # the status of what a machine does not grade
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

Cell = dict[str, Any]


@dataclass(frozen=True)
class Copies:
    """Where the two copies are, and how many cells in them are graded, by machine and by hand."""

    release: Path
    source: Path
    graded: int
    by_hand: int

    def __str__(self) -> str:
        return (f"The student's copy: {self.release}\nThe teacher's copy: {self.source}\n"
                f"{self.graded} tasks are graded by machine, {self.by_hand} by hand.")


def assign(notebooks: Path, out: Path, name: str = "lvmcalc") -> Copies:
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
    Copies

    Raises
    ------
    ValueError
        If no notebook asks anything.
    FileExistsError
        If there is such an assignment already.
    """
    asked = [task for task in tasks(notebooks) if not task.in_walk]
    if not asked:
        raise ValueError(f"{notebooks} holds no notebook that asks anything.")
    release, source = (out / kind / name for kind in ("release", "source"))
    for folder in (release, source):
        if folder.exists():
            raise FileExistsError(f"{folder} is there already; name another folder, or remove it.")
        folder.mkdir(parents=True)
    by_hand = 0
    for path in sorted(notebooks.glob("[0-9][0-9]_*.ipynb")):
        mine = {task.name: task for task in asked if task.notebook == path.stem}
        for folder, teacher in ((release, False), (source, True)):
            notebook = json.loads(path.read_text(encoding="utf-8"))
            notebook["cells"] = list(_copied(notebook["cells"], mine, teacher))
            text = json.dumps(notebook, ensure_ascii=False, indent=1)
            (folder / path.name).write_text(text + "\n", encoding="utf-8")
        by_hand += sum(_by_hand(task) for task in mine.values())
    return Copies(release, source, len(asked) - by_hand, by_hand)


def _copied(cells: list[Cell], mine: dict[str, Task], teacher: bool) -> Iterator[Cell]:
    for cell in cells:
        if cell["cell_type"] != "code":
            yield cell
            continue
        cell |= {"outputs": [], "execution_count": None}
        text = "".join(cell["source"])
        task = next((mine[name] for name in _assigned(text) if name in mine), None)
        if {*cell["metadata"].get("tags", ())} & {*NO_ANSWERS}:
            if teacher:  # in nbgrader's own student copy it is emptied
                yield _graded(cell, f"{BEGIN}\n{text}\n{END}", solution=True)
        elif task is None:
            yield cell
        else:
            yield from _task(cell, text, task, teacher)


def _task(cell: Cell, text: str, task: Task, teacher: bool) -> Iterator[Cell]:
    """Yield the cells of one task: where it is asked, answered and graded."""
    label = f"{task.notebook}_{task.name}"
    if task.is_box:
        yield _graded(cell, _without_solution(text), label)
        if teacher:
            answer = f"{task.name}.answer({task.solve()!r})"
            yield _graded(_new(cell, "answer"), f"{BEGIN}\n{answer}\n{END}",
                          f"{label}_answer", solution=True)
        check = f"{task.name}.mark"
    else:
        check = task.call
        points = 1 if _by_hand(task) else 0
        if teacher:
            text = _filled(text, task)
        yield _graded(cell, text, label, solution=True, points=points)
    if not _by_hand(task):
        test = f"# One point if the answer is right\nassert {check}.right, {check}"
        yield _graded(_new(cell, "test"), test, f"{label}_test", points=1)


def _by_hand(task: Task) -> bool:
    return not task.is_box and task.mark(task.solve()).status in WORDS


def _assigned(text: str) -> set[str]:
    return {target.id for statement in ast.parse(text).body if isinstance(statement, ast.Assign)
            for target in statement.targets if isinstance(target, ast.Name)}


def _without_solution(text: str) -> str:
    """Return the code of a box that shows no solution on request."""
    box = next(node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)
               and getattr(node.func, "id", "") == "AnswerBox")
    lines = text.encode().split(b"\n")
    at, line = box.end_col_offset - 1, box.end_lineno - 1
    lines[line] = lines[line][:at] + b", solution=False" + lines[line][at:]
    return b"\n".join(lines).decode()


def _filled(text: str, task: Task) -> str:
    """Return the code of an answer with the right one in it."""
    statement = next(node for node in ast.parse(text).body if isinstance(node, ast.Assign)
                     and getattr(node.targets[0], "id", "") == task.name)
    lines, solution = text.split("\n"), task.solve()
    quoted = f'"""\n{solution}\n"""' if "\n" in solution else repr(solution)
    lines[statement.lineno - 1:statement.end_lineno] = [
        BEGIN, f"{task.name} = {quoted}", END]
    return "\n".join(lines)


def _new(cell: Cell, what: str) -> Cell:
    return {"cell_type": "code", "execution_count": None, "id": f"{cell['id']}-{what}",
            "metadata": {}, "outputs": [], "source": ""}


def _graded(cell: Cell, text: str, label: str = "", solution: bool = False,
            points: int = 0) -> Cell:
    """Return a cell with the metadata of nbgrader, locked unless it is for an answer."""
    about = {"schema_version": 3, "grade_id": label or cell["id"], "grade": points > 0,
             "solution": solution, "locked": not solution, "task": False, "cell_type": "code"}
    if points:
        about["points"] = points
    return cell | {"source": text.splitlines(keepends=True),
                   "metadata": cell["metadata"] | {"nbgrader": about}}
