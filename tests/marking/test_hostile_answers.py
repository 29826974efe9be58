"""Answers that would hang a notebook, run as code or break a display."""

import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

import numpy as np
import pytest
import sympy as sp

from lvmcalc import Builder, audit, compare, gplvm, gradient, mark
from lvmcalc.marking import marker
from lvmcalc.marking.time_limit import TimeIsUp, time_limit

CODE = "__import__('pathlib').Path('{}').touch()"
X = sp.MatrixSymbol("X", 2, 2)


@pytest.mark.parametrize("function", ["log", "exp", "tanh"])
@pytest.mark.parametrize("inner", ["2", "α"])
def test_a_tower_of_functions_is_refused_before_it_is_evaluated(function: str, inner: str) -> None:
    found = mark(f"{function}(" * 14 + inner + ")" * 14 + " X", "gplvm", "X")
    assert found.status == "unreadable"
    assert "has more than 4 functions inside one another, which are not read" in found.reason


def test_a_number_too_large_for_any_computer_is_no_error() -> None:
    assert mark("exp(exp(exp(exp(2)))) X", "gplvm", "X").status in ("refuted", "undecided")


young = pytest.mark.skipif(sys.version_info < (3, 12), reason=(
    "without threads, time is limited by what came with Python 3.12, as in the browser"))


def no_threads(timer: threading.Timer) -> None:
    """What happens where Python runs in a browser."""
    raise RuntimeError("can't start new thread")


@pytest.mark.parametrize("threads", [True, pytest.param(False, marks=young)])
def test_marking_is_given_up_in_a_sentence_when_its_time_is_up(
        monkeypatch: pytest.MonkeyPatch, threads: bool) -> None:
    if not threads:
        monkeypatch.setattr(threading.Timer, "start", no_threads)

    def forever(*_: object) -> None:
        while True:
            with suppress(Exception):
                sp.isprime(2)

    monkeypatch.setattr(marker, "_marked", forever)
    monkeypatch.setattr(marker, "time_limit", lambda: time_limit(0.05))
    found = mark("2 X", "gplvm", "X")
    assert found.status == "undecided"
    assert str(found).startswith("? Undecided: marking this takes more than 10 seconds; write it ")
    assert not found.right


def test_the_limit_reaches_another_thread_and_nothing_comes_after_its_block() -> None:
    heard: list[str] = []

    def work() -> None:
        try:
            with time_limit(0.05):
                while True:
                    pass
        except TimeIsUp:
            heard.append("late")
        with time_limit(0.05):
            heard.append("in time")
        for _ in range(20):
            time.sleep(0.01)
        heard.append("nothing more")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert heard == ["late", "in time", "nothing more"]


@young
def test_without_threads_a_mark_in_time_is_the_same_and_nobody_looks_afterwards(
        monkeypatch: pytest.MonkeyPatch) -> None:
    asked = "α(K⁻¹YYᵀ − 2 D I)K⁻¹X", "gplvm", "X"
    before = mark(*asked)
    monkeypatch.setattr(threading.Timer, "start", no_threads)
    assert str(mark(*asked)) == str(before)
    with time_limit(10), time_limit(10):
        pass
    assert sys.monitoring.get_tool(sys.monitoring.PROFILER_ID) is None


@pytest.mark.parametrize("seconds", [0.0, 10.0])
def test_after_a_limit_a_trace_of_functions_goes_on_as_before(seconds: float) -> None:
    seen: list[str] = []

    def follow(frame: FrameType, event: str, _: object) -> None:
        seen.append(event)

    with suppress(TimeIsUp), time_limit(seconds):
        time.sleep(0.05)
    sys.settrace(follow)
    try:
        (lambda: None)()  # it never ended where a limit was taken back
    finally:
        sys.settrace(None)
    assert "call" in seen


@pytest.mark.parametrize("answer", ["X - (K-K)^-1 X", "log(α-3) X", "(K - K)⁻¹ X", "X (0 I)^-1"])
def test_what_has_no_value_is_marked_and_shown(answer: str) -> None:
    found = mark(answer, "gplvm", "X")
    assert not found.right
    assert found.verdict in found._repr_markdown_()
    told = audit(f"∂L/∂X = {answer}\n∂L/∂L₁ = 1", "gplvm")
    assert [line.status for line in told.lines] == ["refuted", "proved"]
    assert told._repr_markdown_()


@pytest.mark.parametrize("use", [
    lambda text: gplvm.chain().altered({("b", "c"): text}), lambda text: compare([text], X),
    lambda text: compare(text, X), lambda text: gradient([text], X),
    lambda text: gradient((text,), X)])
def test_text_is_never_run_as_code(use: Callable, tmp_path: Path) -> None:
    trap = tmp_path / "run"
    with pytest.raises(TypeError, match=r"^A SymPy expression is expected, not "):
        use(CODE.format(trap))
    assert not trap.exists()


@pytest.mark.parametrize("box", [lambda text: text, lambda text: [text], lambda text: (text,),
                                 lambda text: {text}, lambda text: {text: 1},
                                 lambda text: np.array([[text]], dtype=object)])
def test_a_stage_of_text_is_never_run_as_code(box: Callable, tmp_path: Path) -> None:
    trap = tmp_path / "run"
    given = box(CODE.format(trap))
    for stage in (lambda build: build("L", "trace", given),
                  lambda build: build("L", "scale", given, X),
                  lambda build: setattr(build, "L", given)):
        with pytest.raises(TypeError, match=r"^L: a SymPy expression such as A \* B is expected"):
            stage(Builder("t", X))
    with pytest.raises(TypeError, match=r"^A leaf is a symbol, not .*\.$"):
        Builder("t", given)
    assert not trap.exists()


@pytest.mark.parametrize("use", [
    lambda name: Builder("t", sp.MatrixSymbol(name, 2, 2)),
    lambda name: Builder("t", sp.MatrixSymbol("Y", sp.Symbol(name), 2)),
    lambda name: Builder("t", X)(name, "trace", X)])
def test_a_name_that_is_code_is_no_name(use: Callable) -> None:
    with pytest.raises(ValueError, match=r"^Nothing in a chain can be called 'f; exit\(\)'; "):
        use("f; exit()")


def test_a_list_with_text_in_it_is_no_answer(tmp_path: Path) -> None:
    trap = tmp_path / "run"
    for answer in ([CODE.format(trap)], (CODE.format(trap),), {CODE.format(trap): 1}):
        assert mark(answer, "gplvm", "X").status == "unreadable"
    assert not trap.exists()


@pytest.mark.parametrize("answer", ["α(K⁻¹YYᵀ + D I)K⁻¹X", "2 X", "K⁻¹ X", "α K⁻¹ (Y Yᵀ - D K) X"])
def test_numbers_to_try_by_hand_are_numbers_that_the_model_takes(answer: str) -> None:
    values = mark(answer, of="gplvm", wrt="X").counterexample.values
    assert values["Q"] <= values["D"]
