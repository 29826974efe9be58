"""Split, rebuild, evaluate and bound expressions, as the records of the rule book need it."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import sympy as sp
from sympy import Basic, Determinant, Expr, HadamardPower, Identity, Inverse, MatMul

from lvmcalc.calculus.errors import OutsideDomain, UnsupportedExpression
from lvmcalc.notation.tokens import LARGEST_POWER

_LARGEST_NUMERIC_POWER = 1000  # beyond this, exact arithmetic takes too long
Pair = tuple[int, int]


def parts_of(*expressions: Basic) -> list[Basic]:
    """Return every part of some expressions once, what is inside a part before it.

    It is much faster than SymPy's traversals and atoms, which visit what occurs again again.
    """
    found: dict[Basic, None] = {}

    def visit(part: Basic) -> None:
        for inner in part.args:
            if inner not in found:
                visit(inner)
        found[part] = None

    for expression in expressions:
        visit(expression)
    return [*found]


def joined(kind: Callable[..., Expr], parts: Sequence[Expr]) -> Expr:
    """Return the sum or product of some parts as it stands, or the only one.

    The + and * of SymPy simplify inside a matrix, for seconds.
    """
    return kind(*parts) if len(parts) > 1 else parts[0]


def sum_of(terms: Sequence[Expr]) -> Expr:
    """Return the sum of some terms, which are all matrices or all scalars."""
    return joined(sp.MatAdd if terms[0].is_Matrix else sp.Add, terms)


def fraction(parts: Sequence[Expr]) -> tuple[list[Expr], list[Expr]]:
    """Return the factors of an elementwise product, and what they are divided by."""
    below = [part for part in parts if isinstance(part, HadamardPower) and part.exp == -1]
    return [part for part in parts if part not in below], [part.base for part in below]


def multiple(scalar: Expr, factors: Sequence[Expr]) -> Expr:
    """Return a number times the product of some matrices as it stands; of none, the number."""
    return joined(sp.MatMul, (scalar,) * (scalar != 1) + (*factors,)) if factors else scalar


def halves(rule: str) -> Callable[[Expr], tuple[str, tuple]]:
    """Split a sum or product in the middle, lest it nest as deep as there are parts."""
    def split(part: Expr) -> tuple[str, tuple]:
        middle = len(part.args) // 2
        halves = part.args[:middle], part.args[middle:]
        return rule, tuple(joined(part.func, half) for half in halves)

    return split


def split_product(part: MatMul) -> tuple[str, tuple]:
    """Split a product of matrices, or a scalar from it."""
    scalar, factors = part.as_coeff_matrices()
    if scalar == 1:
        return halves("product")(part)
    return "scale", (scalar, joined(MatMul, factors))


def each_once(of: Callable, parts: Sequence[Expr]) -> list[Any]:
    """Return the values of some parts, of which those that are the same are evaluated once."""
    values = {part: of(part) for part in dict.fromkeys(parts)}
    return [values[part] for part in parts]


def product_value(arithmetic: Any, part: MatMul, of: Callable) -> Any:
    """Return the value of a product of matrices."""
    scalar, factors = part.as_coeff_matrices()
    product = reduce(arithmetic.times, each_once(of, factors))
    return product if scalar == 1 else arithmetic.scale(of(scalar), product)


def without_power(part: Expr) -> Expr:
    """Return a whole power of a matrix as a product or an inverse, and else the same expression.

    Raises
    ------
    UnsupportedExpression
        If the power is no whole number, or too large.
    """
    if isinstance(part, HadamardPower) and part.exp.is_Integer and 0 < part.exp <= LARGEST_POWER:
        return joined(sp.HadamardProduct, [part.base] * int(part.exp))
    if not isinstance(part, sp.MatPow) or isinstance(part, Inverse):
        return part
    power = part.exp
    if not power.is_Integer or abs(power) > LARGEST_POWER:
        raise UnsupportedExpression(f"the matrix power {power} in {part}")
    if power == 0:
        return Identity(part.rows)
    factor = Inverse(part.base) if power < 0 else part.base
    return joined(MatMul, [factor] * abs(int(power)))


def power_value(arithmetic: Any, part: sp.Pow | HadamardPower, of: Callable) -> Any:
    """Return the value of a power of a number, or of every entry."""
    exponent = of(part.exp)

    def power(base: Any) -> Any:
        if exponent < 0 and np.any(base == 0):
            raise OutsideDomain("a division by 0")
        if exponent < 0 and isinstance(base, int):  # a size, of which Python would make a float
            base = arithmetic.number(sp.Integer(base))
        if exponent != int(exponent):
            return arithmetic.root(base, exponent)
        if abs(exponent) > _LARGEST_NUMERIC_POWER:
            raise UnsupportedExpression(
                f"the power {int(exponent)}, which is above {_LARGEST_NUMERIC_POWER:,}")
        return base ** int(exponent)

    return arithmetic.each(power, of(part.base)) if part.is_Matrix else power(of(part.base))


def log_value(arithmetic: Any, part: sp.log, of: Callable) -> Any:
    """Return the value of a logarithm; that of a determinant may not need the determinant."""
    inside = part.args[0]
    if isinstance(inside, Determinant) and hasattr(arithmetic, "log_det"):
        return arithmetic.log_det(of(inside.arg))
    return arithmetic.log(of(inside))


def sum_value(arithmetic: Any, part: Expr, of: Callable) -> Any:
    """Return the value of a sum."""
    return reduce(add, map(of, part.args))


def sum_degree(of: Callable, part: Expr, sizes: Mapping[str, int]) -> Pair:
    """Return the degrees of a sum."""
    pairs = [of(term) for term in part.args]
    below = sum(q for _, q in pairs)
    return max(p + below - q for p, q in pairs), below


def product_degree(of: Callable, part: Expr, sizes: Mapping[str, int]) -> Pair:
    """Return the degrees of a product."""
    return tuple(map(sum, zip(*map(of, part.args), strict=True)))


def argument_degree(of: Callable, part: Expr, sizes: Mapping[str, int]) -> Pair:
    """Return the degrees of what is linear in its argument."""
    return of(part.args[0])


def inverse_degree(of: Callable, part: Inverse, sizes: Mapping[str, int]) -> Pair:
    """Return the degrees of an inverse."""
    (p, q), size = of(part.arg), whole_size(part.rows, sizes)
    return q + (size - 1) * p, size * p


def _raised(base: Pair, exponent: int) -> Pair:
    p, q = base if exponent > 0 else base[::-1]
    return abs(exponent) * p, abs(exponent) * q


def power_degree(of: Callable, part: sp.Pow, sizes: Mapping[str, int]) -> Pair:
    """Return the degrees of a power."""
    known = {symbol: sizes[symbol.name] for symbol in part.exp.free_symbols}
    return _raised(of(part.base), int(part.exp.xreplace(known)))


def determinant_degree(of: Callable, part: Determinant, sizes: Mapping[str, int]) -> Pair:
    """Return the degrees of a determinant."""
    return _raised(of(part.arg), whole_size(part.arg.rows, sizes))


def whole_size(dimension: Expr, sizes: Mapping[str, int]) -> int:
    """Return a number of rows or columns at these sizes."""
    known = {symbol: sp.Integer(sizes[symbol.name]) for symbol in dimension.free_symbols}
    size = dimension.xreplace(known)
    if not (size.is_Integer and size > 0):
        raise OutsideDomain(f"there is no matrix with {dimension} = {size} rows or columns")
    return int(size)
