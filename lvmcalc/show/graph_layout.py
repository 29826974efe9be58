"""The layout of a chain's graph: where each node stands, and which paths start at the variable.

A column follows from the chain: a node stands one to the right of what it is computed from. A lane
is chosen so that as few arrows as possible cross or run over a node.
"""

from collections.abc import Mapping
from itertools import combinations
from typing import NamedTuple

from lvmcalc.chain import Chain

_Edge = tuple[str, str]  # a node, and what it is computed from
_Cell = tuple[int, int]  # column and lane
Arrow = tuple[_Cell, _Cell]
_BOW = 0.3  # of a long slanting arrow: how far it bends away from the straight line
_ROUNDS = 3  # of moving each run of nodes to the best lane
_LANES = (0, 1, -1, 2, -2, 3, -3)  # in the order in which they are tried
_CLOSE = 0.5  # lanes: an arrow that comes so close to a node runs over it
# What it costs that two arrows cross, that two nodes share a place, and that a node is a lane away
# from the middle; an arrow that is a lane too steep costs 1.
_CROSSING, _OVERLAP, _FAR = 10.0, 1000.0, 0.1


class Layout(NamedTuple):
    """Where nodes stand, by name, and the number of the use that an edge belongs to.

    `places` holds column and lane. `paths` holds only the edges along which one use of the variable
    travels alone, until the uses meet.
    """

    places: dict[str, _Cell]
    paths: dict[_Edge, int]


def layout(chain: Chain) -> Layout:
    """Return the layout of a chain's graph."""
    variable = variable_of(chain)
    column, reached = _columns(chain, variable)
    lane = _lanes(chain, column, _runs(chain, reached))
    return Layout({name: (column[name], lane[name]) for name in column}, _paths(chain, variable))


def bow(start: _Cell, end: _Cell) -> float:
    """Return how an arrow bends, as Matplotlib's `arc3` has it: long slanting ones bend out."""
    (x, y), (right, up) = start, end
    return _BOW * ((up > y) - (up < y)) if abs(right - x) > 2 else 0.0


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


def _paths(chain: Chain, variable: str) -> dict[_Edge, int]:
    """Return the number of the use that travels alone along an edge.

    Uses are numbered as they stand, from left to right, in the formula in which they meet.
    """
    carried: dict[str, dict[str, None]] = {leaf: {} for leaf in chain.leaves}
    brought = {}
    for child, node in chain.nodes.items():
        carried[child] = {}
        for operand in node.operands:
            for used in node.parents:
                if chain[used].symbol in operand.free_symbols:
                    brought[child, used] = {child: None} if used == variable else carried[used]
                    carried[child] |= brought[child, used]
    order = [*carried[chain.output]]
    return {edge: order.index(*uses) for edge, uses in brought.items()
            if len(uses) == 1 < len(order)}


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
    """Return the lane of each node: the best for each run in turn, and again with all placed."""
    run_of = {name: number for number, run in enumerate(runs) for name in run}
    lane: dict[str, int] = {}
    for _ in range(_ROUNDS):
        for run in runs:
            lane = min((lane | dict.fromkeys(run, y) for y in _LANES),
                       key=lambda tried: _cost(chain, column, tried, run_of))
    return lane


def _cost(chain: Chain, column: Mapping[str, int], lane: Mapping[str, int],
          run_of: Mapping[str, int]) -> float:
    """Return how bad it is if nodes stand so; a node without a lane is not there yet."""
    places = [(column[name], y) for name, y in lane.items()]
    edges = [(used, child) for child, used in chain.edges if used in lane and child in lane]
    # a run is straight, and others turn off it
    steep = sum((abs(lane[used] - lane[child]) - (run_of[used] != run_of[child])) ** 2
                for used, child in edges)
    arrows = [((column[used], lane[used]), (column[child], lane[child])) for used, child in edges]
    bad = sum(_cross(one, other) for one, other in combinations(arrows, 2))
    bad += sum(_over(arrow, place) for arrow in arrows for place in places)
    shared = len(places) - len(set(places))
    return _OVERLAP * shared + _CROSSING * bad + steep + _FAR * sum(map(abs, lane.values()))


def _height(arrow: Arrow, at: float) -> float:
    """Return the lane in which an arrow passes a column."""
    (x, y), (end, top) = arrow
    t = (at - x) / (end - x)
    return y + t * (top - y) - 2 * t * (1 - t) * bow(*arrow) * (end - x)


def _cross(one: Arrow, other: Arrow) -> bool:
    """Return whether two arrows cross: which one is above changes between two columns."""
    first, last = max(one[0][0], other[0][0]), min(one[1][0], other[1][0])
    if first >= last:
        return False
    above = [_height(one, at) - _height(other, at) for at in (first, last)]
    return above[0] * above[1] < 0


def _over(arrow: Arrow, place: _Cell) -> bool:
    """Return whether an arrow runs over a node that stands between its ends."""
    column, lane = place
    between = arrow[0][0] < column < arrow[1][0]
    return between and abs(_height(arrow, column) - lane) < _CLOSE
