"""What is on the screen works for chains that were derived from a formula, too."""

import numpy as np
import pytest
from derived_models import EVERY_MODEL, MODELS, derived

from lvmcalc import derive, notation
from lvmcalc.show import AnswerBox, Live, StageWalk, figures


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


def test_a_large_matrix_is_drawn_in_means_of_blocks_and_a_small_one_as_it_is() -> None:
    chain = derive("½‖W A − B‖²", W="m×n", A="n×S", B="m×S")
    A, B = np.ones((200, 3)), np.ones((65, 3))
    live = Live(chain, "W", A=A, B=B)
    W = live.trainer.parameters
    panel = live.scene["panels"]["W"]
    assert panel["shape"] == [33, 50]
    assert panel["title"] == "W, means of 2×4"
    drawn = np.frombuffer(live.frame["W"], np.float32).reshape(33, 50)
    assert drawn[3, 7] == pytest.approx(W[6:8, 28:32].mean(), rel=1e-5)
    assert drawn[32, 49] == pytest.approx(W[64:, 196:].mean(), rel=1e-5)
    gradient = np.frombuffer(live.frame["gradient W"], np.float32)
    assert gradient.size == 33 * 50
    small = Live(chain, "W", A=A[:5], B=B[:4])
    assert small.scene["panels"]["W"]["shape"] == [4, 5]
    np.testing.assert_allclose(np.frombuffer(small.frame["W"], np.float32),
                               small.trainer.parameters.ravel(), rtol=1e-6)
