"""Show the comments of code: they change nothing of what it computes, but may take it back.

    X.T @ (X @ w - y) + lam * w  # chain rule      shown with the mark
    X.T @ (X @ w - y) + lam * w  # times two       unreadable, as no 2 stands in the code

A comment is unreadable if it doubts the code, says what is still to be done, or names an operation
that the code does not have.
"""

import re

from lvmcalc.marking.exercise import Exercise
from lvmcalc.notation import Unreadable
from lvmcalc.notation.statements import PROGRAM
from lvmcalc.notation.tokens import quoted

CODE_COMMENT = re.compile(r"(?:^|(?<=\s))(?:#+|%+(?![*o/])|//)(?P<words>[^\n]*)$", re.MULTILINE)
_HARMLESS = re.compile(
    r"\bno\s+(?:need|factors?|minus|further|extra|½|1/2|0?\.5|2)\b|\bused\s+later\b|\bnot\s+only\b"
    # The work of a mask
    r"|\bonly\s+(?:(?:the|where|on|over|for|those|at)\s+)*(?:observed|known|rated|non-?zero)\b",
    re.IGNORECASE)
DOUBTED = re.compile(
    r"\b(?:not?|never|cannot|without|miss(?:es|ing)?|lacks?|wrong|incorrect|false|fail(?:s|ing)?"
    r"|bugg?y?|broken|todo|fixme|hack|should|ought|must|needs?|still|later|afterwards|finally"
    r"|remains|forg[eo]t\w*|swap\w*|flip\w*|revers\w*|opposite|replac\w*|instead|except|unless|if"
    r"|only|ignor\w*|neglect\w*|omit\w*|drop(?:s|ped|ping)?|approx\w*|rough\w*|almost|perhaps"
    r"|maybe|guess\w*|doubt\w*|debatable|questionable|old|previous|this\s+is\s+for"
    r"|unsure|up\s+to|on\s+top|left\s+out|or\s+rather|to\s+be)\b"
    r"|n['’]t\b|\?|^\W*(?:and\s+)?then\b",
    re.IGNORECASE)
_BY = re.compile(r"\b(?:times|by)\s+(?:1/)?(\d+|[A-Z])\b")
# What is said to be done to "this", and the signs of code that do what a word says
_THIS = re.compile(r"\b(?:minus|twice|half|double|times|over|halve|negat\w+|transpos\w+|invert\w*"
                   r"|inverse|square\w*|divid\w+|multipl\w+|scal\w+|add|plus|subtract\w*)\s+"
                   r"(?:of\s+)?(?:(?:all|the)\s+)?(?:this|that|it|everything|all|whole|result"
                   r"|answer|gradient)\b", re.IGNORECASE)
_SIGNS = {r"two|twice|doubl\w+": "2", r"three|thrice|tripl\w+": "3",
          r"half|halve[sd]?|halving": r"\.5|/\s*\(?2|½|_2|1/2",
          r"divid\w+|division|quotient": r"/|div|rdivide|\\|inv|solve",
          r"mean|averag\w+": r"mean|/|average",
          r"minus|negat\w+|subtract\w*": r"-|−|neg|sub",
          r"transpos\w+": r"\.m?T\b|'|ᵀ|transpose|permute|einsum|\bt\(|⊤|dot|outer|adjoint",
          r"inverted|inverting": r"inv|solve|\\|\^-1|⁻¹|-1",
          r"absolute": "abs|sign", r"sign": "-|−|sign|neg",
          r"clip\w*": "clip|clamp|min|max", r"axis\s*\d": r"axis|dim|\d",
          r"normali[sz]\w+": "/|norm|softmax|mean",
          r"scal(?:ed?|ing)|rescal\w+": r"/|\d|mean", r"plus|add(?:ed|s|ing)?": r"\+|add|sum",
          r"learning\s+rate|step\s+size": "lr|eta|η|rate|step"}
# But "twice dL/dK" says what it is
_NAMED = {re.compile(rf"\b(?:{words})\b(?!\s+(?:of\s+)?\w*[/^@∂])", re.IGNORECASE):
          re.compile(signs) for words, signs in _SIGNS.items()}
# A letter gets a meaning, as in r: Xw/2
_MEANS = re.compile(r"\W*(?P<name>[^\W\d]\w*)\s*(?:is|:|->|means|denotes|for)\s+(?:the\s+)?"
                    r"(?P<what>(?![(\[]?\w\s*[,x×]\s*\w)\S.*)$")
_FORMED = re.compile(r"[^\w\s,.'()-]|\d[^\W\d]")
_FORMULA = re.compile(r"\s*(?:[^\w\s(\[$∂½|‖]|$)")  # -α D K⁻¹ # @ X


def without_comments(exercise: Exercise, text: str) -> tuple[str, list[str]]:
    """Return code without its comments of words, and these comments; another text as it is.

    Raises
    ------
    Unreadable
        If a comment may say that the code is not what is meant.
    """
    shown: list[str] = []
    if not PROGRAM.search(text):
        return text, shown
    code = CODE_COMMENT.sub("", text)

    def leave(match: re.Match) -> str:
        words = match["words"]
        said = _HARMLESS.sub(" ", words)
        named = [signs.search(code) for word, signs in _NAMED.items() if word.search(said)]
        named += [re.search(rf"(?<!\w){it}(?!\w)", code) for it in _BY.findall(said)]
        means = _MEANS.match(words)
        known = means and means["name"] in exercise.chain.vocabulary.spellings
        named += [not any(word.search(means["what"]) for word in _NAMED)] if known else []
        if DOUBTED.search(said) or _THIS.search(said) or not all(named):
            raise Unreadable(f"A comment says `{quoted(words.strip())}`: leave only what you mean.",
                             match.start("words"))
        if known and _FORMED.search(means["what"]):
            return f"# {means['name']} = {means['what']}"
        if "=" in words or (match[0][0] == "%" and "%*%" in text) or _FORMULA.match(words):
            return match[0]
        shown.append(words)
        return " " * len(match[0])

    return CODE_COMMENT.sub(leave, text), shown
