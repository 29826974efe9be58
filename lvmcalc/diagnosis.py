"""What is wrong with a wrong answer: which mistakes, alone or in pairs, lead to it.

An answer is matched against the gradients of all broken chains at one random point, up to a factor that a lost scalar
explains; what matches is held against a second point with other sizes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement, product
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, MatrixSymbol
from sympy.matrices.expressions import HadamardProduct, MatAdd, MatMul

from lvmcalc import exact, notation
from lvmcalc.chain import Chain, spelling
from lvmcalc.fitting import fitted
from lvmcalc.mistakes import Mistake, gradients, mistakes, monomial, of_ratio, worlds
from lvmcalc.verdict import Counterexample

SIZES = ({"N": 7, "Q": 3, "D": 5, "m": 3, "n": 7, "S": 5}, {"N": 5, "Q": 3, "D": 7, "m": 3, "n": 5, "S": 7})
SMALL = ({"N": 2, "Q": 1, "D": 3, "m": 1, "n": 2, "S": 3}, {"N": 3, "Q": 2, "D": 4, "m": 2, "n": 3, "S": 4})
TOLERANCE = 1e-8
MOST_MISTAKES = 3
# What explains an answer as well as something else is named in this order.
LIKELIHOOD = ("missing_path", "doubled_path", "sign", "stopped_early", "missing_scalar", "factor", "missing_inverse",
              "missing_term", "averaged", "transpose", "order", "inverted_scalar", "extra_inverse", "extra_term")
SENTENCES = {
    "sign": "The sign is wrong: {where}.",
    "factor": "A number factor is wrong: {where} is {what}.",
    "transpose": "A transpose is lost, or stands where none belongs: {what} in {where}.",
    "missing_path": "What comes along {where} is lost: {what} is used more than once, and all uses add up.",
    "doubled_path": "What comes along {where} is counted twice.",
    "missing_term": "A term is lost: {what} in {where}.",
    "extra_term": "A term too many: {what}.",
    "missing_scalar": "The factor {what} is lost: {where}.",
    "inverted_scalar": "{what} is upside down (1/{what} for {what}, or the other way round): {where}.",
    "missing_inverse": "An inverse is lost: {what} in {where}.",
    "extra_inverse": "There is an inverse too many: {what} in {where}.",
    "order": "The factors are in the wrong order: {where}.",
    "stopped_early": "A derivative was not applied: {what} in {where}.",
    "averaged": "This is the mean over {what}, where the sum belongs.",
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with an answer: its kind, where it is, and a sentence about it."""

    kind: str
    where: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def likelier(explanation: Sequence[Mistake]) -> tuple[Finding, ...]:
    """Return the findings of an explanation."""
    return tuple(Finding(m.kind, m.where, SENTENCES[m.kind].format(where=m.where, what=m.what)) for m in explanation)


