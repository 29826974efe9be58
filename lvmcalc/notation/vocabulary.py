"""The names that a formula may use, and what each of them stands for."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import sympy as sp
from sympy import Dummy, Expr, Identity

from lvmcalc.notation.printer import ASCII


class Vocabulary(dict):
    """The symbols that a formula may use, by their own names, adjoints such as ∂L/∂X included.

    Parameters
    ----------
    names : symbols by name
    adjoints : adjoints by the name of what they belong to
    output : name of the scalar whose adjoints these are; L is always understood as well
    functions : functions by name, each from an argument to an expression, such as exp

    Attributes
    ----------
    spellings : symbols by every way to write them, as `tokens.unified` leaves it: d_bar, ∂L/∂d and
        dL/dd are one adjoint, I_N, eye(N) and Identity(N) one matrix
    listed : the names that an error message lists
    """

    def __init__(self, names: Mapping[str, Expr], adjoints: Mapping[str, Expr],
                 output: str = "L",
                 functions: Mapping[str, Callable[[Expr], Expr]] = MappingProxyType({})):
        lengths = [length for symbol in names.values() if symbol.is_Matrix
                   for length in symbol.shape]
        sizes = {size.name: size for length in lengths
                 for size in sorted(length.free_symbols, key=str)}
        super().__init__({**names, **sizes, **{it.name: it for it in adjoints.values()}})
        self.functions = {name: it for name, it in functions.items() if name not in names}
        self.listed = [*dict.fromkeys([*names, *sizes, "I"])]
        self.spellings = {**names, **sizes, "I": Identity(Dummy("?")), "pi": sp.pi}
        for name, symbol in adjoints.items():
            fractions = [f"{d}{above}/{d}{name}" for d in "∂d" for above in ("L", output)]
            barred = [f"{name}_bar", f"{name}bar", f"{name}\u0304"]
            self.spellings |= dict.fromkeys([*barred, *fractions], symbol)
        numbers = {str(length): length for length in lengths if length.is_Integer}
        for name, size in {**sizes, **numbers}.items():
            written = [f"I_{name}", f"eye({name})", f"Identity({name})"]
            self.spellings |= dict.fromkeys(written, Identity(size))
        self.spellings = {name.translate(ASCII): it for name, it in self.spellings.items()}
