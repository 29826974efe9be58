"""Marking: whether an answer is right, and what is wrong with it if it is not.

A symbolic answer is compared with the adjoint of the chain; that alone decides between right and
wrong. What is wrong is then looked for among the gradients that follow from broken chains
(`lvmcalc.mistakes`).
"""

import inspect
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol, Transpose
from sympy.matrices.expressions import HadamardProduct, MatMul

from lvmcalc import checks, notation
from lvmcalc.calculus import arithmetic, comparison
from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.expressions import check_shapes
from lvmcalc.calculus.verdict import MARKS, Counterexample
from lvmcalc.chain import Chain
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.diagnosis import Diagnosis
from lvmcalc.marking.exercise import Exercise
from lvmcalc.marking.findings import Explanation, Finding, findings, one
from lvmcalc.marking.mistakes import MOST_PERMUTED, Mistake
from lvmcalc.models import autoencoder, gplvm
from lvmcalc.notation.parser import Unreadable, parse

RIGHT = ("proved", "exact", "numeric")
MISFITS = "mismatch|broadcast|aligned|reshape|dimension|square"  # in what NumPy says of shapes
MOST_ELEMENTWISE = 3  # factors that are tried in all orders, transposed or not
CHAINS = {"autoencoder": autoencoder.chain, "gplvm": gplvm.chain,
          "gplvm.log_det": gplvm.log_det_chain,
          "gplvm.trace": gplvm.trace_chain}
VERDICTS = {"proved": "Right, proved", "exact": "Right, in exact arithmetic",
            "numeric": "Right, in numbers",
            "refuted": "Not right", "not attempted": "Not attempted", "unreadable": "Unreadable"}


