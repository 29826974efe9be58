"""Recognise what claims nothing: lines of words, remarks, and the steps of an optimiser."""

import re
from itertools import pairwise

from lvmcalc.auditing.pasted_functions import says_nothing
from lvmcalc.marking.derivation_text import OPERATING, TELLING
from lvmcalc.notation import Vocabulary
from lvmcalc.notation.formula_finder import MATH
from lvmcalc.notation.letters import GREEK
from lvmcalc.notation.lexicon import PROSE
from lvmcalc.notation.statements import LETTER

# Lines that claim nothing although a formula stands in them: "Solution to exercise 3"
_SAYS_NOTHING = re.compile(
    r"\s*(?:(?:[a-z]+\s+(?:\d+,\s+)?){0,3}(?:exercise|problem|question|task|part|sheet)\s+"
    r"\d+(?:\.\d+|[a-z])?\W*$"
    r"|(?:the\s+)?gradient\s+(?:w\.?r\.?t\.?|for|with\s+respect\s+to)\s+\$?\\?\w+\W*$"
    r"|(?!.*(?:[∂∇]|\\partial|\\nabla|(?-i:\bd[A-Z]|\bL\b)))(?:note|notice|remark|recall)\b.*"
    r"\b(?:not|never)\b"
    r"|(?:[a-z]:\s*)?(?:how|what|why|which|where|is|are|am|can|could|do|does)\b[^=]*\?\s*$"
    r"|(?:now\s+)?set(?:ting)?\s*(?:=|(?:equal\s+)?to)\s*(?:0|zero)\W*$"
    r"|\$?\s*(?:\\?sigma|σ)\s*\$?\s*(?:=|is|denotes)\s*(?:the\s+)?\$?"
    r"(?:\\(?:text|mathrm|operatorname)\s*\{)?(?:logistic|sigmoid)(?:\s+function)?\}?\W*$"
    r"|\W*(?:\\text\s*\{)?\W*(?:(?:which|this|that|and|it)\s+)?(?:means|i\.\s?e|e\.\s?g|whence"
    r"|namely)\W*$"
    r"|\W*(?:holding|keeping|fixing|treating)\s+\$?\\?\w+\$?\s+(?:fixed"
    r"|(?:as\s+(?:a\s+)?)?constant)\W*$"
    r"|(?!.*(?:[∂∇]|\\partial|\\nabla))[^=]*[^=\s]\s*(?:≈|\\approx\b)\s*[^=]*$"
    r"|\$?\\?\w+\$?\s+(?:depends\s+on|appears|occurs|enters|is\s+used)\s+"
    r"(?:(?:in\s+)?\$?\\?\w+\$?\s+)?(?:once|twice|(?:two|three)\s+times)"
    r"(?:[,:(](?!.*\b(?:is|are|it|that|gradient|derivative|minus|plus|times|half)\b)"
    r"(?:\s*(?:in|as|by|on|(?-i:[a-z]{3,}))\b)+)?\W*$"
    r"|\$?(?:∂L\s*/\s*∂)?(?:this\s+matrix|it|\\?\w|\\frac\s*\{[^{}]*\}\s*\{[^{}]*\})\$?\s+is\s+"
    r"symmetric\W*$"
    r"|(?:(?:each|the|every)\s+)?(?:rows?\s+of\s+)?\$?\w\$?\s+(?:is|are)\s+one-?hot\W*$"
    r"|(?:as|since|because|note|here)\b[^=]*\b(?:is|are)\s+(?:an?\s+)?(?:scalar|number)s?\b[^=]*$)",
    re.IGNORECASE)
# A : B = tr(AᵀB) only explains a notation
NOTATION = re.compile(
    r"\W*(?:\\langle\s*)?([A-Z])\s*[:,]\s*([A-Z])\s*(?:\\rangle|⟩)?(?:_F)?"
    r"\s*:?=\s*(?:\{?\s*\\(?:operatorname|mathrm|rm|text)\s*\{?\s*)?\\?[tT]r(?:ace)?\s*\}?\s*"
    r"(?:\\left|\\[bB]igg?l?)?[({\[]\s*\1\s*(?:['ᵀ]|\^\s*\{?\s*(?:\\top|\\intercal|T)"
    r"\s*\}?)\s*\2\s*(?:\\right|\\[bB]igg?r?)?[)}\]]\W*$")
INNER = re.compile(r"\W*(?:\\langle\s*)?[A-Za-z]\s*[:,]\s*[A-Za-z]\s*(?:\\rangle|⟩)?(?:_F)?\s*$")
# "For λ = 0 this is the usual gradient" is about the line before it
SPECIAL_CASE = re.compile(r"\s*(?:[Ff]or|[Ii]f|[Ww]hen|[Ww]ith)\s+\$?\\?\w+\s*=\s*[\d.]+\$?,?\s+"
                          r"(?:this|it)\s+(?:is|reduces\s+to|becomes|gives)\s+(?:the|an?)\s"
                          r"(?:[A-Za-z][a-z]+(?:[-'’][a-z]+)*(?:[\s.,!]+|$))+$")
