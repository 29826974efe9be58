"""The progress file survives restarts, is never destroyed, and is off where nothing is to be kept.
"""

import json
import os
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest

from lvmcalc.course import Exam, part, progress
from lvmcalc.course.progress import FILE, Progress, StoredProgress
from lvmcalc.course.tasks import Task, tasks
from lvmcalc.models import autoencoder
from lvmcalc.show import AnswerBox, Derivation, Summary, exercise_widgets
from lvmcalc.show.edge_question import EdgeQuestion
from lvmcalc.show.progress_map import ProgressMap

W = ("autoencoder", "∂L/∂W")
RIGHT = "W x (W'W x - x)' + W (W'W x - x) x'"
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


@cache
def asked() -> list[Task]:
    return [*tasks(NOTEBOOKS, kept=True)]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have this process keep answers in a file of its own."""
    monkeypatch.setenv("LVMCALC_PROGRESS", str(tmp_path / FILE))
    restart(monkeypatch)
    yield tmp_path / FILE
    progress.here.cache_clear()


def restart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what the process knows, as a new kernel does."""
    progress.here.cache_clear()
    monkeypatch.setattr(exercise_widgets, "_derived", {})


def test_what_is_typed_into_a_box_is_there_after_a_restart(
        path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    box = AnswerBox("autoencoder", "W")
    for answer in ("x", "W x (W'W x - x)'"):
        box.answer(answer)
    restart(monkeypatch)
    assert AnswerBox("autoencoder", "W").lines == [answer], "the last one, if none is right"
    box.answer(RIGHT)
    restart(monkeypatch)
    again, summary = AnswerBox("autoencoder", "W"), Summary()
    assert again.lines == [RIGHT]
    assert again.mark.right
    assert summary.status == "1 of 1 derived so far."
    assert [*Progress(str(path)).answers(W).values()] == [False, False, True]


def test_it_is_plain_json_without_a_name_unless_one_is_given(path: Path) -> None:
    Progress(str(path)).add(W, RIGHT, True)
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "lvmcalc progress": 1, "name": "", "answers": [
            {"model": "autoencoder", "asked": "∂L/∂W", "answer": RIGHT, "right": True}]}
    Progress(str(path)).name = "  Ada\nLovelace "
    assert Progress(str(path)).name == "Ada Lovelace"
    assert [*path.parent.iterdir()] == [path], "nothing is left beside it"


def test_two_notebooks_at_once_lose_nothing(path: Path) -> None:
    one, other = Progress(str(path)), Progress(str(path))
    one.add(W, RIGHT, True)
    other.add(("autoencoder", "∂L/∂x"), "x", False)
    assert Progress(str(path)).derived(W)
    assert [*Progress(str(path)).answers(("autoencoder", "∂L/∂x"))] == ["x"]


@pytest.mark.parametrize(("text", "why"), [
    ('{"lvmcalc progress": 2}', "was made by a newer version of lvmcalc"),
    ('{"lvmcalc progress": 1, "name": "Ada"', "is damaged"),
    ('{"lvmcalc progress": 1, "name": 7, "answers": [{}]}', "is damaged"), ("[]", "is damaged"),
    ('{"lvmcalc progress": 1, "name": "", "answers": [{"model": "gplvm", "asked": "∂L/∂X", '
     '"answer": 7, "right": true}]}', "is damaged"),
    ("[" * 100_000, "is damaged"), ("", "is damaged")])
def test_a_file_that_cannot_be_read_is_told_in_a_sentence_and_left_alone(
        path: Path, text: str, why: str) -> None:
    path.write_text(text, encoding="utf-8")
    kept = Progress(str(path))
    kept.add(W, RIGHT, True)
    kept.name = "Ada"
    kept.forget()
    assert why in kept.where
    assert kept.where.startswith("What you derive is not kept:")
    assert path.read_text(encoding="utf-8") == text
    assert [*path.parent.iterdir()] == [path]


def test_the_newest_answers_are_kept_and_one_right_answer_is_enough(
        path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "ANSWERS_KEPT", 3)
    kept = Progress(str(path))
    for answer in ("x", "2 x", RIGHT, "3 x", "4 x"):
        kept.add(W, answer, answer == RIGHT)
    assert [*Progress(str(path)).answers(W)] == [RIGHT, "3 x", "4 x"]
    assert kept.derived(W)


def test_forgetting_deletes_the_file(path: Path) -> None:
    kept = Progress(str(path))
    kept.add(W, RIGHT, True)
    kept.forget()
    assert not path.exists()
    assert not kept.derived(W)


