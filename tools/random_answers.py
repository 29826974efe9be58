"""Random answers: right ones, the true gradient rewritten at random, and wrong ones, broken at
random.

`python tools/random_answers.py 10000` marks so many of them and prints what it found; the tests do
it with fewer. A broken answer counts as wrong only if exact arithmetic at a random point, which
marking has no part in, says so.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import sympy as sp
from sympy import Expr, Identity, Inverse, Transpose
from sympy.matrices.expressions import HadamardPower, MatAdd, MatMul

from lvmcalc.calculus import arithmetic, operations, random_points
from lvmcalc.calculus.expression_checks import check_shapes
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking import mark
from lvmcalc.models import chain_named

QUESTIONS = [(of, wrt) for of in ("autoencoder", "gplvm", "gplvm.log_det", "gplvm.trace")
             for wrt in (node.name for node in chain_named(of)) if wrt != chain_named(of).output]
ATOMS, POWERS = (*operations.ATOMS, Identity, sp.Number), (sp.Pow, HadamardPower)
SIZES = {"N": 4, "Q": 2, "D": 3, "m": 2, "n": 4, "S": 3}


def answers(seed: int, count: int) -> Iterator[tuple[bool, str, str, Expr]]:
    """Yield so many answers: whether it is right, the question, and the answer."""
    rng, made = np.random.default_rng(seed), 0
    while made < count:
        of, wrt = QUESTIONS[rng.integers(len(QUESTIONS))]
        answer = rewritten(rng, of, wrt, steps=int(rng.integers(0, 4)))
        right = bool(rng.integers(2))
        if not right:
            broken = changed_somewhere(rng, answer, broken_at)
            if broken is None or not differs(rng, of, wrt, broken):
                continue
            answer = broken
        made += 1
        yield right, of, wrt, answer


def start(rng: np.random.Generator, of: str, wrt: str) -> Expr:
    """Return a right answer: the closed form with or without K, or one in the adjoints of later
    nodes."""
    chain = chain_named(of)
    formulas = [chain.adjoint(wrt), chain.abbreviated(chain.adjoint(wrt))]
    edges = [sp.sympify(chain.edges[child, wrt]) for child in chain.children(wrt)]
    formulas.append(sum(edges[1:], edges[0]))
    return formulas[rng.integers(len(formulas))]


def rewritten(rng: np.random.Generator, of: str, wrt: str, steps: int) -> Expr:
    """Return a right answer after so many random rewritings that change nothing for any size."""
    answer = start(rng, of, wrt)
    for _ in range(steps):
        answer = changed_somewhere(rng, answer, rewritten_at) or answer
    return answer


def parts(expression: Expr, place: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Expr]]:
    """Yield every part of an expression that is a matrix or a number, with its place."""
    yield place, expression
    if not isinstance(expression, ATOMS):
        for index, part in enumerate(expression.args[:1] if isinstance(expression, POWERS)
                                     else expression.args):
            if isinstance(part, Expr):  # and not the name of a function
                yield from parts(part, (*place, index))


def replaced(expression: Expr, place: tuple[int, ...], new: Expr) -> Expr:
    """Return the expression with the part at a place replaced."""
    if not place:
        return new
    args = list(expression.args)
    args[place[0]] = replaced(args[place[0]], place[1:], new)
    return expression.func(*args)


def changed_somewhere(rng: np.random.Generator, answer: Expr, change: Callable) -> Expr | None:
    """Return the answer with one part changed, or None if the change does not apply there or gives
    no formula."""
    places = [*parts(answer)]
    place, part = places[rng.integers(len(places))]
    new = change(rng, part)
    if new is None:
        return None
    try:
        changed = replaced(answer, place, new)
        check_shapes(changed)
        same = changed.is_Matrix == answer.is_Matrix and (not answer.is_Matrix
                                                          or changed.shape == answer.shape)
    except (CannotBeFormed, ValueError, TypeError, AttributeError, NotImplementedError):
        return None
    return changed if same else None


def rewritten_at(rng: np.random.Generator, part: Expr) -> Expr | None:
    """Return the same in another form."""
    if not part.is_Matrix:
        return part * 2 * sp.Rational(1, 2) if part.is_Number else None
    choices = [lambda: Transpose(Transpose(part)),
               lambda: MatMul(sp.Rational(1, 3), MatMul(3, part)),
               lambda: MatMul(Identity(part.rows), part),
               lambda: MatAdd(MatMul(2, part), MatMul(-1, part))]
    if isinstance(part,
                  MatMul) and not part.args[0].is_Number and all(a.is_Matrix for a in part.args):
        choices.append(
            lambda: Transpose(MatMul(*(Transpose(factor) for factor in reversed(part.args)))))
        if isinstance(part.args[0], MatAdd):
            choices.append(lambda: MatAdd(*(MatMul(term, *part.args[1:])
                                            for term in part.args[0].args)))
    if isinstance(part, MatAdd):
        choices.append(lambda: MatAdd(*reversed(part.args)))
    if isinstance(part, Inverse) and isinstance(part.arg, sp.MatrixSymbol):
        choices += [lambda: Transpose(part), lambda: MatMul(part, part.arg, part)]
    return choices[rng.integers(len(choices))]()


def broken_at(rng: np.random.Generator, part: Expr) -> Expr | None:
    """Return something else of the same shape."""
    factors = [sp.Integer(-1), sp.Integer(2), sp.Rational(1, 2),
               *sp.symbols("alpha beta", positive=True)]
    if not part.is_Matrix:
        return part * factors[rng.integers(3)]
    choices = [lambda: MatMul(factors[rng.integers(3)], part)]
    if part.rows == part.cols:
        choices += [lambda: Transpose(part), lambda: Inverse(part), lambda: MatMul(part, part)]
    if isinstance(part, MatAdd):
        choices.append(lambda: MatAdd(*part.args[1:]) if len(part.args) > 2
                       else part.args[rng.integers(2)])
    if isinstance(part, MatMul):
        order = rng.permutation(len(part.args))
        choices += [lambda: MatMul(*(part.args[i] for i in order)), lambda: MatMul(*part.args[1:]),
                    lambda: MatMul(*part.args[:-1])]
    if isinstance(part, Transpose | Inverse):
        choices.append(lambda: part.arg)
    return choices[rng.integers(len(choices))]()


def differs(rng: np.random.Generator, of: str, wrt: str, answer: Expr) -> bool:
    """Return whether an answer has another value than the true gradient at a random rational
    point."""
    chain = chain_named(of)
    left, right = chain.in_leaves(answer), chain.adjoint(wrt)
    sizes = {str(size): SIZES[str(size)] for leaf in chain.leaves.values() for size in leaf.shape}
    try:
        return random_points.differ(left, right,
                                    arithmetic.random_point((left, right), sizes, rng,
                                                            50)) is not None
    except (arithmetic.OutsideDomain, KeyError):
        return False


def counted(seed: int, count: int) -> tuple[Counter, list[str]]:
    """Return how many were marked how, and the answers that were marked wrongly."""
    counts, mistaken = Counter(), []
    for right, of, wrt, answer in answers(seed, count):
        result = mark(answer, of, wrt)
        first = result.status if result.right else f"{result.status}: {result.findings[0].kind}"
        counts["right" if right else "wrong", first] += 1
        if result.right != right:
            mistaken.append(f"{of} {wrt}: {answer} is {'right' if right else 'wrong'}, but was "
                            f"marked {result.status}")
    return counts, mistaken


if __name__ == "__main__":
    counts, mistaken = counted(seed=0, count=int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    for (kind, found), number in sorted(counts.items()):
        print(f"{kind:6} {found:32} {number:6}")
    print("marked wrongly:", len(mistaken), *mistaken[:10], sep="\n")
