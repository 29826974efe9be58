"""Function notation in a derivation: g(w) = … says what g is, and L(w + h) is no product."""

import re
from collections.abc import Iterable

from lvmcalc.auditing.pieces import Piece
from lvmcalc.chain import Chain
from lvmcalc.notation.formula_finder import sides_of
from lvmcalc.notation.vocabulary import typed

_STYLE = r"\\(?:mathbf|bm|boldsymbol)\s*\{\s*"
_NAME = rf"(?:{_STYLE}\\?\w+\s*\}}|\\?\w+)"
GIVEN = re.compile(r"(?:^|[\n$.,;]|\b(?:let|define|write|put|set|where|with|and)\s)\s*\$?\s*"
                   rf"(\\[A-Za-z]+|[^\W\d_](?:_\w+|\d)?)\s*\(\s*({_NAME}(?:\s*,\s*{_NAME})*)\s*\)"
                   r"\s*&?\s*:?=(?!=)", re.IGNORECASE)


def functions(text: str, chain: Chain) -> dict[str, str]:
    """Return the letters that a text defines as functions of leaves, with their arguments."""
    known = {*chain.leaves, *chain.vocabulary.functions, *chain.vocabulary.outputs}
    return {match[1]: match[2] for match in GIVEN.finditer(text) if match[1] not in known
            and {*re.findall(r"[^\W_]+", re.sub(_STYLE, "", match[2]))} <= {*chain.leaves}}


def without_arguments(text: str, letters: dict[str, str]) -> str:
    """Return a text with g for g(w), and ∇_w g for ∇g."""
    for letter, arguments in letters.items():
        if re.fullmatch(_NAME, arguments):  # ∇f is by w where f(w) was said
            text = re.sub(rf"((?:∇|\\nabla)\s*)({re.escape(letter)}(?![A-Za-z]))",
                          lambda it, by=arguments: f"{it[1]}_{{{by}}} {it[2]}", text)
        text = re.sub(rf"(?<![\w\\]){re.escape(letter)}\s*\(\s*{re.escape(arguments)}\s*\)",
                      lambda _, letter=letter: letter, text)
        text = re.sub(rf"((?:∇|\\nabla)[^=\n]{{0,20}}?{re.escape(letter)})\s*\([^()=]*\)"
                      r"(?=\s*=\s*0)", r"\1", text)  # at the optimum
    return text


def at_another_point(piece: Piece, letters: Iterable[str], chain: Chain) -> Piece:
    """Return a piece with an error if a function stands in it with other arguments, as L(w + h).

    L(…) is a function on the left of an equation only; it may be a factor on the right.
    """
    leaves = "|".join(map(typed, chain.leaves))
    for names, text in ((letters, piece.text), (chain.vocabulary.outputs, sides_of(piece.text)[0])):
        called = "|".join(map(re.escape, names)) or "(?!)"
        found = re.search(rf"(?<![\w\\])(?:{called})\s*\([^()=]*(?<![A-Za-z])(?:{leaves})[^()=]*\)",
                          text)
        if found and piece.kind != "words" and not piece.error:
            return piece._replace(kind="claim", error=f"`{found[0].strip()}` is the value of a "
                                  "function somewhere else, and not a product: that is not read.")
    return piece
