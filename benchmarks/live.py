"""Benchmark the live widgets in JupyterLab: frame rate, response to clicks, memory.

`python benchmarks/live.py` takes about five minutes and prints tables; `--seconds 600` watches the
digits for ten minutes. Frames that queued up would show as clicks that take longer at last than at
first. It needs Linux and Chromium; run it on a machine that does nothing else.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))

import browser
from playwright.sync_api import Page

# How each goes on without an end, each frame another: at a learning rate with which it swings about
# the optimum.
FLAT_OUT = """
live.trainer.problem.digits = 400  # no end
live.controls.optimiser.value, live.controls.rate.value = "adam", 3
live.player.budget, live.controls.speed.value = 10**9, player.FLAT_OUT
picture = live._picture
"""
IN_STEPS = """
# at the four steps a second at which it is watched
live.controls.rate.value, live.player.budget = 1.3, 10**9
picture = live._map
"""
WIDGETS = {  # and two values of the learning rate
    "LiveGPLVM('digits')": (FLAT_OUT, 2, 3), "LiveGPLVM('iris')": (FLAT_OUT, 2, 3),
    "LiveAutoencoder('digits')": (FLAT_OUT, 2, 3), "TwoWeights()": (IN_STEPS, 1.1, 1.3)}
SHORT, TRIALS = 10, 20
CELL = """
import os
from time import perf_counter
from lvmcalc.show import live as module, player
from lvmcalc.show import LiveAutoencoder, LiveGPLVM, TwoWeights

live = {widget}
{endless}
log = open({log!r}, "w", buffering=1)
print(os.getpid(), file=log)
draw = picture.png

def timed(*state):
    start = perf_counter()
    file = draw(*state)
    print(1000 * (perf_counter() - start), len(file) / 1000, file=log)
    return file

picture.png = timed
live
"""
PANEL = "document.querySelector('.lvmcalc-live')"
BUTTON = (f"[...{PANEL}.querySelectorAll('button')]"
          ".find(button => /Play|Pause/.test(button.textContent))")
COUNT = (f"window.frames_shown = 0; {PANEL}.querySelector('img')"
         ".addEventListener('load', () => window.frames_shown++)")


class Bench:
    """A widget that plays in a page, and the log that its kernel writes."""

    def __init__(self, page: Page, log: Path, slow: float, fast: float) -> None:
        self.page, self.log, self.pid, self.rates = page, log, log.read_text().split()[0], (
            slow, fast)

    def frames(self) -> np.ndarray:
        """Return milliseconds of work and kilobytes of each frame so far, shape (frames, 2)."""
        return np.array(self.log.read_text().split()[1:], dtype=float).reshape(-1, 2)

    def until(self, seen: str, act: Callable[..., None], *how: str) -> float:
        """Act as a person does, and return the milliseconds from then until the page shows the
        kernel's answer."""
        self.page.evaluate(f"""() => {{
            window.answered = window.acted = 0;
            for (const kind of ["click", "keydown"])
                addEventListener(kind, () => window.acted ||= performance.now(),
                                 {{capture: true, once: true}});
            const watch = new MutationObserver(() => {{
                if (!(window.acted && {seen})) return;
                window.answered = performance.now() - window.acted;
                watch.disconnect(); }});
            watch.observe({PANEL}, {{subtree: true, childList: true, characterData: true,
                                     attributes: true}}); }}""")
        act(*how)
        return self.page.wait_for_function("window.answered").json_value()

    def press(self, name: str) -> float:
        """Press Play or Pause, and return the milliseconds until it is the other of the two."""
        button = self.page.locator(".lvmcalc-live").get_by_role("button", name=name)
        return self.until(f"!{BUTTON}.textContent.includes('{name}')", button.click)

    def clicks(self) -> dict[str, list[float]]:
        """Return the milliseconds of pausing, and of moving the slider of the learning rate, while
        it plays."""
        times: dict[str, list[float]] = {"pause": [], "slider": []}
        for trial in range(TRIALS):
            self.page.wait_for_timeout(200 + 7 * trial)  # not in step with the frames
            times["pause"].append(self.press("Pause"))
            self.press("Play")
            self.page.wait_for_timeout(200 + 7 * trial)
            key, stop = ("ArrowLeft", "ArrowRight")[trial % 2], self.rates[trial % 2]
            seen = (f"[...{PANEL}.querySelectorAll('b')]"
                    f".some(words => words.textContent === '{stop:g} ×')")
            times["slider"].append(self.until(seen, self.page.get_by_role("slider").first.press,
                                              key))
        return times

    def memory(self) -> tuple[float, float]:
        """Return the megabytes of the kernel and of the page's objects."""
        resident = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf(
            "SC_PAGESIZE")
        return resident / 2**20, self.page.evaluate(
            "gc(), performance.memory.usedJSHeapSize") / 2**20

    def watch(self, seconds: float) -> tuple[np.ndarray, int]:
        """Return the frames that the kernel has made in so many seconds, and how many of them the
        page has shown."""
        made, shown = len(self.frames()), self.page.evaluate("window.frames_shown")
        self.page.wait_for_timeout(1000 * seconds)
        return self.frames()[made:], self.page.evaluate("window.frames_shown") - shown


