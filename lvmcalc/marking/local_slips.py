"""Local slips: each likely one in a part of an answer, with the part as it is without it.

Whether one was made is seen when it is undone.
"""

from collections.abc import Iterator
from itertools import combinations, pairwise, permutations, product

import sympy as sp
from sympy import (
    Expr,
    HadamardPower,
    HadamardProduct,
    Inverse,
    MatAdd,
    MatMul,
    MatrixSymbol,
    OneMatrix,
    Trace,
    Transpose,
)

from lvmcalc import notation
from lvmcalc.calculus.expression_tools import joined, multiple, sum_of
from lvmcalc.marking.broken_formulas import MOST_PERMUTED, has_adjoint, instead_of, parted
from lvmcalc.marking.broken_parts import over_the_other_index
from lvmcalc.marking.broken_steps import slope_of_entries
from lvmcalc.marking.occurrences import occurrences
from lvmcalc.notation import forming
from lvmcalc.notation.array_axes import copies_beside, sums
from lvmcalc.notation.entrywise import Entrywise

Slip = tuple[str, str, str, Expr]  # its kind, where and what it is, and the part without it
HERE = "the answer"
_MOST_FACTORS = 6  # of a product between which ∘ is tried
_MOST_ELEMENTWISE = 3  # factors that are tried in all orders, transposed or not


def slip_instead(part: Expr, right: Expr, kind: str = "wrong_part") -> Slip:
    """Return the slip of writing a part where another one belongs."""
    return kind, HERE, instead_of(part, right), right


def is_norm(part: Expr) -> bool:
    """Return whether a number is ‖A‖, the root of a trace."""
    return isinstance(part, sp.Pow) and part.exp == sp.S.Half and isinstance(part.base, Trace)


def of_entries(part: Expr) -> Iterator[Slip]:
    """Yield a function of entries with the other sign inside, its derivative, and no logarithm."""
    match part:
        case Entrywise():
            yield "sign", HERE, notation.plain(part.arg), Entrywise(part.name, -part.arg)
            yield ("function_for_slope", HERE, notation.plain(part),
                   slope_of_entries(part.name, part.arg))
        case sp.log():
            yield slip_instead(part, part.args[0])


def of_squares(part: Expr) -> Iterator[Slip]:
    """Yield 1 − H² for (1 − H)², entry by entry, and M ∘ M for M Mᵀ or M M."""
    if isinstance(part, HadamardPower) and part.exp == 2 and isinstance(part.base, MatAdd):
        split = [parted(term) for term in part.base.args]
        yield slip_instead(part, sum_of([_squared(*each) for each in split]))
    scalar, factors = parted(part) if isinstance(part, MatMul) else (sp.S.One, [])
    for place, (one, other) in enumerate(pairwise(factors)):
        if other in (one, one.T):
            before, behind = factors[:place], factors[place + 2:]
            square, what = HadamardProduct(one, one), notation.plain(MatMul(one, other))
            if one.is_square:
                yield "matrix_product", HERE, what, multiple(scalar, [*before, square, *behind])
            for end in range(1, len(behind) + 1):
                if (rest := joined(MatMul, behind[:end])).shape == one.shape:
                    yield "matrix_product", HERE, what, multiple(
                        scalar, [*before, HadamardProduct(square, rest), *behind[end:]])


def _squared(scalar: Expr, factors: list[Expr]) -> Expr:
    whole = joined(MatMul, factors)
    square = whole if isinstance(whole, OneMatrix) else HadamardProduct(whole, whole)
    return multiple(scalar * abs(scalar), [square])


def of_logarithms(part: Expr) -> Iterator[Slip]:
    """Yield Z for log(softmax(Z))."""
    if isinstance(part, Entrywise) and part.name == "log" and isinstance(
            part.arg, HadamardProduct) and (inside := inside_softmax(part.arg)) is not None:
        letters = notation.plain(inside)
        yield ("wrong_part", HERE, f"log(softmax({letters})) stands where {letters} belongs, so "
                                   "that the log of the normaliser is too much", inside)


