"""Take a scalar expression apart into stages, each one operation of the rule book.

What occurs twice is one stage. Each use of a matrix that is used more than once is a stage too, so
that the paths along which it acts can be told apart.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce

import sympy as sp
from sympy import Expr, HadamardPower, MatAdd, MatMul, MatrixSymbol, Symbol, Trace, Transpose

from lvmcalc import notation
from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.expression_tools import fraction, joined, sum_of, without_power
from lvmcalc.calculus.functions import SPELLED, without_lambdas
from lvmcalc.calculus.operations import RULES, record_of
from lvmcalc.calculus.page_form_writer import product_of
from lvmcalc.calculus.rule_matching import operands_of, operation_of
from lvmcalc.chain.stage_names import Stage


class Stages:
    """Stages in forward order, found in one expression after the other.

    Parameters
    ----------
    leaves : symbols of the leaves
    sizes : names of the sizes, which are constants

    Attributes
    ----------
    found : the stages so far
    given : symbols of those whose names were given
    """

    def __init__(self, leaves: Iterable[Expr], sizes: Iterable[str]):
        self.leaves, self.sizes = tuple(leaves), set(sizes)
        self.found: list[Stage] = []
        self.given: set[Expr] = set()
        self._known: dict[Expr, Expr] = {}
        self._text = ""

    def add(self, formula: Expr, name: str, text: str = "") -> Expr:
        """Add the stages of a formula, of which the last one has a name, and return its symbol.

        Terms that SymPy has put in an order of its own are put in that of the text.
        """
        self._text, formula = text, _numbers_outside(formula)
        symbol = self._made(formula, *self._parts(formula), name)
        self.given.add(symbol)
        return symbol

    def _made(self, formula: Expr, rule: str, operands: tuple[Expr, ...], name: str = "") -> Expr:
        symbol = notation.matching(name or f"_{len(self.found)}", formula)
        self.found.append(Stage(symbol, rule, operands))
        self._known.setdefault(formula, symbol)
        return symbol

    # Constants and letters
    def _is_letter(self, part: Expr) -> bool:
        return isinstance(part, MatrixSymbol | Symbol)

    def _is_constant(self, part: Expr) -> bool:
        """Return whether nothing but numbers and sizes occurs."""
        return not any(symbol.name not in self.sizes for symbol in part.free_symbols)

    def _is_plain(self, factor: Expr) -> bool:
        """Return whether a factor stays in front of what it multiplies: ½, D, α, β⁻¹."""
        base = factor.base if factor.is_Pow and factor.exp.is_number else factor
        return self._is_constant(factor) or base in self.leaves

    def letter(self, formula: Expr) -> Expr:
        """Return the symbol of the stage that a formula is; a constant is returned as it is."""
        formula = without_power(without_lambdas(formula))
        if self._is_letter(formula) or self._is_constant(formula):
            return formula
        if formula not in self._known:
            self._made(formula, *self._parts(formula))
        return self._known[formula]

    def _parts(self, formula: Expr) -> tuple[str, tuple[Expr, ...]]:
        """Return the rule of the outermost operation, and the symbols of its operands."""
        formula = without_power(without_lambdas(formula))
        match formula:
            case MatMul():
                return self._multiple(formula)
            case MatAdd():
                return self._sum(list(formula.args))
            case sp.Add():
                return self._scalar_sum(formula)
            case sp.Mul() if not operands_of(RULES["half squared norm"], formula):
                return self._scalar_product(formula)
            case sp.Pow() | HadamardPower() if not self._is_constant(formula.exp):
                return self._varying_power(formula)
            case sp.HadamardProduct():
                return self._elementwise(formula)
            case MatrixSymbol():
                return "use", (formula,)
        if record_of(formula) is None:
            return "scale" if formula.is_Matrix else "scalar product", (sp.S.One, formula)
        rule, operands = operation_of(formula)
        return rule, tuple(map(self.letter, operands))

    def _varying_power(self, power: Expr) -> tuple[str, tuple[Expr, ...]]:
        """Return a power whose exponent is a leaf or a stage: a^k = exp(k log a)."""
        if self._is_constant(power.base):
            raise UnsupportedExpression(f"the exponent in {notation.plain(power)}")
        return self._parts(SPELLED["exp"](power.exp * SPELLED["log"](power.base)))

    # Numbers
    def _scalar_product(self, product: Expr) -> tuple[str, tuple[Expr, ...]]:
        factors = product.args
        front = [factor for factor in factors if self._is_plain(factor)]
        if len(front) == len(factors):  # nothing but leaves and numbers
            front = [factor for factor in factors if self._is_constant(factor)]
        plain = sp.Mul(*front)
        others = [factor for factor in factors if factor not in front]
        below = [1 / factor for factor in others
                 if factor.is_Pow and factor.exp.could_extract_minus_sign()]
        above = [factor for factor in others if 1 / factor not in below]
        for place, factor in enumerate(above):  # ½‖E‖² is one stage
            if plain.as_coeff_Mul()[0].q % 2 == 0 and operands_of(RULES["squared norm"], factor):
                plain, above[place] = 2 * plain, factor / 2
        return self._multiplied(plain, above, below)

    def _multiplied(self, plain: Expr, above: list[Expr], below: list[Expr],
                    ) -> tuple[str, tuple[Expr, ...]]:
        """Return a product of stages, and a quotient, with what is plain in front."""
        if plain != 1 and below and not above:
            return "quotient", (plain, self._of(below))
        if plain != 1:
            return "scalar product", (plain, self._of(above, below))
        if below:
            return ("quotient", (self._of(above), self._of(below))) if above else (
                "power", (self._of(below), sp.S.NegativeOne))
        *first, last = above
        if first:
            return "scalar product", (self._of(first), self.letter(last))
        return self._parts(last)

    def _of(self, above: list[Expr], below: Sequence[Expr] = ()) -> Expr:
        """Return the symbol of a product of stages, divided by others."""
        if not below and len(above) == 1:
            return self.letter(above[0])
        formula = sp.Mul(*above, *(1 / factor for factor in below))
        if formula not in self._known:
            self._made(formula, *self._multiplied(sp.S.One, above, below))
        return self._known[formula]

    def _scalar_sum(self, total: Expr) -> tuple[str, tuple[Expr, ...]]:
        terms = [term for term in total.as_ordered_terms() if not self._is_constant(term)]
        constant = total - sp.Add(*terms)
        terms.sort(key=self._place)
        *first, last = map(self._signed, terms)
        if not first:
            return "scalar sum", (last, constant)
        before = reduce(lambda one, other: self._made(
            one + other, "scalar sum", (one, other)), first)
        if constant != 0:
            return "sum with a constant", (before, last, constant)
        return "scalar sum", (before, last)

    def _place(self, term: Expr) -> int:
        """Return where the first letter of a term stands in the text."""
        return min(self._text.find(symbol.name) for symbol in term.free_symbols)

    def _signed(self, term: Expr) -> Expr:
        """Return a term of a sum: minus a stage if no number in front of it makes its own."""
        bare = not (-term).is_Mul or not (-term).args[0].is_number
        return -self.letter(-term) if term.could_extract_minus_sign() and bare else (
            self.letter(term))

    # Matrices
    def _multiple(self, product: MatMul) -> tuple[str, tuple[Expr, ...]]:
        scalar, inner = _split(product)
        if scalar == 1:
            return self._product([*inner.args] if isinstance(inner, MatMul) else [inner])
        plain = all(map(self._is_plain, sp.Mul.make_args(scalar)))
        return "scale", (scalar if plain else self.letter(scalar), self.letter(inner))

    def _product(self, factors: list[Expr]) -> tuple[str, tuple[Expr, ...]]:
        factors = [it for it in factors if not isinstance(it, sp.Identity)] or factors[:1]
        if len(factors) == 1:
            return self._parts(factors[0])
        first, rest = factors[:-1], factors[-1:]
        if factors[-1].cols == 1:  # a column: matrices are applied to it in turn
            first, rest = factors[:1], factors[1:]
        elif factors[0].rows != 1 and (pair := _square(factors)) not in (None, (0, len(factors))):
            start, end = pair
            inner = self.letter(MatMul(*factors[start:end]))
            return self._product([*factors[:start], inner, *factors[end:]])
        one, other = (joined(MatMul, it) for it in (first, rest))
        if other == Transpose(one) and not self._is_letter(one):
            return "Gram matrix", (self.letter(one),)
        return "product", (self.letter(one), self.letter(other))

    def _elementwise(self, product: sp.HadamardProduct) -> tuple[str, tuple[Expr, ...]]:
        def times(factors: list[Expr]) -> Expr:
            return self.letter(joined(sp.HadamardProduct, factors))

        above, below = fraction(product.args)
        if below and above:
            return "elementwise quotient", (times(above), times(below))
        if below:
            return "elementwise power", (times(below), sp.S.NegativeOne)
        *first, last = above
        return "elementwise product", (times(first), self.letter(last))

    def _sum(self, terms: list[Expr]) -> tuple[str, tuple[Expr, ...]]:
        terms.sort(key=lambda term: term.could_extract_minus_sign())
        *first, last = terms
        before = self.letter(sum_of(first))
        if last.could_extract_minus_sign():
            return "difference", (before, self.letter((-last).doit(deep=False)))
        return "sum", (before, self.letter(last))

    # The result
    def with_uses(self) -> Iterator[Stage]:
        """Yield the stages, with one more for each use of a matrix leaf that has several."""
        count = Counter(operand for stage in self.found for operand in stage.operands)
        several = {leaf for leaf in self.leaves if leaf.is_Matrix and count[leaf] > 1}
        uses = 0
        for stage in self.found:
            operands = []
            for operand in stage.operands:
                if operand in several and stage.rule != "use":
                    uses += 1
                    use = notation.matching(f"_use{uses}", operand)
                    yield Stage(use, "use", (operand,))
                    operand = use
                operands.append(operand)
            yield stage._replace(operands=tuple(operands))


def _split(matrix: Expr) -> tuple[Expr, Expr]:
    """Return the scalar in front of a product, and the product without it."""
    if not isinstance(matrix, MatMul):
        return sp.S.One, matrix
    scalar, factors = matrix.as_coeff_matrices()
    return scalar, product_of(tuple(factors), matrix.rows)


def _numbers_outside(formula: Expr) -> Expr:
    """Return a formula with numbers in front of traces, and sums of numbers that are sums."""
    def outside(trace: Trace) -> Expr:
        scalar, inner = _split(trace.arg)
        if inner.shape == (1, 1) and isinstance(inner, MatAdd):
            return scalar * sp.Add(*(outside(Trace(term)) for term in inner.args))
        return scalar * Trace(inner)

    return formula.replace(Trace, lambda arg: outside(Trace(arg)))


def _square(factors: list[Expr]) -> tuple[int, int] | None:
    """Return where an E Eᵀ stands among the factors of a product, if there is one."""
    for place, factor in enumerate(factors):
        if isinstance(factor, Transpose) and not isinstance(factor.arg, sp.OneMatrix):
            inner = [*factor.arg.args] if isinstance(factor.arg, MatMul) else [factor.arg]
            start = place - len(inner)
            if start >= 0 and factors[start:place] == inner:
                return start, place + 1
    return None
