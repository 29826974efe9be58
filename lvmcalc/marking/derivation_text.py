"""A derivation as it was pasted, taken apart: claims, definitions, and words between them."""

import re
from collections.abc import Iterable
from typing import NamedTuple
from unicodedata import normalize

from lvmcalc.marking.pasted_functions import says_nothing, statements_in, with_returned
from lvmcalc.notation import Unreadable, Vocabulary, spelling
from lvmcalc.notation.passages import BREAK, FRAMES, MATH, NEXT, formula_in, sides_of
from lvmcalc.notation.pasted import without_markup
from lvmcalc.notation.statements import COMMENT, LETTER, equations, is_open
from lvmcalc.notation.tables import PROSE, VARIANTS
from lvmcalc.notation.vocabulary import typed

# a comment, a number such as (2) or "Line 3:", or a bullet
LABEL = re.compile(r"^\s*(?:#.*|//.*|%\s.*|(?:[Ss]tep|[Ll]ine|[Ee]q\.?)\s*\d+\s*[.):]?\s*"
                   r"|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.):]\s+|\(\s*\d{1,3}\s*\)\s*"
                   r"|[-*•]\s+(?=.*=))?")
# Words in front of an equation that say what it is about: "Encoder: e = W x", "For W (both paths):"
HEADING = re.compile(r"^\s*(?=[^:=]*[A-Za-z]{3})([A-Za-z][\w\s,.'’&-]*(?:\([\w\s,.'’-]*\)\s*)?"
                     r"|\([\w\s,.'’-]*\)\s*)[:.,]\s+(?=.*=)")
# Lines that say nothing of a formula though one stands in them: "Solution to exercise 3"
SAYS_NOTHING = re.compile(
    r"\s*(?:(?:[a-z]+\s+){0,3}(?:exercise|problem|question|task|part|sheet)\s+"
    r"\d+(?:\.\d+|[a-z])?\W*$"
    r"|(?:the\s+)?gradient\s+(?:w\.?r\.?t\.?|for|with\s+respect\s+to)\s+\$?\\?\w+\W*$"
    r"|(?!.*(?:[∂∇]|\\partial|\\nabla|(?-i:\bd[A-Z]|\bL\b)))(?:note|notice|remark|recall)\b.*"
    r"\b(?:not|never)\b"
    r"|(?:as|since|because|note|here)\b[^=]*\b(?:is|are)\s+(?:an?\s+)?(?:scalar|number)s?\b[^=]*$)",
    re.IGNORECASE)
BOLD = re.compile(r"^(\s*)\*\*([A-Z(][^*=\n]*)\*\*", re.MULTILINE)
NUMBER_BELOW = re.compile("(?<=[^\\W\\d_])([₀-₉])(?![₀-₉])(?=([^\\W\\d_])?)")  # of δ₂, or δ₂Hᵀ
ROW_WISE = re.compile(r"(softmax\s*\([^()]*\)),?\s*\(?(?:applied\s+)?row[\s-]?wise\)?(?=[\s.,]*$)")
FIXED = re.compile(r"(?:,|\s(?:and|with|for))\s+\$?\\?\w+\$?\s+(?:is\s+|being\s+)?"
                   r"(?:held\s+|kept\s+)?(?:fixed|constant)[\s.]*$")
LOSS = ("loss", "cost", "objective")
TITLE = re.compile(r"\s*[A-Z][a-z]+(?:[\s-]+[A-Za-z.]+){0,4}\s*[.:]?\s*$")
WE_HAVE = re.compile(r"(?<=\S)\s+(?:(?:then|and)\s+)?we\s+(?:have|get|obtain|find)[\s:.,]*$")
DENYING = re.compile(r"\b(?:minus|times|plus|twice|half|negative|opposite|not?|nor|without|except"
                     r"|wrong|false|incorrect|mistake|instead|cannot|never|unlike|let|define)\b"
                     r"|\b(?:of|by|with|to|than|from)\W*$", re.IGNORECASE)
# What says that the lines from there on hold only where the gradient is zero
FLAT = re.compile(r"\b(?:set(?:ting)?|equat\w+|put(?:ting)?)\b[^=]*(?:\bzero\b|=\s*0\b|\bto 0\b)"
                  r"|(?:∂|∇|\\nabla|\\partial).*=\s*0(?![.\d])|\b(?:is|are|be) zero\b|\bvanish"
                  r"|\bsolv(?:e|ing)\s+for\b|\b(?:stationary|normal equations?|critical point"
                  r"|optim(?:um|al)|(?:mini|maxi)mi[sz]er|at (?:the|a) (?:mini|maxi)mum"
                  r"|first-order condition)\b", re.IGNORECASE)
