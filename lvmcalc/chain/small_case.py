"""Check a gradient against SymPy entry by entry, at a size small enough to read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr

from lvmcalc import checks
from lvmcalc.calculus import arithmetic
from lvmcalc.chain.graph import Graph, Node


@dataclass(frozen=True)
class SmallCase:
    """One small case with every entry a symbol.

    Attributes
    ----------
    loss : the scalar
    derivatives : of the loss by each entry, by SymPy, whose derivatives of scalars are sound
    claimed : the gradient under test
    """

    loss: Expr
    derivatives: sp.Matrix
    claimed: sp.Matrix

    @property
    def agrees(self) -> bool:
        """Whether every entry of the gradient is the derivative by that entry."""
        differences = self.derivatives - self.claimed
        return all(sp.cancel(sp.together(difference)) == 0 for difference in differences)

    def __str__(self) -> str:
        entries = [f"  ∂L/∂entry {number}: {sp.factor(entry)}"
                   for number, entry in enumerate(self.claimed, 1)]
        verdict = "every entry agrees" if self.agrees else "NOT EQUAL"
        return "\n".join([f"L = {self.loss}", *entries, verdict])

    __repr__ = __str__


def small_case(graph: Graph, leaf: str, loss: Expr, claimed: Expr,
               sizes: Mapping[str, int]) -> SmallCase:
    """Return a claimed gradient with respect to a leaf beside SymPy's derivative by each entry."""
    needed = arithmetic.sizes_in(loss)
    if not set(needed) <= set(sizes) <= {*needed, *graph.leaves}:
        raise ValueError(f"{graph.name} needs the sizes {', '.join(needed) or 'none'}, but "
                         f"{', '.join(sizes) or 'none'} came.")
    values: dict[str, Any] = {name: checks.whole(size, name) for name, size in sizes.items()}
    for node in graph.leaves.values():
        values.setdefault(node.name, _entries(node, values, node.name in graph.symmetric))
    variable = values[leaf] if values[leaf].is_Matrix else sp.Matrix([values[leaf]])
    loss, claimed = arithmetic.value_at(loss, values), arithmetic.value_at(claimed, values)

    def derivative(i: int, j: int) -> Expr:
        # an entry beside the diagonal of a symmetric matrix stands there twice
        return loss.diff(variable[i, j]) / (2 if leaf in graph.symmetric and i != j else 1)

    return SmallCase(loss, sp.Matrix(*variable.shape, derivative),
                     claimed if claimed.is_Matrix else sp.Matrix([claimed]))


def _entries(leaf: Node, sizes: Mapping[str, int], symmetric: bool) -> Expr:
    """Return a leaf with a symbol for every entry."""
    if not leaf.shape:
        return sp.Symbol(leaf.name)
    rows, columns = (arithmetic.whole_size(length, sizes) for length in leaf.shape)
    entries = sp.Matrix(rows, columns, sp.symbols(f"{leaf.name}_:{rows * columns}", real=True))
    if symmetric:
        return sp.Matrix(rows, rows, lambda i, j: entries[min(i, j), max(i, j)])
    return entries
