"""A part of the sheet is right if all of it is, and says where it is not."""

import json
from pathlib import Path

import pytest
import seen
from tables import over

from lvmcalc.course import part, parts, problem
from lvmcalc.course.problem_sheet import problems

FORMULAS = [name for name, one in parts().items() if one.kind != "words"]


def test_the_sheet_has_the_parts_of_the_homework() -> None:
    assert [*parts()] == ["1a", "1b", "1c", "1d", "2a", "2b", "2c", "2d", "2e"]


@pytest.mark.parametrize("name", FORMULAS)
def test_its_own_solution_is_right(name: str) -> None:
    assert part(name).mark(part(name).solution).right


@over("name", [*parts()])
@over("answer", ["", " … ", None, 7, "I do not know", "x " * 10_001])
def test_a_part_that_is_not_answered_is_not_right(name: str, answer: object) -> None:
    found = part(name).mark(answer)
    assert not found.right
    if len(str(answer)) < 5:
        assert found.status == "not attempted"


@pytest.mark.parametrize("name", [name for name in FORMULAS if "\n" in parts()[name].solution])
def test_a_spoiled_line_of_a_solution_makes_it_wrong(name: str) -> None:
    lines = part(name).solution.splitlines()
    number = len(lines) // 2
    left, right = lines[number].split(" = ")[0], lines[number].split(" = ")[-1]
    lines[number] = f"{left} = 3 ({right})"
    assert part(name).mark("\n".join(lines)).status == "refuted", lines[number]


def test_each_mark_is_told_as_it_was_looked_through() -> None:
    answers = {"none": "", "solution": None, "begun": "W", "false": "c = x\n∂L/∂W = x\n∂L₁/∂X = X"}
    found = {}
    for name, one in parts().items():
        # an audit takes its time
        for kind, text in answers.items() if one.kind != "derivation" else ():
            mark = one.check(one.solution if text is None else text)
            # other rooms have the words of an audit
            told = str(mark) if one.kind in ("words", "graph") else mark.reason
            assert mark._repr_markdown_().startswith(f"**{mark.verdict}**: {mark.reason}")
            found[f"{name}, {kind}"] = {"verdict": mark.verdict, "told": told.replace("\n", "↵")}
    seen.compare(Path(__file__).parent / "seen" / "marks.txt", found)


def graph_with(line: str, instead: str) -> str:
    """Return what is said about the graph of 1b with another line."""
    found = part("1b").mark(part("1b").solution.replace(line, instead))
    assert not found.right
    return str(found)


def test_wrong_edges_and_a_wrong_operation_are_told_apart() -> None:
    # equal in value to the right stage: only the edge is another one
    assert "✗ e does not use W." in graph_with("e = h x", "e = W x")
    assert "✗ c uses more than that." in graph_with("c = d − x", "c = d")
    turned = graph_with("c = d − x", "c = x − d")
    assert "✗ c uses the right nodes, but in another way." in turned
    assert f"{turned.count('■')} of {turned.count('■') + 1} nodes are right." in turned
    assert "… c has no line that can be read." in graph_with("c = d − x", "c = ")


def test_the_two_paths_are_written_in_their_adjoints() -> None:
    assert part("1c").mark("h_bar + g_bar").right
    assert part("1c").mark("∂L/∂W = ∂L/∂g + ∂L/∂h").right
    assert part("1c").mark("h_bar - g_bar").status == "refuted"
    assert part("1c").mark("h_bar").findings
    assert "write it with" in part("1c").mark("W x c' + W c x'").reason


@pytest.mark.parametrize(("answer", "status"), [
    ("∂L/∂W = ∂L/∂h + ∂L/∂g", "not attempted"), ("∂L/∂c = c", "not attempted"),
    ("∂L/∂W = ∂L/∂W", "not attempted"), ("∂L/∂W = W c x' + W x c'", "proved"),
    ("∂L/∂W = 2 W c x'", "refuted")])
def test_a_derivation_ends_with_the_gradient_without_adjoints(answer: str, status: str) -> None:
    assert part("1d").mark(answer).status == status


def test_words_are_compared_by_people_and_the_points_are_shown_after_an_attempt() -> None:
    found = part("1a").mark(part("1a").solution)
    assert found.status == "words"
    assert not found.right
    assert "fewer numbers than x" in str(found)
    assert "fewer" not in str(part("1a").mark("short"))


def test_an_unknown_part_is_named() -> None:
    with pytest.raises(ValueError, match="no part of the sheet '3a'"):
        part("3a")


@pytest.mark.parametrize("name", ["1d", "2b", "2d", "2e"])
def test_a_wrong_derivation_is_not_told_the_right_one(name: str) -> None:
    last = part(name).solution.splitlines()[-1]
    asked, right = last.split(" = ")[0], last.split(" = ")[-1]
    assert right.replace(" ", "") not in str(part(name).mark(f"{asked} = 3 (X)")).replace(" ", "")
    assert "right result" not in str(part(name).mark(f"{asked} = 3 ({right})"))


@pytest.mark.parametrize("number", ["1", "2"])
def test_a_problem_is_shown_with_its_own_parts_and_what_is_given(number: str) -> None:
    shown = problem(number)._repr_markdown_()
    assert [name for name, one in parts().items() if one.text in shown] == [
        name for name in parts() if name[0] == number]
    assert all((text in shown) == (name in (number, "given")) for name, text in problems().items())
    with pytest.raises(ValueError, match="no problem of the sheet '3'"):
        problem("3")


def test_the_notebook_prints_every_part_in_the_words_of_the_sheet() -> None:
    path = Path(__file__).resolve().parents[2] / "notebooks" / "14_problem_sheet.ipynb"
    texts = ["".join(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"]
             if cell["cell_type"] == "markdown"]
    sheet, = (text for text in texts if text.startswith("## The sheet"))
    assert all(text in sheet for text in problems().values())
    for name, one in parts().items():
        assert one.text in sheet
        assert any(text.startswith(f"## {name[0]} ({name[1]})") and one.text in text
                   for text in texts)
