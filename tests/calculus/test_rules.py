"""Each rule of the book against dual numbers; each spoilt rule is found out."""

from dataclasses import replace
from types import MappingProxyType

import oracle
import pytest
import sympy as sp
from sympy import Determinant, Expr, MatrixSymbol, Trace, Transpose, log
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatAdd
from tables import over

from lvmcalc.calculus import operations, rule_proofs
from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.expression_checks import check_shapes
from lvmcalc.calculus.operations import RULES
from lvmcalc.calculus.rules import Operation as Rule
from lvmcalc.checks import CannotBeFormed

SIZES = {"m": 2, "n": 3, "p": 4, "k": 5}  # k is the exponent of the power rule


def letters(rule: Rule) -> list[Expr]:
    return [*rule.arguments, *map(operations.increment_of, rule.arguments), rule.adjoint_symbol]


SEEDS = 1, 2  # a small whole number may hide a wrong rule


def point(rule: Rule, seed: int) -> dict:
    """Return a random point, positive where there is a logarithm."""
    return oracle.point(letters(rule), SIZES, seed, positive=rule.operation.has(Str("log")))


def differential_holds(rule: Rule) -> bool:
    """Say whether the differential is the slope of the operation when every argument moves, in
    exact arithmetic."""
    return all(differential_holds_at(rule, point(rule, seed)) for seed in SEEDS)


def differential_holds_at(rule: Rule, values: dict) -> bool:
    moving = dict(values)
    for argument in rule.arguments:
        steps = values[operations.increment_of(argument).name]
        if argument.is_Matrix:
            moving[argument.name] = [[oracle.Dual(x.value, dx.value) for x,
                                      dx in zip(row, changes, strict=True)]
                                     for row,
                                     changes in zip(values[argument.name], steps, strict=True)]
        else:
            moving[argument.name] = oracle.Dual(values[argument.name].value, steps.value)
    slopes = [entry.slope for entry in oracle.entries(oracle.evaluate(rule.operation, moving))]
    claimed = [entry.value for entry in oracle.entries(oracle.evaluate(rule.differential, values))]
    return len(slopes) == len(claimed) and all(map(oracle.same, slopes, claimed))


def adjoints_hold(rule: Rule) -> bool:
    """Say whether ⟨Z̄, dZ⟩ is the sum of ⟨Ā, dA⟩ over the arguments, in exact arithmetic, for an
    asymmetric Z̄."""
    return all(adjoints_hold_at(rule, point(rule, seed)) for seed in SEEDS)


def adjoints_hold_at(rule: Rule, values: dict) -> bool:
    def inner(left: Expr, right: Expr) -> object:
        pairs = zip(oracle.entries(oracle.evaluate(left, values)),
                    oracle.entries(oracle.evaluate(right, values)),
                    strict=True)
        return oracle.total([a * b for a, b in pairs]).value

    arriving = inner(rule.adjoint_symbol, rule.differential)
    leaving = sum(inner(adjoint, operations.increment_of(argument)) for argument,
                  adjoint in rule.adjoints.items())
    return oracle.same(arriving, leaving)


def spoilt(formula: Expr) -> dict[str, Expr]:
    """Return the formula with one thing wrong: a sign, a factor 2, a lost term, a lost or a spare
    transpose."""
    wrong = {"a flipped sign": -formula, "a factor 2": 2 * formula, "lost": 0 * formula}
    if isinstance(formula, sp.Add | MatAdd):
        wrong |= {f"without {term}": formula - term for term in formula.args}
        wrong |= {f"{term} flipped": formula - 2 * term for term in formula.args}
    for part in sorted(formula.atoms(Transpose, MatrixSymbol, sp.Inverse), key=str):
        if isinstance(part, Transpose):
            wrong[f"{part} not transposed"] = formula.xreplace({part: part.arg})
        elif part.rows == part.cols:
            wrong[f"{part} transposed"] = formula.xreplace({part: Transpose(part)})
    return wrong


def fits(formula: Expr, shape: tuple) -> bool:
    try:
        check_shapes(formula)
    except CannotBeFormed:
        return False
    return getattr(formula, "shape", ()) == shape


# The spoilt rules that say the same all the same, and why.
EQUIVALENT = {
    "Gram matrix, A: Zbar transposed": "Z̄ + Z̄ᵀ is its own transpose",
    "trace: dC transposed": "a matrix and its transpose have the same trace",
    "diagonal matrix, v: Zbar transposed": "a matrix and its transpose have the same diagonal",
    "diagonal: dC transposed": "a matrix and its transpose have the same diagonal",
}
ZERO = (0, sp.ZeroMatrix(operations.m, operations.n))
ALIKE = ("it holds although it was spoilt: if mathematics says why, add it to EQUIVALENT with that "
         "reason")
UNLIKE = "it does not hold, so it is not to stand in EQUIVALENT"
ADJOINTS = {f"{rule.name}, {argument}: {kind}": (rule, argument, wrong) for rule in RULES.values()
            for argument, adjoint in rule.adjoints.items() for kind,
            wrong in spoilt(adjoint).items()}
