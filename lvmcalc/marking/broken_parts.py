"""Broken parts of formulas with elementwise products, functions of entries, diag and sums.

A part inside a formula is replaced by another one of its shape, as students do: a matrix product
for ∘, v 1ᵀ for diag(v), the sum over the other index.
"""

from collections.abc import Iterator

import sympy as sp
from sympy import Expr, HadamardPower, HadamardProduct, MatAdd, MatMul, MatrixSymbol, OneMatrix

from lvmcalc import notation
from lvmcalc.calculus.expression_tools import joined, multiple
from lvmcalc.marking.broken_formulas import Broken, broken_formulas, has_adjoint
from lvmcalc.marking.occurrences import occurrences, replaced
from lvmcalc.notation.entrywise import EntrySum, Entrywise

_ENTRYWISE = (HadamardProduct, HadamardPower, Entrywise)
_MOST_PARTS = 60  # of one formula


def broken_parts(formula: Expr) -> Iterator[Broken]:
    """Yield the ways to get a part wrong: the kind of mistake, what it is about, broken formula."""
    places = occurrences(formula)
    parts = [part for part in places if part.is_Matrix and not isinstance(part, MatrixSymbol)]
    inner = {term for part in parts if isinstance(part, _ENTRYWISE) for term in part.args
             if isinstance(term, MatAdd)}
    for part in parts[:_MOST_PARTS]:
        found = [*_in_part(part)]
        if part in inner or (inner and isinstance(part, MatAdd)):
            found += [broken for broken in broken_formulas(part)
                      if part in inner or broken[0] == "missing_term"]
        for kind, what, instead, *_ in found:
            if instead.shape == part.shape and instead != part:
                for broken in replaced(formula, part, places[part], instead):
                    yield kind, what, broken
    circles = [part for part in formula.atoms(HadamardProduct) if part.is_square]
    multiplied = formula.xreplace({part: MatMul(*part.args) for part in circles})
    if multiplied != formula:
        yield "matrix_product", "∘ in every place", multiplied


def _in_part(part: Expr) -> Iterator[Broken]:
    match part:
        case HadamardProduct():
            yield from _in_product(part)
        case HadamardPower():
            yield from _in_power(part)
        case sp.DiagMatrix(args=(vector,)):
            yield "diag", notation.plain(part), MatMul(vector, OneMatrix(1, vector.rows))
        case sp.DiagonalOf(args=(matrix,)):
            yield "diag", notation.plain(part), MatMul(matrix, OneMatrix(matrix.cols, 1))
        case MatMul():
            slip = _normalised(part) or ("sum_index", notation.plain(part))
            yield from ((*slip, instead) for instead in over_the_other_index(part))


def _in_power(power: HadamardPower) -> Iterator[Broken]:
    base, exponent, what = power.base, power.exp, notation.plain(power.base)
    if abs(exponent) == 1:
        yield "inverted_scalar", what, base
    else:
        lost = "square" if abs(exponent) == 2 else "power"
        upright = base if exponent.is_positive else HadamardPower(base, -1)
        yield "lost_factor", f"{what} stands where its {lost} belongs", upright


def _in_product(product: HadamardProduct) -> Iterator[Broken]:
    factors = product.args
    for index, factor in enumerate(factors):
        others = factors[:index] + factors[index + 1:]
        rest = joined(HadamardProduct, others)
        if not has_adjoint(factor):
            yield "lost_factor", notation.plain(factor), rest
            if 1 < (count := factors.count(factor)) < len(factors):
                power = joined(HadamardProduct, [factor] * count)
                others = [other for other in factors if other != factor]
                yield "lost_factor", notation.plain(power), joined(HadamardProduct, others)
    if product.is_square:
        for order in (factors, factors[::-1]):
            yield "matrix_product", notation.plain(product), MatMul(*order)


def over_the_other_index(product: MatMul) -> Iterator[Expr]:
    """Yield a product with ones in which the sum, or the copies, run along the other index."""
    scalar, factors = product.as_coeff_matrices()
    if len(factors) < 2:
        return
    first, last = factors[0], factors[-1]
    before, behind = joined(MatMul, factors[:-1]), joined(MatMul, factors[1:])
    if isinstance(last, OneMatrix) and last.cols == 1:  # A 1
        yield multiple(scalar, [before.T, OneMatrix(before.rows, 1)])
    elif isinstance(last, OneMatrix) and before.cols == 1:  # v 1ᵀ
        yield multiple(scalar, [OneMatrix(last.cols, 1), before.T])
        if sums := _sums_in(before):
            number, (*factors, _) = sums.as_coeff_matrices()
            matrix = joined(MatMul, factors)
            row = before.xreplace({sums: multiple(number, [OneMatrix(1, matrix.rows), matrix])})
            yield multiple(scalar, [OneMatrix(before.rows, 1), row])
            if sums in (before, getattr(before, "base", None)):
                total = (number * EntrySum(matrix)) ** getattr(before, "exp", 1)
                yield MatMul(scalar * total, OneMatrix(*product.shape))
    if isinstance(first, OneMatrix) and first.rows == 1:  # 1ᵀ A
        yield multiple(scalar, [OneMatrix(1, behind.cols), behind.T])
    elif isinstance(first, OneMatrix) and behind.rows == 1:  # 1 vᵀ
        yield multiple(scalar, [behind.T, OneMatrix(1, first.rows)])


def _normalised(product: MatMul) -> tuple[str, str] | tuple[()]:
    """Return the mistake if a product spreads the reciprocal sums of exponentials, else ()."""
    for line, power, across in (("row", product.args[0], product.args[-1]),
                                ("column", product.args[-1], product.args[0])):
        if isinstance(across, OneMatrix) and isinstance(power, HadamardPower) and (
                power.exp == -1 and isinstance(power.base, MatMul)):
            parts = power.base.args
            if any(isinstance(it, OneMatrix) for it in parts) and any(
                    isinstance(it, Entrywise) and it.name == "exp" for it in parts):
                return "normalised", line
    return ()


def _sums_in(column: Expr) -> MatMul | None:
    """Return A 1, the sums of the rows of which a column holds functions; no multiple of 1."""
    while isinstance(column, Entrywise | HadamardPower):
        column = column.arg if isinstance(column, Entrywise) else column.base
    sums = isinstance(column, MatMul) and isinstance(column.args[-1], OneMatrix)
    return column if sums and len(column.as_coeff_matrices()[1]) > 1 else None
