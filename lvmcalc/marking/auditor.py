"""The audit of a derivation: which of its lines follow, and what is wrong with those that do not.

A line is an equation, such as "∂L/∂e = α ∂L/∂d = α ∂L/∂c". Every equals sign in it is a claim,
which is compared and, where it is false, marked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from sympy import Expr, MatrixSymbol, Symbol

from lvmcalc import notation
from lvmcalc.calculus import CannotBeFormed, Verdict, gradient
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.calculus.verdict import MARKS, worst
from lvmcalc.chain import Chain
from lvmcalc.marking.exercise import exercise_of
from lvmcalc.marking.marker import mark
from lvmcalc.marking.mistakes import Finding, finding
from lvmcalc.models import chain_named
from lvmcalc.notation.parser import Unreadable, parse

NO_VALUE = "a matrix that is inverted in it is singular for some of them"
# a comment, a number such as (2), or a bullet
LABEL = r"^\s*(#.*|\(?\w{1,3}[.):]\s+|\(\w{1,3}\)\s*|[-*•]\s+)?"


@dataclass(frozen=True)
class Line:
    """One line of a derivation: what was read, the verdicts, and what is wrong."""

    text: str
    chain: Chain
    sides: tuple[Expr, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def wrong(self) -> str:
        """What is wrong, in sentences, with the equals sign in question; "" if nothing is."""
        if not self.findings:
            return ""
        place = next((n for n, verdict in enumerate(self.verdicts, 1) if not verdict.holds), 0)
        at = f"At equals sign {place}: " if place and len(self.verdicts) > 1 else ""
        kinds = dict.fromkeys(found.kind.replace("_", " ") for found in self.findings)
        return f"{at}{' and '.join(kinds)}. {' '.join(map(str, self.findings))}"

    @property
    def example(self) -> str:
        """Small numbers at which the line is false, "" if there are none."""
        examples = [verdict.counterexample for verdict in self.verdicts if verdict.counterexample]
        return f"For instance, {examples[0]}." if examples else ""

    @property
    def status(self) -> str:
        """The weakest verdict of the line, or "unreadable"."""
        statuses = [verdict.status for verdict in self.verdicts]
        return worst(statuses) if statuses else "unreadable"

    @property
    def latex(self) -> str:
        """The line as it was read, in LaTeX."""
        return " = ".join(map(notation.latex, map(self.chain.abbreviated, self.sides)))

    @property
    def plain(self) -> str:
        """The line as it was read, as plain text."""
        return " = ".join(map(notation.plain, map(self.chain.abbreviated, self.sides)))

    def __str__(self) -> str:
        first = f"{MARKS[self.status]} {self.status}: {self.plain or self.text}"
        return "\n   ".join(filter(None, [first, self.wrong, self.example]))

    __repr__ = __str__


@dataclass(frozen=True)
class Audit:
    """The lines of a derivation with their verdicts.

    `first_wrong` is the number of the first line that does not follow.
    """

    lines: tuple[Line, ...]

    @property
    def first_wrong(self) -> int | None:
        """The number of the first line that does not follow, counted from 1; None if all do."""
        return next((n for n, line in enumerate(self.lines, 1)
                     if line.status not in ("proved", "exact")), None)

    def _summary(self) -> str:
        if not self.lines:
            return "There is no line yet."
        if self.first_wrong is None:
            return "Every line follows."
        if len(self.lines) == 1:
            return "The line does not follow."
        return f"Line {self.first_wrong} is the first that does not follow."

    def __str__(self) -> str:
        return "\n".join([*(f"{number}. {line}" for number, line in enumerate(self.lines, 1)),
                          self._summary()])

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        rows = []
        for number, line in enumerate(self.lines, 1):
            shown = rf"$\displaystyle {line.latex}$" if line.sides else (
                f"<code>{escape(line.text)}</code>")
            wrong = escape(line.wrong)
            if line.example:
                wrong += f"<details><summary>numbers</summary>{escape(line.example)}</details>"
            cells = [str(number), shown, f"{MARKS[line.status]}&nbsp;{line.status}", wrong]
            rows.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
        return "\n".join(["| | line | verdict | what is wrong |", "|---|---|---|---|", *rows, "",
                          self._summary()])


def audit(lines: str | Iterable[str], of: str | Chain) -> Audit:
    """Check a derivation line by line.

    Parameters
    ----------
    lines : str or list of str
        Equations in ordinary notation, one in each line.
    of : {"autoencoder", "gplvm", "gplvm.log_det", "gplvm.trace"} or Chain
        A model, or a chain of your own.

    Returns
    -------
    Audit

    Raises
    ------
    TypeError, ValueError
        If the lines are no text, or if there is no such chain. A line that cannot be read is told
        in the audit.
    """
    chain, found = chain_named(of), []
    given = [lines] if isinstance(lines, str) or not isinstance(lines, Iterable) else [*lines]
    if not all(isinstance(text, str) for text in given):
        raise TypeError("A derivation is text, or a list of lines of text.")
    for line in "\n".join(given).splitlines():
        text = re.sub(LABEL, "", line)
        if text.startswith("=") and found:  # it goes on from the line before
            text = f"{found[-1].text.rpartition('=')[2].strip()} {text}"
        if text.strip():
            found.append(_audited(chain, text))
    return Audit(tuple(found))


def _audited(chain: Chain, text: str) -> Line:
    """Check one line, an equation with one equals sign or more."""
    try:
        sides = _sides(chain, text)
    except Unreadable as error:
        return Line(text, chain, findings=(Finding("unreadable", text, str(error)),))
    except CannotBeFormed as error:
        wrong = Finding("shape", text, f"It is not formed: {error}.")
        return Line(text, chain, (), (Verdict("refuted", str(error)),), (wrong,))
    verdicts = tuple(_verdict(chain, left, right) for left, right in pairwise(sides))
    for side, verdict in zip(sides[1:], verdicts, strict=True):
        if not verdict.holds:
            findings = _findings(chain, sides[0], side, verdict)
            return Line(text, chain, sides, verdicts, findings)
    return Line(text, chain, sides, verdicts)


def _sides(chain: Chain, text: str) -> tuple[Expr, ...]:
    first, *others = text.split("=")
    if not others:
        raise Unreadable("A line of a derivation is an equation, such as ∂L/∂d = ∂L/∂c.")
    left = parse(first, chain.vocabulary)
    return left, *(parse(other, chain.vocabulary, getattr(left, "shape", ())) for other in others)


def _verdict(chain: Chain, left: Expr, right: Expr) -> Verdict:
    # The gradients of the whole come from the differential here, those of the stages from the
    # adjoints, so that the two are held against each other.
    known = chain.remember("gradients from the differential", lambda: {
        chain.adjoint_symbol(name): gradient(chain.expression(), leaf.symbol, chain.symmetric)
        for name, leaf in chain.leaves.items()})
    exercise = exercise_of(chain, next(iter(chain.leaves)))
    verdict = exercise.compare(left.xreplace(known), right.xreplace(known))
    if not verdict.holds:
        return verdict
    try:
        for side in (left, right):
            exercise.values(side)
    except OutsideDomain:
        return Verdict("refuted", NO_VALUE)
    return verdict


def _findings(chain: Chain, asked: Expr, side: Expr, verdict: Verdict) -> tuple[Finding, ...]:
    """Return what is wrong with one side of an equation; what is asked for stands on the left."""
    reason, names = verdict.reason, {chain.adjoint_symbol(node.name): node.name for node in chain}
    if asked in names and reason != NO_VALUE and asked not in side.atoms(Symbol, MatrixSymbol):
        return next(iter(mark(side, chain, names[asked]).explanations), ())
    kind, sentence = "unknown", "The two sides differ"
    if verdict.status == "undecided":
        sentence = f"This is not decided: {reason}"
    elif reason == NO_VALUE:
        sentence = f"The line has no value for all sizes: {reason}"
    elif not verdict.counterexample:
        kind, sentence = "shape", f"This cannot stand here: {reason}"
    return (finding(kind, sentence, notation.plain(side)),)
