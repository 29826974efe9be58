"""Derive a chain from a formula as one writes it on paper."""

import re
import tomllib
from collections.abc import Mapping
from importlib import resources

from sympy import Expr, MatrixSymbol, Symbol, Trace

from lvmcalc import notation
from lvmcalc.calculus import expression_checks
from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.expression_checks import check_shapes, described
from lvmcalc.calculus.functions import SPELLED
from lvmcalc.chain.builder import Builder
from lvmcalc.chain.leaf_specs import RESERVED, Leaf, leaves_by_size, leaves_named, spelled
from lvmcalc.chain.stage_names import output_name, with_names
from lvmcalc.chain.stages import Stages
from lvmcalc.chain.structure import Chain
from lvmcalc.checks import CannotBeFormed
from lvmcalc.notation.indices import spread_out
from lvmcalc.notation.text_cleanup import FROM_ONE, unified

_LATEX_LAYOUT = (r"\\(?:begin|end)\{[^}]*\}(?:\{[^}]*\})?|\\(?:nonumber|notag|displaystyle)"
                 r"|\\label\{[^}]*\}|(?<!\\)[$&]")
_NEW_LINE = r"\n|;|\\\\(?:\[[^\]]*\])?"
_GOES_ON = r"\s*[-+−–*/·×∘⊙@=]"
_OPEN_END = r"[-+−–*/·×∘⊙@=(\[{,]\s*$"
_STYLED = r"\\(?:mathbf|mathrm|mathsf|mathcal|boldsymbol|bm|operatorname|text)\s*\{(\w+)\}"
_ENTRY = r"(\w+)_\{?[a-z]{1,2}\}?$"  # K_ij and p_i
_LEFT_SIDE = (r"((?:[^={(]|\{[^}]*\}|\((?:[^()=]|\([^()=]*\))*\))*?)\s*:?=(?!=)"
              r"(.*)")  # the = in axis=1 is no left side
_UNKNOWN = tomllib.loads((resources.files(__package__) / "derive.toml").read_text("utf-8"))


def derive(formula: str | Expr, *, name: str = "model", remarks: Mapping[str, str] | None = None,
           **leaves: str) -> Chain:
    """Derive a chain from the formula of a scalar.

    Parameters
    ----------
    formula : str or SymPy expression
        A scalar in ordinary notation; `name = formula` in a line of its own names a stage, and the
        last line is the scalar. In a sum over an index, Σ_i (y_i − x_iᵀ w)², x_i is the row i of X;
        K_ij = … defines a matrix by its entries. No condition, such as WᵀW = I, can be given.
    name : str
        What the chain is called in sentences.
    remarks : the one sentence worth remembering of a stage, by its name
    **leaves : str
        What each letter stands for: "N×D", "N" for a column, "scalar", "positive", or
        "symmetric N×N". A letter may be written as a word, such as lambda.

    Returns
    -------
    Chain
        With stages named by free letters; each use of a matrix that is used more than once is one.

    Raises
    ------
    Unreadable
        If a line is no formula in these letters.
    CannotBeFormed
        If shapes do not fit.
    UnsupportedExpression
        If an operation is not known, by name.
    TypeError, ValueError
        If a leaf is missing, spare or contradictory.

    Examples
    --------
    >>> ridge = derive("½‖A w − y‖² + λ/2 ‖w‖²", A="N×D", w="D", y="N", λ="positive")
    >>> ridge.adjoint("w")
    lambda*w + A.T*(A*w - y)
    """
    if isinstance(formula, str):
        given = leaves_named(leaves)
        lines = _read(formula, given)
    else:
        given, lines = _of_sympy(formula, leaves)
    sizes = leaves_by_size(given)
    stages = Stages([leaf.symbol for leaf in given.values()], sizes)
    for called, expression, text in lines:
        stages.add(expression, called, text)
    _refuse_spare(lines, given)
    taken = {*given, *sizes, *RESERVED, *(called for called, *_ in lines)}
    build = Builder(name, *(leaf.symbol for leaf in given.values()), remarks=remarks,
                    symmetric=tuple(it for it, leaf in given.items() if leaf.symmetric))
    found = with_names(stages.with_uses(), stages.given, taken)
    for stage in found:
        build(stage.symbol.name, stage.rule, *stage.operands)
    return build.chain({called: called for called, expression, _ in lines
                        if expression.is_Matrix and not isinstance(expression, MatrixSymbol)},
                       unnamed={stage.symbol.name for stage in found} - {it[0] for it in lines})


