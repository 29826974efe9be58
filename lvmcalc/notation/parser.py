"""Ordinary notation, such as "-D α K⁻¹ X" or "W*x*e.T", read as a SymPy expression.

    sum      product ± product ± …
    product  factors side by side, or with * · × @ / ∘ between them, from left to right, all on one
             level: 1/2 X is (1/2) X, and A ∘ B C is (A ∘ B) C; only 1/2b, which may be meant
             either way, is refused
    factor   an atom and what is behind it: ᵀ ' .T ^T ⁻¹ ^-1 **2 .I .inv(); it binds closer than a
             minus sign
    atom     a number, a name, (sum), |sum| for a determinant, ‖sum‖², function(sum), or `log b`
             without brackets

The text is never run as code. What is written is kept: factors are not put in order, and most
shapes are checked later, by the calculus.
"""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from unicodedata import normalize

import sympy as sp
from sympy import Dummy, Expr, Identity
from sympy.matrices.expressions import HadamardProduct, MatAdd, MatMul, MatPow

from lvmcalc.notation import forming
from lvmcalc.notation.tokens import LARGEST_POWER, Token, Unreadable, quoted, tokens, unified
from lvmcalc.notation.vocabulary import Vocabulary

DEEPEST, MOST_DIGITS = 20, 50
SUPERSCRIPTS = str.maketrans("⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ'", "-+0123456789TT", " ^*().")
CLOSING = {"(": ")", "|": "|", "‖": "‖"}
SPECIAL = ("frac", "norm")  # functions that need more than the argument behind them


def parse(text: str, vocabulary: Vocabulary, shape: tuple[Expr, ...] = ()) -> Expr:
    """Return what a text in ordinary notation says, as a SymPy expression.

    Parameters
    ----------
    text : str
        A formula in the names of the vocabulary, numbers and I; "∂L/∂X = " in front of it is left
        out.
    vocabulary : Vocabulary
    shape : the expected shape, which tells the size of an I where nothing in the text does

    Raises
    ------
    Unreadable
        If the text is no formula; the sentence quotes the part in question.
    CannotBeFormed
        If a number stands where only a matrix can, or the other way round.
    """
    text = unified(text)
    expression = _with_sizes(_Parser(text, vocabulary).whole(), shape)
    _refuse_giants(expression, text)
    if expression.has(sp.zoo, sp.nan, sp.I):
        raise Unreadable(f"`{quoted(text)}` has no value, for it divides by 0 or takes the "
                         "logarithm of a number that is not positive.")
    return expression


