"""Docstrings are complete: a sentence for everything public, and the whole of it for what a reader
calls.

The rule. Every public module, class, function, method and property has a docstring; a method that
overrides another may leave it to that one. What a reader calls by name (`CALLED`) names each of its
parameters, what it returns and what it raises, or says of which documented function these are.
"""

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any

from tables import over

import lvmcalc
from lvmcalc import models, show, training
from lvmcalc.course import homework
from lvmcalc.models import CHAINS
from lvmcalc.training import data

HOUSE = Path(lvmcalc.__file__).parent
MODULES = [import_module(
    ".".join(path.relative_to(HOUSE.parent).with_suffix("").parts).removesuffix(".__init__"))
           for path in sorted(HOUSE.rglob("*.py"))]


def public(module: Any) -> Iterator[tuple[str, Any]]:
    """Yield the public classes and functions that a module defines, and the members of the classes,
    by name."""
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__",
                                           "") != module.__name__ or not callable(value):
            continue
        yield f"{module.__name__}.{name}", value
        for part, member in vars(value).items() if inspect.isclass(value) else ():
            plain = getattr(member, "fget",
                            getattr(member, "func", getattr(member, "__func__", member)))
            # not one that NumPy lends
            own = inspect.isfunction(plain) and plain.__module__ == module.__name__
            if own and not part.startswith("_") and plain.__name__ != "<lambda>":
                yield f"{module.__name__}.{name}.{part}", getattr(value, part)


@over("module", MODULES)
def test_everything_public_has_a_docstring_that_is_a_sentence(module: Any) -> None:
    documented = {name: inspect.getdoc(value) or "" for name,
                  value in [*public(module), (module.__name__, module)]}
    bare = {name for name, words in documented.items()
            if not re.match(r"\S.*?[.:](\s|$)", words)}  # on one line
    assert bare == set()


def functions(module: Any) -> list[str]:
    return [name for name, value in vars(module).items()
            if inspect.isfunction(inspect.unwrap(value)) and name[0] != "_"
            and value.__module__ == module.__name__
            and set(inspect.signature(value).parameters) - {"book"}]


MODELS = sorted({inspect.getmodule(chain) for chain in CHAINS.values()},
                key=lambda module: module.__name__)
CALLED = [("lvmcalc", name) for name in lvmcalc.__all__
          if inspect.isfunction(getattr(lvmcalc, name))]
CALLED += [(module.__name__, name) for module in (*MODELS, data, homework)
           for name in functions(module)]
CALLED += [("lvmcalc.chain", "Chain.entrywise"),
           ("lvmcalc.calculus.rule_proofs", "establish")]
CALLED += [(module.__name__, name) for module in (training, models, show) for name in module.__all__
           if inspect.isclass(getattr(module, name)) and "__init__" in vars(getattr(module, name))]


@over(("module", "name"), CALLED)
def test_what_a_reader_calls_is_documented_in_full(module: str, name: str) -> None:
    called = attrgetter(name)(import_module(module))
    signature, words = inspect.signature(called), inspect.getdoc(called)
    for reference in re.findall(r"(?:are those of|[Aa]s for) `(\w+)`", words):
        words += "\n" + inspect.getdoc(getattr(import_module(module), reference))
    has = {title for title in ("Parameters", "Returns", "Raises")
           if f"\n{title}\n{'-' * len(title)}\n" in words}
    assert "Parameters" in has or not signature.parameters
    listed = {word.lstrip("*") for line in re.findall(r"^(\S.*?) : ", words, re.M)
              for word in line.split(", ")}
    assert set(signature.parameters) - {"self"} <= listed
    if inspect.isfunction(called):
        assert has == {"Parameters", "Returns", "Raises"}


def test_a_docstring_lists_no_parameter_that_there_is_not() -> None:
    """A parameter that was renamed or dropped does not live on in the words."""
    for module in MODULES:
        for name, value in public(module):
            block = re.search(r"^Parameters\n-+\n(.*?)(?:\n\n(?=\S)|\Z)",
                              inspect.getdoc(value) or "", re.M | re.S)
            if block and callable(value):
                listed = {word.lstrip("*") for line in re.findall(r"^(\S.*?) :", block[1], re.M)
                          for word in line.split(", ")}
                assert listed <= set(inspect.signature(value).parameters), name
