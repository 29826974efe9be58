"""Large data: a memory map and a Dask array train as a NumPy array does, with the memory of a block
of them."""

import io
import os
import signal
import subprocess
import sys
import tracemalloc
from concurrent.futures import Future, ThreadPoolExecutor
from unittest.mock import Mock

import numpy as np
import pytest

from lvmcalc.models import AutoencoderProblem, GPLVMProblem, gplvm
from lvmcalc.training import Trainer, data, gram

N, D, Q = 2011, 7, 3
RNG = np.random.default_rng(4)
Y = RNG.standard_normal((N, D)) @ RNG.standard_normal((D, D)).astype("f4")
X0 = RNG.standard_normal((N, Q))
MIB = 2**20
HANG = 120  # seconds after which a test is stuck


def optional(module):
    return pytest.importorskip(module, reason="the extra is not installed: pip install -e "
                                              "'.[scale]'")


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


def same(first, second):
    np.testing.assert_allclose(np.asarray(second), np.asarray(first), rtol=1e-12,
                               atol=1e-12 * np.abs(first).max())


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


class Lazy(np.ndarray):
    """What looks like a Dask array, with the numbers in it: it writes down when it goes to a
    cluster."""

    futures, asked = (), ()
    compute = rechunk = None

    def persist(self):
        self.asked.append("asked")
        return self

    @property
    def chunks(self):
        return (len(self) // 8,) * 8 + (len(self) % 8,), (self.shape[1],)

    @property
    def dask(self):
        return dict(enumerate(self.futures))


@pytest.mark.parametrize(("futures", "order"), [
    # a cluster works on all at once
    ([Future(), Future()], 9 * ["asked"] + [(done + 1) / 9 for done in range(9)]),
    # a local scheduler works in `persist`
    ([], [event for done in range(9) for event in ("asked", (done + 1) / 9)])])
def test_a_cluster_is_asked_for_every_block_before_the_first_one_is_awaited(
    futures, order, monkeypatch):
    events = []
    monkeypatch.setattr(Lazy, "futures", [object(), *futures])
    monkeypatch.setattr(Lazy, "asked", events)
    same(Y.T @ Y, gram.gram(Y.view(Lazy), progress=events.append))
    assert events == order


def test_if_nothing_is_to_be_told_lazy_data_go_to_the_cluster_at_once(monkeypatch):
    monkeypatch.setattr(Lazy, "asked", [])
    same(Y.T @ Y, gram.gram(Y.view(Lazy)))
    assert Lazy.asked == ["asked"]


def test_an_array_that_can_only_compute_is_not_lazy():
    class Computing(np.ndarray):
        compute = None

    same(Y.T @ Y, gram.gram(Y.view(Computing)))


def test_a_product_is_lazy_if_only_its_second_part_is():
    lazy = optional("dask.array").from_array(X0, chunks=300)
    product = gram.times((Y, np.ones((D, 2))), (lazy, np.ones((Q, 2))))
    assert gram.is_lazy(product)
    same(Y.sum(axis=1) + X0.sum(axis=1), product[:, 1])


def test_the_chunks_of_lazy_data_are_the_parts_that_are_told_whatever_they_are_multiplied_with():
    lazy, told = optional("dask.array").from_array(Y, chunks=(700, -1)), []
    for first, second in ((lazy, X0), (X0, lazy)):
        gram.times_transposed(first, second, told.append)
    np.testing.assert_allclose(told, 2 * [1 / 3, 2 / 3, 1])


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


def counted(passes):
    """Return lazy data that tell how many rows are looked at, block by block."""
    def block(part):
        passes.append(len(part))
        return part
    return optional("dask.array").from_array(Y,
                                             chunks=(500, D)).map_blocks(
                                                 block, dtype=float, meta=np.empty((0, 0)))


def test_a_step_in_the_latent_points_themselves_passes_twice_over_lazy_data():
    passes = []
    trainer = Trainer(GPLVMProblem(counted(passes), Q), "adam", seed=3)
    passes.clear()
    trainer.step(3)
    assert sorted(passes) == 6 * [11] + 24 * [500]  # for YᵀX, and for Y times a small matrix


def test_training_passes_once_over_lazy_data():
    passes = []
    lazy = counted(passes)
    trainer = Trainer(GPLVMProblem(lazy, Q, learn=("beta",)), seed=3).run(30)
    trainer.describe(), trainer.settled, trainer.problem.optimum
    trainer.parameters, trainer.gradient  # noqa: B018 (they may be computed when they are read)
    assert sorted(passes) == [11, 500, 500, 500, 500]


@pytest.fixture  # for one test each: its client is the default of all that follow
def cluster():
    """Return a client of a real cluster of two processes, each with a limit to its memory."""
    optional("dask.array")
    distributed = optional("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True,
                                  memory_limit=LIMIT,
                                  dashboard_address=None) as workers, distributed.Client(
                                      workers) as client:
        yield client


ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the memory and the end of a process "
                                                              "are those of Linux")
