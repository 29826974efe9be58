"""Counterexamples that can be read: rounded, and with definite covariances."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import sympy as sp
from sympy import Determinant, Expr, MatrixSymbol

from lvmcalc.calculus import UnsupportedExpression, Verdict
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.calculus.random_points import differ, differ_in_decimals
from lvmcalc.calculus.verdict import Counterexample
from lvmcalc.chain import Chain

_TRIES = 8  # multiples of I that are added


def with_definite(chain: Chain, verdict: Verdict, left: Expr, right: Expr) -> Verdict:
    """Return a verdict on two sides in leaves whose counterexample has covariances."""
    names = chain.remember("definite", lambda: {
        part.arg.name for part in chain.expression().atoms(Determinant)
        if isinstance(part.arg, MatrixSymbol) and part.arg.name in chain.symmetric})
    find = verdict.find_counterexample
    return replace(verdict, find_counterexample=partial(
        _definite_example, names, left, right, find)) if names and find else verdict


def _definite_example(names: set[str], left: Expr, right: Expr,
                      find: Callable[[], Counterexample]) -> Counterexample:
    """Return a counterexample in which some matrices are positive definite, if one is at hand."""
    found = find()
    values = {**found.values}
    here = names & {*values}
    for _ in range(_TRIES if any(not values[name].is_positive_definite for name in here) else 0):
        for name in here:
            values[name] += sp.eye(values[name].rows)
        for differs in (differ, differ_in_decimals):
            with suppress(OutsideDomain, UnsupportedExpression):
                definite = all(values[name].is_positive_definite for name in here)
                if definite and (sides := differs(left, right, values)):
                    return Counterexample(values, *sides)
    return found


def rounded(value: Any, digits: int = 4) -> Expr:
    """Return floats as numbers of SymPy, whole ones where they are near."""
    def number(entry: float) -> Expr:
        near = sp.Rational(str(round(float(entry), digits)))
        return near if near.q == 1 else sp.Float(float(entry), digits)

    value = np.asarray(value, dtype=float)
    if value.ndim != 2:
        return number(value)
    return sp.ImmutableMatrix(*value.shape, [number(entry) for entry in value.flat])
