"""Mark what a class handed in: who derived what, and which mistakes were made at which stage.

Every answer is marked again, against the questions of the teacher's own notebooks. No verdict of a
student's file counts, and no code of it is run.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from unicodedata import normalize

from lvmcalc.course.exam import seed_of
from lvmcalc.course.problem_sheet import Part
from lvmcalc.course.submissions import CODE, HandedIn, handed_in
from lvmcalc.course.tasks import PATTERN, Task, once, tasks
from lvmcalc.marking import Finding

DERIVED, NOT_RIGHT, NOT_ATTEMPTED = "derived", "not right", "not attempted"
TO_BE_READ, TO_BE_RUN = "to be read", "to be run"
_FORMULA = ("=", "+", "-", "@", "|")  # begins one in a spreadsheet
_PACKAGE = "the solution in the package"
_LONG, _ALIKE = 25, 3  # characters of an answer, and such answers in common, that are told

Marked = tuple[str, tuple[Finding, ...]]  # the status of an answer, and what was found


@dataclass(frozen=True)
class TaskResult:
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
    slips: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Collected:
    """The results of a class."""

    results: tuple[TaskResult, ...]
    problems: tuple[tuple[str, str], ...]

    @cached_property
    def students(self) -> list[str]:
        """The names of the students."""
        return list(dict.fromkeys(result.student for result in self.results))

    @cached_property
    def slips(self) -> list[tuple[Task, Finding, list[str]]]:
        """Each mistake at each stage with the students who made it, the commonest first."""
        made: dict[tuple[str, str, str, str], tuple[Task, Finding, dict[str, None]]] = {}
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
    begins = isinstance(cell, str) and normalize("NFKC", cell).lstrip()[:1] in _FORMULA
    return f"'{cell}" if begins else cell


def collect(folder: Path, notebooks: Path) -> Collected:
    """Mark what a class handed in.

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
    marking = _Marking(notebooks)
    results, problems = [], []
    for each in handed_in(folder):
        results += marking.results(each)
        if not (each.kept or each.written or each.problems):
            each.problems.append("No notebook and no progress file was handed in.")
        problems += [(each.student, problem) for problem in each.problems]
    return Collected(tuple(results), (*problems, *_alike([*results, *marking.solutions])))


class _Marking:
    """Marks, each answer to a task once, however many students gave it."""

    def __init__(self, notebooks: Path) -> None:
        self._folder = notebooks
        self._asked = once(tasks(notebooks))
        if not self._asked:
            raise ValueError(f"{notebooks} holds no notebook with a question in it.")
        self._written = {path.stem: {task.name for task in self._asked
                                     if task.notebook == path.stem and not task.is_box}
                         for path in notebooks.glob(PATTERN)}
        self._with_seed, self._mark = cache(self._with_seed), cache(_marked)
        self.solutions = [TaskResult(_PACKAGE, task, DERIVED, task.solve()) for task in self._asked
                          if task.model == Part.model]

    def results(self, handed: HandedIn) -> list[TaskResult]:
        """Return what a student made of each task, and add what is odd to the problems."""
        homes = {stem: self._home(stem, handed) for stem in handed.written}
        asked = self._asked_of(handed, homes)
        results, false = [], set()
        for task in asked:
            kept = handed.kept.get((task.model, task.asked), {})
            written = [texts.get(task.name) for stem, texts in handed.written.items()
                       if homes[stem] == task.notebook and not task.is_box]
            marks = {text: self._mark(task, text) for text in (*kept, *written)
                     if text and text.strip()}
            results.append(_result(handed.student, task, marks))
            false |= {(task.model, task.asked, text) for text, said in kept.items()
                      if said and text in marks and marks[text][0] == NOT_RIGHT}
        if false:
            handed.problems.append(f"The progress file calls wrong answers right: {len(false)}.")
        if others := handed.kept.keys() - {(task.model, task.asked) for task in asked}:
            handed.problems.append("The progress file has answers that these notebooks do not "
                                   f"ask for: {len(others)}.")
        return results

    def _home(self, stem: str, handed: HandedIn) -> str:
        """Return the notebook of which a student's is a copy, by its name, else its answers."""
        names = handed.written[stem].keys()
        most = max(self._written, key=lambda name: len(self._written[name] & names))
        home = next((name for name in self._written if name in stem),
                    most if self._written[most] & names else "")
        if missing := sorted(self._written.get(home, set()) - names):
            handed.problems.append(f"{stem}.ipynb has no cell for {', '.join(missing)}: is it "
                                   "another notebook, or an old one?")
        elif not home:
            handed.problems.append(f"{stem}.ipynb is not one of the notebooks with questions.")
        return home

    def _asked_of(self, handed: HandedIn, homes: dict[str, str]) -> list[Task]:
        """Return the tasks of a student, who may have chosen another seed."""
        exams = [seed for model, _ in handed.kept if (seed := seed_of(model)) is not None]
        seeds = {task.notebook: exams[-1] for task in self._asked
                 if exams and seed_of(task.model) is not None}
        seeds |= {homes[stem]: seed for stem, seed in handed.seeds.items() if homes[stem]}
        others = {(task.notebook, task.name): task for chosen in seeds.items()
                  for task in self._with_seed(*chosen)}
        return [others.get((task.notebook, task.name), task) for task in self._asked]

    def _with_seed(self, notebook: str, seed: int) -> list[Task]:
        try:
            return list(tasks(self._folder, {notebook: seed}))
        except (TypeError, ValueError):  # such as a seed of True: that of the notebook stays
            return []


def _result(student: str, task: Task, marks: dict[str, Marked]) -> TaskResult:
    slips = tuple(dict.fromkeys(slip for _, found in marks.values() for slip in found))
    for wanted in (DERIVED, TO_BE_READ, TO_BE_RUN, NOT_RIGHT):
        texts = [text for text, (status, _) in marks.items() if status == wanted]
        if texts:
            return TaskResult(student, task, wanted, texts[-1], len(marks), slips)
    return TaskResult(student, task, NOT_ATTEMPTED, "".join([*marks][-1:]), len(marks))


def _alike(results: Sequence[TaskResult]) -> Iterator[tuple[str, str]]:
    """Yield who gave long answers that are the same, and which."""
    given: dict[tuple[str, str, str], list[TaskResult]] = {}
    for each in results:
        if len(each.answer) >= _LONG:
            key = each.task.model, each.task.asked, " ".join(each.answer.split())
            given.setdefault(key, []).append(each)
    same: dict[str, list[TaskResult]] = {}
    for group in given.values():
        if len(group) > 1:
            same.setdefault(", ".join(each.student for each in group), []).append(group[0])
    for students, found in same.items():
        if len(found) >= _ALIKE or found[0].status == TO_BE_READ:
            names = ", ".join(each.task.short for each in found)
            yield students, f"These answers are the same, letter for letter: {names}."


def _marked(task: Task, text: str) -> Marked:
    if text == CODE:
        return TO_BE_RUN, ()
    try:
        found = task.mark(text)
    except Exception as error:  # one answer must not stop the marking of a class
        return NOT_RIGHT, (Finding("unreadable", "the answer", f"It cannot be marked: {error}"),)
    if found.right:
        return DERIVED, ()
    if found.status in ("not attempted", "words"):
        return TO_BE_READ if found.status == "words" else NOT_ATTEMPTED, ()
    explanations = getattr(found, "explanations", None)
    likeliest = explanations[0] if explanations else found.findings
    likeliest = [one for one in likeliest if one.kind != "shape"] or likeliest  # which follows
    return NOT_RIGHT, tuple(likeliest)
