"""Values of expressions in any arithmetic: floating point, exact rationals, or `decimals`.

`evaluate` walks an expression; the arithmetic that it is handed says what the numbers are.
"""

from collections.abc import Mapping
from math import gcd
from operator import mul
from typing import Any

import numpy as np
import sympy as sp
from sympy import QQ, Determinant, Expr, Identity, Inverse, MatrixSymbol, Symbol, Transpose
from sympy.polys.matrices import DomainMatrix
from sympy.polys.matrices.exceptions import DMNonInvertibleMatrixError

from lvmcalc.calculus.errors import OutsideDomain, UnsupportedExpression
from lvmcalc.calculus.expression_checks import dimensions
from lvmcalc.calculus.expression_tools import parts_of, whole_size, without_power
from lvmcalc.calculus.functions import log_of
from lvmcalc.calculus.operations import ATOMS, OPERATIONS, record_of

DIGITS_KEPT = 8  # a determinant or an inverse keeps so many at least
POINTS = 3  # random points of one comparison
Point = Mapping[str, Any]  # the values of symbols and sizes, by name


class Reals:
    """NumPy arrays and floats; complex values stay complex, as the complex step needs them."""

    number, log, identity, transpose, trace = float, log_of, np.eye, np.transpose, np.trace
    det, inv, times = np.linalg.det, np.linalg.inv, np.matmul
    scale = elementwise = np.multiply
    zeros = staticmethod(lambda rows, columns: np.zeros((rows, columns)))
    ones = staticmethod(lambda rows, columns: np.ones((rows, columns)))
    apply = staticmethod(lambda name, of_array, value: of_array(value))
    each = staticmethod(lambda function, matrix: function(matrix))
    total, diagonal_matrix = np.sum, staticmethod(lambda vector: np.diag(vector[:, 0]))
    diagonal = staticmethod(lambda matrix: np.diag(matrix)[:, None])

    @staticmethod
    def root(base: Any, exponent: float) -> Any:
        """Return a power that is not whole, of numbers that are not negative."""
        if np.any(np.real(base) < 0):
            raise OutsideDomain("a root of a negative number")
        return base**exponent

    @classmethod
    def log_det(cls, matrix: Any) -> Any:
        """Return log det A, where det A may be too large for a float."""
        phase, size = np.linalg.slogdet(matrix)
        if np.real(phase) <= 0:
            raise OutsideDomain("a logarithm of a number that is not positive")
        return size + np.log(phase)


class IllConditioned(OutsideDomain):
    """A matrix is too close to a singular one."""


class Trusted(Reals):
    """Floating point that refuses determinants and inverses that would keep too few digits."""

    det = classmethod(lambda cls, matrix: np.linalg.det(cls.regular(matrix)))
    inv = classmethod(lambda cls, matrix: np.linalg.inv(cls.regular(matrix)))
    log_det = classmethod(lambda cls, matrix: Reals.log_det(cls.regular(matrix)))

    @staticmethod
    def apply(name: str, of_array: Any, value: Any) -> Any:
        """Return a function of real numbers, or of complex ones beside those that have a value."""
        if np.iscomplexobj(value):  # NumPy has the logarithm of −1 + 10⁻³⁰i, but not that of −1
            with np.errstate(invalid="ignore"):
                real = np.asarray(of_array(np.real(value)), float)
            if np.isnan(real).any():
                raise OutsideDomain(f"{name} of a number for which it has no value")
        return of_array(value)

    @staticmethod
    def regular(matrix: np.ndarray) -> np.ndarray:
        """Return a matrix that is far from singular, by its condition number in the 1-norm."""
        condition = np.linalg.cond(matrix, 1)
        if not condition * np.finfo(float).eps < 10.0**-DIGITS_KEPT:
            raise IllConditioned(f"keeps fewer than {DIGITS_KEPT} digits here, as the matrix in it "
                                 f"has a condition number of {condition:.0e}")
        return matrix


