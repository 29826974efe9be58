"""What is written is what is meant: formulas are printed, read back by a reader of its own, and
compared in numbers."""

import re

import oracle
import pytest
import sympy as sp
from oracle import MATRICES, SIZES, SYMBOLS, S, T, X, a, b, m, n
from sympy import (
    Determinant,
    Expr,
    Function,
    Identity,
    Inverse,
    MatrixSymbol,
    Symbol,
    Trace,
    Transpose,
    exp,
    log,
    tanh,
)
from sympy.matrices.expressions import HadamardProduct, MatPow, ZeroMatrix
from tables import over

from lvmcalc import notation
from lvmcalc.models import autoencoder, gplvm

A, C = MatrixSymbol("A", n, n), MatrixSymbol("C", n, n)
NAMES = {symbol.name: symbol
         for symbol in [*MATRICES, a, b, n, m]} | {"p": oracle.p, "A": A, "C": C}
FUNCTIONS = {"tr": Trace, "det": Determinant, "log": log}


class Reader:
    """Read a formula as a person does: postfix marks first, then what stands side by side, then
    sums.

    A function takes the bracket, or else the one factor, that follows it.
    """

    TOKEN = re.compile(r"\s*(⁻¹|⁻ᵀ|ᵀ|\^|\d+|tr|det|log|[A-Za-z]|[-+/()])")
    OPEN, CLOSE = "(", ")"

    def __init__(self, text: str):
        self.tokens, place = [], 0
        while place < len(text):
            token = self.TOKEN.match(text, place)
            assert token, f"cannot read {text[place:]!r}"
            self.tokens.append(token.group(1))
            place = token.end()

    def formula(self) -> Expr:
        result = self.sum()
        assert not self.tokens, f"left over: {self.tokens}"
        return result

    def here(self, *tokens: str) -> bool:
        return bool(self.tokens) and self.tokens[0] in tokens

    def take(self, *tokens: str) -> str | None:
        return self.tokens.pop(0) if self.here(*tokens) else None

    def sum(self) -> Expr:
        result = self.signed()
        while self.here("+", "-"):
            result = result + self.signed()
        return result

    def signed(self) -> Expr:
        sign = -1 if self.take("+", "-") == "-" else 1
        result = self.factor()
        while self.tokens and not self.here("+", "-", self.CLOSE, "}"):
            if self.take("/"):
                result = result / self.factor()
            elif not self.take(r"\cdot"):
                result = result * self.factor()
        return sign * result

    def bracket(self) -> Expr:
        result = self.sum()
        assert self.take(self.CLOSE)
        return result

    def factor(self) -> Expr:
        token = self.tokens.pop(0)
        if token == self.OPEN:
            result = self.bracket()
        elif (name := token.removeprefix("\\").removeprefix("operatorname{").removesuffix(
            "}")) in FUNCTIONS:
            result = FUNCTIONS[name](self.bracket() if self.take(self.OPEN) else self.factor())
        else:
            result = sp.Integer(token) if token.isdigit() else self.letter(token)
        return self.raised(result)

    def letter(self, token: str) -> Expr:
        return NAMES[token]

    def raised(self, result: Expr) -> Expr:
        while mark := self.take("ᵀ", "⁻¹", "⁻ᵀ", "^"):
            result = {"ᵀ": Transpose, "⁻¹": Inverse, "⁻ᵀ": lambda M: Transpose(Inverse(M)),
                      "^": lambda M: M ** self.factor()}[mark](result)
        return result


class LatexReader(Reader):
    TOKEN = re.compile(
        r"\s*(\\left\(|\\right\)|\\operatorname\{tr\}|\\[a-z]+|\d+|[A-Za-z]|[-+^{}()])")
    OPEN, CLOSE = r"\left(", r"\right)"

    def braces(self) -> Expr:
        assert self.take("{")
        result = self.sum()
        assert self.take("}")
        return result

    def letter(self, token: str) -> Expr:
        return self.braces() / self.braces() if token == r"\frac" else NAMES[token]

    def raised(self, result: Expr) -> Expr:
        if self.take("^"):
            assert self.take("{")
            negative = self.take("-")
            if self.take(r"\top"):
                result = Transpose(Inverse(result)) if negative else Transpose(result)
            else:
                power = self.sum()
                result = result ** (-power if negative else power)
            assert self.take("}")
            assert not self.here("^"), "a double superscript is no LaTeX"
        return result


