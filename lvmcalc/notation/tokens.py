"""Split a formula into tokens, with one spelling for Unicode, LaTeX and code.

An unknown word is refused; it is neither split nor dropped.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple
from unicodedata import normalize

from lvmcalc.notation.printer import ASCII, GREEK, plain
from lvmcalc.notation.vocabulary import Vocabulary

LONGEST, MOST_TOKENS, LARGEST_POWER = 2_000, 400, 24
SIGNS = str.maketrans({
    **dict.fromkeys("−–—‐‑‒﹣－", "-"), **dict.fromkeys("·⋅∙•×", "*"), "⊙": "∘",
    **dict.fromkeys("′’‘´`", "'"), **dict.fromkeys("⊤†", "ᵀ"),
    **dict.fromkeys("[{", "("), **dict.fromkeys("]}", ")"),
}) | ASCII
SAME = {"@": "*", ".*": "∘", "||": "‖"}  # operators with a second spelling
CAPITALS = "|".join(word for word in GREEK if word.istitle())
LATEX = {
    r"\\[dt]frac": r"\\frac",
    r"\\frac\{\\partial\s*(\w+)\}\{\\partial\s*\\?(\w+)\}": r"∂\1/∂\2",
    r"L_\{?([12])\}?": r"L\1",
    r"_\{(\w)\}": r"_\1",
    r"\\bar\{\\?(\w+)\}": r"\1_bar",
    r"\\partial\s*": "∂",
    r"\\(?:operatorname|mathrm|mathbf|mathsf|boldsymbol|text)\s*\{([^{}]*)\}": r" \1 ",
    r"\\top": "T",
    r"\\\|": "‖",
    r"\\(?:left|right|[,;! ])": " ",
    r"\\(?:cdot|times)": "*",
    r"\\(?:odot|circ)": "∘",
    rf"\\(?=[a-z]|{CAPITALS})": "",
}
EXPONENT = r"(?:[-+]? ?[0-9]+(?!\.?[0-9])|-? ?[Tᵀ])"


class Unreadable(ValueError):
    """The text is no formula that is understood."""


class Token(NamedTuple):
    """A piece of the text: a number, a name, a function, a power, an operator or the end."""

    kind: str
    text: str
    start: int


def quoted(text: str, most: int = 40) -> str:
    """Return the beginning of a text, fit to be quoted in an error message."""
    shown = "".join(c if c.isprintable() else "�" for c in text[:most]).strip()
    return shown if len(text) <= most else shown[:most - 1] + "…"


def unified(text: str) -> str:
    """Return the text with one spelling for each sign, and without an "answer =" in front of it.

    Raises
    ------
    Unreadable
        If the text is empty or too long.
    """
    if len(text) > LONGEST:
        raise _too_long(text)
    if not text.strip():
        raise Unreadable("There is nothing to read: write a formula, such as 2 X.")
    text = re.sub("[\U0001d400-\U0001d7ff]", lambda letter: normalize("NFKC", letter[0]),
                  normalize("NFD", text))
    for pattern, replacement in LATEX.items():
        text = re.sub(pattern, replacement, text)
    text = re.sub(r"\s+", " ", text.translate(SIGNS))
    text = re.sub(r"∂\s*(\w+)\s*/\s*∂\s*", r"∂\1/∂", text)
    return re.sub(r"^ ?[\w∂\u0304]+(?: ?/ ?[\w∂]+)? ?=(?!=)", "", text)


def tokens(text: str, vocabulary: Vocabulary, functions: list[str]) -> list[Token]:
    """Return the tokens of a text with one spelling for each sign; the last one is its end.

    Raises
    ------
    Unreadable
        If a part of the text is no token, or there are too many of them.
    """
    names = _longest_first(vocabulary.spellings)
    pattern = re.compile(
        r"(?P<space> |(?:np|numpy)\.(?:linalg\.)?)"
        r"|(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+|[½¼¾⅓⅔])"
        rf"|(?P<power>(?:\^|\*\*) ?(?:\( ?{EXPONENT} ?\)|{EXPONENT})|[⁻⁺]?[⁰¹²³⁴-⁹]+|⁻?ᵀ|'"
        r"|\.(?:transpose\( ?\)|inv(?:erse)?\( ?\)|[TI]))"
        rf"|(?!sqrt)(?:(?P<function>{_longest_first(functions)})|(?P<name>{names}))"
        r"|(?P<operator>\|\||\.\*|[-+@/∘()|‖]|\*(?!\*))")
    found, place = [], 0
    while place < len(text):
        match = pattern.match(text, place)
        if not match:
            raise Unreadable(_unknown(text, place, vocabulary, functions))
        if ten := re.match(r"([0-9.]+)[eE]([-+]?[0-9]+)", text[place:]):
            raise Unreadable(
                f"It is not clear whether `{quoted(ten[0])}` is a power of ten or has the name e "
                f"in it: write {quoted(ten[1])}*10^{quoted(ten[2])}, or a * or a space before the "
                "e.")
        word = match[0]
        if word == "||" and sum(token.text == "|" for token in found) % 2:
            word = "|"  # a determinant ends here, as in |K||K|
        found.append(Token(match.lastgroup, SAME.get(word, word), place))
        place += len(word)
    found = [token for token in found if token.kind != "space"]
    if len(found) > MOST_TOKENS:
        raise _too_long(text)
    return [*found, Token("end", "", len(text))]


def _longest_first(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def _too_long(text: str) -> Unreadable:
    return Unreadable(f"`{quoted(text)}` is too long: at most {LONGEST:,} characters are read, and "
                      f"at most {MOST_TOKENS} names, numbers and signs.")


def _unknown(text: str, place: int, vocabulary: Vocabulary, functions: list[str]) -> str:
    """Return the sentence about the first part of a text that is no token."""
    if text[place] in "^*":
        return (f"`{quoted(text[place:])}` cannot be read: an exponent is a whole number from "
                f"-{LARGEST_POWER} to {LARGEST_POWER}, or T for a transpose.")
    if text[place] == "=":
        return "Only one = is read, behind what is asked for, as in ∂L/∂X = 2 X."
    if re.match(r"\w", text[place]):  # the word began before the letter that is not understood
        place -= len(re.search(r"\w*$", text[:place])[0])
    part = re.match(r"[\w∂]+(?:/∂\w+)?|\.\w+|.", text[place:], re.DOTALL)[0]
    names, first = vocabulary.spellings, vocabulary.listed[0]
    same = [name for name in names if name.lower() == part.lower()]
    near = same[:1] or get_close_matches(part, [*names, *functions], 1)
    hint = f" (did you mean `{near[0]}`?)" if near else ""
    return (f"There is no `{quoted(part)}` here{hint}; the names are "
            f"{', '.join(map(plain, vocabulary.listed))}, with adjoints such as {first}_bar or "
            f"∂L/∂{first}.")
