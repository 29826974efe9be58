"""What the calculus lets in: expressions whose names are clear, whose shapes fit and whose size can
be waited for."""

from itertools import pairwise

import sympy as sp
from sympy import Determinant, Expr, Identity, Inverse, MatrixSymbol, Symbol, Trace
from sympy.matrices.expressions import HadamardProduct, MatAdd, MatMul, MatPow, ZeroMatrix

from lvmcalc import notation
from lvmcalc.checks import CannotBeFormed

# beyond these a comparison or a gradient takes longer than anyone waits
MOST_PARTS, DEEPEST = 4_000, 60


class UnsupportedExpression(ValueError):
    """The expression contains an operation that the calculus does not know."""

    def __init__(self, operation: str):
        super().__init__(f"The calculus does not know {' '.join(operation.split())}; it knows "
                         "sums, products, scalar "
                         "multiples, transposes, inverses, traces, determinants, logarithms and "
                         "integer powers.")


class TooLarge(UnsupportedExpression):
    """The calculus knows every operation, but there are too many of them."""

    def __init__(self, what: str):
        ValueError.__init__(self, f"The calculus stops here, because {what} would take too long.")


def by_name(*expressions: Expr) -> list[Expr]:
    """Return the expressions with their symbols told apart by name alone, and decimals as the
    fractions they stand for.

    What is a size is a positive integer.

    Raises
    ------
    UnsupportedExpression, TooLarge
        If a scalar is none that can be told by its name, or an expression is a giant.
    CannotBeFormed
        If the shapes do not fit.
    ValueError
        If one name stands for two things.
    """
    for expression in expressions:
        _refuse_giants(expression)
    together = sp.Tuple(*expressions)
    symbols, shapes = together.atoms(Symbol), {}
    for part in sp.preorder_traversal(together):
        if isinstance(part, MatrixSymbol) and shapes.setdefault(part.name,
                                                                str(part.shape)) != str(part.shape):
            raise ValueError(f"{part.name} is used with two shapes, {shapes[part.name]} and "
                             f"{part.shape}.")
    for symbol in symbols:
        if symbol.name in shapes:
            raise ValueError(f"{symbol.name} is used both as a matrix and as a scalar.")
        if not symbol.is_commutative:
            raise UnsupportedExpression(f"the scalar {symbol}, which does not commute")
        if isinstance(symbol, sp.Dummy) and symbol in together.free_symbols:
            raise UnsupportedExpression(f"the scalar {symbol}, which is a Dummy, of which two may "
                                        "have one name")
    sizes = {symbol.name for symbol in symbols if symbol.is_integer}
    sizes |= {symbol.name for size in dimensions(together) for symbol in size.free_symbols}
    plain: dict[Expr, Expr] = {symbol: Symbol(symbol.name, integer=True, positive=True)
                               if symbol.name in sizes
                               else Symbol(symbol.name) for symbol in symbols}
    plain |= {number: sp.nsimplify(number, rational=True) for number in together.atoms(sp.Float)}
    together = together.xreplace(plain)
    check_shapes(together)
    return [*together]


def dimensions(*expressions: Expr) -> set[Expr]:
    """Return all numbers of rows and columns in the expressions."""
    parts = (part for e in expressions for part in sp.preorder_traversal(e))
    return {size for part in parts if isinstance(part, MatrixSymbol | Identity | ZeroMatrix)
            for size in part.shape}


def check_shapes(expression: Expr) -> None:
    """Raise CannotBeFormed if a product, sum, inverse, trace or determinant does not fit for every
    size."""
    def differ(a: Expr, b: Expr) -> bool:
        return a != b and sp.expand(a - b) != 0

    for part in sp.preorder_traversal(expression):
        match part:
            case MatMul():
                for left, right in pairwise(factor for factor in part.args if factor.is_Matrix):
                    if differ(left.cols, right.rows):
                        raise CannotBeFormed(f"the product of {described(left)} and "
                                             f"{described(right)} "
                                             f"cannot be formed: {left.cols} columns meet "
                                             f"{right.rows} rows")
            case MatAdd():
                first, *others = part.args
                for term in others:
                    if differ(term.rows, first.rows) or differ(term.cols, first.cols):
                        raise CannotBeFormed(f"the sum of {described(first)} and {described(term)} "
                                             "cannot be formed: their shapes differ")
            case HadamardProduct():
                for factor in part.args:
                    if differ(factor.rows, part.rows) or differ(factor.cols, part.cols):
                        raise CannotBeFormed("the elementwise product of "
                                             f"{described(part.args[0])} and "
                                             f"{described(factor)} cannot be formed: their shapes "
                                             "differ")
            case Inverse() | MatPow() | Trace() | Determinant():
                matrix = part.args[0]
                if differ(matrix.rows, matrix.cols):
                    kind = "power" if type(part) is MatPow else type(part).__name__.lower()
                    raise CannotBeFormed(f"the {kind} of {described(matrix)} cannot be formed: it "
                                         "is not square")


def described(matrix: Expr) -> str:
    """Return a matrix and its shape in words."""
    return f"{notation.plain(matrix)} ({notation.shape(matrix)})"


def _refuse_giants(part: Expr, depth: int = 1) -> int:
    """Return the number of parts of an expression, but stop counting when it has too many or is
    nested too deep."""
    if depth > DEEPEST:
        raise TooLarge(f"an expression nested more than {DEEPEST} deep")
    count = 1
    for inner in part.args:
        count += _refuse_giants(inner, depth + 1)
        if count > MOST_PARTS:
            raise TooLarge(f"an expression of more than {MOST_PARTS:,} parts")
    return count
