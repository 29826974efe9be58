"""What the derivation buys: the linear GP-LVM and the autoencoder of this package against their
peers, side by side.

`pip install -e '.[bench]'`, then `python benchmarks/peers.py` on a machine that does nothing else:
about seven minutes and 5 GB. A peer that does not import is skipped by name, and an N at which one
evaluation would take more than 10 s is left out. The value and the gradient of a peer must agree
with ours before it is timed. Everything runs in one process and one thread; a time is the best of
several, and a ratio is a time over that of this package.
"""

import os

os.environ.update(dict.fromkeys(
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS",
     "TF_NUM_INTEROP_THREADS"],
    "1"), TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", JAX_PLATFORMS="cpu",
    XLA_FLAGS="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import argparse
import logging
import platform
import sys
import warnings
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.metadata import version
from time import perf_counter
from typing import Any

import numpy as np
from peer_models import (
    LOW_RANK,
    PEERS,
    Array,
    Peer,
    Q,
    agree,
    gpy_model,
    in_long_double,
    ours,
    torch_low_rank,
)

from lvmcalc.models import AutoencoderProblem, GPLVMProblem, gplvm
from lvmcalc.training import Trainer, data

ALPHA, BETA, SEED = 0.7, 4.0, 0
SIZES = 100, 1000, 3000, 10_000, 100_000, 1_000_000
# s an evaluation, relative to the optimum, s to the optimum
LONGEST, GAP, PATIENCE = 10.0, 1e-6, 300.0
STEP = "lvmcalc, a whole step of training"
FORM, IN_SPAN = "lvmcalc, gplvm.value_and_gradient", "lvmcalc, from the Gram matrix alone"


def processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.split(":")[1].strip() for line in lines
                        if line.startswith("model name"))
    except OSError:
        return platform.machine()


def installed(peers: Iterable[Peer]) -> list[Peer]:
    """Return the peers that evaluate a small example, and say why the others are skipped."""
    found = []
    for peer in peers:
        try:
            peer.make(np.ones((3, 2)), ALPHA, BETA)(np.ones((3, Q)))
            found.append(peer)
        # a missing package, or one that the others' versions break
        except (ImportError, AttributeError) as error:
            print(f"skipped: {peer.name}: {type(error).__name__}: {error}")
    return found


def best(call: Callable[[], Any], least: int = 2, seconds: float = 0.5) -> float:
    """Return the shortest time of a call in seconds."""
    times: list[float] = []
    while len(times) < least or sum(times) < seconds:
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return min(times)


def table(title: str, heads: Iterable[Any], rows: dict[str, list[str]]) -> None:
    print(f"\n{title}\n{'':36}" + "".join(f"{head:>11}" for head in heads))
    for name, cells in rows.items():
        print(f"{name:36}" + "".join(f"{cell:>11}" for cell in cells))


