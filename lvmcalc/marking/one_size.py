"""Lines that cannot be formed, but follow from a line before that cannot: where all sizes are one,
they can be formed, and it is seen from which slip they follow."""

from collections.abc import Callable
from dataclasses import replace

from sympy import Symbol

from lvmcalc.chain import Builder, Chain
from lvmcalc.marking.audit_report import Audit, Line


def of_one_size(chain: Chain) -> Chain:
    """Return a chain in which all sizes are one."""
    sizes = sorted({size for leaf in chain.leaves.values() for length in leaf.shape
                    for size in length.free_symbols}, key=lambda size: size.name)
    one = next((size for size in sizes if size.name in chain.leaves), Symbol(
        sizes[0].name, integer=True, positive=True) if sizes else None)
    same = dict.fromkeys(sizes, one)
    build = Builder(chain.name, *(leaf.symbol.xreplace(same) for leaf in chain.leaves.values()),
                    symmetric=chain.symmetric)
    for node in chain.nodes.values():
        build(node.name, node.rule.name, *(it.xreplace(same) for it in node.operands))
    return build.chain(chain.abbreviations, unnamed=chain.unnamed)


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
        if behind and misfits(lines[behind - 1]):
            lines[place] = replace(lines[place], follows=behind)
    return replace(found, lines=tuple(lines))
