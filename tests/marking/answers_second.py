"""A held-out set of answers to the question for a gradient, written from the mathematics before the
marking existed.

RIGHT holds (of, wrt, answer); WRONG also holds the kinds of finding that a fair teacher would name
first. An answer is a text in ordinary notation, a SymPy expression in the symbols of the chain, or
a function of named arrays.
"""

import numpy as np
from sympy import Determinant, HadamardProduct, Identity, MatPow, Rational, Trace, log

from lvmcalc.models import autoencoder, gplvm

half = Rational(1, 2)
W, x, c, code_bar = autoencoder.chain().symbols("W x c e_bar")
m, n, S = autoencoder.m, autoencoder.n, autoencoder.S
N, Q, D, X, Y, alpha, beta = gplvm.N, gplvm.Q, gplvm.D, gplvm.X, gplvm.Y, gplvm.alpha, gplvm.beta
K, b, b_bar, q_bar = gplvm.log_det_chain().symbols("K b b_bar q_bar")
p, s_bar = gplvm.trace_chain().symbols("p s_bar")
d_bar, g_bar = gplvm.chain().symbols("d_bar g_bar")


# Functions of named arrays: right
def both_paths_by_einsum(W, x):
    z = W @ x
    rest = W.T @ z - x
    return np.einsum("is,js->ij", z, rest) + np.einsum("is,js->ij", W @ rest, x)


def projected_twice(W, x):
    M = np.eye(W.shape[1]) - W.T @ W
    return M @ (M @ x)


def log_det_by_solving(X, alpha, beta, D):
    return -alpha * D * np.linalg.solve(alpha * X @ X.T + np.eye(len(X)) / beta, X)


def misfit_from_the_kernel(K, X, Y, alpha):
    A = np.linalg.solve(K, Y)
    return alpha * A @ (A.T @ X)


def noise_of_the_whole(X, Y, alpha, beta):
    inverse = np.linalg.inv(alpha * X @ X.T + np.eye(X.shape[0]) / beta)
    A = inverse @ Y
    return (Y.shape[1] * np.trace(inverse) - (A * A).sum()) / (2 * beta**2)


def whole_column_by_column(X, Y, alpha, beta):
    inverse = np.linalg.inv(np.eye(X.shape[0]) / beta + alpha * X @ X.T)
    total = np.zeros_like(X)
    for y in Y.T:
        a = inverse @ y
        total += alpha * (np.outer(a, a) - inverse) @ X
    return total


# Functions of named arrays: wrong
def mean_over_samples(W, x):
    rest = W.T @ W @ x - x
    return (W @ x @ rest.T + W @ rest @ x.T) / x.shape[1]


def encoder_only(W, x):
    rest = W.T @ (W @ x) - x
    return (W @ rest) @ x.T


def sign_of_the_residual(W, x):
    rest = x - W.T @ W @ x
    return W @ x @ rest.T + W @ rest @ x.T


def one_column_too_few(W, x):
    return W @ (W.T @ W @ x - x)


def mean_over_points(X, alpha, beta, D):
    K = alpha * X @ X.T + np.eye(len(X)) / beta
    return -alpha * D * np.linalg.inv(K) @ X / len(X)


def beta_for_its_inverse(X, alpha, beta, D):
    return -alpha * D * np.linalg.inv(alpha * X @ X.T + beta * np.eye(len(X))) @ X


def kernel_for_its_inverse(X, Y, alpha, beta):
    K = alpha * X @ X.T + np.eye(len(X)) / beta
    return alpha * K @ Y @ Y.T @ K @ X


def stars_for_products(K, Y):
    inverse = np.linalg.inv(K)
    return 0.5 * inverse * (Y @ Y.T) * inverse


def half_in_one_half(X, Y, alpha, beta):
    inverse = np.linalg.inv(alpha * X @ X.T + np.eye(len(X)) / beta)
    return alpha * (inverse @ Y @ Y.T @ inverse - 0.5 * Y.shape[1] * inverse) @ X


def mean_log_likelihood(X, Y, alpha, beta):
    inverse = np.linalg.inv(alpha * X @ X.T + np.eye(len(X)) / beta)
    return alpha * (inverse @ Y @ Y.T - Y.shape[1] * np.eye(len(X))) @ inverse @ X / len(X)


