"""Find the formulas in what was pasted: between dollars, in an `align`, behind words, over lines.

Words are left out only if they are known to say nothing about a formula; all else stays, and makes
the formula unreadable.
"""

import re
from collections.abc import Collection

from sympy import Expr

from lvmcalc.notation.filler_phrases import PHRASES, VALUE, without_phrases
from lvmcalc.notation.lexicon import ANSWERING, ENVIRONMENTS, NAMED, SHAPE
from lvmcalc.notation.name_resolution import Unreadable, quoted
from lvmcalc.notation.statements import NABLA, ROUND, SIDE, SPACE, is_open
from lvmcalc.notation.text_cleanup import closing, unified
from lvmcalc.notation.vocabulary import ENDS, Vocabulary, typed

MATH = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$|\\\[(.+?)\\\]|\\\((.+?)\\\)", re.DOTALL)
FRAMES = re.compile(rf"\\(?:begin|end)\s*\{{{ENVIRONMENTS}\*?\}}|\\(?:label|tag)\s*\{{[^{{}}]*\}}"
                    r"|\\(?:nonumber|notag|displaystyle|noindent|hfill|centering)\b"
                    r"|\\(?:therefore|because)\b|```\w*")
_BOXED = re.compile(r"^\s*\\boxed\s*\{(.*)\}([\s.,]*)$", re.DOTALL)
EQUALS = re.compile(r":=|≔|≡|\\(?:coloneqq|equiv)\b|(?<![=<>!:])=(?!=)")
_PROMPT = re.compile(r"^\s*(?:>>>|julia>|In \[\d*\]:|>)\s")
_FRACTION = re.compile(
    r"(?:∂|\\partial)[^=]*/\s*(?:∂|\\partial)|frac|(?:∂|\\partial|∇|\\nabla)\s*_")
_CHANGED = re.compile(r"^\s*(?:∂|\\partial\b)[^=∂]{1,40}=")  # ∂L = tr(Gᵀ ∂X)
_NOTES = re.compile(r"\\(?:text)?color\s*\{\s*[A-Za-z]+\s*\}|\\[hv]?phantom\s*\{[^{}]*\}")
_BRACE = re.compile(r"\\(under|over)brace\s*(?=\{)")
_PART = re.compile(r"\b(?:term|part|path|contribution|penalty|prior|summand)\b", re.IGNORECASE)
# What the scalar is called in ∂J/∂w, ∇_w ℓ(w), ∇f(x) and dJ = …
_ARGUMENT = r"\s*\(\s*[\w\\{},;| ]*\)"
_SCALAR = (r"(?:\\mathcal\s*(?:\{\s*[A-Z]\s*\}|[A-Z](?![A-Za-z]))|\\(?:ell|(?:var)?phi)\b"
           r"|\\?(?:log|ln)\s*p(?![\w(])"
           r"|(?:\\(?:text|textrm|mathrm|operatorname)\s*\{\s*)?"
           r"(?:MSE|SSE|RSS|NLL|B?CE|[Ll]oss|[Cc]ost)\b(?:\s*\})?"
           r"|[ℓℒlfφ](?!\w)|[A-Z](?![\w'ᵀ⁻])|(?:\\?(?:log|ln)\s*)?p\s*\([^()=+]*\))"
           rf"(?:{_ARGUMENT})?")
DERIVATIVES = [re.compile(pattern, re.MULTILINE) for pattern in (
    rf"(\\[td]?frac\s*\{{\s*{ROUND})({_SCALAR})(?=\s*\}}\s*\{{\s*{ROUND})",
    rf"({ROUND})({_SCALAR})(?=\s*/\s*{ROUND})",
    rf"({NABLA}\s*_\s*(?:\{{[^{{}}]*(?:\{{\w+\}})?\}}|\\\w+(?:\s*\{{?\w+\}}?)?|\w+){SPACE}*)"
    rf"({_SCALAR})",
    rf"({NABLA}\s*)({_SCALAR})(?=\s*&?\s*=)",
    rf"((?:^|\\\\)\s*(?:{ROUND}|δ))({_SCALAR})(?=\s*&?\s*=)")]
# ∂/∂X = …, with nothing that is differentiated
_BARE = re.compile(rf"(\\[td]?frac\s*\{{\s*{ROUND})(?=\}}\s*\{{\s*{ROUND}[^{{}}=]*"
                   rf"(?:\{{\w+\}})?\s*\}}\s*&?\s*=)|({ROUND})(?=/\s*{ROUND}[^\s=/]+\s*&?\s*=)")
_BY_ARGUMENT = re.compile(rf"({NABLA}\s*|\bgrad\s+)[^\W\d_]\s*\(\s*(\\?\w+"
                          r"(?:\s*\{\w+\}|\s\w)?)\s*\)(?=\s*&?\s*=)")
