"""The slips of a derivation: what each of them says, and which later lines follow from it.

A line follows from a slip if it is right once the slip is taken for true: what it says put in place
of its left side, and its gradient, or differential, in the chain.
"""

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

from sympy import Expr

from lvmcalc.calculus import UnsupportedExpression, gradient
from lvmcalc.calculus.comparison import decide
from lvmcalc.chain import Chain, passes
from lvmcalc.marking.exercise import RIGHT, NoValue, formulas
from lvmcalc.marking.increments import KINDS, broken_by, has_differentials, in_nodes, node_of
from lvmcalc.marking.parts import parts_of
from lvmcalc.marking.wording import asked_for
from lvmcalc.notation.forming import as_number, change_of


class Slips:
    """The slips of a derivation by the number of their line.

    Parameters
    ----------
    chain : Chain
    in_leaves : puts in place of letters what they were defined as, and writes differentials in
        those of leaves; with `whole`, dL is the sum of all tr((∂L/∂X)ᵀ dX)
    same : tells whether two expressions are equal
    """

    def __init__(self, chain: Chain, in_leaves: Callable[..., list[Expr]],
                 same: Callable[[Expr, Expr], bool]):
        self.chain, self.in_leaves, self.same = chain, in_leaves, same
        self.said: dict[int, dict[Expr, Expr]] = {}
        self.formulas: dict[int, dict[passes.Place, Expr]] = {}  # of a chain in which it is right
        self.values: dict[int, Expr] = {}  # that it takes for the scalar

    def add(self, number: int, left: Expr, side: Expr, meant: tuple[Expr, Expr]) -> None:
        """Add what a line says: its sides as they stand, and with what their letters mean."""
        part = parts_of(self.chain).of(left)
        if part or asked_for(self.chain, left) or has_differentials(self.chain, meant[0]):
            self.said.setdefault(number, {})[left] = side
        if number in self.formulas or number in self.values:
            return
        left, side = meant
        if part:  # the other parts are right
            side = passes.added([side, *(other.adjoint(part[1]) for other in parts_of(
                self.chain).chains.values() if other is not part[0])])
            left = self.chain.adjoint_symbol(part[1])
        if formulas_ := self.broken(left, side):
            self.formulas[number] = formulas_
        elif not left.is_Matrix and self.same(self.chain[self.chain.output].symbol, left):
            self.values[number] = as_number(self.chain.in_leaves(side))

    def drop(self, number: int) -> None:
        """Forget a line."""
        for known in (self.said, self.formulas, self.values):
            known.pop(number, None)

    def behind(self, *sides: Expr) -> int | None:
        """Return the line with a slip from which an equation follows, None if there is none."""
        numbers = dict.fromkeys((*self.said, *self.formulas, *self.values))
        each = [[number] for number in reversed(numbers)]
        for some in [*each, [*numbers]] if len(each) > 1 else each:
            with suppress(*NoValue, ValueError, TypeError):
                if all(decide(*pair, self.chain.symmetric).status in RIGHT
                       for pair in pairwise(self.taken_for_true(some, sides))):
                    return some[0]
        return None

    def taken_for_true(self, numbers: list[int], sides: tuple[Expr, ...]) -> list[Expr]:
        """Return some sides in leaves, where some slips are taken for true."""
        changes: dict[passes.Place, Expr] = {}
        for number in numbers:
            sides = tuple(side.xreplace(self.said.get(number, {})) for side in sides)
            changes |= self.formulas.get(number, {})
        known = formulas(self.chain, changes)
        for value in (self.values[number] for number in numbers if number in self.values):
            known |= {self.chain.adjoint_symbol(name).name: gradient(value, leaf.symbol)
                      for name, leaf in self.chain.leaves.items() if not leaf.symbol.is_integer}
        return [passes.in_symbols(None, side, known) for side in self.in_leaves(*sides, whole=True)]

    def broken(self, left: Expr, side: Expr) -> dict[passes.Place, Expr]:
        """Return the formulas of a chain in which a wrong line is right, {} if there is none."""
        if name := asked_for(self.chain, left):
            first, *others = self.chain.children(name)
            return {(first, name): in_nodes(self.chain, side)} | {
                (other, name): 0 * self.chain.adjoint_symbol(name) for other in others}
        with suppress(UnsupportedExpression, ValueError, TypeError):
            return broken_by(self.chain, self.of_node(left), side)
        return {}

    def of_node(self, changed: Expr) -> Expr:
        """Return d(c) for an expression that is the differential of c, such as -½ tr(K⁻¹ dK)."""
        output = self.chain[self.chain.output].symbol
        if node_of(self.chain, changed) or not has_differentials(self.chain, changed):
            return changed
        if not isinstance(changed, KINDS):
            return next((change for change in [change_of(output)] if not changed.is_Matrix
                         and self.same(change, changed)), changed)
        inside = as_number(changed.arg)
        return next((change_of(node.symbol) for node in self.chain
                     if node.symbol.is_Matrix == inside.is_Matrix
                     and self.same(node.symbol, inside)), changed)
