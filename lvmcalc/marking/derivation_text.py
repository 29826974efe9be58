"""Words beside a formula: those that define a letter, and headings in front of an answer."""

import re

from lvmcalc.notation import Vocabulary, spelling
from lvmcalc.notation.filler_phrases import PHRASES, VALUE
from lvmcalc.notation.lexicon import ANSWERING, VARIANTS
from lvmcalc.notation.statements import LETTER

TELLING = re.compile(r"\b(?:plus|minus|times|transposed?|twice|half|inverse|negative|opposite|not"
                     r"|without|divided|squared|sign|again|conjugate|wrong|false|incorrect"
                     r"|mistake|instead|cannot|never|unlike)\b", re.IGNORECASE)
OPERATING = re.compile(r"\b(?:trace|determinant|log(?!its?\b)\w*|exp\w*|diagonal|mean|averaged?"
                       r"|ratio|power|root|absolute|double|triple|quarter|scaled|multipl\w*"
                       r"|reciprocal|only|drop\w*|ignor\w*|neglect\w*|omit\w*|prior|penalt\w*"
                       r"|jacobians?|hessians?|except|no|nor|neither|zero|entr\w+|elements?|rows?"
                       r"|columns?|all|norm)\b"
                       r"|\b(?:of|by|with|to|than|from)\W*$",
                       re.IGNORECASE)
# A sentence beside a formula that is more than a story about how it was found: it speaks of another
# formula, makes a condition, or takes something back
_QUALIFIES = (
    r"up\s+to|left\s+out|leav(?:e|es|ing)\s+out|so\s+far|without|except\w*|exclud\w*"
    r"|ignor\w*|neglect\w*|omit\w*|drop(?!s\s+out)\w*|forg[eo]t\w*|wrong\w*|mistak\w*"
    r"|incorrect\w*|false\w*|tempt\w*|might|would|should|could|may|if|unless|suppos\w*|assum\w*"
    r"|imagin\w*|but|however|instead|rather|almost|approx\w*|rough\w*|modulo"
    r"|consider\w*\s+(?:only|just|one|an?|the\s+(?:first|second|penalty|prior|trace|\w+\s+term))"
    r"|naiv\w*|guess\w*|numerator|case|special\w*|sometimes|claims?|disagree\w*|doubt\w*"
    r"|typos?|replac\w*|swap\w*|exchang\w*|simplicity|when\w*|limit|flip\w*|averag\w*|mean"
    r"|normali[sz]\w*|resc\w+|scal(?:ed|ing|es?)|later|rest|other\w*|someone|never|no"
    r"|(?:minus|half|twice)\s+(?:of\s+)?(?:the\s+)?(?:loss|objective|cost|(?:log-)?likelihood)"
    r"|halved?|negat(?:ed?|ing)|not\s+(?:true|right|correct|the)|flatten\w*|reshap\w*"
    r"|convention\w*|evaluat\w*|optim\w*")
QUALIFIES = re.compile(rf"\b(?:{_QUALIFIES}|at\s+(?!the\s+end|once|last|first))\b", re.IGNORECASE)
# An operation on the formula that follows, unless that is ∂L/∂X = …
DENIES = re.compile(
    rf"\b(?:{_QUALIFIES}|drop\w*|zero|vanish\w*|transpos\w*|rows?|negat\w*|per|parts?|separate\w*"
    r"|remain\w*|minus|half|halve\w*|revers\w*|opposite|at)\b", re.IGNORECASE)
_GIVEN = re.compile(r"(?:^|(?<!\\)[.,;:($]|(?<!\\)\b(?:[a-z]{3,}|be|by|if|so|we)\s)[\s$]*"
                    rf"({LETTER})(?:\(\w+\))?[\s&$]*(?::?=(?!=)|≔|≡|\\(?:coloneqq|equiv)\b)",
                    re.IGNORECASE)