# A number or letter of a sentence: "see section 2", "Bishop (2006)", "see appendix D". In "it is 2"
# the number is the answer.
_SAYS = ("is|are|be|equals?|becomes|gives?|yields|reads|returns?|gets?|obtain|have|has|find|just"
         "|simply|exactly|only|to|as|by|the|constant|value|number|so|thus|hence|therefore|then"
         "|think|believe|guess|say|and|plus|minus|times|half|twice|over|frac|sum|lambda|zero")
_PLACE = ("sections?|chapters?|appendix|figures?|tables?|equations?|exercises?|problems?|pages?"
          "|lemma|theorem|slides?|parts?|sheet|question|lecture")
_CARRIED = re.compile(rf"(?<![\\\w.(])(?:(?!(?:{_SAYS})\b)[A-Za-z]{{2,}}\b\.?\s+[(\[]?"
                      r"\d(?:[\d.,–-]*\d)?"
                      rf"|(?:{_PLACE})\s+[(\[]?[A-Z]\b)", re.IGNORECASE)
_ELSEWHERE = re.compile(r"\d|[½⅓¼]|\b(?:zero|one|half|two)\b", re.IGNORECASE)
NEXT = re.compile(r"\\(?:Rightarrow|implies|iff|Leftrightarrow|Longrightarrow)\b|[⇒⟹⟺⇔]|=>")
BREAK = re.compile(r"\n|\\\\(?:\[[\w.]+\])?|\\newline\b")
_GOES_ON = re.compile(r"\s*(?:&\s*)?(?:[=+·*/−]|-(?!\s*>)|\\(?:cdot|times|quad)\b|≡|\\equiv)")
_STOPS_SHORT = re.compile(r"(?:[=+*·(\[{,−]|(?<!-)-|\\(?:cdot|times))\s*$")


def derivation_lines(text: str) -> list[str]:
    """Return the lines of a pasted derivation, without frames and align marks.

    A line that begins or ends with an operator is one with its neighbour; behind a comma begins
    another where a letter is defined.
    """
    text = FRAMES.sub(" ", text)
    if "\\" in text:
        text = text.replace("&", " ").replace("{}", " ")
    found: list[str] = []
    for line in BREAK.split(text):
        if not line.strip(" \t\r.,;$"):
            continue
        begins = found and found[-1].endswith(",") and SIDE.match(line) and not is_open(found[-1])
        if found and not begins and (_STOPS_SHORT.search(found[-1]) or (
                _GOES_ON.match(line) and not re.match(r"\s*[-*•]\s+\S", line))):
            found[-1] += " " + line.strip()
        else:
            found.append(line.strip())
    return found


def _without_notes(text: str) -> str:
    """Return LaTeX without colours, and without braces and what is written below them."""
    text = _NOTES.sub(lambda match: " " * len(match[0]), text)
    while brace := _BRACE.search(text):
        inner = _group(text, brace.end())
        below = brace[1] == "under"
        mark = re.compile(r"\s*_\s*" if below else r"\s*\^\s*").match(text, inner)
        end = _group(text, mark.end()) if mark else inner
        around = text[:brace.start()].rpartition("=")[2] + text[end:]
        if (part := _PART.search(text[inner:end])) and not around.strip(" $.,\\[]\n"):
            raise Unreadable(f"The brace calls the whole formula a `{part[0]}`.", inner)
        text = " ".ljust(brace.end() - brace.start()).join((text[:brace.start()], text[
            brace.end():inner])) + " " * (end - inner) + text[end:]
    return text


def _group(text: str, place: int) -> int:
    """Return where the group ends that begins at a place; a sign is one too."""
    end = closing(text, place, "{}") if place < len(text) else place
    if not end:
        raise Unreadable(f"Behind `{quoted(text[place:])}` the closing }} was expected.", place)
    return end


def with_output(text: str, vocabulary: Vocabulary, own: Collection[str] = ()) -> str:
    """Return a text with L for the scalar in ∂J/∂w, ∇_w ℓ(w) and dJ = …, if J is no other name.

    Names in `own` are those of something else.
    """
    def named(match: re.Match) -> str:
        output = any(re.match(rf"(?:\\mathcal\s*\{{?\s*)?{name}\b", match[2])
                     for name in vocabulary.outputs)
        known = match[2] in own or vocabulary.pattern.fullmatch(match[2]) or (
            output and not match[2].endswith(")"))
        glue = " " * match[1][-1].isalpha()
        return match[0] if known else match[1] + (glue + vocabulary.outputs[0]).ljust(len(match[2]))

    output = vocabulary.outputs[0]
    text = _BARE.sub(lambda it: f"{it[0]}{' ' * it[0].endswith('l')}{output}", text)
    text = _BY_ARGUMENT.sub(r"\1_{\2} L", text)
    text = text if "f" in own else re.sub(rf"({NABLA}\s*)f(?=\s*&?\s*=)", r"\1L", text)
    for pattern in DERIVATIVES:
        text = pattern.sub(named, text)
    return text