def noise_of_the_misfit_only(X, Y, alpha, beta):
    A = np.linalg.solve(alpha * X @ X.T + np.eye(len(X)) / beta, Y)
    return -np.sum(A**2) / (2 * beta**2)


def residual_without_data(W, x):
    z = W @ x
    return W.T @ z @ z.T


def kernel_without_its_scale(X, alpha, beta, D):
    return -alpha * D * np.linalg.inv(X @ X.T + np.eye(len(X)) / beta) @ X


def twice_too_much(X, Y, alpha, beta):
    return -2 * np.linalg.solve(alpha * X @ X.T + np.eye(len(X)) / beta, Y)


def lying_on_its_side(K, X, Y, alpha):
    inverse = np.linalg.inv(K)
    return alpha * X.T @ inverse @ Y @ Y.T @ inverse


def data_moved_outwards(X, Y, alpha, beta):
    inverse = np.linalg.inv(alpha * X @ X.T + np.eye(len(X)) / beta)
    return alpha * (Y @ Y.T @ inverse - Y.shape[1] * np.eye(len(X))) @ inverse @ X


def both_halves_pulling(X, Y, alpha, beta):
    A = np.linalg.inv(alpha * X @ X.T + np.eye(len(X)) / beta)
    return 0.5 * (np.trace(X.T @ A @ Y @ Y.T @ A @ X) + Y.shape[1] * np.trace(X.T @ A @ X))


RIGHT: list[tuple[str, str, object]] = [
    ("autoencoder", "W", "Wx(WᵀWx)ᵀ + WWᵀWxxᵀ − 2Wxxᵀ"),
    ("autoencoder", "W", "e c' + W c x'"),
    ("autoencoder", "W", "∂L/∂h + ∂L/∂g"),
    ("autoencoder", "W",
     W * x * x.T * (W.T * W - Identity(n)) + (W * W.T - Identity(m)) * W * x * x.T),
    ("autoencoder", "W", both_paths_by_einsum),
    ("autoencoder", "x", "x - 2 W.T @ W @ x + W.T @ W @ W.T @ W @ x"),
    ("autoencoder", "x", MatPow(W.T * W - Identity(n), 2) * x),
    ("autoencoder", "x", "h.T*e_bar - c_bar"),
    ("autoencoder", "x", projected_twice),
    ("autoencoder", "e", "g d_bar"),
    ("autoencoder", "f", "(e cᵀ)ᵀ"),
    ("autoencoder", "g", "Wx(d − x)ᵀ"),
    ("autoencoder", "h", "W(WᵀW − I)xxᵀ"),
    ("autoencoder", "h", code_bar * x.T),
    ("autoencoder", "d", "-(x - f*e)"),
    ("autoencoder", "c", "W.T*W*x - x"),
    ("gplvm.log_det", "X", r"\frac{\partial L_1}{\partial X} = -\alpha D K^{-1} X"),
    ("gplvm.log_det", "X", "f_bar + g_bar.T"),
    ("gplvm.log_det", "X", -alpha * D * X * (alpha * X.T * X + Identity(Q) / beta).I),
    ("gplvm.log_det", "X", log_det_by_solving),
    ("gplvm.log_det", "alpha", "-½ D tr(Xᵀ K⁻¹ X)"),
    ("gplvm.log_det", "alpha", "-D/(2α) · (N − tr(K⁻¹)/β)"),
    ("gplvm.log_det", "beta", D * Trace(K.I) / (2 * beta**2)),
    ("gplvm.log_det", "D", "-log(|αXXᵀ + β⁻¹I|)/2"),
    ("gplvm.log_det", "b", "-D/(2 det(K))"),
    ("gplvm.log_det", "c", b * b_bar * K.I.T),
    ("gplvm.log_det", "g", "f.T @ e_bar"),
    ("gplvm.log_det", "e", "alpha*dL1/dd"),
    ("gplvm.log_det", "j", "-0.5*D*inv(K)"),
    ("gplvm.trace", "X", "α K⁻¹Y(K⁻¹Y)ᵀX"),
    ("gplvm.trace", "X", misfit_from_the_kernel),
    ("gplvm.trace", "Y", "2 p_bar Y"),
    ("gplvm.trace", "alpha", "½‖XᵀK⁻¹Y‖²"),
    ("gplvm.trace", "beta", -Trace(Y.T * K.I * K.I * Y) / (2 * beta**2)),
    ("gplvm.trace", "c", "-r.T @ r_bar @ r.T"),
    ("gplvm.trace", "r", s_bar * p.T),
    ("gplvm.trace", "s", "-½ I"),
    ("gplvm.trace", "t", "-0.5"),
    ("gplvm.trace", "h", "g_barᵀ"),
    ("gplvm", "X", "(K⁻¹YYᵀK⁻¹ − D K⁻¹) α X"),
    ("gplvm", "X", 2 * alpha * d_bar * X),
    ("gplvm", "X", whole_column_by_column),
    ("gplvm", "Y", "-inv(alpha*X*X' + I/beta) * Y"),
    ("gplvm", "beta", noise_of_the_whole),
    ("gplvm", "alpha", "tr(d_barᵀ e)"),
    ("gplvm", "f", "α/2 (K⁻¹YYᵀ − D I) K⁻¹ X"),
    ("gplvm", "q", -D / 2),
]

