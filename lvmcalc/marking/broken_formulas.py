"""Broken formulas: one formula with one mistake in it, in each of the ways students make it."""

from collections.abc import Iterator
from itertools import combinations, permutations

import sympy as sp
from sympy import Determinant, Expr, Identity, Inverse, MatMul, ShapeError, Symbol, Trace, Transpose

from lvmcalc import notation
from lvmcalc.calculus.expression_checks import check_shapes
from lvmcalc.calculus.expression_tools import joined, multiple, sum_of
from lvmcalc.checks import CannotBeFormed

MOST_PERMUTED = 5  # factors that are tried in every order

Broken = tuple[str, str, Expr]  # the kind of mistake, what it is about, and the broken formula


def broken_formulas(formula: Expr) -> Iterator[tuple[str, str, Expr, Expr]]:
    """Yield the ways to get a formula wrong: kind, what it is about, broken formula, broken term.
    """
    terms = list(sp.Add.make_args(formula))  # a sum of matrices is one too
    for index, term in enumerate(terms):
        others = terms[:index] + terms[index + 1:]
        if others:
            yield "missing_term", notation.plain(term), sum_of(others), term
            yield "sign", notation.plain(term), sum_of([*others, -term]), -term
        for kind, what, broken in _in_term(term):
            yield kind, what, sum_of([*others, broken]), broken


def instead_of(given: Expr, true: Expr) -> str:
    """Return in words that something stands in place of something else."""
    return f"{notation.plain(given)} stands where {notation.plain(true)} belongs"


def parted(term: Expr) -> tuple[Expr, list[Expr]]:
    """Return the number in a term, and the matrices that it multiplies."""
    if isinstance(term, MatMul):
        scalar, factors = term.as_coeff_matrices()
        return scalar, [*factors]
    return (sp.S.One, [term]) if term.is_Matrix else (term, [])


def is_inverse(factor: Expr) -> bool:
    """Return whether a factor is K⁻¹ or K⁻ᵀ."""
    return isinstance(factor.arg if isinstance(factor, Transpose) else factor, Inverse)


def _in_term(term: Expr) -> Iterator[Broken]:
    scalar, factors = parted(term)
    for kind, what, broken in _in_scalar(scalar):
        yield kind, what, multiple(broken, factors)
    for kind, what, broken in _in_factors(factors, notation.plain(term)):
        if (product := _fitting(scalar, broken, term)) is not None:
            yield kind, what, product


def _in_scalar(scalar: Expr) -> Iterator[Broken]:
    number, symbols = scalar.as_coeff_Mul()
    if number < 0:
        yield "sign", "", -scalar
    if abs(number) != 1:
        lost = f"the factor {notation.plain(abs(number))} is missing"
        yield "factor", lost, sp.sign(number) * symbols
    for part in sp.Mul.make_args(symbols):
        for kind, what, broken in _in_power(part):
            yield kind, what, scalar / part * broken


def _in_power(part: Expr) -> Iterator[Broken]:
    base, exponent = part.as_base_exp()
    match base:
        case Symbol() if not base.name.startswith("∂"):
            what = notation.plain(part) if exponent > 0 else f"1/{notation.plain(1 / part)}"
            yield "missing_scalar", what, sp.S.One
            yield "inverted_scalar", notation.plain(base), 1 / part
            if abs(exponent) == 2:
                root = base ** (exponent / 2)
                yield "missing_scalar", notation.plain(root), root
        case Determinant():
            yield "stopped_early", f"the factor {notation.plain(part)}", sp.S.One
        case sp.log():
            inner = base.args[0]
            yield "stopped_early", f"the logarithm of {notation.plain(inner)}", inner ** exponent
        case Trace():
            for kind, what, broken, _ in broken_formulas(base.arg):
                if kind not in ("sign", "factor"):
                    yield kind, what, Trace(broken) ** exponent


def _in_factors(factors: list[Expr], term: str) -> Iterator[tuple[str, str, list[Expr]]]:
    """Yield the ways to get the factors of a product wrong, whether they fit or not."""
    inverses = [factor for factor in factors if is_inverse(factor)]
    for index, factor in enumerate(factors):
        for kind, what, instead in _in_factor(factor):
            yield kind, what, [*factors[:index], *instead, *factors[index + 1:]]
    pairs = [slice(index, index + 2) for index in range(len(factors) - 1)]
    for place in pairs + [slice(0, len(factors))] * (len(pairs) > 1):
        if len({factor.shape for factor in factors[place]}) == 1:
            entrywise = sp.HadamardProduct(*factors[place])
            what = notation.plain(entrywise)
            yield "elementwise", what, [*factors[:place.start], entrywise, *factors[place.stop:]]
    for start, end in combinations(range(len(factors) + 1), 2):
        lost, rest = factors[start:end], factors[:start] + factors[end:]
        square = lost[0].rows == lost[-1].cols and len(lost) < 3
        if rest and square and not any(is_inverse(factor) or has_adjoint(factor)
                                       or factor.has(Identity) for factor in lost):
            yield "lost_factor", notation.plain(joined(MatMul, lost)), rest
    if len(inverses) > 1:
        bare = [_bare(factor) if factor in inverses else factor for factor in factors]
        yield "missing_inverse", "no factor is inverted", bare
    for order in permutations(factors) if len(factors) <= MOST_PERMUTED else ():
        yield "order", term, [*order]


def _in_factor(factor: Expr) -> Iterator[tuple[str, str, list[Expr]]]:
    what = notation.plain(factor)
    if is_inverse(factor):
        bare = _bare(factor)
        yield "missing_inverse", instead_of(bare, factor), [bare]
        yield "missing_inverse", f"the factor {what} is missing", []
        yield "extra_inverse", f"the factor {what} stands there once too often", [factor, factor]
    elif factor.is_square and not isinstance(factor, Identity) and not has_adjoint(factor):
        yield "extra_inverse", instead_of(Inverse(factor), factor), [Inverse(factor)]
    yield "transpose", instead_of(factor.T, factor), [factor.T]


def _fitting(scalar: Expr, factors: list[Expr], term: Expr) -> Expr | None:
    """Return the product of some factors if it can stand in place of a term, and is another one."""
    try:
        product = multiple(scalar, factors)
        check_shapes(product)
    except (CannotBeFormed, ShapeError):
        return None
    return product if factors and product.shape == term.shape and product != term else None


def _bare(factor: Expr) -> Expr:
    """Return K for K⁻¹ and Kᵀ for K⁻ᵀ."""
    return Transpose(factor.arg.arg) if isinstance(factor, Transpose) else factor.arg


def has_adjoint(factor: Expr) -> bool:
    """Return whether the adjoint of a node stands in a factor."""
    return any(symbol.name.startswith("∂") for symbol in factor.atoms(sp.MatrixSymbol, Symbol))
