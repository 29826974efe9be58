"""Report an audit: each line with its verdicts, and a summary."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from sympy import Expr

from lvmcalc import notation
from lvmcalc.auditing.positions import START, Position
from lvmcalc.calculus import Verdict
from lvmcalc.calculus.verdict import MARKS, worst
from lvmcalc.chain import Chain
from lvmcalc.marking.differential_answers import shown
from lvmcalc.marking.exercise import RIGHT, exercise_of
from lvmcalc.marking.mistakes import Finding, findings_for
from lvmcalc.marking.term_matching import matched
from lvmcalc.notation.forming import as_number

VERDICT_SIGNS = {**MARKS, "follows": "↳", "definition": "≔", "words": "·"}
_BROKEN = ("refuted", "undecided")
DOTS = "The dots leave something out: write the whole formula."
PROPORTIONAL = ("∝ can leave out a factor or a term that is added, and no such term makes this "
                "right: write = instead.")


@dataclass(frozen=True)
class Line:
    """One line of a derivation: what was read, the verdicts, and what is wrong.

    Attributes
    ----------
    text : the line as it was written
    chain : of the derivation
    sides : what was read
    verdicts : for each equals sign, whether its sides are equal
    findings : what is wrong
    kind : "claim", "definition" or "words", of which only a claim can be wrong
    follows : the line with the slip from which it follows
    place : the number of the equals sign in question
    note : how a right line is meant
    at : its position
    """

    text: str
    chain: Chain
    sides: tuple[Expr, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    findings: tuple[Finding, ...] = ()
    kind: str = "claim"
    follows: Position | None = None
    place: int = 0
    note: str = ""
    at: Position = START

    @property
    def wrong(self) -> str:
        """What is wrong, in sentences, with the equals sign in question; "" if nothing is."""
        if self.follows:
            return f"It follows from your {self.follows}."
        if not self.findings:
            return ""
        at = f"At equals sign {self.place}: " if self.place and len(self.verdicts) > 1 else ""
        kinds = dict.fromkeys(found.kind.replace("_", " ") for found in self.findings)
        return f"{at}{' and '.join(kinds)}. {' '.join(map(str, self.findings))}"

    @property
    def example(self) -> str:
        """Small numbers at which the line is false, "" if there are none."""
        examples = [verdict.counterexample for verdict in self.verdicts if verdict.counterexample]
        return f"For instance, {examples[0]}." if examples and not self.follows else ""

    @property
    def status(self) -> str:
        """The weakest verdict of the line; or "follows", "unreadable", "definition", "words"."""
        if self.follows:
            return "follows"
        statuses = [verdict.status for verdict in self.verdicts]
        if statuses:
            return worst(statuses)
        return "unreadable" if self.findings or self.kind == "claim" else self.kind

    @property
    def latex(self) -> str:
        """The line as it was read, in LaTeX."""
        return " = ".join(notation.latex(shown(self.chain, side)) for side in self._shown)

    @property
    def plain(self) -> str:
        """The line as it was read, as plain text."""
        return " = ".join(map(notation.plain, self._shown))

    @property
    def _shown(self) -> list[Expr]:
        """The sides with K for what it stands for, but on one side of its own formula."""
        chain, found = self.chain, [*map(self.chain.abbreviated, self.sides)]
        if any(one == other for one, other in pairwise(found)):
            found = [*self.sides]
        letters = {chain.adjoint_symbol(node): notation.matching(notation.adjoint_name(
            chain.output, short), chain[node].symbol)
            for node, short in _abbreviations_in(chain, self.text).items()}
        return [side.xreplace(letters) for side in found]

    def __str__(self) -> str:
        first = f"{VERDICT_SIGNS[self.status]} {self.status}: {self.plain or self.text}"
        return "\n   ".join(filter(None, [first, self.wrong, self.example, self.note]))

    __repr__ = __str__


@dataclass(frozen=True)
class Audit:
    """The lines of a derivation with their verdicts, and sentences of credit for what is right."""

    lines: tuple[Line, ...]
    credit: tuple[str, ...] = ()

    @property
    def first_wrong(self) -> int | None:
        """The number of the first line that does not follow, as pasted; None if all do.

        A line that cannot be read is not counted as wrong.
        """
        return self.first_break.at.line if self.first_break else None

    @property
    def first_break(self) -> Line | None:
        """The first line that does not follow; None if all do."""
        return next((line for line in self.lines if line.status in _BROKEN), None)

    @property
    def unread(self) -> tuple[int, ...]:
        """The numbers of the lines that cannot be read, as pasted."""
        return tuple(dict.fromkeys(at.line for at in self._places("unreadable")))

    def _places(self, *statuses: str) -> list[Position]:
        return [line.at for line in self.lines if line.status in statuses]

    @property
    def summary(self) -> str:
        """The audit in a few sentences."""
        claims = [line for line in self.lines if line.kind == "claim"]
        left = [line.at for line in self.lines if line.kind == "words" and line.note]
        unchecked = [f"{_lines(left)} {'are' if left[1:] else 'is'} not checked."] if left else []
        if not claims:
            return " ".join(unchecked) or "There is no line yet."
        right = [line for line in claims if line.status in RIGHT]
        if len(right) == len(claims):
            return " ".join(["Every other line follows." if left else "Every line follows.",
                             *unchecked])
        if len(self.lines) == 1:
            alone = "cannot be read" if self.unread else "does not follow"
            return " ".join([f"The line {alone}.", *self.credit])
        said = []
        if self.first_break:
            unsure = any(at < self.first_break.at for at in self._places("unreadable"))
            said.append(f"{_lines([self.first_break.at])} is the first that does not follow"
                        f"{', of those that can be read' * unsure}.")
        if unread := self._places("unreadable"):
            said.append(f"{_lines(unread)} cannot be read.")
        if behind := self._places("follows"):
            one = "follows" if len(behind) == 1 else "follow"
            said.append(f"{_lines(behind)} {one} from a line before, so the slip counts once.")
        read = len(claims) - len(unread)
        others = f"the other {read}" if unread else f"{read}"
        are = "is" if len(right) == 1 else "are"
        if read and len(right) == read:
            said.append(f"The other {read} lines are right." if read > 1 else
                        "The other line is right.")
        elif read > 1:
            said.append(f"{len(right)} of {others} lines {are} right.")
        return " ".join([*said, *unchecked, *self.credit])

    def __str__(self) -> str:
        return "\n".join([*(f"{_number(line.at)}. {line}" for line in self.lines), self.summary])

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        rows = []
        for line in self.lines:
            formula = rf"$\displaystyle {line.latex}$" if line.sides else (
                f"<code>{notation.in_html(line.text)}</code>")
            wrong = notation.in_html(line.wrong or line.note)
            if line.example:
                wrong += f"<details><summary>numbers</summary>{line.example}</details>"
            cells = [_number(line.at), formula,
                     f"{VERDICT_SIGNS[line.status]}&nbsp;{line.status}", wrong]
            rows.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
        return "\n".join(["| | line | verdict | what is wrong |", "|---|---|---|---|", *rows, "",
                          self.summary])


def _number(at: Position) -> str:
    return f"{at.line}, {at.which}" if at.equation else str(at.line)


def _lines(places: list[Position]) -> str:
    *others, last = [f"{at.line} ({at.which})" if at.equation else str(at.line) for at in places]
    if others:
        return f"Lines {', '.join(others)} and {last}"
    return capital(places[0]) + "," * bool(places[0].equation)


def _abbreviations_in(chain: Chain, text: str) -> dict[str, str]:
    return {node: short for short, node in chain.abbreviations.items() if short in text
            and not re.search(rf"(?<![A-Za-z]){node}(?![A-Za-z])", text)}


def capital(at: Position) -> str:
    """Return a position as the beginning of a sentence."""
    return f"{at}"[:1].upper() + f"{at}"[1:]


def credit(chain: Chain, lines: list[Line], asked_in: Callable[[Expr], str],
           meaning: Callable[[Expr], Expr]) -> list[str]:
    """Return sentences on what is right in a derivation with a slip, and on the right result.

    Parameters
    ----------
    chain : Chain
    lines : of the derivation
    asked_in : tells the node whose adjoint a side is, "" if it is none
    meaning : puts what has been defined in place of its letters
    """
    asked = [(line, asked_in(line.sides[0])) for line in lines if line.sides]
    asked = [(line, name) for line, name in asked if name]
    claims = [line for line in lines if line.kind == "claim"]
    if len(claims) < 2 or not asked or asked[-1][0].status in RIGHT:
        return []
    last, name = asked[-1]
    right = [other for line, other in asked if line.status in RIGHT]
    paths = [child for child in chain.children(name) if child in right]
    said = []
    if stages := [other for other in dict.fromkeys(right) if other not in {name, *paths}]:
        letters = _abbreviations_in(chain, " ".join(line.text for line in lines))
        named = [notation.plain(notation.adjoint_name(chain.output, letters.get(node, node)))
                 for node in stages]
        said.append(f"Right stages: {', '.join(named)} ({len(named)}).")
    if paths and len(chain.children(name)) > 1:
        through = ", ".join(map(notation.plain, paths))
        said.append(f"Right paths: through {through} ({len(paths)} of "
                    f"{len(chain.children(name))}).")
    exercise, side = exercise_of(chain, name), meaning(last.sides[-1])
    fits = side.is_Matrix == exercise.asked.is_Matrix
    if fits and (terms := matched(exercise, side).right):
        said.append(f"Right terms: {', '.join(terms)} ({len(terms)}).")
    result = notation.plain(chain.abbreviated(chain.adjoint(name)))
    letters = [short for short, node in chain.abbreviations.items() if node == name
               and short in last.text]
    asked_name = notation.adjoint_name(chain.output, letters[0]) if letters else exercise.name
    return [*said, f"The right result is {notation.plain(asked_name)} = {result}."]


def by_terms(chain: Chain, side: Expr, truth: Expr, letters: bool = True) -> tuple[Finding, ...]:
    """Compare the terms of two sides, and return what is wrong with them."""
    exercise, sides = exercise_of(chain, chain.output), (side, truth)
    if side.is_Matrix != truth.is_Matrix:
        sides = (as_number(side), as_number(truth))
    if sides[0].is_Matrix != sides[1].is_Matrix:
        return ()
    return findings_for(matched(exercise, *sides, letters).mistakes)
