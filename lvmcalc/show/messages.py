"""Messages from a page to a widget, one at a time and in the order in which they were sent."""

from collections.abc import Callable, Mapping
from threading import RLock
from typing import Any

MOST_WAITING = 8  # messages wait for one that is missing; then it is given up


class InOrder:
    """A callback for `on_msg` that hands a page's messages on in order.

    The first messages of a page may arrive on the main shell, and the next already on a subshell,
    which ipykernel runs in another thread; a drag would then end where it passed by, and its words
    would mix two places.

    Parameters
    ----------
    take : callable
        Called with each message, in one thread at a time. What has no "sent" is handed on at once.
    """

    def __init__(self, take: Callable[[Mapping[str, Any]], None]) -> None:
        self._take, self._lock = take, RLock()
        self._due: dict[Any, int] = {}  # for each page, the number of the next message
        self._waiting: dict[Any, dict[int, Mapping[str, Any]]] = {}

    def __call__(self, widget: Any, content: Mapping[str, Any], buffers: Any = None) -> None:
        with self._lock:
            if "sent" not in content:
                self._take(content)
                return
            page, number = content["sent"]
            waiting = self._waiting.setdefault(page, {})
            waiting[number] = content
            while waiting and (min(waiting) <= self._due.get(page, 1)
                               or len(waiting) > MOST_WAITING):
                number = min(waiting)
                self._due[page] = max(number + 1, self._due.get(page, 1))
                self._take(waiting.pop(number))
