"""Leave out the words round a formula that are known to say nothing about it: "I think it is …".

A word that is not known stays, and makes the formula unreadable.
"""

import re

from lvmcalc.notation.lexicon import ANSWERING, STYLES
from lvmcalc.notation.named_functions import FUNCTIONS
from lvmcalc.notation.vocabulary import Vocabulary

# What is polite, or unsure, in front of an answer and behind it
_UNSURE = (r"I(?:['’]m|\s+am)\s+(?:(?:pretty|quite|fairly|not)\s+)*(?:\w+ly\s+)?sure\s*,?\s*"
           r"(?:but|that)?|not\s+sure\s*,?\s*but|(?:it|that)['’]s\s+just")
_POLITE = re.compile(r"^\s*(?:\d{1,2}[a-h]?\)\s+|(?:sure|certainly|of course|absolutely|hi|hello"
                     r"|hey|ok(?:ay)?|yes|great question)(?:\s*[!,.]+\s+|\s*\n)"
                     rf"|(?:{_UNSURE})\s+(?=\S))+", re.IGNORECASE)
_THIS = r"(?:that|this|it)"
_ASKING = re.compile(r"(?:\s*[,;(]|\s*[.!?]\s|\s)\s*(?:(?:am\s+)?I\s+(?:right|correct)"
                     r"|(?:but\s+)?I(?:['’]m|\s+am)\s+(?:\w+\s+)?sure|(?:right|correct|no)(?=\s*\?)"
                     rf"|is\s+{_THIS}\s+(?:right|correct|ok)"
                     r"|isn['’]?t\s+it|I\s+(?:think|guess|believe|suppose|hope)"
                     rf"|(?:I\s+)?hope\s+{_THIS}\s+(?:helps|is\s+(?:right|correct))"
                     r"|as\s+(?:required|desired|claimed|wanted|expected))[\s.!?)]*$",
                     re.IGNORECASE)
_REASON = re.compile(r"[,;]?\s+\(?(?:where|since|because|as|with|for|using(?:\s+that)?|by|after)"
                     r"((?:\s+[\w⁻¹ᵀ]+)+)\)?[\s.]*$")
_SYMMETRIC = re.compile(r"\s*(?:(?:since|as|because)\s+[^\s,]{1,12}\s+is\s+symmetric|by\s+"
                        r"(?:the\s+)?symmetry\s+of\s+[^\s,]{1,12})\s*,?\s+", re.IGNORECASE)
# "(c is the residual)", which says what is known
_CALLED = re.compile(r"[,;]?\s+\(?(?:(?:where|with)\s+)?(?P<name>[^\s(]{1,9})\s+"
                     r"(?:is|denotes|being)\s+(?:the|our)\s+(?P<words>[a-z]+(?:\s[a-z]+)?)"
                     r"\)?[\s.]*$")
_CIRCLE = re.compile(r"[,;]?\s+\(?(?:where|with|here)\s+\$?(?:[∘⊙]|\\odot|\\circ)\$?\s+(?:is"
                     r"|denotes"
                     r"|being)\s+the\s+(?:element-?wise|entry-?wise|hadamard)\s+product\)?[\s.]*$",
                     re.IGNORECASE)
_UNIT = re.compile(r"[,;]?\s+\(?(?:where|with|here)\s+\$?I(?:_\w)?\$?\s+(?:is|denotes|being|the)"
                   r"\s+(?:the\s+)?(?:\$?\w\s*(?:\\times\s*|×|x|by)\s*\w\$?\s+)?"
                   r"(?:identity|unit)(?:\s+matrix)?\)?[\s.]*$")
# Words for a kind of loss; "negative", "mean" or "half" would change what it is
_KIND = (r"(?:(?:training|total|whole|full|overall|squared?|quadratic|log|logistic|cross-entropy"
         r"|ridge|regulari[sz]ed|penali[sz]ed|marginal|data|reconstruction|softmax|least-squares"
         r"|empirical|Gaussian|scalar|log-likelihood|network)\s+)")
# What says nothing of the formula beside it though a word of it may
_WITH = r"(?:\s+(?:with|as|to(?:\s+be)?|at|being))?"
PHRASES = re.compile(
    rf"\b(?:(?:ends?|ended|comes?|came|turns?|turned|works?|worked)\s+(?:up|out){_WITH}"
    r"|after\s+some\s+\w+|(?:on\s+)?both\s+sides|in\s+terms\s+of|first(?:ly)?,"
    r"|step\s+by\s+step|all\s+(?:together|in\s+all)|in\s+(?:all|total)"
    r"|(?:in\s+)?denominator\s+layout"
    r"|(?:matrix|vector)\s+of\s+(?:the\s+)?(?:predicted\s+)?(?:class\s+)?probabilities"
    r"|(?:the\s+)?same\s+as\s+(?:for|in)\s+[^\s:,]{1,9}[:,]|left[- ]hand\s+side"
    r"|(?:(?:collecting|combining|adding(?:\s+up)?|summing|with|from|of|over)\s+)?(?:the\s+)?"
    r"(?:two|both|all|three)\s+(?:the\s+)?(?:terms|paths|contributions|parts|uses)"
    r"|multiplying\s+out"
    r"|I\s+(?:think|guess|suppose|believe|hope)|my\s+guess(?=\s+is)"
    rf"|(?:gradients?|derivatives?)\s+of\s+(?:(?:the|this|our)\s+)?{_KIND}?"
    r"(?:log-loss|loss|objective|cost|error|log-likelihood|likelihood|function|model|energy"
    r"|criterion)(?:\s+function)?)(?![\w-])|\b(?:sum|total):", re.IGNORECASE)