@pytest.mark.parametrize("block", range(4))
def test_random_formulas_are_read_back_as_they_were_meant(block: int) -> None:
    read = 0
    for seed in range(60 * block, 60 * block + 60):
        formulas = oracle.Formulas(seed, logarithms=seed % 4 == 3, identities=False)
        formula = formulas.scalar(4) if seed % 2 else formulas.matrix(n, n, 3)
        if not oracle.is_finite(formula) or formula.has(Identity):
            continue
        plain, latex = Reader(notation.plain(formula)).formula(), LatexReader(
            notation.latex(formula)).formula()
        values = oracle.point(SYMBOLS, SIZES, seed)
        try:
            assert oracle.equal(plain, formula, values), (notation.plain(formula), formula)
            assert oracle.equal(latex, formula, values), (notation.latex(formula), formula)
        except ZeroDivisionError:  # a singular matrix at this point
            continue
        read += 1
    assert read > 35


@over(("formula", "plain", "latex"), [
    (S.T, "Sᵀ", r"S^{\top}"), (S.I, "S⁻¹", r"S^{-1}"), (S.I.T, "S⁻ᵀ", r"S^{-\top}"),
    (S.T.I, "S⁻ᵀ", r"S^{-\top}"),
    (S**2, "S^2", r"S^{2}"), (S.T**2, "(Sᵀ)^2", r"\left(S^{\top}\right)^{2}"),
    (MatPow(S, -2), "S^(-2)", r"S^{-2}"),
    (Inverse(S**3), "(S^3)⁻¹", r"\left(S^{3}\right)^{-1}"),
    (Transpose(S**2), "(S^2)ᵀ", r"\left(S^{2}\right)^{\top}"),
    (Trace(S**2) * a, "a tr(S^2)", r"a \operatorname{tr}\left(S^{2}\right)"),
    (S**n, "S^n", r"S^{n}"),
    (Transpose(X * T), "(X T)ᵀ", r"\left(X T\right)^{\top}"),
    ((S + A).I, "(A + S)⁻¹", r"\left(A + S\right)^{-1}"),
    (S - A, "S - A", "S - A"), (-S - A, "-A - S", "-A - S"), (-2 * S * X, "-2 S X", "-2 S X"),
    ((a + b) * S, "(a + b) S", r"\left(a + b\right) S"), (a / 2 * S, "(a/2) S", r"\frac{a}{2} S"),
    (S * (A - C) * X, "S (A - C) X", r"S \left(A - C\right) X"), (Identity(n) * a, "a I", "a I"),
    (ZeroMatrix(n, m), "0", "0"), (Determinant(S), "det(S)", r"\det S"),
    (Determinant(S) ** 2, "det(S)^2", r"\left(\det S\right)^{2}"),
    (Determinant(S.T), "det(Sᵀ)", r"\det\left(S^{\top}\right)"),
    (1 / Determinant(S) ** 2, None, r"\frac{1}{\left(\det S\right)^{2}}"),
    (log(b), "log(b)", r"\log b"),
    (log(a * b), "log(a b)", r"\log\left(a b\right)"), (log(b) ** 2, "log(b)^2", None),
    (Determinant(S) * S.I, "det(S) S⁻¹", r"\det S \cdot S^{-1}"),
    (HadamardProduct(A, S) * X, "(A ∘ S) X", r"\left(A \circ S\right) X"),
    (HadamardProduct(A * C, S), "(A C) ∘ S", r"\left(A C\right) \circ S"),
    (HadamardProduct(A + C, S) + S, "(A + C) ∘ S + S", r"\left(A + C\right) \circ S + S"),
])
def test_a_formula_is_written_as_in_a_textbook(formula: Expr, plain: str | None,
                                               latex: str | None) -> None:
    if plain:
        assert notation.plain(formula) == plain
    if latex:
        assert notation.latex(formula) == latex


