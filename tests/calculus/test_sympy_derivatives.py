"""SymPy's own test cases for matrix derivatives, and what SymPy answers where it has no test.

ASSERTED holds the scalar-by-matrix cases of sympy/matrices/expressions/tests/test_derivatives.py
(SymPy 1.14) with the results that SymPy asserts there; a 1×1 product stands in a trace. UNKNOWN
holds its cases with other operations. ASKED holds scalars for which SymPy has no test. Exact
arithmetic on dual numbers says who is right.
"""

import oracle
import pytest
import sympy as sp
from sympy import (
    Determinant,
    Expr,
    HadamardProduct,
    Identity,
    MatrixSymbol,
    Symbol,
    Trace,
    log,
    sqrt,
)
from sympy.matrices.expressions import hadamard_power
from sympy.matrices.expressions.diagonal import DiagMatrix
from tables import over

from lvmcalc.calculus import UnsupportedExpression, claims
from lvmcalc.calculus.comparison import compare
from lvmcalc.calculus.differentials import gradient
from lvmcalc.notation.entrywise import Entrywise

k, l = sp.symbols("k l", integer=True, positive=True)
X, A, B, C, D = (MatrixSymbol(name, k, k) for name in "XABCD")
x, y, a, b, c, d = (MatrixSymbol(name, k, 1) for name in "xyabcd")
Z, E, i, s = MatrixSymbol("Z", k, l), MatrixSymbol("E", l, l), Symbol("i"), Symbol("s")
SIZES, EVERY = {"k": 3, "l": 2}, [X, A, B, C, D, x, y, a, b, c, d, Z, E, i, s]
I, inner = Identity(k), (X.T * C * X).I
sheared, turned = (A + X.T * C * X).I, (A.T + (C * X).T * X).I
curved = X.T * B + X * A

