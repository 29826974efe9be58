"""Text comes out wherever it is printed: a terminal without α reads it as one would type it."""

import os
import subprocess
import sys

import pytest

from lvmcalc.terminal import spelt

PRINTS = '''
import numpy as np
from lvmcalc import Trainer, audit, gplvm, mark
from lvmcalc.models import GPLVMProblem
wrong = mark("α(K⁻¹YYᵀ + D I)K⁻¹X", of="gplvm", wrt="X")
print(wrong, repr(wrong), wrong.findings[0], sep="\\n")
print(gplvm.chain(), gplvm.chain().claim("c", "b"), gplvm.chain().code("X", "numpy"), sep="\\n")
print(Trainer(GPLVMProblem(np.eye(5, 3), 1)))
print(audit("dL = tr(A dX)\\n∂L/∂X = Aᵀ ✓", "gplvm"))
'''


def printed(code: str, *arguments: str, **environment: str) -> str:
    """Return what a Python with this environment prints, and ends without an error."""
    run = subprocess.run([sys.executable, *arguments, code], capture_output=True, check=True,
                         env=os.environ | {"PYTHONUTF8": "0"} | environment)
    assert run.stderr == b""
    return run.stdout.decode("cp1252")


@pytest.mark.parametrize(("encoding", "term", "shape"), [
    ("ascii", "D alpha K^-1 X", "NxD"), ("cp1252", "D alpha K^-¹ X", "N×D")])
def test_all_that_is_printed_comes_out(encoding: str, term: str, shape: str) -> None:
    text = printed(PRINTS, "-c", PYTHONIOENCODING=encoding)
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
