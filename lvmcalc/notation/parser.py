"""Parse a formula as people write it, "-D α K⁻¹ X" or "W*x*e.T", into a SymPy expression.

    formula  sum
    sum      product ± product ± …
    product  run : run : …, the inner product, which binds less than what stands beside it
    run      factors side by side, or with · * @ / \\ ∘ between them, from left to right, all on one
             level: 1/2 X is (1/2) X, and A \\ B is A⁻¹ B; 1/2b, which may be meant either way, is
             refused
    factor   an atom and what is behind it: ᵀ ' .T ⁻¹ .inv() ^exponent .dot(…); it binds closer
             than a minus sign, and than the d of a differential: dK⁻¹ is d(K⁻¹)
    exponent a number, a name, T, -T, or one of them or a sum in brackets
    atom     a number, a name, an adjoint (∂L/∂X, ∇_X L, \\frac{dL}{dX}), (sum), {sum}, [sum],
             |sum|, ‖sum‖, ⟨sum, sum⟩, \\frac{sum}{sum}, function(sum, …), or `log b` without
             brackets

There is one grammar for paper, LaTeX and code. What depends on the dialect is the star: between two
matrices it multiplies entry by entry in code for arrays. The text is never run as code. What is
written is kept: factors are not put in order, and most shapes are checked later, by the calculus.
"""

import re
from contextlib import suppress

import sympy as sp
from sympy import Expr

from lvmcalc.checks import CannotBeFormed
from lvmcalc.notation import forming, named_functions
from lvmcalc.notation.atoms import CLOSING, NO_AXIS
from lvmcalc.notation.calls import CALLS, OTHER_NAMES
from lvmcalc.notation.cholesky_factors import refuse_factors
from lvmcalc.notation.indices import columns_meant, indexed
from lvmcalc.notation.lexicon import ARRAYS, BOLD, END, ENTRY, MATLAB
from lvmcalc.notation.name_resolution import quoting
from lvmcalc.notation.ones import DOUBLE
from lvmcalc.notation.products import Products
from lvmcalc.notation.shape_inference import Reading, either_one, finished, refuse_giants
from lvmcalc.notation.summation import SUM_LETTER as SUM_SIGN
from lvmcalc.notation.summation import SumWriter
from lvmcalc.notation.text_cleanup import unified
from lvmcalc.notation.tokens import Token, Unreadable, quoted, tokens
from lvmcalc.notation.vocabulary import Vocabulary, lettered

_REPEATED = "An index that stands twice in a term is summed over."
_ALONG_ROWS = "The softmax is read along the rows."


def parse(text: str, vocabulary: Vocabulary, shape: tuple[Expr, ...] = (),
          entries: str = "") -> Expr:
    """Return what a text in ordinary notation says, as a SymPy expression.

    Parameters
    ----------
    text : a formula in the names of the vocabulary, numbers and I, also behind "∂L/∂X = "
    vocabulary : Vocabulary
    shape : the expected shape, which tells the size of an I where nothing in the text does
    entries : the indices of the entry that the text is, such as ij for K_ij; "" if it is a whole

    Raises
    ------
    Unreadable
        If the text is no formula; the sentence quotes the part in question, and `place` is where.
    CannotBeFormed
        If a number stands where only a matrix can, or the other way round.
    """
    reading = readings(text, vocabulary, shape, entries=entries)[0]
    if reading.note == _ALONG_ROWS:  # a note that nobody would hear
        raise Unreadable(f"`{quoted(text)}` cannot be read: {NO_AXIS}.", 0)
    return refuse_factors(reading.formula)


def readings(text: str, vocabulary: Vocabulary, shape: tuple[Expr, ...] = (),
             differentials: bool = False, entries: str = "", arrays: bool = False,
             repeated: bool = False) -> list[Reading]:
    """Return all that a text can mean: one formula, or more where a star, t(…) or x_i is unsure.

    With `differentials`, a d in front of a bracket or a function is a differential even where a
    node is called d; with `arrays`, the text stands in code for arrays; with `repeated`, an index
    that stands twice in a term is summed over; the rest is as in `parse`.
    """
    given = text, vocabulary, shape, differentials, entries, arrays, repeated
    return [*vocabulary.read.get((text, *given[2:]), lambda: _in_every_way(*given))]