# SymPy's test, the scalar, the variable, the result that SymPy asserts
ASSERTED = [
    ("by_scalar", Trace(i**2 * X), i, 2 * i * Trace(X)),
    ("with_inverse 61", Trace(a.T * X.I * b), X, -X.I.T * a * b.T * X.I.T),
    ("with_inverse 63", Trace(A * X.I * B), X, -(X.I * B * A * X.I).T),
    ("with_inverse 64", Trace((X + A).I), X, -((X + A).I).T ** 2),
    ("vectors 69", Trace(x.T * a), x, a),
    ("vectors 69, turned", Trace(a.T * x), x, a),
    ("vectors 70", Trace(a.T * X * b), X, a * b.T),
    ("vectors 71", Trace(a.T * X.T * b), X, b * a.T),
    ("vectors 72", Trace(a.T * X * a), X, a * a.T),
    ("vectors 72, turned", Trace(a.T * X.T * a), X, a * a.T),
    ("vectors 77", Trace(b.T * X.T * X * c), X, X * b * c.T + X * c * b.T),
    ("vectors 78", Trace((B * x + b).T * C * (D * x + d)), x,
     B.T * C * (D * x + d) + D.T * C.T * (B * x + b)),
    ("vectors 81", Trace(x.T * B * x), x, B * x + B.T * x),
    ("vectors 82", Trace(b.T * X.T * D * X * c), X, D.T * X * b * c.T + D * X * c * b.T),
    ("vectors 83", Trace((X * b + c).T * D * (X * b + c)), X,
     D * (X * b + c) * b.T + D.T * (X * b + c) * b.T),
    ("traces 99", Trace(X), X, I),
    ("traces 100", Trace(X * A), X, A.T),
    ("traces 101", Trace(A * X * B), X, A.T * B.T),
    ("traces 102", Trace(A * X.T * B), X, B * A),
    ("traces 103", Trace(X.T * A), X, A),
    ("traces 104", Trace(A * X.T), X, A),
    ("traces 106", Trace(X**2), X, 2 * X.T),
    ("traces 107", Trace(X**2 * B), X, (X * B + B * X).T),
    ("traces 107, written out", Trace(sp.MatMul(X, X, B)), X, (X * B + B * X).T),
    ("traces 108", Trace(X.T * B * X), X, B * X + B.T * X),
    ("traces 109", Trace(B * X * X.T), X, B * X + B.T * X),
    ("traces 110", Trace(X * X.T * B), X, B * X + B.T * X),
    ("traces 111", Trace(X * B * X.T), X, X * B.T + X * B),
    ("traces 112", Trace(B * X.T * X), X, X * B.T + X * B),
    ("traces 113", Trace(X.T * X * B), X, X * B.T + X * B),
    ("traces 114", Trace(A * X * B * X), X, A.T * X.T * B.T + B.T * X.T * A.T),
    ("traces 115", Trace(X.T * X), X, 2 * X),
    ("traces 115, turned", Trace(X * X.T), X, 2 * X),
    ("traces 116", Trace(B.T * X.T * C * X * B), X, C.T * X * B * B.T + C * X * B * B.T),
    ("traces 117", Trace(X.T * B * X * C), X, B * X * C + B.T * X * C.T),
    ("traces 118", Trace(A * X * B * X.T * C), X, A.T * C.T * X * B.T + C * A * X * B),
    ("traces 119", Trace((A * X * B + C) * (A * X * B + C).T), X, 2 * A.T * (A * X * B + C) * B.T),
    ("traces 123", Trace(B.T * X.T * C * X * X.T * C * X * B), X,
     C * X * X.T * C * X * B * B.T + C.T * X * B * B.T * X.T * C.T * X
     + C * X * B * B.T * X.T * C * X + C.T * X * X.T * C.T * X * B * B.T),
    ("traces 124", Trace(A * X.I * B), X, -X.I.T * A.T * B.T * X.I.T),
    ("traces 125", Trace(inner * A), X,
     -X.I.T * A.T * X.I * C.I.T * X.I.T - X.I.T * A * X.I * C.I * X.I.T),
    ("traces 126", Trace(inner * (X.T * B * X)), X,
     -2 * C * X * inner * X.T * B * X * inner + 2 * B * X * inner),
    ("traces 127", Trace(sheared * (X.T * B * X)), X,
     B * X * sheared - C * X * sheared * X.T * B * X * sheared
     - C.T * X * turned * X.T * B.T * X * turned + B.T * X * turned),
    ("complicated", Trace(a.T * (
        A * X * curved + B.T * X.T
        * (a * b.T * (X * D * X.T + X * (X.T * B + A * X) * D * B - X.T * C.T * A) * B
                                      + B * (X * D.T + B * A * X * A.T - 3 * X * D)) * B
        + 42 * X * B * X.T * A.T * (X + X.T)) * b), X,
     (B * (B * A * X * A.T - 3 * X * D + X * D.T)
      + a * b.T * (X * (A * X + X.T * B) * D * B + X * D * X.T - X.T * C.T * A) * B) * B * b * a.T
     * B.T
     + B**2 * b * a.T * B.T * X.T * a * b.T * X * D + 42 * A * X * B.T * X.T * a * b.T
     + B * D * B**3 * b * a.T * B.T * X.T * a * b.T * X + B * b * a.T * A * X
     + a * b.T * (42 * X + 42 * X.T) * A * X * B.T + b * a.T * X * B * a * b.T * B.T**2 * X * D.T
     + b * a.T * X * B * a * b.T * B.T**3 * D.T * (B.T * X + X.T * A.T) + 42 * b * a.T * X * B * X.T
     * A.T
     + A.T * (42 * X + 42 * X.T) * b * a.T * X * B + A.T * B.T**2 * X * B * a * b.T * B.T * A
     + A.T * a * b.T * (A.T * X.T + B.T * X) + A.T * X.T * b * a.T * X * B * a * b.T * B.T**3 * D.T
     + B.T * X * B * a * b.T * B.T * D - 3 * B.T * X * B * a * b.T * B.T * D.T
     - C.T * A * B**2 * b * a.T * B.T * X.T * a * b.T + X.T * A.T * a * b.T * A.T),
    ("mixed", 3 * Trace(A), A, 3 * I),
    ("mixed, a constant", s, A, sp.ZeroMatrix(k, k)),
    ("mixed, a square", Trace(A) ** 2, A, 2 * Trace(A) * I),
    ("mixed, a trace in a trace", Trace(Trace(A) * A), A, 2 * Trace(A) * I),
    ("mixed, three traces", Trace(Trace(Trace(A) * A) * A), A, 3 * Trace(A) ** 2 * I),
    ("norms", Trace(x.T * y), x, y),
    ("hadamard", Trace(a.T * HadamardProduct(A, X, B) * b), X, HadamardProduct(a * b.T, A, B)),
    ("hadamard, a power", Trace(hadamard_power(A * X, 2)), X,
     2 * A.T * HadamardProduct(I, A * X)),
    ("norms, √(xᵀy)", sqrt(Trace(x.T * y)), x, y / (2 * sqrt(Trace(x.T * y)))),
    ("norms, √(xᵀx)", sqrt(Trace(x.T * x)), x, x / sqrt(Trace(x.T * x))),
    ("norms, a third root", Trace(c.T * a * x.T * b) ** sp.Rational(1, 3), x,
     Trace(c.T * a) * Trace(c.T * a * x.T * b) ** sp.Rational(-2, 3) / 3 * b),
    ("norms, √(aᵀXb)", sqrt(Trace(a.T * X * b)), X, a * b.T / (2 * sqrt(Trace(a.T * X * b)))),
    ("by_scalar, sin", sp.sin(i) * Trace(A * B * X), i, sp.cos(i) * Trace(A * B * X)),
    ("elementwise", Trace(a.T * Entrywise("sin", X) * b), X,
     DiagMatrix(a) * Entrywise("cos", X) * DiagMatrix(b)),
    ("hadamard, a negative power", Trace(hadamard_power(a.T * X * b, -2)), X,
     -2 * a * hadamard_power(a.T * X * b, -3) * b.T),
]
UNKNOWN = [
    ("traces 121", Trace(X**k), X, "matrix power k"),
    ("traces 122", Trace(A * X**k), X, "matrix power k"),
    ("norms, a root of 1×1", Trace((a.T * X * b) ** sp.S.Half), X, "matrix power 1/2"),
]

