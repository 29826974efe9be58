"""Gradients for every size against exact derivatives; and no answer rather than a wrong one."""

from contextlib import suppress
from functools import cache, reduce
from operator import add, mul

import oracle
import pytest
import sympy as sp
from bad_input import sentence
from oracle import SIZES, SYMBOLS, S, T, X, a, at_most, b, m, n
from sympy import Determinant, Expr, Identity, Inverse, MatrixSymbol, Symbol, Trace, log
from sympy.matrices.expressions import MatAdd, MatMul, MatPow, ZeroMatrix
from tables import over

from lvmcalc import notation
from lvmcalc.calculus import UnsupportedExpression, differentials, operations
from lvmcalc.calculus.comparison import compare
from lvmcalc.calculus.differentials import gradient
from lvmcalc.calculus.errors import TooLarge

A, B, C = (MatrixSymbol(name, n, n) for name in "ABC")
u, v = MatrixSymbol("u", n, 1), MatrixSymbol("v", m, 1)
ALL = [*SYMBOLS, A, B, C, u, v]
I = Identity(n)
K = a * X * X.T + I / b

# Beyond the Matrix Cookbook, which has its own file: the scalar, the variable, the gradient.
BEYOND = [
    ("the log-likelihood's first half", log(Determinant(K)), X, 2 * a * K.I * X),
    ("the log-likelihood's second half", Trace(K.I * A * A.T), X, -2 * a * K.I * A * A.T * K.I * X),
    ("its noise", Trace(K.I), b, Trace(K.I * K.I) / b**2),
    ("a power of a trace", Trace(S) ** 3, S, 3 * Trace(S) ** 2 * I),
    ("a quotient", Determinant(S) / Trace(S), S,
     Determinant(S) / Trace(S) * (S.I.T - I / Trace(S))),
    ("a power that is a size", Trace(S) ** n, S, n * Trace(S) ** (n - 1) * I),
    ("a first power", Trace(MatPow(S, 1) * A), S, A.T),
    ("a first power that stands alone", Trace(MatPow(S, 1)), S, I),
    ("a power -1", Trace(MatPow(S, -1)), S, -(S.I * S.I).T),
    ("a logarithm of a logarithm", log(log(Trace(X.T * X))), X,
     2 * X / (Trace(X.T * X) * log(Trace(X.T * X)))),
]


@over(("formula", "variable", "expected"), [row[1:] for row in BEYOND])
def test_a_gradient_by_hand_is_found_and_has_the_exact_slope(formula, variable, expected) -> None:
    found = gradient(formula, variable)
    assert compare(found, expected).status == "proved"
    assert getattr(found, "shape", ()) == getattr(variable, "shape", ())
    values = oracle.point(ALL, SIZES, 1, variable.name)
    assert oracle.has_slope(found, values, variable.name, oracle.evaluate(formula, values).slope)
    assert not oracle.has_slope(2 * found, values, variable.name,
                                oracle.evaluate(formula, values).slope)


def test_the_gradient_has_the_shape_of_the_variable_even_where_it_is_zero() -> None:
    assert gradient(Trace(S), X) == ZeroMatrix(n, m)
    assert gradient(Trace(S), a) == 0
    assert gradient(Trace(S * X * v * u.T), v).shape == (m, 1)


def test_the_symbols_come_back_as_they_were_given() -> None:
    alpha = Symbol("alpha", positive=True)
    assert gradient(alpha**2 * Trace(X.T * X), X) == 2 * alpha**2 * X
    assert gradient(alpha**2, alpha) == 2 * alpha
    assert gradient(sp.Float("0.1") * Trace(S), S) == I / 10


# Names must not matter
@pytest.mark.parametrize(("rows", "columns"),
                         [("k", "k"), ("m", "n"), ("n", "m"), ("p", "k"), ("s", "a"), ("N", "N")])
def test_sizes_may_be_called_as_the_rule_book_calls_its_own(rows: str, columns: str) -> None:
    rows, columns = (Symbol(name, integer=True, positive=True) for name in (rows, columns))
    M = MatrixSymbol("M", rows, columns)
    assert compare(gradient(Trace(M.T * M) ** 3, M), 6 * Trace(M.T * M) ** 2 * M).status == "proved"
    if rows == columns:
        assert compare(gradient(Trace(M) ** 3, M),
                       3 * Trace(M) ** 2 * Identity(rows)).status == "proved"


@over("name", ["A", "A2", "B", "C", "dA", "Zbar", "X", "dX", "ddX", "k",
              "direction", "tau"])
