"""What the two models do not use: vectors, fixed and compound sizes, symmetric leaves."""

import re
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import sympy as sp
from chains import CASES, D, N, log_density, normal, positive_definite, ratio, ridge, squares
from sympy import HadamardProduct, MatrixSymbol, Trace
from tables import over

from lvmcalc import derive, notation
from lvmcalc.calculus import UnsupportedExpression, compare
from lvmcalc.calculus.expression_tools import argument_degree
from lvmcalc.calculus.operations import OPERATIONS, RULES, SPELLED, C, G_nn, dC
from lvmcalc.calculus.rules import Operation
from lvmcalc.chain import Builder, Card, Chain, Folded, Result
from lvmcalc.chain.numbers import evaluator
from lvmcalc.chain.passes import Pass
from lvmcalc.training import ChainProblem

EVERY_CASE = pytest.mark.parametrize(("chain", "leaves", "sizes"), CASES.values(), ids=CASES)
checked = cache(Chain.check)


def slope(chain: Chain, leaves: dict, name: str, direction: np.ndarray | float) -> float:
    """Return the derivative of the output along a direction, by central differences."""
    step = 1e-5
    ends = [chain.forward(**leaves | {name: leaves[name] + sign * step * direction})
            for sign in (1, -1)]
    return (ends[0][chain.output] - ends[1][chain.output]) / (2 * step)


@EVERY_CASE
def test_the_adjoint_of_every_leaf_is_the_slope_in_every_direction(
    chain: Chain, leaves: dict, sizes: dict) -> None:
    adjoints = chain.backward(**leaves)
    for name, value in leaves.items():
        direction = normal(*np.shape(value)) if np.ndim(value) else 1.0
        if name in chain.symmetric:
            direction = direction + direction.T
            np.testing.assert_array_equal(adjoints[name], adjoints[name].T)
        assert np.shape(adjoints[name]) == np.shape(value)
        along = np.vdot(adjoints[name], direction)
        assert along == pytest.approx(slope(chain, leaves, name, direction), rel=1e-6), name


@EVERY_CASE
def test_contributions_add_up_and_expressions_have_the_same_numbers(
    chain: Chain, leaves: dict, sizes: dict) -> None:
    found = chain.run(**leaves)
    assert isinstance(found, Pass)
    for name in chain.leaves:
        parts = chain.contributions(name, **leaves)
        np.testing.assert_allclose(sum(parts.values()), found.adjoints[name], rtol=1e-12)
        closed = evaluator(chain)(None, chain.adjoint(name), found.known)
        np.testing.assert_allclose(closed, found.adjoints[name],
                                   rtol=1e-10, atol=1e-12)


@EVERY_CASE
def test_every_stage_and_every_gradient_is_proved_exact_and_numeric(
    chain: Chain, leaves: dict, sizes: dict) -> None:
    check = checked(chain)
    assert len(check.rows) == len(chain.edges) + len(chain.leaves)
    for row in check:
        assert (row.proof.status, row.exact.status) == ("proved", "exact"), row.label
        assert row.error < 1e-12, row.label


@EVERY_CASE
def test_a_small_case_agrees_entry_by_entry_and_a_wrong_one_does_not(
    chain: Chain, leaves: dict, sizes: dict) -> None:
    for name in chain.leaves:
        assert chain.entrywise(name, **sizes).agrees, name
    edge, adjoint = next(item for item in chain.edges.items() if item[0][1] in chain.leaves)
    wrong = chain.altered({edge: -adjoint})
    assert not wrong.entrywise(edge[1], **sizes).agrees
    assert wrong.claim(*reversed(edge)).status == wrong.claim(edge[1]).status == "refuted"


@EVERY_CASE
def test_cards_and_tables_can_be_shown(chain: Chain, leaves: dict, sizes: dict) -> None:
    assert chain._repr_markdown_().count("■ proved") == len(chain.nodes)
    for node, parent in chain.edges:
        assert "■ proved" in str(Card(chain, parent, node))
    for leaf in chain.leaves:
        assert Result(chain, leaf).summary.startswith("■ proved for every size, ◆ exact")


@over(("chain", "leaf", "closed"), [
    (squares(N, 1), "x", "2 x"), (squares(3, 3), "x", "2 x"), (squares(N + 1, D), "x", "2 x"),
    (ridge(), "w", "Aᵀ (A w - y) + lamda w"), (ridge(), "A", "(A w - y) wᵀ"),
    (ridge(), "y", "y - A w"), (ridge(), "lamda", "tr(w wᵀ)/2"),
    (ratio(), "C", "-C⁻ᵀ Sᵀ C⁻ᵀ"), (ratio(), "S", "C⁻ᵀ"),
    (ratio("C"), "C", "-(1/2) (C⁻¹ Sᵀ + C⁻¹ S) C⁻¹"), (ratio("C"), "S", "C⁻¹")])
def test_the_gradient_is_the_closed_form_of_the_textbook(chain: Chain, leaf: str,
                                                         closed: str) -> None:
    assert notation.plain(chain.adjoint(leaf)) == closed


