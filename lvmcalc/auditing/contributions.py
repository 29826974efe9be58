"""What each path contributes to an adjoint, which a derivation may find one by one."""

from collections.abc import Callable
from itertools import combinations

from sympy import Expr

from lvmcalc.auditing.audit_report import by_terms
from lvmcalc.chain import Chain
from lvmcalc.chain.passes import added
from lvmcalc.marking.exercise import formulas

SAID_TWICE = "The same was said of another path before; which of the two is meant is not clear."
TOLD = "It is a contribution to {}, to which the others are added."
_MANY = 100  # more mistakes than a formula has terms


def contributions(chain: Chain, name: str) -> list[Expr]:
    """Return what each of the paths contributes to an adjoint, none if there is one path only."""
    children = chain.children(name)
    symbol = chain.adjoint_symbol(name)

    def through(child: str) -> Expr:
        changes = {(other, name): 0 * symbol for other in children if other != child}
        return formulas(chain, changes, name)[symbol.name]

    return chain.remember(("contributions", name), lambda: [*map(through, children)]) if len(
        children) > 1 else []


def nearest(chain: Chain, name: str, side: Expr) -> Expr | None:
    """Return the contribution to an adjoint that a side is meant to be, the one with the fewest
    mistakes in its terms; None if it is rather the whole."""
    whole = chain.in_leaves(chain.adjoint(name))
    ways = [*map(chain.in_leaves, contributions(chain, name)), whole]
    counts = [len(by_terms(chain, side, way)) or _MANY for way in ways]
    best = counts.index(min(counts))
    return ways[best] if min(counts) < counts[-1] else None


def is_contribution(chain: Chain, name: str, side: Expr,
                    same: Callable[[Expr, Expr], bool]) -> bool:
    """Return whether a side is what one or more paths contribute to an adjoint."""
    every = contributions(chain, name)
    return any(same(added([*some]), side) for count in range(1, len(every))
               for some in combinations(every, count))
