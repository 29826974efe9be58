"""Facts about functions of one number, as σ'(z) = σ(z)(1 − σ(z)), which derivations quote."""

import re

from sympy import Expr, Symbol

from lvmcalc.calculus import CannotBeFormed
from lvmcalc.chain import Chain
from lvmcalc.marking.differential_answers import slope
from lvmcalc.notation import Unreadable, Vocabulary, spelling
from lvmcalc.notation.parser import readings
from lvmcalc.notation.vocabulary import typed

_NUMBER = r"\s*\(\s*\\?(?P<{}>[^\W\d_]+)\s*\)"
OF_NUMBER = re.compile(r"\s*\\?(?P<function>[^\W\d_]+)\s*(?:'|\^\s*\{?\s*\\prime\s*\}?)?\s*"
                       rf"{_NUMBER.format('z')}\s*$")
BY_NUMBER = re.compile(r"\s*(?:[∂d]\s*/\s*[∂d]\s*|\\[td]?frac\s*\{\s*(?:d|\\mathrm\s*\{\s*d\s*\}"
                       r"|\\partial)\s*\}\s*\{\s*(?:d|\\mathrm\s*\{\s*d\s*\}|\\partial\b)\s*)"
                       r"(?P<z>[^\W\d_])\s*\}?\s*(?P<of>\S.*)$")
ARGUMENT = re.compile(r"\(\s*\\?([^\W\d_])\s*\)")
ALONE = re.compile(r"\s*\\?([^\W\d_]+)\s*'\s*$")


def with_argument(text: str, function: str) -> str:
    """Return a text with tanh²(u) for tanh², and σ(u) times a bracket for σ(1 − σ)."""
    name = rf"(?<![A-Za-z\\])\\?(?:{function}|{typed(spelling(function))})(?![A-Za-z])"
    text = re.sub(rf"{name}\s*\((?=[^()]*{name})", rf"{function}(u) (", text)
    power = r"(\^\s*\{?\s*\d\s*\}?|[²³]|')?"
    return re.sub(rf"{name}(?!\s*\(u\))\s*{power}", rf"{function}\1(u)", text)


def of_one_number(chain: Chain, words: Vocabulary, texts: list[str]) -> tuple[Expr, ...]:
    """Return the sides of an equation for a function of a number, or its derivative; () if the left
    side is neither."""
    if alone := ALONE.match(texts[0]):
        texts = [with_argument(text, alone[1]) for text in texts]
    left = OF_NUMBER.match(texts[0])
    by = BY_NUMBER.match(texts[0])
    called = left and spelling(left["function"])
    free = {name for name in map(spelling, ARGUMENT.findall(texts[0])) if name not in words}
    if not by and called not in words.functions and len(free) != 1:
        return ()
    name = spelling((by or left)["z"]) if by or called in words.functions else free.pop()
    if by and getattr(words.get(name), "is_square", False):  # |Σ| is a determinant
        return ()
    number = Symbol(name if name not in words else f"{name} ", real=True)
    words = words.extended({name: number})
    try:
        first, *others = (readings(text, words)[0].formula
                          for text in (by["of"] if by else texts[0], *texts[1:]))
    except (Unreadable, CannotBeFormed):
        return ()
    if any(side.is_Matrix or side.free_symbols - {number} for side in (first, *others)):
        return ()
    return (slope(chain, first, number) if by else first, *others)
