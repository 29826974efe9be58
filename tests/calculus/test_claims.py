"""Claims and their evidence: errors in floating point, and what SymPy's own derivatives say."""

import warnings
from dataclasses import replace
from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest
import sympy as sp
from sympy import Expr, MatrixSymbol

from lvmcalc.calculus import RULES, claims, random_points
from lvmcalc.models import gplvm


def test_the_error_in_floating_point_is_relative_to_the_slope_and_the_worst_of_all_points() -> None:
    A, scalar = MatrixSymbol("A", gplvm.N, gplvm.Q), sp.Symbol("a")
    right = scalar * A  # of a tr(AᵀA)/2
    for wrong, error in ((3 * right, 2), (0 * right, 1), (right * sp.Rational(9, 10), 0.1)):
        assert claims.complex_step_error(scalar * sp.Trace(A.T * A) / 2, A, wrong,
                                         0) == pytest.approx(error)
    square = MatrixSymbol("S", gplvm.N, gplvm.N)
    # wrong by a factor 1 + a
    linear, wrong = scalar * sp.Trace(square), sp.Trace(square) * (1 + scalar)
    points = islice(claims._points(linear, linear, scalar, 3, ()), 3)
    at_each = [float(point["a"]) / 50 for point, _ in points]
    assert len(set(at_each)) == 3
    assert claims.complex_step_error(linear, scalar, wrong, 3) == pytest.approx(max(at_each))


def test_points_have_large_entries_and_the_chance_is_the_bound_of_schwartz_and_zippel() -> None:
    A, B = (MatrixSymbol(name, gplvm.N, gplvm.N) for name in "AB")
    found = claims.exactly(sp.Trace(B * A * A), A, (B * A + A * B).T, 0)
    # the slope tr(B dA A + B A dA) has the degree 3, and so has the claim
    assert found.chance == pytest.approx((3 / (random_points.RANGE - 1)) ** 3, rel=1e-12, abs=0)
    assert found.bound == "< 10⁻²⁵"
    inverse = claims.exactly(sp.Trace(B * A.I), A, -(A.I * B * A.I).T, 0)
    assert found.chance < inverse.chance < 1e-20, "a denominator counts"
    log_det = claims.exactly(sp.log(sp.Determinant(A)), A, A.I.T, 0)
    assert log_det.bound, "the slope of a logarithm is rational"
    assert claims.exactly(sp.Trace(A) * sp.log(sp.Trace(A)), A,
                          (sp.log(sp.Trace(A)) + 1) * sp.Identity(gplvm.N), 0).bound == ""


def test_what_entries_up_to_99_may_let_pass_is_refuted() -> None:
    a, b = sp.symbols("a b", positive=True)
    blind = sp.prod([a - number for number in range(2, 100)])  # 0 at every smaller whole number
    assert claims.exactly(a * b, b, a + blind, 0).status == "refuted"


def test_a_claim_that_only_the_adjoints_lead_to_is_refuted() -> None:
    A, B = (MatrixSymbol(name, gplvm.N, gplvm.N) for name in "AB")
    spoilt = replace(RULES["trace"], differential=2 * RULES["trace"].differential)
    found = claims.Claim("A", sp.Trace(A * B), A, B.T, 0, RULES | {"trace": spoilt}).proof
    assert str(found) == "✗ refuted: the differential leads to another gradient"


def test_sympys_silent_zero_for_log_det_is_called_wrong_and_a_missing_answer_missing() -> None:
    C = MatrixSymbol("C", gplvm.N, gplvm.N)
    for formula, ours in ((sp.log(sp.Determinant(C)), C.I.T),
                          (sp.Determinant(C), sp.Determinant(C) * C.I.T)):
        said = claims.sympys_answer(formula, C)
        witness = claims.sympy_witness(formula, C, ours)
        if isinstance(said, str):
            assert witness == said
        else:
            right = said.is_Matrix and said != 0 * C and (said - ours).doit() == 0 * C
            assert witness == ("agrees" if right else "WRONG: 0")
    assert claims.sympy_witness(sp.Trace(C * C), C, 2 * C.T) == "agrees"
    assert claims.sympy_witness(sp.Trace(C * C), C, 2 * C) == "WRONG: 2 Cᵀ"
    long = sp.Trace((gplvm.alpha * C + gplvm.beta * C.T) * C * C.T)
    assert claims.sympy_witness(long, C, 2 * C) == "WRONG: the two sides differ"
    assert claims.sympy_witness(sp.Trace(sp.KroneckerProduct(C, C)), C,
                                2 * C).startswith("no answer")


def answering(answer: object) -> SimpleNamespace:
    """Return what SymPy seems to differentiate to the answer, with a warning, unless the answer is
    an error."""
    def diff(_: Expr) -> object:
        warnings.warn("SymPy will change", FutureWarning, stacklevel=1)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(doit=lambda: answer)

    return SimpleNamespace(diff=diff)


@pytest.mark.parametrize(("answer", "witness"), [
    (AttributeError("no such matrix"), "no answer (AttributeError)"),
    (sp.Array([[1, 2], [3, 4]]), "no answer (TypeError)"),
    (MatrixSymbol("C", 2, 3), "no answer (ValueError)"),
    (sp.Adjoint(MatrixSymbol("C", gplvm.N, gplvm.N)), "no answer (undecided)"),
    (2 * MatrixSymbol("C", gplvm.N, gplvm.N), "agrees")], ids=str)
def test_whatever_sympy_answers_is_put_in_words_and_its_warnings_are_not_shown(
    answer: object, witness: str) -> None:
    C = MatrixSymbol("C", gplvm.N, gplvm.N)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert claims.sympy_witness(answering(answer), C, 2 * C) == witness


@pytest.mark.parametrize(("error", "text"), [
    (0.0, "< 10⁻¹²"), (1e-17, "< 10⁻¹²"), (3e-11, "< 10⁻¹⁰"), (0.02, "< 10⁻¹"), (0.3, "< 10⁰"),
    (5.0, "about 10¹"),
    (np.inf, "no number"), (np.nan, "no number")])
def test_an_error_is_shown_as_a_bound(error: float, text: str) -> None:
    assert claims.bound_on(error) == text
