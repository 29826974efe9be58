"""A run that is interrupted anywhere goes on as if it had not been."""

import sys
from pathlib import Path

import numpy as np
import pytest
from small_problems import DIGITS, small_gplvm

import lvmcalc
from lvmcalc.models import GPLVMProblem
from lvmcalc.training import OPTIMISERS, Trainer

PACKAGE = str(Path(lvmcalc.__file__).parent)

pytestmark = pytest.mark.filterwarnings("error")


def interrupted(act, event, place):
    """Interrupt `act` at a call or line of the package, counted from 1; False if it ends before."""
    left = iter(range(place))

    def interrupt(frame, what, _):
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        if what == event and next(left) == place - 1:
            sys.settrace(None)
            raise KeyboardInterrupt
        return interrupt if event == "line" else None

    sys.settrace(interrupt)
    try:
        act()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(None)
    return False


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("late", [False, True], ids=["at the start", "when the history is long"])
def test_a_run_that_was_interrupted_anywhere_is_repeatable(optimiser, late, monkeypatch):
    monkeypatch.setattr(Trainer, "FIRST", 3)
    monkeypatch.setattr(Trainer, "LONGEST", 6)
    before = 20 if late else 1
    expected = Trainer(small_gplvm(), optimiser).run(before + 3)
    for place in range(1, 200):  # the interrupt comes with this call of a function
        trainer = Trainer(small_gplvm(), optimiser).run(before)
        if not interrupted(trainer.step, "call", place):
            break
        trainer.run(before + 3 - trainer.steps)
        np.testing.assert_array_equal(trainer.parameters, expected.parameters)
        np.testing.assert_array_equal(trainer.history.steps, expected.history.steps)
        np.testing.assert_array_equal(trainer.history.values, expected.history.values)
    assert 5 < place < 199


@pytest.mark.parametrize("change", [
    lambda trainer: trainer.reset(5), lambda trainer: setattr(trainer, "optimiser", "adam"),
    lambda trainer: setattr(trainer, "optimiser", "momentum"),
    lambda trainer: setattr(trainer, "ablation", "only L2"),
    lambda trainer: setattr(trainer, "learning_rate", 0.01),
    lambda trainer: setattr(trainer, "parameters", np.ones((60, 2)))],
    ids=["reset", "adam", "momentum", "ablation", "learning rate", "parameters"])
def test_a_change_that_is_interrupted_at_any_line_is_made_whole_or_not_at_all(change):
    start = Trainer(GPLVMProblem(DIGITS[:60, 20:30], 2)).run(3)
    start.parameters  # noqa: B018

    def state(trainer):
        now = trainer._state
        arrays = {"X": trainer.parameters, "at": now.coordinates, "slope": now.slope}
        kept = {**arrays, **now.memory}
        return (now.optimiser, trainer.learning_rate, now.ablation, now.seed,
                now.steps, now.status, now.value, now.history, now.limit,
                now.lost, {name: np.asarray(value).tolist() for name, value in kept.items()})
    after = start.branch()
    change(after)
    for place in range(1, 500):
        trainer = start.branch()
        if not interrupted(lambda trainer=trainer: change(trainer), "line", place):
            break
        assert state(trainer) in (state(start), state(after)), place
    assert 3 < place < 499
    assert state(trainer) == state(after) != state(start)
