"""The tool that breaks rules finds each line of the rule book."""

from pathlib import Path

import mutate
import pytest

from lvmcalc.calculus import operations

BOOK = Path(operations.__file__).read_text("utf-8")


@pytest.mark.parametrize(("name", "wrong"), [
    ("tanh entry by entry", "*function(sp.tanh, lambda x: -(1 - sp.tanh(x) ** 2),"),
    ("exp of a number", "*function(sp.exp, lambda x: -sp.exp(x),"),
    ("abs of a number", "*function(functions.absolute, lambda x: -sign(x),"),
    ("log entry by entry", "of_entries(sp.log, -(1 / a),"),
    ("trace", "{C: -(g * Identity(n))}")])
def test_a_rule_is_broken_by_its_name(name: str, wrong: str) -> None:
    assert wrong in next(mutate.of_rules(BOOK, [name])).source


def test_a_rule_that_the_book_does_not_have_is_named() -> None:
    with pytest.raises(SystemExit, match="The rule book has no 'tan of a number'"):
        next(mutate.of_rules(BOOK, ["tan of a number"]))