def of_factors(part: Expr) -> Iterator[Slip]:
    """Yield a product with some factors less, or a part squared."""
    scalar, factors = number_and_factors(part)
    if isinstance(part, HadamardProduct):
        for count in (1, len(part.args) - 1):
            for lost in combinations(range(len(part.args)), count):
                rest = [it for place, it in enumerate(part.args) if place not in lost]
                what = joined(HadamardProduct, [part.args[place] for place in lost])
                yield "extra_factor", HERE, notation.plain(what), joined(HadamardProduct, rest)
    elif isinstance(part, MatMul):
        for start, end in combinations(range(len(factors) + 1), 2):
            rest = factors[:start] + factors[end:]
            if rest and all(a.cols == b.rows for a, b in pairwise(rest)):
                lost = joined(MatMul, factors[start:end])
                yield "extra_factor", HERE, notation.plain(lost), multiple(scalar, rest)
    for number in sp.Mul.make_args(scalar) if isinstance(part, sp.Mul | MatMul) else ():
        if number.has(sp.Determinant, Trace):
            rest = times_factors(scalar / number, factors)
            yield "extra_factor", HERE, notation.plain(number), rest
        yield from _of_inner_products(number, scalar / number, factors)
    if isinstance(part, HadamardPower) and part.exp == 2:
        base = notation.plain(part.base)
        yield "extra_factor", HERE, f"the square of {base} stands where {base} belongs", part.base
    if isinstance(part, MatrixSymbol | Entrywise) and not has_adjoint(part):
        yield ("lost_factor", HERE, f"{notation.plain(part)} stands where its square belongs",
               HadamardProduct(part, part))


def _of_inner_products(number: Expr, scalar: Expr, factors: list[Expr]) -> Iterator[Slip]:
    """Yield u vᵀ for the number uᵀv, on either side of the matrices behind it."""
    inner = parted(number.arg)[1] if isinstance(number, Trace) else []
    if len(inner) == 2 and isinstance(inner[0], Transpose) and inner[1].cols == 1:
        left, right = inner[0].arg, inner[1]
        for one, other in ((left, right), (right, left)):
            outer = [one, Transpose(other)]
            for order in (factors + outer, outer + factors):
                if factors and all(a.cols == b.rows for a, b in pairwise(order)):
                    yield ("wrong_part", HERE, f"the number {notation.plain(number)} stands where "
                           f"the matrix {notation.plain(MatMul(*outer))} belongs",
                           multiple(scalar, order))


def of_inverses(part: Expr) -> Iterator[Slip]:
    """Yield a matrix for its inverse, and the inverse of a square matrix."""
    if isinstance(part, Inverse):
        yield slip_instead(part, part.arg, "extra_inverse")
    elif _may_turn(part) and not has_adjoint(part):
        yield slip_instead(part, Inverse(part), "missing_inverse")


def of_turns(part: Expr) -> Iterator[Slip]:
    """Yield the transpose of a square matrix, and two neighbours of a product exchanged."""
    if _may_turn(part):
        yield slip_instead(part, part.T, "transpose")
    if isinstance(part, MatMul):
        scalar, factors = parted(part)
        for place in range(len(factors) - 1):
            order = [*factors[:place], factors[place + 1], factors[place], *factors[place + 2:]]
            if all(a.cols == b.rows for a, b in pairwise(order)):
                yield "order", f"the product {notation.plain(part)}", "", multiple(scalar, order)


def _may_turn(part: Expr) -> bool:
    """Return whether a part is a square matrix, but neither I nor ones."""
    return part.is_Matrix and part.is_square and not isinstance(part, sp.Identity | OneMatrix)


def of_circles(part: Expr) -> Iterator[Slip]:
    """Yield a matrix product for an elementwise one, with any factors transposed."""
    few = isinstance(part, HadamardProduct) and len(part.args) <= _MOST_ELEMENTWISE
    for order in permutations(part.args) if few else ():
        for factors in product(*((factor, Transpose(factor)) for factor in order)):
            yield "elementwise", HERE, notation.plain(part), MatMul(*factors)


