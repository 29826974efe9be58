"""Differentials in answers and derivations: dX, d(K⁻¹), dL, and the gradient in dL = tr(Gᵀ dX)."""

from collections.abc import Iterable
from functools import cache

import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol

from lvmcalc import notation
from lvmcalc.calculus import compare, differential, gradient
from lvmcalc.calculus.expression_tools import parts_of
from lvmcalc.calculus.operations import increment_of, inner
from lvmcalc.chain import Chain, passes
from lvmcalc.notation import Unreadable
from lvmcalc.notation.forming import MatrixDifferential, ScalarDifferential, as_number
from lvmcalc.notation.vocabulary import matching

KINDS = (ScalarDifferential, MatrixDifferential)


def increments(chain: Chain, expression: Expr) -> dict[Expr, str]:
    """Return the differentials of names in an expression, each with the name."""
    names = chain.vocabulary.differentials
    return {symbol: symbol.name[1:] for symbol in parts_of(expression)
            if isinstance(symbol, Symbol | MatrixSymbol)
            and symbol.name[:1] == "d" and symbol.name[1:] in names
            and symbol.name not in chain.vocabulary}


def has_differentials(chain: Chain, expression: Expr) -> bool:
    """Return whether there is a differential in an expression."""
    return expression.has(*KINDS) or bool(increments(chain, expression))


def symmetric_in(chain: Chain) -> tuple[str, ...]:
    """Return the names of the leaves that are symmetric, and of their differentials."""
    return tuple(name for leaf in chain.symmetric
                 for name in (leaf, increment_of(chain[leaf].symbol).name))


def gradient_of(chain: Chain, value: Expr, wrt: Expr) -> Expr:
    """Return the gradient of a number with respect to a letter or a differential of a chain."""
    there = {symbol.name for symbol in value.free_symbols | {wrt}}
    return gradient(value, wrt, there.intersection(symmetric_in(chain)))


def at_rest(chain: Chain, side: Expr) -> Expr:
    """Return a side in which nothing changes: all differentials are 0."""
    return side.xreplace({step: sp.ZeroMatrix(*step.shape) if step.is_Matrix else sp.S.Zero
                          for step in increments(chain, side)})


def in_increments(chain: Chain, expression: Expr, moving: tuple[str, ...] = ()) -> Expr:
    """Return an expression with every differential written in those of the moving names.

    Parameters
    ----------
    chain : Chain
    expression : SymPy expression
    moving : names of leaves or nodes that change, by default all leaves; the others stand still
    """
    moving = moving or tuple(chain.leaves)

    @cache
    def formula(name: str) -> Expr:
        """Return the formula of a node in the moving names."""
        node = chain[chain.abbreviations.get(name, name)]
        if node.name in moving or node.name in chain.leaves:
            return node.symbol
        return written(node.expression)

    def written(part: Expr) -> Expr:
        known = {symbol: formula(symbol.name) for symbol in part.atoms(Symbol, MatrixSymbol)
                 if symbol.name in chain.vocabulary and not symbol.name.startswith("∂")
                 and (symbol.name in chain.nodes or symbol.name in chain.abbreviations)}
        return part.xreplace(known)

    def change(part: Expr) -> Expr:
        whole = written(part)
        changes = [differential(whole, chain[name].symbol, increment_of(chain[name].symbol))
                   for name in moving if chain[name].symbol in whole.free_symbols]
        if not changes:
            return sp.ZeroMatrix(*part.shape) if part.is_Matrix else sp.S.Zero
        return sum(changes[1:], changes[0])

    known: dict[Expr, Expr] = {part: change(part.arg) for part in expression.atoms(*KINDS)}
    for symbol, name in increments(chain, expression).items():
        if name not in moving:
            output = name in chain.vocabulary.outputs and name not in chain.vocabulary
            node = chain[chain.output if output else chain.abbreviations.get(name, name)]
            known[symbol] = change(node.symbol)
    return expression.xreplace(known)


def gradient_in(chain: Chain, wrt: str, change: Expr) -> Expr:
    """Return G of a differential tr(Gᵀ dX), where X is what is asked for.

    Raises
    ------
    Unreadable
        If the expression is no differential, or changes more than X.
    """
    symbol, name = chain[wrt].symbol, notation.plain(wrt)
    step, moving = increment_of(symbol), {*chain.vocabulary.outputs, *chain.leading_to(wrt)}
    others = [other for other in increments(chain, change).values()
              if chain.abbreviations.get(other, other) not in moving]
    if others:
        raise Unreadable(f"d{notation.plain(others[0])} does not belong here: only {name} changes, "
                         f"so the answer has d{name}.")
    change = as_number(in_increments(chain, change, (wrt,)))
    if change.is_Matrix:
        raise Unreadable(f"dL is a number, but this is {notation.shape(change)}: write "
                         f"tr(Gᵀ d{name}).")
    found = gradient_of(chain, change, step)
    linear = compare(change, inner(found, step) if found.is_Matrix else found * step,
                     {it.name for it in change.free_symbols} & {*symmetric_in(chain)})
    if step in found.free_symbols or not linear.holds:
        raise Unreadable(f"`{notation.plain(change)}` is not a differential: every term "
                         f"needs exactly one d{name}.")
    return found


