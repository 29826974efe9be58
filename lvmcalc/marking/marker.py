"""Marking: whether an answer is right, and what is wrong with it if it is not.

A formula is compared with the adjoint of the chain; that alone decides between right and wrong.
What is wrong is for the diagnosis.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol
from sympy.matrices.expressions import HadamardProduct

from lvmcalc import notation
from lvmcalc.calculus import CannotBeFormed, UnsupportedExpression
from lvmcalc.calculus.arithmetic import OutsideDomain
from lvmcalc.calculus.expressions import check_shapes
from lvmcalc.calculus.verdict import MARKS, Counterexample
from lvmcalc.chain.structure import Chain
from lvmcalc.marking.diagnosis import Attempt, elementwise, explained, explained_shape, repaired
from lvmcalc.marking.exercise import Exercise, exercise_of
from lvmcalc.marking.function_answers import arguments_of, called_with
from lvmcalc.marking.mistakes import Explanation, Finding, finding
from lvmcalc.marking.symmetry import symmetric_only
from lvmcalc.models import chain_named
from lvmcalc.notation.parser import Unreadable, parse

RIGHT = ("proved", "exact", "numeric")
MISFITS = "mismatch|broadcast|aligned|reshape|dimension|square"  # in what NumPy says of shapes
VERDICTS = {"proved": "Right, proved", "exact": "Right, in exact arithmetic",
            "numeric": "Right, in numbers", "refuted": "Not right",
            "not attempted": "Not attempted", "unreadable": "Unreadable"}


@dataclass(frozen=True)
class Mark:
    """The mark of an answer: its status, the reason in words, and what was found to be wrong.

    `explanations` holds the ways in which the answer can have come about, the likelier first; each
    is a tuple of findings that hold together.
    """

    asked: Expr
    status: str
    reason: str
    explanations: tuple[Explanation, ...] = ()
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
        for explanation in self.explanations:
            for one in explanation:
                found.setdefault(one.kind, one)
        return tuple(found.values())

    @property
    def lines(self) -> list[str]:
        """What was found, in sentences, the likelier explanation first."""
        leads = ["Either this: ", *["Or this: "] * len(self.explanations)]
        if len(self.explanations) < 2:
            leads = [""]
        lines = [lead + " ".join(map(str, explanation))
                 for lead, explanation in zip(leads, self.explanations, strict=False)]
        return lines + [self.remark] * bool(self.remark)

    @property
    def details(self) -> list[str]:
        """The sentences that say more than the reason does."""
        return [line for line in self.lines
                if line.casefold().rstrip(".?") != self.reason.casefold().rstrip(".?")]

    @property
    def example(self) -> str:
        """The counterexample in words, "" if there is none."""
        example = self.counterexample
        if example is None:
            return ""
        values = ", ".join(f"{notation.plain(name)} = {_numbers(value)}"
                           for name, value in example.values.items())
        return (f"At {values} the answer gives {_numbers(example.left)}, "
                f"but {notation.plain(self.asked)} is {_numbers(example.right)}.")

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


def mark(answer: Any, of: str | Chain, wrt: str) -> Mark:
    """Mark an answer to "what is ∂L/∂(node or leaf)?".

    Parameters
    ----------
    answer : SymPy expression, str or function
        A formula in the leaves, nodes, adjoints (d_bar) and sizes of the chain, K and I; as a SymPy
        expression or as text in ordinary notation, which is never run. Or a function whose
        arguments are named so, of NumPy arrays.
    of : {"autoencoder", "gplvm", "gplvm.log_det", "gplvm.trace"} or Chain
        A model, or a chain of your own.
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
    exercise = exercise_of(chain_named(of), wrt)
    if answer is None or answer is ... or (isinstance(answer, str) and answer.strip(" .…?_") == ""):
        return _not_attempted(exercise, f"{exercise.name} is asked for, as a formula or a function")
    try:
        if isinstance(answer, str):
            answer = _read(exercise, answer)
        if callable(answer) and not isinstance(answer, Expr):
            return _mark_function(exercise, answer)
        return _mark_formula(exercise, _admitted(exercise.chain, answer))
    except (Unreadable, UnsupportedExpression) as error:
        explanation = (finding("unreadable", error),)
        return Mark(exercise.asked, "unreadable", str(error), (explanation,))
    except CannotBeFormed as error:
        explanation = (finding("shape", error),)
        return Mark(exercise.asked, "refuted", "this cannot be formed", (explanation,))
    except OutsideDomain as error:
        reason = f"this has no value at points where {exercise.name} has one: {error}"
        explanation = (finding("unknown", reason),)
        return Mark(exercise.asked, "refuted", reason, (explanation,), formula=answer)


def _not_attempted(exercise: Exercise, reason: str) -> Mark:
    explanation = (finding("not_attempted", reason),)
    return Mark(exercise.asked, "not attempted", reason, (explanation,))


