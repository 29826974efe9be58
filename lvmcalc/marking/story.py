"""Leave out the story round an answer: how it was found, and what is said of its parts.

A story is made of words that `story.toml` lists, with ⟦N…⟧ for a name, ⟦D⟧ for a definition and ⟦B⟧
for another formula. A sentence with any other word stays, and has to be understood.
"""

import re
import tomllib
from importlib import resources

from lvmcalc.marking.derivation_text import DENIES, QUALIFIES
from lvmcalc.notation.filler_phrases import PHRASES, VALUES
from lvmcalc.notation.lexicon import ANSWERING
from lvmcalc.notation.vocabulary import Vocabulary

_LISTS = tomllib.loads((resources.files(__package__) / "story.toml").read_text("utf-8"))
_HARMLESS, PARTS, _OPERATIONS, DEEDS, TO_DO = (frozenset(_LISTS[kind].split()) for kind in (
    "harmless", "parts", "operations", "deeds", "answering"))
PLAIN_WORDS = _HARMLESS | ANSWERING
_TOLD = PLAIN_WORDS - {"suppose", "should", "could", "attempt", "trying", "being"}
_FUNCTIONS = {"softmax", "sigmoid", "logistic", "tanh", "relu", "softplus", "exponential"}
STORY_NOUNS = PARTS | _OPERATIONS | DEEDS
_KNOWN = PLAIN_WORDS | STORY_NOUNS | TO_DO
# What says nothing though a word of it may: anywhere, in a story, and in front of ∂L/∂X = …
_USUAL = re.compile(
    r"\bouter\s+product\s+of\b|\bat\s+all\b|\bnormal\s+equations?\b(?!\s+(?:are|is|reads?)\b)"
    r"|\b(?:with|adding)\s+weight\s+decay\b"
    r"|\bat\s+once\b|\bthe\s+same\s+(?:shape|form|size)\s+as(?:\s+in)?\b|\bterm\s+by\s+term\b"
    r"|\b(?:ordinary\s+)?least\s+squares\b"
    r"|\bchain\s+rule\s+applied\s+to(?=\s+the\b)"
    r"|\b(?:adding|summing|putting)\s+(?:them|these|both|all|the\s+two(?:\s+(?:terms|parts"
    r"|contributions))?)(?:\s+(?:up|together))?\s+(?:gives|yields)\b"
    r"|\b(?:what\s+remains\s+)?(?:is|as)\s+an?\s+quadratic(?:\s+form)?\b", re.IGNORECASE)
_MEETS = r"(?:depend|enter|appear|occur|show|come|contribute|involve|contain)s?"
_STOCK = re.compile(
    rf"\bonly(?:\s+(?={_MEETS}\b|through|via|in\b|on\b|once|inside|the\s+(?:first|second|third"
    rf"|last)\s+(?:term|part|summand)|the\s+\w+(?:\s+term)?\s+{_MEETS}))"
    rf"|\b{_MEETS}\s+(?:up\s+)?only\b|\bshows\s+up\b"
    rf"|(?:⟦N\w*⟧|\bit)\s+(?:{_MEETS}|is\s+used)\s+(?:twice|two\s+times)\b"
    r"|\bdo(?:es)?(?:\s+not|n['’]t)\s+(?=(?:depend|involve|contain|enter|appear)\b)",
    re.IGNORECASE)
_LEADING = re.compile(
    rf"\b(?:{_MEETS}|used)\s+(?:twice|two\s+times)\b|\badds?\s+up\b"
    r"|\bwith\s+a\s+minus\s+sign\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|^\s*(?=[A-Z][a-z])")
_CONCLUDES = re.compile(r"[,:]\s|\b(?:so|hence|thus|therefore|consequently|then|giving|yielding"
                        r"|(?:we|one)\s+(?:\w+ly\s+)?(?:obtains?|gets?|ha(?:ve|s)|finds?|sees?"
                        r"|arrives?\s+at|(?:are|is)\s+left\s+with|ends?\s+up\s+with))\b",
                        re.IGNORECASE)
SO = re.compile(r"\b(?:so|hence|thus|therefore|consequently)\b", re.IGNORECASE)
_SO_IT_IS = re.compile(r"\b(?:so|hence|thus|therefore|consequently)\b,?\s*(?:(?:we|one)\s+"
                       r"(?:gets?|ha(?:ve|s)|obtains?|finds?)|(?:the|our)\s+(?:gradient"
                       r"|derivative)\s+is)?\W*$",
                       re.IGNORECASE)
