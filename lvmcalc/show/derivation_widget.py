"""A derivation that is typed line by line, with a verdict at each equals sign."""

import re
from collections.abc import Iterable

from lvmcalc import notation
from lvmcalc.auditing import audit
from lvmcalc.auditing.audit_report import VERDICT_SIGNS, Audit, Line
from lvmcalc.auditing.pasted_lines import unwrapped_lines
from lvmcalc.calculus.verdict import MARKS
from lvmcalc.chain import Chain
from lvmcalc.course.progress import here
from lvmcalc.marking import mark
from lvmcalc.marking.differential_answers import shown
from lvmcalc.models import chain_named
from lvmcalc.notation import in_html
from lvmcalc.show.input_boxes import Boxes, folded


class Derivation(Boxes):
    """Lines of a derivation, one a box, audited as each is left.

    Enter goes to the next line; what is pasted, several lines or an `align` of LaTeX, fills as many
    lines as it has.

    Parameters
    ----------
    of : str or Chain
        The name of a model's chain, or a chain of one's own.
    lines : str or iterable of str
        What stands there at first; it is not audited before it is touched.
    ask : str
        The leaves or nodes whose adjoints are asked for, such as "W b". What a line says of one of
        them is kept as an answer typed into a box is.

    Attributes
    ----------
    audit : Audit
        The audit of the lines.

    Raises
    ------
    ValueError
        If there is no chain of that name, or no node.
    """

    def __init__(self, of: str | Chain, lines: str | Iterable[str] = "", ask: str = "") -> None:
        self.chain = chain_named(of)
        self._asked = {self.chain.adjoint_symbol(name): name for name in ask.split()}
        self.audit = Audit(())
        given = self.split(lines if isinstance(lines, str) else "\n".join(lines))
        super().__init__(
            many=True, title=f"A derivation in {self.chain.name}", lines=given,
            told=[""] * len(given), hint="an equation, such as ∂L/∂c = …",
            above=f"<b>Your derivation.</b> {self._asks()}")

    def write(self, text: str) -> Audit:
        """Paste a text over all lines; return its audit."""
        self.take(self.split(text))
        return self.audit

    def split(self, text: str) -> list[str]:
        return [line.strip() for line in unwrapped_lines([text]) if line.strip()] or [""]

    def question(self) -> str:
        lines = "".join(f"<li>{in_html(line)}</li>" for line in self.lines if line)
        return f"<b>Your derivation.</b> {self._asks()}<ol>{lines}</ol>"

    def read(self, lines: list[str]) -> None:
        """Audit the lines, and tell beneath each box what holds of the equations in it."""
        self.audit = found = audit(lines, self.chain)
        self.told = ["".join(self._told(line) for line in found.lines if line.at.line == number)
                     or "↑ This goes on with the line above." * bool(text.strip())
                     for number, text in enumerate(lines, 1)]
        self.summary = found.summary if any(map(str.strip, lines)) else ""
        for line in found.lines:
            if len(line.sides) > 1 and line.sides[0] in self._asked:
                answer = notation.plain(shown(self.chain, line.sides[-1]))
                right = mark(answer, self.chain, self._asked[line.sides[0]]).right
                here().add((self.chain.name, notation.plain(line.sides[0])), answer, right)

    def _told(self, line: Line) -> str:
        """Return what is told of an equation: it typeset, a verdict at each sign, what is wrong."""
        signs = [f"<b class='lvm-sign lvm-{verdict.status.replace(' ', '-')}' "
                 f"title='{verdict.status}'>= {MARKS[verdict.status]}</b>"
                 for verdict in line.verdicts]
        if line.kind == "definition":
            sign = f"<b class='lvm-sign'>{VERDICT_SIGNS['definition']}</b>"
            signs = [sign] * (len(line.sides) - 1)
        sides = [rf"$\displaystyle {notation.latex(shown(self.chain, side))}$"
                 for side in line.sides]
        parts = [part for pair in zip(sides, [*signs, ""], strict=False) for part in pair]
        if not line.sides:
            parts = [f"{VERDICT_SIGNS[line.status]} {line.status}"]
        elif line.verdicts:
            parts.append(f"<span class='lvm-status'>{line.status}</span>")
        first = "<b class='lvm-first'>The first break.</b> " * (line is self.audit.first_break)
        example = folded("Numbers", line.example) if line.example else ""
        wrong = f"<div>{first}{in_html(line.wrong)}{example}</div>" if line.wrong or first else ""
        return f"<div>{' '.join(parts)}</div>{wrong}"

    def _asks(self) -> str:
        names = ", ".join(f"${notation.latex(leaf.symbol)}$" for leaf in self.chain.leaves.values())
        output = self.chain[self.chain.output]
        formula = _in_pieces(notation.latex(self.chain.abbreviated(self.chain.expression())))
        return f"The leaves are {names}.<br>${notation.latex(output.symbol)} = {formula}$"

    def __repr__(self) -> str:
        return f"A derivation in {self.chain.name}, line by line"


def _in_pieces(latex: str) -> str:
    """Return a formula that stands between $ signs so that a line may break before its terms."""
    pieces, depth = [], 0
    for part in re.split(r"(\\left|\\right|[{}]| [+-] )", latex):
        depth += (part in (r"\left", "{")) - (part in (r"\right", "}"))
        pieces.append(f"$ ${{}}{part}" if part in (" + ", " - ") and not depth else part)
    return "".join(pieces)
