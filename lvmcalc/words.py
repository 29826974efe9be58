"""Matrix expressions as sums of words: the normal form that proofs compare.

A word is a product of letters (X, Xᵀ, K⁻¹, K⁻ᵀ); a matrix is a sum of words with scalar coefficients, kept as
`{word: coefficient}`, and the empty word is the identity. Transposes and inverses are pushed down to letters, K⁻¹
is its own transpose when K is, and a letter beside its inverse cancels. Two expressions with the same normal
form are equal for every size; different normal forms prove nothing.
"""

from functools import lru_cache, reduce
from itertools import pairwise
from math import comb, prod

import sympy as sp
from sympy import Determinant, Expr, Identity, Integer, Inverse, MatrixSymbol, Symbol, Trace, Transpose, log
from sympy.matrices.expressions import MatAdd, MatMul, MatPow, ZeroMatrix
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.printing.precedence import PRECEDENCE, precedence
from sympy.printing.str import StrPrinter

Word = tuple[MatrixExpr, ...]
Poly = dict[Word, Expr]
LARGEST_POWER = 24
# Beyond these a comparison or a gradient takes longer than anyone waits.
MOST_LETTERS = 100_000
MOST_TERMS = 5_000
MOST_PARTS, DEEPEST = 4_000, 60


class UnsupportedExpression(ValueError):
    """The expression contains an operation that the calculus does not know."""

    def __init__(self, operation: str):
        super().__init__(f"The calculus does not know {' '.join(operation.split())}; it knows sums, products, scalar "
                         "multiples, transposes, inverses, traces, determinants, logarithms and integer powers.")


class TooLarge(UnsupportedExpression):
    """The calculus knows every operation, but there are too many of them."""

    def __init__(self, what: str):
        ValueError.__init__(self, f"The calculus stops here, because {what} would take too long.")


class CannotBeFormed(ValueError):
    """The shapes in an expression do not fit: SymPy lets n×m and m×p through where it should be k×p."""


def check_shapes(expression: Expr) -> None:
    """Raise CannotBeFormed if a product, sum, inverse, trace or determinant does not fit for every size."""
    def size(matrix: Expr) -> str:
        return "×".join(map(str, matrix.shape))

    def differ(a: Expr, b: Expr) -> bool:
        return a != b and sp.expand(a - b) != 0

    for part in sp.preorder_traversal(expression):
        if isinstance(part, MatMul):
            factors = [factor for factor in part.args if factor.is_Matrix]
            for left, right in pairwise(factors):
                if differ(left.cols, right.rows):
                    raise CannotBeFormed(f"the product of {left} ({size(left)}) and {right} ({size(right)}) cannot be "
                                         f"formed: {left.cols} columns meet {right.rows} rows")
        elif isinstance(part, MatAdd):
            for term in part.args[1:]:
                if differ(term.rows, part.rows) or differ(term.cols, part.cols):
                    raise CannotBeFormed(f"the sum of {part.args[0]} ({size(part.args[0])}) and {term} ({size(term)}) "
                                         "cannot be formed: their shapes differ")
        elif isinstance(part, Inverse | MatPow | Trace | Determinant):
            matrix = part.base if isinstance(part, MatPow) else part.arg
            if differ(matrix.rows, matrix.cols):
                kind = "power" if type(part) is MatPow else type(part).__name__.lower()
                raise CannotBeFormed(f"the {kind} of {matrix} ({size(matrix)}) cannot be formed: it is not square")


def by_name(*expressions: Expr) -> list[Expr]:
    """Return the expressions with their symbols told apart by name alone, and decimals as the fractions they stand for.

    What is a size is a positive integer.
    """
    for expression in expressions:
        _refuse_giants(expression)
    shapes: dict[str, str] = {}
    sizes: set[str] = set()
    for expression in expressions:
        sizes |= {symbol.name for symbol in expression.atoms(Symbol) if symbol.is_integer}
        for part in sp.preorder_traversal(expression):
            if isinstance(part, MatrixSymbol | Identity | ZeroMatrix):
                sizes |= {symbol.name for size in part.shape for symbol in size.free_symbols}
            if isinstance(part, MatrixSymbol) and shapes.setdefault(part.name, str(part.shape)) != str(part.shape):
                raise ValueError(f"{part.name} is used with two shapes, {shapes[part.name]} and {part.shape}.")
    symbols = {symbol for expression in expressions for symbol in expression.atoms(Symbol)}
    free = {symbol for expression in expressions for symbol in expression.free_symbols}
    for symbol in symbols:
        if symbol.name in shapes:
            raise ValueError(f"{symbol.name} is used both as a matrix and as a scalar.")
        if not symbol.is_commutative or (isinstance(symbol, sp.Dummy) and symbol in free):
            what = "is a Dummy, of which two may have one name" if symbol.is_commutative else "does not commute"
            raise UnsupportedExpression(f"the scalar {symbol}, which {what}")
    plain: dict[Expr, Expr] = {symbol: Symbol(symbol.name, integer=True, positive=True) if symbol.name in sizes
                               else Symbol(symbol.name) for symbol in symbols}
    plain |= {number: sp.nsimplify(number, rational=True) for e in expressions for number in e.atoms(sp.Float)}
    expressions = tuple(expression.xreplace(plain) for expression in expressions)
    for expression in expressions:
        check_shapes(expression)
    return list(expressions)


