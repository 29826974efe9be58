"""Find the answer among sentences: the prose round it is left out only if it changes nothing.

    By the chain rule we obtain \\[ \\frac{∂L}{∂X} = 2 A X, \\] where $A = K^{-1}$.

There has to be one formula that can be the answer; beside it may stand definitions and names. A
word that may change what it says, such as "minus" or "half", is never left out.
"""

import re
from collections.abc import Callable
from itertools import groupby
from typing import NamedTuple

from lvmcalc.marking.derivation_text import DEFINITION, OPERATING, TELLING
from lvmcalc.notation.named import FUNCTIONS
from lvmcalc.notation.passages import MATH, sides_of
from lvmcalc.notation.statements import equations
from lvmcalc.notation.tables import ENGLISH, PROSE, STYLES
from lvmcalc.notation.vocabulary import Vocabulary

TEXT = re.compile(r"\\(?:text|mbox|textrm|textit|intertext)\s*\{([^{}\\$]*[a-z]{2}[^{}\\$]*)\}")
WORD = re.compile(r"[(\[“\"]*([A-Za-z][a-z]+(?:['’-][A-Za-z][a-z]*)*|-?(?:th|st|nd|rd)|[aAI])"
                  r"[)\]”\".,;:!?]*|[.,;:!?()∎□■✓–—-]+")
# Words that may say something about the formula beside them: whole ones, and beginnings of others
_WHOLE = """
    about alone any apart both but can cannot could each either every except form however if least
    less long may mean means might missing more most must no none nor only or other others part
    parts per same should single some than though unless unlike up when whenever without would
"""
_BEGINNINGS = """
    although almost alternat another approx assum averag batch bound cancel coefficient component
    contain contribut curvature delet depend descent ascent differs different direction dropp
    dropping doubl doubt example exchang extra factor flip forg halv hess ignor includ increas
    infinit integra interchang invers invert involv lack lose lost maxim minib minim mis mult
    neglect omit oppos otherwise place portion proportion provid quart reduc remov replac revers
    sample scal scaling someti sometimes subtract summed suppos swap symmetri term thrice total
    transf transpos tripl undefin unequal unit updat vanish versus zero
"""
CHANGES = re.compile(rf"\b(?:{'|'.join(_WHOLE.split())})\b|n['’]t\b"
                     rf"|\b(?:{'|'.join(_BEGINNINGS.split())})", re.IGNORECASE)
# What says nothing though a word of it may
_KIND = r"(?:entry|element|component|coordinate|row)[- ]?wise"
HARMLESS = re.compile(
    r"\(?(?:and\s+)?(?:similarly|likewise|analogously)\s+for\s+(?:⟦N\w*⟧(?:,|\s+and)?\s*)+\)?"
    r"|\(?(?:with\s+|and\s+)?(?:(?:the|exponentials?|logistic|sigmoid|hyperbolic|tangent|function"
    r"|nonlinearity|activation|softmax|tanh|exp|⟦N\w*⟧)\s+)*(?:(?:is|being|taken|applied|acting"
    rf"|acts|evaluated|understood|works)\s+)*{_KIND}\)?"
    r"|\b(?:in\s+)?(?:matrix|vector|compact|closed)\s+form\b|\bterms\s+of\b|\bboth\s+sides\b"
    r"|\bno\s+longer\b|\bchain\s+rule\b|\bpartial\b|\bproduct\s+rule\b", re.IGNORECASE)
ORIENTED = re.compile(r"⟦N(\w+)⟧\s*(?:is|are|denotes?|being|=)?\s*(?:the\s+)?(?:⟦N\w*⟧)?\w?"
                      r"[\s-]*(?:th|st|nd|rd)?\s*(row|column)s?\s+of\s+(?:the\s+)?"
                      r"(?:matrix\s+|data\s+)*⟦N\w*⟧", re.IGNORECASE)
LEADS = re.compile(r"(?:^|:|\b(?:is|are|be|was|gets?|got|obtain(?:s|ed)?|have|has|finds?"
                   r"|found|gives?|giving|yields?|yielding|reads?|becomes?|equals?|that|then|thus"
                   r"|hence|so|therefore|consequently|follows?|answer|result|namely|at"
                   r"|(?:given|written"
                   r"|expressed|computed|obtained)\s+(?:by|as|in|from)))[\s,:—–-]*$", re.IGNORECASE)
CLOSES = re.compile(r"^(?:[\s)]*$|[\s)]*[.;!]|[\s,;)]*(?:⟦D|\(?(?:where|with|which|as|since|because"
                    r"|by|using|for|here|so|hence|thus|in|via|from|is\s+the\s+(?:gradient"
                    r"|derivative|answer|result))\b))")


class Told(NamedTuple):
    """A text without its prose, and which names such as y_d are said to be rows or columns."""

    text: str
    lines: dict[str, str]


class Segment(NamedTuple):
    """A part of a text, a formula or words, and where it stands."""

    formula: bool
    start: int
    end: int


