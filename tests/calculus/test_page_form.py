"""The page form case by case: sums, products, inverses, traces and determinants."""

import pytest
import sympy as sp
from oracle import terms
from sympy import Determinant, Expr, Identity, Inverse, MatrixSymbol, Symbol, Trace, Transpose, log
from sympy.matrices.expressions import MatAdd, MatMul, MatPow, ZeroMatrix
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf
from tables import over

from lvmcalc.calculus.errors import TooLarge, UnsupportedExpression
from lvmcalc.calculus.page_form import PageForm, tidy
from lvmcalc.calculus.scalars import is_zero, terms_in

n, m = sp.symbols("n m", integer=True, positive=True)
A, B, C = (MatrixSymbol(name, n, n) for name in "ABC")
X, Y = MatrixSymbol("X", n, m), MatrixSymbol("Y", n, m)
v = MatrixSymbol("v", n, 1)
a, b, c, d = sp.symbols("a b c d")
K = a * X * X.T + Identity(n) / b
ONE, TWO, HALF = sp.S.One, sp.Integer(2), sp.S.Half
A_, B_, C_ = Inverse(A), Inverse(B), Inverse(C)


@over(("expression", "words"), [
    (A, {(A,): ONE}), (Identity(n), {(): ONE}), (ZeroMatrix(n, n), {}),
    (A + B + A, {(A,): TWO, (B,): ONE}),
    (A + B - A, {(B,): ONE}), (2 * A * B, {(A, B): TWO}), (a * (A + B) * C, {(A, C): a, (B, C): a}),
    (-A * (A + 2 * B), {(A, A): -ONE, (A, B): -TWO}),
    ((A + b * Identity(n)) * (A - b * Identity(n)),
                                   {(A, A): ONE, (): -b**2}),
    ((A * X).T, {(Transpose(X), Transpose(A)): ONE}), (X.T.T, {(X,): ONE}),
    (MatPow(A, 3), {(A, A, A): ONE}), (MatPow(A, 0), {(): ONE}), (MatPow(A, 1), {(A,): ONE}),
    (MatPow(A * (B + C) - A * B - A * C, 0), {(): ONE}),
    (MatPow(A, -1), {(A_,): ONE}), (MatPow(A, -2), {(A_, A_): ONE}),
    (MatPow(A, 24), {(A,) * 24: ONE}),
    (Inverse(MatMul(A, B)), {(B_, A_): ONE}), (Inverse(2 * A), {(A_,): HALF}),
    (Inverse(A.T), {(Transpose(A_),): ONE}),
    (MatMul(A, A_), {(): ONE}), (MatMul(B, A_, A, B), {(B, B): ONE}),
    (MatMul(A, B, B_, A_), {(): ONE}),
    (MatMul(C, A.T, Transpose(A_), B), {(C, B): ONE}), (MatMul(A_, B, A), {(A_, B, A): ONE}),
    (MatMul(Inverse(2 * X * X.T), X, X.T), {(): HALF}),
    (MatMul(A_, C, B, B_), {(A_, C): ONE}), (MatMul(A_, B_, B), {(A_,): ONE}),
    (MatMul(A, X, X.T), {(A, X, X.T): ONE}),
    (Inverse(Inverse(A)), {(A,): ONE}), (Inverse(Inverse(A + B)), {(A,): ONE, (B,): ONE})])
def test_a_matrix_is_a_sum_of_words(expression: Expr, words: dict) -> None:
    assert PageForm().matrix(expression) == words


def test_a_multiple_has_multiplied_coefficients() -> None:
    words = {(A,): TWO, (B,): a}
    assert PageForm().scaled(b, words) == {(A,): 2 * b, (B,): a * b}
    assert PageForm().scaled(ONE, words) == words
    assert PageForm().scaled(-ONE, words) == {(A,): -TWO, (B,): -a}
    assert PageForm().scaled(sp.S.Zero, words) == {}


def test_the_transpose_of_a_symmetric_letter_is_the_letter() -> None:
    algebra = PageForm(("A",))
    assert algebra.matrix((A * B).T) == {(Transpose(B), A): ONE}
    assert algebra.matrix(Inverse(A).T) == {(A_,): ONE}
    word, = algebra.matrix(Inverse(A + B + B.T))
    assert algebra.transposed_term(word) == word
    word, = algebra.matrix(Inverse(A + B))
    assert algebra.transposed_term(word) == (Transpose(*word),)
    assert algebra.matrix(Transpose(Inverse(2 * B + 3 * B.T))) == algebra.matrix(
        Inverse(3 * B + 2 * B.T))


