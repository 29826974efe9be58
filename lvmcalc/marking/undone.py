"""Find the mistake in a wrong answer by undoing one in it: what is right then tells what was wrong.

That finds mistakes which no broken chain has, such as one in a K that was written out.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import combinations, pairwise

import sympy as sp
from sympy import Determinant, Expr, Identity, Inverse, MatMul, MatrixSymbol, ShapeError

from lvmcalc import notation
from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.functions import SPELLED, Entrywise
from lvmcalc.calculus.normal_form import tidy
from lvmcalc.calculus.walking import joined
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.broken_formulas import broken_formulas, has_adjoint, instead_of
from lvmcalc.marking.broken_parts import replaced
from lvmcalc.marking.exercise import Exercise
from lvmcalc.marking.mistakes import Explanation, Mistake, finding, in_words
from lvmcalc.marking.term_matching import matched

MOST_TRIED = 60
OF_NUMBERS = ("exp", "sigmoid", "tanh", "log", "softplus", "relu")
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
        answer = exercise.chain.abbreviated(tidy(answer, False, exercise.chain.symmetric))
        if answer.is_zero or answer == sp.ZeroMatrix(*getattr(answer, "shape", (1, 1))):
            return (finding("missing_term", "This is zero, whatever the values are"),)
        found = _with_another_kernel(exercise, answer, right)
        if found:
            return found
        for tried, (kind, what, formula) in enumerate(_changed(answer)):
            if tried > MOST_TRIED:
                break
            if right(formula):
                return in_words([Mistake(kind, "the answer", what)])
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


def _changed(answer: Expr) -> Iterator[tuple[str, str, Expr]]:
    """Yield the kind of a mistake, what it is about, and the answer without it."""
    for part in dict.fromkeys(sp.preorder_traversal(answer)):
        for kind, what, instead in _in_part(part) if isinstance(part, Expr) else ():
            if instead.shape == part.shape:
                for formula in replaced(answer, part, instead):
                    yield kind, what, formula


def _in_part(part: Expr) -> Iterator[tuple[str, str, Expr]]:
    if not part.is_Matrix:
        return
    if isinstance(part, Entrywise):
        for name in OF_NUMBERS:
            if name != part.name and name in SPELLED:
                yield "wrong_function", part.name, Entrywise(name, part.arg)
    if isinstance(part, Inverse):
        yield "extra_inverse", instead_of(part, part.arg), part.arg
    elif part.is_square and not isinstance(part, Identity) and not has_adjoint(part):
        yield "missing_inverse", instead_of(part, Inverse(part)), Inverse(part)
    if isinstance(part, MatMul):
        scalar, factors = part.as_coeff_matrices()
        for start, end in combinations(range(len(factors) + 1), 2):
            rest = factors[:start] + factors[end:]
            if rest and rest != factors and all(
                    a.cols == b.rows for a, b in pairwise(rest)):
                lost = joined(MatMul, factors[start:end])
                yield "extra_factor", notation.plain(lost), MatMul(scalar, *rest)


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