def of_products(part: Expr) -> Iterator[Slip]:
    """Yield ∘ for one matrix product, another sum, and one diag more."""
    what = notation.plain(part) if part.is_Matrix else ""
    if isinstance(part, MatMul):
        scalar, factors = part.as_coeff_matrices()
        for start, place, end in combinations(range(len(factors[:_MOST_FACTORS]) + 1), 3):
            left, right = joined(MatMul, factors[start:place]), joined(MatMul, factors[place:end])
            if left.shape == right.shape:
                whole = [*factors[:start], HadamardProduct(left, right), *factors[end:]]
                yield "matrix_product", HERE, what, multiple(scalar, whole)
        yield from (("sum_index", HERE, what, it) for it in over_the_other_index(part))
    if part.is_Matrix and part.cols == 1 and not isinstance(part, OneMatrix):
        yield "diag", HERE, what, sp.DiagMatrix(part)
    elif _may_turn(part):
        yield "diag", HERE, what, sp.DiagonalOf(part)


def of_sigmoids(part: Expr) -> Iterator[Slip]:
    """Yield the other sign within each σ(z) or 1/(1 + exp(z)) of one argument."""
    functions = [it for it in occurrences(part) if isinstance(it, Entrywise)]
    below = [it for power in part.atoms(HadamardPower) if power.exp == -1
             for it in power.base.atoms(Entrywise) if it.name == "exp"]
    for inner in dict.fromkeys(it.arg for it in functions if it in below or it.name == "sigmoid"):
        yield "sign", HERE, notation.plain(inner), part.xreplace({
            it: Entrywise(it.name, -it.arg) for it in functions
            if it.arg == inner and it.name in ("exp", "sigmoid")})


def of_shapes(part: Expr) -> Iterator[Slip]:
    """Yield a transpose more or less, and every other order of a product."""
    if isinstance(part, MatMul) and len(part.args) <= MOST_PERMUTED:
        where = f"the product {notation.plain(part)}"
        yield from (("order", where, "", MatMul(*it)) for it in permutations(part.args))
    if part.is_Matrix:
        yield slip_instead(part, part.arg if isinstance(part, Transpose) else Transpose(part),
                       "transpose")


def of_signs(part: Expr) -> Iterator[Slip]:
    """Yield a sum with the other sign of one term."""
    for others, term in each_term(part):
        yield "sign", f"the term {notation.plain(term)}", "", sum_of([*others, -term])


def of_terms(part: Expr) -> Iterator[Slip]:
    """Yield a sum without one of its terms."""
    for others, term in each_term(part):
        yield "extra_term", HERE, notation.plain(term), sum_of(others)


def each_term(part: Expr) -> Iterator[tuple[list[Expr], Expr]]:
    """Yield each term of a sum, behind the others."""
    for place, term in enumerate(part.args if isinstance(part, sp.Add | sp.MatAdd) else ()):
        yield [*part.args[:place], *part.args[place + 1:]], term


def number_and_factors(part: Expr) -> tuple[Expr, list[Expr]]:
    """Return the scalar in a product, and its brackets or matrices."""
    if part.is_Matrix:
        return parted(part)
    sums = [it for it in sp.Mul.make_args(part) if it.is_Add]
    return part / sp.Mul(*sums), sums


def times_factors(scalar: Expr, factors: list[Expr]) -> Expr:
    """Return a number times some brackets or matrices."""
    matrix = bool(factors) and factors[0].is_Matrix
    return multiple(scalar, factors) if matrix else sp.Mul(scalar, *factors)


def inside_softmax(part: Expr) -> Expr | None:
    """Return Z for the softmax of the rows of Z, None for anything else."""
    factors = part.args if isinstance(part, HadamardProduct) else ()
    return next((it.arg for it in factors
                 if isinstance(it, Entrywise) and part == row_softmax(it.arg)), None)


def row_softmax(matrix: Expr) -> Expr:
    """Return the softmax of each row, as it is read."""
    powers = Entrywise("exp", matrix)
    return forming.quotient(powers, copies_beside(sums(powers, True), matrix))