# Words round a definition: "Let the residual be r = Xw − y", "p = σ(Xw), the probabilities"
_NOUNS = r"(?:(?:[a-z]{3,}|of)[\s-]*){1,5}"
NAMED_FIRST = re.compile(r"^\s*(let|define|denote|set|put|write)\s+"
                         rf"(?:(?:(?:the|our)\s+)?{_NOUNS}\s(?:be|by|as)\s+|(?:us\s+)?)"
                         rf"(?=\$?\s*(?:{LETTER})\s*:?=)", re.IGNORECASE)
_NAMED_BEHIND = re.compile(rf"(?:,\s*(?:is\s+|which is\s+)?|\s+(?:be|is|are|being|denotes?|as)\s+)"
                           rf"(?:the|our|an?)\s+({_NOUNS})[.\s]*(\$?)$")
IS_DEFINITION = re.compile(rf"^\s*\$?\s*(?:{LETTER})(?:\(\w\))?\s*:?=[^=]+$")

_D = r"(?:\\partial\b|∂|d)\s*"
_ADJOINT = re.compile(rf"\\[td]?frac\s*\{{\s*{_D}L\s*\}}\s*\{{\s*{_D}([^\W\d_])\s*\}}"
                      rf"|(?<!\w){_D}L\s*/\s*{_D}([^\W\d_])(?![\w(])")


def definition_in(text: str) -> str:
    """Return the definition of a letter without the words round it that name what it is."""
    front = NAMED_FIRST.match(text)
    found = text[front.end():] if front else text
    behind = _NAMED_BEHIND.search(found)
    if behind:
        found = (found[:behind.start()] + behind[2]).rstrip()
    words = " ".join([front[0] if front else "", behind[1] if behind else ""])
    adjoint = re.match(r"\s*(?:∂|d\w*/|\\(?:[td]?frac|partial|nabla)|∇)", found)
    told = any(it.search(words) for it in (TELLING, OPERATING, DENIES)) or (adjoint and not all(
        word.lower() in ANSWERING for word in re.findall("[A-Za-z]+", words)))
    if told or not IS_DEFINITION.match(found):
        return text
    return f"{front[1]} {found}" if front else found


def letters_given(text: str) -> set[str]:
    """Return the letters that a text gives a meaning to, as far as its looks tell."""
    plain = [re.sub(r"\\(?:math[a-z]+|bm|boldsymbol|[td]?frac)|[{}\s\\]", "", match[1])
             for match in _GIVEN.finditer(text)]
    names = {spelling(VARIANTS.get(name, name)) for name in plain if not re.search("[∂/]", name)}
    return names | {re.sub(r"_?[ijkn]$", "", name) for name in names if len(name) > 1}


def without_heading(text: str, vocabulary: Vocabulary) -> str:
    """Return an answer without the words, ending with a colon, that stand in front of it."""
    heading, colon, rest = text.partition(":")
    words = re.findall(r"[A-Za-z]+(?:['’][a-z]+)?", heading)
    named = any(len(word) == 1 or word in vocabulary.spellings for word in words
                if word not in ("a", "A", "I"))
    known = all(word.lower() in ANSWERING for word in re.findall(
        "[A-Za-z]+", PHRASES.sub(" ", heading)))
    value = VALUE.match(f"{heading} ")  # The predictions are: …
    alone = len(words) < 3 or named or value or not known or re.search(
        r"[^A-Za-z\s.,;'’-]", heading)
    return text if alone or not rest[:1].isspace() else " " * len(heading + colon) + rest


def with_own_adjoints(text: str, vocabulary: Vocabulary) -> str:
    """Return a text in which dL/dE, if it is defined there and E is no node, is a free letter."""
    adjoints = [*_ADJOINT.finditer(text)]
    own = [spelling(it[1] or it[2]) for it in adjoints if re.match(r"\s*=", text[it.end():])]
    free = [it for it in "GMTUVJR" if it not in vocabulary.spellings
            and not re.search(rf"\b{it}\b", text)]
    letters = dict(zip([it for it in dict.fromkeys(own) if it not in vocabulary.spellings], free,
                       strict=False)) if len(adjoints) > 1 else {}
    return _ADJOINT.sub(lambda it: letters[name].ljust(len(it[0])) if (
        name := spelling(it[1] or it[2])) in letters else it[0], text)