_TITLE = re.compile(r"\s*[A-Z][A-Za-z]+(?:[\s-]+[A-Za-z.]+){0,4}\s*[.:]?\s*$")
NAME = re.compile(r"^\s*(?:\\(?:mathbf|bm|boldsymbol)\s*\{\s*)?"
                  r"\\?([^\W\d_][\u0302\u0303]?"
                  r"(?:(?:_?[^\Wᵀ]){0,12}[\u0302\u0303]?|_\{[a-z]{1,2}\}))\}?"
                  r"(?:\(\w\))?\s*$")
# $X$, $x_i^\top$, $0$ are names and numbers, no formulas
ONE_NAME = re.compile(r"\s*\d+\s*|\s*(?:\\[a-z]+\s*(?:\{\s*)?)?\\?[^\W\d]\w*\s*\}?\s*"
                      r"(?:_\s*(?:\w|\{\w{1,3}\}))?"
                      r"\s*(?:\^\s*\{?\s*(?:T|\\top|\\intercal)\s*\}?|ᵀ|\([\w\\]*\))?\s*"
                      r"|\s*(?:∂|\\partial\s*)L\s*/\s*(?:∂|\\partial\s*)\\?\w+\s*"
                      r"|\s*\\frac\s*\{\s*\\partial\s*L\s*\}\s*\{\s*\\partial\s*\\?\w+\s*\}\s*")
_NOUNS = ("loss", "objective", "kernel", "result")  # nouns that may introduce a formula
_GRADIENTS = ("grad", "gradient", "nabla", "derivative", "differential", "slope")
_NOUN = re.compile(r"\s*(?:(?:and|so|the|our|an?)\s+)*((?:[a-z]{4,}\s+){1,2})"
                   rf"(?=\$?\s*(?:{LETTER})\s*:?=(?!=))")
# Such an end introduces what comes next
_INTRODUCES = re.compile(r"(?:\b(?:is|are|reads?|gives|becomes|get|obtain|have|that|by|as)|[:,])"
                         r"\s*$")
_REASONED = re.compile(r"\s*(?:by|using|from|since|because|via|derivative|rule|differential)\b")
_SHAPE = re.compile(r"\b\w\s*×\s*\w\b")
_SHAPES = re.compile(r"(?:\(?\b[A-Z\d]\s?[×x]\s?[A-Z\d]\b\)?\s*(?:times\b)?)+")
NO_EQUATION = "It is no equation, and nothing in it is checked."
# Words that make the formula behind them a claim: "gives", "is minus", "decoder:"
_STATES = re.compile(r"(?:\b(?:is|are|be|being|gives?|giving|equals?|becom\w+|yield\w*|gets?|obtain"
                     r"|obtains|have|has|reads?|says?|contributes|(?:expands|leads|reduces"
                     r"|simplifies|amounts)\s+to)\b"
                     r"|[:=→⇒]|->|\\(?:to|Rightarrow|implies)\b)[\s:]*"
                     r"(?:(?:just|simply|then|also|now|only|thus|therefore|again|really|actually)"
                     r"\s+)*(?P<next>[^\s]*)")
_ALONE = re.compile(r"(?<!\S)(?:\\[A-Za-z]+|[^\W\d_])(?=[\s.,;:]|$)")  # a name in a sentence
_NAME = r"(?P<name>\\?[^\W\d_]+)"
_NEXT = r"(?:\\(?:text|mathrm|rm)\s*\{?\s*)?(?:new|next)\}?|[a-z]\s*\+\s*1"
_BELOW = r"(?:\s*[_^]\s*(?:\{{?\(?\s*(?:{})\s*\)?\}}?))"
_AT = _BELOW.format(rf"{_NEXT}|old|[a-z]|\d")
_ARROW = r"(?:←|⟵|<-|\\leftarrow\b|\\gets\b)"
_AGAIN = rf"\s*&?\s*(?P=name){_AT}?(?![\w\\])\s*[-+−]"
# w ← w − …, w_new = w − …, w^{(t+1)} = w^{(t)} − …
_STEP = re.compile(rf"(?:^|[\s$:]){_NAME}(?:{_AT}?\s*{_ARROW}|{_BELOW.format(_NEXT)}\s*&?\s*:?=)"
                   rf"{_AGAIN}")
# w = w − lr * grad
_MOVED = re.compile(rf"^\s*{_NAME}\s*\+\s*Δ(?P=name)\s*;?\s*$")  # what a function returns
_IN_PLACE = re.compile(rf"^\s*{_NAME}\s*={_AGAIN}\s*\(?\s*"
                       r"(?:(?:\w+\.)*(?:solve|inv|pinv|lstsq)\("
                       r"|\\?(?P<step>[^\W\d]\w*)(?=\s*[*·\s(\\∇])|∇|\\nabla)")


