"""Whether two sides agree: an honest chance, points that have a value, and counterexamples with
nothing spare."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import oracle
import pytest
import sympy as sp
from oracle import S, T, X, Y, Z, a, b, m, n
from sympy import Determinant, Expr, Identity, MatrixSymbol, Symbol, Trace, log
from sympy.matrices.expressions import MatPow, ZeroMatrix
from tables import over

from lvmcalc.calculus import arithmetic
from lvmcalc.calculus.comparison import compare
from lvmcalc.calculus.random_points import (
    LARGEST_SIZE,
    RANGE,
    _small_orders,
    chance_of_false_agreement,
    degree,
)

A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
I = Identity


# The chance of a false agreement
@over(("formula", "size", "degrees"), [
    (S, 2, (1, 0)), (I(n), 2, (0, 0)), (ZeroMatrix(n, n), 2, (0, 0)), (n * sp.pi * S, 2, (1, 0)),
    (a * S.T, 2, (2, 0)),
    (Trace(S * A), 3, (2, 0)), (S.I, 3, (2, 3)), (MatPow(S, -1), 3, (2, 3)),
    (MatPow(S, -2), 3, (4, 6)),
    (MatPow(S, 3), 2, (3, 0)), ((S * A).I, 2, (2, 4)), ((S.I).T * a, 2, (2, 2)),
    (S.I + A.I, 3, (5, 6)),
    (S + A.I, 2, (3, 2)), (Determinant(S), 3, (3, 0)), (Determinant(S) ** -2, 3, (0, 6)),
    (1 / a + 1 / b, 2, (1, 2)),
    (Determinant(A.I), 2, (2, 4)), (a ** (n - 1), 2, (1, 0)), (a**-n * b, 3, (1, 3)),
    (a**n * b, 3, (4, 0))])
def test_the_degrees_are_those_of_cramers_rule(formula: Expr, size: int,
                                               degrees: tuple[int, int]) -> None:
    assert degree(formula, {"n": size}) == degrees


@pytest.mark.parametrize(("left", "right"), [
    (1 / Determinant(S), a), (Determinant(S), 1 / b), (Trace(S) ** 3, 2 / (a * b)),
    (a**n, Trace(S) ** -n),
    (1 / Trace(S), 1 / Trace(A)), (Trace(S.I), sp.S.One)], ids=str)
def test_the_chance_counts_the_degree_of_the_difference(left: Expr, right: Expr) -> None:
    expected = 1.0
    for size in (2, 3):
        entries = {M.name: sp.Matrix(size, size, sp.symbols(f"{M.name}_:{size**2}"))
                   for M in (S, A)}
        values = {"n": size, "a": a, "b": b, **entries}
        numerator, _ = sp.fraction(sp.cancel(sp.together(arithmetic.value_at(left, values)
                                                         - arithmetic.value_at(right, values))))
        expected *= sp.Poly(numerator).total_degree() / (RANGE - 1)
    for one, other in ((left, right), (right, left)):
        chance = chance_of_false_agreement(one, other, [{"n": 2}, {"n": 3}])
        assert chance == pytest.approx(expected, rel=1e-12, abs=0)


def test_without_anything_random_there_is_no_chance_of_a_false_agreement() -> None:
    verdict = compare((n + 1) ** (2 * n), (n**2 + 2 * n + 1) ** n)
    assert (verdict.status, verdict.chance) == ("exact", 0)
    assert "10⁻³⁰⁰" in verdict.reason


@pytest.mark.parametrize(("left", "right"), [
    (log(Determinant(I(n) + A * A.T)), log(Determinant(I(n) + A.T * A))),
    (log(Determinant(I(n) + A * A.T)) - log(Determinant(I(n) + A.T * A)), 0 * a)])
def test_with_logarithms_on_either_side_no_chance_is_given(left: Expr, right: Expr) -> None:
    for one, other in ((left, right), (right, left)):
        verdict = compare(one, other)
        assert (verdict.status, verdict.chance) == ("exact", None)
        assert "no bound" in verdict.reason


# Counterexamples
@pytest.mark.parametrize(("left", "right", "sizes"), [
    # 1 + 2 entries; for m = 1 and n = 2 there would be 4 + 2
    (Trace(A), Trace(X * X.T), {"m": 2, "n": 1}),
    (Trace(T), Trace(X * X.T), {"m": 1, "n": 2}),
    # wrong for 3, 1 and 1, 3, not for 1, 2
    ((m - 2) * (n - 2) * Trace(A * X * X.T), sp.S.Zero, {"m": 3, "n": 1}),
    ((n - 1) * Trace(A), sp.S.Zero, {"n": 2}),
    # for n = 1, a power too high for exact arithmetic
    (Trace(A) * a ** (1400 - 300 * n), sp.S.Zero, {"n": 2}),
], ids=str)
def test_the_sizes_of_a_counterexample_are_those_with_the_fewest_entries(
    left: Expr, right: Expr, sizes: dict) -> None:
    values = compare(left, right).counterexample.values
    assert {name: values[name] for name in sizes} == sizes


@over("seed", range(4))
@over("size", [1, 2, 3])
def test_a_counterexample_has_no_number_above_3_where_that_will_do(size: int, seed: int) -> None:
    number = Determinant(MatrixSymbol("C", 1, 1))
    verdict = compare(number * sp.prod(number**2 - smaller**2 for smaller in range(1, size)),
                      sp.S.Zero, seed=seed)
    assert size <= abs(verdict.counterexample.values["C"][0]) <= 3


@pytest.mark.parametrize(("left", "right"), [(X * Y * Z * a, (b * X * Y * Z).T), (A * B, B * A)],
                         ids=str)
def test_no_number_of_a_counterexample_is_spare(left: Expr, right: Expr) -> None:
    values = compare(left, right).counterexample.values
    names = [*values]
    scalars = [name for name in names if not values[name].is_Matrix]
    assert names == sorted(scalars) + sorted(set(names) - set(scalars)), "sizes and scalars first"
    matrices = {name: value for name, value in values.items() if value.is_Matrix}
    assert {entry for value in matrices.values() for entry in value} == {0, 1}
    exact_values = {name: [[oracle.Dual(Fraction(int(entry))) for entry in row]
                           for row in value.tolist()]
                    if value.is_Matrix else int(value) for name, value in values.items()}
    for name, value in matrices.items():
        for i, j in np.argwhere(np.array(value)):
            without = [[oracle.ZERO if (row, column) == (i, j) else entry for column,
                        entry in enumerate(line)]
                       for row, line in enumerate(exact_values[name])]
            assert oracle.equal(left, right,
                                exact_values | {name: without}), f"{name}[{i}, {j}] might be 0"


def test_a_scalar_of_a_counterexample_is_1_where_that_will_do() -> None:
    assert compare(a**2 * b, 2 * a**2 * b).counterexample.values == {"a": 1, "b": 1}
    values = compare(a**2 * b, a * b).counterexample.values
    assert values["a"] in (2, 3)
    assert values["b"] == 1


def test_a_size_may_be_called_like_a_word_of_python() -> None:
    rows = Symbol("lambda", integer=True, positive=True)
    product = MatrixSymbol("L", rows, m) * MatrixSymbol("M", m, rows)
    values = compare(Trace(product), sp.S.Zero).counterexample.values
    assert {values["lambda"], values["m"]} == {1, 2}


# Where there is no value at a point, another one is taken
U, V, W = MatrixSymbol("U", n - m, m), MatrixSymbol("V", m, n - m), (S - S.T).I
PARTIAL = {
    "only for n > m": (Determinant(I(n - m) + U * V), Determinant(I(m) + V * U)),
    "only for an even n": (Determinant(I(m) + X.T * W * X), Determinant(I(n) + W * X * X.T)),
    "only for a positive determinant": (log(Determinant(I(n) + A * B)),
                                        log(Determinant(I(n) + B * A))),
}


@over("seed", range(6))
@over(("left", "right"), PARTIAL.values())
def test_an_identity_with_a_value_at_some_points_only_is_exact_from_every_seed(
    left, right, seed: int) -> None:
    verdict = compare(left, right, seed=seed)
    assert (verdict.status, verdict.points) == ("exact", 3)
    assert compare(left, right + 1, seed=seed).status == "refuted"


def test_matrices_are_as_large_as_the_sentence_says_and_no_larger() -> None:
    for size, status in ((LARGEST_SIZE, "exact"), (LARGEST_SIZE + 1, "undecided")):
        u, v = (MatrixSymbol(name, size, 1) for name in "uv")
        verdict = compare(Determinant(I(size) + u * v.T), Determinant(I(1) + v.T * u))
        assert verdict.status == status
    sizes = f"with at most {LARGEST_SIZE} rows and columns"
    assert f"only 0 of 3 random points, {sizes}" in verdict.reason


@pytest.mark.parametrize("sizes", [(1, 3, 2), (2, 1, 3), (4, 2, 3), (2, 4, 3)], ids=str)
def test_what_is_wrong_for_one_order_of_the_smallest_sizes_alone_is_refuted_there(
    sizes: tuple[int, ...]) -> None:
    others = sp.prod(symbol - other for symbol, size in zip((m, n), sizes, strict=False)
                     for other in range(1, 8) if other != size)  # 0 for all other sizes up to 7
    verdict = compare(others * Trace(X * Y * Z), sp.S.Zero)
    assert verdict.status == "refuted"
    assert tuple(verdict.counterexample.values[name] for name in "mn") == sizes[:2]


@pytest.mark.parametrize("seed", range(8))
def test_up_to_three_sizes_are_tried_in_every_order_and_more_are_even_and_odd(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for count in (1, 2, 3):
        every = {*permutations(range(1, count + 1)), *permutations(range(2, count + 2))}
        assert set(_small_orders(count, rng)) == every
    for sizes in zip(*_small_orders(4, rng), strict=True):
        assert {size % 2 for size in sizes} == {0, 1}
        assert min(sizes) >= 1


def test_the_root_of_a_square_is_told_for_positive_scalars_and_refuted_for_others() -> None:
    found = compare(sp.sqrt(a**2), a)
    assert (found.status, "random points with a > 0, which" in found.reason) == ("numeric", True)
    for seed in range(5):
        assert compare(sp.sqrt(Trace(A) ** 2), Trace(A), seed=seed).status == "refuted"
