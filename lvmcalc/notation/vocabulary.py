"""The names that a formula may use, and what each of them stands for."""

import re
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from types import MappingProxyType

import sympy as sp
from sympy import Dummy, Expr, Identity, MatrixSymbol, Symbol

from lvmcalc.notation.letters import ASCII, GREEK
from lvmcalc.recent import Recent

# Behind a name stands no letter, digit, subscript or accent that would make another name of it; a
# Greek letter, the brace of a subscript, or the digit in \delta_1 ends it where a Latin one begins.
_MORE = "0-9_\u0300-\u036f\u2090-\u209c\u1d62-\u1d6a"
_BELOW = "|".join(rf"(?<=\\{name}_\d)" for name in GREEK)
ENDS = f"(?:(?:(?<=[α-ωΑ-Ω\u0302-\u0304}}])|{_BELOW})(?![{_MORE}])|(?![A-Za-z{_MORE}]))"
_SMALL = dict(zip("nmikpst", "ₙₘᵢₖₚₛₜ", strict=True))  # letters that can stand below


class Vocabulary(dict):
    """The symbols that a formula may use, by their own names, adjoints such as ∂L/∂X included.

    Parameters
    ----------
    names : symbols by name
    adjoints : adjoints by the name of what they belong to
    output : name of the scalar whose adjoints these are; L is always understood as well
    functions : functions by name, each from one argument or more to an expression, such as exp
    parts : adjoints of a part of the scalar, as ∂L₁/∂X, by the part and what they belong to
    hidden : names that are not understood any more, nor their adjoints and differentials

    Attributes
    ----------
    spellings : symbols by every way to write them in ASCII: d_bar, ∂L/∂d and dL/dd are one adjoint,
        I_N, eye(N) and Identity(N) one matrix
    listed : the names that an error message lists
    differentials : the names whose differential can be written, as dX; none without adjoints
    """

    def __init__(self, names: Mapping[str, Expr], adjoints: Mapping[str, Expr],
                 output: str = "L",
                 functions: Mapping[str, Callable[..., Expr]] = MappingProxyType({}),
                 parts: Mapping[str, Mapping[str, Expr]] = MappingProxyType({}),
                 hidden: frozenset[str] = frozenset()):
        self._given = names, adjoints, output, functions, parts, hidden
        self.read = Recent()  # texts in these names
        lengths = [length for symbol in names.values() if symbol.is_Matrix
                   for length in symbol.shape]
        sizes = {size.name: size for length in lengths
                 for size in sorted(length.free_symbols, key=str)}
        sizes = {name: size for name, size in sizes.items() if name not in {*names, *hidden}}
        names, adjoints = ({name: it for name, it in known.items() if name not in hidden}
                           for known in (names, adjoints))
        super().__init__({**names, **sizes, **{it.name: it for it in adjoints.values()}})
        self.functions = {name: it for name, it in functions.items()
                          if name not in {*self._given[0], *hidden}}
        self.listed = [*dict.fromkeys([*names, *sizes, "I"])]
        self.lengths = frozenset(sizes)
        self.outputs = tuple(dict.fromkeys(("L", output)))
        self.spellings = {"pi": sp.pi, **names, **sizes,
                          **dict.fromkeys(["I", "Id"], Identity(Dummy("?")))}
        if "lambda" in names:  # reserved in Python: code has another word
            others = ["lam", "lamda", "lambd", "lmbda", "lambda_", "lambda_reg", "lambda_param"]
            self.spellings = dict.fromkeys(others, names["lambda"]) | self.spellings
        for name, symbol in adjoints.items():
            fractions = [f"{d}{above}/{d}{name}" for d in "∂d" for above in self.outputs]
            barred = [f"{name}_bar", f"{name}bar", f"{name}\u0304", f"{name}.grad"]
            in_code = [f"d{above}{_}d{name}" for above in self.outputs for _ in ("_", "")]
            self.spellings |= dict.fromkeys([*barred, *fractions, *in_code], symbol)
        self.parts = {part: known for part, known in parts.items() if part in names}
        self.spellings |= {f"{d}{part}/{d}{name}": symbol for part, known in self.parts.items()
                           for name, symbol in known.items() if name in names for d in "∂d"}
        numbers = {str(length): length for length in lengths if length.is_Integer}
        for name, size in {**sizes, **numbers}.items():
            written = [f"I_{name}", f"eye({name})", f"Identity({name})"]
            self.spellings |= dict.fromkeys(written, Identity(size))
        self.spellings = {name.translate(ASCII): it for name, it in self.spellings.items()}
        changing = [*self.outputs, *names] if adjoints else []
        self.differentials = {name.translate(ASCII): names.get(name, Symbol(name))
                              for name in changing}

    def extended(self, names: Mapping[str, Expr],
                 adjoints: Mapping[str, Expr] = MappingProxyType({}),
                 parts: Mapping[str, Mapping[str, Expr]] = MappingProxyType({})) -> "Vocabulary":
        """Return a vocabulary with more names.

        A name that gets another meaning has no adjoint but that in `adjoints`, and is no part of
        the scalar unless it is in `parts`.
        """
        known, old, *others, whole, hidden = self._given
        old, *below = ({name: it for name, it in each.items() if name not in names}
                       for each in (old, *whole.values()))
        whole = {part: it for part, it in zip(whole, below, strict=True) if part not in names}
        return Vocabulary({**known, **names}, {**old, **adjoints}, *others, {**whole, **parts},
                          hidden - {*names})

    def with_parts(self, parts: Mapping[str, Mapping[str, Expr]]) -> "Vocabulary":
        """Return a vocabulary with the adjoints of parts of the scalar."""
        *known, _, hidden = self._given
        return Vocabulary(*known, parts, hidden)

    def without(self, name: str) -> "Vocabulary":
        """Return a vocabulary without a name, its adjoint and its differential."""
        *known, hidden = self._given
        return Vocabulary(*known, hidden | {name})

    def lettered(self) -> "Vocabulary":
        """Return a vocabulary in which letters stand for the sizes that are numbers."""
        names, adjoints, *others = self._given
        return Vocabulary(*({name: lettered(it) for name, it in given.items()}
                            for given in (names, adjoints)), *others)

    @cached_property
    def of_numbers(self) -> frozenset[str]:
        """The functions of one number, which also act entry by entry: tanh, as tanh' is known."""
        return frozenset(name for name in self.functions if f"{name}'" in self.functions)

    @cached_property
    def words(self) -> list[str]:
        """The spellings that are one word, the longest first; a fraction is read by the grammar."""
        return sorted((name for name in {*self.spellings, *self.outputs}
                       if not re.search("[∂/]", name)), key=len, reverse=True)

    @cached_property
    def pattern(self) -> re.Pattern:
        """The ways to type a name, with one group for each of `words`."""
        return _any_of(*self.words)

    @cached_property
    def changes(self) -> list[str]:
        """The names in `differentials`, the longest first."""
        return sorted(self.differentials, key=len, reverse=True)

    @cached_property
    def change(self) -> re.Pattern:
        """The ways to type a differential, dX, with one group for each of `changes`."""
        d = "d" if "delta" in self.spellings else r"d|δ|\\delta\b\s*"
        return _any_of(*self.changes, behind=f"(?:{d})")


