"""The rule book as it was: what a test adds to it is gone behind the test."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from lvmcalc.calculus import functions, operations


@contextmanager
def open_book() -> Iterator[None]:
    """Leave the rule book as it was."""
    tables = (operations.SPELLED, operations.OPERATIONS, functions.NUMPY, functions.DECIMAL,
              functions.DEFINED, operations.RULES)
    with ExitStack() as stack:
        for table in tables:
            stack.enter_context(patch.dict(table))
        yield
