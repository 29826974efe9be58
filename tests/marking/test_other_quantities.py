"""What is said of another quantity, or is said to be wrong, is no answer."""

from tables import over

from lvmcalc import derive, mark

RIDGE = derive("½‖X w − y‖² + λ/2 ‖w‖²", X="N×D", w="D", y="N", λ="positive")
RIGHT = "X'(X w - y) + λ w"


@over(("text", "says"), [
    ("gram = {}", "says what the gram is"), ("residual: {}", "what the residual is"),
    ("The squared error is ${}$", "what the error is"), ("our loss = {}", "what the loss is"),
    ("The Hessian is {}.", "is"), ("The gradient with respect to the inputs is {}", "the inputs"),
    ("With respect to the data, we find ${}$", "the data"), ("## Wrong\n{}", "`Wrong`"),
    ("# this is not it\ngrad = {}", "`not`")])
def test_what_is_said_of_something_else_is_unreadable(text: str, says: str) -> None:
    found = mark(text.replace("{}", RIGHT), RIDGE, "w")
    assert found.status == "unreadable"
    assert says in found.reason


@over(("text", "wrt"), [
    ("gradient = {}", "w"), ("The result is {}", "w"), ("Gradient of the loss: {}", "w"),
    ("residual = X @ w - y\ngrad = X.T @ residual + lam * w", "w"),
    ("The residual is $X w - y$, so the gradient is ${}$", "w"),
    ("The gradient with respect to the weights w is {}", "w"), ("# closed form\ngrad = {}", "w")])
def test_what_is_said_of_the_gradient_is_read(text: str, wrt: str) -> None:
    assert mark(text.replace("{}", RIGHT), RIDGE, wrt).right


@over(("text", "wrt", "status"), [
    ("Derivative w.r.t. the targets: y − Xw", "y", "proved"),
    ("The gradient with respect to the labels is Xw − y.", "y", "refuted"),
    ("Derivative w.r.t. the targets: y − Xw", "w", "unreadable")])
def test_the_targets_are_y(text: str, wrt: str, status: str) -> None:
    assert mark(text, RIDGE, wrt).status == status
