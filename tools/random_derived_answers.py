"""Random answers about chains that were derived from formulas: right ones rewritten, wrong ones
broken.

`python tools/random_derived_answers.py 5000` marks so many and prints what it found and how long it
took; the tests do it with fewer. Which answers are right, an oracle says that shares nothing with
the package: it differentiates the formula by dual numbers, entry by entry.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, Identity, OneMatrix, Trace, Transpose
from sympy.matrices.expressions import HadamardPower, HadamardProduct, MatAdd, MatMul
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import mpmath
import oracle
from derived_models import MODELS, derived
from oracle import Dual, many_digits
from random_answers import broken_at, changed_somewhere, rewritten_at

from lvmcalc.calculus.functions import EntrySum, Entrywise
from lvmcalc.chain import Chain
from lvmcalc.marking import mark

QUESTIONS = [(name, leaf) for name in MODELS for leaf in MODELS[name].values]
LENGTHS, POINTS, TRIES = (2, 3, 4, 5, 1), 2, 20
CLOSE = mpmath.mpf(10) ** -25
FUNCTIONS = ("exp", "tanh", "sigmoid", "softplus", "sin")


# The oracle
@cache
def points(name: str) -> list[dict[str, Any]]:
    """Return points of different sizes at which the scalar has a value, each with all nodes."""
    chain, found = derived(name), []
    for seed in range(TRIES):
        values = point(chain, seed)
        try:
            for node in chain.nodes.values():
                values[node.name] = oracle.evaluate(node.expression, values)
        except ZeroDivisionError:
            continue
        numbers = [entry.value for node in chain.nodes
                   for entry in oracle.entries(values[node])]
        if not any(isinstance(number, mpmath.mpc) for number in numbers):
            found.append(values | {short: values[node]
                                   for short, node in chain.abbreviations.items()})
        if len(found) == POINTS:
            return found
    raise ValueError(f"{name} has no value at random points.")


def point(chain: Chain, seed: int) -> dict[str, Any]:
    """Return numbers for the leaves, of both signs unless the seed is large."""
    rng = random.Random(seed)
    names = sorted({size.name for leaf in chain.leaves.values() for length in leaf.shape
                    for size in length.free_symbols} - chain.leaves.keys())
    lengths = list(LENGTHS[:max(len(names), 3)])
    rng.shuffle(lengths)
    values: dict[str, Any] = dict(zip(names, lengths, strict=False))

    def number(positive: bool) -> Dual:
        sign = 1 if positive or seed > TRIES / 2 else rng.choice((1, -1))
        return Dual(sign * mpmath.mpf(rng.randint(200, 900)) / 1000, mpmath.mpf(0))

    for leaf in chain.leaves.values():
        if not leaf.shape:
            values[leaf.name] = number(positive=True)
            continue
        rows, columns = (int(length.subs({size: values[size.name]
                                          for size in length.free_symbols}))
                         for length in leaf.shape)
        matrix = [[number(positive=False) for _ in range(columns)] for _ in range(rows)]
        if leaf.name in chain.symmetric:
            square = oracle.product(matrix, [list(column) for column in zip(*matrix, strict=True)])
            unit = oracle.unit(rows)
            matrix = [[a + b for a, b in zip(*pair, strict=True)]
                      for pair in zip(square, unit, strict=True)]
        values[leaf.name] = matrix
    return values


@cache
def truth(name: str, leaf: str) -> list[list[Any]]:
    """Return the entries of the true gradient at each of the points, from dual numbers."""
    chain = derived(name)
    return [[slope(chain, values, leaf, place) for place in places(values[leaf])]
            for values in points(name)]


def places(value: Any) -> list[tuple[int, int]]:
    return [(0, 0)] if isinstance(value, Dual) else [
        (i, j) for i, row in enumerate(value) for j in range(len(row))]


def slope(chain: Chain, values: dict[str, Any], leaf: str, place: tuple[int, int]) -> Any:
    """Return the derivative by one entry; those of a symmetric matrix move in pairs."""
    one, half = mpmath.mpf(1), mpmath.mpf(1) / 2
    (i, j), value = place, values[leaf]
    if isinstance(value, Dual):
        moved: Any = Dual(value.value, one)
    else:
        moved = [[Dual(entry.value, mpmath.mpf(0)) for entry in row] for row in value]
        pairs = {(i, j), (j, i)} if leaf in chain.symmetric else {(i, j)}
        for k, m in pairs:
            moved[k][m] = Dual(moved[k][m].value, half if len(pairs) == 2 else one)
    known = {name: values[name] for name in values if name not in chain.nodes} | {leaf: moved}
    for node in chain.nodes.values():
        known[node.name] = oracle.evaluate(node.expression, known)
    return many_digits(known[chain.output].slope)


def is_right(name: str, leaf: str, answer: Expr) -> bool:
    """Say whether a formula has the entries of the true gradient at all points.

    Raises
    ------
    ZeroDivisionError
        If it has no value there.
    """
    for values, expected in zip(points(name), truth(name, leaf), strict=True):
        found = [many_digits(entry.value)
                 for entry in oracle.entries(oracle.evaluate(answer, values))]
        scale = max(map(abs, expected)) + mpmath.mpf(10) ** -10
        if len(found) != len(expected) or any(
                abs(a - b) > CLOSE * scale for a, b in zip(found, expected, strict=True)):
            return False
    return True


# The answers
def answers(seed: int, count: int) -> Iterator[tuple[bool, str, str, Expr]]:
    """Yield so many answers: whether it is right, the model, the leaf and the answer."""
    rng, made = np.random.default_rng(seed), 0
    while made < count:
        name, leaf = QUESTIONS[rng.integers(len(QUESTIONS))]
        chain = derived(name)
        answer = chain.adjoint(leaf)
        if rng.integers(2):
            answer = chain.abbreviated(answer)
        for _ in range(rng.integers(0, 5)):
            answer = changed_somewhere(rng, answer, rewritten) or answer
        meant = bool(rng.integers(2))
        if not meant:
            answer = changed_somewhere(rng, answer, broken)
        if answer is None or answer.has(sp.zoo, sp.nan, sp.I, sp.oo):
            continue
        try:
            right = is_right(name, leaf, answer)
        except ZeroDivisionError:
            continue
        if meant and not right:
            raise AssertionError(f"{name}, {leaf}: a rewriting is wrong: {answer}")
        made += 1
        yield right, name, leaf, answer


def rewritten(rng: np.random.Generator, part: Expr) -> Expr | None:
    """Return the same in another form."""
    if not part.is_Matrix:
        return _scalar_rewritten(rng, part)
    ones, whole = OneMatrix(*part.shape), isinstance(part, MatAdd | MatMul)
    choices = [lambda: HadamardProduct(part, ones), lambda: HadamardProduct(ones, part)]
    match part:
        case HadamardProduct():
            choices += [lambda: HadamardProduct(*reversed(part.args)),
                        lambda: Transpose(HadamardProduct(*map(Transpose, part.args)))] * 2
            first, *others = part.args
            if isinstance(first, MatAdd):
                choices.append(lambda: MatAdd(*(HadamardProduct(term, *others)
                                                for term in first.args)))
        case HadamardPower() if part.exp == 2:
            choices += [lambda: HadamardProduct(part.base, part.base)] * 3
        case Entrywise():
            choices += [lambda: _function_rewritten(rng, part)] * 4
        case DiagMatrix():
            vector = part.args[0]
            row = OneMatrix(1, vector.rows)
            choices += [lambda: HadamardProduct(Identity(vector.rows), MatMul(vector, row))] * 3
        case DiagonalOf():
            matrix = part.args[0]
            column = OneMatrix(matrix.rows, 1)
            choices += [lambda: MatMul(HadamardProduct(matrix, Identity(matrix.rows)), column)] * 3
        case MatMul() if part.shape[0] == part.shape[1] and whole:
            choices.append(lambda: DiagMatrix(OneMatrix(part.rows, 1)) * part)
    if rng.integers(3) == 0:
        return rewritten_at(rng, part)
    return choices[rng.integers(len(choices))]()


def _scalar_rewritten(rng: np.random.Generator, part: Expr) -> Expr | None:
    match part:
        case Trace():
            return [Trace(Transpose(part.arg)),
                    EntrySum(HadamardProduct(part.arg, Identity(part.arg.rows)))][rng.integers(2)]
        case EntrySum():
            rows, columns = part.arg.shape
            return Trace(OneMatrix(columns, rows) * part.arg)
    return None


def _function_rewritten(rng: np.random.Generator, part: Entrywise) -> Expr:
    inner, ones = part.arg, OneMatrix(*part.shape)
    match part.name:
        case "sigmoid":
            below = MatAdd(ones, Entrywise("exp", MatMul(-1, inner)))
            twice = MatAdd(ones, Entrywise("tanh", MatMul(sp.S.Half, inner)))
            return [HadamardPower(below, -1), MatMul(sp.S.Half, twice)][rng.integers(2)]
        case "tanh":
            twice = MatMul(2, Entrywise("sigmoid", MatMul(2, inner)))
            return MatAdd(twice, MatMul(-1, ones))
        case "exp" if isinstance(inner, MatAdd):
            return HadamardProduct(*(Entrywise("exp", term) for term in inner.args))
        case "exp":
            half = Entrywise("exp", MatMul(sp.S.Half, inner))
            return HadamardProduct(half, half)
        case "softplus":
            return Entrywise("log", MatAdd(ones, Entrywise("exp", inner)))
    return part


def broken(rng: np.random.Generator, part: Expr) -> Expr | None:
    """Return something else of the same shape."""
    if not part.is_Matrix:
        return broken_at(rng, part)
    choices = []
    match part:
        case HadamardProduct():
            rest = part.args[1:] if rng.integers(2) else part.args[:-1]
            choices += [lambda: HadamardProduct(*rest) if len(rest) > 1 else rest[0]] * 2
            if part.is_square:
                choices += [lambda: MatMul(*part.args)] * 2
        case HadamardPower():
            choices += [lambda: part.base, lambda: HadamardPower(part.base, -part.exp)]
        case Entrywise():
            other = FUNCTIONS[rng.integers(len(FUNCTIONS))]
            choices += [lambda: Entrywise(other, part.arg), lambda: part.arg,
                        lambda: Entrywise(part.name, MatMul(-1, part.arg))]
        case DiagMatrix():
            vector = part.args[0]
            choices += [lambda: MatMul(vector, OneMatrix(1, vector.rows))] * 2
        case DiagonalOf():
            matrix = part.args[0]
            choices += [lambda: MatMul(matrix, OneMatrix(matrix.rows, 1))] * 2
        case OneMatrix() if part.is_square:
            choices += [lambda: Identity(part.rows)] * 2
    if not choices or rng.integers(3) == 0:
        return broken_at(rng, part)
    return choices[rng.integers(len(choices))]()


def marked(seed: int, count: int) -> tuple[Counter, list[str], list[float]]:
    """Return how many were marked how, the answers marked wrongly, and the seconds taken."""
    counts, mistaken, seconds = Counter(), [], []
    for right, name, leaf, answer in answers(seed, count):
        start = perf_counter()
        result = mark(answer, derived(name), leaf)
        seconds.append(perf_counter() - start)
        first = result.status if result.right else f"{result.status}: {result.findings[0].kind}"
        counts["right" if right else "wrong", first] += 1
        if result.right != right:
            mistaken.append(f"{name}, {leaf}: {answer} is {'right' if right else 'wrong'}, but was "
                            f"marked {result.status}: {result.reason}")
    return counts, mistaken, seconds


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    counts, mistaken, seconds = marked(int(sys.argv[2]) if len(sys.argv) > 2 else 0, number)
    for (kind, found), times in sorted(counts.items()):
        print(f"{kind:6} {found:32} {times:6}")
    print(f"a mark takes {np.median(seconds):.3f} s, at most {max(seconds):.2f} s")
    print("marked wrongly:", len(mistaken), *mistaken[:10], sep="\n")
