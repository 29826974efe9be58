"""The evidence for a chain: a proof, exact arithmetic and floating point, for every stage and for the whole.

Three ways that share no code with the adjoints under test: the differential (for every size), rational functions of one
variable along a direction (no rule for matrices at all), and the complex step in floating point.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol, Trace

from lvmcalc import calculus, checks, exact, notation, rules
from lvmcalc.verdict import MARKS, Verdict, worst
from lvmcalc.words import CannotBeFormed, UnsupportedExpression, by_name

if TYPE_CHECKING:
    from lvmcalc.chain import Chain

STEP = 1e-30


@dataclass(frozen=True)
class Row:
    """The evidence for one adjoint: of a stage by itself, or of the whole with respect to a leaf.

    `claim` is the adjoint under test, of `scalar` with respect to `wrt`. Each kind of evidence is found when it is
    first asked for.
    """

    label: str
    scalar: Expr
    wrt: Expr
    claim: Expr
    seed: int
    book: Mapping[str, rules.Rule]

    @cached_property
    def _expected(self) -> tuple[Expr, tuple[str, ...]]:
        return calculus.gradient_with_rules(self.scalar, self.wrt, book=self.book)

    @cached_property
    def proof(self) -> Verdict:
        """Whether the claim is the gradient that follows from the differential, and the rules that this rests on."""
        expected, used = self._expected
        return replace(calculus.compare(self.claim, expected, seed=self.seed), rules=used)

    @cached_property
    def exact(self) -> Verdict:
        """Whether the claim agrees with exact directional derivatives."""
        return exactly(self.scalar, self.wrt, self.claim, self.seed)

    @cached_property
    def error(self) -> float:
        """The relative error of the claim against the complex step, in floating point."""
        return complex_step_error(self.scalar, self.wrt, self.claim, self.seed)

    @cached_property
    def sympy(self) -> str:
        """What SymPy's own matrix derivative says."""
        return sympy_witness(self.scalar, self.wrt, self._expected[0])

    @property
    def status(self) -> str:
        """The strongest grade that holds, or "refuted" if any of them fails."""
        if "refuted" in (self.proof.status, self.exact.status):
            return "refuted"
        return self.proof.status if self.proof.holds else self.exact.status

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules of the book that the proof rests on."""
        return self.proof.rules

    @property
    def evidence(self) -> str:
        """All grades in one line of plain text."""
        every = " for every size" if self.proof.status == "proved" else ""
        grades = [f"{MARKS[self.proof.status]} {self.proof.status}{every}"]
        points = f", {self.exact.points} points" if self.exact.points else ""
        grades += [f"{MARKS[self.exact.status]} {self.exact.status}{points}"]
        return ", ".join([*grades, f"{MARKS['numeric']} numeric, error {bound_on(self.error)}"])


@dataclass(frozen=True)
class Check:
    """A table of evidence; `status` is that of its weakest row."""

    title: str
    rows: tuple[Row, ...]

    @property
    def status(self) -> str:
        """The weakest grade in the table."""
        return worst([row.status for row in self.rows])

    def __getitem__(self, label: str) -> Row:
        rows = {row.label: row for row in self.rows}
        return rows[checks.known(label, [*rows], f"claim about {self.title}")]

    def __iter__(self) -> Any:
        return iter(self.rows)

    def table(self) -> list[tuple[str, ...]]:
        """Return the rows in plain text, the head first."""
        return [("claim", "proof", "exact", "numeric", "SymPy's own .diff", "rules"), *(
            (row.label, *(f"{MARKS[grade.status]} {grade.status}" for grade in (row.proof, row.exact)),
             bound_on(row.error), row.sympy, ", ".join(row.rules)) for row in self.rows)]

    def __str__(self) -> str:
        table = self.table()
        widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
                 for line in table]
        return f"{self.title}: {self.status}\n" + "\n".join(lines)

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        head, *body = [f"| {' | '.join(line)} |" for line in self.table()]
        refuted = [f"\n\n**{row.label}**: {row.proof._repr_markdown_()}"
                   for row in self.rows if row.status == "refuted"]
        top = f"**{self.title}: {self.status}**\n\n{head}\n|---|---|---|---|---|---|\n"
        return top + "\n".join(body) + "".join(refuted)


def stage(chain: "Chain", parent: str, name: str, seed: int = 0) -> Row:
    """Return the evidence for the adjoint along one edge, by itself, with an arbitrary asymmetric upstream."""
    node, upstream = chain[name], chain.adjoint_symbol(name)
    scalar = Trace(upstream.T * node.expression) if node.shape else upstream * node.expression
    label = f"{notation.plain(parent)} → {notation.plain(name)}"
    return Row(label, scalar, chain[parent].symbol, sp.sympify(chain.edges[name, parent]), seed, chain.book)


def whole(chain: "Chain", leaf: str, seed: int = 0) -> Row:
    """Return the evidence for the gradient of the whole chain with respect to a leaf."""
    label = notation.adjoint_name(chain.output, leaf)
    return Row(label, chain.expression(), chain[leaf].symbol, chain.adjoint(leaf), seed, chain.book)


def _points(expressions: tuple[Expr, ...], wrt: Expr, seed: int) -> Any:
    """Yield random points and a random direction for the variable.

    The sizes all differ, and each changes from point to point.
    """
    rng, names = np.random.default_rng(seed), exact.sizes_in(*expressions, wrt)
    order = rng.permutation(len(names))
    for number in range(exact.POINTS):
        sizes = {name: int(2 + (place + number) % len(names) + number // len(names))
                 for name, place in zip(names, order, strict=True)}
        direction = _renamed(wrt, "direction")
        point = exact.random_point((*expressions, wrt, direction), sizes, rng, 99)
        yield point, point.pop("direction")


def _renamed(symbol: Expr, name: str) -> Expr:
    return MatrixSymbol(name, *symbol.shape) if symbol.is_Matrix else Symbol(name)


def exactly(scalar: Expr, wrt: Expr, claim: Expr, seed: int) -> Verdict:
    """Compare a claimed gradient with exact directional derivatives at random points."""
    try:
        scalar, claim, wrt = by_name(scalar, claim, wrt)
    except CannotBeFormed as error:
        return Verdict("refuted", str(error))
    product = _renamed(wrt, "direction")
    if getattr(claim, "shape", ()) != getattr(wrt, "shape", ()):
        return Verdict("refuted", "a gradient has the shape of its variable")
    paired = Trace(claim.T * product) if wrt.is_Matrix else claim * product
    try:
        for point, direction in _points((scalar, claim), wrt, seed):
            slope = exact.directional_derivative(scalar, point, wrt.name, direction)
            if not exact.vanishes(slope - exact.value_at(paired, point | {"direction": direction})):
                return Verdict("refuted", "the exact directional derivative is another one")
    except (exact.OutsideDomain, UnsupportedExpression) as error:
        return Verdict("undecided", str(error))
    reason = f"equal to the exact directional derivative at {exact.POINTS} random points"
    return Verdict("exact", reason, points=exact.POINTS)


def complex_step_error(scalar: Expr, wrt: Expr, claim: Expr, seed: int) -> float:
    """Return the relative error of a claimed gradient against the complex step, in floating point."""
    worst_error = 0.0
    try:
        scalar, claim, wrt = by_name(scalar, claim, wrt)
        if getattr(claim, "shape", ()) != getattr(wrt, "shape", ()):
            return np.inf
        for point, direction in _points((scalar, claim), wrt, seed):
            numbers = {name: _float(value) for name, value in point.items()}
            along = _float(direction)
            moved = numbers | {wrt.name: numbers[wrt.name] + 1j * STEP * along}
            slope = np.imag(exact.evaluate(scalar, moved, exact.Floats)) / STEP
            value = np.real(np.vdot(exact.evaluate(claim, numbers, exact.Floats), along))
            error = abs(slope - value) / max(abs(slope), np.finfo(float).tiny)
            worst_error = np.maximum(worst_error, error)  # which keeps a NaN
    except (CannotBeFormed, UnsupportedExpression, exact.OutsideDomain):
        return np.inf
    return float(worst_error)


def _float(value: Any) -> Any:
    """Return a whole number, or a matrix of them, as floats of order 1; a size stays what it is."""
    if isinstance(value, int):
        return value
    return np.array(value, dtype=float) / 50 if getattr(value, "is_Matrix", False) else float(value) / 50


def bound_on(error: float) -> str:
    """Return a bound that is the same on every machine: the next power of ten, and never below 10⁻¹²."""
    if not np.isfinite(error):
        return "no number"
    power = max(-12, int(np.ceil(np.log10(error))) if error > 0 else -12)
    return ("< 10" if power < 1 else "about 10") + str(power).translate(notation.SUPERSCRIPT)


def sympys_answer(scalar: Expr, wrt: Expr) -> Expr | str:
    """Return the derivative as SymPy's own matrix calculus has it, or in words why there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answer = scalar.diff(wrt).doit()
    except Exception as error:  # SymPy's matrix derivatives fail in many ways, and none of them may stop a check
        return f"no answer ({type(error).__name__})"
    return "no answer" if answer.has(sp.Derivative) else answer


