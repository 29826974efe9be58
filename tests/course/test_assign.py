"""The student's copy has no answers and cannot pass unanswered; the teacher's has them all."""

import json
import shutil
from base64 import b64decode
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import nbformat
import prove_student_copy
import pytest

from lvmcalc.course.__main__ import main
from lvmcalc.course.assign import Assignment, assign
from lvmcalc.course.seal import seal, unseal
from lvmcalc.course.tasks import Task, tasks
from lvmcalc.show import Prediction

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
def copies(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return assign(source, tmp_path_factory.mktemp("course"))


def cells(folder: Path, name: str) -> list[Any]:
    notebook = nbformat.read(folder / f"{name}.ipynb", 4)
    nbformat.validate(notebook)
    return notebook.cells


@pytest.mark.parametrize("name", NAMES)
def test_the_students_copy_has_no_recorded_answer_no_solution_and_no_output(
        copies: Assignment, name: str) -> None:
    for cell in cells(copies.release, name):
        if cell.cell_type == "code":
            assert not {"recorded", "solution"} & {*cell.metadata.get("tags", ())}
            assert cell.outputs == []
            assert cell.execution_count is None
            if "AnswerBox(" in cell.source and "import" not in cell.source:
                assert "solution=False" in cell.source


def test_no_code_of_the_students_copy_holds_the_right_answer(
        copies: Assignment, asked: list[Task]) -> None:
    for task in asked:
        code = "".join(cell.source for cell in cells(copies.release, task.notebook)
                       if "nbgrader" in cell.metadata)
        assert repr(task.solve()) not in code, task
        teacher = "".join(cell.source for cell in cells(copies.source, task.notebook))
        assert repr(task.solve()) in teacher or task.solve() in teacher, task


def predictions(folder: Path, name: str) -> list[Prediction]:
    return [eval(cell.source, {"Prediction": Prediction}) for cell in cells(folder, name)
            if cell.source.startswith("Prediction(")]


@pytest.mark.parametrize("name", NAMES)
def test_a_prediction_is_handed_out_sealed_and_only_its_right_answer_opens_it(
        copies: Assignment, source: Path, name: str) -> None:
    handed_out = predictions(copies.release, name)
    assert handed_out
    assert {each.choice.value for each in handed_out} == {None}
    for mine, given in zip(predictions(source, name), handed_out, strict=True):
        assert [*map(given.choose, given.options)] == [*map(mine.choose, mine.options)]
    for text in (cell.source for cell in cells(copies.release, name)):
        assert "because=" not in text
        assert not text.startswith("Prediction(") or "answer=" not in text


def test_what_is_sealed_stays_closed_when_the_question_is_changed() -> None:
    sealed = seal("1 + 1?", "2", "Count.")
    assert "Count" not in b64decode(sealed).decode(errors="replace")
    assert unseal(sealed, "1 + 1?", "2") == "■ Right. Count."
    assert not unseal(sealed, "1 + 1?", "3")
    assert not unseal("no text", "1 + 1?", "2")
    with pytest.raises(ValueError, match="were changed"):
        Prediction("1 + 2?", ["1", "2"], sealed=sealed)


@pytest.mark.parametrize("name", NAMES)
def test_nbgrader_makes_the_same_students_copy_from_the_teachers(
        copies: Assignment, name: str) -> None:
    # what nbgrader generate_assignment does, line by line: clearsolutions.py of nbgrader 0.9.6
    settings = {"get_config": MagicMock()}
    exec((copies.release.parents[1] / "nbgrader_config.py").read_text("utf-8"), settings)
    stub = settings["c"].ClearSolutions.code_stub["python"]
    made = []
    for cell in cells(copies.source, name):
        kept, inside = [], False
        for line in cell.source.split("\n"):
            if "BEGIN SOLUTION" in line:
                assert cell.metadata.nbgrader.solution, "nbgrader refuses it elsewhere"
                kept, inside = [*kept, stub], True
            elif "END SOLUTION" in line:
                inside = False
            elif not inside:
                kept.append(line)
        made.append("\n".join(line for line in kept if line != stub) if kept != [stub] else None)
    assert [text for text in made if text is not None] == [
        cell.source for cell in cells(copies.release, name)]


@pytest.mark.parametrize("name", NAMES)
def test_below_each_task_stands_a_locked_cell_that_is_graded(
        copies: Assignment, asked: list[Task], name: str) -> None:
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
        assert about.solution or (cell.source.split("\n")[1].startswith("assert ")
                                  and "raises-exception" in cell.metadata.tags), "Run All goes on"


def test_it_says_how_many_tasks_are_graded_by_machine_and_how_many_by_hand(
        copies: Assignment) -> None:
    graded = [cell.metadata.nbgrader for name in NAMES for cell in cells(copies.release, name)
              if cell.metadata.get("nbgrader", {}).get("grade")]
    by_hand = sum(about.solution for about in graded)
    assert str(copies).endswith(f"{len(graded) - by_hand} tasks are graded by machine, {by_hand} "
                                "by hand.")


def test_every_task_takes_its_own_solution_and_nothing_else(asked: list[Task]) -> None:
    assert len(asked) > 15
    for task in asked:
        if task.model != "problem sheet":  # whose solutions test_problem_sheet.py marks
            assert task.mark(task.solve()).status in ("proved", "exact"), task
        assert not task.mark("").right
        assert not task.mark(None).right


def test_the_students_sheet_cannot_pass_unanswered(copies: Assignment) -> None:
    known, graded = {}, 0
    for cell in cells(copies.release, "14_problem_sheet"):
        test = cell.source.split("\n")[-1].startswith("assert ")
        graded += test
        if cell.cell_type == "code":
            with pytest.raises(AssertionError) if test else nullcontext():
                exec(cell.source, known)
    assert graded == 8, "the parts for the machine"


def test_the_proof_notices_what_passes_unanswered_and_what_fails_with_the_answer() -> None:
    failed, passed = (("1b", 1, "AssertionError"),), (("1b", 1, ""),)
    wrong_with = prove_student_copy.wrong_with
    assert wrong_with("14", failed, passed) == []
    assert wrong_with("14", passed, passed) == ["14, student's copy: 1b ended with no error."]
    assert wrong_with("14", [("1b", 1, "NameError")], passed) == [
        "14, student's copy: 1b ended with NameError."]
    assert wrong_with("14", [(prove_student_copy.UNANSWERED, 0, "AssertionError")], []) == [
        "14, student's copy: what is not graded ended with AssertionError."]
    assert wrong_with("14", failed, failed) == [
        "14, teacher's copy: 1b ended with AssertionError."]
    assert wrong_with("14", failed, []) == ["14: the copies have different graded cells."]


def test_notebooks_that_ask_nothing_are_not_assigned(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no notebook with a question in it"):
        assign(tmp_path, tmp_path / "course")
    assert [*tmp_path.iterdir()] == []


def test_a_copy_is_never_written_over(copies: Assignment, source: Path) -> None:
    with pytest.raises(SystemExit, match="is there already"):
        main(["assign", "--notebooks", str(source), "--out", str(copies.release.parents[1])])
    assert json.loads((copies.release / "14_problem_sheet.ipynb").read_text("utf-8"))["cells"]
