"""Names for the stages of a formula: single letters first, and never one that means something."""

import tomllib
from collections.abc import Container, Iterable, Iterator
from importlib import resources
from typing import NamedTuple

from sympy import Expr

from lvmcalc import notation

# There is no d, which is a differential, and no i, l or o, which look like numbers.
_LETTERS = "acefghjkmnpqrstuvwxyzb"
_PREFERRED = tomllib.loads((resources.files(__package__) / "stage_names.toml").read_text("utf-8"))
_OUTPUTS = ("L", "J", "E", "F")


class Stage(NamedTuple):
    """A planned stage: its symbol, the name of its operation, and the operands."""

    symbol: Expr
    rule: str
    operands: tuple[Expr, ...]


def with_names(stages: Iterable[Stage], given: Container[Expr],
               taken: Iterable[str]) -> list[Stage]:
    """Return the stages with letters for names.

    Parameters
    ----------
    stages : in forward order
    given : symbols of the stages that have their names already
    taken : names that no other stage may have
    """
    stages, taken = [*stages], {*taken}
    names: dict[Expr, Expr] = {}
    for symbol, rule, _ in stages:
        if symbol not in given:
            name = next(name for name in _names(_PREFERRED.get(rule, ""), taken)
                        if name not in taken)
            taken.add(name)
            names[symbol] = notation.matching(name, symbol)
    return [Stage(names.get(stage.symbol, stage.symbol), stage.rule,
                  tuple(operand.xreplace(names) for operand in stage.operands))
            for stage in stages]


def _names(preferred: str, taken: Container[str]) -> Iterator[str]:
    """Yield names, the best ones first: a letter that is not taken in the other case either."""
    letters = [*dict.fromkeys(preferred + _LETTERS)]
    yield from (letter for letter in letters if letter.upper() not in taken)
    yield from letters
    number = 0
    while number := number + 1:
        yield from (f"{letter}{number}" for letter in letters)


def output_name(taken: Container[str]) -> str:
    """Return a name for the last stage."""
    return next(name for name in (*_OUTPUTS, *(f"L{n}" for n in range(99))) if name not in taken)
