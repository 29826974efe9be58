"""Benchmark the live widgets in JupyterLab: frames, states, answers to the hand, memory.

`python benchmarks/live.py` takes about four minutes and prints a table a widget; `--seconds 600`
watches the digits for ten minutes. Beside what is drawn stands the rate at which the same browser
calls `requestAnimationFrame` when nothing moves. It needs Linux and Chromium; run it on a machine
that does nothing else.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))

import browser
from playwright.sync_api import Page

# How each goes on without an end, each state another: at a learning rate with which it swings about
# the optimum.
ENDLESS = """
live.trainer.problem.digits = 400  # no end
live.controls.optimiser.value, live.controls.rate.value = "adam", 3
live.controls.speed.value = {speed}
live._pace = lambda steps: None  # no slow start
live.player.rate, live.player.budget = {speed}, 10**9
"""
ON_THE_MAP = """
live.controls.rate.value, live.player.budget = 1.3, 10**9
live._end = lambda: ""
"""
WIDGETS = {"LiveGPLVM('digits')": ENDLESS.format(speed=30),
           "LiveGPLVM('digits') ": ENDLESS.format(speed="player.FLAT_OUT"),  # and flat out
           "LiveGPLVM('iris')": ENDLESS.format(speed=30),
           "LiveAutoencoder('digits')": ENDLESS.format(speed=30),
           "TwoWeights()": ON_THE_MAP}
SHORT, TRIALS = 10, 20
IMPORTS = """
import os
from time import perf_counter, process_time
from lvmcalc.show import live_base as module, player
from lvmcalc.show import LiveAutoencoder, LiveGPLVM, TwoWeights
"""
CELL = IMPORTS + """
live = {widget}
{endless}
log = open({log!r}, "w", buffering=1)
print(os.getpid(), file=log)

def timed(kind, act):
    def call():
        start = perf_counter(), process_time()
        result = act()
        print(kind, *(1000 * (now - then) for now, then in zip((perf_counter(), process_time()),
                                                               start)), file=log)
        return result
    return call

