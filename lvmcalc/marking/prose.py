"""Find the answer among sentences: the prose round it is left out only if it changes nothing.

    By the chain rule we obtain \\[ \\frac{∂L}{∂X} = 2 A X, \\] where $A = K^{-1}$.

There has to be one formula that can be the answer; beside it may stand definitions and names. A
word that may change what it says, such as "minus" or "half", is never left out.
"""

import re
from collections.abc import Callable
from itertools import groupby
from typing import NamedTuple

from lvmcalc import notation
from lvmcalc.marking.asked import names_asked, with_loss
from lvmcalc.marking.chain_letters import symmetric_letters
from lvmcalc.marking.derivation_text import (
    DEFINITION,
    OPERATING,
    TELLING,
    without_heading,
)
from lvmcalc.marking.exercise import Exercise
from lvmcalc.notation import Unreadable
from lvmcalc.notation.finishing import Reading
from lvmcalc.notation.named import FUNCTIONS
from lvmcalc.notation.passages import MATH, sides_of
from lvmcalc.notation.pasted import unified
from lvmcalc.notation.phrases import without_politeness
from lvmcalc.notation.statements import equations
from lvmcalc.notation.tables import END, ENGLISH, PROSE, STYLES
from lvmcalc.notation.vocabulary import Vocabulary

TEXT = re.compile(r"\\(?:text|mbox|textrm|textit|intertext)\s*"
                  r"\{([^{}\\$]*[a-z]{2}[^{}\\$]*|[\s.,;:()]*)\}")
CHANGE = re.compile(r"d\\?\w+=")  # dL = tr(Gᵀ dX)
WORD = re.compile(r"[(\[“\"]*([A-Za-z][a-z]+(?:['’-][A-Za-z][a-z]*)*|(?:\w-|-)?(?:th|st|nd|rd)"
                  r"|[aAI])[)\]”\".,;:!?]*|[.,;:!?∎□■✓—]+")
SHAPES = {"matrix", "vector", "array", "sigmoid", "softmax"}  # functions of code, too
# Words that may say something about the formula beside them: whole ones, and beginnings of others
_WHOLE = """
    about alone any apart big bigger both but can cannot case close could differ different
    differently differs dual each eight either every except five form four gone greater however
    hundred if large larger least less limit local long may mean means might missing more most
    must near nine no none nor off only or other others out part parts per piece same seven
    should single six small smaller some special sum summand sums swapped ten than though three
    too two unless unlike up when whenever without would
"""
_BEGINNINGS = """
    add adding almost alternat although another approx ascent assum averag batch bound cancel
    clipp component contain contribut curvature delet depend descent direction divid doubl doubt
    downstream drop example exchang extra factor flip forg halv hess ignor includ increas
    infinit integra interchang invers invert involv jacobi lack lose lost maxim minib minim mis
    mult natural neglect numerical omit oppos optim otherwise penal place portion prior project
    proportion provid pseudo quart reduc regulari remov replac revers riemann root sample scal
    scaling sign solv sometimes square stage step stochastic subtract summed suppos swap
    symmetri term thrice total transf transpos tripl undefin unpenal unregular unequal unit
    updat upstream vanish versus zero
"""
CHANGES = re.compile(rf"\b(?:{'|'.join(_WHOLE.split())})\b|n['’]t\b|wise\b"
                     r"|\bsecond[\s-]+(?:derivative|order)|derivative\s+of\s+the\s+(?:grad|deriv)"
                     rf"|\b(?:{'|'.join(_BEGINNINGS.split())})", re.IGNORECASE)
# What says nothing though a word of it may
_WISE = r"(?:entry|element|component|coordinate|row)[- ]?wise"
SCALAR = (r"\b(?:log[- ](?:marginal[- ])?|marginal[- ](?:log[- ])?)likelihood\b"
          r"|\bw\.\s?r\.\s?t\.|\bwrt\b")
# "The loss is ⟦A⟧" says something else than "The gradient of the loss is ⟦A⟧"
VALUE = re.compile(r"(?:^|[.!?]|⟦D⟧)(?:(?!gradient|derivative|differential|slope|adjoint)[^.!?⟦])*"
                   r"\b(?:loss|cost|error|energy|likelihood|objective|function|criterion)\s+"
                   r"(?:is|equals|reads|becomes|was)\W*⟦A⟧", re.IGNORECASE)
