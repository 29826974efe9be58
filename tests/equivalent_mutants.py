"""The mutants of the core that no test can kill, or that none should, and why: (module, line,
mutated line)."""

SHAPE_ONLY = "only the shape of the operation is used, and SymPy gives A/B the shape of AB"
ONLY_ONE = "there is one, so the first is the last"
NOT_ZERO = "the exponent is a whole number, and the case above is for those that are not 0"
TWO_SIZES = "every matrix has two sizes"
REFUSED_LATER = "the square root of a negative number is NaN, so X = 0, and log_likelihood refuses the same number"
SQUARE = "the size is used for the identity alone, and that is square"
CACHE = "a cache changes the time and not the text"
EQUALLY_MANY = "a matrix with a trace or a determinant has as many rows as columns"
POWER_0 = "a power 0 is one term in either line, for C(t - 1, 0) = 1"

CHOICE = "a choice: a test could only repeat it"


def choices(module: str, line: str, part: str, *others: str) -> dict[tuple[str, str, str], str]:
    """Return the mutants of a line in which a part of it becomes another."""
    assert line.count(part) == 1
    return {(module, line, line.replace(part, other)): CHOICE for other in others}


# no truth depends on them, but a person chose otherwise
UNTESTED: dict[tuple[str, str, str], str] = {}
EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("rules", "G_mn, G_mp, G_nm, G_nn, G_mm = (upstream(X) for X in (A, A * B, A.T, C, A * A.T))",
     "G_mn, G_mp, G_nm, G_nn, G_mm = (upstream(X) for X in (A, A / B, A.T, C, A * A.T))"): SHAPE_ONLY,
    ("rules", "G_mn, G_mp, G_nm, G_nn, G_mm = (upstream(X) for X in (A, A * B, A.T, C, A * A.T))",
     "G_mn, G_mp, G_nm, G_nn, G_mm = (upstream(X) for X in (A, A * B, A.T, C, A / A.T))"): SHAPE_ONLY,
    ("rules", "found.update(zip(argument.shape, operand.shape, strict=True))",
     "found.update(zip(argument.shape, operand.shape, strict=False))"): TWO_SIZES,
    ("gplvm", 'alpha, beta = checks.scalar(alpha, "alpha", positive=True), checks.scalar(beta, '
              '"beta", positive=True)',
     'alpha, beta = checks.scalar(alpha, "alpha", positive=False), checks.scalar(beta, "beta", '
     'positive=True)'):
        REFUSED_LATER,
    ("gplvm", 'alpha, beta = checks.scalar(alpha, "alpha", positive=True), checks.scalar(beta, '
              '"beta", positive=True)',
     'alpha, beta = checks.scalar(alpha, "alpha", positive=True), checks.scalar(beta, "beta", '
     'positive=False)'):
        REFUSED_LATER,
    ("gplvm", "lengths = np.sqrt(np.maximum(signal - noise, 0.0)) * np.sqrt(signal + noise)",
     "lengths = np.sqrt(np.maximum(signal - noise, -1.0)) * np.sqrt(signal + noise)"):
        "where signal < noise, np.where takes 0 and not the length",
    ("gplvm", "if not singular_values[Q:].max(initial=0) > rounding:",
     "if not singular_values[Q:].max(initial= -1) > rounding:"):
        "the initial value counts only if Q is the number of singular values; neither 0 nor -1 is "
        "above rounding",
    ("autoencoder", "U, singular_values, _ = np.linalg.svd(x, full_matrices=x.shape[1] < "
                    "x.shape[0])",
     "U, singular_values, _ = np.linalg.svd(x, full_matrices=x.shape[1] <= x.shape[0])"):
        "a square x has the same factors either way",
    ("calculus", "return [join(*half) if len(half) > 1 else half[0] for half in (parts[:middle], "
                 "parts[middle:])]",
     "return [join(*half) if len(half) > 1 else half[ -1] for half in (parts[:middle], "
     "parts[middle:])]"): ONLY_ONE,
    ("calculus", 'return by("scale", scalar, MatMul(*factors) if len(factors) > 1 else factors[0])',
     'return by("scale", scalar, MatMul(*factors) if len(factors) > 1 else factors[ -1])'): ONLY_ONE,
    ("chain", "short = {name: self.symbols(name)[0] for name in self.abbreviations}",
     "short = {name: self.symbols(name)[ -1] for name in self.abbreviations}"): ONLY_ONE,
    ("chain", "sizes |= {size.name: n for size, n in zip(leaf.shape, values[name].shape, "
              "strict=True)}",
     "sizes |= {size.name: n for size, n in zip(leaf.shape, values[name].shape, strict=False)}"): TWO_SIZES,
    ("chain", 'seed = checks.whole(seed, "seed", least=0)', 'seed = checks.whole(seed, "seed", '
                                                            'least= -1)'):
        "the evidence of the first edge refuses the same number with the same words",
    ("chain", "large = {name: number if isinstance(number, int) else number / "
              "(np.abs(number).max() or 1)",
     "large = {name: number if isinstance(number, int) else number / (np.abs(number).max() or 2)"):
        "a matrix of zeros is the same, whatever it is divided by",
    ("chain", "given = dict(zip(names, given.values(), strict=True))",
     "given = dict(zip(names, given.values(), strict=False))"): "every value has a name",
    ("calculus", "return d(Inverse(power) if part.exp < 0 else power)",
     "return d(Inverse(power) if part.exp <= 0 else power)"): NOT_ZERO,
    ("calculus", "return d(Inverse(power) if part.exp < 0 else power)",
     "return d(Inverse(power) if part.exp < 1 else power)"): NOT_ZERO,
    # verdict, writing, admission, words
    ("writing", "return self._term(sp.factor_terms(c), joined(word, shape[0]))",
     "return self._term(sp.factor_terms(c), joined(word, shape[ 1]))"): SQUARE,
    ("writing", "return self._term(sp.factor_terms(c), joined(word, shape[0]))",
     "return self._term(sp.factor_terms(c), joined(word, shape[ -1]))"): SQUARE,
    ("writing", "return MatMul(*word) if len(word) > 1 else word[0] if word else Identity(size)",
     "return MatMul(*word) if len(word) > 1 else word[ -1] if word else Identity(size)"): ONLY_ONE,
    ("writing", "numerators, denominators = zip(*(sp.fraction(sp.together(c)) for c in "
                "coefficients), strict=True)",
     "numerators, denominators = zip(*(sp.fraction(sp.together(c)) for c in coefficients), "
     "strict=False)"):
        "every fraction has two parts",
    ("writing", "@lru_cache(maxsize=50_000)", "@lru_cache(maxsize= 50001)"): CACHE,
    ("writing", "@lru_cache(maxsize=50_000)", "@lru_cache(maxsize= 49999)"): CACHE,
    ("writing", "@lru_cache(maxsize=50_000) def in_order(expression: Expr) -> str:",
     "def in_order(expression: Expr) -> str:"): CACHE,
    ("words", "for poly, factor in zip(polys, factors, strict=True)]",
     "for poly, factor in zip(polys, factors, strict=False)]"): "every factor has its sum of words",
    ("words", "argument = sp.together(self.scalar(expression.args[0]))",
     "argument = sp.together(self.scalar(expression.args[ -1]))"): ONLY_ONE,
    ("words", "return sp.Add(*(c * self._trace(word, expression.arg.shape[0]) for word, c in "
              "poly.items()))",
     "return sp.Add(*(c * self._trace(word, expression.arg.shape[ 1]) for word, c in poly.items()))"): EQUALLY_MANY,
    ("words", "return sp.Add(*(c * self._trace(word, expression.arg.shape[0]) for word, c in "
              "poly.items()))",
     "return sp.Add(*(c * self._trace(word, expression.arg.shape[ -1]) for word, c in "
     "poly.items()))"): EQUALLY_MANY,
    ("words", "return c ** shape[0] * sp.Mul(*map(self._determinant_letter, word))",
     "return c ** shape[ 1] * sp.Mul(*map(self._determinant_letter, word))"): EQUALLY_MANY,
    ("words", "return c ** shape[0] * sp.Mul(*map(self._determinant_letter, word))",
     "return c ** shape[ -1] * sp.Mul(*map(self._determinant_letter, word))"): EQUALLY_MANY,
    ("words", "if scalar.is_Pow and scalar.exp.is_Integer and scalar.exp > 0:",
     "if scalar.is_Pow and scalar.exp.is_Integer and scalar.exp >= 0:"): POWER_0,
    ("words", "if scalar.is_Pow and scalar.exp.is_Integer and scalar.exp > 0:",
     "if scalar.is_Pow and scalar.exp.is_Integer and scalar.exp > -1:"): POWER_0,
}

