"""Answers that are text: found between words, taken apart at every equals sign, and read."""

import re
from collections.abc import Callable
from contextlib import suppress
from itertools import islice

import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol

from lvmcalc import notation
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.derivation_text import definition_in, without_heading
from lvmcalc.marking.exercise import Exercise
from lvmcalc.notation import Unreadable
from lvmcalc.notation.factors import refuse_factors, without_factors
from lvmcalc.notation.forming import change_of
from lvmcalc.notation.parser import Reading, parse, readings
from lvmcalc.notation.passages import formula_in, lines_of, sides_of, without_dollars
from lvmcalc.notation.pasted import unified
from lvmcalc.notation.statements import LETTER, SILENT, equations, program
from lvmcalc.notation.tables import ARRAYS, NAMED, VARIANTS
from lvmcalc.notation.tokens import quoted
from lvmcalc.notation.vocabulary import Vocabulary, matching

# What an answer may be called in code
RESULTS = (r"grad|gradient|ans|answer|res|result|out|output|solution|d{0}|{0}_grad|g{0}|"
           r"d{1}_?d{0}|G|(?:grad_?|D_){0}(?:\s*\(?{1}\)?)?|"
           r"(?:∇|\\nabla|grad)\s*{1}|{1}'(?:\s*\(\s*{0}\s*\))?")
# What stands between two statements of one answer, and a definition, which may stand behind it
_SO = r"(?:[Tt]hen|[Ss]o|[Tt]hus|[Hh]ence|[Ww]e\s+(?:get|have|obtain|find))"
BETWEEN = re.compile(rf"\s*[.;,]?\s+(?:{_SO}\s*[:,]?\s*\n|(?={_SO}\b))|\s*;?\s*\n")
SPACE = r"(?:\s|\\q?quad\b|\\[,;:! ])"
CALLED = r"(?:(?:the|residuals?|errors?|shorthand|abbreviation|notation|matrix|vector)\s+)*"
BEHIND = re.compile(rf"(?:\s*[.,;]?{SPACE}+(?:where|with|for|if)\s+{CALLED}"
                    r"|\s*[,;]\s*(?:\\q?quad\s*|\\[,;:! ]\s*)+|\s*(?:\\q?quad\s*)+)"
                    rf"((?:{LETTER})\s*:?=[^=]+?)(?:\s+(?:is|being|denotes)\s+the\s+[a-z]+)?$")
ASIDE = re.compile(rf"{SPACE}*[(\[]\s*(?:where\s+|with\s+)?((?:{LETTER})\s*:?=[^=]+)[)\]][\s.]*$")
NUMBERED = re.compile(r"\s*(?:\(\s*(\d{1,2})\s*\)|(\d{1,2})\.)\s+(?=[^\s*/·@^.∘+])")
TORN = re.compile(r"(?<![A-Za-z])([A-Za-z]+)[^\S\n]*\n\s*([A-Za-z]+)(?=\s*[(\[{|])")
CHANGE = re.compile(r"\s*d\s*[^\W\d_]\w*\s*=")
AND = re.compile(rf"\s*,?\s+and\s+(?=(?:{LETTER})\s*:?=)")
MOST_PARTS = 400  # of what a defined letter stands for
DEFINITION = re.compile(r"\s*(?:(?:let|define|denote|set|put|write|with|where)\s+)?"
                        rf"({LETTER})\s*:?=(?!=)([^=]+)$", re.IGNORECASE)
# A derivative of a formula: ∂/∂X (…)
OPERATED = re.compile(r"\s*(?:\\[td]?frac\s*\{\s*(?:\\partial|∂|d)\s*\}\s*\{\s*(?:\\partial\b|∂|d)"
                      r"\s*([^{}]+(?:\{\w+\})?)\s*\}|[∂d]\s*/\s*[∂d](\w+))\s*(?=[^\s=])(.+)$")


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
    if not (label := NUMBERED.match(text)):
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


