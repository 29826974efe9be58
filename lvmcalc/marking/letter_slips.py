"""Slips in the letters and functions of a chain, with the part of an answer without each."""

from collections.abc import Iterator
from functools import partial
from itertools import combinations, product

import sympy as sp
from sympy import Expr, Inverse, MatAdd, MatMul, MatrixSymbol, OneMatrix, Trace, Transpose

from lvmcalc import notation
from lvmcalc.calculus.expression_tools import joined, multiple, sum_of
from lvmcalc.calculus.functions import NUMPY
from lvmcalc.chain import Chain
from lvmcalc.marking.broken_formulas import has_adjoint, instead_of, is_inverse, parted
from lvmcalc.marking.chain_letters import scalars_of
from lvmcalc.marking.local_slips import (
    HERE,
    Slip,
    each_term,
    inside_softmax,
    is_norm,
    number_and_factors,
    row_softmax,
    slip_instead,
    times_factors,
)
from lvmcalc.notation.entrywise import Entrywise


class LetterSlips:
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
            self.functions["sigmoid"] = partial(Entrywise, "sigmoid")
            self.functions["softmax"] = row_softmax

    def of_numbers(self, part: Expr) -> Iterator[Slip]:
        """Yield the scalars that are lost, or too many, in one term of a sum."""
        scalar, factors = number_and_factors(part)
        for number in sp.Mul.make_args(scalar) if factors and scalar != 1 else ():
            for place, bracket in enumerate(factors):
                for others, term in each_term(bracket):
                    freed = sum_of([*others, term / number])
                    what = f"{notation.plain(number)} multiplies {notation.plain(term)}"
                    yield "bracket", HERE, what, times_factors(
                        scalar, [*factors[:place], freed, *factors[place + 1:]])
        for others, term in each_term(part):
            where = f"the term {notation.plain(term)}"
            yield "factor", where, "it is half of what it must be", sum_of([*others, 2 * term])
            yield "factor", where, "it is twice what it must be", sum_of([*others, term / 2])
            for number in self.scalars:
                letter = notation.plain(number)
                mean = number.is_integer and sp.denom(number_and_factors(term)[0]).has(number)
                yield ("averaged" if mean else "missing_scalar", where, letter,
                       sum_of([*others, term * number]))
                yield "missing_scalar", where, f"1/{letter}", sum_of([*others, term / number])

    def of_scalars(self, part: Expr) -> Iterator[Slip]:
        """Yield another scalar, the square of a norm, or another trace."""
        for other in self.scalars if part in self.scalars else ():
            yield slip_instead(part, other, "factor")
        if is_norm(part):
            turned = part.base.arg.args[0]
            norm = f"‖{notation.plain(turned.arg)}‖" if isinstance(
                turned, Transpose) else notation.plain(part)
            yield "lost_factor", HERE, f"{norm} stands where its square belongs", part.base
        traces = [it for it in part.args if isinstance(it, Trace)] if part.is_Mul else []
        if len(traces) == 2 and traces[0].arg.shape == traces[1].arg.shape:
            whole = Trace(MatMul(*(it.arg for it in traces)))
            yield ("wrong_part", HERE, "a product of traces stands where the trace of the product "
                                       "belongs", part / sp.Mul(*traces) * whole)
        if isinstance(part, sp.Pow) and part.exp == -1 and isinstance(part.base, Trace):
            yield slip_instead(part, Trace(Inverse(part.base.arg)), "missing_inverse")

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
            yield from (slip_instead(number, number * other) for other in self.matrices)
        if not isinstance(part, MatrixSymbol | OneMatrix) or has_adjoint(part):
            return
        if isinstance(part, MatrixSymbol):
            yield slip_instead(part, OneMatrix(*part.shape))
        for row in [it for it in self.matrices if it.cols == 1 != part.cols == it.rows]:
            what = f"{instead_of(part, row.T)} in each row"
            yield "wrong_part", HERE, what, OneMatrix(part.rows, 1) * row.T
        for other in self.matrices:
            if other.shape == part.shape and other != part:
                if isinstance(part, OneMatrix):
                    yield "lost_factor", HERE, notation.plain(self._shown(other)), other
                else:
                    yield self._exchanged(part, other)

    def of_other_shapes(self, part: Expr) -> Iterator[Slip]:
        """Yield another letter of another shape."""
        for other in self.matrices if isinstance(part, MatrixSymbol) and not has_adjoint(
                part) else ():
            if other.shape != part.shape:
                yield self._exchanged(part, other)

    def of_unfitting_terms(self, part: Expr) -> Iterator[Slip]:
        """Yield a matrix lost in front of the terms of a sum that have another shape, or behind."""
        terms = part.args if isinstance(part, MatAdd) else ()
        shapes = dict.fromkeys(term.shape for term in terms)
        known = [it for it in self.matrices if it in self.named or it.name in self.chain.leaves]
        for shape, lost in product(shapes, [turned for it in known for turned in (it, it.T)]):
            others = [term for term in terms if term.shape != shape]
            unfitting = sum_of([term for term in terms if term.shape == shape])
            kind = "sum" if isinstance(unfitting, MatAdd) else "term"
            for left, right in ((lost, unfitting), (unfitting, lost)):
                if left.cols == right.rows and (left.rows, right.cols) in shapes and others:
                    yield ("lost_factor", f"the {kind} {notation.plain(unfitting)}",
                           f"the factor {notation.plain(lost)} is missing",
                           sum_of([*others, MatMul(left, right)]))

    def _exchanged(self, part: Expr, other: Expr) -> Slip:
        return "wrong_part", HERE, instead_of(part, self._shown(other)), other

    def _shown(self, letter: Expr) -> Expr:
        """Return a letter, or the formula of one that stands neither in the answer nor in data."""
        known = letter in self.named or letter.name in (
            *self.chain.leaves, *self.chain.abbreviations)
        return letter if known else self.chain.abbreviated(self.chain.expression(letter.name))

    def of_functions(self, part: Expr) -> Iterator[Slip]:
        """Yield a function of the chain round a part that has none."""
        if not part.is_Matrix or has_adjoint(part) or isinstance(
                part, OneMatrix | sp.Identity | Transpose | Inverse):
            return
        scalar, factors = parted(part)
        for start, end in combinations(range(len(factors) + 1), 2):
            inner = joined(MatMul, factors[start:end])
            whole = end - start == len(factors)
            for of in self.functions.values() if whole or end - start > 1 else ():
                yield ("wrong_part", HERE, instead_of(inner, of(inner)),
                       multiple(scalar, [*factors[:start], of(inner), *factors[end:]]))

    def of_other_functions(self, part: Expr) -> Iterator[Slip]:
        """Yield another function, or none, in place of a function of entries."""
        inside = part.arg if isinstance(part, Entrywise) else inside_softmax(part)
        if inside is None:
            return
        yield slip_instead(part, inside)
        others = {name: partial(Entrywise, name) for name in ("log", *NUMPY)}
        for of in {**self.functions, **others}.values():
            yield slip_instead(part, of(inside))
        for rest, term in each_term(inside) if isinstance(part, Entrywise) else ():
            for left, right in ((term, sum_of(rest)), (sum_of(rest), term)):
                yield slip_instead(part, sp.MatAdd(Entrywise(part.name, left), right))
