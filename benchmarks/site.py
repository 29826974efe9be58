"""Measure how long a reader of the site waits: `python benchmarks/site.py [build/site]`.

It opens notebook 00 in a browser of its own, runs the first cell, and presses Play.
"""

import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))
import browser  # noqa: E402

SECONDS = 5  # of training whose states are counted
VIEW = "document.querySelector('.lvm').lvm"
LONG_RUN = ("from lvmcalc.show import LiveGPLVM\n"
            "LiveGPLVM('digits', Q=2, optimiser='gradient', learning_rate=1e-7, speed={speed})")


def states_each_second(page: browser.Page, speed: float) -> float:
    """Return how many states a second arrive at the page in a run that does not end."""
    browser.show(page, LONG_RUN.format(speed=speed))
    page.locator(".lvm [data-name=play]").click()
    page.wait_for_function(f"{VIEW}.heard > 40")  # past the slow start
    before, start = page.evaluate(f"{VIEW}.heard"), time.perf_counter()
    page.wait_for_timeout(1000 * SECONDS)
    return (page.evaluate(f"{VIEW}.heard") - before) / (time.perf_counter() - start)


def main() -> None:
    """Measure, and print."""
    site = Path(sys.argv[1]) if sys.argv[1:] else ROOT / "build" / "site"
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with browser.served(site) as address, browser.page_of() as page:
        page.set_default_timeout(120_000)
        loaded: dict[str, int] = {}
        page.context.on("response", lambda got: loaded.update(
            {got.url: int(got.headers.get("content-length", 0))}))
        start = time.perf_counter()

        def told(what: str) -> None:
            print(f"{time.perf_counter() - start:6.1f} s  {what}")

        page.goto(f"{address}/lite/notebooks/index.html?path=00_start_here.ipynb")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        told("the notebook is seen")
        browser.connected(page)
        told("the kernel is ready")
        page.evaluate(f"{browser.NOTEBOOK}.content.activeCellIndex = 1")
        page.evaluate("jupyterapp.commands.execute('notebook:run-cell')")
        page.locator(".lvm canvas").first.wait_for()
        told("the first cell shows its panel")
        before = page.evaluate(f"{VIEW}.heard")
        page.locator(".lvm [data-name=play]").click()
        page.wait_for_function(f"{VIEW}.heard > {before}")
        told("the first frame has moved")
        print(f"{sum(loaded.values()) / 1e6:6.1f} MB loaded, before the server compresses them")
        for speed, words in ((30, "at 30 steps a second"), (1e9, "with unlimited steps")):
            print(f"{states_each_second(page, speed):6.1f} states a second {words}")


if __name__ == "__main__":
    main()
