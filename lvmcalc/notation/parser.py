"""Ordinary notation, such as "-D α K⁻¹ X" or "W*x*e.T", read as a SymPy expression in the symbols
of a chain.

    sum      product ± product ± …
    product  factors side by side, or with * · × @ / ∘ between them, from left to right, all on one
    level:
             1/2 X is (1/2) X, and A ∘ B C is (A ∘ B) C; only 1/2b, which may be meant either way,
             is refused
    factor   an atom and what is behind it: ᵀ ' .T ^T ⁻¹ ^-1 **2 .I .inv(); it binds closer than a
    minus sign atom     a number, a name, (sum), |sum| for a determinant, ‖sum‖², function(sum), or
    `log b` without brackets

The text is never run as code. What is written is kept: words are not put in order, and shapes are
checked only where a number meets a matrix in a sum, a function or a quotient; `words.check_shapes`
judges the rest.
"""

import re
from collections.abc import Callable
from difflib import get_close_matches
from itertools import pairwise
from typing import NamedTuple
from unicodedata import normalize

import sympy as sp
from sympy import Determinant, Dummy, Expr, Identity, Inverse, Trace, Transpose
from sympy.matrices.expressions import HadamardProduct, MatAdd, MatMul, MatPow

from lvmcalc.calculus.operations import LARGEST_POWER
from lvmcalc.chain.structure import Chain
from lvmcalc.checks import CannotBeFormed
from lvmcalc.notation import printer as notation

LONGEST, MOST_TOKENS, DEEPEST, MOST_DIGITS = 2_000, 400, 20, 50
SIGNS = str.maketrans({**dict.fromkeys("−–—‐‑‒﹣－", "-"), **dict.fromkeys("·⋅∙•×", "*"),
                       **dict.fromkeys("′’‘´`", "'"),
                       **dict.fromkeys("[{", "("), **dict.fromkeys("]}", ")"), "⊤": "ᵀ", "†": "ᵀ",
                       "⊙": "∘",
                       "π": "pi", **{letter: word for word, letter in notation.GREEK.items()},
                       **{digit: str(n) for n, digit in enumerate("₀₁₂₃₄₅₆₇₈₉")}})
SUPERSCRIPTS = str.maketrans("⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ'", "-+0123456789TT", " ^*().")
LATEX = {r"\\[dt]frac": r"\\frac",
         r"\\frac\{\\partial\s*(\w+)\}\{\\partial\s*\\?(\w+)\}": r"∂\1/∂\2",
         r"L_\{?([12])\}?": r"L\1", r"_\{(\w)\}": r"_\1", r"\\bar\{\\?(\w+)\}": r"\1_bar",
         r"\\partial\s*": "∂",
         r"\\(?:operatorname|mathrm|mathbf|mathsf|boldsymbol|text)\s*\{([^{}]*)\}": r" \1 ",
         r"\\top": "T",
         r"\\\|": "‖", r"\\(?:left|right|[,;! ])": " ", r"\\(?:cdot|times)": "*",
         r"\\(?:odot|circ)": "∘",
         r"\\(?=[a-z])": ""}
CLOSING = {"(": ")", "|": "|", "‖": "‖"}


class Unreadable(ValueError):
    """The text is no formula that is understood."""


class Token(NamedTuple):
    """A piece of the text: a number, a name, a function, a power, an operator or the end."""

    kind: str
    text: str
    start: int


def parse(text: str, chain: Chain, shape: tuple[Expr, ...] = ()) -> Expr:
    """Return what a text in ordinary notation says, as a SymPy expression.

    Parameters
    ----------
    text : str
        A formula in leaves, nodes, abbreviations, sizes and adjoints (d_bar, ∂L/∂d, dL/dd) of the
        chain, numbers and I; "∂L/∂X = " in front of it is left out.
    chain : Chain
    shape : the shape that is expected, for an I whose size nothing in the text tells

    Raises
    ------
    Unreadable
        If the text is no formula; the sentence quotes the part in question.
    CannotBeFormed
        If a number stands where only a matrix can, or the other way round.
    """
    if len(text) > LONGEST:
        raise _too_long(text)
    if not text.strip():
        raise Unreadable("There is nothing to read: write a formula, such as 2 X.")
    text, names = _unified(text), _names(chain)
    expression = _with_sizes(_Reader(text, _tokens(text, names), names).whole(), shape)
    _refuse_giants(expression, text)
    if expression.has(sp.zoo, sp.nan, sp.I):
        raise Unreadable(f"`{_short(text)}` has no value, for it divides by 0 or takes the "
                         "logarithm of a number "
                         "that is not positive.")
    return expression


