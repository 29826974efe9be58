"""Build a SymPy expression exactly as it was written, without reordering its factors.

Shapes are checked only where a number meets a matrix in a sum, a function or a quotient. A matrix
of one row and one column counts as a number where only a number fits.
"""

from collections.abc import Callable

import sympy as sp
from sympy import Dummy, Expr, HadamardPower, HadamardProduct, Inverse, MatAdd, MatMul, OneMatrix

from lvmcalc.checks import CannotBeFormed
from lvmcalc.notation.entrywise import BY_ENTRIES
from lvmcalc.notation.kronecker import LEFT, Kronecker, Vec, contracted
from lvmcalc.notation.printer import plain, shape
from lvmcalc.notation.tokens import Unreadable, quoted


class MatrixDifferential(sp.MatrixExpr):
    """The differential of a matrix expression, such as d(K⁻¹)."""

    arg = property(lambda self: self.args[0], doc="What it is the differential of.")
    shape = property(lambda self: self.args[0].shape, doc="The shape of the argument.")


class ScalarDifferential(Expr):
    """The differential of a number, such as d(log b)."""

    arg = property(lambda self: self.args[0], doc="What it is the differential of.")


class Copies(OneMatrix):
    """Ones in place of a number that stands in a sum with a matrix, as beside ∘ it may."""


# Sums and products
def total(terms: list[Expr]) -> Expr:
    """Return the sum of terms."""
    if any(term.is_Matrix and term.cols != 1 for term in terms):
        terms = [_number_of_ones(term) for term in terms]
    if any(isinstance(term, Vec) for term in terms) and all(
            isinstance(term, Vec) for term in terms):
        return Vec(total([term.arg for term in terms]))
    matrices = [term for term in terms if term.is_Matrix]
    number = sp.Add(*(term for term in terms if not term.is_Matrix))
    if not matrices:
        return number
    if number != 0:
        if all(map(is_number, matrices)):
            return sp.Add(number, *map(as_number, matrices))
        fits = matrices[0].cols == 1 or any(map(acts_by_entries, matrices))
        copies = OneMatrix if fits else Copies
        return MatAdd(product(number, copies(*matrices[0].shape)), *matrices)
    return MatAdd(*matrices) if len(matrices) > 1 else matrices[0]


def _number_of_ones(term: Expr) -> Expr:
    """Read a·𝟏 beside a matrix as the number a."""
    number, ones = as_coeff(term)
    column = isinstance(ones, OneMatrix) and isinstance(ones.rows, Dummy) and ones.cols == 1
    if column and not number.is_number:
        raise Unreadable(f"It is not clear whether the 1 behind {quoted(plain(number))} is I: "
                         "write I, or ones(N, D).")
    return number if column else term


def acts_by_entries(matrix: Expr) -> bool:
    """Return whether a matrix is made entry by entry.

    Then a number beside it is no multiple of I, and to divide by it is no inverse.
    """
    if isinstance(matrix, MatAdd):
        return any(map(acts_by_entries, matrix.args))
    part = as_coeff(matrix)[1]
    return isinstance(part, BY_ENTRIES)


def spread_numbers(expression: Expr) -> Expr:
    """Return an expression with ones for the numbers that are added to the factors of ∘.

    Raises
    ------
    CannotBeFormed
        If a number is added to a matrix elsewhere.
    """
    if not expression.has(Copies):
        return expression
    ones = {part: OneMatrix(*part.shape) for part in expression.atoms(Copies)}
    expression = expression.xreplace({part: part.xreplace(ones)
                                      for part in expression.atoms(HadamardProduct, HadamardPower)})
    for part in sp.preorder_traversal(expression):
        added = [term for term in part.args if isinstance(part, MatAdd)
                 and (isinstance(term, Copies) or isinstance(term.args[-1], Copies))]
        if added:
            matrix = next(term for term in part.args if term not in added)
            raise CannotBeFormed(_mixed_sum(matrix, added[0].as_coeff_mmul()[0]))
    return expression


def _mixed_sum(matrix: Expr, number: Expr) -> str:
    size = -number if number.could_extract_minus_sign() else number
    ones = plain(product(size, OneMatrix(*matrix.shape)))
    meant = f"{plain(product(size, sp.Identity(matrix.rows)))}, or {ones} for every entry"
    hint = f": did you mean {meant if matrix.rows == matrix.cols else ones}?"
    return (f"the sum of {matrix_described(matrix)} and the number {quoted(plain(size))} cannot be "
            f"formed{hint}")


