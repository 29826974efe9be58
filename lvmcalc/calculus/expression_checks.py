"""Check that an expression can be worked with: clear names, matching shapes, bounded size."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, MatPow, MatrixSymbol, Symbol

from lvmcalc import notation
from lvmcalc.calculus.errors import TooLarge, UnsupportedExpression
from lvmcalc.calculus.expression_tools import parts_of, without_power
from lvmcalc.calculus.functions import without_lambdas
from lvmcalc.calculus.operations import ATOMS, OPERATIONS, record_of
from lvmcalc.checks import CannotBeFormed

_MOST_PARTS, _DEEPEST = 4_000, 60  # beyond these a comparison takes longer than anyone waits


def by_name(*expressions: Expr) -> list[Expr]:
    """Return expressions whose symbols are told apart by their names alone.

    Decimals become the fractions that they stand for, and sizes positive integers.

    Raises
    ------
    UnsupportedExpression, TooLarge
        If an operation is unknown, a scalar has no clear name, or an expression is a giant.
    CannotBeFormed
        If the shapes do not fit.
    ValueError
        If one name stands for two things.
    """
    for expression in expressions:
        _refuse_giants(expression)
    together = without_lambdas(sp.Tuple(*expressions))
    parts, shapes = parts_of(together), dict[str, set]()
    symbols = [part for part in parts if isinstance(part, Symbol)]
    for matrix in (part for part in parts if isinstance(part, MatrixSymbol)):
        shapes.setdefault(matrix.name, set()).add(matrix.shape)
    for name, several in sorted(shapes.items()):
        if len(several) > 1 and len(texts := sorted({*map(str, several)})) > 1:
            raise ValueError(f"{name} is used with two shapes, {texts[0]} and {texts[1]}.")
    for symbol in symbols:
        if symbol.name in shapes:
            raise ValueError(f"{symbol.name} is used both as a matrix and as a scalar.")
        if not symbol.is_commutative:
            raise UnsupportedExpression(f"the scalar {symbol}, which does not commute")
        if isinstance(symbol, sp.Dummy) and symbol in together.free_symbols:
            raise UnsupportedExpression(
                f"the scalar {symbol}, which is a Dummy, of which two may have one name")
    sizes = {symbol.name for symbol in symbols if symbol.is_integer}
    sizes |= {symbol.name for size in dimensions(together) for symbol in size.free_symbols}
    plain: dict[Expr, Expr] = {symbol: Symbol(symbol.name, integer=True, positive=True)
                               if symbol.name in sizes else Symbol(symbol.name)
                               for symbol in symbols}
    plain |= {number: sp.nsimplify(number, rational=True)
              for number in parts if isinstance(number, sp.Float)}
    # what stays as it is need not be built anew
    together = together.xreplace({old: new for old, new in plain.items() if old != new})
    check_shapes(together)
    return [*together]


def refuse_unknown(expression: Expr) -> None:
    """Raise UnsupportedExpression if an expression has an operation that is in no record."""
    for part in parts_of(expression):
        if isinstance(part, Expr):
            record_of(without_power(part))


def dimensions(*expressions: Expr) -> set[Expr]:
    """Return all numbers of rows and columns in the expressions."""
    return {size for part in parts_of(*expressions) if isinstance(part, ATOMS) and part.is_Matrix
            for size in part.shape}


def check_shapes(expression: Expr) -> None:
    """Raise CannotBeFormed if the arguments of an operation do not fit for every size.

    SymPy itself lets n×m and m×p through where k×p belongs.
    """
    # what is inside first: a product that cannot be formed has no shape
    for part in parts_of(expression):
        if not isinstance(part, Expr) or part.is_Atom or isinstance(part, MatrixSymbol):
            continue
        operation = OPERATIONS.get(part.func)
        name, fits = (operation.name, operation.fits) if operation else ("", "")
        if part.func is MatPow:
            name, fits = "power", "square"
        matrices = [arg for arg in part.args if getattr(arg, "is_Matrix", False)]
        for one, other, why in _misfits(fits, matrices):
            raise CannotBeFormed(f"the {name} of {described(one)} and {described(other)} cannot be "
                                 f"formed: {why}")
        if fits == "square" and _differ(*matrices[0].shape):
            entries = f"; .^{part.exp} is the power of every entry" if name == "power" else ""
            raise CannotBeFormed(f"the {name} of {described(matrices[0])} cannot be formed: it is "
                                 f"not square{entries}")


def _misfits(fits: str, matrices: list[Expr]) -> Iterator[tuple[Expr, Expr, str]]:
    """Yield two arguments that do not fit, and why."""
    for left, right in pairwise(matrices) if fits == "chained" else ():
        if _differ(left.cols, right.rows):
            meet = "1 column meets" if left.cols == 1 else f"{left.cols} columns meet"
            yield left, right, f"{meet} {right.rows} row{'s' * (right.rows != 1)}"
    for term in matrices if fits == "same" else ():
        if _differ(term.rows, matrices[0].rows) or _differ(term.cols, matrices[0].cols):
            yield matrices[0], term, "their shapes differ"


def _differ(one: Expr, other: Expr) -> bool:
    return one != other and sp.expand(one - other) != 0


def described(matrix: Expr) -> str:
    """Return a matrix and its shape in words."""
    return f"{notation.plain(matrix)} ({notation.shape(matrix)})"


def _refuse_giants(part: Expr, depth: int = 1) -> int:
    """Return the number of parts, but stop counting when there are too many or too deep."""
    if depth > _DEEPEST:
        raise TooLarge(f"an expression nested more than {_DEEPEST} deep")
    count = 1
    for inner in part.args:
        count += _refuse_giants(inner, depth + 1)
        if count > _MOST_PARTS:
            raise TooLarge(f"an expression of more than {_MOST_PARTS:,} parts")
    return count


def has_text(value: Any) -> bool:
    """Return whether a value is a text, or has one in it."""
    if isinstance(value, Mapping):
        value = [*value, *value.values()]
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "OSU"
    return isinstance(value, str) or (
        isinstance(value, list | tuple | set | frozenset) and any(map(has_text, value)))
