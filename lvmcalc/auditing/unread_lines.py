"""Classify lines that are no equation."""

import re
from contextlib import suppress
from itertools import pairwise

from sympy import S

from lvmcalc.auditing.assumptions import Assumption
from lvmcalc.auditing.audit_report import Line, capital
from lvmcalc.auditing.backprop_notation import stages_of
from lvmcalc.auditing.context import Context
from lvmcalc.auditing.pieces import Piece
from lvmcalc.auditing.quoted_rules import EXPANSION, NUMBER, letters_of_rule
from lvmcalc.auditing.said_letters import SaidLetters
from lvmcalc.auditing.side_reading import SideReader
from lvmcalc.auditing.words_beside import equation_among_words
from lvmcalc.calculus import CannotBeFormed, UnsupportedExpression
from lvmcalc.marking.derivation_text import DENIES, OPERATING, TELLING, letters_given
from lvmcalc.marking.exercise import RIGHT
from lvmcalc.marking.mistakes import Finding
from lvmcalc.notation import Unreadable
from lvmcalc.notation.formula_finder import sides_of
from lvmcalc.notation.vocabulary import typed

_WORD = re.compile(r"[\s$.,;:)]*(?:([A-Za-z]{2,}).*)?$", re.DOTALL)  # behind a formula
_LETTER = re.compile(r"[\s$]*([^\W\d_])(?:ᵀ|'|\^\s*\{?(?:T|\\top)\}?)?[\s.,$]*")
_EXPANDED = "It is an expansion with a remainder O(…): it is not checked."
_A_NUMBER = "It gives a number to a letter that the model does not have: it is not checked."
_RULE = "It is a rule in letters of its own, {}: it is not checked."
_BESIDE = "The words beside the equation are not checked."
_HESSIAN = "H is read as the Hessian."
_OF_MATRIX = r"\s*\}?\s*[/{]*\s*".join(2 * [r"(?:∂|\\partial)\s*(\\?[^\W_]+)_\{?\w{2}\}?"])
_ENTRY_BY_ENTRY = re.compile(_OF_MATRIX)
_ENTRIES = "The derivative of an entry of {} by an entry of {} is not read."


class UnreadLines:
    """Classify lines that cannot be read."""

    def __init__(self, context: Context, reader: SideReader, said: SaidLetters):
        self.context, self.chain, self.letters = context, context.chain, context.letters
        self.reader, self.said = reader, said

    def _not_checked(self, piece: Piece) -> str:
        """Return why an unreadable line needs no check, "" if it should have been readable."""
        if EXPANSION.search(piece.text):
            return _EXPANDED
        if NUMBER.match(piece.text):
            return _A_NUMBER
        known = {*stages_of(self.chain), *self.context.undefined, *(
            letter.name for letter in self.letters.formulas)}
        letters = letters_of_rule(piece.text, self.chain.vocabulary, known)
        left, *others = sides_of(piece.text)
        said = _LETTER.fullmatch(others[0]) if len(others) == 1 else None
        if re.match(r"\s*(?:\\(?:mathrm|text)\s*)?d", left):
            self.context.rule_letters |= {*letters}
        elif said and said[1] in self.context.rule_letters:  # the A of dL = tr(Aᵀ dX)
            letters = [said[1]]
        return _RULE.format(" and ".join(letters)) if letters else ""

    def _otherwise(self, piece: Piece, among: bool) -> Line | None:
        """Return the line if another way of reading it makes it right, else None.

        With `among`, its equation may stand among unknown words.
        """
        ways = {}
        if piece.name == "H" and "H" not in self.context.undefined:
            ways[_HESSIAN] = f"∇²L = {' = '.join(sides_of(piece.text)[1:])}"
        if among and (inside := equation_among_words(piece.text, self.chain.vocabulary)):
            ways[_BESIDE] = inside
        for note, text in ways.items():
            with suppress(Unreadable, UnsupportedExpression, CannotBeFormed):
                sides = self.reader.sides(text)
                verdicts = tuple(self.context.verdict(*pair) for pair in pairwise(sides))
                if verdicts and all(verdict.status in RIGHT for verdict in verdicts):
                    return Line(piece.text, self.chain, sides, verdicts, note=note)
        return None

    def _repeats(self, text: str, name: str) -> bool:
        """Return whether a text only repeats what a letter means already."""
        equation = re.compile(rf"(?P<before>[A-Za-z]*)[\s$]*(?<![A-Za-z\\]){typed(name)}\s*&?\s*:?="
                              r"(?P<rest>[^=]*)")
        found = [*equation.finditer(text)]
        for match in found:
            formula, dollar, behind = match["rest"].partition("$")
            parts = formula.split(" ")
            end = next((end for end in range(len(parts), 0 if not dollar else len(parts) - 1, -1)
                        if self.said.agrees(Piece("claim", f"= {' '.join(parts[:end])}"), name)), 0)
            beside = _WORD.match(" ".join([*parts[end:], behind]))
            if not (end and beside) or any(it.search(f"{match['before']} it {beside[1] or ''} it")
                                           for it in (TELLING, OPERATING, DENIES)):
                return False
        return bool(found)

    def line(self, piece: Piece, reason: str, name: str = "") -> Line:
        """Return an unreadable line, and mark the letters it defines as unknown."""
        if piece.condition == "assumption":
            self.context.assumption = Assumption(self.context.conditions, S.Zero, S.One, piece.at)
        if found := self._otherwise(piece, "Beside the formula" in reason):
            return found
        if note := self._not_checked(piece):
            return Line(piece.text, self.chain, kind="words", note=note)
        for lost, at in self.context.undefined.items():
            if re.search(rf"(?<![a-z\\])(?:d|\\)?{typed(lost)}(?![a-z])", piece.text) and (
                    not piece.error):
                reason = f"{capital(at)}, which defines {lost}, could not be read."
                if lost in self.context.misshapen:
                    return Line(piece.text, self.chain, follows=self.context.misshapen[lost])
        scalar = {f"{d}{output}" for output in self.context.vocabulary.outputs for d in ("", "d")
                  if "cholesky" not in piece.text.lower()}  # whose factor is also called L
        for given in ({name} if name else letters_given(piece.text)) - scalar - {
                *self.chain.leaves}:
            if given in self.context.vocabulary and self._repeats(piece.text, given):
                continue
            self.context.vocabulary = self.context.vocabulary.without(given)
            self.context.undefined.setdefault(given, piece.at)
        if reason.startswith("There is no") and (of := _ENTRY_BY_ENTRY.search(piece.text)):
            reason = _ENTRIES.format(*of.groups())
        wrong = Finding("unreadable", piece.text, reason)
        return Line(piece.text, self.chain, findings=(wrong,))