@over(("formula", "plain", "latex"), [
    (exp(a), "exp(a)", r"\exp\left(a\right)"),
    (exp(-a) * b, "b exp(-a)", r"b \exp\left(- a\right)"),
    (exp(a) * S, "exp(a) S", r"\exp\left(a\right) S"),
    (tanh(a) ** 2, "tanh(a)^2", r"\left(\tanh\left(a\right)\right)^{2}"),
    (Function("sigmoid")(a), "sigmoid(a)", r"\operatorname{sigmoid}\left(a\right)"),
    (Function("f")(a, b), "f(a, b)", r"f{\left(a,b \right)}"),
    (S.applyfunc(exp), "exp(S)", r"\exp\left(S\right)"),
    (S.applyfunc(exp).T, "exp(Sᵀ)", r"\exp\left(S^{\top}\right)"),
    ((S * X).applyfunc(tanh), "tanh(S X)", r"\tanh\left(S X\right)"),
    (HadamardProduct(A.applyfunc(exp), S), "exp(A) ∘ S", r"\exp\left(A\right) \circ S"),
    (S.applyfunc(lambda x: 1 - x), "1 - S", "1 - S"),
    ((A + S).applyfunc(lambda x: 1 / x), "1/(A + S)", None),
])
def test_a_function_of_a_number_or_of_the_entries_is_written_with_its_name(
        formula: Expr, plain: str, latex: str | None) -> None:
    assert notation.plain(formula) == plain
    if latex:
        assert notation.latex(formula) == latex


@over(("name", "plain", "latex"), [
    ("alpha", "α", r"\alpha"), ("beta", "β", r"\beta"), ("L1", "L₁", "L_{1}"),
    ("L12", "L₁₂", "L_{12}"), ("Sigma", "Σ", r"\Sigma"), ("mu2", "μ₂", r"\mu_{2}"),
    ("Beta", "Beta", "Beta"), ("dalpha", "dα", r"d\alpha"),
    ("X", "X", "X"), ("Zbar", "Z̄", r"\bar{Z}"), ("dX", "dX", "dX"), ("dX2", "dX₂", "dX_{2}"),
    ("∂L₁/∂c", "∂L₁/∂c", r"\frac{\partial L_{1}}{\partial c}"),
    ("∂L/∂α", "∂L/∂α", r"\frac{\partial L}{\partial \alpha}")])
def test_a_name_is_written_as_on_the_page(name: str, plain: str, latex: str) -> None:
    assert notation.plain(name) == plain
    assert notation.latex(name) == notation.latex(Symbol(name)) == latex


def test_the_adjoint_of_a_node_is_called_after_it() -> None:
    assert notation.adjoint_name("L1", "c") == "∂L₁/∂c"
    assert notation.adjoint_name("L", "alpha") == "∂L/∂α"
    adjoint = gplvm.log_det_chain().adjoint_symbol("c")
    assert notation.latex(adjoint.T) == r"\left(\frac{\partial L_{1}}{\partial c}\right)^{\top}"
    assert notation.plain(adjoint.T) == "(∂L₁/∂c)ᵀ"


def test_shapes_are_written_with_their_sizes() -> None:
    assert notation.shape(gplvm.X) == "N×Q"
    assert notation.shape(gplvm.alpha) == "scalar"
    assert notation.shape(MatrixSymbol("M", 2 * n, 3)) == "2 n×3"
    assert notation.shape(MatrixSymbol("M", n + 1, m)) == "(n + 1)×m"


def test_a_sum_begins_with_what_is_positive() -> None:
    assert notation.plain(-S * A + C) == "C - S A"
    assert notation.plain(gplvm.chain(
        ).abbreviated(gplvm.chain().adjoint("X"))) == "α (K⁻¹ Y Yᵀ - D I) K⁻¹ X"


@pytest.mark.parametrize("chain", [autoencoder.chain(), gplvm.chain()],
                         ids=lambda chain: chain.name)
def test_all_that_a_chain_shows_is_latex_with_balanced_brackets_and_single_superscripts(
    chain) -> None:
    formulas = [node.expression for node in chain] + [chain.adjoint(node.name) for node in chain]
    formulas += [*chain.edges.values(), *(node.rule.differential for node in chain.nodes.values())]
    for formula in map(sp.sympify, formulas):
        text = notation.latex(formula)
        assert text.count("{") == text.count("}")
        assert text.count(r"\left(") == text.count(r"\right)")
        assert not re.search(r"\^\{[^{}]*\}\s*\^", text)
        assert "**" not in notation.plain(formula)
        assert "Matrix" not in text + notation.plain(formula)

