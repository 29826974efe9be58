"""Answers in code: broadcasting, functions that are told an operation, dialects of one's own."""

from tables import over

from lvmcalc import derive, mark

RIDGE = derive("½‖X w − y‖² + λ/2 ‖w‖²", X="N×D", w="D", y="N", λ="positive")
SOFTMAX = derive("1ᵀ log(exp(X W) 1) − tr(Yᵀ X W)", X="N×D", W="D×C", Y="N×C")


@over(("answer", "of", "wrt"), [
    # a column beside an array of one axis
    ("(X @ w - y)[:, None] * w", RIDGE, "X"), ("w * (X @ w - y)[:, None]", RIDGE, "X"),
    ("np.sum(X * (X @ w - y).reshape(-1, 1), axis=0) + lam * w", RIDGE, "w"),
    ("r = (X @ w - y)[:, None]\nnp.sum(X * r, axis=0) + lam * w", RIDGE, "w"),
    ("E = np.exp(X @ W)\ns = E.sum(axis=1).reshape(-1, 1)\nX.T @ (E / s - Y)", SOFTMAX, "W"),
    ("E <- exp(X %*% W)\ns <- rowSums(E)\ncrossprod(X, E / s - Y)", SOFTMAX, "W"),
    ("E = exp(X*W);\ns = sum(E, 2);\nX'*(E ./ s - Y)", SOFTMAX, "W"),
    ("X.T @ torch.sub(X @ w, y) + lam * w", RIDGE, "w"),
    ("E = np.exp(X @ W)\nnp.matmul(X.T, np.divide(E, E.sum(axis=1, keepdims=True)) - Y)",
     SOFTMAX, "W"),
    # R: a function with an argument lambda, apply, sweep with names, c
    ("grad <- function(w, X, y, lambda) {\n  crossprod(X, X %*% w - y) + lambda * w\n}",
     RIDGE, "w"),
    ("outer(c(X %*% w - y), w)", RIDGE, "X"),
    ("P <- t(apply(X %*% W, 1, softmax))\ncrossprod(X, P - Y)", SOFTMAX, "W"),
    ("E <- exp(X %*% W)\nP <- E / apply(E, 1, sum)\ncrossprod(X, P - Y)", SOFTMAX, "W"),
    ('E <- exp(X %*% W)\nP <- sweep(E, 1, rowSums(E), FUN = "/")\ncrossprod(X, P - Y)',
     SOFTMAX, "W"),
    # MATLAB's bsxfun, and Julia's @.
    ("E = exp(X*W);\nP = bsxfun(@rdivide, E, sum(E, 2));\nX'*(P - Y);", SOFTMAX, "W"),
    ("E = exp(X*W);\nP = bsxfun(@times, E, 1./sum(E, 2));\nX'*(P - Y);", SOFTMAX, "W"),
    ("P = exp.(X*W)\nP ./= sum(P, dims=2)\nX'*(P - Y)", SOFTMAX, "W"),
    ("P = exp.(X*W)\nP .*= 1 ./ sum(P, dims=2)\nX'*(P - Y)", SOFTMAX, "W"),
    ("m = length(y);\nn = size(X, 1);\nk = numel(y);\nX'*(X*w - y)/m*n*k/n + lambda*w", RIDGE, "w"),
    # copies along an axis
    ("P <- prop.table(exp(X %*% W), 1)\ncrossprod(X, P - Y)", SOFTMAX, "W"),
    ("P = mapslices(softmax, X*W, dims=2)\nX'*(P - Y)", SOFTMAX, "W"),
    ("E = exp(X*W);\nP = E ./ repmat(sum(E, 2), 1, C);\nX'*(P - Y);", SOFTMAX, "W"),
    ("E = np.exp(X @ W)\nP = E / np.tile(E.sum(axis=1), (C, 1)).T\nX.T @ (P - Y)", SOFTMAX, "W"),
    ("np.expand_dims(X @ w - y, axis=1) * w", RIDGE, "X"),
    ("mul!(g, X', X*w - y); g .+= λ .* w", RIDGE, "w"),
    ("sum(X .* (X*w - y), 1)' + lambda*w", RIDGE, "w"),
    ("sum(bsxfun(@times, X, X*w - y))' + lambda*w;", RIDGE, "w"),
    ("sum(X .* (X*w - y))' + lambda*w", RIDGE, "w"),
    ("colSums(X * c(X %*% w - y)) + lambda*w", RIDGE, "w"),
    ("VectorXd grad = X.transpose() * (X * w - y) + lambda * w;", RIDGE, "w"),
    ("def softmax(Z):\n    Z = Z - Z.max(axis=1, keepdims=True)\n    E = np.exp(Z)\n"
     "    return E / E.sum(axis=1, keepdims=True)\nX.T @ (softmax(X @ W) - Y)", SOFTMAX, "W"),
    ("E = @. exp($(X*W))\nP = @. E / $(sum(E, dims=2))\nX'*(P - Y)", SOFTMAX, "W")])
