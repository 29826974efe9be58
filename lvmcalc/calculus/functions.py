"""Functions of one number, and how they act on a matrix entry by entry."""

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
from sympy import DiagMatrix, Expr, HadamardPower, HadamardProduct, MatAdd, MatMul, Symbol
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from lvmcalc.calculus.errors import OutsideDomain, UnsupportedExpression
from lvmcalc.calculus.expression_tools import joined, parts_of
from lvmcalc.notation.entrywise import Entrywise

# SymPy takes a number out of 2A or 2A + B as if the matrices were numbers, and fails
MatMul.as_content_primitive = MatAdd.as_content_primitive = (
    lambda self, radical=False, clear=True: (sp.S.One, self))

SPELLED: dict[str, Callable[..., Expr]] = {}  # functions by their names in answers and formulas
NUMPY: dict[str, Callable[[Any], Any]] = {}  # how NumPy computes them, by the same names


class sigmoid(sp.Function):
    """The logistic function 1/(1 + exp(−a))."""


class softplus(sp.Function):
    """The smooth ramp log(1 + exp(a))."""


class relu(sp.Function):
    """The ramp max(a, 0)."""


class sign(sp.Function):
    """The sign of a number: −1, 0 or 1."""


absolute = type("abs", (sp.Function,), {"__doc__": "The absolute value of a number."})

a = Symbol("a")  # the argument of every function
DEFINED: dict[str, Expr] = {}  # definitions of functions that SymPy lacks
KINKED: set[str] = set()  # functions without a derivative at 0
DECIMAL: dict[str, Callable | None] = {}  # many digits, where mpmath has no function of that name


# NumPy's own forms lose digits, overflow, or know no complex step.
def log_of(x: Any) -> Any:
    """Return log x for an array of numbers with positive real parts."""
    if not np.all(np.real(x) > 0):
        raise OutsideDomain("a logarithm of a number that is not positive")
    return np.log(x)


def sigmoid_of(x: Any) -> Any:
    """Return σ(x) for an array of real or complex numbers."""
    return (1 + np.tanh(x / 2)) / 2


def softplus_of(x: Any) -> Any:
    """Return log(1 + exp(x)) for an array of real or complex numbers."""
    upper = np.real(x) > 0
    return np.where(upper, x, 0) + np.log1p(np.exp(np.where(upper, -x, x)))


def sign_of(x: Any) -> Any:
    """Return the sign of the real parts."""
    return np.sign(np.real(x))


def entry_by_entry(body: Expr, x: Symbol, matrix: Expr) -> Expr:
    """Return a scalar expression in x as a matrix expression, with every entry of a matrix for x.

    Products become elementwise products, and a number becomes a multiple of the matrix of ones.
    """
    def of(part: Expr) -> Expr:
        return entry_by_entry(part, x, matrix)

    match body:
        case _ if body == x:
            return matrix
        case _ if x not in body.free_symbols:
            return body * sp.OneMatrix(*matrix.shape)
        case sp.Add():
            return MatAdd(*map(of, body.args))
        case sp.Mul():
            numbers, moving = body.as_independent(x, as_Add=False)
            factors = [of(factor) for factor in sp.Mul.make_args(moving)]
            product = joined(HadamardProduct, factors)
            return product if numbers == 1 else numbers * product
        case sp.Pow() if x not in body.exp.free_symbols and body.exp.is_real:
            return HadamardPower(of(body.base), body.exp)
        case sp.Function():
            return Entrywise(type(body).__name__, of(body.args[0]))
    raise UnsupportedExpression(f"{type(body).__name__} entry by entry")


def written_out(formula: Expr) -> Expr:
    """Return a formula of numbers by functions that SymPy has, and sign."""
    while found := {part: DEFINED[type(part).__name__].xreplace({a: part.args[0]})
                    for part in formula.atoms(sp.Function) if type(part).__name__ in DEFINED}:
        formula = formula.xreplace(found)
    return formula


def without_lambdas(expression: Expr) -> Expr:
    """Return an expression with SymPy's `applyfunc` written as known operations."""
    found = {part: entry_by_entry(part.function.expr, part.function.variables[0],
                                  without_lambdas(part.expr))
             for part in parts_of(expression) if isinstance(part, ElementwiseApplyFunction)}
    return expression.xreplace(found) if found else expression


def diagonal(matrix: Expr) -> Expr:
    """Return diag(v), a matrix, of a vector v, and the vector diag(A) of a square matrix A."""
    if matrix.cols == 1:
        return DiagMatrix(matrix)
    return DiagMatrix(matrix.T) if matrix.rows == 1 else sp.DiagonalOf(matrix)


def kinks_in(*expressions: Expr) -> list[str]:
    """Return the names of the functions in some expressions that have no derivative at 0."""
    parts = (part for each in expressions for part in each.atoms(Entrywise, sp.Function))
    return sorted({getattr(part, "name", type(part).__name__) for part in parts} & KINKED)