DIFFERENTIALS = {f"{rule.name}: {kind}": (rule, wrong) for rule in RULES.values()
                 for kind, wrong in spoilt(rule.differential).items()}
EQUIVALENT |= {kind: "0 stays 0" for kind, (rule, argument, _) in ADJOINTS.items()
               if rule.adjoints[argument] in ZERO}
EQUIVALENT |= {kind: "0 stays 0" for kind, (rule, _) in DIFFERENTIALS.items()
               if rule.differential in ZERO}


@over("rule", RULES.values())
def test_the_differential_is_the_slope_and_the_adjoints_say_the_same(rule: Rule) -> None:
    assert differential_holds(rule)
    assert adjoints_hold(rule)
    assert all(verdict.holds for verdict in rule_proofs.establish(rule))


@over("kind", ADJOINTS)
def test_a_rule_with_a_spoilt_adjoint_is_not_established(kind: str) -> None:
    rule, argument, wrong = ADJOINTS[kind]
    bad = replace(rule, adjoints=MappingProxyType({**rule.adjoints, argument: wrong}))
    holds = fits(wrong, argument.shape if argument.is_Matrix else ()) and adjoints_hold(bad)
    assert holds == (kind in EQUIVALENT), ALIKE if holds else UNLIKE
    consistent, *right = rule_proofs.establish(bad)
    assert consistent.status == ("proved" if holds else "refuted")
    assert all(verdict.holds for verdict in right), "the differential is not spoilt"


@over("kind", DIFFERENTIALS)
def test_a_spoilt_differential_is_not_established_even_if_the_adjoints_are_spoilt_alike(
        kind: str) -> None:
    rule, wrong = DIFFERENTIALS[kind]
    bad = replace(rule, differential=wrong)
    holds = fits(wrong, rule.operation.shape if rule.operation.is_Matrix
                 else ()) and differential_holds(bad)
    assert holds == (kind in EQUIVALENT), ALIKE if holds else UNLIKE
    consistent, *right = rule_proofs.establish(bad)
    assert consistent.status == ("proved" if holds else "refuted")
    assert ("refuted" in {verdict.status for verdict in right}) != holds


def test_the_determinant_is_established_by_cofactors_up_to_4_and_exactly_beyond() -> None:
    verdicts = rule_proofs.establish(RULES["determinant"])
    assert [verdict.status for verdict in verdicts] == ["proved"] * 5 + ["exact"]
    assert [f"{size}×{size}" in verdict.reason for size,
            verdict in enumerate(verdicts[1:5], 1)] == [True] * 4
    assert "5×5 and a 6×6" in verdicts[5].reason
    assert "below 10⁻⁷" in verdicts[5].reason, "at most 12 zeros in 10⁹ values"


@pytest.mark.parametrize("size", range(1, 7))
def test_a_determinants_differential_that_is_wrong_for_one_size_alone_is_refuted_at_that_size(
    size: int) -> None:
    n, good = operations.C.rows, RULES["determinant"].differential
    # at all the other sizes
    vanishing = sp.prod(n - other for other in range(1, 7) if other != size)
    _, *verdicts = rule_proofs.establish(replace(RULES["determinant"],
                                                 differential=(1 + vanishing) * good))
    assert [verdict.status for verdict in verdicts] == ["proved"] * min(size - 1, 4) + ["refuted"]
    assert f"{size}×{size}" in verdicts[-1].reason


def test_the_exact_verdict_on_the_determinant_counts_its_points() -> None:
    *_, beyond = rule_proofs.establish(RULES["determinant"])
    assert beyond.points == 2, "one of 5×5, one of 6×6"


def test_cofactors_say_nothing_about_the_inverse_of_another_matrix() -> None:
    moved = Determinant(operations.C) * Trace((operations.C + operations.dC).I * operations.dC)
    with pytest.raises(UnsupportedExpression, match="another matrix than C"):
        rule_proofs.establish(replace(RULES["determinant"], differential=moved))


def test_a_differential_whose_shapes_do_not_fit_is_refuted_even_if_the_misfits_cancel() -> None:
    # nothing, were they square
    misfit = Trace(operations.A * operations.dA) - Trace(operations.dA * operations.A)
    good = RULES["half squared norm"]
    verdicts = rule_proofs.establish(replace(good, differential=good.differential + misfit))
    assert [verdict.status for verdict in verdicts] == ["refuted", "refuted"]
    assert all("of dA (m×n) and A (m×n) cannot be formed" in verdict.reason for verdict in verdicts)


def test_the_determinants_derivative_by_an_entry_is_its_cofactor() -> None:
    C = sp.Matrix(3, 3, sp.symbols("c:9"))
    values = {"n": 3, "C": [[oracle.Dual(entry) for entry in row] for row in C.tolist()]}
    for i in range(3):
        for j in range(3):
            assert sp.expand(sp.diff(C.det(), C[i, j]) - C.cofactor(i, j)) == 0
    assert sp.expand(oracle.evaluate(Determinant(MatrixSymbol("C", 3, 3)), values).value
                     - C.det()) == 0
    assert log(Determinant(operations.C)) == RULES["logarithm"].apply(
        RULES["determinant"].apply(operations.C))
