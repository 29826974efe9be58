"""Say where an equation stands: its line, and its place in the line."""

from typing import NamedTuple

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


class Position(NamedTuple):
    """A line number, and the index of the equation on that line, 0 if it is the only one."""

    line: int
    equation: int = 0

    def __str__(self) -> str:
        return f"line {self.line}{f', {self.which}' * bool(self.equation)}"

    @property
    def which(self) -> str:
        """Which equation of its line it is, in words."""
        return f"{_ORDINALS[self.equation - 1]} equation" if self.equation <= len(
            _ORDINALS) else f"equation {self.equation}"


START = Position(1)
