"""Broken steps of the chain rule, derived from the record of the operation at a stage.

The function for its derivative, a step that is left out, one factor of a product that is not
differentiated, the path through a normaliser.
"""

from collections.abc import Iterator

import sympy as sp
from sympy import Expr, HadamardPower, HadamardProduct, Identity, OneMatrix

from lvmcalc import notation
from lvmcalc.calculus.expression_tools import joined
from lvmcalc.calculus.operations import RULES
from lvmcalc.calculus.rules import Operation
from lvmcalc.chain import Chain
from lvmcalc.chain.graph import Node
from lvmcalc.chain.passes import Edge
from lvmcalc.marking.broken_formulas import Broken
from lvmcalc.marking.chain_letters import called
from lvmcalc.notation.entrywise import EntrySum, Entrywise

_SKIPPED = ("logarithm", "determinant", "inverse")  # rules that students forget as a whole
_SUMS = ("sum", "difference", "scalar sum", "sum with a constant")
_PRODUCTS = (HadamardProduct, sp.Mul)


def broken_steps(chain: Chain, edge: Edge) -> Iterator[Broken]:
    """Yield the ways to get one step back wrong: the kind, what it is about, broken adjoint."""
    (name, parent), adjoint = edge, sp.sympify(chain.edges[edge])
    node, arriving = chain[name], chain.adjoint_symbol(name)
    rule, shape = node.rule, chain[parent].shape
    value = called(chain, name) if name in chain.unnamed else notation.plain(node.expression)
    if _is_function(rule):
        wrong = (HadamardProduct if node.shape else sp.Mul)(arriving, node.expression)
        if wrong != adjoint:  # exp is its own derivative
            yield "function_for_slope", value, wrong
        if node.shape:
            yield from _wrong_slopes(node, arriving)
    alike = node.shape == shape
    if rule.name in _SKIPPED or (_is_function(rule) and alike):
        skipped = arriving * Identity(shape[0]) if shape and not arriving.is_Matrix else arriving
        what = f"the {rule.name}" if rule.name in _SKIPPED else value
        yield "stopped_early", f"the derivative of {what}", skipped
    matrices = [it for it in node.parents if chain[it].shape]
    if alike and rule.name != "use" and adjoint != arriving and len(matrices) < 2 and is_inner(
            chain, name):
        yield "inner_derivative", "", arriving
    letter = chain[parent].symbol
    if not shape and node.expression.has(1 / letter):
        yield ("stopped_early", f"the derivative of {notation.plain(1 / letter)}",
               -adjoint * letter**2)
    half, _ = rule.operation.as_coeff_Mul() if not node.shape else (sp.S.One, None)
    if half not in (1, -1):
        yield "factor", f"the factor {notation.plain(half)} is missing", adjoint / half
    if rule.name == "log determinant":
        yield ("stopped_early", "the derivative of the logarithm",
               adjoint * node.expression.args[0])
    yield from _of_a_product(chain, edge)


def _wrong_slopes(node: Node, arriving: Expr) -> Iterator[Broken]:
    """Yield the slope of another function, that of the slope, and f(z)/z, for that of f(z)."""
    own, z, shown = node.rule.kind, node.expression.arg, notation.plain(node.expression)
    ones, ratio = OneMatrix(*node.shape), HadamardProduct(node.expression, HadamardPower(z, -1))
    slopes = {"sigmoid": HadamardProduct(node.symbol, ones - node.symbol),
              "tanh": ones - HadamardProduct(node.symbol, node.symbol)}
    slopes.pop(own, None)
    names = {f"the derivative of {name} stands where that of {shown} belongs": name
             for name in slopes}
    found = [(what, slopes[name]) for what, name in names.items()]
    first = slope_of_entries(own, z)
    if isinstance(first, Entrywise) and first.name != own:
        found.append((f"{shown} is differentiated twice", slope_of_entries(first.name, z)))
    found += [(what, slope_of_entries(name, z)) for what, name in names.items()]
    found.append((f"{notation.plain(ratio)} stands where the derivative of {shown} belongs", ratio))
    yield from (("wrong_part", what, HadamardProduct(arriving, wrong)) for what, wrong in found)


def slope_of_entries(name: str, argument: Expr) -> Expr:
    """Return the derivative of a function at every entry of a matrix."""
    ones = OneMatrix(*argument.shape)
    adjoint = RULES[f"{name} entry by entry"].adjoint(0, (argument,), ones)
    factors = adjoint.args if isinstance(adjoint, HadamardProduct) else [adjoint]
    return joined(HadamardProduct, [it for it in factors if it != ones] or [ones])


def _of_a_product(chain: Chain, edge: Edge) -> Iterator[Broken]:
    """Yield a product or quotient of which one factor only is differentiated."""
    name, parent = edge
    node = chain[name]
    if node.rule.kind not in _PRODUCTS and "quotient" not in node.rule.name:
        return
    first, second = node.operands[:2]
    arriving, symbol = chain.adjoint_symbol(name), chain[parent].symbol
    if first == second == symbol:  # A ∘ A
        yield ("product_rule", f"each factor {notation.plain(symbol)}",
               node.rule.adjoint(0, node.operands, arriving))
    elif symbol in (first, second) and _share_a_variable(chain, first, second):
        yield "product_rule", notation.plain(symbol), 0 * sp.sympify(chain.edges[edge])


def _share_a_variable(chain: Chain, first: Expr, second: Expr) -> bool:
    """Return whether two operands depend on one leaf."""
    names = [getattr(operand, "name", None) for operand in (first, second)]
    return all(name in chain.nodes or name in chain.leaves for name in names) and any(
        set(names) <= set(chain.leading_to(leaf)) for leaf in chain.leaves)


def is_inner(chain: Chain, name: str) -> bool:
    """Return whether a function is applied to a node, or to a sum in which it is a term."""
    node = chain[name]
    children = chain.children(name)
    return bool(node.rule) and node.rule.name not in _SKIPPED and any(
        _is_function(chain[child].rule) or (
            chain[child].rule.name in _SUMS and is_inner(chain, child)) for child in children)


def _is_function(rule: Operation) -> bool:
    """Return whether a rule is that of a function of numbers, such as exp, one by one."""
    of = rule.operation
    return isinstance(of, Entrywise | sp.Function) and of.args[-1:] == rule.arguments


def is_normaliser(chain: Chain, name: str) -> bool:
    """Return whether a path that begins with a node leads through a sum to what is divided by it.

    The logarithm of such a sum, of which a difference is taken, divides too.
    """
    summed = False
    while True:
        node = chain[name]
        if summed and (isinstance(node.rule.operation, sp.log) or "log" in node.rule.name
                       or node.rule.name.endswith(("power", "quotient"))):
            return True
        summed = summed or node.rule.kind is EntrySum or any(
            isinstance(operand, sp.OneMatrix) for operand in node.operands)
        children = chain.children(name)
        if len(children) != 1:
            return False
        name, = children
