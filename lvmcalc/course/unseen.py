"""Unseen models: a known one with a stage swapped and other letters and sizes.

At times a matrix is transposed too.

Whatever the known chain is, what comes out is a chain like any other, so it proves itself and
answers are marked in it. The same seed gives the same model.
"""

from collections.abc import Iterator, Mapping, Sequence
from random import Random

import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol

from lvmcalc import checks
from lvmcalc.chain import Builder, Chain
from lvmcalc.chain.leaf_specs import RESERVED
from lvmcalc.chain.stage_names import Stage, output_name, with_names
from lvmcalc.models import chain_named

_MATRICES, _COLUMNS, _SIZES = "ABCEFGHMPRSTUVWXYZ", "abcpqrstuvwxyz", "KMNPQRSTkmnpqrs"
_SCALARS = ("alpha", "beta", "gamma", "eta", "kappa", "lambda", "mu", "rho", "tau", "omega")
_BEND = ("tanh", "sin", "softplus", "sigmoid")  # functions that have a slope everywhere
# Which operations may stand for one another, by what they are applied to.
_PAIRS = ("sum", "difference", "elementwise product")
_TO_NUMBER = ("sum of entries", "half squared norm", "squared norm")
_TO_NUMBER_IF_SQUARE = ("trace", *_TO_NUMBER)
_NARROW = ("inverse", "determinant", "log determinant", "logarithm", "quotient", "power", "norm",
           "elementwise quotient", "elementwise power",
           "log entry by entry")  # these have no value at some points


def unseen(known: str | Chain, seed: int) -> Chain:
    """Return a chain that is another one with a stage swapped, at times a matrix transposed.

    Parameters
    ----------
    known : str or Chain
        The name of a model, or any chain.
    seed : int
        The same seed gives the same chain.

    Returns
    -------
    Chain
        All of whose gradients are proved. Its name tells the model and the seed.

    Raises
    ------
    TypeError, ValueError
        If there is no such chain, or the seed is no whole number of at least 0.
    """
    known, seed = chain_named(known), checks.whole(seed, "seed", least=0)
    random = Random(f"{known.name} {seed}")
    for leaves, stages in _swapped(known, random):
        if random.random() < 0.5:
            leaves, stages = _turned(leaves, stages, random)
        chain = _written(known, seed, random, leaves, stages)
        if all(chain.claim(leaf).proof.status == "proved" for leaf in chain.leaves):
            return chain
    raise ValueError(f"No stage of {known.name} can be swapped.")


def _swapped(known: Chain, random: Random) -> Iterator[tuple[list[Expr], list[Stage]]]:
    """Yield the leaves and stages with one of them swapped, in random order."""
    leaves = [leaf.symbol for leaf in known.leaves.values()]
    stages = [Stage(node.symbol, node.rule.name, node.operands) for node in known.nodes.values()]
    found = []
    for number, stage in enumerate(stages):
        behind = known.leading_to(stage.symbol.name)[1:]
        if not any(known[name].rule.name in _NARROW for name in behind):
            found += [(leaves, [*stages[:number], *instead, *stages[number + 1:]])
                      for instead in _instead_of(stage)]
    for number, leaf in enumerate(leaves):
        if leaf.is_Matrix and leaf.name not in known.symmetric:
            new = _like(leaf, f"{leaf.name}_leaf")
            found += [([*leaves[:number], new, *leaves[number + 1:]],
                       [Stage(leaf, f"{name} entry by entry", (new,)), *stages]) for name in _BEND]
    return iter(random.sample(found, len(found)))