def _in_every_way(typed: str, vocabulary: Vocabulary, shape: tuple[Expr, ...],
                  differentials: bool, entries: str, arrays: bool, repeated: bool
                  ) -> list[Reading]:
    found, errors, text = [], [], unified(typed)
    with quoting(text, typed):
        if DOUBLE in text:
            return either_one(text, shape, lambda one: readings(
                one, vocabulary, shape, differentials, entries, arrays, repeated))
        for columns in columns_meant(text, vocabulary, entries):
            try:
                found += _readings(text, vocabulary, shape, differentials, entries, arrays,
                                   columns, repeated)
            except (CannotBeFormed, Unreadable) as error:
                errors.append(error)
        if found:
            return found
        raise min(errors, key=lambda error: isinstance(error, CannotBeFormed))  # all ways fail


def _column_note(names: tuple[str, ...]) -> str:
    """Return the sentence that some names such as x_i are columns of their matrix."""
    if len(names) < 2:
        return "".join(f"{name} is read as a column." for name in names)
    return f"{' and '.join(names)} are read as columns."


def _readings(text: str, vocabulary: Vocabulary, shape: tuple[Expr, ...], differentials: bool,
              entries: str, arrays: bool, columns: tuple[str, ...], repeated: bool
              ) -> list[Reading]:
    """Return all that a text can mean in which the names in `columns` are columns of a matrix."""
    spread, words, sums = indexed(text, vocabulary, entries, columns, repeated)
    with quoting(spread, text):
        first = _Parser(spread, words, differentials, sums=sums, arrays=arrays)
        others = [({"transposes": True}, "t(…) is read as the transpose.")] * bool(
            "t" in words.spellings and "%*%" not in text and re.search(r"(?<!\w)t\(", text))
        note, found = _column_note(columns), []
        try:
            whole = first.whole()
            kept = whole.is_Matrix and first.is_kept(whole)
            found.append(Reading(finished(whole, shape, spread),
                                 _ALONG_ROWS * first.rowwise or first.note or note, kept))
        except CannotBeFormed as error:
            wrong = error
        except sp.ShapeError:  # SymPy refuses numbers that do not fit, but not letters
            return [Reading(lettered(it.formula), it.note) for it in _readings(
                text, vocabulary.lettered(), shape, differentials, entries, arrays, columns,
                repeated)]
        if first.unsure:
            others.append(({"stars": True}, "The * between two matrices is read entry by entry."))
        if first.unsure_circle:
            others.append(({"circles_first": True}, ""))
        for way, note in others:
            with suppress(CannotBeFormed, Unreadable, sp.ShapeError):
                other = _Parser(spread, words, differentials, sums=sums, arrays=arrays, **way)
                whole = finished(other.whole(), shape, spread)
                found.append(Reading(whole, note or other.note))
    if found:
        return found
    raise wrong