# A sentence about the parts says something of them; "Trace part:" is a heading, "for the trace" not
_SAYS = re.compile(rf"\b(?:is|are|was|has|have|does|{_MEETS}|gives|acts?|adds?|adding|combining"
                   r"|summing|collecting|vanish(?:es)?|cancels?|drops|flows|differentiates?|follows"
                   r"|since|because|rule|using|expand(?:ing)?|outer)\b", re.IGNORECASE)
_TELLS = re.compile(rf"\b(?:{_MEETS}|independent|linear|constant|symmetric|vanishes|shared|used)\b",
                    re.IGNORECASE)
# K is given another meaning: "K is the inverse", "write K for the inverse", "K is constant"
_OTHER = rf"(?:{'|'.join(sorted(_OPERATIONS - _FUNCTIONS | {'precision', 'scatter', 'constant'}))})"
RENAMES = re.compile(
    r"⟦N\w*⟧\s+(?:is|are|denot\w+|means?|stands?\s+for|for)\s+(?:\w+ly\s+)?⟦N"
    r"|⟦N\w*⟧\s+(?:is|are)\s+(?:written|denoted|named)\b"
    r"|⟦N\w*⟧[\s,]*(?:(?:here|now|simply|just)\s+)*(?:is|are|be|being|was|denot\w+|as|for|stands?"
    rf"|means?|the|an?)\b[^.;,⟦]*\b{_OTHER}\b"
    r"|\b(?:let|denot\w+|call\w*|write|writing|nam\w+|defin\w+|abbreviat\w+|introduc\w+)\b"
    rf"(?:[^.;]*⟦N\w*⟧[^.;⟦]*\b{_OTHER}\b|[^.;]*\b{_OTHER}\b[^.;]*⟦N)", re.IGNORECASE)
_MAKES = re.compile(r"\b(?:gives|yields|leads\s+to|produces|results\s+in|shows(?:\s+that)?)\W*$",
                    re.IGNORECASE)
# The loss or the answer is made another: "the loss is squared", "a diagonal kernel", "K squared"
_MATTER = (r"(?:loss|objective|cost|error|energy|likelihood|kernel|data|model|matrix|answer|result"
           r"|gradient|derivative|solution|it|this|that)")
CHANGED = re.compile(
    r"\bfor\s+(?:one|a(?:\s+single)?)\s+(?:sample|example|observation|case|(?:data\s*)?point)\b"
    rf"|\b{_MATTER}\s+(?:is|are|was|becomes?|being)\s+(?:(?:then|now|an?|the)\s+)*{_OTHER}\b"
    rf"(?!\s+(?:norm|error|residual|likelihood|determinant|in\b|function))"
    r"|\b(?:diagonal|identity|inverses?|transposed?)\s+(?:as\s+(?:the\s+)?)?"
    rf"{_MATTER}\b|⟦N\w*⟧\s+(?:squared|transposed?|inverse)\b|\bidentity\s+(?:as|for)\b"
    r"|\b(?:answer|result|gradient|solution)\s+is\s+the\s+(?:trace|determinant|first|second|last"
    r"|prior|penalty)\b|\b(?:part|term|path)\s+is\s+(?:what|all)\b", re.IGNORECASE)
_LEFT_OPEN = re.compile(r"\b(?:where|here)\s+⟦N\w*⟧\W*$", re.IGNORECASE)  # F. where T
_SYMMETRIC = re.compile(r"⟦N\w*⟧\s*(?:is|are|being)?\s*(?:an?\s+)?symmetric", re.IGNORECASE)
_ABOUT = re.compile(r"\b(?:respect\s+to|for)\s+(?:the\s+\w+\s+)?⟦N\w*⟧", re.IGNORECASE)
_TOWARDS = re.compile(r"\b(?:to|for|of)\s+(?:the\s+\w+\s+)?⟦N\w*⟧", re.IGNORECASE)
_GIVES = re.compile(r"\b(?:gives|yields|leads?\s+to|becomes?|equals?|is|get|obtain|have|find)\W*⟦N",
                    re.IGNORECASE)
_REASON = re.compile(r"\((?=(?:it|this)\b)"
                     r"|[,;(]?\s*\(?\b(?:since|because|as(?=\s+(?:in|every\w*|\S+\s+(?:\S+\s+)?"
                     r"(?:is|are|enters?|appears?|depends?|does))\b)|using|by|from|via|where|which"
                     r"|note|here)\b", re.IGNORECASE)