class Question:
    """A question for ∂L/∂(node or leaf), with random points at which answers are tried."""

    def __init__(self, chain: Chain, wrt: str):
        self.chain, self.wrt, self.asked = chain, wrt, chain.adjoint_symbol(wrt)
        self.points = [self._point(sizes, seed) for seed, sizes in enumerate(SIZES)]

    def _point(self, sizes: dict[str, int], seed: int, whole: bool = False) -> dict[str, Any]:
        rng = np.random.default_rng(seed)
        point: dict[str, Any] = {str(size): sizes[str(size)] for leaf in self.chain.leaves.values()
                                 for size in leaf.shape}
        for name, leaf in self.chain.leaves.items():
            shape = [sizes[str(size)] for size in leaf.shape]
            if whole:
                point[name] = rng.integers(1, 4, shape).astype(float) if shape else float(rng.integers(1, 4))
            else:
                point[name] = rng.normal(size=shape) if shape else float(rng.uniform(0.6, 1.8))
        _, values = gradients(self.chain, self.wrt, point, [{}], exact.Reals)
        for name in self.chain.leaves:  # an answer may name the adjoint of any node
            values = gradients(self.chain, name, point, [{}], exact.Reals)[1] | values
        return values

    def spelled(self, name: str) -> str:
        """Return the name of a value at a point: d_bar stands for ∂L/∂d."""
        return notation.adjoint_name(self.chain.output, name[:-4]) if name.endswith("_bar") else spelling(name)

    def truth(self, point: dict[str, Any]) -> Any:
        """Return the right answer at a point."""
        return point[self.asked.name]

    def value(self, answer: Expr, point: dict[str, Any]) -> Any:
        """Return an answer at a point."""
        values = dict(point)
        while products := [p for p in answer.atoms(HadamardProduct) if not any(a.has(HadamardProduct) for a in p.args)]:
            symbol = MatrixSymbol(f"∘{len(values)}", *products[0].shape)
            values[symbol.name] = np.prod([self.value(factor, values) for factor in products[0].args], axis=0)
            answer = answer.xreplace({products[0]: symbol})
        with np.errstate(all="ignore"):
            return exact.evaluate(answer, values, exact.Reals)

    def agrees(self, value: Any, point: dict[str, Any]) -> bool:
        """Return whether a value is the right one at a point, to rounding."""
        truth = np.asarray(self.truth(point))
        value = np.asarray(value, dtype=float)
        if value.size == truth.size == 1:
            value = value.reshape(truth.shape)
        scale = max(1, np.abs(truth).max())
        return value.shape == truth.shape and bool(np.abs(value - truth).max() <= TOLERANCE * scale)

    def remark(self, answer: Expr) -> str:
        """Return that a right answer is right only because a matrix is symmetric, if that is so."""
        for name, node in self.chain.nodes.items():
            short = [k for k, v in self.chain.abbreviations.items() if v == name]
            if len(node.shape) < 2 or node.shape[0] != node.shape[1] or not {
                    s.name for s in answer.atoms(MatrixSymbol)} & {name, *short}:
                continue
            results = []
            for symmetric in (True, False):
                matrix = np.random.default_rng(5).normal(size=np.shape(self.points[0][name])) + 4 * np.eye(
                    len(self.points[0][name]))
                matrix = matrix + matrix.T if symmetric else matrix
                symbol = MatrixSymbol("any", *node.shape)
                leaves = {k: v for k, v in self.points[0].items() if k in self.chain.leaves or not self._known(k)}
                truth, values = gradients(self.chain, self.wrt, leaves | {"any": matrix}, [{name: symbol}], exact.Reals)
                try:
                    results.append(np.allclose(truth, self.value(answer, values), rtol=1e-7))
                except (KeyError, ValueError, exact.OutsideDomain):
                    results.append(False)
            if results == [True, False]:
                letter = short[0] if short else name
                return f"Right because {letter} is symmetric; for any other {letter} a transpose would be missing."
        return ""

    def _known(self, name: str) -> bool:
        return name in self.chain.nodes or name in self.chain.abbreviations or name.startswith("∂")

    def counterexample(self, value: Any) -> Counterexample | None:
        """Return small whole numbers at which the answer and the truth differ."""
        for sizes, seed in product(SMALL, range(5)):
            point = self._point(sizes, seed, whole=True)
            try:
                got = value(point)
            except Exception:
                continue
            if not self.agrees(got, point) and np.isfinite(got).all():
                values = {name: _rounded(point[name]) for name in self.chain.leaves}
                return Counterexample(values, _rounded(got), _rounded(self.truth(point)))
        return None

    def another_adjoint(self, values: Sequence[Any]) -> list[Finding]:
        """Return the finding that the answer is the adjoint of another node."""
        for node in self.chain:
            name = self.chain.adjoint_symbol(node.name).name
            if node.name != self.wrt and node.name != self.chain.output and all(
                    name in p and np.shape(v) == np.shape(p[name]) and np.allclose(v, p[name], rtol=TOLERANCE)
                    for v, p in zip(values, self.points, strict=True)):
                return list(likelier([Mistake("stopped_early", f"the answer is {notation.plain(name)} already",
                                              f"what leads from {notation.plain(node.name)} on")]))
        return []

    # Wrong answers
    @cached_property
    def _broken(self) -> tuple[list[tuple[Mistake, ...]], np.ndarray]:
        found = worlds(mistakes(self.chain, self.wrt))
        stack, _ = gradients(self.chain, self.wrt, self._leaves(0), [_changes(world) for world in found])
        return found, np.broadcast_to(stack, (len(found), *np.shape(stack)[-2:])).reshape(len(found), -1)

    def _leaves(self, number: int) -> dict[str, Any]:
        return {k: v for k, v in self.points[number].items() if not self._known(k)}

    @cached_property
    def _ratios(self) -> list[tuple[Any, dict[str, int], tuple[Mistake, ...]]]:
        """The factors that a lost or doubled number or scalar leaves, with the mistakes that they stand for."""
        truth = self.chain.abbreviated(self.chain.adjoint(self.wrt))
        _, own = monomial(truth.as_coeff_matrices()[0] if isinstance(truth, MatMul) else sp.factor_terms(truth))
        scalars = [name for name, leaf in self.chain.leaves.items() if not leaf.shape]
        powers = [{}, *({s: k} for s in scalars for k in (-4, -2, -1, 1, 2, 4)),
                  *({s: -k} for s in self._sizes for k in (1, 2))]
        numbers = [sign * sp.Rational(r) for sign in (1, -1) for r in ("1", "1/2", "2", "1/4", "4")]
        pairs = [one | other for one, other in combinations_with_replacement(powers, 2)]
        found = [(n, p, of_ratio(n, p, own, "the whole answer")) for n, p in product(numbers, pairs)]
        return [ratio for ratio in found if ratio[2] is not None]

    def _factors(self, number: int, ratios: Sequence[tuple]) -> np.ndarray:
        """Return the values of some ratios at one of the points."""
        point = self.points[number]
        return np.array([float(n) * np.prod([float(point[name]) ** k for name, k in p.items()]) for n, p, _ in ratios])

    @property
    def _sizes(self) -> list[str]:
        return sorted({str(size) for leaf in self.chain.leaves.values() for size in leaf.shape})

    def explain(self, values: Sequence[Any], answer: Expr | None) -> tuple[tuple[Finding, ...], ...]:
        """Return what can be wrong with a wrong answer, the likelier first."""
        values = [np.asarray(value, dtype=float) for value in values]
        found = [explanation for explanation in self._holding(values[1], self._matching(values[0])) if explanation]
        terms = answer.args if isinstance(answer, sp.Add | MatAdd) else ()
        found += [(Mistake("extra_term", "the answer", notation.plain(term)),) for term in terms if all(
            self.agrees(value - self.value(term, point), point)
            for value, point in zip(values, self.points, strict=True))]
        by_terms = fitted(self.chain, self.wrt, answer) if answer is not None else None
        if by_terms and by_terms[0]:
            found.append(by_terms[0])
        fewest = min(map(len, found), default=9)
        explanations = self._merged([e for e in found if len(e) == fewest]) if fewest <= MOST_MISTAKES else []
        stopped = self.another_adjoint(values)
        if stopped:
            literal = answer is not None and answer in map(self.chain.adjoint_symbol, self.chain.nodes)
            explanations = [*explanations, tuple(stopped)] if fewest == 1 and not literal else [
                tuple(stopped), *explanations[:3 * (fewest == 1)]]
        if explanations:
            return tuple(explanations)
        right = f" What is right in it: {', '.join(by_terms[1])}." if by_terms and by_terms[1] else ""
        return ((Finding("unknown", "the answer", f"What is wrong is not recognised; see the numbers.{right}"),),)

    def _merged(self, explanations: list[tuple[Mistake, ...]]) -> list[tuple[Finding, ...]]:
        """Return the explanations by likelihood, one for each set of kinds."""
        kept: dict[frozenset, tuple[Finding, ...]] = {}
        for explanation in sorted(explanations, key=lambda e: sorted(LIKELIHOOD.index(m.kind) for m in e)):
            kept.setdefault(frozenset(m.kind for m in explanation), likelier(explanation))
        return list(kept.values())[:4]

    def _matching(self, answer: np.ndarray) -> list[tuple[tuple[Mistake, ...], tuple]]:
        """Return the worlds whose gradient is the answer up to an explained factor, at the first point."""
        found, stack = self._broken
        flat = answer.reshape(-1)
        scale = np.abs(flat).max()
        if not scale > 0:
            return []
        with np.errstate(all="ignore"):
            ratio = stack @ flat / np.einsum("ij,ij->i", stack, stack)
            fits = np.abs(flat - ratio[:, None] * stack).max(axis=1) <= TOLERANCE * scale
        table = self._factors(0, self._ratios)
        order = np.argsort(table)
        near = TOLERANCE * np.abs(ratio)
        low, high = (np.searchsorted(table[order], ratio + sign * near) for sign in (-1, 1))
        return [(found[index], self._ratios[place]) for index in np.flatnonzero(fits & np.isfinite(ratio))
                for place in order[low[index]:high[index]]
                if len(found[index]) + len(self._ratios[place][2]) <= MOST_MISTAKES]

    def _holding(self, answer: np.ndarray, candidates: list[tuple]) -> list[tuple[Mistake, ...]]:
        """Return the explanations with the fewest mistakes that hold at the second point too."""
        def count(candidate: tuple) -> int:
            return len(candidate[0]) + len(candidate[1][2])

        for fewest in sorted({count(candidate) for candidate in candidates}):
            few = [candidate for candidate in candidates if count(candidate) == fewest]
            stack, _ = gradients(self.chain, self.wrt, self._leaves(1), [_changes(world) for world, _ in few])
            stack = np.broadcast_to(stack, (len(few), *np.shape(stack)[-2:])).reshape(len(few), -1)
            factors = self._factors(1, [ratio for _, ratio in few])
            flat = answer.reshape(-1)
            fits = np.abs(flat - factors[:, None] * stack).max(axis=1) <= TOLERANCE * np.abs(flat).max()
            if fits.any():
                return [world + ratio[2] for (world, ratio), fit in zip(few, fits, strict=True) if fit]
        return []


def _changes(world: tuple[Mistake, ...]) -> dict:
    return {place: formula for mistake in world for place, formula in mistake.changes}


def _rounded(value: Any) -> Expr:
    def number(entry: Any) -> Expr:
        near = sp.Rational(str(float(np.round(entry, 4))))
        return near if near.q == 1 else sp.Float(float(entry), 4)

    value = np.asarray(value, dtype=float)
    return sp.ImmutableMatrix(*value.shape, [number(v) for v in value.flat]) if value.ndim == 2 else number(value)
