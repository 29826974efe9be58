"""Of any chain that trains only what is known is said: its paths, its end, what was wrong."""

import re

import numpy as np
import pytest
import sympy as sp
from bad_input import sentence
from chain_problems import FIRST, RNG, A, of_autoencoder, of_noise, of_ridge, ridge_chain, x, y
from sympy import MatrixSymbol
from tables import over

from lvmcalc.chain import Builder, derive
from lvmcalc.models import autoencoder
from lvmcalc.training import ChainProblem, Problem, Trainer


class TestAblation:
    def test_there_is_one_for_each_path(self):
        assert list(of_autoencoder().ablations) == ["whole gradient", "only path h", "only path g",
                                                    "sign flipped"]
        assert list(ChainProblem(autoencoder.chain(), "x", W=FIRST["W"], S=3).ablations) == [
            "whole gradient", "only path e", "only path c", "sign flipped"]
        assert list(of_noise().ablations) == [
            "whole gradient", "without path f of X", "without path h of X",
            "without path d of α", "without path j of β", "sign flipped"]

    def test_three_paths_can_be_left_out_or_stand_alone(self):
        n = sp.Symbol("n", integer=True, positive=True)
        X = MatrixSymbol("X", n, n)
        build = Builder("cube", X)
        f, g, h = (build(name, "use", X) for name in "fgh")
        build("t", "trace", build("e", "product", build("d", "product", f, g), h))
        problem, at = ChainProblem(build.chain(), "X", n=3), RNG.standard_normal((3, 3))
        gradient = problem.checked(problem.value_and_gradient(at)[1])
        for number, path in enumerate("fgh"):
            one = gradient / 3  # ∂tr(X³)/∂X = 3(X²)ᵀ, a third from each use
            left = problem.ablated(f"without path {path}", problem.checked(at), gradient)
            only = problem.ablated(f"only path {path}", problem.checked(at), gradient)
            np.testing.assert_allclose(left, gradient - one, rtol=1e-10, err_msg=str(number))
            np.testing.assert_allclose(only, one, rtol=1e-10)

    def test_without_its_only_path_a_variable_stays(self):
        trainer = Trainer(of_noise(), "gradient", 1e-4, ablation="without path d of α")
        start = trainer.parameters
        trainer.step(3)
        assert trainer.parameters["alpha"] == start["alpha"]
        assert trainer.parameters["beta"] != start["beta"]


class Parabola(Problem):
    """The least there is to give: a value with its gradient, and where to start."""

    sign, name_of_value, name_of_parameters, shape, spread = -1, "height", "z", (1, 2), 0.1

    def evaluate(self, coordinates):
        return float((coordinates**2).sum()), 2 * coordinates

    def draw(self, generator):
        return generator.standard_normal(self.shape)


def test_a_problem_has_to_give_a_value_and_a_start_and_no_more():
    with pytest.raises(TypeError, match="abstract"):
        Problem()
    trainer = Trainer(Parabola(), "gradient").run(40)
    assert trainer.learning_rate == pytest.approx(0.25)  # a quarter of 2/h, h = 2
    height = f"{trainer.value:.4g}".replace("-", "−")
    assert trainer.describe() == f"Step 40. Height {height}."
    assert trainer.settled
    assert trainer.problem.part(np.ones((1, 2))).tolist() == [[2.0, 2.0]]
    trainer.problem.best, trainer.problem.scale = 0.0, 1.0
    assert trainer.describe() == (f"Step 40. Height {height}, less than 0.0001 % of 1 "
                                  "above the best possible.")


def test_without_an_optimum_there_is_no_subspace_to_take_an_angle_to():
    problem = of_ridge()
    with pytest.raises(ValueError, match=r"^There is no subspace of the optimum here, as no "
                       r"optimum is known\.$"):
        problem.subspace_angle(problem.start(0))


