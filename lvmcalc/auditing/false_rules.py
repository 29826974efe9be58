"""Recognise well-known false rules, as (A + B)⁻¹ = A⁻¹ + B⁻¹, and wrong solutions."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice

import sympy as sp
from sympy import Determinant, Expr, Identity, Inverse, MatAdd, MatMul, Trace

from lvmcalc import notation
from lvmcalc.calculus.comparison import decide
from lvmcalc.calculus.expression_tools import sum_of
from lvmcalc.chain import Chain
from lvmcalc.marking.chain_letters import scalars_of
from lvmcalc.marking.exercise import RIGHT
from lvmcalc.marking.mistakes import Explanation, Mistake, finding, findings_for
from lvmcalc.marking.single_repairs import without_one_slip
from lvmcalc.notation.forming import inverse, product

_MOST_TRIED = 300
WRONG_SIGN = "The sign of the whole side is wrong"
_MULTIPLE = "The whole side is {} times what it must be"
_LOST = "The term {} is missing from the inverse of {}"
_LOG_DET = "The determinant of a sum is not the product of the determinants"
_OF_A_SUM = "The {0} of a sum is not the sum of the {0}s"
_REVERSED = "The inverse of a product is the product of the inverses in reverse order"
_OF_A_MULTIPLE = "The determinant of c A is cⁿ det A for an n×n matrix A"
_TRACES = "The trace of a product is not the product of the traces"


def _false_rules(expression: Expr) -> Iterator[tuple[str, Expr]]:
    """Yield each false rule in words, with the expression that it leads to."""
    for part in dict.fromkeys(sp.preorder_traversal(expression)):
        with suppress(ValueError, TypeError):
            for sentence, instead in _of_part(part):
                yield sentence, expression.xreplace({part: instead})


def _of_part(part: Expr) -> Iterator[tuple[str, Expr]]:
    match part:
        case Inverse(arg=MatAdd(args=terms)):
            yield _OF_A_SUM.format("inverse"), sum_of([inverse(term) for term in terms])
        case Inverse(arg=MatMul(args=factors)) if _square(factors):
            yield _REVERSED, product(*(inverse(it) if it.is_Matrix else 1 / it for it in factors))
        case Determinant(arg=MatAdd(args=terms)):
            yield _OF_A_SUM.format("determinant"), sum_of([*map(Determinant, terms)])
        case Determinant(arg=MatMul() as whole) if whole.as_coeff_mmul()[0] != 1:
            number, matrix = whole.as_coeff_mmul()
            yield _OF_A_MULTIPLE, number * Determinant(matrix)
        case sp.log(args=(sp.Add(args=terms),)):
            yield _OF_A_SUM.format("logarithm"), sum_of([*map(sp.log, terms)])
        case sp.log(args=(Determinant(arg=MatAdd(args=terms)),)):
            yield _LOG_DET, sum_of([sp.log(Determinant(term)) for term in terms])
        case Trace(arg=MatMul(args=factors)) if _square(factors):
            yield _TRACES, sp.Mul(*(Trace(it) if it.is_Matrix else it for it in factors))


def _square(factors: Iterable[Expr]) -> bool:
    return all(it.is_square for it in factors if it.is_Matrix)


def false_rule(left: Expr, right: Expr) -> Explanation:
    """Return the false rule that leads from one side to the other, () if there is none."""
    for one, other in ((left, right), (right, left)):
        for sentence, broken in _false_rules(one):
            if decide(broken, other).status in RIGHT:
                return (finding("false_rule", sentence),)
    return ()


def in_solution(chain: Chain, said: Expr, solves: Callable[[Expr], bool]) -> Explanation:
    """Return the slip that makes a stated solution wrong, () if none is found."""
    for last in (False, True):
        whole = _with_one_inverse(said, last)
        if whole is not None and solves(whole):
            return (finding("false_rule", _OF_A_SUM.format("inverse")),)
    numbers = [number for scalar in scalars_of(chain) for number in (scalar, 1 / scalar)]
    for number in (sp.S.NegativeOne, sp.S.Half, sp.S(2), *numbers):
        if solves(product(number, said)):
            told = WRONG_SIGN if number == -1 else _MULTIPLE.format(notation.plain(1 / number))
            return (finding("sign" if number == -1 else "factor", told),)
    for part in said.atoms(Inverse):
        for number in scalars_of(chain):
            lost = product(number, Identity(part.rows))
            if solves(said.xreplace({part: inverse(sum_of([part.arg, lost]))})):
                told = _LOST.format(*map(notation.plain, (lost, part.arg)))
                return (finding("missing_term", told),)
    for *told, instead in islice(without_one_slip(chain, said), _MOST_TRIED):
        if solves(instead):
            return findings_for([Mistake(*told)])
    return ()


def _with_one_inverse(said: Expr, last: bool) -> Expr | None:
    """Return (A + B)⁻¹ C for A⁻¹C + B⁻¹C, None if it is no such sum.

    With `last`, the inverses stand behind: C A⁻¹ + C B⁻¹.
    """
    inverted, others = [], []
    for term in said.args if isinstance(said, MatAdd) else ():
        number, factors = term.as_coeff_matrices() if isinstance(term, MatMul) else (1, [term])
        *rest, end = factors if last else factors[::-1]
        if not isinstance(end, Inverse):
            rest, end = [*rest, end], Identity(end.cols if last else end.rows)
        inverted.append(product(1 / sp.S(number), end.args[0] if isinstance(end, Inverse) else end))
        others.append(rest if last else rest[::-1])
    if not others or any(rest != others[0] for rest in others):
        return None
    whole = inverse(sum_of(inverted))
    return product(*others[0], whole) if last else product(whole, *others[0])
