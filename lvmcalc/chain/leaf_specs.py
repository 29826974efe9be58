"""What a leaf is, said in a few words: "N×D", "N", "scalar", "positive", "symmetric N×N"."""

import re
from collections.abc import Mapping
from typing import NamedTuple

import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol

from lvmcalc import notation
from lvmcalc.notation.letters import GREEK

_FORMS = '"N×D", "N" (a column), "scalar", "positive" or "symmetric N×N"'
_NAME = r"[^\W\d_]+(?:_?\w+)?"
RESERVED = ("I", "d")  # the identity, and the d of a differential


class Leaf(NamedTuple):
    """A leaf's symbol, and whether it is a symmetric matrix."""

    symbol: Expr
    symmetric: bool = False


def _leaf_named(name: str, spec: str) -> Leaf:
    """Return the symbol of a leaf from its name and a few words about it.

    Parameters
    ----------
    name : str
        A Greek or Latin name, by letter or word.
    spec : str
        "N×D" or "NxD", "N" for a column of shape N×1, "scalar", "positive", or "symmetric N×N";
        sizes may be numbers, or compound such as (N+1)×D.

    Raises
    ------
    TypeError, ValueError
        If the words describe no leaf, or the name is taken; the sentence names the leaf.
    """
    if not isinstance(spec, str):
        raise TypeError(f"The leaf {name} is described by a text such as {_FORMS}, but {spec!r} "
                        "was given.")
    called = spelled(name)
    if not re.fullmatch(_NAME, called) or called in RESERVED:
        raise ValueError(f"No leaf can be called {name}; a name is a letter or a word, other than "
                         f"{' and '.join(RESERVED)}.")
    words = spec.split()
    if words in (["scalar"], ["positive"], ["positive", "scalar"]):
        return Leaf(Symbol(called, positive=True) if "positive" in words else Symbol(called))
    symmetric = words[:1] == ["symmetric"]
    text = " ".join(words[symmetric:])
    sign = "×" if "×" in text else r"(?<=[\w)]) ?x ?(?=[\w(])"  # between rows and columns
    lengths = [_size(part, name, spec) for part in re.split(sign, text)]
    if symmetric and len(lengths) == 1:
        lengths *= 2
    if len(lengths) > 2:
        raise _unclear(name, spec)
    shape = (*lengths, sp.S.One)[:2]
    if symmetric and shape[0] != shape[1]:
        raise ValueError(f"{name} is declared symmetric, but {text} is not square.")
    return Leaf(MatrixSymbol(called, *shape), symmetric)


def spelled(name: str) -> str:
    """Return a name as formulas spell it: W_1 and W₁ as W1, λ as lambda.

    Python reserves the word lambda; lambda_ and SymPy's lamda stand for it.
    """
    name = re.sub(r"_(\d+)$", r"\1", notation.spelling(name))
    return "lambda" if name in ("lambda_", "lamda") else name


def _size(text: str, name: str, spec: str) -> Expr:
    names = {notation.spelling(word) for word in re.findall(_NAME, text)}
    symbols = {word: Symbol(word, integer=True, positive=True) for word in names}
    try:
        if not all(len(word.rstrip("0123456789")) == 1 or word in GREEK for word in names):
            raise _unclear(name, spec)
        size = sp.expand(notation.parse(text, notation.Vocabulary(symbols, {})))
    except ValueError:
        size = sp.S.Zero
    large = size.subs(dict.fromkeys(symbols.values(), 9))
    if size.is_Matrix or not (size.is_integer and large.is_positive):
        raise _unclear(name, spec)
    return size


def _unclear(name: str, spec: str) -> ValueError:
    return ValueError(f"The leaf {name} is described by {_FORMS}, but {spec!r} was given.")


def leaves_named(specs: Mapping[str, str]) -> dict[str, Leaf]:
    """Return the leaves by the names that formulas spell, in the order in which they came.

    Raises
    ------
    TypeError, ValueError
        If one is described by nothing that is understood, or a name stands for two things.
    """
    found: dict[str, Leaf] = {}
    for name, spec in specs.items():
        leaf = _leaf_named(name, spec)
        if leaf.symbol.name in found:
            raise ValueError(f"The leaf {notation.plain(leaf.symbol)} is described twice.")
        found[leaf.symbol.name] = leaf
    for size, owner in leaves_by_size(found).items():
        if size in found:
            raise ValueError(f"{notation.plain(size)} is a size of {notation.plain(owner)}, so it "
                             "cannot be a leaf too.")
    return found


def leaves_by_size(leaves: Mapping[str, Leaf]) -> dict[str, str]:
    """Return, by the name of each size, the name of a leaf that has it."""
    return {size.name: leaf.symbol.name for leaf in reversed(leaves.values())
            if leaf.symbol.is_Matrix for length in leaf.symbol.shape
            for size in length.free_symbols}