# establishing, agreement, exact, evidence
ONE_PLACE = "an order has one place for every name"
PAIRS = "every degree is a pair"
NO_POWER_0 = "exact.evaluate refuses the power 0 of a matrix before its degree is asked for"
TIMES_0 = "the power 0 has degrees 0, whichever of the two is multiplied by it"
NO_OBJECT = "the class itself is the arithmetic: nobody makes an object of it, and a function of a class is plain"

EQUIVALENT |= {
    ("establishing", "@staticmethod def inv(matrix: DomainMatrix) -> DomainMatrix:",
     "def inv(matrix: DomainMatrix) -> DomainMatrix:"): NO_OBJECT,
    ("agreement", "sizes = dict(zip(names, map(int, order), strict=True))",
     "sizes = dict(zip(names, map(int, order), strict=False))"): ONE_PLACE,
    ("agreement", "return [dict(zip(names, order, strict=True)) for order in fewest]",
     "return [dict(zip(names, order, strict=False)) for order in fewest]"): ONE_PLACE,
    ("agreement", "return tuple(map(sum, zip(*map(of, part.args), strict=True)))",
     "return tuple(map(sum, zip(*map(of, part.args), strict=False)))"): PAIRS,
    ("agreement", "p, q = base if exponent > 0 else base[::-1]", "p, q = base if exponent >= 0 "
                                                                 "else base[::-1]"):
        TIMES_0,
    ("agreement", "p, q = base if exponent > 0 else base[::-1]", "p, q = base if exponent > -1 "
                                                                 "else base[::-1]"):
        TIMES_0,
    ("agreement", "return power(of(Inverse(part.base) if part.exp < 0 else part.base), "
                  "abs(int(part.exp)))",
     "return power(of(Inverse(part.base) if part.exp <= 0 else part.base), abs(int(part.exp)))"): NO_POWER_0,
    ("agreement", "return power(of(Inverse(part.base) if part.exp < 0 else part.base), "
                  "abs(int(part.exp)))",
     "return power(of(Inverse(part.base) if part.exp < 1 else part.base), abs(int(part.exp)))"): NO_POWER_0,
}

