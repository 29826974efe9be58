"""Values and adjoints of a chain that may be broken in some places."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr

from lvmcalc.calculus import arithmetic
from lvmcalc.calculus.arithmetic import Point
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.chain import Chain, passes
from lvmcalc.chain.numbers import IllConditioned, Trusted

NoValue = (OutsideDomain, KeyError)


class Invertible(arithmetic.Reals):
    """Floating point that refuses the inverse of a singular matrix."""

    inv = Trusted.inv


def float_at(formula: Expr, point: Point, numbers: Any = Invertible,
             memo: dict[Expr, Any] | None = None) -> Any:
    """Return the value of a formula at a point, in floating point.

    Raises
    ------
    OutsideDomain
        If a matrix that is inverted in it is singular.
    """
    with np.errstate(all="ignore"):
        try:
            return arithmetic.evaluate(sp.sympify(formula, strict=True), point, numbers, memo)
        except IllConditioned as error:
            raise OutsideDomain("a matrix to be inverted is singular") from error


def in_numbers() -> passes.Evaluate:
    """Return an evaluator of one pass, which inverts a matrix once; no determinant may be 0."""
    memo: dict[Expr, Any] = {}
    return lambda place, formula, known: float_at(formula, known, Trusted, memo)


def known_at(chain: Chain, leaves: Mapping[str, Any], changes: Mapping[passes.Place, Expr],
             wrt: str | Iterable[str] = (), evaluate: passes.Evaluate | None = None,
             one: Any = 1.0) -> dict[str, Any]:
    """Return the values and adjoints of all nodes by name, in a chain that may be broken.

    A node whose value does not exist, such as a logarithm of a negative number, is left out.

    Parameters
    ----------
    chain : Chain
    leaves : values of the leaves and the sizes by name, and of nodes that are known already
    changes : formulas by place, a node or an edge (node, parent), that replace the true ones
    wrt : the node or leaf whose adjoint is wanted, by default all
    evaluate, one : the evaluator of the pass, and the number 1 as it has it

    Raises
    ------
    OutsideDomain, KeyError
        If an adjoint does not exist.
    """
    evaluate = evaluate or in_numbers()

    def adjoint(place: passes.Place, formula: Expr, known: Mapping[str, Any]) -> Any:
        return evaluate(place, changes.get(place, formula), known)

    def value(place: passes.Place, formula: Expr, known: Mapping[str, Any]) -> Any:
        with suppress(*NoValue):
            return known[place] if place in known else adjoint(place, formula, known)
        return None

    known = passes.pull_back(chain, passes.forward(chain, leaves, value), adjoint, one, wrt).known
    return known | {short: known[node] for short, node in chain.abbreviations.items()
                    if node in known}


def formulas(chain: Chain, changes: Mapping[passes.Place, Expr],
             wrt: str | Iterable[str] = ()) -> dict[str, Expr]:
    """Return the formulas of all nodes and adjoints by name, as `known_at` returns numbers."""
    leaves = {name: leaf.symbol for name, leaf in chain.leaves.items()}
    return known_at(chain, leaves, changes, wrt, passes.in_symbols, sp.S.One)
