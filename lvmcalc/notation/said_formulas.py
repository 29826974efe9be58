"""Formulas that are said in words, written as formulas: "p denotes σ(Xw)", "minus K⁻¹Y"."""

import re

# "where the rows of P are the softmax of the rows of XW"
_ROWS = r"(?:(?:the|each|every)\s+(?:\$?\w\$?-th\s+)?rows?\s+of\s+)?"
CALLED_OF = re.compile(
    rf"\b(?P<lead>where|with|and|let)\s+{_ROWS}(?P<name>\$?\\?\w\$?)\s+"
    r"(?:(?:is|are|be|denotes|being)\s+)?(?:the\s+)?(?:row-?wise\s+)?(?P<of>softmax|sigmoid|tanh)"
    rf"\s+(?:function\s+)?(?:of|applied\s+to)\s+{_ROWS}"
    r"(?P<what>[^\s,;]+?)(?=[.,;)]?\s*$|[,;]\s|\.\s)", re.IGNORECASE)
# "P = exp(XW) with every row divided by its sum"
NORMALISED = re.compile(
    r"=\s*\\?exp\s*(?P<of>\((?:[^()]|\([^()]*\))*\))\s*(?P<math>\$?)\s*,?\s*(?:with|where)\s+"
    r"(?:each|every|the|all)\s+rows?\s+(?:(?:is|are|being)\s+)?(?:divided\s+by\s+(?:its|their)"
    r"\s+sums?|normali[sz]ed\s+(?:to\s+sum\s+to\s+(?:one|1)|by\s+(?:its|their)\s+sums?))",
    re.IGNORECASE)
# "here p denotes σ(Xw)", but not "here p denotes the probabilities"
DENOTES = re.compile(
    r"(?P<lead>\b(?:where|with|here|and|let)|[,;(])\s+(?P<name>\$?\\?[^\W\d]\w?\$?)\s+(?:denotes?"
    r"|stands?\s+for|abbreviates|is\s+short\s+for|is\s+shorthand\s+for)\s+"
    r"(?!(?:an?|[A-Za-z]{2,})\b(?!\s*[({]))",
    re.IGNORECASE)
# "Let P be softmax(XW)"
IS = re.compile(
    r"(?P<lead>\b(?:where|with|here|and|let))\s+(?P<name>\$?\\?[^\W\d]\w?\$?)\s+(?:be|is|are)\s+"
    r"(?=\$?\s*(?:\\(?:operatorname|mathrm|text|mathit)\s*\{\s*)?\\?"
    r"(?:softmax|sigmoid|sigma|tanh|exp|σ)(?:\s*\})?\s*(?:\\left\s*)?\()", re.IGNORECASE)


def with_formulas(text: str) -> str:
    """Return a text with formulas in place of those in words."""
    text = NORMALISED.sub(lambda it: f"= softmax{it['of']}{it['math']}", text)
    for said in (DENOTES, IS):
        text = said.sub(lambda it: f"{it['lead']} {it['name']} = ", text)
    text = re.sub(r"(?<=\w)\$ = \$(?=[^$]*\$)", " = ", text)
    return with_functions(text)


def with_functions(text: str) -> str:
    """Return a text with P = softmax(X W) for "P is the softmax of X W"."""
    def said(match: re.Match) -> str:
        name, what = (match[part].strip("$") for part in ("name", "what"))
        math = "$" * ("$" in match["name"] + match["what"])
        return f"{match['lead']} {math}{name} = {match['of'].lower()}({what}){math}"

    return CALLED_OF.sub(said, text)
