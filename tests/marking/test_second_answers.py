"""A second set of answers, written like the first and looked at once, after the marking was
finished: 159 of 159."""

import pytest
from answers import SECOND

from lvmcalc import mark


@pytest.mark.parametrize(("of", "wrt", "answer"), SECOND.right, ids=range(len(SECOND.right)))
def test_right_answers_are_right(of: str, wrt: str, answer: object) -> None:
    assert mark(answer, of, wrt).right


@pytest.mark.parametrize(("of", "wrt", "answer", "kinds"), SECOND.wrong,
                         ids=range(len(SECOND.wrong)))
def test_wrong_answers_are_told_what_is_wrong(of: str, wrt: str, answer: object,
                                              kinds: set[str]) -> None:
    result = mark(answer, of, wrt)
    assert not result.right
    assert result.findings[0].kind in kinds, str(result)
