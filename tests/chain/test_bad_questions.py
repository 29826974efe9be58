"""A chain loses no digits in silence, and knows its own names."""

from collections.abc import Callable

import pytest
from bad_input import NO_NAMES, sentence
from high_precision import GPLVM, POINT, drawn, error, given, oracle_L, oracle_X_gradient
from tables import over

from lvmcalc.models import gplvm

pytestmark = pytest.mark.filterwarnings("error")


@over("power", range(-12, 13, 2))
def test_a_chain_agrees_to_seven_digits_or_says_that_it_cannot(power: int) -> None:
    """A chain forms and inverts K, as the lecture does, so that it loses digits where K is all but
    singular."""
    X, Y, alpha, beta = drawn(9, 5, 3, 10.0**power)
    values = {"X": X, "Y": Y, "alpha": alpha, "beta": beta}
    if power >= 6:
        assert "keeps fewer than 8 digits here" in sentence(lambda: GPLVM.forward(**values),
                                                            ArithmeticError)
        return
    assert error(oracle_L, GPLVM.forward(**values)["L"], values)[0] < 1e-8
    assert error(oracle_X_gradient, GPLVM.backward(**values)["X"], values)[0] < 1e-7


def test_a_product_that_underflows_is_no_zero() -> None:
    chain = gplvm.trace_chain()  # YYᵀ is 1e-400, K⁻¹ is 1e300 and their product an ordinary number
    values = {"X": POINT["X"], "Y": POINT["Y"] * 1e-200, "alpha": 1e-300, "beta": 1e300}
    assert sentence(lambda: chain.forward(**values),
                    ArithmeticError).startswith("p = Y Yᵀ has no finite value here")
    zero = chain.forward(**values | {"Y": 0 * POINT["Y"]})
    assert zero["L2"] == 0  # and a true zero is one


@over("name", NO_NAMES)
@over("call", [
    lambda name: GPLVM[name], lambda name: GPLVM.children(name), lambda name: GPLVM.adjoint(name),
    lambda name: GPLVM.adjoint_symbol(name), lambda name: GPLVM.claim(name, "f"),
    lambda name: GPLVM.claim("c", name),
    lambda name: GPLVM.contributions(name, **given("gplvm.gradient"))])
def test_an_unknown_name_of_a_stage_gets_those_there_are(call: Callable, name: object) -> None:
    assert sentence(lambda: call(name), ValueError).startswith("There is no ")


@pytest.mark.parametrize("wrong", [None, 3, "gplvm", []], ids=repr)
def test_what_is_no_chain_or_no_edges_gets_one_sentence(wrong: object) -> None:
    sentence(lambda: GPLVM.altered(wrong), TypeError)
