"""The scalar-by-matrix identities of the Matrix Cookbook (Petersen and Pedersen, version of
November 15, 2012).

Chapter 2 of the Cookbook, by the numbers that are printed there. RIGHT is found as it is printed.
WRONG is printed wrong or lacks an assumption: the exact arithmetic says so. REFUSED has an
operation that the calculus does not know. ELSEWHERE is no derivative of a scalar with respect to a
matrix, or has a test of its own below the tables.
"""

import re
from fractions import Fraction

import oracle
import pytest
import sympy as sp
from sympy import Determinant, Expr, Identity, MatrixSymbol, Symbol, Trace, log
from sympy.matrices.expressions import MatPow
from tables import over

from lvmcalc.calculus import UnsupportedExpression
from lvmcalc.calculus.comparison import compare
from lvmcalc.calculus.differentials import gradient

n, m, p, k = sp.symbols("n m p k", integer=True, positive=True)
SIZES = {"n": 3, "m": 2, "p": 4}
# S where X has to be square
X, Y, S = MatrixSymbol("X", n, m), MatrixSymbol("Y", n, m), MatrixSymbol("S", n, n)
# V, W and E where the Cookbook assumes symmetry
A, B, C, V, W = (MatrixSymbol(name, n, n) for name in "ABCVW")
D, E, U1, U2 = (MatrixSymbol("D", m, m), MatrixSymbol("E", m, m), MatrixSymbol("U1", m, n),
                MatrixSymbol("U2", m, n))
F, N, G, H = MatrixSymbol("F", p, n), MatrixSymbol("N", n,
                                                   p), MatrixSymbol("G", m,
                                                                    p), MatrixSymbol("H", p, p)
J, L = MatrixSymbol("J", p, m), MatrixSymbol("L", p, m)
a, b, c, x = (MatrixSymbol(name, n, 1) for name in "abcx")
y, z, g, h = MatrixSymbol("y", m, 1), MatrixSymbol("z", m,
                                                   1), MatrixSymbol("g", p,
                                                                    1), MatrixSymbol("h", p, 1)
t = Symbol("t")
EVERY = [X, Y, S, A, B, C, V, W, D, E, U1, U2, F, N, G, H, J, L, a, b, c, x, y, z, g, h, t]
I, XWX, EXWX = Identity(n), (X.T * W * X).I, (E + X.T * W * X).I
St = A + t * B + t**2 * C
AAx, BBx = A.T * A * x, B.T * B * x


def over_r(power: int, term) -> Expr:
    """Return the sum of term(X^r, X^(power-1-r)) over r."""
    return sp.Add(*(term(S**r if r else I, S ** (power - 1 - r) if power - 1 - r else I)
                    for r in range(power)))