def broken_by(chain: Chain, changed: Expr, said: Expr) -> dict[passes.Place, Expr]:
    """Return the formulas by edge of a chain in which a differential is what was said of it.

    They are for the names whose differentials were written; none if nothing follows for them.

    Parameters
    ----------
    chain : Chain
    changed : the differential of a node, dK or d(K⁻¹)
    said : what was said of it, in differentials of earlier nodes or leaves
    """
    node, names = node_of(chain, changed), differentials_in(chain, said)
    if not node or not set(names) <= {*chain.nodes, *chain.leaves} - {node}:
        return {}
    sides = [in_increments(chain, side, names) for side in (said, changed)]
    said, changed = sides if sides[1].is_Matrix else map(as_number, sides)
    error = said - changed
    arriving = chain.adjoint_symbol(node)
    return broken_in(chain, inner(arriving, error) if error.is_Matrix else arriving * error, names)


def broken_in(chain: Chain, error: Expr, names: Iterable[str]) -> dict[passes.Place, Expr]:
    """Return the formulas by edge of a chain whose dL has an error, in differentials of names."""
    found: dict[passes.Place, Expr] = {}
    for name in names:
        edges = [(child, name) for child in chain.children(name)]
        parts = [*(chain.edges[edge] for edge in edges),
                 gradient_of(chain, error, increment_of(chain[name].symbol))]
        found |= {edge: 0 * chain.adjoint_symbol(name) for edge in edges}
        found[edges[0]] = in_nodes(chain, passes.added(parts))
    return found


def in_nodes(chain: Chain, side: Expr) -> Expr:
    """Return an expression with c for its abbreviation K."""
    return side.xreplace({chain.vocabulary[short]: chain[node].symbol
                          for short, node in chain.abbreviations.items()})


def with_adjoints(chain: Chain, side: Expr, moving: tuple[str, ...]) -> Expr:
    """Return a side with the sum of all tr((∂L/∂X)ᵀ dX) for dL, over the moving leaves."""
    steps = [(chain.adjoint_symbol(name), increment_of(chain[name].symbol)) for name in moving]
    whole = sp.Add(*(inner(*pair) if pair[0].is_Matrix else sp.Mul(*pair) for pair in steps))
    return side.xreplace({step: whole for step in increments(chain, side)
                          if node_of(chain, step) == chain.output})


def node_of(chain: Chain, changed: Expr) -> str:
    """Return the node of which this is the differential, as dK, or d of what it is; "" if none."""
    names = {*increments(chain, changed).values()}
    if isinstance(changed, KINDS):
        known = {node.name: node.symbol for node in chain}
        own = any(known.get(it.name, it) != it for it in changed.arg.free_symbols)
        names = set() if own else {
            node.name for node in chain.nodes.values()
            if chain.in_leaves(changed.arg) == chain.in_leaves(node.symbol)}
    name = next(iter(names), "") if isinstance(changed, (*KINDS, Symbol, MatrixSymbol)) else ""
    name = chain.output if name in chain.vocabulary.outputs else chain.abbreviations.get(name, name)
    return name if name in chain.nodes else ""


def differentials_in(chain: Chain, *sides: Expr) -> tuple[str, ...]:
    """Return the names of the nodes and leaves whose differentials stand in some expressions."""
    names = (name for side in sides for name in increments(chain, side).values())
    return tuple(dict.fromkeys(chain.abbreviations.get(name, name) for name in names))


def moved(chain: Chain, sides: list[Expr], moving: tuple[str, ...]) -> tuple[str, ...]:
    """Return the leaves that change in an equation, of those that do in the derivation.

    They are those whose differentials are written, and in each other differential that is written
    there is one.
    """
    here = {name for name in differentials_in(chain, *sides) if name in chain.leaves}
    if not here:
        inside = set().union(*_inside(chain, sides[-1]))
        return tuple(name for name in moving if name in inside) or tuple(
            name for name in chain.leaves if name in inside) or moving
    for inside in (each for side in sides for each in _inside(chain, side)):
        here |= set() if here & inside else inside & {*moving} or inside
    return tuple(name for name in chain.leaves if name in here)


def _inside(chain: Chain, side: Expr) -> list[set[str]]:
    """Return the leaves on which each of that depends whose differentials stand in a side."""
    parts = [chain[name].symbol for name in differentials_in(chain, side) if name in chain.nodes]
    parts += [part.arg for part in side.atoms(*KINDS)]
    return [{symbol.name for symbol in chain.in_leaves(part).free_symbols
             if symbol.name in chain.leaves and not symbol.is_integer} for part in parts]


def held_fixed(chain: Chain, sides: list[Expr], moving: tuple[str, ...]) -> list[str]:
    """Return the leaves that do not change in an equation although its left side depends on them.
    """
    here, left = moved(chain, sides, moving), sides[0]
    parts = ({symbol.name for symbol in chain.expression().free_symbols} if
             node_of(chain, left) == chain.output else set().union(*_inside(chain, left)))
    return [name for name, leaf in chain.leaves.items()
            if not leaf.symbol.is_integer and name not in here and name in parts]


def shown(chain: Chain, expression: Expr) -> Expr:
    """Return an expression for a page; where a node is called d, a differential has an upright d.
    """
    if "d" not in chain.vocabulary:
        return expression
    return expression.xreplace({symbol: matching(rf"\mathrm{{d}}{notation.latex(name)}", symbol)
                                for symbol, name in increments(chain, expression).items()})
