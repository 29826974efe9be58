"""Every public function returns a right answer or one clear error, whatever is passed.

Right is what `oracle_*` says, which forms K and inverts it in 700 digits (mpmath) and shares no
line with the package. An error is measured in units of the machine precision times 1 + κ, with κ
the condition number of the answer: how much more than its input it changes, relative to the norms,
which the oracle measures too.
"""

import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from sympy import Determinant, MatrixSymbol, Trace
from tables import over

import lvmcalc
from lvmcalc import audit, checks, compare, gradient, mark
from lvmcalc.calculus import UnsupportedExpression, differentials
from lvmcalc.models import AutoencoderProblem, GPLVMProblem, autoencoder, gplvm
from lvmcalc.show import (
    AnswerBox,
    LiveAutoencoder,
    LiveGPLVM,
    Prediction,
    StageWalk,
    TwoWeights,
    figures,
)
from lvmcalc.training import Trainer, data, gram

pytestmark = pytest.mark.filterwarnings("error")

EPS, SUBNORMAL = float(np.finfo(float).eps), 5e-324
DIGITS = 700  # the square of 1e±300 beside 1, and a hundred digits more
N, D, Q = 7, 4, 2  # all different, and different from the sizes of the autoencoder
n, m, S = 5, 3, 6
RNG = np.random.default_rng(6)
# Whole numbers, so that every form of an array holds the same ones.
POINT = {"W": RNG.integers(-3, 4, (m, n)).astype(float),
         "x": RNG.integers(-5, 6, (n, S)).astype(float),
         "X": RNG.integers(-3, 4, (N, Q)).astype(float),
         "Y": RNG.integers(-5, 6, (N, D)).astype(float),
         "alpha": 1.25, "beta": 0.75}
AUTOENCODER, GPLVM = autoencoder.chain(), gplvm.chain()


# The oracle
def high(value: Any) -> Any:
    return mp.matrix(np.asarray(value,
                                dtype=float).tolist()) if np.ndim(value) else mp.mpf(float(value))


def norm(value: Any) -> Any:
    return mp.sqrt(sum(entry**2 for entry in value)) if isinstance(value, mp.matrix) else abs(value)


def trace(A: mp.matrix) -> mp.mpf:
    return mp.fsum(A[i, i] for i in range(A.rows))


def oracle_residual(W: mp.matrix, x: mp.matrix) -> mp.matrix:
    return W.T * W * x - x


def oracle_loss(W: mp.matrix, x: mp.matrix) -> mp.mpf:
    return norm(oracle_residual(W, x)) ** 2 / 2


def oracle_W_gradient(W: mp.matrix, x: mp.matrix) -> mp.matrix:
    c = oracle_residual(W, x)
    return W * (c * x.T + x * c.T)


def oracle_best_loss(x: mp.matrix, m: int = m) -> mp.mpf:
    return mp.fsum(sorted(mp.eigsy(x * x.T, eigvals_only=True))[: x.rows - m]) / 2


def kernel(X: mp.matrix, alpha: mp.mpf, beta: mp.mpf) -> mp.matrix:
    return alpha * X * X.T + mp.eye(X.rows) / beta


def oracle_L(X: mp.matrix, Y: mp.matrix, alpha: mp.mpf, beta: mp.mpf) -> mp.mpf:
    K = kernel(X, alpha, beta)
    fit = trace(mp.inverse(K) * Y * Y.T)
    return -(Y.rows * Y.cols * mp.log(2 * mp.pi) + Y.cols * mp.log(mp.det(K)) + fit) / 2


def oracle_X_gradient(X: mp.matrix, Y: mp.matrix, alpha: mp.mpf, beta: mp.mpf) -> mp.matrix:
    K_inverse = mp.inverse(kernel(X, alpha, beta))
    return alpha * (K_inverse * Y * Y.T - Y.cols * mp.eye(Y.rows)) * K_inverse * X


def oracle_best_L(Y: mp.matrix, alpha: mp.mpf, beta: mp.mpf, Q: int = Q) -> mp.mpf:
    eigenvalues = sorted(mp.eigsy(Y * Y.T, eigvals_only=True), reverse=True)
    of_K = [max(value / Y.cols, 1 / beta) for value in eigenvalues[:Q]] + [1 / beta] * (Y.rows - Q)
    fit = mp.fsum(value / k for value, k in zip(eigenvalues, of_K, strict=True))
    return -(Y.rows * Y.cols * mp.log(2 * mp.pi) + Y.cols * mp.fsum(map(mp.log, of_K)) + fit) / 2


def oracle_best_beta(Y: mp.matrix, Q: int = Q) -> mp.mpf:
    rest = mp.fsum(sorted(mp.eigsy(Y * Y.T, eigvals_only=True))[: Y.rows - Q])
    return Y.cols * (Y.rows - Q) / rest


