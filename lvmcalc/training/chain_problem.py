"""Train any chain: some of its leaves are the variables, the others hold the data."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lvmcalc import checks
from lvmcalc.calculus.operations import whole_size
from lvmcalc.chain import Chain
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
        The values of all other leaves, and each size of a variable that they do not tell, such as
        `m=2` for W of shape (m, n).

    Raises
    ------
    TypeError, ValueError
        If a leaf or a size is missing or unknown; the sentence names it.

    Notes
    -----
    The parameters are one array if there is one variable, and otherwise a dict of arrays and floats
    by name. Training goes on in one vector of all entries. They start small and random, symmetric
    matrices near the identity, and positive scalars near 1.
    """

    name_of_value, name_of_parameters = "value", "the parameters"

    def __init__(self, chain: Chain, variables: str | Sequence[str], *, maximise: bool = False,
                 **data: Any):
        self.chain, self.sign = chain, 1 if maximise else -1
        names = (variables,) if isinstance(variables, str) else variables
        self.variables = tuple(checks.known(spelling(name), chain.leaves, "leaf") for name in names)
        self.data = {spelling(name): value for name, value in data.items()}
        self.shapes = dict(self._shapes(self._sizes()))
        self.ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes.values()]).tolist()
        one = len(self.variables) == 1 and self.shapes[self.variables[0]]
        self.shape = one or (self.ends[-1],)
        self.spread = 0.5 / np.sqrt(max([1, *(size for shape in self.shapes.values()
                                              for size in shape)]))
        self.ablations = dict(self._ablations())

    def _sizes(self) -> dict[str, Any]:
        """Return the sizes that the data tell, and those that were passed, which leave the data."""
        leaves, sizes, found = self.chain.leaves, {}, {}
        names = {str(size) for leaf in leaves.values() for length in leaf.shape
                 for size in length.free_symbols}
        for name in leaves:
            if name not in self.data and name not in self.variables:
                raise TypeError(f"The leaf {plain(name)} is missing: pass its value, or make it a "
                                "variable.")
        for name, value in list(self.data.items()):
            if checks.known(name, (*leaves, *names), "leaf or size") in self.variables:
                raise TypeError(f"The leaf {plain(name)} is a variable and takes no value.")
            if name in names:
                sizes[name] = checks.whole(value, name)
            if name not in leaves:
                del self.data[name]
            elif leaves[name].shape:
                found |= zip(map(str, leaves[name].shape), np.shape(value), strict=False)
        for name, size in sizes.items():
            if found.get(name, size) != size:
                raise ValueError(f"The data have {name} = {found[name]}, but {name} = {size} came.")
        return found | sizes

    def _shapes(self, sizes: Mapping[str, int]) -> Iterator[tuple[str, tuple[int, ...]]]:
        for name in self.variables:
            try:
                yield name, tuple(whole_size(length, sizes) for length in self.chain[name].shape)
            except KeyError as error:
                size = error.args[0]
                raise TypeError(f"{plain(name)} has an unknown size: pass {size} by name, "
                                f"such as {size}=2.") from error

    def _ablations(self) -> Iterator[tuple[str, Ablation]]:
        """Yield the whole gradient, and what is left of it without a path and with one alone."""
        yield "whole gradient", Ablation(1, 1)
        for name in self.variables:
            uses, several = self.chain.children(name), len(self.variables) > 1
            for node in uses:
                path, edge = f"path {plain(node)}", (node, name)
                path += f" of {plain(name)}" if several else ""
                if several or len(uses) > 2:
                    yield f"without {path}", Ablation(0, 1, f"{path} left out", edge)
                if not several and len(uses) > 1:
                    yield f"only {path}", Ablation(1, 0, f"{path} only", edge)
        yield "sign flipped", Ablation(-1, -1, "the sign flipped")

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        return self._joined({name: self._drawn(name, generator) for name in self.variables})

    def _drawn(self, name: str, generator: np.random.Generator) -> Any:
        value = self.spread * generator.standard_normal(self.shapes[name])
        if name in self.chain.symmetric:
            return np.eye(len(value)) + (value + value.T) / 2
        return np.exp(value) if self.chain[name].symbol.is_positive else value

    def evaluate(self, coordinates: np.ndarray) -> tuple[float, np.ndarray]:
        found = self.chain.run(**self.data, **self._by_name(coordinates))
        return found.values[self.chain.output], self._joined(found.adjoints)

    def part(self, coordinates: np.ndarray, of: tuple[str, str]) -> np.ndarray:
        """Return what one use (node, variable) of a variable brings to the gradient."""
        parts = self.chain.run(**self.data, **self._by_name(coordinates)).parts
        return self._joined({of[1]: parts[of]})

    # Parameters and coordinates
    def checked(self, parameters: Any) -> np.ndarray:
        given = {self.variables[0]: parameters} if len(self.variables) == 1 else parameters
        if not isinstance(given, Mapping) or set(given) != set(self.variables):
            raise TypeError(f"The parameters must be a dict with {', '.join(self.variables)}.")
        return self._joined({
            name: checks.matrix(given[name], name, *shape) if shape else checks.scalar(
                given[name], name, positive=bool(self.chain[name].symbol.is_positive))
            for name, shape in self.shapes.items()})

    def lift(self, coordinates: np.ndarray, out: np.ndarray | None = None) -> Any:
        values = self._by_name(coordinates)
        if len(values) == 1:
            return super().lift(values[self.variables[0]], out)
        return values if out is None else super().lift(coordinates, out)

    def _by_name(self, coordinates: np.ndarray) -> dict[str, Any]:
        parts = zip(self.shapes.items(), np.split(coordinates, self.ends[:-1]), strict=True)
        return {name: part.reshape(shape) if shape else float(part[0])
                for (name, shape), part in parts}

    def _joined(self, values: Mapping[str, Any]) -> np.ndarray:
        """Return one vector of the values of all variables, 0 for those without one."""
        return np.concatenate([np.ravel(values.get(name, np.zeros(shape)))
                               for name, shape in self.shapes.items()])
