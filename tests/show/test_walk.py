"""The walk along a chain, and cards: what they show is what the chain computed."""

import gc
import re
import weakref
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from lvmcalc import derive, notation
from lvmcalc.chain import Card, Chain, Result
from lvmcalc.models import autoencoder, chain_named, gplvm
from lvmcalc.show import StageWalk, style
from lvmcalc.show.edge_question import EdgeQuestion

RNG = np.random.default_rng(3)
LEAVES = {"X": RNG.standard_normal((5, 2)), "Y": RNG.standard_normal((5, 3)), "alpha": 0.7,
          "beta": 1.9}


@pytest.fixture(scope="module")
def walk() -> StageWalk:
    return StageWalk(gplvm.chain(), **LEAVES)


def test_backwards_it_visits_every_edge_once_a_node_only_after_all_that_use_it(walk) -> None:
    chain = walk.chain
    assert sorted(walk.stages) == sorted((parent, node) for node, parent in chain.edges)
    order = [node for _, node in walk.stages]
    assert order == sorted(order, key=[*reversed(chain.nodes)].index)


def test_the_order_for_the_log_determinant_is_that_of_the_source() -> None:
    walk = StageWalk(gplvm.log_det_chain(), X=LEAVES["X"], alpha=1.0, beta=2.0, D=3)
    met = [parent for parent, _ in walk.stages if parent in "qbcdefh"]
    assert met == ["q", "b", "c", "d", "e", "f", "h"]


def test_every_stage_shows_its_card_its_picture_and_its_numbers(walk) -> None:
    chain, adjoints = walk.chain, walk.chain.backward(**LEAVES)
    pictures = set()
    for place, (parent, node) in enumerate(walk.stages):
        walk.go(place)
        card = walk._card.value
        assert "■ proved for every size" in card
        assert chain[node].rule.source in card
        assert walk.status.startswith(f"Edge {place + 1} of {len(walk.stages)}, backwards")
        value = adjoints[parent]
        number = f"{value if not np.ndim(value) else np.linalg.norm(value):.4g}".replace("-", "−")
        assert number in walk.status
        pictures.add(repr(walk.view.scene["panels"]["graph"]))
    assert len(pictures) == len(walk.stages), "each stage lights another edge"


BOX = re.compile(r"\\colorbox\{(#\w{6})\}\{\$\\color\{#222222\} (.*?)\$\}")


def heats(walk: StageWalk) -> list[dict]:
    """The panels of the matrices."""
    return [panel for name, panel in walk.view.scene["panels"].items() if name != "graph"]


@pytest.mark.parametrize("direction", ["backwards", "forwards"])
def test_a_lit_node_has_one_colour_in_the_graph_in_the_formulas_and_over_its_heat_map(
    direction) -> None:
    walk = StageWalk(gplvm.chain(), direction, **LEAVES)
    for place, stage in enumerate(walk.stages):
        walk.go(place)
        backwards = isinstance(stage, tuple)
        lit = dict(zip(reversed(stage), (style.YELLOW, style.SKY),
                       strict=True)) if backwards else {stage: style.YELLOW}
        nodes = walk.view.scene["panels"]["graph"]["nodes"]
        assert {node["words"]: node["fill"] for node in nodes.values() if node["fill"]} == {
            notation.plain(name): fill for name, fill in lit.items()}
        titles = {notation.adjoint_name("L", name) if backwards else notation.plain(name): fill
                  for name, fill in lit.items()}
        over_heat_maps = {panel["title"]: panel["lit"] for panel in heats(walk)}
        assert {title.split(",")[0] for title in over_heat_maps} >= {*titles}
        assert over_heat_maps == {title: titles.get(title.split(",")[0], "")
                                  for title in over_heat_maps}
        boxes = {(called, fill) for fill, called in BOX.findall(walk._card.value)}
        names = {(notation.latex(name), fill) for name, fill in lit.items()}
        adjoints = {(notation.latex(notation.adjoint_name("L", name)), fill) for name,
                    fill in lit.items()}
        assert (adjoints if backwards else names) <= boxes <= names | adjoints
        plain = BOX.sub(r"\2", walk._card.value)
        if backwards:
            assert all(text in plain for _, text in Card(walk.chain, *stage).cells())
        assert "colorbox" not in plain
        assert not re.search(r"[\\A-Za-z]\\colorbox|\$}[A-Za-z_]",
                             walk._card.value), "a part of a word is lit"


