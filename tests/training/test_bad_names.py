"""An unknown data set or optimiser gets those there are."""

from collections.abc import Callable

import pytest
from bad_input import NO_NAMES, sentence
from high_precision import POINT, m
from tables import over

from lvmcalc.models import AutoencoderProblem
from lvmcalc.training import Trainer, data

pytestmark = pytest.mark.filterwarnings("error")


@over("name", NO_NAMES)
@over("call", [
    lambda name: data.load(name),
    lambda name: Trainer(AutoencoderProblem(POINT["x"], m), optimiser=name)])
def test_an_unknown_name_of_data_or_an_optimiser_gets_those_there_are(call: Callable,
                                                                      name: object) -> None:
    assert sentence(lambda: call(name), ValueError).startswith("There is no ")