# Text
def _lines_of(formula: str) -> list[tuple[str, str]]:
    """Return the lines of a formula, each a name and what it stands for; the last may have none.

    Raises
    ------
    Unreadable
        If there is no line, or one in front of the last has no name.
    """
    pieces: list[str] = []
    formula = FROM_ONE.sub(r"\1", re.sub(_LATEX_LAYOUT, " ", formula))
    for piece in re.split(_NEW_LINE, formula):
        piece = re.sub(r"\s*[,.]?\s*$", "", piece)
        if pieces and _goes_on(pieces[-1], piece):
            pieces[-1] += f" {piece}"
        elif piece.strip():
            pieces.append(piece)
    if not pieces:
        raise notation.Unreadable("There is nothing to read: write a formula, such as ½‖A w − y‖².")
    lines = []
    for number, piece in enumerate(pieces, 1):
        side = re.fullmatch(_LEFT_SIDE, piece, re.DOTALL)
        if not side and number < len(pieces):
            raise notation.Unreadable(f"Line {number}, `{piece.strip()}`, has no name: only the "
                                      "last line may stand without a `name =` in front of it.")
        lines.append((_name(side[1], number), side[2]) if side else ("", piece))
    return lines


def _goes_on(before: str, piece: str) -> bool:
    """Return whether a line goes on with the one before: it begins with a sign or that ends in one.

    A line with the name of the one before in it is a line of its own, as it may begin with a minus.
    """
    side = re.fullmatch(_LEFT_SIDE, before, re.DOTALL)
    name = re.escape(re.sub(_ENTRY, r"\1", spread_out(side[1]).strip())) if side else ""
    uses = side and re.search(rf"(?<![A-Za-z\\])(?:{name}(?![A-Za-z0-9])|{name.lower()}_)", piece)
    return bool(re.search(_OPEN_END, before) or (re.match(_GOES_ON, piece) and not uses))


def _name(text: str, number: int) -> str:
    """Return the name on the left of an equals sign; L(w) is called L."""
    name = re.sub(_STYLED, r"\1", spread_out(re.sub(r"^[(\[](\w+)[)\]]_", r"\1_", unified(text))))
    name = re.sub(r"\(.*\)$", "", name.strip())
    name = spelled(name.replace("\\", "").replace("{", "").replace("}", "").strip())
    if not re.fullmatch(r"[^\W\d]\w*", name) or "ᵀ" in text or name in RESERVED:
        raise notation.Unreadable(f"Line {number}: a stage cannot be called `{text.strip()}`; a "
                                  "name is a letter or a word, other than "
                                  f"{' and '.join(RESERVED)}. A condition, such as WᵀW = I, "
                                  "cannot be given.")
    return name


def _read(formula: str, given: Mapping[str, Leaf]) -> list[tuple[str, Expr, str]]:
    """Return the expression of each line by its name, in the letters of leaves and lines before."""
    known: dict[str, Expr] = {name: leaf.symbol for name, leaf in given.items()}
    lines, found = _lines_of(formula), []
    sizes = leaves_by_size(given)
    for number, (name, text) in enumerate(lines, 1):
        place = f"Line {number}: " if len(lines) > 1 else ""
        name, indices = _entry(name or output_name({**known, **sizes}), text, known)
        if name in known or name in sizes:
            what = "leaf" if name in given else "size" if name in sizes else "stage"
            raise ValueError(f"{place}there is a {what} {notation.plain(name)} already, so no "
                             "stage can have this name.")
        try:
            expression = _scalar_if_1x1(notation.parse(
                text, notation.Vocabulary(known, {}, functions=SPELLED), entries=indices))
            check_shapes(expression)
        except notation.Unreadable as error:
            raise notation.Unreadable(f"{place}{_about(str(error), text, known)}") from error
        except (UnsupportedExpression, CannotBeFormed) as error:
            raise type(error)(f"{place}{error}") from error
        found.append((name, expression, notation.spelling(unified(text))))
        known[name] = notation.matching(name, expression)
    _refuse_matrix(expression)
    return found


def _entry(name: str, text: str, known: Mapping[str, Expr]) -> tuple[str, str]:
    """Return K and ij for K_ij if entries such as x_i stand on its right side, else the name."""
    match = re.fullmatch(r"(\w+)_([a-z])([a-z]?)", name)
    parts = re.findall(r"([^\W\d_]+)_\{?([a-z]{1,2})(?![A-Za-z])", spread_out(text)) * bool(match)
    found = any(f"{of}_{indices}" not in known and {*match.groups()} & {*indices}
                for of, indices in parts)
    return (match[1], match[2] + match[3]) if found and match[2] != match[3] else (name, "")