SQUARE = "a trace is of a square matrix"
WHOLE_NOT_ZERO = "the exponent is a whole number and not 0"
EQUIVALENT |= {
    ("exact", "@staticmethod def trace(matrix: DomainMatrix) -> Expr:",
     "def trace(matrix: DomainMatrix) -> Expr:"): NO_OBJECT,
    ("exact", "@staticmethod def log(number: Expr) -> Expr:",
     "def log(number: Expr) -> Expr:"): NO_OBJECT,
    ("exact", "return matrix.domain.to_sympy(sum(matrix[i, i].element for i in "
              "range(matrix.shape[0])))",
     "return matrix.domain.to_sympy(sum(matrix[i, i].element for i in range(matrix.shape[ 1])))"): SQUARE,
    ("exact", "return matrix.domain.to_sympy(sum(matrix[i, i].element for i in "
              "range(matrix.shape[0])))",
     "return matrix.domain.to_sympy(sum(matrix[i, i].element for i in range(matrix.shape[ -1])))"): SQUARE,
    ("exact", "return getattr(arithmetic, OPERATIONS[part.func])(of(part.args[0]))",
     "return getattr(arithmetic, OPERATIONS[part.func])(of(part.args[ -1]))"): ONLY_ONE,
    ("exact", "base = of(Inverse(part.base) if part.exp < 0 else part.base)",
     "base = of(Inverse(part.base) if part.exp <= 0 else part.base)"): WHOLE_NOT_ZERO,
    ("exact", "base = of(Inverse(part.base) if part.exp < 0 else part.base)",
     "base = of(Inverse(part.base) if part.exp < 1 else part.base)"): WHOLE_NOT_ZERO,
    ("exact", "values[name] = abs(numbers(1, 1)[0]) or sp.S.One",
     "values[name] = abs(numbers(1, 1)[ -1]) or sp.S.One"): ONLY_ONE,
    ("exact", "logarithms = {atom: int(atom.args[0]) for atom in number.atoms(log) if "
              "atom.args[0].is_Integer}",
     "logarithms = {atom: int(atom.args[ -1]) for atom in number.atoms(log) if "
     "atom.args[0].is_Integer}"): ONLY_ONE,
    ("exact", "logarithms = {atom: int(atom.args[0]) for atom in number.atoms(log) if "
              "atom.args[0].is_Integer}",
     "logarithms = {atom: int(atom.args[0]) for atom in number.atoms(log) if atom.args[ "
     "-1].is_Integer}"): ONLY_ONE,
}
ROUNDED_OFF = "the entries are of order 1, and 1e-30 added to such a number is lost; only the imaginary part counts"
EQUIVALENT |= {
    ("evidence", 'lines = [" ".join(cell.ljust(width) for cell, width in zip(line, widths, '
                 'strict=True)).rstrip()',
     'lines = [" ".join(cell.ljust(width) for cell, width in zip(line, widths, '
     'strict=False)).rstrip()'):
        "every line has a cell for each column",
    ("evidence", "widths = [max(map(len, column)) for column in zip(*table, strict=True)]",
     "widths = [max(map(len, column)) for column in zip(*table, strict=False)]"):
        "every line has a cell for each column",
    ("evidence", "for name, place in zip(names, order, strict=True)}",
     "for name, place in zip(names, order, strict=False)}"): ONE_PLACE,
    ("evidence", "sizes = {name: int(2 + (place + number) % len(names) + number // len(names))",
     "sizes = {name: int(2 + (place + number) % len(names) + number / len(names))"):
        "the rest is a whole number, and int cuts off what / leaves",
    ("evidence", "moved = numbers | {wrt.name: numbers[wrt.name] + 1j * STEP * along}",
     "moved = numbers | {wrt.name: numbers[wrt.name] + (1+1j) * STEP * along}"): ROUNDED_OFF,
    ("evidence", "moved = numbers | {wrt.name: numbers[wrt.name] + 1j * STEP * along}",
     "moved = numbers | {wrt.name: numbers[wrt.name] + (-1+1j) * STEP * along}"): ROUNDED_OFF,
    ("evidence", "power = max(-12, int(np.ceil(np.log10(error))) if error > 0 else -12)",
     "power = max(-12, int(np.ceil(np.log10(error))) if error > 0 else - 13)"): "the larger one of it and -12 is -12",
    ("evidence", "return all(sp.cancel(sp.together(a - b)) == 0 for a, b in "
     "zip(self.derivatives, self.claimed, strict=True))",
     "return all(sp.cancel(sp.together(a - b)) == 0 for a, b in "
     "zip(self.derivatives, self.claimed, strict=False))"): "a gradient has the shape of its "
                                                            "variable",
}



