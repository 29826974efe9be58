"""Read lines about a part of a result: the derivative of one term, or one path's share."""

import re

from lvmcalc.notation import Vocabulary
from lvmcalc.notation.indices import BELOW as SMALL
from lvmcalc.notation.indices import spread_out
from lvmcalc.notation.letters import GREEK
from lvmcalc.notation.statements import is_open

_SUM = re.compile(r"(?:\\sum(?:\\limits)?|[Σ∑])\s*_\s*\{?\s*(?P<index>[a-z])\s*(?:=\s*1\s*)?\}?"
                  r"(?:\s*\^\s*(?:\{\s*\w+\s*\}|\w))?")
_UNINDEXED = re.compile(r"(\\sum(?![A-Za-z])|[Σ∑])(?!\s*(?:_|\\(?:no)?limits|[ᵢⱼₖₗₘₙ]))")
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
# "derivative of the second term w.r.t. W: −Y"
_TERM = re.compile(
    r"^\s*(?:(?:and|so|then|here|hence|thus)\s*,?\s+)?(?:the\s+)?"
    r"(?:grad(?:ient)?|derivative)\s+of\s+(?:the\s+)?"
    rf"(?P<which>{'|'.join(_ORDINALS)}|last|\d)(?:st|nd|rd|th)?\s+term"
    r"(?:\s+(?:w\.?r\.?t\.?|with\s+respect\s+to|in|by)\s+\$?(?P<wrt>[^\s:$]+)\$?)?\s*"
    r"(?::|=|\bis\b)\s*\$?(?P<said>[^=$]+?)\$?[\s.]*$", re.IGNORECASE)
# "3rd term: 0", on the line behind it
_NEXT = re.compile(rf"^\s*(?:and\s+)?(?:the\s+)?(?P<which>{'|'.join(_ORDINALS)}|last|\d)"
                   r"(?:st|nd|rd|th)?(?:\s+term)?\s*:\s*\$?(?P<said>[^=$:]+)\$?\s*$", re.IGNORECASE)
# "The second trace equals tr(B Xᵀ A dX) by cyclic permutation"
_SUMMAND = re.compile(rf"^\W*(?:the\s+)?(?P<which>{'|'.join(_ORDINALS)})\s+"
                      r"(?:trace|term|summand|one|part)\s+(?:is|equals|becomes|=)\s+"
                      r"(?P<said>\$[^$=]*\bd\s*\\?[^$=]*\$"
                      r"|[^$=\s]*\([^$=]*\bd[^$=]*\)(?:\s*/\s*\d)?)"
                      r"(?:,?\s+(?:because|since|as|by|using)\b[^=$]*)?[\s.,;]*$", re.IGNORECASE)
_CHANGE = re.compile(r"(?<![A-Za-z\\])d\s*\\?[^\W\d_]")
_OPERATOR = re.compile(r"(?:∂/∂\S+|∇) (?=\()")
# "The gradient of the penalty λ wᵀw is 2λ w", "d/dΣ of log det Σ is Σ⁻¹"
_FORMULA = re.compile(
    r"^\s*(?:(?:and|so|then|here|hence|thus)\s*,?\s+)?(?:(?:the\s+)?(?:gradient|derivative)"
    r"|[∂d]\s*/\s*[∂d]\s*\\?(?P<by>\w+))\s+of\s+(?:the\s+)?"
    r"(?:(?:penalty|regulari[sz]er|data\s+term)\s+)?"
    r"(?P<of>[^=:]+?)"
    r"(?:\s+(?:w\.?r\.?t\.?|with\s+respect\s+to)\s+\$?(?P<wrt>[^\s:$]+)\$?)?\s+(?:is|=)\s+"
    r"(?P<said>[^=]+?)[\s.]*$", re.IGNORECASE)
# A formula has an operator and no long word
_IS_FORMULA = re.compile(rf"(?!.*(?<!\\)\b(?!{'|'.join(GREEK)})[A-Za-z]{{4}}).*[\^²ᵀ(‖|'\s].*")
_ASKED = re.compile(r"(?:∂L\s*/\s*∂|dL\s*/\s*d|(?:∇|\\nabla)_\{?\s*"
                    r"|\\partial\s*L\s*(?:\}\s*\{|/)\s*\\partial\s*)(\\?[A-Za-zα-ωΑ-Ω]+)")
# Words that say that a line is about one path, and marks on its adjoint: ∂L/∂W|_{dec}
PATH = re.compile(r"\b(?:paths?|branch|contributions?|contributes|through\s+the|via\s+the"
                  r"|(?:first|second|other)\s+(?:use|one|factor|occurrence))\b"
                  r"|^\W*(?:en|de)coder\s*:(?=[^=]*$)", re.IGNORECASE)
_SAYS = re.compile(r"\s*(?:gives|contributes|is)\s+(?=\$[^$=]+\$[\s.,;]*$)"
                   r"|\s*contributes\s+(?=(?P<to>\$[^$=]+\$)\s+to\s+[^=]*$)")  # "it is $W x e^T$"