# A number such as 2) or (iv), and an arrow
_LABEL = re.compile(r"^\s*(?:\(?(?:\d{1,2}(?<!\(\d)(?<!\(\d\d)|(?P<letter>[a-h])|[ivx]{1,4})\)\s+)?"
                    r"(?:(?:=>|⇒|⟹|→|->(?=\s)|\\(?:Rightarrow|implies|to)\b)\s*)?")
# "The gradient of the loss with respect to X is", and "∂L/∂X should be"
_WRT = (r"(?:(?:with\s+)?respect\s+to|w\.?r\.?t\.?|for"
        r"|at\s+the\s+(?:hidden|output)\s+layer)\s+(?:the\s+\w{4,}\s+)?"
        r"\$?(?P<wrt>[^\s,:$]{1,20}?)\$?")
_VERB = (r"(?:is|are|equals|becomes|reads|gives|would|should|must|will|ends?|comes|turns)\b"
         r"(?:\s+(?:be|up|out|as|to|being|equal|given|by|just|simply|then|therefore|thus)\b)*"
         r"(?=[\s:])")
_SUBJECT = re.compile(r"^\s*(?:(?:the|my)\s+)?(?:gradient|derivative)(?:\s+of\s+(?:the\s+)?"
                      rf"{_KIND}{{0,2}}(?:loss|objective|log-likelihood|likelihood|cost|error"
                      r"|function|L))?"
                      rf"(?:\s+{_WRT})?(?:\s+(?={_VERB})|\s*(?==)|\s*:\s)"
                      rf"|^\s*{_WRT.replace('wrt', 'of')}"
                      r"(?:\s*[:,]\s+|\s+(?=(?:we|I)\b))", re.IGNORECASE)
# "The loss is", which says that it is no gradient
VALUES = (r"(?:loss|objective|cost|error|energy|(?:log-)?likelihood|function|value|criterion|model"
          r"|kernel|predictions?|targets?|signal|information|map|data|noise|covariance)")
VALUE = re.compile(r"^\s*(?:(?:so|hence|thus|then|and)\s+)?(?:the|my|our)\s+"
                   rf"{VALUES}(?:\s+(?:function|matrix))?\s+{_VERB}", re.IGNORECASE)
_SAID = re.compile(r"^(?P<left>\s*(?:∂|\\partial|d[A-Z]|\\[td]?frac|∇|\\nabla)[^=\n]{0,60}?)\s+"
                   rf"(?P<verb>{_VERB}|-+>|→|⇒|=>|⟹)(?=\s)")
_WORD = re.compile(r"\s*([A-Za-z-]+)(['’](?:s|m|ve|re|d|ll)(?![A-Za-z]))?"
                   r"(?:\s*[,:.?]\s+|\s*[,:]\s*|\s+)(?=[^\s=:])")


def without_politeness(text: str, vocabulary: Vocabulary) -> str:
    """Return a text without "3a)" or "Sure!" in front of it, and ", right?" behind it."""
    text = _POLITE.sub(lambda found: " " * len(found[0]), text)
    return _without_unit(_ASKING.sub("", text), vocabulary)


def _without_unit(text: str, vocabulary: Vocabulary) -> str:
    """Return a text without "where I is the identity", if I is nothing else."""
    text = _CIRCLE.sub("", text)
    return _UNIT.sub("", text) if vocabulary.spellings["I"].is_Identity else text


def without_phrases(text: str, vocabulary: Vocabulary) -> str:
    """Return a text without the known words in front of its formula and behind it."""
    if VALUE.match(text):
        return text

    def is_prose(word: str) -> bool:
        short = len(word) == 1 and word != "a"
        known = word in {*vocabulary.spellings, *vocabulary.functions, *FUNCTIONS}
        return not short and not known and word.lower() in ANSWERING

    def says_nothing(word: re.Match) -> bool:
        behind = _WORD.match(rest[word.end():])
        speaks = word[1] in ("I", "i") and (word[2] or (behind and is_prose(behind[1])))
        return bool(speaks) or is_prose(word[1])

    def is_known(name: str) -> bool:
        return bool(vocabulary.pattern.fullmatch(name))

    label = _LABEL.match(text)
    named = label and label["letter"] in vocabulary.spellings  # (d) may be a stage
    rest, told = text[0 if named else label.end():], ""
    while True:
        if phrase := PHRASES.match(rest.lstrip()):
            rest = rest.lstrip()[phrase.end():].lstrip(" ,:")
            continue
        subject, word = _SUBJECT.match(rest), _WORD.match(rest)
        name = re.sub(rf"{STYLES}|[{{}}]", "", (subject["wrt"] or subject["of"] or "")
                      if subject else "")
        if subject and (is_known(name) or not name):
            rest, told = rest[subject.end():], name or told
        elif known := _SYMMETRIC.match(rest):
            rest = rest[known.end():]
        elif word and says_nothing(word):
            rest = rest[word.end():]
        else:
            break
    left, equals, _ = rest.lstrip(" =").partition("=")
    named = equals and re.search(rf"(?<![A-Za-z]){re.escape(told)}(?![A-Za-z])", left)
    if told and ":=" not in rest and not named:
        rest = f"∂{vocabulary.outputs[0]}/∂{told} = {rest.lstrip(' =')}"
    if "=" not in rest or "=>" in rest:
        rest = _SAID.sub(lambda it: f"{it['left']} ={' ' * (len(it['verb']) - 1)}", rest)
    rest = _without_unit(rest, vocabulary)
    called = _CALLED.search(rest)
    if called and is_known(called["name"]) and all(map(is_prose, called["words"].split())):
        rest = rest[:called.start()]
    reason = _REASON.search(rest)
    if reason and all(is_prose(word) or word in vocabulary.spellings
                      for word in reason[1].split()) and is_prose(reason[1].split()[-1]):
        rest = rest[:reason.start()]
    return rest
