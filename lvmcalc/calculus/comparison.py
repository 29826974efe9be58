"""Decide whether two expressions are equal: by normal form, else at random points."""

from collections.abc import Iterable
from dataclasses import replace

import sympy as sp
from sympy import Expr, HadamardPower, MatPow, MatrixSymbol

from lvmcalc import checks
from lvmcalc.calculus import random_points
from lvmcalc.calculus.differentials import kind_in_words, names_of, shape_of, sympified
from lvmcalc.calculus.errors import TooLarge, UnsupportedExpression
from lvmcalc.calculus.expression_checks import by_name, refuse_unknown
from lvmcalc.calculus.expression_tools import parts_of
from lvmcalc.calculus.index_form import IndexForm
from lvmcalc.calculus.random_points import AtMost
from lvmcalc.calculus.verdict import Verdict
from lvmcalc.checks import CannotBeFormed
from lvmcalc.notation.entrywise import Entrywise

_ALGEBRA = ("transpose of a product", "A A⁻¹ = I", "tr(AB) = tr(BA)")


def compare(left: Expr, right: Expr, symmetric: Iterable[str] = (), seed: int = 0,
            at_most: AtMost = ()) -> Verdict:
    """Say whether two expressions are equal for every size, and how sure that is.

    Parameters
    ----------
    left, right : SymPy scalar or matrix expressions
        Symbols are told apart by their names.
    symmetric : names (or MatrixSymbols) of matrices known to be symmetric
        One that occurs on neither side, but for a misspelling, may have cancelled; if the sides
        are not equal, the reason says so.
    seed : int
        Seeds the random points.
    at_most : pairs of names of sizes
        The first of a pair is never larger than the second, at any point that is tried or shown.

    Returns
    -------
    Verdict
        "proved": the same normal form. "exact": equal in rational arithmetic at random points, with
        the chance of a false agreement. "numeric": equal to many digits, where there is no exact
        arithmetic. "refuted": a counterexample, or shapes that do not fit. "undecided": none of
        these.

    Raises
    ------
    TypeError, ValueError
        If a side is no SymPy expression, `symmetric` names no square matrix, or the seed is none.
    """
    left, right = sympified(left), sympified(right)
    for side in (left, right):
        if not isinstance(side, Expr):
            raise TypeError(f"Only SymPy expressions can be compared, not {kind_in_words(side)}.")
    names = names_of(symmetric, left, right, must_occur=False)
    verdict = decide(left, right, names, checks.whole(seed, "seed", least=0), at_most)
    here = {matrix.name for matrix in sp.Tuple(left, right).atoms(MatrixSymbol)} if names else {}
    absent = [name for name in names if name not in here]
    if verdict.holds or not absent:
        return verdict
    note = f"{' and '.join(absent)}, declared symmetric, {'do' if absent[1:] else 'does'} not occur"
    return replace(verdict, reason=f"{verdict.reason} ({note})")


def decide(left: Expr, right: Expr, symmetric: Iterable[str] = (), seed: int = 0,
           at_most: AtMost = (), points: bool = True, forms: bool = True) -> Verdict:
    """Compare as `compare` does; a symmetric matrix need not occur on either side.

    Without `points`, none is tried: what has not the same normal form is undecided. Without
    `forms`, only points are: it is the shorter way where the two sides are known to differ.
    """
    left, right = _zero_like(left, right), _zero_like(right, left)
    symmetric = tuple(symmetric)
    sides = left, right
    try:
        left, right = by_name(left, right)
        refuse_unknown(left)  # an unknown operation may have no shape
        refuse_unknown(right)
        if shape_of(left) != shape_of(right):
            return Verdict("refuted",
                           f"the shapes differ: {shape_of(left)} against {shape_of(right)}")
        same, exact = False, True
        try:
            if forms:
                form = IndexForm(symmetric)
                same = form.equal(form.matrix(left, 0, 1) if left.is_Matrix else form.scalar(left),
                                  right)
        except TooLarge:  # numbers may still be found
            same = exact = False
        if same:
            # The normal form of X Xᵀ(X Xᵀ)⁻¹ is I for a wide X too.
            partial = any(map(_may_have_no_value, sides))
            return Verdict("proved", "the same normal form, so equal for every size"
                           + ", wherever both sides have a value" * partial, rules=_ALGEBRA)
        if not points:
            return Verdict("undecided", "the normal forms differ")
        return random_points.agreement(left, right, symmetric, seed, exact, at_most)
    except CannotBeFormed as error:
        return Verdict("refuted", str(error))
    except UnsupportedExpression as error:
        return Verdict("undecided", str(error))


def _may_have_no_value(side: Expr) -> bool:
    parts = parts_of(side)
    return any(isinstance(part, sp.log) or (isinstance(part, Entrywise) and part.name == "log")
               for part in parts) or any(
        not (part.exp.is_integer and part.exp.is_nonnegative) and not part.base.is_nonzero
        for part in parts if isinstance(part, sp.Pow | MatPow | HadamardPower))


def _zero_like(side: Expr, other: Expr) -> Expr:
    zero = side == 0 and not side.is_Matrix and other.is_Matrix
    return sp.ZeroMatrix(*other.shape) if zero else side
