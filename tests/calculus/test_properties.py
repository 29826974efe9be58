"""Properties of the calculus, on random formulas that hypothesis makes and, where one fails, makes
small.

The grammar is the oracle's: all operations, and matrices of all-different sizes, 1 among them. The
oracle is the judge too: dual numbers over fractions, with 60 digits where a logarithm occurs.
"""

from functools import reduce
from operator import add, mul
from typing import Any

import oracle
import sympy as sp
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from oracle import SYMBOLS, S, X, n, p
from sympy import Determinant, Expr, Identity, Inverse, MatrixSymbol, Trace, Transpose
from sympy.matrices.exceptions import NonInvertibleMatrixError
from sympy.matrices.expressions import MatAdd, MatMul

from lvmcalc.calculus.comparison import compare
from lvmcalc.calculus.differentials import gradient

REPEATABLE = {"derandomize": True, "deadline": None, "database": None,
              "suppress_health_check": [*HealthCheck]}
choices = st.randoms(use_true_random=False)
points = st.tuples(st.permutations([1, 2,
                                    3]).map(lambda order: dict(zip("nmp", order, strict=True))),
                   st.integers(0, 2**16))


@st.composite
def formulas(draw, depth: int, logarithms: bool, matrices: bool,
             elementwise: bool = False) -> Expr:
    grammar = oracle.Formulas(0, logarithms, elementwise=elementwise)
    grammar.random = draw(choices)
    try:
        formula = (grammar.matrix(n, p, depth) if matrices and draw(st.booleans())
                   else grammar.scalar(depth))
    except (TypeError, NonInvertibleMatrixError):  # SymPy, while it forms one in 5,000 of them
        assume(False)
    assume(oracle.is_finite(formula) and formula.atoms(MatrixSymbol))
    return formula


def where_there_is_one(compute: Any, *arguments: Any) -> Any:
    """Return a value, or drop the example: a matrix to be inverted is singular, or 0 has no
    logarithm."""
    try:
        return compute(*arguments)
    except ZeroDivisionError:
        assume(False)


def assert_the_gradient_has_the_slope(formula: Expr, point: tuple, data: Any) -> None:
    variable = data.draw(st.sampled_from([symbol for symbol in SYMBOLS
                                          if symbol in formula.free_symbols]))
    values = oracle.point(SYMBOLS, *point, variable.name)
    slope = where_there_is_one(oracle.evaluate, formula, values).slope
    found = gradient(formula, variable)
    assert where_there_is_one(oracle.has_slope, found, values, variable.name, slope)


@settings(max_examples=60, **REPEATABLE)
@given(formulas(5, logarithms=True, matrices=False), points, st.data())
def test_the_gradient_has_the_exact_slope_along_a_random_direction(formula, point, data) -> None:
    assert_the_gradient_has_the_slope(formula, point, data)


@settings(max_examples=60, **REPEATABLE)
@given(formulas(4, logarithms=False, matrices=False, elementwise=True), points, st.data())
def test_the_gradient_of_elementwise_operations_has_the_slope(formula, point, data) -> None:
    assert_the_gradient_has_the_slope(formula, point, data)


@settings(max_examples=60, **REPEATABLE)
@given(formulas(3, logarithms=False, matrices=True, elementwise=True),
       formulas(3, logarithms=False, matrices=True, elementwise=True), points)
def test_what_is_proved_of_elementwise_operations_is_true_and_what_is_refuted_is_false(
        one, other, point) -> None:
    assume(getattr(one, "shape", ()) == getattr(other, "shape", ()))
    turned = other.T.T if other.is_Matrix else other
    for left, right in ((one, other), (one + other, turned + one)):
        verdict = compare(left, right)
        values = oracle.point(SYMBOLS, *point)
        equal = where_there_is_one(oracle.equal, left, right, values)
        assert not (verdict.status == "proved" and not equal)
        assert not (verdict.status == "refuted" and left != one)


