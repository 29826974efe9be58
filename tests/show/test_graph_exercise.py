"""A graph completed by hand is marked arrow by arrow, whatever names alike nodes were given."""

from collections.abc import Callable

import pytest

from lvmcalc.chain import Chain, derive
from lvmcalc.models import autoencoder, gplvm
from lvmcalc.show.graph_exercise import GraphExercise

RIGHT = ["W→h", "W→g", "g→f", "h→e", "x→e", "f→d", "e→d", "d→c", "x→c", "c→L"]  # of problem 1


def drawn(chain: Chain, *arrows: str) -> GraphExercise:
    exercise = GraphExercise(chain)
    for arrow in arrows:
        exercise.toggle(*arrow.split("→"))
    return exercise


def test_the_graph_of_the_sheet_is_right_also_with_both_uses_of_w_exchanged() -> None:
    assert drawn(autoencoder.chain(), *RIGHT).check()
    exchanged = [arrow.translate(str.maketrans("gh", "hg")) for arrow in RIGHT]
    exercise = drawn(autoencoder.chain(), *exchanged)
    assert exercise.check()
    assert exercise.status == "Right: all 10 arrows."


@pytest.mark.parametrize(("spoil", "told"), [
    (lambda arrows: arrows[:-1], "1 arrow is missing."),
    (lambda arrows: [*arrows, "x→d"], "Not right: x → d."),
    (lambda arrows: ["h→W", *arrows[1:]], "Not right: h → W. 1 arrow is missing."),
    (lambda arrows: [*arrows[:2], "g→e", "h→f", "x→f", *arrows[5:]], "1 arrow is missing."),
], ids=["one missing", "one too many", "one turned round", "the code made of the wrong use"])
def test_what_is_wrong_or_missing_is_told_and_drawn(
        spoil: Callable[[list[str]], list[str]], told: str) -> None:
    exercise = drawn(autoencoder.chain(), *spoil(RIGHT))
    assert not exercise.check()
    assert told in exercise.status
    broken = [edge for edge in exercise.scene["panels"]["graph"]["edges"] if edge["dash"] == "--"]
    assert len(broken) == len(exercise._wrong) == exercise.status.partition(".")[0].count("→")


@pytest.mark.parametrize("chain", [gplvm.chain(), derive("tr(X A X X)", X="n×n", A="n×n"),
                                   derive("½‖V W x − x‖²", V="n×m", W="m×n", x="n×S")],
                         ids=["GP-LVM", "three uses", "untied"])
def test_any_chain_can_be_completed_from_given_arrows_and_only_whole(chain: Chain) -> None:
    arrows = [(used, node) for node, used in chain.edges]
    exercise = GraphExercise(chain, given=arrows[::2])
    assert not exercise.check()
    for arrow in arrows[1::2]:
        exercise.toggle(*arrow)
    assert exercise.check()
    assert exercise.reset().drawn == set(arrows[::2])


def test_a_click_on_a_node_and_then_another_draws_and_the_lists_do_the_same() -> None:
    exercise = GraphExercise(autoencoder.chain())
    for _ in range(2):
        for name in ("W", "h"):
            exercise._heard({"choose": name})
        assert exercise.drawn in ({("W", "h")}, set())
    assert exercise.status == "W → h is gone. Arrows: 0."
    exercise.controls.used.value, exercise.controls.user.value = "x", "c"
    exercise.controls.arrow.click()
    assert exercise.drawn == {("x", "c")}
    edge, = exercise.scene["panels"]["graph"]["edges"]
    assert (edge["from"], edge["to"]) == ("x", "c")
    assert edge["dash"] == "-", "it is drawn as wrong before it is checked"
    exercise.controls.user.value = "x"
    exercise.controls.arrow.click()
    assert exercise.status == "A node does not use itself. Choose two nodes."


def test_nothing_is_given_away_before_it_is_drawn() -> None:
    exercise = GraphExercise(gplvm.chain())
    graph = exercise.scene["panels"]["graph"]
    assert graph["edges"] == []
    assert len({node["color"] for node in graph["nodes"].values()}) == 1, "no path has its colour"
    assert "→" not in exercise.about + exercise.status + exercise.still().words


def test_an_arrow_that_is_given_and_false_is_refused() -> None:
    with pytest.raises(ValueError, match="c → d is not an arrow of autoencoder"):
        GraphExercise(autoencoder.chain(), given=[("c", "d")])
