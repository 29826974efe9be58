"""Split a pasted derivation into numbered lines, and a line into equations."""

import re
from collections.abc import Iterable
from unicodedata import normalize

from lvmcalc.auditing.pasted_functions import statements_in, with_returned
from lvmcalc.auditing.remarks import ONE_NAME, SPECIAL_CASE, is_english, is_words, without_noun
from lvmcalc.marking.code_comments import DOUBTED
from lvmcalc.notation import Vocabulary, spelling
from lvmcalc.notation.formula_finder import BREAK, FRAMES, MATH, NEXT
from lvmcalc.notation.statements import COMMENT, LETTER, equations, is_open
from lvmcalc.notation.text_cleanup import without_markup

# A comment, a number such as (2) or "Line 3:", or a bullet
LABEL = re.compile(r"^\s*(?:>\s+)*(?:#.*|//.*|%\s.*|(?:[Ss]tep|[Ll]ine|[Ee]q\.?)\s*\d+\s*[.):]?\s*"
                   r"|Q\d+(?:\s*\([a-z]\)[.:]?|[.:])\s+"
                   r"|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.):]\s+|\(\s*\d{1,3}\s*\)\s*"
                   r"|[-*•]\s+(?=.*=|(?!(?:tr|log|ln|det|exp|tanh|diag|sum|vec|trace|half|twice)\b)"
                   r"[A-Za-z]{2,}(?:,?\s+[a-z]{2,}\b|[,:]?\s*$)))?")
# Words in front of an equation that say what it is about: "Encoder: e = W x", "For W (both paths):"
_HEADING = re.compile(r"^\s*(?=[^:=]*[A-Za-z]{3})([A-Za-z](?:[\w\s,.'’&-]|\$[^$=]{1,20}\$)*"
                      r"(?:\([\w\s,.'’-]*\)\s*)?|\([\w\s,.'’-]*\)\s*)[:.,]\s+(?=.*=)")
_BOLD = re.compile(r"^(\s*(?:[-*•]|\(?\d+[.)])?\s*)\*\*([A-Z(][^*=\n]*)\*\*", re.MULTILINE)
_NUMBER_BELOW = re.compile("(?<=[^\\W\\d_])([₀-₉])(?![₀-₉])(?=([^\\W\\d_])?)")  # in δ₂ or δ₂Hᵀ
_INDEX = re.compile(r"(?<=[A-Za-z]_\d)(?=[A-Za-z])")  # LaTeX: \delta_2H is δ₂ H
# In diag(p(1 − p)), a column p is multiplied entry by entry
_DIAGONAL = re.compile(r"(diag\s*\}?\s*(?:\\(?:left|big))?\()\s*"
                       r"(\\?[^\W\d_]+[\u0302]?|(?:\\sigma|σ)\s*\([^()]*\))\s*"
                       r"(?:\*\s*)?\(\s*1\s*[-−]\s*\2\s*\)\s*((?:\\(?:right|big))?\))")
_ADJOINT_FIRST = re.compile(r"^\s*(?:for\s+)?\$?(?:[∂d]\w\s*/\s*[∂d]\w+|∇_\w+\s*\w?)\$?\s*:\s+"
                            r"(?=[^:]*=)")
_ONES = re.compile(r"(?<![\w.⁻^])1\s*\((?:the\s+|an?\s+)?(?:(?:column\s+)?vector\s+of\s+"
                   r"(?:all\s+)?ones|all-?\s?ones\s+vector)\)")
_WE_HAVE = re.compile(r"(?<=\S)\s+(?:(?:then|and)\s+)?(?:we|you|one)\s+"
                      r"(?:have|get|obtain|find|gets)[\s:.,]*$")
_GOES_ON = re.compile(r"(?<=\S)[\s,;]+(?:and|so|hence|thus|therefore)"
                      r"(?:\s+(?:so|thus|hence))?[\s:,]*$")
_QUESTION = re.compile(r"^\s*[A-Za-z][A-Za-z\s,!'’]*\?\s+(?=\S.*=)")
# "Work with the precision Λ = Σ⁻¹", "Find the gradient of L = …"
_WORK = re.compile(r"^\s*(?:(?:we|let\s+us|let's)\s+)?work\s+(?:with|in)\s+(?:the\s+)?"
                   rf"(?:[a-z]+\s+){{0,2}}(?=\$?\s*(?:{LETTER})\s*:?=)", re.IGNORECASE)
