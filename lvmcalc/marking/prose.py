"""Find the answer among sentences: the prose round it is left out only if it changes nothing.

    By the chain rule we obtain \\[ \\frac{∂L}{∂X} = 2 A X, \\] where $A = K^{-1}$.

There has to be one formula that can be the answer; beside it may stand definitions and names. A
word that may change what it says, such as "minus" or "half", is never left out.
"""

import re
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import NamedTuple
from unicodedata import category

from sympy import HadamardPower, MatPow

from lvmcalc import notation
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.chain_letters import has_one_path
from lvmcalc.marking.derivation_text import DENIES, IS_DEFINITION, without_heading
from lvmcalc.marking.exercise import Exercise
from lvmcalc.marking.left_side import entry_asked, loss_as_L, names_asked
from lvmcalc.marking.story import SCALAR, SO, STORY_NOUNS, is_harmless, is_of_a_part
from lvmcalc.notation import Unreadable
from lvmcalc.notation.filler_phrases import without_politeness
from lvmcalc.notation.formula_finder import FRAMES, MATH, sides_of
from lvmcalc.notation.lexicon import END, PROSE, STYLES, spells_a_word
from lvmcalc.notation.named_functions import FUNCTIONS
from lvmcalc.notation.shape_inference import Reading
from lvmcalc.notation.statements import LETTER, equations
from lvmcalc.notation.text_cleanup import unified
from lvmcalc.notation.vocabulary import Vocabulary

_TEXT = re.compile(r"\\(?:text|mbox|textrm|textit|intertext)\s*"
                   r"\{(?!\s*(?:softmax|sigmoid|tanh|exp|log|tr|diag)\s*\})"
                   r"([^{}\\$]*[a-z]{2}[^{}\\$]*|[\s.,;:()]*)\}")
_ROW = re.compile(r"\\\\(?:\[[\w.]+\])?")  # The end of a row of align
_GOES_ON = re.compile(r"(?:\\\\(?:\[[\w.]+\])?\s*|\n\s*)(?==)")  # A row that begins with =
_CHANGE = re.compile(r"d\\?\w+=")  # dL = tr(Gᵀ dX)
_WORD = re.compile(r"[(\[“\"]*([A-Za-z][a-z]+(?:['’-][A-Za-z][a-z]*)*|(?:\w-|-)?(?:th|st|nd|rd)"
                   r"|[aAI])[)\]”\".,;:!?]*|[.,;:!?∎□■✓—]+")
_SHAPES = {"matrix", "vector", "array", "sigmoid", "softmax"}  # Functions of code, too
# - Gradient: $…$, 2) We have …, 3. $…$, ## Solution
_NUMBER = r"(?:Step\s+)?\(?\d{1,2}[.:)]"
_BULLET = re.compile(rf"^[^\S\n]*(?:(?:[-*•–]|{_NUMBER})\s+(?=[A-Z][a-z]+\b[^$=\n]*:|[A-Z][a-z]+\s)"
                     rf"|{_NUMBER}\s+(?=\$|\\[(\[])|#{{2,6}}\s+)", re.MULTILINE)
_APART = re.compile(rf"[:.](?=\s+(?:{LETTER})\s*:?=(?!=))")  # With E = A − B: ∂L/∂A = …
_KNOWN = re.compile(r"\s*(?:row|element|entry|component|and|so|then|thus|hence|where|with|we|is|be"
                    r"|being|as|the|it|this|for|gives?|yields?)\b", re.IGNORECASE)
_VERBS = ("is", "are", "was", "has", "denotes", "means", "being", "for")  # Behind a name
ADJOINT = re.compile(r"[∂∇/]|\\(?:partial|nabla|[td]?frac)|\bgrad")
_ANSWERS = re.compile(r"\b(?:(?:answer|result|gradient|total|solution)\s+(?:is|becomes|reads)"
                      r"|(?:sum|total|together|altogether|differentiat(?:e|ing))\s*:"
                      r"|\b(?:adding|summing|putting)\s+"
                      r"(?:them|these|both|all|the\s+two(?:\s+(?:terms|parts|contributions))?)"
                      r"(?:\s+(?:up|together))?\s+(?:gives|yields))\W*$", re.IGNORECASE)
