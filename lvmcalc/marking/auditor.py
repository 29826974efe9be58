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
from sympy import Expr, MatrixSymbol, Symbol

from lvmcalc import notation
from lvmcalc.calculus import CannotBeFormed, UnsupportedExpression, Verdict, gradient
from lvmcalc.calculus.comparison import decide
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.calculus.operations import increment_of
from lvmcalc.chain import Chain, passes
from lvmcalc.marking.audit_report import Audit, Line, by_terms, credit
from lvmcalc.marking.derivation_text import Piece, pieces
from lvmcalc.marking.exercise import RIGHT, NoValue, exercise_of, formulas
from lvmcalc.marking.increments import (
    KINDS,
    at_rest,
    broken_by,
    gradient_in,
    has_differentials,
    in_increments,
    in_nodes,
    node_of,
    with_adjoints,
    written,
)
from lvmcalc.marking.marker import LATE, mark
from lvmcalc.marking.mistakes import Finding, finding
from lvmcalc.marking.text_answers import refuse_large
from lvmcalc.marking.time_limit import TimeIsUp, time_limit
from lvmcalc.marking.wording import as_adjoints, asked_for, changing, gradient_called, with_gradient
from lvmcalc.models import chain_named
from lvmcalc.notation import Unreadable
from lvmcalc.notation.forming import as_number, change_of
from lvmcalc.notation.parser import Reading, readings
from lvmcalc.notation.passages import sides_of
from lvmcalc.notation.vocabulary import matching

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
    text = as_adjoints("\n".join(given), chain)
    return _Auditor(chain).audited(pieces([text], chain.vocabulary))


