"""Single repairs: every likely slip in a part of an answer, with the part as it is without it.

The likelier kinds come first. Whether one was made is seen when it is undone.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import combinations, pairwise

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
from lvmcalc.calculus.functions import NUMPY
from lvmcalc.chain import Chain
from lvmcalc.marking.broken_formulas import has_adjoint, instead_of, is_inverse, parted
from lvmcalc.marking.broken_steps import slope_of_entries
from lvmcalc.marking.chain_letters import scalars_of
from lvmcalc.marking.occurrences import occurrences, replaced
from lvmcalc.notation import forming
from lvmcalc.notation.array_axes import copies_beside, sums
from lvmcalc.notation.entrywise import Entrywise

Slip = tuple[str, str, str, Expr]  # its kind, where and what it is, and the part without it
_HERE = "the answer"


def without_one_slip(chain: Chain, answer: Expr) -> Iterator[Slip]:
    """Yield the slips in an answer, each with the answer without it."""
    yield "sign", "the whole answer", "", -answer
    letters = _Letters(chain, answer)
    places = occurrences(answer)
    yield from _of_whole(places, answer)
    norms = [part for part in places if _is_norm(part)]
    for times, told in ((1, "each"), (2, "twice each")) if len(norms) > 1 else ():
        yield ("lost_factor", _HERE, f"{told} norm stands where its square belongs",
               answer.xreplace({norm: norm.base / times for norm in norms}))
    for slips in (_of_squares, _of_logarithms, letters.of_signs, letters.of_scalars,
                  letters.of_numbers, _of_factors, _of_inverses, letters.of_lost_factors,
                  letters.of_matrices, _of_functions, letters.of_other_functions,
                  letters.of_functions, _of_turns, _of_terms):
        for part in places:
            for *told, instead in slips(part):
                if notation.shape(instead) == notation.shape(part) and instead != part:
                    for formula in replaced(answer, part, places[part], instead):
                        yield *told, formula


def _of_whole(places: Iterable[Expr], answer: Expr) -> Iterator[Slip]:
    """Yield a square product of the answer that is lost in front of its sum, or behind it."""
    runs = [parted(it)[1] for it in places if isinstance(it, MatMul | MatrixSymbol)]
    square = {joined(MatMul, run[start:end]) for run in runs if isinstance(answer, MatAdd)
              for start, end in combinations(range(len(run) + 1), 2)
              if run[start].rows == run[end - 1].cols}
    for lost in sorted(square, key=str):
        what = f"the factor {notation.plain(lost)} is missing"
        for order in ((lost, answer), (answer, lost)):
            if order[0].cols == order[1].rows:
                yield "lost_factor", "the whole answer", what, MatMul(*order)


class _Letters:
    """The slips that depend on the letters and functions of the chain."""

    def __init__(self, chain: Chain, answer: Expr):
        self.chain, self.scalars = chain, scalars_of(chain)
        self.named = answer.atoms(MatrixSymbol)
        known = map(chain.vocabulary.get, [*chain.leaves, *chain.abbreviations, *chain.nodes])
        self.matrices = [symbol for symbol in known if symbol is not None and symbol.is_Matrix]
        self.square = sorted({it for it in answer.atoms(MatrixSymbol, Inverse)
                              if it.is_square and not has_adjoint(it)}, key=str)
        formulas = [*(node.expression for node in chain.nodes.values()), *chain.edges.values()]
        functions = {part.name for formula in formulas
                     for part in sp.sympify(formula).atoms(Entrywise)}
        self.functions = {name: partial(Entrywise, name) for name in sorted(functions)}
        if "exp" in functions:
            self.functions["softmax"] = _softmax

    def of_signs(self, part: Expr) -> Iterator[Slip]:
        """Yield the sign of one term of a sum."""
        for others, term in _terms(part):
            yield "sign", f"the term {notation.plain(term)}", "", sum_of([*others, -term])

    def of_numbers(self, part: Expr) -> Iterator[Slip]:
        """Yield the scalars that are lost, or too many, in one term of a sum."""
        scalar, factors = _split(part)
        for number in sp.Mul.make_args(scalar) if factors and scalar != 1 else ():
            for place, bracket in enumerate(factors):
                for others, term in _terms(bracket):
                    freed = sum_of([*others, term / number])
                    what = f"{notation.plain(number)} multiplies {notation.plain(term)}"
                    yield "bracket", _HERE, what, _product(
                        scalar, [*factors[:place], freed, *factors[place + 1:]])
        for others, term in _terms(part):
            where = f"the term {notation.plain(term)}"
            yield "factor", where, "it is half of what it must be", sum_of([*others, 2 * term])
            yield "factor", where, "it is twice what it must be", sum_of([*others, term / 2])
            for number in self.scalars:
                letter = notation.plain(number)
                mean = number.is_integer and sp.denom(_split(term)[0]).has(number)
                yield ("averaged" if mean else "missing_scalar", where, letter,
                       sum_of([*others, term * number]))
                yield "missing_scalar", where, f"1/{letter}", sum_of([*others, term / number])

    def of_scalars(self, part: Expr) -> Iterator[Slip]:
        for other in self.scalars if part in self.scalars else ():
            yield _instead(part, other, "factor")
        if _is_norm(part):
            turned = part.base.arg.args[0]
            norm = f"‖{notation.plain(turned.arg)}‖" if isinstance(
                turned, Transpose) else notation.plain(part)
            yield "lost_factor", _HERE, f"{norm} stands where its square belongs", part.base
        traces = [it for it in part.args if isinstance(it, Trace)] if part.is_Mul else []
        if len(traces) == 2 and traces[0].arg.shape == traces[1].arg.shape:
            whole = Trace(MatMul(*(it.arg for it in traces)))
            yield ("wrong_part", _HERE, "a product of traces stands where the trace of the product "
                                       "belongs", part / sp.Mul(*traces) * whole)
        if isinstance(part, sp.Pow) and part.exp == -1 and isinstance(part.base, Trace):
            yield _instead(part, Trace(Inverse(part.base.arg)), "missing_inverse")

    def of_lost_factors(self, part: Expr) -> Iterator[Slip]:
        """Yield a square matrix of the answer, or its inverse, that is lost in a product."""
        if not isinstance(part, MatMul | MatrixSymbol) or has_adjoint(part):
            return
        scalar, factors = parted(part)
        kind = "product" if isinstance(part, MatMul) else "term"
        for place, size in enumerate([*(factor.rows for factor in factors), part.cols]):
            for lost in self.square:
                if lost.rows == size:
                    yield ("missing_inverse" if is_inverse(lost) else "lost_factor",
                           f"the {kind} {notation.plain(part)}",
                           f"the factor {notation.plain(lost)} is missing",
                           multiple(scalar, [*factors[:place], lost, *factors[place:]]))

    def of_matrices(self, part: Expr) -> Iterator[Slip]:
        """Yield another letter of the same shape, or one in place of the ones of a number."""
        if isinstance(part, MatMul) and [type(it) for it in parted(part)[1]] == [OneMatrix]:
            number = parted(part)[0]
            yield from (_instead(number, number * other) for other in self.matrices)
        if not isinstance(part, MatrixSymbol | OneMatrix) or has_adjoint(part):
            return
        if isinstance(part, MatrixSymbol):
            yield _instead(part, OneMatrix(*part.shape))
        for row in [it for it in self.matrices if it.cols == 1 != part.cols == it.rows]:
            told = f"{instead_of(part, row.T)} in each row"
            yield "wrong_part", _HERE, told, OneMatrix(part.rows, 1) * row.T
        for other in self.matrices:
            if other.shape == part.shape and other != part:
                known = other in self.named or other.name in (
                    *self.chain.leaves, *self.chain.abbreviations)
                shown = other if known else self.chain.abbreviated(
                    self.chain.expression(other.name))
                if isinstance(part, OneMatrix):
                    yield "lost_factor", _HERE, notation.plain(shown), other
                else:
                    yield "wrong_part", _HERE, instead_of(part, shown), other

    def of_functions(self, part: Expr) -> Iterator[Slip]:
        """Yield a function of the chain round a part that has none."""
        if not part.is_Matrix or has_adjoint(part) or isinstance(
                part, OneMatrix | sp.Identity | Transpose | Inverse):
            return
        scalar, factors = parted(part)
        for start, end in combinations(range(len(factors) + 1), 2):
            inner = joined(MatMul, factors[start:end])
            whole = end - start == len(factors)
            for name, of in self.functions.items() if whole or end - start > 1 else ():
                letters = notation.plain(inner)
                yield "wrong_part", _HERE, f"{letters} stands where {name}({letters}) belongs", (
                    multiple(scalar, [*factors[:start], of(inner), *factors[end:]]))

    def of_other_functions(self, part: Expr) -> Iterator[Slip]:
        """Yield another function, or none, in place of a function of entries."""
        inside = part.arg if isinstance(part, Entrywise) else _softmax_of(part)
        if inside is None:
            return
        letters = notation.plain(inside)
        given = f"{getattr(part, 'name', 'softmax')}({letters})"
        yield "wrong_part", _HERE, f"{given} stands where {letters} belongs", inside
        others = {name: partial(Entrywise, name) for name in ("log", *NUMPY)}
        for name, of in {**self.functions, **others}.items():
            yield ("wrong_part", _HERE, f"{given} stands where {name}({letters}) belongs",
                   of(inside))
        for rest, term in _terms(inside) if isinstance(part, Entrywise) else ():
            for left, right in ((term, sum_of(rest)), (sum_of(rest), term)):
                yield _instead(part, sp.MatAdd(Entrywise(part.name, left), right))


def _instead(part: Expr, right: Expr, kind: str = "wrong_part") -> Slip:
    return kind, _HERE, instead_of(part, right), right


def _is_norm(part: Expr) -> bool:
    return isinstance(part, sp.Pow) and part.exp == sp.S.Half and isinstance(part.base, Trace)


def _of_functions(part: Expr) -> Iterator[Slip]:
    match part:
        case Entrywise():
            yield "sign", _HERE, notation.plain(part.arg), Entrywise(part.name, -part.arg)
            yield ("function_for_slope", _HERE, notation.plain(part),
                   slope_of_entries(part.name, part.arg))
        case sp.log():
            yield _instead(part, part.args[0])


def _of_squares(part: Expr) -> Iterator[Slip]:
    """Yield 1 − H² for (1 − H)², entry by entry."""
    if isinstance(part, HadamardPower) and part.exp == 2 and isinstance(part.base, MatAdd):
        split = [parted(term) for term in part.base.args]
        yield _instead(part, sum_of([_squared(*each) for each in split]))


def _squared(scalar: Expr, factors: list[Expr]) -> Expr:
    whole = joined(MatMul, factors)
    square = whole if isinstance(whole, OneMatrix) else HadamardProduct(whole, whole)
    return multiple(scalar * abs(scalar), [square])


def _of_logarithms(part: Expr) -> Iterator[Slip]:
    """Yield Z for log(softmax(Z))."""
    if isinstance(part, Entrywise) and part.name == "log" and isinstance(
            part.arg, HadamardProduct) and (inside := _softmax_of(part.arg)) is not None:
        letters = notation.plain(inside)
        yield ("wrong_part", _HERE, f"log(softmax({letters})) stands where {letters} belongs, so "
                                   "that the log of the normaliser is too much", inside)


def _of_factors(part: Expr) -> Iterator[Slip]:
    """Yield a product with some factors less, or a part squared."""
    scalar, factors = _split(part)
    if isinstance(part, HadamardProduct):
        for count in (1, len(part.args) - 1):
            for lost in combinations(range(len(part.args)), count):
                rest = [it for place, it in enumerate(part.args) if place not in lost]
                what = joined(HadamardProduct, [part.args[place] for place in lost])
                yield "extra_factor", _HERE, notation.plain(what), joined(HadamardProduct, rest)
    elif isinstance(part, MatMul):
        for start, end in combinations(range(len(factors) + 1), 2):
            rest = factors[:start] + factors[end:]
            if rest and all(a.cols == b.rows for a, b in pairwise(rest)):
                lost = joined(MatMul, factors[start:end])
                yield "extra_factor", _HERE, notation.plain(lost), multiple(scalar, rest)
    for number in sp.Mul.make_args(scalar) if isinstance(part, sp.Mul | MatMul) else ():
        if number.has(sp.Determinant, Trace):
            yield "extra_factor", _HERE, notation.plain(number), _product(scalar / number, factors)
        yield from _of_inner_products(number, scalar / number, factors)
    if isinstance(part, HadamardPower) and part.exp == 2:
        base = notation.plain(part.base)
        yield "extra_factor", _HERE, f"the square of {base} stands where {base} belongs", part.base
    if isinstance(part, MatrixSymbol | Entrywise) and not has_adjoint(part):
        yield ("lost_factor", _HERE, f"{notation.plain(part)} stands where its square belongs",
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
                    yield ("wrong_part", _HERE, f"the number {notation.plain(number)} stands where "
                           f"the matrix {notation.plain(MatMul(*outer))} belongs",
                           multiple(scalar, order))


def _of_inverses(part: Expr) -> Iterator[Slip]:
    if isinstance(part, Inverse):
        yield _instead(part, part.arg, "extra_inverse")
    elif _may_turn(part) and not has_adjoint(part):
        yield _instead(part, Inverse(part), "missing_inverse")


def _of_turns(part: Expr) -> Iterator[Slip]:
    if _may_turn(part):
        yield _instead(part, part.T, "transpose")
    if isinstance(part, MatMul):
        scalar, factors = parted(part)
        for place in range(len(factors) - 1):
            order = [*factors[:place], factors[place + 1], factors[place], *factors[place + 2:]]
            if all(a.cols == b.rows for a, b in pairwise(order)):
                yield "order", f"the product {notation.plain(part)}", "", multiple(scalar, order)


def _may_turn(part: Expr) -> bool:
    """Return whether a part is a square matrix, but neither I nor ones."""
    return part.is_Matrix and part.is_square and not isinstance(part, sp.Identity | OneMatrix)


def _of_terms(part: Expr) -> Iterator[Slip]:
    for others, term in _terms(part):
        yield "extra_term", _HERE, notation.plain(term), sum_of(others)


def _terms(part: Expr) -> Iterator[tuple[list[Expr], Expr]]:
    """Yield each term of a sum, behind the others."""
    for place, term in enumerate(part.args if isinstance(part, sp.Add | sp.MatAdd) else ()):
        yield [*part.args[:place], *part.args[place + 1:]], term


def _split(part: Expr) -> tuple[Expr, list[Expr]]:
    """Return the scalar in a product, and its brackets or matrices."""
    if part.is_Matrix:
        return parted(part)
    sums = [it for it in sp.Mul.make_args(part) if it.is_Add]
    return part / sp.Mul(*sums), sums


def _product(scalar: Expr, factors: list[Expr]) -> Expr:
    matrix = bool(factors) and factors[0].is_Matrix
    return multiple(scalar, factors) if matrix else sp.Mul(scalar, *factors)


def _softmax_of(part: Expr) -> Expr | None:
    """Return Z for the softmax of the rows of Z, None for anything else."""
    return next((it.arg for it in part.args if isinstance(it, Entrywise)
                 and part == _softmax(it.arg)), None) if isinstance(part, HadamardProduct) else None


def _softmax(matrix: Expr) -> Expr:
    """Return the softmax of each row, as it is read."""
    powers = Entrywise("exp", matrix)
    return forming.quotient(powers, copies_beside(sums(powers, True), matrix))
