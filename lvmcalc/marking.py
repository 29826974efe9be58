"""Marking: whether an answer is right, and what is wrong with it if it is not.

A symbolic answer is compared with the adjoint of the chain; that alone decides between right and wrong. What is wrong
is then looked for among the gradients that follow from broken chains (`lvmcalc.mistakes`).
"""

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol
from sympy.matrices.expressions import HadamardProduct, MatMul
from sympy.matrices.expressions.matexpr import MatrixExpr

from lvmcalc import autoencoder, calculus, exact, gplvm, notation
from lvmcalc.chain import Chain
from lvmcalc.diagnosis import Finding, Question, likelier
from lvmcalc.mistakes import Mistake
from lvmcalc.reading import Unreadable, read
from lvmcalc.verdict import MARKS, Counterexample
from lvmcalc.words import CannotBeFormed, check_shapes

RIGHT = ("proved", "exact", "numeric")


@dataclass(frozen=True)
class Mark:
    """The mark of an answer: its status, the reason in words, and what was found to be wrong.

    `explanations` holds the ways in which the answer can have come about, the likelier first; each is a tuple of
    findings that hold together.
    """

    asked: Expr
    status: str
    reason: str
    explanations: tuple[tuple[Finding, ...], ...] = ()
    counterexample: Counterexample | None = None
    reading: Expr | None = None
    remark: str = ""

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.status in RIGHT

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, those of the likeliest explanation first, one of each kind."""
        found = [finding for explanation in self.explanations for finding in explanation]
        return tuple({finding.kind: finding for finding in reversed(found)}.values())[::-1]

    def _lines(self) -> list[str]:
        several = len(self.explanations) > 1
        lines = []
        for number, explanation in enumerate(self.explanations):
            lead = ("Either: " if number == 0 else "Or: ") if several else ""
            lines.append(lead + " And: ".join(finding.sentence for finding in explanation))
        return lines + [self.remark] * bool(self.remark)

    def __str__(self) -> str:
        tail = [f"  for instance, {self.counterexample}"] * bool(self.counterexample)
        return "\n".join([f"{MARKS.get(self.status, '?')} {self.status}: {self.reason}",
                          *(f"  {line}" for line in self._lines()), *tail])

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        parts = [f"**{MARKS.get(self.status, '?')} {self.status}**: {self.reason}"]
        if self.reading is not None:
            parts.append(rf"Read as $\displaystyle {notation.latex(self.asked)} = {notation.latex(self.reading)}$.")
        parts += self._lines()
        if self.counterexample:
            parts.append(self.counterexample._repr_latex_())
        return "\n\n".join(parts)


def mark(answer: Any, of: str, wrt: str) -> Mark:
    """Mark an answer to "what is ∂L/∂(node or leaf)?".

    Parameters
    ----------
    answer : SymPy expression, str or function
        A formula in the leaves, nodes, adjoints (d_bar) and sizes of the chain, K and I; as a SymPy expression or as
        text in ordinary notation, which is never run. Or a function whose arguments are named so, of NumPy arrays.
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


@cache
def chain_of(name: str) -> Chain:
    """Return the chain with this name."""
    chains = {"autoencoder": autoencoder.chain, "gplvm": gplvm.chain, "gplvm.log_det": gplvm.log_det_chain,
              "gplvm.trace": gplvm.trace_chain}
    if name not in chains:
        raise ValueError(f"There is no chain {name!r}; there are {', '.join(chains)}.")
    return chains[name]()


def mark_in(chain: Chain, answer: Any, wrt: str) -> Mark:
    """Mark an answer in a chain, as `mark` does."""
    wrt = chain[wrt].name
    asked = chain.adjoint_symbol(wrt)
    if answer is None or answer is ... or (isinstance(answer, str) and answer.strip(" .…?_") == ""):
        return _not_attempted(asked, f"write {notation.plain(asked)}, a formula or a function, and run the cell again")
    if isinstance(answer, str):
        try:
            answer = read(answer, chain, chain[wrt].shape)
        except Unreadable as error:
            return _unreadable(asked, str(error))
        except CannotBeFormed as error:
            return Mark(asked, "refuted", str(error), ((Finding("shape", "the answer", _sentence(error)),),))
    if callable(answer) and not isinstance(answer, Expr):
        return _mark_function(_question(chain, wrt), answer)
    try:
        answer = sp.sympify(answer, strict=True)
    except sp.SympifyError:
        answer = None
    if not isinstance(answer, Expr):
        return _unreadable(asked, "An answer is a formula (a SymPy expression or text) or a function of named arrays.")
    if problem := _foreign(chain, answer):
        return _unreadable(asked, problem)
    if asked in answer.atoms(Symbol, MatrixSymbol):
        return _not_attempted(asked, f"{notation.plain(asked)} is what is asked for; write it in other symbols")
    return _mark_expression(_question(chain, wrt), answer)