def evaluations(D: int, sizes: Iterable[int], peers: list[Peer]) -> dict[tuple[str, int], float]:
    """Time one value and gradient of each peer for each N, print the tables, and return the
    seconds."""
    seconds: dict[tuple[str, int], float] = {}
    worst, last = dict.fromkeys((peer.name for peer in peers), 0.0), {}
    for N in sizes:
        Y = data.centred(data.sample_gplvm(N, D, Q, ALPHA, BETA, SEED).Y)
        X = np.random.default_rng(SEED).standard_normal((N, Q))
        seconds["gram", N] = best(lambda Y=Y: Y.T @ Y)
        seconds["before", N] = best(lambda Y=Y: Trainer(GPLVMProblem(Y, Q, ALPHA, BETA)), 1)
        trainer = Trainer(GPLVMProblem(Y, Q, ALPHA, BETA)).run(1)
        evaluate = trainer.problem.evaluate
        agree(STEP, evaluate(trainer.parameters), (trainer.value, trainer.gradient))
        seconds["step", N] = best(lambda step=trainer.step: step(100)) / 100
        call = ours(Y, ALPHA, BETA)
        seconds["ours", N], expected = best(lambda call=call, X=X: call(X)), call(X)
        for peer in peers:
            if peer.name in last and last[peer.name][1] * (N
                                                           / last[peer.name][
                                                               0]) ** peer.power > LONGEST:
                continue
            theirs = peer.make(Y, ALPHA, BETA)
            worst[peer.name] = max(worst[peer.name], agree(peer.name, expected, theirs(X)))
            seconds[peer.name, N] = best(lambda call=theirs, X=X: call(X))
            last[peer.name] = N, seconds[peer.name, N]
    names = {"ours": FORM, "step": STEP,
             **{peer.name: peer.name for peer in peers}}
    heads = [f"N={N:.0e}".replace("e+0", "e") if N > 9999 else f"N={N}" for N in sizes]

    def cells(form: str, scale: Callable[[int], float]) -> dict[str, list[str]]:
        return {words: [format(scale(N) * seconds[name, N], form) if (name, N) in seconds
                        else "left out"
                        for N in sizes] for name, words in names.items()}
    table(f"GP-LVM, D = {D}, Q = {Q}: milliseconds for one value and gradient", heads,
          cells(",.3f", lambda N: 1e3))
    table(f"the same over {FORM}", heads, cells(",.1f", lambda N: 1 / seconds["ours", N]))
    table("lvmcalc, milliseconds once, before training", heads, {
        "the Gram matrix YᵀY": [f"{1e3 * seconds['gram', N]:,.3f}" for N in sizes],
        "all: YᵀY, optimum, random start": [f"{1e3 * seconds['before', N]:,.3f}" for N in sizes]})
    print("\nagreed in value and gradient, largest relative difference, any N")
    for name, size in worst.items():
        print(f"{name:36}{size:11.0e}")
    return seconds


def precision(peers: list[Peer]) -> dict[str, float]:
    """Print the relative errors of the gradients, and return the largest of each row."""
    cases = [(N, beta) for N in (100, 300) for beta in (BETA, 1e4)]
    rows: dict[str, list[str]] = {}
    largest: dict[str, float] = {}
    for N, beta in cases:
        Y = data.centred(data.sample_gplvm(N, 12, Q, ALPHA, beta, SEED).Y)
        X = np.random.default_rng(SEED).standard_normal((N, Q))
        trainer = Trainer(GPLVMProblem(Y, Q, ALPHA, beta))
        found = {FORM: (X, ours(Y, ALPHA, beta)(X)[1]),
                 IN_SPAN: (trainer.parameters, trainer.gradient),
                 **{peer.name: (X, peer.make(Y, ALPHA, beta)(X)[1]) for peer in peers}}
        for name, (at, gradient) in found.items():
            true = in_long_double(at, Y, ALPHA, beta)
            error = float(np.linalg.norm(gradient - true) / np.linalg.norm(true))
            rows.setdefault(name, []).append(f"{error:.1e}")
            largest[name] = max(error, largest.get(name, 0))
    heads = [f"{N}; {beta:g}" for N, beta in cases]
    table("Relative error of the gradient against long double, D = 12, by N; β", heads, rows)
    return largest