def product(*parts: Expr) -> Expr:
    """Return the product of parts, from left to right."""
    factors = [factor for part in parts
               for factor in (part.args if isinstance(part, MatMul) else (part,))]
    if any(factor.has(Vec) for factor in factors):
        factors = contracted(factors, product, transposed)
    scalar = sp.Mul(*(factor for factor in factors if not factor.is_Matrix))
    numbers, matrices = _numbers_apart([factor for factor in factors if factor.is_Matrix])
    scalar = sp.Mul(scalar, *numbers)
    factors = matrices if scalar == 1 and matrices else [scalar, *matrices]
    return MatMul(*factors) if len(factors) > 1 else factors[0]


def _numbers_apart(matrices: list[Expr]) -> tuple[list[Expr], list[Expr]]:
    """Return the runs of factors that are numbers, such as xᵀx in xᵀx B, and the other factors.

    They are taken apart only where the factors do not fit side by side.
    """
    runs: list[list[Expr]] = []
    for matrix in matrices:
        if runs and _belong_together(runs[-1], matrix):
            runs[-1].append(matrix)
        else:
            runs.append([matrix])
    small = [run for run in runs if (run[0].rows, run[-1].cols) == (1, 1)]
    if len(runs) < 2 or len(runs) - len(small) > 1:
        return [], matrices
    return [sp.Trace(product(*run)) for run in small], [m for run in runs if run not in small
                                                     for m in run]


def _belong_together(run: list[Expr], right: Expr) -> bool:
    """Return whether a factor goes on a run of factors; I has another size than a number has."""
    left, unsized = run[-1], [isinstance(it, sp.Identity) and isinstance(it.rows, Dummy)
                              for it in (run[-1], right)]
    number = (unsized[1] and (run[0].rows, left.cols) == (1, 1)) or (unsized[0] and right.rows == 1)
    return fit(left.cols, right.rows) and not number


def fit(one: Expr, other: Expr) -> bool:
    """Return whether two sizes are or may be the same."""
    return one == other or isinstance(one, Dummy) or isinstance(other, Dummy)


def is_number(value: Expr) -> bool:
    """Return whether a value is a number, or a matrix of one row and one column."""
    return not value.is_Matrix or tuple(value.shape) == (1, 1)


def as_number(value: Expr) -> Expr:
    """Return the one entry of a matrix of one row and one column; anything else as it is."""
    return sp.Trace(value) if value.is_Matrix and is_number(value) else value


def reciprocal(divisor: Expr, place: int | None = None) -> Expr:
    """Return 1 / divisor."""
    if not is_number(divisor):
        other = ("write its inverse on the side where it belongs, such as K⁻¹ X or X K⁻¹"
                 if divisor.rows == divisor.cols else "./ divides entry by entry")
        raise Unreadable(f"Nothing can be divided by the matrix {matrix_described(divisor)}: "
                         f"{other}.", place)
    return 1 / as_number(divisor)


def elementwise(left: Expr, right: Expr) -> Expr:
    """Return left ∘ right."""
    if not (left.is_Matrix and right.is_Matrix):
        return product(left, right)
    return HadamardProduct(*(left.args if isinstance(left, HadamardProduct) else (left,)), right)


def needs_transpose(left: Expr, right: Expr) -> bool:
    """Return whether a column stands in front of a matrix that only fits its transpose."""
    return left.is_Matrix and right.is_Matrix and left.cols == 1 != left.rows == right.rows and (
        right.cols != 1)


def are_crossed(left: Expr, right: Expr) -> bool:
    """Return whether one is a column and the other a row."""
    return left.is_Matrix and right.is_Matrix and (left.rows == right.cols == 1) != (
        left.cols == right.rows == 1)


def quotient(left: Expr, right: Expr) -> Expr:
    """Return left / right, entry by entry."""
    if not right.is_Matrix:
        return product(left, 1 / right)
    below = HadamardPower(right, sp.S.NegativeOne)
    return elementwise(left, below) if left.is_Matrix else product(left, below)


def kronecker(left: Expr, right: Expr, outer: bool = False) -> Expr:
    """Return left ⊗ right; with `outer`, that of two columns is their outer product."""
    if not (left.is_Matrix and right.is_Matrix):
        raise Unreadable(LEFT)
    if left.cols == right.cols == 1 and outer:
        return product(left, transposed(right))
    if left.cols == right.rows == 1:
        return product(left, right)
    return product(right, left) if left.rows == right.cols == 1 else Kronecker(left, right)


def inner_product(left: Expr, right: Expr) -> Expr:
    """Return ⟨left, right⟩, the sum of the products of their entries."""
    if left.is_Matrix != right.is_Matrix:
        left, right = as_number(left), as_number(right)
    if isinstance(left, Vec) and isinstance(right, Vec):
        left, right = left.arg, right.arg
    return sp.Trace(product(transposed(left), right)) if left.is_Matrix else left * right


