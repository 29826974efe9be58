"""Random answers: right ones, the true gradient rewritten at random, and wrong ones, broken at
random.

`python tools/random_answers.py 10000` marks so many about the models of the homework and prints
what it found; with the word `derived` behind it, so many about chains that are derived from
formulas. The tests do it with fewer. Which answers are right, an oracle says that shares nothing
with the package: it differentiates the formula by dual numbers, entry by entry.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import sympy as sp
from sympy import Expr, Identity, Inverse, OneMatrix, Trace, Transpose
from sympy.matrices.expressions import HadamardPower, HadamardProduct, MatAdd, MatMul
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf
from tally import Judged, main
from true_gradients import MODELS, chain_of, is_right

from lvmcalc.calculus import operations
from lvmcalc.calculus.expression_checks import check_shapes
from lvmcalc.chain import Chain
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking import mark
from lvmcalc.models import chain_named
from lvmcalc.notation.entrywise import EntrySum, Entrywise

# What is asked: the name of a model, and a leaf or a node.
HOMEWORK = [(of, node.name) for of in ("autoencoder", "gplvm", "gplvm.log_det", "gplvm.trace")
            for node in chain_named(of) if node.name != chain_named(of).output]
DERIVED = [(name, leaf) for name in MODELS for leaf in MODELS[name].values]
ATOMS, POWERS = (*operations.ATOMS, Identity, sp.Number), (sp.Pow, HadamardPower)
FUNCTIONS = ("exp", "tanh", "sigmoid", "softplus", "sin")

Question = tuple[str, str]
Change = Callable[[np.random.Generator, Expr], Expr | None]


def answers(seed: int, count: int, questions: Sequence[Question],
            rewritten: Change, broken: Change) -> Iterator[tuple[bool, str, str, Expr]]:
    """Yield so many answers: whether it is right, the model, what is asked for, and the answer."""
    rng, made = np.random.default_rng(seed), 0
    while made < count:
        name, wrt = questions[rng.integers(len(questions))]
        answer = start(rng, chain_of(name), wrt)
        for _ in range(rng.integers(0, 5)):
            answer = changed_somewhere(rng, answer, rewritten) or answer
        meant = bool(rng.integers(2))
        if not meant:
            answer = changed_somewhere(rng, answer, broken)
        if answer is None:
            continue
        try:
            right = is_right(name, wrt, answer)
        except ZeroDivisionError:
            continue
        if meant and not right:
            raise AssertionError(f"{name}, {wrt}: a rewriting is wrong: {answer}")
        made += 1
        yield right, name, wrt, answer


def start(rng: np.random.Generator, chain: Chain, wrt: str) -> Expr:
    """Return a right answer: the closed form with or without abbreviations, or one in the adjoints
    of later nodes."""
    edges = [sp.sympify(chain.edges[child, wrt]) for child in chain.children(wrt)]
    formulas = [chain.adjoint(wrt), chain.abbreviated(chain.adjoint(wrt)), sum(edges[1:], edges[0])]
    return formulas[rng.integers(len(formulas))]


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
    if isinstance(part, MatMul) and all(factor.is_Matrix for factor in part.args):
        choices.append(lambda: Transpose(MatMul(*map(Transpose, reversed(part.args)))))
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


def rewritten_with_entries(rng: np.random.Generator, part: Expr) -> Expr | None:
    """Return the same in another form, with operations on entries too."""
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


def broken_with_entries(rng: np.random.Generator, part: Expr) -> Expr | None:
    """Return something else of the same shape, with operations on entries too."""
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


def marked(seed: int, count: int, of: str = "homework") -> Iterator[Judged]:
    """Yield the verdicts on so many answers about the models "homework" or "derived"."""
    asked = {"homework": (HOMEWORK, rewritten_at, broken_at),
             "derived": (DERIVED, rewritten_with_entries, broken_with_entries)}[of]
    for right, name, wrt, answer in answers(seed, count, *asked):
        found = mark(answer, chain_of(name), wrt)
        how = found.status if found.right else f"{found.status}: {found.findings[0].kind}"
        meant = "right" if right else "wrong"
        wrong = found.right != right and (f"{name}, {wrt}: {answer} is {meant}, but was "
                                          f"{found.status}: {found.reason}")
        yield meant, how, wrong or ""


if __name__ == "__main__":
    main(marked, 1000)
