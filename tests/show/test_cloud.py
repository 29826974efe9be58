"""Many latent points as a density: every point is counted in its cell, and training moves it."""

import numpy as np
import pytest

from lvmcalc.models import AutoencoderProblem, GPLVMProblem
from lvmcalc.show.cloud import BINS, Cloud
from lvmcalc.training import data

Y = data.centred(data.sample_gplvm(3000, 6, 2, beta=4.0).Y)


def density(widget):
    return np.frombuffer(widget.frame["density"], np.float32).reshape(BINS, BINS)


def test_each_cell_is_as_dark_as_the_points_in_it_are_many():
    widget = Cloud(GPLVMProblem(Y, 2))
    widget.player.step(3)
    X, edge = widget.trainer.parameters, widget._limit
    counts, *_ = np.histogram2d(-X[:, 1], X[:, 0], BINS, [[-edge, edge], [-edge, edge]])
    expected = counts / counts.max()
    seen = density(widget) ** 2
    assert np.abs(seen - expected).sum() < 0.02 * expected.sum()  # points on an edge
    assert counts.sum() > 0.98 * len(X)


def test_training_moves_the_density_and_the_eigenvalues_arrive_at_those_of_the_data():
    widget = Cloud(GPLVMProblem(Y, 2, beta=0.8, learn=("beta",)))
    start = density(widget).copy()
    widget.player.step(20_000)
    assert np.abs(density(widget) - start).max() > 0.1
    model = np.frombuffer(widget.frame["bars"], np.float32)[:2]
    np.testing.assert_allclose(model, np.linalg.eigvalsh(Y.T @ Y)[::-1][:2], rtol=1e-3)
    np.testing.assert_allclose(widget.scene["panels"]["bars"]["marks"],
                               np.linalg.eigvalsh(Y.T @ Y)[::-1], rtol=1e-9)
    assert widget.readout.startswith("Data: 3,000×6, α = 1, β = ")
    assert widget.readout.endswith("K would need 0.072 gigabytes.")
    assert widget.still().png(1).startswith(b"\x89PNG")


def test_what_K_would_need_is_told_in_terabytes_where_these_are_many():
    many = np.random.default_rng(0).standard_normal((400_000, 3))
    assert Cloud(GPLVMProblem(many, 2)).readout.endswith("K would need 1.28 terabytes.")


def test_what_cannot_be_drawn_gets_one_sentence():
    with pytest.raises(ValueError, match="needs two latent dimensions, but the problem has Q = 1"):
        Cloud(GPLVMProblem(Y, 1))
    with pytest.raises(TypeError, match="must be a GPLVMProblem, not AutoencoderProblem"):
        Cloud(AutoencoderProblem(Y.T, 2))
