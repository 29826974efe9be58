"""The audit of a derivation: which of its lines follow, and what is wrong with those that do not.

A line is an equation, such as "∂L/∂e = α ∂L/∂d = α ∂L/∂c". Every equals sign in it is a claim,
which is compared and, where it is false, marked. A slip is blamed once: a line behind it that
follows from it is told to.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol

from lvmcalc import notation
from lvmcalc.calculus import CannotBeFormed, UnsupportedExpression, Verdict
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.calculus.expressions import check_shapes
from lvmcalc.calculus.operations import increment_of
from lvmcalc.chain import Chain
from lvmcalc.marking.arguments import at_another_point, functions, without_arguments
from lvmcalc.marking.audit_report import Audit, Line, by_terms, credit
from lvmcalc.marking.backpropagation import as_adjoints, as_typed, of_own_letters
from lvmcalc.marking.defining import Defining
from lvmcalc.marking.derivation_text import Piece, pieces
from lvmcalc.marking.exercise import RIGHT, exercise_of
from lvmcalc.marking.increments import (
    KINDS,
    at_rest,
    gradient_in,
    has_differentials,
    in_increments,
    node_of,
    slope,
    with_adjoints,
    written,
)
from lvmcalc.marking.marker import LATE, mark
from lvmcalc.marking.mistakes import Finding, finding
from lvmcalc.marking.own_letters import OwnLetters
from lvmcalc.marking.reading_order import reading_order
from lvmcalc.marking.slips import Slips
from lvmcalc.marking.stationary import NOWHERE, UNKNOWN, where_flat
from lvmcalc.marking.time_limit import TimeIsUp, time_limit
from lvmcalc.marking.wording import (
    changing,
    is_named,
    with_gradient,
    without_trace,
)
from lvmcalc.models import chain_named
from lvmcalc.notation import Unreadable
from lvmcalc.notation.forming import as_number, is_number
from lvmcalc.notation.tables import ARRAYS

NO_VALUE = "a matrix that is inverted in it is singular for some of them"


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
    text = "\n".join(given)
    letters = functions(text, chain)
    text = without_arguments(text, letters)
    read = as_adjoints(text, chain)
    found = _audited(read, chain, letters, read != text)
    if found.first_wrong and (other := as_adjoints(read, chain, on_paper=True)) != read:
        second = _audited(other, chain, letters, True)
        return found if second.first_wrong or second.unread else second
    return found


def _audited(text: str, chain: Chain, letters: Iterable[str], code: bool) -> Audit:
    """Return the audit of a text, in which X_bar may stand for the dX of code."""
    found = [at_another_point(piece, letters, chain)
             for piece in pieces([text], chain.vocabulary)]
    if not code:
        return _Auditor(chain).audited(found)
    audit = _Auditor(chain).audited([of_own_letters(piece, chain) for piece in found])
    return replace(audit, lines=tuple(replace(line, text=as_typed(line.text))
                                      for line in audit.lines))


class _Auditor(Defining):
    """Walk through the pieces of a derivation, with what has been defined and what went wrong."""

    def __init__(self, chain: Chain):
        self.chain, self.words = chain, chain.vocabulary
        if "L" not in self.words:  # it is L whatever it is called
            self.words = self.words.extended({"L": chain[chain.output].symbol})
        self.letters = OwnLetters(chain, lambda *sides: self.verdict(*sides).holds)
        self.words = self.words.with_parts(self.letters.parts.adjoints)
        self.slips = Slips(chain, self.in_leaves, self.letters, self.letters.same)
        self.head: Expr = sp.S.Zero  # what the equation began with that goes on over some lines
        self.arrays = False  # whether the lines are code for arrays
        self.lost: dict[str, int] = {}  # the letters that an unreadable line defines, and the line
        self.vague: dict[str, int] = {}  # stages of which a line says in words what they are
        self.misfit: dict[str, int] = {}  # the lines by what cannot be formed in them
        self.traceless = 0  # the first line with a trace missing
        self.moving: tuple[str, ...] = ()  # the leaves that change in the derivation

    def audited(self, found: list[Piece]) -> Audit:
        lines: dict[int, Line] = {}
        self.arrays = any(ARRAYS.search(piece.text) for piece in found)  # it is code
        with suppress(TimeIsUp), time_limit():
            found = [*map(self.meant, self.with_output(found))]
            self.moving = changing(self.chain, found)
            found = [with_gradient(self.chain, piece, self.moving) for piece in found]
        taken: set[int] = set()  # the rests of the lines before them, which were broken there
        for place in reading_order(found):
            if place in taken:
                continue
            piece, behind = found[place], [*found, Piece("words", "")][place + 1]
            check = {"words": self.said, "definition": self.defined}.get(piece.kind, self.checked)
            number = place + 1 - len(taken)
            try:
                with time_limit():
                    line = check(piece, number)
                    if line.status == "refuted" and (behind.kind, "=" in behind.text) == (
                            "claim", False):
                        whole = piece._replace(text=f"{piece.text} {behind.text}")
                        if (joined := self.checked(whole, number)).status in RIGHT:
                            line = joined
                            taken.add(place + 1)
                            self.slips.drop(number)
            except TimeIsUp:
                late = Finding("unreadable", piece.text, f"{LATE[0].upper()}{LATE[1:]}.")
                line = Line(piece.text, self.chain, findings=(late,))
            lines[place] = line
        ordered = [lines[place] for place in sorted(lines)]
        told = credit(self.chain, ordered, self.asked_in, self.meaning)
        return Audit(tuple(ordered), tuple(told))

    # One piece each
    def said(self, piece: Piece, number: int) -> Line:
        name = notation.spelling(piece.name)
        if name in self.chain.unnamed:
            self.vague[name] = number  # nobody but the chain has named the stage
        return Line(piece.text, self.chain, kind="words")

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
            verdicts = tuple(self.verdict(*pair) for pair in pairwise(traced))
            if piece.flat and not all(verdict.holds for verdict in verdicts):
                if is_named(self.chain, sides[0]) and sides[1:] == (0,):
                    return self.said(piece, number)
                if not is_named(self.chain, sides[0]):
                    verdicts = tuple(self.where_flat(*pair) for pair in pairwise(traced))
        except (Unreadable, UnsupportedExpression) as error:
            return self.unreadable(piece, number, str(error))
        except CannotBeFormed as error:
            wrong = finding("shape", str(error)[:1].upper() + str(error)[1:], piece.text)
            return replace(line, verdicts=(Verdict("refuted", str(error)),), findings=(wrong,))
        line = replace(line, sides=sides, verdicts=verdicts)
        right = all(verdict.status in RIGHT for verdict in verdicts)
        for name in self.vague.keys() & {symbol.name for side in sides
                                         for symbol in side.free_symbols} if not right else ():
            return self.unreadable(piece, number, f"Line {self.vague[name]} says in words what "
                                   f"{name} is: say it with a formula.")
        if right and sides[0] == self.chain[self.chain.output].symbol:
            self.letters.whole = as_number(sides[-1])
        return line if right and traced == sides else self.blamed(line, traced, number)

    def blamed(self, line: Line, sides: tuple[Expr, ...], number: int) -> Line:
        """Return a wrong line with its own slip, or the line with the slip from which it follows.

        Beside numbers, `sides` are traces of what was written.
        """
        findings, place, behind = (), 0, None
        if traceless := [n for n, side in enumerate(sides) if side != line.sides[n]]:
            behind = self.traceless
            if not behind:
                self.traceless, place = number, max(1, traceless[0])
                findings = (without_trace(line.sides[traceless[0]]),)
        if [is_named(self.chain, side) for side in sides] == [False, True]:
            self.head, sides = sides[1], sides[::-1]
        for n, verdict in enumerate(line.verdicts):
            slip = None if verdict.status in RIGHT else (
                self.misfit.get(verdict.reason) or self.slips.behind(*sides[n:n + 2]))
            if verdict.status not in RIGHT and not slip:
                asked = self.head if self.verdict(self.head, sides[n]).holds else sides[n]
                findings += self.findings(asked, sides[n + 1], verdict)
                place = place or n + 1
                if "cannot be formed" in verdict.reason:
                    self.misfit[verdict.reason] = number
                break
            behind = behind or slip
        for left in dict.fromkeys((self.head, sides[0])):
            self.slips.add(number if findings else behind, left, sides[-1])
        if not findings:
            return replace(line, follows=behind)
        verdicts = [*line.verdicts]
        if verdicts[place - 1].status in RIGHT:  # but for the trace
            verdicts[place - 1] = Verdict("refuted", findings[0].sentence)
        return replace(line, verdicts=tuple(verdicts), findings=findings, place=place)

    def traced(self, sides: tuple[Expr, ...]) -> tuple[Expr, ...]:
        """Return the sides of an equation between numbers with tr(A) for each square A.

        That is only done for differentials, and where it makes the equation right.
        """
        every = (self.head, *sides)
        traces = tuple(sp.Trace(side) if side.is_Matrix and side.is_square and not is_number(side)
                       else side for side in sides)
        changes = any(has_differentials(self.chain, self.meaning(side)) for side in every)
        return traces if traces != sides and not all(side.is_Matrix for side in every) and (
            changes or all(self.verdict(*pair).holds for pair in pairwise(traces))) else sides

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

        Those leaves change whose differential is written; if none is, those of the derivation. With
        `whole`, dL is the sum of all tr((∂L/∂X)ᵀ dX), whatever the adjoints are.
        """
        if whole:
            sides = tuple(with_adjoints(self.chain, side, self.moving) for side in sides)
        found = [*map(self.meaning, sides)]
        if len({side.is_Matrix for side in found}) > 1:
            found = [*map(as_number, found)]
        if any(has_differentials(self.chain, side) for side in found):
            here = tuple(name for name in written(self.chain, *found) if name in self.chain.leaves)
            found = [in_increments(self.chain, side, here or self.moving) for side in found]
        return found

    # What is wrong
    def findings(self, asked: Expr, side: Expr, verdict: Verdict) -> tuple[Finding, ...]:
        """Return what is wrong with one side; what is asked for stands on the left."""
        reason, name, meant = verdict.reason, self.asked_in(asked), self.meaning(side)
        if name and reason != NO_VALUE and asked not in meant.atoms(Symbol, MatrixSymbol):
            return next(iter(mark(meant, self.chain, name).explanations), ())
        if told := self.of_differential(asked, meant):
            return told
        kind, sentence = "unknown", "The two sides differ"
        if verdict.status == "undecided":
            sentence = f"This could not be decided: {reason}"
        elif reason == NOWHERE:
            sentence = reason
        elif reason == NO_VALUE:
            sentence = f"The line has no value for all sizes: {reason}"
        elif not verdict.counterexample:
            kind, sentence = "shape", f"This cannot stand here: {reason}"
        elif told := by_terms(self.chain, meant, self.meaning(asked)):
            return told
        return (finding(kind, sentence, notation.plain(side)),)

    def of_differential(self, asked: Expr, side: Expr) -> tuple[Finding, ...]:
        """Return what is wrong with a differential: with G in dL = tr(Gᵀ dX), or term by term."""
        asked = self.slips.of_node(self.meaning(asked))
        node, names = node_of(self.chain, asked), written(self.chain, side)
        changed = node or asked.has(*KINDS)
        if not changed or not names or not set(names) <= {*self.chain.nodes, *self.chain.leaves}:
            return ()
        try:
            check_shapes(side)
            if node == self.chain.output and len(names) == 1:
                found = mark(gradient_in(self.chain, names[0], side), self.chain, names[0])
                if not found.right and found.explanations:
                    return found.explanations[0]
            sides = [as_number(in_increments(self.chain, one, names)) for one in (side, asked)]
            if not sides[0].is_Matrix and len(names) == 1:
                step = increment_of(self.chain[names[0]].symbol)
                sides = [slope(self.chain, one, step) for one in sides]
            short = {increment_of(self.chain[node].symbol): increment_of(self.words[name])
                     for name, node in self.chain.abbreviations.items()}
            sides = [one.xreplace(short) for one in sides]  # dK, not dc
            return by_terms(self.chain, *sides)
        except (Unreadable, UnsupportedExpression, ValueError, TypeError):
            return ()