def oracle_centred(Y: mp.matrix) -> mp.matrix:
    means = [mp.fsum(Y[i, j] for i in range(Y.rows)) / Y.rows for j in range(Y.cols)]
    return mp.matrix([[Y[i, j] - means[j] for j in range(Y.cols)] for i in range(Y.rows)])


class AlwaysInTheSpan(GPLVMProblem):
    """The problem that is trained in the coordinates of the span, however few rows it has."""

    _pays = True


def entered(X: Any, Y: Any, alpha: Any, beta: Any) -> Trainer:
    """Return a trainer that is at X."""
    trainer = Trainer(AlwaysInTheSpan(Y, Q, alpha, beta))
    trainer.parameters = X
    return trainer


# name: what is called, what the oracle says, and the names of what both are given
NUMERIC = {
    "autoencoder.loss": (autoencoder.loss, oracle_loss, "W x"),
    "autoencoder.gradient": (autoencoder.gradient, oracle_W_gradient, "W x"),
    "autoencoder.optimum": (lambda x: autoencoder.optimum(x, m).loss, oracle_best_loss, "x"),
    "gplvm.log_likelihood": (gplvm.log_likelihood, oracle_L, "X Y alpha beta"),
    "gplvm.gradient": (gplvm.gradient, oracle_X_gradient, "X Y alpha beta"),
    "gplvm.optimum": (lambda Y, alpha, beta: gplvm.optimum(Y, Q, alpha, beta).log_likelihood,
                      oracle_best_L,
                      "Y alpha beta"),
    "gplvm.best_beta": (lambda Y: gplvm.best_beta(Y, Q), oracle_best_beta, "Y"),
    "autoencoder.chain().forward": (lambda W, x: AUTOENCODER.forward(W=W, x=x)["L"], oracle_loss,
                                    "W x"),
    "autoencoder.chain().backward": (lambda W, x: AUTOENCODER.backward(W=W, x=x)["W"],
                                     oracle_W_gradient, "W x"),
    "autoencoder.chain().contributions":
        (lambda W, x: sum(AUTOENCODER.contributions("W", W=W, x=x).values()), oracle_W_gradient,
         "W x"),
    "gplvm.chain().forward": (lambda **leaves: GPLVM.forward(**leaves)["L"], oracle_L,
                              "X Y alpha beta"),
    "gplvm.chain().backward": (lambda **leaves: GPLVM.backward(**leaves)["X"], oracle_X_gradient,
                               "X Y alpha beta"),
    "gplvm.chain().contributions":
        (lambda **leaves: sum(GPLVM.contributions("X", **leaves).values()), oracle_X_gradient,
         "X Y alpha beta"),
    "data.centred": (data.centred, oracle_centred, "Y"),
    "AutoencoderProblem.value": (lambda W, x: AutoencoderProblem(x, m).value(W), oracle_loss,
                                 "W x"),
    "AutoencoderProblem.value_and_gradient":
        (lambda W, x: AutoencoderProblem(x, m).value_and_gradient(W)[1], oracle_W_gradient, "W x"),
    "AutoencoderProblem.best": (lambda x: AutoencoderProblem(x, m).best, oracle_best_loss, "x"),
    "GPLVMProblem.value": (lambda X, Y, alpha, beta: GPLVMProblem(Y, Q, alpha, beta).value(X),
                           oracle_L,
                           "X Y alpha beta"),
    "GPLVMProblem.value_and_gradient":
        (lambda X, Y, alpha, beta: GPLVMProblem(Y, Q, alpha, beta).value_and_gradient(X)[1],
         oracle_X_gradient,
         "X Y alpha beta"),
    "GPLVMProblem.best": (lambda Y, alpha, beta: GPLVMProblem(Y, Q, alpha, beta).best,
                          oracle_best_L, "Y alpha beta"),
    "GPLVMProblem.best_beta": (lambda Y: GPLVMProblem(Y, Q).beta, oracle_best_beta, "Y"),
    "InTheSpan.value": (lambda **given: entered(**given).value, oracle_L, "X Y alpha beta"),
    "InTheSpan.value_and_gradient":
        (lambda **given: np.asarray(entered(**given).gradient), oracle_X_gradient,
         "X Y alpha beta"),
}
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


def given(name: str, **change: Any) -> dict[str, Any]:
    return {argument: (POINT | change)[argument] for argument in NUMERIC[name][2].split()}


def error(oracle: Callable, got: Any, values: dict[str, Any]) -> tuple[float, float]:
    """Return the relative error of an answer, in norm, and the condition number."""
    truth, kappa = true_value(oracle,
                              tuple((key, np.asarray(value, dtype=float).tobytes(), np.shape(value))
                                            for key, value in values.items()))
    with mp.workdps(DIGITS):
        miss, size = norm(high(got) - truth), norm(truth)
        # Rounding to a float, here or on the way, may cost a subnormal number for every entry,
        # however small they are.
        return float(max(mp.mpf(0), miss - SUBNORMAL * np.size(got))
                     / size) if size else float(miss), kappa