# The number, the scalar, the variable, the Cookbook's right-hand side, the matrices that it assumes
# to be symmetric.
RIGHT = [
    ("46, Y = A + tB + t²C", Determinant(St), t, Determinant(St) * Trace(St.I * (B + 2 * t * C)),
     ()),
    ("49 and 66", Determinant(S), S, Determinant(S) * S.I.T, ()),
    ("51", Determinant(A * S * B), S, Determinant(A * S * B) * S.T.I, ()),
    ("52", Determinant(S.T * A * S), S, 2 * Determinant(S.T * A * S) * S.I.T, ()),
    ("53", Determinant(X.T * W * X), X, 2 * Determinant(X.T * W * X) * W * X * XWX, (W,)),
    ("54", Determinant(X.T * A * X), X,
     Determinant(X.T * A * X) * (A * X * (X.T * A * X).I + A.T * X * (X.T * A.T * X).I), ()),
    ("55, X⁺ = (XᵀX)⁻¹Xᵀ", log(Determinant(X.T * X)), X, 2 * ((X.T * X).I * X.T).T, ()),
    ("57, det X > 0", log(Determinant(S)), S, S.T.I, ()),
    ("57, |det X|² = det² X", log(Determinant(S) ** 2) / 2, S, S.I.T, ()),
    ("58, k = 3", Determinant(S**3), S, 3 * Determinant(S**3) * S.I.T, ()),
    ("58, k = -2", Determinant(S**-2), S, -2 * Determinant(S**-2) * S.I.T, ()),
    ("61", Trace(a.T * S.I * b), S, -S.I.T * a * b.T * S.I.T, ()),
    ("62", Determinant(S.I), S, -Determinant(S.I) * S.I.T, ()),
    ("63", Trace(F * S.I * N), S, -(S.I * N * F * S.I).T, ()),
    ("64", Trace((S + A).I), S, -((S + A).I * (S + A).I).T, ()),
    ("69, xᵀa", Trace(x.T * a), x, a, ()),
    ("69, aᵀx", Trace(a.T * x), x, a, ()),
    ("70", Trace(a.T * X * y), X, a * y.T, ()),
    ("71", Trace(y.T * X.T * a), X, a * y.T, ()),
    ("72, aᵀXa", Trace(a.T * S * a), S, a * a.T, ()),
    ("72, aᵀXᵀa", Trace(a.T * S.T * a), S, a * a.T, ()),
    ("77", Trace(y.T * X.T * X * z), X, X * (y * z.T + z * y.T), ()),
    ("78", Trace((J * y + g).T * H * (L * y + h)), y,
     J.T * H * (L * y + h) + L.T * H.T * (J * y + g), ()),
    ("81", Trace(x.T * B * x), x, (B + B.T) * x, ()),
    ("82", Trace(y.T * X.T * A * X * z), X, A.T * X * y * z.T + A * X * z * y.T, ()),
    ("83", Trace((X * y + c).T * A * (X * y + c)), X, (A + A.T) * (X * y + c) * y.T, ()),
    ("84", Trace((x - X * y).T * W * (x - X * y)), y, -2 * X.T * W * (x - X * y), (W,)),
    ("85", Trace((x - a).T * W * (x - a)), x, 2 * W * (x - a), (W,)),
    ("76", Trace(sp.OneMatrix(1, n) * X * sp.OneMatrix(m, 1)) ** 2, X,
     2 * Trace(sp.OneMatrix(1, n) * X * sp.OneMatrix(m, 1)) * sp.OneMatrix(n, m), ()),
    ("section 8.1.1, a Gaussian density", sp.exp(-Trace((x - a).T * W.I * (x - a)) / 2), x,
     -sp.exp(-Trace((x - a).T * W.I * (x - a)) / 2) * W.I * (x - a), (W,)),
    ("86", Trace((x - a).T * W * (x - a)), a, -2 * W * (x - a), (W,)),
    ("87", Trace((x - X * y).T * W * (x - X * y)), x, 2 * W * (x - X * y), (W,)),
    ("88", Trace((x - X * y).T * W * (x - X * y)), X, -2 * W * (x - X * y) * y.T, (W,)),
    ("91, n = 1", Trace(a.T * S * b), S, over_r(1, lambda first, rest: first.T * a * b.T * rest.T),
     ()),
    ("91, n = 4", Trace(a.T * S**4 * b), S,
     over_r(4, lambda first, rest: first.T * a * b.T * rest.T), ()),
    ("93, s = xbᵀx, r = Bx", Trace((x * b.T * x).T * A * B * x), x,
     (Trace(b.T * x) * I + x * b.T).T * A * B * x + B.T * A.T * x * b.T * x, ()),
    ("97", Trace(x.T * A * x + b.T * x), x, (A + A.T) * x + b, ()),
    ("99 and 65", Trace(S), S, I, ()),
    ("100", Trace(X * U1), X, U1.T, ()),
    ("101", Trace(F * X * G), X, F.T * G.T, ()),
    ("102", Trace(J * X.T * N), X, N * J, ()),
    ("103", Trace(X.T * Y), X, Y, ()),
    ("104", Trace(Y * X.T), X, Y, ()),
    ("106", Trace(S**2), S, 2 * S.T, ()),
    ("107", Trace(S**2 * B), S, (S * B + B * S).T, ()),
    ("108", Trace(X.T * B * X), X, B * X + B.T * X, ()),
    ("109", Trace(B * X * X.T), X, B * X + B.T * X, ()),
    ("110", Trace(X * X.T * B), X, B * X + B.T * X, ()),
    ("111", Trace(X * D * X.T), X, X * D.T + X * D, ()),
    ("112", Trace(D * X.T * X), X, X * D.T + X * D, ()),
    ("113", Trace(X.T * X * D), X, X * D.T + X * D, ()),
    ("114", Trace(U1 * X * U2 * X), X, U1.T * X.T * U2.T + U2.T * X.T * U1.T, ()),
    ("115, XᵀX", Trace(X.T * X), X, 2 * X, ()),
    ("115 and 132, XXᵀ", Trace(X * X.T), X, 2 * X, ()),
    ("116", Trace(G.T * X.T * C * X * G), X, C.T * X * G * G.T + C * X * G * G.T, ()),
    ("117", Trace(X.T * B * X * D), X, B * X * D + B.T * X * D.T, ()),
    ("118", Trace(F * X * D * X.T * N), X, F.T * N.T * X * D.T + N * F * X * D, ()),
    ("119", Trace((F * X * G + H) * (F * X * G + H).T), X, 2 * F.T * (F * X * G + H) * G.T, ()),
    ("120, tr(X) tr(X)", Trace(S) * Trace(S), S, 2 * Trace(S) * I, ()),
    ("121, k = 5", Trace(S**5), S, 5 * (S**4).T, ()),
    ("121, k = -3", Trace(S**-3), S, -3 * (S**-4).T, ()),
    ("122, k = 4", Trace(A * S**4), S, over_r(4, lambda first, rest: (first * A * rest).T), ()),
    ("123", Trace(G.T * X.T * C * X * X.T * C * X * G), X,
     C * X * X.T * C * X * G * G.T + C.T * X * G * G.T * X.T * C.T * X
     + C * X * G * G.T * X.T * C * X + C.T * X * X.T * C.T * X * G * G.T, ()),
    ("124", Trace(F * S.I * N), S, -S.I.T * F.T * N.T * S.I.T, ()),
    ("125", Trace(XWX * D), X, -(W * X * XWX) * (D + D.T) * XWX, (W,)),
    ("126", Trace(XWX * (X.T * V * X)), X, -2 * W * X * XWX * X.T * V * X * XWX + 2 * V * X * XWX,
     (V, W)),
    ("129", sp.sqrt(Trace((x - a).T * (x - a))), x,
     (x - a) / sp.sqrt(Trace((x - a).T * (x - a))), ()),
    ("131", Trace(x.T * x), x, 2 * x, ()),
]
# The number, the scalar, the variable, what is printed, the matrices that the Cookbook assumes to
# be symmetric, what is
# right then, and the matrices that have to be symmetric for the print to be right.
WRONG = [
    ("92, n = 2: the first term is transposed", Trace(a.T * (S**2).T * S**2 * b), S,
     over_r(2, lambda first,
            rest: rest * a * b.T * (S**2).T * first + first.T * S**2 * a * b.T * rest.T), (),
     over_r(2, lambda first, rest: first.T * S**2 * (b * a.T + a * b.T) * rest.T), None),
    ("95: BB for BᵀB", Trace(x.T * AAx) / Trace(x.T * BBx), x,
     2 * AAx / Trace(x.T * B * B * x) - 2 * Trace(x.T * AAx) * BBx / Trace(x.T * BBx) ** 2, (),
     2 * AAx / Trace(x.T * BBx) - 2 * Trace(x.T * AAx) * BBx / Trace(x.T * BBx) ** 2, (B,)),
    ("127: A has to be symmetric too", Trace(EXWX * (X.T * V * X)), X,
     -2 * W * X * EXWX * X.T * V * X * EXWX + 2 * V * X * EXWX, (V, W),
     V * X * (EXWX + EXWX.T) - W * X * (EXWX * X.T * V * X * EXWX + EXWX.T * X.T * V * X * EXWX.T),
     (E, V, W)),
]
i, j = sp.symbols("i j", integer=True)
REFUSED = [
    ("57, as it is printed", log(sp.Abs(Determinant(S))), S, "Abs"),
    ("58, every k", Determinant(MatPow(S, k)), S, "matrix power k"),
    ("60", S.I[i, j], S, "MatrixElement"),
    ("74", (X * U1)[i, j], X, "Sum"),
    ("75", (X.T * Y)[i, j], X, "Sum"),
    ("79", (X.T * B * X)[i, j], X, "Sum"),
    ("89", (t - Trace(sp.Adjoint(x) * b)) ** 2, x, "Adjoint"),
    ("90", MatPow(S, 4)[i, j], S, "Sum"),
    ("91, every n", Trace(a.T * MatPow(S, k) * b), S, "matrix power k"),
    ("92, every n", Trace(a.T * MatPow(S, k).T * MatPow(S, k) * b), S, "matrix power k"),
    ("105", Trace(sp.KroneckerProduct(A, S)), S, "KroneckerProduct"),
    ("120, X ⊗ X", Trace(sp.KroneckerProduct(S, S)), S, "KroneckerProduct"),
    ("121, every k", Trace(MatPow(S, k)), S, "matrix power k"),
    ("122, every k", Trace(A * MatPow(S, k)), S, "matrix power k"),
    ("132, Xᴴ", Trace(X * sp.Adjoint(X)), X, "Adjoint"),
]
ELSEWHERE = {
    "differentials, which the rule book cites": range(33, 46),
    "below the tables": (47, 48, 50, 139, 140, 141),
    "with respect to a pseudo-inverse, which is no symbol": (56,),
    "the derivative of a matrix": (59, 73, 80, 98, 130),
    "the differential of an eigenvalue, of an eigenvector": (67, 68),
    "the left-hand side of (95), of (97)": (94, 96),
    "the sine of a matrix, which SymPy does not have": (128,),
    "definitions": range(133, 139),
    "diagonal and Toeplitz matrices": (142, 143, 144),
}


