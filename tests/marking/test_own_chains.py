"""Chains of one's own are marked like the models: vectors, fixed and compound sizes, symmetric
leaves."""

import gc
from collections.abc import Callable
from weakref import ref

import numpy as np
import pytest
import sympy as sp
from sympy import MatrixSymbol
from tables import over

from lvmcalc.auditing import audit
from lvmcalc.chain import Builder, Chain, derive
from lvmcalc.marking import mark
from lvmcalc.marking.exercise import exercise_of

N, D = sp.symbols("N D", integer=True, positive=True)
USES = "It is right because {0} is symmetric. For an asymmetric {0} it would be wrong."


def ridge() -> Chain:
    """Return ridge regression, L = ½‖A w − y‖² + λ ½‖w‖², with vectors w and y."""
    build = Builder("ridge", MatrixSymbol("A", N, D), MatrixSymbol("w", D, 1),
                    MatrixSymbol("y", N, 1), sp.Symbol("lambda", positive=True))
    A, w, y, penalty = build.leaves
    c = build("c", "difference", build("e", "product", A, w), y)
    q = build("q", "half squared norm", w)
    build("L", "scalar sum", build("f", "half squared norm", c),
          build("r", "scalar product", penalty, q))
    return build.chain()


def outer_product() -> Chain:
    """Return L = tr(x xᵀ) with a vector x."""
    build = Builder("outer", MatrixSymbol("x", N, 1))
    x, = build.leaves
    build("L", "trace", build("e", "product", x, build("g", "transpose", x)))
    return build.chain()


def fixed() -> Chain:
    """Return L = ½‖A x‖² with a 3×3 matrix and a vector of 3 entries."""
    build = Builder("fixed", MatrixSymbol("A", 3, 3), MatrixSymbol("x", 3, 1))
    build("L", "half squared norm", build("e", "product", *build.leaves))
    return build.chain()


def compound() -> Chain:
    """Return L = ½‖B A‖² with a matrix A of N + 1 rows."""
    build = Builder("compound", MatrixSymbol("B", D, N + 1), MatrixSymbol("A", N + 1, N))
    build("L", "half squared norm", build("e", "product", *build.leaves))
    return build.chain()


def normal() -> Chain:
    """Return the logarithm of a multivariate normal density but for a constant; Σ is symmetric."""
    build = Builder("normal", MatrixSymbol("Sigma", N, N), MatrixSymbol("y", N, 1),
                    MatrixSymbol("mu", N, 1), symmetric=("Sigma",))
    S, y, mu = build.leaves
    d = build("d", "difference", y, mu)
    v = build("v", "product", build("r", "inverse", S), d)
    t = build("t", "trace", build("k", "product", build("g", "transpose", d), v))
    q = build("q", "logarithm", build("b", "determinant", S))
    build("L", "scalar product", -sp.S.Half, build("a", "scalar sum", q, t))
    return build.chain()


def inverse_trace() -> Chain:
    """Return L = tr(S C⁻¹), in which C is symmetric and S is not."""
    build = Builder("inverse trace", MatrixSymbol("S", N, N), MatrixSymbol("C", N, N),
                    symmetric=("C",))
    S, C = build.leaves
    build("L", "trace", build("e", "product", S, build("r", "inverse", C)))
    return build.chain()


def fisher() -> Chain:
    """Return a quotient of forms in two symmetric matrices whose names are alike."""
    return derive("wᵀS_B w/(wᵀS_W w)", w="D", S_B="symmetric D×D", S_W="symmetric D×D")


def of_sums() -> Chain:
    """Return a sum of products of numbers, two of them sums of entries."""
    return derive("a sum(t) sum(s) + a b sum(s)", t="N", s="D", a="scalar", b="scalar")


@over(("chain", "wrt", "answer"), [
    (fisher, "S_B", "w wᵀ/(wᵀS_W w)"), (ridge, "w", "Aᵀ(Aw − y) + λ w"),
    (ridge, "A", "(Aw − y) wᵀ"), (ridge, "lambda", "½ tr(wᵀw)"),
    (ridge, "lambda", "½ wᵀw"),
    (ridge, "w", lambda A, w, y, λ: A.T @ (A @ w - y) + λ * w),
    (outer_product, "x", "2x"), (outer_product, "x", lambda x: 2 * x),
    (fixed, "x", "AᵀA x"), (fixed, "A", "A x xᵀ"), (compound, "A", "BᵀB A"),
    (normal, "Sigma", "½ Σ⁻ᵀ(y−μ)(y−μ)ᵀΣ⁻ᵀ − ½ Σ⁻ᵀ"), (normal, "mu", "½(Σ⁻¹ + Σ⁻ᵀ)(y−μ)"),
    (inverse_trace, "S", "C⁻ᵀ"),
])
def test_a_right_answer_is_right_without_a_remark(chain: Callable[[], Chain], wrt: str,
                                                  answer: object) -> None:
    result = mark(answer, chain(), wrt)
    assert result.status == ("numeric" if callable(answer) else "proved"), str(result)
    assert result.remark == ""


@pytest.mark.parametrize(("chain", "wrt", "answer", "letter"), [
    (normal, "Sigma", "½ Σ⁻¹(y−μ)(y−μ)ᵀΣ⁻¹ − ½ Σ⁻¹", "Σ"), (normal, "mu", "Σ⁻¹(y−μ)", "Σ"),
    (inverse_trace, "C", "-½ C⁻¹(S + Sᵀ)C⁻¹", "C"), (inverse_trace, "S", "C⁻¹", "C"),
])
def test_an_answer_that_needs_a_symmetric_leaf_is_right_and_says_so(
        chain: Callable[[], Chain], wrt: str, answer: str, letter: str) -> None:
    result = mark(answer, chain(), wrt)
    assert (result.status, result.remark) == ("proved", USES.format(letter))


