"""The index form: what it proves equal, in other words for every size, and what it must not.

Each identity is held against the oracle's numbers too, and each near miss is false at some point
at which both sides have a value.
"""

import oracle
import pytest
import sympy as sp
from sympy import Determinant, Expr, HadamardProduct, Identity, MatrixSymbol, OneMatrix, Trace, log
from sympy.matrices.expressions import HadamardPower
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf
from tables import over

from lvmcalc.calculus.comparison import compare
from lvmcalc.calculus.errors import TooLarge, UnsupportedExpression
from lvmcalc.calculus.functions import SPELLED
from lvmcalc.calculus.index_form import IndexForm
from lvmcalc.notation.entrywise import EntrySum, Entrywise

n, m = sp.symbols("n m", integer=True, positive=True)
a, b = sp.symbols("a b")
A, B, S, T = (MatrixSymbol(name, n, n) for name in "ABST")
X, Y, Z = (MatrixSymbol(name, n, m) for name in "XYZ")
v, w = MatrixSymbol("v", n, 1), MatrixSymbol("w", n, 1)
I, N1, M1, ONES = Identity(n), OneMatrix(n, 1), OneMatrix(m, 1), OneMatrix(n, m)
EVERY, SIZES = [A, B, S, T, X, Y, Z, v, w, a, b], {"n": 2, "m": 3}
HALF, K = sp.S.Half, a * X * X.T + I / b
exp, logs, tanh, sigmoid, softplus, relu, size, sign, sin, cos = (
    SPELLED[name] for name in ("exp", "log", "tanh", "sigmoid", "softplus", "relu", "abs", "sign",
                               "sin", "cos"))


def times(*factors: Expr) -> Expr:
    return HadamardProduct(*factors)


def power(base: Expr, exponent: object) -> Expr:
    return HadamardPower(base, exponent)


row_sums = exp(Z) * M1
softmax = times(exp(Z), power(row_sums * M1.T, -1))
squares = times(X, X) * M1
distances = squares * N1.T + N1 * squares.T - 2 * X * X.T

SAME = {
    "K⁻¹XXᵀ": (K.I * X * X.T, (I - K.I / b) / a),
    "K K⁻¹": (Trace(K * K.I), n + 0 * a),
    "an inverse beside a sum": (A * (A + B).I, I - B * (A + B).I),
    "the inverse of a product": ((A * B).I, B.I * A.I),
    "the inverse of a diagonal matrix": (DiagMatrix(v).I, DiagMatrix(power(v, -1))),
    "the determinant of a product": (Determinant(A * B.I), Determinant(A) / Determinant(B)),
    "log det": (log(Determinant(A * A.T)), log(Determinant(A) ** 2)),
    "a trace turned round": (Trace(X * Y.T * A), Trace(A.T * Y * X.T)),
    "other names of summed indices": (Trace(A * B * A.T * B), Trace(B.T * A * B.T * A.T)),
    "diag times a matrix": (DiagMatrix(v) * X, times(v * M1.T, X)),
    "the diagonal of a product": (DiagonalOf(X * Y.T), times(X, Y) * M1),
    "diag of diag": (DiagMatrix(DiagonalOf(A)), times(I, A)),
    "a function on the diagonal": (times(I, exp(A)), DiagMatrix(exp(DiagonalOf(A)))),
    "an inverse that is a number": ((v.T * v).I * v.T * v, Identity(1)),
    "a diagonal between vectors": (Trace(v.T * DiagMatrix(w) * v), EntrySum(times(v, v, w))),
    "a sum is a trace": (EntrySum(times(X, Y)), Trace(X.T * Y)),
    "a sum between ones": (EntrySum(X), Trace(N1.T * X * M1)),
    "the sum of ones": (EntrySum(ONES), n * m),
    "σ(−x)": (sigmoid(-X), ONES - sigmoid(X)),
    "σ(−x) by exp(−x)": (times(exp(-X), power(ONES + exp(-X), -1)), sigmoid(-X)),
    "σ(−2x) by exp(−2x)": (times(exp(-2 * X), power(ONES + exp(-2 * X), -1)), sigmoid(-2 * X)),
    "σ′": (times(sigmoid(X), ONES - sigmoid(X)), times(sigmoid(X), sigmoid(-X))),
    "tanh by σ": (tanh(X), 2 * sigmoid(2 * X) - ONES),
    "1 − tanh²": (ONES - times(tanh(X), tanh(X)), 4 * times(sigmoid(2 * X), sigmoid(-2 * X))),
    "softplus": (softplus(X) - softplus(-X), X),
    "log σ": (logs(sigmoid(X)), -softplus(-X)),
    "relu": (relu(X) - relu(-X), X),
    "|x|": (size(X), relu(X) + relu(-X)),
    "|x|²": (times(size(X + Y), size(X + Y)), times(X + Y, X + Y)),
    "|−2x|": (size(-2 * X), 2 * size(X)),
    "sign³": (power(sign(X), 3), sign(X)),
    "sin² + cos²": (times(sin(X), sin(X)) + times(cos(X), cos(X)), ONES),
    "exp of a sum": (exp(X + Y), times(exp(X), exp(Y))),
    "exp squared": (power(exp(X), 2), exp(2 * X)),
    "a root squared": (times(power(X, HALF), power(X, HALF)), X),
    "a quotient": (times(X, power(Z, -1), Z), X),
    "a sum of fractions": (times(X, power(X + Z, -1)) + times(Z, power(X + Z, -1)), ONES),
    "fractions of numbers": (1 / (a + b) + 1 / (a - b), 2 * a / (a**2 - b**2)),
    "a fraction in parts": (times(power(X, -1), power(X + Z, -1)),
                            times(power(Z, -1), power(X, -1) - power(X + Z, -1))),
    "a root of a multiple": (power(power(row_sums / n + b * N1, -HALF), 2),
                             n * power(row_sums + n * b * N1, -1)),
    "softmax": (softmax * M1, N1),
    "log softmax": (logs(softmax), Z - logs(row_sums) * M1.T),
    "a symmetric kernel": (exp(-a * distances), exp(-a * distances).T),
    "a norm squared": (sp.sqrt(Trace(X.T * X)) ** 2, Trace(X * X.T)),
    "tanh of a number": (sp.tanh(a), (sp.exp(2 * a) - 1) / (sp.exp(2 * a) + 1)),
    "σ of a number": (sigmoid(a), 1 - sigmoid(-a)),
}


