"""Show that a student's copy cannot pass unanswered: `python tools/prove_student_copy.py [--here]`.

In a fresh environment both copies are made and run. In the student's, every graded cell has to
fail, because nothing is answered; in the teacher's, every one has to pass. `--here` takes this
environment instead, and names of notebooks behind it only these.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

Outcome = tuple[str, int, str]  # the label of a cell, its points, and the error, "" if none


def fresh(folder: Path) -> str:
    """Return the Python of a new environment with the package and what runs a notebook."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", ROOT, "nbclient", "ipykernel"],
                   check=True)
    return python


def outcomes(path: Path) -> Iterator[Outcome]:
    """Run a copy; yield the label of each graded cell, its points, and the error, "" if none."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, allow_errors=True, kernel_name="python3",
                   resources={"metadata": {"path": str(path.parent)}}).execute()
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        errors = [each.ename for each in cell.get("outputs", []) if each.output_type == "error"]
        if about.get("grade") and not about["solution"]:
            yield about["grade_id"], about["points"], "".join(errors)
        elif errors:
            yield f"{path.stem}: a cell that is not graded", 0, errors[0]


def wrong_with(name: str, student: Sequence[Outcome], teacher: Sequence[Outcome]) -> list[str]:
    """Return what is wrong with the two copies of a notebook, in sentences."""
    found = [f"{label} of the student's copy ended with {error or 'no error'}."
             for label, points, error in student if points and error != "AssertionError"]
    found += [f"{label} of the student's copy ended with {error}."
              for label, points, error in student if error and not points]
    found += [f"{label} of the teacher's copy ended with {error}."
              for label, _, error in teacher if error]
    same = {label for label, points, _ in student if points}
    if not same or same != {label for label, points, _ in teacher if points}:
        found.append(f"{name}: the copies have different graded cells, or none.")
    passed = sum(points for _, points, error in student if not error)
    print(f"{name}: {len(same)} graded cells, of which unanswered {passed} pass", flush=True)
    return found


def main() -> None:
    """Make the copies and run them, in a fresh environment unless told otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--here", action="store_true")
    parser.add_argument("names", nargs="*")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if not given.here:
            python = fresh(Path(folder) / "env")
            command = [python, Path(__file__), "--here", *given.names]
            sys.exit(subprocess.run(command, cwd=folder).returncode)
        subprocess.run([sys.executable, "-m", "lvmcalc.course", "assign", "--out", folder,
                        "--notebooks", ROOT / "notebooks"], check=True)
        release, source = (Path(folder) / kind / "lvmcalc" for kind in ("release", "source"))
        asking = [path.stem for path in sorted(release.glob("*.ipynb"))
                  if '"points": 1' in path.read_text(encoding="utf-8")]
        os.environ.pop("LVMCALC_PROGRESS", None)
        os.environ.pop("PYTEST_CURRENT_TEST", None)
        found = [wrong for name in given.names or asking for wrong in wrong_with(
            name, *(list(outcomes(kind / f"{name}.ipynb")) for kind in (release, source)))]
    print("\n".join(found) or "A student's copy cannot pass unanswered, and the teacher's passes.")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
