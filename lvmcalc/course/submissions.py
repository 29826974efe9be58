"""The submissions of a class, read without running any of them: notebooks and progress files."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lvmcalc.course.progress import ANSWERS_KEPT, FILE, StoredProgress, _Asked
from lvmcalc.course.tasks import code_cells

_LARGEST, _LONGEST_CELL = 50_000_000, 100_000  # bytes of a file, and characters of a cell
CODE = "code"  # stands for an answer that is no text, such as a function


@dataclass
class HandedIn:
    """What one student handed in.

    Attributes
    ----------
    student : the name of the folder or file, and the name given in a progress file
    kept : by exercise, the answers in progress files, and whether the file calls each right
    written : by notebook, the texts assigned to a variable; `CODE` for anything else
    seeds : by notebook, the seed in it
    problems : what could not be read, in sentences
    """

    student: str
    kept: dict[_Asked, dict[str, bool]] = field(default_factory=dict)
    written: dict[str, dict[str, str]] = field(default_factory=dict)
    seeds: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, path: Path) -> None:
        """Read one more file."""
        try:
            if path.stat().st_size > _LARGEST:
                raise ValueError(f"{path.name} is larger than {_LARGEST // 1_000_000} MB.")
            if path.suffix == ".json":
                self._add_progress(path)
            else:
                self._add_notebook(path)
        except ValueError as error:
            self.problems.append(str(error))
        except OSError as error:
            self.problems.append(f"{path.name} cannot be read: {error.strerror}.")

    def _add_progress(self, path: Path) -> None:
        found = StoredProgress.read(path)
        if found.name and found.name not in self.student:
            self.student = f"{self.student} ({found.name})"
        for exercise, answers in found.answers.items():
            if len(answers) > ANSWERS_KEPT:
                self.problems.append(f"{path.name} holds {len(answers):,} answers to "
                                     f"{exercise[1]:.40}; the last {ANSWERS_KEPT} are marked.")
            last = [*answers][-ANSWERS_KEPT:]
            self.kept.setdefault(exercise, {}).update({text: answers[text] for text in last})

    def _add_notebook(self, path: Path) -> None:
        sources, found = code_cells(path), self.written.setdefault(path.stem, {})
        for source in sources:
            try:
                if len(source) > _LONGEST_CELL:
                    raise ValueError
                statements = ast.parse(source).body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                if source.lstrip().startswith("answer_"):
                    name = source[:100].split("=")[0].strip()
                    found[name] = ""
                    self.problems.append(f"{path.name}: the cell of {name} is not Python; is a "
                                         "quotation mark missing?")
                continue
            for statement in statements:
                match statement:
                    case ast.Assign([ast.Name("seed")], ast.Constant(int(seed))):
                        self.seeds[path.stem] = seed
                    case ast.Assign([ast.Name(name)], ast.Constant(text)):
                        found[name] = text if isinstance(text, str) else ""
                    case ast.FunctionDef(name) | ast.Assign([ast.Name(name)]):
                        found[name] = CODE


def handed_in(folder: Path) -> Iterator[HandedIn]:
    """Yield what each student handed in.

    A folder in `folder` is a student's; so is each file that lies in it directly. If a progress
    file lies there under its own name, the whole folder is one student's.

    Raises
    ------
    ValueError
        If there is no such folder, or nothing in it was handed in.
    """
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}.")
    found: dict[str, HandedIn] = {}
    alone = folder.resolve().name if (folder / FILE).is_file() else ""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if any(part.startswith(".") for part in inside):
            continue
        if path.is_dir() and len(inside) == 1:  # of one who may have handed in nothing
            found.setdefault(path.name, HandedIn(path.name))
        elif path.suffix in (".ipynb", ".json") and path.is_file():
            student = inside[0] if len(inside) > 1 else alone or path.stem
            found.setdefault(student, HandedIn(student)).add(path)
    if not found:
        raise ValueError(f"{folder} holds no notebook and no progress file.")
    yield from (found[name] for name in sorted(found))
