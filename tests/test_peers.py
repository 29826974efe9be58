"""The benchmark of the peers, with those of them that need NumPy only: what it asserts before it
times anything."""

import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

import peer_models

Y = np.random.default_rng(1).standard_normal((11, 5))
X = np.random.default_rng(2).standard_normal((11, 2))


def test_the_textbook_ours_and_long_double_agree() -> None:
    value, gradient = peer_models.ours(Y, 0.3, 2.5)(X)
    peer_models.agree("textbook", (value, gradient), peer_models.textbook(Y, 0.3, 2.5)(X))
    np.testing.assert_allclose(gradient, peer_models.in_long_double(X, Y, 0.3, 2.5).astype(float),
                               rtol=1e-12)


@pytest.mark.parametrize("wrong", [
    lambda value, gradient: (value, gradient * (1 + 1e-7)),
    lambda value, gradient: (value * (1 + 1e-7), gradient),
    lambda value, gradient: (value, gradient * np.nan),
    lambda value, gradient: (np.nan, gradient),
], ids=["gradient", "value", "gradient is no number", "value is no number"])
def test_a_peer_with_a_wrong_value_or_gradient_stops_the_benchmark(wrong) -> None:
    right = peer_models.ours(Y, 0.3, 2.5)(X)
    with pytest.raises(AssertionError, match="The peer differs"):
        peer_models.agree("The peer", right, wrong(*right))


def test_the_tables_name_each_n_and_leave_out_what_takes_too_long(monkeypatch, capsys) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))  # the benchmark asks for one thread
    import peers
    monkeypatch.setattr(peers, "best", lambda call, least=1: 20.0)
    seconds = peers.evaluations(5, [11, 12], peers.PEERS[:1])
    printed = capsys.readouterr().out
    assert ("textbook NumPy: K, inv, slogdet", 11) in seconds
    assert re.search(r"textbook NumPy.* 20,000\.000 +left out", printed)
    assert re.search(r"N=11 +N=12", printed)


def test_a_peer_that_does_not_import_is_skipped_by_name(monkeypatch, capsys) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    import peers

    def absent(*_):
        raise ImportError("No module named 'absent'")
    assert peers.installed([peer_models.Peer("Absent", absent, 3, "absent"),
                            *peers.PEERS[:1]]) == peers.PEERS[:1]
    assert "skipped: Absent: ImportError: No module named 'absent'" in capsys.readouterr().out
