"""The Hessian along a direction, and a stage's slope in a scalar."""

from dataclasses import dataclass

import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol

from lvmcalc import notation
from lvmcalc.calculus import differential, inner
from lvmcalc.calculus.claims import Claim
from lvmcalc.calculus.page_form import tidy
from lvmcalc.calculus.rules import adjoint_symbol
from lvmcalc.chain.graph import Graph

_DIRECTIONS = ("V", "U", "W", "Z", "V1", "V2", "V3")  # the first that is free


@dataclass(frozen=True)
class Formula:
    """A derivative as a formula, with the evidence for it.

    Attributes
    ----------
    name : what it is, in LaTeX
    plain_name : the same as plain text
    expression : the formula in the leaves, with the abbreviations of the chain
    claim : the evidence
    """

    name: str
    plain_name: str
    expression: Expr
    claim: Claim

    def __str__(self) -> str:
        return f"{self.plain_name} = {notation.plain(self.expression)}\n{self.claim.conclusion}"

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return f"$$ {self.name} = {notation.latex(self.expression)} $$\n\n{self.claim.conclusion}"


def curvature(chain: Graph, gradient: Expr, wrt: Expr, direction: Expr | str) -> Formula:
    """Return the Hessian of a chain applied to a direction.

    It is the differential of the gradient G when the variable moves by V. The evidence is of
    another kind: the same matrix has to be the gradient of ⟨G, V⟩, as a Hessian is symmetric.

    Parameters
    ----------
    chain : the chain
    gradient : its gradient with respect to `wrt`
    wrt : the symbol of a leaf
    direction : a symbol of the shape of `wrt`, or its name; a free letter if it is ""
    """
    V = _direction(chain, wrt, direction)
    symmetric = (*chain.symmetric, *((V.name,) if wrt.name in chain.symmetric else ()))
    product = tidy(differential(gradient, wrt, V), symmetric=symmetric)
    output, variable = map(notation.latex, (chain.output, wrt.name))
    name = rf"\frac{{\partial^2 {output}}}{{\partial {variable}^2}}[{notation.latex(V)}]"
    plain = f"∂²{notation.plain(chain.output)}/∂{notation.plain(wrt)}²[{notation.plain(V)}]"
    claim = Claim(plain, inner(gradient, V), wrt, product, 0, chain.book, symmetric)
    return Formula(name, plain, chain.abbreviated(product), claim)


def _direction(chain: Graph, wrt: Expr, direction: Expr | str) -> Expr:
    taken = {node.name for node in chain} - {wrt.name}
    if isinstance(direction, str):
        free = (letter for letter in _DIRECTIONS if letter not in taken | {wrt.name})
        name = notation.spelling(direction) or next(free)
        direction = notation.matching(name, wrt)
    if not isinstance(direction, MatrixSymbol | Symbol):
        raise TypeError("A direction is a symbol or its name, not "
                        f"{type(direction).__name__}.")
    if getattr(direction, "shape", ()) != getattr(wrt, "shape", ()):
        raise ValueError(f"The direction {notation.plain(direction)} must have the shape of "
                         f"{notation.plain(wrt)}, {notation.shape(wrt)}, but it is "
                         f"{notation.shape(direction)}.")
    if direction.name in taken or direction == wrt:
        raise ValueError(f"{notation.plain(direction)} is a leaf or stage of {chain.name}: take "
                         "another letter for the direction.")
    return direction


def jacobian(chain: Graph, stage: str, value: Expr, wrt: Expr) -> Formula:
    """Return the derivative of a stage with respect to a scalar leaf, of the stage's shape.

    Parameters
    ----------
    chain : the chain
    stage : the name of the stage, or its abbreviation
    value : the stage as an expression in the leaves
    wrt : the symbol of a scalar leaf
    """
    if wrt.is_Matrix:
        raise ValueError(f"A Jacobian is written with respect to a scalar, but {wrt.name} is "
                         f"{notation.shape(wrt)}: its entries would have four indices. "
                         "Ask for the adjoint instead.")
    slope = tidy(differential(value, wrt, sp.S.One), symmetric=chain.symmetric)
    arriving = adjoint_symbol(value)
    plain = f"∂{notation.plain(stage)}/∂{notation.plain(wrt)}"
    claim = Claim(plain, inner(arriving, value), wrt, inner(arriving, slope), 0, chain.book,
                  chain.symmetric)
    return Formula(notation.latex(f"∂{stage}/∂{wrt.name}"), plain, chain.abbreviated(slope), claim)
