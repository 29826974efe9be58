"""The audit of a derivation: which of its lines follow, and what is wrong with those that do not.

A line is an equation, such as "∂L/∂e = α ∂L/∂d = α ∂L/∂c". Every equals sign in it is a claim,
which is compared and, where it is false, marked. A slip is blamed once: a line behind it that
follows from it is told to.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import pairwise

import sympy as sp
from sympy import Expr

from lvmcalc import notation
from lvmcalc.auditing.assumptions import said_of_rows
from lvmcalc.auditing.audit_report import DOTS, PROPORTIONAL, Audit, Line, capital, credit
from lvmcalc.auditing.backprop_notation import as_adjoints, as_typed, of_own_letters, stages_of
from lvmcalc.auditing.blaming import NO_VALUE, Blaming
from lvmcalc.auditing.carried_forward import Slips
from lvmcalc.auditing.conditional_lines import ZERO_GRADIENT, Conditioned, is_misfit
from lvmcalc.auditing.conditions import Conditions, NoNumbers
from lvmcalc.auditing.contributions import SAID_TWICE, TOLD, is_contribution, nearest
from lvmcalc.auditing.definition_lines import Defining
from lvmcalc.auditing.function_notation import at_another_point, without_arguments
from lvmcalc.auditing.gradient_names import asked_for, changing, foreign_to, with_gradient
from lvmcalc.auditing.loss_names import audit_renamed_loss
from lvmcalc.auditing.newton_names import with_newton
from lvmcalc.auditing.own_letters import OwnLetters
from lvmcalc.auditing.page_layout import laid_out
from lvmcalc.auditing.pieces import Piece, pieces
from lvmcalc.auditing.positions import Position
from lvmcalc.auditing.reading_order import reading_order
from lvmcalc.auditing.resized_chains import of_one_sample, with_free_letters, with_misfits_behind
from lvmcalc.auditing.wordings import as_equations
from lvmcalc.calculus import CannotBeFormed, UnsupportedExpression, Verdict
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.chain import Chain
from lvmcalc.marking.differential_answers import (
    at_rest,
    gradient_of,
    has_differentials,
    in_increments,
    moved,
    with_adjoints,
)
from lvmcalc.marking.exercise import RIGHT, exercise_of
from lvmcalc.marking.marker import LATE
from lvmcalc.marking.mistakes import Finding
from lvmcalc.marking.time_limit import TimeIsUp, time_limit
from lvmcalc.models import chain_named
from lvmcalc.notation import Unreadable
from lvmcalc.notation.forming import as_number, change_of
from lvmcalc.notation.formula_finder import sides_of
from lvmcalc.notation.lexicon import ARRAYS
from lvmcalc.notation.vocabulary import matching


def audit(lines: str | Iterable[str], of: str | Chain) -> Audit:
    """Check a derivation line by line.

    Parameters
    ----------
    lines : str or list of str
        Equations in ordinary notation, one in each line, as they were written: with numbers, words
        between them, definitions ("Let A = K⁻¹Y"), differentials, or as an `align` of LaTeX. The
        audit counts the lines as they were pasted, blank ones too, from the first with a text.
    of : str or Chain
        The name of a model, one of `lvmcalc.models.CHAINS`, or a chain of your own.

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
    text = "\n".join(given)
    if isinstance(lines, str):  # """ stands on a line of its own
        text = re.sub(r"\A\s*\n", "", text)
    text = as_equations(with_newton(laid_out(text, chain), chain), chain)
    chain = with_free_letters(chain, text)
    text, letters = without_arguments(text, chain)
    return audit_renamed_loss(text, chain, partial(_judged, chain=chain, letters=letters))