def test_an_answer_that_needs_two_symmetric_leaves_names_both() -> None:
    both = derive("tr(S C⁻¹)", S="symmetric N", C="symmetric N")
    assert mark("−C⁻¹ S C⁻¹", both, "C").remark == (
        "It is right because S and C are symmetric. If one of them were not, it would be wrong.")


@over(("chain", "wrt", "answer", "kind"), [
    (ridge, "w", "Aᵀ(Aw − y)", "missing_path"), (ridge, "w", "Aᵀ(Aw + y) + λ w", "sign"),
    (ridge, "w", "Aᵀ(Aw − y) + w", "missing_scalar"), (ridge, "w", "A(Aw − y) + λ w", "shape"),
    (ridge, "w", "c_bar", "shape"), (ridge, "A", "w (Aw − y)ᵀ", "transpose"),
    (ridge, "lambda", "tr(w wᵀ)", "factor"), (ridge, "lambda", "wᵀw", "factor"),
    (outer_product, "x", "x", "missing_path"), (outer_product, "x", lambda x: x, "missing_path"),
    (outer_product, "x", "2 xᵀ", "transpose"),
    (of_sums, "a", "sum(t) + b sum(s)", "missing_scalar"),
    (of_sums, "a", "sum(t)² sum(s) + b sum(s)", "extra_term"),
    (fixed, "x", "A Aᵀ x", "transpose"), (fixed, "A", "x xᵀ A", "order"),
    (compound, "A", "-BᵀB A", "sign"), (compound, "A", "B BᵀA", "shape"),
    (normal, "Sigma", "½ Σ⁻¹ + ½ Σ⁻¹(y−μ)(y−μ)ᵀΣ⁻¹", "sign"),
    (normal, "Sigma", "½ (y−μ)(y−μ)ᵀΣ⁻¹ − ½ Σ⁻¹", "missing_inverse"),
    (normal, "mu", "Σ (y−μ)", "missing_inverse"),
    (inverse_trace, "C", "-C⁻¹ S C⁻¹", "convention"),
    (inverse_trace, "C", "½ C⁻¹(S + Sᵀ)C⁻¹", "sign"),
])
def test_a_wrong_answer_is_told_what_is_wrong(chain: Callable[[], Chain], wrt: str,
                                              answer: object, kind: str) -> None:
    result = mark(answer, chain(), wrt)
    assert not result.right
    assert result.findings[0].kind == kind, str(result)


def test_points_have_the_sizes_and_the_symmetry_of_the_leaves() -> None:
    exercise = exercise_of(normal(), "Sigma")
    for point in exercise.points:
        for name in ("Sigma", exercise.asked.name):
            np.testing.assert_array_equal(point[name], point[name].T)
        assert np.linalg.det(point["Sigma"]) > 0
        assert point["mu"].shape == (len(point["Sigma"]), 1)
    for point in exercise_of(compound(), "A").points:
        assert point["A"].shape == (point["N"] + 1, point["N"])
        assert len({point["N"], point["N"] + 1, point["D"]}) == 3
    for point in exercise_of(fixed(), "A").points:
        assert (point["A"].shape, point["x"].shape) == ((3, 3), (3, 1))


def test_a_derivation_about_a_chain_of_ones_own_is_audited() -> None:
    found = audit("∂L/∂e = c_bar\n∂L/∂w = Aᵀ c_bar + λ w\n∂L/∂w = Aᵀ(Aw − y)", ridge())
    assert [line.status for line in found.lines] == ["proved", "proved", "refuted"]
    assert found.lines[2].findings[0].kind == "missing_path"
    line, = audit("∂L/∂Σ = ½ Σ⁻¹(y−μ)(y−μ)ᵀΣ⁻¹ − ½ Σ⁻¹", normal()).lines
    assert line.status == "proved"


def test_a_chain_of_ones_own_is_let_go_after_it_was_marked() -> None:
    chain = ridge()
    assert not mark("Aᵀ(Aw − y)", chain, "w").right
    audit("∂L/∂w = λ w", chain)
    gone = ref(chain)
    del chain
    gc.collect()
    assert gone() is None


def test_points_are_taken_where_the_chain_has_values() -> None:
    B = MatrixSymbol("B", N + 1, D)  # BᵀB is singular where B has more columns than rows
    build = Builder("log det BᵀB", B)
    build.f = B.T
    build.p = build.f * B
    build.d = sp.Determinant(build.p)
    build.L = sp.log(build.d)
    chain = build.chain()
    assert mark("2 B (BᵀB)⁻¹", chain, "B").status == "proved"
    assert mark("-2 B (BᵀB)⁻¹", chain, "B").findings[0].kind == "sign"
    kinds = {finding.kind for finding in mark("B (BᵀB)⁻¹", chain, "B").findings}
    assert kinds == {"missing_path", "factor"}


def test_a_misfit_is_told_where_sizes_are_numbers_too() -> None:
    chain = derive("½‖X w − y‖²", X="4×3", w="3", y="4")
    assert mark("Xᵀ(X w − y)", chain, "w").right
    assert "3 columns meet 4 rows. A transpose is wrong" in str(mark("X(X w − y)", chain, "w"))
    chain = derive("½(y − X w)ᵀ diag(c) (y − X w)", X="N×3", w="3", y="N", c="N")
    for answer, leaf in [("X diag(c) (X w − y)", "w"), ("½ diag((X w − y)(X w − y))", "c")]:
        assert "transpose" in [it.kind for it in mark(answer, chain, leaf).findings]