def slope(scalar: Expr, variable: Expr, symmetric: tuple[Expr, ...],
          seed: int = 1) -> tuple[dict, object]:
    """Return a random point with a direction, and the exact derivative along it."""
    values = oracle.point(EVERY, SIZES, seed, variable.name)
    for matrix in symmetric:
        rows = values[matrix.name]
        values[matrix.name] = [[rows[min(i, j)][max(i, j)] for j in range(len(rows))]
                               for i in range(len(rows))]
    return values, oracle.evaluate(scalar, values).slope


@over(("number", "scalar", "variable", "printed", "symmetric"), RIGHT)
def test_the_gradient_is_what_the_cookbook_prints(number, scalar, variable, printed,
                                                  symmetric) -> None:
    found = gradient(scalar, variable, symmetric)
    assert compare(found, printed, symmetric).status == "proved"
    assert getattr(found, "shape", ()) == getattr(variable, "shape", ())
    values, expected = slope(scalar, variable, symmetric)
    assert oracle.has_slope(found, values, variable.name, expected)
    assert oracle.has_slope(printed, values, variable.name, expected)
    assert not oracle.has_slope(2 * found, values, variable.name, expected)
    for matrix in symmetric:  # every assumption is needed
        fewer = tuple(other for other in symmetric if other != matrix)
        assert compare(gradient(scalar, variable, fewer), printed, fewer).status == "refuted"


