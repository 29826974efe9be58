"""What the calculus buys: four ways to the same numbers, their times drawn, and the digits that
they keep."""

import numpy as np
import pytest

from lvmcalc.models import GPLVMProblem, gplvm, gplvm_accuracy
from lvmcalc.show import timing
from lvmcalc.show.timing import CostCurve
from lvmcalc.training import data

N, D, Q = 50, 5, 2
Y = data.centred(data.sample_gplvm(N, D, Q, beta=4.0, seed=3).Y)
X = np.random.default_rng(1).standard_normal((N, Q))


@pytest.mark.parametrize("way", [gplvm_accuracy.textbook, gplvm_accuracy.cholesky])
def test_a_way_with_K_has_the_value_and_the_gradient_of_the_model(way):
    value, gradient = way(X, Y, 1.3, 2.5)
    assert value == pytest.approx(gplvm.log_likelihood(X, Y, 1.3, 2.5), rel=1e-12)
    np.testing.assert_allclose(gradient, gplvm.gradient(X, Y, 1.3, 2.5), rtol=1e-9)


def test_every_way_is_measured_at_every_size_but_those_too_large_for_K(monkeypatch):
    monkeypatch.setattr(timing, "LARGEST_K", 60)
    curve = CostCurve([80, 50])
    assert curve.status == "Nothing has been measured yet."
    assert curve.about == curve.still().words == timing.EMPTY_AXES
    before = curve.count
    assert curve.measure() is curve
    assert {name: list(seconds) for name, seconds in curve.seconds.items()} == {
        "inverse of K": [50], "Cholesky of K": [50], "K never formed": [50, 80],
        "reduced": [50, 80]}
    assert all(second > 0 for seconds in curve.seconds.values() for second in seconds.values())
    assert curve.status.startswith("inverse of K at N = 50: ")
    assert curve.words == curve.status
    assert curve.about == timing.DRAWN
    assert curve.count >= before + 3  # one after each size, and the last
    assert np.frombuffer(curve.frame["reduced"], np.float32)[:2].tolist() == [50, 80]


def test_while_it_measures_its_button_says_so_and_asks_for_no_second_run(monkeypatch):
    curve, told = CostCurve([50, 80]), []
    monkeypatch.setattr(timing, "_best", lambda way: told.append(
        (curve.values["measure"][:2], curve.words)) or 1.0)
    curve.measure()
    assert [state for state, _ in told[::4]] == [["N = 50 …", True], ["N = 80 …", True]]
    assert told[0][1].startswith("Measuring K never formed at N = 50 … ")
    assert curve.values["measure"][:2] == ["▶ Measure", False]
    assert "K never formed at N = 80: 1 s." in curve.status


def test_a_size_too_small_to_be_reduced_gets_one_sentence():
    with pytest.raises(ValueError, match="N must be at least 43, but it is 42"):
        CostCurve([42])


def test_digits_count_the_error_relative_to_the_truth():
    found = gplvm_accuracy.digits(np.array([3.003, 4.004]), np.array([3.0, 4.0]))
    assert found == pytest.approx(3)
    assert gplvm_accuracy.digits(X, X) == 17


def test_the_judge_with_forty_digits_finds_the_small_form_more_accurate():
    right = gplvm_accuracy.digits_kept(1e6)
    assert right["K never formed"] > right["Cholesky of K"] + 3
    assert right["Cholesky of K"] > right["inverse of K"]


def test_where_X_explains_the_data_almost_without_noise_both_forms_lose_digits():
    beta = 1e4
    Y = data.centred(data.sample_gplvm(60, 5, 2, beta=beta).Y)
    right = gplvm_accuracy.digits_kept(beta, 1.01 * gplvm.optimum(Y, 2, 1.0, beta).X, Y)
    assert right["inverse of K"] < right["K never formed"] < 10


def test_a_step_in_the_span_leads_where_a_step_of_the_whole_leads():
    problem = GPLVMProblem(Y, Q, 1.3, 2.5)
    assert gplvm_accuracy.drift(problem, 7) < 1e-13
    problem.gram = problem.gram * (1 + 1e-6)  # another Gram matrix, other steps
    assert gplvm_accuracy.drift(problem, 7) > 1e-8


def test_a_time_is_told_in_a_unit_in_which_it_is_easily_read():
    assert [timing._time(seconds) for seconds in (1.9e-5, 0.54096, 1, 75)] == [
        "19 µs", "541 ms", "1 s", "75 s"]
