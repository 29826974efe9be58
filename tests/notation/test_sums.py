"""Sums over an index are read as the matrices that they are, or refused in one sentence."""

import re

import numpy as np
import pytest
from tables import over

from lvmcalc import derive, mark, notation
from lvmcalc.checks import CannotBeFormed

RNG = np.random.default_rng(4)
SHAPES = {"X": "N×D", "Z": "N×D", "A": "N×M", "T": "N×M", "U": "N×Q", "V": "M×Q", "B": "N×N",
          "W": "D×M", "P": "symmetric D×D", "w": "D", "μ": "D", "y": "N", "c": "N", "p": "N",
          "b": "scalar", "a": "positive"}
SIZES = {"N": 5, "D": 3, "M": 4, "Q": 2}
AT = {name: RNG.uniform(0.2, 1, [SIZES[size] for size in (*spec.split()[-1].split("×"), "1")[:2]
                                 if size in SIZES] + [1] * ("×" not in spec))
      for name, spec in SHAPES.items() if spec not in ("scalar", "positive")}
AT |= {"P": AT["P"] + AT["P"].T, "b": 0.3, "a": 0.7}
N, M = range(5), range(4)


def sig(x: float) -> float:
    return 1 / (1 + np.exp(-x))


# Each sum in plain Python, one entry after the other
X, Z, A, T, U, V, B, W, P = (AT[name] for name in "XZATUVBWP")
w, mu, y, c, p = (AT[name][:, 0] for name in "wμycp")
a, b = AT["a"], AT["b"]
READ = [
    ("Σᵢ log(1 + exp(−yᵢ xᵢᵀ w))", "X w y", sum(np.log(1 + np.exp(-y[i] * (X[i] @ w))) for i in N)),
    (r"\sum_i (y_i - x_i^T w)^2", "X w y", sum((y[i] - X[i] @ w)**2 for i in N)),
    (r"\frac{1}{2}\sum_{i=1}^{N} (y_i - x_i^\top w)^2 + \frac{a}{2}\sum_j w_j^2", "X w y a",
     sum((y[i] - X[i] @ w)**2 for i in N) / 2 + a / 2 * sum(it**2 for it in w)),
    (r"\sum\limits_{n=1}^N \left(y_n - \mathbf{w}^\top \mathbf{x}_n\right)^2", "X w y",
     sum((y[i] - X[i] @ w)**2 for i in N)),
    ("sum_i (y_i - x_i.T @ w)**2", "X w y", sum((y[i] - X[i] @ w)**2 for i in N)),
    ("Σ_{ij} A_ij²", "A", sum(A[i, j]**2 for i in N for j in M)),
    ("Σᵢⱼ a Aᵢⱼ", "A a", sum(a * A[i, j] for i in N for j in M)),
    ("Σ_{i,j} T_{i,j} (A_{i,j} − u_iᵀ v_j)²", "A T U V",
     sum(T[i, j] * (A[i, j] - U[i] @ V[j])**2 for i in N for j in M)),
    ("Σ_ij (A_ij − Σ_k U_ik V_jk)²", "A U V",
     sum((A[i, j] - U[i] @ V[j])**2 for i in N for j in M)),
    ("Σ_ijk U_ik V_jk A_ij", "A U V", sum(U[i] @ V[j] * A[i, j] for i in N for j in M)),
    ("Σ_ijk B_ij B_jk B_ki", "B",
     sum(B[i, j] * B[j, k] * B[k, i] for i in N for j in N for k in N)),
    ("Σ_i B_ii", "B", sum(B[i, i] for i in N)),
    ("Σ_ij y_i c_j", "y c", sum(y[i] * c[j] for i in N for j in N)),
    ("Σ_{ij} y_i c_j B_ij", "y c B", sum(y[i] * c[j] * B[i, j] for i in N for j in N)),
    ("Σ_n (x_n − μ)ᵀ P (x_n − μ)", "X μ P", sum((X[i] - mu) @ P @ (X[i] - mu) for i in N)),
    ("Σ_i ‖Wᵀ x_i − a_i‖²", "X W A", sum(((W.T @ X[i] - A[i])**2).sum() for i in N)),
    ("Σ_{ij} B_ij ‖x_i − x_j‖²", "X B",
     sum(B[i, j] * ((X[i] - X[j])**2).sum() for i in N for j in N)),
    ("Σ_{ij} exp(−a/2 ‖x_i − z_j‖²)", "X Z a",
     sum(np.exp(-a / 2 * ((X[i] - Z[j])**2).sum()) for i in N for j in N)),
    ("Σ_i p_i log(p_i/Σ_j p_j)", "p", sum(it * np.log(it / p.sum()) for it in p)),
    ("Σ_i (log Σ_j exp(A_ij) − Σ_j T_ij A_ij)", "A T",
     sum(np.log(np.exp(A[i]).sum()) - T[i] @ A[i] for i in N)),
    ("Σ_i log(exp(x_iᵀ z_i)/Σ_j exp(x_iᵀ z_j))", "X Z",
     sum(X[i] @ Z[i] - np.log(sum(np.exp(X[i] @ Z[j]) for j in N)) for i in N)),
    ("Σ_i (y_i log σ(x_iᵀ w) + (1 − y_i) log(1 − σ(x_iᵀ w)))", "X w y",
     sum(y[i] * np.log(sig(X[i] @ w)) + (1 - y[i]) * np.log(1 - sig(X[i] @ w)) for i in N)),
    ("(1/N) Σ_i |y_i − x_iᵀ w − b|", "X w y b", sum(abs(y[i] - X[i] @ w - b) for i in N) / 5),
    ("S = Σ_i c_i (x_i − μ)(x_i − μ)ᵀ; log|S|", "X c μ",
     np.linalg.slogdet(sum(c[i] * np.outer(X[i] - mu, X[i] - mu) for i in N))[1]),
    ("m = (1/N) Σ_i x_i; Σ_i ‖x_i − m‖²", "X", sum(((it - X.mean(0))**2).sum() for it in X)),
    ("wᵀ Σ_i y_i x_i + Σ_j w_j²", "X w y", sum(y[i] * (X[i] @ w) for i in N) + w @ w),
    ("K_ij = exp(−a ‖x_i − x_j‖²) + b δ_ij\nyᵀK c", "X y c a b", b * y @ c + sum(
        y[i] * c[j] * np.exp(-a * ((X[i] - X[j])**2).sum()) for i in N for j in N)),
    (r"[K]_{i,j} = (x_i^\top z_j + a)^3; yᵀK c", "X Z y c a",
     sum(y[i] * (X[i] @ Z[j] + a)**3 * c[j] for i in N for j in N)),
    ("Kᵢⱼ = sin(π (yᵢ − cⱼ)/a)²; pᵀK y", "y c a p",
     sum(p[i] * np.sin(np.pi * (y[i] - c[j]) / a)**2 * y[j] for i in N for j in N)),
    ("q_i = σ(a y_i + b)\n−Σ_i q_i log q_i", "y a b",
     -sum(sig(a * it + b) * np.log(sig(a * it + b)) for it in y)),
    ("F_ij = exp(A_ij)/Σ_k exp(A_ik)\n−Σ_ij T_ij log F_ij", "A T",
     sum(T[i, j] * (np.log(np.exp(A[i]).sum()) - A[i, j]) for i in N for j in M)),
    ("K_ij = (1 + (y_i − y_j)²/b)^(−a)\ncᵀK c", "y c a b",
     sum(c[i] * c[j] * (1 + (y[i] - y[j])**2 / b)**-a for i in N for j in N)),
    ("‖X − y 1ᵀ − 1 μᵀ + b 1 1ᵀ‖²", "X y μ b", ((X - y[:, None] - mu + b)**2).sum()),
    ("‖(I − 11ᵀ/N) X‖²", "X", ((X - X.mean(0))**2).sum()),
    (r"\mathbf{1}^\top X \mathbf 1 + \mathbb{1}_N^T y", "X y", X.sum() + y.sum()),
    ("r = (X ∘ X) 1; ‖r 1_Dᵀ − 𝟏μᵀ‖²", "X μ",
     (((X**2).sum(1, keepdims=True) - mu)**2).sum()),
    (r"\sum_i \max(0, 1 - y_i w^T x_i)^2 + a \|w\|_1 + [b]_+", "X y w a b",
     sum(max(0, 1 - y[i] * (X[i] @ w))**2 for i in N) + a * abs(w).sum() + b),
    ("np.sum(np.maximum(X @ w - 1, 0)) + ‖y‖₁²", "X w y",
     sum(max(0, X[i] @ w - 1) for i in N) + abs(y).sum()**2),
    ("np.einsum('ij,ij->i', A, T) @ y", "A T y", (A * T).sum(1) @ y),
    ("(Σ_i y_i x_iᵀ) w", "X y w", y @ X @ w),
    ("np.sum(np.logaddexp(0, X @ w))", "X w", np.log1p(np.exp(X @ w)).sum()),
    ("np.trace(np.inner(X, Z))", "X Z", np.trace(X @ Z.T)),
    ("torch.trace(torch.transpose(X, 0, 1) @ Z)", "X Z", np.trace(X.T @ Z)),
    ("np.mean(X * Z)", "X Z", (X * Z).mean()),
    ('sum(sweep(X, 1, y, "*"))', "X y", (X * y[:, None]).sum()),
    ("sum(diag(t(X) %*% X + diag(1/a, D)))", "X a", (X**2).sum() + 3 / a),
    ("E = 2 B\n−tr(EᵀE)", "B", -4 * (B**2).sum()),
    ("F = X W\n" r"-\sum_i\sum_j F_{ij} T_{ij}", "X W T", -((X @ W) * T).sum()),
]