def _short(text: str, most: int = 40) -> str:
    shown = "".join(c if c.isprintable() else "�" for c in text[:most]).strip()
    return shown if len(text) <= most else shown[:most - 1] + "…"


def _too_long(text: str) -> Unreadable:
    return Unreadable(f"`{_short(text)}` is too long: at most {LONGEST:,} characters are read, and "
                      "at most "
                      f"{MOST_TOKENS} names, numbers and signs.")


def _unified(text: str) -> str:
    """Return the text with one spelling for each sign, and without an "answer =" in front of it."""
    text = re.sub("[\U0001d400-\U0001d7ff]", lambda letter: normalize("NFKC", letter[0]),
                  normalize("NFD", text))
    for pattern, replacement in LATEX.items():
        text = re.sub(pattern, replacement, text)
    text = re.sub(r"∂\s*(\w+)\s*/\s*∂\s*", r"∂\1/∂", re.sub(r"\s+", " ", text.translate(SIGNS)))
    return re.sub(r"^ ?[\w∂\u0304]+(?: ?/ ?[\w∂]+)? ?=(?!=)", "", text)


def _names(chain: Chain) -> dict[str, Expr]:
    """Return what each name stands for."""
    nodes = {node.name: node.symbol for node in chain}
    sizes = {size.name: size for node in chain for length in node.shape
             for size in length.free_symbols}
    short = {name: chain.symbols(name)[0] for name in chain.abbreviations}
    names = nodes | short | sizes | {"I": Identity(Dummy("?")), "pi": sp.pi}
    for name in (*nodes, *short):
        adjoint = chain.adjoint_symbol(chain.abbreviations.get(name, name))
        written = [f"{sign}{output}/{sign}{name}" for sign in "∂d"
                   for output in ("L", chain.output)]
        names |= dict.fromkeys([f"{name}_bar", f"{name}bar", f"{name}\u0304", *written], adjoint)
    for name, size in sizes.items():
        names |= dict.fromkeys([f"I_{name}", f"eye({name})", f"Identity({name})"], Identity(size))
    return names


def _tokens(text: str, names: dict[str, Expr]) -> list[Token]:
    def longest_first(words: object) -> str:
        return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))

    exponent = r"(?:[-+]? ?[0-9]+(?!\.?[0-9])|-? ?[Tᵀ])"
    pattern = re.compile(
        r"(?P<space> |(?:np|numpy)\.(?:linalg\.)?)|(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+|[½¼¾⅓⅔])"
        rf"|(?P<power>(?:\^|\*\*) ?(?:\( ?{exponent} ?\)|{exponent})|[⁻⁺]?[⁰¹²³⁴-⁹]+|⁻?ᵀ|'"
        r"|\.(?:transpose\( ?\)|inv(?:erse)?\( ?\)|[TI]))"
        rf"|(?!sqrt)(?:(?P<function>{longest_first(FUNCTIONS)})|(?P<name>{longest_first(names)}))"
        r"|(?P<operator>\|\||\.\*|[-+@/∘()|‖]|\*(?!\*))")
    tokens, place = [], 0
    while place < len(text):
        found = pattern.match(text, place)
        if not found:
            raise Unreadable(_unknown(text, place, names))
        if ten := re.match(r"([0-9.]+)[eE]([-+]?[0-9]+)", text[place:]):
            raise Unreadable(f"It is not clear whether `{_short(ten[0])}` is a power of ten or has "
                             "the name e in it: "
                             f"write {_short(ten[1])}*10^{_short(ten[2])}, or a * or a space "
                             "before the e.")
        # one ends here, as in |K||K|
        if found[0] == "||" and sum(token.text == "|" for token in tokens) % 2:
            tokens.append(Token("operator", "|", place))
            found = pattern.match(text, place := place + 1)
        tokens.append(Token(found.lastgroup,
                            {"@": "*", ".*": "∘", "||": "‖"}.get(found[0], found[0]), place))
        place = found.end()
    tokens = [token for token in tokens if token.kind != "space"]
    if len(tokens) > MOST_TOKENS:
        raise _too_long(text)
    return [*tokens, Token("end", "", len(text))]


