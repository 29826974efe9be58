"""A second set of answers, written like the first and looked at once, after the marking was
finished: 159 of 159."""

from answers import SECOND
from tables import over

from lvmcalc import mark


@over(("of", "wrt", "answer"), SECOND.right)
def test_right_answers_are_right(of: str, wrt: str, answer: object) -> None:
    assert mark(answer, of, wrt).right


@over(("of", "wrt", "answer", "kinds"), SECOND.wrong)
def test_wrong_answers_are_told_what_is_wrong(of: str, wrt: str, answer: object,
                                              kinds: set[str]) -> None:
    result = mark(answer, of, wrt)
    assert not result.right
    assert result.findings[0].kind in kinds, str(result)
