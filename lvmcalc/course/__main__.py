"""Hand out, hand in and mark: `python -m lvmcalc.course collect|assign|handout --help`."""

import argparse
import sys
from pathlib import Path

from lvmcalc.course.assign import assign
from lvmcalc.course.class_page import page
from lvmcalc.course.collect import collect
from lvmcalc.course.handout import handout


def main(arguments: list[str] | None = None) -> None:
    """Run one of the commands."""
    parser = argparse.ArgumentParser(prog="python -m lvmcalc.course", description=__doc__)
    commands = parser.add_subparsers(required=True)
    collecting = commands.add_parser("collect", help="mark what a class handed in")
    collecting.add_argument("folder", type=Path, help="a folder or a file for each student")
    collecting.add_argument("--out", type=Path, help="where collected.csv and collected.html are "
                            "written, by default in that folder")
    collecting.set_defaults(run=_collect)
    assigning = commands.add_parser("assign", help="write the student's and the teacher's copy")
    assigning.add_argument("--out", type=Path, default=Path("course"))
    assigning.add_argument("--name", default="lvmcalc", help="of the assignment")
    assigning.set_defaults(run=lambda given: assign(given.notebooks, given.out, given.name))
    printing = commands.add_parser("handout", help="write the sheet for printing, as HTML")
    printing.add_argument("--out", type=Path, default=Path("handout.html"))
    printing.set_defaults(run=_handout)
    for one in (collecting, assigning):
        one.add_argument("--notebooks", type=Path, default=Path("notebooks"),
                         help="the teacher's notebooks, which ask the questions")
    given = parser.parse_args(arguments)
    try:
        print(given.run(given))
    except (OSError, ValueError) as error:
        sys.exit(str(error))


def _collect(given: argparse.Namespace) -> str:
    found, out = collect(given.folder, given.notebooks), given.out or given.folder
    out.mkdir(parents=True, exist_ok=True)
    for name, text, encoding in (("csv", found.csv(), "utf-8-sig"), ("html", page(found), "utf-8")):
        (out / f"collected.{name}").write_text(text, encoding, errors="backslashreplace")
    return (f"{len(found.students)} students, {len(found.slips)} kinds of mistakes: "
            f"{out / 'collected.html'}, {out / 'collected.csv'}")


def _handout(given: argparse.Namespace) -> str:
    given.out.write_text(handout(), encoding="utf-8")
    return f"{given.out}: open it in a browser and print it."


if __name__ == "__main__":
    main()