@cache
def _question(chain: Chain, wrt: str) -> Question:
    return Question(chain, wrt)


def _not_attempted(asked: Expr, reason: str) -> Mark:
    return Mark(asked, "not attempted", reason, ((Finding("not_attempted", "the answer", f"Your turn: {reason}."),),))


def _unreadable(asked: Expr, sentence: str) -> Mark:
    return Mark(asked, "unreadable", sentence, ((Finding("unreadable", "the answer", sentence),),))


def _sentence(error: Exception) -> str:
    text = str(error).rstrip(".")
    return text[0].upper() + text[1:] + "."


def _foreign(chain: Chain, answer: Expr) -> str:
    """Return a sentence about a symbol that is none of the chain's, or has another shape there."""
    for symbol in sorted(answer.atoms(Symbol, MatrixSymbol), key=str):
        name = symbol.name
        known = chain.meaning(name)
        if known is None:
            return f"There is no {notation.plain(name)} in {chain.name}."
        if (known.shape if known.is_Matrix else ()) != (symbol.shape if symbol.is_Matrix else ()):
            return f"{notation.plain(name)} is {notation.shape(known)} here, not {notation.shape(symbol)}."
    return ""


def _mark_expression(question: Question, answer: Expr) -> Mark:
    chain, wrt, asked = question.chain, question.wrt, question.asked
    what = notation.plain(asked)
    try:
        check_shapes(answer)
    except CannotBeFormed as error:
        return Mark(asked, "refuted", str(error), _repairs(question, answer, _sentence(error)), reading=answer)
    if answer.has(HadamardProduct) and (found := _elementwise(question, answer)):
        return Mark(asked, "refuted", f"this is not {what}", found, reading=answer)
    if (answer.is_Matrix != asked.is_Matrix or (asked.is_Matrix and answer.shape != asked.shape)) and answer != 0:
        reason = f"{what} is {notation.shape(asked)}, like its variable, but the answer is {notation.shape(answer)}"
        return Mark(asked, "refuted", reason, _of_another_shape(question, answer, reason), reading=answer)
    if answer.has(HadamardProduct):
        return _mark_numbers(question, lambda point: question.value(answer, point), answer)
    verdict = calculus.compare(chain.in_leaves(answer), chain.adjoint(wrt))
    if verdict.holds:
        return Mark(asked, verdict.status, verdict.reason, reading=answer, remark=question.remark(answer))
    if verdict.status == "undecided":
        return _mark_numbers(question, lambda point: question.value(answer, point), answer)
    found = question.explain([question.value(answer, point) for point in question.points], answer)
    reason = f"this is not {what}" if verdict.counterexample else verdict.reason
    return Mark(asked, "refuted", reason, found, verdict.counterexample, answer)


def _mark_numbers(question: Question, value: Callable, answer: Expr | None) -> Mark:
    """Mark what can only be tried in numbers: a function, or an elementwise product."""
    asked = question.asked
    values = [value(point) for point in question.points]
    if all(question.agrees(v, point) for v, point in zip(values, question.points, strict=True)):
        reason = f"equal to {notation.plain(asked)} at {len(values)} random points"
        return Mark(asked, "numeric", reason, reading=answer)
    return Mark(asked, "refuted", f"this is not {notation.plain(asked)}", question.explain(values, answer),
                question.counterexample(value), answer)


