"""The left side of an answer: whether it names what is asked for, as ∂L/∂X = … does."""

import re
from contextlib import suppress

from lvmcalc import notation
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.exercise import Exercise
from lvmcalc.notation import Unreadable
from lvmcalc.notation.indices import INDICES, spread_out
from lvmcalc.notation.parser import Reading, parse, readings
from lvmcalc.notation.tokens import quoted
from lvmcalc.notation.vocabulary import Vocabulary

# What an answer may be called in code
RESULTS = (r"grad|gradient|ans|answer|res|result|out|output|solution|d{0}|{0}_grad|g{0}|"
           r"d{1}_?d{0}|G|(?:grad_?|D_){0}(?:\s*\(?{1}\)?)?|"
           r"(?:∇|\\nabla|grad)\s*{1}|∇|\\nabla|{1}'(?:\s*\(\s*{0}\s*\))?")
NABLA = re.compile(r"(?:\\left|\s|[(\[])*(?:∇|\\nabla)\s*L(?:\\right|\s|[])])*")
# A derivative of a formula: ∂/∂X (…)
OPERATED = re.compile(r"\s*(?:\\[td]?frac\s*\{\s*(?:\\partial|∂|d)\s*\}\s*\{\s*(?:\\partial\b|∂|d)"
                      r"\s*([^{}]+(?:\{\w+\})?)\s*\}|[∂d]\s*/\s*[∂d](\w+)"
                      r"|(?:∇|\\nabla)\s*_\s*(?:\{([^{}]+(?:\{\w+\})?)\}|(\w+))\s*"
                      r"(?=[(\[]|\\left\b))\s*(?=[^\s=])(.+)$")


def names_asked(exercise: Exercise, side: str) -> bool:
    """Return whether a side names what is asked for; what is unreadable does not."""
    with suppress(Unreadable, CannotBeFormed):
        return is_asked(exercise, side)
    return False


def names(exercise: Exercise, side: str) -> bool:
    """Return whether a side is the adjoint that is asked for."""
    try:
        return parse(side, exercise.chain.vocabulary) == exercise.asked
    except (Unreadable, CannotBeFormed):
        return False


def entry_asked(exercise: Exercise, side: str) -> str:
    """Return the indices below ∂L/∂w_j, (∂L/∂W)_ij or ∂L/∂u_i, an entry or a row of what is asked
    for; "" if the side is none."""
    side = spread_out(side) if exercise.asked.is_Matrix else ""
    for below in INDICES.finditer(side):
        lower = notation.spelling(below[1]) not in exercise.chain.vocabulary
        for letter in {below[1], below[1].upper() if lower else below[1]}:
            whole = side[:below.start()] + letter + side[below.end():]
            if names(exercise, whole) or (below[1] in "L])}" and NABLA.fullmatch(whole)):
                return below[2] or below[3]
    return ""


def is_asked(exercise: Exercise, side: str) -> bool:
    """Return whether a side names what is asked for.

    Raises
    ------
    Unreadable
        If it names something else.
    """
    outputs = "|".join(exercise.chain.vocabulary.outputs)
    name = notation.spelling(exercise.wrt)
    if entry_asked(exercise, side):
        return True
    side = re.sub(r"\s|\\[,;:!]", "", side) if re.match(r"\s*d\W", side) else side.strip()
    if re.fullmatch(RESULTS.format(re.escape(name), f"(?:{outputs})"), side) and (
            side not in exercise.chain.vocabulary):
        return True
    if operated := OPERATED.match(side):
        *names, formula = operated.groups()
        return _is_operated(exercise, next(filter(None, names)), formula)
    try:
        formula = parse(side, exercise.chain.vocabulary)
    except CannotBeFormed:
        return False
    called = getattr(formula, "name", "")
    if formula == exercise.asked or called in {f"d{out}" for out in
                                               exercise.chain.vocabulary.outputs}:
        return True
    if called or formula.is_number or re.match(rf"\s*(?:{outputs})\s*'", side):
        raise Unreadable(f"{exercise.name} is asked for, but the answer begins with {side[:20]} =.")
    return False


def _is_operated(exercise: Exercise, name: str, formula: str) -> bool:
    """Return whether ∂/∂X (…) is what is asked for; the formula is that of L.

    Raises
    ------
    Unreadable
        If it is another derivative.
    """
    chain, words = exercise.chain, exercise.chain.vocabulary
    below = getattr(parse(name, words), "name", "")
    value = parse(formula, words)
    if chain.abbreviations.get(below, below) != exercise.wrt or not exercise.compare(
            value, chain[chain.output].symbol).holds:
        raise Unreadable(f"{exercise.name} is asked for, but `{quoted(formula)}` is differentiated "
                         f"by {notation.plain(name)} here.")
    return True


def letter_read(name: str, formula: str, words: Vocabulary,
                arrays: bool = False) -> tuple[str, list[Reading]]:
    """Return a letter and what a formula for it may mean; ŷ, if the formula is that of ŷ_i."""
    try:
        return name, readings(formula, words, arrays=arrays)
    except Unreadable:
        entry = re.fullmatch(r"([^_]+)_\{?([a-z]{1,2})\}?", name)
        if not entry or entry[1] in words.functions:
            raise
        return entry[1], readings(formula, words, entries=entry[2])
