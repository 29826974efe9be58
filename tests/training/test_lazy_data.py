"""Lazy data are passed over once, block by block, also on a cluster whose workers are small."""

import os
import signal
import sys
import tracemalloc
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest
from large_data import X0, D, Q, Y, optional, same

from lvmcalc.models import GPLVMProblem
from lvmcalc.training import Trainer, gram

MIB = 2**20
HANG = 120  # seconds after which a test is stuck


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
    same(made((5,))[77] @ trainer._state.coordinates, trainer.parameters[row])


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
