"""Hygiene of the committed notebooks, and the source's lines: each has its home in exactly one of
them."""

import ast
import re
from dataclasses import replace
from functools import cache
from itertools import pairwise, takewhile
from pathlib import Path

import nbformat
import pytest

from lvmcalc.course import homework

ROOT = Path(__file__).resolve().parent.parent
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = ["00_start_here", "01_matrix_chain_rule", "02_autoencoder_gradient",
         "03_autoencoder_training",
         "04_gplvm_log_determinant", "05_gplvm_trace", "06_gplvm_training",
         "07_marking_a_handwritten_solution",
         "08_what_the_calculus_buys", "09_your_own_model",
         "10_a_curved_kernel",
         "11_other_layouts_second_derivatives", "12_final", "13_write_it_as_code",
         "14_problem_sheet"]
MACHINE_PATH = re.compile(r"(/home/|/Users/|/root/|/work/|/tmp/|[A-Z]:\\\\Users)")


@cache
def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def code_cells(path: Path) -> list:
    return [cell for cell in read(path).cells
            if cell.cell_type == "code" and cell.source.strip()]


def lines_shown(path: Path) -> list[str]:
    """Return the ids in calls of `row("…")`."""
    nodes = [node for cell in code_cells(path) for node in ast.walk(ast.parse(cell.source))]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return [call.args[0].value for call in calls if getattr(call.func, "id", "") == "row"]


def test_all_notebooks_of_the_collection_are_there() -> None:
    assert [path.stem for path in PATHS] == NAMES


def test_the_readme_and_the_map_of_the_first_notebook_list_all_of_them_in_order() -> None:
    readme = re.findall(r"^\| `(\d\d_\w+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"),
                        re.M)
    cells = read(PATHS[0]).cells
    shown = [name for cell in cells
             for name in re.findall(r"^\| \[`(\d\d_\w+)`\]\(\1\.ipynb\) \|", cell.source, re.M)]
    assert readme == NAMES
    assert shown == NAMES[1:]


def test_each_term_of_the_glossary_is_printed_bold_where_it_is_introduced() -> None:
    texts = {path.stem[:2]: [cell.source for cell in read(path).cells
                             if cell.cell_type == "markdown"] for path in PATHS}
    glossary, = (text for text in texts["00"] if text.startswith("## Glossary"))
    texts["00"].remove(glossary)
    bold = {number: " ".join(re.findall(r"\*\*(.+?)\*\*", " ".join(found))).lower()
            for number, found in texts.items()}
    rows = re.findall(r"^\| (\*\*.+?) \| .+ \(([\d, ]+)\) \|$", glossary, re.M)
    terms = [(term, number) for words, numbers in rows for number in numbers.split(", ")
             for term in re.findall(r"\*\*(.+?)\*\*", words)]
    assert len(rows) == glossary.count("\n| **") > 30
    assert [row for row in terms if row[0].lower() not in bold[row[1]]] == []
    assert [words.lower() for words, _ in rows] == sorted(words.lower() for words, _ in rows)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
