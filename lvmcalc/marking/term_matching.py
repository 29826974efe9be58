"""A wrong answer term by term: which of its terms are right, nearly right, lost or too many.

Both sides are written as sums of words with K as one letter; a term of the answer that is in no
true term is held against the true ones that nobody else has, as near misses: an inverse or a
transpose more or less, another order.
"""

from collections import Counter
from functools import cache

import sympy as sp
from sympy import Expr, Inverse, Symbol, Transpose
from sympy.matrices.expressions import MatMul

from lvmcalc import notation
from lvmcalc.calculus.errors import TooLarge, UnsupportedExpression
from lvmcalc.calculus.expressions import by_name
from lvmcalc.calculus.normal_form import NormalForm
from lvmcalc.calculus.scalars import terms_in
from lvmcalc.calculus.tidy import tidy
from lvmcalc.chain import Chain
from lvmcalc.marking.mistakes import CLOSED, Mistake, is_inverse, monomial, of_ratio

MOST_TERMS = 100
# the coefficient of each word, or of each product of traces and determinants
Coefficients = dict[tuple, Expr]


def fitted(chain: Chain, wrt: str, answer: Expr) -> tuple[tuple[Mistake, ...], list[str]] | None:
    """Return the mistakes in the terms of an answer, and its terms that are right; None if it does
    not fit.

    Parameters
    ----------
    chain : Chain
    wrt : str
    answer : SymPy expression of the shape of the node or leaf, in the symbols of the chain
    """
    names = tuple(chain.abbreviations)
    merging = NormalForm(symmetric=names)
    try:
        true, given = (_terms(merging, chain, side)
                       for side in (chain.adjoint(wrt), opaque(chain, answer)))
        attempts = [_matched(chain, merging, answer.is_Matrix, true, given)]
        # a term that the two paths share may have been broken in one of them only
        if names and answer.is_Matrix:
            apart = NormalForm()
            halves = [_words(apart, side)
                      for side in (opaque(chain, chain.adjoint_symbol(wrt)), opaque(chain, answer))]
            left = [{word: c for word, c in half.items() if not _agrees(merging, word, true, given)}
                    for half in halves]
            attempts.append(_matched(chain, apart, True, *left))
    except (UnsupportedExpression, ValueError):
        return None
    fits = [found for found in attempts if found]
    if not fits:
        return None
    right = [_written(merging, word, c, answer.is_Matrix) for word,
             c in given.items() if true.get(word) == c]
    best = min(fits, key=lambda found: len({mistake.kind for mistake in found}))
    if not right and {mistake.kind for mistake in best} <= {"extra_term", "missing_term"}:
        return None  # another formula altogether
    return best, right


def opaque(chain: Chain, expression: Expr) -> Expr:
    """Return an expression with the kernel as one letter, and with what each path brings still
    apart."""
    return expression.xreplace(_opaque(chain))


@cache
def _opaque(chain: Chain) -> dict[Expr, Expr]:
    known = {leaf.symbol: leaf.symbol for leaf in chain.leaves.values()}
    short = {node: chain.symbols(name)[0] for name, node in chain.abbreviations.items()}
    for name, node in chain.nodes.items():
        known[node.symbol] = short.get(name, node.expression.xreplace(known))
    known[chain.adjoint_symbol(chain.output)] = sp.S.One
    for name in [*reversed(chain.nodes), *chain.leaves]:
        parts = [sp.sympify(chain.edges[child, name]).xreplace(known)
                 for child in chain.children(name)]
        if parts:
            known[chain.adjoint_symbol(name)] = sum(parts[1:], parts[0])
    return known


def _agrees(merging: NormalForm, word: tuple, true: Coefficients, given: Coefficients) -> bool:
    merged, = merging.matrix(MatMul(*word)) if word else ((),)
    return merged in true and true[merged] == given.get(merged)


