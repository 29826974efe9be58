"""Formulas as source code, in the dialect of a library."""

import math
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import sympy as sp
from sympy import Determinant, Expr, HadamardPower, Identity, MatMul, Trace, Transpose
from sympy.printing.printer import Printer

from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.expression_tools import fraction, joined, multiple, without_power
from lvmcalc.calculus.functions import DEFINED, NUMPY, a, entry_by_entry
from lvmcalc.calculus.operations import record
from lvmcalc.chain.dialects import Dialect
from lvmcalc.notation.entrywise import Entrywise
from lvmcalc.notation.printer import with_signs

_SUM, _TIMES, _POWER, _ATOM = range(1, 5)  # how tightly the parts of a text bind
Text = tuple[str, int]


class _NoSourceForm(UnsupportedExpression):
    """An operation of the rule book has no form in the source code of a library."""

    def __init__(self, operation: str, library: str):
        ValueError.__init__(self, f"There is no {library} code for the operation {operation}; "
                                  "`forward` and `backward` compute it by its record.")


class Writer(Printer):
    """Write formulas in one dialect.

    Parameters
    ----------
    dialect : Dialect
    names : identifiers by the names of symbols
    sizes : names of the sizes, which are whole numbers
    inverse : function that returns the name of the inverse of a matrix, which is computed once
    """

    def __init__(self, dialect: Dialect, names: Mapping[str, str], sizes: set[str],
                 inverse: Callable[[Expr], str]):
        super().__init__()
        self.dialect, self.names, self.sizes, self.inverse = dialect, names, sizes, inverse

    def __call__(self, formula: Expr) -> str:
        """Return the source of a formula."""
        return self._print(without_power(formula))[0]

    def bracketed(self, formula: Expr, least: int = _ATOM) -> str:
        """Return the source of a part, in brackets if it binds less tightly than `least`."""
        return _in_brackets(*self._print(without_power(formula)), least)

    def called(self, name: str, *texts: str) -> Text:
        """Return what the dialect has for an operation, with its arguments filled in."""
        return self.dialect[name].format(*texts, prefix=self.dialect["prefix"]), _ATOM

    # SymPy calls the method that is named after the class of a part, and this one if there is none.
    def emptyPrinter(self, part: Expr) -> Text:
        """Return the call of an operation, by the name of its class.

        One that the dialect lacks is computed by its record, if the dialect has a call for that.
        """
        name, operands = type(part).__name__, map(self, part.args)
        if name in self.dialect:
            return self.called(name, *operands)
        rule = record(part)
        if "by record" not in self.dialect:
            raise _NoSourceForm(rule.name, self.dialect["library"])
        return self.called("by record", f"{rule.name!r}", ", ".join(operands))

    def _print_Symbol(self, part: sp.Symbol | sp.MatrixSymbol) -> Text:
        return self.names.get(part.name, part.name), _ATOM

    _print_MatrixSymbol = _print_Symbol

    # Numbers
    def _print_Rational(self, number: sp.Rational) -> Text:
        if number < 0:
            return f"-{self._print(-number)[0]}", _SUM
        return (str(number.p), _ATOM) if number.q == 1 else (f"{number.p} / {number.q}", _TIMES)

    def _print_Float(self, number: sp.Float) -> Text:
        return repr(float(number)), _ATOM if number >= 0 else _SUM

    def _print_NumberSymbol(self, number: sp.NumberSymbol) -> Text:
        return {"pi": "math.pi", "E": "math.e"}.get(str(number), repr(float(number))), _ATOM

    def _print_Add(self, total: sp.Add) -> Text:
        return self.added_up(list(total.as_ordered_terms()), self._print), _SUM

    def added_up(self, terms: list[Expr], write: Callable[[Expr], Text]) -> str:
        """Return the sum of terms, with those in front that have no minus sign."""
        terms.sort(key=lambda term: term.could_extract_minus_sign())
        return with_signs(write(without_power(term))[0] for term in terms)

    def _print_Mul(self, product: sp.Mul) -> Text:
        return self.multiple(product, "")

    def multiple(self, scalar: Expr, text: str) -> Text:
        """Return a scalar times a factor that has been written already.

        Numbers are multiplied first, and only then the matrix.
        """
        if scalar.could_extract_minus_sign():
            inner, level = self.multiple(-scalar, text)
            return f"-{inner}" if level > _SUM else f"-({inner})", _SUM
        above, below = [], []
        for factor in sp.Mul.make_args(scalar):
            if factor.is_Rational:
                above += [str(factor.p)] * (factor.p != 1)
                below += [str(factor.q)] * (factor.q != 1)
            elif factor.is_Pow and factor.exp.could_extract_minus_sign():
                below.append(self.bracketed(1 / factor, _POWER))
            else:
                above.append(self.bracketed(factor, _POWER))
        if text and above and below:
            return f"{' / '.join([' * '.join(above), *below])} * {text}", _TIMES
        above += [text] * bool(text)
        whole = " / ".join([" * ".join(above) or "1", *below])
        return whole, _TIMES if len(above) + len(below) > 1 else _POWER

    def _print_Pow(self, power: sp.Pow | HadamardPower) -> Text:
        base, exponent = power.base, power.exp
        if exponent == -1:
            return f"1 / {self.bracketed(base, _POWER)}", _TIMES
        if exponent == sp.S.Half:
            return self.function("sqrt", base)
        minus = "-" * bool(exponent.is_negative)
        return f"{self.bracketed(base)}**{minus}{self.bracketed(abs(exponent))}", _POWER

    _print_HadamardPower = _print_Pow

    def _print_Function(self, part: sp.Function) -> Text:
        inside = part.args[0]
        if isinstance(part, sp.log) and isinstance(inside, Determinant):
            return self.called("log determinant", self(inside.arg))
        return self.function(type(part).__name__, inside)

    def _print_Entrywise(self, part: Entrywise) -> Text:
        return self.function(part.name, part.arg)

    def function(self, name: str, inside: Expr) -> Text:
        """Return a function of a number or of every entry.

        A function that NumPy has is called as there, any other is written out by its definition if
        there is one, and else keeps its name.
        """
        plain = not inside.is_Matrix and all(it.name in self.sizes for it in inside.free_symbols)
        if plain and hasattr(math, name):
            template = f"math.{name}({{}})"
        elif getattr(np, getattr(array := NUMPY.get(name), "__name__", ""), name) is array:
            template = f"{{prefix}}.{array.__name__}({{}})"
        elif name in DEFINED and name not in self.dialect["functions"]:
            return self._print(without_power(
                entry_by_entry(DEFINED[name], a, inside) if inside.is_Matrix
                else DEFINED[name].xreplace({a: inside})))
        else:
            template = self.dialect["functions"].get(name, f"{name}({{}})")
        tight = " / " in template or "*" in template
        text = template.format(self.bracketed(inside, _ATOM if tight else _SUM),
                               prefix=self.dialect["prefix"])
        return text, _TIMES if template.endswith("/ 2") else _ATOM

    def _print_Trace(self, trace: Trace) -> Text:
        scalar, factors = self.factors(trace.arg)
        if scalar != 1:
            return self.multiple(scalar, self.bracketed(Trace(MatMul(*factors)), _POWER))
        first, *others = factors
        if not others:
            inner = first.arg if isinstance(first, Transpose) else first
            return self.called("Trace", self(inner))
        if isinstance(factors[-1], Transpose) and not isinstance(first, Transpose):
            *others, first = factors
        right = joined(MatMul, others)
        left = first.arg if isinstance(first, Transpose) else Transpose(first)
        least = _ATOM if "*" in self.dialect["inner product"] else _SUM
        return self.called("inner product", *(self.bracketed(it, least) for it in (left, right)))

    # Matrices
    def _print_Inverse(self, part: sp.Inverse) -> Text:
        if isinstance(part.arg, Transpose):
            return f"{self.inverse(part.arg.arg)}.T", _ATOM
        return self.inverse(part.arg), _ATOM

    def _print_Transpose(self, part: Transpose) -> Text:
        if (simpler := _turned(part)) != part:
            return self._print(simpler)
        return f"{self.bracketed(part.arg)}.T", _ATOM

    def _print_DiagMatrix(self, part: sp.DiagMatrix) -> Text:
        return self.called("DiagMatrix", self.bracketed(part.args[0]))

    def _print_MatAdd(self, total: sp.MatAdd) -> Text:
        return self.added_up(*self.spread(total.args)), _SUM

    def _print_HadamardProduct(self, product: sp.HadamardProduct) -> Text:
        parts, write = self.spread(product.args)
        numbers = [self.thin(part) for part in parts]
        scalar = sp.Mul(*(it for it in numbers if it is not None and not it.is_Matrix))
        parts = [part for part, it in zip(parts, numbers, strict=True)
                 if it is None or it.is_Matrix] or parts[:1]
        above, below = fraction(parts)

        def factor(part: Expr) -> str:
            return _in_brackets(*write(without_power(part)), _POWER)

        text = " * ".join(map(factor, above))
        if scalar != 1 or not text:
            text, level = self.multiple(scalar, text) if text else self._print(scalar)
            text = text if level > _SUM or not below else f"({text})"
        return " / ".join([text, *map(factor, below)]), _SUM if text.startswith("-") else _TIMES

    def spread(self, parts: tuple[Expr, ...]) -> tuple[list[Expr], Callable[[Expr], Text]]:
        """Return the operands of an entrywise operation, and a function that writes them.

        NumPy spreads a number, a column or a row over a matrix by itself, if there is one.
        """
        thin = [*map(self.thin, parts)]
        shapes = {part.shape for part in thin if part is not None and part.is_Matrix}
        enough = None in thin or len(shapes) > 1  # a column and a row fill a matrix
        return list(parts), lambda part: self._print((enough and self.thin(part)) or part)

    def thin(self, part: Expr) -> Expr | None:
        """Return the number, column or row that a matrix repeats, or None."""
        scalar, factors = self.factors(part) if part.is_Matrix else (part, [])
        match factors:
            case [sp.OneMatrix()]:
                return scalar
            case [column, sp.OneMatrix() as row] if row.rows == 1 == column.cols:
                return multiple(scalar, [column])
            case [sp.OneMatrix() as column, row] if column.cols == 1 == row.rows:
                return multiple(scalar, [row])
        return None

    def factors(self, product: Expr) -> tuple[Expr, list[Expr]]:
        """Return the scalar and the factors of a product, without identities."""
        if not isinstance(product, MatMul):
            return sp.S.One, [_turned(product) if isinstance(product, Transpose) else product]
        scalar, found = sp.S.One, []
        for part in map(without_power, product.args):
            if part.is_Matrix:
                inner, parts = self.factors(part)
                scalar, found = scalar * inner, [*found, *parts]
            else:
                scalar *= part
        return scalar, [it for it in found if not isinstance(it, Identity)] or found[:1]

    def _print_MatMul(self, product: MatMul) -> Text:
        scalar, factors = self.factors(product)
        parts = self.sums([(self.bracketed(factor, _POWER), factor) for factor in factors])
        text = _in_best_order(parts)
        if scalar == 1:
            return text, _TIMES if len(parts) > 1 else _ATOM
        return self.multiple(scalar, f"({text})" if len(parts) > 1 else text)

    def sums(self, factors: list[tuple[str, Expr]]) -> list[tuple[str, Expr]]:
        """Replace products with a column or row of ones by calls of `sum`."""
        for index, (_, factor) in enumerate(factors):
            if isinstance(factor, sp.OneMatrix) and len(factors) > 1:
                before, behind = factors[:index], factors[index + 1:]
                if factor.cols == 1 and before:
                    (text, last), before = before[-1], before[:-1]
                    row = f"{text}.sum(axis=1, keepdims=True)", MatMul(last, factor)
                    return self.sums([*before, row, *behind])
                if factor.rows == 1 and behind:
                    (text, first), behind = behind[0], behind[1:]
                    row = f"{text}.sum(axis=0, keepdims=True)", MatMul(factor, first)
                    return self.sums([*before, row, *behind])
        return factors