def _instead_of(stage: Stage) -> Iterator[list[Stage]]:
    """Yield stages that may stand in place of one; the last of them has its symbol."""
    symbol, rule, operands = stage
    shapes = {operand.shape for operand in operands if operand.is_Matrix}
    square = any(rows == columns for rows, columns in shapes)
    instead = {"use": [f"{name} entry by entry" for name in _BEND],
               **dict.fromkeys(_PAIRS + ("product",) * (len(shapes) == 1), _PAIRS),
               **dict.fromkeys(_TO_NUMBER_IF_SQUARE,
                               _TO_NUMBER_IF_SQUARE if square else _TO_NUMBER)}
    if all(operand.is_Matrix for operand in operands):
        yield from ([Stage(symbol, other, operands)] for other in instead.get(rule, ())
                    if other != rule)
    inner = _like(symbol, f"{symbol.name}_inner")
    kind = "entry by entry" if symbol.is_Matrix else "of a number"
    for name in _BEND if symbol.is_Matrix else ("softplus",):
        yield [Stage(inner, rule, operands), Stage(symbol, f"{name} {kind}", (inner,))]


def _turned(leaves: list[Expr], stages: list[Stage],
            random: Random) -> tuple[list[Expr], list[Stage]]:
    """Return leaves and stages with one matrix given as its transpose, if one can be."""
    free = [leaf for leaf in leaves if leaf.is_Matrix and 1 not in leaf.shape
            and len({*leaf.shape}) == 2 and (leaf, "transpose") not in {
                (operand, stage.rule) for stage in stages for operand in stage.operands}]
    if not free:
        return leaves, stages
    leaf = random.choice(free)
    new = MatrixSymbol(f"{leaf.name}_turned", *reversed(leaf.shape))
    return ([new if it == leaf else it for it in leaves],
            [Stage(leaf, "transpose", (new,)), *stages])


def _like(symbol: Expr, name: str, sizes: Mapping[Expr, Expr] | None = None) -> Expr:
    """Return a symbol of the same kind and shape, in other sizes."""
    if symbol.is_Matrix:
        return MatrixSymbol(name, *(side.xreplace(sizes or {}) for side in symbol.shape))
    return Symbol(name, **symbol.assumptions0)


def _written(known: Chain, seed: int, random: Random, leaves: Sequence[Expr],
             stages: Sequence[Stage]) -> Chain:
    """Return the chain of some leaves and stages in other letters."""
    sizes = sorted({size for leaf in leaves for side in getattr(leaf, "shape", [leaf])
                    for size in side.free_symbols if size.is_integer}, key=str)
    old = {it.name for it in (*sizes, *leaves)} | {*known.leaves, *known.abbreviations}
    taken: set[str] = set()

    def letter(pool: Sequence[str]) -> str:
        free = [it for it in pool if not {it, it.swapcase()} & taken]
        name = random.choice([it for it in free if it not in old] or free)
        taken.add(name)
        return name

    new = {size: _like(size, letter(_SIZES)) for size in sizes}
    for leaf in leaves:
        if leaf not in new:
            column = leaf.is_Matrix and leaf.shape[1] == 1
            pool = _COLUMNS if column else _MATRICES if leaf.is_Matrix else _SCALARS
            new[leaf] = _like(leaf, letter(pool), new)
    short = [stage.symbol for stage in stages if stage.symbol.name in known.abbreviations.values()]
    output = stages[-1].symbol
    new |= {symbol: _like(symbol, letter(_MATRICES), new) for symbol in short if symbol != output}
    new[output] = _like(output, output_name(taken))
    given = [new[symbol] for symbol in (*short, output)]
    new |= {stage.symbol: _like(stage.symbol, f"_{stage.symbol.name}", new)
            for stage in stages if stage.symbol not in new}
    build = Builder(f"unseen {known.name} {seed}", *(new[leaf] for leaf in leaves), book=known.book,
                    symmetric=tuple(new[known[name].symbol].name for name in known.symmetric))
    renamed = [Stage(new[symbol], rule, tuple(sp.sympify(it).xreplace(new) for it in operands))
               for symbol, rule, operands in stages]
    for symbol, rule, operands in with_names(renamed, given, {*taken, *RESERVED, new[output].name}):
        build(symbol.name, rule, *operands)
    return build.chain({new[symbol].name: new[symbol].name for symbol in short if symbol != output},
                       tuple((small.xreplace(new), large.xreplace(new))
                             for small, large in known.at_most))
