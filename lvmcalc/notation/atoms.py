"""The atoms of the grammar: names, adjoints, brackets, fractions and norms."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import pairwise
from unicodedata import normalize

import sympy as sp
from sympy import Dummy, Expr, Identity, MatrixSymbol, OneMatrix, Symbol

from lvmcalc.notation import forming
from lvmcalc.notation.kronecker import Vec
from lvmcalc.notation.ones import ONES
from lvmcalc.notation.summation import SUM_LETTER, SumWriter
from lvmcalc.notation.tokens import Token, Unreadable, quoted
from lvmcalc.notation.vocabulary import Vocabulary, matching

_DEEPEST = 20
NO_AXIS = "softmax needs its axis, as in softmax(Z, axis=1) for the rows of Z"
_SMALL = {"1": "₁", "+": "₊"}
CLOSING = {"(": ")", "[": "]", "{": "}", "|": "|", "‖": "‖", "⟨": "⟩"}


class Atoms:
    """Read what the rules of sums, products and factors begin with, one token after the other."""

    text: str
    tokens: list[Token]
    vocabulary: Vocabulary
    functions: Mapping[str, Callable[..., Expr]]
    sums: SumWriter
    place: int
    open: list[str]
    stacked = turned = False  # whether a vec, or a transpose, stands below the line ahead
    rowwise = False  # whether a softmax without an axis was read along the rows

    # What the rules below read: the sum, the product and the factor ahead, what stands behind ^
    sum: Callable[[], Expr]
    run: Callable[[], Expr]
    factor: Callable[[], Expr]
    exponent: Callable[[], str | Expr]
    at_factor: Callable[[], bool]  # whether a factor is ahead
    applied: Callable[[Token], Expr]  # the value of a function, whose name was the last token

    # Walking
    @property
    def ahead(self) -> Token:
        """The token ahead."""
        return self.tokens[self.place]

    def three(self) -> tuple[Token, ...]:
        """Return the token ahead and the two behind it."""
        return (*self.tokens[self.place:self.place + 3], *[self.tokens[-1]] * 2)[:3]

    def accept(self, *texts: str) -> str:
        """Return the sign ahead and pass it, if it is one of these; else return ""."""
        if self.ahead.kind != "sign" or self.ahead.text not in texts:
            return ""
        self.place += 1
        return self.tokens[self.place - 1].text

    def fail(self, expected: str) -> Unreadable:
        """Return the error that says what was expected instead of what is ahead."""
        rest = self.text[self.ahead.start:].strip()
        where = f"At `{quoted(rest)}`" if rest else f"Behind `{self.text.strip()[-20:]}`"
        return Unreadable(f"{where} {expected} was expected.", self.ahead.start)

    def unclear(self, what: str, clear: str, at: Token | None = None) -> Unreadable:
        """Return the error about what can be read in two ways."""
        start = (at or self.ahead).start
        return Unreadable(f"It is not clear whether `{quoted(self.text[start:])}` {what}: write "
                          f"{clear}.", start)

    # Atoms
    def atom(self) -> Expr:
        """Return the atom ahead, and pass it."""
        token = self.ahead
        if len(self.open) > _DEEPEST:
            raise self.fail(f"an end of the brackets, of which at most {_DEEPEST} are read inside "
                            "each other,")
        if token.kind == "sign" and token.text in CLOSING:
            return self.bracket()
        if token.kind not in ("number", "name", "function", "differential", "changed") and (
                token.text not in ("∂", "∇", "frac", "bar")):
            raise self.fail("a name, a number or an opening bracket")
        self.place += 1
        if token.kind == "differential":
            if not self.is_scalar(token.text) or not self.accept("/"):
                raise self.no_adjoint(token)
            return self.adjoint(self.name_below(), token, token.text)
        if token.kind == "changed":
            return self.vocabulary.differentials[token.text]
        if token.text == ONES:
            return OneMatrix(Dummy("?"), 1)
        if token.kind == "number":
            return sp.Rational(normalize("NFKC", token.text).replace("⁄", "/"))
        if token.text == SUM_LETTER:
            return self.sums.read(self.run, token.start)
        if token.kind == "function":
            return self.applied(token)
        if token.kind == "name":
            return self.value_of(token)
        return {"∂": self.derivative, "∇": self.nabla, "frac": self.fraction,
                "bar": self.barred}[token.text](token)

    def value_of(self, token: Token) -> Expr:
        """Return what a name stands for."""
        if token.text not in self.vocabulary.spellings:
            name = quoted(self.text[token.start:token.end])
            raise Unreadable(f"`{name}` has no value here: write ∂{token.text}/∂… for an "
                             "adjoint.", token.start)
        self.refuse_spaced(token)
        if token.text == "t" and "%*%" in self.text and self.ahead.text == "(":
            raise self.unclear("is the transpose t(…)", "t(…) without spaces, or t*(…)", token)
        value = self.vocabulary.spellings[token.text]
        opened, size, closed = self.three()
        sized = (opened.text, closed.text) == ("(", ")") and size.text in self.vocabulary.lengths
        if token.text == "I" and value.is_Identity and sized:  # Julia: I(N)
            self.place += 3
            return Identity(self.vocabulary.spellings[size.text])
        return Identity(Dummy("?")) if token.text in ("I", "Id") else value

    def refuse_spaced(self, token: Token) -> None:
        """Refuse a word that was torn apart, such as t r(K), which might be read as letters."""
        word, last = token.text, token
        for behind, then in pairwise(self.tokens[self.place:]):
            if behind.kind != "name" or len(behind.text) > 1:
                return
            word, torn, last = word + behind.text, last.end != behind.start, behind
            if torn and (word == "Id" or (word in self.functions and then.text in CLOSING)):
                raise self.unclear("is one word", f"{word} without spaces, or *", token)

    # Derivatives
    def no_adjoint(self, at: Token) -> Unreadable:
        """Return the error about the derivative of what is no scalar."""
        before = self.tokens[self.tokens.index(at) - 1]
        start = before.start if before.text in ("∂", "d") else at.start
        return Unreadable(f"At `{quoted(self.text[start:])}` there is no adjoint: adjoints are "
                          f"those of {self.vocabulary.outputs[0]}.", start)

    def is_scalar(self, name: str) -> bool:
        """Return whether there are adjoints of what has this name."""
        return name in self.vocabulary.outputs or name in self.vocabulary.parts

    def adjoint(self, name: str, at: Token, above: str = "L") -> Expr:
        """Return the symbol of the adjoint of a name."""
        above = above if above in self.vocabulary.parts else "L"
        symbol = self.vocabulary.spellings.get(f"∂{above}/∂{name}")
        if symbol is None:
            rest = quoted(self.text[at.start:])
            raise Unreadable(f"At `{rest}` there is no adjoint of {name}.", at.start)
        stacked, turned = self.stacked, self.turned
        self.stacked = self.turned = False
        return Vec(symbol) if stacked else forming.transposed(symbol) if turned else symbol

    def single(self) -> Token:
        """Return the name ahead, which may stand in a group, or in vec(…), and pass it."""
        group = self.accept("{")
        self.stacked = self.stacked or self.ahead[:2] == ("function", "vec")
        self.place += self.stacked
        inner = self.stacked and self.accept("(", "[")
        token = self.ahead
        if token.kind != "name":
            raise self.fail("a name")
        self.place += 1
        for bracket in filter(None, (inner, group)):
            if not self.accept(CLOSING[bracket]):
                raise self.fail(f"the closing {CLOSING[bracket]}")
        return token

    def output(self) -> str:
        """Return the name of the scalar whose adjoints are read, and pass it."""
        token = self.single()
        if not self.is_scalar(token.text):
            raise self.no_adjoint(token)
        return token.text

    def name_below(self) -> str:
        """Return the name in ∂X or dX, below the line of a derivative, and pass it."""
        group = self.accept("{")
        if self.ahead.kind == "differential":
            self.place += 1
            token = self.tokens[self.place - 1]
        elif self.accept("∂", "d"):
            token = self.single()
        else:
            raise self.fail("∂ and a name")
        if group and self.ahead.text in ("^", "T"):  # \\frac{∂L}{∂w^T}
            self.turned = self.ahead.kind == "power" or (
                self.accept("^") == "^" and self.exponent() == "T")
            self.place += self.ahead.kind == "power"
        if group and not self.accept("}"):
            raise self.fail("the closing }")
        return token.text

    def derivative(self, at: Token) -> Expr:
        """Return the adjoint ∂L/∂X, or ∂_X L."""
        if self.accept("_"):
            name = self.single().text
            return self.adjoint(name, at, self.output())
        if self.ahead.kind != "name" and self.ahead.text != "{":
            raise Unreadable("`∂` is read only in an adjoint, ∂L/∂X, and in a differential, ∂X.",
                             at.start)
        above = self.output()
        if not self.accept("/"):
            raise self.fail("the / of a derivative such as ∂L/∂X")
        return self.adjoint(self.name_below(), at, above)

    def without_slip(self, left: Expr, right: Expr, at: Token) -> tuple[Expr, Expr]:
        """Return the sides of @; a number is none, nor what has a sign, unless as in A @ -B."""
        signed = at.text == "+" or (at.text == "-" and (
            self.text[at.end].isspace() or re.search(r"[\\^ᵀ⁻']", self.text)))
        if self.text[:at.start].rstrip().endswith("@") and (
                signed or left.is_Number or right.is_Number):
            raise Unreadable(f"Behind @, at `{quoted(self.text[at.start:])}`, a matrix was "
                             "expected; write @ between two matrices.", at.start)
        return left, right

    def nabla(self, at: Token) -> Expr:
        """Return the adjoint ∇_X L."""
        if not self.accept("_"):
            raise self.fail("the name of a variable, as in ∇_X L,")
        name = self.single().text
        return self.adjoint(name, at, self.output())

    def barred(self, at: Token) -> Expr:
        """Return the adjoint with a bar over the name ahead."""
        return self.adjoint(self.single().text, at)

    def fraction(self, at: Token) -> Expr:
        r"""Return \frac{above}{below}; \frac{∂L}{∂X} is an adjoint."""
        begun = self.place
        group = self.accept("{")
        if self.ahead.text in ("∂", "d") and self.ahead.kind == "sign":
            self.place += 1
            bare = group and self.accept("}")
            above = "" if bare else self.output()
            if not bare:
                self.accept("}")
            name = self.name_below()
            found = self.adjoint(name, at, above or self.output())  # or \frac{∂}{∂X} L
            if bare and (self.at_factor() or self.ahead.text[:1] in ("^", "'", "ᵀ")):
                raise Unreadable(f"`{quoted(self.text[at.start:])}` is the derivative of a product:"
                                 " it is read only alone, with brackets.", at.start)
            return found
        if self.ahead.kind == "differential" and self.is_scalar(self.ahead.text):
            above = self.ahead.text
            self.place += 1
            if self.accept("}") or not group:
                with suppress(Unreadable):
                    return self.adjoint(self.name_below(), at, above)
        self.place = begun
        above, start = self.argument(), self.ahead.start
        below = self.argument()
        if forming.acts_by_entries(below):
            return forming.quotient(above, below)
        return forming.product(above, forming.reciprocal(below, start))

    def with_ones_in_front(self, factors: list[Expr], bare: bool) -> Expr:
        """Return a product, which is 𝟏 cᵀ if a bare 1 stands in front of a row."""
        rest = forming.product(*factors[1:]) if bare and factors[1:] else sp.S.One
        row = rest.is_Matrix and rest.rows == 1 and rest.cols != 1
        return forming.product(factors[0], OneMatrix(Dummy("?"), 1) if row else sp.S.One,
                               *factors[1:])

    def argument(self) -> Expr:
        """Return the argument of a LaTeX command: a group, or one sign."""
        if self.ahead.text == "{":
            return self.bracket()
        if self.ahead.kind not in ("number", "name"):
            raise self.fail("an opening bracket")
        return self.atom()

    # Brackets
    def bracket(self) -> Expr:
        """Return what is in the brackets ahead: a sum, a determinant, a norm, an inner product."""
        typed = self.text[self.ahead.start:self.ahead.end]
        opening = self.accept(*CLOSING)
        if not opening:
            raise self.fail("an opening bracket")
        self.open.append(opening)
        value, other = self.sum(), None
        if opening == "⟨":
            if not self.accept(","):
                raise self.fail("the comma of ⟨A, B⟩")
            other = self.sum()
        at_bar = typed == r"\lvert" and self.text[self.ahead.start:self.ahead.end] == "|"
        if at_bar or not self.accept(CLOSING[opening]):
            closing = r"\rvert" if at_bar else CLOSING[opening]
            raise self.fail(f"an operator or the closing {closing}")
        self.open.pop()
        if opening == "⟨":
            self.accept("_F")
        if opening == "|":
            if value.is_Matrix and value.cols == 1 != value.rows:  # |a|
                return self.functions["norm"](value)
            scalar = not value.is_Matrix and "abs" in self.functions
            return self.functions["abs" if scalar else "det"](value)
        if opening == "‖":
            return self.norm(value)
        if opening in ("(", "[") and self.passed_below("+") and "relu" in self.functions:
            return self.functions["relu"](value)
        return value if other is None else forming.inner_product(value, other)

    def norm(self, inner: Expr) -> Expr:
        """Return ‖inner‖, with the F or 2 that may stand below it, before or behind its power."""
        if self.passed_below("1"):
            return self.sum_of_sizes(inner)
        named = self.accept("_F")
        if self.ahead[:2] == ("power", "2"):
            self.place += 1
            exponent: str | Expr = sp.Integer(2)
        else:
            exponent = self.exponent() if self.accept("^") else sp.S.One
        if not named:
            self.accept("_F")
        if exponent == 2:
            return forming.squared_norm(inner)
        return forming.power(self.functions["norm"](inner), exponent)

    def sum_of_sizes(self, inner: Expr) -> Expr:
        """Return ‖inner‖₁, the sum of the absolute values of a column or a row."""
        if not (inner.is_Matrix and 1 in inner.shape and "abs" in self.functions):
            raise Unreadable("A norm ‖A‖₁ is read only of a column; write sum(abs(A)) for the sum "
                             "of all absolute values.")
        return self.functions["sum"](self.functions["abs"](inner))

    def passed_below(self, sign: str) -> bool:
        """Return whether a sign stands below the last bracket, as in ‖x‖₁ and (1 − y)_+."""
        below = re.compile(rf"\s*(?:_\s*(?:{re.escape(sign)}|\{{\s*{re.escape(sign)}\s*\}})"
                           rf"|{_SMALL[sign]})").match(self.text, self.tokens[self.place - 1].end)
        while below and self.ahead.start < below.end() and self.ahead.kind != "end":
            self.place += 1
        return bool(below)

    def change_of(self, symbol: Expr) -> Expr | None:
        """Return the differential of a name, None if it has none."""
        if not isinstance(symbol, Symbol | MatrixSymbol) or symbol.name.startswith("∂"):
            return None
        return matching(f"d{symbol.name}", symbol)
