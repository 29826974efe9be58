"""A box marks what is typed into it and says so safely; it helps on request only, and the summary
counts fairly."""

import re
from weakref import WeakSet

import pytest
import sympy as sp
from sympy import MatrixSymbol

from lvmcalc.chain import Builder, Chain, derive
from lvmcalc.models import autoencoder, chain_named, gplvm
from lvmcalc.show import AnswerBox, Derivation, Prediction, Summary, exercise_widgets

L1 = gplvm.log_det_chain()
D, X, c, b_bar = L1.symbols("D X c b_bar")


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exercise_widgets, "_derived", {})
    monkeypatch.setattr(exercise_widgets, "_summaries", WeakSet())


@pytest.fixture
def box() -> AnswerBox:
    return AnswerBox(L1, "c", hint="Think of <cofactors>.")


def shown(box: AnswerBox) -> str:
    """Return all that stands in a box, but for its style."""
    return "".join([box.above, *box.told, box.below])


def own_chain() -> Chain:
    """Return L = tr(uᵀXv) with sizes that no model has."""
    k, r = sp.symbols("k r", integer=True, positive=True)
    u, X, v = MatrixSymbol("u", k, 1), MatrixSymbol("X", k, r), MatrixSymbol("v", r, 1)
    build = Builder("a chain of <one's> own", u, X, v)
    build("L", "trace",
          build("s", "product", build("w", "transpose", u), build("z", "product", X, v)))
    return build.chain()


def test_the_box_marks_what_is_typed_and_shows_how_it_was_read(box: AnswerBox) -> None:
    assert box.answer("-D/2 c^-1").status == "proved"
    assert "■ Right, proved" in shown(box)
    assert r"$\displaystyle \frac{\partial L_{1}}{\partial c} = " in shown(box)
    assert r"\frac{D}{2} c^{-1}$" in shown(box)
    assert "It is right because K is symmetric" in shown(box)


def enter(box: AnswerBox, *lines: str) -> None:
    """Send what the front end sends."""
    box._heard({"lines": [*lines], "at": 0, "number": 1})


def test_what_comes_from_the_browser_is_marked(box: AnswerBox) -> None:
    for text, status in (("-D/2 c^-1", "proved"), ("-D/2 c", "refuted"), ("c^", "unreadable")):
        enter(box, text)
        assert box.mark.status == status


def test_the_old_verdict_is_cleared_first_and_after_an_interrupt_the_box_takes_the_answer_again(
        box: AnswerBox, monkeypatch: pytest.MonkeyPatch) -> None:
    box.answer("X")
    seen = []

    def interrupted(answer: str) -> None:
        seen.append(box.told)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(box, "check", interrupted)
        enter(box, "-D/2 c^-1")
    assert seen == [[""]]
    assert "Interrupted" in shown(box)
    assert len(box.told) == len(box.lines)
    assert "Not right" not in shown(box)
    enter(box, "-D/2 c^-1")
    assert "Right, proved" in shown(box)


def test_a_wrong_answer_is_told_what_is_wrong_and_gets_numbers(box: AnswerBox) -> None:
    assert [finding.kind for finding in box.answer("b_bar b c").findings] == ["missing_inverse"]
    assert "✗ Not right" in shown(box)
    assert "An inverse is lost" in shown(box)
    assert "Numbers to try by hand" in shown(box)
    box.answer("b_bar b c^-T")
    assert "An inverse is lost" not in shown(box)


@pytest.mark.parametrize("answer", [None, ..., "", "...", " … "])
def test_not_attempted_is_not_wrong(box: AnswerBox, answer: object) -> None:
    assert box.check(answer).status == "not attempted"
    assert not box.check(answer).right


def test_not_attempted_unreadable_and_wrong_are_three_things(box: AnswerBox) -> None:
    assert box.kinds(None, box.asked, "c^", X, "-D/2 c") == [
        "not_attempted", "not_attempted", "unreadable", "shape", "missing_inverse"]


@pytest.mark.parametrize("answer", ["-D/2 K^-1", "b_bar det(c) c^-T",
                                    b_bar * sp.Determinant(c) * c.I, -D / 2 * c.I],
                         ids=str)
def test_text_and_code_are_marked_alike_in_nodes_adjoints_and_leaves(box: AnswerBox,
                                                                     answer: object) -> None:
    assert box.kinds(answer) == ["proved"]


@pytest.mark.parametrize("name", ["autoencoder", "gplvm.log_det", "gplvm.trace", "gplvm"])
def test_the_solution_of_every_question_passes_its_own_check(name: str) -> None:
    chain = chain_named(name)
    for node in {**chain.leaves, **chain.nodes}:
        if node != chain.output:
            assert AnswerBox(name,
                             node).kinds(chain.abbreviated(chain.adjoint(node))) == ["proved"], node


def test_hint_and_solution_are_shown_on_request_only(box: AnswerBox) -> None:
    folded = re.findall(r"<details><summary[^>]*>(\w+)</summary>(.*?)</details>", box.below)
    assert [title for title, _ in folded] == ["Hint", "Solution"]
    assert "cofactors" in folded[0][1]
    assert r"\frac{D}{2} K^{-1}" in folded[1][1]
    assert " open" not in box.below
    box.answer("b_bar b c")
    rest = shown(box).replace(box.below, "")
    assert "cofactors" not in rest
    assert "K^{-1}" not in rest


def test_a_key_on_what_is_folded_is_no_command_of_jupyterlab(box: AnswerBox) -> None:
    box.answer("b_bar b c")
    silent = '<summary data-lm-suppress-shortcuts="true"'
    assert shown(box).count("<summary") == shown(box).count(silent) == 3