def _read(exercise: Exercise, text: str) -> tuple[list[list[Reading]], dict[Expr, Expr]]:
    """Return the sides of an answer without a label."""
    for torn in TORN.finditer(text):
        if torn[1] + torn[2] in NAMED:
            raise Unreadable(f"`{torn[1] + torn[2]}` is one word, but a new line begins in it.")
    if not text.strip(" .…?_\ufeff\u200b\n\t"):
        return [], {}
    words, defined = exercise.chain.vocabulary, Definitions(exercise)
    text = without_dollars(without_heading(unified(text), words), words)
    code, defined.arrays = len(program(text)) > 1, bool(ARRAYS.search(text))
    *before, text = statements(text, lambda side: _names_asked(exercise, side))
    first_sides = [side for line in before if _is_differential(exercise, line)
                   for side in sides_of(line)[1:]]
    before = [line for line in before if not _is_differential(exercise, line)]
    words = defined.all_of(words, before, code)
    lines = lines_of(formula_in(text, words)) or [text]
    if len(lines) > 1:
        raise Unreadable(f"These are {len(lines)} lines, but an answer is one formula; use "
                         "`audit` for a derivation.")
    first, *others = sides_of(lines[0])
    front, colon, behind = first.partition(":")
    called = _names(exercise, front) or notation.spelling(front.strip()) == exercise.wrt
    if colon and not others and called and behind[:1].isspace():  # ∂L/∂X: … or X: …
        first = behind
    if others and (not first.strip() or _is_asked(exercise, first)):
        first, *others = others
    shape = getattr(exercise.asked, "shape", ())
    # A d before a bracket is a differential where there are others beside it.
    differentials = bool(words.change.search(lines[0]))
    found = [readings(side, words, shape, differentials or side in first_sides,
                      arrays=defined.arrays)
             for side in (*first_sides, first, *others)]
    found = [[Reading(refuse_factors(defined.put_in(formula)), note or defined.note)
              for formula, note in side] for side in found]
    defined.refuse_unused()
    return found, defined.beside


def statements(text: str, asked: Callable[[str], bool] = lambda side: False) -> list[str]:
    """Return the definitions in an answer, such as "Let A = K⁻¹Y", and behind them the answer.

    A text with anything else beside its answer is returned as it is. If all that is in it are
    definitions, the last is the answer, or the last one that begins with what is asked.
    """
    parts, behind = program(text), []
    code = len(parts) > 1
    if not code:
        text = found = (parts or [text])[0].strip()
        if match := BEHIND.search(found) or ASIDE.search(found):
            found, behind = found[:match.start()], [match[1]]
        parts = [part for part in BETWEEN.split(found) if not SILENT.match(part)]
        parts = [one for part in (*parts, *behind) for line in equations(part)
                 for one in map(definition_in, AND.split(line))]
        rows = lines_of(found)
        if len(parts) == 1 < len(rows) and all(map(DEFINITION.match, rows)):  # of an align
            parts = rows
    others = [number for number, part in enumerate(parts)
              if not (DEFINITION.match(part) or CHANGE.match(part))]
    named = [number for number, part in enumerate(parts) if asked(sides_of(part)[0])]
    last = len(parts) - 1 - bool(behind)
    twice = others and any(re.search(r"/|\\[td]?frac|∇|nabla", sides_of(parts[number])[0])
                           for number in {*named} - {*others})
    if not parts or len(others) > 1 or twice:
        return parts if len(parts) == 1 else [text]
    answer = parts.pop((others or (named if code else named[:1]) or [last])[-1])
    return [*parts, answer]


def _is_differential(exercise: Exercise, line: str) -> bool:
    """Return whether a line is about dL, so that its sides are answers too."""
    side = re.sub(r"\s", "", sides_of(line)[0])
    return side in {f"d{name}" for name in (*exercise.chain.vocabulary.outputs, *map(
        notation.plain, exercise.chain.vocabulary.outputs))}


def refuse_large(value: Expr, line: str) -> None:
    """Refuse a definition that stands for a very large formula, as A = B B, B = C C, … does."""
    if next(islice(sp.preorder_traversal(value), MOST_PARTS, None), None) is not None:
        raise Unreadable(f"`{quoted(line)}` stands for more than {MOST_PARTS} letters and signs, "
                         "with all that is defined in it.")