_TASK = re.compile(r"^\s*(?:(?:we|I)\s+)?(?:want|need|find|compute|differentiate"
                   r"|(?:mini|maxi)mi[sz]e)"
                   r"(?:\s+(?:to\s+(?:find|compute)|the|gradient|derivative|of"
                   r"|[d∂]\s*/\s*[d∂]\w+))*\s+"
                   r"(?=\$?\s*(?:L|f|J|ℓ|\\ell|\\mathcal\s*\{?\s*[LJ]\s*\}?)\s*"
                   r"(?:\(\s*\\?\w+\s*\)\s*)?=)", re.IGNORECASE)
_MINE = re.compile(rf"^\s*(?:my|our)\s+(?=\$?\s*(?:{LETTER})\s*:?=)")
_QED = re.compile(r"\$\s*\\(?:blacksquare|square|Box|qed)\s*\$|\\(?:blacksquare|qed)\b")
_CALLIGRAPHIC = re.compile(r"(?<![A-Za-z\\])d\s*\\mathcal\s*\{?\s*([A-Z])(?![A-Za-z])\s*\}?")
_LISTS = re.compile(r"\\(?:begin|end)\s*\{(?:itemize|enumerate|proof|center|quote)\}|\\item\b"
                    r"|\\textbf\s*\{\s*\(?\w{1,3}[.)]*\s*\}|\\eqalign\s*\{(?=\s*$)"
                    r"|^\s*\}\s*(?=\$\$)", re.MULTILINE)
_DENYING = re.compile(r"\b(?:minus|times|plus|twice|half|negative|opposite|not?|nor|without|except"
                      r"|wrong|false|incorrect|mistake|instead|cannot|never|unlike|let|define)\b"
                      r"|\b(?:of|by|with|to|than|from)\W*$", re.IGNORECASE)
# Words between two equations of one line, and words that would say something about a formula
_THEN = re.compile(r"\.\s+(?=(?-i:[A-Z][a-z]+)\b)|[.;,]\s+(?=(?:then|so|thus|hence|therefore"
                   r"|(?:and\s+)?we\s+(?:have|get|obtain|find))\b)|\s+and\s+(?=\w+\s*:?=)",
                   re.IGNORECASE)
# Words that repeat what is known
_WHERE = re.compile(rf",?(?<!\bup)\s+(?:(?:where|with|since|because|as)\s+(?=(?:{LETTER})\s*:?=)"
                    r"|for\s+(?=[A-Z]\s*:?=))")
# z = X w gives p = σ(z)
_GIVING = re.compile(r",?\s+(?:gives|yields|implies|leads\s+to|so|hence|therefore|iff"
                     r"|if\s+and\s+only\s+if|and"
                     r"|(?:we|you|one)\s+(?:have|get|obtain|find)s?)\b,?\s*"
                     r"|[,;.]?\s+\(?(?:i\.\s?e\.|that\s+is|equivalently)(?:[,:]\s*|\s+)")
_BEGINS = re.compile(r"(?:(?:since|because|as)\b[^=,]*,)?[^=,]*=")
_QUAD = re.compile(r"[,;.]\s*\\q?quad\b|\\qquad\b")
_SPACES = re.compile(r"\\q?quad\b|\\[,;:! ]")
_SPACES_FIRST = re.compile(rf"^(?:\s|{_SPACES.pattern})+")
_SPOKEN = re.compile(
    r"\\(?:text|mbox|textrm)\s*\{(\s*[A-Z][a-z]+\s*|\(?\$?[A-Za-z]+\$?[:,]?\s[^{}]*)\}"
    r"|\\(?:textbf|textit|emph|underline|(?:sub)*section|paragraph)\*?\s*"
    r"\{([^{}]*[a-z]{3}[^{}]*)\}")
# "With r = y − Aw this is Aᵀr", "G = … is ∂L/∂K"
_WITH_THIS = re.compile(r"^\s*with\s+(\$?[^=]+=[^=]+?)\s+this\s+(?:is|becomes|reads|equals)\s+"
                        r"(?!not\b|no\b|an?\b|the\b)(?=[^=]*$)(\S.*?)[\s.]*$", re.IGNORECASE)
_IS_ADJOINT = re.compile(r"(=[^=]*\S)\s+is\s+(?=\$?(?:∂L\s*/\s*∂|\\[td]?frac\s*\{\s*\\partial\s*L)"
                         r"[^=\s]+[\s.]*$)")
