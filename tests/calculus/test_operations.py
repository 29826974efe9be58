"""The rule book line by line: each rule against dual numbers, each spoilt rule found out."""

import math
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from types import MappingProxyType
from unittest.mock import patch

import mpmath
import numpy as np
import oracle
import pytest
import sympy as sp
from sympy import Determinant, Expr, Identity, MatrixSymbol, Symbol, Trace, Transpose, log
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatAdd
from tables import over

from lvmcalc import derive, mark
from lvmcalc.calculus import arithmetic, define, functions, operations, rule_proofs
from lvmcalc.calculus.comparison import compare
from lvmcalc.calculus.differentials import gradient
from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.expression_checks import check_shapes
from lvmcalc.calculus.operations import RULES, SPELLED
from lvmcalc.calculus.rules import Operation as Rule
from lvmcalc.checks import CannotBeFormed
from lvmcalc.models import autoencoder, autoencoder_chain, gplvm, gplvm_chain
from lvmcalc.notation.entrywise import Entrywise

SIZES = {"m": 2, "n": 3, "p": 4, "k": 5}  # k is the exponent of the power rule


def letters(rule: Rule) -> list[Expr]:
    return [*rule.arguments, *map(operations.increment_of, rule.arguments), rule.upstream]


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

    arriving = inner(rule.upstream, rule.differential)
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


@over("name", functions.NUMPY)
def test_what_numpy_computes_is_that_function_and_takes_a_complex_step(name: str) -> None:
    right = oracle.OWN.get(name) or getattr(mpmath, name)
    points = [at for at in (-2.3, -0.7, 0.4, 1.9)
              if isinstance(right(mpmath.mpf(at)), int | float | mpmath.mpf)]
    assert points, f"{name} has a value at none of the points"
    for at in points:
        found = complex(functions.NUMPY[name](np.array(at + 1e-30j)))
        assert found.real == pytest.approx(float(right(mpmath.mpf(at))), rel=1e-12)
        assert found.imag / 1e-30 == pytest.approx(float(mpmath.diff(right, at)), rel=1e-12)


def test_the_book_has_a_rule_for_every_operation_of_the_chains() -> None:
    names = {"product", "transpose", "scale", "sum with a constant", "determinant", "logarithm",
             "inverse", "trace",
             "half squared norm"}
    assert names <= set(RULES)
    chains = [autoencoder.chain(), gplvm.log_det_chain(), gplvm.trace_chain(), gplvm.chain()]
    assert {node.rule for chain in chains for node in chain.nodes.values()} <= set(RULES.values())


def test_the_product_rule_is_the_one_that_the_homework_gives() -> None:
    rule = RULES["product"]
    (A, B), Zbar = rule.arguments, rule.upstream
    assert dict(rule.adjoints) == {A: Zbar * B.T, B: A.T * Zbar}
    assert rule.differential == operations.dA * operations.B + operations.A * operations.dB


@pytest.mark.parametrize(("name", "line"), [
    ("product", "d(A B) = A dB + dA B"), ("inverse", "d(C⁻¹) = -C⁻¹ dC C⁻¹"),
    ("transpose", "d(Aᵀ) = dAᵀ"),
    ("determinant", "d(det(C)) = det(C) tr(C⁻¹ dC)"), ("logarithm", "d(log(a)) = da/a"),
    ("trace", "d(tr(C)) = tr(dC)"), ("half squared norm", "d(tr(Aᵀ A)/2) = tr(Aᵀ dA)"),
    ("scale", "d(s A) = ds A + s dA"), ("sum", "d(A + B) = dA + dB")])
def test_a_rule_reads_like_a_line_of_a_table(name: str, line: str) -> None:
    assert RULES[name].statement == line


def test_every_rule_has_a_source_and_the_book_shows_one_line_for_each() -> None:
    assert all("Matrix Cookbook eq" in rule.source or "definition" in rule.source
               for rule in RULES.values())
    lines = str(RULES).splitlines()
    assert [line.split(":")[0] for line in lines] == [*RULES]
    assert all(rule.source in line for rule, line in zip(RULES.values(), lines, strict=True))
    table = RULES._repr_markdown_().splitlines()
    assert len(table) == len(RULES) + 2
    assert all(line.count("|") == table[0].count("|") for line in table)
    assert all(rf"${rule.latex}$" in line for rule,
               line in zip(RULES.values(), table[2:], strict=True))
    assert RULES["product"].latex == r"d\left(A B\right) = A dB + dA B"