def _refuse_giants(expression: Expr) -> None:
    """Refuse what is too large or too deep to walk, without walking it: a part that is used twice is seen once."""
    parts: dict[Expr, tuple[int, int]] = {}  # the number of parts in each, and how deep they are nested
    waiting = [expression]
    while waiting:
        part = waiting[-1]
        missing = [inner for inner in part.args if inner not in parts]
        waiting += missing
        if not missing:
            inside = [parts[inner] for inner in part.args]
            parts[waiting.pop()] = 1 + sum(size for size, _ in inside), 1 + max((deep for _, deep in inside), default=0)
    size, depth = parts[expression]
    if size > MOST_PARTS or depth > DEEPEST:
        raise TooLarge(f"an expression of {size:,} parts, nested {depth} deep (at most {MOST_PARTS:,} and {DEEPEST}),")


class WordAlgebra:
    """Bring expressions to sums of words.

    Parameters
    ----------
    symmetric : names of matrices known to be symmetric.
    expand : with False, a sum inside a product stays one letter, which keeps a formula as short as it was.
    collect : write an inverse that all terms end in once, behind a bracket.
    reduce_inverses : pull scalars out of inverses and use K K⁻¹ = I for a sum K as well; proofs do, formulas do not.
    """

    def __init__(self, symmetric: tuple[str, ...] = (), expand: bool = True, reduce_inverses: bool = False,
                 collect: bool = True):
        self.symmetric, self.expand, self.reduce_inverses = frozenset(symmetric), expand, reduce_inverses
        self.collect = collect
        self.inside: dict[MatrixExpr, Poly] = {}  # what an inverse inverts, and what a sum kept as a letter adds
        self.symbols: dict[Expr, Symbol] = {}
        self.scalars: dict[Symbol, Expr] = {}  # the trace, determinant or logarithm that a symbol stands for
        self.letters = 0  # that have been multiplied out

    # Matrices
    def matrix(self, expression: MatrixExpr) -> Poly:
        """Return the sum of words of a matrix expression."""
        match expression:
            case MatrixSymbol():
                return {(expression,): sp.S.One}
            case Identity():
                return {(): sp.S.One}
            case ZeroMatrix():
                return {}
            case MatAdd():
                return self.add(*(self.matrix(term) for term in expression.args))
            case MatMul():
                scalars, matrices = expression.as_coeff_matrices()
                product = self.product([self.matrix(factor) for factor in matrices], matrices)
                return self.times(self.scalar(scalars), product)
            case Transpose():
                return self.transposed(self.matrix(expression.arg))
            case Inverse() | MatPow():
                power = expression.exp
                if not isinstance(power, Integer) or abs(power) > LARGEST_POWER:
                    raise UnsupportedExpression(f"the matrix power {power} in {expression}")
                base = self.matrix(expression.base)
                base = self.inverse(base, expression.base) if power < 0 else base
                return self.product([base] * abs(int(power)), [expression.base] * abs(int(power)))
        raise UnsupportedExpression(f"{type(expression).__name__} in {expression}")

    def add(self, *polys: Poly) -> Poly:
        """Return the sum, without the words that cancel."""
        total: Poly = {}
        for poly in polys:
            for word, coefficient in poly.items():
                total[word] = total.get(word, 0) + coefficient
        return {word: c for word, c in total.items() if not is_zero(c)}

    def times(self, scalar: Expr, poly: Poly) -> Poly:
        """Return the scalar multiple."""
        return {} if scalar == 0 else {word: scalar * c for word, c in poly.items()}

    def product(self, polys: list[Poly], factors: list[MatrixExpr]) -> Poly:
        """Return the product of matrices."""
        if not self.expand and sum(set(poly) != {()} for poly in polys) > 1:
            polys = [self._as_letter(poly, factor) for poly, factor in zip(polys, factors, strict=True)]
        return reduce(self._product, polys, {(): sp.S.One})

    def _product(self, left: Poly, right: Poly) -> Poly:
        self.letters += len(left) * sum(map(len, right)) + len(right) * sum(map(len, left))
        if self.letters > MOST_LETTERS:
            raise TooLarge(f"multiplying out to more than {MOST_LETTERS:,} factors")
        return self.add(*(self.times(c * d, self._reduced(u + v)) for u, c in left.items() for v, d in right.items()))

    def _as_letter(self, poly: Poly, expression: MatrixExpr) -> Poly:
        if len(poly) < 2:
            return poly
        common = _common([*poly.values()])
        inner = {word: sp.cancel(c / common) for word, c in poly.items()}
        flipped = self.transposed(inner)
        turned = _transposes(flipped) < _transposes(inner)  # of A and Aᵀ, the one that is shorter to write
        letter = self._sum(flipped if turned else inner, expression.shape[1 if turned else 0])
        self.inside[letter] = flipped if turned else inner
        return {(self.transposed_letter(letter) if turned else letter,): common}

    def with_inverses_collected(self, poly: Poly) -> Poly:
        """Return a single word whose bracket ends in a common inverse with that inverse in front of what follows it."""
        if len(poly) == 1:
            (word, c), = poly.items()
            for place, letter in enumerate(word):
                if isinstance(letter, MatAdd) and self._collected(self.inside[letter])[2]:
                    return {word[:place] + inner + word[place + 1:]: c * d for inner, d in self.inside[letter].items()}
        return poly

    def transposed(self, poly: Poly) -> Poly:
        """Return the transpose: (AB)ᵀ = BᵀAᵀ."""
        return {tuple(self.transposed_letter(letter) for letter in reversed(word)): c for word, c in poly.items()}

    def transposed_letter(self, letter: MatrixExpr) -> MatrixExpr:
        """Return the transpose of one letter, which is the letter itself if it is symmetric."""
        if isinstance(letter, Transpose):
            return letter.arg
        if isinstance(letter, MatrixSymbol):
            return letter if letter.name in self.symmetric else Transpose(letter)
        inside = self.inside[letter]
        return letter if inside == self.transposed(inside) else Transpose(letter)

    def inverse(self, poly: Poly, expression: MatrixExpr) -> Poly:
        """Return the inverse: letter by letter for a product of square letters, else as a new letter."""
        poly = self.add(poly)
        if not poly:
            raise UnsupportedExpression(f"the inverse of a zero matrix in {expression}")
        if len(poly) == 1:
            (word, c), = poly.items()
            if all(letter.shape[0] == letter.shape[1] for letter in word):
                inverses = [self._inverse_letter(letter) for letter in reversed(word)]
                return self.times(1 / c, reduce(self._product, inverses, {(): sp.S.One}))
        scale = poly[_leading(poly)] if self.reduce_inverses else sp.S.One
        poly = {word: c / scale for word, c in poly.items()}
        flipped = self.transposed(poly)
        turned = flipped != poly and _text(self.expression(flipped, expression.shape)) < _text(
            self.expression(poly, expression.shape))
        if turned:
            letter = Inverse(self.expression(flipped, expression.shape))
            self.inside[letter] = flipped
            return {(self.transposed_letter(letter),): 1 / scale}
        letter = Inverse(self.expression(poly, expression.shape))
        self.inside[letter] = poly
        return {(letter,): 1 / scale}

    def _inverse_letter(self, letter: MatrixExpr) -> Poly:
        if isinstance(letter, Transpose):
            return self.transposed(self._inverse_letter(letter.arg))
        if isinstance(letter, Inverse):
            return self.inside[letter]
        result = Inverse(letter)
        self.inside.setdefault(result, {(letter,): sp.S.One})
        return {(result,): sp.S.One}

    def _reduced(self, word: Word) -> Poly:
        """Use A A⁻¹ = A⁻¹A = I wherever both stand side by side in the word."""
        for place, letter in enumerate(word):
            bare = letter.arg if isinstance(letter, Transpose) else letter
            if not isinstance(bare, Inverse):
                continue
            inside = self.inside[bare] if bare is letter else self.transposed(self.inside[bare])
            if len(inside) > 1 and not self.reduce_inverses:
                continue
            lead = _leading(inside)
            rest = self.times(-1, {w: c for w, c in inside.items() if w != lead})
            before, after = place - len(lead), place + 1 + len(lead)
            if before >= 0 and word[before:place] == lead:
                poly, left, right = self._times_letter(rest, letter, False), word[:before], word[place + 1:]
            elif word[place + 1:after] == lead:
                poly, left, right = self._times_letter(rest, letter, True), word[:place], word[after:]
            else:
                continue
            poly = self.times(1 / inside[lead], self.add({(): sp.S.One}, poly))
            return self.add(*(self.times(c, self._reduced(left + w + right)) for w, c in poly.items()))
        return {word: sp.S.One}

    @staticmethod
    def _times_letter(poly: Poly, letter: MatrixExpr, first: bool) -> Poly:
        return {((letter, *word) if first else (*word, letter)): c for word, c in poly.items()}

    # Scalars
    def scalar(self, expression: Expr) -> Expr:
        """Return a scalar expression with its traces, determinants and logarithms in normal form."""
        match expression:
            case _ if expression.is_Number or expression.is_NumberSymbol or expression.is_Symbol:
                if expression.is_extended_real is False or expression.is_finite is False or expression is sp.S.NaN:
                    raise UnsupportedExpression(f"the number {expression}")
                return expression
            case sp.Add() | sp.Mul():
                return expression.func(*(self.scalar(part) for part in expression.args))
            case sp.Pow() if expression.exp.is_integer:
                if expression.exp.is_Integer and abs(expression.exp) > LARGEST_POWER:
                    raise UnsupportedExpression(f"the power {expression.exp}, which is above {LARGEST_POWER}")
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
                return sp.Add(*(c * self.trace(word, expression.arg.shape[0]) for word, c in poly.items()))
            case Determinant():
                return self._determinant(self.matrix(expression.arg), expression.arg)
        raise UnsupportedExpression(f"{type(expression).__name__} in {expression}")

    def trace(self, word: Word, size: Expr) -> Expr:
        """Return the symbol for the trace of a word, the same for all its rotations and for its transpose."""
        if not word:
            return size
        flipped = tuple(self.transposed_letter(letter) for letter in reversed(word))
        texts = {turned: _words_text(turned) for turned in (word, flipped)}
        turns = [(text[i:] + text[:i], w, i) for w, text in texts.items() for i in range(len(w))]
        _, first, i = min(turns, key=lambda turn: turn[0])
        return self._named(Trace(_joined(first[i:] + first[:i], size)))

    def _determinant(self, poly: Poly, expression: MatrixExpr) -> Expr:
        size = expression.shape[0]
        if not poly:
            return sp.S.Zero
        if len(poly) == 1:
            (word, c), = poly.items()
            if all(letter.shape[0] == letter.shape[1] for letter in word):
                return c**size * sp.Mul(*(self._determinant_letter(letter) for letter in word))
        first, second = (self.expression(side, expression.shape) for side in (poly, self.transposed(poly)))
        return self._named(Determinant(min(first, second, key=_text)))

    def _determinant_letter(self, letter: MatrixExpr) -> Expr:
        bare = letter.arg if isinstance(letter, Transpose) else letter
        if isinstance(bare, Inverse):
            return 1 / self._determinant(self.inside[bare], bare)
        return self._named(Determinant(bare))

    def _named(self, expression: Expr) -> Symbol:
        if expression not in self.symbols:
            # a Dummy, for two expressions may be written alike
            self.symbols[expression] = sp.Dummy(f"<{_text(expression)}>")
            self.scalars[self.symbols[expression]] = expression
        return self.symbols[expression]

    # Back to SymPy
    def written_out(self, scalar: Expr) -> Expr:
        """Return a scalar with its traces, determinants and logarithms in place of their symbols."""
        while found := scalar.free_symbols & self.scalars.keys():
            scalar = scalar.xreplace({symbol: self.scalars[symbol] for symbol in found})
        return scalar

    def expression(self, poly: Poly, shape: tuple[Expr, Expr]) -> MatrixExpr:
        """Return a sum of words as a SymPy expression, with common factors on the right collected."""
        if not poly:
            return ZeroMatrix(*shape)
        if len(poly) == 1:
            (word, c), = poly.items()
            return _scaled(self.written_out(sp.factor_terms(c)), _joined(word, shape[0]))
        common, inner, tail = self._collected(poly)
        total = self._sum(inner, tail[0].shape[0] if tail else shape[0])
        return _scaled(self.written_out(common), MatMul(total, *tail) if tail else total)

    def _collected(self, poly: Poly) -> tuple[Expr, Poly, Word]:
        """Return the common scalar, what is left inside the bracket, and the letters behind it.

        Those are the letters that all words end in, if an inverse is among them.
        """
        words, length = [*poly], 0
        while all(len(word) > length for word in words) and len({word[len(word) - length - 1:] for word in words}) == 1:
            length += 1
        if not self.collect or not any(isinstance(letter, Inverse) for letter in words[0][len(words[0]) - length:]):
            length = 0  # only a common inverse is worth a bracket: it is computed once
        common = _common([*poly.values()])
        inner = {word[:len(word) - length]: sp.cancel(c / common) for word, c in poly.items()}
        return common, inner, words[0][len(words[0]) - length:]

    def _sum(self, poly: Poly, size: Expr) -> MatAdd:
        terms = (_scaled(self.written_out(c), _joined(word, size)) for word, c in poly.items())
        return MatAdd(*sorted(terms, key=_text))


