"""The form of formulas on a page: a matrix is a sum of terms, a term a product of letters.

A letter is X, Xᵀ, K⁻¹, K⁻ᵀ, A ∘ B or exp(A); a matrix is kept as `{term: coefficient}`, and the
empty term is the identity. Transposes and inverses are pushed down to letters, K⁻¹ is its own
transpose when K is, and a letter beside its inverse cancels.
"""

from collections.abc import Callable, Iterable
from functools import reduce
from itertools import product

import sympy as sp
from sympy import Determinant, Expr, HadamardProduct, Inverse, MatrixExpr, MatrixSymbol, Transpose

from lvmcalc.calculus.errors import TooLarge, UnsupportedExpression
from lvmcalc.calculus.expression_tools import LARGEST_POWER, without_power
from lvmcalc.calculus.operations import record
from lvmcalc.calculus.page_form_writer import (
    OutputForm,
    Term,
    Terms,
    factored,
    in_order,
    product_of,
)
from lvmcalc.calculus.scalars import is_letter, is_zero
from lvmcalc.notation.entrywise import EntrySum, Entrywise

_MOST_LETTERS = 6_000  # beyond these a comparison or a gradient takes longer than anyone waits
_ONE: Terms = {(): sp.S.One}


class PageForm(OutputForm):
    """Bring expressions to sums of terms.

    Parameters
    ----------
    symmetric : names of matrices known to be symmetric
    expand : bool
        If False, a sum inside a product stays one letter, which keeps a formula short.
    collect : bool
        Whether an inverse that all terms end in is written once, behind a bracket.
    """

    def __init__(self, symmetric: Iterable[str] = (), expand: bool = True, collect: bool = True):
        super().__init__(collect)
        self.symmetric, self.expand = frozenset(symmetric), expand
        # What stands inside a letter: of an inverse, of a kept sum, or of a function of entries.
        self.inside: dict[MatrixExpr, Terms] = {}
        self.factors: dict[MatrixExpr, tuple[Term, ...]] = {}  # those of elementwise products
        self.symbols: dict[Expr, sp.Symbol] = {}  # one for each trace, determinant and function
        self.letters = 0  # how many have been multiplied out

    # Matrices
    def matrix(self, expression: MatrixExpr) -> Terms:
        """Return the sum of terms of a matrix expression."""
        expression = without_power(expression)
        match expression:
            case MatrixSymbol() | sp.OneMatrix():
                return {(expression,): sp.S.One}
            case sp.Identity():
                return _ONE
            case sp.ZeroMatrix():
                return {}
        return record(expression).page(self, expression)

    def product(self, expression: MatrixExpr) -> Terms:
        """Return the product of matrices and scalars, multiplied out."""
        scalar, factors = expression.as_coeff_matrices()
        parts = self._kept_short([*map(self.matrix, factors)], factors)
        return self.scaled(self.scalar(scalar), reduce(self._product, parts, _ONE))

    def elementwise(self, expression: HadamardProduct) -> Terms:
        """Return the elementwise product, multiplied out."""
        parts = self._kept_short([*map(self.matrix, expression.args)], expression.args)
        total = []
        for choice in product(*(part.items() for part in parts)):
            coefficient = sp.Mul(*(c for _, c in choice))
            term = self._elementwise_term([term for term, _ in choice], expression.shape)
            self._count(len(choice))
            total.append({term: coefficient})
        return self.add(*total)

    def entrywise(self, expression: Entrywise) -> Terms:
        """Return a function of the entries as a letter."""
        inside, turned = self._upright(self.matrix(expression.arg), _transposes)
        shape = expression.shape[::-1] if turned else expression.shape
        letter = Entrywise(expression.name, self.expression(inside, shape))
        return self._as_letter(letter, inside, turned, sp.S.One)

    def opaque(self, expression: MatrixExpr) -> Terms:
        """Return an operation that nothing is known of here, such as diag(v), as a letter."""
        argument, *others = expression.args
        inside, common = self.matrix(argument), sp.S.One
        if isinstance(expression, sp.DiagMatrix | sp.DiagonalOf):  # linear
            if not inside:
                return {}
            common, inside = factored(inside)
        written = expression.func(self.expression(inside, argument.shape), *others)
        self.inside[written] = inside
        if isinstance(written, sp.DiagMatrix):
            self.inside[written] = {}  # a diagonal matrix is its own transpose
        return {(written,): common}

    def total(self, expression: Expr) -> Expr:
        """Return the sum of the entries as a symbol."""
        terms = self.matrix(expression.arg)
        return sp.Add(*(c * self._named(EntrySum(product_of(term, expression.arg.rows)))
                        for term, c in terms.items()))

    def transposed(self, terms: Terms) -> Terms:
        """Return the transpose."""
        return {self.transposed_term(term): c for term, c in terms.items()}

    def transposed_term(self, term: Term) -> Term:
        """Return the transpose of a product: (AB)ᵀ = BᵀAᵀ."""
        return tuple(map(self._transposed_letter, reversed(term)))

    def _transposed_letter(self, letter: MatrixExpr) -> MatrixExpr:
        match letter:
            case Transpose() | sp.OneMatrix():
                return letter.T
            case MatrixSymbol() if letter.name in self.symmetric:
                return letter
            case MatrixSymbol() | sp.DiagonalOf():
                return Transpose(letter)
            case HadamardProduct():
                factors = [self.transposed_term(factor) for factor in self.factors[letter]]
                turned, = self._elementwise_term(factors, letter.shape[::-1])
                return turned
        inside = self.inside[letter]
        own = letter.is_square and inside == self.transposed(inside)
        return letter if own else Transpose(letter)

    def _kept_short(self, parts: list[Terms], factors: Iterable[MatrixExpr]) -> list[Terms]:
        if self.expand or sum(set(part) != {()} for part in parts) < 2:
            return parts
        return [self._kept(part, factor) if len(part) > 1 else part
                for part, factor in zip(parts, factors, strict=True)]

    def _count(self, letters: int) -> None:
        self.letters += letters
        if self.letters > _MOST_LETTERS:
            raise TooLarge(f"multiplying out to more than {_MOST_LETTERS:,} factors")

    def _product(self, left: Terms, right: Terms) -> Terms:
        self._count(len(left) * sum(map(len, right)) + len(right) * sum(map(len, left)))
        return self.add(*(self.scaled(c * d, self._reduced(u + v))
                          for u, c in left.items() for v, d in right.items()))

    def _reduced(self, term: Term) -> Terms:
        """Use A A⁻¹ = A⁻¹A = I where a product stands beside its inverse."""
        for place, letter in enumerate(term):
            behind = term[place + 1:]
            if isinstance(letter, sp.OneMatrix) and behind and isinstance(behind[0], sp.OneMatrix):
                ones = sp.OneMatrix(letter.rows, behind[0].cols)
                return self.scaled(letter.cols, self._reduced((*term[:place], ones, *behind[1:])))
            if not isinstance(_bare(letter), Inverse) or len(self._inverse_letter(letter)) > 1:
                continue
            (product, c), = self._inverse_letter(letter).items()
            before, after = place - len(product), place + 1 + len(product)  # too short if few stand
            if term[before:place] == product:
                return self.scaled(1 / c, self._reduced(term[:before] + term[place + 1:]))
            if term[place + 1:after] == product:
                return self.scaled(1 / c, self._reduced(term[:place] + term[after:]))
        return {term: sp.S.One}

    # Letters that have something inside
    def _elementwise_term(self, factors: Iterable[Term], shape: tuple[Expr, Expr]) -> Term:
        """Return an elementwise product as a term: its factors in order, without ones."""
        flat: list[Term] = []
        for factor in factors:
            letter = factor[0] if len(factor) == 1 else None
            if letter in self.factors:
                flat += self.factors[letter]
            elif not isinstance(letter, sp.OneMatrix):
                flat.append(factor)
        if len(flat) < 2:
            return flat[0] if flat else (sp.OneMatrix(*shape),)
        flat.sort(key=self.texts)
        letter = HadamardProduct(*(product_of(factor, shape[0]) for factor in flat))
        self.factors[letter] = tuple(flat)
        return (letter,)

    def _kept(self, terms: Terms, expression: MatrixExpr) -> Terms:
        """Return a sum as one letter, times the factor that its terms share."""
        common, reduced = factored(terms)
        inside, turned = self._upright(reduced, _transposes)
        size, opposite = expression.shape[turned], {term: -c for term, c in inside.items()}
        if self.sum(opposite, size) in self.inside:  # x − μ is there, so μ − x is −(x − μ)
            inside, common = opposite, -common
        return self._as_letter(self.sum(inside, size), inside, turned, common)

    def inverse(self, terms: Terms, expression: MatrixExpr) -> Terms:
        """Return the inverse: letter by letter for a product of square letters, else a letter."""
        terms = self.add(terms)
        if not terms:
            raise UnsupportedExpression(f"the inverse of a zero matrix in {expression}")
        if square := _square_term(terms):
            term, c = square
            inverses = map(self._inverse_letter, reversed(term))
            return self.scaled(1 / c, reduce(self._product, inverses, _ONE))
        inside, turned = self._upright(terms, _alphabetical)
        letter = Inverse(self.expression(inside, expression.shape))
        return self._as_letter(letter, inside, turned, sp.S.One)

    def _upright(self, terms: Terms, key: Callable[[Terms], object]) -> tuple[Terms, bool]:
        """Return, of A and Aᵀ, the one that comes first, and whether that is Aᵀ."""
        flipped = self.transposed(terms)
        return (flipped, True) if key(flipped) < key(terms) else (terms, False)

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
        """Return a scalar whose traces, determinants and functions are in page form."""
        if is_letter(expression):
            return expression
        return record(expression).page(self, expression)

    def power(self, expression: sp.Pow) -> Expr:
        """Return a whole power of a scalar."""
        base, exponent = expression.as_base_exp()
        if exponent.is_Integer and abs(exponent) > LARGEST_POWER:
            raise UnsupportedExpression(f"the power {exponent}, which is above {LARGEST_POWER}")
        base = self.scalar(base)
        if exponent.is_negative and is_zero(base):
            raise UnsupportedExpression(f"the division by 0 in {expression}")
        return base ** self.scalar(exponent)

    def function(self, expression: Expr) -> Expr:
        """Return a function of a scalar, such as its logarithm."""
        argument = sp.together(self.scalar(expression.args[0]))
        if isinstance(expression, sp.log) and is_zero(argument):
            raise UnsupportedExpression(f"the logarithm of 0 in {expression}")
        value = expression.func(argument)
        return self._named(value) if isinstance(value, expression.func) else value

    def trace(self, terms: Terms, size: Expr) -> Expr:
        """Return the trace of a sum of terms, each of `size` rows."""
        return sp.Add(*(c * self._trace(term, size) for term, c in terms.items()))

    def _trace(self, term: Term, size: Expr) -> Expr:
        if not term:
            return size
        if self._cancel(term[0], term[-1]) or self._cancel(term[-1], term[0]):
            return self._trace(term[1:-1], term[0].cols)  # tr(A B A⁻¹) = tr(B)
        alike = [turned[n:] + turned[:n] for turned in (term, self.transposed_term(term))
                 for n in range(len(term))]  # tr(AB) = tr(BA) = tr((AB)ᵀ)
        return self._named(sp.Trace(product_of(min(alike, key=self.texts), size)))

    def _cancel(self, letter: MatrixExpr, other: MatrixExpr) -> bool:
        inverse = isinstance(_bare(letter), Inverse)
        return inverse and self._inverse_letter(letter) == {(other,): sp.S.One}

    def determinant(self, terms: Terms, shape: tuple[Expr, Expr]) -> Expr:
        """Return the determinant of a sum of terms."""
        if not terms:
            return sp.S.Zero
        if square := _square_term(terms):
            term, c = square
            return c ** shape[0] * sp.Mul(*map(self._determinant_letter, term))
        inside, _ = self._upright(terms, _alphabetical)
        return self._named(Determinant(self.expression(inside, shape)))

    def _determinant_letter(self, letter: MatrixExpr) -> Expr:
        bare = _bare(letter)
        if isinstance(bare, Inverse):
            return 1 / self.determinant(self.inside[bare], bare.shape)
        return self._named(Determinant(bare))

    def _named(self, expression: Expr) -> sp.Symbol:
        if expression not in self.symbols:
            # a Dummy, for two expressions may be written alike
            self.symbols[expression] = sp.Dummy(f"<{in_order(expression)}>")
            self.scalars[self.symbols[expression]] = expression
        return self.symbols[expression]


