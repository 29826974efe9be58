"""The rule book: one derivative rule per operation, one line each.

A rule says the same thing twice, and `lvmcalc.evidence.establish` holds the two against each other:
the *adjoint* of every argument, given the adjoint Z̄ of the result (used by `Chain.backward`), and the
*differential* dZ (used by the proofs). Both are SymPy expressions that hold for every size.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import permutations
from types import MappingProxyType

import sympy as sp
from sympy import (
    Determinant,
    Expr,
    Identity,
    Inverse,
    MatrixSymbol,
    Symbol,
    Trace,
    Transpose,
    log,
)
from sympy.matrices.exceptions import ShapeError

from lvmcalc import notation

m, n, p, k = sp.symbols("m n p k", integer=True, positive=True)
A, A2, B, C = MatrixSymbol("A", m, n), MatrixSymbol("B", m, n), MatrixSymbol("B", n, p), MatrixSymbol("C", n, n)
dA, dA2, dB, dC = (MatrixSymbol(f"d{X.name}", *X.shape) for X in (A, A2, B, C))
s, a, b, c = sp.symbols("s a b c")
ds, da, db, dc = sp.symbols("ds da db dc")


def upstream(operation: Expr, name: str = "Z") -> Expr:
    """Return the symbol for the adjoint of `operation`: it has the operation's shape."""
    return MatrixSymbol(f"{name}bar", *operation.shape) if operation.is_Matrix else Symbol(f"{name.lower()}bar")


G_mn, G_mp, G_nm, G_nn, G_mm = (upstream(X) for X in (A, A * B, A.T, C, A * A.T))
g = upstream(Trace(C))


@dataclass(frozen=True)
class Rule:
    """One operation Z, the adjoint of each argument, and the differential dZ."""

    name: str
    operation: Expr
    adjoints: MappingProxyType = field(hash=False)
    differential: Expr
    source: str

    @property
    def arguments(self) -> tuple[Expr, ...]:
        """The arguments of the operation, in the order in which they are passed."""
        return tuple(self.adjoints)

    @property
    def upstream(self) -> Expr:
        """The symbol Z̄ for the adjoint of the result."""
        return upstream(self.operation)

    @property
    def statement(self) -> str:
        """The differential as a line of plain text, such as d(A B) = dA B + A dB."""
        return f"d({notation.plain(self.operation)}) = {notation.plain(self.differential)}"

    @property
    def latex(self) -> str:
        """The differential in LaTeX."""
        return rf"d\left({notation.latex(self.operation)}\right) = {notation.latex(self.differential)}"

    def substitution(self, operands: Iterable[Expr]) -> dict[Expr, Expr]:
        """Return what replaces the rule's own letters and sizes when it is used on `operands`."""
        found: dict[Expr, Expr] = {}
        for argument, operand in zip(self.arguments, operands, strict=True):
            found[argument] = sp.sympify(operand)
            if argument.is_Matrix:
                found.update(zip(argument.shape, operand.shape, strict=True))
        return found

    def apply(self, *operands: Expr) -> Expr:
        """Return the operation on `operands`."""
        return self.operation.xreplace(self.substitution(operands)).doit(deep=False)

    def adjoint(self, index: int, operands: tuple[Expr, ...], arriving: Expr) -> Expr:
        """Return the adjoint of operand number `index` when the adjoint `arriving` comes from the result."""
        template = self.adjoints[self.arguments[index]]
        return template.xreplace(self.substitution(operands) | {self.upstream: arriving})

    def d(self, operands: tuple[Expr, ...], increments: tuple[Expr, ...],
          letters: Mapping[Expr, Expr] = MappingProxyType({})) -> Expr:
        """Return the differential on `operands` whose own differentials are `increments`.

        `letters` replace what is no argument, such as the exponent k; all at once, for an operand may be of size k×k.
        """
        steps = dict(zip(map(increment_of, self.arguments), increments, strict=True))
        return self.differential.xreplace(self.substitution(operands) | steps | dict(letters))


def increment_of(symbol: Expr) -> Expr:
    """Return the symbol dX for a small change of X."""
    return MatrixSymbol(f"d{symbol.name}", *symbol.shape) if symbol.is_Matrix else Symbol(f"d{symbol.name}")


