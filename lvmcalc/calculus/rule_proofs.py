"""How a rule of the book is established on its own, without the other rules.

First its adjoints and its differential are held against each other; then the differential against
what it means: the inverse's against A A⁻¹ = I, the determinant's against cofactors, a scalar
function's against the derivative of one variable, and any other against the definition, as the part
of Z(A + τ dA) that is linear in τ.
"""

import numpy as np
import sympy as sp
from sympy import Determinant, Expr, Inverse, Symbol
from sympy.polys.domains import QQ
from sympy.polys.matrices import DomainMatrix

from lvmcalc.calculus import arithmetic, differentials, operations
from lvmcalc.calculus.expressions import CannotBeFormed, UnsupportedExpression, check_shapes
from lvmcalc.calculus.normal_form import NormalForm, is_zero
from lvmcalc.calculus.verdict import Verdict

tau = Symbol("tau")


def establish(rule: operations.Rule) -> list[Verdict]:
    """Return the verdicts that establish one rule on its own: that its two columns agree, and that
    they are right.

    Parameters
    ----------
    rule : Rule

    Returns
    -------
    list of Verdict

    Raises
    ------
    UnsupportedExpression
        If an operation in the rule is not known, by name.
    """
    by_differential = differentials.inner(rule.upstream, rule.differential)
    by_adjoints = sp.Add(*(differentials.inner(adjoint, operations.increment_of(x)) for x,
                           adjoint in rule.adjoints.items()))
    return [differentials.compare(by_differential, by_adjoints), *_differential_is_right(rule)]


def _differential_is_right(rule: operations.Rule) -> list[Verdict]:
    steps = {x: operations.increment_of(x) for x in rule.arguments}
    try:
        check_shapes(rule.differential)
    except CannotBeFormed as error:
        return [Verdict("refuted", str(error))]
    if rule.operation.has(Inverse):
        (A, dA), = steps.items()
        return [differentials.compare(dA * A.I + A * rule.differential, 0)]
    if rule.operation.has(Determinant):
        verdicts: list[Verdict] = []
        for size in (1, 2, 3, 4):
            verdicts.append(_by_cofactors(rule, size))
            if not verdicts[-1].holds:
                return verdicts
        return [*verdicts, _determinant_beyond(rule)]
    if not any(argument.is_Matrix for argument in steps):
        total = sum(sp.diff(rule.operation, x) * dx for x, dx in steps.items())
        return [_verdict(sp.simplify(total - rule.differential) == 0, "the derivative of a "
                                                                      "function of one variable")]
    return [_linear_part(rule, steps)]


def _linear_part(rule: operations.Rule, steps: dict[Expr, Expr]) -> Verdict:
    """Check that dZ is the part of Z(A + τ dA) that is linear in τ, for every size."""
    moved = rule.operation.xreplace({x: x + tau * dx for x, dx in steps.items()})
    algebra = NormalForm()
    linear, claimed = (algebra.scalar(differentials.inner(rule.upstream, side))
                       for side in (moved, rule.differential))
    holds = is_zero(sp.expand(linear).coeff(tau, 1) - claimed)
    return _verdict(holds, "the part that is linear in the increments, for every size")


def _by_cofactors(rule: operations.Rule, size: int) -> Verdict:
    """Check d det C with every entry a symbol: the derivative by an entry is its cofactor, by
    Laplace's expansion.

    The symbol w stands for 1/det C, and C⁻¹ is w times the adjugate: all are polynomials, and
    nothing is divided.
    """
    (symbol,), square = rule.arguments, range(size)
    domain = QQ[sp.symbols(f"w c:{size}:{size} d:{size}:{size}")]
    w, *entries = domain.gens
    C, dC = (DomainMatrix([[entries[start + size * i + j] for j in square] for i in square],
                          (size, size), domain)
             for start in (0, size * size))
    determinant = C.det()

    class Adjugates(arithmetic.Rationals):
        @staticmethod
        def inv(matrix: DomainMatrix) -> DomainMatrix:
            adjugate, its_determinant = matrix.adj_det()
            if its_determinant != determinant:
                raise UnsupportedExpression("an inverse of another matrix than C")
            return adjugate.scalarmul(w)

    values = {symbol.rows.name: size, symbol.name: C, operations.increment_of(symbol).name: dC}
    claimed = domain.from_sympy(arithmetic.evaluate(rule.differential, values, Adjugates))
    change = sum(determinant.diff(c) * dc for c,
                 dc in zip(entries, entries[size * size:], strict=False))
    holds = (claimed - change).rem([w * determinant - 1]) == 0  # they are equal where w det C = 1
    return _verdict(holds, f"cofactors of a {size}×{size} matrix, all entries symbols")


def _determinant_beyond(rule: operations.Rule) -> Verdict:
    (C,), rng = rule.arguments, np.random.default_rng(0)
    dC = operations.increment_of(C)
    for size in (5, 6):
        point = arithmetic.random_point((C, dC), {C.rows.name: size}, rng, 9)
        slope = arithmetic.directional_derivative(rule.operation, point, C.name, point[dC.name])
        if slope != arithmetic.value_at(rule.differential, point):
            return Verdict("refuted", f"the exact derivative of a {size}×{size} determinant is "
                                      "another one")
    return Verdict("exact", "equal to the exact derivative of a 5×5 and a 6×6 determinant",
                   points=2)


def _verdict(holds: bool, reason: str) -> Verdict:
    return Verdict("proved", reason) if holds else Verdict("refuted", f"not {reason}")
