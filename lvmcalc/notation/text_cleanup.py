"""Clean up pasted text: look-alikes, torn words, the markup of other programs.

Whatever is rewritten keeps its length, so that places stay as typed.
"""

import re
from html import unescape
from unicodedata import normalize

from lvmcalc.notation.letters import GREEK
from lvmcalc.notation.lexicon import ARRAYS, DOT, DOTTED, INVISIBLE, MARKUP, MATHEMATICA, METHODS
from lvmcalc.notation.name_resolution import Unreadable, quoted
from lvmcalc.notation.ones import with_ones

LONGEST_TEXT, MOST_TOKENS = 2_000, 400
FROM_ONE = re.compile(r"(_\s*\{\s*[a-z])\s*=\s*1\s*(?=\})")  # Σ_{i=1} is no equation
# What is one word though a space stands in it; the space goes behind it
_TORN = re.compile(
    r"\b(?:np|numpy|jnp|torch|scipy|jsp|jax|linalg|special)(?:\s+\.\s*|\.\s+)[a-z_]+"
    rf"|\.\s+(?:{'|'.join(sorted(name for name in METHODS if len(name) > 1))})(?=\s*\()"
    r"|\.\s+m?T(?=\s*(?:[@)*+,-]|$))|[^\S\n]+\.(?:m?T\b|[a-z_]+(?=\())|⁻\s+[¹²³⁴-⁹ᵀ]"
    r"|(?:[^\S\n]+_\s*|_\s+)bar(?![A-Za-z0-9])"
    r"|%(?:\s+\*\s*|\*\s+)%")
# An accent that makes another name of a letter
_ACCENTS = {"hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303"}
_BOLD = r"\\(?:mathbf|bm|boldsymbol|mathrm|bf)(?![A-Za-z])\s*"
_LETTER = rf"\\(?:{'|'.join(GREEK)})(?![A-Za-z])|[^\W\d_]"
_ONE = rf"(?:(?:{_BOLD})?(?:{_LETTER})|{_BOLD}\{{\s*(?:{_LETTER})\s*\}})"
_ACCENT = re.compile(rf"(?P<outer>{_BOLD}\{{\s*)?\\(?P<accent>{'|'.join(_ACCENTS)})(?![A-Za-z])\s*"
                     rf"(?:(?P<alone>{_ONE})|\{{\s*(?P<inner>{_ONE})(?P<below>_\w)?\s*\}})"
                     r"(?(outer)\s*\})")
# The number of a layer above a letter that the text defines, as in \\delta^{(2)} = …
_LAYER = re.compile(r"(\\?[A-Za-z]+)\s*\^\s*\{\s*[(\[]\s*(\d)\s*[)\]]\s*\}")
# Arguments with names: those that change nothing, and the axis of a sum
_NEUTRAL = re.compile(r",\s*(?:assume_a|check_finite|sym_pos|overwrite_[ab])\s*=\s*"
                      r"(?:'[a-z ]*'|\"[a-z ]*\"|True|False|1|0)(?=\s*[,)])")
_TRIANGLE = re.compile(r",\s*(?:lower\s*=\s*(?:True|1)|upper\s*=\s*(?:False|0)|(lower\s*=\s*"
                       r"(?:False|0)))(?=\s*[,)])")
# TensorFlow's matmul(A, B, transpose_b=True)
_TURNED = re.compile(r",\s*(?:transpose|adjoint)_([ab])\s*=\s*(?:True|(False))(?=\s*[,)])")
_KEPT = r"keepdims?\s*=\s*(?:True|1)"
_AXIS = re.compile(rf"(?P<semicolon>;\s*)?(?:(?P<before>{_KEPT}\s*,\s*)?(?:dims\s*=\s*"
                   rf"(?P<one>[12])|"
                   r"(?:axis|dim)\s*=\s*(?P<axis>-[12]|[01]))"
                   rf"|(?<=[(,])\s*(?P<place>-1|0|1)(?=\s*,\s*{_KEPT})"
                   rf"|\[\s*\]\s*,\s*(?P<empty>[12]))(?P<behind>\s*,\s*{_KEPT})?"
                   r"(?:\s*,\s*keepdims?\s*=\s*(?:False|0))?(?=\s*\))")

# Julia's cholesky returns what is solved with as the matrix is, by F \ Y
_JULIA = re.compile(r"\busing\s+LinearAlgebra\b|\b(?:Symmetric|Hermitian)\("
                    r"|[\w)']\s*\\\s*(?:\(|[A-Za-z]\w?\b)")
_FACTORED = re.compile(r"(?<![\w.])cholesky(?=\()")
# Julia's @. makes all signs behind it act entry by entry, but those in $(…)
_DOTS = re.compile(r"@\.\s*([^\n;]+)")
_SHIELDED = re.compile(r"\$(\((?:[^()]|\([^()]*\))*\))|[*/^]")
_DOTTED_SIGNS = {"*": "∘", "/": "⊘", "^": ".^"}


