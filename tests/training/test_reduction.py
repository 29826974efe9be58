"""The reduced trainer: the same steps as with all of X, from the Gram matrix alone, and α and β
learned along."""

from unittest.mock import Mock

import numpy as np
import pytest
from tables import over

from lvmcalc.models import AutoencoderProblem, GPLVMProblem, gplvm, gplvm_coordinates
from lvmcalc.models.gplvm_coordinates import InTheSpan
from lvmcalc.training import Trainer, data

N, D, Q = 61, 7, 3
Y = data.centred(data.sample_gplvm(N, D, Q, alpha=1.3, beta=4.0, seed=5).Y)


class Whole(GPLVMProblem):
    """The problem in X itself, however many rows it has."""

    _pays = False


def trainers(*settings, learn=()):
    reduced, whole = (Trainer(kind(Y, Q, 1.7, 2.5, learn), *settings)
                      for kind in (GPLVMProblem, Whole))
    return reduced, whole


def same(reduced, whole):
    for name in ("value", "parameters", "gradient", "direction"):
        ours, theirs = getattr(reduced, name), getattr(whole, name)
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9 * np.abs(theirs).max(),
                                   err_msg=name)


@over("ablation", [None, "only L₁", "only path f"])
@over("optimiser", ["gradient", "momentum", "nesterov"])
@over("learn", [(), ("beta", "alpha")])
def test_the_reduced_trainer_takes_the_same_steps_as_the_whole_one(optimiser, ablation, learn):
    reduced, whole = trainers(optimiser, None, 3, ablation, learn=learn)
    assert isinstance(reduced._state.work.points, InTheSpan)
    assert not isinstance(whole._state.work.points, InTheSpan)
    for steps in (0, 1, 4, 15):
        reduced.step(steps) if steps else None
        whole.step(steps) if steps else None
        same(reduced, whole)
        assert (reduced.problem.alpha, reduced.problem.beta) == pytest.approx(
            (whole.problem.alpha, whole.problem.beta), rel=1e-9)


@pytest.mark.parametrize("optimiser", ["gradient", "momentum", "nesterov"])
def test_from_a_start_outside_of_the_span_of_the_data_as_well(optimiser):
    reduced, whole = trainers(optimiser)
    start = np.random.default_rng(2).standard_normal((N, Q))
    reduced.parameters = whole.parameters = start
    np.testing.assert_allclose(reduced.parameters, start, rtol=1e-14)
    for _ in range(12):
        same(reduced.run(1), whole.run(1))
    assert reduced.problem.subspace_angle(reduced.parameters) == pytest.approx(
        reduced._state.work.angle(reduced._state.coordinates), abs=1e-6)


def test_a_step_sees_neither_N_nor_the_data():
    trainer = Trainer(GPLVMProblem(Y, Q))
    trainer.step(2)
    before = trainer.value
    unseen = np.broadcast_to(np.nan, Y.shape)  # only its shape may be looked at
    trainer._state.work.Y = trainer._state.work.points.Y = unseen
    trainer.step(3)
    assert trainer.value > before


def test_adam_leaves_the_span_and_another_optimiser_goes_on_from_there():
    reduced, whole = trainers("adam")
    for optimiser in ("adam", "nesterov", "adam", "gradient"):
        reduced.optimiser = whole.optimiser = optimiser
        assert isinstance(reduced._state.work.points, InTheSpan) == (optimiser != "adam")
        same(reduced.run(6), whole.run(6))


def test_few_objects_are_trained_as_they_are():
    few = data.centred(np.random.default_rng(0).standard_normal((9, 5)))
    assert not isinstance(Trainer(GPLVMProblem(few, 2))._state.work.points, InTheSpan)


@pytest.mark.parametrize("unit", [1e-6, 1, 1e6])
@pytest.mark.parametrize("rows", [N, 2 * (D + Q) - 1], ids=["in the span", "as they are"])
def test_the_first_latent_points_have_orthogonal_columns_as_long_as_the_longest_one_of_the_optimum(
    rows, unit):
    problem = GPLVMProblem(unit * Y[:rows], Q, 1.7 * unit**2, 2.5 / unit**2)
    X, best = problem.start(3), gplvm.optimum(Y[:rows], Q, 1.7, 2.5).X
    np.testing.assert_allclose(X.T @ X, np.linalg.norm(best, 2) ** 2 * np.eye(Q), atol=1e-9)
    assert np.linalg.matrix_rank(np.hstack([Y[:rows], X])) == D  # a projection of the data


