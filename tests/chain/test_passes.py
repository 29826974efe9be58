"""Passes work in every arithmetic: rationals, symbols, stacks of values, floating point."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp
from chains import CASES, ratio
from sympy import Expr, Inverse, MatrixSymbol

from lvmcalc.calculus import arithmetic
from lvmcalc.chain import Builder, Chain, numbers, passes
from lvmcalc.models import autoencoder, gplvm

WHOLE, AE = gplvm.chain(), autoencoder.chain()
RNG = np.random.default_rng(2)
LEAVES = {"X": RNG.standard_normal((5, 2)), "Y": RNG.standard_normal((5, 3)), "alpha": 0.7,
          "beta": 1.9}


def rational(place: passes.Place, formula: Expr, known: dict) -> object:
    return arithmetic.evaluate(sp.sympify(formula), known, arithmetic.Rationals)


@pytest.mark.parametrize("chain", [AE, WHOLE, ratio("C")], ids=lambda chain: chain.name)
def test_a_pass_in_rationals_is_exact(chain: Chain) -> None:
    sizes = {name: size for size, name in enumerate(arithmetic.sizes_in(chain.expression()), 2)}
    point = arithmetic.random_point((chain.expression(),), sizes, np.random.default_rng(1), 9,
                                    chain.symmetric)
    ready = {name: arithmetic.Rationals.matrix(value) if getattr(value, "is_Matrix", False)
             else sp.sympify(value) for name, value in point.items()}
    known = passes.forward(chain, ready, rational)
    found = passes.pull_back(chain, known, rational, sp.S.One)
    for leaf in chain.leaves:
        value = arithmetic.value_at(chain.adjoint(leaf), point)
        got = found.adjoints[leaf]
        got = got.to_Matrix().as_immutable() if hasattr(got, "to_Matrix") else got
        assert sp.simplify(value - got) == 0 * value, leaf


def test_a_place_may_be_replaced_in_some_worlds_of_a_stack() -> None:
    """The second world loses the path through h, and in the third e is twice what it should be."""
    class Stacks(arithmetic.Reals):
        transpose = staticmethod(lambda matrix: np.swapaxes(matrix, -1, -2))
        trace = staticmethod(lambda matrix: np.trace(matrix, axis1=-2, axis2=-1)[..., None, None])

    instead = {("h", "W"): (1, lambda value: 0 * value), "e": (2, lambda value: 2 * value)}
    W, x = RNG.standard_normal((2, 3)), RNG.standard_normal((3, 1))

    def broken(place: passes.Place, formula: Expr, known: dict) -> object:
        value = arithmetic.evaluate(sp.sympify(formula), known, Stacks)
        value = np.broadcast_to(value, (3, *np.shape(value)[-2:])).copy()
        if place in instead:
            world, other = instead[place]
            value[world] = other(value[world])
        return value

    known = passes.forward(AE, {"W": W, "x": x, "m": 2, "n": 3, "S": 1}, broken)
    right, cut, doubled = passes.pull_back(AE, known, broken, np.ones((1, 1))).adjoints["W"]
    np.testing.assert_allclose(right, AE.backward(W=W, x=x)["W"])
    np.testing.assert_allclose(cut, AE.altered({("h", "W"): None}).backward(W=W, x=x)["W"])
    c = 2 * W.T @ W @ x - x
    np.testing.assert_allclose(doubled, 2 * W @ x @ c.T + W @ c @ x.T)


def test_only_what_leads_to_a_node_is_pulled_back() -> None:
    evaluate = numbers.evaluator(WHOLE)
    known = passes.forward(WHOLE, numbers.checked_leaves(WHOLE, LEAVES), evaluate)
    met = []

    def noting(place: passes.Place, formula: Expr, known: dict) -> object:
        met.append(place)
        return evaluate(place, formula, known)

    found = passes.pull_back(WHOLE, known, noting, wrt="q")
    assert [*found.adjoints] == ["q", "L1", "L"]
    assert met == [("L", "L1"), ("L1", "q")]
    assert WHOLE.leading_to("q") == ("q", "L1", "L")
    np.testing.assert_allclose(passes.pull_back(WHOLE, known, evaluate, wrt="X").adjoints["X"],
                               WHOLE.backward(**LEAVES)["X"])


def test_a_node_without_a_value_is_left_out_and_the_others_are_there() -> None:
    evaluate = numbers.evaluator(WHOLE)

    def lost(place: passes.Place, formula: Expr, known: dict) -> object:
        return None if place in ("q", "L1", "L") else evaluate(place, formula, known)

    known = passes.forward(WHOLE, numbers.checked_leaves(WHOLE, LEAVES), lost)
    assert {*WHOLE.nodes} - {*known} == {"q", "L1", "L"}
    found = passes.pull_back(WHOLE, known, evaluate)
    assert "q" not in found.values
    np.testing.assert_allclose(found.adjoints["X"], WHOLE.backward(**LEAVES)["X"])


def test_every_inverse_and_determinant_is_computed_once(monkeypatch) -> None:
    calls = Counter()

    def counted(name: str, function: Callable) -> Callable:
        return lambda matrix: calls.update([name]) or function(matrix)

    for name in ("det", "inv", "slogdet"):
        monkeypatch.setattr(np.linalg, name, counted(name, getattr(np.linalg, name)))
    WHOLE.altered({}).run(**LEAVES)  # which is compiled anew
    assert calls == {"det": 1, "inv": 1}


def test_one_pass_answers_values_adjoints_and_contributions() -> None:
    found = WHOLE.run(2.0, **LEAVES)
    assert found.values["L₁"] == WHOLE.forward(**LEAVES)["L1"]
    np.testing.assert_array_equal(found.adjoints["X"], WHOLE.backward(2.0, **LEAVES)["X"])
    assert {*found.contributions} == {*WHOLE.edges}
    np.testing.assert_allclose(sum(found.contributions[use, "X"] for use in ("f", "h")),
                               found.adjoints["X"])
    assert found.known["∂L/∂L"] == 2.0
    assert (found.known["N"], found.known["Q"]) == (5, 2)


def test_a_zero_has_no_minus_sign() -> None:
    A, B = MatrixSymbol("A", 1, 2), MatrixSymbol("B", 1, 2)
    build = Builder("distance", A, B)
    build("L", "half squared norm", build("c", "difference", A, B))
    adjoint = build.chain().backward(A=[[1, 2]], B=[[1, 4]])["B"]
    assert str(adjoint.tolist()) == "[[0.0, 2.0]]"


def test_a_pass_in_symbols_puts_known_expressions_in_place_of_names() -> None:
    A = MatrixSymbol("A", 3, 3)
    known = {"c": A.T}
    assert passes.in_symbols("r", Inverse(MatrixSymbol("c", 3, 3)), known) == Inverse(A.T)


def test_what_a_chain_remembers_is_made_once_and_lives_with_the_chain() -> None:
    chain, made = CASES["ridge"][0].altered({}), []
    for _ in range(2):
        assert chain.remember("key", lambda: made.append(1) or "value") == "value"
    assert made == [1]
    assert chain.altered({}).remember("key", lambda: "another") == "another"