LEADING = re.compile(r"^\s*(?:(?:[A-Z-]{4,}|at|the|an?|is|it|are|for|to|we|so|by)[,:]?\s+)+(?=.*=)",
                     re.IGNORECASE)
GIVES = re.compile(r"(?<=0)[\s$]*,?\s*(?:(?:this|which|and|it|we)\s+)*(?:gives?|yields?|implies"
                   r"|means|leads\s+to|get|obtain|find|have)\b:?"
                   r"|(?<=0)[\s$]*(?:,\s*(?:so|i\.e\.)|:)\s")
IN_WORDS = re.compile(rf"^\s*(?:let|where|with|here|write|denote|call)?,?\s*\$?({LETTER})\$?\s+"
                      r"(?:be|is|are|denotes?|stands?\s+for|means)\b", re.IGNORECASE)
# Words between two equations of one line, and words that would say something about a formula
THEN = re.compile(r"\.\s+(?=(?-i:[A-Z][a-z]+)\b)|[.;,]\s+(?=(?:then|so|thus|hence|therefore"
                  r"|(?:and\s+)?we\s+(?:have|get|obtain|find))\b)|\s+and\s+(?=\w+\s*:?=)",
                  re.IGNORECASE)
# What is said there is known before
WHERE = re.compile(rf",?\s+(?:(?:where|with|since|because|as)\s+(?=(?:{LETTER})\s*:?=)"
                   r"|for\s+(?=[A-Z]\s*:?=))")
REASONED = re.compile(r"\s*(?:by|using|from|since|because|via|derivative|rule|differential)\b")
TELLING = re.compile(r"\b(?:plus|minus|times|transposed?|twice|half|inverse|negative|opposite|not"
                     r"|without|divided|squared|sign|again|conjugate|wrong|false|incorrect"
                     r"|mistake|instead|cannot|never|unlike)\b", re.IGNORECASE)
OPERATING = re.compile(r"\b(?:trace|determinant|log\w*|exp\w*|diagonal|mean|averaged?|ratio|power"
                       r"|root|absolute|double|triple|quarter|scaled|multipl\w*|reciprocal|only"
                       r"|drop\w*|ignor\w*|neglect\w*|omit\w*|prior|penalt\w*|jacobians?|hessians?"
                       r"|except|no|nor|neither|zero|entr\w+|elements?|rows?|columns?|all|norm)\b"
                       r"|\b(?:of|by|with|to|than|from)\W*$",
                       re.IGNORECASE)
REMARK = re.compile(r"\s*(?:[,;]?\s*[(\[]((?:[A-Za-z'-]+[\s.,]*)+)[)\]]|(?<=\s)(?:#|//|←)\s*(.*)"
                    r"|,?\s+(?:by|using|via|from|since|because|as)\s+"
                    r"((?:[A-Za-z'-]+[\s.,]*)+))\s*$")
GIVEN = re.compile(r"(?:^|(?<!\\)[.,;:($]|(?<!\\)\b(?:[a-z]{3,}|be|by|if|so|we)\s)[\s$]*"
                   rf"({LETTER})(?:\(\w+\))?[\s&$]*(?::?=(?!=)|≔|≡|\\(?:coloneqq|equiv)\b)",
                   re.IGNORECASE)
# Words round a definition: "Let the residual be r = Xw − y", "p = σ(Xw), the probabilities"
_NOUNS = r"(?:(?:[a-z]{3,}|of)[\s-]*){1,5}"
NAMED_FIRST = re.compile(r"^\s*(let|define|denote|set|put|write)\s+"
                         rf"(?:(?:(?:the|our)\s+)?{_NOUNS}\s(?:be|by|as)\s+|(?:us\s+)?)"
                         rf"(?=\$?\s*(?:{LETTER})\s*:?=)", re.IGNORECASE)
NAMED_BEHIND = re.compile(rf"(?:,\s*(?:is\s+|which is\s+)?|\s+(?:be|is|being|denotes?|as)\s+)"
                          rf"(?:the|our|an?)\s+({_NOUNS})[.\s]*(\$?)$")
DEFINITION = re.compile(rf"^\s*\$?\s*(?:{LETTER})(?:\(\w\))?\s*:?=[^=]+$")
DEFINES = re.compile(r"^\s*(?:let|define|denote|set|put|write|where|with)\b", re.IGNORECASE)
NAME = re.compile(r"^\s*(?:\\(?:mathbf|bm|boldsymbol)\s*\{\s*)?"
                  r"\\?([^\W\d_][\u0302\u0303]?(?:(?:_?\w){0,12}|_\{[a-z]{1,2}\}))\}?"
                  r"(?:\(\w\))?\s*$")