LIMITS = "MOST_ORDERS, MOST_SHAPES, MOST_TRIES = 6_000, 24, 300 # that are searched for a small counterexample"
ORDERS = ("orders = [*permutations(range(count))] if count < 4 else "
          "[tuple(rng.permutation(count)) for _ in range(12)]")
SEARCHED = "orders = islice(permutations(range(1, len(names) + 2), len(names)), MOST_ORDERS)"
NO_ZERO = "if abs(number.xreplace({symbol: log(b) for b, symbol in symbols.items()}).evalf(80)) < 1e-40:"
LOW = "low = 2 if largest > 3 else 0 # a check point avoids 0 and ±1; a counterexample to read by hand may have them"
NUMBERS = "for largest in (1, 2, 3) * 4 if _fit(dimensions(left, right), sizes) else ():"
UNTESTED |= {
    **choices("establishing", "(C,), rng = rule.arguments, np.random.default_rng(0)", "0", " 1"),
    **choices("establishing", "point = exact.random_point((C, dC), {C.rows.name: size}, rng, 9)",
              "9", "10", "8"),
    **choices("agreement", "LARGEST_SIZE = 16 # beyond this, exact arithmetic takes too long", "16",
              "17", "15"),
    **choices("agreement", LIMITS, "6_000", "6001", "5999"),
    **choices("agreement", LIMITS, "24", "25", "23"),
    **choices("agreement", LIMITS, "300", "301", "299"),
    **choices("agreement", "for _ in range(20 * POINTS):", "20 *", "20 +", " 21 *", " 19 *"),
    **choices("agreement", ORDERS, "< 4", "<= 4", "< 5"),
    **choices("agreement", ORDERS, "12", " 13", " 11"),
    **choices("agreement", SEARCHED, "+ 2", "* 2", "+ 3"),
    **choices("agreement", NUMBERS, "(1, 2, 3) * 4", "( 2, 2, 3) * 4", "( 0, 2, 3) * 4",
              "(1, 3, 3) * 4",
              "(1, 1, 3) * 4", "(1, 2, 3) * 5", "(1, 2, 3) * 3"),
    **choices("exact", LOW, "> 3", "> 4"),
    **choices("exact", "values[name] = abs(numbers(1, 1)[0]) or sp.S.One", "1, 1", " 2, 1", "1, 2"),
    **choices("exact", NO_ZERO, "80", " 81", " 79"),
    **choices("exact", NO_ZERO, "< 1e", "<= 1e"),
    **choices("exact", LOW, "else 0", "else -1"),  # every number has a random sign
    **choices("evidence",
              'def stage(chain: "Chain", parent: str, name: str, seed: int = 0) -> Row:', "0", "1"),
    **choices("evidence", 'def whole(chain: "Chain", leaf: str, seed: int = 0) -> Row:', "0", "1"),
    **choices("evidence", "sizes = {name: int(2 + (place + number) % len(names) + number // "
                          "len(names))",
              "place +", "place -"),
    **choices("evidence", "point = exact.random_point((*expressions, wrt, _direction(wrt)), sizes, "
                          "rng, 99)",
              "99", "100", "98"),
    **choices("evidence", "return value if isinstance(value, int) else np.array(value, "
                          "dtype=float) / 50",
              "50", "51", "49"),
    **choices("evidence", 'return f"WRONG: {notation.plain(answer) if len(str(answer)) < 30 else '
                          'verdict.reason}"',
              "< 30", "<= 30", "< 31", "< 29"),
}

# training, problems, gram
SIGN = "the sign is 1 or -1"
EQUIVALENT |= {
    ("training", 'velocity = memory.get("velocity", 0 * uphill)', 'velocity = '
                                                                  'memory.get("velocity", -1 * '
                                                                  'uphill)'):
        "a first velocity against the gradient points downhill, and is dropped",
    ("training", "if (self.steps - self.FIRST) % self._every == 0 or self.steps < self.FIRST:",
     "if (self.steps - self.FIRST) % self._every == 0 or self.steps <= self.FIRST:"):
        "where the two are equal, the remainder is 0 already",
    ("training", 'percent, direction = 100 * self.gap, "below" if self.problem.sign > 0 else '
                 '"above"',
     'percent, direction = 100 * self.gap, "below" if self.problem.sign >= 0 else "above"'): SIGN,
    ("training", 'percent, direction = 100 * self.gap, "below" if self.problem.sign > 0 else '
                 '"above"',
     'percent, direction = 100 * self.gap, "below" if self.problem.sign > -1 else "above"'): SIGN,
    ("training", 'size = size if percent >= 1e-4 else "less than 0.0001"',
     'size = size if percent > 1e-4 else "less than 0.0001"'):
        "no number times 100 is 1e-4: 1e-6 gives less, and the next one more",
}

