"""What a verdict says, as text and on the page."""

from dataclasses import FrozenInstanceError

import pytest
import sympy as sp

from lvmcalc.calculus.verdict import Counterexample, Verdict, worst

HERE = Counterexample({"alpha": sp.Rational(2, 3), "X": sp.Matrix([[1, -2]])},
                      sp.ImmutableMatrix([[0], [5]]),
                      sp.ImmutableMatrix([[0], [0]]))
NOWHERE = Counterexample({}, sp.Integer(3), sp.log(2))


def test_a_counterexample_says_where_the_two_sides_differ_and_their_values() -> None:
    assert str(HERE) == ("at α = 2/3, X = [[1, -2]] the left side is [[0], [5]] "
                         "and the right side is [[0], [0]]")
    assert str(NOWHERE) == "the left side is 3 and the right side is log(2)"


def test_a_counterexample_on_the_page_is_one_formula() -> None:
    assert HERE._repr_latex_() == (
        r"$\displaystyle \alpha = \frac{2}{3},\; X = \left[\begin{matrix}1 & "
        r"-2\end{matrix}\right]:\quad "
        r"\left[\begin{matrix}0\\5\end{matrix}\right] \neq "
        r"\left[\begin{matrix}0\\0\end{matrix}\right]$")
    assert NOWHERE._repr_latex_() == r"$\displaystyle 3 \neq \log{\left(2 \right)}$"


def test_a_verdict_shows_its_counterexample_if_there_is_one() -> None:
    refuted = Verdict("refuted", "the two sides differ",
                      find_counterexample=lambda: NOWHERE)
    assert str(refuted) == repr(refuted) == f"✗ refuted: the two sides differ; {NOWHERE}"
    assert refuted._repr_markdown_() == ("**✗ refuted**: the two sides differ\n\n"
                                         + NOWHERE._repr_latex_())
    proved = Verdict("proved", "equal for every size")
    assert str(proved) == repr(proved) == "■ proved: equal for every size"
    assert proved._repr_markdown_() == "**■ proved**: equal for every size"


@pytest.mark.parametrize(("status", "holds"), [
    ("proved", True), ("exact", True), ("numeric", False), ("undecided", False),
    ("refuted", False)])
def test_what_is_proved_or_exact_holds(status: str, holds: bool) -> None:
    assert Verdict(status, "because").holds is holds


def test_a_verdict_without_points_was_tried_at_none() -> None:
    assert Verdict("proved", "because").points == 0


def test_equal_verdicts_are_one_in_a_set_and_none_can_be_changed() -> None:
    first, second = (Verdict("refuted", "because", find_counterexample=lambda: Counterexample(
        {"X": sp.Matrix([[1, -2]])}, sp.S.One, sp.S.Zero)) for _ in range(2))
    assert first == second
    assert len({first, second, Verdict("refuted", "for another reason")}) == 2
    for thing, name in ((first, "status"), (first.counterexample, "left")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, name, "proved")


def test_the_worst_of_several_grades_is_the_weakest() -> None:
    grades = ["proved", "exact", "numeric", "undecided", "refuted"]
    for place, grade in enumerate(grades):
        assert worst(grades[place::-1]) == worst(grades[:place + 1]) == grade