def _matched(chain: Chain, algebra: NormalForm, matrix: bool, true: Coefficients,
             given: Coefficients) -> tuple[Mistake, ...] | None:
    """Return the mistakes that make the given terms of the true ones."""
    found: list[Mistake] = []
    lost = [word for word in true if word not in given]
    for word, coefficient in sorted(given.items(), key=lambda item: item[0] not in true):
        near = [(word, "", "")] if word in true else [
            (other, kind, what) for other in lost for kind,
            what in [near_miss(word, other)] if kind]
        written = _written(algebra, word, coefficient, matrix)  # as it is, not as it should be
        options = [(of_coefficients(chain, coefficient, true[other], f"the term {written}"), other,
                    kind, what)
                   for other, kind, what in near]
        fits = sorted((option for option in options if option[0] is not None),
                      key=lambda option: len(option[0]))
        if fits:
            because, other, kind, what = fits[0]
            if kind:
                lost.remove(other)
                found.append(Mistake(kind, f"the term {written}", what))
            found += because
        elif word in true:
            return None  # the right word with a coefficient that nothing explains
        else:
            found.append(Mistake("extra_term", "the answer", written))
    found += [Mistake("missing_term", "the sum", "", ((CLOSED, sp.Mul(*word)),)) for word in lost]
    return tuple(dict.fromkeys(found))


def of_coefficients(chain: Chain, given: Expr, true: Expr,
                    where: str) -> tuple[Mistake, ...] | None:
    """Return the mistakes that turn a true coefficient into the given one, None if none are
    known."""
    ratio = sp.cancel(given / true)
    number, powers = monomial(ratio)
    if len(ratio.free_symbols) != len(powers) or ratio.atoms(sp.Add) or any(
        name.startswith("<") for name in powers):
        return None
    return of_ratio(chain, number, powers, monomial(true)[1], where)


def near_miss(given: tuple, true: tuple) -> tuple[str, str]:
    """Return the kind of mistake that makes one word of another, and the letter in question; "" if
    none does."""
    inverted = [[is_inverse(letter) for letter in word] for word in (given, true)]
    fewer = sum(inverted[0]) - sum(inverted[1])
    kind = "missing_inverse" if fewer < 0 else "extra_inverse"
    if [*map(_bare, given)] == [*map(_bare, true)]:
        here, there = next((notation.plain(g), notation.plain(t)) for g,
                           t in zip(given, true, strict=True) if g != t)
        if inverted[0] == inverted[1]:
            return "transpose", f"{here} for {there}"
        return (kind, f"that of {there}") if fewer else ("", "")
    if Counter(given) == Counter(true):
        return "order", ""
    longer, shorter = (given, true) if fewer > 0 else (true, given)
    spare, rest = Counter(longer) - Counter(shorter), iter(longer)
    # in this order
    if fewer and all(map(is_inverse, spare)) and all(letter in rest for letter in shorter):
        letter = notation.plain(next(iter(spare)))
        return kind, f"the factor {letter}" + ", more than once," * (abs(fewer) > 1)
    return "", ""


def _terms(algebra: NormalForm, chain: Chain, side: Expr) -> Coefficients:
    side = chain.abbreviated(tidy(side))
    if side.is_Matrix:
        return _words(algebra, side)
    side, = by_name(side)
    terms: dict[tuple, Expr] = {}
    for term in sp.Add.make_args(sp.expand(sp.together(algebra.scalar(side)))):
        moving = [f for f in sp.Mul.make_args(term) if f.free_symbols & algebra.scalars.keys()]
        key = tuple(sorted(moving, key=str))
        terms[key] = terms.get(key, 0) + term / sp.Mul(*moving)
    return {key: _cancelled(c) for key, c in terms.items()}


def _words(algebra: NormalForm, side: Expr) -> Coefficients:
    return {word: _cancelled(c) for word, c in algebra.matrix(*by_name(side)).items()}


def _cancelled(coefficient: Expr) -> Expr:
    if terms_in(coefficient) > MOST_TERMS:
        raise TooLarge(f"multiplying out a coefficient to more than {MOST_TERMS} terms")
    return sp.cancel(coefficient)


def _written(algebra: NormalForm, word: tuple, coefficient: Expr, matrix: bool) -> str:
    if not matrix:
        return notation.plain(algebra.written_out(coefficient * sp.Mul(*word)))
    N = Symbol("N")  # of the unit matrix, if it is all that there is
    return notation.plain(algebra.expression({word: coefficient}, (N, N)))


def _bare(letter: Expr) -> Expr:
    while isinstance(letter, Transpose | Inverse):
        letter = letter.arg
    return letter
