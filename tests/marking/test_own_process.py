"""A reader's function in its own process can neither stop the notebook nor change it."""

import os
import sys
from collections.abc import Callable

import numpy as np
import pytest

from lvmcalc import mark
from lvmcalc.marking import own_process
from lvmcalc.marking.own_process import OwnProcess
from lvmcalc.notation import Unreadable


def right(K: np.ndarray, X: np.ndarray, alpha: float, D: float) -> np.ndarray:
    return -alpha * D * np.linalg.inv(K) @ X


def forever(X: np.ndarray) -> np.ndarray:
    while True:
        pass


def test_a_loop_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_process, "SECONDS_A_CALL", 0.2)
    result = mark(forever, "gplvm.log_det", "X")
    assert result.status == "unreadable"
    assert "did not come back within 0.2 seconds" in result.reason


@pytest.mark.parametrize(("leave", "sentence"), [
    (lambda X: sys.exit(), "leaves Python with exit"),
    (lambda X: os._exit(1), "ended the process")])
def test_a_function_that_leaves_python_is_told_and_python_stays(leave: object,
                                                                sentence: str) -> None:
    assert sentence in mark(leave, "gplvm.log_det", "X").reason


def test_the_settings_of_numpy_stay_as_they_were() -> None:
    def setting(K: np.ndarray, X: np.ndarray, alpha: float, D: float) -> np.ndarray:
        np.seterr(all="raise")
        np.set_printoptions(precision=1)
        return right(K, X, alpha, D)

    before = np.geterr(), np.get_printoptions()
    assert mark(setting, "gplvm.log_det", "X").right
    assert (np.geterr(), np.get_printoptions()) == before


def test_a_difference_is_shown_with_digits_that_differ() -> None:
    result = mark(lambda K, X, alpha, D: right(K, X, alpha, D) * (1 + 3e-6), "gplvm.log_det", "X")
    assert str(result.counterexample.left) != str(result.counterexample.right)


def test_all_calls_together_have_the_limit_of_time() -> None:
    with OwnProcess(lambda X: X, seconds=1.0) as run:
        assert run(X=np.eye(2)).tolist() == np.eye(2).tolist()
        run.left = -1.0
        with pytest.raises(Unreadable, match="within 1 seconds"):
            run(X=np.eye(2))


def test_in_a_browser_a_function_runs_without_a_process_and_without_a_thread(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "emscripten")
    for name in ("multiprocessing.get_context", "threading.Thread.start"):
        monkeypatch.setattr(name, lambda *_: pytest.fail("There are none."))
    with OwnProcess(lambda X: 2 * X) as run:
        assert run(X=np.eye(2)).tolist() == (2 * np.eye(2)).tolist()


def test_an_error_keeps_its_name_and_its_words_in_a_thread_too(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multiprocessing.get_all_start_methods", lambda: ["spawn"])
    assert mark(right, "gplvm.log_det", "X").right
    assert mark(lambda X: X[100], "gplvm.log_det", "X").reason == (
        "The function looks for an entry that is not there.")


@pytest.mark.parametrize(("function", "sentence"), [
    (lambda X: input(), "waits for input"), (lambda X: alfa * X, "uses the name alfa"),  # noqa: F821
    (lambda X: (x for x in X), "yields"), (lambda X: (X, X.T), "several values"),
    (lambda X: lambda: X, "returns a function"), (lambda X: {"X": X}, "of the kind dict"),
    (lambda X: X > 0, "truth values"), (lambda X: X(2), "calls a value (of the kind array)"),
    (lambda X: np.linalg.inv(np.zeros((2, 2))), "singular"), (lambda X: 1 / 0, "divides by zero"),
    (lambda X: os.listdir("/nowhere"), "a file"), (lambda X: np.ones((10**7,) * 2), "too large"),
    (lambda X: X @ X, "5 columns meet 3 rows")])
def test_a_function_that_fails_is_told_why_in_one_plain_sentence(function: Callable,
                                                                 sentence: str) -> None:
    assert sentence in mark(function, "gplvm.log_det", "X").findings[0].sentence
