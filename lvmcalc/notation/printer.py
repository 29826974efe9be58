"""Write formulas: in LaTeX, and as plain text that is the same in every run."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import sympy as sp
from sympy import Determinant, Expr, HadamardPower, HadamardProduct, Inverse, MatAdd, MatMul, Symbol
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE

from lvmcalc.notation.entrywise import BY_ENTRIES
from lvmcalc.notation.letters import ASCII, CASES, DIGITS, GREEK, pretty

_ELEMENTWISE = HadamardProduct | HadamardPower
_BRACKETED = {MatMul: MatAdd | _ELEMENTWISE, HadamardProduct: MatAdd | MatMul,  # as factors
              HadamardPower: MatAdd | MatMul | _ELEMENTWISE}  # below a line


def latex(expression: Expr | str) -> str:
    """Return an expression, or a name, in LaTeX."""
    if isinstance(expression, str):
        return _name_in_latex(expression)
    return _Latex().doprint(expression)


@lru_cache(maxsize=10_000)
def plain(expression: Expr | str) -> str:
    """Return an expression, or a name, as a line of plain text."""
    return pretty(expression) if isinstance(expression, str) else _Plain().doprint(expression)


def shape(expression: Expr) -> str:
    """Return the shape in words: N×Q, or scalar."""
    if not expression.is_Matrix:
        return "scalar"
    return "×".join(f"({plain(size)})" if isinstance(size, sp.Add) else plain(size)
                    for size in expression.shape)


def _name_in_latex(name: str) -> str:
    if name.startswith("∂"):
        above, below = name.split("/∂")
        return rf"\frac{{\partial {_name_in_latex(above[1:])}}}{{\partial {_name_in_latex(below)}}}"
    if name.endswith("bar"):
        return rf"\bar{{{_name_in_latex(name[:-3])}}}"
    if accent := {"\u0302": "hat", "\u0303": "tilde"}.get(name[-1:]):
        return rf"\{accent}{{{_name_in_latex(name[:-1])}}}"
    name = name.translate(ASCII)
    letters = name.rstrip(DIGITS) or name
    index = f"_{{{name[len(letters):]}}}" if letters != name else ""
    return re.sub(rf"^(d?)({'|'.join(GREEK)})$", r"\1\\\2", letters) + index


def _call_of(name: str) -> Callable[["_Formulas", Expr], str]:
    return lambda printer, part: printer._applied(name, part.args[0])


class _Formulas:
    """What LaTeX and plain text share: the order of terms, and where brackets belong."""

    _print_Trace, _print_Determinant = _call_of("tr"), _call_of("det")
    _print_EntrySum, _print_DiagMatrix = _call_of("sum"), _call_of("diag")
    _print_DiagonalOf = _print_DiagMatrix

    def _print_MatrixSymbol(self, symbol: Expr) -> str:
        return self._print_Symbol(symbol)

    def _print_Mul(self, product: Expr) -> str:
        # A blank in front makes the exponent's letter sort first: k a^(k - 1), not a^(k - 1) k.
        letters = {letter for factor in product.args if factor.is_Pow
                   for letter in factor.exp.free_symbols.intersection(product.args)}
        return super()._print_Mul(product.xreplace(
            {letter: Symbol(f" {letter.name}", **letter.assumptions0) for letter in letters}))

    def _print_Identity(self, identity: Expr) -> str:
        return "I"

    def _print_ZeroMatrix(self, zero: Expr) -> str:
        return "0"

    def _raised(self, base: Expr, power: str) -> str:
        text = self._print(base)
        simple = isinstance(base, sp.MatrixSymbol | sp.Identity) and "∂" not in str(base)
        return (text if simple else self.BRACKETS.format(text)) + power

    def _print_Transpose(self, transpose: sp.Transpose) -> str:
        if isinstance(transpose.arg, Inverse):
            return self._raised(transpose.arg.arg, self.INVERSE_TRANSPOSE)
        return self._raised(transpose.arg, self.TRANSPOSE)

    def _print_Inverse(self, inverse: Inverse) -> str:
        if isinstance(inverse.arg, sp.Transpose):
            return self._raised(inverse.arg.arg, self.INVERSE_TRANSPOSE)
        return self._raised(inverse.arg, self.INVERSE)

    def _print_MatPow(self, power: sp.MatPow) -> str:
        return self._raised(power.base, self._exponent(power.exp))

    def _print_MatrixDifferential(self, part: Expr) -> str:
        return self.D + self.BRACKETS.format(self._print(part.args[0]))

    _print_ScalarDifferential = _print_MatrixDifferential

    def _print_ElementwiseApplyFunction(self, part: Expr) -> str:
        (letter,), body = part.function.signature, part.function.expr
        if body.is_Function and body.args == (letter,):
            return self._applied(type(body).__name__, part.expr)
        text = self._raised(part.expr, "")
        return self._print(body.xreplace({letter: Symbol("□")})).replace("□", text)

    def _factor(self, factor: Expr, of: type[Expr]) -> str:
        text = self._print(factor)
        return self.BRACKETS.format(text) if isinstance(factor, _BRACKETED[of]) else text

    def _print_HadamardPower(self, power: HadamardPower) -> str:
        if power.exp == 1 / 2:
            return self._applied("sqrt", power.base)
        if power.exp.is_Integer and power.exp > 1:
            return self._print(HadamardProduct(*[power.base] * int(power.exp)))
        return self._raised(power.base, self._exponent_of_entries(power.exp))

    def _print_HadamardProduct(self, product: HadamardProduct) -> str:
        below = [part for part in product.args if isinstance(part, HadamardPower)
                 and part.exp == -1]
        above = [part for part in product.args if part not in below]
        text = self.CIRCLE.join(self._factor(factor, HadamardProduct) for factor in above or [
            sp.OneMatrix(*product.shape)])
        return self.QUOTIENT.join([text, *(self._factor(it.base, HadamardPower) for it in below)])

    def _print_Basic(self, part: Expr) -> str:
        """Return an operation that has no form here as a call, as it is read."""
        if len(part.args) != 1:
            return super()._print_Basic(part)
        return self._applied(type(part).__name__.lower(), part.args[0])

    def _print_Entrywise(self, part: Expr) -> str:
        return self._applied(part.name, part.arg)

    def _print_MatAdd(self, sum_: MatAdd) -> str:
        return with_signs(map(self._print, sorted(sum_.args, key=_positive_first)))

    def _print_MatMul(self, product: MatMul) -> str:
        scalar, factors = product.as_coeff_matrices()
        sign, scalar = ("-", -scalar) if scalar.could_extract_minus_sign() else ("", scalar)
        text = " ".join(self._factor(factor, MatMul) for factor in factors)
        if scalar == 1:
            return sign + text
        head = self._print(scalar)
        head = self.BRACKETS.format(head) if scalar.is_Add or "/" in head else head
        # Without a dot, det c · c⁻¹ would read as the determinant of c c⁻¹.
        return sign + head + (self.DOT if scalar.has(Determinant) else " ") + text


def with_signs(terms: Iterable[str]) -> str:
    """Return the sum of terms that are written already: a - b for a and -b."""
    first, *others = terms
    return first + "".join(f" - {text[1:].lstrip()}" if text.startswith("-") else f" + {text}"
                           for text in others)


def _with_names(factors: Sequence[Expr]) -> list[Expr]:
    """Return factors with sigmoid, and softmax where rows are cases, by their names."""
    found = list(factors)
    for part in factors:
        name = getattr(part, "name", "")
        if name == "exp" and str(part.rows) in CASES and part.cols != 1:
            ones = sp.OneMatrix(part.cols, 1), sp.OneMatrix(1, part.cols)
            below = HadamardPower(MatMul(part, *ones), sp.S.NegativeOne)
            if below in found:
                found.remove(below)
                named = f"softmax({plain(part.arg)})"
                found[found.index(part)] = sp.MatrixSymbol(named, *part.shape)
        elif isinstance(part, HadamardPower) and part.exp == -1 and isinstance(part.base, MatAdd):
            power = next((it for it in part.base.args if getattr(it, "name", "") == "exp"), None)
            if power and {*part.base.args} == {power, sp.OneMatrix(*part.shape)}:
                inner = plain(MatMul(sp.S.NegativeOne, power.arg).doit())
                found[found.index(part)] = sp.MatrixSymbol(f"sigmoid({inner})", *part.shape)
    return found


@lru_cache(maxsize=10_000)  # a long formula asks for each part many times
def _positive_first(term: Expr) -> tuple:
    text = plain(term)  # SymPy's own str inverts on the way, which fails at (K - K)⁻¹
    return text.startswith("-"), -len(text), text


class _Latex(_Formulas, LatexPrinter):
    D = r"\mathrm{d}"
    BRACKETS, CIRCLE, DOT = r"\left({}\right)", r" \circ ", r" \cdot "
    QUOTIENT = r" \oslash "
    TRANSPOSE, INVERSE, INVERSE_TRANSPOSE = r"^{\top}", "^{-1}", r"^{-\top}"

    def _print_Symbol(self, symbol: Expr, style: str = "plain") -> str:
        return _name_in_latex(symbol.name.strip())

    def _exponent(self, exponent: Expr) -> str:
        return f"^{{{exponent}}}"

    def _exponent_of_entries(self, exponent: Expr) -> str:
        return rf"^{{\circ ({exponent})}}" if exponent.is_Add else rf"^{{\circ {exponent}}}"

    def _print_OneMatrix(self, ones: Expr) -> str:
        sizes = ones.shape[:1] if ones.cols == 1 else ones.shape
        return rf"\mathbf{{1}}_{{{' × '.join(map(self._print, sizes))}}}".replace("×", r"\times")

    def _applied(self, name: str, argument: Expr) -> str:
        function = rf"\{name}" if name in ("det", "exp") else self._hprint_Function(name)
        text = self._print(argument)
        if name in ("det", "log") and isinstance(argument, sp.MatrixSymbol | Symbol):
            return f"{function} {text}"
        return function + self.BRACKETS.format(text)

    def _print_Function(self, expression: Expr, exp: str | None = None) -> str:
        if len(expression.args) > 1:
            return super()._print_Function(expression, exp)
        text = self._applied(type(expression).__name__, expression.args[0])
        return f"{self.BRACKETS.format(text)}^{{{exp}}}" if exp else text

    _print_log = _print_exp = _print_Function

    def parenthesize(self, item: Expr, level: int, is_neg: bool = False,
                     strict: bool = False) -> str:
        if isinstance(item, Determinant) and level >= PRECEDENCE["Pow"]:  # (det c)², not det c²
            return self.BRACKETS.format(self._print(item))
        return super().parenthesize(item, level, is_neg=is_neg, strict=strict)


class _Plain(_Formulas, sp.StrPrinter):
    D = "d"
    BRACKETS, CIRCLE, DOT = "({})", " ∘ ", " "
    QUOTIENT = " ⊘ "
    TRANSPOSE, INVERSE, INVERSE_TRANSPOSE = "ᵀ", "⁻¹", "⁻ᵀ"

    def _print_Symbol(self, symbol: Expr) -> str:
        return pretty(symbol.name.strip())

    def _exponent(self, exponent: Expr) -> str:
        return f"^({exponent})" if exponent.is_negative else f"^{exponent}"

    def _exponent_of_entries(self, exponent: Expr) -> str:
        return f".^({exponent})"

    def _print_MatAdd(self, sum_: MatAdd, by_entries: bool = False) -> str:
        """Return a sum, with 1 for ones beside what acts entry by entry: 1 - f ∘ f."""
        split = [term.as_coeff_matrices() if isinstance(term, MatMul) else (sp.S.One, [term])
                 for term in sum_.args]
        alone = [(scalar, factors[0]) for scalar, factors in split if len(factors) == 1]
        if len(alone) == len(split) and (
                by_entries or any(isinstance(part, BY_ENTRIES) for _, part in alone)):
            terms = [scalar if isinstance(part, sp.OneMatrix) else term
                     for (scalar, part), term in zip(alone, sum_.args, strict=True)]
            return with_signs(map(self._print, sorted(terms, key=_positive_first)))
        return super()._print_MatAdd(sum_)

    def _print_HadamardProduct(self, product: HadamardProduct) -> str:
        """Return a product with its sign in front, and with softmax and sigmoid by their names."""
        args = _with_names(product.args)
        if len(args) == 1:
            return self._print(args[0])
        product = HadamardProduct(*args)
        split = [part.as_coeff_matrices() if isinstance(part, MatMul) else (sp.S.One, [part])
                 for part in product.args]
        signs = [scalar == -1 for scalar, _ in split]
        if any(signs):
            bare = [MatMul(*factors) if len(factors) > 1 else factors[0] if sign else part
                    for (_, factors), sign, part in zip(split, signs, product.args, strict=True)]
            text = super()._print_HadamardProduct(HadamardProduct(*bare))
            return f"-{text}" if sum(signs) % 2 else text
        return super()._print_HadamardProduct(product)

    def _factor(self, factor: Expr, of: type[Expr]) -> str:
        if isinstance(factor, MatAdd) and of is not MatMul:
            return f"({self._print_MatAdd(factor, True)})"
        return super()._factor(_with_names([factor])[0], of)

    def _print_HadamardPower(self, power: HadamardPower) -> str:
        named, = _with_names([power])
        return self._print(named) if named != power else super()._print_HadamardPower(power)

    def _print_OneMatrix(self, ones: Expr) -> str:
        sizes = ones.shape[:1] if ones.cols == 1 else ones.shape
        return f"ones({', '.join(map(self._print, sizes))})"

    def _applied(self, name: str, argument: Expr) -> str:
        return f"{name}({self._print(argument)})"

    def _print_Mul(self, product: Expr) -> str:
        return super()._print_Mul(product).replace("*", " ")

    def _print_Pow(self, power: Expr, rational: bool = False) -> str:
        return super()._print_Pow(power, rational).replace("**", "^")
