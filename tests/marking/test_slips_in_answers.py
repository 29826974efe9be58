"""A slip is told in the terms of the answer, and without it the answer is right."""

from tables import over

from lvmcalc import derive, mark

RIDGE = derive("½‖X w − y‖² + λ/2 ‖w‖²", X="N×D", w="D", y="N", λ="positive")
SOFTMAX = derive("1ᵀ log(exp(X W) 1) − tr(Yᵀ X W)", X="N×D", W="D×C", Y="N×C")
LOGISTIC = derive("1ᵀ log(1 + exp(X w)) − yᵀ X w + λ/2 ‖w‖²", X="N×D", w="D", y="N", λ="positive")
NET = derive("½‖B tanh(A X) − Y‖²", A="H×D", B="C×H", X="D×N", Y="C×N")
MASKED = derive("½‖M ⊙ (U Vᵀ − R)‖²", M="N×P", U="N×Q", V="P×Q", R="N×P")


@over(("answer", "of", "wrt", "said"), [
    ("dL/dt = 1/2", "gplvm", "t", "  The answer gives 1/2, but"),  # which has no letters
    ("1/N Σ_i (x_iᵀw − y_i) x_i + λw", RIDGE, "w", "is the mean over N; the sum belongs there"),
    ("X.T @ (p*(1 - p)*(p - y)) + lam*w where p = 1/(1 + np.exp(-X @ w))", LOGISTIC, "w",
     "too many in the answer: sigmoid(X w) ∘ (1 - sigmoid(X w))."),
    ("-log(softmax(XW))", SOFTMAX, "Y",
     "log(softmax(X W)) stands where X W belongs, so that the log of the normaliser is too much."),
    ("(softmax(XW) - Y) W", SOFTMAX, "X", "The product of softmax(X W) - Y (N×C) and W"),
    ("((B.T @ (B @ f - Y)) * (1 - f)**2) @ X.T", NET, "A",
     "(1 - f) ∘ (1 - f) stands where 1 - (f ∘ f) belongs."),
    ("A((Bᵀ z) ∘ (1 − f∘f))", NET, "X", "and (Bᵀ z) ∘ (1 - f ∘ f) (H×N) cannot be formed"),
    ("(σ(Xw) − y)wᵀ + λw", LOGISTIC, "X", "differ. There is a term too many: λ w."),
    ("W x(WᵀW x − x)ᵀ + (WᵀW x − x)xᵀ", "autoencoder", "W",
     "shapes differ. A factor is lost in the term (Wᵀ W x - x) xᵀ: the factor W is missing."),
    ("X w − y + λ w", RIDGE, "w", "is lost in the sum X w - y: the factor Xᵀ is missing."),
    ("Xᵀ(X w − y) + λ sum(w²)", RIDGE, "w", "A term is not differentiated: λ sum(w ∘ w) is a"),
    ("Xᵀ(X w − y) + λ/2 sum(w²)", RIDGE, "w", "A term is not differentiated"),
    ("Xᵀ(X w − y) + 3 λ sum(w²)", RIDGE, "w", "There is a term too many: 3 λ"),
    ("X.T @ (X @ w - y) + lam * w", LOGISTIC, "w", "X w stands where sigmoid(X w) belongs."),
    ("(B A X − Y)(A X)ᵀ", NET, "B", "A X stands where tanh(A X) belongs."),
    ("Bᵀ(B A X − Y) Xᵀ", NET, "A", "where tanh(A X) belongs, and its derivative is lost."),
    ("(U Vᵀ − R) V", MASKED, "U", "A factor is lost in the gradient: M ∘ M."),
    ("M Mᵀ (U Vᵀ − R) V", MASKED, "U",
     "a matrix product stands where the product entry by entry, ∘, belongs: M Mᵀ."),
    ("2 X ∘ (X Xᵀ − Y)", derive("½‖X ∘ X − Y‖²", X="N×N", Y="N×N"), "X",
     "a matrix product stands where the product entry by entry, ∘, belongs: X Xᵀ."),
    ("-(D/2) c", "gplvm.log_det", "c", "in the stage b = det(c): cᵀ stands where c⁻ᵀ belongs"),
    ("C ∘ cos(3 X)", derive("tr(Cᵀ sin(3 X))", C="N×N", X="N×N"), "X",
     "The inner derivative is lost in the stage 3 X."),
    ("dV = -2*(R - U*V')'*U;\ndV = -2*(R - U*V')*U;",
     derive("‖R − U Vᵀ‖²", R="N×M", U="N×k", V="M×k"), "V", "Two values are given for dV")])
def test_a_slip_is_told_in_the_terms_of_the_answer(answer: str, of: object, wrt: str,
                                                   said: str) -> None:
    assert said in str(mark(answer, of, wrt)), str(mark(answer, of, wrt))


@over(("answer", "of", "wrt"), [
    ("W x(WᵀW x − x)ᵀ + 2 W(WᵀW x − x)", "autoencoder", "W"), ("X w − y + 3 λ w", RIDGE, "w")])
def test_where_one_slip_is_not_all_only_the_shapes_are_told(answer: str, of: object,
                                                            wrt: str) -> None:
    line, = mark(answer, of, wrt).lines
    assert line.endswith("cannot be formed: their shapes differ."), line


@over(("answer", "of", "wrt"), [
    ("W x(WᵀW x − x)ᵀ + W(WᵀW x − x)xᵀ", "autoencoder", "W"), ("X'(X w − y) + λ w", RIDGE, "w"),
    ("X.T @ (1/(1 + np.exp(-X @ w)) - y) + lam * w", LOGISTIC, "w"),
    ("(M ∘ M ∘ (U Vᵀ − R)) V", MASKED, "U"), ("-½ D c⁻ᵀ", "gplvm.log_det", "c"),
    ("((Bᵀ(B tanh(A X) − Y)) ∘ (1 − tanh(A X)²)) Xᵀ", NET, "A")])
def test_without_the_slip_it_is_right(answer: str, of: object, wrt: str) -> None:
    assert mark(answer, of, wrt).right
