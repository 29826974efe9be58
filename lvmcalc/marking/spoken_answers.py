"""Answers that are spoken: "The gradient with respect to Y is minus K inverse times Y."

Of the words round a formula only those in the tables are left out.
"""

import re
from itertools import product

from sympy import MatrixSymbol, Symbol

from lvmcalc import notation
from lvmcalc.marking.exercise import Exercise
from lvmcalc.marking.left_side import is_loss
from lvmcalc.marking.story import PARTS, PLAIN_WORDS
from lvmcalc.notation.lexicon import ANSWERING
from lvmcalc.notation.parser import parse
from lvmcalc.notation.spoken_formulas import MOST_WAYS, heard_formulas
from lvmcalc.notation.vocabulary import Vocabulary

_VERB = r"(?:is|equals|becomes|should\s+be|must\s+be|reads)(?:\s+(?:just|simply|equal\s+to))?\s+"
_WRT = r"(?:\s+(?:with\s+respect\s+to|w\.?r\.?t\.?|for)\s+\$?(?P<{}>[^\s,$]{{1,20}})\$?)?"
_OPENING = re.compile(r"\s*(?:(?:so|thus|hence|then|therefore|I\s+(?:think|believe|guess))\b"
                      r"(?:\s+that\b)?\s*,?\s*)*", re.IGNORECASE)
# The decoder contributes A and the encoder B, where e = …; the gradient is their sum, C.
_PATH = r"the\s+(?P<{}>[a-z-]+(?:\s+(?-i:[a-z]{{2,}}))?)"
_GIVES = r"\s+(?:contributes|gives|yields)"
_TOTAL = re.compile(
    rf"{_PATH.format('what')}{_GIVES}\s+(?P<one>[^,;=]+?)(?:,?\s+and|[,;])\s+"
    rf"{_PATH.format('other')}(?:{_GIVES})?\s+(?P<two>[^,;=]+?)"
    r"(?:,?\s+(?:where|with)\s+(?P<given>[^;]+?))?"
    r"(?:[.;]|,?\s+and|,)\s+(?:so\s+|hence\s+|thus\s+)?the\s+(?:total\s+)?(?:gradient|derivative)"
    rf"{_WRT.format('wrt')}\s+is\s+(?:their\s+sum|the\s+sum(?:\s+of\s+(?:both|these|them|(?:the|"
    r"these)\s+two)(?:\s+(?:terms|parts|contributions|paths))?)?)"
    r"(?:(?:\s*[,:]\s*|\s+)(?:=\s*)?(?P<sum>[^,;=]+))?", re.IGNORECASE | re.DOTALL)
_LEAD = re.compile(
    r"(?:(?:it|that)['’]s\s+(?:just\s+|simply\s+)?"
    rf"|(?:it|this|(?:the|my)\s+(?:answer|result))\s+{_VERB}|we\s+(?:get|obtain|have|find)\s+"
    rf"|(?:the|my)\s+(?:gradient|derivative)(?:\s+of\s+(?:the\s+)?(?:loss|objective|cost|L))?"
    rf"(?:{_WRT.format('wrt')}|\s+for\s+the\s+(?:(?:output|hidden)\s+)?(?:weights|parameters))"
    rf"\s+{_VERB}"
    rf"|(?P<left>(?:∂|d[A-Z]\s*/|∇|\\nabla|\\[td]?frac)[^=\n]{{1,60}}?)\s*(?:=\s*|\s{_VERB}))",
    re.IGNORECASE)
_OF_FORMULA = re.compile(r"(?:the\s+)?(?:gradient|derivative)\s+of\s+(?P<loss>.+?)"
                         rf"{_WRT.format('wrt')}\s+{_VERB}", re.IGNORECASE)
_SINCE = re.compile(r"(?:since|because|as)\s+(?:the\s+)?(?:loss|objective|cost|L)\s+(?:is"
                    r"|equals)\s+(?P<loss>.+?),\s+(?:its|the)\s+(?:gradient|derivative)"
                    rf"{_WRT.format('wrt')}\s+{_VERB}", re.IGNORECASE)
# "To get the derivative by e, multiply the residual by W from the left: W(WᵀWx − x)"
_HOW = re.compile(r"to\s+(?:get|find|obtain)\s+the\s+(?:gradient|derivative)"
                  rf"{_WRT.format('wrt')}\s*,\s+(?:we\s+)?multiply\s+the\s+[a-z]+\s+by\s+"
                  r"(?P<by>\S+)\s+(?:from|on)\s+the\s+(?:left\s*:\s+(?=(?P=by)\W)"
                  r"|right\s*:\s+(?=\S.*\W(?P=by)[.\s]*$))", re.IGNORECASE)
