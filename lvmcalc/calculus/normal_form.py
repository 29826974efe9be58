"""Matrix expressions as sums of words: the normal form that proofs compare.

A word is a product of letters (X, Xᵀ, K⁻¹, K⁻ᵀ); a matrix is a sum of words with scalar
coefficients, kept as `{word: coefficient}`, and the empty word is the identity. Transposes and
inverses are pushed down to letters, K⁻¹ is its own transpose when K is, and a letter beside its
inverse cancels. Two expressions with the same normal form are equal for every size; different
normal forms prove nothing.
"""

from collections.abc import Callable
from functools import reduce
from math import comb, prod

import sympy as sp
from sympy import (
    Determinant,
    Expr,
    Identity,
    Integer,
    Inverse,
    MatrixSymbol,
    Symbol,
    Trace,
    Transpose,
    log,
)
from sympy.matrices.expressions import MatAdd, MatMul, MatPow, ZeroMatrix
from sympy.matrices.expressions.matexpr import MatrixExpr

from lvmcalc.calculus.expressions import (
    CannotBeFormed,
    TooLarge,
    UnsupportedExpression,
    by_name,
    check_shapes,
)
from lvmcalc.calculus.output_form import Term, Terms, Writing, common_factor, in_order, joined

LARGEST_POWER = 24
# Beyond these a comparison or a gradient takes longer than anyone waits.
MOST_LETTERS = 6_000
MOST_TERMS = 5_000
ONE: Terms = {(): sp.S.One}


