"""Check the values of the leaves, and evaluate the stages in floating point."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, MatAdd

from lvmcalc import checks, notation
from lvmcalc.calculus import arithmetic
from lvmcalc.calculus.arithmetic import IllConditioned, Trusted
from lvmcalc.chain.graph import Graph, Node
from lvmcalc.chain.passes import Evaluate, Place


def evaluator(graph: Graph) -> Evaluate:
    """Return a function that evaluates the formulas of one pass in floating point.

    Each inverse and each determinant is computed once.
    """
    memo: dict[Expr, Any] = {}

    def evaluate(place: Place, formula: Expr, known: Mapping[str, Any]) -> Any:
        name = (notation.adjoint_name(graph.output, place[1]) if isinstance(place, tuple)
                else notation.plain(place or ""))
        return _number(formula, known, name, memo)

    return evaluate


def _number(formula: Expr, known: Mapping[str, Any], name: str, memo: dict[Expr, Any]) -> Any:
    """Return the value of a formula, a float or an array of floats.

    Raises
    ------
    ArithmeticError
        If it has no finite value in floating point or keeps fewer than 8 digits; the sentence
        calls it by its name.
    """
    reason = "has no finite value here: it overflows or underflows in floating point"
    advice = ", so take smaller matrices or another scale"
    with np.errstate(all="ignore"):
        try:
            value = arithmetic.evaluate(formula, known, Trusted, memo)
            if np.isfinite(value).all() and not _underflows(formula, value, known):
                value = np.asarray(value, dtype=float) + 0.0  # a reader takes −0 for a sign
                return value if value.ndim else float(value)
        except IllConditioned as error:
            reason = str(error)
        except (OverflowError, arithmetic.OutsideDomain) as error:
            if str(error).startswith(("a logarithm", "a root")):
                reason, advice = f"has no value here: it takes {error}", ""
    raise ArithmeticError(f"{name} = {notation.plain(formula)} {reason}{advice}.")


def _underflows(formula: Expr, value: Any, known: Mapping[str, Any]) -> bool:
    """Return whether a product is 0 or subnormal only because its factors are small."""
    if isinstance(formula, MatAdd | sp.Add) or np.abs(value).max() >= np.finfo(float).tiny:
        return False
    large = {name: number if isinstance(number, int) else number / (np.abs(number).max() or 1)
             for name, number in known.items()}
    return bool(np.any(arithmetic.evaluate(formula, large, arithmetic.Reals)))


def checked_leaves(graph: Graph, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of all leaves and sizes by name.

    Raises
    ------
    TypeError, ValueError
        If a leaf is missing, unknown or given twice, or has a wrong shape, sign or symmetry.
    """
    expected, values = ", ".join(graph.leaves), {}
    for name, value in given.items():
        name = notation.spelling(name)
        if name in values:
            raise TypeError(f"The leaf {name} was passed twice.")
        if name not in graph.leaves:
            raise TypeError(f"{graph.name} has no leaf {name}; its leaves are {expected}.")
        values[name] = value
    if missing := [name for name in graph.leaves if name not in values]:
        raise TypeError(f"The leaf {missing[0]} is missing; {graph.name} needs {expected}.")
    known: dict[str, Any] = {}
    for leaf in sorted(graph.leaves.values(), key=_compound_last):
        value = values[leaf.name]
        value = _matrix(leaf, value, known) if leaf.shape else _scalar(leaf, value)
        if leaf.name in graph.symmetric:
            value = checks.symmetric(value, leaf.name)
        known[leaf.name] = value
    for small, large in graph.at_most:
        if known[small.name] > known[large.name]:
            raise ValueError(f"{small} must be at most {large} = {known[large.name]:g}, but "
                             f"{small} = {known[small.name]:g} was given.")
    return known


def _compound_last(leaf: Node) -> int:
    """Sort key: leaves with compound sizes, such as (N + 1)×D, come last."""
    return 0 if not leaf.shape else 2 if any(length.args for length in leaf.shape) else 1


def _scalar(leaf: Node, given: Any) -> float:
    value = checks.scalar(given, leaf.name, positive=bool(leaf.symbol.is_positive))
    if leaf.symbol.is_integer and not value.is_integer():
        raise ValueError(f"{leaf.name} must be a whole number, but it is {value:g}.")
    return value


def _matrix(leaf: Node, given: Any, known: dict[str, Any]) -> np.ndarray:
    """Return the value of a matrix leaf, and add the sizes that it determines to `known`."""
    words = notation.shape(leaf.symbol) if any(n.free_symbols for n in leaf.shape) else ""

    def known_part(length: Expr) -> Expr:
        return length.xreplace({size: sp.Integer(known[size.name]) for size in length.free_symbols
                                if size.name in known})

    def fitting(value: Any) -> np.ndarray:
        sizes = [int(n) if n.is_Integer else None for n in map(known_part, leaf.shape)]
        return checks.matrix(value, leaf.name, *sizes, words)

    matrix = fitting(given).copy()
    for length, n in zip(leaf.shape, matrix.shape, strict=True):
        length = known_part(length)
        if length.is_Symbol:
            known[length.name] = n
        elif unknown := length.free_symbols:
            found = sp.solve(length - n, *unknown) if len(unknown) == 1 else []
            if len(found) != 1 or not (found[0].is_Integer and found[0] > 0):
                came = "×".join(map(str, matrix.shape))
                raise ValueError(f"{leaf.name} must have shape {words} with whole sizes of at "
                                 f"least 1, which {came} does not tell.")
            known[unknown.pop().name] = int(found[0])
    return fitting(matrix)  # an N×N matrix is square
