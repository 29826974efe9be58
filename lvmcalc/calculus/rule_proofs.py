"""How an operation's rule is established on its own, without the other rules.

First its adjoints and its differential are held against each other; then the differential against
what it means: the inverse's against A A⁻¹ = I, the determinant's against cofactors, a function's
against the derivative of one variable, and any other against the definition, as the part of
Z(A + τ dA) that is linear in τ.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import sympy as sp
from sympy import Determinant, Symbol
from sympy.matrices.expressions import HadamardProduct
from sympy.polys.domains import QQ
from sympy.polys.matrices import DomainMatrix

from lvmcalc.calculus import arithmetic
from lvmcalc.calculus.comparison import decide
from lvmcalc.calculus.differentials import inner
from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.expressions import check_shapes
from lvmcalc.calculus.normal_form import NormalForm
from lvmcalc.calculus.operations import SPELLED, entry_by_entry
from lvmcalc.calculus.rules import Operation, increment_of
from lvmcalc.calculus.scalars import is_zero
from lvmcalc.calculus.verdict import Verdict
from lvmcalc.checks import CannotBeFormed

tau = Symbol("tau")


def establish(rule: Operation) -> list[Verdict]:
    """Return the verdicts that establish a rule: that its columns agree, and that they are right.

    Parameters
    ----------
    rule : Operation

    Returns
    -------
    list of Verdict

    Raises
    ------
    UnsupportedExpression
        If an operation in the rule is not known, by name.
    """
    by_differential = inner(rule.upstream, rule.differential)
    by_adjoints = sp.Add(*(inner(adjoint, increment_of(x)) for x, adjoint in rule.adjoints.items()))
    agreement = decide(by_differential, by_adjoints)
    try:
        check_shapes(rule.differential)
    except CannotBeFormed as error:
        return [agreement, Verdict("refuted", str(error))]
    return [agreement, *PROOFS[rule.proof](rule)]


def _by_product(rule: Operation) -> list[Verdict]:
    """Check d(A A⁻¹) = 0."""
    A, = rule.arguments
    return [decide(increment_of(A) * A.I + A * rule.differential, sp.S.Zero)]


def _one_variable(rule: Operation) -> list[Verdict]:
    """Check a scalar function of scalars with SymPy's derivatives, which are sound there."""
    total = sum(sp.diff(rule.operation, x) * increment_of(x) for x in rule.arguments)
    return [_verdict(sp.simplify(total - rule.differential) == 0,
                     "the derivative of a function of one variable")]


def _entries(rule: Operation) -> list[Verdict]:
    """Check that the differential of f(A) is f′(A) ∘ dA, with SymPy's derivative of f."""
    (A,), x = rule.arguments, Symbol("x")
    slope = entry_by_entry(sp.diff(SPELLED[rule.operation.name](x), x), x, A)
    verdict = decide(rule.differential, HadamardProduct(slope, increment_of(A)))
    return [_verdict(verdict.status == "proved", "the derivative of each entry by itself")]


def _linear_part(rule: Operation) -> list[Verdict]:
    """Check that dZ is the part of Z(A + τ dA) that is linear in τ, for every size."""
    moved = rule.operation.xreplace({x: x + tau * increment_of(x) for x in rule.arguments})
    form = NormalForm()
    linear, claimed = (form.scalar(inner(rule.upstream, side))
                       for side in (moved, rule.differential))
    holds = is_zero(sp.expand(linear).coeff(tau, 1) - claimed)
    return [_verdict(holds, "the part that is linear in the increments, for every size")]


def _cofactors(rule: Operation) -> list[Verdict]:
    """Check d det C by cofactors up to 4×4, and in exact arithmetic beyond."""
    verdicts: list[Verdict] = []
    for size in (1, 2, 3, 4):
        verdicts.append(_by_cofactors(rule, size))
        if not verdicts[-1].holds:
            return verdicts
    return [*verdicts, _determinant_beyond(rule)]


def _log_cofactors(rule: Operation) -> list[Verdict]:
    """Check that det C · d log det C is d det C."""
    C, = rule.arguments
    return _cofactors(replace(rule, operation=Determinant(C),
                              differential=Determinant(C) * rule.differential))


def _by_cofactors(rule: Operation, size: int) -> Verdict:
    """Check d det C with every entry a symbol: the derivative by an entry is its cofactor.

    The symbol w stands for 1/det C, and C⁻¹ is w times the adjugate: all are polynomials, and
    nothing is divided.
    """
    (symbol,), square = rule.arguments, range(size)
    domain = QQ[sp.symbols(f"w c:{size}:{size} d:{size}:{size}")]
    w, *entries = domain.gens

    def matrix(start: int) -> DomainMatrix:
        rows = [[entries[start + size * i + j] for j in square] for i in square]
        return DomainMatrix(rows, (size, size), domain)

    C, dC = matrix(0), matrix(size * size)
    determinant = C.det()

    class Adjugates(arithmetic.Rationals):
        @staticmethod
        def inv(matrix: DomainMatrix) -> DomainMatrix:
            adjugate, its_determinant = matrix.adj_det()
            if its_determinant != determinant:
                raise UnsupportedExpression("an inverse of another matrix than C")
            return adjugate.scalarmul(w)

    values = {symbol.rows.name: size, symbol.name: C, increment_of(symbol).name: dC}
    claimed = domain.from_sympy(arithmetic.evaluate(rule.differential, values, Adjugates))
    steps = zip(entries, entries[size * size:], strict=False)
    change = sum(determinant.diff(c) * dc for c, dc in steps)
    holds = (claimed - change).rem([w * determinant - 1]) == 0  # they are equal where w det C = 1
    return _verdict(holds, f"cofactors of a {size}×{size} matrix, all entries symbols")


def _determinant_beyond(rule: Operation) -> Verdict:
    (C,), rng = rule.arguments, np.random.default_rng(0)
    dC = increment_of(C)
    for size in (5, 6):
        point = arithmetic.random_point((C, dC), {C.rows.name: size}, rng, 9)
        slope = arithmetic.directional_derivative(rule.operation, point, C.name, point[dC.name])
        if slope != arithmetic.value_at(rule.differential, point):
            return Verdict("refuted",
                           f"the exact derivative of a {size}×{size} determinant is another one")
    return Verdict("exact", "equal to the exact derivative of a 5×5 and a 6×6 determinant",
                   points=2)


def _verdict(holds: bool, reason: str) -> Verdict:
    return Verdict("proved", reason) if holds else Verdict("refuted", f"not {reason}")


PROOFS: dict[str, Callable[[Operation], list[Verdict]]] = {
    "linear part": _linear_part, "A A⁻¹ = I": _by_product, "cofactors": _cofactors,
    "log cofactors": _log_cofactors,
    "one variable": _one_variable, "entries": _entries}
