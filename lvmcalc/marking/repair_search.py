"""Find the mistake in a wrong answer by searching for one repair that makes it right.

That finds mistakes which no broken chain has, such as one in a K that was written out.
"""

from collections.abc import Callable
from contextlib import suppress
from itertools import islice

import sympy as sp
from sympy import Determinant, Expr, Inverse, MatrixSymbol, ShapeError

from lvmcalc import notation
from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.normal_form import tidy
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.broken_formulas import broken_formulas
from lvmcalc.marking.exercise import Exercise
from lvmcalc.marking.mistakes import Explanation, Mistake, finding, in_words
from lvmcalc.marking.single_repairs import without_one_slip
from lvmcalc.marking.term_matching import matched

MOST_TRIED = 500
Undone = Callable[[Expr], bool]  # whether a formula is right


def undone(exercise: Exercise, answer: Expr, right: Undone) -> Explanation:
    """Return the mistake without which an answer is right, () if none is found.

    Parameters
    ----------
    exercise : Exercise
    answer : SymPy expression of the shape that is asked for
    right : tells whether a formula is right
    """
    with suppress(UnsupportedExpression, ShapeError, CannotBeFormed, ValueError, TypeError):
        short = exercise.chain.abbreviated(tidy(answer, False, exercise.chain.symmetric))
        if short.is_zero or short == sp.ZeroMatrix(*getattr(short, "shape", (1, 1))):
            return (finding("missing_term", "This is zero, whatever the values are"),)
        if found := _with_another_kernel(exercise, short, right):
            return found
    for *told, formula in islice(without_one_slip(exercise.chain, answer), MOST_TRIED):
        if right(formula):
            return in_words([Mistake(*told)])
    return ()


def _with_another_kernel(exercise: Exercise, answer: Expr, right: Undone) -> Explanation:
    """Explain an answer in which a matrix of the model was written out wrongly and inverted."""
    chain = exercise.chain
    nodes = [node for node in chain.nodes.values() if any(
        chain[child].rule.name in ("inverse", "determinant", "log determinant")
        for child in chain.children(node.name))]
    inside = [part.arg for part in answer.atoms(Inverse, Determinant)
              if not isinstance(part.arg, MatrixSymbol)]
    for node in nodes:
        wrong = [part for part in dict.fromkeys(inside) if part.shape == node.shape]
        if wrong and right(answer.xreplace(dict.fromkeys(wrong, node.symbol))):
            found: dict[str, Mistake] = {}
            for part in wrong:
                for mistake in matched(exercise, part, node.symbol, False).mistakes:
                    found.setdefault(f"{mistake.kind} {mistake.where}", mistake)
            name = {of: letter for letter, of in chain.abbreviations.items()}.get(
                node.name, node.name)
            where = f" of {notation.plain(name)}"
            return in_words([Mistake(it.kind, (it.where + where).replace("sum of", "sum"), it.what)
                             for it in found.values()]) or (
                finding("inverted_matrix", f"What is inverted here is not {notation.plain(name)}: "
                                           f"{notation.plain(wrong[0])}"),)
    return ()


def nearly_another(exercise: Exercise, near: Callable[[Expr], bool]) -> Explanation:
    """Explain an answer that is the adjoint of another node with one more mistake in it.

    `near` tells whether a formula is the answer.
    """
    chain, asked = exercise.chain, notation.plain(exercise.wrt)
    for node in chain:
        if node.name == exercise.wrt or node.shape != chain[exercise.wrt].shape:
            continue
        closed = chain.abbreviated(chain.adjoint(node.name))
        for kind, what, broken, term in broken_formulas(closed):
            if kind in ("sign", "factor", "missing_inverse", "missing_scalar") and near(broken):
                here = notation.plain(node.name)
                adjoint = notation.plain(chain.adjoint_symbol(node.name))
                text = (f"This looks like {adjoint}, the adjoint of {here}, with one more "
                        f"mistake, but that of {asked} is asked for")
                where = f"the term {notation.plain(term)}"
                return (finding("other_adjoint", text), *in_words([Mistake(kind, where, what)]))
    return ()