@cache
def true_value(oracle: Callable, values: tuple) -> tuple[Any, float]:
    """Return the truth and by how much a change of 10⁻³⁰ of all matrices, relative to their norms,
    is amplified."""
    rng = np.random.default_rng(7)
    with mp.workdps(DIGITS):
        exact = {key: high(np.frombuffer(raw).reshape(shape)) for key, raw, shape in values}
        truth, kappa = oracle(**exact), mp.mpf(0)
        for _ in range(3):
            moved = {}
            for key, value in exact.items():
                noise = high(rng.standard_normal(np.shape(value.tolist())
                                                 if isinstance(value, mp.matrix) else ()))
                moved[key] = value + noise * (norm(value) / norm(noise) * mp.mpf(10) ** -30)
            change = norm(oracle(**moved) - truth) * mp.mpf(10) ** 30
            kappa = max(kappa, change / norm(truth) if norm(truth) else mp.mpf(0))
        return truth, float(min(kappa, mp.mpf(10) ** 300))


def bound(kappa: float, values: dict[str, Any]) -> float:
    """Four rounding errors for each row and column: what backward stable products and
    factorisations may cost."""
    return 4 * sum(sum(np.shape(value)) for value in values.values()) * EPS * (1 + kappa)


PACKAGE = str(Path(lvmcalc.__file__).parent)


def sentence(call: Callable[[], Any], *kinds: type) -> str:
    """Return the one sentence with which a call stops; it comes from the package's own checks."""
    with pytest.raises(kinds) as caught:
        call()
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    words = str(caught.value)
    # no LinAlgError, no FloatingPointError
    assert type(caught.value) in (*kinds, checks.LostDigits), f"{caught.type.__name__}: {words}"
    assert last.filename.startswith(PACKAGE), f"{last.filename}: {words}"
    assert words.endswith(".")
    assert "\n" not in words
    return words


# What is an array of the right numbers, in any form
def of_package(package: str, make: Callable[[Any, np.ndarray], Any]) -> Callable[[np.ndarray], Any]:
    return lambda array: make(pytest.importorskip(package, reason=f"{package} is optional"), array)


def read_only(array: np.ndarray) -> np.ndarray:
    array = array.copy()
    array.setflags(write=False)
    return array


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


# Huge, tiny and subnormal numbers
SCALES = (1e300, 1e150, 1e-150, 1e-300, 1e-310)
# What comes of every scale above: a right answer (r), or one sentence (-) as it has no finite value
# in floating point.
OUTCOMES = {
    ("autoencoder.loss", "W"): "--rrr", ("autoencoder.loss", "x"): "-rrrr",
    ("autoencoder.gradient", "W"): "--rrr",
    ("autoencoder.gradient", "x"): "-rrrr", ("autoencoder.optimum", "x"): "-rrrr",
    ("gplvm.log_likelihood", "X"): "rrrrr", ("gplvm.log_likelihood", "Y"): "-rrrr",
    ("gplvm.log_likelihood", "alpha"): "rrrrr", ("gplvm.log_likelihood", "beta"): "rrrrr",
    ("gplvm.gradient", "X"): "rrrr-", ("gplvm.gradient", "Y"): "-rrrr",
    ("gplvm.gradient", "alpha"): "rrrr-",
    ("gplvm.gradient", "beta"): "rrrr-", ("gplvm.optimum", "Y"): "-rrrr",
    ("gplvm.optimum", "alpha"): "rrrrr",
    ("gplvm.optimum", "beta"): "rrrrr", ("gplvm.best_beta", "Y"): "-rr--",
    ("autoencoder.chain().forward", "W"): "--r--", ("autoencoder.chain().forward", "x"): "-rr--",
    ("autoencoder.chain().backward", "W"): "--r--", ("autoencoder.chain().backward", "x"): "-rr--",
    ("autoencoder.chain().contributions", "W"): "--r--",
    ("autoencoder.chain().contributions", "x"): "-rr--",
    ("gplvm.chain().forward", "X"): "--r--", ("gplvm.chain().forward", "Y"): "-rr--",
    ("gplvm.chain().forward", "alpha"): "--rr-", ("gplvm.chain().forward", "beta"): "-----",
    ("gplvm.chain().backward", "X"): "--r--", ("gplvm.chain().backward", "Y"): "-rr--",
    ("gplvm.chain().backward", "alpha"): "--rr-", ("gplvm.chain().backward", "beta"): "-----",
    ("gplvm.chain().contributions", "X"): "--r--", ("gplvm.chain().contributions", "Y"): "-rr--",
    ("gplvm.chain().contributions", "alpha"): "--rr-",
    ("gplvm.chain().contributions", "beta"): "-----",
    ("data.centred", "Y"): "rrrrr",
    ("AutoencoderProblem.value", "W"): "--rrr", ("AutoencoderProblem.value", "x"): "-rr--",
    ("AutoencoderProblem.value_and_gradient", "W"): "--rrr",
    ("AutoencoderProblem.value_and_gradient", "x"): "-rr--",
    ("AutoencoderProblem.best", "x"): "-rr--",
    ("GPLVMProblem.value", "X"): "-rrrr", ("GPLVMProblem.value", "Y"): "-rr--",
    ("GPLVMProblem.value", "alpha"): "rrrr-", ("GPLVMProblem.value", "beta"): "rrrr-",
    ("GPLVMProblem.value_and_gradient", "X"): "-rrrr",
    ("GPLVMProblem.value_and_gradient", "Y"): "-rr--",
    ("GPLVMProblem.value_and_gradient", "alpha"): "rrrr-",
    ("GPLVMProblem.value_and_gradient", "beta"): "rrrr-",
    ("GPLVMProblem.best", "Y"): "-rr--", ("GPLVMProblem.best", "alpha"): "rrrr-",
    ("GPLVMProblem.best", "beta"): "rrrr-", ("GPLVMProblem.best_beta", "Y"): "-rr--",
    ("InTheSpan.value", "X"): "-rr--", ("InTheSpan.value", "Y"): "-rr--",
    ("InTheSpan.value", "alpha"): "rrrr-", ("InTheSpan.value", "beta"): "rrrr-",
    ("InTheSpan.value_and_gradient", "X"): "-rr--", ("InTheSpan.value_and_gradient", "Y"): "-rr--",
    ("InTheSpan.value_and_gradient", "alpha"): "rrrr-",
    ("InTheSpan.value_and_gradient", "beta"): "rrrr-",
}