def sympy_witness(scalar: Expr, wrt: Expr, expected: Expr) -> str:
    """Return whether SymPy's own matrix derivative agrees: a witness, never the judge."""
    answer = sympys_answer(scalar, wrt)
    if isinstance(answer, str):
        return answer
    try:
        verdict = calculus.compare(answer, expected)
    except (TypeError, ValueError) as error:  # it may be no expression of ours, such as an array
        return f"no answer ({type(error).__name__})"
    if verdict.status == "refuted":
        return f"WRONG: {notation.plain(answer) if len(str(answer)) < 30 else verdict.reason}"
    return "agrees" if verdict.holds else f"no answer ({verdict.status})"


def establish(rule: rules.Rule, book: dict[str, rules.Rule] = rules.RULES) -> list[Verdict]:
    """Return the verdicts that establish one rule on its own.

    First that its adjoints and its differential say the same; then that the differential is right: the inverse from
    d(A A⁻¹) = 0, the determinant by cofactors, scalar functions by the derivative of one variable, and the
    rest from the definition, as the part of Z(A + τ dA) that is linear in τ.
    """
    increments = tuple(map(rules.increment_of, rule.arguments))
    change = rule.d(rule.arguments, increments)
    upstream = rule.upstream
    left = Trace(upstream.T * change) if change.is_Matrix else upstream * change
    pairs = [(adjoint, step) for adjoint, step in zip(rule.adjoints.values(), increments, strict=True)]
    right = sp.Add(*(Trace(adjoint.T * step) if step.is_Matrix else adjoint * step for adjoint, step in pairs))
    return [calculus.compare(left, right), *_differential_is_right(rule, change, increments)]