def is_remark(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a text beside a formula is only words, none of them a name."""
    words = re.findall(r"[A-Za-z]+", _SHAPE.sub("", text))
    named = any(vocabulary.pattern.fullmatch(word) for word in words)
    says = sum(is_english(word) and len(word) > 1 for word in words) > 0
    return bool(re.search("[a-z]{4}", text)) and (says or not named) and bool(
        _REASONED.match(text) or not TELLING.search(text))


def is_aside(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a text is a sentence that mentions formulas but states none."""
    if re.search(r"[=≡∝≈←]|\\(?:equiv|propto|gets|leftarrow)\b", text):
        return False
    plain = _SHAPES.sub(" shape ", MATH.sub(" ⟦⟧ ", text))

    letters = {name for name in vocabulary.spellings if len(name) == 1}

    def is_word(word: str) -> bool:
        named = vocabulary.pattern.fullmatch(word) or word in GREEK or (
            word in vocabulary.functions and f"{word}(" in text)
        product = len(word) < 4 and {*word} <= letters and not is_english(word)
        return len(word) > 1 and not (named or product)

    words = [word for word in re.findall(r"(?<![\w\\])[A-Za-z]+(?![\w(])", plain) if is_word(word)]
    stated = [it["next"].strip(".,;:!?)\"") for it in _STATES.finditer(plain)]
    return len(words) > 2 and sum(map(is_english, words)) > 1 and not any(
        TELLING.match(said) or not (re.fullmatch(r"[A-Za-z'’-]+", said) and is_word(said))
        for said in stated if said not in ("", "a"))


def without_noun(text: str, vocabulary: Vocabulary) -> str:
    """Return a definition without the noun in front of its letter, as in "error e = f − y"."""
    noun = _NOUN.match(text)
    names = {*vocabulary.functions, *vocabulary.spellings, *GREEK, *PROSE, *_GRADIENTS} - {*_NOUNS}
    told = noun and (names & {*noun[1].split()} or TELLING.search(noun[0])
                     or OPERATING.search(noun[1].strip()))
    return text if not noun or told else text[noun.end():]


def is_english(word: str) -> bool:
    """Return whether a word is English and may stand beside a formula."""
    return word.lower() in PROSE


def is_words(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a line is words without a formula, most of them known to claim nothing."""
    if any(it.match(text) for it in (_SAYS_NOTHING, SPECIAL_CASE)) or says_nothing(text):
        return True
    dot = NOTATION.match(text)
    if dot and not {*dot.groups()} & {*vocabulary}:
        return True
    inner = [next(filter(None, match.groups())) for match in MATH.finditer(text)]
    if "=" in text or not all(map(ONE_NAME.fullmatch, inner)):
        return False
    text = MATH.sub(" ", text)
    words = re.findall(r"[A-Za-z]+", text)
    others = re.sub(r"[A-Za-z\s.,;:!?'’()-]+|(?<!\S)\d+(?=[\s.,;:]|$)", "", _ALONE.sub(" ", text))
    named = [word for word in words if len(word) > 1 and vocabulary.pattern.fullmatch(word)]
    alone = inner or any(len(word) == 1 and word not in "aAI" for word in words)
    letters = {name for name in vocabulary.spellings if len(name) == 1}
    product = any(1 < len(word) < 4 and {*word} <= letters and not is_english(word)
                  and not word.islower() for word in words) or any(
        {*pair} <= letters - {"a", "I"} for pair in pairwise(text.split()))
    tells = TELLING.search(text) and (alone or not _INTRODUCES.search(text))
    if others or not words or named or product or tells:
        return False
    spoken = all(len(word) > 1 or word in "aAI" for word in words) and not OPERATING.search(text)
    told = len(words) > 1 or (len(words[0]) > 3 and words[0] not in vocabulary.functions)
    if spoken and told and not inner and re.search(r"[,:.!]\s*$", text):
        return True
    long_words = sum(len(word) > 3 for word in words)
    if _TITLE.match(text) and max(map(len, words)) > 2:
        return True
    heading = long_words > text.rstrip().endswith(".") and text.rstrip().endswith((":", "."))
    english = sum(map(is_english, words))
    introduces = english > 1 and long_words and _INTRODUCES.search(text)
    return bool(heading or introduces or (long_words > 1 and 0 < english < len(words) - 1)
                or 2 * english > len(words))


def is_update(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a text is an update of a letter.

    If the letter stands on both sides of an equals sign, the step length must not be a name of
    the chain.
    """
    found = _IN_PLACE.match(text)
    sized = found and not (found["step"] and vocabulary.pattern.fullmatch(found["step"]))
    return bool(sized or _MOVED.match(text) or (_STEP.search(text) and text.count("=") < 2))