def _unknown(text: str, place: int, names: dict[str, Expr]) -> str:
    """Return the sentence about the first part of a text that is no token."""
    if text[place] in "^*":
        return (f"`{_short(text[place:])}` cannot be read: an exponent is a whole number from "
                f"-{LARGEST_POWER} to "
                f"{LARGEST_POWER}, or T for a transpose.")
    if text[place] == "=":
        return "Only one = is read, behind what is asked for, as in ∂L/∂X = 2 X."
    start = place - len(re.search(r"\w*$",
                                  text[:place])[0]) if re.match(r"\w", text[place]) else place
    part = re.match(r"[\w∂]+(?:/∂\w+)?|\.\w+|.", text[start:], re.DOTALL)[0]
    same = [name for name in names if name.lower() == part.lower()]
    near = [f" (did you mean `{name}`?)" for name in same[:1]
            or get_close_matches(part, [*names, *FUNCTIONS], 1)]
    known = [name for name in names if re.fullmatch(rf"\w\d?|{'|'.join(notation.GREEK)}", name)]
    return (f"There is no `{_short(part)}` here{''.join(near)}; the names are "
            f"{', '.join(map(notation.plain, known))}, "
            f"with adjoints such as {known[0]}_bar or ∂L/∂{known[0]}.")


class _Reader:
    """Reads tokens from left to right, a method for each line of the grammar."""

    def __init__(self, text: str, tokens: list[Token], names: dict[str, Expr]):
        self.text, self.tokens, self.names = text, tokens, names
        self.place, self.open = 0, []

    @property
    def ahead(self) -> Token:
        return self.tokens[self.place]

    def accept(self, *texts: str) -> str:
        """Return the token ahead, and go on behind it, if it is one of these; else the empty
        text."""
        if self.ahead.kind != "operator" or self.ahead.text not in texts:
            return ""
        self.place += 1
        return self.tokens[self.place - 1].text

    def fail(self, expected: str) -> Unreadable:
        rest = self.text[self.ahead.start:].strip()
        where = f"At `{_short(rest)}`" if rest else f"Behind `{self.text.strip()[-20:]}`"
        return Unreadable(f"{where} {expected} was expected.")

    def unclear(self, what: str, clear: str) -> Unreadable:
        return Unreadable(f"It is not clear whether `{_short(self.text[self.ahead.start:])}` "
                          f"{what}: write {clear}.")

    def whole(self) -> Expr:
        expression = self.sum()
        if self.ahead.kind != "end":
            raise self.fail("an operator such as + or *, or the end,")
        return expression

    def sum(self) -> Expr:
        terms = [self.product()]
        while self.ahead.text in ("+", "-"):
            terms.append(self.product())  # which reads its sign
        return _sum(terms)

    def product(self) -> Expr:
        factors, operator = [self.signed()], ""
        while True:
            divided, operator = operator == "/", self.accept("*", "/", "∘")
            if operator:
                factor = self.signed()
                if operator == "∘":
                    factors = [_elementwise(_product(*factors), factor)]
                else:
                    factors.append(_reciprocal(factor) if operator == "/" else factor)
            elif self.at_factor():
                name, touching = self.names.get(self.ahead.text), self.text[
                    self.ahead.start - 1] != " "
                if divided and touching and name is not None and not name.is_Matrix:
                    raise self.unclear("belongs below the fraction line", "1/(2 b) or (1/2) b")
                factors.append(self.factor())
            else:
                return _product(*factors)

    def at_factor(self) -> bool:
        closes = self.open and self.ahead.text == CLOSING[self.open[-1]]
        return self.ahead.kind in ("name",
                                   "function") or (self.ahead.text in CLOSING and not closes)

    def signed(self) -> Expr:
        negative = False
        while sign := self.accept("+", "-"):
            negative ^= sign == "-"
        return _product(sp.S.NegativeOne, self.factor()) if negative else self.factor()

    def factor(self) -> Expr:
        value, raised = self.atom(), False
        while self.ahead.kind == "power":
            exponent = re.sub("inv(erse)?|I", "-1",
                              self.ahead.text.replace("transpose", "T")).translate(SUPERSCRIPTS)
            number = 0 if "T" in exponent else int(exponent)
            if abs(number) > LARGEST_POWER or (raised and number and self.ahead.text[0] in "^*"):
                raise self.fail(f"one exponent from -{LARGEST_POWER} to {LARGEST_POWER}")
            value, raised = _power(value, exponent), raised or bool(number)
            _refuse_giants(value, self.text)
            self.place += 1
        return value

    def atom(self) -> Expr:
        token = self.ahead
        if token.kind not in ("number", "name", "function") and token.text not in CLOSING:
            raise self.fail("a name, a number or an opening bracket")
        if len(self.open) > DEEPEST:
            raise self.fail(f"an end of the brackets, of which at most {DEEPEST} are read inside "
                            "each other,")
        if token.kind in ("function", "operator"):
            return self.applied(token.text) if token.kind == "function" else self.bracket()
        self.place += 1
        if token.kind == "number":
            return sp.Rational(normalize("NFKC", token.text).replace("⁄", "/"))
        return Identity(Dummy("?")) if token.text == "I" else self.names[token.text]

    def applied(self, function: str) -> Expr:
        """Return the value of a function, with or without brackets behind its name."""
        self.place += 1
        if self.ahead.text in CLOSING:
            value = self.bracket()
        else:
            self.open.append("(")
            value = self.factor()
            self.open.pop()
            if self.at_factor() or self.ahead.text in ("*", "/", "∘"):
                raise self.unclear(f"belongs to what {function} is taken of", f"{function}(…)")
        if function == "frac":
            return _product(value, _reciprocal(self.bracket()))
        return self.squared_norm(value) if function == "norm" else FUNCTIONS[function](value)

    def bracket(self) -> Expr:
        opening = self.accept(*CLOSING)
        if not opening:
            raise self.fail("an opening bracket")
        self.open.append(opening)
        value = self.sum()
        if not self.accept(CLOSING[opening]):
            raise self.fail(f"an operator or the closing {CLOSING[opening]}")
        self.open.pop()
        return value if opening == "(" else _determinant(
            value) if opening == "|" else self.squared_norm(value)

    def squared_norm(self, inner: Expr) -> Expr:
        if self.ahead.text.translate(SUPERSCRIPTS) != "2":
            raise self.fail("the square of the norm, ‖…‖²,")
        self.place += 1
        return Trace(_product(_transposed(inner), inner)) if inner.is_Matrix else inner**2


