"""Run a reader's function in a process of its own, with a limit of time.

Whatever it does to the settings of NumPy, to its arguments or to the process, and however long it
runs, nothing of it reaches the notebook but the array that it returns. Where a process cannot be
copied (on Windows) a thread takes its place, which keeps the limit of time alone.
"""

import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from lvmcalc.marking.function_errors import array_of, sentence_about, shape_misfit
from lvmcalc.notation import Unreadable

SECONDS_A_CALL = 8.0  # below the limit of a mark, which knows nothing of loops
Call = tuple[Sequence[Any], Mapping[str, Any]]  # positional arguments and those with names


class OwnProcess:
    """A function that is called in a process of its own, as a context: the process ends with it.

    Parameters
    ----------
    function : the reader's function
    seconds : the limit for all of its calls together
    """

    def __init__(self, function: Callable, seconds: float | None = None):
        self.function, self.left = function, SECONDS_A_CALL if seconds is None else seconds
        self.limit, self.pipe, self.process = self.left, None, None

    def __enter__(self) -> "OwnProcess":
        return self

    def __exit__(self, *error: object) -> None:
        if self.process is not None:
            self.pipe.close()
            self.process.kill()
            self.process.join()

    def __call__(self, *placed: Any, **named: Any) -> np.ndarray:
        """Return what the function returns, as an array of floats.

        Raises
        ------
        Unreadable
            If it returns no array of real numbers, leaves the process, or is out of time.
        Exception
            Of the name and the words of the one that the function raises.
        """
        begun = time.monotonic()
        if self.left <= 0:
            raise self._out_of_time()
        try:
            answer = self._answer((placed, named))
        finally:
            self.left -= time.monotonic() - begun
        return _unpacked(answer)

    def _answer(self, call: Call) -> tuple:
        if sys.platform == "emscripten":  # a browser has neither processes nor threads
            return _tried(self.function, call)
        if "fork" not in multiprocessing.get_all_start_methods():
            return self._in_a_thread(call)
        if self.process is None:
            context = multiprocessing.get_context("fork")
            self.pipe, inner = context.Pipe()
            self.process = context.Process(target=_serve, args=(self.function, inner, self.pipe),
                                           daemon=True)
            self.process.start()
            inner.close()
        with suppress(EOFError, BrokenPipeError, ConnectionResetError):
            self.pipe.send(call)
            if not self.pipe.poll(max(self.left, 0)):
                raise self._out_of_time()
            return self.pipe.recv()
        raise Unreadable("The function ended the process that it ran in.")

    def _in_a_thread(self, call: Call) -> tuple:
        found: list[tuple] = []
        thread = threading.Thread(target=lambda: found.append(_tried(self.function, call)),
                                  daemon=True)
        thread.start()
        thread.join(max(self.left, 0))
        if not found:
            raise self._out_of_time()
        return found[0]

    def _out_of_time(self) -> Unreadable:
        return Unreadable(f"The function did not come back within {self.limit:g} seconds: does it "
                          "have a loop that never ends?")


def _serve(function: Callable, pipe: Any, other: Any) -> None:
    """Answer calls until the pipe is closed; runs in the process of the function."""
    other.close()
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    with suppress(EOFError, OSError):
        while True:
            pipe.send(_tried(function, pipe.recv()))


def _tried(function: Callable, call: Call) -> tuple:
    """Return ("array", array), ("no answer", a sentence), or ("error", what, its name, words)."""
    placed, named = call
    try:
        return array_of(function(*placed, **named))
    except BaseException as error:  # it is the reader's own
        misfits = isinstance(error, ValueError) and shape_misfit(error)
        sentence = "" if misfits else sentence_about(error)
        return ("no answer", sentence) if sentence else (
            "error", isinstance(error, ValueError), type(error).__name__, misfits or str(error))


def _unpacked(answer: tuple) -> np.ndarray:
    match answer:
        case "array", array:
            return array
        case "no answer", sentence:
            raise Unreadable(sentence)
    _, is_value_error, name, words = answer
    raise type(name, (ValueError if is_value_error else RuntimeError,), {})(words)