class NormalForm(Writing):
    """Bring expressions to sums of words.

    Parameters
    ----------
    symmetric : names of matrices known to be symmetric.
    expand : with False, a sum inside a product stays one letter, which keeps a formula as short as
    it was.
    collect : write an inverse that all terms end in once, behind a bracket.
    reduce_inverses : pull scalars out of inverses and use K K⁻¹ = I for a sum K as well; proofs do,
    formulas do not.
    """

    def __init__(self, symmetric: tuple[str, ...] = (), expand: bool = True,
                 reduce_inverses: bool = False,
                 collect: bool = True):
        super().__init__(collect)
        self.symmetric, self.expand, self.reduce_inverses = frozenset(
            symmetric), expand, reduce_inverses
        # what an inverse inverts, and what a sum kept as a letter adds
        self.inside: dict[MatrixExpr, Terms] = {}
        self.symbols: dict[Expr, Symbol] = {}  # that stand for traces, determinants and logarithms
        self.letters = 0  # that have been multiplied out

    # Matrices
    def matrix(self, expression: MatrixExpr) -> Terms:
        """Return the sum of words of a matrix expression."""
        match expression:
            case MatrixSymbol():
                return {(expression,): sp.S.One}
            case Identity():
                return ONE
            case ZeroMatrix():
                return {}
            case MatAdd():
                return self.add(*map(self.matrix, expression.args))
            case MatMul():
                scalar, factors = expression.as_coeff_matrices()
                return self.times(self.scalar(scalar),
                                  self._multiplied([*map(self.matrix, factors)], factors))
            case Transpose():
                return self.transposed(self.matrix(expression.arg))
            case Inverse() | MatPow():
                power = expression.exp
                if not isinstance(power, Integer) or abs(power) > LARGEST_POWER:
                    raise UnsupportedExpression(f"the matrix power {power} in {expression}")
                base = self.matrix(expression.base)
                base = self._inverse(base, expression) if power < 0 else base
                return self._multiplied([base] * abs(int(power)),
                                        [expression.base] * abs(int(power)))
        raise UnsupportedExpression(f"{type(expression).__name__} in {expression}")

    def add(self, *polys: Terms) -> Terms:
        """Return the sum, without the words that cancel."""
        total: Terms = {}
        for poly in polys:
            for word, coefficient in poly.items():
                total[word] = total.get(word, 0) + coefficient
        return {word: c for word, c in total.items() if not is_zero(c)}

    def times(self, scalar: Expr, poly: Terms) -> Terms:
        """Return the scalar multiple."""
        return {} if scalar == 0 else {word: scalar * c for word, c in poly.items()}

    def transposed(self, poly: Terms) -> Terms:
        """Return the transpose."""
        return {self.transposed_word(word): c for word, c in poly.items()}

    def transposed_word(self, word: Term) -> Term:
        """Return the transpose of a product: (AB)ᵀ = BᵀAᵀ."""
        return tuple(map(self._transposed_letter, reversed(word)))

    def _transposed_letter(self, letter: MatrixExpr) -> MatrixExpr:
        if isinstance(letter, Transpose):
            return letter.arg
        if isinstance(letter, MatrixSymbol):
            return letter if letter.name in self.symmetric else Transpose(letter)
        inside = self.inside[letter]
        return letter if inside == self.transposed(inside) else Transpose(letter)

    def _multiplied(self, polys: list[Terms], factors: list[MatrixExpr]) -> Terms:
        if not self.expand and sum(set(poly) != {()} for poly in polys) > 1:
            polys = [self._kept(poly, factor) if len(poly) > 1 else poly
                     for poly, factor in zip(polys, factors, strict=True)]
        return reduce(self._product, polys, ONE)

    def _product(self, left: Terms, right: Terms) -> Terms:
        self.letters += len(left) * sum(map(len, right)) + len(right) * sum(map(len, left))
        if self.letters > MOST_LETTERS:
            raise TooLarge(f"multiplying out to more than {MOST_LETTERS:,} factors")
        return self.add(*(self.times(c * d, self._reduced(u + v)) for u, c in left.items() for v,
                          d in right.items()))

    def _reduced(self, word: Term) -> Terms:
        """Use K K⁻¹ = K⁻¹K = I wherever the leading word of K and K⁻¹ stand side by side in the
        word."""
        for place, letter in enumerate(word):
            if not isinstance(_bare(letter), Inverse):
                continue
            inside = self._inverse_letter(letter)
            if len(inside) > 1 and not self.reduce_inverses:
                continue
            lead = max(inside, key=_length_and_texts)
            rest = {w: -c for w, c in inside.items() if w != lead}
            # too short where too few stand
            before, behind = place - len(lead), place + 1 + len(lead)
            if word[before:place] == lead:
                left, right, rest = word[:before], word[place + 1:], {(*w, letter): c for w,
                                                                      c in rest.items()}
            elif word[place + 1:behind] == lead:
                left, right, rest = word[:place], word[behind:], {(letter, *w): c for w,
                                                                  c in rest.items()}
            else:
                continue
            poly = self.times(1 / inside[lead], self.add(ONE, rest))
            return self.add(*(self.times(c, self._reduced(left + w + right)) for w,
                              c in poly.items()))
        return {word: sp.S.One}

    # Letters that stand for sums
    def _kept(self, poly: Terms, expression: MatrixExpr) -> Terms:
        """Return a sum as one letter, times the factor that its terms share."""
        common = common_factor(poly.values())
        inside, turned = self._upright({word: sp.cancel(c / common) for word, c in poly.items()},
                                       _transposes)
        return self._as_letter(self.sum(inside, expression.shape[turned]), inside, turned, common)

    def _inverse(self, poly: Terms, expression: MatrixExpr) -> Terms:
        """Return the inverse: letter by letter for a product of square letters, else as a new
        letter."""
        poly = self.add(poly)
        if not poly:
            raise UnsupportedExpression(f"the inverse of a zero matrix in {expression}")
        if square := _square_word(poly):
            word, c = square
            return self.times(1 / c,
                              reduce(self._product, map(self._inverse_letter, reversed(word)), ONE))
        scale = poly[max(poly, key=_length_and_texts)] if self.reduce_inverses else sp.S.One
        inside, turned = self._upright({word: c / scale for word, c in poly.items()}, _alphabetical)
        return self._as_letter(Inverse(self.expression(inside, expression.shape)), inside, turned,
                               1 / scale)

    def _upright(self, poly: Terms, key: Callable[[Terms], object]) -> tuple[Terms, bool]:
        """Return, of A and Aᵀ, the one that comes first, and whether that is Aᵀ."""
        flipped = self.transposed(poly)
        return (flipped, True) if key(flipped) < key(poly) else (poly, False)

    def _as_letter(self, letter: MatrixExpr, inside: Terms, turned: bool, scalar: Expr) -> Terms:
        self.inside[letter] = inside
        return {(self._transposed_letter(letter) if turned else letter,): scalar}

    def _inverse_letter(self, letter: MatrixExpr) -> Terms:
        if isinstance(letter, Transpose):
            return self.transposed(self._inverse_letter(letter.arg))
        if isinstance(letter, Inverse):
            return self.inside[letter]
        return self._as_letter(Inverse(letter), {(letter,): sp.S.One}, False, sp.S.One)

    # Scalars
    def scalar(self, expression: Expr) -> Expr:
        """Return a scalar expression with its traces, determinants and logarithms in normal
        form."""
        match expression:
            case _ if expression.is_Number or expression.is_NumberSymbol or expression.is_Symbol:
                if expression.is_extended_real is False or expression.is_finite is False or expression is sp.S.NaN:
                    raise UnsupportedExpression(f"the number {expression}")
                return expression
            case sp.Add() | sp.Mul():
                return expression.func(*map(self.scalar, expression.args))
            case sp.Pow() if expression.exp.is_integer:
                if expression.exp.is_Integer and abs(expression.exp) > LARGEST_POWER:
                    raise UnsupportedExpression(f"the power {expression.exp}, which is above "
                                                f"{LARGEST_POWER}")
                base = self.scalar(expression.base)
                if expression.exp.is_negative and is_zero(base):
                    raise UnsupportedExpression(f"the division by 0 in {expression}")
                return base ** self.scalar(expression.exp)
            case log():
                argument = sp.together(self.scalar(expression.args[0]))
                if is_zero(argument):
                    raise UnsupportedExpression(f"the logarithm of 0 in {expression}")
                return self._named(log(argument))
            case Trace():
                poly = self.matrix(expression.arg)
                return sp.Add(*(c * self._trace(word, expression.arg.shape[0]) for word,
                                c in poly.items()))
            case Determinant():
                return self._determinant(self.matrix(expression.arg), expression.arg.shape)
        raise UnsupportedExpression(f"{type(expression).__name__} in {expression}")

    def _trace(self, word: Term, size: Expr) -> Expr:
        """Return the symbol for the trace of a word, the same for all its rotations and for its
        transpose."""
        if not word:
            return size
        turns = [side[i:] + side[:i] for side in (word, self.transposed_word(word))
                 for i in range(len(word))]
        return self._named(Trace(joined(min(turns, key=_texts), size)))

    def _determinant(self, poly: Terms, shape: tuple[Expr, Expr]) -> Expr:
        if not poly:
            return sp.S.Zero
        if square := _square_word(poly):
            word, c = square
            return c ** shape[0] * sp.Mul(*map(self._determinant_letter, word))
        return self._named(Determinant(self.expression(self._upright(poly, _alphabetical)[0],
                                                       shape)))

    def _determinant_letter(self, letter: MatrixExpr) -> Expr:
        bare = _bare(letter)
        if isinstance(bare, Inverse):
            return 1 / self._determinant(self.inside[bare], bare.shape)
        return self._named(Determinant(bare))

    def _named(self, expression: Expr) -> Symbol:
        if expression not in self.symbols:
            # a Dummy, for two expressions may be written alike
            self.symbols[expression] = sp.Dummy(f"<{in_order(expression)}>")
            self.scalars[self.symbols[expression]] = expression
        return self.symbols[expression]


