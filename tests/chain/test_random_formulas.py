"""Random formulas derive: values, gradients and printed code are those of exact dual numbers."""

from typing import Any

import numpy as np
import oracle
import pytest
import sympy as sp

from lvmcalc.chain import Chain, derive

SEEDS = range(150)


def in_floats(values: Any, part: str = "value") -> Any:
    if isinstance(values, list):
        return np.array([[float(getattr(entry, part)) for entry in row] for row in values])
    return float(getattr(values, part))


def derived(seed: int) -> tuple[Chain, sp.Expr, list[sp.Expr]] | None:
    """Return a chain with its formula and letters, unless a size or an exponent is no letter's."""
    formula = oracle.Formulas(seed, logarithms=True, elementwise=True).scalar(4)
    letters = [it for it in oracle.SYMBOLS if it in formula.free_symbols]
    known = {size for it in letters if it.is_Matrix for size in it.shape}
    used = {size for it in formula.atoms(sp.MatrixSymbol, sp.Identity) for size in it.shape}
    free = formula.free_symbols - {*letters}
    if not letters or (used | free) - known or any(
            it.exp.free_symbols for it in formula.atoms(sp.Pow)) or formula.has(sp.I):
        return None
    return derive(formula), formula, letters


def test_random_formulas_have_the_values_and_slopes_of_exact_dual_numbers() -> None:
    tried = 0
    for seed in SEEDS:
        if not (found := derived(seed)):
            continue
        chain, formula, letters = found
        moving = letters[seed % len(letters)].name
        point = oracle.point(letters, oracle.SIZES, seed, moving)
        try:
            truth = oracle.evaluate(formula, point)
            leaves = {name: in_floats(point[name]) for name in chain.leaves}
            numbers = chain.run(**leaves)
        except (ZeroDivisionError, ArithmeticError):  # no value, or none in floating point
            continue
        if isinstance(truth.value, oracle.mpmath.mpc):
            continue
        gradient, direction = numbers.adjoints[moving], in_floats(point[moving], "slope")
        # A gradient that is 0, as that of Y/Y is, is what is left of numbers as large as the value.
        size = np.linalg.norm(gradient) * np.linalg.norm(direction) + abs(float(truth.value))
        assert numbers.values[chain.output] == pytest.approx(float(truth.value), rel=1e-7), formula
        assert np.sum(gradient * direction) == pytest.approx(
            float(truth.slope), rel=1e-6, abs=1e-9 * size), formula
        namespace: dict[str, Any] = {}
        exec(chain.code(tuple(chain.leaves)), namespace)
        _, *printed = namespace["value_and_gradient"](*leaves.values())
        for name, part in zip(chain.leaves, printed, strict=True):
            np.testing.assert_allclose(part, numbers.adjoints[name], rtol=1e-7,
                                       atol=1e-9 * np.linalg.norm(part))
        tried += 1
    assert tried > len(SEEDS) / 3
