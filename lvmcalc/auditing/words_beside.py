"""Judge an equation without the words beside it, which claim nothing.

"Take G = ∂L/∂Σ and differentiate again" has an equation and words round it. A word that changes
what the formula says, such as "minus" or "only", keeps the line together, and so unreadable.
"""

import re
from collections.abc import Collection
from itertools import pairwise

from lvmcalc.marking.derivation_text import QUALIFIES, TELLING
from lvmcalc.notation import Vocabulary
from lvmcalc.notation.formula_finder import EQUALS, MATH
from lvmcalc.notation.letters import GREEK
from lvmcalc.notation.lexicon import ENGLISH, NAMED, TALK
from lvmcalc.notation.name_resolution import LAST
from lvmcalc.notation.named_functions import FUNCTIONS
from lvmcalc.notation.statements import LETTER, is_open

_TOKEN = re.compile(r"(?<![\w\\.∂∇δ@])(?:\w-th|[A-Za-z]{3,}(?:-[A-Za-z]{3,})+"
                    r"|[A-Za-z]+(?:['’](?:s|t))?)"
                    r"(?![\w(\[^{ᵀ⁻²\u0302]|\.[A-Za-z]|['’]|[^\S\n]*&?[^\S\n]*:?=(?!=))")
_CHANGES = re.compile(rf"(?!\b(?:again|sign)\b|(?<=[a-z]\s)minus\s\w+\))(?:{TELLING.pattern})"
                      r"(?<!\btranspose)|\btranspose\s+of\b"
                      rf"|{QUALIFIES.pattern}|\b\w+n['’]t\b|\bonly\b|\bdet(?:erminant)?\s+of\b"
                      r"|\b(?:tends?|goes|near|large|small|infinity|off-diagonal|diagonal)\b",
                      re.IGNORECASE)
# A reason claims nothing, whatever formula it mentions: "because w is used twice"
_REASON = re.compile(r"^\W*(?:because|since|using|via|as\s+(?:for|in))\b"
                     r"(?!.*\b(?:if|unless|only|assum\w*)\b).*$",
                     re.IGNORECASE)
# An equation behind such words is not claimed: "for λ = 0", "the trace of A = …"
_UNCLAIMED = re.compile(r"\b(?:for|at|when|under|unless|of|than|to|from|through)\W*$",
                        re.IGNORECASE)
# Beside such words, ∂L/∂w may be only a part: "the data term has ∂L/∂w = …"
_PARTS = re.compile(r"\b(?:(?:data|penalty|prior|first|second|last|this|that|each)\s+(?:term|part)"
                    r"|penalty|prior|regulari[sz]\w+|[a-z]{3,}\s+alone)\b", re.IGNORECASE)
_DIFFERENTIATED = re.compile(r"\s*(?:let\s+)?(?:[∂∇d]|\\(?:partial|nabla|[td]?frac|mathrm))")
# Words that restrict a letter to some values: "for orthogonal W"
_RESTRICTED = re.compile(r"\bfor\s+(?:(?:an?|any|all|every|each)\s+)?[a-z]{4,}\s+\$?\\?(\w+)\b")
_DEFINES = re.compile(r"\b(?:let|define|denote|set|put|write|with|where|take|call|introduce)"
                      r"(?:\s+(?:us|the|an?|[a-z]{4,})){0,3}\W*$", re.IGNORECASE)
# How words begin that are no part of the formula before them
_BEHIND = re.compile(r"\s*(?:[,;:.!?(]|\b(?:and|so|hence|thus|therefore|then|which|where|since|as"
                     r"|because|by|from|using|via|this|be|we|holds?|the|its|it|in|after"
                     r"|(?:is|are)\s+(?:symmetric|the|an?|what|our)"
                     r"|for\s+(?:an?y?\s+)?(?:all|each|every|symmetric))\b)",
                     re.IGNORECASE)