QUAD = re.compile(r",\s*\\q?quad\b")
SPACES = re.compile(r"\\q?quad\b|\\[,;:! ]")
CONSTANT = re.compile(r"\s*\+\s*(?:\\(?:text|mathrm|textrm)\s*\{\s*const(?:ant|\.)?\s*\}"
                      r"|const(?:ant)?\b)[\s.,$]*$"
                      r"|[,;]?\s*\(?\bup to an? (?:\w+ )?constants?\)?[\s.,$]*$", re.IGNORECASE)
PROPORTIONAL = re.compile(r"∝|\\propto\b")  # a density, of which the logarithm has a constant more
ALONE = re.compile(r"(?<!\S)(?:\\[A-Za-z]+|[^\W\d_])(?=[\s.,;:]|$)")  # a name in a sentence
ENTRYWISE = re.compile(r",?\s*\(?(?:entry by entry|(?:entry|element|component)-?wise)\)?[\s.]*$")
SPOKEN = re.compile(r"\\(?:text|mbox|textrm)\s*\{(\s*[A-Z][a-z]+\s*|[A-Za-z]+[:,]?\s[^{}]*)\}")
OWN = re.compile(r"(?<![A-Za-z\\∂δ_])([A-Z])\s*&?\s*:?=(?!=)")  # no other name for L, as in dE
# dZ is no dL if it stands on the right of an equation, or beside dL
CHANGED = re.compile(r"(?<![A-Za-z\\])d([A-Z])(?![A-Za-z])(\s*&?\s*:?=)?")
# A reason in front of an equation: "Since G = Gᵀ: ∂L/∂X = …"; a letter said to be an adjoint
SINCE = re.compile(r"(\s*(?:since|as|because)\s[^:]*=[^:=]*):\s+(?=[^:]*=)", re.IGNORECASE)
DENOTES = re.compile(rf"^\s*let\s+({LETTER})\s+(?:denotes?|stand\s+for|be)\s+"
                     r"(?=[∂∇]|\\(?:[td]?frac|partial|nabla)\b|d[A-Z]\s*/)", re.IGNORECASE)
OPERATOR = re.compile(r"\s*(?:[+·*/−]|-(?=\s|\w)|\\(?:cdot|times|quad)\b)(?!.*=)")
UNFINISHED = re.compile(r"(?:[=+·*({\[−]|(?<!-)-)\s*$")


class Piece(NamedTuple):
    """A claim, a definition of `name`, or words, which claim nothing; or why it is unreadable.

    A claim has the name that its line says to define, or that is unknown, on its left, and words
    have that of which they say what it is; it goes on from the one before it if its line begins
    with an equals sign. A definition was said to be one, by "Let" or :=, or begins with an unknown
    name. What is flat may hold only where the gradient is zero; with a constant, two sides may
    differ by a term, with a "factor" by a term or a factor.
    """

    kind: str
    text: str
    name: str = ""
    error: str = ""
    goes_on: bool = False
    said: bool = False
    flat: bool = False
    constant: bool | str = False


def pieces(lines: Iterable[str], vocabulary: Vocabulary) -> list[Piece]:
    """Return the pieces of a derivation, in order."""
    found: list[Piece] = []
    raws = lines_of(lines)
    own, flat = {*OWN.findall("\n".join(raws))}, False
    changed = CHANGED.findall("\n".join(raws))
    beside = any(letter in vocabulary.outputs for letter, _ in changed)
    own |= {letter for letter, equals in changed if beside or not equals} - {*vocabulary.outputs}
    for raw in raws:
        text = without_front(raw, vocabulary)
        if not text.strip(" \t\r.,;$"):
            continue
        before = found[-1] if found else None
        goes_on = before and before.kind != "words" and (
            (re.match(r"\s*=[^=]", text) and "=" not in before.text)
            or OPERATOR.match(text) or ("=" not in text and (
                UNFINISHED.search(before.text) or is_open(before.text))))
        if goes_on:
            found[-1] = before._replace(text=f"{before.text} {text.strip()}")
        else:
            parts = [text]
            if FLAT.search(raw):
                flat, parts = True, [LEADING.sub("", part) for part in GIVES.split(text)]
            found += [_piece(one, vocabulary, found, own)._replace(flat=flat)
                      for part in parts for one in _statements(part, vocabulary)]
    return [_used(piece, found[:place] + found[place + 1:]) for place, piece in enumerate(found)]


