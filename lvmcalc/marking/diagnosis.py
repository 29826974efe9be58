"""Explain a wrong answer: an ordered list of explainers is asked one after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain, permutations, product
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, HadamardProduct, Identity, MatAdd, MatMul, MatrixSymbol, Transpose

from lvmcalc import notation
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.calculus.functions import diagonal
from lvmcalc.marking.broken_chains import MOST_MISTAKES, BrokenChains, Mistakes
from lvmcalc.marking.broken_formulas import MOST_PERMUTED, instead_of
from lvmcalc.marking.broken_parts import repairs
from lvmcalc.marking.broken_steps import is_inner
from lvmcalc.marking.exercise import RIGHT, ROUNDING, Exercise, Point, value_at
from lvmcalc.marking.mistakes import LIKELIHOOD, Explanation, Mistake, finding, in_words
from lvmcalc.marking.term_matching import Match, matched
from lvmcalc.marking.undone import nearly_another, undone

MOST_ELEMENTWISE = 3  # factors that are tried in all orders, transposed or not
MOST_SINGLE, MOST_SEVERAL = 4, 2  # explanations told, of one mistake and of several
TRANSPOSED = "This is the transpose of the right answer, as in numerator layout"
STRUCTURED = ("This is the gradient G in another convention, 2 G - G ∘ I, in which equal entries "
              "of {} count as one variable (Matrix Cookbook eq. 138)")

# A changed formula, with the kind of mistake, where it is, and what {} is there, told when needed
Way = tuple[str, str, Callable[[], str], Expr]


@dataclass(frozen=True)
class Attempt:
    """An answer to an exercise: what it is at a point, and its formula unless it is a function."""

    exercise: Exercise
    value: Callable[[Point], Any]
    formula: Expr | None = None

    @cached_property
    def values(self) -> list[np.ndarray]:
        """The values at the points of the exercise."""
        return [np.asarray(self.value(point), dtype=float) for point in self.exercise.points]

    @cached_property
    def terms(self) -> Match:
        """What is wrong and what is right, term by term."""
        return matched(self.exercise, self.formula) if self.formula is not None else Match()

    @cached_property
    def later_node(self) -> str:
        """The later node whose adjoint was given instead, "" if there is none."""
        exercise, formula = self.exercise, self.formula
        later = exercise.chain.leading_to(exercise.wrt)[1:-1]
        # The adjoint that was written comes before others that are equal to it.
        for node in sorted(later, key=lambda node: not self.names(node)):
            if exercise.agree(self.values, node) and (
                    formula is None or exercise.is_right(formula, node)):
                return node
        return ""

    def names(self, node: str) -> bool:
        """Return whether the formula is the symbol of the adjoint of a node."""
        return self.formula == self.exercise.chain.adjoint_symbol(node)


def explained(attempt: Attempt) -> tuple[Explanation, ...]:
    """Return what can be wrong with a wrong answer of the right shape, the likelier first."""
    if elsewhere := _in_another_convention(attempt) or _repaired(attempt, _multiplied):
        return (elsewhere,)
    found: list[Explanation] = []
    for explain in EXPLAINERS:
        found += explain(attempt, found)
    return tuple(found)


def explained_shape(attempt: Attempt, reason: str) -> tuple[Explanation, ...]:
    """Return what can be wrong with an answer of another shape; `reason` tells the shapes."""
    shape = finding("shape", reason)
    try:
        _ = attempt.values
    except OutsideDomain:
        return ((shape,),)
    if attempt.exercise.agree([np.transpose(value) for value in attempt.values]):
        return ((finding("transpose", TRANSPOSED), shape),)
    later = _later_adjoint(attempt)
    if repaired := _repaired(attempt, _multiplied) or _repaired(attempt, _mended):
        return (repaired, *later)
    return ((shape, *chain.from_iterable(later)),)  # both hold


def explained_misfit(attempt: Attempt, reason: object) -> Explanation:
    """Return what is wrong with a formula that cannot be formed; `reason` tells what misfits."""
    shape = (finding("shape", reason),)
    if attempt.formula.has(HadamardProduct) and (multiplied := _repaired(attempt, _multiplied)):
        return multiplied + shape
    if mended := _repaired(attempt, _mended):
        return mended + shape
    rewritten = _repaired(attempt, _rewritten)
    return rewritten + shape if attempt.formula.has(HadamardProduct) else shape + rewritten


def _in_another_convention(attempt: Attempt) -> Explanation:
    """Explain the gradient for a symmetric matrix whose equal entries are one variable each."""
    exercise = attempt.exercise
    if exercise.wrt not in exercise.chain.symmetric:
        return ()
    right = exercise.asked
    structured = 2 * right - HadamardProduct(right, Identity(right.rows))
    near = all(map(_near, attempt.values, exercise.values(structured)))
    if not near or (attempt.formula is not None and exercise.compare(
            attempt.formula, structured).status not in RIGHT):
        return ()
    letter = notation.plain(exercise.wrt)
    return (finding("convention", STRUCTURED.format(letter)),)


def _other_layout(attempt: Attempt, found: list[Explanation]) -> list[Explanation]:
    """Explain a square gradient that is transposed as one in numerator layout."""
    turned = [value.T for value in attempt.values]
    if not attempt.exercise.asked.is_Matrix or not attempt.exercise.agree(turned):
        return []
    if attempt.formula is not None and not attempt.exercise.is_right(attempt.formula.T):
        return []
    return [(finding("layout", TRANSPOSED),)]


def _named_later_adjoint(attempt: Attempt, found: list[Explanation]) -> list[Explanation]:
    """Explain an answer that names the adjoint of a later node."""
    named = attempt.later_node and attempt.names(attempt.later_node)
    return _later_adjoint(attempt) if named else []


def _fewest_mistakes(attempt: Attempt, found: list[Explanation]) -> list[Explanation]:
    """Explain an answer by the fewest mistakes, and of these by the likeliest."""
    chains = attempt.exercise.chain.remember(("broken chains", attempt.exercise.wrt),
                                             lambda: BrokenChains(attempt.exercise))
    candidates = {c.mistakes: c for c in chains.leading_to(attempt.values)}
    every = [*candidates, *_superfluous_terms(attempt), *filter(None, [attempt.terms.mistakes])]
    fewest = min(map(_count, every), default=MOST_MISTAKES + 1)
    if fewest > (1 if attempt.later_node else MOST_MISTAKES):
        return []
    few = [mistakes for mistakes in every if _count(mistakes) == fewest]
    likeliest = _likeliest([it for it in few if not _in_a_named_value(attempt, it)] or few)
    return [in_words(_with_other_paths(mistakes, every)) for mistakes in likeliest
            if mistakes not in candidates
            or chains.exactly(candidates[mistakes], attempt.formula)]


def _in_a_named_value(attempt: Attempt, mistakes: Mistakes) -> bool:
    """Return whether a mistake lies in the value of a node that the answer leaves a letter."""
    nodes, formula = attempt.exercise.chain.nodes, attempt.formula
    return formula is not None and any(
        place in nodes and formula.has(nodes[place].symbol)
        for mistake in mistakes for place, _ in mistake.changes)


def _kinds(found: list[Explanation]) -> set[str]:
    return {one.kind for explanation in found for one in explanation}


def _equal_later_adjoint(attempt: Attempt, found: list[Explanation]) -> list[Explanation]:
    """Explain an answer that is the adjoint of a later node, unless this has been said already."""
    said = {"missing_path", "stopped_early", "inner_derivative"}
    return [] if _kinds(found) & said else _later_adjoint(attempt)


def _adjoint_of_another(attempt: Attempt, found: list[Explanation]) -> list[Explanation]:
    """Explain an answer that is the adjoint of a node that does not lie on the way."""
    exercise, formula = attempt.exercise, attempt.formula
    for node in exercise.chain if _kinds(found) <= {"order"} else ():
        if node.name != exercise.wrt and exercise.agree(attempt.values, node.name) and (
                formula is None or exercise.is_right(formula, node.name)):
            adjoint = notation.plain(exercise.chain.adjoint_symbol(node.name))
            here, asked = notation.plain(node.name), notation.plain(exercise.wrt)
            text = f"This is {adjoint}, the adjoint of {here}, but that of {asked} is asked for"
            found.clear()  # the other factors are in that order
            return [(finding("other_adjoint", text),)]
    return []


def _value_of_a_node(attempt: Attempt, found: list[Explanation]) -> list[Explanation]:
    """Explain an answer that is the value of a node where its derivative belongs."""
    exercise = attempt.exercise
    for node in () if found else exercise.chain.leading_to(exercise.wrt):
        expression = exercise.chain[node].expression if node in exercise.chain.nodes else None
        truth = [point.get(node) for point in exercise.points]
        if expression is not None and all(map(_near, attempt.values, truth)) and (
                attempt.formula is None or exercise.compare(
                    attempt.formula, exercise.chain[node].symbol).status in RIGHT):
            here, asked = notation.plain(node), notation.plain(exercise.asked)
            return [(finding("function_for_slope",
                             f"This is the value of {here} itself: its derivative {asked} is asked "
                             "for"),)]
    return []


def _not_recognised(attempt: Attempt, found: list[Explanation]) -> list[Explanation]:
    """Say that nothing is known, and what is right in the answer."""
    if found and _kinds(found[:1]) != {"extra_term", "missing_term"}:
        return []
    if mended := _repaired(attempt, _mended) or _undone(attempt):
        found.clear()
        return [mended]
    if found:
        return []
    right = ", ".join(attempt.terms.right)
    what = f" What is right in it: {right}" if right else ""
    return [(finding("unknown", f"What is wrong is not recognised.{what}"),)]


def _undone(attempt: Attempt) -> Explanation:
    exercise, formula = attempt.exercise, attempt.formula
    if formula is None:
        return ()
    return undone(exercise, formula, exercise.is_right) or nearly_another(
        exercise, lambda other: all(map(_near, attempt.values, exercise.values(other)))
        and exercise.compare(formula, other).status in RIGHT)


# They are tried in this order; each is handed what has been found before it.
EXPLAINERS = (_named_later_adjoint, _fewest_mistakes, _equal_later_adjoint, _other_layout,
              _adjoint_of_another, _value_of_a_node, _not_recognised)


def _near(value: Any, other: Any) -> bool:
    return np.shape(value) == np.shape(other) and np.allclose(
        value, other, rtol=0, atol=ROUNDING * np.abs(other).max())


def _repaired(attempt: Attempt, ways: Callable[[Expr], Iterator[Way]]) -> Explanation:
    """Return the mistake without which a formula is right, found in one of the ways to change it.
    """
    # in letters, for SymPy forms nothing where sizes that are numbers do not fit
    changed = ways(notation.lettered(attempt.formula)) if attempt.formula is not None else ()
    for kind, where, what, formula in changed:
        if attempt.exercise.is_right(formula):
            return in_words([Mistake(kind, where.format(what()), what())])
    return ()


def _multiplied(answer: Expr) -> Iterator[Way]:
    """Yield a formula with a matrix product in place of an elementwise one."""
    for part in answer.atoms(HadamardProduct):
        what = partial(notation.plain, part)
        for order in permutations(part.args) if len(part.args) <= MOST_ELEMENTWISE else ():
            for factors in product(*((factor, Transpose(factor)) for factor in order)):
                yield "elementwise", "the answer", what, answer.xreplace({part: MatMul(*factors)})


def _mended(answer: Expr) -> Iterator[Way]:
    """Yield a formula with ∘ for a matrix product, one diag more, or a sum over another index."""
    for kind, part, formula in repairs(answer):
        yield kind, "the answer", partial(notation.plain, part), formula


def _later_adjoint(attempt: Attempt) -> list[Explanation]:
    if not attempt.later_node:
        return []
    here, asked = notation.plain(attempt.later_node), notation.plain(attempt.exercise.wrt)
    adjoint = notation.plain(attempt.exercise.chain.adjoint_symbol(attempt.later_node))
    text = f"This is {adjoint}: the way from {here} to {asked} is still missing"
    if is_inner(attempt.exercise.chain, attempt.later_node):
        return [(finding("inner_derivative", f"The inner derivative is lost. {text}"),)]
    return [(finding("stopped_early", text, f"between {here} and {asked}"),)]


def _superfluous_terms(attempt: Attempt) -> Iterator[Mistakes]:
    """Yield the terms of an answer without any one of which it is right."""
    answer, exercise = attempt.formula, attempt.exercise
    for term in answer.args if isinstance(answer, sp.Add | MatAdd) else ():
        rest = [value - value_at(term, point)
                for value, point in zip(attempt.values, exercise.points, strict=True)]
        if exercise.agree(rest) and exercise.is_right(answer - term):
            yield (Mistake("extra_term", "the answer", notation.plain(term)),)


def _likeliest(explanations: list[Mistakes]) -> list[Mistakes]:
    """Return the likeliest explanations, the likeliest first, one for each set of kinds."""
    def likelihood(mistakes: Mistakes) -> list[int]:
        return sorted(LIKELIHOOD.index(mistake.kind) for mistake in mistakes)

    kept: dict[frozenset, Mistakes] = {}
    for mistakes in sorted(explanations, key=likelihood):
        kinds = frozenset(mistake.kind for mistake in mistakes)
        before = kept.setdefault(kinds, mistakes)
        if before[0].where.startswith("the value of") and mistakes[0].where.startswith("the stage"):
            kept[kinds] = mistakes  # on the way back is likelier than in a value
    # The inverse of (1/β) I says the same of β, and that of r = K⁻¹ that K is not inverted.
    if {frozenset([kind]) for kind in ("inverted_scalar", "missing_inverse")} & kept.keys():
        kept.pop(frozenset(["extra_inverse"]), None)
    if frozenset(["doubled_path"]) in kept:  # in a sum that is multiplied out, it looks so too
        kept.pop(frozenset(["order"]), None)
    # One of three equal paths turned over leaves a third, but so does a number.
    turned = kept.get(frozenset(["sign"]), ())
    if frozenset(["factor"]) in kept and all(it.where.startswith("the path") for it in turned):
        kept.pop(frozenset(["sign"]), None)
    return list(kept.values())[:MOST_SINGLE if _count(explanations[0]) == 1 else MOST_SEVERAL]


def _with_other_paths(mistakes: Mistakes, every: list[Mistakes]) -> Mistakes:
    """Return a lost path with the others named too, if losing any of them gives the same."""
    def is_lost_path(mistakes: Mistakes) -> bool:
        return [mistake.kind for mistake in mistakes] == ["missing_path"]

    if not is_lost_path(mistakes):
        return mistakes
    lost = dict.fromkeys(other[0].where for other in every if is_lost_path(other))
    return (replace(mistakes[0], where=" or ".join(lost)),)


def _count(mistakes: Mistakes) -> int:
    """Return the number of mistakes; the same one in several terms counts once."""
    return len({(mistake.kind, mistake.what,
                 mistake.changes if mistake.kind == "missing_term" else ())
                for mistake in mistakes})


def _rewritten(expression: Expr) -> Iterator[Way]:
    """Yield a formula with one transpose more or less, or with the factors of a product reordered.
    """
    what = partial(notation.plain, expression)
    if isinstance(expression, MatMul) and len(expression.args) <= MOST_PERMUTED:
        for factors in permutations(expression.args):
            yield "order", "the product {}", what, MatMul(*factors)
    if expression.is_Matrix:
        turned = expression.arg if isinstance(expression, Transpose) else Transpose(expression)
        yield "transpose", "the answer", partial(instead_of, expression, turned), turned
    parts = () if isinstance(expression, MatrixSymbol) else expression.args
    made = diagonal if isinstance(expression, sp.DiagMatrix | sp.DiagonalOf) else expression.func
    for index, part in enumerate(parts):
        for *told, changed in _rewritten(part) if isinstance(part, Expr) else ():
            yield *told, made(*parts[:index], changed, *parts[index + 1:])