_FRONT_REASON = re.compile(
    r"^\W*(?:(?:this|it|(?:the|our)\s+\w+)\s+)?follows\s+(?:at\s+once\s+)?(?:from|by)\b[^.:;⟦]*:",
    re.IGNORECASE)
_RULES = re.compile(r"\b(?:rules?|identit(?:y|ies)|formulas?|property|symmetry|chain|linearity"
                    r"|definition|theorem|lemma|differential\w*|cookbook)\b", re.IGNORECASE)
# A remark about the parts begins so; "merge the penalty", "which joins the prior" are none
_BEGINS = re.compile(r"^\W*(?:the|an?|this|these|its|here|not(?:e|ice)|observe|remark|recall"
                     r"|remember|both|each|we|it|in|as|since|because|⟦N)(?:\b|\w*⟧)", re.IGNORECASE)
_WHICH = re.compile(r"^\W*(?:comes?|stems?|arises?|follows?|ha(?:s|ve)|is|are|shows?|depends?"
                    r"|contains?|involves?)\b", re.IGNORECASE)
# "the second term is the answer", "the gradient is the transpose of it"
_CLAIMS = re.compile(r"\b(?:answer|result|gradient|solution|derivative|it|this|that|which)s?\s+"
                     r"(?:is"
                     r"|are|becomes?|equals?|has|have)\b|\b(?:is|are|equals?)\s+(?:the|an?|its|one)"
                     r"\b", re.IGNORECASE)

_CONCLUDED = re.compile(r"(?:[.!?:]\s+(?=[A-Z])|\s*[.,;:]?\s*\b(?:and\s+)?(?:so|hence|thus"
                        r"|therefore|consequently)\b"
                        r"|[;,]\s+(?:adding|summing|putting)\s+(?=them|these|both|all|the\s+two)"
                        r"|\b(?:in\s+)?(?:sum|total|together|altogether|result)\s*:)",
                        re.IGNORECASE)
_BECAUSE = re.compile(r"[,;]?\s*\(?\b(?:since|because|as(?=\s+\S+(?:\s+\S+)?\s+(?:is|are|enters?"
                      r"|appears?|depends?|does)\b))\b[^.!?]*(?:[.!?]|$)", re.IGNORECASE)
TWICE = re.compile(r"\b(?:derivative|gradient|differential)\s+of\s+(?:the\s+|this\s+|a\s+)?"
                   r"(?:gradient|derivative|differential)|\bsecond[\s-]+(?:derivative|order)"
                   r"|\b(?:of|to|than|by|with|from)\W*⟦A⟧|⟦A⟧\W*from\s+which", re.IGNORECASE)
# What says nothing though a word of it may
_WISE = r"(?:entry|element|component|coordinate|row)[- ]?wise"
SCALAR = (r"\b(?:log[- ](?:marginal[- ])?|marginal[- ](?:log[- ])?)likelihood\b"
          r"|\bw\.\s?r\.\s?t\.|\bwrt\b")
# "The loss is ⟦A⟧" says something else than "The gradient of the loss is ⟦A⟧"
STATED_VALUE = re.compile(r"(?:^|[.!?]|⟦D⟧)"
                          r"(?:(?!gradient|derivative|differential|slope|adjoint)[^.!?⟦])*"
                          rf"\b{VALUES}\s+(?:is|are|equals|reads|becomes|was)\W*⟦A⟧"
                          rf"|⟦A⟧.*\b(?:this|that|it|which)\s+is\s+(?:the|our)\s+"
                          rf"(?:residual|{VALUES})\b",
                          re.IGNORECASE)
WITH_RESPECT_TO = re.compile(r"(?:respect\s+to|w\.?r\.?t\.?)\s+(?:the\s+\w+\s+)?⟦N(\w*)⟧")
_EMPTY = re.compile(
    r"\(?(?:and\s+)?(?:similarly|likewise|analogously)\s+for\s+(?:⟦N\w*⟧(?:,|\s+and)?\s*)+\)?"
    r"|(?:^|(?<=⟧)|\b(?:with|where|and)|[,;(.])\s*(?:(?:the|exponentials?|logistic|sigmoid"
    r"|hyperbolic|tangent|function|nonlinearity|activation|softmax|tanh|exp)\s+)*"
    r"(?:(?:is|being|taken|applied"
    rf"|acting|acts|evaluated|works)\s+)*(?:{_WISE}|(?:to|along|over|for|on)\s+each\s+row"
    r"(?:\s+separately)?|row\s+by\s+row)\)?"
    r"|\brow\s+by\s+row\b"
    r"|\b(?:with|where|and)\s+the\s+(?:logistic\s+|sigmoid\s+)+(?:function\s+)?⟦Nsigma⟧"
    r"|(?:\b(?:with|where|and)|(?<=⟦A⟧))[,;]?\s*⟦Nsigma⟧\s*(?:is|being|denotes)?\s*the\s+"
    rf"(?:logistic|sigmoid)(?:\s+sigmoid)?(?:\s+function)?(?:\s+(?:applied|acting)\s+{_WISE})?"
    rf"|{SCALAR}|\bread(?:ing)?\s+off\b", re.IGNORECASE)
