"""Find what is wrong with a line; `carried_forward` finds the slip that it follows from."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain as joined
from itertools import islice, pairwise

import numpy as np
import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol

from lvmcalc import notation
from lvmcalc.auditing.audit_report import Line, by_terms
from lvmcalc.auditing.conditions import is_written_zero
from lvmcalc.auditing.context import NO_VALUE, Context
from lvmcalc.auditing.contributions import contributions
from lvmcalc.auditing.false_rules import false_rule
from lvmcalc.auditing.gradient_names import asked_for, is_named
from lvmcalc.calculus import UnsupportedExpression, Verdict
from lvmcalc.calculus.expression_checks import check_shapes
from lvmcalc.calculus.expression_tools import sum_of
from lvmcalc.calculus.operations import increment_of
from lvmcalc.marking.differential_answers import (
    KINDS,
    differentials_in,
    gradient_in,
    gradient_of,
    has_differentials,
    in_increments,
    node_of,
)
from lvmcalc.marking.exercise import RIGHT
from lvmcalc.marking.local_slips import of_signs
from lvmcalc.marking.marker import mark
from lvmcalc.marking.misfits import without_trace
from lvmcalc.marking.mistakes import Finding, Mistake, finding, findings_for
from lvmcalc.marking.single_repairs import without_one_slip
from lvmcalc.notation import Unreadable
from lvmcalc.notation.forming import as_number, change_of, is_number, product
from lvmcalc.notation.vocabulary import matching

_PATH = re.compile(r"the path through (\w+)")
_PATHS = re.compile(rf"{_PATH.pattern}(?: or {_PATH.pattern})*")
_ONE_PATH = "one path"  # instead of a stage that the derivation never mentions
_LETTER = re.compile(r"(?<![A-Za-z])(?!a )[A-Za-z][₀-₉]?(?![A-Za-z])")
_SIGN = "The sign of the whole side is wrong"
_WHOLE = "The whole side is {} what it must be"
_CYCLE = ("The factors are in the wrong order: inside a trace they may only be moved from one end "
          "to the other")
_MOST_TRIED, _FEW_TRIED, _NEAR = 60, 12, 1e-9
_PART = "The part {} is not what its path contributes: with {} in its place, the sum is right"


class Blaming:
    """Find what is wrong with a line, given the slips before it."""

    def __init__(self, context: Context):
        self.context, self.chain = context, context.chain
        self.letters, self.slips = context.letters, context.slips
        self.meaning, self.verdict = context.meaning, context.verdict

    def blamed(self, line: Line, sides: tuple[Expr, ...]) -> Line:
        """Return a wrong line with its own slip, or with the line of the slip it follows from.

        Opposite numbers, `sides` has the traces of the matrices that were written.
        """
        findings, place, behind = (), 0, None
        if traceless := [n for n, side in enumerate(sides) if side != line.sides[n]]:
            behind = self.context.without_trace
            if not behind:
                self.context.without_trace, place = line.at, max(1, traceless[0])
                findings = (without_trace(line.sides[traceless[0]]),)
        if [is_named(self.chain, side) for side in sides] == [False, True]:
            self.context.left_side, sides = sides[1], sides[::-1]
        for n, verdict in enumerate(line.verdicts):
            slip = None if verdict.status in RIGHT else self.context.shape_errors.get(
                verdict.reason) or self.slips.behind(*sides[n:n + 2], head=self.context.left_side)
            if verdict.status not in RIGHT and not slip:
                own = self.context.left_side in self.letters.formulas
                asked = self.context.left_side if not own and self.verdict(
                    self.context.left_side, sides[n]).holds else sides[n]
                findings += self._rewritten(sides[n], sides[n + 1]) if asked != sides[n] else ()
                findings = findings or self._wrong_part(asked, sides[n + 1]) or self.findings(
                    asked, sides[n + 1], verdict)
                place = place or n + 1
                letters = sides[n + 1].free_symbols & {*self.letters.formulas}
                known = [findings] if all(it.kind != "unknown" for it in findings) else []
                reported = self.context.reported
                lines = [reported.setdefault((letter, way), line.at) for letter in letters
                         for way in (*known, *self._repairs(letter, *sides[n:n + 2]))]
                if before := next((at for at in lines if at != line.at), None):
                    behind, findings = before, ()  # the slip is in the letter's definition
                if "cannot be formed" in verdict.reason:
                    self.context.shape_errors[verdict.reason] = line.at
                break
            behind = behind or slip
        for left in dict.fromkeys((self.context.left_side, sides[0])):
            self.slips.add(line.at if findings else behind, left, sides[-1])
        if not findings:
            return replace(line, follows=behind)
        verdicts = [*line.verdicts]
        if verdicts[place - 1].status in RIGHT:  # it is wrong only without the trace
            verdicts[place - 1] = Verdict("refuted", findings[0].sentence)
        return replace(line, verdicts=tuple(verdicts), findings=findings, place=place)

    def _repairs(self, letter: Expr, left: Expr, side: Expr) -> Iterator[Expr]:
        """Yield definitions with one sign flipped that make the equation true."""
        value = self.letters.formulas[letter]
        terms = value.args if isinstance(value, sp.MatAdd | sp.Add) else (value,)
        for turned in dict.fromkeys((terms, *((term,) for term in terms))):
            way = sum_of([product(sp.S.NegativeOne, it) if it in turned else it for it in terms])
            known = {letter: way, matching(f"d{letter.name}", letter): change_of(self.meaning(way))}
            with suppress(UnsupportedExpression, ValueError, TypeError):
                if self.verdict(*(it.xreplace(known) for it in (left, side))).holds:
                    yield way

    def traced(self, sides: tuple[Expr, ...]) -> tuple[Expr, ...]:
        """Return sides with tr(A) for each square matrix A, where an equation is between numbers.

        This is done only for differentials, and where it makes the equation true.
        """
        every = (self.context.left_side, *sides)
        traces = tuple(sp.Trace(side) if side.is_Matrix and side.is_square and not is_number(side)
                       else side for side in sides)
        changes = any(has_differentials(self.chain, self.meaning(side)) for side in every)
        return traces if traces != sides and not all(
                side.is_Matrix or is_written_zero(side) for side in every) and (
            changes or all(self.verdict(*pair).holds for pair in pairwise(traces))) else sides

    def findings(self, asked: Expr, side: Expr, verdict: Verdict) -> tuple[Finding, ...]:
        """Return what is wrong with a side, given the expression that it should equal."""
        reason, name, meant = verdict.reason, asked_for(self.chain, asked), self.meaning(side)
        if verdict.counterexample and self.verdict(product(sp.S.NegativeOne, side), asked).holds:
            return (finding("sign", _SIGN, notation.plain(side)),)
        explains = name and reason != NO_VALUE and asked not in meant.atoms(Symbol, MatrixSymbol)
        explained = [*map(self._in_written_letters, mark(
            meant, self.chain, name).explanations)] if explains else []
        for number, word in ((sp.S(2), "twice"), (sp.S.Half, "half of")) if (
                verdict.counterexample) else ():
            if self.verdict(product(1 / number, side), asked).holds:
                path = explained[:1] if any("path" in it.kind for it in joined(*explained)) else ()
                return next(iter(path), (
                    finding("factor", _WHOLE.format(word), notation.plain(side)),))
        if explains:
            told = next(iter(explained), ())
            if any(_ONE_PATH in it.sentence for it in told):
                told = self._other_sign(asked, side) or told
            if verdict.counterexample and told[1:] and (
                    part := self._wrong_part(asked, side, every=True)):
                return part
            terms = by_terms(self.chain, meant, self.meaning(asked)) if any(
                map(self._is_foreign, told)) else ()
            return terms if terms and not any(map(self._is_foreign, terms)) else told
        if told := self._of_differential(asked, meant) or false_rule(
                *map(self.chain.in_leaves, (self.meaning(asked), meant))):
            return told
        kind, sentence = "unknown", "The two sides differ"
        if verdict.status == "undecided":
            sentence = f"This could not be decided: {reason}"
        elif reason == NO_VALUE:
            sentence = f"The line has no value for all sizes: {reason}"
        elif not verdict.counterexample:
            kind, sentence = "shape", f"This cannot stand here: {reason}"
        elif told := by_terms(self.chain, meant, self.meaning(asked), asked not in {
                self.context.vocabulary.get(name) for name in self.chain.abbreviations}):
            return told
        adjoint = self.meaning(asked)  # if it is an adjoint of a letter of the derivation
        node = asked_for(self.chain, adjoint) if verdict.counterexample else ""
        if node and adjoint not in meant.free_symbols:
            told = next(iter(mark(meant, self.chain, node).explanations), ())
            if told:
                return told
        repaired = self._repaired(asked, side) if verdict.counterexample else ()
        return repaired or (finding(kind, sentence, notation.plain(side)),)

    def _in_written_letters(self, told: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Return findings in the names that the derivation itself uses."""
        names = [(notation.plain(self.letters.meanings[adjoint]), notation.plain(adjoint))
                 for adjoint in self.letters.own if is_named(
                     self.chain, self.letters.meanings.get(adjoint, sp.S.Zero))]
        found = []
        for it in told:
            sentence = it.sentence
            if self.context.unmentioned & {*_PATH.findall(sentence)}:
                sentence = _PATHS.sub(_ONE_PATH, sentence)
            for known, name in names:
                sentence = sentence.replace(known, name)
            found.append(replace(it, sentence=sentence))
        return tuple(found)

    def _is_foreign(self, told: Finding) -> bool:
        """Return whether a finding is about a stage that the derivation never mentions.

        A step that is blamed for the order of its factors counts too: a later step may have changed
        it.
        """
        moved = told.kind == "order" and "the stage" in told.where
        return moved or bool(self.context.unmentioned & {*_LETTER.findall(told.sentence)})

    def _repaired(self, asked: Expr, side: Expr) -> tuple[Finding, ...]:
        """Return the slip in the letters of a side that explains why it is wrong, () if none."""
        small = not self.slips.errors_in(asked, side)  # the comparison is exact and slow
        for *slip, instead in islice(without_one_slip(self.chain, side), (
                _FEW_TRIED if small else _MOST_TRIED)):
            errors = self.slips.errors_in(asked, instead)
            if (errors and all(np.abs(it.amount).max() <= _NEAR * np.abs(it.of).max()
                              for it in errors)) or (small and self.verdict(asked, instead).holds):
                return findings_for([Mistake(*slip)])
        return ()

    def _other_sign(self, asked: Expr, side: Expr) -> tuple[Finding, ...]:
        """Return the term, as written, that makes the side right with its other sign, () if none.
        """
        return next((findings_for([Mistake(*slip)]) for *slip, instead in of_signs(side)
                     if self.verdict(asked, instead).holds), ())

    def _wrong_part(self, asked: Expr, side: Expr, every: bool = False) -> tuple[Finding, ...]:
        """Find the summand that is not its path's contribution; () if unclear.

        That is a letter, such as dW_enc, or any summand.
        """
        name, found = asked_for(self.chain, asked), []
        terms = {*(side.args if isinstance(side, sp.MatAdd | sp.Add) else ())}
        for term in terms if name else ():
            if every or (term in self.letters.formulas and term.name.startswith(f"d{name}_")):
                rest = sum_of([it for it in side.args if it != term])
                for way in map(self.chain.in_leaves, contributions(self.chain, name)):
                    errors = self.slips.errors_in(asked, whole := sum_of([rest, way]))
                    if errors and np.allclose(errors[0].amount, 0) and self.verdict(
                            asked, whole).holds:
                        found.append((term, way.doit()))
        if len(found) != 1:
            return ()
        (term, way), = found
        return (finding("wrong_part", _PART.format(
            notation.plain(term), notation.plain(way)), notation.plain(term)),)

    def _rewritten(self, before: Expr, side: Expr) -> tuple[Finding, ...]:
        """Find the single slip between two neighbouring sides, () if it is none."""
        with suppress(UnsupportedExpression, ValueError, TypeError):
            sides = [*map(self.meaning, (side, before))]
            if not any(has_differentials(self.chain, it) for it in sides) and len(
                    found := by_terms(self.chain, *sides)) == 1:
                return found if found[0].kind in ("sign", "factor", "missing_scalar") else ()
        return ()

    def _of_differential(self, asked: Expr, side: Expr) -> tuple[Finding, ...]:
        """Return what is wrong with a differential.

        For dL = tr(Gᵀ dX) that is what is wrong with G; others are compared term by term.
        """
        asked = self.slips.of_node(self.meaning(asked))
        if not differentials_in(self.chain, side):  # the letters are the derivation's own
            side, = self.context.in_leaves(side)
        node, names = node_of(self.chain, asked), differentials_in(self.chain, side)
        changed = node or asked.has(*KINDS)
        if not changed or not names or not set(names) <= {*self.chain.nodes, *self.chain.leaves}:
            return ()
        told: tuple[Finding, ...] = ()
        try:
            check_shapes(side)
            if node == self.chain.output and len(names) == 1:
                found = mark(gradient_in(self.chain, names[0], side), self.chain, names[0])
                if not found.right and found.explanations:
                    told = self._in_written_letters(found.explanations[0])
                if told and not any(map(self._is_foreign, told)):
                    return told
                if [it.kind for it in told] == ["order"]:
                    return (finding("order", _CYCLE),)
            sides = [as_number(in_increments(self.chain, one, names)) for one in (side, asked)]
            if not sides[0].is_Matrix and len(names) == 1:
                step = increment_of(self.chain[names[0]].symbol)
                sides = [gradient_of(self.chain, one, step) for one in sides]
            vocabulary = self.context.vocabulary
            short = {increment_of(self.chain[node].symbol): increment_of(vocabulary[name])
                     for name, node in self.chain.abbreviations.items()}
            sides = [one.xreplace(short) for one in sides]  # write dK and not dc
            return by_terms(self.chain, *sides) or told
        except (Unreadable, UnsupportedExpression, ValueError, TypeError):
            return told
