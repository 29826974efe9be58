"""Differentiate columns by columns, matrices entry by entry, and gradients.

∂z/∂w is the matrix J of dz = J dw, or its transpose if the derivation writes it so; ∂H/∂Z is C
where dH = C ∘ dZ.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import sympy as sp
from sympy import Expr, HadamardProduct, Identity, MatAdd, MatMul, Transpose

from lvmcalc.calculus import UnsupportedExpression, differential, inner
from lvmcalc.calculus.expression_tools import joined
from lvmcalc.calculus.functions import diagonal
from lvmcalc.chain import Chain
from lvmcalc.chain.passes import added
from lvmcalc.marking.differential_answers import gradient_of
from lvmcalc.notation.forming import elementwise, product, transposed
from lvmcalc.notation.indices import spread_out
from lvmcalc.notation.lexicon import STYLES
from lvmcalc.notation.vocabulary import matching

_NAME = r"\\?[^\W\d_]+[\u0302\u0303]?(?:_?\d)?"
QUOTIENT = re.compile(rf"[∂d](?P<above>{_NAME})(?:_(?P<i>[a-z]{{1,2}}))?"
                      rf"/[∂d](?P<below>{_NAME})(?:_(?P<j>[a-z]{{1,2}}))?")
_ROW = re.compile(rf"^∇_({_NAME})({_NAME}_[a-z])$")  # ∇_w p_i, a row of ∂p/∂w
HESSIAN = re.compile(rf"[∂d](?:²|\^2)L/[∂d](?P<a>{_NAME})(?:²|\^2|[∂d]\S+)"
                     r"|∇(?:²|\^2)(?:_(?P<b>\\?[^\W\d_]+?))?L?|∇_(?P<c>\\?[^\W\d_]+?)(?:²|\^2)L?"
                     r"|∇∇(?:ᵀ|\^T)L")


class Derivative(NamedTuple):
    """A derivative as a matrix, and the indices of the entry that is written."""

    value: Expr
    indices: str = ""


def bare(side: str) -> str:
    """Return the left side of an equation without LaTeX commands: ∂p_i/∂z_i."""
    text = re.sub(r"^\s*\\[td]?frac\s*\{(.*)\}\s*\{(.*)\}\s*$", r"\1/\2", spread_out(side))
    text = re.sub(rf"{STYLES}(?![a-z])|\\[,;:! ]|\\(?:left|right)\b|[{{}}()\s]", "", text)
    for typed, sign in ((r"\partial", "∂"), (r"\nabla", "∇"), (r"^\top", "ᵀ")):
        text = text.replace(typed, sign)
    return _ROW.sub(r"∂\2/∂\1", text)


def derivatives(chain: Chain, value: Expr, wrt: Expr, i: str = "", j: str = "",
                ) -> Iterator[Derivative]:
    """Yield the meanings of the derivative of a matrix, or its entry i, by another, or its entry j.

    Parameters
    ----------
    chain : Chain
    value : an expression
    wrt : a letter in it
    i, j : indices, "" for the whole
    """
    step = matching(f"d{wrt.name} ", wrt)
    if not value.is_Matrix:
        yield Derivative(gradient_of(chain, value, wrt), j)
        return
    change = differential(value, wrt, step)
    by_entries = _factor_of(change, step)
    if by_entries is not None and (i == j or value.cols != 1):
        yield Derivative(by_entries, i)
    if value.cols == wrt.cols == 1:
        matrix = _columns_of(chain, change, step)
        if i and i == j:
            yield Derivative(diagonal(matrix), i)
            return
        yield Derivative(matrix, i + j)
        if not i:
            yield Derivative(transposed(matrix))


def _factor_of(change: Expr, step: Expr) -> Expr | None:
    """Return C for a differential C ∘ step, None if it is no such product."""
    if change == step:
        return sp.OneMatrix(*step.shape)
    if isinstance(change, MatAdd):
        parts = [_factor_of(term, step) for term in change.args if step in term.free_symbols]
        return None if None in parts else added(parts)
    if isinstance(change, HadamardProduct):
        others = [factor for factor in change.args if step not in factor.free_symbols]
        inner, *more = [factor for factor in change.args if step in factor.free_symbols]
        found = _factor_of(inner, step)
        return None if more or found is None else elementwise(
            joined(HadamardProduct, others), found)
    if isinstance(change, MatMul):
        scalar, factors = change.as_coeff_matrices()
        found = _factor_of(factors[0], step) if len(factors) == 1 else None
        return None if found is None or step in scalar.free_symbols else product(scalar, found)
    return None


def _columns_of(chain: Chain, change: Expr, step: Expr) -> Expr:
    """Return J for a column J step.

    Raises
    ------
    UnsupportedExpression
        If it is not found.
    """
    if step not in change.free_symbols:
        return sp.ZeroMatrix(change.rows, step.rows)
    match change:
        case _ if change == step:
            return Identity(step.rows)
        case MatAdd():
            return added([_columns_of(chain, term, step) for term in change.args
                          if step in term.free_symbols])
        case HadamardProduct():
            others = [factor for factor in change.args if step not in factor.free_symbols]
            inner, *more = [factor for factor in change.args if step in factor.free_symbols]
            if not more:
                weights = sp.DiagMatrix(joined(HadamardProduct, others))
                return product(weights, _columns_of(chain, inner, step))
        case MatMul():
            scalar, factors = change.as_coeff_matrices()
            if step in scalar.free_symbols:
                return product(*factors, transposed(gradient_of(chain, scalar, step)))
            place = next(n for n, factor in enumerate(factors) if step in factor.free_symbols)
            left, inner, right = product(scalar, *factors[:place]), factors[place], factors[
                place + 1:]
            if inner == step and (place or not right):
                return left if place else product(left, Identity(step.rows))
            if not right:
                return product(left, _columns_of(chain, inner, step))
            if isinstance(inner, sp.DiagMatrix):
                return product(left, sp.DiagMatrix(product(*right)),
                               _columns_of(chain, inner.args[0], step))
            if isinstance(inner, Transpose) and inner.rows == 1:
                return product(left, transposed(product(*right)),
                               _columns_of(chain, inner.arg, step))
    raise UnsupportedExpression(f"{change} is not found as a matrix times {step}")


def moved_by(value: Expr, said: Expr, step: Expr) -> Expr:
    """Return the differential of a value, given its stated derivative."""
    if not step.is_Matrix:
        return product(said, step)
    if not value.is_Matrix:
        return inner(said, step)
    if said.shape == value.shape == step.shape:
        return elementwise(said, step)
    return product(said if said.rows == value.rows else transposed(said), step)
