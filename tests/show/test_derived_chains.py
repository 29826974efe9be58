"""What is on the screen works for chains that were derived from a formula, too."""

import pytest
from derived_models import EVERY_MODEL, MODELS, derived

from lvmcalc import notation
from lvmcalc.show import AnswerBox, StageWalk, figures


@EVERY_MODEL
def test_the_graph_has_a_place_for_every_node(name: str) -> None:
    chain = derived(name)
    drawing = figures.graph(chain)
    assert all(f"→ {notation.plain(node)}" in drawing.words for node in chain.nodes)


@pytest.mark.parametrize("name", ["ridge", "Rayleigh quotient"])
def test_a_walk_goes_along_every_stage(name: str) -> None:
    walk = StageWalk(derived(name), **MODELS[name].values)
    for place, (parent, node) in enumerate(walk.stages):
        walk.go(place)
        assert f"{notation.plain(node)} → {notation.plain(parent)}" in walk.status
    walk.direction.value = "forwards"
    assert walk.stage == next(iter(derived(name).nodes))


def test_an_answer_box_marks_a_derived_chain() -> None:
    box = AnswerBox(derived("ridge"), "w")
    assert box.check("Aᵀ(A w − y) + λ w").right
    assert not box.check("Aᵀ(A w − y)").right
