"""Find the scalar by what is differentiated: J in ∇J, f in ∂f/∂P, ℓ in d²ℓ."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from lvmcalc import notation
from lvmcalc.auditing.audit_report import Audit
from lvmcalc.auditing.backprop_notation import stages_of
from lvmcalc.chain import Chain
from lvmcalc.marking.derivation_text import letters_given
from lvmcalc.marking.exercise import exercise_of
from lvmcalc.marking.left_side import is_loss
from lvmcalc.notation.statements import NABLA, ROUND
from lvmcalc.notation.vocabulary import typed

_ARGUMENT = r"(?:\s*\(\s*[\w\\{},; ]*\))?"
_NAME = rf"(?P<name>\\(?:ell|(?:var)?phi)\b|[lf](?![A-Za-z_])|[ℓφA-Z](?![\w'ᵀ⁻])){_ARGUMENT}"
_SQUARE = r"(?:²|\s*\^\s*\{?\s*2\s*\}?)"
_BELOW = r"(?:_\s*(?:\{[^{}]*(?:\{\w+\})?[^{}]*\}|\\\w+|\w))"
# Where only the scalar can stand: above ∂w, behind ∇, and behind d in code
_PLACES = (rf"(?P<front>\\[td]?frac\s*\{{\s*{ROUND}{_SQUARE}?\s*){_NAME}(?=\s*\}}\s*\{{\s*{ROUND}"
           rf"\{{?\s*(?:LEAVES)(?![A-Za-z]))",
           rf"(?P<front>{ROUND}{_SQUARE}?\s*){_NAME}(?=\s*/\s*{ROUND}\{{?(?:LEAVES)(?![A-Za-z]))",
           rf"(?P<front>{NABLA}{_SQUARE}?{_BELOW}?{_SQUARE}?\s*){_NAME}",
           r"(?P<front>\bd)(?P<name>[A-Zfl])(?=_?d(?:LEAVES)(?![A-Za-z]))",
           r"(?P<front>\bgrad_?)(?P<name>[A-Zfl])(?=\s*=)")
_CHANGES = rf"(?P<front>(?<![A-Za-z\\/{{]){ROUND}{_SQUARE}?\s*)(?P<name>NAMES)(?![A-Za-z0-9_])"
_SCRIPT = re.compile(r"\\mathcal\s*(?:\{\s*([A-Z])\s*\}|([A-Z])(?![A-Za-z]))")
_UNDER = re.compile(rf"(?:/\s*|\}}\s*\{{\s*){ROUND}([fl])(?![A-Za-z])")
_GIVEN = re.compile(r"(?:^|[\n$;,.]|\b(?:let|with|where|define|set|put)\s)\s*\$?\s*([fl])"
                    r"(?:\(\w+\))?\s*&?\s*:?=(?!=)([^=\n]*)", re.IGNORECASE)
_USUAL = {"f", "l"}
_TOLD = "{0} is read as the scalar {1}, not as the stage {0}."


def audit_renamed_loss(text: str, chain: Chain, judged: Callable[[str], Audit]) -> Audit:
    """Return the audit of a text with L in place of other names of the scalar.

    Where a stage has the same letter, the reading without a mistake counts; else it is the scalar,
    or the stage if nothing is wrong with it and it may depend on what it is differentiated by.
    `judged` returns the audit of a text.
    """
    read, stage = _scalar_named(text, chain)
    found = judged(read)
    if not stage:
        return found
    other = judged(text)
    if found.first_wrong and not other.first_wrong and (
            not other.unread or _is_stage(stage, text, chain)):
        return other
    told = _TOLD.format(stage, chain.vocabulary.outputs[0])
    pairs = zip(text.split("\n"), read.split("\n"), strict=True)
    place = next(number for number, (one, two) in enumerate(pairs, 1) if one != two)
    return replace(found, lines=tuple(
        replace(line, note=f"{line.note} {told}".strip()) if line.at.line == place else line
        for line in found.lines))


def _is_stage(name: str, text: str, chain: Chain) -> bool:
    """Return whether a letter is a named stage, differentiated only by what it depends on."""
    below = {notation.spelling(by) for by in re.findall(
        rf"{ROUND}{name}\s*(?:/|\}}\s*\{{)\s*{ROUND}\\?(\w+)", text)}
    stages = stages_of(chain)
    return name in stages and below <= stages and all(
        name in chain.leading_to(chain.abbreviations.get(by, by)) for by in below)


def _scalar_named(text: str, chain: Chain) -> tuple[str, str]:
    """Return a text with L for the scalar's other names, and one that a stage has too, or "".

    Such a letter is differentiated as the scalar is, and no leaf, number or definition has it. Of
    the letters of stages only f and l are usual names for a scalar; nobody differentiates a size.
    """
    for letter in {it[1] or it[2] for it in _SCRIPT.finditer(text)} - {*chain.vocabulary}:
        if not re.search(rf"(?<![A-Za-z\\]){letter}(?![A-Za-z])", _SCRIPT.sub("", text)):
            text = re.sub(_SCRIPT.pattern.replace("[A-Z]", letter), f" {letter} ", text)
    leaves = "|".join(typed(name) for name in stages_of(chain))
    places = [re.compile(place.replace("LEAVES", leaves)) for place in _PLACES]
    numbers = {name for name in stages_of(chain) - {*chain.leaves}
               if not chain.vocabulary[name].is_Matrix}
    known = {*chain.vocabulary} - {*chain.vocabulary.lengths, *_USUAL} | numbers
    known |= {*chain.leaves, *chain.vocabulary.outputs, *letters_given(text)}
    known |= {*_UNDER.findall(text)}
    if re.search(rf"(?<![A-Za-z\\]){chain.vocabulary.outputs[0]}(?![A-Za-z])", text):
        exercise = exercise_of(chain, next(iter(chain.leaves)))
        known |= {it[1] for it in _GIVEN.finditer(text) if not is_loss(
            exercise, it[2].strip(" .,;$"))}  # in f = ‖e‖² and L = f + …, f is only a part

    def names() -> Iterator[str]:
        for place in places:
            yield from (it["name"] for it in place.finditer(text))

    found = [name for name in dict.fromkeys(names())
             if notation.spelling(name.strip("\\")) not in known]
    if not found:
        return text, ""
    output = chain.vocabulary.outputs[0]

    def put(match: re.Match) -> str:
        glue = " " * match["front"][-1:].isalpha() * ("\\" in match["front"])
        return f"{match['front']}{glue}{output}" if match["name"] in found else match[0]

    changes = _CHANGES.replace("NAMES", "|".join(map(re.escape, found)))
    for place in (*places, re.compile(changes)):
        text = place.sub(put, text)
    return text, next((name for name in found if name in chain.nodes), "")
