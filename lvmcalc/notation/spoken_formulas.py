"""Formulas wholly in words: "minus K inverse times Y" is written (-1*(K)^-1) (Y).

    sum       term plus term minus term …
    term      factor times factor …, also side by side, with elementwise times or over between them
    factor    an atom and what is behind it: transpose, inverse, squared; half or twice in front
    atom      a name, a number, (sum), f(sum), the trace of sum, the sum of sum and sum

What "of" takes is a factor, a product or all that follows, up to a comma: all ways to understand a
text are returned. A word that is not in the tables makes the text unreadable.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from lvmcalc.notation.letters import ASCII
from lvmcalc.notation.lexicon import spells_a_word
from lvmcalc.notation.named_functions import FUNCTIONS
from lvmcalc.notation.text_cleanup import closing
from lvmcalc.notation.vocabulary import Vocabulary

MOST_WAYS, _MOST_PARTS, _MOST_STEPS = 24, 60, 4_000
_SUMS = {"plus": "+", "+": "+", "minus": "-", "-": "-", "−": "-"}
_OPERATORS = {"times": " ", "multiplied by": " ", "over": "/", "divided by": "/",
              "elementwise times": "∘", "times elementwise": "∘",
              "*": " ", "·": " ", "/": "/", "∘": "∘", "⊙": "∘"}
_BEHIND = {"transpose": "{}^T", "transposed": "{}^T", "inverse": "{}^-1", "squared": "{}^2",
           "itself": "{}", "to the minus one": "{}^-1", "to the power minus one": "{}^-1",
           "to the power of minus one": "{}^-1"}
_IN_FRONT = {"twice": "2", "negative": "-1", "minus": "-1", "-": "-1", "−": "-1"}
_NUMBERS = {"zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "half": "1/2",
            "one half": "1/2", "a half": "1/2", "one third": "1/3", "one quarter": "1/4",
            "a quarter": "1/4", "identity": "I", "identity matrix": "I"}
_COUNTS = {*_NUMBERS, *"123456789"}
# What stands in front of "of", and what it makes of the formula behind
_OF = {"transpose": "({})^T", "inverse": "({})^-1", "square": "({})^2",
       "negative": "-({})", "opposite": "-({})", "trace": "tr({})", "determinant": "det({})",
       "log determinant": "logdet({})", "exponential": "exp({})", "square root": "sqrt({})",
       "hyperbolic tangent": "tanh({})", "half": "1/2*({})", "one half": "1/2*({})",
       **dict.fromkeys(("logarithm", "natural logarithm", "log"), "log({})"),
       **dict.fromkeys(("logistic function", "logistic sigmoid"), "sigmoid({})"),
       **{f"sum of {which} entries": "sum({})" for which in ("all", "the", "all the")},
       "sum of squares": "‖{}‖^2", "sum of the squared entries": "‖{}‖^2"}
_OF |= dict.fromkeys(["softmax", "row-wise softmax", "softmax of each row",
                      "softmax of every row", "softmax of the rows"], "softmax({})")
_OF |= {f"{front}{kind}norm": f"‖{{}}‖{power}" for kind in ("", "Frobenius ", "Euclidean ", "L2 ")
        for front, power in (("squared ", "^2"), ("", ""))} | {"squared length": "‖{}‖^2"}
_OF_NUMBERS = ("({})^-1", "({})^2", "-({})", "log({})", "exp({})", "sqrt({})", "1/2*({})")
# What stands in front of "of" two formulas with "and" between them
_OF_TWO = {"sum": "({})+({})", "difference": "({})-({})",
           **dict.fromkeys(("product", "matrix product"), "({}) ({})"),
           **dict.fromkeys(("inner product", "dot product", "scalar product"), "⟨{},{}⟩"),
           "outer product": "({}) ({})^T",
           **{f"{wise} product": "({})∘({})" for wise in ("elementwise", "entrywise", "Hadamard")}}
_OF_TWO |= {f"sum of the {head}s": f"{form}+{form}" for head, form in _OF.items()
            if head.endswith(("norm", "trace", "transpose", "inverse", "square"))}
# What may be said behind these functions, between commas or not
_ROWS = r"row by row|row-?wise|along the rows|(?:taken )?(?:along|over|for) each row"
_ENTRIES = r"(?:applied )?(?:element-?wise|entry-?wise)|entry by entry|element by element"
# What a formula may be called in front of it: "the residual R − UVᵀ" is one bracket
_HIDDEN = "hidden activations"
_RESIDUALS = {kind + noun for noun in ("residual", "residuals", "error", "difference", "misfit")
              for kind in ("", "prediction ", "reconstruction ")}
FORMULA_NOUNS = _RESIDUALS | {
    "predictions", "prediction", "reconstruction", "probabilities", "predicted probabilities",
    "kernel", "covariance", *(f"{of} matrix" for of in ("kernel", "covariance", "data", "weight")),
    *(f"transposed {noun}" for noun in ("residual", "error", _HIDDEN)), _HIDDEN}
_PHRASES = {*_BEHIND, *FORMULA_NOUNS, *_NUMBERS, "the", "and", "quantity",
            *(word for word in (*_SUMS, *_OPERATORS, *_IN_FRONT) if word[0].isalpha())}


def _spaced(words: str) -> str:
    return re.escape(words).replace(r"\ ", r"\s+").replace("elementwise", "element-?wise").replace(
        "entrywise", "entry-?wise").replace(r"log\s+det", r"log[\s-]*det")


@lru_cache
def _phrases(functions: frozenset[str]) -> tuple[list[str], re.Pattern]:
    """Return what may be said with these functions of numbers, and a pattern with a group each."""
    of = {f"{head} of" for head in (*functions, *_OF, *_OF_TWO)}
    found = sorted(_PHRASES | of, key=lambda it: (-len(it), it))
    return found, re.compile("|".join(rf"({_spaced(it)})(?![\w'’^-])" for it in found),
                             re.IGNORECASE)


_REMARK = re.compile(rf",?\s*\(?({_ROWS}|{_ENTRIES})(?![\w-])(?!\s+times\b)\)?,?", re.IGNORECASE)
_RAW = re.compile(r"(?:[^\s()\[\],;:=+\-−*·/∘⊙^]|\^\{[^{}]*\}|\^-?(?:\\?\w+))+")
_SIGN = re.compile(r"[-+−*·/∘⊙(),]")
_Heard = tuple[str, int]  # a formula, and the number of the part behind it


def heard_formulas(text: str, vocabulary: Vocabulary) -> list[str]:
    """Return the formulas that a spoken one can mean, [] if it is none, or has other words in it.

    Parameters
    ----------
    text : the formula, without words that only introduce it
    vocabulary : the names that may be in it
    """
    text = re.sub(r"\bdifference\s+between\b", "difference of", text, flags=re.IGNORECASE)
    parts = _parts(re.sub(r"\$([^$]+)\$", r"(\1)", text), vocabulary)
    if not parts or _is_unclear(parts) or not any(kind == "word" for kind, _ in parts):
        return []
    spoken = _Spoken(parts, vocabulary)
    ways = dict.fromkeys(formula for formula, end in spoken.sum(0, True) if end == len(parts))
    return [*ways] if len(ways) <= MOST_WAYS and spoken.steps <= _MOST_STEPS else []


def _parts(text: str, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Return the words, signs and other pieces of a text, [] if one of them is not known."""
    phrases, known = _phrases(vocabulary.of_numbers)
    found, place = list[tuple[str, str]](), 0
    while place < len(text) and len(found) <= _MOST_PARTS:
        remark, phrase, sign, raw = (p.match(text, place) for p in (_REMARK, known, _SIGN, _RAW))
        if space := re.compile(r"\s+").match(text, place):
            place = space.end()
        elif remark and (not phrase or len(phrase[0]) <= len(remark[0])):
            found.append(("remark", remark[1].lower()))
            place = remark.end()
        elif phrase and phrase[0] not in vocabulary.spellings:
            found.append(("word", phrases[phrase.lastindex - 1]))
            place = phrase.end()
        elif sign:
            found.append(("sign", sign[0]))
            place = sign.end()
        elif raw and (end := _call(text, raw, vocabulary, known) or (
                raw.end() * _is_known(raw[0], text[raw.end():], vocabulary))):
            found.append(("name", text[place:end]))
            place = end
        else:
            return []
    return found if len(found) <= _MOST_PARTS else []


