"""Read the names of Newton's method: g for the gradient, H for the Hessian, Δw for the step."""

import re

from lvmcalc.auditing.backprop_notation import stages_of
from lvmcalc.chain import Chain
from lvmcalc.notation.statements import PROGRAM

# Evidence that g is the gradient, and H the Hessian
_SOLVED = (r"\bsolve\(\s*H\b|H\s*(?:⁻¹|\^\s*\{?\s*-\s*1\s*\}?)\s*\\?g(?:rad)?\b"
           r"|\bH\s*\\\s*g\b")
_NEWTON = {"g": re.compile(r"\bgradient\s+(?:is\s+)?(?:then\s+)?\$?g\$?\s*="
                           r"|\[\s*\w+\s*,\s*g\s*[\],]"
                           r"|^\s*g\s*(?:=|<-)[^#%\n]*[#%]\s*(?:the\s+)?gradient\b"
                           r"|[#%][^\n]*\bgradient\b[^\n]*(?:\n[^\n#%]*){0,3}\n\s*g\s*=|"
                           + _SOLVED, re.MULTILINE | re.IGNORECASE),
           "H": re.compile(r"\b(?:hessian|newton|irls)\b|∇L\s*=[^\n]*\n\s*H\s*=|"
                           r"\bd\s*\(?\s*(?:∇|\\nabla)|" + _SOLVED,
                           re.IGNORECASE)}
_MEANT = {"g": "∇L", "H": "∇²L"}
_GIVEN = (r"(?P<front>^(?:.*?[\s,;$])??){}\s*(?:&\s*)?(?::?=(?!=)|<-)\s*"
          r"(?P<meant>(?:∇²|\\nabla\s*\^\s*\{{?2\}}?)[^=\n]*=\s*)?"
          r"(?!\s*(?:[∇∂]|\\nabla|\\frac|0(?![.\d])))"
          r"(?P<said>[^=\n]+?)(?P<rest>$|,?\s+(?:with|where)\s.*$)")
_COMMENT = re.compile(r"\s*(?:#|%(?!\*%)|//)\s*(?:the\s+)?(?:gradient|hessian)\s*$"
                      r"|,?\s+is\s+the\s+(?:gradient|hessian)\W*$|^\s*(?:function|def)\b.*",
                      re.IGNORECASE | re.MULTILINE)
# A step ends in w + dw, so dw is no gradient
_MOVED = re.compile(r"(?:\breturn\s+|=\s*)(\w+)\s*\+\s*d\1\s*;?\s*$|(?<!\w)(\w+)\s*\+=\s*d\2\b",
                    re.MULTILINE)
_STEP = re.compile(r"(?<!\w)(\w+)\s*(?:=\s*\1\s*-|-=)[^\n=]*(?<!\w)g(?!\w)")  # w -= lr * g
_DELTA = re.compile(r"\\Delta\s*\{?\s*(?:\\(?:mathbf|bm|boldsymbol)\s*\{?\s*)?(\w)\b\s*\}*")


def with_newton(text: str, chain: Chain) -> str:
    """Return a text with ∇L for its gradient g, ∇²L for its Hessian H, and Δw for the step dw."""
    known, behind = stages_of(chain), "; " if PROGRAM.search(text) else ", where "
    if "Delta" not in known:
        text = _DELTA.sub(lambda it: f"Δ{it[1]} " if it[1] in known else it[0], text)
    for step in {it[1] or it[2] for it in _MOVED.finditer(text)} & {*chain.leaves}:
        text = re.sub(rf"(?<!\w)d{step}(?!\w)", f"Δ{step}", text)
    for name, says in _NEWTON.items():
        given = re.compile(_GIVEN.format(name), re.MULTILINE)
        if name in known or not says.search(text) or len(given.findall(text)) != 1:
            continue
        letter = rf"(?<![A-Za-z\\]){name}(?![A-Za-z])"
        used = len(re.findall(letter, _COMMENT.sub("", text))) > 1

        steps = _STEP.search(text) if name == "g" else None
        meant = f"∂L/∂{steps[1]}" if steps and steps[1] in chain.leaves else _MEANT[name]

        def put(it: re.Match, name: str = name, used: bool = used, meant: str = meant) -> str:
            said = _COMMENT.sub("", it["said"])
            claim = f"{it['front']}{it['meant'] or f'{meant} = '}{said.rstrip(' .;,')}"
            return f"{claim}{f'{behind}{name} = {said}' * used}{it['rest']}"

        text = given.sub(put, text)
        if name == "g":
            text = re.sub(rf"{letter}(?=\s*=\s*0(?![.\d]))", "∇L", text)
    return text