class _Auditor:
    """Walk through the pieces of a derivation, with what has been defined and what went wrong."""

    def __init__(self, chain: Chain):
        self.chain, self.words = chain, chain.vocabulary
        self.meanings: dict[Expr, Expr] = {}  # of the letters that are defined
        self.slips: dict[int, dict[passes.Place, Expr]] = {}  # by line: the formulas that it breaks
        self.values: dict[int, Expr] = {}  # by line: what it takes for the scalar
        self.moving: tuple[str, ...] = ()  # the leaves that change in the derivation

    def audited(self, found: list[Piece]) -> Audit:
        lines: list[Line] = []
        with suppress(TimeIsUp), time_limit():
            found = [*map(self.meant, self.with_output(found))]
            self.moving = changing(self.chain, found)
            found = [with_gradient(self.chain, piece, self.moving) for piece in found]
        taken: Piece | None = None  # the rest of the line before, which was broken there
        for piece, behind in pairwise([*found, Piece("words", "")]):
            if piece is taken:
                continue
            check = {"words": self.said, "definition": self.defined}.get(piece.kind, self.checked)
            try:
                with time_limit():
                    line = check(piece, len(lines) + 1)
                    if line.status == "refuted" and (behind.kind, "=" in behind.text) == (
                            "claim", False):
                        whole = piece._replace(text=f"{piece.text} {behind.text}")
                        if (joined := self.checked(whole, len(lines) + 1)).status in RIGHT:
                            line, taken = joined, behind
                            self.slips.pop(len(lines) + 1, None)
            except TimeIsUp:
                late = Finding("unreadable", piece.text, f"{LATE[0].upper()}{LATE[1:]}.")
                line = Line(piece.text, self.chain, findings=(late,))
            lines.append(line)
        told = credit(self.chain, lines, partial(asked_for, self.chain), self.meaning)
        return Audit(tuple(lines), tuple(told))

    def with_output(self, found: list[Piece]) -> list[Piece]:
        """Return pieces with L for a letter that was said to be the same, as J = ½‖A w − y‖²."""
        output = self.chain.vocabulary.outputs[-1]
        for piece in found:
            letter = self.scalar(piece)
            if letter and piece.kind != "words" and self.value(piece, output):
                name = re.compile(rf"(?:(?<=[d∂δ])|(?<![A-Za-z\\])){re.escape(letter)}"
                                  r"(?:\(\w+\))?(?![A-Za-z0-9])")
                return [it if it.kind == "words" else it._replace(
                    text=name.sub(output, it.text), kind="claim" if it is piece else it.kind)
                    for it in found]
        return found

    def scalar(self, piece: Piece) -> str:
        """Return the name on the left that may be another one for the scalar, "" if it may not."""
        left = piece.name or re.sub(r"\(\w\)$", "", sides_of(piece.text)[0].strip())
        node = self.chain.nodes.get(notation.spelling(left))
        return piece.name or left * bool(node is not None and self.words[node.name].is_Matrix)

    def meant(self, piece: Piece) -> Piece:
        """Return a claim about a stage, or the definition of its letter, if it is another."""
        name = notation.spelling(piece.name)
        stage = piece.kind == "claim" and name in self.chain.nodes and not (
            name in self.words.outputs or self.value(piece, name))
        return piece._replace(kind="definition", error="") if stage else piece

    def value(self, piece: Piece, name: str) -> bool:
        """Return whether what a piece says of its letter is true of a node."""
        with suppress(Unreadable, CannotBeFormed, UnsupportedExpression, IndexError):
            value = as_number(readings(sides_of(piece.text)[1], self.words)[0].formula)
            node = as_number(self.chain[name].symbol)
            return value.is_Matrix == node.is_Matrix and self.verdict(node, value).holds
        return False

    # One piece each
    def said(self, piece: Piece, number: int) -> Line:
        return Line(piece.text, self.chain, kind="words")

    def defined(self, piece: Piece, number: int) -> Line:
        """Return the line of a definition, whose letter is understood from then on."""
        _, *others = sides_of(piece.text)
        try:
            values = [readings(other, self.words)[0].formula for other in others]
            meaning = self.meaning(values[0])
            refuse_large(meaning, piece.text)
        except (Unreadable, CannotBeFormed) as error:
            wrong = Finding("unreadable", piece.text, str(error))
            return Line(piece.text, self.chain, findings=(wrong,))
        letter = matching(notation.spelling(piece.name), values[0])
        self.words = self.words.extended({letter.name: letter})
        self.meanings[letter] = meaning
        self.meanings.setdefault(matching(f"d{letter.name}", meaning), change_of(meaning))
        verdicts = tuple(self.verdict(*pair) for pair in pairwise(values))
        return Line(piece.text, self.chain, (letter, *values), verdicts,
                    kind="claim" if verdicts else "definition")

    def checked(self, piece: Piece, number: int) -> Line:
        """Return the line of a claim, an equation with one equals sign or more."""
        line = Line(piece.text, self.chain)
        try:
            if piece.error:
                raise Unreadable(piece.error)
            sides = self.sides(piece.text)
            verdicts = tuple(self.verdict(*pair) for pair in pairwise(sides))
        except (Unreadable, UnsupportedExpression) as error:
            return replace(line, findings=(Finding("unreadable", piece.text, str(error)),))
        except CannotBeFormed as error:
            wrong = finding("shape", str(error)[:1].upper() + str(error)[1:], piece.text)
            return replace(line, verdicts=(Verdict("refuted", str(error)),), findings=(wrong,))
        line = replace(line, sides=sides, verdicts=verdicts)
        for side, verdict in zip(sides[1:], verdicts, strict=True):
            if verdict.status not in RIGHT:
                if slip := self.slip_behind(sides):
                    return replace(line, follows=slip)
                if changes := self.broken(sides[0], self.meaning(side)):
                    self.slips[number] = changes
                elif self.verdict(self.chain[self.chain.output].symbol, sides[0]).holds:
                    self.values[number] = as_number(self.chain.in_leaves(self.meaning(side)))
                return replace(line, findings=self.findings(sides[0], side, verdict))
        return line

    # Reading
    def sides(self, text: str) -> tuple[Expr, ...]:
        """Return the sides of an equation; of two readings of one, that which makes it true."""
        first, *others = sides_of(text)
        if not others:
            raise Unreadable("A line of a derivation is an equation, such as ∂L/∂d = ∂L/∂c.")
        first = gradient_called(self.chain, first, lambda: readings(others[0], self.words)[0])
        differentials = bool(self.words.change.search(text))
        found = [readings(first, self.words, (), differentials)[0].formula]
        for other in others:
            ways = readings(other, self.words, getattr(found[0], "shape", ()), differentials)
            found.append(self.likeliest(found[-1], ways))
        return tuple(found)

    def likeliest(self, before: Expr, ways: list[Reading]) -> Expr:
        true = [way.formula for way in ways[1:] if self.verdict(before, way.formula).holds]
        return true[0] if true and not self.verdict(before, ways[0].formula).holds else (
            ways[0].formula)

    def meaning(self, side: Expr) -> Expr:
        """Return a side with what has been defined in place of its letters."""
        return side.xreplace(self.meanings) if self.meanings else side

    # Verdicts
    def verdict(self, left: Expr, right: Expr) -> Verdict:
        """Return whether two sides are equal."""
        left, right = self.in_leaves(left, right)
        # The gradients of the whole come from the differential here, those of the stages from the
        # adjoints, so that the two are held against each other.
        known = self.chain.remember("gradients from the differential", lambda: {
            self.chain.adjoint_symbol(name): gradient(self.chain.expression(), leaf.symbol,
                                                      self.chain.symmetric)
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

    # Slips
    def slip_behind(self, sides: tuple[Expr, ...]) -> int | None:
        """Return the line with a slip from which an equation follows, None if there is none."""
        for number, value in self.values.items():
            with suppress(*NoValue, ValueError, TypeError):
                known = {self.chain.adjoint_symbol(name): gradient(value, leaf.symbol)
                         for name, leaf in self.chain.leaves.items() if name in self.moving}
                meant = [self.chain.in_leaves(side.xreplace(known))
                         for side in self.in_leaves(*sides, whole=True)]
                if all(decide(*pair, self.chain.symmetric).status in RIGHT
                       for pair in pairwise(meant)):
                    return number
        choices = [[number] for number in reversed(self.slips)]
        for numbers in [*choices, [*self.slips]] if len(choices) > 1 else choices:
            changes = {place: formula for number in numbers
                       for place, formula in self.slips[number].items()}
            try:
                known = formulas(self.chain, changes)
                meant = [passes.in_symbols(None, side, known)
                         for side in self.in_leaves(*sides, whole=True)]
                if all(decide(one, other, self.chain.symmetric).status in RIGHT
                       for one, other in pairwise(meant)):
                    return numbers[0]
            except (*NoValue, ValueError, TypeError):
                continue
        return None

    def broken(self, left: Expr, side: Expr) -> dict[passes.Place, Expr]:
        """Return the formulas of a chain in which a wrong line is right, {} if there is none."""
        if name := asked_for(self.chain, left):
            first, *others = self.chain.children(name)
            return {(first, name): in_nodes(self.chain, side)} | {
                (other, name): 0 * self.chain.adjoint_symbol(name) for other in others}
        with suppress(UnsupportedExpression, ValueError, TypeError):
            return broken_by(self.chain, self.of_node(self.meaning(left)), side)
        return {}

    def of_node(self, changed: Expr) -> Expr:
        """Return d(c) for the differential of a letter that stands for the value of c."""
        same = (change_of(node.symbol) for node in self.chain if isinstance(changed, KINDS)
                and node.symbol.is_Matrix == changed.is_Matrix
                and self.verdict(node.symbol, changed.arg).holds)
        return changed if node_of(self.chain, changed) else next(same, changed)

    def findings(self, asked: Expr, side: Expr, verdict: Verdict) -> tuple[Finding, ...]:
        """Return what is wrong with one side; what is asked for stands on the left."""
        reason, name, meant = verdict.reason, asked_for(self.chain, asked), self.meaning(side)
        if name and reason != NO_VALUE and asked not in meant.atoms(Symbol, MatrixSymbol):
            return next(iter(mark(meant, self.chain, name).explanations), ())
        if told := self.of_differential(asked, meant):
            return told
        kind, sentence = "unknown", "The two sides differ"
        if verdict.status == "undecided":
            sentence = f"This could not be decided: {reason}"
        elif reason == NO_VALUE:
            sentence = f"The line has no value for all sizes: {reason}"
        elif meant.is_Matrix and not asked.is_Matrix and self.verdict(
                asked, sp.Trace(meant)).holds:
            kind, sentence = "shape", ("This is a number only where there is one column: for "
                                       f"several, it has to be tr({notation.plain(side)})")
        elif not verdict.counterexample:
            kind, sentence = "shape", f"This cannot stand here: {reason}"
        elif told := by_terms(self.chain, meant, self.meaning(asked)):
            return told
        return (finding(kind, sentence, notation.plain(side)),)

    def of_differential(self, asked: Expr, side: Expr) -> tuple[Finding, ...]:
        """Return what is wrong with a differential: with G in dL = tr(Gᵀ dX), or term by term."""
        node, names = node_of(self.chain, self.meaning(asked)), written(self.chain, side)
        changed = node or self.meaning(asked).has(*KINDS)
        if not changed or not names or not set(names) <= {*self.chain.nodes, *self.chain.leaves}:
            return ()
        try:
            if node == self.chain.output and len(names) == 1:
                found = mark(gradient_in(self.chain, names[0], side), self.chain, names[0])
                if not found.right and found.explanations:
                    return found.explanations[0]
            sides = [in_increments(self.chain, one, names) for one in (side, self.meaning(asked))]
            if not side.is_Matrix and len(names) == 1:
                step = increment_of(self.chain[names[0]].symbol)
                sides = [gradient(one, step) for one in sides]
            short = {increment_of(self.chain[node].symbol): increment_of(self.words[name])
                     for name, node in self.chain.abbreviations.items()}
            sides = [one.xreplace(short) for one in sides]  # dK, not dc
            return by_terms(self.chain, *sides)
        except (Unreadable, UnsupportedExpression, ValueError, TypeError):
            return ()