def _call(text: str, raw: re.Match, vocabulary: Vocabulary, known: re.Pattern) -> int:
    """Return where a call such as tanh(AX) ends in which nothing is spoken, else 0."""
    functions = {*FUNCTIONS, *vocabulary.of_numbers, "softmax", "σ"}
    opens = raw[0].rpartition(".")[2] in functions and text[raw.end():].startswith("(")
    end = closing(text, raw.end()) if opens else 0
    phrases = re.finditer(rf"(?<!\w)(?:{known.pattern})", text[raw.end():end], re.IGNORECASE)
    return 0 if any(len(phrase[0]) > 1 for phrase in phrases) else end


def _is_known(raw: str, behind: str, vocabulary: Vocabulary) -> bool:
    """Return whether a piece is no word: a name, letters side by side, a number, or signs."""
    if re.search(r"['’][A-Za-z]|\.(?!T$|\d)", raw):  # K's, e.g.
        return False
    if not re.fullmatch("[A-Za-z]{2,}", raw):
        return not re.search("[A-Za-z]{4,}", re.sub(r"\\[A-Za-z]+", "", raw)) or bool(
            vocabulary.pattern.match(raw))
    if vocabulary.pattern.fullmatch(raw) or (raw in {*FUNCTIONS, *vocabulary.functions}
                                             and behind.startswith("(")):
        return True
    return {*raw} <= {*vocabulary.spellings} and len(raw) < 4 and not spells_a_word(raw)


