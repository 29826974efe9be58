"""Write and spell names: Greek letters, subscripts and superscripts."""

from collections.abc import Container
from typing import Any
from unicodedata import normalize

_WORDS = ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
          "sigma tau upsilon phi chi psi omega")
GREEK = dict(zip(_WORDS.split(), "αβγδεζηθικλμνξοπρστυφχψω", strict=True))
GREEK |= {word.capitalize(): GREEK[word].upper() for word in (  # capitals that Latin lacks
    "gamma", "delta", "theta", "lambda", "xi", "pi", "sigma", "phi", "psi", "omega")}
CASES = frozenset("Nn")  # sizes that count cases: a matrix with so many rows has one in each
DIGITS, SUBSCRIPTS = "0123456789", "₀₁₂₃₄₅₆₇₈₉"
SUBSCRIPT = str.maketrans(DIGITS, SUBSCRIPTS)
SUPERSCRIPT = str.maketrans("-" + DIGITS, "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
ASCII = str.maketrans({letter: word for word, letter in GREEK.items()}
                      | dict(zip(SUBSCRIPTS, DIGITS, strict=True)))


def adjoint_name(output: str, name: str) -> str:
    """Return how the adjoint of a node is called: ∂L/∂c."""
    return f"∂{pretty(output)}/∂{pretty(name)}"


def pretty(name: str) -> str:
    """Return a name as it is written in formulas: alpha as α, L1 as L₁, Zbar as Z̄."""
    if name.endswith("bar"):
        return pretty(name[:-3]) + "\u0304"
    if name[-1:] in ("\u0302", "\u0303"):  # ŷ and ỹ
        return pretty(name[:-1]) + name[-1]
    if name[:1] == "d" and name[1:] in GREEK:  # a differential
        return "d" + GREEK[name[1:]]
    letters = name.rstrip(DIGITS) or name
    number = name[len(letters):].translate(SUBSCRIPT)
    letters = letters.rstrip("_") if number else letters
    return GREEK.get(letters, letters) + number


def spelling(name: Any, known: Container[str] = ()) -> Any:
    """Return a name as formulas spell it, such as alpha for "α" and L1 for "L₁".

    A name in `known` is returned as it is, and so is what is no name.
    """
    name = getattr(name, "name", name)
    if not isinstance(name, str) or name in known:
        return name
    return normalize("NFKD", name).translate(ASCII)
