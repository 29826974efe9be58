"""Answers that are text: found between words, taken apart at every equals sign, and read."""

import re
from contextlib import suppress
from functools import partial
from itertools import chain

from sympy import Expr, MatAdd

from lvmcalc import notation
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.answer_parts import statements_of
from lvmcalc.marking.code_comments import without_comments
from lvmcalc.marking.defined_letters import Definitions
from lvmcalc.marking.denominators import with_formulas_below, with_stages_below
from lvmcalc.marking.derivation_text import with_own_adjoints, without_heading
from lvmcalc.marking.exercise import Exercise
from lvmcalc.marking.final_answers import final_answer
from lvmcalc.marking.left_side import (
    DEMANDED,
    PLACE,
    POWER_PLUS,
    PSEUDO,
    as_chain,
    can_be_formed,
    entry_asked,
    fits,
    inverses_used,
    is_asked,
    is_derivative,
    is_differential,
    loss_as_L,
    names,
    names_asked,
    refuse_condition,
    unstacked,
    with_columns,
)
from lvmcalc.marking.other_quantities import refuse_others, with_targets
from lvmcalc.marking.own_gradient_names import is_own_name, refuse_another
from lvmcalc.marking.prose import Told, without_prose
from lvmcalc.marking.reasons import noted, read_beside_reasons
from lvmcalc.marking.scalar_jacobians import refuse_loose, scalar_jacobians, with_jacobians
from lvmcalc.marking.shown_remarks import note_of, stands_beside, without_shown
from lvmcalc.marking.side_remarks import without_remarks
from lvmcalc.marking.spoken_answers import says_sum, spoken_answers
from lvmcalc.notation import Unreadable
from lvmcalc.notation.classes import without_class
from lvmcalc.notation.filler_phrases import without_politeness
from lvmcalc.notation.formula_finder import (
    MATH,
    derivation_lines,
    formula_in,
    formulas_in,
    refuse_carried,
    sides_of,
    without_dollars,
)
from lvmcalc.notation.indices import spread_out
from lvmcalc.notation.inlining import inlined
from lvmcalc.notation.lexicon import ARRAYS, NAMED
from lvmcalc.notation.loops import without_loops
from lvmcalc.notation.parser import Reading, readings
from lvmcalc.notation.said_formulas import with_formulas
from lvmcalc.notation.spoken_formulas import FORMULA_NOUNS
from lvmcalc.notation.statements import (
    SPACE,
    program,
    with_entries,
    with_plain_names,
    with_sigma_as_a_letter,
)
from lvmcalc.notation.text_cleanup import unified
from lvmcalc.notation.tokens import quoted

_NUMBERED = re.compile(r"\s*(?:\(\s*(\d{1,2})\s*\)|([1-9]\d?)[.)])\s+(?=[^\s*/·@^.∘+])")
# L = -D/2 q + …, so dL/dq = -D/2, of which the terms with q are checked
_LOSS_GOES_ON = re.compile(r"(^\s*(?:L|ℓ|\\ell|\\mathcal\s*\{?\s*L\s*\}?)\s*=[^=\n]*?)"
                           r"\s*\+\s*(?:\.\.\.|…|\\[lc]?dots)"
                           r"(?=\s*,\s+(?:so|hence|thus|therefore)\b)")
_TORN = re.compile(r"(?<![A-Za-z])([A-Za-z]+)[^\S\n]*\n\s*([A-Za-z]+)(?=\s*[(\[{|])")
_TORN_PART = re.compile(r"(?<![\w.])0\.\s+\d+|\{\s*[A-Za-z]~[A-Za-z]\s*\}"
                        r"|\\(?:left|right)\\(?=\s)"  # No bracket behind it
                        rf"|\bj{SPACE}+(?:np|sp)\.(?=\w)"  # jsp.linalg
                        r"|(?<![A-Za-z\\])d\s*(?:\\q?quad|\r?\n)(?=\s*L\w?\s*=)")
_NAMING = re.compile(rf"\bthe\s+(?:{'|'.join(sorted(FORMULA_NOUNS))})\b")
_MOST_HEARD = 4  # Ways to understand what is spoken
_GOES_ON = re.compile(r"(?<=[\w)\]}\s])(?:\.\.+|…|\\l?dots)$")