@dataclass(frozen=True)
class Mark:
    """The mark of an answer: its status, the reason in words, and what was found to be wrong.

    `explanations` holds the ways in which the answer can have come about, the likelier first; each
    is a tuple of findings that hold together.
    """

    asked: Expr
    status: str
    reason: str
    explanations: tuple[tuple[Finding, ...], ...] = ()
    counterexample: Counterexample | None = None
    formula: Expr | None = None
    remark: str = ""

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.status in RIGHT

    @property
    def verdict(self) -> str:
        """Right or wrong, and how surely, with its sign."""
        return f"{MARKS[self.status]} {VERDICTS[self.status]}"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, those of the likeliest explanation first, one of each kind."""
        found: dict[str, Finding] = {}
        for finding in (finding for explanation in self.explanations for finding in explanation):
            found.setdefault(finding.kind, finding)
        return tuple(found.values())

    @property
    def lines(self) -> list[str]:
        """What was found, in sentences, the likelier explanation first."""
        several = len(self.explanations) > 1
        lines = []
        for number, explanation in enumerate(self.explanations):
            lead = ("Either this: " if number == 0 else "Or this: ") if several else ""
            lines.append(lead + " ".join(finding.sentence for finding in explanation))
        return lines + [self.remark] * bool(self.remark)

    @property
    def details(self) -> list[str]:
        """The sentences that say more than the reason does."""
        return [line for line in self.lines
                if line.casefold().rstrip(".?") != self.reason.casefold().rstrip(".?")]

    @property
    def example(self) -> str:
        """The counterexample in words, "" if there is none."""
        if self.counterexample is None:
            return ""
        values = ", ".join(f"{notation.plain(name)} = {_numbers(v)}" for name,
                           v in self.counterexample.values.items())
        return (f"At {values} the answer gives {_numbers(self.counterexample.left)}, "
                f"but {notation.plain(self.asked)} is {_numbers(self.counterexample.right)}.")

    def __str__(self) -> str:
        details = [line for line in [*self.details, self.example] if line]
        return "\n".join([f"{self.verdict}: {self.reason}", *(f"  {line}" for line in details)])

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        parts = [f"**{self.verdict}**: {self.reason}"]
        if self.formula is not None:
            parts.append(rf"Read as $\displaystyle {notation.latex(self.asked)} = "
                         rf"{notation.latex(self.formula)}$.")
        return "\n\n".join([*parts, *self.details, *[self.example] * bool(self.example)])


def _numbers(value: Expr) -> str:
    return str(value.tolist()) if value.is_Matrix else str(value)


def mark(answer: Any, of: str, wrt: str) -> Mark:
    """Mark an answer to "what is ∂L/∂(node or leaf)?".

    Parameters
    ----------
    answer : SymPy expression, str or function
        A formula in the leaves, nodes, adjoints (d_bar) and sizes of the chain, K and I; as a SymPy
        expression or as text in ordinary notation, which is never run. Or a function whose
        arguments are named so, of NumPy arrays.
    of : {"autoencoder", "gplvm", "gplvm.log_det", "gplvm.trace"}
    wrt : str
        A leaf or node of that chain.

    Returns
    -------
    Mark

    Raises
    ------
    ValueError
        If there is no such chain, leaf or node.
    """
    return mark_in(chain_of(of), answer, wrt)


def chain_of(name: str) -> Chain:
    """Return the chain with this name, the same one each time."""
    return _chain(checks.known(name, CHAINS, "chain"))


@cache
def _chain(name: str) -> Chain:
    return CHAINS[name]()


def mark_in(chain: Chain, answer: Any, wrt: str) -> Mark:
    """Mark an answer in a chain, which may be one of the reader's own.

    Parameters
    ----------
    chain : Chain

    The other parameters, what is returned and the errors are those of `mark`; without a chain there
    is a TypeError.
    """
    if not isinstance(chain, Chain):
        raise TypeError(f"The chain must be a Chain, but {chain!r} came.")
    known = chain.abbreviations.get(wrt, wrt) if isinstance(wrt, str) else wrt
    question = exercise_of(chain, chain[known].name)
    if answer is None or answer is ... or (isinstance(answer, str) and answer.strip(" .…?_") == ""):
        return _not_attempted(question, f"{question.name} is asked for, as a formula or a function")
    try:
        if isinstance(answer, str):
            answer = _read(question, answer)
        if callable(answer) and not isinstance(answer, Expr):
            return _mark_function(question, answer)
        return _mark_expression(question, _admitted(chain, answer))
    except (Unreadable, UnsupportedExpression) as error:
        return Mark(question.asked, "unreadable", str(error), (one("unreadable", error),))
    except CannotBeFormed as error:
        return Mark(question.asked, "refuted", "this cannot be formed", (one("shape", error),))
    except arithmetic.OutsideDomain as error:
        reason = f"this has no value at points where {question.name} has one: {error}"
        return Mark(question.asked, "refuted", reason, (one("unknown", reason),), formula=answer)


@cache
def exercise_of(chain: Chain, wrt: str) -> Exercise:
    """Return the question for the adjoint of a node or leaf, the same one each time."""
    return Exercise(chain, wrt)


@cache
def _diagnosis(question: Exercise) -> Diagnosis:
    return Diagnosis(question)


def _not_attempted(question: Exercise, reason: str) -> Mark:
    return Mark(question.asked, "not attempted", reason, (one("not_attempted", reason),))


def _read(question: Exercise, text: str) -> Expr:
    """Return what a text says, and refuse one that begins with the gradient of something else."""
    chain, (before, equals, behind) = question.chain, text.partition("=")
    if equals and not behind.startswith("=") and parse(before, chain.vocabulary) != question.asked:
        raise Unreadable(f"{question.name} is asked for, but the answer begins with "
                         f"{before.strip()[:20]} =.")
    return parse(behind if equals else text, chain.vocabulary, _shape(question.asked))


def _admitted(chain: Chain, answer: Any) -> Expr:
    """Return an answer as a SymPy expression in the symbols of the chain, or say why it is none."""
    try:
        answer = sp.sympify(answer, strict=True)
    except sp.SympifyError:
        answer = None
    if not isinstance(answer, Expr) or isinstance(answer, sp.Lambda):
        raise Unreadable("An answer is a formula (a SymPy expression or text) or a function of "
                         "named arrays.")
    for symbol in sorted(answer.atoms(Symbol, MatrixSymbol), key=str):
        known = chain.vocabulary.get(symbol.name)
        if known is None:
            raise Unreadable(f"There is no {notation.plain(symbol.name)} in {chain.name}.")
        if not _alike(known, symbol):
            raise Unreadable(f"{notation.plain(symbol.name)} is {notation.shape(known)} here, "
                             f"not {notation.shape(symbol)}.")
    return answer


def _shape(expression: Expr) -> tuple:
    return tuple(expression.shape) if expression.is_Matrix else ()


def _alike(one: Expr, other: Expr) -> bool:
    """Return whether two shapes are written alike, whatever is known of their sizes."""
    return [*map(str, _shape(one))] == [*map(str, _shape(other))]


def _mark_expression(question: Exercise, answer: Expr) -> Mark:
    chain, asked = question.chain, question.asked
    if asked in answer.atoms(Symbol, MatrixSymbol):
        return _not_attempted(question, f"{question.name} is what is asked for; write it in other "
                                        "symbols")

    def refuted(reason: str, *found: Explanation,
                counterexample: Counterexample | None = None) -> Mark:
        return Mark(asked, "refuted", reason, found, counterexample, answer)

    def value(point: dict[str, Any]) -> Any:
        return question.value(answer, point)

    try:
        check_shapes(answer)
    except CannotBeFormed as error:
        found = _elementwise(question, answer) or _repair(question, answer)
        return refuted("this cannot be formed",
                       found + one("shape", error) if answer.has(HadamardProduct)
                       else one("shape", error) + found)
    if not _alike(answer, asked) and not answer.is_zero:
        if found := _elementwise(question, answer):
            return refuted(f"this is not {question.name}", found)
        shapes = [notation.shape(side).replace("scalar", "a number") for side in (asked, answer)]
        reason = f"{question.name} is {shapes[0]}, like its variable, but the answer is {shapes[1]}"
        values = [*map(value, question.points)]
        return refuted("this has another shape",
                       *_of_another_shape(question, values, reason, answer))
    verdict = None if answer.has(HadamardProduct) else comparison.compare(
        chain.in_leaves(answer), chain.in_leaves(asked))
    if verdict is None or verdict.status == "undecided":
        return _mark_numbers(question, value, answer)
    # floating-point arithmetic may well give an inverse of a singular matrix
    if not question.has_values(answer):
        raise arithmetic.OutsideDomain("a matrix to be inverted is singular")
    if verdict.holds:
        letter = question.symmetric_only(answer)
        remark = f"It uses that {letter} is symmetric: for one that is not, it would be wrong." if letter else ""
        return Mark(asked, verdict.status, verdict.reason, formula=answer, remark=remark)
    found = _diagnosis(question).explain([*map(value, question.points)], answer)
    reason = f"this is not {question.name}" if verdict.counterexample else verdict.reason
    return refuted(reason, *found, counterexample=verdict.counterexample)


def _mark_numbers(question: Exercise, value: Callable, answer: Expr | None) -> Mark:
    """Mark what can only be tried in numbers: a function, or an elementwise product."""
    values = [*map(value, question.points)]
    if question.agree(values, question.points):
        reason = f"equal to {question.name} to 6 digits at {len(values)} random points, which is no proof"
        return Mark(question.asked, "numeric", reason, formula=answer)
    found = _elementwise(question, answer) if answer is not None else ()
    return Mark(question.asked, "refuted", f"this is not {question.name}", (found,
                ) if found else _diagnosis(
        question).explain(values, answer), question.counterexample(value), answer)


def _mark_function(question: Exercise, function: Callable) -> Mark:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError) as error:
        raise Unreadable("Arguments are matched by their names, but this function does not tell "
                         "them.") from error
    everything = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    optional = [p.name for p in parameters if p.default is not p.empty
                or p.kind is p.VAR_POSITIONAL]
    spelled = {name: question.spelled(name) for name in (
        question.chain.leaves if everything else [parameter.name for parameter in parameters])}
    spelled = {name: of for name,
               of in spelled.items() if of in question.points[0] or name not in optional}
    if question.asked.name in spelled.values():
        return _not_attempted(question, f"{question.name} is what is asked for, so it is no "
                                        "argument")
    if missing := [name for name, of in spelled.items() if of not in question.points[0]]:
        raise Unreadable(f"Arguments are matched by their names, but {question.chain.name} has no "
                         f"{', '.join(missing)}; it has {', '.join(question.chain.leaves)}.")

    def value(point: dict[str, Any]) -> np.ndarray:
        given = {name: deepcopy(point[of]) for name, of in spelled.items()}
        placed = [given.pop(p.name) for p in parameters if p.kind is p.POSITIONAL_ONLY
                  and p.name in given]
        result = function(*placed, **given)
        if result is None:
            raise TypeError("it returns nothing; is a return missing?")
        try:
            result = np.asarray(result)
        except ValueError:
            raise TypeError("it returns rows of different lengths") from None
        if result.dtype.kind not in "biufO":
            raise TypeError(f"it returns no real numbers but {result.dtype}")
        scalar = result.size == 1 and np.ndim(point[question.asked.name]) == 0
        return result.astype(float).reshape(()) if scalar else result.astype(float)

    try:
        values = [*map(value, question.points)]
    except Exception as error:  # the function is the reader's own
        if isinstance(error, ValueError) and re.search(MISFITS, str(error)):
            reason = f"the shapes in the function do not fit: {error}"
            return Mark(question.asked, "refuted", "this cannot be formed",
                        (one("shape", reason, "the function"),))
        raise Unreadable(f"The function stopped with {type(error).__name__}: {error}".rstrip(".")
                         + ".") from error
    for got, point in zip(values, question.points, strict=True):
        expected = np.shape(point[question.asked.name])
        if got.shape != expected:
            reason = (f"{question.name} is {_in_words(expected)} here, like its variable, "
                      f"but the function returns {_in_words(got.shape)}")
            found = _of_another_shape(question, values, reason, None)
            return Mark(question.asked, "refuted", "this has another shape", found)
        if not np.isfinite(got).all():
            raise Unreadable("The function returns numbers that are not finite.")
    return _mark_numbers(question, value, None)


def _in_words(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "a number"


def _of_another_shape(question: Exercise, values: list, reason: str,
                      answer: Expr | None) -> tuple[Explanation, ...]:
    shape = one("shape", reason)
    if question.agree([np.transpose(value) for value in values], question.points):
        return (one("transpose", "This is the transpose of the right answer") + shape,)
    stopped = _diagnosis(question).later_adjoint(values, answer)
    return (shape, stopped) if stopped else (shape,)


def _repair(question: Exercise, answer: Expr) -> Explanation:
    """Return what is wrong with an answer that cannot be formed: a transpose or the order, if that
    repairs it."""
    for kind, what, repaired in rewritten(answer):
        if question.is_right(repaired):
            return findings([Mistake(kind, f"the product {what}" if kind == "order"
                                     else "the answer", what)])
    return ()


def _elementwise(question: Exercise, answer: Expr) -> Explanation:
    """Return the finding that an answer is right with a matrix product in place of an elementwise
    one."""
    for product in answer.atoms(HadamardProduct):
        for order in permutations(product.args) if len(product.args) <= MOST_ELEMENTWISE else ():
            for turned in np.ndindex(*(2,) * len(order)):
                factors = (factor.T if turn else factor for factor,
                           turn in zip(order, turned, strict=True))
                if question.is_right(answer.xreplace({product: MatMul(*factors)})):
                    return findings([Mistake("elementwise", "the answer", notation.plain(product))])
    return ()


def rewritten(expression: Expr) -> Iterator[tuple[str, str, Expr]]:
    """Yield the expression with one transpose more or less, or with the factors of one product in
    another order."""
    if isinstance(expression, MatMul) and len(expression.args) <= MOST_PERMUTED:
        for factors in permutations(expression.args):
            yield "order", notation.plain(expression), MatMul(*factors)
    for index, part in enumerate(expression.args if not isinstance(expression, MatrixSymbol)
                                 else ()):
        before, behind = expression.args[:index], expression.args[index + 1:]
        if part.is_Matrix:
            turned = part.arg if isinstance(part, Transpose) else Transpose(part)
            what = f"{notation.plain(part)} for {notation.plain(turned)}"
            yield "transpose", what, expression.func(*before, turned, *behind)
        for kind, what, changed in rewritten(part):
            yield kind, what, expression.func(*before, changed, *behind)
