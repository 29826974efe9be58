"""What is let in, under which names and shapes, and with which words the rest is turned away."""

from functools import reduce

import pytest
import sympy as sp
from sympy import (
    Determinant,
    Dummy,
    Expr,
    Identity,
    Inverse,
    MatrixSymbol,
    Rational,
    Symbol,
    Trace,
    log,
)
from sympy.matrices.expressions import HadamardProduct, MatAdd, MatMul, MatPow, ZeroMatrix
from tables import over

from lvmcalc.calculus.errors import TooLarge, UnsupportedExpression
from lvmcalc.calculus.expression_checks import by_name, check_shapes, dimensions
from lvmcalc.checks import CannotBeFormed

n, m, k = sp.symbols("n m k", integer=True, positive=True)
A, X, Y = MatrixSymbol("A", n, n), MatrixSymbol("X", n, m), MatrixSymbol("Y", m, n)
# C is square, written in two ways
B, C = MatrixSymbol("B", n + 1, n), MatrixSymbol("C", n * (m + 1), n * m + n)
a, b = sp.symbols("a b")


def nested(times: int) -> Expr:
    return reduce(lambda inner, _: log(inner), range(times), a)


def test_symbols_are_told_apart_by_name_and_those_of_sizes_are_positive_integers() -> None:
    plain = Symbol("n")
    given = (Trace(MatrixSymbol("A", plain, plain)) + Symbol("a", real=True)
             + Symbol("k", integer=True),
             a * Trace(A) + plain + Symbol("l", negative=True), Trace(Identity(Symbol("m"))),
             Symbol("m", real=True))
    assert by_name(*given) == [Trace(A) + a + k, a * Trace(A) + n + Symbol("l"), Trace(Identity(m)),
                               m]


def test_decimals_are_the_fractions_that_their_digits_stand_for() -> None:
    assert by_name(sp.Float("0.1") * a,
                   sp.Float("0.70710678118654752")) == [a / 10, Rational("0.70710678118654752")]


TERMS = sp.symbols("x:4000")


def test_4000_parts_and_60_levels_are_let_in_and_more_are_not() -> None:
    # the sum itself is one part
    assert len(by_name(a, sp.Add(*TERMS[:3999]), sp.Add(*map(log, TERMS[:1999])))) == 3
    assert len(by_name(a, nested(59))) == 2
    for giant, what in ((sp.Add(*TERMS), "an expression of more than 4,000 parts"),
                        (nested(60), "an expression nested more than 60 deep")):
        with pytest.raises(TooLarge) as caught:
            by_name(a, giant)
        assert str(caught.value) == f"The calculus stops here, because {what} would take too long."


@pytest.mark.parametrize(("expressions", "kind", "sentence"), [
    ((Trace(A), MatrixSymbol("A", n, m)), ValueError, "A is used with two shapes, (n, m) and (n, "
                                                      "n)."),
    ((Trace(A) * Symbol("A"),), ValueError, "A is used both as a matrix and as a scalar."),
    ((Symbol("q", commutative=False) * a,), UnsupportedExpression,
     "The calculus does not know the scalar q, which does not commute; the rule book lists what it "
     "knows."),
    ((a, Dummy("d") + 1), UnsupportedExpression,
     "The calculus does not know the scalar _d, which is a Dummy, of which two may have one name; "
     "the rule book lists what it knows."),
], ids=str)
def test_what_is_no_clear_name_is_refused(expressions: tuple, kind: type, sentence: str) -> None:
    with pytest.raises(kind) as caught:
        by_name(*expressions)
    assert str(caught.value) == sentence


def test_the_variable_of_a_sum_may_be_a_dummy() -> None:
    assert by_name(sp.Sum(a, (Dummy("i"), 1, n)))


def test_the_name_of_an_operation_is_one_line() -> None:
    assert str(UnsupportedExpression("two\n  lines")).startswith("The calculus does not know two "
                                                                 "lines; the rule book")


def test_the_dimensions_are_all_numbers_of_rows_and_columns() -> None:
    assert dimensions(MatMul(A, X), Trace(Identity(k)) + a * 7) == {n, m, k}
    assert dimensions(ZeroMatrix(2 * n, 3)) == {2 * n, 3}
    assert dimensions(MatrixSymbol("B", k, 5)) == {k, 5}
    assert dimensions(a + b) == set()


FITTING = [MatMul(2 * a, X, Y, A), MatAdd(A, MatMul(X, Y), A), HadamardProduct(X, Y.T, X),
           Inverse(MatMul(X, Y)),
           Trace(A), Determinant(MatMul(Y, X)), MatPow(A, 3), MatMul(C, C), MatAdd(C, C.T),
           HadamardProduct(C.T, C), Inverse(C)]
UNFITTING = [
    (MatMul(2 * a, X, X), "the product of X (n×m) and X (n×m) cannot be formed: m columns meet n "
                          "rows"),
    (a * Trace(MatMul(X, Y, Y)), "the product of Y (m×n) and Y (m×n) cannot be formed: n columns "
                                 "meet m rows"),
    (MatMul(B, B), "the product of B ((n + 1)×n) and B ((n + 1)×n) cannot be formed: n columns "
                   "meet n + 1 rows"),
    (MatAdd(X, A), "the sum of X (n×m) and A (n×n) cannot be formed: their shapes differ"),
    (MatAdd(A, A, Y), "the sum of A (n×n) and Y (m×n) cannot be formed: their shapes differ"),
    # a product that cannot be formed has no shape that a sum could blame
    (MatAdd(A, MatMul(X, X)), "the product of X (n×m) and X (n×m) cannot be formed: m columns meet "
                              "n rows"),
    (HadamardProduct(X, A), "the elementwise product of X (n×m) and A (n×n) cannot be formed: "
                            "their shapes differ"),
    (HadamardProduct(A, A, Y), "the elementwise product of A (n×n) and Y (m×n) cannot be formed: "
                               "their shapes differ"),
    (HadamardProduct(A, Y), "the elementwise product of A (n×n) and Y (m×n) cannot be formed: "
                            "their shapes differ"),
    (Inverse(X), "the inverse of X (n×m) cannot be formed: it is not square"),
    (MatPow(X, 2), "the power of X (n×m) cannot be formed: it is not square; .^2 is the power of "
     "every entry"),
    (Trace(B), "the trace of B ((n + 1)×n) cannot be formed: it is not square"),
    (Determinant(B.T), "the determinant of Bᵀ (n×(n + 1)) cannot be formed: it is not square"),
]


@over("expression", FITTING)
def test_shapes_that_fit_for_every_size_are_let_in(expression: Expr) -> None:
    check_shapes(expression)
    assert by_name(expression)


@over(("expression", "sentence"), UNFITTING)
def test_shapes_that_do_not_fit_are_named(expression: Expr, sentence: str) -> None:
    for check in (check_shapes, by_name):
        with pytest.raises(CannotBeFormed) as caught:
            check(expression)
        assert str(caught.value) == sentence