_NAME = r"(?:\{\s*(?:\\[a-z]+\s*\{)?[^{}=]+\}*\s*\}|\w+)"
PATH_BELOW = re.compile(
    r"^(?P<adjoint>[^=]*(?:∂|∇|\\partial|\\nabla|\u0304|\\(?:bar|overline)\b)[^=]*?)\s*"
    rf"(?:(?:\\right|\\[bB]igg?[lr]?)?\s*(?:\||\\[rl]?[vV]ert)\s*_\s*{_NAME}"
    r"|(?<=[})])\s*(?:_\s*\{?(?:\d|\s*(?:\\[a-z]+\s*\{)?[a-z]{3,}\}?)\}?"
    r"|\^\s*\{?\s*\(\d\)\s*\}?)"
    r"|\((?:[a-z]+\s+){0,2}(?:decoder|encoder|path|use|branch)\))"
    r"(?=\s*&?\s*=)")


def of_a_term(line: str, whole: str, scalar: str, before: str = "") -> str:
    """Return "derivative of the second term: …" as an equation, "" if a line is none.

    Parameters
    ----------
    line, whole : the line and the derivation
    scalar : what the derivation has said that the scalar is, "" if nothing
    before : the equation before it
    """
    found, terms, begun = _TERM.match(line), _terms_of(scalar), _OPERATOR.match(before)
    asked = {*_ASKED.findall(whole)}
    given = f"∂/∂{asked.pop()} " if len(asked) == 1 else "∇ "
    formula = _FORMULA.match(line)
    if not found and formula and _IS_FORMULA.fullmatch(formula["of"]):
        wrt = formula["by"] or formula["wrt"]
        of, said = (formula[part].replace("$", "") for part in ("of", "said"))
        return f"{f'∂/∂{wrt} ' if wrt else given}({of}) = {said}"
    if not found and begun:
        found, given = _NEXT.match(line), begun[0]
    if not found or len(terms) < 2:
        return ""
    given = f"∂/∂{wrt} " if (wrt := found.groupdict().get("wrt")) else given
    which = found["which"].lower()
    place = -1 if which == "last" else int(which) - 1 if which.isdigit() else _ORDINALS.index(which)
    return f"{given}({terms[place]}) = {found['said']}" if place < len(terms) else ""


def of_a_summand(line: str, before: list[str]) -> str:
    """Return "The first trace equals …" as an equation, other lines as they are.

    The trace is a summand of the last differential that is a sum.

    Parameters
    ----------
    line : a statement
    before : the equations before it
    """
    found = _SUMMAND.match(line)
    sums = [_terms_of(sides[-1]) for text in before if (sides := re.split("=", text))[1:]]
    terms = next((terms for terms in reversed(sums) if len(terms) > 1), [])
    place = _ORDINALS.index(found["which"].lower()) if found else len(terms)
    if place >= len(terms) or not _CHANGE.search(terms[place]):
        return line
    return f"{terms[place]} = {found['said'].strip('$')}"


def of_a_path(line: str, whole: str) -> str:
    """Return "First path: W x cᵀ" as an equation, other lines as they are.

    The path contributes to the last adjoint of the derivation.
    """
    says = _SAYS.search(line)
    heading, formula = (line[:says.end()], says["to"] or line[says.end():]) if says else (
        line.partition(":")[::2])
    asked = _ASKED.findall(whole)
    path = PATH.search(heading if says else f"{heading}:")
    alone = "=" not in line and formula.strip() and path and asked
    said = formula.replace("$", " ")
    return f"∂L/∂{asked[-1]} = {said}" if alone else PATH_BELOW.sub(r"\g<adjoint>", line)


def _terms_of(formula: str) -> list[str]:
    """Return the terms of a formula as text, each with its sign."""
    found, depth = [""], 0
    for sign in formula.strip(" .,;$"):
        depth += (sign in "([{") - (sign in ")]}")
        if not depth and sign in "+-−" and found[-1].strip()[-1:] not in ("", *"*/·^_"):
            found.append("")
        found[-1] += sign
    return [term.strip(" +") for term in found if term.strip()]


def with_summand(text: str) -> str:
    """Return a text with brackets round the summand of its only sum, as far as its index goes."""
    head, *more = _SUM.finditer(text)
    before, terms = text[:head.end()], _terms_of(text[head.end():]) if not more else []
    small = next((sign for sign, index in SMALL.items() if index == head["index"]), "(?!)")
    below = re.compile(rf"_\s*\{{?\s*{head['index']}(?![a-z])|{small}")
    last = max((n for n, term in enumerate(terms) if below.search(term)), default=0)
    if not last or is_open(before):
        return text
    signed = [term if term[:1] in "-−" else f"+ {term}" for term in terms[1:]]
    inside = " ".join([terms[0], *signed[:last]])
    return f"{before}({inside}) {' '.join(signed[last:])}"


def with_index(text: str, vocabulary: Vocabulary) -> str:
    """Return a text with Σ_i for Σ, if i is the only index in it."""
    below = {*re.findall(r"_\{?([a-z])\b", spread_out(text))}
    return _UNINDEXED.sub(rf"\1_{{{below.pop()}}} ", text) if len(below) == 1 and not any(
        name.startswith("Sigma") for name in vocabulary.spellings) else text
