"""What is no text of a derivation gets one sentence; a line that cannot be read says so."""

import numpy as np
import pytest
from bad_input import NO_NAMES, sentence
from tables import over

from lvmcalc import audit

pytestmark = pytest.mark.filterwarnings("error")


@over("name", NO_NAMES)
def test_an_unknown_name_of_a_chain_to_audit_gets_those_there_are(name: object) -> None:
    assert sentence(lambda: audit("c = c", name), ValueError).startswith("There is no ")


@pytest.mark.parametrize("wrong", [None, 3, [3], np.eye(2), b"c = c", ["c = c", None]], ids=repr)
def test_what_is_no_text_of_a_derivation_gets_one_sentence(wrong: object) -> None:
    sentence(lambda: audit(wrong, "gplvm"), TypeError)


@over("text", ["", "=", "X", "= X", "X =", "(" * 3000 + " = c",
              "c = " + "9" * 3000, "c = \0",
              "c = nan", "c = inf c", "c = 1e300 c", "c = c^999999999",
              "c = c^-1.5"])
def test_a_line_that_cannot_be_read_says_so(text: str) -> None:
    lines = audit(text, "gplvm").lines
    assert [line.status for line in lines] == ["unreadable"] * bool(text)
    assert all(line.wrong.endswith(".") and "\n" not in line.wrong for line in lines)
