"""A wrong answer term by term: which of its terms are right, nearly right, lost or too many.

Both sides are written as sums of words with K as one letter; a term of the answer that is in no true term is held
against the true ones that nobody else has, as near misses: an inverse or a transpose more or less, another order.
"""

from collections import Counter

import sympy as sp
from sympy import Expr, Inverse, Symbol, Transpose
from sympy.matrices.expressions import MatMul

from lvmcalc import notation
from lvmcalc.chain import Chain
from lvmcalc.mistakes import Mistake, monomial, of_ratio
from lvmcalc.words import UnsupportedExpression, WordAlgebra, by_name, tidy

Terms = dict[tuple, Expr]  # the coefficient of each word, or of each product of traces and determinants


def fitted(chain: Chain, wrt: str, answer: Expr) -> tuple[tuple[Mistake, ...], list[str]] | None:
    """Return the mistakes in the terms of an answer, and its terms that are right; None if it does not fit.

    Parameters
    ----------
    chain : Chain
    wrt : str
    answer : SymPy expression of the shape of the node or leaf, in the symbols of the chain
    """
    algebra = WordAlgebra(symmetric=tuple(chain.abbreviations))
    try:
        true, given = (_terms(algebra, chain, side) for side in (chain.adjoint(wrt), chain.in_leaves(answer)))
    except (UnsupportedExpression, ValueError):
        return None
    found: list[Mistake] = []
    right = []
    lost = {word: c for word, c in true.items() if word not in given}
    for word, coefficient in given.items():
        if word in true:
            because = _of_coefficients(coefficient, true[word], _written(algebra, word, true[word]))
            if because is None:
                return None
            found += because
            right += [_written(algebra, word, coefficient)] * (not because)
    for word, coefficient in given.items():
        if word not in true:
            near = [(other, kind, what) for other in lost for kind, what in [near_miss(word, other)] if kind]
            ratios = [_of_coefficients(coefficient, lost[other], _written(algebra, other, lost[other]))
                      for other, _, _ in near]
            fits = sorted((len(because), index) for index, because in enumerate(ratios) if because is not None)
            if fits:
                other, kind, what = near[fits[0][1]]
                written = _written(algebra, other, lost.pop(other))
                found += [Mistake(kind, f"the term {written}", what), *ratios[fits[0][1]]]
            else:
                found.append(Mistake("extra_term", "the answer", _written(algebra, word, coefficient)))
    found += [Mistake("missing_term", "the answer", _written(algebra, word, c)) for word, c in lost.items()]
    if not right and {mistake.kind for mistake in found} <= {"extra_term", "missing_term"}:
        return None  # another formula altogether
    return tuple(dict.fromkeys(found)), right


def _of_coefficients(given: Expr, true: Expr, where: str) -> tuple[Mistake, ...] | None:
    ratio = sp.cancel(given / true)
    number, powers = monomial(ratio)
    if sp.cancel(ratio - number * sp.Mul(*(Symbol(name) ** power for name, power in powers.items()))) != 0:
        return None
    return of_ratio(number, powers, monomial(true)[1], where)


def near_miss(given: tuple, true: tuple) -> tuple[str, str]:
    """Return the kind of mistake that makes one word of another, and the letter in question; "" if none does."""
    bare = [[_bare(letter) for letter in word] for word in (given, true)]
    inverses = [sum(map(_inverted, word)) for word in (given, true)]
    kind = "missing_inverse" if inverses[0] < inverses[1] else "extra_inverse"
    if bare[0] == bare[1]:
        other = next(t for g, t in zip(given, true, strict=True) if g != t)
        return ("transpose" if inverses[0] == inverses[1] else kind), notation.plain(other)
    if Counter(given) == Counter(true):
        return "order", notation.plain(MatMul(*true))
    for longer, shorter in ((true, given), (given, true)):
        for index, letter in enumerate(longer):
            if longer[:index] + longer[index + 1:] == shorter and _inverted(letter):
                return kind, notation.plain(letter)
    return "", ""


def _terms(algebra: WordAlgebra, chain: Chain, side: Expr) -> Terms:
    side, = by_name(chain.abbreviated(tidy(side, collect=False)))
    if side.is_Matrix:
        return algebra.matrix(side)
    terms: dict[tuple, Expr] = {}
    for term in sp.Add.make_args(sp.expand(sp.together(algebra.scalar(side)))):
        moving = [f for f in sp.Mul.make_args(term) if f.free_symbols & algebra.scalars.keys()]
        key = tuple(sorted(moving, key=str))
        terms[key] = terms.get(key, 0) + term / sp.Mul(*moving)
    return terms


def _written(algebra: WordAlgebra, word: tuple, coefficient: Expr) -> str:
    if word and not word[0].is_Matrix:
        return notation.plain(algebra.written_out(coefficient * sp.Mul(*word)))
    size = word[0].shape[0] if word else Symbol("N")
    return notation.plain(algebra.expression({word: coefficient}, (size, size)) if word else coefficient)


def _bare(letter: Expr) -> Expr:
    while isinstance(letter, Transpose | Inverse):
        letter = letter.arg
    return letter


def _inverted(letter: Expr) -> bool:
    return isinstance(letter, Inverse) or (isinstance(letter, Transpose) and isinstance(letter.arg, Inverse))


