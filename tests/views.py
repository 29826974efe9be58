"""A view of each kind, in each kind of state."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lvmcalc.chain import derive
from lvmcalc.models import GPLVMProblem, autoencoder, gplvm
from lvmcalc.show import (
    Cloud,
    CostCurve,
    Live,
    LiveAutoencoder,
    LiveGPLVM,
    Nudge,
    Prediction,
    StageWalk,
    TwoWeights,
)
from lvmcalc.show.graph_exercise import GraphExercise
from lvmcalc.show.view import View
from lvmcalc.training import data

CHAIN, IRIS = autoencoder.chain(), data.load("iris")
W, X = np.array([[1.0, -2, 3], [0.5, 4, -1]]), np.array([[1.0, -2], [0.5, 3], [2, 1]])


def steered(steps: int = 3, **values: Any) -> Callable[[Any], None]:
    """Return what sets controls and takes a few steps."""
    def act(widget: Any) -> None:
        for name, value in values.items():
            getattr(widget.controls, name).value = value
        widget.player.step(steps)

    return act


def timed(curve: CostCurve) -> None:
    curve.seconds = {name: {50: 10.0**-k, 500: 3 * 10.0**-k}
                     for k, name in enumerate(curve.seconds, 1)}
    curve._show()
    curve.say(curve._in_words())


def walked(direction: str = "backwards", **more: Any) -> StageWalk:
    return StageWalk(CHAIN, direction, W=W, x=X, **more)


def playing(widget: Any) -> None:
    widget.player.playing = True  # there is no loop to play on
    widget.refresh()


def answered(*texts: str) -> View:
    walk = walked(ask=True)
    for text in texts:
        walk.answer(text)
    return walk.view


def large(**more: Any) -> Live:
    """Return a chain with matrices of which means of blocks are shown."""
    made = derive("½‖A B − Y‖²", A="N×M", B="M×D", Y="N×D")
    return Live(made, [*"AB"], Y=np.outer(np.arange(130.0), [1, -1, 0.5]) / 100, M=2,
                picture=lambda it: it["A"].T @ it["A"], **more)


# How a view is made, and how it comes into another state, or what another one of its kind is. Those
# with a * are drawn as still pictures too.
VIEWS: dict[str, tuple[Callable[[], View], dict[str, Callable[[Any], Any]]]] = {
    "gplvm": (lambda: LiveGPLVM("iris", seed=3), {
        "astray*": steered(gradient="sign flipped"), "too fast": steered(9, rate=3),
        "moved": steered(0, point=60, across=1.5, up=-0.5),
        "learns": steered(8, beta=0.05, learn=True),
        "adam": steered(optimiser="adam"), "finished": steered(2000),
        "last of all": steered(0, point=9999), "another seed": steered(1, seed=7),
        "dragged": lambda it: it._hands["move"]([1.0, -2.0]),
        "on a line*": lambda _: LiveGPLVM("iris", 1, alpha=2, beta=9),
        "of digits": lambda _: LiveGPLVM("digits", 3), "lost": steered(1, preset="D lost")}),
    "autoencoder": (lambda: LiveAutoencoder("iris", 3), {
        "diverged": steered(60, rate=3), "half": steered(gradient="only path h (encoder)"),
        "other data*": steered(dataset="digits", size=1, seed=9)}),
    "any chain": (lambda: Live(CHAIN, "W", x=X, m=2), {
        "half*": steered(gradient="only path g", optimiser="momentum", speed=5),
        "large*": lambda _: large()}),
    "cloud": (lambda: Cloud(GPLVMProblem(data.centred(IRIS.Y), 2, beta=30)), {"on*": steered(40)}),
    "two weights": (TwoWeights, {
        "g*": steered(follow="g"), "h": steered(300, follow="h"), "far": steered(9, rate=3),
        "finished": steered(400), "playing": playing,
        "picked": lambda it: it._hands["pick"]([-0.4, 1.1]),
        "edge": lambda it: it._hands["pick"]([9, -9]),
        "saddle": lambda it: setattr(it.controls.start, "value", it.controls.start.options[2][1])}),
    "nudge": (lambda: Nudge(CHAIN, "W", W=W, x=X), {
        "far*": lambda it: it.nudge((1, 0), 40), "turned": lambda it: it._hands["turn"](-1),
        "up": lambda it: it._hands["by"](2), "chosen": lambda it: it._hands["choose"](4),
        "wide": lambda _: Nudge(CHAIN, "W", W=np.eye(2, 12), x=np.ones((12, 1))).nudge((1, 10), 2),
        "without a value": lambda _: Nudge(gplvm.chain(), "α", α=1, β=2, X=X, Y=X).nudge((), -5)}),
    "cost": (lambda: CostCurve([50, 500]), {"timed*": timed}),
    "walk": (lambda: walked().view, {
        **{f"{at}": lambda it, at=at: setattr(it.controls.jump, "value", at) for at in (1, 6, 8)},
        "7*": lambda it: setattr(it.controls.jump, "value", 7),
        "forwards*": lambda it: setattr(it.controls.direction, "value", "forwards"),
        "clicked": lambda it: it._hands["choose"]("x"), "asks": lambda _: walked(ask="W").view,
        "asks first": lambda _: walked(ask=True, attempt=True).view,
        "answered": lambda _: answered("c"), "gone on": lambda _: answered("c", "c", "2 c"),
        "of another chain": lambda _: StageWalk("gplvm.log_det", X=X, alpha=1, beta=2, D=3).view}),
    "graph": (lambda: GraphExercise(CHAIN, [("W", "g")]), {
        "wrong*": lambda it: it.toggle("x", "e").toggle("g", "L").toggle("W", "c").check(),
        "chosen": lambda it: it._choose("g"), "itself": lambda it: it.toggle("W", "W"),
        "gone": lambda it: it.toggle("W", "g"),
        "right": lambda it: [it.toggle(used, node) for node, used in CHAIN.edges
                             if (used, node) != ("W", "g")] and it.check()}),
    "prediction": (lambda: Prediction("Which?", ["a", "b"], "b", "b is right."), {
        "right": lambda it: it.choose("b"), "wrong": lambda it: it.choose("a")}),
}


def made(name: str) -> View:
    """Return a view by its name, with a state behind a comma if it is not as at first."""
    kind, _, state = name.partition(", ")
    make, acts = VIEWS[kind]
    view = make()
    found = acts[state](view) if state else None
    return found if isinstance(found, View) else view


NAMES = [name for kind, (_, acts) in VIEWS.items()
         for name in (kind, *(f"{kind}, {state}" for state in acts))]
