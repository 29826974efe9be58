"""Random expressions of all operations: the gradient against autograd, the proof against numbers.

`python tools/random_expressions.py 2000` tries so many, from seed 0 on, and prints what it found.
Of each, the gradients are held against autograd and checked, of every tenth the stages too, and one
adjoint, changed somewhere, is compared with the right one: is it told apart just where its numbers
differ?
"""

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import sympy as sp

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "chain"))

from oracle import at_most
from random_answers import broken_with_entries, changed_somewhere
from tally import Judged, main
from test_random_operations import LETTERS, SIZES, Formulas, a, b, m, n, slope, value

from lvmcalc.calculus.comparison import compare
from lvmcalc.calculus.verdict import Verdict, worst
from lvmcalc.chain import Chain, derive

SECONDS, DEPTH = 60, 4
HOLDS = ("proved", "exact", "numeric")


def formulas(seed: int) -> Iterator[tuple[int, sp.Expr]]:
    """Yield scalars, each with its seed, in which letters tell every size."""
    while True:
        formula = sp.sympify(Formulas(seed).scalar(DEPTH))
        letters = [it for it in (*LETTERS, a, b) if it in formula.free_symbols]
        told = {size for it in letters if it.is_Matrix for size in it.shape}
        if told and not ({n, m} & formula.free_symbols) - told:
            yield seed, formula
        seed += 1


def point(chain: Chain, seed: int) -> dict[str, Any]:
    """Return numbers for the leaves."""
    rng = np.random.default_rng(seed)
    return {name: 0.7 * rng.standard_normal([int(it.xreplace({n: 3, m: 2})) for it in leaf.shape])
            if leaf.shape else rng.uniform(0.5, 1.5) for name, leaf in chain.leaves.items()}


def places(chain: Chain, verdict: Verdict) -> Iterator[dict[str, Any]]:
    """Yield points at which two formulas are compared: random ones, and the counterexample."""
    yield from ({**SIZES, **point(chain, seed)} for seed in range(9))
    if verdict.counterexample:
        yield {name: np.array(value, dtype=float) if value.is_Matrix else float(value)
               for name, value in verdict.counterexample.values.items()}


def faults(seed: int, formula: sp.Expr) -> Iterator[str]:
    """Yield what is wrong with the chain of a formula, or what could not be told."""
    chain = derive(formula)
    leaves = point(chain, seed)
    try:
        found = chain.run(**leaves)
    except ArithmeticError:
        yield "no value"  # a matrix too close to a singular one
        return
    for name in leaves:
        expected = slope(formula, leaves, name)
        if not np.allclose(found.adjoints[name], expected, rtol=1e-8,
                           atol=1e-10 * (1 + np.abs(expected).max())):
            yield f"WRONG gradient of {name}"
    claims = chain.check() if seed % 10 == 0 else map(chain.claim, leaves)
    status = worst([claim.status for claim in claims])
    yield "WRONG check: refuted" if status == "refuted" else status
    name = [*leaves][seed % len(leaves)]
    right = chain.adjoint(name)
    other = changed_somewhere(np.random.default_rng(seed), right, broken_with_entries)
    if other is None or other.has(sp.zoo, sp.nan, sp.I, sp.oo):
        return
    verdict, apart = compare(right, other), 0.0
    yield f"changed: {verdict.status}"
    for at in places(chain, verdict):
        try:
            ours, theirs = (np.asarray(value(side, at)) for side in (right, other))
        except np.linalg.LinAlgError:
            return  # what was changed is singular
        if ours.shape != theirs.shape or not np.isfinite(theirs).all():
            return
        apart = max(apart, np.abs(ours - theirs).max() / (1e-8 + np.abs(ours).max()))
        if apart > 1e-5:
            break
    if 1e-12 < apart < 1e-5:
        return  # the numbers do not tell
    status = verdict.status
    if (apart > 1e-5 and status in HOLDS) or (apart < 1e-12 and status == "refuted"):
        yield f"WRONG verdict, {status}, on {name} = {other}, apart by {apart:.1e}"


def marked(seed: int, count: int, first: str = "0") -> Iterator[Judged]:
    """Yield what was found of so many expressions, and what went wrong."""
    for each, formula in islice(formulas(seed + int(first)), count):
        try:
            with at_most(SECONDS), np.errstate(all="ignore"):
                found = [*faults(each, formula)]
        except Exception as error:  # whatever stops one is reported, and the next is tried
            found = [f"WRONG: {type(error).__name__}: {error}"]
        for it in found:
            wrong = it.startswith("WRONG")
            yield "", "wrong" if wrong else it, f"{each}: {it} in {formula}" if wrong else ""


if __name__ == "__main__":
    main(marked, 200)
