"""Loops of code, read as the sums and the rows that they compute, or unreadable."""

from tables import over

from lvmcalc import derive, mark

RIDGE = derive("½‖X w − y‖² + λ/2 ‖w‖²", X="N×D", w="D", y="N", λ="positive")
SOFTMAX = derive("1ᵀ log(exp(X W) 1) − tr(Yᵀ X W)", X="N×D", W="D×C", Y="N×C")
FACTOR = derive("‖R − U Vᵀ‖² + λ (‖U‖² + ‖V‖²)", R="N×M", U="N×k", V="M×k", λ="positive")
NET = derive("½‖B tanh(A X) − Y‖²", A="H×D", B="C×H", X="D×N", Y="C×N")


@over(("answer", "of", "wrt", "wrong"), [
    ("grad = np.zeros_like(w)\nfor i in range(len(X)):  # all rows\n"
     "    grad += (X[i] @ w - y[i]) * X[i]\ngrad += lam * w", RIDGE, "w", ("- y", "+ y")),
    ("g = lambda*w;\nfor i = 1:N\n  g = g + (X(i,:)*w - y(i)) * X(i,:)';\nend", RIDGE, "w",
     ("g + (", "g - (")),
    ("g <- numeric(ncol(X))\nfor (i in 1:nrow(X)) {\n  r <- sum(X[i, ] * w) - y[i]\n"
     "  g <- g + r * X[i, ]\n}\ng <- g + lambda * w", RIDGE, "w", ("g + r", "g + 2 * r")),
    ("g = λ*w\nfor i in eachindex(y)\n  g .+= X[i,:]*(X[i,:]'*w - y[i])\nend\ng", RIDGE, "w",
     ("λ", "2λ")),
    ("def grad(w):\n    g = 0\n    for x, t in zip(X, y):\n        g += (x @ w - t) * x\n"
     "    return g + lam * w", RIDGE, "w", (" + lam * w", "")),
    ("grad = np.zeros(D)\nfor j in range(D):\n    grad[j] = np.sum((X @ w - y) * X[:, j])"
     " + lam * w[j]", RIDGE, "w", ("+ lam", "- lam")),
    ("grad = [0.0] * D\nfor i in range(N):\n    pred = 0\n    for j in range(D):\n"
     "        pred += X[i][j] * w[j]\n    for j in range(D):\n"
     "        grad[j] += (pred - y[i]) * X[i][j]\nfor j in range(D):\n    grad[j] += lam * w[j]",
     RIDGE, "w", ("lam * w", "2 * lam * w")),
    ("g = np.zeros((D, 1))\nfor i in range(N):\n    a = X[i:i+1].T\n    g += a @ (a.T @ w - y[i])\n"
     "g += lam * w", RIDGE, "w", ("a @ (a.T", "a * (2 * a.T")),
    ("dU = zeros(N, k)\nfor i in 1:N, j in 1:M\n    e = R[i,j] - dot(U[i,:], V[j,:])\n"
     "    dU[i,:] .-= 2 * e * V[j,:]\nend\ndU .+= 2λ * U", FACTOR, "U", ("2 * e", "e")),
    ("dA = np.zeros_like(A)\nfor n in range(N):\n    h = np.tanh(A @ X[:, n])\n"
     "    r = B @ h - Y[:, n]\n    dA += np.outer((B.T @ r) * (1 - h ** 2), X[:, n])", NET, "A",
     ("h ** 2", "h")),
    ("sum((X[i] @ w - y[i]) * X[i] for i in range(N)) + lam * w", RIDGE, "w", ("sum", "-sum")),
    ("dW = np.zeros_like(W)\nfor i in range(X.shape[0]):\n    p = softmax(X[i] @ W)\n"
     "    for k in range(C):\n        dW[:, k] += (p[k] - Y[i, k]) * X[i]", SOFTMAX, "W",
     ("p[k] -", "p[k] +")),
    ("parts = []\nfor x, t in zip(X, Y):\n    p = softmax(x @ W)\n"
     "    parts.append(np.outer(x, p - t))\ndW = np.sum(parts, axis=0)", SOFTMAX, "W",
     ("p - t", "t - p")),
    ("dX = np.zeros_like(X)\nfor n, x in enumerate(X):\n    p = np.exp(x @ W)\n    p /= p.sum()\n"
     "    dX[n] = (p - Y[n]) @ W.T", SOFTMAX, "X", ("    p /= p.sum()\n", "")),
    ("dW = zeros(D, C)\nfor k = 1:C\n  for i = 1:N\n"
     "    p = exp(X(i,:)*W(:,k)) / sum(exp(X(i,:)*W));\n"
     "    dW(:,k) = dW(:,k) + X(i,:)' * (p - Y(i,k));\n  end\nend", SOFTMAX, "W",
     ("(p - Y", "(p - 2*Y")),
    ("dU = zeros(size(U));\nfor i = 1:N\n  for j = 1:M\n"
     "    dU(i,:) = dU(i,:) - 2*(R(i,j) - U(i,:)*V(j,:)')*V(j,:);\n  end\nend\n"
     "dU = dU + 2*lambda*U;", FACTOR, "U", ("+ 2*lambda", "- 2*lambda")),
    ("dW = zeros(m, n)\nfor s in 1:S\n    r = W' * (W * x[:, s]) - x[:, s]\n"
     "    dW += W * x[:, s] * r' + W * r * x[:, s]'\nend", "autoencoder", "W",
     ("* r' + W", "* r' - W")),
])
def test_a_loop_is_read_as_what_it_computes(answer, of, wrt, wrong):
    assert mark(answer, of, wrt).right
    marked = mark(answer.replace(*wrong), of, wrt)
    assert marked.status == "refuted", marked


@over(("answer", "word"), [
    ("for epoch in range(100):\n    w -= X.T @ (X @ w - y)", "epoch"),
    ("g = 0\nfor i in range(N):\n    if y[i] > 0:\n        g += X[i]", "if y"),
    ("for i in range(N):\n    g += (X[i] @ w - y[i]) * X[i]", "never initialised"),
    ("for i in X: Xᵀ(Xw − y) + λw", "begins a loop"),
    ("g = 0\nfor i in range(1, N):\n    g += (X[i] @ w - y[i]) * X[i]", "begins a loop"),
    ("g = 0\nfor i in range(N):\n    g += (X[i] @ w - y[k]) * X[k]",
     "There is no `k` here; the names are X, w, y, λ, f, e, c, a, h, g, p, L, N, D, I,"),
    ("g = 0\nfor i in range(N):\ng += (X[i] @ w - y[i]) * X[i]", "is empty"),
    ("g = 0\nfor i in range(N):\n    g = X[i] * (X[i] @ w - y[i])\ng", "used after it"),
    ("g = 0\nfor i in range(N):\n    s = 0\n    for j in range(D):\n        s = X[i, j] * w[j]\n"
     "    g += (s - y[i]) * X[i]", "overwritten"),
    ("g = 0\nfor i in range(N):\n    g += (X[i-1] @ w - y[i]) * X[i]", "other than as"),
    ("g = []\nfor i in range(N):\n    g.append((X[i] @ w - y[i]) * X[i])\nnp.mean(g, axis=0)",
     "sum of the list"),
    ("g = np.zeros(D)\nfor j in range(N):\n    g[j] = X[:, j] @ (X @ w - y) + lam * w[j]",
     "all of g"),
])
def test_a_loop_that_does_more_is_unreadable(answer, word):
    marked = mark(answer, RIDGE, "w")
    assert marked.status == "unreadable"
    assert word in marked.reason
