"""Exact arithmetic: right numbers, an honest chance, and what is only sometimes true is refuted
with small numbers."""

from fractions import Fraction

import numpy as np
import oracle
import pytest
import sympy as sp
from oracle import SIZES, SYMBOLS, R, S, T, X, Y, Z, a, b, m, n, p
from sympy import Determinant, Expr, Identity, Inverse, MatrixSymbol, Rational, Symbol, Trace, log
from sympy.matrices.expressions import MatPow, ZeroMatrix
from tables import over

from lvmcalc.calculus import UnsupportedExpression, arithmetic, dual_numbers
from lvmcalc.calculus.comparison import compare
from lvmcalc.calculus.dual_numbers import t
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.calculus.random_points import degree
from lvmcalc.models import gplvm

A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
x, y = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1)
I = Identity


def as_sympy(values: dict) -> dict:
    """Return the values of a point as the package has them."""
    def number(dual: oracle.Dual) -> Expr:
        return Rational(dual.value.numerator, dual.value.denominator)

    return {name: sp.Matrix([[number(entry) for entry in row] for row in value])
            if isinstance(value, list)
            else number(value) if isinstance(value, oracle.Dual) else value for name,
            value in values.items()}


def as_fractions(result: Expr) -> list[Fraction]:
    return [Fraction(int(entry.p), int(entry.q))
            for entry in (result if result.is_Matrix else [result])]


@pytest.mark.parametrize("block", range(4))
def test_values_and_directional_derivatives_are_those_of_schoolbook_arithmetic(block: int) -> None:
    checked = 0
    for seed in range(30 * block, 30 * block + 30):
        formula = oracle.Formulas(seed).scalar(3)
        values = oracle.point(SYMBOLS, SIZES, seed, "S")
        try:
            expected = oracle.evaluate(formula, values)
        except ZeroDivisionError:
            continue
        point = as_sympy(values)
        direction = sp.Matrix([[int(entry.slope) for entry in row] for row in values["S"]])
        assert as_fractions(arithmetic.value_at(formula, point)) == [expected.value]
        assert as_fractions(dual_numbers.directional_derivative(formula, point, "S",
                                                              direction)) == [expected.slope]
        checked += 1
    assert checked > 20


def test_floating_point_agrees_with_exact_arithmetic() -> None:
    formula = Trace((S * X * Y * Z).I
                    * S) + log(Determinant(T) ** 2) * Trace(X * X.T) - Determinant(R) / 3 + n
    values = oracle.point(SYMBOLS, SIZES, 5)
    numbers = {name: np.array(value, dtype=float) if getattr(value, "is_Matrix", False) else
               value if isinstance(value, int) else float(value) for name,
               value in as_sympy(values).items()}
    expected = float(oracle.evaluate(formula, values).value)
    assert arithmetic.evaluate(formula, numbers,
                               arithmetic.Reals) == pytest.approx(expected, rel=1e-13)


def test_eight_digits_are_kept_up_to_a_condition_number_of_4_5e7_in_the_1_norm() -> None:
    # [[1, c], [0, 1]] has the condition number (1 + c)² in the 1-norm, and about c² + 2 in the
    # 2-norm.
    limit, known = 1e-8 * 2**52, arithmetic.Trusted
    for matrix in (np.array([[1, 6709], [0, 1.0]]), np.diag([np.nextafter(limit, 0), 1])):
        assert known.regular(matrix) is matrix
        assert known.det(matrix) == pytest.approx(matrix[0, 0])
        np.testing.assert_allclose(known.inv(matrix) @ matrix, np.eye(2), atol=1e-9)
    for matrix in (np.array([[1, 6710], [0, 1.0]]), np.diag([limit, 1])):
        for function in (known.regular, known.det, known.inv, known.log_det):
            with pytest.raises(arithmetic.IllConditioned, match="fewer than 8 digits"):
                function(matrix)


@over(("formula", "point"), [
    (Inverse(S), {"S": sp.Matrix([[1, 2], [2, 4]])}), (Trace(S.I), {"S": sp.zeros(2, 2)}),
    (MatPow(S, -2), {"S": sp.Matrix([[1, 2], [2, 4]])}), (1 / a, {"a": 0}), (a**-3, {"a": 0}),
    (log(a), {"a": 0}),
    (log(a), {"a": -2}), (log(Determinant(S)), {"S": sp.Matrix([[0, 1], [1, 0]])}),
    (log(log(a)), {"a": Rational(1, 2)}), (Trace(I(n - 5)), {}), (Trace(I(n - 2)), {}),
    (Trace(I(n / 4)), {})])
def test_outside_the_domain_there_is_no_value(formula: Expr, point: dict) -> None:
    with pytest.raises(OutsideDomain):
        arithmetic.value_at(formula, {"n": 2, **point})


def test_in_floating_point_a_singular_matrix_has_no_inverse_either() -> None:
    with pytest.raises(OutsideDomain, match="singular"):
        arithmetic.evaluate(Inverse(S), {"n": 2, "S": np.ones((2, 2))}, arithmetic.Reals)


@pytest.mark.parametrize("formula",
                         [a**1001, sp.sin(a), Trace(sp.KroneckerProduct(S, S)), S[0, 0], sp.I * a,
                                     MatPow(S, n)], ids=str)