def read_answer(exercise: Exercise, text: str) -> tuple[list[list[Reading]], dict[Expr, Expr]]:
    """Return what each side of an answer can mean, and what is said of other adjoints beside it.

    There is one side, or several to be checked; none if the text is blank. A number in front, as in
    "(2) -α X", is the label of the answer if it can be no factor.

    Raises
    ------
    Unreadable
        If a side is no formula, or the text begins with the gradient of something else.
    CannotBeFormed
        If a side mixes numbers and matrices.
    """
    if "->" in text and _is_right(exercise, text.replace("->", "-")):
        raise Unreadable("It is not clear whether `->` is an arrow or a minus sign: leave one of "
                         "them out.")
    if not (label := _NUMBERED.match(text)):
        return _read(exercise, text)
    alone = _read(exercise, text[label.end():])
    try:
        whole = _read(exercise, f"({label[1] or label[2]}) {text[label.end():]}")
    except (Unreadable, CannotBeFormed):
        return alone
    sides, others = ([side[0].formula for side in found] for found, _ in (whole, alone))
    if len(sides) > 1:  # (2) ∂L/∂X = …
        return alone
    if sides == others or exercise.verdict(sides[0]).holds:
        return whole
    raise Unreadable(f"It is not clear whether `{quoted(label[0].strip())}` is a number or the "
                     "label of the answer: leave the label out, or write *.")


def _is_right(exercise: Exercise, text: str) -> bool:
    """Return whether an answer can be read, in one way, and is right."""
    with suppress(Unreadable, CannotBeFormed):
        sides, _ = _read(exercise, text)
        return [len(side) for side in sides] == [1] and exercise.is_right(sides[0][0].formula)
    return False


def _read(exercise: Exercise, text: str) -> tuple[list[list[Reading]], dict[Expr, Expr]]:
    """Return the sides of an answer without a label, beside its reason."""
    return read_beside_reasons(exercise, text, partial(_commented, exercise))


def _commented(exercise: Exercise, text: str) -> tuple[list[list[Reading]], dict[Expr, Expr]]:
    """Return the sides of an answer beside the comments of its code."""
    text, comments = without_comments(exercise, text)
    text = without_class(text, exercise.wrt)
    sides, beside = _marked(exercise, text)
    if sides:
        refuse_carried(text, sides[-1][0].formula)
    elif re.search(r"[A-Za-z]", text):
        raise Unreadable("There is no formula in this.")
    return noted(sides, note_of(comments)), beside


def _marked(exercise: Exercise, text: str) -> tuple[list[list[Reading]], dict[Expr, Expr]]:
    """Return the sides of an answer without comments; it may name a stage by its formula."""
    text = with_own_adjoints(with_targets(exercise, text), exercise.chain.vocabulary)
    refuse_others(exercise, text)
    text = with_stages_below(exercise, text)
    text = _LOSS_GOES_ON.sub(r"\1", text)
    if "sigma" not in exercise.chain.vocabulary.spellings and (
            lettered := with_sigma_as_a_letter(text)) != text:
        with suppress(Unreadable):
            return _among_words(exercise, lettered)
    try:
        return _among_words(exercise, text)
    except Unreadable as error:
        wrong = error
    if (named := with_formulas_below(exercise, text)) != text:
        return _among_words(exercise, named)
    with suppress(Unreadable):
        return _beside_remarks(exercise, text)
    return _spoken(exercise, text, wrong)


def _beside_remarks(exercise: Exercise, text: str,
                    ) -> tuple[list[list[Reading]], dict[Expr, Expr]]:
    """Return the sides of an answer beside remarks that are shown."""
    text, shown = without_shown(exercise, text)
    text = with_formulas(without_remarks(exercise, text), exercise.chain.vocabulary)
    told = without_prose(exercise, text, stands_beside) or Told(text, {})
    if not (note := note_of([*shown, *told.remarks])) or not told.text.strip():
        raise Unreadable("There is no answer beside a remark.")
    try:
        sides, beside = _alone(exercise, told.text)
    except CannotBeFormed as error:
        raise CannotBeFormed(f"{error} {note}") from None
    return noted([told.agreeing(side) for side in sides], note), beside


