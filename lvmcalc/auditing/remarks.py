"""Lines of words in a derivation, and remarks beside a formula."""

import re

from lvmcalc.auditing.pasted_functions import says_nothing
from lvmcalc.marking.derivation_text import TELLING
from lvmcalc.notation import Vocabulary
from lvmcalc.notation.passages import MATH
from lvmcalc.notation.tables import PROSE

# Lines that say nothing of a formula though one stands in them: "Solution to exercise 3"
SAYS_NOTHING = re.compile(
    r"\s*(?:(?:[a-z]+\s+){0,3}(?:exercise|problem|question|task|part|sheet)\s+"
    r"\d+(?:\.\d+|[a-z])?\W*$"
    r"|(?:the\s+)?gradient\s+(?:w\.?r\.?t\.?|for|with\s+respect\s+to)\s+\$?\\?\w+\W*$"
    r"|(?!.*(?:[∂∇]|\\partial|\\nabla|(?-i:\bd[A-Z]|\bL\b)))(?:note|notice|remark|recall)\b.*"
    r"\b(?:not|never)\b"
    r"|(?:as|since|because|note|here)\b[^=]*\b(?:is|are)\s+(?:an?\s+)?(?:scalar|number)s?\b[^=]*$)",
    re.IGNORECASE)
TITLE = re.compile(r"\s*[A-Z][a-z]+(?:[\s-]+[A-Za-z.]+){0,4}\s*[.:]?\s*$")
NAME = re.compile(r"^\s*(?:\\(?:mathbf|bm|boldsymbol)\s*\{\s*)?"
                  r"\\?([^\W\d_][\u0302\u0303]?(?:(?:_?\w){0,12}|_\{[a-z]{1,2}\}))\}?"
                  r"(?:\(\w\))?\s*$")
REASONED = re.compile(r"\s*(?:by|using|from|since|because|via|derivative|rule|differential)\b")
ALONE = re.compile(r"(?<!\S)(?:\\[A-Za-z]+|[^\W\d_])(?=[\s.,;:]|$)")  # a name in a sentence


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
