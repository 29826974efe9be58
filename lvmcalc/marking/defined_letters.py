"""The letters that an answer defines beside its formula, and what they stand for."""

import re
from contextlib import suppress
from functools import partial

import numpy as np
from sympy import Expr, MatrixSymbol, Symbol

from lvmcalc import notation
from lvmcalc.calculus import UnsupportedExpression
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.exercise import Exercise
from lvmcalc.marking.left_side import (
    PSEUDO_READ,
    is_loss,
    letter_for,
    letter_read,
    refuse_large,
    refuse_new_function,
    refuse_without_value,
)
from lvmcalc.notation import Unreadable
from lvmcalc.notation.cholesky_factors import refuse_factors, without_factors
from lvmcalc.notation.forming import change_of
from lvmcalc.notation.letters import ASCII
from lvmcalc.notation.lexicon import VARIANTS
from lvmcalc.notation.parser import Reading, parse
from lvmcalc.notation.softmax_shift import without_shifts
from lvmcalc.notation.statements import DEFINITION
from lvmcalc.notation.tokens import quoted
from lvmcalc.notation.vocabulary import Vocabulary, matching

_PART = re.compile(r"(?:∂|\\partial\b)\s*(?:\\(?:mathbf|bm|boldsymbol)\s*)?"
                   r"(\{\s*\\?\w+\s*\}|\\?[^\W_]+(?:_\{?\w+\}?)?)")


