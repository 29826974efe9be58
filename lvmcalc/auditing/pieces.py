"""Take a pasted derivation apart into claims, definitions, and words between them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lvmcalc.auditing.partial_lines import (
    PATH,
    PATH_BELOW,
    of_a_path,
    of_a_summand,
    of_a_term,
    with_index,
)
from lvmcalc.auditing.pasted_functions import says_nothing
from lvmcalc.auditing.pasted_lines import LABEL, line_formulas, numbered, with_layers, without_front
from lvmcalc.auditing.positions import START, Position
from lvmcalc.auditing.remarks import (
    NAME,
    NO_EQUATION,
    is_aside,
    is_english,
    is_remark,
    is_update,
    is_words,
)
from lvmcalc.auditing.wordings import introduced
from lvmcalc.auditing.words_beside import is_story, words_apart, words_in
from lvmcalc.marking.derivation_text import NAMED_FIRST, TELLING, definition_in
from lvmcalc.notation import Unreadable, Vocabulary, spelling
from lvmcalc.notation.formula_finder import formula_in, sides_of
from lvmcalc.notation.statements import LETTER, PROGRAM, is_open
from lvmcalc.notation.vocabulary import typed

_ROW_WISE = re.compile(r"(softmax\b.*?[)}]\s*\$?),?\s*\(?"
                       r"(?:where\s+(?:the\s+)?softmax\s+(?:is\s+)?)?(?:(?:applied|taken|acts)\s+)?"
                       r"(?:row[\s-]?wise|row\s+by\s+row|(?:(?:to|over|for|on|along)\s+)?"
                       r"(?:each\s+row(?:\s+separately)?|(?:the|its)\s+rows))\)?(?=[\s.,]*$)")
_ONLY = re.compile(r"\bonly\s+\$?\\?(\w+)\$?\s+(?:varies|changes|moves)\b")
_SOLVES = re.compile(r"\$?\s+(?:(?:makes?|sets?)\s+(?:the|this|its)\s+(?:gradient|derivative)\s+"
                     r"(?:zero|vanish|equal\s+to\s+zero)|at\s+(?:the|an?)\s+(?:optimum"
                     r"|minimum|maximum|solution)|is\s+(?:the|a)\s+(?:(?:unique|global)\s+)?"
                     r"(?:(?:mini|maxi)mi[sz]er|optimum|solution|minimum|maximum"
                     r"|stationary\s+point))[\s.,$]*$", re.IGNORECASE)
# Which leaves change, and which do not: "with V fixed", "(only U varies)", "for all dΣ"
_STILL = r"(?:is\s+|are\s+|being\s+)?(?:held\s+|kept\s+)?(?:fixed|constant)"
_FIXED = re.compile(rf"(?:,|\s(?:and|with|for))\s+\$?\\?\w+\$?\s+{_STILL}[\s.]*$"
                    rf"|\s*\(\s*\$?\\?\w+\$?(?:\s+and\s+\$?\\?\w+\$?)?\s+{_STILL}\)[\s.]*$"
                    rf"|,?\s+\(?(?:where\s+|as\s+|if\s+)?{_ONLY.pattern}\)?[\s.]*$"
                    r"|,?\s+for\s+(?:all|every|any|each)\s+\$?d\s*\\?\w+\$?(?=[\s.,]|$)"
                    r"|,?\s+(?:and|by|using)\s+(?:by\s+)?(?:the\s+)?symmetry\s+of\s+"
                    r"(?:\$[^$]+\$|\S+)(?=[\s.,]*$)")
LOSS_NAMES = ("ell", "J", "loss", "cost", "objective")
# Words from which on lines hold only where the gradient is zero
_STATIONARY = re.compile(
    r"\b(?:set(?:ting)?|equat\w+|put(?:ting)?)\b[^=]*(?:\bzero\b|=\s*0\b|\bto 0\b)"
    r"|(?:∂|∇|\\nabla|\\partial).*=\s*0(?![.\d])|\b(?:is|are|be) zero\b|\bvanish"
    r"|\bsolv(?:e|ing)\s+for\b|\b(?:stationary|normal equations?|critical point"
    r"|optim(?:um|al|ality)|(?:mini|maxi)mi[sz]er|at (?:the|a) (?:mini|maxi)mum"
    r"|first-order condition)\b", re.IGNORECASE)
_LEADING = re.compile(r"^\s*(?:(?:[A-Z-]{4,}|normal\s+equations?|at|the|(?:if|suppose"
                      r"|assum(?:e|ing)|provided)(?:\s+(?:now|that|we\s+have))*"
                      r"|(?-i:an?)|is|it|are|for|to|an?\s+solution\s+(?:of|to)|we|so|by"
                      r"|iff|all\s+\$?d\s*\\?\w+\$?|if\s+and\s+only\s+if"
                      r"|(?:\$?\w\$?\s+)?the\s+(?:[a-z]+\s+){0,3}\$?\w?\$?\s*solves)[,:]?\s+"
                      r"(?!\s*=))+(?=.*=)", re.IGNORECASE)
# "At the maximum Σ = S, …": what follows in this sentence is said of that point
_AT = re.compile(r"^\s*(?:(?:so|and|hence|now|but)\s+)?(?:(?:evaluated\s+)?at\b[^=∂∇]*=(?!\s*0)"
                 r"|(?P<holds>if|suppose|assum(?:e|ing)|provided)(?:\s+(?:now|that|we\s+have))*\s+"
                 r"(?:(?!\b[a-z]{2,}\s+[a-z]{2,}\b)[^=∂∇])*=)", re.IGNORECASE)
_HELD = re.compile(r"^\s*(?:(?:fix|hold|keep)(?:ing)?|for)\s+\$?\\?\w+\$?(?:\s+(?:fixed|constant))?"
                   r"(?:,|\s+and)\s+(?:solve|set)(?:\s+for)?\s+(?=\S.*=)", re.IGNORECASE)
_GIVES = re.compile(r"(?<=0)[\s$]*,?\s*(?:(?:this|which|and|it|we)\s+)*(?:gives?|yields?|implies"
                    r"|means|leads\s+to|get|obtain|find|have)\b:?"
                    r"|(?<=0)[\s$]*(?:,\s*(?:so|i\.e\.)|:|is(?=\s+\$?\w+\s*=))\s")
_IN_WORDS = re.compile(rf"^\s*(?:let|where|with|here|write|denote|call)?,?\s*\$?({LETTER})\$?\s+"
                       r"(?:be|is|are|denotes?|stands?\s+for|means)\b", re.IGNORECASE)
_REMARK = re.compile(r"\s*(?:(?<!\w)[,;]?\s*[(\[](\w[\w'’$.,:×\s-]*)[)\]][.,;]?"
                     r"|(?<=\s)(?:#|//|←)\s*(.*))\s*$")
_BESIDE = re.compile(r"\S.*\b(?:where|with|since|because|as|for)[\s$\\(\[]*$")
_DEFINES = re.compile(r"^\s*(?:let|define|denote|set|put|write|where|with)\b", re.IGNORECASE)
_CONSTANT = re.compile(r"\s*\+\s*(?:\\(?:text|mathrm|textrm)\s*\{\s*const(?:ant|\.)?\s*\}"
                       r"|const(?:ant)?\b)[\s.,$]*$"
                       r"|[,;]?\s*\(?\bup to an? (?:\w+ )?constants?\)?[\s.,$]*$", re.IGNORECASE)
_CONSTANT_FIRST = re.compile(r"(=\s*)(?:\\(?:text|mathrm|textrm)\s*\{\s*const(?:ant|\.)?\s*\}"
                             r"|const(?:ant)?\b\.?)\s*(?:\+|(?=[-−]))", re.IGNORECASE)
# The value of a leaf where the gradient is zero: w^*, w_{opt}, \Sigma_\text{ML}
_SOLUTION = re.compile(
    r"((?:\\(?:mathbf|bm|boldsymbol)\s*)?\{?\s*(?<![A-Za-z])(?P<name>\\?[^\W\d_]+)\s*\}?)\s*"
    r"(?:\^\s*(?:\{\s*(?:\*|\\ast|\\star|[⋆∗])\s*\}|(?:\*|\\ast\b|\\star\b|[⋆∗])(?!\s*[\w(]))"
    r"|[*⋆∗](?=\s*=)"
    r"|_\s*\{?\s*(?:\\(?:text|mathrm|rm)\s*\{?\s*)?(?:opt|MLE?|MAP|star|best)(?![a-z])\s*\}*)")
_PROPORTIONAL = re.compile(r"∝|\\propto\b")  # a density, of which the logarithm has a constant more
_OWN = re.compile(r"(?<![A-Za-z\\∂δ_])([A-Z])\s*&?\s*:?=(?!=)")  # no other name for L, as in dE
# dZ is not dL if it stands on the right of an equation, or beside dL
_CHANGED = re.compile(r"(?<![A-Za-z\\])d([A-Z])(?![A-Za-z])(\s*&?\s*:?=)?")
_DENOTES = re.compile(rf"^\s*let\s+({LETTER})\s+(?:denotes?|stand\s+for|be)\s+"
                      r"(?=[∂∇]|\\(?:[td]?frac|partial|nabla)\b|d[A-Z]\s*/)", re.IGNORECASE)
# "Call this matrix G"
_DENOTED = re.compile(r"^\s*(?:let\s+us\s+|we\s+)?(?:denote|call)\s+(?:this|it|the)(?:\s+(?:matrix"
                      r"|gradient|derivative|expression|quantity|result|vector))?\s+(?:by\s+)?"
                      r"\$?(\\?[^\W\d_]|\\[A-Za-z]+)\$?[\s.,:]*$", re.IGNORECASE)
_DOTS = re.compile(r"(?:\.{3}|…|\\[lc]?dots\b)[\s$.,]*$")
_VERB = re.compile(r"([^=]*\b(?:gives?|yields?|get|obtain|implies|becomes|is"
                   r"|follows\s+that|ends?\s+up\s+with))"
                   r"\s*:?\s+(?=[^=]+=)")
_OPERATOR = re.compile(r"\s*(?:[+·*/−]|-(?=\s|\w)|\\(?:cdot|times|quad)\b)(?!.*=)")
_EACH = re.compile(r"[,;.]?\s+and\s+(?=(?:the|its|that)\s+(?:(?:gradient|derivative)\s+)?of\b)"
                   r"|[,;]\s+(?:and\s+)?(?=the\s+\w+\s+contributes\b)"
                   r"|[,;]\s+(?:and\s+)?(?=for\s+the\s+(?:second|other)\b)")
# "the derivative of $log σ(z)$ is $1 − σ$, where $σ = σ(z)$"
_OF_FORMULA = re.compile(r"\b(?:gradient|derivative)\s+of\s+\$")
_DERIVED = re.compile(rf"{_EACH.pattern}|(?<=\$),?\s+(?=where\s+\$)"
                      r"|(?<=\$),\s+(?=the\s+(?:gradient|derivative)\s+of\s+\$)")
ENTRY_OF_MATRIX = re.compile(r"([a-z])_\{?[a-z]{2}\}?")  # of a matrix P, as p_nk
_ASSIGNED = re.compile(r"^[^\S\n]*([a-z_]{2,})[^\S\n]*=(?!=)", re.MULTILINE)  # in code
_UNFINISHED = re.compile(r"(?:[=+·*({\[−]|(?<!-)-)\s*$")


class Piece(NamedTuple):
    """A statement of a derivation.

    Attributes
    ----------
    kind : "claim", "definition", or "words", which claim nothing
    text : the statement
    name : the letter that is defined, that a claim has alone on its left, or that words are about
    error : why it cannot be read, "" if it may be
    goes_on : whether its line begins with an equals sign, and goes on from the one before
    declared : whether it was said to be a definition, by "Let" or :=
    stationary : whether it may hold only where the gradient is zero
    constant : whether two sides may differ by a term, with "factor" by a term or a factor
    of_path : whether it may be about one path of the chain rule
    subordinate : whether it stands behind "where", so that the next line does not go on from it
    only : the one letter that was said to vary
    dots : whether steps are left out
    condition : "point" if it names the point that the next equations are about, as in "at Σ = S";
        "assumption" if it is assumed from there on, as in "if Σ = S"
    unnamed : whether it is about a gradient ∇L that does not say by which letter
    note : what is not checked of words
    at : its position
    """

    kind: str
    text: str
    name: str = ""
    error: str = ""
    goes_on: bool = False
    declared: bool = False
    stationary: bool = False
    constant: bool | str = False
    of_path: bool = False
    subordinate: bool = False
    only: str = ""
    dots: bool = False
    condition: str = ""
    unnamed: bool = False
    note: str = ""
    at: Position = START


def pieces(lines: Iterable[str], vocabulary: Vocabulary) -> list[Piece]:
    """Return the pieces of a derivation, in order."""
    found: list[Piece] = []
    raws = [(number, part) for number, raw in numbered(lines) for part in (
        _DERIVED if _OF_FORMULA.search(raw) else _EACH).split(raw)]
    whole = "\n".join(raw for _, raw in raws)
    own, stationary = _own_letters(whole, vocabulary), False
    for number, raw in raws:
        raw = with_layers(raw, vocabulary)
        bare = LABEL.sub("", raw)
        before = found[-1] if found else None
        term = of_a_term(bare, whole, _scalar_in(found, vocabulary), before.text if before else "")
        text = _HELD.sub("", without_front(term or of_a_path(bare, whole), vocabulary))
        if not text.strip(" \t\r.,;$"):
            continue
        told = before.text if before and before.kind == "words" else ""
        text = introduced(told, text) if "=" not in text else text
        of_path = bool(PATH.search(f"{told} {raw}") or PATH_BELOW.match(bare))
        if before and _goes_on(before, text):
            found[-1] = before._replace(text=f"{before.text} {text.strip()}")
            continue
        text = _ROW_WISE.sub(r"\1", text)
        condition = _condition_in(text)
        parts = [_LEADING.sub("", text) if condition else text]
        if _STATIONARY.search(raw):
            stationary, parts = True, [_LEADING.sub("", part) for part in _GIVES.split(text)]
        for one in (one for part in parts for one in line_formulas(part, vocabulary)):
            one = of_a_summand(one, [it.text for it in found if "=" in it.text])
            said = one in text or not one.startswith("where")  # no remark
            subordinate = not said or bool(_BESIDE.search(text[:max(0, text.find(one))]))
            only = _ONLY.search(one)
            for piece in _pieces(one, vocabulary, found, own):
                found.append(piece._replace(
                    stationary=stationary or piece.stationary, of_path=of_path,
                    subordinate=subordinate, only=only[1] if only else "",
                    dots=bool(_DOTS.search(one)), condition=condition, at=Position(number)))
                condition = condition if piece.kind == "words" else ""
    return _placed(_used(piece, found[:place] + found[place + 1:])
                   for place, piece in enumerate(found))


def _own_letters(whole: str, vocabulary: Vocabulary) -> set[str]:
    """Return the letters that a derivation defines."""
    changed = _CHANGED.findall(whole)
    scalar_varies = any(letter in vocabulary.outputs for letter, _ in changed)
    own = {letter for letter, equals in changed if scalar_varies or not equals}
    assigned = _ASSIGNED.findall(whole) if PROGRAM.search(whole) else ()
    return {*_OWN.findall(whole), *assigned, *(own - {*vocabulary.outputs})}


def _goes_on(before: Piece, text: str) -> bool:
    """Return whether a text is the rest of the statement before it."""
    return before.kind != "words" and bool(
        (re.match(r"\s*=[^=]", text) and "=" not in before.text)
        or _OPERATOR.match(text)
        or ("=" not in text and (_UNFINISHED.search(before.text) or is_open(before.text))))


def _condition_in(text: str) -> str:
    """Return whether a text names a "point" or an "assumption", "" if neither."""
    found = _AT.match(text)
    if not found or (found["holds"] and _STATIONARY.search(found[0])):
        return ""
    return "assumption" if found["holds"] else "point"


def _scalar_in(found: list[Piece], vocabulary: Vocabulary) -> str:
    """Return the last formula for the scalar, "" if there is none."""
    formula, head = "", ""
    for piece in found:
        head = head if piece.goes_on else sides_of(piece.text)[0].strip()
        scalar = head in vocabulary.outputs or piece.name in {"f", *LOSS_NAMES}
        if piece.kind != "words" and scalar and "=" in piece.text:
            formula = sides_of(piece.text)[-1]
    return formula


def _placed(found: Iterable[Piece]) -> list[Piece]:
    """Number the equations of each line that has several."""
    found = [*found]
    counts = Counter(piece.at.line for piece in found if piece.kind != "words")
    taken: Counter[int] = Counter()
    for place, piece in enumerate(found):
        if piece.kind != "words" and counts[piece.at.line] > 1:
            taken[piece.at.line] += 1
            found[place] = piece._replace(at=Position(piece.at.line, taken[piece.at.line]))
    return found


def _used(piece: Piece, others: list[Piece]) -> Piece:
    """Return a claim in place of a definition that was not declared and that no line uses."""
    base = re.sub(r"_[a-z]{1,2}$", "", spelling(piece.name))  # y for an entry y_i, P for p_nk
    entry = ENTRY_OF_MATRIX.fullmatch(piece.name)
    names = rf"(?:{typed(base)}|{base.upper()})" if entry else typed(base)
    before = "a-z" if re.fullmatch("[A-Za-z]", base) else "A-Za-z"  # XDr contains D and r
    letter = re.compile(rf"(?<![{before}])d?{names}(?![a-z]|_(?!\{{?[a-z]{{1,2}}\b))")
    kept = piece.kind != "definition" or piece.declared or re.search(r"[A-Za-z]_?\d$", piece.name)
    if kept or len(sides_of(piece.text)) > 2 or any(
            letter.search(it.text) for it in others
            if (it.kind != "words" or len(piece.name) == 1) and not says_nothing(it.text)):
        return piece
    return piece._replace(kind="words" if piece.name.startswith("Δ") else "claim")


def _pieces(text: str, vocabulary: Vocabulary, found: list[Piece],
            own: set[str]) -> Iterator[Piece]:
    """Yield the piece of a statement, or its parts if words stand beside its equation."""
    piece = _piece(text, vocabulary, found, own)
    names = own | {it.name for it in found} | {piece.name}
    if piece.kind == "claim" and is_story(text, vocabulary, names):
        piece = Piece("words", text.strip())
    if piece.kind == "claim" and not piece.goes_on and is_aside(text, vocabulary):
        piece = Piece("words", text.strip(), note=NO_EQUATION)
    whole = piece.kind == "words" or not (piece.error or words_in(piece.text, vocabulary, names))
    parts = [] if whole else words_apart(text, vocabulary, names)
    for part, spoken in parts:
        if spoken and any(it.text.startswith(part.rstrip(".")) for it in found[-2:]):
            continue  # "the Hessian H" has become two equations
        yield Piece("words", part) if spoken else _piece(part, vocabulary, found, own)
    if not parts:
        yield piece


def _piece(text: str, vocabulary: Vocabulary, found: list[Piece], own: set[str]) -> Piece:
    if is_update(text, vocabulary):
        return Piece("words", text.strip())
    named = _DENOTED.match(text)
    if named and (claims := [it for it in found if it.kind == "claim" and "=" in it.text]):
        left = next(sides_of(it.text)[0] for it in reversed(claims) if not it.goes_on)
        return Piece("definition", f"{named[1]} = {left.strip()}", named[1].strip("\\"),
                     declared=True)
    if is_words(text, vocabulary):
        named = _IN_WORDS.match(text)
        return Piece("words", text.strip(), named[1].strip("\\") if named else "")
    if (solves := _SOLVES.search(text)) and "=" in text[:solves.start()]:
        text = f"{text[:solves.start()]}{'$' * (text[:solves.start()].count('$') % 2)}"
        return _piece(text, vocabulary, found, own)._replace(stationary=True)
    for pattern, put, constant in ((_CONSTANT, "", True), (_CONSTANT_FIRST, r"\1", True),
                                   (_PROPORTIONAL, "=", "factor")):
        if pattern.search(text):
            text = pattern.sub(put, text, 1)
            return _piece(text, vocabulary, found, own)._replace(constant=constant)
    text = _DENOTES.sub(r"let \1 = ", _FIXED.sub("", _ROW_WISE.sub(r"\1", text)))
    defines = bool(_DEFINES.match(text) or ":=" in text)
    text = definition_in(text)
    if front := NAMED_FIRST.match(text):
        text = text[front.end():]
    remark = _REMARK.search(text)
    if remark and remark.start() and is_remark(next(filter(None, remark.groups()), ""), vocabulary):
        text = text[:remark.start()]
    try:
        lefts = " ".join(sides_of(piece.text)[0] for piece in found if not piece.name)
        own = own | {*re.findall(r"(?<![A-Za-z\\∂])[A-Z](?![A-Za-z(])", lefts)}
        text = with_index(text, vocabulary)
        formula = formula_in(text, vocabulary, own | {piece.name for piece in found})
        formula = re.sub(" {2,}", " ", formula)
        front = _VERB.match(formula)
        if front and not TELLING.search(front[1]) and is_words(f"{front[1]}:", vocabulary):
            return _piece(formula[front.end():], vocabulary, found, own)
        solution = _SOLUTION.search(formula)
        if solution and vocabulary.pattern.fullmatch(solution["name"]):
            formula = _SOLUTION.sub(r"\1", formula)
            return _piece(formula, vocabulary, found, own)._replace(stationary=True)
    except Unreadable as error:
        return Piece("claim", text, error=str(error))
    if not formula.strip(" .,;:"):
        return Piece("words", text.strip())
    if re.match(r"\s*=", formula):  # it goes on from the line before
        claims = [piece for piece in found if piece.kind != "words" and not piece.subordinate]
        if not claims:
            return Piece("claim", text.strip())
        return Piece("claim", f"{sides_of(claims[-1].text)[-1].strip()} {formula.strip()}",
                     goes_on=True)
    name = NAME.match(sides_of(formula)[0].strip())
    spelled = spelling(name[1]) if name else ""
    known = name and (vocabulary.pattern.fullmatch(spelled)
                      or vocabulary.change.fullmatch(spelled) or spelled in vocabulary.functions)
    letters = {*vocabulary.spellings, *(own if spelled.isupper() else ())}
    product = name and not defines and re.fullmatch("[A-Z][A-Za-z]", spelled) and (
        {*spelled} <= letters)  # Xw = y defines no letter
    known = known or product
    if name and name[1][1:] in {piece.name for piece in found}:
        known = known or name[1][0] in "dδ"  # it is the differential of a letter
    if name and not known and len(sides_of(formula)) > 1 and (
            defines or len(name[1]) == 1 or name[1] in {*LOSS_NAMES, *own}
            or not is_english(name[1])):
        return Piece("definition", formula.strip(), re.sub("[{}]", "", name[1]), declared=defines)
    return Piece("claim", formula.strip(), name[1] if name else "", declared=defines)
