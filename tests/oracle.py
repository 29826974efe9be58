"""A second opinion that shares nothing with the package: formulas evaluated by schoolbook
arithmetic on dual numbers, and random formulas."""

import math
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import cache
from typing import Any

import mpmath
import sympy as sp
from schoolbook import (
    ONE,
    ZERO,
    Dual,
    determinant,
    inverse,
    many_digits,
    product,
    same,
    total,
    unit,
)
from sympy import (
    Determinant,
    Expr,
    Identity,
    Inverse,
    MatrixSymbol,
    OneMatrix,
    Trace,
    Transpose,
    log,
)
from sympy.matrices.expressions import (
    HadamardPower,
    HadamardProduct,
    MatAdd,
    MatMul,
    MatPow,
    ZeroMatrix,
)
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf

from lvmcalc.calculus.functions import NUMPY, SPELLED
from lvmcalc.notation.entrywise import EntrySum, Entrywise

OWN = {"sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)), "relu": lambda x: (abs(x) + x) / 2,
       "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)), "abs": abs, "sign": mpmath.sign}


def power(base: Dual, exponent: Any) -> Dual:
    """Return a power: a product if the exponent is whole, else mpmath's of a positive number."""
    if exponent != int(exponent):
        root = mpmath.mpf(exponent.p) / exponent.q
        at = many_digits(base.value)
        if at <= 0:
            raise ZeroDivisionError("a root of a number that is not positive")
        return Dual(at**root, root * at**(root - 1) * base.slope)
    result = math.prod([base] * abs(int(exponent)), start=ONE)
    return ONE / result if exponent < 0 else result


def function(name: str, argument: Dual) -> Dual:
    """Return mpmath's function of that name, with a derivative that mpmath finds in numbers."""
    at = many_digits(argument.value)
    if isinstance(at, mpmath.mpc):
        raise ZeroDivisionError("a function of a logarithm of a negative number")
    of = OWN.get(name) or getattr(mpmath, name)
    if name == "log" and at <= 0:
        raise ZeroDivisionError("a logarithm of a number that is not positive")
    if isinstance(of(at), mpmath.mpc):
        raise ZeroDivisionError(f"{name} of a number for which it has no value")
    return Dual(of(at), slope_of(of, at) * many_digits(argument.slope))


@cache
def slope_of(function: Callable, at: Any) -> Any:
    """Return a derivative, which mpmath finds in numbers."""
    return mpmath.diff(function, at)


def evaluate(formula: Expr, values: dict[str, Any]) -> Any:
    """Return value and slope of a formula: a Dual for a scalar, rows of them for a matrix; `values`
    are by name."""
    def of(part: Expr) -> Any:
        return evaluate(part, values)

    def size(dimension: Expr) -> int:
        return int(dimension.subs({symbol: values[symbol.name]
                                   for symbol in dimension.free_symbols}))

    def exponent(number: Expr) -> Expr:
        known = {symbol: values[symbol.name] for symbol in number.free_symbols}
        return number.subs({symbol: value if isinstance(value, int) else
                            sp.Rational(value.value.numerator, value.value.denominator)
                            for symbol, value in known.items()})

    match formula:
        case MatrixSymbol():
            return values[formula.name]
        case Identity():
            return unit(size(formula.rows))
        case sp.OneMatrix():
            return [[ONE] * size(formula.cols) for _ in range(size(formula.rows))]
        case HadamardPower():
            return [[power(entry, exponent(formula.exp)) for entry in row]
                    for row in of(formula.base)]
        case EntrySum():
            return total([entry for row in of(formula.arg) for entry in row])
        case DiagMatrix():
            column = of(formula.args[0])
            return [[entry if i == j else ZERO for j in range(len(column))]
                    for i, (entry,) in enumerate(column)]
        case DiagonalOf():
            return [[row[i]] for i, row in enumerate(of(formula.args[0]))]
        case ZeroMatrix():
            return [[ZERO] * size(formula.cols) for _ in range(size(formula.rows))]
        case MatAdd():
            terms = [of(term) for term in formula.args]
            return [[total(list(entries)) for entries in zip(*rows, strict=True)]
                    for rows in zip(*terms, strict=True)]
        case MatMul():
            scalar, factors = formula.as_coeff_matrices()
            result, scalar = of(factors[0]), of(scalar)
            for factor in factors[1:]:
                result = product(result, of(factor))
            return [[scalar * entry for entry in row] for row in result]
        case Transpose():
            return [list(column) for column in zip(*of(formula.arg), strict=True)]
        case Inverse() | MatPow():
            base = result = inverse(of(formula.base)) if formula.exp < 0 else of(formula.base)
            for _ in range(abs(int(formula.exp)) - 1):
                result = product(result, base)
            return result
        case Trace():
            return total([row[i] for i, row in enumerate(of(formula.arg))])
        case Determinant():
            return determinant(of(formula.arg))
        case sp.Symbol():
            value = values[formula.name]
            return value if isinstance(value, Dual) else Dual(Fraction(value))
        case sp.Rational():
            return Dual(Fraction(int(formula.p), int(formula.q)))
        case sp.Add():
            return total([of(term) for term in formula.args])
        case sp.Mul():
            result = ONE
            for factor in formula.args:
                result = result * of(factor)
            return result
        case sp.Pow():
            return power(of(formula.base), exponent(formula.exp))
        case HadamardProduct():
            factors = [of(factor) for factor in formula.args]
            return [[math.prod(numbers[1:], start=numbers[0])
                     for numbers in zip(*rows, strict=True)] for rows in zip(*factors, strict=True)]
        case Entrywise():
            return [[function(formula.name, entry) for entry in row] for row in of(formula.arg)]
        case log():
            argument = of(formula.args[0])
            if argument.value == 0:
                raise ZeroDivisionError("the logarithm of 0")
            return Dual(mpmath.log(argument.value),
                        argument.slope * (mpmath.mpf(1) / argument.value))
        case sp.Function():
            return function(type(formula).__name__, of(formula.args[0]))
        case sp.NumberSymbol():
            return Dual(mpmath.mpf(str(formula.evalf(70))))
    raise TypeError(f"{type(formula)}")


def entries(result: Any) -> list[Dual]:
    """Return all entries of a result, be it a scalar or a matrix."""
    return [result] if isinstance(result, Dual) else [entry for row in result for entry in row]


def equal(left: Expr, right: Expr, values: dict[str, Any]) -> bool:
    """Say whether two formulas have the same value at a point."""
    pairs = zip(entries(evaluate(left, values)), entries(evaluate(right, values)), strict=True)
    return all(same(a.value, b.value) for a, b in pairs)


def point(symbols: list[Expr], sizes: dict[str, int], seed: int,
          moving: str = "", positive: bool = False) -> dict[str, Any]:
    """Return random whole numbers, never 0 or ±1, for all symbols, the entries of matrices of both
    signs or positive; `moving` gets a direction as its slope too."""
    rng = random.Random(seed)

    def number(name: str, positive: bool = positive) -> Dual:
        value, slope = (Fraction(rng.choice([2, 3, 4, 5, 7, 9]) * rng.choice([-1, 1]))
                        for _ in range(2))
        return Dual(abs(value) if positive else value, slope if name == moving else Fraction(0))

    values: dict[str, Any] = dict(sizes)
    for symbol in symbols:
        if isinstance(symbol, MatrixSymbol):
            rows, columns = (int(size.subs({s: sizes[s.name] for s in size.free_symbols}))
                             for size in symbol.shape)
            values[symbol.name] = [[number(symbol.name) for _ in range(columns)]
                                   for _ in range(rows)]
        elif symbol.name not in sizes:
            values[symbol.name] = number(symbol.name, positive=True)
    return values


def has_slope(gradient: Expr, values: dict[str, Any], moving: str, slope: Any) -> bool:
    """Say whether the inner product of a gradient with the direction of `moving` is the slope."""
    pairs = zip(entries(evaluate(gradient, values)), entries(values[moving]), strict=True)
    return same(total([Dual(g.value * direction.slope) for g, direction in pairs]).value, slope)


# Random formulas
n, m, p = sp.symbols("n m p", integer=True, positive=True)
SIZES = {"n": 2, "m": 3, "p": 4}
a, b = sp.symbols("a b")
X, Y, Z = MatrixSymbol("X", n, m), MatrixSymbol("Y", m, p), MatrixSymbol("Z", p, n)
S, T, R = MatrixSymbol("S", n, n), MatrixSymbol("T", m, m), MatrixSymbol("R", p, p)
MATRICES = [X, Y, Z, S, T, R]
SYMBOLS = [*MATRICES, a, b]
FUNCTIONS = [*NUMPY, "log"]


class Formulas:
    """Random nested formulas: sums, products, multiples, transposes, inverses, powers, traces,
    determinants, logs, and with `elementwise` all operations that work on entries."""

    def __init__(self, seed: int, logarithms: bool = False, identities: bool = True,
                 elementwise: bool = False):
        self.random, self.logarithms, self.identities = random.Random(seed), logarithms, identities
        self.elementwise = elementwise

    def matrix(self, rows: Expr, columns: Expr, depth: int) -> Expr:
        kinds = ["sum", "product", "product", "product", "scale", "transpose", "letter"]
        kinds += ["inverse", "inverse", "power"] * (rows == columns)
        kinds += ["times", "times", "over", "entry power", "function", "function", "ones"
                  ] * self.elementwise
        kinds += ["diagonal", "diagonal"] * (self.elementwise and rows == columns)
        kind = self.random.choice(kinds)
        if depth <= 0 or kind == "letter":
            letters = [M for M in MATRICES if M.shape == (rows, columns)]
            letters += [M.T for M in MATRICES if M.shape == (columns, rows)]
            letters += [Identity(rows)] if rows == columns and self.identities else []
            return self.random.choice(letters)
        if kind == "product":
            inner = self.random.choice([n, m, p])
            return self.matrix(rows, inner, depth - 1) * self.matrix(inner, columns, depth - 1)
        if kind == "transpose":
            return self.matrix(columns, rows, depth - 1).T
        if kind == "ones":
            return OneMatrix(rows, columns)
        if kind == "diagonal":
            inner = self.matrix(rows, rows, depth - 1)
            return DiagMatrix(self.random.choice([DiagonalOf(inner), inner * OneMatrix(rows, 1)]))
        part = self.matrix(rows, columns, depth - 1)
        match kind:
            case "sum":
                return part + self.matrix(rows, columns, depth - 1)
            case "scale":
                return self.scalar(depth - 2) * part
            case "times":
                return HadamardProduct(part, self.matrix(rows, columns, depth - 1))
            case "over":
                below = self.matrix(rows, columns, depth - 2)
                return HadamardProduct(part, HadamardPower(below, -1))
            case "entry power":
                return HadamardPower(part, self.random.choice([2, 3, -1, -2, sp.S.Half]))
            case "function":
                return Entrywise(self.random.choice(FUNCTIONS), part)
            case "inverse":
                return Inverse(part)
        return MatPow(part, self.random.choice([2, 3, -2]))

    def scalar(self, depth: int) -> Expr:
        if depth <= 0:
            return self.random.choice([a, b, sp.Integer(2), -sp.Rational(1, 3), n, Trace(S), a + b,
                                       1 / a])
        kind, size = self.random.choice(
            ["trace"] * 3 + ["det", "sum", "times", "power", "over", "log"]
            + ["entries", "entries", "root", "function"] * self.elementwise), [n, m, p]
        if kind == "entries":
            rows, columns = self.random.choice(size), self.random.choice(size)
            return EntrySum(self.matrix(rows, columns, depth - 1))
        if kind in ("trace", "det") or (kind == "log" and not self.logarithms):
            rows = self.random.choice(size)
            return (Determinant if kind == "det" else Trace)(self.matrix(rows, rows, depth - 1))
        part = self.scalar(depth - 1)
        match kind:
            case "sum":
                return part + self.scalar(depth - 1)
            case "times":
                return part * self.scalar(depth - 1)
            case "power":
                return part ** self.random.choice([2, 3, -1, -2, n])
            case "over":
                return part / self.scalar(depth - 1)
            case "root":
                return sp.sqrt(part)
            case "function":
                return SPELLED[self.random.choice(FUNCTIONS)](part)
        return log(part)


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Stop what takes longer, where the operating system has an alarm."""
    def stop(*_: object) -> None:
        raise TimeoutError(f"no answer within {seconds} s")

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def is_finite(formula: Expr) -> bool:
    return not formula.has(sp.zoo, sp.nan, sp.oo, sp.I)


def terms(expression: Expr) -> object:
    """Return what is written, without the order of the terms of sums."""
    if isinstance(expression, MatAdd | sp.Add):
        return frozenset(Counter(map(terms, expression.args)).items())
    return (type(expression), *map(terms, expression.args)) if expression.args else expression
