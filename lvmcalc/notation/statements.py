"""Take a text apart into statements: those of code, and equations that stand side by side.

    def gradient(W, x):                c = W.T @ W @ x - x
        c = W.T @ W @ x - x  # error   W @ (c @ x.T + x @ c.T)
        return W @ (c @ x.T + x @ c.T)
"""

import re
from collections.abc import Container
from itertools import pairwise

from lvmcalc.notation.letters import ASCII, GREEK
from lvmcalc.notation.lexicon import ARRAYS, BOLD, MATLAB, STYLES, VARIANTS
from lvmcalc.notation.name_resolution import Unreadable, quoted
from lvmcalc.notation.text_cleanup import closing

# What begins a program, and lines of one that compute nothing
_ARROW = r"(?:[^\W\d]\w*|\([\w\s,]+\))\s*->\s*\S"
_NAMES = r"\(?[\w\s,]*\)?"
_ANNOTATED = r"\((?:[^()]|\([^()]*\))*\)\s*(?:->[^:\n]+)?"
# Julia and paper define a function so: f(w) = …; what is called L is an answer.
_DEFINED = r"(?:grad\w*|(?:∇|\\nabla\s*|d)?[fgF]|G)\s*\([\w\s,;]+\)\s*=(?!=)"
_HEADER = re.compile(rf"\s*(?:def\s+\w+\s*{_ANNOTATED}\s*:"
                     rf"|function\s+(?:\[?(?P<result>\w+)\]?\s*=\s*)?\w+\s*{_NAMES}"
                     rf"|(?:\w+\s*=\s*)?(?:function\s*{_NAMES}\s*\{{?|lambda\s[\w\s,]*:"
                     r"|@\s*\([\w\s,]*\)(?=[\s\w])"
                     rf"|{_NAMES}\s*->(?=\s*\S))|{_DEFINED})")
_ONE_LINE = re.compile(r"(?!\s*(?:def|function)\b).*(?:\blambda\b[\w\s,]*:|->|@|\)\s*=)")
SILENT = re.compile(r"\s*(?:import [\w.]+(?: as \w+)?|from [\w.]+ import (?!.*\bas\b)[\w, ]+"
                    r"|using [\w, ]+|library\(\w+\)|with torch\.no_grad\(\):"
                    r"|end|\}|(?:#|%(?!\*%)|//).*"
                    r"|(['\"]{3}).*\1|)\s*;?\s*$")
# A comment behind code: words, or a shape such as N x D, but no formula
COMMENT = re.compile(r"(?:(?<=\s)|(?<=;))(?:#|%|//)\s+(?:(?=.*[A-Za-z]{3})"
                     r"(?:[\w\s,.:()\[\]']|\w-\w|(?<=\bd[A-Z])/(?=d))*"
                     r"|[(\[]?\w\s*[x×,]\s*\w[)\]]?)\s*$")
# A comment that says what a letter of the line is: # Ki = inv(K)
_MEANING = re.compile(r"(?:(?<=\s)|(?<=;))(?:#|%|//)\s+(?:(?:with|where)\s+)?"
                      r"([^\W\d]\w*\s*=(?!=)[^=#]+)$")
ANNOTATED = re.compile(r"^(\s*\w+)\s*:\s*[A-Za-z][\w.]*\s*=(?!=)")  # grad: np.ndarray = …
# A name of Julia's that begins with a Greek letter, and decorators that change no value
_GREEK_NAME = re.compile(r"^[^\S\n]*([α-ωΑ-Ω][a-z]\w*)\s*=(?!=)", re.MULTILINE)
_DECORATOR = re.compile(r"^[^\S\n]*@(?:(?:partial\(\s*)?(?:jax|nb|numba)\.)?(?:n?jit|checkpoint)"
                        r"(?:\([^()\n]*\)|,[^()\n]*\))?[^\S\n]*\n|^[^\S\n]*@(?:tf\.function|torch\."
                        r"(?:no_grad\(\)|compile|jit\.script)|(?:functools\.)?(?:lru_)?cache"
                        r"|staticmethod)(?:\([^()\n]*\))?[^\S\n]*\n", re.MULTILINE)