def test_a_place_that_cannot_be_written_is_told_and_marking_goes_on(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LVMCALC_PROGRESS", str(tmp_path / "no folder" / FILE))
    restart(monkeypatch)
    box, summary = AnswerBox("autoencoder", "W"), Summary()
    assert box.answer(RIGHT).right
    assert "What you derive is not kept: lvmcalc_progress.json cannot be written" in summary.value
    assert "1 of 1" in summary.value
    progress.here.cache_clear()


@pytest.mark.parametrize(("switches", "written"), [
    ({"LVMCALC_PROGRESS": "off"}, []), ({"PYTEST_CURRENT_TEST": "a notebook (setup)"}, []),
    ({}, [FILE])])
def test_a_kernel_that_is_tested_writes_nothing(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, switches: dict[str, str],
        written: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("LVMCALC_PROGRESS", "PYTEST_CURRENT_TEST"):
        monkeypatch.delenv(name)
    for name, value in switches.items():
        monkeypatch.setenv(name, value)
    restart(monkeypatch)
    AnswerBox("autoencoder", "d").answer("c_bar")
    said = "Delete it to begin anew." if written else "not kept here: it is switched off"
    assert said in Summary().value
    assert [file.name for file in tmp_path.iterdir()] == written
    progress.here.cache_clear()


def test_this_very_run_and_its_notebooks_keep_nothing() -> None:
    assert os.environ["LVMCALC_PROGRESS"] == "off"


def test_the_map_shows_all_notebooks_and_forgets_on_request(
        path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Progress(str(path)).add(W, RIGHT, True)
    shown = ProgressMap(NOTEBOOKS)
    words = shown.children[0]
    of = int(shown.status.split()[2])
    assert of > 50
    # ∂L/∂W of the autoencoder is asked for in 02 and 07
    assert shown.status.startswith(f"2 of {of} exercises in 13 notebooks done.")
    row, = re.findall(r'<a href="02_autoencoder_gradient\.ipynb">.*?</tr>', words.value)
    signs = re.findall("([■□])&nbsp;([^<]+)", row)
    assert [asked for sign, asked in signs if sign == "■"] == ["∂L/∂W"]
    assert f"<td>1&nbsp;of&nbsp;{len(signs)}</td>" in row
    shown.name.value = "<Ada>"
    assert Progress(str(path)).name == "<Ada>"
    shown.forget.click()
    assert not path.exists()
    assert shown.status.startswith("0 of ")
    assert "Forgotten." in words.value


def test_answers_to_the_sheet_and_to_an_exam_are_kept_too(path: Path) -> None:
    question = Exam(1, ("autoencoder",))[1]
    question.check("x")
    assert not path.exists(), "only what a reader asks to be marked is kept"
    question.mark(question.solution)
    part("1a").mark(part("1a").solution)
    part("1c").mark("h_bar")
    kept = {asked: [*given.values()] for asked, given in StoredProgress.read(path).answers.items()}
    assert kept == {(question.model, question.asks): [True],
                    ("problem sheet", part("1a").asks): [True],
                    ("problem sheet", part("1c").asks): [False]}


def test_no_recorded_answer_is_kept_as_a_readers() -> None:
    for notebook in NOTEBOOKS.glob("*.ipynb"):
        for cell in nbformat.read(notebook, 4).cells:
            if "recorded" in cell.metadata.get("tags", ()):
                assert not re.search(r"(part\(.*\)|exam\[.*\])\.mark\(", cell.source), notebook.name


def test_what_is_typed_along_a_walk_is_kept_as_what_the_notebook_asks(path: Path) -> None:
    edge = EdgeQuestion(autoencoder.chain(), lambda mark: None)
    edge.pose("W", "h", "", False)
    edge.take(["e_bar x'"])
    assert Progress(str(path)).answers(("autoencoder", "∂L/∂W along h")) == {"e_bar x'": True}
    task, = (task for task in asked() if task.asked == "∂L/∂W along h")
    assert task.mark("e_bar x'").right
    assert not task.mark("e_bar x' + W x c'").right, "only what comes along this edge"


def test_what_a_page_says_of_the_adjoint_that_it_asks_for_is_kept_as_of_a_box(path: Path) -> None:
    page = Derivation("gplvm.trace", ask="X")
    page.write("∂L/∂c = K⁻¹\n∂L/∂X = ∂L/∂X\n∂L/∂X = 2 α c_bar X = -α K⁻¹ Y Yᵀ K⁻¹ X")
    page.write("∂L/∂X = α K⁻¹ Y Yᵀ K⁻¹ X")
    kept = StoredProgress.read(path).answers
    assert {*kept} == {("gplvm.trace", "∂L₂/∂X")}, "not what the page does not ask for"
    texts = kept["gplvm.trace", "∂L₂/∂X"]
    assert [*texts.values()] == [False, False, True]
    pages = {(task.notebook[:2], task.asked): task for task in asked() if "page" in task.name}
    assert [pages["05", "∂L₂/∂X"].mark(text).right for text in texts] == [*texts.values()]
    assert {("06", "∂L/∂X"), ("09", "∂L/∂W"), ("09", "∂L/∂a")} <= {*pages}