class RuleBook(Mapping):
    """Rules by name; a notebook shows them as a table."""

    def __init__(self, *lines: tuple):
        self._rules = {line[0]: Rule(line[0], line[1], MappingProxyType(line[2]), *line[3:]) for line in lines}

    def __getitem__(self, name: str) -> Rule:
        return self._rules[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    def __str__(self) -> str:
        return "\n".join(f"{rule.name}: {rule.statement}   ({rule.source})" for rule in self.values())

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        head = r"| operation | $Z$ | adjoints, when $\bar{Z}$ arrives | differential | source |" + "\n|---|---|---|---|---|\n"
        lines = []
        for rule in self.values():
            adjoints = ",  ".join(rf"$\bar{{{notation.latex(argument)}}} = {notation.latex(adjoint)}$"
                                 for argument, adjoint in rule.adjoints.items())
            lines.append(f"| {rule.name} | ${notation.latex(rule.operation)}$ | {adjoints} | ${rule.latex}$ | {rule.source} |")
        return head + "\n".join(lines)


CALCULUS = "definition of the derivative"

# fmt: off
#    operation            Z                     adjoint of each argument                 differential dZ               source
RULES = RuleBook(
    ("use",               A,                    {A: G_mn},                               dA,                           "definition of the differential"),
    ("product",           A * B,                {A: G_mp * B.T, B: A.T * G_mp},          dA * B + A * dB,              "Matrix Cookbook eq. 37"),
    ("Gram matrix",       A * A.T,              {A: (G_mm + G_mm.T) * A},                dA * A.T + A * dA.T,          "Matrix Cookbook eqs. 37, 44"),
    ("transpose",         A.T,                  {A: G_nm.T},                             dA.T,                         "Matrix Cookbook eq. 44"),
    ("scale",             s * A,                {s: Trace(G_mn.T * A), A: s * G_mn},     ds * A + s * dA,              "Matrix Cookbook eq. 34"),
    ("sum",               A + A2,               {A: G_mn, A2: G_mn},                     dA + dA2,                     "Matrix Cookbook eq. 35"),
    ("difference",        A - A2,               {A: G_mn, A2: -G_mn},                    dA - dA2,                     "Matrix Cookbook eq. 35"),
    ("inverse",           C.I,                  {C: -C.I.T * G_nn * C.I.T},              -C.I * dC * C.I,              "Matrix Cookbook eq. 40"),
    ("determinant",       Determinant(C),       {C: g * Determinant(C) * C.I.T},         Determinant(C) * Trace(C.I * dC), "Matrix Cookbook eqs. 42, 49"),
    ("trace",             Trace(C),             {C: g * Identity(n)},                    Trace(dC),                    "Matrix Cookbook eq. 36"),
    ("half squared norm", Trace(A.T * A) / 2,   {A: g * A},                              Trace(A.T * dA),              "Matrix Cookbook eq. 115"),
    ("logarithm",         log(a),               {a: g / a},                              da / a,                       CALCULUS),
    ("power",             a**k,                 {a: g * k * a ** (k - 1)},               k * a ** (k - 1) * da,        CALCULUS),
    ("scalar product",    a * b,                {a: g * b, b: g * a},                    da * b + a * db,              CALCULUS),
    ("scalar sum",        a + b,                {a: g, b: g},                            da + db,                      CALCULUS),
    ("sum with a constant", a + b + c,          {a: g, b: g, c: g},                      da + db + dc,                 CALCULUS),
)
# fmt: on


def operation_of(expression: Expr) -> tuple[str, tuple[Expr, ...]]:
    """Return the rule for an expression as a stage of a chain, and its operands."""
    parts = [part for part in sp.preorder_traversal(expression)
             if part.is_Matrix and not isinstance(part, sp.MatMul | sp.MatAdd)]
    for name in ("Gram matrix", "half squared norm", "difference"):
        for operands in permutations(dict.fromkeys(parts), len(RULES[name].arguments)):
            with suppress(ShapeError):
                if RULES[name].apply(*operands) == expression:
                    return name, operands

    def halves(name: str) -> tuple[str, tuple[Expr, ...]]:
        middle = len(expression.args) // 2
        return name, tuple(expression.func(*half) if len(half) > 1 else half[0]
                           for half in (expression.args[:middle], expression.args[middle:]))

    match expression:
        case sp.MatMul():
            scalar, factors = expression.as_coeff_matrices()
            if scalar == 1:
                return halves("product")
            return "scale", (scalar, sp.MatMul(*factors) if len(factors) > 1 else factors[0])
        case sp.MatAdd():
            return halves("sum")
        case Transpose():
            return "transpose", (expression.arg,)
        case Inverse():
            return "inverse", (expression.arg,)
        case Determinant():
            return "determinant", (expression.arg,)
        case Trace():
            return "trace", (expression.arg,)
        case log():
            return "logarithm", expression.args
        case sp.Add():
            return halves("scalar sum")
        case sp.Mul():
            return halves("scalar product")
    return "use", (expression,)
