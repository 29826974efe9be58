"""Keep what an audit knows at a line of a derivation, and compare sides there."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import sympy as sp
from sympy import Expr

from lvmcalc.auditing.assumptions import said_of_rows
from lvmcalc.auditing.audit_report import Line, capital
from lvmcalc.auditing.carried_forward import Slips
from lvmcalc.auditing.conditions import Conditions
from lvmcalc.auditing.own_letters import OwnLetters
from lvmcalc.auditing.pieces import Piece
from lvmcalc.auditing.positions import Position
from lvmcalc.calculus import Verdict
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
from lvmcalc.marking.exercise import exercise_of
from lvmcalc.marking.mistakes import Finding
from lvmcalc.notation import spelling
from lvmcalc.notation.forming import as_number
from lvmcalc.notation.parser import Reading, readings

NO_VALUE = "a matrix that is inverted in it is singular for some of them"


class Context:
    """What an audit knows at a line: the letters, conditions and slips of the lines before it.

    Parameters
    ----------
    chain : Chain
    text : str
        The derivation.
    sizes : iterable of str
        Names of sizes, all of which are the one size of the chain.

    Attributes
    ----------
    vocabulary : the letters that can be read
    letters : what the letters of the derivation mean
    left_side : the left side of the first equation where the lines behind begin with "="
    arrays : whether the lines are code for arrays
    moving : the leaves that vary in the derivation
    total_differential : whether the words before speak of a total differential
    unmentioned : the stages whose names stand nowhere in the derivation
    assumption : what the derivation assumes of the leaves, None if nothing
    undefined : the letters whose definition could not be read, with its line
    misshapen : the letters whose definition cannot be formed, with its line
    unclear : the letters whose meaning is not clear, with the reason
    shape_errors : the first line with each formula that cannot be formed, by the reason
    reported : the first line with each mistake in a letter
    without_trace : the first line with a trace missing
    rule_letters : the letters of general rules for dL
    """

    def __init__(self, chain: Chain, text: str, sizes: Iterable[str] = ()):
        self.chain = chain
        self.vocabulary = chain.vocabulary.extended({
            name: chain.vocabulary[size] for size in chain.vocabulary.lengths
            for name in {*sizes} - {*chain.vocabulary}})
        if "L" not in self.vocabulary:  # a derivation may write L for any scalar
            self.vocabulary = self.vocabulary.extended({"L": chain[chain.output].symbol})
        self.letters = OwnLetters(chain, self.same)
        self.meaning = self.letters.meaning
        self.vocabulary = self.vocabulary.with_parts(self.letters.slopes)
        self.slips = Slips(chain, self.in_leaves, self.letters, self.letters.same)
        self.conditions = Conditions(chain)
        self.assumption = said_of_rows(self.conditions, text)
        self.left_side: Expr = sp.S.Zero
        self.arrays = self.total_differential = False
        self.moving: tuple[str, ...] = ()
        self.unmentioned: set[str] = set()
        self.rule_letters: set[str] = set()
        self.undefined: dict[str, Position] = {}
        self.misshapen: dict[str, Position] = {}
        self.unclear: dict[str, str] = {}
        self.shape_errors: dict[str, Position] = {}
        self.reported: dict[tuple[Expr, tuple[Finding, ...] | Expr], Position] = {}
        self.without_trace: Position | None = None

    @contextmanager
    def reading(self, symbols: dict[str, Expr]) -> Iterator[None]:
        """Read some more symbols for a while."""
        before, self.vocabulary = self.vocabulary, self.vocabulary.extended(symbols)
        try:
            yield
        finally:
            self.vocabulary = before

    def heard(self, piece: Piece) -> Line:
        """Take note of words, and return their line."""
        self.total_differential = "total" in piece.text.lower()
        if (name := spelling(piece.name)) in self.chain.unnamed:
            self.unclear[name] = (f"{capital(piece.at)} says in words what {name} is: say it with "
                                  "a formula.")
        return Line(piece.text, self.chain, kind="words", note=piece.note)

    def define(self, letter: Expr, formula: Expr) -> None:
        """Define a letter."""
        self.vocabulary = self.letters.define(letter, formula, self.vocabulary)

    def formula(self, text: str) -> Expr:
        """Return the formula that a text most likely means."""
        return readings(text, self.vocabulary)[0].formula

    def symbol_of(self, name: str) -> Expr | None:
        """Return the symbol of a name as it was typed, None if there is none."""
        return self.vocabulary.spellings.get(spelling(name.strip("\\")))

    def readings(self, text: str, shape: tuple[Expr, ...] = (), differentials: bool = False,
                 indices: str = "") -> list[Reading]:
        """Return the formulas that a text may mean, the likeliest first."""
        return readings(text, self.vocabulary, shape, differentials, indices,
                        self.arrays)

    def same(self, left: Expr, right: Expr) -> bool:
        """Return whether two expressions are equal."""
        return self.verdict(left, right).holds

    def verdict(self, left: Expr, right: Expr) -> Verdict:
        """Compare two sides."""
        (left, right), whole = self.in_leaves(left, right), self.chain.expression()
        # Gradients by leaves come from the differential here, adjoints of stages from the backward
        # pass, so that the two check each other.
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

        The leaves that vary are those whose differential is written; else those in a differential
        on the last side; else those of the derivation. With `whole`, dL is the sum of all
        tr((∂L/∂X)ᵀ dX).
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