# "(so that E Eᵀ = …)" behind an equation
_SO_THAT = re.compile(r"(?<=\S)(?:\s{3,}\(|\s*\((?:so(?:\s+that)?|i\.e\.,?|that\s+is,?|hence|thus"
                      r"|note(?:\s+that)?|with|where|since|because|as)\s+)"
                      r"((?:[^()]|\([^()]*\))*=(?:[^()]|\([^()]*\))*)\)[\s.,]*$")
# "(K⁻¹ is symmetric)" behind an equation
_SYMMETRIC = re.compile(r"(?<=[^\s(])\s*\((?:(?:since|as|because|using)\s+)?"
                        r"\$?(?P<of>[^\s()$=]{1,12})\$?\s+(?:is|being)\s+symmetric\)[\s.,]*$")
# A reason in front of an equation: "Since G = Gᵀ: ∂L/∂X = …"; a letter said to be an adjoint
_SINCE = re.compile(r"(\s*(?:since|as|because|with|for)\s[^:]*=[^:=]*):\s+(?=[^:]*=)",
                    re.IGNORECASE)
_LAYER = re.compile(r"(\\?[^\W\d_]+)\s*(?:\^\s*(?:\{\s*[(\[]([\dA-Z])[)\]]\s*\}|[(\[](\d)[)\]])"
                    r"|⁽([⁰¹²³⁴-⁹])⁾)|(\\delta|δ)\s*\^\s*(?:\{\s*([A-SU-Z])\s*\}|([A-SU-Z])\b)")
# "subject to WᵀW = I" states a condition, unless it defines a letter
_REQUIRED = re.compile(r"^\s*(?:we\s+)?(?:s\.\s?t\.|subject\s+to|(?:under|with)\s+the\s+constraint"
                       r"|(?:requir|impos|enforc)(?:e|ing))(?:\s+that)?\s*:?\s+(?=\S.*=)",
                       re.IGNORECASE)


def without_front(text: str, vocabulary: Vocabulary) -> str:
    """Return a line without its number, heading, and "we have" or "and"."""
    text = _WE_HAVE.sub("", _REQUIRED.sub("", LABEL.sub("", text)))
    text = _WORK.sub("let ", _TASK.sub("", text))
    text = _ADJOINT_FIRST.sub("", _GOES_ON.sub("", text)) if "=" in text else text
    asked = _QUESTION.match(text)
    text = _MINE.sub("", text[asked.end():] if asked and not _DENYING.search(asked[0]) else text)
    heading = _HEADING.match(text)
    words = re.findall(r"[A-Za-z]{3,}(?!\w)", heading[1]) if heading else []
    colon = heading and heading[0].rstrip().endswith(":")  # as in "tanh: dH = …"
    known = all(vocabulary.pattern.fullmatch(word) or word in vocabulary.functions
                for word in words)
    if words and (colon or not known) and not _DENYING.search(heading[1]):
        return text[heading.end():]
    return text


def with_layers(text: str, vocabulary: Vocabulary) -> str:
    """Return a text with δ_2 for δ^{(2)}, unless δ is a name of its own."""
    def put(layer: re.Match) -> str:
        letter, which = filter(None, layer.groups())
        known = vocabulary.pattern.fullmatch(letter) or spelling(letter.strip("\\")) in (
            vocabulary.functions)
        return layer[0] if known else f"{letter}_{normalize('NFKC', which)} "

    return _LAYER.sub(put, text)


def unwrapped_lines(lines: Iterable[str]) -> list[str]:
    """Return the lines of a text, also of a LaTeX `align`."""
    return [line for _, line in numbered(lines)]


def numbered(lines: Iterable[str]) -> list[tuple[int, str]]:
    """Return the lines of a text with their numbers as pasted, blank lines counted.

    Parts that a double backslash or a semicolon separates have the same number.
    """
    text = _BOLD.sub(r"\1\2", _NUMBER_BELOW.sub(_below, "\n".join(lines)))
    text = _INDEX.sub(" ", text) if "\\" in text else text
    text = _CALLIGRAPHIC.sub(r"d\1", _QED.sub("", text))
    text = _SPOKEN.sub(lambda it: f" {it[1] or it[2]} ", text)
    text = _ONES.sub("𝟏", text)
    text = _DIAGONAL.sub(r"\1\2 ∘ (1 - \2)\3", _LISTS.sub(" ", text))
    text = FRAMES.sub(_but_for_breaks, without_markup(text))
    if "\\" in text:
        text = text.replace("&", " ")
    rows: list[tuple[int, str]] = []
    number = 1
    for part in re.split(f"({BREAK.pattern})", text):
        if BREAK.fullmatch(part):
            number += part == "\n"
        else:
            rows += [(number, _without_half(row)) for row in part.splitlines() or [""]]
    read = with_returned([row for _, row in rows])
    return [(number, one) for (number, _), line in zip(rows, read, strict=True)
            for one in (statements_in(_without_comment(line)) or [_without_comment(line)])]


