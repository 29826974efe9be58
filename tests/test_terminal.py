"""Text comes out wherever it is printed: a terminal without α reads it as one would type it."""

import os
import subprocess
import sys

import pytest

from lvmcalc.terminal import spelt

PRINTS = '''
import sys
import numpy as np
from lvmcalc import Trainer, audit, gplvm, mark, terminal
from lvmcalc.models import GPLVMProblem
wrong = mark("αK⁻¹YYᵀK⁻¹X + αDK⁻¹X", of="gplvm", wrt="X")
told = [wrong, repr(wrong), wrong.findings[0], gplvm.chain(), gplvm.chain().claim("c", "b"),
        gplvm.chain().code("X", "numpy"), Trainer(GPLVMProblem(np.eye(5, 3), 1)),
        audit("dL = tr(A dX)\\n∂L/∂X = Aᵀ ✓", "gplvm")]
print(*told, "========", sep="\\n")
sys.stdout.reconfigure(encoding="cp1252")
terminal.spell()
print(*told, sep="\\n")
'''


def printed(code: str, *arguments: str, **environment: str) -> str:
    """Return what a Python with this environment prints, and ends without an error."""
    run = subprocess.run([sys.executable, *arguments, code], capture_output=True, check=True,
                         env=os.environ | {"PYTHONUTF8": "0"} | environment)
    assert run.stderr == b""
    return run.stdout.decode("cp1252")


def test_all_that_is_printed_comes_out_in_ascii_and_in_what_windows_has() -> None:
    texts = printed(PRINTS, "-c", PYTHONIOENCODING="ascii").split("========")
    for text, term, shape in zip(texts, ("D alpha K^-1 X", "D alpha K^-¹ X"), ("NxD", "N×D"),
                                 strict=True):
        assert f"The sign is wrong in the term {term}." in text
        assert f"Y: leaf, {shape}" in text
        assert "[wrong] Not right: this is not dL/dX" in text
        assert "\\u" not in text


def test_a_computer_without_a_language_prints_too() -> None:
    text = printed("import lvmcalc; print('\\u03b1 \\u2717')", "-c", LC_ALL="C",
                   PYTHONCOERCECLOCALE="0")
    assert text == "alpha [wrong]\n"


def test_a_choice_of_ones_own_is_kept() -> None:
    assert printed("import lvmcalc; print('α')", "-c", PYTHONIOENCODING="ascii:replace") == "?\n"


@pytest.mark.parametrize(("text", "plain"), [
    ("αβ(K⁻¹YYᵀ − Dα I)αX", "alpha beta(K^-1YY^T - D alpha I)alpha X"),
    ("10⁻²⁶ ≤ ½", "10^-26 <= 1/2"),
    ("Σ → Λ, ϕ", "Sigma -> Lambda, phi"), ("L₁ ≠ L₂", "L1 != L2"), ("Müller", "Muller"),
    ("82.7°", "82.7 deg"), ("■ ✗ ‖Y‖ …", "* [wrong] ||Y|| ..."), ("雪", "\\u96ea")])
def test_a_letter_is_spelt_as_one_would_type_it(text: str, plain: str) -> None:
    assert spelt(text) == plain