class Rationals:
    """Matrices over the rationals, or over the rational functions of some symbols.

    Scalars are SymPy numbers.
    """

    number = staticmethod(lambda value: value)
    matrix = staticmethod(lambda value: (value if isinstance(value, sp.MatrixBase) else sp.Matrix(
        value)).to_DM().to_field().to_dense())  # a copy of a matrix would sympify every entry
    identity = staticmethod(lambda size: DomainMatrix.eye(size, QQ).to_dense())
    zeros = staticmethod(lambda rows, columns: DomainMatrix.zeros((rows, columns), QQ).to_dense())
    ones = staticmethod(lambda rows, columns: DomainMatrix.ones((rows, columns), QQ).to_dense())
    det = staticmethod(lambda matrix: matrix.domain.to_sympy(matrix.det()))
    transpose, inv, times = DomainMatrix.transpose, DomainMatrix.inv, mul
    trace = staticmethod(lambda matrix: matrix.domain.to_sympy(
        sum(matrix[i, i].element for i in range(matrix.shape[0]))))
    total = staticmethod(lambda matrix: matrix.domain.to_sympy(sum(matrix.to_list_flat())))
    elementwise = staticmethod(lambda left, right: DomainMatrix.mul_elementwise(
        *left.unify(right, fmt="dense")))
    # these go through SymPy's dense matrices
    each = classmethod(lambda cls, function, matrix: cls.matrix(
        matrix.to_Matrix().applyfunc(function)))
    diagonal_matrix = classmethod(lambda cls, vector: cls.matrix(sp.diag(*vector.to_Matrix())))
    diagonal = classmethod(lambda cls, matrix: cls.matrix(matrix.to_Matrix().diagonal().T))

    @staticmethod
    def log(number: Expr) -> Expr:
        """Return the logarithm; a fraction's as a difference, a power's as a multiple."""
        if number.is_number and not number.is_positive:
            raise OutsideDomain("a logarithm of a number that is not positive")
        return sp.expand_log(sp.log(number)) if number.is_number else sp.log(number)

    @classmethod
    def scale(cls, scalar: Expr, matrix: DomainMatrix) -> DomainMatrix:
        """Return a scalar times a matrix."""
        if scalar.is_Rational:
            return matrix.scalarmul(matrix.domain.from_sympy(scalar))
        return cls.matrix(scalar * matrix.to_Matrix())

    @staticmethod
    def apply(name: str, of_array: Any, value: Any) -> Any:
        """Refuse: no function here takes rational numbers to rational numbers."""
        raise UnsupportedExpression(f"{name} in exact arithmetic")

    @staticmethod
    def root(base: Any, exponent: Any) -> Any:
        """Refuse: a root of a rational number need not be one."""
        raise UnsupportedExpression(f"the power {exponent} in exact arithmetic")


def evaluate(expression: Expr, values: Point, arithmetic: Any,
             memo: dict[Expr, Any] | None = None) -> Any:
    """Return the value of an expression whose symbols (sizes among them) have the given values.

    Parameters
    ----------
    expression : SymPy scalar or matrix expression
    values : by name; matrices as the arithmetic has them
    arithmetic : Reals, Decimals, Rationals, or another one like them
    memo : dict, optional
        Keeps each inverse and determinant for the next call with the same values.

    Raises
    ------
    OutsideDomain
        If there is no real value at this point.
    UnsupportedExpression
        If an operation is not known.
    """
    def of(part: Expr) -> Any:
        match part:
            case MatrixSymbol() | Symbol():
                if part.name not in values:
                    raise KeyError(f"{part.name} has no value.")
                return values[part.name]
            case Identity():
                return arithmetic.identity(whole_size(part.rows, values))
            case sp.ZeroMatrix():
                return arithmetic.zeros(*(whole_size(size, values) for size in part.shape))
            case sp.OneMatrix():
                return arithmetic.ones(*(whole_size(size, values) for size in part.shape))
            case Inverse() if memo is not None and isinstance(part.arg, Transpose):
                return arithmetic.transpose(of(Inverse(part.arg.arg)))
            case Inverse() | Determinant() if memo is not None:
                if part not in memo:
                    memo[part] = OPERATIONS[part.func].value(arithmetic, part, of)
                return memo[part]
        part = without_power(part)
        if operation := record_of(part):
            return operation.value(arithmetic, part, of)
        if isinstance(part, ATOMS):  # a power of 0 or 1 has left it
            return of(part)
        if part.is_number and part.is_real:
            return arithmetic.number(part)
        raise UnsupportedExpression(f"the number {part}")

    try:
        return of(expression)
    except (np.linalg.LinAlgError, DMNonInvertibleMatrixError, ZeroDivisionError) as error:
        raise OutsideDomain("a matrix to be inverted is singular") from error
    except OverflowError as error:
        raise OutsideDomain("a number in it is too large") from error