_LEADS = re.compile(r"\b(?:gives|yields|giving|yielding|leads?\s+to|(?:is|are)\s+left\s+with"
                    r"|so(?:\s+it(?:['’]s|\s+is))?|hence|thus|therefore|(?:we|one)\s+(?:\w+ly\s+)?"
                    r"(?:gets?|obtains?|ha(?:ve|s)|finds?|arrives?\s+at|ends?\s+up\s+with))"
                    r"[\s$:,]*$", re.IGNORECASE)
MARKED = "The last formula is marked, not those in front of it."
_ORIENTED = re.compile(r"⟦N(\w+)⟧\s*(?:is|are|denotes?|being|=)?\s*(?:the\s+)?(?:⟦N\w*⟧)?\w?"
                       r"[\s-]*(?:th|st|nd|rd)?\s*(row|column)s?\s+of\s+(?:the\s+)?"
                       r"(?:matrix\s+|data\s+)*⟦N\w*⟧", re.IGNORECASE)
# "for every row u_i of U", "for each class k", where k is below the left side
_EACH = r"\bfor\s+(?:each|every|all|any)\s+"
EACH = re.compile(rf"{_EACH}(?P<line>row|column)s?\s+⟦N(?P<name>\w+)⟧\s+of\s+(?=⟦N)"
                  rf"|{_EACH}(?:class(?:es)?|samples?|units?|cases?|index|indices|entry|entries"
                  r"|components?)?\s*"
                  r"⟦N(?P<index>[a-z])⟧", re.IGNORECASE)
_SQUARES = re.compile(r"[,;]?\s*\(?(?:\b(?:where|with|and)\s+)?\bthe\s+squares?\s+(?:(?:is|are"
                      r"|being|taken|meant|understood)\s+)*(?:(?:entry|element|component)[- ]?wise"
                      r"|entry\s+by\s+entry|element\s+by\s+element)\)?", re.IGNORECASE)
_FOLLOWS = re.compile(r"\s*(?:[,;.:(—]|⟦D|$|(?:where|with|for|since|because|as|by|using|which)\b)")


class Told(NamedTuple):
    """A text without its prose, and which names such as y_d are said to be rows or columns."""

    text: str
    lines: dict[str, str]
    note: str = ""
    squares: bool = False  # A square is said to be taken entry by entry
    remarks: Sequence[str] = ()

    def agreeing(self, ways: list[Reading]) -> list[Reading]:
        """Return the readings in which the names are the rows and columns that the text says."""
        found = [way._replace(note=f"{way.note} {self.note}".strip()) for way in ways if all(
            (f"{name}_" in way.note.partition("read as a column")[0]) == (line == "column")
            for name, line in self.lines.items())]
        if not found:
            raise Unreadable("The text names rows where the sum runs over columns, or columns "
                             "where it runs over rows.")
        if self.squares and not all(way.formula.has(HadamardPower) and not any(
                it.exp == 2 for it in way.formula.atoms(MatPow)) for way in found):
            raise Unreadable("No square here is taken entry by entry, as it is said to be.")
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


