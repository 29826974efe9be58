"""The left side of an answer: whether it names what is asked for, as ∂L/∂X = … does."""

import re
from contextlib import suppress
from itertools import islice

import sympy as sp
from sympy import Expr, Symbol, Transpose

from lvmcalc import notation
from lvmcalc.calculus import UnsupportedExpression
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.calculus.expression_checks import check_shapes
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.chain_values import formulas
from lvmcalc.marking.derivation_text import letters_given
from lvmcalc.marking.exercise import Exercise
from lvmcalc.notation import Unreadable
from lvmcalc.notation.array_axes import KeptAxis
from lvmcalc.notation.forming import as_number, transposed
from lvmcalc.notation.formula_finder import DERIVATIVES, MATH, sides_of, with_output
from lvmcalc.notation.indices import INDICES, spread_out
from lvmcalc.notation.kronecker import Vec
from lvmcalc.notation.letters import ASCII
from lvmcalc.notation.lexicon import STYLES
from lvmcalc.notation.parser import Reading, parse, readings
from lvmcalc.notation.products import OUTER
from lvmcalc.notation.statements import LETTER, ROUND
from lvmcalc.notation.text_cleanup import closing
from lvmcalc.notation.tokens import quoted
from lvmcalc.notation.vocabulary import Vocabulary, matching

# What an answer may be called in code
_RESULTS = (r"grad|gradient|ans|answer|res|result|out|output|solution|[dg]_?{0}|{0}_grad|{1}_{0}|"
            r"d{1}_?d{0}|G|(?:grad_?|D_){0}(?:\s*\(?{1}\)?)?|"
            r"(?:∇|nabla|grad)\s*(?:{1}|_?{0}\s*{1}?)?|{1}'(?:\(\s*{0}\s*\))?")
PSEUDO = re.compile(r"pinv|ginv")
PSEUDO_READ = "The pseudo-inverse is read as the inverse."
POWER_PLUS = re.compile(r"\^\s*(?:\{\s*)?(?:\+\s*(?:\}|(?=[\s)A-Z]|$))|\\dagger\b)|⁺(?![⁰-⁹])")
_NABLA = re.compile(r"(?:\\left|\s|[(\[])*(?:∇|\\nabla)\s*L(?:\\right|\s|[])])*")
_ROUNDING = 1e-9
# 0 behind a formula, and the sign that demands it
_ZERO = re.compile(rf"\s*(?:{STYLES}\s*)?\{{?\s*0\s*\}}?[\s.,]*$")
DEMANDED = re.compile(r"(?:\\(?:overset|stackrel)\s*\{\s*!\s*\}\s*\{\s*=\s*\}|=\s*!)"
                      rf"{_ZERO.pattern[:-1]}")
_BOLD = re.compile(rf"{STYLES}\s*\{{\s*(\w)\s*\}}(?=\s*_)")
# ∂_k J, as physics writes it, where an index that stands twice is summed over
PLACE = re.compile(r"[\s$]*(?:∂|\\partial)\s*_\s*\{?\s*([a-z])\s*\}?\s*\\?(?:mathcal\s*)?\{?\w+\}?"
                   r"(?:\s*\([^()]*\))?\s*&?\s*")
_INVERSE = re.compile(r"(?<![\w\\])([^\W\d_]+?)_?inv(?![\w(])")
# What stands between two formulas of which the second follows
ARROW = (r"\\implies|\\(?:Long)?[Rr]ightarrow|⇒|⟹|\\iff|\\(?:Long)?[Ll]eftrightarrow|⟺|⇔"
         r"|\\q?quad\s*(?=\\implies|\\iff|\\Right)")
_MOST_PARTS = 400  # of what a defined letter stands for
GIVEN_LETTER = re.compile(rf"(?:^|[\s$.,;:])({LETTER})\s*&?\s*:?=(?!=)\s*"
                          r"((?:(?!\\\\|\\implies|\\Rightarrow|[,;.]\s)[^=$\n])+)")