class _Parser:
    """A recursive descent: a method for each line of the grammar."""

    def __init__(self, text: str, vocabulary: Vocabulary):
        self.text, self.names = text, vocabulary.spellings
        self.functions: Mapping[str, Callable] = {**vocabulary.functions, **forming.FUNCTIONS}
        self.tokens = tokens(text, vocabulary, [*self.functions, *SPECIAL])
        self.place, self.open = 0, []

    @property
    def ahead(self) -> Token:
        return self.tokens[self.place]

    def accept(self, *texts: str) -> str:
        """Return the operator ahead and pass it, if it is one of these; else return ""."""
        if self.ahead.kind != "operator" or self.ahead.text not in texts:
            return ""
        self.place += 1
        return self.tokens[self.place - 1].text

    def fail(self, expected: str) -> Unreadable:
        rest = self.text[self.ahead.start:].strip()
        where = f"At `{quoted(rest)}`" if rest else f"Behind `{self.text.strip()[-20:]}`"
        return Unreadable(f"{where} {expected} was expected.")

    def unclear(self, what: str, clear: str) -> Unreadable:
        rest = quoted(self.text[self.ahead.start:])
        return Unreadable(f"It is not clear whether `{rest}` {what}: write {clear}.")

    def whole(self) -> Expr:
        expression = self.sum()
        if self.ahead.kind != "end":
            raise self.fail("an operator such as + or *, or the end,")
        return expression

    def sum(self) -> Expr:
        terms = [self.product()]
        while self.ahead.text in ("+", "-"):
            terms.append(self.product())  # which reads its sign
        return forming.total(terms)

    def product(self) -> Expr:
        factors, operator = [self.signed()], ""
        while True:
            divided, operator = operator == "/", self.accept("*", "/", "∘")
            if operator == "∘":
                factors = [forming.elementwise(forming.product(*factors), self.signed())]
            elif operator == "/":
                factors.append(forming.reciprocal(self.signed()))
            elif operator:
                factors.append(self.signed())
            elif self.at_factor():
                if divided and self.touches():
                    raise self.unclear("belongs below the fraction line", "1/(2 b) or (1/2) b")
                factors.append(self.factor())
            else:
                return forming.product(*factors)

    def touches(self) -> bool:
        """Return whether the name of a number is ahead with no space before it."""
        name = self.names.get(self.ahead.text)
        return name is not None and not name.is_Matrix and self.text[self.ahead.start - 1] != " "

    def at_factor(self) -> bool:
        closes = self.open and self.ahead.text == CLOSING[self.open[-1]]
        opens = self.ahead.text in CLOSING and not closes
        return opens or self.ahead.kind in ("name", "function")

    def signed(self) -> Expr:
        negative = False
        while sign := self.accept("+", "-"):
            negative ^= sign == "-"
        return forming.product(sp.S.NegativeOne, self.factor()) if negative else self.factor()

    def factor(self) -> Expr:
        value, raised = self.atom(), False
        while self.ahead.kind == "power":
            exponent = self.ahead.text.replace("transpose", "T")
            exponent = re.sub("inv(erse)?|I", "-1", exponent).translate(SUPERSCRIPTS)
            number = 0 if "T" in exponent else int(exponent)
            tower = raised and number and self.ahead.text[0] in "^*"
            if abs(number) > LARGEST_POWER or tower:
                raise self.fail(f"one exponent from -{LARGEST_POWER} to {LARGEST_POWER}")
            value, raised = forming.power(value, exponent), raised or bool(number)
            _refuse_giants(value, self.text)  # before the next power is taken
            self.place += 1
        return value

    def atom(self) -> Expr:
        token = self.ahead
        if token.kind not in ("number", "name", "function") and token.text not in CLOSING:
            raise self.fail("a name, a number or an opening bracket")
        if len(self.open) > DEEPEST:
            raise self.fail(f"an end of the brackets, of which at most {DEEPEST} are read inside "
                            "each other,")
        if token.kind == "operator":
            return self.bracket()
        self.place += 1
        if token.kind == "function":
            return self.applied(token.text)
        if token.kind == "number":
            return sp.Rational(normalize("NFKC", token.text).replace("⁄", "/"))
        return Identity(Dummy("?")) if token.text == "I" else self.names[token.text]

    def applied(self, function: str) -> Expr:
        """Return the value of a function, with or without brackets behind its name."""
        if self.ahead.text in CLOSING:
            value = self.bracket()
        else:
            self.open.append("(")
            value = self.factor()
            self.open.pop()
            if self.at_factor() or self.ahead.text in ("*", "/", "∘"):
                raise self.unclear(f"belongs to what {function} is taken of", f"{function}(…)")
        if function == "frac":
            return forming.product(value, forming.reciprocal(self.bracket()))
        return self.norm(value) if function == "norm" else self.functions[function](value)

    def bracket(self) -> Expr:
        opening = self.accept(*CLOSING)
        if not opening:
            raise self.fail("an opening bracket")
        self.open.append(opening)
        value = self.sum()
        if not self.accept(CLOSING[opening]):
            raise self.fail(f"an operator or the closing {CLOSING[opening]}")
        self.open.pop()
        if opening == "(":
            return value
        return self.functions["det"](value) if opening == "|" else self.norm(value)

    def norm(self, inner: Expr) -> Expr:
        if self.ahead.text.translate(SUPERSCRIPTS) != "2":
            raise self.fail("the square of the norm, ‖…‖²,")
        self.place += 1
        return forming.squared_norm(inner)


def _with_sizes(expression: Expr, shape: tuple[Expr, ...]) -> Expr:
    """Return the expression with a size for every I, from its neighbours or as expected."""
    equal = []
    for part in sp.postorder_traversal(expression):
        if isinstance(part, MatMul):
            factors = [factor for factor in part.args if factor.is_Matrix]
            equal += [(left.cols, right.rows) for left, right in pairwise(factors)]
        elif isinstance(part, MatAdd | HadamardProduct):
            equal += [sizes for term in part.args
                      for sizes in zip(term.shape, part.shape, strict=True)]
    if expression.is_Matrix and shape:
        equal += zip(expression.shape, shape, strict=True)
    found: dict[Expr, Expr] = {}
    for pair in equal:
        one, other = sorted((size.xreplace(found) for size in pair), key=_is_known)
        if one != other and not _is_known(one):
            found = {size: value.xreplace({one: other}) for size, value in found.items()}
            found[one] = other
    expression = expression.xreplace(found)
    if not all(_is_known(identity.rows) for identity in expression.atoms(Identity)):
        raise Unreadable("The size of `I` cannot be told from what stands beside it: write I_N or "
                         "eye(N), with a size.")
    return expression


def _is_known(size: Expr) -> bool:
    return not isinstance(size, Dummy)


def _refuse_giants(expression: Expr, text: str) -> None:
    beyond = 10**MOST_DIGITS  # a decimal with so many digits has it as its denominator
    if any(abs(number.p) >= beyond or number.q > beyond
           for number in expression.atoms(sp.Rational)):
        raise Unreadable(f"`{quoted(text)}` has a number of more than {MOST_DIGITS} digits, which "
                         "is not read.")
    if _degree(expression) > LARGEST_POWER:
        raise Unreadable(f"`{quoted(text)}` has powers beyond {LARGEST_POWER}, which are not read.")


def _degree(expression: Expr) -> int:
    own = abs(expression.exp) if isinstance(expression, sp.Pow | MatPow) else 1
    return own * max(map(_degree, expression.args), default=1)