def test_a_gradient_in_code_is_read(answer: str, of: object, wrt: str) -> None:
    assert mark(answer, of, wrt).right, str(mark(answer, of, wrt))
    minus = ", y" if "torch" in answer else "- Y" if of is SOFTMAX else "- y"
    changed = ", 2*y" if "torch" in answer else f"- 2*{minus[-1]}"
    assert mark(answer.replace(minus, changed), of, wrt).status == "refuted"


def test_an_array_of_one_axis_is_no_column_that_is_copied() -> None:
    answer = "E = np.exp(X @ W)\nP = E / np.tile(E.sum(axis=1), (1, C))\nX.T @ (P - Y)"
    assert mark(answer, SOFTMAX, "W").status == "unreadable"


@over(("answer", "status"), [
    ("X.T @ cho_solve((L, True), X @ w - y)", "unreadable"),  # with L, which is no factor here
    ("colSums(X * (X %*% w - y)) + lambda*w", "refuted"),  # which R cannot multiply
    ("crossprod(X, X %*% w) - colSums(X * y) + lambda*w", "proved"),
    ("(X'*X + λ 1)*w - X'*y", "unreadable")])
def test_what_is_not_copied_or_may_be_the_identity_is_not_taken_for_ones(answer: str,
                                                                         status: str) -> None:
    assert mark(answer, RIDGE, "w").status == status, str(mark(answer, RIDGE, "w"))


@over(("comment", "status"), [
    ("# K^{-1} Y with a minus", "proved"), ("# wrong, fails the check", "unreadable"),
    ("# TODO: transpose?", "unreadable"), ("# up to sign", "unreadable"),
    ("# times two", "unreadable"), ("# twice that", "unreadable"), ("# minus this", "unreadable"),
    ("# take the mean", "unreadable"), ("# then multiply by 3", "unreadable"),
    ("# Y is transposed", "unreadable"), ("# the trace term is left out", "unreadable"),
    ("# this is for lasso", "unreadable"), ("# times the learning rate", "unreadable"),
    ("# Y: 2*Y", "refuted"), ("# no factor 2 here", "proved"), ("# hypothesis", "proved")])
def test_a_comment_is_no_code_but_may_doubt_it(comment: str, status: str) -> None:
    assert mark(f"-np.linalg.solve(K, Y)  {comment}", "gplvm", "Y").status == status


def test_a_comment_of_plain_words_is_shown() -> None:
    found = str(mark("# backward\n-np.linalg.solve(K, Y)  # chain rule", "gplvm", "Y"))
    assert "stand “backward” and “chain rule”; they are not marked" in found


@over("name", ["lam", "lambda_", "λ"])
def test_a_number_may_be_given_another_value_by_each_of_its_names(name: str) -> None:
    code = f"{name} = {{}}λ\nX.T @ (X @ w - y) + {name} * w"
    assert (mark(code.format(""), RIDGE, "w").right, mark(code.format("2*"), RIDGE, "w").status
            ) == (True, "refuted")