# A derivative of a formula: ∂/∂X (…)
_OPERATED = re.compile(r"\s*(?:\\[td]?frac\s*\{\s*(?:\\partial|∂|d)\s*\}\s*\{\s*(?:\\partial\b|∂|d)"
                       r"\s*([^{}]+(?:\{\w+\})?)\s*\}|[∂d]\s*/\s*[∂d](\w+)"
                       r"|(?:∇|\\nabla|∂|\\partial)\s*_\s*(?:\{([^{}]+(?:\{\w+\})?)\}|(\w+))\s*"
                       r"(?!\s*\\?\w+\s*$|\s*\\math\w+\s*\{?\s*\w\s*\}?\s*$)"
                       r"|(?:∇|\\nabla)\s*(?=[½\d‖|(\[]|\\(?:[|lb]|[td]?frac|tr\b|op)))"
                       r"\s*(?=[^\s=])(.+)$")


def _differentiated(side: str) -> tuple[str, str] | None:
    """Return the variable, "" if none is written, and the formula in ∂/∂X (…), ∇ (…) or ∂(…)/∂X."""
    if match := _OPERATED.match(side):
        *below, formula = match.groups()
        return next(filter(None, below), ""), formula
    if match := re.match(r"\s*\\[td]?frac\s*(?=\{)", side):
        above = closing(side, match.end(), "{}")
        below = re.match(rf"\s*\{{\s*{ROUND}([^{{}}]+(?:\{{\w+\}})?)\}}\s*$", side[above:])
        formula = re.match(rf"\{{\s*{ROUND}(.*)\}}$", side[match.end():above])
        match = (below[1], formula[1]) if below and formula else None
    elif match := re.match(rf"\s*{ROUND}((?:(?!/\s*{ROUND}).)+)/\s*{ROUND}(\w+)\s*$", side):
        match = match[2], match[1]
    return match if match and re.search(r"[(\[‖|]|\\lVert|\S\s+\w", match[1]) else None


def _letters_of_loss(exercise: Exercise, text: str) -> set[str]:
    """Return the letters that a text gives to the scalar itself, as in J = ½‖A w − y‖²."""
    return {name for name, formula in GIVEN_LETTER.findall(text) if re.search(
        rf"(?:∂|\\partial|(?:∇|\\nabla)(?:_\{{?\w+\}}?)?|\bd)\W*{re.escape(name)}", text)
        and is_loss(exercise, formula)}


def loss_as_L(exercise: Exercise, text: str) -> str:
    """Return a text with L for the scalar in ∂J/∂w, ∇f(w) and dℓ = ….

    An f is the scalar even where a stage is called f, if nothing in the text uses that stage.
    """
    words, rest = exercise.chain.vocabulary, text
    for pattern in DERIVATIVES:
        rest = pattern.sub(lambda it: it[1][:-1] if it[2][0] == "f" else it[0], rest)
    if getattr(words.get("f"), "is_Matrix", False) and not re.search(
            r"(?<![A-Za-z\\])d?f(?![A-Za-z])", rest):
        words = exercise.chain.remember("without f", lambda: words.without("f"))
    return with_output(text, words, letters_given(text) - _letters_of_loss(exercise, text))


def refuse_condition(exercise: Exercise, sides: list[str]) -> None:
    """Refuse "= 0" behind a formula: at a minimum the gradient is 0, elsewhere it is not."""
    formulas = [side for side in sides if side.strip() and not names_asked(exercise, side)]
    if len(formulas) > 1 and _ZERO.match(formulas[-1]):
        raise Unreadable("`= 0` is a condition and not part of the gradient: leave it out.")