# A formula is said to be that of one part, as in "the data term gives", "F (from the trace)"
_PART = (r"(?:(?<!by\s)term(?!\s+by\b)|part|path|branch|summand|addend|piece|contribution"
         r"|penalty|prior|decay|trace|regulari[sz](?:er|ation)|misfit"
         r"|(?:log[\s-]*)?det(?:erminant)?|(?:en|de)coder)\b(?!\s+(?:weight|matri|parameter))")
_ONE_PART = re.compile(rf"\b{_PART}", re.IGNORECASE)
_ONE_OF = re.compile(r"\bone\s+of\s+(?:the|its|these)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[.;!?]\s+|\b(?:so|hence|thus|therefore|consequently|then)\b|[,:]\s",
                     re.IGNORECASE)
# Words in front that name a part for another reason: a rule for it, what enters it, what is added
_OF_THE_WHOLE = re.compile(
    r"^\W*(?:since|because|as|using|where|note|recall)\b(?!.*\b(?:gives|yields)\W*$).*"
    r"|\b(?:both|all|each|every\w*|two|three"
    r"|sums?|total|together|terms|parts|paths|contributions|\w*add\w*|summing|combining)\b.*"
    rf"|\b(?:{_RULES.pattern}\s+(?:of|for|on|to|in)|{_MEETS}\s+(?:only\s+)?(?:through|via|in|on))"
    rf"\s+the\s+(?:\w+\s+){{0,2}}{_PART}|\b(?:with|including)\s+(?:(?:the|an?)\s+)?(?:\w+\s+)"
    rf"{{0,2}}(?:penalty|prior|decay|regulari[sz]\w+)|{_PART}(?:,?\s+\w+){{0,3}}\s+and\b.*"
    rf"|\band\s+(?:\w+\s+){{0,3}}{_PART}", re.IGNORECASE)
PART_BEHIND = re.compile(
    r"^[\s,.;(—–-]*(?:(?:which|this|that|it)\s+)?(?:(?:is|comes|stems|arises|follows|results)\s+)?"
    r"(?:(?:only|just)\s+)?(?:(?:from|for|through|by|via|due\s+to|in|of|along)\s+)?"
    rf"(?:the|our|an?|one)\s+(?:(?!and\b)\w+\s+){{0,2}}{_PART}(?:\s+(?:alone|only))?\s*"
    r"(?:[).,;!—–-]|$)", re.IGNORECASE)
# Where a name may stand between words, and words right behind a formula without dollars
_FRAMED = re.compile(r"\b(?:of|for|in|respect\s+to|w\.?r\.?t\.?)\s+(?:the\s+(\w+)\s+)?⟦N\w*⟧"
                     r"|\b(?:where|with|and|that|here|since|as|because)\s+⟦N\w*⟧\s+"
                     r"(?:is|are|denotes?|being)\b", re.IGNORECASE)


_OF_NAME = re.compile(r"\s*\b(?:of|in|by|for|to|from|through|(?:with\s+)?respect\s+to|wrt"
                      r"|w\.r\.t\.)\s+⟦N\w*⟧", re.IGNORECASE)
_SLOPE = re.compile(r"\b(?:derivative|gradient|differential)(?:\s+of\s+⟦B⟧)?\s+is\s+(?=⟦)")
_ACTS = re.compile(r"\b(?:contributes?|gives|yields|acts|leads|differentiates"
                   r"|has\s+(?:the\s+)?(?:derivative|gradient|differential))\b")
# "the logarithm", "log-determinant", but not "squared"
_NOUN = re.compile(r"\b(?:(?:the|an?|its|of)\s+(?:\w+\s+)?)?log\b"
                   r"|\b(?:the|an?|its|of)\s+(?:\w+\s+)?"
                   rf"(?:{'|'.join(sorted(_FUNCTIONS))}|exp|identity|inverse|logarithm|quadratic"
                   r"|square|power)\b")
