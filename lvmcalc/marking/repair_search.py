"""Find the mistake in a wrong answer by searching for one repair that makes it right.

That finds mistakes which no broken chain has, such as one in a K that was written out.
"""

from contextlib import suppress
from itertools import islice

import sympy as sp
from sympy import Determinant, Expr, Inverse, MatrixSymbol, ShapeError

from lvmcalc import notation
from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.page_form import tidy
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.exercise import Exercise
from lvmcalc.marking.mistakes import Explanation, Mistake, finding, findings_for
from lvmcalc.marking.occurrences import occurrences
from lvmcalc.marking.single_repairs import without_one_slip
from lvmcalc.marking.term_matching import matched

_MOST_TRIED = 500


def undone(exercise: Exercise, answer: Expr) -> Explanation:
    """Return the mistake without which an answer of the right shape is right, () if none is found.
    """
    with suppress(UnsupportedExpression, ShapeError, CannotBeFormed, ValueError, TypeError):
        short = exercise.chain.abbreviated(tidy(answer, False, exercise.chain.symmetric))
        if short.is_zero or short == sp.ZeroMatrix(*getattr(short, "shape", (1, 1))):
            return (finding("missing_term", "This is zero, whatever the values are"),)
        if found := _with_another_kernel(exercise, short):
            return found
    for *slip, formula in islice(without_one_slip(exercise.chain, answer), _MOST_TRIED):
        if exercise.is_right(formula):
            return findings_for([Mistake(*slip)])
    return ()


def _with_another_kernel(exercise: Exercise, answer: Expr) -> Explanation:
    """Explain an answer in which a matrix of the model was written out wrongly and inverted."""
    chain = exercise.chain
    nodes = [node for node in chain.nodes.values() if any(
        chain[child].rule.name in ("inverse", "determinant", "log determinant")
        for child in chain.children(node.name))]
    inside = [part.arg for part in occurrences(answer) if isinstance(part, Inverse | Determinant)
              and not isinstance(part.arg, MatrixSymbol)]
    short = {node: letter for letter, node in chain.abbreviations.items()}
    for node in nodes:
        wrong = [part for part in inside if part.shape == node.shape]
        if wrong and exercise.is_right(answer.xreplace(dict.fromkeys(wrong, node.symbol))):
            name = notation.plain(short.get(node.name, node.name))
            found: dict[str, Mistake] = {}
            for part in wrong:
                for it in matched(exercise, part, node.symbol, False).mistakes:
                    where = f"{it.where} of {name}".replace("sum of", "sum")
                    found.setdefault(f"{it.kind} {where}", Mistake(it.kind, where, it.what))
            what = f"What is inverted here is not {name}: {notation.plain(wrong[0])}"
            return findings_for([*found.values()]) or (finding("inverted_matrix", what),)
    return ()
