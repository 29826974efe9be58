"""Read the denominators of ∂L/∂K⁻¹ and ∂L/∂(XXᵀ), where a formula stands for a stage."""

import re

from sympy import MatrixSymbol, Symbol, Transpose

from lvmcalc import notation
from lvmcalc.calculus import UnsupportedExpression
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.exercise import Exercise
from lvmcalc.marking.left_side import GIVEN_LETTER
from lvmcalc.notation import Unreadable
from lvmcalc.notation.lexicon import STYLES
from lvmcalc.notation.tokens import quoted

_D = r"(?:\\partial\b|∂|\\mathrm\s*\{\s*d\s*\}|(?<![A-Za-z\\])d)\s*"
_SCALAR = (r"(?:\\mathcal\s*(?:\{\s*[A-Z]\s*\}|[A-Z])|\\?[^\W\d_]+(?:_?\d|[₁₂])?)"
           r"(?:\s*\([^()]*\))?\s*")
_NAME = rf"(?P<name>(?:{STYLES}\s*)?(?:\{{\s*)?\\?[^\W\d_]+(?:\s*\}})?)"
_MINUS = "[-−–]"
_EXPONENT = rf"(?:{_MINUS}?\s*\d+|{_MINUS}\s*(?:T|\\top)\b)"
_POWER = (r"(?P<power>⁻?[⁰¹²³⁴-⁹]+|⁻ᵀ|(?:\^|\*\*)\s*"
          rf"(?:\{{\s*{_EXPONENT}\s*\}}|\(\s*{_EXPONENT}\s*\)|{_EXPONENT}))")
_BASE = rf"\s*(?P<open>[({{])?\s*{_NAME}\s*{_POWER}\s*(?(open)[)}}])"
_LINE = rf"(?P<front>{_D}{_SCALAR}/\s*{_D})"
_FRAC = rf"(?P<front>\\[td]?frac\s*\{{\s*{_D}{_SCALAR}\}}\s*\{{\s*{_D})"
_NABLA = r"(?P<front>(?:∇|\\nabla)\s*_\s*\{)"
_BELOW = [re.compile(pattern) for pattern in (
    f"{_LINE}{_BASE}", rf"{_FRAC}{_BASE}(?=\s*\}})", rf"{_NABLA}{_BASE}(?=\s*\}})")]
# A formula, in brackets or where the fraction ends: ∂L/∂(XXᵀ), \\frac{∂L}{∂ XXᵀ}
_INNER = r"(?:[^(){}=∂\n]|[({][^(){}=∂\n]*[)}])"
_GROUP = rf"\s*(?:\\left\s*)?\((?P<inner>{_INNER}+?)(?:\\right\s*)?\)"
_ENDED = rf"(?:{_GROUP}|\s*(?P<bare>{_INNER}+?))(?=\s*\}})"
_FORMULAS = [re.compile(pattern) for pattern in (
    rf"{_LINE}{_GROUP}(?!\s*(?:\^|\*\*|[⁻⁰¹²³⁴-⁹ᵀ']))", _FRAC + _ENDED, _NABLA + _ENDED)]
MINUS = ("⁻¹", "-1", "−1", "–1")
_MINUS_ONE = re.compile(r"[\s^*{}()]")


def with_stages_below(exercise: Exercise, text: str) -> str:
    """Return a text with ∂L/∂r for ∂L/∂K⁻¹, where r = K⁻¹ is a stage of the chain.

    Raises
    ------
    Unreadable
        If no stage is what stands below.
    """
    def named(match: re.Match) -> str:
        below = match["name"] + match["power"]
        if stage := _valued(exercise, text, below):
            return _with_name(match, stage)
        raise Unreadable(f"`{quoted(below)}` stands below the line of a derivative, but is no "
                         "stage here: write brackets round the adjoint if the power is its own.",
                         match.start("name"))

    for pattern in _BELOW:
        text = pattern.sub(named, text)
    return text


def with_formulas_below(exercise: Exercise, text: str) -> str:
    """Return a text with ∂L/∂e for ∂L/∂(XXᵀ), where XXᵀ is the value of one stage e."""
    def named(match: re.Match) -> str:
        stage = _valued(exercise, text, match["inner"] or match["bare"])
        return _with_name(match, stage) if stage else match[0]

    for pattern in _FORMULAS:
        text = pattern.sub(named, text)
    return text


def _with_name(match: re.Match, stage: str) -> str:
    glue = " " * bool(re.search(r"\\[A-Za-z]+$", match["front"]))
    return f"{match['front']}{glue}{stage}".ljust(len(match[0]))


def _valued(exercise: Exercise, text: str, typed: str) -> str:
    """Return the name of the only stage whose value is a formula; "" if it is a letter or none.

    A use of a variable is no other stage than the variable.
    """
    chain = exercise.chain
    try:
        formula = notation.parse(typed, chain.vocabulary)
        if isinstance(formula, MatrixSymbol | Symbol | Transpose) or formula.is_number:
            return ""
        found = [node.name for node in chain.nodes.values() if node.rule.name != "use"
                 and notation.shape(node.symbol) == notation.shape(formula)
                 and exercise.compare(formula, node.symbol).holds]
    except (Unreadable, CannotBeFormed, UnsupportedExpression, OutsideDomain):
        return ""
    letters = {*found, *(it.name for it in formula.atoms(MatrixSymbol, Symbol))}
    return found[0] if len(found) == 1 and _as_known(exercise, text, letters) else ""


def inverses_below(text: str, put: str = "") -> tuple[list[str], str]:
    """Return the letters X of ∂L/∂X⁻¹, as typed, and the text with something put in their place."""
    found: list[str] = []

    def without_power(match: re.Match) -> str:
        nabla = "_" in match["front"] and put
        if _MINUS_ONE.sub("", match["power"]) not in MINUS or nabla:
            return match[0]
        found.append(re.sub(rf"{STYLES}|[{{}}\s]", "", match["name"]))
        return "{" * ("{" in match["front"]) + put

    for pattern in _BELOW:
        text = pattern.sub(without_power, text)
    return found, text


def _as_known(exercise: Exercise, text: str, names: set[str]) -> bool:
    """Return whether a text gives these letters no other meaning than the chain does."""
    words = exercise.chain.vocabulary
    for typed, formula in GIVEN_LETTER.findall(text):
        try:
            letter = notation.parse(typed, words)
            if getattr(letter, "name", "") in names and not exercise.compare(
                    letter, notation.parse(formula, words)).holds:
                return False
        except (Unreadable, CannotBeFormed):
            continue
    return True