_RESULTS = {"answer", "answers", "result", "results", "solution", "solutions"}


def is_harmless(story: str, vocabulary: Vocabulary, wrt: str, explicit: bool = False,
                leads: bool = False) -> bool:
    """Return whether the words round the answer ⟦A⟧, definitions ⟦D⟧ and names ⟦N…⟧ say nothing.

    All of them are known to leave a formula what it is. Where the answer is `explicit`, as in
    ∂L/∂X = …, it may end a story of other words, and formulas ⟦B⟧, that deny nothing; also where
    words such as "so" or "this gives" say that one `leads` to it, if all of them are known.
    """
    if TWICE.search(story) or STATED_VALUE.search(story) or RENAMES.search(story) or (
            CHANGED.search(story) or _LEFT_OPEN.search(story)):
        return False
    front, behind = story.split("⟦A⟧")
    if {*WITH_RESPECT_TO.findall(behind)} - {wrt}:
        return False
    told = [*_CONCLUDED.finditer(front)]
    denies = QUALIFIES if _SO_IT_IS.search(front) else DENIES
    if explicit and told and not denies.search(front[:told[-1].start()]):
        front = front[told[-1].start():]
    reason = _BECAUSE.search(behind)
    if reason and _words(reason[0]) <= _KNOWN and not (
            DENIES.search(reason[0]) or re.search(r"⟦X|⟦N\w*⟧\s+(?:is|are)\b", reason[0])):
        behind = behind[:reason.start()] + behind[reason.end():]
    story = f"{front}⟦A⟧{behind}"
    story = re.sub(r"[(,]?\s*(?:(?:which\s+)?is\s+|of\s+(?:size|shape)\s+)?(?:an?\s+)?⟦S⟧[\s-]*"
                   r"(?:matrix|vector|array)?\)?", " ", story)
    if TWICE.search(story) or STATED_VALUE.search(story):
        return False
    story = _EMPTY.sub(" ", PHRASES.sub(" ", story))
    front, behind = story.split("⟦A⟧")
    story = f"{_without_story(front, explicit, leads)}⟦A⟧{_without_comments(behind)}"
    story = _USUAL.sub(" ", re.sub(r"['’]s\b", "", story))
    words = re.sub(r"⟦\w*⟧", " ", story)
    if {*WITH_RESPECT_TO.findall(story)} - {wrt} or re.search("⟦[XB]⟧", story) or re.search(
            r"[^A-Za-z\s.,;:!?'’“”\"()∎□■✓–—-]", words):
        return False
    front, behind = story.split("⟦A⟧")
    for before, name in re.findall(r"(\w*)\W*⟦N(\w*)⟧", front):
        scalar = name not in vocabulary.spellings or name in vocabulary.outputs
        if name != wrt and not (scalar and before.lower() in ("of", "for")):
            return False
    for name in re.findall(r"\bfor\W*⟦N(\w*)⟧", behind):
        if name != wrt and name not in vocabulary.lengths:
            return False
    framed = _FRAMED.sub(lambda it: f" {it[1] or ''} ", story)
    return not re.search("⟦[NS]", framed) and all(
        word.lower() in PLAIN_WORDS
        for word in re.findall(r"[A-Za-z]+", re.sub(r"⟦\w*⟧", " ", framed)))


def is_reason(story: str, equation: bool) -> bool:
    """Return whether words round formulas ⟦B⟧ are a reason that changes nothing."""
    slopes = _OF_NAME.sub(" of ⟦B⟧" if "of ⟦N" in story else "", story)
    said, stated = _SLOPE.subn(" ", _OF_NAME.sub("", slopes))
    claims = re.search(r"⟦\w*⟧\s+(?:is|are|being)\b|\b(?:is|are|equals?|means?)\s+⟦"
                       r"|⟦N\w*⟧\s+(?!and\b)[a-z]+\s+⟦", said)
    return (bool(equation or stated or _ACTS.search(said)) and not claims
            and _is_told(_NOUN.sub(" ", story), _TOLD | PARTS) and not _words(story) & _RESULTS
            and _is_told(said.rpartition("⟧")[2], _TOLD)
            and not any(it.search(story) for it in (RENAMES, CHANGED, TWICE)))


