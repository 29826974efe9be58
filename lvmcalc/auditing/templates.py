"""Recognise rules in letters of their own, as A : B = tr(AᵀB), and expansions."""

import re
from collections.abc import Collection

from lvmcalc.auditing.remarks import INNER, NAME, NOTATION
from lvmcalc.notation import Vocabulary, spelling
from lvmcalc.notation.formula_finder import sides_of
from lvmcalc.notation.letters import GREEK
from lvmcalc.notation.lexicon import NAMED, STYLES
from lvmcalc.notation.named_functions import FUNCTIONS

# f(x + ε) = f(x) + ε f'(x) + O(ε²)
EXPANSION = re.compile(r"[+−-]\s*(?:\\mathcal\s*\{?\s*O\s*\}?|(?<![A-Za-z\\])[Oo])"
                       r"\s*(?:\\left)?\(")
NUMBER = re.compile(r"^\s*\$?\s*\\?[^\W\d_]+\s*=\s*0{0,9}\.?0{0,9}[1-9]\d{0,9}(?:\.\d{1,9})?"
                    r"(?:e-?\d{1,3})?[\s.,;$]*$")  # η = 0.01
# Subjects of a rule: a derivative of a formula, a differential, a product of two matrices
_ABOUT = re.compile(r"[:⟨∇∂]|\\(?:langle|nabla|partial)(?![A-Za-z])"
                    r"|(?<![A-Za-z])(?:tr|det|log|vec)(?![a-z])|(?<![A-Za-z\\])d\s*[(\\A-Z]")
# ∂L/∂X is a claim of the derivation, unless X is a letter of the rule
_QUOTIENT = re.compile(r"\s*(?:\\[td]?frac\s*\{\s*)?(?:\\partial|∂|d)\s*\\?\w+\s*(?:/|\}\s*\{)\s*"
                       r"(?:\\partial|∂|d)\s*\{?\s*(?P<below>\\?[^\W\d_]+)[^=]*$")
_GRADIENT = re.compile(r"\s*(?:∇|\\nabla(?![A-Za-z]))\s*(?:_\s*(?:\{[^{}]*\}|\S))?\s*\\?\w+\s*$")
_INDEX = re.compile(r"[⁻ᵀ⁰¹²³⁴-⁹]|_\s*(?:\{[^{}]*\}|[a-z]{1,2}(?![a-z])|\w)|[ᵢⱼₖₗₘₙ₀-₉]")
_SAID = re.compile(r"i\.\s?e\b|[Σ∑]\s*_|\\sum")
_SUPERSCRIPT = re.compile(r"\^\s*(?:\{[^{}]*\}|\\?\w+?(?=[A-Z(\s)]|$)|[T*])")
_COMMAND = re.compile(rf"{STYLES}(?![a-z])|\\(?!(?:{'|'.join(GREEK)})(?![a-z]))[A-Za-z]+|_")


def letters_of_rule(text: str, vocabulary: Vocabulary, known: Collection[str]) -> list[str]:
    """Return the letters of a rule that are its own, [] if a text is no rule.

    A rule has at most one letter that is known, as w in ∇_w (aᵀw) = a, and its own ones on both
    sides, but for G in dL = tr(Gᵀ dX). It says neither of a name nor of an adjoint what it is.
    """
    left, *others = sides_of(text)
    left = re.sub(r"^\s*(?:\\(?:mathrm|text|rm)\s*\{?\s*)?d\s*\}?\s*(?=[A-Zℓ]\s*$)", "d", left)
    called, by = NAME.match(left.strip()), _QUOTIENT.match(left)
    asked = called and called[1] in {f"d{output}" for output in vocabulary.outputs}
    below = spelling(by["below"].strip("\\")) if by else ""
    if not (others and _ABOUT.search(text)) or _SAID.search(text) or any(
            (called and not asked, _GRADIENT.match(left))):
        return []
    if INNER.match(left) and not NOTATION.match(text):
        return []
    if by and not all(re.search(rf"/\s*(?:d|∂|\\partial)\s*\\?{below}", it) for it in others):
        return []  # ∂L/∂A = … is a claim
    found = [_letters(side, vocabulary, known) for side in (left, *others)]
    if None in found:
        return []
    every = {*dict.fromkeys(letter for letters in found for letter in letters)}
    own = [letter for letters in found for letter in letters if letter not in known]
    taken = {*own} & {*vocabulary.lengths, *(it.lower() for it in known if it.isupper())}
    shared = all({*own} <= {*letters} for letters in (found[1:] if asked or by else found))
    return [*dict.fromkeys(own)] if shared and not taken and len(every - {*own}) < 2 else []


def _letters(side: str, vocabulary: Vocabulary, known: Collection[str]) -> list[str] | None:
    """Return the letters of a side, None if it contains a word."""
    bare = re.sub(r"((?:∇|\\nabla)\s*)_", r"\1 ", side)
    plain = _COMMAND.sub(" ", _SUPERSCRIPT.sub(" ", _INDEX.sub(" ", bare)))
    found: list[str] = []
    for word in re.findall(r"\\?[^\W\d_]+[\u0302\u0303]?", plain):
        name = spelling(word.strip("\\"))
        if word in {*FUNCTIONS, *NAMED, *vocabulary.outputs}:
            continue
        bare = name.removeprefix("d")
        whole = name in GREEK or name in known or len(name) == 1
        parts = [name] if whole else [bare] if bare in GREEK else [*name]
        if len(parts) > 3 or (len(parts) > 2 and name.islower()) or not name.isalpha():
            return None
        found += [part for part in parts if part not in ("d", "I", *vocabulary.outputs)]
    return found
