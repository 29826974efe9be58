"""Of what explains a wrong answer, the likeliest is told."""

from lvmcalc.marking import Finding, Mark, Mistake, diagnosis
from lvmcalc.marking.mistakes import CLOSED, finding
from lvmcalc.models import gplvm

X, = gplvm.log_det_chain().symbols("X")


def told(kind: str, sentence: str) -> tuple[Finding, ...]:
    return (finding(kind, sentence),)


def test_findings_are_all_of_the_likeliest_explanation_then_those_of_other_kinds() -> None:
    sign, path, factor = told("sign", "a"), told("missing_path", "b"), told("factor", "c")
    again = told("sign", "d")
    result = Mark(X, "refuted", "", (sign + path, factor + again, told("order", "e")))
    assert [(finding.kind, finding.sentence) for finding in result.findings] == [
        ("sign", "A."), ("missing_path", "B."), ("factor", "C."), ("order", "E.")]
    assert Mark(X, "refuted", "", (sign + again, path)).findings == sign + again + path
    assert Mark(X, "refuted", "").findings == ()


def made(*kinds: str) -> tuple[Mistake, ...]:
    return tuple(Mistake(kind, "here") for kind in kinds)


def test_of_what_explains_as_much_the_likeliest_are_told_one_for_each_set_of_kinds() -> None:
    single = [made(kind)
              for kind in ("order", "factor", "extra_term", "sign", "transpose", "missing_term")]
    assert diagnosis._likeliest(single) == [made("sign"), made("factor"), made("missing_term"),
                                         made("transpose")]
    pairs = [made("order", "factor"), made("sign", "factor"), made("factor", "sign"),
             made("transpose", "sign")]
    assert diagnosis._likeliest(pairs) == [made("sign", "factor"), made("transpose", "sign")]
    twice = made("order", "order")  # the same mistake in two terms is one
    assert diagnosis._likeliest([twice, *single[1:4]]) == [made("sign"), made("factor"), twice,
                                                        made("extra_term")]


def test_the_same_mistake_in_several_terms_counts_once_and_each_lost_term_by_itself() -> None:
    assert diagnosis._count(made("sign", "sign", "factor")) == 2
    lost = [Mistake("missing_term", "the sum", "", ((CLOSED, term),))
            for term in (X, 2 * X)]
    assert diagnosis._count(tuple(lost)) == 2
    assert diagnosis._count((Mistake("sign", "there", "", (("c", X),)), *made("sign"))) == 1
