"""A claim that something is a gradient, and the evidence for it.

There are three ways that share no code with the adjoints under test: the differential (for every
size), polynomials in one variable along a direction (no rule for matrices at all), and the
complex step in floating point.
"""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, MatrixSymbol

from lvmcalc import checks, notation
from lvmcalc.calculus import arithmetic, decimals, dual_numbers, random_points
from lvmcalc.calculus.comparison import compare, decide
from lvmcalc.calculus.differentials import Book, differential, gradient, slope_with_rules
from lvmcalc.calculus.errors import OutsideDomain, UnsupportedExpression
from lvmcalc.calculus.expression_checks import by_name
from lvmcalc.calculus.functions import kinks_in
from lvmcalc.calculus.operations import inner, is_rational
from lvmcalc.calculus.verdict import MARKS, Verdict, are_symmetric, worst
from lvmcalc.checks import CannotBeFormed

_STEP = 1e-30
_SMALL = 1e-3  # a slope that is smaller may be 0, where nothing is left but rounding
_LARGEST_ERROR = 1e-6  # rounding explains no larger one
_MOST_TRIES = 30  # to find points at which everything has a value


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
    def _expected(self) -> Expr:
        here = {symbol.name for symbol in (self.scalar + 0).atoms(MatrixSymbol)} | {self.wrt.name}
        return gradient(self.scalar, self.wrt, here.intersection(self.symmetric))

    @cached_property
    def proof(self) -> Verdict:
        """Whether the claim is the gradient that follows from the differential."""
        try:
            scalar, wrt, claim = by_name(self.scalar, self.wrt, self.claim)
            form, slope, used = slope_with_rules(scalar, wrt, self.symmetric, self.book)
            if getattr(claim, "shape", ()) == getattr(wrt, "shape", ()) and form.equal(slope,
                                                                                     claim):
                return Verdict("proved", "the same normal form, so equal for every size"
                               + self._kinks, rules=used)
        except CannotBeFormed as error:
            return Verdict("refuted", str(error))
        except UnsupportedExpression as error:
            return Verdict("undecided", str(error))
        verdict = decide(self.claim, self._expected, self.symmetric, self.seed)
        if verdict.status == "proved":  # the adjoints lead to it; does the differential too?
            verdict = self._held_against_the_differential(scalar, wrt, claim)
        return replace(verdict, rules=used)

    def _held_against_the_differential(self, scalar: Expr, wrt: Expr, claim: Expr) -> Verdict:
        step = notation.matching("direction", wrt)
        symmetric = (*self.symmetric, *[step.name] * (wrt.name in self.symmetric))
        verdict = random_points.agreement(differential(scalar, wrt, step, book=self.book),
                                          inner(claim, step), symmetric, self.seed)
        if verdict.status == "refuted":
            return Verdict("refuted", "the differential leads to another gradient")
        return verdict

    @cached_property
    def exact(self) -> Verdict:
        """Whether the claim agrees with exact directional derivatives."""
        return exactly(self.scalar, self.wrt, self.claim, self.seed, self.symmetric)

    @cached_property
    def errors(self) -> list[float]:
        """The relative errors of the claim against the complex step, at a few random points.

        The only one is infinite if there are no such points.
        """
        return _complex_step_errors(self.scalar, self.wrt, self.claim, self.seed, self.symmetric)

    @property
    def error(self) -> float:
        """The largest of the relative errors in floating point."""
        return float(np.max(self.errors))

    @cached_property
    def sympy(self) -> str:
        """What SymPy's own matrix derivative says."""
        return sympy_witness(self.scalar, self.wrt, self._expected)

    @property
    def status(self) -> str:
        """The strongest grade that holds.

        It is "refuted" if the proof or the exact test fails, and "undecided" if floating point
        differs at every point: then what NumPy computes is another function.
        """
        if "refuted" in (self.proof.status, self.exact.status):
            return "refuted"
        if _LARGEST_ERROR < min(self.errors) < np.inf:  # one alone may be due to rounding
            return "undecided"
        return self.proof.status if self.proof.holds else self.exact.status

    @property
    def summary(self) -> str:
        """All grades in one line of plain text."""
        every = " for every size" if self.proof.status == "proved" else ""
        digits = f" to {decimals.SAME_DIGITS} digits" if self.exact.status == "numeric" else ""
        points = f", {self.exact.points} points" if self.exact.points else ""
        by_chance = f" (by chance {bound})" if (bound := self.exact.bound) else ""
        return (f"{MARKS[self.proof.status]} {self.proof.status}{every}{self._kinks}, "
                f"{MARKS[self.exact.status]} {self.exact.status}{digits}{points}{by_chance}, "
                f"{MARKS['numeric']} numeric, error {bound_on(self.error)}")

    @cached_property
    def conclusion(self) -> str:
        """The summary, and which matrices the claim needs to be symmetric."""
        needed = [name for name in self.symmetric
                  if not replace(self, symmetric={*self.symmetric} - {name}).proof.holds]
        return f"{self.summary}, uses that {are_symmetric(needed)}" if needed else self.summary

    def __repr__(self) -> str:
        return f"{self.label}: {self.summary}"

    @property
    def _kinks(self) -> str:
        """Where there is no derivative, in words."""
        kinked = kinks_in(self.scalar)
        return f" except where {' or '.join(kinked)} is taken of 0" if kinked else ""


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
             *(f"{MARKS[grade.status]} {grade.status}{f' ({bound})' if bound else ''}"
               for grade, bound in ((row.proof, ""), (row.exact, row.exact.bound))),
             bound_on(row.error), row.sympy, ", ".join(row.proof.rules)) for row in self.rows)]

    def __str__(self) -> str:
        table = self.table()
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in table]
        return f"{self.title}: {self.status}\n" + "\n".join(lines)

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        kept = ([*(cell.replace(" ", "\u00a0") for cell in line[:-1]), line[-1]]
                for line in self.table())  # only the rules may need two lines
        head, *body = [f"| {' | '.join(line)} |" for line in kept]
        refuted = [f"\n\n**{row.label}**: {row.proof._repr_markdown_()}"
                   for row in self.rows if row.status == "refuted"]
        top = [f"**{notation.in_html(self.title)}: {self.status}**", "", head, "|---" * 6 + "|"]
        return "\n".join([*top, *body]) + "".join(refuted)