def _in_brackets(text: str, level: int, least: int) -> str:
    """Return a text, in brackets if its parts bind less tightly than they must."""
    return text if level >= least else f"({text})"


def _in_best_order(factors: list[tuple[str, Expr]]) -> str:
    """Return a product with brackets where from left to right would take longer.

    The first size is taken for the largest, as the number of objects is.
    """
    sizes = [factors[0][1].rows, *(factor.cols for _, factor in factors)]
    large = [1 if size == 1 else 100 if size == sizes[0] else 30 for size in sizes]
    texts = [text for text, _ in factors]

    @cache
    def best(first: int, last: int) -> tuple[int, str]:
        if first == last:
            return 0, texts[first]
        ways = []
        for cut in range(last - 1, first - 1, -1):  # among equals, from left to right
            (left_cost, left), (right_cost, right) = best(first, cut), best(cut + 1, last)
            cost = left_cost + right_cost + large[first] * large[cut + 1] * large[last + 1]
            ways.append((cost, f"{left} @ {right if cut + 1 == last else f'({right})'}"))
        return min(ways, key=lambda way: way[0])

    return best(0, len(texts) - 1)[1]


def _turned(transpose: Transpose) -> Expr:
    """Simplify the transpose of ones, of an identity or of a transpose."""
    plain = isinstance(transpose.arg, sp.OneMatrix | Identity | Transpose)
    return transpose.arg.T if plain else transpose
