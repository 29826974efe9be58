"""The operations of the rule book: how they are applied, printed and computed, and their gradients
by hand."""

import mpmath
import numpy as np
import oracle
import pytest
import sympy as sp
from sympy import Expr, Identity, MatrixSymbol, Symbol, Trace, log
from tables import over

from lvmcalc.calculus import arithmetic, functions, operations
from lvmcalc.calculus.comparison import compare
from lvmcalc.calculus.differentials import gradient
from lvmcalc.calculus.operations import RULES
from lvmcalc.models import autoencoder, autoencoder_chain, gplvm, gplvm_chain
from lvmcalc.notation.entrywise import Entrywise


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
    (A, B), Zbar = rule.arguments, rule.adjoint_symbol
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
