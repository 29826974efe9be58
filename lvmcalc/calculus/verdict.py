"""The grades of a verdict: proved, exact, numeric, refuted, undecided."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import sympy as sp

from lvmcalc import notation

MARKS = {"not attempted": "…", "unreadable": "?", "undecided": "?", "refuted": "✗",
         "numeric": "●", "exact": "◆", "proved": "■"}
_WORST_LAST = ("proved", "exact", "numeric", "undecided", "refuted")


@dataclass(frozen=True)
class Counterexample:
    """Values, small enough to check by hand, at which two sides differ."""

    values: dict[str, sp.Expr] = field(hash=False)
    left: sp.Expr
    right: sp.Expr

    @property
    def point(self) -> str:
        """The values in words."""
        return ", ".join(f"{notation.plain(name)} = {number_in_words(value)}"
                         for name, value in self.values.items())

    def __str__(self) -> str:
        at = f"at {self.point} " if self.values else ""
        left, right = number_in_words(self.left), number_in_words(self.right)
        return f"{at}the left side is {left} and the right side is {right}"

    def _repr_latex_(self) -> str:
        parts = [f"{notation.latex(name)} = {sp.latex(value)}"
                 for name, value in self.values.items()]
        at = r",\; ".join(parts) + r":\quad " if parts else ""
        return rf"$\displaystyle {at}{sp.latex(self.left)} \neq {sp.latex(self.right)}$"


@dataclass(frozen=True)
class Verdict:
    """The answer to "are these equal?": a status, the reason, and what stands behind it."""

    status: str
    reason: str
    rules: tuple[str, ...] = ()
    points: int = 0
    chance: float | None = None
    find_counterexample: Callable[[], Counterexample] | None = field(default=None, compare=False)

    @cached_property
    def counterexample(self) -> Counterexample | None:
        """Small numbers at which the two sides differ; looked for when first asked for."""
        return self.find_counterexample and self.find_counterexample()

    @property
    def holds(self) -> bool:
        """Whether the claim is proved, or exact at all points that were tried."""
        return self.status in ("proved", "exact")

    @property
    def bound(self) -> str:
        """A power of ten above the chance of a false agreement; empty where there is none."""
        return f"< {power_of_ten(self.chance)}" if self.chance is not None else ""

    def __str__(self) -> str:
        tail = f"; {self.counterexample}" if self.counterexample else ""
        return f"{MARKS[self.status]} {self.status}: {self.reason}{tail}"

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        tail = f"\n\n{self.counterexample._repr_latex_()}" if self.counterexample else ""
        return f"**{MARKS[self.status]} {self.status}**: {notation.in_html(self.reason)}{tail}"


def power_of_ten(chance: float) -> str:
    """Return the next power of ten above a chance."""
    exponent = int(np.floor(np.log10(chance))) + 1 if chance > 0 else -300
    return "10" + str(exponent).translate(notation.SUPERSCRIPT)


def worst(statuses: list[str]) -> str:
    """Return the weakest of the grades."""
    return max(statuses, key=_WORST_LAST.index)


def are_symmetric(names: Sequence[str]) -> str:
    """Return in words that some matrices are symmetric, such as "S and C are symmetric"."""
    *others, last = map(notation.plain, names)
    return f"{', '.join(others)} and {last} are symmetric" if others else f"{last} is symmetric"


def number_in_words(value: sp.Expr) -> str:
    """Return a number, or a matrix of numbers, as text."""
    return str(value.tolist()) if value.is_Matrix else str(value)
