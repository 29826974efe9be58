"""Explain a wrong answer: an ordered list of explainers is asked one after the other."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import sympy as sp
from sympy import Expr, HadamardProduct, Identity, MatAdd, MatrixSymbol, OneMatrix

from lvmcalc import notation
from lvmcalc.marking.attempt import (
    Attempt,
    later_adjoint,
    other_adjoint,
    stationary,
    value_of_a_node,
)
from lvmcalc.marking.broken_chains import MOST_MISTAKES, BrokenChains, Mistakes
from lvmcalc.marking.chain_letters import with_abbreviations
from lvmcalc.marking.local_slips import of_circles, of_products, of_sigmoids, of_terms
from lvmcalc.marking.misfits import TRANSPOSED, repaired
from lvmcalc.marking.mistakes import LIKELIHOOD, Explanation, Mistake, finding, findings_for
from lvmcalc.notation.forming import as_coeff

_MOST_SINGLE, _MOST_SEVERAL = 4, 2  # explanations that are given, of one mistake and of several
_MOST_UNWRITTEN = 2  # terms named that stand in no answer before its brackets are multiplied out
_STRUCTURED = ("This is the gradient G in another convention, 2 G - G ∘ I, in which equal entries "
               "of {} count as one variable (Matrix Cookbook eq. 138)")
_ONE_SIDED = ("Only the symmetric part of this G, (G + Gᵀ)/2, is right: {} is symmetric, and so is "
              "its gradient")

# What a likelier mistake says more plainly than others: an inverse too many of (1/β) I says that β
# is upside down, and one of r = K⁻¹ that K is not inverted.
_SAID_BETTER = {"doubled_path": ("order",), "missing_path": ("missing_term",),
                **dict.fromkeys(["stopped_early", "function_for_slope"],
                                ("missing_term", "lost_factor", "wrong_part")),
                **dict.fromkeys(["inverted_scalar", "missing_inverse"], ("extra_inverse",))}


def explained(attempt: Attempt) -> tuple[Explanation, ...]:
    """Return what can be wrong with a wrong answer of the right shape, the likelier first.

    The explainers are asked in their order. One is asked if each explanation found before it may
    stand beside its own, or has the kinds of findings that its own is in place of.
    """
    found: list[Explanation] = []
    for explain, beside, in_place_of in _EXPLAINERS:
        kinds = [*map(_kinds, found)]
        if all(it <= beside or it == in_place_of for it in kinds) and (
                explanations := [*filter(None, explain(attempt))]):
            found = [explanation for explanation, it in zip(found, kinds, strict=True)
                     if it != in_place_of] + explanations
    return tuple(found)


def _in_another_convention(attempt: Attempt) -> list[Explanation]:
    """Explain the gradient for a symmetric matrix whose equal entries are one variable each.

    And one that was not made symmetric.
    """
    exercise = attempt.exercise
    if exercise.wrt not in exercise.chain.symmetric:
        return []
    right, formula, letter = exercise.asked, attempt.formula, notation.plain(exercise.wrt)
    if attempt.equals(2 * right - HadamardProduct(right, Identity(right.rows))):
        return [(finding("convention", _STRUCTURED.format(letter)),)]
    if exercise.agree([(value + value.T) / 2 for value in attempt.values]) and (
            formula is None or exercise.is_right((formula + formula.T) / 2)):
        return [(finding("convention", _ONE_SIDED.format(letter)),)]
    return []


def _other_layout(attempt: Attempt) -> list[Explanation]:
    """Explain a square gradient that is transposed as one in numerator layout."""
    exercise, formula = attempt.exercise, attempt.formula
    turned = exercise.asked.is_Matrix and exercise.agree([it.T for it in attempt.values]) and (
        formula is None or exercise.is_right(formula.T))
    return [(finding("layout", TRANSPOSED),)] if turned else []


def _named_later_adjoint(attempt: Attempt) -> list[Explanation]:
    """Explain an answer that names the adjoint of a later node."""
    named = attempt.later_node and attempt.names(attempt.later_node)
    return later_adjoint(attempt) if named else []


def _fewest_mistakes(attempt: Attempt) -> list[Explanation]:
    """Explain an answer by the fewest mistakes, and of these by the likeliest."""
    chains = attempt.exercise.chain.remember(("broken chains", attempt.exercise.wrt),
                                             lambda: BrokenChains(attempt.exercise))
    candidates = {c.mistakes: c for c in chains.leading_to(attempt.values)}
    terms = [(Mistake(*slip),) for *slip, rest in of_terms(attempt.formula or sp.S.Zero)
             if attempt.exercise.is_right(rest)]
    every = [*candidates, *terms, *filter(None, [attempt.terms.mistakes])]
    fewest = min(map(_count, every), default=MOST_MISTAKES + 1)
    if fewest > (1 if attempt.later_node else MOST_MISTAKES):
        return []
    few = [mistakes for mistakes in every if _count(mistakes) == fewest]
    doubtful = [it for it in few if fewest > 1 or (it not in terms and _in_brackets(attempt, it))]
    if len(doubtful) == len(few) and (attempt.other_node or attempt.slip
                                      or (fewest > 1 and _another_quantity(attempt))):
        return []
    few = [it for it in few if it not in doubtful] or [
        it for it in few if _unwritten(attempt, it) <= _MOST_UNWRITTEN]
    if not few:
        return []
    likeliest = _likeliest([it for it in few if not _in_a_named_value(attempt, it)] or few)
    explanations = [findings_for(_in_its_letters(attempt, _with_other_paths(mistakes, every)))
                    for mistakes in likeliest if mistakes not in candidates
                    or chains.exactly(candidates[mistakes], attempt.formula)]
    # What was written is clearer than a stage, where both say the same.
    if doubtful or any(it[0].where.startswith("the value of") for it in likeliest):
        return [attempt.slip if _kinds(one) == _kinds(attempt.slip) else one
                for one in explanations]
    return explanations


def _in_its_letters(attempt: Attempt, mistakes: Mistakes) -> Mistakes:
    """Return mistakes in whose places K is named rather than c, if c is not written."""
    letters = partial(with_abbreviations, attempt.exercise.chain, written=attempt.formula)
    return tuple(replace(it, where=letters(it.where), what=letters(it.what)) for it in mistakes)


def _in_brackets(attempt: Attempt, mistakes: Mistakes) -> bool:
    """Return whether mistakes lie in terms that nobody wrote: brackets were multiplied out."""
    return attempt.formula is not None and (_unwritten(attempt, mistakes) > 0 or any(
        (it.where == "the gradient" and it.kind != "missing_term") or it.kind == "bracket"
        for it in mistakes))


def _unwritten(attempt: Attempt, mistakes: Mistakes) -> int:
    """Return how many terms that nobody wrote some mistakes name."""
    named = {it.what if it.kind == "extra_term" else it.where.removeprefix("the term ")
             for it in mistakes if it.where.startswith("the term ") or it.kind == "extra_term"}
    return 0 if attempt.formula is None else len(named - attempt.terms.written)


def _in_a_named_value(attempt: Attempt, mistakes: Mistakes) -> bool:
    """Return whether a mistake lies in the value of a node that the answer leaves a letter."""
    nodes, formula = attempt.exercise.chain.nodes, attempt.formula
    return formula is not None and any(
        place in nodes and formula.has(nodes[place].symbol)
        for mistake in mistakes for place, _ in mistake.changes)


def _kinds(explanation: Explanation) -> frozenset[str]:
    return frozenset(one.kind for one in explanation)


def _another_quantity(attempt: Attempt) -> list[Explanation]:
    """Explain an answer that is the value of a node, or of a leaf where the gradient is zero."""
    return value_of_a_node(attempt) or stationary(attempt)


def _added_number(attempt: Attempt) -> Expr | None:
    """Return the number with a matrix in it that is added to each entry, such as a penalty."""
    terms = attempt.formula.args if isinstance(attempt.formula, MatAdd) else ()
    numbers = [number for number, matrix in map(as_coeff, terms)
               if isinstance(matrix, OneMatrix) and number.has(MatrixSymbol)]
    return numbers[0] if len(numbers) == 1 else None


def _term_of_the_loss_added(attempt: Attempt) -> list[Explanation]:
    """Explain a term of the loss, a number, where the derivative of it is all that is lost.

    It may have lost the ½ in front of it, as its derivative does.
    """
    number, exercise = _added_number(attempt), attempt.exercise
    if number is None or {it.kind for it in attempt.terms.mistakes} != _EXCHANGED:
        return []
    loss = exercise.chain.expression(exercise.chain.output)
    if not any(exercise.compare(number, times * term).holds
               for term in sp.Add.make_args(loss) for times in (1, 2)):
        return []
    return [(finding("function_for_slope", f"A term is not differentiated: {notation.plain(number)}"
                                           " is a number, and the derivative of this term of the "
                                           f"loss by {notation.plain(exercise.wrt)} belongs here"),
             )]


def _number_added(attempt: Attempt) -> list[Explanation]:
    """Explain any other number that is added to each entry of a matrix."""
    number = _added_number(attempt)
    return [] if number is None else [(finding(
        "shape", f"The number {notation.plain(number)} is added to each entry of a matrix or a "
                 "vector"),)]


def _not_recognised(attempt: Attempt) -> list[Explanation]:
    """Say that nothing is known, and what is right in the answer."""
    right = ", ".join(text for text in attempt.terms.right if text in attempt.terms.written)
    what = f" What is right in it: {right}" if right else ""
    return [(finding("unknown", f"What is wrong is not recognised.{what}"),)]


class _Explainer(NamedTuple):
    """What explains an answer, and how its explanations go with those found before."""

    explain: Callable[[Attempt], list[Explanation]]
    beside: frozenset[str] = frozenset()  # kinds of finding that may stand beside its own
    in_place_of: frozenset[str] = frozenset()  # kinds of an explanation that says less


_ANY = frozenset(LIKELIHOOD)
_LATER = frozenset(["stopped_early", "inner_derivative"])  # kinds of a later adjoint
_EXCHANGED = frozenset(["extra_term", "missing_term"])  # says no more than that something differs
_EXPLAINERS = (
    _Explainer(_in_another_convention),
    _Explainer(lambda attempt: [repaired(attempt, of_circles)]),
    _Explainer(lambda attempt: [repaired(attempt, of_sigmoids)]),
    _Explainer(_named_later_adjoint),
    _Explainer(_fewest_mistakes, beside=_LATER),
    _Explainer(later_adjoint, beside=_ANY - _LATER - {"missing_path"}),
    _Explainer(_other_layout, beside=_ANY),
    # In the adjoint of another node the factors may only seem to be in the wrong order.
    _Explainer(other_adjoint, beside=frozenset(["factor"]), in_place_of=frozenset(["order"])),
    _Explainer(_another_quantity),
    _Explainer(lambda attempt: [attempt.slip]),
    _Explainer(_term_of_the_loss_added, in_place_of=_EXCHANGED),
    _Explainer(_number_added),
    _Explainer(lambda attempt: [repaired(attempt, of_products)], in_place_of=_EXCHANGED),
    _Explainer(_not_recognised),
)


def _likeliest(explanations: list[Mistakes]) -> list[Mistakes]:
    """Return the likeliest explanations, the likeliest first, one for each set of kinds."""
    def likelihood(mistakes: Mistakes) -> list[int]:
        return sorted({LIKELIHOOD.index(mistake.kind) for mistake in mistakes})

    kept: dict[frozenset, Mistakes] = {}
    for mistakes in sorted(explanations, key=likelihood):
        kinds = frozenset(mistake.kind for mistake in mistakes)
        before = kept.setdefault(kinds, mistakes)
        if before[0].where.startswith("the value of") and mistakes[0].where.startswith("the stage"):
            kept[kinds] = mistakes  # on the way back is likelier than in a value
    for likelier, others in _SAID_BETTER.items():
        for other in others if frozenset([likelier]) in kept else ():
            kept.pop(frozenset([other]), None)
    # One of three equal paths turned over leaves a third, but so does a number.
    turned = kept.get(frozenset(["sign"]), ())
    if frozenset(["factor"]) in kept and all(it.where.startswith("the path") for it in turned):
        kept.pop(frozenset(["sign"]), None)
    return list(kept.values())[:_MOST_SINGLE if _count(explanations[0]) == 1 else _MOST_SEVERAL]


def _with_other_paths(mistakes: Mistakes, every: list[Mistakes]) -> Mistakes:
    """Return a lost path with the others named too, if losing any of them gives the same."""
    lost = {other[0]: other[0].where for other in every
            if [mistake.kind for mistake in other] == ["missing_path"]}
    named = len(mistakes) == 1 and mistakes[0] in lost
    where = " or ".join(dict.fromkeys(lost.values()))
    return (replace(mistakes[0], where=where),) if named else mistakes


def _count(mistakes: Mistakes) -> int:
    """Return the number of mistakes; the same one in several terms counts once."""
    return len({(mistake.kind, mistake.what,
                 mistake.changes if mistake.kind == "missing_term" else ())
                for mistake in mistakes})


