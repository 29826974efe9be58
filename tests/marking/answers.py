"""The frozen answers of answers_*.toml, as the marking gets them.

A row is [chain, variable, answer, kinds of finding], without the kinds where the answer is right.
An answer is a text; `{sympy = "…"}`, which is evaluated in the symbols of the chain and in
SymPy; `{function = "…"}`, the name of a function of `answer_functions`; or `{}`, no answer at all.
"""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import answer_functions
import sympy

from lvmcalc.chain import Chain
from lvmcalc.models import chain_named


class Symbols(dict):
    """The symbols of a chain by name: sizes, leaves, nodes, adjoints; and SymPy's own names."""

    def __init__(self, chain: Chain):
        sizes = (size for leaf in chain.leaves.values() for size in leaf.shape)
        super().__init__({size.name: size for size in sizes})
        self.chain = chain

    def __missing__(self, name: str) -> Any:
        try:
            return self.chain.symbols(name)[0]
        except ValueError:
            return getattr(sympy, name)


class Answers(NamedTuple):
    """The right answers (of, wrt, answer), the wrong ones (of, wrt, answer, kinds), and what is no
    answer."""

    right: list[tuple[str, str, Any]]
    wrong: list[tuple[str, str, Any, set[str]]]
    unreadable: tuple[tuple[str, str, str], ...] = ()


def answer(of: str, given: str | dict[str, str]) -> Any:
    """Return what a row's third column stands for."""
    match given:
        case {"sympy": text}:
            return eval(text, {}, Symbols(chain_named(of)))
        case {"function": name}:
            return getattr(answer_functions, name)
        case {}:
            return None
    return given


def read(name: str) -> Answers:
    """Return one set of frozen answers."""
    rows = tomllib.loads(Path(__file__).with_name(f"answers_{name}.toml").read_text("utf-8"))
    return Answers([(of, wrt, answer(of, given)) for of, wrt, given in rows["right"]],
                   [(of, wrt, answer(of, given), set(kinds))
                    for of, wrt, given, kinds in rows["wrong"]],
                   tuple(map(tuple, rows.get("unreadable", ()))))


DEVELOPMENT, SECOND, DIALECTS = map(read, ("development", "second", "dialects"))
