"""A limit for the time that marking takes, wherever the answer came from.

The error is raised in the thread that marks, as an interrupt of the kernel is, so that no answer
hangs a widget. Where there are no threads, as in a browser, each call of a function looks at the
clock, which makes marking slower by a third.
"""

import ctypes
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

SECONDS_A_MARK = 10.0


class TimeIsUp(BaseException):
    """The time is up; no `except Exception` on the way holds it back."""


@contextmanager
def time_limit(seconds: float | None = None) -> Iterator[None]:
    """Raise TimeIsUp in this thread if the block takes longer.

    Parameters
    ----------
    seconds : float, optional
        `SECONDS` if it is not given.
    """
    seconds = SECONDS_A_MARK if seconds is None else seconds
    thread, lock = ctypes.c_ulong(threading.get_ident()), threading.Lock()
    over = rung = heard = False

    def ring() -> None:
        nonlocal rung
        with lock:
            if not over:
                rung = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(TimeIsUp))

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    try:
        timer.start()
    except RuntimeError:  # no threads here
        with _each_call_looks(monotonic() + seconds):
            yield
        return
    try:
        yield
    except TimeIsUp:
        heard = True
        raise
    finally:
        with lock:
            over = True
        timer.cancel()
        # To take back what has rung would leave the interpreter waiting for it for ever (CPython
        # 3.11), so wait for it here: it comes at once.
        while rung and not heard:
            pass


@contextmanager
def _each_call_looks(end: float) -> Iterator[None]:
    """Raise TimeIsUp in the first function that is called after this time."""
    watch = getattr(sys, "monitoring", None)  # since Python 3.12; in a browser it is always there
    if watch is None or watch.get_tool(watch.PROFILER_ID):  # within another limit
        yield
        return
    name, calls = watch.PROFILER_ID, watch.events.PY_START

    def look(*_: object) -> None:
        if monotonic() > end:
            watch.set_events(name, 0)
            raise TimeIsUp

    watch.use_tool_id(name, __name__)
    watch.register_callback(name, calls, look)
    watch.set_events(name, calls)
    try:
        yield
    finally:
        watch.set_events(name, 0)
        watch.free_tool_id(name)