@over(("formula", "leaves", "value"), READ)
def test_a_sum_over_an_index_has_the_value_of_its_entries_added(
        formula: str, leaves: str, value: float) -> None:
    chain = derive(formula, **{name: SHAPES[name] for name in leaves.split()})
    found = chain.forward(**{name: AT[name] for name in leaves.split()})[chain.output]
    assert found == pytest.approx(value, rel=1e-12)


def test_a_sum_of_squares_over_an_index_is_a_norm() -> None:
    chain = derive("½ Σ_i (y_i − x_iᵀ w)²", X="N×D", w="D", y="N")
    assert notation.plain(chain.adjoint("w")) == "Xᵀ (X w - y)"


@pytest.mark.parametrize("answer", [
    "Σ_i x_i (x_iᵀ w − y_i) + λ w", r"\sum_{i=1}^N (x_i^\top w - y_i) x_i + \lambda w",
    "Σ_i x_i x_iᵀ w − Σ_i y_i x_i + λ w", r"\nabla_w L = \sum_i x_i (x_i^T w - y_i) + \lambda w"])
def test_an_answer_may_be_a_sum_over_an_index(answer: str) -> None:
    chain = derive("½‖X w − y‖² + λ/2 ‖w‖²", X="N×D", w="D", y="N", λ="positive")
    assert mark(answer, chain, "w").status == "proved"
    assert mark(answer.replace("λ", "2 λ").replace(r"\lambda", r"2 \lambda"), chain,
                "w").status == "refuted"


