"""The problem sheet, part by part: what is asked, and the mark of an answer.

Words get a rubric to be compared with; a graph is marked node by node; a derivation is audited, and
its last line has to be the gradient.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

from lvmcalc import checks, notation
from lvmcalc.auditing import Audit, Line, audit
from lvmcalc.calculus.verdict import MARKS
from lvmcalc.chain import Chain
from lvmcalc.course.exam import Question
from lvmcalc.course.progress import LONGEST_ANSWER, Answered
from lvmcalc.marking import Finding, mark
from lvmcalc.models import chain_named

FEWEST_WORDS = 8  # of an answer in words


@dataclass(frozen=True)
class PartMark:
    """The mark of an answer to a part: its status, the reason, and what was found.

    The status is "proved", "refuted", "not attempted", or "words", for which people compare.
    """

    status: str
    reason: str
    findings: tuple[Finding, ...] = ()
    details: Any = ""

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.status == "proved"

    @property
    def verdict(self) -> str:
        """The mark in two or three words, with its sign."""
        said = {"proved": "Right", "refuted": "Not right", "words": "Written",
                "not attempted": "Not attempted"}
        return f"{MARKS.get(self.status, '·')} {said[self.status]}"

    def __str__(self) -> str:
        return "\n".join(filter(None, [f"{self.verdict}: {self.reason}", str(self.details)]))

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        details = (self.details._repr_markdown_() if isinstance(self.details, Audit)
                   else "\n".join(f"* {line}" for line in str(self.details).splitlines()))
        return f"**{self.verdict}**: {self.reason}\n\n{details}"


@dataclass(frozen=True)
class Part(Answered):
    """One part of the sheet.

    Attributes
    ----------
    id : such as "1d"
    kind : "words", "graph", "paths" or "derivation"
    text, asks : the part in full, and in a few words
    solution : an answer that is right
    of, wrt : the model and the variable that it is about, "" if none
    rubric : what words have to say
    """

    id: str
    kind: str
    text: str
    asks: str
    solution: str = field(repr=False)  # asking for the part shows no answer
    of: str = ""
    wrt: str = ""
    rubric: Sequence[str] = field(default=(), repr=False)

    model = "problem sheet"

    def _repr_markdown_(self) -> str:
        return f"> **{self.id[0]} ({self.id[1]})** {self.text}"

    @property
    def chain(self) -> Chain:
        """The chain that it is about."""
        return chain_named(self.of)

    def check(self, answer: Any) -> PartMark:
        """Mark an answer without keeping it."""
        if not isinstance(answer, str) or not answer.strip(" .…?\n\t"):
            return PartMark("not attempted", "write your answer between the quotation marks.")
        if len(answer) > LONGEST_ANSWER:
            return PartMark("refuted", f"this is longer than {LONGEST_ANSWER:,} characters.")
        return getattr(self, f"_{self.kind}")(answer)

    def _words(self, answer: str) -> PartMark:
        if len(answer.split()) < FEWEST_WORDS:
            return PartMark("not attempted", "this is less than a sentence.")
        return PartMark("words", "compare it with these points, one by one.",
                        details="\n".join(self.rubric))

    def _graph(self, answer: str) -> PartMark:
        chain = self.chain
        lines = {line.sides[0].name: line for line in audit(answer, chain).lines
                 if len(line.sides) == 2 and getattr(line.sides[0], "name", "") in chain.nodes}
        said = {name: _wrong_with(chain, name, lines.get(name)) for name in chain.nodes}
        if not any(said.values()):
            return PartMark("proved", "every node and every edge.")
        findings = tuple(Finding("graph", f"the node {notation.plain(name)}", wrong)
                         for name, wrong in said.items() if wrong and name in lines)
        details = "\n".join(f"{MARKS['refuted' if name in lines else 'not attempted']} {wrong}"
                            if wrong else f"{MARKS['proved']} {notation.plain(name)}"
                            for name, wrong in said.items())
        right = sum(not wrong for wrong in said.values())
        return PartMark("refuted" if lines else "not attempted",
                        f"{right} of {len(said)} nodes are right.", findings, details)

    def _paths(self, answer: str) -> PartMark:
        found = mark(answer, self.chain, self.wrt)
        wanted = {self.chain.adjoint_symbol(child) for child in self.chain.children(self.wrt)}
        if not found.right:
            status = "not attempted" if found.status == "not attempted" else "refuted"
            return PartMark(status, found.reason, found.findings, "\n".join(found.lines))
        if not wanted <= found.formula.free_symbols:
            names = " and ".join(sorted(map(notation.plain, wanted)))
            return PartMark("not attempted", f"this is right, but write it with {names}.")
        return PartMark("proved", "each use contributes its adjoint, and the contributions add up.")

    def _derivation(self, answer: str) -> PartMark:
        lines = replace(audit(answer, self.chain), credit=())  # which tells the right result
        wrong = tuple(found for line in lines.lines for found in line.findings)
        asked = self.chain.adjoint_symbol(self.wrt)
        last = next((line for line in reversed(lines.lines)
                     if len(line.sides) > 1 and line.sides[0] == asked), None)
        if wrong or lines.first_wrong or lines.unread:
            return PartMark("refuted", "a line does not follow.", wrong, lines)
        if last is None:
            return PartMark("not attempted", f"no line says what {notation.plain(asked)} is.",
                            details=lines)
        found = Question(1, self.chain, self.wrt).check(last.sides[-1])
        reason = "every line follows." if found.right else found.reason
        return PartMark("proved" if found.right else "not attempted", reason, details=lines)


def _wrong_with(chain: Chain, name: str, line: Line | None) -> str:
    """Return what is wrong with the line of a node, "" if nothing is."""
    node = notation.plain(name)
    if line is None:
        return f"{node} has no line that can be read."
    uses = {symbol.name for symbol in line.sides[1].free_symbols}
    uses &= {*chain.nodes, *chain.leaves}
    if spare := uses - {*chain[name].parents}:
        return f"{node} does not use {' or '.join(map(notation.plain, sorted(spare)))}."
    if uses != {*chain[name].parents}:
        return f"{node} uses more than that."
    if not all(verdict.holds for verdict in line.verdicts):
        return f"{node} uses the right nodes, but in another way."
    return ""


def part(name: str) -> Part:
    """Return one part of the sheet, such as "1d".

    Raises
    ------
    ValueError
        If there is no such part.
    """
    return parts()[checks.known(name, parts(), "part of the sheet")]


@cache
def parts() -> dict[str, Part]:
    """Return all parts of the sheet, in their order."""
    return {one["id"]: Part(**one) for one in _sheet()["part"]}


class ProblemText(str):
    """A problem of the sheet with all its parts, in Markdown, as which it is shown."""

    __repr__ = _repr_markdown_ = str.__str__


def problem(number: str) -> ProblemText:
    """Return one problem of the sheet, "1" or "2".

    Raises
    ------
    ValueError
        If there is no such problem.
    """
    checks.known(number, ("1", "2"), "problem of the sheet")
    asked = (f"({one.id[1]}) {one.text}" for one in parts().values() if one.id[0] == number)
    return ProblemText("\n>\n".join(f"> {text}" for text in (
        f"**Problem {number}.** {problems()[number]}", *asked, f"*Given:* {problems()['given']}")))


def problems() -> dict[str, str]:
    """Return what precedes the parts: the problems "1" and "2", and what is "given"."""
    return _sheet()["problem"]


@cache
def _sheet() -> dict[str, Any]:
    return tomllib.loads((resources.files("lvmcalc.course") / "sheet.toml").read_text("utf-8"))
