"""Well-known false rules are named, in identities and in the solution of a condition."""

import pytest

from lvmcalc import audit, derive
from lvmcalc.chain import Chain

RIDGE = derive("‖y − X w‖² + λ‖w‖²", X="N×D", w="D", y="N", λ="positive")
FACTORS = derive("½‖R − P Qᵀ‖² + λ/2 ‖P‖²", R="N×M", P="N×K", Q="M×K", λ="positive")
GAUSS = derive("−n/2 log det(Σ) − n/2 tr(Σ⁻¹ S)", Σ="symmetric D×D", S="symmetric D×D",
               n="positive")
OPTIMUM = "∇L = 2λw − 2Xᵀ(y − Xw)\nSet to zero: XᵀXw + λw = Xᵀy\nw = {}"
SUM = "inverse of a sum is not the sum of the inverses"


@pytest.mark.parametrize(("text", "of", "told"), [
    (OPTIMUM.format("(XᵀX)⁻¹Xᵀy + λ⁻¹Xᵀy"), RIDGE, SUM),
    ("∂L/∂P = (PQᵀ − R)Q + λP = 0\nP = RQ(QᵀQ)⁻¹ + RQ/λ", FACTORS, SUM),
    (OPTIMUM.format("(XᵀX)⁻¹Xᵀy"), RIDGE, "The term λ I is missing from the inverse of Xᵀ X."),
    (OPTIMUM.format("(XᵀX + 2λI)⁻¹Xᵀy"), RIDGE, "in the term 2 λ I: it is twice"),
    (OPTIMUM.format("−(XᵀX + λI)⁻¹Xᵀy"), RIDGE, "The sign of the whole side is wrong."),
    (OPTIMUM.format("½(XᵀX + λI)⁻¹Xᵀy"), RIDGE, "The whole side is 1/2 times what it must be."),
    (OPTIMUM.format("(XᵀX + λI)⁻¹y + w"), RIDGE, "cannot be formed"),
    ("∂L/∂Σ = n/2 Σ⁻¹(S − Σ)Σ⁻¹ = 0\nΣ = S⁻¹", GAUSS, "S⁻¹ stands where S belongs"),
    ("(XᵀX + λI)⁻¹ = (XᵀX)⁻¹ + λ⁻¹I", RIDGE, SUM),
    ("K⁻¹ = (αXXᵀ)⁻¹ + βI", "gplvm", SUM), ("(SΣ)⁻¹ = S⁻¹Σ⁻¹", GAUSS, "in reverse order"),
    ("log det(S + Σ) = log det S + log det Σ", GAUSS, "not the product of the determinants"),
    ("det(S + Σ) = det S + det Σ", GAUSS, "determinant of a sum is not the sum"),
    ("log det(2Σ) = log 2 + log det Σ", GAUSS, "determinant of c A is cⁿ det A"),
    ("tr(Σ⁻¹S) = tr(Σ⁻¹) tr(S)", GAUSS, "trace of a product is not the product"),
    ("tr(Σ⁻¹S) = 3 tr(Σ⁻¹) tr(S)", GAUSS, "The two sides differ")])
def test_a_false_rule_is_named(text: str, of: str | Chain, told: str) -> None:
    line = audit(text, of).lines[-1]
    assert line.status == "refuted"
    assert told in line.wrong
