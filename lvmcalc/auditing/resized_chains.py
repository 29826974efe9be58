"""A chain with other sizes, to judge lines that follow from one whose shapes do not fit.

Lines may follow from a line before that cannot be formed: where all sizes are one, they can be, and
it is seen from which slip they follow. A letter that a student takes for a matrix is no size.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from sympy import Expr, Symbol

from lvmcalc.auditing.audit_report import Audit, Line
from lvmcalc.auditing.pieces import pieces
from lvmcalc.calculus import CannotBeFormed
from lvmcalc.chain import Builder, Chain
from lvmcalc.marking.chain_letters import sizes_of
from lvmcalc.notation import Unreadable
from lvmcalc.notation.forming import as_number
from lvmcalc.notation.formula_finder import sides_of
from lvmcalc.notation.parser import readings


def of_one_size(chain: Chain) -> Chain:
    """Return a chain in which all sizes are one."""
    sizes = sizes_of(chain)
    one = next((size for size in sizes if size.name in chain.leaves), Symbol(
        sizes[0].name, integer=True, positive=True) if sizes else None)
    return _with_sizes(chain, dict.fromkeys(sizes, one))


def with_free_letters(chain: Chain, text: str) -> Chain:
    """Return a chain none of whose sizes has the letter of what a derivation defines as a matrix.
    """
    names = [piece.name for piece in pieces([text], chain.vocabulary)
             if piece.name in chain.vocabulary.lengths and _is_matrix(chain, piece.text)]
    renamed = {size: Symbol(f"n_{size.name}", integer=True, positive=True)
               for size in sizes_of(chain) if size.name in names}
    return chain.remember(("with free letters", *renamed), lambda: _with_sizes(
        chain, renamed)) if renamed else chain


def _is_matrix(chain: Chain, equation: str) -> bool:
    value = sides_of(equation)[1]
    with suppress(CannotBeFormed):
        try:
            return as_number(readings(value, chain.vocabulary)[0].formula).is_Matrix
        except Unreadable:  # it has letters of the derivation's own
            return not re.search("shape|size|len|dim|nrow|ncol|number", value)
    return False


def _with_sizes(chain: Chain, sizes: dict[Expr, Expr]) -> Chain:
    build = Builder(chain.name, *(leaf.symbol.xreplace(sizes) for leaf in chain.leaves.values()),
                    symmetric=chain.symmetric)
    for node in chain.nodes.values():
        build(node.name, node.rule.name, *(it.xreplace(sizes) for it in node.operands))
    at_most = tuple((small.xreplace(sizes), large.xreplace(sizes))
                    for small, large in chain.at_most)
    return build.chain(chain.abbreviations, at_most, unnamed=chain.unnamed)


def misfits(line: Line) -> bool:
    """Return whether a line is wrong because something in it does not fit."""
    return line.status == "refuted" and any(found.kind == "shape" for found in line.findings)


def with_misfits_behind(found: Audit, chain: Chain, again: Callable[[Chain], Audit]) -> Audit:
    """Return an audit in which what follows from a line with a misfit is told to.

    Parameters
    ----------
    found : the audit
    chain : of the derivation
    again : returns the audit of the same derivation in another chain
    """
    wrong = [place for place, line in enumerate(found.lines) if misfits(line)]
    if len(wrong) < 2:
        return found
    other = again(chain.remember("of one size", lambda: of_one_size(chain)))
    if len(other.lines) != len(found.lines):
        return found
    lines = [*found.lines]
    for place in wrong[1:]:
        behind = other.lines[place].follows
        if behind and any(misfits(line) for line in lines if line.at == behind):
            lines[place] = replace(lines[place], follows=behind)
    return replace(found, lines=tuple(lines))
