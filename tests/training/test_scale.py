"""Large data: a memory map and a Dask array train as a NumPy array does."""

import io
import subprocess
import sys
import tracemalloc
from unittest.mock import Mock

import numpy as np
import pytest
from large_data import RNG, X0, D, N, Q, Y, optional, same

from lvmcalc.models import AutoencoderProblem, GPLVMProblem, gplvm
from lvmcalc.training import Trainer, data, gram


def mapped(array, folder):
    place = np.memmap(folder / "array", array.dtype, "w+", shape=array.shape)
    place[:] = array
    place.flush()
    return np.memmap(folder / "array", array.dtype, "r", shape=array.shape)


FORMS = {
    "memory map": mapped, "memory map of the transpose": lambda a,
    folder: mapped(np.ascontiguousarray(a.T), folder).T,
    "float32": lambda a, folder: mapped(a.astype("f4"), folder),
    "Dask": lambda a, folder: optional("dask.array").from_array(a, chunks=(300, 4)),
    "Dask, float32": lambda a,
    folder: optional("dask.array").from_array(a.astype("f4"), chunks=(1000, 7)),
    "Dask, whole columns": lambda a, folder: optional("dask.array").from_array(a, chunks=(-1, 2)),
}


@pytest.fixture(params=FORMS)
def both(request, tmp_path, monkeypatch):
    """Return the same numbers as a NumPy array and in another form, of many blocks."""
    monkeypatch.setattr(gram, "BLOCK", 1000)
    ordinary = Y.astype("f4").astype(float) if "float32" in request.param else Y
    return ordinary, FORMS[request.param](ordinary, tmp_path)


def the_same_training(ours, theirs, steps=25):
    for trainer in (ours, theirs):
        trainer.step(steps)
    for name in ("value", "parameters"):
        same(getattr(ours, name), getattr(theirs, name))
    step = ours.problem.stability_limit  # a gradient has the rounding errors of what cancels in it
    for name in ("gradient", "direction"):
        same(ours.parameters + step * getattr(ours, name),
             theirs.parameters + step * getattr(theirs, name))
    assert ours.describe() == theirs.describe()


def test_the_gram_matrix_is_that_of_the_whole(both):
    ordinary, other = both
    same(ordinary.T @ ordinary, gram.gram(other))
    for product, expected in ((gram.times_transposed(other, X0), ordinary.T @ X0),
                              (gram.times_transposed(X0, other), X0.T @ ordinary)):
        assert type(product) is np.ndarray
        same(expected, product)


@pytest.mark.parametrize(("optimiser", "learn"), [("nesterov", ()), ("adam", ("alpha", "beta"))])
def test_the_gplvm_trains_as_on_a_numpy_array(both, optimiser, learn):
    trainers = [Trainer(GPLVMProblem(data, Q, 1.3, 0.4, learn), optimiser, seed=3) for data in both]
    the_same_training(*trainers)
    for trainer in trainers:
        trainer.parameters = X0  # outside of the span of the data
    the_same_training(*trainers)
    assert trainers[1].problem.subspace_angle(trainers[1].parameters) == pytest.approx(
        trainers[0].problem.subspace_angle(X0 * 0 + trainers[0].parameters), rel=1e-9)


def test_the_autoencoder_trains_as_on_a_numpy_array(both):
    the_same_training(*(Trainer(AutoencoderProblem(data.T, Q), seed=3) for data in both))


def test_the_optimum_is_that_of_the_model(both):
    ordinary, other = both
    problem, best = GPLVMProblem(other, Q, 1.3), gplvm.optimum(ordinary, Q, 1.3,
                                                               GPLVMProblem(ordinary, Q).beta)
    X = np.asarray(problem.optimum.X)
    assert problem.optimum.log_likelihood == pytest.approx(best.log_likelihood, rel=1e-12)
    np.testing.assert_allclose(X @ X.T, best.X @ best.X.T, rtol=1e-9,
                               atol=1e-9 * np.abs(best.X @ best.X.T).max())


def test_latent_points_are_as_lazy_as_the_data_and_can_be_written_to_a_memory_map(both, tmp_path):
    ordinary, other = both
    start = other[:, :Q] * 0.5 if gram.is_lazy(other) else ordinary[:, :Q] * 0.5
    trainers = [Trainer(GPLVMProblem(data, Q), seed=3).run(5) for data in both]
    for fresh in (True, False):
        latent = trainers[1].parameters
        assert gram.is_lazy(latent) == gram.is_lazy(other)
        out = np.memmap(tmp_path / "latent", float, "w+", shape=(N, Q))
        assert trainers[1].write(out) is out
        same(trainers[0].parameters, out)
        if fresh:
            for trainer, X in zip(trainers, (np.asarray(start), start), strict=True):
                trainer.parameters = X
                trainer.step(5)


def test_weights_are_written_as_well():
    trainer, out = Trainer(AutoencoderProblem(Y.T, Q)), np.empty((Q, D))
    assert (trainer.write(out) == trainer.parameters).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("entry", [np.nan, np.inf, -np.inf, 1e200])