@settings(max_examples=60, **REPEATABLE)
@given(formulas(4, logarithms=True, matrices=False), points)
def test_among_symmetric_matrices_the_gradient_is_symmetric_and_has_the_slope_along_one(
        formula, point) -> None:
    formula = formula * Trace(S * X * X.T)  # S occurs, beside an asymmetric matrix
    values = oracle.point(SYMBOLS, *point, "S")
    values["S"] = [[values["S"][min(i, j)][max(i, j)] for j in range(point[0]["n"])]
                   for i in range(point[0]["n"])]
    slope = where_there_is_one(oracle.evaluate, formula, values).slope
    found = gradient(formula, S, symmetric="S")
    assert where_there_is_one(oracle.has_slope, found, values, "S", slope)
    assert where_there_is_one(oracle.equal, found, found.T, values)


def rewritten(formula: Expr, rng: Any) -> Expr:
    """Return the formula in other words: the transpose inside a trace, a product turned round, a
    bracket opened."""
    if not formula.args or isinstance(formula, MatrixSymbol | Identity):
        return formula
    parts = [rewritten(part, rng) if isinstance(part, Expr) else part for part in formula.args]
    match formula:
        case Trace() | Determinant() if rng.random() < 0.4:
            return formula.func(parts[0].T)
        case Trace() if isinstance(parts[0], MatMul):
            scalar, factors = parts[0].as_coeff_matrices()
            return scalar * Trace(reduce(mul, factors[1:] + factors[:1]))
        case Transpose() if isinstance(parts[0], MatMul):
            scalar, factors = parts[0].as_coeff_matrices()
            return scalar * reduce(mul, [factor.T for factor in reversed(factors)])
        case Inverse() if rng.random() < 0.4:
            return parts[0].T.I.T
        case MatMul() if isinstance(parts[-1], MatAdd):
            return reduce(add, [reduce(mul, [*parts[:-1], term]) for term in parts[-1].args])
        case MatAdd():
            return reduce(add, reversed(parts))
    return formula.func(*parts)


def spoilt(formula: Expr, rng: Any) -> Expr:
    """Return the formula with a sign, a factor 2 or a transpose wrong in one place."""
    place = rng.choice([part for part in sp.preorder_traversal(formula)
                        if isinstance(part, MatrixSymbol | Trace)])
    square = getattr(place, "shape", (0, 1))[0] == getattr(place, "shape", (0, 1))[1]
    wrong = rng.choice([-place, 2 * place, place.T] if square else [-place, 2 * place])
    return formula.xreplace({place: wrong})


@settings(max_examples=60, **REPEATABLE)
@given(formulas(4, logarithms=True, matrices=True), choices)
def test_a_formula_in_other_words_is_found_to_be_the_same(formula, rng) -> None:
    other = rewritten(formula, rng)
    assume(oracle.is_finite(other))
    assert compare(formula, other).holds


@settings(max_examples=60, **REPEATABLE)
@given(formulas(3, logarithms=False, matrices=True), choices, points)
def test_a_broken_formula_is_never_called_right_and_a_counterexample_is_one(
    formula, rng, point) -> None:
    wrong = spoilt(formula, rng)
    assume(oracle.is_finite(wrong))
    verdict = compare(formula, wrong)
    if verdict.status == "refuted":
        assert not oracle.equal(formula, wrong, as_duals(verdict.counterexample.values))
    elif verdict.holds:  # then the break did not matter
        assert where_there_is_one(oracle.equal, formula, wrong, oracle.point(SYMBOLS, *point))


def as_duals(values: dict[str, Expr]) -> dict[str, Any]:
    """Return the values of a counterexample as the oracle has them."""
    def dual(number: Expr) -> oracle.Dual:
        return oracle.Dual(oracle.Fraction(int(number.p), int(number.q)))

    return {name: [[dual(entry) for entry in row] for row in value.tolist()] if value.is_Matrix else
            int(value) if name in oracle.SIZES else dual(value) for name, value in values.items()}
