"""Time a value with its gradient on the reader's machine as the data grow."""

from collections.abc import Callable, Sequence
from timeit import Timer
from types import SimpleNamespace
from typing import Any

import numpy as np

from lvmcalc import checks
from lvmcalc.models import GPLVMProblem, gplvm
from lvmcalc.show import panels, style
from lvmcalc.show.still import Drawing, still
from lvmcalc.show.view import Control, View, guarded
from lvmcalc.training import Trainer, data

LARGEST_K = 1000  # objects; a way with K takes 27 times as long for three times as many
LOOKS = {"inverse of K": {"color": style.VERMILLION, "marker": "s", "dash": ":"},
         "Cholesky of K": {"color": style.PURPLE, "marker": "D", "dash": ":"},
         "K never formed": {"color": style.GREEN, "marker": "^", "dash": "--"},
         "reduced": {"color": style.BLUE, "marker": "o", "dash": "-"}}


def textbook(X: np.ndarray, Y: np.ndarray, alpha: float, beta: float) -> tuple[float, np.ndarray]:
    """Return the log-likelihood and ∂L/∂X by the formula as it stands, with the inverse of K."""
    N, D = Y.shape
    K = alpha * X @ X.T + np.eye(N) / beta
    inverse = np.linalg.inv(K)
    fit = inverse @ (Y @ Y.T)
    value = -N * D / 2 * np.log(2 * np.pi) - D / 2 * np.linalg.slogdet(K)[1] - np.trace(fit) / 2
    return float(value), alpha * (fit @ inverse - D * inverse) @ X


def cholesky(X: np.ndarray, Y: np.ndarray, alpha: float, beta: float) -> tuple[float, np.ndarray]:
    """Return the same with the Cholesky factor C of K = CCᵀ, solving in place of inverting."""
    N, D = Y.shape
    C = np.linalg.cholesky(alpha * X @ X.T + np.eye(N) / beta)
    solved = np.linalg.solve(C.T, np.linalg.solve(C, np.hstack([Y, X])))
    of_Y, of_X = solved[:, :D], solved[:, D:]
    value = -N * D / 2 * np.log(2 * np.pi) - D * np.log(np.diag(C)).sum() - np.vdot(Y, of_Y) / 2
    return float(value), alpha * (of_Y @ (Y.T @ of_X) - D * of_X)


class CostCurve(View):
    """The time of one value with its gradient over N, on four ways to the same numbers.

    Parameters
    ----------
    sizes : sequence of int
        The numbers N of objects, each larger than 3(D + Q) = 42; the ways with K stop at N = 1000.

    Attributes
    ----------
    seconds : dict
        By the name of the way, the seconds for each size so far, the best of three.
    status : str
        The words under the picture.
    """

    D, Q, ALPHA, BETA = 12, 2, 1.0, 4.0

    def __init__(self,
                 sizes: Sequence[int] = (100, 300, 1000, 3000, 10_000, 30_000, 100_000)) -> None:
        self.sizes = [checks.whole(size, "N", least=3 * (self.D + self.Q) + 1) for size in sizes]
        self.seconds: dict[str, dict[int, float]] = {name: {} for name in LOOKS}
        measure = Control("button", "Measure", "▶ Measure", more=False,
                          tip="Measure again, on this machine")
        super().__init__(SimpleNamespace(measure=measure), title="Cost of a step",
                         about="the time over N on each of the ways")
        self._acts = {measure: guarded(lambda: self.measure(), self._say)}
        series = [{"key": name, "label": name, "every": True, **looks}
                  for name, looks in LOOKS.items()]
        self.scene = panels.picture({"curve": {
            "kind": "curve", "title": "Seconds for a value with its gradient", "xlog": True,
            "ylog": True, "floor": -7, "units": "", "xlabel": "N, the number of objects",
            "series": series}}, [(1, [(1, ["curve"])])], 0.42, 360)
        self._show()

    def measure(self) -> "CostCurve":
        """Measure all sizes, the smallest first, and draw each as it comes in."""
        self.seconds = {name: {} for name in LOOKS}
        for N in sorted(self.sizes):
            for name, way in self._ways(N).items():
                self.seconds[name][N] = _best(way)
            self._show()
            self._say(f"Measuring … {self.status}")
        self._show()
        return self

    def still(self) -> Drawing:
        """Return the axes alone: times belong to the machine on which they are measured."""
        return still(self.scene, {}, self.about, "Four ways to the same numbers, each timed for "
                                                 "more and more objects.")

    def __repr__(self) -> str:
        return f"CostCurve(sizes={tuple(self.sizes)})"

    def _ways(self, N: int) -> dict[str, Callable[[], Any]]:
        """Return the ways to a value and its gradient for N objects, by name."""
        Y = data.centred(data.sample_gplvm(N, self.D, self.Q, beta=self.BETA).Y)
        problem = GPLVMProblem(Y, self.Q, self.ALPHA, self.BETA)
        X, (reduced, A) = problem.start(0), problem.begin(0)
        ways = {"K never formed": lambda: problem.evaluate(X),
                "reduced": lambda: reduced.evaluate(A)}
        if N <= LARGEST_K:
            ways["inverse of K"] = lambda: textbook(X, Y, self.ALPHA, self.BETA)
            ways["Cholesky of K"] = lambda: cholesky(X, Y, self.ALPHA, self.BETA)
        return ways

    def _show(self) -> None:
        self.send_frame({name: [*seconds, *seconds.values()]
                         for name, seconds in self.seconds.items() if seconds})
        last = {name: max(seconds.items()) for name, seconds in self.seconds.items() if seconds}
        self._say(" ".join(f"{name} at N = {N:,}: {1e6 * seconds:,.0f} µs."
                           for name, (N, seconds) in last.items()) or "Nothing is measured yet.")

    def _say(self, words: str) -> None:
        self.status = self.words = words


