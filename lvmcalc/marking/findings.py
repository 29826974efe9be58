"""What a finding says: a sentence for every kind of mistake, in the order in which teachers meet
them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lvmcalc.marking.mistakes import Mistake

# What explains an answer as well as something else is named in this order.
SENTENCES = {
    "missing_path": "What comes along {where} is lost: {what} is used more than once, and all its "
                    "uses add up.",
    "sign": "The sign is wrong: that of {what} in {where}.",
    "stopped_early": "A derivative was not applied: {what} in {where}.",
    "missing_scalar": "The factor {what} is missing in {where}.",
    "factor": "A factor is wrong in {where}: {what}.",
    "doubled_path": "What comes along {where} is counted twice{what}.",
    "missing_inverse": "An inverse is lost: {what} in {where}.",
    "missing_term": "A term is lost: {what} in {where}.",
    "averaged": "This is the mean over {what}, where the sum belongs.",
    "elementwise": "∘ multiplies entry by entry; here the matrix product belongs: {what}.",
    "transpose": "A transpose is lost or one too many: {what} in {where}.",
    "order": "The factors are in the wrong order in {where}.",
    "inverted_scalar": "{what} is upside down in {where}: it and its reciprocal are exchanged.",
    "extra_inverse": "There is an inverse too many: {what} in {where}.",
    "extra_term": "A term too many: {what}.",
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with an answer: its kind, where it is, and a sentence about it."""

    kind: str
    where: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


Explanation = tuple[Finding, ...]  # findings that hold together


def findings(mistakes: Sequence[Mistake]) -> Explanation:
    """Return the findings for some mistakes; the same one in several places is told once."""
    places: dict[tuple[str, str], list[str]] = {}
    for mistake in mistakes:
        places.setdefault((mistake.kind, mistake.what), []).append(mistake.where)
    found = []
    for (kind, what), where in places.items():
        text = SENTENCES[kind] if what else re.sub(r": {what}|{what} in ", "", SENTENCES[kind])
        place = " and ".join(dict.fromkeys(where))
        found.append(Finding(kind, place, text.format(where=place, what=what)))
    return tuple(found)


def one(kind: str, sentence: object, where: str = "the answer") -> Explanation:
    """Return an explanation of one finding, its sentence with a capital letter and a full stop."""
    text = str(sentence).rstrip(".")
    return (Finding(kind, where, text[0].upper() + text[1:] + "." * (text[-1] != "?")),)
