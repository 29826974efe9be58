"""Comparing two formulas: an honest chance, and what is only sometimes true is refuted."""

from fractions import Fraction

import oracle
import pytest
import sympy as sp
from exact_points import as_fractions, as_sympy
from oracle import S, T, X, Y, Z, a, b, m, n, p
from sympy import Determinant, Expr, Inverse, MatrixSymbol, Symbol, Trace, log
from sympy import Identity as I
from sympy.matrices.expressions import MatPow, ZeroMatrix
from tables import over

from lvmcalc.calculus import arithmetic
from lvmcalc.calculus.comparison import compare
from lvmcalc.calculus.dual_numbers import t
from lvmcalc.calculus.random_points import degree
from lvmcalc.models import gplvm

A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
x, y = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1)

# The chance of a false agreement
DEGREES = [S.I, S * A.I, Trace(S.I * A) * a, Determinant(S + A.I), (S + A.I).I, MatPow(S, -2) * A,
           a**3 / (b + Trace(S)), Determinant(a * S) ** -2, S.I + A.I + a * I(n),
           a**n * Trace(S) ** -n,
           MatPow(S, -1), a ** (n - 1) * S]


@over("formula", DEGREES)
@over("size", [2, 3])
def test_the_degree_is_a_bound_along_every_line(formula: Expr, size: int) -> None:
    values = {"n": size}
    for seed, symbol in enumerate([S, A, a, b]):
        point = oracle.point([symbol], {"n": size}, seed)
        other = oracle.point([symbol], {"n": size}, seed + 50)
        values[symbol.name] = as_sympy(point)[symbol.name] + t * as_sympy(other)[symbol.name]
    value = arithmetic.value_at(formula, values)
    above, below = degree(formula, {"n": size})
    for entry in value if value.is_Matrix else [value]:
        numerator, denominator = sp.fraction(sp.cancel(sp.together(entry)))
        assert sp.degree(numerator, t) <= above
        assert sp.degree(denominator, t) <= below


def test_the_chance_is_the_bound_of_schwartz_and_zippel() -> None:
    verdict = compare(Determinant(A) * Trace(B), Trace(B * Determinant(A)) + 0 * a)
    assert verdict.status == "proved"
    left, right = Determinant(I(n) + A * B), Determinant(I(n) + B * A)
    verdict = compare(left, right)
    assert (verdict.status, verdict.points) == ("exact", 3)
    # degree 2n on both sides at n = 2, 3, 5, and 10⁹ − 1 values for an entry
    assert verdict.chance == pytest.approx(4 * 6 * 10 / (10**9 - 1) ** 3, rel=1e-12, abs=0)
    assert "10⁻²⁴" in verdict.reason


def test_with_logarithms_no_chance_is_given() -> None:
    left, right = log(Determinant(I(n) + A * B)), log(Determinant(I(n) + B * A))
    verdict = compare(left, right)
    assert (verdict.status, verdict.chance) == ("exact", None)
    assert "no bound" in verdict.reason


alpha, beta = gplvm.alpha, gplvm.beta
M = I(m) + a * b * X.T * X
K = a * X * X.T + I(n) / b
TRUE = {
    "push-through": (K.I * X, b * X * M.I),
    "push-through of the model": (gplvm.K.I * gplvm.X, beta * gplvm.X * (
        I(gplvm.Q) + alpha * beta * gplvm.X.T * gplvm.X).I),
    "Woodbury": ((S + X * T * X.T).I, S.I - S.I * X * (T.I + X.T * S.I * X).I * X.T * S.I),
    "Sylvester": (Determinant(I(n) + X * X.T), Determinant(I(m) + X.T * X)),
    "matrix determinant lemma": (Determinant(A + x * y.T),
                                 Determinant(A) * (1 + Trace(y.T * A.I * x))),
    "a sum of inverses": (A.I + B.I, A.I * (A + B) * B.I),
    "Searle": ((I(n) + A.I).I, A * (A + I(n)).I),
    "log K in the small": (log(Determinant(K)), log(Determinant(M)) - n * log(b)),
    "a projection": ((Z * (Z.T * Z).I * Z.T) ** 2, Z * (Z.T * Z).I * Z.T),
}