def is_zero(scalar: Expr) -> bool:
    """Return whether a scalar is zero as a rational function of its symbols."""
    if terms_in(scalar) == 1:
        return scalar == 0
    numerator = sp.fraction(sp.together(scalar))[0]
    if terms_in(numerator) > MOST_TERMS:
        raise TooLarge(f"multiplying out a scalar to more than {MOST_TERMS:,} terms")
    return sp.expand(numerator) == 0


def terms_in(scalar: Expr) -> int:
    """Return a bound for the number of terms when powers and products are multiplied out."""
    if scalar.is_Add:
        return sum(map(terms_in, scalar.args))
    if scalar.is_Mul:
        return prod(map(terms_in, scalar.args))
    if scalar.is_Pow and scalar.exp.is_Integer and scalar.exp > 0:
        return comb(terms_in(scalar.base) + int(scalar.exp) - 1, int(scalar.exp))
    return 1


def tidy(expression: Expr, collect: bool = True, symmetric: tuple[str, ...] = ()) -> Expr:
    """Return a formula with transposes and inverses pushed to its letters and like terms collected,
    its sums kept.

    With `collect`, an inverse that all terms end in is written once, behind a bracket.
    """
    algebra = NormalForm(symmetric, expand=False, collect=collect)
    if not expression.is_Matrix:
        # leaves 5/2 as the product 1·5/2
        scalar = sp.factor_terms(sp.together(algebra.scalar(expression)))
        scalar = scalar.xreplace({part: part.doit() for part in scalar.atoms(sp.Mul)
                                  if part.is_number})
        return algebra.written_out(scalar)
    poly = algebra.matrix(expression)
    # a bracket that ends in a common inverse is opened, so that the inverse stands behind it
    if len(poly) == 1:
        (word, c), = poly.items()
        for place, letter in enumerate(word):
            if isinstance(letter, MatAdd) and algebra.collected(algebra.inside[letter])[2]:
                poly = {word[:place] + inner + word[place + 1:]: c * d for inner,
                        d in algebra.inside[letter].items()}
                break
    return algebra.expression(poly, expression.shape)


def _square_word(poly: Terms) -> tuple[Term, Expr] | None:
    """Return the only word and its coefficient if all its letters are square."""
    (word, c), *others = poly.items()
    return None if others or any(letter.shape[0] != letter.shape[1]
                                 for letter in word) else (word, c)


def _bare(letter: MatrixExpr) -> MatrixExpr:
    return letter.arg if isinstance(letter, Transpose) else letter


def _texts(word: Term) -> tuple[str, ...]:
    return tuple(map(in_order, word))


def _length_and_texts(word: Term) -> tuple[int, tuple[str, ...]]:
    return len(word), _texts(word)


def _alphabetical(poly: Terms) -> list:
    return sorted((_texts(word), in_order(c)) for word, c in poly.items())


def _transposes(poly: Terms) -> int:
    return sum(isinstance(letter, Transpose) for word in poly for letter in word)


__all__ = ["LARGEST_POWER", "CannotBeFormed", "Terms", "TooLarge", "UnsupportedExpression", "Term",
           "NormalForm",
           "by_name", "check_shapes", "is_zero", "terms_in", "tidy"]
