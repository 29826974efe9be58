"""How formulas are written: LaTeX for a page, and a plain text that stays the same from run to
run."""

from typing import Any
from unicodedata import normalize

from sympy import Add, Determinant, Expr, Identity, Inverse, MatrixSymbol, Transpose
from sympy.core.alphabets import greeks
from sympy.matrices.expressions import HadamardProduct, MatAdd, MatMul, MatPow
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

GREEK = dict(zip(greeks, "αβγδεζηθικλμνξοπρστυφχψω", strict=True))
GREEK |= {word.capitalize(): GREEK[word].upper() for word in (  # those that differ from Latin ones
    "gamma", "delta", "theta", "lambda", "xi", "pi", "sigma", "phi", "psi", "omega")}
SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
BRACKETED = {MatMul: MatAdd | HadamardProduct, HadamardProduct: MatAdd | MatMul}  # as factors


def adjoint_name(output: str, name: str) -> str:
    """Return how the adjoint of a node is called: ∂L/∂c."""
    return f"∂{pretty(output)}/∂{pretty(name)}"


def pretty(name: str) -> str:
    """Return a name as it is written in formulas: alpha as α, L1 as L₁, Zbar as Z̄."""
    if name.endswith("bar"):
        return pretty(name[:-3]) + "\u0304"
    name = GREEK.get(name, name)
    letters = name.rstrip("0123456789")
    return letters + name[len(letters):].translate(SUBSCRIPT) if letters else name


def spelling(name: Any) -> Any:
    """Return a node's name as the formulas spell it, so that "L₁" and "α" are understood too."""
    name = getattr(name, "name", name)
    letters = {letter: word for word, letter in GREEK.items()}
    return letters.get(name, normalize("NFKC", name)) if isinstance(name, str) else name


def latex(expression: Expr | str) -> str:
    """Return an expression, or a name, in LaTeX."""
    return _name_in_latex(expression) if isinstance(expression,
                                                    str) else _Latex().doprint(expression)


def plain(expression: Expr | str) -> str:
    """Return an expression, or a name, as a line of plain text."""
    return pretty(expression) if isinstance(expression, str) else _Plain().doprint(expression)


def shape(expression: Expr) -> str:
    """Return the shape in words: N×Q, or scalar."""
    if not expression.is_Matrix:
        return "scalar"
    return "×".join(f"({plain(size)})" if isinstance(size, Add) else plain(size)
                    for size in expression.shape)


def _positive_first(sum_: MatAdd) -> list[Expr]:
    return sorted(sum_.args,
                  key=lambda term: (term.could_extract_minus_sign(), -len(str(term)), str(term)))


def _name_in_latex(name: str) -> str:
    if name.startswith("∂"):
        above, below = name.split("/∂")
        return rf"\frac{{\partial {_name_in_latex(above[1:])}}}{{\partial {_name_in_latex(below)}}}"
    if name.endswith("bar"):
        return rf"\bar{{{_name_in_latex(name[:-3])}}}"
    plain_name = name.translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789"))
    for word, letter in GREEK.items():
        plain_name = plain_name.replace(letter, word)
    letters = plain_name.rstrip("0123456789")
    digits = f"_{{{plain_name[len(letters):]}}}" if letters != plain_name else ""
    if letters in GREEK:
        return "\\" + letters + digits
    if letters[:1] == "d" and letters[1:] in GREEK:
        return rf"d\{letters[1:]}" + digits
    return letters + digits