def test_where_the_noise_explains_the_data_the_first_latent_points_are_as_strong_as_the_noise():
    X = GPLVMProblem(Y, Q, 1.7, 1e-4).start(3)
    # αXXᵀ in its span is β⁻¹I
    np.testing.assert_allclose(1.7 * X.T @ X, 1e4 * np.eye(Q), atol=1e-5)


@pytest.mark.parametrize(("kind", "at_once"), [(np.float64, True), (np.float32, False)])
def test_an_array_in_double_precision_is_multiplied_at_once_and_another_one_in_blocks(
    kind, at_once, monkeypatch):
    given = Y.astype(np.float32).astype(kind)
    problem, X = GPLVMProblem(given, Q, 1.7, 2.5), np.random.default_rng(2).standard_normal((N, Q))
    by_blocks = {name: Mock(wraps=getattr(gplvm_coordinates, name))
                 for name in ("times", "times_transposed")}
    for name, product in by_blocks.items():
        monkeypatch.setattr(gplvm_coordinates, name, product)
    np.testing.assert_allclose(problem.value_and_gradient(X)[1], gplvm.gradient(X, given, 1.7, 2.5),
                               rtol=1e-9)
    assert all(product.called != at_once for product in by_blocks.values())


@pytest.mark.parametrize("columns", [np.ones((1, D)), np.eye(1, D), np.zeros((1, D))],
                         ids=["all alike", "all but one are 0", "all are 0"])
@pytest.mark.parametrize("unit", [1e-6, 1])
def test_data_of_a_smaller_rank_than_the_latent_dimension_train(columns, unit):
    flat = data.centred(unit * np.random.default_rng(0).standard_normal((N, 1)) @ columns)
    trainer = Trainer(GPLVMProblem(flat, Q, unit**2, beta=50 / unit**2))
    first, *others = np.linalg.svd(trainer.parameters, compute_uv=False)
    assert first == pytest.approx(np.sqrt(N) * trainer.problem.spread * columns.any(), rel=1e-9)
    assert max(others) <= 1e-6 * first  # X has their rank as well
    assert trainer.run(600).gap < 1e-6


