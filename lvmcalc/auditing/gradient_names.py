"""Recognise the names of gradients, and which leaves vary in a derivation."""

import re
from collections.abc import Callable
from contextlib import suppress

from sympy import Expr

from lvmcalc.auditing.pieces import Piece
from lvmcalc.chain import Chain
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.differential_answers import KINDS, differentials_in, node_of
from lvmcalc.notation import Unreadable, plain
from lvmcalc.notation.formula_finder import sides_of
from lvmcalc.notation.parser import readings
from lvmcalc.notation.statements import NABLA
from lvmcalc.notation.vocabulary import typed

_NABLA = re.compile(rf"(?<=[^\s(d])(?<!d\()\s*{NABLA}\s*L(?![\w(])")

_INDEX = re.compile(r"((?:∂|\\partial\s*)L\s*\}?\s*[/{]\s*(?:∂|\\partial\s*)\\?\w+?)"
                    r"_(?:\{[a-z]{1,2}\}|[a-z]{1,2}(?![\w]))")  # of ∂L/∂w_k


def with_gradient(chain: Chain, piece: Piece, moving: tuple[str, ...]) -> Piece:
    """Return a piece with ∂L/∂X for grad, gX or X_grad."""
    for name in chain.leaves:
        unnamed = rf"grad(?:ient)?|{NABLA}\s*L" if moving == (name,) else "(?!)"
        called = rf"\s*(?:grad_?{name}|{name}_grad|g{name}|({unnamed}))\s*="
        if piece.kind != "words" and (match := re.match(called, piece.text)):
            adjoint = f"∂{chain.vocabulary.outputs[0]}/∂{name}"
            return piece._replace(kind="claim", name="", unnamed=bool(match[1]),
                                  text=f"{adjoint} = {piece.text[match.end():]}")
    if piece.kind != "words" and len(moving) == 1:  # as in H⁻¹∇L and g = ∇L = …
        adjoint = f" ∂{chain.vocabulary.outputs[0]}/∂{moving[0]} "
        return piece._replace(text=_NABLA.sub(adjoint, piece.text))
    return piece


def gradient_called(chain: Chain, side: str, value: Callable[[], Expr],
                    same: Callable[[Expr, Expr], bool]) -> str:
    """Return ∂L/∂X for "grad" or ∇L if the value fits one X only, else the side.

    It fits a leaf of its shape; if there are several, the one whose adjoint it is.
    """
    outputs = "|".join(map(re.escape, chain.vocabulary.outputs))
    if not re.fullmatch(rf"\s*(?:grad(?:ient)?|(?:∇|\\nabla\b)\s*(?:{outputs})?"
                        rf"|grad\s*(?:{outputs})|(?:{outputs})')\s*", side):
        return side
    formula = value()
    fitting = [name for name, leaf in chain.leaves.items()
               if getattr(leaf.symbol, "shape", ()) == getattr(formula, "shape", ())]
    right = [name for name in (*fitting, *(node.name for node in chain)) if getattr(
        chain[name].symbol, "shape", ()) == getattr(formula, "shape", ()) and same(
            chain.adjoint_symbol(name), formula)]
    if len(fitting) > 1 or right:  # p − y is the gradient by Xw, not by y
        fitting = [name for name in fitting if name in right]
    return f"∂{chain.vocabulary.outputs[0]}/∂{fitting[0]}" if len(fitting) == 1 else side


# The derivative of a formula, as ∂/∂w (½ wᵀA w) and ∇_W tr(WᵀA)
_BY = (r"\s*(?:\\[td]?frac\s*\{\s*(?:\\partial|∂|d)\s*\}\s*\{\s*(?:\\partial\b|∂|d)"
       r"\s*(?P<a>[^{}]+(?:\{\w+\})?)\s*\}|[∂d]\s*/\s*[∂d](?P<b>\w+)"
       r"|(?:∇|\\nabla)\s*(?:_\s*(?:\{(?P<c>[^{}]+)\}|(?P<d>\\\w+|\w))|(?=\()))\s*")
# One term, as in ∂/∂w ½‖w‖², ∂/∂Σ log det Σ, ∂/∂Z 1ᵀ log(s)
_TERM = re.compile(_BY + r"(?P<of>(?=.*(?:[‖|^²({]|(?<![A-Za-z])(?:log|ln|det)\b))"
                   r"(?:\((?:[^()]|\([^()]*\))*\)|‖[^‖]*‖|\\\|(?:(?!\\\|).)*\\\||[^-+−=()\[\]])+"
                   r"(?:(?<=[^\s()])\s*\([^()]*\))?)$")
_DERIVED = re.compile(_BY + r"(?P<of>(?:\\operatorname\s*\{\s*tr\s*\}|\\?tr)?\s*"
                      r"(?:\\(?:left|[bB]igg?l?))?\s*[(\[{].*)$")