def _described(matrix: Expr) -> str:
    return f"{_short(notation.plain(matrix))} ({notation.shape(matrix).replace('_?', '?')})"


def _sum(terms: list[Expr]) -> Expr:
    matrices, numbers = [[t for t in terms if t.is_Matrix == kind] for kind in (True, False)]
    number = sp.Add(*numbers)
    if not matrices:
        return number
    if number != 0:
        size = -number if number.could_extract_minus_sign() else number
        hint = f": did you mean {notation.plain(_product(size, Identity(matrices[0].rows)))}?"
        raise CannotBeFormed(f"the sum of {_described(matrices[0])} and the number "
                             f"{_short(notation.plain(size))} "
                             "cannot be formed" + hint * (matrices[0].rows == matrices[0].cols))
    return MatAdd(*matrices) if len(matrices) > 1 else matrices[0]


def _product(*parts: Expr) -> Expr:
    factors = [factor for part in parts
               for factor in (part.args if isinstance(part, MatMul) else (part,))]
    scalar, matrices = sp.Mul(*(f for f in factors
                                if not f.is_Matrix)), [f for f in factors if f.is_Matrix]
    factors = matrices if scalar == 1 and matrices else [scalar, *matrices]
    return MatMul(*factors) if len(factors) > 1 else factors[0]


def _reciprocal(divisor: Expr) -> Expr:
    if divisor.is_Matrix:
        raise Unreadable(f"Nothing can be divided by the matrix {_described(divisor)}: write its "
                         "inverse on the side "
                         "where it belongs, such as K⁻¹ X or X K⁻¹.")
    return 1 / divisor


