"""Huge, tiny and nearly singular input gives a right answer or one sentence."""

from collections.abc import Callable
from functools import cache
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from bad_input import sentence
from high_precision import (
    DIGITS,
    EPS,
    NUMERIC,
    POINT,
    X0,
    Y0,
    D,
    Q,
    bound,
    drawn,
    error,
    given,
    high,
    m,
    norm,
    oracle_best_beta,
    oracle_best_L,
    oracle_best_loss,
    oracle_L,
    oracle_loss,
    oracle_X_gradient,
)
from tables import over

from lvmcalc.models import AutoencoderProblem, GPLVMProblem, autoencoder, gplvm
from lvmcalc.training import Trainer

pytestmark = pytest.mark.filterwarnings("error")

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


def turned(lengths: list[float], rows: int, seed: int = 1) -> np.ndarray:
    """Return a matrix of these singular values, as a product of two orthonormal ones and a diagonal
    one."""
    rng = np.random.default_rng(seed)
    U, V = (np.linalg.qr(rng.standard_normal((size, len(lengths))))[0]
            for size in (rows, len(lengths)))
    return U * lengths @ V.T


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