# ∂ log|Σ| / ∂Σ, in which no letter alone is differentiated
_MORE = r"(?=.*(?:[(\[|‖⁻^]|\b(?:log|ln|det|tr)\b)"
_FRACTION = re.compile(rf"\s*(?:\\[td]?frac\s*\{{\s*(?:\\partial|∂)\s*(?P<a>{_MORE})"
                       r"(?:(?!\}\s*\{\s*(?:\\partial|∂)).)+)\}\s*\{\s*"
                       r"(?:\\partial\b|∂)\s*(?P<b>[^{}]+(?:\{\w+\})?)\s*\}"
                       rf"|(?:∂|d(?=[A-Z\s(]))\s*(?P<c>{_MORE}.*/)[^/=]+?)\s*/\s*[∂d]\s*"
                       r"(?P<d>\w+))\s*$")


def derived(side: str) -> tuple[str, str]:
    """Return X and the formula that a side differentiates with respect to X, or ("", "").

    The formula stands in brackets, or in those of a trace, and nothing stands behind them; or it is
    one term, or stands above the line, as in ∂ log|K| / ∂K.
    """
    text = side.rstrip(" .,;")
    if whole := _FRACTION.match(text):
        return (whole["b"] or whole["d"]).strip(), whole["a"] or whole["c"]
    found, depth = _DERIVED.match(text), 0
    if not found and (term := _TERM.match(text)):
        return next(filter(None, term.group("a", "b", "c", "d")), ""), term["of"]
    of = found["of"] if found else ""
    for place, sign in enumerate(of):
        depth += (sign in "([{") - (sign in ")]}")
        closed = not depth and sign in ")]}" and "tr" not in of[place - 3:place]
        if closed and of[place + 1:].strip():
            return "", ""
    return next(filter(None, found.group("a", "b", "c", "d")), "") if found else "", of


_TERM_OF = re.compile(r"[|‖²]|\\\||\b(?:log|ln|det|tr|sum)\b|[∑Σ½]|^\s*\(.*\)\s*$")
_INSIDE = re.compile(_BY.removeprefix(r"\s*"))


def slopes_in(side: str) -> list[tuple[int, int]]:
    """Return where derivatives of terms stand in a side.

    One stands twice in −D/2 ∂/∂K log|K| − ½ ∂/∂K tr(K⁻¹S). A side that is a derivative itself has
    none.
    """
    found: list[tuple[int, int]] = []
    for begun in _INSIDE.finditer(side):
        if found and begun.start() < found[-1][1]:
            continue
        depth, end = 0, len(side)
        for place in range(begun.end(), len(side)):
            sign = side[place]
            depth += (sign in "([{") - (sign in ")]}")
            if depth < 0 or (not depth and sign in "+-−" and side[begun.end():place].strip()):
                end = place
                break
        if _TERM_OF.search(side[begun.end():end]):
            found.append((begun.start(), end))
    return [] if derived(side)[1] else found


def asked_for(chain: Chain, side: Expr) -> str:
    """Return the leaf or stage whose adjoint a side is, "" if it is none."""
    names = {chain.adjoint_symbol(node.name): node.name for node in chain}
    return names.get(side, "")


def is_named(chain: Chain, side: Expr) -> bool:
    """Return whether a side is an adjoint or the differential of a node."""
    return getattr(side, "name", "").startswith("∂") or bool(node_of(chain, side))


def changing(chain: Chain, found: list[Piece]) -> tuple[str, ...]:
    """Return the leaves that vary: those whose differential or gradient is written.

    If there are none, they are the leaves below a stage whose differential is written, else all.
    """
    names: dict[str, None] = {}
    inside: dict[str, None] = {}
    for left, side in ((not n, side) for piece in found
                       for n, side in enumerate(sides_of(piece.text))):
        if not left:  # also beside new letters
            names |= dict.fromkeys(chain.vocabulary.changes[match.lastindex - 1]
                                   for match in chain.vocabulary.change.finditer(side))
        with suppress(Unreadable, CannotBeFormed):
            side = readings(_INDEX.sub(r"\1", side), chain.vocabulary, (), True)[0].formula
            here = differentials_in(chain, side)  # dL = … shows on its right what varies
            if left and not {*here} & {*chain.leaves}:
                here = ()
            names |= dict.fromkeys([*here, asked_for(chain, side)])
            inside |= dict.fromkeys(symbol.name for part in side.atoms(*KINDS)
                                    for symbol in part.free_symbols)
    leaves = [leaf for leaf in chain.leaves if leaf in names]
    below = [leaf for leaf in chain.leaves if any(
        chain.abbreviations.get(name, name) in chain.leading_to(leaf)[:-1]
        for name in (*names, *inside)) or leaf in inside]
    return tuple(leaves or below or [
        name for name, leaf in chain.leaves.items() if not leaf.symbol.is_integer])


def foreign_to(chain: Chain, found: list[Piece]) -> set[str]:
    """Return the stages, as they are printed, that a derivation never mentions."""
    text = " ".join(piece.text for piece in found)
    known = {*chain.leaves, *chain.abbreviations, chain.output, *chain.vocabulary.lengths}
    return {plain(name) for name in chain.nodes if name not in known and not re.search(
        rf"(?<![A-Za-z]){typed(name)}(?![A-Za-z])", text)}