LAST_BIT = "differs only where two numbers are equal to the last bit, and nothing depends on which side that is"
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
    ("problems", "_, lengths, right = np.linalg.svd(_root(self.gram) @ projection, "
                 "full_matrices=False)",
     "_, lengths, right = np.linalg.svd(_root(self.gram) @ projection, full_matrices=True)"):
        "only the factor that is thrown away differs",
    ("problems", "lengths = np.maximum(lengths, 1e-8 * lengths[0] or 1.0)",
     "lengths = np.maximum(lengths, 1e-8 * lengths[0] or 2.0)"):
        "where the longest is 0, all data are 0, and so is X = YA, whatever A is",
    ("problems", "return times(*parts[:1 if self.X is None else 2], out=out)",
     "return times(*parts[:1 if self.X is None else 3], out=out)"): "there are two parts",
}
LOG_DET = "log_det = log(det) if %s else float(np.linalg.slogdet(M)[1])"
NEVER = "slogdet gives the same, and costs more"
EQUIVALENT |= {
    ("problems", LOG_DET % "0 < det < inf", LOG_DET % "0 > det < inf"): NEVER,
    ("problems", LOG_DET % "0 < det < inf", LOG_DET % "0 < det > inf"): NEVER,
    ("problems", LOG_DET % "0 < det < inf", LOG_DET % "1 < det < inf"): NEVER,
    ("problems", LOG_DET % "0 < det < inf", LOG_DET % "0 <= det < inf"): "where det is 0, inv has "
                                                                         "raised before",
    ("problems", LOG_DET % "0 < det < inf", LOG_DET % "-1 < det < inf"):
        "what rounding makes of a determinant that is at least 1 is nowhere near 0",
}
PAYS = "return self.shape[0] > 2 * (self.Y.shape[1] + self.shape[1])"
UNTESTED |= {("problems", PAYS, f"return self.shape[0] {other}"):
             "a choice: from where on the reduction pays; the steps are the same with it and "
             "without" for other in (
                 "> 2 * (self.Y.shape[1] * self.shape[1])", "> 2 + (self.Y.shape[1] + "
                                                            "self.shape[1])",
                 ">= 2 * (self.Y.shape[1] + self.shape[1])", "> 3 * (self.Y.shape[1] + "
                                                             "self.shape[1])")}
ROOT = "squares[squares < len(gram) * np.finfo(float).eps * squares[-1]] = 0 # the root of a rounding error is large"
UNTESTED |= {
    ("problems", "self.scale = self.best if self.best > 1e-9 * self.trace else self.trace / 2",
     "self.scale = self.best if self.best >= 1e-9 * self.trace else self.trace / 2"): LAST_BIT,
    ("problems", ROOT, ROOT.replace("squares <", "squares <=")): LAST_BIT,
}
BLOCK = "BLOCK = 2**18 # entries that are looked at together: in double precision they stay in a cache"
PARTS_OF = "def _parts(Y: Any, most: int = 1) -> Iterator[slice]:"
PARTS = "PARTS = 50 # a lazy array whose progress is told goes to its cluster in so many parts"
UNTESTED |= {("gram", BLOCK, BLOCK.replace("18", other)): CHOICE for other in (" 19", " 17")}
UNTESTED |= {("gram", PARTS, PARTS.replace("50", other)): CHOICE for other in ("51", "49")}
SILENT = 'warnings.filterwarnings("ignore", ".* encountered in matmul", RuntimeWarning) # in a thread of Dask'
UNTESTED |= {
    ("gram", SILENT, "pass # in a thread of Dask"): "it depends on the versions whether there is "
                                                    "one",
    ("gram", PARTS_OF, PARTS_OF.replace("= 1", "= 2")): "in how many parts a bad entry is looked "
                                                        "for",
}
FUTURES = 'if not any(hasattr(block, "add_done_callback") for block in dict(waiting[%s].dask).values()):'
FIRST_LAZY = "Y, C = next((pair for pair in products if is_lazy(pair[0])), products[%s])"
EQUIVALENT |= {
    ("gram", FUTURES % "-1", FUTURES % "- 0"): "one scheduler has them all, and only futures stay "
                                               "in the list",
    ("gram", FIRST_LAZY % "0", FIRST_LAZY % " -1"): "all have the same rows, and their results the "
                                                    "same columns",
}
TOLD = "if 100 * part.start // len(Y) < 100 * part.stop // len(Y):"
EQUIVALENT |= {
    ("gram", "largest = 0.0", "largest = -1.0"): "every block has an entry, and no size of an "
                                                 "entry is below 0",
    ("gram", TOLD, TOLD.replace("start //", "start /")): "a number is below a whole one if its "
                                                         "whole part is",
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
    ("marking", "for turned in np.ndindex(*(2,) * len(order)):", "for turned in np.ndindex(*( 3,) "
                                                                 "* len(order)):"):
        BOTH_WAYS,
    ("marking", TURNED % ("factor.T", "turn", "True"),
     TURNED % ("factor.T", "not turn", "True")): BOTH_WAYS,
    ("marking", TURNED % ("factor.T", "turn", "True"), TURNED % ("factor.T", "turn", "False")):
        "every order has a place for each factor",
}
FLAT = "np.broadcast_to(stack, (len(found), *np.shape(stack)[-2:])).reshape(len(found), -%s)"
AT_THE_BOUND = "the bound is not 0, and no rounding error is as large as it"
FITS = "fits = np.abs(flat - %s[:, None] * stack).max(axis=1) %s TOLERANCE * np.abs(flat).max()"
POINT = "point = exact.random_point((self.chain.expression(),), self.question.second, np.random.default_rng(%s),"
SECOND_POINT = "a width between rounding and the next ratio will do; at the second point the factor itself is compared"
WITHIN = "low, high = (np.searchsorted(table, ratio + sign * TOLERANCE %s np.abs(ratio)) for sign in (%s))"
MERGED = "return list(kept.values())[:4 if _count(explanations[%s]) == 1 else 2]"
TRUTH = "truth = sp.Add(*(term.as_coeff_mmul()[0] %s sp.Dummy() for term in MatAdd.make_args(truth)))"
PATHS = 'return (replace(explanation[%s], where=" or ".join(lost)),)'
LOST = 'lost = dict.fromkeys(e[%s].where for e in found if [mistake.kind for mistake in e] == ["missing_path"])'
NUMBERS = ('numbers = [sign %s sp.Rational(r) for sign in (1, -1) for r in ("1", "1/2", "2", '
           '"1/4", "4", "1/3", "3")]')