@over("place", range(len(SCALES)))
@over(("name", "argument"), OUTCOMES)
def test_huge_tiny_and_subnormal_numbers_give_a_right_answer_or_one_sentence(
        name: str, argument: str, place: int) -> None:
    values = given(name, **{argument: POINT[argument] * SCALES[place]})
    try:
        got = NUMERIC[name][0](**values)
    except ArithmeticError:
        outcome = "-"
        said = sentence(lambda: NUMERIC[name][0](**values), ArithmeticError)
        assert ("no finite value here: it overflows or underflows" in said
                or "keeps fewer than 8 digits here" in said)
    else:
        outcome = "r"
        relative, kappa = error(NUMERIC[name][1], got, values)
        assert relative <= bound(kappa, values)
    assert outcome == OUTCOMES[name, argument][place]


# Extremes
def drawn(N: int, D: int, Q: int, beta: float,
          seed: int = 0) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Return latent points and data that follow the model: Y is as far from X Wᵀ as the noise is
    large."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((N, Q))
    return X, X @ rng.standard_normal((Q, D)) + rng.standard_normal((N,
                                                                     D)) / np.sqrt(beta), 1.3, beta


def turned(lengths: list[float], rows: int, seed: int = 1) -> np.ndarray:
    """Return a matrix of these singular values, as a product of two orthonormal ones and a diagonal
    one."""
    rng = np.random.default_rng(seed)
    U, V = (np.linalg.qr(rng.standard_normal((size, len(lengths))))[0]
            for size in (rows, len(lengths)))
    return U * lengths @ V.T


X0, Y0, *_ = drawn(9, 5, 3, 1.0)
# What is extreme: X, Y, α, β, and the relative error that was achieved in L and in ∂L/∂X.
EXTREMES = {
    "β = 1e-12": (*drawn(9, 5, 3, 1e-12), 1e-16, 9e-16),
    "β = 1e-6": (*drawn(9, 5, 3, 1e-6), 8e-17, 8e-16),
    "β = 1e6": (*drawn(9, 5, 3, 1e6), 6e-15, 5e-13),
    "β = 1e12": (*drawn(9, 5, 3, 1e12), 3e-12, 5e-10),
    "β = 1e12, data far from X": (X0, Y0[::-1], 1.3, 1e12, 2e-16, 8e-16),
    "αβXᵀX = 1e307": (X0 * 2e153, Y0, 1.0, 1.0, 9e-17, 7e-16),
    "αβXᵀX = 1e320": (X0 * 1e20, Y0, 1e280, 1.0, 2e-16, 9e-16),
    "α = 1e-300, β = 1e300": (X0, Y0 * 1e-150, 1e-300, 1e300, 1e-16, 7e-16),
    "duplicate singular values": (turned([2.0, 2.0, 2.0], 9), turned([3.0] * 5, 9, 2), 1.0, 2.0,
                                  1e-16, 5e-16),
    "X of rank 1": (np.outer(X0[:, 0], [1.0, 2.0, -1.0]), Y0, 1.3, 1e6, 5e-17, 5e-9),
    "X = 0": (0 * X0, Y0, 1.3, 0.7, 2e-17, 0.0),
    "Y = 0": (X0, 0 * Y0, 1.3, 0.7, 1e-17, 7e-16),
    "columns of X of lengths 1 and 1e-8": (X0 * [1.0, 1e-8, 1.0], Y0, 1.3, 1e12, 4e-14, 8e-10),
    "Q = D": (*drawn(9, 3, 3, 1e12), 2e-12, 2e-10),
    "N = Q = D": (*drawn(4, 4, 4, 1e12), 2e-16, 5e-16),
    "N < Q": (*drawn(2, 5, 4, 1e12), 1e-15, 8e-16),
    "N = 1": (*drawn(1, 4, 1, 1e12), 1e-15, 2e-16),
    "N = D = Q = 1": (*drawn(1, 1, 1, 1e12), 1e-15, 2e-16),
}


