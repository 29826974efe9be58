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
from sympy import QQ, Expr, HadamardPower, HadamardProduct, MatAdd, MatMul, MatrixSymbol, Symbol
from sympy.polys.matrices import DomainMatrix

from lvmcalc.calculus import arithmetic, dual_numbers, random_points
from lvmcalc.calculus.comparison import decide
from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.expression_checks import check_shapes
from lvmcalc.calculus.functions import SPELLED, kinks_in, sign, written_out
from lvmcalc.calculus.index_form import IndexForm
from lvmcalc.calculus.operations import RULES, inner
from lvmcalc.calculus.rules import Operation, increment_of
from lvmcalc.calculus.scalars import is_zero
from lvmcalc.calculus.verdict import Verdict
from lvmcalc.checks import CannotBeFormed
from lvmcalc.notation.entrywise import Entrywise

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
    by_differential = inner(rule.adjoint_symbol, rule.differential)
    by_adjoints = sp.Add(*(inner(adjoint, increment_of(x)) for x, adjoint in rule.adjoints.items()))
    agreement = decide(by_differential, by_adjoints)
    try:
        check_shapes(rule.differential)
    except CannotBeFormed as error:
        return [agreement, Verdict("refuted", str(error))]
    return [agreement, *_PROOFS[rule.proof](rule)]


def _by_product(rule: Operation) -> list[Verdict]:
    """Check d(A A⁻¹) = 0."""
    A, = rule.arguments
    return [decide(increment_of(A) * A.I + A * rule.differential, sp.S.Zero)]


def _entries(rule: Operation) -> list[Verdict]:
    """Check a function of numbers, or of one entry of each argument, with SymPy's derivatives.

    They are sound there.
    """
    numbers = {letter: Symbol(letter.name) for x in rule.arguments
               for letter in (x, increment_of(x))}

    def entry(part: Expr) -> Expr:
        match part:
            case MatrixSymbol():
                return numbers[part]
            case Entrywise():
                return SPELLED[part.name](entry(part.arg))
            case HadamardPower():
                return entry(part.base) ** part.exp
            case HadamardProduct() | MatMul():
                return sp.Mul(*map(entry, part.args))
            case MatAdd():
                return sp.Add(*map(entry, part.args))
            case sp.OneMatrix():
                return sp.S.One
            case sp.ZeroMatrix():
                return sp.S.Zero
        return part

    of = "each entry by itself" if rule.operation.is_Matrix else "a function of one variable"
    return _slopes(rule, entry(rule.operation), entry(rule.differential), f"the derivative of {of}")


def _slopes(rule: Operation, function: Expr, change: Expr, reason: str) -> list[Verdict]:
    """Check the differential of a function of numbers with SymPy's derivatives.

    A function that SymPy does not know is written out by its definition; one with a sign in it is
    tried on either side of 0.
    """
    reason += ", except at 0" * bool(kinks_in(function))
    function, change = written_out(function), written_out(change)
    for side in (sp.S.One, -sp.S.One) if function.has(sign) else (sp.S.One,):
        there, claimed = (it.replace(sign, lambda _, side=side: side) for it in (function, change))
        moving = [Symbol(x.name) for x in rule.arguments]
        total = sum(sp.diff(there, x) * increment_of(x) for x in moving)
        if total.has(sp.Derivative):
            return [Verdict("undecided", "its derivative was given with the function")]
        if sp.simplify(total - claimed) != 0:
            return [_verdict(False, reason)]
    return [_verdict(True, reason)]


def _by_square(rule: Operation) -> list[Verdict]:
    """Check 2 Z dZ against the part of Z² that is linear in the increments: enough where Z > 0."""
    verdict, = _linear(rule.operation**2, 2 * rule.operation * rule.differential, rule)
    return [replace(verdict, reason=f"{verdict.reason}, except at 0")]


def _by_determinant(rule: Operation) -> list[Verdict]:
    """Check d log det C = d det C / det C, where d det C has been established by itself."""
    known = RULES["determinant"]
    return [decide(known.operation * rule.differential, known.differential)]


def _linear_part(rule: Operation) -> list[Verdict]:
    """Check that dZ is the part of Z(A + τ dA) that is linear in τ, for every size."""
    Zbar = rule.adjoint_symbol
    return _linear(inner(Zbar, rule.operation), inner(Zbar, rule.differential), rule)


def _linear(scalar: Expr, claimed: Expr, rule: Operation) -> list[Verdict]:
    form = IndexForm()
    moved = form.scalar(scalar.xreplace({x: x + tau * increment_of(x) for x in rule.arguments}))
    holds = is_zero(sp.expand(moved).coeff(tau, 1) - form.scalar(claimed))
    return [_verdict(holds, "the part that is linear in the increments, for every size")]


def _cofactors(rule: Operation) -> list[Verdict]:
    """Check d det C by cofactors up to 4×4, and in exact arithmetic beyond."""
    verdicts: list[Verdict] = []
    for size in (1, 2, 3, 4):
        verdicts.append(_by_cofactors(rule, size))
        if not verdicts[-1].holds:
            return verdicts
    return [*verdicts, _determinant_beyond(rule)]


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
    dC, chances = increment_of(C), []
    for size in (5, 6):
        sizes = {C.rows.name: size}
        point = arithmetic.random_point((C, dC), sizes, rng, random_points.RANGE)
        slope = dual_numbers.directional_derivative(rule.operation, point, C.name, point[dC.name])
        if slope != arithmetic.value_at(rule.differential, point):
            return Verdict("refuted",
                           f"the exact derivative of a {size}×{size} determinant is another one")
        # the slope of a determinant has the degree of the determinant
        chances.append(random_points.chance_of_false_agreement(rule.operation, rule.differential,
                                                               [sizes]))
    reason = "equal to the exact derivative of a 5×5 and a 6×6 determinant; for each of them, "
    return Verdict("exact", reason + random_points.said_of(max(chances)), points=2,
                   chance=max(chances))


def _verdict(holds: bool, reason: str) -> Verdict:
    return Verdict("proved", reason) if holds else Verdict("refuted", f"not {reason}")


_PROOFS: dict[str, Callable[[Operation], list[Verdict]]] = {
    "linear part": _linear_part, "A A⁻¹ = I": _by_product, "cofactors": _cofactors,
    "one variable": _entries, "entries": _entries, "square": _by_square,
    "determinant": _by_determinant}
