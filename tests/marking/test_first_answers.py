"""The first set of answers, with which the marking was developed, and random ones: right is never
called wrong."""

import sympy as sp
from answers import DEVELOPMENT
from random_answers import marked
from tables import over
from tally import tally

from lvmcalc import mark


def names(answers: list) -> list[str]:
    return [f"{of}-{wrt}-{number}" for number, (of, wrt, *_) in enumerate(answers)]


@over(("of", "wrt", "answer"), DEVELOPMENT.right)
def test_right_answers_in_any_form_are_right(of: str, wrt: str, answer: object) -> None:
    result = mark(answer, of, wrt)
    assert result.right, str(result)
    assert result.findings == ()
    assert result.status in (("proved", "exact") if isinstance(answer, str | sp.Expr)
                             else ("numeric",))


@over(("of", "wrt", "answer", "kinds"), DEVELOPMENT.wrong)
def test_wrong_answers_are_told_what_is_wrong(of: str, wrt: str, answer: object,
                                              kinds: set[str]) -> None:
    result = mark(answer, of, wrt)
    assert not result.right
    assert result.findings[0].kind in kinds, str(result)
    assert all(finding.sentence.endswith((".", "?")) and "{" not in finding.sentence
               for finding in result.findings)


def test_no_random_answer_is_marked_wrongly() -> None:
    counts, mistaken = tally(marked(0, 60))
    assert mistaken == []
    assert min(sum(n for (kind, _), n in counts.items() if kind == side)
               for side in ("right", "wrong")) > 15
