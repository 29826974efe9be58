"""The map of what a reader has derived in all notebooks, with a name and a button that forgets."""

from collections.abc import Mapping
from html import escape
from itertools import groupby
from pathlib import Path

import ipywidgets as widgets

from lvmcalc.course.progress import here
from lvmcalc.course.tasks import Task, once, tasks
from lvmcalc.show import style
from lvmcalc.show.view import Asked, guarded, spoken


class ProgressMap(Asked, widgets.VBox):
    """What has been derived in each notebook of a folder.

    Parameters
    ----------
    folder : Path
        Where the notebooks are, by default where the kernel runs.
    """

    def __init__(self, folder: Path | None = None) -> None:
        found = once(tasks(folder or Path(), kept=True))
        self._tasks: Mapping[str, list[Task]] = {
            notebook: list(group) for notebook, group in groupby(found, lambda it: it.notebook)}
        self._words = widgets.HTML()
        self.name = widgets.Text(here().name, description="Name", placeholder="optional",
                                 continuous_update=False)
        self.forget = widgets.Button(description="Forget all of it", tooltip="Delete the file in "
                                     "which your answers and your name are kept")
        self.renew = widgets.Button(description="Look again")
        super().__init__([self._words, widgets.HBox([self.renew, self.name, self.forget])])
        self.add_class("lvmcalc-ask")
        self.name.observe(guarded(lambda _: self._named(), self._say), "value")
        self.forget.on_click(guarded(lambda _: self._forgotten(), self._say))
        self.renew.on_click(guarded(lambda _: self.update(), self._say))
        self.update()

    @property
    def status(self) -> str:
        """The map in words."""
        done = [self._derived(task) for group in self._tasks.values() for task in group]
        many = f"notebook{'s' if len(self._tasks) != 1 else ''}"
        return f"{sum(done)} of {len(done)} exercises in {len(self._tasks)} {many} done."

    def update(self, said: str = "") -> None:
        """Show the state of the file as it is now."""
        here().renew()
        rows = []
        for notebook, group in self._tasks.items():
            done = [self._derived(task) for task in group]
            signs = " ".join(f'<span title="{escape(task.model)}">{"■" if right else "□"}&nbsp;'
                             f"{escape(task.short)}</span>&ensp;"
                             for task, right in zip(group, done, strict=True))
            rows.append(f'<tr><td><a href="{notebook}.ipynb">{notebook}</a></td>'
                        f"<td>{sum(done)}&nbsp;of&nbsp;{len(done)}</td><td>{signs}</td></tr>")
        self._say(f"{self.status} {said or here().where}", f"<table>{''.join(rows)}</table>")

    def _derived(self, task: Task) -> bool:
        return here().derived((task.model, task.asked))

    def _named(self) -> None:
        if self.name.value != here().name:
            here().name = self.name.value
            self.update()

    def _forgotten(self) -> None:
        here().forget()
        self.name.value = ""
        self.update(here().why or "Forgotten.")

    def _say(self, words: str, table: str = "") -> None:
        self._words.value = style.CSS + spoken(escape(words)) + table

    def __repr__(self) -> str:
        return self.status
