"""The program of a chain as one Python function of plain NumPy calls, for training.

What does not come out well, such as a matrix that is nearly singular, is left to `numbers`, which
says what is wrong with which stage.
"""

import ast
import math
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, MatAdd, MatrixSymbol

from lvmcalc.calculus import arithmetic
from lvmcalc.calculus.functions import NUMPY
from lvmcalc.calculus.operations import RULES
from lvmcalc.chain import numbers
from lvmcalc.chain.dialects import DIALECTS
from lvmcalc.chain.graph import Graph
from lvmcalc.chain.pass_program import Program, adjoint_identifier
from lvmcalc.chain.passes import Evaluate, Place

_CHECKED = DIALECTS["numpy"] | {"Inverse": "inv({})", "Determinant": "det({})",
                                "log determinant": "log_det({})", "by record": "by_record({}, {})"}
_TINY = np.finfo(float).tiny
_NESTED = 300  # parts of an expression; Python compiles only so many within each other
_SMALL = (10.0**-arithmetic.DIGITS_KEPT / np.finfo(float).eps) ** 2


class Doubtful(ArithmeticError):
    """A number that is not finite, or that keeps too few digits."""


def _inv(matrix: np.ndarray) -> np.ndarray:
    """Return the inverse of a matrix that is far from singular."""
    inverse = np.linalg.inv(matrix)
    bound = len(matrix) ** 2 * np.vdot(matrix, matrix) * np.vdot(inverse, inverse)
    if bound < _SMALL:  # so is the condition number in the 1-norm, squared
        return inverse
    condition = np.abs(matrix).sum(axis=0).max() * np.abs(inverse).sum(axis=0).max()
    if not condition * np.finfo(float).eps < 10.0**-arithmetic.DIGITS_KEPT:
        raise Doubtful
    return inverse


def _log_det(matrix: np.ndarray) -> float:
    """Return the logarithm of a positive determinant."""
    sign, size = np.linalg.slogdet(matrix)
    if sign <= 0:
        raise Doubtful
    return size