def _differential_is_right(rule: rules.Rule, change: Expr, increments: tuple[Expr, ...]) -> list[Verdict]:
    operation = rule.operation
    if operation.has(sp.Inverse):
        (A,), (dA,) = rule.arguments, increments
        return [calculus.compare(dA * A.I + A * change, 0)]
    if operation.has(sp.Determinant):
        verdicts = []
        for size in (1, 2, 3, 4):
            verdicts.append(_by_cofactors(*rule.arguments, rule.differential, size))
            if not verdicts[-1].holds:
                return verdicts
        return [*verdicts, _determinant_beyond(rule)]
    if not any(argument.is_Matrix for argument in rule.arguments):
        total = sum(sp.diff(operation, x) * dx for x, dx in zip(rule.arguments, increments, strict=True))
        return [_verdict(sp.simplify(total - change) == 0, "the derivative of a function of one variable")]
    tau = Symbol("tau")
    moved = operation.xreplace({x: x + tau * dx for x, dx in zip(rule.arguments, increments, strict=True)})
    return [calculus.linear_part(moved, tau, change)]


@cache
def _by_cofactors(symbol: MatrixSymbol, differential: Expr, size: int) -> Verdict:
    """Check d det C with every entry a symbol: the derivative by an entry is its cofactor, by Laplace's expansion."""
    C, dC = sp.Matrix(size, size, sp.symbols(f"c:{size * size}")), sp.Matrix(size, size, sp.symbols(f"e:{size * size}"))
    determinant = C.det(method="berkowitz")
    change = sum(determinant.diff(c) * e for c, e in zip(C, dC, strict=True))
    values = {symbol.rows.name: size, symbol.name: exact.Rationals.matrix(C),
              rules.increment_of(symbol).name: exact.Rationals.matrix(dC)}
    claimed = exact.evaluate(differential, values, exact.Rationals)
    holds = sp.cancel(sp.together(claimed) - change) == 0
    return _verdict(holds, f"cofactors of a {size}×{size} matrix, all entries symbols")


