"""A claim that something is a gradient, and the evidence for it.

There are three ways that share no code with the adjoints under test: the differential (for every
size), rational functions of one variable along a direction (no rule for matrices at all), and the
complex step in floating point.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol

from lvmcalc import checks, notation
from lvmcalc.calculus import arithmetic
from lvmcalc.calculus.comparison import compare, decide
from lvmcalc.calculus.differentials import Book, gradient_with_rules, inner
from lvmcalc.calculus.errors import OutsideDomain, UnsupportedExpression
from lvmcalc.calculus.expressions import by_name
from lvmcalc.calculus.verdict import MARKS, Verdict, worst
from lvmcalc.checks import CannotBeFormed

STEP = 1e-30


@dataclass(frozen=True)
class Claim:
    """The evidence for one adjoint: of a stage by itself, or of the whole with respect to a leaf.

    `claim` is the adjoint under test, of `scalar` with respect to `wrt`. Each kind of evidence is
    found when it is first asked for.
    """

    label: str
    scalar: Expr
    wrt: Expr
    claim: Expr
    seed: int
    book: Book
    symmetric: tuple[str, ...] = ()

    @cached_property
    def _expected(self) -> tuple[Expr, tuple[str, ...]]:
        return gradient_with_rules(self.scalar, self.wrt, self.symmetric, self.book)

    @cached_property
    def proof(self) -> Verdict:
        """Whether the claim is the gradient that follows from the differential."""
        expected, used = self._expected
        return replace(decide(self.claim, expected, self.symmetric, self.seed), rules=used)

    @cached_property
    def exact(self) -> Verdict:
        """Whether the claim agrees with exact directional derivatives."""
        return exactly(self.scalar, self.wrt, self.claim, self.seed, self.symmetric)

    @cached_property
    def error(self) -> float:
        """The relative error of the claim against the complex step, in floating point."""
        return complex_step_error(self.scalar, self.wrt, self.claim, self.seed, self.symmetric)

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
    def summary(self) -> str:
        """All grades in one line of plain text."""
        every = " for every size" if self.proof.status == "proved" else ""
        points = f", {self.exact.points} points" if self.exact.points else ""
        return (f"{MARKS[self.proof.status]} {self.proof.status}{every}, "
                f"{MARKS[self.exact.status]} {self.exact.status}"
                f"{points}, {MARKS['numeric']} numeric, error {bound_on(self.error)}")


@dataclass(frozen=True)
class Check:
    """A table of evidence; `status` is that of its weakest row."""

    title: str
    rows: tuple[Claim, ...]

    @property
    def status(self) -> str:
        """The weakest grade in the table."""
        return worst([row.status for row in self.rows])

    def __getitem__(self, label: str) -> Claim:
        rows = {row.label: row for row in self.rows}
        return rows[checks.known(label, [*rows], f"claim about {self.title}")]

    def __iter__(self) -> Any:
        return iter(self.rows)

    def table(self) -> list[tuple[str, ...]]:
        """Return the rows in plain text, the head first."""
        return [("claim", "proof", "exact", "numeric", "SymPy's own .diff", "rules"), *(
            (row.label,
             *(f"{MARKS[grade.status]} {grade.status}" for grade in (row.proof, row.exact)),
             bound_on(row.error), row.sympy, ", ".join(row.rules)) for row in self.rows)]

    def __str__(self) -> str:
        table = self.table()
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in table]
        return f"{self.title}: {self.status}\n" + "\n".join(lines)

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        head, *body = [f"| {' | '.join(line)} |" for line in self.table()]
        refuted = [f"\n\n**{row.label}**: {row.proof._repr_markdown_()}"
                   for row in self.rows if row.status == "refuted"]
        top = f"**{self.title}: {self.status}**\n\n{head}\n|---|---|---|---|---|---|\n"
        return top + "\n".join(body) + "".join(refuted)


def _points(scalar: Expr, claim: Expr, wrt: Expr, seed: int,
            symmetric: tuple[str, ...]) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield random points and a random direction for the variable.

    The sizes all differ, and none stays the same at all points.
    """
    rng, names = np.random.default_rng(seed), arithmetic.sizes_in(scalar, claim, wrt)
    symmetric = (*symmetric, "direction") if wrt.name in symmetric else symmetric
    order = rng.permutation(len(names))
    for number in range(arithmetic.POINTS):
        sizes = {name: int(2 + (place + number) % len(names) + number // len(names))
                 for name, place in zip(names, order, strict=True)}
        point = arithmetic.random_point((scalar, claim, wrt, _direction(wrt)), sizes, rng, 99,
                                        symmetric)
        direction = point.pop("direction")
        for name in set(symmetric) & set(point):  # positive definite, so that logarithms exist
            point[name] += 100 * point[name].rows * sp.eye(point[name].rows)
        yield point, direction


def _direction(wrt: Expr) -> Expr:
    return MatrixSymbol("direction", *wrt.shape) if wrt.is_Matrix else Symbol("direction")


def _admitted(scalar: Expr, wrt: Expr, claim: Expr) -> list[Expr]:
    scalar, wrt, claim = by_name(scalar, wrt, claim)
    if getattr(claim, "shape", ()) != getattr(wrt, "shape", ()):
        raise CannotBeFormed("a gradient has the shape of its variable")
    return [scalar, wrt, claim]


def exactly(scalar: Expr, wrt: Expr, claim: Expr, seed: int,
            symmetric: tuple[str, ...] = ()) -> Verdict:
    """Compare a claimed gradient with exact directional derivatives at random points."""
    try:
        scalar, wrt, claim = _admitted(scalar, wrt, claim)
        for point, direction in _points(scalar, claim, wrt, seed, symmetric):
            slope = arithmetic.directional_derivative(scalar, point, wrt.name, direction)
            claimed = arithmetic.value_at(inner(claim, _direction(wrt)),
                                          point | {"direction": direction})
            if not arithmetic.vanishes(slope - claimed):
                return Verdict("refuted", "the exact directional derivative is another one")
    except CannotBeFormed as error:
        return Verdict("refuted", str(error))
    except (OutsideDomain, UnsupportedExpression) as error:
        return Verdict("undecided", str(error))
    reason = f"equal to the exact directional derivative at {arithmetic.POINTS} random points"
    return Verdict("exact", reason, points=arithmetic.POINTS)


def complex_step_error(scalar: Expr, wrt: Expr, claim: Expr, seed: int,
                       symmetric: tuple[str, ...] = ()) -> float:
    """Return the relative error of a claimed gradient against the complex step."""
    errors = []
    try:
        scalar, wrt, claim = _admitted(scalar, wrt, claim)
        for point, direction in _points(scalar, claim, wrt, seed, symmetric):
            numbers = {name: _float(value) for name, value in point.items()}
            along = _float(direction)
            moved = numbers | {wrt.name: numbers[wrt.name] + 1j * STEP * along}
            slope = np.imag(arithmetic.evaluate(scalar, moved, arithmetic.Reals)) / STEP
            claimed = np.vdot(arithmetic.evaluate(claim, numbers, arithmetic.Reals), along)
            errors.append(abs(slope - claimed) / max(abs(slope), np.finfo(float).tiny))
    except (CannotBeFormed, UnsupportedExpression, OutsideDomain):
        return np.inf
    return float(np.max(errors))  # a NaN, if there is one


def _float(value: Any) -> Any:
    """Return a whole number, or a matrix of them, as floats of order 1; a size stays what it is."""
    return value if isinstance(value, int) else np.array(value, dtype=float) / 50


def bound_on(error: float) -> str:
    """Return a bound that is the same on every machine: a power of ten, never below 10⁻¹²."""
    if not np.isfinite(error):
        return "no number"
    power = max(-12, int(np.ceil(np.log10(error))) if error > 0 else -12)
    return ("< 10" if power < 1 else "about 10") + str(power).translate(notation.SUPERSCRIPT)


def sympys_answer(scalar: Expr, wrt: Expr) -> Expr | str:
    """Return the derivative by SymPy's own matrix calculus, or in words why there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answer = scalar.diff(wrt).doit()
    # SymPy's matrix derivatives fail in many ways, and none of them may stop a check
    except Exception as error:
        return f"no answer ({type(error).__name__})"
    return "no answer" if answer.has(sp.Derivative) else answer


def sympy_witness(scalar: Expr, wrt: Expr, expected: Expr) -> str:
    """Return whether SymPy's own matrix derivative agrees: a witness, never the judge."""
    answer = sympys_answer(scalar, wrt)
    if isinstance(answer, str):
        return answer
    try:
        verdict = compare(answer, expected)
    except (TypeError, ValueError) as error:  # it may be no expression of ours, such as an array
        return f"no answer ({type(error).__name__})"
    if verdict.status == "refuted":
        return f"WRONG: {notation.plain(answer) if len(str(answer)) < 30 else verdict.reason}"
    return "agrees" if verdict.holds else f"no answer ({verdict.status})"
