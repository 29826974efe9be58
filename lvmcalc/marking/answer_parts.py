"""Take an answer apart: the definitions in it, and behind them the formula that is the answer."""

import re
from collections.abc import Callable

from lvmcalc.marking.derivation_text import definition_in
from lvmcalc.marking.left_side import ARROW
from lvmcalc.notation import Unreadable
from lvmcalc.notation.formula_finder import FRAMES, MATH, derivation_lines, sides_of
from lvmcalc.notation.name_resolution import quoted
from lvmcalc.notation.statements import (
    DEFINITION,
    LETTER,
    SILENT,
    SPACE,
    definition_apart,
    equations,
    program,
)

# What stands between two statements of one answer, and a definition, which may stand behind it
_SO = r"(?:[Tt]hen|[Ss]o|[Tt]hus|[Hh]ence|[Tt]herefore|[Ww]e\s+(?:get|have|obtain|find))"
_BETWEEN = re.compile(rf"\s*(?:{ARROW})\s*"
                      rf"|\s*[.;,]?\s+(?:and\s+)?(?:{_SO}\s*[:,]?\s*\n|(?={_SO}\b))|\s*;?\s*\n"
                      r"|\s*\.\s+(?=(?:∂|\\partial|∇|\\nabla|d[A-Z]\s*/|\\[td]?frac\s*\{\s*"
                      r"(?:∂|\\partial|d))[^=\n.]{1,60}=)")
_CALLED = r"(?:(?:the|is|residuals?|errors?|shorthand|abbreviation|notation|matrix|vector)\s+)*"
_BEHIND = re.compile(rf"(?:\s*[.,;]?{SPACE}+(?:where|with|for|if|because|since)\s+{_CALLED}"
                     r"|\s*[,;]\s*(?:\\q?quad\s*|\\[,;:! ]\s*)+|\s*(?:\\q?quad\s*)+)"
                     rf"((?:{LETTER})\s*:?=[^=]+?(?:(?:\s*,|\s+and\b)+{SPACE}*(?:{LETTER})\s*:?="
                     r"[^=]+?)*)(?:\s+(?:is|being|denotes)\s+the(?:\s+[a-z]+){1,2})?$")
_ADJOINT = re.compile(r"[/∇∂]|\\(?:[td]?frac|nabla|partial)")
_ASIDE = re.compile(rf"{SPACE}*[(\[]\s*(?:where\s+|with\s+)?((?:{LETTER})\s*:?=[^=]+)[)\]][\s.]*$")
_CHANGE = re.compile(r"\s*d\s*[^\W\d_]\w*\s*=")
# A row that begins with a plus goes on, and one with a minus behind dL = …
_NEXT_ROW = re.compile(rf"^({_CHANGE.pattern}[^\n]*)\n\s*(?=[-−])|()\n\s*(?=\+)", re.MULTILINE)
_AND = re.compile(rf"\s*,?\s+and\s+(?=(?:{LETTER})\s*:?=)")


def statements_of(text: str, asked: Callable[[str], bool] = lambda side: False) -> list[str]:
    """Return the definitions in an answer, such as "Let A = K⁻¹Y", and behind them the answer.

    A text with anything else beside its answer is returned as it is. If all that is in it are
    definitions, the last is the answer, or the last one that begins with what is asked.
    """
    parts, behind = program(text), []
    code = len(parts) > 1
    if not code:
        text = _NEXT_ROW.sub(r"\1\2 ", (parts or [text])[0].strip())
        shown = MATH.fullmatch(text)
        inner = next(filter(None, shown.groups())) if shown else text
        found = re.sub(r"(?:\s|\\\\)+$", "", FRAMES.sub(" ", text if "$" in inner else inner))
        if match := _BEHIND.search(found) or _ASIDE.search(found):
            found, behind = found[:match.start()], [match[1]]
        parts = [part for part in _BETWEEN.split(found) if not SILENT.match(part)]
        parts = [one for part in (*parts, *behind) for line in equations(part)
                 for one in map(definition_in, _AND.split(re.sub(rf"^{SPACE}+", "", line)))]
        rows = derivation_lines(found)
        rows = [re.sub(rf"^{SPACE}*(?:{ARROW})", "", one) for row in rows for one in equations(row)]
        rows = [re.sub(rf"^{SPACE}+", "", row) for row in rows]
        if len(rows) > 1 and all(DEFINITION.match(row) or _CHANGE.match(row) or asked(
                sides_of(row)[0]) for row in rows):  # of an align
            parts = [*rows, *map(definition_in, behind)]
    if parts and not code and not behind and all(DEFINITION.match(part) and not asked(
            sides_of(part)[0]) for part in parts):
        parts[-1:] = definition_apart(parts[-1])
    others = [number for number, part in enumerate(parts)
              if not (DEFINITION.match(part) or _CHANGE.match(part))]
    named = [number for number, part in enumerate(parts) if asked(sides_of(part)[0])]
    named = [it for it in named if _ADJOINT.search(sides_of(parts[it])[0])] or [  # G is a letter
        it for it in named if not _is_used(sides_of(parts[it])[0], parts)] or named
    last = len(parts) - 1 - bool(behind)
    twice = others and any(re.search(r"/|\\[td]?frac|∇|nabla|bar|line", sides_of(parts[number])[0])
                           for number in {*named} - {*others})
    if not parts or len(others) > 1 or twice:
        return parts if len(parts) == 1 else [text]
    place = (others or (named if code else named[:1]) or [last])[-1]
    if code and others and not named and parts[place + 1:]:
        raise Unreadable(f"`{quoted(parts[-1])}` stands behind the answer, where it changes "
                         "nothing: put it in front of what uses it.")
    answer = parts.pop(place)
    return [*parts, answer]


def _is_used(name: str, parts: list[str]) -> bool:
    """Return whether the formula of a part has a name in it."""
    return any(re.search(rf"(?<![\w\\]){re.escape(name.strip())}(?!\w)", side)
               for part in parts for side in sides_of(part)[1:])