# a block has 16 MiB, all of them more than a worker may hold
LIMIT, ROWS, BLOCKS = 320 * MIB, 2**18, 24


@ON_LINUX
def test_data_larger_than_the_memory_of_a_worker_are_passed_over_on_a_cluster(cluster):
    da = optional("dask.array")

    def made(block_id):
        return np.random.default_rng(block_id[0]).random((2**18, 8)) - 0.5

    def peak():
        with open("/proc/self/status") as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    lazy = da.map_blocks(made, chunks=((ROWS,) * BLOCKS, (8,)), dtype=float, meta=np.empty((0, 0)))
    assert lazy.nbytes > LIMIT
    workers, told = cluster.run(os.getpid), []
    tracemalloc.start()
    try:
        trainer = Trainer(GPLVMProblem(lazy, 2, progress=told.append), seed=3).run(10)
        held_here = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert cluster.run(os.getpid) == workers  # none was ended for its memory
    assert max(cluster.run(peak).values()) < LIMIT
    assert held_here < ROWS * 8 * 8
    assert told == [(done + 1) / BLOCKS for done in range(BLOCKS)]
    same(sum(block.T @ block for block in (made((k,)) for k in range(BLOCKS))),
         trainer.problem.gram)
    row = 5 * ROWS + 77
    same(made((5,))[77] @ trainer._at, trainer.parameters[row])


@ON_LINUX
def test_a_worker_killed_in_the_middle_of_the_pass_does_not_change_the_result(cluster):
    da, distributed = optional("dask.array"), optional("distributed")

    def made(name, block_id):
        distributed.Queue(f"made {name}").put((block_id[0], os.getpid()))
        reached = distributed.Event(f"reached {name}")
        if block_id[0] == 9 and name == "disturbed" and not reached.is_set():
            reached.set()
            distributed.Event("never set").wait(HANG)  # is killed while it waits
        return np.random.default_rng(block_id[0]).standard_normal((5000, 6))

    def passed(name):
        return gram.gram(da.map_blocks(made, name, chunks=((5000,) * 16, (6,)), dtype=float,
                                       meta=np.empty((0, 0))))
    undisturbed = passed("undisturbed")
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(passed, "disturbed")
        assert distributed.Event("reached disturbed").wait(HANG)
        before = dict(distributed.Queue("made disturbed").get(batch=True))
        assert len(before) > 1
        os.kill(before[9], signal.SIGKILL)
        disturbed = result.result(HANG)
    again = [block for block, _ in distributed.Queue("made disturbed").get(batch=True)]
    assert 9 in again
    assert (disturbed == undisturbed).all()
    same(sum(block.T @ block
             for block in (np.random.default_rng(k).standard_normal((5000, 6)) for k in range(16))),
         disturbed)


def test_centring_a_lazy_array_stays_lazy_and_has_the_values_of_the_array():
    lazy = optional("dask.array").from_array(Y, chunks=(300, D))
    centred = data.centred(lazy)
    assert gram.is_lazy(centred)
    same(data.centred(Y), centred)
