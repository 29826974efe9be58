"""A second set of answers, written like the first and looked at once, after the marking was
finished: 159 of 159."""

import pytest
from answers_second import RIGHT, WRONG

from lvmcalc import mark


@pytest.mark.parametrize(("of", "wrt", "answer"), RIGHT, ids=range(len(RIGHT)))
def test_right_answers_are_right(of: str, wrt: str, answer: object) -> None:
    assert mark(answer, of, wrt).right


@pytest.mark.parametrize(("of", "wrt", "answer", "kinds"), WRONG, ids=range(len(WRONG)))
def test_wrong_answers_are_told_what_is_wrong(of: str, wrt: str, answer: object,
                                              kinds: set[str]) -> None:
    result = mark(answer, of, wrt)
    assert not result.right
    assert result.findings[0].kind in kinds, str(result)
