"""Write the ways to open the collection into its pages: `python tools/launch.py`.

The address of the repository stands in `pyproject.toml` alone (`project.urls`); this writes it into
the README, notebook 00 and the notebook for Colab.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
README, COLAB = ROOT / "README.md", ROOT / "docs" / "colab.ipynb"
FIRST = ROOT / "notebooks" / "00_start_here.ipynb"
TITLE = "## Other ways to open this collection\n\n"
BLOCK = re.compile(r"(<!-- written by tools/launch.py -->\n).*(<!-- end -->\n)", re.S)
TABLE = """\
| | what it needs | how long it takes |
|---|---|---|
| [Read it, and play a recorded run]({site}/) | a browser | it opens at once |
| [Run it in your browser]({site}/lite/notebooks/index.html?path=00_start_here.ipynb) \
(JupyterLite) \
| a current browser on a computer; 52 MB are loaded the first time; your changes stay in this \
browser | about 20 seconds until *Play* moves the first picture; a notebook takes two to four \
times as long as on your machine |
| [Run it on Binder](https://mybinder.org/v2/gh/{name}/HEAD?urlpath=lab/tree/notebooks/00_start_here\
.ipynb) | a browser; the service is free, often busy, and keeps nothing | minutes |
| [Run it on Colab](https://colab.research.google.com/github/{name}/blob/main/docs/colab.ipynb) \
| a Google account; run the one cell, which installs the package \
| a minute or two |
"""
UNPUBLISHED = """
If a link leads nowhere, the collection has not been published there yet; the README says what to \
do then."""
COLAB_TEXT = """\
# lvmcalc on Colab

Run the cell below: it installs the package and shows the panel of the first notebook. To open a \
notebook of the collection, choose *File → Open notebook → GitHub*, enter `{name}`, and paste the \
cell at the top of it.

The cell has no number and no output yet, because `google.colab` is a module that only Colab has."""
COLAB_CELL = """\
%pip install -q "lvmcalc @ git+{repository}"
from google.colab import output

output.enable_custom_widget_manager()

from lvmcalc.show import LiveGPLVM

LiveGPLVM("digits", Q=2)"""


def address() -> dict[str, str]:
    """Return the addresses of the repository and of its site."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]


def written(urls: Mapping[str, str]) -> dict[Path, str]:
    """Return each page as it should be, with links to these addresses."""
    places = {"repository": urls["Repository"], "site": urls["Homepage"].rstrip("/"),
              "name": urls["Repository"].removeprefix("https://github.com/")}
    table = TABLE.format(**places)
    readme = BLOCK.sub(lambda found: f"{found[1]}{table}{found[2]}", README.read_text("utf-8"))
    first = nbformat.read(FIRST, 4)
    for cell in first.cells:
        if cell.source.startswith(TITLE):
            cell.source = TITLE + table + UNPUBLISHED
    colab = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_markdown_cell(COLAB_TEXT.format(**places), id="text"),
        nbformat.v4.new_code_cell(COLAB_CELL.format(**places), id="install")],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    return {README: readme} | {path: nbformat.writes(notebook) + "\n" for path, notebook in (
        (FIRST, first), (COLAB, colab))}


def main() -> None:
    """Write the pages."""
    for path, text in written(address()).items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
