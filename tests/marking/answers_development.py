"""Right and wrong answers to "what is the gradient?", written from the mathematics, to develop the
marking with.

A wrong answer comes with the kinds of finding that a fair teacher would give first. There are
several of them only where the same answer has several good explanations: in the GP-LVM ∂L/∂K is
symmetric, so that a lost path and a lost factor 2 are one and the same answer, and a product that
cannot be formed is named by its cause or by its shape.
"""

import numpy as np
from sympy import HadamardProduct, Identity, Trace, log
from sympy import Rational as R

from lvmcalc.models import autoencoder, gplvm

W, x, c, d, e, f, g, h, c_bar, e_bar, f_bar = autoencoder.chain().symbols("W x c d e f g h c_bar "
                                                                          "e_bar f_bar")
X, K, alpha, beta, D, b, d1_bar, e1_bar = gplvm.log_det_chain().symbols("X K alpha beta D b d_bar "
                                                                        "e_bar")
Y, p, r, s, r2_bar, s2_bar, p2_bar = gplvm.trace_chain().symbols("Y p r s r_bar s_bar p_bar")
L_d_bar, L_f_bar = gplvm.chain().symbols("d_bar f_bar")
N, Q, S = gplvm.N, gplvm.Q, autoencoder.S
I_N, I_Q = Identity(N), Identity(Q)
inv, solve, trace = np.linalg.inv, np.linalg.solve, np.trace


def weights_gradient(W, x):
    code = W @ x
    residual = W.T @ code - x
    return code @ residual.T + W @ residual @ x.T


def weights_gradient_sample_by_sample(W, x):
    gradient = np.zeros_like(W)
    for sample in x.T:
        residual = W.T @ W @ sample - sample
        gradient += np.outer(W @ sample, residual) + np.outer(W @ residual, sample)
    return gradient


def mean_over_the_samples(W, x):
    samples = [(sample, W.T @ W @ sample - sample) for sample in x.T]
    return np.mean([np.outer(W @ s, c) + np.outer(W @ c, s) for s, c in samples], axis=0)


def decoder_only(W, x):
    code = W @ x
    return code @ (W.T @ code - x).T


def encoder_only(W, x):
    return W @ (W.T @ W @ x - x) @ x.T


def log_det_gradient(X, alpha, beta, D):
    kernel = alpha * X @ X.T + np.eye(len(X)) / beta
    return -alpha * D * solve(kernel, X)


def log_det_gradient_in_the_small(X, alpha, beta, D):
    return -alpha * beta * D * X @ inv(np.eye(X.shape[1]) + alpha * beta * X.T @ X)


def kernel_with_beta_not_inverted(X, alpha, beta, D):
    kernel = alpha * X @ X.T + beta * np.eye(len(X))
    return -alpha * D * solve(kernel, X)


def likelihood_gradient(X, Y, alpha, beta):
    kernel = alpha * X @ X.T + np.eye(len(X)) / beta
    A = solve(kernel, Y)
    return alpha * (A @ (A.T @ X) - Y.shape[1] * solve(kernel, X))


def likelihood_gradient_without_D(X, Y, alpha, beta):
    kernel = alpha * X @ X.T + np.eye(len(X)) / beta
    A = solve(kernel, Y)
    return alpha * (A @ (A.T @ X) - solve(kernel, X))


def likelihood_gradient_with_a_plus(X, Y, alpha, beta):
    kernel = alpha * X @ X.T + np.eye(len(X)) / beta
    A = solve(kernel, Y)
    return alpha * (A @ (A.T @ X) + Y.shape[1] * solve(kernel, X))


