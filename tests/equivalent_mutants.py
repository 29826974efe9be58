"""The mutants of the core that no test can kill, and why: (module, line, mutated line)."""

SHAPE_ONLY = "only the shape of the operation is used, and SymPy gives A/B the shape of AB"
ONLY_ONE = "there is one, so the first is the last"
NOT_ZERO = "the exponent is a whole number, and the case above is for those that are not 0"
TWO_SIZES = "every matrix has two sizes"
REFUSED_LATER = "the square root of a negative number is NaN, so X = 0, and log_likelihood refuses the same number"

EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("rules", "G_mn, G_mp, G_nm, G_nn, G_mm = (upstream(X) for X in (A, A * B, A.T, C, A * A.T))",
     "G_mn, G_mp, G_nm, G_nn, G_mm = (upstream(X) for X in (A, A / B, A.T, C, A * A.T))"): SHAPE_ONLY,
    ("rules", "G_mn, G_mp, G_nm, G_nn, G_mm = (upstream(X) for X in (A, A * B, A.T, C, A * A.T))",
     "G_mn, G_mp, G_nm, G_nn, G_mm = (upstream(X) for X in (A, A * B, A.T, C, A / A.T))"): SHAPE_ONLY,
    ("rules", "found.update(zip(argument.shape, operand.shape, strict=True))",
     "found.update(zip(argument.shape, operand.shape, strict=False))"): TWO_SIZES,
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
    ("autoencoder", "U, singular_values, _ = np.linalg.svd(x, full_matrices=x.shape[1] < x.shape[0])",
     "U, singular_values, _ = np.linalg.svd(x, full_matrices=x.shape[1] <= x.shape[0])"):
        "a square x has the same factors either way",
    ("calculus", "return [join(*half) if len(half) > 1 else half[0] for half in (parts[:middle], parts[middle:])]",
     "return [join(*half) if len(half) > 1 else half[ -1] for half in (parts[:middle], parts[middle:])]"): ONLY_ONE,
    ("calculus", 'return by("scale", scalar, MatMul(*factors) if len(factors) > 1 else factors[0])',
     'return by("scale", scalar, MatMul(*factors) if len(factors) > 1 else factors[ -1])'): ONLY_ONE,
    ("chain", "short = {name: self.symbols(name)[0] for name in self.abbreviations}",
     "short = {name: self.symbols(name)[ -1] for name in self.abbreviations}"): ONLY_ONE,
    ("chain", "sizes |= {size.name: n for size, n in zip(leaf.shape, values[name].shape, strict=True)}",
     "sizes |= {size.name: n for size, n in zip(leaf.shape, values[name].shape, strict=False)}"): TWO_SIZES,
    ("chain", 'seed = checks.whole(seed, "seed", least=0)', 'seed = checks.whole(seed, "seed", least= -1)'):
        "the evidence of the first edge refuses the same number with the same words",
    ("chain", "large = {name: number if isinstance(number, int) else number / (np.abs(number).max() or 1)",
     "large = {name: number if isinstance(number, int) else number / (np.abs(number).max() or 2)"):
        "a matrix of zeros is the same, whatever it is divided by",
    ("chain", "given = dict(zip(names, given.values(), strict=True))",
     "given = dict(zip(names, given.values(), strict=False))"): "every value has a name",
    ("calculus", "return d(Inverse(power) if part.exp < 0 else power)",
     "return d(Inverse(power) if part.exp <= 0 else power)"): NOT_ZERO,
    ("calculus", "return d(Inverse(power) if part.exp < 0 else power)",
     "return d(Inverse(power) if part.exp < 1 else power)"): NOT_ZERO,
}

# marking, diagnosis, fitting
SAME_NAMES = "both points have the same names"
SAME_LENGTH = "both have the same length: what was computed at each of the points"
BOTH_WAYS = "each factor is tried both as it is and transposed"
SPELLED = "spelled = {name: of for name, of in spelled.items() if of in question.points[%s] or name not in optional}"
MISSING = "if missing := [name for name, of in spelled.items() if of not in question.points[%s]]:"
TURNED = "factors = (%s if %s else factor for factor, turn in zip(order, turned, strict=%s))"
AT_POINTS = "for got, point in zip(values, question.points, strict=%s):"
EQUIVALENT |= {
    ("marking", SPELLED % "0", SPELLED % " 1"): SAME_NAMES,
    ("marking", SPELLED % "0", SPELLED % " -1"): SAME_NAMES,
    ("marking", MISSING % "0", MISSING % " 1"): SAME_NAMES,
    ("marking", MISSING % "0", MISSING % " -1"): SAME_NAMES,
    ("marking", AT_POINTS % "True", AT_POINTS % "False"): SAME_LENGTH,
    ("marking", "for turned in np.ndindex(*(2,) * len(order)):", "for turned in np.ndindex(*( 3,) * len(order)):"):
        BOTH_WAYS,
    ("marking", TURNED % ("factor.T", "turn", "True"), TURNED % ("factor.T", "not turn", "True")): BOTH_WAYS,
    ("marking", TURNED % ("factor.T", "turn", "True"), TURNED % ("factor.T", "turn", "False")):
        "every order has a place for each factor",
}
FLAT = "np.broadcast_to(stack, (len(found), *np.shape(stack)[-2:])).reshape(len(found), -%s)"
AT_THE_BOUND = "the bound is not 0, and no rounding error is as large as it"
FITS = "fits = np.abs(flat - %s[:, None] * stack).max(axis=1) %s TOLERANCE * np.abs(flat).max()"
POINT = "point = exact.random_point((self.chain.expression(),), self.question.second, np.random.default_rng(%s),"
SECOND_POINT = "a width between rounding and the next ratio will do; at the second point the factor itself is compared"
ONE_PATH = "beside a lost path all broken chains have one mistake, and what is fitted has no lost path"
WITHIN = "low, high = (np.searchsorted(table, ratio + sign * TOLERANCE %s np.abs(ratio)) for sign in (%s))"
MERGED = "return list(kept.values())[:4 if _count(explanations[%s]) == 1 else 2]"
PATHS = ('return (replace(explanation[%s], where=" or ".join(e[%s].where for e in found '
         'if e[%s].kind == "missing_path")),)')
