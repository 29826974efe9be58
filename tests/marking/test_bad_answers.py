"""What is no answer is unreadable, and a function is marked by its numbers alone."""

from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp
from bad_input import NO_NAMES, sentence
from high_precision import GPLVM, read_only
from tables import over

from lvmcalc import mark
from lvmcalc.models import autoencoder

pytestmark = pytest.mark.filterwarnings("error")


@over("name", NO_NAMES)
@over("call", [
    lambda name: mark("X", name, "X"), lambda name: mark("X", "gplvm", name),
    lambda name: mark("X", GPLVM, name)])
def test_an_unknown_name_in_a_question_gets_those_there_are(call: Callable, name: object) -> None:
    assert sentence(lambda: call(name), ValueError).startswith("There is no ")


UNREADABLE = [3.5j, np.nan, np.inf, sp.nan, sp.oo, sp.I, [], {}, np.eye(3), True, object(), int,
              len, sp.Matrix([[1]]),
              "X" * 10_000, "(" * 3000, "9" * 5000, "X^999999999", "\0", "nan X", lambda X,
              Y: 1 / 0,
              lambda X: X * np.nan, lambda X: X / 0, lambda X: "X", lambda X: None,
              lambda X: [[1], [1, 2]],
              lambda X: X * 1j, lambda X: np.linalg.inv(0 * X.T @ X), lambda nothing: 1,
              lambda X: X + 10**400]


# in the reader's own function
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@over("answer", UNREADABLE)
def test_what_is_no_answer_is_unreadable_with_one_sentence(answer: object) -> None:
    found = mark(answer, "gplvm", "X")
    assert found.status == "unreadable"
    assert found.reason.endswith(".")
    assert "\n" not in found.reason
    assert "inhomogeneous" not in found.reason


def right(W: np.ndarray, x: np.ndarray) -> np.ndarray:
    return autoencoder.gradient(W, x)


@over(("answer", "status"), [
    (lambda W, x: np.asfortranarray(right(W, x)), "numeric"),
    (lambda W, x: right(W, x).tolist(), "numeric"),
    (lambda W, x: right(W, x).astype(np.float32), "numeric"),
    (lambda W, x: right(W, x).astype(object), "numeric"),
    (lambda W, x: read_only(right(W, x)), "numeric"),
    (lambda W, x: np.ma.array(right(W, x)), "numeric"),
    (lambda W, x: right(W, x) * (1 + 1e-3), "refuted"),
    (lambda W, x: right(W, x) * 1e300, "refuted"),
    (lambda W, x: right(W, x) * 1e-300, "refuted"), (lambda W, x: right(W, x) * 1e-310, "refuted"),
    (lambda W, x: np.zeros_like(W), "refuted"), (lambda W, x: 0, "refuted"),
    (lambda W, x: [], "refuted"),
    (lambda W, x: right(W, x)[None], "refuted"), (lambda W, x: right(W, x).T, "refuted"),
    (lambda W, x: W @ W, "refuted")])
def test_a_function_in_any_form_is_marked_by_its_numbers_alone(answer: Callable,
                                                               status: str) -> None:
    assert mark(answer, "autoencoder", "W").status == status


@pytest.mark.parametrize("scale", [1e300, 1e-300, 1e-310])
def test_an_answer_of_another_scale_is_refuted_whatever_overflows_on_the_way(scale: float) -> None:
    assert mark(lambda X: X * scale, "gplvm", "X").status == "refuted"
