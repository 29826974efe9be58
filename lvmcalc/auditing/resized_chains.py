"""Audit with other sizes, to judge lines whose shapes do not fit.

With all sizes one, every formula can be formed, which shows from which slip a line follows. A
derivation for one sample takes x for a column, though it is n×S in the chain. A letter that a
student takes for a matrix is no size.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from sympy import Expr, Integer, Symbol, Trace

from lvmcalc.auditing.audit_report import Audit, Line
from lvmcalc.auditing.pieces import pieces
from lvmcalc.calculus import CannotBeFormed
from lvmcalc.chain import Builder, Chain, Node
from lvmcalc.marking.chain_letters import size_letters
from lvmcalc.marking.exercise import RIGHT
from lvmcalc.notation import Unreadable
from lvmcalc.notation.forming import as_number
from lvmcalc.notation.formula_finder import sides_of
from lvmcalc.notation.letters import CASES
from lvmcalc.notation.parser import readings


def _of_one_size(chain: Chain) -> Chain:
    """Return a chain in which all sizes are one."""
    sizes = size_letters(chain)
    names = [*(size.name for size in sizes if size.name in CASES), *(size.name for size in sizes)]
    one = next((size for size in sizes if size.name in chain.leaves), Symbol(
        names[0], integer=True, positive=True) if sizes else None)  # softmax needs N rows
    return _with_sizes(chain, dict.fromkeys(sizes, one))


def with_free_letters(chain: Chain, text: str) -> Chain:
    """Rename sizes that clash with the derivation's matrices."""
    names = [piece.name for piece in pieces([text], chain.vocabulary)
             if piece.name in chain.vocabulary.lengths and _is_matrix(chain, piece.text)]
    renamed = {size: Symbol(f"n_{size.name}", integer=True, positive=True)
               for size in size_letters(chain) if size.name in names}
    return _with_sizes(chain, renamed)


def _is_matrix(chain: Chain, equation: str) -> bool:
    value = sides_of(equation)[1]
    with suppress(CannotBeFormed):
        try:
            return as_number(readings(value, chain.vocabulary)[0].formula).is_Matrix
        except Unreadable:  # its letters are the derivation's own
            return not re.search("shape|size|len|dim|nrow|ncol|number", value)
    return False


def _with_sizes(chain: Chain, sizes: dict[Expr, Expr]) -> Chain:
    def built() -> Chain:
        build = Builder(chain.name, *(it.symbol.xreplace(sizes) for it in chain.leaves.values()),
                        symmetric=chain.symmetric)
        for node in chain.nodes.values():
            build(node.name, node.rule.name, *(it.xreplace(sizes) for it in node.operands))
        at_most = tuple((small.xreplace(sizes), large.xreplace(sizes))
                        for small, large in chain.at_most)
        return build.chain(chain.abbreviations, at_most, unnamed=chain.unnamed)

    return chain.remember(("with sizes", *sizes.items()), built) if sizes else chain


def _samples_of(chain: Chain) -> list[Expr]:
    """Return the sizes that count samples only, as S where x is n×S and one column on paper."""
    def matrix(leaf: Node) -> bool:
        return leaf.name[:1].islower() and len(leaf.shape) == 2 and leaf.shape[0] != 1

    leaves = chain.leaves.values()
    other = {*chain.leaves} | {it.name for pair in chain.at_most for size in pair
                               for it in size.free_symbols}
    other |= {size.name for leaf in leaves for place, length in enumerate(leaf.shape)
              for size in length.free_symbols if not (place and matrix(leaf))}
    return [size for size in size_letters(chain) if size.name not in other]


def of_one_sample(found: Audit, chain: Chain, again: Callable[[Chain], Audit]) -> Audit:
    """Return the audit for one sample if that mends shape errors, else the audit `found`.

    It counts if some lines are right for one sample but cannot be formed for many, and the others
    hold for one too. A derivation with the trace of an S×S matrix is about all S samples.
    """
    samples = {*_samples_of(chain)} if any(map(_has_shape_error, found.lines)) else {}
    traces = [it for line in found.lines if "tr" in line.text  # and no norm
              for side in line.sides for it in side.atoms(Trace)]
    if not samples or any(samples & it.arg.rows.free_symbols for it in traces):
        return found
    other = again(_with_sizes(chain, dict.fromkeys(samples, Integer(1))))
    pairs = [*zip(found.lines, other.lines, strict=False)]
    mended = [one for line, one in pairs
              if (_has_shape_error(line) or line.follows) and one.status in RIGHT]
    worse = any((line.status in RIGHT and one.status not in RIGHT)
                or (line.status != "unreadable" == one.status) for line, one in pairs)
    if len(found.lines) != len(other.lines) or not mended or worse:
        return found
    told = f"Read for one sample, {' = '.join([*map(str, samples), '1'])}."
    return replace(other, lines=tuple(
        replace(one, note=f"{one.note} {told}".strip()) if one in mended else one
        for one in other.lines))


def _has_shape_error(line: Line) -> bool:
    """Return whether a line is wrong because its shapes do not fit."""
    return line.status == "refuted" and any(found.kind == "shape" for found in line.findings)


def with_shape_errors_behind(found: Audit, chain: Chain, again: Callable[[Chain], Audit]) -> Audit:
    """Return an audit in which lines follow from an earlier shape error.

    Parameters
    ----------
    found : the audit
    chain : of the derivation
    again : returns the audit of the same derivation in another chain
    """
    wrong = [place for place, line in enumerate(found.lines) if _has_shape_error(line)]
    if len(wrong) < 2:
        return found
    other = again(_of_one_size(chain))
    if len(other.lines) != len(found.lines):
        return found
    lines = [*found.lines]
    for place in wrong[1:]:
        behind = other.lines[place].follows
        if behind and any(_has_shape_error(line) for line in lines if line.at == behind):
            lines[place] = replace(lines[place], follows=behind)
    return replace(found, lines=tuple(lines))