def _elementwise(left: Expr, right: Expr) -> Expr:
    if not (left.is_Matrix and right.is_Matrix):
        return _product(left, right)
    return HadamardProduct(*(left.args if isinstance(left, HadamardProduct) else (left,)), right)


def _power(base: Expr, exponent: str) -> Expr:
    if "T" in exponent:
        return _transposed(_inverse(base) if "-" in exponent else base)
    number = int(exponent)
    return _inverse(base) if number == -1 else MatPow(base,
                                                      number) if base.is_Matrix else base**number


def _transposed(base: Expr) -> Expr:
    return base.arg if isinstance(base, Transpose) else Transpose(base) if base.is_Matrix else base


def _inverse(base: Expr) -> Expr:
    if isinstance(base, Transpose):  # so that T and I in turn do not nest
        return _transposed(_inverse(base.arg))
    return base.arg if isinstance(base, Inverse) else Inverse(base) if base.is_Matrix else 1 / base


def _only(kind: str, taken: Callable[[Expr], Expr],
          of_matrix: bool = True) -> Callable[[Expr], Expr]:
    def function(inner: Expr) -> Expr:
        if inner.is_Matrix != of_matrix:
            what = f"number {_short(notation.plain(inner))}" if of_matrix else f"matrix {_described(inner)}"
            raise CannotBeFormed(f"the {kind} of the {what} cannot be formed: it is no "
                                 f"{'matrix' if of_matrix else 'number'}")
        return taken(inner)

    return function


_trace, _determinant = _only("trace", Trace), _only("determinant", Determinant)
_logarithm = _only("logarithm", sp.log, of_matrix=False)
FUNCTIONS = {**dict.fromkeys(["tr", "Tr", "trace", "Trace"], _trace),
             **dict.fromkeys(["log", "ln"], _logarithm),
             **dict.fromkeys(["det", "Determinant"], _determinant), "transpose": _transposed,
             "norm": None,
             "frac": None, **dict.fromkeys(["inv", "inverse", "Inverse"], _inverse)}


def _with_sizes(expression: Expr, shape: tuple[Expr, ...]) -> Expr:
    """Return the expression with the size of every I as its neighbours, or at last the expected
    shape, have it."""
    equal = []
    for part in sp.postorder_traversal(expression):
        if isinstance(part, MatMul):
            factors = [factor for factor in part.args if factor.is_Matrix]
            equal += [(left.cols, right.rows) for left, right in pairwise(factors)]
        elif isinstance(part, MatAdd | HadamardProduct):
            equal += [sizes for term in part.args
                      for sizes in zip(term.shape, part.shape, strict=True)]
    equal += zip(expression.shape, shape, strict=True) if expression.is_Matrix and shape else []
    found: dict[Expr, Expr] = {}

    def known(size: Expr) -> Expr:
        while size in found:
            size = found[size]
        return size

    for one, other in equal:
        one, other = known(one), known(other)
        if one != other and (isinstance(one, Dummy) or isinstance(other, Dummy)):
            found |= {one: other} if isinstance(one, Dummy) else {other: one}
    if any(isinstance(known(identity.rows), Dummy) for identity in expression.atoms(Identity)):
        raise Unreadable("The size of `I` cannot be told from what stands beside it: write I_N or "
                         "eye(N), with a size.")
    return expression.xreplace({size: known(size) for size in found})


def _refuse_giants(expression: Expr, text: str) -> None:
    """Refuse what grows under power upon power, before the next power is taken."""
    beyond = 10**MOST_DIGITS  # a decimal with so many digits has it as its denominator
    if any(abs(number.p) >= beyond or number.q > beyond
           for number in expression.atoms(sp.Rational)):
        raise Unreadable(f"`{_short(text)}` has a number of more than {MOST_DIGITS} digits, which "
                         "is not read.")
    if _degree(expression) > LARGEST_POWER:
        raise Unreadable(f"`{_short(text)}` has powers beyond {LARGEST_POWER}, which are not read.")


def _degree(expression: Expr) -> int:
    own = abs(expression.exp) if isinstance(expression, sp.Pow | MatPow) else 1
    return own * max(map(_degree, expression.args), default=1)