def _judged(text: str, chain: Chain, letters: Iterable[str]) -> Audit:
    """Return the audit of a text in which L stands for the scalar."""
    read = as_adjoints(text, chain)

    def again(other: Chain, sizes: Iterable[str] = ()) -> Audit:
        return _audited(read, other, letters, read != text, sizes)

    found = with_misfits_behind(of_one_sample(again(chain), chain, again), chain,
                                lambda other: again(other, chain.vocabulary.lengths))
    if found.first_wrong and (other := as_adjoints(read, chain, on_paper=True)) != read:
        second = _audited(other, chain, letters, True)
        return found if second.first_wrong or second.unread else second
    return found


def _audited(text: str, chain: Chain, letters: Iterable[str], code: bool,
             sizes: Iterable[str] = ()) -> Audit:
    """Return the audit of a text, in which X_bar may stand for the dX of code.

    All `sizes` are the one size of the chain.
    """
    found = [at_another_point(piece, letters, chain)
             for piece in pieces([text], chain.vocabulary)]
    if not code:
        return _Auditor(chain, text, sizes).audited(found)
    audit = _Auditor(chain, text, sizes).audited([of_own_letters(piece, chain) for piece in found])
    return replace(audit, lines=tuple(replace(line, text=as_typed(line.text), findings=tuple(
        replace(it, sentence=as_typed(it.sentence)) for it in line.findings))
        for line in audit.lines))


