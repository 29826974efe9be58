"""Show what stands beside a formula and cannot change it, instead of refusing the answer.

    ∂L/∂Y = −XW   (the log-sum-exp part does not depend on Y)

A remark stands in a place for remarks, all its words are plain English, and it has none of the
words in `remarks.toml` that may change what a formula says. It is shown with the mark.
"""

import re
import tomllib
from collections.abc import Callable
from importlib import resources

from lvmcalc import notation
from lvmcalc.marking.chain_letters import has_one_path, symmetric_letters
from lvmcalc.marking.code_comments import CODE_COMMENT
from lvmcalc.marking.exercise import Exercise
from lvmcalc.marking.prose import is_unused, segment_kind, segments_of
from lvmcalc.marking.story import (
    CHANGED,
    DEEDS,
    PART_BEHIND,
    PARTS,
    PLAIN_WORDS,
    RENAMES,
    STATED_VALUE,
    STORY_NOUNS,
    TO_DO,
    TWICE,
    WITH_RESPECT_TO,
)
from lvmcalc.notation.filler_phrases import VALUES
from lvmcalc.notation.formula_finder import MATH
from lvmcalc.notation.lexicon import TALK

_DATA = tomllib.loads((resources.files(__package__) / "remarks.toml").read_text("utf-8"))
_ENGLISH = PLAIN_WORDS | STORY_NOUNS | DEEDS | TO_DO | TALK | frozenset(
    " ".join(_DATA["english"].values()).split())
_ENDINGS = [("", ""), ("s", ""), ("es", ""), ("ies", "y"), ("d", ""), ("ed", ""), ("ied", "y"),
            ("ing", ""), ("ing", "e"), ("ly", ""), ("ily", "y"), ("er", ""), ("'s", ""), ("’s", "")]
_SAFE = re.compile(rf"\b(?:{'|'.join(_DATA['safe']).replace(' ', '[ ]+')})(?![\w-])", re.IGNORECASE)


def _listed(*kinds: str) -> re.Pattern:
    stems = [re.escape(word.removesuffix("-")) + r"\w*" * word.endswith("-")
             for kind in kinds for word in _DATA["changers"][kind].split()]
    return re.compile(rf"\b(?:{'|'.join(stems)})\b|n['’]t\b", re.IGNORECASE)


_UNFINISHED = _listed("unfinished")
_CHANGERS = _listed(*(kind for kind in _DATA["changers"] if kind != "unfinished"))
_FOREIGN = re.compile(r"[^A-Za-z\s.,;:!()'’–—✓-]")
_REASONS = r"(?:since|because|as|by|using|from|through|via|in|only)"
_REASON = re.compile(rf"\b{_REASONS}\s+(?:the\s+\w+\s+)?⟦B⟧", re.IGNORECASE)
_LEADS = re.compile(r"(?::|\b(?:is|are|be|gives|yields|giving|yielding|becomes|reads|equals|get"
                    r"|gets"
                    r"|obtain|obtains|have|has|find|finds|at|with|that|so|hence|thus|therefore),?)"
                    r"\s*$", re.IGNORECASE)
_ANSWER = r"(?:gradient|derivative|answer|result|adjoint|solution)"
_NAMES_IT = re.compile(
    r"^\W*(?:(?:and|so|hence|thus|therefore|in\s+the\s+end)\s+)?(?:the|our|my)\s+(?:\w+\s+)?"
    rf"{_ANSWER}(?:\s+(?:of\s+(?:the|this|our)\s+(?:\w+\s+)?{VALUES}|for\s+⟦N\w*⟧"
    r"|(?:with\s+respect\s+to|w\.?r\.?t\.?)\s+⟦N\w*⟧))*\s*(?:is|reads|becomes|:)\W*$",
    re.IGNORECASE)