def test_an_entry_that_is_not_finite_or_too_large_is_found_in_its_block(both, entry):
    _, other = both
    where = np.zeros((N, D), bool)
    where[1234, 5] = True
    spoiled = np.where(where, np.float64(entry), other)  # lazy for a lazy array
    assert gram.is_lazy(spoiled) == gram.is_lazy(other)
    if entry == 1e200:  # of which the square overflows
        with pytest.raises(ArithmeticError, match=r"‖Y‖² has no finite value here.* with entries "
                                                  r"up to 1e\+200"):
            GPLVMProblem(spoiled, Q)
        return
    with pytest.raises(ValueError, match="Y must be finite, but its entry in row 1234, column 5 "
                                         f".* is {entry}"):
        GPLVMProblem(spoiled, Q)
    with pytest.raises(ValueError, match="x must be finite, but its entry in row 5, column 1234 "
                                         f".* is {entry}"):
        AutoencoderProblem(spoiled.T, Q)


def test_lazy_data_that_are_no_matrix_of_real_numbers_get_one_sentence():
    lazy = optional("dask.array").from_array(Y, chunks=300)
    for wrong, said in ((lazy[lazy[:, 0] > 0], r"Y must know how many rows it has; "
                                               r".*compute_chunk_sizes\(\)"),
                        (lazy * 1j, "Y must hold real numbers, but it holds complex"),
                        (lazy[0], r"Y must be a matrix of shape N×D, not 7 \(ndim = 1\)")):
        with pytest.raises((TypeError, ValueError), match=said):
            GPLVMProblem(wrong, Q)


def test_a_latent_point_that_is_not_finite_is_found_and_changes_nothing():
    trainer = Trainer(GPLVMProblem(Y, Q)).run(3)
    before, spoiled = trainer.value, X0.copy()
    spoiled[77, 2] = np.nan
    with pytest.raises(ValueError, match="X must be finite, but its entry in row 77, column 2"):
        trainer.parameters = spoiled
    assert trainer.run(1).value > before


def test_progress_is_told_for_every_block_and_the_bar_is_plain_text(both, capsys):
    _, other = both
    told = []
    with_it = gram.gram(other, progress=lambda fraction: (
        told.append(fraction) or gram.progress_bar(fraction)))
    same(gram.gram(other), with_it)
    blocks = len(other.chunks[0]) if gram.is_lazy(other) else -(-N // (1000 // D))
    assert len(told) == blocks
    assert told == sorted(set(told))
    assert told[-1] == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.endswith("\r[" + 40 * "#" + "] 100%\n")
    assert shown.err.count("\r") == blocks
    assert shown.err.count("\n") == 1


def test_the_bar_is_seen_at_once(monkeypatch):
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(shown, "utf-8"))
    gram.progress_bar(0.25)
    assert shown.getvalue() == b"\r[" + 10 * b"#" + 30 * b" " + b"]  25%"


def test_progress_is_told_at_most_a_hundred_times(monkeypatch):
    monkeypatch.setattr(gram, "BLOCK", 7 * 7)
    told = []
    gram.gram(Y, progress=told.append)
    assert len(told) == 100
    assert all(round(100 * fraction) == number for number, fraction in enumerate(told, 1))


@pytest.mark.parametrize("unit", [1e-6, 1, 1e6])
def test_finite_data_are_passed_over_once_in_whatever_unit(unit, monkeypatch):
    monkeypatch.setattr(gram, "_parts", Mock(wraps=gram._parts))
    gram.gram(unit * Y)
    assert gram._parts.call_count == 1


def test_squares_that_all_underflow_get_one_sentence_and_zeros_are_a_matrix():
    with pytest.raises(ArithmeticError, match=r"‖Y‖² has no finite value here.* with entries up to "
                                              r"1e-200"):
        gram.gram(np.full((N, D), 1e-200))
    np.testing.assert_array_equal(gram.gram(np.zeros((N, D))), np.zeros((D, D)))


def test_double_precision_is_not_copied():
    data = np.ones((4 * gram.BLOCK // 8, 8))
    tracemalloc.start()
    try:
        gram.gram(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * gram.BLOCK / 10


def test_nothing_is_told_unless_it_is_asked_for(capsys):
    GPLVMProblem(Y, Q)
    assert capsys.readouterr() == ("", "")


def test_a_large_memory_map_costs_the_memory_of_a_block(tmp_path):
    entries = 24 * gram.BLOCK
    data = np.lib.format.open_memmap(tmp_path / "data.npy", "w+", "f4", (entries // 8, 8))
    data[:] = RNG.standard_normal((1, 8)) * np.arange(len(data))[:, None] % 7
    out = np.lib.format.open_memmap(tmp_path / "latent.npy", "w+", float, (len(data), 2))
    tracemalloc.start()
    try:
        trainer = Trainer(GPLVMProblem(data, 2)).run(3)
        trainer.write(out)
        Trainer(AutoencoderProblem(data.T, 2)).run(3)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # a block has 8 bytes for each entry, and little comes to it
    assert peak < 1.5 * 8 * gram.BLOCK < data.nbytes / 5


def test_the_core_does_not_import_dask():
    optional("dask")
    code = "import sys, lvmcalc, lvmcalc.training; print('dask' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          check=True).stdout == "False\n"


def test_centring_a_lazy_array_stays_lazy_and_has_the_values_of_the_array():
    lazy = optional("dask.array").from_array(Y, chunks=(300, D))
    centred = data.centred(lazy)
    assert gram.is_lazy(centred)
    same(data.centred(Y), centred)