def _read(exercise: Exercise, text: str) -> Expr:
    """Return what a text says, and refuse one that begins with the gradient of something else."""
    chain, (before, equals, behind) = exercise.chain, text.partition("=")
    if equals and not behind.startswith("=") and parse(before, chain) != exercise.asked:
        raise Unreadable(f"{exercise.name} is asked for, but the answer begins with "
                         f"{before.strip()[:20]} =.")
    return parse(behind if equals else text, chain, _shape(exercise.asked))


def _admitted(chain: Chain, answer: Any) -> Expr:
    """Return an answer as a SymPy expression in the symbols of the chain, or refuse it."""
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


def _refuted(attempt: Attempt, reason: str, *explanations: Explanation,
             counterexample: Counterexample | None = None) -> Mark:
    return Mark(attempt.exercise.asked, "refuted", reason, explanations, counterexample,
                attempt.formula)


def _mark_formula(exercise: Exercise, formula: Expr) -> Mark:
    asked, attempt = exercise.asked, Attempt.of_formula(exercise, formula)
    if asked in formula.atoms(Symbol, MatrixSymbol):
        return _not_attempted(exercise, f"{exercise.name} is what is asked for; write it in other "
                                        "symbols")
    multiplied = elementwise(exercise, formula)
    try:
        check_shapes(formula)
    except CannotBeFormed as error:
        shape, cause = (finding("shape", error),), multiplied or repaired(exercise, formula)
        explanation = cause + shape if formula.has(HadamardProduct) else shape + cause
        return _refuted(attempt, "this cannot be formed", explanation)
    if not _alike(formula, asked) and not formula.is_zero:
        if multiplied:
            return _refuted(attempt, f"this is not {exercise.name}", multiplied)
        shapes = [notation.shape(side).replace("scalar", "a number") for side in (asked, formula)]
        return _of_another_shape(attempt, f"{exercise.name} is {shapes[0]}, like its variable, but "
                                          f"the answer is {shapes[1]}")
    if formula.has(HadamardProduct):
        return _mark_numbers(attempt, multiplied)
    return _mark_compared(attempt)


def _mark_compared(attempt: Attempt) -> Mark:
    """Mark a formula by a proof or in exact arithmetic, or else in numbers."""
    exercise, formula = attempt.exercise, attempt.formula
    verdict = exercise.compare(formula, exercise.asked)
    if verdict.status == "undecided":
        return _mark_numbers(attempt)
    if not exercise.has_values(formula):
        raise OutsideDomain("a matrix to be inverted is singular")
    if not verdict.holds:
        reason = f"this is not {exercise.name}" if verdict.counterexample else verdict.reason
        return _refuted(attempt, reason, *explained(attempt), counterexample=verdict.counterexample)
    letter = symmetric_only(exercise, formula)
    remark = (f"It uses that {notation.plain(letter)} is symmetric: for one that is not, it would "
              "be wrong." if letter else "")
    return Mark(exercise.asked, verdict.status, verdict.reason, formula=formula, remark=remark)


def _mark_numbers(attempt: Attempt, found: Explanation = ()) -> Mark:
    """Mark what can only be tried in numbers; an explanation may have been found already."""
    exercise = attempt.exercise
    if exercise.agree(attempt.values):
        reason = (f"equal to {exercise.name} to 6 digits at {len(exercise.points)} random points, "
                  "which is no proof")
        return Mark(exercise.asked, "numeric", reason, formula=attempt.formula)
    explanations = (found,) if found else explained(attempt)
    return _refuted(attempt, f"this is not {exercise.name}", *explanations,
                    counterexample=exercise.counterexample(attempt.value))


def _of_another_shape(attempt: Attempt, reason: str) -> Mark:
    return _refuted(attempt, "this has another shape", *explained_shape(attempt, reason))


def _mark_function(exercise: Exercise, function: Callable) -> Mark:
    arguments = arguments_of(exercise, function)
    if exercise.asked.name in arguments.values():
        return _not_attempted(exercise, f"{exercise.name} is what is asked for, so it is no "
                                        "argument")
    attempt = Attempt(exercise, lambda point: called_with(function, arguments, exercise, point))
    try:
        values = attempt.values
    except Exception as error:  # the function is the reader's own
        if isinstance(error, ValueError) and re.search(MISFITS, str(error)):
            reason = f"the shapes in the function do not fit: {error}"
            return _refuted(attempt, "this cannot be formed",
                            (finding("shape", reason, "the function"),))
        raise Unreadable(f"The function stopped with {type(error).__name__}: {error}".rstrip(".")
                         + ".") from error
    for value, point in zip(values, exercise.points, strict=True):
        expected = np.shape(point[exercise.asked.name])
        if value.shape != expected:
            return _of_another_shape(attempt, f"{exercise.name} is {_in_words(expected)} here, "
                                              "like its variable, but the function returns "
                                              f"{_in_words(value.shape)}")
        if not np.isfinite(value).all():
            raise Unreadable("The function returns numbers that are not finite.")
    return _mark_numbers(attempt)


def _in_words(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "a number"