def _without_comment(line: str) -> str:
    """Return a line of code without its comment, unless that doubts it or explains a letter."""
    code, _, said = line.partition("  #" if "  #" in line else " # ")
    told = not code.strip() or "=" not in code or "=" in said or DOUBTED.search(said)
    return COMMENT.sub("", line) if told else code


def _without_half(line: str) -> str:
    """Return a line without the bracket of a display that spans several lines."""
    for begin, end in (("$$", "$$"), (r"\[", r"\]"), (r"\(", r"\)")):
        if line.count(begin) != line.count(end) or (begin == end and line.count(begin) % 2):
            line = line.replace(begin, " ").replace(end, " ")
    return line


def _but_for_breaks(frame: re.Match) -> str:
    return " " + "\n" * frame[0].count("\n")


def _below(number: re.Match) -> str:
    return f"_{normalize('NFKC', number[1])}" + " " * bool(number[2])


def line_formulas(text: str, vocabulary: Vocabulary) -> list[str]:
    """Return the formulas of a line, with words or arrows between them."""
    if SPECIAL_CASE.match(text):
        return [text]
    sides = [part for part in _QUAD.split(text) if part.strip()]
    if len(sides) > 1 and all("=" in part for part in sides) and not MATH.search(text):
        return [one for part in sides for one in line_formulas(part, vocabulary)]
    if told := _WITH_THIS.match(text):
        return [f"= {told[2].replace('$', ' ')}", f"where {told[1].replace('$', ' ')}"]
    text = _IS_ADJOINT.sub(r"\1 = ", text)
    behind = _SO_THAT.search(text)
    if behind and "=" in text[:behind.start()]:
        return [one for part in (text[:behind.start()], behind[1])
                for one in line_formulas(part, vocabulary)]
    symmetric = _SYMMETRIC.search(text)
    if symmetric and "=" in text[:symmetric.start()]:
        return [*line_formulas(text[:symmetric.start()], vocabulary),
                "where ({0})^T = {0}".format(symmetric["of"])]
    if since := _SINCE.match(text):
        return [since[1], *line_formulas(text[since.end():], vocabulary)]
    parts = [next(filter(None, match.groups())) for match in MATH.finditer(text)]
    claims = [part for part in parts if "=" in part]
    text = _QUAD.sub(", ", text)
    beside = _SPACES.sub(" ", MATH.sub(" ", text))
    known = all(map(is_english, re.findall("[A-Za-z]+", beside)))
    several = len(claims) > 1 or any(len(line_formulas(claim, vocabulary)) > 1 for claim in claims)
    alone = all("=" in part or ONE_NAME.fullmatch(part) for part in parts)
    if claims and ((known and several) or (not known and alone and is_words(beside, vocabulary))):
        return [one for claim in claims for one in line_formulas(claim, vocabulary)]
    parts = [one for part in NEXT.split(text) for one in _THEN.split(part) if one.strip()]
    parts = [one for part in parts for one in _WHERE.split(part)]
    parts = [one for part in parts for one in _before_nouns(part, vocabulary)]
    parts = [one for part in parts for one in _cut(part)]
    return [_SPACES_FIRST.sub("", one) for part in parts for one in (
        equations(part) if all("=" in one for one in equations(part)) else [part])
        if one.strip(" ,;.$") and _SPACES.sub("", one).strip()]


def _cut(text: str) -> list[str]:
    """Split a text at "and", "gives" or "i.e." between equations."""
    for word in _GIVING.finditer(text):
        before, behind = text[:word.start()], text[word.end():]
        if "=" in before and _BEGINS.match(behind) and not is_open(before):
            return [before, *_cut(behind)]
    return [text]


def _before_nouns(text: str, vocabulary: Vocabulary) -> list[str]:
    """Split "h = X V, error e = h − y" into its equations, without the nouns."""
    first, *others = re.split(r",\s+", text)
    found = [without_noun(first, vocabulary)]
    for part in others:
        bare = without_noun(part, vocabulary)
        if bare != part and "=" in found[-1]:
            found.append(bare)
        else:
            found[-1] += f", {part}"
    return found