class TestNotebook:
    def test_every_code_cell_was_executed_in_order(self, path: Path) -> None:
        counts = [cell.execution_count for cell in code_cells(path)]
        # nbval compares nothing in a cell without an execution count
        assert counts == list(range(1, len(counts) + 1))

    def test_it_has_the_standard_kernel_and_no_state(self, path: Path) -> None:
        notebook = read(path)
        nbformat.validate(notebook)
        assert notebook.metadata.kernelspec.name == "python3"
        assert "widgets" not in notebook.metadata
        assert "widget-view" not in path.read_text(encoding="utf-8")

    def test_each_text_begins_a_slide_of_a_presentation(self, path: Path) -> None:
        for cell in read(path).cells:
            slide = cell.metadata.get("slideshow", {}).get("slide_type")
            assert slide == ("slide" if cell.cell_type == "markdown" else None)

    def test_it_names_no_path_of_a_machine_and_no_error(self, path: Path) -> None:
        assert not MACHINE_PATH.search(path.read_text(encoding="utf-8"))
        assert not [o for cell in code_cells(path) for o in cell.outputs
                    if o.output_type == "error"]

    def test_outputs_hold_no_address_and_no_warning(self, path: Path) -> None:
        outputs = [output for cell in code_cells(path) for output in cell.outputs]
        parts = [part for output in outputs
                 for part in [*output.items(), *output.get("data", {}).items()]]
        text = "".join(str(value) for kind,
                       value in parts if kind != "data" and not kind.startswith("image/"))
        assert not re.search(r"0x[0-9a-f]{6,}|Warning", text)

    def test_it_opens_with_what_you_do_learn_and_need(self, path: Path) -> None:
        first = read(path).cells[0].source
        assert all(f"What you'll {word}" in first for word in ("do", "learn", "need"))

    def test_after_the_imports_come_two_questions(self, path: Path) -> None:
        _, imports, head, *cells = read(path).cells
        if path.stem == "00_start_here":  # nothing came before it
            return
        assert imports.source.startswith("# Run this cell first.")  # who began below looks here
        assert head.source.startswith("## Two questions")
        asked = [*takewhile(lambda cell: cell.cell_type == "code", cells)]
        tags = [tag for cell in asked for tag in cell.metadata.tags]
        assert sum(tag in ("prediction", "exercise") for tag in tags) == 2

    def test_a_prediction_hides_its_source_and_shows_no_answer_in_the_line_that_stays_visible(
        self, path: Path) -> None:
        for cell in code_cells(path):
            if cell.source.startswith("Prediction("):
                assert cell.metadata["jupyter"]["source_hidden"] is True
                assert "answer=" not in cell.source.split("\n")[0]

    def test_below_a_box_recorded_answers_are_tried_and_not_shown(self, path: Path) -> None:
        cells = code_cells(path)
        for box, below in pairwise(cells):
            if re.search(r"^ask_\w+ = AnswerBox\(", box.source, re.M):
                assert below.metadata == {"jupyter": {"source_hidden": True}, "tags": ["recorded"]}
                assert below.source.startswith("# Recorded answers, right and wrong\n")
                kinds = ast.literal_eval(below.outputs[0].data["text/plain"])
                assert {"proved"} < {*kinds}, "right and wrong"
                assert "unknown" not in kinds

    def test_it_imports_the_package_once_and_at_most_two_rooms(self, path: Path) -> None:
        source = "\n".join(cell.source for cell in code_cells(path))
        modules = [node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
                   for node in ast.walk(ast.parse(source))
                   if isinstance(node, ast.Import | ast.ImportFrom)]
        ours = [module for module in modules if module.split(".")[0] == "lvmcalc"]
        assert ours.count("lvmcalc") == 1
        assert len(ours) <= 3
        assert max(module.count(".") for module in ours) == 1, "a room, not a module in it"

    def test_an_ignored_output_has_its_reason(self, path: Path) -> None:
        for cell in code_cells(path):
            if "NBVAL" in cell.source:
                assert re.match(r"# NBVAL_IGNORE_OUTPUT\n# \w+",
                                cell.source), "the marker stands alone"


def test_every_line_of_the_source_has_exactly_one_home() -> None:
    # which audits all of them
    walks = [path for path in PATHS if path.stem != "07_marking_a_handwritten_solution"]
    homes = {name: path.stem for path in walks for name in lines_shown(path)}
    shown = [name for path in walks for name in lines_shown(path)]
    assert sorted(shown) == sorted(homework.rows()), "each line once, and no other"
    assert homes == {name: row.notebook for name, row in homework.rows().items()}


def test_a_line_with_a_lost_sign_is_refuted() -> None:
    row = homework.row("C7")
    assert str(row).endswith("proved for every size")
    wrong = replace(row, read=(row.read[0].replace("α(", "-α("),))
    assert wrong.status == "refuted"
    assert "for every size" not in str(wrong)


def test_an_unknown_line_is_named() -> None:
    with pytest.raises(ValueError, match="no line of the source 'Z9'"):
        homework.row("Z9")
