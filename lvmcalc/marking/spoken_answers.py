"""Answers that are spoken: "The gradient with respect to Y is minus K inverse times Y."

Of the words round a formula only those in the tables are left out.
"""

import re
from itertools import product

from sympy import MatrixSymbol, Symbol

from lvmcalc import notation
from lvmcalc.marking.exercise import Exercise
from lvmcalc.marking.left_side import is_loss
from lvmcalc.notation.parser import parse
from lvmcalc.notation.spoken_formulas import MOST_WAYS, written

_VERB = r"(?:is|equals|becomes|should\s+be|must\s+be|reads)(?:\s+(?:just|simply|equal\s+to))?\s+"
_WRT = r"(?:\s+(?:with\s+respect\s+to|w\.?r\.?t\.?|for)\s+\$?(?P<{}>[^\s,$]{{1,20}})\$?)?"
OPENING = re.compile(r"\s*(?:(?:so|thus|hence|then|therefore|I\s+(?:think|believe|guess))\b"
                     r"(?:\s+that\b)?\s*,?\s*)*", re.IGNORECASE)
LEAD = re.compile(
    r"(?:(?:it|that)['’]s\s+(?:just\s+|simply\s+)?"
    rf"|(?:it|this|(?:the|my)\s+(?:answer|result))\s+{_VERB}|we\s+(?:get|obtain|have|find)\s+"
    rf"|(?:the|my)\s+(?:gradient|derivative)(?:\s+of\s+(?:the\s+)?(?:loss|objective|cost|L))?"
    rf"{_WRT.format('wrt')}\s+{_VERB}"
    rf"|(?P<left>(?:∂|d[A-Z]\s*/|∇|\\nabla|\\[td]?frac)[^=\n]{{1,60}}?)\s*(?:=\s*|\s{_VERB}))",
    re.IGNORECASE)
OF_FORMULA = re.compile(r"(?:the\s+)?(?:gradient|derivative)\s+of\s+(?P<loss>.+?)"
                        rf"{_WRT.format('wrt')}\s+{_VERB}", re.IGNORECASE)
SINCE = re.compile(r"(?:since|because|as)\s+(?:the\s+)?(?:loss|objective|cost|L)\s+(?:is|equals)\s+"
                   r"(?P<loss>.+?),\s+(?:its|the)\s+(?:gradient|derivative)"
                   rf"{_WRT.format('wrt')}\s+{_VERB}", re.IGNORECASE)
THAT_IS = re.compile(r"\s*[,;]?\s*(?:i\.\s?e\.|that\s+is|namely|in\s+other\s+words)\s*,?\s+",
                     re.IGNORECASE)
WHERE = re.compile(r"\s*,?\s+(?:where|with)\s+\$?(?P<name>\\?\w{1,9})\$?\s+"
                   r"(?:is|are|being|denotes|=)\s+(?P<what>[^,=]+(?:,[^,=]+)?)$", re.IGNORECASE)
# What a formula may be called in front of "i.e."
CALLED = re.compile(r"(?:minus\s+)?(?:the|our)\s+(?:residuals?|errors?|prediction\s+errors?"
                    r"|reconstruction\s+errors?|misfit)", re.IGNORECASE)


def spoken_answers(exercise: Exercise, text: str) -> list[str]:
    """Return the answers in signs that a spoken one can mean, [] if it is none."""
    words, text = exercise.chain.vocabulary, text.strip().rstrip(". \n")
    text, asked, given = text[OPENING.match(text).end():], f"{exercise.name} = ", [""]
    spoken = False
    if lead := LEAD.match(text):
        left = lead["left"] or (f"∂{words.outputs[0]}/∂{lead['wrt']}" if lead["wrt"] else "")
        asked, text = f"{left} = " if left else asked, text[lead.end():]
    elif of := OF_FORMULA.match(text) or SINCE.match(text):
        if not _is_of_loss(exercise, of["loss"], of["wrt"]):
            return []
        text, spoken = text[of.end():], True
    if where := WHERE.search(text):
        what = written(where["what"], words)
        text, spoken = text[:where.start()], spoken or bool(what)
        given = [f", where {where['name']} = {each}" for each in what or [where["what"]]]
    parts = THAT_IS.split(text)
    if len(parts) > 1 and CALLED.fullmatch(parts[0]):
        parts, spoken = parts[1:], True
    meant = [written(part, words) for part in parts]
    if not (spoken or any(meant)) or any("=" in part for part in parts):
        return []
    ways = [formulas or [part] for formulas, part in zip(meant, parts, strict=True)]
    found = [f"{asked}{' = '.join(way)}{behind}" for *way, behind in product(*ways, given)]
    return found if len(found) <= MOST_WAYS else []


def _is_of_loss(exercise: Exercise, formula: str, wrt: str | None) -> bool:
    """Return whether a formula is that of L, or of its terms with what it is differentiated by,
    which is asked for."""
    chain, words = exercise.chain, exercise.chain.vocabulary
    known = {*chain.leaves, *chain.nodes, *chain.abbreviations}
    for typed in written(formula, words) or [formula]:
        if is_loss(exercise, typed) or is_loss(exercise, typed, exercise.wrt):
            letters = {it.name for it in parse(typed, words).atoms(MatrixSymbol, Symbol)}
            names = {notation.spelling(wrt)} if wrt else letters & known
            return {chain.abbreviations.get(it, it) for it in names} == {exercise.wrt}
    return False
