"""Arithmetic for SymPy matrix expressions: in floating point, and in rationals, where equal means
equal.

`evaluate` walks an expression; the arithmetic that it is given says what the numbers are. With
rational functions of t as numbers, the derivative along a direction is exact too, and no rule of
the rule book has part in it.
"""

from collections.abc import Mapping
from functools import reduce
from math import gcd
from operator import add, mul
from typing import Any

import numpy as np
import sympy as sp
from sympy import Determinant, Expr, Identity, Inverse, MatrixSymbol, Symbol, Trace, Transpose, log
from sympy.matrices.expressions import HadamardProduct, MatAdd, MatMul, MatPow, ZeroMatrix
from sympy.polys.domains import QQ
from sympy.polys.matrices import DomainMatrix
from sympy.polys.matrices.exceptions import DMNonInvertibleMatrixError

from lvmcalc.calculus.expressions import UnsupportedExpression, dimensions

POINTS = 3  # at which two sides are compared
LARGEST_POWER = 1000  # beyond this, exact arithmetic takes too long
OPERATIONS = {Transpose: "transpose", Inverse: "inv", Trace: "trace", Determinant: "det",
              log: "log"}
t = Symbol("t")


class OutsideDomain(ArithmeticError):
    """The expression has no real value here: a singular inverse, a division by 0, a logarithm of no
    positive number."""


class Reals:
    """NumPy arrays and floats; complex values stay complex, as the complex step needs them."""

    number, log, identity, transpose, trace = float, np.log, np.eye, np.transpose, np.trace
    det, inv, times, scale, elementwise = np.linalg.det, np.linalg.inv, np.matmul, np.multiply, np.multiply
    zeros = staticmethod(lambda rows, columns: np.zeros((rows, columns)))


class Rationals:
    """Matrices over the rationals, or over the rational functions of some symbols; scalars are
    SymPy numbers."""

    number = staticmethod(lambda value: value)
    matrix = staticmethod(lambda value: DomainMatrix.from_Matrix(sp.Matrix(value)).to_field(
        ).to_dense())
    identity = staticmethod(lambda size: DomainMatrix.eye(size, QQ).to_dense())
    zeros = staticmethod(lambda rows, columns: DomainMatrix.zeros((rows, columns), QQ).to_dense())
    det = staticmethod(lambda matrix: matrix.domain.to_sympy(matrix.det()))
    transpose, inv, times = DomainMatrix.transpose, DomainMatrix.inv, mul

    @staticmethod
    def trace(matrix: DomainMatrix) -> Expr:
        """Return the sum of the diagonal entries."""
        return matrix.domain.to_sympy(sum(matrix[i, i].element for i in range(matrix.shape[0])))

    @staticmethod
    def log(number: Expr) -> Expr:
        """Return the logarithm; that of a fraction as a difference, that of a power as a
        multiple."""
        if number.is_number and not number.is_positive:
            raise OutsideDomain("a logarithm of a number that is not positive")
        return sp.expand_log(log(number)) if number.is_number else log(number)

    @classmethod
    def scale(cls, scalar: Expr, matrix: DomainMatrix) -> DomainMatrix:
        """Return a scalar times a matrix."""
        if scalar.is_Rational:
            return matrix.scalarmul(matrix.domain.from_sympy(scalar))
        return cls.matrix(scalar * matrix.to_Matrix())


def evaluate(expression: Expr, values: Mapping[str, Any], arithmetic: Any,
             memo: dict[Expr, Any] | None = None) -> Any:
    """Return the value of an expression whose symbols (sizes among them) have the given values.

    Parameters
    ----------
    expression : SymPy scalar or matrix expression
    values : by name; matrices as the arithmetic has them
    arithmetic : Reals or Rationals, or another one like them
    memo : inverses and determinants that are known already; new ones are added

    Raises
    ------
    OutsideDomain
        If there is no real value at this point.
    UnsupportedExpression
        If an operation is not known.
    """
    def of(part: Expr) -> Any:
        if memo is None or not isinstance(part, Inverse | Determinant | MatPow):
            return computed(part)
        if isinstance(part, Inverse) and isinstance(part.arg, Transpose):
            return arithmetic.transpose(of(Inverse(part.arg.arg)))
        if part not in memo:
            memo[part] = computed(part)
        return memo[part]

    def computed(part: Expr) -> Any:
        match part:
            case MatrixSymbol() | Symbol():
                if part.name not in values:
                    raise KeyError(f"{part.name} has no value.")
                return values[part.name]
            case MatAdd() | sp.Add():
                return reduce(add, map(of, part.args))
            case MatMul():
                scalar, factors = part.as_coeff_matrices()
                product = reduce(arithmetic.times, map(of, factors))
                return product if scalar == 1 else arithmetic.scale(of(scalar), product)
            case HadamardProduct() if hasattr(arithmetic, "elementwise"):
                return reduce(arithmetic.elementwise, map(of, part.args))
            case Transpose() | Inverse() | Trace() | Determinant() | log():
                return getattr(arithmetic, OPERATIONS[part.func])(of(part.args[0]))
            case MatPow() if part.exp.is_Integer and part.exp != 0:
                base = of(Inverse(part.base) if part.exp < 0 else part.base)
                return reduce(arithmetic.times, [base] * abs(int(part.exp)))
            case Identity():
                return arithmetic.identity(whole_size(part.rows, values))
            case ZeroMatrix():
                return arithmetic.zeros(*(whole_size(size, values) for size in part.shape))
            case sp.Mul():
                return reduce(mul, map(of, part.args))
            case sp.Pow() if part.exp.is_integer:
                base, exponent = of(part.base), int(of(part.exp))
                if exponent < 0 and np.all(base == 0):
                    raise OutsideDomain("a division by 0")
                if abs(exponent) > LARGEST_POWER:
                    raise UnsupportedExpression(f"the power {exponent}, which is above "
                                                f"{LARGEST_POWER:,}")
                return base**exponent
            case _ if part.is_number and part.is_real:
                return arithmetic.number(part)
        raise UnsupportedExpression(f"{type(part).__name__} in {part}")

    try:
        return of(expression)
    except (np.linalg.LinAlgError, DMNonInvertibleMatrixError) as error:
        raise OutsideDomain("a matrix to be inverted is singular") from error


