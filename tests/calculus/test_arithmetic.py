"""Exact arithmetic: right numbers, points to read by hand, and logarithms that cancel."""

import numpy as np
import oracle
import pytest
import sympy as sp
from exact_points import as_fractions, as_sympy
from oracle import SIZES, SYMBOLS, R, S, T, X, Y, Z, a, b, m, n
from sympy import Determinant, Expr, Inverse, MatrixSymbol, Rational, Trace, log
from sympy import Identity as I
from sympy.matrices.expressions import MatPow
from tables import over

from lvmcalc.calculus import UnsupportedExpression, arithmetic, dual_numbers
from lvmcalc.calculus.dual_numbers import t
from lvmcalc.calculus.errors import OutsideDomain


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