def test_a_rule_is_applied_whatever_its_operands_are_called() -> None:
    # The sizes and names are those of the rule itself, in another order.
    A, B = (MatrixSymbol(name, *(Symbol(size, integer=True, positive=True) for size in shape))
            for name, shape in (("A", "pm"), ("B", "np")))
    rule = RULES["product"]
    assert rule.apply(B, A) == B * A
    assert rule.adjoint(0, (B, A),
                        MatrixSymbol("Zbar", B.rows,
                                     A.cols)) == MatrixSymbol("Zbar", B.rows, A.cols) * A.T
    dA, dB = operations.increment_of(A), operations.increment_of(B)
    assert rule.d((B, A), (dB, dA)) == dB * A + B * dA
    k = Symbol("k", integer=True, positive=True)
    trace = Trace(MatrixSymbol("X", k, k))
    assert RULES["power"].d((trace, sp.Integer(3)),
                            (Symbol("a"),)) == 3 * trace**2 * Symbol("a")
    assert RULES["inverse"].apply(Identity(k)) == Identity(k)
    assert RULES["trace"].adjoint(0, (trace.arg,),
                                  Symbol("arriving")) == Symbol("arriving") * Identity(k)


def test_a_rule_leaves_its_operands_as_they_are_written() -> None:
    inside = Trace(operations.C + operations.C.T)
    assert inside.doit() != inside
    assert RULES["logarithm"].apply(inside) == log(inside)


def test_all_sizes_are_positive_whole_numbers() -> None:
    sizes = {size for model in (operations, autoencoder_chain, gplvm_chain)
             for matrix in vars(model).values()
             if isinstance(matrix, MatrixSymbol) for size in matrix.shape} - {1}
    assert {size.name for size in sizes} == set("mnpSNQD")
    assert all(size.is_integer and size.is_positive for size in sizes)


def test_operands_that_are_too_many_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        RULES["trace"].apply(operations.C, operations.C)
    with pytest.raises(ValueError, match="zip"):
        RULES["product"].d((operations.A, operations.B), (operations.dA,))


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


# Gradients by hand, held against the oracle too
A, B2 = MatrixSymbol("A", operations.m, operations.n), MatrixSymbol("B", operations.m, operations.n)
M, V = MatrixSymbol("M", operations.n, operations.m), MatrixSymbol("V", operations.m, operations.m)
SQ = MatrixSymbol("Q", operations.m, operations.m)
BY_HAND = [
    (Trace(M * sp.HadamardProduct(A, B2)), sp.HadamardProduct(M.T, B2)),
    (Trace(A.T * sp.HadamardProduct(A, B2)), 2 * sp.HadamardProduct(A, B2)),
    (Trace(sp.HadamardProduct(A, A, A).T * B2), 3 * sp.HadamardProduct(A, A, B2)),
    (Trace(SQ * sp.HadamardProduct(A * M, V)), sp.HadamardProduct(SQ.T, V) * M.T),
    (Trace(sp.HadamardProduct(SQ, A * M)),
     sp.HadamardProduct(Identity(operations.m), SQ) * M.T),
    (Trace(Entrywise("exp", A).T * B2), sp.HadamardProduct(Entrywise("exp", A), B2)),
    (Trace(Entrywise("exp", A * M) * V),
     sp.HadamardProduct(V.T, Entrywise("exp", A * M)) * M.T),
    (sp.exp(Trace(M * A)), sp.exp(Trace(M * A)) * M.T),
    (log(Trace(sp.HadamardProduct(A, A) * M)),
     2 * sp.HadamardProduct(A, M.T) / Trace(sp.HadamardProduct(A, A) * M)),
]


@pytest.mark.parametrize(("scalar", "by_hand"), BY_HAND,
                         ids=[str(row[0]) for row in BY_HAND])
def test_a_gradient_is_the_one_by_hand_and_has_the_slope(
        scalar: Expr, by_hand: Expr) -> None:
    found = gradient(scalar, A)
    assert compare(found, by_hand).status == "proved"
    assert compare(found, 2 * by_hand).status == "refuted"
    sizes = {"m": 2, "n": 3}
    values = oracle.point([A, B2, M, V, SQ], sizes, 3, "A")
    slope = oracle.evaluate(scalar, values).slope
    assert oracle.has_slope(found, values, "A", slope)
    assert not oracle.has_slope(2 * found, values, "A", slope)


@pytest.mark.parametrize("other", [
    Trace(sp.HadamardProduct(M.T, B2).T * A), Trace(A.T * sp.HadamardProduct(B2, M.T)),
    Trace(B2 * sp.HadamardProduct(A.T, M))], ids=str)
