"""Small problems of the two models, and what the tests of the trainers share."""

import numpy as np
import pytest

from lvmcalc.models import AutoencoderProblem, GPLVMProblem
from lvmcalc.training import data

DIGITS, IRIS = (data.centred(data.load(name).Y) for name in ("digits", "iris"))
N, D, Q = 9, 5, 3
n, m, S = 6, 2, 7


def small_gplvm(seed=4):
    return GPLVMProblem(data.centred(np.random.default_rng(seed).standard_normal((N, D))), Q, 1.3,
                        6.0)


def small_autoencoder(seed=4):
    return AutoencoderProblem(np.random.default_rng(seed).standard_normal((n, S)), m)


BOTH = pytest.mark.parametrize("problem", [small_gplvm(), small_autoencoder()],
                               ids=["gplvm", "autoencoder"])


def state(trainer):
    arrays = trainer.parameters.tobytes(), trainer.gradient.tobytes()
    return trainer.steps, trainer.status, trainer.value, *arrays