RIGHT: list[tuple[str, str, object]] = [
    ("autoencoder", "W", "e cᵀ + W c xᵀ"),
    ("autoencoder", "W", "Wx(WᵀWx − x)ᵀ + W(WᵀWx − x)xᵀ"),
    ("autoencoder", "W", "W*x*x.T*W.T*W - 2*W*x*x.T + W*W.T*W*x*x.T"),
    ("autoencoder", "W", "(x cᵀ Wᵀ + c eᵀ)ᵀ"),
    ("autoencoder", "W", "f_barᵀ + h_bar"),
    ("autoencoder", "W", e_bar * x.T + (d * e.T).T - e * x.T),
    ("autoencoder", "W", weights_gradient),
    ("autoencoder", "W", weights_gradient_sample_by_sample),
    ("autoencoder", "x", "WᵀWc − c"),
    ("autoencoder", "x", "(WᵀW − I)(WᵀW − I)x"),
    ("autoencoder", "x", "Wᵀ e_bar - c_bar"),
    ("autoencoder", "x", W.T * W * W.T * W * x - 2 * W.T * W * x + x),
    ("autoencoder", "x", lambda x, W: W.T @ W @ (W.T @ W @ x - x) - (W.T @ W @ x - x)),
    ("autoencoder", "c", "d - x"),
    ("autoencoder", "d", "c_bar"),
    ("autoencoder", "e", "W*(W.T*W*x - x)"),
    ("autoencoder", "e", f.T * c_bar),
    ("autoencoder", "f", "c xᵀ Wᵀ"),
    ("autoencoder", "g", "Wxcᵀ"),
    ("autoencoder", "g", f_bar.T),
    ("autoencoder", "h", "g c xᵀ"),
    ("autoencoder", "h", lambda c, W, x: np.einsum("ij,js,ks->ik", W, c, x)),

    ("gplvm.log_det", "X", "-alpha*D*K.inv()*X"),
    ("gplvm.log_det", "X", "-α β D X (I + α β XᵀX)⁻¹"),
    ("gplvm.log_det", "X", "-α D K⁻¹ X (I + α β XᵀX)(I + α β XᵀX)⁻¹"),
    ("gplvm.log_det", "X", "α (c_bar + c_barᵀ) X"),
    ("gplvm.log_det", "X", "f_bar + (Xᵀ e_bar)ᵀ"),
    ("gplvm.log_det", "X", "(-α D Xᵀ K⁻¹)'"),
    ("gplvm.log_det", "X", 2 * alpha * d1_bar * X),
    ("gplvm.log_det", "X", -D * alpha * (alpha * X * X.T + I_N / beta).I * X),
    ("gplvm.log_det", "X", log_det_gradient),
    ("gplvm.log_det", "X", log_det_gradient_in_the_small),
    ("gplvm.log_det", "b", "-D/(2 b)"),
    ("gplvm.log_det", "c", "-(D/2) c⁻ᵀ"),
    ("gplvm.log_det", "c", "b_bar b inv(K)"),
    ("gplvm.log_det", "d",
     -D * beta / 2 * (I_N - alpha * beta * X * (I_Q + alpha * beta * X.T * X).I * X.T)),
    ("gplvm.log_det", "e", alpha * d1_bar),
    ("gplvm.log_det", "f", "e_bar gᵀ"),
    ("gplvm.log_det", "g", "-½ α D Xᵀ K⁻¹"),
    ("gplvm.log_det", "h", "e_barᵀ f"),
    ("gplvm.log_det", "q", "-D/2"),
    ("gplvm.log_det", "j", "-(D/2) (j + d)^-1"),
    ("gplvm.log_det", "alpha", "-(D/2) tr(K⁻¹ X Xᵀ)"),
    ("gplvm.log_det", "alpha", "-D/(2 α) (N - tr(K⁻¹)/β)"),
    ("gplvm.log_det", "alpha", lambda K, X, D: -D / 2 * np.sum(inv(K) * (X @ X.T))),
    ("gplvm.log_det", "beta", "-β⁻² tr(j_bar)"),
    ("gplvm.log_det", "beta", D / (2 * beta**2) * Trace(K.I)),
    ("gplvm.log_det", "D", "-½ log(det(K))"),

    ("gplvm.trace", "X", "α K⁻¹ Y Yᵀ K⁻¹ X"),
    ("gplvm.trace", "X", "-2 α r r_bar r X"),
    ("gplvm.trace", "X", "αβ K⁻¹ Y Yᵀ X (I + αβXᵀX)⁻¹"),
    ("gplvm.trace", "X", alpha * s * r.T * X),
    ("gplvm.trace", "X", lambda Y, X, K, alpha: alpha * solve(K, Y) @ (solve(K, Y).T @ X)),
    ("gplvm.trace", "Y", "-K⁻¹ Y"),
    ("gplvm.trace", "Y", p2_bar * Y + p2_bar.T * Y),
    ("gplvm.trace", "c", "½ s r"),
    ("gplvm.trace", "r", "-½ Y Yᵀ"),
    ("gplvm.trace", "r", s2_bar * p.T),
    ("gplvm.trace", "s", "-½ I"),
    ("gplvm.trace", "t", "-0.5"),
    ("gplvm.trace", "p", "-½ r"),
    ("gplvm.trace", "e", "½ α K⁻ᵀ Y (K⁻¹ Y)ᵀ"),
    ("gplvm.trace", "alpha", "½ tr(Yᵀ K⁻¹ X Xᵀ K⁻¹ Y)"),
    ("gplvm.trace", "beta", lambda Y, K, beta: -np.sum(solve(K, Y) ** 2) / (2 * beta**2)),

    ("gplvm", "X", "α(K⁻¹YYᵀ − D I)K⁻¹X"),
    ("gplvm", "X", "α K⁻¹ (Y Yᵀ - D K) K⁻¹ X"),
    ("gplvm", "X", "αβ (K⁻¹YYᵀ − D I) X (I + αβ XᵀX)⁻¹"),
    ("gplvm", "X", 2 * alpha * L_d_bar * X),
    ("gplvm", "X", L_f_bar + (X.T * (alpha * L_d_bar)).T),
    ("gplvm", "X", likelihood_gradient),
    ("gplvm", "c", "½ (K⁻¹YYᵀ − D I) K⁻¹"),
    ("gplvm", "Y", "-K.I*Y"),
    ("gplvm", "L1", "1"),
    ("gplvm", "b", "-D/(2 det(K))"),
    ("gplvm", "f", "α/2 (K⁻¹YYᵀ − D I)K⁻¹X"),
    ("gplvm", "e", lambda K, Y,
     alpha: alpha / 2 * (inv(K) @ Y @ Y.T @ inv(K) - Y.shape[1] * inv(K))),
    ("gplvm", "r", -Y * Y.T / 2),
    ("gplvm", "j", "d_bar"),
    ("gplvm", "alpha", "tr(d_bar X Xᵀ)"),
    ("gplvm", "beta", "1/(2 β²) (D tr(K⁻¹) − tr(K⁻¹YYᵀK⁻¹))"),
    ("gplvm", "beta", lambda c, Y,
     beta: (Y.shape[1] * trace(inv(c)) - trace(inv(c) @ Y @ Y.T @ inv(c))) / 2 / beta**2),
]

