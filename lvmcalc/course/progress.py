"""The progress file: what a reader has typed into boxes, kept beside the notebooks.

It is plain JSON. The environment variable LVMCALC_PROGRESS names another file, or is "off". A
verdict in it is for the reader's own screen; whoever collects the files marks the answers again.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FILE, _VERSION = "lvmcalc_progress.json", 1
_SWITCH = "LVMCALC_PROGRESS"
ANSWERS_KEPT, LONGEST_ANSWER = 50, 20_000  # answers to one exercise, and characters of an answer

_Asked = tuple[str, str]  # the chain and the adjoint, such as ("autoencoder", "∂L/∂W")


class UnreadableProgress(ValueError):
    """The file is no progress file that this version can read."""


@dataclass
class StoredProgress:
    """What a progress file holds: a name, and for each exercise the answers in their order."""

    name: str = ""
    answers: dict[_Asked, dict[str, bool]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "StoredProgress":
        """Read a file.

        Raises
        ------
        UnreadableProgress
            If it is damaged, or made by a newer version.
        OSError
            If it cannot be opened.
        """
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            version = found["lvmcalc progress"]
            if not isinstance(version, int) or version > _VERSION:
                raise UnreadableProgress(f"{path.name} was made by a newer version of lvmcalc.")
            kept = cls(" ".join(found["name"].split())[:100])
            for one in found["answers"]:
                match one:
                    case {"model": str(model), "asked": str(asked), "answer": str(answer),
                          "right": bool(right)}:
                        kept.answers.setdefault((model, asked), {})[answer] = right
                    case _:
                        raise TypeError
        except UnreadableProgress:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise UnreadableProgress(f"{path.name} is damaged.") from None
        return kept

    def add(self, exercise: _Asked, answer: str, right: bool) -> None:
        """Add an answer as the last one, and drop the first of too many."""
        given = self.answers.setdefault(exercise, {})
        given.pop(answer, None)
        given[answer] = right
        for old in [*given][:-ANSWERS_KEPT]:
            del given[old]

    def write(self, path: Path) -> None:
        """Write the file beside its place, then rename it, so that it is never half written."""
        answers = [{"model": model, "asked": asked, "answer": answer, "right": right}
                   for (model, asked), given in self.answers.items()
                   for answer, right in given.items()]
        text = json.dumps({"lvmcalc progress": _VERSION, "name": self.name, "answers": answers},
                          ensure_ascii=False, indent=1)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            beside.write_text(text + "\n", encoding="utf-8")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


class Progress:
    """What has been derived, in this kernel and in the file.

    Attributes
    ----------
    path : where the file is, None if nothing is kept
    why : one sentence about why nothing is kept, "" if it is
    """

    def __init__(self, place: str | None = None) -> None:
        place = os.environ.get(_SWITCH, "") if place is None else place
        tested = "PYTEST_CURRENT_TEST" in os.environ and not place
        self.path = None if place == "off" or tested else Path(place or FILE).absolute()
        self.why = "" if self.path else "What you derive is not kept here: it is switched off."
        self._there = self._read()

    @property
    def where(self) -> str:
        """One sentence about where answers are kept, or why they are not."""
        return self.why or (f"Your answers are kept in {self.path.name}, a file beside the "
                            "notebooks, so that they are there tomorrow. Delete it to begin anew.")

    @property
    def name(self) -> str:
        """The reader's name, "" if none was given."""
        return self._there.name

    @name.setter
    def name(self, name: str) -> None:
        self._keep(lambda kept: setattr(kept, "name", " ".join(name.split())[:100]))

    def derived(self, exercise: _Asked) -> bool:
        """Return whether an exercise has been answered rightly."""
        return any(self.answers(exercise).values())

    def answers(self, exercise: _Asked) -> dict[str, bool]:
        """Return the answers to an exercise, the last one last, and whether each was right."""
        return self._there.answers.get(exercise, {})

    def add(self, exercise: _Asked, answer: str, right: bool) -> None:
        """Keep an answer."""
        if answer.strip() and len(answer) <= LONGEST_ANSWER:
            self._keep(lambda kept: kept.add(exercise, answer, right))

    def renew(self) -> None:
        """Read the file again: another notebook may have written it."""
        self._there = self._read()

    def forget(self) -> None:
        """Forget all answers and the name, here and in the file."""
        self.renew()  # a file that cannot be read is not ours to remove
        self._there = StoredProgress()
        if self.path:
            try:
                self.path.unlink(missing_ok=True)
            except OSError as error:
                self._off(error)

    def _keep(self, change: Callable[[StoredProgress], None]) -> None:
        self.renew()  # another notebook may have written meanwhile
        if not self.path:
            return
        change(self._there)
        try:
            self._there.write(self.path)
        except OSError as error:
            self._off(error)

    def _read(self) -> StoredProgress:
        try:
            if self.path:
                return StoredProgress.read(self.path)
        except FileNotFoundError:
            pass
        except (OSError, UnreadableProgress) as error:
            self._off(error)
        return StoredProgress()

    def _off(self, error: Any) -> None:
        """Keep nothing from now on, and leave the file as it is."""
        reason = (f"{error} It is left as it is." if isinstance(error, UnreadableProgress) else
                  f"{self.path.name} cannot be written ({error.strerror or error}).")
        self.path, self.why = None, f"What you derive is not kept: {reason}"


@cache
def here() -> Progress:
    """Return the progress of this kernel, the same one each time."""
    return Progress()


class Answered:
    """What is answered in a cell: a part of the sheet, or a question of an exam."""

    def mark(self, answer: Any) -> Any:
        """Mark an answer as `check` does, and keep it in the progress file if it is text."""
        found = self.check(answer)
        if isinstance(answer, str):
            here().add((self.model, self.asks), answer, found.right or found.status == "words")
        return found
