"""Walk through the notebooks by keyboard alone: `python tools/walk_by_keyboard.py [NAME ...]`.

In a JupyterLab and a Chromium of its own, Shift+Enter runs all cells; Tab reaches every button,
field, slider and picture that an output has, and Enter opens what is folded; the arrow keys choose
an answer of a prediction; one exercise of each notebook is answered, and has to be marked right. No
mouse is used, and nothing is focused by a script. It takes minutes, so it is no part of the tests.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))

import browser
from playwright.sync_api import Page

from lvmcalc.course.tasks import Task, tasks

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
# What can be reached in outputs that was not yet; of radio buttons with one name any is enough.
LEFT = """index => {
    const cell = jupyterapp.shell.currentWidget.content.widgets[index].node, groups = new Set();
    const all = cell.querySelectorAll(`.jp-OutputArea-output :is(button, input, select, textarea,
        summary, a[href], [tabindex="0"])`);
    for (const it of all) if (it.type === "radio" && it.dataset.walked) groups.add(it.name);
    return [...all].filter(it => it.checkVisibility({visibilityProperty: true}) && !it.disabled
        && it.tabIndex >= 0 && !it.dataset.walked && !groups.has(it.name)
        ).map(it => it.outerHTML.slice(0, 90)); }"""
HERE = """() => {
    const it = document.activeElement, cell = it.closest(".jp-Cell"), first = !it.dataset.walked;
    it.dataset.walked = "yes";
    return {first, inside: !!it.closest(".jp-OutputArea-output"), tag: it.tagName, kind: it.type,
            label: it.getAttribute("aria-label") || it.labels?.[0]?.textContent || it.textContent,
            cell: jupyterapp.shell.currentWidget.content.activeCellIndex}; }"""
NUMBER = f"{browser.NOTEBOOK}.content.activeCellIndex"
MARKED = f"index => {browser.NOTEBOOK}.content.widgets[index].node.textContent.includes('■ Right')"


class Walk:
    """One notebook, walked through by keys."""

    def __init__(self, page: Page, name: str, asked: list[Task]) -> None:
        self.page, self.name = page, name
        boxes = [task for task in asked if task.is_box and not task.in_walk]
        self.box = boxes[0] if boxes else None
        written = [task for task in asked if not task.is_box and task.name.startswith("answer_")
                   and "\n" not in task.solve() and task.mark(task.solve()).right]
        self.written = written[0] if written and not boxes else None
        self.reached, self.answered, self.predicted = 0, False, 0

    def key(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def number(self) -> int:
        return self.page.evaluate(NUMBER)

    def run(self) -> None:
        """Run every cell with Shift+Enter, and go back to the top."""
        last = self.page.evaluate(f"{browser.NOTEBOOK}.content.widgets.length") - 1
        while self.number < last:
            before = self.number
            self.key("Shift+Enter")
            self.page.wait_for_function(f"before => {NUMBER} > before", arg=before)
        self.key("Shift+Enter")
        browser.finished(self.page)
        self.key("Escape")
        while self.number:
            self.key("ArrowUp")

    def reach_all(self) -> None:
        """Go down cell by cell, and with Tab through what its output has."""
        last = self.page.evaluate(f"{browser.NOTEBOOK}.content.widgets.length") - 1
        for number in range(last + 1):
            if self.page.evaluate(LEFT, number):
                self._go_to(number)
                self._through(number)
            elif self.written and not self.answered and self._asks(number):
                self._go_to(number)
                self._write(number)

    def _go_to(self, number: int) -> None:
        """Leave what an output has with Tab; go to a cell with the arrow keys, which skip one
        without source, so that they may end before it."""
        while self.page.evaluate(HERE)["inside"]:
            self._tab()
        while self.number < number:
            self._moved("ArrowDown")
        while self.number > number:
            self._moved("ArrowUp")

    def _moved(self, key: str) -> None:
        before = self.number
        self.key(key)
        if self.number == before:
            raise AssertionError(f"{self.name}: {key} does not leave cell {before}")

    def _through(self, number: int) -> None:
        while left := self.page.evaluate(LEFT, number):
            if self._tab()["cell"] > number:
                raise AssertionError(f"{self.name}, cell {number}: Tab skips {left[0]}")

    def _tab(self) -> dict:
        """Press Tab, and use what has the focus now, the first time."""
        self.key("Tab")
        here = self.page.evaluate(HERE)
        if here["first"] and here["inside"]:
            self.reached += 1
            self._use(here["cell"], here)
        return here

    def _use(self, number: int, here: dict) -> None:
        if here["tag"] == "SUMMARY":
            self.key("Enter")
        elif here["kind"] == "radio" and self.predicted == 0:
            self.key("ArrowDown")
            self.page.wait_for_function(f"""index => /■ Right|Not this one/.test(
                {browser.NOTEBOOK}.content.widgets[index].node.textContent)""", arg=number)
            self.predicted = 1
        elif self.box and not self.answered and here["label"].strip() == f"{self.box.asked} =":
            self.page.keyboard.type(self.box.solve())
            self.key("Enter")
            self.page.wait_for_function(MARKED, arg=number)
            self.page.wait_for_timeout(1000)  # until the formulas in the verdict are typeset
            self.answered = True

    def _asks(self, number: int) -> bool:
        source = self.page.evaluate(
            f"index => {browser.NOTEBOOK}.content.widgets[index].model.sharedModel.source", number)
        return source.startswith(f'{self.written.name} = ""')

    def _write(self, number: int) -> None:
        """Write an answer between the quotation marks of a cell, and run it."""
        self.key("Enter", "Control+Home", "End", "ArrowLeft")
        self.page.keyboard.insert_text(self.written.solve())
        self.key("Control+Enter")
        self.page.wait_for_function(MARKED, arg=number)
        self.answered = True


def main() -> None:
    """Walk through the notebooks that are named, by default 00 to 12."""
    names = sys.argv[1:] or [path.stem for path in sorted(NOTEBOOKS.glob("[01][0-9]_*.ipynb"))
                             if path.stem < "13"]
    asked = list(tasks(NOTEBOOKS))
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with browser.jupyterlab(*(NOTEBOOKS / f"{name}.ipynb" for name in names)) as address:
        for name in names:
            start = time.perf_counter()
            with browser.page_of() as page:
                page.goto(f"{address}/lab/tree/{name}.ipynb?reset")
                browser.connected(page)
                walk = Walk(page, name, [task for task in asked if task.notebook == name])
                walk.run()
                walk.reach_all()
                assert walk.answered or not (walk.box or walk.written), f"{name}: not answered"
            print(f"{name}: all cells run, {walk.reached} controls reached, "
                  f"{'one exercise answered' if walk.answered else 'no exercise'}, "
                  f"{time.perf_counter() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
