"""Mark an answer: decide whether it is right, and explain what is wrong.

A formula is compared with the adjoint of the chain; that alone decides between right and wrong.
What is wrong is for the diagnosis.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol

from lvmcalc import notation
from lvmcalc.calculus import CannotBeFormed, UnsupportedExpression
from lvmcalc.calculus.differentials import sympified
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.calculus.expression_checks import check_shapes
from lvmcalc.calculus.verdict import MARKS, Counterexample, are_symmetric, number_in_words
from lvmcalc.chain import Chain
from lvmcalc.marking.attempt import Attempt
from lvmcalc.marking.chain_values import float_at
from lvmcalc.marking.diagnosis import explained
from lvmcalc.marking.differential_answers import gradient_in, has_differentials
from lvmcalc.marking.exercise import RIGHT, Exercise, exercise_of
from lvmcalc.marking.function_answers import arguments_of, called_with
from lvmcalc.marking.function_errors import MISFITS
from lvmcalc.marking.misfits import explained_misfit, explained_shape
from lvmcalc.marking.mistakes import Explanation, Finding, finding
from lvmcalc.marking.own_process import OwnProcess
from lvmcalc.marking.text_answers import read_answer
from lvmcalc.marking.time_limit import SECONDS_A_MARK, TimeIsUp, time_limit
from lvmcalc.models import chain_named
from lvmcalc.notation import Unreadable
from lvmcalc.notation.forming import as_number
from lvmcalc.notation.parser import Reading
from lvmcalc.notation.text_cleanup import unified

_VERDICTS = {"proved": "Right, proved", "exact": "Right, in exact arithmetic",
             "numeric": "Right, in numbers", "refuted": "Not right",
             "undecided": "Undecided", "not attempted": "Not attempted",
             "unreadable": "Unreadable"}
_UNFORMED = "this cannot be formed"
LATE = (f"marking this takes more than {SECONDS_A_MARK:g} seconds; write it more simply, with "
        "fewer powers and brackets")


class NotAttempted(ValueError):
    """There is no answer yet."""


_REFUSED = (NotAttempted, Unreadable, UnsupportedExpression, CannotBeFormed)


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
        """Whether the answer is found to be right.

        It is False also of what is unreadable or undecided, which `status` says.
        """
        return self.status in RIGHT

    @property
    def verdict(self) -> str:
        """Right or wrong, and how surely, with its sign."""
        return f"{MARKS[self.status]} {_VERDICTS[self.status]}"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings of the likeliest explanation, then those of other kinds of the others."""
        found: list[Finding] = []
        for explanation in self.explanations:
            kinds = {one.kind for one in found}
            for one in explanation:
                if one.kind not in kinds:
                    found.append(one)
        return tuple(found)

    @property
    def lines(self) -> list[str]:
        """What was found, in sentences, the likelier explanation first."""
        several = len(self.explanations) > 1
        leads = ["Either this: ", *["Or this: "] * len(self.explanations)] if several else [""]
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
        front = f"At {example.point} the" if example and str(example.point) else "The"
        return "" if example is None else (
            f"{front} answer gives {number_in_words(example.left)}, "
            f"but {notation.plain(self.asked)} is {number_in_words(example.right)}.")

    def __str__(self) -> str:
        details = [line for line in [*self.details, self.example] if line]
        return "\n".join([f"{self.verdict}: {self.reason}", *(f"  {line}" for line in details)])

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        parts = [f"**{self.verdict}**: {notation.in_html(self.reason)}"]
        if self.formula is not None:
            parts.append(rf"Read as $\displaystyle {notation.latex(self.asked)} = "
                         rf"{notation.latex(self.formula)}$.")
        return "\n\n".join([*parts, *map(notation.in_html, self.details),
                            *[self.example] * bool(self.example)])