def tidy(expression: Expr, collect: bool = True, symmetric: Iterable[str] = ()) -> Expr:
    """Return a formula with transposes and inverses at its letters and like terms collected.

    Its sums stay sums. With `collect`, an inverse that all terms end in is written once, behind a
    bracket.
    """
    form = PageForm(symmetric, expand=False, collect=collect)
    if not expression.is_Matrix:
        # factor_terms leaves 5/2 as the product 1·5/2
        scalar = sp.factor_terms(sp.together(form.scalar(expression)))
        products = {part: part.doit() for part in scalar.atoms(sp.Mul) if part.is_number}
        return form.written_out(scalar.xreplace(products))
    terms = form.matrix(expression)
    if len(terms) == 1:  # a bracket that ends in a common inverse is opened
        (term, c), = terms.items()
        for place, letter in enumerate(term):
            if isinstance(letter, sp.MatAdd) and form.collected(form.inside[letter])[2]:
                before, behind = term[:place], term[place + 1:]
                terms = {before + t + behind: c * d for t, d in form.inside[letter].items()}
                break
    return form.expression(terms, expression.shape)


def _square_term(terms: Terms) -> tuple[Term, Expr] | None:
    """Return the only term and its coefficient if all its letters are square."""
    (term, c), *others = terms.items()
    return None if others or any(letter.rows != letter.cols for letter in term) else (term, c)


def _bare(letter: MatrixExpr) -> MatrixExpr:
    return letter.arg if isinstance(letter, Transpose) else letter


def _alphabetical(terms: Terms) -> list:
    return sorted((OutputForm.texts(term), in_order(c)) for term, c in terms.items())


def _transposes(terms: Terms) -> int:
    return sum(isinstance(letter, Transpose) for term in terms for letter in term)
