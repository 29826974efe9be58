"""Exponents, and which powers are meant entry by entry."""

import re

import sympy as sp
from sympy import Expr

from lvmcalc.notation import forming
from lvmcalc.notation.atoms import CLOSING
from lvmcalc.notation.calls import OTHER_NAMES, Calls
from lvmcalc.notation.tokens import LARGEST_POWER, Token, Unreadable

_TURN = re.compile(r"[Tᵀ⊤†'H]|top|intercal|transpose")
# What says that powers are meant entry by entry, where the matrix can have no other
_OF_ENTRIES = re.compile(r"\b(?:sum|solve|t?crossprod|rowSums|colSums)\(|[∘⊙]|\\odot|\\circ|\.\*"
                         r"|\*\*|\blog\(")


class Powers(Calls):
    """Read the exponent ahead, and say how it is meant."""

    circles: set[Token]  # each ^ in front of a ∘

    def refuse_primes(self, last: str, here: str, inner: Expr) -> None:
        """Refuse x'' and x'ᵀ: a prime beside another, or beside a transpose, is none itself.

        So are A_ij^T and A_ij^-1, in which A may be turned, or the entry.
        """
        part = self.sums.parts.get(inner)
        if part and part.column and re.search(r"-\s*1|⁻¹|[Tᵀ'⊤]|top", here):
            raise Unreadable(f"It is not clear whether `{here.strip()}` belongs to the matrix or "
                             "its entry: write (…)_ij for an entry of an inverse or a transpose.",
                             self.ahead.start - len(here))
        if "'" in last + here and _TURN.search(last) and _TURN.search(here):
            raise Unreadable(f"It is not clear what `{last.strip()}{here.strip()}` means: write ᵀ "
                             "once for a transpose.", self.ahead.start - len(last + here))

    def refuse_tower(self, exponent: str | Expr, raised: bool, at: Token | None = None) -> None:
        """Refuse one exponent above another, and one that is too large."""
        number = exponent if isinstance(exponent, Expr) else sp.Integer(
            0 if "T" in exponent else exponent)
        if raised or (number.is_Number and abs(number) > LARGEST_POWER):
            if at:
                self.place = self.tokens.index(at)
            raise self.fail(f"one exponent from -{LARGEST_POWER} to {LARGEST_POWER}")

    def exponent(self) -> str | Expr:
        """Return what stands behind ^: T or -T, or a number."""
        begun = self.place
        bracket = self.accept("{", "(", "[")
        sign = self.accept("+", "-")
        if self.ahead.text in ("T", "-T"):
            sign = "-" if "-" in self.ahead.text + sign else ""
            self.place += 1
            if not bracket or self.accept(CLOSING[bracket]):
                return "-T" if sign == "-" else "T"
            raise self.fail(f"the closing {CLOSING[bracket]}")
        self.place = begun
        if self.ahead.text in ("(", "{", "["):
            return forming.as_number(self.bracket())
        sign = self.accept("+", "-")
        value = forming.as_number(self.atom())
        return -value if sign == "-" else value

    def exponential(self, token: Token, base: Expr, exponent: str | Expr) -> Expr | None:
        """Return exp(…) for e^(…), where the matrix e can have no such exponent; else None."""
        no_power = isinstance(exponent, Expr) and not forming.is_number(base) and not (
            forming.is_number(exponent) and forming.as_number(exponent).is_Integer)
        return self.functions["exp"](exponent) if (
            no_power and token[:2] == ("name", "e") and "exp" in self.functions) else None

    # Entry by entry
    def circled(self, at: Token) -> bool:
        """Return whether the exponent ahead is one for every entry, as in A^{∘ -1}."""
        place = self.place + (self.ahead.text in ("{", "("))
        if self.tokens[place][:2] == ("sign", "∘"):
            del self.tokens[place]
            self.circles.add(at)  # it may be read a second time
        return at in self.circles

    def dotted(self, at: Token, base: Expr, exponent: str | Expr) -> bool:
        """Return whether a power is one of every entry, as .^ is, and ^ in code for arrays.

        K^-1 beside @ is the inverse all the same: only R takes it entry by entry.
        """
        inverts = self.text[at.start] == "^" and str(exponent).startswith("-") and (
            base.is_Matrix and forming.fit(*base.shape) and "%*%" not in self.text)
        return self.text[at.start] == "." or (self.arrays and not inverts)

    def only_by_entries(self, base: Expr) -> bool:
        """Return whether a power can only be meant entry by entry, as R's solve(K, Y)^2."""
        said = _OF_ENTRIES.search(self.text) or any(
            token.kind in ("function", "method") and OTHER_NAMES.get(token.text, token.text).rstrip(
                "'") in self.vocabulary.of_numbers for token in self.tokens)
        return not forming.is_number(base) and not forming.fit(base.rows, base.cols) and bool(said)
