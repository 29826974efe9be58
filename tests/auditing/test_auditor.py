"""The audit says of every line whether it follows, and names the first that does not."""

from dataclasses import FrozenInstanceError

import pytest
from tables import over

from lvmcalc import audit
from lvmcalc.course.homework import row, rows

DERIVATION = """
∂L/∂c = det(c) c⁻ᵀ ∂L/∂b = -(D/2) c⁻ᵀ
∂L/∂d = ∂L/∂c
∂L/∂e = α ∂L/∂d
∂L/∂f = ∂L/∂e gᵀ = α ∂L/∂c X
∂L/∂h = (∂L/∂g)ᵀ

∂L/∂X = ∂L/∂f + ∂L/∂h = -α D K⁻¹ X
"""


def kinds(name: str) -> list[list[str]]:
    return [[finding.kind for finding in line.findings] for line in row(name).as_given.lines]


@over("name", rows())
def test_every_line_of_the_source_is_proved_as_read(name: str) -> None:
    assert [line.status for line in row(name).as_read.lines] == ["proved"] * len(row(name).read)
    assert row(name).status == "proved"


def test_the_scan_broke_these_lines() -> None:
    broken = [name for name, line in rows().items()
              if line.given and (line.as_given.first_wrong or line.as_given.unread)]
    assert {"A5", "A7", "B11", "B13", "C5", "C6"} <= set(broken)
    assert not {"A8", "A9", "B3", "B6", "B7", "B12"} & set(broken)


def test_what_is_wrong_with_a_broken_line_is_named() -> None:
    assert kinds("A5")[0] == ["shape"]
    assert kinds("A7") == [["unreadable"]]
    assert kinds("B11") == [["missing_scalar"]]
    assert kinds("B13") == [["sign", "missing_scalar", "missing_scalar"]]
    assert kinds("C5") == [["unreadable"]]
    assert kinds("C6") == [["sign", "missing_inverse"]]


def test_a_derivation_of_ones_own_is_audited_line_by_line() -> None:
    result = audit(DERIVATION, "gplvm.log_det")
    assert result.first_wrong is None
    assert [line.status for line in result.lines] == ["proved"] * 6
    assert str(result).endswith("Every line follows.")


@pytest.mark.parametrize(("right", "wrong", "number", "kind"), [
    ("∂L/∂e = α ∂L/∂d", "∂L/∂e = ∂L/∂d", 3, "stopped_early"),
    ("-(D/2) c⁻ᵀ", "(D/2) c⁻ᵀ", 1, "sign"),
    ("-α D K⁻¹ X", "-α D K⁻¹ Xᵀ", 7, "shape"), ("∂L/∂d = ∂L/∂c", "d = e", 2, "missing_scalar"),
])
def test_the_first_line_that_does_not_follow_is_named(right: str, wrong: str, number: int,
                                                      kind: str) -> None:
    result = audit(DERIVATION.replace(right, wrong), "gplvm.log_det")
    assert result.first_wrong == number
    assert result.first_break.findings[0].kind == kind
    assert f"Line {number} is the first that does not follow." in str(result)
    assert f"Line {number} is" in result._repr_markdown_()


@pytest.mark.parametrize("text", ["foo so", "∂L/∂d = "])
def test_a_line_that_cannot_be_read_is_not_one_that_does_not_follow(text: str) -> None:
    result = audit(DERIVATION.replace("∂L/∂d = ∂L/∂c", text), "gplvm.log_det")
    assert (result.first_wrong, result.unread) == (None, (2,))
    assert "Line 2 cannot be read. The other 5 lines are right." in str(result)


def test_an_adjoint_may_stand_on_both_sides() -> None:
    assert audit(["∂L/∂X = ½ ∂L/∂X + ½ (∂L/∂f + ∂L/∂h)"], "gplvm").first_wrong is None
    assert audit(["∂L/∂X = 2 ∂L/∂X"], "gplvm").lines[0].status == "refuted"


def test_bars_do_not_break_the_table() -> None:
    assert "&#124;K" in audit(["nonsense |K| = 1"], "gplvm")._repr_markdown_()


@pytest.mark.parametrize("text", [
    "(2) ∂L/∂X = 2 f_bar", "2. ∂L/∂X = 2 f_bar", "- ∂L/∂X = 2 f_bar",
    "# the paths\n∂L/∂X = 2 f_bar",
    "∂L/∂X = f_bar + h_bar\n     = 2 h_bar",
])
def test_labels_comments_and_lines_that_go_on_are_understood(text: str) -> None:
    assert audit(text, "gplvm").first_wrong is None
    assert audit(text.split("\n"), "gplvm").first_wrong is None


@pytest.mark.parametrize("lines", [3, None, [None], ["a = b", 3]])
def test_what_is_no_text_gets_one_sentence(lines: object) -> None:
    with pytest.raises(TypeError, match="A derivation is text"):
        audit(lines, "gplvm")