@cache
def _any_of(*words: str, behind: str = "") -> re.Pattern:
    # ENDS once, behind all of them: compiled for each word it takes twenty times as long
    names = "|".join(f"({typed(word)})" for word in words) or "(?!)"
    return re.compile(f"{behind}(?:{names}){ENDS}")


def typed(name: str) -> str:
    """Return the pattern of the ways to type a name: alpha, α, \\alpha; L1, L_1, L_{1}."""
    pattern = ""
    greek = rf"(?<![A-Za-z])(?:{'|'.join(GREEK)})(?![a-z])"
    for piece in re.findall(rf"\d+$|(?<!\d)_\w+$|{greek}|.", name):
        if piece in GREEK:
            pattern += rf"(?:\\?{piece}|{GREEK[piece]})"
        elif piece.isdigit() and pattern:
            pattern += rf"(?:_?{piece}|_\{{{piece}\}})"
        elif len(piece) > 1 and piece != "_bar":
            below = _SMALL.get(piece[1:], "(?!)")
            pattern += rf"(?:_(?:{typed(piece[1:])}|\{{{typed(piece[1:])}\}})|{below})"
        else:
            pattern += re.escape(piece)
    return pattern


def lettered(expression: Expr) -> Expr:
    """Return an expression with a letter, such as "3", for each size that is a number."""
    def letter(size: Expr) -> Expr:
        one = size == 1 or not size.is_Integer
        return size if one else Symbol(str(size), integer=True, positive=True)

    letters = {it: it.func(*(map(letter, it.args) if not isinstance(it, MatrixSymbol) else
                             (it.name, *map(letter, it.shape))))
               for it in expression.atoms(MatrixSymbol, sp.OneMatrix, Identity)}
    return expression.xreplace(letters)


def matching(name: str, symbol: Expr) -> Expr:
    """Return another symbol of the shape of a symbol."""
    return MatrixSymbol(name, *symbol.shape) if symbol.is_Matrix else Symbol(name)
