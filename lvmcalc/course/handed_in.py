"""What students handed in, read without running any of it: notebooks and progress files."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lvmcalc.course.progress import FILE, Kept, UnreadableProgress
from lvmcalc.course.tasks import cells

LARGEST = 50_000_000  # bytes of a file
CODE = "code"  # stands for an answer that is a function


@dataclass
class HandedIn:
    """What one student handed in.

    Attributes
    ----------
    student : the name of the folder or file, and the name given in a progress file
    boxes : by chain and adjoint, the answers typed into boxes, in their order
    written : by notebook, the texts assigned to a variable; `CODE` for a function
    seeds : by notebook, the seed in it
    problems : what could not be read, in sentences
    """

    student: str
    boxes: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    written: dict[str, dict[str, str]] = field(default_factory=dict)
    seeds: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, path: Path) -> None:
        """Read one more file."""
        try:
            if path.stat().st_size > LARGEST:
                raise ValueError(f"{path.name} is larger than {LARGEST // 1_000_000} MB.")
            if path.suffix == ".json":
                kept = Kept.read(path)
                if kept.name and kept.name not in self.student:
                    self.student = f"{self.student} ({kept.name})"
                for exercise, answers in kept.answers.items():
                    self.boxes.setdefault(exercise, []).extend(answers)
            else:
                self._add_notebook(path)
        except (UnreadableProgress, ValueError) as error:
            self.problems.append(str(error))
        except OSError as error:
            self.problems.append(f"{path.name} cannot be read: {error.strerror}.")

    def _add_notebook(self, path: Path) -> None:
        found = self.written.setdefault(path.stem, {})
        for source in cells(path):
            try:
                statements = ast.parse(source).body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                if source.lstrip().startswith("answer_"):
                    name = source.split("=")[0].strip()
                    self.problems.append(f"{path.name}: the cell of {name} is not Python; is a "
                                         "quotation mark missing?")
                continue
            for statement in statements:
                match statement:
                    case ast.Assign([ast.Name("seed")], ast.Constant(int(seed))):
                        self.seeds[path.stem] = int(seed)
                    case ast.Assign([ast.Name(name)], ast.Constant(str(text))):
                        found[name] = text
                    case ast.FunctionDef(name) | ast.Assign([ast.Name(name)], ast.Lambda()):
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
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if path.suffix in (".ipynb", ".json") and not hidden and path.is_file():
            student = inside.parts[0] if len(inside.parts) > 1 else alone or path.stem
            found.setdefault(student, HandedIn(student)).add(path)
    folders = [path.name for path in sorted(folder.iterdir())
               if path.is_dir() and not path.name.startswith(".")]
    for name in folders:  # one who handed in nothing
        found.setdefault(name, HandedIn(name))
    if not found:
        raise ValueError(f"{folder} holds no notebook and no progress file.")
    yield from (found[name] for name in sorted(found))