def _spoken(exercise: Exercise, text: str, wrong: Unreadable,
            ) -> tuple[list[list[Reading]], dict[Expr, Expr]]:
    """Return the sides of an answer that is spoken; raise what is wrong with any other."""
    ways: list[list[list[Reading]]] = []
    text, shown = without_shown(exercise, without_remarks(exercise, text))
    for typed in spoken_answers(exercise, text):
        with suppress(Unreadable, CannotBeFormed):
            ways.append(_alone(exercise, typed)[0])
    formed = [way for way in ways if all(can_be_formed(side[0].formula) for side in way)]
    said = len(ways) == 1 and not re.search(r"\bof\b", text) and not any(
        side[0].formula.has(MatAdd) for side in ways[0])  # A product needs no bracket
    if ways and not (formed or said):
        raise Unreadable("The shapes in the spoken formula do not fit: write it in signs.")
    ways = formed or ways
    ways = [way for way in ways if all(fits(exercise, side[0].formula) for side in way)] or ways[:1]
    first, *others = [way[0][0].formula for way in ways] or [None]
    if _NAMING.search(text) and not all(exercise.compare(first, it).holds for it in others):
        raise Unreadable("It is not clear how far the formula behind the noun extends: write it in "
                         "brackets.")
    if not 0 < len(ways) <= _MOST_HEARD:
        raise wrong
    if says_sum(text) and not exercise.compare(first, ways[0][-1][0].formula).holds:
        raise Unreadable("The last formula is not the sum of the two in front of it: write one "
                         "answer.")
    return [[way._replace(note=" ".join(filter(None, (
                 f"Read as {notation.plain(way.formula)}.", way.note, note_of(shown)))))
             for way in chain.from_iterable(sides)]
            for sides in zip(*ways, strict=True)], {}


def _among_words(exercise: Exercise, text: str) -> tuple[list[list[Reading]], dict[Expr, Expr]]:
    """Return the sides of an answer, also of one between sentences."""
    text = with_formulas(without_remarks(exercise, text), exercise.chain.vocabulary)
    try:
        return _alone(exercise, text)
    except Unreadable as error:
        wrong = shown = error
    for found in (without_prose, final_answer):
        if told := found(exercise, text):
            try:
                sides, beside = _alone(exercise, told.text)
                return [told.agreeing(side) for side in sides], beside
            except Unreadable as error:
                shown = error if str(wrong).startswith("Beside") else wrong
    raise shown from None


def _alone(exercise: Exercise, text: str) -> tuple[list[list[Reading]], dict[Expr, Expr]]:
    """Return the sides of an answer without sentences around it."""
    if not text.strip(" .…?_\ufeff\u200b\n\t"):
        return [], {}
    for torn in _TORN.finditer(text):
        if torn[1] + torn[2] in NAMED:
            raise Unreadable(f"`{torn[1] + torn[2]}` is one word, but a new line begins in it.")
    if torn := _TORN_PART.search(text):
        raise Unreadable(f"A space stands within `{torn[0].strip()}`.", torn.start())
    if plus := POWER_PLUS.search(text):
        raise Unreadable(f"`{plus[0]}` may be a pseudo-inverse, which is not read: write ⁻¹ where "
                         "it is the inverse, and ᵀ for a transpose.", plus.start())
    if goes_on := _GOES_ON.search(text.rstrip(" $\n")):
        raise Unreadable(f"`{goes_on[0]}` says that more follows: write the whole formula.")
    text = DEMANDED.sub("= 0 = 0", text)
    words = exercise.chain.vocabulary
    typed, text = text, without_loops(with_plain_names(text), words)
    whole = inlined(given := unified(text))
    text = without_heading(without_politeness(whole, words), words)
    if len(parts := formulas_in(text, words)) < len(MATH.findall(text)):
        raise Unreadable(f"Beside `{quoted(parts[0])}` stand names, which are not understood: "
                         "write the formula alone.")
    text = without_dollars(text, words)
    code, arrays = len(program(text)) > 1 or whole != given, bool(ARRAYS.search(f"{typed}\n{text}"))
    text = text if code else loss_as_L(exercise, as_chain(exercise, text))
    text = spread_out(text) if re.search("[∑Σᵢⱼₖ]", text) else text
    *before, text = with_entries(statements_of(text, lambda side: names_asked(exercise, side)),
                                 words.spellings)
    sides: list[list[Reading]] = []
    errors: list[Unreadable | CannotBeFormed] = []
    choice = most = 0
    while choice <= most:  # A definition may have several readings
        defined = Definitions(exercise, arrays, choice)
        defined.code = code or bool(program(given))
        defined.pseudo = bool(PSEUDO.search(given))
        try:
            found = _sides(exercise, text, before, defined, code)
            sides = [*map(list.__add__, sides, found)] if sides else found
            beside = defined.beside
        except (Unreadable, CannotBeFormed) as error:
            errors.append(error)
        choice, most = choice + 1, max(most, defined.most)
    if sides:
        return sides, beside
    raise min(errors, key=lambda error: isinstance(error, CannotBeFormed))