class _Latex(LatexPrinter):
    def _print_Symbol(self, symbol: Expr, style: str = "plain") -> str:
        return _name_in_latex(symbol.name)

    _print_MatrixSymbol = _print_Symbol

    def _print_Identity(self, identity: Expr) -> str:
        return "I"

    def _print_ZeroMatrix(self, zero: Expr) -> str:
        return "0"

    def _raised(self, base: Expr, power: str) -> str:
        text = self._print(base)
        simple = isinstance(base, MatrixSymbol | Identity) and not text.startswith(r"\frac")
        return (text if simple else rf"\left({text}\right)") + "^{" + power + "}"

    def _print_Transpose(self, transpose: Transpose) -> str:
        inner = transpose.arg
        return self._raised(inner.arg, r"-\top") if isinstance(inner,
                                                               Inverse) else self._raised(
                                                                   inner, r"\top")

    def _print_Inverse(self, inverse: Inverse) -> str:
        inner = inverse.arg
        return self._raised(inner.arg,
                            r"-\top") if isinstance(inner, Transpose) else self._raised(inner, "-1")

    def _print_MatPow(self, power: MatPow) -> str:
        return self._raised(power.base, str(power.exp))

    def _print_Trace(self, trace: Expr) -> str:
        return rf"\operatorname{{tr}}\left({self._print(trace.arg)}\right)"

    def parenthesize(self, item: Expr, level: int, is_neg: bool = False,
                     strict: bool = False) -> str:
        if isinstance(item, Determinant) and level >= PRECEDENCE["Pow"]:  # (det c)², not det c²
            return rf"\left({self._print(item)}\right)"
        return super().parenthesize(item, level, is_neg=is_neg, strict=strict)

    def _print_Determinant(self, determinant: Expr) -> str:
        text = self._print(determinant.arg)
        return rf"\det {text}" if isinstance(determinant.arg,
                                             MatrixSymbol) else rf"\det\left({text}\right)"

    def _print_log(self, expression: Expr, exp: str | None = None) -> str:
        argument = expression.args[0]
        text = self._print(argument)
        text = rf"\log {text}" if argument.is_Symbol else rf"\log\left({text}\right)"
        return rf"\left({text}\right)^{{{exp}}}" if exp else text

    def _factor(self, factor: Expr, of: type[Expr]) -> str:
        text = self._print(factor)
        return rf"\left({text}\right)" if isinstance(factor, BRACKETED[of]) else text

    def _print_HadamardProduct(self, product: HadamardProduct) -> str:
        return r" \circ ".join(self._factor(f, HadamardProduct) for f in product.args)

    def _print_MatAdd(self, sum_: MatAdd) -> str:
        parts = [self._print(term) for term in _positive_first(sum_)]
        return _signed(parts)

    def _print_MatMul(self, product: MatMul) -> str:
        scalar, factors = product.as_coeff_matrices()
        text = " ".join(self._factor(f, MatMul) for f in factors)
        sign, scalar = ("-", -scalar) if scalar.could_extract_minus_sign() else ("", scalar)
        factor = self._print(scalar)
        head = "" if scalar == 1 else rf"\left({factor}\right) " if scalar.is_Add else f"{factor} "
        # det c · c⁻¹, lest it read as the determinant of c c⁻¹
        dot = r"\cdot " if scalar.has(Determinant) else ""
        return sign + head + dot + text


class _Plain(StrPrinter):
    def _print_Symbol(self, symbol: Expr) -> str:
        return pretty(symbol.name) if not symbol.name.startswith("∂") else symbol.name

    _print_MatrixSymbol = _print_Symbol

    def _print_Identity(self, identity: Expr) -> str:
        return "I"

    def _print_ZeroMatrix(self, zero: Expr) -> str:
        return "0"

    def _raised(self, base: Expr, power: str) -> str:
        text = self._print(base)
        return text + power if isinstance(base, MatrixSymbol
                                          | Identity) and "∂" not in text else f"({text}){power}"

    def _print_Transpose(self, transpose: Transpose) -> str:
        inner = transpose.arg
        return self._raised(inner.arg, "⁻ᵀ") if isinstance(inner,
                                                           Inverse) else self._raised(inner, "ᵀ")

    def _print_Inverse(self, inverse: Inverse) -> str:
        inner = inverse.arg
        return self._raised(inner.arg, "⁻ᵀ") if isinstance(inner,
                                                           Transpose) else self._raised(inner, "⁻¹")

    def _print_MatPow(self, power: MatPow) -> str:
        return self._raised(power.base, f"^{power.exp}" if power.exp.is_Symbol or power.exp > 0
                            else f"^({power.exp})")

    def _factor(self, factor: Expr, of: type[Expr]) -> str:
        text = self._print(factor)
        return f"({text})" if isinstance(factor, BRACKETED[of]) else text

    def _print_HadamardProduct(self, product: HadamardProduct) -> str:
        return " ∘ ".join(self._factor(f, HadamardProduct) for f in product.args)

    def _print_Trace(self, trace: Expr) -> str:
        return f"tr({self._print(trace.arg)})"

    def _print_Determinant(self, determinant: Expr) -> str:
        return f"det({self._print(determinant.arg)})"

    def _print_Mul(self, product: Expr) -> str:
        return super()._print_Mul(product).replace("*", " ")

    def _print_Pow(self, power: Expr, rational: bool = False) -> str:
        return super()._print_Pow(power, rational).replace("**", "^")

    def _print_MatMul(self, product: MatMul) -> str:
        scalar, factors = product.as_coeff_matrices()
        text = " ".join(self._factor(f, MatMul) for f in factors)
        sign, scalar = ("-", -scalar) if scalar.could_extract_minus_sign() else ("", scalar)
        head = "" if scalar == 1 else self._print(scalar)
        head = f"({head})" if scalar.is_Add or "/" in head else head
        return f"{sign}{head} {text}" if head else sign + text

    def _print_MatAdd(self, sum_: MatAdd) -> str:
        return _signed([self._print(term) for term in _positive_first(sum_)])


def _signed(parts: list[str]) -> str:
    return parts[0] + "".join(f" - {part[1:].lstrip()}" if part.startswith("-") else f" + {part}"
                              for part in parts[1:])
