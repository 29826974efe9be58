"""What a class of three handed in is marked again, counted and shown, and nothing of it is run.

`class/` holds three sets: all of it right, the six commonest slips and more, and nothing.
"""

import csv
import io
import json
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lvmcalc.course.__main__ import main
from lvmcalc.course.collect import Collected, collect
from lvmcalc.course.page import page

ROOT = Path(__file__).resolve().parents[2]
CLASS = Path(__file__).parent / "class"
SLIPS = "slips (=Mallory <i>)"
BOXES = {("autoencoder", asked): kind for asked, kind in {
    "∂L/∂g": "sign", "∂L/∂h": "transpose", "∂L/∂W": "missing_path"}.items()} | {
    ("gplvm.log_det", asked): kind for asked, kind in {
        "∂L₁/∂c": "missing_inverse", "∂L₁/∂e": "missing_scalar", "∂L₁/∂X": "factor"}.items()}


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the notebooks that the class worked on."""
    folder = tmp_path_factory.mktemp("notebooks")
    for name in ("02_autoencoder_gradient", "04_gplvm_log_determinant", "14_problem_sheet"):
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", folder)
    return folder


@pytest.fixture(scope="module")
def collected(notebooks: Path) -> Collected:
    return collect(CLASS, notebooks)


def statuses(collected: Collected, student: str) -> dict[str, str]:
    return {each.task.asked if each.task.model == "problem sheet" else (each.task.model,
            each.task.asked): each.status for each in collected.results if each.student == student}


def test_what_is_right_counts_although_the_file_says_otherwise(collected: Collected) -> None:
    said = json.loads((CLASS / "right" / "lvmcalc_progress.json").read_text("utf-8"))["answers"]
    assert {one["right"] for one in said} == {False}
    found = statuses(collected, "right")
    assert {box: found[box] for box in BOXES} == dict.fromkeys(BOXES, "derived")
    parts = {asked[:2]: status for asked, status in found.items() if isinstance(asked, str)}
    assert parts == dict.fromkeys(["1b", "1c", "1d", "2a", "2b", "2c", "2d", "2e"],
                                  "derived") | {"1a": "to be read"}


def test_what_is_wrong_does_not_count_although_the_file_says_otherwise(
        collected: Collected) -> None:
    said = json.loads((CLASS / "slips" / "lvmcalc_progress.json").read_text("utf-8"))["answers"]
    assert {one["right"] for one in said} == {True}
    found = statuses(collected, SLIPS)
    assert {box: found[box] for box in BOXES} == dict.fromkeys(BOXES, "not right")


def test_each_of_the_six_slips_is_named_at_its_stage(collected: Collected) -> None:
    kinds = {(task.model, task.asked, slip.kind) for task, slip, who in collected.slips
             if who == [SLIPS]}
    assert {(*box, kind) for box, kind in BOXES.items()} <= kinds


def test_who_handed_in_nothing_derived_nothing(collected: Collected) -> None:
    assert {*statuses(collected, "empty").values()} == {"not attempted"}


def test_a_mistake_of_two_students_counts_two_and_comes_first(
        tmp_path: Path, notebooks: Path) -> None:
    for student in ("ada", "ben"):
        shutil.copytree(CLASS / "slips", tmp_path / student)
    shutil.copytree(CLASS / "right", tmp_path / "cleo")
    file = tmp_path / "ben" / "lvmcalc_progress.json"
    told = json.loads(file.read_text("utf-8"))
    told["answers"] = told["answers"][:1]
    file.write_text(json.dumps(told), encoding="utf-8")
    found = collect(tmp_path, notebooks).slips
    counts = [len(who) for _, _, who in found]
    assert counts == sorted(counts, reverse=True)
    assert {(task.asked, len(who)) for task, _, who in found} >= {("∂L/∂g", 2), ("∂L₁/∂X", 1)}


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.add(tag)


def test_what_students_wrote_is_escaped_on_the_page(collected: Collected) -> None:
    html = page(collected)
    assert "&lt;script&gt;alert(&quot;minimises&quot;)&lt;/script&gt;" in html
    assert "=Mallory &lt;i&gt;" in html
    assert not {"script", "i", "b", "img", "link"} & Tags(html).tags
    assert "http" not in html


def test_the_table_has_a_line_for_each_task_and_no_formula_of_a_spreadsheet(
        collected: Collected) -> None:
    rows = list(csv.reader(io.StringIO(collected.csv())))
    assert len(rows) == 1 + len(collected.results)
    assert {len(row) for row in rows} == {9}
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]
    assert "'-2 D α K^-1 X" in {row[7] for row in rows}


def test_no_code_of_a_student_is_run(tmp_path: Path, notebooks: Path) -> None:
    trap = f"import pathlib; pathlib.Path({str(tmp_path / 'ran')!r}).touch()"
    told = {"cells": [{"cell_type": "code", "source": text} for text in (
        trap, f"answer_2b = str(exec({trap!r}))", "answer_1c = 'h_bar + g_bar'",
        "answer_1d = '''∂L/∂W = (")]}
    (tmp_path / "14_problem_sheet.ipynb").write_text(json.dumps(told), encoding="utf-8")
    found = collect(tmp_path, notebooks)
    assert not (tmp_path / "ran").exists()
    done = {asked[:2] for asked, status in statuses(found, "14_problem_sheet").items()
            if status == "derived"}
    assert done == {"1c"}
    assert found.problems == (("14_problem_sheet", "14_problem_sheet.ipynb: the cell of answer_1d "
                               "is not Python; is a quotation mark missing?"),)


def test_what_cannot_be_read_is_told_and_the_others_are_marked(
        tmp_path: Path, notebooks: Path) -> None:
    shutil.copytree(CLASS / "right", tmp_path / "right")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "14_problem_sheet.ipynb").write_text("{", encoding="utf-8")
    (tmp_path / "broken" / "lvmcalc_progress.json").write_bytes(b"\xff\xfe\x00")
    found = collect(tmp_path, notebooks)
    assert {text for _, text in found.problems} == {
        "14_problem_sheet.ipynb is not a notebook that can be read.",
        "lvmcalc_progress.json is damaged."}
    assert found.counts("right")["derived"] >= 6
    assert "lvmcalc_progress.json is damaged." in page(found)


def test_the_command_writes_both_and_says_where(
        tmp_path: Path, notebooks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["collect", str(CLASS), "--notebooks", str(notebooks), "--out", str(tmp_path)])
    assert capsys.readouterr().out.startswith("3 students, ")
    assert {path.name for path in tmp_path.iterdir()} == {"collected.csv", "collected.html"}
    with pytest.raises(SystemExit, match="There is no folder"):
        main(["collect", str(tmp_path / "none"), "--notebooks", str(notebooks)])
    with pytest.raises(SystemExit, match="holds no notebook that asks anything"):
        main(["collect", str(CLASS), "--notebooks", str(tmp_path)])