WRONG: list[tuple[str, str, object, set[str]]] = [
    # The autoencoder
    ("autoencoder", "W", "Wx(WᵀWx − x)ᵀ", {"missing_path"}),
    ("autoencoder", "W", encoder_only, {"missing_path"}),
    ("autoencoder", "W", "∂L/∂h", {"missing_path", "stopped_early"}),
    ("autoencoder", "W", "2 W x (WᵀW x − x)ᵀ", {"doubled_path"}),
    ("autoencoder", "W", 2 * W * c * x.T, {"doubled_path"}),
    ("autoencoder", "W", "e cᵀ − W c xᵀ", {"sign"}),
    ("autoencoder", "W", sign_of_the_residual, {"sign"}),
    ("autoencoder", "W", "2(Wx(WᵀWx − x)ᵀ + W(WᵀWx − x)xᵀ)", {"factor"}),
    ("autoencoder", "W", "c xᵀ Wᵀ + x cᵀ Wᵀ", {"transpose", "shape"}),
    ("autoencoder", "W", "W*x*c + W*c*x", {"transpose", "shape"}),
    ("autoencoder", "W", "e cᵀ + W c", {"shape"}),
    ("autoencoder", "W", "(x cᵀ + c xᵀ) W", {"order", "shape"}),
    ("autoencoder", "W", W * x * (W.T * W * x).T + W * W.T * W * x * x.T, {"missing_term"}),
    ("autoencoder", "W", "Wxcᵀ + Wcxᵀ + W", {"extra_term"}),
    ("autoencoder", "W", mean_over_samples, {"averaged"}),
    ("autoencoder", "W", "-W c x.T", {"missing_path", "sign"}),
    ("autoencoder", "W", "tr(x cᵀ) W", {"unknown"}),
    ("autoencoder", "x", "WᵀW(WᵀWx − x)", {"missing_path", "missing_term"}),
    ("autoencoder", "x", "h.T*e_bar + c_bar", {"sign"}),
    ("autoencoder", "x", "W Wᵀ c − c", {"order", "transpose", "shape"}),
    ("autoencoder", "x", (W.T * W * c - c) / S, {"averaged"}),
    ("autoencoder", "e", "Wᵀ(WᵀWx − x)", {"transpose", "shape"}),
    ("autoencoder", "e", "d_bar", {"stopped_early", "shape"}),
    ("autoencoder", "f", "e*c.T", {"transpose", "shape"}),
    ("autoencoder", "f", residual_without_data, {"missing_term"}),
    ("autoencoder", "g", "f_bar", {"transpose", "shape", "stopped_early"}),
    ("autoencoder", "h", "W WᵀW x xᵀ", {"missing_term"}),
    ("autoencoder", "h", one_column_too_few, {"shape", "stopped_early"}),
    ("autoencoder", "d", "x − WᵀWx", {"sign"}),
    ("autoencoder", "c", 2 * (W.T * W * x - x), {"factor"}),
    # The first half of the GP-LVM
    ("gplvm.log_det", "X", "αDK⁻¹X", {"sign"}),
    ("gplvm.log_det", "X", "-D/2 α K⁻¹ X", {"missing_path", "factor"}),
    ("gplvm.log_det", "X", -D * K.I * X, {"missing_scalar"}),
    ("gplvm.log_det", "X", "-alpha*inv(K)*X", {"missing_scalar"}),
    ("gplvm.log_det", "X", "-αDKX", {"missing_inverse"}),
    ("gplvm.log_det", "X", "-αDK⁻²X", {"extra_inverse"}),
    ("gplvm.log_det", "X", "-α D X K⁻¹", {"order", "shape"}),
    ("gplvm.log_det", "X", -alpha * D * X.T * K.I, {"transpose", "shape"}),
    ("gplvm.log_det", "X", "-D/2 K⁻¹", {"stopped_early", "shape"}),
    ("gplvm.log_det", "X", -alpha * D * Determinant(K) * K.I * X, {"stopped_early"}),
    ("gplvm.log_det", "X", "-αD/|K| X", {"stopped_early"}),
    ("gplvm.log_det", "X", beta_for_its_inverse, {"inverted_scalar"}),
    ("gplvm.log_det", "X", "-αD(XXᵀ + β⁻¹I)⁻¹X", {"missing_scalar"}),
    ("gplvm.log_det", "X", mean_over_points, {"averaged"}),
    ("gplvm.log_det", "X", kernel_without_its_scale, {"missing_scalar"}),
    ("gplvm.log_det", "X", "-αD(K⁻¹X", {"unreadable"}),
    ("gplvm.log_det", "X", "α D K⁻¹ X / 2", {"sign", "missing_path", "factor"}),
    ("gplvm.log_det", "alpha", "-D/2 K⁻¹ X Xᵀ", {"shape"}),
    ("gplvm.log_det", "alpha", -D * Trace(K.I * X * X.T), {"factor"}),
    ("gplvm.log_det", "alpha", "-½ tr(XᵀK⁻¹X)", {"missing_scalar"}),
    ("gplvm.log_det", "alpha", -D / 2 * Trace(HadamardProduct(K.I, X * X.T)), {"elementwise"}),
    ("gplvm.log_det", "beta", "-D/(2β²) tr(K⁻¹)", {"sign"}),
    ("gplvm.log_det", "beta", "½ D β² tr(K⁻¹)", {"inverted_scalar"}),
    ("gplvm.log_det", "beta", "-D/2 tr(K⁻¹)", {"stopped_early", "missing_scalar", "sign"}),
    ("gplvm.log_det", "beta", "D tr(K)/(2 β^2)", {"missing_inverse"}),
    ("gplvm.log_det", "D", -log(Determinant(K)), {"factor"}),
    ("gplvm.log_det", "D", "-½ log(K)", {"shape", "stopped_early"}),
    ("gplvm.log_det", "b", q_bar, {"stopped_early"}),
    ("gplvm.log_det", "b", "-D/2 · b", {"inverted_scalar", "missing_inverse"}),
    ("gplvm.log_det", "c", "-D/(2b)", {"stopped_early", "shape"}),
    ("gplvm.log_det", "e", "d_bar / alpha", {"inverted_scalar"}),
    ("gplvm.log_det", "f", "-αDK⁻¹X", {"doubled_path", "factor"}),
    ("gplvm.log_det", "g", "f e_bar", {"transpose", "shape"}),
    ("gplvm.log_det", "h", "g_bar", {"transpose", "shape", "stopped_early"}),
    # The second half
    ("gplvm.trace", "X", "-α K⁻¹YYᵀK⁻¹X", {"sign"}),
    ("gplvm.trace", "X", alpha / 2 * K.I * Y * Y.T * K.I * X, {"missing_path", "factor"}),
    ("gplvm.trace", "X", "α K⁻¹ Y Yᵀ X", {"missing_inverse"}),
    ("gplvm.trace", "X", "-α Y Yᵀ X", {"stopped_early"}),
    ("gplvm.trace", "X", "α Y Yᵀ K⁻¹ K⁻¹ X", {"order"}),
    ("gplvm.trace", "X", "alpha*K.I*Y.T*Y*K.I*X", {"transpose", "order", "shape"}),
    ("gplvm.trace", "X", kernel_for_its_inverse, {"missing_inverse"}),
    ("gplvm.trace", "X", lying_on_its_side, {"transpose", "shape"}),
    ("gplvm.trace", "X", "", {"not_attempted"}),
    ("gplvm.trace", "Y", -K.I * Y / 2, {"factor", "missing_path"}),
    ("gplvm.trace", "Y", "-YᵀK⁻¹", {"transpose", "shape"}),
    ("gplvm.trace", "Y", "-Y*inv(K)", {"order", "shape"}),
    ("gplvm.trace", "Y", "-K Y", {"missing_inverse"}),
    ("gplvm.trace", "Y", twice_too_much, {"factor"}),
    ("gplvm.trace", "alpha", "½ tr(K⁻¹XXᵀYYᵀ)", {"missing_inverse"}),
    ("gplvm.trace", "alpha", -Trace(X * X.T * Y * Y.T) / 2, {"stopped_early"}),
    ("gplvm.trace", "alpha", "½ tr(XXᵀ) tr(K⁻¹YYᵀK⁻¹)", {"unknown"}),
    ("gplvm.trace", "beta", "-½ tr(K⁻²YYᵀ)", {"missing_scalar"}),
    ("gplvm.trace", "c", "-½ Y Yᵀ", {"stopped_early"}),
    ("gplvm.trace", "c", stars_for_products, {"elementwise"}),
    ("gplvm.trace", "e", "½ K⁻¹YYᵀK⁻¹", {"missing_scalar", "stopped_early"}),
    ("gplvm.trace", "p", "-K⁻¹", {"factor"}),
    ("gplvm.trace", "r", -half * K.I * Y * Y.T, {"extra_inverse"}),
    ("gplvm.trace", "r", "-½ YᵀY", {"order", "transpose", "shape"}),
    ("gplvm.trace", "s", "-½", {"shape", "stopped_early"}),
    ("gplvm.trace", "t", "1/2", {"sign"}),
    # The whole log-likelihood
    ("gplvm", "X", "-D α K⁻¹ X", {"missing_term"}),
    ("gplvm", "X", alpha * K.I * Y * Y.T * K.I * X, {"missing_term"}),
    ("gplvm", "X", "α(K⁻¹YYᵀ + D I)K⁻¹X", {"sign"}),
    ("gplvm", "X", "α(K⁻¹YYᵀ − I)K⁻¹X", {"missing_scalar"}),
    ("gplvm", "X", "α(YYᵀ − D I)K⁻¹X", {"missing_inverse"}),
    ("gplvm", "X", "α(K⁻¹YYᵀ − D)K⁻¹X", {"shape"}),
    ("gplvm", "X", alpha * d_bar * X, {"missing_path", "factor"}),
    ("gplvm", "X", half_in_one_half, {"factor", "missing_path"}),
    ("gplvm", "X", mean_log_likelihood, {"averaged"}),
    ("gplvm", "X", data_moved_outwards, {"order"}),
    ("gplvm", "X", "take the gradient of both halves and add", {"unreadable", "not_attempted"}),
    ("gplvm", "X", "tr(K⁻¹YYᵀ) X − log|K| X", {"unknown"}),
    ("gplvm", "Y", "-K⁻¹Y − D Y", {"extra_term"}),
    ("gplvm", "alpha", "½ tr(XᵀK⁻¹YYᵀK⁻¹X) − ½ D tr(XᵀK⁻¹X) − ½ N D log(2π)", {"extra_term"}),
    ("gplvm", "alpha", -D / 2 * Trace(K.I * X * X.T), {"missing_term"}),
    ("gplvm", "alpha", both_halves_pulling, {"sign"}),
    ("gplvm", "beta", noise_of_the_misfit_only, {"missing_term"}),
    ("gplvm", "beta", "β²(D tr(K⁻¹) − tr(K⁻¹YYᵀK⁻¹))/2", {"inverted_scalar"}),
    ("gplvm", "c", "½ K⁻¹YYᵀK⁻¹ − ½ D K", {"missing_inverse"}),
    ("gplvm", "h", g_bar, {"transpose", "shape", "stopped_early"}),
    ("gplvm", "q", "-½", {"missing_scalar"}),
    ("gplvm", "p", "½ K⁻¹", {"sign"}),
]