EQUIVALENT |= {
    ("diagnosis", "later = leading_to(self.chain, self.wrt)[1:-1]", "later = "
                                                                    "leading_to(self.chain, "
                                                                    "self.wrt)[ 0:-1]"):
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
    ("diagnosis", TRUTH % "*", TRUTH % "/"): "each term has a letter of its own, above a fraction "
                                             "or below",
    ("diagnosis", PATHS % "0", PATHS % " -1"): ONLY_ONE,
    ("diagnosis", LOST % "0", LOST % " -1"): ONLY_ONE,
    ("diagnosis", POINT % "0", POINT % " 1"): "any random point will do",
    ("diagnosis", NUMBERS % "*", NUMBERS % "/"): "the reciprocals of these numbers are these "
                                                 "numbers",
}
AS_MANY = "with as many inverses on both sides it is not asked for"
KIND = 'kind = "missing_inverse" if fewer %s else "extra_inverse"'
LONGER = "longer, shorter = (given, true) if fewer %s else (true, given)"
LETTERS = "here, there = next((notation.plain(g), notation.plain(t)) for g, t in zip(given, true, strict=%s) if g != t)"
EQUIVALENT |= {
    ("fitting", "short = {node: chain.symbols(name)[0] for name, node in "
                "chain.abbreviations.items()}",
     "short = {node: chain.symbols(name)[ -1] for name, node in chain.abbreviations.items()}"): ONLY_ONE,
    ("fitting", KIND % "< 0", KIND % "<= 0"): AS_MANY,
    ("fitting", KIND % "< 0", KIND % "< 1"): AS_MANY,
    ("fitting", LONGER % "> 0", LONGER % ">= 0"): AS_MANY,
    ("fitting", LONGER % "> 0", LONGER % "> -1"): AS_MANY,
    ("fitting", LETTERS % "True", LETTERS % "False"): "both words have the same letters, but for "
                                                      "their transposes",
}

UNTESTED |= {
    ("marking", "MOST_ELEMENTWISE = 3 # factors that are tried in all orders, transposed or not",
     "MOST_ELEMENTWISE = 4 # factors that are tried in all orders, transposed or not"):
        "four factors, in all orders and turned or not, are 384 formulas to try",
    **choices("fitting", "MOST_TERMS = 100", "100", "99", "101"),
    **choices("fitting", "if terms_in(coefficient) > MOST_TERMS:", "> MOST", ">= MOST"),
    **choices("diagnosis", "MOST_MISTAKES, LARGEST_NUMBER = 3, 1000", "1000", "999", "1001"),
}