WRONG: list[tuple[str, str, object, set[str]]] = [
    # the autoencoder's weights, which are used twice
    ("autoencoder", "W", "−e cᵀ − W c xᵀ", {"sign"}),
    ("autoencoder", "W", "e cᵀ − W c xᵀ", {"sign"}),
    ("autoencoder", "W", "Wx(WᵀWx + x)ᵀ + W(WᵀWx + x)xᵀ", {"sign"}),
    ("autoencoder", "W", "2 e cᵀ + 2 W c xᵀ", {"factor"}),
    ("autoencoder", "W", R(1, 2) * (e * c.T + W * c * x.T), {"factor"}),
    ("autoencoder", "W", "-2 (e cᵀ + W c xᵀ)", {"sign", "factor"}),
    ("autoencoder", "W", "WxxᵀWᵀW − Wxxᵀ + WWᵀWxxᵀ", {"factor", "missing_term"}),
    ("autoencoder", "W", "e cᵀ", {"missing_path"}),
    ("autoencoder", "W", W * (W.T * W * x - x) * x.T, {"missing_path"}),
    ("autoencoder", "W", decoder_only, {"missing_path"}),
    ("autoencoder", "W", encoder_only, {"missing_path"}),
    ("autoencoder", "W", "h_bar", {"missing_path", "stopped_early"}),
    ("autoencoder", "W", "2 W c xᵀ", {"doubled_path"}),
    ("autoencoder", "W", 2 * e * c.T, {"doubled_path"}),
    ("autoencoder", "W", "W(WᵀWx − x)xᵀ + W(WᵀWx − x)xᵀ", {"doubled_path"}),
    ("autoencoder", "W", lambda e, c: e @ c.T + e @ c.T, {"doubled_path"}),
    ("autoencoder", "W", "2 e cᵀ + W c xᵀ", {"doubled_path", "factor"}),
    ("autoencoder", "W", "e dᵀ + W d xᵀ", {"missing_term"}),
    ("autoencoder", "W", "Wx(WᵀWx − x)ᵀ + WWᵀWxxᵀ", {"missing_term", "factor"}),
    ("autoencoder", "W", e * c.T + W * c * x.T + W, {"extra_term"}),
    ("autoencoder", "W", "c eᵀ + W c xᵀ", {"transpose", "shape"}),
    ("autoencoder", "W", "e cᵀ + W c x", {"transpose", "shape"}),
    ("autoencoder", "W", lambda W, x, c: W @ x @ c.T + W.T @ c @ x.T, {"transpose", "shape"}),
    ("autoencoder", "W", "(e cᵀ + W c xᵀ)ᵀ", {"transpose", "shape"}),
    ("autoencoder", "W", "cᵀ e + W c xᵀ", {"order", "shape"}),
    ("autoencoder", "W", "e cᵀ + c W xᵀ", {"order", "shape"}),
    ("autoencoder", "W", "(e cᵀ + W c xᵀ)/S", {"averaged"}),
    ("autoencoder", "W", mean_over_the_samples, {"averaged"}),
    ("autoencoder", "W", "WᵀWx − x", {"stopped_early", "shape"}),
    ("autoencoder", "W", e_bar, {"stopped_early", "shape"}),
    ("autoencoder", "W", "3 W Wᵀ W", {"unknown"}),
    ("autoencoder", "W", "", {"not_attempted"}),
    ("autoencoder", "W", "W x (WᵀW x - x", {"unreadable"}),
    # the autoencoder's data and nodes
    ("autoencoder", "x", "WᵀWc", {"missing_path", "missing_term"}),
    ("autoencoder", "x", -c_bar, {"missing_path", "missing_term"}),
    ("autoencoder", "x", "WᵀWc + c", {"sign"}),
    ("autoencoder", "x", "WᵀWx − x", {"stopped_early"}),
    ("autoencoder", "x", "W Wᵀ c − c", {"transpose", "order", "shape"}),
    ("autoencoder", "x", lambda W, c: 2 * (W.T @ W @ c - c), {"factor"}),
    ("autoencoder", "c", "½ c", {"factor"}),
    ("autoencoder", "c", "d", {"missing_term"}),
    ("autoencoder", "c", "d + x", {"sign"}),
    ("autoencoder", "c", c.T, {"transpose", "shape"}),
    ("autoencoder", "c", c / S, {"averaged"}),
    ("autoencoder", "d", c - x, {"extra_term", "factor"}),
    ("autoencoder", "e", "f c", {"transpose", "shape"}),
    ("autoencoder", "e", "c W", {"order", "shape"}),
    ("autoencoder", "e", lambda W, d: W @ d, {"missing_term"}),
    ("autoencoder", "e", "c", {"stopped_early", "shape"}),
    ("autoencoder", "f", "e cᵀ", {"transpose", "shape"}),
    ("autoencoder", "f", "c e", {"transpose", "shape"}),
    ("autoencoder", "f", -2 * c * e.T, {"sign", "factor"}),
    ("autoencoder", "g", "f_bar", {"stopped_early", "transpose", "shape"}),
    ("autoencoder", "g", lambda e, x, d: e @ (x - d).T, {"sign"}),
    ("autoencoder", "h", "W c x", {"transpose", "shape"}),
    ("autoencoder", "h", W * c, {"stopped_early", "shape"}),
    ("autoencoder", "h", "e cᵀ + W c xᵀ", {"extra_term"}),

    # the log determinant
    ("gplvm.log_det", "X", "α D K⁻¹ X", {"sign"}),
    ("gplvm.log_det", "X", "-2 α D K⁻¹ X", {"factor"}),
    ("gplvm.log_det", "X", "-½ α D K⁻¹ X", {"missing_path", "factor"}),
    ("gplvm.log_det", "X", alpha * d1_bar * X, {"missing_path", "factor"}),
    ("gplvm.log_det", "X", lambda X, K, alpha, D: -alpha * D / 2 * solve(K, X),
     {"missing_path", "factor"}),
    ("gplvm.log_det", "X", "½ α D K⁻¹ X", {"sign", "factor", "missing_path"}),
    ("gplvm.log_det", "X", "-D K⁻¹ X", {"missing_scalar"}),
    ("gplvm.log_det", "X", -alpha * K.I * X, {"missing_scalar"}),
    ("gplvm.log_det", "X", "α K⁻¹ X", {"sign", "missing_scalar"}),
    ("gplvm.log_det", "X", "-α D (X Xᵀ + I/β)⁻¹ X", {"missing_scalar"}),
    ("gplvm.log_det", "X", "-α D X (I + α β XᵀX)⁻¹", {"missing_scalar"}),
    ("gplvm.log_det", "X", "-α β D X (I + α XᵀX)⁻¹", {"missing_scalar"}),
    ("gplvm.log_det", "X", -D / alpha * K.I * X, {"inverted_scalar"}),
    ("gplvm.log_det", "X", "-α D (α X Xᵀ + β I)⁻¹ X", {"inverted_scalar"}),
    ("gplvm.log_det", "X", kernel_with_beta_not_inverted, {"inverted_scalar"}),
    ("gplvm.log_det", "X", "-α D (α X Xᵀ − I/β)⁻¹ X", {"sign"}),
    ("gplvm.log_det", "X", "-α D K X", {"missing_inverse"}),
    ("gplvm.log_det", "X", -alpha * D * X, {"missing_inverse"}),
    ("gplvm.log_det", "X", "-α D K⁻¹ K⁻¹ X", {"extra_inverse"}),
    ("gplvm.log_det", "X", "-α D X K⁻¹", {"order", "shape"}),
    ("gplvm.log_det", "X", -alpha * D * X.T * K.I, {"transpose", "shape"}),
    ("gplvm.log_det", "X", "-α D K⁻¹ Xᵀ", {"transpose", "shape"}),
    ("gplvm.log_det", "X", lambda X, K, alpha, D: -alpha * D * solve(K, X).T,
     {"transpose", "shape"}),
    ("gplvm.log_det", "X", lambda X, K, alpha, D: -alpha * D * np.sum(solve(K, X)), {"shape"}),
    ("gplvm.log_det", "X", "-α D (α XᵀX + β⁻¹ I)⁻¹ X", {"transpose", "order", "shape"}),
    ("gplvm.log_det", "X", "-α D b K⁻¹ X", {"stopped_early"}),
    ("gplvm.log_det", "X", -alpha * D / b * X, {"stopped_early"}),
    ("gplvm.log_det", "X", "-(D/2) K⁻¹", {"stopped_early", "shape"}),
    ("gplvm.log_det", "X", "-α D K⁻¹ ∘ X", {"elementwise", "shape"}),
    ("gplvm.log_det", "X", "-α D K⁻¹ X / N", {"averaged"}),
    ("gplvm.log_det", "X", "-α D K⁻¹ X − X", {"extra_term"}),
    ("gplvm.log_det", "X", "7 X Xᵀ X − X", {"unknown"}),
    ("gplvm.log_det", "X", None, {"not_attempted"}),
    ("gplvm.log_det", "X", "foo bar(", {"unreadable"}),
    ("gplvm.log_det", "b", "-D/2", {"stopped_early"}),
    ("gplvm.log_det", "b", "D/(2 b)", {"sign"}),
    ("gplvm.log_det", "b", -1 / (2 * b), {"missing_scalar"}),
    ("gplvm.log_det", "b", "-D b/2", {"inverted_scalar", "missing_inverse"}),
    ("gplvm.log_det", "c", "-D K⁻¹", {"factor"}),
    ("gplvm.log_det", "c", "-(D/2) K", {"missing_inverse"}),
    ("gplvm.log_det", "c", -K.I / 2, {"missing_scalar"}),
    ("gplvm.log_det", "c", "-D/(2 b)", {"stopped_early", "shape"}),
    ("gplvm.log_det", "c", lambda K, D: -D / 2 * np.linalg.det(K) * inv(K).T, {"stopped_early"}),
    ("gplvm.log_det", "d", "½ D K⁻¹", {"sign"}),
    ("gplvm.log_det", "e", d1_bar, {"stopped_early", "missing_scalar"}),
    ("gplvm.log_det", "e", "-D/(2 α) K⁻¹", {"inverted_scalar"}),
    ("gplvm.log_det", "f", "-α D K⁻¹ X", {"factor", "doubled_path", "extra_term"}),
    ("gplvm.log_det", "f", "e_bar g", {"transpose", "shape"}),
    ("gplvm.log_det", "g", e1_bar * X, {"transpose", "order", "shape"}),
    ("gplvm.log_det", "g", "e_bar fᵀ", {"order", "shape"}),
    ("gplvm.log_det", "h", "g_bar", {"stopped_early", "transpose", "shape"}),
    ("gplvm.log_det", "j", "-(D/2) j⁻¹", {"missing_term"}),
    ("gplvm.log_det", "q", "-D", {"factor"}),
    ("gplvm.log_det", "q", D / 2, {"sign"}),
    ("gplvm.log_det", "alpha", "-D tr(K⁻¹XXᵀ)", {"factor"}),
    ("gplvm.log_det", "alpha", "-(D/2) tr(XXᵀ)", {"missing_inverse"}),
    ("gplvm.log_det", "alpha", "-(D/2) K⁻¹XXᵀ", {"shape"}),
    ("gplvm.log_det", "alpha", -D / 2 * Trace(HadamardProduct(K.I, X * X.T)), {"elementwise"}),
    ("gplvm.log_det", "alpha", lambda K, X, D: -D / 2 * trace(inv(K) * (X @ X.T)), {"elementwise"}),
    ("gplvm.log_det", "alpha", lambda K, X, D: -D / 2 * np.mean(inv(K) * (X @ X.T)), {"averaged"}),
    ("gplvm.log_det", "beta", "-D/(2 β²) tr(K⁻¹)", {"sign"}),
    ("gplvm.log_det", "beta", "½ D tr(K⁻¹)", {"missing_scalar"}),
    ("gplvm.log_det", "beta", D * beta**2 / 2 * Trace(K.I), {"inverted_scalar"}),
    ("gplvm.log_det", "beta", "D/(2 β²) tr(K)", {"missing_inverse"}),
    ("gplvm.log_det", "beta", lambda K, beta, D: D / (2 * beta**2) * np.mean(np.diag(inv(K))),
     {"averaged"}),
    ("gplvm.log_det", "D", log(b) / 2, {"sign"}),
    ("gplvm.log_det", "D", "-log |K|", {"factor"}),

    # the trace
    ("gplvm.trace", "X", "-α K⁻¹YYᵀK⁻¹ X", {"sign"}),
    ("gplvm.trace", "X", alpha * K.I * Y * Y.T * K.I * X / 2, {"missing_path", "factor"}),
    ("gplvm.trace", "X", "-½ α K⁻¹YYᵀK⁻¹ X", {"sign", "factor", "missing_path"}),
    ("gplvm.trace", "X", "K⁻¹YYᵀK⁻¹ X", {"missing_scalar"}),
    ("gplvm.trace", "X", "α YYᵀ K⁻¹ X", {"missing_inverse"}),
    ("gplvm.trace", "X", alpha * r * p * X, {"missing_inverse"}),
    ("gplvm.trace", "X", "α K YYᵀ K X", {"missing_inverse"}),
    ("gplvm.trace", "X", lambda X, Y, K, alpha: alpha * inv(K) @ solve(K, Y) @ solve(K, Y).T @ X,
     {"extra_inverse"}),
    ("gplvm.trace", "X", "-α YYᵀ X", {"stopped_early"}),
    ("gplvm.trace", "X", 2 * alpha * r2_bar * X, {"stopped_early"}),
    ("gplvm.trace", "X", "½ K⁻¹YYᵀK⁻¹", {"stopped_early", "shape"}),
    ("gplvm.trace", "X", "α YYᵀ K⁻¹ K⁻¹ X", {"order"}),
    ("gplvm.trace", "X", lambda X, Y, K, alpha: alpha * inv(K) @ inv(K) @ Y @ Y.T @ X, {"order"}),
    ("gplvm.trace", "X", alpha * s.T * r * X, {"transpose", "order"}),
    ("gplvm.trace", "X", "α K⁻¹ YᵀY K⁻¹ X", {"transpose", "order", "shape"}),
    ("gplvm.trace", "X", "α (K⁻¹ ∘ (YYᵀ)) K⁻¹ X", {"elementwise"}),
    ("gplvm.trace", "X", lambda X, Y, K, alpha: alpha * (inv(K) * (Y @ Y.T) * inv(K)) @ X,
     {"elementwise"}),
    ("gplvm.trace", "X", "α (K⁻¹YYᵀ − D I) K⁻¹ X", {"extra_term"}),
    ("gplvm.trace", "X", "-α X YYᵀ / K", {"unreadable"}),
    ("gplvm.trace", "Y", "K⁻¹ Y", {"sign"}),
    ("gplvm.trace", "Y", -K.I * Y / 2, {"missing_path", "factor"}),
    ("gplvm.trace", "Y", "-K Y", {"missing_inverse"}),
    ("gplvm.trace", "Y", "-K⁻¹ K⁻¹ Y", {"extra_inverse"}),
    ("gplvm.trace", "Y", "-Yᵀ K⁻¹", {"transpose", "shape"}),
    ("gplvm.trace", "Y", "-Y K⁻¹", {"order", "shape"}),
    ("gplvm.trace", "Y", "p_bar", {"stopped_early", "shape"}),
    ("gplvm.trace", "c", "-½ K⁻¹YYᵀK⁻¹", {"sign"}),
    ("gplvm.trace", "c", "½ K⁻¹ YYᵀ", {"missing_inverse"}),
    ("gplvm.trace", "c", "-½ K⁻¹ YYᵀ", {"sign", "missing_inverse"}),
    ("gplvm.trace", "c", "-½ Y Yᵀ", {"stopped_early"}),
    ("gplvm.trace", "c", K.I * K.I * Y * Y.T / 2, {"order"}),
    ("gplvm.trace", "c", "½ K⁻¹ ∘ (YYᵀ) ∘ K⁻¹", {"elementwise"}),
    ("gplvm.trace", "d", lambda r, p: r @ p @ r, {"factor"}),
    ("gplvm.trace", "d", "½ r pᵀ K", {"missing_inverse"}),
    ("gplvm.trace", "e", "½ K⁻¹YYᵀK⁻¹", {"stopped_early", "missing_scalar"}),
    ("gplvm.trace", "r", "-Y Yᵀ", {"factor"}),
    ("gplvm.trace", "r", "-½ YᵀY", {"transpose", "order", "shape"}),
    ("gplvm.trace", "r", s2_bar, {"stopped_early"}),
    ("gplvm.trace", "r", "-½ K⁻¹ YYᵀ", {"extra_inverse"}),
    ("gplvm.trace", "s", "-½", {"stopped_early", "shape"}),
    ("gplvm.trace", "s", I_N / 2, {"sign"}),
    ("gplvm.trace", "t", "-1", {"factor"}),
    ("gplvm.trace", "p", "-½ K", {"missing_inverse"}),
    ("gplvm.trace", "p", "½ K⁻¹", {"sign"}),
    ("gplvm.trace", "alpha", "½ tr(K⁻¹YYᵀXXᵀ)", {"missing_inverse"}),
    ("gplvm.trace", "beta", "1/(2 β²) tr(K⁻¹YYᵀK⁻¹)", {"sign"}),
    ("gplvm.trace", "beta", "-½ β² tr(K⁻¹YYᵀK⁻¹)", {"inverted_scalar"}),
    ("gplvm.trace", "beta", "-1/(2 β²) K⁻¹YYᵀK⁻¹", {"shape"}),

    # the whole log-likelihood
    ("gplvm", "X", "-α D K⁻¹ X", {"missing_term"}),
    ("gplvm", "X", alpha * K.I * Y * Y.T * K.I * X, {"missing_term"}),
    ("gplvm", "X", lambda X, K, Y, alpha: -alpha * Y.shape[1] * solve(K, X), {"missing_term"}),
    ("gplvm", "X", "α(K⁻¹YYᵀ + D I)K⁻¹X", {"sign"}),
    ("gplvm", "X", "α(D I − K⁻¹YYᵀ)K⁻¹X", {"sign"}),
    ("gplvm", "X", likelihood_gradient_with_a_plus, {"sign"}),
    ("gplvm", "X", "½ α(K⁻¹YYᵀ − D I)K⁻¹X", {"missing_path", "factor"}),
    ("gplvm", "X", L_f_bar, {"missing_path", "factor", "stopped_early"}),
    ("gplvm", "X", "α(½ K⁻¹YYᵀ − D I)K⁻¹X", {"factor", "missing_path"}),
    ("gplvm", "X", "(K⁻¹YYᵀ − D I)K⁻¹X", {"missing_scalar"}),
    ("gplvm", "X", alpha * (K.I * Y * Y.T - I_N) * K.I * X, {"missing_scalar"}),
    ("gplvm", "X", likelihood_gradient_without_D, {"missing_scalar"}),
    ("gplvm", "X", "α(K⁻¹YYᵀ − D)K⁻¹X", {"shape"}),
    ("gplvm", "X", "α(YYᵀ − D I)K⁻¹X", {"missing_inverse"}),
    ("gplvm", "X", "α(K⁻¹YYᵀ − D I)X", {"missing_inverse"}),
    ("gplvm", "X", "α X (K⁻¹YYᵀ − D I)K⁻¹", {"order", "shape"}),
    ("gplvm", "X", "α(YYᵀK⁻¹ − D I)K⁻¹X", {"order"}),
    ("gplvm", "X", "α(K⁻¹YYᵀ − D I)K⁻¹Xᵀ", {"transpose", "shape"}),
    ("gplvm", "X", alpha * (K.I * Y * Y.T - gplvm.D * I_N) * K.I * X - X, {"extra_term"}),
    ("gplvm", "X", "α(K⁻¹YYᵀ − D I)K⁻¹X / N", {"averaged"}),
    ("gplvm", "X", "αK⁻¹YYᵀK⁻¹X − α D det(K) K⁻¹X", {"stopped_early"}),
    ("gplvm", "X", "-α YYᵀX − α D K⁻¹X", {"stopped_early"}),
    ("gplvm", "X", "  ", {"not_attempted"}),
    ("gplvm", "Y", "-½ K⁻¹ Y", {"missing_path", "factor"}),
    ("gplvm", "Y", "Y Yᵀ Y + 3 Y", {"unknown"}),
    ("gplvm", "c", "-(D/2) K⁻¹", {"missing_term"}),
    ("gplvm", "c", lambda K, Y: (inv(K) @ Y @ Y.T - Y.shape[1] * np.eye(len(K))) @ inv(K),
     {"factor"}),
    ("gplvm", "alpha", "½ tr(K⁻¹YYᵀK⁻¹XXᵀ)", {"missing_term"}),
    ("gplvm", "beta", "D/(2 β²) tr(K⁻¹)", {"missing_term"}),
    ("gplvm", "beta", lambda K, Y: Y.shape[1] * trace(inv(K)) / 2 - np.sum(solve(K, Y) ** 2) / 2,
     {"missing_scalar"}),
]
