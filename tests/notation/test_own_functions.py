"""A function that is added to the rule book is a word of answers, of code and of slips."""

from collections.abc import Iterator

import numpy as np
import pytest
from rule_book import open_book
from tables import over

from lvmcalc import derive, mark
from lvmcalc.calculus.operations import define
from lvmcalc.chain import Chain


@pytest.fixture(autouse=True, scope="module")
def bend() -> Iterator[None]:
    with open_book():
        define("bend", lambda a: (1 + a**2) ** -1.5, lambda x: x / np.sqrt(1 + x**2))
        yield


@pytest.fixture(scope="module")
def net(bend: None) -> Chain:
    return derive("½‖B bend(A X) − Y‖²", A="H×D", B="C×H", X="D×N", Y="C×N")


@pytest.fixture(scope="module")
def layer(bend: None) -> Chain:
    return derive("½‖bend(X w) − y‖²", X="N×D", w="D", y="N")


@over("answer", [
    "(B bend of A X, elementwise, minus Y) times bend of A X transpose",
    "(B times bend of AX minus Y) times the transpose of bend of AX",
    "(BH − Y)Hᵀ, where H is the bend of AX", "(BH − Y)Hᵀ. Let H be bend(AX).",
    "(BH − Y)Hᵀ with H = bend(AX) elementwise",
    "(B bend(AX) − Y) bend(AX)ᵀ (the bend is taken entry by entry)",
    r"\left(B \bend(AX) - Y\right) \bend(AX)^\top",
    "(B @ (A @ X).bend() - Y) @ (A @ X).bend().T", "(B * bend.(A * X) - Y) * bend.(A * X)'"])
def test_a_function_of_the_rule_book_is_a_word(net: Chain, answer: str) -> None:
    assert mark(answer, net, "B").right
    assert mark(answer.replace("− Y", "+ Y").replace("- Y", "+ Y").replace("minus", "plus"),
                net, "B").status == "refuted"
    assert mark(answer.replace("bend", "bent"), net, "B").status == "unreadable"


def test_what_is_no_function_is_not_dropped_from_a_remark(net: Chain) -> None:
    assert mark("(B bend(AX) − Y) bend(AX)ᵀ (the product is taken entry by entry)", net,
                "B").status == "unreadable"


@over(("answer", "found"), [
    ("Xᵀ((tanh(Xw) − y) ∘ bend'(Xw))", "tanh(X w) stands where bend(X w) belongs"),
    ("Xᵀ((bend(Xw) − y) ∘ s), where s is the bend of Xw", "bend(X w) itself stands where")])
def test_slips_with_it_are_told(layer: Chain, answer: str, found: str) -> None:
    assert found in str(mark(answer, layer, "w"))


@over("answer", ["Xᵀ((bend(Xw) − y) ∘ bend'(Xw)), bend'(z) = (1+z²)^(-3/2)",
                 "bend'(z) = (1+z²)^(-3/2)\nXᵀ((bend(Xw) − y) ∘ bend'(Xw))"])
def test_its_slope_may_be_given(layer: Chain, answer: str) -> None:
    assert mark(answer, layer, "w").right
