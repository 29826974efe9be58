"""The audit of a derivation: which of its lines follow, and what is wrong with the first that does
not.

A line is an equation, such as "∂L/∂e = α ∂L/∂d = α ∂L/∂c"; every equals sign in it is a claim,
which is compared and, where it is false, marked.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise

from sympy import Expr, MatrixSymbol, Symbol

from lvmcalc import notation
from lvmcalc.calculus import comparison, differentials
from lvmcalc.calculus.verdict import MARKS, Verdict, worst
from lvmcalc.chain import Chain
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.findings import Finding
from lvmcalc.marking.marker import chain_of, exercise_of, mark_in
from lvmcalc.notation.parser import Unreadable, parse

NO_VALUE = "a matrix that is inverted in it is singular for some of them"
# a comment, a number such as (2), or a bullet
LABEL = r"^\s*(#.*|\(?\w{1,3}[.):]\s+|\(\w{1,3}\)\s*|[-*•]\s+)?"


@dataclass(frozen=True)
class Line:
    """One line of a derivation: its text, what was read, the verdict on each equals sign, and what
    is wrong."""

    text: str
    chain: Chain
    sides: tuple[Expr, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def wrong(self) -> str:
        """What is wrong, in sentences, and at which equals sign if there is more than one; "" if
        nothing is."""
        place = next((n for n, verdict in enumerate(self.verdicts, 1) if not verdict.holds), 0)
        at = f"At equals sign {place}: " if place and len(self.verdicts) > 1 else ""
        kinds = " and ".join(dict.fromkeys(finding.kind.replace("_", " ")
                                           for finding in self.findings))
        return f"{at}{kinds}. {' '.join(map(str, self.findings))}" if self.findings else ""

    @property
    def example(self) -> str:
        """Small numbers at which the line is false, "" if there are none."""
        found = next((verdict.counterexample for verdict in self.verdicts
                      if verdict.counterexample), None)
        return f"For instance, {found}." if found else ""

    @property
    def status(self) -> str:
        """The weakest verdict of the line, or "unreadable"."""
        return worst([verdict.status
                      for verdict in self.verdicts]) if self.verdicts else "unreadable"

    @property
    def latex(self) -> str:
        """The line as it was read, in LaTeX."""
        return " = ".join(notation.latex(self.chain.abbreviated(side)) for side in self.sides)

    @property
    def plain(self) -> str:
        """The line as it was read, as plain text."""
        return " = ".join(notation.plain(self.chain.abbreviated(side)) for side in self.sides)

    def __str__(self) -> str:
        details = [text for text in (self.wrong, self.example) if text]
        return "\n   ".join([f"{MARKS[self.status]} {self.status}: {self.plain or self.text}",
                             *details])

    __repr__ = __str__


@dataclass(frozen=True)
class Audit:
    """The lines of a derivation with their verdicts; `first_wrong` is the number of the first that
    does not follow."""

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
            shown = rf"$\displaystyle {line.latex}$" if line.sides else f"<code>{escape(line.text)}</code>"
            cells = [str(number), shown, f"{MARKS[line.status]}&nbsp;{line.status}",
                     escape(line.wrong)]
            if line.example:
                cells[-1] += f"<details><summary>numbers</summary>{escape(line.example)}</details>"
            rows.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
        return "\n".join(["| | line | verdict | what is wrong |", "|---|---|---|---|", *rows, "",
                          self._summary()])


def audit(lines: str | Iterable[str], of: str | Chain) -> Audit:
    """Check a derivation line by line.

    Parameters
    ----------
    lines : str or list of str
        Equations in ordinary notation, one in each line.
    of : str or Chain
        "autoencoder", "gplvm", "gplvm.log_det", "gplvm.trace", or a chain of one's own.

    Returns
    -------
    Audit

    Raises
    ------
    TypeError, ValueError
        If the lines are no text, or if there is no such chain. A line that cannot be read is told
        in the audit.
    """
    chain = of if isinstance(of, Chain) else chain_of(of)
    given = [lines] if isinstance(lines,
                                  str) else [*lines] if isinstance(lines, Iterable) else [lines]
    if not all(isinstance(text, str) for text in given):
        raise TypeError("A derivation is text, or a list of lines of text.")
    found: list[Line] = []
    for line in "\n".join(given).splitlines():
        text = re.sub(LABEL, "", line)
        if text.startswith("=") and found:  # it goes on from the line before
            text = f"{found[-1].text.rpartition('=')[2].strip()} {text}"
        if text.strip():
            found.append(audited(chain, text))
    return Audit(tuple(found))


def audited(chain: Chain, text: str) -> Line:
    """Check one line, an equation with one equals sign or more."""
    parts = text.split("=")
    try:
        if len(parts) < 2:
            raise Unreadable("A line of a derivation is an equation, such as ∂L/∂d = ∂L/∂c.")
        first = parse(parts[0], chain.vocabulary)
        sides = (first,
                 *(parse(part, chain.vocabulary, tuple(getattr(first, "shape", ())))
                   for part in parts[1:]))
    except Unreadable as error:
        return Line(text, chain, findings=(Finding("unreadable", text, str(error)),))
    except CannotBeFormed as error:
        refuted = Verdict("refuted", str(error))
        return Line(text, chain, verdicts=(refuted,),
                    findings=(Finding("shape", text, f"It is not formed: {error}."),))
    verdicts = tuple(_verdict(chain, left, right) for left, right in pairwise(sides))
    wrong = next((place for place, verdict in enumerate(verdicts) if not verdict.holds), None)
    findings = () if wrong is None else _findings(chain, first, sides[wrong + 1], verdicts[wrong])
    return Line(text, chain, sides, verdicts, findings)


def _verdict(chain: Chain, left: Expr, right: Expr) -> Verdict:
    # The gradient of the whole comes from the differential here, that of the stages from the
    # adjoints.
    written_out = [chain.in_leaves(side.xreplace(_from_differential(chain)))
                   for side in (left, right)]
    verdict, question = comparison.compare(*written_out), exercise_of(
        chain, next(iter(chain.leaves)))
    if verdict.holds and not all(map(question.has_values, (left, right))):
        return Verdict("refuted", NO_VALUE)
    return verdict


@cache
def _from_differential(chain: Chain) -> Mapping[Expr, Expr]:
    return {chain.adjoint_symbol(name): differentials.gradient(chain.expression(), leaf.symbol)
            for name, leaf in chain.leaves.items()}


def _findings(chain: Chain, asked: Expr, side: Expr, verdict: Verdict) -> tuple[Finding, ...]:
    names = {chain.adjoint_symbol(node.name): node.name for node in chain}
    if asked in names and asked not in side.atoms(Symbol,
                                                  MatrixSymbol) and verdict.reason != NO_VALUE:
        mark = mark_in(chain, side, names[asked])
        return mark.explanations[0] if mark.explanations else ()
    if verdict.status == "undecided":
        return (Finding("unknown", notation.plain(side), "This is not decided: "
                                                         f"{verdict.reason.rstrip('.')}."),)
    if verdict.reason == NO_VALUE:
        return (Finding("unknown", notation.plain(side), "The line has no value for all sizes: "
                                                         f"{NO_VALUE}."),)
    if verdict.counterexample:
        return (Finding("unknown", notation.plain(side), "The two sides differ."),)
    return (Finding("shape", notation.plain(side), f"This cannot stand here: {verdict.reason}."),)
