"""What is no formula, no symmetric matrix and no seed gets one sentence."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy as sp
from bad_input import sentence
from high_precision import GPLVM, POINT, m
from sympy import Determinant, MatrixSymbol, Trace
from tables import over

from lvmcalc import compare, gradient
from lvmcalc.calculus import UnsupportedExpression, differentials
from lvmcalc.models import AutoencoderProblem
from lvmcalc.training import Trainer, data

pytestmark = pytest.mark.filterwarnings("error")
A, B = MatrixSymbol("A", 3, 3), MatrixSymbol("B", *sp.symbols("N Q"))
z = sp.Symbol("z", positive=True)
NO_SCALARS = [None, "X", [1], (), {}, {1}, np.eye(3), np.array(3.0), True, sp.true, sp.Eq(z, z), A,
              sp.eye(3), len,
              object(), lambda x: x, type]
UNKNOWN = [np.nan, np.inf, sp.nan, sp.oo, sp.zoo, sp.I, sp.gamma(Determinant(A)),
           sp.asinh(Trace(A)), z**10**9,
           sp.nan * Trace(A), Trace(A) / 0, sp.Lambda(z, 1)]


@over("wrong", NO_SCALARS)
def test_what_has_no_gradient_gets_one_sentence(wrong: object) -> None:
    sentence(lambda: gradient(wrong, A), TypeError)
    # which has a gradient with respect to itself no more than any matrix, but is a variable
    if wrong is not A:
        sentence(lambda: gradient(Trace(A), wrong), TypeError)
    if getattr(wrong, "is_Matrix", False):
        assert compare(wrong, Trace(A)).status in ("refuted", "undecided")
    else:
        sentence(lambda: compare(wrong, Trace(A)), TypeError)
        sentence(lambda: compare(Trace(A), wrong), TypeError)


@over("unknown", UNKNOWN)
def test_what_the_calculus_does_not_know_is_named_and_never_called_equal(unknown: Any) -> None:
    said = sentence(lambda: gradient(unknown, A), UnsupportedExpression)
    assert said.startswith("The calculus does not know ")
    assert compare(unknown, unknown).status == "undecided"


@pytest.mark.parametrize("wrong", [None, 3, [3], [[]], np.eye(2), {1.5}, len],
                         ids=lambda value: type(value).__name__)
def test_what_names_no_symmetric_matrix_gets_one_sentence(wrong: object) -> None:
    sentence(lambda: gradient(Trace(A), A, wrong), TypeError)
    sentence(lambda: compare(Trace(A), Trace(A), wrong), TypeError)
    sentence(lambda: differentials.gradient(Trace(B.T * B), B, "B"), ValueError)


@over("seed", [-1, None, 1.5, "1", True, [1]])
@over("call", [
    lambda seed: compare(Trace(A), 2 * Trace(A), seed=seed), lambda seed: GPLVM.check(seed),
    lambda seed: GPLVM.claim("X", "f", seed), lambda seed: data.sample_gplvm(5, 4, 2, seed=seed),
    lambda seed: Trainer(AutoencoderProblem(POINT["x"], m), seed=seed)])
def test_what_is_no_seed_gets_one_sentence(call: Callable, seed: object) -> None:
    assert sentence(lambda: call(seed), TypeError, ValueError).startswith("seed must be ")
