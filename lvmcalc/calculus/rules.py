"""The classes behind the rule book: the record of one operation, and the book itself."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy import Expr

from lvmcalc import notation


def increment_of(symbol: Expr) -> Expr:
    """Return the symbol dX for a small change of X."""
    return notation.matching(f"d{symbol.name}", symbol)


def upstream(operation: Expr) -> Expr:
    """Return the symbol for the adjoint of `operation`: it has the operation's shape."""
    return notation.matching("Zbar" if operation.is_Matrix else "zbar", operation)


@dataclass(frozen=True)
class Operation:
    """All that is known of one operation Z.

    Its rule says the same thing twice: the *adjoint* of each argument when Z̄ arrives, which a
    backward pass uses, and the *differential* dZ, which proofs use. The columns hold for every
    size. The other fields say how an expression whose SymPy class is `kind` is walked; a rule that
    is a special case of others, such as that of a Gram matrix, has none.

    Attributes
    ----------
    split : expression → name of the rule for its differential, and the operands of that rule
    value : (arithmetic, expression, value of a part) → value
    normal : (normal form, expression) → its sum of terms, or its scalar
    entries : (index form, expression, row, column) → its entry, or (index form, expression) → the
        number
    degree : (degrees of a part, expression, sizes) → degrees of numerator and denominator, as a
        rational function of the entries; None if it is no rational function
    fits : which shapes of its arguments fit: "chained", "same", "square" or any ("")
    parameters : constants behind the arguments, such as the exponent of a power
    proof : how `rule_proofs.establish` shows that the differential is right
    """

    name: str
    operation: Expr
    adjoints: Mapping[Expr, Expr] = field(hash=False)
    differential: Expr
    source: str
    kind: type | None = None
    split: Callable[[Expr], tuple[str, tuple[Expr, ...]]] | None = field(default=None, repr=False)
    value: Callable[[Any, Expr, Callable], Any] | None = field(default=None, repr=False)
    normal: Callable[[Any, Expr], Any] | None = field(default=None, repr=False)
    degree: Callable[[Callable, Expr, Mapping], tuple[int, int]] | None = field(default=None,
                                                                               repr=False)
    entries: Callable[..., Any] | None = field(default=None, repr=False)
    fits: str = ""
    parameters: tuple[Expr, ...] = ()
    proof: str = "linear part"

    @property
    def arguments(self) -> tuple[Expr, ...]:
        """The arguments of the operation, in the order in which they are passed."""
        return tuple(self.adjoints)

    @property
    def upstream(self) -> Expr:
        """The symbol Z̄ for the adjoint of the result."""
        return upstream(self.operation)

    @property
    def statement(self) -> str:
        """The differential as a line of plain text, such as d(A B) = dA B + A dB."""
        return f"d({notation.plain(self.operation)}) = {notation.plain(self.differential)}"

    @property
    def latex(self) -> str:
        """The differential in LaTeX."""
        operation = notation.latex(self.operation)
        return rf"d\left({operation}\right) = {notation.latex(self.differential)}"

    def substitution(self, operands: Iterable[Expr]) -> dict[Expr, Expr]:
        """Return what replaces the rule's own letters and sizes when it is used on `operands`."""
        found: dict[Expr, Expr] = {}
        letters = (*self.arguments, *self.parameters)
        for argument, operand in zip(letters, operands, strict=True):
            found[argument] = sp.sympify(operand, strict=True)
            if argument.is_Matrix:
                found.update(zip(argument.shape, operand.shape, strict=True))
        return found

    def apply(self, *operands: Expr) -> Expr:
        """Return the operation on `operands`."""
        return self.operation.xreplace(self.substitution(operands)).doit(deep=False)

    def adjoint(self, index: int, operands: tuple[Expr, ...], arriving: Expr) -> Expr:
        """Return the adjoint of operand number `index` when `arriving` comes from the result."""
        template = self.adjoints[self.arguments[index]]
        return template.xreplace(self.substitution(operands) | {self.upstream: arriving})

    def d(self, operands: tuple[Expr, ...], increments: tuple[Expr, ...]) -> Expr:
        """Return the differential on `operands` for the differentials `increments` of them.

        All replacements happen at once, for an operand may be called like a letter of the rule.
        """
        steps = dict(zip(map(increment_of, self.arguments), increments, strict=True))
        return self.differential.xreplace(self.substitution(operands) | steps)


class RuleBook(dict[str, Operation]):
    """Operations by name; a notebook shows them as a table."""

    def add(self, *operations: Operation) -> "RuleBook":
        """Add operations at the end, and return the book."""
        self.update({operation.name: operation for operation in operations})
        return self

    def __str__(self) -> str:
        return "\n".join(f"{rule.name}: {rule.statement}   ({rule.source})"
                         for rule in self.values())

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        head = (r"| operation | $Z$ | adjoints, when $\bar{Z}$ arrives | differential | source |"
                "\n|---|---|---|---|---|\n")
        lines = []
        for rule in self.values():
            adjoints = ",  ".join(
                rf"$\bar{{{notation.latex(argument)}}} = {notation.latex(adjoint)}$"
                for argument, adjoint in rule.adjoints.items())
            lines.append(f"| {rule.name} | ${notation.latex(rule.operation)}$ | {adjoints} "
                         f"| ${rule.latex}$ | {rule.source} |")
        return head + "\n".join(lines)
