"""The teacher's page about a class: who derived what, and which mistakes were made at which stage.

All that students wrote is escaped, and nothing on the page is loaded from elsewhere.
"""

from collections.abc import Iterable
from html import escape
from importlib import resources
from itertools import groupby
from string import Template

from lvmcalc.course.collect import (
    DERIVED,
    NOT_ATTEMPTED,
    NOT_RIGHT,
    TO_BE_READ,
    TO_BE_RUN,
    Collected,
    TaskResult,
)

_SIGNS = {DERIVED: "■", NOT_RIGHT: "✗", TO_BE_READ: "✎", TO_BE_RUN: "▷", NOT_ATTEMPTED: "·"}
_SHOWN = 5  # mistakes on the first screen, which is for a room


def page(collected: Collected) -> str:
    """Return the page as HTML: without names what can be shown to the class, then who did what."""
    more = []
    if collected.problems:
        more += ["<h2>What needs a look</h2>",
                 _table(("student", "what"), map(_cells, collected.problems))]
    if collected.slips:
        more += ["<h2>Who made which mistake</h2>", _slips(collected)]
    more += [_details(collected, student) for student in collected.students]
    legend = ", ".join(f"{sign} {status}" for status, sign in _SIGNS.items())
    text = (resources.files(__package__) / "class_page.html").read_text("utf-8")
    return Template(text).substitute(room=_for_a_room(collected), legend=legend,
                                     overview=_overview(collected), more="\n".join(more))


def _for_a_room(collected: Collected) -> str:
    """Return the mistakes in large type, the commonest first, with a bar and without names."""
    if not collected.slips:
        return "<p>None was found.</p>"
    of = len(collected.students)
    rows = [f'<tr><td>{len(who)} of {of}'
            f'<span class="bar" style="width:{len(who) / of:.0%}"></span></td>'
            f"<td><strong>{escape(task.short)}</strong></td><td>{escape(slip.sentence)}</td></tr>"
            for task, slip, who in collected.slips]
    first, rarer = (f'<div class="room"><table>{"".join(some)}</table></div>'
                    for some in (rows[:_SHOWN], rows[_SHOWN:]))
    if len(rows) <= _SHOWN:
        return first
    return f"{first}<details><summary>{len(rows) - _SHOWN} rarer ones</summary>{rarer}</details>"


def _table(heads: Iterable[str], rows: Iterable[str]) -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    lines = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{head}</tr>{lines}</table></div>'


def _cells(texts: Iterable[object]) -> str:
    return "".join(f"<td><bdi>{escape(str(text))}</bdi></td>" for text in texts)


def _slips(collected: Collected) -> str:
    heads = "students", "asked for", "mistake", "at", "in words", "who"
    return _table(heads, (f'<td class="number">{len(who)}</td>' + _cells(
        (f"{task.asked} ({task.model})", slip.kind.replace("_", " "), slip.where, slip.sentence,
         ", ".join(who))) for task, slip, who in collected.slips))


def _overview(collected: Collected) -> str:
    rows = []
    for student in collected.students:
        counts = collected.counts(student)
        link = f'<a href="#{_anchor(collected, student)}"><bdi>{escape(student)}</bdi></a>'
        rows.append(f"<td>{link}</td>" + "".join(f'<td class="number">{counts[status]}</td>'
                                                 for status in _SIGNS))
    return _table(("student", *_SIGNS), rows)


def _anchor(collected: Collected, student: str) -> str:
    return f"student-{collected.students.index(student)}"


def _details(collected: Collected, student: str) -> str:
    mine = [each for each in collected.results if each.student == student]
    rows = []
    for notebook, group in groupby(mine, lambda each: each.task.notebook):
        found = list(group)
        rows.append(f"<td>{escape(notebook)}</td><td>" + " ".join(map(_sign, found)) + "</td>")
    tried = [each for each in mine if each.answer]
    answers = _table(("asked for", "status", "answer", "tries", "what was found"),
                     map(_row, tried)) if tried else "<p>Nothing was answered.</p>"
    return (f'<h3 id="{_anchor(collected, student)}"><bdi>{escape(student)}</bdi></h3>'
            f"{_table(('notebook', 'asked for'), rows)}"
            f"<details><summary>The answers</summary>{answers}</details>")


def _sign(each: TaskResult) -> str:
    look = each.status.replace(" ", "-")
    return (f'<span class="{look}" title="{escape(each.task.model)}">{_SIGNS[each.status]}&nbsp;'
            f"{escape(each.task.short)}</span>")


def _row(each: TaskResult) -> str:
    found = "<br>".join(escape(slip.sentence) for slip in each.slips)
    asked = f"{each.task.asked} ({each.task.model})"
    return (f"<td>{escape(asked)}</td><td>{_SIGNS[each.status]} {each.status}</td>"
            f'<td><code>{escape(each.answer)}</code></td><td class="number">{each.tries}</td>'
            f"<td>{found}</td>")