@over(("left", "right"), SAME.values())
def test_an_identity_is_proved_and_the_oracle_agrees(left: Expr, right: Expr) -> None:
    assert compare(left, right).status == "proved"
    assert compare(left, 2 * right).status != "proved"
    values = oracle.point(EVERY, SIZES, 4, positive=True)
    assert oracle.equal(left, right, values)
    assert not oracle.equal(left, 2 * right, values)


def values(**given: object) -> dict:
    """Return a random point with some matrices as they are given, in rows."""
    return oracle.point(EVERY, SIZES, 4, positive=True) | {
        name: [[oracle.Dual(oracle.Fraction(entry)) for entry in row] for row in rows]
        if isinstance(rows, list) else rows for name, rows in given.items()}


NEGATIVE = [[-2, -3, -5], [-7, -2, -3]]
NOTHING = [[0, 1, 2], [3, 0, 4]]
SQUARE = [[1, 2], [-3, 1]]
# both sides, and a point at which both have a value, and not the same
DIFFERENT = {
    "√(x²) is no x": (power(times(X, X), HALF), X, values(X=NEGATIVE)),
    "√(xy)√(x/y) is no x": (
        times(power(times(X, Y), HALF), power(times(X, power(Y, -1)), HALF)), X,
        values(X=NEGATIVE, Y=NEGATIVE)),
    "√(x³y)√(xy) is no x²y": (
        times(power(times(X, X, X, Y), HALF), power(times(X, Y), HALF)), times(X, X, Y),
        values(X=NEGATIVE, Y=NEGATIVE)),
    "√(a²(x + z)) is no a√(x + z)": (power(a**2 * (X + Z), HALF), a * power(X + Z, HALF),
                                    values() | {"a": -1}),
    "√(t²) is no t": (sp.sqrt(Trace(A) ** 2), Trace(A), values(A=[[-1, 2], [3, -4]])),
    "|x| is no x": (size(X), X, values(X=NEGATIVE)),
    "sign² is not 1 at 0": (power(sign(X), 2), ONES, values(X=NOTHING)),
    "a size is no other size": (Trace(I) + 0 * a, m + 0 * a, values()),
    "exp of I, n×n and m×m": (EntrySum(exp(I)), EntrySum(exp(Identity(m))), values()),
    "det(I + 1), n×n and m×m": (Determinant(I + OneMatrix(n, n)),
                               Determinant(Identity(m) + OneMatrix(m, m)), values()),
    "det of ones, n×n and m×m": (Determinant(OneMatrix(n, n)), Determinant(OneMatrix(m, m)),
                                values() | {"n": 1, "m": 2}),
    "(I + 1)⁻¹, n×n and m×m": (EntrySum((I + OneMatrix(n, n)).I),
                              EntrySum((Identity(m) + OneMatrix(m, m)).I), values()),
    "elementwise is no matrix product": (times(A, B), A * B, values()),
    "an elementwise inverse is no inverse": (power(A, -1), A.I, values(A=SQUARE)),
    "exp of a product": (exp(A * B), exp(A) * exp(B), values()),
    "a transpose": (A.T * B, A * B, values(A=SQUARE)),
    "another order": (Trace(A * B * S), Trace(B * A * S), values(A=SQUARE)),
    "another sum": (A * N1, A.T * N1, values(A=SQUARE)),
    "softmax of columns": (softmax * M1, (softmax.T * N1).T * ONES.T * N1, values()),
    "the sum of a product": (EntrySum(times(X, Y)), EntrySum(X) * EntrySum(Y), values()),
    "log of a sum": (logs(X + Y), logs(X) + logs(Y), values()),
    "diag of a diagonal": (DiagMatrix(DiagonalOf(A)), A, values(A=SQUARE)),
    "σ(−x)": (sigmoid(-X), -sigmoid(X), values()),
    "relu of a sum": (relu(X + Y), relu(X) + relu(Y), values(X=NEGATIVE)),
    "A diag(B) is no A B": (sp.Inverse(A * DiagMatrix(DiagonalOf(B))),
                            DiagMatrix(DiagonalOf(B.I)) * N1 * N1.T * A.I, values()),
    "a power of an inverse": ((A.I * B).I, A.I * B.I, values(A=SQUARE)),
}