# Powers
def power(base: Expr, exponent: str | Expr) -> Expr:
    """Return a power; the exponent is a number, or a text such as -1, T or -T."""
    if isinstance(exponent, str) and "T" in exponent:
        return transposed(inverse(base) if "-" in exponent else base)
    exponent = sp.sympify(int(exponent)) if isinstance(exponent, str) else exponent
    if str(exponent) == "t" and not is_number(base):  # the transpose Yᵗ
        return transposed(base)
    if is_number(base) and is_number(exponent):
        return as_number(base) ** exponent
    if exponent.is_Integer:
        return inverse(base) if exponent == -1 else sp.MatPow(base, exponent)
    raise Unreadable(f"`{quoted(plain(base))}^({quoted(plain(exponent))})` cannot be read: the "
                     "exponent of a matrix is a whole number, or T for a transpose.")


def distributed(body: Expr, varies: Callable[[Expr], set]) -> list[Expr]:
    """Return the terms of a matrix, with no sum that varies left between its factors."""
    if isinstance(body, MatAdd):
        return [term for part in body.args for term in distributed(part, varies)]
    factors = body.args if isinstance(body, MatMul) else ()
    for place, factor in enumerate(factors):
        if isinstance(factor, MatAdd) and 1 not in factor.shape and varies(factor):
            return [term for part in factor.args for term in distributed(
                product(*factors[:place], part, *factors[place + 1:]), varies)]
    return [body]


def transposed(base: Expr) -> Expr:
    """Return the transpose; a number is its own."""
    if isinstance(base, sp.Transpose):
        return base.arg
    if isinstance(base, Kronecker):
        return Kronecker(*map(transposed, base.args))
    return sp.Transpose(base) if base.is_Matrix else base


def inverse(base: Expr) -> Expr:
    """Return the inverse."""
    if isinstance(base, sp.Transpose):  # T and I in turn must not nest
        return transposed(inverse(base.arg))
    if isinstance(base, Kronecker):
        return Kronecker(*map(inverse, base.args))
    if isinstance(base, Inverse):
        return base.arg
    return Inverse(base) if base.is_Matrix else 1 / base


def squared_norm(inner_: Expr) -> Expr:
    """Return ‖inner‖²."""
    inner_ = inner_.arg if isinstance(inner_, Vec) else inner_
    return sp.Trace(product(transposed(inner_), inner_)) if inner_.is_Matrix else inner_**2


def differential_read(inner_: Expr, named: Callable[[Expr], Expr | None]) -> Expr:
    """Return the differential of an expression; `named` tells the symbol for that of a symbol."""
    if isinstance(inner_, sp.Transpose):
        return transposed(differential_read(inner_.arg, named))
    if isinstance(inner_, Vec):
        return Vec(differential_read(inner_.arg, named))
    symbol = named(inner_)
    return change_of(inner_) if symbol is None else symbol


def change_of(inner_: Expr) -> Expr:
    """Return the differential of an expression, as an object of its own."""
    return MatrixDifferential(inner_) if inner_.is_Matrix else ScalarDifferential(inner_)


# Parts
def as_coeff(matrix: Expr) -> tuple[Expr, Expr]:
    """Return the number in front of a matrix, and the matrix."""
    if not isinstance(matrix, MatMul):
        return sp.S.One, matrix
    scalar, factors = matrix.as_coeff_matrices()
    return scalar, product(*factors)


def turned(matrix: Expr) -> Expr:
    """Return the transpose, with the number in front still in front."""
    scalar, inner_ = as_coeff(matrix)
    return product(scalar, transposed(inner_))


# Functions
def functions_in(expression: Expr) -> int:
    """Return how many functions and roots stand inside one another."""
    if isinstance(expression, sp.MatrixSymbol) or not expression.args:
        return 0
    own = isinstance(expression, sp.Function) or hasattr(expression, "name") or (
        isinstance(expression, sp.Pow) and not expression.exp.is_Integer)
    return own + max(map(functions_in, expression.args), default=0)


def matrix_described(matrix: Expr) -> str:
    """Return a matrix with its shape, in words."""
    return f"{quoted(plain(matrix))} ({shape(matrix).replace('_?', '?')})"


def power_of_entries(base: Expr, exponent: str | Expr) -> Expr:
    """Return a power, entry by entry if the base is a matrix."""
    if isinstance(exponent, str) or exponent.is_Matrix or is_number(base):
        return power(base, exponent)
    if isinstance(base, HadamardPower) and base.exp == sp.S.Half and exponent == 2:
        return base.base
    return HadamardPower(base, exponent) if exponent != 1 else base
