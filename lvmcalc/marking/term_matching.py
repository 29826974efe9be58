"""Compare a wrong answer term by term: right, nearly right, missing or superfluous.

Both sides are written as sums of products in which K is one letter. A term of the answer that is no
true term is held against the true ones that are still free, as near misses: an inverse or a
transpose more or less, another order.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import sympy as sp
from sympy import Expr, Inverse, MatMul, Symbol, Transpose

from lvmcalc import notation
from lvmcalc.calculus import UnsupportedExpression
from lvmcalc.calculus.errors import TooLarge
from lvmcalc.calculus.expression_checks import by_name
from lvmcalc.calculus.page_form import PageForm, tidy
from lvmcalc.calculus.scalars import terms_in
from lvmcalc.chain import Chain, passes
from lvmcalc.marking.broken_formulas import instead_of, is_inverse
from lvmcalc.marking.chain_letters import symmetric_letters
from lvmcalc.marking.chain_values import formulas
from lvmcalc.marking.exercise import Exercise
from lvmcalc.marking.mistakes import CLOSED, Mistake, behind_a_factor, monomial

_MOST_TERMS = 100
# The coefficient of each product of matrices, or of each product of traces and determinants
Coefficients = dict[tuple, Expr]


class Match(NamedTuple):
    """The mistakes in the terms of an answer, and its terms that are right; none if nothing fits.

    `written` holds the terms that stand in the answer as they are, and in no bracket.
    """

    mistakes: tuple[Mistake, ...] = ()
    right: tuple[str, ...] = ()
    written: frozenset[str] = frozenset()


def matched(exercise: Exercise, answer: Expr, truth: Expr | None = None,
            letters: bool = True) -> Match:
    """Return what is wrong and what is right in the terms of an answer.

    Parameters
    ----------
    exercise : Exercise
    answer : SymPy expression of the shape that is asked for, in the symbols of the chain
    truth : what it should be, by default what the exercise asks for
    letters : whether K stays a letter
    """
    symmetric = symmetric_letters(exercise.chain)
    write = partial(_with_letters, exercise.chain) if letters else exercise.chain.in_leaves
    truth = exercise.asked if truth is None else truth
    merging = _Matcher(exercise, truth.is_Matrix, symmetric)
    try:
        sides = [*map(write, (truth, answer))]
        true, given = map(merging.terms, sides)
        attempts = [merging.mistakes(true, given)]
        # A term that two paths share may have been broken in one of them only.
        if symmetric and answer.is_Matrix:
            apart = _Matcher(exercise, True)
            left = [{word: c for word, c in apart.words(side).items()
                     if not merging.agrees(word, true, given)} for side in sides]
            attempts.append(apart.mistakes(*left))
    except (UnsupportedExpression, ValueError):
        return Match()
    terms = [merging.terms(write(term)) for term in sp.Add.make_args(answer)]
    alone = frozenset(merging.written(*pair) for term in terms if len(term) == 1
                      for pair in term.items())
    right = tuple(merging.written(word, c) for word, c in given.items() if true.get(word) == c)
    best = min(filter(None, attempts), key=lambda found: len(_kinds(found)), default=())
    if not true.keys() & given.keys() and _kinds(best) <= {"extra_term", "missing_term"}:
        return Match()  # another formula altogether
    return Match(best, right, alone) if best else Match()


def _with_letters(chain: Chain, side: Expr) -> Expr:
    """Return a formula with K as a letter, and with what each path contributes still apart."""
    letters = {node: chain.symbols(name)[0] for name, node in chain.abbreviations.items()}
    known = chain.remember("with letters", lambda: formulas(chain, letters))
    return chain.abbreviated(tidy(passes.in_symbols(None, side, known)))


def _kinds(mistakes: tuple[Mistake, ...]) -> set[str]:
    return {mistake.kind for mistake in mistakes}


class _Matcher:
    """Match the terms of an answer with the true ones, in page form."""

    def __init__(self, exercise: Exercise, matrix: bool, symmetric: tuple[str, ...] = ()):
        self.sizes, self.algebra, self.matrix = exercise.sizes, PageForm(symmetric), matrix

    def terms(self, side: Expr) -> Coefficients:
        """Return the terms of one side."""
        if self.matrix:
            return self.words(side)
        side, = by_name(side)
        terms: Coefficients = defaultdict(lambda: sp.S.Zero)
        for term in sp.Add.make_args(sp.expand(sp.together(self.algebra.scalar(side)))):
            moving = [factor for factor in sp.Mul.make_args(term)
                      if factor.free_symbols & self.algebra.scalars.keys()]
            terms[tuple(sorted(moving, key=str))] += term / sp.Mul(*moving)
        return {key: _cancelled(c) for key, c in terms.items()}

    def words(self, side: Expr) -> Coefficients:
        """Return the terms of a sum of products of matrices."""
        side, = by_name(side)
        return {word: _cancelled(c) for word, c in self.algebra.matrix(side).items()}

    def agrees(self, word: tuple, true: Coefficients, given: Coefficients) -> bool:
        """Return whether a term is the same on both sides once symmetry is used."""
        merged, = self.algebra.matrix(MatMul(*word)) if word else ((),)
        return merged in true and true[merged] == given.get(merged)

    def mistakes(self, true: Coefficients, given: Coefficients) -> tuple[Mistake, ...] | None:
        """Return the mistakes that make the given terms of the true ones, None if none do."""
        found: list[Mistake] = []
        lost = [word for word in true if word not in given]
        for word, coefficient in sorted(given.items(), key=lambda item: item[0] not in true):
            # The term is named as it is, not as it should be.
            where = f"the term {self.written(word, coefficient)}"
            near = [(word, ())] if word in true else [
                (other, (Mistake(miss[0], where, miss[1]),))
                for other in lost if (miss := near_miss(word, other))]
            options = [(other, mistakes + because) for other, mistakes in near
                       if (because := behind_a_coefficient(coefficient, true[other], self.sizes,
                                                           where)) is not None]
            if options:
                other, because = min(options, key=lambda option: len(option[1]))
                lost = [one for one in lost if one != other]
                found += because
            elif word in true:  # the right term with a coefficient that no mistake explains
                if (because := self.scaled(word, coefficient, true[word])) is None:
                    return None
                found.append(because)
            else:
                found.append(Mistake("extra_term", "the answer", where.removeprefix("the term ")))
        found += [Mistake("missing_term", "the sum", "", ((CLOSED, sp.Mul(*word)),))
                  for word in lost]
        return tuple(dict.fromkeys(found))

    def scaled(self, word: tuple, given: Expr, true: Expr) -> Mistake | None:
        """Return one term too many beside a right one, None if that is not all."""
        more = sp.expand(given - true)
        inner = any(symbol.name.startswith("<") for symbol in (given / true).free_symbols)
        return None if more.is_Add or inner else Mistake(
            "extra_term", "the answer", self.written(word, more))

    def written(self, word: tuple, coefficient: Expr) -> str:
        """Return a term as plain text."""
        if not self.matrix:
            return notation.plain(self.algebra.written_out(coefficient * sp.Mul(*word)))
        N = Symbol("N")  # of the unit matrix, if it is all that there is
        return notation.plain(self.algebra.expression({word: coefficient}, (N, N)))


def behind_a_coefficient(given: Expr, true: Expr, sizes: Sequence[str],
                         where: str) -> tuple[Mistake, ...] | None:
    """Return the mistakes that turn a true coefficient into the given one, None if none do."""
    ratio = sp.cancel(given / true)
    number, powers = monomial(ratio)
    if {symbol.name for symbol in ratio.free_symbols} != powers.keys() or ratio.has(sp.Add) or any(
            name.startswith("<") for name in powers):
        return None
    return behind_a_factor(number, powers, monomial(true)[1], sizes, where)


def near_miss(given: tuple, true: tuple) -> tuple[str, str] | tuple[()]:
    """Return the kind of mistake that makes one product of another, and what is wrong.

    It is () if no mistake does.
    """
    inverted = [[*map(is_inverse, word)] for word in (given, true)]
    fewer = sum(inverted[0]) - sum(inverted[1])
    kind = "missing_inverse" if fewer < 0 else "extra_inverse"
    if [*map(_bare, given)] == [*map(_bare, true)]:
        wrong = [(g, t) for g, t in zip(given, true, strict=True) if g != t]
        what = ", and ".join({_bare(g): instead_of(g, t) for g, t in reversed(wrong)}.values())
        turned = inverted[0] == inverted[1]
        return ("transpose" if turned else kind, what) if turned or fewer else ()
    if Counter(given) == Counter(true):
        return "order", ""
    longer, shorter = (given, true) if fewer > 0 else (true, given)
    if extra := _lost_factors(true, given):
        return "extra_factor", extra[1]
    spare, rest = Counter(longer) - Counter(shorter), iter(longer)
    in_this_order = all(letter in rest for letter in shorter)
    if fewer and in_this_order and all(map(is_inverse, spare)):
        often = {-1: "", -2: " twice", 1: " once"}.get(fewer, f" {-fewer} times" * (fewer < 0))
        what = f"is missing{often}" if fewer < 0 else f"stands there{often} too often"
        return kind, f"the factor {notation.plain(next(iter(spare)))} {what}"
    if given and true and len({*map(_bare, given + true)}) == 1 and len(given) != len(true):
        kind = "lost_factor" if len(given) < len(true) else "extra_factor"
        return kind, notation.plain(true[0])  # another power of one letter
    return _lost_factors(given, true)


def _lost_factors(given: tuple, true: tuple) -> tuple[str, str] | tuple[()]:
    """Return the mistake that loses a square factor, or two whose product is, and no inverse."""
    count = len(true) - len(given)
    for start in range(len(given) + 1) if given and 0 < count < 3 else ():
        lost = true[start:start + count]
        if given == true[:start] + true[start + count:] and not any(map(is_inverse, lost)) and (
                lost[0].is_Matrix and lost[0].rows == lost[-1].cols):
            return "lost_factor", notation.plain(MatMul(*lost))
    return ()


def _cancelled(coefficient: Expr) -> Expr:
    if terms_in(coefficient) > _MOST_TERMS:
        raise TooLarge(f"multiplying out a coefficient to more than {_MOST_TERMS} terms")
    return sp.cancel(coefficient)


def _bare(letter: Expr) -> Expr:
    while isinstance(letter, Transpose | Inverse):
        letter = letter.arg
    return letter