def test_what_one_path_brings_is_outlined_as_the_path_and_the_sum_as_neither() -> None:
    walk = StageWalk(gplvm.chain(), **LEAVES)
    for number, use in enumerate("fh"):
        walk.go(walk.stages.index(("X", use)))
        looks = [tuple(panel["outline"]) for panel in heats(walk)]
        path, neither = (style.USES[number]["color"], "-" if use == "f" else "--"), (style.INK, "-")
        assert looks == [path, path, neither]  # what arrives, what this path brings, all paths


def test_next_back_jump_and_direction_work_as_the_buttons_do() -> None:
    walk = StageWalk(autoencoder.chain(), W=np.array([[1.0, 2, 3]]),
                     x=np.array([[1.0], [0.5], [-2]]))
    assert walk.back.disabled
    walk.next.click()
    walk.next.click()
    assert walk.stage == walk.stages[2]
    walk.back.click()
    assert walk.stage == walk.stages[1]
    walk.jump.value = len(walk.stages) - 1
    assert walk.stage == walk.stages[-1]
    assert walk.next.disabled
    walk.next.click()
    assert walk.stage == walk.stages[-1]
    walk.direction.value = "forwards"
    assert walk.stage == "h"
    assert walk.stages == [*walk.chain.nodes]
    walk.go(99)
    loss = autoencoder.loss(np.array([[1.0, 2, 3]]), np.array([[1.0], [0.5], [-2]]))
    assert walk.status.endswith(f"L is {loss:.4g}.")


def test_a_click_on_a_node_goes_to_the_stage_that_leads_there() -> None:
    walk = StageWalk(gplvm.log_det_chain(), X=LEAVES["X"], alpha=1.0, beta=2.0, D=3)
    visited = []
    for name in ("c", "X", "X", "X", "L1"):
        walk.view._heard({"choose": name})
        visited.append(walk.stage)
        if name != "L1":  # no stage leads back to it
            assert walk.stage[0] == name
    assert visited[1] != visited[2], "a second click goes along the other path"
    assert visited[1] == visited[3]
    assert {walk.stages.index(("X", use)) for use in "fh"} == {len(walk.stages) - 2,
                                                              len(walk.stages) - 1}


def test_its_matrices_are_those_of_the_stage_and_a_picture_stands_beside_it(walk) -> None:
    walk.direction.value = "backwards"
    place = walk.stages.index(("c", "b"))
    walk.go(place)
    leaving = np.frombuffer(walk.view.frame["heat 1"], np.float32).reshape(5, 5)
    np.testing.assert_allclose(leaving, walk.contributions["b", "c"], rtol=1e-5)
    assert walk.still().png(1).startswith(b"\x89PNG")
    assert walk.still().said == walk.status


def test_where_two_paths_meet_each_path_and_the_sum_are_shown(walk) -> None:
    walk.direction.value = "backwards"
    walk.go(walk.stages.index(("X", "h")))
    assert "∂L/∂X, path h" in walk.status
    assert "∂L/∂X, all paths" in walk.status


def test_a_bad_leaf_or_direction_is_told_in_one_sentence() -> None:
    with pytest.raises(TypeError, match="The leaf x is missing"):
        StageWalk(autoencoder.chain(), W=np.ones((1, 2)))
    with pytest.raises(ValueError, match="no direction 'sideways'"):
        StageWalk(autoencoder.chain(), "sideways", W=np.ones((1, 2)), x=np.ones((2, 1)))


