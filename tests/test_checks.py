"""Bad input gets one sentence that names the quantity, what came and what was expected."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from tables import over

from lvmcalc import checks

GOOD = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
NAN = np.array([[1.0, 2.0, 3.0], [4.0, np.nan, 6.0]])


@pytest.mark.parametrize("value", [GOOD, GOOD.tolist(), GOOD.astype(int), GOOD.astype(np.float32),
                                   GOOD.astype("O") > 3,
                                   np.asfortranarray(GOOD), np.ma.array(GOOD),
                                   GOOD.astype(np.longdouble)], ids=str)
def test_a_matrix_of_real_numbers_comes_back_as_float64(value: object) -> None:
    array = checks.matrix(value, "W", 2, 3, "m×n")
    assert array.dtype == np.float64
    assert type(array) is np.ndarray
    np.testing.assert_array_equal(array, np.asarray(value, dtype=float))


MATRICES = [
    (GOOD[0], {}, ValueError, "W must be a matrix of shape m×n, not 3 (ndim = 1)"),
    (7.0, {}, ValueError, "W must be a matrix of shape m×n, not a single number (ndim = 0)"),
    (GOOD[None], {"rows": 2}, ValueError, "W must be a matrix of shape m×n, here 2×any, not 1×2×3"),
    (GOOD, {"rows": 3}, ValueError, "W must have shape m×n, here 3×any, not 2×3"),
    (GOOD, {"columns": 2}, ValueError, "W must have shape m×n, here any×2, not 2×3"),
    (GOOD, {"rows": 2, "columns": 4}, ValueError, "W must have shape m×n, here 2×4, not 2×3"),
    (np.zeros((0, 3)), {}, ValueError, "W must have at least one row and one column, but its shape "
                                       "is 0×3"),
    ([[1, 2], [3]], {}, ValueError, "W must be a matrix, but its rows have different lengths"),
    (NAN, {}, ValueError, "W must be finite, but its entry in row 1, column 1 (counted from 0) is "
                          "nan"),
    (np.where(GOOD == 3, -np.inf, GOOD), {}, ValueError,
     "W must be finite, but its entry in row 0, column 2 (counted from 0) is -inf"),
    (np.full((2, 3), np.longdouble("1e4000")), {}, ValueError, "W must be finite, but its entry in "
                                                               "row 0, column 0"),
    (GOOD * 1j, {}, TypeError, "W must hold real numbers, but it holds complex numbers"),
    (GOOD.astype(complex), {}, TypeError, "W must hold real numbers, but it holds complex numbers"),
    ([["1", "2"]], {}, TypeError, "W must hold real numbers, but it holds text"),
    ("1 2; 3 4", {}, TypeError, "W must hold real numbers, but it holds text"),
    (b"12", {}, TypeError, "W must hold real numbers, but it holds text"),
    (None, {}, TypeError, "W must hold real numbers, but it holds entries of type object"),
    ([[None, 1.0]], {}, TypeError, "W must hold real numbers, but it holds entries of type object"),
    (sp.Matrix([[1, 2]]), {}, TypeError, "W must hold real numbers, but it holds entries of type "
                                         "object"),
    (np.zeros((2, 3), "M8[s]"), {}, TypeError, "W must hold real numbers, but it holds entries of "
                                               "type datetime64[s]"),
    (np.ma.masked_equal(GOOD, 3), {}, ValueError, "W must be complete, but some of its entries are "
                                                  "masked"),
]


@pytest.mark.filterwarnings("error")
@over(("value", "sizes", "kind", "beginning"), MATRICES)
def test_what_is_no_matrix_gets_one_sentence(value: object, sizes: dict, kind: type,
                                             beginning: str) -> None:
    with pytest.raises(kind) as caught:
        checks.matrix(value, "W", shape_in_words="m×n", **sizes)
    assert str(caught.value).startswith(beginning)
    assert str(caught.value).endswith((".", ")."))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.int64(2), np.array(2.0), Fraction(2),
                                   sp.Integer(2)],
                         ids=repr)
def test_a_real_number_comes_back_as_a_float(value: object) -> None:
    number = checks.scalar(value, "beta", positive=True)
    assert type(number) is float
    assert number == 2.0


SCALARS = [
    (0, ValueError, "beta must be positive, but it is 0."),
    (-0.0, ValueError, "beta must be positive, but it is -0."),
    (-2.5, ValueError, "beta must be positive, but it is -2.5."),
    (np.nan, ValueError, "beta must be finite, but it is nan."),
    (-np.inf, ValueError, "beta must be finite, but it is -inf."),
    (10**400, ValueError, "beta must be finite, but it is inf."),
    (1j, TypeError, "beta must be a single real number, not 1j."),
    ("2", TypeError, "beta must be a single real number, not '2'."),
    (None, TypeError, "beta must be a single real number, not None."),
    (True, TypeError, "beta must be a single real number, not True."),
    ([2.0], TypeError, "beta must be a single real number, not [2.0]."),
    (np.ones((2, 3)), TypeError, "beta must be a single real number, not an array of shape 2×3."),
    (sp.Symbol("b"), TypeError, "beta must be a single real number, not b."),
    ("x" * 99, TypeError, f"beta must be a single real number, not 'x{'x' * 55}…."),
]


@over(("value", "kind", "sentence"), SCALARS)
def test_what_is_no_positive_number_gets_one_sentence(value: object, kind: type,
                                                      sentence: str) -> None:
    with pytest.raises(kind) as caught:
        checks.scalar(value, "beta", positive=True)
    assert str(caught.value) == sentence


def test_without_positive_any_finite_number_will_do() -> None:
    assert checks.scalar(-3, "upstream") == -3.0
    assert checks.scalar(0, "upstream") == 0.0


@pytest.mark.parametrize(("value", "kind", "sentence"), [
    (0, ValueError, "Q must be between 1 and 5, for Y is 9×5, but it is 0."),
    (6, ValueError, "Q must be between 1 and 5, for Y is 9×5, but it is 6."),
    (2.0, TypeError, "Q must be a whole number, not 2.0."),
    ("2", TypeError, "Q must be a whole number, not '2'."),
    (True, TypeError, "Q must be a whole number, not True."),
    (None, TypeError, "Q must be a whole number, not None.")])
def test_what_is_no_whole_number_in_range_gets_one_sentence(value: object, kind: type,
                                                            sentence: str) -> None:
    with pytest.raises(kind) as caught:
        checks.whole(value, "Q", most=5, why="for Y is 9×5")
    assert str(caught.value) == sentence


def test_a_whole_number_comes_back_as_an_int() -> None:
    assert type(checks.whole(np.int32(5), "Q", most=5)) is int
    with pytest.raises(ValueError, match="k must be at least 0, but it is -1"):
        checks.whole(-1, "k", least=0)


@pytest.mark.parametrize(("name", "sentence"), [
    ("digit", "There is no dataset 'digit'; there are digits, iris. Did you mean 'digits'?"),
    ("zebra", "There is no dataset 'zebra'; there are digits, iris."),
    (3, "There is no dataset 3; there are digits, iris."),
    (None, "There is no dataset None; there are digits, iris."),
    ("", "There is no dataset ''; there are digits, iris.")])
def test_an_unknown_name_gets_those_there_are_and_a_guess(name: object, sentence: str) -> None:
    for among in (["digits", "iris"], ("digits", "iris"), {"digits": 1, "iris": 2}):
        with pytest.raises(ValueError) as caught:  # noqa: PT011
            checks.known(name, among, "dataset")
        assert str(caught.value) == sentence
    assert checks.known("iris", ["digits", "iris"], "dataset") == "iris"