def whole_size(dimension: Expr, sizes: Mapping[str, int]) -> int:
    """Return a number of rows or columns at these sizes."""
    size = dimension.xreplace({symbol: sp.Integer(sizes[symbol.name])
                               for symbol in dimension.free_symbols})
    if not (size.is_Integer and size > 0):
        raise OutsideDomain(f"there is no matrix with {dimension} = {size} rows or columns")
    return int(size)


def sizes_in(*expressions: Expr) -> list[str]:
    """Return the names of the sizes in the expressions (and of exponents), in alphabetical
    order."""
    exponents = {power.exp for e in expressions for power in e.atoms(sp.Pow)}
    return sorted({symbol.name for size in dimensions(*expressions) | exponents
                   for symbol in size.free_symbols})


def random_point(expressions: tuple[Expr, ...], sizes: Mapping[str, int], rng: np.random.Generator,
                 largest: int,
                 symmetric: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return random whole numbers for every symbol: matrices with entries of both signs, and
    positive scalars."""
    # a check point avoids 0 and ±1; a counterexample to read by hand may have them
    low = 2 if largest > 3 else 0

    def numbers(rows: int, columns: int) -> sp.ImmutableMatrix:
        signed = rng.integers(low, largest + 1,
                              rows * columns) * rng.choice([-1, 1], rows * columns)
        return sp.ImmutableMatrix(rows, columns, signed.tolist())

    values: dict[str, Any] = dict(sizes)
    symbols = {symbol.name: symbol for e in expressions for symbol in e.atoms(Symbol, MatrixSymbol)}
    for name, symbol in sorted(symbols.items()):
        if isinstance(symbol, MatrixSymbol):
            matrix = numbers(*(whole_size(size, sizes) for size in symbol.shape))
            values[name] = matrix.upper_triangular() + matrix.upper_triangular(
                1).T if name in symmetric else matrix
        elif name not in values:
            values[name] = abs(numbers(1, 1)[0]) or sp.S.One
    return values


def value_at(expression: Expr, point: Mapping[str, Any]) -> Expr:
    """Return the exact value at a point of SymPy matrices and numbers, as a SymPy matrix or
    number."""
    ready = {name: Rationals.matrix(number) if getattr(number, "is_Matrix", False)
             else sp.sympify(number)
             for name, number in point.items()}
    value = evaluate(expression, ready, Rationals)
    return value.to_Matrix().as_immutable() if isinstance(value, DomainMatrix) else value


def directional_derivative(expression: Expr, point: Mapping[str, Any], wrt: str,
                           direction: Any) -> Expr:
    """Return d/dt of a scalar expression at t = 0 when `wrt` moves by t times `direction`, exactly.

    No rule for matrices is used: the expression is evaluated over the rational functions of t, and
    a function of one variable is differentiated.
    """
    value = value_at(expression, {**point, wrt: point[wrt] + t * direction})
    return sp.diff(value, t).subs(t, 0)


def vanishes(number: Expr) -> bool:
    """Return whether an exact number is zero: logarithms of whole numbers without a common factor
    are independent.

    Raises
    ------
    OutsideDomain
        If that cannot be told.
    """
    number = sp.expand(number)  # the logarithm of a fraction becomes a difference
    if number.is_Rational:
        return number == 0
    logarithms = {atom: int(atom.args[0]) for atom in number.atoms(log) if atom.args[0].is_Integer}
    symbols = {b: sp.Dummy() for b in coprime_base([*logarithms.values()])}
    number = number.xreplace(
        {atom: sp.Add(*(sp.multiplicity(b, whole) * symbol for b, symbol in symbols.items()))
                              for atom, whole in logarithms.items()})
    if sp.cancel(sp.together(number)) == 0:
        return True
    if abs(number.xreplace({symbol: log(b) for b, symbol in symbols.items()}).evalf(80)) < 1e-40:
        raise OutsideDomain("a number that cannot be told from 0")
    return False


def coprime_base(numbers: list[int]) -> list[int]:
    """Return whole numbers, no two with a common factor, of whose powers all the given ones are
    products."""
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
            numbers += [part for part in (common, shared // common, number // common) if part > 1]
    return base
