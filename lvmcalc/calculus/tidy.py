"""Tidy formulas for display: transposes and inverses at the symbols, like terms collected."""

from collections.abc import Iterable

import sympy as sp
from sympy import Expr, MatAdd

from lvmcalc.calculus.normal_form import NormalForm


def tidy(expression: Expr, collect: bool = True, symmetric: Iterable[str] = ()) -> Expr:
    """Return a formula with transposes and inverses at its letters and like terms collected.

    Its sums stay sums. With `collect`, an inverse that all terms end in is written once, behind a
    bracket.
    """
    form = NormalForm(symmetric, expand=False, collect=collect)
    if not expression.is_Matrix:
        # factor_terms leaves 5/2 as the product 1·5/2
        scalar = sp.factor_terms(sp.together(form.scalar(expression)))
        products = {part: part.doit() for part in scalar.atoms(sp.Mul) if part.is_number}
        return form.written_out(scalar.xreplace(products))
    terms = form.matrix(expression)
    if len(terms) == 1:  # a bracket that ends in a common inverse is opened
        (term, c), = terms.items()
        for place, letter in enumerate(term):
            if isinstance(letter, MatAdd) and form.collected(form.inside[letter])[2]:
                before, behind = term[:place], term[place + 1:]
                terms = {before + t + behind: c * d for t, d in form.inside[letter].items()}
                break
    return form.expression(terms, expression.shape)
