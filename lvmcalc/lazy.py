"""Lazy imports: a public name is loaded once it is used; training needs no algebra, no pictures."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def face(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any],
                                                          Callable[[], list[str]]]:
    """Return the `__getattr__` and the `__dir__` of a module whose names live in other modules.

    Parameters
    ----------
    package : str
        The `__name__` of the module.
    homes : mapping of str to str
        For each module the names that live there, with spaces between them.
    """
    home = {name: module for module, names in homes.items() for name in names.split()}

    def get(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(home[name]), name)
        setattr(sys.modules[package], name, value)  # the next time nobody asks here
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *home})

    return get, names