@over("case", EXTREMES)
def test_the_gplvm_agrees_with_high_precision_at_the_extremes(case: str) -> None:
    *values, of_L, of_gradient = EXTREMES[case]
    values = dict(zip(("X", "Y", "alpha", "beta"), values, strict=True))
    for function, oracle, achieved in ((gplvm.log_likelihood, oracle_L, of_L),
                                       (gplvm.gradient, oracle_X_gradient, of_gradient)):
        relative, kappa = error(oracle, function(**values), values)
        assert relative <= bound(kappa, values)
        assert relative <= 8 * max(achieved, EPS)  # another machine adds in another order


@pytest.mark.parametrize("power", [-6, 0, 6, 12])
@pytest.mark.parametrize("sizes", [(20, 7, 2), (9, 5, 2)], ids=["in the span", "as it is"])
def test_a_problem_loses_the_digits_of_the_square_of_Y_and_no_more(sizes: tuple[int, int, int],
                                                                   power: int) -> None:
    """A Gram matrix knows what is left of Y beside X to a rounding error of ‖Y‖², which counts β
    times."""
    X, Y, alpha, beta = drawn(*sizes, 10.0**power)
    trainer = Trainer(GPLVMProblem(Y, sizes[2], alpha, beta))
    trainer.parameters = X
    with mp.workdps(80):
        truth = [oracle(*map(high, (X, Y, alpha, beta)))
                 for oracle in (oracle_L, oracle_X_gradient)]
        size, least = beta * norm(high(Y)) ** 2, np.linalg.svd(X, compute_uv=False)[-1]
        assert abs(trainer.value - truth[0]) <= 8 * EPS * (size + abs(truth[0]))
        miss = norm(high(trainer.gradient) - truth[1])
        assert miss <= 8 * EPS * (size / least + norm(truth[1]))


@pytest.mark.parametrize("make", [
    lambda: AutoencoderProblem(POINT["x"] * 1e-158, m),
    lambda: AutoencoderProblem(POINT["x"] * 1e-200, m),
    lambda: GPLVMProblem(POINT["Y"] * 1e-158, Q),
    lambda: GPLVMProblem(POINT["Y"], Q, 1e-200, 1e-200),
    lambda: GPLVMProblem(POINT["Y"], Q, 1e200, 1e200), lambda: GPLVMProblem(POINT["Y"], Q, 1e-310)])
def test_a_problem_whose_own_numbers_overflow_or_underflow_gets_one_sentence(
    make: Callable) -> None:
    assert "no finite value here: it overflows or underflows in floating point for " in sentence(
        make, ArithmeticError)


def test_data_that_are_all_0_train_if_beta_is_known() -> None:
    trainer = Trainer(GPLVMProblem(np.zeros((31, D)), Q, beta=0.75)).run(5)
    assert (trainer.parameters == 0).all()
    assert trainer.gap == 0


@pytest.mark.parametrize("problem", [AutoencoderProblem(POINT["x"], m),
                                     GPLVMProblem(POINT["Y"], Q)], ids=["W", "X"])
def test_parameters_that_overflow_get_one_sentence_and_change_nothing(problem: Any) -> None:
    trainer = Trainer(problem).run(3)
    before = trainer.value, trainer.parameters.tolist()

    def enter() -> None:
        trainer.parameters = np.full(problem.shape, 1e300)
    assert "no finite value here" in sentence(enter, ArithmeticError)
    assert (trainer.value, trainer.parameters.tolist()) == before


