"""Split a formula into tokens: one kind of tokens for paper, LaTeX and code.

| kind         | text                     | typed as                                      |
|--------------|--------------------------|-----------------------------------------------|
| number       | 2.5                      | 2.5  .5  ½                                    |
| name         | the spelling of a name   | X  α  \\alpha  \\mathbf{X}  d_bar  L_{1}  I_N |
| differential | the name behind the d    | dX  δX  d\\alpha                              |
| function     | its name                 | tr  \\operatorname{tr}  np.trace  \\log       |
| method       | the function that it is  | .T  .inv()  .dot(                             |
| power        | -1  2  T  -T             | ⁻¹  ²  ᵀ  '  ⁻ᵀ                               |
| text         | fro                      | 'fro'  "fro"                                  |
| sign         | one sign; frac, bar, d   | + - · * @ / \\ ∘ : ^ _ , ∂ ∇ and all brackets |
|              |                          | \\frac  \\tfrac; \\bar; \\mathrm{d}           |
| end          |                          |                                               |

An unknown word is refused; it is neither split nor dropped. Names of one letter may be written side
by side.
"""

import re
from functools import cached_property
from string import ascii_letters
from typing import NamedTuple

from lvmcalc.notation import lexicon
from lvmcalc.notation.letters import ASCII, GREEK
from lvmcalc.notation.lexicon import (
    ARRAYS,
    COMMANDS,
    ENTRY,
    LAYOUT,
    LOOKALIKES,
    METHODS,
    MODULE,
    NAMED,
    OF_BRACKETS,
    SIGNS,
    STYLES,
    VARIANTS,
)
from lvmcalc.notation.name_resolution import Unreadable, Words, quoted
from lvmcalc.notation.ones import ONES
from lvmcalc.notation.text_cleanup import MOST_TOKENS, closing, too_long
from lvmcalc.notation.vocabulary import Vocabulary

LARGEST_POWER = 24
_SUPERSCRIPTS = str.maketrans("⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ'", "-+0123456789TT")
# What code, or an older hand, writes for one of the signs
_SPELLED = {"**": "^", ".^": "^", ".*": "∘", "./": "∕", "%*%": "@", "||": "‖", ".'": "'", ".+": "+",
            ".-": "-", "÷": "/", "⊘": "∕", "%x%": "⊗"}
_POSTFIX = re.compile(r"[⁻⁺]?[⁰¹²³⁴-⁹]+|⁻?ᵀ|\.?'")
_UPRIGHT = r"\\(?:mathrm|text|mathsf)"
_FROBENIUS = re.compile(rf"_(?:[F2](?![A-Za-z0-9])|\{{\s*(?:[F2]|{_UPRIGHT}\s*\{{?\s*F\}}?)\s*\}}"
                        rf"|{_UPRIGHT}\s*\{{F\}})")
_SIGN = re.compile(ENTRY + r"|\*\*|\.[*/^]|\.[+-](?!\d)|%\*%|\|\||%x%"
                   r"|[-+·*@/∘:^_(){}\[\]|‖⟨⟩,∂∇÷⊘⊗]")
_ALIKE = {**SIGNS, **LOOKALIKES}
_SPELLINGS = [(sign, sign.translate(ASCII)) for sign in _ALIKE]
_IN_LATEX = {*COMMANDS, *LAYOUT, *OF_BRACKETS, *GREEK, *VARIANTS, *NAMED}
_POWER_OF_TEN = re.compile(r"([0-9.]+)[eE]([-+]?[0-9]+)")
_SPACE, _OPENING = re.compile(r"\s*"), re.compile(r"\s*[(\[]")
_STRING = re.compile(r"(['\"])([A-Za-z, ]*(?:->[A-Za-z ]*)?|[-+*/])\1")
_UPRIGHT_T, _PRIMED = re.compile(r"[TtH](?![A-Za-z0-9_])"), re.compile(r"'\s*[(\[{]")
_DIGIT, _LETTER = re.compile(r"[0-9]"), re.compile(r"[^\W\d_]")
_NUMBER = [re.compile(rf"[0-9]+(?:\.[0-9]+{point})?|\.[0-9]+|[½¼¾⅓⅔{ONES}]")
           for point in ("", r"|\.(?=\s*[-+*/)])")]  # 1. in code
_EXPONENT = re.compile(r"e\s*\^\s*(?=[{(])")


