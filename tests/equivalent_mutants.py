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

# training, problems, gram
SIGN = "the sign is 1 or -1"
EQUIVALENT |= {
    ("training", 'velocity = memory.get("velocity", 0 * uphill)', 'velocity = memory.get("velocity", -1 * uphill)'):
        "a first velocity against the gradient points downhill, and is dropped",
    ("training", "if (self.steps - self.FIRST) % self._every == 0 or self.steps < self.FIRST:",
     "if (self.steps - self.FIRST) % self._every == 0 or self.steps <= self.FIRST:"):
        "where the two are equal, the remainder is 0 already",
    ("training", 'percent, direction = 100 * self.gap, "below" if self.problem.sign > 0 else "above"',
     'percent, direction = 100 * self.gap, "below" if self.problem.sign >= 0 else "above"'): SIGN,
    ("training", 'percent, direction = 100 * self.gap, "below" if self.problem.sign > 0 else "above"',
     'percent, direction = 100 * self.gap, "below" if self.problem.sign > -1 else "above"'): SIGN,
    ("training", 'size = size if percent >= 1e-4 else "less than 0.0001"',
     'size = size if percent > 1e-4 else "less than 0.0001"'):
        "no number times 100 is 1e-4: 1e-6 gives less, and the next one more",
}

CHOICE = "a choice: a test could only repeat it"
LAST_BIT = "differs only where two numbers are equal to the last bit, and nothing depends on which side that is"
UNTESTED: dict[tuple[str, str, str], str] = {}
HISTORY = "FIRST, LONGEST = 1000, 4000 # the history keeps its first steps, and ever fewer of the later ones"
FAR = "self._lost = 100 * max(1.0, self.gap) # with a larger gap the steps only grow"
UNTESTED |= {("training", HISTORY, HISTORY.replace("1000, 4000", other)): CHOICE
             for other in ("1001, 4000", "999, 4000", "1000, 4001", "1000, 3999")}
UNTESTED |= {("training", FAR, FAR.replace("100 * max(1.0", other)): CHOICE
             for other in ("101 * max(1.0", "99 * max(1.0", "100 * max( 2.0")}
UNTESTED |= {
    ("training", "return bool(problem.stability_limit * length < 1e-10 * problem.spread)",
     "return bool(problem.stability_limit * length <= 1e-10 * problem.spread)"): LAST_BIT,
    ("training", "sound = work.gap(value) <= self._lost # false for a value that is no number",
     "sound = work.gap(value) < self._lost # false for a value that is no number"): LAST_BIT,
}

EQUIVALENT |= {
    ("problems", "_, lengths, right = np.linalg.svd(_root(self.gram) @ projection, full_matrices=False)",
     "_, lengths, right = np.linalg.svd(_root(self.gram) @ projection, full_matrices=True)"):
        "only the factor that is thrown away differs",
    ("problems", "lengths = np.maximum(lengths, 1e-8 * lengths[0] or 1.0)",
     "lengths = np.maximum(lengths, 1e-8 * lengths[0] or 2.0)"):
        "where the longest is 0, all data are 0, and so is X = YA, whatever A is",
    ("problems", "return times(*parts[:1 if self.X is None else 2], out=out)",
     "return times(*parts[:1 if self.X is None else 3], out=out)"): "there are two parts",
}
PAYS = "return self.shape[0] > 2 * (self.Y.shape[1] + self.shape[1])"
UNTESTED |= {("problems", PAYS, f"return self.shape[0] {other}"):
             "a choice: from where on the reduction pays; the steps are the same with it and without" for other in (
                 "> 2 * (self.Y.shape[1] * self.shape[1])", "> 2 + (self.Y.shape[1] + self.shape[1])",
                 ">= 2 * (self.Y.shape[1] + self.shape[1])", "> 3 * (self.Y.shape[1] + self.shape[1])")}
ROOT = "squares[squares < len(gram) * np.finfo(float).eps * squares[-1]] = 0 # the root of a rounding error is large"
UNTESTED |= {
    ("problems", "self.scale = self.best if self.best > 1e-9 * self.trace else self.trace / 2",
     "self.scale = self.best if self.best >= 1e-9 * self.trace else self.trace / 2"): LAST_BIT,
    ("problems", ROOT, ROOT.replace("squares <", "squares <=")): LAST_BIT,
}
BLOCK = "BLOCK = 2**18 # entries that are looked at together: in double precision they stay in a cache"
PARTS = "PARTS = 50 # a lazy array whose progress is told goes to its cluster in so many parts"
UNTESTED |= {("gram", BLOCK, BLOCK.replace("18", other)): CHOICE for other in (" 19", " 17")}
UNTESTED |= {("gram", PARTS, PARTS.replace("50", other)): CHOICE for other in ("51", "49")}
TOLD = "if 100 * part.start // len(Y) < 100 * part.stop // len(Y):"
EQUIVALENT |= {
    ("gram", "largest = 0.0", "largest = -1.0"): "every block has an entry, and no size of an entry is below 0",
    ("gram", TOLD, TOLD.replace("start //", "start /")): "a number is below a whole one if its whole part is",
}