# Y, Q, α, β, and the relative error that was achieved in the best L, and in the best β or the
# sentence instead.
OPTIMA = {
    "β = 1e-12": (*drawn(9, 5, 3, 1e-12)[1:], 3, 1e-16, 2e-16),
    "β = 1e12": (*drawn(9, 5, 3, 1e12)[1:], 3, 4e-13, 3e-11),
    "duplicate eigenvalues": (turned([3.0] * 5, 9), 1.3, 2.0, 3, 2e-16, 3e-16),
    "the last of Q is one of three equal ones": (turned([5.0, 3.0, 3.0, 3.0, 1.0], 9), 1.3, 2.0, 2,
                                                 1e-16, 6e-16),
    # 1e-12 or 2e-11, as OpenBLAS chooses its kernel for the machine
    "singular values from 1 to 1e-12": (turned([1.0, 1e-3, 1e-6, 1e-9, 1e-12], 9), 1.0, 1e18, 3,
                                        2e-11, 2e-8),
    "Q = D < N": (turned([4.0, 2.0, 1.0], 9), 1.3, 2.0, 3, 1e-16, "Q = 3 latent dimensions rebuild "
                                                                  "Y"),
    "N = Q < D": (turned([4.0, 2.0, 1.0], 9).T.copy(), 1.3, 2.0, 3, 9e-17,
                  "Q = 3 latent dimensions rebuild Y"),
    "N = 1": (Y0[:1], 1.3, 2.0, 1, 9e-18, "Q = 1 latent dimensions rebuild Y"),
    "Y of rank 2": (turned([4.0, 2.0, 0.0, 0.0, 0.0], 9), 1.3, 2.0, 2, 6e-17,
                    "Q = 2 latent dimensions rebuild Y"),
    "Y = 0": (0 * Y0, 1.3, 2.0, 2, 2e-17, "Q = 2 latent dimensions rebuild Y"),
}


@over("case", OPTIMA)
def test_the_optimum_agrees_with_high_precision_at_the_extremes(case: str) -> None:
    Y, alpha, beta, Q, of_L, of_beta = OPTIMA[case]
    values = {"Y": Y, "alpha": alpha, "beta": beta}
    best = gplvm.optimum(Y, Q, alpha, beta)
    relative, kappa = error(partial_of(oracle_best_L, Q=Q), best.log_likelihood, values)
    assert relative <= bound(kappa, values)
    assert relative <= 8 * max(of_L, EPS)
    with mp.workdps(100):  # the latent points reach what is claimed
        reached, claimed = oracle_L(*map(high, (best.X, Y, alpha,
                                                beta))), oracle_best_L(high(Y), alpha, beta, Q)
        assert abs(reached - claimed) <= bound(kappa, values) * abs(claimed)
    if isinstance(of_beta, str):
        assert sentence(lambda: gplvm.best_beta(Y, Q), ValueError).startswith(of_beta)
        return
    if np.linalg.svd(Y, compute_uv=False)[Q] < 1e-8 * np.linalg.norm(Y, 2):
        said = sentence(lambda: gplvm.best_beta(Y, Q), ArithmeticError)
        assert said.startswith("The best β keeps fewer than 8 digits here: ")
        return
    relative, kappa = error(partial_of(oracle_best_beta, Q=Q), gplvm.best_beta(Y, Q), {"Y": Y})
    assert relative <= bound(kappa, {"Y": Y})
    assert relative <= 8 * max(of_beta, EPS)


@cache
def partial_of(oracle: Callable, **fixed: Any) -> Callable:
    return lambda **values: oracle(**values, **fixed)


# x, m, and the relative error that was achieved in the smallest loss.
SMALLEST_LOSSES = {
    "duplicate eigenvalues": (turned([3.0] * 5, 9).T, 2, 4e-17),
    "singular values from 1 to 1e-12": (turned([1.0, 1e-3, 1e-6, 1e-9, 1e-12], 9).T, 3, 2e-8),
    "singular values near 1e153": (turned([1e153, 5e152, 1e152], 9).T, 2, 3e-15),
    "fewer samples than rows": (turned([3.0, 1.0], 7), 1, 6e-17),
    "m = n": (turned([3.0, 2.0, 1.0], 9).T, 3, 0.0),
    "m = n, one sample": (np.array([[1.0], [2.0], [3.0]]), 3, 0.0),
    "one row": (np.array([[1.0, 2.0, 3.0]]), 1, 0.0),
    "x = 0": (np.zeros((4, 3)), 2, 0.0),
}


@pytest.mark.parametrize("case", SMALLEST_LOSSES)
def test_the_smallest_loss_agrees_with_high_precision_at_the_extremes(case: str) -> None:
    x, m, achieved = SMALLEST_LOSSES[case]
    best = autoencoder.optimum(x, m)
    with mp.workdps(DIGITS):
        truth, size = oracle_best_loss(high(x), m), norm(high(x))
        assert best.W.shape == (m, len(x))
        # What is left over is a length, and rounding adds to it what it adds to x.
        allowed = bound(0, {"x": x}) * size
        assert abs(mp.sqrt(mp.mpf(best.loss)) - mp.sqrt(truth)) <= allowed
        assert mp.sqrt(oracle_loss(high(best.W), high(x))) - mp.sqrt(truth) <= allowed
        if truth > 1e-200:
            assert abs(best.loss / truth - 1) <= 8 * max(achieved, EPS)
        else:
            assert best.loss <= 1e-200


@over("power", range(-12, 13, 2))
def test_a_chain_agrees_to_seven_digits_or_says_that_it_cannot(power: int) -> None:
    """A chain forms and inverts K, as the lecture does, so that it loses digits where K is all but
    singular."""
    X, Y, alpha, beta = drawn(9, 5, 3, 10.0**power)
    values = {"X": X, "Y": Y, "alpha": alpha, "beta": beta}
    if power >= 6:
        assert "keeps fewer than 8 digits here" in sentence(lambda: GPLVM.forward(**values),
                                                            ArithmeticError)
        return
    assert error(oracle_L, GPLVM.forward(**values)["L"], values)[0] < 1e-8
    assert error(oracle_X_gradient, GPLVM.backward(**values)["X"], values)[0] < 1e-7