# "dX = G @ X, where G = …", with what is defined behind its use
_THEN = re.compile(r"^\s*(?:and\s+)?(?:then|so|with|where)\s+(?=[^\W\d]\w*(?:/\w+)?\s*=(?!=))")
_WITH = re.compile(r",?\s+(?:with|where|and)\s+(?=[^\W\d]\w*\s*=(?!=))")
_RETURN = re.compile(r"\s*return\b\s*")
SIZES = re.compile(r"\s*[\[(]?\s*(\w+)\s*,\s*(\w+)\s*[\])]?\s*=\s*"
                   r"(?:(\w+)\.shape|size\((\w+)\)|dim\((\w+)\))\s*$")
ADDS = re.compile(r"\s*(\w+)\s*(\.?[-+*/@])=\s*(.+)$", re.DOTALL)
_DOCSTRING = re.compile(r"^\s*([\"']{3}).*?\1\s*$", re.MULTILINE | re.DOTALL)
PROGRAM = re.compile(rf"{ARRAYS.pattern}|{MATLAB.pattern}|(?<!\\);\s*\S|%\*%"
                     rf"|^\s*{_DEFINED}|^\s*(?:\w+\s*=\s*)?(?:@\s*\([\w\s,]*\)|{_ARROW})"
                     r"|^\s*(?:def|function|import|from|return)\b|(?<!\\)\blambda [\w\s,]*:",
                     re.MULTILINE)
# What an equation may define: a letter, in whatever typeface, a function as σ(z), or an adjoint
_GREEK = "|".join(sorted([*GREEK, *VARIANTS], key=len, reverse=True))
_TYPED = rf"(?:\\(?:{_GREEK})|[^\W\d_]\w*)(?![A-Za-z])[\u0302-\u0304]?(?:_\w|_\{{\w+\}})?"
SPACE = r"(?:\s|\\q?quad\b|\\[,;:! ])"
ROUND = rf"(?:\\partial\b|∂|\\mathrm\s*(?:\{{\s*d\s*\}}|d\b)|\bd){SPACE}*"
NABLA = r"(?:∇|\\nabla(?![A-Za-z]))"
_SLOPE = (rf"(?:\\?(?!(?:{'|'.join(sorted({*GREEK} - {'sigma'}))})\b)(?-i:[a-z]{{3,}})|σ)"
          r"\s*['′]")
LETTER = (rf"{_TYPED}\s*\(\s*[a-z]\s*\)|{_SLOPE}(?:\s*\(\s*[A-Za-z]\s*\))?"
          rf"|\{{\s*\\(?:bf|rm|it|sf)\s+{_TYPED}\s*\}}"
          rf"|\\(?:mathbf|bm|boldsymbol|mathrm|bar|overline|(?:wide)?(?:hat|tilde))\s*"
          rf"(?:\{{\s*{_TYPED}\s*\}}|{_TYPED})"
          rf"|{_TYPED}|{ROUND}\w+\s*/\s*{ROUND}{_TYPED}"
          rf"|\\[td]?frac\s*\{{\s*{ROUND}[^{{}}=]*\}}\s*\{{\s*{ROUND}[^={{}}]*"
          r"(?:\{\w+\})?\s*\}")
SIDE = re.compile(rf"{SPACE}*(?:(?:and|with|where)\s+)?"
                  rf"(?:{LETTER}|{NABLA}[^=,;]{{0,40}}?)\s*:?=(?!=)")
DEFINITION = re.compile(r"\s*(?:(?:let|define|denote|set|put|write|with|where)\s+)?"
                        rf"({LETTER})\s*:?=(?!=)([^=]+)$", re.IGNORECASE)