def test_matrices_may_be_called_as_the_rule_book_calls_its_own(name: str) -> None:
    M, other = MatrixSymbol(name, n, m), MatrixSymbol("d" + name, m, n)
    assert compare(gradient(Trace(M * other * M * other), M),
                   2 * (other * M * other).T).status == "proved"
    assert gradient(Trace(other * M), other) == M.T


@over("name", ["s", "a", "b", "c", "da", "g", "zbar", "t", "tau", "k", "x"])
def test_scalars_may_be_called_as_the_rule_book_calls_its_own(name: str) -> None:
    x, step = Symbol(name), Symbol("d" + name)
    assert sp.simplify(gradient(x**3 * step * log(x), x) - step * x**2 * (3 * log(x) + 1)) == 0


# What is not known is named, wherever the variable is.
i = Symbol("i", integer=True)
E3 = MatrixSymbol("E3", 3, 3)
NOTHING = S * (A + B) - S * A - S * B
UNKNOWN = [
    ("KroneckerProduct", Trace(sp.KroneckerProduct(S, T))),
    ("gamma", sp.gamma(Trace(S))), ("Abs", sp.Abs(Trace(S))),
    ("Max", sp.Max(a, Trace(S))),
    ("Piecewise", sp.Piecewise((a, a > 0), (Trace(S), True))), ("factorial", sp.factorial(n)),
    ("Adjoint", Trace(sp.Adjoint(S))), ("conjugate", sp.conjugate(Trace(S))), ("re", sp.re(a)),
    ("matrix power k", Trace(MatPow(S, Symbol("k")))), ("matrix power n", Trace(S**n)),
    ("matrix power 1/2", Trace(S ** sp.Rational(1, 2))), ("matrix power 25", Trace(S**25)),
    ("power 25", Trace(S) ** 25),
    ("Derivative", sp.Derivative(Trace(S) * b, b)), ("Integral", sp.Integral(a, (a, 0, 1))),
    ("Sum", sp.Sum(S[i, i], (i, 0, n - 1))), ("MatrixElement", S[0, 0]),
    ("MatrixSlice", Determinant(S[0:2, 0:2])),
    ("Entrywise in gamma", Trace(S.applyfunc(sp.gamma))),
    ("BlockMatrix", Trace(sp.BlockMatrix([[S, X], [X.T, T]]))),
    ("BlockDiagMatrix", Determinant(sp.BlockDiagMatrix(S, T))),
    ("DiagonalMatrix", Trace(sp.DiagonalMatrix(S))),
    ("ImmutableDenseMatrix", Trace(sp.eye(3).as_immutable() + E3)),
    ("Permanent", sp.Permanent(S)),
    ("FunctionMatrix", Trace(sp.FunctionMatrix(3, 3, sp.Lambda((a, b), a + b)))),
    ("f", sp.Function("f")(a)), ("ImaginaryUnit", sp.I * a), ("number oo", sp.oo + Trace(S)),
    ("number nan", sp.nan),
    ("ComplexInfinity", sp.zoo), ("does not commute", Symbol("q", commutative=False) * a),
    ("Dummy", sp.Dummy("a") * a),
    ("logarithm of 0", log(Determinant(NOTHING))), ("logarithm of 0", log(Trace(S) - Trace(S.T))),
    ("division by 0", 1 / (Trace(S * A) - Trace(A * S))),
    ("inverse of a zero matrix", Trace(NOTHING.I)),
]


@over(("word", "formula"), UNKNOWN)
def test_an_operation_that_is_not_known_is_named_and_never_guessed(word: str,
                                                                   formula: Expr) -> None:
    for variable in (S, a, MatrixSymbol("elsewhere", n, m)):
        with pytest.raises(UnsupportedExpression, match=word) as caught:
            gradient(formula + Trace(A), variable)
        assert "\n" not in str(caught.value)
    verdict = compare(formula, 2 * formula + 1)
    assert (verdict.status, verdict.counterexample) == ("undecided", None)


def test_a_matrix_to_the_power_0_is_the_identity_and_not_differentiated_as_the_matrix() -> None:
    assert gradient(Trace(MatPow(S, 0)), S) == sp.ZeroMatrix(n, n)
    assert gradient(Trace(MatPow(S, 0) * S), S) == Identity(n)


# Cancelled before they are written
@pytest.mark.parametrize(("formula", "reduced"), [
    (Trace(S * A * S.I), "0"), (Trace(S.I * A * S), "0"),
    (log(Determinant(S**2)), "2 S⁻ᵀ"), (log(Determinant(MatMul(S, S))), "2 S⁻ᵀ"),
    (Trace(A.I * S * A * B * B.I), "I"), (log(Determinant(S.I)), "-S⁻ᵀ")], ids=str)
