"""The audit of a derivation: which of its lines follow, and what is wrong with those that do not.

A line is an equation, such as "∂L/∂e = α ∂L/∂d = α ∂L/∂c". Every equals sign in it is a claim,
which is compared and, where it is false, marked. A slip is blamed once: a line behind it that
follows from it is told to.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import pairwise

import sympy as sp
from sympy import Expr

from lvmcalc import notation
from lvmcalc.calculus import CannotBeFormed, UnsupportedExpression, Verdict
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.calculus.expressions import check_shapes
from lvmcalc.chain import Chain
from lvmcalc.marking.audit_report import Audit, Line, credit
from lvmcalc.marking.blaming import NO_VALUE, Blaming
from lvmcalc.marking.derivation_text import Piece, letters_given, pieces
from lvmcalc.marking.exercise import RIGHT, exercise_of
from lvmcalc.marking.increments import (
    at_rest,
    has_differentials,
    in_increments,
    moved,
    slope,
    with_adjoints,
)
from lvmcalc.marking.lettering import Lettering
from lvmcalc.marking.marker import LATE
from lvmcalc.marking.mistakes import Finding
from lvmcalc.marking.own_letters import OwnLetters
from lvmcalc.marking.slips import Slips
from lvmcalc.marking.stationary import UNKNOWN, where_flat
from lvmcalc.marking.text_answers import refuse_large
from lvmcalc.marking.time_limit import TimeIsUp, time_limit
from lvmcalc.marking.wording import (
    as_adjoints,
    asked_for,
    changing,
    is_named,
    with_gradient,
)
from lvmcalc.models import chain_named
from lvmcalc.notation import Unreadable
from lvmcalc.notation.forming import as_number, change_of
from lvmcalc.notation.parser import readings
from lvmcalc.notation.passages import sides_of
from lvmcalc.notation.tables import ARRAYS
from lvmcalc.notation.vocabulary import matching, typed


def audit(lines: str | Iterable[str], of: str | Chain) -> Audit:
    """Check a derivation line by line.

    Parameters
    ----------
    lines : str or list of str
        Equations in ordinary notation, one in each line, as they were written: with numbers, words
        between them, definitions ("Let A = K⁻¹Y"), differentials, or as an `align` of LaTeX.
    of : {"autoencoder", "gplvm", "gplvm.log_det", "gplvm.trace"} or Chain
        A model, or a chain of your own.

    Returns
    -------
    Audit

    Raises
    ------
    TypeError, ValueError
        If the lines are no text, or if there is no such chain. A line that cannot be read is told
        in the audit.
    """
    chain = chain_named(of)
    given = [lines] if isinstance(lines, str) or not isinstance(lines, Iterable) else [*lines]
    if not all(isinstance(text, str) for text in given):
        raise TypeError("A derivation is text, or a list of lines of text.")
    text = as_adjoints("\n".join(given), chain)
    return _Auditor(chain).audited(pieces([text], chain.vocabulary))


class _Auditor(Lettering, Blaming):
    """Walk through the pieces of a derivation, with what has been defined and what went wrong."""

    def __init__(self, chain: Chain):
        self.chain, self.words = chain, chain.vocabulary
        if "L" not in self.words:  # it is L whatever it is called
            self.words = self.words.extended({"L": chain[chain.output].symbol})
        self.letters = OwnLetters(chain, lambda *sides: self.verdict(*sides).holds)
        self.words = self.words.with_parts(self.letters.slopes)
        self.slips = Slips(chain, self.in_leaves, self.letters, self.letters.same)
        self.head: Expr = sp.S.Zero  # what the equation began with that goes on over some lines
        self.arrays = False  # whether the lines are code for arrays
        self.lost: dict[str, int] = {}  # the letters that an unreadable line defines, and the line
        self.vague: dict[str, int] = {}  # stages of which a line says in words what they are
        self.misfits_in: dict[str, int] = {}  # the lines by a letter with what cannot be formed
        self.misfit: dict[str, int] = {}  # the lines by what cannot be formed in them
        self.traceless = 0  # the first line with a trace missing
        self.moving: tuple[str, ...] = ()  # the leaves that change in the derivation

    def audited(self, found: list[Piece]) -> Audit:
        lines: list[Line] = []
        self.arrays = any(ARRAYS.search(piece.text) for piece in found)  # it is code
        with suppress(TimeIsUp), time_limit():
            found = self.with_output(found)
            self.moving = changing(self.chain, found)
            found = [with_gradient(self.chain, piece, self.moving) for piece in found]
        taken: Piece | None = None  # the rest of the line before, which was broken there
        for piece, behind in pairwise([*found, Piece("words", "")]):
            if piece is taken:
                continue
            piece = self.meant(piece)
            check = {"words": self.said, "definition": self.defined}.get(piece.kind, self.checked)
            try:
                with time_limit():
                    line = check(piece, len(lines) + 1)
                    if line.status == "refuted" and (behind.kind, "=" in behind.text) == (
                            "claim", False):
                        whole = piece._replace(text=f"{piece.text} {behind.text}")
                        if (joined := self.checked(whole, len(lines) + 1)).status in RIGHT:
                            line, taken = joined, behind
                            self.slips.drop(len(lines) + 1)
            except TimeIsUp:
                late = Finding("unreadable", piece.text, f"{LATE[0].upper()}{LATE[1:]}.")
                line = Line(piece.text, self.chain, findings=(late,))
            lines.append(line)
        told = credit(self.chain, lines, partial(asked_for, self.chain), self.meaning)
        return Audit(tuple(lines), tuple(told))

    # One piece each
    def said(self, piece: Piece, number: int) -> Line:
        if (name := notation.spelling(piece.name)) in self.unnamed:
            self.vague[name] = number
        return Line(piece.text, self.chain, kind="words")

    def defined(self, piece: Piece, number: int) -> Line:
        """Return the line of a definition, whose letter is understood from then on."""
        _, *others = sides_of(piece.text)
        name = notation.spelling(piece.name)
        again = name in {letter.name for letter in self.letters.formulas} and not piece.said
        if again and not re.search(rf"(?<![A-Za-z]){re.escape(piece.name)}(?![A-Za-z])", others[0]):
            return self.checked(piece, number)  # nor is it code, as G = G Gᵀ
        try:
            values = [as_number(readings(other, self.words, arrays=self.arrays)[0].formula)
                      for other in others]
            refuse_large(self.meaning(values[0]), piece.text)
            check_shapes(self.meaning(values[0]))
        except Unreadable as error:
            return self.unreadable(piece, number, str(error), name)
        except CannotBeFormed as error:
            self.words, self.misfits_in[name] = self.words.without(name), number
            self.lost[name] = number
            return self.misshapen(piece, error)
        letter = matching(name, values[0])
        self.words = self.letters.define(letter, values[0], self.words)
        self.lost.pop(letter.name, None)
        verdicts = tuple(self.verdict(*pair) for pair in pairwise(values))
        return Line(piece.text, self.chain, (letter, *values), verdicts,
                    kind="claim" if verdicts else "definition")

    def unreadable(self, piece: Piece, number: int, reason: str, name: str = "") -> Line:
        """Return a line that cannot be read. Nobody knows from now on what the letters mean that it
        defines."""
        for lost in self.lost:
            if re.search(rf"(?<![a-z\\])(?:d|\\)?{typed(lost)}(?![a-z])", piece.text) and (
                    not piece.error):
                reason = f"Line {self.lost[lost]}, which defines {lost}, could not be read."
                if lost in self.misfits_in:
                    return Line(piece.text, self.chain, follows=self.misfits_in[lost])
        for given in ({name} if name else letters_given(piece.text)) - {*self.words.outputs}:
            self.words = self.words.without(given)
            self.lost.setdefault(given, number)
        wrong = Finding("unreadable", piece.text, reason)
        return Line(piece.text, self.chain, findings=(wrong,))

    def checked(self, piece: Piece, number: int) -> Line:
        """Return the line of a claim, an equation with one equals sign or more."""
        if piece.name and notation.spelling(piece.name) in self.lost and not piece.error:
            return self.defined(piece._replace(said=True), number)
        line = Line(piece.text, self.chain)
        try:
            if piece.error:
                raise Unreadable(piece.error)
            sides = self.sides(piece.text)
            sides = sides[:-1] if piece.flat and sides[2:] and sides[-1] == 0 else sides
            self.head = self.head if piece.goes_on else sides[0]
            traced = self.traced(sides)
            changes = [*map(change_of, traced)] if piece.constant else traced
            verdicts = tuple(self.verdict(*pair) for pair in pairwise(changes))
            if piece.flat and not all(verdict.holds for verdict in verdicts):
                if is_named(self.chain, sides[0]) and sides[1:] == (0,):
                    return self.said(piece, number)
                if not is_named(self.chain, sides[0]):
                    verdicts = tuple(self.where_flat(*pair) for pair in pairwise(traced))
        except (Unreadable, UnsupportedExpression) as error:
            return self.unreadable(piece, number, str(error))
        except CannotBeFormed as error:
            return self.misshapen(piece, error)
        line = replace(line, sides=sides, verdicts=verdicts)
        right = all(verdict.status in RIGHT for verdict in verdicts)
        for name in self.vague.keys() & {symbol.name for side in sides
                                         for symbol in side.free_symbols} if not right else ():
            return self.unreadable(piece, number, f"Line {self.vague[name]} says in words what "
                                   f"{name} is: say it with a formula.")
        if right and sides[0] == self.chain[self.chain.output].symbol:
            self.letters.whole = as_number(sides[-1])
        return line if right and traced == sides else self.blamed(line, traced, number)

    # Verdicts
    def verdict(self, left: Expr, right: Expr) -> Verdict:
        """Return whether two sides are equal."""
        left, right = self.in_leaves(left, right)
        # The gradients of the whole come from the differential here, those of the stages from the
        # adjoints, so that the two are held against each other.
        known = self.chain.remember("gradients from the differential", lambda: {
            self.chain.adjoint_symbol(name): slope(self.chain, self.chain.expression(), leaf.symbol)
            for name, leaf in self.chain.leaves.items()})
        exercise = exercise_of(self.chain, next(iter(self.chain.leaves)))
        verdict = exercise.compare(left.xreplace(known), right.xreplace(known))
        if verdict.status == "refuted":
            return verdict
        try:
            for side in (left, right):
                exercise.values(at_rest(self.chain, side))
        except OutsideDomain:
            return Verdict("refuted", NO_VALUE)
        return verdict

    def where_flat(self, left: Expr, right: Expr) -> Verdict:
        """Return whether two sides are equal where the gradient is zero."""
        found = self.verdict(left, right)
        found = found if found.holds else where_flat(self.chain, *self.in_leaves(left, right))
        if found is None:
            raise Unreadable(UNKNOWN)
        return found

    def in_leaves(self, *sides: Expr, whole: bool = False) -> list[Expr]:
        """Return sides without definitions, and with differentials of leaves only.

        Those leaves change whose differential is written, or else that of something in which they
        stand on the last side; if none is, those of the derivation. With `whole`, dL is the sum of
        all tr((∂L/∂X)ᵀ dX), whatever the adjoints are.
        """
        moving = moved(self.chain, [*map(self.meaning, sides)], self.moving)
        if whole:
            sides = tuple(with_adjoints(self.chain, side, moving) for side in sides)
        found = [*map(self.meaning, sides)]
        if len({side.is_Matrix for side in found}) > 1:
            found = [*map(as_number, found)]
        if any(has_differentials(self.chain, side) for side in found):
            found = [in_increments(self.chain, side, moving) for side in found]
        return found
