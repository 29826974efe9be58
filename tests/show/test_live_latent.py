"""What the live widgets say of an object and of the eigenvalues is what the N×N formulas of the
model give."""

import re

import numpy as np
import pytest

from lvmcalc.show import LiveAutoencoder, LiveGPLVM
from lvmcalc.training import data

IRIS = data.load("iris")
Y = data.centred(IRIS.Y)


def gplvm(Q):
    widget = LiveGPLVM("iris", Q, alpha=0.7, beta=2.3)
    widget.trainer.run(5)
    return widget


def chosen(widget, point, move):
    controls = widget.controls
    controls.point.value = point
    controls.across.value, controls.up.value = move
    return widget


def kernel(trainer):
    X, problem = trainer.parameters, trainer.problem
    return problem.alpha * X @ X.T, problem.alpha * X @ X.T + np.eye(len(X)) / problem.beta


def percents(words):
    return [float(number.replace(",", "")) for number in re.findall(r"([\d,]+)(?= to| %)", words)]


@pytest.mark.parametrize("Q", [1, 2, 3])
def test_the_eigenvalues_are_those_of_the_whole_matrices(Q):
    widget = gplvm(Q)
    of_data, of_model = widget.spectrum()
    np.testing.assert_allclose(of_data, np.linalg.eigvalsh(Y @ Y.T)[::-1][:4], rtol=1e-9)
    expected = 4 * np.linalg.eigvalsh(kernel(widget.trainer)[1])[::-1][:4]
    np.testing.assert_allclose(of_model, expected, rtol=1e-9)


@pytest.mark.parametrize(("Q", "shown"), [(2, 8), (7, 10)])
def test_eight_eigenvalues_are_shown_or_three_more_than_the_model_has(Q, shown):
    assert [len(values) for values in LiveGPLVM("digits", Q).spectrum()] == [shown, shown]


@pytest.mark.parametrize("Q", [1, 2, 3])
def test_at_the_optimum_the_model_has_captured_the_first_of_them_and_says_so(Q):
    widget = gplvm(Q)
    widget.trainer.parameters = widget.trainer.problem.optimum.X
    of_data, of_model = widget.spectrum()
    there = of_data[:Q] > 4 / 2.3  # what is smaller, the noise explains
    np.testing.assert_allclose(of_model[:Q][there], of_data[:Q][there], rtol=1e-9)
    assert there.any()
    assert "Eigenvalues of the model's D·K: 100 %" in widget.describe() or Q == 3


@pytest.mark.parametrize("Q", [1, 2, 3])
def test_the_words_tell_what_percentage_of_the_eigenvalues_the_model_has(Q):
    widget = gplvm(Q)
    of_data, of_model = (np.linalg.eigvalsh(matrix)[::-1][:Q]
                         for matrix in (Y @ Y.T, 4 * kernel(widget.trainer)[1]))
    ratios = 100 * of_model / of_data
    expected = ratios if Q < 3 else [ratios.min(), ratios.max()]
    words = widget.describe().split("D·K: ")[1]
    np.testing.assert_allclose(percents(words), expected, atol=0.51)
    assert words.endswith("% of the first of YYᵀ." if Q == 1 else f"% of the first {Q} of YYᵀ.")


@pytest.mark.parametrize("move", [(0.0, 0.0), (1.25, -2.0)])
@pytest.mark.parametrize("Q", [1, 2, 3])
def test_what_is_made_of_an_object_is_the_posterior_mean_at_its_point_moved_by_so_many_deviations(
    Q, move):
    widget = chosen(gplvm(Q), 77, move)
    X, (XX, K) = widget.trainer.parameters, kernel(widget.trainer)
    x = X[77].copy()
    for j in range(min(Q, 2)):
        x[j] += move[j] * np.std(X[:, j])
    weights = np.linalg.solve(K, Y)
    expected = np.vstack([0.7 * x @ X.T @ weights, XX[[3, 140]] @ weights]) + IRIS.Y.mean(axis=0)
    np.testing.assert_allclose(widget.made([3, 140]), expected, rtol=1e-9)
    error = 100 * np.linalg.norm(expected[0] - IRIS.Y[77]) / np.linalg.norm(Y[77])
    words = widget.describe()
    assert words.startswith("Chosen: object 77, class versicolor, ")
    moved = " and ".join(("+1.25", "−2")[:Q]) if any(move) else ""
    assert (f"moved by {moved} standard deviations; what is generated there differs from it by "
            f"{error:.0f} % of its "
            "distance from the mean." if moved else
            f"rebuilt with an error of {error:.0f} % of its distance from the mean.") in words


@pytest.mark.parametrize("move", [(0.0, 0.0), (-0.5, 3.0)])
def test_what_the_autoencoder_makes_of_an_object_is_the_decoded_code_moved_by_so_many_deviations(
    move):
    widget = LiveAutoencoder("iris", 3)
    W = chosen(widget, 120, move).trainer.run(5).parameters
    codes = (W @ Y.T).T
    code = codes[120] + np.array([*move, 0]) * codes.std(axis=0)
    expected = np.vstack([code, codes[[3, 140]]]) @ W + IRIS.Y.mean(axis=0)
    np.testing.assert_allclose(widget.made([3, 140]), expected, rtol=1e-9)
    error = 100 * np.linalg.norm(expected[0] - IRIS.Y[120]) / np.linalg.norm(Y[120])
    assert f"{error:.0f} % of its distance from the mean." in widget.describe()


def test_moving_leaves_the_model_as_it_is():
    widget = gplvm(2)
    before = widget.trainer.parameters.copy()
    chosen(widget, 5, (3.0, 3.0)).describe()
    np.testing.assert_array_equal(widget.trainer.parameters, before)
