"""Functions and powers of entries in index notation, and the identities that hold among them.

Every function is written by few letters: exp of one term, the logarithm of a sum, a power of a
sum, the sign, sin and cos. So σ(x) = 1/(1 + exp(−x)), tanh x = 1 − 2/(exp(2x) + 1), relu(x) =
x (1 + sign x)/2, and log(ab) = log a + log b wherever both sides have a value.
"""

from functools import reduce
from typing import Any

import sympy as sp
from sympy import Expr

from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.expression_tools import LARGEST_POWER
from lvmcalc.calculus.functions import DEFINED
from lvmcalc.calculus.index_sums import ONE, IndexSums, Sum, leading
from lvmcalc.calculus.index_terms import Factor, Product, indices_of, matches
from lvmcalc.calculus.scalars import is_zero
from lvmcalc.notation.entrywise import Entrywise

_OWN = ("exp", "log", "tanh", "sign", "sin", "cos")


class IndexFunctions(IndexSums):
    """The part of the index form that knows functions of numbers."""

    def function(self, expression: Expr) -> Expr:
        """Return a function of a number."""
        inner = self.scalar(expression.args[0])
        return self._applied(type(expression).__name__,
                             {} if is_zero(inner) else _number(inner)).get((), sp.S.Zero)

    def entrywise(self, expression: Entrywise, i: int | None, j: int | None) -> Sum:
        """Return a function of an entry."""
        return self._applied(expression.name, self.matrix(expression.arg, i, j))

    def power(self, expression: sp.Pow) -> Expr:
        """Return a power of a number."""
        base, exponent = self.scalar(expression.base), self.scalar(expression.exp)
        return self._raised(_number(base), exponent).get((), sp.S.Zero)

    def elementwise_power(self, expression: Expr, i: int | None, j: int | None) -> Sum:
        """Return a power of an entry."""
        return self._raised(self.matrix(expression.base, i, j), self.scalar(expression.exp))

    # Functions
    def _applied(self, name: str, inside: Sum) -> Sum:
        if name in _OWN:
            return getattr(self, f"_{name}")(inside)
        return (self._written_out(DEFINED[name], inside) if name in DEFINED
                else self._named(name, inside))

    def _written_out(self, formula: Expr, inside: Sum) -> Sum:
        """Return the definition of a function with its argument in place of a."""
        if formula.is_number:
            return _number(formula)
        if formula.is_Symbol:
            return inside
        parts = [self._written_out(part, inside) for part in formula.args]
        match formula:
            case sp.Add():
                return self.add(*parts)
            case sp.Mul():
                return self.times(*parts)
            case sp.Pow():
                return self._raised(parts[0], formula.exp)
        return self._applied(type(formula).__name__, *parts)

    def _named(self, name: str, inside: Sum, exponent: Expr = sp.S.One) -> Sum:
        """Return a function as a letter, with the indices of its argument."""
        indices = sorted({index for term in inside for index in indices_of(term) if index >= 0})
        sizes = {index: size for term in inside for index, size in self._sizes(term).items()}
        slots = self.renamed(inside, {index: slot for slot, index in enumerate(indices)})
        slots, turned, symmetric = self._upright(slots)
        indices = indices[::-1] if turned and len(indices) == 2 else indices
        kind = name if name in (*_OWN, "sum") else "function"
        return self.letter(kind, name, tuple(indices), tuple(sizes[index] for index in indices),
                           symmetric, slots, exponent)

    def _exp(self, inside: Sum) -> Sum:
        factors = []
        for term, c in inside.items():
            for piece in sp.Add.make_args(sp.expand(c)):
                number, rest = piece.as_coeff_Mul(rational=True)
                base, exponent = self._as_logarithm(term, piece)
                factors.append(self._raised(base, exponent) if base else
                               self._named("exp", {term: rest}, number))
        return self.times(*factors) if factors else ONE

    def _as_logarithm(self, term: Product, c: Expr) -> tuple[Sum, Expr]:
        """Return a and k of a product k log a, and nothing for a if it is none."""
        symbols = [None] if term else [s for s in sp.Mul.make_args(c) if s in self.closed]
        for symbol in symbols:
            factor, *others = term or self.closed[symbol]
            if not others and factor.exponent == 1 and self.letters[factor.letter].kind == "log":
                return self._inside(factor), c / symbol if symbol else c
        return {}, c

    def _log(self, inside: Sum) -> Sum:
        if not inside:
            raise UnsupportedExpression("the logarithm of 0")
        if len(inside) != 1:
            content, rest = self._content(inside)
            if content != ONE:
                return self.add(self._log(content), self._log(rest))
            return self._named("log", inside)
        (term, c), = inside.items()
        if any(index < 0 for index in indices_of(term)):
            return self.add(self._log_of_number(c), self._named("log", {term: sp.S.One}))
        return self.add(self._log_of_number(c), *(
            self.scaled(factor.exponent, self._log_of_letter(factor)) for factor in term))

    def _log_of_letter(self, factor: Factor) -> Sum:
        """Return the logarithm of a letter, whatever its exponent is."""
        kind = self.letters[factor.letter].kind
        if kind == "exp":
            return self._inside(factor)
        return self._named("log", self._inside(factor) if kind == "sum" else
                           {(factor._replace(exponent=sp.S.One),): sp.S.One})

    def _log_of_number(self, scalar: Expr) -> Sum:
        if scalar.is_negative:
            raise UnsupportedExpression("the logarithm of a negative number")
        parts = []
        for base, exponent in sp.factor(scalar).as_powers_dict().items():
            if base.is_number:
                parts.append(_number(sp.expand_log(sp.log(base**exponent), force=True)))
                continue
            product = self.closed.get(base, ())
            alone = len(product) == 1 and not product[0].indices
            parts.append(self.scaled(exponent, self._log_of_letter(product[0]) if alone else
                                     self._named("log", _number(base))))
        return self.add(*parts)

    def _tanh(self, inside: Sum) -> Sum:
        below = self.add(ONE, self._exp(self.scaled(sp.Integer(2), inside)))
        return self.add(ONE, self.scaled(-sp.Integer(2), self._raised(below, -sp.S.One)))

    def _sign(self, inside: Sum) -> Sum:
        if not inside:
            return {}
        inside, sign = self._either_sign(inside)
        numbers = [abs(c.as_coeff_Mul(rational=True)[0]) for c in inside.values()]
        common = reduce(sp.gcd, numbers)
        return self.scaled(sign, self._named("sign", self.scaled(1 / common, inside)))

    def _sin(self, inside: Sum) -> Sum:
        inside, sign = self._either_sign(inside)
        return self.scaled(sign, self._named("sin", inside)) if inside else {}

    def _cos(self, inside: Sum) -> Sum:
        inside, _ = self._either_sign(inside)
        return self._named("cos", inside) if inside else ONE

    def _either_sign(self, inside: Sum) -> tuple[Sum, Expr]:
        """Return, of A and −A, the one that comes first, and the sign."""
        first = min(inside, key=repr, default=None)
        if first is not None and inside[first].could_extract_minus_sign():
            return self.scaled(-sp.S.One, inside), -sp.S.One
        return inside, sp.S.One

    # Powers
    def _raised(self, inside: Sum, exponent: Expr) -> Sum:
        if not inside:
            if exponent.is_positive is not True:
                raise UnsupportedExpression("a division by 0")
            return {}
        if exponent.is_Integer and abs(exponent) > LARGEST_POWER:
            raise UnsupportedExpression(f"the power {exponent}, which is above {LARGEST_POWER}")
        if exponent.is_Integer and exponent > 0:
            return reduce(self.times, [inside] * int(exponent))
        if len(inside) == 1:
            (term, c), = inside.items()
            if self._splits(term, c, exponent):
                raised = tuple(factor._replace(exponent=factor.exponent * exponent)
                               for factor in term)
                parts = (c**part for part in sp.Add.make_args(sp.sympify(exponent)))
                return self.times({raised: sp.Mul(*parts)})
        content, rest = self._content(inside, positive=not exponent.is_Integer)
        if content != ONE:
            return self.times(self._raised(content, exponent), self._raised(rest, exponent))
        return self._named("sum", inside, exponent)

    def _splits(self, term: Product, c: Expr, exponent: Expr) -> bool:
        """Return whether a power of a product is the product of powers, wherever it exists.

        A root of xy exists for two negative numbers too, so only one factor may have either sign.
        """
        if any(index < 0 for index in indices_of(term)):
            return False
        if exponent.is_Integer:
            return True
        either = [factor for factor in term if factor.exponent.is_integer is not False
                  and self.letters[factor.letter].kind not in ("exp", "δ")]
        positive = not c.free_symbols & self.closed.keys() and not c.is_negative and not c.is_Add
        return all(factor.exponent.is_odd for factor in either) and (
            not either or (positive and len(either) == 1))

    def _content(self, inside: Sum, positive: bool = False) -> tuple[Sum, Sum]:
        """Return the factor that all terms share, without a sum, and what is left of them.

        For a root, whose argument it is, it has to be `positive`.
        """
        def exponents(term: Product) -> dict[Any, Expr]:
            return {factor[:2]: factor.exponent for factor in term
                    if all(index >= 0 for index in factor.indices) and factor.exponent.is_number
                    and (self.letters[factor.letter].kind == "exp" or not positive)}

        terms = [exponents(term) for term in inside]
        common = {key: min(term.get(key, sp.S.Zero) for term in terms)
                  for key in {key for term in terms for key in term}}
        content = tuple(Factor(*key, exponent) for key, exponent in common.items() if exponent)
        lead = inside[leading(inside)]
        number = abs(lead) if lead.is_number else sp.S.One if positive and not (
            lead.is_positive) else -lead if lead.could_extract_minus_sign() else lead
        if content or number != 1:
            divided = tuple(f._replace(exponent=-f.exponent) for f in content)
            inside = self.times({divided: 1 / number}, inside)
        return self.times({content: number}), inside

    # Identities
    def simplified(self, product: Product, place: int, summed: dict[int, Expr]) -> Sum | None:
        """Return what a product is by an identity for one of its factors, None if none holds."""
        factor, left = product[place], product[:place] + product[place + 1:]
        exponent, kind = factor.exponent, self.letters[factor.letter].kind

        def instead(terms: Sum) -> Sum:
            return self.times({left: sp.S.One}, terms, over=summed)

        def power(number: Expr) -> Sum:
            return {(factor._replace(exponent=number),): sp.S.One} if number else ONE

        letter = self.letters[factor.letter]
        if len(factor.indices) == 2 and len({*factor.indices}) == 1 and letter.inside is not None:
            inside = self._inside(factor)  # f(A)_ii = f(A_ii)
            return instead(self._raised(
                inside if kind == "sum" else self._applied(letter.name, inside), exponent))
        if kind == "sign" and exponent.is_Integer and exponent != 1:
            if exponent != 2:
                return instead(power(2 - exponent % 2 if exponent > 0 else exponent % 2))
            return self._beside_its_argument(left, factor, self._inside(factor), summed)
        if kind == "cos" and exponent.is_Integer and exponent > 1:
            sine = self._named("sin", self._inside(factor))
            squared = self.add(ONE, self.scaled(-sp.S.One, self.times(sine, sine)))
            return instead(self.times(power(exponent - 2), squared))
        if kind != "sum":
            return None
        if exponent.is_number and exponent > 0:  # (…)^½ = (…)·(…)^−½: one power is enough
            whole = sp.ceiling(exponent)
            return instead(self.times(*[self._inside(factor)] * int(whole),
                                      power(exponent - whole)))
        if exponent.is_number and exponent > -1:
            return None
        less = factor._replace(exponent=exponent + 1)
        return self._beside_its_argument(left, factor, {(less,) if less.exponent else (): sp.S.One},
                                         summed)

    def _inside(self, factor: Factor) -> Sum:
        return self.renamed(self.letters[factor.letter].inside, dict(enumerate(factor.indices)))

    def _beside_its_argument(self, left: Product, factor: Factor, product: Sum,
                             summed: dict[int, Expr]) -> Sum | None:
        """Use a/(a + b) = 1 − b/(a + b), and a s² = a + b − b s² where s is the sign of a + b.

        `product` is the product of the factor with its argument: 1, and a + b.
        """
        inside = self._inside(factor)
        lead = leading(inside)
        if not lead:
            return None
        fixed = {index: index for index in indices_of(lead) if index >= 0}
        whole = any(index < 0 for index in indices_of(lead))
        for places, _ in matches(lead, fixed, left, set(summed), self.is_symmetric, whole):
            wanted = {left[place]: f for place, f in zip(places, lead, strict=True)}
            remaining = tuple(f._replace(exponent=f.exponent - wanted[f].exponent)
                              if f in wanted else f for f in left)
            remaining = tuple(f for f in remaining if f.exponent != 0)
            whole_part = self.scaled(1 / inside[lead], product)
            others = self.times({(factor,): sp.S.One}, {
                term: -c / inside[lead] for term, c in inside.items() if term != lead})
            over = {index: size for index, size in summed.items()
                    if index in indices_of(remaining) | {*factor.indices}}
            return self.add(*(self.times({remaining: sp.S.One}, terms, over=over)
                              for terms in (whole_part, others)))
        below = [f for f in left if f[:2] == lead[0][:2] and f.exponent.is_negative]
        known = factor.exponent.is_number and lead[0].exponent.is_positive
        if not (below and known) or len(inside) != 2 or len(lead) != 1:
            return None
        # 1/(a(a + b)) = (1/a − 1/(a + b))/b
        (rest, c), = ((term, c) for term, c in inside.items() if term != lead)
        if any(index < 0 for index in indices_of(rest)) or any(
                f[:2] == lead[0][:2] or self.letters[f.letter].kind == "δ" for f in rest):
            return None
        left = left + tuple(f._replace(exponent=-f.exponent) for f in rest)
        less = self.times({left: -inside[lead] / c}, {lead: sp.S.One})
        return self.add(self.times({left: 1 / c}, product, over=summed),
                        self.times(less, {(factor,): sp.S.One}, over=summed))


def _number(scalar: Expr) -> Sum:
    return {} if scalar == 0 else {(): scalar}
