"""Check what a caller passes: bad input gets an error of one plain sentence."""

from collections.abc import Mapping
from difflib import get_close_matches
from math import isfinite
from numbers import Real
from typing import Any

import numpy as np


class CannotBeFormed(ValueError):
    """The shapes in an expression do not fit."""


class LostDigits(ArithmeticError):
    """A number keeps fewer digits than are promised."""

    def __init__(self, name: str, why: str):
        super().__init__(f"{name} keeps fewer than 8 digits here: {why}.")


def matrix(value: Any, name: str, rows: int | None = None, columns: int | None = None,
           shape_in_words: str = "", finite: bool = True) -> np.ndarray:
    """Return `value` as a matrix of finite float64.

    Parameters
    ----------
    value : array_like of shape (rows, columns)
    name : str
        The name of the matrix in the formulas.
    rows, columns : int, optional
        The sizes that it must have; None allows any size of at least 1.
    shape_in_words : str
        The symbolic shape for the message, such as "N×Q".
    finite : bool
        Whether the entries are looked at; a caller who finds out otherwise saves the time.

    Raises
    ------
    TypeError
        If the entries are not real numbers.
    ValueError
        If the shape is wrong or an entry is not finite.
    """
    array = shaped(as_array(value, name), name, rows, columns, shape_in_words)
    if array.dtype != np.float64:
        with np.errstate(all="ignore"):  # a long double may be too large or too small
            array = array.astype(np.float64)
    if finite and not np.isfinite(array).all():
        row, column = np.argwhere(~np.isfinite(array))[0]
        raise not_finite(name, row, column, array[row, column])
    return array


def as_array(value: Any, name: str) -> np.ndarray:
    """Return `value` as a NumPy array, without a copy if it is one.

    Raises
    ------
    TypeError
        If the matrix is sparse.
    ValueError
        If entries are masked or rows have different lengths.
    """
    if type(value) is np.ndarray:
        return value
    if hasattr(value, "toarray"):
        raise TypeError(f"{name} must be a dense array, not a sparse matrix; its method "
                        "toarray() makes it dense.")
    if np.ma.is_masked(value):
        raise ValueError(f"{name} must be complete, but some of its entries are masked.")
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} must be a matrix, but its rows have different lengths.") from error


def shaped(array: Any, name: str, rows: int | None = None, columns: int | None = None,
           shape_in_words: str = "") -> Any:
    """Return `array`, of any array type, after a check that it is a real matrix of this shape.

    The parameters and errors are those of `matrix`; whether entries are finite is not checked.
    """
    if array.dtype.kind not in "biuf":
        kinds = {"c": "complex numbers", "U": "text", "S": "text"}
        kind = kinds.get(array.dtype.kind, f"entries of type {array.dtype}")
        raise TypeError(f"{name} must hold real numbers, but it holds {kind}.")
    if array.ndim == 2 and array.shape == (rows or len(array), columns or array.shape[1]) and all(
            array.shape):
        return array
    wanted = "×".join("any" if size is None else str(size) for size in (rows, columns))
    words = shape_in_words or wanted
    if shape_in_words and (rows or columns):
        words = f"{shape_in_words}, here {wanted}"
    came = "×".join(map(str, array.shape)) or "a single number"
    if array.ndim != 2:
        raise ValueError(f"{name} must be a matrix of shape {words}, not {came} "
                         f"(ndim = {array.ndim}).")
    if 0 in array.shape:
        raise ValueError(f"{name} must have at least one row and one column, but its shape is "
                         f"{came}.")
    raise ValueError(f"{name} must have shape {words}, not {came}.")


def writable(out: Any, name: str, shape: tuple[int, ...]) -> Any:
    """Return `out` after a check that floating-point numbers of this shape can be written into it.

    Raises
    ------
    TypeError
        If it is no array of floating-point numbers.
    ValueError
        If its shape is another one, or if it is read-only.
    """
    kind = getattr(out, "dtype", None)
    if kind is None or np.dtype(kind).kind != "f" or kind.itemsize < 4:
        came = type(out).__name__ if kind is None else f"one of {kind}"
        raise TypeError(f"{name} must be an array of floating-point numbers of at least single "
                        f"precision, not {came}.")
    if out.shape != shape:
        wanted, came = ("×".join(map(str, sizes)) for sizes in (shape, out.shape))
        raise ValueError(f"{name} must have shape {wanted}, not {came}.")
    if isinstance(out, np.ndarray) and not out.flags.writeable:
        raise ValueError(f"{name} must be an array that can be written to, but it is read-only.")
    return out