class _Parser(Products):
    """A recursive descent: a method for each line of the grammar."""

    def __init__(self, text: str, vocabulary: Vocabulary, differentials: bool = False, *,
                 sums: SumWriter | None = None, arrays: bool = False, stars: bool = False,
                 transposes: bool = False, circles_first: bool = False):
        self.circles_first = circles_first
        self.vocabulary, self.sums = vocabulary, sums or SumWriter({}, {}, {})
        self.functions = {**vocabulary.functions, **named_functions.FUNCTIONS}
        self.functions |= {name: self.functions[other] for name, other in OTHER_NAMES.items()
                           if other in self.functions}
        self.kept, self.differentials = set(), differentials
        self.matlab, self.arrays = bool(MATLAB.search(text)), bool(
            arrays or ARRAYS.search(text))
        self.stars = stars or self.arrays  # whether a star multiplies entry by entry
        self.text = self.named(text[:END.search(text).start()])
        words = [*self.functions, *CALLS, *named_functions.COMPOSED, SUM_SIGN]
        self.tokens = tokens(self.text, vocabulary, words, transposes)
        self.solves = any(token[:2] == ("sign", "\\") for token in self.tokens)
        self.place, self.open = 0, []
        self.circles: set[Token] = set()

    def named(self, text: str) -> str:
        """Return the text without the "∂L/∂X =" in front of it."""
        front, equals, behind = text.partition("=")
        if not equals or behind.startswith("="):
            return text
        known = re.fullmatch(r"\s*[\w∂\u0304]+(?:\s*/\s*[\w∂\u0304]+)?\s*", front)
        if not known:
            with suppress(Unreadable, CannotBeFormed):
                known = str(_Parser(front, self.vocabulary).whole()).startswith("∂")
        return " " * len(front + equals) + behind if known else text

    # Sums and products
    def whole(self) -> Expr:
        self.refuse_open_brackets()
        expression = self.sum()
        if self.ahead.kind != "end":
            raise self.fail("an operator such as + or *, or the end,")
        summed = self.sums.implied(expression)
        self.note = _REPEATED if summed != expression else self.note
        self.sums.refuse_outside(summed)
        return self.sums.defined(summed)

    def refuse_open_brackets(self) -> None:
        """Refuse brackets that do not match, before shapes are looked at."""
        opened: list[str] = []
        for place, token in enumerate(self.tokens):
            if token.kind != "sign" or token.text in ("|", "‖"):
                continue
            if token.text in CLOSING:
                opened.append(CLOSING[token.text])
            elif token.text in CLOSING.values() and (not opened or opened.pop() != token.text):
                self.place = place
                raise self.fail("an operator, or the bracket that was opened last,")
        if opened:
            self.place = len(self.tokens) - 1
            raise self.fail(f"the closing {opened[-1]}")

    def sum(self) -> Expr:
        terms = [self.product()]
        while self.ahead.text in ("+", "-"):
            terms.append(self.product())  # it reads its own sign
        code = self.arrays or self.matlab or self.solves
        whole = [term for term in terms if code and term.is_Matrix and 1 not in term.shape]
        return forming.total([self.along_rows(term, whole[0]) for term in terms]
                             if whole else terms)

    def product(self) -> Expr:
        value = self.run()
        while sign := self.accept(":", "⊗"):
            right = self.run()
            value = (forming.inner_product(value, right) if sign == ":"
                     else self.kronecker(value, right))
        return value

    def run(self) -> Expr:
        bare = bool(re.match(r"[-+−]?\s*1\s*(?=[^\W\d]|[\\(])", self.text[self.ahead.start:]))
        factors, operator = [self.signed()], ""
        while True:
            divided, operator = operator == "/", self.accept("*", "·", "@", "/", "\\", "∘", "∕")
            at = self.ahead
            if operator == "∘":
                factors = self.entries(factors, self.signed())
            elif operator == "∕":
                factors = [self.quotient(factors, self.signed())]
            elif operator == "/":
                factors = self.divided(factors, self.signed(), at)
            elif operator == "\\":
                left = forming.product(*factors)
                factors = [forming.product(forming.inverse(left), self.signed())]
            elif operator == "*":
                factors = self.starred(factors, self.signed())
            elif operator == "@" and self.arrays:
                pair = self.without_slip(forming.product(*factors), self.signed(), at)
                columns = pair[0].is_Matrix and pair[0].cols == 1
                factors = [named_functions.dot(*pair) if columns else forming.product(*pair)]
            elif operator:
                right, last = self.signed(), factors[-1]
                both = operator == "·" and all(it.is_Matrix and it.cols == 1 != it.rows
                                               for it in (last, right))
                row = operator == "·" and forming.needs_transpose(last, right)  # x · A x is xᵀA x
                last = forming.transposed(last) if row else last
                factors = [*factors[:-1], *([forming.inner_product(last, right)] if both else
                                            [last, right])]
            elif self.at_factor():
                factor = self.factor()
                glued = self.text[at.start - 1] not in " \t\n~}"
                if divided and glued and not factor.is_Matrix and (
                        at.kind == "name" or at.text in ("|", "(")):
                    raise self.unclear("belongs below the fraction line", "1/(2 b) or (1/2) b", at)
                factors.append(factor)
            else:
                return self.with_ones_in_front(factors, bare)

    def at_factor(self) -> bool:
        if self.ahead.kind == "number":  # as in (A + B) 2α X
            before, then = self.tokens[self.place - 1], self.tokens[self.place + 1]
            scalar = then.kind == "name" and not getattr(
                self.vocabulary.spellings.get(then.text), "is_Matrix", True)
            return scalar and before.text in (")", "]") and (
                before.end < self.ahead.start and self.ahead.end == then.start)
        if self.ahead.kind != "sign":
            return self.ahead.kind in ("name", "function", "differential")
        closes = self.open and self.ahead.text == CLOSING[self.open[-1]]
        return not closes and self.ahead.text in (*CLOSING, "∂", "∇", "frac", "bar", "d")

    def signed(self) -> Expr:
        negative = False
        while sign := self.accept("+", "-"):
            negative ^= sign == "-"
        return forming.product(sp.S.NegativeOne, self.factor()) if negative else self.factor()

    # Factors
    def factor(self) -> Expr:
        if self.at_differential():
            return forming.differential_read(self.factor(), self.change_of)
        token = self.ahead
        value, raised, last = self.atom(), False, ""
        while True:
            begun, inner = self.ahead.start, value
            if self.ahead.kind == "power":
                exponent = self.ahead.text
                self.refuse_tower(exponent, False)
                alone = exponent.isdigit() and self.only_by_entries(value)
                value = forming.power_of_entries(value, sp.Integer(exponent)) if alone else (
                    forming.power(value, exponent))
                raised = raised or "T" not in exponent
                self.place += 1
            elif self.ahead.kind == "method":
                value = self.method(value)
            elif self.ahead[:2] == ("sign", ENTRY):
                value = self.sums.entry(value, self.ahead.start)
                self.place += 1
            elif self.ahead[:2] == ("sign", "^"):
                at = self.ahead
                self.place += 1
                entries = self.circled(at) or self.only_by_entries(value)
                exponent = self.exponent()
                entries = entries or self.dotted(at, value, exponent)
                if isinstance(exponent, Expr) or "T" not in exponent:
                    self.refuse_tower(exponent, raised, at)
                    raised = True
                if token.kind == "function" and self.text[token.end:].lstrip().startswith("|"):
                    raise self.unclear("belongs to what the function is taken of", "brackets", at)
                value = self.exponential(token, value, exponent) or (
                    forming.power_of_entries if entries else forming.power)(value, exponent)
            else:
                return value
            refuse_giants(value, self.text)  # here, before the next power is taken
            here = self.text[begun:self.ahead.start]
            self.refuse_primes(last, here, inner)
            last = here

    def at_differential(self) -> bool:
        """Return whether a d is ahead, and pass it; the name behind dX stays."""
        token, behind, below = self.three()
        if token.kind == "differential":
            changes = behind.text != "/" or below.kind != "differential"
            if changes:
                self.tokens[self.place] = token._replace(kind="changed")
            return changes
        node = token[:2] == ("name", "d") and self.differentials
        bold = re.compile(rf"{BOLD}|\{{\\bf").match(self.text, token.end)
        if node and behind.kind == "name" and bold:
            self.place += 1
            return True
        if node and behind.kind == "name":
            raise self.unclear("is the differential or the product with d", "dX or d*X")
        if token[:2] == ("sign", "d") or (node and (
                behind.kind == "function" or behind.text in ("(", "[", "|", "‖"))):
            self.place += 1
            return True
        return False
