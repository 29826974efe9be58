"""A real JupyterLab in a real browser, for tests and screenshots. All that it writes goes to a
temporary folder."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
HOW_TO_GET_CHROMIUM = ("No Chromium was found for the browser test. On Debian or Ubuntu: apt-get "
                       "install chromium; "
                       "elsewhere install Chromium or Chrome and set CHROMIUM to its path.")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
LAB = ("jupyterlab", "--allow-root", "--ip=127.0.0.1", "--ServerApp.port_retries=0",
       "--IdentityProvider.token=",
       "--expose-app-in-browser")
NOTEBOOK = "jupyterapp.shell.currentWidget"
CELLS = f"[...{NOTEBOOK}.content.model.cells].filter(cell => cell.type === 'code')"
ERRORS = (f"{CELLS}.flatMap(cell => cell.outputs.toJSON()).filter(o => o.output_type === 'error')"
          ".map(o => o.ename + ': ' + o.evalue)")
# Milliseconds; else Playwright asks in each frame, and so has the page draw sixty times a second.
POLLING = 50

_open: list[Browser] = []  # Playwright runs once in a thread: all pages are pages of one browser


def chromium() -> str | None:
    """Return the path of a Chromium or Chrome of this machine."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome",
             "google-chrome-stable")
    return next((path for path in map(shutil.which, names) if path), None)


def need_chromium() -> None:
    """Skip the test that calls this on a machine without a browser; on a CI machine let it fail."""
    if not chromium():
        (pytest.fail if os.environ.get("CI", "").lower() in ("true", "1")
         else pytest.skip)(HOW_TO_GET_CHROMIUM)


@contextmanager
def jupyterlab(*notebooks: Path, theme: str = "JupyterLab Light",
               serve: Sequence[str] = LAB) -> Iterator[str]:
    """Serve copies of the notebooks in a JupyterLab (or what `serve` starts) of its own, and yield
    its address."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, socket.socket() as free:
        home = Path(folder)
        work = home / "work"
        work.mkdir()
        for notebook in notebooks:
            shutil.copy(notebook, work)
        overrides = home / "config" / "labconfig" / "default_setting_overrides.json"
        overrides.parent.mkdir(parents=True)
        overrides.write_text(
            json.dumps(SETTINGS | {"@jupyterlab/apputils-extension:themes": {"theme": theme}}))
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        places = {"HOME": "", "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data",
                  "JUPYTER_RUNTIME_DIR": "runtime", "JUPYTERLAB_SETTINGS_DIR": "settings",
                  "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "IPYTHONDIR": "ipython",
                  "MPLCONFIGDIR": "matplotlib"}
        environment = os.environ | {name: str(home / place) for name, place in places.items()}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT),
                                                                  os.environ.get("PYTHONPATH"))))
        log = home / "server.log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, "-m", *serve, "--no-browser", f"--port={port}"],
                cwd=work, env=environment, stdout=output, stderr=output)
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(300):
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=5).close()
                    break
                except OSError:
                    assert server.poll() is None, log.read_text()
                    time.sleep(0.2)
            else:
                raise AssertionError(
                    f"The server did not start within a minute:\n{log.read_text()}")
            yield address
        finally:
            server.terminate()  # it ends its kernels
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that says nothing."""

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the files of a folder, and yield the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def page_of(width: int = 1280, height: int = 900) -> Iterator[Page]:
    """Yield an empty page, with cookies of its own, of a browser without a window."""
    with ExitStack() as stack:
        if not _open:
            playwright = stack.enter_context(sync_playwright())
            _open.append(playwright.chromium.launch(executable_path=chromium(), args=FLAGS))
            stack.callback(lambda: _open.pop().close())
        page = _open[0].new_page(viewport={"width": width, "height": height})
        stack.callback(page.close)
        page.set_default_timeout(20_000)
        yield page


def run_all(page: Page, address: str, notebook: str, timeout: float = 120) -> None:
    """Open a notebook and run all of its cells, once the kernel is connected and idle; wait until
    they have run."""
    page.goto(f"{address}/lab/tree/{notebook}?reset")
    connected(page)
    run_again(page, timeout)


@contextmanager
def notebook_in(folder: Path) -> Iterator[Page]:
    """Yield a page with a saved notebook of one cell, in which `show` can put others."""
    need_chromium()
    path = folder / "widgets.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cell = nbformat.v4.new_code_cell("import ipywidgets\nipywidgets.Label('ready')")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=kernel), path)
    with jupyterlab(path) as address, page_of(height=1400) as page:
        run_all(page, address, path.name)
        yield page


def nameless(widget: Locator) -> list[str]:
    """Return the controls and pictures without a name in the accessibility tree of what is seen of
    a widget."""
    roles = "button|combobox|spinbutton|checkbox|radio|textbox|slider|img|link"
    things = re.findall(rf"^\s*- '?((?:{roles})\b.*)$", widget.aria_snapshot(), re.M)
    assert things, "The widget has no controls."
    # ipywidgets gives the name "null" to an input that has neither a description nor a tooltip
    return [thing for thing in things if not re.match(r'\w+ "(?!null")[^"]*\w[^"]*"', thing)]


def focused(page: Page) -> str:
    """Return the text of what has the focus."""
    return page.evaluate("document.activeElement.textContent")


def connected(page: Page) -> None:
    """Wait until the notebook is open and its kernel is connected and idle."""
    page.wait_for_function(f"""() => {{
        const kernel = window.jupyterapp && {NOTEBOOK}?.context?.sessionContext?.session?.kernel;
        return kernel && kernel.connectionStatus === "connected" && kernel.status === "idle"; }}""",
                           polling=POLLING)


def show(page: Page, *sources: str) -> None:
    """Put these code cells, and no others, into the open notebook, and run them."""
    page.evaluate(f"""sources => {{
        const notebook = {NOTEBOOK}.content.model.sharedModel;
        notebook.deleteCellRange(0, notebook.cells.length);
        notebook.insertCells(0, sources.map(
            source => ({{cell_type: "code", metadata: {{}}, source}})));
    }}""", sources)
    run_again(page)


def run_again(page: Page, timeout: float = 120, only: int | None = None) -> None:
    """Run all cells of the open notebook, or only one of them, and wait until they have run."""
    if only is None:
        page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    else:
        page.evaluate(f"""async index => {{
            {NOTEBOOK}.content.activeCellIndex = index;
            await jupyterapp.commands.execute("notebook:run-cell"); }}""", only)
    finished(page, timeout)
    page.locator(".jupyter-widgets").first.wait_for()
    assert not page.get_by_text("javascript error").count(), "A widget cannot be shown."


def finished(page: Page, timeout: float = 120) -> None:
    """Wait until all cells of the open notebook have run, without an error."""
    page.wait_for_function(f"""() =>
        {NOTEBOOK}.context.sessionContext.session.kernel.status === "idle" &&
        ({CELLS}.every(cell => !cell.sharedModel.source.trim() || cell.executionCount)
         || {ERRORS}.length)""", timeout=1000 * timeout, polling=POLLING)
    errors = page.evaluate(ERRORS)
    assert not errors, f"The notebook does not run: {errors[0]}"