def test_a_card_says_rule_arriving_leaving_and_evidence() -> None:
    text = str(Card(gplvm.log_det_chain(), "c", "b"))
    assert "d(det(C)) = det(C) tr(C⁻¹ dC)" in text
    assert "arriving  ∂L₁/∂b = -D/(2 det(K))" in text
    assert re.search(r"leaving +∂L₁/∂c = .* = -\(D/2\) K⁻¹", text)
    assert "■ proved for every size" in text


def test_a_card_of_a_wrong_stage_says_refuted() -> None:
    chain = gplvm.log_det_chain()
    wrong = chain.altered({("b", "c"): -chain.edges["b", "c"]})
    assert "✗ refuted" in str(Card(wrong, "c", "b"))
    assert "proved" not in str(Card(wrong, "c", "b"))


def test_a_card_for_no_edge_names_the_parents() -> None:
    with pytest.raises(ValueError, match="b does not use q; it uses c"):
        Card(gplvm.log_det_chain(), "q", "b")


def test_a_bar_in_a_card_does_not_end_a_table_cell() -> None:
    table = Card(gplvm.log_det_chain(), "q", "L1")._repr_markdown_()
    assert "log&#124;K&#124; counts" in table
    assert all(line.count("|") == 3 for line in table.splitlines())


def test_a_result_is_the_checked_closed_form() -> None:
    text = str(Result(gplvm.chain(), "X"))
    assert text.startswith("∂L/∂X = α (K⁻¹ Y Yᵀ - D I) K⁻¹ X\n■ proved for every size")
    assert gplvm.chain().claim("X").status == "proved"


def test_what_a_card_says_does_not_change() -> None:
    for thing, name in ((Card(gplvm.chain(), "X", "f"), "node"),
                        (Result(gplvm.chain(), "X"), "leaf")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, name, "h")


def test_the_walk_makes_one_pass_over_the_numbers(monkeypatch) -> None:
    calls = []

    def counting(name: str) -> None:
        method = getattr(Chain, name)
        monkeypatch.setattr(Chain, name, lambda *how, **leaves: (calls.append(name),
                                                                 method(*how, **leaves))[1])

    for name in ("run", "forward", "backward", "contributions"):
        counting(name)
    walk = StageWalk(gplvm.chain(), **LEAVES)
    for place in range(len(walk.stages)):
        walk.go(place)
    assert calls == ["run"]


# The walk that asks
@pytest.fixture
def asking() -> StageWalk:
    return StageWalk(gplvm.log_det_chain(), ask=True, X=LEAVES["X"], alpha=1.0, beta=2.0, D=3)


def lit(walk: StageWalk) -> set[tuple[str, str]]:
    """The steps backwards that are drawn solid, as pairs (parent, node)."""
    panel = walk.view.scene["panels"]["graph"]
    return {(edge["to"], edge["from"]) for edge in panel["edges"]
            if edge["color"] == style.VERMILLION and edge["dash"] == "-"}


@pytest.mark.parametrize("name", ["autoencoder", "gplvm", "gplvm.log_det", "gplvm.trace"])
def test_at_every_edge_what_the_chain_has_there_is_right_and_the_whole_of_two_paths_is_not(
        name) -> None:
    chain = chain_named(name)
    for node, parent in chain.edges:
        ask = EdgeQuestion(chain, lambda mark: None)
        ask.pose(parent, node, "", known=False)
        assert ask.check(notation.plain(chain.edges[node, parent])).right, (node, parent)
        shape = notation.shape(chain[parent].symbol).replace("scalar", "a number")
        assert f"The answer is {shape}." in ask.question()
        whole = notation.plain(chain.adjoint_symbol(parent))
        paths = [notation.plain(chain.edges[use, parent]) for use in chain.children(parent)]
        if len(paths) > 1:
            assert not ask.check(" + ".join(f"({path})" for path in paths)).right, (node, parent)
            assert f"{whole} along {notation.plain(node)}" in ask.label
        ask.pose(parent, node, "", known=True)
        equation = map(notation.latex, (chain.adjoint_symbol(node),
                                        chain.abbreviated(chain.adjoint(node))))
        assert f"is ${' = '.join(equation)}$." in ask.question()