EVERY_SIZE = "permutations have as many numbers as there are sizes"
AT_LEAST_1 = "sizes are at least 1, and no two are equal"
IS_RIGHT = "[self._right_with(answer, name, m) for m in (matrix %s matrix.T, matrix)] == [True, False]"
MATRIX = "matrix = rng.normal(size=(size, size)) %s size %s np.eye(size)"
NOT_THE_SAME = "not right for both, or right for both, is the same here: only right for the first alone is told"
ONE_PART = "a rule or a text stands alone in its line, and the parts of an equation are all formulas"
AT_MOST = "return [sizes for sizes in choices if all(sizes.get(small.name, %s) %s sizes.get(large.name, max(numbers))"
FIRST_AND_SECOND = "for value, point in zip(values, points, strict=%s):"
AGREES = "if not np.abs(difference).max() %s ROUNDING * (np.abs(truth).max() or 1):"
NUMBERS_OF_A_CARD = 'return f"{parts[%s].name}: ${parts[%s].latex}$ ({parts[%s].source})"'
SIDES = "return escape(parts[%s]) if isinstance(parts[%s], str) else f\"${' = '.join(map(notation.latex, parts))}$\""
PLACE = "place = next((n for n, verdict in enumerate(self.verdicts, 1) if not verdict.holds), %s)"
ONE_WRONG = "where there is more than one equals sign and something to say, one of them is wrong"
CACHED = "def _from_differential(chain: Chain) -> Mapping[Expr, Expr]:"
SIZES_TO_TRY = "PRIMES, SMALL = (3, 5, 7, 11, 13, 17), (1, 2, 3, 4, %s) # sizes at the points, and in a counterexample"
PRIMES_TO_TRY = ("choices = sorted(self._choices(PRIMES, len(self.sizes) %s), "
                 "key=lambda sizes: sum(sizes.values()))")
TRIES = "for sizes, seed in product(self._choices(SMALL, len(self.sizes) %s), range(%s)):"
SCALARS = "point[name] = rng.normal(size=shape) if shape else float(rng.uniform(%s))"
EXACTLY = "exact.value_at(expression, exact.random_point(leaves, number, np.random.default_rng(%s), %s))"
SEED = "rng, size = np.random.default_rng(%s), len(self.points[0][name])"
EQUIVALENT |= {
    ("question", "choices = [dict(zip(self.sizes, order, strict=True)) for order in orders]",
     "choices = [dict(zip(self.sizes, order, strict=False)) for order in orders]"): EVERY_SIZE,
    ("question", AT_MOST % ("0", "<="), AT_MOST % ("0", "<")): AT_LEAST_1,
    ("question", AT_MOST % ("0", "<="), AT_MOST % ("1", "<=")): AT_LEAST_1,
    ("question", AT_MOST % ("0", "<="), AT_MOST % ("-1", "<=")): AT_LEAST_1,
    ("question", FIRST_AND_SECOND % "True", FIRST_AND_SECOND % "False"): SAME_LENGTH,
    ("question", AGREES % "<=", AGREES % "<"): AT_THE_BOUND,
    ("question", f"if {IS_RIGHT % '+'}:", f"if {IS_RIGHT % '*'}:"):
        "the elementwise product of the two is symmetric too",
    ("question", "return False", "return True #4"): NOT_THE_SAME,
    ("cards", 'if hasattr(parts[0], "statement"):',
     'if hasattr(parts[ -1], "statement"):'): ONE_PART,
    **{("cards", NUMBERS_OF_A_CARD % ("0", "0", "0"), NUMBERS_OF_A_CARD % which): ONE_PART
       for which in ((" -1", "0", "0"), ("0", " -1", "0"), ("0", "0", " -1"))},
    **{("cards", SIDES % ("0", "0"), SIDES % which): ONE_PART
       for which in ((" -1", "0"), ("0", " -1"))},
    ("auditing", PLACE % "0", PLACE % "1"): ONE_WRONG,
    ("auditing", PLACE % "0", PLACE % "-1"): ONE_WRONG,
    ("auditing", f"@cache {CACHED}", CACHED): CACHE,
}
UNTESTED |= {
    **choices("question", SIZES_TO_TRY % "5, 6", "5, 6", "6, 6", "4, 6", "5, 7", "5, 5"),
    **choices("question", PRIMES_TO_TRY % "+ 2", "+ 2", "* 2", "+ 3", "+ 1"),
    **choices("question", TRIES % ("+ 1", "5"), "+ 1), range(5)", "* 1), range(5)",
              "+ 0), range(5)", "+ 1), range( 6)",
              "+ 1), range( 4)"),
    **choices("question", SCALARS % "0.6, 1.8", "0.6, 1.8", " 1.6, 1.8", "0.6, 2.8", "0.6, 0.8"),
    **choices("question", EXACTLY % ("0", "9"), "(0), 9", "( 1), 9", "(0), 10", "(0), 8"),
    **choices("question", SEED % "0", "0)", " 1)"),
    **choices("question", MATRIX % ("+", "*"), "+ size *", "- size *", "+ size +"),
}
# reading
EQUIVALENT |= {
    ("reading", "short = {name: chain.symbols(name)[0] for name in chain.abbreviations}",
     "short = {name: chain.symbols(name)[ -1] for name in chain.abbreviations}"): ONLY_ONE,
    ("reading", 'hint = f": did you mean {notation.plain(_product(size, '
                'Identity(matrices[0].rows)))}?"',
     'hint = f": did you mean {notation.plain(_product(size, Identity(matrices[ -1].rows)))}?"'):
        "an identity is written I, whatever its size",
    ("reading", "return MatAdd(*matrices) if len(matrices) > 1 else matrices[0]",
     "return MatAdd(*matrices) if len(matrices) > 1 else matrices[ -1]"): ONLY_ONE,
    ("reading", "return MatMul(*factors) if len(factors) > 1 else factors[0]",
     "return MatMul(*factors) if len(factors) > 1 else factors[ -1]"): ONLY_ONE,
    ("reading", "equal += [sizes for term in part.args for sizes in zip(term.shape, part.shape, "
                "strict=True)]",
     "equal += [sizes for term in part.args for sizes in zip(term.shape, part.shape, strict=False)]"): TWO_SIZES,
    ("reading", "equal += zip(expression.shape, shape, strict=True) if expression.is_Matrix and "
                "shape else []",
     "equal += zip(expression.shape, shape, strict=False) if expression.is_Matrix and shape else []"): TWO_SIZES,
}
BEHIND = 'where = f"At `{_short(rest)}`" if rest else f"Behind `{self.text.strip()[-20:]}`"'
UNTESTED |= choices("reading", BEHIND, "-20", "- 21", "- 19")
# mistakes
INVERTED = "def inv(matrix: np.ndarray) -> np.ndarray:"
INVERSE = "inverse = np.linalg.inv(np.where(regular, matrix, np.eye(matrix.shape[%s])))"
SKIP = "skipped = arriving * Identity(shape[%s]) if shape and not arriving.is_Matrix else arriving"
REGULAR = "regular = (np.abs(np.linalg.det(matrix)) %s SMALLEST_DETERMINANT)[..., None, None]"
PRODUCT = ("return MatMul(*([] if scalar == 1 else [scalar]), *factors) if len(factors) > 1 or "
           "scalar != 1 "
           "else factors[%s]")
