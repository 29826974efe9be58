"""Find the rule of the book by which an expression is one operation, and its operands."""

from collections.abc import Iterable, Iterator
from functools import cache, reduce
from itertools import combinations, pairwise, permutations

import sympy as sp
from sympy import Expr, HadamardProduct, MatAdd, MatMul, MatPow, MatrixSymbol, Trace, Transpose

from lvmcalc.calculus.expression_tools import joined, without_power
from lvmcalc.calculus.functions import without_lambdas
from lvmcalc.calculus.operations import RULES, record_of
from lvmcalc.calculus.rules import Operation
from lvmcalc.notation.entrywise import EntrySum

_Pair = tuple[Expr, Expr]  # a part of a template, and what stands for it in an expression
_Found = dict[Expr, Expr]  # what the letters of a rule stand for


def operation_of(expression: Expr) -> tuple[str, tuple[Expr, ...]]:
    """Return the most special rule for an expression, and its operands; of a symbol "use".

    Raises
    ------
    UnsupportedExpression
        If the expression is no operation of the book.
    """
    expression = without_lambdas(expression)
    for rule in sorted(RULES.values(), key=_most_special_first):
        if rule.operation not in rule.arguments and (operands := operands_of(rule, expression)):
            return rule.name, operands
    expression = without_power(expression)
    record = record_of(expression)
    return record.taken_apart(expression) if record else ("use", (expression,))


@cache
def _most_special_first(rule: Operation) -> tuple[int, int]:
    return -sum(1 for _ in sp.preorder_traversal(rule.operation)), len(rule.arguments)


def operands_of(rule: Operation, expression: Expr) -> tuple[Expr, ...]:
    """Return the operands on which the operation of a rule is an expression; none if it is not."""
    letters = (*rule.arguments, *rule.parameters)
    found = _matches(rule.operation, expression, letters, {})
    return tuple(map(found[0].get, letters)) if found else ()


def _matches(template: Expr, part: Expr, letters: tuple[Expr, ...], found: _Found) -> list[_Found]:
    """Return what the letters may stand for if a part is what a template says."""
    if template in letters:
        fits = template.is_Matrix == part.is_Matrix and found.get(template, part) == part
        return [found | {template: part}] if fits else []
    if not {*letters} & template.free_symbols:
        return [found] if template == part else []

    def further(several: list[_Found], pair: _Pair) -> list[_Found]:
        return [more for one in several for more in _matches(*pair, letters, one)]

    return [more for pairs in _pairs(template, part)  # the A of AᵀA before the Aᵀ
            for more in reduce(further, sorted(pairs, key=lambda it: it[0] not in letters),
                               [found])]


def _pairs(template: Expr, part: Expr) -> Iterable[Iterable[_Pair]]:
    """Return the ways to set the parts of a template beside those of an expression."""
    if isinstance(template, Trace):
        return ([(template.arg, matrix)] for matrix in _traced(part))
    part = without_power(part) if isinstance(part, MatPow) else part
    if not isinstance(part, template.func):
        return []
    if isinstance(template, MatMul):
        (scalar, factors), (number, matrices) = (it.as_coeff_matrices() for it in (template, part))
        return ([(scalar, number), *zip(factors, groups, strict=True)]
                for groups in _grouped(matrices, len(factors)))
    if len(template.args) != len(part.args):
        return []
    orders = permutations(part.args) if isinstance(
        template, sp.Add | sp.Mul | MatAdd | HadamardProduct) else [part.args]
    return (zip(template.args, order, strict=True) for order in orders)


def _grouped(factors: list[Expr], count: int) -> Iterator[list[Expr]]:
    """Yield the ways to write a product of matrices as one of fewer."""
    for cut in combinations(range(1, len(factors)), count - 1):
        yield [joined(MatMul, factors[start:end]) for start, end in pairwise((0, *cut, None))]


def _traced(number: Expr) -> Iterator[Expr]:
    """Yield matrices whose trace a number is: of tr(B C Aᵀ) also Aᵀ B C, of sum(E ∘ E) Eᵀ E."""
    if isinstance(number, EntrySum):
        entries = without_power(number.arg)
        if isinstance(entries, HadamardProduct) and entries.args == (entries.args[0],) * 2:
            yield MatMul(Transpose(entries.args[0]), entries.args[0])
    elif isinstance(number, Trace):
        yield number.arg
        *others, last = number.arg.args if isinstance(number.arg, MatMul) else [number.arg]
        gram = others and last == Transpose(others[0]) and not isinstance(others[0], MatrixSymbol)
        if len(others) > 1 or gram:  # X Xᵀ itself has two paths for X
            yield MatMul(last, *others)
