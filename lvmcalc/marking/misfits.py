"""Explain an answer that has another shape, or that cannot be formed."""

from collections.abc import Callable, Iterator
from itertools import chain, islice, permutations, product

import numpy as np
import sympy as sp
from sympy import Expr, HadamardPower, HadamardProduct, MatMul, Transpose

from lvmcalc import notation
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.marking.attempt import Attempt, later_adjoint, other_adjoint, value_of_a_node
from lvmcalc.marking.broken_formulas import Broken
from lvmcalc.marking.broken_parts import repairs
from lvmcalc.marking.local_slips import HERE, of_factors
from lvmcalc.marking.mistakes import Explanation, Finding, Mistake, finding, findings_for
from lvmcalc.marking.single_repairs import without_one_misfit
from lvmcalc.notation.entrywise import Entrywise

_MOST_ELEMENTWISE = 3  # factors that are tried in all orders, transposed or not
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
    if found := repaired(attempt, multiplied) or repaired(attempt, repairs):
        return (found, *later)
    slip = () if later else _only_slip(attempt)
    return ((shape, *slip, *chain.from_iterable(later)),)  # all hold


def explained_misfit(attempt: Attempt, reason: object) -> Explanation:
    """Return what is wrong with a formula that cannot be formed; `reason` tells what misfits."""
    shape = (finding("shape", reason),)
    if found := repaired(attempt, multiplied) or repaired(attempt, repairs):
        return found + shape
    slip = findings_for([*islice(_slips(attempt), 1)])
    return slip + shape if attempt.formula.has(HadamardProduct) else shape + slip


def repaired(attempt: Attempt, ways: Callable[[Expr], Iterator[Broken]]) -> Explanation:
    """Return the mistake without which a formula is right, found in one of the ways to change it.
    """
    changed = ways(_lettered(attempt)) if attempt.formula is not None else ()
    return next((findings_for([Mistake(kind, HERE, what)]) for kind, what, formula in changed
                 if attempt.exercise.is_right(formula)), ())


def _lettered(attempt: Attempt) -> Expr:
    """Return the formula in letters, as SymPy forms nothing where sizes that are numbers misfit."""
    return notation.lettered(attempt.formula)


def _slips(attempt: Attempt) -> Iterator[Mistake]:
    """Yield the slips that can change a shape, and without which a formula is right."""
    slips = without_one_misfit(attempt.exercise.chain, _lettered(attempt))
    yield from (Mistake(*slip) for *slip, formula in slips if attempt.exercise.is_right(formula))


def _only_slip(attempt: Attempt) -> Explanation:
    """Return the wrong order, transpose or letter without which a formula is right, if it is one.
    """
    if attempt.formula is None:
        return ()
    found = {*_slips(attempt), *(Mistake(*slip) for *slip, formula in of_factors(_lettered(attempt))
                                 if attempt.exercise.is_right(formula))}
    return findings_for([*found]) if len(found) == 1 else ()


def multiplied(answer: Expr) -> Iterator[Broken]:
    """Yield a formula with a matrix product in place of an elementwise one."""
    for part in answer.atoms(HadamardProduct):
        for order in permutations(part.args) if len(part.args) <= _MOST_ELEMENTWISE else ():
            for factors in product(*((factor, Transpose(factor)) for factor in order)):
                yield "elementwise", notation.plain(part), answer.xreplace({part: MatMul(*factors)})


def turned_sigmoids(answer: Expr) -> Iterator[Broken]:
    """Yield a formula with the other sign within its sigmoid, σ(z) or 1/(1 + exp(z))."""
    below = {part for power in answer.atoms(HadamardPower) if power.exp == -1
             for part in power.base.atoms(Entrywise) if part.name == "exp"}
    for inner in {part.arg for part in answer.atoms(Entrywise)
                  if part in below or part.name == "sigmoid"}:
        turned = {part: Entrywise(part.name, -part.arg) for part in answer.atoms(Entrywise)
                  if part.arg == inner and part.name in ("exp", "sigmoid")}
        yield "sign", notation.plain(inner), answer.xreplace(turned)


def without_trace(side: Expr) -> Finding:
    """Return what is wrong with a square matrix in place of its trace."""
    text = notation.plain(side)
    return finding("shape", f"A trace is missing: {text} is {notation.shape(side)}, and the number "
                            f"is tr({text})", text)
