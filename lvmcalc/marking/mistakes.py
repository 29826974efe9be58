"""Wrong gradients, derived: each way to break one stage of a chain, and the gradient that then
comes out.

A mistake replaces the value of a node or the adjoint along an edge by a broken one. What follows
from it, alone or with a second mistake, is computed by the chain itself; so a wrong answer is
recognised by what was done, not by how it is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any

import numpy as np
import sympy as sp
from sympy import Determinant, Expr, Identity, Inverse, Trace, Transpose
from sympy.matrices.expressions import HadamardProduct, MatAdd, MatMul

from lvmcalc import notation
from lvmcalc.calculus import arithmetic as exact
from lvmcalc.calculus.expressions import check_shapes
from lvmcalc.calculus.normal_form import NormalForm
from lvmcalc.chain import Chain
from lvmcalc.checks import CannotBeFormed

Place = str | tuple[str, str]  # the value of a node, or the adjoint along an edge (node, parent)
World = Mapping[Place, Expr]  # what is broken, and into what
CLOSED = "closed form"  # the place of the finished gradient
TIMES = {2: "twice", sp.Rational(1, 2): "half of"}
SKIPPED = ("logarithm", "determinant", "inverse")  # rules that students forget as a whole
SMALLEST_DETERMINANT, MOST_PERMUTED = 1e-10, 5


@dataclass(frozen=True)
class Mistake:
    """One way to go wrong: its kind, where it happens, what is lost or wrong there, and what it
    puts in place."""

    kind: str
    where: str
    what: str = ""
    changes: tuple[tuple[Place, Expr], ...] = ()


class Stacks(exact.Reals):
    """Stacks of NumPy matrices, one in each world; a scalar is a stack of 1×1 matrices, or a float
    in all of them."""

    transpose = staticmethod(lambda matrix: np.swapaxes(matrix, -1, -2))
    trace = staticmethod(lambda matrix: np.trace(matrix, axis1=-2, axis2=-1)[..., None, None])
    det = staticmethod(lambda matrix: np.linalg.det(matrix)[..., None, None])

    @staticmethod
    def inv(matrix: np.ndarray) -> np.ndarray:
        """Return the inverses, with nan for those of singular matrices."""
        regular = (np.abs(np.linalg.det(matrix)) > SMALLEST_DETERMINANT)[..., None, None]
        inverse = np.linalg.inv(np.where(regular, matrix, np.eye(matrix.shape[-1])))
        # a world in which an inverse is lost has no value
        return np.where(regular, inverse, np.nan)


def mistakes(chain: Chain, wrt: str) -> tuple[Mistake, ...]:
    """Return the single mistakes that can be made on the way to the adjoint of a node or leaf."""
    leading = leading_to(chain, wrt)
    edges = {edge: formula for edge, formula in chain.edges.items() if edge[1] in leading}
    found = [mistake for edge,
             formula in edges.items() for mistake in _on_edge(chain, edge, formula)]
    for parent in leading:
        found += _at_junction(chain, parent,
                              {edge: f for edge, f in edges.items() if edge[1] == parent})
    for name, node in chain.nodes.items():
        where = f"the value of {notation.plain(name)} = {notation.plain(node.expression)}"
        found += [Mistake(kind, where, what, ((name, broken),)) for kind, what, broken,
                  _ in variants(node.expression)]
    closed = chain.abbreviated(chain.adjoint(wrt))
    for kind, what, broken, term in variants(expanded(chain, closed)):
        # The term as it was written, not as it should be: that is for the reader to find.
        where = "the sum" if kind == "missing_term" else f"the term {notation.plain(term)}"
        told = "" if kind in ("missing_term", "sign") else what
        found.append(Mistake(kind, where, told, ((CLOSED, broken),)))
    found += [Mistake("sign", _stage(chain, edge[0]), "", ((edge, -formula),)) for edge,
              formula in edges.items()]
    return tuple({mistake.changes: mistake for mistake in reversed(found)}.values())[::-1]


def worlds(found: Sequence[Mistake]) -> list[tuple[Mistake, ...]]:
    """Return no mistake, every mistake alone, and all pairs that do not break the same place."""
    def together(one: Mistake, other: Mistake) -> bool:
        places = [dict(mistake.changes).keys() for mistake in (one, other)]
        both = places[0] | places[1]  # a closed form has no stages left that could be broken
        return not places[0] & places[1] and not (CLOSED in both
                                                  and any(isinstance(place, tuple)
                                                          for place in both))

    pairs = [pair for pair in combinations(found, 2) if together(*pair)]
    return [(), *((mistake,) for mistake in found), *pairs]


def gradients(chain: Chain, wrt: str, leaves: Mapping[str, Any], broken: Sequence[World],
              arithmetic: Any = Stacks) -> tuple[Any, dict[str, Any]]:
    """Return the adjoint of a node or leaf in every world, and the values and adjoints of all nodes
    by name.

    Parameters
    ----------
    chain : Chain
    wrt : str
    leaves : values of the leaves and the sizes, by name
    broken : one mapping for each world, from a place to what stands there instead
    arithmetic : Stacks, or exact.Rationals for a single world
    """
    values: dict[str, Any] = dict(leaves)
    leading = leading_to(chain, wrt)
    rows: dict[Place, dict[Expr, list[int]]] = {}
    for index, world in enumerate(broken):
        for place, formula in world.items():
            rows.setdefault(place, {}).setdefault(formula, []).append(index)

    def value(place: Place, formula: Expr) -> Any:
        instead = rows.get(place, {})
        if instead and len(broken) == 1:
            return exact.evaluate(next(iter(instead)), values, arithmetic)
        result = exact.evaluate(formula, values, arithmetic)
        if instead:
            shape = (1, 1) if np.ndim(result) == 0 else result.shape[-2:]
            result = np.broadcast_to(result, (len(broken), *shape)).copy()
            for other, where in instead.items():
                here = {name: v[where] if np.ndim(v) == 3 else v for name, v in values.items()}
                result[where] = exact.evaluate(other, here, arithmetic)
        return result

    with np.errstate(all="ignore"):
        for name, node in chain.nodes.items():
            # of a broken value, such as the logarithm of a negative number
            with suppress(exact.OutsideDomain):
                values[name] = value(name, node.expression)
        values[chain.adjoint_symbol(
            chain.output).name] = sp.S.One if arithmetic is exact.Rationals else 1.0
        for name in [*reversed(chain.nodes), *chain.leaves]:
            if name in leading and name != chain.output:
                parts = [value((child, name), sp.sympify(chain.edges[child, name]))
                         for child in chain.children(name)]
                values[chain.adjoint_symbol(name).name] = sum(parts[1:], parts[0])
        values |= {name: values[node] for name, node in chain.abbreviations.items()}
        return value(CLOSED, chain.adjoint_symbol(wrt)), values


def variants(formula: Expr) -> Iterator[tuple[str, str, Expr, Expr]]:
    """Yield the ways to get a formula wrong: the kind, what it is about, the broken formula, and
    its broken term."""
    terms = list(sp.Add.make_args(formula))  # a sum of matrices is one too
    for index, term in enumerate(terms):
        others = terms[:index] + terms[index + 1:]
        if others:
            yield "missing_term", notation.plain(term), _sum(others), term
            yield "sign", notation.plain(term), _sum([*others, -term]), -term
        for kind, what, broken in _of_term(term):
            yield kind, what, _sum([*others, broken]), broken


def leading_to(chain: Chain, wrt: str) -> list[str]:
    """Return the node itself and every node that depends on it."""
    found = [wrt]
    for name, node in chain.nodes.items():
        if set(node.parents) & set(found):
            found.append(name)
    return found


def _stage(chain: Chain, node: str) -> str:
    return f"the stage {notation.plain(node)} = {notation.plain(chain[node].expression)}"


def _on_edge(chain: Chain, edge: tuple[str, str], formula: Expr) -> Iterator[Mistake]:
    node, parent = edge
    where = _stage(chain, node)
    arriving = chain.adjoint_symbol(node)
    if chain[node].rule.name in SKIPPED:
        shape = chain[parent].shape
        skipped = arriving * Identity(shape[0]) if shape and not arriving.is_Matrix else arriving
        yield Mistake("stopped_early", where, f"the {chain[node].rule.name}", ((edge, skipped),))
    for kind, what, broken, _ in variants(formula):
        yield Mistake(kind, where, what, ((edge, broken),))


def _at_junction(chain: Chain, parent: str,
                 edges: Mapping[tuple[str, str], Expr]) -> Iterator[Mistake]:
    """Yield the ways to lose or double what comes along one of the uses of a node."""
    for edge, formula in edges.items() if len(edges) > 1 else ():
        path, symbol = f"the path through {notation.plain(edge[0])}", notation.plain(parent)
        others = tuple((other, 0 * f) for other, f in edges.items() if other != edge)
        rest = "others" if len(others) > 1 else "other one"
        if parent in chain.leaves:
            yield Mistake("missing_path", path, symbol, ((edge, 0 * formula),))
        else:
            yield Mistake("missing_term", f"the sum of all that reaches {symbol}",
                          f"what comes through {notation.plain(edge[0])}", ((edge, 0 * formula),))
        yield Mistake("sign", path, "", ((edge, -formula),))
        yield Mistake("doubled_path", path, f", and the {rest} not at all",
                      ((edge, 2 * formula), *others))
        yield Mistake("doubled_path", path, "", ((edge, 2 * formula),))


def _of_term(term: Expr) -> Iterator[tuple[str, str, Expr]]:
    scalar, factors = term.as_coeff_matrices() if isinstance(term, MatMul) else (
        (sp.S.One, [term]) if term.is_Matrix else (term, []))
    number, symbols = scalar.as_coeff_Mul()
    if number < 0:
        yield "sign", "", _product(-scalar, factors)
    if abs(number) != 1:
        what = f"the factor {notation.plain(abs(number))} is lost"
        yield "factor", what, _product(sp.sign(number) * symbols, factors)
    for part in sp.Mul.make_args(symbols):
        base, exponent = part.as_base_exp()
        rest = scalar / part
        if isinstance(base, sp.Symbol) and not base.name.startswith("∂"):
            yield "missing_scalar", notation.plain(part), _product(rest, factors)
            yield "inverted_scalar", notation.plain(base), _product(rest / part, factors)
            if abs(exponent) == 2:
                lost = notation.plain(base ** (exponent / 2))
                yield "missing_scalar", lost, _product(rest * base ** (exponent / 2), factors)
        elif isinstance(base, Determinant):
            yield "stopped_early", f"the factor {notation.plain(part)}", _product(rest, factors)
        elif isinstance(base, sp.log):
            inner = base.args[0]
            broken = _product(rest * inner ** exponent, factors)
            yield "stopped_early", f"the logarithm of {notation.plain(inner)}", broken
        elif isinstance(base, Trace):
            yield from ((kind, what, _product(rest * Trace(broken) ** exponent, factors))
                        for kind, what, broken,
                        _ in variants(base.arg) if kind not in ("sign", "factor"))
    yield from _of_factors(scalar, factors, term)


def _of_factors(scalar: Expr, factors: list[Expr], term: Expr) -> Iterator[tuple[str, str, Expr]]:
    def fitting(kind: str, what: str, changed: list[Expr]) -> Iterator[tuple[str, str, Expr]]:
        try:
            broken = _product(scalar, changed)
            check_shapes(broken)
        except (CannotBeFormed, sp.matrices.exceptions.ShapeError):
            return
        if changed and broken.shape == term.shape and broken != term:
            yield kind, what, broken

    inverses = [index for index, factor in enumerate(factors) if is_inverse(factor)]
    for index, factor in enumerate(factors):
        before, behind, what = factors[:index], factors[index + 1:], notation.plain(factor)
        if index in inverses:
            yield from fitting("missing_inverse", f"that of {what}",
                               [*before, toggled(factor), *behind])
            yield from fitting("missing_inverse", f"the factor {what}", [*before, *behind])
            yield from fitting("extra_inverse", f"a second {what}",
                               [*before, factor, factor, *behind])
        elif not _has_adjoint(factor) and factor.is_square and not isinstance(factor, Identity):
            yield from fitting("extra_inverse", f"that of {what}",
                               [*before, Inverse(factor), *behind])
        yield from fitting("transpose", f"{notation.plain(factor.T)} for {what}",
                           [*before, factor.T, *behind])
    pairs = [slice(index, index + 2) for index in range(len(factors) - 1)]
    for pair in pairs + [slice(0, len(factors))] * (len(pairs) > 1):
        product = HadamardProduct(*factors[pair])
        yield from fitting("elementwise", notation.plain(term),
                           [*factors[:pair.start], product, *factors[pair.stop:]])
    if len(inverses) > 1:
        bare = [toggled(factor) if is_inverse(factor) else factor for factor in factors]
        yield from fitting("missing_inverse", "that of every factor", bare)
    for changed in permutations(factors) if len(factors) <= MOST_PERMUTED else ():
        yield from fitting("order", notation.plain(term), list(changed))


def expanded(chain: Chain, closed: Expr) -> Expr:
    """Return a closed form with its brackets multiplied out, so that every term is a product."""
    algebra = NormalForm(symmetric=tuple(chain.abbreviations))
    if not closed.is_Matrix:
        return algebra.written_out(sp.expand(algebra.scalar(closed)))
    words = algebra.matrix(closed)
    return _sum([algebra.expression({word: c}, closed.shape) for word, c in words.items()])


def monomial(scalar: Expr) -> tuple[Expr, dict[str, int]]:
    """Return the number in a scalar and the power of every symbol that is a factor of it."""
    number, symbols = scalar.as_coeff_Mul()
    powers = (part.as_base_exp() for part in sp.Mul.make_args(symbols))
    return number, {base.name: int(power) for base,
                    power in powers if base.is_Symbol and power.is_Integer}


def of_ratio(chain: Chain, number: Expr, powers: Mapping[str, int], own: Mapping[str, int],
             where: str) -> tuple[Mistake, ...]:
    """Return the mistakes behind a coefficient that is wrong by a number and powers of symbols.

    `own` are the powers in the true coefficient.
    """
    sizes = sizes_of(chain)
    found = [Mistake("sign", where)] * bool(number < 0)
    times = TIMES.get(abs(number), f"{abs(number)} times")
    found += [Mistake("factor", where, f"it is {times} what it must be")] * (abs(number) != 1)
    for name, power in powers.items():
        has = own.get(name, 0)
        letter, unseen = notation.plain(name), not has and name not in sizes
        lost = "1/" * (power > 0) + notation.plain(sp.Symbol(name) ** abs(power))
        if power == -has or (abs(has) == 2 and 2 * power == -has) or (unseen and power == -1):
            found.append(Mistake("missing_scalar", where, lost))
        elif has and power == -2 * has:
            found.append(Mistake("inverted_scalar", where, letter))
        elif name in sizes and power in (-1, -2):
            found.append(Mistake("averaged", where, "×".join([letter] * -power)))
        else:
            too_much = notation.plain(sp.Symbol(name) ** power)
            found.append(Mistake("factor", where, f"it is {too_much} times what it must be"))
    return tuple(found)


def sizes_of(chain: Chain) -> list[str]:
    """Return the names of the sizes in a chain."""
    lengths = [length for leaf in chain.leaves.values() for length in leaf.shape]
    return sorted({size.name for length in lengths for size in length.free_symbols})


def toggled(factor: Expr) -> Expr:
    """Return K for K⁻¹ and Kᵀ for K⁻ᵀ, and the other way round."""
    if isinstance(factor, Transpose):
        return Transpose(toggled(factor.arg))
    if isinstance(factor, Inverse):
        return factor.arg
    return Inverse(factor)


def is_inverse(factor: Expr) -> bool:
    """Return whether a factor is K⁻¹ or K⁻ᵀ."""
    return isinstance(factor, Inverse) or (isinstance(factor, Transpose)
                                           and isinstance(factor.arg, Inverse))


def _has_adjoint(factor: Expr) -> bool:
    return any(symbol.name.startswith("∂") for symbol in factor.atoms(sp.MatrixSymbol, sp.Symbol))


def _product(scalar: Expr, factors: list[Expr]) -> Expr:
    if not factors:
        return scalar
    return MatMul(*([] if scalar == 1 else [scalar]),
                  *factors) if len(factors) > 1 or scalar != 1 else factors[0]


def _sum(terms: list[Expr]) -> Expr:
    if len(terms) == 1:
        return terms[0]
    return MatAdd(*terms) if terms[0].is_Matrix else sp.Add(*terms)