def _about(sentence: str, text: str, known: Mapping[str, Expr]) -> str:
    """Return what is said of a word that is not known: an operation, or a leaf that is missing."""
    found = re.match(r"There is no `(.+?)` here( \(.*?\))?;", sentence)
    for pattern, operation in _UNKNOWN["beside"].items():
        if re.search(pattern, text):
            return f"{operation} is not a known operation."
    if not found:
        return sentence
    word, hint = found[1], found[2] or ""
    for pattern, operation in _UNKNOWN["missing"].items():
        if re.search(pattern, word):
            return f"{operation} (`{word}`) is not a known operation."
    if instead := _UNKNOWN["instead"].get(word):
        return f"There is no `{word}` here: write {instead}."
    if re.search(rf"{re.escape(word)}\s*\(", text):
        return f"There is no function `{word}` here{hint}."
    letters = ", ".join(map(notation.plain, known))
    such = f", such as {word}=\"N×D\" or {word}=\"positive\"" * word.isidentifier()
    return (f"There is no `{word}` here{hint}: the letters are {letters}, and what else occurs has "
            f"to be described{such}.")


def _scalar_if_1x1(expression: Expr) -> Expr:
    """Return a 1×1 product as the number that it is."""
    return Trace(expression) if expression.is_Matrix and expression.shape == (1, 1) else expression


def _refuse_matrix(expression: Expr) -> None:
    if expression.is_Matrix:
        raise CannotBeFormed(f"The formula has to be a scalar, but {described(expression)} is a "
                             "matrix: take its trace, its determinant or its norm.")


def _refuse_spare(lines: list[tuple[str, Expr, str]], given: Mapping[str, Leaf]) -> None:
    """Raise an error if a leaf or a line is used nowhere."""
    used = {symbol.name for _, expression, _ in lines for symbol in expression.free_symbols}
    for name in given:
        if name not in used:
            raise ValueError(f"The leaf {notation.plain(name)} does not occur in the formula: "
                             "leave it out, or write it where it belongs.")
    for number, (name, *_) in enumerate(lines[:-1], 1):
        if name not in used:
            raise ValueError(f"Line {number}: the stage {notation.plain(name)} is used in no later "
                             "line, so the result does not depend on it.")


# SymPy
def _of_sympy(formula: Expr, specs: Mapping[str, str]) -> tuple[dict[str, Leaf], list]:
    """Return the leaves of an expression, and the expression in their symbols.

    What no words describe is what the expression says; what they do has to agree with it.
    """
    if not isinstance(formula, Expr):
        raise TypeError("A formula is text or a SymPy expression, not "
                        f"{type(formula).__name__}.")
    expression, = expression_checks.by_name(formula)
    expression_checks.refuse_unknown(expression)
    described_by = leaves_named(specs)
    matrices = {it.name: it for it in expression.atoms(MatrixSymbol)}
    sizes = {size.name for length in expression_checks.dimensions(expression)
             for size in length.free_symbols}
    letters = matrices | {it.name: it for it in formula.atoms(Symbol) if it.name not in sizes}
    given = {}
    for name in [*(it for it in described_by if it in letters), *sorted(letters)]:
        symbol, leaf = letters[name], described_by.get(name)
        if leaf and notation.shape(leaf.symbol) != notation.shape(symbol):
            raise ValueError(f"{notation.plain(name)} is {notation.shape(symbol)} in the formula, "
                             f"but it is described as {notation.shape(leaf.symbol)}.")
        given[name] = leaf or Leaf(symbol)
    for name in described_by:
        if name not in letters:
            raise ValueError(f"The leaf {notation.plain(name)} does not occur in the formula.")
    if unknown := sorted(sizes - {*leaves_by_size(given)}):
        raise ValueError(f"{notation.plain(unknown[0])} is a size in the formula, but no leaf has "
                         "rows or columns of that number.")
    back = {Symbol(name): leaf.symbol for name, leaf in given.items() if not leaf.symbol.is_Matrix}
    expression = _scalar_if_1x1(expression.xreplace(back))
    _refuse_matrix(expression)
    return given, [(output_name({**given, **dict.fromkeys(sizes)}), expression, "")]