def _determinant_beyond(rule: rules.Rule) -> Verdict:
    C = rule.arguments[0]
    rng = np.random.default_rng(0)
    for size in (5, 6):
        point = exact.random_point((C, _renamed(C, "direction")), {C.shape[0].name: size}, rng, 9)
        step = point.pop("direction")
        slope = exact.directional_derivative(rule.operation, point, C.name, step)
        if slope != exact.value_at(rule.differential, point | {rules.increment_of(C).name: step}):
            return Verdict("refuted", f"the exact derivative of a {size}×{size} determinant is another one")
    return Verdict("exact", "equal to the exact derivative of a 5×5 and a 6×6 determinant", points=2)


def _verdict(holds: bool, reason: str) -> Verdict:
    return Verdict("proved", reason) if holds else Verdict("refuted", f"not {reason}")


@dataclass(frozen=True)
class Entrywise:
    """One small case with every entry a symbol: the loss, its derivative by each entry, and the gradient claimed."""

    loss: Expr
    derivatives: sp.Matrix
    claimed: sp.Matrix

    @property
    def agrees(self) -> bool:
        """Whether every entry of the gradient is the derivative by that entry, as a rational function."""
        return all(sp.cancel(sp.together(a - b)) == 0 for a, b in zip(self.derivatives, self.claimed, strict=True))

    def __str__(self) -> str:
        entries = "\n".join(f"  ∂L/∂entry {i + 1}: {sp.factor(entry)}" for i, entry in enumerate(self.claimed))
        return f"L = {self.loss}\n{entries}\n{'every entry agrees' if self.agrees else 'NOT EQUAL'}"

    __repr__ = __str__


def entrywise(chain: "Chain", leaf: str, **sizes: int) -> Entrywise:
    """Differentiate a small case entry by entry with SymPy, whose derivatives of scalars are sound.

    Parameters
    ----------
    chain : Chain
    leaf : str
    **sizes : the value of every size, such as N=2, Q=1, D=1
    """
    names = exact.sizes_in(chain.expression())
    if set(names) - set(sizes) or set(sizes) - set(names) - set(chain.leaves):
        raise ValueError(f"{chain.name} needs the sizes {', '.join(names)}, but {', '.join(sizes) or 'none'} came.")
    values: dict[str, Any] = {name: checks.whole(size, name) for name, size in sizes.items()}
    for name, node in chain.leaves.items():
        rows, columns = (sizes[size.name] for size in node.shape) if node.shape else (1, 1)
        entries = sp.symbols(f"{name}_:{rows * columns}", real=True) if node.shape else (sp.Symbol(name),)
        values[name] = sp.Matrix(rows, columns, entries) if node.shape else sizes.get(name, entries[0])
    loss = exact.value_at(chain.expression(), values)
    variable = sp.Matrix([[values[leaf]]]) if not chain[leaf].shape else values[leaf]
    claimed = exact.value_at(chain.adjoint(leaf), values)
    derivatives = variable.applyfunc(lambda entry: sp.diff(loss, entry))
    return Entrywise(loss, derivatives, sp.Matrix(claimed if chain[leaf].shape else [claimed]))


__all__ = ["Check", "Entrywise", "Row", "UnsupportedExpression", "entrywise", "establish", "stage", "whole"]