def _mark_function(question: Question, function: Callable) -> Mark:
    asked, what = question.asked, notation.plain(question.asked)
    names = list(inspect.signature(function).parameters)
    known = question.points[0]
    spelled = {name: question.spelled(name) for name in names}
    if missing := [name for name in names if spelled[name] not in known]:
        return _unreadable(asked, f"Arguments are matched by their names, but {question.chain.name} has no "
                                  f"{', '.join(missing)}; it has {', '.join(question.chain.leaves)}.")

    def value(point: dict[str, Any]) -> np.ndarray:
        arguments = {name: np.copy(point[spelled[name]]) if np.ndim(point[spelled[name]]) else point[spelled[name]]
                     for name in names}
        return np.asarray(function(**arguments), dtype=float)

    try:
        values = [value(point) for point in question.points]
    except Exception as error:
        if isinstance(error, ValueError) and re.search("mismatch|broadcast|aligned", str(error)):
            reason = f"the shapes in the function do not fit: {error}"
            return Mark(asked, "refuted", reason, ((Finding("shape", "the function", _sentence(Exception(reason))),),))
        return _unreadable(asked, f"The function stopped with {type(error).__name__}: {error}".rstrip(".") + ".")
    for got, point in zip(values, question.points, strict=True):
        expected = np.shape(question.truth(point))
        if got.shape != expected and not (got.size == 1 and expected == ()):
            shapes = ["×".join(map(str, shape)) or "a number" for shape in (expected, got.shape)]
            reason = f"{what} is {shapes[0]} here, like its variable, but the function returns {shapes[1]}"
            return Mark(asked, "refuted", reason, _of_another_shape(question, values, reason))
        if not np.isfinite(got).all():
            return _unreadable(asked, "The function returns numbers that are not finite.")
    return _mark_numbers(question, value, None)


def _of_another_shape(question: Question, answer: Any, reason: str) -> tuple[tuple[Finding, ...], ...]:
    shape = Finding("shape", "the answer", _sentence(Exception(reason)))
    values = answer if isinstance(answer, list) else [question.value(answer, point) for point in question.points]
    stopped = question.another_adjoint(values)
    turned = question.agrees(np.transpose(values[0]), question.points[0])
    if turned:
        return ((Finding("transpose", "the answer", "This is the transpose of the right answer."), shape),)
    return ((shape,), tuple(stopped)) if stopped else ((shape,),)


def _repairs(question: Question, answer: Expr, sentence: str) -> tuple[tuple[Finding, ...], ...]:
    """Return what is wrong with an answer that cannot be formed: a transpose or the order, if that repairs it."""
    shape = Finding("shape", "the answer", sentence)
    for kind, what, repaired in rewritten(answer):
        try:
            check_shapes(repaired)
            value = question.value(repaired, question.points[0])
        except (CannotBeFormed, exact.OutsideDomain, sp.matrices.exceptions.ShapeError):
            continue
        if question.agrees(value, question.points[0]):
            mistake = Mistake(kind, "the answer", what)
            return ((shape, likelier([mistake])[0]),)
    return ((shape,),)


def _elementwise(question: Question, answer: Expr) -> tuple[tuple[Finding, ...], ...]:
    """Return the finding, if a matrix product in place of the elementwise one makes the answer right or better."""
    for product in answer.atoms(HadamardProduct):
        for order in permutations(product.args):
            for turned in np.ndindex(*(2,) * len(order)):
                factors = [factor.T if turn else factor for factor, turn in zip(order, turned, strict=True)]
                try:
                    repaired = answer.xreplace({product: MatMul(*factors)})
                    check_shapes(repaired)
                    value = question.value(repaired, question.points[0])
                except (CannotBeFormed, sp.matrices.exceptions.ShapeError, ValueError):
                    continue
                if np.shape(value) == np.shape(question.truth(question.points[0])) and question.agrees(
                        value, question.points[0]):
                    return ((Finding("elementwise", notation.plain(product), "∘ multiplies entry by entry; here the "
                                     "matrix product belongs."),),)
    return ()


def rewritten(expression: MatrixExpr) -> Iterator[tuple[str, str, MatrixExpr]]:
    """Yield the expression with one transpose more or less, or with the factors of one product in another order."""
    if isinstance(expression, MatMul):
        for factors in permutations(expression.args) if len(expression.args) < 6 else ():
            yield "order", notation.plain(expression), MatMul(*factors)
    for index, part in enumerate(expression.args if isinstance(expression, Expr) else ()):
        before, behind = expression.args[:index], expression.args[index + 1:]
        if getattr(part, "is_Matrix", False):
            yield "transpose", notation.plain(part), expression.func(*before, part.T, *behind)
        if not isinstance(part, Symbol | MatrixSymbol):
            for kind, what, changed in rewritten(part):
                yield kind, what, expression.func(*before, changed, *behind)