live.player._advance = timed(0, live.player._advance)  # a step
live.player._show = timed(1, live.player._show)  # its state packed and sent
live
"""
VIEW = "document.querySelector('.lvm').lvm"
COUNT = f"""() => {{
    window.ticks = 0;
    const tick = () => {{ window.ticks++; requestAnimationFrame(tick); }};
    tick();
    const view = {VIEW};
    window.counts = () => [performance.now() / 1000, window.ticks, view.drawn, view.heard]; }}"""
# What is answered is told after the frame that shows it.
PLAYS = f"() => {VIEW}.controls.play.it.textContent.includes('Pause')"
# The picture stands and the button says so, which the page does by itself, and the kernel's answer:
# the words, and the state at which it has stopped.
STANDS = f"() => {VIEW}.controls.play.it.textContent.includes('Play') && !{VIEW}.due"
STOPPED = f"() => !{VIEW}.model.get('playing')"
THERE = f"""() => {{
    const {{now}} = {VIEW}.state, at = window.aim;
    const away = at ? Math.hypot(now.moved[0] - at[0], now.moved[1] - at[1]) : Infinity;
    return away < 0.01 * now.limit[0]; }}"""
TIMED = """answers => {
    window.acted = 0;
    window.answered = answers.map(() => 0);
    for (const kind of ["click", "keydown", "pointermove"])
        addEventListener(kind, () => { window.acted ||= performance.now(); },
                         {capture: true, once: true});
    const look = () => {
        answers.forEach((answer, k) => {
            if (window.acted && !window.answered[k] && answer())
                window.answered[k] = performance.now() - window.acted; });
        if (!window.answered.every(Boolean)) requestAnimationFrame(look); };
    requestAnimationFrame(look); }"""


class Bench:
    """A widget that plays in a page, and the log that its kernel writes."""

    def __init__(self, page: Page, log: Path) -> None:
        self.page, self.log, self.pid = page, log, log.read_text().split()[0]
        self.panel = page.locator(".lvm")

    def work(self) -> np.ndarray:
        """Return what the kernel did so far, shape (actions, 3): 0 for a step or 1 for a state, its
        milliseconds, and those of the processor, which other programs do not change."""
        return np.array(self.log.read_text().split()[1:], dtype=float).reshape(-1, 3)

    def until(self, act: Callable[..., None], *how: object, seen: Sequence[str]) -> list[float]:
        """Act as a person does, and return the milliseconds from then until the page shows each."""
        self.page.evaluate(f"() => ({TIMED})([{', '.join(seen)}])")
        act(*how)
        self.page.wait_for_function("window.answered.every(Boolean)")
        return self.page.evaluate("window.answered")

    def press(self, name: str) -> list[float]:
        """Press Play or Pause, and return the milliseconds until it is the other of the two; of a
        pause, until the picture stands and until the kernel has answered."""
        seen = [STANDS, STOPPED] if name == "Pause" else [PLAYS]
        return self.until(self.panel.get_by_role("button", name=name).click, seen=seen)

    def clicks(self) -> np.ndarray:
        """Return the milliseconds of pausing while it plays, shape (2, trials)."""
        times = []
        for trial in range(TRIALS):
            self.page.wait_for_timeout(200 + 7 * trial)  # not in step with the frames
            times.append(self.press("Pause"))
            self.press("Play")
        return np.transpose(times)

    def drags(self) -> list[float]:
        """Return the milliseconds from a move of the hand that holds the latent point until what is
        generated there is drawn."""
        where = f"""() => {{
            const view = {VIEW}, {{left, top}} = view.canvas.getBoundingClientRect();
            const {{pen, boxes, scene, state}} = view, {{points}} = view.kinds;
            return points.axes(pen, boxes.latent, scene.panels.latent, state)
                .at(state.hand || state.now.moved).map((v, i) => v + [left, top][i]); }}"""
        mouse, times = self.page.mouse, []
        self.panel.locator(".lvm-picture").scroll_into_view_if_needed()
        for _ in range(5):  # the point moves while it plays
            mouse.move(*self.page.evaluate(where))
            mouse.down()
            if self.page.evaluate(f"!!{VIEW}.held"):
                break
            mouse.up()
        x, y = self.page.evaluate(where)
        for trial in range(TRIALS):
            self.page.wait_for_timeout(100 + 7 * trial)
            to = x + (20, -20)[trial % 2], y + (15, -15)[trial % 2]
            self.page.evaluate(f"""to => {{
                const view = {VIEW}, {{left, top}} = view.canvas.getBoundingClientRect();
                window.aim = view.held(to[0] - left, to[1] - top).move; }}""", to)
            times += self.until(mouse.move, *to, seen=[THERE])
        mouse.up()
        return times

    def memory(self) -> tuple[float, float]:
        """Return the megabytes of the kernel and of the page's objects."""
        resident = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf(
            "SC_PAGESIZE")
        return resident / 2**20, self.page.evaluate(
            "gc(), performance.memory.usedJSHeapSize") / 2**20

    def rates(self, seconds: float) -> np.ndarray:
        """Return calls of `requestAnimationFrame`, frames drawn and states received a second."""
        before = np.array(self.page.evaluate("counts()"))
        self.page.wait_for_timeout(1000 * seconds)
        taken, *counts = np.array(self.page.evaluate("counts()")) - before
        return np.array(counts) / taken


@contextmanager
def opened(source: str) -> Iterator[Page]:
    """Open a notebook of one cell in JupyterLab, and run it."""
    with tempfile.TemporaryDirectory() as folder:
        notebook = Path(folder) / "live.ipynb"
        cell = {"cell_type": "code", "id": "live", "metadata": {}, "execution_count": None,
                "outputs": [], "source": source}
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3",
                                 "language": "python"}}
        notebook.write_text(json.dumps({"cells": [cell], "metadata": kernel, "nbformat": 4,
                                        "nbformat_minor": 5}))
        with browser.jupyterlab(notebook) as address, browser.page_of(1280, 720) as page:
            browser.run_all(page, address, notebook.name)
            yield page