_WE_GET = re.compile(
    rf"^(?!.*\b{_ANSWER}\b(?!\W*$)).*\b(?:we|I)\s+(?:\w+ly\s+)?(?:get|obtain|find|arrive\s+at|end"
    rf"\s+up\s+with)(?:\s+(?:the|our)\s+{_ANSWER})?\W*$", re.IGNORECASE | re.DOTALL)
# "the natural gradient" is another one
_OTHER_KIND = re.compile(
    r"\b(?:the|an?|our|my)\s+(?!(?:final|full|total|whole|required|desired|correct|right|overall"
    r"|resulting|complete|exact|usual|standard|corresponding|partial|loss|matrix|analytic\w*)\b)"
    r"\w+\s+(?:gradient|derivative)\b", re.IGNORECASE)
_OTHERS = re.compile(rf"\b{VALUES}s?\b|\b(?:{'|'.join(sorted(PARTS - PLAIN_WORDS))})\b",
                     re.IGNORECASE)
_BEHIND = re.compile(r"\s*(?:[,.;:(—–✓]|$|(?-i:[A-Z][a-z]+\b|I\s[a-z])|(?:since|because|as|which|so"
                     r"|hence|by|using|from|thanks)\b)", re.IGNORECASE)
_OF_ANOTHER = re.compile(
    r"\b(?:gradient|derivative|differential|adjoint)s?\s+(?:of|for|in)\s+(?:the|this|that|an?|its)"
    r"\s+(?!(?:training\s+|whole\s+|total\s+)?(?:loss|objective|cost|error|log-?likelihood"
    r"|likelihood|function|model|energy)\b)", re.IGNORECASE)
_DEED = "|".join(_DATA["english"]["thought"].split())
# Behind a formula: what it is, what is to be done with it, or how the answer is found from it
_CLAIMS = re.compile(
    rf"\b{_ANSWER}s?\s+(?:is|are|was|becomes?|equals?|reads?|follows?|comes?|results?)\b"
    r"|\b(?:answer|result|solution)s?\b"
    r"|\b(?:this|that|it|which)(?:['’]s|\s+is|\s+was)\s+(?:\w+ly\s+)?(?:the|an?|our|one)\b"
    r"|(?:^|[.;!]\s)\W*(?:and|as\s+well|with|to|over|under|of|on|into|then)\b"
    rf"|(?:^|[.;!]\s)\W*(?:please\s+)?(?!(?:see|have)\b)(?:do|get|go|take|{_DEED})\b",
    re.IGNORECASE)
# The loss, or what goes into it, is said to be something: "the noise is weak"
_SUPPOSES = re.compile(
    rf"\b(?:{VALUES}s?|residuals?|penalty|labels|weights|samples|examples|quantit(?:y|ies)|letters?"
    r"|matri(?:x|ces)|vectors?|everything)\s+(?:is|are|was|were|has|have)\s+(?!(?:\w+ly\s+)?"
    r"(?:quadratic|convex|linear|smooth|shared|used|known|symmetric|differentiable|found)\b)",
    re.IGNORECASE)
# A part of the loss may have to be added
_ENTERS = re.compile(r"\b(?:penalty|regulari[sz]\w*|noise|prior|decay|level)\b.*\b(?:comes?"
                     r"|enters?|joins?|sits?|goes|follows?|contributes?|is|are)\b"
                     r"|\bweights?\s+(?:on|of|for)\b", re.IGNORECASE)
# A letter is said to be something: "K is the precision", "the scatter matrix K"
_NAMING = re.compile(
    r"⟦N\w*⟧\s*(?:[,:(=]\s*)?(?:the|an?|our|as|be|being|was|here|(?:is|are)(?!\s+(?:\w+ly\s+)?"
    r"(?:fixed|held|known|observed|shared|used)\b))\b|⟦N\w*⟧\s*[:=]"
    r"|\b(?:here|let|now)\W*⟦N|\b(?:the|an?|our|some)\s+(?!(?:matrix|vector|variable|letter)\s+⟦)"
    r"(?:[\w-]+\s+)?[\w-]*(?!s\s)\w\s+⟦N\w*⟧"
    r"|⟦N\w*⟧\s+(?:\w+ly\s+|already\s+)?(?!(?:is|enters|appears|occurs|depends|contributes|comes"
    r"|shows|sits|stays|needs|as)\b)(?:\w+s|have|had|goes)\b", re.IGNORECASE)