def without_front(text: str, vocabulary: Vocabulary) -> str:
    """Return a line without its number, the words that say what it is about, and "we have"."""
    text = WE_HAVE.sub("", LABEL.sub("", text))
    heading = HEADING.match(text)
    words = re.findall(r"[A-Za-z]{3,}(?!\w)", heading[1]) if heading else []
    if not all(vocabulary.pattern.fullmatch(word) or word in vocabulary.functions
               for word in words) and not DENYING.search(heading[1]):
        return text[heading.end():]
    return text


def _used(piece: Piece, others: list[Piece]) -> Piece:
    """Return a claim in place of an equation for a letter that was not said to be defined, if no
    other line uses the letter."""
    base = re.sub(r"_[a-z]{1,2}$", "", spelling(piece.name))  # y of an entry y_i
    letter = re.compile(rf"(?<![A-Za-z])d?{typed(base)}(?![a-z]|_(?!\{{?[a-z]{{1,2}}\b))")
    if piece.kind != "definition":
        return piece
    numbered = re.search(r"[A-Za-z]_?\d$", piece.name)  # no Xᵀ1
    if piece.said or numbered or any(
            letter.search(it.text) for it in others if not says_nothing(it.text)):
        return piece
    return piece._replace(kind="claim")


def lines_of(lines: Iterable[str]) -> list[str]:
    """Return the lines of a text, also of an `align` of LaTeX."""
    text = FRAMES.sub(" ", without_markup(SPOKEN.sub(r" \1 ", BOLD.sub(
        r"\1\2", NUMBER_BELOW.sub(_below, "\n".join(lines))))))
    if "\\" in text:
        text = text.replace("&", " ")
    rows = [line for part in BREAK.split(text) for line in part.splitlines() or [""]]
    return [one for line in with_returned(rows)
            for one in (statements_in(line) or [COMMENT.sub("", line)])]


def _below(number: re.Match) -> str:
    return f"_{normalize('NFKC', number[1])}" + " " * bool(number[2])


def _statements(text: str, vocabulary: Vocabulary) -> list[str]:
    """Return the formulas in a line, of which words or arrows may stand between."""
    text = QUAD.sub(", ", text)
    if since := SINCE.match(text):
        return [since[1], *_statements(text[since.end():], vocabulary)]
    parts = [next(filter(None, match.groups())) for match in MATH.finditer(text)]
    claims = [part for part in parts if "=" in part]
    beside = SPACES.sub(" ", MATH.sub(" ", text))
    known = all(map(is_english, re.findall("[A-Za-z]+", beside)))
    several = len(claims) > 1 or any(len(equations(claim)) > 1 for claim in claims)
    alone = all("=" in part or NAME.match(part) for part in parts)
    if claims and ((known and several) or (not known and alone and is_words(beside, vocabulary))):
        return [one for claim in claims for one in _statements(claim, vocabulary)]
    parts = [one for part in NEXT.split(text) for one in THEN.split(part) if one.strip()]
    parts = [one for part in parts for one in reversed(WHERE.split(part))]
    return [one for part in parts for one in (
        equations(part) if all("=" in one for one in equations(part)) else [part])]


def _piece(text: str, vocabulary: Vocabulary, found: list[Piece], own: set[str]) -> Piece:
    if is_words(text, vocabulary):
        named = IN_WORDS.match(text)
        return Piece("words", text.strip(), named[1].strip("\\") if named else "")
    if constant := CONSTANT.search(text):
        return _piece(text[:constant.start()], vocabulary, found, own)._replace(constant=True)
    if PROPORTIONAL.search(text):
        text = PROPORTIONAL.sub("=", text, 1)
        return _piece(text, vocabulary, found, own)._replace(constant="factor")
    text = DENOTES.sub(r"let \1 = ", FIXED.sub("", ROW_WISE.sub(
        r"\1", ENTRYWISE.sub("", text))))
    defines = bool(DEFINES.match(text) or ":=" in text)
    text = definition_in(text)
    if front := NAMED_FIRST.match(text):
        text = text[front.end():]
    remark = REMARK.search(text)
    if remark and remark.start() and is_remark(next(filter(None, remark.groups()), ""), vocabulary):
        text = text[:remark.start()]
    try:
        lefts = " ".join(sides_of(piece.text)[0] for piece in found if not piece.name)
        own = own | {*re.findall(r"(?<![A-Za-z\\∂])[A-Z](?![A-Za-z(])", lefts)}
        formula = formula_in(text, vocabulary, own | {piece.name for piece in found})
        formula = re.sub(" {2,}", " ", formula)
    except Unreadable as error:
        return Piece("claim", text, error=str(error))
    if re.match(r"\s*=", formula):  # it goes on from the line before
        claims = [piece for piece in found if piece.kind != "words"]
        if not claims:
            return Piece("claim", text.strip())
        return Piece("claim", f"{sides_of(claims[-1].text)[-1].strip()} {formula.strip()}",
                     goes_on=True)
    name = NAME.match(sides_of(formula)[0].strip())
    spelled = spelling(name[1]) if name else ""
    known = name and (vocabulary.pattern.fullmatch(spelled)
                      or vocabulary.change.fullmatch(spelled) or spelled in vocabulary.functions)
    product = name and not defines and re.fullmatch("[A-Z][A-Za-z]", spelled) and (
        {*spelled} <= {*vocabulary.spellings})  # Xw = y says nothing of a letter
    known = known or product
    if name and name[1][1:] in {*own, *(piece.name for piece in found)}:
        known = known or name[1][0] in "dδ"  # the differential of a letter that was defined
    if name and not known and len(sides_of(formula)) > 1 and (
            defines or len(name[1]) == 1 or name[1] in LOSS or not is_english(name[1])):
        return Piece("definition", formula.strip(), re.sub("[{}]", "", name[1]), said=defines)
    return Piece("claim", formula.strip(), name[1] if name else "", said=defines)