def without_prose(exercise: Exercise, text: str, stands_beside: Callable | None = None,
                  ) -> Told | None:
    """Return a text of the same length without its prose, None if that may say more.

    Each definition, and the answer, stands on a line of its own. Prose that is not understood may
    be known to `stand beside` the answer; then its `remarks` are to be shown.
    """
    vocabulary = exercise.chain.vocabulary
    text = without_heading(without_politeness(unified(text), vocabulary), vocabulary)
    text = loss_as_L(exercise, text.replace("&", " ") if r"\begin" in text else text)
    text = _GOES_ON.sub(lambda it: " " * len(it[0]), text)
    wrt, parts = notation.spelling(exercise.wrt), segments_of(text, vocabulary)
    if any(part.formula and notation.spelling(text[part.start:part.end].strip(" =")) in vocabulary
           and text[part.start:part.end].rstrip().endswith("=") for part in parts):
        return None  # K = the inverse of …
    kinds = [segment_kind(exercise, text[part.start:part.end]) if part.formula else ""
             for part in parts]
    for kind in ("C", "N"):  # There may be nothing else
        if "A" not in kinds and sum(it[:1] == kind for it in kinds) == 1:
            kinds = ["A" if it[:1] == kind else it for it in kinds]
    if kinds.count("A") > 1:  # G is a letter beside the answer
        kinds = ["D" if kind == "A" and re.match(r"G\s*=", text[part.start:part.end]) else kind
                 for part, kind in zip(parts, kinds, strict=True)]
    kinds = ["D" if kind == "C" else kind for kind in kinds]
    last = max((place for place, kind in enumerate(kinds) if kind == "A"), default=0)
    before = text[:parts[last].start] if parts else ""
    named = [kind == "A" and any(ADJOINT.search(side) and names_asked(exercise, side)
                                 for side in sides_of(text[part.start:part.end])[:-1])
             for part, kind in zip(parts, kinds, strict=True)]
    explicit = bool(_ANSWERS.search(before)) or (bool(parts) and named[last])
    torn = any(part.kind == "B" and kind[:1] != "N" and not re.match(  # K^ hence {-1}
        r"\s*[,.;:]\s", text[part.end:]) for part, kind in zip(parts[:last], kinds, strict=False))
    leads = explicit or (bool(_LEADS.search(before)) and not any(named) and not torn)
    if stands_beside and sum(named) == 1 and not torn:  # The others belong to remarks
        said = [text[part.start:part.end] for part in parts]
        kinds = ["A" if name else "B" if kind == "A" or (kind == "D" and is_unused(
                    one, [*said[:place], *said[place + 1:]], vocabulary)) else kind
                 for place, (name, kind, one) in enumerate(zip(named, kinds, said, strict=True))]
    if any(kind == "X" and DENIES.search(text[part.start:part.end])
           for part, kind in zip(parts, kinds, strict=True)):  # In R, drop is a function
        return None
    if leads:  # The rest in front is its story
        kinds = ["B" if kind == "X" and place < last and not re.search(
                     r"(?<![\\A-Za-z])[A-Za-z]{3}", text[part.start:part.end]) else kind
                 for place, (part, kind) in enumerate(zip(parts, kinds, strict=True))]
        kept = [text[part.start:part.end] for part in parts[last:]]
        for place in range(last - 1, -1, -1):
            said = text[parts[place].start:parts[place].end]
            if kinds[place] == "A" or (kinds[place] == "D" and is_unused(said, kept, vocabulary)):
                kinds[place] = "B"
            elif kinds[place] == "D":
                kept.append(said)
    if kinds.count("A") != 1 or all(part.formula for part in parts):
        return None
    if parts[0].kind == "B" and not named[last] and len(parts) > 1 and SO.fullmatch(
            text[parts[1].start:parts[1].end].strip()):  # d thus - x
        return None
    at = kinds.index("A")
    if at == 1 and re.fullmatch(r"\w+", text[parts[0].start:parts[0].end]) and re.match(
            r"[-−]\s", text[parts[1].start:]) and not text[parts[0].end:parts[1].start].strip():
        return None  # mind - x
    after = text[parts[at].end:parts[at + 1].start] if parts[at + 1:] else ""
    if re.match(r"\.[\w\s{}\\]*\bT\s*$", text[parts[at].end:]):  # x. with T may have been x.T
        return None
    if parts[at].kind == "B" and not re.search(r"[,;.:\n$]|\\(?:q?quad|text|mbox)", after):
        rest = "".join(f"⟦{kind}⟧" if kind else text[part.start:part.end] + " "
                       for part, kind in zip(parts[at + 1:], kinds[at + 1:], strict=True))
        if not _FOLLOWS.match(rest):
            return None
    ends = [*(part.start for part in parts[1:]), len(text)]
    gaps = [text[part.end:end] for part, end in zip(parts, ends, strict=True)]
    story = " ".join(f"⟦{kind}⟧" + "".join(re.findall(r"[.,:;!?]", gap)) if kind
                    else text[part.start:part.end]
                    for part, kind, gap in zip(parts, kinds, gaps, strict=True))
    for place, part in enumerate(parts):  # A part that is kept has to end there
        kept = part.kind == "B" and kinds[place] == "D" and place + 1 < len(parts)
        if kept and not (re.search(r"[,;.:\n$)]", gaps[place]) or _KNOWN.match(text[ends[place]:])):
            return None
    if is_of_a_part(story) and not has_one_path(exercise.chain, exercise.wrt):
        return None
    below = entry_asked(exercise, sides_of(text[parts[at].start:parts[at].end])[0])
    story = EACH.sub(lambda it: f"⟦N{it['name']}⟧ {it['line']} of " if it["line"] else (
        " " if it["index"] in below else it[0]), story)
    lines = {name: line.lower() for name, line in _ORIENTED.findall(story)}
    told, squares = _SQUARES.subn(" ", story)
    remarks: list[str] = []
    if (stands_beside and "B" in kinds) or not is_harmless(
            _ORIENTED.sub(" ", told), vocabulary, wrt, explicit, leads):
        if not (stands_beside and stands_beside(exercise, story, any(named))):
            return None
        remarks = _around(text, parts[at], [part for part, kind in zip(parts, kinds, strict=True)
                                            if kind[:1] == "D"])
    found = [" "] * len(text)
    for part, kind in zip(parts, kinds, strict=True):
        if kind[:1] in ("A", "D"):
            found[part.start:part.end] = text[part.start:part.end].replace("\n", " ")
            found[part.start - 1:part.start] = "\n" * bool(part.start)
    return Told("".join(found), lines, MARKED * ("B" in kinds and not remarks),
                bool(squares), remarks)


