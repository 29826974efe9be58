"""Any chain trains: as its own fast form does, and as autograd says."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
import sympy as sp
from chain_problems import FIRST, RNG, A, Y, of_autoencoder, of_noise, of_ridge, x, y
from sympy import MatrixSymbol

from lvmcalc.chain import Builder, derive
from lvmcalc.models import AutoencoderProblem, GPLVMProblem, gplvm
from lvmcalc.training import OPTIMISERS, ChainProblem, Trainer


def of_gplvm():
    return ChainProblem(gplvm.chain(), "X", maximise=True, Y=Y, alpha=1.3, beta=0.8, Q=2)


def ridge_loss(w):
    return anp.sum((A @ w - y) ** 2) / 2 + 0.35 * anp.sum(w**2)


def loss(W):
    return anp.sum((W.T @ W @ x - x) ** 2) / 2


def log_likelihood(X, alpha=1.3, beta=0.8):
    K = alpha * X @ X.T + anp.eye(len(Y)) / beta
    fit = anp.trace(anp.linalg.solve(K, Y @ Y.T))
    return -(Y.size * anp.log(2 * anp.pi) + Y.shape[1] * anp.linalg.slogdet(K)[1] + fit) / 2


ALL = pytest.mark.parametrize("problem", [of_ridge(), of_autoencoder(), of_gplvm(), of_noise()],
                              ids=["ridge", "autoencoder", "gplvm", "gplvm and its noise"])


@pytest.mark.parametrize(("problem", "value", "at"), [
    (of_ridge(), ridge_loss, RNG.standard_normal((3, 1))),
    (of_autoencoder(), loss, FIRST["W"]), (of_gplvm(), log_likelihood, FIRST["X"])],
    ids=["ridge", "autoencoder", "gplvm"])
def test_value_and_gradient_are_those_of_autograd(problem, value, at):
    found, gradient = problem.value_and_gradient(at)
    assert found == pytest.approx(value(at), rel=1e-12)
    assert gradient.shape == problem.shape == at.shape
    np.testing.assert_allclose(gradient, autograd.grad(value)(at), rtol=1e-10)


def test_several_variables_matrices_and_scalars_have_the_gradients_of_autograd():
    at = {"X": FIRST["X"], "alpha": 1.7, "beta": 0.4}
    value, gradient = of_noise().value_and_gradient(at)
    assert value == pytest.approx(log_likelihood(**at), rel=1e-12)
    for number, name in enumerate(at):
        expected = autograd.grad(log_likelihood, number)(*at.values())
        np.testing.assert_allclose(gradient[name], expected, rtol=1e-9)


def test_parameters_are_known_by_greek_letters_too():
    by_word, by_letter = ({"X": FIRST["X"], alpha: 1.7, beta: 0.4}
                          for alpha, beta in (("alpha", "beta"), ("α", "β")))
    assert of_noise().value(by_letter) == of_noise().value(by_word)


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize(("fast", "of_chain", "paths"), [
    (AutoencoderProblem(x, 2), of_autoencoder(), {"only path g (decoder)": "only path g",
                                                  "only path h (encoder)": "only path h"}),
    (GPLVMProblem(Y, 2, 1.3, 0.8), of_gplvm(), {"only path f": "only path h"})],
    ids=["autoencoder", "gplvm"])
def test_it_trains_as_the_fast_form_of_the_model(fast, of_chain, paths, optimiser):
    whole = {next(iter(fast.ablations)): "whole gradient", "sign flipped": "sign flipped"}
    for ours, theirs in (whole | paths).items():
        first = Trainer(fast, optimiser, 0.003, ablation=ours)
        second = Trainer(of_chain, optimiser, 0.003, ablation=theirs)
        first.parameters = second.parameters = FIRST[fast.name_of_parameters]
        for _ in range(3):
            first.step(4)
            second.step(4)
            if first.status == "diverged":  # told by the gap, which the chain does not know
                break
            assert second.value == pytest.approx(first.value, rel=1e-9)
            for name in ("parameters", "gradient", "direction"):
                np.testing.assert_allclose(getattr(second, name), getattr(first, name), rtol=1e-7,
                                           atol=1e-9)


@ALL
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_without_any_setting_it_trains_and_repeats_itself_from_its_seed(problem, optimiser):
    trainer = Trainer(problem, optimiser, seed=3)
    start = trainer.value
    trainer.step(20)
    assert trainer.status == "running"
    assert problem.sign * trainer.value > problem.sign * start
    again = trainer.again().run(20)
    assert again.value == trainer.value
    assert Trainer(problem, optimiser, seed=4).value != start


@pytest.mark.parametrize("optimiser", ["gradient", "momentum", "nesterov"])
def test_ridge_regression_finds_the_solution_of_its_normal_equations(optimiser):
    trainer = Trainer(of_ridge(), optimiser).run(250)
    np.testing.assert_allclose(trainer.parameters, np.linalg.solve(A.T @ A + 0.7 * np.eye(3),
                                                                   A.T @ y), rtol=1e-7)
    assert trainer.settled
    trainer.parameters = trainer.parameters + 0.01
    assert not trainer.settled


def test_the_usual_rate_is_a_quarter_of_what_the_curvature_at_the_start_allows():
    curvature = np.linalg.eigvalsh(A.T @ A + 0.7 * np.eye(3))[-1]
    assert Trainer(of_ridge(), "gradient").learning_rate == pytest.approx(0.5 / curvature, rel=1e-3)


def test_the_noise_is_learned_along():
    trainer = Trainer(of_noise(), "adam", 0.1).run(200)
    best = GPLVMProblem(Y, 2)
    assert trainer.value == pytest.approx(best.best, abs=0.01)
    assert trainer.parameters["beta"] == pytest.approx(best.beta, rel=0.05)


def test_it_starts_small_and_positive_where_it_has_to_be():
    start = of_noise().start(2)
    assert start["X"].shape == (9, 2)
    assert np.abs(start["X"]).max() < 1
    assert 0.5 < start["alpha"] < 2
    assert start["alpha"] != start["beta"]


@ALL
def test_a_state_can_be_set_and_read(problem):
    trainer = Trainer(problem, "momentum")
    there = problem.start(8)
    trainer.parameters = there
    assert str(trainer.parameters) == str(there)
    assert trainer.value == problem.value(there)
    out = np.empty(problem.shape)
    assert trainer.write(out) is out
    assert out.size == trainer._state.coordinates.size


def test_it_starts_positive_where_a_logarithm_is_taken_and_says_so_where_it_has_no_value():
    chain = derive("P = W H; sum(P − V ∘ log(P))", W="N×Q", H="Q×D", V="N×D")
    V = RNG.uniform(0.5, 2, (6, 4))
    trainer = Trainer(ChainProblem(chain, "W", V=V, H=np.ones((2, 4))), learning_rate=1e-3).run(20)
    assert (trainer.parameters > 0).all()
    assert trainer.value < trainer.history.values[0]
    with pytest.raises(ArithmeticError, match="has no value here: it takes a logarithm of a numb"):
        ChainProblem(chain, "W", V=V, H=np.ones((2, 4))).evaluate(-np.ones(12))


def test_a_covariance_stays_symmetric_and_finds_that_of_the_samples():
    n = sp.Symbol("n", integer=True, positive=True)
    Sigma, S = MatrixSymbol("Sigma", n, n), MatrixSymbol("S", n, n)
    build = Builder("normal", Sigma, S, symmetric=("Sigma", "S"))
    build.b = sp.Determinant(Sigma)
    build.q = sp.log(build.b)
    build.r = Sigma.I
    build.s = build.r * S
    build.t = sp.Trace(build.s)
    build("L", "scalar sum", build.q, build.t)
    S = np.cov(RNG.standard_normal((3, 40)))
    problem = ChainProblem(build.chain(), "Sigma", S=S)
    start = problem.start(0)
    assert (start == start.T).all()
    assert np.linalg.eigvalsh(start)[0] > 0
    slope = -np.linalg.inv(start) @ (S - start) @ np.linalg.inv(start)
    np.testing.assert_allclose(problem.value_and_gradient(start)[1], slope, rtol=1e-10)
    found = Trainer(problem, learning_rate=0.1).run(200).parameters
    assert (found == found.T).all()
    np.testing.assert_allclose(found, S, rtol=1e-6, atol=1e-6)


# Derived chains
def test_a_derived_chain_trains_all_of_its_variables_together():
    chain = derive("½‖A w + b ones(N) − y‖² + λ/2 ‖w‖²", A="N×D", w="D", b="scalar", y="N",
                   λ="positive")
    problem = ChainProblem(chain, ("w", "b"), A=A, y=y, λ=0.7)
    trainer = Trainer(problem, "gradient", 0.02, seed=1)
    for _ in range(4000):
        trainer.step()
    free = A - A.mean(axis=0)
    w = np.linalg.solve(free.T @ free + 0.7 * np.eye(3), free.T @ y)
    np.testing.assert_allclose(trainer.parameters["w"], w, rtol=1e-8)
    assert trainer.parameters["b"] == pytest.approx((y - A @ w).mean(), rel=1e-8)


def test_a_step_of_training_walks_no_formula(monkeypatch):
    problem = of_noise()
    expected = problem.value_and_gradient({"X": FIRST["X"], "alpha": 1.7, "beta": 0.4})
    monkeypatch.setattr("lvmcalc.chain.numbers._number", None)
    monkeypatch.setattr("lvmcalc.chain.Chain.run", None)
    found = problem.value_and_gradient({"X": FIRST["X"], "alpha": 1.7, "beta": 0.4})
    assert found[0] == expected[0]
    np.testing.assert_array_equal(found[1]["X"], expected[1]["X"])


def test_what_goes_wrong_in_a_compiled_step_is_still_said():
    problem = ChainProblem(derive("½‖A⁻¹ − B‖²", A="N×N", B="N×N"), "A", B=np.eye(3))
    with pytest.raises(ArithmeticError, match="keeps fewer than 8 digits"):
        problem.value_and_gradient(np.diag([1.0, 1.0, 1e-12]))
