"""Training along one path or one term only: what is left of the gradient, and where it leads."""

import numpy as np
import pytest
from small_problems import BOTH, DIGITS, IRIS, small_autoencoder, small_gplvm, state

from lvmcalc.models import AutoencoderProblem, GPLVMProblem, autoencoder, gplvm
from lvmcalc.training import Trainer

pytestmark = pytest.mark.filterwarnings("error")


def pieces_of_the_autoencoder(problem, W):
    """What each ablation should leave, from the chain's contributions, and from chains that have
    lost an edge."""
    x = np.linalg.cholesky(problem.gram)
    chain = autoencoder.chain()
    part = chain.contributions("W", W=W, x=x)
    only = {path: chain.altered({(lost, "W"): None}).backward(W=W, x=x)["W"] for path,
            lost in ("gh", "hg")}
    c = W.T @ W @ x - x
    return {"both paths": [part["g"] + part["h"], chain.backward(W=W, x=x)["W"]],
            "only path g (decoder)": [part["g"], only["g"]],
            "only path h (encoder)": [part["h"], only["h"]],
            # from dL = tr(cᵀ(dWᵀW + WᵀdW)x), dWᵀW taken for WᵀdW
            "path h twice": [2 * part["h"], 2 * W @ c @ x.T],
            "sign flipped": [-part["g"] - part["h"], chain.backward(-1.0, W=W, x=x)["W"]]}


def pieces_of_the_gplvm(problem, X):
    leaves = {"X": X, "alpha": problem.alpha, "beta": problem.beta}
    log_det, trace, whole = gplvm.log_det_chain(), gplvm.trace_chain(), gplvm.chain()
    first = log_det.backward(**leaves, D=problem.Y.shape[1])["X"]
    leaves["Y"] = problem.Y
    second, path = trace.backward(**leaves)["X"], whole.contributions("X", **leaves)

    def without(*edge, instead=None):
        return whole.altered({edge: instead}).backward(**leaves)["X"]

    return {"whole gradient": [first + second, whole.backward(**leaves)["X"]],
            # the halves are equal
            "only path f": [path["f"], without("h", "X"), path["h"], without("f", "X")],
            "only L₁": [first, without("L", "L2")],
            "only L₂": [second, without("L", "L1")],
            "D lost": [first / problem.Y.shape[1] + second,
                       without("L1", "q", instead=-whole.adjoint_symbol("L1") / 2)],
            "sign flipped": [-first - second, whole.backward(-1.0, **leaves)["X"]]}