class Definitions:
    """The letters that are defined in front of an answer, and what they mean."""

    def __init__(self, exercise: Exercise):
        self.exercise = exercise
        self.meanings: dict[Expr, Expr] = {}
        self.unused: set[Expr] = set()
        self.note = ""  # how one of them was read
        self.arrays = False  # whether they stand in code for arrays
        self.beside: dict[Expr, Expr] = {}  # what is said of adjoints that nothing uses

    def all_of(self, words: Vocabulary, lines: list[str], code: bool) -> Vocabulary:
        """Return a vocabulary with the letters that lines define, in whatever order."""
        while lines:
            waiting: dict[str, Unreadable] = {}
            for line in lines:
                try:
                    words = self.extended(words, line, code)
                except Unreadable as error:
                    waiting[line] = error
            if len(waiting) == len(lines):
                raise waiting[lines[0]]
            lines = [*waiting]
        return words

    def extended(self, words: Vocabulary, line: str, code: bool = False) -> Vocabulary:
        """Return a vocabulary with the letter that a line defines; in code it may be a known one.
        """
        if not (match := DEFINITION.match(line)):
            raise Unreadable(f"`{quoted(line)}` does not define a single letter.")
        name, formula = re.sub(r"\\(?:math[a-z]+|bm|boldsymbol)|[{}\s\\]", "", match[1]), match[2]
        name = VARIANTS.get(name, name)
        reading = readings(formula, words, arrays=self.arrays)[0]
        value, self.note = self.put_in(reading.formula), reading.note or self.note
        refuse_large(value, line)
        if re.search('"(?:row|col)k"', line) and value.is_Matrix and 1 in value.shape:
            raise Unreadable(f"`{quoted(name)}` is copied along an axis where it is used: write "
                             "the sum itself there.")
        if (adjoint := _adjoint(match[1], words)) is not None:  # what is said of it stands for it
            self.meanings[adjoint] = self.beside[adjoint] = value
            return words
        if words.pattern.fullmatch(name) or name in words.functions:
            known = words.get(notation.spelling(name))
            same = known is not None and self.exercise.compare(known, value).holds
            chain = self.exercise.chain
            stage = notation.spelling(name) in {*chain.nodes, *chain.abbreviations} or (
                name in words.lengths and value.is_Matrix)
            if not same and (stage or code):  # a letter of a stage may be given to something else
                letter = matching(notation.spelling(name), value)
                self.meanings[letter] = value
                return words.extended({letter.name: letter})
            if not same:
                raise Unreadable(f"`{quoted(line)}` gives {name} a meaning that it "
                                 "does not have here.")
            return words  # "where K = αXXᵀ + I/β" says nothing new
        letter = matching(notation.spelling(name), value)
        self.meanings[letter] = value
        self.meanings.setdefault(matching(f"d{letter.name}", value), change_of(value))
        if not code:
            self.unused.add(letter)
        return words.extended({letter.name: letter})

    def put_in(self, formula: Expr) -> Expr:
        """Return a formula with what the letters mean in place of them."""
        used = formula.atoms(Symbol, MatrixSymbol)
        self.unused -= used
        self.beside = {name: value for name, value in self.beside.items() if name not in used}
        return without_factors(formula.xreplace(self.meanings))

    def refuse_unused(self) -> None:
        """Refuse a definition that nothing uses: it is not left out."""
        for letter in self.unused:
            raise Unreadable(f"{letter} is defined, but the answer does not use it.")


def _adjoint(name: str, words: Vocabulary) -> Expr | None:
    with suppress(Unreadable, CannotBeFormed):
        found = parse(name, words)
        return found if getattr(found, "name", "").startswith("∂") else None
    return None


def _names_asked(exercise: Exercise, side: str) -> bool:
    with suppress(Unreadable, CannotBeFormed):
        return _is_asked(exercise, side)
    return False


def _names(exercise: Exercise, side: str) -> bool:
    try:
        return parse(side, exercise.chain.vocabulary) == exercise.asked
    except (Unreadable, CannotBeFormed):
        return False


def _is_asked(exercise: Exercise, side: str) -> bool:
    """Return whether a side names what is asked for.

    Raises
    ------
    Unreadable
        If it names something else.
    """
    outputs = "|".join(exercise.chain.vocabulary.outputs)
    name = notation.spelling(exercise.wrt)
    side = re.sub(r"\s|\\[,;:!]", "", side) if re.match(r"\s*d\W", side) else side.strip()
    if re.fullmatch(RESULTS.format(re.escape(name), f"(?:{outputs})"), side) and (
            side not in exercise.chain.vocabulary):
        return True
    if operated := OPERATED.match(side):
        return _is_operated(exercise, operated[1] or operated[2], operated[3])
    try:
        formula = parse(side, exercise.chain.vocabulary)
    except CannotBeFormed:
        return False
    called = getattr(formula, "name", "")
    if formula == exercise.asked or called in {f"d{out}" for out in
                                               exercise.chain.vocabulary.outputs}:
        return True
    if called or formula.is_number or re.match(rf"\s*(?:{outputs})\s*'", side):
        raise Unreadable(f"{exercise.name} is asked for, but the answer begins with {side[:20]} =.")
    return False


def _is_operated(exercise: Exercise, name: str, formula: str) -> bool:
    """Return whether ∂/∂X (…) is what is asked for; the formula is that of L.

    Raises
    ------
    Unreadable
        If it is another derivative.
    """
    chain, words = exercise.chain, exercise.chain.vocabulary
    below = getattr(parse(name, words), "name", "")
    value = parse(formula, words)
    if chain.abbreviations.get(below, below) != exercise.wrt or not exercise.compare(
            value, chain[chain.output].symbol).holds:
        raise Unreadable(f"{exercise.name} is asked for, but `{quoted(formula)}` is differentiated "
                         f"by {notation.plain(name)} here.")
    return True
