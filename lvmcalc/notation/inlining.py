"""Inline functions of one's own: a call gives way to the formula that the function returns.

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))        sigmoid(X @ w)  is  (1 / (1 + np.exp(-(X @ w))))
"""

import re

from lvmcalc.notation.statements import split
from lvmcalc.notation.text_cleanup import LONGEST_TEXT, closing

_NAME, _BODY = r"(?P<name>[^\W\d]\w*)", r"(?P<body>[^\n]+)"
_OF = r"\(\s*(?P<of>[^\W\d]\w*)(?:\s*:\s*[\w.]+)?\s*\)"
_ONE = r"[^\W\d]\w*(?:\s*:\s*[\w.]+)?"
_ARGUMENTS = rf"\(\s*(?P<of>(?:{_ONE}(?:\s*,\s*{_ONE})*)?)\s*\)"
_LINES = r"(?P<lines>(?:[ \t]+[^\n]*\n|[ \t]*\n)*?)[ \t]+return\b[ \t]*"
# Python, MATLAB, R and Julia
_ONE_VALUE = [re.compile(pattern, re.MULTILINE) for pattern in (
    rf"^def\s+{_NAME}\s*{_ARGUMENTS}\s*(?:->[^:\n]+)?:[ \t]*\n{_LINES}{_BODY}",
    rf"^def\s+{_NAME}\s*{_ARGUMENTS}\s*:[ \t]*return\b{_BODY}",
    rf"^{_NAME}\s*=\s*lambda\s+(?P<of>\w+(?:\s*,\s*\w+)*)\s*:{_BODY}",
    rf"^{_NAME}\s*=\s*@\s*{_ARGUMENTS}{_BODY}",
    rf"^{_NAME}\s*=\s*function\s*{_ARGUMENTS}\s*(?!\s*\{{){_BODY}",
    rf"^{_NAME}\s*=\s*function\s*{_ARGUMENTS}\s*\{{\s*(?P<body>[^\n]+?)\s*\}}",
    rf"^function\s+{_NAME}\s*{_ARGUMENTS}[ \t]*\n{_LINES}{_BODY}\n\s*end\b",
    rf"^{_NAME}\s*{_OF}\s*=(?!=){_BODY}")]
_SET = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)\s*(\S.*?)\s*;?\s*$")
_WORD = re.compile(r"(?<![\w.\"'])[^\W\d]\w*")


def inlined(text: str) -> str:
    """Return code without the functions that are called behind their definition.

    One that is not called, calls itself, or has more in it than formulas, stays.
    """
    for pattern in _ONE_VALUE:
        place = 0
        while (found := pattern.search(text, place)) and len(text) <= LONGEST_TEXT:
            body, call = _formula(found), re.compile(rf"(?<![\w.]){found['name']}\s?\.?\(")
            rest = text[found.end():]
            if body and call.search(rest) and not call.search(body):
                text = text[:found.start()] + _called(rest, call, _arguments(found), body)
                place = found.start()
            else:
                place = found.end()
    return text


def _arguments(found: re.Match) -> list[str]:
    return [name.partition(":")[0].strip() for name in found["of"].split(",") if name.strip()]


def _formula(found: re.Match) -> str:
    """Return the formula of a function, with what its lines set in place of the letters."""
    known: dict[str, str] = {}
    for line in (found.groupdict().get("lines") or "").splitlines():
        if line.strip() and not re.match(r"\s*(?:#|[\"']{3}.*[\"']{3}\s*$)", line):
            if not (one := _SET.match(line)):
                return ""
            known[one[1]] = _put(one[2], known)
    return _put(found["body"].strip().rstrip("; "), known)


def _put(formula: str, known: dict[str, str]) -> str:
    return _WORD.sub(lambda word: f"({known[word[0]]})" if word[0] in known else word[0], formula)


def _called(text: str, call: re.Pattern, of: list[str], body: str) -> str:
    """Return a text with the formula in place of each call that has its arguments in order."""
    place = 0
    while (found := call.search(text, place)) and len(text) <= LONGEST_TEXT:
        end = closing(text, found.end() - 1)
        if not end:
            return text
        inner = _called(text[found.end():end - 1], call, of, body)
        given = [it.strip() for it in split(inner, ",")] if inner.strip() else []
        if len(given) == len(of) and not any(re.match(r"\w+\s*=(?!=)", it) for it in given):
            put = f"({_put(body, dict(zip(of, given, strict=True)))})"
            text, place = f"{text[:found.start()]}{put}{text[end:]}", found.start() + len(put)
        else:
            place = end
    return text