def test_a_product_that_underflows_is_no_zero() -> None:
    chain = gplvm.trace_chain()  # YYᵀ is 1e-400, K⁻¹ is 1e300 and their product an ordinary number
    values = {"X": POINT["X"], "Y": POINT["Y"] * 1e-200, "alpha": 1e-300, "beta": 1e300}
    assert sentence(lambda: chain.forward(**values),
                    ArithmeticError).startswith("p = Y Yᵀ has no finite value here")
    zero = chain.forward(**values | {"Y": 0 * POINT["Y"]})
    assert zero["L2"] == 0  # and a true zero is one


# Symbols, texts and functions
A, B = MatrixSymbol("A", 3, 3), MatrixSymbol("B", *sp.symbols("N Q"))
z = sp.Symbol("z", positive=True)
NO_SCALARS = [None, "X", [1], (), {}, {1}, np.eye(3), np.array(3.0), True, sp.true, sp.Eq(z, z), A,
              sp.eye(3), len,
              object(), lambda x: x, type]
UNKNOWN = [np.nan, np.inf, sp.nan, sp.oo, sp.zoo, sp.I, sp.gamma(Determinant(A)),
           sp.asinh(Trace(A)), z**10**9,
           sp.nan * Trace(A), Trace(A) / 0, sp.Lambda(z, 1)]


@over("wrong", NO_SCALARS)
def test_what_has_no_gradient_gets_one_sentence(wrong: object) -> None:
    sentence(lambda: gradient(wrong, A), TypeError)
    # which has a gradient with respect to itself no more than any matrix, but is a variable
    if wrong is not A:
        sentence(lambda: gradient(Trace(A), wrong), TypeError)
    if getattr(wrong, "is_Matrix", False):
        assert compare(wrong, Trace(A)).status in ("refuted", "undecided")
    else:
        sentence(lambda: compare(wrong, Trace(A)), TypeError)
        sentence(lambda: compare(Trace(A), wrong), TypeError)


@over("unknown", UNKNOWN)
def test_what_the_calculus_does_not_know_is_named_and_never_called_equal(unknown: Any) -> None:
    said = sentence(lambda: gradient(unknown, A), UnsupportedExpression)
    assert said.startswith("The calculus does not know ")
    assert compare(unknown, unknown).status == "undecided"


@pytest.mark.parametrize("wrong", [None, 3, [3], [[]], np.eye(2), {1.5}, len],
                         ids=lambda value: type(value).__name__)
def test_what_names_no_symmetric_matrix_gets_one_sentence(wrong: object) -> None:
    sentence(lambda: gradient(Trace(A), A, wrong), TypeError)
    sentence(lambda: compare(Trace(A), Trace(A), wrong), TypeError)
    sentence(lambda: differentials.gradient(Trace(B.T * B), B, "B"), ValueError)


@over("seed", [-1, None, 1.5, "1", True, [1]])
@over("call", [
    lambda seed: compare(Trace(A), 2 * Trace(A), seed=seed), lambda seed: GPLVM.check(seed),
    lambda seed: GPLVM.claim("X", "f", seed), lambda seed: data.sample_gplvm(5, 4, 2, seed=seed),
    lambda seed: Trainer(AutoencoderProblem(POINT["x"], m), seed=seed)])
def test_what_is_no_seed_gets_one_sentence(call: Callable, seed: object) -> None:
    assert sentence(lambda: call(seed), TypeError, ValueError).startswith("seed must be ")


NO_NAMES = [None, 3, "zz", "", [], {}, np.eye(2), len, ("X",)]


@over("name", NO_NAMES)
@over("call", [
    lambda name: GPLVM[name], lambda name: GPLVM.children(name), lambda name: GPLVM.adjoint(name),
    lambda name: GPLVM.adjoint_symbol(name), lambda name: GPLVM.claim(name, "f"),
    lambda name: GPLVM.claim("c", name),
    lambda name: GPLVM.contributions(name, **given("gplvm.gradient")),
    lambda name: mark("X", name, "X"), lambda name: mark("X", "gplvm", name),
    lambda name: mark("X", GPLVM, name),
    lambda name: audit("c = c", name), lambda name: data.load(name),
    lambda name: Trainer(AutoencoderProblem(POINT["x"], m), optimiser=name),
    lambda name: AnswerBox("gplvm", name),
    lambda name: AnswerBox(name, "X")])
def test_an_unknown_name_gets_those_there_are(call: Callable, name: object) -> None:
    assert sentence(lambda: call(name), ValueError).startswith("There is no ")