def is_loss(exercise: Exercise, formula: str, variable: str = "") -> bool:
    """Return whether a formula is the scalar, or the sum of its terms with a leaf or stage."""
    chain = exercise.chain
    scalar = chain[chain.output].symbol
    if variable:
        letter = chain[variable].symbol
        given = {variable: letter} if variable in chain.nodes else {}
        scalar = formulas(chain, given)[chain.output]
        scalar = sp.Add(*(term for term in sp.Add.make_args(scalar) if term.has(letter)))
    with suppress(Unreadable, CannotBeFormed, UnsupportedExpression, OutsideDomain):
        return exercise.compare(as_number(parse(formula, chain.vocabulary)), scalar).holds
    return False


def refuse_new_function(exercise: Exercise, words: Vocabulary, function: re.Match,
                        formula: str) -> None:
    """Refuse what defines a function, unless it is a known one, as σ(z), or the scalar itself."""
    letter, left = function[2] or "z", function[0]
    if function[3]:  # σ' = σ (1 − σ)
        left, name = f"{left}(z)", re.escape(function[3].strip())
        formula = re.sub(rf"{name}(?![A-Za-z])(?!\s*\(\s*z\s*\))", r"\g<0>(z)", formula)
    inner = words.extended({letter: (z := Symbol("z"))})
    with suppress(Unreadable, CannotBeFormed):
        apart = parse(left, inner) - parse(formula, inner)
        if all(abs(apart.subs(z, number).evalf()) < _ROUNDING for number in (-1.25, 0.5, 2)):
            return
    if not is_loss(exercise, formula):
        raise Unreadable(f"`{quoted(function[0])} = …` is not read: write the formula where it is "
                         "used.")


def names_asked(exercise: Exercise, side: str) -> bool:
    """Return whether a side names what is asked for, and nothing that cannot be read."""
    with suppress(Unreadable, CannotBeFormed):
        return is_asked(exercise, side)
    return False


def names(exercise: Exercise, side: str) -> bool:
    """Return whether a side is the adjoint in the notation of the chain."""
    try:
        return parse(side, exercise.chain.vocabulary) == exercise.asked
    except (Unreadable, CannotBeFormed):
        return False


def entry_asked(exercise: Exercise, side: str) -> str:
    """Return the indices of the entry or row of the adjoint that a side names, "" if it names none.

    Such sides are ∂L/∂w_j, (∂L/∂W)_ij or ∂L/∂u_i.
    """
    if (of_place := PLACE.fullmatch(side)) and exercise.asked.is_Matrix and (
            exercise.asked.cols == 1 and of_place[1] not in exercise.chain.vocabulary):
        return of_place[1]
    side = spread_out(_BOLD.sub(r" \1", side)) if exercise.asked.is_Matrix else ""
    for below in INDICES.finditer(side):
        lower = notation.spelling(below[1]) not in exercise.chain.vocabulary
        for letter in {below[1], below[1].upper() if lower else below[1]}:
            whole = side[:below.start()] + letter + side[below.end():]
            if names(exercise, whole) or (below[1] in "L])}" and _NABLA.fullmatch(whole)):
                return below[2] or below[3]
    return ""


