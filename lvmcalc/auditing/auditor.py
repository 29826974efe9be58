"""Audit a derivation: which of its lines follow, and what is wrong with the others.

A line is an equation, such as "∂L/∂e = α ∂L/∂d = α ∂L/∂c". Every equals sign in it is a claim,
which is checked. A slip is blamed once: a later line that follows from it is marked as such.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import pairwise

from sympy import Expr

from lvmcalc import notation
from lvmcalc.auditing.audit_report import DOTS, PROPORTIONAL, Audit, Line, credit
from lvmcalc.auditing.backprop_notation import as_adjoints, as_typed, of_own_letters, stages_of
from lvmcalc.auditing.blaming import Blaming
from lvmcalc.auditing.conditional_lines import ZERO_GRADIENT, ConditionalLines, is_shape_error
from lvmcalc.auditing.conditions import Condition, NoNumbers
from lvmcalc.auditing.context import Context
from lvmcalc.auditing.contributions import SAID_TWICE, TOLD, is_contribution, nearest
from lvmcalc.auditing.definition_lines import DefinitionLines
from lvmcalc.auditing.function_notation import at_another_point, without_arguments
from lvmcalc.auditing.gradient_names import asked_for, changing, foreign_to, with_gradient
from lvmcalc.auditing.loss_names import audit_renamed_loss
from lvmcalc.auditing.newton_names import with_newton
from lvmcalc.auditing.page_layout import laid_out
from lvmcalc.auditing.pieces import Piece, pieces
from lvmcalc.auditing.reading_order import reading_order
from lvmcalc.auditing.resized_chains import (
    of_one_sample,
    with_free_letters,
    with_shape_errors_behind,
)
from lvmcalc.auditing.said_letters import SaidLetters
from lvmcalc.auditing.side_reading import SideReader
from lvmcalc.auditing.unread_lines import UnreadLines
from lvmcalc.auditing.wordings import as_equations
from lvmcalc.calculus import CannotBeFormed, UnsupportedExpression, Verdict
from lvmcalc.chain import Chain
from lvmcalc.marking.differential_answers import has_differentials
from lvmcalc.marking.exercise import RIGHT
from lvmcalc.marking.marker import LATE
from lvmcalc.marking.mistakes import Finding
from lvmcalc.marking.time_limit import TimeIsUp, time_limit
from lvmcalc.models import chain_named
from lvmcalc.notation import Unreadable
from lvmcalc.notation.forming import as_number, change_of
from lvmcalc.notation.formula_finder import sides_of
from lvmcalc.notation.lexicon import ARRAYS
from lvmcalc.notation.vocabulary import matching

_CONSTANT = "The constant {} is left out, which changes no gradient."


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
    if isinstance(lines, str):  # the quotes """ stand on a line of their own
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

    found = with_shape_errors_behind(of_one_sample(again(chain), chain, again), chain,
                                lambda other: again(other, chain.vocabulary.lengths))
    if found.first_wrong and (other := as_adjoints(read, chain, on_paper=True)) != read:
        second = _audited(other, chain, letters, True)
        return found if second.first_wrong or second.unread else second
    return found


def _audited(text: str, chain: Chain, letters: Iterable[str], code: bool,
             sizes: Iterable[str] = ()) -> Audit:
    """Return the audit of a text, in which X_bar may stand for the dX of code.

    The names in `sizes` all mean the one size of the chain.
    """
    found = [at_another_point(piece, letters, chain)
             for piece in pieces([text], chain.vocabulary)]
    auditor = _Auditor(Context(chain, text, sizes))
    if not code:
        return auditor.audited(found)
    audit = auditor.audited([of_own_letters(piece, chain) for piece in found])
    return replace(audit, lines=tuple(replace(line, text=as_typed(line.text), findings=tuple(
        replace(it, sentence=as_typed(it.sentence)) for it in line.findings))
        for line in audit.lines))


