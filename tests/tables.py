"""Tests over a table: one test for all rows, which tells of each row that fails.

Where a row takes a millisecond, a test for each row spends more on being set up and reported.
"""

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import pytest


def over(names: str | tuple[str, ...], rows: Iterable[Any]) -> Callable[[Callable], Callable]:
    """Run a test for each row, as `pytest.mark.parametrize` does, but as one test.

    A fixture is set up once for all rows.
    """
    names, rows = (names,) if isinstance(names, str) else names, [*rows]

    def decorated(test: Callable) -> Callable:
        signature = inspect.signature(test)

        @wraps(test)
        def every_row(*args: Any, **fixtures: Any) -> None:
            failures: list[tuple[str, BaseException]] = []
            for number, row in enumerate(rows, 1):
                values = dict(zip(names, row if len(names) > 1 else (row,), strict=True))
                try:
                    test(*args, **fixtures, **values)
                except (Exception, pytest.fail.Exception) as error:
                    failures.append((f"row {number}, {row!r}: {error!r}", error))
            if failures:
                told = "\n\n".join(words for words, _ in failures)
                raise AssertionError(f"{len(failures)} of {len(rows)} rows fail:\n\n{told}"
                                     ) from failures[0][1]

        every_row.__signature__ = signature.replace(parameters=[
            it for name, it in signature.parameters.items() if name not in names])
        return every_row

    return decorated
