"""What a class of three handed in is marked again, counted and shown, and nothing of it is run.

`class/` holds three sets: all of it right, the six commonest slips and more, and nothing.
"""

import csv
import io
import json
import re
import shutil
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest
import seen

from lvmcalc.course import Exam
from lvmcalc.course import collect as collect_module
from lvmcalc.course import submissions as handed_in_module
from lvmcalc.course.__main__ import main
from lvmcalc.course.class_page import page
from lvmcalc.course.collect import Collected, collect

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
    for student, of in (("ada", "slips"), ("ben", "slips"), ("cleo", "right")):
        (tmp_path / student).mkdir()
        shutil.copy(CLASS / of / "lvmcalc_progress.json", tmp_path / student)
    file = tmp_path / "ben" / "lvmcalc_progress.json"
    told = json.loads(file.read_text("utf-8"))
    told["answers"] = told["answers"][:1]
    file.write_text(json.dumps(told), encoding="utf-8")
    found = collect(tmp_path, notebooks).slips
    counts = [len(who) for _, _, who in found]
    assert counts == sorted(counts, reverse=True)
    assert {(task.asked, len(who)) for task, _, who in found} >= {("∂L/∂g", 2), ("∂L₁/∂X", 1)}


def test_all_that_the_page_says_is_what_was_looked_through(collected: Collected) -> None:
    seen.compare(CLASS.parent / "seen" / "class.txt", {"page": seen.of_html(page(collected))},
                 ordered=True)


def test_the_page_has_the_numbers_signs_and_answers_of_each_student(collected: Collected) -> None:
    signs = {"derived": "■", "not right": "✗", "to be read": "✎", "to be run": "▷",
             "not attempted": "·"}
    html = page(collected)
    assert ", ".join(f"{sign} {status}" for status, sign in signs.items()) in html
    bars = re.findall(r'(\d+) of (\d+)<span class="bar" style="width:(\d+)%', html)
    assert bars
    assert all(int(wide) == round(100 * int(made) / int(of)) for made, of, wide in bars)
    for student in collected.students:
        row = html.split(f"<bdi>{escape(student)}</bdi></a></td>")[1].split("</tr>")[0]
        mine = [each for each in collected.results if each.student == student]
        assert re.findall(r"\d+", re.sub("<[^>]*>", " ", row)) == [
            str(sum(each.status == status for each in mine)) for status in signs]
    assert all(each.tries for each in collected.results if each.answer)
    for each in filter(lambda each: each.tries, collected.results):
        assert (f"<td>{signs[each.status]} {each.status}</td><td><code>{escape(each.answer)}</code>"
                f'</td><td class="number">{each.tries}</td>') in html


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