def test_a_gradient_is_reduced(formula: Expr, reduced: str) -> None:
    assert notation.plain(gradient(formula, S)) == reduced


def test_a_misspelt_symmetric_matrix_is_refused_and_one_that_cancelled_is_not() -> None:
    words = "s is declared symmetric, but there is no matrix s here"
    with pytest.raises(ValueError, match=words):
        gradient(Trace(S * S), S, symmetric=("s",))
    with pytest.raises(ValueError, match="Q is declared symmetric"):
        gradient(Trace(S * S), S, symmetric=("Q",))
    with pytest.raises(ValueError, match="there are S"):
        compare(S, S.T, symmetric=("s",))
    assert "occur" not in str(compare(Identity(n), Identity(n), symmetric=("S",)))
    assert compare(S, S.T, symmetric=("S", "Q")).status == "proved"
    assert str(compare(S, S.T, symmetric=("A", "Q"))).startswith(
        "✗ refuted: the two sides differ (A and Q, declared symmetric, do not occur); at n = ")


def test_of_what_it_does_not_know_compare_says_undecided_whatever_its_shape() -> None:
    unknown = sp.Derivative(Trace(S * A), S)
    for other in (A.T, sp.S.One, Trace(A), X):
        assert compare(unknown, other).status == "undecided"
        assert compare(other, unknown).status == "undecided"


@pytest.mark.parametrize(("formula", "variable"), [(2**n, n), (a**b, b), (2**a, a)], ids=str)
def test_the_derivative_by_an_exponent_is_refused(formula: Expr, variable: Symbol) -> None:
    with pytest.raises(UnsupportedExpression, match="variable exponent in"):
        differentials.differential(formula, variable, Symbol("step"))


def test_the_inner_product_is_that_of_matrices_or_of_scalars() -> None:
    assert operations.inner(X, 2 * X) == Trace(X.T * (2 * X))
    assert operations.inner(a, b) == a * b


def test_a_proof_uses_that_a_sum_cancels_with_its_inverse() -> None:
    assert compare(X.T * K.I * K * A, X.T * A).status == "proved"
    assert compare(Trace(K.I * X * X.T), (n - Trace(K.I) / b) / a).status == "proved"


def test_0_stands_for_the_zero_matrix_and_no_other_number_for_a_matrix() -> None:
    nothing = X.T * (A + B) - X.T * A - X.T * B
    assert compare(nothing, 0).status == compare(0, nothing).status == "proved"
    assert compare(X, 0).status == compare(0, X).status == "refuted"
    for number in (1, -1, a):
        for verdict in (compare(nothing, number), compare(number, nothing)):
            assert verdict.status == "refuted"
            assert "the shapes differ" in verdict.reason


def test_the_seed_of_a_comparison_is_0_unless_another_one_is_given() -> None:
    first, *others = (compare(Trace(S * S), Trace(S) ** 2, seed=seed) for seed in (0, 0, 1))
    assert compare(Trace(S * S), Trace(S) ** 2) == first == others[0]
    assert first.counterexample != others[1].counterexample


@pytest.mark.parametrize(("formula", "size"),
                         [(Determinant(2 * S), n), (n * Trace(S), n), (Trace(S) ** n, n),
                                               (Trace(Identity(n)), n), (a**m, m),
                          (Trace(X * X.T), m)], ids=str)
def test_a_derivative_by_a_size_is_refused(formula: Expr, size: Symbol) -> None:
    with pytest.raises(UnsupportedExpression, match=f"with respect to {size}, which is a size"):
        gradient(formula, size)