class Definitions:
    """The letters that are defined in front of an answer, and what they mean."""

    def __init__(self, exercise: Exercise, arrays: bool = False, choice: int = 0):
        self.exercise, self.arrays = exercise, arrays  # whether they stand in code for arrays
        self.code = False  # whether the answer is code
        self.pseudo = False  # whether a pseudo-inverse is taken for an inverse
        self.choice, self.most = choice, 0  # which reading is taken, and the last there is
        self.meanings: dict[Expr, Expr] = {}
        self.unused: set[Expr] = set()
        self.unmarked: set[Expr] = set()  # unused letters of stages, which may mean anything
        self.note = ""  # how one of them was read
        self.beside: dict[Expr, Expr] = {}  # what is said of adjoints that nothing uses

    def all_of(self, words: Vocabulary, lines: list[str], code: bool) -> Vocabulary:
        """Return a vocabulary with the letters that lines define, in whatever order."""
        first = [] if code else [line for line in lines if not _uses(line, lines)]
        while lines:
            waiting: dict[str, Unreadable | CannotBeFormed] = {}
            for line in first or lines:
                try:
                    words = self.extended(words, line, code)
                except (Unreadable, CannotBeFormed) as error:
                    waiting[line] = error
            if not first and len(waiting) == len(lines):
                raise waiting[lines[0]]
            lines = [line for line in lines if line in waiting or (first and line not in first)]
            first = []
        return words

    def extended(self, words: Vocabulary, line: str, code: bool = False) -> Vocabulary:
        """Return a vocabulary with the letter that a line defines; in code it may be a known one.
        """
        if not (match := DEFINITION.match(line)):
            raise Unreadable(f"`{quoted(line)}` does not define a single letter.")
        if function := re.fullmatch(r"(.+?)\s*\(\s*([A-Za-z])\s*\)|(.+)['′]", match[1]):
            refuse_new_function(self.exercise, words, function, match[2])
            return words
        styles = r"\\(?:math[a-z]+|bm|boldsymbol|bf|rm|it|sf)|[{}\s\\]"
        name, formula = re.sub(styles, "", match[1]), match[2]
        name = VARIANTS.get(name, name)
        adjoint = _adjoint(match[1], words)
        name, ways = letter_read(name, formula, words, self.arrays,
                                 getattr(adjoint, "shape", ()))
        self.most = max(self.most, len(ways) - 1)
        reading = ways[min(self.choice, len(ways) - 1)]
        value, self.note = self.put_in(reading.formula), reading.note or self.note
        if getattr(value, "name", "") in words.lengths:  # n = X.shape[0], which is N
            if name in words.lengths and name != value.name and not code:
                raise Unreadable(f"`{quoted(line)}` gives {name} a meaning that it does not have "
                                 "here.")
            return words.extended({notation.spelling(name): value})
        refuse_large(value, line)
        if adjoint is not None:  # what is said of it stands for it
            self.meanings[adjoint] = self.beside[adjoint] = value
            return words
        if part := self.of_a_part(match[1], words):
            above, below = part
            letter = matching(f"∂{above}/∂{below}", value)
            self.meanings[letter] = value
            self.unused.add(letter)
            shown = notation.plain(letter)
            self.note = self.note.replace(" is used", f" and {shown} is used", 1) or (
                f"What is said of {shown} is used, but not marked.")
            return words.with_parts({**words.parts, above: {
                **words.parts.get(above, {}), below: letter}})
        letter = letter_for(notation.spelling(name), value, reading, line)
        if words.pattern.fullmatch(name.translate(ASCII)) or name in words.functions:
            known = words.get(notation.spelling(name))
            same = known is not None and self.exercise.compare(known, value).holds
            chain = self.exercise.chain
            stage = notation.spelling(name) in {*chain.nodes, *chain.abbreviations} or (
                name in words.lengths and value.is_Matrix)
            if not same and (stage or code):  # a letter of a stage may be given to something else
                self.meanings[letter] = value
                if not code and not is_loss(self.exercise, formula, self.exercise.wrt):
                    self.unmarked.add(letter)
                return words.extended({letter.name: letter})
            if not same:
                raise Unreadable(f"`{quoted(line)}` gives {name} a meaning that it "
                                 "does not have here.")
            return words  # "where K = αXXᵀ + I/β" says nothing new
        self.meanings[letter] = value
        self.meanings.setdefault(matching(f"d{letter.name}", value), change_of(value))
        if not code and not is_loss(self.exercise, formula):
            self.unused.add(letter)
        return words.extended({letter.name: letter})

    def of_a_part(self, left: str, words: Vocabulary) -> tuple[str, ...]:
        """Return L1 and X for ∂L₁/∂X, where L₁ is a scalar stage; () for anything else."""
        names = tuple(notation.spelling(re.sub(r"[{}\s]", "", it)) for it in _PART.findall(left))
        stages = self.exercise.chain.nodes
        part = len(names) == 2 and names[0] in stages and names[1] in words and (
            not stages[names[0]].shape)
        return names if part else ()

    def put_in(self, formula: Expr) -> Expr:
        """Return a formula with what the letters mean in place of them."""
        used = formula.atoms(Symbol, MatrixSymbol)
        self.unused -= used
        self.unmarked -= used
        self.beside = {name: value for name, value in self.beside.items() if name not in used}
        return without_factors(formula.xreplace(self.meanings))

    def finished(self, ways: list[Reading]) -> list[Reading]:
        """Return the readings of a side in the letters of the chain, as far as there are any."""
        found, wrong = [], []
        for reading in ways:
            try:
                formula, shifted = without_shifts(self.put_in(reading.formula),
                                                  partial(_coincide, self.exercise))
                notes = (shifted, reading.note or self.note, self.pseudo and PSEUDO_READ)
                if self.pseudo:
                    refuse_without_value(self.exercise, formula)
                found.append(Reading(refuse_factors(formula), " ".join(filter(None, notes))))
            except Unreadable as error:
                wrong.append(error)
        if not found:
            raise wrong[0]
        return found

    def without_unused(self, sides: list[list[Reading]]) -> list[list[Reading]]:
        """Return what sides mean, and say if a letter of a stage has another meaning beside them.

        A definition of any other letter that nothing uses is refused.
        """
        for letter in self.unused:
            raise Unreadable(f"{letter} is defined, but the answer does not use it.")
        note = "".join(f" What is said of {letter} is not marked." for letter in sorted(
            self.unmarked, key=str))
        return [[way._replace(note=f"{way.note}{note}".strip()) for way in ways] for ways in sides]


def _uses(line: str, others: list[str]) -> bool:
    """Return whether a line uses a letter that another line defines, such as H in E = HV − Y."""
    own, *said = (DEFINITION.match(it) for it in (line, *others))
    names = {re.sub(r"[\s{}]", "", it[1]) for it in said if it and own and it[1] != own[1]}
    letters = re.sub(r"\\[A-Za-z]+|[a-z]{3,}", " ", own[2]) if own else ""
    return any(name in (letters if len(name) == 1 else own[2]) for name in names if own)


def _coincide(exercise: Exercise, one: Expr, other: Expr) -> bool:
    """Return whether two formulas have the same values at all points, as far as floats tell."""
    with suppress(ValueError, TypeError, OutsideDomain, KeyError, UnsupportedExpression):
        return all(np.allclose(*pair, rtol=1e-9) for pair in zip(
            exercise.values(one), exercise.values(other), strict=True))
    return False


def _adjoint(name: str, words: Vocabulary) -> Expr | None:
    with suppress(Unreadable, CannotBeFormed):
        found = parse(name, words)
        return found if getattr(found, "name", "").startswith("∂") else None
    return None