@over(("left", "right", "same"), [
    (Trace(A * B * C), Trace(C * A * B), True), (Trace(A * B * C), Trace((A * B * C).T), True),
    (Trace(A * B * C), Trace(C * B * A), False), (Trace(2 * A + B), 2 * Trace(A) + Trace(B), True),
    (Trace(3 * Identity(n)), 3 * n, True), (Trace(ZeroMatrix(n, n)), sp.S.Zero, True),
    (Determinant(2 * A), 2**n * Determinant(A), True),
    (Determinant(A * B), Determinant(B) * Determinant(A), True),
    (Determinant(A.T), Determinant(A), True), (Determinant(A_), 1 / Determinant(A), True),
    (Determinant(Inverse(A + B)), 1 / Determinant(A + B), True),
    (Determinant(A + B), Determinant(A.T + B.T), True),
    (Determinant(X * X.T), Determinant(Y * Y.T), False), (Determinant(Identity(n)), ONE, True),
    (Determinant(A - A), sp.S.Zero, True), (log(Trace(A)), log(Trace(A.T)), True),
    (log(a + b + c * d), log(a + b * c * d), False),
    (log(1 / a + 1 / b), log((a + b) / (a * b)), True),
    (Trace(A) ** 24, Trace(A.T) ** 24, True), (Trace(A) ** n, Trace(A.T) ** n, True)])
def test_scalars_are_equal_if_their_page_forms_are(left: Expr, right: Expr, same: bool) -> None:
    algebra = PageForm()
    assert is_zero(algebra.scalar(left) - algebra.scalar(right)) == same
    assert not is_zero(algebra.scalar(left) - algebra.scalar(right) + 1)


def test_the_trace_of_an_identity_is_its_number_of_rows() -> None:
    assert PageForm().scalar(Trace(X.T * X * Identity(m)) - Trace(X * X.T)
                                + Trace(Identity(m))) == m


@pytest.mark.parametrize("expression", [
    MatPow(A, 25), MatPow(A, -25), MatPow(A, n), Inverse(A - A),
    Inverse(MatMul(a * (b + c) - a * b - a * c, A))
], ids=str)
def test_what_is_no_sum_of_words_is_refused(expression: Expr) -> None:
    with pytest.raises(UnsupportedExpression):
        PageForm().matrix(expression)


@pytest.mark.parametrize("scalar", [
    Trace(A) ** 25, Trace(A) ** -25, Trace(A) ** sp.factorial(n),
    1 / (a - a * Trace(A) / Trace(A.T)), log(Trace(A) - Trace(A.T)), sp.oo, sp.nan,
    Symbol("j", extended_real=False), Symbol("i", infinite=True)], ids=str)
def test_what_is_no_scalar_of_the_calculus_is_refused(scalar: Expr) -> None:
    with pytest.raises(UnsupportedExpression):
        PageForm().scalar(scalar)


def test_the_letters_of_all_products_are_counted_and_6000_are_the_most() -> None:
    algebra = PageForm()
    algebra.matrix((A + B * C) * (A + B))
    # I by B, and B by C; I by A + BC, which has 3 letters; that by A + B: 2 words by 2 letters, and
    # 2 words by 3.
    counted = algebra.letters
    assert counted == (1 + 2) + 3 + (2 * 2 + 2 * 3)
    algebra = PageForm()
    algebra.letters = 6_000 - counted
    algebra.matrix((A + B * C) * (A + B))
    assert algebra.letters == 6_000
    algebra.letters = 6_000 - counted + 1
    with pytest.raises(TooLarge, match="more than 6,000 factors"):
        algebra.matrix((A + B * C) * (A + B))


@over(("scalar", "terms"), [
    (a, 1), (a + b, 2), (a * b, 1), ((a + b) * (a + b + c), 6), ((a + b) ** 3, 4),
    ((a + b + c) ** 2, 6),
    ((a + b) ** 2 + c, 4), ((a + b) ** -2, 1), ((a + b) ** n, 1), ((a + b) ** HALF, 1),
    (sp.S.Zero, 1),
    (sp.Pow(a + b, 1, evaluate=False), 2), (sp.Pow(a + b, 0, evaluate=False), 1)])
def test_terms_are_bounded_by_their_number_after_multiplying_out(scalar: Expr, terms: int) -> None:
    assert terms_in(scalar) == terms