WITH_RESPECT_TO = re.compile(r"(?:respect\s+to|w\.?r\.?t\.?)\s+(?:the\s+\w+\s+)?⟦N(\w*)⟧")
HARMLESS = re.compile(
    r"\(?(?:and\s+)?(?:similarly|likewise|analogously)\s+for\s+(?:⟦N\w*⟧(?:,|\s+and)?\s*)+\)?"
    r"|(?:^|(?<=⟧)|\b(?:with|where|and)|[,;(.])\s*(?:(?:the|exponentials?|logistic|sigmoid"
    r"|hyperbolic|tangent|function|nonlinearity|activation|softmax|tanh|exp)\s+)*"
    r"(?:(?:is|being|taken|applied"
    rf"|acting|acts|evaluated|works)\s+)*{_WISE}\)?"
    r"|\b(?:with|where|and)\s*⟦Nsigma⟧\s*(?:is|being|denotes)?\s*the\s+(?:logistic|sigmoid)"
    rf"(?:\s+sigmoid)?(?:\s+function)?(?:\s+(?:applied|acting)\s+{_WISE})?"
    rf"|{SCALAR}|\bcontributions\b|\bread(?:ing)?\s+off\b"
    r"|\b(?:expression|explicit|expan[ds]|expect)\w*"
    r"|\b(?:in\s+)?(?:matrix|vector|compact|closed)\s+form\b|\bterms\s+of\b|\bboth\s+sides\b"
    r"|\bno\s+longer\b|\bchain\s+rule\b|\bpartial\b|\bproduct\s+rule\b", re.IGNORECASE)
ORIENTED = re.compile(r"⟦N(\w+)⟧\s*(?:is|are|denotes?|being|=)?\s*(?:the\s+)?(?:⟦N\w*⟧)?\w?"
                      r"[\s-]*(?:th|st|nd|rd)?\s*(row|column)s?\s+of\s+(?:the\s+)?"
                      r"(?:matrix\s+|data\s+)*⟦N\w*⟧", re.IGNORECASE)
SYMMETRIC = re.compile(r"\b(?:since|because|as|by|using|where|with|for)\s+(?:the\s+symmetry\s+of"
                       r"\s+⟦N(\w*)⟧|⟦N(\w*)⟧\s+(?:is\s+)?symmetric)", re.IGNORECASE)
LEADS = re.compile(r"(?:^|:|\b(?:is|are|be|was|gets?|got|obtain(?:s|ed)?|have|has|finds?"
                   r"|found|gives?|giving|yields?|yielding|reads?|becomes?|equals?|that|then|thus"
                   r"|hence|so"
                   r"|therefore|consequently|follows?|answer|result|namely|at|(?:given|written"
                   r"|expressed|computed|obtained)\s+(?:by|as|in|from))"
                   r"|(?:^|[.!]\s+)(?:[A-Z][a-z]+ing|By|From|After|Here|Finally|Altogether)\b"
                   r"[^.!?:⟦]*,)[\s,:—–-]*$", re.IGNORECASE)
CLOSES = re.compile(r"^(?:[\s)]*$|[\s)]*[.;!]|\s+(?:This|Here|We|The|It|Thus|Hence|So|Note)\b"
                    r"|[\s,;)]*(?:⟦D|\(?(?:where|with|which|as|since|because"
                    r"|by|using|for|here|so|hence|thus|in|via|from|an?\s+(?:vector|matrix"
                    r"|scalar|number)|and\s+we\s+are\s+done|is\s+the\s+(?:gradient"
                    r"|derivative|answer|result))\b))")


# Where a name may stand between words, and words right behind a formula without dollars
LET = re.compile(r"\blet\s+⟦N\w*⟧\s+(?:denotes?|be|stand\s+for)\s+(?:the|an?)\s+[a-z]+",
                 re.IGNORECASE)
FRAMED = re.compile(r"\b(?:of|for|in|respect\s+to|w\.?r\.?t\.?)\s+(?:the\s+\w+\s+)?⟦N\w*⟧"
                    r"|\b(?:where|with|and|that|here|since|as|because)\s+⟦N\w*⟧\s+"
                    r"(?:is|are|denotes?|being)\b", re.IGNORECASE)
FOLLOWS = re.compile(r"\s*(?:[,;.:(]|⟦D|(?:where|with|for)\s+⟦D|$"
                     r"|where\s+⟦N\w*⟧\s+(?:is|are|denotes?)\b)")


class Told(NamedTuple):
    """A text without its prose, and which names such as y_d are said to be rows or columns."""

    text: str
    lines: dict[str, str]

    def agreeing(self, ways: list[Reading]) -> list[Reading]:
        """Return the readings in which the names are the rows and columns that they are said to be.
        """
        found = [way for way in ways if all(
            (f"{name}_" in way.note.partition("read as a column")[0]) == (line == "column")
            for name, line in self.lines.items())]
        if not found:
            raise Unreadable("The sum does not run over the rows or columns that are named beside "
                             "it.")
        return found


class Segment(NamedTuple):
    """A part of a text, and where it stands."""

    kind: str
    start: int
    end: int

    @property
    def formula(self) -> bool:
        """Whether this is a formula: F between dollars, B without them; P are words."""
        return self.kind in "FB"