@over(("formula", "sentence"), [
    ("K_ij = y_i x_jᵀ w; tr(K) + Σ_i w_k", "Line 2: There is no `w_k` here"),
    ("‖1 yᵀ‖²", "How many ones there are cannot be told from what stands beside"),
    ("‖X‖_1", "A norm ‖A‖₁ is read only of a column; write sum(abs(A))"),
    ("max(y, w)", "A maximum or minimum (`max`) is not a known operation, but"),
    ("K_ij = y_i; yᵀK y", "Line 1: Nothing behind the = tells the range of j"),
    ("Σ_i y_i − x_iᵀ w", "x_i stands outside the sum over i: put brackets around"),
    ("Σ_i y_i w_i", "the index i runs over the D places of w, but over the N of y"),
    ("Σ_{i=1}^D y_i x_iᵀ w", "the sum over i ends at D, but it runs over the N places of"),
    ("Σ_i wᵀ w + y_i x_iᵀ w", "Nothing in the sum over i has the index i: put brackets"),
    ("Σ_i log|x_i x_iᵀ y_i wᵀ w|", "The sum over i cannot be written with matrices"),
    ("Σ_{i<j} y_i y_j x_iᵀ w", "`Σ_{i<j}` has a condition, which is not read"),
    ("Σ_{i=2}^N y_i x_iᵀ w", "`Σ_{i=2}^N` has a condition, which is not read"),
    ("Σ_{i1} y_i x_iᵀ w", "`Σ_{i1}` is not a sum that can be read"),
    ("Σ yᵀ X w", "There is no `Σ` here: write Σ_i with the index that is summed over")])
def test_what_is_no_sum_over_an_index_gets_one_sentence(formula: str, sentence: str) -> None:
    with pytest.raises((notation.Unreadable, CannotBeFormed), match=re.escape(sentence)):
        derive(formula, X="N×D", w="D", y="N")


def test_a_leaf_called_sigma_is_no_sum() -> None:
    chain = derive("½ ∑_i log(1 + y_i) + log|Σ|", y="D", Σ="symmetric D×D")
    assert [*chain.leaves] == ["y", "Sigma"]


@over(("answer", "status"), [
    ("N/2 Σ⁻¹ − ½ Σ_n Σ⁻¹ z_n z_nᵀ Σ⁻¹", "proved"), ("N/2 Σ⁻¹ + ½ Σ_n Σ⁻¹ z_n z_nᵀ Σ⁻¹", "refuted"),
    ("N/2 Σ⁻¹ − ½ Σ_n⁻¹ z_n z_nᵀ Σ_n⁻¹", "unreadable"), ("N/2 Σ⁻¹ − ½ Σ_k z_n", "unreadable")])
def test_a_sigma_with_the_index_of_a_column_is_a_sum_beside_a_leaf_of_that_name(
        answer: str, status: str) -> None:
    gauss = derive("N/2 log|Σ| + ½ tr(Zᵀ Σ⁻¹ Z)", Σ="symmetric D×D", Z="D×N")
    assert mark(answer, gauss, "Σ").status == status


@over(("answer", "status"), [
    ("∂_k J = X_{ik}(X_{ij} w_j − y_i) + λ w_k", "proved"),
    (r"\partial_k J(w) = X_{ik} X_{ij} w_j - X_{ik} y_i - \lambda w_k", "refuted"),
    ("∂_k J = X_ik log(exp(X_ij w_j − y_i)) + λ w_k", "proved"),
    ("∂_k J = X_ik (X_ik w_k − y_i) + λ w_k", "unreadable"),
    ("∂J/∂w_k = X_ik (X_ij w_j − y_i) + λ w_k", "unreadable")])  # one case, or all of them
def test_an_index_that_stands_twice_is_summed_over_behind_a_partial_with_an_index(
        answer: str, status: str) -> None:
    chain = derive("½‖X w − y‖² + λ/2 ‖w‖²", X="N×D", w="D", y="N", λ="positive")
    found = mark(answer, chain, "w")
    assert found.status == status, str(found)
