"""Judge equations that need not hold everywhere: conditions and what follows from them."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import islice, pairwise

from sympy import Expr, MatrixSymbol, S, Symbol

from lvmcalc import notation
from lvmcalc.auditing.assumptions import Assumption
from lvmcalc.auditing.audit_report import Line
from lvmcalc.auditing.conditions import (
    ASSUMED,
    UNKNOWN,
    VALUE_GIVEN,
    Condition,
    NoNumbers,
    alike,
    difference,
    is_written_zero,
)
from lvmcalc.auditing.context import Context
from lvmcalc.auditing.false_rules import WRONG_SIGN, in_solution
from lvmcalc.auditing.gradient_names import is_named
from lvmcalc.auditing.pieces import Piece
from lvmcalc.calculus import CannotBeFormed, Verdict
from lvmcalc.marking.mistakes import Explanation, Mistake, finding, findings_for
from lvmcalc.marking.single_repairs import without_one_slip
from lvmcalc.notation import Unreadable
from lvmcalc.notation.forming import as_number, change_of, product
from lvmcalc.notation.formula_finder import sides_of
from lvmcalc.notation.vocabulary import typed

_SAID = r"(?:[A-Za-z,\s]*\s)?\W{0,2}"
ZERO_GRADIENT = re.compile(
    rf"{_SAID}(?:(?:∇|\\nabla\b)\s*(?:_\s*\{{?\\?\w+\}}?)?\s*L"
    r"|(?:∂|\\partial\b)\s*L\s*/\s*(?:∂|\\partial\b)\s*\w_(?:\{\w{2}\}|\w{2}))\s*=\s*0\W*$")
_NOT_USED = "This is a condition that the model does not have: it is not used."
_HAT = re.compile("\u0302|_hat(?![a-z])")


def is_shape_error(verdict: Verdict) -> bool:
    """Return whether the verdict is a shape mismatch."""
    return any(words in verdict.reason for words in ("cannot be formed", "shapes differ"))


_MOST_TRIED = 60  # repairs
_ONLY_FOR = "Up to a constant, this holds only as a function of {}."


class ConditionalLines:
    """Judge whether an equation that is no identity follows from a condition."""

    def __init__(self, context: Context):
        self.context, self.chain = context, context.chain
        self.conditions, self.slips = context.conditions, context.slips
        self.verdict, self.in_leaves = context.verdict, context.in_leaves

    def _only_for(self, sides: tuple[Expr, ...]) -> str:
        """Return the only letters in which two sides differ by a constant, "" if there are none."""
        moving, found = self.context.moving, []
        for name, leaf in self.chain.leaves.items():
            if not leaf.symbol.is_integer and leaf.symbol in self.chain.in_leaves(
                    sides[-1]).free_symbols:
                self.context.moving = (name,)
                if all(self.verdict(*map(change_of, pair)).holds for pair in pairwise(sides)):
                    found.append(name)
        self.context.moving = moving
        return ", ".join(map(notation.plain, found))

    def line(self, piece: Piece, sides: tuple[Expr, ...],
             verdicts: tuple[Verdict, ...]) -> Line | None:
        """Return the line of an equation that need not hold everywhere, None if it must."""
        conditions, line = self.conditions, Line(piece.text, self.chain, sides, at=piece.at)
        if is_named(self.chain, sides[0]) and sides[1:] == (0,):
            conditions.begun = True
            return self.context.heard(piece)
        if piece.constant and (only := self._only_for(sides)):
            raise Unreadable(_ONLY_FOR.format(only))
        place = next(n for n, verdict in enumerate(verdicts) if not verdict.holds)
        if is_shape_error(verdicts[place]):
            return None
        left, right = alike(*self.in_leaves(*sides[place:place + 2]))
        if piece.condition == "point" and conditions.leaf(left, right):
            conditions.begin_point(left, right, piece.at.line)
        elif conditions.point:
            (leaf, value), = conditions.point.items()
            return self.assumed(line, sides, f"line {conditions.lines[0]}", self._at_point,
                                f"It holds at {notation.plain(leaf)} = {notation.plain(value)}.")
        assumption = self.context.assumption
        if assumption and not piece.condition:  # a later line may need it
            told = f"It holds under the condition of {assumption.at}."
            if (piece.stationary or conditions.begun) and not assumption.holds(left, right) and (
                    flat := assumption.vanishing_adjoint(left, right)):
                return replace(line, verdicts=(Verdict("numeric", told),) * len(verdicts),
                               note=f"{told[:-1]}, where {flat} is zero.")
            return self.assumed(line, sides, f"{assumption.at}", assumption.holds, told)
        if piece.condition == "assumption" or (
                verdicts[place].counterexample
                and self._restricts(piece, sides[place:place + 2])):
            self.context.assumption = Assumption(conditions, left, right, piece.at)
            if assumption or not self.context.assumption.points:
                self.context.assumption.points = []
                raise Unreadable(_NOT_USED)
            return replace(line, kind="definition", note="This is assumed from here on.")
        if conditions.given and self.verdict(*map(conditions.with_values, (left, right))).holds:
            if conditions.assumed:
                raise Unreadable(ASSUMED.format(conditions.assumed))
            return replace(line, verdicts=(Verdict("numeric", "with the values that were given"),),
                           note="It holds for the values that were given.")
        return self._from_condition(piece, line, sides[place:place + 2], piece.goes_on or place > 0)

    def _from_condition(self, piece: Piece, line: Line, sides: tuple[Expr, ...],
                       rewrites: bool) -> Line | None:
        """Return the line of an equation of two sides if a condition may imply it, else None.

        An equation that `rewrites` the side before it is an identity, unless it says what is zero.
        """
        conditions, (left, right) = self.conditions, alike(*self.in_leaves(*sides))
        leaf, zero = conditions.leaf(left, right), any(map(is_written_zero, (left, right)))
        own = not zero and isinstance(sides[0], Symbol | MatrixSymbol) and (
            sides[0].name not in self.chain.leaves)
        if is_named(self.chain, sides[0]) or (rewrites and not zero) or (
                own and not piece.stationary):
            return None
        source = self._solves_letter(sides) if own else None
        if own and not source:
            if conditions.unchecked:
                raise Unreadable(UNKNOWN)
            return None
        stationary = conditions.begun or piece.stationary or (zero and not leaf)
        conditions.begun = stationary
        if not stationary and not conditions.found and not leaf:
            return None
        if not source and (stationary or not (leaf and conditions.is_constant(right))):
            source = conditions.source(left, right)
        if not source and leaf and not (stationary and conditions.claims_zero(left, right)):
            return self._given_value(piece, line, left, right)
        tried = not source and stationary and not leaf
        if tried:
            found = conditions.holds(left, right)
            if not found:
                conditions.unchecked = True
                raise Unreadable(UNKNOWN)
            source = (found[0], Verdict("numeric", "")) if found[1] else None
        if not source and not stationary:
            return None
        conditions.begun = True
        conditions.add(Condition(
            difference(left, right), "", source[0].number if source and source[0].wrong else
            piece.at, not source or source[0].wrong, said=difference(*alike(*sides))))
        if own:
            conditions.solve(sides[0], sides[1], conditions.found[-1],
                             lambda side: self.in_leaves(side)[0])
        if not source:
            return self._refuted(line, sides, tried)
        condition, verdict = source
        if condition.wrong:
            return replace(line, verdicts=(Verdict("refuted", ""),), follows=condition.number)
        return replace(line, verdicts=(verdict,), note=conditions.where(condition))

    def _given_value(self, piece: Piece, line: Line, leaf: Expr, value: Expr) -> Line:
        """Return the line of an equation that gives a leaf a value, as λ = 1."""
        if not piece.condition:
            self.conditions.given[leaf] = value
            if not self.conditions.is_constant(value):
                self.conditions.assumed = self.conditions.assumed or piece.at
                raise Unreadable(VALUE_GIVEN.format(notation.plain(leaf)))
        return replace(line, kind="definition")

    def _refuted(self, line: Line, sides: tuple[Expr, ...], tried: bool) -> Line:
        """Return the line of an equation that no condition implies.

        It was `tried` at points where a condition holds, or else gives a leaf a value.
        """
        if self.conditions.unchecked:
            raise Unreadable(UNKNOWN)
        left, right = alike(*self.in_leaves(*sides))
        if zero := self.conditions.claims_zero(left, right):
            told = f"With this {notation.plain(left)}, {zero} is not zero"
            slip = in_solution(self.chain, right, partial(self.conditions.solves, left))
        else:
            told = "This does not follow from the line before"
            slip = self._slip_in(sides) if tried else ()
        findings = slip or (finding("unknown", told, line.text),)
        return replace(line, verdicts=(Verdict("refuted", told),), findings=findings)

    def _solves_letter(self, sides: tuple[Expr, ...]) -> tuple[Condition, Verdict] | None:
        """Return the condition from which the value of a letter follows, None if there is none."""
        return self.conditions.source(*alike(*self.in_leaves(*sides))) or (
            self.conditions.solved_for(*sides, lambda side: self.in_leaves(side)[0]))

    def _slip_in(self, sides: tuple[Expr, ...]) -> Explanation:
        """Return the slip without which an equation holds under a condition, () if none."""
        known = self.conditions.known()
        told = [it for it in known if it in self.conditions.found and not it.wrong] or known
        points = [[*self.conditions.solutions(condition)] for condition in told]
        for number, side in enumerate(sides):
            for *slip, instead in islice(without_one_slip(self.chain, side), _MOST_TRIED):
                with suppress(*NoNumbers):
                    pair = self.in_leaves(*sides[:number], instead, *sides[number + 1:])
                    if any(some and all(self.conditions.agrees(*pair, point) for point in some)
                           for some in points):
                        return findings_for([Mistake(*slip)])
        return ()

    def _restricts(self, piece: Piece, sides: tuple[Expr, ...]) -> bool:
        """Return whether an equation is a condition on leaves, as WᵀW = I is one on W."""
        left, right = alike(*self.in_leaves(*sides))
        zero = self.conditions.leaf(left, right) or any(map(is_written_zero, sides))
        return not (zero or piece.stationary or self.conditions.begun or is_named(
            self.chain, sides[0])) and self.conditions.restricted(*sides)

    def _at_point(self, left: Expr, right: Expr) -> bool:
        """Return whether an equation holds at the point that was named."""
        return self.verdict(*(self.conditions.with_values(side, self.conditions.point)
                              for side in (left, right))).holds

    def assumed(self, line: Line, sides: tuple[Expr, ...], where: str,
                holds: Callable[[Expr, Expr], bool | None], told: str) -> Line:
        """Return the line of an equation that is stated under a condition, or at a point.

        Raises
        ------
        Unreadable
            If it does not hold there: it may need more than the condition.
        """
        found = [holds(*alike(*pair)) for pair in pairwise(self.in_leaves(*sides))]
        if all(found):
            return replace(line, verdicts=(Verdict("numeric", told),) * len(found), note=told)
        for number in self.slips.said:
            with suppress(*NoNumbers):
                if all(holds(*pair) for pair in pairwise(
                        self.slips.taken_for_true([number], sides))):
                    return replace(line, verdicts=(Verdict("refuted", ""),), follows=number)
        scalar = sides[0] == self.chain[self.chain.output].symbol and bool(self.conditions.point)
        turned = product(S.NegativeOne, sides[1])
        kind, wrong = ("sign", WRONG_SIGN) if len(found) == 1 and holds(*alike(*self.in_leaves(
            sides[0], turned))) else (
            "unknown", f"It does not hold under the condition of {where}")
        named = scalar or is_named(self.chain, sides[0])
        if None in found or not named or (self.context.undefined and kind != "sign"):
            raise Unreadable(ASSUMED.format(where))
        self.slips.add(line.at, sides[0], sides[-1])
        return replace(line, verdicts=(Verdict("refuted", wrong),),
                       findings=(finding(kind, wrong, line.text),))

    def estimate(self, piece: Piece) -> Piece:
        """Return a claim about w for one about ŵ, which solves the condition before it."""
        leaf = notation.spelling(_HAT.sub("", piece.name))
        if piece.stationary and piece.kind == "claim" and leaf not in self.chain.leaves:
            leaves = "|".join(map(typed, self.chain.leaves))
            hatted = rf"(?<![a-z\\])({leaves})(?:{_HAT.pattern})"
            alone = re.sub(hatted, "", piece.text)
            if any(re.search(rf"(?<![a-z\\]){it[1]}(?![a-z])", alone)  # in w − ŵ it is no w
                   for it in re.finditer(hatted, piece.text)):
                return piece
            return piece._replace(text=re.sub(hatted, r"\g<1> ", piece.text))
        said = piece.kind == "claim" or (piece.kind == "definition" and piece.stationary)
        if not said or not _HAT.search(piece.name) or leaf not in self.chain.leaves:
            return piece
        found = piece._replace(name=leaf, text=_HAT.sub("", piece.text, 1), kind="claim",
                               stationary=True)
        found_before = leaf in {it.name for it in self.conditions.found}
        if found_before or (piece.kind == "claim" and self.conditions.begun):
            return found
        with suppress(Unreadable, CannotBeFormed, *NoNumbers):  # the derivation states no gradient
            value = self.context.formula(sides_of(found.text)[1])
            if self.conditions.source(self.chain[leaf].symbol, as_number(value)):
                return found
        return piece
