"""How sums of words are written: brackets, what stands in front of them and behind, and in which
order."""

import pytest
import sympy as sp
from oracle import terms
from sympy import Expr, Identity, Inverse, MatrixSymbol, Trace, log
from sympy.matrices.expressions import MatAdd, MatMul, ZeroMatrix
from tables import over

from lvmcalc.calculus.page_form_writer import (
    OutputForm,
    Term,
    Terms,
    factored,
    in_order,
    product_of,
)

n, m = sp.symbols("n m", integer=True, positive=True)
A, B, C, K = (MatrixSymbol(name, n, n) for name in "ABCK")
X, Y, M = MatrixSymbol("X", n, m), MatrixSymbol("Y", n, m), MatrixSymbol("M", m, m)
a, b, c = sp.symbols("a b c")
ONE, K_, M_ = sp.S.One, Inverse(K), Inverse(M)
POLYS = {
    "nothing": ({}, (n, m), ZeroMatrix(n, m)),
    "a letter": ({(X,): ONE}, (n, m), X),
    "a word": ({(A, X): ONE}, (n, m), MatMul(A, X)),
    "no letters": ({(): a}, (n, n), MatMul(a, Identity(n))),
    "a factor": ({(A, X): -2 * a}, (n, m), MatMul(-2 * a, A, X)),
    "a factor that is a sum": ({(X,): a * b + a * c}, (n, m), MatMul(a * (b + c), X)),
    "a sum": ({(X,): ONE, (A, Y): 2 * ONE}, (n, m), MatAdd(X, MatMul(2, A, Y))),
    "a common ending without an inverse": ({(A, X): ONE, (B, X): ONE}, (n, m),
                                           MatAdd(MatMul(A, X), MatMul(B, X))),
    "a common inverse": ({(A, K_): ONE, (B, K_): ONE}, (n, n), MatMul(MatAdd(A, B), K_)),
    "behind what differs, nothing is common": (
        {(A, B, K_): ONE, (A, C, K_): ONE}, (n, n), MatMul(MatAdd(MatMul(A, B), MatMul(A, C)), K_)),
    "three words, of which two end alike": (
        {(A, K_): ONE, (B, K_): ONE, (C, A): ONE}, (n, n),
        MatAdd(MatMul(A, K_), MatMul(B, K_), MatMul(C, A))),
    "one word is all that is common": (
        {(K_, X): ONE, (A, K_, X): ONE}, (n, m), MatMul(MatAdd(A, Identity(n)), K_, X)),
    "an identity with a factor, before letters that are not square": (
        {(A, X, M_): 2 * a, (X, M_): 3 * a}, (n, m),
        MatMul(a, MatAdd(MatMul(2, A), MatMul(3, Identity(n))), X, M_)),
    "letters of other sizes behind": ({(K_, X, X.T): ONE, (A, K_, X, X.T): ONE}, (n, n),
                                      MatMul(MatAdd(A, Identity(n)), K_, X, X.T)),
    "a minus in front": ({(A, K_): -ONE, (B, K_): -b}, (n, n),
                         MatMul(-1, MatAdd(A, MatMul(b, B)), K_)),
    "a minus inside": ({(A,): ONE, (B,): -ONE}, (n, n), MatAdd(A, MatMul(-1, B))),
    "fractions": ({(A, K_): 1 / (a * b), (B, K_): c / a}, (n, n),
                  MatMul(1 / a, MatAdd(MatMul(1 / b, A), MatMul(c, B)), K_)),
    "a factor of a sum": ({(A,): a * b + a * c, (B,): a}, (n, n),
                          MatMul(a, MatAdd(MatMul(b + c, A), B))),
    "numbers": ({(A,): 6 * ONE, (B,): 4 * a}, (n, n),
                MatMul(2, MatAdd(MatMul(3, A), MatMul(2 * a, B)))),
}


@over(("poly", "shape", "written"), POLYS.values())
def test_a_sum_of_words_is_written_with_what_is_common_outside_of_a_bracket(
        poly: Terms, shape: tuple, written: Expr) -> None:
    found = OutputForm(collect=True).expression(poly, shape)
    assert terms(found) == terms(written)
    assert found.shape == shape


def test_only_the_common_factor_is_collected_if_no_inverse_is_to_be() -> None:
    written = OutputForm(collect=False).expression({(A, K_): 2 * ONE, (B, K_): 4 * ONE}, (n, n))
    assert terms(written) == terms(MatMul(2, MatAdd(MatMul(A, K_), MatMul(2, B, K_))))


def test_terms_stand_in_the_order_of_the_alphabet_and_brackets_come_first() -> None:
    words = [(C,), (MatMul(MatAdd(K, C), A),), (A, B), (A,)]
    written = OutputForm(collect=True).sum(dict.fromkeys(words, ONE), n)
    assert [str(term) for term in written.args] == ["(C + K)*A", "A", "A*B", "C"]
    assert in_order(a) == "a"
    assert sorted([b, b * c, a], key=in_order) == [a, b, b * c]


@pytest.mark.parametrize(("word", "product"), [
    ((), Identity(n)), ((A,), A), ((A, X), MatMul(A, X)), ((A, B, C), MatMul(A, B, C))], ids=str)
def test_letters_are_joined_to_their_product(word: Term, product: Expr) -> None:
    assert product_of(word, n) == product


@over(("coefficients", "common"), [
    ([ONE, a], ONE), ([6 * ONE, 4 * a], 2), ([a * b, a * c], a), ([1 / a, 1 / (a * b)], 1 / a),
    ([a, b / c], ONE),
    ([a / b, a * c / b**2], a / b), ([-a, -a * b], -a), ([-a, a * b], a), ([-ONE, -ONE / 2], -ONE),
    ([-2 / a, (-b - 1) / a], -1 / a), ([-2 * a - 2 * b, -4 * a - 4 * b], -2 * (a + b))])
def test_what_all_coefficients_share_divides_them_and_takes_their_minus_along(
        coefficients: list[Expr], common: Expr) -> None:
    assert sp.expand(factored(dict(enumerate(coefficients)))[0] - common) == 0


def test_a_symbol_that_stands_for_a_scalar_is_written_out_also_inside_another() -> None:
    writing, (one, two) = OutputForm(collect=True), sp.symbols("one two")
    writing.scalars = {one: Trace(A), two: log(one + b)}
    assert writing.written_out(two * a + one) == a * log(Trace(A) + b) + Trace(A)
    assert writing.expression({(X,): two}, (n, m)) == MatMul(log(Trace(A) + b), X)