def test_the_hint_is_the_rule_unless_another_is_given() -> None:
    assert "determinant: $" in AnswerBox(L1, "c").below
    two = AnswerBox("autoencoder", "W").below
    assert "W is used by h and g; their contributions add up." in two


def test_what_a_screen_reader_must_tell_has_the_role_of_a_status(box: AnswerBox) -> None:
    assert 'role="status"' in Summary().value


def test_what_is_typed_is_escaped_and_so_are_hint_and_name() -> None:
    box = AnswerBox(own_chain(), "X", hint="a < b")
    for text, quoted in [("<script>X</script>", "no <code>&#60;</code> here"),
                         ("X & v", "no <code>&#38;</code> here"),
                         ("<i>" * 5000, "<code>&#60;i&#62;")]:
        assert box.answer(text).status == "unreadable"
        assert quoted in shown(box)
    assert "a &#60; b" in shown(box)
    assert "&#60;one's&#62; own" in Summary().value


def test_a_chain_of_ones_own_may_have_any_sizes() -> None:
    box = AnswerBox(own_chain(), "X")
    assert box.kinds("u v'", "v u'", "u v", "-u v^T") == ["proved", "transpose", "shape", "sign"]


def test_the_summary_counts_right_answers_that_were_typed_and_no_others(box: AnswerBox) -> None:
    summary = Summary()
    other = AnswerBox(L1, "e")
    box.check("-D/2 K^-1")
    box.kinds("-D/2 K^-1")
    box.answer("D/2 K^-1")
    assert str(summary) == repr(summary) == "0 of 2 derived so far."
    box.answer("-D/2 K^-1")
    assert summary.status == "1 of 2 derived so far."
    lines = re.sub(r"</?[ab]\b[^>]*>", "", summary.value)
    assert "■ ∂L₁/∂c (gplvm.log_det): derived" in lines
    assert "… ∂L₁/∂e (gplvm.log_det): not yet" in lines
    box.answer("X")
    assert summary.status == "1 of 2 derived so far."
    other.answer("α d_bar")
    assert summary.status == Summary().status == "2 of 2 derived so far."


def test_the_summary_leads_back_to_each_question() -> None:
    boxes = AnswerBox(L1, "c"), AnswerBox(own_chain(), "X"), AnswerBox(L1, "e")
    places = re.findall(r"<a [^>]*href='#([^']+)'>", Summary().value)
    assert len({*places}) == 3
    assert [re.search("<b id='([^']+)'", shown(box))[1] for box in boxes] == places


def test_two_boxes_for_one_question_count_once_and_say_each_its_own(box: AnswerBox) -> None:
    again = AnswerBox("gplvm.log_det", "c")
    again.answer("-D/2 K^-1")
    assert Summary().status == "1 of 1 derived so far."
    assert box.mark.status == "not attempted"
    assert "proved" not in shown(box)
    box.answer("D/2 K^-1")
    assert again.mark.right
    assert Summary().status == "1 of 1 derived so far."


def test_running_a_cell_again_forgets_nothing(box: AnswerBox) -> None:
    box.answer("-D/2 K^-1")
    AnswerBox(L1, "c", hint="Think of <cofactors>.")
    assert Summary().status == "1 of 1 derived so far."


def test_without_a_screen_the_box_asks_in_words() -> None:
    assert repr(AnswerBox(L1, "c")) == "∂L₁/∂c = ?   (N×N)"
    assert "It is n×S" in shown(AnswerBox(autoencoder.chain(), "c"))
    assert "It is a number" in shown(AnswerBox("gplvm", "beta"))


def test_an_unknown_chain_or_node_is_named() -> None:
    with pytest.raises(ValueError, match="no chain 'gplm'"):
        AnswerBox("gplm", "X")
    with pytest.raises(ValueError, match="'Z'"):
        AnswerBox(L1, "Z")


def test_a_line_may_break_before_a_term_of_the_formula_but_not_within_one() -> None:
    page = Derivation(derive("tr(A X + B) - log det(X - B)", A="n×n", B="n×n", X="n×n"))
    formula = page.above.partition("<br>")[2]
    assert formula.count("$") == 4
    first, second = formula.strip("$").split("$ $")
    assert second.startswith("{} + ")
    assert all(part.count("{") == part.count("}") for part in (first, second))
    assert all(part.count(r"\left") == part.count(r"\right") for part in (first, second))


def test_the_first_break_of_a_derivation_is_told_at_its_own_line() -> None:
    page = Derivation("gplvm.log_det")
    page.write("∂L₁/∂q = −D/2\n∂L₁/∂b = D/(2b)\n∂L₁/∂b = D")
    assert ["The first break." in told for told in page.told] == [False, True, False]
    page.write("∂L₁/∂b = D\n∂L₁/∂q = −D/2")
    assert ["The first break." in told for told in page.told] == [True, False]


def test_a_prediction_says_right_and_why_or_try_again() -> None:
    ask = Prediction("1 + 1?", ["1", "2"], answer="2", because="Count.")
    assert ask.choice.value is None
    assert "Right" not in ask.status
    assert ask.choose("1") == "✗ Not this one. Think again, or choose another."
    assert ask.choose("2") == "■ Right. Count."
    assert repr(ask) == "Predict. 1 + 1?"
    assert ask.words == ask.status
    ask._heard({"set": "choice", "value": 0})
    assert ask.words.startswith("✗ Not this one")


def test_a_prediction_whose_answer_is_no_option_is_refused() -> None:
    with pytest.raises(ValueError, match="no option '3'"):
        Prediction("1 + 1?", ["1", "2"], answer="3", because="")