NUMBERS = ('numbers = [sign %s sp.Rational(r) for sign in (1, -1) for r in ("1", "1/2", "2", "1/4", "4", "1/3", "3")]')
EQUIVALENT |= {
    ("diagnosis", "later = leading_to(self.chain, self.wrt)[1:-1]", "later = leading_to(self.chain, self.wrt)[ 0:-1]"):
        "what is equal to the adjoint that is asked for is right and does not come here",
    ("diagnosis", "for value, point in zip(values, self.question.points, strict=True)]",
     "for value, point in zip(values, self.question.points, strict=False)]"): SAME_LENGTH,
    ("diagnosis", "return [candidate for candidate, fit in zip(few, fits, strict=True) if fit]",
     "return [candidate for candidate, fit in zip(few, fits, strict=False) if fit]"):
        "there is one row of the stack for each candidate",
    ("diagnosis", "return " + FLAT % "1", "return " + FLAT % " 2"):
        "NumPy takes any negative length for the one that is left",
    ("diagnosis", FITS % ("ratio", "<="), FITS % ("ratio", "<")): AT_THE_BOUND,
    ("diagnosis", FITS % ("factors", "<="), FITS % ("factors", "<")): AT_THE_BOUND,
    ("diagnosis", WITHIN % ("*", "-1, 1"), WITHIN % ("/", "-1, 1")): SECOND_POINT,
    ("diagnosis", WITHIN % ("*", "-1, 1"), WITHIN % ("*", "- 2, 1")): SECOND_POINT,
    ("diagnosis", WITHIN % ("*", "-1, 1"), WITHIN % ("*", "-1, 2")): SECOND_POINT,
    ("diagnosis", MERGED % "0", MERGED % " -1"): "all come with the same count",
    ("diagnosis", PATHS % ("0", "0", "0"), PATHS % (" -1", "0", "0")): ONLY_ONE,
    ("diagnosis", PATHS % ("0", "0", "0"), PATHS % ("0", " -1", "0")): ONE_PATH,
    ("diagnosis", PATHS % ("0", "0", "0"), PATHS % ("0", "0", " -1")): ONE_PATH,
    ("diagnosis", POINT % "0", POINT % " 1"): "any random point will do",
    ("diagnosis", NUMBERS % "*", NUMBERS % "/"): "the reciprocals of these numbers are these numbers",
}
AS_MANY = "with as many inverses on both sides it is not asked for"
KIND = 'kind = "missing_inverse" if fewer %s else "extra_inverse"'
LONGER = "longer, shorter = (given, true) if fewer %s else (true, given)"
LETTERS = "here, there = next((notation.plain(g), notation.plain(t)) for g, t in zip(given, true, strict=%s) if g != t)"
EQUIVALENT |= {
    ("fitting", "short = {node: chain.symbols(name)[0] for name, node in chain.abbreviations.items()}",
     "short = {node: chain.symbols(name)[ -1] for name, node in chain.abbreviations.items()}"): ONLY_ONE,
    ("fitting", KIND % "< 0", KIND % "<= 0"): AS_MANY,
    ("fitting", KIND % "< 0", KIND % "< 1"): AS_MANY,
    ("fitting", LONGER % "> 0", LONGER % ">= 0"): AS_MANY,
    ("fitting", LONGER % "> 0", LONGER % "> -1"): AS_MANY,
    ("fitting", LETTERS % "True", LETTERS % "False"): "both words have the same letters, but for their transposes",
}

# Choices that no truth depends on: a test could only repeat them. The driver runs them all the same.
UNTESTED: dict[tuple[str, str], str] = {
    ("marking", "MOST_ELEMENTWISE = 4"): "four factors, in all orders and turned or not, are 384 formulas to try",
    ("fitting", "MOST_TERMS = 99"): "how long an answer may take",
    ("fitting", "MOST_TERMS = 101"): "how long an answer may take",
    ("fitting", "if terms_in(coefficient) >= MOST_TERMS:"): "how long an answer may take",
    ("diagnosis", "MOST_MISTAKES, LARGEST_NUMBER = 3, 999"): "how large the numbers are that a formula is tried at",
    ("diagnosis", "MOST_MISTAKES, LARGEST_NUMBER = 3, 1001"): "how large the numbers are that a formula is tried at",
}
