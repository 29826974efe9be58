"""How a sum of words is written as a SymPy expression: its terms in order, what they share in front
or behind."""

from collections.abc import Iterable
from functools import lru_cache, reduce

import sympy as sp
from sympy import Expr, Identity, Inverse, MatrixSymbol, Symbol
from sympy.matrices.expressions import MatAdd, MatMul, ZeroMatrix
from sympy.matrices.expressions.matexpr import MatrixExpr

Term = tuple[MatrixExpr, ...]
Terms = dict[Term, Expr]


class Writing:
    """Writes scalars and sums of words; `collect` is whether an inverse that all words end in is
    written once."""

    def __init__(self, collect: bool):
        self.collect = collect
        # the trace, determinant or logarithm that a symbol stands for
        self.scalars: dict[Symbol, Expr] = {}

    def written_out(self, scalar: Expr) -> Expr:
        """Return a scalar with its traces, determinants and logarithms in place of their
        symbols."""
        while found := scalar.free_symbols & self.scalars.keys():
            scalar = scalar.xreplace({symbol: self.scalars[symbol] for symbol in found})
        return scalar

    def expression(self, poly: Terms, shape: tuple[Expr, Expr]) -> MatrixExpr:
        """Return a sum of words as a SymPy expression, with common factors on the right
        collected."""
        if not poly:
            return ZeroMatrix(*shape)
        if len(poly) == 1:
            (word, c), = poly.items()
            return self._term(sp.factor_terms(c), joined(word, shape[0]))
        common, inner, tail = self.collected(poly)
        total = self.sum(inner, shape[0])
        return self._term(common, MatMul(total, *tail) if tail else total)

    def collected(self, poly: Terms) -> tuple[Expr, Terms, Term]:
        """Return the common scalar, what is left inside the bracket, and the letters behind it.

        Those are the letters that all words end in, if an inverse is among them.
        """
        ending: Term = ()
        for letters in map(set, zip(*map(reversed, poly), strict=False)):
            if len(letters) > 1:
                break
            ending = (*letters, *ending)
        if not self.collect or not any(isinstance(letter, Inverse) for letter in ending):
            ending = ()  # only a common inverse is worth a bracket: it is computed once
        common = common_factor(poly.values())
        return common, {word[:len(word) - len(ending)]: sp.cancel(c / common) for word,
                        c in poly.items()}, ending

    def sum(self, poly: Terms, size: Expr) -> MatAdd:
        """Return the words as the terms of a sum, in order."""
        return MatAdd(*sorted((self._term(c, joined(word, size)) for word, c in poly.items()),
                              key=in_order))

    def _term(self, scalar: Expr, matrix: MatrixExpr) -> MatrixExpr:
        factors = matrix.args if isinstance(matrix, MatMul) else (matrix,)
        return matrix if scalar == 1 else MatMul(self.written_out(scalar), *factors)


def joined(word: Term, size: Expr) -> MatrixExpr:
    """Return the product of the letters, which is the identity if there are none."""
    return MatMul(*word) if len(word) > 1 else word[0] if word else Identity(size)


def common_factor(coefficients: Iterable[Expr]) -> Expr:
    """Return the factor that all coefficients share."""
    numerators, denominators = zip(*(sp.fraction(sp.together(c)) for c in coefficients),
                                   strict=True)
    common = reduce(sp.gcd, numerators) / reduce(sp.gcd, denominators)
    return -common if all(sp.cancel(c / common).could_extract_minus_sign()
                          for c in coefficients) else common


@lru_cache(maxsize=50_000)
def in_order(expression: Expr) -> str:
    """Return a text by which letters and terms are put in order: sums first, else that of the
    alphabet."""
    if not expression.args or isinstance(expression, MatrixSymbol):
        return str(expression)
    return "(" * isinstance(expression, MatAdd) + " ".join([*map(in_order, expression.args),
                                                            type(expression).__name__])
