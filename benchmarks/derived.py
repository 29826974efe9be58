"""Benchmark derived chains: value and gradient, beside the same by hand in NumPy and by PyTorch.

`python benchmarks/derived.py` takes half a minute, runs in one thread, and prints ratios of times
that were measured in turn. PyTorch is left out where it is not installed. It first checks that all
agree.
"""

import os

# before NumPy is imported
os.environ.update(dict.fromkeys(
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"], "1"))

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from lvmcalc import data, derive
from lvmcalc.training import ChainProblem

ROUNDS, SECONDS, AGREE = 7, 0.15, 1e-8
Evaluate = Callable[[np.ndarray], tuple[float, np.ndarray]]


class Case(NamedTuple):
    """A problem of a derived chain, where it is tried, and its rivals by name."""

    name: str
    problem: ChainProblem
    at: np.ndarray
    rivals: dict[str, Evaluate]


def by_torch(scalar: Callable, *given: np.ndarray) -> dict[str, Evaluate]:
    """Return PyTorch's value and gradient of a scalar in one thread, if it is installed."""
    if not find_spec("torch"):
        return {}
    import torch

    torch.set_num_threads(1)
    fixed = [torch.from_numpy(array) for array in given]

    def evaluate(at: np.ndarray) -> tuple[float, np.ndarray]:
        variable = torch.from_numpy(at).requires_grad_()
        value = scalar(torch, variable, *fixed)
        gradient, = torch.autograd.grad(value, variable)
        return value.item(), gradient.numpy()

    return {"PyTorch autograd": evaluate}


def ridge() -> Case:
    rng = np.random.default_rng(0)
    A, y = rng.standard_normal((1000, 50)), rng.standard_normal((1000, 1))
    chain = derive("½‖A w − y‖² + λ/2 ‖w‖²", name="ridge, N = 1000, D = 50",
                   A="N×D", w="D", y="N", λ="positive")

    def by_hand(w: np.ndarray) -> tuple[float, np.ndarray]:
        c = A @ w - y
        return float(np.vdot(c, c) + 0.7 * np.vdot(w, w)) / 2, A.T @ c + 0.7 * w

    def scalar(torch: Any, w: Any, A: Any, y: Any) -> Any:
        return ((A @ w - y) ** 2).sum() / 2 + 0.35 * (w**2).sum()

    return Case(chain.name, ChainProblem(chain, "w", A=A, y=y, λ=0.7), rng.standard_normal((50, 1)),
                {"by hand": by_hand, **by_torch(scalar, A, y)})


def softmax() -> Case:
    digits = data.load("digits")
    X, Y = digits.Y / 16, np.eye(10)[digits.labels]
    chain = derive("Z = X W; L = sum(log(exp(Z) ones(K))) − sum(Y ∘ Z)",
                   name="softmax regression on digits", X="N×D", W="D×K", Y="N×K")

    def by_hand(W: np.ndarray) -> tuple[float, np.ndarray]:
        Z = X @ W
        P = np.exp(Z)
        s = P.sum(axis=1, keepdims=True)
        return float(np.log(s).sum() - np.vdot(Y, Z)), X.T @ (P / s - Y)

    def scalar(torch: Any, W: Any, X: Any, Y: Any) -> Any:
        Z = X @ W
        return torch.logsumexp(Z, 1).sum() - (Y * Z).sum()

    at = np.random.default_rng(0).standard_normal((X.shape[1], 10)) / 10
    return Case(chain.name, ChainProblem(chain, "W", X=X, Y=Y), at,
                {"by hand": by_hand, **by_torch(scalar, X, Y)})


def curved() -> Case:
    rng = np.random.default_rng(0)
    Y, X = rng.standard_normal((200, 12)), rng.standard_normal((200, 2))
    gamma, beta, (N, D) = 1.3, 2.5, Y.shape
    chain = derive("""s = (X ∘ X) ones(Q)
                      K = exp(−γ/2 (s ones(N)ᵀ + ones(N) sᵀ − 2 X Xᵀ)) + β⁻¹ I
                      L = −D/2 log|K| − ½ tr(K⁻¹ Y Yᵀ)""",
                   name="RBF GP-LVM, N = 200", X="N×Q", Y="N×D", γ="positive", β="positive")

    def by_hand(X: np.ndarray) -> tuple[float, np.ndarray]:
        s = (X**2).sum(axis=1)
        E = np.exp(-gamma / 2 * (s[:, None] + s - 2 * X @ X.T))
        K = E + np.eye(N) / beta
        R = np.linalg.inv(K)
        V = R @ Y
        value = -D / 2 * np.linalg.slogdet(K)[1] - np.vdot(Y, V) / 2
        G = (V @ V.T - D * R) * E  # twice the adjoint of the exponent
        return float(value), gamma * (G @ X - G.sum(axis=1, keepdims=True) * X)

    def scalar(torch: Any, X: Any, Y: Any) -> Any:
        s = (X**2).sum(1, keepdim=True)
        K = torch.exp(-gamma / 2 * (s + s.T - 2 * X @ X.T)) + torch.eye(N, dtype=X.dtype) / beta
        fit = (Y * torch.linalg.solve(K, Y)).sum()
        return -D / 2 * torch.linalg.slogdet(K)[1] - fit / 2

    problem = ChainProblem(chain, "X", maximise=True, Y=Y, γ=gamma, β=beta, Q=2)
    return Case(chain.name, problem, X, {"by hand": by_hand, **by_torch(scalar, Y)})


def seconds(evaluate: Evaluate, at: np.ndarray, count: int) -> float:
    start = perf_counter()
    for _ in range(count):
        evaluate(at)
    return (perf_counter() - start) / count


def measured(case: Case) -> Iterator[tuple[str, float, float]]:
    """Yield for each way its name, its best time, and the chain's time over it, which is the median
    of rounds in which all take turns."""
    ways = {"derived chain": case.problem.evaluate, **case.rivals}
    value, gradient = case.problem.evaluate(case.at.ravel())
    gradient = gradient.reshape(case.at.shape)
    for name, evaluate in case.rivals.items():
        theirs = evaluate(case.at)
        assert abs(theirs[0] - value) <= AGREE * abs(value), name
        assert np.linalg.norm(theirs[1] - gradient) <= AGREE * np.linalg.norm(gradient), name
    at = {name: case.at.ravel() if name == "derived chain" else case.at for name in ways}
    count = {name: max(1, int(SECONDS / seconds(way, at[name], 3))) for name, way in ways.items()}
    rounds = [{name: seconds(way, at[name], count[name]) for name, way in ways.items()}
              for _ in range(ROUNDS)]
    for name in ways:
        ratios = [times["derived chain"] / times[name] for times in rounds]
        yield name, min(times[name] for times in rounds), float(np.median(ratios))


def main() -> None:
    """Measure, and print the table."""
    for make in (ridge, softmax, curved):
        case = make()
        print(case.name)
        for name, best, ratio in measured(case):
            print(f"  {name:18} {1000 * best:8.3f} ms   the chain takes {ratio:.2f} times as long")


if __name__ == "__main__":
    main()