def is_zero(scalar: Expr) -> bool:
    """Return whether a scalar is zero as a rational function of its symbols."""
    if scalar == 0 or _terms(scalar) == 1:
        return scalar == 0
    numerator = sp.fraction(sp.together(scalar))[0]
    if _terms(numerator) > MOST_TERMS:
        raise TooLarge(f"multiplying out a scalar to more than {MOST_TERMS:,} terms")
    return sp.expand(numerator) == 0


def _terms(scalar: Expr) -> int:
    """Return a bound for the number of terms when powers and products are multiplied out."""
    if scalar.is_Add:
        return sum(map(_terms, scalar.args))
    if scalar.is_Mul:
        return prod(map(_terms, scalar.args))
    if scalar.is_Pow and scalar.exp.is_Integer and scalar.exp > 0:
        return comb(_terms(scalar.base) + int(scalar.exp) - 1, int(scalar.exp))
    return 1


def tidy(expression: Expr, collect: bool = True) -> Expr:
    """Return a formula with transposes and inverses pushed to its letters and like terms collected, its sums kept.

    With `collect`, an inverse that all terms end in is written once, behind a bracket.
    """
    algebra = WordAlgebra(expand=False, collect=collect)
    if not expression.is_Matrix:
        return algebra.written_out(sp.factor_terms(sp.together(algebra.scalar(expression))))
    return algebra.expression(algebra.with_inverses_collected(algebra.matrix(expression)), expression.shape)