def _plain_scalar(text: str, vocabulary: Vocabulary) -> str:
    """Return a text with L for L(w), and with d for the ∂ of ∂L = tr(Gᵀ ∂X)."""
    names = "|".join(map(typed, (*vocabulary.outputs, *vocabulary.differentials)))
    outputs = "|".join(map(typed, vocabulary.outputs))
    text = re.sub(rf"(?:\\mathcal\s*(?:\{{\s*L\s*\}}|L)|(?<![A-Za-z\\])({outputs})(?=')?)"
                  rf"\s*\((?:\s*(?:{names})\s*[,;|]?)+\)",
                  lambda it: (" " * (not it[1]) + (it[1] or "L")).ljust(len(it[0])), text)
    if not _FRACTION.search(text) and _CHANGED.search(text):  # any other ∂ is no d
        called = "|".join(sorted(NAMED | vocabulary.of_numbers))
        behind = rf"[(\[{{|‖]|\\(?!r)|{called}|(?:{names}){ENDS}"
        text = re.sub(rf"(?:∂|\\partial\b)\s*(?={behind})", "d", text)
    return text


def formula_in(text: str, vocabulary: Vocabulary, own: Collection[str] = ()) -> str:
    """Return the formula in a sentence, and the text itself if there are no words around it.

    Names in `own` have been defined beside it.

    Raises
    ------
    Unreadable
        If there is more around it than words that are known, or more than one formula.
    """
    text = _without_notes(_PROMPT.sub("", unified(text)))
    if parts := formulas_in(text, vocabulary):
        _refuse_words(text)
        if len(parts) > 1:
            raise Unreadable(f"`{quoted(text)}` has more than one formula.")
        text = parts[0]
    if boxed := _BOXED.match(text):
        text = boxed[1] + boxed[2]
    text = _plain_scalar(SHAPE.sub("", without_phrases(text, vocabulary)), vocabulary)
    return with_output(text, vocabulary, own)


def formulas_in(text: str, vocabulary: Vocabulary) -> list[str]:
    """Return what stands between dollars, without names alone where there is more."""
    parts = [next(filter(None, match.groups())) for match in MATH.finditer(text)]
    return [part for part in parts if not vocabulary.pattern.fullmatch(part.strip())] or parts


def _refuse_words(text: str) -> None:
    """Refuse words round the formulas between dollars that are not known to say nothing."""
    said = VALUE.match(text)
    if said and "=" not in text:
        raise Unreadable(f"`{said[0].strip()}` says that this is a value, not a gradient: write "
                         "the formula alone.")
    beside = re.sub(r"^\s*A(?=\s+[a-z]{2})", "a", PHRASES.sub(" ", MATH.sub(" ", text)))
    for word in re.findall(r"[A-Za-z]+|[^\s.,:;A-Za-z]+", beside):
        if word == "A" or word.lower() not in ANSWERING or re.search(r"second\s+derivative", text):
            raise Unreadable(f"Beside the formula stands `{quoted(word)}`, which is not "
                             "understood: write the formula alone.", text.find(word))


def refuse_carried(text: str, formula: Expr) -> None:
    """Refuse a number or a letter that a sentence without a formula carries: "see section 2"."""
    carried, rest = _CARRIED.findall(text), _CARRIED.sub(" ", text)
    alone = not formula.free_symbols or formula.is_symbol
    if carried and alone and "=" not in text and not _ELSEWHERE.search(rest) and not any(
            re.search(rf"(?<!\w){it[-1]}(?!\w)", rest) for it in carried):
        raise Unreadable(f"`{quoted(carried[-1])}` is part of a sentence, which has no formula.")


def without_dollars(text: str, vocabulary: Vocabulary) -> str:
    """Return a text with several formulas, such as $A^T r$ with $r = A w$, without the dollars."""
    text = re.sub(r"\$\$(.+?)\$\$", r" $\1$ ", text, flags=re.DOTALL)
    if len(formulas_in(text, vocabulary)) < 2 or re.search(r"\$\s*\$|[\])]\s*\\[\[(]", text):
        return text
    _refuse_words(text)
    return re.sub(r"\$|\\[()\[\]]", lambda sign: " " * len(sign[0]), text)


def sides_of(text: str) -> list[str]:
    """Return the sides of an equation, one or more."""
    return EQUALS.split(text)
