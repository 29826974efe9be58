"""Leave out remarks beside an answer that cannot change it: sources and closings.

Each is known word by word; what is not known stays, and makes the answer unreadable.
"""

import re
from contextlib import suppress

from lvmcalc import notation
from lvmcalc.calculus import UnsupportedExpression
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.exercise import Exercise
from lvmcalc.notation import Unreadable

_YEAR = r"(?:19|20)\d\d[a-z]?"
_AUTHOR = r"[A-Z][a-z]+(?:\s+et\s+al\.?|\s+(?:and|&)\s+[A-Z][a-z]+)?"
_SOURCE = (rf"\((?:(?:see|cf\.?)\s+)?{_AUTHOR},?\s+{_YEAR}"
           r"(?:,?\s+(?:[Ee]q(?:uation|n)?|[Ss]ection|[Ss]ec|[Cc]hapter|p(?:p|age)?)s?\.?\s*\(?"
           r"\d[\d.–-]*\)?)?\)"
           r"|\((?:(?:see|cf\.?)\s+)?(?:[Ee]q(?:uation|n|s)?|[Ss]ection|[Cc]hapter)s?\.?\s*\(?"
           r"\d[\d.]*\)?(?:,?\s+(?:in|of|from|and|&|the|[A-Z][A-Za-z'’]+))*\)"
           rf"|\b(?:[Ff]rom|[Ff]ollowing|[Bb]y|[Ss]ee|[Aa]s\s+in)\s+{_AUTHOR}\s+\({_YEAR}\),?")
# Division and functions of numbers have no other meaning here; a square or a product has
_BY_ENTRIES = {"fraction", "division", "quotient", "exponential", "logarithm"}
_TAKEN = (r"\(the\s+(?P<taken>[A-Za-z]+)\s+is\s+"
           r"(?:taken|applied|meant|understood)\s+(?:entry\s+by\s+entry|(?:element|entry)-?wise)\)")
_TWICE = (r"^\s*(?:[Ss]ince|[Bb]ecause|[Aa]s)\s+\w+\s+is\s+used\s+twice,?\s+(?:we\s+)?add\s+"
          r"(?:up\s+)?(?:both|the\s+two)\s+contributions\s*:(?=\s)")
# A sentence behind the answer
_ENDS = r"(?<=[.!\n\])}$])"
_WORDS = r"(?:\s+(?:[A-Za-z][a-z'’-]+|a|I))+"
_CLOSING = (rf"\s+Let\s+me\s+know\s+(?:if|whether){_WORDS}\s*[.!?]*\s*$"
            r"|(?<=[.\n])\s*Setting\s+(?:it|this|the\s+gradient)\s+(?:equal\s+)?to\s+(?:zero|0)\s+"
            r"(?:would\s+(?:give|recover|yield)|gives|yields|recovers|leads\s+to)\s+"
            r"(?:(?:the|an?)(?:\s+[a-z-]{3,}){1,4}|\$[^$]+\$)\.?\s*$"
            r"|,\s+so\s+the\s+two\s+contributions\s+are\s+equal(?:\s+and\s+cancel\s+the\s+(?:½|1/2)"
            r")?(?=\)[\s.]*$)"
            r"|,?\s+without\s+(?:any|an?)\s+(?:further|additional|extra)\s+factors?"
            r"(?:\s+(?:of\s+)?(?:½|1/2|2))?[\s.]*$"
            r"|(?<=[.\n])\s*The\s+"
            r"(?:factors?\s+(?:of\s+)?)?(?:1/2|½|2)\s+cancels?(?:\s+(?:with|against))?"
            r"(?:\s+the\s+(?:factor\s+(?:of\s+)?)?2)?"
            r"(?:\s+from\s+the\s+(?:two\s+uses\s+of\s+\w|square|derivative))?\.?\s*$")
_REMARK = re.compile(f"{_SOURCE}|{_TAKEN}|{_TWICE}|{_CLOSING}")
# "(an N × D matrix, like X)"
_SIZED = re.compile(r"\(\s*(?:an?\s+)?(?P<d>\$?)(?P<rows>\w)\s*(?:\\times|×)\s*"
                    r"(?P<columns>\w)(?P=d)"
                    r"\s+matrix(?:,?\s+like\s+\$?(?P<like>\\?\w+)\$?)?\s*\)(?=[\s.]*$)")