def digits(found: Any, true: Any) -> float:
    """Return to how many digits `found` is right.

    That is −log₁₀ of the norm of its error, relative to that of `true`.
    """
    return float(-np.log10(max(np.linalg.norm(found - true) / np.linalg.norm(true), 1e-17)))


def digits_kept(beta: float, X: np.ndarray | None = None,
                Y: np.ndarray | None = None) -> dict[str, float]:
    """Return the digits to which ∂L/∂X comes out on three ways, at α = 1.

    They are the inverse of K, its Cholesky factor, and no K at all.

    The judge forms K as well, but with 40 digits. The latent points X, of shape (N, Q), and the
    data Y, of shape (N, D), are the same sample for every β unless they are given.
    """
    from mpmath import mp

    if X is None or Y is None:
        X, Y = data.sample_gplvm(60, 5, 2, beta=4.0)
        Y = data.centred(Y)
    (N, D), Q = Y.shape, X.shape[1]
    with mp.workdps(40):
        left, right = mp.matrix(X.tolist()), mp.matrix(Y.tolist())
        solved = (left * left.T + mp.eye(N) / beta) ** -1
        true = np.array(((solved * right) * (right.T * solved * left) - D * solved * left).tolist(),
                        dtype=float)
    return {"inverse of K": digits(textbook(X, Y, 1.0, beta)[1], true),
            "Cholesky of K": digits(cholesky(X, Y, 1.0, beta)[1], true),
            "K never formed": digits(GPLVMProblem(Y, Q, 1.0, beta).evaluate(X)[1], true)}


def drift(problem: GPLVMProblem, steps: int, seed: int = 0) -> float:
    """Return how far steps in the span end from the same steps in X, relative to X."""
    trainer = Trainer(problem, "gradient", seed=seed)
    X = trainer.parameters
    for _ in range(steps):
        X = X + trainer.learning_rate * gplvm.gradient(X, problem.Y, problem.alpha, problem.beta)
    return float(np.linalg.norm(trainer.run(steps).parameters - X) / np.linalg.norm(X))


def _best(way: Callable[[], Any]) -> float:
    """Return the seconds that a call takes, the best of three trials of about 20 milliseconds."""
    timer = Timer(way)
    calls = max(1, min(200, round(0.02 / max(timer.timeit(1), 1e-6))))
    return min(timer.repeat(3, calls)) / calls
