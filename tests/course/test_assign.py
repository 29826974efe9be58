"""The student's copy has no answers and cannot pass unanswered; the teacher's has them all."""

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import prove_student_copy
import pytest

from lvmcalc.course.__main__ import main
from lvmcalc.course.assign import Copies, assign
from lvmcalc.course.tasks import Task, tasks

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = ("05_gplvm_trace", "06_gplvm_training", "13_write_it_as_code", "14_problem_sheet")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notebooks")
    for name in NAMES:
        shutil.copy(NOTEBOOKS / f"{name}.ipynb", folder)
    return folder


@pytest.fixture(scope="module")
def asked(source: Path) -> list[Task]:
    return [task for task in tasks(source) if not task.in_walk]


@pytest.fixture(scope="module")
def copies(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Copies:
    return assign(source, tmp_path_factory.mktemp("course"))


def cells(folder: Path, name: str) -> list[Any]:
    notebook = nbformat.read(folder / f"{name}.ipynb", 4)
    nbformat.validate(notebook)
    return notebook.cells


@pytest.mark.parametrize("name", NAMES)
def test_the_students_copy_has_no_recorded_answer_no_solution_and_no_output(
        copies: Copies, name: str) -> None:
    for cell in cells(copies.release, name):
        if cell.cell_type == "code":
            assert not {"recorded", "solution"} & {*cell.metadata.get("tags", ())}
            assert cell.outputs == []
            assert cell.execution_count is None
            assert "BEGIN SOLUTION" not in cell.source
            if "AnswerBox(" in cell.source and "import" not in cell.source:
                assert "solution=False" in cell.source


def test_no_code_of_the_students_copy_holds_the_right_answer(
        copies: Copies, asked: list[Task]) -> None:
    for task in asked:
        code = "".join(cell.source for cell in cells(copies.release, task.notebook)
                       if "nbgrader" in cell.metadata)
        assert repr(task.solve()) not in code, task
        teacher = "".join(cell.source for cell in cells(copies.source, task.notebook))
        assert repr(task.solve()) in teacher or task.solve() in teacher, task


@pytest.mark.parametrize("name", NAMES)
def test_below_each_task_stands_a_locked_cell_that_is_graded(
        copies: Copies, asked: list[Task], name: str) -> None:
    tests = [cell for cell in cells(copies.release, name)
             if cell.metadata.get("nbgrader", {}).get("grade")]
    assert len(tests) == sum(task.notebook == name for task in asked)
    labels = [cell.metadata.nbgrader.grade_id for cell in cells(copies.source, name)
              if "nbgrader" in cell.metadata]
    assert len({*labels}) == len(labels), "nbgrader refuses two cells of one label"
    for cell in tests:
        about = cell.metadata.nbgrader
        assert about.locked is not about.solution
        assert about.points == 1
        assert about.solution or cell.source.split("\n")[1].startswith("assert ")


def test_every_task_takes_its_own_solution_and_nothing_else(asked: list[Task]) -> None:
    assert len(asked) > 15
    for task in asked:
        assert task.mark(task.solve()).status in ("proved", "exact", "words"), task
        assert not task.mark("").right
        assert not task.mark(None).right


def test_the_sheet_cannot_pass_unanswered_and_passes_with_the_answers(
        copies: Copies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LVMCALC_PROGRESS")
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    name = "14_problem_sheet"
    student, teacher = (list(prove_student_copy.outcomes(folder / f"{name}.ipynb"))
                        for folder in (copies.release, copies.source))
    assert prove_student_copy.wrong_with(name, student, teacher) == []
    # the proof notices answers in a student's copy, and none in the teacher's
    assert len(prove_student_copy.wrong_with(name, teacher, teacher)) == 8
    assert len(prove_student_copy.wrong_with(name, student, student)) == 8


def test_a_copy_is_never_written_over(copies: Copies, source: Path) -> None:
    with pytest.raises(SystemExit, match="is there already"):
        main(["assign", "--notebooks", str(source), "--out", str(copies.release.parents[1])])
    assert json.loads((copies.release / "14_problem_sheet.ipynb").read_text("utf-8"))["cells"]
