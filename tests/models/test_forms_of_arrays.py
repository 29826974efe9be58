"""Arrays and numbers in any form give a right answer or one sentence that names the argument."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
import sympy as sp
from bad_input import sentence
from high_precision import NUMERIC, POINT, bound, error, given, read_only
from tables import over

from lvmcalc.models import AutoencoderProblem, GPLVMProblem, autoencoder, gplvm
from lvmcalc.training import data, gram

pytestmark = pytest.mark.filterwarnings("error")
CELLS = [(name, argument) for name,
         (_, _, arguments) in NUMERIC.items() for argument in arguments.split()]
# These are called by another one that is here, and look at nothing themselves.
AGAIN = (".contributions", "Problem.value", "Problem.best", "InTheSpan.value")
ENTERED = [cell for cell in CELLS if not cell[0].endswith(AGAIN)]
ARRAYS = [cell for cell in ENTERED if cell[1] not in ("alpha", "beta")]
SCALARS = [cell for cell in ENTERED if cell[1] in ("alpha", "beta")]


def shown(cases: Iterable) -> Iterator:
    """Yield the cases of one test; the last one printed is the one that failed."""
    for case in cases:
        print(case)
        yield case


# What is an array of the right numbers, in any form
def of_package(package: str, make: Callable[[Any, np.ndarray], Any]) -> Callable[[np.ndarray], Any]:
    return lambda array: make(pytest.importorskip(package, reason=f"{package} is optional"), array)


FORMS = {
    "list": np.ndarray.tolist, "tuple of tuples": lambda a: tuple(map(tuple, a.tolist())),
    "int64": lambda a: a.astype(np.int64), "int8": lambda a: a.astype(np.int8),
    "float32": lambda a: a.astype("f4"),
    "float16": lambda a: a.astype("f2"), "long double": lambda a: a.astype(np.longdouble),
    "other byte order": lambda a: a.astype(">f8"), "Fortran order": np.asfortranarray,
    "every other column": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "reversed": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
    "transposed": lambda a: a.T.copy().T,
    "broadcast": lambda a: np.broadcast_to(a[None], (2, *a.shape))[1],
    "not aligned": lambda a: np.frombuffer(b"\0" + a.tobytes(),
                                           np.uint8)[1:].view(float).reshape(a.shape),
    "read-only": read_only, "masked, nothing masked": np.ma.array,
    "np.matrix": lambda a: a.view(np.matrix),
    "pandas": of_package("pandas", lambda pd,
                         a: pd.DataFrame(a, columns=[*"abcdefgh"][:a.shape[1]])),
    "pandas, whole numbers": of_package("pandas", lambda pd, a: pd.DataFrame(a.astype(int))),
    "dask": of_package("dask.array", lambda da, a: da.from_array(a, chunks=2)),
    "dask of pandas": of_package("dask.dataframe", lambda dd, a: dd.from_pandas(
        pytest.importorskip("pandas").DataFrame(a), npartitions=2)),
}


@over("form", FORMS)
def test_an_array_in_any_form_gives_the_right_answer_and_is_not_changed(form: str) -> None:
    for name, argument in shown(ARRAYS):
        array = FORMS[form](POINT[argument])
        got = NUMERIC[name][0](**given(name, **{argument: array}))
        got = np.asarray(got) if gram.is_lazy(got) else got
        relative, kappa = error(NUMERIC[name][1], got, given(name))
        assert relative <= bound(kappa, given(name))
        np.testing.assert_array_equal(np.asarray(array, dtype=float), POINT[argument])
        assert isinstance(got, float) or (type(got) is np.ndarray and got.dtype == np.float64)


# What is no matrix of finite real numbers of the right shape
def with_entry(value: Any) -> Callable[[np.ndarray], np.ndarray]:
    def changed(array: np.ndarray) -> np.ndarray:
        array = array.astype(np.result_type(array, np.asarray(value)))
        array[-1, -1] = value
        return array
    return changed


BAD_ARRAYS = {
    "nan": with_entry(np.nan), "inf": with_entry(np.inf), "-inf": with_entry(-np.inf),
    "complex": with_entry(1j),
    "long double too large": with_entry(np.longdouble("1e4000")),
    "one axis": lambda a: a[0], "three axes": lambda a: a[None], "no axis": lambda a: a[0, 0],
    "no rows": lambda a: a[:0], "no columns": lambda a: a[:, :0], "empty list": lambda a: [],
    "None": lambda a: None,
    "text": lambda a: "1 2; 3 4", "texts": lambda a: a.astype(str),
    "objects": lambda a: a.astype(object),
    "a whole number beyond int64": lambda a: [[10**400] * a.shape[1]] * a.shape[0],
    "dates": lambda a: a.astype("M8[s]"), "ragged": lambda a: [*a.tolist()[:-1], [1.0]],
    "masked": lambda a: np.ma.masked_equal(a, a[0, 0]), "a set": lambda a: {1.0, 2.0},
    "a function": lambda a: len,
    "SymPy": lambda a: sp.Matrix(a.tolist()),
    "pandas with nan": of_package("pandas", lambda pd, a: pd.DataFrame(a).where(a != a[0, 0])),
    "pandas with text": of_package("pandas", lambda pd, a: pd.DataFrame(a).assign(name="iris")),
    "dask with nan": of_package("dask.array", lambda da, a: da.from_array(with_entry(np.nan)(a))),
}


@over("fault", BAD_ARRAYS)
def test_what_is_no_matrix_gets_one_sentence_that_names_it(fault: str) -> None:
    for name, argument in shown(ARRAYS):
        changed = given(name, **{argument: BAD_ARRAYS[fault](POINT[argument])})
        said = sentence(partial(NUMERIC[name][0], **changed), TypeError, ValueError)
        assert said.startswith(f"{argument} must ")


@over(("name", "argument", "axis"), [
    (name, argument, axis) for name, argument in ARRAYS for axis in (0, 1)
    # the other one tells the size
    if len([a for a in NUMERIC[name][2].split() if a in "WxXY"]) == 2
    and (argument, axis) in (("W", 1), ("x", 0), ("X", 0), ("Y", 0))])
def test_a_row_or_column_too_many_gets_one_sentence(name: str, argument: str, axis: int) -> None:
    larger = np.concatenate([POINT[argument], np.take(POINT[argument], [0], axis)], axis)
    said = sentence(lambda: NUMERIC[name][0](**given(name, **{argument: larger})), ValueError)
    assert "must have shape" in said


BAD_SCALARS = {"0": 0, "-0.0": -0.0, "negative": -2.5, "nan": np.nan, "inf": np.inf,
               "too large": 10**400,
               "text": "1", "None": None, "complex": 1j, "True": True, "array": np.ones(2),
               "list": [1.0],
               "SymPy": sp.Symbol("a")}


@over("fault", BAD_SCALARS)
def test_what_is_no_positive_number_gets_one_sentence_that_names_it(fault: str) -> None:
    for name, argument in shown(SCALARS):
        if fault == "None" and argument == "beta" and name.startswith(("GPLVMProblem", "InThe")):
            continue  # no beta is the best beta
        changed = given(name, **{argument: BAD_SCALARS[fault]})
        said = sentence(partial(NUMERIC[name][0], **changed), TypeError, ValueError)
        assert said.startswith(f"{argument} must be ")


WHOLE = {
    "m": lambda k: autoencoder.optimum(POINT["x"], k),
    "Q": lambda k: gplvm.optimum(POINT["Y"], k, 1.0, 1.0),
    "Q of best_beta": lambda k: gplvm.best_beta(POINT["Y"], k),
    "N": lambda k: data.sample_gplvm(k, 4, 1),
    "D": lambda k: data.sample_gplvm(5, k, 1),
    "Q of a sample": lambda k: data.sample_gplvm(5, 4, k),
    "m of a problem": lambda k: AutoencoderProblem(POINT["x"], k),
    "Q of a problem": lambda k: GPLVMProblem(POINT["Y"], k),
}


@over("value", [0, -1, 10**30, 1.5, 2.0, "2", None, True, np.nan, [1],
               np.ones(1)])
def test_what_is_no_whole_number_in_range_gets_one_sentence(value: object) -> None:
    for name in shown(WHOLE):
        said = sentence(partial(WHOLE[name], value), TypeError, ValueError)
        assert said.startswith((f"{name[0]} must be ", "Y must have at most 100,000,000 entries"))
