"""Take the reason off an answer: "Aᵀ(Aw − y), because d(½‖r‖²)/dr = r".

A reason is shown, not checked, and no answer is read out of it. It may speak of other derivatives
and of what holds in the chain, or of how the answer was found. One that gives a letter or the loss
another meaning, or is not understood, may not leave the answer what it is: such an answer is
unreadable, and is told that its reason makes it so.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

from sympy import Expr

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
from lvmcalc.notation.parser import Reading
from lvmcalc.notation.text_cleanup import closing, unified

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
# Reasons in plain words, about the derivation only: ⟦E⟧ is an equation, ⟦F0⟧ another formula
_FUNCTION = r"(?:activation|sigmoid|logistic|softmax|tanh)(?:\s+function)?"
_MORE = (r"(?:the|both|all|each|every|these|its|two|first|second|third|last|other|only|inner|outer"
         r"|log|chain|product|cross|linear|quadratic|trace|determinant|encoder|decoder)[\s-]+")
_HEAD = (r"(?:terms?|parts?|paths?|branch(?:es)?|halves|uses?|contributions?|occurrences?"
         r"|summands?|denominators?|traces?|rules?|det(?:erminants?)?"
         r"|(?:each|other|first|second)\s+half|(?:inner|outer)\s+derivatives?"
         rf"|derivatives?\s+of\s+the\s+{_FUNCTION})")
_PARTS = rf"(?:{_MORE})*{_HEAD}(?:\s+(?:of|in|to|from)\s+(?:⟦F\d+⟧|(?:{_MORE})*{_HEAD}))?"
_CLAUSE = re.compile(
    rf"⟦E⟧|(?:{_PARTS}|⟦F\d+⟧|it)\s+(?:"
    r"(?:do(?:es)?(?:\s+not|n['’]t)\s+(?:depend\s+on|involve|contain)"
    r"|(?:is|are)\s+independent\s+of|(?:is|are)\s+constant\s+in)\s+⟦F(?P<of>\d+)⟧"
    rf"|(?:enters?|appears?|occurs?)(?:\s+only)?\s+(?:in|through|via)\s+{_PARTS})"
    r"|⟦F\d+⟧\s+is\s+used\s+twice"
    rf"|(?:{_PARTS}|⟦E⟧)\s+(?:drops?\s+out|vanish(?:es)?|disappears?|contributes?|adds?\s+up"
    r"|(?:gives?|contributes?|yields?)\s+the\s+same(?:\s+(?:term|thing|contribution))?"
    r"|are\s+(?:equal|the\s+same)"
    rf"|cancels?(?:\s+out)?\s+(?:(?:against|with)\s+)?(?:each\s+other|{_PARTS}))"
    rf"|the\s+derivative\s+of\s+the\s+{_FUNCTION}\s+is\s+(?:⟦F\d+⟧|⟦E⟧)", re.IGNORECASE)
_AND = re.compile(r"\s*(?:,\s*)?(?:\b(?:and|so|hence|thus)\b|[,;])\s*", re.IGNORECASE)
_PRIME = r"\\?([^\W\d_]\w*)(?:['′]|\^\\prime)"
_PRIMED = re.compile(rf"{_PRIME}(?:\(\w+\))?$")  # σ'(z)
_SINCE = re.compile(r"\b(?:because|since|due\s+to|thanks\s+to"
                    r"|(?<=,\s)as(?=\s+(?:I|we)\s|\s+\S+(?:\s+\S+){0,2}\s+(?:is|are|does)\b))"
                    r"\b\s*(?=[\s$\\(])", re.IGNORECASE)
_LONGEST = 80  # Signs of a reason that are quoted
_MOST_ENDS = 8  # Places where a reason in front of an answer may end

# What each side of an answer can mean, and what is said of other adjoints beside it
Sides = tuple[list[list[Reading]], dict[Expr, Expr]]


class _Reason(NamedTuple):
    """A reason beside an answer, and the equation in it that may change what the answer says."""

    said: str  # "" if all of it has been checked
    changes: str = ""


def read_beside_reasons(exercise: Exercise, text: str, read: Callable[[str], Sides]) -> Sides:
    """Read an answer beside its reason, which is shown unless it has been checked.

    Parameters
    ----------
    exercise : Exercise
    text : str
        The answer as it was typed.
    read : function
        What reads an answer without a reason.

    Returns
    -------
    What `read` returns, with a note of the reason.

    Raises
    ------
    Unreadable
        If the reason may change what the answer says, or the answer is unreadable without it.
    CannotBeFormed
        If the shapes in the answer do not fit.
    """
    for rest, reason in _reasons_in(exercise, text):
        note = _note_of(reason)
        try:
            sides, beside = read(rest)
        except Unreadable:
            continue
        except CannotBeFormed as error:
            _refuse_changing(reason)
            raise CannotBeFormed(f"{error} {note}") from None
        _refuse_changing(reason)
        return noted(sides, note), beside
    others = [*_reasons_unread(text)]
    try:
        sides, beside = read(text)
    except Unreadable as error:
        for rest, reason in others:
            try:
                read(rest)
            except CannotBeFormed:
                pass
            except Unreadable as alone:
                if str(error).startswith("Beside") and rest.startswith(text[:1]):  # No N here
                    raise alone from None
                continue
            _refuse_changing(reason)
        raise
    meant = [[way.formula for way in side] for side in sides], beside
    passed = next((it for rest, it in others if _meant(read, rest) == meant), _Reason(""))
    return noted(sides, _note_of(passed)), beside


def _meant(read: Callable[[str], Sides], text: str) -> tuple | None:
    """Return the formulas of what is read, None if it is unreadable."""
    with suppress(Unreadable, CannotBeFormed):
        sides, beside = read(text)
        return [[way.formula for way in side] for side in sides], beside
    return None


def noted(sides: list[list[Reading]], note: str) -> list[list[Reading]]:
    """Return sides with a sentence that is shown beside them."""
    return [[way._replace(note=f"{way.note} {note}".strip()) for way in side] for side in sides]


def _reasons_in(exercise: Exercise, text: str) -> Iterator[tuple[str, _Reason]]:
    """Yield what may be an answer, with spaces for its reason, and the reason."""
    text = without_remarks(exercise, text)
    text = _in_plain_text(text)
    for place, begin in enumerate(_BEGINS.finditer(text)):
        if not place and not re.search(r"\w", text[:begin.start()]):
            yield from _in_front(exercise, text, begin)
        elif span := _span(text, begin):
            start, inner, stop = span
            if found := _reason(exercise, text[begin.end():inner], text[:start]):
                yield (text[:start] + " " * (stop - start) + text[stop:],
                       found._replace(said=text[begin.start():inner] * bool(found.said)))


def _in_plain_text(text: str) -> str:
    """Return a text in which a reason needs no \\text{…}."""
    return _WORDS.sub(lambda it: it[1].rjust(len(it[0])) if _BEGINS.search(it[1]) else it[0], text)


def _in_front(exercise: Exercise, text: str, begin: re.Match) -> Iterator[tuple[str, _Reason]]:
    ends = [it for it in _ENDS.finditer(text, begin.end()) if text[it.end():].strip()]
    for it in reversed(ends[-_MOST_ENDS:]):
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


def _reason(exercise: Exercise, text: str, rest: str) -> _Reason | None:
    """Return a reason, None if a text is none or says more than is known to change nothing."""
    vocabulary, story, plain = exercise.chain.vocabulary, "", ""
    formulas: list[str] = []
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
            story, plain = f"{story} {said}", f"{plain} {said}"
        elif len(sides_of(said)) > 1:
            harmless = _is_harmless(exercise, said, rest)
            changes = changes or ("" if harmless or not _changes(exercise, said) else said)
            if not (harmless or changes):
                return None
            story, plain, equation = f"{story} ⟦B⟧", f"{plain} ⟦E⟧", True
        else:
            kind = segment_kind(exercise, said)
            unknown = kind == "X" and not _is_formula(exercise, said)
            loss = kind in [f"N{name}" for name in vocabulary.outputs]
            if kind == "S" or unknown or loss or _RELATION.search(said) or (
                    _NUMBER.fullmatch(_bare(said))):
                return None
            story += f" ⟦{kind if kind[:1] == 'N' else 'B'}⟧"
            plain += f" ⟦F{len(formulas)}⟧"
            formulas.append(said)
    if _is_about_derivation(exercise, plain, formulas):
        return _Reason(text, changes)
    if not (checked or "⟦B⟧" in story) or SO.search(story):
        return None
    told = changes or is_reason(story, equation)
    return _Reason(story * ("⟦B⟧" in story), changes) if told else None


def _is_about_derivation(exercise: Exercise, story: str, formulas: list[str]) -> bool:
    """Return whether all clauses of a reason say only how the answer was found."""
    clauses = [it for it in _AND.split(story.strip()) if it]
    return any(it != "⟦E⟧" for it in clauses) and all(
        (it := _CLAUSE.fullmatch(clause)) and (not it["of"] or all(
            _is_without(exercise, formulas[int(number)], formulas[int(it["of"])])
            for number in re.findall(r"⟦F(\d+)⟧\s+(?:do|is|are)", clause)))
        for clause in clauses)


def _is_without(exercise: Exercise, formula: str, name: str) -> bool:
    """Return whether a formula does not depend on a leaf."""
    chain = exercise.chain
    with suppress(Unreadable, CannotBeFormed):
        leaf, read = (notation.parse(it, chain.vocabulary) for it in (name, formula))
        nodes = {it.name: chain.expression(it.name) for it in read.free_symbols
                 if it.name in chain.nodes}
        used = {it.name for one in (read, *nodes.values()) for it in one.free_symbols}
        return getattr(leaf, "name", "") in chain.leaves and leaf.name not in used
    return False


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
    primed, words = _PRIMED.match(_bare(left)), exercise.chain.vocabulary
    if primed and primed[1] not in {*words.spellings, *words.outputs, *_SCALARS}:
        return notation.spelling(primed[1]) not in map(
            notation.spelling, re.findall(_PRIME, _bare(rest)))
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


def _refuse_changing(reason: _Reason) -> None:
    """Refuse a reason that may change what the answer says."""
    if said := " ".join(reason.changes.split()).strip(" .,;:$"):
        short = said if len(said) <= _LONGEST else f"{said[:_LONGEST].rpartition(' ')[0]} …"
        raise Unreadable(f"The reason “{short}” may change what the answer says: leave it out, or "
                         "put it into the formula.")


def _reasons_unread(text: str) -> Iterator[tuple[str, _Reason]]:
    """Yield a text without what stands there as a reason, and the reason, not understood."""
    text = _in_plain_text(text)
    begin = _SINCE.search(text)
    if begin and not re.search(r"\w", text[:begin.start()]):
        ends = [it for it in _ENDS.finditer(text, begin.end()) if text[it.end():].strip()]
        for end in reversed(ends[-_MOST_ENDS:]):
            said = text[begin.start():end.start()]
            yield text[end.end():], _Reason(said, said)
    elif begin and (span := _span(text, begin)):
        start, inner, stop = span
        said = text[begin.start():inner]
        if not _SENTENCE.search(said):
            yield text[:start] + text[stop:], _Reason(said, said)


def _note_of(reason: _Reason) -> str:
    """Return the sentence that shows a reason as it was typed, "" if it has been checked."""
    said = " ".join(_WORDS.sub(r"\1", reason.said).split()).strip(" .,;:#%")
    return said and f"Its reason, “{said}”, was not checked."