class _Spoken:
    """Yield each way to read the parts that begin at a place, the likelier first."""

    def __init__(self, parts: list[tuple[str, str]], vocabulary: Vocabulary):
        self.parts = [*parts, ("end", ""), ("end", "")]
        self.functions = {f"{name}({{}})" for name in vocabulary.of_numbers}
        self.scalars = {name for name, letter in vocabulary.spellings.items()
                        if not letter.is_Matrix}
        self.steps = 0

    def at(self, place: int, *texts: str) -> bool:
        kind, text = self.parts[place]
        return kind in ("word", "sign") and text in texts

    def sum(self, place: int, whole: bool) -> Iterator[_Heard]:
        """Yield sums; `whole` if a comma may stand within them, and behind the first product."""
        yield from self.more(self.term(place, whole), whole)

    def more(self, ways: Iterator[_Heard], whole: bool) -> Iterator[_Heard]:
        for formula, place in ways:
            yield formula, place
            then = place + (whole and self.at(place, ","))
            if self.at(then, *_SUMS) and not self.at(then + 1, *_SUMS):
                sign = _SUMS[self.parts[then][1]]
                yield from self.more(((f"{formula} {sign} {term}", end) for term, end in
                                      self.term(then + 1, False)), whole)

    def term(self, place: int, whole: bool, signs: bool = True) -> Iterator[_Heard]:
        """Yield products, the longest first; without `signs`, of what stands side by side."""
        for formula, end in self.factor(place):
            yield from self.longer(formula, end, whole, signs)

    def longer(self, formula: str, place: int, whole: bool, signs: bool) -> Iterator[_Heard]:
        then = place + (whole and self.at(place, ","))
        text = self.parts[then][1]
        if signs and self.at(then, *_OPERATORS):
            behind = self.run if _OPERATORS[text] == "/" else self.factor
            for factor, end in behind(then + 1):
                product = f"(({formula}){_OPERATORS[text]}({factor}))"
                yield from self.longer(product, end, whole, signs)
        else:
            for factor, end in self.beside(then) if then == place else ():
                yield from self.longer(f"(({formula}) ({factor}))", end, whole, signs)
        yield formula, place

    def run(self, place: int) -> Iterator[_Heard]:
        """Yield what stands side by side, as "over" may divide by it: one over two beta."""
        return self.term(place, False, signs=False)

    def beside(self, place: int) -> Iterator[_Heard]:
        """Yield the factors that may stand behind another one without a sign."""
        kind, text = self.parts[place]
        if not self.at_power(place) and (
                kind == "name" or self.at(place, "(", "the") or text.endswith(" of")):
            yield from self.factor(place)

    def factor(self, place: int) -> Iterator[_Heard]:
        if self.at(place, *_IN_FRONT):
            for factor, end in self.factor(place + 1):
                yield f"({_IN_FRONT[self.parts[place][1]]}*({factor}))", end
        for atom, end in self.atom(place):
            yield from self.with_what_follows(atom, end)

    def with_what_follows(self, formula: str, place: int) -> Iterator[_Heard]:
        """Yield a formula with "transpose" or "squared" behind it, which may be said of more."""
        if self.at(place, *_BEHIND):
            form = _BEHIND[self.parts[place][1]]
            if re.fullmatch("[A-Za-z]{2,3}", formula):  # XW transpose
                yield from self.with_what_follows(form.format(formula), place + 1)
            yield from self.with_what_follows(form.format(f"({formula})"), place + 1)
        if self.at_power(place):
            yield from self.with_what_follows(f"({formula}){self.parts[place][1]}", place + 1)
        else:
            yield formula, place

    def at_power(self, place: int) -> bool:
        """Return whether signs such as ᵀ and ^-1 stand behind a bracket."""
        return self.parts[place][0] == "name" and self.parts[place][1][0] in "^'ᵀ⁻²"

    def atom(self, place: int) -> Iterator[_Heard]:
        kind, text = self.parts[place]
        self.steps += 1
        if self.steps > _MOST_STEPS:
            return
        if kind == "name" and not self.at_power(place):
            if self.at(place + 1, "(") and re.fullmatch(r"[a-z]{3,}", text):  # tanh(A times X)
                yield from ((f"{text}{inner}", end) for inner, end in self.atom(place + 1))
            else:
                yield text, place + 1
        elif self.at(place, "("):
            yield from ((f"({inner})", end + 1) for inner, end in self.sum(place + 1, True)
                        if self.at(end, ")"))
        elif self.at(place, "the"):
            if self.parts[place + 1][0] == "word" and self.parts[place + 1][1] != "the":
                yield from self.atom(place + 1)
        elif self.at(place, "quantity"):  # it ends at a comma
            yield from ((f"({inner})", end) for inner, end in self.sum(place + 1, False)
                        if self.parts[end][1] in ("", ",", ")"))
        elif kind == "word" and text in FORMULA_NOUNS:
            yield from self.called(text, place + 1)
        elif kind == "word" and text in _NUMBERS:
            yield _NUMBERS[text], place + 1
        elif kind == "word" and text.endswith(" of"):
            yield from self.of(text.removesuffix(" of"), place + 1)

    def called(self, noun: str, place: int) -> Iterator[_Heard]:
        """Yield the formula behind a noun for it; a residual is a difference."""
        if self.at(place, "("):
            yield from ((inner, end) for inner, end in self.atom(place) if not noun.startswith(
                "transposed") or (self.at_power(end) and re.search("[T'ᵀ]", self.parts[end][1])))
        elif noun in _RESIDUALS:
            for left, then in self.term(place, False):
                for right, end in self.run(then + 1) if self.at(then, "minus", "-", "−") else ():
                    yield f"({left} - {right})", end
        elif noun.startswith("transposed"):  # only tanh(AX)ᵀ is one
            yield from (way for way in self.factor(place) if way[0].endswith(("ᵀ", "^T", "'")))
        elif noun in FORMULA_NOUNS:
            yield from ((f"({inner})", end) for inner, end in _longest(self.run(place)))

    def of(self, head: str, place: int) -> Iterator[_Heard]:
        """Yield what stands behind "the trace of" or "the sum of"."""
        form = _OF.get(head, f"{head}({{}})" * (f"{head}({{}})" in self.functions))
        for inner, end in self.extents(place, form):
            if form:
                kind, remark = self.parts[end]
                end += kind == "remark" and bool(re.fullmatch(self.remarks(form), remark))
                yield f"({_formed(form, inner)})", end
            if head in _OF_TWO and self.at(end, "and"):
                for other, after in self.extents(end + 1, ""):
                    yield f"({_formed(_OF_TWO[head], inner, other)})", after

    def remarks(self, form: str) -> str:
        """Return the pattern of what may be said behind a function, "" if nothing may."""
        of_entries = form == "log({})" or form in self.functions
        return _ROWS if form == "softmax({})" else _ENTRIES * of_entries

    def extents(self, place: int, form: str) -> list[_Heard]:
        """Return what "of" may take: a product, the letters side by side, or all that follows."""
        terms, sums = [*self.term(place, False)], [*self.sum(place, False)]
        found = [*_longest(terms), *_longest(self.run(place))]
        if form.startswith("({})"):  # the inverse of K Y
            found += [way for way in self.factor(place) if self.at(way[1], *_OPERATORS)]
        words = [*_BEHIND] if self.remarks(form) else ["squared"] if "‖" in form else []
        found += [way for way in terms if self.at(way[1], *words)]
        letters = {way: {*re.findall(r"[^\W\d_]+", way[0].translate(ASCII))}
                   for way in [*found, *_longest(sums)]}
        return [way for way, names in letters.items() if not form or (
            names and (form in _OF_NUMBERS or not names <= self.scalars))]