@contextmanager
def playing(widget: str) -> Iterator[Bench]:
    """Open a notebook that shows the widget, and press Play."""
    endless, *rates = WIDGETS[widget]
    with tempfile.TemporaryDirectory() as folder:
        log, notebook = Path(folder) / "log", Path(folder) / "live.ipynb"
        cell = {"cell_type": "code", "id": "live", "metadata": {}, "execution_count": None,
                "outputs": [],
                "source": CELL.format(widget=widget, endless=endless, log=str(log))}
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3",
                                 "language": "python"}}
        notebook.write_text(json.dumps({"cells": [cell], "metadata": kernel, "nbformat": 4,
                                        "nbformat_minor": 5}))
        with browser.jupyterlab(notebook) as address, browser.page_of() as page:
            browser.run_all(page, address, notebook.name)
            bench = Bench(page, log, *rates)
            page.evaluate(COUNT)
            bench.press("Play")
            page.wait_for_timeout(2000)
            yield bench


def spread(values: list[float] | np.ndarray) -> str:
    return f"median {np.median(values):6.1f}   95 % below {np.quantile(values, 0.95):6.1f}"


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30, help="how long to watch the digits "
                                                                  "(default: 30)")
    seconds = parser.parse_args().seconds
    browser.FLAGS.extend(["--enable-precise-memory-info", "--js-flags=--expose-gc"])
    for number, widget in enumerate(WIDGETS):
        with playing(widget) as bench:
            # clicks and memory before and after
            ends = [("at first", bench.clicks(), bench.memory())]
            if number == 0:
                print(f"{platform.platform()}, {os.cpu_count()} cores, load "
                      f"{os.getloadavg()[0]:.1f}; ipykernel "
                      f"{version('ipykernel')}, jupyterlab {version('jupyterlab')}, Chromium "
                      f"{bench.page.context.browser.version}")
            made, shown = bench.watch(length := SHORT if number else seconds)
            print(f"\n{widget}, {length:g} s")
            print(f"  frames a second           {shown / length:.1f} shown of "
                  f"{len(made) / length:.1f} made")
            print(f"  ms of work for a frame    {spread(made[:, 0])}\n  kilobytes of a frame      "
                  f"{spread(made[:, 1])}")
            if number == 0:
                ends.append(("at last", bench.clicks(), bench.memory()))
            for when, clicks, (kernel, heap) in ends:
                for act, times in clicks.items():
                    print(f"  ms to {act:6} {when:10}  {spread(times)}   of {TRIALS}")
                print(f"  megabytes {when:10}      kernel {kernel:.1f}, page {heap:.1f}")


if __name__ == "__main__":
    main()