def _sides(exercise: Exercise, text: str, before: list[str], defined: "Definitions",
           code: bool) -> list[list[Reading]]:
    """Return what each side of an answer can mean, behind the lines with its definitions."""
    first_sides = [side for line in before if is_differential(exercise, line)
                   for side in sides_of(line)[1:]]
    before = [line for line in before if not is_differential(exercise, line)]
    given = [defined.of_a_part(sides_of(line)[0], exercise.chain.vocabulary) for line in before]
    jacobians = {names: it for names, it in scalar_jacobians(exercise, text).items()
                 if names not in given}
    defined.meanings |= dict(jacobians.values())
    words = with_jacobians(exercise.chain.vocabulary, jacobians)
    inverses = inverses_used("\n".join([*before, text]), words)
    words = defined.all_of(words, [*before, *map("{0[0]} = {0[1]}^-1".format, inverses)], code)
    defined.note = " ".join([f"{name} is read as {notation.plain(words.spellings[letter])}⁻¹."
                             for name, letter in inverses] or [defined.note])
    lines = derivation_lines(formula_in(text, words)) or [text]
    if len(lines) > 1:
        raise Unreadable(f"These are {len(lines)} lines, but an answer is one formula; use "
                         "`audit` for a derivation.")
    first, *others = sides_of(lines[0])
    twice = [line for line in before if others and sides_of(line)[0].strip() == first.strip()]
    if twice and not re.search(rf"(?<!\w){re.escape(first.strip())}(?!\w)", others[-1]):
        raise Unreadable(f"Two values are given for {first.strip()}: write one answer.")
    refuse_condition(exercise, [first, *others])
    *between, last = others or [""]  # ∇_w L = ∇_w ½‖Xw − y‖² = …
    others = [*(it for it in between if not is_derivative(exercise, it)), *[last] * bool(others)]
    entries = entry_asked(exercise, first) if others else ""
    front, colon, behind = first.partition(":")
    called = names(exercise, front) or notation.spelling(front.strip()) == exercise.wrt or (
        re.fullmatch(r"\s*grad(?:ient)?\s*", front))
    if colon and not others and called and behind[:1].isspace():  # ∂L/∂X: … or X: …
        first = behind
    own = bool(others) and is_own_name(exercise, first, words, defined)
    left = first
    if others and (own or not first.strip() or is_asked(exercise, first)):
        first, *others = others
    shape = getattr(exercise.asked, "shape", ())
    # A d before a bracket is a differential where there are others beside it.
    differentials = bool(words.change.search(lines[0]))
    written = [readings(side, words, shape, differentials or side in first_sides,
                        arrays=defined.arrays, entries=entries, repeated=bool(PLACE.match(left)))
               for side in (*first_sides, first, *others)]
    found = [unstacked(exercise, left * bool(others or first != left), defined.finished(side))
             for side in written]
    if len(entries) == 1:
        found = [with_columns(exercise, ways) for ways in found]
    refuse_loose(exercise, {letter for letter, value in jacobians.values()
                            if defined.meanings[letter] is value}, written, found)
    found = defined.without_unused(found)
    if own:
        refuse_another(exercise, left, [way.formula for ways in found for way in ways],
                       defined.code)
    return found
