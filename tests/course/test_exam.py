"""An exam asks, marks and counts."""

import pytest

from lvmcalc import derive, notation
from lvmcalc.course import Exam
from lvmcalc.course.exam import Question


@pytest.fixture(scope="module")
def exam() -> Exam:
    return Exam(1, ("autoencoder", "gplvm.trace"))


def solution(question: Question) -> str:
    chain = question.chain
    return notation.plain(chain.abbreviated(chain.adjoint(question.wrt)))


def test_right_answers_make_a_point_each_and_others_none(exam: Exam) -> None:
    first, second = map(solution, exam)
    assert exam.score(first, second).points == 2
    assert exam.score(first, f"-({second})").points == 1
    nothing = exam.score("", None)
    assert nothing.points == 0
    assert str(nothing).endswith("0 of 2 points, exam 1")
    found = exam.score(first, None)
    assert str(found).splitlines() == [
        f"Question 1: {found.marks[0].verdict}", f"Question 2: {found.marks[1].verdict}",
        "1 of 2 points, exam 1"]
    assert {mark.status for mark in nothing.marks} == {"not attempted"}


def test_an_answer_with_an_adjoint_in_it_is_not_finished(exam: Exam) -> None:
    child = exam[2].chain.children(exam[2].wrt)[0]
    unfinished = exam[2].mark(f"{child}_bar")
    assert unfinished.status == "not attempted"
    assert "still in the answer" in unfinished.reason
    assert "function" not in str(exam[2].mark(lambda: 0)), "only a formula is an answer"


def test_a_question_gives_all_that_is_needed_and_not_the_answer(exam: Exam) -> None:
    for question in exam:
        words = str(question)
        for node in question.chain:
            assert f"{notation.plain(node.name)} " in words
        assert solution(question) not in words
        assert question.asked in words
        assert notation.latex(question.chain.adjoint_symbol(question.wrt)) in (
            question._repr_markdown_())


def test_the_first_question_asks_for_a_stage_and_the_others_for_the_variable(exam: Exam) -> None:
    assert exam[1].wrt in exam[1].chain.nodes
    assert exam[2].wrt in exam[2].chain.leaves
    ridge = derive("½‖A w − y‖² + λ/2 ‖w‖²", A="N×D", w="D", y="N", λ="positive")
    asked = Exam(1, (ridge, ridge))[2]
    assert asked.chain[asked.wrt].shape[1] == 1, "w has two paths, and A has one"


def test_the_same_seed_gives_the_same_exam(exam: Exam) -> None:
    assert [*map(str, Exam(1, ("autoencoder", "gplvm.trace")))] == [*map(str, exam)]
    assert [*map(str, Exam(2, ("autoencoder", "gplvm.trace")))] != [*map(str, exam)]


def test_a_wrong_number_is_told(exam: Exam) -> None:
    with pytest.raises(IndexError, match="questions 1 to 2, not 3"):
        exam[3]
    with pytest.raises(ValueError, match="2 questions, but the number of answers is 1"):
        exam.score("x")
    with pytest.raises(ValueError, match="seed"):
        Exam(-1)