def _around(text: str, answer: Segment, defined: list[Segment]) -> list[str]:
    """Return what stands in front of an answer and behind it, but for definitions, as typed."""
    kept = [*text]
    for part in (answer, *defined):
        frame = next((it for it in MATH.finditer(text) if it.start() < part.start < it.end()), None)
        start, end = frame.span() if frame else (part.start, part.end)
        kept[start:end] = " " * (end - start)
    return ["".join(kept[:answer.start]), "".join(kept[answer.end:])]


def is_unused(said: str, others: list[str], vocabulary: Vocabulary) -> bool:
    """Return whether what is said of an unknown letter or adjoint is used in no other formula."""
    bare = re.sub(r"[\s{}]|\\(?:mathrm|[,;:!])", "", said)
    if any(bare.startswith(f"d{name}=") for name in vocabulary.outputs):  # It is checked
        return False
    left = re.sub(r"\s", "", re.sub(r"^\s*(?:let|where|with)\b", "", sides_of(said)[0], flags=re.I))
    letter = re.compile(rf"(?<![A-Za-z\\]){re.escape(left)}(?![A-Za-z])")
    if any(letter.search(re.sub(r"\s", " ", other)) or left in re.sub(r"\s", "", other)
           for other in others):
        return False
    if _CHANGE.match(bare):
        return True
    try:
        notation.parse(sides_of(said)[0], vocabulary)
    except (Unreadable, CannotBeFormed):
        return True
    return False


def segments_of(text: str, vocabulary: Vocabulary) -> list[Segment]:
    """Return the equations and the words of a text."""
    return [part for segment in _segments(text, vocabulary) for part in (
        _equations(text, segment) if segment.formula else [segment])
        if not END.fullmatch(text[part.start:part.end])]


