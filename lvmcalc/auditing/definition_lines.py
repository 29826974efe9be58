"""Define the letters of a derivation."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import sympy as sp
from sympy import Expr

from lvmcalc import notation
from lvmcalc.auditing.audit_report import Line
from lvmcalc.auditing.backprop_notation import BAR
from lvmcalc.auditing.conditions import ASSUMED
from lvmcalc.auditing.context import Context
from lvmcalc.auditing.pieces import ENTRY_OF_MATRIX, Piece
from lvmcalc.calculus import CannotBeFormed, UnsupportedExpression, Verdict
from lvmcalc.calculus.expression_checks import check_shapes
from lvmcalc.marking.differential_answers import has_differentials, in_increments, increments
from lvmcalc.marking.left_side import letter_for, letter_read, refuse_large
from lvmcalc.marking.mistakes import finding
from lvmcalc.notation import Unreadable
from lvmcalc.notation.forming import as_number, change_of
from lvmcalc.notation.formula_finder import sides_of
from lvmcalc.notation.vocabulary import matching

_DIAGONAL = re.compile(r"([^\W\d_]+)_\{?([a-z])\2\}?")  # the entries S_ii of a diagonal matrix
_TURNED = r"(?:ᵀ|\^\s*\{?\s*(?:T|\\top|\\intercal)\s*\}?)"


class DefinitionLines:
    """Handle definitions in a derivation."""

    def __init__(self, context: Context, unreadable: Callable[..., Line],
                 conditional: Callable[..., Line | None]):
        self.context, self.chain, self.letters = context, context.chain, context.letters
        self.meaning, self.verdict = context.meaning, context.verdict
        self.unreadable, self.conditional = unreadable, conditional

    def misshapen(self, piece: Piece, error: CannotBeFormed) -> Line:
        """Return the line of a formula that cannot be formed.

        It follows from a line before that could not be formed for the same reason.
        """
        before = self.context.shape_errors.setdefault(str(error), piece.at)
        if before != piece.at:
            return Line(piece.text, self.chain, follows=before)
        wrong = finding("shape", str(error)[:1].upper() + str(error)[1:], piece.text)
        return Line(piece.text, self.chain, verdicts=(Verdict("refuted", str(error)),),
                    findings=(wrong,))

    def line(self, piece: Piece) -> Line | None:
        """Define a letter, and return the line; None if it claims something of a known letter."""
        context, (_, *others) = self.context, sides_of(piece.text)
        name = notation.spelling(piece.name)
        if name.endswith(BAR):
            return self._adjoint_defined(piece, name.removesuffix(BAR))
        if self._is_claim(piece, name, others[0]):
            return None
        diagonal = _DIAGONAL.fullmatch(piece.name)
        known = {letter.name for letter in self.letters.formulas}
        of = diagonal[1] if diagonal else ""
        if of in context.vocabulary and not {of, name} & known:
            return self.unreadable(piece, f"This defines only the diagonal entries of {of}.")
        try:
            called = f"{of}_{diagonal[2]}" if diagonal else name
            read = [letter_read(called, other, context.vocabulary, context.arrays)
                    for other in others]
            name = read[0][0]
            values = [as_number(ways[0].formula) for _, ways in read]
            if diagonal and not all(value.is_Matrix for value in values):
                raise Unreadable(f"The size of {of} is not known: define {of} as a matrix.")
            if diagonal:
                values = [*map(sp.DiagMatrix, values)]
            if diagonal and name in known:
                letter = context.vocabulary[name]
                verdicts = tuple(self.verdict(letter, value) for value in values)
                if not verdicts[0].holds:
                    raise Unreadable(f"{name} was defined differently before.")
                return Line(piece.text, self.chain, (letter, *values), verdicts)
            refuse_large(self.meaning(values[0]), piece.text)
            check_shapes(self.meaning(values[0]))
        except Unreadable as error:
            return self.unreadable(piece, str(error), name)
        except CannotBeFormed as error:
            context.vocabulary = context.vocabulary.without(name)
            context.misshapen[name] = context.undefined[name] = piece.at
            return self.misshapen(piece, error)
        base = name.removeprefix("d")
        if base and base != name and base not in context.vocabulary and has_differentials(
                self.chain, self.meaning(values[0])):
            return self._integrated(piece, name, values)
        letter = letter_for(name, values[0], read[0][1][0], piece.text)
        context.define(letter, values[0])
        context.left_side = letter
        context.undefined.pop(letter.name, None)
        entry = ENTRY_OF_MATRIX.fullmatch(piece.name)
        if entry and entry[1].upper() not in context.vocabulary:
            context.vocabulary = context.vocabulary.extended({entry[1].upper(): letter})
        verdicts = tuple(self.verdict(*pair) for pair in pairwise(values))
        if context.assumption and not all(verdict.holds for verdict in verdicts):
            told = self.conditional(piece, (*values,), verdicts)  # as e = y − X w = 0
            return replace(told, sides=(letter, *values)) if told else self.unreadable(
                piece, ASSUMED.format(context.assumption.at))
        return Line(piece.text, self.chain, (letter, *values), verdicts, at=piece.at,
                    kind="claim" if verdicts else "definition")

    def _is_claim(self, piece: Piece, name: str, formula: str) -> bool:
        """Return whether a piece claims something of a letter that is known."""
        if name[:1] == "d" and name[1:] in self.context.vocabulary.differentials:
            return True
        if piece.declared or name not in {letter.name for letter in self.letters.formulas}:
            return False
        letter = re.escape(piece.name)
        symmetric = not self.context.arrays and re.fullmatch(
            rf"\s*{letter}\s*{_TURNED}[\s.,$]*", formula)  # in code, G = G.T redefines G
        return bool(symmetric) or not re.search(rf"(?<![A-Za-z]){letter}(?![A-Za-z])", formula)

    def _integrated(self, piece: Piece, name: str, values: list[Expr]) -> Line:
        """Return the line of dp = X dw, which defines p = X w up to a constant."""
        base = name.removeprefix("d")
        told = f"This defines {name}, but no line defines {base} itself."
        whole = self.whole(values[0])
        if whole is None:
            return self.unreadable(piece, told, name)
        self.context.unclear[base] = told
        self.context.define(matching(base, whole), whole)
        return Line(piece.text, self.chain, (matching(name, whole), *values), kind="definition")

    def whole(self, change: Expr) -> Expr | None:
        """Return X w for X dw, None for a differential of another kind."""
        steps = increments(self.chain, change)
        whole = change.xreplace({step: self.chain[name].symbol for step, name in steps.items()
                                 if name in self.chain.leaves})
        moving = tuple(steps.values())
        found = in_increments(self.chain, change_of(whole), moving)
        right = len(moving) == 1 and self.verdict(found, change).holds
        return whole if right else None

    def _adjoint_defined(self, piece: Piece, of: str) -> Line | None:
        """Define the adjoint of a letter in code; return None if the adjoint is known."""
        with suppress(Unreadable, UnsupportedExpression):
            if any(letter.name == of for letter in self.letters.formulas):
                self.meaning(self.context.vocabulary.spellings[of + BAR])
                return None
        try:
            value = self.context.readings(sides_of(piece.text)[1])[0].formula
        except (Unreadable, CannotBeFormed) as error:
            return self.unreadable(piece, str(error), piece.name)
        symbol = matching(f"{notation.adjoint_name(self.chain.output, of)} ", value)
        self.context.vocabulary = self.letters.define_adjoint(
            symbol, of, value, self.context.vocabulary)
        return Line(piece.text, self.chain, (symbol, value), kind="definition")