def symmetric(matrix: np.ndarray, name: str) -> np.ndarray:
    """Return the symmetric part of a square matrix that is symmetric up to rounding errors.

    Parameters
    ----------
    matrix : array of shape (n, n)
    name : str
        What the matrix is called in the formulas.

    Raises
    ------
    ValueError
        If entries differ by more than 10⁻⁸ of the largest one.
    """
    difference = np.abs(matrix / 2 - matrix.T / 2)
    i, j = np.unravel_index(difference.argmax(), difference.shape)
    if 2 * difference[i, j] > 1e-8 * np.abs(matrix).max():
        raise ValueError(f"{name} must be symmetric, but its entries ({i}, {j}) and ({j}, {i}) "
                         f"(counted from 0) are {matrix[i, j]:g} and {matrix[j, i]:g}.")
    return matrix / 2 + matrix.T / 2


def not_finite(name: str, row: int, column: int, entry: float) -> ValueError:
    """Return the error for an entry of a matrix that is not finite."""
    return ValueError(f"{name} must be finite, but its entry in row {row}, column {column} "
                      f"(counted from 0) is {entry}.")


def finite(result: Any, name: str, positive: bool = False, **given: Any) -> Any:
    """Return a result of floating-point arithmetic after a check that it is finite.

    Parameters
    ----------
    result : ndarray or float
    name : str
        The name of the result in the formulas.
    positive : bool
        Whether the result must be positive, too.
    **given : what the result was computed from, for the message

    Raises
    ------
    ArithmeticError
        If an entry of the result is not finite or, if asked, not positive.
    """
    if not np.isfinite(result).all() or (positive and not np.all(result > 0)):
        inputs = " and ".join(f"{key} = {value:g}" if np.ndim(value) == 0
                              else f"{key} with entries up to {np.abs(value).max():g}"
                              for key, value in given.items())
        raise ArithmeticError(f"{name} has no finite value here: it overflows or underflows in "
                              f"floating point for {inputs}, so take another scale.")
    return result


def scalar(value: Any, name: str, positive: bool = False) -> float:
    """Return `value` as a float.

    Raises
    ------
    TypeError
        If it is not a single real number.
    ValueError
        If it is not finite or, if asked, not positive.
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if type(value) is not float and (isinstance(value, bool) or not isinstance(value, Real)):
        raise TypeError(f"{name} must be a single real number, not {_short(value)}.")
    try:
        number = float(value)
    except OverflowError:
        number = np.inf
    if not isfinite(number):
        raise ValueError(f"{name} must be finite, but it is {number}.")
    if positive and number <= 0:
        raise ValueError(f"{name} must be positive, but it is {number:g}.")
    return number


def whole(value: Any, name: str, least: int = 1, most: int | None = None, why: str = "") -> int:
    """Return `value` as an int.

    Parameters
    ----------
    value : int
    name : str
        The name of the number in the formulas.
    least, most : int
        The range that it must lie in; None sets no upper limit.
    why : str
        The reason for the range, which the message adds.

    Raises
    ------
    TypeError
        If it is not a whole number.
    ValueError
        If it is out of range.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be a whole number, not {_short(value)}.")
    if value < least or (most is not None and value > most):
        allowed = f"at least {least}" if most is None else f"between {least} and {most}"
        reason = f", {why}" if why else ""
        raise ValueError(f"{name} must be {allowed}{reason}, but it is {value}.")
    return int(value)


def known(name: Any, among: Mapping | tuple | list, what: str) -> Any:
    """Return `name` after a check that it is one of `among`.

    Raises
    ------
    ValueError
        If it is not; the message lists the known names and suggests the nearest one.
    """
    if isinstance(name, str) and name in among:
        return name
    near = get_close_matches(str(name), list(among), 1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"There is no {what} {_short(name)}; there are {', '.join(among)}.{hint}")


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {'×'.join(map(str, value.shape))}"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
