"""The mutants of the core that no test can kill, and why: (module, line, mutated line)."""

SHAPE_ONLY = "only the shape of the operation is used, and SymPy gives A/B the shape of AB"
REFUSED_LATER = "the square root of a negative number is NaN, so X = 0, and log_likelihood refuses the same number"

EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("rules", "G_mn, G_mp, G_nm, G_nn, G_mm = (upstream(X) for X in (A, A * B, A.T, C, A * A.T))",
     "G_mn, G_mp, G_nm, G_nn, G_mm = (upstream(X) for X in (A, A / B, A.T, C, A * A.T))"): SHAPE_ONLY,
    ("rules", "G_mn, G_mp, G_nm, G_nn, G_mm = (upstream(X) for X in (A, A * B, A.T, C, A * A.T))",
     "G_mn, G_mp, G_nm, G_nn, G_mm = (upstream(X) for X in (A, A * B, A.T, C, A / A.T))"): SHAPE_ONLY,
    ("rules", "found.update(zip(argument.shape, operand.shape, strict=True))",
     "found.update(zip(argument.shape, operand.shape, strict=False))"): "every matrix has two sizes",
    ("gplvm", 'alpha, beta = checks.scalar(alpha, "alpha", positive=True), checks.scalar(beta, "beta", positive=True)',
     'alpha, beta = checks.scalar(alpha, "alpha", positive=False), checks.scalar(beta, "beta", positive=True)'):
        REFUSED_LATER,
    ("gplvm", 'alpha, beta = checks.scalar(alpha, "alpha", positive=True), checks.scalar(beta, "beta", positive=True)',
     'alpha, beta = checks.scalar(alpha, "alpha", positive=True), checks.scalar(beta, "beta", positive=False)'):
        REFUSED_LATER,
    ("gplvm", "lengths = np.sqrt(np.maximum(signal - noise, 0.0)) * np.sqrt(signal + noise)",
     "lengths = np.sqrt(np.maximum(signal - noise, -1.0)) * np.sqrt(signal + noise)"):
        "where signal < noise, np.where takes 0 and not the length",
    ("gplvm", "if not singular_values[Q:].max(initial=0) > rounding:",
     "if not singular_values[Q:].max(initial= -1) > rounding:"):
        "the initial value counts only if Q is the number of singular values; neither 0 nor -1 is above rounding",
}
