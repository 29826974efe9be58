"""Remarks beside an answer that cannot change it are shown, and the answer is marked."""

import pytest
from test_side_remarks import RIDGE, SOFTMAX

from lvmcalc import mark

ANSWER = "∂L/∂w = Xᵀ(Xw − y) + λw"


@pytest.mark.parametrize(("text", "shown"), [
    ("{} (the penalty does not depend on the data)", "the penalty does not depend"),
    ("{} — worked out on the train this morning", "worked out on the train this morning"),
    ("{}. Thanks for the great lecture!", "Thanks for the great lecture!"),
    ("$${}$$ This agrees with autograd in the notebook.", "This agrees with autograd"),
    ("${}$ since $w$ enters only through $Xw$ and the penalty.", "enters only through $Xw$"),
    ("(a) Hold $y$ fixed; the chain rule gives\n$${}$$", "(a) Hold $y$ fixed; the chain"),
    ("Step 2 (hidden layer): ${}$", "Step 2 (hidden layer)"),
    ("{} (set to 0: w = (XᵀX + λI)⁻¹Xᵀy)", "set to 0: w ="),
    ("{}  [same shape as w ✓]", "same shape as w ✓"),
    ("# w: (D, 1)\nr = X @ w - y  # residual\ng = X.T @ r + lam * w  # data term + penalty",
     "data term + penalty")])
def test_a_remark_that_changes_nothing_is_shown(text: str, shown: str) -> None:
    right, wrong = (mark(text.format(it).replace("X.T @ r +", sign), RIDGE, "w")
                    for it, sign in ((ANSWER, "X.T @ r +"), (ANSWER.replace("+", "−"),
                                                             "X.T @ r -")))
    assert (right.right, wrong.status) == (True, "refuted")
    assert all(shown in str(found) and "not marked." in str(found) for found in (right, wrong))


@pytest.mark.parametrize("text", [
    "{}, but the sign of it all is flipped in our lecture.", "{} (up to a factor, as always)",
    "{}. You still have to take care of the penalty.", "{} (for a very small penalty)",
    "{}. Here w has taken the place of y.", "{}, which the lecturer calls the Hessian.",
    "From a noisy world where the gradient is $Xᵀ(Xw − y) + λw$",
    "My sister claims that {}", "It is tempting to write: {}", "In a row: {}",
    "{}. This is the derivative with respect to y.", "{}. This is the residual.",
    "{}, together with the usual penalty term.", "{} (the bias enters too)",
    "{} foo bar baz", "{} (w is the old estimate)", "{} (with X = I as usual)",
    "{}, from which the gradient follows by the product rule.", "{}. Delete the penalty here.",
    "The picture of the forest becomes: Xᵀ(Xw − y) + λw", "The predictions are: $Xᵀ(Xw − y) + λw$",
    "{} (the shape is N×D)", "{} because we get $Xᵀ(Xw − y)$", "{}  # w: (1, D)",
    "The natural gradient is {}", "For one observation, {}", "{} for the shuffled w",
    "One of the two terms is {}", "The normal equations are {}",
    "{} (the lecturer uses a Huber loss in this exercise)", "{} (as it is for the hinge loss)"])
def test_a_remark_that_may_change_an_answer_makes_it_unreadable(text: str) -> None:
    assert mark(text.format(ANSWER), RIDGE, "w").status == "unreadable"


def test_a_definition_beside_a_remark_is_honoured() -> None:
    text = ("With the predicted probabilities $P = softmax(XW)$ from the lecture yesterday: "
            "$∂L/∂W = Xᵀ(P {} Y)$")
    assert mark(text.format("−"), SOFTMAX, "W").right
    assert mark(text.format("+"), SOFTMAX, "W").status == "refuted"
