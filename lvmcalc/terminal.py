"""ASCII for a terminal that cannot print α or K⁻¹: alpha, K^-1."""

import codecs
import sys
import unicodedata

_SPELT = {
    "−": "-", "⁄": "/", "∕": "/", "·": "*", "⋅": "*", "∙": "*", "∗": "*", "•": "*", "×": "x",
    "⊙": "(.)", "∘": "(.)", "⊗": "(x)", "⊘": "(/)", "∂": "d", "∇": "grad ", "∑": "Sum ",
    "√": "sqrt", "‖": "||", "∥": "||", "⟨": "<", "⟩": ">", "→": "->", "←": "<-", "⇒": "=>",
    "≤": "<=", "≥": ">=", "≠": "!=", "∈": " in ", "⊤": "T", "′": "'", "’": "'", "‘": "'",
    "“": '"', "”": '"', "–": "-", "—": "-", "°": " deg", "✓": "[right]", "✗": "[wrong]",
}


def spelt(text: str, start: int = 0, end: int | None = None) -> str:
    """Return a part of a text in ASCII, as one would type it.

    A letter that has no ASCII spelling becomes \\uXXXX.
    """
    words = []
    for place in range(start, len(text) if end is None else end):
        letter, before, after = text[place], text[:place][-1:], text[place + 1:place + 2]
        plain = letter if letter in _SPELT else unicodedata.normalize("NFKD", letter)
        word = "".join(map(_word, plain))
        if _raised(letter) and not _raised(before):
            word = "^" + word
        elif len(word) > 1 and word.isalpha() and letter != "∂":  # alpha X, not alphaX
            word = " " * (before.isalpha() and _word(before) == before) + word + (
                " " * after.isalpha())
        words.append(word)
    return "".join(words).encode("ascii", "backslashreplace").decode("ascii")


def _raised(letter: str) -> bool:
    return "<super>" in unicodedata.decomposition(letter) if letter else False


def _word(letter: str) -> str:
    kind, _, word = unicodedata.name(letter, "").partition(" LETTER ")
    if kind.startswith("GREEK"):
        word = word.split()[0].lower().replace("lamda", "lambda")
        return word.capitalize() if "CAPITAL" in kind else word
    others = {"So": "*", "Mn": ""}  # symbols, and the accents of letters
    return _SPELT.get(letter, others.get(unicodedata.category(letter), letter))


def spell() -> None:
    """Let the standard output spell what its encoding does not have, where it would fail."""
    try:
        "α−ᵀ✗".encode(sys.stdout.encoding, sys.stdout.errors)
    except UnicodeEncodeError:
        codecs.register_error("spelt", lambda error: (
            spelt(error.object, error.start, error.end), error.end))
        sys.stdout.reconfigure(errors="spelt")
    except (AttributeError, TypeError, LookupError):  # no text stream of Python's own
        return
