"""Undo page layout: displays, braces below a formula, slanted words."""

import re

from lvmcalc.chain import Chain
from lvmcalc.notation.statements import PROGRAM

# A line that is one display
_DISPLAY = re.compile(r"^([^\S\n]*)(?:\\\[(?P<a>(?:(?!\\[\[\]])[^\n])+)\\\]"
                      r"|\$\$(?P<b>(?:(?!\$)[^\n])+)\$\$)(?=[\s.,;]*$)", re.MULTILINE)
_ARROW = re.compile(r"^\s*\\(?:Longrightarrow|Rightarrow|implies|therefore|Leftrightarrow|iff)\b"
                    r"(?:\s*\\q?quad\b)?")
_ITALIC = re.compile(r"^([^\S\n]*(?:[-*•]\s+)?)([*_])(?![*_\s])([A-Z][^*_=\n]*[.:])\2(?=\s)",
                     re.MULTILINE)
_GROUP = r"(?:[^{}\n]|\{(?:[^{}\n]|\{[^{}\n]*\})*\})"
# \underbrace{F}_{=: G}, and the end of its row
_CALLED = re.compile(rf"\\underbrace\s*\{{(?P<of>{_GROUP}*)\}}\s*_\s*\{{\s*(?:=\s*:|:\s*=)?\s*"
                     r"(?P<name>\\?[^\W\d_])\s*\}(?P<rest>(?:(?!\\\\)[^\n])*)")
_OF_DEFINED = re.compile(r"\bof\s+\$\s*(\\?[^\W\d_])\s*(=(?!=)[^=$\n]+)\$")  # softmax of $Z = XW$
_ADDED = re.compile(r"^(\s*\w+\s*\.?[-+*/@]=(?!=)[^#\n\"']*?)\s*#.*$", re.MULTILINE)
_STYLED = r"\\(?:mathcal|mathbf|bm|boldsymbol|mathrm)\s*(?:\{{\s*{0}\s*\}}|{0}(?![A-Za-z]))"
_ELL = re.compile(r"(?:^|[\s$&,])(\\ell|ℓ)\s*&?\s*:?=(?!=)", re.MULTILINE)
_SCALAR_ELL = re.compile(r"(?:∂|∇\S*|\\partial|\\nabla\S*)\s*(?:\\ell|ℓ)")
_IS_ELL = re.compile(r"(?<![A-Za-z])(d\s*)?(?:\\ell(?![A-Za-z])|ℓ)")
_TABLE = re.compile(r"^\s*\|[\s:|-]+\|\s*$", re.MULTILINE)  # below the head of a table
_HEAD = re.compile(r"^[^\S\n]*\|[A-Za-z\s|]+\|[^\S\n]*$(?=\n[^\S\n]*\|[\s:|-]+\|\s*$)",
                   re.MULTILINE)
_CELLS = re.compile(r"^[^\S\n]*\|([^=\n]*\|[^=\n]*)\|[^\S\n]*$", re.MULTILINE)
_NUMBERED = re.compile(r"(?<=\S)(?:[^\S\n]{2,}|\t)\(\d{1,2}[a-z]?\)[^\S\n]*$", re.MULTILINE)
_REFERENCE = re.compile(r"(?:\b(?:[Bb]y|[Ff]rom|[Uu]sing|[Ss]ee|[Ii]n)[\s~]+)?"
                        r"\\(?:eq|c|C)?ref\s*\{[^{}]*\}\s*,?")
_BESIDE = re.compile(r"\s*&&\s*(?=\\?[^\W\d_]\s*=(?!=))")  # … && p = σ(X w)
# "Step 2. inverse", the heading of a step
_STEP = re.compile(r"^([^\S\n]*(?:[Ss]tep|[Pp]art)\s*\d{1,2}\s*[.:)]\s+[A-Za-z][a-z-]{3,}"
                   r"(?:[^\S\n]+[A-Za-z-]{2,}){0,4})[.:]?[^\S\n]*$", re.MULTILINE)
_BUT = re.compile(r"^([^\S\n]*)But\s+(?=\S+\s*=(?!=))", re.MULTILINE)
_WEIGHT = re.compile(
    r"(?<![\w.])(?:reg|lmbda|lambd|lbda|l2_?reg|reg_?lambda|weight_decay)(?![\w(])")


def laid_out(text: str, chain: Chain) -> str:
    """Return a text reduced to formulas and words, on the same lines."""
    text = _DISPLAY.sub(_inside, _ITALIC.sub(r"\1\3", _ADDED.sub(r"\1", text)))
    if _TABLE.search(text):
        text = _CELLS.sub(lambda it: it[1].replace("|", " "), _TABLE.sub("", _HEAD.sub("", text)))
    text = _BUT.sub(r"\1", _REFERENCE.sub("", _NUMBERED.sub("", text)))
    text = _STEP.sub(r"\1:", _BESIDE.sub(", where ", text))
    if _ELL.search(text) and not _SCALAR_ELL.search(text):  # \ell may mean something else
        text = _IS_ELL.sub(r"\1ell ", text)
    text = _CALLED.sub(r"(\g<of>)\g<rest>, where \g<name> := \g<of>", text)
    text = _OF_DEFINED.sub(r"of $\1$, where $\1 \2$", text)
    if "H" not in chain.vocabulary:
        text = re.sub(_STYLED.format("H"), "H", text)
    if "lambda" in chain.leaves and PROGRAM.search(text) and not re.search(
            rf"^\s*{_WEIGHT.pattern}\s*=|\b(?:lam|lambda_?)\b", text, re.MULTILINE) and len(
            {*_WEIGHT.findall(text)}) == 1:
        text = _WEIGHT.sub("lam", text)
    return text


def _inside(display: re.Match) -> str:
    formula = (display["a"] or display["b"]).strip()
    return f"{display[1]}{_ARROW.sub('', formula).strip()}" if "=" in formula else display[0]
