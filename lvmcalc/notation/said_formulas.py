"""Formulas with a few words in them: "p denotes σ(Xw)", "minus K⁻¹Y"."""

import re

from lvmcalc.notation.statements import split
from lvmcalc.notation.vocabulary import Vocabulary

# "where the rows of P are the softmax of the rows of XW"
_ROWS = r"(?:(?:the|each|every)\s+(?:corresponding\s+|\$?\w\$?-th\s+)?rows?\s+of\s+)?"
_CALLED_OF = re.compile(
    rf"(?P<lead>\b(?:where|with|and|let)|,(?=\s+\S+\s+being\b))\s+{_ROWS}(?P<name>\$?\\?\w\$?)\s+"
    r"(?:(?:is|are|be|denotes|being)\s+)?(?:the\s+)?(?:row-?wise\s+)?(?P<of>[A-Za-z]+)"
    rf"\s+(?:function\s+)?(?:of|applied\s+to)\s+{_ROWS}"
    r"(?P<what>[^\s,;]+?)(?:,?\s+(?:(?:for|over|along)\s+each\s+row|row\s+by\s+row))?"
    r"(?=[.,;)]?\s*$|[,;:]\s|\.\s)", re.IGNORECASE)
# "P = exp(XW) with every row divided by its sum"
_NORMALISED = re.compile(
    r"=\s*\\?exp\s*(?P<of>\((?:[^()]|\([^()]*\))*\))\s*(?P<math>\$?)\s*,?\s*(?:with|where)\s+"
    r"(?:each|every|the|all)\s+rows?\s+(?:(?:is|are|being)\s+)?(?:divided\s+by\s+(?:its|their)"
    r"\s+sums?|normali[sz]ed\s+(?:to\s+sum\s+to\s+(?:one|1)|by\s+(?:its|their)\s+sums?))",
    re.IGNORECASE)
# "here p denotes σ(Xw)", but not "here p denotes the probabilities"
_DENOTES = re.compile(
    r"(?P<lead>\b(?:where|with|here|and|let)|[,;(])\s+(?P<name>\$?\\?[^\W\d]\w?\$?)\s+"
    r"(?:denotes?|being"
    r"|stands?\s+for|abbreviates|is\s+short\s+for|is\s+shorthand\s+for)\s+"
    r"(?!(?:an?|[A-Za-z]{2,})\b(?!\s*[({]))",
    re.IGNORECASE)
# "Writing r for Xw − y"
_WRITING = re.compile(r"\bwrit(?:e|ing)\s+(?P<name>\$?\\?[^\W\d]\w?\$?)\s+for\s+"
                      r"(?!(?:an?|[A-Za-z]{2,})\s)", re.IGNORECASE)
# "Let P be softmax(XW)"
_IS = re.compile(
    r"(?P<lead>\b(?:where|with|here|and|let))\s+(?P<name>\$?\\?[^\W\d]\w?\$?)\s+(?:be|is|are)\s+"
    r"(?=\$?\s*(?:\\(?:operatorname|mathrm|text|mathit)\s*\{\s*)?\\?"
    r"(?P<of>[A-Za-z]+|σ)(?:\s*\})?\s*(?:\\left\s*)?\()", re.IGNORECASE)


# "where c is the residual WᵀWx − x"
_NOUN = (r"(?:residual|(?:prediction|reconstruction|output)\s+error|error|misfit"
         r"|kernel(?:\s+matrix)?|scatter\s+matrix|covariance(?:\s+matrix)?|hidden\s+layer"
         r"|predictions?"
         r"|(?:predicted\s+)?probabilities)")
_NOUN_OF = re.compile(rf"(?P<lead>\b(?:where|with|and|here))\s+(?P<name>\$?\\?[^\W\d]\w?\$?)"
                      rf"\s+(?:is|are|denotes|being)\s+(?:the|our)\s+{_NOUN},?\s+"
                      rf"(?![A-Za-z]{{2,}}\s)(?=\S+[\s(])")
# "F, multiplied entrywise by G"
_MULTIPLIED = re.compile(r"(?P<front>(?:^|=)\s*)(?P<left>[^=,;:]+?),?\s+multiplied\s+"
                         r"(?:element|entry)-?wise\s+(?:by|with)\s+"
                         r"(?P<right>[^=,;:A-Za-z]*[^=,;:]*?)(?=[\s.]*$)")


def with_formulas(text: str, vocabulary: Vocabulary) -> str:
    """Return a text with formulas in place of those in words."""
    text = _NORMALISED.sub(lambda it: f"= softmax{it['of']}{it['math']}", text)
    if (by := _MULTIPLIED.search(text)) and len(split(by["left"].strip(), "+-−–")) == 1:
        text = f"{text[:by.start()]}{by['front']}({by['left']}) ∘ ({by['right']})"
    text = _WRITING.sub(r"with \g<name> = ", text)
    for said in (_DENOTES, _IS, _NOUN_OF):
        text = said.sub(lambda it: f"{it['lead']} {it['name']} = " if _is_function(
            it.groupdict().get("of"), vocabulary) else it[0], text)
    text = re.sub(r"(?<=\w)\$ = \$(?=[^$]*\$)", " = ", text)
    return with_functions(text, vocabulary)


def _is_function(name: str | None, vocabulary: Vocabulary) -> bool:
    """Return whether a name, if there is one, is that of a function of numbers or a softmax."""
    return name is None or name.lower() in {*vocabulary.of_numbers, "softmax", "σ"}


def with_functions(text: str, vocabulary: Vocabulary) -> str:
    """Return a text with P = softmax(X W) for "P is the softmax of X W"."""
    def said(match: re.Match) -> str:
        if not _is_function(match["of"], vocabulary):
            return match[0]
        name, what = (match[part].strip("$") for part in ("name", "what"))
        math = "$" * ("$" in match["name"] + match["what"])
        return f"{match['lead']} {math}{name} = {match['of'].lower()}({what}){math}"

    return _CALLED_OF.sub(said, text)
