"""Check rules that a derivation quotes, as σ'(z) = σ(z)(1 − σ(z)) and A : B = tr(AᵀB).

A line may follow from a wrong fact about a function of one number. Rules in letters of their own,
and expansions, are not checked.
"""

import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress

import numpy as np
from sympy import Expr, Symbol

from lvmcalc.auditing.remarks import INNER, NAME, NOTATION
from lvmcalc.calculus import CannotBeFormed
from lvmcalc.calculus.functions import entry_by_entry
from lvmcalc.calculus.operations import increment_of
from lvmcalc.chain import Chain
from lvmcalc.marking.chain_values import NoValue
from lvmcalc.marking.differential_answers import gradient_of
from lvmcalc.marking.exercise import exercise_of
from lvmcalc.notation import Unreadable, Vocabulary, plain, spelling
from lvmcalc.notation.forming import elementwise
from lvmcalc.notation.formula_finder import sides_of
from lvmcalc.notation.letters import GREEK
from lvmcalc.notation.lexicon import NAMED, STYLES
from lvmcalc.notation.named_functions import FUNCTIONS
from lvmcalc.notation.parser import readings
from lvmcalc.notation.statements import NABLA
from lvmcalc.notation.vocabulary import typed

_NUMBER = r"\s*\(\s*\\?(?P<{}>[^\W\d_]+)\s*\)"
_OF_NUMBER = re.compile(r"\s*\\?(?P<function>[^\W\d_]+)\s*(?P<slope>'|\^\s*\{?\s*\\prime\s*\}?)?\s*"
                        rf"{_NUMBER.format('z')}\s*$")
_BY_NUMBER = re.compile(r"\s*(?:[∂d]\s*/\s*[∂d]\s*|\\[td]?frac\s*\{\s*(?:d|\\mathrm\s*\{\s*d\s*\}"
                        r"|\\partial)\s*\}\s*\{\s*(?:d|\\mathrm\s*\{\s*d\s*\}|\\partial\b)\s*)"
                        r"(?P<z>[^\W\d_])\s*\}?\s*(?P<of>\S.*)$")
_ARGUMENT = re.compile(r"\(\s*\\?([^\W\d_])\s*\)")
_OF_MATRIX = re.compile(r"[|‖]|\\\||\bdet\b|\btr\b|\\[lr][vV]ert")
_ALONE = re.compile(r"\s*\\?([^\W\d_]+)\s*'\s*$")
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


def _with_argument(text: str, function: str) -> str:
    """Return a text with tanh²(u) for tanh², and a product σ(u)(…) for σ(1 − σ)."""
    name = rf"(?<![A-Za-z\\])\\?(?:{function}|{typed(spelling(function))})(?![A-Za-z])"
    text = re.sub(rf"{name}\s*\((?=[^()]*{name})", rf"{function}(u) (", text)
    power = r"(\^\s*\{?\s*\d\s*\}?|[²³]|')?"
    return re.sub(rf"{name}(?!\s*\(u\))\s*{power}", rf"{function}\1(u)", text)


def of_one_number(words: Vocabulary, texts: list[str],
                  slope: Callable[[Expr, Expr], Expr],
                  formulas: Mapping[Expr, Expr]) -> tuple[Expr, ...]:
    """Return the sides of an equation for a function of one number or its slope, () if it is none.

    `slope` gives the symbol for that of a formula with respect to a letter, and `formulas` say
    what letters were defined as, as p = σ(z).
    """
    if alone := _ALONE.match(texts[0]):
        texts = [_with_argument(text, alone[1]) for text in texts]
    left = _OF_NUMBER.match(texts[0])
    by = _BY_NUMBER.match(texts[0])
    called = left and spelling(left["function"])
    free = {name for name in map(spelling, _ARGUMENT.findall(texts[0])) if name not in words}
    if not by and called not in words.functions and len(free) != 1:
        return ()
    name = spelling((by or left)["z"]) if by or called in words.functions else free.pop()
    if by and getattr(words.get(name), "is_Matrix", False) and _OF_MATRIX.search(by["of"]):
        return ()
    of = by["of"] if by else texts[0]
    if called in words.functions and left["slope"]:
        of, by = f"{left['function']}({left['z']})", left
    for letter, formula in formulas.items():
        if formula.free_symbols - {*map(words.get, words.lengths)} == {words.get(name)}:
            alone = rf"(?<![A-Za-z\\])\\?{typed(letter.name)}(?![A-Za-z])"
            texts = [texts[0], *(re.sub(alone, f"({plain(formula)})", it) for it in texts[1:])]
    number = Symbol(name if name not in words else f"{name} ", real=True)
    words = words.extended({name: number})
    try:
        first, *others = (readings(text, words)[0].formula
                          for text in (of, *texts[1:]))
    except (Unreadable, CannotBeFormed):
        return ()
    if any(side.is_Matrix or side.free_symbols - {number} for side in (first, *others)):
        return ()
    return (slope(first, number) if by else first, *others)


def broken_rule(chain: Chain, value: Expr, number: Expr,
                said: Expr) -> tuple[str, str, Expr] | None:
    """Return how a wrong slope f' breaks a stage f(Z), None if the chain has no such stage.

    Returns
    -------
    tuple
        The stage, its operand, and the error of the stage's differential.
    """
    exercise = exercise_of(chain, next(iter(chain.leaves)))
    wrong = said - gradient_of(chain, value, number)
    for node in chain:
        if not node.symbol.is_Matrix:
            continue
        with suppress(*NoValue, ValueError, TypeError):
            values = exercise.values(entry_by_entry(value, number, node.symbol))
            for made in chain.nodes.values():
                if made.shape == node.shape and all(
                        np.allclose(one, point[made.name]) for one, point in zip(
                            values, exercise.points, strict=True)):
                    factor = entry_by_entry(wrong, number, node.symbol)
                    return made.name, node.name, elementwise(factor, increment_of(node.symbol))
    return None


def letters_of_rule(text: str, vocabulary: Vocabulary, known: Collection[str]) -> list[str]:
    """Return the letters of a rule that are its own, [] if a text is no rule.

    They stand on both sides, but for G in dL = tr(Gᵀ dX), and at most one known letter stands
    beside them, as w in ∇_w (aᵀw) = a. A definition of a name or an adjoint is no rule.
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
    bare = re.sub(rf"({NABLA}\s*)_", r"\1 ", side)
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
