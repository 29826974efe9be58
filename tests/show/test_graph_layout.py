"""The layout of a graph: for chains that nobody has drawn by hand, too."""

from itertools import combinations

import pytest
import sympy as sp
from sympy import MatrixSymbol, Symbol

from lvmcalc.chain import Builder, Chain
from lvmcalc.models import autoencoder, gplvm
from lvmcalc.show import figures
from lvmcalc.show.graph_layout import _cross, _over, layout

m, n, k = sp.symbols("m n k", integer=True, positive=True)


def straight() -> Chain:
    """Return ½‖Wx‖²: one use, and nothing to tell apart."""
    build = Builder("straight", autoencoder.W, autoencoder.x)
    build("L", "half squared norm", build("a", "product", autoencoder.W, autoencoder.x))
    return build.chain()


def without_uses() -> Chain:
    """Return tr(XᵀAX), in which X is used twice without a stage that says so."""
    A, X = MatrixSymbol("A", n, n), MatrixSymbol("X", n, k)
    build = Builder("without uses", A, X)
    build("L", "trace", build("s", "product", build("f", "transpose", X),
                              build("g", "product", A, X)))
    return build.chain()


def ridge() -> Chain:
    """Return ½‖Aw − y‖² + λ·½‖w‖²."""
    A, w, y, lam = (MatrixSymbol("A", n, m), MatrixSymbol("w", m, k), MatrixSymbol("y", n, k),
                    Symbol("lambda", positive=True))
    build = Builder("ridge", A, w, y, lam)
    p = build("p", "product", A, w)
    fit = build("e", "half squared norm", build("c", "difference", p, y))
    size = build("r", "scalar product", lam, build("s", "half squared norm", w))
    build("L", "scalar sum", fit, size)
    return build.chain()


CHAINS = [autoencoder.chain(), gplvm.log_det_chain(), gplvm.trace_chain(), gplvm.chain(),
          straight(), without_uses(), ridge()]


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.name)
class TestLanes:
    def test_no_two_nodes_share_a_place_and_no_arrow_crosses_another_or_a_node(self, chain) -> None:
        places = layout(chain).places
        assert len(set(places.values())) == len(places) == len(chain.leaves) + len(chain.nodes)
        assert all(places[parent][0] < places[node][0] for node, parent in chain.edges)
        arrows = [(places[used], places[child]) for child, used in chain.edges]
        assert not any(_cross(one, other) for one, other in combinations(arrows, 2))
        assert not any(_over(arrow, place) for arrow in arrows for place in places.values())

    def test_it_is_the_same_each_time_and_is_drawn(self, chain) -> None:
        assert layout(chain) == layout(chain)
        assert figures.graph(chain).png(1).startswith(b"\x89PNG")


def test_the_main_path_is_straight_and_the_two_uses_lie_on_both_sides_of_it() -> None:
    lane = {name: lane for name, (_, lane) in layout(gplvm.log_det_chain()).places.items()}
    assert {lane[name] for name in ("X", "e", "d", "c", "b", "q", "L1")} == {0}
    assert lane["h"] == lane["g"] == -lane["f"] != 0


def test_a_use_is_numbered_by_where_it_stands_in_the_formula_in_which_the_uses_meet() -> None:
    assert layout(gplvm.chain()).paths["f", "X"] == 0  # e = f g, and g comes from h
    assert layout(autoencoder.chain()).paths["g", "W"] == 0  # d = f e, and f comes from g
    assert layout(without_uses()).paths == {("f", "X"): 0, ("g", "X"): 1, ("s", "f"): 0,
                                            ("s", "g"): 1}
    assert layout(straight()).paths == {}


def test_two_arrows_cross_where_one_comes_to_lie_above_the_other() -> None:
    assert _cross(((0, 0), (2, 1)), ((0, 1), (2, 0)))
    assert not _cross(((0, 0), (2, 1)), ((0, 1), (2, 2)))
    assert not _cross(((0, 0), (1, 1)), ((1, 0), (2, 1)))
    assert not _cross(((0, 0), (2, 1)), ((0, 0), (2, -1)))


def test_an_arrow_runs_over_a_node_between_its_ends_unless_it_bends_out() -> None:
    assert _over(((0, 0), (2, 0)), (1, 0))
    assert not _over(((0, 0), (2, 0)), (1, 1))
    assert not _over(((0, 0), (2, 0)), (2, 0))
    assert not _over(((0, -2), (3, 0)), (1, -1))  # a long one; a straight one would come near