def without_prose(text: str, vocabulary: Vocabulary, wrt: str, shape: str,
                  asked: Callable[[str], bool]) -> Told | None:
    """Return a text as long as this one in which its prose is blank, None if that may say more.

    Each definition, and the answer, stands on a line of its own. `asked` tells whether a left side
    is what is asked for, the adjoint of `wrt`, whose shape is, for instance, N×D.
    """
    parts = [part for segment in segments(text, vocabulary) for part in (
        _equations(text, segment) if segment.formula else [segment])]
    kinds = [_kind(text[part.start:part.end], vocabulary, shape, asked) if part.formula else ""
             for part in parts]
    for kind in ("D", "N"):  # there may be nothing else
        if "A" not in kinds and sum(it[:1] == kind for it in kinds) == 1:
            kinds = ["A" if it[:1] == kind else it for it in kinds]
    if kinds.count("A") != 1:
        return None
    story = "".join(f"⟦{kind}⟧" if kind else text[part.start:part.end]
                    for part, kind in zip(parts, kinds, strict=True))
    lines = {name: line.lower() for name, line in ORIENTED.findall(story)}
    if not is_harmless(ORIENTED.sub(" ", story), vocabulary, wrt):
        return None
    found = [" "] * len(text)
    for part, kind in zip(parts, kinds, strict=True):
        if kind[:1] in ("A", "D"):
            found[part.start:part.end] = text[part.start:part.end].replace("\n", " ")
            found[part.start - 1:part.start] = "\n" * bool(part.start)
    return Told("".join(found), lines)


def is_harmless(story: str, vocabulary: Vocabulary, wrt: str) -> bool:
    """Return whether the words round the answer ⟦A⟧, definitions ⟦D⟧ and names ⟦N…⟧ say nothing.
    """
    story = re.sub(r"[(,]?\s*(?:(?:which\s+)?is\s+|of\s+(?:size|shape)\s+)?(?:an?\s+)?⟦S⟧[\s-]*"
                   r"(?:matrix|vector|array)?\)?", " ", story)
    story = HARMLESS.sub(" ", story)
    words = re.sub(r"⟦\w*⟧", " ", story)
    if any(pattern.search(words) for pattern in (CHANGES, TELLING, OPERATING)) or re.search(
            r"[^A-Za-z\s.,;:!?'’“”\"()∎□■✓–—-]", words) or "⟦X⟧" in story:
        return False
    front, behind = story.split("⟦A⟧")
    for before, name in re.findall(r"(\w*)\W*⟦N(\w*)⟧", front):
        scalar = name not in vocabulary.spellings or name in vocabulary.outputs
        if name != wrt and not (scalar and before.lower() in ("of", "for")):
            return False
    for name in re.findall(r"\bfor\W*⟦N(\w*)⟧", behind):
        if name != wrt and name not in vocabulary.lengths:
            return False
    last = re.split(r"[.!?]\s|⟦D⟧", front)[-1]
    known = [all(word.lower() in PROSE for word in re.findall("[A-Za-z]+", re.sub(
        r"⟦\w*⟧", "", part))) for part in (last, behind)]
    return (known[0] or bool(LEADS.search(front))) and (known[1] or bool(CLOSES.search(behind)))


def segments(text: str, vocabulary: Vocabulary) -> list[Segment]:
    """Return the formulas and the words of a text, without what delimits them."""
    marks = ["?"] * len(text)
    for found in MATH.finditer(text):
        marks[found.start():found.end()] = "·" * len(found[0])
        inner = next(place for place, each in enumerate(found.groups(), 1) if each)
        marks[found.start(inner):found.end(inner)] = "F" * len(found[inner])
    for found in TEXT.finditer(text):
        marks[found.start():found.end()] = "·" * len(found[0])
        marks[found.start(1):found.end(1)] = "P" * len(found[1])
    outside = "".join(sign if mark == "?" else " " for sign, mark in zip(text, marks, strict=True))
    tokens = [*re.finditer(r"\S+", outside)]
    plain = [_is_word(token[0], vocabulary) for token in tokens]
    for place, token in enumerate(tokens):
        beside = plain[place + 1:place + 2] == [True] and tokens[place + 1][0].isalpha()
        word = plain[place] and (token[0] not in vocabulary.spellings or beside)
        marks[token.start():token.end()] = ("P" if word else "F") * len(token[0])
    found = []
    for mark, run in groupby((place for place, mark in enumerate(marks) if mark != "?"),
                             marks.__getitem__):
        places = [*run]
        if mark in "PF":
            end = places[-1] + 1
            if mark == "F":
                end -= len(re.search(r"(?:[\s.,;:]|\\q?quad\b|\\[,;:! ])*$", text[:end])[0])
            if end > places[0]:
                found.append(Segment(mark == "F", places[0], end))
    return found


def _is_word(token: str, vocabulary: Vocabulary) -> bool:
    if not (found := WORD.fullmatch(token)):
        return False
    word = found[1] or ""
    letters = {*word} <= {*vocabulary.spellings} and word.lower() not in ENGLISH
    return not (word and len(word) > 1 and (
        word in vocabulary.spellings or word in {*vocabulary.functions, *FUNCTIONS} - PROSE
        or (letters and len(word) < 4)))


def _equations(text: str, segment: Segment) -> list[Segment]:
    found, start = [], segment.start
    for part in equations(text[segment.start:segment.end]):
        found.append(Segment(True, start, start + len(part)))
        start += len(part) + 1
    return found


def _kind(formula: str, vocabulary: Vocabulary, shape: str, asked: Callable[[str], bool]) -> str:
    """Return D for a definition, N and a name, S for the shape that is asked for, or else A."""
    bare = re.sub(rf"{STYLES}|[{{}}\s]|\\[,;:! ]", "", formula).replace("\\times", "×")
    if re.fullmatch(r"\w+(?:×|x)\w+", bare) or "\\in" in bare or "∈" in bare:
        return "S" if bare.replace("x", "×").rpartition("R^")[2] == shape else "X"
    if name := re.fullmatch(r"\\?([^\W\d_]\w*?)(?:\^(?:T|\\top)|ᵀ|_\w+)*", bare):
        return f"N{name[1]}"
    if len(sides_of(formula)) > 1 and asked(sides_of(formula)[0]):
        return "A"
    return "D" if DEFINITION.match(formula) or re.match(r"\s*d\s*\w+\s*=", bare) else "A"