def definition_in(text: str) -> str:
    """Return the definition of a letter without the words round it that name what it is."""
    front = NAMED_FIRST.match(text)
    found = text[front.end():] if front else text
    behind = NAMED_BEHIND.search(found)
    if behind:
        found = (found[:behind.start()] + behind[2]).rstrip()
    words = " ".join([front[0] if front else "", behind[1] if behind else ""])
    told = TELLING.search(words) or OPERATING.search(words)
    if told or not DEFINITION.match(found):
        return text
    return f"{front[1]} {found}" if front else found


def letters_given(text: str) -> set[str]:
    """Return the letters that a text gives a meaning, as far as it can be told without reading it.
    """
    plain = [re.sub(r"\\(?:math[a-z]+|bm|boldsymbol|[td]?frac)|[{}\s\\]", "", match[1])
             for match in GIVEN.finditer(text)]
    names = {spelling(VARIANTS.get(name, name)) for name in plain if not re.search("[∂/]", name)}
    return names | {re.sub(r"_?[ijkn]$", "", name) for name in names if len(name) > 1}


def without_heading(text: str, vocabulary: Vocabulary) -> str:
    """Return an answer without the words, ending with a colon, that stand in front of it."""
    heading, colon, rest = text.partition(":")
    words = re.findall(r"[A-Za-z]+(?:['’][a-z]+)?", heading)
    named = any(len(word) == 1 or word in vocabulary.spellings for word in words
                if word not in ("a", "A", "I"))
    says = re.search(r"[^A-Za-z\s.,;'’-]", heading) or named or TELLING.search(heading)
    alone = len(words) < 3 or says or OPERATING.search(heading)
    return text if alone or not rest[:1].isspace() else " " * len(heading + colon) + rest


def is_remark(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a text beside a formula is words alone, none of which is a name."""
    words = re.findall(r"[A-Za-z]+", text)
    named = any(vocabulary.pattern.fullmatch(word) for word in words)
    says = sum(is_english(word) and len(word) > 1 for word in words) > 0
    return bool(re.search("[a-z]{4}", text)) and (says or not named) and bool(
        REASONED.match(text) or not TELLING.search(text))


def is_english(word: str) -> bool:
    """Return whether a word is one that may stand beside a formula."""
    return word.lower() in PROSE


def is_words(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a line is words without a formula, most of which are known to say nothing."""
    inner = MATH.search(text)
    if SAYS_NOTHING.match(text) or says_nothing(text):
        return True
    if "=" in text or (inner and not NAME.match(inner[0].strip("$ "))):
        return False
    words = re.findall(r"[A-Za-z]+", MATH.sub(" ", text))
    others = re.sub(r"[A-Za-z\s.,;:!?'’()-]+", "", ALONE.sub(" ", MATH.sub(" ", text)))
    named = [word for word in words if len(word) > 1 and vocabulary.pattern.fullmatch(word)]
    if others or not words or named or TELLING.search(text):
        return False
    long_words = sum(len(word) > 3 for word in words)
    if TITLE.match(text) and max(map(len, words)) > 2:
        return True
    heading = long_words > text.rstrip().endswith(".") and text.rstrip().endswith((":", "."))
    english = sum(map(is_english, words))
    return heading or (long_words > 1 and 0 < english < len(words) - 1) or 2 * english > len(words)