def without_prose(exercise: Exercise, text: str) -> Told | None:
    """Return a text of the same length without its prose, None if that may say more.

    Each definition, and the answer, stands on a line of its own.
    """
    vocabulary = exercise.chain.vocabulary
    text = without_heading(without_politeness(unified(text), vocabulary), vocabulary)
    text = with_loss(exercise, text)
    shape, wrt = notation.shape(exercise.asked), notation.spelling(exercise.wrt)
    parts = [part for segment in segments(text, vocabulary) for part in (
        _equations(text, segment) if segment.formula else [segment])
        if not END.fullmatch(text[part.start:part.end])]
    kinds = [_kind(text[part.start:part.end], vocabulary, shape,
                   lambda side: names_asked(exercise, side)) if part.formula else ""
             for part in parts]
    for kind in ("C", "N"):  # there may be nothing else
        if "A" not in kinds and sum(it[:1] == kind for it in kinds) == 1:
            kinds = ["A" if it[:1] == kind else it for it in kinds]
    if kinds.count("A") > 1:  # then G is a letter beside the answer
        kinds = ["D" if kind == "A" and re.match(r"G\s*=", text[part.start:part.end]) else kind
                 for part, kind in zip(parts, kinds, strict=True)]
    kinds = ["D" if kind == "C" else kind for kind in kinds]
    if kinds.count("A") != 1 or all(part.formula for part in parts):
        return None
    at = kinds.index("A")
    after = text[parts[at].end:parts[at + 1].start] if parts[at + 1:] else ""
    if parts[at].kind == "B" and not re.search(r"[,;.:\n$]|\\(?:q?quad|text|mbox)", after):
        rest = "".join(f"⟦{kind}⟧" if kind else text[part.start:part.end] + " "
                       for part, kind in zip(parts[at + 1:], kinds[at + 1:], strict=True))
        if not FOLLOWS.match(rest):
            return None
    story = " ".join(f"⟦{kind}⟧" if kind else text[part.start:part.end]
                    for part, kind in zip(parts, kinds, strict=True))
    for found in SYMMETRIC.finditer(story):
        if (found[1] or found[2]) in symmetric_letters(exercise.chain):
            story = story.replace(found[0], " ")
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
    story = HARMLESS.sub(" ", LET.sub(" ", story))
    words = re.sub(r"⟦\w*⟧", " ", story) + " end"
    others = {*WITH_RESPECT_TO.findall(story)} - {wrt}
    if others or VALUE.search(story):
        return False
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
    if re.search("⟦[NS]", FRAMED.sub(" ", story)):
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
    for found in re.finditer(r"\n", text):
        if marks[found.start()] == "?":
            marks[found.start()] = "·"
    for found in re.finditer(SCALAR, text):
        if {*marks[found.start():found.end()]} == {"?"}:
            marks[found.start():found.end()] = "P" * len(found[0])
    outside = "".join(sign if mark == "?" else " " for sign, mark in zip(text, marks, strict=True))
    tokens = [*re.finditer(r"\S+", outside)]
    plain = [_is_word(token[0], vocabulary) for token in tokens]
    for place, token in enumerate(tokens):
        beside = plain[place + 1:place + 2] == [True] and tokens[place + 1][0].isalpha()
        word = plain[place] and (token[0] not in vocabulary.spellings or beside)
        marks[token.start():token.end()] = ("P" if word else "B") * len(token[0])
    found = []
    for mark, run in groupby((place for place, mark in enumerate(marks) if mark != "?"),
                             marks.__getitem__):
        places = [*run]
        if mark in "PFB":
            end = places[-1] + 1
            if mark != "P":
                end -= len(re.search(r"(?:[\s.,;:]|\\q?quad\b|\\[,;:! ])*$", text[:end])[0])
            if end > places[0]:
                found.append(Segment(mark, places[0], end))
    return found


def _is_word(token: str, vocabulary: Vocabulary) -> bool:
    if not (found := WORD.fullmatch(token)):
        return False
    word = found[1] or ""
    letters = {*word} <= {*vocabulary.spellings} and word.lower() not in ENGLISH
    return not (word and len(word) > 1 and (
        word in vocabulary.spellings or word in {*vocabulary.functions, *FUNCTIONS} - PROSE - SHAPES
        or (letters and len(word) < 4)))


def _equations(text: str, segment: Segment) -> list[Segment]:
    found, start = [], segment.start
    for part in equations(text[segment.start:segment.end]):
        space = len(re.match(r"(?:\s|\\q?quad\b|\\[,;:! ]|and\b)*", part)[0])
        found.append(Segment(segment.kind, start + space, start + len(part)))
        start += len(part) + 1
    return found


def _kind(formula: str, vocabulary: Vocabulary, shape: str, asked: Callable[[str], bool]) -> str:
    """Return D for a definition, C for a differential, N and a name, S for the shape that is asked
    for, X for what is none of these, or else A."""
    bare = re.sub(rf"{STYLES}|[{{}}\s]|\\[,;:! ]", "", formula).replace("\\times", "×")
    if re.fullmatch(r"\w+(?:×|x)\w+", bare) or "\\in" in bare or "∈" in bare:
        return "S" if bare.replace("x", "×").rpartition("R^")[2] == shape else "X"
    if name := re.fullmatch(r"\\?([^\W\d_]\w*?)(?:\^(?:T|\\top)|ᵀ|_\w+)*", bare):
        known = len(name[1]) == 1 or name[1] in vocabulary.spellings or bare == "\\sigma"
        return f"N{name[1]}" if known else "X"
    if len(sides_of(formula)) > 1 and not CHANGE.match(bare) and asked(sides_of(formula)[0]):
        return "A"
    return "C" if CHANGE.match(bare) else "D" if DEFINITION.match(formula) else "A"
