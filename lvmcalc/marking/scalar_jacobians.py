"""Derivatives by a number in an answer, as in tr((∂L/∂K)ᵀ ∂K/∂β): each is a matrix of K's shape."""

import re
from contextlib import suppress

import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol

from lvmcalc import notation
from lvmcalc.calculus import UnsupportedExpression
from lvmcalc.calculus.operations import increment_of
from lvmcalc.calculus.page_form import tidy
from lvmcalc.marking.differential_answers import in_increments
from lvmcalc.marking.exercise import Exercise
from lvmcalc.marking.left_side import fits
from lvmcalc.notation import Unreadable
from lvmcalc.notation.lexicon import STYLES
from lvmcalc.notation.parser import Reading
from lvmcalc.notation.vocabulary import Vocabulary, matching

_NAME = rf"(?:{STYLES}\s*)?\{{?\s*\\?([^\W\d_]+(?:_?\d|[₁₂])?)\s*\}}?"
_ROUND = r"(?:∂|\\partial\b|(?<![A-Za-z\\])d)\s*"
_QUOTIENT = re.compile(rf"{_ROUND}{_NAME}\s*/\s*{_ROUND}{_NAME}|\\[td]?frac\s*"
                       rf"\{{\s*{_ROUND}{_NAME}\s*\}}\s*\{{\s*{_ROUND}{_NAME}\s*\}}")


def scalar_jacobians(exercise: Exercise, text: str) -> dict[tuple[str, str], tuple[Expr, Expr]]:
    """Return a letter, and its formula, for each derivative by a number that a text names."""
    chain, found = exercise.chain, {}
    names = {name: chain.abbreviations.get(name, name) for name in (
        *chain.leaves, *chain.nodes, *chain.abbreviations)}
    for quotient in _QUOTIENT.findall(text):
        above, below = (notation.spelling(name) for name in quotient if name)
        if {above, below} <= {*names} and names[above] != chain.output and (
                not chain[names[below]].shape):
            symbol, step = chain[names[above]].symbol, increment_of(chain[names[below]].symbol)
            with suppress(UnsupportedExpression):
                change = in_increments(chain, matching(f"d{symbol.name}", symbol),
                                       (names[below],))
                letter = matching(f"∂{above}/∂{below}", symbol)
                found[above, below] = letter, tidy(change.xreplace({step: sp.S.One}))
    return found


def with_jacobians(words: Vocabulary, found: dict[tuple[str, str], tuple[Expr, Expr]],
                   ) -> Vocabulary:
    """Return a vocabulary with such derivatives."""
    parts: dict[str, dict[str, Expr]] = {}
    for (above, below), (letter, _) in found.items():
        parts.setdefault(above, {})[below] = letter
    return words.with_parts(parts) if parts else words


def refuse_loose(exercise: Exercise, letters: set[Expr], written: list[list[Reading]],
                 finished: list[list[Reading]]) -> None:
    """Refuse a chain rule with such letters that is no formula, as ∂L/∂K ∂K/∂β, or that is last.

    Parameters
    ----------
    exercise : Exercise
    letters : those to which the answer gives no formula
    written, finished : the readings of each side, with these letters and without them
    """
    used = [any(letters & way.formula.atoms(MatrixSymbol, Symbol) for way in side)
            for side in written]
    for side in (side for side, has in zip(finished, used, strict=True) if has):
        if not any(fits(exercise, way.formula) for way in side):
            raise Unreadable("The chain rule is not read in this form: write it with a trace, as "
                             "in ∂L/∂β = tr((∂L/∂K)ᵀ ∂K/∂β).")
    if used[-1]:
        raise Unreadable("The derivative of one stage by a number stands in the answer: work it "
                         "out, and write its formula.")
