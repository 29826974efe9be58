"""A limit for the time that marking takes, wherever the answer came from.

The error is raised in the thread that marks, as an interrupt of the kernel is, so that no answer
hangs a widget. Where there are no threads, as in a browser, there is no limit.
"""

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 10.0


class TimeIsUp(BaseException):
    """The time is up; no `except Exception` on the way holds it back."""


@contextmanager
def time_limit(seconds: float = SECONDS) -> Iterator[None]:
    """Raise TimeIsUp in this thread if the block takes longer.

    Parameters
    ----------
    seconds : float
    """
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