class TestWords:
    def test_nothing_is_said_of_what_is_not_known(self):
        trainer = Trainer(of_ridge(), "gradient", 0.01).run(5)
        assert trainer.describe() == f"Step 5. Value {trainer.value:.4g}."
        assert trainer.gap is None
        assert trainer.stability_limit is None

    def test_what_it_is_trained_with_is_said(self):
        trainer = Trainer(of_noise(), ablation="without path h of X")
        assert trainer.describe().endswith(
            " Trained with path h of X left out; the value is the true one.")

    def test_a_run_that_diverges_stops_at_its_last_finite_state_and_says_why(self):
        trainer = Trainer(of_autoencoder(), "gradient", 5.0).run(50)
        assert trainer.status == "diverged"
        assert trainer.describe() == (f"Diverged at step {trainer.steps + 1}: the learning rate 5 "
                                      "is too large. Reset and choose a smaller one.")
        assert np.isfinite(trainer.parameters).all()

    def test_a_loss_without_a_lower_bound_is_not_blamed_on_the_learning_rate(self):
        chain = derive("−½ tr(WᵀW)", W="D×Q")
        trainer = Trainer(ChainProblem(chain, "W", D=2, Q=1), "gradient", 1e3).run(20)
        assert re.fullmatch(r"Step 20\. Value −\d\.\d+e\+\d+\.", trainer.describe())
        assert trainer.run(50).describe().endswith(
            "the value gets better without end. It seems to have no optimum.")

    def test_a_scalar_that_would_not_be_positive_any_more_stops_the_run(self):
        trainer = Trainer(of_noise(), "gradient", 50.0).run(20)
        assert trainer.status == "diverged"
        assert min(trainer.parameters["alpha"], trainer.parameters["beta"]) > 0


BAD = [
    (lambda: ChainProblem(ridge_chain(), "v", A=A, y=y), ValueError,
     "There is no leaf 'v'; there are A, w, y, lambda."),
    (lambda: ChainProblem(ridge_chain(), (), A=A, y=y), ValueError, "There is no leaf (); "),
    (lambda: ChainProblem("ridge", "w", A=A, y=y), TypeError,
     "The chain must be a Chain, not str."),
    (lambda: ChainProblem(ridge_chain(), "w", A=A, y=y), TypeError,
     "ridge needs a value of each leaf that is not trained, and of no other: A, y, λ."),
    (lambda: of_ridge(w=y), TypeError, "ridge needs a value of each leaf that is not trained, "),
    (lambda: of_ridge(z=y), ValueError, "There is no leaf or size 'z'; there are A, w, y, lambda"),
    (lambda: ChainProblem(autoencoder.chain(), "W", x=x), TypeError,
     "W has an unknown size: pass m by name, such as m=2."),
    (lambda: ChainProblem(autoencoder.chain(), "W", x=x, m=2.5), TypeError,
     "m must be a whole number, not 2.5."),
    (lambda: ChainProblem(autoencoder.chain(), "W", x=x, m=2, n=7).finite(np.ones(14)), ValueError,
     "x must have shape"),
    (lambda: of_ridge().value(np.ones((4, 1))), ValueError, "w must have shape 3×1, not 4×1."),
    (lambda: of_noise().value(np.ones(3)), TypeError,
     "The parameters must be a dict with X, alpha, beta."),
    (lambda: of_noise().value({"X": FIRST["X"], "alpha": 1.0}), TypeError,
     "The parameters must be a dict with X, alpha, beta."),
    (lambda: of_noise().value({"X": FIRST["X"], "alpha": 1.0, "beta": -1.0}), ValueError,
     "beta must be positive, but it is -1."),
    (lambda: of_autoencoder().value(np.full((2, 5), 1e110)), ArithmeticError, "L = "),
    (lambda: Trainer(of_ridge(), ablation="only path h"), ValueError,
     "There is no gradient 'only path h'; "),
]


@over(("call", "kind", "beginning"), BAD)
def test_bad_input_gets_one_sentence(call, kind, beginning):
    assert sentence(call, kind).startswith(beginning)


def test_a_positive_scalar_that_would_leave_its_domain_is_named():
    problem = ChainProblem(derive("a^2 + b", a="positive", b="scalar"), ("a", "b"))
    assert problem.evaluate(np.array([2.0, -1.0]))[0] == 3.0
    with pytest.raises(ValueError, match=r"^a must be positive, but it is -2"):
        problem.evaluate(np.array([-2.0, -1.0]))
