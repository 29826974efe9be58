"""What is claimed of any data: 8 digits against arithmetic with 400, or one sentence."""

from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np

from lvmcalc.models import AutoencoderProblem, GPLVMProblem, autoencoder, gplvm

REFUSALS = TypeError, ValueError, ArithmeticError
EIGHT = 1e-7  # relative; a correct eighth digit may be off by some units


def table(generator: np.random.Generator) -> np.ndarray:
    """Return data of a random kind: its scales, rank, columns and ties."""
    N, D = generator.integers(2, 7, 2)
    kind = generator.integers(8)
    Y = generator.standard_normal((N, D))
    if kind == 1:  # of low rank
        Y = Y[:, :1] @ generator.standard_normal((1, D))
    elif kind == 2 and D > 1:  # with a double, up to a small rest
        Y[:, -1] = Y[:, 0] + 10.0**generator.integers(-17, 0) * Y[:, -1]
    elif kind == 3:  # with a constant column
        Y[:, -1] = 1e3
    elif kind == 4:  # with ties
        Y = np.eye(N, D)
    elif kind == 5:  # with columns of different sizes
        Y = Y * 10.0**generator.integers(-6, 7, D)
    elif kind == 6:  # with rows of different sizes
        Y = Y * 10.0**generator.integers(-6, 7, N)[:, None]
    if generator.random() < 0.3:
        Y = Y - Y.mean(axis=0)
    scale = 10.0**generator.integers(-150, 151) if generator.random() < 0.3 else 1.0
    return scale * Y


def faults(seed: int) -> Iterator[str]:
    """Yield what is wrong with the numbers of the models on the data of a seed."""
    generator = np.random.default_rng(seed)
    Y = table(generator)
    m = int(generator.integers(1, min(Y.shape) + 1))
    beta = None if generator.random() < 0.7 else 10.0**generator.integers(-3, 4)
    with mpmath.workdps(400):
        exact = mpmath.matrix(Y.tolist())
        wide = exact if Y.shape[0] >= Y.shape[1] else exact.T
        try:
            squares = [s**2 for s in mpmath.svd_r(wide, compute_uv=False)]
        except RuntimeError:  # no convergence
            return
        for name, check in (("autoencoder", _autoencoder), ("gplvm", _gplvm)):
            try:
                for words, found, true, unit in check(Y, m, beta, squares, generator):
                    if not abs(found - true) <= EIGHT * unit:
                        yield (f"{name}, seed {seed}, {Y.shape}, m = {m}: {words} is "
                               f"{mpmath.nstr(mpmath.mpf(found), 12)}, not "
                               f"{mpmath.nstr(true, 12)}")
            except REFUSALS as error:
                said = str(error)
                if not said.endswith(".") or "\n" in said or len(said) > 400:
                    yield f"{name}, seed {seed}: no sentence, but {said!r}"


Row = tuple[str, Any, Any, Any]
Check = Callable[..., Iterator[Row]]


def _autoencoder(Y: np.ndarray, m: int, beta: float | None, squares: list,
                 generator: np.random.Generator) -> Iterator[Row]:
    x, all_of_it = Y.T, sum(squares)
    problem, best = AutoencoderProblem(x, m), sum(squares[m:]) / 2
    nothing = 1e-14**2 * all_of_it  # the best loss is 0 up to rounding
    yield "the best loss", problem.best, best, max(best, nothing / EIGHT)
    W = problem.start(0)
    for words, V in (("the loss at the start", W), ("the loss at the optimum", problem.optimum.W)):
        exact, sample = mpmath.matrix(V.tolist()), mpmath.matrix(x.tolist())
        c = exact.T * (exact * sample) - sample
        true = sum(entry**2 for entry in c) / 2
        value, gradient = problem.value_and_gradient(V)
        unit = max(true, nothing / EIGHT)
        yield words, value, true, unit
        yield words + ", as a function", autoencoder.value_and_gradient(V, x)[0], true, unit
        slope = exact * sample * c.T + exact * c * sample.T
        yield from _entries("the gradient", gradient, slope, all_of_it)
        yield "the gap", problem.gap(value) * problem.scale, true - best, max(
            abs(true - best), problem.scale)
    yield "the angle of the optimum", problem.subspace_angle(problem.optimum.W), 0, 1e3
    turned = _in_ties(problem, m, squares, x)
    if turned is not None:
        yield "the angle of another optimum", problem.subspace_angle(turned), 0, 1e3


def _in_ties(problem: AutoencoderProblem, m: int, squares: list, x: np.ndarray) -> Any:
    """Return the last m of the axes, where the data have all of them equal."""
    n = x.shape[0]
    equal = len(squares) == n and squares[0] - squares[-1] < 1e-20 * squares[0]
    return np.eye(n)[n - m:] if equal and m < n else None


def _gplvm(Y: np.ndarray, Q: int, beta: float | None, squares: list,
           generator: np.random.Generator) -> Iterator[Row]:
    (N, D), one = Y.shape, mpmath.mpf(1)
    problem = GPLVMProblem(Y, Q, beta=beta)
    if beta is None:
        true = D * (N - Q) / sum(squares[Q:])
        yield "β", problem.beta, true, true
        yield "best_beta", gplvm.best_beta(Y, Q), true, true
    beta = one * problem.beta
    log = mpmath.log
    kept = [square for square in squares[:Q] if square > D / beta]
    lost = sum(squares[len(kept):])
    log_det = sum(log(square / D) for square in kept) - (N - len(kept)) * log(beta)
    rest = len(kept) * D + beta * lost
    best = -(N * D * log(2 * mpmath.pi) + D * log_det + rest) / 2
    yield "the best log-likelihood", problem.best, best, problem.scale
    X = np.asarray(problem.start(1))
    for words, at in (("L at the start", X), ("L at the optimum", np.asarray(problem.optimum.X)),
                      ("L at dependent columns", _long(X, generator))):
        exact, data = mpmath.matrix(at.tolist()), mpmath.matrix(Y.tolist())
        K = problem.alpha * exact * exact.T + mpmath.eye(N) / beta
        inverse = K**-1
        fit = inverse * data
        trace = sum(a * b for a, b in zip(fit, data, strict=True))
        terms = N * D * log(2 * mpmath.pi), D * log(mpmath.det(K)), trace
        unit = sum(map(abs, terms))
        value, gradient = problem.value_and_gradient(at)
        yield words, value, -sum(terms) / 2, unit
        slope = problem.alpha * (fit * (data.T * (inverse * exact)) - D * inverse * exact)
        size = problem.alpha * mpmath.norm(inverse * exact) * (
            D + mpmath.norm(fit) * mpmath.norm(data))
        yield from _entries("the gradient", gradient, slope, size)
        both = gplvm.value_and_gradient(at, Y, problem.alpha, problem.beta)
        yield words + ", as a function", both[0], -sum(terms) / 2, unit
        yield from _entries("the gradient, as a function", both[1], slope, size)


def _long(X: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return X with longer columns, of which the last is nearly or wholly the first."""
    X = X * 10.0**generator.integers(0, 13)
    near = 10.0**generator.integers(-18, 0)
    return np.column_stack([X[:, :-1], (X[:, 0] + near * X[:, -1]) * generator.integers(1, 3)])


def _entries(words: str, found: np.ndarray, true: Any, unit: Any) -> Iterator[Row]:
    for place in np.ndindex(found.shape):
        yield words, found[place], true[place], unit
