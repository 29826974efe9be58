"""Train any chain: some of its leaves are the variables, the others hold the data."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np

from lvmcalc import checks
from lvmcalc.calculus.expression_tools import whole_size
from lvmcalc.chain import Chain
from lvmcalc.chain.compiled import Doubtful, compiled, without_warnings
from lvmcalc.chain.numbers import checked_leaves
from lvmcalc.chain.passes import Pass
from lvmcalc.notation import plain, spelling
from lvmcalc.training.problem import Ablation, Problem


class ChainProblem(Problem):
    """The output of a chain, to be optimised over some of its leaves.

    Parameters
    ----------
    chain : Chain
    variables : str or sequence of str
        The leaves to train: matrices of any shape, and scalars.
    maximise : bool
        Whether the output is maximised; it is minimised otherwise.
    **data : array_like of the leaf's shape, or float
        The values of all other leaves, and each size that they do not tell, such as `m=2` for W of
        shape (m, n).

    Raises
    ------
    TypeError, ValueError
        If a leaf or a size is missing or unknown; the sentence names it.

    Notes
    -----
    The parameters are one array if there is one variable, and otherwise a dict of arrays and floats
    by name. Training goes on in one vector of all their entries. At the start, matrices are small
    and random, symmetric ones are near the identity, and positive scalars are near 1. Where numbers
    of both signs give no value, as under a logarithm, all are positive.

    No optimum is known, so there is no gap, and a run ends as diverged only where a number is no
    longer finite or a positive scalar would leave its domain.
    """

    name_of_value, name_of_parameters = "value", "the parameters"

    def __init__(self, chain: Chain, variables: str | Sequence[str], *, maximise: bool = False,
                 **data: Any):
        if not isinstance(chain, Chain):
            raise TypeError(f"The chain must be a Chain, not {type(chain).__name__}.")
        self.chain, self.sign = chain, 1 if maximise else -1
        names = variables if variables and isinstance(variables, list | tuple) else [variables]
        self.variables = tuple(checks.known(spelling(name), chain.leaves, "leaf") for name in names)
        given = {spelling(name): value for name, value in data.items()}
        self.data = {name: given.pop(name) for name in chain.leaves if name in given}
        needed = [name for name in chain.leaves if name not in self.variables]
        if needed != list(self.data):
            raise TypeError(f"{chain.name} needs a value of each leaf that is not trained, and of "
                            f"no other: {', '.join(map(plain, needed))}.")
        self.shapes = dict(self._shapes(given))
        lengths = [int(np.prod(shape)) for shape in self.shapes.values()]
        self.ends, self.one = np.cumsum(lengths[:-1]).tolist(), len(lengths) == 1
        self.shape = (self.one and self.shapes[self.variables[0]]) or (sum(lengths),)
        self.spread = 0.5 / np.sqrt(max(sum(self.shapes.values(), (1,))))
        self.positive = [name for name in self.variables if chain[name].symbol.is_positive]
        self.ablations = dict(self._ablations())

    def _shapes(self, sizes: Mapping[str, int]) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield the shape of each variable, from the data and the sizes that were passed."""
        known, names = dict(self.data), set()
        for name, leaf in self.chain.leaves.items():
            names |= {str(size) for length in leaf.shape for size in length.free_symbols}
            known |= zip(map(str, leaf.shape), np.shape(self.data.get(name)), strict=False)
        for name, size in sizes.items():
            name = checks.known(name, (*self.chain.leaves, *names), "leaf or size")
            known[name] = checks.whole(size, name)
        for name in self.variables:
            try:
                yield name, tuple(whole_size(length, known) for length in self.chain[name].shape)
            except KeyError as error:
                size = error.args[0]
                raise TypeError(f"{plain(name)} has an unknown size: pass {size} by name, "
                                f"such as {size}=2.") from error

    def _ablations(self) -> Iterator[tuple[str, Ablation]]:
        """Yield the whole gradient, and what is left of it without a path and with one alone."""
        yield "whole gradient", Ablation(1, 1)
        for name in self.variables:
            uses, of = self.chain.children(name), "" if self.one else f" of {plain(name)}"
            for node in uses:
                path, edge = f"path {plain(node)}{of}", (node, name)
                if of or len(uses) > 2:
                    yield f"without {path}", Ablation(0, 1, f"{path} left out", edge)
                if not of and len(uses) > 1:
                    yield f"only {path}", Ablation(1, 0, f"{path} only", edge)
        yield "sign flipped", Ablation(-1, -1, "the sign flipped")

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        drawn = self._drawn(generator)
        return np.abs(drawn) if self._unsigned else drawn

    def _drawn(self, generator: np.random.Generator) -> np.ndarray:
        found = {}
        for name, shape in self.shapes.items():
            value = self.spread * generator.standard_normal(shape)
            if name in self.chain.symmetric:
                value = np.eye(*shape) + (value + value.T) / 2
            found[name] = np.exp(value) if self.chain[name].symbol.is_positive else value
        return self._joined(found)

    @cached_property
    def _unsigned(self) -> bool:
        """Whether only numbers that are positive have a value, as under a logarithm."""
        start = self._drawn(np.random.default_rng(0))
        for unsigned in (False, True):
            with suppress(ArithmeticError):
                self.evaluate(np.abs(start) if unsigned else start)
                return unsigned
        return False

    def evaluate(self, coordinates: np.ndarray) -> tuple[float, np.ndarray]:
        values = self._by_name(coordinates)
        if all(values[name] > 0 for name in self.positive):
            with suppress(Doubtful):
                value, *parts = without_warnings(self._fast, *values.values())
                gradient = np.ravel(parts[0]) if self.one else np.concatenate(
                    [np.ravel(part) for part in parts])
                if isfinite(value + np.vdot(gradient, gradient)):
                    return float(value), gradient
        found = self._run(coordinates)  # which says what is wrong
        return found.values[self.chain.output], self._joined(found.adjoints)

    @cached_property
    def _fast(self) -> Callable[..., tuple]:
        """The compiled pass with the data in it, which are looked at once."""
        start = self._by_name(self._drawn(np.random.default_rng(0)))
        known = checked_leaves(self.chain, {**self.data, **start})
        return compiled(self.chain, self.variables).bound(known, self.variables)

    def part(self, coordinates: np.ndarray, use: tuple[str, str] | None = None) -> np.ndarray:
        if use is None:
            return super().part(coordinates)
        return self._joined({use[1]: self._run(coordinates).contributions[use]})

    def _run(self, coordinates: np.ndarray) -> Pass:
        return self.chain.run(**self.data, **self._by_name(coordinates))

    # Parameters and coordinates
    def checked(self, parameters: Any) -> np.ndarray:
        given = {self.variables[0]: parameters} if self.one else parameters
        if isinstance(given, Mapping):  # α and alpha are one name
            given = {spelling(str(name)): value for name, value in given.items()}
        if not isinstance(given, Mapping) or set(given) != set(self.variables):
            raise TypeError(f"The parameters must be a dict with {', '.join(self.variables)}.")
        return self._joined({
            name: checks.matrix(given[name], name, *shape) if shape else checks.scalar(
                given[name], name, positive=bool(self.chain[name].symbol.is_positive))
            for name, shape in self.shapes.items()})

    def lift(self, coordinates: np.ndarray, out: np.ndarray | None = None) -> Any:
        values = self._by_name(coordinates)
        if self.one:
            return super().lift(values[self.variables[0]], out)
        return values if out is None else super().lift(coordinates, out)

    def _by_name(self, coordinates: np.ndarray) -> dict[str, Any]:
        if self.one and self.shapes[self.variables[0]]:
            return {self.variables[0]: coordinates.reshape(self.shape)}
        parts = zip(self.shapes.items(), np.split(coordinates, self.ends), strict=True)
        return {name: part.reshape(shape) if shape else float(part[0])
                for (name, shape), part in parts}

    def _joined(self, values: Mapping[str, Any]) -> np.ndarray:
        """Return one vector of the values of all variables, 0 for those without one."""
        return np.concatenate([np.ravel(values.get(name, np.zeros(shape)))
                               for name, shape in self.shapes.items()])
