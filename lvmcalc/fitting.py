"""A wrong answer term by term: which of its terms are right, nearly right, lost or too many.

Both sides are written as sums of words with K as one letter; a term of the answer that is in no true term is held
against the true ones that nobody else has, as near misses: an inverse or a transpose more or less, another order.
"""

from collections import Counter
from functools import cache

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
    names = tuple(chain.abbreviations)
    merging = WordAlgebra(symmetric=names)
    try:
        true, given = (_terms(merging, chain, side) for side in (chain.adjoint(wrt), opaque(chain, answer)))
        attempts = [_matched(chain, merging, true, given)]
        if names and answer.is_Matrix:  # a term that the two paths share may have been broken in one of them only
            apart = WordAlgebra()
            halves = [_words(apart, side) for side in (opaque(chain, chain.adjoint_symbol(wrt)), opaque(chain, answer))]
            left = [{word: c for word, c in half.items() if not _agrees(merging, word, true, given)} for half in halves]
            attempts.append(_matched(chain, apart, *left))
    except (UnsupportedExpression, ValueError):
        return None
    fits = [found for found in attempts if found]
    if not fits:
        return None
    right = [_written(merging, word, c) for word, c in given.items() if true.get(word) == c]
    best = min(fits, key=lambda found: len({mistake.kind for mistake in found}))
    if not right and {mistake.kind for mistake in best} <= {"extra_term", "missing_term"}:
        return None  # another formula altogether
    return best, right


def opaque(chain: Chain, expression: Expr) -> Expr:
    """Return an expression with the kernel as one letter, and with what each path brings still apart."""
    return expression.xreplace(_opaque(chain))


@cache
def _opaque(chain: Chain) -> dict[Expr, Expr]:
    known = {leaf.symbol: leaf.symbol for leaf in chain.leaves.values()}
    short = {node: chain.symbols(name)[0] for name, node in chain.abbreviations.items()}
    for name, node in chain.nodes.items():
        known[node.symbol] = short.get(name, node.expression.xreplace(known))
    known[chain.adjoint_symbol(chain.output)] = sp.S.One
    for name in [*reversed(chain.nodes), *chain.leaves]:
        parts = [sp.sympify(chain.edges[child, name]).xreplace(known) for child in chain.children(name)]
        if parts:
            known[chain.adjoint_symbol(name)] = sum(parts[1:], parts[0])
    return known


def _agrees(merging: WordAlgebra, word: tuple, true: Terms, given: Terms) -> bool:
    merged, = merging.matrix(_joined(word)) if word else ((),)
    return merged in true and true[merged] == given.get(merged)


def _matched(chain: Chain, algebra: WordAlgebra, true: Terms, given: Terms) -> tuple[Mistake, ...] | None:
    """Return the mistakes that make the given terms of the true ones."""
    found: list[Mistake] = []
    lost = {word: c for word, c in true.items() if word not in given}
    for word, coefficient in sorted(given.items(), key=lambda item: item[0] not in true):
        near = [(word, "", "")] if word in true else [
            (other, kind, what) for other in lost for kind, what in [near_miss(word, other)] if kind]
        options = [(of_coefficients(chain, coefficient, true[other], _written(algebra, other, true[other])),
                    other, kind, what) for other, kind, what in near]
        fits = sorted((option for option in options if option[0] is not None), key=lambda option: len(option[0]))
        if fits:
            because, other, kind, what = fits[0]
            found += [Mistake(kind, f"the term {_written(algebra, other, lost.pop(other))}", what)] if kind else []
            found += because
        elif near and not near[0][1]:
            return None  # the right word with a coefficient that nothing explains
        else:
            found.append(Mistake("extra_term", "the answer", _written(algebra, word, coefficient)))
    found += [Mistake("missing_term", "the answer", _written(algebra, word, c)) for word, c in lost.items()]
    return tuple(dict.fromkeys(found))


def of_coefficients(chain: Chain, given: Expr, true: Expr, where: str) -> tuple[Mistake, ...] | None:
    ratio = sp.cancel(given / true)
    number, powers = monomial(ratio)
    if len(ratio.free_symbols) != len(powers) or ratio.atoms(sp.Add) or any(name.startswith("<") for name in powers):
        return None
    return of_ratio(chain, number, powers, monomial(true)[1], where)


def near_miss(given: tuple, true: tuple) -> tuple[str, str]:
    """Return the kind of mistake that makes one word of another, and the letter in question; "" if none does."""
    bare = [[_bare(letter) for letter in word] for word in (given, true)]
    inverses = [sum(map(_inverted, word)) for word in (given, true)]
    kind = "missing_inverse" if inverses[0] < inverses[1] else "extra_inverse"
    if bare[0] == bare[1]:
        other = next(t for g, t in zip(given, true, strict=True) if g != t)
        instead = next(notation.plain(g) for g, t in zip(given, true, strict=True) if g != t)
        if inverses[0] == inverses[1]:
            return "transpose", f"{instead} for {notation.plain(other)}"
        return kind, f"that of {notation.plain(other)}"
    if Counter(given) == Counter(true):
        return "order", notation.plain(_joined(true))
    if [letter for letter in given if not _inverted(letter)] == [letter for letter in true if not _inverted(letter)]:
        letters = [notation.plain(letter) for letter in max(true, given, key=len) if _inverted(letter)]
        return kind, f"the factor {letters[0]}" + ", more than once," * (abs(inverses[0] - inverses[1]) > 1)
    return "", ""


def _terms(algebra: WordAlgebra, chain: Chain, side: Expr) -> Terms:
    side = chain.abbreviated(tidy(side, collect=False))
    if side.is_Matrix:
        return _words(algebra, side)
    side, = by_name(side)
    terms: dict[tuple, Expr] = {}
    for term in sp.Add.make_args(sp.expand(sp.together(algebra.scalar(side)))):
        moving = [f for f in sp.Mul.make_args(term) if f.free_symbols & algebra.scalars.keys()]
        key = tuple(sorted(moving, key=str))
        terms[key] = terms.get(key, 0) + term / sp.Mul(*moving)
    return {key: sp.cancel(c) for key, c in terms.items()}


def _words(algebra: WordAlgebra, side: Expr) -> Terms:
    return {word: sp.cancel(c) for word, c in algebra.matrix(*by_name(side)).items()}


def _joined(word: tuple) -> Expr:
    return MatMul(*word) if len(word) > 1 else word[0]


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