def is_asked(exercise: Exercise, side: str) -> bool:
    """Return whether a side names what is asked for, and refuse one that names something else.

    Raises
    ------
    Unreadable
        If it names something else, or cannot be read.
    """
    outputs = "|".join(exercise.chain.vocabulary.outputs)
    name = notation.spelling(exercise.wrt)
    names = [name, *(short for short, of in exercise.chain.abbreviations.items() if of == name)]
    if entry_asked(exercise, side):
        return True
    if differentiated := _differentiated(side):
        return _is_operated(exercise, differentiated[0] or exercise.wrt, differentiated[1])
    side = re.sub(r"\s|\\[,;:!]", "", side) if re.match(r"\s*d\W", side) else side.strip()
    bare = re.sub(rf"{STYLES}\s*|\\[,;:!]|[\\{{}}]|(?<=[{{_])\s+|\s+(?=[}}_])", "", side)
    bare = bare.strip().translate(ASCII)
    if re.fullmatch(_RESULTS.format(f"(?:{'|'.join(map(re.escape, names))})", f"(?:{outputs})"),
                    bare) and not {side, bare} & {*exercise.chain.vocabulary}:
        return True
    if called := re.fullmatch(r"\\?[^\W\d_]\w*'\s*\((.*)\)", side):
        if re.sub(rf"{STYLES}|[{{}}\s]", "", called[1]) == name:
            return True
        raise Unreadable(f"{exercise.name} is asked for, but the answer begins with {side[:20]} =.")
    try:
        formula = parse(side, exercise.chain.vocabulary)
    except CannotBeFormed:
        return False
    formula = formula.arg if isinstance(formula, Vec | Transpose) else formula
    called = getattr(formula, "name", "")
    if formula == exercise.asked or called in {f"d{out}" for out in
                                               exercise.chain.vocabulary.outputs}:
        return True
    if called or formula.is_number or re.match(rf"\s*(?:{outputs})\s*'", side):
        raise Unreadable(f"{exercise.name} is asked for, but the answer begins with {side[:20]} =.")
    return False


def is_derivative(exercise: Exercise, side: str) -> bool:
    """Return whether a side is ∂/∂X of a formula of L, and so what is asked for."""
    with suppress(Unreadable):
        return bool(_differentiated(side)) and is_asked(exercise, side)
    return False


def unstacked(exercise: Exercise, left: str, ways: list[Reading]) -> list[Reading]:
    """Return the readings of a side without the vec, or the transpose, that stands on the left."""
    whole = None
    with suppress(Unreadable, CannotBeFormed):
        whole = parse(left, exercise.chain.vocabulary)
    stacked = isinstance(whole, Vec)
    if whole == transposed(exercise.asked) != exercise.asked:  # ∂L/∂wᵀ is a row
        turned = [way._replace(formula=transposed(way.formula)) for way in ways]
        if whole.is_square or not all(fits(exercise, way.formula) for way in turned):
            raise Unreadable("It is not clear in which layout this is: write ∂L/∂X = ….")
        return turned
    if any(way.note.startswith(OUTER) and not fits(exercise, way.formula) for way in ways):
        raise Unreadable("The ⊗ of two columns may be a matrix or a column: write a bᵀ for the one "
                         "and vec(b aᵀ) for the other.")
    if any(isinstance(way.formula, Vec) != stacked for way in ways):
        raise Unreadable("vec(…) stands on one side only: write vec(∂L/∂X) = vec(…), or matrices.")
    return [way._replace(formula=way.formula.arg) for way in ways] if stacked else ways


def is_differential(exercise: Exercise, line: str) -> bool:
    """Return whether a line is about dL, so that its sides are answers too."""
    side = re.sub(r"\s", "", sides_of(line)[0])
    return side in {f"d{name}" for name in (*exercise.chain.vocabulary.outputs, *map(
        notation.plain, exercise.chain.vocabulary.outputs))}


def as_chain(exercise: Exercise, text: str) -> str:
    """Return G = A = B for G = A ⟹ G = B, where G is what is asked for; also between dollars."""
    parts = re.split(rf"\s*(?:{ARROW})\s*", text)
    if len(parts) == 1:
        return text
    shown = MATH.fullmatch(text.strip())
    if shown and "$" not in (inner := next(filter(None, shown.groups()))):
        return as_chain(exercise, inner)
    found, before = parts[:1], sides_of(parts[0])[0]
    for part in parts[1:]:
        first, *others = sides_of(part)
        if others and all(names_asked(exercise, side) and not is_differential(exercise, side)
                          for side in (first, before)):
            found[-1] = " = ".join([found[-1], *others])
        else:
            found.append(part)
            before = first
    return " ⟹ ".join(found) if len(found) < len(parts) else text


