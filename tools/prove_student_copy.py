"""Show that a student's copy cannot pass unanswered: `python tools/prove_student_copy.py [--here]`.

In a fresh environment both copies of every notebook are made and run. In the student's, every
graded cell has to fail, no box may count as derived, and no prediction as made; in the teacher's,
every graded cell has to pass. `--here` takes this environment instead; names of notebooks leave
out all others.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNANSWERED = "what is not graded"  # the label of a last cell, which looks at boxes and predictions
LOOK = """import gc
from lvmcalc.show.exercise_widgets import Prediction, _derived
assert not any(_derived.values()), "a box counts as derived"
for each in gc.get_objects():
    assert type(each) is not Prediction or each.choice.value is None, "a prediction is made"
"""

Outcome = tuple[str, int, str]  # the label of a cell, its points, and the error, "" if none


def fresh(folder: Path) -> str:
    """Return the Python of a new environment with the package and what runs a notebook."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", ROOT, "nbclient", "ipykernel"],
                   check=True)
    return python


def outcomes(path: Path) -> list[Outcome]:
    """Run a copy; return the label of each graded cell, its points, and the error, "" if none."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(LOOK, metadata={"nbgrader": {
        "grade": True, "grade_id": UNANSWERED, "solution": False, "points": 0}}))
    NotebookClient(notebook, timeout=300, allow_errors=True, kernel_name="python3",
                   resources={"metadata": {"path": str(path.parent)}}).execute()
    found = []
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        error = "".join(each.ename for each in cell.get("outputs", [])
                        if each.output_type == "error")
        if about.get("grade") and not about["solution"]:
            found.append((about["grade_id"], about["points"], error))
        elif error:
            found.append((f"{path.stem}: a cell that is not graded", 0, error))
    return found


def wrong_with(name: str, student: Sequence[Outcome], teacher: Sequence[Outcome]) -> list[str]:
    """Return what is wrong with the copies of a notebook, in sentences."""
    found = [f"{name}, student's copy: {label} ended with {error or 'no error'}."
             for label, points, error in student if error != ("AssertionError" if points else "")]
    same = {label for label, points, _ in student if points}
    found += [f"{name}, teacher's copy: {label} ended with {error}."
              for label, _, error in teacher if error and label != UNANSWERED]
    if same != {label for label, points, _ in teacher if points}:
        found.append(f"{name}: the copies have different graded cells.")
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
            command = [fresh(Path(folder) / "env"), Path(__file__), "--here", *sys.argv[1:]]
            sys.exit(subprocess.run(command, cwd=folder).returncode)
        for switch in ("LVMCALC_PROGRESS", "PYTEST_CURRENT_TEST"):
            os.environ.pop(switch, None)  # a student has neither
        for library in ("OMP", "OPENBLAS"):  # two kernels that take all cores wait for one another
            os.environ.setdefault(f"{library}_NUM_THREADS", "1")
        subprocess.run([sys.executable, "-m", "lvmcalc.course", "assign", "--out", folder,
                        "--notebooks", ROOT / "notebooks"], check=True)
        copies = [Path(folder) / kind / "lvmcalc" for kind in ("release", "source")]
        names = given.names or [path.stem for path in sorted(copies[0].glob("*.ipynb"))]
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            running = {name: [pool.submit(outcomes, kind / f"{name}.ipynb") for kind in copies]
                       for name in names}
            found = [wrong for name, copies in running.items()
                     for wrong in wrong_with(name, *(copy.result() for copy in copies))]
    print("\n".join(found) or "A student's copy cannot pass unanswered, and the teacher's passes.")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
