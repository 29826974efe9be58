"""What only lays a derivation out on the page: displays, braces below a formula, slanted words."""

import re

from lvmcalc.chain import Chain
from lvmcalc.notation.statements import PROGRAM

# A line that is one display
DISPLAY = re.compile(r"^([^\S\n]*)(?:\\\[(?P<a>(?:(?!\\[\[\]])[^\n])+)\\\]"
                     r"|\$\$(?P<b>(?:(?!\$)[^\n])+)\$\$)(?=[\s.,;]*$)", re.MULTILINE)
ARROW = re.compile(r"^\s*\\(?:Longrightarrow|Rightarrow|implies|therefore|Leftrightarrow|iff)\b"
                   r"(?:\s*\\q?quad\b)?")
ITALIC = re.compile(r"^([^\S\n]*(?:[-*•]\s+)?)([*_])(?![*_\s])([A-Z][^*_=\n]*[.:])\2(?=\s)",
                    re.MULTILINE)
_GROUP = r"(?:[^{}\n]|\{(?:[^{}\n]|\{[^{}\n]*\})*\})"
# \underbrace{F}_{=: G}, and the end of its row
CALLED = re.compile(rf"\\underbrace\s*\{{(?P<of>{_GROUP}*)\}}\s*_\s*\{{\s*(?:=\s*:|:\s*=)?\s*"
                    r"(?P<name>\\?[^\W\d_])\s*\}(?P<rest>(?:(?!\\\\)[^\n])*)")
OF_DEFINED = re.compile(r"\bof\s+\$\s*(\\?[^\W\d_])\s*(=(?!=)[^=$\n]+)\$")  # softmax of $Z = XW$
ADDED = re.compile(r"^(\s*\w+\s*\.?[-+*/@]=(?!=)[^#\n\"']*?)\s*#.*$", re.MULTILINE)
STYLED = r"\\(?:mathcal|mathbf|bm|boldsymbol|mathrm)\s*(?:\{{\s*{0}\s*\}}|{0}(?![A-Za-z]))"
ELL = re.compile(r"(?:^|[\s$&,])(\\ell|ℓ)\s*&?\s*:?=(?!=)", re.MULTILINE)
SCALAR_ELL = re.compile(r"(?:∂|∇\S*|\\partial|\\nabla\S*)\s*(?:\\ell|ℓ)")
IS_ELL = re.compile(r"(?<![A-Za-z])(d\s*)?(?:\\ell(?![A-Za-z])|ℓ)")
TABLE = re.compile(r"^\s*\|[\s:|-]+\|\s*$", re.MULTILINE)  # below the head of a table
HEAD = re.compile(r"^[^\S\n]*\|[A-Za-z\s|]+\|[^\S\n]*$(?=\n[^\S\n]*\|[\s:|-]+\|\s*$)", re.MULTILINE)
CELLS = re.compile(r"^[^\S\n]*\|([^=\n]*\|[^=\n]*)\|[^\S\n]*$", re.MULTILINE)
NUMBERED = re.compile(r"(?<=\S)(?:[^\S\n]{2,}|\t)\(\d{1,2}[a-z]?\)[^\S\n]*$", re.MULTILINE)
REFERENCE = re.compile(r"(?:\b(?:[Bb]y|[Ff]rom|[Uu]sing|[Ss]ee|[Ii]n)[\s~]+)?"
                       r"\\(?:eq|c|C)?ref\s*\{[^{}]*\}\s*,?")
BESIDE = re.compile(r"\s*&&\s*(?=\\?[^\W\d_]\s*=(?!=))")  # … && p = σ(X w)
# "Step 2. inverse", the heading of a step
STEP = re.compile(r"^([^\S\n]*(?:[Ss]tep|[Pp]art)\s*\d{1,2}\s*[.:)]\s+[A-Za-z][a-z-]{3,}"
                  r"(?:[^\S\n]+[A-Za-z-]{2,}){0,4})[.:]?[^\S\n]*$", re.MULTILINE)
BUT = re.compile(r"^([^\S\n]*)But\s+(?=\S+\s*=(?!=))", re.MULTILINE)
WEIGHT = re.compile(r"(?<![\w.])(?:reg|lmbda|lambd|lbda|l2_?reg|reg_?lambda|weight_decay)(?![\w(])")


def laid_out(text: str, chain: Chain) -> str:
    """Return a text in which nothing but the formulas and the words are left, on the same lines."""
    text = DISPLAY.sub(_inside, ITALIC.sub(r"\1\3", ADDED.sub(r"\1", text)))
    if TABLE.search(text):
        text = CELLS.sub(lambda it: it[1].replace("|", " "), TABLE.sub("", HEAD.sub("", text)))
    text = BUT.sub(r"\1", REFERENCE.sub("", NUMBERED.sub("", text)))
    text = STEP.sub(r"\1:", BESIDE.sub(", where ", text))
    if ELL.search(text) and not SCALAR_ELL.search(text):  # it may be something else
        text = IS_ELL.sub(r"\1ell ", text)
    text = CALLED.sub(r"(\g<of>)\g<rest>, where \g<name> := \g<of>", text)
    text = OF_DEFINED.sub(r"of $\1$, where $\1 \2$", text)
    if "H" not in chain.vocabulary:
        text = re.sub(STYLED.format("H"), "H", text)
    if "lambda" in chain.leaves and PROGRAM.search(text) and not re.search(
            rf"^\s*{WEIGHT.pattern}\s*=|\b(?:lam|lambda_?)\b", text, re.MULTILINE) and len(
            {*WEIGHT.findall(text)}) == 1:
        text = WEIGHT.sub("lam", text)
    return text


def _inside(display: re.Match) -> str:
    formula = (display["a"] or display["b"]).strip()
    return f"{display[1]}{ARROW.sub('', formula).strip()}" if "=" in formula else display[0]
