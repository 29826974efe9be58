"""An answer term by term: which terms are right, nearly right, lost or too many."""

import sympy as sp
from sympy import Inverse, Transpose
from tables import over

from lvmcalc.marking import Mistake, term_matching
from lvmcalc.marking.exercise import exercise_of
from lvmcalc.marking.term_matching import Match, behind_a_coefficient, matched, near_miss
from lvmcalc.models import autoencoder, gplvm
from lvmcalc.notation.parser import parse

CHAINS = {"gplvm": gplvm.chain(), "gplvm.log_det": gplvm.log_det_chain(),
          "autoencoder": autoencoder.chain()}
X, Y, K, alpha, beta = CHAINS["gplvm"].symbols("X Y K alpha beta")
W, x = CHAINS["autoencoder"].symbols("W x")
D = gplvm.D
Ki, Kt, Kit, Xt, Yt, Wt = Inverse(K), Transpose(K), Transpose(Inverse(K)), Transpose(X), Transpose(
    Y), Transpose(W)
TRUE = (Ki, Y, Yt, Ki, X)  # α K⁻¹YYᵀK⁻¹X − α D K⁻¹X is ∂L/∂X

GONE, DOUBLED = "the factor K⁻¹ is missing", "the factor K⁻¹ stands there once too often"


@over(("given", "true", "kind", "what"), [
    ((Y, Yt, Ki, X), TRUE, "missing_inverse", GONE),
    ((Ki, Y, Yt, X), TRUE, "missing_inverse", GONE),
    ((Y, Yt, X), TRUE, "missing_inverse", "the factor K⁻¹ is missing twice"),
    (TRUE, (Y, Yt, Ki, X), "extra_inverse", DOUBLED),
    (TRUE, (Y, Yt, X), "extra_inverse", "the factor K⁻¹ stands there too often"),
    ((Ki, X), (X,), "extra_inverse", DOUBLED),
    ((X,), (Ki, X), "missing_inverse", GONE),
    ((), (Ki,), "missing_inverse", GONE),
    ((K, X), (Ki, X), "missing_inverse", "K stands where K⁻¹ belongs"),
    ((Ki, X), (K, X), "extra_inverse", "K⁻¹ stands where K belongs"),
    ((Kt, X), (Kit, X), "missing_inverse", "Kᵀ stands where K⁻ᵀ belongs"),
    ((Kit, X), (Ki, X), "transpose", "K⁻ᵀ stands where K⁻¹ belongs"),
    ((K, Y, Yt, K, X), TRUE, "missing_inverse", "K stands where K⁻¹ belongs"),
    ((Wt, W, x), (W, W, x), "transpose", "Wᵀ stands where W belongs"),
    ((W, W, x), (W, Wt, x), "transpose", "W stands where Wᵀ belongs"),
    ((Y, Yt, Ki, Ki, X), TRUE, "order", ""),
    ((X, Xt), (Xt, X), "transpose", "X stands where Xᵀ "
                                                         "belongs"),
    ((Ki, K, X), (K, Ki, X), "", ""), ((X, Ki), TRUE, "", ""), ((Yt, Y, X), TRUE, "", ""),
    ((Ki, X), TRUE, "", ""),
    ((Y,), (X,), "", ""), ((X,), (Y, X), "", ""), ((Ki, X, Y), (X,), "", ""),
    ((Ki, K, X), (X,), "", ""),
])
def test_one_word_is_another_one_with_a_mistake(given: tuple, true: tuple, kind: str,
                                                what: str) -> None:
    assert near_miss(given, true) == ((kind, what) if kind else ())


TWICE, HALF = "it is twice what it must be", "it is half of what it must be"


@over(("given", "true", "expected"), [
    (alpha, alpha, []), (-alpha, alpha, [("sign", "")]),
    (-2 * alpha, alpha, [("sign", ""), ("factor", TWICE)]),
    (D * alpha / 2, D * alpha, [("factor", HALF)]), (D, D * alpha, [("missing_scalar", "α")]),
    (D / alpha, D * alpha, [("inverted_scalar", "α")]),
    (D * beta, D / beta, [("inverted_scalar", "β")]),
    (alpha + beta, alpha, None), (alpha**sp.Rational(1, 2), D, None),
    (sp.Symbol("<tr>") * alpha, alpha, None),
    (alpha * (D + 1), alpha * D, None), (2 * (D + 1) * alpha, alpha * (D + 1), [("factor", TWICE)]),
])
def test_one_coefficient_is_another_one_with_mistakes(given: sp.Expr, true: sp.Expr,
                                                      expected: list | None) -> None:
    found = behind_a_coefficient(given, true, ["N", "Q", "D"], "the term")
    assert found == (None if expected is None
                     else tuple(Mistake(kind, "the term", what) for kind, what in expected))


FIRST, SECOND = "α K⁻¹ Y Yᵀ K⁻¹ X", "-D α K⁻¹ X"


