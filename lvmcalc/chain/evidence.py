"""The claims of a chain: each stage by itself, the whole, and a small case entry by entry."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy import Expr

from lvmcalc import checks, notation
from lvmcalc.calculus import arithmetic, differentials
from lvmcalc.calculus.claims import Claim

if TYPE_CHECKING:
    from lvmcalc.chain.structure import Chain


def stage(chain: "Chain", parent: str, name: str, seed: int = 0) -> Claim:
    """Return the evidence for the adjoint along one edge, by itself, with an arbitrary asymmetric
    upstream."""
    scalar = differentials.inner(chain.adjoint_symbol(name), chain[name].expression)
    label = f"{notation.plain(parent)} → {notation.plain(name)}"
    return Claim(label, scalar, chain[parent].symbol, sp.sympify(chain.edges[name, parent]), seed,
               chain.book)


def whole(chain: "Chain", leaf: str, seed: int = 0) -> Claim:
    """Return the evidence for the gradient of the whole chain with respect to a leaf."""
    label = notation.adjoint_name(chain.output, leaf)
    return Claim(label, chain.expression(), chain[leaf].symbol, chain.adjoint(leaf), seed, chain.book)


@dataclass(frozen=True)
class Entrywise:
    """One small case with every entry a symbol: the loss, its derivative by each entry, and the
    gradient claimed."""

    loss: Expr
    derivatives: sp.Matrix
    claimed: sp.Matrix

    @property
    def agrees(self) -> bool:
        """Whether every entry of the gradient is the derivative by that entry, as a rational
        function."""
        return all(sp.cancel(sp.together(a - b)) == 0 for a,
                   b in zip(self.derivatives, self.claimed, strict=True))

    def __str__(self) -> str:
        entries = "\n".join(f"  ∂L/∂entry {i + 1}: {sp.factor(entry)}" for i,
                            entry in enumerate(self.claimed))
        return f"L = {self.loss}\n{entries}\n{'every entry agrees' if self.agrees else 'NOT EQUAL'}"

    __repr__ = __str__


def entrywise(chain: "Chain", leaf: str, **sizes: int) -> Entrywise:
    """Differentiate a small case entry by entry with SymPy, whose derivatives of scalars are sound.

    Parameters
    ----------
    chain : Chain
    leaf : str
    **sizes : int
        The value of every size, such as N=2, Q=1, D=1.

    Returns
    -------
    Entrywise

    Raises
    ------
    TypeError, ValueError
        If a size is missing, spare or no whole number of at least 1, or if there is no such leaf.
    """
    leaf = checks.known(chain[leaf].name, chain.leaves, f"leaf of {chain.name}")
    names = arithmetic.sizes_in(chain.expression())
    if set(names) - set(sizes) or set(sizes) - set(names) - set(chain.leaves):
        raise ValueError(f"{chain.name} needs the sizes {', '.join(names)}, but "
                         f"{', '.join(sizes) or 'none'} came.")
    values: dict[str, Any] = {name: checks.whole(size, name) for name, size in sizes.items()}
    for name, node in chain.leaves.items():
        if node.shape:
            rows, columns = (sizes[size.name] for size in node.shape)
            values[name] = sp.Matrix(rows, columns,
                                     sp.symbols(f"{name}_:{rows * columns}", real=True))
        values.setdefault(name, sp.Symbol(name))
    loss, claimed = (arithmetic.value_at(side, values)
                     for side in (chain.expression(), chain.adjoint(leaf)))
    variable, claimed = (side if side.is_Matrix else sp.Matrix([side])
                         for side in (values[leaf], claimed))
    return Entrywise(loss, variable.applyfunc(loss.diff), claimed)