class TestAblation:
    def test_the_words_name_the_path_that_is_left(self):
        for path in "gh":
            name, = (name for name in AutoencoderProblem.ablations if f"only path {path}" in name)
            assert AutoencoderProblem.ablations[name].words == f"path {path} only"

    def test_a_branch_goes_its_own_way_and_remembers_its_own_steps(self):
        trainer = Trainer(small_autoencoder()).run(3)
        trainer.branch().run(5)
        assert trainer.history.steps.tolist() == [0, 1, 2, 3]

    @pytest.mark.parametrize(("problem", "pieces"), [
        (small_autoencoder(), pieces_of_the_autoencoder), (small_gplvm(), pieces_of_the_gplvm)],
        ids=["autoencoder", "gplvm"])
    def test_what_is_left_of_the_gradient_is_what_is_left_of_the_chain(self, problem, pieces):
        parameters = np.random.default_rng(2).standard_normal(problem.shape)
        gradient = problem.value_and_gradient(parameters)[1]
        expected = pieces(problem, parameters)
        assert list(expected) == list(problem.ablations)
        for name, answers in expected.items():
            left = problem.ablated(name, parameters, gradient)
            for answer in answers:
                np.testing.assert_allclose(left, answer, rtol=1e-9,
                                           atol=1e-11 * abs(gradient).max(), err_msg=name)
        distinct = [problem.ablated(name, parameters, gradient) for name in expected]
        gaps = [np.linalg.norm(a - b) / np.linalg.norm(a) for i,
                a in enumerate(distinct) for b in distinct[:i]]
        assert min(gaps) > 1e-3

    @BOTH
    def test_a_step_goes_along_what_is_left_and_value_and_gradient_stay_the_true_ones(
        self, problem):
        for name in problem.ablations:
            trainer = Trainer(problem, "gradient", learning_rate=1e-4, ablation=name)
            start, left = trainer.parameters, problem.ablated(name, trainer.parameters,
                                                              trainer.gradient)
            trainer.step()
            np.testing.assert_allclose(trainer.parameters, start + problem.sign * 1e-4 * left,
                                       rtol=1e-12)
            value, gradient = problem.value_and_gradient(trainer.parameters)
            assert trainer.value == value
            np.testing.assert_array_equal(trainer.gradient, gradient)

    @BOTH
    def test_the_whole_gradient_comes_first_and_trains_as_without_a_name(self, problem):
        name = next(iter(problem.ablations))
        assert state(Trainer(problem, ablation=name).run(20)) == state(Trainer(problem).run(20))
        assert Trainer(problem).ablation == name
        parameters = problem.start(0)
        gradient = problem.value_and_gradient(parameters)[1]
        # to the last bit
        np.testing.assert_array_equal(problem.ablated(name, parameters, gradient), gradient)
        assert "Trained with" not in Trainer(problem).describe()

    @BOTH
    def test_another_gradient_can_be_chosen_between_steps_and_starts_without_momentum(
        self, problem):
        trainer = Trainer(problem, "momentum", learning_rate=1e-4).run(8)
        trainer.ablation = list(problem.ablations)[1]
        before, left = trainer.parameters, problem.ablated(trainer.ablation, trainer.parameters,
                                                           trainer.gradient)
        assert np.vdot(left, trainer.gradient) > 0  # or the momentum would be dropped anyway
        trainer.step()
        assert trainer.steps == 9
        np.testing.assert_allclose(trainer.parameters - before, problem.sign * 1e-4 * left,
                                   atol=1e-14)
        trainer.ablation = None
        assert trainer.ablation in ("both paths", "whole gradient")
        assert trainer.ablation_in_words == ""

    def test_an_index_may_be_typed_on_any_keyboard(self):
        assert Trainer(small_gplvm(), ablation="only L1").ablation == "only L₁"

    @pytest.mark.parametrize("name", ["only path h (encoder)", "path h twice"])
    def test_path_h_alone_settles_where_the_rows_are_orthonormal_in_whatever_plane(self, name):
        trainer = Trainer(AutoencoderProblem(DIGITS.T, 2), ablation=name)
        assert not trainer.settled
        trainer.run(150)
        assert trainer.settled
        np.testing.assert_allclose(trainer.parameters @ trainer.parameters.T, np.eye(2), atol=1e-9)
        assert trainer.gap > 0.1
        assert trainer.problem.subspace_angle(trainer.parameters) > 30
        trainer.ablation = None
        assert not trainer.settled
        assert trainer.run(200).gap < 1e-10

    @pytest.mark.parametrize(("make", "away"), [
        (small_gplvm, 1e-9), (lambda: AutoencoderProblem(DIGITS.T, 2), 1e-9),
        # the Gram matrix knows less
        (lambda: GPLVMProblem(IRIS, 2), 1e-6), (lambda: GPLVMProblem(DIGITS, 2), 1e-6),
        (lambda: GPLVMProblem(IRIS[:, :1] * [1, 2, 3, 4], 1, beta=1.0), 1e-6)],
        ids=["few", "autoencoder", "iris", "digits", "flat"])
    def test_what_is_at_the_optimum_is_settled_and_what_is_away_is_not(self, make, away):
        problem = make()
        trainer, noise = Trainer(problem), np.random.default_rng(0).standard_normal(problem.shape)
        for distance in (0, 1e-12, 1e-11, away):  # in entries at the start
            trainer.parameters = problem.optimum[0] + distance * problem.spread * noise
            assert trainer.settled == (distance != away)

    def test_path_g_alone_finds_the_principal_plane(self):  # Oja (1989), his subspace rule
        trainer = Trainer(AutoencoderProblem(DIGITS.T, 2),
                          ablation="only path g (decoder)").run(300)
        assert abs(trainer.gap) < 1e-10
        assert trainer.settled

    def test_path_f_alone_finds_the_optimum(self):
        trainer = Trainer(GPLVMProblem(DIGITS, 2), ablation="only path f").run(500)
        assert abs(trainer.gap) < 1e-10

    def test_without_D_the_plane_is_right_and_the_lengths_are_wrong(self):
        problem = GPLVMProblem(IRIS, 2, alpha=1.7)
        trainer = Trainer(problem, ablation="D lost").run(4000)
        # λ_j/α for λ_j/(αD)
        squares = np.linalg.svd(IRIS, compute_uv=False)[:2] ** 2 / 1.7 - 1 / problem.ab
        np.testing.assert_allclose(np.linalg.svd(trainer.parameters, compute_uv=False) ** 2,
                                   squares, rtol=1e-8)
        assert problem.subspace_angle(trainer.parameters) < 1e-3
        assert trainer.gap > 0.01

    def test_each_half_alone_gives_up_what_the_other_one_holds(self):
        shrinking, growing = (Trainer(GPLVMProblem(IRIS, 2), ablation=name)
                              for name in ("only L₁", "only L₂"))
        start = np.linalg.norm(growing.parameters)
        assert np.linalg.norm(shrinking.run(600).parameters) < 1e-9 * start
        assert shrinking.settled
        middle = np.linalg.norm(growing.run(300).parameters)
        end = np.linalg.norm(growing.run(1000).parameters)
        assert start < middle < 0.7 * end
        assert not growing.settled

    def test_what_it_is_trained_with_is_said_in_words(self):
        trainer = Trainer(AutoencoderProblem(IRIS.T, 2), ablation="only path h (encoder)")
        assert trainer.describe().endswith(
            " from the principal components. Trained with path h only; the gap is that of the true "
            "loss.")
        trainer = Trainer(small_gplvm(), ablation="only path f")
        assert trainer.describe().endswith(" Trained with path f only, half of the gradient as K "
                                           "is symmetric; "
                                           "the gap is that of the true log-likelihood.")

    def test_a_run_that_diverges_with_another_gradient_says_so(self):
        trainer = Trainer(AutoencoderProblem(DIGITS.T, 2), "adam", ablation="sign flipped").run(600)
        assert trainer.describe() == (
            f"Diverged at step {trainer.steps + 1}: trained with the sign flipped, and perhaps too "
            "fast. "
            "Reset and choose another gradient or a smaller learning rate.")
        assert np.isfinite(trainer.parameters).all()