# "Y only appears in the linear term, so …"
_APPEARS = re.compile(r"\s*\$?\\?\w{1,9}\$?\s+(?:only\s+)?(?:appears|enters|occurs|shows\s+up)\s+"
                      r"(?:only\s+|just\s+once\s+)?(?:in|through)\s+the\s+(?:[a-z]+\s+){0,2}term"
                      r"\s*,\s+(?=(?:so|hence|thus)\b)", re.IGNORECASE)
_ALONG = re.compile(r",?\s+with\s+the\s+softmax\s+(?:taken|applied)\s+(?:along|to|over)\s+"
                    r"(?:each|every)\s+row$", re.IGNORECASE)
# What says that another formula for the same follows, which is checked
_THAT_IS = re.compile(r"\s*[,;]?\s*(?:i\.\s?e\.|that\s+is|namely|in\s+other\s+words"
                      r"|(?:or\s+)?equivalently|so\s+it['’]s|which\s+(?:is|equals|simplifies\s+to"
                      r"|reduces\s+to|becomes))"
                      r"\s*,?\s+", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*\(\s*(?:=|i\.\s?e\.,?\s|that\s+is,?\s)\s*(?P<same>[^()]*"
                          r"(?:\([^()]*\)[^()]*)*)\)[\s.]*$")
# A letter and what it is, in words or in signs; in front of the answer, or behind it
_IS = r"\$?(?P<name>\\?[^\W\d]\w{0,8})\$?\s+(?:is|are|be|being|denotes?|for|=)\s+"
_MEANS = re.compile(rf"{_IS}(?P<what>.+)", re.IGNORECASE | re.DOTALL)
_AND = re.compile(r",?\s+and\s+(?=\$?\\?[^\W\d]\w?\$?\s+(?:is|be|denotes?|for|=)\s)")
_ARTICLE = re.compile(r"(?:the|an?|our|its)\s", re.IGNORECASE)  # No formula begins so
_WHERE = re.compile(rf"\s*,?\s+(?:where|with)\s+(?P<given>{_IS}"
                    r"(?P<what>[^,=]+(?:,[^,=]+)?))$",
                    re.IGNORECASE)
_GIVEN = re.compile(rf"(?:with|let|define|(?:we\s+)?writ(?:e|ing))\s+(?P<given>{_IS}.+?)[,:.;]?\s+"
                    r"(?=(?:(?:then|so)\s+)?(?:the\s+(?:gradient|derivative|answer|result)\b|∂|∇"
                    r"|d[A-Z]/))", re.IGNORECASE | re.DOTALL)
# What a formula may be called in front of "i.e." or a comma; with a comma, a word for a sign or a
# factor has to be that of the formula: "minus the residual, Xw − y" may mean either
_CALLED = re.compile(
    r"(?:(?:just|simply|exactly)\s+)?(?:(?P<minus>minus|(?:the\s+)?negative(?:\s+of)?)\s+"
    r"|(?P<half>(?:one\s+)?half(?:\s+of)?)\s+|(?P<twice>twice|(?:2|two)\s+times)\s+)?"
    r"(?:(?:the|our)\s+)?(?P<less>negative\s+)?(?:residuals?|(?:(?:prediction|reconstruction)\s+"
    r")?errors?|misfit|difference|(?:(?:scatter|covariance|Gram|outer\s+product)\s+)?matrix"
    r"|(?:predicted\s+)?probabilities|predictions?|scores?|logits)", re.IGNORECASE)
_APPOSED = re.compile(rf"{_CALLED.pattern}\s*(?:,\s+(?:so\s+|hence\s+)?|:\s+)(?P<rest>\S.*)",
                      re.IGNORECASE)
_BEHIND = re.compile(rf"(?P<formula>[^,]+),\s+{_CALLED.pattern}", re.IGNORECASE)
# "target minus output, Y − T", "predicted probabilities minus labels, times W transpose: (P − Y)Wᵀ"
_LABEL = re.compile(r"(?:the\s+)?(?!(?:minus|times|plus|transpose)\b)(?P<words>[a-z][a-z-]+"
                    r"(?:\s+[a-z-]+){0,3}\s+(?P<by>minus|times)\s+[a-z-]+"
                    r"(?:,?\s+[A-Za-z-]+){0,4})(?<!minus)(?<!times)(?P<comma>[:,])\s+(?=[^,:=]+$)")
_DESCRIBING = ANSWERING | {"minus", "times", "transpose", "transposed", "one", "hot", "labels",
                           "activations", "output", "outputs"}
_BEGINS = {"minus": r"\s*[-−–]", "less": r"\s*[-−–]", "twice": r"\s*2",
           "half": r"\s*(?:½|\(?1/2|0?\.5|\\[td]?frac\s*(?:12|\{\s*1\s*\}\s*\{\s*2\s*\}))"}


def spoken_answers(exercise: Exercise, text: str) -> list[str]:
    """Return the answers in signs that a spoken one can mean, [] if it is none."""
    words, text = exercise.chain.vocabulary, text.strip().rstrip(". \n")
    lead = _APPEARS.match(text)
    text = text[lead.end():] if lead else text
    text = _ALONG.sub("", text) if "softmax(" in text else text
    spoken, given = bool(lead), [""]
    if defined := _GIVEN.match(text):
        text, spoken, given = text[defined.end():], True, _meanings(defined["given"], words)
    text, asked = text[_OPENING.match(text).end():], f"{exercise.name} = "
    total = _TOTAL.fullmatch(text)
    if total and {*f"{total['what']} {total['other']}".lower().split()} <= PARTS | PLAIN_WORDS:
        left = f"∂{words.outputs[0]}/∂{total['wrt']}" if total["wrt"] else exercise.name
        one, two, whole, given = ((total[it] or "").strip("$") for it in (
            "one", "two", "sum", "given"))
        return [f"{left} = ({one}) + ({two}){f' = {whole}' * bool(whole)}"
                f"{f', where {given}' * bool(given)}"]
    if lead := _LEAD.match(text):
        left = lead["left"] or (f"∂{words.outputs[0]}/∂{lead['wrt']}" if lead["wrt"] else "")
        asked, text = f"{left} = " if left else asked, text[lead.end():]
    elif how := _HOW.match(text):
        asked = f"∂{words.outputs[0]}/∂{how['wrt']} = " if how["wrt"] else asked
        text, spoken = text[how.end():], True
    elif of := _OF_FORMULA.match(text) or _SINCE.match(text):
        if not _is_of_loss(exercise, of["loss"], of["wrt"]):
            return []
        text, spoken = text[of.end():], True
    if same := _IN_BRACKETS.search(text):
        text = f"{text[:same.start()]}, i.e. {same['same']}"
    if (apposed := _APPOSED.fullmatch(text)) and _begins_so(apposed, apposed["rest"]):
        text, spoken = apposed["rest"], True
    behind = _BEHIND.fullmatch(text)
    if behind and any(behind[word] for word in _BEGINS) and _begins_so(behind, behind["formula"]):
        text, spoken = behind["formula"], True
    label = _LABEL.match(text)
    if label and {*re.findall("[a-z]+", label["words"].lower())} <= _DESCRIBING | {
            name.lower() for name in words.spellings} and (
            label["comma"] == ":" or (label["by"] == "minus" and re.search(
                r"\S\s*[-−–]", text[label.end():]))):
        text, spoken = text[label.end():], True
    if where := _WHERE.search(text):
        spoken = spoken or bool(heard_formulas(where["what"], words))
        text, given = text[:where.start()], [front + behind for front in given
                                             for behind in _meanings(where["given"], words)]
    parts = _THAT_IS.split(text)
    called = _CALLED.fullmatch(parts[0])
    if len(parts) > 1 and called and (called["minus"] or _begins_so(called, parts[1])):
        parts, spoken = parts[1:], True
    meant = [heard_formulas(part, words) for part in parts]
    if not (spoken or any(meant) or len(parts) > 1) or any("=" in part for part in parts):
        return []
    ways = [formulas or [part] for formulas, part in zip(meant, parts, strict=True)]
    found = [f"{asked}{' = '.join(way)}{behind}" for *way, behind in product(*ways, given)]
    return found if len(found) <= MOST_WAYS else []


def says_sum(text: str) -> bool:
    """Return whether a text says what the sum of the contributions of two paths is."""
    total = _TOTAL.fullmatch(text.strip().rstrip(". \n"))
    return bool(total and total["sum"])


def _meanings(given: str, words: Vocabulary) -> list[str]:
    """Return the definitions that "V for Wᵀ and P for the softmax of XW" can be, behind a formula.
    """
    meant = [_MEANS.match(part) for part in _AND.split(given)]
    ways = [[f"{it['name']} = {what}" for what in heard_formulas(it["what"], words) or [it["what"]]
             if not _ARTICLE.match(what)] for it in meant if it]
    return [f", where {', '.join(way)}" for way in product(*ways)]


def _begins_so(called: re.Match, formula: str) -> bool:
    """Return whether a formula begins with the sign or the factor that it is said to have."""
    return all(re.match(begins, formula) for word, begins in _BEGINS.items() if called[word])


def _is_of_loss(exercise: Exercise, formula: str, wrt: str | None) -> bool:
    """Return whether a formula is that of L, or of its terms with what it is differentiated by,
    which is asked for."""
    chain, words = exercise.chain, exercise.chain.vocabulary
    known = {*chain.leaves, *chain.nodes, *chain.abbreviations}
    for typed in heard_formulas(formula, words) or [formula]:
        if is_loss(exercise, typed) or is_loss(exercise, typed, exercise.wrt):
            letters = {it.name for it in parse(typed, words).atoms(MatrixSymbol, Symbol)}
            names = {notation.spelling(wrt)} if wrt else letters & known
            return {chain.abbreviations.get(it, it) for it in names} == {exercise.wrt}
    return False
