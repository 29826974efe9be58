"""A function of one's own: one line tells the rule book all that it needs."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
import sympy as sp
from rule_book import open_book

from lvmcalc import derive, mark
from lvmcalc.calculus import define, functions, operations, rule_proofs
from lvmcalc.calculus.comparison import compare
from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.operations import RULES, SPELLED
from lvmcalc.calculus.rules import Operation as Rule
from lvmcalc.notation.entrywise import Entrywise


@pytest.fixture(name="open_book")
def rules_may_be_added() -> Iterator[None]:
    with open_book():
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
    A = sp.MatrixSymbol("A", operations.m, operations.n)
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
