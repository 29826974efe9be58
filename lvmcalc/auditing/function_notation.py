"""Read letters with arguments, as g(w), and functions of a derivation's own."""

import re
from collections.abc import Iterable

from lvmcalc.auditing.pieces import Piece
from lvmcalc.chain import Chain
from lvmcalc.marking.derivation_text import letters_given
from lvmcalc.notation import spelling
from lvmcalc.notation.formula_finder import sides_of
from lvmcalc.notation.statements import NABLA
from lvmcalc.notation.vocabulary import typed

_STYLE = r"\\(?:mathbf|bm|boldsymbol)\s*\{\s*"
_NAME = rf"(?:{_STYLE}\\?\w+\s*\}}|\\?\w+)"
_GIVEN = re.compile(r"(?:^|[\n$.,;]|\b(?:let|define|write|put|set|where|with|and)\s)\s*\$?\s*"
                    rf"(\\[A-Za-z]+|[^\W\d_](?:_\w+|\d)?)\s*\(\s*({_NAME}(?:\s*,\s*{_NAME})*)\s*\)"
                    r"\s*&?\s*:?=(?!=)", re.IGNORECASE)
# ℓ(z) = log(1 + exp(z)), and ℓ'(z), which is no product of ℓᵀ and z
_OF_LETTER = re.compile(r"(?<![\w\\'∇])(?P<name>\\[A-Za-z]+|[^\W\d_])\s*\(\s*(?P<letter>[a-z])\s*\)"
                        r"\s*&?\s*:?=(?!=)\s*(?P<formula>[^=\n$,;&]*[^=\n$,;&.\s])[.,;]?")
_CALLED = (r"(?<![\w\\]){}\s*(?P<slope>['′]|\^\s*\{{?\s*\\prime\s*\}}?)?\s*"
           r"\((?P<of>(?:[^()\n]|\([^()\n]*\))*)\)")


def _inlined(text: str, chain: Chain) -> str:
    """Replace a function such as ℓ(z) = log(1 + exp(z)) by its formula, and ℓ'(z) by d/dz.

    Nothing is replaced if ℓ is only written with its own z.
    """
    for said in _OF_LETTER.finditer(text):
        called, letter = re.compile(_CALLED.format(re.escape(said["name"]))), said["letter"]
        rest = text.replace(said[0], "")
        known = {*chain.leaves, *chain.vocabulary.functions, *chain.vocabulary.outputs}
        alone = re.search(rf"(?<![A-Za-z\\]){re.escape(said['name'])}(?![A-Za-z])",
                          called.sub(lambda it: it["of"], rest))  # p(1 − p) is a product
        if known & {spelling(said["name"].strip("\\")), letter} or all(
                it["of"].strip() == letter and not it["slope"] for it in called.finditer(rest)):
            continue

        def value(it: re.Match, said: re.Match = said, alone: object = alone) -> str:
            of = it["of"].strip()
            if alone and not it["slope"]:
                return it[0]
            put = re.sub(rf"(?<![A-Za-z\\]){said['letter']}(?![A-Za-z])",
                         lambda _: of if len(of) == 1 else f"({of})", said["formula"])
            if it["slope"]:
                return f"d/d{of} ({put})" if re.fullmatch("[a-z]", of) else it[0]
            return f"({put})"

        text = called.sub(value, text if alone else rest)
    return text


def _functions(text: str, chain: Chain) -> dict[str, list[str]]:
    """Return the letters that a text defines as functions, with their arguments.

    The arguments are leaves, or letters of the text if the scalar may be such a function.
    """
    known = {*chain.leaves, *chain.vocabulary.functions, *chain.vocabulary.outputs}
    own = letters_given(text)
    others = {*chain.vocabulary, *chain.vocabulary.functions, *own} - {*chain.vocabulary.outputs}

    def defines(letter: str, arguments: str) -> bool:
        names = {*map(spelling, re.findall(r"[^\W_]+", re.sub(_STYLE, "", arguments)))}
        return (letter not in known and names <= {*chain.leaves}) or (
            spelling(letter.strip("\\")) not in others and names <= own - {*chain.vocabulary})

    found: dict[str, list[str]] = {}
    for letter, arguments in dict.fromkeys(it.group(1, 2) for it in _GIVEN.finditer(text)):
        if defines(letter, arguments):
            found.setdefault(letter, []).append(arguments)
    return found


def without_arguments(text: str, chain: Chain) -> tuple[str, dict[str, list[str]]]:
    """Return a text with g for g(w) and ∇_w g for ∇g, and the letters of such functions."""
    text = _inlined(text, chain)
    letters = _functions(text, chain)
    for letter, arguments in letters.items():
        if len(arguments) == 1 and re.fullmatch(_NAME, arguments[0]):  # ∇f is by the w of f(w)
            text = re.sub(rf"({NABLA}\s*)({re.escape(letter)}(?![A-Za-z]))",
                          lambda it, by=arguments[0]: f"{it[1]}_{{{by}}} {it[2]}", text)
        for given in arguments:
            text = re.sub(rf"(?<![\w\\]){re.escape(letter)}\s*\(\s*{re.escape(given)}\s*\)",
                          lambda _, letter=letter: letter, text)
        text = re.sub(rf"({NABLA}[^=\n]{{0,20}}?{re.escape(letter)})\s*\([^()=]*\)"
                      r"(?=\s*=\s*0)", r"\1", text)  # at the optimum
    return text, letters


def at_another_point(piece: Piece, letters: Iterable[str], chain: Chain) -> Piece:
    """Return a piece with an error if it has a function elsewhere, as L(w + h).

    On the right of an equation, L(…) may be a product.
    """
    leaves = "|".join(map(typed, chain.leaves))
    letters = {*letters, *({"f", "J"} & chain.unnamed)}
    for names, text in ((letters, piece.text), (chain.vocabulary.outputs, sides_of(piece.text)[0])):
        called = "|".join(map(re.escape, names)) or "(?!)"
        found = re.search(rf"(?<![\w\\])(?:{called})\s*\([^()=]*(?<![A-Za-z])(?:{leaves})[^()=]*\)",
                          text)
        if found and piece.kind != "words" and not piece.error:
            return piece._replace(kind="claim", error=f"`{found[0].strip()}` is a function at "
                                  "another point, which is not read.")
    return piece
