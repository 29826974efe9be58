"""Run the notebooks and write their outputs back: `python tools/execute_notebooks.py [notebook …]`.

Committed outputs are what nbval compares with, so they hold nothing that differs from run to run:
no widget state or view, no timing, no version of the machine that made them.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
VIEW = "application/vnd.jupyter.widget-view+json"
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def cleaned(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the notebook without what differs from run to run."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC,
                                            "language_info": {"name": "python"}})
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02}"
        kept = {key: cell.metadata[key] for key in ("jupyter", "tags") if key in cell.metadata}
        # of a presentation
        slide = {"slideshow": {"slide_type": "slide"}} if cell.cell_type == "markdown" else {}
        cell.metadata = nbformat.from_dict(kept | slide)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(VIEW, None)  # the picture and its words stay
            # a picture's width and its words stay
            for kind in set(output.get("metadata", {})) - {"image/png"}:
                del output["metadata"][kind]
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if output.get("data", True)]
    return notebook


def execute(path: Path) -> None:
    """Run one notebook from top to bottom in a fresh kernel and save it with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", store_widget_state=False,
                            record_timing=False, coalesce_streams=True,
                            resources={"metadata": {"path": str(path.parent)}})
    nbformat.write(cleaned(client.execute()), path)


def main() -> None:
    """Run the notebooks named on the command line, or all of them."""
    os.environ["LVMCALC_PROGRESS"] = "off"  # no answer is kept, and none from before is shown
    paths = [Path(name) for name in sys.argv[1:]] or sorted(NOTEBOOKS.glob("*.ipynb"))
    with ThreadPoolExecutor(2) as pool:
        for path, _ in zip(paths, pool.map(execute, paths), strict=True):
            print(f"{path.name}: executed")


if __name__ == "__main__":
    main()
