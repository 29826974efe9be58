"""Claims and their evidence: errors in floating point, and what SymPy's own derivatives say."""

import warnings
from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest
import sympy as sp
from sympy import Expr, MatrixSymbol

from lvmcalc.calculus import claims
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