@pytest.mark.parametrize("line", ["X Xᵀ (X Xᵀ)⁻¹ = I_N", "∂L/∂Y = -K⁻¹ p p⁻¹ Y"])
def test_an_inverse_that_does_not_exist_proves_nothing(line: str) -> None:
    found, = audit(line, "gplvm").lines
    assert found.status == "refuted"
    assert "singular" in found.wrong


def test_an_empty_derivation_claims_nothing() -> None:
    assert str(audit("", "gplvm")) == "There is no line yet."


@pytest.mark.parametrize(("text", "places"), [
    ("\n\n∂L/∂d = ∂L/∂c\n\nso\n∂L/∂d = 2 ∂L/∂c",
     ["line 1", "line 3", "line 4"]),
    ("\\begin{align}\n∂L/∂e &= α ∂L/∂d \\\\\n &= α ∂L/∂c, \\quad ∂L/∂d = 2 ∂L/∂c\n\\end{align}",
     ["line 2", "line 3, first equation", "line 3, second equation"]),
    ("∂L/∂d = r, where r = ∂L/∂c", ["line 1, first equation", "line 1, second equation"])])
def test_lines_are_counted_as_they_were_pasted(text: str, places: list[str]) -> None:
    assert [str(line.at) for line in audit(text, "gplvm.log_det").lines] == places


def test_one_of_two_equations_in_a_line_is_told_apart() -> None:
    found = audit("∂L/∂d = ∂L/∂c; ∂L/∂d = 2 ∂L/∂c\n\n∂L/∂e = 2 α ∂L/∂c; foo so", "gplvm.log_det")
    assert found.lines[2].wrong == "It follows from your line 1, second equation."
    assert found.summary.startswith("Line 1, second equation, is the first that does not follow.")


def test_the_equals_sign_that_is_wrong_is_counted_where_there_are_several() -> None:
    e, d = "∂L/∂e = α ∂L/∂d", "∂L/∂d"
    for text, place in ((f"{e} = {d}", "At equals sign 2: "),
                        (f"∂L/∂e = {d} = 1/1 {d}", "At equals sign 1: "),
                        (f"{e} = α {d} = {d}", "At equals sign 3: "), (f"∂L/∂e = {d}", "")):
        line, = audit(text, "gplvm.log_det").lines
        assert line.status == "refuted"
        assert line.wrong.startswith(place or "stopped early")
    line, = audit(e, "gplvm.log_det").lines
    assert (line.wrong, line.example) == ("", "")
    assert audit("foo so", "gplvm.log_det").lines[0].wrong.startswith("unreadable. ")


def test_a_line_is_shown_as_it_was_read_and_as_it_was_written_if_it_was_not() -> None:
    line, = audit(["∂L/∂e=alpha*∂L/∂d=α ∂L/∂c"], "gplvm.log_det").lines
    assert str(line) == "■ proved: ∂L₁/∂e = α ∂L₁/∂d = α ∂L₁/∂c"
    assert str(audit("foo so", "gplvm.log_det").lines[0]).startswith("? unreadable: foo so")


def test_a_line_is_an_equation() -> None:
    line, = audit("∂L/∂d", "gplvm.log_det").lines
    assert line.status == "unreadable"
    assert "A line of a derivation is an equation" in line.wrong


def test_the_page_has_a_row_for_each_line_with_numbers_where_it_is_false() -> None:
    found = audit(["∂L/∂e = α ∂L/∂d", "∂L/∂d = 2 ∂L/∂c", "foo so"], "gplvm.log_det")
    rows = [row.strip("| ").split(" | ") for row in found._repr_markdown_().splitlines()[2:5]]
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert [row[0] for row in str(found).splitlines() if row[0].isdigit()] == ["1", "2", "3"]
    assert rows[0][1] == rf"$\displaystyle {found.lines[0].latex}$"
    assert found.lines[0].latex.count(" = ") == 1
    assert rows[2][1] == "<code>foo so</code>"
    assert ["<details>" in "".join(row) for row in rows] == [False, True, False]
    assert "<details>" in rows[1][3]
    assert "For instance, " in rows[1][3]
    assert found.lines[1].example.startswith("For instance, ")


def test_one_line_alone_and_the_first_of_two_are_told_apart() -> None:
    wrong = "∂L/∂d = 2 ∂L/∂c"
    assert str(audit(wrong, "gplvm.log_det")).endswith("The line does not follow.")
    assert "Line 1 is the first that does not follow." in str(audit([wrong, wrong],
                                                                     "gplvm.log_det"))


def test_a_line_goes_on_from_the_one_before_it() -> None:
    found = audit("∂L/∂X = f_bar + h_bar\n∂L/∂e = α d_bar\n = α c_bar", "gplvm.log_det")
    assert found.first_wrong is None
    assert len(found.lines) == 3


def test_what_was_said_of_a_derivation_does_not_change() -> None:
    found = audit("∂L/∂d = ∂L/∂c", "gplvm.log_det")
    for thing, name in ((found, "lines"), (found.lines[0], "verdicts")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, name, ())
