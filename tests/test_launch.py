"""The repository's address is written in one place, and what leads to it agrees."""

import re
import subprocess
from pathlib import Path

import launch
import nbformat
import yaml


def test_what_leads_to_the_repository_is_as_the_tool_writes_it():
    for path, text in launch.written(launch.address()).items():
        assert path.read_text("utf-8") == text, f"Run python tools/launch.py: {path.name} differs."


def test_the_readme_and_the_first_notebook_tell_of_each_way_what_it_needs_and_how_long_it_takes():
    first = "\n".join(cell.source for cell in nbformat.read(launch.FIRST, 4).cells)
    for text in (launch.README.read_text("utf-8"), first):
        rows = re.findall(r"^\| \[[^\]]+\]\((https://[^)]+)\).*? \| (.+) \| (.+) \|$", text, re.M)
        hosts = [url.split("/")[2] for url, *_ in rows]
        assert len(rows) == 4
        assert re.search(r"\blinks? leads? nowhere|\bthey lead nowhere", text)
        assert hosts[0] == hosts[1]
        assert hosts[2:] == ["mybinder.org", "colab.research.google.com"]


def test_the_address_is_written_in_one_file_and_every_link_is_built_from_it():
    here = re.compile("lvmcalc[./](?:github.io|lvmcalc)/|lvmcalc/lvmcalc")
    files = subprocess.run(["git", "ls-files"], cwd=launch.ROOT, capture_output=True, text=True)
    holding = {launch.ROOT / name for name in files.stdout.split()
               if here.search((launch.ROOT / name).read_text("utf-8", errors="ignore"))}
    elsewhere = launch.written({"Repository": "https://github.com/a/b", "Homepage": "https://a.b/"})
    by_hand = {launch.ROOT / "pyproject.toml", Path(__file__)}
    assert holding == {*elsewhere} | by_hand
    assert not [path.name for path, text in elsewhere.items() if here.search(text)]
    assert all("github" in text and "a/b" in text for text in elsewhere.values())


def test_what_publishes_and_what_is_installed_are_there():
    """The workflow and the image name files, commands and options that exist."""
    flow = yaml.safe_load((launch.ROOT / ".github/workflows/site.yml").read_text("utf-8"))
    assert flow[True]["release"] == {"types": ["published"]}  # YAML 1.1 reads `on` as true
    steps = flow["jobs"]["site"]["steps"]
    commands = [step["run"] for step in steps if "run" in step]
    named = re.findall(r"(?:python|pytest -n 0|-r) (\S+)", "\n".join(commands))
    assert {"tools/build_site.py", "tests/browser/test_browser_site.py"} <= {*named}
    image = (launch.ROOT / "docs/Containerfile").read_text("utf-8")
    copied = [name for line in re.findall(r"^COPY (.+) \S+$", image, re.M) for name in line.split()]
    assert [name for name in (*named, *copied) if not (launch.ROOT / name).exists()] == []
    assert flow["jobs"]["site"]["steps"][-2]["with"]["path"] == "build/site"
    version = re.search(r"^FROM python:([\d.]+)", image, re.M)[1]
    assert tuple(map(int, version.split("."))) >= (3, 11)
    runtime = (launch.ROOT / "runtime.txt").read_text("utf-8").strip()
    assert re.fullmatch(r"python-3\.1[1-9]", runtime)
    asked = (launch.ROOT / "requirements.txt").read_text("utf-8")
    assert not re.search(r"\[test\]", asked)  # Binder and the image install no tests