@pytest.mark.parametrize(("scalar", "variable", "printed", "assumed", "right", "needed"),
                         [row[1:] for row in WRONG],
                         ids=[row[0] for row in WRONG])
def test_where_the_cookbook_is_wrong_the_exact_arithmetic_says_so(
        scalar, variable, printed, assumed, right, needed) -> None:
    found = gradient(scalar, variable, assumed)
    assert compare(found, printed, assumed).status == "refuted"
    assert compare(found, right, assumed).status == "proved"
    values, expected = slope(scalar, variable, assumed)
    assert oracle.has_slope(found, values, variable.name, expected)
    assert not oracle.has_slope(printed, values, variable.name, expected)
    if needed:
        assert compare(found, printed, needed).status == "proved"


@over(("scalar", "variable", "operation"), [row[1:] for row in REFUSED])
def test_an_identity_with_another_operation_is_refused_by_its_name(scalar, variable,
                                                                   operation) -> None:
    with pytest.raises(UnsupportedExpression, match=operation):
        gradient(scalar, variable)


def test_no_number_of_chapter_2_is_left_out() -> None:
    labels = [row[0] for row in (*RIGHT, *WRONG, *REFUSED) if row[0][0].isdigit()]
    tabled = {int(number) for label in labels
              for number in re.findall(r"\d+", re.split("[,:]", label)[0])}
    elsewhere = {number for numbers in ELSEWHERE.values() for number in numbers}
    assert tabled.isdisjoint(elsewhere)
    assert tabled | elsewhere == {*range(33, 145)}


def test_47_and_50_the_cofactors_of_a_row_expand_the_determinant_of_that_row_only() -> None:
    assert compare(gradient(Determinant(S), S) * S.T, Determinant(S) * I).status == "proved"


def test_48_the_second_derivative_of_a_determinant() -> None:
    found = gradient(gradient(Determinant(St), t), t)
    first, second = St.I * (B + 2 * t * C), St.I * 2 * C
    printed = Determinant(St) * (Trace(second) + Trace(first) * Trace(first) - Trace(first * first))
    assert compare(found, printed).status == "proved"


# The matrix M of the right-hand side: the Cookbook prints 2M - M∘I, for S_ij and S_ji are one
# variable to it.
@pytest.mark.parametrize(("scalar", "inside"), [
    (Trace(A * S), (A + A.T) / 2), (Determinant(S), Determinant(S) * S.I),
    (log(Determinant(S)), S.I)],
    ids=["139", "140", "141"])
def test_the_cookbooks_derivative_by_a_symmetric_matrix_counts_a_pair_of_entries_once(
    scalar, inside) -> None:
    found = gradient(scalar, S, symmetric=S)
    assert compare(found, inside, symmetric=S).status == "proved"
    values, _ = slope(scalar, S, (S,))
    entries = oracle.evaluate(found, values)
    for i in range(3):
        for j in range(i + 1):
            moved = {(i, j), (j, i)}
            rows = [[oracle.Dual(entry.value, Fraction((r, s) in moved)) for s,
                     entry in enumerate(row)]
                    for r, row in enumerate(values["S"])]
            printed = entries[i][j].value * (2 - (i == j))
            assert oracle.same(oracle.evaluate(scalar, {**values, "S": rows}).slope, printed)


def test_56_a_derivative_by_a_pseudo_inverse_is_refused() -> None:
    with pytest.raises(TypeError, match="taken with respect to a symbol"):
        gradient(log(Determinant(X.T * X)), (X.T * X).I * X.T)
