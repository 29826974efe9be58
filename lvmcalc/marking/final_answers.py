"""Find the answer behind "Final answer:" or "Together:", at the end of steps that are a story."""

import re

from lvmcalc import notation
from lvmcalc.calculus import UnsupportedExpression
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.derivation_text import DENIES
from lvmcalc.marking.exercise import Exercise
from lvmcalc.marking.left_side import GIVEN_LETTER, is_loss, loss_as_L, names_asked
from lvmcalc.marking.prose import ADJOINT, MARKED, Told
from lvmcalc.marking.story import TWICE
from lvmcalc.notation import Unreadable
from lvmcalc.notation.formula_finder import MATH, sides_of
from lvmcalc.notation.lexicon import ANSWERING, TALK
from lvmcalc.notation.named_functions import FUNCTIONS
from lvmcalc.notation.text_cleanup import unified

_LABEL = re.compile(
    r"(?:^|\n|(?<=[.;!]))[\s*#•-]*(?:(?:so|hence|thus)\s+)?(?:the\s+)?(?:(?:final\s+)?(?:answer"
    r"|result)|(?:al)?together|in\s+total|combining\s+(?:(?:both|the|all|these|two)\s+)+(?:terms"
    r"|parts|contributions)|putting\s+(?:it\s+|everything\s+|all\s+)+together)\s*\**:[\s*]*(?=\S)"
    r"|(?:^|\n|(?<=[.;!]))\s*(?:(?:so|hence|thus)\s+)?the\s+(?P<asked>gradient|derivative)\s+itself"
    r"\s+is\s+", re.IGNORECASE)
# ∇_w L = … and F − Xᵀy = … give neither L nor Xᵀy a meaning
_IN_A_SUM = re.compile(r"(?:(?:∇|\\nabla)\s*_?\s*(?:\{\s*\w+\s*\}|\w)"
                       r"|(?<=[^\s=])[^\S\n]*[-+−–])\s*\w+\s*=")
_PART = re.compile(r"\bparts?\s*:", re.IGNORECASE)  # Trace part: …
# Words of steps, which say nothing of the answer behind them
_TOLD = """
    addition additive autoencoder backpropagation contribution cross cyclic data decoder det
    determinant differential differentials encoder entropy fit gp gplvm linear log model needed of
    off part parts pass penalty read reading regression regularisation regulariser regularization
    regularizer scalar sigmoid square squared squares step steps trace twice
"""
_STORY = ANSWERING | TALK | frozenset(_TOLD.split())


def final_answer(exercise: Exercise, text: str) -> Told | None:
    """Return the formula behind the last such label, if it says that it is what is asked for.

    None if what stands in front of it may give a letter of the answer another meaning.
    """
    words, text = exercise.chain.vocabulary, loss_as_L(exercise, unified(text))
    labels = [*_LABEL.finditer(text)]
    if not labels:
        return None
    front, rest = text[:labels[-1].start()], text[labels[-1].end():].strip().rstrip(" .")
    if shown := MATH.fullmatch(rest):
        rest = next(filter(None, shown.groups()))
    if labels[-1]["asked"]:
        rest = f"{exercise.name} = {rest}"
    first = sides_of(rest)[0]
    alone = not re.search(r"[$\n:;]|\\[\[\]()]|\\\\|\.\s", rest) and ADJOINT.search(first)
    if not alone or not names_asked(exercise, first) or TWICE.search(front) or (
            DENIES.search(_PART.sub(":", front)) or not _is_story(exercise, front)):
        return None
    given = [(name, formula) for name, formula in GIVEN_LETTER.findall(_IN_A_SUM.sub("=", front))
             if not (ADJOINT.search(name) or words.change.fullmatch(name))]
    return Told(rest, {}, MARKED) if all(
        is_known(exercise, *each) or is_new(exercise, each[0], rest) for each in given) else None


def _is_story(exercise: Exercise, front: str) -> bool:
    """Return whether all words in front of an answer are known to say nothing of it."""
    words = exercise.chain.vocabulary
    letters = {*words.spellings}
    plain = re.sub(r"\\[A-Za-z]+", " ", MATH.sub(" ", front))
    return all(len(word) == 1 or word.lower() in _STORY or word in {*FUNCTIONS, *words.functions}
               or word in letters or words.change.fullmatch(word)
               or ({*word} <= letters and len(word) < 4)
               for word in re.findall("[A-Za-z]+", plain))


def is_known(exercise: Exercise, name: str, formula: str) -> bool:
    """Return whether a letter of the chain is given the meaning that it has."""
    words = exercise.chain.vocabulary
    if name.partition("(")[0].strip() in words.outputs:
        return is_loss(exercise, formula)
    try:
        return exercise.compare(notation.parse(name, words), notation.parse(formula, words)).holds
    except (Unreadable, CannotBeFormed, UnsupportedExpression, OutsideDomain):
        return False


def is_new(exercise: Exercise, name: str, rest: str) -> bool:
    """Return whether a letter is none of the chain, and not in the answer."""
    bare = re.sub(r"\\(?:math[a-z]+|bm|boldsymbol)|[{}\s\\]", "", name)
    try:
        notation.parse(name, exercise.chain.vocabulary)
    except (Unreadable, CannotBeFormed):
        return bare not in re.sub(r"\\(?:math[a-z]+|bm|boldsymbol)|[{}\s\\]", "", rest)
    return False