def notebook(*sources: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": text} for text in sources]})


def progress(*answers: tuple[str, str, str, bool], name: object = "") -> str:
    keys = "model", "asked", "answer", "right"
    return json.dumps({"lvmcalc progress": 1, "name": name,
                       "answers": [dict(zip(keys, each, strict=True)) for each in answers]})


def handed_in(folder: Path, notebooks: Path, **files: str) -> Collected:
    """Collect what one student handed in: notebook 14, its progress file, or others."""
    names = {"sheet": "14_problem_sheet.ipynb", "kept": "lvmcalc_progress.json"}
    (folder / "ada").mkdir()
    for name, text in files.items():
        path = folder / "ada" / names.get(name, f"{name}.ipynb")
        path.write_text(text, encoding="utf-8")
    return collect(folder, notebooks)


ANSWERS = [f"answer_{number}{letter} = ''" for number, letters in (("1", "abcd"), ("2", "abcde"))
           for letter in letters]


def test_no_code_of_a_student_is_run(tmp_path: Path, notebooks: Path) -> None:
    trap = f"import pathlib; pathlib.Path({str(tmp_path / 'ran')!r}).touch()"
    found = handed_in(tmp_path, notebooks, sheet=notebook(
        *ANSWERS, trap, f"answer_2b = str(exec({trap!r}))", "answer_1c = 'h_bar + g_bar'",
        "answer_1d = '''∂L/∂W = ("))
    assert not (tmp_path / "ran").exists()
    found_of = statuses(found, "ada")
    by_part = {asked[:2]: status for asked, status in found_of.items() if isinstance(asked, str)}
    assert by_part == dict.fromkeys(by_part, "not attempted") | {
        "1c": "derived", "2b": "to be run"}
    assert found.problems == (("ada", "14_problem_sheet.ipynb: the cell of answer_1d is not "
                               "Python; is a quotation mark missing?"),)


@pytest.mark.parametrize(("files", "sentence"), [
    ({"kept": progress(("autoencoder", "∂L/∂W", "x", True),
                       ("autoencoder", "∂L/∂h", "W c x'", True))},
     "The progress file calls wrong answers right: 1."),
    ({"kept": progress(("a model of my own", "∂L/∂W", "x", True))},
     "The progress file has answers that these notebooks do not ask for: 1."),
    ({"kept": progress(*[("autoencoder", "∂L/∂W", f"{k} x", False) for k in range(1234)])},
     "lvmcalc_progress.json holds 1,234 answers to ∂L/∂W; the last 50 are marked."),
    ({"kept": progress(name=7)}, "lvmcalc_progress.json is damaged."),
    ({"kept": "[" * 100_000}, "lvmcalc_progress.json is damaged."),
    ({"kept": '{"lvmcalc progress": 2}'},
     "lvmcalc_progress.json was made by a newer version of lvmcalc."),
    ({"sheet": "{"}, "14_problem_sheet.ipynb is not a notebook that can be read."),
    ({"sheet": '{"cells": {"a": 1}}'},
     "14_problem_sheet.ipynb is not a notebook that can be read."),
    ({"sheet": "[]"}, "14_problem_sheet.ipynb is not a notebook that can be read."),
    ({"sheet": notebook(*ANSWERS[:-2])}, "14_problem_sheet.ipynb has no cell for answer_2d, "
     "answer_2e: is it another notebook, or an old one?"),
    ({"sheet": notebook(*ANSWERS, f"answer_1d = {'[' + '1,' * 60_000 + ']'}")},
     "14_problem_sheet.ipynb: the cell of answer_1d is not Python; is a quotation mark missing?"),
    ({}, "No notebook and no progress file was handed in."),
    ({"poem": notebook("rose = 'red'")}, "poem.ipynb is not one of the notebooks with questions."),
])
def test_what_is_odd_is_told_in_a_sentence(
        tmp_path: Path, notebooks: Path, files: dict[str, str], sentence: str) -> None:
    found = handed_in(tmp_path, notebooks, **files)
    assert found.problems == (("ada", sentence),)
    assert sentence in page(found)


def test_hidden_folders_and_empty_ones_are_nothing_handed_in(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.json").touch()
    with pytest.raises(ValueError, match=r"holds no notebook and no progress file\.$"):
        [*handed_in_module.handed_in(tmp_path)]


def test_an_answer_that_cannot_be_marked_stops_no_other(collected: Collected) -> None:
    task = replace(collected.results[0].task, mark=lambda text: [][0])
    status, (found,) = collect_module._marked(task, "x")
    assert (status, found.kind) == ("not right", "unreadable")
    assert found.sentence == "It cannot be marked: list index out of range"


def test_a_file_that_is_too_large_is_not_read(
        tmp_path: Path, notebooks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handed_in_module, "_LARGEST", 3_000_000)
    found = handed_in(tmp_path, notebooks, sheet=" " * 3_000_001)
    assert found.problems == (("ada", "14_problem_sheet.ipynb is larger than 3 MB."),)


def test_answers_count_in_a_renamed_notebook_and_in_one_of_an_old_format(
        tmp_path: Path, notebooks: Path) -> None:
    answers = ["answer_1c = 'h_bar + g_bar'" if "1c" in line else line for line in ANSWERS]
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": line} for line in answers]}]}
    found = handed_in(tmp_path, notebooks, homework=json.dumps(old))
    assert found.problems == ()
    assert found.counts("ada")["derived"] == 1


def test_long_answers_that_are_the_same_are_told(tmp_path: Path, notebooks: Path) -> None:
    for student in ("ada", "ben"):
        shutil.copytree(CLASS / "slips", tmp_path / student)
        (tmp_path / student / "lvmcalc_progress.json").unlink()
    assert collect(tmp_path, notebooks).problems == (
        ("ada, ben", "These answers are the same, letter for letter: 1a, 1b, 1d, 2d."),)


def test_no_name_spoils_the_page_or_the_table(tmp_path: Path, notebooks: Path) -> None:
    for name in ("=HYPERLINK(1)", "＝1+1", "\t@a", "<img src=x>", "\u202eabc"):
        shutil.copytree(CLASS / "empty", tmp_path / name)
    (tmp_path / "odd.json").write_text(progress(
        ("autoencoder", "∂L/∂W", "=\ud800", False), name="|cmd \udfff"), encoding="utf-8")
    main(["collect", str(tmp_path), "--notebooks", str(notebooks)])
    html = (tmp_path / "collected.html").read_text("utf-8")
    assert "<bdi>\u202eabc</bdi>" in html
    assert not {"script", "img"} & Tags(html).tags
    table = (tmp_path / "collected.csv").read_text("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(table)) for cell in row]
    assert {"'=HYPERLINK(1)", "'＝1+1", "'\t@a", "'=\\ud800"} <= {*cells}
    assert "odd (|cmd \\udfff)" in cells


@pytest.mark.parametrize(("file", "seed"), [("12_final", 2), ("kept", 2), ("12_final", True)])
def test_an_exam_is_marked_with_the_seed_of_the_student_if_that_is_one(
        tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, file: str, seed: int) -> None:
    def final(seed: int, answer: str) -> str:
        return notebook("from lvmcalc.course import Exam", f"seed = {seed}",
                        "exam = Exam(seed, ('autoencoder', 'autoencoder'))",
                        f"answer_2 = {answer!r}", "exam[2].mark(answer_2)")

    source = tmp_path_factory.mktemp("final")
    (source / "12_final.ipynb").write_text(final(1, ""), encoding="utf-8")
    asked = Exam(int(seed), ("autoencoder", "autoencoder"))[2]
    found = handed_in(tmp_path, source, **{
        file: progress((asked.model, asked.asks, asked.solution, False)) if file == "kept"
        else final(seed, asked.solution)})
    assert [(each.task.model, each.status) for each in found.results] == [(asked.model, "derived")]


def test_the_command_writes_both_and_says_where(
        tmp_path: Path, notebooks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["collect", str(CLASS / "empty"), "--notebooks", str(notebooks), "--out", str(tmp_path)])
    assert capsys.readouterr().out.startswith("1 students, ")
    assert {path.name for path in tmp_path.iterdir()} == {"collected.csv", "collected.html"}
    with pytest.raises(SystemExit, match="There is no folder"):
        main(["collect", str(tmp_path / "none"), "--notebooks", str(notebooks)])
    with pytest.raises(SystemExit, match="holds no notebook with a question in it"):
        main(["collect", str(CLASS), "--notebooks", str(tmp_path)])
