"""Write a page form as SymPy: terms in a fixed order, common factors outside."""

from functools import lru_cache, reduce

import sympy as sp
from sympy import Expr, Identity, Inverse, MatAdd, MatMul, MatrixExpr, MatrixSymbol, Symbol

from lvmcalc.calculus.expression_tools import joined
from lvmcalc.calculus.scalars import Sums

Term = tuple[MatrixExpr, ...]
Terms = dict[Term, Expr]


class OutputForm(Sums):
    """Write scalars and sums of terms.

    Parameters
    ----------
    collect : bool
        Whether an inverse that all terms end in is written once.
    """

    def __init__(self, collect: bool):
        self.collect = collect
        self.scalars: dict[Symbol, Expr] = {}  # the trace or function that a symbol stands for

    def written_out(self, scalar: Expr) -> Expr:
        """Return a scalar with its traces, determinants and functions in place of symbols."""
        while found := scalar.free_symbols & self.scalars.keys():
            scalar = scalar.xreplace({symbol: self.scalars[symbol] for symbol in found})
        return scalar

    def expression(self, terms: Terms, shape: tuple[Expr, Expr]) -> MatrixExpr:
        """Return a sum of terms as a SymPy expression, with common factors outside."""
        if not terms:
            return sp.ZeroMatrix(*shape)
        if len(terms) == 1:
            (term, c), = terms.items()
            return self._multiple(sp.factor_terms(c), product_of(term, shape[0]))
        common, inner, tail = self.collected(terms)
        total = self.sum(inner, shape[0])
        return self._multiple(common, MatMul(total, *tail) if tail else total)

    def collected(self, terms: Terms) -> tuple[Expr, Terms, Term]:
        """Return the common scalar, what is left inside the bracket, and the letters behind it.

        Those are the letters that all terms end in, if an inverse is among them.
        """
        ending: Term = ()
        for letters in map(set, zip(*map(reversed, terms), strict=False)):
            if len(letters) > 1:
                break
            ending = (*letters, *ending)
        if not self.collect or not any(isinstance(letter, Inverse) for letter in ending):
            ending = ()  # only a common inverse is worth a bracket: it is computed once
        common, reduced = factored(terms)
        return common, {term[:len(term) - len(ending)]: c for term, c in reduced.items()}, ending

    def sum(self, terms: Terms, size: Expr) -> MatAdd:
        """Return the terms as a sum of matrices with `size` rows, in order."""
        summands = (self._multiple(c, product_of(term, size)) for term, c in terms.items())
        return MatAdd(*sorted(summands, key=in_order))

    @staticmethod
    def texts(term: Term) -> tuple[str, ...]:
        """Return what puts terms in order."""
        return tuple(map(in_order, term))

    def _multiple(self, scalar: Expr, matrix: MatrixExpr) -> MatrixExpr:
        factors = matrix.args if isinstance(matrix, MatMul) else (matrix,)
        return matrix if scalar == 1 else MatMul(self.written_out(scalar), *factors)


def product_of(term: Term, size: Expr) -> MatrixExpr:
    """Return the product of the letters, which is the identity if there are none."""
    return joined(MatMul, term) if term else Identity(size)


def factored(terms: Terms) -> tuple[Expr, Terms]:
    """Return the factor that all coefficients share, and the sum without it."""
    fractions = (sp.fraction(sp.together(c)) for c in terms.values())
    numerators, denominators = zip(*fractions, strict=True)
    common = reduce(sp.gcd, numerators) / reduce(sp.gcd, denominators)
    if all(sp.cancel(c / common).could_extract_minus_sign() for c in terms.values()):
        common = -common
    return common, {term: sp.cancel(c / common) for term, c in terms.items()}


@lru_cache(maxsize=50_000)
def in_order(expression: Expr) -> str:
    """Return a text that puts letters and terms in order: sums first, else by the alphabet."""
    if not expression.args or isinstance(expression, MatrixSymbol):
        return str(expression)
    parts = [*map(in_order, expression.args), type(expression).__name__]
    return "(" * isinstance(expression, MatAdd) + " ".join(parts)