# The scalar, the variable, what the answer of SymPy 1.14 is worth
ASKED = [
    (Determinant(X), X, "no answer"),
    (Determinant(X.I), X, "WRONG"),
    (Determinant(X.T * A * X), X, "WRONG"),
    (Determinant(X) * Trace(X), X, "WRONG"),
    (Determinant(i * X), i, "agrees"),
    (log(Determinant(X)), X, "WRONG"),
    (log(Determinant(X + i * A)), i, "no answer"),
    (log(Trace(X.T * X)), X, "WRONG"),
    (1 / Trace(X), X, "WRONG"),
    (Trace(X) / Trace(X.T * X), X, "WRONG"),
    (Trace(X) + 1, X, "WRONG"),
    (Trace(X) + Trace(X.T * X), X, "WRONG"),
    (Trace(X**-2), X, "no answer"),
    (Trace((X + i * I).I), i, "no answer"),
    (Trace((i * X).I), i, "agrees"),
    (Trace(X**5), X, "agrees"),
    (Trace(X * A) ** 3, X, "agrees"),
    (Trace(X.T * X) * Trace(X.T * A * X), X, "agrees"),
    (Trace((X + X.T).I * A), X, "agrees"),
    (Trace(X * (X + A).I), X, "agrees"),
    (Trace((Z.T * A * Z).I * E), Z, "agrees"),
    (Trace((Z.T * A * Z).I * (Z.T * B * Z)), Z, "agrees"),
    (Trace((E + Z.T * A * Z).I * (Z.T * B * Z)), Z, "agrees"),
    (Trace((i * Z * Z.T + I / i).I * A), Z, "agrees"),
]


def true_slope(scalar: Expr, variable: Expr) -> tuple[dict, object]:
    """Return a random point with a direction, and the exact derivative along it."""
    roots = any(not power.exp.is_integer for power in scalar.atoms(sp.Pow))
    values = oracle.point(EVERY, SIZES, 2, variable.name, positive=roots)
    return values, oracle.evaluate(scalar, values).slope


@over(("scalar", "variable", "asserted"), [row[1:] for row in ASSERTED])
def test_the_gradient_is_what_sympys_own_test_asserts_and_both_have_the_exact_slope(
    scalar, variable, asserted) -> None:
    found = gradient(scalar, variable)
    assert compare(found, asserted).status == "proved"
    values, slope = true_slope(scalar, variable)
    assert oracle.has_slope(found, values, variable.name, slope)
    assert oracle.has_slope(asserted, values, variable.name, slope)


@pytest.mark.parametrize(("scalar", "variable", "operation"), [row[1:] for row in UNKNOWN],
                         ids=[row[0] for row in UNKNOWN])
def test_sympys_cases_with_other_operations_are_refused_by_name(scalar, variable,
                                                                operation) -> None:
    with pytest.raises(UnsupportedExpression, match=operation):
        gradient(scalar, variable)


@pytest.mark.parametrize(("scalar", "variable", "worth"), ASKED, ids=[str(row[0]) for row in ASKED])
def test_where_sympys_derivative_differs_from_ours_the_exact_slope_says_that_ours_is_right(
        scalar, variable, worth, monkeypatch) -> None:
    ours, theirs = gradient(scalar, variable), claims.sympys_answer(scalar, variable)
    values, slope = true_slope(scalar, variable)
    assert oracle.has_slope(ours, values, variable.name, slope)
    if isinstance(theirs, str):
        found = "no answer"
    elif theirs.is_Matrix != variable.is_Matrix:  # 0, where a matrix is due
        found = "WRONG"
    else:
        found = "agrees" if oracle.has_slope(theirs, values, variable.name, slope) else "WRONG"
    monkeypatch.setattr(claims, "sympys_answer", lambda *_: theirs)  # which takes SymPy long
    assert claims.sympy_witness(scalar, variable, ours).startswith(found)
    if sp.__version__.startswith("1.14"):  # a later one may know better
        assert found == worth
