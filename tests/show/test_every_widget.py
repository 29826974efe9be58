"""What holds of every widget, whatever it shows: its curves lie within their axes, each control
does something unless it is off, Reset brings all back, and beside a run that is astray the ghost
is the right one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from seen import of_widget
from views import made, steered, timed

from lvmcalc.show import LiveAutoencoder, LiveGPLVM
from lvmcalc.show.input_boxes import Boxes
from lvmcalc.show.live_base import Training
from lvmcalc.show.player_view import PlayerView
from lvmcalc.show.view import Shown, View
from lvmcalc.training import OPTIMISERS

# What is done with a view of each kind to bring it into another state.
ACTS: dict[str, Callable[[Any], Any]] = {
    "gplvm": steered(gradient="sign flipped", across=1.0),
    "gplvm, on a line*": steered(optimiser="adam"),
    "autoencoder": steered(rate=3, up=1.0), "any chain": steered(gradient="only path g"),
    "cloud": steered(rate=2), "two weights": steered(follow="h"),
    "nudge": lambda it: it.nudge((0, 0), 2.5), "cost": timed,
    "walk": lambda it: it.controls.next.click(), "graph": lambda it: it.toggle("x", "e"),
}
RUNS = [*ACTS][:6]


def numbers(widget: View, name: str) -> np.ndarray:
    return np.frombuffer(widget.frame[name], np.float32)


def seen(widget: View) -> tuple:
    """Return all that a page shows of a widget, and how fast it plays."""
    told = [control.told for control in vars(widget.controls).values()]
    return widget.scene, widget.frame, widget.words, widget.note, told, getattr(widget, "speed", 0)


@pytest.mark.parametrize("base", [Shown, Boxes, PlayerView])
def test_a_widget_has_to_say_what_its_base_leaves_open(base: type) -> None:
    with pytest.raises(TypeError, match="abstract"):
        base()


@pytest.mark.parametrize("name", [*RUNS, "nudge", "cost"])
def test_every_curve_lies_within_its_axes(name: str) -> None:
    ACTS[name](widget := made(name))
    panel, = (panel for panel in widget.scene["panels"].values() if panel["kind"] == "curve")
    left, right, low, high = numbers(widget, "axes")
    for key in (look["key"] for look in panel["series"] if look["key"] in widget.frame):
        x, y = numbers(widget, key).reshape(2, -1)
        x, y = np.log10(x) if panel["xlog"] else x, np.log10(y) if panel["ylog"] else y
        assert left - 1e-4 <= x.min() <= x.max() <= right + 1e-4, key
        assert low <= y.min() <= y.max() <= high, key


@pytest.mark.parametrize("name", ["gplvm", "gplvm, on a line*", "autoencoder", "any chain",
                                  "two weights"])
def test_a_control_changes_what_is_seen_or_is_off(name: str) -> None:
    widget = made(name)
    for called, it in [*vars(widget.controls).items()][::-1]:  # what remakes the rest comes last
        if it.kind == "button" or called == "dataset":
            continue
        before, off = seen(widget), it.disabled
        others = [value for _, value in it.options if value != it.value]
        it.value = others[-1] if others else not it.value if it.kind == "check" else it.value + 1
        assert (seen(widget) == before) == off, called


@pytest.mark.parametrize("name", [*RUNS, "nudge", "graph"])
def test_reset_brings_back_what_was_seen_at_first(name: str) -> None:
    widget = made(name)
    first = seen(widget)
    if isinstance(widget, PlayerView):
        widget.player.step(2)
    else:
        ACTS[name](widget)
    assert seen(widget) != first
    widget.controls.reset.click()
    assert seen(widget) == first


@pytest.mark.parametrize("change", [{"dataset": "digits"}, {"size": 1}])
@pytest.mark.parametrize("make", [LiveGPLVM, LiveAutoencoder])
def test_after_a_change_a_widget_shows_all_that_one_made_so_does(make: Any, change: dict) -> None:
    widget = make("iris")
    widget.controls.seed.value, widget.controls.point.value = 11, 3
    for name, value in change.items():
        getattr(widget.controls, name).value = value
    fresh = make(change.get("dataset", "iris"), change.get("size", 2), seed=11)
    fresh.controls.point.value = 3
    was, now = map(of_widget, (fresh, widget))
    assert {key for key in {**was, **now} if was.get(key) != now.get(key)} == {"words"}
    assert widget.words.endswith(fresh.words)  # behind the news that training starts again
    widget.player.step(2)
    widget.controls.reset.click()
    assert of_widget(widget) == was


@pytest.mark.parametrize("name", [name for name in RUNS if name != "two weights"])
def test_beside_a_run_astray_the_ghost_goes_the_right_way_whatever_is_set(name: str) -> None:
    widget = made(name)
    assert isinstance(widget, Training)
    widget.controls.gradient.value = "sign flipped"
    for optimiser in OPTIMISERS:
        for rate in (0.1, 2):
            widget.controls.optimiser.value, widget.controls.rate.value = optimiser, rate
            ghost, trainer = widget.ghost, widget.trainer
            assert (ghost.optimiser, ghost.steps) == (trainer.optimiser, trainer.steps)
            assert not ghost.ablation_in_words
            assert ghost.learning_rate == pytest.approx(trainer.learning_rate * min(1, 0.9 / rate))