# A name, an adjoint, or a sign that a sentence mentions
_MENTIONED = re.compile(rf"(?:\W|\b[\w]\b|{LETTER}|[∂d]\s*\w+\s*/\s*[∂d]\s*\w+|∇_?\w?\s*L?"
                        r"|\\frac\s*\{[^{}]*\}\s*\{[^{}]*\})?")
_SAYS = re.compile(r"\b(?:is|are|be|gives?|equals?|becomes?|yields?|get|obtain|reads)\W*$")
_ARTICLE = re.compile(r"(?:.,|[a-z]{2})\sa\s[a-z]{3,}\s")  # whatever else is called a
_KNOWN = ENGLISH | {"likewise", "similarly", "analogously", "of"}
_TURNED = re.compile(r"\b(?:plus|minus|times|transposed?|twice|half|inverse|negative|opposite)\b")
_SHORT = {"of", "no", "up"} | {word for word in TALK if len(word) == 2}
_DOLLARS = re.compile(r"\$([^$]*)\$")
_HEAD = re.compile(r"^\s*(?!minus)[a-z]{3,}\s*:(?!=)\s*")  # "add: ∂L/∂w = …"
_SIGNS = re.compile(r"(?:^|(?<=\s))(?:[*⊙∘/]|\^2|²|√)(?=\s|$)")
_UNFINISHED = re.compile(r"(?:[-+·*/−^_∘⊙]|\\(?:cdot|times|odot))\s*$")


def words_in(text: str, vocabulary: Vocabulary, own: Collection[str]) -> list[tuple[int, int]]:
    """Return where words stand in a text; names in `own` are no words."""
    letters = {*vocabulary.spellings, *own}
    return [it.span() for it in _TOKEN.finditer(text) if (_is_word(it[0], vocabulary, own) and not (
        {*it[0]} <= letters and LAST.match(text, it.end())))  # in Xᵀ We, We is W times e
            or (it[0] == "a" and _ARTICLE.match(text, max(0, it.start() - 3)))]


def _is_word(word: str, vocabulary: Vocabulary, own: Collection[str]) -> bool:
    small = word.lower()
    name = word in own or vocabulary.pattern.fullmatch(word) or word in vocabulary.spellings
    called = small in vocabulary.functions or small in {*FUNCTIONS, *NAMED, *GREEK}
    if name or (called and small not in ("solve", "norm")) or small.removeprefix("d") in GREEK:
        return False
    spelled = word.islower() or word.istitle() or not word.isalpha()
    return spelled and (len(word) > 2 or small in _SHORT or word == "a")


def is_story(text: str, vocabulary: Vocabulary, own: Collection[str] = ()) -> bool:
    """Return whether a text mentions names in words, but defines none."""
    text = _DOLLARS.sub(r" \1 ", text)
    spans = words_in(text, vocabulary, own)
    if len(spans) < 3 or "=" in text or not {text[begin:end].lower() for begin, end in spans
                                             } & ENGLISH:
        return False
    between = [text[end:begin].strip(" ,;:.!?()'’") for (_, end), (begin, _) in pairwise(
        [(0, 0), *spans, (len(text), len(text))])]
    said = any(part and _SAYS.search(text[:end]) for part, (_, end) in zip(
        between[1:], spans, strict=True))
    tells = any(between) and _TURNED.search(text)
    return all(map(_MENTIONED.fullmatch, between)) and not said and not tells


