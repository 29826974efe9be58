"""Check a gradient against SymPy entry by entry, at a size small enough to read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr
from sympy.core.function import AppliedUndef

from lvmcalc import checks
from lvmcalc.calculus import arithmetic
from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.functions import SPELLED, a, sign, written_out
from lvmcalc.chain.graph import Graph, Node


@dataclass(frozen=True)
class SmallCase:
    """One small case with every entry a symbol.

    Attributes
    ----------
    loss : the scalar
    variable : the matrix by whose entries it is differentiated
    derivatives : of the loss by each entry, by SymPy, whose derivatives of scalars are sound
    claimed : the gradient under test
    """

    loss: Expr
    variable: sp.Matrix
    derivatives: sp.Matrix
    claimed: sp.Matrix

    @property
    def agrees(self) -> bool:
        """Whether every entry of the gradient is the derivative by that entry.

        What holds a function or a root is compared to 30 digits, at random points.
        """
        return all(map(_vanishes, self.derivatives - self.claimed))

    def __str__(self) -> str:
        entries = [f"  ∂L/∂{entry}: {sp.factor(slope)}"
                   for entry, slope in zip(self.variable, self.claimed, strict=True)]
        verdict = "every entry agrees" if self.agrees else "NOT EQUAL"
        return "\n".join([f"L = {self.loss}", *entries, verdict])

    __repr__ = __str__


def _vanishes(difference: Expr) -> bool:
    powers = difference.atoms(sp.Pow)
    if not (difference.atoms(sp.Function) or any(not it.exp.is_integer for it in powers)):
        return sp.cancel(sp.together(difference)) == 0
    rng, letters = np.random.default_rng(0), sorted(difference.free_symbols, key=str)
    points = [{letter: sp.Rational(int(rng.integers(20, 90)), 50) for letter in letters}
              for _ in range(arithmetic.POINTS)]
    return all(abs(difference.xreplace(point).evalf(40)) < 1e-30 for point in points)


class Symbols(arithmetic.Rationals):
    """Matrices with formulas for entries: rational functions, and functions and roots of them."""

    @classmethod
    def apply(cls, name: str, of_array: Any, value: Any) -> Any:
        """Return a function of a number or of every entry."""
        body = written_out(SPELLED[name](a))
        if body.has(sign):
            raise UnsupportedExpression(f"{name}, with one formula below 0 and another above, in a "
                                        "small case")
        if body.has(AppliedUndef):
            raise UnsupportedExpression(f"{name}, which SymPy does not have, in a small case")
        function = sp.Lambda(a, body)
        return cls.each(function, value) if hasattr(value, "to_Matrix") else function(value)

    root = staticmethod(pow)


def small_case(graph: Graph, leaf: str, loss: Expr, claimed: Expr,
               sizes: Mapping[str, int]) -> SmallCase:
    """Return a claimed gradient with respect to a leaf beside SymPy's derivative by each entry."""
    needed = arithmetic.sizes_in(loss)
    if not set(needed) <= set(sizes) <= {*needed, *graph.leaves}:
        raise ValueError(f"{graph.name} needs the sizes {', '.join(needed) or 'none'}, but "
                         f"{', '.join(sizes) or 'none'} was given.")
    values: dict[str, Any] = {name: checks.whole(size, name) for name, size in sizes.items()}
    for node in graph.leaves.values():
        values.setdefault(node.name, _entries(node, values, node.name in graph.symmetric))
    variable = values[leaf] if values[leaf].is_Matrix else sp.Matrix([values[leaf]])
    loss, claimed = (arithmetic.value_at(side, values, Symbols) for side in (loss, claimed))

    def derivative(i: int, j: int) -> Expr:
        # an off-diagonal entry of a symmetric matrix occurs twice
        return loss.diff(variable[i, j]) / (2 if leaf in graph.symmetric and i != j else 1)

    return SmallCase(loss, variable, sp.Matrix(*variable.shape, derivative),
                     claimed if claimed.is_Matrix else sp.Matrix([claimed]))


def _entries(leaf: Node, sizes: Mapping[str, int], symmetric: bool) -> Expr:
    """Return a leaf as a matrix of symbols, one for each entry."""
    if not leaf.shape:
        return sp.Symbol(leaf.name)
    rows, columns = (arithmetic.whole_size(length, sizes) for length in leaf.shape)
    entries = sp.Matrix(rows, columns, sp.symbols(f"{leaf.name}_:{rows * columns}", real=True))
    if symmetric:
        return sp.Matrix(rows, rows, lambda i, j: entries[min(i, j), max(i, j)])
    return entries