def _points(scalar: Expr, claim: Expr, wrt: Expr, seed: int, symmetric: tuple[str, ...],
            largest: int = 99) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield random points and a random direction for the variable, many more than are needed.

    The sizes all differ, and none stays the same at all points.
    """
    rng, names = np.random.default_rng(seed), arithmetic.sizes_in(scalar, claim, wrt)
    symmetric = (*symmetric, "direction") if wrt.name in symmetric else symmetric
    order, step = rng.permutation(len(names)), notation.matching("direction", wrt)
    for number in range(_MOST_TRIES):
        sizes = {name: int(2 + (place + number) % len(names) + number % arithmetic.POINTS
                           // len(names)) for name, place in zip(names, order, strict=True)}
        # where logarithms have no value, positive numbers may do
        point = arithmetic.random_point((scalar, claim, wrt, step), sizes, rng, largest,
                                        symmetric, positive=number % 4 == 3)
        direction = point.pop("direction")
        for name in set(symmetric) & set(point):  # positive definite, so that logarithms exist
            point[name] += (largest + 1) * point[name].rows * sp.eye(point[name].rows)
        yield point, direction


def _at_points(points: Iterator, compute: Callable[[dict, Any], Any]) -> list[Any]:
    """Return what is computed at the first three points at which everything has a value.

    Raises
    ------
    OutsideDomain
        If there are not so many.
    """
    found = []
    for point, direction in points:
        try:
            found.append(compute(point, direction))
        except OutsideDomain as error:
            reason = error
        if len(found) == arithmetic.POINTS:
            return found
    raise reason


def _admitted(scalar: Expr, wrt: Expr, claim: Expr) -> list[Expr]:
    scalar, wrt, claim = by_name(scalar, wrt, claim)
    if getattr(claim, "shape", ()) != getattr(wrt, "shape", ()):
        raise CannotBeFormed("a gradient has the shape of its variable")
    return [scalar, wrt, claim]


def exactly(scalar: Expr, wrt: Expr, claim: Expr, seed: int,
            symmetric: tuple[str, ...] = ()) -> Verdict:
    """Compare a claimed gradient with directional derivatives at random points.

    They are exact where there is exact arithmetic, and else have 40 digits.
    """
    try:
        scalar, wrt, claim = _admitted(scalar, wrt, claim)
        rational = is_rational(scalar) and is_rational(claim)
        along = _as_written(notation.matching("direction", wrt), claim)
        largest = random_points.RANGE if rational else 9
        points = _points(scalar, claim, wrt, seed, symmetric, largest)
        tried: list[dict[str, int]] = []

        def exact(point: dict[str, Any], direction: Any) -> bool:
            slope = dual_numbers.directional_derivative(scalar, point, wrt.name, direction)
            claimed = arithmetic.value_at(along, point | {"direction": direction})
            equal = arithmetic.vanishes(slope - claimed)
            tried.append({name: value for name, value in point.items() if isinstance(value, int)})
            return equal

        def to_40_digits(point: dict[str, Any], direction: Any) -> bool:
            return decimals.slopes_agree(scalar, along, decimals.in_tenths(point), wrt.name,
                                         direction / 10)

        kind = "exact" if rational else "many-digit"
        if not all(_at_points(points, exact if rational else to_40_digits)):
            return Verdict("refuted", f"the {kind} directional derivative is another one")
    except CannotBeFormed as error:
        return Verdict("refuted", str(error))
    except (OutsideDomain, UnsupportedExpression) as error:
        return Verdict("undecided", str(error))
    if rational:
        # the slope has no formula of its own here, so its degree is read off the differential
        slope = differential(scalar, wrt, notation.matching("direction", wrt))
        chance = random_points.chance_of_false_agreement(slope, along, tried)
        reason = (f"equal to the exact directional derivative at {arithmetic.POINTS} random "
                  f"points; {random_points.said_of(chance)}")
        return Verdict("exact", reason, points=arithmetic.POINTS, chance=chance)
    reason = (f"equal to the directional derivative, to {decimals.SAME_DIGITS} digits, at "
              f"{arithmetic.POINTS} random points")
    return Verdict("numeric", reason, points=arithmetic.POINTS)


def _as_written(left: Expr, right: Expr) -> Expr:
    """Return an inner product in which SymPy simplifies nothing, which takes longer than values."""
    return sp.Trace(sp.MatMul(sp.Transpose(left), right)) if left.is_Matrix else left * right


def complex_step_error(scalar: Expr, wrt: Expr, claim: Expr, seed: int,
                       symmetric: tuple[str, ...] = ()) -> float:
    """Return the largest relative error of a claimed gradient against the complex step."""
    return float(np.max(_complex_step_errors(scalar, wrt, claim, seed, symmetric)))


def _complex_step_errors(scalar: Expr, wrt: Expr, claim: Expr, seed: int,
                         symmetric: tuple[str, ...] = ()) -> list[float]:
    """Return the relative errors of a claimed gradient against the complex step, at some points."""
    def error(point: dict[str, Any], direction: Any) -> float:
        numbers = {name: _float(value) for name, value in point.items()}
        along = _float(direction)
        moved = numbers | {wrt.name: numbers[wrt.name] + 1j * _STEP * along}
        slope = np.imag(arithmetic.evaluate(scalar, moved, arithmetic.Trusted)) / _STEP
        claimed = np.vdot(arithmetic.evaluate(claim, numbers, arithmetic.Trusted), along)
        return abs(slope - claimed) / max(abs(slope), _SMALL)

    try:
        scalar, wrt, claim = _admitted(scalar, wrt, claim)
        return [*map(float, _at_points(_points(scalar, claim, wrt, seed, symmetric), error))]
    except (CannotBeFormed, UnsupportedExpression, OutsideDomain):
        return [np.inf]


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
