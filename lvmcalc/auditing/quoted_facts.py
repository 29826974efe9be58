"""Facts about functions of one number, as σ'(z) = σ(z)(1 − σ(z)), which derivations quote.

Where one is wrong, what a derivation makes of it follows from it.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress

import numpy as np
from sympy import Expr, Symbol

from lvmcalc.calculus import CannotBeFormed
from lvmcalc.calculus.functions import entry_by_entry
from lvmcalc.calculus.operations import increment_of
from lvmcalc.chain import Chain
from lvmcalc.marking.differential_answers import gradient_of
from lvmcalc.marking.exercise import NoValue, exercise_of
from lvmcalc.notation import Unreadable, Vocabulary, plain, spelling
from lvmcalc.notation.forming import elementwise
from lvmcalc.notation.parser import readings
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


def _with_argument(text: str, function: str) -> str:
    """Return a text with tanh²(u) for tanh², and σ(u) times a bracket for σ(1 − σ)."""
    name = rf"(?<![A-Za-z\\])\\?(?:{function}|{typed(spelling(function))})(?![A-Za-z])"
    text = re.sub(rf"{name}\s*\((?=[^()]*{name})", rf"{function}(u) (", text)
    power = r"(\^\s*\{?\s*\d\s*\}?|[²³]|')?"
    return re.sub(rf"{name}(?!\s*\(u\))\s*{power}", rf"{function}\1(u)", text)


def of_one_number(words: Vocabulary, texts: list[str],
                  derivative: Callable[[Expr, Expr], Expr],
                  formulas: Mapping[Expr, Expr]) -> tuple[Expr, ...]:
    """Return the sides of an equation for a function of a number, or its derivative; () if the left
    side is neither.

    `derivative` gives the symbol for that of a formula with respect to a letter, and `formulas` say
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
    return (derivative(first, number) if by else first, *others)


def broken_rule(chain: Chain, value: Expr, number: Expr,
                said: Expr) -> tuple[str, str, Expr] | None:
    """Return the stage that a function makes entry by entry of a leaf or stage, that one, and the
    error in its differential if the derivative of the function is what was `said`; None if the
    chain has none."""
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