def words_apart(text: str, vocabulary: Vocabulary,
                own: Collection[str] = ()) -> list[tuple[str, bool]]:
    """Return the equations of a text and the words round them, marking the words.

    The list is empty if a word may change what an equation says, or if other formulas stand there.
    """
    parts = _of_dollars(text) if MATH.search(text) else _parts(text, vocabulary, own)
    told = [_REASON.sub("", part) for part, spoken in parts if spoken]
    equations = [part for part, spoken in parts if not spoken and EQUALS.search(part)]
    some = {it[1] for part in told for it in _RESTRICTED.finditer(part)}
    partial = any(map(_PARTS.search, told)) and any(map(_DIFFERENTIATED.match, equations))
    changed = partial or any(map(vocabulary.pattern.fullmatch, some)) or any(
        map(_CHANGES.search, told))
    if changed or not told or not equations or any(
            is_open(part) or _UNFINISHED.search(part) or not part.split("=")[-1].strip()
            for part in equations):
        return []
    found: list[tuple[str, bool]] = []
    for (before, spoken), (part, words) in pairwise([("", True), *parts]):
        if words:
            if not part.strip(" ,;:.()!"):
                continue
            known = {*map(str.lower, re.findall("[A-Za-z]+", part))} & _KNOWN
            if not spoken and "$" not in text and not _BEHIND.match(part):
                return []
            if not known and re.match(r"\s*[A-Za-z]", part) and not re.search(r"[:,]\s*$", part):
                return []  # an unknown word may be a name
            if re.search(r"\w\W+\w", part):  # not "Since" alone
                found.append((part.strip(" ,;:"), True))
            continue
        if not spoken or _UNCLAIMED.search(before):
            return []
        found.append((f"let {part}" if _DEFINES.search(before) else part, False))
    return found


def equation_among_words(text: str, vocabulary: Vocabulary) -> str:
    """Return the only equation of a text, "" if a word may change what it says."""
    parts = _of_dollars(text, True) if MATH.search(text) else _parts(text, vocabulary, (), True)
    equations = [part for part, spoken in parts if not spoken]
    told = [re.sub(r"\bother\b", "", part) for part, spoken in parts if spoken]
    first = next((part for part, spoken in parts[:1] if spoken), "")
    changed = any(map(_CHANGES.search, told)) or _UNCLAIMED.search(first) or any(
        map(_PARTS.search, told))
    closed = len(equations) == 1 and not is_open(equations[0]) and not _UNFINISHED.search(
        equations[0])
    return _HEAD.sub("", equations[0]) if closed and not changed else ""


def _of_dollars(text: str, loose: bool = False) -> list[tuple[str, bool]]:
    """Split a text at equations between dollars; if `loose`, other formulas count as words."""
    found, begin = [("", True)], 0
    for match in MATH.finditer(text):
        part = next(filter(None, match.groups()))
        beside = text[begin:match.start()]
        if re.search(r"[^A-Za-z\s.,;:!?'’()-]", beside) and not loose:
            return []
        found[-1:] = [(found[-1][0] + beside, True)] if found[-1][1] else [found[-1], (beside,
                                                                                    True)]
        if EQUALS.search(part):
            found.append((part, False))
        elif loose or _MENTIONED.fullmatch(part.strip()) or not _SAYS.search(found[-1][0]):
            found[-1] = f"{found[-1][0]}{match[0]}", True
        else:
            return []
        begin = match.end()
    rest = text[begin:]
    if re.search(r"[^A-Za-z\s.,;:!?'’()-]", rest) and not loose:
        return []
    joined = found.pop()[0] if found[-1][1] else ""
    return [*found, (joined + rest, True)]


def _parts(text: str, vocabulary: Vocabulary, own: Collection[str],
           loose: bool = False) -> list[tuple[str, bool]]:
    """Split a text into equations and words; if `loose`, other formulas count as words."""
    found: list[tuple[str, bool]] = [("", True)]
    spans = words_in(text, vocabulary, own)
    for (_, end), (begin, after) in pairwise([(0, 0), *spans, (len(text), len(text))]):
        part = text[end:begin]
        if EQUALS.search(part):
            formula = part.rstrip(" ,;:.")
            while formula.endswith("("):
                formula = formula[:-1].rstrip(" ,;:.")
            rest = part[len(formula):]
            front = re.match(r"[\s,;:.!?)]*", formula)[0]
            found[-1] = found[-1][0] + front, True
            found += [(formula[len(front):].strip(), False), (rest, True)]
        elif loose or _MENTIONED.fullmatch(_SIGNS.sub("", part).strip(" ,;:.!?()")):
            found[-1] = found[-1][0] + part, True
        else:
            return []
        found[-1] = found[-1][0] + text[begin:after], True
    return found