def unified(text: str) -> str:
    """Return the text with one letter for those that look alike; all else stays as typed.

    Raises
    ------
    Unreadable
        If the text is empty or too long.
    """
    if len(text) > LONGEST_TEXT:
        raise too_long(text)
    text = re.sub("[\U0001d400-\U0001d537\U0001d540\U0001d56c-\U0001d7ce\U0001d7d0-\U0001d7d8"
                  "\U0001d7da-\U0001d7ff\uff01-\uff5e\u2113]",  # 𝔼 is no E
                  lambda letter: normalize("NFKC", letter[0]), normalize("NFD", text))
    if re.search(rf"{_LAYER.pattern}\s*:?=(?!=)", text):
        text = _LAYER.sub(lambda it: f"{it[1]}_{{{it[2]}}}".ljust(len(it[0])), text)
    text = FROM_ONE.sub(r"\1", _ACCENT.sub(_accented, text.translate(INVISIBLE)))
    text = with_ones(_joined(without_markup(text)))
    if MATHEMATICA.search(text) or (DOTTED.search(text) and not ARRAYS.search(text)):
        text = _from_mathematica(text)
    text = _DOTS.sub(_with_dots, _FACTORED.sub("factored", text) if _JULIA.search(text) else text)
    text = _TRIANGLE.sub(lambda it: ("" if it[1] else ',"lower"').ljust(len(it[0])), text)
    text = _TURNED.sub(lambda it: ("" if it[2] else f',"turned {it[1]}"').ljust(len(it[0])), text)
    text = _AXIS.sub(_axis, _NEUTRAL.sub(lambda match: " " * len(match[0]), text))
    if not text.strip():
        raise Unreadable("There is nothing to read: write a formula, such as 2 X.")
    return text


def without_markup(text: str) -> str:
    """Return a text without the markup of other programs; see MARKUP."""
    text = re.sub(r"&(?:[A-Za-z]{2,8});", lambda it: unescape(it[0]).ljust(len(it[0])), text)
    for pattern, put in MARKUP:
        text = pattern.sub(lambda it, put=put: it.expand(put).ljust(len(it[0])), text)
    return text


def _joined(text: str) -> str:
    """Return a text without spaces inside np.linalg.inv, .T, K⁻¹, X_bar and %*%."""
    before = ""
    while text != before:
        before, text = text, _TORN.sub(lambda found: re.sub(r"\s", "", found[0]).ljust(
            len(found[0])), text)
    return text


def _accented(match: re.Match) -> str:
    """Return ŷ for \\hat{y}, a name of its own."""
    name = re.sub(rf"{_BOLD}|[{{}}\s]", "", match["alone"] or match["inner"])
    return (name + _ACCENTS[match["accent"]] + (match["below"] or "")).rjust(len(match[0]))


def _from_mathematica(text: str) -> str:
    """Return a text with · for Mathematica's dot, and \\alpha for its \\[Alpha]."""
    def letter(match: re.Match) -> str:
        first = match[2] if match[1] else match[2].lower()
        return f"\\{first}{match[3]}".ljust(len(match[0]))

    return DOT.sub("·", re.sub(r"\\\[(Capital)?([A-Z])([a-z]+)\]", letter, text))


def _axis(match: re.Match) -> str:
    """Return axis=1 as the text "r", a row's entries are summed, axis=0 as "c"; k for kept."""
    one = match["one"] or match["empty"]  # Julia, and MATLAB's max(A, [], 2)
    axis = match["axis"] or match["place"] or str(int(one) - 1)
    kept = one or match["before"] or match["behind"]
    comma = "," * bool(match["semicolon"])  # Julia: sum(A; dims=1)
    named = f'{comma}"{"r" if axis in ("-1", "1") else "c"}{"k" * bool(kept)}"'
    return named.ljust(len(match[0]))


def _with_dots(match: re.Match) -> str:
    """Return the formula behind Julia's @. with the signs that act entry by entry."""
    dotted = _SHIELDED.sub(lambda it: f" {it[1]}" if it[1] else _DOTTED_SIGNS[it[0]], match[1])
    return match[0] if "$" in dotted else dotted.ljust(len(match[0]))


def closing(text: str, place: int, brackets: str = "()") -> int:
    """Return the place behind the bracket that closes the one at a place, 0 if it stays open.

    Any other sign is closed by itself.
    """
    depth = 0
    for end, sign in enumerate(text[place:], place + 1):
        depth += (sign == brackets[0]) - (sign == brackets[1])
        if depth <= 0:
            return end
    return 0


def too_long(text: str) -> Unreadable:
    """Return the error that says how long a formula may be."""
    return Unreadable(f"`{quoted(text)}` is too long: at most {LONGEST_TEXT:,} characters are "
                      f"read, and at most {MOST_TOKENS} names, numbers and signs.")