def test_words_of_a_comment_make_no_product_elementwise() -> None:
    code = ("invK = inv(alpha*(X*X') + eye(N)/beta);\nG = invK*Y*Y'*invK - D*invK;{}\n"
            "gX = alpha*G*X;")
    for answer in (f"% gradient of the log likelihood w.r.t. the latents\n{code.format('')}",
                   code.format("  % the 2 is from X*X'")):
        assert mark(answer, "gplvm", "X").status == "proved"


@over("behind", ["K = alpha*X*X' + eye(N)/beta;", "X = 2*X;", "M = 2*K;"])
def test_code_behind_the_answer_changes_nothing_and_is_not_left_out(behind: str) -> None:
    answer = "-alpha*D*(K \\ X);"
    assert mark(f"{answer}\n{behind}", "gplvm.log_det", "X").status == "unreadable"
    assert mark(f"{answer}", "gplvm.log_det", "X").right


@over(("answer", "status"), [("d -> x", "unreadable"), ("W -> x", "unreadable"),
                             ("c -> 2*c", "refuted"),
                             ("f = c -> c", "proved"), ("(c, x) -> c", "proved"),
                             ("def f(c) -> np.ndarray:\n    return c", "proved")])
def test_an_arrow_is_a_function_of_what_occurs_in_it(answer: str, status: str) -> None:
    assert mark(answer, "autoencoder", "c").status == status


MASKED = derive("½ sum(M ∘ (R − U Vᵀ) ∘ (R − U Vᵀ)) + λ/2 ‖U‖²", M="N×P", R="N×P", U="N×K", V="P×K",
                λ="positive")
CLASS = """
class Factors(Base):
    \"\"\"Of observed ratings.\"\"\"
    def __init__(self, R, M, lam=0.1):
        super().__init__()
        self.R, self.M = R, M
        self.lam = lam

    @staticmethod
    def guess(A, B):
        return A @ B.T

    def error(self, A):
        guess = self.guess(A, self.V)
        return self.M * (self.R - guess)  # only the observed ratings count

    def grad_U(self, U):
        E = self.error(U)
        return -E @ self.V + self.lam * U

    def grad_V(self, U):
        return -self.error(U).T @ U

    def step(self, U):
        return U - 0.1 * self.grad_U(U)
"""


@over(("wrong", "put", "status"), [
    ("A @", "A @", "proved"), ("self.lam * U", "U", "refuted"),
    ("self.R - guess", "guess", "refuted"), ("self.lam = lam", "self.lam = 2 * lam", "unreadable"),
    ("return A", "return low(A)", "unreadable"),
    ("guess = ", "A += 1\n        guess = ", "unreadable")])
def test_the_method_of_a_class_for_the_gradient_is_read(wrong: str, put: str, status: str) -> None:
    assert mark(CLASS.replace(wrong, put), MASKED, "U").status == status


def test_a_function_of_several_values_stands_for_its_formula() -> None:
    code = "def k(Z, a):\n    return a * Z @ Z.T + np.eye(N) / beta\n\n-solve(k({}), Y)"
    marks = [mark(code.format(it), "gplvm", "Y") for it in ("X, alpha", "X, beta", "X")]
    assert [it.status for it in marks] == ["proved", "refuted", "unreadable"]


def test_a_call_that_cannot_be_read_is_quoted_to_its_bracket() -> None:
    assert "`softmax(X @ W)` cannot be read" in str(
        mark("X.T @ (softmax(X @ W) - Y)", SOFTMAX, "W"))
    for bounded in ("np.clip(X.T @ Y, -1, 1)", "(X.T @ Y).clamp_(min=0)"):
        assert "bounds values, and is not read" in str(mark(bounded, SOFTMAX, "W"))