def is_of_a_part(story: str) -> bool:
    """Return whether words round the answer ⟦A⟧ say that it is only a part of what is asked for."""
    front, behind = story.split("⟦A⟧")
    clauses = [one for one in _CLAUSE.split(front) if re.search(r"\w", one)] or [""]
    return bool(_ONE_OF.search(clauses[-1]) or PART_BEHIND.search(behind)
                or _ONE_PART.search(_OF_THE_WHOLE.sub(" ", clauses[-1])))


def _without_story(front: str, explicit: bool, leads: bool) -> str:
    """Return what stands in front of an answer without the sentences that tell how it was found.

    If the story `leads` to ∂L/∂X = …, it may speak of its parts and of what was done.
    """
    *before, last = _SENTENCE.split(front)
    if leads and _leads_to(before, last, explicit):
        about = (_ABOUT if explicit else _TOWARDS).findall(last)
        return " ".join(["⟦D⟧" * front.count("⟦D⟧"), *about])
    kept = [sentence for sentence in before if not (
        _words(sentence) - PLAIN_WORDS and _TELLS.search(sentence) and not _words(sentence) & TO_DO
        and _is_told(sentence, _TOLD | PARTS | _OPERATIONS))]
    reason = _FRONT_REASON.match(last)
    if reason and _is_told(reason[0], _TOLD | PARTS | _OPERATIONS):
        last = last[reason.end():]
    return " ".join([*kept, last])


def _without_comments(behind: str) -> str:
    """Return what stands behind an answer without reasons and remarks about its parts."""
    first, *later = _SENTENCE.split(behind)
    if (found := _REASON.search(first)) and _is_comment(found[0], first[found.end():]):
        first = first[:found.start()] + re.search(r"[.!?;]?\s*$", first)[0]
    return " ".join([first, *(one for one in later if not _is_comment("", one))])


def _words(text: str) -> set[str]:
    """Return the words of a part of a story, in small letters; a sign counts as one."""
    text = re.sub(r"⟦\w*⟧|['’]s\b", " ", _STOCK.sub(" ", _USUAL.sub(" ", text)))
    return {*re.findall(r"[a-z]+|[^\sa-z.,;:!?'’“”\"()∎□■✓–—-]", text.lower())}


def _is_told(text: str, known: frozenset[str]) -> bool:
    """Return whether a part of a story has only known words, and says nothing new of a name."""
    said = _OPERATIONS - _FUNCTIONS if "⟦D" in text else set()
    return _words(text) <= known - said and not ("⟦X" in text or _SYMMETRIC.search(text))


def _leads_to(before: list[str], last: str, explicit: bool) -> bool:
    """Return whether sentences, and the one of the answer, are a story that leads to it."""
    known = _TOLD | PARTS | _OPERATIONS | (DEEDS if explicit else set())
    *before, last = (_LEADING.sub(" ", one) for one in [*before, last])
    end = max((found.end() for found in _CONCLUDES.finditer(last)), default=0)
    told, own = [*before, last[:end]], last[end:]
    makes = explicit and _MAKES.search(own) and (_RULES.search(own) or re.search(r"ing\b", own))
    made = _OPERATIONS | DEEDS if makes else set()
    if not explicit and ("⟦B" in own or re.search(r"\b(?:en|de)coder\b", own)):
        return False
    return all(_is_told(one, known) and (_SAYS.search(one) or SO.search(one) or not (
        _words(one) & (PARTS | _OPERATIONS) - PLAIN_WORDS - {"of"})) for one in told) and _is_told(
            own, _TOLD | made)


def _is_comment(lead: str, text: str) -> bool:
    """Return whether words behind an answer are a reason for it, or say where its parts are from.
    """
    lead, words = re.sub("[^a-z]", "", lead.lower()), _words(text)
    if not (words or "⟦B" in text) or "⟦D" in text or _GIVES.search(text) or (
            text.lstrip().startswith("which")):
        return False
    if lead in ("since", "because", "as", "using") or (lead and _RULES.search(text)):
        return _is_told(text, _TOLD | PARTS | _OPERATIONS) and not (
            words & _OPERATIONS and (_CLAIMS.search(text) or (lead == "using" and not re.search(
                rf"{_RULES.pattern}|\bderivatives?\b", text, re.IGNORECASE))))
    if words & PARTS - PLAIN_WORDS and ((not lead and not _BEGINS.search(text)) or (
            lead == "which" and not _WHICH.search(text))):
        return False
    acts = _FUNCTIONS if lead == "where" and "⟦" not in text else set()
    return _is_told(text, _TOLD | PARTS | acts) and not (words & PARTS - ANSWERING and (
        words & TO_DO or _CLAIMS.search(text)))