def test_an_elementwise_product_in_a_trace_moves_about(other: Expr) -> None:
    one = Trace(M * sp.HadamardProduct(A, B2))
    assert compare(one, other).status == "proved"
    assert compare(one, other + Trace(V)).status == "refuted"
    wrong = Trace(M * sp.HadamardProduct(A, A))
    assert compare(one, wrong).counterexample is not None


def test_a_function_of_the_entries_may_be_written_as_sympy_has_it() -> None:
    assert compare(A.applyfunc(sp.exp), Entrywise("exp", A)).status == "proved"
    square = A.applyfunc(sp.Lambda(sp.Symbol("z"), sp.Symbol("z")**2))
    assert compare(square, sp.HadamardProduct(A, A)).status == "proved"
    assert compare(A.applyfunc(sp.exp).T, Entrywise("exp", A.T)).status == "proved"
    assert compare(Entrywise("exp", A), A).status == "refuted"


def test_what_has_no_rational_values_is_compared_to_many_digits() -> None:
    sine, cosine = Entrywise("sin", A), Entrywise("cos", A)
    squared, doubled = 2 * sp.HadamardProduct(sine, cosine), Entrywise("sin", 2 * A)
    agreed = compare(squared, doubled)
    assert agreed.status == "numeric"
    assert agreed.reason == "equal to 40 digits at 3 random points, which is no proof"
    assert not agreed.holds
    nearly = 1 + sp.Rational(1, 10**30)
    refuted = compare(squared, nearly * doubled)
    assert refuted.status == "refuted"
    assert refuted.counterexample.values["A"].shape == (1, 2)
    assert compare(sp.exp(log(Trace(V))), Trace(V)).status == "proved"
    assert compare(sp.exp(Trace(V)), sp.exp(Trace(V) / 2)).status == "refuted"


@pytest.mark.parametrize("memo", [None, {}])
def test_a_pass_inverts_a_matrix_once(memo: dict | None) -> None:
    inverted = []

    class Counting(arithmetic.Reals):
        @staticmethod
        def inv(matrix: np.ndarray) -> np.ndarray:
            inverted.append(matrix)
            return np.linalg.inv(matrix)

    matrix = np.array([[2.0, 1.0], [0.0, 3.0]])
    for formula, expected in ((SQ.I * SQ.I.T, np.linalg.inv(matrix) @ np.linalg.inv(matrix).T),
                              (SQ.T.I + SQ.I, np.linalg.inv(matrix).T + np.linalg.inv(matrix))):
        value = arithmetic.evaluate(formula, {"m": 2, "Q": matrix}, Counting, memo)
        np.testing.assert_allclose(value, expected, rtol=1e-14)
    assert len(inverted) == (4 if memo is None else 1)


@pytest.fixture
def open_book() -> Iterator[None]:
    """Leave the rule book as it was."""
    tables = (operations.SPELLED, operations.OPERATIONS, functions.NUMPY, functions.DECIMAL,
              functions.DEFINED, RULES)
    with ExitStack() as stack:
        for table in tables:
            stack.enter_context(patch.dict(table))
        yield


def add(*told: object, **also: object) -> list[Rule]:
    """Add a line to the rule book."""
    added = operations.function(*told, "definition", **also)
    RULES.add(*added)
    operations.OPERATIONS.update({operation.kind: operation for operation in added})
    return added


@pytest.mark.usefixtures("open_book")
def test_one_line_is_all_that_a_function_needs() -> None:
    number, _ = add(sp.atan, lambda x: 1 / (1 + x**2), np.arctan)
    assert {found.status for found in rule_proofs.establish(number)} == {"proved"}
    chain = derive("sum(arctan(W x))", W="m×n", x="n")
    assert (chain.claim("W").status, chain.claim("W").exact.status) == ("proved", "numeric")
    assert chain.entrywise("W", m=2, n=1).agrees
    assert "= np.arctan(e)" in chain.code("W")
    assert mark(r"\arctan'(W x) x^\top", chain, "W").right
    assert mark(r"\arctan(W x) x^\top", chain, "W").status == "refuted"


