"""Second differentials: d²L = dwᵀ ∇²L dw of a column w."""

import re

from sympy import Expr

from lvmcalc.auditing.own_letters import OwnLetters
from lvmcalc.auditing.said_letters import SaidLetters
from lvmcalc.notation import Unreadable

_CURVATURE = "Hessianterm"  # what ∇²L is called in a second differential
SECOND = re.compile(r"\s*d\s*(?:²|\^\s*\{?\s*2\s*\}?)\s*\(?\s*L\s*\)?\s*&?\s*")


class SecondDifferentials(SaidLetters):
    """Read what a derivation says of the second differential of the scalar."""

    letters: OwnLetters
    moving: tuple[str, ...]  # the leaves that change in the derivation

    def sides(self, text: str) -> tuple[Expr, ...]:
        """Return the sides of an equation."""
        raise NotImplementedError

    def second_differential(self, others: list[str]) -> tuple[Expr, ...]:
        """Return the sides of d²L = …, which is dwᵀ ∇²L dw if a column w alone changes."""
        columns = [name for name in self.moving if self.words[name].is_Matrix
                   and self.words[name].cols == 1]
        if len(columns) != 1 or len(self.moving) != 1:
            raise Unreadable("A second differential is read of one column that changes alone.")
        symbol, _ = next(self.letters.hessian(self.words[columns[0]]))
        words, self.words = self.words, self.words.extended({_CURVATURE: symbol})
        try:
            return self.sides(" = ".join([f"d{columns[0]}ᵀ {_CURVATURE} d{columns[0]}", *others]))
        finally:
            self.words = words
