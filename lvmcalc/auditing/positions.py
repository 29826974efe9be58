"""Where an equation of a derivation stands: in which line, and where in it."""

from typing import NamedTuple

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


class Position(NamedTuple):
    """Where an equation stands: the number of the line as pasted, and its own among several there.
    """

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