def test_the_gradients_of_the_multivariate_normal_are_those_of_the_literature() -> None:
    # Matrix Cookbook eqs. 57, 61, 86, with the symmetric part taken
    chain = log_density()
    x, mu, Sigma = (chain[name].symbol for name in ("x", "mu", "Sigma"))
    square = (x - mu) * (x - mu).T
    for name, textbook in (("mu", Sigma.I * (x - mu)), ("x", -Sigma.I * (x - mu)),
                           ("Sigma", (Sigma.I * square * Sigma.I - Sigma.I) / 2)):
        verdict = compare(chain.adjoint(name), textbook, symmetric=("Sigma",))
        assert verdict.status == "proved", name


def test_elementwise_products_and_functions_of_entries_are_stages_too() -> None:
    build = Builder("entries", *(MatrixSymbol(name, N, D) for name in "ABY"))
    build.e = HadamardProduct(build.A, build.B)
    build.f = SPELLED["exp"](build.e)
    build.c = build.f - build.Y
    build.L = Trace(build.c.T * build.c) / 2
    chain, (A, B, Y) = build.chain(), (normal(4, 3) for _ in "ABY")
    f = np.exp(A * B)
    np.testing.assert_allclose(chain.backward(A=A, B=B, Y=Y)["A"], (f - Y) * f * B)
    assert notation.plain(chain.adjoint("e")) == "(exp(A ∘ B) - Y) ∘ exp(A ∘ B)"
    for row in checked(chain):
        assert row.proof.status == "proved", row.label
        assert row.exact.status in ("exact", "numeric"), row.label  # exp is no rational function
        assert row.error < 1e-12, row.label
    assert "exp" in chain.vocabulary.functions


# Symmetric leaves
def test_a_chain_says_which_leaves_are_symmetric() -> None:
    chain = ratio("C")
    assert chain.symmetric == ("C",)
    assert "  C: leaf, D×D, symmetric\n" in str(chain)
    assert "$C$: D×D, symmetric\n" in chain._repr_markdown_()
    assert "symmetric" not in str(ratio()) + ratio()._repr_markdown_()
    assert chain.altered({("r", "C"): None}).symmetric == ("C",)


def test_the_symmetry_is_said_where_a_gradient_needs_it_and_nowhere_else() -> None:
    for name in ("C", "S"):
        assert Result(ratio("C"), name).summary.endswith(", uses that C is symmetric")
        assert "symmetric" not in Result(ratio(), name).summary
    assert "symmetric" not in Result(ridge(), "w").summary
    both = derive("tr(S C⁻¹)", S="symmetric N", C="symmetric N")
    assert str(Result(both, "C")).endswith(", uses that S and C are symmetric")
    assert str(both.curvature("C", "V")).endswith(", uses that S, C and V are symmetric")
    build = Builder("norms", MatrixSymbol("S", D, D), MatrixSymbol("C", D, D), symmetric=("C",))
    build.L = build("p", "half squared norm", build.S) + build("q", "half squared norm", build.C)
    assert [Result(build.chain(), name).summary.endswith("is symmetric") for name in "SC"] == [
        False, False]


def test_a_gradient_that_leaves_out_the_symmetry_is_refuted() -> None:
    chain = ratio("C")
    general = Chain(chain.name, tuple(leaf.symbol for leaf in chain.leaves.values()),
                    tuple(chain.nodes.values()))
    assert compare(chain.adjoint("C"), general.adjoint("C"), symmetric=("C",)).status == "refuted"


def test_the_card_of_a_symmetric_leaf_tells_what_the_path_contributes_from_the_gradient() -> None:
    text = str(Card(ratio("C"), "C", "r"))
    assert "this path -C⁻ᵀ ∂L/∂r C⁻ᵀ" in text
    assert "leaving   ∂L/∂C = -(1/2) (C⁻¹ Sᵀ + C⁻¹ S) C⁻¹" in text
    assert "C is symmetric: its gradient is the symmetric part" in text


def test_a_matrix_that_is_not_symmetric_is_refused_and_rounding_is_not() -> None:
    chain, S, C = ratio("C"), normal(3, 3), positive_definite(3)
    bent = C + np.array([[0, 0, 0], [0, 0, 1e-6], [0, 0, 0]])
    with pytest.raises(ValueError, match=r"^C must be symmetric, but its entries \(1, 2\) and "
                                         r"\(2, 1\) \(counted from 0\) are "):
        chain.forward(S=S, C=bent)
    rounded = C + np.array([[0, 1e-12, 0], [0, 0, 0], [0, 0, 0]])
    value = chain.forward(S=S, C=rounded)["C"]
    np.testing.assert_array_equal(value, value.T)
    assert ratio().forward(S=S, C=bent)["C"][1, 2] == bent[1, 2]


@pytest.mark.parametrize(("leaf", "sentence"), [
    ("Sigm", "There is no leaf of least 'Sigm'; there are x, Sigma. Did you mean 'Sigma'?"),
    ("x", "x is declared symmetric, but it is N×D."),
    ("a", "There is no leaf of least 'a'; there are x, Sigma.")])
