"""What cannot be drawn or played gets one sentence."""

from collections.abc import Callable

import numpy as np
import pytest
from bad_input import NO_NAMES, sentence
from high_precision import GPLVM, POINT, m
from tables import over

from lvmcalc.models import AutoencoderProblem
from lvmcalc.show import (
    AnswerBox,
    LiveAutoencoder,
    LiveGPLVM,
    Prediction,
    StageWalk,
    TwoWeights,
    figures,
)
from lvmcalc.training import Trainer

pytestmark = pytest.mark.filterwarnings("error")


@over("name", NO_NAMES)
@over("call", [
    lambda name: AnswerBox("gplvm", name), lambda name: AnswerBox(name, "X")])
def test_an_unknown_name_in_a_box_gets_those_there_are(call: Callable, name: object) -> None:
    assert sentence(lambda: call(name), ValueError).startswith("There is no ")


# What is drawn and played, a row each
CONSTRUCTED = {
    "latent": lambda: figures.latent([1.0], [0], ["a"]),
    "images": lambda: figures.images([[np.inf] * 4], (2, 2), "words"),
    "LiveGPLVM": lambda: LiveGPLVM("mnist"), "LiveGPLVM, Q": lambda: LiveGPLVM("iris", Q=99),
    "LiveAutoencoder": lambda: LiveAutoencoder("iris", m=1.5),
    "TwoWeights": lambda: TwoWeights(start=(np.nan, 1)),
    "TwoWeights, x": lambda: TwoWeights(x=[[1.0]]),
    "StageWalk": lambda: StageWalk(GPLVM, "sideways"),
    "Prediction": lambda: Prediction("Why?", ["a", "b"], "c", "because"),
    "Trainer": lambda: Trainer("gplvm"),
    "Trainer, rate": lambda: Trainer(AutoencoderProblem(POINT["x"], m), learning_rate=-1),
}


@over("name", CONSTRUCTED)
def test_what_cannot_be_drawn_or_played_gets_one_sentence(name: str) -> None:
    sentence(CONSTRUCTED[name], TypeError, ValueError)
