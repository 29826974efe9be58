"""The layout of a chain's graph: where each node stands, and which paths start at the variable.

A column follows from the chain: a node stands one to the right of what it is computed from. A lane
is chosen so that as few arrows as possible cross or run over a node.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from lvmcalc.chain.structure import Chain

Edge = tuple[str, str]  # a node, and what it is computed from
BOW = 0.3  # of a long slanting arrow: how far it bends away from the straight line
ROUNDS = 3  # of moving each run of nodes to the best lane
LANES = (0, 1, -1, 2, -2, 3, -3)  # in the order in which they are tried
CLOSE = 0.45  # lanes: an arrow that comes so close to a node runs over it
# What it costs that two arrows cross, that two nodes share a place, and that a node is a lane away
# from the middle; an arrow that is a lane too steep costs 1.
CROSSING, OVERLAP, FAR = 10.0, 1000.0, 0.1


class Layout(NamedTuple):
    """Where nodes stand, by name, and the number of the use that an edge belongs to.

    `places` holds column and lane. `paths` holds only the edges along which one use of the variable
    travels alone, until the uses meet.
    """

    places: dict[str, tuple[int, int]]
    paths: dict[Edge, int]


def layout(chain: Chain) -> Layout:
    """Return the layout of a chain's graph."""
    variable = variable_of(chain)
    column, reached = _columns(chain, variable)
    lane = _lanes(chain, column, _runs(chain, reached))
    return Layout({name: (column[name], lane[name]) for name in column}, _paths(chain, variable))


def bow(start: tuple[int, int], end: tuple[int, int]) -> float:
    """Return how an arrow bends, as Matplotlib's `arc3` has it: a long slanting one bends outwards."""
    across, up = np.subtract(end, start)
    return BOW * float(np.sign(up)) if abs(across) > 2 else 0.0


def variable_of(chain: Chain) -> str:
    """Return the leaf with the most uses; stages that are called uses come first."""
    def uses(name: str) -> tuple[int, int]:
        children = chain.children(name)
        return sum(chain[child].rule.name == "use" for child in children), len(children)

    return max(chain.leaves, key=uses)


def _columns(chain: Chain, variable: str) -> tuple[dict[str, int], set[str]]:
    """Return the column of each node and leaf, and those that the variable reaches.

    What the variable reaches stands as early as possible, everything else as late as possible.
    """
    column = {variable: 0}
    for name, node in chain.nodes.items():
        before = [column[parent] for parent in node.parents if parent in column]
        if before:
            column[name] = max(before) + 1
    reached = {*column}
    for name in [*reversed(chain.nodes), *chain.leaves]:
        if name not in column:
            column[name] = min(column[child] for child in chain.children(name)) - 1
    return column, reached


def _paths(chain: Chain, variable: str) -> dict[Edge, int]:
    """Return the number of the use that travels alone along an edge.

    Uses are numbered as they stand, from left to right, in the formula in which they meet.
    """
    order = _uses(chain, chain.output, variable)
    carried: dict[str, set[str]] = dict.fromkeys(chain.leaves, set())
    paths = {}
    for child, node in chain.nodes.items():
        brought = {used: {child} if used == variable else carried[used] for used in node.parents}
        carried[child] = set().union(*brought.values())
        paths |= {(child, used): order.index(*uses) for used, uses in brought.items()
                  if len(uses) == 1 < len(order)}
    return paths


def _uses(chain: Chain, name: str, variable: str) -> list[str]:
    """Return the nodes that use the variable, from left to right in the formula of a node."""
    found: dict[str, None] = {}
    for operand in chain[name].operands:
        for parent in chain[name].parents:
            if chain[parent].symbol in operand.free_symbols:
                found |= dict.fromkeys([name] if parent == variable
                                       else _uses(chain, parent, variable))
    return [*found]


def _runs(chain: Chain, reached: set[str]) -> list[list[str]]:
    """Return the nodes in runs, in which each node leads to the next one only.

    Where several nodes lead to one, the run goes on with that which the variable reaches.
    """
    runs: dict[str, list[str]] = {}  # by the last node
    for name in [*chain.leaves, *chain.nodes]:
        parents = chain[name].parents
        before = [parent for parent in parents if parent in reached] or parents
        continues = len(before) == 1 and len(chain.children(before[0])) == 1
        runs[name] = [*(runs.pop(before[0]) if continues else ()), name]
    return sorted(runs.values(), key=lambda run: run[-1] not in reached)


def _lanes(chain: Chain, column: Mapping[str, int], runs: list[list[str]]) -> dict[str, int]:
    """Return the lane of each node: the best one for each run in turn, and again with all placed."""
    run_of = {name: number for number, run in enumerate(runs) for name in run}
    lane: dict[str, int] = {}
    for _ in range(ROUNDS):
        for run in runs:
            lane = min((lane | dict.fromkeys(run, y) for y in LANES),
                       key=lambda tried: _cost(chain, column, tried, run_of))
    return lane


def _cost(chain: Chain, column: Mapping[str, int], lane: Mapping[str, int],
          run_of: Mapping[str, int]) -> float:
    """Return how bad it is if nodes stand so; a node without a lane is not there yet."""
    names = [*lane]
    places = np.array([(column[name], lane[name]) for name in names])
    edges = np.array([(names.index(used), names.index(child)) for child, used in chain.edges
                      if used in lane and child in lane], dtype=int).reshape(-1, 2)
    changes_run = np.array([run_of[names[a]] != run_of[names[b]] for a, b in edges], dtype=bool)
    start, end = places[edges[:, 0]], places[edges[:, 1]]
    slant = np.abs(end - start)[:, 1] - changes_run  # a run is straight, and others turn off it
    bows = np.array([bow(*ends) for ends in zip(start, end, strict=True)])[:, None]
    middle = (start + end) / 2 + bows / 2 * (end - start)[:, ::-1] * (1, -1)
    first, second = np.stack([start, middle], 1), np.stack([middle, end], 1)
    apart = (edges[:, None, :, None] != edges[:, None]).all(axis=(2, 3))
    crossing = _cross(first, second) & apart
    elsewhere = (edges[:, None] != np.arange(len(names))[:, None]).all(axis=2)
    over = (_distance(first, second, places) < CLOSE) & elsewhere
    shared = len(names) - len(np.unique(places, axis=0))
    return (OVERLAP * shared + CROSSING * (crossing.sum() / 2 + over.sum())
            + (slant**2).sum() + FAR * np.abs(places[:, 1]).sum())


def _cross(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return which lines cross, shape (lines, lines); a line is pieces, shape (lines, pieces, 2)."""
    def side(p: np.ndarray, q: np.ndarray, r: np.ndarray) -> np.ndarray:
        (x, y), (u, v) = np.moveaxis(q - p, -1, 0), np.moveaxis(r - p, -1, 0)
        return x * v - y * u

    a, b, c, d = start[:, :, None, None], end[:, :, None, None], start, end
    above, below = side(a, b, c), side(a, b, d)
    return ((above * below <= 0) & (above != below)
            & (side(c, d, a) * side(c, d, b) <= 0)).any(axis=(1, 3))


def _distance(start: np.ndarray, end: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return how near lines come to points, shape (lines, points)."""
    along, beside = (end - start)[:, :, None], points - start[:, :, None]
    t = np.clip((beside * along).sum(axis=-1) / (along**2).sum(axis=-1), 0, 1)
    return np.linalg.norm(beside - t[..., None] * along, axis=-1).min(axis=1)