def test_what_cannot_be_symmetric_is_refused(leaf: str, sentence: str) -> None:
    leaves = MatrixSymbol("x", N, D), MatrixSymbol("Sigma", D, D)
    build = Builder("least", *leaves, symmetric=(leaf,))
    build.e = build.x * build.Sigma
    build.a = Trace(build.e.T * build.e) / 2
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        build.chain()


# Bad values for leaves
@pytest.mark.parametrize(("call", "sentence"), [
    (lambda: squares(3, 1).forward(x=normal(4, 1)), "x must have shape 3×1, not 4×1."),
    (lambda: squares(N, N).forward(x=normal(3, 4)),
     "x must have shape N×N, here 3×3, not 3×4."),
    (lambda: squares(N + 1, N).forward(x=normal(4, 4)),
     "x must have shape (N + 1)×N, here 4×3, not 4×4."),
    (lambda: squares(N + 1, D).forward(x=normal(1, 4)),
     "x must have shape (N + 1)×D with whole sizes of at least 1, which 1×4 does not tell."),
    (lambda: squares(2 * N, D).forward(x=normal(3, 4)),
     "x must have shape 2 N×D with whole sizes of at least 1, which 3×4 does not tell."),
    (lambda: squares(N + D, 1).forward(x=normal(3, 1)),
     "x must have shape (D + N)×1 with whole sizes of at least 1, which 3×1 does not tell."),
    (lambda: squares(N, 1).entrywise("x"), "squares needs the sizes N, but none was given."),
    (lambda: squares(3, 1).entrywise("x", N=2), "squares needs the sizes none, but N was given.")])
def test_a_wrong_size_gets_one_sentence(call: Callable, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        call()


def test_a_compound_size_follows_from_another_leaf() -> None:
    build = Builder("both", MatrixSymbol("Z", N + D, 1), MatrixSymbol("a", N, 1),
                    MatrixSymbol("b", D, 1))
    norms = [build(name, "half squared norm", leaf)
             for name, leaf in zip("pqr", build.leaves, strict=True)]
    build.L = sum(norms)
    chain = build.chain()
    leaves = {"Z": normal(5, 1), "a": normal(3, 1), "b": normal(2, 1)}
    assert chain.forward(**leaves)["L"] == pytest.approx(
        sum(np.vdot(value, value) / 2 for value in leaves.values()))
    with pytest.raises(ValueError, match=r"^Z must have shape .* here 5×1, not 6×1"):
        chain.forward(**leaves | {"Z": normal(6, 1)})
    with pytest.raises(TypeError, match="x must hold real numbers"):
        squares(3, 1).forward(x=[["a"], ["b"], ["c"]])
    assert sp.Integer(3) in squares(3, 1)["x"].shape


def test_what_is_folded_stands_behind_a_summary_that_gives_nothing_away() -> None:
    card = Card(ratio("C"), "C", "r")
    folded = Folded("5 < 6", "1\n2", sp.Matrix([7]), card)
    head, *inside, tail = folded._repr_markdown_().split("\n\n")
    assert (head, tail) == ("<details><summary>Show</summary>", "</details>")
    assert inside == ["5 &#60; 6", "```text\n1\n2\n```", sp.Matrix([7])._repr_latex_(),
                      *card._repr_markdown_().split("\n\n")]


class Skew(sp.MatrixExpr):
    """The matrix C - Cᵀ, an operation of a reader's own."""

    arg = property(lambda self: self.args[0])
    shape = property(lambda self: self.arg.shape)


def test_an_operation_of_ones_own_needs_its_record_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Operation(
        "skew", Skew(C), {C: G_nn - G_nn.T}, dC - dC.T, "by hand", kind=Skew, fits="square",
        degree=argument_degree,
        value=lambda arithmetic, part, of: of(part.arg - part.arg.T),
        page=lambda form, part: form.matrix(part.arg - part.arg.T),
        entries=lambda form, part, i, j: form.matrix(part.arg - part.arg.T, i, j))
    monkeypatch.setitem(RULES, "skew", own)
    monkeypatch.setitem(OPERATIONS, Skew, own)
    monkeypatch.setitem(SPELLED, "skew", Skew)
    chain = derive("tr(skew(A B) C)", A="N×D", B="D×N", C="N×N")
    rng = np.random.default_rng(4)
    a, b, c = (rng.standard_normal(shape) for shape in ((3, 2), (2, 3), (3, 3)))
    found = chain.run(A=a, B=b, C=c)
    assert found.values["L"] == pytest.approx(np.trace((a @ b - (a @ b).T) @ c))
    np.testing.assert_allclose(found.adjoints["A"], (c.T - c) @ b.T)
    value, gradient = ChainProblem(chain, "A", B=b, C=c).value_and_gradient(a)
    assert (value, gradient.tolist()) == (found.values["L"], found.adjoints["A"].tolist())
    assert chain.check().status == "proved"
    with pytest.raises(UnsupportedExpression, match=r"^There is no torch code for the operation "
                       r"skew; `forward` and `backward` compute it by its record\.$"):
        chain.code("A", "torch")
    assert "skew(e)" in str(chain)
    assert r"\operatorname{skew}" in chain._repr_markdown_()