def first_frame(page: Page) -> float:
    """Return the seconds from Shift+Enter until the picture has moved, with Space as the one key
    between; the kernel has imported what it needs."""
    browser.show(page, IMPORTS + "LiveGPLVM('iris')", "LiveGPLVM('digits')", "")
    page.evaluate(f"{browser.NOTEBOOK}.content.activeCellIndex = 1")
    page.locator(".jp-CodeCell").nth(1).locator(".cm-content").click()
    page.evaluate("""() => {
        window.began = window.moved = 0;
        for (const cell of document.querySelectorAll('.lvm')) cell.classList.add('earlier');
        addEventListener('keydown', () => { window.began ||= performance.now(); },
                         {capture: true, once: true});
        const look = () => {
            const view = document.activeElement.lvm;
            if (view && !view.asked_to_play && view.state.now.latent) {
                view.asked_to_play = view.state.now.latent.slice(0, 2).join();
                view.el.dispatchEvent(new KeyboardEvent('keydown', {key: ' ', bubbles: true}));
            }
            if (view?.asked_to_play && view.mix('latent').slice(0, 2).join() !== view.asked_to_play)
                window.moved = performance.now();
            else requestAnimationFrame(look); };
        look(); }""")
    page.keyboard.press("Shift+Enter")
    page.wait_for_function("window.moved")
    return page.evaluate("(window.moved - window.began) / 1000")


def spread(values: list[float] | np.ndarray) -> str:
    return f"median {np.median(values):6.1f}   95 % below {np.quantile(values, 0.95):6.1f}"


def watch(widget: str, seconds: float) -> None:
    """Measure a widget, and print its table."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        source = CELL.format(widget=widget.strip(), endless=WIDGETS[widget], log=str(log))
        with opened(source) as page:
            bench = Bench(page, log)
            page.evaluate(COUNT)
            page.wait_for_timeout(2000)
            idle, *_ = bench.rates(3)
            bench.press("Play")
            page.wait_for_timeout(2000)
            done, before = len(bench.work()), bench.memory()
            ticks, drawn, states = bench.rates(seconds)
            work, after = bench.work()[done:], bench.memory()
            how = ", flat out" if widget.endswith(" ") else ""
            print(f"\n{widget.strip()}{how}, {seconds:g} s\n"
                  f"  frames a second   {drawn:.1f} drawn, {100 * drawn / idle:.0f} % of the "
                  f"{idle:.1f} of the page at rest (now {ticks:.1f})\n"
                  f"  states a second   {states:.1f}")
            for kind, name in enumerate(("a step", "packing and sending")):
                for column, of in ((1, ""), (2, ", processor")):
                    print(f"  ms of {name + of:32} {spread(work[work[:, 0] == kind, column])}")
            stands, told = bench.clicks()
            print(f"  ms click → picture stands {spread(stands)}   of {TRIALS}\n"
                  f"  ms click → kernel's word  {spread(told)}   of {TRIALS}")
            if "Live" in widget:
                print(f"  ms drag → drawn, playing  {spread(bench.drags())}   of {TRIALS}")
                bench.press("Pause")
                print(f"  ms drag → drawn, paused   {spread(bench.drags())}   of {TRIALS}")
            for name, *megabytes in zip(("kernel", "page"), before, after, strict=True):
                print("  megabytes of the {:6}   {:.1f}, then {:.1f}".format(name, *megabytes))


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30, help="how long to watch the digits "
                                                                  "(default: 30)")
    parser.add_argument("--only", default="", help="part of the name of a widget")
    asked = parser.parse_args()
    browser.FLAGS.extend(["--enable-precise-memory-info", "--js-flags=--expose-gc"])
    packages = ", ".join(f"{name} {version(name)}"
                         for name in ("ipykernel", "jupyterlab", "anywidget"))
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; "
          f"{packages}")
    for number, widget in enumerate(name for name in WIDGETS if asked.only in name):
        watch(widget, SHORT if number else asked.seconds)
    with opened("import ipywidgets\nipywidgets.Label('ready')") as page:
        times = sorted(first_frame(page) for _ in range(3))
    print("\ns Shift+Enter, Space → first moved frame   "
          f"median {times[1]:.2f}, most {times[2]:.2f}")


if __name__ == "__main__":
    main()
