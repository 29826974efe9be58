"""Read the notation of backpropagation code, where dz is ∂L/∂z and no differential."""

import re

from lvmcalc.auditing.pieces import Piece
from lvmcalc.chain import Chain
from lvmcalc.notation.statements import PROGRAM

_ASSIGNED = re.compile(r"(?:(?<=^)|(?<=[;\n]))([^\S\n]*)d(\w+)[^\S\n]*([-+*/]?)=(?!=)([^\n;#]*)")
_TRANSPOSED = re.compile(r"\.T\b")
_OUTPUT = re.compile(r"\bd[Ll]\b|[∂∇]|\\(?:partial|nabla)\b")  # there, gradients have another name
_LONG = re.compile(r"(?<![\w.])d_(\w+)[^\S\n]*=(?!=)")  # d_W, which others call dW
_COMMENT = re.compile(r"(?:#|//|(?<!\\)%(?!\*%)).*")
_SCALED = r"^\s*d{0}\s*(?:\.?\*|∘|\.?/)|(?:\.?\*|∘)\s*d{0}\s*$"
_PART, BAR, _AGAIN = "d_", "_bar", "__"


def as_adjoints(text: str, chain: Chain, on_paper: bool = False) -> str:
    """Return a text with X_bar for the dX of backpropagation code; other texts stay as they are.

    It is of that kind if it is code, has no dL, and says what dX is for a leaf X, or what some dz
    is without another differential. What is assigned several times, as in `dW += …`, is only in
    the end the adjoint, or where it is assigned anew and was not used; before it is d_W.

    Parameters
    ----------
    text : str
    chain : Chain
    on_paper : whether it need be no code
    """
    known, written = chain.vocabulary.spellings, text
    long = "|".join({*_LONG.findall(text)} if not on_paper else ())
    if long and not re.search(rf"\bd(?:{long})\b", text):
        text = re.sub(rf"(?<![\w.])d_(?=(?:{long})\b)", "d", text)
    own = {*re.findall(r"(?:^|[;\n])[^\S\n]*(\w+)[^\S\n]*=(?!=)", text), *known}
    names = [match[2] for match in _ASSIGNED.finditer(text) if f"d{match[2]}" not in known
             and (match[2] in own or re.fullmatch(r"[A-Za-z]\d*", match[2]))]  # no delta
    equations = "\n".join(line for line in _COMMENT.sub("", text).split("\n") if "=" in line)
    if _OUTPUT.search(equations) or not (
            on_paper or PROGRAM.search(text) or _TRANSPOSED.search(text)):
        return written
    every = "|".join(map(re.escape, {*names, *chain.vocabulary.differentials}))
    used = re.compile(rf"(?<![\w.])d({every})(?!\w)")
    starts = [match[2] for match in _ASSIGNED.finditer(text)
              if match[2] in names and not match[3] and not used.search(match[4])]
    if not starts and (on_paper or not {*names} & {*chain.leaves}):
        return written
    several = {name for name in names if names.count(name) > 1}
    left = {name: names.count(name) for name in several & stages_of(chain)}

    again: dict[str, int] = {}  # behind dH = dH * (1 - H**2), dH is no longer ∂L/∂H

    def called(name: str) -> str:
        if name in again:
            return f"{_PART}{name}{_AGAIN}{again[name]}"
        return _PART + name if name in several and left.get(name, 1) else name + BAR

    def renamed(part: str) -> str:
        return used.sub(lambda match: called(match[1]), part)

    found, place = "", 0
    for match in _ASSIGNED.finditer(text):
        name, side = match[2], renamed(match[4])
        before = called(name)
        left |= {name: left[name] - 1} if name in left else {}
        side = f" {before} {match[3]} ({side.strip()})" if match[3] else side
        left_side = called(name) if name in names else f"d{name}"
        if name in several - {*chain.leaves} and (match[3] in ("*", "/") or (
                not match[3] and re.search(_SCALED.format(name), match[4]))):
            again[name] = again.get(name, 1) + 1
            left_side = called(name)
        anew = re.search(rf"(?<![\w.])d{name}(?!\w)([^\S\n]*=(?!=)([^\n;#]*))?", text[match.end():])
        if name in left and anew and anew[1] and not re.search(rf"\bd{name}\b", anew[2]):
            left_side = name + BAR
        found += f"{renamed(text[place:match.start()])}{match[1]}{left_side} ={side}"
        place = match.end()
    return found + renamed(text[place:])


def as_typed(text: str) -> str:
    """Undo `as_adjoints`."""
    return re.sub(rf"\b(\w+){BAR}\b|\b{_PART}(\w+?)(?:{_AGAIN}\d)?\b", r"d\1\2", text)


def stages_of(chain: Chain) -> set[str]:
    """Return the names of the leaves and of the stages that have one."""
    return {*chain.leaves, *chain.nodes, *chain.abbreviations} - chain.unnamed


def of_own_letters(piece: Piece, chain: Chain) -> Piece:
    """Return a piece about X_bar or d_X as a definition where X is no name of the chain."""
    base = piece.name.removesuffix(BAR)
    barred = base != piece.name  # d_bar is ∂L/∂d, and not a part of one
    mine = base not in stages_of(chain) if barred else piece.name.startswith(_PART)
    return piece._replace(kind="definition", declared=True) if mine else piece