def test_a_card_and_what_leaves_are_shown_only_after_a_right_answer_or_on_show(asking) -> None:
    while asking.stage != ("c", "b"):
        asking.go(asking._index + 1)
    assert asking._card.value == ""
    assert [panel["title"] for panel in heats(asking)] == ["∂L₁/∂b"]
    assert "∂L₁/∂c" not in asking.status
    assert r"\frac{D}{2} K^{-1}" not in "".join([*asking._question.told, asking._question.below])
    assert asking.answer("b_bar b c").status == "refuted"
    assert asking._card.value == ""
    assert lit(asking) == set()
    assert "An inverse is lost" in asking._question.told[0]
    assert asking.answer("-D/2 c^-T").right
    assert "■ Right, proved" in asking._question.told[0]
    assert "leaving" in asking._card.value
    assert lit(asking) == {("c", "b")}
    asking.next.click()
    assert asking._card.value == ""
    asking.show.click()
    assert "leaving" in asking._card.value
    assert asking.show.disabled
    assert len(lit(asking)) == 2
    assert f"Edges lit: 2 of {len(asking.stages)}." in asking.status
    asking.back.click()
    assert asking._question.lines == ["-D/2 c^-T"]
    assert "leaving" in asking._card.value


def test_show_waits_for_a_first_answer_where_one_is_asked_for() -> None:
    walk = StageWalk(gplvm.log_det_chain(), ask="X", attempt=True, X=LEAVES["X"], alpha=0.7,
                     beta=1.9, D=3)
    for answer, waits in (None, True), (" ", True), ("7", False):
        if answer is not None:
            walk.answer(answer)
        assert walk.show.disabled == waits
        walk.show.click()
        assert bool(lit(walk)) != waits
    walk.next.click()
    assert walk.show.disabled


def test_the_same_right_answer_once_more_goes_on_to_the_next_edge(asking) -> None:
    first = asking.stage
    answer = notation.plain(asking.chain.edges[first[1], first[0]])
    asking.answer(answer)
    assert asking.stage == first
    asking.answer(answer)
    assert asking.stage == asking.stages[1]
    assert asking._question.lines == [""]
    assert asking._question.told == [""]


def test_on_the_way_to_a_leaf_only_the_edges_that_lead_there_are_asked_for() -> None:
    walk = StageWalk(gplvm.log_det_chain(), ask="X", X=LEAVES["X"], alpha=1.0, beta=2.0, D=3)
    assert {parent for parent, _ in walk.stages} == {*"qbcdefghX"}


def test_what_arrives_is_told_once_all_paths_that_make_it_up_are_known() -> None:
    walk = StageWalk(gplvm.chain(), ask=True, **LEAVES)
    for known in "", "b", "br":
        walk.done |= {("c", use) for use in known}
        walk.go(walk.stages.index(("d", "c")))
        arrives = walk._question.question().partition("what arrives at")[2]
        assert ("=" in arrives) == (known == "br")


def test_what_is_said_of_a_path_names_the_path(asking) -> None:
    asking.go(asking.stages.index(("X", "h")))
    asking.answer("f_bar")
    told = asking._question.told[0]
    assert r"\left.\frac{\partial L_{1}}{\partial X}\right|_{h}" in told
    assert r"\frac{\partial L_{1}}{\partial X} =" not in told


@pytest.mark.parametrize("ask", [False, True])
def test_a_walk_that_is_closed_lets_go_of_its_chain(ask: bool) -> None:
    chain = derive("a b", a="scalar", b="scalar")
    StageWalk(chain, ask=ask, a=2.0, b=3.0).close()
    kept = weakref.ref(chain)
    del chain
    gc.collect()
    assert kept() is None


def test_a_walk_takes_a_model_by_name_and_says_which_names_there_are():
    leaves = {"W": [[1, 2, 3]], "x": [[1], [0.5], [-2]]}
    assert StageWalk("autoencoder", **leaves).chain is chain_named("autoencoder")
    with pytest.raises(ValueError, match=r"no chain 'encoder'.*gplvm"):
        StageWalk("encoder", **leaves)
