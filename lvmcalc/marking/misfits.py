"""Explain an answer that has another shape, or that cannot be formed."""

from collections.abc import Callable, Iterator
from itertools import chain, islice

import numpy as np
import sympy as sp
from sympy import Expr, HadamardProduct

from lvmcalc import notation
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.marking.attempt import Attempt, later_adjoint, other_adjoint, value_of_a_node
from lvmcalc.marking.letter_slips import LetterSlips
from lvmcalc.marking.local_slips import (
    Slip,
    of_circles,
    of_factors,
    of_products,
    of_shapes,
    of_terms,
)
from lvmcalc.marking.mistakes import Explanation, Finding, Mistake, finding, findings_for
from lvmcalc.marking.single_repairs import without_slips_in_parts

_Rule = Callable[[Expr], Iterator[Slip]]
TRANSPOSED = "This is the transpose of the right answer, as in numerator layout"


def explained_shape(attempt: Attempt, reason: str) -> tuple[Explanation, ...]:
    """Return what can be wrong with an answer of another shape; `reason` tells the shapes."""
    shape = finding("shape", reason)
    try:
        _ = attempt.values
    except OutsideDomain:
        return ((shape,),)
    if attempt.exercise.agree([np.transpose(value) for value in attempt.values]):
        return ((finding("transpose", TRANSPOSED), shape),)
    square = attempt.formula is not None and getattr(attempt.formula, "is_square", False)
    if square and attempt.exercise.is_right(sp.Trace(attempt.formula)):
        return ((without_trace(attempt.formula),),)
    later = later_adjoint(attempt) or other_adjoint(attempt) or value_of_a_node(attempt)
    if found := repaired(attempt, of_circles, of_products):
        return (found, *later)
    slip = () if later else _only_slip(attempt)
    return ((shape, *slip, *chain.from_iterable(later)),)  # all hold


def explained_misfit(attempt: Attempt, reason: object) -> Explanation:
    """Return what is wrong with a formula that cannot be formed; `reason` tells what misfits."""
    shape = (finding("shape", reason),)
    if found := repaired(attempt, of_circles, of_products):
        return found + shape
    letters = _letters(attempt)
    slip = repaired(attempt, of_terms, of_shapes, letters.of_unfitting_terms,
                    letters.of_other_shapes)
    return slip + shape if attempt.formula.has(HadamardProduct) else shape + slip


def repaired(attempt: Attempt, *rules: _Rule) -> Explanation:
    """Return the first slip without which a formula is right, () if there is none."""
    return findings_for([*islice(_slips(attempt, *rules), 1)])


def _slips(attempt: Attempt, *rules: _Rule) -> Iterator[Mistake]:
    """Yield the slips without which a formula is right."""
    # Sizes are letters here: where numbers do not fit, SymPy forms nothing.
    slips = without_slips_in_parts(notation.lettered(attempt.formula), rules) if (
        attempt.formula is not None) else ()
    yield from (Mistake(*slip) for *slip, formula in slips if attempt.exercise.is_right(formula))


def _letters(attempt: Attempt) -> LetterSlips:
    return LetterSlips(attempt.exercise.chain, attempt.formula)


def _only_slip(attempt: Attempt) -> Explanation:
    """Return the wrong order, transpose, letter or factor of an answer, if it has only one slip."""
    if attempt.formula is None:
        return ()
    found = {*_slips(attempt, of_shapes, of_factors, _letters(attempt).of_other_shapes)}
    return findings_for([*found]) if len(found) == 1 else ()


def without_trace(side: Expr) -> Finding:
    """Return what is wrong with a square matrix in place of its trace."""
    text = notation.plain(side)
    return finding("shape", f"A trace is missing: {text} is {notation.shape(side)}, and the number "
                            f"is tr({text})", text)
