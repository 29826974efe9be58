"""Take the reason off an answer: "Aᵀ(Aw − y), because d(½‖r‖²)/dr = r".

A reason is shown, not checked, and no answer is read out of it. It may speak of other derivatives
and of what holds in the chain. One that gives a letter or the loss another meaning does not leave
the answer what it is: such an answer is unreadable.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from lvmcalc import notation
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.code_comments import CODE_COMMENT
from lvmcalc.marking.exercise import Exercise
from lvmcalc.marking.final_answers import is_known, is_new
from lvmcalc.marking.left_side import names_asked
from lvmcalc.marking.prose import segment_kind, segments_of
from lvmcalc.marking.side_remarks import agrees, without_remarks
from lvmcalc.marking.story import SO, is_reason
from lvmcalc.notation import Unreadable
from lvmcalc.notation.formula_finder import sides_of
from lvmcalc.notation.lexicon import STYLES
from lvmcalc.notation.text_cleanup import closing, unified
from lvmcalc.notation.tokens import quoted

_USED = r"(?:(?:we|I)\s+(?:have\s+)?(?:use|note|recall)d?|this\s+uses|note|notice|recall|remember)"
_BEGINS = re.compile(
    r"\b(?:because|since|as|by|from|via|using|with|where|due\s+to|thanks\s+to"
    rf"|(?:(?:here|where),?\s+)?{_USED})\b"
    r"(?:\s+here)?(?:\s+(?:that|the\s+fact\s+that))?\W*?(?=[\s$\\(])"
    r"|(?<=\()(?=(?:[^\s()]+\s+(?:is\s+)?)?symmetric\b[^()]*\))", re.IGNORECASE)
_WORDS = re.compile(r"\\(?:text|mbox|textrm)\s*\{([^{}]*)\}")
_ENDS = re.compile(r"[,:;.]\s+(?:(?:hence|so|thus|therefore|then)\b,?\s*)?", re.IGNORECASE)
_FRAME = re.compile(r"[\s.]*(?:\$\$?|\\[\])])?[\s.]*$")
# d(½‖r‖²)/dr, dK⁻¹, d log|K| and ∂K/∂α, but neither d = … nor det(A)
_DERIVATIVE = re.compile(r"[-−]?(?:\\[td]?frac)?(?:∂|\\partial|∇|\\nabla|δ|\\delta"
                         r"|d(?!et|iag|ot|im))(?![\s=·*+−)\]-]|$)")
_COMMA = re.compile(r"(?:[\s,;:—]|\\q?quad\b|\\[,;:! ])*$")
_SENTENCE = re.compile(r";\s|(?<!\.t)[.!?]\s+[A-Za-z]{2}")
# "K is symmetric", "symmetric K" and "the symmetry of K"
_FORMULA = r"(?P<{0}s>\$?)(?P<{0}>[^$=,;.]+?)(?P={0}s)"
_SYMMETRIC = re.compile(
    rf"\b(?:the\s+)?symmetry\s+of\s+{_FORMULA.format('of')}(?=$|,|\s+and\b)"
    rf"|(?:^|\band\b)\s*(?:symmetric\s+{_FORMULA.format('it')}(?=$|,|\s+and\b)"
    rf"|{_FORMULA.format('is')}\s+(?:is\s+)?symmetric\b)")
_RELATION = re.compile(r"[<>≤≥≈∝→≠∈⊂~…]|\\(?:to|approx|propto|l?dots|neq?|[lg]eq?|sim)\b")
_SCALARS = "LℓfFJ"  # Other names of the loss
_NUMBER = re.compile(r"[-−+]?[\d./½¼]+")


class Reason(NamedTuple):
    """A reason beside an answer, and the equation in it that may change what the answer says."""

    said: str  # "" if all of it has been checked
    changes: str = ""


def reasons_in(exercise: Exercise, text: str) -> Iterator[tuple[str, Reason]]:
    """Yield what may be an answer, with spaces for its reason, and the reason."""
    text = without_remarks(exercise, text)
    text = _WORDS.sub(lambda it: it[1].rjust(len(it[0])) if _BEGINS.search(it[1]) else it[0], text)
    for place, begin in enumerate(_BEGINS.finditer(text)):
        if not place and not re.search(r"\w", text[:begin.start()]):
            yield from _in_front(exercise, text, begin)
        elif span := _span(text, begin):
            start, inner, stop = span
            if found := _reason(exercise, text[begin.end():inner], text[:start]):
                yield (text[:start] + " " * (stop - start) + text[stop:],
                       found._replace(said=text[begin.start():inner] * bool(found.said)))


def _in_front(exercise: Exercise, text: str, begin: re.Match) -> Iterator[tuple[str, Reason]]:
    ends = [it for it in _ENDS.finditer(text, begin.end()) if text[it.end():].strip()]
    for it in reversed(ends):
        found = _reason(exercise, text[begin.end():it.start()], text[it.end():])
        if found and not _DERIVATIVE.match(_bare(found.changes)):
            yield (" " * it.end() + text[it.end():],
                   found._replace(said=text[begin.start():it.start()] * bool(found.said)))


def _span(text: str, begin: re.Match) -> tuple[int, int, int] | None:
    """Return where a reason behind an answer begins, where its words end, and where it ends."""
    for comment in CODE_COMMENT.finditer(text):
        if comment.start("words") <= begin.start() < comment.end():
            alone = not text[comment.start("words"):begin.start()].strip()
            return (comment.start(), comment.end(), comment.end()) if alone else None
    if bracket := re.search(r"\(\s*$", text[:begin.start()]):
        start, stop = bracket.start(), closing(text, bracket.start()) or len(text) + 1
        inner = stop - 1
    else:
        start, stop = begin.start(), len(text)
        inner = stop - len(_FRAME.search(text)[0]) * _is_open(text[begin.end():])
        stop = inner
    start -= len(_COMMA.search(text[:start])[0])
    return (start, inner, stop) if _FRAME.fullmatch(text, stop) else None


def _is_open(text: str) -> bool:
    """Return whether a frame of a formula ends in a text that does not begin there."""
    return bool(text.count("$") % 2 or text.count(r"\]") > text.count(r"\[")
                or text.count(r"\)") > text.count(r"\("))


def _reason(exercise: Exercise, text: str, rest: str) -> Reason | None:
    """Return a reason, None if a text is none or says more than is known to change nothing."""
    vocabulary, story = exercise.chain.vocabulary, ""
    text = re.sub(r"\\[()]", "$", unified(text)).strip(" .,;:\n")
    if _SENTENCE.search(text):
        return None
    known = [(it[0], agrees(exercise, *[it["of"] or it["it"] or it["is"]] * 2, symmetric=True))
             for it in _SYMMETRIC.finditer(text)]
    changes = next((said for said, holds in known if holds is False), "")
    equation = checked = bool(known) and all(holds is not None for _, holds in known)
    text = _SYMMETRIC.sub(" and ", text) if equation else text
    for part in segments_of(text, vocabulary):
        said = text[part.start:part.end]
        if not part.formula:
            story += f" {said}"
        elif len(sides_of(said)) > 1:
            harmless = _is_harmless(exercise, said, rest)
            changes = changes or ("" if harmless or not _changes(exercise, said) else said)
            if not (harmless or changes):
                return None
            story, equation = f"{story} ⟦B⟧", True
        else:
            kind = segment_kind(exercise, said)
            unknown = kind == "X" and not _is_formula(exercise, said)
            loss = kind in [f"N{name}" for name in vocabulary.outputs]
            if kind == "S" or unknown or loss or _RELATION.search(said) or (
                    _NUMBER.fullmatch(_bare(said))):
                return None
            story += f" ⟦{kind if kind[:1] == 'N' else 'B'}⟧"
    if not (checked or "⟦B⟧" in story) or SO.search(story):
        return None
    told = changes or is_reason(story, equation)
    return Reason(story * ("⟦B⟧" in story), changes) if told else None


def _is_formula(exercise: Exercise, said: str) -> bool:
    with suppress(Unreadable, CannotBeFormed):
        return bool(notation.parse(said, exercise.chain.vocabulary))
    return False


def _is_harmless(exercise: Exercise, said: str, rest: str) -> bool:
    """Return whether an equation holds, or is about another derivative or letter."""
    left, *others = sides_of(said)
    if _changes(exercise, said):
        return False
    if _bare(left) in _bare(rest):  # A definition
        return False
    if _DERIVATIVE.match(_bare(left)):
        return not re.match(rf"d(?:{'|'.join(exercise.chain.vocabulary.outputs)})$", _bare(left))
    return all(is_known(exercise, left, other) for other in others) or (
        bool(re.fullmatch(r"\\?[^\W\d_]\w*", _bare(left))) and is_new(exercise, left, rest))


def _changes(exercise: Exercise, said: str) -> bool:
    """Return whether an equation may be about the loss, or is about what is asked for."""
    words, bare = exercise.chain.vocabulary, _bare(said)
    left, *others = sides_of(said)
    losses = {*words.outputs, *_SCALARS} - ({*words.spellings} - {*words.outputs})
    loss = f"(?:{'|'.join(map(re.escape, sorted(losses)))})"
    slope = rf"(?:\\[td]?frac)?[d∂]{loss}/?[d∂]"
    by = rf"\\?{re.escape(exercise.wrt)}"
    if names_asked(exercise, left) or re.search(
            rf"{slope}{by}(?!\w)|∇(?:_?{by})?{loss}(?!\w)", bare):
        return True
    if re.match(slope, bare):
        return any(_NUMBER.fullmatch(_bare(other)) for other in others)
    return bool(re.search(rf"(?<![^\W\d])(?<![d∂\\∇]){loss}(?!\w)", bare)) and not all(
        is_known(exercise, words.outputs[0], other) for other in others)


def _bare(formula: str) -> str:
    return re.sub(rf"{STYLES}|\\(?:left|right|mathrm|[,;:! ])|[{{}}\s$]", "", formula).replace(
        r"\partial", "∂").replace(r"\nabla", "∇")


def refuse_changing(reason: Reason) -> None:
    """Refuse a reason that may change what the answer says.

    Raises
    ------
    Unreadable
        If it gives the loss, or what is asked for, another meaning.
    """
    if reason.changes:
        raise Unreadable(f"The reason `{quoted(reason.changes.strip())}` may change what the "
                         "answer says: leave it out.")


def note_of_reason(reason: Reason) -> str:
    """Return the sentence that shows a reason as it was typed, "" if it has been checked."""
    said = " ".join(_WORDS.sub(r"\1", reason.said).split()).strip(" .,;:#%")
    return said and f"Its reason, “{said}”, was not checked."