BAD = [
    (lambda: gradient(S, S), TypeError, "Only a scalar has a gradient, not a matrix of shape n×n"),
    (lambda: gradient(sp.Eq(a, b), a), TypeError, "Only a scalar has a gradient, not Eq(a, b) "
                                                  "(Equality)"),
    (lambda: gradient(None, a), TypeError,
     "Only a scalar has a gradient, not None (NoneType)"),
    (lambda: gradient("a**2", a), TypeError, "A SymPy expression is expected, not the text 'a**2'"),
    (lambda: gradient(a, "a"), TypeError, "A gradient is taken with respect to a symbol, but a is "
                                          "none"),
    (lambda: gradient(a, 2 * a), TypeError, "A gradient is taken with respect to a symbol, but 2*a "
                                            "is none"),
    (lambda: gradient(Trace(S), S.T), TypeError, "A gradient is taken with respect to a symbol, "
                                                 "but S.T is none"),
    (lambda: gradient(Trace(X * X.T), X, symmetric="X"), ValueError, "X is declared symmetric, "
                                                                     "but its shape is n×m"),
    (lambda: gradient(Trace(S), S, symmetric=[3]), TypeError, "`symmetric` holds names of "
                                                              "matrices, not 3 (int)"),
    (lambda: gradient(Trace(S), S, symmetric=A * B), TypeError, "`symmetric` holds names of "
                                                                "matrices, not a matrix"),
    (lambda: gradient(Trace(MatrixSymbol("S", m, m)), S), ValueError, "S is used with two shapes"),
    (lambda: gradient(Symbol("S") * Trace(S), S), ValueError, "S is used both as a matrix and as a "
                                                              "scalar"),
    (lambda: compare("A", A), TypeError, "A SymPy expression is expected, not the text 'A'"),
    (lambda: compare(None, 0), TypeError, "Only SymPy expressions can be compared, not None "
                                          "(NoneType)"),
    (lambda: compare(a, object()), TypeError, "A SymPy expression is expected, not <object object"),
    (lambda: compare([1], 1), TypeError, "Only SymPy expressions can be compared, not [1] (list)"),
    (lambda: compare(sp.Eq(a, b), a), TypeError, "Only SymPy expressions can be compared, not "
                                                 "Eq(a, b)"),
    (lambda: compare(a, b, seed=-1), ValueError, "seed must be at least 0"),
    (lambda: compare(S, S, symmetric=7), TypeError, "`symmetric` holds names of matrices, not 7 "
                                                    "(int)"),
]


@over(("call", "kind", "beginning"), BAD)
def test_bad_input_gets_one_sentence(call, kind: type, beginning: str) -> None:
    assert sentence(call, kind).startswith(beginning)


# Large formulas
def nested(step, times: int, start: Expr = A) -> Expr:
    return reduce(lambda inner, _: step(inner), range(times), start)


MANY = [MatrixSymbol(f"M{i}", n, n) for i in range(420)]
GIANTS = {
    "a high power of a sum": lambda: Trace((A + B) ** 24),
    "a power of a sum": lambda: Trace((A + B) ** 8),
    "a negative power of a sum": lambda: Trace((A + B) ** -20),
    "powers of powers": lambda: Trace(((A**24 * B) ** 24 * C) ** 24),
    "a long product": lambda: Trace((A * X * X.T) ** 24),
    "nested inverses": lambda: Trace(nested(lambda inner: Inverse(MatAdd(inner, B)), 14)),
    "nested too deep": lambda: Trace(nested(lambda inner: Inverse(MatAdd(inner, B)), 60)),
    "nested fractions": lambda: nested(lambda inner: 1 / (inner + a), 60, Trace(A)),
    "nested logarithms": lambda: nested(lambda inner: log(inner + a), 60, Trace(A)),
    "doubled twenty times": lambda: nested(
        lambda inner: 1 / (inner + a) + 1 / (inner + b), 20, Trace(A)),
    "many terms": lambda: reduce(add, [Trace(A * M) for M in MANY]),
    "forty terms": lambda: reduce(add, [Trace(A * M) for M in MANY[:40]]),
    "many fractions": lambda: reduce(add, [1 / (Trace(A * M) + a) for M in MANY[:14]]),
    "a product of many sums": lambda: reduce(mul, [Trace(A * M) + a for M in MANY[:14]]),
    "the inverse of a long sum": lambda: Trace(Inverse(reduce(add, [M * A for M in MANY[:30]]))),
}


@cache
def giant(name: str) -> Expr:
    """Return a large formula; SymPy takes seconds to make some."""
    return GIANTS[name]()


@pytest.mark.filterwarnings("error")
@over("name", GIANTS)
def test_a_large_formula_gets_an_answer_or_is_refused_but_never_hangs(name: str) -> None:
    formula = giant(name)
    with at_most(seconds=60), suppress(TooLarge):
        assert gradient(formula, A).shape == (n, n)


@over("name", GIANTS)
def test_the_comparison_of_large_formulas_never_hangs_either(name: str) -> None:
    formula = giant(name)
    with at_most(seconds=60):
        verdict = compare(formula, 2 * formula)
    assert verdict.status in ("undecided", "refuted")


def test_a_sum_of_many_terms_is_differentiated_term_by_term() -> None:
    found = gradient(giant("forty terms"), A)
    assert compare(found, reduce(add, [M.T for M in MANY[:40]])).status == "proved"


def test_the_differential_names_the_rules_that_it_used() -> None:
    for scalar, names in ((log(Determinant(a * S)), ("determinant", "logarithm", "scale")),
                          (Trace(S.T * S.I), ("inverse", "product", "trace", "transpose")),
                          (Trace(A), ())):
        *_, used = differentials.slope_with_rules(scalar, S)
        assert used == names