def _segments(text: str, vocabulary: Vocabulary) -> list[Segment]:
    """Return the formulas and the words of a text, without what delimits them."""
    marks = ["?"] * len(text)
    for found in MATH.finditer(text):
        marks[found.start():found.end()] = "·" * len(found[0])
        inner = next(place for place, each in enumerate(found.groups(), 1) if each)
        marks[found.start(inner):found.end(inner)] = "F" * len(found[inner])
    for found in _TEXT.finditer(text):
        marks[found.start():found.end()] = "·" * len(found[0])
        marks[found.start(1):found.end(1)] = "P" * len(found[1])
    for found in re.finditer(r"\n", text):
        if marks[found.start()] == "?":
            marks[found.start()] = "·"
    for found in (*FRAMES.finditer(text), *_ROW.finditer(text), *_BULLET.finditer(text)):
        marks[found.start():found.end()] = "·" * len(found[0])
    for found in re.finditer(SCALAR, text):
        if {*marks[found.start():found.end()]} == {"?"}:
            marks[found.start():found.end()] = "P" * len(found[0])
    outside = "".join(sign if mark == "?" else " " for sign, mark in zip(text, marks, strict=True))
    tokens = [*re.finditer(r"\S+", outside)]
    plain = [_is_word(token[0], vocabulary) and not (
        token[0] in ("A", "a", "I") and re.match(r"\s*:?=", text[token.end():]))
        for token in tokens]
    for place, token in enumerate(tokens):  # the trace, an outer product; but not trace K
        beside = [*plain[max(place - 1, 0):place], *plain[place + 1:place + 2]]
        plain[place] |= any(beside) and token[0].strip(".,;:!?()").lower() in STORY_NOUNS
    for place, token in enumerate(tokens):
        alone = re.fullmatch(r"(\w+)([)\]]*[:,])", token[0])
        last = len(text[:token.start()].rstrip())
        if alone and (len(alone[1]) == 1 or alone[1] in vocabulary.spellings) and last and (
                marks[last - 1] == "P"):  # for A: …
            marks[token.end() - len(alone[2]):token.end()] = "·" * len(alone[2])
            marks[token.start():token.start() + len(alone[1])] = "B" * len(alone[1])
            continue
        beside = plain[place + 1:place + 2] == [True] and tokens[place + 1][0].isalpha()
        named = token[0].strip(".,;:!?()") in {*vocabulary.spellings, "σ"}
        word = plain[place] and (not named or (beside and tokens[place + 1][0] not in _VERBS))
        before = outside[:token.start()].rstrip()
        if named and beside and not alone and before.endswith(","):  # …, σ is the logistic function
            marks[len(before) - 1], word = "·", False
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
    if not (found := _WORD.fullmatch(token)):
        return False
    word = found[1] or ""
    return not (word and len(word) > 1 and (
        re.fullmatch("d[A-Za-np-z]", word) or word in vocabulary.spellings
        or vocabulary.change.fullmatch(word)
        or word in {*vocabulary.functions, *FUNCTIONS} - PROSE - _SHAPES
        or _are_letters(word, vocabulary)))


def _are_letters(word: str, vocabulary: Vocabulary) -> bool:
    """Return whether a word is a product of two or three names, such as XW."""
    return 1 < len(word) < 4 and {*word} <= {*vocabulary.spellings} and not spells_a_word(word)


def _equations(text: str, segment: Segment) -> list[Segment]:
    found, start = [], segment.start
    for part in (one for whole in equations(text[segment.start:segment.end])
                 for one in _APART.split(whole)):
        space = len(re.match(r"(?:\s|\\q?quad\b|\\[,;:! ]|and\b)*", part)[0])
        found.append(Segment(segment.kind, start + space, start + len(part)))
        start += len(part) + 1
    return found


def segment_kind(exercise: Exercise, formula: str) -> str:
    """Return the kind of a formula.

    It is D for a definition, C for a differential, N and a name, S for the shape that is asked for,
    A for what may be the answer, and X for none of these.
    """
    vocabulary, shape = exercise.chain.vocabulary, notation.shape(exercise.asked)
    bare = re.sub(rf"{STYLES}|[{{}}\s]|\\[,;:! ]", "", formula).replace("\\times", "×")
    if re.fullmatch(r"\w+(?:×|x)\w+", bare) or "\\in" in bare or "∈" in bare:
        return "S" if bare.replace("x", "×").rpartition("R^")[2] == shape else "X"
    name = re.fullmatch(r"\\?([^\W\d_]\w*?)(?:\^(?:T|\\top)|ᵀ|_\w+)*", bare)
    if name and not re.search(r"\w\s+\w", re.sub(STYLES, "", formula)):  # b_bar b
        letter = len(name[1]) == 1 and category(name[1]) != "Lm"  # A ᵀ alone is none
        if not letter and _are_letters(name[1], vocabulary):  # XW
            return "A"
        known = letter or name[1] in vocabulary.spellings or bare in ("\\sigma", "σ")
        return f"N{notation.spelling(name[1])}" if known else "X"
    if len(sides_of(formula)) > 1 and not _CHANGE.match(bare) and names_asked(
            exercise, sides_of(formula)[0]):
        return "A"
    return "C" if _CHANGE.match(bare) else "D" if IS_DEFINITION.match(formula) else "A"
