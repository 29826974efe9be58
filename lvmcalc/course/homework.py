"""The homework solution, line by line: what each line says, and the check behind it.

The lines are data (`solution.toml`): each with its equations as they are read and as the scan has
them. `row("B4")` shows one line with the verdict on each of its equations; the formula shown is the
object that is checked.
"""

import tomllib
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources

from lvmcalc import checks
from lvmcalc.auditing import Audit, audit
from lvmcalc.calculus.verdict import Verdict, worst
from lvmcalc.chain import Chain
from lvmcalc.models import chain_named


@dataclass(frozen=True)
class Row:
    """One line of the source, and the notebook that is its home.

    `words` says what it claims; `read` are its equations as we read them, `given` as the scan has
    them.
    """

    id: str
    notebook: str
    words: str
    chain: Chain
    read: list[str]
    given: list[str] = field(default_factory=list)

    @cached_property
    def as_read(self) -> Audit:
        """The verdicts on the equations as they are read."""
        return audit(self.read, self.chain)

    @cached_property
    def as_given(self) -> Audit:
        """The verdicts on the equations as the scan has them."""
        return audit(self.given, self.chain)

    @property
    def verdicts(self) -> list[Verdict]:
        """The verdict on every equals sign, with nodes and adjoints written in the leaves."""
        return [verdict for line in self.as_read.lines for verdict in line.verdicts]

    @property
    def status(self) -> str:
        """The weakest verdict of the line as it is read."""
        return worst([line.status for line in self.as_read.lines])

    def __str__(self) -> str:
        return "\n".join([f"{self.id}: {self.words}",
                          *(f"  {line.plain}" for line in self.as_read.lines),
                          f"  {self._summary}"])

    __repr__ = __str__

    def _repr_markdown_(self) -> str:  # shown on request: it answers what was asked above it
        lines = [f"$$ {line.latex} $$" for line in self.as_read.lines]
        return "\n\n".join([f"<details><summary>Line {self.id} of the solution</summary>",
                            f"**{self.id}** {self.words}", *lines, self._summary, "</details>"])

    @property
    def _summary(self) -> str:
        verdicts = self.verdicts
        signs = f"{len(verdicts)} equals signs, each " if len(verdicts) > 1 else ""
        return f"{signs}{self.status}" + (" for every size" if self.status == "proved" else "")


def row(name: str) -> Row:
    """Return one line of the source.

    Parameters
    ----------
    name : str
        The id of the line, such as "B4".

    Returns
    -------
    Row

    Raises
    ------
    ValueError
        If there is no such line.
    """
    return rows()[checks.known(name, rows(), "line of the source")]


@cache
def rows() -> dict[str, Row]:
    """Return all lines of the source by their ids, in the order of the source."""
    text = (resources.files("lvmcalc.course") / "solution.toml").read_text("utf-8")
    return {line["id"]: Row(notebook=part["notebook"], chain=chain_named(part["chain"]), **line)
            for part in tomllib.loads(text)["part"] for line in part["line"]}
