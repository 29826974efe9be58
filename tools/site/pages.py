"""Write the pages of the site: `python tools/site/pages.py WHEEL OUT`, in the environment that builds it.

Each notebook becomes a page with the outputs that are saved in it. The panel of the first one plays a recorded run.
"""

import json
import re
import shutil
import sys
import zipfile
from base64 import b64encode
from pathlib import Path
from typing import Any

import jinja2
import nbformat
import numpy as np
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

HERE = Path(__file__).resolve().parent
NOTEBOOKS = HERE.parents[1] / "notebooks"
FIRST = "00_start_here"
STATES = 60  # of the recorded run, and the start before them
BUTTONS = ("play", "step", "reset")
NOBODY_MOVES = ("ring", "moved")  # the latent point of the chosen object
NOT_TOLD = ("layout", "tabbable", "tooltip", "frame")
TITLE = re.compile(r"^# (.+)$", re.M)


def main() -> None:
    """Write the pages."""
    wheel, out = map(Path, sys.argv[1:])
    sys.path.insert(0, str(wheel))  # a wheel of pure Python can be imported as it is
    notebooks = {path.stem: nbformat.read(path, 4) for path in sorted(NOTEBOOKS.glob("*.ipynb"))}
    titles = {name: TITLE.search(notebook.cells[0].source)[1] for name, notebook in notebooks.items()}
    (out / "front").mkdir()
    with zipfile.ZipFile(wheel) as package:
        for name in package.namelist():
            if name.startswith("lvmcalc/show/front/"):
                (out / "front" / Path(name).name).write_bytes(package.read(name))
    for name in ("page.css", "recording.js"):
        shutil.copy(HERE / name, out)
    light, dark = (HtmlFormatter(style=style).get_style_defs(".highlight") for style in ("default", "github-dark"))
    with (out / "page.css").open("a", encoding="utf-8") as css:
        css.write(f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n")
    recorded(out)
    page = HTMLExporter(template_name="page", extra_template_basedirs=[str(HERE)])
    for name, notebook in notebooks.items():
        resources: dict[str, Any] = {"titles": titles, "name": name, "first": FIRST}
        body, _ = page.from_notebook_node(plain(notebook, name == FIRST), resources)
        (out / file(name)).write_text(linked(body, name), "utf-8")
    if (NOTEBOOKS / "images").exists():
        shutil.copytree(NOTEBOOKS / "images", out / "images")


def file(name: str) -> str:
    """Return the file of a notebook's page."""
    return "index.html" if name == FIRST else f"{name}.html"


def plain(notebook: nbformat.NotebookNode, first: bool) -> nbformat.NotebookNode:
    """Return the notebook without the cells that are for a kernel alone; the first panel gets a place to play in."""
    notebook.cells = [cell for cell in notebook.cells if not {"recorded", "colab"} & {*cell.metadata.get("tags", ())}]
    if first:
        panel = next(cell for cell in notebook.cells if "LiveGPLVM(" in cell.source and cell.cell_type == "code")
        picture, words = (output.data for output in panel.outputs[:2])
        panel.outputs[1].data = {"text/html": (
            f'<div class="recording"><img src="data:image/png;base64,{picture["image/png"]}" alt=""></div>')}
        del words, panel.outputs[0]
    return notebook


def linked(body: str, name: str) -> str:
    """Return a page with its links to notebooks turned into links to pages, and to the live page where it is needed."""
    body = re.sub(r'href="(\w+)\.ipynb"', lambda link: f'href="{file(link[1])}"', body)
    return re.sub(r"Run the cell to (make it live|answer)\.",
                  rf'<a href="lite/notebooks/index.html?path={name}.ipynb">Open this page live</a> to \1.', body)


def recorded(out: Path) -> None:
    """Record the run of the first notebook's panel: what the browser is told at each state.

    Points are kept as half floats, curves as single ones. The numbers stand one after the other in a file of their
    own.
    """
    from lvmcalc.show import LiveGPLVM

    from lvmcalc.show.playing import PAUSED, PLAYING

    view, frames, numbers = LiveGPLVM("digits", Q=2), [], bytearray()
    for step in range(STATES + 1):
        if step:
            view.player.step()
        frame = {}
        for name, values in view.numbers().items():
            if name not in NOBODY_MOVES:
                kind = np.float32 if name == "curve" else np.float16
                frame[name] = [kind.__name__, len(values)]
                numbers += np.asarray(values, kind).tobytes()
        end = " The recording ends here." if step == STATES else ""
        frames.append({"frame": frame, "words": f"A recording. {view.status}{end}", "note": "",
                       "wait": round(1000 / view.player.rate)})
    told = {name: value for name, value in view.get_state().items() if name[0] != "_" and name not in NOT_TOLD}
    told["spec"] = [spec for spec in view.spec if spec["name"] in BUTTONS]
    told["values"] = {name: view.values[name] for name in BUTTONS}
    text = json.dumps({"told": told, "frames": frames, "labels": [PAUSED, PLAYING]}, default=coded)
    (out / "run.json").write_text(text, "utf-8")
    (out / "run.bin").write_bytes(numbers)


def coded(value: bytes) -> dict[str, str]:
    """Return bytes as JSON."""
    return {"base64": b64encode(value).decode()}


if __name__ == "__main__":
    main()
