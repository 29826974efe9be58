"""Refuse an answer whose words say that its formula is another quantity, or that it is wrong."""

import re

from lvmcalc.marking.exercise import Exercise
from lvmcalc.notation import Unreadable

_NOUN = (r"(?:residual|error|prediction|output|loss|cost|objective|energy|(?:log-)?likelihood|gram"
         r"|kernel|covariance|precision|weight|parameter|input|target|label|hessian|jacobian|prior"
         r"|regulari[sz]er|penalty|optimum|minimi[sz]er|estimate|softmax|probabilit(?:y|ies)|trace"
         r"|determinant|norm|distance|activation|feature|logit|score)(?:s|\s+matrix|\s+term)?")
_OWN = (r"(?:(?!(?:gradient|derivative|slope|adjoint|answer|of|for|to|by|in|is|twice|half|minus)"
        r"\b)[a-z-]+\s+){0,2}")
# "residual = X w − y", "The residual is X w − y", but not "Residual: r = X w − y"
_CALLED = re.compile(rf"(?:^|[.;!?]\s+)\W*(?:(?:so|hence|thus|then|here|now)\b,?\s*)?{_OWN}"
                     rf"(?P<noun>{_NOUN})\s*(?:=(?!=)|(?:is|are|equals?|reads|becomes)\s|:\s*"
                     r"(?![^\n]*=))(?!\W*(?:∂|∇|\\nabla|\\[td]?frac|d[A-Z]/))", re.IGNORECASE)
# "The gradient with respect to the inputs is …", but not "to the inputs X"
_BY = re.compile(r"\b(?:respect\s+to|w\.?r\.?t\.?)\s+(?:(?:the|our|all|its)\s+)?"
                 r"(?P<noun>inputs?|data|targets?|labels?|observations?|predictions?|outputs?"
                 r"|residuals?|kernel|covariance|noise|precision|logits?|features?|activations?)"
                 r"(?:\s+(?:matrix|variance|precision))?"
                 r"(?!\s*[,(]?\s*\$?\\?(?:[^\W\d_]|[A-Za-z]+)\$?(?=\s*(?:is|=|,|:|\)|we\b)))",
                 re.IGNORECASE)
# "The residual is c, so the gradient is …", and code that goes on
_GOES_ON = re.compile(r"=|\n\s*\S|\b(?:so|hence|thus|therefore|gradient|derivative|gives|get)\b",
                      re.IGNORECASE)
_STAGES = ("kernel", "covariance")  # which have no letter of their own in the model
_DENIED = re.compile(r"^[^\S\n]*(?:#+|%+|//)[^\S\n].*?\b(?P<word>wrong|incorrect|false|not|never"
                     r"|mistaken?|bug|fails?)\b.*\n", re.IGNORECASE | re.MULTILINE)


def with_targets(exercise: Exercise, text: str) -> str:
    """Return a text with the letter for "the targets" that something is differentiated by."""
    def letter(match: re.Match) -> str:
        noun = match["noun"]
        targets = noun.lower().rstrip("s") in ("target", "label") and match[0].endswith(noun)
        front = re.sub(r"(?:the|our|all|its)\s+$", "", match[0].removesuffix(noun))
        return front + exercise.wrt if targets else match[0]

    return _BY.sub(letter, text) if exercise.wrt in ("y", "Y") else text


def refuse_others(exercise: Exercise, text: str) -> None:
    """Raise Unreadable if the words round a formula say that it is not what is asked for."""
    called = _CALLED.match(text)
    if called and not _GOES_ON.search(text[called.end():]):
        raise Unreadable(f"{exercise.name} is asked for, but this says what the "
                         f"{called['noun'].lower()} is.")
    by = _BY.search(text)
    stage = exercise.wrt not in exercise.chain.leaves
    if by and not (stage and by["noun"].lower() in _STAGES):
        raise Unreadable(f"{exercise.name} is asked for, but this is by the {by['noun'].lower()}: "
                         "write its letter.")
    if denied := _DENIED.search(text):
        raise Unreadable(f"A line above says `{denied['word']}`: leave it out if it is not about "
                         "the answer.")