def test_a_scalar_of_5000_terms_is_multiplied_out_and_one_of_5001_is_not() -> None:
    def product(left: int, right: int) -> Expr:
        return sp.Add(*sp.symbols(f"x:{left}")) * sp.Add(*sp.symbols(f"y:{right}"))

    assert terms_in(product(2, 2_500)) == 5_000
    assert not is_zero(product(2, 2_500))
    with pytest.raises(TooLarge, match="more than 5,000 terms"):
        is_zero(product(3, 1_667))
    # is one term, and needs not be multiplied out
    assert not is_zero(1 / (1 + 1 / product(3, 1_667)))


@over(("scalar", "zero"), [
    (sp.S.Zero, True), (ONE, False), (-ONE, False), (a, False), (a * (b + c) - a * b - a * c, True),
    (a - b, False),
    (1 / a - b / (a * b), True), (1 / (a * (b + c)) - 1 / (a * b + a * c), True),
    ((a + b) ** 2 - a**2 - b**2, False), (a + 1, False), (a - 1, False),
    (a / (a + b) + b / (a + b) - 1, True), ((a + b) / (c + d), False)])
def test_a_scalar_is_zero_if_its_numerator_is(scalar: Expr, zero: bool) -> None:
    assert is_zero(scalar) is zero


S = MatAdd(MatMul(A, C_), MatMul(B, C_))  # ends in an inverse
TIDY = [
    ((A + B) * C, (A + B) * C), ((A + B) * C + 0 * A, (A + B) * C), (MatMul(A_, A, X), X),
    ((A * X).T, X.T * A.T),
    ((2 * A + 2 * B) * C, MatMul(2, A + B, C)), (C * (A + B) * C, C * (A + B) * C),
    (A * Identity(n) * B, A * B),
    ((A + B) * (A + C), (A + B) * (A + C)), ((A + B) * Identity(n), A + B),
    ((A + B) * (A - A), ZeroMatrix(n, n)),
    ((A + B.T) * C, (A + B.T) * C),
    ((2 * A.T + 4 * b * B.T) * C, MatMul(2, Transpose(A + 2 * b * B), C)),
    (MatMul(2 * A + 2 * B, 3 * C), MatMul(6, A + B, C)), (a + a, 2 * a), (Trace(A.T), Trace(A)),
    (a * Trace(A) + b * Trace(A.T), (a + b) * Trace(A)),
    (1 / a + 1 / b, (a + b) / (a * b)), (a / 2 + b, a / 2 + b),
    (a + 5 * HALF, a + 5 * HALF), (Determinant(A.T + B.T), Determinant(A + B)),
    (Inverse(2 * A + 2 * B), Inverse(MatMul(2, A + B))), (S, MatMul(A + B, C_)),
    (MatMul(S, X), MatMul(A + B, C_, X)),
    (MatMul(C, 2 * A * C_ + 2 * b * B * C_, X),
     MatMul(2, MatAdd(MatMul(C, A), MatMul(b, C, B)), C_, X)),
    (MatMul(S, B, S), MatMul(A + B, C_, B, S)), (MatAdd(MatMul(2, A + B), -A), A + 2 * B),
    (MatMul(MatAdd(MatMul(a * b + a * c, A), a * B), C), MatMul(a, MatAdd(MatMul(b + c, A), B), C)),
    (Transpose(DiagonalOf(X * X.T)), Transpose(DiagonalOf(X * X.T))),  # a row, though XXᵀ = (XXᵀ)ᵀ
    (DiagMatrix(MatMul(-2 * a, v)), MatMul(-2 * a, DiagMatrix(v))),
    (DiagonalOf(A - A), ZeroMatrix(n, 1)),
]


@over(("formula", "written"), TIDY)
def test_a_tidy_formula_keeps_its_sums(formula: Expr, written: Expr) -> None:
    assert terms(tidy(formula)) == terms(written)


def test_the_words_that_end_in_an_inverse_are_written_with_one() -> None:
    algebra = PageForm()
    assert terms(algebra.expression(algebra.matrix(S), S.shape)) == terms(MatMul(A + B, C_))


@pytest.mark.parametrize("formula", [S, MatMul(C, S), MatMul(S, X), MatMul(S, B, S)], ids=str)
def test_without_collecting_an_inverse_stays_where_it_is(formula: Expr) -> None:
    assert terms(tidy(formula, collect=False)) == terms(formula)
