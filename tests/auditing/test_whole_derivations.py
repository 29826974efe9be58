"""Whole derivations as in public notes: a right line is right, and a slip is blamed at its line."""

import pytest

from lvmcalc import audit, derive

RIDGE = derive("‖y − X w‖² + λ‖w‖²", X="N×D", w="D", y="N", λ="positive")
SOFTMAX = derive("Z = X W\nL = sum(log(exp(Z) ones(C))) − tr(Yᵀ Z)", X="N×D", W="D×C", Y="N×C")
LOGISTIC = derive("sum(log(1 + exp(X w))) − yᵀX w", X="N×D", w="D", y="N")


def statuses(text: str, of: object) -> list[str]:
    return [line.status for line in audit(text, of).lines]


@pytest.mark.parametrize(("said", "status"), [("σ(z) − y", "proved"), ("y − σ(z)", "refuted")])
def test_a_gradient_without_a_letter_may_be_by_the_last_one(said: str, status: str) -> None:
    line = audit(f"z = X w\nThe gradient is {said}.\n∂L/∂w = Xᵀ(σ(z) − y)", LOGISTIC).lines[1]
    assert line.status == status
    assert "The gradient is taken for ∂L/∂z." in str(line)


@pytest.mark.parametrize("text", [
    "z = X w, p = σ(z)\nd/dz log(1 + exp(z)) = exp(z)/(1 + exp(z)) = p",
    "ℓ(z) = log(1 + exp(z))\nℓ'(z) = σ(z)\nz = X w\n∂L/∂w = Xᵀ(σ(z) − y)",
    "p(z) = σ(z)\np'(z) = p(1 − p)\nz = X w\n∂L/∂w = Xᵀ(p − y)",
    "f(z) = log(1 + exp(z))\nL = sum(f(X w)) − yᵀX w\n∂L/∂w = Xᵀ(σ(X w) − y)"])
def test_the_derivative_of_a_function_of_one_letter(text: str) -> None:
    assert {*statuses(text, LOGISTIC)} <= {"definition", "proved"}, audit(text, LOGISTIC)


@pytest.mark.parametrize(("said", "status"), [("ds/s", "proved"), ("−ds/s", "refuted")])
def test_a_quotient_of_columns_with_a_differential_goes_entry_by_entry(
        said: str, status: str) -> None:
    assert statuses(f"s = exp(Z) 1\nd log s = {said}", SOFTMAX) == ["definition", status]