def _is_operated(exercise: Exercise, name: str, formula: str) -> bool:
    """Return whether ∂/∂X (…), of L or of its terms with X, is what is asked for.

    Raises
    ------
    Unreadable
        If it is another derivative.
    """
    chain, words = exercise.chain, exercise.chain.vocabulary
    below = getattr(parse(name, words), "name", "")
    again = rf"(?:∇|\\nabla)\s*_\s*(?:\{{\s*{re.escape(name)}\s*\}}|{re.escape(name)}(?!\w))"
    formula = re.sub(again, " ", formula)  # ∇_w A + ∇_w B
    if chain.abbreviations.get(below, below) != exercise.wrt or not (
            is_loss(exercise, formula) or is_loss(exercise, formula, exercise.wrt)):
        raise Unreadable(f"{exercise.name} is asked for, but `{quoted(formula)}` is differentiated "
                         f"by {notation.plain(name)} here.")
    return True


def fits(exercise: Exercise, formula: Expr) -> bool:
    """Return whether a formula can be formed and has the shape that is asked for."""
    return can_be_formed(formula) and (
        notation.shape(formula) == notation.shape(exercise.asked))


def can_be_formed(formula: Expr) -> bool:
    """Return whether the shapes in a formula fit together."""
    with suppress(CannotBeFormed):
        check_shapes(formula)
        return True
    return False


def with_columns(exercise: Exercise, ways: list[Reading]) -> list[Reading]:
    """Return what ∂L/∂w_k = … can mean, for w_k may be a row or a column of W."""
    if exercise.asked.cols == 1:
        return ways
    note = f"The answer is read as a column of {exercise.name}."
    turned = [Reading(transposed(way.formula), f"{way.note} {note}".strip()) for way in ways]
    return [way for way in (*ways, *turned) if fits(exercise, way.formula)] or ways


def refuse_without_value(exercise: Exercise, formula: Expr) -> None:
    """Refuse a pseudo-inverse of what has no inverse."""
    try:
        exercise.values(formula)
    except OutsideDomain:
        raise Unreadable("A pseudo-inverse is read only of a matrix that has an inverse.") from None


def letter_read(name: str, formula: str, words: Vocabulary, arrays: bool = False,
                shape: tuple[Expr, ...] = ()) -> tuple[str, list[Reading]]:
    """Return a letter and what a formula for it may mean; ŷ, if the formula is that of ŷ_i."""
    try:
        return name, readings(formula, words, shape, arrays=arrays)
    except Unreadable:
        entry = re.fullmatch(r"([^_]+)_\{?([a-z]{1,2})\}?", name)
        if not entry or entry[1] in words.functions:
            raise
        return entry[1], readings(formula, words, entries=entry[2])


def letter_for(name: str, value: Expr, reading: Reading, line: str) -> Expr:
    """Return the symbol of a defined letter, with the axis that was kept in its definition."""
    letter = matching(name, value)
    kept = value.is_Matrix and 1 in value.shape and (
        reading.kept or re.search('"[rc]k"', line) or reading.formula.atoms(KeptAxis))
    return KeptAxis(letter.name, *value.shape) if kept else letter


def inverses_used(text: str, words: Vocabulary) -> list[tuple[str, str]]:
    """Return each name such as Kinv or K_inv that nothing defines, with the letter of its matrix.
    """
    found = dict.fromkeys((it[0], notation.spelling(it[1])) for it in _INVERSE.finditer(text))
    return [(name, letter) for name, letter in found if name not in words.spellings
            and getattr(words.spellings.get(letter), "is_square", False)
            and not re.search(rf"(?<!\w){name}\s*:?=(?!=)", text)]


def refuse_large(value: Expr, line: str) -> None:
    """Refuse a definition that stands for a very large formula, as A = B B, B = C C, … does."""
    if next(islice(sp.preorder_traversal(value), _MOST_PARTS, None), None) is not None:
        raise Unreadable(f"`{quoted(line)}` stands for more than {_MOST_PARTS} letters and signs, "
                         "with all that is defined in it.")
