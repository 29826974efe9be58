"""Keep the results of the last calls: a mark asks many times for the same."""

from collections.abc import Callable, Hashable
from typing import Any

MOST_KEPT = 256  # results that are kept


class Recent:
    """The results of the last calls by what they were about; the oldest goes first."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Any] = {}

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return the result of `make()` for a key, or raise its ValueError; call it only once."""
        if key not in self._kept:
            try:
                found = make()
            except ValueError as error:
                found = _bare(error)
            self._kept[key] = found
            if len(self._kept) > MOST_KEPT:
                self._kept.pop(next(iter(self._kept)), None)
        else:
            found = self._kept[key]
        if isinstance(found, ValueError):
            raise _bare(found)
        return found


def _bare(error: ValueError) -> ValueError:
    """Return an error without its traceback, which would keep all that was there."""
    bare = type(error).__new__(type(error), *error.args)
    bare.__dict__.update(error.__dict__)
    return bare