def sizes_in(*expressions: Expr) -> list[str]:
    """Return the names of the sizes in the expressions (and of exponents), in order."""
    exponents = {part.exp for part in parts_of(*expressions)
                 if isinstance(part, sp.Pow | sp.HadamardPower)}
    lengths = dimensions(*expressions) | exponents
    return sorted({symbol.name for size in lengths for symbol in size.free_symbols})


def random_point(expressions: tuple[Expr, ...], sizes: Mapping[str, int],
                 rng: np.random.Generator, largest: int,
                 symmetric: tuple[str, ...] = (), positive: bool = False) -> dict[str, Any]:
    """Return random whole numbers for every symbol, with entries of both signs in matrices.

    With `positive`, all entries are positive. Scalars always are. A point with large entries has no
    0 and no ±1; a small one, for a counterexample to read by hand, may have them.
    """
    low = 2 if largest > 3 else 0

    def numbers(rows: int, columns: int) -> sp.ImmutableMatrix:
        signed = (rng.integers(low, largest + 1, rows * columns)
                  * rng.choice([1] if positive else [-1, 1], rows * columns))
        return sp.ImmutableMatrix(rows, columns, signed.tolist())

    values: dict[str, Any] = dict(sizes)
    symbols = {part.name: part for part in parts_of(*expressions)
               if isinstance(part, Symbol | MatrixSymbol)}
    for name, symbol in sorted(symbols.items()):
        if isinstance(symbol, MatrixSymbol):
            matrix = numbers(*(whole_size(size, sizes) for size in symbol.shape))
            if name in symmetric:
                matrix = matrix.upper_triangular() + matrix.upper_triangular(1).T
            values[name] = matrix
        elif name not in values:
            values[name] = abs(numbers(1, 1)[0]) or sp.S.One
    return values


def value_at(expression: Expr, point: Point, arithmetic: type[Rationals] = Rationals) -> Expr:
    """Return the exact value at a point of SymPy matrices and numbers, as one of these.

    A matrix of the point may be one of the arithmetic already.
    """
    ready = {name: arithmetic.matrix(number) if getattr(number, "is_Matrix", False)
             else number if isinstance(number, DomainMatrix) else sp.sympify(number)
             for name, number in point.items()}
    value = evaluate(expression, ready, arithmetic)
    return value.to_Matrix().as_immutable() if isinstance(value, DomainMatrix) else value


def vanishes(number: Expr) -> bool:
    """Return whether an exact number is zero.

    Logarithms of whole numbers without a common factor are independent of each other.

    Raises
    ------
    OutsideDomain
        If that cannot be told.
    """
    number = sp.expand(number)  # the logarithm of a fraction becomes a difference
    if number.is_Rational:
        return number == 0
    logarithms = {atom: int(atom.args[0]) for atom in number.atoms(sp.log)
                  if atom.args[0].is_Integer}
    symbols = {b: sp.Dummy() for b in coprime_base([*logarithms.values()])}
    number = number.xreplace(
        {atom: sp.Add(*(sp.multiplicity(b, whole) * symbol for b, symbol in symbols.items()))
         for atom, whole in logarithms.items()})
    if sp.cancel(sp.together(number)) == 0:
        return True
    known_logarithms = {symbol: sp.log(b) for b, symbol in symbols.items()}
    if abs(number.xreplace(known_logarithms).evalf(80)) < 1e-40:
        raise OutsideDomain("a number that cannot be told from 0")
    return False


def coprime_base(numbers: list[int]) -> list[int]:
    """Return coprime whole numbers whose powers multiply to each of the given numbers."""
    base: list[int] = []
    numbers = [number for number in numbers if number > 1]
    while numbers:
        number = numbers.pop()
        shared = next((b for b in base if gcd(b, number) > 1), None)
        if shared is None:
            base.append(number)
        else:
            base.remove(shared)
            common = gcd(shared, number)
            parts = (common, shared // common, number // common)
            numbers += [part for part in parts if part > 1]
    return base
