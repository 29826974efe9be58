"""Random formulas of all operations derive, and their gradients are those of autograd."""

import random
from functools import reduce
from operator import add, matmul, mul
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
import sympy as sp
from sympy import Determinant, Expr, Identity, Inverse, MatrixSymbol, OneMatrix, Trace, Transpose
from sympy.matrices.expressions import HadamardPower, HadamardProduct, MatAdd, MatMul, MatPow
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf

from lvmcalc.calculus.functions import absolute, diagonal, relu, sigmoid, softplus
from lvmcalc.chain import derive
from lvmcalc.notation.entrywise import EntrySum, Entrywise

n, m = sp.symbols("n m", integer=True, positive=True)
SIZES = {"n": 3, "m": 2}
LETTERS = [MatrixSymbol("X", n, m), MatrixSymbol("Y", n, m), MatrixSymbol("S", n, n),
           MatrixSymbol("v", n, 1), MatrixSymbol("w", m, 1)]
a, b = sp.symbols("a b", positive=True)
FUNCTIONS = {"tanh": anp.tanh, "sigmoid": lambda x: 1 / (1 + anp.exp(-x)), "sin": anp.sin,
             "softplus": lambda x: anp.logaddexp(0, x), "cos": anp.cos, "exp": anp.exp,
             "relu": lambda x: anp.maximum(x, 0), "abs": anp.abs, "log": anp.log,
             "sign": anp.sign}
EVERYWHERE = [*FUNCTIONS][:-2]  # have values and a derivative, at random points


class Formulas:
    """Random scalars that have a value everywhere."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)

    def matrix(self, rows: Expr, cols: Expr, depth: int) -> Expr:
        def other(r: Expr = rows, c: Expr = cols) -> Expr:
            return self.matrix(r, c, depth - 1)

        letters = [it for it in LETTERS if it.shape == (rows, cols)]
        letters += [it.T for it in LETTERS if it.shape == (cols, rows)]
        if depth <= 0:
            return self.random.choice(letters) if letters else OneMatrix(rows, cols)
        square, inner = rows == cols != 1, self.random.choice([n, m, sp.S.One])
        kinds = ["sum", "product", "product", "times", "function", "function", "transpose", "copy",
                 "power", "quotient", "scale"] + ["diagonal", "inverse"] * square
        match self.random.choice(kinds):
            case "sum":
                return other() + self.random.choice([1, -1, 2]) * other()
            case "product":
                return other(rows, inner) * other(inner, cols)
            case "times":
                return HadamardProduct(other(), other())
            case "function":
                return Entrywise(self.random.choice(EVERYWHERE), other())
            case "transpose":
                return other(cols, rows).T
            case "copy":
                return other(rows, sp.S.One) * OneMatrix(1, cols)
            case "power":
                exponent = self.random.choice([sp.S.Half, sp.Integer(-1), sp.Rational(3, 2)])
                return HadamardPower(Entrywise("softplus", other()), exponent)
            case "quotient":
                return HadamardProduct(other(), HadamardPower(Entrywise("exp", other()), -1))
            case "diagonal":
                return diagonal(diagonal(other()) + other(rows, sp.S.One))
            case "inverse":
                part = other()
                return Inverse(part * part.T + Identity(rows))
        return self.scalar(depth - 2) * other()

    def scalar(self, depth: int) -> Expr:
        if depth <= 0:
            return self.random.choice([a, b, sp.Integer(2), a + b, 1 / a, sp.sqrt(a)])
        size, part = self.random.choice([n, m]), self.matrix(n, m, depth - 1)
        match self.random.choice(["sum", "trace", "norm", "inner", "over", "function", "log det"]):
            case "sum":
                return EntrySum(part)
            case "trace":
                return Trace(self.matrix(size, size, depth - 1))
            case "norm":
                return sp.sqrt(1 + Trace(part.T * part))
            case "inner":
                return Trace(part.T * self.matrix(n, m, depth - 1)) / 2
            case "over":
                return self.scalar(depth - 1) / (1 + self.scalar(depth - 1) ** 2)
            case "function":
                of = self.random.choice([sp.tanh, sigmoid, softplus, sp.sin, relu, absolute])
                return of(self.scalar(depth - 1))
        return sp.log(Determinant(part * part.T + Identity(n)))


def value(part: Expr, at: dict[str, Any]) -> Any:
    """Return the value of a formula, in NumPy as autograd has it."""
    def of(inner: Expr) -> Any:
        return value(inner, at)

    match part:
        case MatrixSymbol() | sp.Symbol():
            return at[part.name]
        case Identity():
            return anp.eye(int(of(part.rows)))
        case sp.ZeroMatrix():
            return anp.zeros([int(of(size)) for size in part.shape])
        case OneMatrix():
            return anp.ones([int(of(size)) for size in part.shape])
        case MatMul():
            scalar, factors = part.as_coeff_matrices()
            return of(scalar) * reduce(matmul, map(of, factors))
        case MatAdd() | sp.Add():
            return reduce(add, map(of, part.args))
        case HadamardProduct() | sp.Mul():
            return reduce(mul, map(of, part.args))
        case Inverse():
            return anp.linalg.inv(of(part.arg))
        case MatPow():
            base = of(part.base) if part.exp > 0 else anp.linalg.inv(of(part.base))
            return reduce(matmul, [base] * abs(int(part.exp)))
        case HadamardPower() | sp.Pow():
            return of(part.base) ** float(part.exp)
        case Transpose():
            return of(part.arg).T
        case DiagMatrix():
            return anp.diag(of(part.args[0])[:, 0])
        case DiagonalOf():
            return anp.diag(of(part.args[0]))[:, None]
        case EntrySum():
            return anp.sum(of(part.arg))
        case Trace():
            return anp.trace(of(part.arg))
        case sp.log(args=(Determinant() as inner,)):
            return anp.linalg.slogdet(of(inner.arg))[1]
        case Determinant():
            return anp.linalg.det(of(part.arg))
        case Entrywise():
            return FUNCTIONS[part.name](of(part.arg))
        case sp.Function():
            return FUNCTIONS[type(part).__name__](of(part.args[0]))
    assert part.is_number, type(part)
    return float(part)


def slope(formula: Expr, leaves: dict[str, Any], name: str) -> Any:
    return autograd.grad(lambda x: value(formula, {**SIZES, **leaves, name: x}))(leaves[name])


@pytest.mark.parametrize("block", range(2))
def test_the_gradients_of_random_formulas_are_those_of_autograd(block: int) -> None:
    tried = 0
    for seed in range(40 * block, 40 * block + 40):
        formula = sp.sympify(Formulas(seed).scalar(4))
        letters = [it for it in (*LETTERS, a, b) if it in formula.free_symbols]
        told = {size for it in letters if it.is_Matrix for size in it.shape}
        if ({n, m} & formula.free_symbols) - told or not told:
            continue  # a size that no letter tells
        chain, rng = derive(formula), np.random.default_rng(seed)
        leaves = {name: 0.7 * rng.standard_normal([int(it.xreplace({n: 3, m: 2}))
                                                   for it in leaf.shape])
                  if leaf.shape else rng.uniform(0.5, 1.5) for name, leaf in chain.leaves.items()}
        try:
            found = chain.run(**leaves)
        except ArithmeticError:  # a matrix too close to a singular one
            continue
        for name in leaves:
            expected = slope(formula, leaves, name)
            np.testing.assert_allclose(found.adjoints[name], expected, rtol=1e-8, atol=1e-10 * (
                1 + np.abs(expected).max()), err_msg=f"{seed}: {formula}")
        tried += 1
    assert tried > 30
