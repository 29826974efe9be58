"""The frozen answers that are functions of named arrays: answers_*.toml calls them by name."""

import numpy as np

inv, solve, trace = np.linalg.inv, np.linalg.solve, np.trace


# The first set
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


def residual_pulled_back_and_minus_the_data_path(x, W):
    return W.T @ W @ (W.T @ W @ x - x) - (W.T @ W @ x - x)


def decoder_adjoint_by_einsum(c, W, x):
    return np.einsum("ij,js,ks->ik", W, c, x)


def log_det_slope_in_alpha_entry_by_entry(K, X, D):
    return -D / 2 * np.sum(inv(K) * (X @ X.T))


def trace_gradient_by_solving(Y, X, K, alpha):
    return alpha * solve(K, Y) @ (solve(K, Y).T @ X)


def trace_slope_in_beta(Y, K, beta):
    return -np.sum(solve(K, Y) ** 2) / (2 * beta**2)


def kernel_adjoint_times_alpha(K, Y, alpha):
    return alpha / 2 * (inv(K) @ Y @ Y.T @ inv(K) - Y.shape[1] * inv(K))


def likelihood_slope_in_beta_through_c(c, Y, beta):
    return (Y.shape[1] * trace(inv(c)) - trace(inv(c) @ Y @ Y.T @ inv(c))) / 2 / beta**2


def decoder_path_twice(e, c):
    return e @ c.T + e @ c.T


def second_product_with_W_transposed(W, x, c):
    return W @ x @ c.T + W.T @ c @ x.T


def data_gradient_twice(W, c):
    return 2 * (W.T @ W @ c - c)


def encoder_of_the_reconstruction(W, d):
    return W @ d


def residual_the_other_way_round(e, x, d):
    return e @ (x - d).T


def half_of_the_log_det_gradient(X, K, alpha, D):
    return -alpha * D / 2 * solve(K, X)


def log_det_gradient_transposed(X, K, alpha, D):
    return -alpha * D * solve(K, X).T


def log_det_gradient_summed(X, K, alpha, D):
    return -alpha * D * np.sum(solve(K, X))


def determinant_not_cancelled(K, D):
    return -D / 2 * np.linalg.det(K) * inv(K).T


def entrywise_product_in_the_trace(K, X, D):
    return -D / 2 * trace(inv(K) * (X @ X.T))


def mean_for_the_sum(K, X, D):
    return -D / 2 * np.mean(inv(K) * (X @ X.T))


def mean_of_the_diagonal(K, beta, D):
    return D / (2 * beta**2) * np.mean(np.diag(inv(K)))


def inverse_on_the_left_twice(X, Y, K, alpha):
    return alpha * inv(K) @ solve(K, Y) @ solve(K, Y).T @ X


def inverse_on_the_left_and_none_on_the_right(X, Y, K, alpha):
    return alpha * inv(K) @ inv(K) @ Y @ Y.T @ X


def entrywise_products_in_the_trace_gradient(X, Y, K, alpha):
    return alpha * (inv(K) * (Y @ Y.T) * inv(K)) @ X


def inverse_times_p_times_inverse(r, p):
    return r @ p @ r


def log_det_half_alone(X, K, Y, alpha):
    return -alpha * Y.shape[1] * solve(K, X)


def kernel_adjoint_twice(K, Y):
    return (inv(K) @ Y @ Y.T - Y.shape[1] * np.eye(len(K))) @ inv(K)


def beta_not_squared_under_it(K, Y):
    return Y.shape[1] * trace(inv(K)) / 2 - np.sum(solve(K, Y) ** 2) / 2


# The second set
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


def mean_over_samples(W, x):
    rest = W.T @ W @ x - x
    return (W @ x @ rest.T + W @ rest @ x.T) / x.shape[1]


def encoder_path_only(W, x):
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