@over(("of", "wrt", "text", "mistakes", "right"), [
    ("gplvm", "X", "α(K⁻¹YYᵀ − D I)X", [("missing_inverse", "the term -D α X", "the factor K⁻¹ is "
                                                           "missing"),
                    ("missing_inverse", "the term α K⁻¹ Y Yᵀ X",
                     GONE)], []),
    ("gplvm", "X", FIRST + " − 3 α D X",
     [("missing_inverse", "the term -3 D α X", GONE),
                      ("factor", "the term -3 D α X", "it is 3 times what it "
                                                      "must be")], [FIRST]),
    ("gplvm", "X", FIRST + " − α² D K⁻¹ X + 3 X", [
        ("factor", "the term -D α^2 K⁻¹ X", "it is α times what it must be"),
        ("extra_term", "the answer", "3 X")],
        [FIRST]),
    ("gplvm", "X", FIRST, [("missing_term", "the sum", "")], [FIRST]),
    ("gplvm", "X", FIRST + " − X", [("missing_inverse", "the term -X", GONE),
                ("missing_scalar", "the term -X", "α"),
                ("missing_scalar", "the term -X", "D")],
     [FIRST]),
    ("gplvm", "X", FIRST + SECOND + " + K X", [("extra_term", "the answer", "K X")],
     [SECOND, FIRST]),
    ("gplvm", "X", "(D + 1) Y Yᵀ K⁻¹ K⁻¹ X − α D K⁻¹ X", [
        ("extra_term", "the answer", "(D + 1) Y Yᵀ K⁻¹ K⁻¹ X"), ("missing_term", "the sum", "")],
     [SECOND]),
    ("gplvm", "X", FIRST + SECOND + " + (α + β)² K X",
     [("extra_term", "the answer", "(α^2 + 2 α β + β^2) K X")],
     [SECOND, FIRST]),
    # more terms than anybody would look through
    ("gplvm", "X", FIRST + SECOND + " + (α + β + D)^20 K X", None, None),
    ("gplvm", "X", "α(K⁻¹YYᵀ − (D + 1) I)K⁻¹X", [("extra_term", "the answer", "-α K⁻¹ X")],
     [FIRST]), ("gplvm", "X", "X Xᵀ X", None, None),
    # K is symmetric, but what comes along f may be broken alone
    ("gplvm", "X", "f_bar + ½ α K⁻¹YYᵀK⁻¹X − ½ α D X", [
        ("missing_inverse", "the term -(D α/2) X", GONE)], [FIRST]),
    ("gplvm", "X", "f_bar − ½ α D K⁻¹X + ½ α K⁻¹YYᵀK⁻¹K⁻¹X", [
        ("extra_inverse", "the term (α/2) K⁻¹ Y Yᵀ K⁻¹ K⁻¹ X", "the factor K⁻¹ stands there once "
                                           "too often")], [SECOND]),
    ("gplvm.log_det", "c", "-½ D I", [("missing_inverse", "the term -(D/2) I", "the factor K⁻¹ is "
                                                           "missing")],
     []),
    ("gplvm.log_det", "c", "-½ D K⁻¹ + 3 D I", [("extra_term", "the answer", "3 D I")],
     ["-(D/2) K⁻¹"]),
    ("gplvm", "alpha", "½ tr(XᵀK⁻¹YYᵀK⁻¹X) − D tr(XᵀK⁻¹X)",
     [("factor", "the term -D tr(K⁻¹ X Xᵀ)", TWICE)],
     ["tr(K⁻¹ X Xᵀ K⁻¹ Y Yᵀ)/2"]),
    ("gplvm", "alpha", "½ tr(XᵀK⁻¹YYᵀK⁻¹X) + N", [
        ("extra_term", "the answer", "N"), ("missing_term", "the sum", "")],
     ["tr(K⁻¹ X Xᵀ K⁻¹ Y Yᵀ)/2"]),
    ("autoencoder", "W", "2 e cᵀ + W c xᵀ", [
        ("factor", "the term -3 W x xᵀ", "it is 3/2 times what it must be"),
        ("factor", "the term 2 W x xᵀ Wᵀ W", TWICE)],
        ["W Wᵀ W x xᵀ"]),
    ("autoencoder", "W", "W + ½ e cᵀ", [
        ("factor", "the term -(1/2) W x xᵀ", "it is 1/4 times what it must be"),
        ("factor", "the term (1/2) W x xᵀ Wᵀ W", HALF), ("extra_term", "the answer", "W"),
        ("missing_term", "the sum", "")], []),
])
def test_terms_are_right_or_wrong_in_a_way_that_is_named(
        of: str, wrt: str, text: str, mistakes: list | None, right: list | None) -> None:
    chain = CHAINS[of]
    answer = parse(text, chain.vocabulary, tuple(chain[wrt].shape))
    found = matched(exercise_of(chain, wrt), answer)
    assert [(m.kind, m.where, m.what) for m in found.mistakes] == (mistakes or [])
    assert found.right == tuple(right or ())
    assert (found == Match()) == (mistakes is None)


def test_of_two_near_misses_the_one_with_the_better_coefficient_is_meant() -> None:
    matcher = term_matching._Matcher(exercise_of(CHAINS["gplvm"], "X"), ("K",))
    true, given = {(Ki, X): 2 * alpha, (Ki, Ki, X): D}, {(X,): D}
    for order in (true, dict(reversed(true.items()))):
        near, lost = matcher.mistakes(order, given)
        assert (near.kind, near.what) == ("missing_inverse", "the factor K⁻¹ is missing twice")
        assert (lost.kind, lost.changes) == ("missing_term", (("closed form", Ki * X),))