@pytest.mark.usefixtures("open_book")
def test_a_function_that_sympy_does_not_have_is_known_by_its_definition() -> None:
    number, _ = add(sp.Function("softsign"), lambda x: 1 / (1 + abs(x))**2,
                    lambda x: x / (1 + x * functions.sign_of(x)),
                    means=operations.a / (1 + abs(operations.a)))
    assert {found.status for found in rule_proofs.establish(number)} == {"proved"}
    chain = derive("sum(softsign(W x))", W="m×n", x="n")
    assert (chain.claim("W").status, chain.claim("W").exact.status) == ("proved", "numeric")
    assert "= e / (1 + np.abs(e))" in chain.code("W")
    with pytest.raises(UnsupportedExpression, match="softsign, with one formula below 0"):
        chain.entrywise("W", m=1, n=1)
    assert compare(Entrywise("softsign", A),
                   SPELLED["softsign"](-A) * -1).status == "proved", "by its definition"


@pytest.mark.usefixtures("open_book")
def test_a_new_function_needs_its_derivative_and_how_numpy_computes_it() -> None:
    define("arsinh", lambda x: 1 / sp.sqrt(1 + x**2), np.arcsinh)
    assert RULES["arsinh of a number"].statement == "d(arsinh(a)) = da/sqrt(a^2 + 1)"
    chain = derive("sum(arsinh(W x))", W="m×n", x="n")
    assert chain.claim("W").proof.status == "proved"
    assert mark("(1/sqrt(1 + (W x)∘(W x))) x^T", chain, "W").right
    assert not mark("arsinh(W x) x^T", chain, "W").right
    assert "= np.arcsinh(e)" in chain.code("W")


@pytest.mark.usefixtures("open_book")
def test_a_claim_is_undecided_if_numpy_computes_another_function() -> None:
    add(sp.atan, lambda x: 1 / (1 + x**2), np.sinh)
    claim = derive("sum(atan(W x))", W="m×n", x="n").claim("W")
    assert (claim.proof.status, claim.exact.status) == ("proved", "numeric")
    assert claim.status == "undecided"


@pytest.mark.usefixtures("open_book")
def test_a_new_function_may_have_no_value_for_some_numbers_and_kinks_in_its_derivative() -> None:
    define("minuslog", lambda x: -1 / x, lambda x: -np.log(x))
    define("ramp2", lambda x: 2 * SPELLED["relu"](x) + abs(x) - x * SPELLED["sign"](x),
           lambda x: x**2 * (np.real(x) > 0))
    assert derive("sum(minuslog(W x))", W="m×n", x="n").check().status == "proved"
    chain = derive("sum(ramp2(W x))", W="m×n", x="n")
    assert chain.check().status == "proved"
    assert {found.status for found in rule_proofs.establish(RULES["ramp2 of a number"])} == {
        "proved", "undecided"}


@pytest.mark.usefixtures("open_book")
def test_code_calls_a_function_as_numpy_only_if_numpy_has_it() -> None:
    define("gudermann", lambda x: 2 * sp.exp(x) / (1 + sp.exp(2 * x)),
           np.frompyfunc(lambda x: np.arctan(np.sinh(x)), 1, 1))
    assert "= gudermann(e)" in derive("sum(gudermann(W x))", W="m×n", x="n").code("W")


@pytest.mark.usefixtures("open_book")
def test_a_new_function_is_not_taken_for_one_of_the_same_name_elsewhere() -> None:
    sinc = sp.Function("sinc")  # NumPy's, of πx; mpmath's is of x
    define("sinc", lambda x: sp.cos(sp.pi * x) / x - sinc(x) / x, lambda x: np.sinc(x))
    chain = derive("sum(sinc(W x))", W="m×n", x="n")
    assert chain.claim("W").exact.status == "undecided"
    assert "= sinc(e)" in chain.code("W")  # whose it is, the reader knows


@pytest.mark.usefixtures("open_book")
def test_a_new_function_is_refused_with_a_wrong_derivative_or_a_name_that_is_taken() -> None:
    with pytest.raises(ValueError, match="The derivative of arsinh is not its slope"):
        define("arsinh", lambda x: 2 / sp.sqrt(1 + x**2), np.arcsinh)
    with pytest.raises(ValueError, match="gudermann must take complex numbers too"):
        define("gudermann", lambda x: 2 * sp.exp(x) / (1 + sp.exp(2 * x)),
               lambda x: math.atan(math.sinh(x)))
    with pytest.raises(UnsupportedExpression, match="tan in the derivative of lncos"):
        define("lncos", lambda x: -sp.tan(x), lambda x: np.log(np.cos(x)))
    with pytest.raises(ValueError, match="far has no value at"):
        define("far", lambda x: 1 / (x - 9), lambda x: np.log(x - 9))
    for name in ("tanh", "a b", 3):
        with pytest.raises(ValueError, match="a word that is not taken"):
            define(name, sp.cos, np.sin)