@over(("left", "right", "point"), DIFFERENT.values())
def test_a_near_miss_is_false_somewhere_and_not_proved(left: Expr, right: Expr,
                                                       point: dict) -> None:
    assert compare(left, right).status != "proved"
    if getattr(left, "shape", ()) == getattr(right, "shape", ()):
        assert not oracle.equal(left, right, point)


@pytest.mark.parametrize(("formula", "words"), [
    (power(X - X, -1), "a division by 0"), (logs(X - X), "the logarithm of 0"),
    (1 / (Trace(A) - Trace(A.T)), "a division by 0"),
    ((A * (B + S) - A * B - A * S).I, "the inverse of a zero matrix"),
    (power(I, a), "the power a of the zeros beside a diagonal"),
    (power(DiagMatrix(v), -1), "the power -1 of the zeros beside a diagonal")], ids=str)
def test_what_has_no_value_is_refused_in_words(formula: Expr, words: str) -> None:
    with pytest.raises(UnsupportedExpression, match=words):
        IndexForm().vanishes(formula)


def test_a_symmetric_matrix_is_its_transpose_and_no_other_matrix_is() -> None:
    for left, right in ((S, S.T), (S * A, (A.T * S).T), (S.I, S.I.T), (exp(S), exp(S).T)):
        assert compare(left, right, symmetric="S").status == "proved"
        assert compare(left, right).status == "refuted"
        assert compare(left.xreplace({S: T}), right.xreplace({S: T}),
                       symmetric="S").status == "refuted"


@over("total", [
    K, A + B, A + I, 2 * A - 3 * B, a * A + b * B + S, X * X.T + Y * Y.T, A * B + A, A * B + B,
    2 * A + 3 * A.T, exp(A) + B, times(A, B) + S])
def test_a_sum_beside_its_inverse_cancels(total: Expr) -> None:
    for product, left in ((total * total.I, I), (total.I * total, I),
                          (A * total * total.I * S, A * S), (A * total.I * total * S, A * S)):
        assert IndexForm().vanishes(product - left)
        assert not IndexForm().vanishes(product - 2 * left)


@pytest.mark.parametrize("name", ["number", "inverse", "content"])
def test_a_function_may_have_any_name(name: str) -> None:
    form = IndexForm()
    (factor,), = form.entrywise(Entrywise(name, X), 0, 1)
    assert form.letters[factor.letter][:2] == ("function", name)


def test_rows_columns_and_single_entries_are_matrices_too() -> None:
    x, W = MatrixSymbol("x", 1, 1), MatrixSymbol("W", 1, m)
    assert compare(x * W, W.T.T * Trace(x)).status == "proved"
    assert compare(Determinant(x), Trace(x)).status == "proved"
    assert compare(W * W.T, Trace(W.T * W) * Identity(1)).status == "proved"
    assert compare(W * W.T, Trace(W.T * W) * x).status == "refuted"


def test_all_factors_are_counted_and_12000_are_the_most() -> None:
    def counted(before: int) -> int:
        form = IndexForm()
        form._factors = before
        form.matrix((A + B * S) * (A + B), 0, 1)
        return form._factors

    room = 12_000 - counted(0)
    assert counted(room) == 12_000
    with pytest.raises(TooLarge, match="more than 12,000 factors"):
        counted(room + 1)


def test_indices_that_all_look_alike_are_put_in_order_or_refused() -> None:
    ring, sums = [A] * 12, A * N1
    assert compare(Trace(sp.MatMul(*ring)), Trace(sp.MatMul(*ring).T)).status == "proved"
    assert compare(times(*[sums] * 4), times(sums, times(*[sums] * 3))).status == "proved"
    with pytest.raises(TooLarge, match="so many indices that look alike"):
        IndexForm().matrix(power(sums, 8), 0, 1)