_ENTRY_GIVEN = re.compile(rf"\s*(?:(?:where|with|let)\s+)?(?:{STYLES}\s*)?\{{?\s*"
                          r"(\\[a-z]+|[A-Za-z])\s*\}?\s*_\s*\{?\s*([a-z])\s*\}?\s*:?=([^=]+)$")
_SIGMA = re.compile(rf"(?:{BOLD}\s*)?"
                    r"(?:\{\s*\\sigma\s*\}|\\sigma(?![A-Za-z]))|σ")
_OPENED = re.compile(r"\s*(?:\\left\s*)?\(")
_SIGMA_GIVEN = re.compile(rf"(?:^|[\s$.,;(&])(?:{_SIGMA.pattern})\s*"
                          rf"(?:_\s*\{{?\s*[a-z]\s*\}}?)?\s*&?"
                          r"\s*:?=(?!=)")
_OPENS, _CLOSES = "([{⟨", ")]}⟩"


def split(text: str, at: str) -> list[str]:
    """Return the parts of a text between signs that stand outside all brackets."""
    parts, depth = [""], 0
    for before, sign in pairwise(f" {text}"):
        depth += (sign in _OPENS) - (sign in _CLOSES)
        if sign in at and depth <= 0 and before != "\\":
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def is_open(text: str) -> bool:
    """Return whether a bracket of a text is still open at its end."""
    return sum((sign in _OPENS) - (sign in _CLOSES) for sign in text) > 0


def with_plain_names(text: str) -> str:
    """Return code without decorators, and with Sigmai for a name Σi that it defines."""
    text = _DECORATOR.sub("", text)
    for name in {*_GREEK_NAME.findall(text)} if PROGRAM.search(text) or "*" in text else ():
        text = re.sub(rf"(?<![^\W\d]){name}(?!\w)", name.translate(ASCII), text)
    return text


def with_sigma_as_a_letter(text: str) -> str:
    """Return a text with σ̂ for the σ that it defines, as in σ = σ(Xw), beside σ(…)."""
    def letter(match: re.Match) -> str:
        opens = _OPENED.match(text, match.end())
        inner = text[opens.end():closing(text, opens.end() - 1)] if opens else ""
        if any(not _OPENED.match(inner, one.end()) for one in _SIGMA.finditer(inner)):
            raise Unreadable("It is not clear whether the σ in front of a bracket is the function "
                             "or the letter: write ∘ for the product.", match.start())
        space = " " * text[match.end():match.end() + 1].isalpha()
        return match[0] if opens else f"σ\u0302{space}"

    return _SIGMA.sub(letter, text) if _SIGMA_GIVEN.search(text) else text


def program(text: str) -> list[str]:
    """Return the statements of code, [] if the text is none.

    What computes nothing is left out: imports, heads of functions, comments of words.
    """
    if not PROGRAM.search(text):
        return []
    text = re.sub(r"\.\.\.[^\S\n]*\n", " ", _DOCSTRING.sub("", text))  # MATLAB's line goes on
    lines = [ANNOTATED.sub(r"\1 =", COMMENT.sub("", line)) for line in text.splitlines()]
    lines = [line for line in lines if not SILENT.match(line)]
    lines = [part for line in lines for part in (*_MEANING.findall(line), _MEANING.sub("", line))]
    heads = [_HEADER.match(line) for line in lines]
    _refuse_helpers(lines, heads)
    lines = [_without_head(line, head) for head, line in zip(heads, lines, strict=True)]
    found: list[str] = []
    for part in split("\n".join(lines), ";\n"):
        part = _RETURN.sub("", part)
        if sizes := SIZES.match(part):
            of = next(filter(None, sizes.groups()[2:]))
            found += [f"{sizes[place + 1]} = {of}.shape[{place}]" for place in (0, 1)
                      if sizes[place + 1] != "_"]
        elif pairs := _one_by_one(part):
            found += pairs
        elif adds := ADDS.match(part):
            found.append("{0} = {0} {1} ({2})".format(*adds.groups()))
        elif part.strip(" \t\r.,"):
            found.append(re.sub(rf"^{SPACE}+", "", part).rstrip())
    if len(found) > 1:
        found = [it.strip() for part in found for it in reversed(_WITH.split(_THEN.sub("", part)))]
    if found and (returned := next((head["result"] for head in heads if head), "")):
        found[-1] = re.sub(rf"^{returned}\s*=(?!=)", "", found[-1])  # function g = grad(W, x)
    return found


