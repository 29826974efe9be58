"""An exercise tells right, wrong and not attempted apart, and never calls a wrong answer right."""

import pytest
import sympy as sp

from lvmcalc import autoencoder, gplvm
from lvmcalc.exercise import Exercise

L1 = gplvm.log_det_chain()
D, X, alpha, K, c, b, b_bar, e_bar = L1.symbols("D X alpha K c b b_bar e_bar")


@pytest.mark.parametrize("answer", [None, ...])
def test_an_empty_answer_is_not_attempted(answer: object) -> None:
    assert Exercise(L1, "c").check(answer).status == "not attempted"


@pytest.mark.parametrize("answer", [
    -D / 2 * c.I, -D / 2 * K.I.T, b_bar * b * c.I.T, b_bar * sp.Determinant(c) * c.I,
    -D / 2 * (alpha * X * X.T + K - alpha * X * X.T).I,
], ids=str)
def test_a_right_answer_is_right_in_nodes_adjoints_and_leaves(answer: sp.Expr) -> None:
    assert Exercise(L1, "c").check(answer).status == "proved"


@pytest.mark.parametrize("answer", [D / 2 * c.I, -D * c.I, -D / 2 * c, b_bar * c.I, -D / 2 * c.I * c.I], ids=str)
def test_a_wrong_answer_comes_with_a_counterexample(answer: sp.Expr) -> None:
    verdict = Exercise(L1, "c").check(answer)
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    assert verdict.counterexample.left != verdict.counterexample.right


def test_an_answer_of_the_wrong_shape_is_told_its_shape() -> None:
    assert "N×Q against N×N" in Exercise(L1, "c").check(X).reason


def test_asking_back_is_no_answer() -> None:
    exercise = Exercise(L1, "c")
    assert exercise.check(exercise.asked).status == "undecided"


def test_text_is_no_answer() -> None:
    with pytest.raises(TypeError, match="An answer is a SymPy expression"):
        Exercise(L1, "c").check("-D/2 * c.I")


@pytest.mark.parametrize("chain", [autoencoder.chain(), L1, gplvm.trace_chain(), gplvm.chain()],
                         ids=lambda chain: chain.name)
def test_every_solution_passes_its_own_check(chain: object) -> None:
    for node in chain:
        if node.name != chain.output:
            exercise = Exercise(chain, node.name)
            assert exercise.check(exercise.solution()).status == "proved", node.name


def test_the_hint_is_the_rule_unless_another_is_given() -> None:
    assert "det(C)" in Exercise(L1, "c").hint()
    assert Exercise(L1, "c", hint="Think.").hint() == "Think."


def test_the_display_asks_and_hides_the_solution() -> None:
    exercise = Exercise(L1, "c", hint="Think.")
    assert str(exercise) == "∂L₁/∂c = ?   (N×N)"
    assert "<details><summary>Solution" in exercise._repr_markdown_()
