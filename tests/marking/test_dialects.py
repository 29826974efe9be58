"""The third set of answers, in the dialects that people paste, also with foreign pieces in them."""

import pytest
from answers import DIALECTS
from fuzz_answers import counted
from written_answers import counted as written

from lvmcalc import mark

# ∂L₁/∂X is no adjoint of the chain of L, so what is written in it has no value there.
FOREIGN = r"\frac{\partial L_1}{\partial X} + \frac{\partial L_2}{\partial X}"


@pytest.mark.parametrize(("of", "wrt", "answer"), DIALECTS.right, ids=range(len(DIALECTS.right)))
def test_right_answers_are_right_in_every_dialect(of: str, wrt: str, answer: str) -> None:
    result = mark(answer, of, wrt)
    assert result.right or (FOREIGN in answer and result.status == "unreadable"), str(result)


@pytest.mark.parametrize(("of", "wrt", "answer", "kinds"), DIALECTS.wrong,
                         ids=range(len(DIALECTS.wrong)))
def test_wrong_answers_are_told_what_is_wrong_in_every_dialect(of: str, wrt: str, answer: str,
                                                               kinds: set[str]) -> None:
    result = mark(answer, of, wrt)
    assert not result.right
    assert result.findings[0].kind in kinds, str(result)


@pytest.mark.parametrize(("of", "wrt", "answer"), DIALECTS.unreadable,
                         ids=range(len(DIALECTS.unreadable)))
def test_what_is_no_formula_is_called_unreadable(of: str, wrt: str, answer: str) -> None:
    assert mark(answer, of, wrt).status == "unreadable"


@pytest.mark.parametrize("seed", range(1, 4))
def test_what_is_pasted_into_a_right_answer_leaves_it_right_or_unreadable(seed: int) -> None:
    counts, mistaken = counted(seed, 200)
    assert mistaken == []
    assert min(sum(n for (_, how), n in counts.items() if how == each)
               for each in ("right", "unreadable")) > 20


def test_random_answers_written_in_any_dialect_get_no_false_verdict() -> None:
    counts, mistaken = written(1, 80)
    assert mistaken == []
    assert min(counts["right", "right"], counts["wrong", "refuted"]) > 25


def test_the_adjoint_of_another_node_is_named() -> None:
    found = mark("-½ K⁻¹", "gplvm.trace", "r").findings[0]
    assert (found.kind, found.sentence) == (
        "other_adjoint", "This is ∂L₂/∂p, the adjoint of p: the one of r is asked for.")