def _formed(form: str, *inner: str) -> str:
    """Return a form with formulas in it; a norm is written out, for it is that of no number."""
    if "‖" not in form:
        return form.format(*inner)
    norms = [f"tr(({one})^T ({one}))" for one in inner]
    return "+".join(norms if form.endswith("2") else map("sqrt({})".format, norms))


def _longest(ways: Iterable[_Heard]) -> list[_Heard]:
    ways = [*ways]
    return [way for way in ways if way[1] == max(end for _, end in ways)]


def _is_unclear(parts: list[tuple[str, str]]) -> bool:
    """Return whether it is unclear what a word is said of: A plus B, times C; −A + B over two."""
    words = [text for kind, text in parts if kind == "word"]
    squared = len(words) == 1 and parts[-1][1] in _BEHIND  # α(A + B)X squared
    named = [place for place, (_, text) in enumerate(parts) if text in _RESIDUALS]
    inside = {next((at for at in range(place, len(parts)) if parts[at][1] in _SUMS), 0)
              for place in named}  # the minus of a residual
    parts = [part for place, part in enumerate(parts) if place not in inside or not place]
    mixed = any(before[-3:] == " of" and kind == "sign" and text in _SUMS  # half of −A plus B
                for (_, before), (kind, text) in pairwise(parts))
    summed, typed, opened = [False], [False], [False]
    for place, ((_, before), (kind, text), (_, behind)) in enumerate(zip(
            [("sign", "("), *parts[:-1]], parts, [*parts[1:], ("end", "")], strict=True)):
        if text in ("(", ")"):
            for each in (summed, typed, opened):
                each[:] = [*each, False] if text == "(" else each[:-1] or [False]
        if kind == "word" and (text.endswith(" of") or (
                before == "(" and text in _IN_FRONT | _NUMBERS)):
            opened[-1] = text
        signs = (kind == "sign" or mixed) and text in _SUMS and not before.endswith(("(", "of"))
        last = not {*_OPERATORS, *_SUMS} & {one for _, one in parts[place + 1:]}
        by = _OPERATORS.get(text) if kind == "word" and typed[-1] and last else ""
        whole = before not in _COUNTS if by == "/" else by == " " and behind in _COUNTS
        if whole or (squared and kind == "sign") or (signs and opened[-1]) or (
                text == "," and behind in _OPERATORS and summed[-1]):
            return True
        summed[-1] |= text in _SUMS
        typed[-1] |= signs
    return False
