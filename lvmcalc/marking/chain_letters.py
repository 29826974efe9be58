"""What the letters of a chain are: sizes, numbers, symmetric matrices."""

import re
from collections.abc import Mapping

from sympy import Expr

from lvmcalc import notation
from lvmcalc.calculus import UnsupportedExpression
from lvmcalc.calculus.index_form import IndexForm
from lvmcalc.chain import Chain


def size_letters(chain: Chain) -> list[Expr]:
    """Return the letters in the shapes of the leaves."""
    found = {size for leaf in chain.leaves.values() for length in leaf.shape
             for size in length.free_symbols}
    return sorted(found, key=str)


def scalars_of(chain: Chain) -> list[Expr]:
    """Return the sizes and the leaves that are numbers."""
    scalars = [leaf.symbol for leaf in chain.leaves.values() if not leaf.shape]
    return [size for size in size_letters(chain) if size not in scalars] + scalars


def is_symmetric(chain: Chain, node: str) -> bool:
    """Return whether the value of a node is a symmetric matrix, for all leaves."""
    def found() -> bool:
        matrix = chain.expression(node)
        try:
            return matrix.is_Matrix and matrix.rows == matrix.cols and IndexForm(
                chain.symmetric).vanishes(matrix - matrix.T)
        except UnsupportedExpression:
            return False

    return chain.remember(("is symmetric", node), found)


def symmetric_letters(chain: Chain) -> tuple[str, ...]:
    """Return the names of the symmetric leaves and of the abbreviations that are symmetric too."""
    return (*(name for name, node in chain.abbreviations.items() if is_symmetric(chain, node)),
            *chain.symmetric)


def has_one_path(chain: Chain, node: str) -> bool:
    """Return whether a node or leaf acts on the scalar along one path only."""
    while node != chain.output:
        children = chain.children(node)
        if len(children) != 1 or chain[children[0]].parents.count(node) != 1:
            return False
        node, = children
    return True


def called(chain: Chain, node: str) -> str:
    """Return the name of a stage, or its formula if nobody gave it a name."""
    if node not in chain.unnamed:
        return notation.plain(node)
    while len(chain.children(node)) == 1 and chain[node].rule.name in ("use", "transpose"):
        node, = chain.children(node)
    return notation.plain(chain.abbreviated(chain.expression(node)))


def in_known_letters(chain: Chain, text: str) -> str:
    """Return a text in which a stage that nobody named is called by its formula."""
    return _with_names(text, {
        node: notation.plain(chain.abbreviated(chain.expression(node))) for node in chain.unnamed})


def with_abbreviations(chain: Chain, text: str, written: Expr | None) -> str:
    """Return a text with K for the stage c, unless an answer in which c is written is given."""
    def spelt(node: str, letter: str) -> bool:
        here, adjoint = chain[node].symbol, chain.adjoint_symbol(node)
        return written.has(here) or (written.has(adjoint)
                                     and not written.has(chain.vocabulary[letter]))

    return _with_names(text, {
        notation.plain(node): notation.plain(letter)
        for letter, node in chain.abbreviations.items()
        if written is None or not spelt(node, letter)})


def _with_names(text: str, known: Mapping[str, str]) -> str:
    """Return a text with other names, or formulas, for some letters."""
    def name(match: re.Match) -> str:
        other = known[match[0]]
        return f"({other})" if re.search(r"\W", other) and match.end() < len(text) and (
            text[match.end()] in "⁻ᵀ") else other

    letters = "|".join(map(re.escape, known))
    return re.sub(rf"(?<![^\W\d_])(?!a\s[a-z])(?:{letters})(?![^\Wᵀ])", name,
                  text) if known else text
