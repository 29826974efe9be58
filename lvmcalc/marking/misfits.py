"""Explain an answer that has another shape, or that cannot be formed."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, permutations, product

import numpy as np
import sympy as sp
from sympy import Expr, HadamardPower, HadamardProduct, MatAdd, MatMul, MatrixSymbol, Transpose

from lvmcalc import notation
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.calculus.expression_tools import sum_of
from lvmcalc.calculus.functions import diagonal
from lvmcalc.marking.attempt import Attempt, later_adjoint, other_adjoint, value_of_a_node
from lvmcalc.marking.broken_formulas import MOST_PERMUTED, has_adjoint, instead_of
from lvmcalc.marking.broken_parts import repairs
from lvmcalc.marking.mistakes import Explanation, Finding, Mistake, finding, findings_for
from lvmcalc.marking.occurrences import occurrences, replaced
from lvmcalc.notation.entrywise import Entrywise

_MOST_ELEMENTWISE = 3  # factors that are tried in all orders, transposed or not
TRANSPOSED = "This is the transpose of the right answer, as in numerator layout"

# A changed formula, behind the kind of mistake and what it is about, told when needed
_Rewriting = tuple[str, Callable[[], str], Expr]


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
    if found := repaired(attempt, multiplied) or repaired(attempt, repairs):
        return (found, *later)
    slip = () if later else _only_slip(attempt)
    return ((shape, *slip, *chain.from_iterable(later)),)  # all hold


def explained_misfit(attempt: Attempt, reason: object) -> Explanation:
    """Return what is wrong with a formula that cannot be formed; `reason` tells what misfits."""
    shape = (finding("shape", reason),)
    if found := repaired(attempt, multiplied) or repaired(attempt, repairs):
        return found + shape
    rewritten = next(filter(None, (repaired(attempt, ways) for ways in (
        _with_less, _rewritten, partial(_exchanged, attempt)))), ())
    return rewritten + shape if attempt.formula.has(HadamardProduct) else shape + rewritten


def repaired(attempt: Attempt, ways: Callable[[Expr], Iterator[_Rewriting]]) -> Explanation:
    """Return the mistake without which a formula is right, found in one of the ways to change it.
    """
    # in letters, for SymPy forms nothing where sizes that are numbers do not fit
    changed = ways(notation.lettered(attempt.formula)) if attempt.formula is not None else ()
    return next((findings_for([_mistake(kind, what())]) for kind, what, formula in changed
                 if attempt.exercise.is_right(formula)), ())


def _mistake(kind: str, what: str) -> Mistake:
    where = f"the product {what}" if kind == "order" else "the answer"
    return Mistake(kind, where, what * (kind != "order"))


def _only_slip(attempt: Attempt) -> Explanation:
    """Return the wrong order, transpose or letter without which a formula is right, if it is one.
    """
    if attempt.formula is None:
        return ()
    answer = notation.lettered(attempt.formula)
    told = {_mistake(kind, what())
            for kind, what, formula in (*_rewritten(answer), *_exchanged(attempt, answer),
                                        *_without_last(answer))
            if notation.shape(formula) == notation.shape(attempt.exercise.asked)
            and attempt.exercise.is_right(formula)}
    return findings_for([*told]) if len(told) == 1 else ()


def _exchanged(attempt: Attempt, answer: Expr) -> Iterator[_Rewriting]:
    """Yield a formula with a matrix of the chain in place of another one of another shape."""
    model = attempt.exercise.chain
    letters = [node.symbol for node in model if node.shape]
    for part, places in occurrences(answer).items():
        for other in letters if isinstance(part, MatrixSymbol) and not has_adjoint(part) else ():
            if other.shape != part.shape:
                shown = model.abbreviated(model.expression(other.name))
                what = partial(instead_of, part, other if other.name in model.leaves else shown)
                for formula in replaced(answer, part, places, other):
                    yield "wrong_part", what, formula


def multiplied(answer: Expr) -> Iterator[_Rewriting]:
    """Yield a formula with a matrix product in place of an elementwise one."""
    for part in answer.atoms(HadamardProduct):
        what = partial(notation.plain, part)
        for order in permutations(part.args) if len(part.args) <= _MOST_ELEMENTWISE else ():
            for factors in product(*((factor, Transpose(factor)) for factor in order)):
                yield "elementwise", what, answer.xreplace({part: MatMul(*factors)})


def turned_sigmoids(answer: Expr) -> Iterator[_Rewriting]:
    """Yield a formula with the other sign within its sigmoid, σ(z) or 1/(1 + exp(z))."""
    below = {part for power in answer.atoms(HadamardPower) if power.exp == -1
             for part in power.base.atoms(Entrywise) if part.name == "exp"}
    for inner in {part.arg for part in answer.atoms(Entrywise)
                  if part in below or part.name == "sigmoid"}:
        turned = {part: Entrywise(part.name, -part.arg) for part in answer.atoms(Entrywise)
                  if part.arg == inner and part.name in ("exp", "sigmoid")}
        yield "sign", partial(notation.plain, inner), answer.xreplace(turned)


def _with_less(answer: Expr) -> Iterator[_Rewriting]:
    """Yield a sum without one of its terms, such as a penalty that does not depend on X."""
    for place, term in enumerate(answer.args if isinstance(answer, MatAdd) else ()):
        yield "extra_term", partial(notation.plain, term), sum_of(
            [*answer.args[:place], *answer.args[place + 1:]])


def _without_last(answer: Expr) -> Iterator[_Rewriting]:
    """Yield a product without its first factor, or its last."""
    for place in (0, -1) if isinstance(answer, MatMul) else ():
        factors = [it for it in answer.args if it.is_Matrix]
        extra = factors.pop(place)
        numbers = [it for it in answer.args if not it.is_Matrix]
        if factors:
            yield "extra_factor", partial(notation.plain, extra), MatMul(*numbers, *factors)


def _rewritten(expression: Expr) -> Iterator[_Rewriting]:
    """Yield a formula with one transpose more or less, or with the factors of a product reordered.
    """
    what = partial(notation.plain, expression)
    if isinstance(expression, MatMul) and len(expression.args) <= MOST_PERMUTED:
        for factors in permutations(expression.args):
            yield "order", what, MatMul(*factors)
    if expression.is_Matrix:
        turned = expression.arg if isinstance(expression, Transpose) else Transpose(expression)
        yield "transpose", partial(instead_of, expression, turned), turned
    parts = () if isinstance(expression, MatrixSymbol) else expression.args
    made = diagonal if isinstance(expression, sp.DiagMatrix | sp.DiagonalOf) else expression.func
    for index, part in enumerate(parts):
        for *told, changed in _rewritten(part) if isinstance(part, Expr) else ():
            yield *told, made(*parts[:index], changed, *parts[index + 1:])


def without_trace(side: Expr) -> Finding:
    """Return what is wrong with a square matrix in place of its trace."""
    text = notation.plain(side)
    return finding("shape", f"A trace is missing: {text} is {notation.shape(side)}, and the number "
                            f"is tr({text})", text)
