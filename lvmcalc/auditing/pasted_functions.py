"""Read functions pasted into a derivation, and what they return."""

import re

from lvmcalc.notation.statements import ADDS, SILENT, SIZES, program, split

_HEAD = re.compile(r"\s*def\s+(\w+)\s*\(.*\)\s*(?:->.*)?:\s*$")
# A function of MATLAB or Julia assigns the names that it returns
_FUNCTION = re.compile(r"\s*function\s+(?:\[?[\w\s,]+\]?\s*=\s*)?\w+\s*\([\w\s,;]*\)\s*;?\s*$")
_RETURNED = re.compile(r"\s*return\s+(\S.*?)\s*;?\s*$")
# Code that computes no formula: class Net:, print(…), assert …
_USES = re.compile(r"\s*(?:class\s+\w+.*:\s*$|for\s+\w+\s+in\s+.*:\s*$"
                   r"|(?:print|println|disp|display|fprintf|printf|cat)\s*\("
                   r"|(?:assert|pass|break|continue)\b|@\w+\s*$)")
_NAMES = re.compile(r"(?:return\s+)?\(?[A-Za-z]\w*(?:\s*,\s*[A-Za-z]\w*)*\)?")
_GRADIENT = re.compile(r"grad\w*")
_LOSS = re.compile(r"(?:loss|cost|objective|log_?lik(?:elihood)?|nll)(?:_fn|_function)?")
_VALUE = re.compile(rf"{_LOSS.pattern}|[LJf]|ll|lml")  # what is returned with its gradient
_STEPS = re.compile("(?:de|a)scent|step|check|update|train")  # their functions only use a gradient


def says_nothing(line: str) -> bool:
    """Return whether a line of code computes nothing, or only returns assigned names."""
    returns = line.lstrip().startswith("return ")
    return bool(any(it.match(line) for it in (SILENT, _HEAD, _FUNCTION, _USES)) or (
        returns and _NAMES.fullmatch(line.strip())))


def with_returned(lines: list[str]) -> list[str]:
    """Return lines in which the return of a gradient says `∇L = …`, and of the scalar `L = …`.

    A function returns the gradient if its name says so, or the name of what it returns. If that
    name is assigned in one line, that line states the gradient.
    """
    found, gradient, loss = [], False, False
    for line in lines:
        head, returned = _HEAD.match(line), _RETURNED.match(line)
        if head:
            gradient = "grad" in head[1].lower() and not _STEPS.search(head[1])
            loss = bool(_LOSS.fullmatch(head[1].lower()))
        value = returned[1] if returned else ""
        parts = split(value, ",")
        if gradient and len(parts) == 2 and _VALUE.fullmatch(parts[0].strip()):
            value = parts[1].strip()
        named = _GRADIENT.fullmatch(value)
        times = sum(bool(re.match(rf"\s*{re.escape(value)}\s*[-+*/]?=(?!=)", it)) for it in found)
        alone = "," in value if _NAMES.fullmatch(value) and not named else named and times == 1
        says = returned and (gradient or named) and not alone and len(split(value, ",")) == 1
        what = "∇L" if says else "L" if returned and loss and not _NAMES.fullmatch(value) else ""
        found.append(f"{what} = {value}" if what else line)
    return found


def statements_in(line: str) -> list[str]:
    """Return the statements of a line of code, [] if there are none."""
    if sizes := SIZES.match(line):  # N, D = Y.shape
        of = next(filter(None, sizes.groups()[2:]))
        return [f"{sizes[place]} = {of}.shape[{place - 1}]" for place in (1, 2)
                if sizes[place] != "_"]
    if adds := ADDS.match(line):
        return ["{0} = {0} {1} ({2})".format(*adds.groups())]
    return [] if says_nothing(line) else program(line)
