"""Recognise the step of an optimiser, as w ← w − η ∇L, which is no equation."""

import re

from lvmcalc.notation import Vocabulary

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


def is_update(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a text is an update of a letter.

    If the letter stands on both sides of an equals sign, the step length must not be a name of
    the chain.
    """
    found = _IN_PLACE.match(text)
    sized = found and not (found["step"] and vocabulary.pattern.fullmatch(found["step"]))
    return bool(sized or _MOVED.match(text) or (_STEP.search(text) and text.count("=") < 2))