def autoencoder(sizes: Iterable[int], with_torch: bool) -> dict[tuple[str, int], float]:
    """Time a step of the autoencoder, n = 64, m = 2, and one value and gradient by autograd; print
    and return them."""
    seconds: dict[tuple[str, int], float] = {}
    for S in sizes:
        x = data.load("digits").Y.T / 16 if S == 1797 else np.random.default_rng(
            SEED).standard_normal((64, S))
        trainer = Trainer(AutoencoderProblem(x, 2)).run(10)
        seconds[STEP, S] = best(lambda step=trainer.step: step(1000)) / 1000
        if with_torch:
            import torch
            start = trainer.problem.start(SEED)
            tensor, W = torch.from_numpy(x.copy()), torch.from_numpy(start.copy()).requires_grad_()

            def evaluate(tensor: Any = tensor, W: Any = W) -> tuple[float, Array]:
                W.grad = None
                loss = ((W.T @ (W @ tensor) - tensor) ** 2).sum() / 2
                loss.backward()
                return loss.item(), W.grad.numpy()
            agree("PyTorch autograd", trainer.problem.value_and_gradient(start), evaluate())
            seconds["PyTorch autograd", S] = best(evaluate)
    names = dict.fromkeys(name for name, _ in seconds)
    table("Autoencoder, n = 64, m = 2: milliseconds", [f"S={S}" for S in sizes],
          {name: [f"{1e3 * seconds[name, S]:,.4f}" for S in sizes] for name in names})
    return seconds


class Reached(Exception):
    """The optimum is as near as was asked for."""


Seen = Callable[[float], None]  # is told each value of the log-likelihood


def train_ours(Y: Array, start: Array, beta: float, seen: Seen) -> None:
    # from the same start, which it draws; β is found, too
    trainer = Trainer(GPLVMProblem(Y, Q), seed=SEED)
    while True:
        trainer.step()
        seen(trainer.value)


def closed_form(Y: Array, start: Array, beta: float, seen: Seen) -> None:
    seen(gplvm.optimum(Y, Q, 1.0, beta).log_likelihood)


def train_gpy(Y: Array, start: Array, beta: float, seen: Seen) -> None:
    model = gpy_model(Y, start, 1.0, beta)
    # after the update
    model.add_observer(model, lambda *_, **__: seen(float(model.log_likelihood())), -1000)
    model.optimize(max_iters=100_000)


def train_torch(Y: Array, start: Array, beta: float, seen: Seen) -> None:
    import torch
    X, tensor = torch.from_numpy(start.copy()).requires_grad_(), torch.from_numpy(Y)
    optimiser = torch.optim.LBFGS([X], max_iter=100_000, line_search_fn="strong_wolfe",
                                  tolerance_change=0)

    def closure() -> Any:
        X.grad = None
        loss = -torch_low_rank(X, tensor, 1.0, beta)
        loss.backward()
        seen(-loss.item())
        return loss
    optimiser.step(closure)


def fit_pca(Y: Array, start: Array, beta: float, seen: Seen) -> None:
    from sklearn.decomposition import PCA
    scores = PCA(Q).fit_transform(Y)
    squares = (scores**2).sum(axis=0)
    X = scores * np.sqrt(1 / Y.shape[1] - 1 / (beta * squares))  # the closed form makes the lengths
    seen(ours(Y, 1.0, beta)(X)[0])


OURS, GPY = "lvmcalc, Trainer", "GPy GPLVM, its own optimiser"
RACERS = {OURS: train_ours, GPY: train_gpy,
          "PyTorch LowRank…, its L-BFGS": train_torch,
          "scikit-learn PCA, closed-form lengths": fit_pca,
          "lvmcalc, closed form": closed_form}


def race(name: str) -> dict[str, float]:
    """Time everything from the data to the optimum, up to a relative gap, print it and return the
    seconds."""
    Y = data.centred(data.load(name).Y / (16 if name == "digits" else 1))
    problem = GPLVMProblem(Y, Q)
    print(f"\n{name}, {len(Y)}×{Y.shape[1]}, α = 1, β = {problem.beta:.4g}, from one random start: "
          f"to {GAP:g} of the "
          f"optimum, relative\n{'':38}{'ms':>13}{'over ours':>11}{'evaluations':>13}{'gap':>11}")
    seconds: dict[str, float] = {}
    for racer, train in RACERS.items():
        values: list[float] = []

        def run(train: Callable[..., None] = train, values: list[float] = values) -> None:
            values.clear()
            start = perf_counter()

            def seen(value: float) -> None:
                values.append(value)
                if problem.gap(value) <= GAP or perf_counter() - start > PATIENCE:
                    raise Reached
            with suppress(Reached):
                train(Y, problem.start(SEED), problem.beta, seen)
        try:
            seconds[racer] = best(run)
        except ImportError as error:
            print(f"skipped: {racer}: {error}")
            continue
        gap = problem.gap(values[-1])
        print(f"{racer:38}{1e3 * seconds[racer]:13,.2f}{seconds[racer] / seconds[OURS]:11,.2f}"
              f"{len(values):13,}{gap:11.1e}" + ("" if gap <= GAP else "   not reached"))
    return seconds