class _Auditor:
    """Audit the pieces of a derivation in the order in which they are understood."""

    def __init__(self, context: Context):
        self.context, self.chain = context, context.chain
        self.letters, self.slips = context.letters, context.slips
        self.conditions, self.verdict = context.conditions, context.verdict
        self.said, self.reader = SaidLetters(context), SideReader(context)
        self.conditional, self.blaming = ConditionalLines(context), Blaming(context)
        self.unreadable = UnreadLines(context, self.reader, self.said).line
        self.definitions = DefinitionLines(context, self.unreadable, self.conditional.line)
        self.contributions: list[Expr] = []  # stated for single paths

    def audited(self, found: list[Piece]) -> Audit:
        """Return the audit of the pieces of a derivation."""
        found, lines = self._prepared(found), {}
        joined: set[int] = set()  # pieces that are read as the end of the line before
        for place in reading_order(found, stages_of(self.chain)):
            if place in joined:
                continue
            piece, left_side = found[place], self.context.left_side
            try:
                with time_limit():
                    piece = self.said.meant(self.conditional.estimate(piece))
                    if self._defines_scalar(found, piece):
                        found = self.said.scalar_renamed(found, found[place])
                        piece = found[place]
                    line = self.line(piece)
                    if line.status == "refuted":
                        line, rest = self._joined(self._blamed_behind(line), found, place, piece)
                        joined |= rest
            except TimeIsUp:
                late = Finding("unreadable", piece.text, f"{LATE[0].upper()}{LATE[1:]}.")
                line = Line(piece.text, self.chain, findings=(late,))
            except Exception as error:  # no text ends an audit
                line = self.unreadable(piece, str(error))
            if piece.subordinate:
                self.context.left_side = left_side
            lines[place] = replace(line, at=piece.at)
        ordered = [lines[place] for place in sorted(lines) if not self._is_size(lines[place])]
        told = credit(self.chain, ordered, partial(asked_for, self.chain), self.context.meaning)
        return Audit(tuple(ordered), tuple(told))

    def _prepared(self, found: list[Piece]) -> list[Piece]:
        """Return the pieces with L for the scalar and ∂L/∂X for the gradients."""
        context = self.context
        context.arrays = any(ARRAYS.search(piece.text) for piece in found)
        context.unmentioned = foreign_to(self.chain, found)
        with suppress(Exception), time_limit():  # what cannot be done is reported line by line
            found = [*map(self.said.meant, self.said.with_scalar_renamed(found))]
            context.moving = self.conditions.moving = changing(self.chain, found)
            found = [with_gradient(self.chain, piece, context.moving) for piece in found]
        return found

    def _defines_scalar(self, found: list[Piece], piece: Piece) -> bool:
        """Return whether a definition defines another name of the scalar."""
        return piece.kind == "definition" and (
            self.said.agrees(piece, self.context.vocabulary.outputs[-1])
            or self.said.is_loss(found, piece))

    def _is_size(self, line: Line) -> bool:
        """Return whether a line only repeats a size of the chain, as N = N."""
        vocabulary = self.context.vocabulary
        return len({*line.sides}) == 1 and line.sides[0] in {
            vocabulary[name] for name in vocabulary.lengths}

    def _blamed_behind(self, line: Line) -> Line:
        """Return the line of a definition G = ∂L/∂K = … with what is wrong behind the letter."""
        if line.findings or line.follows:
            return line
        letter, *values = line.sides
        line = self.blaming.blamed(replace(line, sides=(*values,)), (*values,))
        return replace(line, sides=(letter, *values))

    def _joined(self, line: Line, found: list[Piece], place: int,
               piece: Piece) -> tuple[Line, set[int]]:
        """Return the line joined with a neighbour if that makes it right, and the pieces used."""
        for text, rest in self._joinings(found, place, piece):
            other = self.checked(piece._replace(text=text))
            if other.status in RIGHT:
                self.slips.drop(piece.at)
                return other, rest
        return line, set()

    def _joinings(self, found: list[Piece], place: int,
                 piece: Piece) -> Iterator[tuple[str, set[int]]]:
        """Yield an equation joined with its neighbours, and the numbers of the pieces used.

        It may end on the next line, or go on with another equation of the line before.
        """
        behind = [*found, Piece("words", "")][place + 1]
        if behind.kind == "claim" and "=" not in behind.text:
            yield f"{piece.text} {behind.text}", {place + 1}
        if piece.goes_on:
            last = found[place - 1].at.line
            for before in (it for it in found[:place] if it.at.line == last):
                yield " = ".join([sides_of(before.text)[-1], *sides_of(piece.text)[1:]]), set()

    def line(self, piece: Piece) -> Line:
        """Return the line of a piece."""
        if piece.kind == "words":
            return self.context.heard(piece)
        defined = self.definitions.line(piece) if piece.kind == "definition" else None
        return defined or self.checked(piece)

    def checked(self, piece: Piece) -> Line:
        """Return the line of a claim, an equation with one equals sign or more."""
        if notation.spelling(piece.name) in self.context.undefined and not piece.error and (
                defined := self.definitions.line(piece._replace(declared=True))):
            return defined
        self.conditions.follow(piece.at.line, piece.goes_on)
        if ZERO_GRADIENT.match(piece.text):
            self.conditions.begun = True
            return self.context.heard(piece)
        try:
            line, traced = self._compared(piece)
        except (Unreadable, UnsupportedExpression) as error:
            return self.unreadable(piece, str(error))
        except CannotBeFormed as error:
            return self.definitions.misshapen(piece, error)
        return self._judged(piece, line, traced) if traced else line

    def _compared(self, piece: Piece) -> tuple[Line, tuple[Expr, ...]]:
        """Compare the sides of a claim; return its line, and the sides, () if it is settled."""
        if piece.error:
            raise Unreadable(piece.error)
        line = Line(piece.text, self.chain, at=piece.at)
        sides = self.reader.sides(piece.text)
        if piece.unnamed:
            sides, told = self.said.by_intermediate(sides)
            line = replace(line, note=told)
        at_zero = len(sides) > 2 and sides[-1] == 0
        sides = sides[:-1] if at_zero else sides
        if not piece.goes_on:
            self.context.left_side = sides[0]
        traced = self.blaming.traced(sides)
        changes = [*map(change_of, traced)] if piece.constant else traced
        verdicts = tuple(self.verdict(*pair) for pair in pairwise(changes))
        if piece.constant == "factor" and not _all_hold(verdicts):
            raise Unreadable(PROPORTIONAL)
        self.conditions.begun |= at_zero
        if constant := self.said.without_constant(traced, verdicts):
            line = replace(line, note=_CONSTANT.format(notation.plain(constant)))
            verdicts = (self.verdict(traced[0] - constant, traced[1]), *verdicts[1:])
        name = asked_for(self.chain, self.context.left_side) if piece.of_path else ""
        if name and len(verdicts) == 1 and not verdicts[0].holds:
            said, = self.context.in_leaves(traced[1])
            if self._is_new_contribution(name, said):
                told = TOLD.format(notation.plain(sides[0]))
                return replace(line, sides=sides, verdicts=(Verdict("proved", ""),), note=told), ()
            if (meant := nearest(self.chain, name, said, self.context.same)) is not None:
                symbol = matching(f"{self.context.left_side.name}  ", meant)
                self.context.left_side = symbol
                self.letters.meanings[symbol] = meant
                sides = traced = symbol, traced[1]
                verdicts = (self.verdict(*traced),)
        if piece.dots and not _all_hold(verdicts):
            raise Unreadable(DOTS)
        if not _all_hold(verdicts) and (found := self.conditional.line(piece, traced, verdicts)):
            return found, ()
        return replace(line, sides=sides, verdicts=verdicts), traced

    def _is_new_contribution(self, name: str, said: Expr) -> bool:
        """Return whether an expression is what paths contribute to an adjoint, and remember it.

        Raises
        ------
        Unreadable
            If a line before says the same of another path.
        """
        if not is_contribution(self.chain, name, said, self.context.same):
            return False
        if any(self.context.same(said, other) for other in self.contributions):
            raise Unreadable(SAID_TWICE)
        self.contributions.append(said)
        return True

    def _judged(self, piece: Piece, line: Line, traced: tuple[Expr, ...]) -> Line:
        """Return the line of a claim with its note if it is right, with its findings if not."""
        sides, verdicts = line.sides, line.verdicts
        right = _all_right(verdicts)
        for _ in () if right else self.letters.other_ways(sides):
            others = tuple(self.verdict(*pair) for pair in pairwise(traced))
            if _all_right(others):
                line, right = replace(line, verdicts=others), True
                break
        if right and has_differentials(self.chain, self.context.meaning(sides[0])):
            line = replace(line, note=self.reader.fixed(traced, piece.only))
        if right:
            left = self.context.left_side
            self.slips.relations += [(left, side) for side in sides if side != left]
        elif not any(map(is_shape_error, verdicts)):
            used = {symbol.name for side in sides for symbol in side.free_symbols}
            for name in self.context.unclear.keys() & used:
                return self.unreadable(piece, self.context.unclear[name])
        if right and sides[0] == self.chain[self.chain.output].symbol:
            self.letters.whole = as_number(traced[-1])
        line = line if right and traced == sides else self.blaming.blamed(line, traced)
        self.learn(line)
        return line

    def learn(self, line: Line) -> None:
        """Remember the gradient that a line states; after a slip it is as wrong as the slip."""
        left, side = self.context.left_side, line.sides[-1]
        name, wrong = asked_for(self.chain, left), line.status not in RIGHT
        number = line.follows or line.at
        known = {*self.chain.leaves, *self.chain.abbreviations.values()}
        if name not in known and left not in self.letters.own:
            return
        if not wrong and line.sides[0] != left and not self.context.same(left, side):
            number = next((it.number for it in reversed(self.conditions.found)
                           if it.wrong and it.of == left), number)
            wrong = True
        with suppress(*NoNumbers):
            zero, = self.context.in_leaves(side)
            self.conditions.add(Condition(
                zero, name if name in known else "", number, wrong, left, side))


def _all_hold(verdicts: Iterable[Verdict]) -> bool:
    return all(verdict.holds for verdict in verdicts)


def _all_right(verdicts: Iterable[Verdict]) -> bool:
    return all(verdict.status in RIGHT for verdict in verdicts)
