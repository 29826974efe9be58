"""Answers that are text: found between words, taken apart at every equals sign, and read."""

import re

from lvmcalc import notation
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.exercise import Exercise
from lvmcalc.notation import Unreadable
from lvmcalc.notation.parser import Reading, parse, readings
from lvmcalc.notation.passages import formula_in, lines_of, sides_of

# What an answer may be called in code
RESULTS = ("grad|gradient|ans|answer|res|result|out|output|solution|d{0}|grad_?{0}|{0}_grad|g{0}|"
           "d{1}_?d{0}|G")


def read_answer(exercise: Exercise, text: str) -> list[list[Reading]]:
    """Return what each side of an answer can mean; there is one side, or several to be checked.

    No side is returned if the text is blank.

    Raises
    ------
    Unreadable
        If a side is no formula, or the text begins with the gradient of something else.
    CannotBeFormed
        If a side mixes numbers and matrices.
    """
    if not text.strip(" .…?_\ufeff\u200b\n\t"):
        return []
    words = exercise.chain.vocabulary
    lines = lines_of(formula_in(text, words)) or [text]
    if len(lines) > 1:
        raise Unreadable(f"These are {len(lines)} lines, but an answer is one formula; a "
                         "derivation is for the audit.")
    first, *others = sides_of(lines[0])
    front, colon, behind = first.partition(":")
    if colon and not others and _names(exercise, front):  # ∂L/∂X: …
        first = behind
    if others and (not first.strip() or _is_asked(exercise, first)):
        first, *others = others
    shape = getattr(exercise.asked, "shape", ())
    # A d before a bracket is a differential where there are others beside it.
    differentials = bool(words.change.search(lines[0]))
    return [readings(side, words, shape, differentials)
            for side in (first, *others)]


def _names(exercise: Exercise, side: str) -> bool:
    try:
        return parse(side, exercise.chain.vocabulary) == exercise.asked
    except (Unreadable, CannotBeFormed):
        return False


def _is_asked(exercise: Exercise, side: str) -> bool:
    """Return whether a side names what is asked for.

    Raises
    ------
    Unreadable
        If it names something else.
    """
    outputs = "|".join(exercise.chain.vocabulary.outputs)
    name = notation.spelling(exercise.wrt)
    side = re.sub(r"\s|\\[,;:!]", "", side) if re.match(r"\s*d\W", side) else side.strip()
    if re.fullmatch(RESULTS.format(re.escape(name), f"(?:{outputs})"), side) and (
            side not in exercise.chain.vocabulary):
        return True
    try:
        formula = parse(side, exercise.chain.vocabulary)
    except CannotBeFormed:
        return False
    called = getattr(formula, "name", "")
    if formula == exercise.asked or called in {f"d{out}" for out in
                                               exercise.chain.vocabulary.outputs}:
        return True
    if called or formula.is_number:
        raise Unreadable(f"{exercise.name} is asked for, but the answer begins with {side[:20]} =.")
    return False
