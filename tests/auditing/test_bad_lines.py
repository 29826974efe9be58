"""What is no text of a derivation gets one sentence; a line that cannot be read says so."""

import numpy as np
import pytest
from bad_input import NO_NAMES, sentence
from tables import over

from lvmcalc import audit, derive

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


RIDGE = derive("‖y − X w‖² + λ‖w‖²", X="N×D", w="D", y="N", λ="positive")


@pytest.mark.parametrize(("text", "sentence"), [
    ("dL = 2(X w − y)ᵀX dw + 2λ wᵀ dw, where only y varies",
     "The text says that only y varies, but this line holds y fixed."),
    ("d²L = dwᵀX dy", "A second differential is checked only where a single column varies."),
    ("∂L/∂K⁻¹ = ∂L/∂C⁻¹", "A derivative by an inverse is read only for a single matrix."),
    ("S_ii = 3\nS_ii = 4", "The size of S is not known: define S as a matrix."),
    ("L(w + h) = 3",
     "`L(w + h)` is a function at another point, which is not read.")])
def test_the_reason_why_a_line_is_not_read_is_one_sentence(text: str, sentence: str) -> None:
    assert audit(text, RIDGE).lines[-1].wrong == f"unreadable. {sentence}"
