"""Write the pages of the site: `python tools/site/pages.py WHEEL OUT`.

It runs in the environment that builds the site. Each notebook becomes a page with the outputs that
are saved in it; the panel of the first one plays a recorded run.
"""

import json
import re
import shutil
import sys
import zipfile
from base64 import b64encode
from html import escape
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

HERE = Path(__file__).resolve().parent
NOTEBOOKS = HERE.parents[1] / "notebooks"
FIRST = "00_start_here"
LIVE = "lite/notebooks/index.html?path={}.ipynb"
FORMULA = re.compile(r"(?<![\\$])(\$[^$\n]+\$)([.,;:?!)]*)")  # and what must stay on its line
FOR_A_KERNEL = {"recorded", "colab"}  # tags of cells that are not for a page
STATES = 60  # of the recorded run, besides the first one
BUTTONS = ("play", "step", "reset")
NOT_TOLD = ("layout", "tabbable", "tooltip", "frame")


def main() -> None:
    """Write the pages."""
    wheel, out = map(Path, sys.argv[1:])
    sys.path.insert(0, str(wheel))  # a wheel of pure Python can be imported as it is
    (out / "front").mkdir()
    with zipfile.ZipFile(wheel) as package:
        for name in package.namelist():
            if name.startswith("lvmcalc/show/front/"):
                (out / "front" / Path(name).name).write_bytes(package.read(name))
    shutil.copy(HERE / "recording.js", out)
    shutil.copytree(NOTEBOOKS / "images", out / "images")
    light, dark = (HtmlFormatter(style=style).get_style_defs(".highlight")
                   for style in ("default", "github-dark"))
    (out / "page.css").write_text((HERE / "page.css").read_text("utf-8") + light + (
        f"\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"), "utf-8")
    record(out)
    notebooks = {path.stem: nbformat.read(path, 4) for path in sorted(NOTEBOOKS.glob("*.ipynb"))}
    titles = {name: re.search(r"^# (.+)$", notebook.cells[0].source, re.M)[1]
              for name, notebook in notebooks.items()}
    page = HTMLExporter(template_name="page", extra_template_basedirs=[str(HERE)])
    for name, notebook in notebooks.items():
        told: dict[str, Any] = {"titles": titles, "name": name, "file": file,
                                "live": LIVE.format(name), "first": name == FIRST}
        body, _ = page.from_notebook_node(readable(notebook, name == FIRST), told)
        (out / file(name)).write_text(linked(body, name), "utf-8")


def file(name: str) -> str:
    """Return the file of a notebook's page."""
    return "index.html" if name == FIRST else f"{name}.html"


def readable(notebook: nbformat.NotebookNode, first: bool) -> nbformat.NotebookNode:
    """Return a notebook without what only a kernel needs, the first with a place for its run."""
    notebook.cells = [cell for cell in notebook.cells
                      if not FOR_A_KERNEL & {*cell.metadata.get("tags", ())}]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = FORMULA.sub(
                lambda it: f'<span class="whole">{it[0]}</span>' if it[2] else it[0], cell.source)
    if first:
        panel = next(cell for cell in notebook.cells
                     if cell.cell_type == "code" and "LiveGPLVM(" in cell.source)
        picture = next(output for output in panel.outputs if "image/png" in output.get("data", {}))
        text = (f'<div class="recording"><img alt="{escape(picture.metadata["image/png"]["alt"])}" '
                f'src="data:image/png;base64,{picture.data["image/png"]}"></div>')
        panel.outputs = [nbformat.v4.new_output("display_data", {"text/html": text})]
    return notebook


def linked(body: str, name: str) -> str:
    """Return a page whose links lead to pages; what asks to run a cell leads to the live one.

    The recorded run plays without a cell being run.
    """
    body = re.sub(r" \(In a notebook, run the cell [^)]*\)", "", body)
    body = re.sub(r'href="(\w+)\.ipynb"', lambda link: f'href="{file(link[1])}"', body)
    return re.sub(r"Run the cells down to this one to (make it live|answer)\.",
                  rf'<a href="{LIVE.format(name)}">Open this page live</a> to \1.', body)


def record(out: Path) -> None:
    """Record the run of the first notebook's panel: what the browser is told at each state.

    The numbers stand one after the other in a file of their own.
    """
    from lvmcalc.show import LiveGPLVM
    from lvmcalc.show.player_view import PAUSED, PLAYING

    view, frames, numbers = LiveGPLVM("digits", Q=2), [], bytearray()
    for step in range(STATES + 1):
        if step:
            view.player.step()
        frame = {}
        for name, values in view.numbers().items():
            kept = packed(values)
            frame[name] = [kept.dtype.name, len(kept)]
            numbers += kept.tobytes()
        end = " The recording ends here." if step == STATES else ""
        frames.append({"frame": frame, "words": f"A recording. {view.status}{end}", "note": "",
                       "wait": round(1000 / view.player.rate)})
    told = {name: value for name, value in view.get_state().items()
            if name[0] != "_" and name not in NOT_TOLD}
    told["spec"] = [spec for spec in view.spec if spec["name"] in BUTTONS]
    told["values"] = {name: view.values[name] for name in BUTTONS}
    text = json.dumps({"told": told, "frames": frames, "labels": [PAUSED, PLAYING]}, default=coded)
    (out / "run.json").write_text(text, "utf-8")
    (out / "run.bin").write_bytes(numbers)


def packed(values: Any) -> np.ndarray:
    """Return numbers as half floats if these keep three digits of each, else as single ones.

    Half floats end at 65504, and have few digits below 6e-5.
    """
    with np.errstate(over="ignore"):
        half = np.asarray(values, np.float16)
    single = np.asarray(values, np.float32)
    return half if np.allclose(half, single, rtol=1e-3, atol=0) else single


def coded(value: bytes) -> dict[str, str]:
    """Return bytes as JSON."""
    return {"base64": b64encode(value).decode()}


if __name__ == "__main__":
    main()
