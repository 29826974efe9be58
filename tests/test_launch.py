"""The repository's address is written in one place, and what leads to it agrees."""

import re
import subprocess

import launch
import nbformat


def test_what_leads_to_the_repository_is_as_the_tool_writes_it():
    for path, text in launch.written().items():
        assert path.read_text("utf-8") == text, f"Run python tools/launch.py: {path.name} differs."


def test_the_readme_and_the_first_notebook_tell_of_each_way_what_it_needs_and_how_long_it_takes():
    first = "\n".join(cell.source for cell in nbformat.read(launch.FIRST, 4).cells)
    for text in (launch.README.read_text("utf-8"), first):
        rows = re.findall(r"^\| \[[^\]]+\]\((https://[^)]+)\).*? \| (.+) \| (.+) \|$", text, re.M)
        hosts = [url.split("/")[2] for url, *_ in rows]
        assert len(rows) == 4
        assert hosts[0] == hosts[1]
        assert hosts[2:] == ["mybinder.org", "colab.research.google.com"]


def test_the_address_stands_in_one_file_that_people_edit():
    files = subprocess.run(["git", "ls-files"], cwd=launch.ROOT, capture_output=True, text=True)
    address = launch.tomllib.loads((launch.ROOT / "pyproject.toml").read_text("utf-8"))[
        "project"]["urls"]["Repository"]
    holding = {name for name in files.stdout.split() if not name.endswith((".png", ".gif", ".gz"))
               and address in (launch.ROOT / name).read_text("utf-8", errors="ignore")}
    assert holding <= {"pyproject.toml", "docs/colab.ipynb", "CITATION.cff"}