TOTAL = "return MatAdd(*terms) if terms[%s].is_Matrix else sp.Add(*terms)"
LOST_POWER = 'lost = "1/" * (power %s) + notation.plain(sp.Symbol(name) ** abs(power))'
ALL_OR_NONE = "the terms of a sum are all matrices or all numbers, and here there are two at least"
SQUARE_STACK = "a matrix with a determinant has as many rows as columns, and a stack of them has the rows behind"
EQUIVALENT |= {
    ("mistakes", f"@staticmethod {INVERTED}", INVERTED):
        "an arithmetic is a class, of which there are no instances",
    ("mistakes", INVERSE % "-1", INVERSE % "1"): SQUARE_STACK,
    ("mistakes", INVERSE % "-1", INVERSE % "- 2"): SQUARE_STACK,
    ("mistakes", SKIP % "0", SKIP % " 1"): EQUALLY_MANY,
    ("mistakes", SKIP % "0", SKIP % " -1"): EQUALLY_MANY,
    ("mistakes", "if number < 0:", "if number <= 0:"):
        "the number is 0 only if the whole term is, and its sign changes nothing, nor does a lost "
        "factor 0",
    ("mistakes", "inner = base.args[0]", "inner = base.args[ -1]"): ONLY_ONE,
    ("mistakes", 'found = [Mistake("sign", where)] * bool(number < 0)',
     'found = [Mistake("sign", where)] * bool(number <= 0)'): "a coefficient that is 0 is no term",
    ("mistakes", LOST_POWER % "> 0", LOST_POWER % ">= 0"): NOT_ZERO,
    ("mistakes", LOST_POWER % "> 0", LOST_POWER % "> -1"): NOT_ZERO,
    ("mistakes", PRODUCT % "0", PRODUCT % " -1"): ONLY_ONE,
    ("mistakes", "return terms[0]", "return terms[ -1]"): ONLY_ONE,
    ("mistakes", TOTAL % "0", TOTAL % " 1"): ALL_OR_NONE,
    ("mistakes", TOTAL % "0", TOTAL % " -1"): ALL_OR_NONE,
}
HALF = "if power == -has or (abs(has) == 2 and 2 %s power == -has) or (unseen and power == -1):"
EQUIVALENT[("mistakes", HALF % "*",
            HALF % "/")] = "2 p = -2 and 2 / p = -2 say the same, and so for 2"
UNTESTED |= {
    ("mistakes", REGULAR % ">", REGULAR % ">="): "the bound itself is a choice, and no determinant "
                                                 "is exactly 1e-10",
}
SPANNED = "return U, t, V, P / np.hypot(1, t)[:, None], np.zeros_like(Y), %s"
TERMS = ("terms = np.hypot(size(rest), size(P / h[:, None])) * of_P + size(%s / h) "
         "# where digits are lost, t/h is near 1")
EQUIVALENT |= {
    ("gplvm", SPANNED % "0.0",
     SPANNED % "-1.0"): "neither 0 nor -1 is a rounding error that counts",
    ("gplvm", "if error > terms / 1e8:", "if error >= terms / 1e8:"): AT_THE_BOUND,
}
UNTESTED |= {
    **choices("gplvm", TERMS % "1", "size(1 ", "size( 2 "),
    **choices("gplvm", "if error > terms / 1e8:", "1e8", "100000001.0", "99999999.0"),
}