def summary(lines: Iterable[tuple[str, float, str, float]]) -> None:
    """Print each of the claims with what was measured, what is asked for, and whether it is
    reached."""
    print(f"\nWhat the derivation buys{'':66}{'measured':>12}   asked for")
    for words, measured, sign, asked in lines:
        met = measured >= asked if sign == "≥" else measured <= asked
        digits = 0 if measured >= 100 else 2
        figure = f"{measured:,.{digits}f}" if measured > 0.01 else f"{measured:.1e}"
        print(f"{words:90}{figure:>12}   {sign} {asked:<9,g}{'reached' if met else 'NOT REACHED'}")


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="the largest N (default: "
                                                                    "1000000)")
    most = parser.parse_args().most
    sizes = [N for N in SIZES if most >= N]
    sys.stdout.reconfigure(line_buffering=True)
    warnings.simplefilter("ignore")  # of the peers
    logging.disable()
    peers = installed(PEERS)
    packages = dict.fromkeys(["numpy", *(peer.package for peer in peers)])
    print(f"{processor()}, {os.cpu_count()} cores, one used, load {os.getloadavg()[0]:.1f}; "
          f"{platform.platform()}; "
          f"Python {platform.python_version()}, "
          + ", ".join(f"{name} {version(name)}" for name in packages))
    seconds = evaluations(12, sizes, peers)
    evaluations(64, sizes, peers)
    steps = autoencoder([S for S in (1797, 100_000, 1_000_000) if max(most, 1797) >= S],
                        "torch" in packages)
    errors = precision(peers)
    race("iris")
    digits = race("digits")
    lines = [(f"GP-LVM, N = {N:,}, D = 12, value and gradient: {name} over ours",
              seconds.get((name, N), np.nan) / seconds["ours", N], "≥", ratio)
             for name, N,
             ratio in (("GPy GPLVM", 1000, 1000), ("GPy GPLVM", 3000, 10_000), (LOW_RANK, 1000, 15),
                         (LOW_RANK, 3000, 15))
             if (name, N) in seconds]
    flat = [seconds["step", N] for N in sizes]
    lines += [("GP-LVM, a step of training, D = 12, the slowest N: microseconds", 1e6 * max(flat),
               "≤", 30),
              ("GP-LVM, a step of training, D = 12: the slowest N over the fastest",
               max(flat) / min(flat), "≤", 1.5),
              (f"GP-LVM, the Gram matrix, N = {sizes[-1]:,}, D = 12: milliseconds",
               1e3 * seconds["gram", sizes[-1]],
               "≤", 50),
              ("Autoencoder, a step of training, the slowest S: microseconds",
               1e6 * max(time for (name, _), time in steps.items() if name == STEP), "≤", 15),
              ("GP-LVM, largest relative error of the gradient, the function", errors[FORM], "≤",
               1e-13),
              ("Digits, from the data to 1e-6 of the optimum: milliseconds", 1e3 * digits[OURS],
               "≤", 100)]
    if GPY in digits:
        lines.append(("Digits, to 1e-6 of the optimum: GPy over ours", digits[GPY] / digits[OURS],
                      "≥", 1000))
    summary(lines)


if __name__ == "__main__":
    main()