@pytest.mark.parametrize(("left", "right"), TRUE.values(), ids=TRUE)
def test_true_identities_hold_whatever_the_form(left: Expr, right: Expr) -> None:
    for one, other in ((left, right), (right, left)):
        assert compare(one, other).status in ("proved", "exact")
    assert compare(left, 2 * right).status == "refuted"
    assert compare(-left, right).status == "refuted"


@pytest.mark.parametrize(("left", "right"), [
    (X.T * (2 * X * X.T).I * X * X.T, X.T / 2), (A ** -2 * A, A.I),
    (log(Determinant(A)) + b, b + log(Determinant(A)))])
def test_a_proof_with_an_inverse_or_a_logarithm_is_one_for_where_both_sides_have_a_value(
    left, right) -> None:
    verdict = compare(left, right)
    assert verdict.status == "proved"
    assert verdict.reason.endswith("equal for every size, wherever both sides have a value")
    assert compare(2 * X, X + X).reason.endswith("equal for every size")


SOMETIMES = {
    "for an even size": (Determinant(-A), Determinant(A)),
    "for an odd size": (Determinant(-A), -Determinant(A)),
    "for an even size, where m ≥ n": (1 / Determinant(X * X.T), 1 / Determinant(X * (-X).T)),
    "for all sizes but 1": (Determinant(x * y.T), sp.S.Zero),
    "if n > m": (Determinant(X * X.T), sp.S.Zero),
    "if n < m": (Determinant(X.T * X), sp.S.Zero),
    "for size 1": (Trace(A * B), Trace(A) * Trace(B)),
    "for size 2": (A**2, Trace(A) * A - Determinant(A) * I(n)),
    "for sizes 2, 3 and 5, but not 1": (Trace(A) * (n - 2) * (n - 3) * (n - 5), sp.S.Zero),
    "for symmetric matrices": (Trace(A * B), Trace(A.T * B)),
    "for commuting matrices": ((A + B) ** 2, A**2 + 2 * A * B + B**2),
    "with signs": (Trace(A) ** 2 * log(a), Trace(A) ** 2 * log(a) + Trace(A) - Trace(A) + 1),
}


@over("seed", [0, 1, 2, 3])
@over(("left", "right"), SOMETIMES.values())
def test_what_is_only_sometimes_true_is_refuted_from_every_seed(left: Expr, right: Expr,
                                                                seed: int) -> None:
    verdict = compare(left, right, seed=seed)
    assert verdict.status == "refuted"
    check_by_hand(verdict, left, right)


def check_by_hand(verdict, left: Expr, right: Expr) -> None:
    """Recompute both values of a counterexample with fractions, and see that it is small."""
    example = verdict.counterexample
    values = {name: [[oracle.Dual(Fraction(int(entry))) for entry in row] for row in value.tolist()]
              if value.is_Matrix else int(value) for name, value in example.values.items()}
    assert not oracle.equal(left, right, values)
    for side, shown in ((left, example.left), (right, example.right)):
        value = [entry.value for entry in oracle.entries(oracle.evaluate(side, values))]
        assert all(map(oracle.same, value,
                       as_fractions(shown) if shown.is_Rational or shown.is_Matrix else
                       [oracle.mpmath.mpf(str(shown.evalf(60)))]))
    matrices = [value for value in example.values.values() if value.is_Matrix]
    assert all(abs(entry) <= 3 for value in matrices for entry in value)
    assert sum(len(value) for value in matrices) <= 24, "short enough to check by hand"
    named = {size.name for side in (left, right) for size in arithmetic.dimensions(side)
             if size.is_Symbol}
    sizes = [int(example.values[name]) for name in named]
    assert len(set(sizes)) == len(sizes), "all sizes differ"


WRONG = {
    "a lost transpose": (X * Y * Z, (X * Y * Z).T),
    "a lost inverse": (S * X, S.I * X),
    "a flipped order": (A * B, B * A),
    "a factor 2": (Trace(X * Y * Z), 2 * Trace(X * Y * Z)),
    "a lost term": (X * T + S * X, X * T),
    "a lost power of a size": (Determinant(2 * S), 2 * Determinant(S)),
    "a scalar": (a**2 * b, a * b**2),
    "a zero": (X * Y, ZeroMatrix(n, p)),
}


