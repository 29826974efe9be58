"""What is trained: a value with its gradient, where to start, and what is known of the optimum."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np

from lvmcalc import checks


class Ablation(NamedTuple):
    """A gradient with a part weighted differently.

    Attributes
    ----------
    weight, rest : float
        The weights of the part and of the rest of the gradient.
    words : str
        What training goes along, for a sentence; "" for the whole gradient.
    use : (str, str) or None
        Where a gradient has several parts, the edge (node, variable) that contributes this one.
    """

    weight: float
    rest: float
    words: str = ""
    use: tuple[str, str] | None = None


class Coordinates:
    """The coordinates of training: the parameters, unless a subclass says otherwise."""

    def lift(self, coordinates: np.ndarray, out: np.ndarray | None = None) -> Any:
        """Return the parameters, or the gradient, with these coordinates.

        They are written into `out` if it is given.
        """
        if out is None:
            return coordinates
        out[:] = coordinates
        return out

    def inner(self, a: np.ndarray, b: np.ndarray) -> float:
        """Return the inner product of two arrays of parameters, given by their coordinates."""
        return float(np.vdot(a, b))

    def spanning(self, coordinates: np.ndarray) -> np.ndarray:
        """Return columns that span the subspace of the parameters, in any orthonormal axes."""
        return coordinates


class Problem(Coordinates, ABC):
    """A value to optimise, its gradient, and where to start.

    A subclass has to give `evaluate` and `draw`, and the attributes up to `spread`. All that
    follows `spread` is optional. Where the coordinates of training are not the parameters, it gives
    `begin`, `reduced` or `checked` too.

    Attributes
    ----------
    sign : int
        +1 if the value is maximised, −1 if it is minimised.
    name_of_value, name_of_parameters : str
    shape : tuple of int
        The shape of the parameters.
    spread : float
        The size of an entry of the parameters at the start.
    optimum : NamedTuple or None
        The best parameters and their value.
    best, scale : float or None
        The value of the optimum, and what a gap is relative to: |best|, or the value's own size
        where best is nearly 0.
    basis, tied : array or None
        Orthonormal columns that span a subspace of the optimum. If eigenvalues are tied there, it
        is one of many: its last columns may be any others in the span of the columns of `tied`.
    digits : int
        To how many digits the gap tells a value from the best one.
    stability_limit : float or None
        The largest learning rate with which plain gradient steps stay at the optimum.
    ablations : mapping of name to Ablation
        What training may go along; the whole gradient comes first.
    scalars, learn : tuple of str
        The scalars of the model, and those of them that are trained too.
    pace : float
        A factor of each step, for scalars that change the curvature as they are learned.
    """

    sign: int
    name_of_value: str
    name_of_parameters: str
    shape: tuple[int, ...]
    spread: float
    optimum: Any = None
    best: float | None = None
    scale: float | None = None
    basis: np.ndarray | None = None
    tied: np.ndarray | None = None
    digits: int = 10
    stability_limit: float | None = None
    ablations: Mapping[str, Ablation] = {"whole gradient": Ablation(1, 1)}
    scalars: ClassVar[tuple[str, ...]] = ()
    learn: tuple[str, ...] = ()
    pace: float = 1.0

    @abstractmethod
    def evaluate(self, coordinates: np.ndarray) -> tuple[float, np.ndarray]:
        """Return value and gradient; the input is not checked, for every step needs them."""

    @abstractmethod
    def draw(self, generator: np.random.Generator) -> np.ndarray:
        """Return random coordinates to begin with."""

    # Parameters and coordinates
    def start(self, seed: int) -> Any:
        """Return random parameters, the same for the same seed."""
        problem, coordinates = self.begin(seed)
        return problem.lift(coordinates)

    def begin(self, seed: int) -> tuple["Problem", np.ndarray]:
        """Return the problem in the coordinates of training, and where a seed starts."""
        return self, self.draw(np.random.default_rng(checks.whole(seed, "seed", least=0)))

    def reduced(self, parameters: Any) -> tuple["Problem", np.ndarray]:
        """Return the problem in the coordinates of training, and those of `parameters`."""
        return self, self.checked(parameters)

    def checked(self, parameters: Any) -> np.ndarray:
        """Return the coordinates of parameters, or raise an error that names the fault."""
        return checks.matrix(parameters, self.name_of_parameters, *self.shape)

    # Value and gradient
    def value(self, parameters: Any) -> float:
        """Return the value at `parameters`."""
        return self.value_and_gradient(parameters)[0]

    def value_and_gradient(self, parameters: Any) -> tuple[float, Any]:
        """Return the value at `parameters` and its gradient, which has their shape."""
        value, gradient = self.finite(self.checked(parameters))
        return value, self.lift(gradient)

    def finite(self, coordinates: np.ndarray) -> tuple[float, np.ndarray]:
        """Return value and gradient, or raise an ArithmeticError if they overflow."""
        with np.errstate(all="ignore"):
            try:
                value, gradient = self.evaluate(coordinates)
            except np.linalg.LinAlgError:
                value, gradient = np.nan, coordinates
        inputs = self.inputs(coordinates)
        checks.finite(value, f"The {self.name_of_value}", **inputs)
        return float(value), checks.finite(gradient, "The gradient", **inputs)

    def inputs(self, coordinates: np.ndarray) -> dict[str, Any]:
        """Return the numbers that an overflow may come from, by their names."""
        return {self.name_of_parameters: coordinates}

    def ablated(self, name: str, coordinates: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """Return what the ablation `name` leaves of the `gradient` at `coordinates`."""
        weight, rest, _, use = self.ablations[name]
        if weight == rest:
            return rest * gradient
        return rest * gradient + (weight - rest) * self.part(coordinates, use)

    def part(self, coordinates: np.ndarray, use: tuple[str, str] | None = None) -> np.ndarray:
        """Return the part of the gradient that ablations weigh: all of it, if it has no parts."""
        return self.evaluate(coordinates)[1]

    # The optimum
    def gap(self, value: float) -> float | None:
        """Return how far `value` is from the best one, relative to it; at least 0."""
        return None if self.best is None else self.sign * (self.best - value) / self.scale

    def subspace_angle(self, parameters: Any) -> float:
        """Return the largest angle, in degrees, between the subspaces of parameters and optimum.

        If tied eigenvalues leave a choice of the optimum, it is the nearest one.

        Raises
        ------
        ValueError
            If no subspace of the optimum is known, or the parameters are none of the problem.

        References
        ----------
        Björck and Golub (1973), Mathematics of Computation 27: by the sine, which stays exact at 0.
        """
        if self.basis is None:
            raise ValueError("There is no subspace of the optimum here, as no optimum is known.")
        return self.angle(self.checked(parameters))

    def angle(self, coordinates: np.ndarray) -> float:
        """Return the subspace angle without looking at the input."""
        basis, found = self.basis, np.linalg.qr(self.spanning(coordinates))[0]
        missed = basis - found @ (found.T @ basis)
        sine = min(1.0, np.linalg.norm(missed, 2)) if missed.size else 0.0
        tied = self.tied
        if tied is not None and sine > 1e-9:
            sure = missed[:, np.abs(tied.T @ basis).max(axis=0) < 0.5]
            sine = _least_sine(sure, tied - found @ (found.T @ tied),
                               basis.shape[1] - sure.shape[1])
        return float(np.degrees(np.arcsin(sine)))

    def words(self, coordinates: np.ndarray) -> list[str]:
        """Return sentences about the state at `coordinates`, beyond value and gap."""
        if self.basis is None:
            return []
        angle = self.angle(coordinates)
        size = f"{angle:.1f}" if angle >= 0.1 else "less than 0.1"
        nearest = "" if self.tied is None else "nearest "
        return [f"Subspace {size}° from the {nearest}principal components."]


def tie(eigenvalues: np.ndarray, k: int, roots: bool) -> slice:
    """Return which eigenvalues, the largest first, equal the k-th and its successor as computed.

    The slice is empty if these two differ. With `roots`, they are squares of computed roots.
    """
    if not 0 < k < len(eigenvalues):
        return slice(k, k)
    seen, lost = (np.sqrt(eigenvalues), 1e-13) if roots else (eigenvalues, 1e-12)
    equal = np.abs(seen - seen[k]) <= lost * seen[0]
    places = np.flatnonzero(equal)
    return slice(places[0], places[-1] + 1) if equal[k - 1] else slice(k, k)


def _least_sine(sure: np.ndarray, tied: np.ndarray, p: int) -> float:
    """Return the sine of the largest angle to the nearest span of `sure` and p columns in `tied`.

    Both hold what is left of orthonormal columns beside the subspace that was found. The squared
    sine of such a span is at most t if t exceeds the eigenvalues of sureᵀsure, and if p eigenvalues
    of a Schur complement are at most t.
    """
    square, mixed, free = sure.T @ sure, sure.T @ tied, tied.T @ tied
    low = float(np.linalg.norm(square, 2)) if square.size else 0.0
    high = 1.0
    for _ in range(50):
        t = (low + high) / 2
        inner = t * np.eye(len(square)) - square
        try:
            complement = free + mixed.T @ np.linalg.solve(inner, mixed)
        except np.linalg.LinAlgError:  # t is an eigenvalue up to rounding
            return float(np.sqrt(t))
        low, high = (low, t) if np.linalg.eigvalsh(complement)[p - 1] <= t else (t, high)
    return float(np.sqrt(high))