# "p = σ(Xw) elementwise": functions of numbers have no other meaning, a softmax none but along rows
_WISE = r"(?:element|entry|component)-?wise"
_CALL = r"\(\s*-?[\w\s]+\)"
_ENTRIES = rf"(?:1|\\?(?:[A-Za-z]{{3,}}|σ)²?\s*{_CALL})"  # These with + - / between them
_TAIL = re.compile(
    rf"(?P<entries>=[\s(]*{_ENTRIES}(?:[\s)]*[-−+/][\s(]*{_ENTRIES})*[\s)]*),?\s+{_WISE}"
    r"(?=\s*[.,;]|\s*$|\s*\n)"
    rf"|(?P<rows>=\s*(?:\\(?:text|mathrm|operatorname)\s*\{{\s*)?softmax\}}?\s*{_CALL}\$?)\s*,?\s+"
    r"(?:along\s+(?:the\s+)?rows|row-?wise|for\s+each\s+row\s+separately|each\s+row\s+separately)"
    r"(?=\s*[.,;]|\s*$|\s*\n)")
# "where G = ∂L/∂K = ½(…) is symmetric", which is checked
_NAMED = re.compile(r"(?P<letter>\b(?:where|with)\s+[A-Z]\s*=)(?P<name>\s*∂L/∂[A-Z]\s*)="
                    r"(?P<formula>[^=,;]+?)(?P<symmetric>\s+is\s+symmetric)?(?=[.\s]*$)")
# "where T = tanh(AX) and T² is elementwise"
_SQUARE = r"(?<![A-Za-z]){}\s*(?:²|\^\s*(?:2|\{{\s*2\s*\}}))"
_SQUARED = re.compile(rf",?\s+(?:and|where|with)\s+\$?{_SQUARE.format('(?P<of>[A-Za-z])')}\$?\s+"
                      rf"(?:is"
                      rf"|means|denotes)\s+(?:(?:taken|meant|the)\s+)?{_WISE}(?:\s+square)?[\s.]*$")
_PASS = re.compile(r"(?:^|(?<=\n)|[.;]\s+)(?:forward|backward)(?:\s+pass)?\s*:\s+(?=\S)",
                   re.IGNORECASE)
_SHOWN = re.compile(r"\s*(\$\$|\\\[)\s*\n((?:(?!\$\$|\\\[|\\\])[^\n])+)\n\s*(\$\$|\\\])\s*")


def without_remarks(exercise: Exercise, text: str) -> str:
    """Return an answer without the remarks that change nothing, and T∘T for a T² that is so."""
    def blank(match: re.Match) -> str:
        return " " * len(match[0])

    functions = exercise.chain.vocabulary.of_numbers

    def remark(match: re.Match) -> str:
        return match[0] if match["taken"] and match["taken"] not in _BY_ENTRIES | functions else (
            blank(match))

    text = _PASS.sub(lambda it: "\n".rjust(len(it[0])), text)
    if _SHOWN.fullmatch(text):  # One line between two with $$
        text = text.replace("\n", " ")

    def of_size(match: re.Match) -> str:
        fits = f"{match['rows']}×{match['columns']}" == notation.shape(exercise.asked) and (
            notation.spelling(match["like"] or exercise.wrt) == exercise.wrt)
        return blank(match) if fits else match[0]

    text = _SIZED.sub(of_size, _REMARK.sub(remark, text))

    def named(match: re.Match) -> str:
        known = agrees(exercise, match["name"], match["formula"], bool(match["symmetric"]))
        return f"{match['letter']}{match['formula']}".ljust(len(match[0])) if known else match[0]

    text = _NAMED.sub(named, text)
    if squared := _SQUARED.search(text):
        text = re.sub(_SQUARE.format(squared["of"]), "({0}∘{0})".format(squared["of"]),
                      text[:squared.start()])

    def tail(match: re.Match) -> str:
        called = {*re.findall(r"[A-Za-z]{3,}(?=²?\s*\()", match["entries"] or "")}
        return (match["entries"] or match["rows"]).ljust(len(match[0])) if (
            called <= functions) else match[0]

    return _TAIL.sub(tail, text)


def agrees(exercise: Exercise, name: str, formula: str, symmetric: bool) -> bool | None:
    """Return whether an adjoint is a formula, and symmetric if that is said; None if unreadable."""
    with suppress(Unreadable, CannotBeFormed, UnsupportedExpression, OutsideDomain):
        left, right = (notation.parse(it, exercise.chain.vocabulary) for it in (name, formula))
        return exercise.compare(left, right).holds and (
            not symmetric or exercise.compare(right, right.T).holds)
    return None