class TestLearning:
    @pytest.mark.parametrize("kind", [GPLVMProblem, Whole])
    def test_the_slopes_over_the_logarithms_are_those_of_the_chain(self, kind):
        problem = kind(Y, Q, 1.7, 2.5)
        work, at = problem.begin(0)
        slopes = work.slopes(at)
        adjoints = gplvm.chain().backward(X=work.lift(at), Y=Y, alpha=1.7, beta=2.5)
        assert slopes["alpha"][0] == pytest.approx(1.7 * adjoints["alpha"], rel=1e-10)
        assert slopes["beta"][0] == pytest.approx(2.5 * adjoints["beta"], rel=1e-10)

    @over("optimiser", ["gradient", "momentum", "nesterov", "adam"])
    @over("factor", [0.05, 20])
    @over("learn", [("beta",), ("alpha", "beta")])
    def test_beta_finds_its_maximum_likelihood_value_on_the_way(self, optimiser, factor, learn):
        iris = data.centred(data.load("iris").Y)
        best = gplvm.best_beta(iris, 2)
        trainer = Trainer(GPLVMProblem(iris, 2, 1.0, factor * best, learn), optimiser).run(2000)
        assert trainer.problem.beta == pytest.approx(best, rel=0.02)
        assert trainer.gap < 1e-3
        assert trainer.problem.best == pytest.approx(gplvm.optimum(iris, 2, 1.0,
                                                                   best).log_likelihood, rel=1e-12)
        assert re_learned(trainer)

    @pytest.mark.parametrize(("rate", "left"), [(1, 1 / 2), (2, 0), (1 / 2, 3 / 4)])
    def test_a_step_takes_beta_half_the_way_where_the_points_stay(self, rate, left):
        # for points that are all 0, where the gradient is 0 as well
        best = N * D / np.square(Y).sum()
        trainer = Trainer(GPLVMProblem(Y, Q, beta=1.0001 * best, learn=("beta",)), "gradient")
        trainer.learning_rate = rate * trainer.usual_rate
        trainer.parameters = np.zeros((N, Q))
        trainer.step()
        assert np.log(trainer.problem.beta / best) == pytest.approx(left * np.log(1.0001), abs=1e-8)

    @pytest.mark.parametrize(("factor", "half"), [(1e-9, 0.5), (1e9, -0.5)])
    def test_however_far_beta_is_a_step_changes_its_logarithm_by_a_half(self, factor, half):
        start = factor * N * D / np.square(Y).sum()
        trainer = Trainer(GPLVMProblem(Y, Q, beta=start, learn=("beta",)), "gradient")
        trainer.parameters = np.zeros((N, Q))
        assert np.log(trainer.run(1).problem.beta / start) == pytest.approx(half, abs=1e-8)

    def test_for_points_far_too_large_a_step_changes_the_logarithm_of_alpha_by_a_quarter(self):
        trainer = Trainer(GPLVMProblem(Y, Q, 1.7, 2.5, ("alpha",)), "gradient")
        # ∂L/∂(log α) is −QD/2, as log |K| grows by Q log α
        trainer.parameters = 1e6 * trainer.parameters
        assert np.log(trainer.run(1).problem.alpha / 1.7) == pytest.approx(-1 / 4, abs=1e-8)

    def test_alpha_alone_changes_nothing_that_counts(self):  # only αXXᵀ does
        trainer = Trainer(GPLVMProblem(Y, Q, 1.7, 2.5, ("alpha",))).run(3000)
        assert trainer.problem.alpha != pytest.approx(1.7, rel=1e-3)
        assert trainer.problem.beta == 2.5
        assert trainer.gap < 1e-6

    @pytest.mark.parametrize("kind", [GPLVMProblem, Whole])
    def test_value_and_gradient_are_those_of_the_model_with_what_was_learned(self, kind):
        trainer = Trainer(kind(Y, Q, 1.7, 2.5, ("alpha", "beta"))).run(7)
        learned = trainer.parameters, Y, trainer.problem.alpha, trainer.problem.beta
        assert trainer.value == pytest.approx(gplvm.log_likelihood(*learned), rel=1e-11)
        part = learned[-1] / gplvm.best_beta(Y, Q)
        assert f"β is {part:.3g} × the best." in trainer.describe()
        gradient = gplvm.gradient(*learned)
        np.testing.assert_allclose(trainer.gradient, gradient, atol=1e-9 * np.abs(gradient).max())

    def test_a_reset_forgets_what_was_learned(self):
        trainer = Trainer(GPLVMProblem(Y, Q, 1.7, 2.5, ("alpha", "beta"))).run(30)
        learned = trainer.problem.alpha, trainer.problem.beta, trainer.value
        trainer.reset()
        assert (trainer.problem.alpha, trainer.problem.beta) == (1.7, 2.5)
        trainer.step(30)
        assert (trainer.problem.alpha, trainer.problem.beta, trainer.value) == learned

    def test_a_rate_far_too_large_stops_before_anything_becomes_infinite(self):
        trainer = Trainer(GPLVMProblem(Y, Q, 1.7, 2.5, ("alpha", "beta")), "gradient", 1e6).run(50)
        assert trainer.status == "diverged"
        assert np.isfinite([trainer.value, trainer.problem.alpha, trainer.problem.beta]).all()

    def test_what_cannot_be_learned_is_named(self):
        with pytest.raises(ValueError, match="There is no scalar 'gamma'; there are alpha, beta"):
            GPLVMProblem(Y, Q, learn=("gamma",))


def re_learned(trainer) -> bool:
    """Whether the line of words tells the learned β in multiples of the best."""
    multiple = trainer.problem.beta / trainer.problem.best_beta
    return f"β is {multiple:.3g} × the best." in trainer.describe()


def test_an_autoencoder_step_sees_only_the_gram_matrix():
    x = np.random.default_rng(1).standard_normal((5, 400))
    root = np.linalg.cholesky(x @ x.T)  # five samples with the same xxᵀ
    many, few = (Trainer(AutoencoderProblem(samples, 2)).run(40) for samples in (x, root))
    np.testing.assert_allclose(many.parameters, few.parameters, rtol=1e-9)
    assert many.value == pytest.approx(few.value, rel=1e-12)


def test_again_is_the_same_run_from_its_start():
    trainer = Trainer(GPLVMProblem(Y, Q, 1.7, 2.5, ("beta",)), "momentum", 0.02, 5,
                      "only path f").run(20)
    other = trainer.again()
    assert (other.steps, other.problem.beta) == (0, 2.5)
    other.step(20)
    assert (other.value, other.problem.beta) == (trainer.value, trainer.problem.beta)