def mark(answer: Any, of: str | Chain, wrt: str) -> Mark:
    """Mark an answer to "what is ∂L/∂(node or leaf)?".

    Parameters
    ----------
    answer : SymPy expression, str or function
        A formula in the leaves, nodes, adjoints (d_bar) and sizes of the chain, K and I; as a SymPy
        expression or as text in ordinary notation, which is never run. Or a function whose
        arguments are named so, of NumPy arrays.
    of : str or Chain
        The name of a model, one of `lvmcalc.models.CHAINS`, or a chain of your own.
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
    try:
        with time_limit():
            return _mark(exercise, answer)
    except TimeIsUp:
        return _because(exercise, "undecided", LATE)


def _mark(exercise: Exercise, answer: Any) -> Mark:
    if not isinstance(answer, str):
        return _marked(exercise, answer)
    try:
        sides, beside = read_answer(exercise, answer)
    except Unreadable as error:
        with suppress(Unreadable):  # it was too long to be rewritten
            error = error.about(error.read or unified(answer), answer)
        return _unmarked(exercise, error)
    except _REFUSED as error:
        return _unmarked(exercise, error)
    marks = [_of_readings(exercise, readings) for readings in sides]
    others = (exercise_of(exercise.chain, node.name) for node in exercise.chain if beside)
    marks += [_marked(other, beside[other.asked]) for other in others if other.asked in beside]
    if not marks:
        return _marked(exercise, None)
    found = next((one for one in marks if not one.right), None)
    if found is None:  # as sure as the least sure of them, about the last side of the answer
        found, last = max(marks, key=lambda one: RIGHT.index(one.status)), marks[len(sides) - 1]
        return replace(last, status=found.status, reason=found.reason, remark=" ".join(
            dict.fromkeys(filter(None, (one.remark for one in marks)))))
    if len(marks) > 1 and found.formula is not None:
        here = f"This is about `{notation.plain(found.asked)} = {notation.plain(found.formula)}`."
        found = replace(found, remark=" ".join(filter(None, [found.remark, here])))
    return found


def _of_readings(exercise: Exercise, readings: list[Reading]) -> Mark:
    """Return the mark of the first reading that is right, else of the first that can be formed."""
    marks = [_marked(exercise, way.formula) for way in readings]
    found, note = min(zip(marks, (way.note for way in readings), strict=True), key=lambda one: (
        not one[0].right, any(it.kind == "shape" for it in one[0].findings)))
    if found.reason == _UNFORMED and re.search("read as (?:a )?column", note):
        return _because(exercise, "unreadable", f"{note} Then the formula cannot be formed, and "
                        "with a row it cannot either: write it with matrices.")
    return replace(found, remark=" ".join(filter(None, [found.remark, note])))


def _marked(exercise: Exercise, answer: Any) -> Mark:
    try:
        if answer is None or answer is ...:
            raise NotAttempted("is asked for, as a formula or a function")
        if callable(answer) and not isinstance(answer, Expr):
            return _mark_function(exercise, answer)
        if isinstance(answer, Expr) and has_differentials(exercise.chain, answer):
            answer = gradient_in(exercise.chain, exercise.wrt, answer)
        answer = _admitted(exercise, answer)
        return exercise.recent.get(answer, lambda: _mark_formula(exercise, answer))
    except OutsideDomain as error:
        reason = f"this has no value at points where {exercise.name} has one: {error}"
        return replace(_because(exercise, "refuted", reason, "unknown"),
                       formula=answer if isinstance(answer, Expr) else None)
    except _REFUSED as error:
        return _unmarked(exercise, error)


def _unmarked(exercise: Exercise, error: Exception) -> Mark:
    """Return the mark that says why there is nothing to mark."""
    if isinstance(error, NotAttempted):
        return _because(exercise, "not attempted", f"{exercise.name} {error}")
    if isinstance(error, CannotBeFormed):
        return _because(exercise, "refuted", _UNFORMED, "shape", error)
    return _because(exercise, "unreadable", str(error))


def _because(exercise: Exercise, status: str, reason: str, kind: str = "",
             sentence: object = "") -> Mark:
    """Return a mark with a reason, which is its finding too unless another sentence is given."""
    found = finding(kind or status.replace(" ", "_"), sentence or reason)
    return Mark(exercise.asked, status, reason, ((found,),))


def _admitted(exercise: Exercise, answer: Any) -> Expr:
    """Return an answer as a SymPy expression in the symbols of the chain, or refuse it."""
    chain = exercise.chain
    try:
        number = isinstance(answer, np.ndarray) and not answer.ndim
        answer = sympified(answer.item() if number else answer)
    except TypeError:
        answer = None
    if not isinstance(answer, Expr) or isinstance(answer, sp.Lambda):
        raise Unreadable("An answer is a formula (a SymPy expression or text) or a function of "
                         "named arrays.")
    for symbol in sorted(answer.atoms(Symbol, MatrixSymbol), key=str):
        known, name = chain.vocabulary.get(symbol.name), notation.plain(symbol.name)
        if name.isdigit():  # a size that is a number, where the shapes do not fit
            continue
        if known is None:
            raise Unreadable(f"There is no {name} in {chain.name}.")
        if (shape := notation.shape(symbol)) != notation.shape(known):
            raise Unreadable(f"{name} is {notation.shape(known)} here, not {shape}.")
    return answer if exercise.asked.is_Matrix else as_number(answer)


def _refuted(attempt: Attempt, reason: str, *explanations: Explanation,
             counterexample: Counterexample | None = None) -> Mark:
    return Mark(attempt.exercise.asked, "refuted", reason, explanations, counterexample,
                attempt.formula)


def _mark_formula(exercise: Exercise, formula: Expr) -> Mark:
    if exercise.asked in formula.atoms(Symbol, MatrixSymbol):
        raise NotAttempted("is what is asked for; write it in other symbols")
    attempt = Attempt(exercise, partial(float_at, formula), formula)
    try:
        check_shapes(formula)
    except CannotBeFormed as error:
        return _refuted(attempt, _UNFORMED, explained_misfit(attempt, error))
    wanted, given = map(notation.shape, (exercise.asked, formula))
    if wanted != given and not formula.is_zero:
        return _of_another_shape(attempt, f"{wanted}, like its variable, but the answer is {given}")
    verdict = exercise.verdict(formula)
    exercise.values(formula)
    if verdict.status == "undecided":
        return _mark_numbers(attempt)
    if verdict.status not in RIGHT:
        reason = f"this is not {exercise.name}" if verdict.counterexample else verdict.reason
        return _refuted(attempt, reason, *explained(attempt), counterexample=verdict.counterexample)
    return Mark(exercise.asked, verdict.status, verdict.reason, formula=formula,
                remark=_about_symmetry(exercise.symmetric_only(formula)))


def _about_symmetry(names: list[str]) -> str:
    if not names:
        return ""
    other = "If one of them were not," if names[1:] else (
        f"For an asymmetric {notation.plain(names[0])}")
    return f"It is right because {are_symmetric(names)}. {other} it would be wrong."


def _mark_numbers(attempt: Attempt) -> Mark:
    """Mark what can only be tried in numbers, such as a function."""
    exercise = attempt.exercise
    if exercise.agree(attempt.values):
        reason = (f"equal to {exercise.name} to 6 digits at {len(exercise.points)} random points, "
                  "which is no proof")
        return Mark(exercise.asked, "numeric", reason, formula=attempt.formula)
    return _refuted(attempt, f"this is not {exercise.name}", *explained(attempt),
                    counterexample=exercise.counterexample(attempt.value))


def _of_another_shape(attempt: Attempt, shapes: str) -> Mark:
    reason = f"{attempt.exercise.name} is {shapes}".replace("scalar", "a number")
    return _refuted(attempt, "this has another shape", *explained_shape(attempt, reason))


def _mark_function(exercise: Exercise, function: Callable) -> Mark:
    arguments, asked = arguments_of(exercise, function), exercise.asked.name
    if asked in arguments.values():
        raise NotAttempted("is what is asked for, so it is no argument")
    with OwnProcess(function) as run:
        return _mark_values(Attempt(exercise, lambda point: called_with(
            run, arguments, point, scalar=np.ndim(point[asked]) == 0)))


def _mark_values(attempt: Attempt) -> Mark:
    """Mark a function by its values at the points of the exercise."""
    exercise = attempt.exercise
    try:
        values = attempt.values
    except Unreadable:
        raise
    except Exception as error:  # the function is the reader's own
        if isinstance(error, ValueError) and re.search(MISFITS, str(error)):
            reason = f"the shapes in the function do not fit: {error}"
            return _refuted(attempt, _UNFORMED, (finding("shape", reason, "the function"),))
        text = f"The function stopped with {type(error).__name__}: {error}"
        raise Unreadable(text.rstrip(".") + ".") from None
    for value, point in zip(values, exercise.points, strict=True):
        wanted, given = ("×".join(map(str, np.shape(array))) or "scalar"
                         for array in (point[exercise.asked.name], value))
        if wanted != given:
            return _of_another_shape(attempt, f"{wanted} here, like its variable, but the function "
                                              f"returns {given}")
        if not np.isfinite(value).all():
            raise Unreadable("The function returns numbers that are not finite.")
    return _mark_numbers(attempt)