def _without_head(line: str, head: re.Match | None) -> str:
    rest = line[head.end():] if head else line
    arrow = head and re.fullmatch(r"(?:\s*\w+\s*=)?([\w\s(,)]*)->", head[0])
    given = re.findall(r"\w+", arrow[1]) if arrow else []
    if given and not {*given} & {*re.findall(r"\w+", rest)}:
        raise Unreadable(f"`{quoted(line.strip())}` is a function of {', '.join(given)}, "
                         "which does not occur in its formula.")
    return rest.rstrip().removesuffix("}") if head and head[0].endswith("{") else rest


def _one_by_one(part: str) -> list[str]:
    """Return the statements of h, e = W @ x, W @ y; none if a name is on both sides of one."""
    left, _, right = part.partition("=")
    names, values = left.strip(" ()").split(","), split(right.strip(), ",")
    every = {name.strip() for name in names}
    alone = len(names) == len(values) > 1 and all(map(str.isidentifier, every)) and not (
        every & {*re.findall(r"\w+", right)})
    pairs = zip(names, values, strict=True) if alone else ()
    return [f"{name.strip()} = {value.strip()}" for name, value in pairs]


def _refuse_helpers(lines: list[str], heads: list[re.Match | None]) -> None:
    """Refuse a function of one's own in front of the answer: it is neither run nor left out."""
    last = len(lines) - 1
    for place, line in enumerate(lines):
        one_line = heads[place] and _ONE_LINE.match(heads[place][0])
        if place < last and (one_line or (_RETURN.match(line) and line.strip() != "return")):
            raise Unreadable(f"`{quoted(line.strip())}` belongs to a function of your own that "
                             "is not read: write its formula where it is used.")


def with_entries(lines: list[str], known: Container[str]) -> list[str]:
    """Return lines in which what is said of an entry, as in r_i = x_iᵀ w − y_i, stands for it."""
    *before, answer = lines
    for line in before if re.search(r"\\sum|[∑Σ]", answer) else []:
        if (found := _ENTRY_GIVEN.match(line)) and found[1].lstrip("\\") not in known:
            letter = rf"(?<![A-Za-z]){re.escape(found[1])}"
            typed = (rf"(?<![A-Za-z\\])(?:{STYLES}\s*)?\{{?\s*{letter}\s*\}}?\s*_\s*"
                     rf"(?:\{{\s*{found[2]}\s*\}}|{found[2]}(?![A-Za-z]))")
            put = f"({found[3].strip()})"
            lines = [re.sub(typed, lambda _, put=put: put, other) for other in lines
                     if other != line]
    return lines


def equations(text: str) -> list[str]:
    """Return the equations that stand side by side in a text: dK = α dX Xᵀ, with a = 2, b = 3."""
    found: list[str] = []
    for part in split(text, ",;"):
        if found and not SIDE.match(part):
            found[-1] += "," + part
        else:
            found.append(part)
    return found


def definition_apart(part: str) -> list[str]:
    """Return a definition and the answer behind it, as in "with r = Aw − y: Aᵀr"."""
    *first, last = split(part, ",:") if DEFINITION.match(part) else [part]
    if not first and (found := re.match(r"(.*\S)\s+and\s+(.+)$", part)):
        first, last = [found[1]], found[2]
    last = re.sub(rf"^(?:{SPACE}|and\b|then\b|so\b)*", "", last)
    return [",".join(first), last] if first and DEFINITION.match(first[0]) and last else [part]