class _Auditor(Conditioned, Defining, Blaming):
    """Walk through the pieces of a derivation, with what has been defined and what went wrong."""

    def __init__(self, chain: Chain, text: str, sizes: Iterable[str] = ()):
        self.chain, self.words = chain, chain.vocabulary
        self.words = self.words.extended({
            name: self.words[size] for size in chain.vocabulary.lengths
            for name in {*sizes} - {*chain.vocabulary}})
        if "L" not in self.words:  # it is L whatever it is called
            self.words = self.words.extended({"L": chain[chain.output].symbol})
        self.letters = OwnLetters(chain, self.same)
        self.words = self.words.with_parts(self.letters.slopes)
        self.slips = Slips(chain, self.in_leaves, self.letters, self.letters.same)
        self.head: Expr = sp.S.Zero  # what the equation began with that goes on over some lines
        self.arrays = False  # whether the lines are code for arrays
        self.rules: set[str] = set()  # the letters of rules for dL
        self.lost: dict[str, Position] = {}  # the lines by the letters that they lose
        self.vague: dict[str, str] = {}  # what is not known of stages and letters
        self.misfits_in: dict[str, Position] = {}  # by a letter with what cannot be formed
        self.told: dict[tuple[Expr, tuple[Finding, ...] | Expr], Position] = {}
        self.misfit: dict[str, Position] = {}  # the lines by what cannot be formed in them
        self.contributions: list[Expr] = []  # of paths, as they were said
        self.conditions = Conditions(chain)
        self.assumption = said_of_rows(self.conditions, text)
        self.total = False  # whether the words before speak of a total differential
        self.traceless: Position | None = None  # the first line with a trace missing
        self.moving: tuple[str, ...] = ()  # the leaves that change in the derivation

    def audited(self, found: list[Piece]) -> Audit:
        lines: dict[int, Line] = {}
        self.arrays = any(ARRAYS.search(piece.text) for piece in found)  # it is code
        self.foreign = foreign_to(self.chain, found)
        with suppress(Exception), time_limit():  # what cannot be done is told line by line
            found = [*map(self.meant, self.with_output(found))]
            self.moving = self.conditions.moving = changing(self.chain, found)
            found = [with_gradient(self.chain, piece, self.moving) for piece in found]
        taken: set[int] = set()  # the rests of the lines before them, which were broken there
        for place in reading_order(found, stages_of(self.chain)):
            if place in taken:
                continue
            piece, head = found[place], self.head
            try:
                with time_limit():
                    piece = self.meant(self.estimate(piece))  # in letters that are known by now
                    if piece.kind == "definition" and (self.value(
                            piece, self.words.outputs[-1]) or self.is_loss(found, piece)):
                        found = self.called_output(found, found[place])
                        piece = found[place]
                    line = {"words": self.said, "definition": self.defined}.get(
                        piece.kind, self.checked)(piece)
                    if line.status == "refuted" and not line.findings and not line.follows:
                        letter, *values = line.sides  # G = ∂L/∂K = …
                        line = self.blamed(replace(line, sides=(*values,)), (*values,))
                        line = replace(line, sides=(letter, *values))
                    for text, rest in self.joined(found, place, piece) if (
                            line.status == "refuted") else ():
                        if (other := self.checked(piece._replace(text=text))).status in RIGHT:
                            line, taken = other, taken | rest
                            self.slips.drop(piece.at)
                            break
            except TimeIsUp:
                late = Finding("unreadable", piece.text, f"{LATE[0].upper()}{LATE[1:]}.")
                line = Line(piece.text, self.chain, findings=(late,))
            except Exception as error:  # as one letter for two things: a text never ends an audit
                line = self.unreadable(piece, str(error))
            self.head = head if piece.beside else self.head
            lines[place] = replace(line, at=piece.at)
        sizes = {self.words[name] for name in self.words.lengths}
        ordered = [lines[place] for place in sorted(lines)
                   if not (len({*lines[place].sides}) == 1 and {*lines[place].sides} <= sizes)]
        told = credit(self.chain, ordered, partial(asked_for, self.chain), self.meaning)
        return Audit(tuple(ordered), tuple(told))

    def joined(self, found: list[Piece], place: int, piece: Piece,
               ) -> Iterator[tuple[str, set[int]]]:
        """Yield what else an equation may be, with the numbers of the pieces that it takes: one
        with the rest of it on the next line, or one that goes on with another equation before it.
        """
        behind = [*found, Piece("words", "")][place + 1]
        if behind.kind == "claim" and "=" not in behind.text:
            yield f"{piece.text} {behind.text}", {place + 1}
        last = found[place - 1].at.line
        for before in [it for it in found[:place] if it.at.line == last] if piece.goes_on else ():
            yield " = ".join([sides_of(before.text)[-1], *sides_of(piece.text)[1:]]), set()

    # One piece each
    def said(self, piece: Piece) -> Line:
        name = notation.spelling(piece.name)
        self.total = "total" in piece.text.lower()
        if name in self.chain.unnamed:
            self.vague[name] = (f"{capital(piece.at)} says in words what {name} is: say it with a "
                                "formula.")  # nobody but the chain has named the stage
        return Line(piece.text, self.chain, kind="words", note=piece.note)

    def checked(self, piece: Piece) -> Line:
        """Return the line of a claim, an equation with one equals sign or more."""
        if piece.name and notation.spelling(piece.name) in self.lost and not piece.error:
            return self.defined(piece._replace(said=True))
        line = Line(piece.text, self.chain, at=piece.at)
        self.conditions.follow(piece.at.line, piece.goes_on)
        if ZERO_GRADIENT.match(piece.text):
            self.conditions.begun = True
            return self.said(piece)
        try:
            if piece.error:
                raise Unreadable(piece.error)
            sides = self.sides(piece.text)
            if piece.unnamed:
                sides, told = self.by_intermediate(sides)
                line = replace(line, note=told)
            at_zero = sides[2:] and sides[-1] == 0
            sides = sides[:-1] if at_zero else sides
            self.head = self.head if piece.goes_on else sides[0]
            traced = self.traced(sides)
            changes = [*map(change_of, traced)] if piece.constant else traced
            verdicts = tuple(self.verdict(*pair) for pair in pairwise(changes))
            if piece.constant == "factor" and not all(verdict.holds for verdict in verdicts):
                raise Unreadable(PROPORTIONAL)
            self.conditions.begun |= bool(at_zero)
            if constant := self.without_constant(traced, verdicts):
                told = (f"The constant {notation.plain(constant)} is left out, which changes "
                        "no gradient.")
                line = replace(line, note=told)
                verdicts = (self.verdict(traced[0] - constant, traced[1]), *verdicts[1:])
            name = asked_for(self.chain, self.head) if piece.of_path else ""
            if name and len(verdicts) == 1 and not verdicts[0].holds:
                said, = self.in_leaves(traced[1])
                if is_contribution(self.chain, name, said, self.same):
                    if any(self.same(said, other) for other in self.contributions):
                        raise Unreadable(SAID_TWICE)
                    self.contributions.append(said)
                    return replace(line, sides=sides, verdicts=(Verdict("proved", ""),),
                                   note=TOLD.format(notation.plain(sides[0])))
                if (meant := nearest(self.chain, name, said)) is not None:
                    self.head = matching(f"{self.head.name}  ", meant)
                    self.letters.meanings[self.head] = meant
                    sides = traced = self.head, traced[1]
                    verdicts = (self.verdict(*traced),)
            if piece.dots and not all(verdict.holds for verdict in verdicts):
                raise Unreadable(DOTS)
            if not all(verdict.holds for verdict in verdicts) and (
                    found := self.conditional(piece, traced, verdicts)):
                return found
        except (Unreadable, UnsupportedExpression) as error:
            return self.unreadable(piece, str(error))
        except CannotBeFormed as error:
            return self.misshapen(piece, error)
        line = replace(line, sides=sides, verdicts=verdicts)
        right = all(verdict.status in RIGHT for verdict in verdicts)
        for _ in () if right else self.letters.other_ways(sides):
            others = tuple(self.verdict(*pair) for pair in pairwise(traced))
            if all(verdict.status in RIGHT for verdict in others):
                line, right = replace(line, verdicts=others), True
                break
        if right and has_differentials(self.chain, self.meaning(sides[0])):
            line = replace(line, note=self.fixed(traced, piece.only))
        if right:
            self.slips.relations += [(self.head, side) for side in sides if side != self.head]
        used = {} if right else {symbol.name for side in sides for symbol in side.free_symbols}
        for name in [] if any(map(is_misfit, verdicts)) else self.vague.keys() & used:
            return self.unreadable(piece, self.vague[name])
        if right and sides[0] == self.chain[self.chain.output].symbol:
            self.letters.whole = as_number(traced[-1])
        line = line if right and traced == sides else self.blamed(line, traced)
        self.learnt(line)
        return line

    def learnt(self, line: Line) -> None:
        """Remember the gradient that a line says; what goes on from a slip is as wrong as that."""
        name, wrong = asked_for(self.chain, self.head), line.status not in RIGHT
        number, side = line.follows or line.at, line.sides[-1]
        known = {*self.chain.leaves, *self.chain.abbreviations.values()}
        if name in known or self.head in self.letters.own:
            if not wrong and line.sides[0] != self.head and not self.same(self.head, side):
                number = next((it.number for it in reversed(self.conditions.found)
                               if it.wrong and it.of == self.head), number)
                wrong = True
            with suppress(*NoNumbers):
                self.conditions.add(self.in_leaves(side)[0], name if name in known else "", number,
                                    wrong, self.head, side)

    # Verdicts
    def same(self, left: Expr, right: Expr) -> bool:
        """Return whether two expressions are equal."""
        return self.verdict(left, right).holds

    def verdict(self, left: Expr, right: Expr) -> Verdict:
        """Return whether two sides are equal."""
        (left, right), whole = self.in_leaves(left, right), self.chain.expression()
        # The gradients of the whole come from the differential here, those of the stages from the
        # adjoints, so that the two are held against each other.
        known = self.chain.remember("gradients from the differential", lambda: {
            self.chain.adjoint_symbol(name): gradient_of(self.chain, whole, leaf.symbol)
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
        except KeyError:  # the z of σ'(z) has no value
            return verdict
        return verdict

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