_SYMMETRIC = re.compile(r"⟦N(\w*)⟧\s+(?:is\s+)?symmetric\b", re.IGNORECASE)
_STATIONARY = re.compile(r"^\W*set(?:ting)?\s+(?:(?:it|this|the\s+gradient)\s+)?(?:equal\s+)?to\s+"
                         r"(?:0|zero)\b\s*[:,]?", re.IGNORECASE)
_LABEL = re.compile(r"^\s*(?P<words>(?:Step|Part|Question|Exercise|Problem|Task|Layer)\s+\(?"
                    r"(?:\d{1,2}|[a-h])\)?\s*(?:\([^()]*\))?\s*[:.—–])(?=\s)", re.IGNORECASE)
_BRACKET = re.compile(r"(?<=\s)(?:\((?P<round>(?:[^()\[\]]|\([^()]*\))+)\)"
                      r"|\[(?P<square>(?:[^()\[\]]|\([^()]*\))+)\])(?=[\s.,;]|$)")
_SIZED = re.compile(r"(?<![\w])(?:(?P<name>[^\W\d]\w*)\s*:?\s*)?\(?\b(?P<rows>[^\W\d])\s*"
                    r"(?:,|×|x|\\times)\s*(?P<columns>[^\W\d]|1)\b\)?")


def note_of(remarks: list[str]) -> str:
    """Return the sentence that shows remarks as they were typed, "" if there are none."""
    said = [" ".join(remark.split()).strip(" ,;:") for remark in remarks]
    *first, last = [f"“{it}”" for it in said if it.strip(".")] or [""]
    return last and (f"Beside the formula {'stand' if first else 'stands'} "
                     f"{', '.join(first)}{' and ' * bool(first)}{last}; "
                     f"{'they are' if first else 'it is'} not marked.")


def _is_remark(exercise: Exercise, story: str, least: int = 3) -> bool:
    """Return whether words, with ⟦N…⟧ for a name and ⟦B⟧ for a formula, cannot change an answer."""
    known, names = symmetric_letters(exercise.chain), exercise.chain.vocabulary.spellings
    story = re.sub(r"\b[A-Za-z]\w{2,}\b(?!⟧)",  # Lambda is the noise
                   lambda it: "⟦Na⟧" if it[0].lower() in names else it[0], story)
    story = _SYMMETRIC.sub(lambda it: " and " if it[1] in known else it[0], story)
    said = _SAFE.sub(lambda it: " and " * len(it[0].split()), _REASON.sub("since it is", story))
    words = re.findall(r"[a-z]+(?:['’][a-z]+)?", re.sub(r"⟦\w*⟧", " ", said).lower())
    refused = (_CHANGERS, _NAMING, _SUPPOSES, _ENTERS, _OF_ANOTHER, RENAMES, CHANGED, TWICE)
    return (len(words) >= least and all(map(_is_english, words))
            and not _FOREIGN.search(re.sub(r"⟦N?\w*⟧", " ", said))
            and not re.search("⟦[BDXS]", said)
            and not any(it.search(said) for it in refused)
            and {*WITH_RESPECT_TO.findall(said)} <= {notation.spelling(exercise.wrt)})


def _is_english(word: str) -> bool:
    return any(word.endswith(end) and word[:len(word) - len(end)] + put in _ENGLISH
               for end, put in _ENDINGS)