class Token(NamedTuple):
    """A piece of the text: its kind, its text in the one spelling, and where it stands."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str, vocabulary: Vocabulary, functions: list[str],
           transposes: bool = False) -> list[Token]:
    """Return the tokens of a unified text; the last one is its end.

    With `transposes`, t(…) is R's transpose even where something is called t.

    Raises
    ------
    Unreadable
        If a part of the text is no token, or there are too many of them.
    """
    found = _Scanner(text, vocabulary, functions, transposes).scanned()
    if len(found) > MOST_TOKENS:
        raise too_long(text)
    return [*found, Token("end", "", len(text), len(text))]


class _Scanner(Words):
    """Walk through a text from left to right; each method reads one kind of tokens, or nothing."""

    def __init__(self, text: str, vocabulary: Vocabulary, functions: list[str],
                 transposes: bool = False):
        self.transposes = transposes or "%*%" in text or "t" not in vocabulary.spellings
        names = vocabulary.spellings
        signs = {sign: _ALIKE[sign] for sign, name in _SPELLINGS if name not in names}
        if re.search(r"<[^<>=]+,[^<>=]+>", text) and "\\>" not in text:
            signs |= {"<": "⟨", ">": "⟩"}
        super().__init__(text, text.translate(str.maketrans(signs)), vocabulary, functions)
        commands = any(
            word in _IN_LATEX or re.match(STYLES, "\\" + word)
            for word in re.findall(r"\\([A-Za-z]+)", self.text))
        self.latex = commands or bool(re.search(r"\\[,;!|{]", self.text))
        # In front of a space, a backslash is a space in LaTeX, but it solves in MATLAB.
        spaces = r"\s|~|&|\$|\\[,;:!>/]|\{\}" + r"|(?<!\s)\\ (?=\S)" * commands
        self.spaces = re.compile(rf"(?:{spaces})+" if self.latex else r"\s+")
        self.found: list[Token] = []
        self.digits: set[int] = set()  # places where \frac takes one digit
        self.place = 0

    def scanned(self) -> list[Token]:
        while self.place < len(self.text):
            if ten := self.match(_POWER_OF_TEN):
                raise Unreadable(
                    f"It is not clear whether `{quoted(ten[0])}` is a power of ten or has the name "
                    f"e in it: write {quoted(ten[1])}*10^{quoted(ten[2])}, or a * or a space "
                    "before the e.", self.place)
            for read in _READERS.get(self.text[self.place], _KINDS):
                if read(self):
                    break
            else:
                raise self.unknown(self.place)
        return self.found

    @cached_property
    def in_arrays(self) -> bool:
        """Whether the text is code for arrays."""
        return bool(ARRAYS.search(self.text))

    @cached_property
    def turned(self) -> bool:
        """Whether something in the text is transposed."""
        return bool(re.search(r"ᵀ|\^\{?-?T|\.T\b", self.text))

    def match(self, pattern: re.Pattern) -> re.Match | None:
        return pattern.match(self.text, self.place)

    def add(self, kind: str, text: str, end: int) -> bool:
        self.found.append(Token(kind, text, self.place, end))
        self.place = end
        return True

    def skip(self, end: int) -> bool:
        self.place = end
        return True

    def behind_a_factor(self) -> bool:
        """Return whether the last token may end a factor."""
        last = self.found[-1] if self.found else None
        return bool(last) and (last.kind in ("number", "name", "differential", "power", "method")
                               or last.text in (*")}]", "|", "‖", "⟩"))

    # One kind of tokens each
    def space(self) -> bool:
        match = self.match(self.spaces)
        return bool(match) and self.skip(match.end())

    def string(self) -> bool:
        match = self.match(_STRING)
        opens = match and self.found and self.found[-1].text in ("(", ",")
        return bool(opens) and self.add("text", match[2], match.end())

    def command(self) -> bool:
        """Read what begins with a backslash; most of it is LaTeX."""
        if (ones := self.match(lexicon.OF_ONES)) and "ones" in self.functions:
            return self.ones(ones)
        if self.match(lexicon.TORN_WORD):
            raise self.unknown(self.place)
        if styled := next(filter(None, map(self.match, lexicon.STYLED)), None):
            return self.styled(styled)
        if self.latex and (match := self.match(lexicon.AROUND)):
            return self.skip(match.end())
        if match := self.match(lexicon.BRACE):
            return self.add("sign", {"{": "(", "}": ")", "|": "‖"}[match[1]], match.end())
        match = self.match(lexicon.COMMAND)
        word = VARIANTS.get(match[1], match[1]) if match else ""
        if word in COMMANDS:
            return self.sign_of(COMMANDS[word], match.end())
        if word in LAYOUT or (
                word in OF_BRACKETS and lexicon.BRACKET.match(self.text, match.end())):
            return self.skip(match.end())
        if word in GREEK and word in self.vocabulary.spellings and (
                word != match[1] or self.place in self.digits):  # as in \frac\gamma2
            return self.add("name", word, match.end())
        if word and (read := self.name(self.place) or self.changed(self.place)):
            return self.add(*read)
        added = word in self.vocabulary.of_numbers and (self.latex or not self.behind_a_factor())
        if (word in NAMED | {"sigma"} or added) and word in self.functions:
            return self.add("function", word, match.end())
        if word and (word in GREEK or self.latex):
            raise self.unknown(self.place)
        matlab = not self.latex and not (match and self.turned) and not self.in_arrays
        if matlab and self.match(lexicon.BACKSLASH) and self.behind_a_factor():
            here, self.place = self.place, self.place + 1
            solves = self.match(_OPENING) or self.starts_a_word()
            self.place = here
            return bool(solves) and self.add("sign", "\\", self.place + 1)
        return False

    def ones(self, match: re.Match) -> bool:
        """Read \\mathbf{1}_{N \\times D} as ones(N, D)."""
        start, end = self.place, match.end()
        self.found += [Token("function", "ones", start, end), Token("sign", "(", start, end)]
        for name in filter(None, (match["rows"] or match["size"], match["columns"])):
            if self.found[-1].text != "(":
                self.found.append(Token("sign", ",", start, end))
            inner = _Scanner(name, self.vocabulary, self.functions).scanned()
            self.found += [Token(kind, text, start, end) for kind, text, *_ in inner]
        self.found.append(Token("sign", ")", start, end))
        return self.skip(end)

    def starts_a_word(self) -> bool:
        space = len(self.match(_SPACE)[0])
        place = self.place + space
        called = self.function.match(self.text, place)
        if called:
            return bool(space) or called[0] not in {*NAMED, *GREEK, "sum"}
        return self.split(place) is not None if place < len(self.text) else False

    def styled(self, match: re.Match) -> bool:
        """Read a word in a typeface: \\mathbf{K}, \\operatorname{tr}, \\mathcal L, \\mathrm d."""
        word, end = match[1], match.end()
        if word == "d" and re.match(r"\\(?:mathrm|operatorname|text|rm)|\{\\rm", match[0]):
            return self.add("sign", "d", end)
        below = re.compile(r"_(?:[A-Za-z0-9]|\{\s*[A-Za-z0-9]+\s*\})|").match(self.text, end)
        inner, end = _Scanner(word + below[0], self.vocabulary, self.functions), below.end()
        script = re.match(r"\\math(?:cal|scr)|\{\s*\\cal", match[0])
        double = match[0].startswith(r"\mathbb") and word != "I"
        if double or (script and word not in self.vocabulary.outputs):
            raise self.unknown(self.place)
        try:
            found = inner.scanned()
        except Unreadable:
            if word not in ("T", "Tr"):
                raise self.unknown(self.place) from None
            found = [Token("sign", "T", 0, 1)]
        self.found += [Token(kind, text, self.place, end) for kind, text, *_ in found]
        return self.skip(end)

    def sign_of(self, sign: str, end: int) -> bool:
        if sign == "frac":
            self.take_single_digits(end)
        if sign in ("ᵀ", "'") and self.found and self.found[-1].text not in ("^", "{", "-"):
            raise self.unknown(self.place)
        return self.add("sign", "T" if sign in ("ᵀ", "'") else sign, end)

    def take_single_digits(self, place: int) -> None:
        """Let \\frac12 be 1/2: each of its arguments is a group or one sign."""
        for _ in range(2):
            place = _SPACE.match(self.text, place).end()
            if self.text[place:place + 1] == "{":
                place = closing(self.text, place, "{}") or len(self.text)
            else:
                self.digits.add(place)
                match = re.compile(r"\\[A-Za-z]+|.|$").match(self.text, place)
                place = match.end()

    def number(self) -> bool:
        match = self.match(_DIGIT if self.place in self.digits else _NUMBER[self.in_arrays])
        kind = "name" if match and match[0] == ONES else "number"
        return bool(match) and self.add(kind, match[0], match.end())

    def postfix(self) -> bool:
        match = self.match(_POSTFIX)
        text = match[0].lstrip(".").translate(_SUPERSCRIPTS) if match else ""
        last = self.found[-1] if self.match(_PRIMED) and self.found else None
        if last and last.kind == "function" and f"{last.text}'" in self.functions:  # tanh'(Z)
            self.found[-1] = last._replace(text=f"{last.text}'", end=match.end())
            return self.skip(match.end())
        return bool(match) and self.add("power", text, match.end())

    def method(self) -> bool:
        for name, axis in (("column", lexicon.COLUMN), ("row", lexicon.ROW)):
            if match := self.match(axis):
                return self.add("method", name, match.end())
        index = self.match(lexicon.ENTRY_TAKEN)
        power = "-" in index[0] and self.found and self.found[-1].text == "^" if index else False
        if index and "slogdet" not in self.text and not power:
            raise Unreadable(f"`{quoted(index[0])}` takes an entry or a row out of what stands in "
                             "front of it, which is not read: write whole matrices.", self.place)
        if match := self.match(lexicon.SIZE):
            return self.add("method", f"size {match[3]}", match.end())
        match = self.match(lexicon.METHOD)
        name = (match[1] or match[2]) if match else ""
        called = METHODS.get(name, name if name in self.vocabulary.of_numbers else "")
        if called and (match[1] or name not in ("T", "I", "mT", "H")):
            return self.add("method", called, match.end())
        return False

    def sign(self) -> bool:
        norm = self.match(_FROBENIUS)
        if norm and {"‖", "⟩"} & {token.text for token in self.found[-4:]}:
            return self.add("sign", "_F", norm.end())
        match = self.match(_SIGN)
        if not match:
            return False
        sign = match[0]
        if sign == "||" and sum(token.text == "|" for token in self.found) % 2:
            return self.add("sign", "|", self.place + 1)  # a determinant ends, as in |K||K|
        return self.add("sign", _SPELLED.get(sign, sign), match.end())

    # Words
    def word(self) -> bool:
        """Read a name, a differential, a function, or names of one letter side by side."""
        if self.text[self.place] == "ₓ" and self.found and self.found[-1].text == "∇":  # or ∇_X
            self.found.append(Token("sign", "_", self.place, self.place))
            return self.add("name", "x" if "x" in self.vocabulary.spellings else "X",
                            self.place + 1)
        if module := self.match(MODULE):
            self.place = module.end()
            match = self.match(self.function)
            torn = self.found and self.found[-1][:2] == ("name", "j") and module[0].startswith("np")
            if not match or torn:  # j np. may be jnp.
                raise self.unknown(module.start())
            return self.add("function", match[0], match.end())
        if self.found and self.found[-1].text == "^" and (
                self.text[self.place] == "T"):  # YY^TX is YYᵀX
            return self.add("sign", "T", self.place + 1)
        upright = "T" + "".join({*"tH"} - self.vocabulary.spellings.keys())
        if (self.match(_UPRIGHT_T) and self.text[self.place] in upright
                and re.search(r"\^\s*[({]?\s*-?\s*$", self.text[:self.place])):
            return self.add("sign", "T", self.place + 1)
        if "e" not in self.vocabulary.spellings and "exp" in self.functions and (
                power := self.match(_EXPONENT)):
            return self.add("function", "exp", power.end())
        if self.transposes and self.text.startswith("t(", self.place):
            return self.add("function", "transpose", self.place + 1)
        if _LETTER.match(self.text, self.place):
            for token in self.split(self.place) or self.refuse(self.place):
                self.add(*token)
            julia = token[1] in self.vocabulary.of_numbers and self.text.startswith(
                ".(", self.place)  # bend.(A * X)
            return self.skip(self.place + julia)
        return False


_KINDS = (_Scanner.space, _Scanner.string, _Scanner.command, _Scanner.number, _Scanner.postfix,
          _Scanner.method, _Scanner.word, _Scanner.sign)
# What can begin with a sign; with any other, all of them
_READERS = {
    **dict.fromkeys(ascii_letters, (_Scanner.word,)), " ": (_Scanner.space,),
    **dict.fromkeys("023456789", (_Scanner.number,)), "\\": (_Scanner.space, _Scanner.command),
    **dict.fromkeys("+-*/^_(),:|@]}", (_Scanner.sign,))}