@pytest.mark.parametrize(("left", "right"), WRONG.values(), ids=WRONG)
def test_a_counterexample_is_small_and_right_and_its_sizes_differ(left: Expr, right: Expr) -> None:
    verdict = compare(left, right)
    assert verdict.status == "refuted"
    check_by_hand(verdict, left, right)
    assert str(verdict.counterexample.left) in str(verdict) or verdict.counterexample.left.is_Matrix
    assert compare(right, left).status == "refuted"


def test_the_counterexample_for_symmetric_matrices_is_symmetric() -> None:
    verdict = compare(A * B, B * A, symmetric=("A", "B"))
    for name in "AB":
        value = verdict.counterexample.values[name]
        assert value == value.T
    check_by_hand(verdict, A * B, B * A)
    assert compare((A * B).T, B * A, symmetric=("A", "B")).status == "proved"
    assert compare((A * B).T, B * A, symmetric="A").status == "refuted"
    # equal for symmetric A only, and with no normal form in common
    left, right = Determinant(I(n) + A.T * x * x.T), Determinant(I(1) + x.T * A * x)
    assert compare(left, right).status == "exact"
    assert compare(Trace(A.I * B) * Determinant(I(n) + A * B),
                   Trace(A.T.I * B) * Determinant(I(n) + B * A),
                   symmetric="A").status == "exact"


def test_numbers_of_rows_may_be_given_as_numbers() -> None:
    C, D = MatrixSymbol("C", 2, 3), MatrixSymbol("D", 3, 2)
    verdict = compare(Trace(C * D), Trace(C * D * C * D))
    assert verdict.status == "refuted"
    assert verdict.counterexample.values["C"].shape == (2, 3)
    square = MatrixSymbol("Q", 2, 2)
    cayley = square**2 - Trace(square) * square + Determinant(square) * I(2)
    assert compare(cayley, ZeroMatrix(2, 2)).status == "exact"


@pytest.mark.parametrize(("left", "right"), [
    (log(Determinant(-X * X.T - I(n))) * 0 + log(-Trace(X * X.T)), log(-2 * Trace(X * X.T))),
    (Trace(MatrixSymbol("L", 40, 40)), sp.S.Zero),
    (Trace(MatrixSymbol("L", n - 9, n - 9)), sp.S.Zero),
    (Trace(MatrixSymbol("L", n**9 + 20, n**9 + 20)), sp.S.Zero), (Trace((S - S.T).I) * n, a),
], ids=["no real logarithm", "40×40", "no such size", "too many rows", "singular for odd sizes"])
def test_where_no_value_is_found_the_verdict_is_undecided_or_refuted_but_never_holds(
    left: Expr, right: Expr) -> None:
    verdict = compare(left, right)
    assert not verdict.holds
    assert verdict.status == ("refuted" if left.has(Inverse) else "undecided")


def test_many_sizes_do_not_take_for_ever() -> None:
    sizes = [Symbol(f"n{i}", integer=True, positive=True) for i in range(11)]
    product = sp.Identity(sizes[0])
    for i in range(11):
        product = product * MatrixSymbol(f"P{i}", sizes[i], sizes[(i + 1) % 11])
    with oracle.at_most(seconds=60):
        verdict = compare(Trace(product), 2 * Trace(product))
    assert verdict.status == "refuted"
    found = [int(verdict.counterexample.values[size.name]) for size in sizes]
    assert len(set(found)) == 11


def test_without_symbols_the_two_numbers_are_the_counterexample() -> None:
    verdict = compare(sp.Integer(1), sp.Integer(2))
    assert str(
        verdict) == "✗ refuted: the two sides differ; the left side is 1 and the right side is 2"
    assert verdict.counterexample._repr_latex_() == r"$\displaystyle 1 \neq 2$"


def test_the_same_seed_gives_the_same_verdict_and_another_seed_the_same_status() -> None:
    left, right = TRUE["Woodbury"]
    assert str(compare(left, right, seed=3)) == str(compare(left, right, seed=3))
    assert {compare(left, right, seed=seed).status for seed in range(5)} == {"exact"}
    texts = {str(compare(A * B, B * A, seed=seed)) for seed in (5, 5, 5)}
    assert len(texts) == 1
