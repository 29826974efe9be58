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
    ("agreement", "p, q = base if exponent > 0 else base[::-1]", "p, q = base if exponent >= 0 else base[::-1]"):
        TIMES_0,
    ("agreement", "p, q = base if exponent > 0 else base[::-1]", "p, q = base if exponent > -1 else base[::-1]"):
        TIMES_0,
    ("agreement", "return power(of(Inverse(part.base) if part.exp < 0 else part.base), abs(int(part.exp)))",
     "return power(of(Inverse(part.base) if part.exp <= 0 else part.base), abs(int(part.exp)))"): NO_POWER_0,
    ("agreement", "return power(of(Inverse(part.base) if part.exp < 0 else part.base), abs(int(part.exp)))",
     "return power(of(Inverse(part.base) if part.exp < 1 else part.base), abs(int(part.exp)))"): NO_POWER_0,
}

SQUARE = "a trace is of a square matrix"
WHOLE_NOT_ZERO = "the exponent is a whole number and not 0"
EQUIVALENT |= {
    ("exact", "@staticmethod def trace(matrix: DomainMatrix) -> Expr:",
     "def trace(matrix: DomainMatrix) -> Expr:"): NO_OBJECT,
    ("exact", "@staticmethod def log(number: Expr) -> Expr:", "def log(number: Expr) -> Expr:"): NO_OBJECT,
    ("exact", "return matrix.domain.to_sympy(sum(matrix[i, i].element for i in range(matrix.shape[0])))",
     "return matrix.domain.to_sympy(sum(matrix[i, i].element for i in range(matrix.shape[ 1])))"): SQUARE,
    ("exact", "return matrix.domain.to_sympy(sum(matrix[i, i].element for i in range(matrix.shape[0])))",
     "return matrix.domain.to_sympy(sum(matrix[i, i].element for i in range(matrix.shape[ -1])))"): SQUARE,
    ("exact", "return getattr(arithmetic, OPERATIONS[part.func])(of(part.args[0]))",
     "return getattr(arithmetic, OPERATIONS[part.func])(of(part.args[ -1]))"): ONLY_ONE,
    ("exact", "base = of(Inverse(part.base) if part.exp < 0 else part.base)",
     "base = of(Inverse(part.base) if part.exp <= 0 else part.base)"): WHOLE_NOT_ZERO,
    ("exact", "base = of(Inverse(part.base) if part.exp < 0 else part.base)",
     "base = of(Inverse(part.base) if part.exp < 1 else part.base)"): WHOLE_NOT_ZERO,
    ("exact", "values[name] = abs(numbers(1, 1)[0]) or sp.S.One",
     "values[name] = abs(numbers(1, 1)[ -1]) or sp.S.One"): ONLY_ONE,
    ("exact", "logarithms = {atom: int(atom.args[0]) for atom in number.atoms(log) if atom.args[0].is_Integer}",
     "logarithms = {atom: int(atom.args[ -1]) for atom in number.atoms(log) if atom.args[0].is_Integer}"): ONLY_ONE,
    ("exact", "logarithms = {atom: int(atom.args[0]) for atom in number.atoms(log) if atom.args[0].is_Integer}",
     "logarithms = {atom: int(atom.args[0]) for atom in number.atoms(log) if atom.args[ -1].is_Integer}"): ONLY_ONE,
}
ROUNDED_OFF = "the entries are of order 1, and 1e-30 added to such a number is lost; only the imaginary part counts"
EQUIVALENT |= {
    ("evidence", 'lines = [" ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()',
     'lines = [" ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False)).rstrip()'):
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
     "zip(self.derivatives, self.claimed, strict=False))"): "a gradient has the shape of its variable",
}

CHOICE = "a choice: a test could only repeat it"


def choices(module: str, line: str, part: str, *others: str) -> dict[tuple[str, str, str], str]:
    """Return the mutants of a line in which a part of it becomes another."""
    assert line.count(part) == 1
    return {(module, line, line.replace(part, other)): CHOICE for other in others}


LIMITS = "MOST_ORDERS, MOST_SHAPES, MOST_TRIES = 6_000, 24, 300 # that are searched for a small counterexample"
ORDERS = ("orders = [*permutations(range(count))] if count < 4 else "
          "[tuple(rng.permutation(count)) for _ in range(12)]")
SEARCHED = "orders = islice(permutations(range(1, len(names) + 2), len(names)), MOST_ORDERS)"
NO_ZERO = "if abs(number.xreplace({symbol: log(b) for b, symbol in symbols.items()}).evalf(80)) < 1e-40:"
LOW = "low = 2 if largest > 3 else 0 # a check point avoids 0 and ±1; a counterexample to read by hand may have them"
NUMBERS = "for largest in (1, 2, 3) * 4 if _fit(dimensions(left, right), sizes) else ():"
UNTESTED: dict[tuple[str, str, str], str] = {
    **choices("establishing", "(C,), rng = rule.arguments, np.random.default_rng(0)", "0", " 1"),
    **choices("establishing", "point = exact.random_point((C, dC), {C.rows.name: size}, rng, 9)", "9", "10", "8"),
    **choices("agreement", "LARGEST_SIZE = 16 # beyond this, exact arithmetic takes too long", "16", "17", "15"),
    **choices("agreement", LIMITS, "6_000", "6001", "5999"),
    **choices("agreement", LIMITS, "24", "25", "23"),
    **choices("agreement", LIMITS, "300", "301", "299"),
    **choices("agreement", "for _ in range(20 * POINTS):", "20 *", "20 +", " 21 *", " 19 *"),
    **choices("agreement", ORDERS, "< 4", "<= 4", "< 5"),
    **choices("agreement", ORDERS, "12", " 13", " 11"),
    **choices("agreement", SEARCHED, "+ 2", "* 2", "+ 3"),
    **choices("agreement", NUMBERS, "(1, 2, 3) * 4", "( 2, 2, 3) * 4", "( 0, 2, 3) * 4", "(1, 3, 3) * 4",
              "(1, 1, 3) * 4", "(1, 2, 3) * 5", "(1, 2, 3) * 3"),
    **choices("exact", LOW, "> 3", "> 4"),
    **choices("exact", "values[name] = abs(numbers(1, 1)[0]) or sp.S.One", "1, 1", " 2, 1", "1, 2"),
    **choices("exact", NO_ZERO, "80", " 81", " 79"),
    **choices("exact", NO_ZERO, "< 1e", "<= 1e"),
    **choices("exact", LOW, "else 0", "else -1"),  # every number has a random sign
    **choices("evidence", 'def stage(chain: "Chain", parent: str, name: str, seed: int = 0) -> Row:', "0", "1"),
    **choices("evidence", 'def whole(chain: "Chain", leaf: str, seed: int = 0) -> Row:', "0", "1"),
    **choices("evidence", "sizes = {name: int(2 + (place + number) % len(names) + number // len(names))",
              "place +", "place -"),
    **choices("evidence", "point = exact.random_point((*expressions, wrt, _direction(wrt)), sizes, rng, 99)",
              "99", "100", "98"),
    **choices("evidence", "return value if isinstance(value, int) else np.array(value, dtype=float) / 50",
              "50", "51", "49"),
    **choices("evidence", 'return f"WRONG: {notation.plain(answer) if len(str(answer)) < 30 else verdict.reason}"',
              "< 30", "<= 30", "< 31", "< 29"),
}