def test_what_cannot_be_evaluated_is_refused(formula: Expr) -> None:
    with pytest.raises(UnsupportedExpression):
        arithmetic.value_at(formula, {"n": 2, "a": 3, "S": sp.eye(2), "i": 1})


@pytest.mark.parametrize("exponent", [-3, -2, -1, 1, 2, 3])
def test_a_power_that_is_not_worked_out_is_a_repeated_product(exponent: int) -> None:
    values = oracle.point([S], {"n": 3}, 7)
    expected = [entry.value
                for entry in oracle.entries(oracle.evaluate(MatPow(S, exponent), values))]
    assert as_fractions(arithmetic.value_at(MatPow(S, exponent), as_sympy(values))) == expected


@pytest.mark.parametrize(("formula", "value"), [
    (a**1000, 0), (a**2, 0), (a ** (n - 2), 1), (sp.MatMul(sp.S.Zero, X), sp.zeros(2, 3)),
    (I(n / 2), sp.eye(1))],
    ids=str)
def test_a_zero_a_power_of_zero_and_the_highest_power_have_a_value(formula: Expr,
                                                                   value: object) -> None:
    point = {"n": 2, "m": 3, "a": 0, "X": sp.Matrix([[2, 3, 5], [7, 11, 13]])}
    assert arithmetic.value_at(formula, point) == value


def test_the_logarithm_of_a_fraction_is_a_difference_and_that_of_a_power_a_multiple() -> None:
    assert arithmetic.value_at(log(a),
                               {"a": Rational(8,
                                              9)}) == 3 * log(2) - 2 * log(3) != log(Rational(8, 9))
    assert arithmetic.value_at(log(a), {"a": t**2 + 1}) == log(t**2 + 1)


def test_a_symbol_without_a_value_is_named() -> None:
    with pytest.raises(KeyError, match="b has no value"):
        arithmetic.value_at(a + b, {"a": 1})


@pytest.mark.parametrize(("largest", "sizes"), [
    (1, {0, 1}), (2, {0, 1, 2}), (3, {0, 1, 2, 3}), (9, {2, 3, 4, 5, 6, 7, 8, 9})])
def test_check_points_avoid_0_and_1_and_points_to_read_by_hand_have_the_smallest_numbers(
    largest, sizes) -> None:
    rng, Q = np.random.default_rng(2), MatrixSymbol("Q", m, m)
    values = arithmetic.random_point((X, Q), {"n": 30, "m": 40}, rng, largest, ("Q",))
    entries = {sign * size for size in sizes for sign in (1, -1)}
    assert (values["n"], values["m"], values["X"].shape) == (30, 40, (30, 40))
    assert set(values["X"]) == set(values["Q"]) == entries
    assert values["Q"] == values["Q"].T != values["X"][:, :30]
    scalars = {arithmetic.random_point((a + b,), {}, rng, largest)["a"] for _ in range(100)}
    assert scalars == sizes - {0}, "a scalar is positive"


# Zero or not
@pytest.mark.parametrize("numbers", [[12, 18, 35], [2**9 * 3, 6**4, 10**5], [4, 6, 9], [7], [1, 1],
                                     [10**9 + 7, (10**9 + 7) ** 2]], ids=str)
def test_a_coprime_base_has_no_common_factors_and_rebuilds_all(numbers: list[int]) -> None:
    with oracle.at_most(seconds=5):
        base = arithmetic.coprime_base([*numbers])
    assert all(sp.gcd(left, right) == 1 for i, left in enumerate(base) for right in base[:i])
    for number in numbers:
        assert number == sp.prod(factor ** sp.multiplicity(factor, number) for factor in base)


@pytest.mark.parametrize("zero", [
    log(2) + log(3) - log(6), log(8) - 3 * log(2), log(Rational(4, 9)) - 2 * log(2) + 2 * log(3),
    log(2) * log(9) - 2 * log(2) * log(3), (log(2) + log(3)) ** 2 - log(6) ** 2,
    log(36) / log(6) - 2,
    Rational(1, 3) - Rational(2, 6), log(2**61 * 3**20) - 61 * log(2) - 20 * log(3)], ids=str)
def test_logarithms_that_cancel_vanish(zero: Expr) -> None:
    assert arithmetic.vanishes(zero)


@pytest.mark.parametrize("number", [
    log(2) + log(3) - log(7), log(2) * log(3) - log(6), log(10**30 + 1) - log(10**30),
    Rational(1, 10**30),
    log(4) / log(2) - 3, log(2) ** 2 - log(2)], ids=str)
def test_small_differences_do_not_vanish(number: Expr) -> None:
    assert not arithmetic.vanishes(number)


@pytest.mark.parametrize("number", [
    log(log(2) ** 2 + 2 * log(2) * log(3) + log(3) ** 2) - 2 * log(log(2) + log(3)),
    log(2) - Rational(str(log(2).evalf(60)))], ids=str)
def test_what_is_too_close_to_tell_is_not_called_zero(number: Expr) -> None:
    with pytest.raises(OutsideDomain, match="cannot be told from 0"):
        arithmetic.vanishes(number)


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
