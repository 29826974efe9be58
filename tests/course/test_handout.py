"""The hand-out prints the sheet and the rules, with nothing to load and no LaTeX left in it."""

import re
from pathlib import Path

import pytest
import seen

from lvmcalc.calculus.operations import RULES
from lvmcalc.course.__main__ import main
from lvmcalc.course.handout import formulas_in_html, handout
from lvmcalc.course.problem_sheet import parts


def test_it_has_every_part_and_the_rules_it_needs() -> None:
    page = handout()
    for one in parts().values():
        assert formulas_in_html(one.text) in page
    source = RULES["inverse"].source
    assert f"<td>inverse</td><td>d(C⁻¹) = −C⁻¹ dC C⁻¹</td><td>{source}</td>" in page
    assert not re.search(r"[$\\^]|http|<script|<img", page.split("</style>")[1])


def test_all_that_it_says_is_what_was_looked_through() -> None:
    seen.compare(Path(__file__).parent / "seen" / "handout.txt", {"page": seen.of_html(handout())},
                 ordered=True)


def test_no_solution_and_no_rubric_is_printed() -> None:
    page = handout()
    for one in parts().values():
        assert one.solution not in page
        assert not [line for line in one.rubric if line in page]


@pytest.mark.parametrize(("latex", "html"), [
    (r"$K^{-1}YY^\top$", "<i>K</i><sup>−1</sup><i>YY</i><sup>⊤</sup>"),
    (r"$L_1$ & $L$", "<i>L</i><sub>1</sub> &amp; <i>L</i>"),
    (r"$\partial L/\partial W$", "∂<i>L</i>/∂<i>W</i>"),
    (r"$-\frac12\operatorname{tr}(K)$", "−½<span>tr</span>\u00a0(<i>K</i>)"),
    (r"$K = \alpha XX^\top$", "<i>K</i> = α<i>XX</i><sup>⊤</sup>"),
    (r"$x \in \mathbb{R}^n$", "<i>x</i>  ∈ ℝ<sup><i>n</i></sup>")])
def test_formulas_are_written_in_html(latex: str, html: str) -> None:
    assert formulas_in_html(latex) == html


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["handout", "--out", str(tmp_path / "sheet.html")])
    assert (tmp_path / "sheet.html").read_text("utf-8") == handout()
    assert "print it" in capsys.readouterr().out
