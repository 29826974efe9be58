"""Mark what a class handed in: who derived what, and which mistakes were made at which stage.

Every answer is marked again, against the questions of the teacher's own notebooks. No verdict of a
student's file counts, and no code of it is run.
"""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from lvmcalc.course.handed_in import CODE, HandedIn, handed_in
from lvmcalc.course.tasks import Task, tasks

RIGHT, WRONG, WORDS, RUN, EMPTY = "derived", "not right", "to be read", "to be run", "not attempted"


@dataclass(frozen=True)
class Slip:
    """One mistake: its kind, the stage at which it was made, and a sentence about it."""

    kind: str
    where: str
    sentence: str


@dataclass(frozen=True)
class Result:
    """What a student made of one task.

    Attributes
    ----------
    status : derived, not right, to be read (words), to be run (code), or not attempted
    answer : the right answer, else the last one
    tries : how many different answers there were
    slips : what was found in those that were not right
    """

    student: str
    task: Task
    status: str
    answer: str = ""
    tries: int = 0
    slips: tuple[Slip, ...] = ()


@dataclass(frozen=True)
class Collected:
    """The results of a class."""

    results: tuple[Result, ...]
    problems: tuple[tuple[str, str], ...]

    @cached_property
    def students(self) -> list[str]:
        """The names of the students."""
        return list(dict.fromkeys(result.student for result in self.results))

    @cached_property
    def slips(self) -> list[tuple[Task, Slip, list[str]]]:
        """Each mistake at each stage with the students who made it, the commonest first."""
        made: dict[tuple[str, str, str, str], tuple[Task, Slip, dict[str, None]]] = {}
        for result in self.results:
            for slip in result.slips:
                key = (result.task.model, result.task.asked, slip.kind, slip.where)
                made.setdefault(key, (result.task, slip, {}))[2][result.student] = None
        return sorted(((task, slip, [*who]) for task, slip, who in made.values()),
                      key=lambda it: -len(it[2]))

    def counts(self, student: str) -> Counter[str]:
        """Return how many tasks of a student have each status."""
        return Counter(each.status for each in self.results if each.student == student)

    def csv(self) -> str:
        """Return the results as a table, one line for each student and task."""
        table = io.StringIO()
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(["student", "notebook", "task", "model", "asked", "status", "tries",
                         "answer", "mistakes"])
        for each in self.results:
            mistakes = "; ".join(f"{slip.kind} at {slip.where}" for slip in each.slips)
            row = [each.student, each.task.notebook, each.task.name, each.task.model,
                   each.task.asked, each.status, each.tries, each.answer, mistakes]
            writer.writerow(map(_harmless, row))
        return table.getvalue()


def _harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula."""
    begins = isinstance(cell, str) and cell.lstrip().startswith(("=", "+", "-", "@"))
    return f"'{cell}" if begins else cell


def collect(folder: Path, notebooks: Path) -> Collected:
    """Mark what lies in a folder.

    Parameters
    ----------
    folder : Path
        A folder for each student, or a file for each, with notebooks and progress files.
    notebooks : Path
        The folder of the teacher's notebooks, which ask the questions.

    Returns
    -------
    Collected

    Raises
    ------
    ValueError
        If a folder is missing or empty.
    """
    asked = list(tasks(notebooks))
    if not asked:
        raise ValueError(f"{notebooks} holds no notebook that asks anything.")
    marking = _Marking()
    results, problems = [], []
    for each in handed_in(folder):
        results += [marking.result(each, task) for task in _asked(asked, each, notebooks)]
        problems += [(each.student, problem) for problem in each.problems]
    return Collected(tuple(results), tuple(problems))


def _asked(asked: list[Task], handed: HandedIn, notebooks: Path) -> list[Task]:
    """Return the tasks of a student, who may have chosen another seed."""
    known = dict.fromkeys(task.notebook for task in asked)
    others = {(task.notebook, task.name): task for name, seed in handed.seeds.items()
              for notebook in known if notebook in name
              for task in _seeded(notebooks, notebook, seed)}
    return [others.get((task.notebook, task.name), task) for task in asked]


@cache
def _seeded(notebooks: Path, notebook: str, seed: int) -> tuple[Task, ...]:
    try:
        return tuple(tasks(notebooks, {notebook: seed}))
    except (TypeError, ValueError):  # such as a seed of -1: that of the notebook stays
        return ()


class _Marking:
    """Marks, each answer to a task once, however many students gave it."""

    def __init__(self) -> None:
        self._marks: dict[tuple[int, str], tuple[str, tuple[Slip, ...]]] = {}

    def result(self, handed: HandedIn, task: Task) -> Result:
        """Return what a student made of a task."""
        given = list(handed.boxes.get((task.model, task.asked), ())) if task.is_box else []
        for notebook, texts in handed.written.items():
            if task.notebook in notebook and not task.is_box:
                given += [texts[task.name]] if texts.get(task.name, "").strip() else []
        marks = {text: self._mark(task, text) for text in given}
        if not marks:
            return Result(handed.student, task, EMPTY)
        slips = tuple(dict.fromkeys(slip for _, found in marks.values() for slip in found))
        for wanted in (RIGHT, WORDS, RUN, WRONG, EMPTY):
            texts = [text for text, (status, _) in marks.items() if status == wanted]
            if texts:
                return Result(handed.student, task, wanted, texts[-1], len(marks), slips)
        raise AssertionError(marks)

    def _mark(self, task: Task, text: str) -> tuple[str, tuple[Slip, ...]]:
        if text == CODE:
            return RUN, ()
        key = id(task), text
        if key not in self._marks:
            self._marks[key] = _marked(task, text)
        return self._marks[key]


def _marked(task: Task, text: str) -> tuple[str, tuple[Slip, ...]]:
    try:
        found = task.mark(text)
    except Exception as error:  # one answer must not stop the marking of a class
        return WRONG, (Slip("unreadable", "the answer", f"It cannot be marked: {error}"),)
    if found.right:
        return RIGHT, ()
    if found.status in ("not attempted", "words"):
        return {"words": WORDS}.get(found.status, EMPTY), ()
    explanations = getattr(found, "explanations", None)
    likeliest = explanations[0] if explanations else found.findings
    return WRONG, tuple(Slip(one.kind, one.where, one.sentence) for one in likeliest)