def _inlined(module: ast.Module) -> ast.Module:
    """Substitute each variable that is used once.

    NumPy then computes a large sum or product in place, and holds fewer arrays.
    """
    function, = module.body
    uses = Counter(node.id for node in ast.walk(function) if isinstance(node, ast.Name)
                   and isinstance(node.ctx, ast.Load))
    instead: dict[str, ast.expr] = {}

    class Inline(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.expr:
            return instead.get(name.id, name) if isinstance(name.ctx, ast.Load) else name

        def visit_Assign(self, assign: ast.Assign) -> ast.Assign | None:
            value, (target,) = self.visit(assign.value), assign.targets
            large = len([*ast.walk(value)]) > _NESTED
            if large or (uses[target.id] > 1 and not isinstance(value, ast.Name)):
                return ast.Assign([target], value)
            instead[target.id] = value
            return None

    return ast.fix_missing_locations(ast.Module([Inline().visit(function)], []))


def _by_record(name: str, *operands: Any) -> Any:
    """Return the value of an operation that NumPy does not have, as its record computes it."""
    formula, known = RULES[name].operation, {}
    for letter, operand in zip(formula.args, operands, strict=True):
        known |= zip(map(str, getattr(letter, "shape", ())), np.shape(operand), strict=False)
        known[letter.name] = operand
    return arithmetic.evaluate(formula, known, numbers.Trusted)


class Compiled:
    """A function of the values of the leaves and sizes that makes one pass.

    Parameters
    ----------
    chain : Graph
    wrt, all_adjoints : as for `Program`
    """

    def __init__(self, chain: Graph, wrt: tuple[str, ...] = (), all_adjoints: bool = False):
        program = Program(chain, _CHECKED, wrt, all_adjoints, terse=bool(wrt))
        statements = [it for it in (*program.forwards, *program.backwards) if it.target]
        self.kept = {it.place: it.target for it in statements if it.place}
        if wrt:
            self.kept = {chain.output: program.names[chain.output],
                         **{it: adjoint_identifier(it) for it in wrt}}
        self.arguments = {program.names[it]: it for it in (*wrt, *chain.leaves, *program.sizes)}
        self.upstream = adjoint_identifier(chain.output)
        body = [*(f"{it.target} = {it.text}" for it in statements),
                f"return {', '.join(self.kept.values())},"]
        head = f"def one_pass({', '.join([*self.arguments, self.upstream])}):"
        source = _inlined(ast.parse("\n    ".join([head, *body])))
        namespace = NUMPY | {"np": np, "math": math, "inv": _inv, "by_record": _by_record}
        # a backward pass computes the inverse too, and `_inv` checks it
        namespace |= {"det": np.linalg.det, "log_det": _log_det} if program.backwards else {
            "det": numbers.Trusted.det, "log_det": numbers.Trusted.log_det}
        exec(compile(source, f"<{chain.name}>", "exec"), namespace)  # the source is our own
        self._pass = namespace["one_pass"]

    def __call__(self, known: Mapping[str, Any], upstream: float = 1.0) -> dict[Any, Any]:
        """Return the values of the nodes and what uses contribute, by place.

        With `wrt`, it returns the output and the adjoints of these alone, by name.

        Raises
        ------
        Doubtful
            If a number is not finite, or keeps too few digits.
        """
        values = [known[name] for name in self.arguments.values()]
        return dict(zip(self.kept, without_warnings(self._pass, *values, upstream), strict=True))

    def bound(self, known: Mapping[str, Any], moving: tuple[str, ...]) -> Callable[..., tuple]:
        """Return the pass as a function of the `moving` leaves alone, which come first in `wrt`.

        It returns the output and the adjoints, in order; call it with `without_warnings`.
        """
        fixed = {argument: known[name] for argument, name in self.arguments.items()
                 if name not in moving}
        return partial(self._pass, **fixed, **{self.upstream: 1.0})


def without_warnings(function: Callable[..., tuple], *values: Any) -> tuple:
    """Call a function without warnings; raise `Doubtful` where it has no value."""
    with np.errstate(all="ignore"):
        try:
            return function(*values)
        except (ArithmeticError, ValueError, NameError) as error:  # LinAlgError is a ValueError
            raise Doubtful from error


def compiled(chain: Graph, wrt: tuple[str, ...] = (), all_adjoints: bool = False) -> Compiled:
    """Return the compiled pass of a chain, the same one each time."""
    return chain.remember(("compiled", wrt, all_adjoints),
                          lambda: Compiled(chain, wrt, all_adjoints))


def compiled_evaluator(chain: Graph, known: Mapping[str, Any], upstream: float = 1.0,
                       all_adjoints: bool = True) -> Evaluate:
    """Make one pass, and return a function that looks its numbers up.

    Parameters
    ----------
    chain : Graph
    known : values of the leaves and sizes by name
    upstream : the adjoint of the output
    all_adjoints : whether the adjoints are wanted too
    """
    try:
        values = compiled(chain, all_adjoints=all_adjoints)(known, upstream)
        found = {place: _trusted(value, place, chain) for place, value in values.items()}
    except Doubtful:
        return numbers.evaluator(chain)

    def evaluate(place: Place, formula: Expr, known: Mapping[str, Any]) -> Any:
        if place is not None:
            return found[place]
        part = known[next(iter(formula.atoms(MatrixSymbol))).name]
        return (part + part.T) / 2

    return evaluate


def _trusted(value: Any, place: Any, chain: Graph) -> Any:
    """Return a float or array that is finite and has not underflowed; else raise `Doubtful`."""
    node = chain.nodes.get(place)
    formula = node.expression if node else chain.edges.get(place)
    value = np.asarray(value, dtype=float) + 0.0  # a reader takes −0 for a sign
    if not np.isfinite(value).all():
        raise Doubtful
    if not isinstance(formula, MatAdd | sp.Add) and np.abs(value).max() < _TINY:
        raise Doubtful
    return value if value.ndim else float(value)