def stands_beside(exercise: Exercise, story: str, explicit: bool) -> bool:
    """Return whether what is in front of an answer ⟦A⟧, and behind it, are remarks.

    If the answer is `explicit`, as in ∂L/∂X = …, the words in front need not say what it is.
    """
    front, behind = re.sub(r"⟦D⟧[.,;]?", " ", story).split("⟦A⟧")
    *_, last = re.split(r"[.;]\s|,\s", front)
    says = explicit or _NAMES_IT.search(last) or _WE_GET.search(front)
    leads = not front.strip(" .,") or (
        says and _LEADS.search(front) and _is_remark(exercise, front, 2)
        and not _OTHER_KIND.search(front))
    follows = not re.search(r"\w|⟦", behind) or (
        _BEHIND.match(behind) and _is_remark(exercise, behind)
        and not (_UNFINISHED.search(behind) or _CLAIMS.search(behind)))
    return bool(leads and follows) and not (STATED_VALUE.search(story) or TWICE.search(story))


def without_shown(exercise: Exercise, text: str) -> tuple[str, list[str]]:
    """Return a text without the remarks in comments, labels and brackets, and these remarks."""
    shown: list[str] = []

    def leave(least: int, formulas: bool = False, others: bool = True,
              ) -> Callable[[re.Match], str]:
        def left(match: re.Match) -> str:
            words = next(filter(None, match.groupdict().values()), "")
            rest = text[:match.start()] + text[match.end():]
            end = formulas and not text[match.end():].strip(" .$")
            inside = any(it.start() < match.start() < it.end() for it in MATH.finditer(text))
            other = not others and _OTHERS.search(words.partition("(")[2])
            if inside or other or not _says_nothing(exercise, words, rest, least, end):
                return match[0]
            shown.append(words)
            return " " * len(match[0])
        return left

    text = CODE_COMMENT.sub(leave(1), text)
    text, before = _LABEL.sub(leave(1, others=False), text), len(shown)
    apart = _BRACKET.sub(leave(3, formulas=True), text)
    named = [words for words in shown[before:] if PART_BEHIND.match(f"{words})")]
    if len(named) == 1 and not has_one_path(exercise.chain, exercise.wrt):  # Two summands
        return text, shown[:before]
    return apart, shown


def _says_nothing(exercise: Exercise, words: str, rest: str, least: int, formulas: bool) -> bool:
    """Return whether a remark that stands apart from an answer cannot change it."""
    vocabulary = exercise.chain.vocabulary
    said = _SIZED.sub(lambda it: " size " if _is_size(exercise, it) else it[0], words)
    if least == 1:  # A comment or a label
        said = re.sub(r"(?<=[a-z])\s*\+\s*(?=[a-z]{3})", " and ", said)
        said = re.sub(r"^(\s*[A-Za-z]+\s+)\(?(?:\d{1,2}|[a-h])\)?(?=\s*[(:.—–])", r"\1", said)
    if formulas and (found := _STATIONARY.match(said)):
        return bool(segments_of(said[found.end():], vocabulary)) and not re.search(
            r"[A-Za-z]{3}", said[found.end():])
    story = ""
    for part in segments_of(said, vocabulary):
        piece = said[part.start:part.end]
        if not part.formula:
            story += f" {piece}"
            continue
        kind = segment_kind(exercise, piece)
        known = formulas and (kind == "A" or is_unused(piece, [rest], vocabulary))
        story += f" ⟦{kind if kind[:1] == 'N' else 'B' if known and kind != 'X' else 'X'}⟧"
    return _is_remark(exercise, story, least) and not (least > 1 and (
        _UNFINISHED.search(story) or _CLAIMS.search(story)))


def _is_size(exercise: Exercise, match: re.Match) -> bool:
    """Return whether a shape is that of the name in front of it, or else that is asked for."""
    symbols = exercise.chain.vocabulary.spellings
    symbol = symbols.get(match["name"]) if match["name"] else exercise.asked
    return symbol is not None and notation.shape(symbol) == f"{match['rows']}×{match['columns']}"