class _Text(StrPrinter):
    """The text of `str`, without SymPy's long search for a minus sign inside every product of matrices."""

    def parenthesize(self, item: Expr, level: int, strict: bool = False) -> str:
        text = _text(item)
        own = PRECEDENCE["Add" if text.startswith("-") else "Mul"] if isinstance(item, MatMul) else precedence(item)
        return f"({text})" if own < level or (own == level and not strict) else text

    def _print_MatAdd(self, total: MatAdd) -> str:
        first, *rest = map(_text, self._as_ordered_terms(total))
        return first + "".join(f" - {term[1:]}" if term.startswith("-") else f" + {term}" for term in rest)

    def _print_MatMul(self, product: MatMul) -> str:
        first, *rest = product.args
        negative = first.is_Number and first.is_negative
        factors = rest if first == -1 else [-first, *rest] if negative else product.args
        return "-" * bool(negative) + "*".join(self.parenthesize(factor, PRECEDENCE["Mul"]) for factor in factors)


@lru_cache(maxsize=50_000)
def _text(expression: Expr) -> str:
    return _Text().doprint(expression)


def _words_text(word: Word) -> tuple[str, ...]:
    return tuple(map(_text, word))


def _leading(poly: Poly) -> Word:
    return max(poly, key=lambda word: (len(word), _words_text(word)))


def _transposes(poly: Poly) -> int:
    return sum(isinstance(letter, Transpose) for word in poly for letter in word)


def _joined(word: Word, size: Expr) -> MatrixExpr:
    return MatMul(*word) if len(word) > 1 else word[0] if word else Identity(size)


def _scaled(scalar: Expr, matrix: MatrixExpr) -> MatrixExpr:
    return matrix if scalar == 1 else MatMul(scalar, matrix) if not isinstance(matrix, MatMul) else MatMul(
        scalar, *matrix.args)


def _common(coefficients: list[Expr]) -> Expr:
    """Return the factor that all coefficients share."""
    numerators, denominators = zip(*(sp.fraction(sp.together(c)) for c in coefficients), strict=True)
    common = reduce(sp.gcd, numerators) / reduce(sp.gcd, denominators)
    return -common if all(sp.cancel(c / common).could_extract_minus_sign() for c in coefficients) else common
