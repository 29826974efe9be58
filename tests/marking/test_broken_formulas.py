"""A formula is broken in every likely way, and in no other."""

import sympy as sp
from sympy import Determinant, Expr, Identity, Inverse, MatrixSymbol, Trace
from sympy.matrices.expressions import MatAdd, MatMul
from tables import over

from lvmcalc import notation
from lvmcalc.marking.broken_formulas import broken_formulas

n, m = sp.symbols("n m", integer=True, positive=True)
s, u = sp.symbols("s u", positive=True)
A, B, C = MatrixSymbol("A", n, m), MatrixSymbol("B", n, n), MatrixSymbol("C", n, n)
B_bar, g = MatrixSymbol("∂L/∂B", n, n), sp.Symbol("∂L/∂b")

# Every way to get a formula wrong: kind | what | the broken formula | its broken term, if it is one
# of several.
WAYS = {
    -3 * s**2 / u: """
        sign | | 3 s^2/u
        factor | the factor 3 is missing | -s^2/u
        missing_scalar | s^2 | -3/u
        missing_scalar | s | -3 s/u
        missing_scalar | 1/u | -3 s^2
        inverted_scalar | s | -3/(s^2 u)
        inverted_scalar | u | -3 s^2 u""",
    1 / s**2: """
        missing_scalar | 1/s^2 | 1
        missing_scalar | 1/s | 1/s
        inverted_scalar | s | s^2""",
    s + 2 * u - g: """
        missing_term | s | 2 u - ∂L/∂b | s
        missing_term | 2 u | s - ∂L/∂b | 2 u
        missing_term | -∂L/∂b | s + 2 u | -∂L/∂b
        sign | s | -s + 2 u - ∂L/∂b | -s
        sign | 2 u | s - 2 u - ∂L/∂b | -2 u
        sign | -∂L/∂b | s + 2 u + ∂L/∂b | ∂L/∂b
        sign | | s + 2 u + ∂L/∂b | ∂L/∂b
        factor | the factor 2 is missing | s + u - ∂L/∂b | u
        missing_scalar | s | 2 u - ∂L/∂b + 1 | 1
        missing_scalar | u | s - ∂L/∂b + 2 | 2
        inverted_scalar | s | 2 u - ∂L/∂b + 1/s | 1/s
        inverted_scalar | u | s - ∂L/∂b + 2/u | 2/u""",
    g * Determinant(B) * sp.log(u) / 2: """
        factor | the factor 1/2 is missing | ∂L/∂b log(u) det(B)
        stopped_early | the factor det(B) | ∂L/∂b log(u)/2
        stopped_early | the logarithm of u | u ∂L/∂b det(B)/2""",
    (Determinant(B) * sp.log(u) * Trace(C))**2: """
        stopped_early | the factor det(B)^2 | log(u)^2 tr(C)^2
        stopped_early | the logarithm of u | u^2 det(B)^2 tr(C)^2
        extra_inverse | C⁻¹ stands where C belongs | log(u)^2 det(B)^2 tr(C⁻¹)^2
        transpose | Cᵀ stands where C belongs | log(u)^2 det(B)^2 tr(Cᵀ)^2""",
    -2 * s * Trace(MatMul(Inverse(B), C)): """
        sign | | 2 s tr(B⁻¹ C)
        factor | the factor 2 is missing | -s tr(B⁻¹ C)
        missing_scalar | s | -2 tr(B⁻¹ C)
        inverted_scalar | s | -2 tr(B⁻¹ C)/s
        missing_inverse | B stands where B⁻¹ belongs | -2 s tr(B C)
        missing_inverse | the factor B⁻¹ is missing | -2 s tr(C)
        extra_inverse | the factor B⁻¹ stands there once too often | -2 s tr(B⁻¹ B⁻¹ C)
        extra_inverse | C⁻¹ stands where C belongs | -2 s tr(B⁻¹ C⁻¹)
        lost_factor | C | -2 s tr(B⁻¹)
        transpose | B⁻ᵀ stands where B⁻¹ belongs | -2 s tr(B⁻ᵀ C)
        transpose | Cᵀ stands where C belongs | -2 s tr(B⁻¹ Cᵀ)
        elementwise | B⁻¹ ∘ C | -2 s tr(B⁻¹ ∘ C)
        order | B⁻¹ C | -2 s tr(C B⁻¹)""",
    MatMul(-1, Inverse(B).T, B_bar, C): """
        sign | | B⁻ᵀ ∂L/∂B C
        missing_inverse | Bᵀ stands where B⁻ᵀ belongs | -Bᵀ ∂L/∂B C
        missing_inverse | the factor B⁻ᵀ is missing | -∂L/∂B C
        extra_inverse | the factor B⁻ᵀ stands there once too often | -B⁻ᵀ B⁻ᵀ ∂L/∂B C
        extra_inverse | C⁻¹ stands where C belongs | -B⁻ᵀ ∂L/∂B C⁻¹
        transpose | B⁻¹ stands where B⁻ᵀ belongs | -B⁻¹ ∂L/∂B C
        transpose | (∂L/∂B)ᵀ stands where ∂L/∂B belongs | -B⁻ᵀ (∂L/∂B)ᵀ C
        lost_factor | C | -B⁻ᵀ ∂L/∂B
        transpose | Cᵀ stands where C belongs | -B⁻ᵀ ∂L/∂B Cᵀ
        elementwise | B⁻ᵀ ∘ ∂L/∂B | -(B⁻ᵀ ∘ ∂L/∂B) C
        elementwise | ∂L/∂B ∘ C | -B⁻ᵀ (∂L/∂B ∘ C)
        elementwise | B⁻ᵀ ∘ ∂L/∂B ∘ C | -(B⁻ᵀ ∘ ∂L/∂B ∘ C)
        order | -B⁻ᵀ ∂L/∂B C | -B⁻ᵀ C ∂L/∂B
        order | -B⁻ᵀ ∂L/∂B C | -∂L/∂B B⁻ᵀ C
        order | -B⁻ᵀ ∂L/∂B C | -∂L/∂B C B⁻ᵀ
        order | -B⁻ᵀ ∂L/∂B C | -C B⁻ᵀ ∂L/∂B
        order | -B⁻ᵀ ∂L/∂B C | -C ∂L/∂B B⁻ᵀ""",
    MatMul(s, A, A.T, B): """
        missing_scalar | s | A Aᵀ B
        inverted_scalar | s | (1/s) A Aᵀ B
        lost_factor | A Aᵀ | s B
        lost_factor | B | s A Aᵀ
        extra_inverse | B⁻¹ stands where B belongs | s A Aᵀ B⁻¹
        transpose | Bᵀ stands where B belongs | s A Aᵀ Bᵀ
        order | s A Aᵀ B | s B A Aᵀ""",
    MatMul(Inverse(B), Inverse(C), A): """
        missing_inverse | B stands where B⁻¹ belongs | B C⁻¹ A
        missing_inverse | C stands where C⁻¹ belongs | B⁻¹ C A
        missing_inverse | the factor B⁻¹ is missing | C⁻¹ A
        missing_inverse | the factor C⁻¹ is missing | B⁻¹ A
        missing_inverse | no factor is inverted | B C A
        extra_inverse | the factor B⁻¹ stands there once too often | B⁻¹ B⁻¹ C⁻¹ A
        extra_inverse | the factor C⁻¹ stands there once too often | B⁻¹ C⁻¹ C⁻¹ A
        transpose | B⁻ᵀ stands where B⁻¹ belongs | B⁻ᵀ C⁻¹ A
        transpose | C⁻ᵀ stands where C⁻¹ belongs | B⁻¹ C⁻ᵀ A
        elementwise | B⁻¹ ∘ C⁻¹ | (B⁻¹ ∘ C⁻¹) A
        order | B⁻¹ C⁻¹ A | C⁻¹ B⁻¹ A""",
    MatAdd(A, MatMul(-1, B, A)): """
        missing_term | A | -B A | A
        missing_term | -B A | A | -B A
        sign | A | -B A - A | -A
        sign | -B A | B A + A | B A
        sign | | B A + A | B A
        extra_inverse | B⁻¹ stands where B belongs | A - B⁻¹ A | -B⁻¹ A
        lost_factor | B | A - A | -A
        transpose | Bᵀ stands where B belongs | A - Bᵀ A | -Bᵀ A""",
    MatMul(A.T, Inverse(B)): """
        missing_inverse | B stands where B⁻¹ belongs | Aᵀ B
        missing_inverse | the factor B⁻¹ is missing | Aᵀ
        extra_inverse | the factor B⁻¹ stands there once too often | Aᵀ B⁻¹ B⁻¹
        transpose | B⁻ᵀ stands where B⁻¹ belongs | Aᵀ B⁻ᵀ""",
    g * Identity(n): "",  # an identity is its own transpose and its own inverse
    A * A.T: "",  # in the other order it has another shape
    MatMul(2, A): "factor | the factor 2 is missing | A",
}


@over("formula", WAYS)
def test_each_part_of_a_formula_can_be_lost_or_turned_over_and_nothing_else_is_broken(
    formula: Expr) -> None:
    expected = [[part.strip() for part in line.split("|")] for line in WAYS[formula].split("\n")
                if line.strip()]
    found = [[kind, what, *map(notation.plain, formulas)] for kind, what,
             *formulas in broken_formulas(formula)]
    assert sorted(found) == sorted([*line, line[2]][:4] for line in expected)
    parts = [part for *_, broken, _ in broken_formulas(formula)
             for part in broken.atoms(MatMul, MatAdd)]
    # A, not 1 A: they would count as two
    assert all(len(part.args) > 1 and 1 not in part.args for part in parts)


def test_up_to_five_factors_are_put_in_every_order() -> None:
    letters = [MatrixSymbol(letter, n, n) for letter in "PQRSTU"]
    for count, orders in ((2, 1), (5, 119), (6, 0)):
        kinds = [kind for kind, *_ in broken_formulas(MatMul(*letters[:count]))]
        assert kinds.count("order") == orders