@pytest.mark.parametrize("wrong", [None, 3, [3], np.eye(2), b"c = c", ["c = c", None]], ids=repr)
def test_what_is_no_text_of_a_derivation_gets_one_sentence(wrong: object) -> None:
    sentence(lambda: audit(wrong, "gplvm"), TypeError)


@pytest.mark.parametrize("wrong", [None, 3, "gplvm", []], ids=repr)
def test_what_is_no_chain_or_no_edges_gets_one_sentence(wrong: object) -> None:
    sentence(lambda: GPLVM.altered(wrong), TypeError)


@over("text", ["", "=", "X", "= X", "X =", "(" * 3000 + " = c",
              "c = " + "9" * 3000, "c = \0",
              "c = nan", "c = inf c", "c = 1e300 c", "c = c^999999999",
              "c = c^-1.5"])
def test_a_line_that_cannot_be_read_says_so(text: str) -> None:
    lines = audit(text, "gplvm").lines
    assert [line.status for line in lines] == ["unreadable"] * bool(text)
    assert all(line.wrong.endswith(".") and "\n" not in line.wrong for line in lines)


UNREADABLE = [3.5j, np.nan, np.inf, sp.nan, sp.oo, sp.I, [], {}, np.eye(3), True, object(), int,
              len, sp.Matrix([[1]]),
              "X" * 10_000, "(" * 3000, "9" * 5000, "X^999999999", "\0", "nan X", lambda X,
              Y: 1 / 0,
              lambda X: X * np.nan, lambda X: X / 0, lambda X: "X", lambda X: None,
              lambda X: [[1], [1, 2]],
              lambda X: X * 1j, lambda X: np.linalg.inv(0 * X.T @ X), lambda nothing: 1,
              lambda X: X + 10**400]


# in the reader's own function
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@over("answer", UNREADABLE)
def test_what_is_no_answer_is_unreadable_with_one_sentence(answer: object) -> None:
    found = mark(answer, "gplvm", "X")
    assert found.status == "unreadable"
    assert found.reason.endswith(".")
    assert "\n" not in found.reason
    assert "inhomogeneous" not in found.reason


def right(W: np.ndarray, x: np.ndarray) -> np.ndarray:
    return autoencoder.gradient(W, x)


@over(("answer", "status"), [
    (lambda W, x: np.asfortranarray(right(W, x)), "numeric"),
    (lambda W, x: right(W, x).tolist(), "numeric"),
    (lambda W, x: right(W, x).astype(np.float32), "numeric"),
    (lambda W, x: right(W, x).astype(object), "numeric"),
    (lambda W, x: read_only(right(W, x)), "numeric"),
    (lambda W, x: np.ma.array(right(W, x)), "numeric"),
    (lambda W, x: right(W, x) * (1 + 1e-3), "refuted"),
    (lambda W, x: right(W, x) * 1e300, "refuted"),
    (lambda W, x: right(W, x) * 1e-300, "refuted"), (lambda W, x: right(W, x) * 1e-310, "refuted"),
    (lambda W, x: np.zeros_like(W), "refuted"), (lambda W, x: 0, "refuted"),
    (lambda W, x: [], "refuted"),
    (lambda W, x: right(W, x)[None], "refuted"), (lambda W, x: right(W, x).T, "refuted"),
    (lambda W, x: W @ W, "refuted")])
def test_a_function_in_any_form_is_marked_by_its_numbers_alone(answer: Callable,
                                                               status: str) -> None:
    assert mark(answer, "autoencoder", "W").status == status


@pytest.mark.parametrize("scale", [1e300, 1e-300, 1e-310])
def test_an_answer_of_another_scale_is_refuted_whatever_overflows_on_the_way(scale: float) -> None:
    assert mark(lambda X: X * scale, "gplvm", "X").status == "refuted"


# What is drawn and played, a row each
CONSTRUCTED = {
    "latent": lambda: figures.latent([1.0], [0], ["a"]),
    "images": lambda: figures.images([[np.inf] * 4], (2, 2), "words"),
    "LiveGPLVM": lambda: LiveGPLVM("mnist"), "LiveGPLVM, Q": lambda: LiveGPLVM("iris", Q=99),
    "LiveAutoencoder": lambda: LiveAutoencoder("iris", m=1.5),
    "TwoWeights": lambda: TwoWeights(start=(np.nan, 1)),
    "TwoWeights, x": lambda: TwoWeights(x=[[1.0]]),
    "StageWalk": lambda: StageWalk(GPLVM, "sideways"),
    "Prediction": lambda: Prediction("Why?", ["a", "b"], "c", "because"),
    "Trainer": lambda: Trainer("gplvm"),
    "Trainer, rate": lambda: Trainer(AutoencoderProblem(POINT["x"], m), learning_rate=-1),
}


@over("name", CONSTRUCTED)
def test_what_cannot_be_drawn_or_played_gets_one_sentence(name: str) -> None:
    sentence(CONSTRUCTED[name], TypeError, ValueError)
